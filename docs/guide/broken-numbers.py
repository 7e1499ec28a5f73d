# %% [markdown]
# # Recognise numbers that break
#
# **You will be able to**
#
# - say how far apart floating-point numbers lie, and measure an error in ulp;
# - tell overflow, underflow and cancellation from each other, and cure each;
# - draw the error of a formula over all float32 numbers, from the largest negative to
#   the largest positive one;
# - say what float16 and bfloat16 do to exponentials, sums and weights;
# - see it coming: in the text of a formula, and with two tests that take a line each.
#
# **You need** NumPy arrays, as in
# [Compute with arrays instead of loops](numpy-basics.py), and the
# [sigmoid](sigmoid.py) and the [softmax](softmax.py), where two of these troubles came
# up first.

# %%
import functools
import math
import re
from decimal import Decimal, localcontext
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np

import actfn
from actfn import log_sigmoid, logsumexp, softplus, standardize

# %% [markdown]
# ## Look at three breaks
#
# Here are three formulas as they stand in books, computed in float16, where the breaks
# are large enough to see.

# %%
grids = (6, 15), (-20, -8), (-0.004, 0.004)
up, down, near = (np.float16(np.linspace(*grid, 801)) for grid in grids)
with np.errstate(all="ignore"):
    tried = [np.log(1 + np.exp(up)), np.log(2 * np.exp(down)), np.exp(near) - 1]
true = [softplus(up), down + math.log(2), np.expm1(near)]
ends = up[np.isfinite(tried[0])].max(), down[np.isfinite(tried[1])].min()

# %%
#| alt: Three panels. Left, log(1 + exp(x)) follows the true line up to x =
#|   {{ ends[0]:.1f }} and is infinite beyond. Middle, log(2 exp(x)) follows it
#|   from −8 down, turns into ever coarser steps, and is minus infinity below
#|   {{ ends[1]:.1f }}. Right, exp(x) − 1 is a staircase of
#|   {{ len(set(tried[2].tolist())) }} steps around the true line from −0.004 to 0.004.
titles = ["log(1 + exp(x))", "log(2 exp(x))", "exp(x) − 1"]
fig, axes = plt.subplots(1, 3, figsize=(7.4, 2.6), layout="constrained")
for ax, grid, x, right, wrong in zip(axes, grids, (up, down, near), true, tried):
    ax.plot(x, right, label="true")
    ax.plot(x, wrong, "--", label="typed")
    ax.set(title=titles.pop(0), xlabel="x", xticks=np.linspace(*grid, 3))
for ax, end in zip(axes, ends):
    ax.axvline(end, ls=":", color="C7")
axes[0].legend()
plt.show()

# %% [markdown]
# The first is **overflow**: a number in between is too large. The second is
# **underflow**: a number in between is too small. The third is **cancellation**: two
# numbers that are nearly equal are subtracted, and what remains is their rounding. In
# each case the result itself is a harmless number. Dotted lines mark where the typed
# formula ends.
#
# ## See where the numbers lie
#
# A floating-point number is $\pm m \cdot 2^e$ with a fixed number of bits for $m$ and
# for $e$. So numbers are dense near 0 and sparse far out. NumPy has float16, float32
# and float64. It does not have **bfloat16**, which many accelerators compute in. That
# is the upper half of a float32: the same exponents, and 16 bits of $m$ fewer. So you
# can emulate it.


# %%
def bfloat16(x):
    """Round float32 numbers to the nearest that needs their upper 16 bits only."""
    x = np.asarray(x, dtype=np.float32)
    bits = x.view(np.uint32)
    last = (bits >> 16) & 1  # of the bits that stay
    rounded = (bits + 0x7FFF + last) & 0xFFFF0000
    return np.where(np.isnan(x), x, rounded.view(np.float32))


values = np.float32([0.1, math.pi, 1 + 1 / 256, 1 + 3 / 256, 3.4e38, np.inf, np.nan])
print(bfloat16(values))

# %% [markdown]
# Adding a little less than half of the last bit that stays, and cutting off the rest,
# rounds to nearest. Exactly half-way, `last` decides: the sum carries over if the last
# bit is 1, so ties go to the even neighbour. $1 + 1/256$ goes down and $1 + 3/256$ goes
# up. Beyond the largest number the carry runs into the exponent and gives infinity, as
# it should. NaN is left alone.

# %%
#| alt: The gap to the next number against the number, both axes logarithmic, as
#|   staircases that rise one step per power of 2. From bottom to top: float32, float16,
#|   bfloat16; at 1 the gaps are {{ gaps["float32"][at_1]:.0e }},
#|   {{ gaps["float16"][at_1]:.0e }} and {{ gaps["bfloat16"][at_1]:.0e }}. float16 is
#|   level below {{ np.finfo(np.float16).smallest_normal:.0e }} and ends at
#|   {{ np.finfo(np.float16).max:.0f }}; the others go on on both sides.
sizes = np.geomspace(1e-10, 1e10, 2001, dtype=np.float32)
with np.errstate(over="ignore", invalid="ignore"):
    gaps = {
        "float32": np.spacing(sizes),
        "float16": np.spacing(np.float16(sizes)).astype(float),
        "bfloat16": np.spacing(sizes) * 2.0**16,
    }
