"""Text written into the pixels: finding it, and blanking it for good.

A detector for typed annotation (letters of one brightness on a quieter ground, in lines), not for handwriting and
not a proof of absence: a person looks at the preview and decides.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.utils import set_pixel_data
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ExplicitVRLittleEndian

from segx_viewer.domain.arrays import Numbers
from segx_viewer.domain.image import MedicalImage
from segx_viewer.errors import UnsupportedImageError
from segx_viewer.imaging._element import PixelElement, held_frames
from segx_viewer.imaging._pixels import decode_frame, to_rgb
from segx_viewer.imaging._quiet import ignore_library_warnings
from segx_viewer.imaging.display import to_display

_LETTER_HEIGHT = (5, 80)
_LETTERS_PER_LINE = 3
_TOUCHING = 8  # letters may touch: a part can be this many times as wide as high
_CONTRAST = 70
_TINY = 500  # pixels; smaller pictures are enlarged first
_SAME_BRIGHTNESS = 15  # spread of the letters' brightness within a line: typed text has one, anatomy has not
_SMALL, _SPREAD_SMALL, _SPREAD = 16, 50, 32  # small letters are mostly edge, so their brightness spreads more

_Letter = tuple[int, int, int, int, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of pixels: rows ``top`` to ``bottom``, columns ``left`` to ``right``, the ends not included."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def region(self) -> tuple[slice, slice]:
        """The rectangle as an index of an array."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


def find_text(image: MedicalImage) -> tuple[Box, ...]:
    """Find lines of typed text in an image as displayed.

    Parameters
    ----------
    image : MedicalImage

    Returns
    -------
    tuple of Box
        One per line, from top to bottom, with a margin of two pixels.
    """
    shown = to_display(image)
    grey = cv2.cvtColor(shown, cv2.COLOR_RGB2GRAY) if shown.ndim == 3 else shown
    scale = 2 if max(grey.shape) < _TINY else 1
    enlarged = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC) if scale > 1 else grey
    boxes: list[Box] = []
    for picture in (enlarged, cv2.bitwise_not(enlarged)):  # bright letters, dark letters
        for line in _lines(_letters(np.asarray(picture, np.uint8))):
            box = _fitted(line, scale, grey.shape)
            if not any(_overlap(box, other) for other in boxes):
                boxes.append(box)
    return tuple(sorted(boxes, key=lambda b: (b.top, b.left)))


def blank_dataset(dataset: Dataset, boxes: tuple[Box, ...]) -> None:
    """Set the boxes' pixels to black in every frame of a DICOM data set, in place; it becomes uncompressed.

    Raises
    ------
    UnsupportedImageError
        For PALETTE COLOR, where black may not be among the colours, and for big-endian files.
    """
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        raise UnsupportedImageError("Pixels of an image with a palette cannot be blanked.")
    if dataset.file_meta.TransferSyntaxUID == ExplicitVRBigEndian:
        raise UnsupportedImageError("Pixels of a big-endian file cannot be blanked; export it again in little endian.")
    ignore_library_warnings()
    claimed = dataset.get("NumberOfFrames")
    stored, photometric = _stored_frames(dataset)
    held = len(stored)
    for frame in stored:
        black = 0 if photometric == "RGB" else frame.max() if photometric == "MONOCHROME1" else frame.min()
        for box in boxes:
            frame[box.region] = black
    stored = stored[0] if len(stored) == 1 else stored
    set_pixel_data(dataset, stored, photometric, dataset.BitsStored, generate_instance_uid=False)
    if claimed is not None:  # a multi-frame object of one frame says so
        dataset.NumberOfFrames = held
    dataset.BurnedInAnnotation = "NO"


def _stored_frames(dataset: Dataset) -> tuple[Numbers, str]:
    """Return the pixels of every frame as the viewer shows them: (N, H, W) stored values, or (N, H, W, 3) RGB.

    What a codestream says of itself is written into the header.
    """
    content, path = dataset["PixelData"], Path(str(dataset.get("SOPInstanceUID", "") or "The image"))
    syntax = UID(dataset.file_meta.TransferSyntaxUID)
    length = 0xFFFFFFFF if syntax.is_encapsulated else len(content.value)
    element, source = PixelElement("PixelData", content.VR, 0, length), io.BytesIO(content.value)
    native = ExplicitVRLittleEndian if syntax == DeflatedExplicitVRLittleEndian else syntax
    dataset.NumberOfFrames = count = held_frames(source, dataset, element)
    frames = [decode_frame(path, source, dataset, element, native, index) for index in range(count)]
    photometric = frames[0][1]
    pixels = [values for values, _ in frames]
    if photometric.startswith("YBR"):
        pixels = [to_rgb(path, values, photometric, dataset, int(dataset.BitsStored)) for values in pixels]
        photometric = "RGB"
    return np.array(pixels), photometric


def _letters(grey: NDArray[np.uint8]) -> list[_Letter]:
    """Return (x, y, width, height, brightness) of thin bright parts of one brightness, which may be letters."""
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (25, 25))
    strokes = (cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, kernel) > _CONTRAST).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    found = []
    for index in range(1, count):
        x, y, width, height, area = (int(v) for v in stats[index])
        if not (_LETTER_HEIGHT[0] <= height <= _LETTER_HEIGHT[1] and width <= _TOUCHING * height):
            continue
        if not 0.12 <= area / (width * height) <= 0.95:
            continue
        part = labels[y : y + height, x : x + width] == index
        values = grey[y : y + height, x : x + width][part]
        inner = values[values >= np.median(values)]  # the smooth edges of letters are darker
        if inner.std() < (_SPREAD_SMALL if height < _SMALL else _SPREAD):
            found.append((x, y, width, height, float(np.percentile(values, 90))))
    return found


def _lines(letters: list[_Letter]) -> list[Box]:
    """Join neighbours of similar height on one base line; three or more make a line of text."""
    lines: list[list[_Letter]] = []
    for letter in sorted(letters):
        for line in lines:
            x, y, width, height, _ = line[-1]
            tall = max(height, letter[3])
            near = letter[0] - (x + width) < 1.5 * tall
            level = abs((letter[1] + letter[3]) - (y + height)) < 0.35 * tall
            if near and level and min(height, letter[3]) > 0.5 * tall and letter[0] > x:
                line.append(letter)
                break
        else:
            lines.append([letter])
    return [
        Box(
            min(y for _, y, _, _, _ in line),
            min(x for x, _, _, _, _ in line),
            max(y + h for _, y, _, h, _ in line),
            max(x + w for x, _, w, _, _ in line),
        )
        for line in lines
        if _is_text(line)
    ]


def _is_text(line: list[_Letter]) -> bool:
    letters = sum(max(1, round(width / height)) for _, _, width, height, _ in line)
    spread = float(np.std([brightness for *_, brightness in line]))
    return len(line) >= 2 and letters >= _LETTERS_PER_LINE and spread < _SAME_BRIGHTNESS


def _overlap(a: Box, b: Box) -> bool:
    return a.top < b.bottom and b.top < a.bottom and a.left < b.right and b.left < a.right


def _fitted(box: Box, scale: int, shape: tuple[int, ...]) -> Box:
    """Bring a box back to the image's grid, with its margin."""
    return Box(
        max(0, box.top // scale - 2),
        max(0, box.left // scale - 2),
        min(shape[0], -(-box.bottom // scale) + 2),
        min(shape[1], -(-box.right // scale) + 2),
    )
