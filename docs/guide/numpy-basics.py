# %% [markdown]
# # Compute with arrays instead of loops
#
# **You will be able to**
#
# - replace a loop over numbers by one expression over an array, and measure what
#   that gains;
# - read the type and the shape of an array, and predict the shape of a result;
# - add, multiply, exponentiate, summarise and reshape matrices;
# - apply an activation function to a whole matrix, along the axis you mean.
#
# **You need** Python: lists, loops, functions. You need no NumPy. Vectors and matrices
# are explained as far as they are used.

# %%
import timeit

import matplotlib.pyplot as plt
import numpy as np

import actfn
from actfn import relu, sigmoid, softmax

# %% [markdown]
# ## One product, with and without a loop
#
# Every neuron begins with the same sum. It multiplies each input by a weight and
# adds the products up. This is the **dot product** of two vectors:
#
# $$x \cdot w = \sum_i x_i\, w_i$$
#
# In Python, you write it as a loop.


# %%
def dot_with_loop(x, w):
    total = 0
    for a, b in zip(x, w):
        total += a * b
    return total


dot_with_loop([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])

# %% [markdown]
# NumPy has the loop inside. You hand over two arrays, and compiled code goes through
# them. To write a computation this way is to **vectorise** it.

# %%
x = np.array([1, 2, 3, 4, 5])
w = np.array([6, 7, 8, 9, 10])
np.dot(x, w)

# %% [markdown]
# Both give {{ np.dot(x, w) }}. The vectorised form is shorter, and people say that it
# is faster. How much?
#
# ## Measure it properly
#
# The quick way is to look at the clock before and after one call. Do it eight times
# and compare.

# %% tags=["volatile"]
once = [1e6 * timeit.timeit(lambda: np.dot(x, w), number=1) for _ in range(8)]
print("eight single calls, in microseconds:")
print(*(f"{t:.2f}" for t in once))

# %% [markdown]
# The same call on the same five numbers, and the slowest takes
# {{ max(once) / min(once):.1f }} times as long as the fastest. A single call measures
# what else happens at that moment: a cold cache, the clock itself, another program.
# And five elements say nothing about five million.
#
# So repeat the call many times, take the fastest series (interference only ever makes
# a series slower), and do this for several sizes.


# %% tags=["volatile"]
def seconds(function, *arguments, number):
    series = timeit.repeat(lambda: function(*arguments), number=number, repeat=5)
    return min(series) / number


