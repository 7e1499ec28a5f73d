# The differences between namesakes that people trip over, each shown by running both.

import importlib
import warnings
from typing import Any

import numpy as np
import pytest
from conformance.libraries import JAX, LIBRARIES, Array
from numpy.testing import assert_allclose, assert_array_equal

from actfn import CATALOGUE

TORCH, KERAS, TF, ONNX, SCIPY = (
    LIBRARIES[n] for n in ("PyTorch", "Keras", "TensorFlow", "ONNX", "SciPy")
)


def ours(name: str) -> Any:
    """A function of ours, once it stands."""
    if name not in CATALOGUE:
        pytest.skip(f"{name} does not stand yet")
    return CATALOGUE[name].function


def given_by(library: Any, name: str, x: Any, **given: Any) -> Array:
    dtype = None if isinstance(x, np.ndarray) else float
    result: Array = library.call(name, np.asarray(x, dtype), **given)
    return result


def value(library: Any, name: str, x: float, **given: Any) -> float:
    return float(given_by(library, name, [x], **given)[0])


@pytest.mark.parametrize(
    ("library", "name", "slope"),
    [
        (TORCH, "torch.nn.functional.leaky_relu", 0.01),
        (JAX, "jax.nn.leaky_relu", 0.01),
        (KERAS, "keras.activations.leaky_relu", 0.2),
        (KERAS, "keras.layers.LeakyReLU", 0.3),
        (TF, "tf.nn.leaky_relu", 0.2),
        (ONNX, "LeakyRelu", 0.01),
    ],
)
def test_leaky_relu_has_one_of_three_slopes(
    library: Any, name: str, slope: float
) -> None:
    assert value(library, name, -1) == pytest.approx(-slope, rel=1e-7)
    assert -slope == pytest.approx(ours("leaky_relu")(-1.0, slope))


def test_onnx_has_a_steeper_hard_sigmoid() -> None:
    assert value(ONNX, "HardSigmoid", 1) == pytest.approx(0.7)
    for library, name in (
        (TORCH, "torch.nn.functional.hardsigmoid"),
        (JAX, "jax.nn.hard_sigmoid"),
        (KERAS, "keras.activations.hard_sigmoid"),
    ):
        assert value(library, name, 1) == pytest.approx(2 / 3)
    assert ours("hard_sigmoid")(1.0) == pytest.approx(2 / 3)


def test_prelu_starts_at_a_quarter_or_at_0() -> None:
    assert TORCH.find("torch.nn.PReLU")().weight.tolist() == [0.25]
    layer = KERAS.find("keras.layers.PReLU")(dtype="float64")
    assert_array_equal(layer(np.array([[-1.0, 2.0]])), [[0, 2]])
    assert_array_equal(layer.weights[0], [0, 0])
    assert ours("prelu")(-1.0) == -0.25


EXACT = 0.8413447460685429
BY_TANH = 0.8411919906082768


@pytest.mark.parametrize(
    ("library", "name", "at_1"),
    [
        (TORCH, "torch.nn.functional.gelu", EXACT),
        (JAX, "jax.nn.gelu", BY_TANH),
        (KERAS, "keras.activations.gelu", EXACT),
        (KERAS, "keras.ops.gelu", BY_TANH),
        (TF, "tf.nn.gelu", EXACT),
        (ONNX, "Gelu", EXACT),
    ],
)
def test_gelu_is_exact_or_by_tanh(library: Any, name: str, at_1: float) -> None:
    assert value(library, name, 1) == pytest.approx(at_1, rel=2e-7)
    assert ours("gelu")(1.0) == pytest.approx(EXACT, rel=1e-15)
    assert ours("gelu_tanh")(1.0) == pytest.approx(BY_TANH, rel=1e-15)


CUBE = np.arange(24.0).reshape(2, 3, 4) / 7


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax_of_scipy_is_over_the_whole_array(name: str) -> None:
    theirs = given_by(SCIPY, f"scipy.special.{name}", CUBE)
    assert_allclose(theirs, ours(name)(CUBE, axis=None), 1e-13)
    assert np.abs(theirs - ours(name)(CUBE)).max() > 0.1


