"""A network as ONNX Runtime runs it on a processor: the same weights, in less time than torch takes for each module.

The graph is made from the loaded network whenever it is loaded, in a fraction of a second. Nothing is stored, so
nothing can be exchanged on the disk or grow old.
"""

import copy
import io
import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from segx_viewer import process
from segx_viewer.networks.doubling import convolving_before_doubling
from segx_viewer.networks.forward import network_of
from segx_viewer.networks.network import ForwardPass, Network, explained_by_head, features_of
from segx_viewer.networks.padding import known_sizes
from segx_viewer.networks.runtime import onnxruntime, share_arena

LARGEST = 128 * 2**20
"""Bytes of weights above which a network stays as it is: the runtime keeps copies, and gains less on large layers."""

_SESSIONS = 2
"""Numbers of threads for which a session is kept."""

_exporting = threading.Lock()  # the exporter has global state


class NotCompilable(RuntimeError):  # noqa: N818 - an outcome, not a fault
    """The network has no graph, or none that the runtime knows."""


class Compiled(nn.Module, Network):
    """A network that ONNX Runtime runs, as long as no gradient is asked for.

    For frozen networks on a processor. Inputs of another size or type, and gradients, take the network itself; so must
    whoever hooks its layers or changes its weights.

    Parameters
    ----------
    network : nn.Module
        In evaluation mode, parameters frozen.
    example : Tensor, shape (1, C, h, w)
    layers : sequence of str
        Layers whose outputs are wanted beside the network's own.

    Attributes
    ----------
    network : nn.Module
    head : callable or None
        Gives logits from the first layer's output, where the network has such a function.

    Raises
    ------
    NotCompilable
    """

    def __init__(self, network: nn.Module, example: Tensor, layers: Sequence[str] = ()) -> None:
        super().__init__()
        self.network = network
        self.training = network.training
        self.layers = tuple(layers)
        self.head: Callable[[Tensor], Tensor] | None = getattr(network, "forward_head", None) if layers else None
        self._example = example
        self._like = example.shape[1:]
        self._graph: bytes | None = graph_of(network, example, self.layers)
        self._sessions: OrderedDict[int, onnxruntime.InferenceSession] = OrderedDict()
        self._lock = threading.Lock()

    def __deepcopy__(self, memo: dict[int, object]) -> nn.Module:
        """Copy the network itself: copies may be changed."""
        return copy.deepcopy(self.network, memo)

    def get_submodule(self, target: str) -> nn.Module:
        """Return a layer of the network by its name there."""
        return self.network.get_submodule(target)

    def forward(self, x: Tensor) -> Tensor:
        """Return what the network gives."""
        if not self.suits(x) or (torch.is_grad_enabled() and x.requires_grad):
            return self.network(x)
        return self.outputs(x, "output")[0]

    def suits(self, x: Tensor) -> bool:
        """Return whether the runtime can take a batch of inputs."""
        return x.shape[1:] == self._like and x.dtype == torch.float32 and x.device.type == "cpu"

    def explains(self, layer: str) -> bool:
        """Return whether `head` goes on from a layer."""
        return self.head is not None and self.layers[0] == layer

    @property
    def is_program(self) -> bool:
        """Whether it stays as it comes."""
        return False

    @property
    def serves_threads(self) -> bool:
        """Whether several threads may use it at a time: no layer has to be hooked for its output."""
        return self.head is not None or not self.layers

    def passes(self, x: Tensor, target_layer: str, gate_layer: str = "") -> list[ForwardPass]:
        """Run it once, or the network itself where the graph does not give what is asked for."""
        known = self.explains(target_layer) and (not gate_layer or gate_layer in self.layers)
        if not known or not self.suits(x):
            return network_of(self.network).passes(x, target_layer, gate_layer)
        logits, activations, *maps = self.outputs(x, "output", target_layer, *filter(None, (gate_layer,)))
        return explained_by_head(logits, activations, features_of(maps[0]) if maps else None, self.head)

    def scores_from(self, x: Tensor, layer: str, output: Tensor) -> Tensor:
        """Return the logits for a layer's output, by the head where there is one."""
        if self.head is not None and self.explains(layer):
            return self.head(output)
        return network_of(self.network).scores_from(x, layer, output)

    def outputs(self, x: Tensor, *names: str) -> list[Tensor]:
        """Return the outputs of `layers`, or of the network by the name "output", for inputs (N, C, h, w)."""
        session, rows = self._session(), np.ascontiguousarray(x.detach().numpy())
        try:  # image by image: what goes from layer to layer then stays in the processor's cache
            answers = [session.run(list(names), {"input": rows[i : i + 1]}) for i in range(len(rows))]
        except Exception as error:  # the runtime's exceptions have no common base but this one
            raise RuntimeError(f"ONNX Runtime: {error}") from error
        together = (
            answers[0] if len(answers) == 1 else [np.concatenate(arrays) for arrays in zip(*answers, strict=True)]
        )
        return [torch.from_numpy(array) for array in together]

    def _session(self) -> onnxruntime.InferenceSession:
        """Return a session with as many threads as torch would use here; one thread is the caller's own."""
        threads = torch.get_num_threads()
        with self._lock:
            if threads not in self._sessions:
                self._sessions[threads] = self._begin_session(threads)
                if len(self._sessions) > _SESSIONS:
                    self._sessions.popitem(last=False)
            return self._sessions[threads]

    def _begin_session(self, threads: int) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = threads
        options.enable_mem_pattern = False  # one large block for each session, instead of what they share
        options.add_session_config_entry("session.force_spinning_stop", "1")  # others need the cores then
        if share_arena():
            options.add_session_config_entry("session.use_env_allocators", "1")
        # The graph is made anew for other threads: it holds the weights once more.
        graph, self._graph = self._graph or graph_of(self.network, self._example, self.layers), None
        process.give_back_memory()
        session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        session._model_bytes = None  # kept for a change of providers, which there is none of
        return session