at_1 = np.searchsorted(sizes, 1)
fig, ax = plt.subplots(figsize=(6.4, 3.2))
for (name, gap), style in zip(gaps.items(), ("-", "--", "-.")):
    ax.loglog(sizes, gap, style, label=name)
ax.set(xlabel="number", ylabel="gap to the next one")
ax.legend()
plt.show()

# %% [markdown]
# This gap is the **ulp**, the unit in the last place, and `np.spacing` gives it. A
# result that is rounded once is off by at most half an ulp. That is why errors are
# counted in ulp: 0.5 is perfect, 1 is good, and 8 means that three bits are gone.

# %%
limits = {}
for dtype in (np.float16, np.float32, np.float64):
    info = np.finfo(dtype)
    limits[dtype.__name__] = info.eps, info.smallest_subnormal, info.max
half = 2.0**16  # from the gaps of float32 to those of bfloat16
epsilon, smallest, largest = (float(limit) for limit in limits["float32"])
limits["bfloat16"] = epsilon * half, smallest * half, 2.0**128 * (1 - 2.0**-8)
print("          ulp of 1  smallest  largest   exp overflows above")
for name, (epsilon, smallest, largest) in limits.items():
    print(f"{name:9} {epsilon:<9.1e} {smallest:<9.1e} {largest:<9.1e}", end=" ")
    print(f"{math.log(largest):.2f}")

# %% [markdown]
# At the left end of the picture the gaps of float16 stay equal. The numbers there,
# called **subnormal**, have fewer digits the smaller they are. float16 has the digits,
# bfloat16 has the range.
#
# ## Overflow: an exponential without a bound
#
# In float32, $e^x$ is infinite from {{ math.log(np.finfo(np.float32).max):.2f }} on.
# What becomes of infinity depends on what the formula does next.

# %%
x = np.float32([10, 100])
with np.errstate(all="ignore"):
    print("softplus:", np.log(1 + np.exp(x)))
    print("sigmoid: ", 1 / (1 + np.exp(-x)), "and of -x:", 1 / (1 + np.exp(x)))
    print("tanh:    ", (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)))
    print("softmax: ", np.exp(x) / np.exp(x).sum())

# %% [markdown]
# The logarithm keeps it infinite. The reciprocal makes 0 of it, which happens to be
# almost right: the sigmoid of −100 is {{ actfn.sigmoid(-100.0):.0e }}. And ∞/∞ is NaN,
# which spreads to everything that it meets.
#
# **The cure**: rearrange the formula until no exponent is positive. Divide numerator
# and denominator by the largest exponential, or take it out of the logarithm.

# %%
largest = x.max()
print("softplus:", np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))))
print("softmax: ", np.exp(x - largest) / np.exp(x - largest).sum())

# %% [markdown]
# [`softplus`][actfn.softplus] and [`softmax`][actfn.softmax] do this. Exponentials are
# not alone: a square overflows from {{ math.sqrt(np.finfo(np.float32).max):.0e }} on in
# float32, a cube from {{ np.cbrt(float(np.finfo(np.float32).max)):.0e }}.
#
# ## Underflow: a logarithm of nothing
#
# How probable is a text of 200 words, each of probability one half?

# %%
words = np.full(200, 0.5, dtype=np.float32)
with np.errstate(divide="ignore"):
    print("logarithm of the product:", np.log(np.prod(words)))
print("sum of the logarithms:   ", np.sum(np.log(words)))

# %% [markdown]
# $2^{-200}$ is below the smallest float32, $2^{-149}$. It becomes 0, and the logarithm
# of 0 is −∞. **The cure**: do not leave the logarithms. Functions that are followed by
# a logarithm come together with it:

# %%
x = np.float32([-10, -100, -1000])
with np.errstate(all="ignore"):
    print("log of sigmoid:    ", np.log(1 / (1 + np.exp(-x))))
    print("log of sum of exp: ", np.log(np.exp(x[1:]).sum()))
print("log_sigmoid:       ", log_sigmoid(x))
print("logsumexp:         ", logsumexp(x[1:]))

# %% [markdown]
# They are [`log_sigmoid`][actfn.log_sigmoid], [`logsumexp`][actfn.logsumexp] and
# [`log_softmax`][actfn.log_softmax]. Underflow alone is mostly harmless: a term of
# $10^{-50}$ beside 1 may well be 0. It becomes harmful when you divide by it, take its
# logarithm, or multiply it by something large.
#
# ## Cancellation: the difference of two neighbours
#
# This one makes no noise. $e^x - 1$ is close to $x$ for small $x$, but $e^x$ is close
# to 1, and there float32 numbers are {{ np.finfo(np.float32).eps:.0e }} apart.

