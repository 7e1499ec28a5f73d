# %% [markdown]
# # Read the sentiment of words with softmax
#
# **You will be able to**
#
# - turn ratings by several people into classes, and say how far people agree;
# - learn vectors for pieces of words, and average them to vectors of words;
# - train averages, a linear layer and [`softmax`][actfn.softmax] by hand, with every
#   gradient checked;
# - hold back words so that the score means something, and read a confusion matrix;
# - tell what an average cannot express, and when to distrust a probability.
#
# **You need** scores, cross-entropy and its gradient from
# [Turn scores into probabilities with softmax](softmax.py), and array indexing from
# [Compute with arrays instead of loops](numpy-basics.py).

# %%
import json
import re
from collections import Counter
from importlib import resources

import matplotlib.pyplot as plt
import numpy as np

from actfn import log_softmax, log_softmax_vjp, softmax

# %% [markdown]
# ## Look at what ten people said
#
# The data are words that people have rated: the lexicon of VADER,[^vader] a program
# that finds sentiment in short messages. It comes with the Python package
# `vaderSentiment` (MIT licence). A line holds a word or an emoticon, the mean of ten
# ratings from −4 to 4, their standard deviation, and the ratings. Keep what is written
# in plain letters.
#
# [^vader]: Hutto and Gilbert (2014), VADER: A Parsimonious Rule-based Model for
#     Sentiment Analysis of Social Media Text. Eighth International Conference on
#     Weblogs and Social Media.

# %%
lexicon = resources.files("vaderSentiment") / "vader_lexicon.txt"
lines = lexicon.read_text(encoding="utf-8").splitlines()
rated = {}
for word, _, _, votes in (line.split("\t") for line in lines):
    if re.fullmatch("[a-z]+", word):
        rated[word] = json.loads(votes)
words = np.array(sorted(rated))
ratings = np.array([rated[word] for word in words])
means = ratings.mean(axis=1)
print(f"{len(lines)} lines, {len(words)} words, {ratings.shape[1]} ratings each")

# %%
#| alt: Ratings of six words as circles, larger where more people gave the same, and a
#|   bar at each mean. The ratings of magnificent run from
#|   {{ min(rated["magnificent"]) }} to {{ max(rated["magnificent"]) }}, those of
#|   terrifying from −{{ -min(rated["terrifying"]) }} to
#|   −{{ -max(rated["terrifying"]) }}, those of chilling from
#|   −{{ -min(rated["chilling"]) }} to {{ max(rated["chilling"]) }}.
chosen = ["terrifying", "unemployment", "chilling", "joker", "growing"]
chosen += ["magnificent"]
mark = {"marker": "|", "color": "C1", "markersize": 24, "markeredgewidth": 3}
fig, ax = plt.subplots(figsize=(6.6, 3))
for y, word in enumerate(chosen):
    votes, people = np.unique(rated[word], return_counts=True)
    ax.scatter(votes, 0 * votes + y, s=40 * people, alpha=0.6, color="C0")
    ax.plot(np.mean(rated[word]), y, **mark)
ax.set(xlim=(-4.4, 4.4), ylim=(-0.6, 5.6), xlabel="rating")
ax.set_yticks(range(len(chosen)), chosen)
plt.show()

# %% [markdown]
# Chilled air, a chilling film, chilling with friends: ten people do not mean the same
# by one word. How common is that?

# %%
mixed = (ratings < 0).any(axis=1) & (ratings > 0).any(axis=1)
halves = ratings[:, :5].mean(axis=1), ratings[:, 5:].mean(axis=1)
print(f"words with ratings on both sides of 0: {mixed.mean():.1%}")
print(f"spread of the ratings of one word: {ratings.std(axis=1).mean():.2f}")
print(f"correlation of two groups of five: {np.corrcoef(*halves)[0, 1]:.3f}")

# %% [markdown]
# One person is a rough instrument: the spread is almost one step of the scale. Five
# people together are a good one, since another five come to nearly the same means.

# %%
#| alt: Histogram of the mean ratings from −4 to 4. There are two humps, with
#|   {{ counts[:8].max():.0f }} words in the highest bar on the left and
#|   {{ counts[8:].max():.0f }} in the highest on the right, and a valley between them,
#|   with {{ counts[8]:.0f }} words from 0 to 0.5.
fig, ax = plt.subplots(figsize=(6, 2.8))
counts, edges, _ = ax.hist(means, bins=np.arange(-4, 4.1, 0.5), edgecolor="C7")
ax.set(xlabel="mean of ten ratings", ylabel="words")
plt.show()

# %% [markdown]
# The valley is strange. Most words of a language are neither good nor bad, so the hump
# should be in the middle. Look closer:

# %%
sums = ratings.sum(axis=1)
for tenths in (-2, -1, 0, 1, 2):
    print(f"mean {tenths / 10:4}: {(sums == tenths).sum():3} words")

# %% [markdown]
# Exactly {{ (sums == 0).sum() }} words have the mean 0, and {{ (sums == 1).sum() }}
# have the next larger one. Chance does not do this. Words without sentiment have been
# taken out. Remember it: nothing that you train on this list has ever seen an ordinary
# word.
#
# ## Turn ratings into three classes
#
# You want three classes: negative, neutral, positive. A word is positive if its mean
# reaches a limit, negative if it reaches minus the limit, and neutral in between. Which
# limit? A good one makes classes on which people agree, and leaves no class empty.
# Split the raters into two groups of five and see how often they put a word into the
# same class.


