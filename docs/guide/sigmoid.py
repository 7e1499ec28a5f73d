# %% [markdown]
# # Squash numbers with the sigmoid
#
# **You will be able to**
#
# - compute the [`sigmoid`][actfn.sigmoid] and its derivative for whole arrays;
# - shift it and steepen it;
# - write it so that it neither overflows nor loses a tail, and measure its error;
# - say when a unit is saturated, and why deep stacks of sigmoids stop learning;
# - say where a sigmoid belongs today.
#
# **You need** Python functions, NumPy arrays as in
# [Compute with arrays instead of loops](numpy-basics.py), and the idea of a derivative.
# [Build a network from neurons](neuron.py) tells what an activation function is for.

# %%
import doctest
import math
import timeit
from decimal import Decimal, localcontext

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import ArrayLike, NDArray

import actfn
from actfn import sigmoid, sigmoid_derivative, softplus

# %% [markdown]
# ## Look at the shape

# %%
#| alt: The sigmoid rises from {{ sigmoid(-6.0):.3f }} at x = −6 through
#|   {{ sigmoid(0.0) }} at 0 to {{ sigmoid(6.0):.3f }} at 6. The hyperbolic tangent,
#|   dashed, rises twice as high, from −1 through 0 to 1, and is steeper.
fig, ax = plt.subplots(figsize=(6, 3.2))
actfn.plot.compare(["sigmoid", "tanh"], ax=ax, interval=(-6, 6))
ax.set_yticks([-1, -0.5, 0, 0.5, 1])
ax.grid(True)
plt.show()

# %% [markdown]
# $$\sigma(x) = \frac{1}{1 + e^{-x}}$$
#
# The exponential is positive, so the denominator is greater than 1, and the quotient
# lies strictly between 0 and 1. Test it on a wide grid.

# %%
x = np.linspace(-30, 30, 6001)
s = sigmoid(x)
print(f"smallest {s.min():.1e}, largest is 1 - {1 - s.max():.1e}")

# %% [markdown]
# !!! warning "The range is (0, 1), not −1 to 1"
#     You may read that the sigmoid maps to the range from −1 to 1. That is the range
#     of [`tanh`][actfn.tanh], which is a sigmoid stretched to twice its height and
#     moved down by 1: $\tanh(x) = 2\,\sigma(2x) - 1$. On the grid above,
#     {{ np.count_nonzero(s < 0) }} of {{ s.size }} values of the sigmoid are negative.
#
# ### Name three properties
#
# 1. It is **bounded**: every value lies in (0, 1).
# 2. It is **increasing and smooth**: a larger input gives a larger output, and there
#    are derivatives of every order.
# 3. It is **symmetric** about the point (0, ½): $\sigma(-x) = 1 - \sigma(x)$.

# %%
print("bounded:   ", bool(s.min() > 0 and s.max() < 1))
print("increasing:", bool(np.all(np.diff(s) > 0)))
print("symmetric: ", f"to {np.abs(sigmoid(-x) - (1 - s)).max():.1e}")

# %% [markdown]
# Bounded and increasing are statements about real numbers. A float64 has no room for
# the last step below 1, so the computed sigmoid is exactly 1 from
# $x = 53 \log 2 \approx$ {{ 53 * math.log(2):.2f }} on. The other end has far more
# room. The complement $1 - \sigma(x)$ is therefore best taken from the left tail:
# at 40, `1 - sigmoid(40)` is {{ 1 - sigmoid(40.0) }} and `sigmoid(-40)` is
# {{ sigmoid(-40.0):.3e }}.
#
# ## Compute it for whole arrays
#
# `math.exp` takes one number. `np.exp` takes an array of any shape and works
# **element by element**.

# %%
np.exp([[0, 1, -1], [2, -2, 0.5]])

# %% [markdown]
# The sigmoid is made of operations that all work element by element, so it does too.
# The shape of the result is the shape of the input.

# %%
sigmoid([[0, 1], [-1, 2], [-2, 3]])

# %%
sigmoid(np.array([[1, 2, 3], [4, 5, 6]]))

# %% [markdown]
# In the first result, the entries for 1 and −1 add up to
# {{ sigmoid(1) + sigmoid(-1):g }}: that is the symmetry. In the second, equal
# steps of the input give ever smaller steps of the output: from 1 to 2 it moves by
# {{ sigmoid(2) - sigmoid(1):.4f }}, from 5 to 6 by {{ sigmoid(6) - sigmoid(5):.4f }}.
#
# ### Leave the loop to NumPy
#
# A loop over the elements gives the same numbers. Measure it on more than a handful of
# elements, because the first few microseconds of any NumPy call do not depend on
# the size.


