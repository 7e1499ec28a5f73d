# %% [markdown]
# # Build the feed-forward block of a transformer
#
# **You will be able to**
#
# - build the block that holds most of a transformer's weights, forward and backward,
#   and check each of its gradients;
# - tell GELU and SiLU from ReLU by their curves and slopes, and the two forms of GELU
#   from each other in numbers;
# - replace the activation by a gate (GLU, ReGLU, GEGLU, SwiGLU) at an equal number of
#   weights;
# - train a small transformer on handwritten digits with each of them, and say what the
#   choice is worth there.
#
# **You need** gradients by the chain rule and their check, as in
# [Derive gradients and check them](backpropagation.py), the [softmax](softmax.py), and
# a fair comparison, as in [Choose an activation by evidence](choosing.py).

# %%
import math
import timeit
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import actfn
from actfn import (
    gelu,
    gelu_derivative,
    gelu_tanh,
    relu,
    silu,
    softmax,
    softmax_vjp,
    standardize,
    standardize_vjp,
    swiglu,
    swiglu_vjp,
)

# %% [markdown]
# ## Look at the block
#
# A transformer[^transformer] works on **tokens**: pieces of a text or of a picture,
# each a vector of the same width $d$. Layer after layer, two blocks take turns.
# Attention lets each token look at the others. Then the feed-forward block works on
# each token alone.

# %% tags=["hide-input"]
#| alt: The block as a row of {{ len(notes) }} boxes with arrows from left to right:
#|   {{ ", ".join(note.replace(chr(10), " ") for note in notes) }}. From the first box a
#|   long arrow passes above all others to the last one, the sum.
notes = ["x", "norm", "linear\nd to h", "activation", "linear\nh to d", "sum"]
spots = [0, 1.4, 3.0, 5.0, 7.0, 8.6]
fig, ax = plt.subplots(figsize=(7, 1.6))
look = {"boxstyle": "round,pad=0.5", "facecolor": "none", "edgecolor": "C0"}
for spot, note in zip(spots, notes):
    ax.text(spot, 0, note, ha="center", va="center", bbox=look)
for start, end, gap in zip(spots, spots[1:], [0.3, 0.5, 0.65, 0.85, 0.65]):
    ends = {"xy": (end - (0.8 if end == 5 else 0.55), 0), "xytext": (start + gap, 0)}
    ax.annotate("", **ends, arrowprops={"arrowstyle": "->"})
around = {"arrowstyle": "->", "connectionstyle": "bar,fraction=-0.09"}
ax.annotate("", (spots[-1], 0.25), (spots[0], 0.25), arrowprops=around)
ax.text(4.3, 1.25, "unchanged", ha="center")
ax.set(xlim=(-0.5, 9.2), ylim=(-0.6, 1.6))
ax.axis("off")
plt.show()

# %% [markdown]
# $$y = x + f\bigl(\operatorname{norm}(x)\,W_1\bigr)\,W_2$$
#
# 1. The **norm** shifts and scales each token to mean 0 and variance 1, with
#    [`standardize`][actfn.standardize]. A learned gain and bias usually follow; the
#    weights of the next step can do their work, so they are left out here.
# 2. A **linear layer** $W_1$ makes $h$ sums of the $d$ features, as a rule $h = 4d$.
# 3. The **activation** $f$ bends them. Without it, two linear layers are one.
# 4. A **linear layer** $W_2$ goes back to the width $d$.
# 5. The **sum** adds what went in, which is why blocks can be stacked deep: there is
#    always a way around.
#
# [^transformer]: Vaswani et al. (2017), [Attention Is All You
#     Need](https://arxiv.org/abs/1706.03762). There the norm follows the sum; today it
#     mostly stands before the linear layer, as here.


# %%
def forward(weights, x, row):
    """Give the result of the block, and what the way back needs."""
    inner, outer = weights
    normed = standardize(x)
    sums = normed @ inner
    hidden = row.function(sums)
    return x + hidden @ outer, (x, normed, sums, hidden)


# %% [markdown]
# `row` is the activation as [`get`][actfn.get] finds it by name, with its derivative.
# Biases are left out, so that weights are easy to count. Try the block on five tokens.

# %%
d, h = 24, 96
rng = np.random.default_rng(0)
inner = rng.normal(scale=1 / math.sqrt(d), size=(d, h))
outer = rng.normal(scale=1 / math.sqrt(h), size=(h, d))
tokens = rng.normal(size=(5, d))
result, _ = forward([inner, outer], tokens, actfn.get("gelu"))
order = [3, 0, 4, 1, 2]
again, _ = forward([inner, outer], tokens[order], actfn.get("gelu"))
print(result.shape, "alone:", np.allclose(again, result[order], rtol=1e-13, atol=0))

# %% [markdown]
# Tokens in another order give results in that order: no token sees its neighbours. The
# block has $2dh$ weights, here {{ inner.size + outer.size }}. Attention has four
# matrices of $d \times d$, here {{ 4 * d * d }} weights. So with $h = 4d$ the
# feed-forward blocks hold {{ 2 * d * h / (2 * d * h + 4 * d * d):.0%}} of the weights
# of all layers, whatever $d$ is. A change to this block is a change to most of the
# network.
#
# ## Compare ReLU, GELU and SiLU

