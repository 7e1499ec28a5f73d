# %% [markdown]
# # See edges with convolution and ReLU
#
# **You will be able to** slide a kernel over a photograph, first by hand, then with
# loops, then without; say what ReLU keeps of the response and what it throws away; run
# a bank of kernels with ReLU and pooling, the layer that image networks are made of;
# handle borders and strides; say where the gradient passes; and let a kernel be
# learned.
#
# **You need** arrays, their axes and broadcasting, as in
# [NumPy basics](numpy-basics.py). For the gradient you need the chain rule, as in
# [Backpropagation](backpropagation.py).

# %%
import timeit

import matplotlib.pyplot as plt
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from sklearn.datasets import load_sample_image

from actfn import crelu, leaky_relu, relu, relu_derivative

# %% [markdown]
# ## Read a photograph
#
# scikit-learn comes with two photographs. A colour photograph is an array of rows,
# columns and three channels: red, green and blue, each a whole number from 0 to 255.

# %%
photo = load_sample_image("china.jpg")
print(photo.shape, photo.dtype)

# %% [markdown]
# To make it grey, mix the channels. Take care, because they are stored in eight bits:

# %%
red, green, blue = np.moveaxis(photo, -1, 0)
added = red + green + blue
wrong = added != photo.sum(axis=-1)
print(f"{photo[0, 0]} adds up to {added[0, 0]}")
print(f"wrong: {wrong.mean():.0%} of the pixels")

# %% [markdown]
# uint8 starts again at 0 after 255, without a warning. Mix with floating-point weights
# instead, and you are out of danger. The eye is most sensitive to green, so green
# counts most; these are the weights of the television standard BT.601. The function
# also takes the mean of each block of 3 by 3 pixels. The picture becomes small enough
# to see single pixels.


# %%
def grey(photo, block=3):
    """Mix the channels to numbers from 0 to 1, and average over blocks."""
    mixed = photo @ np.array([0.299, 0.587, 0.114]) / 255
    rows, columns = mixed.shape[0] // block, mixed.shape[1] // block
    whole = mixed[: rows * block, : columns * block]
    return whole.reshape(rows, block, columns, block).mean(axis=(1, 3))


def show(ax, x, title="", **options):
    ax.imshow(x, cmap="gray", interpolation="none", **options)
    ax.set_title(title)
    ax.axis("off")


# %%
#| alt: A tower with several curved roofs, one above the other, stands on the left in
#|   front of a lake. The sky is bright, the tower dark, and trees fill the lower edge
#|   and the right side. {{ x.shape[0] }} by {{ x.shape[1] }} grey pixels.
x = grey(photo)
fig, ax = plt.subplots(figsize=(6.5, 4.4))
show(ax, x)
plt.show()

# %% [markdown]
# The photograph is by [danielbuechele](https://www.flickr.com/photos/danielbuechele/),
# under the licence [CC BY 2.0](https://creativecommons.org/licenses/by/2.0/); all
# pictures on this page are made from it.
#
# ## Slide a kernel by hand
#
# An **edge** is a place where the brightness changes. To find it, compare each pixel's
# right neighbour with its left one. A **kernel** is a small array that says what to
# compare. This one, the Sobel kernel, looks at three rows and gives the middle one
# double weight.

# %%
edge = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
tiny = np.tile([1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 1.0, 1.0], (5, 1))
print(tiny)

# %% [markdown]
# Lay the kernel on a window of the same size. Multiply what lies on top of each other,
# and add up the products:
#
# $$y_{ij} = \sum_{m=0}^{2} \sum_{n=0}^{2} k_{mn}\, x_{i+m,\,j+n}$$

# %%
window = tiny[0:3, 1:4]
print(window * edge)
print("sum:", (window * edge).sum())

# %% [markdown]
# Then move the window by one pixel and do it again. The centre of a window cannot stand
# on the border, so a picture of 5 by 8 gives a response of 3 by 6.


# %%
def loop_correlate(x, kernel):
    height, width = kernel.shape
    rows, columns = x.shape[0] - height + 1, x.shape[1] - width + 1
    y = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            y[i, j] = (x[i : i + height, j : j + width] * kernel).sum()
    return y


by_hand = loop_correlate(tiny, edge)
print(by_hand)

