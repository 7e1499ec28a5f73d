# %% [markdown]
# # Choose an activation by evidence
#
# **You will be able to**
#
# - train dozens of small networks at once, in one stack of arrays;
# - compare activation functions fairly: the start and the learning rate matched to
#   each, several seeds, and a test set that no choice has seen;
# - tell a difference from noise, and say how often you would be wrong;
# - choose an activation for hidden layers, outputs and gates, and give the reason.
#
# **You need** the chain rule as in [backpropagation](backpropagation.py), and a
# network trained in batches as in [digits](digits.py). The last layer is the one of
# [softmax](softmax.py).

# %%
import functools
import itertools
import math
import timeit
from dataclasses import dataclass, replace

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

import actfn
from actfn import softmax

# %% [markdown]
# ## Meet the candidates
#
# Eleven functions compete, and each must earn its place by results.

# %%
#| alt: Six panels. Above, the curves; below, their derivatives. Left, relu, leaky_relu,
#|   elu and selu: straight for positive x, close to 0 or to a floor of at most
#|   {{ actfn.selu(-4.0):.2f }} for negative x. Middle, gelu, silu and mish: smooth,
#|   with a dip below 0 down to about {{ actfn.mish(-1.19):.2f }} and slopes up to
#|   {{ actfn.gelu_derivative(1.4):.2f }}. Right, tanh, softsign and sigmoid, which are
#|   bounded, and the straight identity.
groups = {
    "rectifiers": ["relu", "leaky_relu", "elu", "selu"],
    "self-gated": ["gelu", "silu", "mish"],
    "bounded, and the identity": ["tanh", "softsign", "sigmoid", "identity"],
}
fig, axes = plt.subplots(2, 3, figsize=(7.4, 4.4), sharex=True, sharey="row")
for (title, members), (above, below) in zip(groups.items(), axes.T):
    actfn.plot.compare(members, ax=above)
    actfn.plot.compare(members, ax=below, derivative=True)
    above.set(title=title, xlabel="", ylim=(-2, 4))
    above.legend(fontsize="small", loc="upper left")
    below.legend().remove()
axes[0, 0].set_ylabel("function")
axes[1, 0].set_ylabel("derivative")
plt.show()

# %% [markdown]
# They are [`relu`][actfn.relu], [`leaky_relu`][actfn.leaky_relu], [`elu`][actfn.elu],
# [`selu`][actfn.selu], [`gelu`][actfn.gelu], [`silu`][actfn.silu],
# [`mish`][actfn.mish], [`tanh`][actfn.tanh], [`softsign`][actfn.softsign],
# [`sigmoid`][actfn.sigmoid] and, as a control, [`identity`][actfn.identity]: a network
# without an activation. The package finds each by its name, together with its
# derivative. Here they are at 2 and at −3.

# %%
names = [name for members in groups.values() for name in members]
for name in names:
    positive, negative = actfn.get(name).function(np.array([2.0, -3.0]))
    print(f"{name:10} {positive:7.4f} {negative:8.4f}")

# %% [markdown]
# ## Give each a fair start
#
# The same starting weights are not the same start. Send normal inputs through ten
# random layers and look at the weighted sums in each.


# %%
@functools.cache
def matched_gain(name):
    """Scale of the weights at which weighted sums keep the size 1."""
    z = np.random.default_rng(0).normal(size=100_000)
    return 1 / math.sqrt(np.mean(actfn.get(name).function(z) ** 2))


def sizes_of_sums(name, gain, depth=10, width=200):
    rng, sizes = np.random.default_rng(1), []
    sums = rng.normal(size=(width, width))
    for _ in range(depth):
        weights = rng.normal(scale=gain / math.sqrt(width), size=(width, width))
        sums = actfn.get(name).function(sums) @ weights
        sizes.append(math.sqrt(np.mean(sums**2)))
    return sizes


# %%
#| alt: The size of the weighted sums in ten layers, on a logarithmic scale. With a gain
#|   of 1 it falls to {{ alike["relu"][-1]:.3f }} for relu, {{ alike["tanh"][-1]:.2f }}
#|   for tanh and {{ alike["sigmoid"][-1]:.2f }} for sigmoid, and stays at
#|   {{ alike["selu"][-1]:.2f }} for selu. With matched gains all four stay between
#|   {{ min(min(s) for s in matched.values()):.2f }} and
#|   {{ max(max(s) for s in matched.values()):.2f }}.
four = ["relu", "tanh", "sigmoid", "selu"]
alike = {name: sizes_of_sums(name, 1) for name in four}
matched = {name: sizes_of_sums(name, matched_gain(name)) for name in four}
fig, axes = plt.subplots(1, 2, figsize=(7, 2.8), sharey=True)
for ax, sizes, title in zip(axes, (alike, matched), ("gain 1", "matched gain")):
    for (name, size), style in zip(sizes.items(), ("o-", "s--", "^-.", "d:")):
        ax.semilogy(range(1, 11), size, style, markersize=4, label=name)
    ax.set(title=title, xlabel="layer")
axes[0].set_ylabel("size of the sums")
axes[0].legend()
plt.show()

