# %% [markdown]
# # Bring your own activation
#
# **You will be able to**
#
# - check a derivative that you have worked out by hand, tails included;
# - choose the value at a kink, and have the choice checked;
# - measure the error of a function over all magnitudes, and find where it breaks;
# - repair it, make it fast, and keep the checks green while you do;
# - check the gradient of functions that couple elements, and of a whole network.
#
# **You need** derivatives and the chain rule, and arrays as in
# [Compute with arrays instead of loops](numpy-basics.py). The
# [sigmoid](sigmoid.py) shows on one function what this page does with any.

# %%
import functools
import textwrap
import timeit
from decimal import Decimal, localcontext

import matplotlib.pyplot as plt
import numpy as np

import actfn
from actfn.testing import check_derivative, check_vjp, max_ulp_error

# %% [markdown]
# ## Look at the shape
#
# [`silu`][actfn.silu] multiplies $x$ by a gate, the sigmoid, which is the slope of
# [`softplus`][actfn.softplus]. The example of this page does the same with
# [`squareplus`][actfn.squareplus], which needs a root and no exponential. It is made up
# for this page, to show every step on something that the package does not have. Call
# it the **root SiLU**.


# %%
def gate(x):
    return (1 + x / np.sqrt(1 + x**2)) / 2


def root_silu(x):
    return x * gate(x)


# %%
#| alt: Two curves from x = −6 to 6. Both follow zero on the left and the diagonal on
#|   the right. The root SiLU, solid, has its lowest point {{ y.min():.2f }} at
#|   x = {{ x[y.argmin()]:.2f }} and is back at {{ y[0]:.2f }} by −6. The SiLU, dashed,
#|   dips to {{ actfn.silu(x).min():.2f }} at {{ x[actfn.silu(x).argmin()]:.2f }}.
x = np.linspace(-6, 6, 1201)
y = root_silu(x)
fig, ax = plt.subplots(figsize=(6, 3.2))
actfn.plot.compare([root_silu, "silu"], ax=ax, interval=(-6, 6))
ax.grid(True)
plt.show()

# %% [markdown]
# $$f(x) = x\,g(x), \qquad g(x) = \frac{1}{2}\left(1 + \frac{x}{\sqrt{1 + x^2}}\right)$$
#
# The gate is [`squareplus_derivative`][actfn.squareplus_derivative] with its parameter
# `b` at 1. So one thing can be checked at once:

# %%
np.allclose(root_silu(x), x * actfn.squareplus_derivative(x, 1.0))

# %% [markdown]
# [`actfn.plot`](../reference/plot.md) draws any function that takes and gives an array.
#
# ## Differentiate it
#
# The product rule gives $f'(x) = g(x) + x\,g'(x)$. For the gate you need the slope of
# $x / \sqrt{1 + x^2}$. Suppose you remember it as $1 / \sqrt{1 + x^2}$.


# %%
def wrong_derivative(x):
    return gate(x) + x / (2 * np.sqrt(1 + x**2))


def verdict(check, *arguments, **options):
    """Run a check, and say in a few lines what it finds."""
    try:
        largest = check(*arguments, **options)
    except AssertionError as error:
        return textwrap.fill(str(error), 80)
    return f"passes; the largest relative difference is {largest:.0e}"


near = np.linspace(-10, 10, 201)
print(verdict(check_derivative, root_silu, wrong_derivative, near))

# %% [markdown]
# [`check_derivative`][actfn.testing.check_derivative] compares with slopes of the
# function itself, taken from its values on both sides of each point. It tries steps of
# many lengths and keeps, for each point, the slope whose error it can bound best. That
# bound is what stands behind the ±. It raises an `AssertionError`, as test runners
# expect, so that the call is a whole test. Here `verdict` catches it, to print it.
#
# Differentiate again, with care: the quotient has the slope $(1 + x^2)^{-3/2}$.
#
# $$f'(x) = g(x) + \frac{x}{2\,(1 + x^2)^{3/2}}$$


# %%
def naive_derivative(x):
    return gate(x) + x / (2 * np.sqrt(1 + x**2) ** 3)


print(verdict(check_derivative, root_silu, naive_derivative, near))

