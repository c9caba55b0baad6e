"""A probe: how well the classifier's last features tell the source, the view or the run, which should not matter.

A linear classifier (Alain and Bengio 2016) learns an attribute from the features of some groups and is judged on the
others. 0.5 is what features would reach that hold nothing of it.
"""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from segx_viewer.bundles.manifest import ModelBundle
from segx_viewer.evaluation.results import Interval
from segx_viewer.evaluation.statistics import Resampler, auroc_of_drawn
from segx_viewer.inference.predictor import preprocess
from segx_viewer.networks.staged import as_classifier
from segx_viewer.training.datasets import Record

if TYPE_CHECKING:
    from torch import nn

FOLDS = 5
FEWEST = 10
"""Groups that each of an attribute's two values must have."""
STRENGTH = 0.01
"""Of the probe's fit: with more features than images, a stronger one learns the images by heart."""


def probe(bundle: ModelBundle, records: Sequence[Record]) -> dict[str, Interval]:
    """Return the AUROC, with interval, of each attribute that has two values among the records.

    {} for networks without a head of timm's making, whose last features nobody knows.
    """
    told = {name: [r.attributes.get(name, "") for r in records] for name in (records[0].attributes if records else {})}
    two = {name: values for name, values in told.items() if _enough(values, records)}
    if not two:
        return {}
    network = bundle.load_classifier()
    if not hasattr(network, "forward_head"):
        return {}
    features = _features(network, bundle, records)
    groups = np.array([r.group for r in records])
    found = {}
    for name, values in two.items():
        second = np.array(values) == max(values)
        model = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, max_iter=2000))
        told_apart = cross_val_predict(
            model, features, second, groups=groups, cv=GroupKFold(FOLDS), method="predict_proba"
        )[:, 1]
        figure = Resampler(groups).estimate(partial(auroc_of_drawn, told_apart, second))
        found[name] = figure.rounded()
    return found


def _enough(values: Sequence[str], records: Sequence[Record]) -> bool:
    groups = Counter(value for value, _ in {(v, r.group) for v, r in zip(values, records, strict=True)})
    return len(groups) == 2 and min(groups.values()) >= FEWEST


def _features(network: "nn.Module", bundle: ModelBundle, records: Sequence[Record]) -> NDArray[np.float32]:
    import torch

    rows = []
    parts = as_classifier(network)
    with torch.inference_mode():
        for record in records:
            tensor = torch.from_numpy(preprocess(record.read_image(), bundle.preprocessing)[0])[None]
            rows.append(parts.forward_head(parts.forward_features(tensor), pre_logits=True)[0].float().numpy())
    return np.stack(rows)
