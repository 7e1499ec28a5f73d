# %% [markdown]
# # Derive gradients and check them
#
# **You will be able to**
#
# - compute a derivative numerically, with a step that you can justify;
# - carry a gradient back through a network, on paper and in NumPy;
# - check every gradient that you write, and read what the check says at a corner;
# - use a vector-Jacobian product, and say why nobody builds the Jacobian;
# - measure how gradients vanish and explode with depth, and choose the scale of the
#   first weights so that they do neither.
#
# **You need** the matrix product and broadcasting, as in
# [Compute with arrays instead of loops](numpy-basics.py), the idea of a derivative, and
# [softmax with cross-entropy](softmax.py) for the loss.

# %%
import itertools
import math
import timeit

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import actfn
from actfn import log_softmax, relu, sigmoid, sigmoid_derivative, softmax, tanh

# %% [markdown]
# ## Take the derivative as a limit

# %%
#| alt: The sigmoid from −1 to 4 and three secants through its point at x = 1. The one
#|   to 1 + 2.5 has the slope {{ slopes[0]:.3f }}, the one to 1 + 1 has
#|   {{ slopes[1]:.3f }}, the one to 1 + 0.2 has {{ slopes[2]:.3f }}. They turn towards
#|   the tangent, with the slope {{ sigmoid_derivative(1.0):.3f }}.
x, steps = np.linspace(-1, 4, 101), [2.5, 1.0, 0.2]
slopes = [(sigmoid(1 + h) - sigmoid(1.0)) / h for h in steps]
fig, ax = plt.subplots(figsize=(6, 3))
ax.plot(x, sigmoid(x), "-", linewidth=2.5, label="sigmoid")
for h, slope, style in zip(steps, slopes, ("--", "-.", ":")):
    ax.plot(x, sigmoid(1.0) + slope * (x - 1), style, label=f"h = {h}")
    ax.plot([1, 1 + h], sigmoid([1, 1 + h]), "o", color="C7", markersize=4)
ax.set(xlabel="x", ylim=(0.2, 1.15))
ax.legend()
plt.show()

# %% [markdown]
# $$f'(x) = \lim_{h \to 0} \frac{f(x + h) - f(x)}{h}$$
#
# The derivative says how far the result moves if you nudge the input, as a multiple of
# the nudge. The quotients of this picture come close to it from one side. Put the point
# in the middle of the step, and they come closer:
#
# $$f'(x) \approx \frac{f(x + h) - f(x - h)}{2h}$$

# %%
right = sigmoid_derivative(1.0)
for h in (1e-1, 1e-2, 1e-3):
    forward = (sigmoid(1 + h) - sigmoid(1.0)) / h
    central = (sigmoid(1 + h) - sigmoid(1 - h)) / (2 * h)
    print(f"h = {h:<5g} one-sided {forward - right:+.1e}", end="  ")
    print(f"central {central - right:+.1e}")

# %% [markdown]
# These are errors. A tenth of the step gives a tenth of the error for the one-sided
# quotient, and a hundredth for the central one. So why not take a step of
# $10^{-12}$?
#
# ## Choose the step
#
# Compute both quotients for many steps, and a third form, the **complex step**. Add an
# imaginary nudge $ih$ to the input and look at the imaginary part of the result. There
# is nothing to subtract.
#
# $$f'(x) \approx \frac{\operatorname{Im} f(x + ih)}{h}$$


# %%
def logistic(z):
    return 1 / (1 + np.exp(-z))  # takes complex numbers too


def one_sided(x, h):
    return (logistic(x + h) - logistic(x)) / h


def two_sided(x, h):
    return (logistic(x + h) - logistic(x - h)) / (2 * h)


def complex_step(x, h):
    return logistic(x + 1j * h).imag / h


# %%
def errors(estimate, steps, dtype=float):
    """Give the mean error at 61 points, for each step."""
    points = np.linspace(-3, 3, 61).astype(dtype)
    right = sigmoid_derivative(points.astype(float))
    found = [np.abs(estimate(points, h) - right).mean() for h in steps.astype(dtype)]
    return np.array(found)


h = np.geomspace(1e-15, 1, 46)
curves = {
    "one-sided": errors(one_sided, h),
    "central": errors(two_sided, h),
    "central, float32": errors(two_sided, h, np.float32),
    "complex step": errors(complex_step, h),
}
best = {name: h[curve.argmin()] for name, curve in curves.items()}

# %%
#| alt: Mean error of four estimates against the step from {{ h[0]:.0e }} to
#|   {{ h[-1]:g }}, both axes logarithmic. One-sided and central differences fall and
#|   rise again: the best steps are {{ best["one-sided"]:.0e }} and
#|   {{ best["central"]:.0e }}. In float32 the central difference is best at
#|   {{ best["central, float32"]:.0e }}, with an error of
#|   {{ curves["central, float32"].min():.0e }}. The complex step falls to
#|   {{ curves["complex step"].min():.0e }} and stays there.
fig, ax = plt.subplots(figsize=(6.5, 3.6))
for (name, curve), style in zip(curves.items(), ("--", "-", ":", "-.")):
    ax.loglog(h, curve, style, label=name)
