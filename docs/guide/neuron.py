# %% [markdown]
# # Build a network from neurons
#
# **You will be able to**
#
# - draw a neuron and compute what it passes on;
# - compute a layer of neurons, for many examples at once, as one matrix product;
# - show a task that no single neuron can do, and build a network by hand that does it;
# - show that layers without a bend between them are one layer;
# - write the common activation functions and their derivatives, so that they work for
#   every number and every shape;
# - train a small network, and see in a picture what the bend is worth.
#
# **You need** arrays, their shapes and the matrix product: see
# [Compute with arrays instead of loops](numpy-basics.py). For the last part, you need
# the idea of a derivative.

# %%
import timeit

import matplotlib.pyplot as plt
import numpy as np

import actfn
from actfn import leaky_relu, relu, sigmoid, softplus

# %% [markdown]
# ## Follow three numbers through a neuron
#
# Take three inputs, a weight for each, and one number more.

# %%
inputs = np.array([0.5, -1.0, 2.0])
weights = np.array([0.8, 0.4, 0.6])
bias = -0.2


# %% tags=["hide-input"]
def label(ax, x, y, note, **properties):
    text = note.replace("-", "−")
    ax.text(x, y, text, ha="center", va="center", **properties)


def node(ax, x, y, radius=0.34, **properties):
    ring = {"facecolor": "none", "edgecolor": "C0", "linewidth": 1.6, **properties}
    ax.add_patch(plt.Circle((x, y), radius, **ring))


def arrow(ax, start, end, **properties):
    style = {"arrowstyle": "->", "color": "C0", "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", end, start, arrowprops={**style, **properties})


def canvas(figsize, width, height):
    ax = plt.figure(figsize=figsize).add_subplot()
    ax.set(xlim=width, ylim=height, aspect="equal")
    ax.axis("off")
    return ax


# %% tags=["hide-input"]
#| alt: A neuron. The inputs {{ inputs[0]:g }}, {{ inputs[1]:g }} and {{ inputs[2]:g }}
#|   are multiplied by the weights {{ weights[0]:g }}, {{ weights[1]:g }} and
#|   {{ weights[2]:g }} that stand on their arrows. A circle adds up the products and
#|   the bias {{ bias:g }}; its result is {{ z:.2f }}. A second circle, with a bent
#|   curve in it, is the activation. It turns {{ z:.2f }} into {{ activation:.4f }},
#|   which goes to three neurons of the next layer.
z = inputs @ weights + bias
activation = sigmoid(z)
ax = canvas((7, 3), (-0.6, 8.9), (-1.75, 2.1))
for value, weight, y in zip(inputs, weights, (1.2, 0, -1.2)):
    node(ax, 0, y)
    label(ax, 0, y, f"{value:g}")
    arrow(ax, (0.4, y * 0.92), (2.55, y * 0.2))
    label(ax, 1.35, y * 0.62 + 0.2, f"× {weight:g}", fontsize="small")
node(ax, 3, 0, 0.42)
label(ax, 3, 0, "Σ", fontsize="x-large")
label(ax, 3, 1.45, f"bias {bias:g}", fontsize="small")
arrow(ax, (3, 1.25), (3, 0.48))
arrow(ax, (3.47, 0), (5.02, 0))
label(ax, 4.25, 0.24, f"{z:.2f}", fontsize="small")
node(ax, 5.5, 0, 0.42)
bend = np.linspace(-5, 5, 21)
ax.plot(5.5 + bend / 18, 0.44 * sigmoid(bend) - 0.22, color="C1")
for y in (1.2, 0, -1.2):
    node(ax, 8.4, y, linestyle=":")
    arrow(ax, (5.97, 0.1 * y), (8.0, 0.95 * y))
label(ax, 6.9, 0.22, f"{activation:.4f}", fontsize="small")
for x, name in ((0, "inputs"), (1.5, "weights"), (3, "sum"), (5.5, "activation")):
    label(ax, x, 1.95, name, style="italic", color="C7")
label(ax, 8.35, 1.95, "next layer", style="italic", color="C7")
plt.show()

# %% [markdown]
# A **neuron** multiplies each input by a **weight**, adds up the products, and adds a
# number of its own, the **bias**. This is its **weighted sum**. It passes the sum
# through an **activation function**, here the [`sigmoid`][actfn.sigmoid], and the
# result is one input of each neuron in the next layer.
#
# $$z = \sum_i x_i\,w_i + b \qquad a = f(z)$$

# %%
print("products:    ", inputs * weights)
z = inputs @ weights + bias
activation = sigmoid(z)
print(f"weighted sum: {z:.4f}")
print(f"activation:   {activation:.8f}")

# %% [markdown]
# A weight says how much an input counts, and in which direction. The bias says how
# large the rest of the sum must be before it is positive: here, more than
# {{ -bias:g }}. Training changes weights and biases. The function $f$ stays.
#
# ## Put neurons side by side
#
# A **layer** is several neurons that read the same inputs. Write the weights of each
# neuron into a column of a matrix, and all weighted sums are one product.

