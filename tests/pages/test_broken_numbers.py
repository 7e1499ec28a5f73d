# What the page on broken numbers builds by hand, beside a library that has it.

import ast
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from pages.projects import ROOT


@pytest.fixture(scope="module")
def bfloat16() -> Any:
    """The function of the page, without the rest of the page."""
    text = (ROOT / "docs" / "guide" / "broken-numbers.py").read_text("utf-8")
    (function,) = [
        node
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef) and node.name == "bfloat16"
    ]
    names: dict[str, Any] = {"np": np}
    exec(compile(ast.Module([function], []), "broken-numbers.py", "exec"), names)
    return names["bfloat16"]


@pytest.mark.parametrize("rest", [0x0000, 0x0001, 0x7FFF, 0x8000, 0x8001, 0xFFFF])
def test_the_page_rounds_to_bfloat16_as_ml_dtypes_does(
    bfloat16: Any, rest: int
) -> None:
    upper = np.arange(2**16, dtype=np.uint32) << 16
    x = (upper | np.uint32(rest)).view(np.float32)
    with np.errstate(all="ignore"):
        expected = x.astype(ml_dtypes.bfloat16).astype(np.float32)
    np.testing.assert_array_equal(bfloat16(x), expected)
