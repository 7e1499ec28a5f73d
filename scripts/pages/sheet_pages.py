# Draws the cheat sheet for paper and prints it as JSON: PDF (base64) and SVG by file
# name. Cards stand in columns, at the largest size at which all have room. A process of
# its own, that reads the cards from its input and the curves from the package.

import base64
import io
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import function_pages  # sets the style of all figures
import matplotlib
import matplotlib.pyplot as plt
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.transforms import Affine2D
from sheet_cards import FAINT, Card, Mark, NoRoomError, card

import actfn

_MM = 72 / 25.4  # points
_MARGIN = 7 * _MM
_BETWEEN = 10.0  # columns
_TOP = 21.0  # of the columns, below the margin
_BOTTOM = 9.0
_LEAST = 3.0  # between two cards
_TITLE = FontProperties(family="DejaVu Sans", weight="bold", size=13)
_FAMILY = FontProperties(family="DejaVu Sans", weight="bold", size=8)
_SMALL = FontProperties(family="DejaVu Sans", size=6.5)
_HEADING = 15.0  # height

_STYLE: dict[Any, Any] = {
    "figure.constrained_layout.use": False,
    "lines.markersize": 2.6,
    "pdf.fonttype": 42,  # text that can be searched and copied
}

_NAME = "Activation functions and their derivatives"
_KEY = (
    "Solid: the function f.  Dashed: its derivative f′, with a dot at the value it "
    "takes at a kink.  Pictures: x from −3 to 3, y from −1.5 to 3."
)
_VECTORS = (
    "Of a vector x: the picture shows the first result for the vector named.  "
    "g: the gradient of a loss L with respect to f(x)."
)


@dataclass(frozen=True)
class Paper:
    """A format in landscape, in millimetres, and how it is filled."""

    name: str
    width: float
    height: float
    pages: int
    columns: int

    @property
    def column(self) -> float:
        """Width of a column in points."""
        room = self.width * _MM - 2 * _MARGIN - (self.columns - 1) * _BETWEEN
        return room / self.columns

    @property
    def room(self) -> float:
        """Height of a column in points."""
        return self.height * _MM - 2 * _MARGIN - _TOP - _BOTTOM


PAPERS = {
    paper.name: paper
    for paper in (Paper("a3", 420, 297, 1, 7), Paper("a4", 297, 210, 2, 5))
}

Column = list[Card | str]  # a string is a family's title


def fill(cards: list[dict[str, Any]], paper: Paper) -> tuple[float, list[Column]]:
    """The largest scale at which everything fits, and what stands in which column."""
    low, high = 0.6, 1.4
    found = _filled(cards, paper, low)
    while high - low > 0.01:
        middle = (low + high) / 2
        try:
            found = _filled(cards, paper, middle)
        except NoRoomError:
            high = middle
        else:
            low = middle
    return low, found


def _filled(cards: list[dict[str, Any]], paper: Paper, scale: float) -> list[Column]:
    laid = [card(facts, paper.column / scale) for facts in cards]
    families = [facts["family"] for facts in cards]
    room, count = paper.room / scale, paper.pages * paper.columns
    if len(_columns(laid, families, room)) > count:
        raise NoRoomError(f"the cheat sheet has more cards than {paper.name} takes")
    return _even(laid, families, room, count)


def _columns(cards: list[Card], families: list[str], room: float) -> list[Column]:
    """Fill one column after the other; each begins with a title."""
    columns: list[Column] = [[]]
    for laid, family in zip(cards, families, strict=True):
        title = _title(columns[-1], family)
        if height([*columns[-1], *title, laid]) > room and columns[-1]:
            columns.append([])
            begun = any(family == part for c in columns for part in c)
            title = [f"{family}, continued" if begun else family]
        columns[-1] += [*title, laid]
    return columns


def _title(column: Column, family: str) -> Column:
    titles = [part for part in column if isinstance(part, str)]
    return (
        [] if titles and titles[-1].removesuffix(", continued") == family else [family]
    )


def _even(
    cards: list[Card], families: list[str], room: float, count: int
) -> list[Column]:
    """The columns at the smallest height that still needs no more of them."""
    low, high = 0.0, room
    for _ in range(20):
        middle = (low + high) / 2
        if len(_columns(cards, families, middle)) <= count:
            high = middle
        else:
            low = middle
    return _columns(cards, families, high)


def height(column: Column) -> float:
    """How high a column is when its parts stand as close as they may."""
    parts = [_HEADING if isinstance(part, str) else part.height for part in column]
    return sum(parts) + _LEAST * (len(parts) - 1)


def draw(cards: list[dict[str, Any]], paper: Paper) -> list[Figure]:
    """The pages of a sheet."""
    matplotlib.rcParams.update(_STYLE)
    scale, columns = fill(cards, paper)
    figures = []
    for page in range(paper.pages):
        sheet = _Sheet(paper, scale)
        sheet.frame(page)
        first = page * paper.columns
        for place, column in enumerate(columns[first : first + paper.columns]):
            sheet.column(place, column)
        figures.append(sheet.figure)
    return figures


