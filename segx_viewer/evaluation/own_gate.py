"""The input gate of anybody's model: how far an image's features lie from those of the user's own labelled images.

The features are taken in the middle of the network (see `segx_viewer.inference.input_gate`), in a layer that is found
by tracing. Two of three groups of images tell what is usual, the third sets the thresholds.
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from segx_viewer.bundles.graphs import add_graphs
from segx_viewer.bundles.manifest import read_bundle, read_manifest
from segx_viewer.bundles.store import BundleStore
from segx_viewer.bundles.writing import write_bytes_beside, write_manifest
from segx_viewer.domain.image import MedicalImage
from segx_viewer.domain.tables import as_table
from segx_viewer.errors import worded
from segx_viewer.imaging.display import to_display
from segx_viewer.inference.input_gate import GATE_FILE, PopulationDistance
from segx_viewer.inference.predictor import preprocess
from segx_viewer.networks.folding import example_of
from segx_viewer.networks.forward import forward
from segx_viewer.networks.spatial import middle_layer
from segx_viewer.paths import sha256_of

FEWEST = 100
"""Images below which no gate is fitted: the farthest of 33 held out is a poor guess at one in fifty."""
COMPONENTS = 96
OUTSIDE_SHARE, REFUSED_SHARE = 0.02, 0.01
"""Of usual images that are called outside, and refused, as for the packaged models."""

Read = Callable[[], MedicalImage | None]
"""Reads an image; None where it cannot be read."""


def fit_gate(
    folder: Path, images: Sequence[tuple[Read, str]], *, on_image: Callable[[], None] = lambda: None
) -> tuple[bool, str]:
    """Fit a bundle's input gate and write it; return whether it was, and a sentence.

    Parameters
    ----------
    folder : Path
    images : sequence of (callable, str)
        What reads each image, and its group (person, lesion).
    on_image : callable
        Called after each; may raise `AnalysisCancelled`.
    """
    import torch

    bundle = read_bundle(folder)
    if bundle.classifier.is_program:
        return False, worded("Input gate: none, because a program shows no layer in its middle.")
    if len(images) < FEWEST:
        return False, worded(f"Input gate: {len(images)} images are too few; it takes {FEWEST}.")
    store, name = BundleStore([folder.parent]), folder.name
    network = bundle.load_classifier().requires_grad_(False)
    target = store.target_layer(name)
    example = example_of(bundle.preprocessing.channels, bundle.preprocessing.input_shape)
    layer = str(bundle.gate.get("layer", "")) or middle_layer(network, example, target)
    if not layer:
        return False, worded("Input gate: none, because no layer in the middle of the network was found.")
    learned: list[NDArray[np.float32]] = []
    held_out: list[NDArray[np.float32]] = []
    for read, group in images:
        image = read()
        if image is not None:
            inputs, _ = preprocess(to_display(image), bundle.preprocessing, image.stretch)
            features = forward(network, torch.from_numpy(np.ascontiguousarray(inputs))[None], target, layer).features
            (held_out if _is_held_out(group) else learned).append(np.asarray(features, np.float32))
        on_image()
    if len(held_out) < FEWEST // 5 or len(learned) < FEWEST // 2:
        return False, worded(
            f"Input gate: {len(learned) + len(held_out)} images that can be read, in few groups, are too few."
        )
    known = np.stack(learned)
    distance = PopulationDistance.fit(known, min(COMPONENTS, *(length // 2 for length in known.shape)))
    outside, refuse = np.quantile(distance(np.stack(held_out)), [1 - OUTSIDE_SHARE, 1 - REFUSED_SHARE])
    manifest = read_manifest(folder)
    write_bytes_beside(folder / GATE_FILE, save(distance.tensors()))
    manifest["gate"] = {
        **as_table(manifest.get("gate", {})),
        "layer": layer,
        "outside": round(float(outside), 4),
        "refuse": round(float(refuse), 4),
    }
    manifest["files"] = {**as_table(manifest["files"]), GATE_FILE: sha256_of(folder / GATE_FILE)}
    write_manifest(folder, manifest)
    if bundle.has_graphs:
        add_graphs(folder)  # the gate looks at a layer of its own
    return True, worded(f"Input gate: {len(learned)} images tell what is usual, {len(held_out)} set the thresholds.")


def _is_held_out(group: str) -> bool:
    """Whether a group's images set the thresholds: one group in three, whatever their order."""
    return hashlib.sha256(group.encode()).digest()[0] % 3 == 0
