"""What follows an ONNX model's last feature maps, in torch, so that gradients reach these maps.

ONNX Runtime gives no gradients. Of a classifier the part between its last feature maps and its scores is a handful of
operations, which are carried out here one by one; see https://onnx.ai/onnx/operators for what each one means.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional

from segx_viewer.errors import ModelError

Given: TypeAlias = Sequence[Tensor | None]
"""What goes into an operation: an optional input that is left out is None."""
Operation = Callable[[Given, "Attributes"], Tensor | tuple[Tensor, ...]]


class Attributes:
    """The attributes of an ONNX node, each read as what the operator's definition says it is."""

    def __init__(self, node: onnx.NodeProto) -> None:
        self._stated = {a.name: a for a in node.attribute}

    def __contains__(self, name: str) -> bool:
        return name in self._stated

    def whole(self, name: str, default: int = 0) -> int:
        """Return a whole number."""
        return int(self._stated[name].i) if name in self._stated else default

    def number(self, name: str, default: float) -> float:
        """Return a number."""
        return float(self._stated[name].f) if name in self._stated else default

    def wholes(self, name: str, default: tuple[int, ...] = ()) -> tuple[int, ...]:
        """Return a list of whole numbers."""
        return tuple(int(n) for n in self._stated[name].ints) if name in self._stated else default

    def text(self, name: str, default: str) -> str:
        """Return text."""
        return str(self._stated[name].s.decode()) if name in self._stated else default

    def tensor(self, name: str) -> Tensor:
        """Return a tensor; `KeyError` where there is none."""
        return _tensor(self._stated[name].t)


class Tail(nn.Module):
    """A small ONNX model of one input and one output, carried out in torch.

    Raises
    ------
    ModelError
        If it has an operation that is not known here.
    """

    def __init__(self, model: onnx.ModelProto) -> None:
        super().__init__()
        self._nodes = [(n.op_type, list(n.input), list(n.output), Attributes(n)) for n in model.graph.node]
        unknown = sorted({kind for kind, *_ in self._nodes if kind not in OPERATIONS})
        if unknown:
            raise ModelError(f"after the last feature maps come {', '.join(unknown)}, of which no gradients are known")
        self._constants = {t.name: _tensor(t) for t in model.graph.initializer}
        (self._input,) = (i.name for i in model.graph.input if i.name not in self._constants)
        (self._output,) = (o.name for o in model.graph.output)

    @classmethod
    def read(cls, path: Path) -> "Tail":
        """Read a tail. Raises `ModelError` where it is none."""
        try:
            return cls(onnx.load(path))
        except (OSError, ValueError, onnx.onnx_cpp2py_export.checker.ValidationError) as error:
            raise ModelError(f"{path.name} is damaged; install the model again.") from error

    def forward(self, maps: Tensor) -> Tensor:
        """Return the scores of feature maps."""
        values: dict[str, Tensor | None] = {"": None, **self._constants, self._input: maps.cpu().float()}
        for kind, given, made, attributes in self._nodes:
            result = OPERATIONS[kind]([values[name] for name in given], attributes)
            values |= zip(made, result if isinstance(result, tuple) else (result,), strict=False)
        return _input([values[self._output]]).to(maps.device)


def _tensor(given: onnx.TensorProto) -> Tensor:
    values = torch.from_numpy(numpy_helper.to_array(given).copy())
    return values.float() if values.is_floating_point() else values


def _at(given: Given, number: int) -> Tensor | None:
    """Return an input that may be left out."""
    return given[number] if len(given) > number else None


def _input(given: Given, number: int = 0) -> Tensor:
    """Return an input that is always there."""
    found = given[number]
    if found is None:
        raise ModelError("an operation after the last feature maps lacks an input")
    return found


def _axes(given: Given, how: Attributes) -> list[int] | None:
    """Return axes as an attribute (older opsets) or as the second input."""
    if (second := _at(given, 1)) is not None:
        return [int(a) for a in second.tolist()]
    return list(how.wholes("axes")) if "axes" in how else None


