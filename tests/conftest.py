"""Shared by all tests: off-screen Qt, private settings folders, and no unexpected warning in the log."""

import csv
import logging
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from segx_viewer import process

if TYPE_CHECKING:
    from segx_viewer.bundles.store import BundleStore
    from segx_viewer.domain.image import MedicalImage

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
process.begin()

PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def private_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Send settings, caches and data of the user to a temporary folder."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(home / name.lower()))
    return home


@pytest.fixture(autouse=True)
def no_unexpected_warning(caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that logs a warning of ours, unless it is marked `expects_warnings`."""
    yield
    if request.node.get_closest_marker("expects_warnings"):
        return
    unexpected = [
        r.getMessage()
        for r in caplog.get_records("call")
        if r.levelno >= logging.WARNING and r.name.startswith("segx_viewer")
    ]
    assert not unexpected, f"unexpected log messages: {unexpected}"


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Real image sets, where they are at hand: SEGX_VIEWER_DATA, or ../shared/data beside the checkout."""
    folder = Path(os.environ.get("SEGX_VIEWER_DATA", PROJECT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("no image sets here; name their folder in SEGX_VIEWER_DATA")
    return folder


@pytest.fixture(scope="session")
def one_thread() -> Iterator[None]:
    """Small networks are slower on several threads, and sums would depend on their number."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory, one_thread) -> Path:
    """A folder with the bundles tiny-chest and tiny-skin."""
    from examples import write_tiny_models

    return write_tiny_models(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="session")
def store(tiny_models: Path) -> "BundleStore":
    """The tiny bundles; networks stay loaded between tests."""
    from segx_viewer.bundles.store import BundleStore

    return BundleStore([tiny_models])


@pytest.fixture(scope="session")
def colour_store(tmp_path_factory: pytest.TempPathFactory, one_thread) -> "BundleStore":
    """One bundle, "colours", that explains the colour red by where it is."""
    from examples import write_colour_store

    return write_colour_store(tmp_path_factory.mktemp("colours"))


@pytest.fixture
def as_image():
    """See `examples.picture_image`."""
    from examples import picture_image

    return picture_image


@pytest.fixture
def red_spot():
    """See `examples.spot_picture`."""
    from examples import spot_picture

    return spot_picture


@pytest.fixture(scope="session")
def lesion() -> "MedicalImage":
    """A drawn lesion."""
    from examples import picture_image

    from segx_viewer.imaging.synthetic import draw_lesion

    return picture_image(draw_lesion((150, 200)))


def _pydicom_image(name: str) -> "MedicalImage":
    from examples import pydicom_image

    return pydicom_image(name)


@pytest.fixture(scope="session")
def chest_image() -> "MedicalImage":
    """RG1: an adult's chest radiograph, MONOCHROME1."""
    return _pydicom_image("RG1_UNCR.dcm")


@pytest.fixture(scope="session")
def leg_image() -> "MedicalImage":
    """RG3: a leg."""
    return _pydicom_image("RG3_UNCR.dcm")


@pytest.fixture(scope="session")
def ct_image() -> "MedicalImage":
    """A CT slice."""
    return _pydicom_image("CT_small.dcm")


TINY_RECIPE = """
name = "tiny"
title = "Tiny"
version = "0.0.1"
licence = "none"
region = "spot"
image_kind = "dermoscopy"
modalities = [""]
activation = "softmax"
classes = [{ code = "mel", label = "Melanoma" }, { code = "nv", label = "Nevus" }]
[preprocessing]
input_shape = [64, 64]
fit = "stretch"
colour = "rgb"
mean = [0.5, 0.5, 0.5]
std = [0.5, 0.5, 0.5]
[classifier]
architecture = "timm/tf_efficientnet_lite0"
weights = "classifier.safetensors"
target_layer = "conv_head"
[segmenter]
architecture = "smp/unet"
weights = "segmenter.safetensors"
threshold = 0.5
options = { encoder_name = "tu-tf_efficientnet_lite0", decoder_channels = [32, 16, 8, 8, 8] }
[gate]
layer = "blocks.1"

[recipe]
seed = 1
classifier_data = ["ham10000"]
segmenter_data = ["ham10000"]
[recipe.classifier]
epochs = 1
batch_size = 8
learning_rate = 1e-3
attention_guidance = 0.2
mixup = 0.2
distillation = 0.5
logit_adjustment = true
scaling = true
[recipe.teachers]
count = 1
[recipe.segmenter]
epochs = 1
batch_size = 8
learning_rate = 1e-3
[recipe.augmentation]
flip_vertical = true
hair = 0.5
dark_corners = 0.5
[recipe.evaluation]
views = ["flip_h", "rotate_90"]
"""


@pytest.fixture(scope="session")
def tiny_recipe() -> str:
    """A recipe that trains in seconds."""
    return TINY_RECIPE


@pytest.fixture(scope="session")
def drawn_ham10000(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Drawn lesions in the original layout: two images per lesion, images in a ZIP, masks at twice the resolution."""
    root = tmp_path_factory.mktemp("data") / "ham10000"
    root.mkdir()
    rng = np.random.default_rng(0)
    with (
        (root / "HAM10000_metadata.csv").open("w", newline="") as table,
        zipfile.ZipFile(root / "HAM10000_images.zip", "w") as images,
        zipfile.ZipFile(root / "HAM10000_segmentations.zip", "w") as masks,
    ):
        writer = csv.writer(table)
        writer.writerow(["lesion_id", "image_id", "dx"])
        for n in range(80):
            dx = ("mel", "nv")[n // 2 % 2]
            writer.writerow([f"lesion{n // 2}", f"image{n:02}", dx])
            picture = np.full((60, 80, 3), (150, 180, 220), np.uint8)
            mask = np.zeros((120, 160), np.uint8)
            centre, radius = rng.integers(25, 35, 2), int(rng.integers(8, 18))
            cv2.circle(picture, centre.tolist(), radius, (20, 20, 40) if dx == "mel" else (60, 90, 150), -1)
            cv2.circle(mask, (2 * centre).tolist(), 2 * radius, 255, -1)
            images.writestr(f"image{n:02}.jpg", cv2.imencode(".jpg", picture)[1].tobytes())
            masks.writestr(f"image{n:02}_segmentation.png", cv2.imencode(".png", mask)[1].tobytes())
    return root.parent