# %% [markdown]
# Draw the weights of a layer with $n$ inputs with variance $g^2/n$. If the weighted
# sums $z$ of the layer before are standard normal, those of this layer have the mean
# square
#
# $$g^2\,\mathbb{E}\bigl[f(z)^2\bigr]$$
#
# `matched_gain` solves for the $g$ that makes this 1. For ReLU it is
# {{ matched_gain("relu"):.2f }}, close to $\sqrt{2}$, the start of He et al.[^he] For
# SELU it is {{ matched_gain("selu"):.2f }}, as its authors intended. For the sigmoid it
# is {{ matched_gain("sigmoid"):.2f }}.
#
# [^he]: He, Zhang, Ren and Sun (2015), [Delving Deep into
#     Rectifiers](https://arxiv.org/abs/1502.01852).
#
# Train all candidates with a gain of 1, and you compare starts.
#
# ## Train many networks at once
#
# One run of one network says little, so you need hundreds of small ones. In a Python
# loop over them, the calls would take longer than the arithmetic. Give every array a
# first axis that counts networks instead. `@` multiplies such stacks of matrices pair
# by pair.


# %%
def start(sizes, gain, seeds):
    """Random layers, each an array (seeds, inputs + 1, outputs)."""
    generators = [np.random.default_rng(seed) for seed in seeds]
    layers = []
    for inputs, outputs in itertools.pairwise(sizes):
        shape = (inputs + 1, outputs)  # the last row holds the biases
        w = np.stack([generator.normal(size=shape) for generator in generators])
        scale = (gain if layers else 1) / math.sqrt(inputs + 1)
        layers.append((scale * w).astype(np.float32))
    return layers


[w.shape for w in start([64, 32, 10], gain=1.4, seeds=range(12))]

# %% [markdown]
# The passes forward and backward are those of [backpropagation](backpropagation.py),
# with one number more in each shape.


# %%
def forward(layers, x, activation):
    """The weighted sums of each layer, and the inputs it was given."""
    sums, inputs = [], [x]
    for w in layers:
        if sums:
            inputs.append(activation.function(sums[-1]))
        sums.append(inputs[-1] @ w[:, :-1] + w[:, -1:])
    return sums, inputs


# %%
def backward(layers, sums, inputs, delta, activation):
    """The gradients of the layers from that of the last weighted sums."""
    gradients = []
    for i in reversed(range(len(layers))):
        by_bias = delta.sum(axis=1, keepdims=True)
        by_layer = np.concatenate([inputs[i].mT @ delta, by_bias], axis=1)
        gradients.insert(0, by_layer)
        if i:
            slopes = activation.gradient(sums[i - 1])
            delta = delta @ layers[i][:, :-1].mT * slopes
    return gradients


# %% [markdown]
# Steps follow Adam,[^adam] which most people train with today. It divides the running
# mean of each gradient by the root of the running mean of its square, so that a weight
# moves by about the learning rate, whatever the size of its gradient. Here the means
# reach back about 10 and 100 steps. The rate may differ from network to network.
#
# [^adam]: Kingma and Ba (2014), [Adam: A Method for Stochastic
#     Optimization](https://arxiv.org/abs/1412.6980).


# %%
def step(layers, gradients, memory, rates, count):
    """Move the layers in place by one step of Adam."""
    correction = math.sqrt(1 - 0.99**count) / (1 - 0.9**count)
    for i, g in enumerate(gradients):
        mean, square = memory[i]
        mean += 0.1 * (g - mean)
        square += 0.01 * (g * g - square)
        layers[i] -= rates * correction * mean / (np.sqrt(square) + 1e-7)


# %% [markdown]
# A task is data and everything that is the same for all candidates. Classifiers end in
# softmax and are judged by the share of wrong answers. The others end in the plain
# weighted sums, and are judged by the typical error, the root of the mean square.


# %%
@dataclass(frozen=True)
class Task:
    sizes: list[int]  # inputs, hidden layers, outputs
    train: tuple[np.ndarray, np.ndarray]  # inputs and targets
    validation: tuple[np.ndarray, np.ndarray]  # to choose the learning rate with
    test: tuple[np.ndarray, np.ndarray]  # to report
    classes: bool  # whether the targets are classes
    rates: list[float]
    steps: int
    batch: int


def output(task, sums):
    return softmax(sums[-1]) if task.classes else sums[-1]


# %%
def error(task, answer, target):
    """The error of each network."""
    if task.classes:
        return np.mean(answer.argmax(-1) != target.argmax(-1), axis=-1)
    return np.sqrt(np.mean((answer - target) ** 2, axis=(-2, -1)))


# %%
def batches(task, seeds):
    """Which examples each network sees at each step: (steps, networks, batch)."""
    count = len(task.train[0])
    if task.batch == count:
        return [np.arange(count)[np.newaxis]] * task.steps
    generators = [np.random.default_rng(1000 + seed) for seed in seeds]
    shape = (task.steps, task.batch)
    return np.stack([g.integers(count, size=shape) for g in generators], axis=1)


def judge(name, task, layers, data):
    """The error of each network on some data."""
    sums, _ = forward(layers, data[0], actfn.get(name))
    return error(task, output(task, sums), data[1])


# %% [markdown]
# Softmax with cross-entropy, and the identity with the squared error, have the same
# gradient with respect to the last weighted sums: what the network says minus what it
# should say. So one loop serves classification and regression. The learning rate falls
# in a straight line to 0, which takes the jitter out of the last steps.


