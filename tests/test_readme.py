# The README shows what the package gives and draws now.

import doctest
import runpy
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_example_of_the_readme_runs() -> None:
    readme = str(ROOT / "README.md")
    failed, attempted = doctest.testfile(readme, module_relative=False)
    assert attempted > 3
    assert not failed


def test_the_picture_of_the_readme_is_what_the_package_draws() -> None:
    picture = runpy.run_path(str(ROOT / "scripts" / "picture.py"))
    kept = picture["PICTURE"].read_text(encoding="utf-8")
    assert picture["draw"]() == kept, "renew it: .venv/bin/python scripts/picture.py"


def test_the_readme_names_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in ("scripts/serve.py", "scripts/test.py"):
        assert f"python3 {command}" in text
        assert (ROOT / command).is_file()