# %%
#| alt: Left, the tiny picture: a bright bar between dark sides, with a frame around one
#|   window of 3 by 3 pixels. Right, the response: where the window enters the bar,
#|   white for {{ by_hand.max():g }}; inside and outside grey for 0; where it leaves the
#|   bar, black for −{{ -by_hand.min():g }}. A frame marks the pixel that belongs to the
#|   window.
fig, (left, right) = plt.subplots(1, 2, figsize=(6.5, 2.2))
show(left, tiny, "picture")
show(right, by_hand, "response", vmin=-4, vmax=4)
frame = {"fill": False, "edgecolor": "C1", "linewidth": 3}
left.add_patch(plt.Rectangle((0.5, -0.5), 3, 3, **frame))
right.add_patch(plt.Rectangle((0.5, -0.5), 1, 1, **frame))
plt.show()

# %% [markdown]
# The response has a **sign**. From dark to bright, from left to right, it is positive,
# from bright to dark negative, and where nothing changes 0.
#
# ## Take all windows at once
#
# The loop runs Python code for each pixel. `sliding_window_view` makes an array of all
# windows: the first two axes say where, the last two are the window.

# %%
windows = sliding_window_view(x, (3, 3))
print("shape:", windows.shape)
print("steps in bytes:", windows.strides, "of the picture:", x.strides)
print("memory of its own:", not np.shares_memory(windows, x))

# %% [markdown]
# It has nine times as many elements as the picture, and copies none of them. One step
# along the first axis and one along the third both mean: one row down in the picture.
# What is left is a sum over the last two axes. In `np.einsum` you name the
# axes, and those that are missing on the right are summed over.


# %%
def correlate(x, kernel):
    windows = sliding_window_view(x, kernel.shape)
    return np.einsum("ijmn,mn->ij", windows, kernel)


response = correlate(x, edge)
gap = np.abs(response - loop_correlate(x, edge)).max()
print(f"largest difference: {gap:.0e}")

# %% [markdown]
# The two agree up to rounding. There is a third way that needs no windows: shift the
# whole picture nine times, and add the shifted pictures up with the kernel's weights.


# %%
def shift_correlate(x, kernel):
    height, width = kernel.shape
    rows, columns = x.shape[0] - height + 1, x.shape[1] - width + 1
    y = np.zeros((rows, columns))
    for (m, n), weight in np.ndenumerate(kernel):
        y += weight * x[m : m + rows, n : n + columns]
    return y


gap = np.abs(response - shift_correlate(x, edge)).max()
print(f"largest difference: {gap:.0e}")

# %% [markdown]
# It has a loop too, but over nine weights, not over
# {{ response.size // 1000 }} 000 pixels. Time all three, on pictures of several sizes.

# %% tags=["volatile"]
ways = {"loop": loop_correlate, "windows": correlate}
ways["shifts"] = shift_correlate
times = {}
for size in (16, 48, 140):
    part = x[:size, :size]
    for way, f in ways.items():
        runs = timeit.repeat(lambda: f(part, edge), number=1, repeat=3)
        times[way, size] = min(runs)
    shown = ", ".join(f"{w} {1e3 * times[w, size]:.3f} ms" for w in ways)
    print(f"{size:3} x {size:3}: {shown}")

# %% tags=["volatile"]
gain = times["loop", 140] / min(times["windows", 140], times["shifts", 140])
small = times["loop", 16] / min(times["windows", 16], times["shifts", 16])
faster = min(("windows", "shifts"), key=lambda way: times[way, 140])

# %% [markdown]
# At 140 by 140 pixels, the loop takes {{ gain:.0f }} times as long as the {{ faster }}.
# At 16 by 16 pixels, it takes {{ small:.0f }} times as long as the faster of the two.
# The two forms without a loop over pixels are {{ ("close to each other" if 0.5 <
# times["windows", 140] / times["shifts", 140] < 2 else
# "more than a factor of two apart") }} at the largest size. Windows win in another
# way: they serve any number of kernels at once, as you will see.
#
# ## See what ReLU keeps

# %%
#| alt: The response to the photograph, mid-grey where nothing changes:
#|   {{ np.mean(np.abs(response) < 0.1):.0%}} of it is within 0.1 of that. Posts and
#|   walls of the tower stand out as pairs of white and black lines, from
#|   {{ response.min():.1f}} to {{ response.max():.1f}}; sky and lake are flat; leaves
#|   are a fine black and white grain. Horizontal lines are gone.
fig, ax = plt.subplots(figsize=(6.5, 4.4))
show(ax, response, vmin=-2, vmax=2)
plt.show()