class _Sheet:
    """A page, drawn in points from its upper left corner, down."""

    def __init__(self, paper: Paper, scale: float) -> None:
        self.paper, self.scale = paper, scale
        size = (paper.width / 25.4, paper.height / 25.4)
        self.figure = plt.figure(figsize=size, facecolor="white")
        self.points = (
            Affine2D().scale(1 / 72, -1 / 72).translate(0, size[1])
            + self.figure.dpi_scale_trans
        )

    def frame(self, page: int) -> None:
        """The title, what the pictures show, and the foot."""
        right = self.paper.width * _MM - _MARGIN
        foot = self.paper.height * _MM - _MARGIN
        count = f"  ·  page {page + 1} of {self.paper.pages}" * (self.paper.pages > 1)
        for x, y, text, font, at in (
            (_MARGIN, _MARGIN + 11, _NAME, _TITLE, "left"),
            (right, _MARGIN + 4, _KEY, _SMALL, "right"),
            (right, _MARGIN + 13, _VECTORS, _SMALL, "right"),
            (_MARGIN, foot, f"actfn {actfn.__version__}{count}", _SMALL, "left"),
            (right, foot, "Computed from the package.", _SMALL, "right"),
        ):
            self._text(x, y, Mark(0, 0, text, font, 1 / self.scale), ha=at)

    def column(self, place: int, column: Column) -> None:
        """Draw the cards of a column, and spread what room is left between them."""
        left = _MARGIN + place * (self.paper.column + _BETWEEN)
        room = self.paper.room / self.scale - height(column)
        gap = _LEAST + min(room / max(len(column) - 1, 1), 14)
        y = (_MARGIN + _TOP) / self.scale
        for part in column:
            if isinstance(part, str):
                self._family(left, y, part)
                y += _HEADING + _LEAST
            else:
                self._card(left, y, part)
                y += part.height + gap

    def _family(self, left: float, y: float, title: str) -> None:
        bottom = (y + _HEADING - 2) * self.scale
        text = title[0].upper() + title[1:]
        self._text(left, bottom - 4, Mark(0, 0, text, _FAMILY))
        line = Path([(left, bottom), (left + self.paper.column, bottom)])
        self._path(line, edgecolor=FAINT, linewidth=0.6)

    def _card(self, left: float, top: float, laid: Card) -> None:
        for mark in laid.marks:
            x, y = left + mark.x * self.scale, (top + mark.y) * self.scale
            if mark.text:
                self._text(x, y, mark)
            else:
                upper = (top + mark.top) * self.scale
                self._path(_brace(x, upper, y, 4 * self.scale), linewidth=0.7)
        self._picture(left, top, laid)

    def _picture(self, left: float, top: float, laid: Card) -> None:
        x, y, width, height = (value * self.scale for value in laid.picture)
        page = self.paper.width * _MM, self.paper.height * _MM
        bottom = page[1] - top * self.scale - y - height
        place = (
            (left + x) / page[0],
            bottom / page[1],
            width / page[0],
            height / page[1],
        )
        ax = self.figure.add_axes(place, label=laid.name)
        function_pages.draw_small(
            actfn.CATALOGUE[laid.name], ax, dot=2.6, linewidth=1.1
        )

    def _text(self, x: float, y: float, mark: Mark, **more: Any) -> None:
        font, size = mark.font.copy(), mark.font.get_size_in_points()
        font.set_size(size * mark.scale * self.scale)
        more |= {"color": mark.color, "fontproperties": font}
        self.figure.text(x, y, mark.text, transform=self.points, **more)

    def _path(self, path: Path, **style: Any) -> None:
        patch = PathPatch(path, fill=False, transform=self.points, **style)
        self.figure.add_artist(patch)


def _brace(x: float, top: float, bottom: float, width: float) -> Path:
    """A left brace, drawn in four quarter turns."""
    middle, right, turn = (top + bottom) / 2, x + width, min(width, (bottom - top) / 4)
    centre = x + width / 2
    corners = [
        (right, top),
        (centre, top),
        (centre, top + turn),
        (centre, middle - turn),
        (centre, middle),
        (x, middle),
        (centre, middle),
        (centre, middle + turn),
        (centre, bottom - turn),
        (centre, bottom),
        (right, bottom),
    ]
    quarter, straight = [Path.CURVE3, Path.CURVE3], [Path.LINETO]
    half = [*quarter, *straight, *quarter]
    return Path(corners, [Path.MOVETO, *half, *half])


def files(cards: list[dict[str, Any]], paper: Paper) -> dict[str, dict[str, str]]:
    """The files of a sheet: text, or bytes in base64."""
    figures = draw(cards, paper)
    stem = f"cheat-sheet-{paper.name}"
    made = {f"{stem}.pdf": {"base64": _pdf(figures)}}
    for number, figure in enumerate(figures, 1):
        name = f"{stem}-{number}.svg" if len(figures) > 1 else f"{stem}.svg"
        made[name] = {"text": _svg(figure)}
        plt.close(figure)
    return made


def _pdf(figures: Iterable[Figure]) -> str:
    target = io.BytesIO()
    about = {"Title": _NAME, "CreationDate": None}
    with PdfPages(target, metadata=about) as pages:
        for figure in figures:
            pages.savefig(figure)
    return base64.b64encode(target.getvalue()).decode()


def _svg(figure: Figure) -> str:
    target = io.StringIO()
    figure.savefig(target, format="svg", metadata={"Date": None})
    return target.getvalue()


if __name__ == "__main__":
    json.dump(files(json.load(sys.stdin), PAPERS[sys.argv[1]]), sys.stdout)