ax.set(xlabel="step h", ylabel="mean error")
ax.legend()
plt.show()

# %% [markdown]
# Read the curves from right to left. On the right is the **truncation error**: the
# quotient leaves out the curvature. It shrinks with $h$ for the one-sided form and with
# $h^2$ for the central one. On the left is the **rounding error**. The two values
# differ only in their last digits, and dividing by $h$ magnifies what was rounded away:
# it grows as $\varepsilon / h$.
#
# The sum is smallest where both are equal, which is near $\sqrt{\varepsilon}$ and
# $\sqrt[3]{\varepsilon}$:

# %%
eps = np.finfo(float).eps
rules = {"one-sided": eps ** (1 / 2), "central": eps ** (1 / 3)}
for name, rule in rules.items():
    print(f"{name:9} rule {rule:.0e}, best {best[name]:.0e}", end=", ")
    print(f"error {curves[name].min():.0e}")

# %% [markdown]
# Take central differences with $h \approx 10^{-5}$, and expect
# {{ -math.log10(curves["central"].min()):.0f }} decimals here. Check in float64 even if
# you train in float32, where the smallest error is
# {{ curves["central, float32"].min():.0e }}.
#
# The complex step has an error of {{ curves["complex step"].min():.0e }}, as good as
# the function itself. It is the better check where it works. It needs a function that
# accepts complex numbers and treats them as calculus does. Here is one that does not:
# the sigmoid that does not overflow.


# %%
def stable(z):
    return np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))


for x in (-2.0, 2.0):
    estimate = np.imag(stable(x + 1e-100j)) / 1e-100
    print(f"at {x:g}: complex step {estimate:.4f}, right {sigmoid_derivative(x):.4f}")

# %% [markdown]
# No exception, and the answers are
# {{ "wrong" if abs(estimate - sigmoid_derivative(2.0)) > 0.01 else "right" }}: `abs` of
# a complex number is real, and the nudge is gone. The functions of actfn take real
# numbers only and say so.

# %%
try:
    sigmoid(2.0 + 1e-100j)
except TypeError as error:
    print(str(error).partition(" (")[0])

# %% [markdown]
# ## Look the derivatives up, and check them

# %%
#| alt: Six derivatives from −4 to 4. identity is 1 throughout. sigmoid is a bump with
#|   the top {{ sigmoid_derivative(0.0) }} at 0, tanh one with the top
#|   {{ actfn.tanh_derivative(0.0):g }}. relu jumps at 0 from 0 to 1, leaky_relu from
#|   {{ actfn.leaky_relu_derivative(-1.0) }} to 1. elu rises to 1 at 0 and stays there.
six = ["identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu"]
fig, ax = plt.subplots(figsize=(6.5, 3.4))
actfn.plot.compare(six, derivative=True, ax=ax)
ax.set_ylabel("derivative")
plt.show()

# %% [markdown]
# | function | derivative | in terms of the result $y$ |
# |---|---|---|
# | [`identity`][actfn.identity], a linear layer | $1$ | $1$ |
# | [`sigmoid`][actfn.sigmoid] | $\sigma(x)\,(1 - \sigma(x))$ | $y\,(1 - y)$ |
# | [`tanh`][actfn.tanh] | $1 - \tanh^2(x)$ | $1 - y^2$ |
# | [`relu`][actfn.relu] | 1 above 0, else 0 | 1 if $y > 0$, else 0 |
# | [`leaky_relu`][actfn.leaky_relu] | 1 above 0, else $s$ | 1 if $y > 0$, else $s$ |
# | [`elu`][actfn.elu] | 1 above 0, else $\alpha e^x$ | 1 if $y>0$, else $y+\alpha$ |

# %%
for name in six:
    row = actfn.get(name)
    values = " ".join(f"{row.function(x):8.4f}" for x in (2.0, -3.0))
    slopes = " ".join(f"{row.gradient(x):8.4f}" for x in (2.0, -3.0))
    print(f"{name:10} at 2 and -3: {values}   derivative: {slopes}")

# %% [markdown]
# The derivatives are functions as well:
# [`sigmoid_derivative`][actfn.sigmoid_derivative],
# [`tanh_derivative`][actfn.tanh_derivative],
# [`relu_derivative`][actfn.relu_derivative] and so on. Do not trust a table. The
# catalogue of actfn knows every function and its derivative, so one loop checks them
# all, at 400 random points.

# %%
x = np.random.default_rng(0).uniform(-4, 4, 400)
found = {}
for name, row in actfn.CATALOGUE.items():
    if row.elementwise:
        numerical = (row.function(x + 1e-5) - row.function(x - 1e-5)) / 2e-5
        exact = row.gradient(x)
        found[name] = np.max(np.abs(numerical - exact) / np.maximum(1, np.abs(exact)))
worst = max(found, key=found.get)
print(f"{len(found)} derivatives checked")
print(f"largest difference {found[worst]:.0e}, for {worst}")

# %% [markdown]
# ## Know what the check says at a corner
#
# At a corner there is no derivative. A numerical check gives a number all the same.