# %%
def train(name, task, rates, seeds, looks=0):
    """Train a network per rate and seed; give layers, and test errors on the way."""
    activation = actfn.get(name)
    layers = start(task.sizes, matched_gain(name), seeds)
    memory = [(np.zeros_like(w), np.zeros_like(w)) for w in layers]
    rates, errors = np.reshape(np.float32(rates), (-1, 1, 1)), []
    for done, batch in enumerate(batches(task, seeds)):
        x, target = (part[batch] for part in task.train)
        sums, inputs = forward(layers, x, activation)
        delta = (output(task, sums) - target) / task.batch
        gradients = backward(layers, sums, inputs, delta, activation)
        step(layers, gradients, memory, rates * (1 - done / task.steps), done + 1)
        if looks and (done + 1) % (task.steps // looks) == 0:
            errors.append(judge(name, task, layers, task.test))
    return layers, np.array(errors)


# %% [markdown]
# ## Set four tasks
#
# 1. **digits**: which digit is it? One hidden layer of 32 units. The pictures, 8 by 8
#    pixels, come with scikit-learn and are part of a data set of handwritten digits by
#    E. Alpaydin.
# 2. **deep**: the same digits, through eight narrow layers of 16 units.
# 3. **kink**: the curve $|x|$, through one hidden layer of 32 units.
# 4. **smooth**: the curve $\sin 2x$, through the same.


# %%
pixels, digit = load_digits(return_X_y=True)
pixels = np.float32((pixels - pixels.mean()) / pixels.std())
shuffled = np.random.default_rng(0).permutation(len(digit))
uses = ("train", "validation", "test")
split = zip(uses, np.split(shuffled[:1600], [800, 1200]))
classes = np.eye(10, dtype=np.float32)[digit]
digits = {use: (pixels[part], classes[part]) for use, part in split}

# %%
edge = math.sqrt(3)  # numbers spread evenly from −√3 to √3 have variance 1


def sampled(curve):
    grids = [np.linspace(-edge, edge, n)[:, np.newaxis] for n in (48, 47, 94)]
    return {u: (np.float32(x), np.float32(curve(x))) for u, x in zip(uses, grids)}


digits |= {"classes": True, "batch": 32, "rates": [0.003, 0.01, 0.03, 0.1]}
curve = {"classes": False, "batch": 48, "rates": [0.01, 0.03, 0.1, 0.3]}
curve |= {"sizes": [1, 32, 1], "steps": 250}
tasks = {
    "digits": Task(sizes=[64, 32, 10], steps=150, **digits),
    "deep": Task(sizes=[64, *[16] * 8, 10], steps=120, **digits),
    "kink": Task(**sampled(lambda x: abs(x) - edge / 2), **curve),
    "smooth": Task(**sampled(lambda x: np.sin(2 * x)), **curve),
}

# %%
#| alt: Left, five pictures of handwritten digits, of 8 by 8 grey squares each:
#|   {{ ", ".join(map(str, digit[:5])) }}. Right, the two curves to learn: a V with its
#|   kink at 0, and, dashed, a sine wave between {{ tasks["smooth"].test[1].min():.0f }}
#|   and {{ tasks["smooth"].test[1].max():.0f }}.
fig, (left, right) = plt.subplots(1, 2, figsize=(7, 2.2), width_ratios=[3, 2])
left.imshow(np.hstack(pixels[:5].reshape(5, 8, 8)), cmap="gray")
left.axis("off")
for name, style in (("kink", "-"), ("smooth", "--")):
    x, target = tasks[name].test
    right.plot(x, target, style, label=name)
right.legend()
plt.show()

# %% [markdown]
# Each set of data has three parts. A network learns from the first, the learning rate
# is chosen on the second, and the third is for reporting only.
#
# ## Choose a learning rate for each
#
# A rate that suits one activation can be too high or too low for another. Give every
# candidate the same grid of four rates and its own choice: the rate with the smallest
# median error over five seeds. That makes twenty networks, and they are one stack. How
# much does the stack save?


# %% tags=["volatile"]
def shortest(networks):
    job = timeit.Timer(
        lambda: train("relu", tasks["kink"], [0.01] * networks, range(networks))
    )
    return min(job.repeat(repeat=5, number=1))


single, stacked = shortest(1), shortest(20)
print(f"a stack of twenty takes {stacked / single:.1f} times as long as one network")

# %% [markdown]
# A loop over twenty networks takes 20 times as long as one network, so the stack is
# {{ 20 * single / stacked:.1f }} times as fast as the loop.


# %%
def errors_by_rate(name, task):
    seeds = [0, 1, 2, 3, 4]
    rates = np.repeat(task.rates, len(seeds))
    layers, _ = train(name, task, rates, seeds * len(task.rates))
    errors = judge(name, task, layers, task.validation)
    return np.median(errors.reshape(-1, len(seeds)), axis=1)


grids = {
    key: {name: errors_by_rate(name, task) for name in names}
    for key, task in tasks.items()
}

# %%
#| alt: Share of wrong digits against the learning rate, on a logarithmic axis, a line
#|   for each of five activations. From the lowest rate to the best one, the sigmoid
#|   falls from {{ grids["digits"]["sigmoid"][0]:.1% }} to
#|   {{ grids["digits"]["sigmoid"].min():.1% }} and relu from
#|   {{ grids["digits"]["relu"][0]:.1% }} to {{ grids["digits"]["relu"].min():.1% }}.
few = {"relu": "-", "gelu": "--", "tanh": "-.", "sigmoid": ":", "identity": (0, (7, 1))}
fig, ax = plt.subplots(figsize=(6, 3.2))
for (name, style), marker in zip(few.items(), "os^dx"):
    line = {"ls": style, "marker": marker, "label": name}
    ax.semilogx(tasks["digits"].rates, grids["digits"][name], **line)
ax.set(xlabel="learning rate", ylabel="validation error", ylim=0)
ax.set_xticks(tasks["digits"].rates, labels=tasks["digits"].rates)
ax.yaxis.set_major_formatter("{x:.0%}")
ax.legend()
plt.show()

# %% [markdown]
# Now suppose that you had compared all candidates at one rate. Who would have won?

# %%
at_one_rate = {}
for key, task in tasks.items():
    best = [min(names, key=lambda n: grids[key][n][i]) for i in range(4)]
    at_one_rate[key] = best
    print(f"{key:7}", ", ".join(f"{r:g}: {b}" for r, b in zip(task.rates, best)))

# %% [markdown]
# The winner depends on the rate in
# {{ sum(len(set(best)) > 1 for best in at_one_rate.values()) }} of {{ len(tasks) }}
# tasks. A comparison at one rate is a comparison of rates.

# %%
chosen = {
    key: {name: task.rates[grids[key][name].argmin()] for name in names}
    for key, task in tasks.items()
}
ends = sum(
    rate in (tasks[key].rates[0], tasks[key].rates[-1])
    for key, rates in chosen.items()
    for name, rate in rates.items()
    if name != "identity"
)

# %% [markdown]
# Leave out the identity, and {{ ends }} of {{ len(tasks) * (len(names) - 1) }} choices
# lie at an end of the grid. There a wider grid might have served the candidate better.
#
# ## See the spread
#
# Now the runs that count: twelve new seeds for each candidate and task, at the chosen
# rate, judged on the test set. A seed fixes the random numbers of the start and the
# order of the examples, and the same seed gives the same ones to every candidate.

# %%
seeds = list(range(10, 22))


def errors_in_training(name, task, rate):
    looks = 10 if name in few else 1
    _, errors = train(name, task, [rate] * len(seeds), seeds, looks)
    return errors


results = {
    key: {name: errors_in_training(name, task, chosen[key][name]) for name in names}
    for key, task in tasks.items()
}


# %%
def spread(ax, task, curves):
    """Draw the median of the errors during training, and the quartiles as a band."""
    done = np.linspace(0.1, 1, 10) * task.steps
    for i, (name, style) in enumerate(few.items()):
        low, middle, high = np.percentile(curves[name], [25, 50, 75], axis=1)
        ax.fill_between(done, low, high, color=f"C{i}", alpha=0.2, linewidth=0)
        ax.plot(done, middle, ls=style, color=f"C{i}", label=name)
    ax.set(xlabel="step", ylabel="test error", ylim=0)
    ax.locator_params(axis="y", nbins=6, steps=[1, 2, 5, 10])
    ax.yaxis.set_major_formatter("{x:.0%}")


def medians(key):
    return np.array([np.median(curve[-1]) for curve in results[key].values()])


def width_of_middle(key):
    last = [curve[-1] for curve in results[key].values()]
    return np.mean(np.ptp(np.percentile(last, [25, 75], axis=1), axis=0))


# %%
def dots(ax, curves):
    """Draw the median of the last errors, and a line from quartile to quartile."""
    for row, curve in enumerate(curves.values()):
        low, middle, high = np.percentile(curve[-1], [25, 50, 75])
        ax.plot([low, high], [row, row], color="C0")
        ax.plot(middle, row, "o", color="C0")
    ax.set(yticks=range(len(curves)), yticklabels=curves, ylim=(len(curves), -1))


# %%
#| alt: Left, the test error on digits against the step for five activations, a line for
#|   the median in a band from quartile to quartile. relu falls from
#|   {{ np.median(results["digits"]["relu"][0]):.0% }} to
#|   {{ np.median(results["digits"]["relu"][-1]):.1% }}, identity from
#|   {{ np.median(results["digits"]["identity"][0]):.0% }} to
#|   {{ np.median(results["digits"]["identity"][-1]):.1% }}. Right, the last errors of
#|   all eleven, median and quartiles: the medians lie between
#|   {{ medians("digits").min():.1% }} and {{ medians("digits").max():.1% }}, and a line
#|   is on average {{ 100 * width_of_middle("digits"):.1f }} percentage points long.
fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.8), layout="constrained")
spread(left, tasks["digits"], results["digits"])
fig.legend(loc="outside lower center", ncols=5)
dots(right, results["digits"])
right.set_xlabel("test error after the last step")
right.xaxis.set_major_formatter("{x:.1%}")
plt.show()

