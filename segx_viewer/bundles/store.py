"""Installed bundles and their loaded networks."""

import logging
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import cv2

from segx_viewer import process
from segx_viewer.bundles.graphs import graph_of
from segx_viewer.bundles.manifest import AUTO, MANIFEST, ModelBundle, read_bundle
from segx_viewer.errors import ModelError, worded
from segx_viewer.networks.graph import Graph
from segx_viewer.networks.kinds import AUTO as ANY_DEVICE
from segx_viewer.networks.kinds import CPU, DEVICES
from segx_viewer.networks.threads import processors, set_thread_count, thread_count
from segx_viewer.paths import all_models_folders

if TYPE_CHECKING:
    import torch
    from torch import nn

log = logging.getLogger(__name__)

T = TypeVar("T")

NETWORKS = ("classifier", "segmenter")


class BundleStore:
    """Finds bundles and keeps what was loaded from them.

    torch is imported when the first torch network is asked for, or a device by name; ready graphs do without.

    Parameters
    ----------
    folders : sequence of Path, optional
        Folders that hold bundle folders; the packaged models and the user's own by default.
    device : str
        "auto", "cpu", "cuda" or "mps".
    lender : BundleStore, optional
        A store of the same bundles, whose networks serve this one too where they can serve several threads at a time.

    Attributes
    ----------
    device : torch.device
        Where the torch networks run.
    damaged : dict of str to str
        Sentences about bundle folders whose manifest could not be read, by the folder's name.
    """

    def __init__(
        self,
        folders: Sequence[Path] | None = None,
        *,
        device: str = ANY_DEVICE,
        lender: "BundleStore | None" = None,
    ) -> None:
        self._lender = lender
        self._folders = tuple(all_models_folders() if folders is None else folders)
        if device not in (ANY_DEVICE, CPU):
            from segx_viewer.networks.devices import choose_device

            choose_device(device)  # an error now rather than at the first image
        self._wanted = device
        self._device: torch.device | None = None
        self.damaged: dict[str, str] = {}
        self._seen: frozenset[tuple[Path, int]] = frozenset()
        self._lock = threading.Lock()
        self._loading: dict[tuple[str, str], threading.RLock] = defaultdict(threading.RLock)
        self._bundles: dict[str, ModelBundle] | None = None
        self._loaded: dict[tuple[str, str], Any] = {}

    @property
    def device(self) -> "torch.device":
        """Where the torch networks run."""
        if self._device is None:
            from segx_viewer.networks.devices import choose_device

            self._device = choose_device(self._wanted)
        return self._device

    @property
    def device_name(self) -> str:
        """What was asked for as long as nothing had to be chosen, else where the torch networks run, by name."""
        return self._wanted if self._device is None else self._device.type

    def bundles(self) -> dict[str, ModelBundle]:
        """Return the bundles by name, in order of their folders' names. Raises `ModelError` if there is none."""
        with self._lock:
            if self._bundles is None:
                self._bundles = self._find()
        if not self._bundles:
            raise ModelError(" ".join([worded("No model bundle is installed."), *self.damaged.values()]))
        return self._bundles

    def get(self, name: str) -> ModelBundle:
        """Return a bundle by name. Raises `ModelError` when there is none of that name."""
        bundles = self.bundles()
        if name in self.damaged and name not in bundles:
            raise ModelError(self.damaged[name])
        if name not in bundles:
            raise ModelError(f"There is no model bundle {name!r}; installed are {', '.join(bundles)}.")
        return bundles[name]

    def follow(self) -> None:
        """Look again at what is installed where a bundle came, went or changed since."""
        if self._bundles is not None and self._stamp() != self._seen:
            self.refresh()

    def _stamp(self) -> frozenset[tuple[Path, int]]:
        """Return the manifests that there are, and when each was written."""
        found = set()
        for manifest in (m for root in self._folders for m in root.glob(f"[!.]*/{MANIFEST}")):
            with suppress(OSError):  # removed meanwhile
                found.add((manifest, manifest.stat().st_mtime_ns))
        return frozenset(found)

    def refresh(self) -> None:
        """Look again at what is installed; networks of bundles that have not changed stay loaded."""
        with self._lock:
            before, self._bundles = self._bundles or {}, self._find()
            kept = {n for n, b in self._bundles.items() if n in before and b.info.digest == before[n].info.digest}
            self._loaded = {key: value for key, value in self._loaded.items() if key[0] in kept}

    def sibling(self) -> "BundleStore":
        """Return a store of the same bundles for another thread: most networks serve one thread at a time."""
        return BundleStore(self._folders, device=self._wanted, lender=self)

    @contextmanager
    def sharing_processor(self, most: int) -> Iterator[tuple[int, Callable[[], None]]]:
        """Part the processor among threads that each have a store of their own; an accelerator serves one.

        Yields
        ------
        count : int
            How many threads, `most` at most.
        begin : callable
            To be called in each of them before its first network runs.
        """
        torch = sys.modules.get("torch")
        threads, opencv = torch.get_num_threads() if torch else processors(), cv2.getNumThreads()
        count = max(1, min(most, threads)) if self._serves_threads() else 1
        cv2.setNumThreads(threads // count)

        def begin() -> None:
            set_thread_count(threads // count)
            _limit_torch()

        try:
            yield count, begin
        finally:
            cv2.setNumThreads(opencv)
            if torch:
                torch.set_num_threads(threads)

    def _serves_threads(self) -> bool:
        """Whether images can be analysed side by side: on a processor."""
        if self._wanted == CPU:
            return True
        ready = self._wanted == ANY_DEVICE and all(b.has_graphs for b in self.bundles().values())
        return ready or find_spec("torch") is None or self.device.type == CPU

    def use_device(self, device: str) -> None:
        """Run the networks elsewhere from now on. Raises `ModelError` when there is no such device."""
        if device not in DEVICES or device not in (ANY_DEVICE, CPU):
            from segx_viewer.networks.devices import choose_device

            choose_device(device)
        with self._lock:
            self._wanted, self._device, self._loaded = device, None, self._without_networks()

    def _without_networks(self) -> dict[tuple[str, str], Any]:
        return {key: value for key, value in self._loaded.items() if key[1] not in NETWORKS}

    def fall_back(self) -> bool:
        """Go on with the processor because the accelerator's memory ran out; False if that is where it ran."""
        if self._device is None or self._device.type == CPU:
            return False
        import torch

        log.info("Not enough memory on %s: going on with the processor", self.device)
        with self._lock:
            self._wanted, self._device, self._loaded = CPU, torch.device(CPU), self._without_networks()
        torch.accelerator.empty_cache()
        return True

    def _find(self) -> dict[str, ModelBundle]:
        found: dict[str, ModelBundle] = {}
        self.damaged = {}
        self._seen = self._stamp()
        for folder in (f for root in self._folders if root.is_dir() for f in sorted(root.iterdir())):
            if not (folder / MANIFEST).is_file() or folder.name.startswith("."):
                continue
            try:
                bundle = read_bundle(folder)
            except ModelError as error:
                # One damaged bundle does not take the others with it.
                self.damaged[folder.name] = str(error)
                log.info("A model is left out: %s", error)
                continue
            found.setdefault(bundle.info.name, bundle)
        return found

    def graph(self, name: str, network: str) -> Graph | None:
        """Return the ready graph of a bundle's "classifier" or "segmenter", loaded once; None where it has none.

        Graphs run on the processor, so there is none for a store that was asked for another device.
        """
        if self._wanted not in (ANY_DEVICE, CPU):
            return None
        return self.once(name, f"{network} graph", lambda: graph_of(self.get(name), network))

    def classifier(self, name: str) -> "nn.Module":
        """Return a bundle's classifier, loaded once, for inference only."""
        _limit_torch()
        return self.once(name, "classifier", lambda: self._load_classifier(name))

    def segmenter(self, name: str) -> "nn.Module":
        """Return a bundle's segmenter, loaded once, for inference only."""
        from segx_viewer.networks.folding import example_of, ready_segmenter

        _limit_torch()
        bundle = self.get(name)

        def load() -> "nn.Module":
            example = example_of(bundle.segmenter_input.channels, bundle.segmenter_input.input_shape).to(self.device)
            return ready_segmenter(self._placed(bundle.load_segmenter()), example)

        return self.once(name, "segmenter", load)

    def target_layer(self, name: str) -> str:
        """Return the layer that a bundle's classifier is explained at; "auto" in the manifest leaves it to tracing.

        "" for a network that is a black box.
        """
        bundle = self.get(name)
        if bundle.is_black_box:
            return ""
        if bundle.target_layer != AUTO:
            return bundle.target_layer
        self.classifier(name)
        return self._loaded[name, "target_layer"]

    def baselines(self, name: str) -> "torch.Tensor | None":
        """Return the inputs (N, C, h, w) that a bundle's Gradient SHAP as published starts from; None without any."""
        from safetensors.torch import load_file

        bundle = self.get(name)
        if not bundle.baselines:
            return None
        return self.once(name, "baselines", lambda: load_file(bundle.verified_path(bundle.baselines))["inputs"])

    def _load_classifier(self, name: str) -> "nn.Module":
        from segx_viewer.networks.folding import example_of, ready_classifier
        from segx_viewer.networks.spatial import choose_layer

        bundle = self.get(name)
        example = example_of(bundle.preprocessing.channels, bundle.preprocessing.input_shape)
        networks, layer = [bundle.load_classifier()], bundle.target_layer
        if bundle.is_black_box:
            layer = ""
        elif layer == AUTO:
            layer = self.once(name, "target_layer", lambda: choose_layer(networks[0], example))
        # Given away: it is not needed any more as soon as there is a faster one.
        return ready_classifier(self._placed(networks.pop()), example.to(self.device), layer, bundle.gate_layer)

    def _placed(self, network: "nn.Module") -> "nn.Module":
        """Move a network to the device; programs stay on the processor, for which they were made."""
        from segx_viewer.networks.forward import network_of

        return network if network_of(network).is_program else network.to(self.device)

    def once(self, name: str, what: str, load: Callable[[], T]) -> T:
        """Return something of a bundle, such as its "classifier", which `load` makes the first time."""
        key = (name, what)
        if key not in self._loaded:
            with self._lock:  # graphs are made side by side; what imports torch, one after the other
                loading = self._loading[key if what.endswith(" graph") else ("", "")]
            with loading:  # one thread loads, the others wait for what it has loaded
                if key not in self._loaded:
                    lent = None if self._lender is None else self._lender.lend(name, what)
                    loaded = load() if lent is None else lent
                    if what.endswith(" graph") or "torch" in sys.modules:  # making a network leaves some
                        process.give_back_memory()
                    with self._lock:
                        self._loaded.setdefault(key, loaded)
        return self._loaded[key]

    def has(self, name: str, what: str) -> bool:
        """Whether something of a bundle was made already; see `once`."""
        return (name, what) in self._loaded

    def lend(self, name: str, what: str) -> "nn.Module | Graph | None":
        """Return a bundle's "classifier" or "segmenter", or the graph of one, if several threads may use it."""
        if what.endswith(" graph"):
            return self.graph(name, what.removesuffix(" graph"))
        if what not in NETWORKS:
            return None
        from segx_viewer.networks.forward import network_of

        network = self.classifier(name) if what == "classifier" else self.segmenter(name)
        return network if network_of(network).serves_threads else None


def _limit_torch() -> None:
    """Let torch run on as many threads as this thread was told: it counts for each thread by itself."""
    torch = sys.modules.get("torch")
    if torch is not None and thread_count() < torch.get_num_threads():
        torch.set_num_threads(thread_count())
