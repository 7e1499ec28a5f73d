# The functions of the big libraries beside ours. Whoever wants to be sure that nothing
# is left out for want of a library says so: scripts/test.py --conformance does.

import os

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--conformance",
        action="store_true",
        help="fail, instead of skipping, where a library is missing",
    )


def pytest_configure(config: pytest.Config) -> None:
    from conformance import libraries

    # TensorFlow imports Keras too.
    os.environ.update(libraries.Keras.settings)
    libraries.Library.required = bool(config.getoption("--conformance", False))