@pytest.mark.parametrize(
    ("name", "mine"), [("Softmax", "softmax"), ("LogSoftmax", "log_softmax")]
)
def test_softmax_of_onnx_flattened_before_opset_13(name: str, mine: str) -> None:
    old = ONNX.run(name, CUBE, {}, 12)
    assert_allclose(old, ours(mine)(CUBE, axis=(1, 2)), 1e-13)
    assert_allclose(ONNX.run(name, CUBE, {}, 13), ours(mine)(CUBE), 1e-13, 1e-15)


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "softmin"])
@pytest.mark.parametrize(
    ("shape", "axis"), [((4,), 0), ((3, 4), 1), ((2, 3, 4), 0), ((1, 2, 3, 4), 1)]
)
def test_softmax_of_pytorch_warns_and_picks_an_axis_by_their_number(
    name: str, shape: tuple[int, ...], axis: int
) -> None:
    x = CUBE.reshape(-1)[: np.prod(shape)].reshape(shape)
    TORCH.load()
    with pytest.warns(UserWarning, match="^Implicit dimension choice for"):
        theirs = given_by(TORCH, f"torch.nn.functional.{name}", x)
    assert_allclose(theirs, ours(name)(x, axis=axis), 1e-13, 1e-15)


def test_the_default_axis_of_tensorflow_is_the_last() -> None:
    for name in ("softmax", "log_softmax"):
        theirs = given_by(TF, f"tf.nn.{name}", CUBE)
        assert_allclose(theirs, ours(name)(CUBE, axis=-1), 1e-13, 1e-15)


INTEGERS = np.array([-1, 0, 2])
JAX_INTEGERS = "^logistic does not accept dtype int64"


def test_integers_stay_integers_in_relu_elsewhere() -> None:
    for library, name in (
        (TORCH, "torch.nn.functional.relu"),
        (JAX, "jax.nn.relu"),
        (KERAS, "keras.activations.relu"),
        (TF, "tf.nn.relu"),
    ):
        assert given_by(library, name, INTEGERS).dtype == np.int64
    assert ours("relu")(INTEGERS).dtype == np.float64


def test_integers_are_refused_rounded_or_taken_by_sigmoid() -> None:
    with pytest.raises(TypeError, match=JAX_INTEGERS):
        given_by(JAX, "jax.nn.sigmoid", INTEGERS)
    with pytest.raises(TypeError, match=JAX_INTEGERS):
        given_by(KERAS, "keras.activations.sigmoid", INTEGERS)
    torch = given_by(TORCH, "torch.nn.functional.sigmoid", INTEGERS)
    assert torch.dtype == np.float32
    scipy = given_by(SCIPY, "scipy.special.expit", INTEGERS)
    assert scipy.dtype == ours("sigmoid")(INTEGERS).dtype == np.float64
    assert_allclose(scipy, ours("sigmoid")(INTEGERS), 1e-15)


def test_integers_are_refused_by_sigmoid_of_tensorflow() -> None:
    error = TF.load().errors.InvalidArgumentError
    with pytest.raises(error, match="int64 is not in the list of allowed values"):
        given_by(TF, "tf.nn.sigmoid", INTEGERS)


@pytest.mark.parametrize("name", ["silu", "gelu", "elu", "softplus", "mish"])
def test_integers_are_refused_by_most_of_pytorch(name: str) -> None:
    TORCH.load()
    with pytest.raises(NotImplementedError, match="not implemented for 'Long'"):
        given_by(TORCH, f"torch.nn.functional.{name}", INTEGERS)
    assert ours(name)(INTEGERS).dtype == np.float64


@pytest.mark.parametrize(
    ("name", "mine", "dtype"),
    [
        ("expit", "sigmoid", np.float64),
        ("log_expit", "log_sigmoid", np.float64),
        ("softplus", "softplus", np.float16),
        ("softmax", "softmax", np.float16),
        ("log_softmax", "log_softmax", np.float16),
        ("logsumexp", "logsumexp", np.float16),
    ],
)
def test_scipy_widens_float16_in_two_functions(
    name: str, mine: str, dtype: Any
) -> None:
    x = np.array([-1, 0, 2], np.float16)
    assert given_by(SCIPY, f"scipy.special.{name}", x).dtype == dtype
    assert ours(mine)(x).dtype == np.float16


def test_keras_narrows_float64_in_tanh() -> None:
    assert given_by(KERAS, "keras.activations.tanh", [1.0]).dtype == np.float32
    assert given_by(KERAS, "keras.activations.sigmoid", [1.0]).dtype == np.float64
    assert ours("tanh")([1.0]).dtype == np.float64


