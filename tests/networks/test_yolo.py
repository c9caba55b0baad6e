"""YOLO's instance masks: what its boxes, coefficients and prototypes make of an image, by hand."""

import numpy as np
import pytest
import torch

from segx_viewer.errors import ModelError
from segx_viewer.networks.yolo import masks_of

SHAPE, COEFFICIENTS, PLACES = (64, 64), 32, 20


def boxes(*found: tuple, classes: int = 2) -> torch.Tensor:
    """Return (1, 4 + K + M, n) of boxes (cx, cy, w, h), class, score and the prototype that is meant."""
    rows = torch.zeros(PLACES, 4 + classes + COEFFICIENTS)
    for row, (box, kind, score, prototype) in zip(rows, found, strict=False):
        row[:4] = torch.tensor(box)
        row[4 + kind] = score
        row[4 + classes + prototype] = 5.0
    return rows.T[None]


@pytest.fixture
def prototypes() -> torch.Tensor:
    """A quarter of the input's resolution: the first is all of it, the second its left half."""
    found = torch.full((1, COEFFICIENTS, 16, 16), -1.0)
    found[0, 0] = 1.0
    found[0, 1, :, :8] = 1.0
    return found


def test_a_mask_is_its_prototype_within_its_box(prototypes):
    found = masks_of([boxes(((32, 16, 32, 16), 1, 0.9, 1)), prototypes], 2, SHAPE)
    assert found.shape == (1, 2, *SHAPE)
    mask = (found > 0)[0].numpy()
    assert not mask[0].any(), "the other class"
    expected = np.zeros(SHAPE, bool)
    expected[8:24, 16:32] = True
    assert (mask[1] != expected).mean() < 0.03, "but for a pixel of the border, between two of the prototype's"
    assert mask[1][10:22, 18:30].all()
    assert torch.sigmoid(found[0, 1, 0, 0]) < 1e-6, "what lies in no box is not half in the region"


def test_unsure_boxes_count_for_nothing_and_the_same_thing_counts_once(prototypes):
    sure = ((32, 32, 32, 32), 0, 0.8, 0)
    once = masks_of([boxes(sure), prototypes], 2, SHAPE)
    again = masks_of([boxes(sure, ((33, 32, 33, 32), 0, 0.7, 0), ((8, 8, 8, 8), 0, 0.2, 0)), prototypes], 2, SHAPE)
    assert torch.equal(once, again)
    both = masks_of([boxes(sure, ((8, 8, 8, 8), 0, 0.3, 0)), prototypes], 2, SHAPE)
    assert (both > 0).sum() > (once > 0).sum()
    assert not (masks_of([boxes(), prototypes], 2, SHAPE) > 0).any()


def test_programs_that_sort_their_boxes_out_give_the_same(prototypes):
    found = masks_of([boxes(((32, 16, 32, 16), 1, 0.9, 1)), prototypes], 2, SHAPE)
    rows = torch.zeros(1, 300, 6 + COEFFICIENTS)
    rows[0, 0, :6] = torch.tensor([16, 8, 48, 24, 0.9, 1])
    rows[0, 0, 6 + 1] = 5.0
    assert torch.equal(masks_of([rows, prototypes], 2, SHAPE), found)


def test_another_layout_is_told(prototypes):
    with pytest.raises(ModelError, match=r"its classes are not those in its metadata"):
        masks_of([boxes(), prototypes], 3, SHAPE)
    with pytest.raises(ModelError, match=r"gives boxes and prototypes; this one gives \(1, 3\)"):
        masks_of([torch.zeros(1, 3)], 3, SHAPE)