# %%
h = 1e-5
print("               left  right central package")
corners = {"relu": 0.0, "leaky_relu": 0.0, "hard_tanh": 1.0, "relu6": 6.0}
for name, at in corners.items():
    f = actfn.get(name).function
    left, ahead = (f(at) - f(at - h)) / h, (f(at + h) - f(at)) / h
    both, chosen = (left + ahead) / 2, actfn.get(name).gradient(at)
    print(f"{name:10} {at:g} {left:7.2f} {ahead:6.2f} {both:7.2f} {chosen:7.2f}")

# %% [markdown]
# The central difference takes the mean of both sides. The package takes one side, and
# says which in the reference. Neither is wrong: for a convex function such as ReLU any
# value between the two slopes is a **subgradient**. So a check that fails may have hit
# a corner. Near one, it depends on the step:

# %%
for x in (0.0, 4e-6, 9e-6, 2e-5):
    central = (relu(x + h) - relu(x - h)) / (2 * h)
    print(f"x = {x:.0e}: check {central:.2f}, package {actfn.relu_derivative(x):.0f}")

# %% [markdown]
# Check at random points, and a corner within $h$ is rare. If one element fails, take
# another point before you look for a mistake.
#
# ## Apply the chain rule on paper
#
# Two inputs, two hidden units with ReLU, one output, and half the squared error as the
# loss. All numbers are whole, so that you can follow with a pencil.

# %%
x, t = np.array([1.0, 2.0]), 3.0
V, b = np.array([[2.0, -3.0], [-1.0, 1.0]]), np.array([3.0, 0.0])
W, c = np.array([2.0, 5.0]), -1.0
z = x @ V + b  # column j of V holds the weights of unit j
a = relu(z)
y = a @ W + c
loss = (y - t) ** 2 / 2


# %% tags=["hide-input"]
def text(ax, x, y, note, colour="C0", **more):
    ax.text(x, y, note, ha="center", va="center", color=colour, **more)


def arrow(ax, ends, place, notes):
    ax.annotate("", ends[1], ends[0], arrowprops={"arrowstyle": "->", "color": "C7"})
    x, y = (start + place * (end - start) for start, end in zip(*ends))
    text(ax, x, y + 0.2, notes[0])
    text(ax, x, y - 0.2, notes[1], "C1", style="italic")


def whole(number):
    return f"{number:g}".replace("-", "−")


def draw(grad=None):
    """Draw the network; with gradients, these in italics below the values."""
    ax = plt.figure(figsize=(7, 3)).add_subplot()
    ring = {"boxstyle": "circle,pad=0.45", "facecolor": "none", "edgecolor": "C7"}
    nodes = [(0, 1), (0, -1), (3, 1), (3, -1), (6, 0), (8, 0)]

    def below(name, *place):
        return whole(grad[name][place]) if grad else ""

    for i in range(2):
        for j in range(2):
            ends = (0.5, nodes[i][1]), (2.5, 0.95 * nodes[2 + j][1])
            notes = whole(V[i, j]), below("V", i, j)
            arrow(ax, ends, 0.5 if i == j else 0.26, notes)
        ends = (3.5, nodes[2 + i][1]), (5.55, 0.12 * nodes[i][1])
        arrow(ax, ends, 0.4, (whole(W[i]), below("W", i)))
    arrow(ax, [(6.45, 0), (7.55, 0)], 0.5, (f"target {whole(t)}", ""))
    notes = [below("x", 0), below("x", 1), below("a", 0), below("a", 1), below("y"), ""]
    names = ["x₁", "x₂", "a₁", "a₂", "y", "loss"]
    for node, name, value, note in zip(nodes, names, [*x, *a, y, loss], notes):
        text(ax, *node, whole(value), bbox=ring, size=12)
        text(ax, node[0], node[1] + 0.62, name, "C7")
        text(ax, node[0], node[1] - 0.62, note, "C1", style="italic")
    ax.set(xlim=(-0.4, 8.4), ylim=(-1.75, 1.75))
    ax.axis("off")
    plt.show()


# %% tags=["hide-input"]
#| alt: The network as a graph with its values. The inputs {{ x[0]:g }} and {{ x[1]:g }}
#|   lead by four weights to the units {{ a[0]:g }} and {{ a[1]:g }}, these by the
#|   weights {{ W[0]:g }} and {{ W[1]:g }} to the output {{ y:g }}, and that with the
#|   target {{ t:g }} to the loss {{ loss:g }}.
draw()

# %% [markdown]
# **Forward**, from left to right:
#
# - unit 1: $2 \cdot 1 + (-1) \cdot 2 + 3 =$ {{ z[0]:g }}, and ReLU keeps
#   {{ a[0]:g }};
# - unit 2: $(-3) \cdot 1 + 1 \cdot 2 + 0 =$ −{{ -z[1]:g }}, and ReLU gives
#   {{ a[1]:g }};
# - output: $2 \cdot 3 + 5 \cdot 0 - 1 =$ {{ y:g }}; loss: $(5 - 3)^2 / 2 =$
#   {{ loss:g }}.
#
# **Backward**, from right to left. At each arrow multiply what has arrived from the
# right by the local derivative. That is the chain rule, and doing it in this order is
# **backpropagation**:[^backprop]
#
# $$\begin{aligned}
# \frac{\partial L}{\partial y} &= y - t
# & \frac{\partial L}{\partial W_j} &= a_j \frac{\partial L}{\partial y} \\[1ex]
# \frac{\partial L}{\partial z_j} &= \operatorname{relu}'(z_j)\, W_j
# \frac{\partial L}{\partial y}
# & \frac{\partial L}{\partial V_{ij}} &= x_i \frac{\partial L}{\partial z_j}
# \end{aligned}$$
#
# [^backprop]: Rumelhart, Hinton and Williams (1986), [Learning representations by
#     back-propagating errors](https://doi.org/10.1038/323533a0).

