# A guide is a plain script, and its page can be followed by copying one block after the
# other: both run, and come to the same values.

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pages.projects import ROOT, Build, Project
from pages.web import Site

GUIDES = sorted((ROOT / "docs" / "guide").glob("*.py"))
every_guide = pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)

# Ends a session by writing down what its names stand for.
PROBE = """
import json as _json, numpy as _numpy, tempfile as _tempfile
_folder = _tempfile.gettempdir()
_types = (int, float, str, list, tuple, dict, _numpy.generic, _numpy.ndarray)
_values = {name: repr(value) for name, value in list(globals().items())
           if not name.startswith("_") and isinstance(value, _types)
           and _folder not in repr(value)}
open(%r, "w", encoding="utf-8").write(_json.dumps(_values))
"""


def run(code: str, folder: Path) -> tuple[dict[str, str], str]:
    """Run code as a script; give the values that its names end with, and its output."""
    folder.mkdir()
    script, values = folder / "script.py", folder / "values.json"
    script.write_text(code + PROBE % str(values), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        check=False,
        cwd=folder,
        encoding="utf-8",
        env=Project(ROOT).environment(MPLBACKEND="agg"),
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(values.read_text("utf-8")), done.stdout


def blocks(page: Any) -> str:
    """The code of a page, but for what shows an error on purpose."""
    found = []
    for block in page.select("article div.highlight:not(.output)"):
        after = block.find_next_sibling()
        if after is None or "error" not in after.get("class", []):
            found.append(block.get_text())
    return "\n\n".join(found)


def measured(guide: Path) -> set[str]:
    """The names that stand in cells tagged volatile; they may differ."""
    names: set[str] = set()
    for cell in guide.read_text("utf-8").split("\n# %%"):
        head, _, code = cell.partition("\n")
        if "volatile" in head:
            nodes = ast.walk(ast.parse(code))
            names |= {node.id for node in nodes if isinstance(node, ast.Name)}
    return names


def printed(notebook: Any) -> list[str]:
    """What the cells have printed that must always print the same."""
    return [
        "".join(output["text"])
        for cell in notebook["cells"]
        if "volatile" not in cell["metadata"].get("tags", [])
        for output in cell.get("outputs", [])
        if output.get("name") == "stdout"
    ]


@every_guide
def test_a_guide_runs_as_a_script_and_as_its_page_shows_it(
    guide: Path, site: Build, tmp_path: Path
) -> None:
    script, output = run(guide.read_text("utf-8"), tmp_path / "script")
    page = Site(site.site).page(f"guide/{guide.stem}/")
    copied, _ = run(blocks(page), tmp_path / "page")
    same = set(script) & set(copied) - measured(guide)
    assert len(same) > 5
    assert {n: copied[n] for n in same} == {n: script[n] for n in same}
    # What a reader downloads shows what the script prints.
    notebook = json.loads(site.text(f"guide/{guide.stem}/{guide.stem}.ipynb"))
    assert [text for text in printed(notebook) if text not in output] == []
