"""Encoders of segmentation-models-pytorch, known again by the names and shapes of their weights.

A few share all names and shapes and still compute otherwise; nothing in a file tells them apart.
"""

import hashlib
import warnings
from collections.abc import Mapping

from torch import Tensor

from segx_viewer.errors import ModelError

DEPTHS = (5, 4, 3)
_TIMM = "tu-"
"""How segmentation-models-pytorch begins the names of encoders that it takes from timm."""
_ALIKE = (("tu-resnet50", "tu-resnetaa50", "tu-resnetblur50"),)
"""Encoders that differ by what has no weights."""
_MOST_CHANNELS = 4
"""Of an input: axes up to this length are left out of a fingerprint, for networks are made for any number."""


def _tf(*names: str) -> tuple[str, ...]:
    """Return EfficientNets by timm's names, with their twins that pad as TensorFlow does."""
    return tuple(f"tu-{start}{name}" for name in names for start in ("", "tf_"))


_FAMILIES: tuple[tuple[str, ...], ...] = (
    ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "resnext50_32x4d", "resnext101_32x4d",
     "resnext101_32x8d", "resnext101_32x16d", "resnext101_32x32d", "resnext101_32x48d", "timm-skresnet18",
     "timm-skresnet34", "timm-skresnext50_32x4d"),
    ("efficientnet-b0", "efficientnet-b1", "efficientnet-b2", "efficientnet-b3", "efficientnet-b4", "efficientnet-b5",
     "efficientnet-b6", "efficientnet-b7"),
    ("timm-efficientnet-b0", "timm-efficientnet-b1", "timm-efficientnet-b2", "timm-efficientnet-b3",
     "timm-efficientnet-b4", "timm-efficientnet-b5", "timm-efficientnet-b6", "timm-efficientnet-b7",
     "timm-efficientnet-b8", "timm-tf_efficientnet_lite0", "timm-tf_efficientnet_lite1", "timm-tf_efficientnet_lite2",
     "timm-tf_efficientnet_lite3", "timm-tf_efficientnet_lite4", "timm-efficientnet-l2"),
    ("mobilenet_v2",),
    ("densenet121", "densenet169", "densenet201", "densenet161"),
    ("vgg11", "vgg11_bn", "vgg13", "vgg13_bn", "vgg16", "vgg16_bn", "vgg19", "vgg19_bn"),
    ("se_resnet50", "se_resnet101", "se_resnet152", "se_resnext50_32x4d", "se_resnext101_32x4d", "senet154"),
    ("mit_b0", "mit_b1", "mit_b2", "mit_b3", "mit_b4", "mit_b5"),
    ("mobileone_s0", "mobileone_s1", "mobileone_s2", "mobileone_s3", "mobileone_s4"),
    ("dpn68", "dpn68b", "dpn92", "dpn98", "dpn107", "dpn131"),
    ("xception",), ("inceptionv4",), ("inceptionresnetv2",),
    ("tu-resnet18", "tu-resnet10t", "tu-resnet14t", "tu-resnet18d", "tu-resnet26", "tu-resnet26d", "tu-resnet34",
     "tu-resnet34d", "tu-resnet50", "tu-resnet50d", "tu-resnetaa50", "tu-resnetblur50", "tu-resnet101", "tu-resnet101d",
     "tu-resnet152", "tu-resnet152d", "tu-resnext50_32x4d", "tu-resnext50d_32x4d", "tu-resnext101_32x8d",
     "tu-wide_resnet50_2", "tu-wide_resnet101_2", "tu-seresnet18", "tu-seresnet34", "tu-seresnet50",
     "tu-seresnext50_32x4d", "tu-ecaresnet50d", "tu-res2net50_26w_4s", "tu-resnest14d", "tu-resnest26d",
     "tu-resnest50d", "tu-skresnet18", "tu-skresnet34"),
    ("tu-mobilenetv2_050", "tu-mobilenetv2_100", "tu-mobilenetv2_140", "tu-mnasnet_100", "tu-test_efficientnet",
     *_tf("efficientnet_b0", "efficientnet_b1", "efficientnet_b2", "efficientnet_b3", "efficientnet_b4",
          "efficientnet_b5", "efficientnet_lite0", "efficientnet_lite1", "efficientnet_lite2", "efficientnet_lite3",
          "efficientnet_lite4", "efficientnetv2_s", "efficientnetv2_m"),
     "tu-tf_efficientnetv2_b0", "tu-tf_efficientnetv2_b1", "tu-tf_efficientnetv2_b2", "tu-tf_efficientnetv2_b3",
     "tu-efficientnetv2_rw_t", "tu-efficientnetv2_rw_s"),
    ("tu-mobilenetv3_small_050", "tu-mobilenetv3_small_075", "tu-tf_mobilenetv3_small_075",
     "tu-mobilenetv3_small_100", "tu-tf_mobilenetv3_small_100", "tu-mobilenetv3_large_100",
     "tu-tf_mobilenetv3_large_100", "tu-mobilenetv3_large_075", "tu-tf_mobilenetv3_large_075", "tu-mobilenetv3_rw",
     "tu-mobilenetv4_conv_small", "tu-mobilenetv4_conv_medium", "tu-mobilenetv4_conv_large",
     "tu-mobilenetv4_hybrid_medium"),
    ("tu-densenet121", "tu-densenet169", "tu-densenet201", "tu-densenet161", "tu-densenetblur121d"),
    ("tu-regnety_002", *(f"tu-regnet{kind}_{size}" for kind in "xy" for size in
                         ("002", "004", "006", "008", "016", "032", "040", "064", "080", "120", "160"))),
    ("tu-convnext_atto", "tu-convnext_femto", "tu-convnext_pico", "tu-convnext_nano", "tu-convnext_tiny",
     "tu-convnext_small", "tu-convnext_base", "tu-convnext_large", "tu-convnextv2_atto", "tu-convnextv2_femto",
     "tu-convnextv2_pico", "tu-convnextv2_nano", "tu-convnextv2_tiny", "tu-convnextv2_base"),
    ("tu-hrnet_w18_small", "tu-hrnet_w18_small_v2", "tu-hrnet_w18", "tu-hrnet_w32", "tu-hrnet_w48"),
    ("tu-pvt_v2_b0", "tu-pvt_v2_b1", "tu-pvt_v2_b2", "tu-pvt_v2_b3"),
    ("tu-ghostnet_050", "tu-ghostnet_100", "tu-ghostnet_130"),
)  # fmt: skip
"""Names of encoders that are built alike, in the order that they are tried in; the smallest one first."""


