# %% [markdown]
# # Make an activation fast
#
# **You will be able to**
#
# - take a loop over elements to vectorised code, to code in place, to code in blocks;
# - count the passes that a formula makes over memory, and the bytes that it moves;
# - share an array between threads, and get the same bits;
# - work on files larger than memory with `np.memmap`, and in chunks with Dask;
# - measure each step, and stop when the next one does not pay.
#
# **You need** arrays and ufuncs, as in
# [Compute with arrays instead of loops](numpy-basics.py), and the
# [sigmoid](sigmoid.py), which is the example from start to end.

# %%
import contextvars
import itertools
import math
import os
import tempfile
import time
import timeit
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dask.array as da
import matplotlib.pyplot as plt
import numpy as np

import actfn

# %% [markdown]
# ## Measure in pairs
#
# The input is one layer's worth of numbers, and a large one.

# %%
rng = np.random.default_rng(0)
x = rng.standard_normal(10_000_000, dtype=np.float32)
x *= 4
print(f"{x.size:,} elements, {x.dtype}, {x.nbytes:,} bytes")

# %% [markdown]
# A clock shows what else the machine does at the moment, too. So run the versions **in
# turn**, several rounds, and take the ratio within each round: what disturbs a round
# mostly disturbs all its versions. The median of the ratios is the answer. (Why one
# timing is no answer is the subject of
# [Measure what vectorising gains](vectorise.py).)


