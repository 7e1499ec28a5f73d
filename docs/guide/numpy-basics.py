# %% [markdown]
# # Compute with arrays instead of loops
#
# **You will be able to**
#
# - replace a loop over numbers by one expression over an array;
# - read the type and the shape of an array, and predict the shape of a result;
# - add, multiply, exponentiate, summarise and reshape matrices;
# - apply an activation function to a whole matrix, along the axis you mean;
# - start a small toolkit of your own, with functions that fail loudly.
#
# **You need** Python: lists, loops, functions. You need no NumPy. Vectors and matrices
# are explained as far as they are used.

# %%
import math

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import ArrayLike, NDArray

import actfn
from actfn import relu, sigmoid, softmax, standardize

# %% [markdown]
# ## Multiply and add without a loop
#
# Every neuron begins with the same sum. It multiplies each input by a weight and adds
# the products up.

# %%
#| alt: Five bars, one for each pair of numbers, each beginning at the height where the
#|   one before ends. Their heights are the products {{ products[0] }},
#|   {{ products[1] }}, {{ products[2] }}, {{ products[3] }} and {{ products[4] }}, and
#|   the last one ends at {{ sum(products) }}.
inputs, weights = [1, 2, 3, 4, 5], [6, 7, 8, 9, 10]
products = [a * b for a, b in zip(inputs, weights)]
starts = [sum(products[:i]) for i in range(5)]
labels = [f"{a} × {b}" for a, b in zip(inputs, weights)]
fig, ax = plt.subplots(figsize=(6, 3))
bars = ax.bar(labels, products, bottom=starts)
ax.bar_label(bars, products)
ax.set(ylabel="sum so far", ylim=(0, 145))
plt.show()

# %% [markdown]
# This is the **dot product** of two vectors:
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


dot_with_loop(inputs, weights)

# %% [markdown]
# NumPy has the loop inside. You hand over two arrays, and compiled code goes through
# them. To write a computation this way is to **vectorise** it.

# %%
x = np.array([1, 2, 3, 4, 5])
w = np.array([6, 7, 8, 9, 10])
np.dot(x, w)

# %% [markdown]
# Both give {{ np.dot(x, w) }}. The second says *what* you compute and leaves the *how*
# to NumPy. Is it also faster? That depends on the number of elements, and five are not
# many. [The next page](vectorise.py) measures it over all sizes.
#
# ## Read type, shape and size
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
# Here all numbers were whole, so NumPy chose integers. A result that is not whole
# cannot be stored in such an array.

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
# ## Compute element by element

# %%
other = np.array([[6, 7, 8], [8, 9, 10]])
matrix + other

# %%
matrix - other

# %%
matrix * other

# %% [markdown]
# `*` multiplies element by element, also for matrices. So does `np.exp`, the
# exponential function $e^x$, the raw material of many activation functions:

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
# ### Let one shape meet another
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
# ## Multiply rows by columns
#
# The matrix product is a table of dot products: the element in row $i$ and column $j$
# is row $i$ of the first matrix times column $j$ of the second.
#
# $$(A B)_{ij} = \sum_k A_{ik}\, B_{kj}$$

# %%
columns = np.array([[6, 7], [8, 9], [9, 10]])
np.dot(matrix, columns)

# %% [markdown]
# The first element is
# 1 · 6 + 2 · 8 + 3 · 9 = {{ dot_with_loop(matrix[0], columns[:, 0]) }}.
# `matrix @ columns` is the same and shorter. The lengths inside must agree:
# {{ matrix.shape }} times {{ columns.shape }} gives {{ (matrix @ columns).shape }}.
# A layer of a network is this product: one row per example, one column per neuron.
#
# `@` also takes vectors, and then the result has fewer axes than you may expect. So
# here is the first function of your **toolkit**. It takes matrices only, it says what
# it takes, and it names the shapes if they do not fit.


# %%
def matrix_multiply(a: ArrayLike, b: ArrayLike) -> NDArray[np.float64]:
    """Multiply two matrices, rows of the first by columns of the second."""
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0]:
        raise ValueError(f"cannot multiply shapes {a.shape} and {b.shape}")
    return a @ b


print(matrix_multiply(matrix, columns))
try:
    matrix_multiply(matrix, other)
except ValueError as error:
    print("ValueError:", error)

# %% [markdown]
# ## Summarise with mean and standard deviation
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
# otherwise. For these six numbers, that is a variance of
# {{ np.var(matrix, ddof=1) }} (`ddof=1`).
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
# Inputs are often brought to mean 0 and standard deviation 1 before training. Subtract
# the mean, divide by the standard deviation, and mind the case where that is 0. A
# common version compares it with 0:


# %%
def naive_normalize(x):
    return np.zeros_like(x) if np.std(x) == 0 else (x - np.mean(x)) / np.std(x)


constant = np.array([0.1, 0.1, 0.1])
naive_normalize(constant), np.std(constant)

# %% [markdown]
# Three equal numbers should become zeros. But the mean is rounded, so the standard
# deviation is {{ np.std(constant):.1e }} and not 0, and the quotient is made of
# rounding. Compare the numbers themselves, which no rounding has touched. This is the
# second function of the toolkit.


# %%
def normalize(x: ArrayLike) -> NDArray[np.float64]:
    """Bring an array to mean 0 and standard deviation 1, a constant one to 0."""
    x = np.asarray(x, dtype=np.float64)
    if x.min() == x.max():
        return np.zeros_like(x)
    return (x - x.mean()) / x.std()


print(normalize(constant))
print(normalize(matrix))

# %% [markdown]
# [`standardize`][actfn.standardize] of the package does the same along an axis. It adds
# a small number, `epsilon`, to the variance, as networks do.

# %%
standardize(matrix, axis=0)

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
# An activation function bends what the matrix product gives.

# %%
#| alt: Three curves from −4 to 4. The sigmoid climbs from {{ sigmoid(-4):.3f }} through
#|   {{ sigmoid(0) }} at 0 to {{ sigmoid(4):.3f }}. tanh, dashed, climbs from
#|   −{{ -np.tanh(-4):.4f }} through 0 to {{ np.tanh(4):.4f }}. ReLU is 0 for negative x
#|   and rises as x itself for positive x.
fig, ax = plt.subplots(figsize=(6, 3))
actfn.plot.compare(["sigmoid", "tanh", "relu"], ax=ax)
ax.set(ylim=(-1.1, 2.1), yticks=[-1, 0, 0.5, 1, 2])
ax.grid(True)
plt.show()

# %% [markdown]
# $$\begin{aligned}
# \operatorname{sigmoid}(x) &= \frac 1 {1 + e^{-x}} \\
# \operatorname{relu}(x) &= \max(x, 0) \\
# \operatorname{softmax}(x)_i &= \frac{e^{x_i}}{\sum_k e^{x_k}}
# \end{aligned}$$
#
# [`sigmoid`][actfn.sigmoid] and [`relu`][actfn.relu] go element by element, like
# `np.exp`. The result has the shape of the input.

# %%
sigmoid(matrix)

# %%
sigmoid([[0, 1], [-1, 2], [-2, 3]])

# %%
relu(matrix)

# %%
relu([[-1, 0, 1], [-2, 3, -0.5]])

# %% [markdown]
# ReLU leaves positive numbers alone and sets the others to 0. In NumPy alone you write
# `np.maximum(x, 0)`, without a loop and without `if`.
#
# [`softmax`][actfn.softmax] is different. It divides by a sum, so you must say which
# elements belong together. For a matrix with one example per row, these are the
# elements of a row.

# %%
softmax(matrix, axis=1)

# %% [markdown]
# ## Avoid three common mistakes
#
# **The range of the sigmoid.** You may read that it lies between −1 and 1. It lies
# between 0 and 1, and is {{ sigmoid(0) }} in the middle, as the picture shows. The one
# between −1 and 1 is [`tanh`][actfn.tanh].
#
# **The overflow.** The formula as it stands computes $e^{-x}$, and for $x$ below
# −{{ np.log(np.finfo(np.float64).max):.1f }} that is beyond the largest float.

# %%
1 / (1 + np.exp(-np.array([-1000.0, 0.0, 1000.0])))

# %% [markdown]
# Here the result happens to be right. The warning remains, and under
# `np.seterr(over="raise")` it is an error. The cure is to exponentiate negative numbers
# only. This is the third function of the toolkit, and [the page on the
# sigmoid](sigmoid.py) derives it.


# %%
def stable_sigmoid(x: ArrayLike) -> NDArray[np.float64]:
    """Squash each number into the range from 0 to 1, without overflow."""
    x = np.asarray(x, dtype=np.float64)
    return np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))


stable_sigmoid([-1000.0, 0.0, 1000.0])

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
# Each solution ends in an assertion. Put your own result in its place: if it raises
# nothing, you are right.
#
# ### 1. From exponential to sigmoid
#
# Compute $e^x$ of [[−1, 0, 1], [−2, 2, 0.5]]. Before you run it: how many of the six
# results are greater than 1? Then get the sigmoid from that result alone, and check
# that all values are in (0, 1).

