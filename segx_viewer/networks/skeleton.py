"""Makes the graph without weights of a torch network; see `segx_viewer.networks.graph`.

Nothing is folded on the way, so that every initialiser is a tensor of the weights file under its own name; the runtime
folds batch norms into their convolutions when it loads the graph.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from segx_viewer.errors import ModelError
from segx_viewer.networks.compiled import NotCompilable, graph_of
from segx_viewer.networks.graph import Graph
from segx_viewer.networks.graph_spec import GraphSpec
from segx_viewer.networks.head import LinearHead
from segx_viewer.networks.surgery import linear_head

LARGEST_CONSTANT = 1 << 20
"""Bytes of what is no weight and yet stands in a graph (position tables); above that it is no skeleton."""
TOLERANCE = 1e-3
"""Largest difference from the torch network, relative to the largest value."""


@torch.no_grad()
def skeleton_of(network: nn.Module, example: Tensor, layers: Sequence[str] = ()) -> tuple[bytes, GraphSpec]:
    """Return a network's graph without its weights, tried on two inputs.

    Parameters
    ----------
    network : nn.Module
        In evaluation mode, on the processor.
    example : Tensor, shape (1, C, h, w)
    layers : sequence of str
        Layers whose outputs are wanted; for a classifier the target layer first.

    Raises
    ------
    ModelError
        When the network has no such graph, or one that answers otherwise.
    """
    try:
        model = onnx.load_from_string(graph_of(network, example, layers, folded=False))
    except NotCompilable as error:
        raise ModelError(f"The network has no ready graph: {error}") from error
    state = {name: t.detach().float().numpy() for name, t in network.state_dict().items() if t.is_floating_point()}
    used = _empty(model, state)
    spec = GraphSpec(tuple(layers), tuple(name for name in state if name not in used))
    data = model.SerializeToString()
    inputs = example, (1 - example).flip(-1)
    head = linear_head(model, layers[0], state) if layers else None
    if head is not None:
        whole = GraphSpec(spec.layers, spec.unused, *head)
        if _head_fits(network, Graph(data, whole, lambda: state), inputs):
            spec = whole
    graph = Graph(data, spec, lambda: state)
    for x in inputs:
        if not _same(graph(x.numpy()), network(x).numpy()):
            raise ModelError("The network has no ready graph: it answers otherwise than the network does.")
    return data, spec


def _empty(model: onnx.ModelProto, state: Mapping[str, np.ndarray]) -> set[str]:
    """Take the weights out of a model; return the names of those that it uses."""
    used = set()
    for tensor in model.graph.initializer:
        name = tensor.name.removeprefix("network.")
        if name in state:
            _rename(model, tensor.name, name)
            tensor.ClearField("raw_data")
            tensor.data_location = onnx.TensorProto.EXTERNAL
            tensor.external_data.add(key="location", value="weights")
            used.add(name)
        elif len(tensor.raw_data) > LARGEST_CONSTANT:
            raise ModelError(f"The network has no ready graph: {name} is large and not among its weights.")
    return used


def _rename(model: onnx.ModelProto, before: str, name: str) -> None:
    for node in model.graph.node:
        for i, given in enumerate(node.input):
            if given == before:
                node.input[i] = name
    for tensor in model.graph.initializer:
        if tensor.name == before:
            tensor.name = name


def _head_fits(network: nn.Module, graph: Graph, inputs: Sequence[Tensor]) -> bool:
    head = graph.head
    assert isinstance(head, LinearHead)  # noqa: S101 - found in the graph
    for x in inputs:
        maps = graph.outputs(x.numpy(), graph.layers[0])[0]
        if maps.ndim != 4 or maps.shape[1] != head.weight.shape[1]:
            return False
        if not _same(head.logits(maps), network(x).numpy()):
            return False
    return True


def _same(found: np.ndarray, expected: np.ndarray) -> bool:
    if found.shape != expected.shape:
        return False
    return bool(np.abs(found - expected).max() <= TOLERANCE * max(float(np.abs(expected).max()), 1e-6))
