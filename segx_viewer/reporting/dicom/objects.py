"""The result objects, one function each: Segmentation, Parametric Map, Secondary Capture."""

import copy
import math
from typing import Any, TypeVar

import highdicom as hd
import numpy as np
from highdicom.pm import ParametricMap, RealWorldValueMapping
from highdicom.sc import SCImage
from highdicom.seg import Segmentation, SegmentationTypeValues, SegmentDescription
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless

from segx_viewer import __version__
from segx_viewer.domain.methods import method_label
from segx_viewer.domain.result import Analysis, MapKey
from segx_viewer.domain.result import Segmentation as Region
from segx_viewer.reporting.dicom.codes import algorithm, anatomic_region, coded, private, region_codes
from segx_viewer.reporting.dicom.picture import MANUFACTURER
from segx_viewer.reporting.dicom.uids import new_uid, uid_of
from segx_viewer.reporting.overlay import region_on_image

T = TypeVar("T", bound=Dataset)

SERIES = {"seg": 9001, "map": 9002, "sr": 9003, "sc": 9004, "pdf": 9005, "gsps": 9006, "ko": 9007}
"""Series numbers: high ones, that the modality itself will not have used."""


def segmentation(
    analysis: Analysis, reference: Dataset, series: str, number: int, form: SegmentationTypeValues
) -> Segmentation:
    """Return the region as DICOM SEG or Label Map Segmentation (PS3.3 A.51) at the image's resolution.

    Parameters
    ----------
    analysis : Analysis
        With a segmentation.
    reference : Dataset
    series : str
        Series instance UID.
    number : int
        Instance number.
    form : SegmentationTypeValues
        BINARY or LABELMAP for the mask, FRACTIONAL for the network's probability (0..255).
    """
    region, bundle = _found(analysis), analysis.bundle
    fractional = form is SegmentationTypeValues.FRACTIONAL
    category, kind = region_codes(bundle.region)
    if fractional:
        pixels = np.clip(analysis.placement.to_image(region.probability), 0, 1).astype(np.float32)
    else:
        pixels = region_on_image(region, analysis.placement).astype(np.uint8)
    edited = region.edited and not fractional
    # Tracking ties the two segmentations and the report's measurements to one region.
    description = SegmentDescription(
        segment_number=1,
        segment_label=bundle.region[:64],
        segmented_property_category=category,
        segmented_property_type=kind,
        algorithm_type="SEMIAUTOMATIC" if edited else "AUTOMATIC",
        algorithm_identification=algorithm(bundle, "segmenter"),
        tracking_uid=new_uid(),
        tracking_id=bundle.region[:64],
    )
    result = Segmentation(
        source_images=[planar(reference, analysis.image.stretch)],
        pixel_array=pixels[None],
        segmentation_type=form,
        segment_descriptions=[description],
        content_label="PROBABILITY" if fractional else "REGION",
        content_description=f"{bundle.region}, edited by the reader" if edited else bundle.region,
        **identity_of(series, "seg", number),
    )
    return _complete(result, reference)


_SPACINGS = {
    "PixelSpacing": "",
    "ImagerPixelSpacing": "The pixel spacing is that at the detector: what lies above it in the body is smaller.",
    "NominalScannedPixelSpacing": "The pixel spacing is that of the scanned film.",
}
_NO_SPACING = "The pixel spacing is nominal: the source image states none."


def stated_spacing(reference: Dataset) -> tuple[list[float] | None, str]:
    """Return (row, column) mm of an image's pixels, None where it states none; and what they are measured on.

    A spacing at the detector (PS3.3 10.7.1.3) or of a film is named as such, "" stands for one in the patient.
    """
    for keyword, words in _SPACINGS.items():
        spacing = reference.get(keyword)
        if spacing is not None and len(spacing) == 2 and all(math.isfinite(v) and v > 0 for v in spacing):
            return [float(v) for v in spacing], words
    return None, _NO_SPACING


def planar(reference: Dataset, stretch: tuple[float, float] = (1.0, 1.0)) -> Dataset:
    """Return a reference that lies in a frame of reference, with a plane and a spacing.

    A Parametric Map must have them (PS3.3 A.75.3), and most readers of segmentations ask for them. Radiographs and
    photographs lie in none: their results get one of their own, with the image plane at its origin, that follows from
    the image's UID, so that all results of one image register. The spacing is what the image states, in the patient or
    at the detector; where it states none it is 1 mm, times what makes the pixels square, by (row, column).
    """
    if "FrameOfReferenceUID" in reference:
        return reference
    result = copy.deepcopy(reference)
    result.FrameOfReferenceUID = uid_of(reference.SOPInstanceUID, "plane")
    result.PositionReferenceIndicator = ""
    result.ImagePositionPatient = [0, 0, 0]
    result.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    result.SliceThickness = 1
    spacing, _ = stated_spacing(reference)
    result.PixelSpacing = spacing or [round(factor, 6) for factor in stretch]
    return result


