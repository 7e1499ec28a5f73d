# %% [markdown]
# # Find the answer to a question
#
# **You will be able to**
#
# - tell what a warning, a NaN or an error message means, and mend its cause;
# - get a short answer with an example that runs, and the page that says more;
# - find it again: the search knows every question by its words.
#
# **You need** Python and NumPy arrays, as in [Compute with arrays instead of
# loops](numpy-basics.py). Run the first cell once. After it, every example runs by
# itself, in any order.

# %%
import math

import matplotlib.pyplot as plt
import numpy as np

import actfn
from actfn import (
    gelu,
    gelu_tanh,
    leaky_relu,
    log_softmax,
    relu,
    sigmoid,
    silu,
    softmax,
    softplus,
    tanh,
)

# %% [markdown]
# ## Numbers that break
#
# ### RuntimeWarning: overflow encountered in exp: why does my sigmoid warn? {#overflow}
#
# You have written $1 / (1 + e^{-x})$, and some $x$ is so far below 0 that $e^{-x}$ is
# greater than the largest float. NumPy takes infinity for it, and the result is 0. That
# is right at −1000 and wrong at −720. Do not hide the warning. Take a form that never
# raises $e$ to a positive power, as [`sigmoid`][actfn.sigmoid] does: [Keep it from
# overflowing](sigmoid.py#keep-it-from-overflowing).

# %%
x = np.array([-1000.0, -720.0, 0.0, 1000.0])
print("formula:", 1 / (1 + np.exp(-x)))
print("sigmoid:", sigmoid(x))

# %% [markdown]
# ### Why is my softmax nan? Invalid value encountered in divide {#softmax-nan}
#
# The exponential of a large score is infinite, and infinity divided by infinity is not
# a number. Subtract the largest score first: the probabilities stay the same, and no
# exponential is greater than 1. [`softmax`][actfn.softmax] does so: [Keep the
# exponentials from overflowing](softmax.py#keep-the-exponentials-from-overflowing).

# %%
scores = np.array([1000.0, 999.0, 998.1])
e = np.exp(scores)
print("formula:", e / e.sum())
e = np.exp(scores - scores.max())
print("shifted:", e / e.sum())
print("softmax:", softmax(scores))

# %% [markdown]
# ### Why is my loss inf or nan? Divide by zero encountered in log {#log-of-zero}
#
# A probability has become too small to be stored, and the logarithm of 0 is −∞. The
# cross-entropy is then infinite, or NaN where −∞ meets a 0 of the one-hot target. A
# small number inside the logarithm hides this and gives a wrong loss. Take the
# logarithm of the scores in one step, by [`log_softmax`][actfn.log_softmax], and for
# yes or no by [`log_sigmoid`][actfn.log_sigmoid]: [Take the logarithm in one
# step](softmax.py#take-the-logarithm-in-one-step).

# %%
scores, target = np.array([800.0, 0.0]), np.array([1.0, 0.0])
print("loss if class 0 is true:", -(target * np.log(softmax(scores))).sum())
print("if class 1 is true, with + 1e-12:", -np.log(softmax(scores) + 1e-12)[1])
print("in one step, of both:", log_softmax(scores))

# %% [markdown]
# ### Why does tanh give nan for large inputs? {#tanh-nan}
#
# Written with four exponentials, $(e^x - e^{-x}) / (e^x + e^{-x})$ becomes infinity
# divided by infinity on both sides. NumPy has a hyperbolic tangent that does not, and
# [`tanh`][actfn.tanh] uses it: [Compute it without
# NaN](tanh.py#compute-it-without-nan).

# %%
x = np.array([-800.0, 0.5, 800.0])
with np.errstate(over="ignore", invalid="ignore"):
    print("formula:", (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)))
print("tanh:   ", tanh(x))

# %% [markdown]
# ### Why is log(1 + exp(x)) inf? How do I compute softplus? {#softplus-inf}
#
# For a large $x$ the exponential overflows, although the logarithm of the sum is hardly
# more than $x$. For a very negative $x$ the exponential is lost beside the 1, and the
# result is 0. [`softplus`][actfn.softplus] keeps both ends: [Compute softplus for every
# input](sum-of-sigmoids.py#compute-softplus-for-every-input).