# %% [markdown]
# Every post of the tower has two edges, a white and a black one. Now apply
# [`relu`][actfn.relu] to each pixel of the response:
#
# $$\operatorname{relu}(y) = \max(y, 0)$$

# %%
#| alt: Three pictures of the tower. relu(y): bright lines on black, where it gets
#|   brighter to the right, {{ np.mean(y > 0.1):.0%}} of the picture. relu(−y): other
#|   lines, where it gets darker to the right, {{ np.mean(y < -0.1):.0%}}; the left
#|   outline of the tower, dark against the sky, shows here. abs(y): both kinds
#|   together, so that each post has a line on either side.
tower = (slice(0, 125), slice(10, 125))
y = response[tower]
fig, axes = plt.subplots(1, 3, figsize=(7, 2.8))
maps = {"relu(y)": relu(y), "relu(−y)": relu(-y), "abs(y)": np.abs(y)}
for ax, (title, kept) in zip(axes, maps.items()):
    show(ax, kept, title, vmin=0, vmax=2)
plt.show()

# %% [markdown]
# A rectified response answers a simpler question: *how much* of this kind of edge is
# here? "None" and "the opposite" both become 0.

# %%
lost = np.mean(response < 0)
energy = (relu(response) ** 2).sum() / (response**2).sum()
print(f"negative before ReLU: {lost:.1%} of the pixels")
print(f"share of the sum of squares that ReLU keeps: {energy:.1%}")

# %%
#| alt: Two histograms with a logarithmic count. Left, the response: a sharp peak at 0
#|   and two tails of similar length, down to −{{ -response.min():.1f }} and up to
#|   {{ response.max():.1f }}. Right, after ReLU: the right tail as it was, nothing to
#|   the left of 0, and from 0 to 0.1 one bar that holds
#|   {{ np.mean(relu(response) < 0.1):.0%}} of the pixels.
fig, (left, right) = plt.subplots(1, 2, figsize=(7, 2.8), sharey=True)
bins = np.linspace(-3, 3, 61)
left.hist(response.ravel(), bins)
right.hist(relu(response).ravel(), bins, color="C1")
left.set(title="response", xlabel="y", ylabel="pixels", yscale="log")
right.set(title="after ReLU", xlabel="relu(y)")
plt.show()

# %% [markdown]
# After ReLU, {{ np.mean(relu(response) == 0):.0%}} of the response is exactly 0. Much
# of what remains is close to 0: the sky is not quite even. A **bias** deals with it.
# Subtract a number before ReLU, and only stronger edges pass.

# %%
for bias in (0.0, -0.1, -0.5, -1.0):
    passing = np.mean(relu(response + bias) > 0)
    print(f"bias {bias:4}: {passing:6.1%} of the pixels pass")

# %% [markdown]
# A picture that is 0 almost everywhere is called **sparse**: most places say nothing,
# and few say much. In a network the bias is learned.
#
# ### Keep both signs
#
# What ReLU throws away is gone. No layer after it can tell a flat wall from an edge of
# the other sign. There are two ways to keep it. `np.abs` adds the two kinds of edge
# together. [`crelu`][actfn.crelu] keeps them apart, as two channels, and from these you
# can compute everything else:
#
# $$y = \operatorname{relu}(y) - \operatorname{relu}(-y) \qquad
# |y| = \operatorname{relu}(y) + \operatorname{relu}(-y)$$

# %%
rising, falling = crelu(response[np.newaxis], axis=0)
print("the difference is y: ", np.array_equal(rising - falling, response))
print("the sum is |y|:      ", np.array_equal(rising + falling, abs(response)))
print("both at one pixel:   ", np.count_nonzero((rising > 0) & (falling > 0)))

# %% [markdown]
# ## Use a bank of kernels
#
# One kernel sees one kind of edge. A **convolutional layer** has many. Four of these
# are the Sobel kernel, turned by 90° at a time, two look along the diagonals, one
# compares a pixel with its eight neighbours, and one takes the mean.

