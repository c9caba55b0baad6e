"""Graphs without weights: filled from the bundle's weights they answer as the torch network does."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

from segx_viewer.errors import ModelError
from segx_viewer.networks.graph import Graph
from segx_viewer.networks.graph_spec import GraphSpec
from segx_viewer.networks.libraries import timm, torchvision
from segx_viewer.networks.skeleton import skeleton_of
from segx_viewer.networks.threads import processors, set_thread_count, thread_count

LAST = {
    "tf_efficientnet_lite0": "bn2",
    "mobilenetv3_small_050": "blocks.5",
    "resnet18": "layer4",
    "densenet121": "features",
}


def example(side=96, seed=0):
    return torch.randn(1, 3, side, side, generator=torch.Generator().manual_seed(seed))


def built(name):
    torch.manual_seed(1)
    network = timm.create_model(name, num_classes=4).eval().requires_grad_(False)
    for module in network.modules():  # as after training: nothing is one or zero
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    return network


def weights_of(network):
    return {n: t.float().numpy() for n, t in network.state_dict().items() if t.is_floating_point()}


@pytest.mark.parametrize("name", LAST)
def test_a_filled_graph_answers_as_the_network_does(name):
    network, x = built(name), example(seed=7)
    skeleton, spec = skeleton_of(network, example(), (LAST[name],))
    graph = Graph(skeleton, spec, lambda: weights_of(network))
    np.testing.assert_allclose(graph(x.numpy()), network(x).numpy(), rtol=1e-4, atol=1e-5)


def test_a_graph_holds_no_weights():
    network = built("resnet18")
    skeleton, _ = skeleton_of(network, example(), ("layer4",))
    assert len(skeleton) < 0.01 * sum(w.nbytes for w in weights_of(network).values())


@pytest.mark.parametrize(
    ("name", "has_head"),
    [("tf_efficientnet_lite0", True), ("resnet18", True), ("densenet121", True), ("mobilenetv3_small_050", False)],
)
def test_a_head_is_found_where_pooling_and_a_linear_layer_follow(name, has_head):
    network = built(name)
    skeleton, spec = skeleton_of(network, example(), (LAST[name],))
    graph = Graph(skeleton, spec, lambda: weights_of(network))
    assert (graph.head is not None) == has_head
    if graph.head is not None:
        x = example(seed=3).numpy()
        np.testing.assert_allclose(graph.head.logits(graph.outputs(x, LAST[name])[0]), graph(x), rtol=1e-4, atol=1e-5)


def test_the_head_of_a_network_with_a_relu_before_its_pooling_has_its_gradients():
    network = built("densenet121")
    skeleton, spec = skeleton_of(network, example(), ("features",))
    graph = Graph(skeleton, spec, lambda: weights_of(network))
    maps = torch.from_numpy(graph.outputs(example(seed=3).numpy(), "features")[0]).requires_grad_()
    logits = network.forward_head(maps) if hasattr(network, "forward_head") else network.head(maps)
    expected = torch.autograd.grad(logits[0, 2], maps)[0][0]
    np.testing.assert_allclose(graph.head.gradients(maps.detach().numpy()[0], [2])[0], expected.numpy(), atol=1e-7)


def test_several_inputs_are_answered_one_by_one():
    network = torchvision.models.resnet18(num_classes=3).eval()
    skeleton, spec = skeleton_of(network, example(), ("layer4",))
    x = torch.cat([example(seed=1), example(seed=2)])
    with torch.no_grad():
        expected = network(x).numpy()
    np.testing.assert_allclose(
        Graph(skeleton, spec, lambda: weights_of(network))(x.numpy()), expected, rtol=1e-3, atol=1e-4
    )


def test_weights_of_another_network_are_refused():
    skeleton, spec = skeleton_of(built("resnet18"), example(), ("layer4",))
    with pytest.raises(ModelError, match="do not belong together"):
        Graph(skeleton, spec, lambda: weights_of(built("densenet121")))


def test_an_input_of_another_size_is_refused_in_one_sentence():
    network = built("tf_efficientnet_lite0")
    skeleton, spec = skeleton_of(network, example(), ("bn2",))
    with pytest.raises(ModelError, match="could not be run"):
        Graph(skeleton, spec, lambda: weights_of(network))(example(64).numpy())


def test_a_manifest_holds_what_a_graph_needs():
    spec = GraphSpec(("bn2", "blocks.4"), ("spare",), "classifier.weight", "classifier.bias", rectified=True)
    assert GraphSpec.of_table(spec.table()) == spec
    assert GraphSpec.of_table(GraphSpec().table()) == GraphSpec()


def test_each_thread_says_for_itself_on_how_many_threads_it_runs(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    before = thread_count()
    set_thread_count(1)
    try:
        assert thread_count() == 1
    finally:
        set_thread_count(0)
    assert thread_count() == before == processors()


def test_the_first_session_leaves_arithmetic_its_smallest_numbers():
    """Its options decide for the whole program, see findings/onnxruntime-denormals-for-good.sh."""
    program = """
import numpy as np
from onnx import TensorProto, helper
from segx_viewer.networks.graph import session_options
from segx_viewer.networks.runtime import onnxruntime
x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "xy")
graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "relu", [x], [y])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()
session = onnxruntime.InferenceSession(model, session_options(1), providers=["CPUExecutionProvider"])
session.run(None, {"x": np.ones(1, np.float32)})
assert (np.full(8, 1e-40, np.float32) / 2).all()
"""
    subprocess.run([sys.executable, "-c", program], check=True)