# %%
first = np.array(
    [
        [0.8, -0.5, 0.3, 1.0],
        [0.4, 0.9, -0.7, 0.2],
        [0.6, -0.4, 0.1, -1.2],
    ]
)
first_bias = np.array([-0.2, 0.1, 0.5, 0.3])
sums = inputs @ first + first_bias
sums

# %% [markdown]
# The first column holds the weights from above, so the first sum is the
# {{ sums[0]:.1f }} from above. Many examples are a matrix with a row for each. The
# product takes them all at once, and the biases go to every row.

# %%
rng = np.random.default_rng(0)
batch = np.vstack([inputs, rng.normal(size=(999, 3))])
many = batch @ first + first_bias
print(batch.shape, "@", first.shape, "->", many.shape)

# %% [markdown]
# | array | rows | columns |
# |---|---|---|
# | `batch` | examples: {{ batch.shape[0] }} | inputs: {{ batch.shape[1] }} |
# | `first` | inputs: {{ first.shape[0] }} | neurons: {{ first.shape[1] }} |
# | `many` | examples: {{ many.shape[0] }} | neurons: {{ many.shape[1] }} |
#
# Check one entry by hand. Example 7, neuron 2:

# %%
by_hand = sum(batch[7, i] * first[i, 2] for i in range(3)) + first_bias[2]
print(by_hand, many[7, 2])
assert np.isclose(by_hand, many[7, 2])

# %% [markdown]
# ## See what passes to the next layer
#
# The activation function decides what the next layer gets to see. Take the four sums
# of the first example, and four activation functions.

# %%
for name in ("binary_step", "sigmoid", "relu", "leaky_relu"):
    passed = actfn.get(name).function(sums)
    print(f"{name:12}", " ".join(f"{value:8.4f}" for value in passed))

# %% [markdown]
# * The step, [`binary_step`][actfn.binary_step], passes yes or no. The size is lost,
#   and so is every slope that training could follow.
# * The sigmoid passes every neuron, squashed between 0 and 1.
# * [`relu`][actfn.relu] passes positive sums as they are and **nothing** of the others.
# * [`leaky_relu`][actfn.leaky_relu] lets a small part of the negative sums through.
#
# Add two output neurons, and look at the whole network with ReLU.

# %%
second = np.array([[0.5, -1.0], [0.7, 0.3], [-0.6, 0.8], [0.2, 0.9]])
hidden = relu(sums)
outputs = hidden @ second


# %% tags=["hide-input"]
#| alt: A network of three inputs, four hidden neurons with ReLU and two outputs. Lines
#|   are thicker for larger weights and dashed for negative ones. The hidden neurons
#|   hold {{ hidden[0]:.2f }}, {{ hidden[1]:.2f }}, {{ hidden[2]:.2f }} and
#|   {{ hidden[3]:.2f }}. From those that hold 0, only faint dotted lines lead on. The
#|   outputs are {{ outputs[0]:.2f }} and {{ outputs[1]:.2f }}.
def wires(ax, x, nodes, matrix, ends):
    for (value, y), weights_on in zip(nodes, matrix):
        node(ax, x, y)
        label(ax, x, y, f"{value:.2f}", fontsize="small")
        for weight, end in zip(weights_on, ends):
            line = {"linestyle": "solid" if weight > 0 else "dashed"}
            line["linewidth"] = 0.5 + 2 * abs(weight)
            if value == 0:
                line = {"linestyle": "dotted", "linewidth": 1, "alpha": 0.6}
            ax.plot([x + 0.36, x + 2.64], [y, end], color="C0", **line)


ax = canvas((6.4, 3.4), (-0.8, 6.9), (-1.95, 2.3))
rows = ([1, 0, -1], [1.5, 0.5, -0.5, -1.5], [0.6, -0.6])
wires(ax, 0, zip(inputs, rows[0]), first, rows[1])
wires(ax, 3, zip(hidden, rows[1]), second, rows[2])
for value, y in zip(outputs, rows[2]):
    node(ax, 6, y)
    label(ax, 6, y, f"{value:.2f}", fontsize="small")
for x, name in ((0, "inputs"), (3, "hidden, ReLU"), (6, "outputs")):
    label(ax, x, 2.15, name, style="italic", color="C7")
plt.show()

# %% [markdown]
# Solid lines are positive weights, dashed ones negative, and the width is their size.
# A neuron at 0 sends nothing, whatever its weights are. For this example, you could
# take it out of the network:

# %%
on = hidden > 0
print("all four:", hidden @ second)
print("those on:", hidden[on] @ second[on])
share_on = np.mean(many > 0, axis=0)
print("each is on for this share of the 1000 examples:", share_on)

