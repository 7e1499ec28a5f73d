# %% [markdown]
# # Measure what vectorising gains
#
# **You will be able to**
#
# - time code so that the number means something;
# - split the time of a call into a fixed cost and a cost per element, and say from
#   which size on an array is worth it;
# - vectorise a loop, an `if` and a double loop, and see what that costs in memory;
# - say when a loop is right.
#
# **You need** arrays, their shapes and broadcasting, as in
# [Compute with arrays instead of loops](numpy-basics.py).

# %%
import math
import time
import timeit
import tracemalloc

import matplotlib.pyplot as plt
import numpy as np

from actfn import elu, leaky_relu, sigmoid, softplus, tanh

# %% [markdown]
# ## Take one timing, and distrust it
#
# The dot product multiplies two vectors element by element and adds the products up.
# Here it is twice, as a loop over two lists and as one call for two arrays.


# %%
def dot_with_loop(x, w):
    total = 0
    for a, b in zip(x, w):
        total += a * b
    return total


lists = [1, 2, 3, 4, 5], [6, 7, 8, 9, 10]
arrays = np.array(lists[0]), np.array(lists[1])
print(dot_with_loop(*lists), np.dot(*arrays))

# %% [markdown]
# Both give {{ dot_with_loop(*lists) }}. Which is faster, and by how much? A common
# answer looks at the clock before and after one call of each. Do that two hundred
# times.


# %%
def time_once(function, *arguments):
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


# %% tags=["volatile"]
#| alt: {{ count }} single timings of the loop, as dots, and {{ count }} of np.dot, as
#|   crosses, in the order in which they were taken. The time axis is logarithmic. The
#|   timings of the loop lie between {{ 1e6 * single[:, 0].min():.2f }} and
#|   {{ 1e6 * single[:, 0].max():.1f }} microseconds, those of np.dot between
#|   {{ 1e6 * single[:, 1].min():.2f }} and {{ 1e6 * single[:, 1].max():.1f }}.
count = 200
single = np.empty((count, 2))
for i in range(count):
    single[i, 0] = time_once(dot_with_loop, *lists)
    single[i, 1] = time_once(np.dot, *arrays)
gain = single[:, 0] / single[:, 1]
nothing = min(time_once(lambda: None) for _ in range(count))
plt.figure(figsize=(6, 3))
plt.semilogy(1e6 * single[:, 0], "o", ms=3, label="loop over lists")
plt.semilogy(1e6 * single[:, 1], "x", ms=4, label="np.dot of arrays")
plt.xlabel("attempt")
plt.ylabel("microseconds")
plt.legend(loc="upper right")
plt.show()

# %% [markdown]
# Nothing changes from one attempt to the next, neither the code nor the five numbers.
# Had you looked at a single attempt, your answer would have been one of these:
#
# | of {{ count }} attempts | the loop takes, beside `np.dot` |
# |---|---:|
# | the lowest | {{ gain.min():.2f }} times as long |
# | the one in the middle | {{ np.median(gain):.2f }} times as long |
# | the highest | {{ gain.max():.2f }} times as long |
#
# The highest answer is {{ gain.max() / gain.min():.0f }} times the lowest. One timing
# also measures what else happens at that moment: a cold cache, another program, the
# clock itself. (For a function that does nothing, this clock shows
# {{ 1e9 * nothing:.0f }} ns.) And five elements say nothing about five million.
#
# ## Repeat, take the fastest, vary the size
#
# Three rules make a number of it. **Repeat** the call in a series that is long for the
# clock. Take the **fastest** of several series, because other programs only ever make
# a series slower. And do it for **many sizes**.


# %%
def seconds(function, *arguments):
    """The time of one call: from the fastest of nine series."""

    def call():
        function(*arguments)

    first = min(timeit.repeat(call, number=1, repeat=3))
    number = math.ceil(0.0005 / max(first, 1e-7))  # half a millisecond
    return min(timeit.repeat(call, number=number, repeat=9)) / number


def times(a, b):
    """Write how many times `b` is in `a`."""
    return f"{a / b:.1f}" if a < 9.95 * b else f"{a / b:,.0f}"


# %% tags=["volatile"]
sizes = np.array([1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 100_000])
rng = np.random.default_rng(0)
loop, vectorised = np.empty(len(sizes)), np.empty(len(sizes))
empty = seconds(lambda: None)
for i, size in enumerate(sizes):
    pair = rng.random((2, size))
    loop[i] = seconds(dot_with_loop, *pair.tolist())
    vectorised[i] = seconds(np.dot, *pair)