def test_jax_makes_float32_of_float64_unless_told() -> None:
    jax = JAX.load()
    for told, dtype in ((True, np.float64), (False, np.float32)):
        with jax.enable_x64(told):
            assert jax.nn.sigmoid(np.ones(1)).dtype == dtype


SOFTMAX = [
    (TORCH, "torch.nn.functional.softmax", {"dim": -1}),
    (JAX, "jax.nn.softmax", {}),
    (KERAS, "keras.activations.softmax", {}),
    (TF, "tf.nn.softmax", {}),
    (ONNX, "Softmax", {}),
    (SCIPY, "scipy.special.softmax", {"axis": -1}),
]


@pytest.mark.parametrize(("library", "name", "given"), SOFTMAX)
def test_softmax_of_nothing_but_minus_infinity_is_nan(
    library: Any, name: str, given: dict[str, int]
) -> None:
    row = np.full((1, 3), -np.inf)
    library.load()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SciPy warns
        assert np.isnan(given_by(library, name, row, **given)).all()
    assert np.isnan(ours("softmax")(row)).all()


@pytest.mark.parametrize(("library", "name", "given"), SOFTMAX)
def test_one_infinite_score_takes_all_in_ours_and_makes_nan_elsewhere(
    library: Any, name: str, given: dict[str, int]
) -> None:
    row = np.array([[0, np.inf, 1]])
    library.load()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SciPy warns
        assert np.isnan(given_by(library, name, row, **given)).all()
    assert_array_equal(ours("softmax")(row), [[0, 1, 0]])


def test_a_mask_that_hides_all_gives_zeros_in_jax() -> None:
    hidden = np.zeros(2, bool)
    x = np.array([1.0, 2.0])
    assert_array_equal(given_by(JAX, "jax.nn.softmax", x, where=hidden), [0, 0])
    theirs = given_by(JAX, "jax.nn.log_softmax", x, where=hidden)
    assert_array_equal(theirs, [-np.inf, -np.inf])
    assert_array_equal(ours("softmax")(x, where=hidden), [0, 0])
    assert_array_equal(ours("log_softmax")(x, where=hidden), theirs)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_a_mask_hides_what_it_hides_in_jax(name: str) -> None:
    mask = np.array([True, False, True, True])
    theirs = given_by(JAX, f"jax.nn.{name}", CUBE, where=mask)
    assert_allclose(ours(name)(CUBE, where=mask), theirs, 1e-13)
    theirs = given_by(JAX, "jax.nn.logsumexp", CUBE, where=mask)
    assert_allclose(ours("logsumexp")(CUBE, where=mask), theirs, 1e-13)


@pytest.mark.parametrize(("dtype", "far"), [(np.float64, -38), (np.float32, -18)])
@pytest.mark.parametrize("name", ["elu", "celu", "selu"])
def test_the_gradient_of_elu_vanishes_early_in_jax_and_tensorflow(
    name: str, dtype: Any, far: float
) -> None:
    x, g = np.array([far], dtype), np.ones(1, dtype)
    ours(name)
    exact = CATALOGUE[name].gradient(x)[0]  # type: ignore[misc]
    assert exact > np.exp(far) * 0.99
    assert JAX.pull(f"jax.nn.{name}", x, g)[0] == 0
    assert JAX.pull(f"jax.nn.{name}", x / 2, g)[0] > 0
    torch = TORCH.pull(f"torch.nn.functional.{name}", x, g)[0]
    assert torch == pytest.approx(exact, rel=4e-7)
    if name != "celu":
        assert TF.pull(f"tf.nn.{name}", x, g)[0] == 0


def test_softplus_of_pytorch_gives_up_above_20() -> None:
    x = np.array([19.999, 20.001, 20.5])
    theirs = given_by(TORCH, "torch.nn.functional.softplus", x)
    assert_array_equal(theirs[1:], x[1:])
    lost = ours("softplus")(x) - theirs
    assert lost[0] == 0
    assert 2.0e-9 < lost[1] < 2.1e-9
    more = given_by(TORCH, "torch.nn.functional.softplus", x, threshold=40.0)
    assert_array_equal(more, ours("softplus")(x))