# %% [markdown]
# Each dot on the right is the median of twelve networks, and the line holds the middle
# half of them. Without the lines you would rank the dots.
#
# A quick comparison trains one network of each kind. Suppose that you had done so.
# Which activation would you recommend?

# %%
last = np.array([curve[-1] for curve in results["digits"].values()])
crowned = [names[best] for best in last.argmin(axis=0)]
print(", ".join(f"{name} {crowned.count(name)}" for name in sorted(set(crowned))))

# %% [markdown]
# Twelve seeds crown {{ len(set(crowned)) }} different winners. (A tie goes to the first
# in the list.)
#
# ## Tell a difference from noise
#
# How far apart are two candidates that are known to be equal? Compare ReLU with itself:
# four more sets of twelve seeds.

# %%
more = range(100, 148)
rate = chosen["digits"]["relu"]
_, again = train("relu", tasks["digits"], [rate] * 48, more, looks=1)
same = np.median(again[-1].reshape(4, 12), axis=1)
noise = np.ptp([*same, np.median(results["digits"]["relu"][-1])])
near = np.sum(medians("digits") <= medians("digits").min() + noise)
print("relu, medians of twelve:", ", ".join(f"{median:.2%}" for median in same))

# %% [markdown]
# Together with the first set, these medians span {{ noise:.2% }}, and nothing but the
# seeds is different. Of the {{ len(names) }} candidates, {{ near }} lie within that
# distance of the best, the best included.
#
# Here is a rule to draw the line with. Pair the results by seed, and count with how
# many seeds the best candidate has the smaller error. If two candidates were equally
# good, each seed would be the toss of a coin. Call the other one **clearly beaten** if
# it loses with at least 11 of 12 seeds.