# %% [markdown]
# ## Split the time into two costs
#
# Suppose that a call with $n$ elements takes
#
# $$t(n) = a + b\,n$$
#
# with a **fixed cost** $a$ of the call and a **cost per element** $b$. Fit the two to
# the measured times. Plain least squares would look at the largest sizes only, so
# divide each equation by its time. Then every size counts the same.


# %%
def fit(sizes, times):
    """The fixed cost and the cost per element closest to the times."""
    equations = np.column_stack([1 / times, sizes / times])
    return np.linalg.lstsq(equations, np.ones(len(times)), rcond=None)[0]


def crossing(one, other):
    """The size at which two lines take the same time."""
    return (other[0] - one[0]) / (one[1] - other[1])


fit(np.array([10, 100, 1000]), np.array([30e-9, 210e-9, 2010e-9]))

# %% [markdown]
# (A test: these times were made with a fixed cost of 10 ns and 2 ns per element, and
# the fit finds both.)

# %% tags=["volatile"]
loop_costs, array_costs = fit(sizes, loop), fit(sizes, vectorised)
loop_line = loop_costs[0] + loop_costs[1] * sizes
array_line = array_costs[0] + array_costs[1] * sizes
cross = crossing(loop_costs, array_costs)
knee = array_costs[0] / array_costs[1]

# %% tags=["volatile"]
#| alt: Time of a dot product against the number of elements, both axes logarithmic.
#|   Dots for the loop rise from the beginning, from {{ 1e6 * loop[0]:.2f }} to
#|   {{ 1e6 * loop[-1]:,.0f }} microseconds. Squares for np.dot stay level at first, at
#|   {{ 1e6 * vectorised[0]:.2f }}, and end at {{ 1e6 * vectorised[-1]:,.1f }}. Dashed
#|   lines, the fits, run through both. A dotted upright line at {{ knee:,.0f }}
#|   elements marks where the level part of np.dot ends.
plt.figure(figsize=(6.5, 3.4))
plt.loglog(sizes, loop, "o", color="C0", label="loop over lists")
plt.loglog(sizes, loop_line, "--", color="C0")
plt.loglog(sizes, vectorised, "s", color="C1", label="np.dot of arrays")
plt.loglog(sizes, array_line, "--", color="C1")
plt.axvline(knee, linestyle=":", color="C7")
plt.xlabel("elements")
plt.ylabel("seconds")
plt.legend()
plt.show()

# %% [markdown]
# The dashed lines are the fits. The cost per element makes a line rise, the fixed cost
# keeps it level on the left.
#
# | version | fixed cost | cost per element |
# |---|---:|---:|
# | loop | {{ 1e9 * loop_costs[0]:.0f }} ns | {{ 1e9 * loop_costs[1]:.2f }} ns |
# | `np.dot` | {{ 1e9 * array_costs[0]:.0f }} ns | {{ 1e9 * array_costs[1]:.3f }} ns |
#
# (Of each fixed cost, {{ 1e9 * empty:.0f }} ns belong to the measuring: so much does an
# empty function take.)
#
# The loop pays for each element: it fetches two objects, looks up what multiplying
# means for their types, makes a new object, and does the same again to add. `np.dot`
# asks these questions once per call, and that is its fixed cost. Then it works on plain
# numbers that lie side by side.
#
# Three answers follow from the two costs.
#
# - For many elements the loop takes {{ times(loop_costs[1], array_costs[1]) }} times
#   as long: the quotient of the costs per element.
# - {{ (f"Below {cross:.0f} elements the loop is faster. There the lines cross."
#   if cross >= 2 else "The array is faster from the first element on.") }}
# - Up to the dotted line, at {{ knee:,.0f }} elements, half or more of a call of
#   `np.dot` is fixed cost. Well below it, more elements cost next to nothing.
#
# A line is a model. It misses the measured times by up to
# {{ 100 * np.abs(loop_line / loop - 1).max():.0f }} % for the loop and
# {{ 100 * np.abs(array_line / vectorised - 1).max():.0f }} % for `np.dot`: the cost of
# an element also depends on which cache it lies in, and the machine is never quite
# idle.
#
# So there is no such thing as *the* factor. It depends on the size:
#
# | elements | the loop takes, beside `np.dot` |
# |---:|---:|
# | {{ sizes[0] }} | {{ times(loop[0], vectorised[0]) }} times as long |
# | {{ sizes[4] }} | {{ times(loop[4], vectorised[4]) }} times as long |
# | {{ sizes[8]:, }} | {{ times(loop[8], vectorised[8]) }} times as long |
# | {{ sizes[9]:, }} | {{ times(loop[9], vectorised[9]) }} times as long |
#
# ## Convert once
#
# `np.dot` accepts lists, and a loop accepts arrays. Both cross a border for each
# element: a list must be unpacked into an array, and an element of an array must be
# wrapped into a Python object.