class _WithLayers(nn.Module):
    """A network that gives its layers' outputs beside its own."""

    def __init__(self, network: nn.Module, layers: Sequence[str]) -> None:
        super().__init__()
        self.network, self.layers = network, layers

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        kept: dict[str, Tensor] = {}
        handles = [
            self.network.get_submodule(name).register_forward_hook(
                lambda _module, _inputs, output, name=name: kept.__setitem__(name, output)
            )
            for name in self.layers
        ]
        try:
            output = self.network(x)
        finally:
            for handle in handles:
                handle.remove()
        return (output, *(kept[name] for name in self.layers))


def graph_of(network: nn.Module, example: Tensor, layers: Sequence[str], *, folded: bool = True) -> bytes:
    """Return a network as an ONNX model that gives the outputs of some layers beside its own.

    Parameters
    ----------
    folded : bool
        Whether constants are worked out and batch norms folded; otherwise each weight stands there by its own name.

    Raises
    ------
    NotCompilable
        When it is too large, or the exporter cannot follow it.
    """
    size = sum(p.numel() * p.element_size() for p in network.parameters())
    if size > LARGEST:
        raise NotCompilable(f"its weights take {size >> 20} MiB")
    file = io.BytesIO()
    process.give_back_memory()  # folding has left some, and exporting takes the weights several times
    # The older exporter: the newer one needs onnxscript, and takes ten times as long.
    with (
        _exporting,
        warnings.catch_warnings(),
        _without_a_word(),
        known_sizes(network),
        convolving_before_doubling(network),
    ):
        warnings.simplefilter("ignore")
        try:  # it takes a file, too, which its types do not say
            torch.onnx.export(
                _WithLayers(network, layers).eval(), (example,), cast(str, file), dynamo=False,
                input_names=["input"], output_names=["output", *layers], do_constant_folding=folded,
                training=torch.onnx.TrainingMode.EVAL if folded else torch.onnx.TrainingMode.PRESERVE,
            )  # fmt: skip
        except (RuntimeError, TypeError, ValueError, KeyError, AttributeError, IndexError) as error:
            raise NotCompilable(str(error)) from error
    return file.getvalue()


@contextmanager
def _without_a_word() -> Iterator[None]:
    """Keep the exporter from printing a graph that it cannot export, hundreds of lines; its own switch does not."""
    said = torch._C._jit_onnx_log
    torch._C._jit_onnx_log = lambda *_words: None
    try:
        yield
    finally:
        torch._C._jit_onnx_log = said
