"""Segmenters of segmentation-models-pytorch without a configuration: built again from their weights."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from torch import Tensor

from segx_viewer.domain.tables import Table
from segx_viewer.errors import ModelError, worded
from segx_viewer.networks.architectures import Uninitialised, build_segmenter
from segx_viewer.networks.encoders import DEPTHS, encoders_of, fingerprint
from segx_viewer.networks.libraries import smp

_PREFIXES = ("", "model.", "net.", "network.")
_BLOCKS = re.compile(r"decoder\.blocks\.(?:x_0_)?(\d+)\.(?:hl_)?conv1\.0\.weight")
_WITH_BLOCKS = ("unet", "unetplusplus", "manet")


@dataclass(frozen=True, slots=True)
class Recognised:
    """A segmenter: its architecture, options of its library, and how many channels it gives."""

    architecture: str
    options: Table
    channels: int

    @property
    def note(self) -> str:
        """What is to be said: options without weights, such as interpolation, are taken as the library has them."""
        name, encoder = self.architecture.partition("/")[2], self.options["encoder_name"]
        return worded(
            f"The segmenter is recognised by its weights: {name} with the encoder {encoder}; what has no weights is "
            f"taken as segmentation-models-pytorch has it."
        )


def recognised(state: Mapping[str, Tensor], name: str, architecture: str = "", encoder: str = "") -> Recognised | None:
    """Return which segmenter a file's weights belong to; None where it is none of segmentation-models-pytorch.

    Parameters
    ----------
    state : mapping of str to Tensor
    name : str
        Of the file, for messages.
    architecture, encoder : str
        What is known already: ``"smp/NAME"`` and the library's name of the encoder; "" otherwise.

    Raises
    ------
    ModelError
        If it is one, but its encoder or its decoder cannot be told.
    """
    for prefix in _PREFIXES:
        own = {k.removeprefix(prefix): t for k, t in state.items() if k.startswith(prefix)}
        if "segmentation_head.0.weight" in own and any(key.startswith("encoder.") for key in own):
            break
    else:
        return None
    known = dict.fromkeys([encoder], 0) if encoder else encoders_of(own)
    if not known:
        raise ModelError(f"{name}: its encoder is none that is known by its weights; name it (--segmenter-encoder).")
    candidates = [architecture.partition("/")[2]] if architecture else list(smp.MODEL_ARCHITECTURES_MAPPING)
    found = _decoded(own, candidates, known)
    if found is None:
        raise ModelError(
            f"{name}: its encoder is {' or '.join(known)}, its decoder none that segmentation-models-pytorch makes "
            f"with its own settings; give its folder with config.json (save_pretrained), or its "
            f"options in a bundle.toml."
        )
    if len(known) > 1:
        raise ModelError(
            f"{name}: {', '.join(known)} have the same weights and compute otherwise; name the encoder that it was "
            f"trained with (--segmenter-encoder)."
        )
    return found


def _decoded(own: Mapping[str, Tensor], candidates: list[str], known: Mapping[str, int]) -> Recognised | None:
    """Return the first architecture that has exactly these weights."""
    wanted = fingerprint({key: tensor for key, tensor in own.items() if not key.startswith("classification_head.")})
    channels = int(own["segmentation_head.0.weight"].shape[0])
    encoder, depth = next(iter(known.items()))
    # Most have the same weights at every depth: what follows them tells.
    depths = [depth] if encoder.startswith("tu-") and depth else list(DEPTHS)
    for name in candidates:
        for options in _options(name, own, depths):
            settings: Table = {"encoder_name": encoder, **options}
            try:
                with Uninitialised():
                    network = build_segmenter(f"smp/{name}", settings, channels)
            except (ModelError, AssertionError, IndexError, AttributeError):
                continue  # not every decoder goes with every encoder and depth
            if fingerprint(network.state_dict()) == wanted:
                return Recognised(f"smp/{name}", settings, channels)
    return None


def _options(name: str, own: Mapping[str, Tensor], depths: list[int]) -> Iterator[Table]:
    """Return what a decoder may have been made with, as far as its weights tell."""
    if name not in _WITH_BLOCKS:
        for depth in depths:
            yield {} if depth == DEPTHS[0] and name != "pspnet" else {"encoder_depth": depth}
        return
    widths = {int(m[1]): int(t.shape[0]) for key, t in own.items() if (m := _BLOCKS.fullmatch(key))}
    if name == "manet":
        widths |= {int(m[1]): int(t.shape[0]) for key, t in own.items()
                   if (m := re.fullmatch(r"decoder\.blocks\.(\d+)\.conv2\.0\.weight", key))}  # fmt: skip
    if sorted(widths) != list(range(len(widths))) or len(widths) not in depths:
        return
    table: Table = {"encoder_depth": len(widths), "decoder_channels": [widths[n] for n in sorted(widths)]}
    if any(".attention1.attention." in key for key in own):
        table["decoder_attention_type"] = "scse"
    if not any(key.startswith("decoder.") and key.endswith(".running_mean") for key in own):
        table["decoder_use_norm"] = False
    yield table
