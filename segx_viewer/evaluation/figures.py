"""From rows to the figures of the protocol: classification, interpretability, certainty, calibration, segmentation."""

from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from segx_viewer.domain.result import ClassInfo, GateLevel, Level
from segx_viewer.evaluation.calibrate import expected_calibration_error
from segx_viewer.evaluation.collect import PERTURBATIONS
from segx_viewer.evaluation.faithful import MEASURES
from segx_viewer.evaluation.results import (
    CalibrationFigures,
    ClassFigures,
    Classification,
    Faithfulness,
    InDomain,
    Interval,
    LevelsWithin,
    MapFigures,
    Pair,
    PairPerClass,
    RegionFigures,
    ReliabilityBin,
    ScoreFigures,
    Within,
)
from segx_viewer.evaluation.rows import (
    Answer,
    ExplainedRow,
    FaithfulnessRow,
    ImageRow,
    Measures,
    SegmentationRow,
    answers,
    of_image,
)
from segx_viewer.evaluation.statistics import (
    Resampler,
    aurc,
    auroc,
    balanced_accuracy,
    brier,
    by_chance,
    compare,
    macro_auroc,
    rounded,
)

T = TypeVar("T")
# Scores of certainty, by their names in a row's evidence, with the sign that makes higher more certain.
BASELINES = {"max-softmax": ("max_softmax", 1), "entropy": ("entropy", -1), "energy": ("energy", 1),
             "test-time views": ("views_mean", 1)}  # fmt: skip

MOST_VALUES = 8
"""Of an attribute by which figures are told apart."""


def classification(
    rows: Sequence[ImageRow], classes: Sequence[ClassInfo], resampler: Resampler, healthy: str = ""
) -> Classification:
    """Return accuracy, balanced accuracy, macro AUROC and, per class, recall, precision and AUROC.

    With the code of the class that means "nothing found", also how well the others are told from it.
    """
    codes = [c.code for c in classes]
    truth = np.array([codes.index(row.truth[0]) for row in rows])
    p = np.array([row.probabilities for row in rows])
    predicted = p.argmax(1)

    def apart(chosen: NDArray[np.bool_], inner: Resampler) -> Within:
        return Within(
            int(chosen.sum()),
            accuracy=inner.mean((predicted == truth)[chosen].astype(float)).rounded(),
            recall={c.code: _share(predicted[chosen & (truth == k)] == k) for k, c in enumerate(classes)},
        )

    return Classification(
        n=len(rows),
        accuracy=resampler.mean((predicted == truth).astype(float)).rounded(),
        balanced_accuracy=resampler.estimate(lambda i: balanced_accuracy(predicted[i], truth[i])).rounded(),
        macro_auroc=resampler.estimate(lambda i: macro_auroc(p[i], truth[i])).rounded(),
        per_class={
            c.code: ClassFigures(
                c.label,
                n=int((truth == k).sum()),
                recall=_share(predicted[truth == k] == k),
                precision=_share(truth[predicted == k] == k),
                auroc=rounded(auroc(p[:, k], truth == k)),
            )
            for k, c in enumerate(classes)
        },
        confusion=tuple(
            tuple(int(((truth == a) & (predicted == b)).sum()) for b in range(len(codes))) for a in range(len(codes))
        ),
        within=within(rows, apart),
        auroc_normal_against_rest=_against_rest(p, truth, codes.index(healthy), resampler) if healthy else None,
    )


def _against_rest(p: NDArray[np.float64], truth: NDArray[np.int64], k: int, resampler: Resampler) -> Interval:
    return resampler.estimate(lambda i: auroc(1 - p[i, k], truth[i] != k)).rounded()


def within(
    rows: Sequence[ImageRow] | Sequence[Answer], figures: Callable[[NDArray[np.bool_], Resampler], T]
) -> dict[str, dict[str, T]]:
    """Return figures apart for each value of each attribute that has few, such as the view or the source."""
    apart: dict[str, dict[str, T]] = {}
    for name in rows[0].attributes:
        values = np.array([row.attributes.get(name, "") for row in rows])
        if 1 < len(set(values)) <= MOST_VALUES:
            for value in sorted(set(values)):
                chosen = values == value
                inner = Resampler(np.array([row.group for row in rows])[chosen])
                apart.setdefault(name, {})[str(value)] = figures(chosen, inner)
    return apart