# %%
def loop_sigmoid(x):
    result = np.zeros(len(x))
    for i in range(len(x)):
        result[i] = 1 / (1 + np.exp(-x[i]))
    return result


# %% tags=["volatile"]
ratios = {}
for count in (10, 1_000, 100_000):
    points = np.linspace(-5, 5, count)
    runs = 1 + 1_000 // count
    by_loop = min(timeit.repeat(lambda: loop_sigmoid(points), number=runs))
    by_array = min(timeit.repeat(lambda: sigmoid(points), number=runs))
    ratios[count] = by_loop / by_array
    print(f"{count:7,} elements: loop time / array time = {ratios[count]:.1f}")

# %% [markdown]
# At 100 000 elements the loop takes {{ ratios[100_000]:.0f }} times as long as the
# array call, at 10 elements {{ ratios[10]:.1f }} times as long. A ratio without its
# size says little; [Why vectorise](vectorise.py) draws it over many sizes.
#
# ## Shift it and steepen it

# %%
#| alt: Three sigmoids. The plain one passes {{ sigmoid(0.0) }} at x = 0. The second,
#|   dashed, has the same shape and passes {{ sigmoid(3.0 - 3) }} at x = 3. The third,
#|   dash-dotted, passes {{ sigmoid(0.0) }} at 0 four times as steeply.
fig, ax = plt.subplots(figsize=(6, 3.2))
x = np.linspace(-6, 8, 561)
ax.plot(x, sigmoid(x), "-", label="σ(x)")
ax.plot(x, sigmoid(x - 3), "--", label="σ(x − 3)")
ax.plot(x, sigmoid(4 * x), "-.", label="σ(4x)")
ax.set_xlabel("x")
ax.set_yticks([0, 0.5, 1])
ax.grid(True)
ax.legend()
plt.show()

# %% [markdown]
# $$\sigma\bigl(k\,(x - c)\bigr)$$
#
# The **offset** $c$ moves the curve along the x axis. The **steepness** $k$ scales the
# slope. As $k$ grows, the curve approaches a step at $c$.

# %%
c, k = 3.0, 4.0
for x in (c - 1, c, c + 1):
    plain, steep = sigmoid(x - c), sigmoid(k * (x - c))
    print(f"x = {x}: {plain:.3f} with steepness 1, {steep:.3f} with {k}")

# %% [markdown]
# !!! note "At its offset the sigmoid is ½, not 0"
#     It is never 0. The offset is the point where the two outcomes are equally likely:
#     $\sigma(c - c) = \sigma(0) =$ {{ sigmoid(0.0) }}.
#
# A neuron with one input computes $\sigma(wx + b)$, which is
# $\sigma\bigl(w\,(x - c)\bigr)$ with $c = -b/w$. So the weight is the steepness, and
# training the bias moves the offset.
#
# ## Differentiate it

# %%
#| alt: The sigmoid and, dashed, its derivative: a symmetric bump with its top
#|   {{ sigmoid_derivative(0.0) }} at x = 0, that has fallen to
#|   {{ sigmoid_derivative(4.0):.3f }} at −4 and 4.
fig, ax = plt.subplots(figsize=(6, 3.2))
actfn.plot.curve("sigmoid", ax=ax, interval=(-8, 8))
actfn.plot.curve("sigmoid", derivative=True, ax=ax, interval=(-8, 8), ls="--")
ax.set_yticks([0, 0.25, 0.5, 0.75, 1])
ax.grid(True)
ax.legend()
plt.show()

# %% [markdown]
# $$\sigma'(x) = \frac{e^{-x}}{\left(1 + e^{-x}\right)^2}
# = \sigma(x)\,\bigl(1 - \sigma(x)\bigr)$$
#
# The product of $s$ and $1 - s$ is largest where both are ½. So the derivative is at
# most ¼, and only at 0.

# %%
sigmoid_derivative([-10.0, -5.0, -2.0, 0.0, 2.0, 5.0, 10.0])

# %% [markdown]
# The second form of the formula is the one you see in most programs, because a network
# has $s$ at hand already. Compare it with
# [`sigmoid_derivative`][actfn.sigmoid_derivative], which computes
# $e / (1 + e)^2$ with $e = e^{-|x|}$.

