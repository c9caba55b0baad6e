"""The sanity checks of a map that an analysis holds, with the network that it explains."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from segx_viewer.bundles.store import BundleStore
from segx_viewer.checks.faithfulness import class_score
from segx_viewer.checks.sanity import SanityReport, check
from segx_viewer.domain.request import CancelToken
from segx_viewer.domain.result import Analysis, MapKey, Target
from segx_viewer.errors import ModelError
from segx_viewer.imaging.display import to_display
from segx_viewer.inference.attribution import Subject, get_method
from segx_viewer.inference.predictor import preprocess
from segx_viewer.networks.forward import forward


def check_explanation(
    analysis: Analysis,
    key: MapKey,
    store: BundleStore,
    *,
    steps: int = 25,
    samples: int = 10,
    cancel: CancelToken | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> SanityReport:
    """Run all sanity checks on one map of an analysis.

    The network is loaded anew from its weights: its parameters are randomised, and the one that analyses are made
    with may be a fused copy, or be in use.

    Parameters
    ----------
    analysis : Analysis
    key : tuple of str and int
        Method and class of a map that the analysis holds.
    store : BundleStore
    steps, samples : int
        Points of the curves, and changed inputs; see `sanity.check`.
    cancel : CancelToken, optional
        Looked at between batches.
    on_progress : callable, optional
        Told how far the work has come, 0..1.

    Raises
    ------
    ModelError
        If the network is a black box: nothing in it can be randomised, and each map of it takes hundreds of passes.
    AnalysisCancelled
    """
    (name, k), made = key, analysis.explanations[key]
    bundle = store.get(analysis.bundle.name)
    if bundle.info.methods:
        raise ModelError(f"{bundle.info.title} shows no layers, so its explanations cannot be checked this way.")
    network, method, layer = (
        bundle.load_classifier().to(store.device),
        get_method(name),
        store.target_layer(bundle.info.name),
    )
    published, token = made.target is Target.PROBABILITY, cancel or CancelToken()
    placed, _ = preprocess(to_display(analysis.image), bundle.preprocessing, analysis.image.stretch)
    tensor = torch.from_numpy(placed)[None].to(store.device)

    def attribute(x: Tensor, seed: int) -> NDArray[np.float32]:
        passed = forward(network, x, layer)
        subject = Subject(network, x, layer, passed, made.target, scaled=published, seed=seed, cancel=token)
        *_, (_, saliency_map) = method.maps(subject, [k])
        return saliency_map

    score = class_score(network, k, bundle.activation)
    return check(
        network,
        score,
        attribute,
        tensor,
        made.saliency_map,
        steps=steps,
        samples=samples,
        cancel=token,
        on_progress=on_progress,
    )
