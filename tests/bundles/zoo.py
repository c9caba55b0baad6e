"""Kinds of model files as people have them, each built by its own library with small, random weights.

``python -m tests.bundles.zoo`` takes each from its file to its SegX map, by the command line and by the API, compares
the probabilities with the library's own on the same picture, and writes the table in ``resources/docs/models.md``. A
kind whose library is not installed keeps its line as it was.
"""

import os
import sys
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import timm
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import save_file
from torch import nn

LENDER = ["--segmenter", "dermoscopy-ham10000"]
CLASSES = ["a", "b", "c"]
SIDE = 96


@dataclass(frozen=True)
class Made:
    """A file, what has to be typed for it, and the library's own probabilities of the picture."""

    source: Path
    typed: list[str]
    expected: Callable[[Image.Image], NDArray[Any]] | None = None
    segmenter: list[str] = field(default_factory=lambda: list(LENDER))
    network: nn.Module | None = None
    """The library's own network, as grad-cam explains it, with `seen`, and `layer` where it has another name there."""
    seen: Callable[[Image.Image], torch.Tensor] | None = None
    layer: str = ""
    scores: Callable[[torch.Tensor], torch.Tensor] = lambda found: found
    """What is explained of the library's network, where that is not what it gives."""
    mask: Callable[[Image.Image], NDArray[Any]] | None = None
    """The library's own probabilities (h, w) of the region, of a picture of the input's size."""


@dataclass(frozen=True)
class Kind:
    """A kind of file."""

    name: str
    make: Callable[[Path], Made]
    needs: str = "torch"
    gradients: bool = False
    """Whether maps of the gradients' methods are compared, too: once for each kind of network, for they take long."""

    @property
    def possible(self) -> bool:
        """Whether its library is installed."""
        return find_spec(self.needs) is not None


def alive(network: nn.Module, seed: int = 3) -> nn.Module:
    """Give a network weights as after training: no batch norm is one or zero."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                for tensor, low, high in (
                    (module.running_mean, -0.2, 0.2), (module.running_var, 0.7, 1.3), (module.bias, -0.2, 0.4),
                ):  # fmt: skip
                    tensor.uniform_(low, high, generator=generator)
            if isinstance(module, nn.Linear) and module.out_features <= 4:
                module.weight.normal_(0, 0.4, generator=generator)
    return network.eval().requires_grad_(False)


def doubtful(network: nn.Module, scores: Callable[[Any], torch.Tensor] = lambda found: found) -> nn.Module:
    """Scale a network's last layer so that its scores lie near each other: probabilities of 0 and 1 compare nothing."""
    last = [m for m in network.modules() if isinstance(m, nn.Linear | nn.Conv2d)][-1]
    generator = torch.Generator().manual_seed(4)
    with torch.no_grad():
        spread = scores(network(torch.rand(4, 3, SIDE, SIDE, generator=generator))).std()
        last.weight.div_(spread)
        if last.bias is not None:
            last.bias.div_(spread)
    return network


def by_timm(network: nn.Module, config: dict[str, Any], finish: Callable[[torch.Tensor], torch.Tensor]) -> Any:
    """Return what timm itself says of a picture."""
    how = timm.data.create_transform(**timm.data.resolve_data_config({}, pretrained_cfg=config))
    return lambda picture: finish(network(how(picture)[None]))[0].numpy()


def softmax(x: torch.Tensor) -> torch.Tensor:
    """Over the classes."""
    return x.softmax(1)


def log_softmax(x: torch.Tensor) -> torch.Tensor:
    """What can be known of scores after a softmax."""
    return x.log_softmax(1)


def timm_config(name: str) -> dict[str, Any]:
    """Return timm's own configuration of an architecture."""
    return dict(timm.get_pretrained_cfg(name).to_dict())


def seen_by_timm(config: dict[str, Any]) -> Any:
    """Return how timm itself prepares a picture."""
    how = timm.data.create_transform(**timm.data.resolve_data_config({}, pretrained_cfg=config))
    return lambda picture: how(picture)[None]


def timm_weights(name: str, suffix: str = ".safetensors", wrap: Callable[[Any], Any] = lambda state: state) -> Any:
    """A state dict of a timm network, as a file."""

    def make(folder: Path) -> Made:
        torch.manual_seed(1)
        network = alive(timm.create_model(name, num_classes=3))
        path = folder / f"weights{suffix}"
        if suffix == ".safetensors":
            save_file(wrap(network.state_dict()), path)
        else:
            torch.save(wrap(network.state_dict()), path)
        typed = ["--architecture", f"timm/{name}", "--classes", *CLASSES]
        typed += [] if suffix == ".safetensors" else ["--allow-pickle"]
        return Made(path, typed, by_timm(network, timm_config(name), softmax), network=network,
                    seen=seen_by_timm(timm_config(name)))  # fmt: skip

    return make