# %%
#| alt: Left, relu, gelu and silu from −5 to 5. relu has a corner at 0; gelu dips to
#|   {{ lowest["gelu"]:.2f }} and silu to {{ lowest["silu"]:.2f }} before they rise.
#|   Right, their derivatives. That of relu jumps from 0 to 1. Those of gelu and silu
#|   are smooth, pass one half at 0, fall to {{ steepest["gelu"][0]:.2f }} and
#|   {{ steepest["silu"][0]:.2f }} on the left, and reach {{ steepest["gelu"][1]:.2f }}
#|   and {{ steepest["silu"][1]:.2f }} on the right.
trio = ["relu", "gelu", "silu"]
lowest = {name: actfn.get(name).bounds[0] for name in trio}
steepest = {name: actfn.get(name).gradient_bounds for name in trio}
fig, (left, right) = plt.subplots(1, 2, figsize=(7, 3))
actfn.plot.compare(trio, ax=left, interval=(-5, 5))
actfn.plot.compare(trio, ax=right, interval=(-5, 5), derivative=True)
left.set(title="function", ylim=(-0.6, 3))
right.set(title="derivative")
right.legend().remove()
plt.show()

# %% [markdown]
# $$\operatorname{relu}(x) = x \cdot [x > 0] \qquad
# \operatorname{gelu}(x) = x \cdot \Phi(x) \qquad
# \operatorname{silu}(x) = x \cdot \operatorname{sigmoid}(x)$$
#
# All three multiply $x$ by a gate between 0 and 1. [ReLU][actfn.relu] opens it at once.
# [GELU][actfn.gelu] takes $\Phi(x)$, the probability that a standard normal variable
# lies below $x$. [SiLU][actfn.silu] takes the sigmoid. This is
# how the authors of GELU came to it: keep an input if it beats a random number, else
# put 0, and take the mean.

# %%
x = np.array([-2.0, -0.5, 0.5, 2.0])
dice = np.random.default_rng(0).normal(size=(100_000, 1))
print("mean:", np.where(dice < x, x, 0).mean(axis=0).round(3))
print("gelu:", gelu(x).round(3))

# %% [markdown]
# Where do the three differ? Not far from 0:

# %%
grid, reach = np.linspace(-12, 12, 240_001), {}
for name in ("gelu", "silu"):
    row = actfn.get(name)
    distance = np.abs(row.function(grid) - relu(grid))
    reach[name] = np.abs(grid[distance > 0.01]).max()
    falls = grid[row.gradient(grid) < 0].max()
    print(f"{name}: up to {distance.max():.3f} from relu,", end=" ")
    print(f"above 0.01 as far as ±{reach[name]:.1f}, falls left of {falls:.3f}")

# %% [markdown]
# - Both are smooth. There is no corner, and no value of the derivative to be chosen
#   there.
# - A unit with a negative sum still has a slope, so it can come back. The units of
#   [Watch ReLU units die](dying-relu.py) cannot.
# - Neither is increasing. Left of its dip a larger input gives a smaller output, and
#   the derivative is negative.
# - The slope exceeds 1 on the right, up to {{ steepest["gelu"][1]:.3f }}.
# - SiLU is the softer one: it takes {{ reach["silu"] / reach["gelu"]:.1f }} times the
#   distance to come as close to ReLU.
#
# ## Tell the two GELUs apart
#
# $\Phi$ needs the error function, which NumPy does not have. The authors of GELU gave a
# substitute for it, too, and much software computes that:
#
# $$\operatorname{gelu\_tanh}(x) = \frac{x}{2} \left(1 + \tanh\left(
# \sqrt{\tfrac{2}{\pi}} \left(x + 0.044715\,x^3\right)\right)\right)$$
#
# [`gelu`][actfn.gelu] is the exact one, [`gelu_tanh`][actfn.gelu_tanh] the substitute.

# %%
#| alt: The difference of gelu_tanh and gelu from −6 to 6, times ten thousand: an even
#|   curve with waves on both sides, from {{ 1e4 * gap.min():.1f }} at
#|   ±{{ abs(near[gap.argmin()]):.1f }} to {{ 1e4 * gap.max():.1f }} at
#|   ±{{ abs(near[gap.argmax()]):.1f }}, and 0 in the middle and outside.
near = np.linspace(-6, 6, 1201)
gap = gelu_tanh(near) - gelu(near)
fig, ax = plt.subplots(figsize=(6, 2.6))
ax.plot(near, 1e4 * gap)
ax.set(xlabel="x", ylabel="difference, × 10⁻⁴", title="gelu_tanh minus gelu")
plt.show()

# %%
for dtype in (np.float16, np.float32):
    numbers = np.linspace(-4, 4, 8001).astype(dtype)
    other = np.mean(gelu(numbers) != gelu_tanh(numbers))
    apart = np.abs(gelu(numbers).astype(float) - gelu_tanh(numbers)).max()
    print(f"{numbers.dtype}: {other:.0%} of the results differ, by up to {apart:.1e}")
tail = gelu_tanh(-5.0) / gelu(-5.0)
print(f"at -5 the tanh form gives {tail:.2f} of the exact value")

# %% [markdown]
# The difference is at most {{ np.abs(gap).max():.1e }}. It is no rounding error: even
# float16 can tell the two apart. A network trained with one and run with the other
# makes nearly the same predictions, as [exercise 4](#4-the-other-gelu) shows, but not
# the same numbers, and a test that compares digits fails. So know whose default you
# use:

# %% tags=["hide-input"]
known = "\n".join(
    f"| {there.library} | `{there.name}` | `{there.defaults}` | "
    f"[`{form}`][actfn.{form}] |"
    for there in actfn.get("gelu").namesakes
    for form in ["gelu_tanh" if "gelu_tanh" in there.equals else "gelu"]
)

# %% [markdown]
# | Library | Function | By default | That is |
# |---|---|---|---|
# {{ known }}
#
# ## Open a gate
#
# In GELU and SiLU an input opens its own gate. A **gated linear unit** takes two
# inputs: $a$ is what passes, $b$ opens the gate. The layer before makes twice as many
# sums for it, $x = [a, b]$, and half as many come out.

# %%
#| alt: Four maps of the result over b from −4 to 4 and a from −3 to 3, in steps of two.
#|   All change sign with a, and left of b = 0 all are near 0. On the right, glu settles
#|   at a, up to {{ tops["glu"]:.1f }}, while reglu, geglu and swiglu go on to grow with
#|   b, up to {{ tops["reglu"]:.1f }}, {{ tops["geglu"]:.1f }} and
#|   {{ tops["swiglu"]:.1f }}.
gates, tops = ["glu", "reglu", "geglu", "swiglu"], {}
a, b = np.meshgrid(np.linspace(-3, 3, 61), np.linspace(-4, 4, 81), indexing="ij")
fig, axes = plt.subplots(1, 4, figsize=(7.4, 2.4), sharey=True, layout="constrained")
for ax, name in zip(axes, gates):
    values = actfn.get(name).function(np.stack([a, b], axis=-1))[..., 0]
    tops[name] = values.max()
    drawn = ax.contourf(b, a, values, np.arange(-13, 14, 2), cmap="cividis")
    drawn.set_rasterized(True)
    ax.set(title=name, xlabel="b, the gate", xticks=[-4, 0, 4])
axes[0].set_ylabel("a")
bar = fig.colorbar(drawn, ax=axes, ticks=[-12, -6, 0, 6, 12])
bar.solids.set_rasterized(True)
plt.show()

# %% [markdown]
# $$\begin{aligned}
# \operatorname{glu}(x) &= a \otimes \operatorname{sigmoid}(b) &
# \operatorname{reglu}(x) &= a \otimes \operatorname{relu}(b) \\
# \operatorname{geglu}(x) &= a \otimes \operatorname{gelu}(b) &
# \operatorname{swiglu}(x) &= a \otimes \operatorname{silu}(b)
# \end{aligned}$$
#
# These are [`glu`][actfn.glu], [`reglu`][actfn.reglu], [`geglu`][actfn.geglu] and
# [`swiglu`][actfn.swiglu]. In the first the gate stays between 0 and 1. In the other
# three it grows, and the result with it in two directions at once: where the gate is
# open, twice the input gives about four times the output. The norm in front of the
# block keeps that in check.
#
# !!! warning "Which half is the gate?"
#     Here, as in PyTorch and JAX, it is the second half. Other code has it first. The
#     shapes are the same, so nothing but the results will tell you.

# %%
pair = np.array([3.0, -1.0])
print("second half:", swiglu(pair), " first half:", swiglu(pair[::-1]))

# %% [markdown]
# ### Multiply with two units
#
# What can a gate do that an activation cannot? Take two units with the same $a$ and
# opposite $b$, and subtract them.

# %%
a, b = np.meshgrid([-3.0, -0.5, 2.0], [-4.0, 0.1, 1.5])
for name in gates:
    unit = actfn.get(name).function
    two = unit(np.stack([a, b], axis=-1)) - unit(np.stack([a, -b], axis=-1))
    print(f"{name:6} differs from a·b by up to {np.abs(two[..., 0] - a * b).max():.1e}")

# %% [markdown]
# $\operatorname{silu}(b) - \operatorname{silu}(-b) = b$, and the same holds for ReLU
# and GELU. So two units of ReGLU, GEGLU or SwiGLU multiply two features, apart from
# rounding. GLU gives $a \tanh(b/2)$. A plain activation can only approximate a product.
# Keep this in mind when you see the results.
#
# ## Count the weights
#
# A gated block has three matrices instead of two: $d \times h$ for $a$, the same for
# $b$, and $h \times d$ back. A comparison at equal $h$ compares a larger network with a
# smaller one. Take two thirds of the width, as [Shazeer](https://arxiv.org/abs/2002.05202)
# does, and the numbers of weights are equal.