def fingerprint(state: Mapping[str, Tensor]) -> str:
    """Return what names and shapes of weights come to, whatever the number of the input's channels.

    Examples
    --------
    >>> import torch
    >>> one, three = ({"conv1.weight": torch.zeros(8, n, 3, 3)} for n in (1, 3))
    >>> fingerprint(one) == fingerprint(three)
    True
    """
    lines = []
    for key, tensor in state.items():
        if key.endswith("num_batches_tracked"):
            continue
        shape = [str(n) for n in tensor.shape]
        if len(shape) > 1 and tensor.shape[1] <= _MOST_CHANNELS:
            shape[1] = "?"
        lines.append(f"{key} {' '.join(shape)}")
    return hashlib.blake2b("\n".join(sorted(lines)).encode(), digest_size=6).hexdigest()


def encoders_of(state: Mapping[str, Tensor]) -> dict[str, int]:
    """Return the encoders whose weights a segmenter's file may hold: depths by segmentation-models-pytorch's names.

    Parameters
    ----------
    state : mapping of str to Tensor
        Of a whole segmenter: the encoder's names begin with "encoder.".
    """
    own = {key.removeprefix("encoder."): t for key, t in state.items() if key.startswith("encoder.")}
    wanted, parts = fingerprint(own), _parts(own)
    for family in _FAMILIES:
        # Encoders of another family have other parts; one that is cut short has fewer.
        if not parts <= _parts(_weights_of(family[0], DEPTHS[0])):
            continue
        depths = DEPTHS if family[0].startswith(_TIMM) else DEPTHS[:1]  # others have the same weights at every depth
        for depth in sorted(depths, key=lambda depth: _tops(_weights_of(family[0], depth)) != _tops(own)):
            name = next((name for name in dict.fromkeys(family) if _is(name, depth, wanted)), None)
            if name is not None:
                return {twin: depth for twin in (name, *_twins(name)) if twin == name or _is(twin, depth, wanted)}
    return {}


def _twins(name: str) -> list[str]:
    """Return encoders that may have the same weights and compute otherwise."""
    alike = next((names for names in _ALIKE if name in names), ())
    own = name.removeprefix(_TIMM)
    other = f"{_TIMM}{own.removeprefix('tf_')}" if own.startswith("tf_") else f"{_TIMM}tf_{own}"
    padded = [other] if name.startswith(_TIMM) and any(other in family for family in _FAMILIES) else []
    return [*padded, *(twin for twin in alike if twin != name)]


def _is(name: str, depth: int, wanted: str) -> bool:
    return fingerprint(_weights_of(name, depth)) == wanted


def _parts(state: Mapping[str, Tensor]) -> set[str]:
    """Return the first parts of names, the wrapper of timm's and numbers left out."""
    return {key.removeprefix("model.").partition(".")[0].rstrip("0123456789_") + key[:6] * ("model." in key[:6])
            for key in state}  # fmt: skip


def _tops(state: Mapping[str, Tensor]) -> set[str]:
    return {key.partition(".")[0] if not key.startswith("model.") else key.split(".")[1] for key in state}


def _weights_of(name: str, depth: int) -> dict[str, Tensor]:
    from segx_viewer.networks.architectures import Uninitialised
    from segx_viewer.networks.libraries import smp

    try:
        with Uninitialised(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a name is an old one, which the file may be too
            encoder = smp.encoders.get_encoder(name, in_channels=3, depth=depth, weights=None)
    except (KeyError, RuntimeError, ValueError, IndexError, AssertionError, ModelError):
        return {}  # other versions lack it, or it has no such depth
    found: dict[str, Tensor] = encoder.state_dict()
    return found