# %%
#| alt: The derivative rises from just below 0 on the left, through its lowest value
#|   {{ d.min():.2f }} at x = {{ x[d.argmin()]:.2f }} and {{ naive_derivative(0.0) }} at
#|   0, to its highest {{ d.max():.2f }} at {{ x[d.argmax()]:.2f }}, and falls to 1. The
#|   wrong one, dashed, starts at {{ wrong_derivative(-6.0):.2f }} and ends at
#|   {{ wrong_derivative(6.0):.2f }}.
d = naive_derivative(x)
fig, ax = plt.subplots(figsize=(6, 3.2))
actfn.plot.compare([naive_derivative, wrong_derivative], ax=ax, interval=(-6, 6))
ax.grid(True)
plt.show()

# %% [markdown]
# How wrong must a derivative be to be found? Try some that a picture would not show.

# %%
for name, mistake in {
    "a factor of 1.00001": lambda x: 1.00001 * naive_derivative(x),
    "shifted by 0.0001": lambda x: naive_derivative(x + 0.0001),
    "0 left of -9": lambda x: np.where(x < -9, 0.0, naive_derivative(x)),
    "1% too steep at 3": lambda x: naive_derivative(x) * np.where(x == 3, 1.01, 1),
}.items():
    found = verdict(check_derivative, root_silu, mistake, near)
    print(f"{name:20} {'passes' if 'passes' in found else 'is caught'}")
    assert "passes" not in found

# %% [markdown]
# ## Choose the value at a kink
#
# A variant: leave positive inputs as they are, as [`elu`][actfn.elu] does.


# %%
def bent(x):
    return np.where(x > 0, x, root_silu(x))


def bent_derivative(x):
    return np.where(x > 0, 1.0, naive_derivative(x))


print(verdict(check_derivative, bent, bent_derivative, near))

# %% [markdown]
# The check insists that you name the kink. There is no derivative at 0, so you choose a
# value, and backpropagation will use it. Each value between the two slopes is
# reasonable, because it is the slope of a line that touches the graph there on both
# sides. `bent_derivative` takes the slope of the left side. Another choice that you may
# see is 0, which is what [`relu_derivative`][actfn.relu_derivative] takes.


# %%
def zero_at_zero(x):
    return np.where(x == 0, 0.0, bent_derivative(x))


print(verdict(check_derivative, bent, bent_derivative, near, kinks=[0.0]))
print(verdict(check_derivative, bent, zero_at_zero, near, kinks=[0.0]))

# %% [markdown]
# For ReLU, 0 is the slope of its left side. For this function it is the slope of
# nothing.
#
# ## Let the check choose the points
#
# So far the points came from −10 to 10. Without `near`, the check takes points of both
# signs and all sizes.

# %%
print(verdict(check_derivative, root_silu, naive_derivative))

# %% [markdown]
# The formula of the derivative is right. But far out on the left the function is not
# what you meant: its computed slope is not that of the formula, and the message names
# the other suspect. So look at the function.
#
# ## Measure the error
#
# The measure is the **ulp**, the distance between neighbouring float32 numbers at the
# right value. A correctly rounded result is off by half an ulp at most. What is the
# right value? The plain formula, with enough digits. `Decimal` has as many as you ask
# for: up to {{ Decimal(float(np.finfo(np.float32).max)).adjusted() + 1 }} digits stand
# before the point of $x$, twice as many before that of $x^2$, and the 1 beside it must
# not be lost.


# %%
@functools.cache
def exactly(v):
    with localcontext(prec=100):
        v = Decimal(v)
        return v * (1 + v / (1 + v * v).sqrt()) / 2


def exact(x):
    """The root SiLU of each number, in a hundred digits."""
    return [exactly(v) for v in x.tolist()]


worst = max_ulp_error(root_silu, exact)
for field, found in vars(worst).items():
    print(f"{field:8} {found!r}")

# %% [markdown]
# [`max_ulp_error`][actfn.testing.max_ulp_error] takes some 65,000 float32 numbers of
# every size and both signs, and gives the worst. At {{ worst.x:.1e}} the function
# should be {{ worst.expected:.1e}}, and is {{ worst.value:.1e}}. To see where that
# begins, measure decade by decade.


# %%
def by_decade(function, reference, sign, decades=range(-44, 38)):
    """The largest error in each decade of magnitudes."""
    grids = [sign * np.geomspace(10.0**k, 10.0 ** (k + 1), 25) for k in decades]
    errors = [max_ulp_error(function, reference, grid).ulp for grid in grids]
    return np.array(errors)


