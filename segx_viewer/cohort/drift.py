"""Whether a scanner's or a month's figures lie elsewhere than those that a model was calibrated on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import stats

from segx_viewer.explain.calibration import Calibration

_FEWEST = 5  # values in a group, below which nothing is said
_SURE = 1e-6


@dataclass(frozen=True, slots=True)
class Drift:
    """One figure of one group of images against its reference.

    Attributes
    ----------
    model, by, group, figure : str
        ``by`` is "scanner" or "month".
    images : int
    mean, reference : float
    size : float
        Difference of the means in standard deviations of the reference (Glass's delta).
    p : float
        Of Student's one-sample t-test against the calibration set's mean, or of Welch's test against the other images.
    against : str
        "calibration set" or "other images of the run".
    """

    model: str
    by: str
    group: str
    figure: str
    images: int
    mean: float
    reference: float
    size: float
    p: float
    against: str


def drifts(rows: Iterable[Mapping[str, object]], calibrations: Mapping[str, Calibration | None]) -> list[Drift]:
    """Return the drift of score, SegU and gate distance for each model, scanner and month.

    Parameters
    ----------
    rows : iterable of mapping
        Of the run's table.
    calibrations : mapping
        Of each model that is installed; the log-odds of its score ("max_softmax") and cAUITC ("auitc") have their
        means and deviations there. The gate distance has not, and is compared with the run's other images.
    """
    found = []
    values = [row for row in rows if row.get("model") and row.get("status") == "done"]
    for model in sorted({str(row["model"]) for row in values}):
        of_model = [row for row in values if row["model"] == model]
        for by in ("scanner", "month"):
            for group in sorted({str(row.get(by) or "") for row in of_model} - {""}):
                inside = [row for row in of_model if row.get(by) == group]
                outside = [row for row in of_model if row.get(by) != group]
                for figure in ("score", "SegU", "gate distance"):
                    one = _drift(figure, _values(inside, figure), _values(outside, figure), calibrations.get(model))
                    if one is not None:
                        found.append(Drift(model, by, group, figure, *one))
    return found


def _values(rows: list[Mapping[str, object]], figure: str) -> np.ndarray:
    name = {"score": "probability", "SegU": "c_auitc", "gate distance": "gate_distance"}[figure]
    numbers = np.array([row[name] for row in rows if row.get(name) is not None], np.float64)
    if figure == "score":  # log-odds, as the calibration has it
        numbers = np.clip(numbers, _SURE, 1 - _SURE)
        numbers = np.log(numbers / (1 - numbers))
    return numbers


def _drift(
    figure: str, inside: np.ndarray, outside: np.ndarray, calibration: Calibration | None
) -> tuple[int, float, float, float, float, str] | None:
    if len(inside) < _FEWEST or np.ptp(inside) < _SURE:  # all alike: no test says anything
        return None
    feature = {"score": "max_softmax", "SegU": "auitc"}.get(figure)
    if calibration is not None and feature in calibration.features:
        at = calibration.features.index(feature)
        mean, deviation = calibration.mean[at], calibration.scale[at]
        p = (
            float(stats.ttest_1samp(inside, mean).pvalue)
            if np.ptp(inside) > _SURE
            else float(abs(inside[0] - mean) < _SURE)
        )
        against = "calibration set"
    elif len(outside) >= _FEWEST and np.ptp(outside) > _SURE:
        mean, deviation = float(outside.mean()), float(outside.std(ddof=1))
        p, against = float(stats.ttest_ind(inside, outside, equal_var=False).pvalue), "other images of the run"
    else:
        return None
    return len(inside), float(inside.mean()), mean, (float(inside.mean()) - mean) / deviation, p, against
