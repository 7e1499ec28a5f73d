# The cheat sheet: every function on the page, and on paper where nothing is too small
# to read, or in the way of something else.

import re
import sys
from collections.abc import Iterator
from typing import Any

import matplotlib
import numpy as np
import pytest
from pages.projects import ROOT, Build
from pages.web import Site

from actfn import CATALOGUE, Activation

every_function = pytest.mark.parametrize("row", CATALOGUE.values(), ids=list(CATALOGUE))
every_paper = pytest.mark.parametrize("paper", ["a3", "a4"])

FAMILIES = list(dict.fromkeys(row.family for row in CATALOGUE.values()))
SMALLEST = {"a3": 6.0, "a4": 5.5}  # points
SMALLEST_INDEX = 5.0


@pytest.fixture(scope="module")
def cards(site: Build) -> dict[str, Any]:
    """The cards of the page, by name."""
    page = Site(site.site).page("reference/cheat-sheet/")
    return {card.h3.code.get_text(): card for card in page.select(".card")}


@pytest.fixture(scope="module")
def worker() -> Iterator[Any]:
    """The script that draws the sheets; the settings are afterwards as they were."""
    folder, backend = str(ROOT / "scripts" / "pages"), matplotlib.get_backend()
    sys.path.insert(0, folder)
    with matplotlib.rc_context():
        import sheet_pages

        yield sheet_pages
    sys.path.remove(folder)
    matplotlib.use(backend)


@pytest.fixture(scope="module")
def told(worker: Any) -> list[dict[str, Any]]:
    """What the cards say."""
    pages = worker.function_pages
    return [pages.card(row, pages.properties(row)) for row in CATALOGUE.values()]


@pytest.fixture(scope="module")
def sheets(worker: Any, told: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """The pages of each paper as figures."""
    return {name: worker.draw(told, paper) for name, paper in worker.PAPERS.items()}


def test_the_page_has_all_functions_in_their_families(
    cards: dict[str, Any], site: Build
) -> None:
    assert list(cards) == list(CATALOGUE)
    for name, card in cards.items():
        (title,) = card.find_previous("h2").find_all(string=True, limit=1)
        assert title.lower() == CATALOGUE[name].family


@every_function
def test_a_card_holds_what_is_to_be_remembered(
    cards: dict[str, Any], row: Activation
) -> None:
    card = cards[row.name]
    text = card.get_text().replace("\N{NO-BREAK SPACE}", " ")
    assert card.h3.a["href"] == f"../{row.name}/"
    assert card.img["src"] == f"../{row.name}/thumbnail.svg"
    assert len(card.select("div.formula")) == 1 + bool(row.gradient)
    assert "Range " in text
    assert ("of f′ " in text) == ("axis" not in row.parameters)
    assert text.count("f′(") - text.count("f′(x)") == len(row.kinks)
    assert row.use in text.replace("\n", " ")


def test_formulas_are_those_of_the_docstrings_with_f_for_the_name(
    cards: dict[str, Any],
) -> None:
    def source(name: str, place: int) -> str:
        return str(cards[name].select("annotation")[place].get_text())

    assert r"f(x) = \max(x, 0)^2" in source("squared_relu", 0)
    assert "f'(x) = 2\\max(x, 0)" in source("squared_relu", 1)
    assert r"y = f(x)" in source("softmax", 1)
    assert r"y = \operatorname{softmax}(x)" in source("log_softmax", 1)
    notes = [source("threshold", place).count("threshold") for place in (0, 1)]
    assert notes == [1, 0]


@pytest.mark.parametrize(
    ("paper", "pages", "width", "height"), [("a3", 1, 420, 297), ("a4", 2, 297, 210)]
)
def test_papers_have_their_size_and_no_date(
    paper: str, pages: int, width: float, height: float, site: Build
) -> None:
    stem = f"reference/cheat-sheet-{paper}"
    pdf = (site.site / f"{stem}.pdf").read_bytes()
    boxes = re.findall(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+) ?\]", pdf)
    assert len(boxes) == pages
    for box in boxes:
        assert [float(side) / 72 * 25.4 for side in box] == pytest.approx(
            [width, height], abs=0.1
        )
    assert b"CreationDate" not in pdf
    assert b"/Subtype /TrueType" in pdf or b"/CIDFontType2" in pdf  # text, not curves
    names = [f"{stem}-{i + 1}.svg" for i in range(pages)] if pages > 1 else [stem]
    for name in names:
        svg = site.text(name.removesuffix(".svg") + ".svg")
        found = re.search(r'<svg [^>]*?width="([\d.]+)pt" height="([\d.]+)pt"', svg)
        assert found
        sides = [float(side) / 72 * 25.4 for side in found.groups()]
        assert sides == pytest.approx([width, height], abs=0.1)


def texts(figures: list[Any]) -> list[str]:
    return [text.get_text() for figure in figures for text in figure.texts]