# %%
x = np.array([-50.0, 0.0, 1000.0])
with np.errstate(over="ignore"):
    print("formula: ", np.log(1 + np.exp(x)))
print("softplus:", softplus(x))

# %% [markdown]
# ### Why does my sigmoid return exactly 1? {#sigmoid-is-one}
#
# A sigmoid that returns 1 has been rounded. The floats just below 1 lie a fixed
# distance apart, and what is closer to 1 than half of it becomes 1. Near 0 floats lie
# far closer together, so nothing is lost there. If you need $1 - \sigma(x)$, compute
# $\sigma(-x)$, which is the same number. If you need its logarithm, take
# [`log_sigmoid`][actfn.log_sigmoid].

# %%
print("1 - sigmoid(40):", 1 - sigmoid(40.0))
print("sigmoid(-40):   ", sigmoid(-40.0))
for dtype in (np.float64, np.float32, np.float16):
    x = np.linspace(0, 40, 4001).astype(dtype)
    print(f"{np.dtype(dtype)}: exactly 1 from {x[sigmoid(x) == 1][0]:.1f} on")

# %% [markdown]
# ## Softmax
#
# ### Which axis (or dim) do I give to softmax? {#softmax-axis}
#
# The axis along which the classes lie: along it the results sum to 1. For scores of
# shape (examples, classes) that is the last one, `axis=-1`, which is the default here.
# A wrong axis raises no error, so check the sums: [Choose the
# axis](softmax.py#choose-the-axis).

# %%
scores = np.array([[2.0, 1.0, 0.1], [0.0, 3.0, 0.0]])
for axis in (-1, 0, None):
    print(f"axis={axis}: rows sum to", softmax(scores, axis=axis).sum(axis=-1))

# %% [markdown]
# ### Why do my softmax probabilities not sum to exactly 1? {#sum-to-one}
#
# Each is rounded, and so is each step of their sum. Expect a difference of a few times
# the distance between floats at 1, and compare with `np.isclose`, not with `==`. If the
# sum is far from 1, the [axis](#softmax-axis) is wrong.

# %%
scores = np.random.default_rng(0).normal(size=(1000, 10)).astype(np.float32)
sums = softmax(scores).sum(axis=-1)
print(f"exactly 1: {np.mean(sums == 1):.1%} of the rows")
print(
    f"largest difference: {np.abs(sums - 1).max() / np.spacing(sums.dtype.type(1)):g}",
    "times the distance between floats",
)
print("close to 1:", np.isclose(sums, 1).all())

# %% [markdown]
# ### Logits or probabilities: which does the loss want? {#logits-or-probabilities}
#
# Logits are the scores before softmax. A loss that is "with logits" or "from logits"
# applies softmax itself, so give it the scores. If you give it probabilities, softmax
# is applied twice: nothing warns, and the loss of a perfect answer stays far above 0.
# [Measure the error with
# cross-entropy](softmax.py#measure-the-error-with-cross-entropy) explains the loss.

# %%
logits = np.array([20.0, 0.0, 0.0])  # sure of class 0, which is true
print(f"softmax once:  loss {-log_softmax(logits)[0]:.4f}")
print(f"softmax twice: loss {-log_softmax(softmax(logits))[0]:.4f}")

# %% [markdown]
# ### Do I need softmax to predict a class, or is argmax enough? {#argmax}
#
# `argmax` of the scores is enough: softmax keeps the order, so the largest score has
# the largest probability. You need softmax to train, and to say how sure the network
# is. [Classify with it](softmax.py#classify-with-it) does both.

# %%
scores = np.random.default_rng(0).normal(size=(1000, 10))
print("same class:", np.all(scores.argmax(axis=-1) == softmax(scores).argmax(axis=-1)))

