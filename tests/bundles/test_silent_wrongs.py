"""What would be wrong without a word: told or refused before a model is installed."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import timm
import torch
import torchvision
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import save_file
from torch import nn

from segx_viewer.bundles import offer, own
from segx_viewer.bundles.manifest import Preprocessing
from segx_viewer.bundles.store import BundleStore
from segx_viewer.domain.geometry import Placement
from segx_viewer.errors import ModelError
from segx_viewer.inference.predictor import preprocess
from segx_viewer.networks.architectures import build_classifier
from segx_viewer.networks.forward import forward
from segx_viewer.networks.tail import Tail


class Small(nn.Module):
    """A convolution, a head, and what follows it."""

    def __init__(self, end=None, classes=3):
        super().__init__()
        torch.manual_seed(5)
        self.conv = nn.Conv2d(3, 4, 8, stride=8)
        self.norm, self.drop = nn.BatchNorm2d(4), nn.Dropout(0.5)
        self.head = nn.Linear(4, classes)
        self.end = end or (lambda x: x)

    def forward(self, x):
        return self.end(10 * self.head(self.drop(self.norm(self.conv(x)).relu().mean((2, 3)))))


def exported(path, network):
    torch.export.save(
        torch.export.export(network, (torch.zeros(2, 3, 96, 96),), dynamic_shapes=({0: torch.export.Dim.DYNAMIC},)),
        path,
    )
    return path


@pytest.mark.parametrize("end", [lambda x: x.softmax(1), lambda x: x.sigmoid()])
def test_outputs_that_are_activated_already_are_never_activated_again(add_small, tmp_path, end):
    network = Small(end).eval()
    path = exported(tmp_path / "a.pt2", network)
    kind = "softmax" if float(end(torch.ones(1, 2)).sum()) == 1 else "sigmoid"
    with pytest.raises(ModelError, match="say --output probabilities"):
        add_small(path, "exported", activation=kind, classifier__output="logits")
    found = add_small(path, "exported", activation=kind)
    assert any("taken as probabilities" in note for note in found.notes)
    how = BundleStore([tmp_path / "models"]).get("mine").preprocessing
    from segx_viewer.imaging.display import to_display

    x = torch.from_numpy(preprocess(to_display(found.analysis.image), how)[0])[None]
    np.testing.assert_allclose(found.analysis.prediction.probabilities, network(x)[0].detach(), atol=1e-4)


def test_outputs_that_may_be_probabilities_are_asked_about(add_small, tmp_path):
    path = exported(tmp_path / "a.pt2", Small(lambda x: x.abs() / (1 + x.abs())).eval())
    with pytest.raises(ModelError, match=r"within 0\.\.1 on every trial: say whether"):
        add_small(path, "exported")
    with pytest.raises(ModelError, match="do not add up to 1: each class stands for itself; say activation sigmoid"):
        add_small(path, "exported", classifier__output="probabilities")


def test_one_output_under_softmax_is_refused_with_the_way_out(add_small, tmp_path):
    path = exported(tmp_path / "a.pt2", Small(classes=1).eval())
    with pytest.raises(ModelError, match="say activation sigmoid, and name that class"):
        add_small(path, "exported", classes=offer.classes_of(["malignant"]))
    with pytest.raises(ModelError, match="name that class alone, with activation sigmoid"):
        add_small(path, "exported", classes=offer.classes_of(["benign", "malignant"]))


@pytest.mark.parametrize("part", ["norm", "drop"])
def test_a_program_exported_in_training_mode_is_refused(add_small, tmp_path, part):
    network = Small().eval()
    getattr(network, part).train()
    path = exported(tmp_path / "a.pt2", network)
    why = {"norm": "depends on the others beside it", "drop": "another answer each time"}[part]
    with pytest.raises(ModelError, match=rf"exported in training mode \(.*{why}"):
        add_small(path, "exported")


def test_of_two_outputs_none_is_taken_without_a_word(add_small, tmp_path):
    class Two(Small):
        def forward(self, x):
            logits = super().forward(x)
            return logits + 1, logits

    path = exported(tmp_path / "a.pt2", Two().eval())
    with pytest.raises(ModelError, match=r"gives 2 outputs; say which one is meant \(--take\): 0 '0' \(1, 3\), 1 '1'"):
        add_small(path, "exported")


def test_weights_of_a_deeper_sibling_are_named_counted_and_refused(add_small, tmp_path):
    state = timm.create_model("test_efficientnet", num_classes=3).state_dict()
    more = {f"blocks.9.{i}.weight": torch.zeros(2) for i in range(7)}
    save_file({**state, **more}, tmp_path / "a.safetensors")
    with pytest.raises(ModelError, match=r"has 7 weights for which .*blocks\.9\.0\.weight.* and 2 more"):
        add_small(tmp_path / "a.safetensors")


def test_weights_that_never_saw_an_image_stand_out(add_small, tmp_path):
    save_file(timm.create_model("test_efficientnet", num_classes=3).state_dict(), tmp_path / "a.safetensors")
    notes = add_small(tmp_path / "a.safetensors").notes
    assert any("look untrained" in note for note in notes)
    assert any("licence of the weights is not stated" in note for note in notes)


def test_the_architectures_own_configuration_is_the_default():
    table = own.of_architecture("timm/tf_efficientnet_lite0")
    assert (table["mean"], table["input_shape"]) == ([0.5] * 3, [224, 224])
    assert (table["fit"], table["resize"], table["interpolation"]) == ("crop", 256, "bicubic")
    assert own.of_architecture("timm/efficientnet_b2", [260, 260])["resize"] == 260
    assert own.of_architecture("torchvision/efficientnet_b1")["resize"] == 255
    assert own.timm_options("timm/vit_tiny_patch16_224", [96, 96]) == {"img_size": [96, 96]}


@pytest.mark.parametrize("shape", [(300, 401), (512, 300), (90, 260)])
@pytest.mark.parametrize("name", ["tf_efficientnet_lite0", "test_vit"])
def test_an_input_is_the_one_that_the_library_makes(shape, name):
    from PIL import Image

    config = timm.get_pretrained_cfg(name).to_dict()
    config["input_size"] = (3, 96, 96)
    pixels = np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8)
    theirs = timm.data.create_transform(**timm.data.resolve_data_config({}, pretrained_cfg=config))(
        Image.fromarray(pixels)
    )
    table = own.of_timm(config)
    how = Preprocessing(**{k: tuple(v) if isinstance(v, list) else v for k, v in table.items()})
    np.testing.assert_allclose(preprocess(pixels, how)[0], theirs.numpy(), atol=1e-5)


def test_a_map_of_a_cropped_input_lies_where_the_crop_lay():
    placement = Placement.crop((100, 200), (64, 64), 80)
    spot = np.zeros((100, 200), np.float32)
    spot[40:60, 90:110] = 1
    back = placement.to_image(np.asarray(placement.place(spot)))
    assert np.abs(back - spot).mean() < 0.02
    whole = placement.to_image(np.ones((64, 64), np.float32))
    assert whole[50, 100] == 1
    assert whole[0, 100] == whole[50, 0] == 0, "nothing is known of what was cut off"


def test_a_model_like_another_has_a_name_a_version_and_a_licence_of_its_own(lender):
    manifest = offer.like("dermoscopy-ham10000", {"dermoscopy-ham10000": lender}).manifest
    assert "name" not in manifest
    assert (manifest["version"], manifest["licence"]) == ("1", "not stated")
    assert manifest["title"].startswith("like ")


def test_a_file_of_class_names_is_a_class_a_line(tmp_path: Path):
    (tmp_path / "labels.txt").write_text("nevus\nmelanoma\n")
    (tmp_path / "id2label.json").write_text(json.dumps({"1": "b", "0": "a", "10": "c"}))
    assert [c["code"] for c in offer.classes_of([str(tmp_path / "labels.txt")])] == ["nevus", "melanoma"]
    assert [c["code"] for c in offer.classes_of([str(tmp_path / "id2label.json")])] == ["a", "b", "c"]
    with pytest.raises(ModelError, match="could not be read"):
        offer.classes_of(["nowhere.txt"])


def test_densenet_is_explained_after_its_relu():
    network = build_classifier("torchvision/densenet121", 2).eval()
    assert (
        network.state_dict().keys() == torchvision.models.densenet121(weights=None, num_classes=2).state_dict().keys()
    )
    passed = forward(network, torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(0)), "features")
    assert float(passed.activations.detach().min()) == 0


def test_bgr_swaps_the_colours():
    pixels = np.zeros((16, 16, 3), np.uint8)
    pixels[..., 0] = 255
    how = Preprocessing((16, 16), colour="bgr", mean=(0.0,) * 3, std=(1.0,) * 3)
    assert preprocess(pixels, how)[0].mean((1, 2)).tolist() == [0, 0, 1]


def write_two_channels(path, end):
    """A segmenter of background and region, from the brightness."""
    weights = numpy_helper.from_array(np.float32([[-1] * 3, [1] * 3]).reshape(2, 3, 1, 1), "w")
    nodes = [helper.make_node("Conv", ["x", "w"], ["logits"])]
    nodes += [helper.make_node(end, ["logits"], ["y"], axis=1)] if end else []
    info = helper.make_tensor_value_info
    kind = TensorProto.INT64 if end == "ArgMax" else TensorProto.FLOAT
    graph = helper.make_graph(
        nodes, "two", [info("x", TensorProto.FLOAT, ["n", 3, 96, 96])], [info("y" if end else "logits", kind, None)],
        [weights],
    )  # fmt: skip
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


@pytest.mark.parametrize("end", ["", "Softmax", "ArgMax"])
def test_a_segmenter_of_two_classes_never_gives_the_background(tmp_path, end):
    from segx_viewer.api import add_model

    torch.manual_seed(0)
    state = timm.create_model("test_efficientnet", num_classes=2).state_dict()
    save_file(state, tmp_path / "a.safetensors")
    write_two_channels(tmp_path / "b.onnx", end)
    changes = {
        "name": "mine",
        "classifier.architecture": "timm/test_efficientnet",
        "classes": offer.classes_of(["a", "b"]),
        "preprocessing.input_shape": [96, 96],
    }
    plain = offer.compose(tmp_path / "a.safetensors", changes, {}, segmenter=str(tmp_path / "b.onnx"))
    if end != "ArgMax":
        with pytest.raises(ModelError, match=r"gives 2 channels; the first of two is most often the background"):
            add_model(plain, into=tmp_path / "models")
        named = {"regions": [{"name": "lesion", "channels": [1]}], "segmenter.activation": "ask"}
        plain = offer.changed(plain, named)
    analysis = add_model(plain, into=tmp_path / "models").analysis
    from segx_viewer.imaging.display import to_display

    how = BundleStore([tmp_path / "models"]).get("mine").segmenter_input
    x, own_placement = preprocess(to_display(analysis.image), how)
    bright = own_placement.to_image(x.sum(0) > 0)
    region, seen = (analysis.placement.to_image(m) for m in (analysis.segmentation.mask, np.ones((96, 96), bool)))
    assert (region == bright)[seen].mean() > 0.97, "the region is brought to the classifier's grid, which is cropped"
    assert 0.2 < bright.mean() < 0.95


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the exporter's own
def test_an_onnx_tail_has_the_gradients_of_the_network(tmp_path):
    network = timm.create_model("mobilenetv3_small_050", num_classes=3).eval()
    with torch.no_grad():
        x = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
        torch.onnx.export(network, (x,), tmp_path / "a.onnx", dynamo=False)
    from segx_viewer.networks.onnx_model import Onnx, session_of
    from segx_viewer.networks.surgery import candidates, cuts, read_model, with_outputs

    model = read_model(tmp_path / "a.onnx")
    names = candidates(model)
    program = Onnx(tmp_path / "a.onnx")
    values = program.run_in(session_of(with_outputs(model, names).SerializeToString()), x, names)
    output, image = model.graph.output[0].name, model.graph.input[0].name
    given = {**dict(zip(names, (v.numpy() for v in values), strict=True)), image: x.numpy()}
    first = cuts(model, output, image, given)[0]
    tail, maps = Tail(first.tail), torch.from_numpy(given[first.maps]).requires_grad_()
    passed = forward(network, x, "blocks.5")
    assert maps.shape == passed.activations.shape
    torch.testing.assert_close(tail(maps), network(x), rtol=1e-3, atol=1e-4)
    ours = torch.autograd.grad(tail(maps)[0, 1], maps)[0]
    theirs = torch.autograd.grad(passed.attached()[0, 1], passed.activations)[0]
    torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-6)
