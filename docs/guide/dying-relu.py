# %% [markdown]
# # Keep ReLU units alive
#
# **You will be able to**
#
# - compute ReLU, leaky ReLU and their derivatives for whole arrays, and say what
#   happens at 0, at infinity and at NaN;
# - say what a dead unit is, watch units die, and count them while a network trains;
# - tell three causes apart, and choose a cure by measuring it;
# - name the relatives of ReLU and the default slopes of the common libraries.
#
# **You need** arrays as in [Compute with arrays instead of loops](numpy-basics.py) and
# the idea of a derivative. The network below takes its loss from the page on
# [softmax](softmax.py).

# %%
import math
import timeit
from functools import partial

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import actfn
from actfn import crelu, elu, leaky_relu, prelu, relu, relu_derivative, softmax

# %% [markdown]
# ## Look at the shape

# %%
#| alt: Two panels. On the left ReLU is 0 up to x = 0 and then rises as x; leaky ReLU
#|   with a slope of {{ slope:g }}, dashed, falls to
#|   −{{ -leaky_relu(-4.0, slope):.1f }} at −4 and is the same on the right. The right
#|   panel shows the derivatives: they jump at 0 from 0 and from {{ slope:g }} to 1.
slope = 0.05
leaky = {"parameters": {"negative_slope": slope}, "ls": "--"}
fig, axes = plt.subplots(1, 2, figsize=(7, 3))
for ax, title in zip(axes, ("function", "derivative")):
    derivative = title == "derivative"
    actfn.plot.curve("relu", ax=ax, derivative=derivative, label="relu")
    name = f"leaky_relu, slope {slope:g}"
    actfn.plot.curve("leaky_relu", ax=ax, derivative=derivative, label=name, **leaky)
    ax.set_title(title)
    ax.grid(True)
axes[0].legend()
plt.show()

# %% [markdown]
# $$\operatorname{relu}(x) = \max(x, 0)
# \qquad
# \operatorname{leaky\_relu}(x) = \begin{cases}
# x & x > 0 \\ s\,x & x \le 0 \end{cases}$$
#
# [`relu`][actfn.relu] keeps what is positive and replaces the rest by 0.
# [`leaky_relu`][actfn.leaky_relu] lets a small part of the rest through. Both work
# element by element, on arrays of any shape.

# %%
print(relu([[1, 2, 3], [4, 5, 6]]))
print(relu([[-1, 0, 1], [-2, 3, -0.5]]))

# %% [markdown]
# The first matrix is all positive and comes back as it was. Beside their relative
# [`elu`][actfn.elu], which bends towards −1, at one positive and one negative number:

# %%
for function in (relu, leaky_relu, elu):
    print(f"{function.__name__:10} at 2 and -3: {function(2):.4f} {function(-3):.4f}")

# %% [markdown]
# ## Differentiate it, and decide at 0
#
# $$\operatorname{relu}'(x) = \begin{cases} 1 & x > 0 \\ 0 & x < 0 \end{cases}
# \qquad
# \operatorname{leaky\_relu}'(x) = \begin{cases} 1 & x > 0 \\ s & x < 0 \end{cases}$$
#
# At 0 both have a corner, and no derivative. A program must return something.
# [`relu_derivative`][actfn.relu_derivative] returns 0, and
# [`leaky_relu_derivative`][actfn.leaky_relu_derivative] the slope of the left side.

# %%
for gradient in (relu_derivative, actfn.leaky_relu_derivative):
    print(f"{gradient.__name__:21}", gradient([-2.0, 0.0, 3.0]))

# %% [markdown]
# Does the choice matter? Count how often it is asked for. Here are the digits that you
# will train on: images of 8 by 8 pixels that come with scikit-learn, a copy of the test
# set of the UCI handwritten digits. Weighted sums of their pixels, with random weights:

# %%
data = load_digits()
order = np.random.default_rng(0).permutation(len(data.target))
pixels, digits = data.data[order] / 16, data.target[order]
train_x, test_x = pixels[:1000], pixels[1000:]
train_t, test_y = np.eye(10)[digits[:1000]], digits[1000:]
for dtype in (np.float64, np.float16):
    w = np.random.default_rng(0).normal(size=(64, 100)).astype(dtype)
    z = train_x.astype(dtype) @ w
    print(f"{z.dtype}: {np.count_nonzero(z == 0)} of {z.size:,} sums are exactly 0")