# %%
#| alt: Error in ulp against x from 1e-8 to 1, both axes logarithmic. That of
#|   exp(x) − 1 rises in a straight band from about 1 at x = 1 to
#|   {{ off["typed"].max():.0e }} at the left. That of np.expm1 stays below
#|   {{ off["expm1"].max():.1f }}.
x = np.geomspace(1e-8, 1, 400, dtype=np.float32)
exact = np.expm1(x.astype(np.float64))
results = {"typed": np.exp(x) - 1, "expm1": np.expm1(x)}
off = {k: np.abs(r - exact) / np.spacing(np.float32(exact)) for k, r in results.items()}
fig, ax = plt.subplots(figsize=(6, 3))
ax.loglog(x, off["typed"], "--", label="exp(x) − 1")
ax.loglog(x, off["expm1"], "-", label="expm1(x)")
ax.set(xlabel="x", ylabel="error in ulp")
ax.legend()
plt.show()

# %% [markdown]
# Each halving of $x$ costs one more bit. Nothing is wrong with the subtraction: it is
# exact. It only uncovers what the rounding of $e^x$ had lost before. So you cannot mend
# it afterwards.
#
# **The cure**: compute the small thing itself. `np.expm1(x)` for $e^x - 1$,
# `np.log1p(x)` for $\log(1 + x)$, `sigmoid(-x)` for $1 - \sigma(x)$, $(a - b)(a + b)$
# for $a^2 - b^2$. And subtract means before you square:

# %%
x = np.float32(1000) + np.random.default_rng(0).normal(size=8).astype(np.float32) / 100
in_one_pass = np.mean(x**2) - np.mean(x) ** 2
in_two = np.mean((x - np.mean(x)) ** 2)
print(f"variance: {in_one_pass}, subtracting first: {in_two:.4e}")
with np.errstate(invalid="ignore"):
    print("standardised:", ((x - x.mean()) / np.sqrt(in_one_pass))[:4])
print("standardize: ", standardize(x, epsilon=0)[:4])

# %% [markdown]
# ## Draw the error over the whole range
#
# The catalogue of the package keeps, beside each function, the formula as it is often
# typed. Take all of them, and run them over all of float32.

# %%
rows = {name: row for name, row in actfn.CATALOGUE.items() if row.naive}
single = [name for name, row in rows.items() if row.elementwise]
coupled = [name for name in rows if name not in single]


@functools.cache
def formula(name):
    return compile(rows[name].naive, name, "eval")


def typed(name, x):
    """Compute the formula as it is often typed."""
    return eval(formula(name), {"np": np, "x": x})


print(f"{len(single)} take one number, {len(coupled)} a vector")

# %% [markdown]
# ### Have something to compare with
#
# An error needs a truth. Float64 has 29 bits more than float32, so what the package
# computes in float64 can serve as the truth, if it is right itself. Is it? There is a
# second way, and it uses the typed formula. Its mathematics is right, it only lacks
# digits. Give it 150 of them: even where it loses a hundred, fifty are left. Python's
# `decimal` has exponential, logarithm and root, and a module in place of `np` hands
# them to the formula.


# %%
def tanh(x):
    e = (2 * x).exp()
    return (e - 1) / (e + 1)


# %%
PI = Decimal("3.14159265358979323846264338327950288419716939937510")
precise = SimpleNamespace(
    exp=np.frompyfunc(Decimal.exp, 1, 1),
    log=np.frompyfunc(Decimal.ln, 1, 1),
    sqrt=np.frompyfunc(Decimal.sqrt, 1, 1),
    tanh=np.frompyfunc(tanh, 1, 1),
    pi=PI,
    prod=np.prod,
    split=np.split,
    where=np.where,
    maximum=np.maximum,
    minimum=np.minimum,
)


# %%
def with_digits(name, x, digits=150):
    """Compute the typed formula with many digits, and round it to float64."""
    formula = re.sub(r"\d+\.\d+|\d+e-\d+", r"D('\g<0>')", rows[name].naive)
    with localcontext(prec=digits, Emin=-(10**9), Emax=10**9):
        exact = np.array([Decimal(value) for value in x.tolist()])
        result = eval(formula, {"np": precise, "x": exact, "D": Decimal})
        return np.array([float(value) for value in np.atleast_1d(result)])


# %%
def inputs(name, x):
    """Each x as an input: for a function of a vector, a vector with x in it."""
    if name in single:
        return x
    section = rows[name].section
    parts = [x if part is None else np.full_like(x, part) for part in section]
    return np.stack(parts, axis=-1)


def ours(name, given):
    """What the package computes."""
    along = {} if name in single else {"axis": -1}
    return rows[name].function(given, **along)


# %%
rng = np.random.default_rng(0)
sizes = np.concatenate([10 ** rng.uniform(-38, 0, 20), rng.uniform(0, 100, 20)])
points = np.float32(np.concatenate([sizes, -sizes])).astype(float)
doubt = {}
for name in rows:
    for x in [points] if name in single else inputs(name, points):
        truth, result = with_digits(name, x), ours(name, x)
        ulp = np.spacing(np.abs(np.float32(truth))).astype(float)
        doubt[name] = max(doubt.get(name, 0), np.max(np.abs(result - truth) / ulp))
differ = [name for name in rows if doubt[name] > 1e-3]
agree = max(value for name, value in doubt.items() if name not in differ)
print(f"all but {differ} agree within {agree:.0e} ulp of float32")