rng = np.random.default_rng(0)
sizes = [5, 50, 500, 5_000, 50_000, 500_000]
loop, vectorised = [], []
for size in sizes:
    pair = rng.random((2, size))
    calls = max(2, 20_000 // size)
    loop.append(seconds(dot_with_loop, *pair.tolist(), number=calls))
    vectorised.append(seconds(np.dot, *pair, number=calls))

# %% tags=["volatile"]
#| alt: Time of one dot product against the number of elements, both axes logarithmic.
#|   For {{ sizes[0] }} elements the loop takes {{ loop[0] / vectorised[0]:.1f }} times
#|   as long as NumPy, for {{ sizes[-1] }} elements {{ loop[-1] / vectorised[-1]:.0f }}
#|   times as long.
plt.figure(figsize=(6, 3.2))
plt.loglog(sizes, loop, "o-", label="loop over lists")
plt.loglog(sizes, vectorised, "s--", label="np.dot of arrays")
plt.xlabel("elements")
plt.ylabel("seconds per dot product")
plt.legend()
plt.show()

# %% [markdown]
# On the machine that built this page, the loop takes
#
# | elements | times as long as `np.dot` |
# |---:|---:|
# | {{ sizes[0] }} | {{ loop[0] / vectorised[0]:.1f }} |
# | {{ sizes[2] }} | {{ loop[2] / vectorised[2]:.1f }} |
# | {{ sizes[-1] }} | {{ loop[-1] / vectorised[-1]:.1f }} |
#
# (A ratio below 1 means that the loop wins.) There is no such thing as *the*
# factor. Each call of NumPy has a fixed cost, to look at its arguments and to prepare
# a result, and a small cost per element. The loop has almost no fixed cost and a large
# one per element. With five elements you compare fixed costs; with many, the costs per
# element.
#
# !!! warning "Converting costs too"
#     `np.dot` accepts lists, but then it turns them into arrays on each call, element
#     by element. Make the array once, and keep it an array.
#
# ## Type, shape and size
#
# A **vector** is an array with one axis, a **matrix** has two. You write a matrix as
# a list of rows.

# %%
matrix = np.array([[1, 2, 3], [4, 5, 6]])
matrix

# %%
print("type of the object:  ", type(matrix).__name__)
print("type of its elements:", matrix.dtype)
print("shape:               ", matrix.shape)
print("size:                ", matrix.size)
print("min and max:         ", matrix.min(), matrix.max())

# %% [markdown]
# The shape {{ matrix.shape }} says: {{ matrix.shape[0] }} rows,
# {{ matrix.shape[1] }} columns. The size is the product of the two. The shape of the
# vector `x` above is {{ x.shape }}: one axis, five elements, neither row nor column.
#
# All elements share one type, the **dtype**, which is fixed when the array is made.
# Here all numbers were whole, so NumPy chose integers. This has consequences: a result
# that is not whole cannot be stored in such an array.

# %%
try:
    matrix /= 2
except TypeError as error:
    print("TypeError:", error)

# %% [markdown]
# `matrix / 2` is fine: it makes a new array of {{ (matrix / 2).dtype }}. Storing is
# worse than dividing, because there NumPy says nothing.

# %%
stored = matrix.copy()
stored[0, 0] = 9.99
stored

# %% [markdown]
# The 9.99 became {{ stored[0, 0] }}. Write `np.array([[1.0, 2.0, 3.0], …])` when you
# mean real numbers. The functions of actfn keep a floating-point dtype and turn
# integers into {{ sigmoid(matrix).dtype }}.
#
# ## Arithmetic goes element by element

# %%
other = np.array([[6, 7, 8], [8, 9, 10]])
matrix + other

# %%
matrix - other

# %%
matrix * other

# %% [markdown]
# `*` multiplies element by element, also for matrices. So does `np.exp`, the
# exponential function $e^x$, the raw material of most activation functions:

# %%
np.exp(matrix)

# %%
np.exp([[0, 1, -1], [2, -2, 0.5]])

# %% [markdown]
# $e^x$ is positive for every $x$, $e^0 = 1$, and adding 1 to $x$ multiplies the result
# by {{ np.e:.5f }}. It grows so fast that floating-point numbers end soon.

# %%
np.exp([100.0, 709.0, 710.0])

# %% [markdown]
# The largest number of dtype float64 is {{ np.finfo(np.float64).max:.2e }}, and its
# logarithm is {{ np.log(np.finfo(np.float64).max):.2f }}. Beyond that, `np.exp` gives
# `inf` and a warning. In float32, the end is at
# {{ np.log(np.float64(np.finfo(np.float32).max)):.2f }}. Keep this in mind: it breaks
# the textbook formulas of the sigmoid and of softmax, as you see below.
#
# ### One shape meets another
#
# If the shapes differ, NumPy lines them up from the right and repeats what has length
# 1 or is missing. This is **broadcasting**. A vector of three goes to each row:

# %%
matrix + np.array([10, 20, 30])

# %% [markdown]
# A column, of shape (2, 1), goes to each column:

# %%
matrix + np.array([[10], [20]])

# %% [markdown]
# ## The matrix product takes rows times columns
#
# The matrix product is a table of dot products: the element in row $i$ and column $j$
# is row $i$ of the first matrix times column $j$ of the second.
#
# $$(A B)_{ij} = \sum_k A_{ik}\, B_{kj}$$

# %%
weights = np.array([[6, 7], [8, 9], [9, 10]])
matrix @ weights

# %% [markdown]
# The first element is
# 1 · 6 + 2 · 8 + 3 · 9 = {{ dot_with_loop(matrix[0], weights[:, 0]) }}.
# `np.dot(matrix, weights)` gives the same. The lengths inside must agree:
# {{ matrix.shape }} times {{ weights.shape }} gives {{ (matrix @ weights).shape }}.
# If they do not, you get an error that names them.

# %%
try:
    matrix @ other
except ValueError as error:
    print("ValueError:", error)

# %% [markdown]
# A layer of a network is this product. Each row of the first matrix is one example,
# each column of the second holds the weights of one neuron, and the result has one row
# per example and one column per neuron.
#
# ## Mean, variance and standard deviation
#
# The mean is the sum over the number of elements. The variance is the mean squared
# distance from the mean, and the standard deviation is its square root.
#
# $$\begin{aligned}
# \bar x &= \frac 1 n \sum_i x_i \\
# \operatorname{var}(x) &= \frac 1 n \sum_i (x_i - \bar x)^2 \\
# \operatorname{std}(x) &= \sqrt{\operatorname{var}(x)}
# \end{aligned}$$

# %%
print("variance:          ", np.var(matrix))
print("mean:              ", np.mean(matrix))
print("standard deviation:", np.std(matrix))

# %% [markdown]
# NumPy divides by $n$. pandas, R and PyTorch divide by $n - 1$ unless you tell them
# otherwise, which estimates the variance of the population that a sample was drawn
# from. For these six numbers that is {{ np.var(matrix, ddof=1) }} (`ddof=1`), not
# {{ np.var(matrix):.4f }}.
#
# Without more, these functions take all elements together. An **axis** says along which
# direction to go. That axis then disappears from the shape.

# %%
print("all:   ", matrix.mean())
print("axis=0:", matrix.mean(axis=0), "down the rows: one mean per column")
print("axis=1:", matrix.mean(axis=1), "along the columns: one mean per row")

# %% [markdown]
# `keepdims=True` keeps the axis with length 1, so that the result broadcasts back.
# That is how you take the mean of each row away from that row:

# %%
matrix - matrix.mean(axis=1, keepdims=True)

# %% [markdown]
# ## Reshape and flatten
#
# In memory, a new array is one long line of numbers, row after row. `reshape` reads the
# same line with other row ends.

# %%
matrix.reshape(3, 2)

# %%
matrix.flatten()

# %% [markdown]
# Do not confuse reshaping with the transpose, `matrix.T`, although both have the shape
# {{ matrix.T.shape }}. The transpose turns rows into columns.


# %%
#| alt: The numbers 1 to 6 in three arrangements, joined in the order in which they lie
#|   in memory. In the matrix and in its reshaped form the path runs along the rows, in
#|   the transpose it runs down the columns. The first row of the reshaped form is
#|   {{ matrix.reshape(3, 2)[0] }}, that of the transpose {{ matrix.T[0] }}.
def draw(ax, values, title):
    rows, columns = np.unravel_index(np.argsort(values, axis=None), values.shape)
    ax.plot(columns, rows, "o-")
    for r, c, value in zip(rows, columns, np.sort(values, axis=None)):
        ax.annotate(value, (c, r), xytext=(-11, 4), textcoords="offset points")
    ax.set(title=title, xlim=(-0.5, 2.5), ylim=(2.5, -0.6), xticks=[], yticks=[])


fig, axes = plt.subplots(1, 3, figsize=(7, 2.4))
draw(axes[0], matrix, "matrix")
draw(axes[1], matrix.reshape(3, 2), "matrix.reshape(3, 2)")
draw(axes[2], matrix.T, "matrix.T")
plt.show()

# %% [markdown]
# Since nothing moves, `reshape` gives a **view** where it can: another look at the same
# memory. What you write into the view, you write into the original. `flatten` always
# copies.

# %%
original = np.array([[1, 2, 3], [4, 5, 6]])
original.reshape(3, 2)[0, 0] = 100
original.flatten()[5] = 600
original

# %% [markdown]
# The {{ original[0, 0] }} arrived, the 600 did not.
#
# ## Activate a matrix
#
# An activation function bends what the matrix product gives. Three of them, applied to
# the matrix of this page:
#
# $$\begin{aligned}
# \operatorname{sigmoid}(x) &= \frac 1 {1 + e^{-x}} \\
# \operatorname{relu}(x) &= \max(x, 0) \\
# \operatorname{softmax}(x)_i &= \frac{e^{x_i}}{\sum_k e^{x_k}}
# \end{aligned}$$
#
# The [sigmoid][actfn.sigmoid] and [relu][actfn.relu] go element by element, like
# `np.exp`:

# %%
sigmoid(matrix)

# %%
relu(matrix)

# %% [markdown]
# All elements are positive, so relu changes nothing. It shows what it does where signs
# differ:

# %%
relu(matrix - other + 4.5)

# %% [markdown]
# [Softmax][actfn.softmax] is different. It divides by a sum, so you must say which
# elements belong together. For a matrix with one example per row, these are the
# elements of a row.

# %%
softmax(matrix, axis=1)

# %% [markdown]
# ## Three things that tutorials get wrong
#
# **The range of the sigmoid.** You may read that it lies between −1 and 1. It lies
# between 0 and 1, and is {{ sigmoid(0) }} in the middle. Between −1 and 1 lies tanh.

# %%
#| alt: The sigmoid and tanh from −6 to 6. The sigmoid climbs from {{ sigmoid(-6):.4f }}
#|   to {{ sigmoid(6):.4f }} and is {{ sigmoid(0) }} at 0; tanh climbs from
#|   −{{ -np.tanh(-6):.5f }} to {{ np.tanh(6):.5f }} and is 0 at 0.
fig, ax = plt.subplots(figsize=(6, 3))
actfn.plot.compare(["sigmoid", "tanh"], ax=ax, interval=(-6, 6))
ax.set_yticks([-1, 0, 0.5, 1])
ax.grid(axis="y")
plt.show()

# %% [markdown]
# **The overflow.** The formula as it stands computes $e^{-x}$, and for $x$ below
# −{{ np.log(np.finfo(np.float64).max):.1f }} that is beyond the largest float.

# %%
1 / (1 + np.exp(-np.array([-1000.0, 0.0, 1000.0])))

# %% [markdown]
# Here the result happens to be right. The warning remains, and under
# `np.seterr(over="raise")` it is an error. The cure is to use $e^{-|x|}$ alone,
# which is at most 1. [The sigmoid's own page](sigmoid.py) shows how.

# %%
sigmoid([-1000.0, 0.0, 1000.0])

# %% [markdown]
# **The axis of softmax.** A common version computes the exponentials twice, overflows,
# and sums over the whole matrix:


# %%
def softmax_of_everything(x):
    return np.exp(x) / np.sum(np.exp(x))


softmax_of_everything(matrix)

# %% [markdown]
# These six numbers sum to {{ softmax_of_everything(matrix).sum():.12g }}: one
# distribution over {{ matrix.size }} cells, not one per example. The rows sum to
# {{ softmax_of_everything(matrix)[0].sum():.4f }} and
# {{ softmax_of_everything(matrix)[1].sum():.4f }}. Where you want that, say so with
# `softmax(matrix, axis=None)`. [The page on softmax](softmax.py) puts both side by side
# and mends the rest.
#
# ## Exercises
#
# **1.** Compute $e^x$ of [[−1, 0, 1], [−2, 2, 0.5]]. Before you run it: how many of the
# six results are greater than 1?

# %%
#| fold: Solution
result = np.exp([[-1, 0, 1], [-2, 2, 0.5]])
print(result)
expected = [[0.36787944, 1, 2.71828183], [0.13533528, 7.3890561, 1.64872127]]
assert np.allclose(result, expected, rtol=0, atol=5e-9)
assert (result > 1).sum() == 3  # those of the positive numbers

# %% [markdown]
# **2.** Sum the squares of the whole numbers below one million, with and without a
# loop. The two must agree to the last digit.

# %%
#| fold: Solution
numbers = np.arange(1_000_000, dtype=np.int64)
vectorised_sum = np.dot(numbers, numbers)
assert vectorised_sum == sum(i * i for i in range(1_000_000))
# In int32 the products would wrap around without a word: 999,999² needs 40 bits.
assert np.dot(numbers.astype(np.int32), numbers.astype(np.int32)) != vectorised_sum

# %% [markdown]
# **3.** A layer maps three inputs to two outputs. Its weights have the shape (3, 2),
# its biases the shape (2,). Compute `relu(inputs @ weights + biases)` for two examples
# with two loops and without any, and compare.

# %%
#| fold: Solution
inputs = np.array([[1.0, -2.0, 0.5], [0.0, 3.0, -1.0]])
weights = np.array([[0.5, -1.0], [1.0, 0.25], [-2.0, 1.0]])
biases = np.array([0.25, -0.5])
looped = np.zeros((2, 2))
for i in range(2):
    for j in range(2):
        total = dot_with_loop(inputs[i], weights[:, j]) + biases[j]
        looped[i, j] = max(total, 0.0)
layer = relu(inputs @ weights + biases)
print(layer)
assert np.allclose(layer, looped)

# %% [markdown]
# **4.** Write `standardize(x)`: it shifts and scales each column of a matrix to mean 0
# and standard deviation 1. What do you do with a column in which all numbers are equal?
# Try a column of three times 0.1.


# %%
#| fold: Solution
def standardize(x):
    centred = x - x.mean(axis=0)
    spread = x.std(axis=0)
    # The mean of equal numbers is rounded, so compare with rounding, not with 0.
    constant = spread <= 1e-12 * np.abs(x).max(axis=0)
    return np.where(constant, 0, centred / np.where(constant, 1, spread))


columns = np.array([[0.1, 1.0], [0.1, 2.0], [0.1, 6.0]])
print("standard deviations:", columns.std(axis=0))
print(standardize(columns))
assert np.allclose(standardize(columns).mean(axis=0), 0)
assert np.allclose(standardize(columns).std(axis=0), [0, 1])

# %% [markdown]
# **5.** Arrange 1 to 6 in the shape (3, 2) so that the columns are the rows of
# `matrix`. Which expression gives it, and what does `flatten` make of it?

# %%
#| fold: Solution
turned = matrix.T
assert turned.shape == (3, 2)
assert np.array_equal(turned[:, 0], matrix[0])
assert turned.flatten().tolist() == [1, 4, 2, 5, 3, 6]
assert not np.array_equal(turned, matrix.reshape(3, 2))

# %% [markdown]
# ## Next
#
# [The sigmoid](sigmoid.py) takes one of these functions apart: its picture, its
# derivative, and the form that does not overflow. [Softmax](softmax.py) turns whole
# rows into probabilities. [The index](../reference/index.md) lists every function.