def _reduce(function: Callable[..., Tensor]) -> Operation:
    def reduce(given: Given, how: Attributes) -> Tensor:
        x = _input(given)
        return function(x, _axes(given, how) or list(range(x.ndim)), keepdim=bool(how.whole("keepdims", 1)))

    return reduce


def _gemm(given: Given, how: Attributes) -> Tensor:
    a, b, c = _input(given), _input(given, 1), _at(given, 2)
    found = how.number("alpha", 1.0) * ((a.T if how.whole("transA") else a) @ (b.T if how.whole("transB") else b))
    return found if c is None else found + how.number("beta", 1.0) * c


def _flatten(given: Given, how: Attributes) -> Tensor:
    x = _input(given)
    axis = how.whole("axis", 1) % max(x.ndim, 1)
    return x.reshape(int(np.prod(x.shape[:axis])), -1)


def _reshape(given: Given, how: Attributes) -> Tensor:
    x, shape = _input(given), [int(n) for n in _input(given, 1).tolist()]
    if not how.whole("allowzero"):
        shape = [x.shape[i] if n == 0 else n for i, n in enumerate(shape)]
    return x.reshape(shape)


def _squeeze(given: Given, how: Attributes) -> Tensor:
    axes = _axes(given, how)
    return _input(given).squeeze() if axes is None else _input(given).squeeze(tuple(axes))


def _unsqueeze(given: Given, how: Attributes) -> Tensor:
    widened = _input(given)
    for axis in sorted(_axes(given, how) or []):
        widened = widened.unsqueeze(axis)
    return widened


def _padding(how: Attributes) -> tuple[int, ...]:
    pads = how.wholes("pads", (0, 0, 0, 0))
    if pads[:2] != pads[2:] or how.text("auto_pad", "NOTSET") not in ("NOTSET", "VALID"):
        raise ModelError("the padding after the last feature maps differs from side to side")
    return pads[:2]


def _conv(given: Given, how: Attributes) -> Tensor:
    return functional.conv2d(
        _input(given), _input(given, 1), _at(given, 2), how.wholes("strides", (1, 1)), _padding(how),
        how.wholes("dilations", (1, 1)), how.whole("group", 1),
    )  # fmt: skip


def _average_pool(given: Given, how: Attributes) -> Tensor:
    return functional.avg_pool2d(
        _input(given), how.wholes("kernel_shape"), how.wholes("strides", (1, 1)), _padding(how),
        count_include_pad=bool(how.whole("count_include_pad")),
    )  # fmt: skip


def _max_pool(given: Given, how: Attributes) -> Tensor:
    return functional.max_pool2d(
        _input(given), how.wholes("kernel_shape"), how.wholes("strides", (1, 1)), _padding(how)
    )


def _batch_norm(given: Given, how: Attributes) -> Tensor:
    x, scale, bias, mean, variance = given
    return functional.batch_norm(_input((x,)), mean, variance, scale, bias, False, 0.0, how.number("epsilon", 1e-5))


def _layer_norm(given: Given, how: Attributes) -> Tensor:
    x = _input(given)
    shape = x.shape[how.whole("axis", -1) % x.ndim :]
    return functional.layer_norm(x, shape, _at(given, 1), _at(given, 2), how.number("epsilon", 1e-5))


def _clip(given: Given, how: Attributes) -> Tensor:
    if len(given) > 1:
        return _input(given).clamp(_at(given, 1), _at(given, 2))
    low, high = (how.number(name, 0.0) if name in how else None for name in ("min", "max"))
    return _input(given).clamp(low, high)


def _gelu(given: Given, how: Attributes) -> Tensor:
    return functional.gelu(_input(given), approximate=how.text("approximate", "none"))


def _hard_sigmoid(given: Given, how: Attributes) -> Tensor:
    return (how.number("alpha", 0.2) * _input(given) + how.number("beta", 0.5)).clamp(0, 1)


