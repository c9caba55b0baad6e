"""Kinds of files, each from its file to its map; and wrong kinds, each named in one sentence."""

import sys
import zipfile
from pathlib import Path

import onnx
import pytest
import torch
from onnx import TensorProto, helper
from safetensors.torch import save_file

from segx_viewer.api import add_model
from segx_viewer.bundles import offer
from segx_viewer.bundles.folders import classifier_of, segmenter_of
from segx_viewer.bundles.manifest import read_bundle
from segx_viewer.errors import ModelError
from segx_viewer.networks.strangers import stranger
from segx_viewer.networks.weights import state_of
from segx_viewer.paths import resources_folder
from tests.bundles import zoo

FEW = (
    "timm, {'state_dict_ema'}",
    "timm hub folder, safetensors",
    "transformers folder, ViT",
    "transformers folder, MobileNetV2",
    "transformers folder, ResNet of two stages (extra hub)",
    "torch.export, softmax inside",
    "ONNX, MobileNetV3 (layers after pooling)",
    "ONNX, N H W C (Keras, TensorFlow)",
    "ONNX, bytes in",
    "smp folder, activation inside",
    "MONAI bundle, YAML",
    "YOLO, classify (ONNX)",
    "YOLO, segment (ONNX, segmenter)",
    "ONNX segmenter, numbers of classes (argmax inside)",
    "smp, Lightning .ckpt without a configuration",
    "torchvision, fc as several layers",
    "ONNX, vision transformer",
    "ONNX, 16 bits",
    "ONNX, weights in another file",
    "ONNX, 16-bit whole numbers, divided inside",
    "ONNX, int32 of any range",
)


@pytest.mark.filterwarnings("ignore")  # the libraries' own
@pytest.mark.parametrize("name", FEW)
def test_a_kind_comes_from_its_file_to_its_map(name, tmp_path, capsys):
    (kind,) = (k for k in zoo.KINDS if k.name == name)
    if not kind.possible:
        pytest.skip(f"{kind.needs} is not installed")
    seen = zoo.through(kind, tmp_path, zoo.drawn_picture(tmp_path / "lesion.png"))
    assert seen.difference is None or seen.difference < 1e-4
    # What a network of 16 bits rounds, another order of its sums rounds otherwise.
    assert seen.likeness is None or seen.likeness > (0.998 if name == "ONNX, 16 bits" else 0.999)
    assert seen.gradients is None or seen.gradients > 0.999
    assert seen.region is None or seen.region < 1e-4
    assert "note: \n" not in capsys.readouterr().out


@pytest.mark.filterwarnings("ignore")  # the library's own
def test_what_timm_has_too_needs_no_transformers(tmp_path, monkeypatch, lender):
    pytest.importorskip("transformers")
    made = {}
    for name in ("transformers folder, ViT", "transformers folder, RegNet (extra hub)"):
        (kind,) = (k for k in zoo.KINDS if k.name == name)
        (tmp_path / kind.name).mkdir()
        made[name] = kind.make(tmp_path / kind.name).source
    for module in [m for m in sys.modules if m.partition(".")[0] == "transformers"]:
        monkeypatch.setitem(sys.modules, module, None)
    found, with_it = (offer.with_segmenter_of(offer.compose(source, {}, {}), lender) for source in made.values())
    bundle = read_bundle(add_model(found, into=tmp_path / "models").folder)
    assert bundle.classifier.architecture == "timm/vit_base_patch16_224"
    with pytest.raises(ModelError, match="This model needs transformers, which is not installed"):
        add_model(with_it, into=tmp_path / "models")


