"""Memory for opening and analysing a photograph of 100 megapixels, against its decoded size."""

import tempfile
from pathlib import Path

import cv2
import numpy as np

from segx_viewer.imaging.synthetic import draw_lesion
from tests.benchmarks.child import in_child
from tests.benchmarks.harness import Outcome

GOAL = 2.5
SHAPE = (8660, 11548)

SCRIPT = """
import json, sys
from pathlib import Path

def memory(name):  # VmHWM, unlike getrusage's ru_maxrss, does not begin with what the parent process held
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))

from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.imaging.guarded import read_image_guarded
from segx_viewer.imaging.limits import Limits
from segx_viewer.bundles.store import BundleStore
from segx_viewer.pipeline import analyse_to_end

kept = BundleStore()
kept.graph("dermoscopy-ham10000", "classifier")
libraries = memory("VmRSS")
image = read_image_guarded(Path(sys.argv[1]))
analysis = analyse_to_end(AnalysisRequest(image, bundle_name="dermoscopy-ham10000"), kept)
assert analysis.complete
print(json.dumps({"peak": memory("VmHWM"), "libraries": libraries, "decoded": image.pixels.nbytes}))
"""


def run() -> Outcome:
    """One process that opens and analyses; the decoding process gives its memory back before the networks run."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "SYNTHETIC-lesion.jpg"
        small = draw_lesion((866, 1155))
        large = cv2.resize(small, SHAPE[::-1], interpolation=cv2.INTER_LINEAR)
        cv2.imwrite(str(path), np.ascontiguousarray(large[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, 90])
        del large
        found, _ = in_child(SCRIPT, str(path))
    peak, decoded = found["peak"] / 2**20, found["decoded"] / 2**20
    what = (
        f"peak memory of opening and analysing a photograph of {SHAPE[0] * SHAPE[1] / 1e6:.0f} megapixels / decoded; "
        f"the libraries and a network alone hold {found['libraries'] / 2**20:.0f} MiB"
    )
    return Outcome("memory", peak / decoded, GOAL, peak / decoded <= GOAL, peak, decoded, "MiB", 1, what)