def timm_folder(name: str, weights: bool) -> Any:
    """A folder as timm pushes it to a hub."""

    def make(folder: Path) -> Made:
        torch.manual_seed(1)
        network = alive(timm.create_model(name, num_classes=3))
        network.pretrained_cfg["label_names"] = CLASSES
        timm.models.save_for_hf(network, folder, model_config={"label_names": CLASSES}, safe_serialization=weights)
        typed = [] if weights else ["--allow-pickle"]
        return Made(folder, typed, by_timm(network, timm_config(name), softmax), network=network,
                    seen=seen_by_timm(timm_config(name)))  # fmt: skip

    return make


def plain_input(picture: Image.Image, mean: float = 0.0, std: float = 1.0, side: int = SIDE) -> torch.Tensor:
    """Stretch bilinearly, as many notebooks do."""
    array = np.asarray(picture.resize((side, side), Image.Resampling.BILINEAR), np.float32) / 255
    return ((torch.from_numpy(array).permute(2, 0, 1) - mean) / std)[None]


def as_yolo(picture: Image.Image) -> torch.Tensor:
    """Resize the shorter side and cut out the middle, as Ultralytics does for classify."""
    from torchvision.transforms import v2

    return v2.Compose([v2.Resize(SIDE), v2.CenterCrop(SIDE), v2.PILToTensor()])(picture)[None] / 255


PLAIN = ["--mean", "0", "0", "0", "--std", "1", "1", "1", "--interpolation", "bilinear"]
SIZED = ["--input", str(SIDE), str(SIDE)]


class Ended(nn.Module):
    """A network with something before and after it."""

    def __init__(self, network: nn.Module, end: Any, begin: Any = lambda x: x) -> None:
        super().__init__()
        self.network, self.end, self.begin = network, end, begin

    def forward(self, x: torch.Tensor) -> Any:
        """Return what `end` makes of the scores."""
        return self.end(self.network(self.begin(x)))


def onnx_file(
    name: str = "resnet10t", end: Any = lambda x: x, finish: Any = softmax, typed: tuple[str, ...] = (),
    begin: Any = lambda x: x, example: torch.Tensor | None = None, turn: Any = lambda x: x, plain: bool = True,
    opset: int = 17, channels: int = 3, half: bool = False, beside: str = "", side: int = SIDE, layer: str = "layer4",
    scores: Any = lambda x: x, metadata: Any = None, shortest: bool = False, seed: int = 1,
) -> Any:  # fmt: skip
    """An ONNX export of a timm network."""

    def make(folder: Path) -> Made:
        torch.manual_seed(seed)
        network = Ended(alive(timm.create_model(name, num_classes=3, in_chans=channels)), end, begin).eval()
        x = torch.rand(1, channels, side, side) if example is None else example
        if half:
            network, x = network.half(), x.half()
        path = folder / "model.onnx"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(network, (x,), path, dynamo=False, opset_version=opset)
        if beside:
            onnx.save(onnx.load(path), path, save_as_external_data=True, location=beside, size_threshold=0)
        if metadata:
            model = onnx.load(path)
            onnx.helper.set_model_props(model, metadata)
            onnx.save(model, path)
        network = network.float()
        said = [] if metadata else ["--classes", *CLASSES, *(PLAIN if plain else ["--interpolation", "bilinear"])]

        def see(picture: Image.Image) -> torch.Tensor:
            return as_yolo(picture) if shortest else turn(plain_input(picture, side=side))

        # grad-cam sees what comes after `begin`: its input is a picture.
        return Made(path, [*said, *typed], lambda p: finish(network(see(p)))[0].numpy(), network=network.network,
                    seen=lambda p: begin(see(p)), layer=layer, scores=scores)  # fmt: skip

    return make


def exported(
    end: Any = lambda x: x, finish: Any = softmax, typed: tuple[str, ...] = (), dynamic: bool = False,
    scores: Any = lambda x: x, example: torch.Tensor | None = None,
) -> Any:  # fmt: skip
    """A torch.export program."""

    def make(folder: Path) -> Made:
        torch.manual_seed(1)
        begin = (lambda x: x) if example is None else (lambda x: x.float() / 255)
        network = Ended(alive(timm.create_model("resnet10t", num_classes=3)), end, begin).eval()
        shapes = ({0: torch.export.Dim.DYNAMIC},) if dynamic else None
        x = torch.rand(2 if dynamic else 1, 3, SIDE, SIDE) if example is None else example
        program = torch.export.export(network, (x,), dynamic_shapes=shapes)
        torch.export.save(program, folder / "model.pt2")
        said = ["--classes", *CLASSES, *(PLAIN if example is None else PLAIN[-2:]), *SIZED, *typed]
        return Made(folder / "model.pt2", said, lambda p: finish(end(network.network(plain_input(p))))[0].numpy(),
                    network=network.network, seen=plain_input, layer="layer4", scores=scores)  # fmt: skip

    return make


