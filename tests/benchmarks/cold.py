"""From nothing to the first answer: whole processes, against an earlier build and against the least that could do it.

``python -m tests.benchmarks cold --baseline FOLDER`` with FOLDER a checkout of the earlier build; its interpreter is
FOLDER/.venv/bin/python where there is one, else this one. All sides take turns; the files are in the system's cache.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.harness import Outcome

ROUNDS = 7
BUNDLE = "chest-pneumonia"
GOALS = {"cold_analyze": 0.25, "cold_memory": 0.35, "bare": 1.6, "cold_badge": 0.30}
PROJECT = Path(__file__).resolve().parents[2]

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

BADGE = """
import json, os, sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow

moments, run = {}, QApplication.exec

def look():
    now = time.time()
    for widget in QApplication.allWidgets():
        if isinstance(widget, QMainWindow) and widget.isVisible():
            moments.setdefault("window", now)
        elif type(widget).__name__ == "BadgeShape" and widget.isVisible() and widget.level is not None:
            moments.setdefault("badge", now)
    if "badge" in moments:
        print(json.dumps(moments), flush=True)
        os._exit(0)

def watched(*_):
    timer = QTimer(QApplication.instance(), interval=5)
    timer.timeout.connect(look)
    timer.start()
    return run()

QApplication.exec = watched
from segx_viewer.cli import main
main([sys.argv[1]])
"""
"""Looks every 5 ms for what both builds have: a visible main window, and a badge that shows a level."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A process that has ended: seconds by the clock, and the most memory that it held, in MiB."""

    seconds: float
    peak: float


def whole(command: list[str], environment: dict[str, str], folder: Path) -> Ran:
    """Run a process to its end."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command, env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    said = process.stderr.read() if process.stderr else ""
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(said)
    return Ran(seconds, _peak(used))


def run_all(baseline: Path) -> list[Outcome]:
    """Measure every ratio of this module."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        film = _film()
        builds = {"ours": (sys.executable, PROJECT), "baseline": (_interpreter(baseline), baseline)}
        homes = {side: _home(folder / side) for side in (*builds, "bare")}
        graphs = [str(path) for path in _graphs(folder)]
        found: dict[str, list[Ran]] = {side: [] for side in homes}
        badges: dict[str, list[float]] = {side: [] for side in builds}
        for turn in range(ROUNDS + 1):
            for side in list(homes) if turn % 2 else list(reversed(homes)):
                out = str(folder / side / f"out{turn}")
                if side == "bare":
                    command = [sys.executable, "-c", BARE, str(film), f"{out}.png", *graphs]
                    environment = homes[side]
                else:
                    interpreter, project = builds[side]
                    command = [str(interpreter), "-m", "segx_viewer", "analyze", str(film), "--out", out]
                    environment = {**homes[side], "PYTHONPATH": str(project)}
                ran = whole(command, environment, folder)
                if turn:  # the first one fills the caches
                    found[side].append(ran)
                if side != "bare":
                    started = time.time()
                    told = subprocess.run(
                        [command[0], "-c", BADGE, str(film)],
                        env=environment, cwd=folder, capture_output=True, text=True, check=True,
                    ).stdout  # fmt: skip
                    if turn:
                        badges[side].append(json.loads(told.splitlines()[-1])["badge"] - started)
    seconds = {side: statistics.median(r.seconds for r in rows) * 1e3 for side, rows in found.items()}
    peaks = {side: statistics.median(r.peak for r in rows) for side, rows in found.items()}
    badge = {side: statistics.median(rows) * 1e3 for side, rows in badges.items()}
    return [
        _outcome("cold_analyze", seconds["ours"], seconds["baseline"], "ms", "analyze, one radiograph / earlier build"),
        _outcome("cold_memory", peaks["ours"], peaks["baseline"], "MiB", "the same, peak memory"),
        _outcome("bare", seconds["ours"], seconds["bare"], "ms", "the same / reading, both graphs, a small PNG"),
        _outcome("cold_badge", badge["ours"], badge["baseline"], "ms", "process start to the badge / earlier build"),
    ]


def _outcome(name: str, ours: float, reference: float, unit: str, what: str) -> Outcome:
    ratio = ours / reference
    return Outcome(name, ratio, GOALS[name], ratio <= GOALS[name], ours, reference, unit, ROUNDS, what)


def _film() -> Path:
    """Return the radiograph RG1, which the package pydicom-data ships: 1955 x 1841 pixels, uncompressed."""
    import data_store

    return Path(data_store.__file__).parent / "data" / "RG1_UNCR.dcm"


def _home(folder: Path) -> dict[str, str]:
    folder.mkdir(exist_ok=True)
    folders = {f"XDG_{kind}_HOME": f"{folder}/{kind.lower()}" for kind in ("CONFIG", "CACHE", "DATA", "STATE")}
    return {**os.environ, **folders, "HOME": str(folder), "QT_QPA_PLATFORM": "offscreen"}


def _interpreter(checkout: Path) -> Path:
    own = checkout / ".venv/bin/python"
    return own if own.is_file() else Path(sys.executable)


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


def _peak(used: resource.struct_rusage) -> float:
    return used.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
