# %% [markdown]
# # Build ReLU from a sum of sigmoids
#
# **You will be able to**
#
# - add up shifted sigmoids to a ramp, and say why the sum is nearly softplus;
# - measure and draw the distance between two curves;
# - compute softplus for every input, and sharpen it until it is ReLU;
# - say what rounding off ReLU's corner changes, and compare three ways to do it;
# - measure the mean of the activations in a network, and what ELU and SELU do to it.
#
# **You need** arrays and broadcasting, as in [NumPy basics](numpy-basics.py), and the
# [sigmoid](sigmoid.py).

# %%
import itertools
import math

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import actfn
from actfn import elu, log_softmax, relu, sigmoid, softmax, softplus

# %% [markdown]
# ## Begin with 100 points

# %%
#| alt: {{ x.size }} dots. On the left each lies at its number, 0 to {{ x.size - 1 }},
#|   and its value, on a straight line from {{ x[0]:g }} to {{ x[-1]:g }}. On the right
#|   at its value and its sigmoid, on the S-shaped curve from {{ sigmoid(x[0]):.5f }} to
#|   {{ sigmoid(x[-1]):.5f }}.
x = np.linspace(-10, 10, 100)
fig, (left, right) = plt.subplots(1, 2, figsize=(7, 2.8))
left.plot(x, ".", markersize=2)
left.set(xlabel="number of the point", ylabel="x")
right.plot(x, sigmoid(x), ".", markersize=3, color="C1")
right.set(xlabel="x", ylabel="sigmoid(x)")
plt.show()

# %% [markdown]
# Neighbouring points are {{ x[1] - x[0]:.3f }} apart. [`sigmoid`][actfn.sigmoid] takes
# them all at once and gives an array of the same shape.
#
# ## Shift a sigmoid

# %%
#| alt: Three sigmoids of the same shape, with offsets −4, 0 and 5. Each crosses the
#|   dotted line at the height {{ sigmoid(0.0) }} exactly at its offset, where a dot
#|   marks it.
fig, ax = plt.subplots(figsize=(6, 3))
for offset, style in ((-4.0, "-"), (0.0, "--"), (5.0, "-.")):
    (line,) = ax.plot(x, sigmoid(x - offset), style, label=f"offset {offset:g}")
    ax.plot(offset, sigmoid(offset - offset), "o", color=line.get_color())
ax.axhline(0.5, linestyle=":", color="C7")
ax.set(xlabel="x", yticks=[0, 0.5, 1])
ax.legend()
plt.show()

# %% [markdown]
# $$\sigma(x - c) = \frac{1}{1 + e^{-(x - c)}}$$
#
# The **offset** $c$ moves the curve along the x axis. You may read that it is the place
# where the sigmoid evaluates to 0. Look.

# %%
c = 5.0
for place in (c - 40, c - 10, c, c + 10):
    print(f"x = {place:5}: {sigmoid(place - c):.6g}")

# %% [markdown]
# At its offset the sigmoid is {{ sigmoid(c - c) }}. It is 0 nowhere; it only comes
# close to it on the far left. Think of it as a soft switch: off on the left of the
# offset, on on the right, and half on at the offset.
#
# ## Add up a hundred of them
#
# Take 100 sigmoids. Spread their offsets from 0 to the largest point, add them all up,
# and divide by 10. No loop is needed. `x[:, None]` is a column and `offsets` a row, so
# that their difference is a table: one row for each point, one column for each sigmoid.

# %%
offsets = np.linspace(0, x.max(), 100)
switches = sigmoid(x[:, None] - offsets)
ramp = switches.sum(axis=1) / 10
switches.shape, ramp.shape

# %%
#| alt: Left, five of the shifted sigmoids, each rising at its own offset. Right, sums
#|   of {{ ", ".join(map(str, counts[:-1])) }} and {{ counts[-1] }} sigmoids, scaled to
#|   the same end: the more of them, the straighter. The sum of two has a visible step,
#|   the sum of 100 is a ramp that is flat on the left of 0, bends there, and rises to
#|   {{ ramp[-1]:.2f }}.
counts = (2, 5, 100)
fig, (left, right) = plt.subplots(1, 2, figsize=(7, 3.2))
for i, style in zip(range(0, 100, 24), ("-", "--", "-.", ":", "-")):
    left.plot(x, switches[:, i], style, label=f"offset {offsets[i]:.1f}")