# %% [markdown]
# Each example switches on another set of neurons. The network is linear for each set,
# and bent where the set changes. A neuron that is on for no example is **dead**;
# [that has a page of its own](dying-relu.py).
#
# ## Look for a line that is not there
#
# One neuron draws one line. With two inputs, its sum is positive on one side of the
# line $w_1 x_1 + w_2 x_2 + b = 0$ and negative on the other. Which yes-or-no questions
# can it answer? Take four points, the corners of a square. There are
# $2^4 = 16$ ways to say yes or no to each. Try all lines of a fine grid, of 360
# directions and 181 positions, and note which of the 16 each line gives. 0110, for
# instance, says yes to the second and the third corner.

# %%
corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
angles = np.linspace(0, 2 * np.pi, 360, endpoint=False)
shifts = np.linspace(-0.9, 0.9, 181)
normals = np.stack([np.cos(angles), np.sin(angles)])
along = (corners - 0.5) @ normals
away = along[:, :, None] - shifts  # by corner, direction and position
answers = np.tensordot([8, 4, 2, 1], away > 0, axes=1)  # four bits: a number
found = np.unique(answers)
missing = np.setdiff1d(np.arange(16), found)
print(found.size, "of 16 are found, missing:", [f"{m:04b}" for m in missing])

# %% tags=["hide-input"]
#| alt: The 16 ways to mark the four corners of a square yes (filled) or no (open).
#|   {{ found.size }} panels have a line with all filled corners on one side and all
#|   open corners on the other. {{ missing.size }} have none: in both, corners that lie
#|   across from each other have the same mark. One of the two is XOR.
fig, plots = plt.subplots(2, 8, figsize=(7, 2.3))
margin = np.abs(away).min(axis=0)
for code, ax in enumerate(plots.flat):
    yes = [bit == "1" for bit in f"{code:04b}"]
    ax.scatter(*corners.T, 36, ["C0" if y else "none" for y in yes], edgecolors="C0")
    ax.set(xlim=(-0.6, 1.6), ylim=(-0.6, 1.6), aspect="equal", xticks=[], yticks=[])
    ax.grid(False)
    ax.set_title(f"{code:04b}", fontsize="small")
    if code in found:
        best = np.where(answers == code, margin, -1).argmax()
        i, j = np.unravel_index(best, margin.shape)
        slope = -normals[0, i] / normals[1, i] if normals[1, i] else np.inf
        middle = 0.5 + shifts[j] * normals[:, i]
        ax.axline(middle, slope=slope, color="C1", lw=1.4)
    else:
        label(ax, 0.5, 0.5, "?", color="C1")
plt.show()

# %% [markdown]
# A line answers {{ found.size }} of the 16 questions. The {{ missing.size }} that are
# left are opposite answers to the same question: are the two inputs different? This is
# **exclusive or**, XOR.

# %%
different = np.array([0, 1, 1, 0])
right = ((away > 0) == different[:, None, None]).sum(axis=0)
print(f"the best of {right.size:,} lines gets {right.max()} of 4 right")

# %% [markdown]
# A search can overlook a line. This cannot: XOR asks for
#
# $$\begin{aligned}
# b &\le 0 & \qquad w_1 + w_2 + b &\le 0 \\
# w_1 + b &> 0 & \qquad w_2 + b &> 0
# \end{aligned}$$
#
# Add the two inequalities of the upper row: $w_1 + w_2 + 2b \le 0$. Add the two of the
# lower row: $w_1 + w_2 + 2b > 0$. Both cannot hold.
#
# ## Fold the plane
#
# A second layer helps. Here is a network with two hidden neurons whose weights you can
# set by hand.[^goodfellow] Both add up the inputs, and the second starts to count at 1:
#
# $$\begin{aligned}
# h_1 &= \operatorname{relu}(x_1 + x_2) \\
# h_2 &= \operatorname{relu}(x_1 + x_2 - 1) \\
# y &= h_1 - 2\,h_2
# \end{aligned}$$
#
# [^goodfellow]: It is the example of Goodfellow, Bengio and Courville (2016), [Deep
#     Learning, chapter 6](https://www.deeplearningbook.org/contents/mlp.html).


# %%
def network(x, function):
    sums = x @ np.array([[1, 1], [1, 1]]) + np.array([0, -1])
    hidden = function(sums)
    return hidden, hidden @ np.array([1, -2])


hidden, y = network(corners, relu)
for corner, h, value in zip(corners, hidden, y):
    print(corner, "->", h, "->", value)
assert np.array_equal(y, different)

