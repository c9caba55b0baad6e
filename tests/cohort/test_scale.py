"""What the documentation says of ten million images follows from what was measured."""

from tests.benchmarks.cohort import sentences
from tests.benchmarks.harness import Outcome


def _said(speed: float, dispatch: float) -> str:
    finished = "a second start over 100,000 finished images / listing the folder"
    outcomes = (
        Outcome("cluster_overhead", 0.97, 0.95, True, speed, speed / 0.97, "images/s", 3, ""),
        Outcome("cluster_scale", 1.9, 1.8, True, speed, speed / 1.9, "images/s", 3, ""),
        Outcome("dispatch", dispatch, 0.5, True, dispatch, None, "ms", 1, ""),
        Outcome("resume", 2.0, 3.0, True, 3600.0, 1800.0, "ms", 5, finished),
    )
    return sentences({outcome.name: outcome for outcome in outcomes})


def test_machines_hours_and_the_first_limit_follow_from_the_figures():
    said = _said(speed=20.0, dispatch=0.5)
    assert "10 images a second and core" in said
    assert "278 core hours" in said  # 10 million / 10 / 3600
    assert "2,000 images a second" in said  # 1 / 0.5 ms
    assert "200 cores" in said
    assert "| 1 | 160 | 17.4 hours | the workers |" in said
    assert "| 100 | 2,000 | 1.4 hours | the scheduler (13 machines would do) |" in said
    assert "took 3.6 s, 2.0 times the listing (1.8 s)" in said
    assert "| 100 | 1,000 | 2.8 hours |" in _said(speed=20.0, dispatch=1.0)
    assert "| 100 | 1,600 | 1.7 hours | the workers |" in _said(speed=2.0, dispatch=0.5)