# %% tags=["volatile"]
x, w = rng.random((2, 1_000))
as_lists = x.tolist(), w.tolist()
border = {
    "loop over lists": seconds(dot_with_loop, *as_lists),
    "loop over arrays": seconds(dot_with_loop, x, w),
    "np.dot of lists": seconds(np.dot, *as_lists),
    "np.dot of arrays": seconds(np.dot, x, w),
}
for name, t in border.items():
    print(f"{name:17} {1e6 * t:7.2f} microseconds for 1000 elements")

# %% [markdown]
# Given lists, `np.dot` takes
# {{ times(border["np.dot of lists"], border["np.dot of arrays"]) }} times as long as
# given arrays{{ ", and longer than the loop that it should replace" if
# border["np.dot of lists"] > border["loop over lists"] else "" }}. And a loop over
# arrays takes {{ times(border["loop over arrays"], border["loop over lists"]) }} times
# as long as one over lists. Make the array once, keep it an array, and do not loop over
# its elements.
#
# ## Vectorise an activation
#
# An activation function takes a layer's weighted sums and bends each of them. Here is
# the sigmoid in four versions: the formula in a loop; the same function through
# `np.vectorize`; the formula with arrays; and [`sigmoid`][actfn.sigmoid].
#
# $$\operatorname{sigmoid}(x) = \frac 1 {1 + e^{-x}}$$


# %%
def sigmoid_of_number(x):
    return 1 / (1 + math.exp(-x))


def sigmoid_with_loop(numbers):
    return [sigmoid_of_number(x) for x in numbers]


def sigmoid_of_array(x):
    return 1 / (1 + np.exp(-x))


versions = {
    "loop over a list": sigmoid_with_loop,
    "np.vectorize": np.vectorize(sigmoid_of_number),
    "formula with arrays": sigmoid_of_array,
    "actfn": sigmoid,
}
grid = np.linspace(-5, 5, 1001)
for name, version in versions.items():
    print(name, np.allclose(version(grid), sigmoid(grid), rtol=1e-14, atol=0))

# %% tags=["volatile"]
layer_sizes = np.array([1, 10, 100, 1_000, 10_000, 50_000])
bent = {name: [] for name in versions}
for size in layer_sizes:
    layer = rng.normal(size=size)
    for name, version in versions.items():
        numbers = layer.tolist() if version is sigmoid_with_loop else layer
        bent[name].append(seconds(version, numbers))

# %% tags=["volatile"]
#| alt: Time of four versions of the sigmoid against the number of elements, both axes
#|   logarithmic. For one element, from the fastest to the slowest:
#|   {{ ", ".join(sorted(bent, key=lambda name: bent[name][0])) }}. For
#|   {{ layer_sizes[-1]:, }}: {{ ", ".join(sorted(bent, key=lambda n: bent[n][-1])) }}.
plt.figure(figsize=(6.5, 3.4))
for (name, t), style in zip(bent.items(), ("o-", "v:", "s--", "D-.")):
    plt.loglog(layer_sizes, t, style, label=name)
plt.xlabel("elements")
plt.ylabel("seconds")
plt.legend()
plt.show()

# %% tags=["volatile"]
bent_costs = {name: fit(layer_sizes, np.array(bent[name])) for name in bent}
for name, (fixed, each) in bent_costs.items():
    print(f"{name:20} {1e6 * fixed:6.2f} µs fixed, {1e9 * each:7.2f} ns each")

# %% [markdown]
# **`np.vectorize` does not vectorise.** It calls your function once per element. At
# {{ layer_sizes[-1]:, }} elements it takes
# {{ times(bent["np.vectorize"][-1], bent["loop over a list"][-1]) }} times as long as
# the loop. NumPy's own description says what it is:

