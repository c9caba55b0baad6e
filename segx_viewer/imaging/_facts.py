"""Header facts of a DICOM image: spacing, orientation, acquisition."""

import re
from math import isfinite

from pydicom.dataset import Dataset

from segx_viewer.domain.image import Acquisition, CalibratedRegion, PixelSpacing, SpacingOrigin
from segx_viewer.imaging._person import age_years, study_date, study_time
from segx_viewer.imaging.bodyparts import projection
from segx_viewer.imaging.header import code_meaning, items, macro, number, numbers, text, value

PROJECTION = frozenset({"CR", "DX", "MG", "RG", "RF", "XA", "IO", "PX", "DR"})
"""Modalities whose pixel spacing is that of the detector unless a calibration says otherwise."""

_DIRECTION = re.compile("[LRAPHF]{1,3}")
_CENTIMETRES = 3
_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"  # and its multi-frame classes
_OTHER = {"OT", "SC", "DOC", ""}
_LARGEST_MAGNIFICATION = 10.0
_SLOWEST, _FASTEST = 0.1, 500.0  # frames a second; anything else is a slip of the pen
_MINIMAL_COSINE = 0.2  # directions further than about 78 degrees from an axis do not name it


def pixel_spacing(dataset: Dataset, frame: int) -> PixelSpacing | None:
    """Return the size of a pixel and what it refers to (PS3.3 10.7.1.3).

    Calibrated regions of ultrasound come first. Pixel Spacing of a projection radiograph is at the detector unless its
    calibration is stated, or it differs from the Imager Pixel Spacing; that of a secondary capture is of unknown origin
    unless stated. Nominal Scanned Pixel Spacing is that of a digitised film or picture.
    """
    if regions := calibrated_regions(dataset):
        return max(regions, key=lambda r: (r.box[2] - r.box[0]) * (r.box[3] - r.box[1])).spacing
    projection = text(dataset, "Modality").upper() in PROJECTION
    spacing = _pair(macro(dataset, frame, "PixelMeasuresSequence"), "PixelSpacing")
    imager = _pair(dataset, "ImagerPixelSpacing")
    if spacing:
        origin = _origin(dataset, spacing, imager, projection=projection)
        magnification = _magnification(dataset) if origin is SpacingOrigin.DETECTOR else None
        return PixelSpacing(*spacing, origin, magnification)
    if imager:
        return PixelSpacing(*imager, SpacingOrigin.DETECTOR, _magnification(dataset))
    if nominal := _pair(dataset, "NominalScannedPixelSpacing"):
        return PixelSpacing(*nominal, SpacingOrigin.DETECTOR if projection else SpacingOrigin.SCALE)
    return None


def _origin(
    dataset: Dataset, spacing: tuple[float, float], imager: tuple[float, float] | None, *, projection: bool
) -> SpacingOrigin:
    if text(dataset, "PixelSpacingCalibrationType"):
        return SpacingOrigin.CALIBRATED
    if text(dataset, "SOPClassUID").startswith(_SECONDARY_CAPTURE) or text(dataset, "Modality").upper() in _OTHER:
        return SpacingOrigin.UNKNOWN
    differs = imager is not None and any(abs(a - b) > 1e-4 * b for a, b in zip(spacing, imager, strict=True))
    return SpacingOrigin.CALIBRATED if differs or not projection else SpacingOrigin.DETECTOR


def _magnification(dataset: Dataset) -> float | None:
    factor = number(dataset, "EstimatedRadiographicMagnificationFactor")
    return factor if factor is not None and 1 < factor < _LARGEST_MAGNIFICATION else None


def _pair(dataset: Dataset, keyword: str) -> tuple[float, float] | None:
    pair = numbers(dataset, keyword)
    if len(pair) == 2 and all(0 < v < 1e4 for v in pair):
        return pair[0], pair[1]
    return None


def pixel_aspect(dataset: Dataset) -> float:
    """Return the height of a pixel over its width as Pixel Aspect Ratio states it (PS3.3 C.7.6.3.1.7), else 1."""
    ratio = numbers(dataset, "PixelAspectRatio")
    return ratio[0] / ratio[1] if len(ratio) == 2 and all(0 < v < 1e6 for v in ratio) else 1.0


