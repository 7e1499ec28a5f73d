# %% [markdown]
# # Train a network on handwritten digits
#
# **You will be able to** split data so that the test is honest; scale pixels without a
# division by zero; write a network with one hidden layer and any activation, forward
# and backward; check its gradient; train it in mini-batches with momentum; and say how
# good it is: against simple rules, digit by digit, and from seed to seed.
#
# **You need** matrix products, as in [NumPy basics](numpy-basics.py), cross-entropy, as
# in [Softmax](softmax.py), and the chain rule, as in
# [Backpropagation](backpropagation.py). Everything is NumPy and actfn; scikit-learn
# lends its data and nothing else.

# %%
import timeit

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import actfn
from actfn import log_softmax, log_softmax_vjp, softmax

# %% [markdown]
# ## Look at the data
#
# scikit-learn comes with {{ len(load_digits().target) }} handwritten digits, each a
# picture of 8 by 8 pixels. Its description says that they are the test set of a
# collection from the UCI repository, written by 13 people, and that a pixel counts the
# dark points in a block of 4 by 4 of a finer scan. So a pixel is a whole number from 0
# to 16.

# %%
pixels, labels = load_digits(return_X_y=True)
print(pixels.shape, pixels.dtype, "from", pixels.min(), "to", pixels.max())
print("how many of each digit:", np.bincount(labels))


# %% [markdown]
# Each row of `pixels` is one picture, laid out in a line. To see many at once, put them
# into one array like tiles on a wall. The function pads each picture with a gap of NaN,
# which is drawn as nothing, and swaps axes so that rows of tiles become rows of pixels.


# %%
def wall(rows, columns):
    """Arrange rows of 64 numbers as pictures, so many side by side."""
    pictures, gap = rows.reshape(-1, 8, 8), [(0, 0), (0, 1), (0, 1)]
    tiles = np.pad(pictures, gap, constant_values=np.nan)
    tiles = tiles.reshape(-1, columns, 9, 9)
    return tiles.swapaxes(1, 2).reshape(-1, columns * 9)[:-1, :-1]


def show(ax, rows, columns=1, **options):
    ax.imshow(wall(rows, columns), cmap="gray", interpolation="none", **options)
    ax.axis("off")


# %%
#| alt: Thirty handwritten digits in three rows of ten, white on black and very coarse.
#|   The first row is {{ ", ".join(map(str, labels[:10])) }}. Most are easy to
#|   read; some need a second look.
fig, ax = plt.subplots(figsize=(6.5, 2.1))
show(ax, pixels[:30], 10)
plt.show()

# %% [markdown]
# To the network a digit is just its numbers. This is the {{ labels[0] }} at the top
# left:

# %%
print(pixels[0].reshape(8, 8).astype(int))

# %% [markdown]
# ## Set digits aside before anything else
#
# A network can learn its examples by heart. Whether it has learned to read shows only
# on digits that had no part in its making. So you need three sets: one to **train** on,
# one for **validation**, on which you make your choices, and one to **test** on, which
# you open once, at the end.
#
# The usual advice is to shuffle and cut. Look at the data first. For each digit, find
# the one most like it among all the others. How far apart do the two stand in the file?


