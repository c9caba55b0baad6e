from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from segx_viewer.domain.geometry import Placement
from segx_viewer.domain.image import MedicalImage, PhotometricInterpretation, SourceInfo
from segx_viewer.domain.result import (
    Analysis,
    BundleInfo,
    Certainty,
    ClassInfo,
    Explanation,
    GateLevel,
    GateVerdict,
    Level,
    Predicted,
    Prediction,
    Refused,
    Segmentation,
    Target,
)

LEFT = np.arange(12).reshape(3, 4) % 4 < 2


@pytest.fixture
def begun() -> Analysis:
    image = MedicalImage(
        np.zeros((6, 8), np.uint8), "", PhotometricInterpretation.MONOCHROME2, SourceInfo(Path("a.png"))
    )
    bundle = BundleInfo("b", "B", "1", "0" * 64, "lungs")
    return Analysis(image, bundle, Placement.stretch((6, 8), (3, 4)), GateVerdict(GateLevel.ACCEPTED))


@pytest.fixture
def predicted(begun) -> Analysis:
    lungs = Segmentation(np.ones((3, 4), np.float32), 0.5, np.ones((3, 4), bool), name="lungs")
    left = Segmentation(LEFT.astype(np.float32), 0.5, LEFT, name="left lung")
    classes = (ClassInfo("a", "A"), ClassInfo("b", "B", region="left lung"))
    prediction = Prediction(classes, np.float32([1, 0]), np.float32([0.7, 0.3]))
    regions = {region.name: region for region in (lungs, left)}
    return replace(begun, prediction=prediction, segmentation=lungs, regions=regions)


def explanation(class_index: int, **more) -> Explanation:
    return Explanation("gradcam", "layer", class_index, Target.LOGIT, np.ones((3, 4)), **more)


def test_explanations_are_kept_by_method_and_class_and_cannot_be_changed(predicted):
    both = predicted.with_explanations(explanation(0), explanation(1))
    assert list(both.explanations) == [("gradcam", 0), ("gradcam", 1)]
    with pytest.raises(TypeError):
        both.explanations["gradcam", 2] = explanation(2)
    with pytest.raises(ValueError, match="read-only"):
        both.explanations["gradcam", 0].saliency_map[0, 0] = 2
    assert not predicted.explanations, "the analysis before is as it was"


def test_an_explanation_takes_the_place_of_its_coarser_one(predicted):
    certainty = Certainty(0.2, 0.4, {}, None, Level.LOW)
    coarse = predicted.with_explanations(explanation(0), explanation(1))
    fine = coarse.with_explanations(explanation(0, certainty=certainty, segx=LEFT.astype(np.float32)))
    assert list(fine.explanations) == list(coarse.explanations)
    assert fine.certainty_of(("gradcam", 0)) is certainty
    assert fine.certainty_of(("gradcam", 1)) is None
    assert fine.certainty_of(("rise", 0)) is None
    assert fine.certainty_of(None) is None


def test_a_class_sees_its_own_region_and_its_name(predicted):
    assert predicted.seen_for(0) is predicted
    own = predicted.seen_for(1)
    assert own.segmentation is predicted.regions["left lung"]
    assert own.bundle.region == "left lung"
    assert predicted.bundle.region == "lungs"


def test_an_analysis_ends_refused_or_predicted(begun, predicted):
    assert begun.end is None
    refused = replace(begun, gate=GateVerdict(GateLevel.REFUSED, "A leg."), complete=True).end
    assert isinstance(refused, Refused)
    assert refused.verdict.reason == "A leg."
    end = predicted.end
    assert isinstance(end, Predicted)
    assert end.region is predicted.segmentation
    assert end.regions is predicted.regions
