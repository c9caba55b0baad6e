"""From rows to the figures of the protocol: classification, interpretability, certainty, calibration, segmentation."""

from collections.abc import Callable, Sequence, Set

import numpy as np
from numpy.typing import NDArray

from segx_viewer.domain.result import ClassInfo, GateLevel, Level
from segx_viewer.evaluation.calibrate import expected_calibration_error
from segx_viewer.evaluation.collect import PERTURBATIONS, Row, answers
from segx_viewer.evaluation.faithful import MEASURES
from segx_viewer.evaluation.statistics import (
    Figures,
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

# Scores of certainty, by their names in a row's evidence, with the sign that makes higher more certain.
BASELINES = {"max-softmax": ("max_softmax", 1), "entropy": ("entropy", -1), "energy": ("energy", 1),
             "test-time views": ("views_mean", 1)}  # fmt: skip

MOST_VALUES = 8
"""Of an attribute by which figures are told apart."""

CALIBRATION_FIGURES = {
    "ece": "ECE of the badge's probability",
    "ece_by_chance": "ECE that exact probabilities would have by chance",
    "too_sure": "badge's mean probability minus the share of correct predictions",
}
"""The calibration's figures by their keys, in words."""


def classification(
    rows: Sequence[Row], classes: Sequence[ClassInfo], resampler: Resampler, healthy: str = ""
) -> Figures:
    """Return accuracy, balanced accuracy, macro AUROC and, per class, recall, precision and AUROC.

    With the code of the class that means "nothing found", also how well the others are told from it.
    """
    codes = [c.code for c in classes]
    truth = np.array([codes.index(row["truth"][0]) for row in rows])
    p = np.array([row["probabilities"] for row in rows])
    predicted = p.argmax(1)
    found: Figures = {
        "n": len(rows),
        "accuracy": resampler.mean((predicted == truth).astype(float)).to_dict(),
        "balanced_accuracy": resampler.estimate(lambda i: balanced_accuracy(predicted[i], truth[i])).to_dict(),
        "macro_auroc": resampler.estimate(lambda i: macro_auroc(p[i], truth[i])).to_dict(),
        "per_class": {
            c.code: {
                "label": c.label,
                "n": int((truth == k).sum()),
                "recall": _share(predicted[truth == k] == k),
                "precision": _share(truth[predicted == k] == k),
                "auroc": rounded(auroc(p[:, k], truth == k)),
            }
            for k, c in enumerate(classes)
        },
        "confusion": [
            [int(((truth == a) & (predicted == b)).sum()) for b in range(len(codes))] for a in range(len(codes))
        ],
    }
    found["within"] = within(rows, lambda chosen, inner: {
        "accuracy": inner.mean((predicted == truth)[chosen].astype(float)).to_dict(),
        "recall": {c.code: _share(predicted[chosen & (truth == k)] == k) for k, c in enumerate(classes)},
    })  # fmt: skip
    if healthy:
        k = codes.index(healthy)
        figure = resampler.estimate(lambda i: auroc(1 - p[i, k], truth[i] != k))
        found["auroc_normal_against_rest"] = figure.to_dict()
    return found


def within(rows: Sequence[Row], figures: Callable[[NDArray[np.bool_], Resampler], Figures]) -> dict[str, Figures]:
    """Return figures apart for each value of each attribute that has few, such as the view or the source."""
    found: dict[str, Figures] = {}
    for name in rows[0].get("attributes", {}):
        values = np.array([row["attributes"].get(name, "") for row in rows])
        if 1 < len(set(values)) <= MOST_VALUES:
            for value in sorted(set(values)):
                chosen = values == value
                inner = Resampler(np.array([row["group"] for row in rows])[chosen])
                found.setdefault(name, {})[value] = {"n": int(chosen.sum()), **figures(chosen, inner)}
    return found


def interpretability(rows: Sequence[Row], classes: Sequence[ClassInfo], resampler: Resampler) -> Figures:
    """Compare A and X against the reference mask: mean IoU and AUITC, per method and true class.

    Maps are of the predicted class, as the reader sees them; classes are the true ones. Images where one of the two
    is undefined (no reference mask, empty region, flat map) are left out of both and counted.
    """
    truth = np.array([row["truth"][0] if row["truth"] else "" for row in rows])
    found: Figures = {}
    for method in rows[0]["methods"]:
        entries = [row["methods"][method] for row in rows]
        table: Figures = {"undefined": int(sum(_undefined(e) for e in entries)),
                                 "without_reference": int(sum("iou_original" not in e for e in entries))}  # fmt: skip
        for measure in ("iou", "auitc"):
            original, segx = (_column(entries, f"{measure}_{name}") for name in ("original", "segx"))
            both = np.isfinite(original) & np.isfinite(segx)
            table[measure] = _pair(original, segx, both, resampler)
            table[measure]["per_class"] = {
                c.code: _pair(original, segx, both & (truth == c.code), resampler)
                for c in classes
                if (both & (truth == c.code)).any()
            }
        if method == "gradcam":
            table["auitc_segx_with_spoilt_region"] = {
                name: resampler.mean(_column(entries, f"auitc_segx_{name}")).to_dict() for name in PERTURBATIONS
            }
        table["curves"] = {name: _mean_curve(entries, f"curve_{name}") for name in ("original", "segx")}
        found[method] = table
    return found


def certainty(rows: Sequence[Row], method: str, resampler: Resampler) -> Figures:
    """Compare what tells right from wrong: SegU raw, the classifier's own scores, the calibrated probability.

    Of several findings, those that are stated: the badge speaks of no others.
    """
    spoken = answers(rows, method)
    if spoken and len(spoken) != len(rows):
        resampler = Resampler(np.array([row["group"] for row in spoken]))
    rows = spoken or rows
    correct = np.array([row["correct"] for row in rows])
    segu = [row["methods"][method]["segu"] for row in rows]
    scores = {
        "SegU cIoU": _column(segu, "iou"),
        "SegU cAUITC": _column(segu, "auitc"),
        **{name: sign * _column([row["evidence"] for row in rows], key) for name, (key, sign) in BASELINES.items()},
        "calibrated SegU": _column(rows, "probability_correct"),
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

        table["calibrated SegU"]["auroc_above_max_softmax"] = resampler.estimate(
            difference, over=int(both.sum())
        ).to_dict()
    return table


def calibration(rows: Sequence[Row], resampler: Resampler) -> Figures:
    """Return ECE and Brier score of the badge's probability, the accuracy of each level, and the reliability curve.

    Beside the ECE, what exact probabilities would have by chance on these images, and by how much the stated ones are
    too high on the mean.
    """
    spoken = answers(rows, "")
    judged = [
        row for row in spoken
        if row["probability_correct"] is not None and row["gate"] == GateLevel.ACCEPTED.value
    ]  # fmt: skip
    if not judged:
        return {}
    p = np.array([row["probability_correct"] for row in judged])
    correct = np.array([row["correct"] for row in judged])
    softmax = np.array([row.get("probability", max(row["probabilities"])) for row in judged])
    inner = Resampler(np.array([row["group"] for row in judged]))
    levels = np.array([row["level"] for row in judged])
    edges = np.linspace(0, 1, 11)
    place = np.clip(np.digitize(p, edges) - 1, 0, 9)
    return {
        "n": len(judged),
        "abstained": len(spoken) - len(judged),
        "bins": "ECE: 15 bins of equal width; reliability: 10",
        "ece": inner.estimate(lambda i: expected_calibration_error(p[i], correct[i])).to_dict(),
        "ece_by_chance": by_chance(expected_calibration_error, p).to_dict(),
        "too_sure": inner.mean(p - correct).to_dict(),
        "ece_max_softmax": inner.estimate(lambda i: expected_calibration_error(softmax[i], correct[i])).to_dict(),
        "brier": inner.estimate(lambda i: brier(p[i], correct[i])).to_dict(),
        "levels": {
            level.value: inner.mean(correct.astype(float), levels == level.value).to_dict()
            for level in (Level.HIGH, Level.MODERATE, Level.LOW)
            if (levels == level.value).any()
        },
        "within": within(judged, lambda chosen, inner: {
            level.value: inner.mean(correct[chosen].astype(float), levels[chosen] == level.value).to_dict()
            for level in (Level.HIGH, Level.MODERATE, Level.LOW)
            if (levels[chosen] == level.value).any()
        }),
        "reliability": [
            {"from": round(float(edges[b]), 1), "n": int((place == b).sum()),
             "stated": round(float(p[place == b].mean()), 4), "correct": round(float(correct[place == b].mean()), 4)}
            for b in range(10) if (place == b).any()
        ],
    }  # fmt: skip


def segmentation(rows: Sequence[Row], empty: Set[str] = frozenset()) -> Figures:
    """Return mean Dice and IoU per data set.

    Where the references of some images are empty, such as of a picture without a lesion, those apart: the Dice of an
    image says 0 or 1 then, and the mean of all hides both.

    Parameters
    ----------
    empty : set of str
        Ids of the images whose reference is empty.
    """
    found = {}
    for dataset in sorted({row["dataset"] for row in rows}):
        chosen = [row for row in rows if row["dataset"] == dataset]
        resampler = Resampler(np.array([row["group"] for row in chosen]))
        found[dataset] = {key: resampler.mean(_column(chosen, key)).to_dict() for key in ("dice", "iou")}
        without = np.array([row["image_id"] in empty for row in chosen])
        if without.any():
            found[dataset]["dice_with_region"] = resampler.mean(_column(chosen, "dice"), ~without).to_dict()
            found[dataset]["left_empty"] = resampler.mean(_column(chosen, "dice"), without).to_dict()
    return found


def faithfulness(rows: Sequence[Row]) -> Figures:
    """Return the mean of each measure per method, and how far A and X are from the same shape elsewhere."""
    if not rows:
        return {}
    resampler = Resampler(np.array([row["group"] for row in rows]))
    found: Figures = {"n": len(rows)}
    for method in rows[0]["methods"]:
        values = {name: _column([row["methods"][method] for row in rows], name) for name in MEASURES}
        for name in ("original", "segx"):
            values[f"deletion_gain_{name}"] = values["deletion_moved"] - values[f"deletion_{name}"]
            values[f"insertion_gain_{name}"] = values[f"insertion_{name}"] - values["insertion_moved"]
        found[method] = {name: resampler.mean(value).to_dict() for name, value in values.items()}
    return found


def gate(rows: Sequence[Row], resampler: Resampler) -> Figures:
    """Return the share of in-domain images that each verdict concerns."""
    shares = {
        level.name.lower(): resampler.mean(np.array([float(row["gate"] == level.value) for row in rows])).to_dict()
        for level in GateLevel
    }
    found: Figures = {"n": len(rows), **shares}
    truths = sorted({code for row in rows for code in row["truth"]})
    # What is turned away must not be what matters most.
    found["accepted_per_class"] = {
        code: _share(np.array([row["gate"] == GateLevel.ACCEPTED.value for row in rows if code in row["truth"]]))
        for code in truths
    }
    return found


def _certainty_of(score: NDArray[np.float64], correct: NDArray[np.bool_], resampler: Resampler) -> Figures:
    finite = np.isfinite(score)

    def figure(index: NDArray[np.int64]) -> float:
        return auroc(score[index], correct[index])

    return {
        **compare(score, correct),
        "auroc": resampler.estimate(figure, over=int(finite.sum())).to_dict(),
        "aurc": rounded(aurc(score[finite], correct[finite])),
    }


def _pair(
    original: NDArray[np.float64], segx: NDArray[np.float64], where: NDArray[np.bool_], resampler: Resampler
) -> Figures:
    return {
        "original": resampler.mean(original, where).to_dict(),
        "segx": resampler.mean(segx, where).to_dict(),
        "difference": resampler.mean(segx - original, where).to_dict(),
    }


def _column(entries: Sequence[Figures], key: str) -> NDArray[np.float64]:
    values = (entry.get(key) for entry in entries)
    return np.array([np.nan if v is None else v for v in values], np.float64)


def _mean_curve(entries: Sequence[Figures], key: str) -> list[float]:
    curves = [entry[key] for entry in entries if entry.get(key) is not None]
    return [round(float(v), 4) for v in np.mean(curves, axis=0)] if curves else []


def _undefined(entry: Figures) -> bool:
    return "iou_original" in entry and (entry["iou_original"] is None or entry["iou_segx"] is None)


def _share(hits: NDArray[np.bool_]) -> float | None:
    return round(float(hits.mean()), 4) if len(hits) else None