def test_the_table_has_every_kind():
    page = (resources_folder() / "docs" / "models.md").read_text("utf-8")
    rows = page[page.index(zoo.BEGIN) : page.index(zoo.END)]
    assert [kind.name for kind in zoo.KINDS if f"| {kind.name} |" not in rows] == []
    assert len(zoo.KINDS) >= 40


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("net.h5", "is a Keras model; make an ONNX model of it: python -m tf2onnx"),
        ("net.keras", r"is a Keras model; .*load_model\('net.keras'\)"),
        ("net.tflite", "is a TensorFlow Lite model"),
        ("net.engine", "is a TensorRT engine"),
    ],
)
def test_what_cannot_be_read_is_named_with_the_way_out(tmp_path, add_small, name, said):
    (tmp_path / name).write_bytes(b"something")
    with pytest.raises(ModelError, match=said):
        add_small(tmp_path / name)


def yolo(path: Path, task: str) -> Path:
    """An ONNX model that says of itself what YOLO's do."""
    info = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("Identity", ["x"], ["y"])], "yolo", [info("x", TensorProto.FLOAT, [1, 3, 96, 96])],
        [info("y", TensorProto.FLOAT, [1, 3, 96, 96])],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {"task": task, "names": "{0: 'lesion'}"})
    onnx.save(model, path)
    return path


@pytest.mark.parametrize("task", ["detect", "obb", "pose"])
def test_what_yolo_gives_beside_classes_is_named(tmp_path, task):
    path = yolo(tmp_path / "yolo.onnx", task)
    with pytest.raises(ModelError, match=f"is a YOLO model for {task}, which gives boxes; classifiers are those"):
        offer.compose(path, {}, {})
    save_file({"a": torch.zeros(1)}, tmp_path / "a.safetensors")
    with pytest.raises(ModelError, match=f"is a YOLO model for {task}, which gives boxes and no mask of the image"):
        offer.compose(tmp_path / "a.safetensors", {}, {}, segmenter=str(path))


@pytest.mark.parametrize("kind", [TensorProto.UINT16, TensorProto.INT16, TensorProto.INT32, TensorProto.INT64])
def test_whole_numbers_of_any_range_are_asked_about(tmp_path, add_small, kind):
    info = helper.make_tensor_value_info
    nodes = [helper.make_node("Cast", ["x"], ["f"], to=1), helper.make_node("ReduceMean", ["f"], ["y"], axes=[2, 3])]
    graph = helper.make_graph(nodes, "g", [info("x", kind, [1, 3, 96, 96])], [info("y", 1, [1, 3, 1, 1])])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path = tmp_path / "whole.onnx"
    onnx.save(model, path)
    with pytest.raises(ModelError, match=r"whole\.onnx takes whole numbers \(u?int\d+\), .*\(--highest\), such as 255"):
        offer.compose(path, {}, {})
    found = offer.compose(path, {"preprocessing.highest": 4095.0}, {})
    assert found.manifest["preprocessing"]["std"] == [1 / 4095] * 3
    with pytest.raises(ModelError, match="takes whole numbers, and images would reach it as values up to"):
        add_small(path, "onnx", preprocessing__mean=[0.5] * 3, preprocessing__std=[0.25] * 3)


def test_a_segmenter_that_is_not_there_is_told(tmp_path):
    save_file({"a": torch.zeros(1)}, tmp_path / "a.safetensors")
    with pytest.raises(ModelError, match=r"There is no segmenter .*nowhere\.pth: neither a file or folder nor"):
        offer.compose(tmp_path / "a.safetensors", {}, {}, segmenter=str(tmp_path / "nowhere.pth"))


def test_an_architecture_that_is_not_named_is_asked_for_with_its_option(tmp_path, add_small):
    path = tmp_path / "a.safetensors"
    save_file({"a": torch.zeros(1)}, path)
    with pytest.raises(ModelError, match=r"architecture of a\.safetensors is not named, .* tell it: --architecture"):
        add_small(path, "")