@every_paper
def test_every_function_is_on_paper_once(paper: str, sheets: dict[str, Any]) -> None:
    found = texts(sheets[paper])
    assert [text for text in found if text in CATALOGUE] == list(CATALOGUE)
    pictures = [ax.get_label() for figure in sheets[paper] for ax in figure.axes]
    assert pictures == list(CATALOGUE)
    titles = [text.lower() for text in found if text.lower() in FAMILIES]
    assert titles == FAMILIES
    words = " ".join(found)
    for row in CATALOGUE.values():
        assert row.use in words, row.name


@every_paper
def test_nothing_on_paper_is_too_small_to_read(
    paper: str, sheets: dict[str, Any]
) -> None:
    for text in (t for figure in sheets[paper] for t in figure.texts):
        assert text.get_fontsize() >= SMALLEST[paper], text.get_text()
        if text.get_text().startswith("$"):
            glyphs = matplotlib.textpath.text_to_path.mathtext_parser.parse(
                text.get_text(), 72, text.get_fontproperties()
            ).glyphs
            sizes = [size for _, size, *_ in glyphs]
            assert min(sizes) >= SMALLEST_INDEX, text.get_text()


def boxes(figure: Any) -> tuple[list[str], Any]:
    """All texts, braces and pictures, with their left, bottom, right and top."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure.set_dpi(288)  # at low ones, letters are fitted to pixels
    renderer: Any = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    found = [(t.get_text(), t.get_window_extent(renderer)) for t in figure.texts]
    found += [("a line", p.get_window_extent(renderer)) for p in figure.patches]
    found += [(ax.get_label(), ax.get_window_extent(renderer)) for ax in figure.axes]
    return [name for name, _ in found], np.array([box.extents for _, box in found])


@every_paper
def test_nothing_on_paper_is_in_the_way(paper: str, sheets: dict[str, Any]) -> None:
    for figure in sheets[paper]:
        names, sides = boxes(figure)
        point = figure.dpi / 72
        low, high = sides[:, None, :2], sides[:, None, 2:]
        # What is shared in both directions; one point is the air around letters.
        shared = np.minimum(high, sides[:, 2:]) - np.maximum(low, sides[:, :2]) - point
        collide = (shared > 0).all(axis=2) & ~np.eye(len(names), dtype=bool)
        found = [(names[i], names[j]) for i, j in np.argwhere(collide) if i < j]
        assert found == []
        assert sides.min() > 4 / 25.4 * figure.dpi
        room = figure.get_size_inches() * figure.dpi - sides[:, 2:]
        assert room.min() > 4 / 25.4 * figure.dpi


@every_paper
def test_derivatives_on_paper_are_dashed(paper: str, sheets: dict[str, Any]) -> None:
    for ax in (ax for figure in sheets[paper] for ax in figure.axes):
        drawn = {line.get_label(): line.get_linestyle() for line in ax.lines}
        styles = [s for label, s in drawn.items() if label.startswith(ax.get_label())]
        gradient = CATALOGUE[ax.get_label()].gradient
        assert styles == ["-", "--"][: 1 + bool(gradient)], ax.get_label()


def test_another_process_draws_the_same_bytes(
    site: Build, worker: Any, told: list[dict[str, Any]]
) -> None:
    made = worker.files(told, worker.PAPERS["a4"])
    assert set(made) == {
        "cheat-sheet-a4.pdf",
        "cheat-sheet-a4-1.svg",
        "cheat-sheet-a4-2.svg",
    }
    for name, content in made.items():
        drawn = content.get("text", "").encode() or worker.base64.b64decode(
            content["base64"]
        )
        assert drawn == (site.site / "reference" / name).read_bytes(), name


def test_columns_begin_with_a_title_and_end_with_a_card(
    worker: Any, told: list[dict[str, Any]]
) -> None:
    for paper in worker.PAPERS.values():
        _, columns = worker.fill(told, paper)
        for column in columns:
            assert isinstance(column[0], str)
            assert not isinstance(column[-1], str)


def test_a_formula_without_room_is_named(
    worker: Any, told: list[dict[str, Any]]
) -> None:
    long = {**told[0], "formulas": [" + ".join(["x"] * 99)]}
    with pytest.raises(worker.NoRoomError, match=r"too wide .* x \+ x \+ x"):
        worker.fill([long], worker.PAPERS["a3"])
    with pytest.raises(worker.NoRoomError, match="more cards than a4 takes"):
        worker.fill(told * 3, worker.PAPERS["a4"])


def test_what_cannot_be_set_on_paper_is_refused(
    worker: Any, told: list[dict[str, Any]]
) -> None:
    cases = r"\begin{cases} 1 & \text{if } x \end{cases} + 1"
    with pytest.raises(ValueError, match="nothing may follow cases"):
        worker.card({**told[0], "formulas": [cases]}, 200)
