# The two commands of the README, without what they install: that is tried by whoever
# types them for the first time.

import ast
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mkdocs.utils.yaml import yaml_load
from pages.projects import ROOT

SCRIPTS = ROOT / "scripts"
COMMANDS = ["serve", "test"]


def load(name: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A script as a module, and `environment` as the one that it imports."""
    monkeypatch.syspath_prepend(SCRIPTS)
    monkeypatch.delitem(sys.modules, "environment", raising=False)
    file = SCRIPTS / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"{name}_command", file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module that installs, only writing down what it would do."""
    module = load("environment", monkeypatch)
    (tmp_path / "requirements").mkdir()
    for name in ("docs", "test"):
        (tmp_path / "requirements" / f"{name}.txt").write_text("one==1\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "_PINS", tmp_path / "requirements")
    monkeypatch.setattr(module, "_VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "_STAMP", tmp_path / ".venv" / "installed.json")
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv" / "python")
    module.done = []

    def make(*_: Any, **__: Any) -> None:
        module.done.append("make")
        (tmp_path / ".venv").mkdir(exist_ok=True)
        module.PYTHON.touch()

    def pip(*arguments: str, **_: Any) -> None:
        module.done.append("package" if "--editable" in arguments else "pins")

    monkeypatch.setattr(module, "_make", make)
    monkeypatch.setattr(module, "_pip", pip)
    return module


def prepared(environment: Any, pins: str = "docs") -> list[str]:
    environment.done.clear()
    environment.prepare(pins)
    return list(environment.done)


def test_the_commands_need_the_standard_library_alone() -> None:
    code = f"import sys; sys.path.insert(0, {str(SCRIPTS)!r}); import serve, test"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_given_before_anything_is_installed(name: str, tmp_path: Path) -> None:
    shutil.copy(SCRIPTS / f"{name}.py", tmp_path)
    stub = "def prepare(pins): raise SystemExit('it installs')\n"
    (tmp_path / "environment.py").write_text(stub)
    done = subprocess.run(
        [sys.executable, "-S", str(tmp_path / f"{name}.py"), "--help"],
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    assert "usage" in done.stdout.lower()


def test_an_old_python_is_told_what_is_needed(
    environment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 9))
    monkeypatch.setattr(sys, "version", "3.10.9 (main)")
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer.*3\.10\.9"):
        environment.prepare("docs")
    assert environment.done == []


@pytest.mark.parametrize("name", [*COMMANDS, "environment"])
def test_an_old_python_gets_as_far_as_that_message(name: str) -> None:
    # macOS brings Python 3.9, which fails on annotations such as `str | Path` unless
    # they are not evaluated.
    source = (SCRIPTS / f"{name}.py").read_text("utf-8")
    tree = ast.parse(source, feature_version=(3, 8))
    postponed = "from __future__ import annotations" in source
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            notes = [node.returns, *(a.annotation for a in _arguments(node))]
            for note in filter(None, notes):
                assert postponed or "|" not in ast.unparse(note), ast.unparse(note)
        assert not isinstance(node, ast.Match)


def _arguments(node: ast.FunctionDef) -> list[ast.arg]:
    return [n for n in ast.walk(node.args) if isinstance(n, ast.arg)]


def test_what_is_installed_is_not_installed_again(environment: Any) -> None:
    assert prepared(environment) == ["make", "pins", "package"]
    assert prepared(environment) == []
    assert prepared(environment, "test") == ["pins", "package"]
    assert prepared(environment, "docs") == prepared(environment, "test") == []


def test_what_the_tests_need_is_enough_for_the_site(environment: Any) -> None:
    assert prepared(environment, "test") == ["make", "pins", "package"]
    assert prepared(environment, "docs") == []


def test_the_tests_are_pinned_to_the_versions_of_the_site() -> None:
    site, tests = (
        set(re.findall(r"^[\w.-]+==[^ \n]+", text, re.MULTILINE))
        for text in (
            (SCRIPTS / "requirements" / f"{name}.txt").read_text("utf-8")
            for name in ("docs", "test")
        )
    )
    assert len(site) > 50
    assert site <= tests


@pytest.mark.parametrize("changed", ["requirements/docs.txt", "pyproject.toml"])
def test_changed_pins_are_installed(
    changed: str, environment: Any, tmp_path: Path
) -> None:
    prepared(environment)
    (tmp_path / changed).write_text("two==2\n")
    assert prepared(environment) == ["pins", "package"]
    assert prepared(environment) == []


def test_another_python_makes_the_environment_anew(
    environment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared(environment)
    monkeypatch.setattr(sys, "version", "3.99.0 (main)")
    assert prepared(environment) == ["make", "pins", "package"]


def test_what_failed_to_install_is_installed_again(
    environment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared(environment)
    (environment.ROOT / "pyproject.toml").write_text("changed")
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(environment, "_pip", lambda *_, **__: sys.exit("no network"))
        environment.prepare("docs")
    assert "pins" in prepared(environment)


@pytest.mark.parametrize("content", ["", '{"docs": ', '{"python": 3}'])
def test_a_damaged_stamp_counts_as_nothing_installed(
    content: str, environment: Any
) -> None:
    prepared(environment)
    environment._STAMP.write_text(content)
    assert "pins" in prepared(environment)


def test_a_busy_port_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    serve = load("serve", monkeypatch)
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        first = busy.getsockname()[1]
        assert first < serve._free_port(first) < first + 50
    assert serve._free_port(first) == first


@pytest.mark.parametrize("name", ["docs", "test"])
def test_every_pin_has_a_version_and_hashes(name: str) -> None:
    text = (SCRIPTS / "requirements" / f"{name}.txt").read_text("utf-8")
    pins = re.split(r"(?m)^(?=[\w.-]+(?:\[[\w,]+\])?==)", text)
    assert pins[0].strip() == "" or pins[0].lstrip().startswith("#")
    assert len(pins) > 30
    for pin in pins[1:]:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", pin), pin[:60]
        assert "://" not in pin and " @ " not in pin, pin[:60]


def test_both_files_pin_the_same_versions() -> None:
    docs, test = (
        dict(re.findall(r"(?m)^([\w.-]+)==(\S+)", file.read_text("utf-8")))
        for file in (SCRIPTS / "requirements" / f"{n}.txt" for n in ("docs", "test"))
    )
    assert docs.items() <= test.items()


def tracked() -> list[Path]:
    """The files of the project, those not yet added included."""
    git = ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard", "-z"]
    done = subprocess.run(git, capture_output=True, check=False, encoding="utf-8")
    if done.returncode:
        pytest.skip("not a git checkout")
    paths = [ROOT / name for name in done.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_no_file_names_a_registry_or_this_machine() -> None:
    hosts = ["py" + "pi.org", "python" + "hosted", "npm" + "js.", "ana" + "conda."]
    places = [str(ROOT), str(Path.home()) + os.sep, sys.prefix]
    for path in tracked():
        content = path.read_bytes().decode("utf-8", "ignore")
        named = [word for word in hosts + places if len(word) > 5 and word in content]
        assert named == [], path


def test_the_readme_names_commands_that_exist() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    named = re.findall(r"scripts/(\w+)\.py((?: --[\w-]+)*)", text)
    assert set(COMMANDS) <= {name for name, _ in named}
    for name, options in named:
        source = (SCRIPTS / f"{name}.py").read_text("utf-8")
        assert all(option in source for option in options.split()), (name, options)
    for target in re.findall(r"\]\(([^):#]+)[)#]", text):
        assert (ROOT / target).exists(), target


def test_what_the_site_needs_is_in_its_configuration() -> None:
    # mkdocs build and mkdocs serve do the same as the scripts.
    config = yaml_load((ROOT / "mkdocs.yml").read_text("utf-8"))
    assert config["strict"] is True
    assert {"src", "scripts/pages"} <= set(config["watch"])
    source = (SCRIPTS / "serve.py").read_text("utf-8")
    assert "--config" not in source and " -f" not in source
