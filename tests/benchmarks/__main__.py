"""`python -m tests.benchmarks [NAME ...] [--baseline FOLDER] [--write]`: every ratio, its goal, whether it holds.

Run from the project's root, on a machine that does nothing else. A goal that does not hold is reported, not an error.
"""

import argparse
import importlib
import os
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from segx_viewer import process
from tests.benchmarks import cohort, report

process.begin()  # before NumPy and torch are imported, as in the program

if TYPE_CHECKING:
    from tests.benchmarks.harness import Outcome

NAMES = (
    "auitc",
    "pipeline",
    "badge",
    "all_classes",
    "batch",
    "full_report",
    "open",
    "guarded",
    "window_level",
    "window_level_enlarged",
    "overlay",
    "map_switch",
    "wheel",
    "start",
    "stall",
    "stall_first",
    "memory",
    "cluster_overhead",
    "cluster_scale",
    "dispatch",
    "resume",
)
"""Benchmarks, each a module of this folder with `run() -> Outcome`."""

AGAINST = ("cold", "many", "folder", "mammogram")
"""Those that compare with an earlier build, each a module with `run_all(baseline) -> list[Outcome]`."""

ONE_MACHINE = tuple(name for name in NAMES if name not in cohort.NAMES)
"""Those of one machine: a table of their own."""

PROCESSOR = "SEGX_BENCHMARK_PROCESSOR_TIME"
HOW = """

The machine was busy with other work, so this is processor time with one thread, which other work hardly changes;
`open`, `guarded`, `batch`, `stall` and `cluster_*`, in which processes or threads wait for each other, are by the
clock."""

PROJECT = Path(__file__).resolve().parents[2] / "README.md"
SHORT = ("name", "measured", "goal", "holds")
"""What the project's README shows of the table."""

AT_LEAST = {"batch", "wheel", "cluster_overhead", "cluster_scale"}
"""Benchmarks whose ratio must reach the goal rather than stay below it."""


def main() -> None:
    """Run the named benchmarks, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one or more of: {', '.join(NAMES)}; default: all")
    parser.add_argument(
        "--write",
        action="store_true",
        help="put the table into this folder's README, in short also into the project's; needs all. "
        f"With {' '.join(cohort.NAMES)} alone: their table, and what follows from it into resources/docs/cluster.md; "
        "with all others, without those four: the first table alone",
    )
    parser.add_argument(
        "--processor-time",
        action="store_true",
        help="one thread, and processor time instead of time by the clock: for a machine that is not quiet",
    )
    parser.add_argument(
        "--baseline",
        type=Path,
        metavar="FOLDER",
        help=f"a checkout of an earlier build to compare with, by one or more of: {', '.join(AGAINST)}; default: all",
    )
    given = parser.parse_args()
    if given.baseline is not None or set(given.names) & set(AGAINST):
        names = given.names or AGAINST
        if given.baseline is None or not set(names) <= set(AGAINST):
            parser.error(f"--baseline FOLDER goes with {', '.join(AGAINST)}, and they with it")
        if given.write and set(names) != set(AGAINST):
            parser.error("the README's table is of one run of all of them")
        whole_processes(given.baseline, names, write=given.write)
        return
    if given.processor_time:  # before torch is imported
        os.environ |= {PROCESSOR: "1", "OMP_NUM_THREADS": "1"}
    names = given.names or NAMES
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        parser.error(f"no benchmark is called {', '.join(unknown)}; there are: {', '.join(NAMES)}")
    if given.write and set(names) not in (set(NAMES), set(cohort.NAMES), set(ONE_MACHINE)):
        parser.error(
            f"the README's tables are of one run of all benchmarks, of {' '.join(cohort.NAMES)}, or of the rest"
        )
    outcomes: dict[str, Outcome | None] = {}
    for name in names:
        outcomes[name] = measured(name)
    found = [outcome for outcome in outcomes.values() if outcome is not None]
    print("\n" + "\n".join(verdict(outcome) for outcome in found))
    if given.write:
        machine = f"{report.machine()}{HOW if given.processor_time else ''}"
        rows = [row(name, outcome) for name, outcome in outcomes.items() if name in ONE_MACHINE]
        write_cohort({o.name: o for o in found if o.name in cohort.NAMES}, machine)
    if given.write and set(names) >= set(ONE_MACHINE):
        report.write("outcomes", f"{machine}\n\n{report.table((*SHORT, 'ours / reference', 'what'), rows)}")
        report.write("benchmarks", f"{machine}\n\n{report.table(SHORT, [r[: len(SHORT)] for r in rows])}", PROJECT)
    if len(found) < len(outcomes):
        raise SystemExit(1)


def write_cohort(outcomes: "dict[str, Outcome]", machine: str) -> None:
    """Write the table of a cluster's benchmarks, and what follows from it, if all four were measured."""
    if len(outcomes) == len(cohort.NAMES):
        rows = [row(name, outcomes[name]) for name in cohort.NAMES]
        report.write("cluster", f"{machine}\n\n{report.table((*SHORT, 'ours / reference', 'what'), rows)}")
        report.write("cluster", f"{machine}\n\n{cohort.sentences(outcomes)}", cohort.DOCUMENT)


def whole_processes(baseline: Path, names: Sequence[str], *, write: bool) -> None:
    """Measure whole processes against an earlier build, and put the table into this folder's README if asked."""
    outcomes: list[Outcome] = []
    for name in names:
        found = importlib.import_module(f"tests.benchmarks.{name}").run_all(baseline)
        print("\n".join(outcome.line() for outcome in found), flush=True)
        outcomes += found
    print("\n" + "\n".join(verdict(outcome) for outcome in outcomes))
    if write:
        rows = [row(outcome.name, outcome) for outcome in outcomes]
        picture = "![From the start of the process to the badge, before and after](cold_badge.svg)"
        table = report.table((*SHORT, "ours / reference", "what"), rows)
        report.write("cold", f"{report.machine()}\n\n{table}\n\n{picture}")


def measured(name: str) -> "Outcome | None":
    """Run a benchmark and print its line; one that breaks is told and does not cost the others their figures."""
    try:
        outcome = importlib.import_module(f"tests.benchmarks.{name}").run()
    except Exception:  # noqa: BLE001 - whatever it is
        traceback.print_exc()
        return None
    print(outcome.line(), flush=True)
    return outcome


def row(name: str, o: "Outcome | None") -> tuple[str, ...]:
    """Return a benchmark's row of the table."""
    if o is None:
        return (f"`{name}`", "not measured", "", "", "", "")
    return (f"`{name}`", shown(o.ratio, o), goal(o), "yes" if o.holds else "**no**", times(o), o.what)


def verdict(outcome: "Outcome") -> str:
    """Return an outcome as one line for people."""
    holds = "holds" if outcome.holds else "DOES NOT HOLD"
    return f"{outcome.name:13} {shown(outcome.ratio, outcome):>9}  goal {goal(outcome):9}  {holds}"


def shown(value: float, outcome: "Outcome") -> str:
    """Return a ratio, or a time where there is no reference."""
    return f"{value:.3g}" if outcome.reference is not None else f"{value:.1f} {outcome.unit}"


def goal(outcome: "Outcome") -> str:
    """Return the goal and on which side of it one has to be."""
    return f"{'>=' if outcome.name in AT_LEAST else '<='} {shown(outcome.goal, outcome)}"


def times(outcome: "Outcome") -> str:
    """Return both sides' medians."""
    reference = "" if outcome.reference is None else f" / {outcome.reference:.3g}"
    return f"{outcome.ours:.3g}{reference} {outcome.unit}"


if __name__ == "__main__":
    main()
