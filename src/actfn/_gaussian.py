# The normal distribution that NumPy lacks: kernels of exact GELU and its derivative.
#
# With t = |x|, the upper tail is Phi(-t) = phi(t) / h(t), where the hazard h(t) is near
# t + sqrt(2/pi) and the rest a small rational function. The derivative is gelu'(-t) =
# phi(t) * (zero - t) * (1 + W(t)), with its only zero written out, so that the relative
# error is small even beside it. The density phi is computed as
#     2**965 * phi(t) = exp(_SHIFT - hi**2 / 2) * exp(-(t - hi) * (t + hi) / 2)
# with hi close to t and so short that the first argument is exact; the power of two
# keeps everything above the subnormal numbers until one last multiplication.
#
# The rationals are minimax fits of the relative error of the whole (Remez exchange with
# 80 digits), coefficients rounded, highest power first. Degrees one lower cost about
# 1 ulp; fitting phi(t) / Phi(-t) as a whole costs more, by rounding in Horner's rule.

from collections.abc import Sequence

import numpy as np

from ._bounds import at_least, between
from ._validation import Array, Scratch

# sqrt(2/pi) + t - h(t), for float64: relative error of h 8.3e-18
_HAZARD_P = (
    0.7978845607986085,
    23.37476469324075,
    336.0631467038578,
    3070.225594892093,
    19507.762221403937,
    89146.42286254215,
    293170.782250538,
    671991.0697689935,
    983687.0558759547,
    715447.1057577898,
    -3.6148348463132824e-09,
)
# monic: the leading 1 is left out
_HAZARD_Q = (
    30.549237182649684,
    459.48048374811816,
    4421.3238943633305,
    29914.086589870985,
    148080.9988290152,
    542327.5175596806,
    1452602.371640495,
    2734870.421328142,
    3297666.741650852,
    1968866.3591281448,
)
# W(t), for float64: relative error of 1 + W 3.2e-17
_SLOPE_P = (
    -3120395702.153397,
    99282380971.74872,
    3518515751002.779,
    46486825017403.875,
    360690803055026.6,
    1843533993282687.2,
    6404508337332205.0,
    1.485574283887429e16,
    2.1229219372230776e16,
    1.4595501084231682e16,
)
_SLOPE_Q = (
    241808489228.5072,
    6211931412931.36,
    76525252944092.33,
    585662797961185.1,
    3041972345590392.0,
    1.1049426651500544e16,
    2.7929032258707244e16,
    4.718411002698365e16,
    4.8189934990366296e16,
    2.26079923115627e16,
)
# exp(t**2 / 2) * Phi(-t) as a whole, for float32: relative error 6.4e-9
_NARROW_TAIL_P = (
    0.004153195875435205,
    0.04088119117916065,
    0.18396976118442368,
    0.4392849401710381,
    0.5000000031241226,
)
_NARROW_TAIL_Q = (
    0.010410406606215013,
    0.1024800639024699,
    0.4714102089644638,
    1.2055519446817509,
    1.6764548856322745,
    1.0,
)
# W(t), for float32: relative error of 1 + W 2.9e-10
_NARROW_SLOPE_P = (
    0.010013174840802878,
    0.10480850488120583,
    0.48365082508255314,
    1.1494767802987647,
    1.2324922812821695,
)
_NARROW_SLOPE_Q = (
    0.013319005627932154,
    0.14711907617167047,
    0.7341147694528216,
    2.005462420799149,
    2.949424411412717,
    1.8475283612834623,
)

_FAR = 39.0  # beyond, both tails round to 0
_GRID = 1.5 * 2.0**31  # adding and subtracting it rounds t to a multiple of 2**-21
_SHIFT = 667.9680907071426  # 965 * log(2) - log(sqrt(2 * pi)), within 9e-18
_SLOPE_SHIFT = 667.9810791015625  # the same times a constant that 1 + W makes up for
_UNSHIFT = 2.0**-965
_HAZARD_AT_0 = 0.7978845608028635  # sqrt(2 / pi), short enough that adding hi is exact
_ZERO = 0.7517915246935645  # of gelu'(-t)
_ZERO_LOW = -2.1183169535750377e-17  # what _ZERO lacks, times 1 + W
_LOG_NORM = -0.9189385332046728  # -log(sqrt(2 * pi))
# exp(d / 2) - 1 = d * (_EXPM1_1 + d * _EXPM1_2) for |d| < 2e-5
_EXPM1_1 = 0.5000000000054036
_EXPM1_2 = 0.125