# %% tags=["hide-input"]
#| alt: Left, the plane of the inputs. The region where the network says yes is a
#|   diagonal band; it holds the corners (0, 1) and (1, 0), and leaves out (0, 0) and
#|   (1, 1). Right, the plane of the hidden neurons. All inputs lie on a bent line
#|   there, first along the axis, then upwards. The two corners of yes have become one
#|   point, ({{ hidden[1, 0]:g }}, {{ hidden[1, 1]:g }}), and one straight line
#|   separates it from the other two.
fig, (left, right) = plt.subplots(1, 2, figsize=(7, 3.2))
marks = {0: ("C0", "o", "no"), 1: ("C1", "s", "yes")}
side = np.linspace(-0.6, 1.6, 45)
plane = np.stack(np.meshgrid(side, side), axis=-1)
values = network(plane, relu)[1]
levels = [-9, 0.5, 9]
left.contourf(side, side, values, levels, colors=["C0", "C1"], alpha=0.22)
path = network(np.linspace(-0.4, 1.3, 35)[:, None] * [1, 1], relu)[0]
right.plot(*path.T, color="C7", linewidth=1.4, label="all inputs")
right.plot([0, 2.5], [-0.25, 1], "--", color="C2", label="$h_1 - 2\\,h_2 = ½$")
for answer, (color, marker, name) in marks.items():
    at = different == answer
    left.plot(*corners[at].T, marker, color=color, linestyle="none")
    for x1, x2 in corners[at]:
        left.annotate(name, (x1, x2), xytext=(6, 6), textcoords="offset points")
    right.plot(*hidden[at].T, marker, color=color, linestyle="none")
left.set(title="inputs", xlabel="$x_1$", ylabel="$x_2$", aspect="equal")
right.set(title="hidden neurons", xlabel="$h_1$", ylabel="$h_2$", ylim=(-0.3, 1.7))
right.legend(loc="upper left")
plt.show()

# %% [markdown]
# ReLU has folded the plane. The two corners of yes fall on one point, and in the plane
# of the hidden neurons a straight line will do. That is what hidden layers are for:
# they move the points until a line can tell them apart.
#
# ## Take the bend out
#
# Put the [`identity`][actfn.identity] in place of ReLU and leave everything else.

# %%
print("with ReLU:     ", network(corners, relu)[1])
print("without a bend:", network(corners, actfn.identity)[1])

# %% [markdown]
# What is left is $x_1 + x_2 - 2\,(x_1 + x_2 - 1) = 2 - x_1 - x_2$: one line again. It
# must be, whatever the weights, because a matrix applied after a matrix is a matrix:
#
# $$\begin{aligned}
# & (x\,W_1 + b_1)\,W_2 + b_2 \\
# {}={} & x\,(W_1 W_2) + (b_1 W_2 + b_2)
# \end{aligned}$$

# %%
rng = np.random.default_rng(1)
w1, b1 = rng.normal(size=(3, 100)), rng.normal(size=100)
w2, b2 = rng.normal(size=(100, 2)), rng.normal(size=2)
two_layers = (batch @ w1 + b1) @ w2 + b2
one_layer = batch @ (w1 @ w2) + (b1 @ w2 + b2)
gap = np.abs(two_layers - one_layer).max() / np.abs(one_layer).max()
print(f"two linear layers and one: {gap:.0e} of the largest output apart")
before = w1.size + b1.size + w2.size + b2.size
after = (w1 @ w2).size + b2.size
print(f"{before} weights and biases do what {after} can do")

# %% [markdown]
# The rest is rounding. You can see it, too. Send a square grid through two layers of
# two neurons each, with different functions between them.


# %% tags=["hide-input"]
#| alt: Four drawings of a grid. First the grid itself, of straight lines at right
#|   angles. After two linear layers it is turned and slanted, and all its lines are
#|   still straight and parallel. With tanh between the layers the lines are curved and
#|   crowd together at the rim. With ReLU large parts of the grid lie on two
#|   edges, and {{ np.mean(np.all(grid @ turn <= 0, axis=-1)):.0%}} of it has
#|   shrunk to their corner.
turn = np.array([[0.9, 0.7], [-0.6, 1.0]])
slant = np.array([[1.0, 0.4], [-0.5, 0.8]])
across = np.meshgrid(np.linspace(-2, 2, 25), np.linspace(-2, 2, 7))
across = np.stack(across, axis=-1)
grid = np.concatenate([across, across[..., ::-1]])
fig, plots = plt.subplots(1, 4, figsize=(7, 2.1))
panels = [grid]
for name in ("identity", "tanh", "relu"):
    panels.append(actfn.get(name).function(grid @ turn) @ slant)
for ax, lines, name in zip(plots, panels, ("grid", "linear", "tanh", "ReLU")):
    for i, line in enumerate(lines):
        color, style = ("C0", "-") if i < 7 else ("C1", "--")
        ax.plot(*line.T, style, color=color, linewidth=1)
    ax.set_title(name)
    ax.set_aspect("equal", "datalim")
    ax.axis("off")
plt.show()

# %% [markdown]
# Linear layers turn, stretch and slant the grid. They never bend a line, and a stack of
# a hundred of them would not either. Only the function between the layers does.
#
# ## Choose a bend
#
# Any function that is not a straight line is a bend. These are the common ones, with
# the straight line for comparison.

# %%
bends = {
    "linear": ("identity", {}),
    "sigmoid": ("sigmoid", {}),
    "tanh": ("tanh", {}),
    "ReLU": ("relu", {}),
    "leaky ReLU": ("leaky_relu", {"negative_slope": 0.05}),
    "ELU": ("elu", {}),
}