for count, style in zip(counts, (":", "--", "-")):
    few = np.linspace(0, x.max(), count)
    total = sigmoid(x[:, None] - few).sum(axis=1)
    right.plot(x, total * 10 / count, style, label=f"{count} sigmoids")
left.legend(fontsize="small")
right.legend(fontsize="small")
plt.show()

# %% [markdown]
# At $x$, all switches with offsets below $x$ are on and the others off. So the sum
# counts the offsets below $x$, and their number grows evenly with $x$. It is
# {{ np.interp(2.0, x, 10 * ramp):.1f }} at 2, {{ np.interp(4.0, x, 10 * ramp):.1f }}
# at 4 and {{ np.interp(6.0, x, 10 * ramp):.1f }} at 6. On the left of 0 all are off.
#
# A single sigmoid **saturates**: at 5 its slope is down to
# {{ actfn.sigmoid_derivative(5.0):.4f}}, and a gradient that passes through many such
# slopes [vanishes](sigmoid.py). There the sum divided by 10 still rises with the slope
# {{ np.interp(5.0, x, np.gradient(ramp, x)):.3f }}, because there is always a switch
# that is just going on.
#
# ## Name the curve
#
# The offsets are {{ offsets[1]:.3f }} apart, nearly 1/10. So dividing by 10 is nearly
# multiplying by the distance, and a sum times the distance approximates an integral.
# The integral of the sigmoid is known:
#
# $$\begin{aligned}
# \frac{1}{10}\sum_{i} \sigma(x - c_i) &\approx \int_0^{10} \sigma(x - c)\,dc \\
# &= \log\left(1 + e^{x}\right) - \log\left(1 + e^{x - 10}\right) \\
# &\approx \log\left(1 + e^{x}\right) \\
# &\approx \max(x, 0)
# \end{aligned}$$
#
# The third line is [`softplus`][actfn.softplus], the last one is [`relu`][actfn.relu].
# Three times "nearly": measure each.

# %%
integral = softplus(x) - softplus(x - 10)
far = {
    "ramp to integral": np.abs(ramp - integral),
    "ramp to softplus": np.abs(ramp - softplus(x)),
    "softplus to relu": np.abs(softplus(x) - relu(x)),
}

# %%
#| alt: Left, the sum divided by 10 as dots, softplus dashed and relu solid between −3
#|   and 10. They lie on each other, except around 0, where relu runs below with a
#|   corner, and near 10, where the dots bend away downwards. Right, the distances on a
#|   logarithmic scale: ramp to integral at most
#|   {{ far["ramp to integral"].max():.3f }}, softplus to relu with a sharp top of
#|   {{ far["softplus to relu"].max():.3f }} at 0, and ramp to softplus, which rises
#|   from {{ far["ramp to softplus"][0]:.0e }} to {{ far["ramp to softplus"][-1]:.2f }}
#|   at 10.
fig, (left, right) = plt.subplots(1, 2, figsize=(7, 3.4))
left.plot(x, ramp, ".", markersize=3, label="sum / 10")
left.plot(x, softplus(x), "--", linewidth=1.2, label="softplus")
left.plot(x, relu(x), "-", linewidth=1.2, label="relu")
left.legend(fontsize="small")
left.set_xlim(-3, 10.5)
for (name, distance), style in zip(far.items(), (":", "--", "-")):
    right.semilogy(x, distance, style, label=name)
right.set(ylabel="distance", ylim=(1e-5, 10))
right.legend(fontsize="small", loc="upper left")
plt.show()

# %%
print("largest distance    everywhere   up to x = 5")
for name, distance in far.items():
    print(f"{name:18} {distance.max():11.3f} {distance[x <= 5].max():13.3f}")