# %%
def widths(row, hidden):
    """The sums and the results of the activation, with 2 * d * hidden weights."""
    if row.elementwise:
        return hidden, hidden
    return 2 * (hidden * 2 // 3), hidden * 2 // 3


hidden = 72
for name in ("gelu", "swiglu"):
    sums, results = widths(actfn.get(name), hidden)
    count = d * sums + results * d
    print(f"{name:6} {d} → {sums} → {results} → {d}: {count} weights")

# %% [markdown]
# Equal weights also mean equally many multiplications in the matrix products.
#
# ### Match the size of what comes out
#
# One more thing must be equal for a fair start: the size of the results, as in
# [Choose an activation by evidence](choosing.py). Standard normal sums go in.


# %%
def size(row):
    """The root mean square of what comes out for standard normal sums."""
    z = np.random.default_rng(0).normal(size=(1000, 100))
    return math.sqrt(np.mean(row.function(z) ** 2))


candidates = [*trio, *gates]
sizes = {name: size(actfn.get(name)) for name in candidates}
print(", ".join(f"{name} {value:.2f}" for name, value in sizes.items()))

# %% [markdown]
# They differ by a factor of up to {{ max(sizes.values()) / min(sizes.values()):.1f }}.
# Dividing the first $W_2$ by this number makes all blocks add equally much to $x$.
#
# ## Send the gradient back
#
# Call $\Delta$ the gradient of the loss with respect to $y$, and go through the picture
# from right to left. The sum passes $\Delta$ on twice: around the block as it is, and
# into it.
#
# $$\begin{aligned}
# \nabla W_2 &= H^\top \Delta & \Delta_S &= f'(S) \odot (\Delta W_2^\top) \\
# \nabla W_1 &= N^\top \Delta_S & \nabla x
# &= \Delta + \operatorname{norm}^*(\Delta_S W_1^\top)
# \end{aligned}$$
#
# $N$ is the normed $x$, $S$ the sums, $H$ what comes out of the activation, and
# $\operatorname{norm}^*$ is [`standardize_vjp`][actfn.standardize_vjp], the product of
# a gradient with the Jacobian of the norm. $f'$ is the derivative, such as
# [`gelu_derivative`][actfn.gelu_derivative]. A gate has two inputs for each output, so
# it has a vector-Jacobian product as well, such as [`swiglu_vjp`][actfn.swiglu_vjp].

# %%
sums, back = rng.normal(size=(5, 4)), rng.normal(size=(5, 2))
a, b = sums[:, :2], sums[:, 2:]
by_a, by_b = back * silu(b), back * a * actfn.silu_derivative(b)
by_hand = np.concatenate([by_a, by_b], axis=1)
print(f"swiglu: {np.abs(swiglu_vjp(sums, back) - by_hand).max():.0e} apart")
below = (1 + math.erf(1 / math.sqrt(2))) / 2
density = math.exp(-1 / 2) / math.sqrt(2 * math.pi)
print("gelu at 1:", gelu_derivative(1.0), below + 1.0 * density)

# %% [markdown]
# The gradient of $a$ passes the open part of the gate. That of $b$ is multiplied by
# $a$: where nothing is to pass, the gate learns nothing. Both ways fit into one
# function.


# %%
def back_through(row, sums, gradient):
    """From the gradient of the activation's results to that of its inputs."""
    if row.elementwise:
        return row.gradient(sums) * gradient
    return row.gradient(sums, gradient)


def backward(weights, kept, delta, row):
    """Give the gradient of x, and those of the weights."""
    inner, outer = weights
    x, normed, sums, hidden = kept
    by_sums = back_through(row, sums, delta @ outer.mT)
    by_x = delta + standardize_vjp(x, by_sums @ inner.mT)
    return by_x, [normed.mT @ by_sums, hidden.mT @ delta]


# %% [markdown]
# ## Check every gradient
#
# Move each number of $x$, $W_1$ and $W_2$ a little to both sides, and see what a loss
# does. The loss is the sum of the results times fixed random numbers, so that its
# gradient $\Delta$ is these numbers.


# %%
def differences(loss, array, step=1e-5):
    """The slope of the loss along each number of an array, by central differences."""
    slopes = np.empty_like(array)
    for index in np.ndindex(array.shape):
        kept, ends = array[index], []
        for moved in (kept + step, kept - step):
            array[index] = moved
            ends.append(loss())
        array[index] = kept
        slopes[index] = (ends[0] - ends[1]) / (2 * step)
    return slopes


# %%
def check(row, d=6, hidden=9):
    """The largest error of a gradient, as a share of the largest one of its array."""
    rng = np.random.default_rng(1)
    sums, results = widths(row, hidden)
    x, delta = rng.normal(size=(2, 4, d))
    weights = [rng.normal(size=(d, sums)), rng.normal(size=(results, d))]
    _, kept = forward(weights, x, row)
    by_x, by_weights = backward(weights, kept, delta, row)

    def loss():
        return np.sum(forward(weights, x, row)[0] * delta)

    for array, formula in zip([x, *weights], [by_x, *by_weights]):
        error = np.abs(differences(loss, array) - formula).max()
        yield error / np.abs(formula).max()


# %%
checks = {name: max(check(actfn.get(name))) for name in candidates}
print(", ".join(f"{name} {error:.0e}" for name, error in checks.items()))

# %% [markdown]
# Formulas and differences agree to {{ -math.log10(max(checks.values())):.0f }} digits,
# as many as central differences can give.
# [Derive gradients and check them](backpropagation.py) shows what the check says when
# there is a mistake.
#
# ## Put it into a small transformer
#
# The data are scikit-learn's digits of 8 by 8 pixels, as in
# [Train a network on handwritten digits](digits.py), and cut in the same places: the
# first 1000 to train on, 300 to choose with, the rest to test on. A token is a patch of
# 4 by 4 pixels, so a digit is a sentence of four words.

# %%
pixels, digit = load_digits(return_X_y=True)
quarters = (pixels / 16).reshape(-1, 2, 4, 2, 4).swapaxes(2, 3)
patches = np.float32(quarters.reshape(-1, 4, 16))
truth = np.eye(10, dtype=np.float32)[digit]
train_set, choice_set, test_set = slice(0, 1000), slice(1000, 1300), slice(1300, None)
print("pictures, patches of each, pixels of each:", patches.shape)

# %%
#| alt: A handwritten {{ digit[0] }}, 8 by 8 pixels from black to white, and beside it
#|   its {{ len(patches[0]) }} patches of 4 by 4 pixels in a row: top left, top right,
#|   bottom left, bottom right.
fig, axes = plt.subplots(1, 5, figsize=(6.4, 1.6))
pictures = [pixels[0].reshape(8, 8) / 16, *patches[0].reshape(4, 4, 4)]
for ax, picture in zip(axes, pictures):
    ax.imshow(picture, cmap="gray", vmin=0, vmax=1)
    ax.axis("off")
plt.show()

# %% [markdown]
# The network, from pixels to scores:
#
# 1. Each patch becomes a token of width {{ d }} by a linear layer, and a learned
#    vector for its place is added.
# 2. **Attention**: each token asks with a query, is found by its key, and passes on its
#    value. A [softmax](softmax.py) of queries times keys says how much of each value
#    arrives.
# 3. The **feed-forward block**.
# 4. The mean of the four tokens, and a linear layer to ten scores.
#
# As in [Choose an activation by evidence](choosing.py), every array has a first axis
# that counts networks, so that many are trained in one stack.


# %%
def by_picture(tokens):
    """From (networks, tokens, width) to (networks, pictures, patches, width)."""
    return tokens.reshape(len(tokens), -1, 4, tokens.shape[-1])


def in_line(tokens):
    return tokens.reshape(len(tokens), -1, tokens.shape[-1])


def attend(weights, x):
    """Add to each token what it finds in the tokens of its picture."""
    project, mix = weights
    normed = standardize(x)
    q, k, v = map(by_picture, np.split(normed @ project, 3, axis=-1))
    scores = q @ k.mT / math.sqrt(d)
    shares = softmax(scores)
    found = in_line(shares @ v)
    return x + found @ mix, (x, normed, q, k, v, scores, shares, found)


# %% [markdown]
# The way back has the same form as that of the block.
# [`softmax_vjp`][actfn.softmax_vjp] carries the gradient through the shares.


# %%
def attend_back(weights, kept, delta):
    """Give the gradient of x, and those of the weights."""
    project, mix = weights
    x, normed, q, k, v, scores, shares, found = kept
    by_found = by_picture(delta @ mix.mT)
    by_scores = softmax_vjp(scores, by_found @ v.mT) / math.sqrt(d)
    parts = [by_scores @ k, by_scores.mT @ q, shares.mT @ by_found]
    by_sums = np.concatenate([in_line(part) for part in parts], axis=-1)
    by_x = delta + standardize_vjp(x, by_sums @ project.mT)
    return by_x, [normed.mT @ by_sums, found.mT @ delta]


# %%
def classify(row, net, x):
    """Give the scores of all pictures, and what the way back needs."""
    embed, place, project, mix, inner, outer, head = net
    tokens = in_line(by_picture(x @ embed) + place[:, np.newaxis])
    seen, first = attend([project, mix], tokens)
    done, second = forward([inner, outer], seen, row)
    mean = by_picture(done).mean(axis=2)
    return mean @ head, (x, first, second, mean)


# %%
def gradients(row, net, kept, delta):
    """Give the gradients of all weights from that of the scores."""
    _, _, project, mix, inner, outer, head = net
    x, first, second, mean = kept
    by_done = np.repeat(delta @ head.mT / 4, 4, axis=1)  # each token has its quarter
    by_seen, block = backward([inner, outer], second, by_done, row)
    by_tokens, attention = attend_back([project, mix], first, by_seen)
    by_place = by_picture(by_tokens).sum(axis=1)
    return [x.mT @ by_tokens, by_place, *attention, *block, mean.mT @ delta]


# %% [markdown]
# Nine competitors: the seven, and two controls that tell what matters. `identity` has
# no activation, and `bilinear` is a gate without one, $a \otimes b$. It is not in the
# package; whatever has a function and its way back can compete.


# %%
def product(x):
    a, b = np.split(x, 2, axis=-1)
    return a * b


def product_vjp(x, cotangent):
    a, b = np.split(x, 2, axis=-1)
    return np.concatenate([cotangent * b, cotangent * a], axis=-1)


rows = {name: actfn.get(name) for name in [*candidates, "identity"]}
rows["bilinear"] = SimpleNamespace(
    function=product, gradient=product_vjp, elementwise=False
)


# %%
def start(row, seeds):
    """Random weights for a network per seed."""
    sums, results = widths(row, hidden)
    shapes = [(16, d), (4, d), (d, 3 * d), (d, d), (d, sums), (results, d), (d, 10)]
    generators = [np.random.default_rng(seed) for seed in seeds]
    net = []
    for inputs, outputs in shapes:
        w = np.stack([g.normal(size=(inputs, outputs)) for g in generators])
        net.append(np.float32(w / math.sqrt(inputs)))
    net[5] /= np.float32(size(row))
    return net


# %% [markdown]
# Check the whole network as well. Instead of each of its numbers, move one array after
# the other in a random direction: if the slope along it is right, the gradient most
# likely is.


# %%
def entropy(row, net, x, target):
    """The cross-entropy, summed over pictures."""
    return -np.sum(actfn.log_softmax(classify(row, net, x)[0]) * target)


# %%
def slope_errors(row):
    """The errors of slopes in random directions, as shares of the steepest slope."""
    rng, net = np.random.default_rng(2), [np.float64(w) for w in start(row, [0])]
    x, target = np.float64(patches[:20].reshape(1, -1, 16)), truth[:20]
    scores, kept = classify(row, net, x)
    for i, slopes in enumerate(gradients(row, net, kept, softmax(scores) - target)):
        direction, ends = rng.normal(size=slopes.shape), []
        direction /= np.linalg.norm(direction)
        for h in (1e-5, -1e-5):
            moved = [*net[:i], net[i] + h * direction, *net[i + 1 :]]
            ends.append(entropy(row, moved, x, target))
        found = (ends[0] - ends[1]) / 2e-5 - np.sum(slopes * direction)
        yield abs(found) / np.linalg.norm(slopes)


# %%
worst = {name: max(slope_errors(row)) for name, row in rows.items()}
count = sum(w.size for w in start(rows["relu"], [0]))
print(f"{count} weights; largest error of a slope {max(worst.values()):.0e}")

# %% [markdown]
# ## Train it with each
#
# The steps are those of Adam, as [explained before](choosing.py). The rate falls to 0
# in a straight line.


# %%
def step(net, slopes, memory, rates, count):
    """Move the weights in place by one step of Adam."""
    correction = math.sqrt(1 - 0.99**count) / (1 - 0.9**count)
    for i, g in enumerate(slopes):
        mean, square = memory[i]
        mean += 0.1 * (g - mean)
        square += 0.01 * (g * g - square)
        net[i] -= rates * np.float32(correction) * mean / (np.sqrt(square) + 1e-7)


def answers(row, net, part):
    """Scores of each network for some of the pictures."""
    x = patches[part].reshape(1, -1, 16)
    return classify(row, net, np.repeat(x, len(net[0]), axis=0))[0]


def errors(row, net):
    return np.mean(answers(row, net, test_set).argmax(-1) != digit[test_set], axis=-1)


# %%
steps, batch = 200, 24


def train(row, rates, seeds, looks=0):
    """Train a network per rate and seed; give it, and test errors on the way."""
    net, found = start(row, seeds), []
    memory = [(np.zeros_like(w), np.zeros_like(w)) for w in net]
    rates = np.reshape(np.float32(rates), (-1, 1, 1))
    generators = [np.random.default_rng(1000 + seed) for seed in seeds]
    chosen = np.stack([g.integers(1000, size=(steps, batch)) for g in generators], 1)
    for done, which in enumerate(chosen):
        scores, kept = classify(row, net, patches[which].reshape(len(seeds), -1, 16))
        slopes = gradients(row, net, kept, (softmax(scores) - truth[which]) / batch)
        step(net, slopes, memory, rates * (1 - done / steps), done + 1)
        if looks and (done + 1) % (steps // looks) == 0:
            found.append(errors(row, net))
    return net, np.array(found)


# %% [markdown]
# Each competitor chooses its own rate of three, on the digits that are there for that,
# by the cross-entropy of two networks. Then twelve new seeds count. For four of them,
# look at the test errors on the way.

# %%
grid = [0.005, 0.01, 0.02]
few = {"relu": "-", "gelu": "--", "reglu": "-.", "swiglu": ":"}


def best_rate(row):
    net, _ = train(row, np.repeat(grid, 2), [0, 1] * len(grid))
    logs = actfn.log_softmax(answers(row, net, choice_set))
    losses = -np.mean(np.sum(logs * truth[choice_set], axis=-1), axis=-1)
    return grid[losses.reshape(-1, 2).mean(axis=1).argmin()]


nets, results, chosen = {}, {}, {}
for name, row in rows.items():
    chosen[name], looks = best_rate(row), 8 if name in few else 1
    nets[name], results[name] = train(row, [chosen[name]] * 12, range(10, 22), looks)
for rate in grid:
    print(f"{rate}:", ", ".join(name for name in rows if chosen[name] == rate) or "-")


# %%
def middle(name):
    return np.median(results[name][-1])


def spread(ax, name, **line):
    """Draw the median during training, and the quartiles as a band."""
    done = np.linspace(1 / 8, 1, 8) * steps
    low, median, high = np.percentile(results[name], [25, 50, 75], axis=1)
    ax.fill_between(done, low, high, color=line["color"], alpha=0.2, linewidth=0)
    ax.plot(done, median, label=name, **line)


# %%
#| alt: Left, the share of wrong test digits against the step, a line for the median of
#|   twelve networks in a band from quartile to quartile. From
#|   {{ np.median(results["relu"][0]):.0%}} after the first eighth, relu falls to
#|   {{ middle("relu"):.1%}}, gelu to {{ middle("gelu"):.1%}}, reglu to
#|   {{ middle("reglu"):.1%}}, swiglu to {{ middle("swiglu"):.1%}}. Right, the last
#|   errors of all nine, median and quartiles: from {{ min(map(middle, rows)):.1%}} for
#|   {{ min(rows, key=middle) }} to {{ max(map(middle, rows)):.1%}} for
#|   {{ max(rows, key=middle) }}.
fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.2), layout="constrained")
for i, (name, style) in enumerate(few.items()):
    spread(left, name, ls=style, color=f"C{i}")
