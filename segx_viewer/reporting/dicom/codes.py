"""Codes of the results: standard ones where the standard has them, 99SEGX otherwise."""

from highdicom import AlgorithmIdentificationSequence
from highdicom.sr import CodedConcept
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from segx_viewer.domain.result import Analysis, BundleInfo, Prediction

SCHEME = "99SEGX"

_REGIONS: dict[str, tuple[Code, Code]] = {
    "lesion": (Code("49755003", "SCT", "Morphologically Abnormal Structure"), Code("52988006", "SCT", "Lesion")),
    "lungs": (Code("123037004", "SCT", "Anatomical Structure"), Code("39607008", "SCT", "Lung")),
    "lung": (Code("123037004", "SCT", "Anatomical Structure"), Code("39607008", "SCT", "Lung")),
}
_OTHER = (Code("123037004", "SCT", "Anatomical Structure"), Code("REGION", SCHEME, "Clinically relevant region"))


def private(value: str, meaning: str) -> CodedConcept:
    """Return a code of this program; values are cut to 16 and meanings to 64 characters (PS3.3 8.1, 8.3)."""
    return CodedConcept(value[:16], SCHEME, meaning[:64])


def region_codes(region: str) -> tuple[Code, Code]:
    """Return segmented property category and type for a bundle's word for its region."""
    return _REGIONS.get(region.lower(), _OTHER)


def algorithm(bundle: BundleInfo, part: str) -> AlgorithmIdentificationSequence:
    """Return who did it (PS3.3 10.16): the bundle's name, its part, its version and its hash."""
    return AlgorithmIdentificationSequence(
        name=f"{bundle.name} {part}"[:64],
        family=codes.cid7162.ArtificialIntelligence,
        version=bundle.version,
        source="segx-viewer",
        parameters={"sha256": bundle.digest},
    )


def predicted(analysis: Analysis) -> Prediction:
    """Return the analysis's prediction. Raises `ValueError` when it has none."""
    if analysis.prediction is None:
        raise ValueError("the analysis has no prediction")
    return analysis.prediction


def class_concept(analysis: Analysis, index: int) -> CodedConcept:
    """Return the code of a class of the analysis's prediction."""
    info = predicted(analysis).classes[index]
    return private(info.code.upper(), info.label)