sizes = 10.0 ** (np.arange(-44, 38) + 0.5)
left, right = (by_decade(root_silu, exact, sign) for sign in (-1, 1))
lost = sizes[left > 100].min()
print(f"left, more than 100 ulp from {lost:.0e} on")
print(f"right, more than 100 ulp from {sizes[right > 100].min():.0e} on")

# %%
#| alt: Largest error in ulp in each decade of |x|, on logarithmic axes. For positive x,
#|   crosses, it is {{ right[:63].max():.1f}} at most up to 1e19, where it jumps to
#|   {{ right[-1]:.0e}}. For negative x, dots, it is {{ left[:44].max():.1f}} at most up
#|   to 1, rises to {{ left[49]:.0e}} at 1e5, stays there, and from 1e19 on shoots up to
#|   {{ left[-1]:.0e}}.
fig, ax = plt.subplots(figsize=(6.5, 3.2))
ax.loglog(sizes, left, "o", ms=3, label="x < 0")
ax.loglog(sizes, right, "x", ms=4, label="x > 0")
ax.set_xlabel("|x|")
ax.set_ylim(0.1, None)  # where x / 2 or x is almost exact, errors are smaller
ax.set_ylabel("largest error in ulp")
ax.legend()
plt.show()

# %% [markdown]
# The formula has two faults. Take one number for each.

# %%
with np.errstate(over="ignore"):
    minus, plus = np.float32([-5000, 1e20])
    broken = gate(minus), root_silu(plus)
print(f"gate(-5000) is {broken[0]}, should be {exactly(-5000.0) / -5000:.1e}")
print(f"root_silu(1e20) is {broken[1]:.1e}, should be {exactly(1e20):.1e}")

# %% [markdown]
# * **On the left, digits cancel.** The quotient $x / \sqrt{1 + x^2}$ comes close to −1,
#   and $1 + (-1)$ leaves the rounding errors. From some point on it leaves 0.
# * **Beyond {{ np.sqrt(float(np.finfo(np.float32).max)):.1e}}, $x^2$ overflows**, on
#   both sides. The quotient is then $x / \infty = 0$, the gate ½, and the result half
#   of $x$.
#
# !!! warning "A reference that breaks in the same place proves nothing"
#     It is tempting to take the same formula in float64 as the reference.

# %%
same = max_ulp_error(root_silu, root_silu, [-1e9])
right_one = max_ulp_error(root_silu, exact, [-1e9])
print(f"beside its own float64: {same.ulp} ulp")
print(f"beside 100 digits:      {right_one.ulp:.1e} ulp")

# %% [markdown]
# At −10⁹ the formula gives 0 in float64 too, and the two agree on a wrong answer.
#
# ## Repair it
#
# The trick that mends most activations: find a form for negative inputs in which
# nothing cancels, and get the other side from it. With $a = |x|$ and
# $r = \sqrt{1 + a^2}$, multiply the numerator and denominator of $1 - a/r$ by
# $1 + a/r$:
#
# $$g(-a) = \frac{1}{2}\left(1 - \frac{a}{r}\right) = \frac{1}{2\,r^2\,(1 + a/r)},
# \qquad f(x) = \max(x, 0) - a\,g(-a)$$
#
# The last step holds since $g(x) = 1 - g(-x)$. `np.hypot` gives $r$ without computing
# a square that could overflow.


# %%
def tail(a):
    """What the root SiLU lies below ReLU, for a >= 0."""
    r = np.hypot(1, a)
    q = a / r
    return q / (1 + q) / r / 2


def stable(x):
    return np.maximum(x, 0) - tail(np.abs(x))


before, worst = worst, max_ulp_error(stable, exact)
half = max_ulp_error(stable, stable, dtype=np.float16)
print(f"float32: {worst.ulp:.1f} ulp at {worst.x:.2g}, before {before.ulp:.0e}")
print(f"float16: {half.ulp:.1f} ulp at {half.x:.2g}")
assert worst.ulp < 5 and half.ulp < 5

# %% [markdown]
# That is over every magnitude, and for float16 over all numbers that there are. There
# the reference is `stable` itself, in float64: now that it is known to be right, it is
# good enough for a narrower dtype.
#
# The derivative has the same two faults, and the same cure. From
# $f(x) = x + f(-x)$ follows $f'(x) = 1 - f'(-x)$, and on the left, with $p = 1/r$ and
# $q = a/r$,
#
# $$f'(-a) = \frac{p^2\,(p^2 - q)}{2\,(1 + q)}$$


