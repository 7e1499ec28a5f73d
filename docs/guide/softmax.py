# %% [markdown]
# # Turn scores into probabilities with softmax
#
# **You will be able to**
#
# - turn the scores of a classifier into probabilities, along the axis you mean;
# - say why the textbook formula overflows, and write one that does not;
# - compute logarithms of probabilities that are too small to be stored;
# - leave scores out with a mask, also where it leaves out all of them;
# - sharpen and soften a distribution with a temperature;
# - derive the gradient of cross-entropy, check it numerically, and train with it.
#
# **You need** arrays, their axes and the matrix product: see
# [Compute with arrays instead of loops](numpy-basics.py). For the gradient, you need to
# know what a derivative is.

# %%
import matplotlib.pyplot as plt
import numpy as np

import actfn
from actfn import log_softmax, log_softmax_vjp, sigmoid, softmax, softmax_vjp

# %% [markdown]
# ## From scores to probabilities
#
# A classifier ends with one number per class, its **scores** (also called logits). A
# score may be any number, and the highest wins. Three steps turn scores into
# probabilities: take $e$ to the power of each, so that all are positive; add them up;
# divide each by the sum.

# %%
#| alt: Three bar charts for three classes. The scores are 2.0, 1.0 and 0.1; their
#|   exponentials are {{ np.exp(2.0):.2f }}, {{ np.exp(1.0):.2f }} and
#|   {{ np.exp(0.1):.2f }}; divided by their sum they are {{ softmax(scores)[0]:.2f }},
#|   {{ softmax(scores)[1]:.2f }} and {{ softmax(scores)[2]:.2f }}.
scores = np.array([2.0, 1.0, 0.1])
exponentials = np.exp(scores)
steps = {
    "scores": scores,
    "exponentials": exponentials,
    "divided by their sum": exponentials / exponentials.sum(),
}
fig, axes = plt.subplots(1, 3, figsize=(7, 2.6), layout="constrained")
for ax, (title, values) in zip(axes, steps.items()):
    ax.bar(["A", "B", "C"], values)
    ax.set_title(title)
plt.show()

# %% [markdown]
# $$\operatorname{softmax}(x)_i = \frac{e^{x_i}}{\sum_k e^{x_k}}$$

# %%
probabilities = softmax(scores)
probabilities

# %% [markdown]
# The results are positive and sum to {{ probabilities.sum():.12g }}. The order of the
# scores is kept. Each probability depends on all scores: raise one, and all others
# fall.
#
# ## Only differences count
#
# Divide one probability by another. The sum cancels, and what remains is
#
# $$\frac{p_i}{p_j} = e^{x_i - x_j}$$
#
# One point of difference between two scores is a factor of {{ np.e:.3f }} between their
# probabilities, whatever the other scores are:

# %%
print(f"ratio of probabilities:    {probabilities[0] / probabilities[1]:.12f}")
print(f"e to the score difference: {np.exp(scores[0] - scores[1]):.12f}")

# %% [markdown]
# So you may add the same number to all scores. The differences stay, and so do the
# probabilities.

# %%
softmax(scores + 123.0)

# %% [markdown]
# With two classes there is one difference, and softmax is a function that you know: the
# [sigmoid](sigmoid.py) of that difference, here [`sigmoid`][actfn.sigmoid].
#
# $$\operatorname{softmax}(x, 0)_1 = \frac{e^x}{e^x + 1} = \operatorname{sigmoid}(x)$$

# %%
#| alt: The first of the two probabilities of the scores (x, 0), as a line, and the
#|   sigmoid of x, as dots. The dots lie on the line, which climbs from
#|   {{ softmax([-4.0, 0.0])[0]:.3f }} at −4 through {{ softmax([0.0, 0.0])[0] }} at 0
#|   to {{ softmax([4.0, 0.0])[0]:.3f }} at 4.
fig, ax = plt.subplots(figsize=(6, 3))
actfn.plot.curve("softmax", ax=ax, label="first of softmax(x, 0)")
x = np.linspace(-4, 4, 17)
ax.plot(x, sigmoid(x), "o", color="C1", label="sigmoid(x)")
ax.legend()
plt.show()

