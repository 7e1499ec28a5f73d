# Figures for slides. A page's figure follows the reader's colour scheme by means that
# PowerPoint, Keynote and LibreOffice do not know; these have their colours written in,
# once for light slides and once for dark ones, with nothing behind them.

import html
import io
import re
import zipfile

import figures
from rendering import Figure

SCHEMES = ("light", "dark")
_STYLE = re.compile(r"\s*<defs>\s*<style\b.*?</style>\s*</defs>", re.DOTALL)
_METADATA = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)
_HEAD = re.compile(r"\A.*?<svg ", re.DOTALL)  # the document type names another host

_SHEET = """\
<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Figures: {title}</title>
<style>
body {{ font: 1rem/1.5 sans-serif; max-width: 64rem; margin: 2rem auto }}
body {{ padding: 0 1rem }}
section {{ break-inside: avoid; margin: 2rem 0 }}
.pair {{ display: grid; grid-template-columns: 1fr 1fr; gap: 1rem }}
.pair a {{ padding: .5rem; border: 1px solid #8b929a; background: #fff }}
.pair a + a {{ background: #16191d; print-color-adjust: exact }}
img {{ width: 100%; height: auto; display: block }}
h3, p {{ margin: .3rem 0 }}
</style>
<h1>Figures: {title}</h1>
<p>Each figure is there for light slides and for dark ones, without a background. Below
it stands what it shows in words, with the values of this build: its text alternative.
MIT licence, © The actfn authors.</p>
"""


def files(stem: str, title: str, drawn: list[Figure]) -> dict[str, str]:
    """The figures of a page by file name, and a sheet that shows them all.

    What belongs to a solution lies in a folder of its own and says so in its name.
    """
    # In the order of the page, but those of solutions last.
    drawn = sorted(drawn, key=lambda figure: figure.solution)
    made = {f"{stem}-figures.html": _sheet(title, drawn)}
    for figure in drawn:
        for scheme in SCHEMES:
            made[_path(figure, scheme)] = fixed(figure.svg, figure.alternative, scheme)
    return made


def _name(figure: Figure) -> str:
    words = ["solution"] * figure.solution + ["measured"] * figure.measured
    return "-".join([figure.name.removesuffix(".svg"), *words])


def _path(figure: Figure, scheme: str) -> str:
    return "solutions/" * figure.solution + f"{_name(figure)}-{scheme}.svg"


def _sheet(title: str, drawn: list[Figure]) -> str:
    parts = [_SHEET.format(title=html.escape(title))]
    for solution, heading in ((False, "On the page"), (True, "In the solutions")):
        shown = [_section(f) for f in drawn if f.solution == solution]
        parts += [f"<h2>{heading}</h2>\n", *shown] if shown else []
    return "".join(parts)


def _section(figure: Figure) -> str:
    pair = "".join(
        f'<a href="{_path(figure, scheme)}"><img src="{_path(figure, scheme)}" '
        f'alt="{_name(figure)} for {scheme} slides"></a>'
        for scheme in SCHEMES
    )
    # The same class as on the page: another build may show something else.
    kind = ' class="volatile"' * figure.measured
    return (
        f'<section>\n<h3>{_name(figure)}</h3>\n<div class="pair">{pair}</div>\n'
        f"<p{kind}>{html.escape(figure.alternative, quote=False)}</p>\n</section>\n"
    )


def fixed(svg: str, alternative: str, scheme: str) -> str:
    """A figure of a page with the colours of one scheme, for any program."""
    colours = {
        name: pair[SCHEMES.index(scheme)] for name, pair in figures.PALETTE.items()
    }
    svg = _METADATA.sub("", _STYLE.sub("", svg, count=1), count=1)
    svg = re.sub(r"var\(--(\w+)\)", lambda found: colours[found[1]], svg)
    head = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<svg role="img" stroke-linejoin="round" stroke-linecap="butt" '
    )
    title = f"<title>{html.escape(alternative, quote=False)}</title>"
    attributes, end, drawing = _HEAD.sub("", svg).partition(">")
    return f"{head}{attributes}{end}\n {title}{drawing}"


def bundle(files: dict[str, str]) -> bytes:
    """A zip of these files that is the same bytes for the same files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as target:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)  # dated 1980, always
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            target.writestr(entry, content)
    return made.getvalue()
