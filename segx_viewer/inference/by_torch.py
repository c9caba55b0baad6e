"""Torch networks: every method, every device, anybody's model."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from segx_viewer.domain.result import Prediction, Segmentation, Target
from segx_viewer.errors import ModelError
from segx_viewer.inference import evidence
from segx_viewer.inference.attribution import Subject, get_method
from segx_viewer.inference.input_gate import gate_of
from segx_viewer.inference.runner import ClassMap, Floats, Scores, Wish
from segx_viewer.networks.forward import forward
from segx_viewer.networks.network import ForwardPass

if TYPE_CHECKING:
    from segx_viewer.bundles.store import BundleStore


@dataclass(slots=True, eq=False)
class TorchRunner:
    """Runs a bundle's torch networks; see `segx_viewer.inference.runner.Runner`."""

    store: "BundleStore"
    bundle: str
    _tensor: Tensor | None = field(init=False, default=None, repr=False)
    _passed: ForwardPass | None = field(init=False, default=None, repr=False)

    def classify(self, inputs: Floats) -> Scores:
        """Run the classifier once."""
        gate_layer, target_layer = gate_of(self.store, self.bundle).layer, self.store.target_layer(self.bundle)
        self._tensor = self._to_tensor(inputs)
        self._passed = forward(self.store.classifier(self.bundle), self._tensor, target_layer, gate_layer)
        return Scores(self._passed.logits.detach().float().cpu().numpy(), self._passed.features)

    @torch.inference_mode()
    def segment(self, inputs: Floats) -> Floats:
        """Run the segmenter once."""
        found: Floats = self.store.segmenter(self.bundle)(self._to_tensor(inputs))[0].float().cpu().numpy()
        return found

    def explains(self, method: str, wish: Wish) -> bool:
        """Every method, as far as the bundle allows it."""
        return True

    def maps(self, method: str, classes: Sequence[int], wish: Wish) -> Iterator[ClassMap]:
        """Yield the maps of the input that was classified."""
        tensor, passed = self._classified()
        subject = Subject(
            self.store.classifier(self.bundle),
            tensor,
            self.store.target_layer(self.bundle),
            passed,
            target=wish.target,
            scaled=wish.scaled,
            cancel=wish.cancel,
            baselines=self.store.baselines(self.bundle) if wish.target is Target.PROBABILITY else None,
            on_fraction=wish.on_fraction,
            on_agreement=wish.on_agreement,
        )
        yield from get_method(method).maps(subject, classes)

    def evidence(
        self,
        needed: Sequence[str],
        prediction: Prediction,
        segmentation: Segmentation,
        saliency_map: Floats,
        views: Sequence[str],
        class_index: int | None = None,
    ) -> dict[str, float]:
        """Return the features; networks run only where they are needed for that."""
        tensor, _ = self._classified()
        network = self.store.classifier(self.bundle)
        return evidence.collect(needed, network, tensor, prediction, segmentation, saliency_map, views, class_index)

    def _classified(self) -> tuple[Tensor, ForwardPass]:
        if self._tensor is None or self._passed is None:
            raise ModelError("Nothing was classified that could be explained.")
        return self._tensor, self._passed

    def _to_tensor(self, inputs: Floats) -> Tensor:
        tensor = torch.from_numpy(inputs).contiguous(memory_format=torch.channels_last)
        return tensor.to(self.store.device)