def test_another_encoder_of_a_segmenter_is_asked_for(tmp_path):
    import segmentation_models_pytorch as smp

    from segx_viewer.networks.architectures import build_segmenter
    from segx_viewer.networks.weights import fitted

    state = smp.Unet("mobilenet_v2", encoder_weights=None).state_dict()
    with pytest.raises(ModelError, match=r"Another encoder made them; name it \(--segmenter-encoder\)"):
        fitted(state, build_segmenter("smp/unet", {"encoder_name": "resnet18"}), "a.pth")
    again, unused = fitted(state, build_segmenter("smp/unet", {"encoder_name": "mobilenet_v2"}), "a.pth")
    assert (again.keys(), unused) == (state.keys(), [])


def test_monai_yaml_is_data(tmp_path: Path):
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "metadata.json").write_text("{}")
    config = tmp_path / "configs" / "inference.yaml"
    config.write_text("network_def: !!python/object/apply:os.getcwd []")
    with pytest.raises(ModelError, match=r"inference\.yaml in .* is not YAML that can be read as data"):
        classifier_of(tmp_path)
    config.write_text("imports: [$import glob]")
    with pytest.raises(ModelError, match="names its network in none of its configurations"):
        classifier_of(tmp_path)


def test_torchscript_is_named(tmp_path, add_small):
    with zipfile.ZipFile(tmp_path / "net.pt", "w") as archive:
        archive.writestr("net/code/__torch__.py", "")
    with pytest.raises(ModelError, match=r"net\.pt is a TorchScript program; export .*torch\.export\.save"):
        add_small(tmp_path / "net.pt")
    assert stranger(tmp_path / "net.safetensors") == ""


def test_a_folder_of_no_known_kind(tmp_path: Path):
    with pytest.raises(ModelError, match="is no model that is known"):
        offer.compose(tmp_path, {}, {})
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(ModelError, match=r"config\.json in .* is not JSON"):
        classifier_of(tmp_path)
    (tmp_path / "config.json").write_text('{"architectures": ["BertModel"]}')
    with pytest.raises(ModelError, match="is BertModel; of transformers, image classification is read"):
        classifier_of(tmp_path)
    (tmp_path / "config.json").write_text('{"architecture": "resnet18", "num_classes": 2}')
    with pytest.raises(ModelError, match="has a configuration but no weights"):
        classifier_of(tmp_path)
    assert segmenter_of(tmp_path) is None


def test_nothing_of_a_monai_bundle_is_executed(tmp_path: Path):
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "metadata.json").write_text("{}")
    (tmp_path / "configs" / "inference.json").write_text(
        '{"network_def": {"_target_": "UNet", "spatial_dims": 2, "channels": "$__import__(\'os\').getcwd()"}}'
    )
    with pytest.raises(ModelError, match="computes its network's arguments, which is not executed"):
        classifier_of(tmp_path)


def test_several_sets_of_weights_are_told_and_lora_is_refused():
    found = state_of({"model": {"a": torch.zeros(1)}, "model_ema": {"a": torch.ones(1)}}, "x.pth")
    assert found["a"] == 1
    assert found.note == "x.pth holds several sets of weights: model_ema is taken, model is not."
    with pytest.raises(ModelError, match="holds LoRA's additions"):
        state_of({"q.lora_A.weight": torch.zeros(1)}, "x.pth")
    with pytest.raises(ModelError, match="it holds epoch, best"):
        state_of({"epoch": 3, "best": 0.5}, "x.pth")


def test_safetensors_in_several_files_are_read_by_their_index(tmp_path):
    from segx_viewer.networks.weights import read_weights

    save_file({"a": torch.zeros(1)}, tmp_path / "1.safetensors")
    save_file({"b": torch.ones(1)}, tmp_path / "2.safetensors")
    index = tmp_path / "model.safetensors.index.json"
    index.write_text('{"weight_map": {"a": "1.safetensors", "b": "2.safetensors"}}')
    assert read_weights(index).keys() == {"a", "b"}
    index.write_text('{"weight_map": {"a": "../1.safetensors"}}')
    with pytest.raises(ModelError, match="which is not a file beside it"):
        read_weights(index)