def calibrated_regions(dataset: Dataset) -> tuple[CalibratedRegion, ...]:
    """Return the parts of an ultrasound picture whose both directions are lengths (PS3.3 C.8.5.5), in mm."""
    found = []
    for region in items(dataset, "SequenceOfUltrasoundRegions"):
        units = number(region, "PhysicalUnitsXDirection"), number(region, "PhysicalUnitsYDirection")
        row, column = number(region, "PhysicalDeltaY"), number(region, "PhysicalDeltaX")
        corners = [number(region, f"RegionLocation{corner}") for corner in ("MinX0", "MinY0", "MaxX1", "MaxY1")]
        if units != (_CENTIMETRES, _CENTIMETRES) or not row or not column or not isfinite(row * column):
            continue
        left, top, right, bottom = (0.0 if corner is None else corner for corner in corners)
        if right <= left or bottom <= top:  # no place: that of the whole picture
            left, top = 0.0, 0.0
            right, bottom = number(dataset, "Columns") or 0.0, number(dataset, "Rows") or 0.0
        spacing = PixelSpacing(round(abs(row) * 10, 9), round(abs(column) * 10, 9), SpacingOrigin.SCALE)
        found.append(CalibratedRegion((left, top, right + 1, bottom + 1), spacing))
    return tuple(found)


def frame_rate(dataset: Dataset) -> float | None:
    """Return the frames a second that a film is to be played at, None where the file does not say.

    Recommended Display Frame Rate (0008,2144) comes first, then Cine Rate (0018,0040), then Frame Time (0018,1063) and
    the mean of Frame Time Vector (0018,1065), both in ms (PS3.3 C.7.6.5).
    """
    stated = [number(dataset, keyword) for keyword in ("RecommendedDisplayFrameRate", "CineRate")]
    times = [time for time in numbers(dataset, "FrameTimeVector")[1:] if time > 0]  # the first frame's is 0
    mean = sum(times) / len(times) if times else None
    stated += [1000 / time if time else None for time in (number(dataset, "FrameTime"), mean)]
    return next((rate for rate in stated if rate is not None and _SLOWEST <= rate <= _FASTEST), None)


def value_unit(dataset: Dataset, frame: int) -> str:
    """Return the unit of the values behind the rescaling, "" where the file says none.

    Rescale Type (0028,1054), PS3.3 C.11.1.1.2; Hounsfield units of a CT that states none, Units (0054,1001) of PET.
    """
    scope = macro(dataset, frame, "PixelValueTransformationSequence")
    if number(scope, "RescaleSlope") is None:
        return ""
    stated = text(scope, "RescaleType").upper()
    if stated:
        return "" if stated in ("US", "UNSPECIFIED") else stated
    modality = text(dataset, "Modality").upper()
    return {"CT": "HU", "PT": text(dataset, "Units").upper()}.get(modality, "")


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
    series, study = text(dataset, "SeriesDescription"), text(dataset, "StudyDescription")
    number_in_study = number(dataset, "SeriesNumber")
    return Acquisition(
        age_years=age_years(dataset),
        sex=sex if sex in {"M", "F", "O"} else "",
        body_part=(text(dataset, "BodyPartExamined") or code_meaning(dataset, "AnatomicRegionSequence")).upper(),
        view_position=(text(dataset, "ViewPosition") or code_meaning(dataset, "ViewCodeSequence")).upper(),
        projection=_projection(dataset),
        laterality=(text(dataset, "ImageLaterality") or text(dataset, "Laterality")).upper(),
        study_date=study_date(dataset),
        study_time=study_time(dataset),
        description=series or study,
        study_description=study or code_meaning(dataset, "ProcedureCodeSequence"),
        series_description=series or text(dataset, "ProtocolName"),
        series_number=None if number_in_study is None or not isfinite(number_in_study) else int(number_in_study),
        scanner=f"{text(dataset, 'Manufacturer')} {text(dataset, 'ManufacturerModelName')}".strip(),
    )


def _projection(dataset: Dataset) -> str:
    if text(dataset, "Modality").upper() not in PROJECTION:
        return ""
    views = items(dataset, "ViewCodeSequence")
    view = " ".join((text(dataset, "ViewPosition"), code_meaning(dataset, "ViewCodeSequence")))
    return projection(view, text(views[0], "CodeValue") if views else "", patient_orientation(dataset, 0))