# %%
def wins(curves, one, other):
    return int(np.sum(curves[one][-1] < curves[other][-1]))


def verdict(curves):
    """The candidate with the smallest median, and those that it clearly beats."""
    best = min(curves, key=lambda name: np.median(curves[name][-1]))
    return best, [name for name in curves if wins(curves, best, name) >= 11]


chance = sum(math.comb(12, k) for k in (11, 12)) / 2**12
best, beaten = verdict(results["digits"])
for name in names:
    if name != best:
        count = wins(results["digits"], best, name)
        print(f"{best} beats {name:10} with {count:2} seeds")

# %% [markdown]
# A coin does that in {{ chance:.1% }} of the cases. But you looked {{ len(names) - 1 }}
# times, and picked the best after you had seen the results. How often does the whole
# procedure cry wolf? Shuffle the names within each seed, so that no candidate differs
# from another, and look at the verdicts. Do it a thousand times.

# %%
shuffles = np.random.default_rng(0).permuted(np.tile(last, (1000, 1, 1)), axis=1)
leader = np.median(shuffles, axis=2).argmin(axis=1)
led = shuffles[np.arange(1000), leader][:, np.newaxis]
false_verdicts = np.sum(np.sum(led < shuffles, axis=2) >= 11, axis=1)
print(f"false verdicts in one task: {false_verdicts.mean():.2f} on average")
print(f"tasks with at least one: {np.mean(false_verdicts > 0):.0%}")

# %% [markdown]
# So expect {{ len(tasks) * false_verdicts.mean():.2f }} false verdicts in
# {{ len(tasks) }} tasks. The rule errs to the other side as well: "not clearly beaten"
# does not mean equal. It means that twelve seeds cannot tell.


# %%
def listed(members):
    """Write names as in a sentence."""
    *others, final = [f"`{name}`" for name in members] or ["none"]
    return f"{', '.join(others)} and {final}" if others else final


def unbeaten(key):
    _, beaten = verdict(results[key])
    return [name for name in names if name not in beaten]


# %% [markdown]
# On digits, the smallest median is
# {{ medians("digits").min():.1% }}, that of `{{ best }}`. Not clearly beaten:
# {{ listed(unbeaten("digits")) }}. Clearly beaten: {{ listed(beaten) }}. On this task
# {{ "the choice hardly matters" if len(beaten) < 6 else "the choice matters" }}.
#
# ## Change the task

# %%
#| alt: Left, the deep task: the test error against the step for five activations with
#|   bands from quartile to quartile. The sigmoid stays near
#|   {{ np.median(results["deep"]["sigmoid"][-1]):.0% }} wrong. Right, the last errors
#|   of all eleven: the smallest median is {{ medians("deep").min():.1% }}, that of
#|   {{ verdict(results["deep"])[0] }}.
fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.8), layout="constrained")
spread(left, tasks["deep"], results["deep"])
fig.legend(loc="outside lower center", ncols=5)
dots(right, results["deep"])
right.set(xlabel="test error after the last step", xscale="log")
right.xaxis.set_major_formatter("{x:.0%}")
plt.show()


# %%
wider = width_of_middle("deep") / width_of_middle("digits")
best, beaten = verdict(results["deep"])
for name in ("relu", "selu", "tanh", "sigmoid", "identity"):
    low, middle, high = np.percentile(results["deep"][name][-1], [25, 50, 75])
    print(f"{name:8} {middle:6.1%}, middle half {low:.1%} to {high:.1%}")

# %% [markdown]
# The data are the same. The middle half of a candidate is on average {{ wider:.1f }}
# times as wide as before, and the differences between candidates are
# {{ np.ptp(medians("deep")) / np.ptp(medians("digits")):.0f }} times as large. Not
# clearly beaten: {{ listed(unbeaten("deep")) }}. Guessing is wrong in 90 % of the
# cases, and the sigmoid is wrong in
# {{ np.median(results["deep"]["sigmoid"][-1]):.0% }}. Hardly any gradient comes
# through; [exercise 3](#3-foretell-the-deep-task) shows it without any training.
#
# What makes the others differ? Look at the networks before training. Send the test
# digits through, and see how alike they have become in the last hidden layer: the share
# of the mean square of its weighted sums that is common to all digits.


# %%
def common_share(name, task):
    layers = start(task.sizes, matched_gain(name), seeds)
    sums, _ = forward(layers, task.test[0][np.newaxis], actfn.get(name))
    common = sums[-2].mean(axis=1, keepdims=True)  # over the digits
    return float(np.mean(common**2) / np.mean(sums[-2] ** 2))


