# What was computed is used again until something that it depends on changes.

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest
from pages.projects import ROOT, Build, Project

HEAD = "# %% [markdown]\n# # Count\n\n"
USES_RELU = f"""{HEAD}# %%
from actfn import relu
relu([2.5])

# %% [markdown]
# In prose it is {{{{ relu(2.5) }}}}.

# %%
#| alt: A line to {{{{ relu(2.5) }}}}.
import matplotlib.pyplot as plt
plt.plot([0, relu(2.5)])
plt.show()
"""
USES_SIGMOID = HEAD + "# %%\nfrom actfn import sigmoid\nsigmoid(0.0)\n"


def ran(build: Build) -> list[str]:
    """The guides that a build has executed, and "reference" if it has made that."""
    assert build.code == 0, build.output
    guides = re.findall(r"Running docs/(\S+)", build.output)
    return sorted(guides + ["reference"] * ("Writing the pages" in build.output))


@pytest.fixture(scope="module")
def two(foundation: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A built project with two guides."""
    folder = tmp_path_factory.mktemp("two") / "project"
    project = Project.copy(foundation.root, folder)
    project = project.shrink(rectified=USES_RELU, squashed=USES_SIGMOID)
    assert project.build().code == 0
    return project


@pytest.fixture
def copy(two: Project, tmp_path: Path) -> Project:
    return Project.copy(two.root, tmp_path / "project")


@pytest.fixture
def cache() -> Any:
    """The module of the pipeline that keeps results."""
    file = ROOT / "scripts" / "pages" / "cache.py"
    spec = importlib.util.spec_from_file_location("cache_under_test", file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_nothing_runs_that_has_not_changed(two: Project, copy: Project) -> None:
    assert two.root != copy.root  # the folder's name does not matter
    copy.write("docs/reference/plot.md", "# Drawing\n\n::: actfn.plot.curve\n")
    copy.edit("mkdocs.yml", "site_name: actfn", "site_name: other")
    # Nor does it matter how the configuration is named: relative to the folder, here.
    assert ran(copy.build(config="small.yml")) == []


def test_a_changed_guide_runs_alone(copy: Project) -> None:
    copy.edit("docs/guide/squashed.py", "sigmoid(0.0)", "sigmoid(1.0)")
    assert ran(copy.build()) == ["guide/squashed.py"]


def test_changed_options_of_the_execution_run_every_guide(copy: Project) -> None:
    copy.edit("mkdocs.yml", "[hide-input]", "[hide-input, hide-code]")
    executed = ran(copy.build())
    assert {"guide/rectified.py", "guide/squashed.py"} <= set(executed)
    assert "reference" not in executed


def test_a_changed_hook_makes_everything_anew(copy: Project) -> None:
    copy.edit("scripts/pages/figures.py", "#0065a8", "#0065a9")
    executed = ran(copy.build())
    assert {"guide/rectified.py", "guide/squashed.py", "reference"} <= set(executed)
    assert "#0065a9" in (copy.root / "site/reference/relu/relu.svg").read_text("utf-8")


def test_a_changed_function_changes_every_page_that_shows_it(
    two: Project, copy: Project
) -> None:
    kernel = "def _relu(x: Array, out: Array, scratch: Scratch) -> None:\n    at_least("
    copy.edit("src/actfn/_rectifiers.py", f"{kernel}x", f"{kernel}2 * x")
    # The changed package is used, whatever else is installed.
    build = copy.build(PYTHONPATH=str(two.root / "src"))
    executed = ran(build)
    assert {"guide/rectified.py", "guide/squashed.py", "reference"} <= set(executed)
    page = build.text("guide/rectified/index.html")
    assert "array([5.])" in page
    assert "In prose it is 5.0." in page
    assert 'alt="A line to 5.0."' in page
    # Besides what other functions show, nothing is as it was.
    before = two.root / "site"
    for shows in (
        "guide/rectified/rectified.ipynb",
        "guide/rectified/rectified-1.svg",
        "reference/relu/index.html",
        "reference/relu/relu.svg",
        "reference/relu/thumbnail.svg",  # on the home page and the index
    ):
        assert (build.site / shows).read_bytes() != (before / shows).read_bytes(), shows
    assert "array([0., 0., 0., 1., 4.])" in build.text("reference/relu/index.html")
    same = "guide/squashed/squashed.ipynb"
    assert (build.site / same).read_bytes() == (before / same).read_bytes()


def test_two_source_trees_do_not_share_results(cache: Any, copy: Project) -> None:
    before = cache.fingerprint(copy.root, "guide")
    copy.edit(
        "src/actfn/_rectifiers.py", "at_least(x, 0, out", "at_least(2 * x, 0, out"
    )
    after = cache.fingerprint(copy.root, "guide")
    assert after != before
    cache.keep(copy.root, "guide", before, "old")
    assert cache.load(copy.root, "guide", after) is None
    assert cache.load(copy.root, "guide", before) == "old"


@pytest.mark.parametrize(
    "package", ["numpy", "matplotlib", "ipykernel", "jupytext", "nbclient"]
)
def test_another_version_makes_another_key(
    package: str, cache: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, version = cache.fingerprint(ROOT), cache.version
    assert cache.fingerprint(ROOT) == before
    monkeypatch.setattr(
        cache, "version", lambda name: "0" if name == package else version(name)
    )
    assert cache.fingerprint(ROOT) != before


def test_another_python_makes_another_key(
    cache: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = cache.fingerprint(ROOT)
    monkeypatch.setattr(cache.platform, "python_version", lambda: "3.99.0")
    assert cache.fingerprint(ROOT) != before


def test_moved_and_renamed_sources_make_another_key(cache: Any, copy: Project) -> None:
    before = cache.fingerprint(copy.root)
    (copy.root / "src/actfn/_tangents.py").rename(copy.root / "src/actfn/_bents.py")
    assert cache.fingerprint(copy.root) != before


def test_compiled_files_make_no_other_key(cache: Any, copy: Project) -> None:
    before = cache.fingerprint(copy.root)
    copy.write("src/actfn/__pycache__/relu.pyc", "compiled")
    assert cache.fingerprint(copy.root) == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"3",
        b'{"key": "k"}',
        b"\xff\xfe\x00",
        b'{"value": 1}',
    ],
)
def test_a_damaged_file_counts_as_nothing_kept(
    content: bytes, cache: Any, tmp_path: Path
) -> None:
    cache.keep(tmp_path, "docs/guide/a.py", "k", {"text": "kept"})
    (kept,) = (tmp_path / ".cache").rglob("*.json")
    kept.write_bytes(content)
    assert cache.load(tmp_path, "docs/guide/a.py", "k") is None


def test_a_build_mends_a_damaged_cache(copy: Project) -> None:
    files = sorted((copy.root / ".cache").rglob("*squashed*.json"))
    for file in files:
        file.write_bytes(file.read_bytes()[:-100])
    assert ran(copy.build()) == ["guide/squashed.py"]
    for file in files:
        assert "value" in json.loads(file.read_text("utf-8"))


def test_no_failure_is_kept(copy: Project) -> None:
    (file,) = (copy.root / ".cache").rglob("docs-guide-squashed*.json")
    before = file.read_bytes()
    sound = copy.read("docs/guide/squashed.py")
    copy.write("docs/guide/squashed.py", sound + "\n# %%\n1 / 0\n")
    assert "ZeroDivisionError" in copy.build().output
    assert file.read_bytes() == before