# %%
grad = {"y": y - t, "W": a * (y - t)}
grad["a"] = W * grad["y"]
grad["z"] = actfn.relu_derivative(z) * grad["a"]
grad["b"] = grad["z"]
grad["V"] = np.outer(x, grad["z"])
grad["x"] = V @ grad["z"]
for name, gradient in grad.items():
    print(name, np.asarray(gradient).tolist())

# %% tags=["hide-input"]
#| alt: The same graph with a gradient in italics below each value. The output has
#|   {{ grad["y"]:g }}. It reaches unit 1 as {{ grad["a"][0]:g }} and unit 2 as
#|   {{ grad["a"][1]:g }}, which ReLU there stops. Of the first weights only those of
#|   unit 1 have gradients: {{ grad["V"][0, 0]:g }} and {{ grad["V"][1, 0]:g }}. The
#|   inputs get {{ grad["x"][0]:g }} and −{{ -grad["x"][1]:g }}.
draw({name: np.asarray(gradient) for name, gradient in grad.items()})

# %% [markdown]
# In italics, below each value, is its gradient. Unit 2 is asked for more change than
# unit 1, {{ grad["a"][1]:g }} against {{ grad["a"][0]:g }}. It is off, ReLU multiplies
# by 0, and its weights get none. If that happens for all data, the unit is
# [dead](dying-relu.py).
#
# Pencil or program, a gradient is a claim. Nudge each number in turn, and see whether
# the loss does as it is told.


# %%
def numerical_gradient(loss, array, h=1e-5):
    """Nudge each element of an array in place, both ways; see what the loss does."""
    result = np.empty_like(array)
    for place in np.ndindex(array.shape):
        kept = array[place]
        array[place] = kept + h
        above = loss()
        array[place] = kept - h
        result[place] = (above - loss()) / (2 * h)
        array[place] = kept
    return result


# %%
def paper_loss():
    return (relu(x @ V + b) @ W + c - t) ** 2 / 2


for name, array in (("V", V), ("b", b), ("W", W), ("x", x)):
    checked = numerical_gradient(paper_loss, array)
    off = np.abs(checked - grad[name]).max()
    print(name, np.round(checked, 6).tolist(), f"off by {off:.0e}")

# %% [markdown]
# ## Write it for a batch
#
# A batch is a matrix $X$ with one example in each row. The same steps become matrix
# products. For $Z = XV$ and the gradient $G$ that arrives at $Z$:
#
# $$\frac{\partial L}{\partial V} = X^\top G
# \qquad \frac{\partial L}{\partial X} = G\,V^\top$$
#
# You need not remember which is transposed: only one order has the right shape. A bias
# is added to each row, so its gradient is the sum over the rows. The loss is the
# cross-entropy. Compute it by [`log_softmax`][actfn.log_softmax], and carry the
# gradient back by [`log_softmax_vjp`][actfn.log_softmax_vjp].


# %%
def mean_loss(net, x, t, function):
    scores = function(x @ net["V"] + net["b"]) @ net["W"] + net["c"]
    return -(t * log_softmax(scores, axis=-1)).sum() / len(x)


def backward(net, x, t, function, derivative):
    """Give the gradient of the mean loss for each array of the network."""
    z = x @ net["V"] + net["b"]
    a = function(z)
    g = actfn.log_softmax_vjp(a @ net["W"] + net["c"], -t / len(x), axis=-1)
    of_z = derivative(z) * (g @ net["W"].T)
    return {"V": x.T @ of_z, "b": of_z.sum(axis=0), "W": a.T @ g, "c": g.sum(axis=0)}


# %% [markdown]
# `derivative(z) * ...` is all that depends on the activation. Check the four gradients
# for several. The measure is the distance between the two gradients, relative to their
# lengths.


# %%
def distance(one, other):
    return np.linalg.norm(one - other) / (np.linalg.norm(one) + np.linalg.norm(other))


def start(rng, inputs, units, classes):
    return {
        "V": rng.normal(size=(inputs, units)) / math.sqrt(inputs),
        "b": np.zeros(units),
        "W": rng.normal(size=(units, classes)) / math.sqrt(units),
        "c": np.zeros(classes),
    }


# %%
rng = np.random.default_rng(1)
small, examples = start(rng, 5, 4, 3), rng.normal(size=(8, 5))
labels = np.eye(3)[rng.integers(0, 3, 8)]


def check(function, derivative):
    """Compare the gradients of backward with central differences."""
    data = small, examples, labels, function
    gradients = backward(*data, derivative)
    return {
        name: distance(gradients[name], numerical_gradient(lambda: mean_loss(*data), w))
        for name, w in small.items()
    }