# %%
def classify(means, limit=1.0):
    return (means > -limit).astype(int) + (means >= limit)


NAMES = ["negative", "neutral", "positive"]
limits = np.linspace(0.1, 2.5, 13)
agreed, smallest = [], []
for limit in limits:
    one, other = (classify(half, limit) for half in halves)
    agreed.append(np.mean(one == other))
    smallest.append(np.bincount(classify(means, limit)).min() / len(words))

# %%
#| alt: Two lines against the limit, from {{ limits[0]:.1f }} to
#|   {{ limits[-1]:.1f }}. The agreement of two groups of five falls from
#|   {{ max(agreed):.0%}} to {{ min(agreed):.0%}} and rises again. The share of the
#|   smallest class, dashed, rises from {{ smallest[0]:.0%}} to
#|   {{ max(smallest):.0%}} at {{ limits[np.argmax(smallest)]:.1f }} and falls. A dotted
#|   line marks the limit 1.
fig, ax = plt.subplots(figsize=(6, 3))
ax.plot(limits, agreed, "-", label="two groups of five agree")
ax.plot(limits, smallest, "--", label="share of the smallest class")
ax.axvline(1, linestyle=":", color="C7")
ax.set(xlabel="limit", ylim=(0, 1))
ax.legend(loc="center right")
plt.show()

# %% [markdown]
# With a small limit people agree, because hardly any word is neutral. With a large one
# nearly all words are. The limit 1 lies between. It is the smallest rating that is not
# 0, so a word is positive when ten people find it "at least a little positive" on
# average. Two groups of five then agree on
# {{ np.mean(classify(halves[0]) == classify(halves[1])):.0%}} of the words.

# %%
truth = classify(means)
shares = np.bincount(truth) / len(truth)
for name, share in zip(NAMES, shares):
    print(f"{name:8} {share:.1%}")

# %% [markdown]
# Two numbers tell what a score is worth. Who always says "{{ NAMES[shares.argmax()] }}"
# is right for {{ shares.max():.1%}} of the words: the **majority baseline**. And how
# good is a person? Compare each rater with the other nine.

# %%
others = classify((sums[:, np.newaxis] - ratings) / 9)
person = np.mean(classify(ratings) == others)
print(f"one person agrees with the class of the other nine: {person:.1%}")

# %% [markdown]
# ## Set two exams
#
# You will test on words that were not in the training. But which? The lexicon holds
# *abandon*, *abandoned* and *abandons*. Put one into the training and another into the
# test, and a model passes by comparing letters. That is a fair answer to "can it read a
# new form of a word it knows?" and none to "can it read a new word?".
#
# How common is this? You need to know which words are of one family. Take off prefixes,
# then compare the first four letters, or three where a stem is short (*care*,
# *caring*).

# %%
prefixes = re.compile("^(un|dis|mis|in|im|ir|over|out)+(?=....)")
bare = [prefixes.sub("", word) for word in words]
short = {word[:3] for word in bare if len(word) <= 4}
stems = [word[: 3 if word[:3] in short else 4] for word in bare]
families, family = np.unique(stems, return_inverse=True)
print(len(families), "families, for example:")
print(words[family == family[words == "happy"]])

# %%
rng = np.random.default_rng(0)
test = rng.random(len(words)) < 1 / 6
related = np.isin(family[test], family[~test]).mean()
print(f"in a random test, {related:.1%} have relatives in the training")

# %% [markdown]
# The usual random split asks almost only for new forms. So hold back
# words in two ways, and never mix the results:
#
# - **new stems**: whole families of words, none of which is in the training;
# - **new forms**: single words from families of which other members are.
#
# The rule for families is rough. It joins strangers, which does no harm, and it can
# miss irregular relatives: *fight* and *fought* are {{ "one family" if
# np.ptp(family[np.isin(words, ["fight", "fought"])]) == 0 else "two families" }}.


# %%
def draw(seed):
    """Hold back one family in six and, of the others, one word in six."""
    rng = np.random.default_rng(seed)
    stays = rng.random(len(families)) > 1 / 6
    training = stays[family] & (rng.random(len(words)) > 1 / 6)
    known = np.isin(family, family[training])
    forms = known & ~training
    return {"training": training, "new forms": forms, "new stems": ~known}


EXAMS = ["new forms", "new stems"]
parts = draw(seed=0)
for name, part in parts.items():
    print(f"{name:9} {part.sum():4} words")

# %% [markdown]
# ## Cut words into pieces
#
# A word that the training has not seen has no vector. Its pieces do.[^pieces] Mark the
# ends of the word, and take all runs of two to five characters.
#
# [^pieces]: Bojanowski, Grave, Joulin and Mikolov (2017),
#     [Enriching Word Vectors with Subword
#     Information](https://arxiv.org/abs/1607.04606). The average with a linear layer
#     and softmax on top is in Joulin, Grave, Bojanowski and Mikolov (2017),
#     [Bag of Tricks for Efficient Text
#     Classification](https://arxiv.org/abs/1607.01759).


# %%
def pieces(word, sizes=(2, 3, 4, 5)):
    marked = f"<{word}>"
    return [marked[i : i + n] for n in sizes for i in range(len(marked) - n + 1)]


for n in (2, 3, 4, 5):
    print(*pieces("joyful", [n]))