def transformers_folder(kind: str, layer: str = "", **config: Any) -> Any:
    """A folder as transformers saves it."""

    def make(folder: Path) -> Made:
        import transformers

        torch.manual_seed(1)
        names = dict(enumerate(CLASSES))
        own = getattr(transformers, f"{kind}Config")(**config, num_labels=3, id2label=names)
        network = alive(getattr(transformers, f"{kind}ForImageClassification")(own))
        for name, parameter in network.named_parameters():
            if "layer_scale" in name or "grn" in name:  # as they begin, they let nothing through
                parameter.uniform_(0.1, 0.3)
        network = doubtful(network, lambda found: found.logits)
        transformers.utils.logging.disable_progress_bar()
        network.save_pretrained(folder)
        (folder / "preprocessor_config.json").write_text(
            '{"do_resize": true, "size": {"height": 96, "width": 96}, "resample": 2, "do_normalize": true, '
            '"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}'
        )
        return Made(folder, [], lambda p: network(plain_input(p, 0.5, 0.5)).logits.softmax(1)[0].numpy(),
                    network=network, seen=lambda p: plain_input(p, 0.5, 0.5), layer=layer)  # fmt: skip

    return make


def torchvision_weights(name: str) -> Any:
    """A state dict of a torchvision network, seen through its own transforms."""

    def make(folder: Path) -> Made:
        import torchvision

        torch.manual_seed(1)
        network = doubtful(alive(torchvision.models.get_model(name, weights=None, num_classes=3)))
        save_file(network.state_dict(), folder / "weights.safetensors")
        how = torchvision.models.get_model_weights(name).DEFAULT.transforms()
        said = ["--architecture", f"torchvision/{name}", "--classes", *CLASSES]
        return Made(folder / "weights.safetensors", said, lambda p: network(how(p)[None]).softmax(1)[0].numpy(),
                    network=network, seen=lambda p: how(p)[None])  # fmt: skip

    return make


def other_head(head: Callable[[], nn.Module], typed: tuple[str, ...] = ()) -> Any:
    """A torchvision network whose last layer was replaced."""

    def make(folder: Path) -> Made:
        import torchvision

        torch.manual_seed(1)
        network = torchvision.models.resnet18(weights=None)
        network.fc = head()
        network = doubtful(alive(network))
        save_file(network.state_dict(), folder / "weights.safetensors")
        how = torchvision.models.get_model_weights("resnet18").DEFAULT.transforms()
        said = ["--architecture", "torchvision/resnet18", "--classes", *CLASSES, *typed]
        return Made(folder / "weights.safetensors", said, lambda p: network(how(p)[None]).softmax(1)[0].numpy(),
                    network=network, seen=lambda p: how(p)[None])  # fmt: skip

    return make


def grey_input(picture: torch.Tensor) -> torch.Tensor:
    """What OpenCV makes of colours, of a picture that was read as colours."""
    weights = torch.tensor([0.299, 0.587, 0.114])[None, :, None, None]
    return (255 * (picture * weights).sum(1, keepdim=True)).round() / 255


def own_mask(network: nn.Module, activate: Any) -> Any:
    """Return the library's own probabilities of the region of a picture."""
    return lambda picture: activate(network(plain_input(picture)))[0].numpy()


def small_unet(**options: Any) -> Any:
    """A segmenter of segmentation-models-pytorch."""
    import segmentation_models_pytorch as smp

    torch.manual_seed(2)
    return alive(smp.Unet("tu-test_efficientnet", encoder_weights=None, encoder_depth=3, decoder_channels=(8, 8, 8),
                          **options))  # fmt: skip


def smp_folder(**options: Any) -> Any:
    """A segmenter as segmentation-models-pytorch saves it, beside a classifier."""

    def make(folder: Path) -> Made:
        made = exported()(folder)
        network = small_unet(**options)
        network.save_pretrained(folder / "unet")
        said = [] if options.get("classes", 1) == 1 else ["--channels", "1"]
        one = (lambda x: x[:, 0]) if options.get("activation") else (lambda x: x[:, 0].sigmoid())
        two = lambda x: x.softmax(1)[:, 1]  # noqa: E731
        return replace(made, typed=[*made.typed, *said], segmenter=["--segmenter", str(folder / "unet")],
                       mask=own_mask(network, two if said else one))  # fmt: skip

    return make