# %%
def squared_distances(a, b):
    """Squared distance of each row of a to each row of b."""
    return (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T


places = np.arange(len(labels))
distances = squared_distances(pixels, pixels)
np.fill_diagonal(distances, np.inf)  # nobody is a neighbour of their own
nearest = distances.argmin(axis=1)
close = np.mean(abs(nearest - places) <= 100)
by_chance = np.mean(abs(places[:, None] - places) <= 100)
print(f"within 100 places: {close:.0%}; at random: {by_chance:.0%}")

# %% [markdown]
# Digits that look alike stand {{ "near each other" if close > 2 * by_chance else
# "anywhere" }} in the file, {{ close / by_chance:.1f }} times as often as chance would
# have it. That is what you would see if each person's digits were entered together.
# After shuffling, the same hands would write the training set and the test set. The
# test would ask whether the network can read people it knows.
#
# So cut without shuffling. If the file has that order, most of the test is written by
# people who wrote none of the training set.
# [Further down](#shuffle-and-deceive-yourself) you see how much that matters.

# %%
train, validation, test = slice(0, 1000), slice(1000, 1300), slice(1300, None)
truth = {"train": labels[train], "validation": labels[validation]}
for part, chosen in truth.items():
    print(part, np.bincount(chosen))

# %% [markdown]
# Each digit has a fair share in each part; the test set stays closed.
#
# ## Scale the pixels
#
# Weights start small and equal in size, so inputs should be of one size too. Many
# recipes subtract each pixel's mean and divide by its standard deviation. Both must
# come from the training set alone: the test set has not been seen yet.

# %%
mean, deviation = pixels[train].mean(axis=0), pixels[train].std(axis=0)
standardised = (pixels[:1300] - mean) / deviation
print("pixels that never change:", np.flatnonzero(deviation == 0))
print("NaN or infinite values:  ", np.count_nonzero(~np.isfinite(standardised)))

# %% [markdown]
# Some pixels in the margin are 0 in every training picture. Their deviation is 0, and
# 0/0 is NaN: a single one of them in the input makes every score NaN. Dividing by 1 in
# their place is the common cure. See what remains:

# %%
safe = np.where(deviation > 0, deviation, 1.0)
largest = np.abs((pixels[:1300] - mean) / safe).max(axis=0)
worst = largest.argmax()
lit = np.count_nonzero(pixels[train, worst])
print(f"pixel {worst}: lit in {lit} of 1000 training pictures")
print(f"its largest standardised value: {largest[worst]:.0f}")

# %% [markdown]
# A pixel that is {{ "almost always" if lit < 20 else "often" }} dark has a tiny
# deviation, and one stroke that touches it arrives as {{ largest[worst]:.0f }} where
# other inputs are about 1. All pixels here are counts of the same kind. One scale for
# all is enough, and it does no harm in the margin.

# %%
x = pixels / 16
print("from", x.min(), "to", x.max())

# %% [markdown]
# [`standardize`][actfn.standardize] is for another purpose: it scales by what it is
# given, so it would treat the test set by the test set's own mean.
#
# ## Know what there is to beat
#
# An accuracy means nothing alone. Three rules need no training at all:
#
# * **Majority**: always answer the most frequent digit.
# * **Nearest mean**: average the training pictures of each digit, and answer the digit
#   whose average is closest.
# * **Nearest neighbour**: answer what the most similar training picture is.


# %%
def baselines(x, t, fit, ask):
    """Answer for x[ask] by three rules that know x[fit] and t[fit] only."""
    majority = np.full(len(t[ask]), np.bincount(t[fit]).argmax())
    means = np.array([x[fit][t[fit] == digit].mean(axis=0) for digit in range(10)])
    by_mean = squared_distances(x[ask], means).argmin(axis=1)
    neighbour = squared_distances(x[ask], x[fit]).argmin(axis=1)
    answers = [majority, by_mean, t[fit][neighbour]]
    return dict(zip(["majority", "nearest mean", "nearest neighbour"], answers)), means


answers, means = baselines(x, labels, train, validation)
for rule, answer in answers.items():
    print(f"{rule:17} {np.mean(answer == labels[validation]):.1%}")

# %%
#| alt: The ten mean pictures, 0 to 9 from left to right: blurred, with
#|   {{ np.mean(means > 0.5):.0%}} of the pixels more ink than paper, and still legible.
fig, ax = plt.subplots(figsize=(6.5, 0.9))
show(ax, means, 10)
plt.show()

# %% [markdown]
# The neighbour sets a high mark. It also carries the whole training set with it: every
# answer compares with {{ len(x[train]) }} pictures.
#
# ## Build the network


# %% tags=["hide-input"]
def box(ax, x, note, **properties):
    style = {"boxstyle": "round,pad=0.7", "facecolor": "none", "edgecolor": "C0"}
    ax.text(x, 0, note, ha="center", va="center", bbox=style | properties)


def arrow(ax, start, end, note):
    ax.annotate("", (end, 0), (start, 0), arrowprops={"arrowstyle": "->"})
    ax.text((start + end) / 2, 0.25, note, ha="center")


# %% tags=["hide-input"]
#| alt: The network as boxes from left to right. {{ x.shape[1] }} pixels go through the
#|   weights W1, {{ x.shape[1] }} by 32, to 32 sums; these through the activation f to
#|   32 hidden units; these through W2, 32 by {{ len(means) }}, to {{ len(means) }}
#|   scores; and softmax makes as many probabilities of them.
fig, ax = plt.subplots(figsize=(7, 1.1))
spots = [0, 2.3, 4.4, 6.7, 8.9]
notes = ["64\npixels", "32\nsums", "32\nunits", "10\nscores", "10\nprobab."]
for spot, note in zip(spots, notes):
    box(ax, spot, note)
for i, note in enumerate(["$W_1$, $b_1$", "$f$", "$W_2$, $b_2$", "softmax"]):
    arrow(ax, spots[i] + 0.55, spots[i + 1] - 0.55, note)
ax.set(xlim=(-0.7, 9.6), ylim=(-0.6, 0.6))
ax.axis("off")
plt.show()

# %% [markdown]
# With one example per row of $X$, all of them pass at once:
#
# $$Z = X W_1 + b_1 \qquad A = f(Z) \qquad S = A W_2 + b_2 \qquad P =
# \operatorname{softmax}(S)$$
#
# The activation $f$ is to be a plug. [`get`][actfn.get] finds a row of the
# [`CATALOGUE`][actfn.CATALOGUE] by name, and the row knows the function and its
# derivative. A network is that row and four arrays. Some functions change the width:
# [`maxout`][actfn.maxout] halves it and [`crelu`][actfn.crelu] doubles it. So `start`
# asks the function how many units come out.


# %%
def start(name, hidden, seed):
    """Make a network: a row of the catalogue, and parameters drawn at random."""
    row, rng = actfn.get(name), np.random.default_rng(seed)
    width = row.function(np.zeros((1, hidden))).shape[1]
    first = rng.normal(scale=np.sqrt(2 / 64), size=(64, hidden))
    second = rng.normal(scale=0.1 / np.sqrt(width), size=(width, 10))
    return row, [first, np.zeros(hidden), second, np.zeros(10)]


def forward(network, x):
    """Give the sums, the hidden units and the scores."""
    row, (w1, b1, w2, b2) = network
    z = x @ w1 + b1
    a = row.function(z)
    return z, a, a @ w2 + b2


# %% [markdown]
# The loss is the mean cross-entropy. [`log_softmax`][actfn.log_softmax] takes it from
# the scores without the detour through probabilities that may round to 0.


# %%
def loss(network, x, t):
    logs = log_softmax(forward(network, x)[2], axis=1)
    return -logs[np.arange(len(t)), t].mean()


def accuracy(network, x, t):
    return np.mean(forward(network, x)[2].argmax(axis=1) == t)


network = start("relu", 32, seed=0)
at_first = loss(network, x[train], labels[train])
print(f"loss {at_first:.4f}; log 10 is {np.log(10):.4f}")
print("parameters:", sum(p.size for p in network[1]))

# %% [markdown]
# The last weights start small, so that the network begins without an opinion: each
# digit gets about one tenth, and the loss is close to $\log 10$. Compare the two before
# every training. A first loss far above means that the network starts out sure of
# itself and wrong.
#
# ## Send the error back
#
# The gradient of the loss with respect to the scores is what the network said minus
# what it should have said, $P - T$ with $T$ one-hot, divided by the $n$ examples. From
# there go backwards through the figure:
#
# $$\begin{aligned}
# \Delta_2 &= (P - T) / n & \nabla W_2 &= A^\top \Delta_2 \\
# \Delta_1 &= f'(Z) \odot (\Delta_2 W_2^\top) & \nabla W_1 &= X^\top \Delta_1
# \end{aligned}$$
#
# The gradient of a bias is the sum of its $\Delta$ over the examples. Only the factor
# $f'(Z)$ depends on the activation. For a function that couples its elements, the
# package has a product with the gradient (`_vjp`) in place of a derivative.


# %%
def back_through(row, z, gradient):
    if row.elementwise:
        return row.gradient(z) * gradient
    back = row.gradient(z, gradient)  # prelu gives two gradients
    return back[0] if isinstance(back, tuple) else back


def gradients(network, x, t):
    """The gradient of the loss for each of the four parameters."""
    row, (_, _, w2, _) = network
    z, a, scores = forward(network, x)
    target = np.eye(10)[t]
    delta2 = log_softmax_vjp(scores, -target / len(t), axis=1)
    delta1 = back_through(row, z, delta2 @ w2.T)
    return [x.T @ delta1, delta1.sum(axis=0), a.T @ delta2, delta2.sum(axis=0)]


# %% [markdown]
# [`log_softmax_vjp`][actfn.log_softmax_vjp] gives $\Delta_2$. Never trust a gradient
# that you have not checked. Move one weight a little to each side, and see what the
# loss does.


# %%
def numerical(network, x, t, array, index):
    """Slope of the loss along one number of an array, by a central difference."""
    kept, h, losses = array[index], 1e-5, []
    for moved in (kept + h, kept - h):
        array[index] = moved
        losses.append(loss(network, x, t))
    array[index] = kept
    return (losses[0] - losses[1]) / (2 * h)


batch, answer = x[:20], labels[:20]
exact = gradients(network, batch, answer)
for which, index in [(0, (20, 3)), (0, (43, 17)), (1, (5,)), (2, (9, 4)), (3, (7,))]:
    found = numerical(network, batch, answer, network[1][which], index)
    print(f"{exact[which][index]:+.10f}  {found:+.10f}")

# %% [markdown]
# Left the formula, right the difference. Does the plug take any activation? Check a few
# weights with everything in the catalogue. Three are left out:
# [`hardmax`][actfn.hardmax] has no derivative, [`logsumexp`][actfn.logsumexp] gives one
# number where a layer needs several, and [`gumbel_softmax`][actfn.gumbel_softmax] draws
# new noise for every call.

# %%
left_out = {"hardmax", "logsumexp", "gumbel_softmax"}
gaps = {}
for name in sorted(set(actfn.CATALOGUE) - left_out):
    other = start(name, 32, seed=1)
    exact = gradients(other, batch, answer)
    for unit in (3, 17, 30):
        found = numerical(other, batch, answer, other[1][0], (20, unit))
        gaps[name] = max(gaps.get(name, 0), abs(found - exact[0][20, unit]))
print(f"{len(gaps)} activations, largest gap {max(gaps.values()):.0e}")

# %% [markdown]
# ## Train it
#
# One pass over the training set is an **epoch**. Each epoch deals the digits into
# random **mini-batches** of 50 and takes a step after each. A small batch gives a rough
# gradient, but many steps for the price of one exact gradient. **Momentum** keeps nine
# tenths of the previous step: rough edges average out, and what all batches agree on
# adds up.
#
# $$v \leftarrow 0.9\,v - \eta\,\nabla \qquad w \leftarrow w + v$$


# %%
RATE, MOMENTUM, SIZE = 0.1, 0.9, 50


def epoch(network, steps, x, t, rng):
    """Pass over all examples once, in random batches; change the network in place."""
    order = rng.permutation(len(t))
    for i in range(0, len(t), SIZE):
        batch = order[i : i + SIZE]
        slopes = gradients(network, x[batch], t[batch])
        for weights, step, slope in zip(network[1], steps, slopes):
            step[...] = MOMENTUM * step - RATE * slope
            weights[...] += step


# %%
network = start("relu", 32, seed=0)
steps, rng = [np.zeros_like(p) for p in network[1]], np.random.default_rng([0, 1])
history = []
for count in range(31):
    if count:
        epoch(network, steps, x[train], labels[train], rng)
    for part in (train, validation):
        history.append(loss(network, x[part], labels[part]))
        history.append(accuracy(network, x[part], labels[part]))
curves = np.array(history).reshape(-1, 2, 2)  # epoch, part, loss or accuracy
print(f"validation: loss {curves[-1, 1, 0]:.3f}, accuracy {curves[-1, 1, 1]:.1%}")

# %%
#| alt: Two pictures over {{ len(curves) - 1 }} epochs. Left, the loss: training falls
#|   from {{ curves[0, 0, 0]:.2f }} to {{ curves[-1, 0, 0]:.4f }}; validation, dashed,
#|   falls to {{ curves[:, 1, 0].min():.3f }} at epoch
#|   {{ curves[:, 1, 0].argmin() }} and ends at {{ curves[-1, 1, 0]:.3f }}. Right,
#|   the accuracy: training climbs to {{ curves[-1, 0, 1]:.1%}}, validation to
#|   {{ curves[-1, 1, 1]:.1%}}.
fig, (left, right) = plt.subplots(1, 2, figsize=(7, 3))
for part, style in enumerate(("-", "--")):
    name = ("training", "validation")[part]
    left.semilogy(curves[:, part, 0], style, label=name)
    right.plot(curves[:, part, 1], style, label=name)
left.set(xlabel="epochs", title="loss")
right.set(xlabel="epochs", title="accuracy", ylim=(0.8, 1.005))
left.legend()
plt.show()

# %% [markdown]
# The training loss keeps falling: towards the end the network has every training digit
# {{ "right" if curves[-1, 0, 1] == 1 else "nearly right" }} and only grows surer. The
# validation loss is lowest at epoch {{ curves[:, 1, 0].argmin() }} and
# {{ "rises" if curves[-1, 1, 0] > 1.01 * curves[:, 1, 0].min() else "stays there" }}
# afterwards, from {{ curves[:, 1, 0].min():.3f }} to {{ curves[-1, 1, 0]:.3f }}. A
# loss can rise while the accuracy stands still: what the network gets wrong, it gets
# wrong with more conviction. [Exercise 1](#1-stop-in-time) stops in time.
#
# ## Open the test set
#
# All choices are made. The test set is used now, for the rules and for the network.

# %%
answers, _ = baselines(x, labels, train, test)
answers["network"] = forward(network, x[test])[2].argmax(axis=1)
right = {rule: np.mean(a == labels[test]) for rule, a in answers.items()}
asked = len(labels[test])
for rule, share in right.items():
    error = np.sqrt(share * (1 - share) / asked)
    print(f"{rule:17} {share:.1%}, standard error {error:.1%}")

# %% [markdown]
# A test of {{ asked }} digits is a sample. With other digits of the same kind the
# result would differ by about the standard error $\sqrt{p\,(1 - p) / n}$. So do not
# read much into the decimal.


# %% tags=["hide-input"]
def beside(one, other):
    """Say how two accuracies on the test set compare."""
    error = np.sqrt((one * (1 - one) + other * (1 - other)) / asked)
    if abs(one - other) < 2 * error:
        return "is about as good as"
    return "is better than" if one > other else "is worse than"


# %% [markdown]
# The network {{ beside(right["network"], right["nearest mean"]) }} the nearest mean and
# {{ beside(right["network"], right["nearest neighbour"]) }} the nearest neighbour. For
# pictures as small as these, cut out and centred, looking up the most similar one is
# hard to beat. What the network wins is size. It is
# {{ sum(p.size for p in network[1]) }} numbers. The neighbour needs all
# {{ x[train].size // 1000 }} 000 of the training set at every question.


# %% tags=["volatile"]
def look_up():
    return squared_distances(x[test], x[train]).argmin(axis=1)


def answer_all():
    return forward(network, x[test])[2].argmax(axis=1)


by_look_up = min(timeit.repeat(look_up, number=1, repeat=20))
by_network = min(timeit.repeat(answer_all, number=1, repeat=20))
print(f"time of the look-up / time of the network = {by_look_up / by_network:.0f}")

# %% [markdown]
# ### See which digits it confuses
#
# One number does not say what goes wrong. The **confusion matrix** counts, for each
# digit (row), what the network said (column). `np.add.at` adds 1 at each pair, also
# where a pair comes more than once.

# %%
said, true = answers["network"], labels[test]
confusion = np.zeros((10, 10), dtype=int)
np.add.at(confusion, (true, said), 1)
recall = confusion.diagonal() / confusion.sum(axis=1)
mistakes = confusion - np.diag(confusion.diagonal())
most = np.unravel_index(mistakes.argmax(), mistakes.shape)

# %%
#| alt: The confusion matrix. The diagonal holds {{ confusion.trace() }} of
#|   {{ asked }} digits. The largest square away from it:
#|   {{ mistakes.max() }} times a {{ most[0] }} was read as {{ most[1] }}. The digit
#|   {{ recall.argmin() }} is read worst, {{ recall.min():.0%}} of them rightly.
fig, ax = plt.subplots(figsize=(5, 4.4))
for (row, column), number in np.ndenumerate(confusion):
    if number:
        colour = "C0" if row == column else "C1"
        square = {"s": 14 * number + 60, "marker": "s", "alpha": 0.3}
        ax.scatter(column, row, color=colour, **square)
        centred = {"ha": "center", "va": "center", "fontsize": "small"}
        ax.text(column, row, number, **centred)
ax.set(xlabel="what the network said", ylabel="the digit", xlim=(-0.6, 9.6))
ax.set(xticks=range(10), yticks=range(10), ylim=(9.7, -0.7), aspect="equal")
plt.show()

# %% [markdown]
# ### Look at the mistakes

# %%
probabilities = softmax(forward(network, x[test])[2], axis=1)
wrong = np.flatnonzero(said != true)
sure = probabilities[wrong, said[wrong]]
sure_and_right = probabilities[said == true].max(axis=1).mean()
worst_ones = wrong[np.argsort(-sure)][:16]
captions = [f"{true[i]} as {said[i]}" for i in worst_ones]
often = max(captions, key=captions.count)

# %%
#| alt: The {{ len(captions) }} digits that the network got wrong and was surest about.
#|   The first eight are {{ ", ".join(captions[:8]) }}. The most frequent is
#|   {{ often }}, {{ captions.count(often) }} times.
fig, axes = plt.subplots(2, 8, figsize=(7, 2.5))
for ax, i, caption in zip(axes.flat, worst_ones, captions):
    show(ax, x[test][i])
    ax.set_title(caption, fontsize="small")
plt.show()

# %% [markdown]
# These are its {{ len(captions) }} surest mistakes of {{ len(wrong) }}. Of the first,
# it was {{ sure.max():.1%}} sure. Its mean probability is {{ sure.mean():.0%}} for what
# it got wrong and {{ sure_and_right:.0%}} for what it got right. A low probability is
# a hint that it may be wrong, and a high one is no proof that it is right.
# [Exercise 3](#3-answer-only-when-sure) makes use of the hint.
#
# ## Shuffle and deceive yourself
#
# Now do what you did not do in the beginning: shuffle, cut in the same places, and
# train in the same way. From here on, `fit` does the training.


# %%
def fit(network, x, t, seed, epochs=30):
    """Train a network, and give it back."""
    steps = [np.zeros_like(p) for p in network[1]]
    rng = np.random.default_rng([seed, 1])
    for _ in range(epochs):
        epoch(network, steps, x, t, rng)
    return network


# %%
shuffled = {rule: [] for rule in right}
for seed in range(3):
    mixed = np.random.default_rng(seed).permutation(len(x))
    xs, ts = x[mixed], labels[mixed]
    guesses, _ = baselines(xs, ts, train, test)
    familiar = fit(start("relu", 32, seed), xs[train], ts[train], seed)
    guesses["network"] = forward(familiar, xs[test])[2].argmax(axis=1)
    for rule, guess in guesses.items():
        shuffled[rule].append(np.mean(guess == ts[test]))
for rule, shares in shuffled.items():
    low, high = min(shares), max(shares)
    print(f"{rule:17} {right[rule]:.1%}, shuffled {low:.1%} to {high:.1%}")

factor = (1 - right["network"]) / (1 - np.mean(shuffled["network"]))

# %% [markdown]
# For each mistake of the shuffled test, the test in order has {{ factor:.1f }}. Nothing
# about the network is better or worse: the shuffled test asks about hands that it has
# seen. Which of the two numbers is right depends on the use: new digits of the same
# people, or new people. Information from the test that finds its way into the training
# is called **leakage**, and no output warns of it.
#
# ## See what the units look at
#
# Each hidden unit has 64 weights, one for each pixel. So its weights are a picture too:
# bright where ink speaks for the unit, dark where it speaks against it.

# %%
first = start("relu", 32, seed=0)[1][0]  # as training found them
trained = network[1][0]
change = trained - first
busiest = np.argsort(-(change**2).sum(axis=0))[:8]


def alike(weights):
    """Correlation of the weights of pixels that stand side by side."""
    pictures = weights.T.reshape(-1, 8, 8)
    left, right_of_it = pictures[:, :, :-1], pictures[:, :, 1:]
    return np.corrcoef(left.ravel(), right_of_it.ravel())[0, 1]


print(f"neighbours at first:       {alike(first):+.2f}")
print(f"neighbours in the change:  {alike(change):+.2f}")

# %%
#| alt: Three rows of eight pictures, for the units that training has changed most. The
#|   first row is grey noise: weights of neighbouring pixels have a correlation of
#|   {{ alike(first):.2f}}. The second, after training, has bright and dark patches in
#|   it. The third, the difference, with a correlation of {{ alike(change):.2f}}, shows
#|   them clearly: strokes and blobs, bright beside dark, and even grey in the margins.
fig, axes = plt.subplots(3, 1, figsize=(6.5, 2.9))
titles = ("at first", "trained", "the difference")
for ax, weights, title in zip(axes, (first, trained, change), titles):
    show(ax, weights.T[busiest], 8, vmin=-1, vmax=1)
    ax.set_title(title, fontsize="small")
plt.show()

# %%
still = np.flatnonzero((change == 0).all(axis=1))
silent = np.flatnonzero((forward(network, x[train])[1] == 0).all(axis=0))
print("pixels whose weights never moved:", still)
print("units that are 0 for every training digit:", len(silent))

# %% [markdown]
# Nobody has told the network that pixels have neighbours. At first the weights of two
# that stand side by side have a correlation of {{ alike(first):.2f }}, that is, none.
# What training adds has {{ alike(change):.2f }}: it finds patches and strokes because
# the digits consist of them.
#
# The weights of {{ len(still) }} pixels are still at their random start. These pixels
# are always 0, and the gradient of a weight is its input times the error. If one of
# them is lit one day, noise enters the network.
#
# ## Change the seed, then the activation
#
# The seed decides how the weights start and how the batches are dealt. It means
# nothing, and it changes the result. Before you compare two activations, find out how
# far apart two runs of the *same* one are.

# %%
names = ("identity", "sigmoid", "tanh", "relu")
results = {name: np.zeros(6) for name in names}
for name, shares in results.items():
    for seed in range(6):
        other = start(name, 32, seed)
        fit(other, x[train], labels[train], seed, epochs=15)
        shares[seed] = accuracy(other, x[test], labels[test])
    low, high = shares.min(), shares.max()
    print(f"{name:8} {shares.mean():.1%}, from {low:.1%} to {high:.1%}")

# %%
#| alt: Accuracy on the test set: six dots for each activation, one for each seed, and
#|   a bar at their mean. The means are {{ results["identity"].mean():.1%}} for
#|   identity, {{ results["sigmoid"].mean():.1%}} for sigmoid,
#|   {{ results["tanh"].mean():.1%}} for tanh and {{ results["relu"].mean():.1%}} for
#|   relu; the dots of one activation spread over as much as
#|   {{ 100 * max(np.ptp(r) for r in results.values()):.1f }} percentage points.
fig, ax = plt.subplots(figsize=(6.5, 2.4))
for i, (name, marker) in enumerate(zip(names, "osD^")):
    ax.plot(results[name], np.full(6, i), marker, alpha=0.7)
    ax.plot(results[name].mean(), i, "|", markersize=22, color=f"C{i}")
ax.set_xlabel("accuracy on the test set")
ax.set_yticks(range(len(names)), names)
ax.invert_yaxis()
plt.show()

# %%
ranges = [(r.min(), r.max()) for r in results.values()]
pairs = [(a, b) for i, a in enumerate(ranges) for b in ranges[i + 1 :]]
overlap = sum(a[0] <= b[1] and b[0] <= a[1] for a, b in pairs)
mean_of = {name: r.mean() for name, r in results.items()}
last = min(mean_of, key=mean_of.get)
print(f"ranges that overlap: {overlap} of {len(pairs)}; lowest mean: {last}")

# %% [markdown]
# Runs of one activation lie up to
# {{ 100 * max(np.ptp(r) for r in results.values()):.1f }} percentage points apart, for
# no reason but the seed. Where two ranges overlap, one run of each could have ended the
# other way round, and a table made from such runs would recommend the wrong one. The
# lowest mean, that of {{ last }}, is
# {{ 100 * (sorted(mean_of.values())[1] - mean_of[last]):.1f }} points below the next.
# All four got the same learning rate and 15 epochs. It is fairer to find a rate for
# each, as [Choose an activation](choosing.py) does.
#
# Look at the first row. With [`identity`][actfn.identity] the two layers are one
# [linear layer](neuron.py), and it {{ beside(mean_of["identity"], mean_of["relu"]) }}
# the network with [`relu`][actfn.relu]. On this task, the bend
# {{ "helps" if mean_of["relu"] - mean_of["identity"] > 0.02 else "is hardly needed" }}.
#
# ## Give the bend something to do
#
# The digits are cut out and centred. Let them stand anywhere: move each by up to one
# pixel in each direction. Pad the pictures with a margin, and there are nine windows of
# 8 by 8. `sliding_window_view` gives all of them
# ([Convolution](convolution.py) explains it).


# %%
def everywhere(x):
    """Each picture in nine positions, one after the other."""
    wide = np.pad(x.reshape(-1, 8, 8), [(0, 0), (1, 1), (1, 1)])
    windows = np.lib.stride_tricks.sliding_window_view(wide, (8, 8), axis=(1, 2))
    return windows.reshape(-1, 64)


# %%
#| alt: One {{ labels[1300] }} in nine positions: up, level and down, each to the left,
#|   in the middle and to the right. Parts of it leave the picture at the edges.
fig, ax = plt.subplots(figsize=(6.5, 0.9))
show(ax, everywhere(x[1300]), 9)
plt.show()

# %%
x_moved, t_moved = everywhere(x[train]), np.repeat(labels[train], 9)
ask_moved, true_moved = everywhere(x[test]), np.repeat(labels[test], 9)
unmoved = accuracy(network, ask_moved, true_moved)
print(f"{'relu, trained without moves:':28} {unmoved:.1%}")
moved = {}
for name in ("identity", "relu"):
    other = fit(start(name, 64, seed=0), x_moved, t_moved, seed=0, epochs=6)
    moved[name] = accuracy(other, ask_moved, true_moved)
    print(f"{name + ', trained with moves:':28} {moved[name]:.1%}")

# %% [markdown]
# Moves of up to one pixel take the first network from {{ right["network"]:.0%}} to
# {{ unmoved:.0%}}: it has learned where the ink is, not what a digit looks like.
# Trained on moved digits, `relu` gets {{ moved["relu"]:.0%}} and `identity`
# {{ moved["identity"]:.0%}}. A linear layer has one picture per digit to compare with,
# and no single picture fits nine positions. Hidden units that bend can react to a
# stroke here *or* there. On moved digits the activation is worth
# {{ 100 * (moved["relu"] - moved["identity"]):.0f }} percentage points; on digits in
# their place it was worth {{ 100 * (mean_of["relu"] - mean_of["identity"]):.1f }}.
#
# A layer that looks for the same stroke everywhere is made for such a task. It is the
# subject of [Convolution](convolution.py).
#
# ## Exercises
#
# Each solution ends in an assertion. Put your own result in its place: if it raises
# nothing, you are right.
#
# ### 1. Stop in time
#
# Train once more with seed 0, and keep a copy of the parameters with the lowest
# validation loss. What does the test say about the copy?

# %%
#| fold: Solution
model = start("relu", 32, seed=0)
steps, rng = [np.zeros_like(p) for p in model[1]], np.random.default_rng([0, 1])
lowest = np.inf
for _ in range(30):
    epoch(model, steps, x[train], labels[train], rng)
    now = loss(model, x[validation], labels[validation])
    if now < lowest:
        lowest, copies = now, [p.copy() for p in model[1]]
stopped = (model[0], copies)
for name, one in (("stopped", stopped), ("to the end", model)):
    figures = [f(one, x[test], labels[test]) for f in (loss, accuracy)]
    print(f"{name:10} test loss {figures[0]:.3f}, accuracy {figures[1]:.1%}")
assert np.isclose(lowest, curves[1:, 1, 0].min(), rtol=1e-6)
assert np.isclose(loss(stopped, x[validation], labels[validation]), lowest)

# %% [markdown]
# ### 2. Let weights decay
#
# Add $\frac{\lambda}{2} \sum w^2$ over both weight matrices to the loss, with
# $\lambda = 0.01$. Write its gradient, and check one weight by a central difference.


# %%
#| fold: Solution
def decayed_loss(network, x, t, decay=0.01):
    w1, _, w2, _ = network[1]
    return loss(network, x, t) + decay / 2 * ((w1**2).sum() + (w2**2).sum())


def decayed_gradients(network, x, t, decay=0.01):
    slopes = gradients(network, x, t)
    return [g + decay * p * (p.ndim == 2) for g, p in zip(slopes, network[1])]


other = start("tanh", 32, seed=2)
slope = decayed_gradients(other, batch, answer)[0][20, 3]
sides = []
for h in (1e-5, -2e-5):  # first to the right, then to the left of where it was
    other[1][0][20, 3] += h
    sides.append(decayed_loss(other, batch, answer))
print(f"{slope:.10f}  {(sides[0] - sides[1]) / 2e-5:.10f}")
assert np.isclose(slope, (sides[0] - sides[1]) / 2e-5, rtol=0, atol=1e-8)

# %% [markdown]
# ### 3. Answer only when sure
#
# A sorting machine may hand the hardest tenth to a person. Leave out the 10 % of the
# test digits about which `network` is least sure. What is the accuracy on the rest?

# %%
#| fold: Solution
confidence = probabilities.max(axis=1)
kept = confidence > np.quantile(confidence, 0.1)
on_the_rest = np.mean(said[kept] == true[kept])
print(f"all {right['network']:.1%}, without the least sure {on_the_rest:.1%}")
assert np.isclose(kept.mean(), 0.9, atol=0.01)
assert on_the_rest > right["network"]

# %% [markdown]
# ### 4. Ask five networks
#
# Train with five seeds for 15 epochs and average the probabilities on the test set. The
# loss of the average is never above the average of the losses. Show it, and say why.

# %%
#| fold: Solution
losses, together = [], 0
for seed in range(5):
    one = fit(start("relu", 32, seed), x[train], labels[train], seed, epochs=15)
    losses.append(loss(one, x[test], labels[test]))
    together += softmax(forward(one, x[test])[2], axis=1) / 5
single = np.mean(losses)
joint = -np.log(together[np.arange(asked), true]).mean()
print(f"mean loss {single:.3f}, loss of the mean {joint:.3f}")
print(f"accuracy together {np.mean(together.argmax(axis=1) == true):.1%}")
# -log is convex: at an average it is at most the average of its values.
assert joint <= single

# %% [markdown]
# ### 5. Learn nonsense by heart
#
# Give the first 200 training digits random labels. Can a network of 128 units learn
# them? What does it then say about the validation set?

# %%
#| fold: Solution
nonsense = np.random.default_rng(0).integers(0, 10, 200)
parrot = fit(start("relu", 128, seed=0), x[:200], nonsense, seed=0, epochs=100)
by_heart = accuracy(parrot, x[:200], nonsense)
useful = accuracy(parrot, x[validation], labels[validation])
print(f"training {by_heart:.1%}, validation {useful:.1%}")
assert by_heart > 0.95  # there is nothing to understand, only to remember
assert useful < 0.3

# %% [markdown]
# ## Next
#
# * [Convolution](convolution.py): weights that look for the same thing everywhere.
# * [Choose an activation](choosing.py): the comparison of this page, done properly.
# * [Backpropagation](backpropagation.py): the same gradients through many layers.
# * [Dying ReLU](dying-relu.py): units like the {{ len(silent) }} above that are 0 for
#   every digit.
#
# Also used on this page: [`softmax`][actfn.softmax].
