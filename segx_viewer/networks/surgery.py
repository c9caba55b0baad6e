"""Looks into ONNX graphs: the last feature maps, what follows them, and how a graph ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx

from segx_viewer.domain.arrays import Numbers
from segx_viewer.errors import ModelError
from segx_viewer.networks.spatial import token_grid

_LINEAR = ("Gemm", "MatMul")
_PASSES = ("Flatten", "Reshape", "Squeeze", "Identity", "Dropout")
_POOLS = ("GlobalAveragePool", "ReduceMean")
_MAKES_MAPS = ("Conv", "ConvTranspose", "MatMul", "Gemm", "FusedConv", "QLinearConv", "ConvInteger")
_TOKENS = 3
"""Axes of a vision transformer's values."""
_FEWEST = 4
"""Places that maps have at least."""
_LAST = 160
"""How many of a graph's last nodes are looked at for feature maps."""

Users = dict[str, list[onnx.NodeProto]]


def users_of(graph: onnx.GraphProto) -> Users:
    """Return the nodes that use each value, by the value's name."""
    users: Users = {}
    for node in graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)
    return users


def linear_head(model: onnx.ModelProto, layer: str, weights: Mapping[str, object]) -> tuple[str, str, bool] | None:
    """Return weight, bias and whether a ReLU comes first, where a layer is followed by pooling and a linear layer.

    Parameters
    ----------
    model : ModelProto
    layer : str
        Name of the value that the layer gives.
    weights : mapping
        The tensors that may be a linear layer's, by name.
    """
    users = users_of(model.graph)
    at, pooled, rectified = layer, False, False
    while len(users.get(at, ())) == 1:
        node = users[at][0]
        if node.op_type in _LINEAR and pooled:
            names = [name for name in node.input if name in weights]
            return (names[0], names[1] if len(names) > 1 else "", rectified) if names else None
        if node.op_type == "Relu" and not pooled:
            rectified = True
        elif node.op_type in _POOLS and not pooled:
            pooled = True
        elif node.op_type not in _PASSES:
            return None
        at = node.output[0]
    return None


def last_operation(model: onnx.ModelProto, output: str) -> str:
    """Return "Softmax", "Sigmoid", "ArgMax" or "" for how an output is made, shapes aside."""
    makers = {name: node for node in model.graph.node for name in node.output}
    at = output
    while at in makers:
        node = makers[at]
        if node.op_type in ("Softmax", "Sigmoid", "ArgMax"):
            return str(node.op_type)
        if node.op_type not in (*_PASSES, "Cast", "Transpose", "Unsqueeze"):
            return ""
        at = node.input[0]
    return ""


