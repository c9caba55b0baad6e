"""The clinically relevant region."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from segx_viewer.bundles.manifest import ModelBundle
from segx_viewer.domain.geometry import Placement
from segx_viewer.domain.result import Activation, Segmentation
from segx_viewer.errors import ModelError
from segx_viewer.inference.predictor import sigmoid, softmax

Network = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Inputs (N, C, h, w) to outputs (N, K, h', w')."""

GROWN_TOGETHER = 0.75
"""Share of a paired region from which one connected part is both halves together."""

CUT_REACH = 0.15
"""How far from the middle such a part may be cut, as a share of its width."""


def segment(network: Network, inputs: NDArray[np.float32], bundle: ModelBundle) -> Segmentation:
    """Segment one input (1, C, h, w); return the bundle's main region on the segmenter's grid."""
    return segment_all(network, inputs, bundle)[0]


def segment_all(
    network: Network, inputs: NDArray[np.float32], bundle: ModelBundle, grid: tuple[Placement, Placement] | None = None
) -> list[Segmentation]:
    """Segment one input; return each of the bundle's regions, the main one first.

    Parameters
    ----------
    inputs : ndarray, shape (1, C, h, w), float32
        As `bundle.segmenter_input` wants it.
    grid : tuple of Placement, optional
        Where the image lies in `inputs`, and in the input on whose grid the regions are wanted.

    Raises
    ------
    ModelError
        If a region names a channel that the segmenter does not have.
    """
    return regions_of(network(inputs)[0], bundle, grid)


def regions_of(
    output: NDArray[np.float32], bundle: ModelBundle, grid: tuple[Placement, Placement] | None = None
) -> list[Segmentation]:
    """Return the regions in a segmenter's output (K, h, w) for one input; see `segment_all`."""
    logits = on_grid(np.asarray(output, np.float32), bundle.segmenter_input.input_shape)
    one_of_many = bundle.segmenter_activation is Activation.SOFTMAX
    channels = softmax(logits, axis=0) if one_of_many else sigmoid(logits)
    found = []
    for region in bundle.regions:
        if max(region.channels) >= len(channels):
            raise ModelError(
                f"{bundle.info.name}: the region {region.name!r} names channel {max(region.channels)}; the segmenter "
                f"has {len(channels)}."
            )
        parts = channels[list(region.channels)]
        # Channels that exclude each other add up; where each stands for itself, the surest one counts.
        probability = parts.sum(0) if one_of_many else parts.max(0)
        if grid is not None:
            probability = regrid(probability, *grid)
        threshold = bundle.segmentation_threshold
        without_specks(probability, threshold, bundle.smallest_part)
        if region.side:
            probability = on_side(probability, threshold, region.side)
        found.append(Segmentation(probability, threshold, probability > threshold, name=region.name))
    return found


def on_grid(output: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
    """Bring a segmenter's output (K, h', w') to the grid of its input: many give a part of its resolution."""
    if output.shape[1:] == shape:
        return output
    return np.stack([cv2.resize(np.ascontiguousarray(c), shape[::-1], interpolation=cv2.INTER_LINEAR) for c in output])


def regrid(array: NDArray[np.float32], given: Placement, wanted: Placement) -> NDArray[np.float32]:
    """Bring a map from one input's grid to another's, by way of the image that lies in both."""
    factor = given.scale[0] / wanted.scale[0], given.scale[1] / wanted.scale[1]
    offset = given.offset[0] - wanted.offset[0] * factor[0], given.offset[1] - wanted.offset[1] * factor[1]
    between = Placement(wanted.input_shape, given.input_shape, factor, offset)
    return np.asarray(between.to_image(array), np.float32)


def without_specks(probability: NDArray[np.float32], threshold: float, smallest_part: float) -> None:
    """Lower the probability of stray parts of the region to the threshold, in place.

    Parameters
    ----------
    probability : ndarray, shape (h, w), float32
    smallest_part : float
        Parts smaller than this share of the largest one are strays; 0 keeps all.
    """
    if smallest_part <= 0:
        return
    count, labels = cv2.connectedComponents((probability > threshold).view(np.uint8))
    if count <= 2:
        return
    areas = np.bincount(labels.ravel())[1:]
    strays = 1 + np.flatnonzero(areas < smallest_part * areas.max())
    np.minimum(probability, threshold, out=probability, where=np.isin(labels, strays))


def on_side(probability: NDArray[np.float32], threshold: float, side: str) -> NDArray[np.float32]:
    """Return a paired region's one half, such as the left lung: what lies on that side has its probability, the rest 0.

    Parameters
    ----------
    probability : ndarray, shape (h, w), float32
        Of both together; a frontal image with the patient's right on the viewer's left.
    threshold : float
    side : str
        The patient's "left" or "right".

    Notes
    -----
    Connected parts go as a whole to the side of the middle of all parts that their own centre lies on. A part that
    holds most of the region is both halves grown together, and is cut at its narrowest column near that middle.
    """
    mask = probability > threshold
    count, labels, stats, centres = cv2.connectedComponentsWithStats(mask.view(np.uint8))
    width = mask.shape[1]
    if count <= 1:
        return np.zeros_like(probability)
    columns = np.flatnonzero(mask.any(0))
    middle = (columns[0] + columns[-1] + 1) / 2
    first = np.zeros_like(mask)
    for part in range(1, count):
        inside = labels == part
        left, across = stats[part, cv2.CC_STAT_LEFT], stats[part, cv2.CC_STAT_WIDTH]
        if left < middle < left + across and stats[part, cv2.CC_STAT_AREA] > GROWN_TOGETHER * mask.sum():
            reach = max(1, round(CUT_REACH * across))
            low, high = max(0, round(middle) - reach), min(width, round(middle) + reach + 1)
            inside = inside & (np.arange(width) < low + int(inside[:, low:high].sum(0).argmin()))
            first |= inside
        elif centres[part, 0] < middle:
            first |= inside
    wanted = first if side == "right" else mask & ~first
    return np.where(wanted, probability, np.float32(0))