def ranks(values):
    return np.argsort(np.argsort(values))


common = {name: common_share(name, tasks["deep"]) for name in names}
agreement = np.corrcoef(ranks(list(common.values())), ranks(medians("deep")))[0, 1]

# %%
#| alt: Two panels with a row for each candidate, sorted by what all digits have in
#|   common in the last hidden layer before training: from
#|   {{ min(common.values()):.2f }} for {{ min(common, key=common.get) }} to
#|   {{ max(common.values()):.3f }} for {{ max(common, key=common.get) }}. Right, the
#|   test error after training, in the same order: it goes from
#|   {{ medians("deep").min():.1% }} to {{ medians("deep").max():.0% }}. The rank
#|   correlation of the two is {{ agreement:.2f }}.
fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.2), sharey=True)
order = sorted(common, key=common.get)
left.plot([common[name] for name in order], order, "s", color="C1")
left.set_xlabel("common share before training")
for name in order:
    low, middle, high = np.percentile(results["deep"][name][-1], [25, 50, 75])
    right.plot([low, high], [name, name], color="C0")
    right.plot(middle, name, "o", color="C0")
right.set(xlabel="test error after training", xscale="log", ylim=(len(order), -1))
right.xaxis.set_major_formatter("{x:.0%}")
plt.show()

# %% [markdown]
# The rank correlation of the two columns is {{ agreement:.2f }}. Activations that are
# not centred add the same to every sum in every layer, until {{ common["relu"]:.0% }}
# of what ReLU passes on is the same for all digits, and all but
# {{ 1 - common["sigmoid"]:.0e }} of what the sigmoid does. The difference between a 3
# and an 8 is in the rest.
#
# Look at the identity, too. With it, eight layers are one matrix, and the network can
# draw straight lines only. It is {{ "clearly beaten" if "identity" in beaten else
# "not clearly beaten by anything" }}. And compare the best medians of the two networks:
# {{ medians("digits").min():.1% }} with one hidden layer,
# {{ medians("deep").min():.1% }} with eight. {{ "Depth did not pay." if
# medians("deep").min() > medians("digits").min() else "Here depth paid." }}
#
# Now the two curves.

# %%
#| alt: The last errors on the two curves, median and quartiles on a logarithmic axis.
#|   On the kink the smallest median is that of {{ verdict(results["kink"])[0] }},
#|   {{ medians("kink").min():.4f }}; on the smooth curve that of
#|   {{ verdict(results["smooth"])[0] }}, {{ medians("smooth").min():.4f }}. The
#|   identity is far off on both, near {{ medians("smooth").max():.2f }}.
fig, axes = plt.subplots(1, 2, figsize=(7.2, 3.4), sharey=True)
for ax, key in zip(axes, ("kink", "smooth")):
    dots(ax, results[key])
    ax.set(title=key, xlabel="typical error", xscale="log")
plt.show()


# %%
def straight_to_smooth(key):
    median = dict(zip(names, medians(key)))
    straight, smooth = groups["rectifiers"][:2], groups["self-gated"]
    return min(map(median.get, straight)) / min(map(median.get, smooth))


# %%
#| alt: What two networks are wrong by along x, on the kink and on the smooth curve.
#|   On the kink, gelu has its largest error, {{ far["kink", "gelu"]:.3f }}, and
#|   leaky_relu, dashed, {{ far["kink", "leaky_relu"]:.3f }}. On the smooth curve it is
#|   {{ far["smooth", "gelu"]:.3f }} for gelu and {{ far["smooth", "leaky_relu"]:.3f }}
#|   for leaky_relu, whose line is made of short straight pieces minus the curve.
fig, axes = plt.subplots(1, 2, figsize=(7.2, 2.8), sharey=True)
far = {}
for ax, key in zip(axes, ("kink", "smooth")):
    x, target = tasks[key].test
    for name, style in (("gelu", "-"), ("leaky_relu", "--")):
        layers, _ = train(name, tasks[key], [chosen[key][name]], [10])
        sums, _ = forward(layers, x[np.newaxis], actfn.get(name))
        off = sums[-1][0] - target
        far[key, name] = float(np.abs(off).max())
        ax.plot(x, off, style, label=name)
    ax.set(title=key, xlabel="x")
axes[0].set_ylabel("output minus target")
axes[0].legend()
plt.show()

# %% [markdown]
# A network with one hidden layer is a sum of shifted and scaled copies of its
# activation, and it shows. Compare the better of the two functions made of straight
# lines, ReLU and leaky ReLU, with the best of the three smooth ones from `gelu` to
# `mish`. On the kink its typical error is {{ straight_to_smooth("kink"):.2f }} times as
# large, on the smooth curve {{ straight_to_smooth("smooth"):.2f }} times.
#
# Not clearly beaten on the kink: {{ listed(unbeaten("kink")) }}. On the smooth curve:
# {{ listed(unbeaten("smooth")) }}.
#
# ## Read the decision table
#
# This is everything at once. The build of this page has written the table from the
# results: medians of twelve seeds, the best of each task in bold, and ≈ where the best
# does not clearly beat the candidate.


# %%
def cell(key, name):
    best, beaten = verdict(results[key])
    form = ".1%" if tasks[key].classes else ".4f"
    shown = format(np.median(results[key][name][-1]), form)
    if name == best:
        return f"**{shown}**"
    return shown if name in beaten else f"≈ {shown}"


