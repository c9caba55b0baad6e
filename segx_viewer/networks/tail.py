"""What follows an ONNX model's last feature maps, in torch, so that gradients reach these maps.

ONNX Runtime gives no gradients. Of a classifier the part between its last feature maps and its scores is a handful of
operations, which are carried out here one by one; see https://onnx.ai/onnx/operators for what each one means.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional

from segx_viewer.errors import ModelError

Attributes = Mapping[str, Any]
Operation = Callable[[list[Any], Attributes], Tensor]


class Tail(nn.Module):
    """A small ONNX model of one input and one output, carried out in torch.

    Raises
    ------
    ModelError
        If it has an operation that is not known here.
    """

    def __init__(self, model: onnx.ModelProto) -> None:
        super().__init__()
        self._nodes = [(n.op_type, list(n.input), list(n.output), _attributes(n)) for n in model.graph.node]
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
        values: dict[str, Any] = {"": None, **self._constants, self._input: maps.cpu()}
        for kind, given, made, attributes in self._nodes:
            values[made[0]] = OPERATIONS[kind]([values[name] for name in given], attributes)
        found: Tensor = values[self._output]
        return found.to(maps.device)


def _tensor(given: onnx.TensorProto) -> Tensor:
    found = torch.from_numpy(numpy_helper.to_array(given).copy())
    return found.float() if found.is_floating_point() else found


def _attributes(node: onnx.NodeProto) -> dict[str, Any]:
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


def _axes(given: list[Any], how: Attributes) -> list[int] | None:
    """Return axes as an attribute (older opsets) or as the second input."""
    if len(given) > 1 and given[1] is not None:
        return [int(a) for a in given[1].tolist()]
    return [int(a) for a in how["axes"]] if "axes" in how else None


def _reduce(function: Callable[..., Tensor]) -> Operation:
    def reduce(given: list[Any], how: Attributes) -> Tensor:
        axes = _axes(given, how) or list(range(given[0].ndim))
        return function(given[0], axes, keepdim=bool(how.get("keepdims", 1)))

    return reduce


def _gemm(given: list[Any], how: Attributes) -> Tensor:
    a = given[0].T if how.get("transA") else given[0]
    b = given[1].T if how.get("transB") else given[1]
    found: Tensor = how.get("alpha", 1.0) * (a @ b)
    return found if len(given) < 3 or given[2] is None else found + how.get("beta", 1.0) * given[2]


def _flatten(given: list[Any], how: Attributes) -> Tensor:
    axis = int(how.get("axis", 1)) % max(given[0].ndim, 1)
    return given[0].reshape(int(np.prod(given[0].shape[:axis])), -1)


def _reshape(given: list[Any], how: Attributes) -> Tensor:
    x, shape = given[0], [int(n) for n in given[1].tolist()]
    if not how.get("allowzero"):
        shape = [x.shape[i] if n == 0 else n for i, n in enumerate(shape)]
    return x.reshape(shape)


def _squeeze(given: list[Any], how: Attributes) -> Tensor:
    axes = _axes(given, how)
    return given[0].squeeze() if axes is None else given[0].squeeze(tuple(axes))


def _unsqueeze(given: list[Any], how: Attributes) -> Tensor:
    found = given[0]
    for axis in sorted(_axes(given, how) or []):
        found = found.unsqueeze(axis)
    return found


def _even(given: list[Any], how: Attributes) -> dict[str, Any]:
    pads = list(how.get("pads", [0, 0, 0, 0]))
    if pads[:2] != pads[2:] or how.get("auto_pad", b"NOTSET") not in (b"NOTSET", b"VALID"):
        raise ModelError("the padding after the last feature maps differs from side to side")
    return {"stride": tuple(how.get("strides", (1, 1))), "padding": tuple(pads[:2])}


def _conv(given: list[Any], how: Attributes) -> Tensor:
    more: dict[str, Any] = {"dilation": tuple(how.get("dilations", (1, 1))), "groups": int(how.get("group", 1))}
    return functional.conv2d(given[0], given[1], given[2] if len(given) > 2 else None, **_even(given, how), **more)


def _average_pool(given: list[Any], how: Attributes) -> Tensor:
    counts = bool(how.get("count_include_pad", 0))
    return functional.avg_pool2d(given[0], tuple(how["kernel_shape"]), count_include_pad=counts, **_even(given, how))


def _max_pool(given: list[Any], how: Attributes) -> Tensor:
    return functional.max_pool2d(given[0], tuple(how["kernel_shape"]), **_even(given, how))


def _batch_norm(given: list[Any], how: Attributes) -> Tensor:
    x, scale, bias, mean, variance = given
    return functional.batch_norm(x, mean, variance, scale, bias, False, 0.0, float(how.get("epsilon", 1e-5)))


def _layer_norm(given: list[Any], how: Attributes) -> Tensor:
    axis = int(how.get("axis", -1)) % given[0].ndim
    bias = given[2] if len(given) > 2 else None
    return functional.layer_norm(given[0], given[0].shape[axis:], given[1], bias, float(how.get("epsilon", 1e-5)))


def _clip(given: list[Any], how: Attributes) -> Tensor:
    low, high = ((*given[1:], None, None)[:2]) if len(given) > 1 else (how.get("min"), how.get("max"))
    return given[0].clamp(low, high)


def _gelu(given: list[Any], how: Attributes) -> Tensor:
    return functional.gelu(given[0], approximate=how.get("approximate", b"none").decode())


def _hard_sigmoid(given: list[Any], how: Attributes) -> Tensor:
    return (how.get("alpha", 0.2) * given[0] + how.get("beta", 0.5)).clamp(0, 1)


def _transpose(given: list[Any], how: Attributes) -> Tensor:
    return given[0].permute(*how.get("perm", range(given[0].ndim)[::-1]))


def _one(function: Callable[[Any], Tensor]) -> Operation:
    return lambda given, _how: function(given[0])


def _two(function: Callable[[Any, Any], Tensor]) -> Operation:
    return lambda given, _how: function(given[0], given[1])


OPERATIONS: dict[str, Operation] = {
    "Add": _two(torch.add), "Sub": _two(torch.sub), "Mul": _two(torch.mul), "Div": _two(torch.div),
    "Pow": _two(torch.pow), "MatMul": _two(torch.matmul), "Gemm": _gemm, "Conv": _conv,
    "Relu": _one(torch.relu), "Sigmoid": _one(torch.sigmoid), "Tanh": _one(torch.tanh), "Erf": _one(torch.erf),
    "Sqrt": _one(torch.sqrt), "Softplus": _one(functional.softplus), "Mish": _one(functional.mish),
    "HardSwish": _one(functional.hardswish), "HardSigmoid": _hard_sigmoid, "Gelu": _gelu, "Clip": _clip,
    "LeakyRelu": lambda g, how: functional.leaky_relu(g[0], float(how.get("alpha", 0.01))),
    "Elu": lambda g, how: functional.elu(g[0], float(how.get("alpha", 1.0))),
    "Softmax": lambda g, how: torch.softmax(g[0], int(how.get("axis", -1))),
    "GlobalAveragePool": _one(lambda x: x.mean((2, 3), keepdim=True)),
    "GlobalMaxPool": _one(lambda x: x.amax((2, 3), keepdim=True)),
    "AveragePool": _average_pool, "MaxPool": _max_pool,
    "ReduceMean": _reduce(torch.mean), "ReduceSum": _reduce(torch.sum), "ReduceMax": _reduce(torch.amax),
    "BatchNormalization": _batch_norm, "LayerNormalization": _layer_norm,
    "Flatten": _flatten, "Reshape": _reshape, "Squeeze": _squeeze, "Unsqueeze": _unsqueeze, "Transpose": _transpose,
    "Concat": lambda g, how: torch.cat(g, int(how["axis"])),
    "Identity": _one(lambda x: x), "Dropout": _one(lambda x: x),
    "Cast": _one(lambda x: x),
    "Constant": lambda _given, how: _tensor(how["value"]),
    "Shape": _one(lambda x: torch.tensor(x.shape)),
    "Gather": lambda g, how: g[0].index_select(int(how.get("axis", 0)), g[1].reshape(-1)).reshape(
        *g[0].shape[: int(how.get("axis", 0))], *g[1].shape, *g[0].shape[int(how.get("axis", 0)) + 1 :]),
}  # fmt: skip
"""What is known, by the operator's name. What is wrong with one of them shows when a model is installed: its tail is
compared with ONNX Runtime's own scores."""
