"""Faithfulness of one image's maps: do they mark what the network uses? Part 4 of the protocol."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segx_viewer.evaluation.rows import FaithfulnessRow, Measures
from segx_viewer.explain.segx import segx_map
from segx_viewer.training.datasets import Record

if TYPE_CHECKING:
    from torch import Tensor, nn

    from segx_viewer.bundles.store import BundleStore
    from segx_viewer.checks.faithfulness import Score

STEPS = 25
"""Points on a deletion or insertion curve."""

RADIUS, SAMPLES = 0.02, 4
"""Max-sensitivity: largest change in units of the normalised input, and how many changes are tried."""

MEASURES = (
    "deletion_original", "deletion_segx", "deletion_moved", "insertion_original", "insertion_segx", "insertion_moved",
    "max_sensitivity", "randomised_similarity",
)  # fmt: skip


def faithfulness_row(record: Record, store: "BundleStore", name: str, methods: Sequence[str]) -> FaithfulnessRow:
    """Measure the maps of the predicted class on one image.

    Returns
    -------
    FaithfulnessRow
        Per method the `MEASURES`: areas under the deletion and insertion curves of A, X and A moved elsewhere in
        the image (what its shape alone would score), max-sensitivity of A, and the rank correlation of A with the
        map of the same network with random parameters. None where undefined.
    """
    import torch

    from segx_viewer.checks.faithfulness import class_score, max_sensitivity
    from segx_viewer.checks.randomisation import cascading_randomisation
    from segx_viewer.inference.predictor import preprocess
    from segx_viewer.inference.segmenter import segment_all
    from segx_viewer.networks.folding import frozen
    from segx_viewer.networks.forward import forward, on_arrays

    bundle, network = store.get(name), store.classifier(name)
    picture = record.read_image()
    array, placement = preprocess(picture, bundle.preprocessing)
    tensor = torch.from_numpy(array)[None].contiguous(memory_format=torch.channels_last)
    layer = store.target_layer(name)
    k = int(forward(network, tensor, layer).logits.argmax())
    seen, own_grid = preprocess(picture, bundle.segmenter_input)
    mask = segment_all(on_arrays(store.segmenter(name)), seen[None], bundle, (own_grid, placement))[0].mask
    score = class_score(network, k, bundle.activation)
    # Randomised apart from the store's network, in which batch norms are folded away.
    own = frozen(bundle.load_classifier())
    measured: dict[str, Measures] = {}
    for method in methods:
        A = _explain(network, method, layer, k, tensor, 0)
        random = cascading_randomisation(own, partial(_explain, own, method, layer, k), tensor, steps=1)
        measured[method] = {
            **_areas(score, tensor, A, segx_map(A, mask)),
            "max_sensitivity": max_sensitivity(
                partial(_explain, network, method, layer, k), tensor, radius=RADIUS, samples=SAMPLES
            ),
            "randomised_similarity": None if random is None else random.final,
        }
    return FaithfulnessRow(record.image_id, record.group, measured)


def _areas(score: "Score", tensor: "Tensor", A: NDArray[np.float32], X: NDArray[np.float32]) -> dict[str, float]:
    from segx_viewer.checks.faithfulness import deletion, insertion
    from segx_viewer.checks.sanity import moved_elsewhere

    maps = {"original": A, "segx": X, "moved": moved_elsewhere(A, count=1)[0]}
    return {
        f"{draw.__name__}_{name}": round(draw(score, tensor, E, steps=STEPS).auc, 6)
        for draw in (deletion, insertion)
        for name, E in maps.items()
    }


def _explain(network: "nn.Module", method: str, layer: str, k: int, tensor: "Tensor", seed: int) -> NDArray[np.float32]:
    from segx_viewer.inference.attribution import Subject, get_method
    from segx_viewer.networks.forward import forward

    passed = forward(network, tensor, layer)
    *_, (_, saliency_map) = get_method(method).maps(Subject(network, tensor, layer, passed, seed=seed), [k])
    return saliency_map