# %%
#| alt: Six pictures, each with a function, solid, and its derivative, dashed. Dots mark
#|   the values at {{ ends[0]:g }} and {{ ends[1]:g }}. Linear: a straight line with
#|   derivative 1. Sigmoid: from 0 up to 1, derivative a bump of height
#|   {{ actfn.sigmoid_derivative(0.0) }}. Tanh: from −1 up to 1, derivative a bump of
#|   height {{ actfn.tanh_derivative(0.0):g }}. ReLU: 0, then the line; its derivative
#|   jumps from 0 to 1. Leaky ReLU: the same with a slope of
#|   {{ bends["leaky ReLU"][1]["negative_slope"] }} below 0. ELU: the line, and a curve
#|   towards −1 below 0, at {{ actfn.elu(ends[0]):.2f }} in the dot.
fig, axes = plt.subplots(2, 3, figsize=(7, 4), sharex=True, sharey=True)
ends = np.array([-3.0, 2.0])
for ax, (title, (name, options)) in zip(axes.flat, bends.items()):
    line = {"ax": ax, "parameters": options}
    actfn.plot.curve(name, **line)
    actfn.plot.curve(name, derivative=True, ls="--", **line)
    ax.plot(ends, actfn.get(name).function(ends, **options), "o", color="C0")
    ax.set(title=title, xlabel="", ylim=(-1.4, 2.4))
plt.show()

# %% [markdown]
# | name | function $f(x)$ | derivative $f'(x)$ |
# |---|---|---|
# | linear | $x$ | $1$ |
# | [`sigmoid`][actfn.sigmoid] | $1 / (1 + e^{-x})$ | $f(x)\,(1 - f(x))$ |
# | [`tanh`][actfn.tanh] | $(e^x - e^{-x}) / (e^x + e^{-x})$ | $1 - f(x)^2$ |
# | [`relu`][actfn.relu] | $\max(x, 0)$ | $1$ if $x > 0$, else $0$ |
# | `leaky_relu` | $x$ if $x > 0$, else $sx$ | $1$ if $x > 0$, else $s$ |
# | [`elu`][actfn.elu] | $x$ if $x > 0$, else $e^x - 1$ | $1$ if $x > 0$, else $e^x$ |
#
# Here $s$ is the slope below 0, 0.05 in the picture. The functions of actfn take it as
# `negative_slope`, and its default is
# {{ actfn.get("leaky_relu").parameters["negative_slope"] }}. The values at the dots:

# %%
for title, (name, options) in bends.items():
    below, above = actfn.get(name).function(ends, **options)
    print(f"{title:10}  at 2: {above:7.4f}   at -3: {below:7.4f}")
print(f"leaky ReLU with the default slope, at -3: {leaky_relu(-3.0):.4f}")

# %% [markdown]
# All in one picture, and all their derivatives in another, you see how they differ:

# %%
#| alt: Left, the six functions from −4 to 4 in one picture. Above 0, linear, ReLU,
#|   leaky ReLU and ELU are one line; sigmoid and tanh stay below 1. Right, their
#|   derivatives. Those of sigmoid and tanh are bumps with tops at
#|   {{ actfn.sigmoid_derivative(0.0):g }} and {{ actfn.tanh_derivative(0.0):g }} that
#|   fall towards 0 on both sides; the others are 1 above 0.
fig, axes = plt.subplots(1, 2, figsize=(7, 3.6))
styles = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))
for (title, (name, options)), style in zip(bends.items(), styles):
    for ax, derivative in zip(axes, (False, True)):
        line = {"label": title, "linestyle": style, "parameters": options}
        actfn.plot.curve(name, derivative=derivative, ax=ax, **line)
axes[0].set(title="functions", ylim=(-2, 4))
axes[0].legend(fontsize="small")
axes[1].set_title("derivatives")
plt.show()

# %% [markdown]
# [`actfn.plot.curve`][actfn.plot.curve] draws any function that takes an array, also
# your own; [`actfn.plot.compare`][actfn.plot.compare] draws several. The circles at 0
# mark a jump, and the dot in it is the value that the derivative takes there.
#
# ## Write them so that they last
#
# Most rows of the table are one line of NumPy, for an array of any shape. (ELU comes
# [on its way from the sigmoid](sum-of-sigmoids.py).)


# %%
def my_sigmoid(x):
    return 1 / (1 + np.exp(-x))


def my_tanh(x):
    return np.tanh(x)


def my_relu(x):
    return np.maximum(x, 0)


def my_leaky_relu(x, slope=0.05):
    return np.where(x > 0, x, slope * x)


# %%
def my_sigmoid_slope(x):
    return my_sigmoid(x) * (1 - my_sigmoid(x))


def my_tanh_slope(x):
    return 1 - np.tanh(x) ** 2


def my_relu_slope(x):
    return np.where(x > 0, 1.0, 0.0)


def my_leaky_relu_slope(x, slope=0.05):
    return np.where(x > 0, 1.0, slope)