# %% [markdown]
# Scores do not have a meaning of their own, then. A score of 2 is high next to 0 and
# low next to 5.
#
# ## Keep the exponentials from overflowing
#
# Here is the formula as it stands.


# %%
def naive_softmax(x):
    return np.exp(x) / np.sum(np.exp(x))


naive_softmax(np.array([1000.0, 999.0, 998.1]))

# %% [markdown]
# The scores differ as [2.0, 1.0, 0.1] do, so the probabilities should be the same. But
# each exponential is beyond the largest float, and `inf / inf` is not a number. On the
# other side, all exponentials round to 0, and so does their sum:

# %%
naive_softmax(np.array([-1000.0, -1001.0, -1001.9]))

# %% [markdown]
# The cure is the freedom that you have just seen. Subtract the same number from all
# scores: their maximum. Then the largest exponential is $e^0 = 1$, none can overflow,
# and the sum is at least 1. This also computes the exponentials once, not twice.


# %%
def stable_softmax(x):
    e = np.exp(x - np.max(x))
    return e / e.sum()


stable_softmax(np.array([1000.0, 999.0, 998.1]))

# %% [markdown]
# [`softmax`][actfn.softmax] does this. You do not need scores of a thousand to get into
# trouble: the limit depends on the dtype.

# %%
for dtype in (np.float64, np.float32, np.float16):
    largest = np.float64(np.finfo(dtype).max)
    print(f"{np.dtype(dtype)}: exp overflows above {np.log(largest):.2f}")

# %% [markdown]
# In float16, a score of 12 is enough. The stable form does not mind:
# softmax of [12, 11] is {{ softmax(np.array([12, 11], dtype=np.float16)) }} there.
#
# ## Choose the axis
#
# Scores of several examples come as a matrix, one row per example. Take two rows. Which
# numbers are to sum to 1: all six, or the three of each row?

# %%
matrix = np.array([[1, 2, 3], [4, 5, 6]])
in_all = softmax(matrix, axis=None)
in_rows = softmax(matrix, axis=1)
print("whole array, axis=None:", in_all, sep="\n")
print("each row, axis=1:", in_rows, sep="\n")

# %%
#| alt: Bar charts of the six probabilities. Over the whole array, the first row has
#|   {{ in_all[0].sum():.3f }} of the total and the second {{ in_all[1].sum():.3f }}.
#|   Row by row, both rows are {{ in_rows[0, 0]:.2f }}, {{ in_rows[0, 1]:.2f }} and
#|   {{ in_rows[0, 2]:.2f }}.
fig, axes = plt.subplots(1, 2, figsize=(7, 2.8), sharey=True, layout="constrained")
for ax, rows, title in zip(axes, (in_all, in_rows), ("whole array", "each row")):
    ax.bar(np.arange(3) - 0.2, rows[0], 0.4, label="row 0")
    ax.bar(np.arange(3) + 0.2, rows[1], 0.4, label="row 1", hatch="//")
    ax.set(title=title, xlabel="column", xticks=range(3))
axes[0].legend()
plt.show()

# %% [markdown]
# | sum of | whole array | each row |
# |---|---:|---:|
# | row 0 | {{ in_all[0].sum():.4f }} | {{ in_rows[0].sum():.4f }} |
# | row 1 | {{ in_all[1].sum():.4f }} | {{ in_rows[1].sum():.4f }} |
#
# Row by row, both examples get the same probabilities, because [4, 5, 6] is
# [1, 2, 3] + 3. Over the whole array, the second example takes
# {{ in_all[1].sum():.1% }} of everything. What the classifier says
# about one example would depend on which others happen to be in the batch.
#
# In actfn, JAX and Keras the default is the last axis, `axis=-1`. SciPy's default is
# the whole array, and PyTorch picks an axis by the number of axes and warns. Always
# write the axis.
#
# A wrong axis raises no error, since the shape is the same. Sum the result along the
# axis of the classes: only the right one gives ones.