# %%
for name in ("sigmoid", "tanh", "relu", "selu", "gelu"):
    row = actfn.get(name)
    off = check(row.function, row.gradient)
    print(f"{name:8}", *(f"{k} {v:.0e}" for k, v in off.items()), sep="  ")

# %% [markdown]
# Ten digits, as the step promises. Below about $10^{-7}$ a gradient of a smooth loss is
# right; above $10^{-4}$ look for a mistake.
#
# ## Let the check find mistakes
#
# Why so much care? A network with a wrong gradient would not train, you might think.
# Try two common mistakes: the derivative is left out, or it is taken at the activation
# instead of the sum. Train on the handwritten digits that come with scikit-learn.


# %%
def left_out(z):
    return np.ones_like(z)


def at_activation(z):
    return actfn.tanh_derivative(tanh(z))


# %%
data = load_digits()
order = np.random.default_rng(0).permutation(len(data.target))
pixels = data.data[order] / 16
pixels -= pixels[:1000].mean(axis=0)
digits = data.target[order]
targets = np.eye(10)[digits]


# %%
def trained(derivative, seed):
    """Train a tanh network on 1000 digits; give its accuracy on the 797 others."""
    rng = np.random.default_rng(seed)
    net = start(rng, 64, 32, 10)
    for batch in np.split(rng.integers(0, 1000, 20_000), 200):
        gradients = backward(net, pixels[batch], targets[batch], tanh, derivative)
        for name in net:
            net[name] -= 0.5 * gradients[name]
    a = tanh(pixels[1000:] @ net["V"] + net["b"])
    return np.mean((a @ net["W"] + net["c"]).argmax(axis=1) == digits[1000:])


# %%
accuracies = {}
for derivative in (actfn.tanh_derivative, left_out, at_activation):
    name, off = derivative.__name__, check(tanh, derivative)
    accuracies[name] = np.mean([trained(derivative, seed) for seed in range(3)])
    print(f"{name:15} V off by {off['V']:.0e}, W by {off['W']:.0e},", end=" ")
    print(f"accuracy {accuracies[name]:.3f}")

# %% [markdown]
# The mean accuracies of three networks lie {{ 100 * (max(accuracies.values())
# - min(accuracies.values())):.1f }} points apart. From the accuracy you
# {{ "could not tell" if max(accuracies.values()) - min(accuracies.values()) < 0.02
# else "could perhaps tell" }} which program is right. The check tells, and it tells
# where: W is right in all three, so the mistake lies between the hidden layer and V.
#
# ## Multiply by a Jacobian without building it
#
# A function from $n$ numbers to $n$ numbers has $n \times n$ derivatives, its
# **Jacobian**. Elementwise functions have a diagonal one. That of
# [`softmax`][actfn.softmax] is full. Build it column by column: nudge one input, and
# see what happens to all outputs.

# %%
x = np.array([2.0, 1.0, 0.5, 0.0, -1.0, -2.0])
columns = [(softmax(x + s) - softmax(x - s)) / 2e-5 for s in 1e-5 * np.eye(6)]
jacobian = np.stack(columns, axis=1)

# %%
#| alt: The six by six Jacobian of softmax in shades. The diagonal is positive, from
#|   {{ np.diag(jacobian).min():.3f }} to {{ np.diag(jacobian).max():.3f }}. All else
#|   is negative, down to −{{ -jacobian.min():.3f }} for the two highest scores, and the
#|   matrix is symmetric.
fig, ax = plt.subplots(figsize=(4.4, 3.2))
image = ax.imshow(jacobian, cmap="cividis")
ax.set(xlabel="input", ylabel="output", xticks=range(6), yticks=range(6))
ax.grid(False)
fig.colorbar(image)
plt.show()

# %% [markdown]
# Training never needs this matrix. It needs the product with the gradient $g$ that
# arrives from the right, $g^\top J$, a **vector-Jacobian product**. For softmax that is
# two lines on paper: $p \odot (g - \sum_k g_k p_k)$. It is what
# [`softmax_vjp`][actfn.softmax_vjp] computes.

# %%
g = np.array([1.0, 0.0, 2.0, -1.0, 0.0, 3.0])
print("g times Jacobian:", (g @ jacobian).round(6))
print("softmax_vjp:     ", actfn.softmax_vjp(x, g).round(6))

# %% [markdown]
# The other way round: fed with the rows of the identity, the vjp gives the rows of the
# Jacobian. That checks all 36 derivatives. With a random $g$ and a random point, which
# is on no corner, you check the vjps of other functions as you check a loss.

# %%
rows = np.stack([actfn.softmax_vjp(x, row) for row in np.eye(6)])
print(f"Jacobian from vjps, off by {np.abs(rows - jacobian).max():.0e}")
rng = np.random.default_rng(0)
x = rng.normal(size=6)
for name in ("log_softmax", "logsumexp", "standardize", "sparsemax", "glu", "crelu"):
    row = actfn.get(name)
    g = rng.normal(size=np.shape(row.function(x)))
    numerical = numerical_gradient(lambda: np.sum(g * row.function(x)), x)
    print(f"{name}_vjp off by {distance(row.gradient(x, g), numerical):.0e}")

# %% [markdown]
# How much is saved? Build the Jacobian from its formula, without any nudging, and
# multiply.