# %%
diagonal = np.array([[0.0, 1.0, 2.0], [-1.0, 0.0, 1.0], [-2.0, -1.0, 0.0]])
around = np.full((3, 3), -1.0)
around[1, 1] = 8.0
bank = np.array(
    [np.rot90(edge, turn) for turn in range(4)]
    + [diagonal, np.rot90(diagonal), around, np.full((3, 3), 1 / 9)]
)
names = "right", "up", "left", "down", "up right", "up left", "spot", "mean"

# %% [markdown]
# The names say in which direction it has to get brighter. All eight responses come from
# one line: the windows are the same, and the kernels get an axis `c` of their own.

# %%
responses = np.einsum("ijmn,cmn->cij", windows, bank)
rectified = relu(responses)
print(responses.shape)
print("first map:", np.allclose(responses[0], response, rtol=0, atol=1e-14))


# %% [markdown]
# **Pooling** comes last. Cut each map into blocks of 2 by 2, and keep the largest value
# of each. A reshape makes the blocks, as it did for the photograph.


# %%
def pool(maps, n):
    """The largest value of each whole block of n by n."""
    rows, columns = maps.shape[-2] // n, maps.shape[-1] // n
    whole = maps[..., : rows * n, : columns * n]
    blocks = whole.reshape(*maps.shape[:-2], rows, n, columns, n)
    return blocks.max(axis=(-3, -1))


pooled = pool(rectified, 2)
print(photo.shape, x.shape, responses.shape, pooled.shape, sep=" -> ")

# %%
#| alt: Eight maps of the tower after ReLU and pooling. "right" and "left" show upright
#|   edges of opposite sign; "up" and "down" show the roofs and floors, which lie flat;
#|   the diagonal ones the slopes of the roofs. "spot" lights up in fine detail. "mean"
#|   is the photograph, blurred. Each map shows {{ towers.shape[1] }} by
#|   {{ towers.shape[2] }} of the pixels that pooling has left.
towers = pooled[:, :62, 5:62]
fig, axes = plt.subplots(2, 4, figsize=(7, 4))
for ax, kept, name in zip(axes.flat, towers, names):
    show(ax, kept, name, vmin=0, vmax=0.7 * kept.max())
plt.show()

# %% [markdown]
# Pooling also forgives small moves. Move the picture by one pixel, and see by how much
# the maps change, relative to their size.

# %%
still, shifted = rectified[:6, :, :-1], rectified[:6, :, 1:]
changes = {}
for n in (1, 2, 4, 8):
    before, after = pool(still, n), pool(shifted, n)
    changes[n] = np.linalg.norm(after - before) / np.linalg.norm(before)
    print(f"blocks of {n} by {n}: {changes[n]:.0%}")

# %% [markdown]
# Without pooling (blocks of 1) a move of one pixel changes the edge maps by
# {{ changes[1]:.0%}}, with blocks of 4 by {{ changes[4]:.0%}}. The price is that you
# know less exactly where an edge is.
#
# ## Mind the border and the stride
#
# Each layer of 3 by 3 takes two rows and two columns away. If the size is to stay,
# **pad** the picture first. What stands in the margin matters:

# %%
inside = np.abs(response).mean()
at_border = {}
for mode in ("constant", "edge", "reflect"):
    padded = correlate(np.pad(x, 1, mode=mode), edge)
    at_border[mode] = np.abs(padded[:, [0, -1]]).mean() / inside
    print(f"{mode:8} {padded.shape}, border / inside = {at_border[mode]:.1f}")

# %% [markdown]
# Zeros (`constant`) are black. Against a bright sky they make an edge that is not in
# the photograph, here {{ at_border["constant"]:.0f }} times as strong as the mean edge
# inside. `edge` repeats the last pixel. `reflect` mirrors the picture at its last
# pixel, and left and right of the border are then equal: the response there is
# {{ at_border["reflect"]:.0f }}. Zeros are the usual choice in networks all the same:
# they are simple, and once the mean is subtracted from a picture, 0 is its mean grey.
#
# A **stride** of 2 takes every second window in both directions. On windows it is a
# slice, and nothing is computed in vain:

# %%
every_second = np.einsum("ijmn,mn->ij", windows[::2, ::2], edge)
print(every_second.shape, np.array_equal(every_second, response[::2, ::2]))

# %% [markdown]
# With a picture of $n$ pixels, a margin of $p$ on both sides, a kernel of $k$ and a
# stride of $s$, the response has this many pixels:
#
# $$\left\lfloor \frac{n + 2p - k}{s} \right\rfloor + 1$$