# %%
print("axis=1:", softmax(matrix, axis=1).sum(axis=1))
print("axis=0:", softmax(matrix, axis=0).sum(axis=1))

# %% [markdown]
# ## Take the logarithm in one step
#
# Training needs the logarithms of probabilities. A probability can be too small to be
# stored, or so close to 1 that it rounds to 1. Its logarithm is an ordinary number in
# both cases, but you can no longer get it from the probability.

# %%
np.log(softmax([0.0, -40.0, -1000.0]))

# %%
log_softmax([0.0, -40.0, -1000.0])

# %% [markdown]
# Divide the exponentials on paper instead, before the computer rounds them:
#
# $$\log \operatorname{softmax}(x)_i = x_i - \log \sum_k e^{x_k}$$
#
# [`log_softmax`][actfn.log_softmax] computes this, with the maximum subtracted. The
# −{{ -log_softmax([0.0, -40.0, -1000.0])[2]:.0f }} is there, and the logarithm of the
# first probability, which rounds to 1, is
# −{{ -log_softmax([0.0, -40.0, -1000.0])[0]:.3e }} in place of 0.

# %%
#| alt: Logarithm of the first probability for the scores (x, 0), x from −900 to 0. The
#|   line of log_softmax is straight down to −{{ -in_one_step[0]:.0f }}. The line of
#|   log(softmax) lies on it and ends near −{{ -x[np.isfinite(in_two_steps)][0]:.0f }},
#|   where the probability becomes 0.
x = np.linspace(-900.0, 0.0, 901)
pairs = np.stack([x, np.zeros_like(x)], axis=1)
with np.errstate(divide="ignore"):
    in_two_steps = np.log(softmax(pairs))[:, 0]
in_one_step = log_softmax(pairs)[:, 0]
fig, ax = plt.subplots(figsize=(6, 3))
ax.plot(x, in_one_step, "--", label="log_softmax(x, 0)")
ax.plot(x, in_two_steps, "-", linewidth=3, label="log(softmax(x, 0))", zorder=1)
ax.set(xlabel="x", ylabel="log-probability")
ax.legend()
plt.show()

# %% [markdown]
# ## Divide the scores by a temperature
#
# Softmax ignores a shift of the scores, but not a scale. Divide them by a number $T$
# first, the **temperature**:
#
# $$p = \operatorname{softmax}(x / T)$$

# %%
#| alt: The probabilities for scores 2.0, 1.0 and 0.1 against the temperature, from
#|   {{ temperatures[0]:.2f }} to {{ temperatures[-1]:.0f }} on a logarithmic axis. On
#|   the left they are {{ cooled[0, 0]:.2f }}, {{ cooled[0, 1]:.2f }} and
#|   {{ cooled[0, 2]:.2f }}; on the right {{ cooled[-1, 0]:.2f }},
#|   {{ cooled[-1, 1]:.2f }} and {{ cooled[-1, 2]:.2f }}, close to one third.
temperatures = np.geomspace(0.05, 50, 200)
cooled = softmax(scores / temperatures[:, np.newaxis])
fig, ax = plt.subplots(figsize=(6, 3.2))
for p, score, style in zip(cooled.T, scores, ["-", "--", "-."]):
    ax.semilogx(temperatures, p, style, label=f"score {score}")
ax.set(xlabel="temperature", ylabel="probability")
ax.axvline(1, linestyle=":", color="C7")
ax.legend()
plt.show()

# %% [markdown]
# At $T = 1$ (dotted) you have softmax itself. Towards $T = 0$ the highest score takes
# all: that is the maximum, and softmax is the soft form of it. For large $T$ the
# classes become equal. The order never changes.
#
# Language models are sampled with a temperature. A classifier that is too sure of
# itself is mended with one, fitted after training.[^calibration]
#
# [^calibration]: Guo, Pleiss, Sun and Weinberger (2017),
#     [On Calibration of Modern Neural Networks](https://arxiv.org/abs/1706.04599).
#
# ## Measure the error with cross-entropy
#
# You know the true class $t$ of an example. The **cross-entropy** is the negative
# logarithm of the probability that the classifier gave to it:
#
# $$L = -\log p_t = \log \sum_k e^{x_k} - x_t$$


