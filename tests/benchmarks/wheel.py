"""100 notches of the wheel at 20 a second in a CT of 2,000 slices: how many slices are shown."""

from tests.benchmarks.harness import Outcome, on_screen

GOAL = 1.0
NOTCHES, PER_SECOND = 100, 20


def run() -> Outcome:
    """Each notch is a slice, painted before the next notch comes or after; none may be passed over."""
    found = on_screen("wheel", NOTCHES)
    ratio = found["shown"] / NOTCHES
    what = f"slices shown / notches of the wheel, {PER_SECOND} a second, 2,000 slices of 512 x 512; higher is better"
    return Outcome("wheel", ratio, GOAL, ratio >= GOAL, found["shown"], float(NOTCHES), "slices", 1, what)