# %% [markdown]
# ### How do I mask padding in softmax? {#mask}
#
# Give `where=`, true where a score counts. Multiplying the result by the mask is too
# late, because the others then sum to less than 1. Scores of −∞ do the same as a mask,
# except where a whole row is masked: it becomes NaN, and with `where=` zeros. [Leave
# scores out with a mask](softmax.py#leave-scores-out-with-a-mask) compares them.

# %%
scores = np.array([[2.0, 1.0, 0.1], [2.0, 1.0, 0.1]])
mask = np.array([[True, True, False], [False, False, False]])
print("times mask:", (softmax(scores) * mask).sum(axis=-1))
print("-inf:      ", softmax(np.where(mask, scores, -np.inf)).sum(axis=-1))
print("where=mask:", softmax(scores, where=mask).sum(axis=-1))

# %% [markdown]
# ### What does the temperature of softmax do? {#temperature}
#
# The scores are divided by it. Below 1 the largest takes more, above 1 the
# probabilities become more equal, and the order stays. It is used to sample words from
# language models and to mend a classifier that is too sure of itself: [Divide the
# scores by a temperature](softmax.py#divide-the-scores-by-a-temperature).

# %%
#| alt: Three groups of bars, the probabilities of the scores 2.0, 1.0 and 0.1. At
#|   temperature 0.3 they are {{ rows[0][0]:.2f }}, {{ rows[0][1]:.2f }} and
#|   {{ rows[0][2]:.2f }}; at 1, {{ rows[1][0]:.2f }}, {{ rows[1][1]:.2f }} and
#|   {{ rows[1][2]:.2f }}; at 5, {{ rows[2][0]:.2f }}, {{ rows[2][1]:.2f }} and
#|   {{ rows[2][2]:.2f }}.
scores, rows = np.array([2.0, 1.0, 0.1]), []
fig, ax = plt.subplots(figsize=(6, 2.4))
for temperature, shift, hatch in ((0.3, -0.25, ""), (1, 0, "//"), (5, 0.25, "..")):
    rows.append(softmax(scores / temperature))
    ax.bar(
        np.arange(3) + shift, rows[-1], 0.25, hatch=hatch, label=f"T = {temperature}"
    )
ax.set(xticks=range(3), xticklabels=scores, xlabel="score", ylabel="probability")
ax.legend()
plt.show()

# %% [markdown]
# ### How do I get logits back: the inverse of softmax and sigmoid? {#inverse}
#
# By the logarithm, up to a number that is added to all of them, since softmax ignores
# such a number. For one probability of yes the inverse of the sigmoid is
# $\log p - \log(1 - p)$, called the logit. Keep the scores if you can: from a
# probability that is rounded to 0 or 1 they do not come back. [An
# exercise](sigmoid.py#3-turn-it-round) derives it.

# %%
scores = np.array([2.0, 1.0, 0.1])
print("softmax:", np.log(softmax(scores)) - np.log(softmax(scores))[0] + scores[0])
p = sigmoid(np.array([-3.0, 0.0, 30.0, 40.0]))
with np.errstate(divide="ignore"):
    print("sigmoid:", np.log(p) - np.log1p(-p))

# %% [markdown]
# ## Derivatives
#
# ### What is the derivative of the sigmoid, x * (1 - x) or s * (1 - s)? {#sigmoid}
#
# It is $s\,(1 - s)$ with $s = \sigma(x)$, the output. A program that writes
# `x * (1 - x)` must be given the output, and gives nonsense for the input.
# [`sigmoid_derivative`][actfn.sigmoid_derivative] takes the input $x$, as all
# derivatives here do, and keeps its digits where $s$ is close to 1: [Differentiate
# it](sigmoid.py#differentiate-it).

# %%
x = np.array([-2.0, 0.0, 2.0, 40.0])
s = sigmoid(x)
print("x * (1 - x):", x * (1 - x))
print("s * (1 - s):", s * (1 - s))
print("derivative: ", actfn.sigmoid_derivative(x))

