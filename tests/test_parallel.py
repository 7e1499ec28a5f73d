# Several threads: the same bits as one, from any thread, after a fork, and then gone.

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from laboratory import CALLS, Call, every, same_bits, sample

import actfn
from actfn import _blocks, _parallel

MANY = _blocks._SHARED + 2 * _blocks.BLOCK + 6

LAYOUTS = {
    "contiguous": lambda x: x,
    "strided": lambda x: np.repeat(x, 2, axis=-1)[:, ::2],
    "in Fortran's order": np.asfortranarray,
    "swapped": lambda x: x.astype(x.dtype.newbyteorder()),
}


def interpret(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter where warnings are errors."""
    source = str(Path(actfn.__file__).parents[1])
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": source, **variables},
        text=True,
        timeout=60,
    )


@every(CALLS)
def test_several_threads_give_the_bits_of_one(call: Call) -> None:
    x = sample((MANY // 60, 60), np.float32, hostile=False)
    keywords = {} if call.elementwise else {"axis": -1}
    alone = call(x, **keywords)
    with actfn.threads(3):
        same_bits(call(x, **keywords), alone)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64])
def test_layouts_and_dtypes_are_shared_alike(layout: Any, dtype: Any) -> None:
    x = layout(sample((2, MANY // 2), np.float16, hostile=False).astype(dtype))
    alone = actfn.silu(x)
    out = np.empty_like(alone)[::-1]
    with actfn.threads(2):
        same_bits(actfn.silu(x), alone)
        same_bits(actfn.silu(x, out=out), alone)
        same_bits(actfn.silu(x.T), alone.T)


def kernel_that_notes(names: list[str]) -> Any:
    barrier = threading.Barrier(2, timeout=20)

    def kernel(x: Any, out: Any, scratch: Any) -> None:
        if len(names) < 2:
            names.append(threading.current_thread().name)
            barrier.wait()  # goes on once two threads have come
        np.copyto(out, x)

    return kernel


def test_a_thread_may_begin_with_the_last_rows_of_an_axis() -> None:
    x = np.random.default_rng(0).normal(size=(3, 50, 1000)).astype(np.float32)
    for moved in (x, x.transpose(2, 0, 1)):
        axis = moved.shape.index(1000)
        with actfn.threads(2):
            y = actfn.softmax(moved, axis)
        same_bits(y, actfn.softmax(moved, axis))


def test_two_threads_work_at_the_same_time() -> None:
    names: list[str] = []
    with actfn.threads(2):
        _blocks.elementwise(kernel_that_notes(names), np.ones(MANY), out=None)
    assert len(set(names)) == 2
    assert threading.current_thread().name in names


def test_one_thread_is_the_default_and_small_arrays_stay_in_it() -> None:
    seen = set()

    def kernel(x: Any, out: Any, scratch: Any) -> None:
        seen.add(threading.get_ident())
        np.copyto(out, x)

    assert actfn.get_threads() == 1
    _blocks.elementwise(kernel, np.ones(MANY), out=None)
    with actfn.threads(2):
        _blocks.elementwise(kernel, np.ones(_blocks._SHARED - 1), out=None)
    assert seen == {threading.get_ident()}


def test_an_error_in_another_thread_reaches_the_caller_when_all_are_done() -> None:
    running = []

    def kernel(x: Any, out: Any, scratch: Any) -> None:
        running.append(1)
        if threading.current_thread() is not threading.main_thread():
            raise ZeroDivisionError("of a kernel")
        np.copyto(out, x)
        running.pop()

    with actfn.threads(2), pytest.raises(ZeroDivisionError, match="of a kernel"):
        _blocks.elementwise(kernel, np.ones(MANY), out=None)
    assert len(running) == 1  # only the one that failed has not ended


def test_threads_holds_in_its_own_thread_and_ends() -> None:
    with ThreadPoolExecutor(1) as pool, actfn.threads(3):
        assert actfn.get_threads() == 3
        assert pool.submit(actfn.get_threads).result() == 1
        with actfn.threads(2):
            assert actfn.get_threads() == 2
        assert actfn.get_threads() == 3
    assert actfn.get_threads() == 1


def test_set_threads_holds_everywhere() -> None:
    actfn.set_threads(2)
    try:
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(actfn.get_threads).result() == 2
        x = np.linspace(-5, 5, MANY)
        shared = actfn.tanh(x)
    finally:
        actfn.set_threads(1)
    same_bits(shared, actfn.tanh(x))
    assert _parallel._pool is None  # nothing waits for work any more


@pytest.mark.parametrize("n", [0, -1])
def test_a_number_below_one_is_refused(n: int) -> None:
    with pytest.raises(ValueError, match=f"n must be at least 1, got {n}"):
        actfn.set_threads(n)
    with pytest.raises(ValueError, match="at least 1"), actfn.threads(n):
        pass
    assert actfn.get_threads() == 1


@pytest.mark.parametrize("n", [1.5, "2", None, True])
def test_what_is_no_integer_is_refused(n: Any) -> None:
    with pytest.raises(TypeError, match="n must be an integer, got"):
        actfn.set_threads(n)
    assert actfn.get_threads() == 1


def test_any_number_of_threads_may_call_at_once() -> None:
    x = [np.linspace(-i - 1, i + 1, MANY) for i in range(8)]
    alone = [actfn.gelu_tanh(v) for v in x]

    def shared(v: Any) -> Any:
        with actfn.threads(2):
            return actfn.gelu_tanh(v)

    with ThreadPoolExecutor(8) as pool:
        for a, b in zip(pool.map(shared, x * 3), alone * 3, strict=True):
            same_bits(a, b)


def test_the_environment_sets_the_number() -> None:
    code = "import actfn; print(actfn.get_threads())"
    assert interpret(code, ACTFN_THREADS="3").stdout.strip() == "3"
    assert interpret(code, ACTFN_THREADS="").stdout.strip() == "1"
    more = "import actfn; actfn.set_threads(2); print(actfn.get_threads())"
    assert interpret(more, ACTFN_THREADS="3").stdout.strip() == "2"


@pytest.mark.parametrize("text", ["0", "-2", "two", "1.5", "²"])
def test_an_odd_environment_is_refused_in_words(text: str) -> None:
    done = interpret("import actfn; actfn.get_threads()", ACTFN_THREADS=text)
    last = done.stderr.strip().splitlines()[-1]
    assert last == (
        f"ValueError: ACTFN_THREADS must be a whole number of at least 1, got "
        f"{text!r}; unset it or write, for example, ACTFN_THREADS=4"
    )


LEAVES = f"""
import actfn, numpy as np, threading
actfn.set_threads(4)
x = np.linspace(-5, 5, {MANY})
y = actfn.sigmoid(x)
assert threading.active_count() > 1
{{}}
"""


def test_a_process_ends_without_a_word() -> None:
    done = interpret(LEAVES.format("print(y.sum() > 0)"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_starts_threads_of_its_own() -> None:
    # Python warns of forks beside threads; what is tested is that one works all the
    # same.
    child = """
import os, warnings
warnings.simplefilter("ignore")
if os.fork() == 0:
    os._exit(0 if np.array_equal(actfn.sigmoid(x), y) else 3)
print(os.waitstatus_to_exitcode(os.wait()[1]))
"""
    done = interpret(LEAVES.format(child))
    assert (done.stdout, done.stderr) == ("0\n", "")