# %% [markdown]
# * **Sum and integral.** The distance between offsets is 10/99 and not 1/10, and each
#   end of a sum counts fully where an integral would count it half. The two faults all
#   but cancel: the ramp stays within {{ far["ramp to integral"].max():.3f }}.
# * **Integral and softplus.** No switch is left beyond 10, and the last ones are only
#   half on. At 10 the ramp is {{ far["ramp to softplus"][-1]:.2f }} too low, close to
#   $\log 2 =$ {{ math.log(2):.3f }}. Up to 5 it is within
#   {{ far["ramp to softplus"][x <= 5].max():.3f }}.
# * **Softplus and ReLU.** They differ most at 0, by $\log 2$ again. The 100 points have
#   no 0 among them, so the table shows {{ far["softplus to relu"].max():.3f }}. At −5
#   and 5 the distance is {{ softplus(-5.0):.4f }}.
#
# So a ReLU is one unit that does the work of very many sigmoid units, at the price of
# one comparison. Nair and Hinton proposed it with this argument.[^nair]
#
# [^nair]: Nair and Hinton (2010), [Rectified Linear Units Improve Restricted Boltzmann
#     Machines](https://icml.cc/Conferences/2010/papers/432.pdf).
#
# ## Compute softplus for every input
#
# Write $\log(1 + e^x)$ down as it stands, and it fails on both sides.


# %%
def naive_softplus(x):
    return np.log(1 + np.exp(x))


tests = np.array([-800.0, -40.0, 0.0, 700.0, 1000.0])
naive_softplus(tests)

# %% [markdown]
# On the right the exponential overflows, and the result is infinity in place of 1000.
# On the left no warning comes, and yet −40 gives {{ naive_softplus(-40.0) }} in place
# of {{ softplus(-40.0):.3e }}: the sum $1 + e^{-40}$ rounds to 1. Take out $e^x$ where
# it is large, as $\log(1 + e^x) = x + \log(1 + e^{-x})$. One line serves both sides:
#
# $$\operatorname{softplus}(x) = \max(x, 0) + \log\left(1 + e^{-|x|}\right)$$
#
# The exponent is never positive. For the second fault there is `np.log1p`, which
# computes $\log(1 + t)$ and keeps a small $t$.


# %%
def stable_softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


stable_softplus(tests)

# %% [markdown]
# `np.logaddexp(0, x)` computes the same, and so does [`softplus`][actfn.softplus], in
# every floating-point type. The smaller the type, the sooner the naive form fails:

# %%
twelve = np.float16(12)
naive_softplus(twelve), softplus(twelve)

# %% [markdown]
# ## Sharpen it
#
# A number $\beta$ in front of $x$ makes the bend tighter. Divide by it outside, and the
# slope on the right stays 1.
#
# $$\operatorname{softplus}_\beta(x) = \frac{\log\left(1 + e^{\beta x}\right)}{\beta}$$

# %%
#| alt: Left, softplus with beta 1, 2 and 8 and relu, from −2 to 2. At 0 they pass
#|   {{ softplus(0.0):.3f }}, {{ softplus(0.0, beta=2):.3f }},
#|   {{ softplus(0.0, beta=8):.3f }} and 0: the larger beta, the closer to relu. Right,
#|   the largest distance from relu against beta, both axes logarithmic: dots on the
#|   falling straight line log(2) / beta.
near = np.linspace(-2, 2, 401)
betas = 2.0 ** np.arange(-2, 8)
distances = [np.max(softplus(near, beta=b) - relu(near)) for b in betas]
fig, (left, right) = plt.subplots(1, 2, figsize=(7, 3.1))
for b, style in ((1, "--"), (2, "-."), (8, ":")):
    left.plot(near, softplus(near, beta=b), style, label=f"beta {b}")
left.plot(near, relu(near), "-", linewidth=1.2, label="relu")
left.legend(fontsize="small")
right.loglog(betas, distances, "o", label="largest distance")
right.loglog(betas, math.log(2) / betas, "-", label="log(2) / beta")
right.set_xlabel("beta")
right.legend(fontsize="small")
plt.show()

