"""Bundles small enough for tests: two with random weights on disk, and one whose networks see red, green and blue.

Tests get them through the fixtures of conftest.py, which import this module, and with it torch, when first asked.
"""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from segx_viewer.bundles.store import BundleStore
from segx_viewer.bundles.writing import write_bundle
from segx_viewer.domain.image import MedicalImage, PhotometricInterpretation, SourceInfo
from segx_viewer.imaging.reader import read_image
from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.networks.architectures import build_classifier, build_segmenter

CLASSIFIER, SEGMENTER = "timm/test_efficientnet", "smp/unet"
OPTIONS = {"encoder_name": "tu-test_efficientnet", "encoder_depth": 3, "decoder_channels": [16, 8, 8]}

SKIN = {
    "name": "tiny-skin",
    "title": "Skin, random weights",
    "version": "0.0.1",
    "licence": "Apache-2.0",
    "region": "lesion",
    "image_kind": "dermoscopy",
    "modalities": ["XC", "GM", ""],
    "activation": "softmax",
    "classes": [{"code": c, "label": c.upper()} for c in ("nv", "mel", "bcc", "df")],
    # Not square, so that rows and columns cannot be mixed up unnoticed.
    "preprocessing": {
        "input_shape": [96, 128],
        "fit": "stretch",
        "colour": "rgb",
        "mean": [0.5] * 3,
        "std": [0.25] * 3,
    },
    "classifier": {"architecture": CLASSIFIER, "weights": "classifier.safetensors", "target_layer": "bn2"},
    "segmenter": {
        "architecture": SEGMENTER,
        "weights": "segmenter.safetensors",
        "threshold": 0.5,
        "options": OPTIONS,
    },
}
CHEST = SKIN | {
    "name": "tiny-chest",
    "title": "Chest, random weights",
    "region": "lungs",
    "image_kind": "chest radiograph",
    "modalities": ["CR", "DX", "RG", ""],
    "classes": [{"code": c, "label": c} for c in ("normal", "bacterial", "viral")],
    "preprocessing": SKIN["preprocessing"] | {"input_shape": [96, 96], "fit": "letterbox", "colour": "grey"},
    "gate": {"population": {"max_age_years": 18}},
}


def random_networks(manifest: dict, seed: int) -> tuple[nn.Module, nn.Module]:
    """A classifier whose answers differ between images, and a segmenter that finds about half of an image."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        classifier = build_classifier(CLASSIFIER, len(manifest["classes"])).eval()
        segmenter = build_segmenter(SEGMENTER, OPTIONS).eval()
        classifier.classifier.weight.data.normal_(std=1.0)
        picture = torch.from_numpy(draw_lesion((96, 96), seed=1)).permute(2, 0, 1)[None] / 63.75 - 2
        with torch.inference_mode():
            middle = segmenter(picture).median().item()
        segmenter.segmentation_head[0].bias.data -= middle
    return classifier, segmenter


def write_tiny_models(folder: Path) -> Path:
    """Write the bundles tiny-chest and tiny-skin."""
    for seed, manifest in enumerate((SKIN, CHEST)):
        classifier, segmenter = random_networks(manifest, seed)
        write_bundle(folder / manifest["name"], manifest, classifier.state_dict(), segmenter.state_dict())
    return folder


class ColourClassifier(nn.Module):
    """Class k's logit is the mean of what exceeds middle grey in colour channel k, seen on a grid of 4 x 4 pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.AvgPool2d(4), nn.ReLU())
        self.head = nn.Linear(3, 4)
        self.head.weight.data = torch.eye(4, 3) * 30
        self.head.bias.data.zero_()

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x).mean((2, 3)))


class RedSegmenter(nn.Module):
    """The region is what is red."""

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.tensor(8.0))

    def forward(self, x: Tensor) -> Tensor:
        return self.gain * x[:, :1]


class ColourStore(BundleStore):
    """A store whose networks are made here: what they find is known."""

    def classifier(self, name: str) -> nn.Module:
        return self.once(name, "classifier", lambda: ColourClassifier().eval().requires_grad_(False))

    def segmenter(self, name: str) -> nn.Module:
        return self.once(name, "segmenter", lambda: RedSegmenter().eval().requires_grad_(False))


def write_colour_store(folder: Path) -> ColourStore:
    """Write one bundle, "colours", that explains the colour red by where it is."""
    manifest = SKIN | {"name": "colours", "classifier": SKIN["classifier"] | {"target_layer": "features"}}
    write_bundle(folder / "colours", manifest, {}, {})
    return ColourStore([folder])


def picture_image(pixels: np.ndarray, **facts) -> MedicalImage:
    """A picture as the reader would deliver it."""
    kind = PhotometricInterpretation.RGB if pixels.ndim == 3 else PhotometricInterpretation.MONOCHROME2
    return MedicalImage(pixels, facts.pop("modality", ""), kind, SourceInfo(Path("picture.png")), **facts)


def spot_picture(shape: tuple[int, int], centre: tuple[float, float], radius: float) -> np.ndarray:
    """A bright red disc (centre in shares of height and width, radius in shares of the shorter side) on dark red."""
    y, x = np.ogrid[: shape[0], : shape[1]]
    inside = np.hypot(y + 0.5 - centre[0] * shape[0], x + 0.5 - centre[1] * shape[1]) < radius * min(shape)
    picture = np.full((*shape, 3), (60, 20, 20), np.uint8)
    picture[inside] = (255, 0, 0)
    return picture


def pydicom_image(name: str) -> MedicalImage:
    """One of the images of the package pydicom-data."""
    from pydicom.data import get_testdata_file

    path = get_testdata_file(name, download=False)
    if path is None:
        pytest.skip("the package pydicom-data is not installed")
    return read_image(Path(path))