def smp_weights(folder: Path) -> Made:
    """The weights of a segmenter of segmentation-models-pytorch, without a configuration."""
    import segmentation_models_pytorch as smp

    made = exported()(folder)
    torch.manual_seed(2)
    network = alive(smp.Unet("resnet18", encoder_weights=None, decoder_channels=(32, 16, 16, 8, 8)))
    with torch.no_grad():  # about half of a picture is the region
        network.segmentation_head[0].bias -= network(torch.rand(1, 3, SIDE, SIDE)).median()
    torch.save({"state_dict": {f"model.{k}": t for k, t in network.state_dict().items()}}, folder / "unet.ckpt")
    return replace(made, typed=[*made.typed, "--allow-pickle"], segmenter=["--segmenter", str(folder / "unet.ckpt")],
                   mask=own_mask(network, lambda x: x[:, 0].sigmoid()))  # fmt: skip


def onnx_segmenter(end: Any, own: Any, typed: tuple[str, ...] = (), classes: int = 1) -> Any:
    """A segmenter as ONNX, beside a classifier."""

    def make(folder: Path) -> Made:
        made = exported()(folder)
        network = small_unet(classes=classes)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(Ended(network, end).eval(), (torch.rand(1, 3, SIDE, SIDE),), folder / "unet.onnx",
                              dynamo=False)  # fmt: skip
        return replace(made, typed=[*made.typed, *typed], segmenter=["--segmenter", str(folder / "unet.onnx")],
                       mask=own_mask(network, own))  # fmt: skip

    return make