# %%
description = " ".join(np.vectorize.__doc__.split())
print([part for part in description.split(". ") if "for loop" in part])

# %% [markdown]
# Worse, it takes the type of all results from the first one:

# %%
bend = np.vectorize(lambda x: x if x > 0 else 0)
bend(np.array([-1.5, 2.7])), bend(np.array([2.7, -1.5]))

# %% [markdown]
# The first result was the whole number 0, so the 2.7 became {{ bend([-1.5, 2.7])[1] }}.
#
# **The formula with arrays is fast, and not safe.** Below
# −{{ math.log(np.finfo(float).max):.0f }} it overflows, as [the page on the
# sigmoid](sigmoid.py) shows; `math.exp` in the loop even stops with an error. `sigmoid`
# checks its input and never overflows. Beside the formula it has
# {{ times(bent_costs["actfn"][0], bent_costs["formula with arrays"][0]) }} times the
# fixed cost and
# {{ times(bent_costs["actfn"][1], bent_costs["formula with arrays"][1]) }} times the
# cost per element.
#
# ## Replace `if` by a choice
#
# An array has no single answer to `if x > 0`. `np.where` takes a condition and two
# arrays and chooses, element by element. So both arrays are computed everywhere, also
# where nobody wants them. The [`elu`][actfn.elu] is $x$ for positive numbers and
# $e^x - 1$ for the others:

# %%
x = np.array([-2.0, 0.5, 1000.0])
np.where(x > 0, x, np.exp(x) - 1)

# %% [markdown]
# The result is right. The warning is about $e^{1000}$, which was computed and thrown
# away. Give each branch only what it can take:

# %%
print(np.where(x > 0, x, np.expm1(np.minimum(x, 0))))
print(elu(x))

# %% [markdown]
# ## Count the arrays
#
# `1 / (1 + np.exp(-x))` is four operations: change the sign, exponentiate, add,
# divide. Each goes through all elements, and its result needs a place. That place is a
# **temporary** array. With `out=` you name the place, and nothing new is made. The
# operation works **in place**.


# %%
def sigmoid_into(x, out):
    np.negative(x, out=out)
    np.exp(out, out=out)
    np.add(out, 1, out=out)
    return np.divide(1, out, out=out)


def sigmoid_in_blocks(x, out, size=16_384):
    for start in range(0, len(x), size):
        block = slice(start, start + size)
        sigmoid_into(x[block], out[block])
    return out


x = np.linspace(-5, 5, 1_000_000)
y = np.empty_like(x)
for version in (sigmoid_into, sigmoid_in_blocks):
    print(np.array_equal(version(x, y), sigmoid_of_array(x)))

# %% [markdown]
# The second version is a loop again, over blocks this time. It does all four operations
# on one block while that is still in the processor's cache. How much memory does each
# version need at its peak, beside `x` and `y`?

# %% tags=["volatile"]
candidates = {
    "formula": lambda x, y: sigmoid_of_array(x),
    "in place": sigmoid_into,
    "in blocks": sigmoid_in_blocks,
    "actfn": lambda x, y: sigmoid(x, out=y),
}
for name, version in candidates.items():
    tracemalloc.start()
    version(x, y)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"{name:10} {peak / x.nbytes:5.2f} arrays of the size of x")

# %% [markdown]
# Now the time, divided by the number of elements. If only the arithmetic counted, the
# lines would be level as soon as the fixed cost no longer matters.

# %% tags=["volatile"]
#| alt: Nanoseconds per element against the number of elements, for four versions of
#|   the sigmoid. From the smallest size to the largest, the formula goes from
#|   {{ spent["formula"][0]:.1f }} through a lowest value of
#|   {{ min(spent["formula"]):.1f }} to {{ spent["formula"][-1]:.1f }}, in place from
#|   {{ spent["in place"][0]:.1f }} to {{ spent["in place"][-1]:.1f }}, in blocks from
#|   {{ spent["in blocks"][0]:.1f }} to {{ spent["in blocks"][-1]:.1f }}, and actfn from
#|   {{ spent["actfn"][0]:.1f }} to {{ spent["actfn"][-1]:.1f }}.
array_sizes = [4_000, 16_000, 64_000, 250_000, 1_000_000, 2_000_000]
big = np.linspace(-5, 5, array_sizes[-1])
place = np.empty_like(big)
spent = {name: [] for name in candidates}
plt.figure(figsize=(6.5, 3.4))
for name, style in zip(candidates, ("o-", "s--", "D-.", "v:")):
    for n in array_sizes:
        t = seconds(candidates[name], big[:n], place[:n])
        spent[name].append(1e9 * t / n)
    plt.semilogx(array_sizes, spent[name], style, label=name)
