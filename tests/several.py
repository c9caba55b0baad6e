"""Analyses of several findings at once, without a network: what each of them scores, and what the badge says of it."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from segx_viewer.domain.geometry import Placement
from segx_viewer.domain.image import MedicalImage, PhotometricInterpretation, SourceInfo
from segx_viewer.domain.result import (
    Activation,
    Analysis,
    BundleInfo,
    Certainty,
    ClassInfo,
    Explanation,
    GateLevel,
    GateVerdict,
    Level,
    Prediction,
    Segmentation,
    Target,
)
from segx_viewer.explain.segu import UNSTATED

CLASSES = (
    ClassInfo("eff", "Effusion", 0.3),
    ClassInfo("mass", "Mass", 0.4),
    ClassInfo("card", "Cardiomegaly", 0.25),
    ClassInfo("nod", "Nodule", 0.2),
    ClassInfo("emph", "Emphysema", 0.15),
)
NONE = (0.1, 0.125, 0.05, 0.02, 0.12)
"""Scores of an image on which no finding is stated: 0.645 that it shows none of them."""

ALL = (0.6, 0.8, 0.5, 0.7, 0.9)


def several(
    probabilities: Sequence[float] = NONE,
    levels: Mapping[int, Level] = MappingProxyType({}),
    *,
    gate: GateVerdict = GateVerdict(GateLevel.ACCEPTED),  # noqa: B008 - frozen
    classes: Sequence[int] | None = None,
) -> Analysis:
    """Return a complete analysis of a drawn film: `levels` by class, LOW by default, of `classes` or what is found."""
    y, x = np.mgrid[:64, :64]
    blob = np.exp(-((y - 30) ** 2 + (x - 34) ** 2) / 200).astype(np.float32)
    image = MedicalImage(3000 * blob, "CR", PhotometricInterpretation.MONOCHROME2, SourceInfo(None), bits_stored=12)
    scores = np.float32(probabilities)
    prediction = Prediction(CLASSES, np.log(scores / (1 - scores)), scores, Activation.SIGMOID)
    mask = blob > 0.5
    made = {}
    for k in classes or prediction.findings or (prediction.top,):
        level = levels.get(k, Level.LOW)
        if gate.level is not GateLevel.ACCEPTED:
            level, reason = Level.ABSTAIN, gate.reason
        else:
            reason = "The map is flat." if level is Level.ABSTAIN else "" if prediction.is_above(k) else UNSTATED
        certainty = Certainty(0.2, 0.4, {}, None, level, reason, 0.3, tuple(np.linspace(0.5, 0.2, 99).tolist()))
        made["gradcam", k] = Explanation(
            "gradcam", "layer", k, Target.LOGIT, blob, 0.1, segx=blob * mask, certainty=certainty
        )
    return Analysis(
        image=image,
        bundle=BundleInfo("chest", "Chest radiographs, five findings", "0.1", "0" * 64, "lungs"),
        placement=Placement.stretch(image.shape, (64, 64)),
        gate=gate,
        prediction=prediction,
        segmentation=Segmentation(blob, 0.5, mask),
        explanations=made,
        complete=True,
    )


def refused(reason: str = "This is an MR slice; the model reads chest radiographs only.") -> Analysis:
    """Return the analysis of an image that the gate refused."""
    whole = several()
    return Analysis(whole.image, whole.bundle, whole.placement, GateVerdict(GateLevel.REFUSED, reason), complete=True)