def parametric_map(
    analysis: Analysis, key: MapKey, reference: Dataset, series: str, number: int, *, masked: bool
) -> ParametricMap:
    """Return a saliency map as Parametric Map (PS3.3 A.75), float32, never normalised, at the image's resolution.

    Parameters
    ----------
    analysis : Analysis
    key : tuple of (str, int)
        Method and class.
    reference : Dataset
    series : str
        Series instance UID.
    number : int
        Instance number.
    masked : bool
        The SegX map instead of the original one.
    """
    values = analysis.placement.to_image(analysis.explanations[key].saliency_map).astype(np.float32)
    if masked:
        values = values * region_on_image(_found(analysis), analysis.placement)
    highest = max(float(values.max()), float(np.finfo(np.float32).tiny))
    label = f"{'SegX' if masked else 'Original'} {method_label(key[0])}"
    if analysis.prediction is not None:
        label += f", {analysis.prediction.classes[key[1]].label}"
    mapping = RealWorldValueMapping(
        lut_label="ATTRIBUTION",
        lut_explanation=label[:64],
        unit=codes.UCUM.NoUnits,
        value_range=(float(values.min()), highest),
        slope=1.0,
        intercept=0.0,
        quantity_definition=private("ATTRIBUTION", "Attribution (saliency) of a class"),
    )
    result = ParametricMap(
        source_images=[planar(reference, analysis.image.stretch)],
        pixel_array=values[None],
        contains_recognizable_visual_features=False,
        real_world_value_mappings=[mapping],
        voi_lut_transformations=[
            hd.VOILUTTransformation(highest / 2, highest, voi_lut_function=hd.VOILUTFunctionValues.LINEAR_EXACT)
        ],
        content_label="SEGX_MAP" if masked else "ORIGINAL_MAP",
        content_description=label[:64],
        **identity_of(series, "map", number),
    )
    # PS3.3 C.7.6.16.2.8: where a frame's anatomy is stated, the side stands there and not in the series. It is optional
    # for maps, but paramap2itkimage (dcmqi) reads none without it.
    anatomy = Dataset()
    anatomy.AnatomicRegionSequence = [coded(anatomic_region(analysis.bundle.region))]
    anatomy.FrameLaterality = laterality_of(reference) or "U"
    result.SharedFunctionalGroupsSequence[0].FrameAnatomySequence = [anatomy]
    return _complete(result, reference)


def capture(
    page: NDArray[np.uint8], reference: Dataset, series: str, number: int, *, identity: bool, jpeg2000: bool = False
) -> SCImage:
    """Return a report page as Secondary Capture (PS3.3 A.8.1).

    Parameters
    ----------
    page : ndarray, shape (H, W, 3), uint8 RGB
    reference : Dataset
    series : str
        Series instance UID.
    number : int
        Instance number.
    identity : bool
        Whether the page itself names the patient (Burned In Annotation).
    jpeg2000 : bool
        Lossless JPEG 2000, a tenth of the size, which fewer programs and archives take.
    """
    settings = identity_of(series, "sc", number)
    result = SCImage.from_ref_dataset(
        ref_dataset=reference,
        pixel_array=page,
        photometric_interpretation="YBR_RCT" if jpeg2000 else "RGB",  # what JPEG 2000 makes of RGB
        bits_allocated=8,
        coordinate_system="PATIENT",
        patient_orientation=("L", "F"),  # asked for by highdicom, taken back below
        transfer_syntax_uid=JPEG2000Lossless if jpeg2000 else ExplicitVRLittleEndian,
        **{name: settings[name] for name in _SC_SETTINGS},
    )
    result.copy_patient_and_study_information(reference)  # from_ref_dataset takes a few of them only
    result.add_new("PatientOrientation", "CS", "")  # a page of text and pictures has none
    result.Laterality = laterality_of(reference)
    result.BurnedInAnnotation = "YES" if identity else "NO"
    result.ManufacturerModelName = MANUFACTURER
    result.SoftwareVersions = __version__
    result.SeriesDescription = "Explanation report, research use only"
    return result


_SC_SETTINGS = ("series_instance_uid", "series_number", "sop_instance_uid", "instance_number", "manufacturer")


def _found(analysis: Analysis) -> Region:
    if analysis.segmentation is None:
        raise ValueError("the analysis has no segmentation")
    return analysis.segmentation


def identity_of(series: str, kind: str, number: int) -> dict[str, Any]:
    """Return what identifies a new object of a kind of series, and the program that made it."""
    return {
        "series_instance_uid": series,
        "series_number": SERIES[kind],
        "sop_instance_uid": new_uid(),
        "instance_number": number,
        "manufacturer": MANUFACTURER,
        "manufacturer_model_name": MANUFACTURER,
        "software_versions": __version__,
        "device_serial_number": "0",
    }


def laterality_of(reference: Dataset) -> str:
    """Return the side of the body, of the series or of the image (PS3.3 C.7.3.1, C.7.6.1)."""
    for keyword in ("Laterality", "ImageLaterality"):
        if (side := str(reference.get(keyword) or "")) in ("L", "R"):
            return side
    return ""


def _complete(result: T, reference: Dataset) -> T:
    if "FrameOfReferenceUID" not in reference and (words := stated_spacing(reference)[1]):
        result.ImageComments = words
    result.SeriesDescription = "Explanation, research use only"
    return result