# %% [markdown]
# ### What is the derivative of softmax? {#softmax-derivative}
#
# A matrix, because each probability depends on every score:
# $\partial p_i / \partial x_j = p_i\,([i = j] - p_j)$, which is
# $\operatorname{diag}(p) - p\,p^\mathsf{T}$. Backpropagation only needs its product
# with the gradient that arrives, which [`softmax_vjp`][actfn.softmax_vjp] computes
# without building the matrix: [Multiply by a Jacobian without building
# it](backpropagation.py#multiply-by-a-jacobian-without-building-it).

# %%
scores, arriving = np.array([2.0, 1.0, 0.1]), np.array([1.0, 0.0, -1.0])
p = softmax(scores)
jacobian = np.diag(p) - np.outer(p, p)
print(jacobian)
print("by the matrix: ", arriving @ jacobian)
print("by softmax_vjp:", actfn.softmax_vjp(scores, arriving))

# %% [markdown]
# ### What is the derivative of softmax with cross-entropy? {#softmax-cross-entropy}
#
# The probabilities minus the target, $p - t$. The matrix of softmax and the quotient of
# the logarithm cancel, so nothing can be divided by 0. Compute it in this form and not
# as two steps: [Check the gradient](softmax.py#check-the-gradient).

# %%
scores, target = np.array([2.0, 1.0, 0.1]), np.array([1.0, 0.0, 0.0])
print("p - t:              ", softmax(scores) - target)
print("by log_softmax_vjp: ", actfn.log_softmax_vjp(scores, -target))

# %% [markdown]
# ### What is the derivative of ReLU at 0? {#relu-at-zero}
#
# There is none: the slope is 0 on the left and 1 on the right. Any number between the
# two is a subgradient and serves for training.
# [`relu_derivative`][actfn.relu_derivative] takes {{ actfn.relu_derivative(0.0):g }};
# what it and others take at their kinks is in the
# [catalogue](../reference/catalogue.md) and on each function's page. Inputs that are
# exactly 0 are rare, unless they come from another ReLU: [Differentiate it, and decide
# at 0](dying-relu.py#differentiate-it-and-decide-at-0).

# %%
for name in ("relu", "leaky_relu", "elu", "hard_tanh", "hard_sigmoid"):
    for kink, value in actfn.CATALOGUE[name].kinks.items():
        print(f"{name} at {kink:g}: {value:.4g}")

# %% [markdown]
# ### How do I check a derivative that I derived by hand? {#gradient-check}
#
# Compare it with the central difference $(f(x + h) - f(x - h)) / 2h$ in float64. A step
# near $10^{-5}$ leaves about ten digits for a function of ordinary size; a much smaller
# one gives fewer, because two nearly equal numbers are subtracted: [Choose the
# step](backpropagation.py#choose-the-step).

# %%
x, right = 0.7, actfn.gelu_derivative(0.7)
for h in (1e-1, 1e-5, 1e-12):
    slope = (gelu(x + h) - gelu(x - h)) / (2 * h)
    print(f"h = {h:.0e}: error {abs(slope - right):.0e}")

# %% [markdown]
# ## Choosing
#
# ### Which activation function should I use? {#which-activation}
#
# Between layers begin with [`relu`][actfn.relu], and with [`gelu`][actfn.gelu] or
# [`silu`][actfn.silu] in a transformer. The last layer depends on what comes out:
# scores for [`softmax`][actfn.softmax] with classes, [`sigmoid`][actfn.sigmoid] for yes
# or no, [`identity`][actfn.identity] for any number. The catalogue says it for every
# function, and [Choose an activation by evidence](choosing.py) measures it.

# %%
for name in ("relu", "silu", "softmax", "sigmoid", "identity"):
    print(f"{name}: {actfn.get(name).use.partition('. ')[0].rstrip('.')}")

# %% [markdown]
# ### GELU or SiLU: what is the difference? {#gelu-or-silu}
#
# Both multiply $x$ by a gate between 0 and 1: GELU by the normal distribution function,
# SiLU by the sigmoid. GELU follows ReLU more closely, SiLU dips deeper; the line below
# the picture says how far apart they get. Take the one that your model was designed
# with, and let a measurement decide otherwise: [Train it with
# each](feed-forward.py#train-it-with-each) does so, with their gated forms.