class Instances(nn.Module):
    """What YOLO's instance segmentation gives: (1, 4 + K + M, n) boxes and (1, M, h / 4, w / 4) prototypes."""

    def __init__(self, classes: int, coefficients: int = 32) -> None:
        super().__init__()
        boxes = torch.zeros(1, 4 + classes + coefficients, 8)
        boxes[0, :4, 0] = torch.tensor([48.0, 48.0, 64.0, 72.0])
        boxes[0, 4, 0], boxes[0, 4 + classes, 0] = 0.8, 8.0
        self.register_buffer("boxes", boxes)
        self.coefficients = coefficients

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Where the picture is dark, the first prototype is above zero."""
        dark = 0.55 - nn.functional.avg_pool2d(x.mean(1, keepdim=True), 4)
        return self.boxes + 0 * x.mean(), dark.repeat(1, self.coefficients, 1, 1)


def yolo_segmenter(folder: Path) -> Made:
    """A YOLO program for segment as the segmenter, beside a classifier."""
    made = exported()(folder)
    network, path = Instances(2), folder / "yolo.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(network, (torch.rand(1, 3, SIDE, SIDE),), path, dynamo=False)
    model = onnx.load(path)
    onnx.helper.set_model_props(model, {"task": "segment", "names": "{0: 'lesion', 1: 'ruler'}", "stride": "32"})
    onnx.save(model, path)

    def own(picture: Image.Image) -> NDArray[Any]:
        within = torch.zeros(SIDE // 4, SIDE // 4)
        within[3:21, 4:20] = 1  # the box, in the prototypes' pixels
        mask = 8 * network(plain_input(picture))[1][:, :1] * within
        mask = nn.functional.interpolate(mask, (SIDE, SIDE), mode="bilinear")
        return (mask > 0)[0, 0].numpy().astype(np.float32)

    return replace(made, segmenter=["--segmenter", str(path)], mask=own)


def monai_yaml(folder: Path) -> Made:
    """The same, with its network in YAML."""
    import json

    made = monai_bundle(folder)
    path = folder / "configs" / "inference.json"
    table = json.loads(path.read_text())["network_def"]
    lines = ["network_def:", *(f"  {key}: {json.dumps(value)}" for key, value in table.items())]
    (folder / "configs" / "inference.yaml").write_text("\n".join(lines))
    path.unlink()
    return made


def monai_bundle(folder: Path) -> Made:
    """A MONAI bundle with its network in a configuration."""
    import json

    from monai.networks.nets import DenseNet

    options = {"spatial_dims": 2, "in_channels": 3, "out_channels": 3, "init_features": 8, "growth_rate": 4,
               "block_config": [2, 2]}  # fmt: skip
    torch.manual_seed(1)
    network = alive(DenseNet(**options))
    for name in ("configs", "models"):
        (folder / name).mkdir()
    data = {"inputs": {"image": {"num_channels": 3, "spatial_shape": [SIDE, SIDE]}},
            "outputs": {"pred": {"channel_def": dict(enumerate(CLASSES))}}}  # fmt: skip
    (folder / "configs" / "metadata.json").write_text(json.dumps({"network_data_format": data}))
    network_def = {"_target_": "monai.networks.nets.DenseNet", **options}
    (folder / "configs" / "inference.json").write_text(json.dumps({"network_def": network_def}))
    torch.save({"model": network.state_dict()}, folder / "models" / "model.pt")
    said = ["--allow-pickle", "--interpolation", "bilinear"]
    return Made(folder, said, lambda p: network(plain_input(p)).softmax(1)[0].numpy(), network=network,
                seen=plain_input)  # fmt: skip


def _lightning(state: Any) -> Any:
    return {"state_dict": {f"model.{k}": t for k, t in state.items()}, "epoch": 3, "pytorch-lightning_version": "2.5"}


SMALL = "test_efficientnet"
RESNET = {"hidden_sizes": [64, 128, 256, 512], "layer_type": "basic"}
CONVNEXT = {"hidden_sizes": [8, 16, 16, 24], "depths": [1, 1, 2, 1]}
VIT = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64, "image_size": SIDE}
SWIN = {"image_size": SIDE, "embed_dim": 16, "depths": [1, 1], "num_heads": [1, 2], "window_size": 3}
NHWC = {"begin": lambda x: x.permute(0, 3, 1, 2), "example": torch.rand(1, SIDE, SIDE, 3)}
BYTES = {
    "begin": lambda x: x.float() / 255,
    "example": torch.zeros(1, 3, SIDE, SIDE, dtype=torch.uint8),
    "plain": False,
}


def whole(begin: Any) -> dict[str, Any]:
    """A program that takes whole numbers of 32 bits."""
    return {"begin": begin, "example": torch.zeros(1, 3, SIDE, SIDE, dtype=torch.int32), "plain": False}


SMP = "segmentation_models_pytorch"
KINDS = (
    Kind("timm, safetensors", timm_weights(SMALL), gradients=True),
    Kind("timm, .pth", timm_weights(SMALL, ".pth")),
    Kind("timm, {'model'}", timm_weights(SMALL, ".pth", lambda s: {"model": s, "epoch": 1})),
    Kind("timm, {'model_state'}", timm_weights(SMALL, ".pth", lambda s: {"model_state": s})),
    Kind("timm, {'state_dict_ema'}", timm_weights(
        SMALL, ".pth", lambda s: {"state_dict": {k: 0 * t for k, t in s.items()}, "state_dict_ema": s})),
    Kind("timm, DataParallel", timm_weights(SMALL, ".pth", lambda s: {f"module.{k}": t for k, t in s.items()})),
    Kind("timm, torch.compile", timm_weights(SMALL, ".pth", lambda s: {f"_orig_mod.{k}": t for k, t in s.items()})),
    Kind("Lightning .ckpt", timm_weights(SMALL, ".ckpt", _lightning)),
    Kind("timm, vision transformer", timm_weights("test_vit"), gradients=True),
    Kind("timm, ConvNeXt", timm_weights("test_convnext"), gradients=True),
    Kind("timm, NFNet", timm_weights("test_nfnet"), gradients=True),
    Kind("timm, ResNet", timm_weights("test_resnet")),
    Kind("timm hub folder, safetensors", timm_folder(SMALL, True), "huggingface_hub"),
    Kind("timm hub folder, pickle", timm_folder(SMALL, False), "huggingface_hub"),
    Kind("torchvision, ResNet-18", torchvision_weights("resnet18"), "torchvision", True),
    Kind("torchvision, MobileNetV3", torchvision_weights("mobilenet_v3_small"), "torchvision", True),
    Kind("torchvision, ShuffleNetV2", torchvision_weights("shufflenet_v2_x0_5"), "torchvision"),
    Kind("torchvision, SqueezeNet", torchvision_weights("squeezenet1_1"), "torchvision"),
    Kind("torchvision, fc as dropout and linear", other_head(
        lambda: nn.Sequential(nn.Dropout(0.2), nn.Linear(512, 3))), "torchvision"),
    Kind("torchvision, fc as several layers", other_head(
        lambda: nn.Sequential(nn.Linear(512, 32), nn.GELU(), nn.Dropout(0.2), nn.Linear(32, 3)),
        ("--head-activation", "gelu")), "torchvision"),
    Kind("transformers folder, ResNet", transformers_folder(
        "ResNet", "resnet.encoder.stages.3", depths=[1, 1, 1, 1], **RESNET), "transformers"),
    Kind("transformers folder, ViT", transformers_folder(
        "ViT", "vit.layers.1.layernorm_before", patch_size=16, **VIT), "transformers", True),
    Kind("transformers folder, DeiT", transformers_folder(
        "DeiT", "deit.layers.1.layernorm_before", patch_size=16, **VIT), "transformers"),
    Kind("transformers folder, Swin", transformers_folder("Swin", "swin.layernorm", **SWIN), "transformers", True),
    Kind("transformers folder, ConvNeXt", transformers_folder(
        "ConvNext", "convnext.encoder.stages.3", **CONVNEXT), "transformers"),
    Kind("transformers folder, ConvNeXt V2", transformers_folder(
        "ConvNextV2", "convnextv2.encoder.stages.3", **CONVNEXT), "transformers"),
    Kind("transformers folder, MobileNetV2", transformers_folder(
        "MobileNetV2", "mobilenet_v2.conv_1x1", depth_multiplier=0.35), "transformers"),
    Kind("transformers folder, ResNet of two stages (extra hub)", transformers_folder(
        "ResNet", embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic"), "transformers"),
    Kind("transformers folder, RegNet (extra hub)", transformers_folder(
        "RegNet", embedding_size=8, hidden_sizes=[8, 8, 16, 16], depths=[1, 1, 1, 1], groups_width=8), "transformers"),
    Kind("torch.export, fixed batch", exported(), gradients=True),
    Kind("torch.export, any batch", exported(dynamic=True)),
    Kind("torch.export, softmax inside", exported(softmax, lambda x: x, scores=log_softmax)),
    Kind("torch.export, dictionary", exported(
        lambda x: {"logits": x, "more": x + 1}, lambda x: softmax(x["logits"]), ("--take", "logits"))),
    Kind("torch.export, bytes in", exported(
        typed=("--highest", "255"), example=torch.zeros(1, 3, SIDE, SIDE, dtype=torch.uint8))),
    Kind("ONNX, logits", onnx_file()),
    Kind("ONNX, vision transformer", onnx_file("test_vit", side=160, layer="blocks.4")),
    Kind("ONNX, 16 bits", onnx_file(half=True)),
    Kind("ONNX, one channel", onnx_file(
        channels=1, seed=2, turn=grey_input, plain=False, typed=("--mean", "0", "--std", "1", "--colour", "grey"))),
    Kind("ONNX, weights in another file", onnx_file(beside="weights.bin")),
    Kind("ONNX, opset 12", onnx_file(opset=12)),
    Kind("ONNX, softmax inside", onnx_file(end=softmax, finish=lambda x: x, scores=log_softmax)),
    Kind("ONNX, sigmoid inside", onnx_file(end=torch.sigmoid, finish=lambda x: x, typed=("--activation", "sigmoid"))),
    Kind("ONNX, EfficientNet", onnx_file("test_efficientnet", layer="bn2")),
    Kind("ONNX, MobileNetV3 (layers after pooling)", onnx_file("mobilenetv3_small_050", layer="blocks")),
    Kind("ONNX, N H W C (Keras, TensorFlow)", onnx_file(turn=lambda x: x.permute(0, 2, 3, 1), **NHWC)),
    Kind("ONNX, bytes in", onnx_file(turn=lambda x: (255 * x).round().to(torch.uint8), **BYTES)),
    Kind("ONNX, 16-bit whole numbers, divided inside", onnx_file(
        turn=lambda x: (65535 * x).round().to(torch.int32), **whole(lambda x: x.float() / 65535))),
    Kind("ONNX, int32 of any range", onnx_file(
        turn=lambda x: (4095 * x).round().to(torch.int32), typed=("--highest", "4095"),
        **whole(lambda x: (x.float() - 2047.5) / 2047.5))),
    Kind("ONNX, normalisation inside", onnx_file(begin=lambda x: (x - 0.5) / 0.25)),
    Kind("ONNX, one row without a batch", onnx_file(end=lambda x: x[0], finish=lambda x: x.softmax(0)[None])),
    Kind("ONNX, scores second of two", onnx_file(
        end=lambda x: (x.mean(1, keepdim=True), x), finish=lambda x: softmax(x[1]))),
    Kind("YOLO, classify (ONNX)", onnx_file(
        end=softmax, finish=lambda x: x, scores=log_softmax, shortest=True,
        metadata={"task": "classify", "names": str(dict(enumerate(CLASSES))), "imgsz": str([SIDE, SIDE])})),
    Kind("YOLO, segment (ONNX, segmenter)", yolo_segmenter),
    Kind("smp folder (segmenter)", smp_folder(), SMP),
    Kind("smp folder, activation inside", smp_folder(activation="sigmoid"), SMP),
    Kind("smp folder, two classes", smp_folder(classes=2), SMP),
    Kind("smp, Lightning .ckpt without a configuration", smp_weights, SMP),
    Kind("ONNX segmenter, logits", onnx_segmenter(lambda x: x, lambda x: x[:, 0].sigmoid()), SMP),
    Kind("ONNX segmenter, sigmoid inside", onnx_segmenter(torch.sigmoid, lambda x: x[:, 0].sigmoid()), SMP),
    Kind("ONNX segmenter, two classes under softmax", onnx_segmenter(
        softmax, lambda x: x.softmax(1)[:, 1], ("--channels", "1"), classes=2), SMP),
    Kind("ONNX segmenter, numbers of classes (argmax inside)", onnx_segmenter(
        lambda x: x.argmax(1), lambda x: (x.argmax(1) > 0).float(), classes=3), SMP),
    Kind("ONNX segmenter, N H W C", onnx_segmenter(
        lambda x: x.permute(0, 2, 3, 1), lambda x: x[..., 1].sigmoid() if x.ndim == 3 else x[:, 1].sigmoid(),
        ("--channels", "1", "--segmenter-activation", "sigmoid"), classes=2), SMP),
    Kind("MONAI bundle", monai_bundle, "monai", True),
    Kind("MONAI bundle, YAML", monai_yaml, "monai"),
)  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """What came of a kind.

    `difference` is the largest one of its probabilities, or of its region's; `likeness` is the rank correlation of its
    Grad-CAM map with the grad-cam package's, `gradients` the lowest one of those that captum makes; None where the
    library cannot do the kind.
    """

    typed: list[str]
    difference: float | None
    methods: tuple[str, ...]
    likeness: float | None = None
    gradients: float | None = None
    region: float | None = None


def through(kind: Kind, folder: Path, picture: Path) -> Seen:
    """Take a kind from its file to the map, by the command line and the API; raises AssertionError where it fails."""
    from segx_viewer import cli

    source = folder / "source"
    source.mkdir(parents=True)
    made = kind.make(source)
    if made.mask is not None:  # compared on the grid of the input: nothing is resampled
        square = folder / "square.png"
        Image.open(picture).convert("RGB").resize((SIDE, SIDE)).save(square)
        picture = square
    name = "zoo"
    command = [
        "models",
        "add",
        str(made.source),
        "--name",
        name,
        "--test-image",
        str(picture),
        *made.typed,
        *made.segmenter,
    ]
    assert cli.main(command) == 0, f"{kind.name}: {' '.join(command)}"
    try:
        return _seen(kind, made, picture, name)
    finally:  # also where it fails: the next kind has the same name
        assert cli.main(["models", "remove", name]) == 0


def _seen(kind: Kind, made: Made, picture: Path, name: str) -> Seen:
    from segx_viewer import api
    from segx_viewer.bundles.store import BundleStore

    api._store.cache_clear()
    own = BundleStore(device="cpu").get(name).info.methods
    methods = ("gradcam", *BY_CAPTUM) if kind.gradients else ("gradcam",)
    wanted = [m for m in methods if not own or m in own] or list(own[:1])
    result = api.analyze(picture, bundle=name, methods=wanted)
    difference: float | None = None
    if made.expected is not None:
        expected = made.expected(Image.open(picture).convert("RGB"))
        difference = float(np.abs(result.prediction.probabilities - expected).max())
    maps = [e.saliency_map for e in result.explanations.values()]
    assert maps, kind.name
    assert all(np.isfinite(m).all() for m in maps), kind.name
    region = None
    if made.mask is not None:
        expected = np.squeeze(made.mask(Image.open(picture).convert("RGB")))
        found = result.segmentation
        given = found.mask.astype(np.float32) if set(np.unique(expected)) <= {0, 1} else found.probability
        region = float(np.abs(given - expected).max())
        assert 0.01 < found.area_fraction < 0.99, kind.name
    alike, gradients = likeness(made, result, picture, name), by_captum(made, result, picture)
    return Seen([t for t in made.typed if t.startswith("--")], difference, own, alike, gradients, region)


BY_CAPTUM = ("integrated_gradients", "gradient_shap", "smoothgrad")


class Logits(nn.Module):
    """A network of which grad-cam gets a tensor."""

    def __init__(self, network: nn.Module, scores: Callable[[torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        self.network, self.scores = network, scores

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the scores."""
        found = self.network(x)
        return self.scores(found if isinstance(found, torch.Tensor) else found.logits)