def interpretability(
    rows: Sequence[ImageRow], classes: Sequence[ClassInfo], resampler: Resampler
) -> dict[str, MapFigures]:
    """Compare A and X against the reference mask: mean IoU and AUITC, per method and true class.

    Maps are of the predicted class, as the reader sees them; classes are the true ones. Images where one of the two
    is undefined (no reference mask, empty region, flat map) are left out of both and counted.
    """
    truth = np.array([row.truth[0] if row.truth else "" for row in rows])
    by_method: dict[str, MapFigures] = {}
    for method in rows[0].methods:
        entries = [row.methods[method] for row in rows]
        measured = [entry.measures for entry in entries]
        pairs = {}
        for measure in ("iou", "auitc"):
            original, segx = (_column(measured, f"{measure}_{name}") for name in ("original", "segx"))
            both = np.isfinite(original) & np.isfinite(segx)
            of_all = _pair(original, segx, both, resampler)
            per_class = {
                c.code: _pair(original, segx, both & (truth == c.code), resampler)
                for c in classes
                if (both & (truth == c.code)).any()
            }
            pairs[measure] = PairPerClass(of_all.original, of_all.segx, of_all.difference, per_class)
        spoilt = {name: resampler.mean(_column(measured, f"auitc_segx_{name}")).rounded() for name in PERTURBATIONS}
        by_method[method] = MapFigures(
            undefined=sum(_undefined(e) for e in entries),
            without_reference=sum("iou_original" not in measures for measures in measured),
            iou=pairs["iou"],
            auitc=pairs["auitc"],
            auitc_segx_with_spoilt_region=spoilt if method == "gradcam" else None,
            curves={
                "original": _mean_curve([e.curve_original for e in entries]),
                "segx": _mean_curve([e.curve_segx for e in entries]),
            },
        )
    return by_method


def certainty(rows: Sequence[ImageRow], method: str, resampler: Resampler) -> dict[str, ScoreFigures]:
    """Compare what tells right from wrong: SegU raw, the classifier's own scores, the calibrated probability.

    Of several findings, those that are stated: the badge speaks of no others.
    """
    spoken = answers(rows, method)
    if spoken and len(spoken) != len(rows):
        resampler = Resampler(np.array([answer.group for answer in spoken]))
    spoken = spoken or [of_image(row, method) for row in rows]
    correct = np.array([answer.correct for answer in spoken])
    segu = [answer.segu for answer in spoken]
    scores = {
        "SegU cIoU": _column(segu, "iou"),
        "SegU cAUITC": _column(segu, "auitc"),
        **{name: sign * _column([a.evidence for a in spoken], key) for name, (key, sign) in BASELINES.items()},
        "calibrated SegU": _numbers([answer.probability_correct for answer in spoken]),
    }
    table = {
        name: _certainty_of(score, correct, resampler) for name, score in scores.items() if np.isfinite(score).any()
    }
    best, base = scores["calibrated SegU"], scores["max-softmax"]
    if np.isfinite(best).any():
        both = np.isfinite(best) & np.isfinite(base)

        def difference(index: NDArray[np.int64]) -> float:
            index = index[both[index]]
            return auroc(best[index], correct[index]) - auroc(base[index], correct[index])

        above = resampler.estimate(difference, over=int(both.sum())).rounded()
        table["calibrated SegU"] = replace(table["calibrated SegU"], auroc_above_max_softmax=above)
    return table


def calibration(rows: Sequence[ImageRow]) -> CalibrationFigures | None:
    """Return ECE and Brier score of the badge's probability, the accuracy of each level, and the reliability curve.

    Beside the ECE, what exact probabilities would have by chance on these images, and by how much the stated ones are
    too high on the mean. None where no probability is stated.
    """
    spoken = answers(rows)
    judged = [a for a in spoken if a.probability_correct is not None and a.gate == GateLevel.ACCEPTED.value]
    if not judged:
        return None
    p = _numbers([answer.probability_correct for answer in judged])
    correct = np.array([answer.correct for answer in judged])
    softmax = np.array([answer.probability for answer in judged])
    inner = Resampler(np.array([answer.group for answer in judged]))
    levels = np.array([answer.level for answer in judged])

    def right(inner: Resampler, chosen: NDArray[np.bool_]) -> dict[str, Interval]:
        return {
            level.value: inner.mean(correct[chosen].astype(float), levels[chosen] == level.value).rounded()
            for level in (Level.HIGH, Level.MODERATE, Level.LOW)
            if (levels[chosen] == level.value).any()
        }

    edges = np.linspace(0, 1, 11)
    place = np.clip(np.digitize(p, edges) - 1, 0, 9)
    return CalibrationFigures(
        n=len(judged),
        abstained=len(spoken) - len(judged),
        bins="ECE: 15 bins of equal width; reliability: 10",
        ece=inner.estimate(lambda i: expected_calibration_error(p[i], correct[i])).rounded(),
        ece_by_chance=by_chance(expected_calibration_error, p).rounded(),
        too_sure=inner.mean(p - correct).rounded(),
        ece_max_softmax=inner.estimate(lambda i: expected_calibration_error(softmax[i], correct[i])).rounded(),
        brier=inner.estimate(lambda i: brier(p[i], correct[i])).rounded(),
        levels=right(inner, np.ones(len(judged), bool)),
        within=within(judged, lambda chosen, part: LevelsWithin(int(chosen.sum()), right(part, chosen))),
        reliability=tuple(
            ReliabilityBin(
                start=round(float(edges[b]), 1),
                n=int((place == b).sum()),
                stated=round(float(p[place == b].mean()), 4),
                correct=round(float(correct[place == b].mean()), 4),
            )
            for b in range(10)
            if (place == b).any()
        ),
    )