# %%
for x in (-40.0, -20.0, 20.0, 30.0, 36.0, 40.0):
    s, right = sigmoid(x), sigmoid_derivative(x)
    error = s * (1 - s) / right - 1
    print(f"{x:5}: {s * (1 - s):.6e}, right {right:.6e}, error {error:+.0e}")

# %% [markdown]
# The derivative is an even function, and `sigmoid_derivative` gives the same value on
# both sides. The product does so on the left, where $s$ is small and keeps all its
# digits. On the right $s$ is close to 1, where float64 numbers are
# {{ np.spacing(0.75):.1e }} apart. The difference $1 - s$ can only be a multiple of
# that. At 20, {{ -math.log10(abs(sigmoid(20.0) * (1 - sigmoid(20.0)) /
# sigmoid_derivative(20.0) - 1)):.0f }} digits of about 16 are left. At 40 nothing is
# left: the product is {{ sigmoid(40.0) * (1 - sigmoid(40.0)) }}.
#
# ## Keep it from overflowing
#
# Write the formula down as it stands, and it works for the inputs above. It fails on
# one side.


# %%
def naive(x):
    return 1 / (1 + np.exp(-x))


naive(np.array([-1000.0, -720.0, 0.0, 1000.0]))

# %% [markdown]
# At −1000 the exponential overflows to infinity, and $1/\infty$ is 0: the right answer,
# with a warning. At −720 it overflows too, and 0 is not the right answer. The sigmoid
# there is {{ sigmoid(-720.0):.3e }}. That is a **subnormal** number, smaller than
# {{ np.finfo(float).smallest_normal:.1e }} and still not 0. The smaller the type, the
# closer the trouble.

# %%
for dtype in (np.float16, np.float32, np.float64):
    limits = np.finfo(dtype)
    overflow = -math.log(limits.max)
    vanishes = math.log(limits.smallest_subnormal) - math.log(2)
    print(f"{dtype.__name__}: lost below {overflow:.1f}, 0 below {vanishes:.1f}")
print("float16 at -12:", naive(np.float16(-12)), sigmoid(np.float16(-12)))

# %% [markdown]
# The first number of a line is where the naive form starts to give 0, the second where
# 0 is the nearest number. In half precision that begins at
# {{ -math.log(np.finfo(np.float16).max):.1f }}, and networks do reach such inputs.
# `sigmoid` goes on to the second number.
#
# For negative $x$, multiply numerator and denominator by $e^x$:
#
# $$\sigma(x) = \begin{cases}
# \dfrac{1}{1 + e^{-x}} & x \ge 0 \\[2ex]
# \dfrac{e^{x}}{1 + e^{x}} & x < 0
# \end{cases}$$
#
# Both denominators are $1 + e^{-|x|}$, both numerators are $e^{\min(x,\,0)}$:
#
# $$\sigma(x) = \frac{e^{\min(x,\,0)}}{1 + e^{-|x|}}$$
#
# No exponent is positive any more, so nothing can overflow. And one expression serves
# both cases, so that there is no need to pick elements with a mask. Here it is as a
# function for other people: with types, with a docstring, and with an example that
# Python can check.


# %%
def logistic(x: ArrayLike) -> NDArray[np.float64]:
    """Squash real numbers into (0, 1).

    Args:
        x: Real numbers, of any shape.

    Returns:
        1 / (1 + exp(-x)) for each, computed without overflow.

    >>> logistic([-1000, 0, 1000])
    array([0. , 0.5, 1. ])
    """
    x = np.asarray(x, dtype=np.float64)
    return np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))


# %%
print(doctest.testmod())
print(logistic([-1000.0, -745.0, -720.0, 0.0, 1000.0]))

# %% [markdown]
# No warning, and the left tail reaches down to {{ logistic(-745.0):.0e }}, the smallest
# positive float64. A function like this belongs in a file of its own, a **module**,
# from which every program can import it. [Exercise 4](#4-a-module-of-your-own) makes
# one.
#
# ## Measure the error
#
# "Looks right" is no measurement. The unit to measure in is the **ulp**, the unit in
# the last place: the distance between neighbouring floating-point numbers at the true
# result. No function can promise an error below ½ ulp, because the true result can lie
# half-way between two floats.
#
# The true result needs more digits than float64 has. Python's `decimal` has an
# exponential with as many digits as you ask for.


