"""The image as decoded: stored values through the modality LUT, and the facts needed to show and judge it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segx_viewer.domain.arrays import Pixels, read_only
from segx_viewer.domain.slices import SlicePosition

_NEARLY_SQUARE = 1e-3  # half a pixel in 500
_LONGEST_PIXEL = 20.0  # sections of thick slices


class PhotometricInterpretation(StrEnum):
    """How pixel values relate to brightness or colour (DICOM PS3.3 C.7.6.3.1.2), after decoding to RGB where colour."""

    MONOCHROME1 = "MONOCHROME1"
    MONOCHROME2 = "MONOCHROME2"
    RGB = "RGB"


class VoiFunction(StrEnum):
    """VOI LUT function (DICOM PS3.3 C.11.2.1.3)."""

    LINEAR = "LINEAR"
    LINEAR_EXACT = "LINEAR_EXACT"
    SIGMOID = "SIGMOID"


class SpacingOrigin(StrEnum):
    """What a pixel spacing refers to: the patient (calibrated), the detector, a scale in the picture, or unknown."""

    CALIBRATED = "calibrated"
    DETECTOR = "at the detector"
    SCALE = "from the picture's scale"
    READER = "set by the reader"
    UNKNOWN = "of unknown origin"


@dataclass(frozen=True, slots=True)
class WindowLevel:
    """A display window in modality units (DICOM PS3.3 C.11.2.1.2).

    Attributes
    ----------
    center, width : float
        `width` >= 1 for LINEAR, > 0 otherwise.
    function : VoiFunction
    explanation : str
        The window's name in the file, or a preset's name.
    """

    center: float
    width: float
    function: VoiFunction = VoiFunction.LINEAR
    explanation: str = ""

    def __post_init__(self) -> None:
        minimum = 1.0 if self.function is VoiFunction.LINEAR else 0.0
        if not (math.isfinite(self.center) and math.isfinite(self.width)) or self.width < minimum or self.width == 0:
            raise ValueError(f"window width {self.width} is below the minimum for {self.function.value}")

    @property
    def is_absurd(self) -> bool:
        """Whether the window is too narrow for float32 values to differ in it, or larger than any that pixels have."""
        return self.width < max(1e-30, abs(self.center) * 2.0**-24) or max(abs(self.center), self.width) > 1e37


@dataclass(frozen=True, slots=True, eq=False)
class VoiLut:
    """A VOI look-up table (DICOM PS3.3 C.11.2.1.1).

    Attributes
    ----------
    values : ndarray, shape (N,), uint16
    first : int
        The modality value that maps to ``values[0]``; lower values map to it too, higher ones to the last entry.
    bits : int
        Bits per entry, 8 to 16: the table's output range is 0 .. 2**bits - 1.
    explanation : str
    """

    values: NDArray[np.uint16] = field(repr=False)
    first: int
    bits: int
    explanation: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", read_only(self.values, np.uint16))


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """A graphic drawn over the image in its file (DICOM PS3.3 C.9.2): markers, measurements, regions.

    Attributes
    ----------
    mask : ndarray, shape (H, W), bool
        On the image's grid.
    label : str
    is_region : bool
        A region of interest rather than graphics.
    """

    mask: NDArray[np.bool_] = field(repr=False)
    label: str = ""
    is_region: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "mask", read_only(self.mask, np.bool_))


@dataclass(frozen=True, slots=True)
class PixelSpacing:
    """Size of a pixel in mm, and what it was measured on.

    `magnification` is the Estimated Radiographic Magnification Factor (0018,1114) of a spacing at the detector: lengths
    in the patient are about that much smaller.
    """

    row: float
    column: float
    origin: SpacingOrigin
    magnification: float | None = None


@dataclass(frozen=True, slots=True)
class CalibratedRegion:
    """A part of an ultrasound picture with a scale of its own (DICOM PS3.3 C.8.5.5).

    Attributes
    ----------
    box : tuple of float
        Left, top, right, bottom in pixels from the image's top left corner.
    spacing : PixelSpacing
    """

    box: tuple[float, float, float, float]
    spacing: PixelSpacing

    def holds(self, x: float, y: float) -> bool:
        """Whether a position lies in the region."""
        left, top, right, bottom = self.box
        return left <= x <= right and top <= y <= bottom


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """Where an image came from. UIDs are empty for pictures; `notes` are sentences about the file for the reader.

    `frame_stacks` are the frames of a multi-frame image stack by stack, in the order of scrolling; empty where all of
    them are one stack in the order of the file. `frame_rate` is what the file asks to be played at, in frames a second.
    """

    path: Path | None
    frame: int = 0
    frames: int = 1
    sop_instance_uid: str = ""
    series_uid: str = ""
    study_uid: str = ""
    transfer_syntax: str = ""
    notes: tuple[str, ...] = ()
    frame_stacks: tuple[tuple[int, ...], ...] = ()
    frame_rate: float | None = None

    @property
    def name(self) -> str:
        """File name for people, or a stand-in for an array given by a program."""
        return self.path.name if self.path is not None else "image"


@dataclass(frozen=True, slots=True)
class Acquisition:
    """Header facts that say what kind of image this is; unknown facts are None or empty. No identity in here.

    Attributes
    ----------
    age_years : float or None
        From Patient's Age (0010,1010), or birth date and study date.
    sex : str
        "M", "F", "O" or empty.
    body_part, view_position, laterality : str
        Upper case, as in the header.
    study_date : str
        YYYYMMDD or empty.
    projection : str
        A radiograph's direction, "frontal", "lateral" or "oblique", as far as the header says it in any way.
    study_time : str
        HHMMSS, or its beginning, or empty.
    description : str
        Series or study description.
    study_description, series_description : str
    series_number : int or None
    scanner : str
        Its maker and model; neither its serial number nor where it stands.
    """

    age_years: float | None = None
    sex: str = ""
    body_part: str = ""
    view_position: str = ""
    laterality: str = ""
    study_date: str = ""
    description: str = ""
    projection: str = ""
    study_time: str = ""
    study_description: str = ""
    series_description: str = ""
    series_number: int | None = None
    scanner: str = ""


@dataclass(frozen=True, slots=True)
class PatientIdentity:
    """What identifies the patient: shown on the local screen, left out of every export unless asked for."""

    name: str = ""
    patient_id: str = ""
    birth_date: str = ""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class MedicalImage:
    """One frame, decoded. Nothing is inverted or windowed here.

    Attributes
    ----------
    pixels : ndarray
        (H, W) float32 in modality units, or (H, W, 3) uint8 RGB. Read-only.
    modality : str
        DICOM modality (CR, DX, XC, ...); "" for a picture file, which does not say.
    photometric : PhotometricInterpretation
    source : SourceInfo
    windows : tuple of WindowLevel
        As in the file, in order; empty when it has none.
    voi_luts : tuple of VoiLut
    presentation_inverse : bool
        True for MONOCHROME1 or Presentation LUT Shape INVERSE: the lowest value is shown white.
    spacing : PixelSpacing or None
    regions : tuple of CalibratedRegion
        Where there are any, lengths are known inside them only; see `spacing_at`.
    pixel_aspect : float
        Height of a pixel over its width where no spacing is known (PS3.3 C.7.6.3.1.7).
    orientation : tuple of str or None
        Patient orientation (0020,0020) of the rows' and columns' direction, for example ``("L", "F")``.
    padding : tuple of float or None
        Lowest and highest modality value that is padding, not image (PS3.3 C.7.5.1.1.2).
    bits_stored : int
    acquisition : Acquisition
    identity : PatientIdentity or None
    overlays : tuple of Overlay
        Graphics of the file, not part of the pixels.
    place : SlicePosition
        Where a single-frame image lies in its series.
    unit : str
        Of the values, as the file says it: "HU", "BQML", ...; empty where it says none.
    """

    pixels: Pixels = field(repr=False)
    modality: str
    photometric: PhotometricInterpretation
    source: SourceInfo
    windows: tuple[WindowLevel, ...] = ()
    voi_luts: tuple[VoiLut, ...] = field(default=(), repr=False)
    presentation_inverse: bool = False
    spacing: PixelSpacing | None = None
    pixel_aspect: float = 1.0
    orientation: tuple[str, str] | None = None
    padding: tuple[float, float] | None = None
    bits_stored: int = 8
    acquisition: Acquisition = Acquisition()
    identity: PatientIdentity | None = field(default=None, repr=False)
    overlays: tuple[Overlay, ...] = ()
    regions: tuple[CalibratedRegion, ...] = ()
    place: SlicePosition = field(default_factory=SlicePosition)
    unit: str = ""

    def __post_init__(self) -> None:
        colour = self.photometric is PhotometricInterpretation.RGB
        pixels = read_only(self.pixels, np.uint8 if colour else np.float32)
        if pixels.ndim != (3 if colour else 2) or (colour and pixels.shape[2] != 3) or 0 in pixels.shape:
            raise ValueError(f"pixels of shape {pixels.shape} do not fit {self.photometric.value}")
        object.__setattr__(self, "pixels", pixels)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.pixels.shape[0], self.pixels.shape[1]

    @property
    def stretch(self) -> tuple[float, float]:
        """Factors of rows and columns, one of them 1 and the other not below, that make the pixels square.

        Nearly square pixels count as square, and so do those that no scanner makes.
        """
        aspect = self.spacing.row / self.spacing.column if self.spacing is not None else self.pixel_aspect
        if not 1 / _LONGEST_PIXEL <= aspect <= _LONGEST_PIXEL or abs(aspect - 1) < _NEARLY_SQUARE:
            return 1.0, 1.0
        return max(aspect, 1.0), max(1 / aspect, 1.0)

    def spacing_at(self, points: Iterable[tuple[float, float]]) -> PixelSpacing | None:
        """Return the spacing that holds at all of some positions (x, y), None where there is none."""
        if not self.regions:
            return self.spacing
        found = {next((r.spacing for r in self.regions if r.holds(x, y)), None) for x, y in points}
        return found.pop() if len(found) == 1 else None

    @property
    def stated_spacing(self) -> PixelSpacing | None:
        """The spacing that the file states; one that the reader sets is for lengths, not for explanations."""
        return None if self.spacing is not None and self.spacing.origin is SpacingOrigin.READER else self.spacing

    @property
    def is_colour(self) -> bool:
        """Whether the pixels are RGB."""
        return self.photometric is PhotometricInterpretation.RGB
