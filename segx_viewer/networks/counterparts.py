"""Classifiers of transformers that timm has too: built by timm, from weights under the names that transformers saves.

Where a configuration says something that timm's network does not do, there is no counterpart: transformers is needed.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from segx_viewer.domain.tables import Table, as_float, as_int, as_ints, as_table

_Rules = Sequence[tuple[str, str]]
"""Patterns of names, and what stands in their place; the first that fits counts."""


@dataclass(frozen=True, slots=True)
class Counterpart:
    """A network of timm that does what one of transformers does.

    Attributes
    ----------
    architecture : str
        ``"timm/NAME"``.
    options : dict
        As `segx_viewer.networks.architectures.build_classifier` takes them.
    rules : sequence of tuple of str
        How its weights' names are made of those that transformers saves.
    """

    architecture: str
    options: Table
    rules: _Rules

    def renamed(self, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return weights under timm's names; those that no rule is for keep theirs."""
        ours: dict[str, Tensor] = {}
        attention: dict[str, dict[str, Tensor]] = {}
        for key, tensor in state.items():
            name = self._name(key)
            part = re.fullmatch(r"(.*)\.qkv\.(query|key|value)\.(weight|bias)", name)
            if part:
                attention.setdefault(f"{part[1]}.qkv.{part[3]}", {})[part[2]] = tensor
            else:
                ours[name] = tensor
        for name, parts in attention.items():
            # timm keeps query, key and value as one matrix.
            ours[name] = torch.cat([parts[part] for part in ("query", "key", "value") if part in parts])
        for name, tensor in ours.items():
            if name.endswith((".grn.weight", ".grn.bias")):
                ours[name] = tensor.flatten()
        return ours

    def _name(self, key: str) -> str:
        for pattern, replacement in self.rules:
            name, count = re.subn(f"^{pattern}$", replacement, key)
            if count:
                return name
        return key


def counterpart(kind: str, config: Mapping[str, object]) -> Counterpart | None:
    """Return timm's network for one of transformers, None where there is none.

    Parameters
    ----------
    kind : str
        Of the class, such as "ViTForImageClassification".
    config : mapping
        transformers' configuration; what it leaves out has the defaults of transformers.

    Examples
    --------
    >>> counterpart("ResNetForImageClassification", {"depths": [3, 4, 6, 3]}).architecture
    'timm/resnet50'
    >>> counterpart("BeitForImageClassification", {}) is None
    True
    """
    make = _KINDS.get(kind.removesuffix("ForImageClassification"))
    try:
        return None if make is None else make(as_table(config))
    except (TypeError, ValueError):
        return None  # a configuration of another form


def _pair(config: Table, key: str, usual: int) -> list[int]:
    value = config.get(key, usual)
    return [value, value] if isinstance(value, int) else list(as_ints(value))


def _vit(config: Table, prefix: str = "vit") -> Counterpart | None:
    width, inner = as_int(config.get("hidden_size", 768)), as_int(config.get("intermediate_size", 3072))
    if config.get("hidden_act", "gelu") != "gelu" or as_int(config.get("num_channels", 3)) != 3:
        return None
    options: Table = {
        "img_size": _pair(config, "image_size", 224),
        "patch_size": _pair(config, "patch_size", 16),
        "embed_dim": width,
        "depth": as_int(config.get("num_hidden_layers", 12)),
        "num_heads": as_int(config.get("num_attention_heads", 12)),
        "mlp_ratio": inner / width,
        "qkv_bias": bool(config.get("qkv_bias", True)),
        "norm_eps": {"": as_float(config.get("layer_norm_eps", 1e-12))},
    }
    if prefix == "deit":
        options["reg_tokens"] = 1  # the distillation token, which says nothing here
    block, own = rf"{prefix}\.encoder\.layer\.(\d+)\.", r"blocks.\1."
    rules = (
        (rf"{prefix}\.embeddings\.cls_token", "cls_token"),
        (rf"{prefix}\.embeddings\.distillation_token", "reg_token"),
        (rf"{prefix}\.embeddings\.position_embeddings", "pos_embed"),
        (rf"{prefix}\.embeddings\.patch_embeddings\.projection\.(.*)", r"patch_embed.proj.\1"),
        (rf"{block}attention\.attention\.(.*)", rf"{own}attn.qkv.\2"),
        (rf"{block}attention\.output\.dense\.(.*)", rf"{own}attn.proj.\2"),
        (rf"{block}layernorm_before\.(.*)", rf"{own}norm1.\2"),
        (rf"{block}layernorm_after\.(.*)", rf"{own}norm2.\2"),
        (rf"{block}intermediate\.dense\.(.*)", rf"{own}mlp.fc1.\2"),
        (rf"{block}output\.dense\.(.*)", rf"{own}mlp.fc2.\2"),
        (rf"{prefix}\.layernorm\.(.*)", r"norm.\1"),
        (r"classifier\.(.*)", r"head.\1"),
    )
    return Counterpart("timm/vit_base_patch16_224", options, rules)


def _deit(config: Table) -> Counterpart | None:
    return _vit(config, "deit")


_STAGES = 4
_RESNET_WIDTHS = [64, 128, 256, 512]


