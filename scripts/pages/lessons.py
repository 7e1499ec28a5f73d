# What the guides have given. It stands in a module of its own because MkDocs loads each
# hook by itself, and several of them need it.

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mkdocs.structure.files import File
from rendering import Figure

_LINK = re.compile(r"\]\((?![a-z]+:|#)([^)\s]+)\)")
_OPENING = re.compile(
    r"\*\*You will be able to\*\*(.*?)\*\*You need\*\*(.*?)(?=\n`{3}|\n#|\Z)", re.DOTALL
)
_TEXT = re.compile(r"^# %% \[markdown\]\n(.*?)(?=^# %%|\Z)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Lesson:
    """An executed guide: its page, its figures, and what it offers to download."""

    file: File
    text: str
    figures: list[Figure]
    downloads: dict[str, str]

    def beside(self, name: str) -> str:
        """The address of a file in the folder of the page."""
        folder = self.file.dest_uri.rpartition("/")[0]
        return f"{folder}/{name}".lstrip("/")

    @property
    def stem(self) -> str:
        """The name that the page and its files have in common."""
        return str(self.file.name)

    @property
    def title(self) -> str:
        """The heading of the page, without markup."""
        return re.sub(r"[`*]", "", self.text.partition("\n")[0].removeprefix("# "))

    @property
    def exercises(self) -> int:
        """How many exercises the page has."""
        _, _, after = self.text.partition("\n## Exercises\n")
        chapter = re.split(r"^## ", after, maxsplit=1, flags=re.MULTILINE)[0]
        return len(re.findall(r"^### ", chapter, re.MULTILINE))

    @property
    def words(self) -> int:
        """How many words there are to read, to the nearest hundred.

        They are counted in the source: a measured value must not change their number.
        """
        prose = "".join(_TEXT.findall(self.downloads[f"{self.stem}.py"]))
        before = re.sub(r"\{\{.*?\}\}", "1", prose.partition("# ## Exercises")[0])
        return round(len(re.findall(r"\w[^\s]*", before)), -2)

    @property
    def promises(self) -> list[str]:
        """What its reader will be able to do, as links from a page at the top."""
        found = _OPENING.search(self._from_the_top())
        text = found[1].strip() if found else ""
        items = text.split("\n- ") if text.startswith("- ") else text.split(";")
        plain = (" ".join(i.removeprefix("- ").split()).rstrip(";.") for i in items)
        return [item.removeprefix("and ") for item in plain if item]

    @property
    def needs(self) -> str:
        """What it says that its reader needs, likewise."""
        found = _OPENING.search(self._from_the_top())
        return " ".join(found[2].split()) if found else ""

    def _from_the_top(self) -> str:
        folder = posixpath.dirname(self.file.src_uri)
        return _LINK.sub(
            lambda link: f"]({posixpath.normpath(posixpath.join(folder, link[1]))})",
            self.text,
        )


made: dict[str, Lesson] = {}  # by the path below docs/


def in_order(nav: Any) -> list[Lesson]:
    """The guides as the navigation lists them."""
    return [made[uri] for uri in _listed(nav) if uri in made]


def _listed(nav: Any) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, dict | list):
        for entry in nav.values() if isinstance(nav, dict) else nav:
            yield from _listed(entry)