# %% [markdown]
# The distance from ReLU is largest at 0, where it is $\log(2) / \beta$. That is at the
# same time a bound for every $x$, so you can choose $\beta$ for the distance you want.

# %%
for b, distance in zip(betas[::3], distances[::3]):
    print(f"beta {b:5}: distance {distance:.6f}, log(2) / beta {math.log(2) / b:.6f}")
print(f"for a distance of 0.001 take beta = {math.log(2) / 0.001:.0f}")

# %% [markdown]
# ## Compare the smooth and the sharp corner
#
# With $\beta \to \infty$ softplus is ReLU. What is lost on the way is the derivative at
# 0.

# %%
#| alt: Derivatives. Those of softplus with beta 1 and 8 are S-shaped and pass
#|   {{ actfn.softplus_derivative(0.0) }} at 0, the second one far more steeply. That of
#|   relu is 0 on the left and 1 on the right; an open circle at 1 and a dot at
#|   {{ actfn.relu_derivative(0.0):g }} mark the jump at 0.
fig, ax = plt.subplots(figsize=(6, 3))
for b, style in ((1, "--"), (8, ":")):
    slope = actfn.softplus_derivative(near, beta=b)
    ax.plot(near, slope, style, label=f"softplus, beta {b}")
actfn.plot.curve("relu", derivative=True, ax=ax, interval=(-2, 2), label="relu")
ax.set_yticks([0, 0.5, 1])
ax.legend()
plt.show()

# %%
for h in (1.0, 0.1, 0.001):
    for name, f in (("softplus", softplus), ("relu", relu)):
        before, after = (f(0.0) - f(-h)) / h, (f(h) - f(0.0)) / h
        print(f"{name:8} h = {h:5}: left {before:.4f}, right {after:.4f}")

# %% [markdown]
# The slopes of softplus on both sides of 0 approach ½, those of ReLU stay 0 and 1. A
# program has to put a number there, and by agreement it is
# {{ actfn.relu_derivative(0.0):g }}: [`relu_derivative`][actfn.relu_derivative]. The
# derivative of softplus is the sigmoid that you began with:
# [`softplus_derivative`][actfn.softplus_derivative].
#
# Softplus is not the only way to round the corner. [`squareplus`][actfn.squareplus] is
# a branch of a hyperbola. [`sparse_plus`][actfn.sparse_plus] is a parabola from −1 to 1
# and ReLU itself outside.
#
# $$\operatorname{squareplus}(x) = \frac{x + \sqrt{x^2 + 4}}{2} \qquad
# \operatorname{sparse\_plus}(x) = \frac{(x + 1)^2}{4}
# \quad\text{for } |x| < 1$$

# %%
#| alt: Left, three round corners and relu between −3 and 3. At 0 squareplus passes
#|   {{ actfn.squareplus(0.0):g }}, softplus {{ softplus(0.0):.3f }}, sparse_plus
#|   {{ actfn.sparse_plus(0.0) }}. Right, their distances from relu on a logarithmic
#|   scale from −10 to 10. That of softplus falls on straight lines to
#|   {{ softplus(-10.0):.0e }}, that of squareplus flattens out at
#|   {{ actfn.squareplus(-10.0):.3f }}, that of sparse_plus drops to 0 at −1 and 1.
rounded = {"softplus": "--", "squareplus": "-.", "sparse_plus": ":"}
fig, (left, right) = plt.subplots(1, 2, figsize=(7, 3.3))
wide = np.linspace(-10, 10, 801)
for name, style in rounded.items():
    f = actfn.get(name).function
    actfn.plot.curve(f, ax=left, interval=(-3, 3), ls=style)
    right.semilogy(wide, np.maximum(f(wide) - relu(wide), 1e-9), ls=style)
actfn.plot.curve("relu", ax=left, interval=(-3, 3), linewidth=1.2)
left.legend(fontsize="small")
right.set(xlabel="x", ylabel="distance from relu", ylim=(1e-6, 2))
plt.show()