def likeness(made: Made, result: Any, picture: Path, name: str) -> float | None:
    """Return how like the map of the leading class is to the one that the grad-cam package makes at the same layer."""
    k = result.prediction.top
    if made.network is None or made.seen is None or ("gradcam", k) not in result.explanations:
        return None
    from pytorch_grad_cam import GradCAM
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    from segx_viewer import api
    from segx_viewer.networks.spatial import to_maps

    x = made.seen(Image.open(picture).convert("RGB")).float().requires_grad_()
    shape = (x.shape[-2], x.shape[-1])
    layer = made.network.get_submodule(made.layer or api._store(None, "auto").target_layer(name))
    network = Logits(made.network, made.scores)
    with GradCAM(network, [layer], reshape_transform=lambda found: to_maps(found, shape)) as cam:
        theirs = cam(x, [ClassifierOutputTarget(k)])[0]
    return ranks_alike(result.explanations["gradcam", k].saliency_map, theirs)


def by_captum(made: Made, result: Any, picture: Path) -> float | None:
    """Return how like the maps of the gradients' methods are to those that captum makes, the least of them.

    Those that draw at random draw the same numbers.
    """
    k = result.prediction.top
    if made.network is None or made.seen is None or (BY_CAPTUM[0], k) not in result.explanations:
        return None
    import captum.attr

    from segx_viewer.inference.attribution import gradients as ours

    x, network = made.seen(Image.open(picture).convert("RGB")).float(), Logits(made.network, made.scores)
    baselines = ours.baselines_of(x)
    integral = captum.attr.IntegratedGradients(network)
    theirs = {"integrated_gradients": integral.attribute(x, baselines[:1], k, n_steps=24, method="gausslegendre")}
    shap, noisy = captum.attr.GradientShap(network), captum.attr.NoiseTunnel(captum.attr.Saliency(network))
    spread = 0.15 * float(x.max() - x.min())
    draws = {
        "gradient_shap": lambda n: shap.attribute(x, baselines, target=k, n_samples=n, stdevs=0.05),
        "smoothgrad": lambda n: noisy.attribute(x, nt_type="smoothgrad", nt_samples=n, stdevs=spread, target=k,
                                                abs=False),
    }  # fmt: skip
    for method, draw in draws.items():
        count, total = result.explanations[method, k].agreement.samples, torch.zeros_like(x)
        for start in range(0, count, ours.BATCH):
            with ours.seeded(int(np.random.SeedSequence([0, start]).generate_state(1)[0])):
                total += draw(ours.BATCH)
        theirs[method] = total
    each = [(result.explanations[m, k].saliency_map, t[0].abs().mean(0).detach().numpy()) for m, t in theirs.items()]
    return min(ranks_alike(a, b) for a, b in each)


