# What was computed is kept under .cache/ until something that it depends on changes.

import hashlib
import json
import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig

_PACKAGES = ("numpy", "matplotlib", "ipykernel", "jupytext", "nbclient")


def root(config: MkDocsConfig) -> Path:
    """The project's folder."""
    return Path(config.config_file_path).resolve().parent


def fingerprint(root: Path, *parts: str) -> str:
    """Digest everything that a computed page depends on, and `parts`."""
    digest = hashlib.sha256()
    for path in _sources(root):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    versions = [f"{package} {version(package)}" for package in _PACKAGES]
    for part in (platform.python_version(), platform.platform(), *versions, *parts):
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()


def _sources(root: Path) -> Iterable[Path]:
    for folder in ("src", "scripts/pages"):
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and path.suffix in {".py", ".js"}:
                yield path


def load(root: Path, name: str, key: str) -> Any | None:
    """Give what was kept under `name` for this key, or None."""
    try:
        kept = json.loads(_path(root, name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    sound = isinstance(kept, dict) and kept.get("key") == key
    return kept.get("value") if sound else None


def keep(root: Path, name: str, key: str, value: Any) -> None:
    """Keep a JSON value under `name`, in place of what was kept before."""
    path = _path(root, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps({"key": key, "value": value}), encoding="utf-8")
    partial.replace(path)


def _path(root: Path, name: str) -> Path:
    return root / ".cache" / "pages" / f"{name.replace('/', '-')}.json"