# %%
def worst(function, x):
    """Find the largest error of a sigmoid, in ulp, against 50 digits."""
    largest = 0.0
    with localcontext(prec=50), np.errstate(over="ignore"):
        for value, computed in zip(x.tolist(), function(x).tolist()):
            true = 1 / (1 + (-Decimal(value)).exp())
            ulp = Decimal(math.ulp(float(true)))
            largest = max(largest, float(abs(Decimal(computed) - true) / ulp))
    return largest


# %%
def by_tanh(x):
    return 0.5 * (1 + np.tanh(x / 2))


regions = {"subnormal": (-745, -710), "left": (-708, -8), "middle": (-8, 8)}
grids = {region: np.linspace(*ends, 2001) for region, ends in regions.items()}
errors = {}
for function in (naive, by_tanh, logistic, sigmoid):
    found = [worst(function, grid) for grid in grids.values()]
    errors[function.__name__] = dict(zip(grids, found))
    cells = ", ".join(f"{region} {e:.2g}" for region, e in zip(grids, found))
    print(f"{function.__name__:8} {cells}")

# %% [markdown]
# These are the largest errors at 2001 points of each region. Read them by rows.
#
# * The naive form is within {{ max(errors["naive"]["middle"],
#   errors["naive"]["left"]):.1f }} ulp where it does not overflow. Its faults are
#   the warning and the lost end, not its digits elsewhere.
# * The form by way of tanh never overflows, and you will find it recommended for that.
#   It adds 1 to a number close to −1, and most of its left tail has no correct digit:
#   the error reaches {{ errors["by_tanh"]["left"]:.0e }} ulp.
# * `logistic` stays within {{ max(errors["logistic"].values()):.1f }} ulp on all three
#   regions. `sigmoid` of the package computes the same quotient with one exponential
#   instead of two, and stays within {{ max(errors["sigmoid"].values()):.1f }} ulp.
#   Near 0 they are no better than the naive form. What they win is the end of the tail.
#
# ## See it saturate
#
# Far from 0 the curve is flat. A unit that sits there is **saturated**: its derivative
# is close to 0, and hardly any gradient passes through. Take 1 % as the limit. The
# derivative falls below it where $|x|$ is greater than
# {{ 2 * math.atanh(math.sqrt(1 - 4 * 0.01)):.2f }}. How many units are saturated
# depends on how widely their weighted sums are spread.

# %%
rng = np.random.default_rng(1)
normal = rng.normal(size=100_000)
for spread in (1, 2, 4, 8, 16):
    share = np.mean(sigmoid_derivative(spread * normal) < 0.01)
    print(f"standard deviation {spread:2}: {share:6.1%} saturated")

# %% [markdown]
# ## Follow the gradient through the layers
#
# Training goes backwards through a network. By the chain rule, the gradient is
# multiplied at each layer by the derivative of the activation there. Begin with the
# smallest deep network: one sigmoid after another, all weights 1.

# %%
#| alt: The sigmoid, applied once, twice, three times and four times, from −6 to 6. The
#|   first curve rises by {{ risen[0]:.3f }}, the second by {{ risen[1]:.3f }}, the
#|   third by {{ risen[2]:.3f }}. The fourth rises by {{ risen[3]:.4f }} and looks flat.
x = np.linspace(-6, 6, 241)
y, risen = x, []
fig, ax = plt.subplots(figsize=(6, 3.2))
for layer, style in enumerate(("-", "--", "-.", ":"), start=1):
    y = sigmoid(y)
    risen.append(y[-1] - y[0])
    ax.plot(x, y, style, label=f"after {layer}")
ax.set_xlabel("x")
ax.set_yticks([0, 0.5, 1])
ax.legend(title="layers")
plt.show()

# %% [markdown]
# Whatever comes in, almost the same comes out. The slope says how fast this goes:

# %%
x, slope = 0.0, 1.0
for layer in range(1, 33):
    slope *= sigmoid_derivative(x)
    x = sigmoid(x)
    if layer in (1, 2, 4, 8, 16, 32):
        print(f"{layer:2} layers: slope {slope:.1e}, at most {0.25**layer:.1e}")