# %% tags=["hide-input"]
def box(ax, x, y, note):
    frame = {"boxstyle": "round,pad=0.4", "facecolor": "none", "edgecolor": "C0"}
    ax.text(x, y, note, ha="center", va="center", bbox=frame)


def arrow(ax, start, end):
    ax.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": "C7"})


# %% tags=["hide-input"]
#| alt: The way of a word. Arrows lead from {{ ", ".join(shown) }} and the rest of the
#|   {{ len(pieces("kind")) }} pieces of kind to one vector each, from these to their
#|   average, on to a linear layer and to softmax, which gives the probabilities of
#|   {{ ", ".join(NAMES) }}.
shown = pieces("kind")[3:7]
fig, ax = plt.subplots(figsize=(7, 3))
for y, piece in zip((4, 3, 2, 1, 0), [*shown, "…"]):
    ax.text(0, y, piece, family="monospace", ha="center", va="center")
    arrow(ax, (0.3, y), (0.9, y))
    box(ax, 1.3, y, "vector")
    arrow(ax, (1.75, y), (2.6, 2 + (y - 2) / 8))
for x, name in zip((3.1, 4.6, 6), ("average", "linear\nlayer", "softmax")):
    box(ax, x, 2, name)
    arrow(ax, (x + 0.55, 2), (x + 0.95, 2))
ax.text(7.6, 2, "\n".join(NAMES), ha="center", va="center")
ax.set(xlim=(-0.4, 8.2), ylim=(-0.5, 4.5))
ax.axis("off")
plt.show()

# %% [markdown]
# Give a number to each piece that at least two words of the training have. The others
# cannot connect one word with another. Number 0 stands for no piece. It fills up the
# rows of short words, so that all words fit into one array.


# %%
def number(words):
    """Give a number to each piece that at least two words have."""
    seen = Counter(p for word in words for p in sorted(set(pieces(word))))
    kept = sorted(piece for piece, count in seen.items() if count >= 2)
    return {piece: i for i, piece in enumerate(kept, start=1)}


def pack(words):
    """Look up the pieces of each word, one row per word, filled with 0."""
    found = [[index[p] for p in pieces(word) if p in index] for word in words]
    width = max(map(len, found))
    return np.array([row + [0] * (width - len(row)) for row in found])


# %%
index = number(words[parts["training"]])
packed = {name: pack(words[part]) for name, part in parts.items()}
print(f"{len(index)} pieces, training of shape {packed['training'].shape}")

# %% [markdown]
# ## Average, multiply, compare
#
# A word $w$ with the pieces $P_w$ has the vector $a_w$, the scores $z_w$ and the
# probabilities $p_w$:
#
# $$\begin{aligned}
# a_w &= \frac{1}{|P_w|} \sum_{k \in P_w} v_k \\
# z_w &= a_w W + b \\
# p_w &= \operatorname{softmax}(z_w)
# \end{aligned}$$
#
# How long should a vector be? Softmax depends on differences of scores, and three
# scores have two differences that matter. So two numbers per piece are enough, and you
# can draw them. Vectors, $W$ and $b$ are all learned.


# %%
def start(seed=0):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(scale=0.1, size=(len(index) + 1, 2))
    vectors[0] = 0
    return {"vectors": vectors, "W": rng.normal(size=(2, 3)), "b": np.zeros(3)}


def count(numbers):
    return np.maximum(np.count_nonzero(numbers, axis=1, keepdims=True), 1)


def forward(model, numbers):
    """Return the vectors of words and their scores."""
    averages = model["vectors"][numbers].sum(axis=1) / count(numbers)
    return averages, averages @ model["W"] + model["b"]


# %% [markdown]
# `vectors[numbers]` looks up all vectors of all words at once. Its shape is (words,
# pieces, 2), and the sum runs over the pieces. The loss is the cross-entropy with a
# **target** for each word: 1 for the true class and 0 for the others. Take it from
# [`log_softmax`][actfn.log_softmax], never from the logarithm of a probability.


# %%
def loss(model, numbers, targets):
    log_p = log_softmax(forward(model, numbers)[1], axis=1)
    return -np.sum(targets * log_p, axis=1).mean()


one_hot = np.eye(3)[truth]
before = loss(start(), packed["training"], one_hot[parts["training"]])
print(f"before training {before:.4f}, log(3) is {np.log(3):.4f}")

# %% [markdown]
# ## Carry the error back to the pieces
#
# Go the same way backwards. The cross-entropy is linear in the log-probabilities, so
# the gradient with respect to them is $-t/n$ for the targets $t$ of $n$ words.
# [`log_softmax_vjp`][actfn.log_softmax_vjp] carries it to the scores, where it becomes
# $g = (p - t)/n$. From there:
#
# $$\begin{aligned}
# \frac{\partial L}{\partial W} &= a^T g \\
# \frac{\partial L}{\partial a_w} &= g_w W^T \\
# \frac{\partial L}{\partial v_k} &= \sum_{w \ni k} \frac{1}{|P_w|}
# \frac{\partial L}{\partial a_w}
# \end{aligned}$$
#
# The last sum runs over all words that contain the piece, once per occurrence. Here is
# the place for a classic mistake. Piece 1 occurs twice in this array of numbers:

# %%
numbers = np.array([0, 1, 1])
lost, added = np.zeros(3), np.zeros(3)
lost[numbers] += 1
np.add.at(added, numbers, 1)
print("+= gives", lost, "and np.add.at gives", added)

