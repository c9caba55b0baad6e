"""Masks of YOLO's instance segmentation (Ultralytics), from boxes, coefficients and prototypes in its own layout.

For one image, a program gives (4 + K + M, n) boxes with a score for each of K classes and M coefficients, and (M, h, w)
prototypes; one that sorts its boxes out itself gives (n, 6 + M): corners, score, class and coefficients. A mask is what
prototypes times coefficients gives above 0 within its box. Here, all masks of a class become one channel.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from segx_viewer.errors import ModelError

_SURE = 0.25
"""Score below which a box counts for nothing (Ultralytics' own, for predictions)."""
_OVERLAP = 0.7
"""Intersection over union above which the less sure of two boxes of a class is the same thing (likewise)."""
_MOST = 300
_NOWHERE = -20.0
"""Logit of what lies in no box."""
_SORTED = 6
_BOX = 4


def masks_of(outputs: Sequence[Tensor], classes: int, shape: tuple[int, int]) -> Tensor:
    """Return logits (N, K, h, w) of what lies in a mask of each class.

    Parameters
    ----------
    outputs : sequence of Tensor
        All that the program gives: one with three axes, the boxes, and one with four, the prototypes.
    classes : int
        K.
    shape : tuple of int
        (h, w) of the program's input, in whose pixels its boxes are.

    Raises
    ------
    ModelError
        If the outputs have another layout.
    """
    boxes = [t for t in outputs if t.ndim == 3]
    prototypes = [t for t in outputs if t.ndim == 4]
    if len(boxes) != 1 or len(prototypes) != 1:
        given = ", ".join(str(tuple(t.shape)) for t in outputs)
        raise ModelError(f"A YOLO model for segment gives boxes and prototypes; this one gives {given}.")
    return torch.stack([
        _of_one(rows.float(), each.float(), classes, shape) for rows, each in zip(boxes[0], prototypes[0], strict=True)
    ])  # fmt: skip


def _of_one(rows: Tensor, prototypes: Tensor, classes: int, shape: tuple[int, int]) -> Tensor:
    corners, kinds, coefficients = _boxes(rows, len(prototypes), classes)
    found = torch.full((classes, *shape), _NOWHERE)
    if not len(corners):
        return found
    h, w = prototypes.shape[1:]
    masks = torch.einsum("nm,mhw->nhw", coefficients, prototypes)
    scale = torch.tensor([w / shape[1], h / shape[0], w / shape[1], h / shape[0]])
    left, top, right, bottom = (corners * scale)[:, :, None, None].unbind(1)
    x, y = torch.arange(w)[None, None, :], torch.arange(h)[None, :, None]
    inside = (x >= left) & (x < right) & (y >= top) & (y < bottom)
    masks = functional.interpolate((masks * inside)[None], shape, mode="bilinear", align_corners=False)[0]
    for mask, kind in zip(masks, kinds.tolist(), strict=True):
        found[int(kind)] = torch.maximum(found[int(kind)], torch.where(mask == 0, _NOWHERE, mask))
    return found


def _boxes(rows: Tensor, coefficients: int, classes: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return corners (n, 4), classes (n,) and coefficients (n, M) of the boxes that count."""
    if rows.shape[1] == _SORTED + coefficients and rows.shape[0] != _BOX + classes + coefficients:
        rows = rows[rows[:, _BOX] > _SURE]
        return rows[:, :_BOX], rows[:, _BOX + 1], rows[:, _SORTED:]
    if rows.shape[0] != _BOX + classes + coefficients:
        raise ModelError(
            f"The YOLO model gives {tuple(rows.shape)} for boxes of {classes} classes and {coefficients} coefficients; "
            f"its classes are not those in its metadata."
        )
    columns = rows.T
    scores, kinds = columns[:, _BOX : _BOX + classes].max(1)
    keep = scores > _SURE
    columns, scores, kinds = columns[keep], scores[keep], kinds[keep]
    centre, size = columns[:, :2], columns[:, 2:_BOX]
    corners = torch.cat([centre - size / 2, centre + size / 2], 1)
    order = _distinct(corners, scores, kinds)
    return corners[order], kinds[order], columns[order, _BOX + classes :]


def _distinct(corners: Tensor, scores: Tensor, kinds: Tensor) -> Tensor:
    """Return the numbers of boxes without those that a surer one of the same class covers (non-maximum suppression)."""
    from torchvision.ops import batched_nms

    kept: Tensor = batched_nms(corners, scores, kinds, _OVERLAP)
    return kept[:_MOST]
