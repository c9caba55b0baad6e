"""`python -m tests.benchmarks [NAME ...]`: one line of JSON for each benchmark, with its ratio, goal and verdict.

Run from the project's root, on a machine that does nothing else. A goal that does not hold is reported, not an error.
"""

import argparse
import importlib

NAMES = ("auitc", "pipeline", "all_classes", "batch", "start", "stall", "memory")
"""Benchmarks, each a module of this folder with `run() -> Outcome`."""


def main() -> None:
    """Run the named benchmarks, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one or more of: {', '.join(NAMES)}; default: all")
    names = parser.parse_args().names or NAMES
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        parser.error(f"no benchmark is called {', '.join(unknown)}; there are: {', '.join(NAMES)}")
    for name in names:
        module = importlib.import_module(f"tests.benchmarks.{name}")
        print(module.run().line(), flush=True)


if __name__ == "__main__":
    main()