def gelu(x: Array, out: Array, scratch: Scratch) -> None:
    a, b, c = scratch[:3]
    _magnitude(x, a)
    _ratio(_HAZARD_P, _HAZARD_Q, a, b, c)
    _split(a, c)
    np.add(a, c, out=out)
    np.subtract(a, c, out=a)  # lo = t - hi
    np.multiply(out, a, out=out)  # d = t**2 - hi**2
    np.subtract(a, b, out=a)  # h = (hi + _HAZARD_AT_0) + a
    _expm1_half(out, b)
    np.add(c, _HAZARD_AT_0, out=out)
    np.add(out, a, out=out)
    np.multiply(b, out, out=b)
    np.add(a, b, out=a)
    np.add(c, _HAZARD_AT_0, out=out)
    np.add(out, a, out=out)  # h * exp(d / 2)
    _shifted_exp(c, _SHIFT)
    np.divide(c, out, out=c)  # 2**965 * Phi(-t)
    _magnitude(x, a)
    np.multiply(a, c, out=a)
    np.multiply(a, _UNSHIFT, out=a)
    at_least(x, 0, out)
    np.subtract(out, a, out=out)  # max(x, 0) - t * Phi(-t)


def gelu_derivative(x: Array, out: Array, scratch: Scratch) -> None:
    a, b, c = scratch[:3]
    _magnitude(x, a)
    _ratio(_SLOPE_P, _SLOPE_Q, a, b, c)
    _split(a, c)
    np.add(a, c, out=out)
    np.subtract(c, a, out=a)
    np.multiply(out, a, out=out)  # d = hi**2 - t**2
    _expm1_half(out, a)
    np.add(b, 1, out=out)
    np.multiply(out, a, out=out)
    np.add(b, out, out=b)  # (1 + W) * exp(d / 2) - 1
    _shifted_exp(c, _SLOPE_SHIFT)
    _magnitude(x, a)
    np.subtract(_ZERO, a, out=a)
    np.multiply(b, a, out=b)
    np.add(b, _ZERO_LOW, out=b)
    np.add(b, a, out=b)  # (zero - t) * (1 + W) * exp(d / 2)
    np.multiply(b, c, out=b)
    np.multiply(b, _UNSHIFT, out=b)
    _reflect(x, b, out, c)


def gelu_narrow(x: Array, out: Array, scratch: Scratch) -> None:
    a, b, c = scratch[:3]
    _magnitude(x, a)
    _narrow_ratio(_NARROW_TAIL_P, _NARROW_TAIL_Q, a, b, c)
    np.multiply(b, a, out=b)
    np.square(a, out=c)
    np.multiply(c, -0.5, out=c)
    np.exp(c, out=c)
    np.multiply(b, c, out=b)  # t * Phi(-t)
    at_least(x, 0, out)
    np.subtract(out, b, out=out)


def gelu_derivative_narrow(x: Array, out: Array, scratch: Scratch) -> None:
    a, b, c = scratch[:3]
    _magnitude(x, a)
    _narrow_ratio(_NARROW_SLOPE_P, _NARROW_SLOPE_Q, a, b, c)
    np.add(b, 1, out=b)
    _density(a, c)
    np.subtract(_ZERO, a, out=a)
    np.multiply(b, a, out=b)
    np.multiply(b, c, out=b)
    _reflect(x, b, out, c)


def _magnitude(x: Array, t: Array) -> None:
    np.abs(x, out=t)
    between(t, 0, _FAR, t)


def _ratio(
    p: Sequence[float], monic_q: Sequence[float], t: Array, out: Array, spare: Array
) -> None:
    _horner(p, t, out)
    np.add(t, monic_q[0], out=spare)
    _horner_on(monic_q[1:], t, spare)
    np.divide(out, spare, out=out)


def _narrow_ratio(
    p: Sequence[float], q: Sequence[float], t: Array, out: Array, spare: Array
) -> None:
    _horner(p, t, out)
    _horner(q, t, spare)
    np.divide(out, spare, out=out)


def _horner(coefficients: Sequence[float], t: Array, out: Array) -> None:
    np.multiply(t, coefficients[0], out=out)
    np.add(out, coefficients[1], out=out)
    _horner_on(coefficients[2:], t, out)


def _horner_on(coefficients: Sequence[float], t: Array, out: Array) -> None:
    for coefficient in coefficients:
        np.multiply(out, t, out=out)
        np.add(out, coefficient, out=out)


def _split(t: Array, hi: Array) -> None:
    np.add(t, _GRID, out=hi)
    np.subtract(hi, _GRID, out=hi)


def _expm1_half(d: Array, out: Array) -> None:
    np.multiply(d, _EXPM1_2, out=out)
    np.add(out, _EXPM1_1, out=out)
    np.multiply(out, d, out=out)


def _shifted_exp(hi: Array, shift: float) -> None:
    np.multiply(hi, hi, out=hi)
    np.multiply(hi, -0.5, out=hi)
    np.add(hi, shift, out=hi)  # exact up to here
    np.exp(hi, out=hi)


def _density(t: Array, out: Array) -> None:
    np.multiply(t, -0.5, out=out)
    np.multiply(out, t, out=out)
    np.add(out, _LOG_NORM, out=out)
    np.exp(out, out=out)


def _reflect(x: Array, left: Array, out: Array, spare: Array) -> None:
    """Write left where x is negative, and 1 - left elsewhere."""
    np.greater_equal(x, 0, out=out)
    np.multiply(out, -2, out=spare)
    np.add(spare, 1, out=spare)  # 1 where x is negative, and -1 elsewhere
    np.multiply(left, spare, out=left)
    np.add(out, left, out=out)