# %%
normal = np.random.default_rng(0).normal(size=40_000)
print("             at 0   at -10  slope at 0  exact zeros")
for name in (*rounded, "relu"):
    row = actfn.get(name)
    at_0, at_10 = row.function([0.0, -10.0])
    slope = row.gradient(0.0)
    zeros = np.mean(row.function(normal) == 0)
    print(f"{name:11} {at_0:5.3f} {at_10:8.1e} {slope:11.1f} {zeros:12.1%}")

# %% [markdown]
# The last column is the share of exact zeros among the outputs for normal inputs. It
# tells what the corner is good for: a ReLU switches {{ np.mean(relu(normal) == 0):.0%}}
# of them off entirely, and softplus none. All three round corners have the slope ½ at
# 0, because all satisfy $f(x) - f(-x) = x$: differentiate both sides.
#
# ## Mind the mean
#
# Every curve so far has one thing in common: no output is negative. So the mean of the
# outputs is above 0. For standard normal inputs that of ReLU is
# $1/\sqrt{2\pi} =$ {{ 1 / math.sqrt(2 * math.pi):.3f }}. The next layer receives that
# mean on every input. [Centre the outputs with tanh](tanh.py) shows why this slows
# gradient descent down: the error becomes a narrow valley.
#
# The exponential linear unit, [`elu`][actfn.elu], lets negative values through, down to
# a floor.[^elu] [`selu`][actfn.selu] is an ELU with two constants, chosen such that
# standard normal inputs come out with mean 0 and variance 1.[^selu]
#
# $$\operatorname{elu}(x) = \begin{cases} x & x > 0 \\
# \alpha\left(e^{x} - 1\right) & x \le 0 \end{cases} \qquad \alpha = 1$$
#
# [^elu]: Clevert, Unterthiner and Hochreiter (2015), [Fast and Accurate Deep Network
#     Learning by Exponential Linear Units (ELUs)](https://arxiv.org/abs/1511.07289).
# [^selu]: Klambauer, Unterthiner, Mayr and Hochreiter (2017), [Self-Normalizing Neural
#     Networks](https://arxiv.org/abs/1706.02515).

# %%
#| alt: Left, relu, elu and selu. On the left of 0 relu is 0, elu runs to
#|   {{ elu(-4.0):.2f }} at −4 and selu to {{ actfn.selu(-4.0):.2f }}. Right, bars for
#|   the means of their outputs and of softplus for normal inputs:
#|   {{ averages["softplus"]:.2f }} for softplus, {{ averages["relu"]:.2f }} for relu,
#|   {{ averages["elu"]:.2f }} for elu and {{ abs(averages["selu"]):.2f }} for selu.
averages = {
    name: actfn.get(name).function(normal).mean()
    for name in ("softplus", "relu", "elu", "selu")
}
fig, (left, right) = plt.subplots(1, 2, figsize=(7, 3))
actfn.plot.compare(["relu", "elu", "selu"], ax=left)
right.barh(list(averages), averages.values())
right.invert_yaxis()
right.set_xlabel("mean output for normal inputs")
plt.show()

# %% [markdown]
# Above 0, ELU is ReLU: it takes 2 to {{ elu(2.0):.4f }}. It takes −3 to
# −{{ -elu(-3.0):.4f }}. With $\alpha = 1$ the two pieces of ELU meet with the same
# slope, so that it has no corner: {{ actfn.elu_derivative(-1e-9):.6f }} on the left of
# 0 and {{ actfn.elu_derivative(1e-9):g }} on the right.
#
# ## Measure the means in a network
#
# Do real activations behave like that? Build a network with four hidden layers of 50
# units for the handwritten digits that come with scikit-learn. Give it random weights
# first. Each layer makes up for the size that the function before it has taken away.

# %%
images, labels = load_digits(return_X_y=True)
images = ((images - images.mean()) / images.std()).astype(np.float32)
one_hot = np.eye(10, dtype=np.float32)[labels]
print(f"{images.shape[0]} images of 8 × 8 = {images.shape[1]} pixels")


