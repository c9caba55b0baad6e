"""Whether a scanner's or a month's figures lie elsewhere than those that a model was calibrated on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import stats

from segx_viewer.domain.result import GateLevel
from segx_viewer.domain.tables import as_float, as_floats, as_int, as_table, as_texts

_FEWEST = 5  # values in a group, below which nothing is said
_SURE = 1e-6
_ACCEPTED = (None, GateLevel.ACCEPTED.value)
_CALIBRATION, _OTHERS = "calibration set", "other images of the run"


@dataclass(frozen=True, slots=True)
class Drift:
    """One figure of one group of images against its reference.

    Attributes
    ----------
    model, by, group, figure : str
        ``by`` is "all", "scanner" or "month".
    images : int
    mean, reference : float
    size : float
        Difference of the means in standard deviations of the reference (Glass's delta).
    p : float
        Of Welch's t-test against the calibration set, or the other images; Student's one-sample test against the
        calibration's mean where the bundle does not say of how many images.
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


@dataclass(frozen=True, slots=True)
class Reference:
    """A figure of the images that a model was calibrated on: mean, standard deviation, their number (0: not known)."""

    mean: float
    deviation: float
    images: int = 0


FIGURES = {"score": "max_softmax", "SegU": "auitc", "gate distance": "gate_distance"}
"""What is compared, and what `calibrate` calls it."""


def references(calibration: Mapping[str, object]) -> dict[str, Reference]:
    """Return the references in a manifest's ``[calibration]`` table.

    ``reference`` there holds all three. Bundles calibrated before it was written have the means and deviations of
    those that are among the calibration's features.
    """
    stated = as_table(calibration.get("reference", {}))
    usual = {}
    names, means, scales = (calibration.get(key, ()) for key in ("features", "mean", "scale"))
    known = dict(zip(as_texts(names), zip(as_floats(means), as_floats(scales), strict=True), strict=True))
    for figure, feature in FIGURES.items():
        if feature in stated:
            one = as_table(stated[feature])
            usual[figure] = Reference(as_float(one["mean"]), as_float(one["deviation"]), as_int(one["images"]))
        elif feature in known:
            usual[figure] = Reference(*known[feature])
    return {figure: one for figure, one in usual.items() if one.deviation > _SURE}


def drifts(rows: Iterable[Mapping[str, object]], calibrated: Mapping[str, Mapping[str, Reference]]) -> list[Drift]:
    """Return the drift of score, SegU and gate distance: of each model's images, and by scanner and month.

    Parameters
    ----------
    rows : iterable of mapping
        Of the run's table. Images that the gate accepted count, as in the calibration.
    calibrated : mapping
        Of each model that is installed, what `references` found. A figure without a reference is compared with the
        run's other images.
    """
    found = []
    values = [row for row in rows if row.get("model") and row.get("status") == "done" and row.get("gate") in _ACCEPTED]
    for model in sorted({str(row["model"]) for row in values}):
        of_model = [row for row in values if row["model"] == model]
        groups = [("all", "images")]
        groups += [
            (by, name) for by in ("scanner", "month") for name in sorted({_group(r, by) for r in of_model} - {""})
        ]
        for by, group in groups:
            inside = [row for row in of_model if by == "all" or _group(row, by) == group]
            outside = [row for row in of_model if by != "all" and _group(row, by) != group]
            for figure in FIGURES:
                reference = calibrated.get(model, {}).get(figure)
                one = _drift(_values(inside, figure), _values(outside, figure), reference)
                if one is not None:
                    found.append(Drift(model, by, group, figure, *one))
    return found


def _group(row: Mapping[str, object], by: str) -> str:
    return str(row.get(by) or "")


def _values(rows: list[Mapping[str, object]], figure: str) -> np.ndarray:
    name = {"score": "probability", "SegU": "c_auitc", "gate distance": "gate_distance"}[figure]
    numbers = np.array([row[name] for row in rows if row.get(name) is not None], np.float64)
    if figure == "score":  # log-odds, as the calibration has it
        numbers = np.clip(numbers, _SURE, 1 - _SURE)
        numbers = np.log(numbers / (1 - numbers))
    return numbers


def _drift(
    inside: np.ndarray, outside: np.ndarray, reference: Reference | None
) -> tuple[int, float, float, float, float, str] | None:
    if len(inside) < _FEWEST or np.ptp(inside) < _SURE:  # all alike: no test says anything
        return None
    mean, deviation = float(inside.mean()), float(inside.std(ddof=1))
    if reference is None:
        if len(outside) < _FEWEST or np.ptp(outside) < _SURE:
            return None
        reference, against = Reference(float(outside.mean()), float(outside.std(ddof=1)), len(outside)), _OTHERS
    else:
        against = _CALIBRATION
    if reference.images > 1:
        theirs = reference.mean, reference.deviation, reference.images
        p = float(stats.ttest_ind_from_stats(mean, deviation, len(inside), *theirs, equal_var=False).pvalue)
    else:
        p = float(stats.ttest_1samp(inside, reference.mean).pvalue)
    return len(inside), mean, reference.mean, (mean - reference.mean) / reference.deviation, p, against
