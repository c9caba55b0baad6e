"""ONNX models, run on the processor by ONNX Runtime; explained at their last feature maps where they give them.

A model of one's own is a graph. Its last feature maps are made an output when it is installed, and what follows them is
kept as a small model of its own (`segx_viewer.networks.tail`), through which gradients can be had.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor, nn

from segx_viewer.domain.arrays import Numbers
from segx_viewer.errors import ModelError, worded
from segx_viewer.networks.kinds import INSTANCES
from segx_viewer.networks.network import ForwardPass, Inside, Program, explained_by_head
from segx_viewer.networks.outputs import PLAIN, Wanted, filled_up, tidy, which
from segx_viewer.networks.runtime import onnxruntime
from segx_viewer.networks.tail import Tail
from segx_viewer.networks.yolo import masks_of

Length: TypeAlias = int | str | None
"""Of an axis: a number, or a name or None where it may be any."""
Shape: TypeAlias = Sequence[Length]

_CHANNELS = (1, 3, 4)
_TYPES: dict[str, type[np.number]] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(uint8)": np.uint8,
    "tensor(uint16)": np.uint16,
    "tensor(int16)": np.int16,
    "tensor(int32)": np.int32,
    "tensor(uint32)": np.uint32,
    "tensor(int64)": np.int64,
}
WHOLE = tuple(name for name, kind in _TYPES.items() if issubclass(kind, np.integer))
"""Types of whole numbers: the file alone does not say how high they go, but for bytes."""


class Onnx(nn.Module, Program):
    """An ONNX model, run on the processor. It has no gradients but those of its tail.

    Parameters
    ----------
    path : Path
    wanted : Wanted
    tail : tuple of Path and str, optional
        What follows the last feature maps, and the name of the output that gives them.

    Attributes
    ----------
    layers : tuple of str
        What can be explained: the name of the last feature maps, if they are known.
    """

    def __init__(self, path: Path, wanted: Wanted = PLAIN, tail: tuple[Path | None, str] | None = None) -> None:
        super().__init__()
        self._session = session_of(path)
        given = [i for i in self._session.get_inputs() if len(i.shape or ()) != 0]
        if len(given) != 1 or len(self._session.get_inputs()) != 1:
            names = ", ".join(f"{i.name} {i.shape}" for i in self._session.get_inputs())
            raise ModelError(f"{path.name} wants {names} as inputs; a model of images has one.")
        self._name, self._type, self._shape = given[0].name, given[0].type, list(given[0].shape)
        if self._type not in _TYPES or len(self._shape) != 4:
            raise ModelError(f"{path.name} wants {self._type} {self._shape}; images are (N, C, H, W) of numbers.")
        self._batch = self._shape[0] if isinstance(self._shape[0], int) else None
        self.wanted = wanted
        self.layers: tuple[str, ...] = () if tail is None else (tail[1],)
        self.tail = None if tail is None or tail[0] is None else Tail.read(tail[0])
        self._names = [o.name for o in self._session.get_outputs() if o.name not in self.layers]

    @property
    def batch(self) -> int | None:
        """How many images it takes at a time; None for any number."""
        return self._batch

    @property
    def inside(self) -> Inside:
        """Itself."""
        return self

    @property
    def input_name(self) -> str:
        """What its input is called."""
        return self._name

    @property
    def output_names(self) -> list[str]:
        """What its own outputs are called, those of `layers` left out."""
        return list(self._names)

    @property
    def computes_in_half(self) -> bool:
        """Whether it computes with 16 bits."""
        return self._type == "tensor(float16)"

    @property
    def takes_whole_numbers(self) -> bool:
        """Whether its input is whole numbers."""
        return self._type in WHOLE

    @property
    def channels_last(self) -> bool:
        """Whether it takes (N, H, W, C), as Keras and TensorFlow do."""
        return channels_last(self._shape)

    @property
    def is_program(self) -> bool:
        """Whether it stays as it comes."""
        return True

    @property
    def serves_threads(self) -> bool:
        """Whether several threads may use it at a time."""
        return False

    def explains(self, layer: str) -> bool:
        """Whether it gives a layer's output."""
        return self.layers == (layer,)

    def passes(self, x: Tensor, target_layer: str, gate_layer: str = "") -> list[ForwardPass]:
        """Run it once, with its last feature maps beside its logits; it has no layer for the gate."""
        if not self.explains(target_layer):
            raise ModelError(f"The ONNX model has no output {target_layer!r} to explain.")
        with torch.no_grad():
            logits, maps = self.outputs(x, target_layer)
        # Without a tail nothing but the maps themselves can be explained (Eigen-CAM, Score-CAM).
        return explained_by_head(logits, maps.float(), None, None if self.tail is None else self.head)

    def scores_from(self, x: Tensor, layer: str, output: Tensor) -> Tensor:
        """Return the logits of the last feature maps, whichever layer is named."""
        return self.head(output)

    def head(self, maps: Tensor) -> Tensor:
        """Return the logits (N, K) of the last feature maps; gradients reach these."""
        if self.tail is None:
            raise ModelError("What follows this ONNX model's last feature maps is not known; choose another method.")
        # One by one: its shapes may say that there is one image.
        return torch.cat([tidy(self.tail(row), self.wanted) for row in maps.split(1)])

    def forward(self, x: Tensor) -> Tensor:
        """Return logits."""
        return self.outputs(x)[0]

    def raw(self, x: Tensor) -> dict[str, Tensor]:
        """Return every output by its name, as it comes."""
        return dict(zip(self._names, self._run(x, self._names), strict=True))

    def outputs(self, x: Tensor, *layers: str) -> list[Tensor]:
        """Return logits, and the outputs of layers, for inputs (N, C, h, w)."""
        size = self.batch or 1  # one by one: a program may not take more at a time, whatever its shapes say
        found: list[list[Tensor]] = []
        for part in x.split(size):
            (*given,) = self._run(part, [*self._names, *layers])
            own = given[: len(self._names)]
            found.append([self._logits(own, (part.shape[-2], part.shape[-1])), *given[len(own) :]])
        return [torch.cat(each)[: len(x)].to(x.device) for each in zip(*found, strict=True)]

    def _logits(self, own: Sequence[Tensor], shape: tuple[int, int]) -> Tensor:
        if self.wanted.turn == INSTANCES:
            return masks_of(own, self.wanted.channels, shape)
        return tidy(own[which(self._names, [tuple(t.shape) for t in own], self.wanted)], self.wanted)

    def _run(self, x: Tensor, names: Sequence[str]) -> list[Tensor]:
        return self.run_in(self._session, x, names)

    def run_in(self, session: onnxruntime.InferenceSession, x: Tensor, names: Sequence[str]) -> list[Tensor]:
        """Return what a session of this model, with other outputs, gives for inputs (N, C, h, w)."""
        array, count = filled_up(x, self.batch).detach().cpu().numpy(), len(x)
        if self.channels_last:
            array = array.transpose(0, 2, 3, 1)
        try:
            found = session.run(list(names), {self._name: _as(array, _TYPES[self._type])})
        except Exception as error:  # the runtime's exceptions have no common base but this one
            raise ModelError(self._misfit(tuple(x.shape))) from error
        rows = slice(count if count != len(array) else None)  # of outputs without a row for each image, all
        return [torch.from_numpy(np.ascontiguousarray(a[rows] if a.shape[:1] == array.shape[:1] else a)) for a in found]

    def _misfit(self, shape: tuple[int, ...]) -> str:
        _, channels, h, w = sizes(self._shape)
        wish = worded(f"it was made for {h} x {w} pixels and {channels} channels; name that as the input size")
        known = all(isinstance(n, int) for n in (channels, h, w))
        said = wish if known else worded("try another input size, such as one that 32 divides")
        return worded(
            f"The ONNX model could not be run on an input of {shape[2]} x {shape[3]} with {shape[1]} channels: {said}."
        )