def first_layers(function, seed, sizes=(64, 50, 50, 50, 50, 10)):
    """Draw weights that keep the size of what passes; biases of 0."""
    rng, layers, gain = np.random.default_rng(seed), [], 1.0
    size = np.sqrt(np.mean((function(normal) - function(0.0)) ** 2))
    for shape in itertools.pairwise(sizes):
        w = rng.normal(scale=gain / math.sqrt(shape[0]), size=shape)
        layers.append((w.astype(np.float32), np.zeros(shape[1], np.float32)))
        gain = 1 / size
    return layers


# %%
def forward(function, layers, inputs):
    """Give the sums and the outputs of every layer, and the inputs in front."""
    sums, outputs = [], [inputs]
    for w, b in layers:
        sums.append(outputs[-1] @ w + b)
        outputs.append(function(sums[-1]))
    return sums, outputs


def layer_means(function, layers):
    """Give the mean output of each hidden layer over all images."""
    return [a.mean() for a in forward(function, layers, images)[1][1:-1]]


# %% [markdown]
# Then train it by gradient descent on random batches of 128 images. The loss is the
# cross-entropy of [softmax](softmax.py), and `delta` its derivative by the sums.
# [Backpropagation](backpropagation.py) explains the way back through the layers.


# %%
def train(name, seed, rate, steps=60):
    """Train a network; give its layers and the loss of every step."""
    function, derivative = activation(name)
    layers, losses = first_layers(function, seed), []
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        some = rng.integers(0, len(images), 128)
        sums, outputs = forward(function, layers, images[some])
        losses.append(-np.sum(log_softmax(sums[-1]) * one_hot[some]) / 128)
        delta = (softmax(sums[-1], axis=1) - one_hot[some]) / 128
        for i, (w, b) in [*enumerate(layers)][::-1]:
            layers[i] = w - rate * outputs[i].T @ delta, b - rate * delta.sum(0)
            if i > 0:
                delta = delta @ w.T * derivative(sums[i - 1])
    return layers, np.array(losses)


# %% [markdown]
# Take ReLU, ELU and SELU, and a fourth one as a control: ReLU lowered by 0.4, its mean
# for normal inputs. The control has every slope of ReLU, and starts with the same
# weights. Nothing but the mean is different. Four seeds each, and three rates, of which
# each activation gets the one that suits it best.


# %%
def lowered_relu(x):
    return relu(x) - np.float32(0.4)


def activation(name):
    """Give a function and its derivative."""
    if name == "relu − 0.4":
        return lowered_relu, actfn.relu_derivative
    row = actfn.get(name)
    return row.function, row.gradient


def final(results):
    """Give the loss of the last ten steps, median of the seeds; infinity for NaN."""
    loss = np.median([losses[-10:].mean() for _, losses in results])
    return loss if np.isfinite(loss) else math.inf


# %%
names, seeds = ("relu", "relu − 0.4", "elu", "selu"), range(4)
runs, best = {}, {}
for name in names:
    with np.errstate(over="ignore", invalid="ignore"):  # a rate may be too large
        tried = {r: [train(name, seed, r) for seed in seeds] for r in (0.1, 0.2, 0.4)}
    scores = {rate: final(results) for rate, results in tried.items()}
    best[name] = min(scores, key=scores.get)
    runs[name] = tried[best[name]]
    print(f"{name:10} best rate {best[name]}, loss at the end {final(runs[name]):.3f}")