# %%
def stable_derivative(x):
    a = np.abs(x)
    r = np.hypot(1, a)
    p, q = 1 / r, a / r
    left = p * p * (p * p - q) / (1 + q) / 2
    return np.where(x <= 0, left, 1 - left)


print(verdict(check_derivative, stable, stable_derivative))
print(verdict(check_derivative, stable, naive_derivative))

# %% [markdown]
# The first line is what you want to see, with all the points that the check has. The
# second shows what the repair is worth: the derivative that was right on paper and
# right from −10 to 10 is now caught, because the function has a tail to compare with.
#
# ## Make it fast
#
# Every operation above makes a new array. [Make an activation fast](make-it-fast.py)
# shows the cure: a kernel that writes into arrays it is given, run block by block. It
# also measures what each step saves.
#
# Look for slow operations first.


# %% tags=["volatile"]
def seconds(*calls, rounds=7):
    """The median time of each call, taken in turn."""
    times = [[timeit.timeit(call, number=1) for call in calls] for _ in range(rounds)]
    return np.median(times[1:], axis=0)


many = np.random.default_rng(0).standard_normal(1_000_000, dtype=np.float32) * 4
room = np.zeros_like(many)
hypot_time, root_time = seconds(
    lambda: np.hypot(1, many, out=room),
    lambda: np.sqrt(np.abs(many, out=room), out=room),
)
slower = hypot_time / root_time
print(f"hypot takes {slower:.1f} times the time of an absolute value and a root")

# %% [markdown]
# {{ "So replace it." if slower > 2 else "That is little here, but it is much on other "
# "machines. So replace it." }} A plain root does, if $a$ is first held at a large
# number whose square does not overflow. Where $a$ is larger, $r$ is $a$ itself.

# %%
LARGE = 2.0**60  # its square fits float32, and 1 is nothing beside it


# %%
def kernel(x, out, r, q):
    """Write the root SiLU of x into out, which may be x; r and q are scratch."""
    np.abs(x, out=q)
    np.minimum(q, LARGE, out=r)
    np.square(r, out=r)
    np.add(r, 1, out=r)
    np.sqrt(r, out=r)
    np.maximum(r, q, out=r)
    np.divide(q, r, out=q)
    np.divide(q, r, out=r)
    np.add(q, 1, out=q)
    np.divide(r, q, out=r)
    np.multiply(r, 0.5, out=r)
    np.maximum(x, 0, out=out)
    np.subtract(out, r, out=out)


# %%
def fast(x, out=None, length=32_768):
    """The root SiLU of an array without gaps, block by block."""
    out = np.empty_like(x) if out is None else out
    flat, result = x.reshape(-1), out.reshape(-1)
    r, q = np.empty((2, min(length, x.size)), x.dtype)
    for start in range(0, x.size, length):
        part = flat[start : start + length]
        n = len(part)
        kernel(part, result[start : start + n], r[:n], q[:n])
    return out


worst = max_ulp_error(fast, exact)
print(f"{worst.ulp:.1f} ulp at {worst.x:.2g}")
print(verdict(check_derivative, fast, stable_derivative))
assert worst.ulp < 5

# %% [markdown]
# You have rewritten every line, and two checks say that it is still the same function.
# Now the clock may speak.


# %% tags=["volatile"]
naive_time, stable_time, fast_time, silu_time = seconds(
    lambda: root_silu(many),
    lambda: stable(many),
    lambda: fast(many, room),
    lambda: actfn.silu(many, out=room),
)
for name, time in [("naive", naive_time), ("stable", stable_time), ("fast", fast_time)]:
    print(f"{name:7} {time / silu_time:4.1f} times the time of actfn.silu")

# %% [markdown]
# On the machine that built this page, `fast` takes
# {{ fast_time / stable_time:.2f}} times the time of `stable`, and
# {{ fast_time / naive_time:.2f}} times that of the first version, which was wrong at
# both ends. Beside `actfn.silu` it is
# {{ "the faster one" if fast_time < 0.95 * silu_time else "the slower one"
# if fast_time > 1.05 * silu_time else "as fast" }}, at
# {{ fast_time / silu_time:.2f}} times the time.
#
# ## Train with it
#
# A small network learns one wave of a sine. It has 16 units, each with a weight for its
# input, a bias and a weight for its output, the three rows of `weights`. Its loss is a
# function of them.