# %%
def cross_entropy(scores, true_class):
    return -log_softmax(scores)[..., true_class]


for true_class in range(3):
    print(f"if {true_class} is true: {cross_entropy(scores, true_class):.4f}")

# %% [markdown]
# It is 0 for a probability of 1 and grows without bound towards 0. A classifier of
# three classes that knows nothing gives each one third, and has a cross-entropy of
# $\log 3$ = {{ np.log(3):.4f }}. This is the loss to expect before training.
#
# For training, you need to know how the loss changes with each score. From the formula:
#
# $$\frac{\partial L}{\partial x_i}
# = \frac{e^{x_i}}{\sum_k e^{x_k}} - [i = t] = p_i - [i = t]$$
#
# The bracket is 1 for the true class and 0 for the others. As a vector it is called
# **one-hot**. The gradient is what the classifier said minus what it should have said.

# %%
one_hot = np.eye(3)[0]  # class 0 is true
softmax(scores) - one_hot

# %%
#| alt: For two classes and the scores (x, 0) with the first class true, the
#|   cross-entropy falls from {{ loss[0]:.2f }} at −6 to {{ loss[-1]:.4f }} at 6, and
#|   its derivative, dashed, rises from −{{ -slope[0]:.3f }} to −{{ -slope[-1]:.3f }}.
x = np.linspace(-6, 6, 241)
pairs = np.stack([x, np.zeros_like(x)], axis=1)
loss = cross_entropy(pairs, 0)
slope = softmax(pairs)[:, 0] - 1
fig, ax = plt.subplots(figsize=(6, 3.2))
ax.plot(x, loss, "-", label="cross-entropy")
ax.plot(x, slope, "--", label="derivative")
ax.set_xlabel("lead x of the true class")
ax.legend()
plt.show()

# %% [markdown]
# Each component lies between −1 and 1, and the components sum to 0. The wronger the
# classifier, the closer the gradient comes to its full size: it does not fade where the
# error is large.
#
# ## Check the gradient
#
# Never trust a gradient that you derived by hand. There are two more ways to it.
#
# **By the chain rule.** The loss depends on the probabilities, with
# $\partial L / \partial p_t = -1 / p_t$, and these depend on the scores.
# [`softmax_vjp`][actfn.softmax_vjp] takes the gradient with respect to the
# probabilities and carries it back to the scores. (The name stands for vector-Jacobian
# product.)

# %%
softmax_vjp(scores, -one_hot / softmax(scores))

# %% [markdown]
# **By finite differences.** Nudge one score by a small step $h$ in both directions, and
# see what the loss does. This needs no calculus.


# %%
def central_differences(f, x, h):
    steps = h * np.eye(x.size)
    return np.array([f(x + step) - f(x - step) for step in steps]) / (2 * h)


central_differences(lambda x: cross_entropy(x, 0), scores, 1e-5)

# %% [markdown]
# All three agree. How small should the step be? Try.

# %%
#| alt: Largest error of the numerical gradient against the step, both axes logarithmic.
#|   Both lines fall and rise again. The one-sided difference is best at a step of about
#|   {{ h[one_sided.argmin()]:.0e }}, with an error of {{ one_sided.min():.0e }}; the
#|   central difference at about {{ h[central.argmin()]:.0e }}, with an error of
#|   {{ central.min():.0e }}.
h = np.geomspace(1e-12, 1e-1, 23)
right = softmax(scores) - one_hot
moved = [cross_entropy(scores + step * np.eye(3), 0) for step in h]
one_sided = [(m - cross_entropy(scores, 0)) / s for m, s in zip(moved, h)]
one_sided = np.abs(one_sided - right).max(axis=1)
central = [central_differences(lambda x: cross_entropy(x, 0), scores, s) for s in h]
central = np.abs(central - right).max(axis=1)
fig, ax = plt.subplots(figsize=(6, 3.2))
ax.loglog(h, one_sided, "s--", label="one-sided difference")
ax.loglog(h, central, "o-", label="central difference")
ax.set(xlabel="step h", ylabel="largest error")
ax.legend()
plt.show()