for name in rows:
    low, median, high = np.percentile(results[name][-1], [25, 50, 75])
    right.plot([low, high], [name, name], color="C0")
    right.plot(median, name, "o", color="C0")
left.set(xlabel="step", ylabel="test error", ylim=0)
right.set(xlabel="test error after the last step", ylim=(len(rows), -1))
left.yaxis.set_major_formatter("{x:.0%}")
right.xaxis.set_major_formatter("{x:.0%}")
left.legend()
plt.show()

# %% [markdown]
# Do the lines lie further apart than the luck of the seeds would put them? Take the
# mean error of each, and the distance from the best to the worst. Then shuffle the
# names within each seed, so that no name differs from another, five thousand times.
# How often is the distance as large?


# %%
def by_chance(names):
    """The range of the mean errors, and in how many shufflings it is as large."""
    last = np.array([results[name][-1] for name in names])
    found = np.ptp(last.mean(axis=1))
    shuffled = np.random.default_rng(0).permuted(np.tile(last, (5000, 1, 1)), axis=1)
    return found, np.sum(np.ptp(shuffled.mean(axis=2), axis=1) >= found)


groups = {
    "all seven": candidates,
    "relu, gelu, silu": trio,
    "reglu, geglu, swiglu": gates[1:],
    "the same and bilinear": [*gates[1:], "bilinear"],
}
luck = {group: by_chance(names) for group, names in groups.items()}
for group, (found, times) in luck.items():
    print(f"{group:21} {found:.1%} apart, {times} of 5000 shufflings as far")