def test_relu_of_keras_bends_where_it_is_told() -> None:
    x = np.array([-2, 0.5, 1, 3, 9])
    assert_array_equal(given_by(KERAS, "keras.activations.relu", x), ours("relu")(x))
    told = {"negative_slope": 0.125, "max_value": 6.0, "threshold": 1.0}
    theirs = given_by(KERAS, "keras.activations.relu", x, **told)
    assert_array_equal(theirs, [-0.375, -0.0625, 0, 3, 6])
    assert_array_equal(
        given_by(KERAS, "keras.activations.relu", x, negative_slope=0.125),
        ours("leaky_relu")(x, 0.125),
    )
    assert_array_equal(
        given_by(KERAS, "keras.activations.relu", x, max_value=6.0), ours("relu6")(x)
    )
    assert_array_equal(
        given_by(KERAS, "keras.activations.relu", x, threshold=1.0),
        ours("threshold")(x, threshold=1.0, value=0.0),
    )


def test_thresholded_relu_cannot_give_another_value() -> None:
    x = np.array([0.5, 1, 1.5])
    assert_array_equal(given_by(ONNX, "ThresholdedRelu", x), [0, 0, 1.5])
    assert set(ONNX.parameters("ThresholdedRelu")) == {"alpha"}
    torch = given_by(
        TORCH, "torch.nn.functional.threshold", x, threshold=1.0, value=5.0
    )
    assert_array_equal(torch, [5, 5, 1.5])
    assert_array_equal(ours("threshold")(x, threshold=1.0, value=5.0), torch)


def test_shrink_of_onnx_is_hard_or_soft_by_its_bias() -> None:
    x = np.array([-2, -0.5, 0, 0.5, 2])
    assert_array_equal(given_by(ONNX, "Shrink", x), ours("hard_shrink")(x))
    soft = given_by(ONNX, "Shrink", x, bias=0.5)
    assert_array_equal(soft, ours("soft_shrink")(x))
    assert_array_equal(soft, [-1.5, 0, 0, 0, 1.5])


@pytest.mark.parametrize(
    ("library", "name", "alias"),
    [
        (JAX, "jax.nn.silu", "jax.nn.swish"),
        (JAX, "jax.nn.hard_silu", "jax.nn.hard_swish"),
        (KERAS, "keras.activations.silu", "keras.activations.swish"),
        (KERAS, "keras.activations.hard_silu", "keras.activations.hard_swish"),
        (TF, "tf.nn.silu", "tf.nn.swish"),
    ],
)
def test_silu_and_swish_are_one_function(library: Any, name: str, alias: str) -> None:
    assert library.find(name) is library.find(alias)


def test_rrelu_draws_slopes_when_told_to_train() -> None:
    x = np.full(1000, -1.0)
    name = "torch.nn.functional.rrelu"
    assert np.ptp(given_by(TORCH, name, x)) == 0
    drawn = -given_by(TORCH, name, x, training=True)
    mine = -ours("rrelu")(x, rng=1)
    for slopes in (drawn, mine):
        assert 1 / 8 <= slopes.min() < 0.13
        assert 0.328 < slopes.max() <= 1 / 3


def test_gumbel_softmax_adds_gumbel_noise_and_takes_softmax() -> None:
    torch = TORCH.load()
    x = np.linspace(-1, 1, 5)
    torch.manual_seed(1)
    theirs = given_by(TORCH, "torch.nn.functional.gumbel_softmax", x, tau=0.5)
    torch.manual_seed(1)
    noise = -torch.empty(5, dtype=torch.float64).exponential_().log().numpy()
    assert_allclose(theirs, ours("softmax")((x + noise) / 0.5), 1e-12)
    torch.manual_seed(2)
    again = given_by(TORCH, "torch.nn.functional.gumbel_softmax", x, tau=0.5)
    assert np.abs(again - theirs).max() > 1e-3


def test_gumbel_softmax_draws_as_often_as_theirs() -> None:
    x = np.log([0.1, 0.2, 0.7]) * np.ones((4000, 1))
    mine = ours("gumbel_softmax")(x, rng=1)
    TORCH.load().manual_seed(1)
    theirs = given_by(TORCH, "torch.nn.functional.gumbel_softmax", x)
    for drawn in (mine, theirs):
        shares = np.bincount(drawn.argmax(axis=1)) / 4000
        assert_allclose(shares, [0.1, 0.2, 0.7], atol=0.03)
    assert_allclose(mine.mean(axis=0), theirs.mean(axis=0), atol=0.03)


def test_logsumexp_keeps_the_axes_in_onnx_alone() -> None:
    assert given_by(ONNX, "ReduceLogSumExp", CUBE).shape == (1, 1, 1)
    assert given_by(SCIPY, "scipy.special.logsumexp", CUBE).shape == ()
    assert given_by(JAX, "jax.nn.logsumexp", CUBE).shape == ()
    kept = given_by(ONNX, "ReduceLogSumExp", CUBE)
    assert_allclose(ours("logsumexp")(CUBE, keepdims=True), kept, 1e-13)


