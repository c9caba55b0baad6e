"""Installed bundles and their loaded networks."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import nn

from segx_viewer.domain.image import MedicalImage
from segx_viewer.errors import ModelError
from segx_viewer.inference.attribution.spatial import choose_layer
from segx_viewer.inference.bundle import MANIFEST, ModelBundle, read_bundle
from segx_viewer.inference.folding import ready_classifier, ready_segmenter
from segx_viewer.inference.input_gate import InputGate
from segx_viewer.paths import models_folder

T = TypeVar("T")

AUTO = "auto"
"""As target layer in a manifest: found by tracing."""


class BundleStore:
    """Finds bundles and keeps what was loaded from them.

    Parameters
    ----------
    folders : sequence of Path, optional
        Folders that hold bundle folders; the packaged models by default.
    """

    def __init__(self, folders: Sequence[Path] | None = None) -> None:
        self._folders = tuple(folders) if folders is not None else (models_folder(),)
        self._lock = threading.Lock()
        self._bundles: dict[str, ModelBundle] | None = None
        self._loaded: dict[tuple[str, str], Any] = {}

    def bundles(self) -> dict[str, ModelBundle]:
        """Return the bundles by name, in order of their folders' names. Raises `ModelError` if there is none."""
        with self._lock:
            if self._bundles is None:
                folders = [f for root in self._folders if root.is_dir() for f in sorted(root.iterdir())]
                found = [read_bundle(f) for f in folders if (f / MANIFEST).is_file()]
                self._bundles = {bundle.info.name: bundle for bundle in found}
        if not self._bundles:
            raise ModelError("No model bundle is installed.")
        return self._bundles

    def get(self, name: str) -> ModelBundle:
        """Return a bundle by name. Raises `ModelError` when there is none of that name."""
        bundles = self.bundles()
        if name not in bundles:
            raise ModelError(f"There is no model bundle {name!r}; installed are {', '.join(bundles)}.")
        return bundles[name]

    def classifier(self, name: str) -> nn.Module:
        """Return a bundle's classifier, loaded once, for inference only."""
        return self._once(name, "classifier", lambda: self._load_classifier(name))

    def segmenter(self, name: str) -> nn.Module:
        """Return a bundle's segmenter, loaded once, for inference only."""
        bundle = self.get(name)
        return self._once(name, "segmenter", lambda: ready_segmenter(bundle.load_segmenter(), _example(bundle)))

    def target_layer(self, name: str) -> str:
        """Return the layer that a bundle's classifier is explained at; "auto" in the manifest leaves it to tracing."""
        named = self.get(name).target_layer
        if named != AUTO:
            return named
        self.classifier(name)
        return self._loaded[name, "target_layer"]

    def gate(self, name: str) -> InputGate:
        """Return a bundle's input gate, loaded once."""
        return self._once(name, "gate", lambda: InputGate.of(self.get(name)))

    def candidates(self, image: MedicalImage) -> list[ModelBundle]:
        """Return the bundles that could speak about an image, the best fitting first; all of them if none could."""
        bundles = list(self.bundles().values())
        ranked = sorted(bundles, key=lambda b: -self.gate(b.info.name).affinity(image))
        fitting = [b for b in ranked if self.gate(b.info.name).affinity(image) > 0]
        return fitting or ranked

    def _load_classifier(self, name: str) -> nn.Module:
        bundle = self.get(name)
        network, example, layer = bundle.load_classifier(), _example(bundle), bundle.target_layer
        if layer == AUTO:
            layer = self._once(name, "target_layer", lambda: choose_layer(network, example))
        return ready_classifier(network, example, layer)

    def _once(self, name: str, what: str, load: Callable[[], T]) -> T:
        key = (name, what)
        if key not in self._loaded:
            loaded = load()
            with self._lock:
                self._loaded.setdefault(key, loaded)
        return self._loaded[key]


def _example(bundle: ModelBundle) -> torch.Tensor:
    """Return an input of the bundle's shape whose values differ everywhere."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(1, 3, *bundle.preprocessing.input_shape, generator=generator)
    return x.contiguous(memory_format=torch.channels_last)
