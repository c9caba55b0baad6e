"""One step of the opacity slider or of the curtain, panels linked, against painting as many ready pictures."""

import statistics

from tests.benchmarks.harness import Outcome, on_screen

GOAL = 1.5
ROUNDS = 60


def run() -> Outcome:
    """Three panels for opacity, image and curtain side by side for the curtain; the worse of the two counts."""
    steps = on_screen("overlay", ROUNDS)
    medians = {name: (statistics.median(s["ours"]), statistics.median(s["reference"])) for name, s in steps.items()}
    ratios = {name: ours / reference for name, (ours, reference) in medians.items()}
    worst = max(ratios, key=lambda name: ratios[name])
    each = ", ".join(f"{name} {ratios[name]:.2f} ({steps[name]['panels']} panels)" for name in ratios)
    what = f"step of opacity or curtain in 1920 x 1080 / painting ready pictures; {each}"
    return Outcome("overlay", ratios[worst], GOAL, ratios[worst] <= GOAL, *medians[worst], "ms", ROUNDS, what)