# %%
#| alt: GELU, solid, and SiLU, dashed, from −6 to 6. GELU falls to
#|   {{ gelu(x).min():.2f }}, SiLU to {{ silu(x).min():.2f }}. They are furthest apart
#|   at x = −{{ abs(x[gap.argmax()]):.2f }} and {{ abs(x[gap.argmax()]):.2f }}, by
#|   {{ gap.max():.3f }}.
x = np.linspace(-6, 6, 1201)
gap = np.abs(gelu(x) - silu(x))
fig, ax = plt.subplots(figsize=(6, 2.8))
actfn.plot.compare(["gelu", "silu"], ax=ax, interval=(-6, 6))
ax.grid(True)
plt.show()
print(f"furthest apart: {gap.max():.3f} at x = ±{abs(x[gap.argmax()]):.2f}")

# %% [markdown]
# ### Why does my GELU differ from the one in PyTorch, JAX or Keras? {#gelu-differs}
#
# There are two formulas under this name: the exact one and an approximation by tanh,
# and libraries differ in which is the default. Here they are [`gelu`][actfn.gelu] and
# [`gelu_tanh`][actfn.gelu_tanh]. [Which function is this
# elsewhere?](../reference/elsewhere.md) lists the defaults. Keep the one that a trained
# model was trained with.

# %%
x = np.linspace(-6, 6, 1201)
gap = np.abs(gelu_tanh(x) - gelu(x))
print(f"furthest apart: {gap.max():.1e} at x = ±{abs(x[gap.argmax()]):.1f}")
for row in actfn.get("gelu").namesakes:
    print(f"{row.library}: {row.equals or 'gelu(x)'}, the default is {row.defaults}")

# %% [markdown]
# ### What does SELU need? {#selu}
#
# Inputs of mean 0 and variance 1, weights drawn with mean 0 and variance $1/n$ for $n$
# inputs of a layer, and no other activation between. Then the outputs keep mean 0 and
# variance 1 from layer to layer, which is what [`selu`][actfn.selu] is for. With
# weights made for ReLU, of variance $2/n$, they do not.

# %%
for variance in (1, 2):
    rng = np.random.default_rng(0)
    h = rng.normal(size=(256, 256))  # mean 0, variance 1
    for _ in range(30):
        h = actfn.selu(h @ rng.normal(0, math.sqrt(variance / 256), (256, 256)))
    print(f"variance {variance}/n: mean {h.mean():5.2f}, variance {h.var():.2f}")

# %% [markdown]
# ### Softmax or sigmoid in the last layer? {#softmax-or-sigmoid}
#
# Softmax if exactly one of the classes is true: the probabilities share 1. A sigmoid
# for each if several can be true at once, or none. For yes or no, one sigmoid gives the
# same as softmax of two scores, of which one is 0. [Decide for outputs and
# gates](choosing.py#decide-for-outputs-and-gates) has a table.

# %%
scores = np.array([3.0, 3.0, -3.0])
print("one of three:", softmax(scores).round(3))
print("each by itself:", sigmoid(scores).round(3))
print("yes or no:", sigmoid(3.0).round(3), softmax([3.0, 0.0])[0].round(3))

# %% [markdown]
# ### Which activation for the output of a regression? {#regression}
#
# None, that is [`identity`][actfn.identity], if the answer may be any number. If it
# must be positive, [`softplus`][actfn.softplus]. If it must lie between two bounds,
# scale a sigmoid to them. ReLU is a poor choice there: where it is 0, no gradient
# corrects it. [Decide for outputs and gates](choosing.py#decide-for-outputs-and-gates)
# says more.

# %%
z = np.array([-4.0, 0.0, 4.0])
print("any number:   ", actfn.identity(z))
print("positive:     ", softplus(z).round(3))
print("from 10 to 30:", (10 + 20 * sigmoid(z)).round(3))
print("slope of relu:", actfn.relu_derivative(z))

