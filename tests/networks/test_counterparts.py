"""Classifiers of transformers as timm's: equal scores from the files that transformers itself saves."""

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from segx_viewer.networks.architectures import build_classifier
from segx_viewer.networks.counterparts import counterpart
from segx_viewer.networks.weights import fitted

VIT = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "image_size": 96}
CONVNEXT = {"hidden_sizes": [8, 16, 16, 24], "depths": [1, 2, 1, 1]}
KINDS = [
    ("ViT", {"intermediate_size": 64, **VIT}, 96),
    ("ViT", {"intermediate_size": 72, "patch_size": 8, "qkv_bias": False, "layer_norm_eps": 1e-3, **VIT}, 96),
    ("DeiT", {"intermediate_size": 64, **VIT}, 96),
    ("ResNet", {"depths": [1, 1, 1, 1]}, 97),
    ("ResNet", {"depths": [2, 1, 1, 1], "hidden_sizes": [64, 128, 256, 512], "layer_type": "basic"}, 96),
    ("ConvNext", CONVNEXT, 96),
    ("ConvNextV2", CONVNEXT, 96),
    ("Swin", {"image_size": 96, "embed_dim": 16, "depths": [2, 2], "num_heads": [1, 2], "window_size": 3}, 96),
    ("Swin", {"image_size": 224, "embed_dim": 16, "depths": [2, 2, 2, 2], "num_heads": [1, 2, 2, 4]}, 224),
    ("MobileNetV2", {"depth_multiplier": 0.35}, 96),
    ("MobileNetV2", {"depth_multiplier": 1.4, "tf_padding": False}, 97),
]


def stirred(network: nn.Module) -> nn.Module:
    """Give a network values as after training: none of its parts is without effect as they are when it is made."""
    torch.manual_seed(1)
    for name, parameter in network.named_parameters():
        if parameter.ndim < 2 or "grn" in name or "table" in name:
            nn.init.uniform_(parameter, 0.1, 0.4)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_mean, -0.2, 0.2)
            nn.init.uniform_(module.running_var, 0.7, 1.3)
    return network.eval()


@pytest.mark.filterwarnings("ignore")  # the library's own
@pytest.mark.parametrize(("kind", "config", "side"), KINDS, ids=lambda value: str(value)[:30])
def test_scores_are_those_of_transformers(tmp_path, kind, config, side):
    transformers = pytest.importorskip("transformers")
    transformers.utils.logging.disable_progress_bar()
    torch.manual_seed(0)
    own = getattr(transformers, f"{kind}Config")(num_labels=3, **config)
    theirs = stirred(getattr(transformers, f"{kind}ForImageClassification")(own))
    theirs.save_pretrained(tmp_path)
    same = counterpart(f"{kind}ForImageClassification", own.to_dict())
    ours = build_classifier(same.architecture, 3, **same.options)
    state, unused = fitted(same.renamed(load_file(tmp_path / "model.safetensors")), ours, kind)
    ours.load_state_dict(state)
    x = torch.rand(2, 3, side, side)
    with torch.no_grad():
        expected, found = theirs(x).logits, ours.eval()(x)
    assert unused == []
    assert float(expected.std()) > 1e-3
    assert torch.allclose(found, expected, rtol=1e-4, atol=1e-5 * float(expected.abs().max()))


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("ViT", {"hidden_act": "relu"}),
        ("ViT", {"num_channels": 1}),
        ("ResNet", {"downsample_in_first_stage": True}),
        ("ResNet", {"depths": [1, 1], "hidden_sizes": [8, 16]}),
        ("ConvNext", {"depths": [1, 1]}),
        ("ConvNext", {"layer_scale_init_value": 0}),
        ("Swin", {"use_absolute_embeddings": True}),
        ("MobileNetV2", {"depth_multiplier": 0.6}),
        ("MobileNetV2", {"output_stride": 16}),
        ("Swin", {"depths": "many"}),
        ("Beit", {}),
    ],
)
def test_what_timm_does_otherwise_has_no_counterpart(kind, config):
    assert counterpart(f"{kind}ForImageClassification", config) is None
