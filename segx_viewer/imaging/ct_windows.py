"""The windows that CT is read with, in Hounsfield units, and which of them to begin with."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from segx_viewer.domain.image import MedicalImage, WindowLevel
from segx_viewer.imaging.bodyparts import body_region

CT_WINDOWS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "Lung": (-600, 1500),
        "Mediastinum": (50, 350),
        "Bone": (400, 1800),
        "Abdomen": (40, 400),
        "Brain": (40, 80),
    }
)
"""Centre and width by name."""

_BY_REGION = {"CHEST": "Mediastinum", "HEAD": "Brain", "ABDOMEN": "Abdomen", "PELVIS": "Abdomen", "NECK": "Abdomen",
              "BREAST": "Mediastinum"}  # fmt: skip
_BY_WORD = {"LUNG": "Lung", "LUNGE": "Lung", "LUNGEN": "Lung", "PULMON": "Lung", "POUMON": "Lung", "BONE": "Bone",
            "KNOCHEN": "Bone", "OSSEUX": "Bone", "HUESO": "Bone", "OSSO": "Bone"}  # fmt: skip


def first_ct_window(image: MedicalImage) -> WindowLevel | None:
    """Return the window to show a CT section with first, one for the whole stack; None for anything else.

    The series' description decides (a lung or bone reconstruction), then the part of the body. A localiser, and values
    that cannot be Hounsfield units because none of them is negative, have no such window.

    Parameters
    ----------
    image : MedicalImage
        Values in Hounsfield units.
    """
    if image.modality != "CT" or "LOCALIZER" in image.place.image_type or float(image.pixels.min()) >= 0:
        return None
    facts = image.acquisition
    words = re.split(r"[\W\d_]+", facts.series_description.upper())
    name = next((_BY_WORD[word] for word in words if word in _BY_WORD), "")
    region = (
        body_region(facts.body_part) or body_region(facts.series_description) or body_region(facts.study_description)
    )
    name = name or (_BY_REGION.get(region, "Bone") if region else "Abdomen")
    center, width = CT_WINDOWS[name]
    return WindowLevel(center, width, explanation=name)