# %% [markdown]
# ### Why not the mean squared error for a classifier? {#mean-squared-error}
#
# Because its gradient contains the slope of the sigmoid, which is nearly 0 where the
# network is sure. Of an answer that is sure and wrong it learns least. The gradient of
# cross-entropy is $p - t$, and largest there: [Use it where it
# belongs](sigmoid.py#use-it-where-it-belongs).

# %%
target = 1.0
for score in (0.0, -5.0, -10.0):
    p = sigmoid(score)
    squared = 2 * (p - target) * actfn.sigmoid_derivative(score)
    print(f"p = {p:.5f}: squared error {squared:.5f}, cross-entropy {p - target:.5f}")

# %% [markdown]
# ### Why do I need an activation function at all? {#why-activation}
#
# Without one, layers collapse: two matrices in a row are one matrix, however many
# layers you stack. Such a network is a single linear layer and cannot learn XOR: [Take
# the bend out](neuron.py#take-the-bend-out).

# %%
rng = np.random.default_rng(0)
x, first, second = rng.normal(size=(4, 3)), rng.normal(size=(3, 5)), np.ones((5, 2))
one = first @ second
print("without:  ", np.allclose((x @ first) @ second, x @ one))
print("with ReLU:", np.allclose(relu(x @ first) @ second, x @ one))

# %% [markdown]
# ## Training
#
# ### Why is my loss stuck at 0.693 or 2.303? {#loss-stuck}
#
# These are the logarithms of 2 and of 10, the cross-entropy of a network that gives
# every class the same probability. As a first value it is right. If it stays there,
# nothing has been learnt: look for a learning rate that is far too small or too large,
# dead units, inputs that are not scaled, or softmax applied
# [twice](#logits-or-probabilities).

# %%
for classes in (2, 3, 10, 100):
    scores = np.zeros(classes)  # knows nothing
    print(f"{classes:3} classes: loss {-log_softmax(scores)[0]:.3f}")

# %% [markdown]
# ### Why do my gradients vanish with the sigmoid? {#vanishing-gradient}
#
# This is the **vanishing gradient**. On its way back the gradient is multiplied by the
# slope of the activation at every layer, and that of the sigmoid is at most ¼. tanh has
# a slope of 1 at 0 and less beside it; ReLU has 1 wherever it is positive. So the
# gradient fades fastest with the sigmoid: [Follow a gradient through
# depth](backpropagation.py#follow-a-gradient-through-depth).

# %%
rng = np.random.default_rng(0)
for name, gain in (("sigmoid", 1), ("tanh", 1), ("relu", 2)):
    row, h, slopes = actfn.get(name), rng.normal(size=(32, 128)), []
    weights = rng.normal(0, math.sqrt(gain / 128), (20, 128, 128))
    for layer in weights:
        slopes.append(row.gradient(h @ layer))
        h = row.function(h @ layer)
    gradient = np.ones_like(h)
    for slope, layer in zip(slopes[::-1], weights[::-1]):
        gradient = (gradient * slope) @ layer.T
    size = math.sqrt(np.mean(gradient**2))
    print(f"{name}: a gradient of 1 is {size:.0e} after 20 layers")

# %% [markdown]
# ### How large should the initial weights be: He or Glorot? {#initial-weights}
#
# So large that the numbers keep their size from layer to layer. ReLU halves the mean
# square, and He's variance of $2/n$ for $n$ inputs makes up for it. Glorot's,
# $2/(n + m)$ for $n$ inputs and $m$ outputs, keeps the size of a layer without
# activation; tanh flattens a little more, so that numbers shrink slowly unless a gain
# makes up for that too. [Choose the gain](backpropagation.py#choose-the-gain) measures
# which.

# %%
for function in (relu, tanh):
    for name, variance in (("He", 2 / 256), ("Glorot", 1 / 256)):
        rng = np.random.default_rng(0)
        h = rng.normal(size=(256, 256))
        for _ in range(20):
            h = function(h @ rng.normal(0, math.sqrt(variance), (256, 256)))
        size = math.sqrt(np.mean(h**2))
        print(f"{function.__name__}, {name}: size {size:.2g} after 20 layers")

