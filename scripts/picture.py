# Draws the picture of the README: .venv/bin/python scripts/picture.py
# A test compares it with what the package draws now.

import io
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "pages"))

import figures

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "assets" / "curves.svg"
_SHOWN = ("relu", "elu", "gelu", "softplus", "sigmoid", "tanh")


def draw() -> str:
    """Give the picture as SVG that follows the reader's colour scheme."""
    import matplotlib

    matplotlib.use("svg")
    exec(figures.SET_UP)
    from matplotlib import pyplot

    import actfn.plot

    figure, axes = pyplot.subplots(1, 2, figsize=(8.4, 3.2), sharex=True)
    for ax, derivative, title in zip(axes, (False, True), ("functions", "derivatives")):
        actfn.plot.compare(_SHOWN, derivative=derivative, ax=ax, interval=(-3, 3))
        ax.set_title(title)
    axes[1].get_legend().remove()
    target = io.StringIO()
    figure.savefig(target, format="svg", **figures.SAVE)
    pyplot.close(figure)
    return figures.themed(target.getvalue())


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8")
