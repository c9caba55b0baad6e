"""Small hand-made analyses: no network, no file."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from segx_viewer.domain.geometry import Placement
from segx_viewer.domain.image import (
    Acquisition,
    MedicalImage,
    PatientIdentity,
    PhotometricInterpretation,
    PixelSpacing,
    SourceInfo,
    SpacingOrigin,
    WindowLevel,
)
from segx_viewer.domain.result import (
    Alignment,
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

INPUT = (56, 56)
CLASSES = (
    ("akiec", "actinic keratosis"),
    ("bcc", "basal cell carcinoma"),
    ("bkl", "benign keratosis"),
    ("df", "dermatofibroma"),
    ("mel", "melanoma"),
    ("nv", "melanocytic nevus"),
    ("vasc", "vascular lesion"),
)
IDENTITY = PatientIdentity("Doe^Jane", "PID-4711", "19610203")


def _blob(shape, centre, radius):
    y, x = np.mgrid[: shape[0], : shape[1]]
    return np.exp(-((y - centre[0]) ** 2 + (x - centre[1]) ** 2) / (2 * radius**2)).astype(np.float32)


def _image(shape, colour):
    y, x = np.mgrid[: shape[0], : shape[1]]
    lesion = _blob(shape, (shape[0] / 2, shape[1] / 2), min(shape) / 5)
    source = SourceInfo(
        Path("/clinic/doe/DOE_JANE_0001.dcm"),
        sop_instance_uid="1.2.826.0.1.99.1",
        series_uid="1.2.826.0.1.99.2",
        study_uid="1.2.826.0.1.99.3",
    )
    facts = Acquisition(62.0, "F", "CHEST", "PA", "", "20240506", "Thorax Dr. House")
    if colour:
        rgb = np.stack([200 - 120 * lesion, 150 - 90 * lesion, 130 - 70 * lesion], -1) + (x + y)[..., None] % 7
        return MedicalImage(
            rgb.astype(np.uint8), "XC", PhotometricInterpretation.RGB, source, acquisition=facts, identity=IDENTITY
        )
    return MedicalImage(
        (3000 * lesion + x % 50).astype(np.float32),
        "CR",
        PhotometricInterpretation.MONOCHROME2,
        source,
        windows=(WindowLevel(1500, 3000),),
        spacing=PixelSpacing(0.2, 0.2, SpacingOrigin.DETECTOR),
        orientation=("L", "F"),
        bits_stored=12,
        acquisition=facts,
        identity=IDENTITY,
    )


@pytest.fixture
def make_analysis():
    """Return a factory of analyses: shape, colour, and whether the gate refused."""

    def make(shape=(90, 120), *, colour=True, refused=False, level=Level.MODERATE):
        image = _image(shape, colour)
        analysis = Analysis(
            image=image,
            bundle=BundleInfo(
                "dermoscopy-ham10000", "Dermoscopy, 7 classes", "0.1.0", "c0ffee" + "0" * 58, "lesion", "CC-BY-NC-4.0"
            ),
            placement=Placement.stretch(image.shape, INPUT),
            gate=GateVerdict(GateLevel.ACCEPTED),
            versions={"segx-viewer": "0.1.0", "torch": "2.10.0", "grad-cam": "1.5.5"},
            timings={"Classification": 0.2, "Explanation": 0.3},
            complete=True,
        )
        if refused:
            reason = "This looks like a leg: the model only speaks about chests. (DOE_JANE_0001.dcm)"
            return replace(analysis, gate=GateVerdict(GateLevel.REFUSED, reason, 31.0))
        logits = np.array([0.1, 0.3, 1.2, -1.0, 3.1, 2.0, -2.0], np.float32)
        probabilities = np.exp(logits) / np.exp(logits).sum()
        probability = np.clip(1.3 * _blob(INPUT, (28, 28), 12), 0, 1)
        mask = probability > 0.5
        saliency = 0.02 * _blob(INPUT, (25, 32), 9) + 0.011 * _blob(INPUT, (6, 50), 5)
        key = ("gradcam", 4)
        outside = float(saliency[~mask].sum() / saliency.sum())
        certainty = Certainty(
            c_iou=0.22,
            c_auitc=0.41,
            alignments={
                "iou": Alignment(0.22, chance=0.05),
                "hd95": Alignment(None, "the region is empty"),
            },
            probability_correct=0.78,
            level=level,
            reason="" if level is not Level.ABSTAIN else "The saliency map is flat.",
            outside=outside,
            auitc_curve=tuple(float(v) for v in 0.62 * np.exp(-(((np.arange(1, 100) - 25) / 22) ** 2))),
        )
        return replace(
            analysis,
            prediction=Prediction(tuple(ClassInfo(*c) for c in CLASSES), logits, probabilities),
            segmentation=Segmentation(probability, 0.5, mask),
            explanations={
                key: Explanation(
                    key[0], "conv_head", 4, Target.LOGIT, saliency, 0.3, segx=saliency * mask, certainty=certainty
                )
            },
            warnings=("The file DOE_JANE_0001.dcm has no window; one was chosen from its values.",),
        )

    return make