# %%
checked = 0
for n in range(5, 12):
    for p, k, s in np.ndindex(3, 5, 3):
        line = np.pad(np.zeros(n), p)
        found = sliding_window_view(line, k + 1)[:: s + 1]
        assert len(found) == (n + 2 * p - (k + 1)) // (s + 1) + 1
        checked += 1
print(f"right in {checked} of {checked} cases")

# %% [markdown]
# ## Know which way the kernel lies
#
# Strictly, what you have computed so far is a **correlation**. A **convolution** turns
# the kernel by 180° first. NumPy has both, for one dimension:

# %%
line, weights = np.array([0.0, 0.0, 1.0, 1.0]), np.array([-1.0, 0.0, 1.0])
print("correlate:", np.correlate(line, weights, mode="valid"))
print("convolve: ", np.convolve(line, weights, mode="valid"))


# %%
def convolve(x, kernel):
    return correlate(x, kernel[::-1, ::-1])


print("minus the correlation:", np.array_equal(convolve(x, edge), -response))
in_both = np.count_nonzero((relu(convolve(x, edge)) > 0) & (relu(response) > 0))
turned = np.abs(convolve(x, around) - correlate(x, around)).max()
print(f"for the spot kernel: at most {turned:.0e} apart")

# %% [markdown]
# For a symmetric kernel the turn changes nothing but rounding. The edge kernel changes
# its sign, and after ReLU that is not a detail. The two keep opposite edges, and
# {{ in_both }} pixels are in both. Libraries for neural networks compute the
# correlation and call it convolution. Where kernels are learned, it does not matter,
# because the network learns them turned. Where you carry kernels from one program to
# another, it does.
#
# You will need the turn on the way back.
#
# ## Send the gradient back
#
# ReLU lets the gradient through where its input is positive, and stops it elsewhere.
# [`relu_derivative`][actfn.relu_derivative] is that mask.

# %%
#| alt: The mask on the tower: white where the gradient passes, black where it does not.
#|   It is {{ relu_derivative(y).mean():.0%}} white: posts are striped in black and
#|   white, and even the sky, which looked flat, is a patchwork of both.
fig, ax = plt.subplots(figsize=(4, 3.6))
show(ax, relu_derivative(y))
plt.show()

# %% [markdown]
# On the whole photograph it passes at {{ relu_derivative(response).mean():.0%}} of the
# pixels. With `abs` it would pass at {{ np.mean(response != 0):.0%}} of them, but with
# the opposite sign where $y$ is negative: the derivative of $|y|$ is the sign of $y$.
#
# Let $g$ be the gradient of a loss with respect to the response. Each weight of the
# kernel has met a whole shifted picture, so its gradient is a sum over all places. Each
# pixel has met the whole kernel, in nine windows. Where it stood at the lower right of
# the window, it met the last weight. So on the way back the kernel lies the other way
# round:
#
# $$\frac{\partial L}{\partial k_{mn}} = \sum_{ij} g_{ij}\, x_{i+m,\,j+n} \qquad
# \frac{\partial L}{\partial x_{ij}} = \sum_{mn} k_{mn}\, g_{i-m,\,j-n}$$
#
# The first is a correlation of the picture with $g$, the second a convolution of $g$
# with the kernel, with a margin of zeros.


# %%
def back(x, kernel, g):
    """The gradients for the kernel and for the picture."""
    rows, columns = kernel.shape
    margin = [(rows - 1, rows - 1), (columns - 1, columns - 1)]
    return correlate(x, g), convolve(np.pad(g, margin), kernel)


def loss(x, kernel):
    return (relu(correlate(x, kernel)) ** 2).sum()


patch = x[40:52, 60:75].copy()
z = correlate(patch, edge)
for_kernel, for_picture = back(patch, edge, 2 * relu(z) * relu_derivative(z))


# %% [markdown]
# Check both, with every weight and every pixel, by central differences.


# %%
def numerical(f, array, h=1e-6):
    """Slope of f along each element of an array, which is put back as it was."""
    slopes = np.zeros_like(array)
    for index, value in np.ndenumerate(array):
        ends = []
        for moved in (value + h, value - h):
            array[index] = moved
            ends.append(f())
        array[index] = value
        slopes[index] = (ends[0] - ends[1]) / (2 * h)
    return slopes


