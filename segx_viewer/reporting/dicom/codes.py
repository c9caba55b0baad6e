"""Codes of the results: standard ones where the standard has them, 99SEGX otherwise."""

from highdicom import AlgorithmIdentificationSequence
from highdicom.sr import CodedConcept
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from segx_viewer.domain.result import Analysis, BundleInfo, Prediction

SCHEME = "99SEGX"

_ANATOMY = Code("123037004", "SCT", "Anatomical Structure")
_ABNORMAL = Code("49755003", "SCT", "Morphologically Abnormal Structure")
_REGIONS: dict[str, tuple[Code, Code]] = {
    "lesion": (_ABNORMAL, Code("52988006", "SCT", "Lesion")),
    "tumour": (_ABNORMAL, Code("108369006", "SCT", "Neoplasm")),
    "lungs": (_ANATOMY, Code("39607008", "SCT", "Lung")),
    "lung": (_ANATOMY, Code("39607008", "SCT", "Lung")),
    "heart": (_ANATOMY, Code("80891009", "SCT", "Heart")),
}
_OTHER = (_ANATOMY, Code("REGION", SCHEME, "Clinically relevant region"))
_TISSUE = Code("85756007", "SCT", "Tissue")


def private(value: str, meaning: str) -> CodedConcept:
    """Return a code of this program; values are cut to 16 and meanings to 64 characters (PS3.3 8.1, 8.3)."""
    return CodedConcept(value[:16], SCHEME, meaning[:64])


def region_codes(region: str) -> tuple[Code, Code]:
    """Return segmented property category and type for a bundle's word for its region."""
    return _REGIONS.get(region.lower(), _OTHER)


def anatomic_region(region: str) -> Code:
    """Return the part of the body of a bundle's word for its region; "tissue" for what lies in any (CID 4)."""
    category, kind = region_codes(region)
    return kind if category == _ANATOMY and kind != _OTHER[1] else _TISSUE


def coded(code: Code) -> Dataset:
    """Return a code as an item of a code sequence (PS3.3 8.8)."""
    return CodedConcept.from_code(code)


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