# %% [markdown]
# So the error of the reference is at most {{ agree:.0e }} ulp of float32, of which half
# an ulp of float64 is a part. {{ "The exception is no fault of the reference: SELU is "
# "usually typed with constants of six digits, which is an error of its own, of "
# f"{doubt['selu']:.0f} ulp." if differ == ["selu"] else "" }} The points reach up to
# 100 on both sides and down to $10^{-38}$; beyond them [the accuracy
# tables](../reference/accuracy.md) compare with mpmath.
#
# ### Put all floats in a row
#
# The bits of a positive float32, read as a whole number, count the floats from 0 up.
# With the sign in front, that is a place for each of the four billion, in order. On
# this axis every power of 2 is equally long, on both sides of 0.

# %%
END = int(np.float32(np.finfo(np.float32).max).view(np.int32))


def at(places):
    """The floats at some places: 0 is at 0, the next ones at 1 and −1."""
    places = np.asarray(places)
    sizes = np.abs(places).astype(np.uint32).view(np.float32)
    return np.copysign(sizes, places).astype(np.float32)


def place(x):
    """The place of a float."""
    return math.copysign(int(np.float32(abs(x)).view(np.int32)), x)


# %%
LOST = 2.0**24  # the ulp that a float32 of 24 bits has: 0 in place of a number


@np.errstate(all="ignore")
def ulps(y, exact):
    """Errors in ulp of the exact results, at most LOST."""
    exact32 = np.float32(exact)
    error = np.abs(y - exact) / np.spacing(np.abs(exact32))
    same = (y == exact32) & np.isinf(exact32)
    return np.where(same, 0, np.where(error < LOST, error, LOST))


# %%
@np.errstate(all="ignore")
def compared(name, x):
    """The typed formula in float32, and the truth."""
    given = inputs(name, x)
    if name in single:
        y = typed(name, given)
    else:
        y = np.array([typed(name, vector) for vector in given])
    return y, ours(name, given.astype(np.float64))


# %%
def errors(name, x):
    """The errors of the typed formula and of the package."""
    y, exact = compared(name, x)
    return [ulps(y, exact), ulps(ours(name, inputs(name, x)), exact)]


bins, each = 120, 1000
places = np.linspace(-END, END, bins * each, dtype=np.int64)
middles = places.reshape(bins, each).mean(axis=1)
worst = {}
for name in single:
    both = np.array(errors(name, at(places)))
    worst[name] = both.reshape(2, bins, each).max(axis=2)

# %%
#| alt: {{ len(single) }} small panels, one for each function of one number. Across: all
#|   float32 numbers from −3e38 to 3e38. Upwards: the largest error in ulp, from one
#|   tenth to {{ LOST:.0e }}, where nothing is left. The solid line of the package stays
#|   below {{ max(w[1].max() for w in worst.values()):.1f }} in all of them. The dashed
#|   line of the typed formula reaches the top in {{ len(lost) }}:
#|   {{ ", ".join(lost) }}.
lost = [name for name in single if worst[name][0].max() > LOST / 2]
joint = {"sharex": True, "sharey": True, "layout": "constrained"}
fig, axes = plt.subplots(4, 4, figsize=(7.4, 6.6), **joint)
for ax, name in zip(axes.flat, single):
    ax.semilogy(middles, np.maximum(worst[name][1], 0.1), "-", label="actfn")
    ax.semilogy(middles, np.maximum(worst[name][0], 0.1), "--", label="typed")
    ax.set_title(name, fontsize="small")
    ax.tick_params(labelsize="x-small")
marks = {-END: "−10³⁸", place(-1): "−1", 0: "0", place(1): "1", END: "10³⁸"}
ax.set_xticks(list(marks), labels=marks.values())
ax.set_yticks([1, 1e3, 1e6, LOST], labels=["1", "10³", "10⁶", "lost"])
fig.supylabel("largest error in ulp")
axes[0, 0].legend(fontsize="x-small")
plt.show()

# %% [markdown]
# Read the panels by their shapes.
#
# - A plateau around 0 is cancellation: `elu`, and `tanh` by four exponentials.
# - A plateau that goes on to the edge is overflow: `softplus` on the right.
# - A spike is a tail that ends too early: `silu` on the left. The results there are
#   small, and wrong in every digit.
# - Flat at the bottom does not mean without fault. `relu` as `x * (x > 0)` is exact for
#   all numbers, and NaN for −∞, because ∞ · 0 is.
#
# The package is the solid line. Its worst error in these panels is
# {{ max(w[1].max() for w in worst.values()):.1f }} ulp.
#
# ### Find where each one breaks
#
# Walk from 1 and −1 towards 0 and towards the ends, and note where the error first
# exceeds 100 ulp, where more than half of the result is wrong, where it becomes
# infinite, where NaN. Halve the last stride until the place is exact.

# %%
KINDS = ["right", "digits go", "lost", "infinite", "NaN"]


@np.errstate(all="ignore")
def kinds(name, x):
    """What is wrong with the typed formula, for each x: a place in KINDS."""
    y, exact = compared(name, x)
    digits = 1 * (ulps(y, exact) > 100)
    lost = 2 * ((np.abs(y - exact) > np.abs(exact) / 2) & (digits > 0))
    infinite = 3 * (np.isinf(y) & np.isfinite(np.float32(exact)))
    nan = 4 * (np.isnan(y) & ~np.isnan(exact))
    found = np.maximum.reduce([digits, lost, infinite, nan])
    return found if found.ndim == 1 else found.max(axis=1)