# %% [markdown]
# ### Why may I not start with all weights 0? {#zero-weights}
#
# Units with the same weights compute the same and get the same gradient, so they stay
# the same for ever: a layer of many units is worth one. Draw the weights at random;
# biases may start at 0. [Choose the gain](backpropagation.py#choose-the-gain) says how
# large they should be.

# %%
rng = np.random.default_rng(0)
x, errors = rng.normal(size=(8, 3)), rng.normal(size=(8, 1))
for name, scale in (("zeros", 0), ("random", 1)):
    first, second = scale * rng.normal(size=(3, 4)), scale * rng.normal(size=(4, 1)) + 1
    gradient = x.T @ (errors @ second.T * actfn.tanh_derivative(x @ first))
    print(
        f"{name}: the four units get the same gradient:",
        np.ptp(gradient, axis=1).max() < 1e-12,
    )

# %% [markdown]
# ### How do I find dead ReLU units? {#dead-relu}
#
# A dead unit gives 0 for every input, so no gradient reaches its weights. Count the
# columns of the layer's output that are 0 for a whole data set. That half of all
# numbers are 0 is normal. If many units die, take a smaller learning rate or
# [`leaky_relu`][actfn.leaky_relu]: [Keep ReLU units alive](dying-relu.py).

# %%
rng = np.random.default_rng(0)
biases = np.array([0.0, 0.0, 0.0, 0.0, -20.0])
z = rng.normal(size=(1000, 3)) @ rng.normal(size=(3, 5)) + biases
h = relu(z)
print(f"zeros: {np.mean(h == 0):.0%} of all numbers")
print("dead with relu:      ", np.flatnonzero((h == 0).all(axis=0)))
print("dead with leaky_relu:", np.flatnonzero((leaky_relu(z) == 0).all(axis=0)))

# %% [markdown]
# ### Float16 training: why do my gradients become 0? {#float16-training}
#
# float16 has few digits and a small range. Gradients below half of its smallest number
# become 0, and a small update of a weight is rounded away. So keep the weights in
# float32, multiply the loss by a large number before going back, and divide the
# gradient by it in float32.[^mixed] A formula with $e^{-x}$ overflows where $x$ is
# below −{{ np.log(np.float64(np.finfo(np.float16).max)):.1f }};
# [`sigmoid`][actfn.sigmoid] does not, and [its error](../reference/accuracy.md) is
# measured for every float16 number. [Count with fewer
# bits](broken-numbers.py#count-with-fewer-bits) goes on, and adds bfloat16.
#
# [^mixed]: Micikevicius and others (2018),
#     [Mixed Precision Training](https://arxiv.org/abs/1710.03740).

# %%
gradient, weight = 1e-8, np.float16(1)
print("smallest float16:    ", np.finfo(np.float16).smallest_subnormal)
print("gradient in float16: ", np.float16(gradient))
print("scaled by 1024, back:", np.float32(np.float16(gradient * 1024)) / 1024)
print("1 + 0.0004:          ", weight + np.float16(0.0004))
print("sigmoid(-12):        ", sigmoid(np.float16(-12)))

# %% [markdown]
# ## NumPy and actfn
#
# ### Is there a sigmoid, ReLU or softmax in NumPy? {#in-numpy}
#
# No. NumPy has the parts: `np.exp`, `np.maximum`, `np.tanh`. The functions are in
# actfn, with their derivatives, and in SciPy and the deep-learning libraries under
# [other names](../reference/elsewhere.md).

# %%
for name in ("sigmoid", "relu", "softmax", "tanh"):
    print(f"{name}: in NumPy {hasattr(np, name)}, in actfn {hasattr(actfn, name)}")

# %% [markdown]
# ### The truth value of an array with more than one element is ambiguous {#truth}
#
# This `ValueError` comes from a ReLU that is written with `max(0, x)`, or with
# `if x > 0`: it asks one question, and an array has many answers. Choose for each
# element: `np.maximum(0, x)`, or `np.where` for other conditions. [Replace `if` by a
# choice](vectorise.py#replace-if-by-a-choice) says more.