# %% [markdown]
# A large step leaves out the curvature. A small one subtracts two nearly equal numbers,
# and dividing by $h$ magnifies their rounding. Between the two lies the best step. It
# is not the smallest.
#
# !!! warning "Do not go through the probability"
#     The chain rule in two steps divides by $p_t$. For the scores [1000, 0] with the
#     second class true, $p_t$ rounds to 0. Take
#     [`log_softmax_vjp`][actfn.log_softmax_vjp], which never forms the quotient.

# %%
wrong_and_sure = np.array([1000.0, 0.0])
second = np.array([0.0, 1.0])
with np.errstate(divide="ignore"):
    print("two steps:", softmax_vjp(wrong_and_sure, -second / softmax(wrong_and_sure)))
print("one step: ", log_softmax_vjp(wrong_and_sure, -second))

# %% [markdown]
# ## Know what infinity and NaN give
#
# A score of −∞ is useful. It says that a class is excluded, for instance a word that
# may not come next: its probability is exactly 0 and the others share the rest.

# %%
for row in [[1, 2, -np.inf], [1, np.inf, 3], [np.inf, np.inf, 0], [-np.inf] * 3]:
    print(f"{row!s:20}", softmax(row))

# %% [markdown]
# A single +∞ takes all: that is the limit. Several +∞, or nothing but −∞, have no
# limit, because the result depends on how you get there:

# %%
print(softmax([-1000.0, -1000.0]), softmax([-1000.0, -2000.0]))

# %% [markdown]
# Both rows are on their way to [−∞, −∞]. So the functions give NaN, without a warning.
# SciPy, JAX and Keras do, too. They also give NaN for the single +∞.
#
# NaN among the scores makes its whole row NaN, and no other row:

# %%
softmax([[1.0, np.nan, 3.0], [1.0, 2.0, 3.0]])

# %% [markdown]
# ## Leave scores out with a mask
#
# A score of −∞ is one way to exclude a class. The other is a mask. Take the scores that
# five words of a sentence give each other. Each may look at itself and at the words
# before it, not at those to come.

# %%
#| alt: Left, a table of five by five scores, from {{ table.min():.1f }} to
#|   {{ table.max():.1f }}. Right, the weights that the mask leaves: all on the diagonal
#|   and below. The first row has one weight, {{ shares[0, 0]:g }}; the last has five,
#|   from {{ shares[4].min():.2f }} to {{ shares[4].max():.2f }}.
table = np.random.default_rng(2).normal(size=(5, 5))
allowed = np.tri(5, dtype=bool)
shares = softmax(table, axis=1, where=allowed)
fig, axes = plt.subplots(1, 2, figsize=(6.4, 2.8))
pictures = {"scores": table, "weights": np.where(allowed, shares, np.nan)}
for ax, (title, values) in zip(axes, pictures.items()):
    image = ax.imshow(values, cmap="cividis")
    ax.set(title=title, xlabel="looks at word", xticks=range(5), yticks=range(5))
    ax.grid(False)
    fig.colorbar(image)
axes[0].set_ylabel("word")
plt.show()

# %% [markdown]
# `where=` is true where a score counts. The others get the weight 0, and every row sums
# to 1: {{ np.allclose(shares.sum(axis=1), 1) }}.
#
# Three other ways are common. Try them on a row that is masked in part, and on one that
# is masked everywhere, as rows are that only fill up a batch.