# %%
products = gates[1:]


def says(group):
    """Put a distance into words."""
    return f"{'more' if luck[group][1] < 50 else 'no more'} than luck explains"


def mean(names):
    """The mean error of some networks, for each seed."""
    return np.mean([results[name][-1] for name in names], axis=0)


won = int(np.sum(mean(products) < mean(trio)))
free = int(np.sum(mean(["bilinear"]) < mean(trio)))
closed = mean(["glu"]).mean() > mean([*products, *trio]).mean()
coin = sum(math.comb(12, k) for k in range(won, 13)) / 2**12
clear = won >= 11 and free >= 11 and closed

# %% [markdown]
# What was measured, in sentences that the build of this page has chosen by the numbers:
#
# - **All seven** differ by {{ says("all seven") }}.
# - **ReLU, GELU and SiLU** differ by {{ says("relu, gelu, silu") }}.
# - **ReGLU, GEGLU and SwiGLU** differ by {{ says("reglu, geglu, swiglu") }}.
# - Between these two groups: the mean error of the three gates is
#   {{ mean(products).mean():.1%}}, that of the three activations
#   {{ mean(trio).mean():.1%}}. The gates are better with {{ won }} of 12 seeds. A coin
#   falls on one side at least that often in {{ coin:.2%}} of the cases.
# - **GLU**, whose gate cannot grow, has {{ mean(["glu"]).mean():.1%}}, which is nearer
#   to the {{ "activations" if closed else "other gates" }}.
# - **No activation at all** gives {{ mean(["identity"]).mean():.1%}}.
# - **The product alone**, `bilinear`, gives {{ mean(["bilinear"]).mean():.1%}}, and is
#   better than the three activations with {{ free }} of 12 seeds. It and the three
#   gates differ by {{ says("the same and bilinear") }}.
#
# {{ "So here it is the product that helps most, more than the shape of a curve. The "
# "gates that can multiply two features are ahead, the one that cannot is not, and the "
# "one that does nothing else is ahead as well." if clear else "So the product of two "
# "features does not explain all of it." }} Shazeer, who proposed three of these gates,
# found them ahead in language models, and offered no explanation.
#
# ### Know what this does not say
#
# How good is this network? A rule without training answers as the most similar digit of
# the training set does.

