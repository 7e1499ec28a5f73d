# HTML that is kept from an earlier build is the HTML that would be written now, and
# what it took along (places to link to, warnings) is not lost.

import json
from pathlib import Path

import pytest
from pages.projects import Build, Project

HOME = (
    "# Home\n\n[Draw](reference/plot.md#actfn.plot.curve) with [`relu`][actfn.relu].\n"
)


@pytest.fixture(scope="module")
def project(foundation: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A built project whose home page links to a heading that mkdocstrings writes."""
    copy = Project.copy(foundation.root, tmp_path_factory.mktemp("kept") / "project")
    copy.write("docs/index.md", HOME)
    built(copy.build())
    return copy


@pytest.fixture
def copy(project: Project, tmp_path: Path) -> Project:
    return Project.copy(project.root, tmp_path / "project")


def built(build: Build) -> Build:
    assert build.code == 0, build.output
    return build


def kept(project: Project, page: str) -> Path:
    (file,) = (project.root / ".cache/pages").glob(f"html-{page}.md.json")
    return file


def test_a_build_from_kept_pages_is_the_same_bytes(
    project: Project, copy: Project
) -> None:
    fresh = Project.copy(project.root, copy.root.parent / "fresh")
    for file in (fresh.root / ".cache/pages").glob("html-*"):
        file.unlink()
    builds = [p.build(SOURCE_DATE_EPOCH="1700000000") for p in (fresh, copy)]
    sites = [built(build).site for build in builds]
    files = [
        {p.relative_to(site): p.read_bytes() for p in site.rglob("*") if p.is_file()}
        for site in sites
    ]
    assert {Path("objects.inv"), Path("search/search_index.json")} <= set(files[0])
    assert files[0] == files[1]


def test_kept_pages_are_used(copy: Project) -> None:
    file = kept(copy, "reference-relu")
    text = file.read_text("utf-8")
    file.write_text(text.replace("what is positive", "what was kept"), "utf-8")
    assert "what was kept" in built(copy.build()).text("reference/relu/index.html")


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("mkdocs.yml", "show_bases: false", "show_source: false"),
        ("docs/index.md", "# Home", "# Home again"),
    ],
)
def test_what_changes_a_page_makes_it_anew(
    path: str, old: str, new: str, copy: Project
) -> None:
    file = kept(copy, "index" if path == "docs/index.md" else "reference-relu")
    before = json.loads(file.read_text("utf-8"))["value"]["content"]
    copy.edit(path, old, new)
    built(copy.build())
    assert json.loads(file.read_text("utf-8"))["value"]["content"] != before


def test_a_warning_is_given_by_every_build(copy: Project) -> None:
    copy.write("docs/index.md", f"{HOME}\n[Nothing](nowhere.md)\n")
    for _ in range(2):
        build = copy.build()
        assert build.code and "nowhere.md" in "".join(build.complaints)


def test_kept_links_are_followed_again(copy: Project) -> None:
    copy.write("docs/reference/plot.md", "# Drawing\n\n::: actfn.plot.compare\n")
    complaints = "".join(copy.build().complaints)
    assert "index.md" in complaints and "#actfn.plot.curve" in complaints


def test_a_page_that_went_away_is_missed(copy: Project) -> None:
    copy.write("docs/other.md", "# Other\n")
    copy.write("docs/index.md", f"{HOME}\n[Other](other.md)\n")
    copy.edit(copy.config, "  - Home: index.md\n", "  - index.md\n  - other.md\n")
    built(copy.build())
    (copy.root / "docs/other.md").unlink()
    copy.edit(copy.config, "  - other.md\n", "")
    assert "other.md" in "".join(copy.build().complaints)