plt.ylim(bottom=0)
plt.xlabel("elements")
plt.ylabel("ns per element")
plt.legend()
plt.show()

# %% [markdown]
# At {{ array_sizes[-1]:, }} elements, the formula takes
# {{ times(spent["formula"][-1], spent["in place"][-1]) }} times as long as the same
# operations in place, and {{ times(spent["formula"][-1], spent["in blocks"][-1]) }}
# times as long as the blocks. The arithmetic is the same. What differs is memory:
#
# - A new large array costs time before anything is stored in it, because the operating
#   system has to provide and clear its pages.
# - Each operation reads and writes 8 bytes per element. Four operations move
#   {{ 4 * 2 * 8 }} bytes, in place too, if the arrays are too large for the caches. In
#   blocks, only the first reading and the last writing go to the main memory:
#   {{ 2 * 8 }} bytes.
#
# !!! warning "In place means in *somebody's* place"
#     `sigmoid_into(x, x)` is allowed and saves another array. The inputs are gone then,
#     also for the caller who gave you `x`.
#
# ## Broadcast instead of a loop over pairs
#
# Some tasks need all pairs: which example is near to which? Here are points on a
# spiral, and the distance of each from each.

# %%
#| alt: Left, {{ len(spiral) }} points on a spiral that goes outwards in two turns.
#|   Right, their distances as a square image with a scale from 0 to
#|   {{ distance.max():.1f }}. The diagonal is 0. Beside it run bands of near points:
#|   those that lie one turn further on.
angle = np.linspace(0, 4 * np.pi, 80)
spiral = np.column_stack([angle * np.cos(angle), angle * np.sin(angle)])
steps = spiral[:, None, :] - spiral[None, :, :]
distance = np.sqrt((steps**2).sum(axis=-1))
fig, (left, right) = plt.subplots(1, 2, figsize=(7, 3), layout="constrained")
left.plot(*spiral.T, "o-", ms=3)
left.set_aspect("equal")
fig.colorbar(right.imshow(distance, cmap="cividis"), label="distance")
right.set(xlabel="point", ylabel="point")
right.grid(False)
plt.show()

# %% [markdown]
# $$d_{ij} = \sqrt{\sum_k (p_{ik} - p_{jk})^2}$$
#
# `spiral[:, None, :]` has the shape {{ spiral[:, None, :].shape }} and
# `spiral[None, :, :]` has {{ spiral[None, :, :].shape }}. Their difference has
# {{ steps.shape }}: each point minus each point, without a loop. The sum takes the last
# axis away. Beside it, here are the loop over pairs and two ways between:


# %%
def by_loops(points):
    rows = points.tolist()
    return np.array([[math.dist(a, b) for b in rows] for a in rows])


def by_broadcasting(points):
    steps = points[:, None, :] - points[None, :, :]
    return np.sqrt((steps**2).sum(axis=-1))


def by_rows(points):
    rows = [((points - p) ** 2).sum(axis=-1) for p in points]
    return np.sqrt(np.array(rows))


def by_product(points):
    squares = (points**2).sum(axis=1)
    squared = squares[:, None] + squares[None, :] - 2 * points @ points.T
    return np.sqrt(np.maximum(squared, 0))


# %% [markdown]
# The last one multiplies out $(p - q)^2 = p^2 + q^2 - 2\,p\,q$, so that the work is a
# matrix product. Try them on points with as many coordinates as a small image has
# pixels.

# %%
points = np.random.default_rng(1).normal(size=(150, 64))
ways = [by_loops, by_broadcasting, by_rows, by_product]
print([np.allclose(way(points), by_loops(points), atol=1e-6) for way in ways])

# %% tags=["volatile"]
pairs = {way.__name__: seconds(way, points) for way in ways}
for name, t in pairs.items():
    print(f"{name:15} {1e3 * t:7.2f} ms")

