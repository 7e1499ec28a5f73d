# The environment of both commands: .venv with pinned, hash-checked packages. Standard
# library only, because this runs before anything is installed.

from __future__ import annotations  # for the message to a Python that is too old

import hashlib
import json
import os
import re
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_VENV = ROOT / ".venv"
_STAMP = _VENV / "installed.json"
_PINS = ROOT / "scripts" / "requirements"
_STEPS = ("docs", "test", "conformance")  # each holds the one before it, and more
PYTHON = _VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

_QUIET = {
    **os.environ,
    "NO_MKDOCS_2_WARNING": "1",  # pyproject.toml pins mkdocs below 2
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PYTHONUTF8": "1",
}


def prepare(pins: str) -> None:
    """Make .venv hold what `scripts/requirements/<pins>.txt` names, and the package."""
    if sys.version_info < (3, 11):
        sys.exit(f"actfn needs Python 3.11 or newer, this is {sys.version.split()[0]}")
    wanted = _fingerprint(pins)
    done = _done()
    if done.get(pins) == wanted:
        return
    if done.get("python") != sys.version or not PYTHON.exists():
        print("Making .venv", flush=True)
        done = {"python": sys.version}
        _make()
    _STAMP.unlink(missing_ok=True)  # until all is in place, nothing is
    file = _PINS / f"{pins}.txt"
    if pins == "conformance" and _takes_torch_without_gpus():
        file = _without_gpus(file)
    _pip("--require-hashes", "--no-deps", "-r", str(file), total=_count(file))
    _pip("--no-deps", "--no-build-isolation", "--editable", str(ROOT), total=1)
    held = _STEPS[: _STEPS.index(pins) + 1]
    done |= {name: _fingerprint(name) for name in held}
    _STAMP.write_text(json.dumps(done), encoding="utf-8")


def run(*command: str | Path) -> int:
    """Run a Python module of the environment, and give its exit code."""
    arguments = [str(PYTHON), *map(str, command)]
    try:
        return subprocess.run(arguments, cwd=ROOT, env=_QUIET, check=False).returncode
    except KeyboardInterrupt:
        return 130


def _fingerprint(pins: str) -> str:
    files = (_PINS / f"{pins}.txt", ROOT / "pyproject.toml")
    content = b"\0".join(file.read_bytes() for file in files)
    return hashlib.sha256(content + str(ROOT).encode()).hexdigest()


def _done() -> dict[str, str]:
    try:
        done: dict[str, str] = json.loads(_STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return done if done.get("python") == sys.version else {}


def _make() -> None:
    try:
        venv.create(_VENV, clear=True, with_pip=True)
    except subprocess.CalledProcessError:
        sys.exit(
            "Python could not put pip into .venv. On Debian and Ubuntu, install the "
            "package python3-venv and try again."
        )


def _takes_torch_without_gpus() -> bool:
    """Install the build of PyTorch for CPUs, if pip is set up to find it."""
    print("Looking for a build of PyTorch without GPU code", flush=True)
    file = str(_PINS / "torch-cpu.txt")
    command = [str(PYTHON), "-m", "pip", "install", "--no-input", "--no-deps", "-r"]
    tried = subprocess.run(
        [*command, file], capture_output=True, check=False, env=_QUIET
    )
    return not tried.returncode


def _without_gpus(file: Path) -> Path:
    """Leave out PyTorch and the gigabytes that its other build needs on Linux."""
    pins = re.split(r"\n(?! )", file.read_text(encoding="utf-8"))
    kept = [p for p in pins if not re.match("torch==|triton==|cuda-|nvidia-", p)]
    shorter = _VENV / file.name
    shorter.write_text("\n".join(kept), encoding="utf-8")
    return shorter


def _count(file: Path) -> int:
    lines = file.read_text(encoding="utf-8").splitlines()
    return sum("==" in line for line in lines)


def _pip(*arguments: str, total: int) -> None:
    """Install packages, showing how far it has come; say why if it fails."""
    command = [str(PYTHON), "-m", "pip", "install", "--no-input", *arguments]
    lines: list[str] = []
    seen = 0
    with subprocess.Popen(
        command,
        cwd=ROOT,
        encoding="utf-8",
        env=_QUIET,
        errors="replace",
        stderr=subprocess.STDOUT,
        stdout=subprocess.PIPE,
    ) as process:
        for line in process.stdout or ():
            lines.append(line)
            if line.startswith(("Collecting ", "Obtaining ")):
                seen += 1
                name = line.split()[1].partition("=")[0]
                _progress(f"Fetching {seen} of at most {total}: {Path(name).name}")
            elif line.startswith("Installing collected"):
                _progress(f"Installing {seen} packages")
    print(flush=True)
    if process.returncode:
        sys.exit("".join(lines[-20:]) + "\nInstalling failed; the lines above say why.")


def _progress(text: str) -> None:
    end = "\r" if sys.stdout.isatty() else "\n"
    print(f"{text:<70}", end=end, flush=True)