# %% [markdown]
# How far are they from the functions of actfn?

# %%
x, largest = np.linspace(-6, 6, 1201), 0.0
for title, function, slope in (
    ("sigmoid", my_sigmoid, my_sigmoid_slope),
    ("tanh", my_tanh, my_tanh_slope),
    ("ReLU", my_relu, my_relu_slope),
    ("leaky ReLU", my_leaky_relu, my_leaky_relu_slope),
):
    row, options = actfn.get(bends[title][0]), bends[title][1]
    far = np.abs(function(x) - row.function(x, **options)).max()
    far_slope = np.abs(slope(x) - row.gradient(x, **options)).max()
    print(f"{title:10} {far:.0e}, derivative {far_slope:.0e}")
    largest = max(largest, far, far_slope)

# %% [markdown]
# Between −6 and 6, they differ by {{ largest:.0e }} at most, which is rounding. Further
# out, this sigmoid overflows, and its derivative and that of tanh lose their digits.
# The pages on [the sigmoid](sigmoid.py) and on [tanh](tanh.py) mend that.
#
# Two forms that you may read elsewhere look just as good, and are not.
#
# **ReLU by a loop** over a list:


# %%
def loop_relu(values):
    return [max(0, value) for value in values]


matrix = [[-1, 0, 1], [-2, 3, -0.5]]
print("a list:", loop_relu([-2, 0, 3]))
try:
    loop_relu(np.array(matrix))
except ValueError as error:
    print("a matrix: ValueError", str(error).partition(".")[0], sep="\n  ")
print("not a number:", loop_relu([float("nan")]))

# %% [markdown]
# It works for one axis only. It turns "not a number" into
# {{ loop_relu([float("nan")])[0] }}, and so hides that something went wrong before.
# [`relu`][actfn.relu] does neither:

# %%
print(relu(matrix))
print("not a number:", relu([float("nan")]))

# %% tags=["volatile"]
values = np.random.default_rng(0).normal(size=100_000)
listed = values.tolist()
by_loop = min(timeit.repeat(lambda: loop_relu(listed), number=1, repeat=5))
by_array = min(timeit.repeat(lambda: relu(values), number=10, repeat=5)) / 10
ratio = by_loop / by_array
print(f"loop {1e3 * by_loop:.2f} ms, array {1e3 * by_array:.3f} ms")

# %% [markdown]
# For 100 000 numbers the array call is {{
# (f"{ratio:.0f} times as fast" if ratio > 1 else "not faster") }}.
# [Why, and from which size on](vectorise.py), is a page of its own.
#
# **tanh from four exponentials**, as the formula has it:


# %%
def four_exponentials(x):
    return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))


four_exponentials(np.array([-710.0, 1e-9, 0.5, 710.0]))

# %% [markdown]
# At ±710 an exponential overflows, and infinity by infinity is not a number. Close to
# 0, the difference of two numbers near 1 loses digits. There
# $\tanh x \approx x - x^3 / 3$, so that at $10^{-9}$ the result should be $10^{-9}$ in
# all digits; it is off by {{ abs(four_exponentials(1e-9) / 1e-9 - 1):.0e }} of that.
#
# On paper, divide numerator and denominator by $e^{|x|}$. Then take the difference in
# one step with `expm1`, which gives $e^x - 1$ without loss, and let `copysign` bring
# back the sign.
#
# $$\begin{aligned}
# \tanh |x| &= \frac{1 - e^{-2|x|}}{1 + e^{-2|x|}} = \frac{-t}{2 + t} \\[1ex]
# t &= e^{-2|x|} - 1
# \end{aligned}$$


# %%
def one_exponential(x):
    t = np.expm1(-2 * np.abs(x))
    return np.copysign(t / (2 + t), x)


x = np.array([-710.0, 1e-9, 0.5, 710.0])
print(one_exponential(x))
assert np.allclose(one_exponential(x), actfn.tanh(x), rtol=1e-15, atol=0)

# %% [markdown]
# One exponential instead of four, and it never overflows. `np.tanh` and
# [`actfn.tanh`][actfn.tanh] do not either; [the page on tanh](tanh.py) measures how
# near they come. The sigmoid [has such a form, too](sigmoid.py).
#
# ## Let a network find the weights
#
# You set the weights for XOR by hand. Now a network is to find its own, for points
# that scatter around the four corners.


# %%
def train(bend, points, truth, steps=1000, rate=1.0):
    row, options = actfn.get(bends[bend][0]), bends[bend][1]
    rng = np.random.default_rng(0)
    w1, b1 = rng.normal(size=(2, 8)), np.zeros(8)
    w2, b2 = rng.normal(size=8) / np.sqrt(8), 0.0
    for _ in range(steps):
        sums = points @ w1 + b1
        passed = row.function(sums, **options)
        error = (sigmoid(passed @ w2 + b2) - truth) / truth.size
        back = np.outer(error, w2) * row.gradient(sums, **options)
        w1, b1 = w1 - rate * points.T @ back, b1 - rate * back.sum(axis=0)
        w2, b2 = w2 - rate * passed.T @ error, b2 - rate * error.sum()
    return w1, b1, w2, b2