# %% [markdown]
# The loop over pairs takes
# {{ times(pairs["by_loops"], pairs["by_broadcasting"]) }} times as long as
# broadcasting, and {{ times(pairs["by_loops"], pairs["by_product"]) }} times
# as long as the matrix product. Look at two more things before you choose: the memory,
# and the digits.
#
# **Memory.** `by_broadcasting` makes an array with one number per pair *and*
# coordinate. For 10,000 points that is {{ 10_000**2 * 64 * 8 / 1e9:.1f }} GB, for a
# result of {{ 10_000**2 * 8 / 1e9:.1f }} GB. `by_rows` keeps one loop, and its arrays
# have {{ 10_000 * 64 * 8 / 1e6:.1f }} MB. It takes
# {{ times(pairs["by_rows"], pairs["by_broadcasting"]) }} times as long as
# `by_broadcasting` here, where everything is small.
#
# **Digits.** `by_product` subtracts large numbers that are nearly equal. Move all
# points away by a million. Their distances stay the same.

# %%
exact, wrong = by_loops(points), {}
for way in ways:
    wrong[way.__name__] = np.abs(way(points + 1e6) - exact).max()
    print(f"{way.__name__:15} wrong by up to {wrong[way.__name__]:.0e}")

# %% [markdown]
# The mean distance between two points is {{ exact[exact > 0].mean():.1f }}. Of its
# digits, {{ math.log10(exact.mean() / wrong["by_broadcasting"]):.0f }} are right with
# `by_broadcasting` and {{ math.log10(exact.mean() / wrong["by_product"]):.0f }} with
# `by_product`. Subtract the mean of the points before you use it. Vectorising may
# change the algorithm, and then the digits are a thing to check.
#
# ## Keep the loop where it is right
#
# **Where each step needs the one before.** Training is such a loop, and so is a unit
# with a memory. Its new state depends on the old one, here through
# [`tanh`][actfn.tanh]:
#
# $$h_{t} = \tanh(w\,h_{t - 1} + x_t)$$
#
# You cannot take all steps at once. But if you have many sequences, they do not depend
# on each other. Loop over the steps, and take all sequences at once.


# %%
def run_units(inputs, w=0.9):
    """The last states for inputs of the shape (steps, sequences)."""
    state = np.zeros(inputs.shape[1])
    for x in inputs:
        state = tanh(w * state + x)
    return state


def run_number(inputs, w=0.9):
    """The same for one sequence, a list of numbers."""
    state = 0.0
    for x in inputs:
        state = math.tanh(w * state + x)
    return state


signals = np.random.default_rng(2).normal(size=(100, 1_000))
one_by_one = [run_number(signal) for signal in signals.T.tolist()]
np.allclose(run_units(signals), one_by_one, rtol=0, atol=1e-14)

# %% tags=["volatile"]
#| alt: Time per sequence of 100 steps against the number of sequences, both axes
#|   logarithmic. With arrays it falls from {{ 1e6 * per_sequence[0]:,.0f }}
#|   microseconds for one sequence to {{ 1e6 * per_sequence[-1]:.1f }} for
#|   {{ at_once[-1]:, }}. A dashed level line at {{ 1e6 * alone:.1f }} microseconds is
#|   one sequence at a time with Python's own numbers.
at_once = [1, 3, 10, 30, 100, 300, 1_000]
together = [seconds(run_units, signals[:, :n]) for n in at_once]
per_sequence = np.divide(together, at_once)
alone = seconds(run_number, signals[:, 0].tolist())
plt.figure(figsize=(6, 3))
plt.loglog(at_once, 1e6 * per_sequence, "o-", label="arrays, all at once")
plt.axhline(1e6 * alone, color="C1", ls="--", label="numbers, one by one")
plt.xlabel("sequences")
plt.ylabel("microseconds per sequence")
plt.legend()
plt.show()

# %% [markdown]
# {{ at_once[-1]:, }} sequences together take
# {{ times(together[-1], together[0]) }} times as long as a single one.
#
# **Where there are few numbers.** For one sequence, arrays take
# {{ times(together[0], alone) }} times as long as Python's own numbers: each step is a
# call, with its fixed cost, for a single number.
#
# **Where the temporaries would be too large.** `sigmoid_in_blocks` and `by_rows` loop
# over pieces. Each piece is large enough that the fixed cost does not count, and small
# enough for the cache.
#
# Loop over steps that need each other, and over pieces that are large. Vectorise the
# rest.
#
# ## Exercises
#
# Each solution ends in an assertion. Put your own result in its place: if it raises
# nothing, you are right.
#
# ### 1. A million squares
#
# Sum the squares of the whole numbers below one million, with and without a loop. The
# two must agree to the last digit.