# %%
def by_jacobian(x, g):
    p = softmax(x)
    return g @ (np.diag(p) - np.outer(p, p))


# %% tags=["volatile"]
saved = {}
for n in (10, 100, 1000):
    pair = np.random.default_rng(0).normal(size=(2, n))
    runs = 2000 // n
    slow = min(timeit.repeat(lambda: by_jacobian(*pair), number=runs, repeat=5))
    fast = min(timeit.repeat(lambda: actfn.softmax_vjp(*pair), number=runs, repeat=5))
    saved[n] = slow / fast
    print(f"{n:5} classes: by the Jacobian {saved[n]:.1f} times as long")

# %% [markdown]
# The Jacobian has $n^2$ numbers, the product needs $n$. For 1000 classes the factor is
# {{ saved[1000]:.0f }}, for each example of each step. This is why every function of
# actfn that couples elements comes with a vjp and not with a Jacobian.
#
# ## Follow a gradient through depth
#
# A deep network multiplies many of these factors. Send a random gradient back through
# 30 layers of 100 units with random weights. Their standard deviation is
# $g / \sqrt{100}$, and $g$ is called the **gain**.


# %%
def gradient_sizes(name, gain, depth=30, width=100):
    """Give the size of a gradient after each layer, relative to the start."""
    row, rng = actfn.get(name), np.random.default_rng(0)
    a = rng.normal(size=(20, width))  # 20 examples
    g = rng.normal(size=(20, width))
    layers = rng.normal(size=(depth, width, width)) * gain / math.sqrt(width)
    sums = []
    for w in layers:
        sums.append(a @ w)
        a = row.function(sums[-1])
    sizes = [np.linalg.norm(g)]
    for w, z in zip(layers[::-1], sums[::-1]):
        g = (row.gradient(z) * g) @ w.T
        sizes.append(np.linalg.norm(g))
    return np.array(sizes) / sizes[0]


# %%
#| alt: Four panels with the size of the gradient against the layers passed, on a
#|   logarithmic scale, for gains of ½, 1, √2 and 2. In this order they end at:
#|   sigmoid {{ ", ".join(f"{back['sigmoid', g][-1]:.0e}" for g in gains.values()) }};
#|   tanh {{ ", ".join(f"{back['tanh', g][-1]:.0e}" for g in gains.values()) }};
#|   relu {{ ", ".join(f"{back['relu', g][-1]:.0e}" for g in gains.values()) }};
#|   selu {{ ", ".join(f"{back['selu', g][-1]:.0e}" for g in gains.values()) }}.
gains = {"½": 0.5, "1": 1.0, "√2": math.sqrt(2), "2": 2.0}
four = ["sigmoid", "tanh", "relu", "selu"]
back = {(n, gain): gradient_sizes(n, gain) for n in four for gain in gains.values()}
fig, axes = plt.subplots(2, 2, figsize=(7, 5), sharex=True, layout="constrained")
for ax, name in zip(axes.flat, four):
    for (label, gain), style in zip(gains.items(), (":", "--", "-", "-.")):
        ax.semilogy(back[name, gain], style, label=f"gain {label}")
    ax.set_title(name)
axes[0, 0].legend(fontsize="small")
for ax in axes[1]:
    ax.set_xlabel("layers passed")
plt.show()

# %%
print("factor per layer", *(f"{label:>6}" for label in gains))
for name in four:
    factors = [back[name, gain][-1] ** (1 / 30) for gain in gains.values()]
    print(f"{name:16}", *(f"{factor:6.2f}" for factor in factors))
lost = back["sigmoid", 1.0][-1]

# %% [markdown]
# Nearly straight lines: each layer multiplies by about the same factor. Below 1 the
# gradient **vanishes**, above 1 it **explodes**. A factor of $0.9$ leaves
# {{ 0.9**30:.3f }} after 30 layers, one of $1.1$ makes {{ 1.1**30:.0f }} of 1. The
# sigmoid with a gain of 1
# passes on {{ lost:.0e }}: next to a weight of 0.1 that
# {{ "is lost in rounding" if 0.1 - lost == 0.1 else "is not quite lost in rounding" }}.
#
# ## Choose the gain
#
# You can compute the gain. Let the sums of a layer be normal with variance 1. The next
# sums have the variance $g^2 \operatorname{E} f(z)^2$, and the gradient keeps its size
# if $g^2 \operatorname{E} f'(z)^2 = 1$. So there are two wishes:
#
# $$g_{\text{forward}} = \frac{1}{\sqrt{\operatorname{E} f(z)^2}}
# \qquad g_{\text{backward}} = \frac{1}{\sqrt{\operatorname{E} f'(z)^2}}$$

# %%
z = np.linspace(-10, 10, 4000)  # without 0, where ReLU has its corner
density = np.exp(-(z**2) / 2)
density /= density.sum()
wishes = {}
for name in four:
    row = actfn.get(name)
    ahead, behind = row.function(z) ** 2 @ density, row.gradient(z) ** 2 @ density
    wishes[name] = 1 / math.sqrt(ahead), 1 / math.sqrt(behind)
    print(f"{name:8} forward {wishes[name][0]:.3f}, backward {wishes[name][1]:.3f}")

