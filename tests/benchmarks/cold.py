"""From nothing to the first answer: whole processes, against an earlier build and against the least that could do it.

``python -m tests.benchmarks cold --baseline FOLDER`` with FOLDER a checkout of the earlier build. All sides take
turns; the files are in the system's cache.
"""

import statistics
import sys
import tempfile
from pathlib import Path

from tests.benchmarks import timeline
from tests.benchmarks.child import PROJECT
from tests.benchmarks.harness import Outcome
from tests.benchmarks.watched import Build, Ran, builds, in_turn, whole

ROUNDS = 7
BUNDLE = "chest-pneumonia"
GOALS = {"cold_analyze": 0.25, "cold_memory": 0.35, "bare": 1.6, "cold_badge": 0.30}
PICTURE = Path(__file__).with_name("cold_badge.svg")
"""The time line from process start to badge, before and after."""

BARE = """
import sys
import cv2
import numpy as np
import onnxruntime
import pydicom

path, out, *graphs = sys.argv[1:]
data = pydicom.dcmread(path)
values = np.frombuffer(data.PixelData, np.uint16).reshape(data.Rows, data.Columns).astype(np.float32)
low = float(data.WindowCenter) - float(data.WindowWidth) / 2
picture = np.clip((values - low) * (255 / float(data.WindowWidth)), 0, 255).astype(np.uint8)
small = cv2.resize(picture, (224, 224), interpolation=cv2.INTER_AREA).astype(np.float32) / 127.5 - 1
inputs = np.repeat(small[None, None], 3, axis=1)
options = onnxruntime.SessionOptions()
for graph in graphs:
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    session.run(None, {session.get_inputs()[0].name: inputs})
page = cv2.resize(picture, (1000, 1000), interpolation=cv2.INTER_AREA)
cv2.imwrite(out, cv2.cvtColor(page, cv2.COLOR_GRAY2BGR))
"""


def run_all(baseline: Path) -> list[Outcome]:
    """Measure every ratio of this module, and draw the time line of both builds' first badge."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        film = radiograph()
        both = builds(baseline, folder)
        bare = Build.of(PROJECT, folder / "bare")
        graphs = _graphs(folder)
        found: dict[str, list[Ran]] = {side: [] for side in (*both, "bare")}
        badges: dict[str, list[Ran]] = {side: [] for side in both}
        for turn in range(ROUNDS + 1):  # the first one fills the caches
            for side in in_turn(list(found), turn):
                if side == "bare":
                    command = [sys.executable, "-c", BARE, film, bare.home / f"{turn}.png", *graphs]
                    ran = whole(list(map(str, command)), bare.environment, bare.home)
                else:
                    ran = both[side].command("analyze", film, "--out", both[side].home / f"out{turn}")
                    badges[side] += [both[side].window(film)] if turn else []
                found[side] += [ran] if turn else []
    seconds = {side: statistics.median(r.seconds for r in rows) * 1e3 for side, rows in found.items()}
    peaks = {side: statistics.median(r.peak for r in rows) for side, rows in found.items()}
    moments = {side: timeline.medians([r.moments for r in rows]) for side, rows in badges.items()}
    PICTURE.write_text(timeline.drawn({"before": moments["baseline"], "after": moments["ours"]}), encoding="utf-8")
    badge = {side: times["badge"] * 1e3 for side, times in moments.items()}
    return [
        _outcome("cold_analyze", seconds["ours"], seconds["baseline"], "ms", "analyze, one radiograph / earlier build"),
        _outcome("cold_memory", peaks["ours"], peaks["baseline"], "MiB", "the same, peak memory"),
        _outcome("bare", seconds["ours"], seconds["bare"], "ms", "the same / reading, both graphs, a small PNG"),
        _outcome("cold_badge", badge["ours"], badge["baseline"], "ms", "process start to the badge / earlier build"),
    ]


def _outcome(name: str, ours: float, reference: float, unit: str, what: str) -> Outcome:
    ratio = ours / reference
    return Outcome(name, ratio, GOALS[name], ratio <= GOALS[name], ours, reference, unit, ROUNDS, what)


def radiograph() -> Path:
    """Return the radiograph RG1, which the package pydicom-data ships: 1955 x 1841 pixels, uncompressed."""
    import data_store

    return Path(data_store.__file__).parent / "data" / "RG1_UNCR.dcm"


def _graphs(folder: Path) -> list[Path]:
    """Write the bundle's two networks as ready ONNX files, with their weights."""
    import torch

    from segx_viewer.bundles.store import BundleStore
    from segx_viewer.networks.compiled import graph_of

    bundle = BundleStore().get(BUNDLE)
    example = torch.randn(1, 3, *bundle.preprocessing.input_shape)
    paths = [folder / "classifier.onnx", folder / "segmenter.onnx"]
    for path, load in zip(paths, (bundle.load_classifier, bundle.load_segmenter), strict=True):
        path.write_bytes(graph_of(load().requires_grad_(False), example, ()))
    return paths