# %%
rng = np.random.default_rng(1)
inputs = np.linspace(-1, 1, 64)[:, np.newaxis]
targets = np.sin(np.pi * inputs)
start = rng.normal(size=(3, 16)) * [[2.0], [1.0], [0.3]]


def loss(weights):
    w, b, v = weights
    outputs = fast(inputs * w + b) @ v[:, np.newaxis]
    return np.mean((outputs - targets) ** 2)


def loss_vjp(weights, cotangent):
    w, b, v = weights
    z = inputs * w + b
    y = fast(z)
    slope = 2 * cotangent * (y @ v[:, np.newaxis] - targets) / len(inputs)
    back = slope * v * stable_derivative(z)
    return np.array([(back * inputs).sum(0), back.sum(0), (slope * y).sum(0)])


# %% [markdown]
# Backpropagation is a **vector-Jacobian product**: the gradient of the loss, times
# whatever comes from behind. [`check_vjp`][actfn.testing.check_vjp] moves the weights
# one by one and all at once, and compares. It checks a whole network as well as one
# function.

# %%
print(verdict(check_vjp, loss, loss_vjp, start))
weights, losses = start.copy(), []
for _ in range(1000):
    losses.append(float(loss(weights)))
    weights -= 0.1 * loss_vjp(weights, 1.0)
print(f"loss {losses[0]:.3f} before the first step, {loss(weights):.4f} after the last")

# %%
#| alt: The loss over {{ len(losses) }} steps on a logarithmic axis, from
#|   {{ losses[0]:.2f}} to {{ losses[-1]:.4f}}; half of the steps are done when it is at
#|   {{ losses[len(losses) // 2]:.4f}}.
fig, ax = plt.subplots(figsize=(6, 2.6))
ax.semilogy(losses)
ax.set_xlabel("step")
ax.set_ylabel("loss")
ax.grid(True)
plt.show()

# %% [markdown]
# That it can be trained says nothing about how well it does beside others.
# [Choose an activation](choosing.py) shows what a fair comparison takes.
#
# ## Couple the elements
#
# A softmax without exponentials: make all scores positive with squareplus, and divide
# by the sum. Each result depends on all scores of its row.


# %%
def root_softmax(x):
    positive = actfn.squareplus(x)
    return positive / positive.sum(axis=-1, keepdims=True)


def diagonal(x, cotangent):
    y = root_softmax(x)
    share = actfn.squareplus_derivative(x) / actfn.squareplus(x)
    return cotangent * share * y * (1 - y)


scores = np.array([[2.0, 1.0, 0.1], [0.5, -1.0, 3.0]])
print(root_softmax(scores).round(3))
print(verdict(check_vjp, root_softmax, diagonal, scores))

# %% [markdown]
# `diagonal` differentiates each result by its own score alone, as if the sum were a
# constant to the others. The vjp adds what each score does to all results. With $s$ for
# squareplus, $S$ for its sum and a cotangent $c$,
#
# $$\sum_i c_i \frac{\partial y_i}{\partial x_j}
# = \frac{s'(x_j)}{S}\left(c_j - \sum_i c_i y_i\right)$$


# %%
def root_softmax_vjp(x, cotangent):
    positive = actfn.squareplus(x)
    total = positive.sum(axis=-1, keepdims=True)
    mean = (cotangent * positive / total).sum(axis=-1, keepdims=True)
    return actfn.squareplus_derivative(x) / total * (cotangent - mean)


print(verdict(check_vjp, root_softmax, root_softmax_vjp, scores))

# %% [markdown]
# ## Hold the package to it
#
# These are the checks that the package's own functions pass. Its tests run them on
# every function of the [`CATALOGUE`][actfn.CATALOGUE], with other parameters and other
# dtypes too. Run the first one here.

# %%
rows = [row for row in actfn.CATALOGUE.values() if row.elementwise]
largest = {
    row.name: check_derivative(row.function, row.gradient, kinks=list(row.kinks))
    for row in rows
}
name = max(largest, key=largest.get)
print(f"{len(rows)} derivatives pass; the largest difference is {largest[name]:.0e}")