# %% [markdown]
# Among real-valued sums an exact 0 is {{ "rare" if np.mean(z == 0) < 1e-3
# else "common" }}. It stops being rare where zeros are made: a blank image with a bias
# of 0, weights that all start at 0, arithmetic of few bits.[^zero] With weights of 0
# the choice decides whether anything ever changes, because every sum is then 0.
#
# [^zero]: Bertoin, Bolte, Gerchinovitz and Pauwels (2021), [Numerical influence of
#     ReLU'(0) on backpropagation](https://arxiv.org/abs/2106.12915).
#
# ## Compute it without a loop
#
# Here are three ways to write ReLU, beside the function of the package. They agree on
# ordinary numbers.


# %%
def by_loop(x):
    return [v if v > 0 else 0.0 for v in x]


def by_where(x):
    return np.where(x > 0, x, 0)


def by_product(x):
    return x * (x > 0)


special = np.array([-1.0, 2.0, -np.inf, np.nan])
for form in (by_loop, by_where, by_product, relu):
    with np.errstate(invalid="ignore"):
        print(f"{form.__name__:10}", *form(special))

# %% [markdown]
# They do not agree on the others. The product gives −0 for −1 and NaN for −∞, where the
# limit is 0. The loop and `np.where` give 0 for NaN: a computation that has failed
# looks healthy from there on. `np.maximum(x, 0)` makes neither mistake, and
# [`relu`][actfn.relu] is made of it.
#
# How fast are they? Take random signs, so that the processor cannot guess them, and
# several sizes.