# %%
def seconds(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def race(*calls, rounds=5):
    """Time some calls in turn: a row for each round, a column for each call."""
    for call in calls:
        call()  # the first call is slower than all others
    return np.array([[seconds(call) for call in calls] for _ in range(rounds)])


def gain(times):
    """How many times as fast the second call is as the first."""
    return float(np.median(times[:, 0] / times[:, 1]))


# %% [markdown]
# The sentences below must be true on the machine that builds this page, whatever it
# measures. Two more functions put a ratio into words.


# %%
def number(ratio):
    """Write a number of about two digits."""
    return f"{ratio:.1f}" if ratio < 9.95 else f"{ratio:.0f}"


def says(ratio):
    if ratio >= 1.05:
        return f"{number(ratio)} times as fast"
    return "about as fast" if ratio > 0.95 else f"{number(1 / ratio)} times as slow"


print(says(40), "|", says(1.5), "|", says(1.01), "|", says(0.5))

# %% [markdown]
# ## Start with a loop
#
# One number after another, as you would do it by hand. Ten million are too many for
# that, so the loop gets the first twenty thousand.


# %%
def loop(x):
    """The sigmoid of each element, by a Python loop."""
    result = np.empty_like(x)
    for i in range(len(x)):
        result[i] = 1 / (1 + math.exp(-x[i]))
    return result


def vectorised(x):
    """The sigmoid of all elements, by four ufuncs."""
    return 1 / (1 + np.exp(-x))


few = x[:40_000]

# %% [markdown]
# Before any timing: is it still the same function? Compare both with the sigmoid in
# float64. The unit is the **ulp**, the distance between neighbouring float32 numbers.

# %%
exact = actfn.sigmoid(few.astype(np.float64))


def error(result):
    """The largest error of a result for the first few numbers, in ulp."""
    return float(np.max(np.abs(result - exact) / np.spacing(np.float32(exact))))


print(f"loop {error(loop(few)):.1f}, vectorised {error(vectorised(few)):.1f} ulp")
assert error(loop(few)) < error(vectorised(few)) < 5

# %% [markdown]
# The loop is the more accurate, because `math.exp` works in float64 and the result is
# rounded once at the end. A few units in the last place are no reason to keep it.


# %%
def loop_of_nothing(x):
    """The loop, without its arithmetic."""
    result = np.empty_like(x)
    for i in range(len(x)):
        result[i] = x[i]
    return result


# %% tags=["volatile"]
times = race(lambda: loop(few), lambda: vectorised(few), lambda: loop_of_nothing(few))
by_array = gain(times)
idle = float(np.median(times[:, 2] / times[:, 0]))
print(f"vectorised, {few.size:,} elements: {says(by_array)}")
print(f"share of the loop that is no arithmetic: {idle:.0%}")

# %% [markdown]
# **The ratio:** the vectorised version is {{ says(by_array) }}.
#
# **The reason:** Python handles each element as an object of its own. It makes it,
# looks up what `-` means for it, and throws it away. A loop that only copies the
# elements takes {{ idle:.0% }} of the time of the one that computes. In the
# vectorised version NumPy asks these questions once for each call, then runs a compiled
# loop over plain numbers, several of them with one instruction.
#
# ## Count the passes
#
# The vectorised line looks like one step. It is four: negate, exponential, add, divide.
# Each is a **pass**: it reads an array from end to end, and writes one from end to end.
# A small subclass of an array can keep the books.


# %%
class Counted(np.ndarray):
    """An array that writes down what each ufunc reads and writes."""

    def __array_ufunc__(self, ufunc, method, *inputs, out=(), **options):
        plain = [a.view(np.ndarray) if np.ndim(a) else a for a in inputs]
        if out:
            options["out"] = tuple(a.view(np.ndarray) for a in out)
        result = getattr(ufunc, method)(*plain, **options)
        moved = sum(np.asarray(a).nbytes for a in (*plain, result) if np.ndim(a))
        passes.append((ufunc.__name__, moved))
        return result.view(Counted)


# %%
passes = []
piece = x[:1000]
vectorised(piece.view(Counted))
for name, moved in passes:
    print(f"{name:9} moves {moved / piece.size:g} bytes per element")
traffic = sum(moved for _, moved in passes) / piece.size
least = 2 * x.itemsize

# %% [markdown]
# {{ len(passes) }} passes move {{ traffic:g }} bytes per element. To read the input
# once and to write the result once would be {{ least }}. The other
# {{ 1 - least / traffic:.0% }} carry intermediate results out to memory and back.
#
# ## Work in place
#
# Each of the four operations also asks for a new array for its result. Give it one that
# is there already, with `out=`.


# %%
def in_place(x, out=None):
    """The sigmoid by four ufuncs that all write to one array."""
    out = np.negative(x, out=out)
    np.exp(out, out=out)
    np.add(out, 1, out=out)
    return np.divide(1, out, out=out)


def extra(call):
    """The most bytes that a call holds at any moment."""
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


# %%
out = np.zeros_like(x)  # written to once, so that its memory is really there
assert error(in_place(few)) < 5
memory = {
    "vectorised": extra(lambda: vectorised(x)) / x.nbytes,
    "in place": extra(lambda: in_place(x)) / x.nbytes,
    "into out": extra(lambda: in_place(x, out)) / x.nbytes,
}
for name, arrays in memory.items():
    print(f"{name:10} holds {arrays:.1f} new arrays of the size of x")

# %% tags=["volatile"]
times = race(lambda: vectorised(x), lambda: in_place(x), lambda: in_place(x, out))
by_place, by_out = gain(times), gain(times[:, 1:])
times = race(lambda: np.negative(x), lambda: np.negative(x, out=out))
by_used = gain(times)
print(f"in place: {says(by_place)}; into out: {says(by_out)} again")
print(f"one pass, into memory in use instead of fresh memory: {says(by_used)}")

# %% [markdown]
# **The ratio:** in place it is {{ says(by_place) }}. With an `out` that the caller
# keeps from call to call it is {{ says(by_out) }} again.
#
# **The reason:** the number of passes is the same. What is saved is fresh memory. The
# operating system hands out a large array as a promise. When a page of it is first
# touched, the processor stops, the system finds a page and fills it with zeros: a
# **page fault**. The second half of the measurement shows this alone. One and the same
# pass, without any exponential, is {{ says(by_used) }} when it writes to memory that
# has been written to before.
# {{ "" if by_used > 1.05 else "At the moment of this measurement that was no gain. "
# "The system had pages at hand, or the machine was busy with something else." }}
#
# In your own programs: make the arrays outside the loop, and pass `out=` inside. Every
# function of the package takes `out`, and it may be the input itself.
#
# ## Be right before you are fast
#
# In float32, `vectorised` gives up long before the sigmoid does.

# %%
far = np.float32([-100, -90, 100])
with np.errstate(over="ignore"):
    print(vectorised(far), "vectorised")
print(actfn.sigmoid(far), "actfn.sigmoid")
assert actfn.sigmoid(far)[0] > 0

# %% [markdown]
# [`sigmoid`][actfn.sigmoid] computes $e^x / (1 + e^x)$, which keeps the left end. On
# the right, $e^x$ would overflow, so it is held at $2^{24}$. From there on the quotient
# rounds to 1 in float32. Now $e^x$ is needed twice, and one array no longer does. The
# second one is called **scratch**.


# %%
def kernel(x, out, scratch):
    """Write exp(x) / (1 + exp(x)), with exp(x) at most 2**24."""
    np.exp(x, out=scratch)
    out.fill(2.0**24)
    np.minimum(scratch, out, out=out)
    np.add(out, 1, out=scratch)
    np.divide(out, scratch, out=out)


def whole(x, out):
    """Run the kernel over the whole array at once."""
    kernel(x, out, np.empty_like(x))
    return out


# %%
print(f"{error(whole(few, np.empty_like(few))):.1f} ulp")
assert error(whole(few, np.empty_like(few))) < 5
passes = []
kernel(*[array.view(Counted) for array in np.zeros((3, 1000), np.float32)])
traffic = sum(moved for _, moved in passes) / 1000 + x.itemsize  # fill is no ufunc
print(f"{len(passes) + 1} passes, {traffic:g} bytes per element")
print(f"holds {extra(lambda: whole(x, out)) / x.nbytes:.1f} new arrays")

# %% [markdown]
# It is right for every input. For that it has more passes, more traffic, and a large
# array again. Blocks take all of that back.
#
# ## Work in blocks
#
# Draw which part of the array the passes touch, one after the other, for an array of
# 16 blocks.

# %%
#| alt: Two panels, position in the array against step. Left, pass by pass:
#|   {{ count }} strokes, each over the whole array from block 0 to {{ blocks - 1 }},
#|   so that a block is met again after {{ away[0] }} steps. Right, block by block: one
#|   staircase, which stays on each block for {{ count }} steps and climbs to the next;
#|   a block is met again after {{ away[1] }} step.
count, blocks = len(passes) + 1, 16
step = np.arange(count * blocks)
orders = {"pass by pass": step % blocks, "block by block": step // count}
away = [int(np.diff(np.flatnonzero(order == 0))[0]) for order in orders.values()]
fig, axes = plt.subplots(1, 2, figsize=(7, 3), sharey=True)
for ax, (title, order), mark in zip(axes, orders.items(), "os"):
    ax.plot(step, order, mark, ms=3)
    ax.set_title(title)
    ax.set_xlabel("step")
axes[0].set_yticks([0, 5, 10, 15])
axes[0].set_ylabel("block of the array")
plt.show()

# %% [markdown]
# On the left, the second pass comes back to the first block after all others have been
# touched. For `x` these are {{ x.nbytes / 1e6:.0f }} MB. On the right it comes back at
# once, and finds the numbers where it has left them: in the cache.

# %%
BLOCK = 32_768

# %% [markdown]
# A cache holds what was used last, close to the processor. The second level, **L2**,
# has between a quarter of a megabyte and a few megabytes for each core. A block of
# {{ BLOCK:, }} elements of float32 has {{ BLOCK * x.itemsize // 1024 }} KiB. With its
# result and its scratch it fits. And one block of scratch serves all blocks.


# %%
def in_blocks(kernel, x, out, length=BLOCK):
    """Run a kernel over a vector, block by block, with one block of scratch."""
    scratch = np.empty(min(length, len(x)), x.dtype)
    for start in range(0, len(x), length):
        part = out[start : start + length]
        kernel(x[start : start + length], part, scratch[: len(part)])
    return out


# %%
assert error(in_blocks(kernel, few, np.empty_like(few))) < 5
print(f"holds {extra(lambda: in_blocks(kernel, x, out)) / x.nbytes:.2f} new arrays")

# %% [markdown]
# How long should a block be? Try it, on 4 million elements. Beside the sigmoid, time a
# kernel of four passes that only change the sign: traffic, and no arithmetic to speak
# of.


# %%
def four_signs(x, out, scratch):
    """Four passes of the cheapest kind."""
    np.negative(x, out=out)
    for _ in range(3):
        np.negative(out, out=out)


# %% tags=["volatile"]
part_x, part_out = x[:4_000_000], out[:4_000_000]
lengths = [2**k for k in range(9, 24, 2)]
times = race(
    *[lambda n=n: in_blocks(kernel, part_x, part_out, n) for n in lengths],
    *[lambda n=n: in_blocks(four_signs, part_x, part_out, n) for n in lengths],
)
each = np.median(times, axis=0).reshape(2, -1) / part_x.size * 1e9
best = lengths[int(each[0].argmin())]
here = lengths.index(BLOCK)

# %% tags=["volatile"]
#| alt: Nanoseconds per element against the length of a block, both axes logarithmic.
#|   The sigmoid, solid, takes {{ each[0, 0]:.2f }} with blocks of {{ lengths[0] }},
#|   {{ each[0, here]:.2f }} with blocks of {{ BLOCK:, }} and {{ each[0, -1]:.2f }} all
#|   at once. Four changes of sign, dashed, take {{ each[1, 0]:.2f }},
#|   {{ each[1, here]:.2f }} and {{ each[1, -1]:.2f }}. A dotted upright line stands at
#|   {{ BLOCK:, }}.
plt.figure(figsize=(6.5, 3.2))
plt.loglog(lengths, each[0], "o-", label="sigmoid, five passes")
plt.loglog(lengths, each[1], "s--", label="four changes of sign")
plt.axvline(BLOCK, linestyle=":", color="C7")
plt.xlabel("elements in a block")
plt.ylabel("ns per element")
plt.legend()
plt.show()

# %% [markdown]
# Short blocks pay for their calls: with {{ lengths[0] }} elements in a block the
# sigmoid takes {{ number(each[0, 0] / each[0, here]) }} times the time that it takes at
# the dotted line at {{ BLOCK:, }}. At the other end, all at once takes
# {{ number(each[0, -1] / each[0, here]) }} times that time. The fastest length here was
# {{ best:, }}, with {{ 1 - each[0].min() / each[0, here]:.0%}} less time than at the
# line. The package counts how many pieces of scratch a kernel uses, and makes blocks of
# up to {{ 4 * BLOCK:, }} elements: as long as all scratch stays below two megabytes,
# which many L2 caches can hold.

# %% tags=["volatile"]
spare = np.zeros_like(x)
times = race(
    lambda: whole(x, out),
    lambda: kernel(x, out, spare),
    lambda: in_blocks(kernel, x, out),
)
by_block, by_cache = gain(times[:, [0, 2]]), gain(times[:, [1, 2]])
print(f"in blocks: {says(by_block)} as whole, with fresh scratch")
print(f"in blocks: {says(by_cache)} as whole, with scratch in use")

# %% [markdown]
# **The ratio:** in blocks, the kernel is {{ says(by_block) }} as over the whole array.
#
# **The reason** has two parts, and the second line of the measurement separates them.
#
# * *Small scratch.* Fresh scratch of the size of `x` costs page faults. If the whole
#   array gets scratch that is in use already, blocks are {{ says(by_cache) }}: what is
#   left of the ratio has nothing to do with page faults.
# * *Less traffic.* The passes move {{ traffic:g }} bytes per element. Pass by pass they
#   move them from and to memory, block by block only {{ least }} of them.
#   {{ "All passes but the first find their numbers in the cache." if by_cache > 1.05
#   else "At the moment of this measurement that was no gain. A processor that reads "
#   "ahead hides much of the traffic of one thread, and each block costs its calls." }}
#
# How much the traffic counts depends on the memory, on who else uses it, and on the
# arithmetic that there is to wait for. Small scratch counts everywhere: a formula may
# have as many intermediate results as it needs to be right.
#
# ## Measure a pass before you count it
#
# One line of the kernel looks clumsy. Why fill an array with $2^{24}$, if
# `np.minimum(scratch, 2.0**24, out=out)` does the same in one pass?

# %% tags=["volatile"]
a, b = few[:BLOCK].copy(), np.empty(BLOCK, np.float32)


def with_number():
    np.minimum(a, 16.0, out=b)


def with_array():
    b.fill(16.0)
    np.minimum(a, b, out=b)


by_fill = gain(
    race(
        lambda: timeit.timeit(with_number, number=50),
        lambda: timeit.timeit(with_array, number=50),
    )
)
print(f"fill, then the minimum of two arrays: {says(by_fill)}")

# %% [markdown]
# The two passes are {{ says(by_fill) }} as the one. NumPy has several compiled loops
# for one function, and chooses by how the operands lie in memory. For two arrays side
# by side it takes one that handles many elements at once. A single number among the
# operands may lead to another.
# {{ "Fewer passes are not always less time." if by_fill > 1.05 else "On this machine "
# "the detour does not pay; on others it does." }}
#
# ## Mind the small arrays
#
# Most arrays are small, and there the time of a call is its fixed cost. Compare three
# versions over sizes.


# %%
def blocked(x):
    """The kernel in blocks, with a fresh result."""
    return in_blocks(kernel, x, np.empty_like(x))


# %% tags=["volatile"]
sizes = [1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000]
costs = np.empty((3, len(sizes)))
for k, size in enumerate(sizes):
    y, repeats = x[:size], 1 + 100_000 // size
    times = race(
        lambda: timeit.timeit(lambda: vectorised(y), number=repeats),
        lambda: timeit.timeit(lambda: blocked(y), number=repeats),
        lambda: timeit.timeit(lambda: actfn.sigmoid(y), number=repeats),
    )
    costs[:, k] = np.median(times, axis=0) / repeats / size * 1e9

# %% tags=["volatile"]
#| alt: Nanoseconds per element against the number of elements, from a thousand to a
#|   million, on a logarithmic axis. Vectorised, dashed, goes from
#|   {{ costs[0, 0]:.2f }} to {{ costs[0, -1]:.2f }}; blocked, dash-dotted,
#|   from {{ costs[1, 0]:.2f }} to {{ costs[1, -1]:.2f }}; actfn.sigmoid,
#|   solid, from {{ costs[2, 0]:.2f }} to {{ costs[2, -1]:.2f }}.
plt.figure(figsize=(6.5, 3.2))
plt.semilogx(sizes, costs[0], "o--", label="vectorised")
plt.semilogx(sizes, costs[1], "s-.", label="blocked")
plt.semilogx(sizes, costs[2], "^-", label="actfn.sigmoid")
plt.ylim(0)
plt.xlabel("elements")
plt.ylabel("ns per element")
plt.legend()
plt.show()

# %% [markdown]
# With 1,000 elements `actfn.sigmoid` takes
# {{ number(costs[2, 0] / costs[0, 0]) }} times the time of the vectorised line, and the
# bare kernel in blocks {{ number(costs[1, 0] / costs[0, 0]) }} times. With a million
# they take {{ number(costs[2, -1] / costs[0, -1]) }} and
# {{ number(costs[1, -1] / costs[0, -1]) }} times.
# {{ "Being right is not free where memory hardly matters."
# if costs[1, -1] > 1.05 * costs[0, -1] else "Being right is free here." }} Input,
# intermediate result and result have {{ 3 * 4 * sizes[-1] / 1e6:.0f }} MB together
# then, which may fit the last level of the cache. With {{ x.size:, }} elements they
# have {{ 3 * x.nbytes / 1e6:.0f }}.
#
# What is in a fixed cost? For one, silence. The exponential of a large number
# overflows on purpose, and NumPy would warn. `np.errstate` turns that off. NumPy keeps
# this setting in a **context**, of which a program may hold several. The package makes
# one that is silent, once, and enters a copy of it for each call.

# %% tags=["volatile"]
quiet = contextvars.Context()
quiet.run(np.seterr, all="ignore")


def with_errstate():
    with np.errstate(all="ignore"):
        float("1")


silence = race(
    lambda: timeit.timeit(with_errstate, number=1000),
    lambda: timeit.timeit(lambda: quiet.copy().run(float, "1"), number=1000),
)
by_context = gain(silence)
for name, t in zip(("np.errstate", "a copied context"), np.median(silence, axis=0)):
    print(f"{name:16} {1e6 * t:6.0f} ns")

# %% [markdown]
# The context is {{ says(by_context) }}. For a million elements nobody would notice. For
# a thousand, `np.errstate` alone would take
# {{ 1e6 * np.median(silence[:, 0]) / (1000 * costs[0, 0]):.0%}} of the time of the
# whole vectorised line.
#
# ## Share the blocks between threads
#
# Blocks do not depend on each other. So let each thread have some of them. Cut the
# array where a block ends, so that every block is the same as before. Then every bit of
# the result is, too.


# %%
def shared(x, out, count):
    """Run the kernel in some threads, each with a part of the blocks."""
    whole = len(x) // BLOCK
    cuts = [BLOCK * (whole * i // count) for i in range(count)] + [len(x)]
    parts = [slice(*cut) for cut in itertools.pairwise(cuts)]
    with ThreadPoolExecutor(count) as pool:
        jobs = pool.map(lambda p: in_blocks(kernel, x[p], out[p]), parts)
        list(jobs)  # waits, and raises what a thread has raised
    return out


# %%
one = in_blocks(kernel, x, np.empty_like(x))
print("same bits:", np.array_equal(one, shared(x, out, 2)))
assert np.array_equal(one, out)

# %% [markdown]
# The package does this for you. [`threads`][actfn.threads] holds in a `with` block,
# [`set_threads`][actfn.set_threads] from now on, and the environment variable
# `ACTFN_THREADS` from the start. Without any of them there is one thread, as in NumPy;
# [`get_threads`][actfn.get_threads] tells.

# %%
actfn.sigmoid(x, out=one)
with actfn.threads(2):
    print("threads:", actfn.get_threads())
    actfn.sigmoid(x, out=out)
assert np.array_equal(one, out)
print("threads:", actfn.get_threads())


# %%
def with_threads(source, target):
    """The sigmoid of the package, in two threads."""
    with actfn.threads(2):
        actfn.sigmoid(source, out=target)


def two_loops():
    """The Python loop, half of it in each of two threads."""
    half = len(few) // 2
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(loop, (few[:half], few[half:])))


# %% tags=["volatile"]
by_threads = gain(race(lambda: actfn.sigmoid(x, out=out), lambda: with_threads(x, out)))
by_loops = gain(race(lambda: loop(few), two_loops))
cores = os.cpu_count()
print(f"two threads on {cores} cores: {says(by_threads)}")
print(f"the Python loop in two threads: {says(by_loops)}")

# %% [markdown]
# **The ratio:** on this machine with {{ cores }}
# {{ "core" if cores == 1 else "cores" }}, two threads are {{ says(by_threads) }} as
# one.
# {{ "" if by_threads > 1.05 else "There is nothing to gain where the cores are busy "
# "with other work, or where there is one only. Two threads do not make a core." }}
#
# **The reason:** two cores can compute at once if the interpreter lets them. While a
# ufunc runs its compiled loop it does not need the interpreter, and releases its lock.
# A Python loop needs it all the time: in two threads it is {{ says(by_loops) }}. (A
# free-threaded Python has no such lock.)
# {{ "Two threads reach less than two times, because they share the way to memory, and "
# "because one waits for the other at the end." if 1.05 < by_threads < 1.9 else "" }}
#
# ## Work on files with memmap
#
# What if the array is larger than the memory? `np.memmap` shows a file as an array. The
# operating system brings in a page of it when it is touched, and may drop it again.


# %%
folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
there, result = Path(folder.name, "x.npy"), Path(folder.name, "sigmoid.npy")
np.save(there, x)
source = np.load(there, mmap_mode="r")
target = np.lib.format.open_memmap(result, mode="w+", dtype=x.dtype, shape=x.shape)
actfn.sigmoid(source, out=target)
assert np.array_equal(target, one)
print(type(source).__name__, source.shape, f"{source.nbytes:,} bytes")

# %% [markdown]
# Nothing else changes, because blocks do not mind where they come from. A whole-array
# expression does: `1 / (1 + np.exp(-source))` builds its intermediate results in
# memory, each as large as the file.

# %% tags=["volatile"]
held = {
    "vectorised": extra(lambda: vectorised(source)),
    "actfn.sigmoid": extra(lambda: actfn.sigmoid(source, out=target)),
    "a fifth of it": extra(
        lambda: actfn.sigmoid(source[: x.size // 5], out=target[: x.size // 5])
    ),
}
times = race(
    lambda: actfn.sigmoid(x, out=out), lambda: actfn.sigmoid(source, out=target)
)
by_file = gain(times)
for name, size in held.items():
    print(f"{name:14} holds {size / 2**20:6.2f} MiB beside the files")
print(f"from file to file, beside memory to memory: {says(by_file)}")

# %% [markdown]
# **The ratio:** from file to file the sigmoid is {{ says(by_file) }} as from array to
# array. The file was written a moment ago, so that its pages are still in memory; what
# is measured is the mapping, not the disk. A file that must first be read comes as fast
# as the disk is.
# {{ "Nothing in the mapping makes it faster than memory that is there already. Take "
# "such a ratio as a sign of what else the machine does." if by_file > 1.05 else "" }}
#
# **The reason to do it** is not speed. The call holds
# {{ held["actfn.sigmoid"] / 2**20:.2f}} MiB beside the files where the vectorised line
# holds {{ held["vectorised"] / 2**20:.0f}}. For a fifth of the file it holds
# {{ held["a fifth of it"] / 2**20:.2f}} MiB: the size of the file does not matter.
#
# ## Work in chunks with Dask
#
# [Dask](https://docs.dask.org/) cuts an array into **chunks** and computes nothing
# until you ask for it. `map_blocks` applies a function to each chunk. Elementwise
# functions need nothing else: **every chunk is computed independently** of all others.
# Watch it:


# %%
def noted(chunk):
    """The sigmoid of a chunk; writes down how long the chunk is."""
    computed.append(len(chunk))
    return actfn.sigmoid(chunk)


computed = []
chunks = da.from_array(source, chunks=1_000_000)
like = np.empty(0, x.dtype)  # tells Dask what comes out
watched = da.map_blocks(noted, chunks, dtype=x.dtype, meta=like)
print(f"{watched.npartitions} chunks, computed so far: {len(computed)}")
first = watched[:3].compute(scheduler="synchronous")
print(f"{first.size} elements wanted, chunks computed: {len(computed)}")
assert np.array_equal(first, one[:3]) and len(computed) == 1

# %% [markdown]
# Three elements cost one chunk, and the other {{ watched.npartitions - len(computed) }}
# have not been touched. To compute all, let Dask store chunk after chunk in the file of
# the results, here with two workers in this process.


# %%
lazy = da.map_blocks(actfn.sigmoid, chunks, dtype=x.dtype, meta=like)


def with_dask(scheduler="threads"):
    """Compute all chunks, with two workers, into the file."""
    da.store(lazy, target, lock=False, scheduler=scheduler, num_workers=2)


target[:] = 0
with_dask()
print("same bits:", np.array_equal(target, one))
assert np.array_equal(target, one)

# %% tags=["volatile"]
times = race(
    lambda: with_threads(source, target),
    with_dask,
    lambda: with_dask("synchronous"),
)
by_dask, by_workers = gain(times), gain(times[:, [2, 1]])
print(f"Dask, beside two threads on the same files: {says(by_dask)}")
print(f"two workers of Dask, beside one: {says(by_workers)}")

# %% [markdown]
# **The ratio:** Dask with two workers is {{ says(by_dask) }} as two threads of the
# package on the same files. Two workers are {{ says(by_workers) }} as one.
#
# **The reason:** the arithmetic is the same call, chunk by chunk. What Dask adds is a
# fresh array for each chunk, a copy of it into the file, and the keeping of the graph.
# What it gives for that is scale. The same `lazy` runs on a cluster whose machines
# can all read the file, as one step among many, and no machine needs more than its own
# chunks. If your array fits
# one machine, blocks and threads do.
#
# A function along an axis, such as the [softmax](softmax.py), needs more than
# `map_blocks` when its axis runs across chunks, because its elements are not
# independent.
#
# ## See all steps
#
# Once more, all versions in turn.

# %% tags=["volatile"]
times = race(
    lambda: loop(few),
    lambda: vectorised(x),
    lambda: in_place(x),
    lambda: in_place(x, out),
    lambda: whole(x, out),
    lambda: in_blocks(kernel, x, out),
    lambda: actfn.sigmoid(x, out=out),
    lambda: with_threads(x, out),
    lambda: with_threads(source, target),
    with_dask,
)

# %% tags=["volatile"]
names = ["loop", "vectorised", "in place", "into out", "kernel, whole"]
names += ["kernel, in blocks", "actfn.sigmoid", "two threads", "memmap", "Dask"]
per_element = 1e9 * np.median(times, axis=0) / ([few.size] + 9 * [x.size])
fastest = 4 + int(per_element[4:8].argmin())  # of those that are right everywhere
by_right = gain(times[:, [3, 4]])

# %% tags=["volatile"]
#| alt: Horizontal bars on a logarithmic axis, nanoseconds per element of each version:
#|   {{ ", ".join(f"{n} {t:.1f}" for n, t in zip(names, per_element)) }}.
fig, ax = plt.subplots(figsize=(6.5, 3.4))
bars = ax.barh(names, per_element, color=["C0"] * 8 + ["C1"] * 2)
ax.bar_label(bars, fmt="%.1f", padding=3)
ax.set_xscale("log")
ax.set_xlim(per_element.min() / 2, per_element.max() * 3)
ax.invert_yaxis()
ax.set_xlabel("ns per element (second colour: from file to file)")
plt.show()

# %% [markdown]
# From the loop to the vectorised line is a factor of
# {{ number(per_element[0] / per_element[1]) }}. From there to the fastest version in
# memory that is right for every input, here *{{ names[fastest] }}*, is another factor
# of {{ number(per_element[1] / per_element[fastest]) }}. (*In place* and *into out*
# give up where the vectorised line does.)
#
# | step | saves | costs you | beside the step before |
# |---|---|---|---|
# | vectorised | Python's work per element | nothing | {{ says(by_array) }} |
# | in place | fresh memory | a line for each pass | {{ says(by_place) }} |
# | into `out` | the last fresh array | an array to keep | {{ says(by_out) }} |
# | a formula that is right | the left end | scratch, a pass | {{ says(by_right) }} |
# | blocks | large scratch, traffic | a loop | {{ says(by_block) }} |
# | two threads | waiting for one core | cores for others | {{ says(by_threads) }} |
# | memmap | memory | the disk | {{ says(by_file) }}, beside one thread |
# | Dask | being bound to one machine | a dependency | {{ says(by_dask) }} |
#
# Take the steps in this order, and measure after each. The first is almost always worth
# it. The next four are written once, in a function such as those of the package, and
# then cost nothing. The last three are for arrays that are large, and for nothing else.
# The package shares no array of less than 131,072 elements between threads, because to
# wake a thread takes time, too.

# %%
folder.cleanup()  # the files are no longer needed

# %% [markdown]
# ## Exercises
#
# Each solution ends in an assertion. Put your own result in its place: if it raises
# nothing, you are right.
#
# ### 1. Count for softplus
#
# The stable [`softplus`][actfn.softplus] is $\max(x, 0) + \log(1 + e^{-|x|})$. How many
# passes does it make, written as one line with `np.log1p`? How many bytes per element
# does it move in float32, and by which factor could blocks lower the traffic?

# %%
#| fold: Solution
passes = []
y = piece.view(Counted)
y = np.asarray(np.maximum(y, 0) + np.log1p(np.exp(-np.abs(y))))
moved = sum(size for _, size in passes) / piece.size
print(len(passes), "passes:", [name for name, _ in passes])
print(f"{moved:g} bytes per element, {moved / 8:g} times the least")
assert np.allclose(y, actfn.softplus(piece), rtol=1e-6)
assert len(passes) == 6
assert moved == 5 * 8 + 12  # the sum reads two arrays

# %% [markdown]
# ### 2. A kernel that may overwrite its input
#
# Write a kernel for [`silu`][actfn.silu], $x\,\sigma(x)$, and run it with
# `in_blocks(your_kernel, y, y)`: the output is the input. What goes wrong if it calls
# `kernel(x, out, scratch)` and multiplies by `x` afterwards?


# %%
#| fold: Solution
def gated(x, out, scratch):
    """Write x times its sigmoid; out may be x."""
    np.negative(x, out=scratch)
    np.exp(scratch, out=scratch)
    np.add(scratch, 1, out=scratch)
    np.divide(x, scratch, out=out)  # x is needed for the last time, so out may be x


def wrong(x, out, scratch):
    kernel(x, out, scratch)
    np.multiply(x, out, out=out)  # x is gone if it was out


y, z = few.copy(), few.copy()
in_blocks(gated, y, y)
in_blocks(wrong, z, z)
print("right:", np.allclose(y, actfn.silu(few), rtol=1e-5))
s = actfn.sigmoid(few)
print("wrong is the square of the sigmoid:", np.allclose(z, s * s, rtol=1e-5))
assert np.allclose(y, actfn.silu(few), rtol=1e-5)
assert not np.allclose(z, actfn.silu(few), rtol=1e-5)

# %% [markdown]
# ### 3. A matrix in any order
#
# `in_blocks` wants vectors. Write `any_order(m)` for a matrix that is stored row by row
# or, like `m.T`, column by column. It must not copy the input, and the result is to be
# laid out as the input is.


# %%
#| fold: Solution
def any_order(m):
    """The sigmoid of a matrix without gaps, in the order of its memory."""
    result = np.empty_like(m)  # keeps the order
    flat = m.ravel(order="K")  # the elements as they lie in memory
    assert np.shares_memory(flat, m)
    in_blocks(kernel, flat, result.ravel(order="K"))
    return result


m = few.reshape(200, 200)
for matrix in (m, m.T):
    answer = any_order(matrix)
    print(matrix.shape, matrix.strides, answer.strides)
    assert answer.strides == matrix.strides
    assert np.allclose(answer, actfn.sigmoid(matrix), rtol=1e-6)

# %% [markdown]
# ### 4. Half the bytes
#
# Compare `actfn.sigmoid` on two million elements in float64 and in float32, each into
# its own `out`. What is the ratio of the bytes, and what is that of the times? And what
# do you give away?

# %% tags=["volatile"]
#| fold: Solution
narrow = x[:2_000_000]
wide = narrow.astype(np.float64)
narrow_out, wide_out = np.empty_like(narrow), np.empty_like(wide)
by_width = gain(
    race(
        lambda: actfn.sigmoid(wide, out=wide_out),
        lambda: actfn.sigmoid(narrow, out=narrow_out),
    )
)
lost = np.max(np.abs(narrow_out - wide_out) / wide_out)
print(f"half the bytes: {says(by_width)}, relative error up to {lost:.0e}")
assert wide.nbytes == 2 * narrow.nbytes
assert 1e-9 < lost < 1e-6

# %% [markdown]
# ### 5. A mean without its array
#
# What is the mean of $\sigma(x)$ over all of `x`? Compute it without an array of the
# size of `x`: hold no more than a megabyte beside it.


# %%
#| fold: Solution
def mean_sigmoid(x):
    """The mean of the sigmoid, block by block, added up in float64."""
    total, room = 0.0, np.empty(BLOCK, x.dtype)
    for start in range(0, len(x), BLOCK):
        part = x[start : start + BLOCK]
        values = actfn.sigmoid(part, out=room[: len(part)])
        total += float(values.sum(dtype=np.float64))
    return total / len(x)


print(f"{mean_sigmoid(x):.6f}")
assert np.isclose(mean_sigmoid(x), one.mean(dtype=np.float64), rtol=1e-12)
assert extra(lambda: mean_sigmoid(x)) < 2**20

# %% [markdown]
# ## Next
#
# * [Measure what vectorising gains](vectorise.py): fixed cost, cost per element, and
#   when a loop is right.
# * [Bring your own activation](your-own.py): check what you have made fast.
# * [How fast is it?](../reference/speed.md) beside other libraries.
# * [Threads](../reference/threads.md): how to set their number.
# * [Squash numbers with the sigmoid](sigmoid.py): what `actfn.sigmoid` does about
#   overflow, and how its error is measured.
# * [All functions](../reference/index.md).