def ranks_alike(ours: NDArray[Any], theirs: NDArray[Any]) -> float:
    """Return Spearman's rank correlation of two maps."""
    from segx_viewer.explain.consensus import rank_map

    return float(np.corrcoef(rank_map(ours).ravel(), rank_map(theirs).ravel())[0, 1])


def drawn_picture(path: Path) -> Path:
    """Write a picture of a lesion."""
    from segx_viewer.imaging.synthetic import draw_lesion

    Image.fromarray(draw_lesion((150, 190))).save(path)
    return path


def line_of(kind: Kind, seen: Seen) -> str:
    """Return a kind's line of the table."""
    typed = " ".join(f"`{t}`" for t in seen.typed) or "nothing"
    same = ", region ".join(f"{d:.0e}" for d in (seen.difference, seen.region) if d is not None)
    few = f"{len(seen.methods)} methods" if "gradcam" in seen.methods else "Occlusion, RISE"
    by = few if seen.methods else "every method"
    alike = ["" if found is None else f"{found:.4f}" for found in (seen.likeness, seen.gradients)]
    return f"| {kind.name} | {typed} | {same} | {alike[0]} | {alike[1]} | {by} |"


_OLD = 7
"""Parts of a row between its bars, of five cells."""
BEGIN, END = "<!-- zoo -->", "<!-- end of zoo -->"