# %%
#| fold: Solution
numbers = np.arange(1_000_000, dtype=np.int64)
sum_of_squares = np.dot(numbers, numbers)
print(sum_of_squares)
assert sum_of_squares == sum(i * i for i in range(1_000_000))
# In int32 the products would wrap around without a word: 999,999² needs 40 bits.
assert np.dot(numbers.astype(np.int32), numbers.astype(np.int32)) != sum_of_squares

# %% [markdown]
# ### 2. Where the lines cross
#
# A loop costs 200 ns per call and 40 ns per element. The array version costs 900 ns per
# call and 0.5 ns per element. From how many elements on is it faster? From how many on
# is it at least 50 times as fast?

# %%
#| fold: Solution
from_here = math.ceil(crossing((200, 40), (900, 0.5)))
# 200 + 40 n is to be 50 times 900 + 0.5 n, which is 45 000 + 25 n.
fifty = math.ceil(crossing((200, 40), (45_000, 25)))
print(from_here, fifty)
for n, factor in ((from_here, 1), (fifty, 50)):
    assert 200 + 40 * n >= factor * (900 + 0.5 * n)
    assert 200 + 40 * (n - 1) < factor * (900 + 0.5 * (n - 1))

# %% [markdown]
# ### 3. A loop with an if
#
# Write the function below for arrays, without a loop and without `if`. Compare it with
# [`leaky_relu`][actfn.leaky_relu] with a slope of 0.05.


# %%
def leaky_loop(numbers):
    return [x if x > 0 else 0.05 * x for x in numbers]


# %%
#| fold: Solution
x = np.linspace(-3, 3, 13)
answer = np.where(x > 0, x, 0.05 * x)  # or np.maximum(x, 0.05 * x)
print(answer)
assert np.array_equal(answer, leaky_loop(x.tolist()))
assert np.array_equal(answer, leaky_relu(x, 0.05))

# %% [markdown]
# ### 4. Two arrays are enough
#
# The [`softplus`][actfn.softplus] is $\max(x, 0) + \log(1 + e^{-|x|})$. Write it so
# that, with the result, it never has more than two new arrays of the size of `x`.
# `np.log1p(y)` is $\log(1 + y)$, and takes `out=` as well.


# %%
#| fold: Solution
def frugal_softplus(x):
    y = np.abs(x)
    np.negative(y, out=y)
    np.exp(y, out=y)
    np.log1p(y, out=y)
    y += np.maximum(x, 0)  # the second array
    return y


x = np.linspace(-50, 50, 100_000)
tracemalloc.start()
frugal = frugal_softplus(x)
_, most = tracemalloc.get_traced_memory()
tracemalloc.stop()
assert np.allclose(frugal, softplus(x), rtol=1e-14, atol=0)
assert most < 2.1 * x.nbytes

# %% [markdown]
# ### 5. Near pairs
#
# Take 1000 random points in the unit square. How many pairs are closer than 0.01? Do
# not make an array with one number per pair.

# %%
#| fold: Solution
crowd = np.random.default_rng(3).random((1_000, 2))
near = 0
for i, point in enumerate(crowd[:-1]):
    squared = ((crowd[i + 1 :] - point) ** 2).sum(axis=1)
    near += np.count_nonzero(squared < 0.01**2)
print(near, "of", 1_000 * 999 // 2)
both_ways = np.count_nonzero(by_broadcasting(crowd) < 0.01)
assert near == (both_ways - 1_000) // 2  # each pair twice, and each point with itself

# %% [markdown]
# ### 6. The best so far
#
# During training you note the loss after each step. For a plot you want, at each step,
# the lowest loss up to there. Each value depends on the one before. Find the NumPy
# function that has this loop inside.

# %%
#| fold: Solution
losses = np.random.default_rng(4).exponential(size=1_000)
best, best_so_far = math.inf, []
for loss in losses.tolist():
    best = min(best, loss)
    best_so_far.append(best)
answer = np.minimum.accumulate(losses)
print(answer[[0, 9, 99, 999]])
assert np.array_equal(answer, best_so_far)

# %% [markdown]
# ## Next
#
# [The neuron](neuron.py) makes a layer, and then a network, of the dot product.
# [The sigmoid](sigmoid.py) and [softmax](softmax.py) show the forms that do not
# overflow. [The accuracy of every function](../reference/accuracy.md) is measured, too.
