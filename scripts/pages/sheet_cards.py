# A card of the cheat sheet on paper: what stands where, in points from its upper left
# corner, down. Nothing is drawn here, so that a card can be tried in any width.

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from sheet_formulas import Line, lines

INK, FAINT = "#24292f", "#59616a"
NAME = FontProperties(family="DejaVu Sans Mono", weight="bold", size=8.2)
FORMULA = FontProperties(family="STIXGeneral", size=8.6, math_fontfamily="stix")
WORDS = FontProperties(family="DejaVu Sans", size=6.6)

_PICTURE = (48.0, 36.0)  # width and height
_GAP = 5.0  # between the picture and what stands beside it
_LEADING = 1.22  # from one line of words to the next, by their size
_AXIS = 0.27  # height of a formula's middle above its baseline, by the size
_BRACE = 4.0  # width
_NARROWEST = 0.85  # to how much of its size a formula may be pressed together


class NoRoomError(ValueError):
    """Something does not fit onto the cheat sheet."""


@dataclass(frozen=True)
class Mark:
    """Something to draw: text on a baseline, or a brace between two heights."""

    x: float
    y: float
    text: str = ""
    font: FontProperties = WORDS
    scale: float = 1.0
    color: str = INK
    top: float = 0.0  # of a brace; y is its bottom

    def moved(self, x: float, y: float) -> "Mark":
        """The same elsewhere."""
        return replace(self, x=self.x + x, y=self.y + y, top=self.top + y)


@dataclass(frozen=True)
class Block:
    """Marks beside each other, about a baseline at height 0."""

    marks: tuple[Mark, ...]
    width: float
    ascent: float
    descent: float

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.ascent + self.descent


@dataclass(frozen=True)
class Card:
    """All marks of a card, and where its picture stands."""

    name: str
    marks: tuple[Mark, ...]
    height: float
    picture: tuple[float, float, float, float]  # left, top, width, height


def card(facts: dict[str, Any], width: float) -> Card:
    """Lay out the card of a function."""
    left, y = _PICTURE[0] + _GAP, 14.0
    marks = [mark.moved(left, 0) for mark in _title(facts)]
    for block in _formulas(facts, width):
        if left and block.width > width - left:
            left, y = 0.0, max(y, _PICTURE[1] + 2)
        marks += [m.moved(left, y + block.ascent) for m in block.marks]
        y += block.height + 3
    y = max(y, _PICTURE[1] + 2)
    for text, color in (("  ·  ".join(facts["facts"]), INK), (facts["use"], FAINT)):
        for line in _wrapped(text, width):
            y += WORDS.get_size_in_points() * _LEADING
            marks.append(Mark(0, y, line, color=color))
        y += 1.2
    return Card(facts["name"], tuple(marks), y + 2, (0.0, 0.0, *_PICTURE))


def measure(
    text: str, font: FontProperties, scale: float = 1.0
) -> tuple[float, float, float]:
    """Width, height above the baseline, and depth below it."""
    width, height, depth = _measured(text, font)
    return width * scale, (height - depth) * scale, depth * scale


@cache
def _measured(text: str, font: FontProperties) -> tuple[float, float, float]:
    found = text_to_path.get_text_width_height_descent(text, font, text[0] == "$")
    return found[0], found[1], found[2]


def _title(facts: dict[str, Any]) -> Iterator[Mark]:
    yield Mark(0, 8, facts["name"], NAME)
    if facts["caption"]:
        beside = measure(facts["name"], NAME)[0] + 5
        yield Mark(beside, 8, facts["caption"], WORDS, color=FAINT)


def _wrapped(text: str, width: float) -> Iterator[str]:
    """Break words into lines; what no-break spaces join stays together."""
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and measure(longer, WORDS)[0] > width:
            yield line.strip(" ·")
            line = word
        else:
            line = longer
    yield line.strip(" ·")


def _formulas(facts: dict[str, Any], width: float) -> Iterator[Block]:
    """The lines of function and derivative; short ones share a line."""
    for latex in facts["formulas"]:
        row: Block | None = None
        for block in _blocks(lines(latex), width):
            both = row and _beside(row, block, 9.0)
            if row and both and both.width > width - _PICTURE[0] - _GAP:
                yield row
                row = block
            else:
                row = both or block
        if row:
            yield row


def _blocks(parts: list[Line], width: float) -> Iterator[Block]:
    for line in parts:
        if line.cases:
            yield _cases(line)
            continue
        whole = _text(line.text)
        first, *more = line.text.split(" = ")
        if len(more) < 2 or whole.width <= width - _PICTURE[0] - _GAP:
            yield _fitted(line.text, width)
        else:
            yield _text(f"{first} = {more[0]}")
            yield from (_fitted(f"\\quad = {part}", width) for part in more[1:])


def _fitted(latex: str, width: float) -> Block:
    block = _text(latex)
    if block.width <= width:
        return block
    scale = width / block.width
    if scale < _NARROWEST:
        raise NoRoomError(f"the formula is too wide for the cheat sheet: {latex}")
    return _text(latex, scale)


def _text(latex: str, scale: float = 1.0) -> Block:
    text = f"${latex}$"
    width, ascent, descent = measure(text, FORMULA, scale)
    return Block((Mark(0, 0, text, FORMULA, scale),), width, ascent, descent)


def _beside(one: Block, other: Block, gap: float) -> Block:
    start = one.width + gap
    return Block(
        (*one.marks, *(m.moved(start, 0) for m in other.marks)),
        start + other.width,
        max(one.ascent, other.ascent),
        max(one.descent, other.descent),
    )


def _cases(line: Line) -> Block:
    """Values and conditions in two columns, after a brace."""
    before = _text(line.text)
    rows = [(_text(value), _text(condition)) for value, condition in line.cases]
    column = before.width + _BRACE + 4
    conditions = column + max(value.width for value, _ in rows) + 8
    least = FORMULA.get_size_in_points() * 0.8
    heights = [max(v.ascent, c.ascent, least) for v, c in rows]
    depths = [max(v.descent, c.descent, 1.5) for v, c in rows]
    height = sum(heights) + sum(depths) + len(rows) - 1
    top = -height / 2 - FORMULA.get_size_in_points() * _AXIS
    brace = Mark(before.width + 2, top + height, top=top)
    marks, y = [*before.marks, brace], top
    for (value, condition), up, down in zip(rows, heights, depths, strict=True):
        marks += [m.moved(column, y + up) for m in value.marks]
        marks += [m.moved(conditions, y + up) for m in condition.marks]
        y += up + down + 1
    width = conditions + max(condition.width for _, condition in rows)
    ascent = max(before.ascent, -top)
    return Block(tuple(marks), width, ascent, max(before.descent, top + height))