def trains(model: onnx.ModelProto) -> str:
    """Return what in a graph works as in training: "batch norm" or "dropout", "" where nothing does."""
    constants = {t.name: t for t in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "Constant":
            constants[node.output[0]] = next((a.t for a in node.attribute if a.name == "value"), None)
    for node in model.graph.node:
        own = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        if node.op_type == "BatchNormalization" and own.get("training_mode"):
            return "batch norm"
        mode = constants.get(node.input[2]) if node.op_type == "Dropout" and len(node.input) > 2 else None
        if mode is not None and bool(onnx.numpy_helper.to_array(mode)):
            return "dropout"
    return ""


def divisor_of_input(model: onnx.ModelProto, image: str) -> float | None:
    """Return what a graph divides its input by before anything else, None where it does not.

    Examples
    --------
    >>> make = onnx.helper
    >>> scale = make.make_node("Constant", [], ["c"], value_float=4095.0)
    >>> nodes = [make.make_node("Cast", ["x"], ["y"], to=1), scale, make.make_node("Div", ["y", "c"], ["z"])]
    >>> divisor_of_input(make.make_model(make.make_graph(nodes, "g", [], [])), "x")
    4095.0
    """
    users, constants = users_of(model.graph), _constants(model)
    at = image
    while len(users.get(at, ())) == 1:
        node = users[at][0]
        if node.op_type in ("Div", "Mul") and len(node.input) == 2:
            other = node.input[1] if node.input[0] == at else node.input[0]
            value = constants.get(other)
            if value is None or value.size != 1 or not float(value.reshape(-1)[0]):
                return None
            scale = float(value.reshape(-1)[0])
            return scale if node.op_type == "Div" else 1 / scale
        if node.op_type not in ("Cast", "Transpose", "Identity"):
            return None
        at = node.output[0]
    return None


def _constants(model: onnx.ModelProto) -> dict[str, Numbers]:
    """Return a graph's constants that lie in its file, by name."""
    found: dict[str, Numbers] = {
        t.name: onnx.numpy_helper.to_array(t)
        for t in model.graph.initializer
        if t.data_location != onnx.TensorProto.EXTERNAL
    }
    for node in model.graph.node:
        if node.op_type == "Constant":
            (value,) = (onnx.helper.get_attribute_value(a) for a in node.attribute)
            made = onnx.numpy_helper.to_array(value) if isinstance(value, onnx.TensorProto) else np.asarray(value)
            if made.dtype.kind in "fiu":
                found[node.output[0]] = made
    return found


@dataclass(frozen=True, slots=True)
class Cut:
    """A graph cut at its last feature maps: their name, the model with them as an output, and what follows them."""

    maps: str
    whole: onnx.ModelProto = field(repr=False)
    tail: onnx.ModelProto = field(repr=False)


def with_outputs(model: onnx.ModelProto, names: Sequence[str]) -> onnx.ModelProto:
    """Return a copy that gives further values."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    present = {o.name for o in copy.graph.output}
    copy.graph.output.extend(onnx.helper.make_empty_tensor_value_info(n) for n in names if n not in present)
    return copy


def cuts(model: onnx.ModelProto, output: str, image: str, values: Mapping[str, Numbers]) -> list[Cut]:
    """Return where a graph may be cut, the last place first.

    Parameters
    ----------
    model : ModelProto
        With its weights.
    output, image : str
        Names of the scores and of the input.
    values : mapping of str to ndarray
        What the last nodes give for one image; see `candidates`.
    """
    found = []
    for name in candidates(model):
        maps = values.get(name)
        if maps is None or maps.dtype.kind != "f" or not _has_places(maps.shape, values[image].shape):
            continue
        if not _is_made(model, name):
            continue  # the input itself, in other colours
        tail = _tail(model, name, output, image, maps)
        if tail is not None:
            found.append(Cut(name, with_outputs(model, [name]), tail))
    return found


def _has_places(shape: tuple[int, ...], image: tuple[int, ...]) -> bool:
    """Whether values are maps (N, C, h, w) smaller than the image, or a vision transformer's tokens (N, tokens, C)."""
    if len(shape) == 4:
        return shape[2] * shape[3] >= _FEWEST and max(shape[2:]) < max(image)
    sides = sorted(image[1:])[1:]  # the channels are the fewest
    return (
        len(shape) == 3
        and shape[0] == image[0]
        and shape[1] >= _FEWEST
        and token_grid(shape[1], (sides[0], sides[1])) is not None
    )


def candidates(model: onnx.ModelProto) -> list[str]:
    """Return the names of what a graph's last nodes give, the last one first."""
    return [node.output[0] for node in reversed(model.graph.node) if node.output and node.output[0]][:_LAST]


def read_model(path: Path) -> onnx.ModelProto:
    """Read a graph with the weights beside it. Raises `ModelError`."""
    try:
        return onnx.load(path)
    except Exception as error:  # the parser's errors are of several libraries
        if isinstance(error, FileNotFoundError | onnx.onnx_cpp2py_export.checker.ValidationError):
            raise ModelError(f"{path.name} keeps its weights in another file, which is missing beside it.") from error
        raise ModelError(f"{path.name} is not an ONNX model, or it is damaged.") from error


def _is_made(model: onnx.ModelProto, name: str) -> bool:
    """Whether a convolution or the like lies between the input and a value."""
    makers = {made: node for node in model.graph.node for made in node.output}
    open_, seen = [name], set()
    while open_:
        node = makers.get(open_.pop())
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if node.op_type in _MAKES_MAPS:
            return True
        open_ += node.input
    return False


def _tail(model: onnx.ModelProto, name: str, output: str, image: str, maps: Numbers) -> onnx.ModelProto | None:
    """Return what leads from a value to the output; None where something else leads there, too."""
    makers = {made: node for node in model.graph.node for made in node.output}
    constants = {t.name: t for t in model.graph.initializer}
    needed: dict[int, onnx.NodeProto] = {}
    held: dict[str, onnx.TensorProto] = {}
    open_ = [output]
    while open_:
        at = open_.pop()
        if at in ("", name):
            continue
        if at in constants:
            held[at] = constants[at]
        elif at == image or at not in makers:
            return None
        elif id(makers[at]) not in needed:
            needed[id(makers[at])] = makers[at]
            open_ += makers[at].input
    nodes = [node for node in model.graph.node if id(node) in needed]
    info = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        nodes, "tail", [info(name, onnx.TensorProto.FLOAT, ["n", *maps.shape[1:]])],
        [onnx.helper.make_empty_tensor_value_info(output)], list(held.values()),
    )  # fmt: skip
    return onnx.helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)