# %%
#| alt: Two panels, before and after training: the mean output against the hidden layer,
#|   1 to 4, for four activations, averaged over four seeds. Before training relu is at
#|   {{ before["relu"].min():.2f }} to {{ before["relu"].max():.2f }}, relu − 0.4 at
#|   {{ before["relu − 0.4"].min():.2f }} to {{ before["relu − 0.4"].max():.2f }}, elu
#|   at {{ before["elu"].min():.2f }} to {{ before["elu"].max():.2f }}, selu at
#|   {{ before["selu"].min():.2f }} to {{ before["selu"].max():.2f }}. After training
#|   the lines rise towards the last layer, to {{ after["relu"][-1]:.2f }} for relu,
#|   {{ after["relu − 0.4"][-1]:.2f }} for relu − 0.4, {{ after["elu"][-1]:.2f }} for
#|   elu and {{ after["selu"][-1]:.2f }} for selu.
before, after = {}, {}
for name in names:
    f, _ = activation(name)
    fresh = [layer_means(f, first_layers(f, seed)) for seed in seeds]
    trained = [layer_means(f, layers) for layers, _ in runs[name]]
    before[name], after[name] = np.mean(fresh, axis=0), np.mean(trained, axis=0)
fig, axes = plt.subplots(1, 2, figsize=(7, 3.2), sharey=True)
for ax, means, title in zip(axes, (before, after), ("before", "after")):
    for name, style in zip(names, ("o-", "s--", "^-.", "v:")):
        ax.plot(range(1, 5), means[name], style, label=name)
    ax.set(title=f"{title} training", xlabel="hidden layer", xticks=range(1, 5))
axes[0].set_ylabel("mean output")
axes[0].legend(fontsize="small")
plt.show()

# %%
print("mean output, all layers   before   after")
for name in names:
    print(f"{name:22} {before[name].mean():9.2f} {after[name].mean():7.2f}")
farther = sum(abs(after[n].mean()) > abs(before[n].mean()) for n in names)

# %% [markdown]
# From small to large, the means after training are those of
# {{ ", ".join(sorted(after, key=lambda name: abs(after[name].mean()))) }}. Training
# moves them: {{ ("none", "one", "two", "three", "all")[farther] }} of the four are
# farther from 0 than before. The constants of SELU promise a mean of 0 for random
# weights and normal inputs, not for trained ones.
#
# Now the speed.


# %%
#| alt: The loss against the step for four activations, the median of four seeds with a
#|   band for their range. All fall from about {{ np.log(10):.1f }}. The loss over the
#|   last ten steps is {{ final(runs["relu"]):.2f }} for relu,
#|   {{ final(runs["relu − 0.4"]):.2f }} for relu − 0.4, {{ final(runs["elu"]):.2f }}
#|   for elu and {{ final(runs["selu"]):.2f }} for selu.
fig, ax = plt.subplots(figsize=(6.4, 3.3))
for name, style in zip(runs, ("-", "--", "-.", ":")):
    losses = np.array([losses for _, losses in runs[name]])
    label = f"{name}, rate {best[name]}"
    ax.semilogy(np.median(losses, axis=0), style, label=label)
    ends = losses.min(axis=0), losses.max(axis=0)
    ax.fill_between(range(losses.shape[1]), *ends, alpha=0.15)
ax.set(xlabel="step", ylabel="loss")
ax.legend()
plt.show()


# %%
def arrival(losses, level=0.3):
    """Give the first step with a loss below a level; infinity if none."""
    return np.argmax(losses < level) if np.any(losses < level) else math.inf


medians = {}
for name in names:
    counts = [arrival(losses) for _, losses in runs[name]]
    medians[name] = float(np.median(counts))
    print(f"{name:10} steps to a loss of 0.3:", *(f"{c:4.0f}" for c in counts))
order = sorted(medians, key=medians.get)
ends = [[loss[-10:].mean() for _, loss in runs[name]] for name in names[:2]]
lower = np.count_nonzero(np.less(ends[1], ends[0]))  # the control, at the end

# %% [markdown]
# In the median of the seeds, {{ ", ".join(f"{n} is there after {medians[n]:.0f} steps"
# for n in order) }}.
#
# The control is the telling one. Lowering ReLU changes its mean and nothing else. It
# gets there
# {{ "earlier" if medians["relu − 0.4"] < medians["relu"] else "no earlier" }} than
# ReLU, and over the last ten steps its loss is the lower one in {{ lower }} of
# {{ len(seeds) }} seeds.
#
# This is one small task. [Choosing an activation](choosing.py) compares more of them
# on several. And ReLU has one more weakness, on the left of 0, where its slope is 0:
# units can [die](dying-relu.py).
#
# ## Exercises
#
# Each solution ends in an assertion. Put your own result in its place: if it raises
# nothing, you are right.
#
# ### 1. Coarse steps
#
# Add up sigmoids with the offsets $0.5, 1.5, 2.5, \dots, 59.5$, and do not divide.
# These are the offsets of Nair and Hinton. How far is the sum from softplus between −10
# and 10?

