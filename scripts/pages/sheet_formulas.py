# The formulas of the cheat sheet: short, and on paper without LaTeX. There they are put
# into the words of matplotlib's mathtext. It sets text that can be searched, but has no
# cases, aligned lines or breaks, so that these become lines of their own. KaTeX, which
# draws the formulas of the pages, gives HTML alone.

import re
from dataclasses import dataclass

_FUNCTIONS = "operatorname|tanh|sin|cos|log|max|min|exp"

# What mathtext calls otherwise, or sets otherwise than LaTeX; applied in this order.
_WORDS = {
    r"\\textstyle": "",
    r"(?<![a-z])f\(": r"f\\hspace{0.08}(",  # or its tip touches the bracket
    r"\\frac(?![a-z])": r"\\dfrac",  # at full size, as small print has no room for less
    r"\\tfrac": r"\\frac",
    r"\\[bB]igl": r"\\left",
    r"\\[bB]igr": r"\\right",
    r"\\le(?![a-z])": r"\\leq",
    r"\\ge(?![a-z])": r"\\geq",
    r"((?:[=<>]|\\[lg]eq|if \})\s*)-": r"\1{-}",  # or it is set as a difference
    rf"(?<!\\otimes)(?<=[\w)}}])\s*(\\(?:{_FUNCTIONS})(?![a-z]))": r"\\,\1",
    r"\\operatorname(\{[^}]*\})'": r"\\mathrm\1'",
    r"\\text\{": r"\\mathrm{",
    r"(\\sum(?:_[a-z]|_\{[^}]*\})?)\s": r"\1\\,",
}
_WIDE = r"\qquad"  # what a docstring puts before a note
_PARTS = re.compile(r"\\q?quad")
_CASES = re.compile(r"(.*?)\\begin\{cases\}(.*?)\\end\{cases\}(.*)")
_ALIGNED = re.compile(r"\\begin\{aligned\}(.*?)\\end\{aligned\}")
_POWER = re.compile(r"e\^\{((?:[^{}]|\{[^{}]*\})*)\}")


@dataclass(frozen=True)
class Line:
    """One line of a formula: text for mathtext, and perhaps cases after a brace."""

    text: str
    cases: tuple[tuple[str, str], ...] = ()


def short(formula: str, gradient_formula: str, name: str) -> tuple[str, str]:
    """Both formulas with f for the function's name, and each note in one of them."""
    written = name.replace("_", r"\_")
    own = rf"\\operatorname\{{{re.escape(written)}\}}|\\{re.escape(name)}(?![a-z])"
    one, other = (re.sub(own, "f", latex) for latex in (formula, gradient_formula))
    said = [part.strip() for part in _PARTS.split(one)]
    parts = [part for part in other.split(_WIDE) if part.strip() not in said]
    return one, _WIDE.join(parts)


def lines(latex: str) -> list[Line]:
    """The lines of a formula on paper."""
    latex = _ALIGNED.sub(lambda found: _apart(found[1]), latex)
    return [_line(part) for part in _PARTS.split(latex) if part.strip()]


def _apart(rows: str) -> str:
    return rf" {_WIDE} ".join(rows.replace("&", "").split(r"\\"))


def _line(latex: str) -> Line:
    found = _CASES.fullmatch(latex.strip())
    if not found:
        return Line(_words(latex))
    before, rows, after = found.groups()
    if after.strip():
        raise ValueError(f"nothing may follow cases in a line: {latex}")
    cases = [row.split("&") for row in rows.split(r"\\")]
    return Line(_words(before), tuple((_words(v), _words(c)) for v, c in cases))


def _words(latex: str) -> str:
    latex = _POWER.sub(_power, latex.strip())
    for pattern, words in _WORDS.items():
        latex = re.sub(pattern, words, latex)
    return _spaced(latex)


def _power(found: re.Match[str]) -> str:
    """A power of e; where it holds an index or a power, one that stays legible."""
    if re.search("[_^]", found[1]):
        return rf"\exp\left({found[1]}\right)"
    return found[0]


def _spaced(latex: str) -> str:
    """Keep the spaces between words, which mathematics would drop."""
    return re.sub(
        r"\\mathrm\{([^}]*)\}",
        lambda found: r"\mathrm{" + found[1].replace(" ", r"\ ") + "}",
        latex,
    )
