"""Text in the pixels: found where it was written, and gone after blanking."""

import cv2
import numpy as np
import pydicom
import pytest
from PIL import Image, ImageDraw
from pydicom.uid import RLELossless

from segx_viewer.domain.image import MedicalImage, PhotometricInterpretation, SourceInfo
from segx_viewer.errors import UnsupportedImageError
from segx_viewer.imaging.burned_in import Box, blank_dataset, find_text
from segx_viewer.imaging.display import to_display
from segx_viewer.imaging.privacy import deidentify_file
from segx_viewer.imaging.reader import read_image
from segx_viewer.imaging.synthetic import draw_lesion


def radiograph(seed: int = 0) -> np.ndarray:
    """Smooth structures and noise, 12 bits."""
    rng = np.random.default_rng(seed)
    smooth = cv2.resize(rng.random((9, 9)).astype(np.float32), (800, 700), interpolation=cv2.INTER_CUBIC)
    return np.clip(1200 + 1500 * smooth + rng.normal(0, 40, smooth.shape), 0, 4000).astype(np.uint16)


def as_image(pixels: np.ndarray, *, inverse: bool = False) -> MedicalImage:
    colour = pixels.ndim == 3
    kind = PhotometricInterpretation.RGB if colour else PhotometricInterpretation.MONOCHROME2
    return MedicalImage(pixels, "DX", kind, SourceInfo(None), bits_stored=12, presentation_inverse=inverse)


def write(pixels: np.ndarray, text: str, at: tuple[int, int], value: object, size: float = 0.8) -> np.ndarray:
    """Write text into the pixels and return where it is."""
    ink = np.zeros(pixels.shape[:2], np.uint8)
    cv2.putText(ink, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, 255, 2)
    pixels[ink > 0] = value
    return ink > 0


@pytest.mark.parametrize("inverse", [False, True])
@pytest.mark.parametrize("size", [0.5, 0.8, 1.5])
def test_text_is_found_where_it_is(inverse, size):
    pixels = radiograph()
    assert find_text(as_image(pixels, inverse=inverse)) == ()
    written = write(pixels, "MUSTERMANN 1950", (60, 620), 0 if inverse else 4095, size)
    boxes = find_text(as_image(pixels, inverse=inverse))
    found = np.zeros(pixels.shape, bool)
    for box in boxes:
        found[box.region] = True
    assert written[found].sum() > 0.85 * written.sum()
    assert found.mean() < 0.06


@pytest.mark.parametrize("ground", [0, 40])
@pytest.mark.parametrize("size", [10, 12, 18, 22, 30, 48])
def test_text_with_smooth_edges(size, ground):
    picture = Image.new("L", (900, 300), ground)
    ImageDraw.Draw(picture).text((20, 20), "MILLER JOHN 12345", fill=250, font_size=size)
    pixels = np.asarray(picture).astype(np.uint16)
    image = MedicalImage(pixels, "OT", PhotometricInterpretation.MONOCHROME2, SourceInfo(None), bits_stored=8)
    left = pixels.copy()
    for box in find_text(image):
        left[box.region] = 0
    assert left.max() < ground + 60


def test_coloured_text_on_a_photograph():
    lesion = draw_lesion()
    assert find_text(as_image(lesion)) == ()
    picture = lesion.copy()
    write(picture, "J. DOE 12/03", (300, 40), (20, 20, 20))
    (box,) = find_text(as_image(picture))
    assert box.top < 30 < box.bottom
    assert box.left < 320 < box.right


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2", "RGB"])
def test_blanking_a_file_in_every_frame(make_dicom, tmp_path, photometric):
    rng = np.random.default_rng(0)
    colour = photometric == "RGB"
    stored = rng.integers(1, 255, (20, 30, 3) if colour else (2, 20, 30), dtype=np.uint8)
    path = make_dicom(stored, PhotometricInterpretation=photometric, BurnedInAnnotation="YES")
    dataset = pydicom.dcmread(path)
    dataset.compress(RLELossless)
    dataset.save_as(path)
    box = Box(2, 3, 9, 12)
    deidentify_file(path, tmp_path / "clean.dcm", (box,))
    assert pydicom.dcmread(tmp_path / "clean.dcm").BurnedInAnnotation == "NO"
    for frame in range(1 if colour else 2):
        original, clean = read_image(path, frame), read_image(tmp_path / "clean.dcm", frame)
        assert to_display(clean)[box.region].max() <= 3
        assert np.array_equal(clean.pixels[10:], original.pixels[10:])


def test_palettes_are_not_blanked(make_dicom):
    dataset = pydicom.dcmread(make_dicom(np.zeros((4, 4), np.uint8), PhotometricInterpretation="PALETTE COLOR"))
    with pytest.raises(UnsupportedImageError, match="palette"):
        blank_dataset(dataset, (Box(0, 0, 1, 1),))
