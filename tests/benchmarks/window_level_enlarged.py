"""The same step as `window_level`, the picture enlarged until it fills the view."""

from tests.benchmarks.harness import Outcome
from tests.benchmarks.window_level import GOAL_ENLARGED, outcome


def run() -> Outcome:
    """The middle of the radiograph, with more screen pixels than image pixels shown."""
    what = "the picture enlarged to fill 1920 x 1080"
    return outcome("window_level_enlarged", "filling the view", GOAL_ENLARGED, what)
