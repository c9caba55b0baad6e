"""Fits the input gate of a bundle: how far an image may lie from those of its training part, and its common look."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from segx_viewer.bundles.manifest import CUT, ModelBundle, read_bundle
from segx_viewer.imaging.margins import content_box
from segx_viewer.inference.input_gate import PopulationDistance
from segx_viewer.inference.looks import fit
from segx_viewer.inference.predictor import as_bytes, normalise, place
from segx_viewer.networks.forward import forward_each
from segx_viewer.training.augment import augment
from segx_viewer.training.datasets import Record
from segx_viewer.training.recipe import Recipe
from segx_viewer.training.run import preprocessing_of

OUTSIDE_SHARE, REFUSED_SHARE = 0.02, 0.01
"""Shares of the validation images, half of them as another clinic might have taken them, beyond the two thresholds."""

CLASS_SHARE, CLASS_PICTURES = 0.04, 50
"""Share of any class that may be outside, where there are so many pictures of it."""

NEAR_SHARE = 0.05
"""Share of the images that only the segmenter learned from which may be refused: they are outside, but welcome."""

COMPONENTS = 96
LOOKED_AT = 1500
"""Pictures by which their common look is measured, about."""
BATCH = 16


def fit_distance(
    folder: Path, recipe: Recipe, training: Sequence[Record], validation: Sequence[Record], near: Sequence[Record]
) -> tuple[dict[str, float], dict[str, NDArray[np.float32]]]:
    """Fit the distance of features from those of the training part, and from where a picture is outside or refused.

    Parameters
    ----------
    folder : Path
        The bundle; without a layer for the gate in its manifest nothing is fitted.
    training, validation : sequence of Record
        What is usual, and what sets the thresholds.
    near : sequence of Record
        Images that are outside, but welcome: at most `NEAR_SHARE` of them are refused.

    Returns
    -------
    limits : dict
        "outside" and "refuse", in units of the distance; {} where nothing is fitted.
    tensors : dict
        What the distance is computed from, for the bundle's file.
    """
    bundle = read_bundle(folder)
    if not bundle.gate.get("layer"):
        return {}, {}
    learned, held_out = (
        _features(bundle, [*_seen(recipe, records), *_changed(recipe, _seen(recipe, records)), *_halved(recipe, some)])
        for records, some in ((training, training[::2]), (validation, validation))
    )
    # Fewer directions than there are images and numbers: what is left must still show the residual's variance.
    distance = PopulationDistance.fit(learned, min(COMPONENTS, *(length // 2 for length in learned.shape)))
    found = distance(held_out)
    kinds = np.array(["+".join(r.codes) for r in validation] * (len(found) // max(1, len(validation))))
    outside, refuse = thresholds(found, kinds)
    if near:
        misses = distance(_features(bundle, _seen(recipe, near)))
        refuse = max(refuse, np.quantile(misses, 1 - NEAR_SHARE))
    return {"outside": round(float(outside), 4), "refuse": round(float(refuse), 4)}, distance.tensors()


def thresholds(distances: NDArray[np.float64], classes: NDArray[np.str_]) -> tuple[float, float]:
    """Return the distances from which pictures are outside, and refused.

    `OUTSIDE_SHARE` and `REFUSED_SHARE` of all pictures lie beyond them, and no more than `CLASS_SHARE` of any class:
    what is rare, as malignant lesions are, would be turned away more often than what is common.
    """
    outside, refuse = (float(np.quantile(distances, 1 - share)) for share in (OUTSIDE_SHARE, REFUSED_SHARE))
    for name in np.unique(classes):
        own = distances[classes == name]
        if len(own) >= CLASS_PICTURES:
            outside = max(outside, float(np.quantile(own, 1 - CLASS_SHARE)))
    return outside, max(outside, refuse)


def _halved(recipe: Recipe, records: Sequence[Record]) -> list[NDArray[np.uint8]]:
    """Return the pictures as they are at half of their resolution: archives and web pages keep them so."""
    how, found = preprocessing_of(recipe), []
    for record in records:
        picture = record.read_image()
        size = max(1, picture.shape[1] // 2), max(1, picture.shape[0] // 2)
        smaller = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        found.append(as_bytes(place(smaller, how)[0]))
    return found


def fit_looks(recipe: Recipe, records: Sequence[Record]) -> tuple[dict[str, object], dict[str, NDArray[np.float32]]]:
    """Measure what the pictures look like as a whole, of which many are much the same."""
    how = preprocessing_of(recipe)
    pictures = []
    for record in records[:: max(1, len(records) // LOOKED_AT)]:
        picture = record.read_image()
        pictures.append(picture[content_box(picture)] if how.margins == CUT else picture)
    colour = how.colour != "grey"
    return fit(pictures, colour=colour)


def _seen(recipe: Recipe, records: Sequence[Record]) -> list[NDArray[np.uint8]]:
    return [as_bytes(place(record.read_image(), preprocessing_of(recipe))[0]) for record in records]


def _changed(recipe: Recipe, pictures: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.uint8]]:
    """Return the pictures as another clinic might have taken them; many hairs or much blur would hide a stranger."""
    how = recipe.augmentation
    how = replace(how, blur=0.0, jpeg=0.0, hair=how.hair / 2, dark_corners=how.dark_corners / 3)
    rng = np.random.default_rng(recipe.seed)
    return [augment(picture, None, picture.shape[:2], how, rng)[0] for picture in pictures]


def _features(bundle: ModelBundle, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
    import torch

    network = bundle.load_classifier().requires_grad_(False)
    rows = []
    for start in range(0, len(pictures), BATCH):
        batch = np.stack([normalise(p, bundle.preprocessing) for p in pictures[start : start + BATCH]])
        passes = forward_each(network, torch.from_numpy(batch), bundle.target_layer, str(bundle.gate["layer"]))
        rows += [np.asarray(passed.features, np.float32) for passed in passes]
    return np.stack(rows)