# %% [markdown]
# Each factor is at most ¼, so the slope after $n$ layers is at most $4^{-n}$. It is
# less, because the values settle at {{ x:.4f }}, where a sigmoid gives back its input
# and the derivative is {{ sigmoid_derivative(x):.4f }}. Even at the best rate, 12
# layers use up half precision: $4^{-12}$ is {{ 0.25**12:.2e }}, exactly the smallest
# positive float16: {{ 0.25**12 == float(np.finfo(np.float16).smallest_subnormal) }}.
#
# This is the **vanishing gradient**. A weight behind 32 such layers is told to change
# by {{ slope:.0e }} for each unit of error. Add that to a weight of 0.1: is it still
# exactly what it was? {{ 0.1 + slope == 0.1 }}. {{
# ("The first layers do not learn slowly. They do not learn." if 0.1 + slope == 0.1
# else "The first layers learn very slowly.") }}
#
# Weights multiply the gradient, too, and could make up for it; a weight of more than 4
# would do ([exercise 5](#5-heavier-weights)). What happens in whole networks, with
# random weights and with other functions, is measured in
# [Backpropagation](backpropagation.py). [tanh](tanh.py) has the same shape, but a slope
# of 1 at 0.
#
# The sigmoids of one layer can do more together than one after the other: added up,
# [they make a ReLU](sum-of-sigmoids.py).
#
# ## Use it where it belongs
#
# Inside deep networks the sigmoid has given way to functions whose slope stays near 1.
# Another reason is that its output is never centred: for the normal inputs above, its
# mean is {{ sigmoid(normal).mean():.3f }}. In two places it is the right function.
#
# **As the probability of yes or no.** The last layer gives a score $z$, and
# $\sigma(z)$ is the probability. For two classes this is the
# [softmax](softmax.py) of the scores $z$ and 0: at 2, `softmax([2, 0])[0]` and
# `sigmoid(2)` are {{ actfn.softmax([2.0, 0.0])[0]:.6f }} and {{ sigmoid(2.0):.6f }}.
# Saturation does no harm if you train with the log loss, because its gradient does not
# contain $\sigma'$. For the true answer $t$:
#
# $$\begin{aligned}
# L &= -t \log \sigma(z) - (1 - t) \log\bigl(1 - \sigma(z)\bigr) \\
# \frac{dL}{dz} &= \sigma(z) - t
# \end{aligned}$$

# %%
score, target = -10.0, 1.0  # sure of no, and wrong
p = sigmoid(score)
squared = 2 * (p - target) * sigmoid_derivative(score)
print(f"gradient: squared error {squared:.1e}, log loss {p - target:.5f}")

# %% [markdown]
# The squared error hardly notices the worst mistake; the log loss pulls with all its
# strength. Compute that loss from the score, not from the probability:
# $-\log \sigma(z) = \operatorname{softplus}(-z)$.

# %%
print(-np.log(sigmoid(-800.0)), softplus(800.0))

# %% [markdown]
# **As a gate.** A gate is a number between 0 and 1 that says how much passes. It mixes
# an old value with a new one, as in the LSTM and GRU cells of recurrent networks.

# %%
gate = sigmoid([-8.0, 0.0, 8.0])
old, new = 1.0, 5.0
gate * new + (1 - gate) * old

# %% [markdown]
# From left to right the gate is closed, half open and open. [`silu`][actfn.silu] is an
# input that gates itself, $x\,\sigma(x)$.
#
# ## Exercises
#
# Each solution ends in an assertion. Put your own result in its place: if it raises
# nothing, you are right.
#
# ### 1. From exponential to sigmoid
#
# Compute `np.exp` of `[[-1, 0, 1], [-2, 2, 0.5]]`. Get the sigmoid of the matrix from
# that result alone, without another exponential. Check that all values are in (0, 1).

# %%
#| fold: Solution
matrix = np.array([[-1, 0, 1], [-2, 2, 0.5]])
e = np.exp(matrix)
print(e)
answer = e / (1 + e)  # numerator and denominator of the formula, times exp(x)
print(answer)
assert np.allclose(answer, sigmoid(matrix), rtol=1e-15, atol=0)
assert np.all((answer > 0) & (answer < 1))

# %% [markdown]
# ### 2. By hand
#
# Compute the sigmoid of `[[1, -1], [2, -2]]` with `math.exp`, one number at a time, and
# compare it with `sigmoid`. What do the rows add up to, and why?