# %%
known, asked = pixels[train_set], pixels[test_set]
similar = np.argmin((known**2).sum(axis=1) - 2 * asked @ known.T, axis=1)
neighbour = np.mean(digit[train_set][similar] != digit[test_set])
print(f"nearest neighbour: {neighbour:.1%} wrong")

# %% [markdown]
# The best of the nine has {{ min(mean([name]).mean() for name in rows):.1%}}, with one
# layer, trained for {{ steps }} steps on {{ len(digit[train_set]) }} digits.
# Twelve seeds vary the start and the order of the examples, not the data. Training was
# short, so being ahead may mean no more than learning faster. In a model a million
# times as large, all of this may be otherwise. Take the procedure with you: equal
# weights, equal sizes, a rate for each, several seeds, and controls that leave one
# thing out.
#
# ## Count the cost
#
# Weights being equal, what remains is the time. Measure the block forward and backward,
# for 1024 tokens of width 128, all in turn, and take the shortest of several rounds.


# %% tags=["volatile"]
def timed(row, d=128):
    """A block with random weights, to be timed both ways."""
    rng = np.random.default_rng(0)
    x, delta = np.float32(rng.normal(size=(2, 1024, d)))
    sums, results = widths(row, 4 * d)
    weights = [np.float32(rng.normal(size=s)) / d for s in ((d, sums), (results, d))]

    def both_ways():
        _, kept = forward(weights, x, row)
        backward(weights, kept, delta, row)

    return timeit.Timer(both_ways)


# %% tags=["volatile"]
timers = {name: timed(rows[name]) for name in ["identity", *candidates]}
rounds = [{n: t.timeit(number=1) for n, t in timers.items()} for _ in range(12)]
cost = {name: min(r[name] for r in rounds) for name in timers}
for name in candidates:
    print(
        f"{name:6} {cost[name] / cost['identity']:.2f} × the block without activation"
    )

