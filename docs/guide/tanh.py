# %% [markdown]
# # Centre the outputs with tanh
#
# **You will be able to**
#
# - turn a sigmoid into a tanh and back, and a whole network with it;
# - compute tanh and its derivative without NaN and without losing digits;
# - say why outputs that are not centred slow training down, and measure by how much;
# - choose between tanh and four functions of the same shape by their tails.
#
# **You need** the [sigmoid](sigmoid.py), and the idea of gradient descent: step by step
# against the derivative of the error.

# %%
import itertools
import math
from decimal import Decimal, localcontext

import matplotlib.pyplot as plt
import numpy as np

import actfn
from actfn import (
    relu,
    scaled_tanh,
    sigmoid,
    sigmoid_derivative,
    softplus,
    standardize,
    tanh,
    tanh_derivative,
)

# %% [markdown]
# ## Look at the shape

# %%
#| alt: tanh rises from {{ tanh(-4.0):.3f }} at −4 through {{ tanh(0.0):g }} at 0 to
#|   {{ tanh(4.0):.3f }} at 4. The sigmoid, dashed, stays above 0 and is flatter. Dots
#|   for the sigmoid of 2x, doubled and lowered by 1, lie on the line of tanh.
fig, ax = plt.subplots(figsize=(6, 3.2))
actfn.plot.compare(["tanh", "sigmoid"], ax=ax)
x = np.linspace(-4, 4, 21)
ax.plot(x, 2 * sigmoid(2 * x) - 1, "o", color="C0", label="2σ(2x) − 1")
ax.set_yticks([-1, -0.5, 0, 0.5, 1])
ax.grid(True)
ax.legend()
plt.show()

# %% [markdown]
# $$\tanh(x) = \frac{e^{x} - e^{-x}}{e^{x} + e^{-x}} = 2\,\sigma(2x) - 1$$
#
# The hyperbolic tangent, [`tanh`][actfn.tanh], is a [`sigmoid`][actfn.sigmoid] that is
# twice as high, moved down by 1, and squeezed along the x axis. Its values lie in
# (−1, 1). It is **odd**: $\tanh(-x) = -\tanh(x)$.

# %%
print(f"tanh(2) = {tanh(2.0):.4f}, tanh(-3) = {tanh(-3.0):.4f}")
x = np.linspace(-20, 20, 4001)
gap = np.abs(tanh(x) - (2 * sigmoid(2 * x) - 1)).max()
print(f"tanh and the stretched sigmoid: {gap:.0e} apart")
print("odd:", np.array_equal(tanh(-x), -tanh(x)))

# %% [markdown]
# ## Turn a network of sigmoids into one of tanh
#
# Solve the formula for the sigmoid: $\sigma(z) = \frac12 + \frac12 \tanh\frac{z}{2}$.
# Every constant in it can move into a weight or a bias. Halve the weights and biases in
# front of the sigmoids and the weights behind them. Add the other half of those weights
# to the bias behind.

# %%
rng = np.random.default_rng(0)
inputs = rng.normal(size=(5, 3))  # five examples of three numbers
w, b, v, c = (rng.normal(size=shape) for shape in ((3, 8), 8, 8, 1))
with_sigmoid = sigmoid(inputs @ w + b) @ v + c
with_tanh = tanh(inputs @ (w / 2) + b / 2) @ (v / 2) + (c + v.sum() / 2)
print(with_sigmoid, with_tanh, sep="\n")

# %% [markdown]
# The two agree to {{ np.abs(with_sigmoid - with_tanh).max():.0e }}. So tanh gives a
# network no new abilities. What differs is the way there: how training finds the
# weights. That is what most of this page measures. First the function itself has to be
# right.
#
# ## Compute it without NaN
#
# Here is the first formula as it stands. It takes four exponentials.


# %%
def four_exponentials(x):
    return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))


four_exponentials(np.array([-710.0, -20.0, 0.0, 1.0, 709.0, 710.0]))

# %% [markdown]
# At 710 the result is NaN, and one NaN spreads to every number that it meets. The
# exponential has overflowed, in the numerator and in the denominator, and `inf / inf`
# is not a number. In smaller types that happens sooner.

# %%
with np.errstate(over="ignore", invalid="ignore"):
    for x in (np.float16(12), np.float32(89), np.float64(710)):
        limit, bad = math.log(np.finfo(x.dtype).max), four_exponentials(x)
        print(f"{x.dtype}: {bad} above {limit:.1f}, right {tanh(x)}")

