"""Figures of several findings at once: each for itself, their mean, and "no finding", apart within each attribute."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from segx_viewer.domain.result import ClassInfo
from segx_viewer.evaluation.figures import within
from segx_viewer.evaluation.results import Classification, FindingFigures, Within, WithoutFinding
from segx_viewer.evaluation.rows import ImageRow
from segx_viewer.evaluation.statistics import Resampler, auroc, auroc_of_drawn, rounded


def classification(rows: Sequence[ImageRow], classes: Sequence[ClassInfo], resampler: Resampler) -> Classification:
    """Return the mean AUROC, that of "no finding", and per finding AUROC, sensitivity, specificity and precision.

    "No finding" is told by the probability that none of them is there (`Prediction.none_of_them`). A finding that no
    image holds, or every one, does not count in the mean.
    """
    p = np.array([row.probabilities for row in rows], np.float64)
    truth = np.array([[c.code in row.truth for c in classes] for row in rows])
    cut_offs = np.array([c.threshold for c in classes])
    none_of_them = np.prod(1 - p, axis=1)
    stated: NDArray[np.bool_] = np.asarray(p > cut_offs)
    clear: NDArray[np.bool_] = ~np.asarray(truth.any(1))
    everything = np.ones(len(rows), bool)

    def apart(chosen: NDArray[np.bool_], inner: Resampler) -> Within:
        own, labels, none, empty = p[chosen], truth[chosen], none_of_them[chosen], clear[chosen]
        return Within(
            int(chosen.sum()),
            mean_auroc=inner.estimate(lambda i: mean_auroc(own[i], labels[i])).rounded(),
            auroc_no_finding=inner.estimate(lambda i: auroc(none[i], empty[i])).rounded(),
        )

    together = apart(everything, resampler)
    return Classification(
        n=len(rows),
        mean_auroc=together.mean_auroc,
        auroc_no_finding=together.auroc_no_finding,
        without_finding=WithoutFinding(int(clear.sum()), _share(np.asarray(~stated[clear].any(1)))),
        per_class={
            c.code: FindingFigures(
                c.label,
                n=int(truth[:, k].sum()),
                cut_off=c.threshold,
                auroc=resampler.estimate(partial(auroc_of_drawn, p[:, k], truth[:, k])).rounded(),
                recall=_share(stated[truth[:, k], k]),
                specificity=_share(~stated[~truth[:, k], k]),
                precision=_share(truth[stated[:, k], k]),
            )
            for k, c in enumerate(classes)
        },
        within=within(rows, apart),
    )


def mean_auroc(probabilities: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """Return the mean AUROC of the findings that some images hold and some do not."""
    areas = [auroc(probabilities[:, k], truth[:, k]) for k in range(truth.shape[1])]
    defined = [area for area in areas if np.isfinite(area)]
    return float(np.mean(defined)) if defined else float("nan")


def _share(hits: NDArray[np.bool_]) -> float | None:
    return rounded(float(hits.mean())) if len(hits) else None
