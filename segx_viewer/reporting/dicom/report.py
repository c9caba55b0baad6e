"""The numbers as a structured report: TID 1500 Measurement Report (PS3.16)."""

import hashlib
from collections.abc import Iterator
from typing import Any

from highdicom.seg import Segmentation
from highdicom.sr import (
    AlgorithmIdentification,
    CodedConcept,
    ComprehensiveSR,
    DeviceObserverIdentifyingAttributes,
    Measurement,
    MeasurementReport,
    MeasurementsAndQualitativeEvaluations,
    ObservationContext,
    ObserverContext,
    PlanarROIMeasurementsAndQualitativeEvaluations,
    QualitativeEvaluation,
    ReferencedSegmentationFrame,
    RelationshipTypeValues,
    SourceImageForMeasurementGroup,
    SourceImageForSegmentation,
    TextContentItem,
    TrackingIdentifier,
)
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from segx_viewer import __version__
from segx_viewer.domain.methods import method_label
from segx_viewer.domain.result import Activation, Analysis, BundleInfo, Certainty, Level, MapKey, Prediction, stated
from segx_viewer.explain.alignment import ALIGNMENTS
from segx_viewer.reporting.dicom.codes import class_concept, predicted, private, region_codes
from segx_viewer.reporting.dicom.objects import SERIES, stated_spacing
from segx_viewer.reporting.dicom.picture import MANUFACTURER
from segx_viewer.reporting.dicom.uids import new_uid

_Group = MeasurementsAndQualitativeEvaluations | PlanarROIMeasurementsAndQualitativeEvaluations


def structured_report(
    analysis: Analysis, key: MapKey | None, reference: Dataset, region: Segmentation | None, series: str
) -> ComprehensiveSR:
    """Return class probabilities, SegU and alignments, with the algorithm and references to image and SEG.

    Parameters
    ----------
    analysis : Analysis
        With a prediction.
    key : tuple of (str, int) or None
        The explanation whose figures are reported.
    reference : Dataset
    region : Segmentation or None
        The binary SEG that the figures refer to; None where no region was found.
    series : str
        Series instance UID.
    """
    groups: list[_Group] = [_classification(analysis, key, reference)]
    certainty = analysis.certainty_of(key)
    if key is not None and certainty is not None:
        groups.append(_explanation(analysis, key, certainty, reference, region))
    if stated(analysis, key) is None:
        groups.reverse()  # why no statement is made comes before the scores that none is made about
    device = DeviceObserverIdentifyingAttributes(
        uid=new_uid(), name=MANUFACTURER, manufacturer_name=MANUFACTURER, model_name=MANUFACTURER
    )
    content = MeasurementReport(
        observation_context=ObservationContext(
            observer_device_context=ObserverContext(
                observer_type=codes.DCM.Device, observer_identifying_attributes=device
            )
        ),
        procedure_reported=private("EXPLANATION", "Explanation of a classification, research use only"),
        imaging_measurements=groups,
        title=codes.DCM.ImagingMeasurementReport,
    )
    result = ComprehensiveSR(
        evidence=[reference] if region is None else [reference, region],
        content=content[0],
        series_instance_uid=series,
        series_number=SERIES["sr"],
        sop_instance_uid=new_uid(),
        instance_number=1,
        manufacturer=MANUFACTURER,
        is_complete=True,
        is_final=False,
        is_verified=False,
    )
    result.SoftwareVersions = __version__
    result.ManufacturerModelName = MANUFACTURER
    result.SeriesDescription = "Explanation, research use only"
    return result


def _classification(
    analysis: Analysis, key: MapKey | None, reference: Dataset
) -> MeasurementsAndQualitativeEvaluations:
    prediction = predicted(analysis)
    found = stated(analysis, key)
    return MeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(uid=new_uid(), identifier="Classification"),
        source_images=[SourceImageForMeasurementGroup.from_source_image(reference)],
        algorithm_id=_algorithm(analysis.bundle, "classifier"),
        measurements=list(_scores(prediction, abstains=found is None)),
        qualitative_evaluations=[
            *_statements(analysis, found),
            QualitativeEvaluation(private("TOP", _top(found)), class_concept(analysis, prediction.top)),
            *_badges(analysis, key),
        ],
    )


