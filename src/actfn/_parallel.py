# How many threads share the blocks of a large array, and the pool that they come from.

import atexit
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from . import _validation

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

_VARIABLE = "ACTFN_THREADS"

# What `threads` says holds in its own thread and task only, before what `set_threads`
# says for all.
_here: ContextVar[int | None] = ContextVar("actfn_threads", default=None)
_everywhere = 0  # not read from the environment yet

_lock = threading.Lock()
_pool: "ThreadPoolExecutor | None" = None


def set_threads(n: int) -> None:
    """Let large arrays be computed by up to `n` threads, from now on and everywhere.

    The default is 1, as for NumPy's own functions, or what the environment variable
    `ACTFN_THREADS` says when the first large array comes. The threads share the blocks
    that an array is computed in, so that results have the same bits for every `n`.
    Arrays of less than 131,072 elements are left to one thread, which is faster.

    Args:
        n: The number of threads, at least 1.

    Raises:
        TypeError: If `n` is not an integer.
        ValueError: If `n` is less than 1.

    Examples:
        >>> import actfn
        >>> actfn.set_threads(2)
        >>> actfn.get_threads()
        2
        >>> actfn.set_threads(1)
    """
    global _everywhere  # noqa: PLW0603 (one number for the whole process is its use)
    _everywhere = _validation.whole(n=n)
    shut_down()


def get_threads() -> int:
    """Give the number of threads that may share a large array here and now.

    Examples:
        >>> import actfn
        >>> actfn.get_threads()
        1
    """
    global _everywhere  # noqa: PLW0603
    if here := _here.get():
        return here
    if not _everywhere:
        _everywhere = _of_environment(os.environ.get(_VARIABLE, ""))
    return _everywhere


@contextmanager
def threads(n: int) -> Iterator[None]:
    """Let large arrays be computed by up to `n` threads in a `with` block.

    It holds in the thread (or asynchronous task) that enters the block, and comes
    before what [`set_threads`][actfn.set_threads] has said for all. Arguments and
    errors are those of `set_threads`.

    Examples:
        >>> import numpy as np
        >>> import actfn
        >>> x = np.linspace(-5, 5, 1_000_000)
        >>> with actfn.threads(2):
        ...     y = actfn.sigmoid(x)
        >>> np.array_equal(y, actfn.sigmoid(x))
        True
    """
    token = _here.set(_validation.whole(n=n))
    try:
        yield
    finally:
        _here.reset(token)


def share(work: Callable[[int, int], Any], spans: list[tuple[int, int]]) -> None:
    """Call `work(start, stop)` for each span, all but the first in other threads."""
    futures = [_submit(work, *span) for span in spans[1:]]
    try:
        work(*spans[0])
    finally:
        # Nothing may still write when the caller gets its array, or an error.
        errors = [future.exception() for future in futures]
    for error in errors:
        if error is not None:
            raise error


def _submit(work: Callable[[int, int], Any], start: int, stop: int) -> "Future[Any]":
    from concurrent.futures import ThreadPoolExecutor  # takes long to import

    global _pool  # noqa: PLW0603
    with _lock:
        if _pool is None:
            count = max(get_threads(), os.cpu_count() or 1)
            _pool = ThreadPoolExecutor(count, thread_name_prefix="actfn")
        return _pool.submit(work, start, stop)


def shut_down() -> None:
    """End the threads that wait for work; the next large array starts new ones."""
    global _pool
    with _lock:
        pool, _pool = _pool, None
    if pool is not None:
        pool.shutdown(wait=False)


def _forget() -> None:
    """In a forked child the threads are gone, and the lock may be held by one."""
    global _pool, _lock
    _pool, _lock = None, threading.Lock()


def _of_environment(text: str) -> int:
    if not text:
        return 1
    if not text.isascii() or not text.isdecimal() or not int(text):
        raise ValueError(
            f"{_VARIABLE} must be a whole number of at least 1, got {text!r}; unset it "
            f"or write, for example, {_VARIABLE}=4"
        )
    return int(text)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
atexit.register(shut_down)