def session_of(model: Path | bytes) -> onnxruntime.InferenceSession:
    """Return a session. Raises `ModelError` where the runtime cannot run the model."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what it says goes to the terminal; what matters is raised
    options.intra_op_num_threads = torch.get_num_threads()
    name = model.name if isinstance(model, Path) else "The model"
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # see `Onnx._run`
        beside = "external" in str(error).lower() or (
            "initializer" in str(error).lower() and "file" in str(error).lower()
        )
        hint = (
            worded("the file with its weights is missing beside it")
            if beside
            else worded("it is damaged, or uses what ONNX Runtime lacks")
        )
        raise ModelError(f"{name} is not an ONNX model that can be run: {hint}.") from error


def sizes(shape: Shape) -> tuple[Length, Length, Length, Length]:
    """Return (N, C, H, W) of an input's shape; names or None where any size may come."""
    n, a, b, c = shape
    return (n, c, a, b) if channels_last(shape) else (n, a, b, c)


def channels_last(shape: Shape) -> bool:
    """Whether an input's shape is (N, H, W, C).

    Examples
    --------
    >>> channels_last([1, 224, 224, 3]), channels_last(["n", 3, "h", "w"])
    (True, False)
    """
    return len(shape) == 4 and shape[3] in _CHANNELS and shape[1] not in _CHANNELS


def _as(array: Numbers, kind: type[np.number]) -> Numbers:
    if issubclass(kind, np.integer):
        limits = np.iinfo(kind)
        # Of 64 bits, the highest is none of a float's: casting that would overflow.
        array = np.clip(np.round(array), max(limits.min, -(2**31)), min(limits.max, 2**31 - 129))
    return np.ascontiguousarray(array, kind)