# %% [markdown]
# Divide numerator and denominator by $e^{|x|}$, and give the result the sign of $x$.
# One exponential is left, and its exponent is never positive:
#
# $$\tanh(x) = \operatorname{sign}(x)\,\frac{1 - e^{-2|x|}}{1 + e^{-2|x|}}$$


# %%
def one_exponential(x):
    e = np.exp(-2 * np.abs(x))
    return np.copysign((1 - e) / (1 + e), x)


one_exponential(np.array([-710.0, -20.0, 0.0, 1.0, 709.0, 710.0]))

# %% [markdown]
# ### Keep the digits near 0
#
# That cures the NaN. Look at small inputs. For these, tanh is very nearly $x$ itself.

# %%
for form in (four_exponentials, one_exponential, tanh):
    print(f"{form.__name__:17} {form(1e-10):.12e}")

# %% [markdown]
# About {{ -math.log10(abs(one_exponential(1e-10) / 1e-10 - 1)):.0f }} of 16 digits are
# right. $e^{-2|x|}$ is close to 1, where neighbouring floats are
# {{ np.spacing(0.75):.0e }} apart, and $1 - e^{-2|x|}$ keeps only what the float kept.
# `np.expm1` computes $e^x - 1$ in one step, and nothing is lost. With
# $m = e^{-2|x|} - 1$ the fraction is $-m / (2 + m)$.


# %%
def careful(x):
    m = np.expm1(-2 * np.abs(x))
    return np.copysign(m / (2 + m), x)


def true_tanh(x):
    """tanh to 50 digits, for one number."""
    with localcontext(prec=50):
        e = (2 * Decimal(x)).exp()
        return (e - 1) / (e + 1)


def largest_error(form, points):
    """Largest relative error of a form at some points."""
    pairs = zip(form(points).tolist(), points.tolist())
    return max(float(abs(Decimal(y) / true_tanh(x) - 1)) for y, x in pairs)


# %%
#| alt: Largest relative error against the size of x, both axes logarithmic. From right
#|   to left, the lines of four exponentials and of one rise together from about 1e−16
#|   to {{ max(errors["four_exponentials"][0], errors["one_exponential"][0]):.0e }} at
#|   {{ sizes[0]:.0e }}. Those of careful and of tanh stay below
#|   {{ max(errors["careful"] + errors["tanh"]):.0e }}.
forms = {four_exponentials: "-", one_exponential: "--", careful: "-.", tanh: ":"}
sizes = np.geomspace(1e-12, 10, 27)
near = sizes[:, None] * np.linspace(1, 2, 15)  # 15 points for each size
errors = {}
fig, ax = plt.subplots(figsize=(6, 3.2))
for form, style in forms.items():
    errors[form.__name__] = [largest_error(form, points) for points in near]
    ax.loglog(sizes, errors[form.__name__], style, label=form.__name__)
ax.set(xlabel="x", ylabel="largest relative error", ylim=(1e-17, 1e-3))
ax.legend()
plt.show()

# %% [markdown]
# The dotted line is `tanh`, which calls `np.tanh`: within
# {{ max(errors["tanh"]) / 2**-53:.1f }} times $2^{-53}$, half the distance between a
# number just above 1 and the next. Use a library's tanh. The form with `expm1` shows
# what it must do.
#
# ## Differentiate it

# %%
#| alt: tanh and its derivative, a bump of height {{ tanh_derivative(0.0):g }} at 0 that
#|   falls to {{ tanh_derivative(2.0):.3f }} at −2 and 2. The derivative of the sigmoid,
#|   dotted, is a lower and wider bump of height {{ sigmoid_derivative(0.0) }}.
fig, ax = plt.subplots(figsize=(6, 3.2))
actfn.plot.curve("tanh", ax=ax)
actfn.plot.curve("tanh", derivative=True, ax=ax, ls="--")
actfn.plot.curve("sigmoid", derivative=True, ax=ax, ls=":")
ax.set_yticks([-1, -0.5, 0, 0.25, 0.5, 1])
ax.grid(True)
ax.legend()
plt.show()

# %% [markdown]
# $$\tanh'(x) = 1 - \tanh^2(x)
# = \frac{4\,e^{-2|x|}}{\left(1 + e^{-2|x|}\right)^2}$$
#
# The slope is 1 at 0, where the sigmoid has ¼. So small signals pass through a tanh
# unchanged. That is why gradients survive more layers of tanh than of sigmoids, as
# [Squash numbers with the sigmoid](sigmoid.py) measures. They fade all the same: no
# other input has a slope as large as 1.
#
# Programs often use the first form, because they have the answer $a = \tanh(x)$ at
# hand, and $1 - a^2$ costs two operations.
# [`tanh_derivative`][actfn.tanh_derivative] uses the second.