def _top(found: tuple[int, ...] | None) -> str:
    if found is None:
        return "Highest score, no statement is made about it"
    return "Most probable class" if found else "Highest score, not above its cut-off"


def _scores(prediction: Prediction, *, abstains: bool) -> Iterator[Measurement]:
    """Yield each class's score; of several findings also the cut-offs, and how probable none of them is."""
    several = prediction.activation is Activation.SIGMOID and not abstains
    for info, probability in zip(prediction.classes, prediction.probabilities, strict=True):
        name = f"{'Score' if abstains else 'Probability'} of {info.label}"
        yield Measurement(private(f"P_{info.code}".upper(), name), float(probability), codes.UCUM.NoUnits)
        if several:
            cut_off = private(f"CUT_{info.code}".upper(), f"Cut-off of {info.label}")
            yield Measurement(cut_off, info.threshold, codes.UCUM.NoUnits)
    if several and prediction.none_of_them is not None:
        none = private("P_NONE_OF_THEM", "Probability of none of the findings, taken together")
        yield Measurement(none, prediction.none_of_them, codes.UCUM.NoUnits)


def _statements(analysis: Analysis, found: tuple[int, ...] | None) -> Iterator[QualitativeEvaluation]:
    """Yield that no statement is made and why, or each of several findings that is stated, or that none is."""
    if found is None:
        yield QualitativeEvaluation(private("CERTAINTY", "Certainty badge"), private("ABSTAIN", "Abstain"))
        if analysis.gate.reason:
            reason = private("REASON", analysis.gate.reason)
            yield QualitativeEvaluation(private("REASON", "Reason for the badge"), reason)
    elif predicted(analysis).activation is Activation.SIGMOID:
        name = private("STATED", "Finding above its cut-off")
        for k in found:
            yield QualitativeEvaluation(name, class_concept(analysis, k))
        if not found:
            yield QualitativeEvaluation(name, private("NOTHING_STATED", "No finding lies above its cut-off"))


def _badges(analysis: Analysis, key: MapKey | None) -> Iterator[QualitativeEvaluation]:
    """Yield the badge of each of several findings that are stated."""
    prediction = predicted(analysis)
    if prediction.activation is Activation.SIGMOID and key is not None:
        for k, level in analysis.badges(key[0]).items():
            info = prediction.classes[k]
            name = private(f"BADGE_{info.code}".upper(), f"Certainty badge of {info.label}")
            yield QualitativeEvaluation(name, private(level.value, level.value.capitalize()))


def _explanation(
    analysis: Analysis, key: MapKey, certainty: Certainty, reference: Dataset, region: Segmentation | None
) -> _Group:
    tracking = TrackingIdentifier(
        uid=new_uid() if region is None else region.SegmentSequence[0].TrackingUID,
        identifier=analysis.bundle.region[:64],
    )
    parameters = {"method": method_label(key[0]), "target layer": analysis.explanations[key].target_layer or "none"}
    common: dict[str, Any] = {
        "tracking_identifier": tracking,
        "algorithm_id": _algorithm(analysis.bundle, "explanation", parameters),
        "measurements": list(_measurements(certainty, in_mm=analysis.image.stated_spacing is not None)),
        "qualitative_evaluations": list(_evaluations(analysis, key, certainty)),
    }
    group: _Group
    if region is None:
        source = SourceImageForMeasurementGroup.from_source_image(reference)
        group = MeasurementsAndQualitativeEvaluations(source_images=[source], **common)
    else:
        category, kind = region_codes(analysis.bundle.region)
        group = PlanarROIMeasurementsAndQualitativeEvaluations(
            referenced_segment=_reference_to(region, reference),
            finding_type=CodedConcept.from_code(kind),
            finding_category=CodedConcept.from_code(category),
            **common,
        )
    in_mm = any(a.value is not None and ALIGNMENTS[n].unit == "px" for n, a in certainty.alignments.items())
    group[0].ContentSequence.extend(_texts(certainty, stated_spacing(reference)[1] if in_mm else ""))
    return group


