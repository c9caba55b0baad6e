from pathlib import Path

import numpy as np
import pytest

from segx_viewer.bundles.store import BundleStore
from segx_viewer.checks.explanation import check_explanation
from segx_viewer.checks.verdicts import summary, verdicts
from segx_viewer.domain.image import MedicalImage, PhotometricInterpretation, SourceInfo
from segx_viewer.domain.request import AnalysisRequest, CancelToken
from segx_viewer.domain.result import Analysis
from segx_viewer.errors import AnalysisCancelled
from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.paths import models_folder
from segx_viewer.pipeline import analyse_to_end

pytestmark = pytest.mark.skipif(
    not (models_folder() / "dermoscopy-ham10000" / "bundle.toml").is_file(), reason="the bundled model is not here"
)


@pytest.fixture(scope="module")
def store() -> BundleStore:
    return BundleStore(device="cpu")


@pytest.fixture(scope="module")
def analysis(store) -> Analysis:
    image = MedicalImage(draw_lesion((150, 200)), "", PhotometricInterpretation.RGB, SourceInfo(Path("lesion.png")))
    request = AnalysisRequest(image, bundle_name="dermoscopy-ham10000", methods=("gradcam", "consensus"))
    return analyse_to_end(request, store)


def test_a_map_of_the_bundled_model_is_checked_and_the_model_stays_as_it_was(store, analysis):
    key = ("gradcam", analysis.prediction.top)
    told = []
    report = check_explanation(analysis, key, store, steps=4, samples=2, on_progress=told.append)
    # The curves begin with the picture as the analysis saw it, and with the blurred one.
    before = analysis.prediction.probabilities[analysis.prediction.top]
    assert report.deletion.scores[0] == pytest.approx(before, abs=1e-3)
    assert report.insertion.scores[-1] == pytest.approx(before, abs=1e-3)
    assert report.stability.rank_correlation == pytest.approx(1)  # Grad-CAM draws no random numbers
    assert abs(report.randomisation.final) < 0.9
    assert told == sorted(told)
    assert summary(verdicts(report)).startswith("The map passes")
    again = analyse_to_end(AnalysisRequest(analysis.image, bundle_name="dermoscopy-ham10000"), store)
    assert np.array_equal(again.prediction.logits, analysis.prediction.logits)


def test_a_check_is_cancelled(store, analysis):
    token = CancelToken()
    key = ("consensus", analysis.prediction.top)
    with pytest.raises(AnalysisCancelled):
        check_explanation(analysis, key, store, cancel=token, on_progress=lambda _fraction: token.cancel())