# %%
for x in (1.0, 5.0, 10.0, 15.0, 18.0, 20.0):
    short, right = 1 - tanh(x) ** 2, tanh_derivative(x)
    print(f"{x:4}: {short:.6e}, right {right:.6e}, error {short / right - 1:+.0e}")

# %% [markdown]
# Again a difference of two numbers that are nearly equal. At 18,
# {{ -math.log10(abs((1 - tanh(18.0) ** 2) / tanh_derivative(18.0) - 1)):.0f }} of 16
# digits are right; at 20 the derivative is {{ 1 - tanh(20.0) ** 2:g }}. In float64 this
# rarely matters, for such a gradient is tiny. In half precision it does.

# %%
lost = {}
print("         1 - tanh² is 0 from  right there  tanh_derivative is 0 from")
for dtype in (np.float16, np.float32, np.float64):
    x = np.arange(0, 400, 1 / 64).astype(dtype)
    name, right = str(x.dtype), tanh_derivative(x)
    lost[name] = i = np.argmax(1 - tanh(x) ** 2 == 0)
    print(f"{name}: {x[i]:18.1f} {right[i]:13.1e} {x[np.argmax(right == 0)]:26.1f}")

# %% [markdown]
# An input of {{ lost["float16"] / 64:.1f }} is nothing unusual, and yet a float16 unit
# that computes $1 - a^2$ stops learning there.
#
# ## See what a mean does to a gradient
#
# A neuron has the error signal $\delta = \partial L / \partial z$ for one example. The
# chain rule gives the gradient of each of its weights:
#
# $$z = \sum_i w_i a_i + b \qquad \frac{\partial L}{\partial w_i} = \delta\,a_i$$
#
# The $a_i$ are the outputs of the layer before. $\delta$ is the same for all weights.
# If all $a_i$ are positive, all gradients have the sign of $\delta$: for this example
# either all weights grow, or all shrink. Count how many of ten weights are to grow.


# %%
#| alt: Bars: the share of examples by the number of weights with a positive gradient,
#|   0 to 10. For sigmoid inputs there are two bars, {{ shares["sigmoid"][0]:.0%}} at 0
#|   and {{ shares["sigmoid"][10]:.0%}} at 10. For tanh inputs the bars form a bell with
#|   its top, {{ shares["tanh"].max():.0%}}, at {{ shares["tanh"].argmax() }}.
rng = np.random.default_rng(0)
sums, delta = rng.normal(size=(5000, 10)), rng.normal(size=(5000, 1))
shares = {}
fig, ax = plt.subplots(figsize=(6, 3))
for name, side, hatch in (("sigmoid", -0.2, ""), ("tanh", 0.2, "//")):
    gradients = delta * actfn.get(name).function(sums)
    growing = np.count_nonzero(gradients > 0, axis=1)
    shares[name] = np.bincount(growing, minlength=11) / growing.size
    ax.bar(np.arange(11) + side, shares[name], 0.4, hatch=hatch, label=name)
ax.set(xlabel="weights with a positive gradient", ylabel="share of examples")
ax.set_xticks(range(11))
ax.legend()
plt.show()

# %%
agree = {name: share[0] + share[10] for name, share in shares.items()}
for name, share in agree.items():
    print(f"{name:7}: in {share:6.1%} of the examples all ten have one sign")

# %% [markdown]
# With sigmoids behind it, a neuron that should raise one weight and lower another can
# only do so by turns, over several examples.
#
# ### Draw the valley
#
# Averaging over examples does not make up for it. Take a neuron with two inputs and the
# squared error. Let the right weights be 1 and −1. The error over all examples is a
# bowl, and its shape depends on the inputs alone:
#
# $$L(w) = \tfrac12 (w - w^*)^\top H\,(w - w^*) \qquad
# H = \frac1N \sum_{n} a_n a_n^\top$$
#
# Here is the bowl for tanh outputs, and for the same numbers with 1 added to each.


# %%
def bowl(a):
    return a.T @ a / len(a)


def walk(h, goal, rate):
    """Follow gradient descent in a bowl from 0 until it is 0.01 from the goal."""
    path = [np.zeros_like(goal)]
    while np.linalg.norm(path[-1] - goal) > 0.01:
        path.append(path[-1] - rate * h @ (path[-1] - goal))
    return np.array(path)