def main() -> int:
    """Write the table."""
    page = Path(__file__).parents[2] / "resources" / "docs" / "models.md"
    text = page.read_text("utf-8")
    start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    before = {row.split("|")[1].strip(): row for row in text[start:end].splitlines() if row.startswith("| ")}
    rows, failed = [], []
    wanted = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_DATA_HOME"] = str(Path(folder) / "home")
        picture = drawn_picture(Path(folder) / "lesion.png")
        for number, kind in enumerate(KINDS):
            if kind.possible and (not wanted or any(w in kind.name for w in wanted)):
                try:
                    rows.append(line_of(kind, through(kind, Path(folder) / str(number), picture)))
                    print(rows[-1], flush=True)
                except Exception as error:  # noqa: BLE001 - all kinds are tried
                    failed.append(kind.name)
                    print(f"FAILED {kind.name}: {error}", flush=True)
            elif kind.name in before:
                cells = before[kind.name].split("|")
                # Rows of before the comparison with captum have no cell for it.
                rows.append("|".join([*cells[:5], "  ", *cells[5:]]) if len(cells) == _OLD else before[kind.name])
    head = (
        "\n| kind of file | typed beside name and segmenter | probabilities differ by | Grad-CAM, rank correlation "
        "with grad-cam | Integrated Gradients, Gradient SHAP and SmoothGrad, with captum | explained by |\n"
        + "|---" * 6
        + "|\n"
    )
    text = page.read_text("utf-8")  # others may have written in it meanwhile
    start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    page.write_text(text[:start] + head + "\n".join(rows) + "\n" + text[end:], "utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
