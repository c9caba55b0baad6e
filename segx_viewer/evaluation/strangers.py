"""Images that a bundle must not speak about: those that packages ship, and drawn ones."""

import importlib
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from segx_viewer.bundles.store import BundleStore
from segx_viewer.domain.image import MedicalImage, PhotometricInterpretation, SourceInfo
from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.domain.result import GateVerdict
from segx_viewer.errors import SegxError
from segx_viewer.imaging.reader import read_image
from segx_viewer.pipeline import analyse

log = logging.getLogger(__name__)

_PYDICOM = ("CT_small.dcm", "MR_small.dcm", "RG3_UNCR.dcm", "US1_UNCR.dcm", "color3d_jpeg_baseline.dcm", "NM1_UNCR.dcm",
            "CT1_UNCR.dcm", "MR1_UNCR.dcm", "XA1_UNCR.dcm", "VL1_UNCR.dcm", "VL2_UNCR.dcm", "RG1_UNCR.dcm",
            "RG2_UNCR.dcm", "mlut_18.dcm", "examples_ybr_color.dcm", "examples_palette.dcm")  # fmt: skip


def judge(store: BundleStore, name: str, image: MedicalImage) -> GateVerdict:
    """Return the whole gate's verdict on an image: header, picture and features."""
    return next(analyse(AnalysisRequest(image, bundle_name=name), store)).gate


def spoilt(pictures: Sequence[NDArray[np.uint8]]) -> Iterator[tuple[str, list[NDArray[np.uint8]]]]:
    """Yield (name, pictures): a bundle's own pictures (H, W, 3), as no camera or detector gives them.

    Montages are of four at a time; exchanged and lost colours only of pictures that have some.
    """
    if any((p[..., 0] != p[..., 2]).any() for p in pictures):
        yield "red and blue exchanged", [np.ascontiguousarray(p[..., ::-1]) for p in pictures]
        yield "grey", [np.repeat(p.mean(2, keepdims=True).astype(np.uint8), 3, axis=2) for p in pictures]
    yield "inverted", [255 - p for p in pictures]
    montages = []
    for first, picture in enumerate(pictures):
        size = picture.shape[1::-1]
        parts = [cv2.resize(pictures[(first + k) % len(pictures)], size) for k in range(4)]
        montages.append(np.asarray(np.vstack([np.hstack(parts[:2]), np.hstack(parts[2:])]), np.uint8))
    yield "four in one", montages


def strangers(*, packages: bool = True) -> Iterator[tuple[str, MedicalImage]]:
    """Yield (name, image): drawn ones, and what installed packages ship; packages that are missing are left out."""
    yield from _drawn()
    if not packages:
        return
    yield from _photographs()
    yield from _dicom_files()


def _drawn() -> Iterator[tuple[str, MedicalImage]]:
    rng = np.random.default_rng(0)
    shape = (480, 640)
    page = np.full((*shape, 3), 255, np.uint8)
    for line in range(22):
        cv2.putText(page, "Findings: the quick brown fox jumps over", (20, 30 + 20 * line), 0, 0.6, (0, 0, 0), 1)
    ramp = np.tile(np.linspace(0, 255, shape[1]).astype(np.uint8), (shape[0], 1))
    board = ((np.indices(shape) // 40).sum(0) % 2 * 255).astype(np.uint8)
    pictures = {
        "blank, white": np.full((*shape, 3), 255, np.uint8),
        "blank, black": np.zeros(shape, np.uint8),
        "skin colour, nothing on it": np.full((*shape, 3), (225, 180, 160), np.uint8),
        "grey noise": rng.integers(0, 256, shape, dtype=np.uint8),
        "colour noise": rng.integers(0, 256, (*shape, 3), dtype=np.uint8),
        "page of text": page,
        "ramp": ramp,
        "checkerboard": board,
        "colour bars": np.repeat(np.repeat(rng.integers(0, 256, (1, 8, 3), dtype=np.uint8), 480, 0), 80, 1),
    }
    for name, pixels in pictures.items():
        yield f"drawn: {name}", _picture(pixels)


def _photographs() -> Iterator[tuple[str, MedicalImage]]:
    try:
        from skimage import data
    except ImportError:
        return
    folder = Path(data.__file__).parent
    for path in sorted(p for p in folder.iterdir() if p.suffix.lower() in {".png", ".jpg", ".jpeg", ".tif", ".gif"}):
        yield from _file("scikit-image", path)
    images = importlib.import_module("sklearn.datasets").load_sample_images()
    for name, pixels in zip(images.filenames, images.images, strict=True):
        yield f"scikit-learn: {Path(name).name}", _picture(pixels)


def _dicom_files() -> Iterator[tuple[str, MedicalImage]]:
    from pydicom.data import get_testdata_file

    for name in _PYDICOM:
        path = get_testdata_file(name, download=False)
        if path is not None:
            yield from _file("pydicom", Path(path))


def _file(package: str, path: Path) -> Iterator[tuple[str, MedicalImage]]:
    try:
        yield f"{package}: {path.name}", read_image(path)
    except SegxError as error:
        log.info("%s", error)


def _picture(pixels: NDArray[np.uint8]) -> MedicalImage:
    photometric = PhotometricInterpretation.RGB if pixels.ndim == 3 else PhotometricInterpretation.MONOCHROME2
    return MedicalImage(pixels, "", photometric, SourceInfo(None))