# %%
#| fold: Solution
e = np.exp([[-1, 0, 1], [-2, 2, 0.5]])
answer = e / (1 + e)  # numerator and denominator of the formula, times exp(x)
print(e, answer, sep="\n")
expected = [[0.36787944, 1, 2.71828183], [0.13533528, 7.3890561, 1.64872127]]
assert np.allclose(e, expected, rtol=0, atol=5e-9)
assert (e > 1).sum() == 3  # those of the positive numbers
assert np.allclose(answer, sigmoid([[-1, 0, 1], [-2, 2, 0.5]]), rtol=1e-15, atol=0)
assert np.all((answer > 0) & (answer < 1))

# %% [markdown]
# ### 2. By hand
#
# Compute the sigmoid of [[1, −1], [2, −2]] with `math.exp`, one number at a time, and
# compare it with `sigmoid`. What do the rows add up to?

# %%
#| fold: Solution
by_hand = [[1 / (1 + math.exp(-x)) for x in row] for row in [[1, -1], [2, -2]]]
print(by_hand)
assert np.allclose(by_hand, sigmoid([[1, -1], [2, -2]]), rtol=1e-15, atol=0)
assert np.allclose(np.sum(by_hand, axis=1), 1)  # sigmoid(-x) is 1 - sigmoid(x)

# %% [markdown]
# ### 3. Rectify
#
# Apply ReLU to [[−1.5, 2], [0, −0.5], [3, −2]] without a function of actfn. How many
# elements does it set to 0 that were not 0?

# %%
#| fold: Solution
before = np.array([[-1.5, 2], [0, -0.5], [3, -2]])
after = np.maximum(before, 0)
print(after)
assert np.array_equal(after, [[0, 2], [0, 0], [3, 0]])
assert np.array_equal(after, relu(before))
assert (after != before).sum() == 3

# %% [markdown]
# ### 4. A layer
#
# A layer maps three inputs to two outputs. Its weights have the shape (3, 2), its
# biases the shape (2,). Compute `relu(examples @ weights + biases)` for two examples
# with two loops and without any, and compare.

# %%
#| fold: Solution
examples = np.array([[1.0, -2.0, 0.5], [0.0, 3.0, -1.0]])
weights = np.array([[0.5, -1.0], [1.0, 0.25], [-2.0, 1.0]])
biases = np.array([0.25, -0.5])
looped = np.zeros((2, 2))
for i in range(2):
    for j in range(2):
        total = dot_with_loop(examples[i], weights[:, j]) + biases[j]
        looped[i, j] = max(total, 0.0)
layer = relu(examples @ weights + biases)
print(layer)
assert np.allclose(layer, looped)

# %% [markdown]
# ### 5. A module of your own
#
# Put `matrix_multiply`, `normalize` and `stable_sigmoid`, there called `sigmoid`, into
# a file `toolkit.py`. Import it, and compute the sigmoid of the normalised product of
# `matrix` and `columns`, the one of shape (3, 2). What do you expect for three
# equal numbers?

# %%
#| fold: Solution, the file
source = '''
"""A toolkit for small networks."""
import numpy as np

def matrix_multiply(a, b):
    """Multiply two matrices, rows of the first by columns of the second."""
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0]:
        raise ValueError(f"cannot multiply shapes {a.shape} and {b.shape}")
    return a @ b

def normalize(x):
    """Bring an array to mean 0 and standard deviation 1, a constant one to 0."""
    x = np.asarray(x, dtype=np.float64)
    constant = x.min() == x.max()
    return np.zeros_like(x) if constant else (x - x.mean()) / x.std()

def sigmoid(x):
    """Squash each number into the range from 0 to 1, without overflow."""
    x = np.asarray(x, dtype=np.float64)
    return np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))
'''

# %%
#| fold: Solution, its use
import sys
import tempfile
from pathlib import Path

with tempfile.TemporaryDirectory() as folder:  # or beside your program
    Path(folder, "toolkit.py").write_text(source, encoding="utf-8")
    sys.path.insert(0, folder)
    import toolkit

    sys.path.remove(folder)
product = toolkit.matrix_multiply(matrix, columns)
print(toolkit.sigmoid(toolkit.normalize(product)))
assert np.allclose(toolkit.normalize(product), normalize(product), rtol=0, atol=0)
assert np.array_equal(toolkit.sigmoid(product), stable_sigmoid(product))
assert np.array_equal(toolkit.sigmoid(toolkit.normalize([0.1, 0.1, 0.1])), [0.5] * 3)

# %% [markdown]
# ## Next
#
# [Measure what vectorising gains](vectorise.py): how much faster arrays are, from which
# size on, and when a loop is right. [The neuron](neuron.py) puts the dot product and
# the activation together. [The index](../reference/index.md) lists every function.
