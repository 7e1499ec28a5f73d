# One frozen, typed row per function. What the docstrings say (summary, formula, paper)
# and what the signatures say (parameters, defaults) is read from there.

import difflib
import inspect
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from . import (
    _channels,
    _exponential_units,
    _gates,
    _leaky_rectifiers,
    _normalizers,
    _periodic,
    _rectifiers,
    _selectors,
    _self_gated,
    _shrinkers,
    _sigmoids,
    _soft_rectifiers,
    _tangents,
)
from ._namesakes import NAMESAKES, Namesake

_INF = float("inf")


def _no_kinks() -> Mapping[float, float]:
    return MappingProxyType({})


@dataclass(frozen=True, eq=False, repr=False)
class Activation:
    """One row of the catalogue: a function, its derivative, and what is known of them.

    Attributes:
        function: The activation function.
        gradient: Its derivative or, where it couples elements, its vjp; None where
            there is nothing to learn from it.
        bounds: Infimum and supremum of its values, at default parameters.
        gradient_bounds: The same for the derivative; None for a vjp.
        kinks: Where a derivative of any order jumps, at default parameters, mapped to
            the value that the derivative takes there.
        increasing: Whether a larger input never gives a smaller output.
        gradient_floor: Near a zero of the derivative that is computed as a difference,
            errors are measured in ulp of this number, not of the result; 0 if nowhere.
        naive: The formula as it is often typed, an expression in `x` and `np` that
            overflows, loses digits or gives NaN somewhere; empty if none is common.
        use: When to use it, in a sentence or two.
        section: The vector that pictures of a function which couples elements show,
            with x in place of None.
        other_names: Names it goes by that none of the libraries uses.
    """

    function: Callable[..., Any]
    gradient: Callable[..., Any] | None
    bounds: tuple[float, float]
    gradient_bounds: tuple[float, float] | None
    increasing: bool = True
    kinks: Mapping[float, float] = field(default_factory=_no_kinks)
    gradient_floor: float = 0.0
    naive: str = ""
    use: str = ""
    section: tuple[float | None, ...] = (None, 0.0)
    other_names: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"actfn.get({self.name!r})"

    @property
    def name(self) -> str:
        """The function's name in actfn."""
        return self.function.__name__

    @property
    def family(self) -> str:
        """The family it belongs to, which names the file that it stands in."""
        return self.function.__module__.rpartition("._")[2].replace("_", " ")

    @property
    def elementwise(self) -> bool:
        """Whether each element of the result depends on one element of the input."""
        return getattr(self.gradient, "__name__", "").endswith("_derivative")

    @property
    def smooth(self) -> bool:
        """Whether derivatives of every order exist everywhere."""
        return not self.kinks

    @property
    def summary(self) -> str:
        """What it does, in one sentence: the first line of its docstring."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    @property
    def formula(self) -> str:
        """Its formula in LaTeX, as its docstring has it."""
        return _formula(self.function)

    @property
    def gradient_formula(self) -> str:
        """The formula of its derivative or vjp in LaTeX, or nothing."""
        return _formula(self.gradient) if self.gradient else ""

    @property
    def paper(self) -> str:
        """The paper it comes from, as its docstring has it in Markdown, or nothing."""
        _, _, references = (inspect.getdoc(self.function) or "").partition(
            "References:\n"
        )
        return " ".join(references.split())

    @property
    def parameters(self) -> dict[str, Any]:
        """Its parameters and their defaults, without `x` and `out`."""
        parameters = list(inspect.signature(self.function).parameters.values())[1:]
        return {p.name: p.default for p in parameters if p.name != "out"}

    @property
    def namesakes(self) -> tuple[Namesake, ...]:
        """The function in other libraries."""
        return NAMESAKES.get(self.name, ())

    @property
    def aliases(self) -> tuple[str, ...]:
        """Every other name that `get` finds it by."""
        plain = [n for n in self.namesakes if not n.arguments]
        known = [n.name.rpartition(".")[2] for n in plain]
        names = dict.fromkeys([*self.other_names, *(k.lower() for k in known)])
        return tuple(n for n in names if n != self.name)


def _formula(function: Callable[..., Any]) -> str:
    found = re.search(r"\$\$(.+?)\$\$", inspect.getdoc(function) or "", re.DOTALL)
    return " ".join(found[1].split()) if found else ""


_ROWS = (
    Activation(
        _rectifiers.identity,
        _rectifiers.identity_derivative,
        bounds=(-_INF, _INF),
        gradient_bounds=(1, 1),
        use="The last layer of a regression, whose outputs may be any numbers. Between "
        "layers it does nothing: two linear layers in a row are one.",
    ),
    Activation(
        _rectifiers.relu,
        _rectifiers.relu_derivative,
        bounds=(0, _INF),
        gradient_bounds=(0, 1),
        kinks=MappingProxyType({0.0: 0.0}),
        naive="x * (x > 0)",
        use="The first to try between the layers of a network: it is cheap, and its "
        "gradient does not fade. If many units die, take one with a slope below 0.",
        other_names=("rectifier",),
    ),
    Activation(
        _rectifiers.relu6,
        _rectifiers.relu6_derivative,
        bounds=(0, 6),
        gradient_bounds=(0, 1),
        kinks=MappingProxyType({0.0: 0.0, 6.0: 0.0}),
        use="Where the network will run in few bits: outputs in [0, 6] share one fixed "
        "scale. Elsewhere ReLU does as well and keeps its gradient above 6.",
    ),
    Activation(
        _rectifiers.squared_relu,
        _rectifiers.squared_relu_derivative,
        bounds=(0, _INF),
        gradient_bounds=(0, _INF),
        kinks=MappingProxyType({0.0: 0.0}),
        use="In the feed-forward layers of transformers, in place of ReLU or GELU. Its "
        "outputs and gradients grow without bound: keep what enters it normalised.",
    ),
    Activation(
        _rectifiers.threshold,
        _rectifiers.threshold_derivative,
        bounds=(0, _INF),
        gradient_bounds=(0, 1),
        kinks=MappingProxyType({1.0: 0.0}),
        naive="x * (x > 1)",
        use="To silence weak responses and leave strong ones as they are. Its jump "
        "makes training harder; soft shrinkage has none.",
    ),
    Activation(
        _rectifiers.binary_step,
        _rectifiers.binary_step_derivative,
        bounds=(0, 1),
        gradient_bounds=(0, 0),
        kinks=MappingProxyType({0.0: 0.0}),
        use="To make hard decisions once a network is trained. Not to train one: no "
        "gradient passes through it.",
        other_names=("heaviside", "unit_step"),
    ),
    Activation(
        _leaky_rectifiers.leaky_relu,
        _leaky_rectifiers.leaky_relu_derivative,
        bounds=(-_INF, _INF),
        gradient_bounds=(0.01, 1),
        kinks=MappingProxyType({0.0: 0.01}),
        use="In place of ReLU where units die, that is, give 0 for every input and no "
        "longer learn. The slope is one more number to choose.",
    ),
    Activation(
        _leaky_rectifiers.prelu,
        _leaky_rectifiers.prelu_vjp,
        bounds=(-_INF, _INF),
        gradient_bounds=None,
        kinks=MappingProxyType({0.0: 0.25}),
        use="Where the slope below 0 should be learnt with the other parameters. Leave "
        "its weights out of weight decay, which would pull them to 0, to ReLU.",
        other_names=("parametric_relu",),
    ),
    Activation(
        _leaky_rectifiers.rrelu,
        _leaky_rectifiers.rrelu_derivative,
        bounds=(-_INF, _INF),
        gradient_bounds=(0.22916666666666666, 1),
        kinks=MappingProxyType({0.0: 0.22916666666666666}),
        use="On small data sets: the random slopes of training act as regularisation. "
        "Evaluate without rng, so that results are repeatable.",
        other_names=("randomized_leaky_relu",),
    ),
    Activation(
        _exponential_units.elu,
        _exponential_units.elu_derivative,
        bounds=(-1, _INF),
        gradient_bounds=(0, 1),
        kinks=MappingProxyType({0.0: 1.0}),
        naive="np.where(x > 0, x, np.exp(x) - 1)",
        use="Where the mean of the outputs should be nearer to 0 than that of ReLU. It "
        "costs an exponential; for an alpha other than 1 CELU has no corner.",
    ),
    Activation(
        _exponential_units.celu,
        _exponential_units.celu_derivative,
        bounds=(-1, _INF),
        gradient_bounds=(0, 1),
        kinks=MappingProxyType({0.0: 1.0}),
        naive="np.maximum(x, 0) + np.minimum(np.exp(x) - 1, 0)",
        use="In place of ELU when alpha is not 1, so that the slope does not jump at "
        "0. With an alpha of 1 both are the same.",
    ),
    Activation(
        _exponential_units.selu,
        _exponential_units.selu_derivative,
        bounds=(-1.7580993408473768, _INF),
        gradient_bounds=(0, 1.7580993408473768),
        kinks=MappingProxyType({0.0: 1.7580993408473768}),
        naive="1.0507 * np.where(x > 0, x, 1.67326 * (np.exp(x) - 1))",
        use="In deep fully connected networks without normalisation layers, with "
        "weights drawn with variance 1 / n for n inputs. Without such weights it is a "
        "scaled ELU.",
    ),
    Activation(
        _sigmoids.sigmoid,
        _sigmoids.sigmoid_derivative,
        bounds=(0, 1),
        gradient_bounds=(0, 0.25),
        naive="1 / (1 + np.exp(-x))",
        use="Probabilities of yes or no, and gates. Inside deep networks its gradient, "
        "at most 1/4, fades from layer to layer.",
        other_names=("logistic",),
    ),
    Activation(
        _sigmoids.log_sigmoid,
        _sigmoids.log_sigmoid_derivative,
        bounds=(-_INF, 0),
        gradient_bounds=(0, 1),
        naive="np.log(1 / (1 + np.exp(-x)))",
        use="Losses of yes-or-no classifiers, straight from the score: its negative is "
        "the cross-entropy.",
    ),
    Activation(
        _sigmoids.hard_sigmoid,
        _sigmoids.hard_sigmoid_derivative,
        bounds=(0, 1),
        gradient_bounds=(0, 1 / 6),
        kinks=MappingProxyType({-3.0: 0.0, 3.0: 0.0}),
        use="Gates on small devices, where an exponential is dear. Scores beyond ±3 no "
        "longer learn.",
    ),
    Activation(
        _sigmoids.sparse_sigmoid,
        _sigmoids.sparse_sigmoid_derivative,
        bounds=(0, 1),
        gradient_bounds=(0, 0.5),
        kinks=MappingProxyType({-1.0: 0.0, 1.0: 0.0}),
        use="Probabilities that may be exactly 0 or 1, trained with a loss made of "
        "sparse_plus. Scores beyond ±1 get no gradient through it.",
    ),
    Activation(
        _tangents.tanh,
        _tangents.tanh_derivative,
        bounds=(-1, 1),
        gradient_bounds=(0, 1),
        naive="(np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))",
        use="The states of recurrent networks, and outputs between -1 and 1. Deep "
        "stacks of it learn slowly, as its gradient fades away from 0.",
    ),
    Activation(
        _tangents.softsign,
        _tangents.softsign_derivative,
        bounds=(-1, 1),
        gradient_bounds=(0, 1),
        kinks=MappingProxyType({0.0: 1.0}),
        use="In place of tanh, where units far from 0 should still learn, or an "
        "exponential is dear.",
    ),
    Activation(
        _tangents.hard_tanh,
        _tangents.hard_tanh_derivative,
        bounds=(-1, 1),
        gradient_bounds=(0, 1),
        kinks=MappingProxyType({-1.0: 0.0, 1.0: 0.0}),
        use="In place of tanh on small devices, and to keep values in a range. What is "
        "clipped has no gradient.",
    ),
    Activation(
        _tangents.scaled_tanh,
        _tangents.scaled_tanh_derivative,
        bounds=(-1.7159, 1.7159),
        gradient_bounds=(0, 1.7159 * 2 / 3),
        use="Networks of the 1990s, such as LeNet-5. For a new one take tanh.",
        other_names=("lecun_tanh",),
    ),
    Activation(
        _tangents.arctan,
        _tangents.arctan_derivative,
        bounds=(-math.pi / 2, math.pi / 2),
        gradient_bounds=(0, 1),
        use="In place of tanh, where units far from 0 should still learn; smoother "
        "than softsign.",
        other_names=("atan",),
    ),
    Activation(
        _soft_rectifiers.softplus,
        _soft_rectifiers.softplus_derivative,
        bounds=(0, _INF),
        gradient_bounds=(0, 1),
        naive="np.log(1 + np.exp(x))",
        use="Outputs that must be positive, such as a standard deviation. In hidden "
        "layers relu does as well and costs less.",
    ),
    Activation(
        _soft_rectifiers.squareplus,
        _soft_rectifiers.squareplus_derivative,
        bounds=(0, _INF),
        gradient_bounds=(0, 1),
        naive="(x + np.sqrt(x**2 + 4)) / 2",
        use="In place of softplus, where an exponential is dear. Far left it fades "
        "like 1/x, not like an exponential.",
    ),
    Activation(
        _soft_rectifiers.sparse_plus,
        _soft_rectifiers.sparse_plus_derivative,
        bounds=(0, _INF),
        gradient_bounds=(0, 1),
        kinks=MappingProxyType({-1.0: 0.0, 1.0: 1.0}),
        use="In place of softplus, where small outputs should be exactly 0; like relu "
        "it has no gradient there.",
    ),
    Activation(
        _self_gated.gelu,
        _self_gated.gelu_derivative,
        bounds=(-0.16997120747990369, _INF),
        gradient_bounds=(-0.12890414458015262, 1.1289041445801526),
        increasing=False,
        use="Transformers, whose usual activation it is since BERT, and other deep "
        "networks whose units should be smooth.",
    ),
    Activation(
        _self_gated.gelu_tanh,
        _self_gated.gelu_tanh_derivative,
        bounds=(-0.17004075057125405, _INF),
        gradient_bounds=(-0.12899306865877177, 1.1289930686587718),
        increasing=False,
        gradient_floor=1 / 8,
        naive="0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))",
        use="Models that were trained with it, such as GPT-2; a new one can take gelu.",
        other_names=("gelu_new",),
    ),
    Activation(
        _self_gated.gelu_quick,
        _self_gated.gelu_quick_derivative,
        bounds=(-0.16361018963635358, _INF),
        gradient_bounds=(-0.09983932012886692, 1.0998393201288669),
        increasing=False,
        gradient_floor=1 / 16,
        naive="x / (1 + np.exp(-1.702 * x))",
        use="Models that were trained with it. For a new model take gelu.",
        other_names=("quick_gelu",),
    ),
    Activation(
        _self_gated.silu,
        _self_gated.silu_derivative,
        bounds=(-0.27846454276107379, _INF),
        gradient_bounds=(-0.09983932012886685, 1.0998393201288669),
        increasing=False,
        gradient_floor=1 / 16,
        naive="x / (1 + np.exp(-x))",
        use="Deep networks whose units should be smooth; inside swiglu it is common in "
        "language models.",
    ),
    Activation(
        _self_gated.swish,
        _self_gated.swish_derivative,
        bounds=(-0.27846454276107379, _INF),
        gradient_bounds=(-0.09983932012886685, 1.0998393201288669),
        increasing=False,
        gradient_floor=1 / 16,
        naive="x / (1 + np.exp(-x))",
        use="Where the slope of the gate is to be chosen or learned; otherwise silu.",
    ),
    Activation(
        _self_gated.hard_silu,
        _self_gated.hard_silu_derivative,
        bounds=(-0.375, _INF),
        gradient_bounds=(-0.5, 1.5),
        increasing=False,
        kinks=MappingProxyType({-3.0: 0.0, 3.0: 1.0}),
        use="Small devices, and integers in place of floats, where an exponential is "
        "expensive. Elsewhere silu, which has no jumps in its derivative.",
    ),
    Activation(
        _self_gated.mish,
        _self_gated.mish_derivative,
        bounds=(-0.30884341301725043, _INF),
        gradient_bounds=(-0.11252612238946255, 1.088498161251728),
        increasing=False,
        gradient_floor=1 / 16,
        naive="x * np.tanh(np.log(1 + np.exp(x)))",
        use="An alternative to silu and gelu, which it resembles; it costs as much.",
    ),
    Activation(
        _shrinkers.hard_shrink,
        _shrinkers.hard_shrink_derivative,
        bounds=(-_INF, _INF),
        gradient_bounds=(0, 1),
        kinks=MappingProxyType({-0.5: 0.0, 0.5: 0.0}),
        use="To remove small coefficients and keep large ones unchanged. Its jumps "
        "make it unsteady where inputs are near lambd.",
        other_names=("hard_thresholding",),
    ),
    Activation(
        _shrinkers.soft_shrink,
        _shrinkers.soft_shrink_derivative,
        bounds=(-_INF, _INF),
        gradient_bounds=(0, 1),
        kinks=MappingProxyType({-0.5: 0.0, 0.5: 0.0}),
        use="For sparse codes: it is the proximal step of an L1 penalty, as in "
        "iterative shrinkage. What it keeps is too small by lambd.",
        other_names=("soft_thresholding",),
    ),
    Activation(
        _shrinkers.tanh_shrink,
        _shrinkers.tanh_shrink_derivative,
        bounds=(-_INF, _INF),
        gradient_bounds=(0, 1),
        naive="x - np.tanh(x)",
        use="To dampen small inputs smoothly. Its slope is 0 at 0, so that units which "
        "start near 0 learn slowly.",
    ),
    Activation(
        _periodic.sine,
        _periodic.sine_derivative,
        bounds=(-1, 1),
        gradient_bounds=(-1, 1),
        increasing=False,
        use="Networks that represent one signal, such as a picture or a field, and its "
        "derivatives. They need weights that start as the paper has them.",
        other_names=("sin", "siren"),
    ),
    Activation(
        _periodic.snake,
        _periodic.snake_derivative,
        bounds=(-_INF, _INF),
        gradient_bounds=(0, 2),
        gradient_floor=0.25,
        use="Signals that repeat, such as sounds and seasons, and that are to be "
        "continued beyond the training data.",
    ),
    Activation(
        _gates.glu,
        _gates.glu_vjp,
        bounds=(-_INF, _INF),
        gradient_bounds=None,
        increasing=False,
        naive="np.split(x, 2)[0] / (1 + np.exp(-np.split(x, 2)[1]))",
        use="Where a layer should learn what to let through, as in gated convolutions. "
        "The layer before has to give twice as many channels.",
        section=(1.0, None),
    ),
    Activation(
        _gates.reglu,
        _gates.reglu_vjp,
        bounds=(-_INF, _INF),
        gradient_bounds=None,
        increasing=False,
        use="The feed-forward layers of transformers, where an exponential is too "
        "expensive for geglu or swiglu.",
        section=(1.0, None),
    ),
    Activation(
        _gates.geglu,
        _gates.geglu_vjp,
        bounds=(-_INF, _INF),
        gradient_bounds=None,
        increasing=False,
        use="The feed-forward layers of transformers, in place of gelu. The layer "
        "before has to give twice as many channels.",
        section=(1.0, None),
    ),
    Activation(
        _gates.swiglu,
        _gates.swiglu_vjp,
        bounds=(-_INF, _INF),
        gradient_bounds=None,
        increasing=False,
        gradient_floor=1 / 16,
        naive="np.prod(np.split(x, 2), 0) / (1 + np.exp(-np.split(x, 2)[1]))",
        use="The feed-forward layers of transformers, as in many language models. The "
        "layer before has to give twice as many channels.",
        section=(1.0, None),
    ),
    Activation(
        _channels.crelu,
        _channels.crelu_vjp,
        bounds=(0, _INF),
        gradient_bounds=None,
        increasing=False,
        use="The first layers of convolutional networks, whose filters come in pairs "
        "of opposite sign. The next layer gets twice as many channels.",
        section=(None,),
        other_names=("concatenated_relu",),
    ),
    Activation(
        _channels.maxout,
        _channels.maxout_vjp,
        bounds=(-_INF, _INF),
        gradient_bounds=None,
        use="Where the shape of the activation should be learned, from linear pieces. "
        "Each output costs the layer before as many channels as there are pieces.",
    ),
    Activation(
        _normalizers.softmax,
        _normalizers.softmax_vjp,
        bounds=(0, 1),
        gradient_bounds=None,
        naive="np.exp(x) / np.exp(x).sum()",
        use="The last layer of a classifier, and the weights of attention. A loss "
        "takes log_softmax of the scores, not the logarithm of this.",
    ),
    Activation(
        _normalizers.log_softmax,
        _normalizers.log_softmax_vjp,
        bounds=(-_INF, 0),
        gradient_bounds=None,
        naive="np.log(np.exp(x) / np.exp(x).sum())",
        use="Cross-entropy, and every other loss of logarithms of probabilities.",
    ),
    Activation(
        _normalizers.softmin,
        _normalizers.softmin_vjp,
        bounds=(0, 1),
        gradient_bounds=None,
        increasing=False,
        naive="np.exp(-x) / np.exp(-x).sum()",
        use="Weights for costs and distances, where the smallest should count most.",
    ),
    Activation(
        _normalizers.logsumexp,
        _normalizers.logsumexp_vjp,
        bounds=(-_INF, _INF),
        gradient_bounds=None,
        naive="np.log(np.exp(x).sum())",
        use="Sums of probabilities that are kept as logarithms, and wherever a maximum "
        "should pass some gradient to every element.",
    ),
    Activation(
        _normalizers.standardize,
        _normalizers.standardize_vjp,
        bounds=(-_INF, _INF),
        gradient_bounds=None,
        naive="(x - x.mean()) / np.sqrt((x**2).mean() - x.mean() ** 2 + 1e-5)",
        section=(None, 0.0, 1.0),
        use="Layer normalisation, which follows it by a learned gain and bias.",
    ),
    Activation(
        _selectors.sparsemax,
        _selectors.sparsemax_vjp,
        bounds=(0, 1),
        gradient_bounds=None,
        use="Attention and choices of several labels, where most weights should be "
        "exactly 0. Its logarithm is not finite, so cross-entropy needs softmax.",
    ),
    Activation(
        _selectors.hardmax,
        None,
        bounds=(0, 1),
        gradient_bounds=None,
        use="The decision after training, as a one-hot vector. Nothing can be learned "
        "through it.",
        other_names=("one_hot_argmax",),
    ),
    Activation(
        _selectors.gumbel_softmax,
        _selectors.gumbel_softmax_vjp,
        bounds=(0, 1),
        gradient_bounds=None,
        use="Networks that choose one of several options at random and learn from it. "
        "Give rng, or no run can be repeated.",
    ),
)

CATALOGUE: Mapping[str, Activation] = MappingProxyType({r.name: r for r in _ROWS})
"""All functions by name, family by family; it cannot be changed."""


def _squash(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


_BY_ANY_NAME = {
    _squash(name): row for row in _ROWS for name in (row.name, *row.aliases)
}


class UnknownActivationError(KeyError):
    """No function has the name asked for."""

    __str__ = Exception.__str__  # KeyError shows its message in quotes


def get(name: str) -> Activation:
    """Find a row of the catalogue by its name, or by a name used elsewhere.

    Args:
        name: A function's name; upper case and the separators `-`, `_` and space do
            not matter.

    Returns:
        The row, with the function, its derivative and what is known of them.

    Raises:
        TypeError: If `name` is not a string.
        KeyError: If no function has this name; the message gives the closest names.

    Examples:
        >>> import actfn
        >>> actfn.get("hard_swish").name
        'hard_silu'
        >>> actfn.get("leaky_relu").function([-8.0, 8.0])
        array([-0.08,  8.  ])
    """
    if not isinstance(name, str):
        raise TypeError(f"name must be a string, got {type(name).__name__}: {name!r}")
    wanted = _squash(name)
    if wanted not in _BY_ANY_NAME:
        close = difflib.get_close_matches(wanted, _BY_ANY_NAME, n=3)
        names = dict.fromkeys(_BY_ANY_NAME[c].name for c in close) or CATALOGUE
        hint = "the closest are" if close else "there are"
        raise UnknownActivationError(
            f"no activation is named {name!r}; {hint} {', '.join(names)}"
        )
    return _BY_ANY_NAME[wanted]
