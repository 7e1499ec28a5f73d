# Measures how accurate every function is: python3 scripts/accuracy.py
# It takes hours and can be stopped; docs/data/accuracy.json holds what it found.

import argparse
import os
import sys

import environment


def main() -> int:
    """Make the environment, and measure in it."""
    options = _options()
    if not options.here:
        environment.prepare("conformance" if options.peers else "test")
        return environment.run(__file__, "--here", *sys.argv[1:])
    sys.path[:0] = [str(environment.ROOT / "src"), str(environment.ROOT / "tests")]
    from measure import session

    return session.run(
        options.names,
        options.every,
        options.workers,
        peers=options.peers is not False,
        anew=options.all,
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Measure the worst error of every function: of all float32 and "
        "float16 numbers, and of a sample of float64. Without names, measure what "
        "docs/data/accuracy.json lacks, or has of other sources or another NumPy.",
    )
    parser.add_argument("names", nargs="*", metavar="name", help="measure these anew")
    parser.add_argument("--all", action="store_true", help="measure everything anew")
    parser.add_argument(
        "--every",
        type=_positive,
        default=1,
        metavar="N",
        help="look at every Nth float32 only, as a beginning",
    )
    parser.add_argument(
        "--workers",
        type=_positive,
        default=os.cpu_count() or 1,
        metavar="N",
        help="processes at work, all cores by default",
    )
    parser.add_argument(
        "--peers",
        action=argparse.BooleanOptionalAction,
        help="install PyTorch, JAX and SciPy and measure them too; without either, "
        "measure those that are installed",
    )
    parser.add_argument(
        "--here",
        action="store_true",
        help="measure with this Python, which has NumPy, mpmath and pytest",
    )
    return parser.parse_args()


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