# %%
pair = np.array([[2.0, 1.0, 0.1], [2.0, 1.0, 0.1]])
mask = np.array([[True, True, False], [False, False, False]])
ways = {
    "times the mask": softmax(pair) * mask,
    "a score of -1e9": softmax(np.where(mask, pair, -1e9)),
    "a score of -inf": softmax(np.where(mask, pair, -np.inf)),
    "where=": softmax(pair, where=mask),
}
for way, (part, whole) in ways.items():
    print(f"{way:15} {part.round(4)} sum {part.sum():.4f}; {whole.round(4)}")

# %% [markdown]
# Multiplying afterwards is too late: the masked score has taken its share of the sum,
# and {{ 1 - ways["times the mask"][0].sum():.1% }} of the probability is gone. A large
# negative score works as long as one score counts. Where none does, all are equally
# large, and the row that should be empty gets a third for each. −∞ gives NaN there, and
# one NaN in a batch makes its mean loss NaN. `where=` gives zeros.
#
# [`log_softmax`][actfn.log_softmax] takes the same mask, and so do the functions that
# carry a gradient back. No gradient reaches what is masked:

# %%
print(log_softmax(pair, where=mask))
print(log_softmax_vjp(pair, -one_hot * mask, where=mask))

# %% [markdown]
# ## Classify with it
#
# All of it together: points in a plane, three classes, a layer of three neurons. The
# gradient of the loss with respect to the scores is the `error` below. The matrix
# product carries it on to the weights.

# %%
rng = np.random.default_rng(0)
centres = np.array([[0.0, 2.0], [-2.0, -1.0], [2.0, -1.0]])
classes = np.repeat([0, 1, 2], 40)
points = centres[classes] + rng.normal(size=(120, 2))
weights, biases = np.zeros((2, 3)), np.zeros(3)
losses = []
for _ in range(200):
    point_scores = points @ weights + biases
    losses.append(-log_softmax(point_scores)[np.arange(120), classes].mean())
    error = (softmax(point_scores, axis=1) - np.eye(3)[classes]) / len(points)
    weights -= points.T @ error
    biases -= error.sum(axis=0)
print(f"loss before training {losses[0]:.4f}, after {losses[-1]:.4f}")

# %% [markdown]
# Before training all scores are 0, and the loss is $\log 3$, as expected. To decide,
# take the class with the highest score. You do not need softmax for that, since it
# keeps the order. You need it to train, and to say how sure the classifier is.

# %%
decided = (points @ weights + biases).argmax(axis=1)
right_ones = (decided == classes).sum()
print(f"{right_ones} of {len(points)} points are classified as they should be")

# %%
#| alt: 120 points in three clouds, around (0, 2), (−2, −1) and (2, −1). Around each
#|   cloud runs the line where the probability of its class is one half, and further in
#|   a dashed line where it is 0.95. For {{ 120 - right_ones }} points another class is
#|   more probable than their own.
side = np.linspace(-5, 5, 101)
plane = np.stack(np.meshgrid(side, side), axis=-1)
share = softmax(plane @ weights + biases, axis=-1)
fig, ax = plt.subplots(figsize=(6, 4))
for k, marker in enumerate("os^"):
    ax.plot(*points[classes == k].T, marker, color=f"C{k}", label=f"class {k}")
    lines = {"levels": [0.5, 0.95], "linestyles": ["-", "--"], "colors": f"C{k}"}
    ax.contour(side, side, share[..., k], **lines)
ax.set_aspect("equal")
ax.legend(loc="lower right")
plt.show()

# %% [markdown]
# On a solid line a class has a probability of one half, on a dashed one 0.95. Away from
# the middle the lines are straight, because scores are linear in the point. And the
# further from the lines you go, the surer the classifier gets. At (0, 100), where it
# has never seen anything, it leaves a probability of
# {{ softmax([0, 100] @ weights + biases)[1:].sum():.0e }} to two of the classes
# together. Softmax turns scores into numbers that sum to 1. Whether they are good
# probabilities, only data can tell.
#
# ## Exercises
#
# Each solution ends in an assertion. Put your own result in its place: if it raises
# nothing, you are right.
#
# ### 1. A softmax of your own
#
# Write a softmax that takes an axis, computes the exponentials once and does not
# overflow, in NumPy alone.


