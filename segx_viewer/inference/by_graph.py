"""Ready graphs: the default analysis of a bundled model, without torch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from segx_viewer.domain.result import Prediction, Segmentation, Target
from segx_viewer.inference.cam import LINEAR_METHODS, linear_maps
from segx_viewer.inference.features import NETWORK_FEATURES, free_features
from segx_viewer.inference.runner import ClassMap, Floats, Scores, Wish
from segx_viewer.networks.graph import OUTPUT, Graph


@dataclass(slots=True, eq=False)
class GraphRunner:
    """Runs a bundle's graphs; see `segx_viewer.inference.runner.Runner`.

    Attributes
    ----------
    classifier, segmenter : Graph
    target_layer, gate_layer : str
        As in the bundle's manifest; "" for no gate layer.
    """

    classifier: Graph
    segmenter: Graph
    target_layer: str
    gate_layer: str
    _activations: Floats | None = field(init=False, default=None, repr=False)
    _shape: tuple[int, int] = field(init=False, default=(0, 0))

    def classify(self, inputs: Floats) -> Scores:
        """Run the classifier once."""
        names = (OUTPUT, self.target_layer, *((self.gate_layer,) if self.gate_layer else ()))
        logits, self._activations, *maps = self.classifier.outputs(inputs, *names)
        self._shape = (inputs.shape[2], inputs.shape[3])
        return Scores(logits, _moments(maps[0]) if maps else None)

    def segment(self, inputs: Floats) -> Floats:
        """Run the segmenter once."""
        return self.segmenter(inputs)[0]

    def explains(self, method: str, wish: Wish) -> bool:
        """Whether pooling and a linear layer are all that the method has to know of the network."""
        return (
            method in LINEAR_METHODS
            and self.classifier.head is not None
            and wish.target is Target.LOGIT
            and not wish.scaled
        )

    def maps(self, method: str, classes: Sequence[int], wish: Wish) -> Iterator[ClassMap]:
        """Yield the maps of the input that was classified."""
        assert self._activations is not None and self.classifier.head is not None  # noqa: S101, PT018 - `explains`
        wish.cancel.raise_if_cancelled()
        yield from linear_maps(method, self._activations[0], self.classifier.head, classes, self._shape)
        wish.on_fraction(1.0)

    def evidence(
        self,
        needed: Sequence[str],
        prediction: Prediction,
        segmentation: Segmentation,
        saliency_map: Floats,
        views: Sequence[str],
        class_index: int | None = None,
    ) -> dict[str, float] | None:
        """Return the features that cost no further pass, None where others are needed."""
        if set(needed) & set(NETWORK_FEATURES):
            return None
        return free_features(prediction, saliency_map, segmentation, class_index)


def _moments(maps: Floats) -> Floats:
    """Return mean and standard deviation of each feature map of one image, (2 C,)."""
    one = maps[0]
    return np.concatenate([one.mean((1, 2)), one.std((1, 2), ddof=1)])