held = {name: sum(name in unbeaten(key) for key in tasks) for name in names}
rows = sorted(names, key=lambda name: -held[name])
table = "\n".join(
    f"| [`{n}`][actfn.{n}] | {' | '.join(cell(k, n) for k in tasks)} | {held[n]} |"
    for n in rows
)
top = [name for name in names if held[name] == max(held.values())]

# %% [markdown]
# | hidden layers | digits | deep | kink | smooth | tasks held |
# |---|---:|---:|---:|---:|---:|
# {{ table }}
#
# Wrong digits in percent, and typical errors of the curves. The last column counts the
# tasks on which the candidate is not clearly beaten.
#
# {{ listed(top) }} {{ "holds" if len(top) == 1 else "hold" }}
# {{ max(held.values()) }} of {{ len(tasks) }} tasks, and nothing holds more. It is a
# table of these tasks. A fifth would have its own column.
#
# ## Count the cost
#
# Quality being equal, take the cheapest. Measure one call and one call of the
# derivative together, on as many float32 numbers as a layer of 128 units gives for 128
# examples.

# %% tags=["volatile"]
sample = np.random.default_rng(0).normal(size=(128, 128)).astype(np.float32)


def seconds(name):
    row = actfn.get(name)
    call = timeit.Timer(lambda: (row.function(sample), row.gradient(sample)))
    return min(call.repeat(number=5, repeat=7)) / 5


cost = {name: seconds(name) for name in rows}
for name in sorted(cost, key=cost.get):
    times = cost[name] / cost["relu"]
    print(f"{name:10} {1e6 * cost[name]:5.0f} µs, {times:4.1f} × relu")

# %% [markdown]
# The dearest takes {{ max(cost.values()) / cost["relu"]:.0f }} times as long as ReLU.
# In a wide layer that matters less than it seems: an activation is paid per unit, a
# matrix product per weight. Among those that hold the most tasks, the cheapest on this
# machine is {{ min(top, key=cost.get) }}.
#
# ## Decide for hidden layers
#
# What the results say:
#
# 1. **Begin with what holds most tasks**, here {{ listed(top) }}. If your network
#    resembles one of the tasks, take its column instead of the total.
# 2. **Look at the depth.** On the digits, {{ len(unbeaten("digits")) }} of
#    {{ len(names) }} candidates cannot be told from the best in the shallow network,
#    and {{ len(unbeaten("deep")) }} in the deep one.
# 3. **Match the shape of what is to be learned.** Straight pieces had
#    {{ straight_to_smooth("kink"):.2f }} times the error of smooth units on the kink,
#    and {{ straight_to_smooth("smooth"):.2f }} times on the smooth curve.
# 4. **Look at the network before you train it.** What the digits have in common in the
#    last hidden layer had a rank correlation of {{ agreement:.2f }} with the error
#    after training.
# 5. **Keep the sigmoid for outputs and gates.** In hidden layers it holds
#    {{ held["sigmoid"] }} of {{ len(tasks) }} tasks.
#
# Where networks of your kind have a usual activation, begin with that: ReLU in
# convolutional networks, GELU in transformers, tanh for the states of recurrent
# networks. The [reference](../reference/index.md) says of every function when to use
# it.
#
# ## Decide for outputs and gates
#
# For the last layer there is nothing to try out. The answer that you want decides, by
# its range.

# %%
x, target = tasks["smooth"].test
floors = {}
for name in ("sigmoid", "relu", "softplus", "tanh", "identity"):
    low, high = actfn.get(name).bounds
    reached = np.clip(2 * target, low, high)  # as near as the output can come
    least = error(tasks["smooth"], reached, 2 * target)
    floors[name] = least
    print(f"{name:8} range {low:4} to {high:3}, smallest error {least:.3f}")

# %% [markdown]
# The targets are a sine between −2 and 2. No training, however long, brings a last
# layer of ReLU below an error of {{ floors["relu"]:.2f }}.
#
# | The answer is | Last layer |
# |---|---|
# | any number | [`identity`][actfn.identity] |
# | a positive number | [`softplus`][actfn.softplus] |
# | a number between −1 and 1 | [`tanh`][actfn.tanh] |
# | yes or no | [`sigmoid`](sigmoid.py) |
# | several times yes or no | [`sigmoid`](sigmoid.py), one for each |
# | one of several classes | [`softmax`](softmax.py) |
#
# Numbers are trained with the squared error. Where the answer is a probability, the
# loss is its logarithm, and you take it from the weighted sums in one step, with
# [`log_sigmoid`][actfn.log_sigmoid] or [`log_softmax`][actfn.log_softmax].
#
# **Gates** say how much passes, from 0 to 1: a [sigmoid](sigmoid.py) for each number,
# or a [softmax](softmax.py) where the shares are to add up to 1, as in attention.
#
# ## Know what this does not say

# %%
for key, task in tasks.items():
    weights = sum((a + 1) * b for a, b in itertools.pairwise(task.sizes))
    count = len(task.train[0])
    print(f"{key:7} {weights:5,} weights, {count} examples, {task.steps} steps")