# %%
#| alt: Two contour maps of the error over the weights, each with the path of gradient
#|   descent from (0, 0) to (1, −1). For outputs with mean 0 the lines are nearly
#|   circles, and the path takes {{ walked[0] }} steps. For outputs with mean 1 they are
#|   long narrow ellipses that point the way to the goal. The path follows them in
#|   {{ walked[1] }} steps, which get shorter and shorter.
outputs, goal, walked = tanh(sums[:, :2]), np.array([1.0, -1.0]), []
axis = np.linspace(-2, 2, 81)
grid = np.stack(np.meshgrid(axis, axis), axis=-1) - goal
fig, axes = plt.subplots(1, 2, figsize=(7, 3.4), sharey=True)
for ax, shift in zip(axes, (0, 1)):
    h = bowl(outputs + shift)
    path = walk(h, goal, rate=1 / np.linalg.eigvalsh(h)[-1])
    walked.append(len(path) - 1)
    lines = {"levels": np.geomspace(0.02, 8, 7), "colors": "C7", "linewidths": 1}
    ax.contour(axis, axis, np.sum(grid @ h * grid, axis=-1) / 2, **lines)
    ax.plot(*path.T, "o-", markersize=4)
    ax.plot(*goal, "*", color="C1", markersize=12)
    ax.set(title=f"outputs with mean {shift}", xlabel="weight 1", aspect="equal")
axes[0].set_ylabel("weight 2")
plt.show()

# %% [markdown]
# When all outputs are around 1, raising both weights together changes the sum a great
# deal. So the bowl is steep that way, and the steps have to be small, or the path would
# bounce off its walls. Raising one weight and lowering the other changes the sum
# far less. So the floor is flatter that way, and small steps on it make little headway.
# With centred outputs the descent comes to within 0.01 of the goal in {{ walked[0] }}
# {{ "step" if walked[0] == 1 else "steps" }}, with a mean of 1 in {{ walked[1] }}.
#
# How narrow a bowl is, is said by the ratio of its largest to its smallest curvature,
# the **condition number** of $H$. The curvatures are the eigenvalues of $H$.

# %%
for shift in (0, 1):
    low, high = np.linalg.eigvalsh(bowl(outputs + shift))
    print(f"mean {shift}: from {low:.2f} to {high:.2f}, ratio {high / low:.1f}")

# %% [markdown]
# ### Measure how much slower
#
# Now take ten inputs and a bias, as a real neuron has. The bias can undo the shift, so
# the neuron can compute the same things for every mean. Only the number of steps can
# differ. Count the steps to 1 % of the error at the start, for 20 random tasks at each
# mean. The rate suits the bowl each time: it is one over the largest curvature.


# %%
def count_steps(a, target, limit=0.01, most=5000):
    """Count the steps of gradient descent to a share of the first error."""
    a = np.column_stack([a, np.ones(len(a))])  # the bias is the weight of a 1
    h, pull = bowl(a), a.T @ target / len(a)
    rate, w = 1 / np.linalg.eigvalsh(h)[-1], np.zeros(a.shape[1])
    for step in range(most):
        if np.mean((a @ w - target) ** 2) <= limit * np.mean(target**2):
            return step
        w -= rate * (h @ w - pull)
    return most


# %%
def tasks(count=20):
    """Give inputs of mean 0 and targets that a neuron can learn from them."""
    for seed in range(count):
        rng = np.random.default_rng(seed)
        a = tanh(rng.normal(size=(200, 10)))
        yield a, a @ rng.normal(size=10)


# %%
#| alt: Steps needed against the mean of the inputs, on a logarithmic scale. The median
#|   of 20 tasks rises from {{ np.median(needed[0]):.0f }} at mean 0 to
#|   {{ np.median(needed[-1]):.0f }} at mean 1. A band shows the range of the 20 tasks,
#|   {{ needed[-1].min() }} to {{ needed[-1].max() }} at mean 1.
means = np.linspace(0, 1, 9)
needed = np.array([[count_steps(a + m, y) for a, y in tasks()] for m in means])
fig, ax = plt.subplots(figsize=(6, 3.2))
ax.semilogy(means, np.median(needed, axis=1), "o-", label="median of 20 tasks")
ends = needed.min(axis=1), needed.max(axis=1)
ax.fill_between(means, *ends, alpha=0.2, label="smallest to largest")
ax.set(xlabel="mean of the inputs", ylabel="steps to 1 % of the error")
ax.legend()
plt.show()

