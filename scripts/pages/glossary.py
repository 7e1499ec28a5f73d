# Links the first use of each term on every page to the glossary. Content is read by a
# parser and written by nobody: links are cut into the text where the terms stand, and
# every other byte stays as it was. It is done after a page is taken from the cache, so
# that a changed glossary reaches the pages that are kept.

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from string import ascii_lowercase, ascii_uppercase

from markdown.extensions.toc import slugify
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import BuildError
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

log = get_plugin_logger("glossary")

_SOURCE = "glossary.md"
_HEADING = re.compile(r"## (.+)")
_FORM_OF_COMMENTS = (
    "write '<!-- also: other forms -->' or '<!-- not: other phrases -->' below the "
    "heading of a term"
)
_FORMS = re.compile(r"<!-- (also|not): (.+) -->\n")

# What is not running prose: elements that do not hold others of their name, which are
# passed over before the parser begins, and others by their class. Of volatile text two
# builds may have different words.
_ELEMENTS = re.compile(
    r"<(a|autoref|button|code|figcaption|h[1-6]|label|pre|script|style|summary|svg|th)"
    r"\b.*?</\1>",
    re.DOTALL,
)
_SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)
_TITLE = re.compile(r"<h1\b.*?</h1>", re.DOTALL)
_CLASSES = {
    *("admonition-title", "arithmatex", "downloads", "gallery", "other-names"),
    *("output", "volatile"),
}


@dataclass(frozen=True)
class Glossary:
    """Anchors by every form of a term in lower case, and one pattern for all forms.

    The form of an empty anchor is read and not linked: "in place of" is not "in place".
    """

    anchors: dict[str, str]
    pattern: re.Pattern[str]


_glossary: list[Glossary] = []  # one, or none on a site without


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Read the glossary anew."""
    _glossary.clear()
    file = files.get_file_from_path(_SOURCE)
    try:
        _glossary[:] = [read(file.content_string)] if file else []
    except BuildError as error:
        if not os.environ.get("ACTFN_SERVING"):
            raise
        log.error(str(error))
    return files


def on_page_markdown(
    markdown: str, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """Leave the forms of terms out of the glossary's page."""
    return _FORMS.sub("", markdown) if page.file.src_uri == _SOURCE else markdown


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Link the first use of each term, but for what a page is itself about."""
    if not _glossary or page.file.src_uri == _SOURCE:
        return html
    source = files.get_file_from_path(_SOURCE)
    target = get_relative_url(source.url, page.url) if source else ""
    return linked(html, _glossary[0], target)


def read(source: str) -> Glossary:
    """The terms of a glossary: its headings, and the comments below each."""
    anchors: dict[str, str] = {}
    anchor = ""
    for number, line in enumerate(source.splitlines(keepends=True), 1):
        where = f"docs/{_SOURCE}, line {number}"
        if heading := _HEADING.match(line):
            anchor = slugify(heading[1], "-")
            _enter(anchors, heading[1], anchor, where)
        elif line.startswith("<!--"):
            found = _FORMS.fullmatch(line)
            if not found or not anchor:
                raise BuildError(f"{where}: {_FORM_OF_COMMENTS}")
            for form in found[2].split(", "):
                _enter(anchors, form, anchor if found[1] == "also" else "", where)
    return Glossary(anchors, _pattern(anchors))


def _enter(anchors: dict[str, str], form: str, anchor: str, where: str) -> None:
    if form.lower() in anchors:
        raise BuildError(f"{where}: {form!r} is entered twice; leave one of them")
    anchors[form.lower()] = anchor


def _pattern(forms: dict[str, str]) -> re.Pattern[str]:
    """Find forms as whole words, across line ends, the longest first."""
    ordered = sorted(forms, key=len, reverse=True)
    words = "|".join(re.escape(form).replace(r"\ ", r"\s+") for form in ordered)
    return re.compile(rf"(?<![\w.-])(?:{words or '(?!)'})(?![\w-])")


def linked(html: str, glossary: Glossary, target: str) -> str:
    """Put links around the first use of each term that is not in the title."""
    title = re.sub(r"<.*?>", "", "".join(_TITLE.findall(html)))
    seen = {"", *(anchor for _, anchor in _uses(title, glossary))}
    parts, end = [], 0
    for place, text in _prose(html):
        for found, anchor in _uses(text, glossary):
            if anchor not in seen:
                seen.add(anchor)
                start, stop = place + found.start(), place + found.end()
                link = (
                    f'<a class="term" href="{target}#{anchor}">{html[start:stop]}</a>'
                )
                parts += [html[end:start], link]
                end = stop
    return "".join([*parts, html[end:]])


def _uses(text: str, glossary: Glossary) -> Iterator[tuple[re.Match[str], str]]:
    # Several times as fast as a pattern that ignores case, and places stay the same.
    for found in glossary.pattern.finditer(text.translate(_SMALL)):
        yield found, glossary.anchors[" ".join(found[0].split())]


def _prose(html: str) -> list[tuple[int, str]]:
    """The pieces of running text, each with its place."""
    reader = _Reader()
    # Blanks of the same length, so that places stay what they are.
    reader.feed(_ELEMENTS.sub(lambda element: " " * len(element[0]), html))
    reader.close()
    return reader.pieces


class _Reader(HTMLParser):
    """Collects the text outside of what is not prose."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)  # text as it is written
        self.pieces: list[tuple[int, str]] = []
        self._lines = [0]  # where they begin
        self._left_out = ("", 0)  # an element, and how many of its name are open

    def feed(self, data: str) -> None:
        self._lines += [found.end() for found in re.finditer("\n", data)]
        super().feed(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name, depth = self._left_out
        if depth:
            self._left_out = (name, depth + (tag == name))
        elif attrs and _CLASSES.intersection((dict(attrs).get("class") or "").split()):
            self._left_out = (tag, 1)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Nothing is inside."""

    def handle_endtag(self, tag: str) -> None:
        name, depth = self._left_out
        self._left_out = (name, depth - (depth > 0 and tag == name))

    def handle_data(self, data: str) -> None:
        if not self._left_out[1] and not data.isspace():
            line, column = self.getpos()
            self.pieces.append((self._lines[line - 1] + column, data))
