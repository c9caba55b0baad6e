"""Installed bundles and their loaded networks."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import nn

from segx_viewer.domain.image import MedicalImage
from segx_viewer.errors import ModelError
from segx_viewer.inference.bundle import MANIFEST, ModelBundle, read_bundle
from segx_viewer.inference.input_gate import InputGate
from segx_viewer.paths import models_folder

T = TypeVar("T")


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
        return self._once(name, "classifier", lambda: _ready(self.get(name).load_classifier()))

    def segmenter(self, name: str) -> nn.Module:
        """Return a bundle's segmenter, loaded once, for inference only."""
        return self._once(name, "segmenter", lambda: _ready(self.get(name).load_segmenter()))

    def gate(self, name: str) -> InputGate:
        """Return a bundle's input gate, loaded once."""
        return self._once(name, "gate", lambda: InputGate.of(self.get(name)))

    def candidates(self, image: MedicalImage) -> list[ModelBundle]:
        """Return the bundles that could speak about an image, the best fitting first; all of them if none could."""
        bundles = list(self.bundles().values())
        ranked = sorted(bundles, key=lambda b: -self.gate(b.info.name).affinity(image))
        fitting = [b for b in ranked if self.gate(b.info.name).affinity(image) > 0]
        return fitting or ranked

    def _once(self, name: str, what: str, load: Callable[[], T]) -> T:
        key = (name, what)
        if key not in self._loaded:
            loaded = load()
            with self._lock:
                self._loaded.setdefault(key, loaded)
        return self._loaded[key]


def _ready(network: nn.Module) -> nn.Module:
    """Freeze the parameters: a gradient is only ever taken with respect to activations or inputs."""
    return network.requires_grad_(False).eval().to(memory_format=torch.channels_last)
