"""The whole analysis with the badge's calibrated probability, against the bare networks of the same bundle."""

from segx_viewer.bundles.store import BundleStore
from tests.benchmarks.harness import Outcome
from tests.benchmarks.pipeline import BUNDLE, measure

GOAL = 1.1


def run() -> Outcome:
    """Measure as `pipeline` does."""
    store = BundleStore()
    passes = store.get(BUNDLE).calibration["extra_passes"]
    return measure("badge", GOAL, f"the same with the calibrated badge, which takes {passes} more passes", store)