# %%
def first(name, good, bad, rank):
    """The first place between two where things are worse than rank."""
    while abs(bad - good) > 1:
        middle = (good + bad) // 2
        if kinds(name, at([middle]))[0] > rank:
            bad = middle
        else:
            good = middle
    return bad


# %%
def breaks(name, start, end):
    """Where the typed formula goes wrong in a new way, on the way to the end."""
    path = np.linspace(place(start), place(end), 800, dtype=np.int64)
    ranks, rank, found = kinds(name, at(path)), 0, []
    for i in range(1, len(path)):
        while ranks[i] > rank:
            edge = first(name, path[i - 1], path[i], rank)
            rank = max(rank + 1, kinds(name, at([edge]))[0])
            found.append((rank, float(at(edge))))
    return found


def words(found, sign=""):
    told = [
        f"{KINDS[rank]} from {sign or '−' * (x < 0)}{abs(x):.3g}" for rank, x in found
    ]
    return ", ".join(told) or "–"


# %%
TINY, HUGE = np.finfo(np.float32).smallest_subnormal, np.finfo(np.float32).max
cells = {}
for name in rows:
    left, right = breaks(name, -1, -HUGE), breaks(name, 1, HUGE)
    below, above = breaks(name, -1, -TINY), breaks(name, 1, TINY)
    at_ends = kinds(name, np.float32([-np.inf, np.inf]))
    wrong = [end for end, kind in zip(("−∞", "∞"), at_ends) if kind]
    middle = words(below or above, "±" if below and above else "")
    cells[name] = [words(left), middle, words(right), ", ".join(wrong) or "–"]
table = "\n".join(
    f"| [`{name}`][actfn.{name}] | {' | '.join(row)} |" for name, row in cells.items()
)

# %% [markdown]
# | As typed | towards −∞ | towards 0 | towards ∞ | wrong at |
# |---|---|---|---|---|
# {{ table }}
#
# Functions of a vector are tried on a short one, such as $(x, 0)$. Many breaks are far
# out, where float32 ends. Others are not: `softplus` loses digits from
# {{ cells["softplus"][0].split(",")[0].split()[-1] }} on, and `gelu_tanh` has none left
# from {{ cells["gelu_tanh"][0].split()[-1] }} on. Networks meet such inputs every day.
#
# ### Put a steady form in its place
#
# Most have a form that is as short and does not break. All of them follow from the
# three cures above.

# %%
steady = {
    "relu": "np.maximum(x, 0)",
    "threshold": "np.where(x > 1, x, 0)",
    "elu": "np.maximum(x, 0) + np.expm1(np.minimum(x, 0))",
    "sigmoid": "np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))",
    "log_sigmoid": "-np.logaddexp(0, -x)",
    "tanh": "np.tanh(x)",
    "softplus": "np.logaddexp(0, x)",
    "squareplus": "np.maximum(x, 0) + 1 / (np.hypot(x, 2) / 2 + np.abs(x) / 2)",
    "silu": "x * np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))",
    "mish": "x * np.tanh(np.logaddexp(0, x))",
}

# %%
steady |= {
    "softmax": "np.exp(x - x.max()) / np.exp(x - x.max()).sum()",
    "log_softmax": "x - x.max() - np.log(np.exp(x - x.max()).sum())",
    "logsumexp": "x.max() + np.log(np.exp(x - x.max()).sum())",
    "standardize": "(x - x.mean()) / np.sqrt(((x - x.mean())**2).mean() + 1e-5)",
}


# %%
@np.errstate(all="ignore")
def worst_of(name, function, x):
    """The largest error of a function over all x, in words."""
    given = inputs(name, x)
    y = function(given) if name in single else np.array([function(v) for v in given])
    error = ulps(y, ours(name, given.astype(np.float64))).max()
    return "lost" if error > LOST / 2 else f"{error:.2g}"


# %%
cures = ""
for name, text in steady.items():
    x = at(places if name in single else places[::60])
    cure = eval(f"lambda x: {text}", {"np": np})
    own = functools.partial(ours, name)
    found = [worst_of(name, f, x) for f in (functools.partial(typed, name), cure, own)]
    cures += f"| `{rows[name].naive}` | `{text}` | {' | '.join(found)} |\n"

# %% [markdown]
# | As typed | Steady | typed | steady | actfn |
# |---|---|---|---|---|
# {{ cures }}
#
# The numbers are the largest errors over all finite float32, in ulp. Where the steady
# form says "lost", the cure has a fault of its own. The last term of `log_softmax` is
# $\log(1 + \dots)$ again: where a classifier is sure, its loss of $10^{-9}$ becomes 0.
# And `standardize` still squares. The package mends these, too; a formula of one line
# cannot do everything.
#
# ## Count with fewer bits
#
# float16 and bfloat16 take half the memory of float32. They break at numbers that you
# meet every day, each in its own way.
#
# ### float16 has no range
#
# The exponential overflows above {{ math.log(np.finfo(np.float16).max):.2f }}, and so
# does every sum above {{ np.finfo(np.float16).max:.0f }}. In attention, as in
# [Build the feed-forward block of a transformer](feed-forward.py), a query meets a key.
# Take a width of 4096 and entries of 4:

# %%
query = np.full(4096, 4, dtype=np.float16)
with np.errstate(over="ignore"):
    print("score, divided at the end:  ", float(query @ query / np.float16(64)))
print("score, divided in between:  ", float(query / np.float16(64) @ query))
x = np.float16([300, 310, 305, 295])
with np.errstate(over="ignore", invalid="ignore"):
    print("typed:      ", (x - x.mean()) / np.sqrt(np.mean(x * x) - x.mean() ** 2))
print("standardize:", standardize(x))

# %% [markdown]
# float16 has so few numbers that you can try them all.

# %%
every = np.arange(2**16, dtype=np.uint16).view(np.float16)
every = every[np.isfinite(every)]
wrong = {}
with np.errstate(all="ignore"):
    for name in single:
        exact = ours(name, every.astype(np.float64))
        finest = np.spacing(np.abs(np.float16(exact))).astype(float)
        off = [
            np.abs(y - exact) / finest for y in (typed(name, every), ours(name, every))
        ]
        wrong[name] = np.mean(~(off[0] <= 1)), np.nanmax(off[1])
for name, (share, ours_off) in wrong.items():
    print(
        f"{name:12} typed: {share:5.1%} off by more than an ulp; actfn: {ours_off:.2f}"
    )

# %% [markdown]
# Of the {{ len(every):,}} finite numbers, up to
# {{ max(share for share, _ in wrong.values()):.0%}} get a wrong answer. The package
# computes with more bits and rounds once, at the end, which is why no error exceeds
# {{ max(error for _, error in wrong.values()):.2f }} ulp.
#
# ### bfloat16 has no digits
#
# Its exponentials reach as far as those of float32. But it has 8 bits, and
# $256 + 1 = 256$. To compute in bfloat16, round after every step.

# %%
sums = {t: np.cumsum(np.ones(4000, dtype=t)) for t in ("float32", "float16")}
total, sums["bfloat16"] = np.float32(0), np.empty(4000)
for i in range(4000):
    sums["bfloat16"][i] = total = bfloat16(total + np.float32(1))
x = bfloat16(np.linspace(-8, -2, 601))
by_steps = bfloat16(np.log(bfloat16(1 + bfloat16(np.exp(x)))))

# %%
#| alt: Left, the running sum of 4000 ones. In float32 it is a straight line up to
#|   {{ sums["float32"][-1]:.0f }}; in float16 it stays at
#|   {{ sums["float16"].max():.0f }}, in bfloat16 at {{ sums["bfloat16"].max():.0f }}.
#|   Right, softplus in bfloat16 from −8 to −2, on a logarithmic axis: a straight line
#|   when it is rounded once, a staircase of {{ len(set(by_steps.tolist())) }} steps
#|   when it is rounded after each operation; that ends at
#|   {{ x[np.flatnonzero(by_steps)[0]]:.1f }}, because it is 0 further left.
fig, (left, right) = plt.subplots(1, 2, figsize=(7, 3))
for (name, running), style in zip(sums.items(), ("-", "--", "-.")):
    left.plot(np.arange(1, 4001, 50), running[::50], style, label=name)
left.set(xlabel="ones added", ylabel="sum")
left.legend()
right.semilogy(x, bfloat16(softplus(x)), "-", label="rounded once")
right.semilogy(x, np.where(by_steps > 0, by_steps, np.nan), "--", label="each time")
right.set(xlabel="x", title="softplus")
right.legend()
plt.show()

# %% [markdown]
# The same happens to weights. A training step is small beside the weight it changes:

# %%
weight, rounded = np.float32(1), np.float32(1)
for _ in range(500):
    weight = weight - np.float32(0.001)
    rounded = bfloat16(rounded - np.float32(0.001))
print(f"after 500 steps of 0.001: float32 {weight:.3f}, bfloat16 {rounded}")

# %% [markdown]
# Below 1 the numbers of bfloat16 are $2^{-8}$ apart, {{ 2.0**-8:.4f }}, and a step of
# less than half of that is rounded away, five hundred times. **The cure** is the same
# in all three cases: keep sums and weights in float32, and round copies of them. The
# package does so with bfloat16 arrays of the package ml_dtypes: it computes in float32
# and rounds once.
#
# ## See it coming
#
# ### Read the formula
#
# | When you see | it may | write |
# |---|---|---|
# | `exp` without a bound | overflow | `exp` of $-\lvert x \rvert$ or $x - \max x$ |
# | 1 + or − something | lose the something | `expm1`, `log1p`, `logaddexp` |
# | a square or a cube | overflow at its root | divide first, `hypot` |
# | mean of squares minus square of mean | cancel | subtract first, then square |
# | $x$ minus a function of $x$ | cancel | a series, more bits |
# | a product with a comparison | give NaN at ∞ | `where`, `maximum` |
# | a product of many, `log` of `exp` | underflow | sums of logarithms |
# | a sum of many in few bits | stand still | add up in float32 |
#
# Do such signs find anything? Six of them can be written as patterns. Search the typed
# formulas for them, and the steady ones.