def _resnet(config: Table) -> Counterpart | None:
    depths, widths = (list(as_ints(config.get(key, usual))) for key, usual in (
        ("depths", (3, 4, 6, 3)), ("hidden_sizes", (256, 512, 1024, 2048))))  # fmt: skip
    basic = config.get("layer_type", "bottleneck") == "basic"
    further = any(config.get(key, False) for key in ("downsample_in_first_stage", "downsample_in_bottleneck"))
    if len(depths) != _STAGES or further or config.get("hidden_act", "relu") != "relu":
        return None
    usual = [n if basic else 4 * n for n in _RESNET_WIDTHS]
    if widths != usual or as_int(config.get("embedding_size", 64)) != _RESNET_WIDTHS[0]:
        return None
    options: Table = {"layers": depths}
    norms = {"convolution": "conv", "normalization": "bn"}
    rules: list[tuple[str, str]] = [
        (r"resnet\.embedder\.embedder\.convolution\.(.*)", r"conv1.\1"),
        (r"resnet\.embedder\.embedder\.normalization\.(.*)", r"bn1.\1"),
        (r"classifier\.1\.(.*)", r"fc.\1"),
    ]
    for stage in range(_STAGES):
        old, new = rf"resnet\.encoder\.stages\.{stage}\.layers\.(\d+)\.", rf"layer{stage + 1}.\1."
        for theirs, ours in norms.items():
            rules += [(rf"{old}layer\.{n}\.{theirs}\.(.*)", rf"{new}{ours}{n + 1}.\2") for n in range(3)]
        rules += [
            (rf"{old}shortcut\.{theirs}\.(.*)", rf"{new}downsample.{n}.\2") for n, theirs in enumerate(norms)
        ]  # fmt: skip
    return Counterpart("timm/resnet18" if basic else "timm/resnet50", options, rules)


def _convnext(config: Table, prefix: str = "convnext") -> Counterpart | None:
    depths = list(as_ints(config.get("depths", (3, 3, 9, 3))))
    widths = list(as_ints(config.get("hidden_sizes", (96, 192, 384, 768))))
    second = prefix == "convnextv2"
    scale = as_float(config.get("layer_scale_init_value", 1e-6))
    if config.get("hidden_act", "gelu") != "gelu" or len(depths) != _STAGES or not (second or scale > 0):
        return None
    options: Table = {
        "depths": depths,
        "dims": widths,
        "patch_size": as_int(config.get("patch_size", 4)),
        # Of all norms, the last one alone has the configuration's.
        "norm_eps": {"": 1e-6, "head.norm": as_float(config.get("layer_norm_eps", 1e-12))},
    }
    block, own = rf"{prefix}\.encoder\.stages\.(\d+)\.layers\.(\d+)\.", r"stages.\1.blocks.\2."
    rules = (
        (rf"{prefix}\.embeddings\.patch_embeddings\.(.*)", r"stem.0.\1"),
        (rf"{prefix}\.embeddings\.layernorm\.(.*)", r"stem.1.\1"),
        (rf"{prefix}\.encoder\.stages\.(\d+)\.downsampling_layer\.(.*)", r"stages.\1.downsample.\2"),
        (rf"{block}dwconv\.(.*)", rf"{own}conv_dw.\3"),
        (rf"{block}layernorm\.(.*)", rf"{own}norm.\3"),
        (rf"{block}pwconv([12])\.(.*)", rf"{own}mlp.fc\3.\4"),
        (rf"{block}grn\.(.*)", rf"{own}mlp.grn.\3"),
        (rf"{block}layer_scale_parameter", rf"{own}gamma"),
        (rf"{prefix}\.layernorm\.(.*)", r"head.norm.\1"),
        (r"classifier\.(.*)", r"head.fc.\1"),
    )
    return Counterpart("timm/convnextv2_tiny" if second else "timm/convnext_tiny", options, rules)


def _convnextv2(config: Table) -> Counterpart | None:
    return _convnext(config, "convnextv2")


