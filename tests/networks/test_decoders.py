"""Segmenters of segmentation-models-pytorch, known again by their weights alone."""

import pytest
import torch

from segx_viewer.errors import ModelError
from segx_viewer.networks.architectures import Uninitialised, build_segmenter
from segx_viewer.networks.decoders import recognised
from segx_viewer.networks.encoders import fingerprint

WIDE = [256, 128, 64, 32, 16]


def weights_of(name: str, channels: int = 1, **options) -> dict[str, torch.Tensor]:
    with Uninitialised():
        return build_segmenter(f"smp/{name}", options, channels).state_dict()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("unet", {"encoder_name": "resnet18"}),
        ("unet", {"encoder_name": "efficientnet-b0", "decoder_attention_type": "scse"}),
        ("unet", {"encoder_name": "timm-efficientnet-b1", "encoder_depth": 4, "decoder_channels": [64, 32, 16, 8]}),
        ("unet", {"encoder_name": "tu-resnet18", "encoder_depth": 4, "decoder_channels": [64, 32, 16, 8]}),
        ("unetplusplus", {"encoder_name": "mobilenet_v2"}),
        ("manet", {"encoder_name": "densenet121"}),
        ("fpn", {"encoder_name": "resnet34"}),
        ("pspnet", {"encoder_name": "resnet18"}),
        ("deeplabv3plus", {"encoder_name": "resnet18"}),
    ],
    ids=lambda value: value if isinstance(value, str) else value["encoder_name"],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:`timm-` encoders")
def test_a_segmenter_is_known_by_its_weights(name, options):
    state = weights_of(name, 2, **options)
    found = recognised({f"model.{key}": tensor for key, tensor in state.items()}, "a.pth")
    assert (found.architecture, found.options["encoder_name"], found.channels) == (
        f"smp/{name}", options["encoder_name"], 2,
    )  # fmt: skip
    assert fingerprint(weights_of(name, 2, **found.options)) == fingerprint(state)
    assert f"{name} with the encoder {options['encoder_name']}" in found.note


def test_encoders_with_the_same_weights_are_asked_for():
    state = weights_of("unet", encoder_name="tu-efficientnet_b0")
    with pytest.raises(ModelError, match=r"tu-efficientnet_b0, tu-tf_efficientnet_b0 have the same weights and"):
        recognised(state, "a.pth")
    found = recognised(state, "a.pth", encoder="tu-tf_efficientnet_b0")
    assert found.options["encoder_name"] == "tu-tf_efficientnet_b0"


def test_what_cannot_be_told_is_asked_for():
    state = weights_of("unet", encoder_name="resnet18")
    other = {key.replace("layer1", "stage"): tensor for key, tensor in state.items()}
    with pytest.raises(ModelError, match=r"its encoder is none that is known by its weights; name it"):
        recognised(other, "a.pth")
    more = {**state, "decoder.more.weight": torch.zeros(3)}
    with pytest.raises(ModelError, match="its encoder is resnet18, its decoder none that"):
        recognised(more, "a.pth")
    assert recognised({"features.weight": torch.zeros(1)}, "a.pth") is None
