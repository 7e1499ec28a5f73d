# A copy of the project that a test may break: its pages, its package, its hooks. The
# copy's package is used, not the installed one.

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_PARTS = (
    "docs",
    "src",
    "scripts",
    "mkdocs.yml",
    "pyproject.toml",
    "README.md",
    "LICENSE",
)

_SMALL = """\
INHERIT: mkdocs.yml
nav:
  - Home: index.md
  - Guide: [{guides}]
  - Reference: [reference/index.md, reference/threads.md, reference/catalogue.md,
      reference/plot.md]
"""

_WITHOUT = (
    "accuracy",
    "cheat-sheet",
    "elsewhere",
    "large-arrays",
    "speed",
    "testing",
)

_OVERVIEWS = "  - scripts/pages/overviews.py\n"

PLAIN_GUIDE = """\
# %% [markdown]
# # Count to two
#
# A page without a fault.

# %%
1 + 1
"""


@dataclass(frozen=True)
class Build:
    """How a build ended, what it said, and where its site is."""

    code: int
    output: str
    site: Path

    @property
    def complaints(self) -> list[str]:
        """What the build found wrong, without MkDocs' own last line."""
        return [
            re.sub(r"^[A-Z]+ +- +", "", line)
            for line in self.output.splitlines()
            if line.startswith(("WARNING", "ERROR", "CRITICAL", "docs/guide/"))
        ]

    def text(self, path: str) -> str:
        """A file of the site."""
        return (self.site / path).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Project:
    """A folder with all that MkDocs needs to build the site, or a small part of it."""

    root: Path
    config: str = "mkdocs.yml"

    @staticmethod
    def copy(source: Path, target: Path, *, cached: bool = True) -> "Project":
        """Copy a project, with what it has computed if `cached`."""
        ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
        for part in (*_PARTS, *([".cache/pages"] if cached else [])):
            if (source / part).is_dir():
                shutil.copytree(source / part, target / part, ignore=ignore)
            elif (source / part).exists():
                target.mkdir(parents=True, exist_ok=True)
                shutil.copy(source / part, target / part)
        small = source / "small.yml"
        if small.exists():
            shutil.copy(small, target)
        return Project(target, "small.yml" if small.exists() else "mkdocs.yml")

    def shrink(self, **guides: str) -> "Project":
        """Keep the reference; put these guides in place of all other pages."""
        for path in (self.root / "docs").iterdir():
            if path.name in {"coming-from", "guide"}:
                shutil.rmtree(path)
            elif path.suffix == ".md":
                path.unlink()
        # The record of accuracy is refused when a test changes a function, and some
        # pages link to guides.
        for page in _WITHOUT:
            (self.root / f"docs/reference/{page}.md").unlink(missing_ok=True)
        settings = self.read("mkdocs.yml")
        self.write("mkdocs.yml", settings.replace(_OVERVIEWS, ""))
        self.write("docs/index.md", "# Home\n\n<!-- gallery -->\n")
        self.write("docs/reference/index.md", "# Functions\n\n<!-- gallery -->\n")
        for stem, text in guides.items():
            self.write(f"docs/guide/{stem}.py", text)
        listed = ", ".join(f"guide/{stem}.py" for stem in guides)
        self.write("small.yml", _SMALL.format(guides=listed))
        return Project(self.root, "small.yml")

    def read(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    def write(self, path: str, text: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace text that stands in a file at least once."""
        text = self.read(path)
        assert old in text, f"{path} does not contain {old!r}"
        self.write(path, text.replace(old, new))

    def environment(self, **extra: str) -> dict[str, str]:
        """Variables under which the copy's own package is the one imported."""
        hidden = {"ACTFN_SERVING", "COLUMNS"}  # the latter wraps messages
        kept = {k: v for k, v in os.environ.items() if k not in hidden}
        return {
            **kept,
            "NO_MKDOCS_2_WARNING": "1",
            "OPENBLAS_NUM_THREADS": "1",  # as when pages are built
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(self.root / "src"),
            "PYTHONUTF8": "1",
            **extra,
        }

    def build(
        self, site: Path | None = None, *, config: str = "", **environment: str
    ) -> Build:
        """Build the site strictly, into the project's own folder unless told."""
        site = site or self.root / "site"
        config = config or str(self.root / self.config)
        arguments = ("build", "--strict", "-f", config, "-d", str(site))
        done = subprocess.run(
            [sys.executable, "-m", "mkdocs", *arguments],
            check=False,
            cwd=self.root,
            encoding="utf-8",
            env=self.environment(**environment),
            stderr=subprocess.STDOUT,
            stdout=subprocess.PIPE,
        )
        return Build(done.returncode, done.stdout, site)