# %% [markdown]
# The spread of the inputs is the same everywhere. With a mean of 1 instead of 0, the
# descent takes {{ np.median(needed[-1]) / np.median(needed[0]):.0f }} times as many
# steps in the median. In the task that suffers least, it is
# {{ (needed[-1] / needed[0]).min():.0f }} times as many. All this holds for the inputs
# of the whole network, too: see [exercise 5](#5-centre-the-data).
#
# ## Train a network with each
#
# Does it matter in a whole network, where the bowl is only a part of the picture? The
# task is to tell two spirals apart, with three hidden layers of 20 units. There are two
# pairs of activations: the sigmoid and the sigmoid lowered by ½; tanh and tanh raised
# by 1. A shift changes no slope, so the two of a pair differ in their mean alone.


# %%
def spirals(seed, count=40):
    """Two noisy spirals of points and their classes, 0 and 1."""
    r = np.linspace(0.1, 1, count)
    arm = np.stack([r * np.cos(5 * r), r * np.sin(5 * r)], axis=1)
    points = np.concatenate([arm, -arm])
    noise = np.random.default_rng(seed).normal(scale=0.02, size=points.shape)
    return points + noise, np.repeat([[0.0], [1.0]], count, axis=0)


# %%
#| alt: Two spirals of {{ len(points) // 2 }} points each, which wind around each other
#|   from the middle outwards. Circles are class 0, triangles are class 1.
points, classes = spirals(0)
fig, ax = plt.subplots(figsize=(3.4, 3.4))
for kind, marker in enumerate("o^"):
    ax.plot(*points[classes[:, 0] == kind].T, marker, markersize=4, label=kind)
ax.set_aspect("equal")
ax.legend(title="class")
plt.show()

# %% [markdown]
# Many networks can train at once: give the arrays two more axes in front, one for the
# learning rates and one for the seeds. `@` multiplies along the last two axes and
# repeats that for all others.

# %%
seeds, rates = range(4), np.array([0.3, 1.0, 3.0, 10.0])
batch = [np.stack(data) for data in zip(*map(spirals, seeds))]


# %%
def first_weights(sizes):
    """Draw weights with variance 1 / inputs, the same for every rate."""
    generators, weights = [np.random.default_rng(seed) for seed in seeds], []
    for shape in itertools.pairwise(sizes):
        drawn = np.stack([rng.normal(size=shape) for rng in generators])
        weights.append(np.stack([drawn / math.sqrt(shape[0])] * rates.size))
    return weights


def forward(function, weights, biases):
    """Give the sums and the outputs of every layer, and the data in front."""
    outputs, sums = [batch[0]], []
    for w, b in zip(weights, biases):
        sums.append(outputs[-1] @ w + b)
        outputs.append(function(sums[-1]))
    return sums, outputs


# %% [markdown]
# `train` goes back through the layers with `delta`, the derivative of the loss by the
# sums. At the end of the network that is $\sigma(z) - t$ for the truth $t$, because the
# loss is the log loss. At each layer it is multiplied by the weights and by the slope
# of the activation. [Backpropagation](backpropagation.py) derives these lines.


# %%
def train(function, derivative, steps=400, sizes=(2, 20, 20, 20, 1)):
    """Train a network for each rate and seed; give the losses of every step."""
    weights, losses, rate = first_weights(sizes), [], rates.reshape(-1, 1, 1, 1)
    biases, truth = [np.zeros_like(w[:, :, :1]) for w in weights], batch[1]
    for _ in range(steps):
        sums, outputs = forward(function, weights, biases)
        losses.append(np.mean(softplus(sums[-1]) - truth * sums[-1], axis=(2, 3)))
        delta = (sigmoid(sums[-1]) - truth) / truth.shape[1]
        for i in range(len(weights))[::-1]:
            old = weights[i]
            weights[i] = old - rate * (outputs[i].swapaxes(-1, -2) @ delta)
            biases[i] = biases[i] - rate * delta.sum(axis=2, keepdims=True)
            if i > 0:
                delta = delta @ old.swapaxes(-1, -2) * derivative(sums[i - 1])
    return np.array(losses)


# %%
def lowered_sigmoid(x):
    return sigmoid(x) - 0.5


def raised_tanh(x):
    return tanh(x) + 1


runs = {
    "sigmoid": train(sigmoid, sigmoid_derivative),
    "sigmoid − ½": train(lowered_sigmoid, sigmoid_derivative),
    "tanh": train(tanh, tanh_derivative),
    "tanh + 1": train(raised_tanh, tanh_derivative),
}

# %% [markdown]
# A rate that suits one activation may not suit another. So each one gets its best of
# the {{ rates.size }} rates: the one that ends with the lowest median loss.