# %%
#| fold: Solution
fine = np.linspace(-10, 10, 2001)
coarse = sigmoid(fine[:, None] - np.arange(0.5, 60)).sum(axis=1)
distance = np.abs(coarse - softplus(fine)).max()
print(f"{distance:.4f} at most, with steps ten times as long as above")
assert 0.010 < distance < 0.011

# %% [markdown]
# ### 2. A smooth absolute value
#
# Add two softplus to a smooth $|x|$. How large must $\beta$ be, as a whole number, so
# that it is within 0.01 everywhere?


# %%
#| fold: Solution
def smooth_abs(x, beta):
    return softplus(x, beta=beta) + softplus(-x, beta=beta)


beta = math.ceil(2 * math.log(2) / 0.01)  # the largest distance is 2 log(2) / beta
print(beta, smooth_abs(0.0, beta))
assert np.abs(smooth_abs(near, beta) - np.abs(near)).max() <= 0.01
assert smooth_abs(0.0, beta - 1) > 0.01

# %% [markdown]
# ### 3. Two corners of one height
#
# Squareplus takes a number `b`, 4 by default. Choose it such that squareplus and
# softplus have the same value at 0. Which of the two is then farther from ReLU at −10,
# and by which factor?

# %%
#| fold: Solution
b = 4 * math.log(2) ** 2  # half the root of b is the value at 0
factor = actfn.squareplus(-10.0, b=b) / softplus(-10.0)
print(f"b = {b:.4f}; squareplus is {factor:.0f} times as far at -10")
assert math.isclose(actfn.squareplus(0.0, b=b), softplus(0.0), rel_tol=1e-15)
assert 1000 < factor < 1100

# %% [markdown]
# ### 4. Turn softplus round
#
# Programs store a positive number $y$ as $x$ with $y = \operatorname{softplus}(x)$,
# because $x$ may be any number. Solve for $x$, in a form that works for 1e-20 and for
# 1000.


# %%
#| fold: Solution
def inverse(y):
    return y + np.log(-np.expm1(-y))  # log(exp(y) - 1), with exp(y) taken out


y = np.array([1e-20, 0.5, 20.0, 1000.0])
print(inverse(y))
assert np.allclose(softplus(inverse(y)), y, rtol=1e-13, atol=0)

# %% [markdown]
# ### 5. An ELU without a mean
#
# For which $\alpha$ is the mean of ELU 0 for standard normal inputs? Use the density of
# the normal distribution on a fine grid, and halve an interval.
# Compare the result with the constants of [`selu`][actfn.selu].

# %%
#| fold: Solution
grid = np.linspace(-12, 12, 240_001)
density = np.exp(-(grid**2) / 2) / math.sqrt(2 * math.pi)
low, high = 1.0, 3.0
for _ in range(50):
    middle = (low + high) / 2
    mean = np.sum(elu(grid, alpha=middle) * density) * (grid[1] - grid[0])
    low, high = (middle, high) if mean > 0 else (low, middle)
print(f"alpha = {low:.7f}, which is that of selu")
assert abs(low - 1.6732632423543772) < 1e-6

# %% [markdown]
# ## Next
#
# * [The ReLU family and dying units](dying-relu.py): what happens on the left of 0.
# * [Centre the outputs with tanh](tanh.py): the valley that a mean makes of the error.
# * [Choosing an activation](choosing.py): all of them on the same tasks.
#
# Also used on this page: [`get`][actfn.get], [`log_softmax`][actfn.log_softmax] and
# [`softmax`][actfn.softmax].