# %%
#| fold: Solution
matrix = [[1, -1], [2, -2]]
answer = [[1 / (1 + math.exp(-number)) for number in row] for row in matrix]
print(answer)
print(np.sum(answer, axis=1), "because sigmoid(-x) = 1 - sigmoid(x)")
assert np.allclose(answer, sigmoid(matrix), rtol=1e-15, atol=0)
assert np.allclose(np.sum(answer, axis=1), 1)

# %% [markdown]
# ### 3. Turn it round
#
# Solve $p = \sigma(x)$ for $x$. How wide is the interval in which $\sigma(4x)$ rises
# from 0.1 to 0.9?


# %%
#| fold: Solution
def logit(p):
    return np.log(p / (1 - p))


width = (logit(0.9) - logit(0.1)) / 4
print(f"width {width:.4f}, which is 2 log(9) / 4")
assert np.allclose(sigmoid(logit(np.array([0.1, 0.5, 0.9]))), [0.1, 0.5, 0.9])
assert np.isclose(sigmoid(4 * width / 2), 0.9)

# %% [markdown]
# ### 4. A module of your own
#
# Write a file `toolkit.py` with `sigmoid` and with `normalize`, which brings an array
# to mean 0 and standard deviation 1, and a constant array to zeros. Import it and use
# both. Take care:
# `np.std([0.1, 0.1, 0.1])` is {{ np.std([0.1, 0.1, 0.1]):.1e }}, not 0. (The package's
# [`standardize`][actfn.standardize] does it for each row. A matrix product needs no
# function of yours: it is `a @ b`.)

# %%
#| fold: Solution, the file
source = '''
import numpy as np

def normalize(x):
    """Bring an array to mean 0 and standard deviation 1, a constant one to 0."""
    x = np.asarray(x, dtype=np.float64)
    constant = x.max() == x.min()  # exact, unlike x.std() == 0
    return np.zeros_like(x) if constant else (x - x.mean()) / x.std()

def sigmoid(x):
    """Squash real numbers into (0, 1)."""
    x = np.asarray(x, dtype=np.float64)
    return np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))
'''

# %%
#| fold: Solution, its use
import sys
import tempfile
from pathlib import Path

with tempfile.TemporaryDirectory() as folder:  # or beside your program
    Path(folder, "toolkit.py").write_text(source)
    sys.path.insert(0, folder)
    import toolkit

    sys.path.remove(folder)
scaled = toolkit.normalize([100.0, 200.0, 600.0])
print(toolkit.sigmoid(scaled))
assert np.isclose(scaled.mean(), 0) and np.isclose(scaled.std(), 1)
assert not toolkit.normalize([0.1, 0.1, 0.1]).any()

# %% [markdown]
# ### 5. Heavier weights
#
# Put a weight $w$ and a bias of $-w/2$ into each layer of the chain:
# $x \mapsto \sigma\bigl(w\,(x - \tfrac12)\bigr)$. Start at ½ and send it through 32
# layers, with $w$ = 1, 2, 4 and 8. By which factor per layer does the slope change?
# Then start at 0.6. What is different, and why?


# %%
#| fold: Solution
def chain(weight, start, depth=32):
    """Give the mean factor per layer by which the slope changes."""
    x, slope = start, 1.0
    for _ in range(depth):
        z = weight * (x - 0.5)
        slope *= weight * sigmoid_derivative(z)
        x = sigmoid(z)
    return slope ** (1 / depth)


for weight in (1, 2, 4, 8):
    middle, beside = chain(weight, 0.5), chain(weight, 0.6)
    print(f"weight {weight}: factor {middle:.3f} from 0.5, {beside:.3f} from 0.6")
    assert np.isclose(middle, weight / 4)  # ½ stays ½, where the derivative is ¼
# A heavy weight drives every other start into saturation.
assert chain(8, 0.6) < 1 < chain(8, 0.5)

# %% [markdown]
# ## Next
#
# * [tanh](tanh.py): the same shape, centred on 0.
# * [From a sum of sigmoids to ReLU](sum-of-sigmoids.py).
# * [Softmax](softmax.py): probabilities for more than two classes.
# * [Recognise numbers that break](broken-numbers.py): overflow and lost digits in other
#   formulas, drawn over all floats.
# * [All functions](../reference/index.md), among them the ones that took the sigmoid's
#   place: [`tanh`][actfn.tanh], [`relu`][actfn.relu] and [`gelu`][actfn.gelu].
#
# Also used on this page: [`softplus`][actfn.softplus].