def _swin(config: Table) -> Counterpart | None:
    if config.get("hidden_act", "gelu") != "gelu" or config.get("use_absolute_embeddings", False):
        return None
    depths = list(as_ints(config.get("depths", (2, 2, 6, 2))))
    options: Table = {
        "img_size": _pair(config, "image_size", 224),
        "patch_size": as_int(config.get("patch_size", 4)),
        "embed_dim": as_int(config.get("embed_dim", 96)),
        "depths": depths,
        "num_heads": list(as_ints(config.get("num_heads", (3, 6, 12, 24)))),
        "window_size": as_int(config.get("window_size", 7)),
        "mlp_ratio": as_float(config.get("mlp_ratio", 4.0)),
        "qkv_bias": bool(config.get("qkv_bias", True)),
        "norm_eps": {"": as_float(config.get("layer_norm_eps", 1e-5)), **_merging(len(depths))},
    }
    block, own = r"swin\.encoder\.layers\.(\d+)\.blocks\.(\d+)\.", r"layers.\1.blocks.\2."
    rules: list[tuple[str, str]] = [
        (r"swin\.embeddings\.patch_embeddings\.projection\.(.*)", r"patch_embed.proj.\1"),
        (r"swin\.embeddings\.norm\.(.*)", r"patch_embed.norm.\1"),
        (rf"{block}attention\.self\.(query|key|value)\.(.*)", rf"{own}attn.qkv.\3.\4"),
        (rf"{block}attention\.self\.(relative_.*)", rf"{own}attn.\3"),
        (rf"{block}attention\.output\.dense\.(.*)", rf"{own}attn.proj.\3"),
        (rf"{block}layernorm_before\.(.*)", rf"{own}norm1.\3"),
        (rf"{block}layernorm_after\.(.*)", rf"{own}norm2.\3"),
        (rf"{block}intermediate\.dense\.(.*)", rf"{own}mlp.fc1.\3"),
        (rf"{block}output\.dense\.(.*)", rf"{own}mlp.fc2.\3"),
        (r"swin\.layernorm\.(.*)", r"norm.\1"),
        (r"classifier\.(.*)", r"head.fc.\1"),
    ]
    # transformers merges patches at a stage's end, timm at the next one's beginning.
    rules += [
        (rf"swin\.encoder\.layers\.{n}\.downsample\.(.*)", rf"layers.{n + 1}.downsample.\1") for n in range(len(depths))
    ]
    return Counterpart("timm/swin_tiny_patch4_window7_224", options, rules)


def _merging(stages: int) -> dict[str, float]:
    """Return what transformers' norms of merged patches and embeddings have: torch's own."""
    return {"patch_embed": 1e-5, **{f"layers.{n}.downsample": 1e-5 for n in range(1, stages)}}


_WIDTHS = {0.35: "035", 0.5: "050", 0.75: "075", 1.0: "100", 1.4: "140"}
_BLOCKS = (2, 3, 4, 3, 3, 1)
"""Of each stage of MobileNetV2 after the first (Sandler 2018, table 2)."""


def _mobilenet(config: Table) -> Counterpart | None:
    width = _WIDTHS.get(as_float(config.get("depth_multiplier", 1.0)))
    usual = {"expand_ratio": 6, "output_stride": 32, "depth_divisible_by": 8, "first_layer_is_expansion": True,
             "finegrained_output": True, "hidden_act": "relu6", "min_depth": 8}  # fmt: skip
    if width is None or any(config.get(key, value) != value for key, value in usual.items()):
        return None
    options: Table = {"norm_eps": {"": as_float(config.get("layer_norm_eps", 1e-3))}}
    if config.get("tf_padding", True):
        options["pad_type"] = "same"
    rules: list[tuple[str, str]] = [(r"classifier\.(.*)", r"classifier.\1")]
    for theirs, ours in (("convolution", "conv"), ("normalization", "bn")):
        rules += [
            (rf"mobilenet_v2\.conv_stem\.first_conv\.{theirs}\.(.*)", rf"{ours}{_OF_STEM[ours]}.\1"),
            (rf"mobilenet_v2\.conv_stem\.conv_3x3\.{theirs}\.(.*)", rf"blocks.0.0.{_DEPTHWISE[ours]}.\1"),
            (rf"mobilenet_v2\.conv_stem\.reduce_1x1\.{theirs}\.(.*)", rf"blocks.0.0.{_REDUCED[ours]}.\1"),
            (rf"mobilenet_v2\.conv_1x1\.{theirs}\.(.*)", rf"{_HEAD[ours]}.\1"),
        ]
        places = [(stage + 1, n) for stage, count in enumerate(_BLOCKS) for n in range(count)]
        for number, (stage, n) in enumerate(places):
            old, new = rf"mobilenet_v2\.layer\.{number}\.", f"blocks.{stage}.{n}."
            rules += [
                (rf"{old}expand_1x1\.{theirs}\.(.*)", rf"{new}{_EXPANDED[ours]}.\1"),
                (rf"{old}conv_3x3\.{theirs}\.(.*)", rf"{new}{_DEPTH_OF_THREE[ours]}.\1"),
                (rf"{old}reduce_1x1\.{theirs}\.(.*)", rf"{new}{_LAST_OF_THREE[ours]}.\1"),
            ]
    return Counterpart(f"timm/mobilenetv2_{width}", options, rules)


_OF_STEM = {"conv": "_stem", "bn": "1"}
_HEAD = {"conv": "conv_head", "bn": "bn2"}
_DEPTHWISE, _REDUCED = {"conv": "conv_dw", "bn": "bn1"}, {"conv": "conv_pw", "bn": "bn2"}
_EXPANDED, _DEPTH_OF_THREE, _LAST_OF_THREE = (
    {"conv": "conv_pw", "bn": "bn1"}, {"conv": "conv_dw", "bn": "bn2"}, {"conv": "conv_pwl", "bn": "bn3"},
)  # fmt: skip

_KINDS: dict[str, Callable[[Table], Counterpart | None]] = {
    "ViT": _vit, "DeiT": _deit, "ResNet": _resnet, "ConvNext": _convnext, "ConvNextV2": _convnextv2, "Swin": _swin,
    "MobileNetV2": _mobilenet,
}  # fmt: skip
