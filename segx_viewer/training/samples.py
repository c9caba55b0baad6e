"""Images as they are held while networks learn, and what is weighed or corrected in their labels."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit

from segx_viewer.bundles.manifest import Preprocessing
from segx_viewer.training.datasets import Record
from segx_viewer.training.marks import paint_out


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Decoded images held in memory, at the resolution training needs.

    Attributes
    ----------
    pictures : list of (H, W, 3) uint8
    masks : list of (H', W') uint8 0/255, or None
    targets : ndarray (N, K) float32
        One-hot or multi-hot; rows of zeros where there is no label.
    weights : ndarray (N, K) float32
        Of each image's loss for each finding.
    taught : ndarray (N, K) float32
        Another network's probabilities; NaN where there are none.
    clean : list of (H, W, 3) uint8, or None
        The picture with its marks painted out, where it has some.
    """

    pictures: list[NDArray[np.uint8]]
    masks: list[NDArray[np.uint8] | None]
    targets: NDArray[np.float32]
    weights: NDArray[np.float32] | None = None
    taught: NDArray[np.float32] | None = None
    clean: list[NDArray[np.uint8] | None] | None = None

    @classmethod
    def load(
        cls,
        records: Sequence[Record],
        codes: Sequence[str],
        preprocessing: Preprocessing,
        balance: Sequence[str] = (),
    ) -> "Samples":
        """Decode images and masks, reduced to what the input can show; `balance` names attributes (see `Recipe`)."""
        longest = preprocessing.detail or 2 * max(preprocessing.input_shape)
        pictures, masks = [], []
        for record in records:
            pictures.append(_reduce(record.read_image(), longest))
            mask = record.read_mask()
            masks.append(None if mask is None else _reduce(mask.astype(np.uint8) * 255, longest))
        targets = np.array([[float(c in r.codes) for c in codes] for r in records], np.float32)
        targets = targets.reshape(len(records), len(codes))
        cells = [tuple(r.attributes.get(name, "") for name in balance) for r in records]
        return cls(
            pictures,
            masks,
            targets,
            reweighed(targets, cells) if balance else None,
            priors_moved(np.array([[r.taught.get(c, np.nan) for c in codes] for r in records], np.float32), targets)
            if any(r.taught for r in records)
            else None,
            [paint_out(p) if r.marked else None for p, r in zip(pictures, records, strict=True)],
        )

    def __len__(self) -> int:
        return len(self.pictures)


def reweighed(targets: NDArray[np.float32], cells: Sequence[tuple[str, ...]]) -> NDArray[np.float32]:
    """Return weights (N, K) under which each finding is as frequent in every cell of attributes (Kamiran 2012).

    Between a quarter and four: a single film must not decide for its cell.
    """
    names = sorted(set(cells))
    inside = np.array([[cell == name for name in names] for cell in cells], np.float64)  # (N, cells)
    weights = np.ones(targets.shape, np.float64)
    for value in (0.0, 1.0):
        has = (targets == value).astype(np.float64)  # (N, K)
        expected = inside.sum(0)[:, None] * has.sum(0) / len(targets)
        ratio = expected / np.maximum(inside.T @ has, 1)
        weights = np.where(has > 0, inside @ ratio, weights)
    return np.clip(weights, 0.25, 4).astype(np.float32)


def priors_moved(probabilities: NDArray[np.float32], targets: NDArray[np.float32]) -> NDArray[np.float32]:
    """Shift a teacher's log odds, per finding, until their mean probability is the share of its images that have it.

    A teacher that learned where findings are rarer is right about the order, not about the odds.
    """
    moved = probabilities.copy()
    for k in range(targets.shape[1]):
        there = np.isfinite(probabilities[:, k])
        if not there.any():
            continue
        z = logit(np.clip(probabilities[there, k].astype(np.float64), 1e-4, 1 - 1e-4))
        share = np.clip(targets[there, k].mean(), 0.5 / there.sum(), 1 - 0.5 / there.sum())
        moved[there, k] = expit(z + brentq(lambda shift, z=z, share=share: expit(z + shift).mean() - share, -30, 30))
    return moved


def _reduce(array: NDArray[np.uint8], longest: int) -> NDArray[np.uint8]:
    factor = longest / max(array.shape[:2])
    if factor >= 1:
        return array
    size = round(array.shape[1] * factor), round(array.shape[0] * factor)
    return np.asarray(cv2.resize(array, size, interpolation=cv2.INTER_AREA), np.uint8)
