# Checks everything, and says yes or no in its last line: python3 scripts/test.py
# Beside the big libraries: python3 scripts/test.py --conformance

import argparse
import sys
import time

import environment

_STEPS = {
    "formatting": ("-m", "ruff", "format", "--check", "--quiet", "."),
    "lint": ("-m", "ruff", "check", "--quiet", "."),
    "types": ("-m", "mypy"),
    # Tests, the doctests of every docstring, and the strict build with its tests,
    # on all cores.
    "tests": ("-m", "pytest", "-q", "-n", "auto", "--dist", "loadfile"),
}
_CONFORMANCE = {"tests": ("-m", "pytest", "-q", "tests/conformance", "--conformance")}


def main() -> int:
    """Run each step, even if one before it failed."""
    parser = argparse.ArgumentParser(
        description="Check formatting, lint and types, and run all tests.",
        epilog="Further arguments go to pytest.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--conformance",
        action="store_true",
        help="compare with the big libraries instead; installs them, 3 GB",
    )
    chosen, for_pytest = parser.parse_known_args()
    start = time.monotonic()
    environment.prepare("conformance" if chosen.conformance else "test")
    steps = _CONFORMANCE if chosen.conformance else _STEPS
    failed = []
    for number, (name, command) in enumerate(steps.items(), 1):
        print(f"\n[{number}/{len(steps)}] {name}", flush=True)
        if environment.run(*command, *(for_pytest if name == "tests" else ())):
            failed.append(name)
    seconds = time.monotonic() - start
    answer = f"NO: {', '.join(failed)} failed" if failed else "YES: all is well"
    print(f"\n{answer} ({seconds:.0f} s)", flush=True)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