# %%
kernel = edge.copy()
found = numerical(lambda: loss(patch, kernel), kernel)
print(f"kernel:  largest gap {np.abs(found - for_kernel).max():.0e}")
found = numerical(lambda: loss(patch, kernel), patch)
print(f"picture: largest gap {np.abs(found - for_picture).max():.0e}")

# %% [markdown]
# ## Let a kernel be learned
#
# In a network nobody writes kernels down. Give gradient descent nothing but the
# photograph and the edge map `relu(response)`, and a random kernel to start from. Does
# it find the kernel that made the map? To be quick, lay the windows out as rows of nine
# numbers: a correlation is then a matrix product.


# %%
def learn(picture, seed, steps=300):
    """Learn a kernel from a picture and its edge map."""
    rows = sliding_window_view(picture, (3, 3)).reshape(-1, 9)
    target = relu(rows @ edge.ravel())
    kernel = np.random.default_rng(seed).normal(scale=0.1, size=9)
    rate, step = 0.5 / np.linalg.eigvalsh(rows.T @ rows / len(rows))[-1], 0.0
    for _ in range(steps):
        z = rows @ kernel
        error = relu(z) - target
        slope = 2 * rows.T @ (error * relu_derivative(z)) / len(rows)
        step = 0.95 * step - rate * slope
        kernel = kernel + step
    return kernel.reshape(3, 3), np.mean(error**2), np.mean(z > 0)


# %% [markdown]
# The rate is half the inverse of the largest curvature, and the momentum is 0.95. Learn
# from four starts.

# %%
off = {}
for seed in range(4):
    learned, final, active = learn(x, seed)
    if active > 0:
        off[seed] = np.abs(learned - edge).max()
    print(f"seed {seed}: loss {final:.0e}, active at {active:.0%} of the pixels")

# %% [markdown]
# {{ len(off) }} of the four are learning: after 300 steps none of their weights is off
# by more than {{ max(off.values()):.2f }}. {{ 4 - len(off) or "None" }} is **dead**:
# its response is nowhere above 0.
#
# Why should a kernel die? Grey values are all positive, so a kernel whose weights are
# negative on the whole responds with a negative number everywhere. ReLU makes 0 of it,
# and its derivative is 0 too: nothing passes, and nothing changes
# ([Dying ReLU](dying-relu.py) counts such units). The cure is to subtract the mean of
# the picture first. Then the mean response of every kernel is close to 0, and somewhere
# it is positive.

# %%
centred = x - x.mean()
for seed in range(4):
    learned, final, active = learn(centred, seed)
    off[seed] = np.abs(learned - edge).max()
    print(f"seed {seed}: loss {final:.0e}, active at {active:.0%} of the pixels")
for weights in learned:
    print("  ".join(f"{weight:+.3f}" for weight in weights))

# %%
for picture in (x, centred):
    rows = sliding_window_view(picture, (3, 3)).reshape(-1, 9)
    curvature = np.linalg.eigvalsh(rows.T @ rows)
    print(f"largest curvature / smallest: {curvature[-1] / curvature[0]:.0f}")

# %% [markdown]
# Now no weight of any of the four kernels is off by more than
# {{ max(off.values()):.4f }}; the nine numbers are those of the last one. The map of
# the edges is the same as before, because the weights of the edge kernel add up to
# {{ edge.sum():g }}. But centring does a second thing. Without it, all nine pixels of a
# window are bright or dark together, and the loss is a long narrow valley, much steeper
# across than along. The ratio of the curvatures says how narrow.
#
# In a network, nobody gives the edge maps either. Only the last answer is given, and
# the chain rule carries its error back to every kernel.
#
# ## Exercises
#
# Each solution ends in an assertion. Put your own result in its place: if it raises
# nothing, you are right.
#
# ### 1. Find the roofs
#
# Which kernel responds to a horizontal edge, bright above and dark below? What is its
# response to `tiny`, and to `tiny` lying on its side?

# %%
#| fold: Solution
level = edge.T[::-1]  # or np.rot90(edge)
print(level)
print(correlate(tiny.T, level)[:, 0])
assert np.array_equal(level, np.rot90(edge))
assert not correlate(tiny, level).any()  # it does not see upright edges
assert np.array_equal(correlate(tiny.T, level)[:, 0], [0, -4, -4, 0, 4, 4])