# %%
x = np.array([-1.0, 2.0])
try:
    max(0, x)
except ValueError as error:
    print("ValueError:", error)
print(np.maximum(0, x), relu(x))

# %% [markdown]
# ### TypeError: only length-1 arrays can be converted to Python scalars {#math-exp}
#
# `math.exp` fails on an array, because it takes one number; `np.exp` takes an array of
# any shape. The message has changed: older versions of NumPy say "size-1" or
# "length-1", newer ones "0-dimensional". The cause is the same. [Compute element by
# element](numpy-basics.py#compute-element-by-element) does so with a matrix.

# %%
x = np.array([0.0, 1.0])
try:
    1 / (1 + math.exp(-x))
except TypeError as error:
    print("TypeError:", error)
print(1 / (1 + np.exp(-x)), sigmoid(x))

# %% [markdown]
# ### Why does np.where still warn about overflow? {#where-warns}
#
# `np.where` chooses between two arrays, and both are computed in full before it begins.
# It cannot keep $e^{-x}$ from overflowing in the elements that it throws away. Limit
# the exponent instead of the result. [Keep it from
# overflowing](sigmoid.py#keep-it-from-overflowing) derives the form below.

# %%
x = np.array([-1000.0, 1000.0])
print("where:", np.where(x > 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x))))
print("limit:", np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x))))

# %% [markdown]
# ### Why does my leaky ReLU return only integers or zeros? {#integers}
#
# The array you write into holds integers, since `np.zeros_like` takes the dtype of an
# integer input, and fractions are cut off without a warning. Ask for floats.
# [`leaky_relu`][actfn.leaky_relu] and all others give float64 for integers. [Read type,
# shape and size](numpy-basics.py#read-type-shape-and-size) tells more of dtypes.

# %%
x = np.array([-30, -20, 10])
result = np.zeros_like(x)
result[:] = np.where(x > 0, x, 0.01 * x)
print("zeros_like(x):", result, result.dtype)
print("leaky_relu(x):", leaky_relu(x), leaky_relu(x).dtype)

# %% [markdown]
# ### How do I apply an activation in place? {#in-place}
#
# Give the array as `out=`. Every function takes it, and the result may overwrite the
# input. Do so only if nobody needs the input again: the derivative does. [Work in
# place](make-it-fast.py#work-in-place) measures what it saves.

# %%
x = np.array([-2.0, 0.0, 3.0])
result = relu(x, out=x)
print(x, result is x)

# %% [markdown]
# ### What are swish, expit, hard swish and linear called here? {#other-names}
#
# [`actfn.get`][actfn.get] takes the names that other libraries use, and says what is
# close to a name it does not know. [`swish`][actfn.swish] with its default slope is
# [`silu`][actfn.silu]. The other direction, from a function here to its names and
# defaults elsewhere, is on [Which function is this
# elsewhere?](../reference/elsewhere.md).

# %%
for name in ("expit", "swish", "hard_swish", "linear", "log_expit", "heaviside"):
    print(f"{name}: actfn.{actfn.get(name).name}")
try:
    actfn.get("sigmiod")
except KeyError as error:
    print(error)

# %% [markdown]
# ## Next
#
# - [Compute with arrays instead of loops](numpy-basics.py): the course from its
#   beginning.
# - [Recognise numbers that break](broken-numbers.py): the first section of this page,
#   at length.
# - [All functions](../reference/index.md): formula, curve, derivative and pitfalls of
#   each.
# - [The glossary](../glossary.md): each term in two sentences.
#
# Also used on this page: [`gelu_derivative`][actfn.gelu_derivative],
# [`tanh_derivative`][actfn.tanh_derivative] and
# [`log_softmax_vjp`][actfn.log_softmax_vjp]; [`actfn.CATALOGUE`][actfn.CATALOGUE] and
# [`actfn.plot.compare`][actfn.plot.compare].