def _reference_to(region: Segmentation, reference: Dataset) -> ReferencedSegmentationFrame:
    result = ReferencedSegmentationFrame(
        sop_class_uid=region.SOPClassUID,
        sop_instance_uid=region.SOPInstanceUID,
        frame_number=1,
        segment_number=1,
        source_image=SourceImageForSegmentation.from_source_image(reference),
    )
    # PS3.3 C.18.4: a reference names a frame or a segment, not both as highdicom 0.28 writes it.
    del result[0].ReferencedSOPSequence[0].ReferencedSegmentNumber
    return result


def _measurements(certainty: Certainty, *, in_mm: bool) -> Iterator[Measurement]:
    figures = {
        ("SEGU_CAUITC", "SegU certainty (cAUITC)"): certainty.c_auitc,
        ("SEGU_CIOU", "SegU cIoU, top 5 %"): certainty.c_iou,
        ("OUTSIDE", "Share of attribution outside the region"): certainty.outside,
    }
    if certainty.level is not Level.ABSTAIN:
        figures["P_CORRECT", "Calibrated probability that the prediction is correct"] = certainty.probability_correct
    for (value, meaning), figure in figures.items():
        if figure is not None:
            yield Measurement(private(value, meaning), figure, codes.UCUM.NoUnits)
    for name, alignment in certainty.alignments.items():
        measure = ALIGNMENTS.get(name)
        if alignment.value is not None and measure is not None:
            pixels = CodedConcept("{pixels}", "UCUM", "pixels")
            unit = codes.UCUM.NoUnits if measure.unit != "px" else codes.UCUM.Millimeter if in_mm else pixels
            yield Measurement(private(name.upper(), measure.label), alignment.value, unit)


def _evaluations(analysis: Analysis, key: MapKey, certainty: Certainty) -> Iterator[QualitativeEvaluation]:
    level = private(certainty.level.value, certainty.level.value.capitalize())
    prediction = predicted(analysis)
    several = prediction.activation is Activation.SIGMOID
    if several and certainty.level is not Level.ABSTAIN and not prediction.is_above(key[1]):
        level = private("NOT_STATED", "Not stated")  # what lies below its cut-off has no certainty
    yield QualitativeEvaluation(private("CERTAINTY", "Certainty badge"), level)
    yield QualitativeEvaluation(private("EXPLAINED", "Class under explanation"), class_concept(analysis, key[1]))
    for name, alignment in certainty.alignments.items():
        if alignment.value is None and name in ALIGNMENTS:
            reason = _undefined(alignment.reason)
            yield QualitativeEvaluation(private(name.upper(), ALIGNMENTS[name].label), reason)


def _undefined(reason: str) -> CodedConcept:
    """Return why a figure is undefined as a code whose value is of this meaning alone."""
    digest = hashlib.sha256(reason.encode()).hexdigest()[:8]
    return private(f"UNDEF-{digest}".upper(), f"Undefined: {reason}")


def _texts(certainty: Certainty, spacing: str) -> Iterator[TextContentItem]:
    """Yield what is said in words: as text, because the meaning of a code has 64 characters and one sense."""
    if certainty.reason:
        yield _text("REASON", "Reason for the badge", certainty.reason)
    if spacing:
        yield _text("SPACING", "What lengths are measured on", spacing)


def _text(code: str, meaning: str, words: str) -> TextContentItem:
    return TextContentItem(name=private(code, meaning), value=words, relationship_type=RelationshipTypeValues.CONTAINS)


def _algorithm(bundle: BundleInfo, part: str, parameters: dict[str, str] | None = None) -> AlgorithmIdentification:
    texts = {"sha256": bundle.digest, **(parameters or {})}
    return AlgorithmIdentification(
        name=f"{bundle.name} {part}"[:64],
        version=bundle.version,
        parameters=[f"{name}: {value}" for name, value in texts.items()],
    )