# %% [markdown]
# ### 2. Two passes instead of one
#
# The Sobel kernel is the outer product of a column and a row. Find them, and correlate
# with a kernel of 3 by 1 and one of 1 by 3, one after the other. How many products does
# that save?

# %%
#| fold: Solution
column, row = np.array([[1.0], [2.0], [1.0]]), np.array([[-1.0, 0.0, 1.0]])
assert np.array_equal(column * row, edge)
two_passes = correlate(correlate(x, column), row)
print("6 products for each pixel in place of 9")
assert np.allclose(two_passes, response, rtol=0, atol=1e-14)

# %% [markdown]
# ### 3. How strong, and which way
#
# With the responses to `edge` and to `np.rot90(edge)`, an edge has a strength and a
# direction. Compute both for the whole photograph, with `np.hypot` and `np.arctan2`.
# Turn the photograph by 90°, and show that the strengths turn with it.


# %%
#| fold: Solution
def strength_and_direction(x):
    right, up = correlate(x, edge), correlate(x, np.rot90(edge))
    return np.hypot(right, up), np.degrees(np.arctan2(up, right))


strength, direction = strength_and_direction(x)
i, j = np.unravel_index(strength.argmax(), strength.shape)
print(f"strongest at row {i}, column {j}: {strength[i, j]:.2f}, {direction[i, j]:.0f}°")
turned, _ = strength_and_direction(np.rot90(x))
assert np.allclose(turned, np.rot90(strength), rtol=0, atol=1e-12)

# %% [markdown]
# ### 4. A real layer
#
# The kernels of a layer see all channels at once: their shape is (kernels, channels, 3,
# 3). Apply 5 random ones to the colour photograph, with one `einsum`, add a bias for
# each, and rectify.

# %%
#| fold: Solution
colour = np.moveaxis(photo, -1, 0)[:, ::3, ::3] / 255  # channels first
rng = np.random.default_rng(0)
kernels, biases = rng.normal(size=(5, 3, 3, 3)), rng.normal(size=5)
views = sliding_window_view(colour, (3, 3), axis=(1, 2))
layer = relu(np.einsum("aijmn,camn->cij", views, kernels) + biases[:, None, None])
print(colour.shape, "->", layer.shape)
parts = [correlate(c, k) for c, k in zip(colour, kernels[2])]
assert np.allclose(layer[2], relu(sum(parts) + biases[2]), rtol=0, atol=1e-12)
assert layer.shape == (5, 141, 212)

# %% [markdown]
# ### 5. Lose nothing
#
# [`leaky_relu`][actfn.leaky_relu] with a slope of 0.1 lets a tenth of the negative part
# through. Get the response back from `leaky_relu(response, 0.1)`. Why is this not
# possible with `relu`?

# %%
#| fold: Solution
leaked = leaky_relu(response, 0.1)
restored = np.minimum(leaked, 0) / 0.1 + np.maximum(leaked, 0)
print(f"largest difference {np.abs(restored - response).max():.0e}")
# relu gives 0 for every negative number: many inputs, one output.
assert np.allclose(restored, response, rtol=1e-14, atol=0)

# %% [markdown]
# ### 6. Move first or last
#
# Cut the first 5 rows off the photograph, then correlate. Correlate, then cut the first
# 5 rows off. Is there a difference? Is there one with pooling?

# %%
#| fold: Solution
assert np.array_equal(correlate(x[5:], edge), correlate(x, edge)[5:])
first = pool(correlate(x[4:], edge), 2)
assert np.array_equal(first, pool(response, 2)[2:])  # 4 rows are 2 blocks
odd = pool(correlate(x[5:], edge), 2)
print("after 5 rows:", np.array_equal(odd[:67], pool(response, 2)[2:69]))
# The blocks begin on other rows.
assert not np.array_equal(odd[:67], pool(response, 2)[2:69])

# %% [markdown]
# ## Next
#
# * [Words and sentiment](sentiment.py): the same tools for text.
# * [Digits](digits.py): a network that suffers when its input moves by a pixel.
# * [Dying ReLU](dying-relu.py): more on units that no gradient reaches.
# * [`relu`][actfn.relu], [`crelu`][actfn.crelu] and
#   [all functions](../reference/index.md).