# %% [markdown]
# The largest difference is that of `{{ name }}`. Comparing with slopes says no more.
# Beside exact values the errors are far smaller: they stand on the
# [page of accuracy](../reference/accuracy.md).
#
# ## Exercises
#
# Each solution ends in an assertion. Put your own result in its place: if it raises
# nothing, you are right.
#
# ### 1. Another gate
#
# Take $\frac{1}{2} + \frac{1}{\pi}\arctan x$ as the gate. Write the function and its
# derivative, check them from −10 to 10, and find the fault on the left. One ufunc,
# `np.arctan2`, gives the gate without a difference. Which arguments does it need?


# %%
#| fold: Solution
def plain(x):
    return x * (0.5 + np.arctan(x) / np.pi)


def turned(x):
    """The angle of the point (-x, 1), as a share of half a turn, times x."""
    return x * (np.arctan2(np.ones_like(x), -x) / x.dtype.type(np.pi))


def turned_derivative(x):
    return np.arctan2(1, -x) / np.pi + x / (np.pi * (1 + x**2))


print(verdict(check_derivative, plain, turned_derivative, near))
for function in (plain, turned):
    print(f"{function.__name__}: {max_ulp_error(function, turned).ulp:.1e} ulp")
assert check_derivative(turned, turned_derivative, near) < 1e-6
assert max_ulp_error(plain, turned).ulp > 1e6
assert max_ulp_error(turned, turned).ulp < 32

# %% [markdown]
# ### 2. A cap
#
# For networks in few bits, cap the root SiLU at 6, as [`relu6`][actfn.relu6] caps ReLU.
# Where is the kink? Name it to the check, with 0 as the value there.

# %%
#| fold: Solution
low, high = 6.0, 7.0
for _ in range(60):
    middle = (low + high) / 2
    low, high = (middle, high) if stable(middle) < 6 else (low, middle)


def capped(x):
    return np.minimum(stable(x), 6)


def capped_derivative(x):
    return np.where(x < high, stable_derivative(x), 0.0)


print(f"the kink is at {high:.9f}")
assert check_derivative(capped, capped_derivative, kinks=[high]) < 1e-6

# %% [markdown]
# ### 3. The gradient of a parameter
#
# Give the root SiLU a width: $f(x, w) = w\,f(x / w)$. A network may learn it. What is
# the derivative with respect to $w$, summed over all $x$ with a cotangent? Check it
# with `check_vjp`, as a function of $w$.

# %%
#| fold: Solution
points = np.array([-3.0, -0.5, 0.25, 2.0])


def of_width(w):
    return w * stable(points / w)


def of_width_vjp(w, cotangent):
    t = points / w
    return np.sum(cotangent * (stable(t) - t * stable_derivative(t)), keepdims=True)


print(verdict(check_vjp, of_width, of_width_vjp, [1.5]))
assert check_vjp(of_width, of_width_vjp, [1.5]) < 1e-6

# %% [markdown]
# ### 4. The derivative in ulp
#
# Measure `stable_derivative` against a hundred digits, left of 0. At which input is the
# error largest, and why there? How large is it for $x \le -2$ and for $x \ge 0$, where
# the derivative is far from its zero?


# %%
#| fold: Solution
@functools.cache
def slope_exactly(v):
    with localcontext(prec=100):
        v = Decimal(v)
        r = (1 + v * v).sqrt()
        return (1 + v / r) / 2 + v / (2 * r**3)


def exact_derivative(x):
    return [slope_exactly(v) for v in x.tolist()]


# The derivative is 0 where p**2 is q: their rounding errors are what is left there.
grid = -np.geomspace(1e-3, 1e3, 5000)
worst = max_ulp_error(stable_derivative, exact_derivative, grid)
zero = -np.sqrt((np.sqrt(5) - 1) / 2)
print(f"{worst.ulp:.0f} ulp at {worst.x:.3f}; the derivative is 0 at {zero:.3f}")
grid = np.concatenate([-np.geomspace(2, 1e38, 2000), np.linspace(0, 10, 2000)])
away = max_ulp_error(stable_derivative, exact_derivative, grid)
print(f"{away.ulp:.1f} ulp at {away.x:.3g}")
assert abs(worst.x - zero) < 0.05 and away.ulp < 8

# %% [markdown]
# ## Next
#
# * [Checking your own](../reference/testing.md): what each check promises, and its
#   errors.
# * [Recognise numbers that break](broken-numbers.py): where the digits of a formula go,
#   and how to keep them.
# * [Make an activation fast](make-it-fast.py): blocks, threads and files, each step
#   measured.
# * [Questions people ask](questions.py), to look things up.
# * [Contributing](../contributing.md): how a function gets into the package.