# %% [markdown]
# - These are small networks, trained for a short time on little data. Networks in use
#   are thousands to millions of times larger, and small differences may grow, vanish or
#   turn round.
# - The deep task has no normalisation layers and no connections that skip layers. Both
#   carry gradients past an activation, and make its choice less critical.
# - One optimiser, one way to let the rate fall, one grid of
#   {{ len(tasks["digits"].rates) }} rates, one size of network. Each is a choice that
#   may favour somebody.
# - Each rate was chosen with five seeds. With five others, some choices would differ,
#   and the verdicts with them.
# - Twelve seeds vary the start and the order of the examples. They do not vary the
#   data: all have the same {{ len(digits["test"][0]) }} test digits.
#
# So do not take the table along. Take the procedure: a matched start, a rate for each,
# several seeds, a band around every line, a rule made before looking.
#
# ## Exercises
#
# Each solution ends in an assertion. Put your own result in its place: if it raises
# nothing, you are right.
#
# ### 1. Alone or in the stack
#
# Do networks in a stack influence one another? Train the network of seed 10 on digits
# alone, then in a stack with seeds 9 and 11, for 20 steps, and compare the layers.

# %%
#| fold: Solution
short = replace(tasks["digits"], steps=20)
alone, _ = train("tanh", short, [0.03], [10])
together, _ = train("tanh", short, [0.03] * 3, [9, 10, 11])
apart = max(np.abs(a[0] - t[1]).max() for a, t in zip(alone, together))
others = max(np.abs(a[0] - t[2]).max() for a, t in zip(alone, together))
print(f"seed 10, alone and in the stack: {apart:.0e} apart")
print(f"seeds 10 and 11: {others:.1f} apart")
assert apart < 1e-3 < others

# %% [markdown]
# ### 2. How many seeds
#
# Take a stricter rule: the best candidate must win with every seed. How many seeds does
# it take until a coin does that in less than one case of a hundred? And until ten
# coins, one for each rival, do it less than 0.01 times together?

# %%
#| fold: Solution
one_rival = next(n for n in range(1, 99) if 0.5**n < 0.01)
ten_rivals = next(n for n in range(1, 99) if 10 * 0.5**n < 0.01)
print(f"{one_rival} seeds for one rival, {ten_rivals} for ten")
assert 2**one_rival > 100 >= 2 ** (one_rival - 1)
assert 2**ten_rivals > 1000 >= 2 ** (ten_rivals - 1)

# %% [markdown]
# ### 3. Foretell the deep task
#
# Backwards, the mean square of the gradient is multiplied in each layer by
# $g^2\,\mathbb{E}[f'(z)^2]$. Compute this factor for each candidate with its matched
# gain, and to the power of eight layers. Who is in trouble?

# %%
#| fold: Solution
z = np.random.default_rng(0).normal(size=100_000)
factors = {}
for name in names:
    slope = actfn.get(name).gradient(z)
    factors[name] = matched_gain(name) ** 2 * np.mean(slope**2)
    print(f"{name:10} {factors[name]:.2f} per layer, {factors[name] ** 8:8.1e} in all")
assert min(factors, key=factors.get) == "sigmoid" and factors["sigmoid"] < 0.2
assert abs(factors["identity"] - 1) < 0.02 and abs(factors["relu"] - 1) < 0.02

# %% [markdown]
# ### 4. A candidate of your own
#
# Every elementwise function of the package can compete. Enter [`sine`][actfn.sine] on
# the smooth curve, with a rate of its own and the same twelve seeds. How many of the
# eleven does it clearly beat?

# %%
#| fold: Solution
task = tasks["smooth"]
rate = task.rates[errors_by_rate("sine", task).argmin()]
entry = errors_in_training("sine", task, rate)
curves = results["smooth"] | {"sine": entry}
counts = {name: wins(curves, "sine", name) for name in names}
lost = [name for name in names if counts[name] >= 11]
print(f"rate {rate:g}, median {np.median(entry[-1]):.4f}")
print(f"clearly beats {len(lost)} of {len(names)}: {', '.join(lost)}")
assert "identity" in lost and np.median(entry[-1]) < medians("smooth").max()

# %% [markdown]
# ### 5. Which last layer
#
# Choose the activation of the last layer for: the temperature of tomorrow in °C; the
# probability of rain; the price of a house; which of five birds sings. Check the
# ranges.

# %%
#| fold: Solution
answers = {
    "temperature": "identity",
    "rain": "sigmoid",
    "price": "softplus",
    "bird": "softmax",
}
for question, name in answers.items():
    print(f"{question:11} {name:8} {actfn.get(name).bounds}")
ranges = [actfn.get(name).bounds for name in answers.values()]
assert ranges == [(-math.inf, math.inf), (0, 1), (0, math.inf), (0, 1)]

# %% [markdown]
# ## Next
#
# - [All functions](../reference/index.md), each with its formula, its derivative and
#   when to use it.
# - [Build the feed-forward block of a transformer](feed-forward.py): the same procedure
#   for GELU, SiLU and the gated units of language models.
# - [Bring your own activation](your-own.py), if none of them will do.
# - [Count dying units](dying-relu.py), and [see gradients vanish](backpropagation.py):
#   why deep and narrow is hard.

# %% tags=["hide-input"]
sources = [actfn.get(name).paper for name in [*names, "prelu", "rrelu"]]
papers = "\n".join(f"- {paper}" for paper in dict.fromkeys(sources) if paper)

# %% [markdown]
# The papers that the candidates come from, and two more on rectifiers:
#
# {{ papers }}
#
# Also used on this page: [`get`][actfn.get] and [`softmax`][actfn.softmax].