# %%
def scores(bend, weights, x):
    name, options = bends[bend]
    w1, b1, w2, b2 = weights
    return actfn.get(name).function(x @ w1 + b1, **options) @ w2 + b2


# %% [markdown]
# Each step goes forward, from the points to a **score**. The
# [sigmoid](sigmoid.py) of the score is the probability of yes, and the error is that
# probability minus the truth. Then the step goes backward, from the error to the
# weights. You need not follow the last lines yet: [Backpropagation](backpropagation.py)
# derives them.
#
# The loss that the steps make smaller is the mean of $-\log p$, where $p$ is the
# probability of the right answer. [`softplus`][actfn.softplus] gives it from the score
# without overflow.

# %%
rng = np.random.default_rng(0)
scatter = rng.normal(scale=0.16, size=(80, 2))
points = np.repeat(corners, 20, axis=0) + scatter
truth = np.repeat(different, 20)
trained = {"untrained": ("tanh", train("tanh", points, truth, steps=0))}
for bend in ("linear", "sigmoid", "tanh", "ReLU", "leaky ReLU"):
    trained[bend] = (bend, train(bend, points, truth))

# %%
correct, loss = {}, {}
for title, (bend, weights) in trained.items():
    score = scores(bend, weights, points)
    correct[title] = int(np.sum((score > 0) == truth))
    loss[title] = np.mean(softplus(score) - truth * score)
    print(f"{title:10} loss {loss[title]:.4f}, {correct[title]} of 80 right")
bent = [correct[bend] for bend in ("sigmoid", "tanh", "ReLU", "leaky ReLU")]
worst, best = min(bent), max(bent)

# %% tags=["hide-input"]
#| alt: Six pictures of the 80 points and the regions in which a network says yes or no.
#|   Before training the border has nothing to do with the points:
#|   {{ correct["untrained"] }} are right. The trained linear network has a
#|   straight border or none, and {{ correct["linear"] }} right. With sigmoid, tanh,
#|   ReLU and leaky ReLU the regions follow the four groups, and
#|   {{ correct["sigmoid"] }}, {{ correct["tanh"] }}, {{ correct["ReLU"] }} and
#|   {{ correct["leaky ReLU"] }} are right.
side = np.linspace(-0.7, 1.7, 61)
plane = np.stack(np.meshgrid(side, side), axis=-1)
fig, plots = plt.subplots(2, 3, figsize=(7, 4.9), sharex=True, sharey=True)
for ax, (title, (bend, found_weights)) in zip(plots.flat, trained.items()):
    levels = {"levels": [-1e3, 0, 1e3], "colors": ["C0", "C1"], "alpha": 0.22}
    ax.contourf(side, side, scores(bend, found_weights, plane), **levels)
    for answer, (color, marker, name) in marks.items():
        at = points[truth == answer]
        ax.plot(*at.T, marker, color=color, markersize=3.5, label=name)
    ax.set(title=f"{title}: {correct[title]} of 80", aspect="equal")
    ax.grid(False)
plots[0, 0].legend(fontsize="small", loc="upper right")
plt.show()

# %% [markdown]
# Without a bend, training ends at a loss of {{ loss["linear"]:.4f }}. To say ½ to every
# point, without a look at it, costs $\log 2 =$ {{ np.log(2):.4f }}, which is
# {{ np.log(2) / loss["linear"] - 1:.1%}} more. With a bend,
# {{ ("all 80 points are right" if worst == 80
# else f"at least {worst} of 80 points are right") }}. Between the worst of the four
# bends and the best lie {{ best - worst }} points, between no bend and the worst
# {{ worst - correct["linear"] }}. Here,
# {{ ("having a bend matters more than which one you have"
# if worst - correct["linear"] > best - worst
# else "which bend you have matters more than having one") }}.
# [Choosing an activation](choosing.py) compares them on harder tasks, over several
# starts.
#
# ## Exercises
#
# Each solution ends in an assertion. Put your own result in its place: if it raises
# nothing, you are right.
#
# ### 1. Three ways to ReLU
#
# Compute the ReLU of [[−1.5, 2], [0, −0.5], [3, −2]] with `np.maximum`, with `np.where`
# and by multiplying with `x > 0`. Which of the three is no longer right when you put
# −∞ in the place of −2?

# %%
#| fold: Solution
x = np.array([[-1.5, 2], [0, -0.5], [3, -2]])
by_maximum, by_where = np.maximum(x, 0), np.where(x > 0, x, 0)
by_product = x * (x > 0)
print(by_maximum)
assert np.array_equal(by_maximum, [[0, 2], [0, 0], [3, 0]])
assert np.array_equal(by_where, by_maximum)
assert np.array_equal(by_product, by_maximum)
x[2, 1] = -np.inf
with np.errstate(invalid="ignore"):
    print("0 times infinity:", (x * (x > 0))[2, 1])
    assert np.isnan(x * (x > 0)).any()
