# The hostile laboratory: warnings are errors (pyproject.toml), and in the tests of the
# package every floating-point flag raises. The tests of the site, in a folder below,
# are left alone.

import sys
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis.configuration import set_hypothesis_home_dir

HERE = Path(__file__).parent

mpl.use("agg")
set_hypothesis_home_dir(HERE.parent / ".cache" / "hypothesis")

# Importlib mode, which lets files in several folders have one name, leaves out what
# the tests share: laboratory.py, judge.py and the formulas of the families.
sys.path.insert(0, str(HERE))


@pytest.fixture(autouse=True)
def floating_point_errors_raise(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.path.parent != HERE:
        yield
        return
    with np.errstate(all="raise"):
        yield


@pytest.fixture(autouse=True)
def figures_are_closed() -> Iterator[None]:
    yield
    plt.close("all")