def test_selu_of_onnx_has_constants_of_float32() -> None:
    told = ONNX.parameters("Selu")
    assert told["alpha"] == np.float32(1.6732632423543772)
    assert told["gamma"] == np.float32(1.0507009873554805) == 1.05070102214813232
    selu = ours("selu")(1.0)
    assert selu == pytest.approx(1.0507009873554805, rel=1e-15)
    assert value(TORCH, "torch.nn.functional.selu", 1) == selu


def test_a_unit_of_keras_that_is_a_layer_has_a_weight_for_each_column() -> None:
    layer = KERAS.find("keras.layers.PReLU")(dtype="float64")
    layer(np.ones((2, 3)))
    assert layer.weights[0].shape == (3,)
    assert TORCH.find("torch.nn.PReLU")().weight.shape == (1,)
    assert TORCH.find("torch.nn.PReLU")(3).weight.shape == (3,)


def test_the_gradient_of_prelu_for_its_weight_is_that_of_pytorch() -> None:
    torch = TORCH.load()
    x, g = np.array([[-2.0, 0, 3], [4, -1, -0.5]]), np.array([[1.0, 2, 3], [4, 5, 6]])
    ours("prelu")
    weight = torch.tensor([0.5, 0.25, -1], dtype=torch.float64, requires_grad=True)
    leaf = torch.from_numpy(x.copy()).requires_grad_()
    torch.nn.functional.prelu(leaf, weight).backward(torch.from_numpy(g))
    for_x, for_weight = CATALOGUE["prelu"].gradient(  # type: ignore[misc]
        x, g, weight.detach().numpy()
    )
    assert_array_equal(for_x, leaf.grad)
    assert_array_equal(for_weight, weight.grad)


def test_sparsemax_of_keras_is_wrong_unless_one_score_takes_all() -> None:
    name = "keras.activations.sparsemax"
    apart = np.array([[3.0, 1.5, 0.25], [-1.0, 2.0, 0.5]])
    assert_array_equal(given_by(KERAS, name, apart), ours("sparsemax")(apart))
    even = np.array([[0.5, 0.5]])
    assert_array_equal(ours("sparsemax")(even), [[0.5, 0.5]])
    assert_array_equal(given_by(KERAS, name, even), [[0.25, 0.25]])
    near = np.array([[1.0, 1.0, 0.0]])
    assert_array_equal(ours("sparsemax")(near), [[0.5, 0.5, 0]])
    assert_array_equal(given_by(KERAS, name, near), [[0, 0, 0]])


def test_swiglu_of_onnx_takes_the_gate_first() -> None:
    # ONNX Runtime does not have it yet; the reference evaluator of onnx does.
    ONNX.load()
    helper = importlib.import_module("onnx.helper")
    reference = importlib.import_module("onnx.reference")
    node = helper.make_node("SwiGLU", ["gate", "other"], ["y"])
    ends = [helper.make_tensor_value_info(v, 1, None) for v in ("gate", "other", "y")]
    graph = helper.make_graph([node], "graph", ends[:2], ends[2:])
    opset = ONNX.find("SwiGLU").since_version
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    gate, other = np.random.default_rng(1).normal(size=(2, 8)).astype(np.float32)
    feeds = {"gate": gate, "other": other}
    (got,) = reference.ReferenceEvaluator(model).run(None, feeds)
    assert_allclose(got, ours("swiglu")(np.concatenate([other, gate])), 4e-6)


def test_swish_of_onnx_runs_in_one_opset() -> None:
    x = np.array([1.0, -2.0])
    assert_allclose(ONNX.run("Swish", x, {}, 24), ours("swish")(x), 1e-13)
    with pytest.raises(Exception, match=r"NOT_IMPLEMENTED.*Swish"):
        ONNX.run("Swish", x, {}, ONNX.opset())


def test_squareplus_overflows_float16_elsewhere() -> None:
    x = np.array([200, 300], np.float16)
    for library, name in (
        (JAX, "jax.nn.squareplus"),
        (KERAS, "keras.activations.squareplus"),
    ):
        assert_array_equal(given_by(library, name, x), [200, np.inf])
    assert_array_equal(ours("squareplus")(x), x)