# %%
#| fold: Solution
def my_softmax(x, axis):
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


expected = [[0.00426978, 0.01160646, 0.03154963], [0.08576079, 0.23312201, 0.63369132]]
assert np.allclose(my_softmax(matrix, None), expected, rtol=0, atol=5e-9)
expected = [0.65900114, 0.24243297, 0.09856589]
assert np.allclose(my_softmax(scores, -1), expected, rtol=0, atol=5e-9)
assert np.allclose(my_softmax(matrix * 1000, 1), softmax(matrix * 1000, axis=1))
print(my_softmax(matrix, None))

# %% [markdown]
# ### 2. The wrong axis
#
# A program calls `softmax(batch, axis=0)` on batches of shape (examples,
# classes). It seems to work. Somebody sends a single example. What comes out, and why?

# %%
#| fold: Solution
single = np.array([[2.0, 1.0, 0.1]])
print(softmax(single, axis=0))
# Each column has one element, and that has all of the probability of its column.
assert np.array_equal(softmax(single, axis=0), np.ones((1, 3)))

# %% [markdown]
# ### 3. A temperature for a purpose
#
# At which temperature does the first of the scores [2.0, 1.0, 0.1] get a
# probability of 0.9? Halve an interval until you have six digits.

# %%
#| fold: Solution
low, high = 0.01, 1.0  # the probability falls from 1 to 0.66
while high - low > 1e-7:
    middle = (low + high) / 2
    if softmax(scores / middle)[0] > 0.9:
        low = middle
    else:
        high = middle
print(f"T = {low:.6f} gives {softmax(scores / low)}")
assert abs(softmax(scores / low)[0] - 0.9) < 1e-6

# %% [markdown]
# ### 4. The loss of a batch
#
# The loss of a batch is the mean of the cross-entropies of its rows. Write it
# for the two rows of `matrix` with the true classes 2 and 0. Derive its gradient and
# check it by central differences.

# %%
#| fold: Solution
truth = np.array([2, 0])


def batch_loss(flat):
    return -log_softmax(flat.reshape(2, 3))[np.arange(2), truth].mean()


gradient = (softmax(matrix) - np.eye(3)[truth]) / 2
print(gradient)
numerical = central_differences(batch_loss, matrix.flatten().astype(float), 1e-5)
assert np.allclose(gradient.flatten(), numerical, rtol=0, atol=1e-9)

# %% [markdown]
# ### 5. A mask of your own
#
# Extend your softmax of exercise 1 by a mask, in NumPy alone: 0 where it is false,
# zeros for a row in which nothing counts, and no warning. Which two numbers must not
# become what they would be in such a row?


# %%
#| fold: Solution
def masked_softmax(x, allowed):
    x = np.where(allowed, x, -np.inf)
    largest = x.max(axis=-1, keepdims=True)
    e = np.exp(x - np.where(np.isfinite(largest), largest, 0))  # not -inf - -inf
    total = e.sum(axis=-1, keepdims=True)
    return e / np.where(total == 0, 1, total)  # not 0 / 0


hard = -500 * pair  # the largest score of each row is a masked one
with np.errstate(over="raise", invalid="raise", divide="raise"):
    answer = masked_softmax(hard, mask)
print(answer)
assert np.allclose(answer, softmax(hard, where=mask), rtol=1e-12, atol=0)
assert np.allclose(masked_softmax(table, np.tri(5, dtype=bool)), shares, rtol=1e-12)

# %% [markdown]
# ## Next
#
# - [Backpropagation](backpropagation.py): how the gradient of the scores becomes that
#   of the weights, layer by layer.
# - [Digits](digits.py) and [sentiment](sentiment.py): networks that end in softmax,
#   trained on real data.
# - [Recognise numbers that break](broken-numbers.py): overflow and underflow in
#   general, and in fewer bits.
# - [All functions](../reference/index.md): each function of this page, with its errors
#   and its names in other libraries.
