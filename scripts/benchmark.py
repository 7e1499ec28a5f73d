# Measures how fast every function is: python3 scripts/benchmark.py
# It takes a quarter of an hour and can be stopped; docs/data/benchmark.json holds what
# it found.

import argparse
import os
import sys

import environment

_CORES = os.cpu_count() or 1


def main() -> int:
    """Make the environment, and measure in it."""
    options = _options()
    if not options.here:
        environment.prepare("conformance" if options.peers else "test")
        return environment.run(__file__, "--here", *sys.argv[1:])
    sys.path[:0] = [str(environment.ROOT / "src"), str(environment.ROOT / "scripts")]
    if options.summary:
        from timing import targets

        return targets.tell()
    from timing import session

    return session.run(
        session.Plan(
            names=tuple(options.names),
            dtypes=tuple(options.dtypes),
            sizes=tuple(options.sizes),
            threads=tuple(dict.fromkeys(options.threads)),
            anew=options.all,
            quick=options.quick,
            with_peers=options.peers is not False,
            recorded=options.record,
        )
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Measure how fast every function is, beside naive NumPy and other "
        "libraries. Without names, measure what docs/data/benchmark.json lacks, or has "
        "of earlier code, another machine or other versions.",
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="name",
        help="measure these anew: functions, or the parts startup, memory and scale",
    )
    parser.add_argument("--all", action="store_true", help="measure everything anew")
    parser.add_argument(
        "--summary",
        action="store_true",
        help="only tell which targets the record meets",
    )
    parser.add_argument(
        "--quick", action="store_true", help="few rounds, as a beginning"
    )
    parser.add_argument(
        "--threads",
        type=_positive,
        nargs="+",
        default=[1, _CORES],
        metavar="N",
        help=f"how many threads, one pass each; 1 and {_CORES} by default",
    )
    parser.add_argument(
        "--sizes",
        type=_positive,
        nargs="+",
        default=[1, 1_000, 1_000_000, 10_000_000],
        metavar="N",
        help="how many elements",
    )
    parser.add_argument(
        "--dtypes",
        choices=("float32", "float64"),
        nargs="+",
        default=["float32", "float64"],
        help="which floats",
    )
    parser.add_argument(
        "--record",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="write what is found into the record, or only show it",
    )
    parser.add_argument(
        "--peers",
        action=argparse.BooleanOptionalAction,
        help="install PyTorch, JAX, SciPy and numexpr and time them too; without "
        "either, time those that are installed",
    )
    parser.add_argument(
        "--here",
        action="store_true",
        help="measure with this Python, which has NumPy and mpmath",
    )
    return parser.parse_args()


def _positive(text: str) -> int:
    number = int(float(text))
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