# %% [markdown]
# The dearest is {{ max(candidates, key=cost.get) }}, at
# {{ max(cost.values()) / cost["relu"]:.1f }} times the block with ReLU. In a wider
# block the share of the activation is smaller: its cost grows with $h$, that of the
# products with $d$ times $h$. [Make an activation fast](make-it-fast.py) is about the
# rest.
#
# ## Exercises
#
# Each solution ends in an assertion. Put your own result in its place: if it raises
# nothing, you are right.
#
# ### 1. Derive a slope
#
# Derive $\operatorname{silu}'$ from $x \operatorname{sigmoid}(x)$, and the slope of
# the gate $\partial L / \partial b$ of GLU. Check both on a grid.

# %%
#| fold: Solution
z = np.linspace(-6, 6, 25)
s = actfn.sigmoid(z)
slope = s * (1 + z * (1 - s))
ones = np.ones((25, 1))
gate = actfn.glu_vjp(np.stack([np.full(25, 3.0), z], axis=1), ones)[:, 1]
assert np.allclose(slope, actfn.silu_derivative(z), rtol=1e-12, atol=1e-15)
assert np.allclose(gate, 3 * s * (1 - s), rtol=1e-12)
print("largest slope of SiLU on the grid:", slope.max().round(4))

# %% [markdown]
# ### 2. Load somebody's weights
#
# A file holds $W_1$ of a SwiGLU block, and its authors put the gate first. Rearrange
# the columns so that [`swiglu`][actfn.swiglu] gives their results.

# %%
#| fold: Solution
theirs = np.random.default_rng(3).normal(size=(d, 64))
sums = tokens @ theirs
wanted = silu(sums[:, :32]) * sums[:, 32:]
ours = np.roll(theirs, 32, axis=1)
assert np.allclose(swiglu(tokens @ ours), wanted, rtol=1e-12, atol=1e-14)
print("off without that by up to", np.abs(swiglu(sums) - wanted).max().round(2))

# %% [markdown]
# ### 3. Choose a width
#
# A model has $d = 4096$. Which $h$ gives a gated block as many weights as a plain one
# of width $4d$? Round it up to a multiple of 256, which suits the hardware, and say by
# how much the number of weights grows.

# %%
#| fold: Solution
model = 4096
exact = 4 * model * 2 / 3
rounded = math.ceil(exact / 256) * 256
print(f"{exact:.1f}, rounded up {rounded}; {rounded / exact - 1:.2%} more weights")
assert rounded == 11008 and 3 * model * rounded >= 2 * model * 4 * model

# %% [markdown]
# ### 4. The other GELU
#
# Take the twelve networks trained with GELU, and put `gelu_tanh` into them, and then
# ReLU. How many of their answers to the test digits change?

# %%
#| fold: Solution
asked = answers(rows["gelu"], nets["gelu"], test_set)
changed = {}
for name in ("gelu_tanh", "relu"):
    given = answers(actfn.get(name), nets["gelu"], test_set)
    changed[name] = int(np.sum(given.argmax(-1) != asked.argmax(-1)))
    print(f"{name:9} {changed[name]} of {asked[..., 0].size} answers change,", end=" ")
    print(f"scores by up to {np.abs(given - asked).max():.1g}")
assert changed["gelu_tanh"] < 0.01 * asked[..., 0].size < changed["relu"]

# %% [markdown]
# ### 5. A gate of your own
#
# Let tanh open the gate: $a \otimes \tanh(b)$. Write the function and its way back, and
# put it through `check`. Does it multiply with two units?


# %%
#| fold: Solution
def tanh_gate(x):
    a, b = np.split(x, 2, axis=-1)
    return a * actfn.tanh(b)


def tanh_gate_vjp(x, cotangent):
    a, b = np.split(x, 2, axis=-1)
    by_b = cotangent * a * actfn.tanh_derivative(b)
    return np.concatenate([cotangent * actfn.tanh(b), by_b], axis=-1)


own = SimpleNamespace(function=tanh_gate, gradient=tanh_gate_vjp, elementwise=False)
error = max(check(own))
print(f"largest error {error:.0e}")
assert error < 1e-7
# tanh(b) - tanh(-b) is 2 tanh(b): bounded, so no product.
assert abs(tanh_gate(np.array([1.0, 9.0])) - tanh_gate(np.array([1.0, -9.0]))) < 2.1

# %% [markdown]
# ## Next
#
# - [Recognise numbers that break](broken-numbers.py): what float16 and bfloat16, in
#   which transformers are trained, do to sums like these.
# - [Choose an activation by evidence](choosing.py): the same procedure for plain
#   networks, at length.
# - [All functions](../reference/index.md), each with its names and defaults elsewhere.

# %% tags=["hide-input"]
sources = [actfn.get(name).paper for name in candidates]
papers = "\n".join(f"- {paper}" for paper in dict.fromkeys(sources) if paper)

# %% [markdown]
# The papers that the seven come from:
#
# {{ papers }}
#
# Also used on this page: [`softmax`][actfn.softmax], [`tanh`][actfn.tanh],
# [`sigmoid`][actfn.sigmoid], [`log_softmax`][actfn.log_softmax],
# [`glu_vjp`][actfn.glu_vjp],
# [`silu_derivative`][actfn.silu_derivative],
# [`tanh_derivative`][actfn.tanh_derivative].
