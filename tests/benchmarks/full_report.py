"""One full-size PNG report against composing and encoding its pixels with OpenCV at the same compression."""

import tempfile
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from segx_viewer.bundles.store import BundleStore
from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.domain.result import Analysis
from segx_viewer.imaging.display import to_display
from segx_viewer.imaging.guarded import read_image_guarded
from segx_viewer.pipeline import analyse_to_end
from segx_viewer.reporting.panels import WHOLE_IMAGE
from segx_viewer.reporting.png import render_report, write_png_report
from tests.benchmarks.cold import BUNDLE, radiograph
from tests.benchmarks.harness import Outcome, compare

GOAL = 1.5
ENCODING = [cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_UP, cv2.IMWRITE_PNG_COMPRESSION, 2]
"""OpenCV's fastest way to a file of about the report's size: a fifth larger."""


def run() -> Outcome:
    """The radiograph RG1 at its own resolution, three times on a page."""
    image = read_image_guarded(radiograph())
    analysis = analyse_to_end(AnalysisRequest(image, bundle_name=BUNDLE), BundleStore())
    shape = render_report(analysis, view=WHOLE_IMAGE).shape
    with tempfile.TemporaryDirectory() as name:
        path, plain = Path(name, "report.png"), Path(name, "plain.png")
        what = f"one full-size PNG report, {shape[1]} x {shape[0]} / composing and encoding its pixels with OpenCV"
        return compare(
            "report",
            GOAL,
            what,
            lambda: write_png_report(analysis, path, view=WHOLE_IMAGE),
            lambda: plain.write_bytes(cv2.imencode(".png", _composed(analysis, shape), ENCODING)[1].data),
        )


def _composed(analysis: Analysis, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return the page's pictures beside each other, without a word, on a page of its size."""
    shown = cv2.cvtColor(to_display(analysis.image), cv2.COLOR_GRAY2BGR)
    page = np.full(shape, 255, np.uint8)
    (explanation,) = (e for key, e in analysis.explanations.items() if key[1] == analysis.predicted.prediction.top)
    height, width = shown.shape[:2]
    for number, values in enumerate((None, explanation.saliency_map, explanation.segx)):
        picture = shown
        if values is not None:
            large = cv2.resize(values, (width, height), interpolation=cv2.INTER_LINEAR)
            level = cv2.convertScaleAbs(large, alpha=255 / max(float(large.max()), 1e-9))
            picture = cv2.addWeighted(shown, 0.45, cv2.applyColorMap(level, cv2.COLORMAP_VIRIDIS), 0.55, 0)
        page[400 : 400 + height, number * (width + 40) : number * (width + 40) + width] = picture
    return page