# %%
signs = {
    "exp without a bound": r"np\.exp\((?!-np\.abs|np\.minimum|x - x\.max)",
    "1 + or - something": r"1 [+-] |[+-] 1\b",
    "a square or a cube": r"\*\*",
    "mean of squares": r"\*\*2\)\.mean\(\) -",
    "x - a function of x": r"x - np\.",
    "times a comparison": r"\* \(x >",
}
for sign, pattern in signs.items():
    hits = [name for name in rows if re.search(pattern, rows[name].naive)]
    alarms = [name for name in steady if re.search(pattern, steady[name])]
    print(f"{sign:20} {len(hits):2} typed, {len(alarms)} steady", *alarms)
either = "|".join(signs.values())
found = [name for name in rows if re.search(either, rows[name].naive)]
alarms = [name for name in steady if re.search(either, steady[name])]

# %% [markdown]
# They find {{ len(found) }} of {{ len(rows) }} typed formulas, and raise an alarm for
# {{ len(alarms) }} of {{ len(steady) }} steady ones. A sign is a reason to look, not a
# verdict: $1 + e^{-|x|}$ is harmless in a denominator, where nothing smaller than 1 is
# wanted from it.
#
# ### Set a tripwire
#
# NumPy warns of overflow, of a division by zero and of NaN that was not there
# before, and says nothing of underflow. You can make errors of them, at the place where
# they happen.

# %%
try:
    with np.errstate(all="raise"):
        np.log(1 + np.exp(np.float32(100)))
except FloatingPointError as error:
    print("FloatingPointError:", error)


# %%
def trips(name, x):
    """Whether the typed formula raises anything but underflow."""
    try:
        with np.errstate(all="raise", under="ignore"):
            for vector in [x] if name in single else inputs(name, x):
                typed(name, vector)
    except FloatingPointError:
        return True
    return False


# %%
everywhere = at(places[::200])
everyday = np.float32(20 * np.linspace(-1, 1, 400) ** 3)
tripped = {
    "everywhere": [n for n in rows if trips(n, everywhere)],
    "everyday": [n for n in rows if trips(n, everyday)],
}
astray = [n for n in rows if kinds(n, everyday).any()]
for where, names in tripped.items():
    print(f"{where}: {len(names)} of {len(rows)} trip")
print(f"wrong on everyday numbers: {len(astray)}")

# %% [markdown]
# Over all numbers the wire catches {{ len(tripped["everywhere"]) }} of
# {{ len(rows) }}, some of them for no fault: `np.where` computes an exponential and
# throws it away. Between −20 and 20 the digits of {{ len(astray) }} go:
# {{ ", ".join(astray) }}. Of these it catches
# {{ len(set(tripped["everyday"]) & set(astray)) or "none" }}. **Cancellation raises
# nothing.** Leave `under` out of the wire: an exponential that fades to 0 is mostly as
# it should be.
#
# ### Run it twice
#
# Against cancellation there is a test that needs no truth: run the same formula in
# float32 and in float64, and compare. What differs by far more than an ulp has lost
# digits in float32, and shows you where float64 will lose them.


# %%
@np.errstate(all="ignore")
def disagrees(name, x):
    """Whether float32 and float64 differ by more than 100 ulp, or in what is finite."""
    given = inputs(name, x)
    for vector in [given] if name in single else given:
        narrow, wide = typed(name, vector), typed(name, vector.astype(np.float64))
        if np.any(ulps(narrow, wide) > 100):
            return True
    return False


reach = np.concatenate([np.geomspace(1e-6, 1e3, 400), -np.geomspace(1e-6, 1e3, 400)])
caught = [name for name in rows if disagrees(name, np.float32(reach))]
missed = [name for name in rows if name not in caught]
strange = [n for n in single if typed(n, everyday).dtype != everyday.dtype]
print(f"caught {len(caught)} of {len(rows)}; missed:", ", ".join(missed))
print("float64 for float32:", strange)

# %% [markdown]
# It catches {{ len(caught) }} of {{ len(rows) }}. What is wrong at ∞ alone it does not
# see, nor what both types have in common, such as constants with few digits. And one
# formula escapes: for float32 it gives float64, because `np.sqrt(2 / np.pi)` is a
# float64 and prevails. Nothing was computed in float32 at all.
#
# ### Test at the edges
#
# So give every function that you write the numbers where things end, and say what you
# expect of each.

# %%
info = np.finfo(np.float32)
edges = [0, info.smallest_subnormal, info.eps, 1, 20, 100, info.max, np.inf, np.nan]
edges = np.float32([*edges, *np.negative(edges)])
with np.errstate(all="raise", under="ignore"):
    print(softplus(edges))
with np.errstate(all="ignore"):
    differ = ~np.isclose(
        typed("softplus", edges), softplus(edges), equal_nan=True, atol=0
    )
print("typed softplus is wrong at", *edges[differ])