# %% [markdown]
# ReLU is lucky: both wishes are $\sqrt{2}$, which is **He's** start,[^he] a variance of
# $2/n$ for $n$ inputs. [`selu`][actfn.selu] is made so that the forward wish is 1,
# which is **LeCun's** start,[^lecun] a variance of $1/n$, and the backward wish is
# near.[^selu] **Xavier's** start,[^glorot] $2/(n + m)$ for $n$ inputs and $m$ outputs,
# is a compromise between both directions for functions with the slope 1 at 0, such as
# tanh; for square layers it is LeCun's. The sigmoid wants
# {{ wishes["sigmoid"][0]:.1f }} one way and {{ wishes["sigmoid"][1]:.1f }} the other.
# No gain does both.
#
# [^he]: He, Zhang, Ren and Sun (2015), [Delving Deep into Rectifiers: Surpassing
#     Human-Level Performance on ImageNet
#     Classification](https://arxiv.org/abs/1502.01852).
# [^lecun]: LeCun, Bottou, Orr and Müller (1998), [Efficient
#     BackProp](https://doi.org/10.1007/3-540-49430-8_2).
# [^selu]: Klambauer, Unterthiner, Mayr and Hochreiter (2017), [Self-Normalizing Neural
#     Networks](https://arxiv.org/abs/1706.02515).
# [^glorot]: Glorot and Bengio (2010), [Understanding the difficulty of training deep
#     feedforward neural networks](https://proceedings.mlr.press/v9/glorot10a.html).
#
# Does it matter for training? Take 16 layers of 32 units, and the digits. Networks that
# start with the four gains lie side by side along the first axis. All else is equal.


# %%
def deep_step(weights, x, t, row, rate):
    """Take one step with each network; give the loss of each before it."""
    inputs, sums = [x], []
    for w in weights:
        sums.append(inputs[-1] @ w)
        inputs.append(row.function(sums[-1]))
    logs = log_softmax(sums[-1], axis=-1)  # the last layer gives scores
    g = (np.exp(logs) - t) / len(x)
    for k in reversed(range(len(weights))):
        of_w = inputs[k].swapaxes(-1, -2) @ g
        if k:
            g = row.gradient(sums[k - 1]) * (g @ weights[k].swapaxes(1, 2))
        weights[k] -= rate * of_w
    return -(t * logs).sum(axis=-1).mean(axis=-1)


# %%
@np.errstate(all="ignore")  # a network that explodes shows as a line that ends
def deep_losses(name, depth=16, width=32, steps=120, rate=0.03):
    rng, row = np.random.default_rng(0), actfn.get(name)
    sizes = [64, *[width] * (depth - 1), 10]
    gain = np.reshape(list(gains.values()), (4, 1, 1))
    weights = []
    for n, m in itertools.pairwise(sizes):
        weights.append(gain * rng.normal(size=(n, m)) / math.sqrt(n))
    losses = []
    for batch in rng.integers(0, 1000, (steps, 100)):
        losses.append(deep_step(weights, pixels[batch], targets[batch], row, rate))
    return np.array(losses)


# %%
deep = {name: deep_losses(name) for name in ("tanh", "relu", "selu")}
ends = {
    (name, label): losses[-10:, k].mean()
    for name, losses in deep.items()
    for k, label in enumerate(gains)
}

# %%
#| alt: Loss over {{ len(deep["relu"]) }} steps for networks of 16 layers, in three
#|   panels for tanh, relu and selu, with four gains. At the end, for gains of ½, 1, √2
#|   and 2:
#|   tanh {{ ", ".join(f"{ends['tanh', g]:.2f}" for g in gains) }}; relu
#|   {{ ", ".join(f"{ends['relu', g]:.2f}" for g in gains) }}; selu
#|   {{ ", ".join(f"{ends['selu', g]:.2f}" for g in gains) }}, where nan is a network
#|   that has exploded.
fig, axes = plt.subplots(1, 3, figsize=(7, 3), sharey=True, layout="constrained")
for ax, (name, losses) in zip(axes, deep.items()):
    for k, (label, style) in enumerate(zip(gains, (":", "--", "-", "-."))):
        ax.plot(losses[:, k], style, linewidth=1.4, label=f"gain {label}")
    ax.set(title=name, xlabel="steps", ylim=(0, 4))
axes[0].set_ylabel("loss")
axes[0].legend(fontsize="small")
plt.show()


# %%
def verdict(name):
    """Say which gain ends lowest, and how the others do."""
    losses = {label: ends[name, label] for label in gains}
    lowest = min(losses, key=lambda label: np.nan_to_num(losses[label], nan=np.inf))
    idle = [g for g, loss in losses.items() if loss > math.log(10) - 0.1]
    exploded = [g for g, loss in losses.items() if not np.isfinite(loss)]
    report = f"lowest loss with a gain of {lowest}"
    for word, some in (("as before training", idle), ("exploded", exploded)):
        report += f"; {word}: {', '.join(some)}" if some else ""
    return report


for name in deep:
    print(f"{name}: {verdict(name)}")