assert np.array_equal(np.maximum(x, 0), relu(x))
assert np.array_equal(np.where(x > 0, x, 0), relu(x))

# %% [markdown]
# ### 2. And, or, not both
#
# Find weights and biases of single neurons with [`binary_step`][actfn.binary_step] for
# "or" and for "not both", and of a third that reads these two and makes XOR of them.

# %%
#| fold: Solution
step = actfn.binary_step
either = step(corners @ [1, 1] - 0.5)
not_both = step(corners @ [-1, -1] + 1.5)
both_answers = np.stack([either, not_both], axis=1)
answer = step(both_answers @ [1, 1] - 1.5)  # "and"
print(np.column_stack([corners, both_answers, answer]))
assert np.array_equal(answer, different)

# %% [markdown]
# ### 3. Melt the layers
#
# Write `melt(layers)`: it takes a list of pairs (weights, biases) of linear layers and
# gives the one pair that does the same. Try it on ten layers.


# %%
#| fold: Solution
def melt(layers):
    weights, biases = layers[0]
    for w, b in layers[1:]:
        weights, biases = weights @ w, biases @ w + b
    return weights, biases


rng = np.random.default_rng(0)
shapes = [(3, 5)] + [(5, 5)] * 8 + [(5, 2)]
layers = [(rng.normal(size=s), rng.normal(size=s[1])) for s in shapes]
through = batch
for w, b in layers:
    through = through @ w + b
weights, biases = melt(layers)
print("one layer of shape", weights.shape)
error = np.abs(batch @ weights + biases - through).max()
assert error < 1e-12 * np.abs(through).max()

# %% [markdown]
# ### 4. The best that one neuron can do
#
# Train a single sigmoid neuron on the four corners of XOR, by the same steps as in
# `train`. Start at random weights. What does it say to each corner in the end, and what
# is its loss?

# %%
#| fold: Solution
w, b = np.random.default_rng(0).normal(size=2), 0.0
for _ in range(2000):
    error = (sigmoid(corners @ w + b) - different) / 4
    w, b = w - corners.T @ error, b - error.sum()
score = corners @ w + b
final = np.mean(softplus(score) - different * score)
print("probabilities", sigmoid(score), "loss", final)
# It cannot answer, and says ½ to everything.
assert np.allclose(sigmoid(score), 0.5)
assert np.isclose(final, np.log(2))

# %% [markdown]
# ### 5. How many hidden neurons?
#
# Two hidden neurons are enough for XOR, as you have seen. Does training find such
# weights? Train 100 networks from 100 starts on the four corners, with 2, 4 and 8
# hidden neurons, and count the networks that get all four right. Give the weights one
# axis more, and you train all 100 at once.


# %%
#| fold: Solution
def solved(name, hidden, starts=100, steps=1000):
    row, rng = actfn.get(name), np.random.default_rng(0)
    w1, b1 = rng.normal(size=(starts, 2, hidden)), 0.0
    w2, b2 = rng.normal(size=(starts, hidden, 1)), 0.0
    wanted = different[:, None]
    for _ in range(steps):
        sums = corners @ w1 + b1  # start, corner, hidden neuron
        passed = row.function(sums)
        error = (sigmoid(passed @ w2 + b2) - wanted) / 2
        back = error @ w2.swapaxes(1, 2) * row.gradient(sums)
        w1 = w1 - corners.T @ back
        b1 = b1 - back.sum(axis=1, keepdims=True)
        w2 = w2 - passed.swapaxes(1, 2) @ error
        b2 = b2 - error.sum(axis=1, keepdims=True)
    right = (row.function(corners @ w1 + b1) @ w2 + b2 > 0) == wanted
    return int(right.all(axis=(1, 2)).sum())


# %%
#| fold: Solution, the counts
counts = {}
for name in ("tanh", "relu"):
    counts[name] = [solved(name, hidden) for hidden in (2, 4, 8)]
    print(f"{name:5}", counts[name], "of 100 with 2, 4 and 8 hidden neurons")
    assert 0 < counts[name][0] < counts[name][2]

# %% [markdown]
# The weights that you set by hand exist. From {{ counts["relu"][0] }} of 100 starts
# with two ReLU neurons, training finds weights that do as well; with eight, from
# {{ counts["relu"][2] }}. Hidden neurons beyond what the task needs give training more
# places to begin from.
#
# ## Next
#
# * [The sigmoid](sigmoid.py): the first of these functions, taken apart.
# * [tanh](tanh.py) is its centred sister, and [dying ReLU](dying-relu.py) tells what
#   becomes of neurons that pass nothing on.
# * [Backpropagation](backpropagation.py): where the last four lines of `train` come
#   from.
# * [Choosing](choosing.py) an activation, on tasks that are harder than XOR.
#
# Also used on this page: [`get`][actfn.get].