def segmentation(rows: Sequence[SegmentationRow], empty: Set[str] = frozenset()) -> dict[str, RegionFigures]:
    """Return mean Dice and IoU per data set.

    Where the references of some images are empty, such as of a picture without a lesion, those apart: the Dice of an
    image says 0 or 1 then, and the mean of all hides both.

    Parameters
    ----------
    empty : set of str
        Ids of the images whose reference is empty.
    """
    by_dataset = {}
    for dataset in sorted({row.dataset for row in rows}):
        chosen = [row for row in rows if row.dataset == dataset]
        resampler = Resampler(np.array([row.group for row in chosen]))
        dice, overlap = np.array([row.dice for row in chosen]), np.array([row.iou for row in chosen])
        without = np.array([row.image_id in empty for row in chosen])
        apart = bool(without.any())
        by_dataset[dataset] = RegionFigures(
            resampler.mean(dice).rounded(),
            resampler.mean(overlap).rounded(),
            dice_with_region=resampler.mean(dice, ~without).rounded() if apart else None,
            left_empty=resampler.mean(dice, without).rounded() if apart else None,
        )
    return by_dataset


def faithfulness(rows: Sequence[FaithfulnessRow]) -> Faithfulness | None:
    """Return the mean of each measure per method, and how far A and X are from the same shape elsewhere."""
    if not rows:
        return None
    resampler = Resampler(np.array([row.group for row in rows]))
    by_method = {}
    for method in rows[0].methods:
        values = {name: _column([row.methods[method] for row in rows], name) for name in MEASURES}
        for name in ("original", "segx"):
            values[f"deletion_gain_{name}"] = values["deletion_moved"] - values[f"deletion_{name}"]
            values[f"insertion_gain_{name}"] = values[f"insertion_{name}"] - values["insertion_moved"]
        by_method[method] = {name: resampler.mean(value).rounded() for name, value in values.items()}
    return Faithfulness(len(rows), by_method)


def gate(rows: Sequence[ImageRow], resampler: Resampler) -> InDomain:
    """Return the share of in-domain images that each verdict concerns."""

    def share(level: GateLevel) -> Interval:
        return resampler.mean(np.array([float(row.gate == level.value) for row in rows])).rounded()

    truths = sorted({code for row in rows for code in row.truth})
    return InDomain(
        n=len(rows),
        accepted=share(GateLevel.ACCEPTED),
        outside=share(GateLevel.OUTSIDE),
        refused=share(GateLevel.REFUSED),
        # What is turned away must not be what matters most.
        accepted_per_class={
            code: _share(np.array([row.gate == GateLevel.ACCEPTED.value for row in rows if code in row.truth]))
            for code in truths
        },
    )


def _certainty_of(score: NDArray[np.float64], correct: NDArray[np.bool_], resampler: Resampler) -> ScoreFigures:
    finite = np.isfinite(score)

    def figure(index: NDArray[np.int64]) -> float:
        return auroc(score[index], correct[index])

    means = compare(score, correct)
    return ScoreFigures(
        correct=means.get("correct"),
        incorrect=means.get("incorrect"),
        p=means.get("p"),
        auroc=resampler.estimate(figure, over=int(finite.sum())).rounded(),
        aurc=rounded(aurc(score[finite], correct[finite])),
    )


def _pair(
    original: NDArray[np.float64], segx: NDArray[np.float64], where: NDArray[np.bool_], resampler: Resampler
) -> Pair:
    """Return the means of both and of their difference, of those images where `where` is true."""
    return Pair(*(resampler.mean(values, where).rounded() for values in (original, segx, segx - original)))


def _column(entries: Sequence[Measures], key: str) -> NDArray[np.float64]:
    return _numbers([entry.get(key) for entry in entries])


def _numbers(values: Sequence[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if v is None else v for v in values], np.float64)


def _mean_curve(curves: Sequence[tuple[float, ...] | None]) -> tuple[float, ...]:
    known = [curve for curve in curves if curve is not None]
    return tuple(round(float(v), 4) for v in np.mean(known, axis=0)) if known else ()


def _undefined(entry: ExplainedRow) -> bool:
    measures = entry.measures
    return "iou_original" in measures and (measures["iou_original"] is None or measures["iou_segx"] is None)


def _share(hits: NDArray[np.bool_]) -> float | None:
    return round(float(hits.mean()), 4) if len(hits) else None
