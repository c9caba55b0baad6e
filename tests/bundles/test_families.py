"""One network of each family, from its file to the SegX map."""

import numpy as np
import onnx
import pytest
import timm
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import save_file
from torch import nn

from segx_viewer.api import add_model
from segx_viewer.bundles import offer
from segx_viewer.bundles.store import BundleStore
from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.errors import ModelError
from segx_viewer.pipeline import analyse_to_end

SWIN = {"img_size": 96, "patch_size": 4, "window_size": 3, "embed_dim": 16, "depths": [1, 2], "num_heads": [1, 2]}


def check(found, folder, method="gradcam"):
    """Its installed copy gives a map that is not flat, and its SegX map."""
    store = BundleStore([folder])
    analysis = analyse_to_end(AnalysisRequest(found.analysis.image, bundle_name="mine"), store)
    ((key, attribution),) = analysis.explanations.items()
    assert key[0] == method
    assert attribution.saliency_map.shape == (96, 96)
    assert attribution.saliency_map.std() > 0
    np.testing.assert_array_equal(
        analysis.explanations[key].segx, attribution.saliency_map * analysis.segmentation.mask
    )
    assert 0 < analysis.segmentation.mask.mean() < 1
    return analysis


@pytest.mark.parametrize(
    ("architecture", "options"),
    [
        ("timm/test_efficientnet", {}),
        ("timm/test_vit", {"img_size": 96}),
        ("timm/swin_tiny_patch4_window7_224", SWIN),
    ],
)
def test_networks_by_name_from_safetensors(add_small, make_random, tmp_path, architecture, options):
    network = make_random(lambda: timm.create_model(architecture.partition("/")[2], num_classes=3, **options))
    save_file(network.state_dict(), tmp_path / "weights.safetensors")
    found = add_small(tmp_path / "weights.safetensors", architecture, classifier__options=options)
    analysis = check(found, tmp_path / "models")
    x = BundleStore([tmp_path / "models"]).get("mine").load_classifier().state_dict()
    assert all(torch.equal(x[k], t) for k, t in network.state_dict().items()), "the weights are kept as they were"
    assert analysis.bundle.methods == ()


def test_a_wrong_layer_is_an_error_and_nothing_is_installed(add_small, make_random, tmp_path):
    """After the last block of a vision transformer only the class token counts: a map would be noise."""
    network = make_random(lambda: timm.create_model("test_vit", num_classes=3, img_size=96))
    save_file(network.state_dict(), tmp_path / "weights.safetensors")
    for layer, complaint in (("norm", "class token|rows and columns"), ("head", "rows and columns"), ("x", "no layer")):
        with pytest.raises(ModelError, match=complaint):
            add_small(
                tmp_path / "weights.safetensors",
                "timm/test_vit",
                classifier__options={"img_size": 96, "global_pool": "token"},
                classifier__target_layer=layer,
            )
    assert list((tmp_path / "models").iterdir()) == []