# %% [markdown]
# A network that knows nothing has a loss of $\log 10 =$ {{ math.log(10):.2f }}. After
# {{ len(deep["relu"]) }} steps the losses are:
#
# | function | gain 1 | gain √2 | wishes |
# |---|---:|---:|---|
# | tanh | {{ ends["tanh", "1"]:.2f }} | {{ ends["tanh", "√2"]:.2f }} | {{
# wishes["tanh"][0]:.2f }}, {{ wishes["tanh"][1]:.2f }} |
# | relu | {{ ends["relu", "1"]:.2f }} | {{ ends["relu", "√2"]:.2f }} | {{
# wishes["relu"][0]:.2f }}, {{ wishes["relu"][1]:.2f }} |
# | selu | {{ ends["selu", "1"]:.2f }} | {{ ends["selu", "√2"]:.2f }} | {{
# wishes["selu"][0]:.2f }}, {{ wishes["selu"][1]:.2f }} |
#
# The networks of a row differ in nothing but a factor on their first weights.
#
# ## Exercises
#
# Each solution ends in an assertion. Put your own result in its place: if it raises
# nothing, you are right.
#
# ### 1. Another target
#
# Take the network on paper with the target 6. Which gradients change, and to what?
# Compute all of them with a pencil.

# %%
#| fold: Solution
x, t = np.array([1.0, 2.0]), 6.0
answer = {"V": [[-2, 0], [-4, 0]], "b": [-2, 0], "W": [-3, 0]}  # of_y is 5 - 6 = -1
for name, array in (("V", V), ("b", b), ("W", W)):
    assert np.allclose(numerical_gradient(paper_loss, array), answer[name], atol=1e-8)
print("each is -1/2 of what it was:", answer)

# %% [markdown]
# ### 2. Onto the corner
#
# Give unit 2 of that network the bias 1, so that its sum is exactly 0. What does
# backpropagation give for its two weights, and what do central differences give?

# %%
#| fold: Solution
x, t, b = np.array([1.0, 2.0]), 3.0, np.array([3.0, 1.0])
z = x @ V + b
gradient = np.outer(x, actfn.relu_derivative(z) * W * (relu(z) @ W + c - t))
checked = numerical_gradient(paper_loss, V)
print(f"backpropagation {gradient[:, 1]}, check {checked[:, 1].round(3)}")
# The check sees the mean of 0 and of the slope on the right, which is 5 times 2.
assert np.array_equal(gradient[:, 1], [0, 0])
assert np.allclose(checked[:, 1], [5, 10], atol=1e-3)

# %% [markdown]
# ### 3. A third mistake
#
# Someone forgets to divide by the number of examples. What does the check say about
# each array, and why could a network still train?

# %%
#| fold: Solution
off = {}
right = backward(small, examples, labels, tanh, actfn.tanh_derivative)
for name, gradient in right.items():
    off[name] = distance(8 * gradient, gradient)  # the sum over 8 examples
print(off)
# The direction is right. The step is 8 times as long, as if the rate were.
assert np.allclose(list(off.values()), 7 / 9)

# %% [markdown]
# ### 4. The vjp of standardising
#
# [`standardize_vjp`][actfn.standardize_vjp] is in the package. Write your own, the vjp
# of $y = (x - \bar x) / \sigma$ for one row, where $\sigma$ is the
# standard deviation: subtract from $g$ its mean and its part along $y$, and divide by
# $\sigma$. Check it.


# %%
#| fold: Solution
def my_vjp(x, g):
    y = (x - x.mean()) / x.std()
    return (g - g.mean() - y * (g * y).mean()) / x.std()


x = np.random.default_rng(3).normal(size=6)
g = np.random.default_rng(4).normal(size=6)


def projected():
    return g @ ((x - x.mean()) / x.std())


print(my_vjp(x, g))
assert distance(my_vjp(x, g), numerical_gradient(projected, x)) < 1e-7

# %% [markdown]
# ### 5. The gain of leaky ReLU
#
# Derive the gain that keeps the size of the gradient for a leaky ReLU of slope $s$, and
# check it with `gradient_sizes` for the slope 0.01.

# %%
#| fold: Solution
s = 0.01
gain = math.sqrt(2 / (1 + s**2))  # half of the slopes are 1, half are s
behind = actfn.leaky_relu_derivative(np.linspace(-10, 10, 4000), s) ** 2 @ density
assert abs(gain - 1 / math.sqrt(behind)) < 1e-3
factor = gradient_sizes("leaky_relu", gain)[-1] ** (1 / 30)
print(f"gain {gain:.4f}, factor per layer {factor:.3f}")
assert abs(factor - 1) < 0.1

# %% [markdown]
# ## Next
#
# * [Train a network on digits](digits.py): the whole program, with what you have here.
# * [Keep ReLU units alive](dying-relu.py): when the gradient is exactly 0.
# * [Choosing an activation](choosing.py): the same tasks with each.
# * [Build the feed-forward block of a transformer](feed-forward.py): the same way back,
#   through gates, attention and layer normalisation.
# * [Bring your own activation](your-own.py): differentiate it, and have it checked.
#
# Also used on this page: [`CATALOGUE`][actfn.CATALOGUE], [`get`][actfn.get] and
# [`leaky_relu_derivative`][actfn.leaky_relu_derivative].
