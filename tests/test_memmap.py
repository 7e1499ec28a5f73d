# Files as arrays: np.memmap in and out, block by block.

import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from laboratory import same_bits

import actfn

SIZE = 2**24  # elements of float32: 64 MiB
MEMORY = 2 * 2**20  # of blocks and scratch

SHAPES = {
    "short rows": (SIZE // 64, 64),
    "rows": (SIZE // 1024, 1024),
    "one row": (SIZE,),
}


@pytest.fixture(scope="module")
def values() -> Any:
    x = np.random.default_rng(0).normal(scale=3, size=SIZE).astype(np.float32)
    x.flags.writeable = False
    return x


@pytest.fixture
def file(tmp_path: Path, values: Any) -> Iterator[Path]:
    path = tmp_path / "x.bin"
    values.tofile(path)
    yield path
    path.unlink()  # pytest keeps what is in its folders for a while


def mapped(path: Path, shape: Any, mode: Any = "r") -> Any:
    return np.memmap(path, np.float32, mode, shape=shape)


@contextmanager
def little_memory() -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MEMORY + 2**17


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "relu": actfn.relu,
    "gelu": actfn.gelu,
    "softmax": actfn.softmax,
    "log_softmax": actfn.log_softmax,
}


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_from_file_to_file_in_little_memory(
    function: Any, shape: Any, file: Path, values: Any, tmp_path: Path
) -> None:
    x = mapped(file, shape)  # read-only
    out = mapped(tmp_path / "y.bin", shape, "w+")
    with little_memory():
        assert function(x, out=out) is out
    same_bits(out, function(values.reshape(shape)))
    assert x.tobytes() == values.tobytes()
    (tmp_path / "y.bin").unlink()


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_in_place(function: Any, file: Path, values: Any) -> None:
    x = mapped(file, SHAPES["rows"], "r+")
    with little_memory():
        assert function(x, out=x) is x
    x.flush()
    given = np.fromfile(file, np.float32).reshape(x.shape)
    same_bits(given, function(values.reshape(x.shape)))


def test_in_place_along_one_row(file: Path, values: Any) -> None:
    x = mapped(file, SIZE, "r+")
    with little_memory():
        actfn.softmax(x, out=x)
    same_bits(x, actfn.softmax(values))


def test_a_row_is_reduced_to_a_number_in_little_memory(file: Path, values: Any) -> None:
    with little_memory():
        given = actfn.logsumexp(mapped(file, SIZE))
    same_bits(given, actfn.logsumexp(values))


@pytest.mark.parametrize("mode", ["r", "r+", "c"])
def test_without_out_a_plain_array_comes(mode: Any, file: Path) -> None:
    x = mapped(file, (4, 10), mode)
    for result in (actfn.relu(x), actfn.softmax(x), actfn.glu(x)):
        assert type(result) is np.ndarray
        assert result.flags.writeable
    assert type(actfn.relu(x, out=np.empty(x.shape, x.dtype))) is np.ndarray


def test_a_read_only_file_is_not_written_to(file: Path) -> None:
    x = mapped(file, 40)
    with pytest.raises(ValueError, match="out must be writeable, got a read-only"):
        actfn.relu(x, out=x)
