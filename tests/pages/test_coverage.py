# What five popular tutorials teach, and the numbers that a reader can check there: each
# stands on a named page of the course, computed by it.

import re

import pytest
from pages.projects import Build
from pages.web import Site

NUMBERS = {
    "a dot product": ("vectorise", ["130"]),
    "type, shape, size, min, max": ("numpy-basics", ["(2, 3)", "1 6", "int64"]),
    "add, subtract, multiply, dot": (
        "numpy-basics",
        [
            "[[ 7, 9, 11], [12, 14, 16]]",
            "[[-5, -5, -5], [-4, -4, -4]]",
            "[[ 6, 14, 24], [32, 45, 60]]",
            "[[ 49, 55], [118, 133]]",
        ],
    ),
    "the exponential": (
        "numpy-basics",
        ["2.71828183", "403.42879349", "0.36787944", "0.13533528", "1.64872127"],
    ),
    "variance, mean, deviation": (
        "numpy-basics",
        ["2.9166666666666665", "3.5", "1.707825127659933"],
    ),
    "reshape and flatten": ("numpy-basics", ["(3, 2)", "[1, 2, 3, 4, 5, 6]"]),
    "the sigmoid of a matrix": (
        "sigmoid",
        [
            "0.73105858, 0.88079708, 0.95257413",
            "0.98201379, 0.99330715, 0.99752738",
            "0.26894142, 0.88079708",
            "0.11920292, 0.95257413",
        ],
    ),
    "the ReLU of a matrix": ("numpy-basics", ["[[1., 2., 3.], [4., 5., 6.]]"]),
    "softmax over a whole array": (
        "softmax",
        [
            "0.00426978, 0.01160646, 0.03154963",
            "0.08576079, 0.23312201, 0.63369132",
        ],
    ),
    "softmax of three scores": ("softmax", ["0.65900114, 0.24243297, 0.09856589"]),
    "the ReLU of a mixed matrix": ("neuron", ["[[0. 0. 1.] [0. 3. 0.]]"]),
    "six functions at 2 and -3": (
        "neuron",
        ["2.0000", "-3.0000", "0.8808", "0.0474", "0.9640", "-0.9951", "-0.9502"],
    ),
    "leaky ReLU at -3": ("neuron", ["-0.0300", "-0.1500"]),
    "tanh at 2 and -3": ("tanh", ["0.9640", "-0.9951"]),
    "tanh from four exponentials": ("tanh", ["nan"]),
    "a sigmoid at its offset": ("sum-of-sigmoids", ["0.5"]),
    "a softplus that overflows": ("sum-of-sigmoids", ["inf"]),
}

TAUGHT = {
    "why vectorise": ("vectorise", ["loop", "np.dot"]),
    "why non-linearity": ("neuron", ["XOR", "linear"]),
    "dying ReLU": ("dying-relu", ["dead", "leaky_relu"]),
    "vanishing gradients": ("backpropagation", ["vanish"]),
    "saturation": ("sigmoid", ["saturated"]),
    "a sum of sigmoids is a ramp": ("sum-of-sigmoids", ["softplus", "ReLU", "ELU"]),
    "a hidden layer and a pluggable activation": ("digits", ["hidden", "confusion"]),
    "an edge kernel over an image, then ReLU": ("convolution", ["edge", "relu"]),
    "words, averaged, to three sentiments": ("sentiment", ["average", "softmax"]),
    "choosing an activation": ("choosing", ["seed", "gelu"]),
    "papers": ("dying-relu", ["arxiv.org/abs/1502.01852"]),
}


@pytest.fixture(scope="module")
def texts(site: Build) -> dict[str, str]:
    """The pages of the course as readers see them, in one line each."""
    web = Site(site.site)
    stems = {stem for stem, _ in [*NUMBERS.values(), *TAUGHT.values()]}
    found = {}
    for stem in stems:
        article = web.page(f"guide/{stem}/").article
        links = " ".join(link["href"] for link in article.select("a[href]"))
        text = article.get_text().replace("−", "-") + links
        found[stem] = plain(text)
    return found


def plain(text: str) -> str:
    """Leave out what layout adds to numbers and words."""
    text = re.sub(r"\s+", " ", text)
    return re.sub(r"(?<=\[) | (?=\])", "", text)


@pytest.mark.parametrize("row", NUMBERS)
def test_a_page_shows_the_numbers(row: str, texts: dict[str, str]) -> None:
    stem, numbers = NUMBERS[row]
    missing = [n for n in numbers if plain(n) not in texts[stem]]
    assert missing == [], f"on {stem}"


@pytest.mark.parametrize("row", TAUGHT)
def test_a_page_teaches_it(row: str, texts: dict[str, str]) -> None:
    stem, words = TAUGHT[row]
    assert [w for w in words if w not in texts[stem]] == [], f"on {stem}"
