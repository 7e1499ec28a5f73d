# Prose for readers outside the site: a notebook knows no cross-references, no
# admonitions, no footnotes and no pages beside it.

import re
import textwrap

_CODE = re.compile(r"(```.*?```|``.+?``|`[^`]+`)", re.DOTALL)
_REFERENCE = re.compile(r"\[([^\[\]]+)\]\[actfn[\w.]*\]")
_RELATIVE = re.compile(r"(?<![\w!\])])\[([^\[\]]*)\]\((?![a-z]+:)[^()\s]*\)")
_FOOTNOTE = re.compile(r"\[\^[\w-]+\](?!:)")
_NAMED = re.compile(r"^(#+ .*?) *\{ *#[\w-]+ *\}$", re.MULTILINE)
_BOX = re.compile(
    r'^(?:!!!|\?\?\?\+?) +(\w+)(?: +"(.*)")?\n((?:(?: {4}.*)?\n)*(?: {4}.*)?)',
    re.MULTILINE,
)


def portable(text: str) -> str:
    """Write Markdown of the site so that it reads well in any notebook."""
    text = _NAMED.sub(r"\1", _BOX.sub(_quotation, text))
    # Code may stand inside a link, and brackets inside code: put the code aside.
    codes: list[str] = []

    def aside(found: re.Match[str]) -> str:
        codes.append(found[0])
        return f"\0{len(codes) - 1}\0"

    text = _CODE.sub(aside, text)
    for link in (_REFERENCE, _RELATIVE):
        text = link.sub(r"\1", text)
    text = _FOOTNOTE.sub("", text)
    return re.sub("\0(\\d+)\0", lambda found: codes[int(found[1])], text)


def _quotation(found: re.Match[str]) -> str:
    kind, title, body = found.groups()
    inside = textwrap.dedent(body).strip()
    said = f"**{title or kind.capitalize()}**\n\n{inside}"
    return textwrap.indent(said, "> ", lambda line: True) + "\n\n"
