"""A network as an ONNX graph that holds no weights, filled with those of its bundle when it is loaded.

A ready graph costs a bundle some 70 kB and saves a start torch, the network's Python code and the exporter. The
weights stay in one place, the bundle's safetensors file; their names are those of the graph's initialisers.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from segx_viewer.errors import ModelError
from segx_viewer.networks.graph_spec import GraphSpec, Weights
from segx_viewer.networks.head import LinearHead
from segx_viewer.networks.runtime import onnxruntime, share_arena
from segx_viewer.networks.threads import thread_count

Floats = NDArray[np.float32]

INPUT, OUTPUT = "input", "output"
_SESSIONS = 2
"""Numbers of threads for which a session is kept."""


@dataclass(slots=True, eq=False)
class Graph:
    """A network as an ONNX graph that holds no weights, joined with those of its bundle when it is run.

    One object serves several threads at a time.

    Parameters
    ----------
    skeleton : bytes
        An ONNX model whose initialisers are external data; see `segx_viewer.networks.skeleton`.
    spec : GraphSpec
    weights : callable
        Gives the tensors by name, float32; called once for each number of threads that the graph runs on.

    Raises
    ------
    ModelError
        When weights and graph do not belong together.
    """

    skeleton: bytes = field(repr=False)
    spec: GraphSpec
    weights: Callable[[], Weights] = field(repr=False)
    head: LinearHead | None = field(init=False, repr=False)
    _sessions: "OrderedDict[int, _Session]" = field(init=False, repr=False)
    _lock: threading.Lock = field(init=False, repr=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        weights = self.weights()
        self._sessions = OrderedDict({thread_count(): self._begin_session(thread_count(), weights)})
        self.head = self.spec.head(weights)

    @property
    def layers(self) -> tuple[str, ...]:
        """Layers whose outputs can be had."""
        return self.spec.layers

    def __call__(self, x: Floats) -> Floats:
        """Return the network's output for inputs (N, C, h, w)."""
        return self.outputs(x, OUTPUT)[0]

    def outputs(self, x: Floats, *names: str) -> list[Floats]:
        """Return the outputs of layers, or of the network by the name "output", for inputs (N, C, h, w).

        Raises
        ------
        ModelError
            When the runtime cannot run the graph on such inputs.
        """
        session, rows = self._session(), np.ascontiguousarray(x)
        try:  # image by image: what goes from layer to layer then stays in the processor's cache
            answers = [session.run(list(names), {INPUT: rows[i : i + 1]}) for i in range(len(rows))]
        except Exception as error:  # the runtime's exceptions have no common base but this one
            raise ModelError("The network could not be run on this image.") from error
        return answers[0] if len(answers) == 1 else [np.concatenate(arrays) for arrays in zip(*answers, strict=True)]

    def _session(self) -> "_Session":
        """Return a session with as many threads as asked for here; one thread is the caller's own."""
        threads = thread_count()
        with self._lock:
            if threads not in self._sessions:
                self._sessions[threads] = self._begin_session(threads, self.weights())
                if len(self._sessions) > _SESSIONS:
                    self._sessions.popitem(last=False)
            return self._sessions[threads]

    def _begin_session(self, threads: int, weights: Weights) -> "_Session":
        options = session_options(threads)
        names = [name for name in weights if name not in self.spec.unused]
        arrays = [np.ascontiguousarray(weights[name]) for name in names]
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in arrays]
        options.add_external_initializers(names, values)
        try:
            session = onnxruntime.InferenceSession(self.skeleton, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # see `outputs`
            raise ModelError("The network's graph and its weights do not belong together.") from error
        session._model_bytes = None  # kept for a change of providers, which there is none of
        return _Session(session, arrays)


@dataclass(frozen=True, slots=True, eq=False)
class _Session:
    """A session, and the weights' memory: the runtime reads it where it is, and keeps no hold of it."""

    session: onnxruntime.InferenceSession
    arrays: list[Floats]

    def run(self, names: list[str], given: dict[str, Floats]) -> list[Floats]:
        found: list[Floats] = self.session.run(names, given)
        return found


def session_options(threads: int) -> onnxruntime.SessionOptions:
    """Return how the runtime runs every network."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what it says goes to the terminal; what matters is raised
    options.intra_op_num_threads = threads
    options.enable_mem_pattern = False  # one large block for each session
    options.add_session_config_entry("session.force_spinning_stop", "1")  # others need the cores then
    if share_arena():
        options.add_session_config_entry("session.use_env_allocators", "1")
    return options