# %%
#| alt: The loss against the step for four activations, the median of
#|   {{ len(seeds) }} seeds with a band for their range. At step 400 the medians are
#|   {{ np.median(best["sigmoid"][-1]):.3f }} for the sigmoid,
#|   {{ np.median(best["sigmoid − ½"][-1]):.3f }} for the lowered sigmoid,
#|   {{ np.median(best["tanh"][-1]):.4f }} for tanh and
#|   {{ np.median(best["tanh + 1"][-1]):.3f }} for tanh raised by 1.
fig, ax = plt.subplots(figsize=(6.4, 3.4))
best = {}
for (name, losses), style in zip(runs.items(), (":", "-.", "-", "--")):
    i = np.median(losses[-1], axis=1).argmin()
    best[name] = chosen = losses[:, i]
    label = f"{name}, rate {rates[i]:g}"
    ax.semilogy(np.median(chosen, axis=1), style, label=label)
    ends = chosen.min(axis=1), chosen.max(axis=1)
    ax.fill_between(range(len(chosen)), *ends, alpha=0.15)
ax.set(xlabel="step", ylabel="loss")
ax.legend(fontsize="small", loc="lower left")
plt.show()


# %%
def arrival(name, level=0.1):
    """Give the steps to a loss of `level` for each seed; infinity if none."""
    below = best[name] < level
    return np.where(below.any(axis=0), below.argmax(axis=0), np.inf)


for name in best:
    steps = "  ".join(f"{count:3.0f}" for count in arrival(name))
    print(f"{name:12} steps to 0.1: {steps}")


# %%
def compared(centred, other):
    """Put the median arrivals of two activations into words."""
    one, two = (float(np.median(arrival(name))) for name in (centred, other))
    words = [f"{n:.0f}" if n < np.inf else "more than 400" for n in (one, two)]
    return f"{centred} takes {words[0]} steps, against {words[1]} for {other}"


pairs = [("tanh", "tanh + 1"), ("sigmoid − ½", "sigmoid")]
faster = sum(np.median(arrival(a)) < np.median(arrival(b)) for a, b in pairs)

# %% [markdown]
# Infinity stands for a network that is not there after 400 steps. In the median,
# {{ compared(*pairs[0]) }}; {{ compared(*pairs[1]) }}. In
# {{ ("none", "one", "both")[faster] }} of the two pairs the centred one is there first,
# although both of a pair can compute the same functions. Between the pairs lies another
# difference, that of the slopes: {{ compared("tanh", "sigmoid − ½") }}.
#
# LeCun and others gave the advice to centre, and explained it with the same
# bowl.[^lecun] Later activations were designed with the mean in view: see
# [Build ReLU from a sum of sigmoids](sum-of-sigmoids.py).
#
# [^lecun]: LeCun, Bottou, Orr and Müller (1998), [Efficient
#     BackProp](https://doi.org/10.1007/3-540-49430-8_2).
#
# ## Compare its relatives