# %% [markdown]
# An indexed `+=` reads, adds and writes back; the second write replaces the first.
# `np.add.at` adds every time.


# %%
def gradients(model, numbers, targets):
    averages, scores = forward(model, numbers)
    g = log_softmax_vjp(scores, -targets / len(targets), axis=1)
    to_pieces = g @ model["W"].T / count(numbers)
    vectors = np.zeros_like(model["vectors"])
    np.add.at(vectors, numbers, to_pieces[:, np.newaxis])
    vectors[0] = 0  # no piece, nothing to learn
    return {"vectors": vectors, "W": averages.T @ g, "b": g.sum(axis=0)}


# %% [markdown]
# Check it on the first 50 words. In each array, nudge the number with the largest
# gradient in both directions.


# %%
def numerical(model, name, place, step=1e-5):
    results = []
    for sign in (1, -1):
        moved = {**model, name: model[name].copy()}
        moved[name][place] += sign * step
        results.append(loss(moved, some, some_targets))
    return (results[0] - results[1]) / (2 * step)


some, some_targets = packed["training"][:50], one_hot[parts["training"]][:50]
errors = []
for name, gradient in gradients(start(), some, some_targets).items():
    place = np.unravel_index(np.abs(gradient).argmax(), gradient.shape)
    by_nudging = numerical(start(), name, place)
    errors.append(abs(gradient[place] - by_nudging))
    print(f"{name:8} {gradient[place]:.8f}  by nudging {by_nudging:.8f}")

# %% [markdown]
# The largest difference is {{ max(errors):.0e }}.
#
# ## Train
#
# How large should the steps be? Look at the average size of a gradient in each array.

# %%
targets = one_hot[parts["training"]]
for name, gradient in gradients(start(), packed["training"], targets).items():
    print(f"{name:8} {np.abs(gradient).mean():.0e}")

# %% [markdown]
# A piece is in few words, and one of many in each, so its gradient is small. The
# vectors get a larger learning rate than the rest.

# %%
RATES = {"vectors": 100, "W": 1, "b": 1}