# %% tags=["volatile"]
forms = {"loop": by_loop, "np.where": by_where, "relu": relu}
forms["np.maximum"] = lambda x: np.maximum(x, 0)
times = {}
for size in (10, 1_000, 100_000):
    x = np.random.default_rng(0).normal(size=size)
    runs = max(2, 20_000 // size)
    for name, form in forms.items():
        series = timeit.repeat(partial(form, x), number=runs, repeat=5)
        times[name, size] = min(series) / runs
    row = {name: times[name, size] / times["np.maximum", size] for name in forms}
    print(f"{size:7,} elements:", *(f"{n} {r:.1f}" for n, r in row.items()), sep="  ")

# %% [markdown]
# The numbers are multiples of the time of `np.maximum`. At 100 000 elements the loop
# takes {{ times["loop", 100_000] / times["np.maximum", 100_000]:.0f }} times as long,
# `np.where` {{ times["np.where", 100_000] / times["np.maximum", 100_000]:.1f }} times.
# At 10 elements `relu` takes
# {{ times["relu", 10] / times["np.maximum", 10]:.1f }} times as long, because it checks
# its input; at 100 000 it is
# {{ times["relu", 100_000] / times["np.maximum", 100_000]:.1f }} times.
#
# ## Build a network whose units can die
#
# A unit takes 64 pixels, computes a weighted sum $z$ and passes on
# $\operatorname{relu}(z)$. If $z \le 0$ for **every** image of the data, the unit
# always says 0. Its derivative is 0 for every image, too. So no gradient reaches its
# weights, they never change, and $z$ stays where it is. The unit is **dead**.
#
# To count dead units, train. The network has 32 hidden units and 10 outputs. Five such
# networks with different random weights lie side by side along the first axis, so that
# each product below computes all five.

# %%
networks, units = 5, 32
he = {n: math.sqrt(2 / n) for n in (64, units)}  # explained below


def start(bias=0.0, spread=he[units]):
    """Draw five networks; spread is the standard deviation of the output weights."""
    rng = np.random.default_rng(0)
    return {
        "V": he[64] * rng.normal(size=(networks, 64, units)),
        "b": np.full((networks, 1, units), bias),
        "W": spread * rng.normal(size=(networks, units, 10)),
        "c": np.zeros((networks, 1, 10)),
    }


# %% [markdown]
# A training step computes the sums, the activations and the error of the scores, which
# is softmax minus one-hot, as the page on [softmax](softmax.py) derives. Then it sends
# the error back. [Backpropagation](backpropagation.py) explains each line. The
# activation is an object with two methods, so that you can exchange it.


# %%
class Fixed:
    """An activation from the catalogue, by its name."""

    def __init__(self, name, **parameters):
        row = actfn.get(name)
        self.function = partial(row.function, **parameters)
        self.derivative = partial(row.gradient, **parameters)

    def forward(self, z, training=True):
        return self.function(z)

    def backward(self, z, g):
        return self.derivative(z) * g


# %%
def step(net, unit, x, t, rate):
    """Change the weights of all networks by one step of gradient descent."""
    z = x @ net["V"] + net["b"]
    a = unit.forward(z)
    error = (softmax(a @ net["W"] + net["c"], axis=-1) - t) / len(x)
    back = unit.backward(z, error @ net["W"].swapaxes(1, 2))
    net["W"] -= rate * (a.swapaxes(1, 2) @ error)
    net["c"] -= rate * error.sum(axis=1, keepdims=True)
    net["V"] -= rate * (x.T @ back)
    net["b"] -= rate * back.sum(axis=1, keepdims=True)


def highest(net, x):
    """Give the largest sum that each unit reaches on any image."""
    return (x @ net["V"] + net["b"]).max(axis=1)


# %% [markdown]
# A unit is **dark** if its highest sum is not positive. Under ReLU, dark is dead. Other
# activations have a slope in the dark, and that is the idea of the cures.
#
# ## Watch units die
#
# Take steps of 1.5 times the gradient, on 100 images at a time, and write down the
# highest sum of each unit of the first network after each step.

# %%
net, unit = start(), Fixed("relu")
tops = [highest(net, train_x)[0]]
for i in range(20):
    batch = slice(100 * (i % 10), 100 * (i % 10) + 100)
    step(net, unit, train_x[batch], train_t[batch], rate=1.5)
    tops.append(highest(net, train_x)[0])
tops = np.array(tops)
died = (tops[0] > 0) & (tops[-1] <= 0)

# %%
#| alt: The highest sum of {{ units }} units over {{ len(tops) - 1 }} steps.
#|   {{ died.sum() }} dashed lines start above 0, fall below it, the deepest to
#|   −{{ -tops[-1].min():.1f }}, and from then on run level. The other units are solid
#|   lines; {{ np.sum(tops[0] <= 0) }} of them run level below 0 from the start.
fig, ax = plt.subplots(figsize=(6.5, 3.4))
ax.plot(tops[:, ~died], "-", color="C0", linewidth=0.8)
ax.plot(tops[:, died], "--", color="C1", linewidth=1.6)
ax.axhline(0, color="C7", linewidth=1)
ax.set(xlabel="steps", ylabel="highest sum over 1000 images")
ax.set_xticks(range(0, 21, 5))
plt.show()

# %% [markdown]
# Within 20 steps {{ died.sum() }} of {{ units }} units fall below 0 (dashed). The
# random weights had put {{ np.sum(tops[0] <= 0) }} there before the first step. No
# dashed line climbs again once it is below: each runs exactly level. Are the weights of
# a dead unit really frozen? Train on, and compare them bit for bit.

# %%
dead = highest(net, train_x) <= 0
before = net["V"].copy()
for batch in np.split(np.arange(1000), 10):
    step(net, unit, train_x[batch], train_t[batch], rate=1.5)
moved = np.any(net["V"] != before, axis=1)
print(f"{dead.sum()} dead units, of which {moved[dead].sum()} have changed")
print(f"{(~dead).sum()} live units, of which {moved[~dead].sum()} have changed")
dark = highest(net, train_x) <= 0
lit = dark & (highest(net, test_x) > 0)
print(f"dark on the 1000 images: {dark.sum()}, lit by one of 797 others: {lit.sum()}")

# %% [markdown]
# "For every image" means: every image that you train on. The last line counts the units
# that are dead for training and would answer to a new image.
#
# ## Count them against the step size
#
# Now whole runs: ten passes through the images, in a new order each time. A run may
# diverge; its NaN shows in the results, so the warnings are switched off.


# %%
@np.errstate(all="ignore")
def train(net, unit, rate=0.5, x=train_x, passes=10):
    """Train all five networks; count the dark units of each in the end."""
    for i in range(passes):
        shuffled = np.random.default_rng(i).permutation(len(x))
        for batch in np.split(shuffled, 10):
            step(net, unit, x[batch], train_t[batch], rate)
    return (highest(net, x) <= 0).sum(axis=-1)


@np.errstate(all="ignore")
def accuracy(net, unit, x=test_x):
    a = unit.forward(x @ net["V"] + net["b"], training=False)
    return ((a @ net["W"] + net["c"]).argmax(axis=-1) == test_y).mean(axis=1)


# %% [markdown]
# Do this for seven step sizes. And do it twice: once with the pixels as they are,
# between 0 and 1, and once **centred**, with the mean of each pixel subtracted.

# %%
mean = train_x.mean(axis=0)
inputs = {"raw": (train_x, test_x), "centred": (train_x - mean, test_x - mean)}
rates = [0.5, 1.0, 1.25, 1.5, 2.0, 4.0, 8.0]
found = {}
for name, (x, new) in inputs.items():
    for rate in rates:
        net = start()
        count = train(net, Fixed("relu"), rate, x)
        found[name, rate] = count, accuracy(net, Fixed("relu"), new)
cost = found["raw", 0.5][1].mean() - found["raw", 1.25][1].mean()


# %%
#| alt: Two panels against the step size from {{ rates[0] }} to {{ rates[-1]:g }}. Left,
#|   dead units of {{ units }}: for raw pixels {{ found["raw", 0.5][0].mean():.1f }} at
#|   0.5 and {{ found["raw", 2.0][0].mean():.1f }} at 2; for centred pixels, dashed,
#|   {{ found["centred", 2.0][0].mean():.1f }} at 2 and
#|   {{ found["centred", 8.0][0].mean():.1f }} at 8. Right, accuracy: at 2 it is
#|   {{ found["raw", 2.0][1].mean():.2f }} raw and
#|   {{ found["centred", 2.0][1].mean():.2f }} centred.
fig, axes = plt.subplots(1, 2, figsize=(7, 3), layout="constrained")
for k, (ax, label) in enumerate(zip(axes, ("dead units", "accuracy on new images"))):
    for name, style in zip(inputs, ("o-", "s--")):
        runs = np.array([found[name, rate][k] for rate in rates])
        ax.plot(rates, runs.mean(axis=1), style, label=f"{name} pixels")
        ax.fill_between(rates, runs.min(axis=1), runs.max(axis=1), alpha=0.2)
    ax.set(xscale="log", xlabel="step size", ylabel=label)
    ax.set_xticks([0.5, 1, 2, 4, 8], ["½", "1", "2", "4", "8"])
    ax.minorticks_off()
axes[0].legend()
plt.show()

# %% [markdown]
# The line is the mean of five networks, the band goes from the lowest to the highest.
# Read three things from it.
#
# 1. **There is an edge.** With raw pixels, {{ found["raw", 1.0][0].mean():.1f }} of
#    {{ units }} units are dead at a step of 1, and
#    {{ found["raw", 2.0][0].mean():.1f }} at a step of 2.
# 2. **The accuracy {{ "hides" if cost < 0.05 else "shows" }} the first deaths.** At
#    1.25, {{ found["raw", 1.25][0].mean() / units:.0%}} of the units are dead, and the
#    accuracy is {{ found["raw", 1.25][1].mean():.3f }}, against
#    {{ found["raw", 0.5][1].mean():.3f }} at 0.5. To know, count.
# 3. **The input decides where the edge is.** With centred pixels,
#    {{ found["centred", 2.0][0].mean():.1f }} are dead at a step of 2 and
#    {{ found["centred", 4.0][0].mean():.1f }} at 4.
#
# Why does centring help? A step for one image $x$ changes the sum of another image
# $x'$ in proportion to $x \cdot x' + 1$. Raw pixels are never negative, so the push has
# the same sign for every image: all sums of a unit go down together, or up.


# %%
def shared_push(x):
    push = x @ x.T + 1
    return push.mean() / np.diag(push).mean()


for name, (x, _) in inputs.items():
    print(f"{name:8} another image moves {shared_push(x):.2f} times as far as its own")

# %% [markdown]
# So the first cures cost nothing: **centre the input**, and **take smaller steps** when
# the count of dead units grows.
#
# ## Compare the cures
#
# Three mistakes, each with everything else in order:
#
# - a **step** of 1.5 instead of 0.5;
# - a **bias** of −3 in place of 0, at the start;
# - **heavy** output weights: a standard deviation of 1. He and others proposed
#   $\sqrt{2/n}$ for a layer of $n$ inputs after ReLU,[^he] here {{ he[units]:.2f }}.
#   Heavy output weights multiply the gradient that reaches the units, and work like a
#   larger step.
#
# [^he]: He, Zhang, Ren and Sun (2015), [Delving Deep into Rectifiers: Surpassing
#     Human-Level Performance on ImageNet
#     Classification](https://arxiv.org/abs/1502.01852). PReLU is from the same paper.
#
# And seven activations. [`prelu`][actfn.prelu] learns the slope of its left side, one
# for each unit; [`prelu_vjp`][actfn.prelu_vjp] gives the gradients of its input and of
# its slopes. [`rrelu`][actfn.rrelu] draws slopes at random while it trains and takes
# their mean afterwards. [`elu`][actfn.elu] and [`gelu`][actfn.gelu] bend to a floor.


# %%
class Learnt:
    """PReLU: a slope for each unit, trained with the weights."""

    def __init__(self, rate):
        self.rate = rate
        self.slopes = np.full((networks, 1, units), 0.25)

    def forward(self, z, training=True):
        return prelu(z, self.slopes)

    def backward(self, z, g):
        back, of_slopes = actfn.prelu_vjp(z, g, self.slopes)
        self.slopes -= self.rate * of_slopes
        return back


# %% [markdown]
# Equal seeds draw equal slopes, so the way back finds the slopes of the way forward.


# %%
class Drawn:
    """RReLU: slopes drawn anew in each step."""

    seed = 0

    def forward(self, z, training=True):
        self.seed += training
        return actfn.rrelu(z, rng=self.seed if training else None)

    def backward(self, z, g):
        return actfn.rrelu_derivative(z, rng=self.seed) * g


# %%
names = ["relu", "leaky_relu 0.01", "leaky_relu 0.2", "prelu", "rrelu", "elu", "gelu"]


def make(name, rate):
    if name == "prelu":
        return Learnt(rate)
    if name == "rrelu":
        return Drawn()
    name, _, slope = name.partition(" ")
    return Fixed(name, negative_slope=float(slope)) if slope else Fixed(name)


# %%
def run(name, rate=0.5, **beginning):
    """Train five networks; give dark units, accuracies, runs lost, learnt slopes."""
    net, unit = start(**beginning), make(name, rate)
    dark = train(net, unit, rate).mean()
    lost = np.isnan(net["V"]).any(axis=(1, 2)).sum()
    return dark, accuracy(net, unit), lost, getattr(unit, "slopes", None)


# %%
mistakes = {"none": {}, "step": {"rate": 1.5}, "bias": {"bias": -3.0}}
mistakes["heavy"] = {"spread": 1.0}
results = {(m, name): run(name, **mistakes[m]) for m in mistakes for name in names}
print(f"{'mistake':15}", *(f"{m:>13}" for m in mistakes))
for name in names:
    cells = [f"{name:15}"]
    for mistake in mistakes:
        dark, right, lost, _ = results[mistake, name]
        cells.append(f"{'lost' if lost else f'{dark:.1f}':>8} {right.mean():.2f}")
    print(*cells)

# %% [markdown]
# For each mistake there are two numbers: how many of the {{ units }} units are dark in
# the end, and the share of new images that is classified as it should be. Both are
# means of five networks; "lost" says that at least one of the five has diverged to NaN.
# Here is each network by itself.

# %%
#| alt: Accuracy of five networks, a dot for each, for seven activations in three
#|   panels. Step: ReLU from {{ results["step", "relu"][1].min():.2f }} to
#|   {{ results["step", "relu"][1].max():.2f }}, leaky_relu 0.2 from
#|   {{ results["step", "leaky_relu 0.2"][1].min():.2f }} to
#|   {{ results["step", "leaky_relu 0.2"][1].max():.2f }}. Bias: ReLU at most
#|   {{ results["bias", "relu"][1].max():.2f }}, PReLU at least
#|   {{ results["bias", "prelu"][1].min():.2f }}. Heavy: ReLU from
#|   {{ results["heavy", "relu"][1].min():.2f }} to
#|   {{ results["heavy", "relu"][1].max():.2f }}. A dashed line marks
#|   {{ healthy:.2f }}, ReLU without a mistake.
healthy = results["none", "relu"][1].mean()
best = max(results["none", name][1].mean() for name in names)
fig, axes = plt.subplots(1, 3, figsize=(7, 3), sharey=True, layout="constrained")
for ax, mistake in zip(axes, ("step", "bias", "heavy")):
    for place, name in enumerate(names):
        right = results[mistake, name][1]
        ax.plot(right, np.full(networks, place), "o", color="C0", markersize=4)
    ax.axvline(healthy, linestyle="--", color="C1")
    ax.set(title=mistake, xlabel="accuracy", xlim=(0, 1))
    ax.set_xticks([0, 0.5, 1], ["0", "½", "1"])
axes[0].set_yticks(range(len(names)), names)
axes[0].invert_yaxis()
plt.show()


# %%
def rescued(mistake):
    """Name the activations that end within ten points of healthy ReLU networks."""
    means = {name: results[mistake, name][1].mean() for name in names}
    close = [name for name, mean in means.items() if mean > healthy - 0.1]
    return ", ".join(close) or "none of them"


for mistake in mistakes:
    print(f"{mistake:5}: {rescued(mistake)}")

# %% [markdown]
# **Take the mistake away**, and {{ "you need no cure" if best < healthy + 0.03
# else "a cure still helps" }}. In the first column, with a step of 0.5, a bias of 0 and
# He's weights, ReLU has {{ results["none", "relu"][0]:.1f }} dark
# units and an accuracy of {{ healthy:.3f }}. The best of the seven has {{ best:.3f }}.
#
# **After a bad bias, the slope in the dark decides.** All units begin near −3. These
# are the slopes there, and what became of the networks:

# %%
at_start = {"prelu": 0.25, "rrelu": actfn.rrelu_derivative(-3.0)}
for name in names:
    if name not in at_start:
        at_start[name] = make(name, 0.5).derivative(-3.0)
ranked = sorted(names, key=lambda name: abs(at_start[name]))
reached = {name: results["bias", name][1].mean() for name in ranked}
print("                slope  accuracy")
for name in ranked:
    print(f"{name:15} {at_start[name]:6.3f} {reached[name]:9.3f}")
means = list(reached.values())
in_order = sum(b > a for i, a in enumerate(means) for b in means[i + 1 :])

# %% [markdown]
# Of the 21 pairs in this list, {{ in_order }} have the better accuracy with the steeper
# slope. A slope of 0.01 is not 0, but it leaves a hundredth of each step. ELU and GELU
# flatten out: at −10 their slopes are
# {{ actfn.elu_derivative(-10.0):.0e }} and {{ abs(actfn.gelu_derivative(-10.0)):.0e }}
# (exercise 5).
#
# **After too long a step**, these end within ten points of healthy ReLU networks:
# {{ rescued("step") }}. Of the five PReLU networks {{ results["step", "prelu"][2] }}
# diverged; the slopes take the long steps too. Is a leak the cure, then? Lengthen the
# step from 1.5 to 2:

# %%
longer = {name: run(name, rate=2.0)[1].mean() for name in ("leaky_relu 0.2", "rrelu")}
for name, mean in longer.items():
    print(f"{name:15} accuracy {mean:.2f}")

# %% [markdown]
# {{ "A leak moves the edge, and does not remove it."
# if max(longer.values()) < healthy - 0.1 else "Here a leak still holds." }} Shorten the
# step.
#
# **Heavy weights** leave {{ results["heavy", "relu"][0]:.1f }} dead units under ReLU,
# and an accuracy of {{ results["heavy", "relu"][1].mean():.2f }}. Within ten points:
# {{ rescued("heavy") }}. With He's weights, in the first column, each of the seven
# reaches {{ min(results["none", name][1].mean() for name in names):.2f }} or more.
#
# !!! note "The scale of the weights does not decide who is dead at the start"
#     With biases of 0, ReLU of ten times the weights is ten times ReLU. Who is dark
#     stays dark. He's scale keeps the *size* of activations and gradients through many
#     layers; [Backpropagation](backpropagation.py) measures that.
#
# ## Look at the slopes that were learnt

# %%
#| alt: Histograms of {{ networks * units }} learnt slopes. Without a mistake they lie
#|   between {{ learnt["none"].min():.2f }} and {{ learnt["none"].max():.2f }}; after
#|   the bad bias they spread from {{ learnt["bias"].min():.2f }} to
#|   {{ learnt["bias"].max():.2f }}. A dashed line marks the start, 0.25.
learnt = {m: results[m, "prelu"][3].ravel() for m in ("none", "bias")}
fig, ax = plt.subplots(figsize=(6, 2.8))
bins = np.linspace(min(map(np.min, learnt.values())), max(map(np.max, learnt.values())))
for (mistake, values), hatch in zip(learnt.items(), ("", "//")):
    ax.hist(values, bins, alpha=0.6, hatch=hatch, label=f"mistake: {mistake}")
ax.axvline(0.25, linestyle="--", color="C7")
ax.set(xlabel="slope of a unit", ylabel="units")
ax.legend()
plt.show()

# %% [markdown]
# Every slope began at 0.25. Without a mistake the median ends at
# {{ np.median(learnt["none"]):.2f }}. After the bad bias
# {{ np.mean(np.abs(learnt["bias"]) > 1):.0%}} of the slopes are steeper than 1, and
# {{ np.mean(learnt["bias"] < 0):.0%}} are negative. With all inputs on the left side,
# the slope is one more weight, and nothing tells it to be small.
#
# ## Know whose default you use
#
# "Leaky ReLU" does not name a function until you know the slope.

# %%
for name in ("leaky_relu", "prelu"):
    for other in actfn.get(name).namesakes:
        print(f"{other.library + ':':11} {other.name}({other.defaults})")
        if other.note:
            print(f"{'':11} {other.note}")

# %%
#| alt: Leaky ReLU with slopes of 0.01, 0.2 and 0.3. At x = −4 the three lines are at
#|   −{{ -leaky_relu(-4.0, 0.01):.2f }}, −{{ -leaky_relu(-4.0, 0.2):.1f }} and
#|   −{{ -leaky_relu(-4.0, 0.3):.1f }}. Above 0 they are one line.
fig, ax = plt.subplots(figsize=(6, 2.8))
for slope, style in ((0.01, "-"), (0.2, "--"), (0.3, "-.")):
    chosen = {"parameters": {"negative_slope": slope}, "label": f"slope {slope}"}
    actfn.plot.curve("leaky_relu", ax=ax, interval=(-4, 1), ls=style, **chosen)
ax.grid(True)
ax.legend()
plt.show()

# %% [markdown]
# For −3 the three give −{{ -leaky_relu(-3.0, 0.01):.2f }},
# −{{ -leaky_relu(-3.0, 0.2):.1f }} and −{{ -leaky_relu(-3.0, 0.3):.1f }}. After the bad
# bias, the networks with 0.01 reached an accuracy of
# {{ reached["leaky_relu 0.01"]:.2f }}, those with 0.2 reached
# {{ reached["leaky_relu 0.2"]:.2f }}. Write the slope
# down, always. Papers compare slopes as well.[^xu]
#
# [^xu]: Xu, Wang, Chen and Li (2015), [Empirical Evaluation of Rectified Activations in
#     Convolutional Network](https://arxiv.org/abs/1505.00853). The leaky form is by
#     Maas, Hannun and Ng (2013), [Rectifier Nonlinearities Improve Neural Network
#     Acoustic Models](https://ai.stanford.edu/~amaas/papers/relu_hybrid_icml2013_final.pdf).
#
# ## Meet the family

# %%
#| alt: Four small panels with a function and, dashed, its derivative. relu6 rises from
#|   0 to 6 and stays there; its derivative is 1 between. squared_relu bends up to
#|   {{ actfn.squared_relu(2.0):g }} at 2, with the slope {{
#|   actfn.squared_relu_derivative(2.0):g }}. threshold is 0 up to 1 and x after it. The
#|   first output of crelu for x is ReLU, the second, dotted, is ReLU of −x.
fig, axes = plt.subplots(2, 2, figsize=(7, 4.4), layout="constrained")
for ax, name in zip(axes.flat, ("relu6", "squared_relu", "threshold", "crelu")):
    interval = (-2, 8) if name == "relu6" else (-2, 2)
    if name == "crelu":
        x = np.linspace(-2, 2, 101)
        ax.plot(x, crelu(x[:, None])[:, 0], "-", x, crelu(x[:, None])[:, 1], ":")
    else:
        actfn.plot.curve(name, ax=ax, interval=interval)
        actfn.plot.curve(name, derivative=True, ax=ax, interval=interval, ls="--")
    ax.set(title=name, xlabel="")
plt.show()

# %% [markdown]
# - [`relu6`][actfn.relu6] has a ceiling, for arithmetic of few bits. A unit above 6 on
#   every image has no gradient either.
# - [`squared_relu`][actfn.squared_relu] has no corner. Its gradient fades towards 0
#   from the right as well.
# - [`threshold`][actfn.threshold] jumps: the gradient does not know of the jump.
# - [`crelu`][actfn.crelu] keeps both sides, as two outputs. For every x but 0 one of
#   them has the slope 1 or −1, so that a unit cannot die. The next layer gets twice as
#   many inputs. Its gradient is [`crelu_vjp`][actfn.crelu_vjp].

# %%
print(crelu([-2.0, 3.0]), actfn.crelu_vjp([-2.0, 3.0], np.ones(4)))

# %% [markdown]
# ## Decide
#
# 1. Centre the inputs, start from He's weights and biases of 0, and use ReLU.
# 2. Count dark units while you train. The count costs one forward pass.
# 3. If it grows, halve the step before you change the activation.
# 4. If units must be able to return from deep in the dark, give them a slope that does
#    not fade, and write its value down.
#
# ## Exercises
#
# Each solution ends in an assertion. Put your own result in its place: if it raises
# nothing, you are right.
#
# ### 1. By hand
#
# Write down the ReLU of `[[-1.5, 2], [0, -0.5], [3, -2]]`, and then the gradient that
# comes back through it if a gradient of 1 arrives everywhere.

# %%
#| fold: Solution
matrix = np.array([[-1.5, 2], [0, -0.5], [3, -2]])
answer = np.array([[0, 2], [0, 0], [3, 0]])
gradient = np.array([[0, 1], [0, 0], [1, 0]])
assert np.array_equal(answer, relu(matrix))
assert np.array_equal(gradient, relu_derivative(matrix) * 1)

# %% [markdown]
# ### 2. Leaky from parts
#
# Write leaky ReLU with `np.maximum` and `np.minimum`, without a comparison. For slopes
# between 0 and 1 there is a shorter form with one `np.maximum`. What does it give for a
# slope of 2?


# %%
#| fold: Solution
def from_parts(x, s):
    return np.maximum(x, 0) + s * np.minimum(x, 0)


def shorter(x, s):
    return np.maximum(x, s * x)


x = np.linspace(-3, 3, 61)
print(
    "slope 2 at -1 and 1:",
    from_parts(np.array([-1, 1]), 2),
    shorter(np.array([-1, 1]), 2),
)
assert np.array_equal(from_parts(x, 0.2), leaky_relu(x, 0.2))
assert np.array_equal(shorter(x, 0.2), leaky_relu(x, 0.2))
assert not np.array_equal(shorter(x, 2), leaky_relu(x, 2))  # it takes the other side

# %% [markdown]
# ### 3. Raise the dead
#
# Kill networks with ReLU and a step of 2. Then go on with the same weights and a step
# of 0.5: once with ReLU, once with a leaky ReLU of slope 0.2. Who comes back?

# %%
#| fold: Solution
back = {}
for name in ("relu", "leaky_relu 0.2"):
    net = start()
    killed = train(net, Fixed("relu"), rate=2.0)
    unit = make(name, 0.5)
    dark = train(net, unit, rate=0.5)
    back[name] = accuracy(net, unit).mean()
    print(f"{name:15} {killed.mean():.1f} dark, then {dark.mean():.1f};", end=" ")
    print(f"accuracy {back[name]:.2f}")
assert back["leaky_relu 0.2"] > back["relu"] + 0.2

# %% [markdown]
# ### 4. PReLU from 0
#
# In one library PReLU starts with slopes of 0, which is ReLU. Give all networks a bias
# of −3 and slopes of 0. No gradient reaches the weights in the first step. Do the
# networks learn?

# %%
#| fold: Solution
unit, net = Learnt(rate=0.5), start(bias=-3.0)
unit.slopes[:] = 0
train(net, unit)
print(
    f"accuracy {accuracy(net, unit).mean():.2f}, slopes up to {unit.slopes.max():.2f}"
)
# The gradient of a slope is the sum of g times z, and is not 0 in the dark.
assert accuracy(net, unit).mean() > results["bias", "relu"][1].mean() + 0.2

# %% [markdown]
# ### 5. Deeper in the dark
#
# Which of ELU and leaky ReLU with slope 0.2 recovers from a bias of −10?

# %%
#| fold: Solution
deep = {name: run(name, bias=-10.0)[1].mean() for name in ("elu", "leaky_relu 0.2")}
print({name: round(float(value), 2) for name, value in deep.items()})
assert deep["leaky_relu 0.2"] > deep["elu"] + 0.2

# %% [markdown]
# ## Next
#
# * [Backpropagation](backpropagation.py): where the lines of `step` come from, how to
#   check them, and what He's weights do in deep networks.
# * [From a sum of sigmoids to ReLU and ELU](sum-of-sigmoids.py): where the shape comes
#   from, and what outputs that are never negative do to the mean.
# * [Choosing an activation](choosing.py): the same tasks with each of them.
#
# Also used on this page: [`get`][actfn.get],
# [`rrelu_derivative`][actfn.rrelu_derivative] and [`softmax`][actfn.softmax].