@pytest.mark.parametrize("dynamic", [True, False])
def test_an_exported_program(add_small, make_random, tmp_path, dynamic):
    network = make_random(lambda: timm.create_model("test_efficientnet", num_classes=3))
    shapes = ({0: torch.export.Dim.DYNAMIC},) if dynamic else None
    program = torch.export.export(network, (torch.zeros(2 if dynamic else 1, 3, 96, 96),), dynamic_shapes=shapes)
    torch.export.save(program, tmp_path / "network.pt2")
    found = add_small(tmp_path / "network.pt2", "exported")
    analysis = check(found, tmp_path / "models")
    assert analysis.explanations["gradcam", analysis.prediction.top].target_layer.startswith("program.")
    loaded = BundleStore([tmp_path / "models"]).classifier("mine")
    x = torch.randn(3, 3, 96, 96, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(loaded(x), network(x), rtol=1e-4, atol=1e-4)


def test_an_exported_program_with_pickled_objects_is_refused(tmp_path, add_small):
    import zipfile

    with zipfile.ZipFile(tmp_path / "network.pt2", "w") as archive:
        archive.writestr("network/data/sample_inputs/model.pt", b"cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(ModelError, match="holds Python objects"):
        add_small(tmp_path / "network.pt2", "exported")


def write_onnx(path, *, probabilities=False, batch="n"):
    """Channel means through one linear layer: class k looks at colour channel k."""
    weights = numpy_helper.from_array(np.eye(3, dtype=np.float32) * 3, "w")
    nodes = [
        helper.make_node("Relu", ["x"], ["r"]),
        helper.make_node("GlobalAveragePool", ["r"], ["p"]),
        helper.make_node("Flatten", ["p"], ["f"]),
        helper.make_node("MatMul", ["f", "w"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
    ]
    name = "probabilities" if probabilities else "logits"
    graph = helper.make_graph(
        nodes if probabilities else nodes[:-1],
        "colours",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, 3, 96, 96])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [batch, 3])],
        [weights],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


@pytest.mark.parametrize("batch", ["n", 1, 4])
def test_an_onnx_model_is_explained_without_gradients(add_small, tmp_path, batch):
    write_onnx(tmp_path / "network.onnx", batch=batch)
    found = add_small(tmp_path / "network.onnx", "onnx")
    assert any("Occlusion instead" in note for note in found.notes)
    analysis = check(found, tmp_path / "models", "occlusion")
    assert analysis.bundle.methods == ("occlusion", "rise")
    x = torch.rand(5, 3, 96, 96, generator=torch.Generator().manual_seed(0))
    loaded = BundleStore([tmp_path / "models"]).classifier("mine")
    torch.testing.assert_close(loaded(x), 3 * x.mean((2, 3)))


def test_onnx_probabilities_become_logits_again(add_small, tmp_path):
    write_onnx(tmp_path / "network.onnx", probabilities=True)
    found = add_small(tmp_path / "network.onnx", "onnx", classifier__output="probabilities")
    write_onnx(tmp_path / "plain.onnx")
    plain = add_small(tmp_path / "plain.onnx", "onnx", name="plain")
    np.testing.assert_allclose(
        found.analysis.prediction.probabilities, plain.analysis.prediction.probabilities, atol=1e-5
    )


def test_an_onnx_segmenter(tmp_path, lender):
    nodes = [helper.make_node("ReduceMean", ["x"], ["y"], axes=[1], keepdims=1)]
    graph = helper.make_graph(
        nodes,
        "bright",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 64, 64])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 1, 64, 64])],
    )
    path = tmp_path / "bright.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)
    network = timm.create_model("test_efficientnet", num_classes=2).eval()
    save_file(network.state_dict(), tmp_path / "weights.safetensors")
    own = {"input_shape": [64, 64], "fit": "letterbox", "colour": "grey", "mean": [0.5] * 3, "std": [0.1] * 3}
    found = offer.changed(
        offer.plain(),
        {
            "name": "mine",
            "title": "Mine",
            "classes": offer.classes_of(["a", "b"]),
            "classifier.architecture": "timm/test_efficientnet",
            "preprocessing.input_shape": [96, 96],
            "segmenter.architecture": "onnx",
            "segmenter.preprocessing": own,
        },
        {"classifier": tmp_path / "weights.safetensors", "segmenter": path},
    )

    analysis = add_model(found, into=tmp_path / "models").analysis
    from segx_viewer.imaging.display import to_display

    picture = to_display(analysis.image).mean(2)
    region = analysis.placement.to_image(analysis.segmentation.probability) > 0.5
    agreement = (region == (picture > 127.5)).mean()
    assert agreement > 0.97, "bright pixels, where they are in the image, whatever the segmenter's own grid"


class Wrong(nn.Module):
    def forward(self, x):
        return x.mean((1, 2, 3))[:, None].expand(-1, 5)


def test_a_model_of_other_classes_is_told(add_small, tmp_path):
    torch.export.save(torch.export.export(Wrong(), (torch.zeros(1, 3, 96, 96),)), tmp_path / "wrong.pt2")
    with pytest.raises(ModelError, match=r"gives \(5,\) scores; the model names 3|No layer"):
        add_small(tmp_path / "wrong.pt2", "exported")