def train(targets, watch=(), epochs=12):
    """Descend on batches of about 256 words; keep the losses of some parts."""
    model, rng, losses = start(), np.random.default_rng(1), []
    numbers, wanted = packed["training"], targets[parts["training"]]
    for _ in range(epochs):
        order = rng.permutation(len(numbers))
        for batch in np.array_split(order, len(order) // 256):
            found = gradients(model, numbers[batch], wanted[batch])
            for name, gradient in found.items():
                model[name] -= RATES[name] * gradient
        losses.append([loss(model, packed[p], targets[parts[p]]) for p in watch])
    return model, np.array(losses)


# %%
model, losses = train(one_hot, watch=parts)
print(f"loss {before:.3f} before training, {losses[-1, 0]:.3f} after")

# %%
#| alt: Cross-entropy after each of {{ len(losses) }} epochs. On the training words it
#|   falls from {{ losses[0, 0]:.2f }} to {{ losses[-1, 0]:.2f }}, on new forms, dashed,
#|   from {{ losses[0, 1]:.2f }} to {{ losses[-1, 1]:.2f }}. On new stems, dash-dotted,
#|   it goes from {{ losses[0, 2]:.2f }} to {{ losses[-1, 2]:.2f }}. A dotted line marks
#|   log 3, {{ np.log(3):.2f }}.
fig, ax = plt.subplots(figsize=(6, 3.2))
for name, column, line in zip(parts, losses.T, ("-", "--", "-.")):
    ax.plot(np.arange(1, len(losses) + 1), column, line, label=name)
ax.axhline(np.log(3), linestyle=":", color="C7")
ax.set(xlabel="epoch", ylabel="cross-entropy", ylim=(0, None))
ax.legend()
plt.show()

# %% [markdown]
# On new forms the loss {{ "falls with that of the training" if losses[-1, 1] <
# losses[0, 1] else "does not fall" }}. On new stems it
# {{ "rises, since the model becomes ever surer of what it does not know"
# if losses[-1, 2] > losses[0, 2] else "falls too" }}. We have chosen the number of
# epochs by looking at these curves, so the exams are a little too kind.
#
# ## Mark the exams


# %%
def majority(name):
    return np.bincount(truth[parts[name]]).max() / parts[name].sum()


probabilities, decided, marks = {}, {}, {}
for name, part in parts.items():
    probabilities[name] = softmax(forward(model, packed[name])[1], axis=1)
    decided[name] = probabilities[name].argmax(axis=1)
    marks[name] = np.mean(decided[name] == truth[part])
    print(f"{name:9} {marks[name]:.1%}, majority {majority(name):.1%}")

# %% [markdown]
# New forms: {{ marks["new forms"]:.0%}}. (One person among the others had
# {{ person:.0%}}.) New stems: {{ marks["new stems"]:.0%}}, and the majority alone is
# worth {{ majority("new stems"):.0%}}. Is that little luck, or skill? Draw again, train
# again, and compare with the majority each time.

# %%
ahead = {name: [100 * (marks[name] - majority(name))] for name in EXAMS}
first = parts, index, packed
for seed in (1, 2):
    parts = draw(seed)
    index = number(words[parts["training"]])
    packed = {name: pack(words[part]) for name, part in parts.items()}
    another, _ = train(one_hot)
    for name in EXAMS:
        guess = forward(another, packed[name])[1].argmax(axis=1)
        right = np.mean(guess == truth[parts[name]])
        ahead[name].append(100 * (right - majority(name)))
parts, index, packed = first
for name, lead in ahead.items():
    print(f"{name}: ahead by", *(f"{points:.1f}" for points in lead), "points")

# %% [markdown]
# On new forms the model is at least {{ min(ahead["new forms"]):.0f}} points ahead. On
# new stems it is {{ "ahead in every draw" if min(ahead["new stems"]) > 0 else
# "not always ahead" }}, by {{ max(ahead["new stems"]):.1f}} points at best. It has
# learned which stems are good and bad, and finds them in words that it has not seen.
# The spelling of an unknown stem tells it {{ "little" if min(ahead["new stems"]) > 0
# else "nothing" }}. Had you split at random, you would not know.
#
# Where do the mistakes go? A **confusion matrix** counts the words by true class (row)
# and decision (column).

# %%
confusion = {name: np.zeros((3, 3), dtype=int) for name in EXAMS}
for name in EXAMS:
    np.add.at(confusion[name], (truth[parts[name]], decided[name]), 1)
    print(f"{name:10}", *(f"{column:>9}" for column in NAMES))
    for row, counted in zip(NAMES, confusion[name]):
        print(f"{row:>10}", *(f"{cell:9}" for cell in counted))

# %%
#| alt: Stacked bars of the decisions for each true class. Of the neutral new forms
#|   {{ kinds["new forms"][1, 1]:.0%}} are recognised, of the negative
#|   {{ kinds["new forms"][0, 0]:.0%}} and of the positive
#|   {{ kinds["new forms"][2, 2]:.0%}}. For new stems these are
#|   {{ kinds["new stems"][1, 1]:.0%}}, {{ kinds["new stems"][0, 0]:.0%}} and
#|   {{ kinds["new stems"][2, 2]:.0%}}.
kinds = {n: c / c.sum(axis=1, keepdims=True) for n, c in confusion.items()}
fig, axes = plt.subplots(1, 2, figsize=(7, 2.8), sharey=True)
for ax, (name, kind) in zip(axes, kinds.items()):
    left = np.zeros(3)
    for share, label, hatch in zip(kind.T, NAMES, ("", "..", "//")):
        ax.barh(NAMES, share, left=left, hatch=hatch, label=label)
        left += share
    ax.set(title=name, xlabel="share of decisions")
axes[0].set_ylabel("true class")
handles = axes[0].get_legend_handles_labels()
fig.set_layout_engine("constrained")
fig.legend(*handles, loc="outside lower center", ncols=3)
plt.show()

# %% [markdown]
# Of the new forms, it recognises {{ kinds["new forms"][1, 1]:.0%}} of the neutral ones
# and {{ (kinds["new forms"][0, 0] + kinds["new forms"][2, 2]) / 2:.0%}} of the others.
# Neutral here often means that people were of two minds: {{ mixed[truth ==
# 1].mean():.0%}} of the neutral words have ratings on both sides of 0, and {{
# mixed[truth != 1].mean():.0%}} of the others.
#
# ## Look at words as points
#
# Two numbers per word can be drawn. Softmax divides the plane into three regions, one
# where each class is the most probable. The borders are straight, because scores are
# linear in the vector.


# %%
def draw_borders(ax):
    """Draw where a class is as probable as the better one of the others."""
    sides = [np.linspace(*ends, 200) for ends in (ax.get_xlim(), ax.get_ylim())]
    plane = np.stack(np.meshgrid(*sides), axis=-1)
    share = softmax(plane @ model["W"] + model["b"], axis=-1)
    for k in (0, 1):
        lead = share[..., k] - np.delete(share, k, axis=-1).max(axis=-1)
        ax.contour(*sides, lead, levels=[0], colors="C7")


# %%
#| alt: The plane of word vectors, divided by straight borders into three regions.
#|   {{ placed }} of the {{ len(points) }} words drawn lie in the region of their own
#|   class. Named are {{ ", ".join(named) }}.
drawn_words = np.flatnonzero(parts["new forms"])[::3]
named = ["magnificence", "cheery", "misbehaves", "grim", "insignificant"]
points, found = forward(model, pack(words[drawn_words]))
placed = np.sum(found.argmax(axis=1) == truth[drawn_words])
fig, ax = plt.subplots(figsize=(7, 4), layout="constrained")
for k, marker in enumerate("v.^"):
    of_class = points[truth[drawn_words] == k]
    ax.plot(*of_class.T, marker, label=NAMES[k], alpha=0.4)
for word, (x, y) in zip(named, forward(model, pack(named))[0]):
    ax.plot(x, y, "s", color="C3")
    ax.text(x, y + 0.04, word, ha="center", weight="bold")
draw_borders(ax)
fig.legend(loc="outside right upper")
plt.show()

# %% [markdown]
# ## Ask what the pieces mean
#
# A piece has a vector of the same kind, so you can ask for its probabilities as if it
# was a word. Compare them with the words of the lexicon that begin or end with it.


# %%
def ask(piece):
    return softmax(model["vectors"][index[piece]] @ model["W"] + model["b"])


print("          words with it          the piece alone")
for piece in ("<un", "<dis", "less>", "ful>", "ness>", "able>"):
    part = piece.strip("<>")
    test = str.startswith if piece[0] == "<" else str.endswith
    has = [test(word, part) for word in words]
    people = np.bincount(truth[has], minlength=3) / sum(has)
    print(f"{piece:6} {sum(has):4}", people.round(2), " ", ask(piece).round(2))

# %% [markdown]
# The prefixes *un-* and *dis-* are bad news: of the words with *dis-*,
# {{ np.mean(truth[[w.startswith("dis") for w in words]] == 0):.0%}} are negative. So is
# *-less*. And *-ful*? You may expect it to be positive. But
# {{ np.mean(truth[[w.endswith("ful") for w in words]] == 0):.0%}} of these words are
# negative (*awful*, *painful*, *shameful*). It fills a word with whatever comes before
# it, and the stem decides.
#
# The piece alone is more extreme than the words. It is one of
# {{ count(packed["training"]).mean():.0f}} in an average, so it must pull hard to move
# a word at all. And it says only what the other pieces of its words leave to be said.
#
# ### See what an average cannot say
#
# *-less* means "without". Without joy is bad, without pain is good. Take all words of
# the lexicon that are another of its words with *-less*, and sort them by the class of
# what is missing.

# %%
class_of = dict(zip(words, truth))
negative = {}  # shares, by the class of the stem: said by people, by the model
for k in (0, 2):
    less = [w for w in words if w.endswith("less") and class_of.get(w[:-4]) == k]
    people = np.array([class_of[word] for word in less])
    guess = forward(model, pack(less))[1].argmax(axis=1)
    negative[k] = np.mean(people == 0), np.mean(guess == 0)
    print(f"{NAMES[k]} + less, {len(less)} words, as in", *less[7:11])
    print("  negative for people {:.0%}, for the model {:.0%}".format(*negative[k]))

# %% [markdown]
# Where something good is missing, people call {{ negative[2][0]:.0%}} of the words
# negative; where something bad is missing, {{ negative[0][0]:.0%}}. The model says
# {{ negative[2][1]:.0%}} and {{ negative[0][1]:.0%}}, {{ "the wrong way round" if
# negative[0][1] > negative[2][1] else "the right way round" }}. And
# {{ np.mean(parts["training"][[w.endswith("less") for w in words]]):.0%}} of all words
# with *-less* were in its training.
#
# A good stem must make *-less* bad, and a bad stem must make it harmless. But an
# average adds up, and what one piece adds cannot depend on another. This is the XOR of
# [the neuron](neuron.py): no linear layer can express it, and one that bends could.
# Whether it would learn it from so few words is another question.
#
# ## See its best and its worst
#
# Which words is it most sure of, and with which is it most wrong? People also write
# slurs and curses, and the lexicon has them. So look at a sample: every twenty-second
# word of the exams, in alphabetical order, without those that do not belong here.

# %%
#| fold: The sample
SAMPLE = """
abusiveness adventurously amortised assurers beneficiaries braveries celebrates cheery
convincingly darlingness depressingly direful distractibility energizer excruciation
festival forgive freewriting glamorise gravers guiltlessly heroical humorousness
incapacitated irresponsible lamentableness magnificence murderous opportunistic
perfectibility pressurizer rancidnesses remorseful restores ruined shames solemnizes
stinkiest tenders tragediennes tricky uselessly wealthily abandoner accepts admits
antagonisms bad broke compassion complaint confronted cut damagers deliciously distress
dumbfounding dumpling entertainingly exclusive faultfinder fightings glooms improve
inspire interesting invigoration lies lowering meh mooching nonsense optimizations
parley pitilessly popularizers profiting relentless screaming securitization slicker
stimulates successfully superiorities unsuccessfully victims vociferous warms weirdies
winners worrit worshipper
"""

# %%
sample = np.intersect1d(SAMPLE.split(), words[~parts["training"]])
found = softmax(forward(model, pack(sample))[1], axis=1)
true = np.array([class_of[word] for word in sample])
given = found[np.arange(len(sample)), true]  # probability of the true class
order = given.argsort()
print(f"{len(sample)} words, {np.mean(found.argmax(1) == true):.0%} right")
for title, places in (("best", order[:-8:-1]), ("worst", order[:7])):
    print(f"\n{title}:")
    for i in places:
        exam = "stem" if parts["new stems"][words == sample[i]] else "form"
        print(f"{sample[i]:15} new {exam}, {NAMES[true[i]]:8} {given[i]:.4f}")

# %% [markdown]
# The worst are given a probability close to 0 for what ten people said. For each you
# can find the culprit among the pieces. Ask for the ones that pull hardest:


# %%
def pulls(word, towards):
    """The pieces of a word that raise the score of a class most."""
    known = [p for p in pieces(word) if p in index]
    scores = model["vectors"][[index[p] for p in known]] @ model["W"]
    gain = scores[:, towards] - scores.mean(axis=1)
    return [known[i] for i in gain.argsort()[:-6:-1]]


for i in order[:4]:
    said = found[i].argmax()
    print(f"{sample[i]}: {NAMES[said]} because of", *pulls(sample[i], said))

# %% [markdown]
# ## Compare confidence with success
#
# The model attaches a probability to each decision. Sort the words by it. Where it says
# 80%, it should be right in 80% of the cases: then it is **calibrated**.

# %%
bins = np.array([1 / 3, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
reliability = {}
for name in EXAMS:
    confidence = probabilities[name].max(axis=1)
    correct = decided[name] == truth[parts[name]]
    group = np.digitize(confidence, bins[1:-1])
    pairs = [(confidence[group == i], correct[group == i]) for i in range(6)]
    reliability[name] = np.array([(c.mean(), r.mean()) for c, r in pairs])

# %%
#| alt: Share of right decisions against confidence, with a dotted diagonal. The line of
#|   new forms ends at a confidence of {{ reliability["new forms"][-1, 0]:.2f }} with
#|   {{ reliability["new forms"][-1, 1]:.0%}} right and stays near the diagonal. That of
#|   new stems, dashed, ends at {{ reliability["new stems"][-1, 0]:.2f }} with
#|   {{ reliability["new stems"][-1, 1]:.0%}} right, far below it.
fig, ax = plt.subplots(figsize=(4.6, 3.6))
ax.plot([1 / 3, 1], [1 / 3, 1], ":", color="C7", label="calibrated")
for (name, line), style in zip(reliability.items(), ("o-", "s--")):
    ax.plot(*line.T, style, label=name)
ax.set(xlabel="confidence", ylabel="share of right decisions", ylim=(0.2, 1.02))
ax.legend()
plt.show()

# %% [markdown]
# Among new forms, {{ np.mean(probabilities["new forms"].max(axis=1) > 0.9):.0%}} of
# the decisions have a confidence above 90%, and
# {{ reliability["new forms"][-1, 1]:.0%}} of them are right. Among new stems,
# {{ np.mean(probabilities["new stems"].max(axis=1) > 0.9):.0%}} have it, and
# {{ reliability["new stems"][-1, 1]:.0%}} of those are right. At best, a probability
# from softmax holds for words like those of the training. It does not know that a word
# is of another kind.
#
# ## Learn from all ten people
#
# A class hides what ten people said. Use their votes as targets instead: the shares
# that rated the word below, at and above 0. Neither the loss nor its gradient changes,
# since cross-entropy never asked for a single 1.

# %%
signs = np.sign(ratings)
votes = np.stack([np.mean(signs == s, axis=1) for s in (-1, 0, 1)], axis=1)
for word in ("terrifying", "chilling", "growing"):
    (i,) = np.flatnonzero(words == word)
    print(f"{word:10} class {one_hot[i]}, votes {votes[i].round(1)}")
by_votes, _ = train(votes)

# %%
part, targets = packed["new forms"], votes[parts["new forms"]]
same = np.broadcast_to(votes[parts["training"]].mean(axis=0), targets.shape)
sure = np.log(targets, where=targets > 0, out=np.zeros_like(targets))
costs = {
    "same shares for all words": -np.sum(targets * np.log(same), axis=1).mean(),
    "trained on classes": loss(model, part, targets),
    "trained on votes": loss(by_votes, part, targets),
    "the votes themselves": -np.sum(targets * sure, axis=1).mean(),
}
for name, cost in costs.items():
    print(f"{name:26} {cost:.3f}")

# %% [markdown]
# These are cross-entropies with the votes on new forms. No prediction can come below
# the last line. Trained on votes, the model foresees what people say {{ "better" if
# costs["trained on votes"] < costs["trained on classes"] else "worse" }}. And the
# class?

# %%
hits = {}
for name, trained in {"classes": model, "votes": by_votes}.items():
    guess = forward(trained, part)[1].argmax(axis=1)
    hits[name] = np.mean(guess == truth[parts["new forms"]])
    print(f"trained on {name}: {hits[name]:.1%} of the classes right")

# %% [markdown]
# Here the training on {{ max(hits, key=hits.get) }} wins. Train on what you want to
# know: the class of the mean, or what the next person will say.
#
# ## Read sentences
#
# A text is read the same way: average the vectors of its words, then the linear layer,
# then softmax.


# %%
def read(sentence):
    found = pack(re.findall("[a-z]+", sentence.lower()))
    average = forward(model, found)[0].mean(axis=0)
    return softmax(average @ model["W"] + model["b"])


def show(*sentences):
    for sentence in sentences:
        p = read(sentence)
        print(f"{NAMES[p.argmax()]:8} {p.max():.2f}  {sentence}")


show("A wonderful evening with charming friends")
show("The food was terrible and the waiter was rude")

# %% [markdown]
# That looks convincing. Try to break it before you believe it.

# %%
one, other = "The film was good, not bad", "The film was bad, not good"
show(one, other)
show("Not bad at all", "I am never disappointed")
show("The table is in the kitchen", "She takes the train to the office")

# %% [markdown]
# The first two mean opposite things, and their probabilities differ by {{
# np.abs(read(one) - read(other)).max():.0e }}. They must be equal, but for rounding: a
# sum does not know the order of its terms. So *not* cannot turn the word that follows.
# It adds its own vector, the same in every sentence.
#
# The last two have no sentiment, and still get a verdict. Ask about the words in them.

# %%
#| alt: Stacked bars of the probabilities of seven everyday words. The largest
#|   probability of each: {{ ", ".join(f"{w} {NAMES[p.argmax()]} {p.max():.2f}" for
#|   w, p in zip(everyday, verdicts)) }}.
everyday = ["a", "the", "of", "was", "table", "kitchen", "train"]
verdicts = softmax(forward(model, pack(everyday))[1], axis=1)
fig, ax = plt.subplots(figsize=(6.6, 3), layout="constrained")
left = np.zeros(len(everyday))
for share, label, hatch in zip(verdicts.T, NAMES, ("", "..", "//")):
    ax.barh(everyday, share, left=left, hatch=hatch, label=label)
    left += share
ax.set_xlabel("probability")
ax.invert_yaxis()
fig.legend(loc="outside lower center", ncols=3)
plt.show()

# %% [markdown]
# Of {{ len(everyday) }} words, {{ np.sum(verdicts.argmax(axis=1) != 1) }} are not
# neutral for the model, and {{ np.sum(verdicts.max(axis=1) > 0.9) }} get a probability
# above 90%. The lexicon lists {{ sum(w in rated for w in everyday) }} of them. The
# model has never seen an ordinary word, so it must take every word for praise or blame.
# And a sentence is made mostly of ordinary words.
#
# So the recipe "average, linear layer, softmax" reads what it was trained on, and
# answers everything else with the same confidence. What is missing is not a better
# activation. It is ordinary words in the data, and a model that sees order.
#
# ## Exercises
#
# Each solution ends in an assertion. Put your own result in its place: if it raises
# nothing, you are right.
#
# ### 1. Another limit
#
# Classify the words with a limit of 0.5. How large is the neutral class, and what is
# the majority baseline?

# %%
#| fold: Solution
answer = np.bincount(classify(means, 0.5)) / len(words)
print(answer.round(3))
assert np.isclose(answer[1], np.mean(np.abs(means) < 0.5))
assert answer.max() > shares.max() and answer.argmax() == 0

# %% [markdown]
# ### 2. One table is enough
#
# Vectors followed by a linear layer are two linear steps, and two are one. Replace them
# by a single table of three scores per piece. Show that all scores stay the same.

# %%
#| fold: Solution
table = model["vectors"] @ model["W"]
numbers = packed["new forms"]
answer = table[numbers].sum(axis=1) / count(numbers) + model["b"]
print(f"from {model['vectors'].shape} and {model['W'].shape} to {table.shape}")
assert np.allclose(answer, forward(model, numbers)[1], rtol=0, atol=1e-9)

# %% [markdown]
# ### 3. Add up with counts
#
# `np.add.at` is not the only way. `np.bincount` counts numbers, and it can add up
# weights as it counts. Compute the gradient of the vectors with it, one column at a
# time.


# %%
#| fold: Solution
def by_counting(model, numbers, targets):
    scores = forward(model, numbers)[1]
    g = log_softmax_vjp(scores, -targets / len(targets), axis=1)
    to_pieces = g @ model["W"].T / count(numbers)
    vectors = np.empty_like(model["vectors"])
    for i, column in enumerate(to_pieces.T):
        added = np.repeat(column, numbers.shape[1])
        vectors[:, i] = np.bincount(numbers.ravel(), added, len(vectors))
    vectors[0] = 0
    return vectors


answer = by_counting(model, some, some_targets)
expected = gradients(model, some, some_targets)["vectors"]
print("largest difference", f"{np.abs(answer - expected).max():.0e}")
assert np.allclose(answer, expected, rtol=0, atol=1e-12)

# %% [markdown]
# ### 4. A cooler head
#
# Divide the scores of the new stems by a [temperature](softmax.py). Which one gives the
# smallest cross-entropy, and how does that compare with knowing only how common the
# classes are?

# %%
#| fold: Solution
scores = forward(model, packed["new stems"])[1]
targets = one_hot[parts["new stems"]]
temperatures = np.arange(1, 10, 0.1)
costs = []
for temperature in temperatures:
    log_p = log_softmax(scores / temperature, axis=1)
    costs.append(-np.sum(targets * log_p, axis=1).mean())
best = temperatures[np.argmin(costs)]
mix = targets.mean(axis=0)
common = -np.sum(mix * np.log(mix))
print(f"T = 1: {costs[0]:.3f}, T = {best:.1f}: {min(costs):.3f}")
print(f"classes alone: {common:.3f}")
assert 2 < best < 9 and min(costs) < costs[0]

# %% [markdown]
# ### 5. Teach it "not"
#
# Write `read_not(sentence)`: it leaves out the words that the lexicon does not list,
# and after *not* or *never* turns the sign of the next listed word's vector. Try it on
# the sentences above. What does it still get wrong?


# %%
#| fold: Solution
def read_not(sentence):
    turn, vectors = 1, [np.zeros(2)]
    for word in re.findall("[a-z]+", sentence.lower()):
        if word in ("not", "never"):
            turn = -1
        elif word in rated:
            vectors.append(turn * forward(model, pack([word]))[0][0])
            turn = 1
    average = np.sum(vectors, axis=0) / max(len(vectors) - 1, 1)
    return softmax(average @ model["W"] + model["b"])


examples = "The film was good", "The film was not good", "Not bad at all"
for sentence in examples:
    print(f"{NAMES[read_not(sentence).argmax()]:8} {sentence}")
assert [read_not(sentence).argmax() for sentence in examples] == [2, 0, 2]
# Still wrong: "not only good but great", and whatever irony says.

# %% [markdown]
# ## Next
#
# * [Turn scores into probabilities with softmax](softmax.py): the temperature, and why
#   the loss is taken from the scores.
# * [Build a network from neurons](neuron.py): XOR, and what a layer that bends adds.
# * [Choose an activation by evidence](choosing.py): the same tasks trained with each.
# * [`softmax`][actfn.softmax], [`log_softmax`][actfn.log_softmax] and
#   [`log_softmax_vjp`][actfn.log_softmax_vjp] in the reference.