# %% [markdown]
# ## Exercises
#
# Each solution ends in an assertion. Put your own result in its place: if it raises
# nothing, you are right.
#
# ### 1. The length of a vector
#
# The length of (3e20, 4e20) is 5e20. In float32, `np.sqrt(np.sum(v**2))` is infinite.
# Mend it, so that it gives 0 for a vector of zeros as well.


# %%
#| fold: Solution
def length(v):
    largest = np.max(np.abs(v))
    if largest == 0:
        return largest
    return largest * np.sqrt(np.sum((v / largest) ** 2))


print(length(np.float32([3e20, 4e20])), length(np.float32([3e-30, 4e-30])))
assert np.isclose(length(np.float32([3e20, 4e20])), 5e20, rtol=1e-6)
assert np.isclose(length(np.float32([3e-30, 4e-30])), 5e-30, rtol=1e-6)
assert length(np.float32([0, 0])) == 0

# %% [markdown]
# ### 2. A loss from a score
#
# The loss of a yes-or-no classifier is $-\log \sigma(x)$ for yes and
# $-\log(1 - \sigma(x))$ for no. In float32 the second is infinite for a score of 20.
# Write both in one steady formula of the score and of the truth $t$, 0 or 1.


# %%
#| fold: Solution
def loss(x, t):
    return np.logaddexp(0, np.where(t == 1, -x, x))


scores = np.float32([20, -20, 200])
with np.errstate(divide="ignore"):
    print("typed: ", -np.log(1 - 1 / (1 + np.exp(-scores[:1]))))
print("steady:", loss(scores, np.array([0, 1, 0])))
assert np.allclose(loss(scores, 0), -log_sigmoid(-scores), rtol=1e-6)
assert np.allclose(loss(scores, 1), -log_sigmoid(scores), rtol=1e-6)

# %% [markdown]
# ### 3. Where the floats are
#
# How many positive numbers has each of float16, bfloat16 and float32, how many of them
# lie below 1, and how many between 1 and 2?

# %%
#| fold: Solution
# In order of size, positive floats are 1, 2, 3, … when their bits are read as a number.
counts = {}
for name, one, two, infinity in (
    ("float16", *np.float16([1, 2, np.inf]).view(np.uint16)),
    ("float32", *np.float32([1, 2, np.inf]).view(np.uint32)),
    ("bfloat16", *np.float32([1, 2, np.inf]).view(np.uint32) >> 16),
):
    counts[name] = int(two) - int(one)
    share = (int(one) - 1) / (int(infinity) - 1)
    print(f"{name:8} {share:.1%} below 1, {counts[name]} between 1 and 2")
assert counts == {"float16": 1024, "float32": 2**23, "bfloat16": 128}

# %% [markdown]
# ### 4. Cut instead of round
#
# Why does `bfloat16` round to nearest? Cut the lower 16 bits off instead, and compare
# the mean error of both for 100 000 numbers between 1 and 2.

# %%
#| fold: Solution
sample = np.float32(np.random.default_rng(1).uniform(1, 2, 100_000))
cut = (sample.view(np.uint32) & 0xFFFF0000).view(np.float32)
for name, short in (("cut", cut), ("rounded", bfloat16(sample))):
    mean = np.mean(short - sample, dtype=np.float64) * 128
    print(f"{name:8} mean error {mean:+.4f} ulp")
assert abs(np.mean(cut - sample, dtype=np.float64) * 128 + 0.5) < 0.01
assert abs(np.mean(bfloat16(sample) - sample, dtype=np.float64) * 128) < 0.01

# %% [markdown]
# ### 5. A small difference
#
# $x - \tanh x$ cancels around 0. Write it for float32 so that no error exceeds 4 ulp
# between −1 and 1. Near 0,
# $x - \tanh x = x^3/3 - 2x^5/15 + 17x^7/315 - 62x^9/2835 + \dots$


# %%
#| fold: Solution
def shrink(x):
    x = np.asarray(x, dtype=np.float64)  # 29 bits to lose
    square = np.minimum(x * x, 0.01)
    series = 1 / 3 - square * (2 / 15 - square * (17 / 315 - square * 62 / 2835))
    return np.float32(np.where(np.abs(x) < 0.1, x * x * x * series, x - np.tanh(x)))


x = np.linspace(-1, 1, 20_001, dtype=np.float32)
error = ulps(shrink(x), actfn.tanh_shrink(x.astype(np.float64))).max()
print(f"largest error {error:.2f} ulp")
assert error < 4

# %% [markdown]
# ## Next
#
# - [Make an activation fast](make-it-fast.py): the same care for time, with the error
#   measured at each step.
# - [How accurate is it?](../reference/accuracy.md): the largest error of every function
#   over all float16 and float32 numbers, beside other libraries.
# - [Bring your own activation](your-own.py#measure-the-error): measure the error of a
#   formula of your own.
# - [Build the feed-forward block of a transformer](feed-forward.py): where
#   exponentials, squares and long sums meet.
#
# Also used on this page: [`sigmoid`][actfn.sigmoid],
# [`tanh_shrink`][actfn.tanh_shrink], [`standardize`][actfn.standardize] and the
# [`CATALOGUE`][actfn.CATALOGUE].
