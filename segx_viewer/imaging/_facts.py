"""Header facts of a DICOM image: spacing, orientation, acquisition, identity."""

import re
from datetime import datetime

from pydicom.dataset import Dataset
from pydicom.valuerep import PersonName

from segx_viewer.domain.image import Acquisition, PatientIdentity, PixelSpacing, SpacingOrigin
from segx_viewer.imaging._header import code_meaning, items, macro, number, numbers, text, value

PROJECTION = frozenset({"CR", "DX", "MG", "RG", "RF", "XA", "IO", "PX", "DR"})
"""Modalities whose pixel spacing is that of the detector unless a calibration says otherwise."""

_DIRECTION = re.compile("[LRAPHF]{1,3}")
_DAYS_PER = {"D": 1.0, "W": 7.0, "M": 365.25 / 12, "Y": 365.25}
_CENTIMETRES = 3
_MINIMAL_COSINE = 0.2  # directions further than about 78 degrees from an axis do not name it


def pixel_spacing(dataset: Dataset, frame: int) -> PixelSpacing | None:
    """Return the size of a pixel and what it refers to (PS3.3 10.7.1.3).

    Pixel Spacing of a projection radiograph is at the detector unless its calibration is stated, or it differs
    from the Imager Pixel Spacing. Nominal Scanned Pixel Spacing is that of a digitised film or picture.
    """
    projection = text(dataset, "Modality").upper() in PROJECTION
    spacing = _pair(macro(dataset, frame, "PixelMeasuresSequence"), "PixelSpacing")
    imager = _pair(dataset, "ImagerPixelSpacing")
    if spacing:
        stated = bool(text(dataset, "PixelSpacingCalibrationType"))
        differs = imager is not None and any(abs(a - b) > 1e-4 * b for a, b in zip(spacing, imager, strict=True))
        calibrated = not projection or stated or differs
        return PixelSpacing(*spacing, SpacingOrigin.CALIBRATED if calibrated else SpacingOrigin.DETECTOR)
    if imager:
        return PixelSpacing(*imager, SpacingOrigin.DETECTOR)
    if nominal := _pair(dataset, "NominalScannedPixelSpacing"):
        return PixelSpacing(*nominal, SpacingOrigin.DETECTOR if projection else SpacingOrigin.SCALE)
    return _ultrasound_spacing(dataset)


def _pair(dataset: Dataset, keyword: str) -> tuple[float, float] | None:
    found = numbers(dataset, keyword)
    if len(found) == 2 and all(0 < v < 1e4 for v in found):
        return found[0], found[1]
    return None


def _ultrasound_spacing(dataset: Dataset) -> PixelSpacing | None:
    """Take the scale of an ultrasound picture that has a single calibrated region in centimetres."""
    regions = items(dataset, "SequenceOfUltrasoundRegions")
    if len(regions) != 1:
        return None
    units = number(regions[0], "PhysicalUnitsXDirection"), number(regions[0], "PhysicalUnitsYDirection")
    row, column = number(regions[0], "PhysicalDeltaY"), number(regions[0], "PhysicalDeltaX")
    if units != (_CENTIMETRES, _CENTIMETRES) or not row or not column:
        return None
    return PixelSpacing(abs(row) * 10, abs(column) * 10, SpacingOrigin.SCALE)


def patient_orientation(dataset: Dataset, frame: int) -> tuple[str, str] | None:
    """Return the patient directions of rows and columns (PS3.3 C.7.6.1.1.1), or None.

    From Patient Orientation, or from the direction cosines of Image Orientation (Patient).
    """
    stated = value(dataset, "PatientOrientation")
    if stated is not None and not isinstance(stated, (str, bytes)) and len(stated) == 2:
        row, column = str(stated[0]), str(stated[1])
        if _DIRECTION.fullmatch(row) and _DIRECTION.fullmatch(column):  # anything else says nothing, or too much
            return row, column
    cosines = numbers(macro(dataset, frame, "PlaneOrientationSequence"), "ImageOrientationPatient")
    if len(cosines) != 6:
        return None
    row, column = _letters(cosines[:3]), _letters(cosines[3:])
    return (row, column) if row and column else None


def _letters(cosines: tuple[float, ...]) -> str:
    named = [(abs(c), pair[c > 0]) for c, pair in zip(cosines, ("RL", "AP", "FH"), strict=True)]
    return "".join(letter for size, letter in sorted(named, reverse=True) if size > _MINIMAL_COSINE)


def acquisition(dataset: Dataset) -> Acquisition:
    """Return the facts that say what kind of image this is."""
    sex = text(dataset, "PatientSex").upper()
    return Acquisition(
        age_years=_age(dataset),
        sex=sex if sex in {"M", "F", "O"} else "",
        body_part=(text(dataset, "BodyPartExamined") or code_meaning(dataset, "AnatomicRegionSequence")).upper(),
        view_position=(text(dataset, "ViewPosition") or code_meaning(dataset, "ViewCodeSequence")).upper(),
        laterality=(text(dataset, "ImageLaterality") or text(dataset, "Laterality")).upper(),
        study_date=_date(text(dataset, "StudyDate")),
        description=text(dataset, "SeriesDescription") or text(dataset, "StudyDescription"),
    )


def _date(stated: str) -> str:
    """Return YYYYMMDD, or "" for anything else and for the years before radiology, which stand for a removed date."""
    digits = stated.replace(".", "").replace("-", "")
    return digits if re.fullmatch(r"\d{8}", digits) and digits >= "1850" else ""


def _age(dataset: Dataset) -> float | None:
    if match := re.fullmatch(r"(\d{1,3})([DWMY])", text(dataset, "PatientAge").upper()):
        return int(match[1]) * _DAYS_PER[match[2]] / _DAYS_PER["Y"]
    try:
        birth, study = (datetime.strptime(_date(text(dataset, k)), "%Y%m%d") for k in ("PatientBirthDate", "StudyDate"))
    except ValueError:
        return None
    years = (study - birth).days / 365.25
    return years if 0 <= years < 130 else None


def identity(dataset: Dataset) -> PatientIdentity | None:
    """Return who the patient is, or None where the header does not say."""
    name = value(dataset, "PatientName")
    if isinstance(name, PersonName):
        name = ", ".join(part for part in (name.family_name, name.given_name) if part)
    person = PatientIdentity(
        str(name or "").strip(), text(dataset, "PatientID"), _date(text(dataset, "PatientBirthDate"))
    )
    return person if person != PatientIdentity() else None