# %%
#| alt: Five S-shaped curves through 0. tanh, hard_tanh and softsign run to ±1, of
#|   which hard_tanh gets there at ±1 with a corner and softsign only comes to
#|   {{ actfn.softsign(6.0):.2f }} at 6. scaled_tanh runs to
#|   {{ scaled_tanh(6.0):.2f }}, arctan passes {{ actfn.arctan(6.0):.2f }} at 6.
names = ["tanh", "scaled_tanh", "hard_tanh", "softsign", "arctan"]
styles = ["-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1))]
fig, ax = plt.subplots(figsize=(6, 3.4))
for name, style in zip(names, styles):
    actfn.plot.curve(name, ax=ax, interval=(-6, 6), ls=style)
ax.grid(True)
ax.legend()
plt.show()

# %% [markdown]
# All five are odd and increasing. [`scaled_tanh`][actfn.scaled_tanh] stretches tanh,
# [`hard_tanh`][actfn.hard_tanh] clips its input at ±1,
# [`softsign`][actfn.softsign] is $x / (1 + |x|)$, and [`arctan`][actfn.arctan] is the
# inverse of the tangent. The slope near 0 hardly tells them apart. Their **tails** do:
# how fast they come to their plateaus.


# %%
#| alt: How much is missing to the plateau, as a share of it, against x, both axes
#|   logarithmic. tanh and scaled_tanh plunge, to {{ missing("tanh", 10.0):.0e }} and
#|   {{ missing("scaled_tanh", 10.0):.0e }} at 10. softsign and arctan become straight
#|   lines, at {{ missing("softsign", 100.0):.4f}} and
#|   {{ missing("arctan", 100.0):.4f}} at 100. hard_tanh drops to 0 at 1.
def missing(name, x):
    """The share of its plateau that a function has not reached at x."""
    top = actfn.get(name).bounds[1]
    return 1 - actfn.get(name).function(x) / top


fig, ax = plt.subplots(figsize=(6, 3.2))
x = np.geomspace(0.1, 100, 601)
for name, style in zip(names, styles):
    ax.loglog(x, np.maximum(missing(name, x), 1e-15), ls=style, label=name)
ax.set(xlabel="x", ylabel="missing to the plateau", ylim=(1e-9, 2))
ax.legend()
plt.show()


# %%
def reaches(name, share=0.99):
    """Find where a function has come to a share of its plateau, by bisection."""
    low, high = 0.0, 1e3
    for _ in range(60):
        middle = (low + high) / 2
        if missing(name, middle) < 1 - share:
            high = middle
        else:
            low = middle
    return high


# %%
normal = np.random.default_rng(0).normal(size=10_000)
print("             99 % at  slope at 10  saturated at 1, 3, 10")
for name in names:
    slope = actfn.get(name).gradient
    flat = [f"{np.mean(slope(k * normal) < 0.01):6.1%}" for k in (1, 3, 10)]
    print(f"{name:12} {reaches(name):7.2f} {slope(10.0):12.1e} ", *flat)

# %% [markdown]
# The last three columns give the share of units whose slope is below 0.01, for normal
# inputs with standard deviations of 1, 3 and 10.
#
# * **tanh** comes to 99 % of its plateau at {{ reaches("tanh"):.2f }} and has then all
#   but stopped: its tail is exponential.
# * **hard_tanh** is cheap, exactly linear inside, and has no gradient at all outside.
# * **softsign** and **arctan** come there at {{ reaches("softsign"):.0f }} and at
#   {{ reaches("arctan"):.0f }} only. Their tails fall like $1/x$ and their slopes like
#   $1/x^2$. At 10, softsign has {{ actfn.softsign_derivative(10.0) /
#   tanh_derivative(10.0):.0e }} times the slope of tanh. A unit that has gone astray
#   can come back.
#
# ### Scale tanh to the targets
#
# The article by LeCun and others also proposes $1.7159 \tanh(\frac23 x)$. It is to take
# ±1 to ±1, to bend most there, and to keep the spread of inputs whose spread is 1.
# Check how nearly it does.

# %%
x = np.linspace(0, 3, 30_001)
bend = np.gradient(actfn.scaled_tanh_derivative(x), x)  # the second derivative
print(f"scaled_tanh(1) = {scaled_tanh(1.0):.5f}")
print(f"it bends most at {x[np.abs(bend).argmax()]:.3f}")
for function in (tanh, scaled_tanh):
    print(f"spread after {function.__name__}: {function(normal).std():.3f}")

# %% [markdown]
# The targets ±1 then lie where the slope is
# {{ actfn.scaled_tanh_derivative(1.0):.2f }}. For tanh they are out of reach: training
# would drive the weights towards infinity.
#
# ## Use it where both signs and a bound are needed
#
# **As the state of a recurrent network.** The state goes through the same weights again
# and again. A function without a bound lets it grow; tanh keeps it in (−1, 1).


# %%
def final_state(function, steps=50, gain=1.5):
    """Send a state of 100 numbers through the same random weights many times."""
    rng = np.random.default_rng(0)
    weights = rng.normal(scale=gain / 10, size=(100, 100))
    state = rng.normal(size=100)
    for _ in range(steps):
        state = function(weights @ state)
    return state


for function in (tanh, relu, actfn.identity):
    largest = np.abs(final_state(function)).max()
    print(f"{function.__name__:8} largest number after 50 steps {largest:.2g}")

# %% [markdown]
# The LSTM uses both S-shapes. Its gates are sigmoids, because a gate is a share. What
# they let through is a tanh, because it must be able to add and to take away.
#
# **As the last layer** for a quantity with two limits, such as a steering angle.
# Stretch it to the limits, and keep the targets a little inside.
#
# **As a part of others.** [`gelu_tanh`][actfn.gelu_tanh] approximates the normal
# distribution by a tanh; [`mish`][actfn.mish] is $x \tanh(\operatorname{softplus}(x))$.
#
# Inside deep feed-forward networks tanh has given way in its turn, because it saturates
# on both sides. [ReLU](dying-relu.py) does not saturate on the right.
#
# ## Exercises
#
# Each solution ends in an assertion. Put your own result in its place: if it raises
# nothing, you are right.
#
# ### 1. By hand
#
# Compute tanh at 2 and at −3 with `math.exp` and one exponential each. Compute the
# derivative there from the two results.

# %%
#| fold: Solution
e, d = math.exp(-4), math.exp(-6)
by_hand = [(1 - e) / (1 + e), -(1 - d) / (1 + d)]
slopes = [1 - a**2 for a in by_hand]
print(f"tanh {by_hand[0]:.4f} and {by_hand[1]:.4f}")
print(f"slope {slopes[0]:.4f} and {slopes[1]:.4f}")
assert np.allclose(by_hand, tanh([2.0, -3.0]), rtol=1e-15, atol=0)
assert np.allclose(slopes, tanh_derivative([2.0, -3.0]), rtol=1e-12, atol=0)

# %% [markdown]
# ### 2. Turn it round
#
# Solve $p = \tanh(x)$ for $x$. Write it so that `inverse(1e-12)` keeps its digits.


# %%
#| fold: Solution
def inverse(p):
    return (np.log1p(p) - np.log1p(-p)) / 2  # half of log((1 + p) / (1 - p))


print(inverse(1e-12), math.log((1 + 1e-12) / (1 - 1e-12)) / 2)
assert math.isclose(inverse(1e-12), 1e-12, rel_tol=1e-15)
assert np.allclose(inverse(tanh([-3.0, 0.5, 3.0])), [-3, 0.5, 3], rtol=1e-13)

# %% [markdown]
# ### 3. Two tanh make a bump
#
# Build a function from two tanh that is within 0.01 of 1 for $|x| \le 1$ and within
# 0.01 of 0 for $|x| \ge 2$.


# %%
#| fold: Solution
def bump(x):
    return (tanh(6 * (x + 1.5)) - tanh(6 * (x - 1.5))) / 2


inside, outside = np.linspace(-1, 1, 201), np.linspace(2, 10, 801)
print(bump(0.0), bump(1.0), bump(2.0))
assert np.abs(bump(inside) - 1).max() < 0.01
assert np.abs(bump(np.append(outside, -outside))).max() < 0.01

# %% [markdown]
# ### 4. The derivative from the answer
#
# Your program has kept only $a = \tanh(x)$, in float64. Some write $1 - a^2$, others
# $(1 - a)(1 + a)$. Which is nearer to the derivative at 100 points from 0 to 17, in the
# median and at worst? Can either be cured?

# %%
#| fold: Solution
x = np.linspace(0, 17, 100)
a, right = tanh(x), tanh_derivative(x)
median, largest = {}, {}
forms = {"1 - a²": 1 - a**2, "(1 - a)(1 + a)": (1 - a) * (1 + a)}
for name, slope in forms.items():
    error = np.abs(slope / right - 1)
    median[name], largest[name] = np.median(error), error.max()
    print(f"{name:14} median {median[name]:.0e}, at worst {largest[name]:.0e}")
# Rounding a has lost the digits already. Only x still has them.
assert min(largest.values()) > 0.001
assert np.allclose(right, 4 * sigmoid_derivative(2 * x), rtol=1e-14, atol=0)

# %% [markdown]
# ### 5. Centre the data
#
# A neuron reads ten measurements that are all around 3.
# How many steps does `count_steps` need for the first of the tasks if you add 3 to its
# inputs, and how many after [`standardize`][actfn.standardize] along the axis of the
# examples? Allow 100 000 steps.

# %%
#| fold: Solution
a, y = next(tasks())
raw = count_steps(a + 3, y, most=100_000)
centred = count_steps(standardize(a + 3, axis=0), y)
print(f"raw {raw}, standardised {centred}")
assert centred < 100 and raw > 100 * centred

# %% [markdown]
# ## Next
#
# * [Build ReLU from a sum of sigmoids](sum-of-sigmoids.py): how the next generation of
#   activations follows from this one, and what it does with the mean.
# * [Derivatives and backpropagation](backpropagation.py): the chain rule that `train`
#   uses, by hand.
# * [Choosing an activation](choosing.py): tanh against the others, on the same tasks.
# * [Recognise numbers that break](broken-numbers.py): cancellation, found by reading
#   the formula.
#
# Also used on this page: [`get`][actfn.get], [`identity`][actfn.identity],
# [`relu`][actfn.relu], [`scaled_tanh_derivative`][actfn.scaled_tanh_derivative],
# [`sigmoid_derivative`][actfn.sigmoid_derivative] and [`softplus`][actfn.softplus].