def _transpose(given: Given, how: Attributes) -> Tensor:
    x = _input(given)
    return x.permute(how.wholes("perm", tuple(range(x.ndim)[::-1])))


def _concat(given: Given, how: Attributes) -> Tensor:
    return torch.cat([_input(given, i) for i in range(len(given))], how.whole("axis"))


def _gather(given: Given, how: Attributes) -> Tensor:
    x, rows, axis = _input(given), _input(given, 1), how.whole("axis")
    found = x.index_select(axis, rows.reshape(-1))
    return found.reshape(*x.shape[:axis], *rows.shape, *x.shape[axis + 1 :])


def _slice(given: Given, _how: Attributes) -> Tensor:
    cut = _input(given)
    starts, ends = (_input(given, number).tolist() for number in (1, 2))
    axes, steps = _at(given, 3), _at(given, 4)
    for place, (start, end) in enumerate(zip(starts, ends, strict=True)):
        axis = place if axes is None else int(axes[place])
        step = 1 if steps is None else int(steps[place])
        # torch takes no steps backwards
        places = range(cut.shape[axis])[slice(int(start), int(end), step)]
        cut = cut.index_select(axis, torch.tensor(list(places), dtype=torch.long))
    return cut


def _split(given: Given, how: Attributes) -> tuple[Tensor, ...]:
    sizes = _at(given, 1)
    if sizes is None:
        raise ModelError("a split into equal parts does not say how many")
    return tuple(_input(given).split([int(n) for n in sizes.tolist()], how.whole("axis", 0)))


def _one(function: Callable[[Tensor], Tensor]) -> Operation:
    return lambda given, _how: function(_input(given))


def _two(function: Callable[[Tensor, Tensor], Tensor]) -> Operation:
    return lambda given, _how: function(_input(given), _input(given, 1))


OPERATIONS: dict[str, Operation] = {
    "Add": _two(torch.add), "Sub": _two(torch.sub), "Mul": _two(torch.mul), "Div": _two(torch.div),
    "Pow": _two(torch.pow), "MatMul": _two(torch.matmul), "Gemm": _gemm, "Conv": _conv,
    "Relu": _one(torch.relu), "Sigmoid": _one(torch.sigmoid), "Tanh": _one(torch.tanh), "Erf": _one(torch.erf),
    "Sqrt": _one(torch.sqrt), "Softplus": _one(functional.softplus), "Mish": _one(functional.mish),
    "HardSwish": _one(functional.hardswish), "HardSigmoid": _hard_sigmoid, "Gelu": _gelu, "Clip": _clip,
    "LeakyRelu": lambda g, how: functional.leaky_relu(_input(g), how.number("alpha", 0.01)),
    "Elu": lambda g, how: functional.elu(_input(g), how.number("alpha", 1.0)),
    "Softmax": lambda g, how: torch.softmax(_input(g), how.whole("axis", -1)),
    "GlobalAveragePool": _one(lambda x: x.mean((2, 3), keepdim=True)),
    "GlobalMaxPool": _one(lambda x: x.amax((2, 3), keepdim=True)),
    "AveragePool": _average_pool, "MaxPool": _max_pool,
    "ReduceMean": _reduce(torch.mean), "ReduceSum": _reduce(torch.sum), "ReduceMax": _reduce(torch.amax),
    "BatchNormalization": _batch_norm, "LayerNormalization": _layer_norm,
    "Flatten": _flatten, "Reshape": _reshape, "Squeeze": _squeeze, "Unsqueeze": _unsqueeze, "Transpose": _transpose,
    "Slice": _slice, "Split": _split,
    "Concat": _concat, "Gather": _gather,
    "Identity": _one(lambda x: x), "Dropout": _one(lambda x: x),
    "Cast": _one(lambda x: x),
    "Constant": lambda _given, how: how.tensor("value"),
    "Shape": _one(lambda x: torch.tensor(x.shape)),
}  # fmt: skip
"""What is known, by the operator's name. What is wrong with one of them shows when a model is installed: its tail is
compared with ONNX Runtime's own scores."""
