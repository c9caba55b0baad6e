"""The real window on a drawn radiograph, and steps of it against bare paints; runs in a process of its own."""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from PySide6.QtCore import QEventLoop, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QImage, QPainter, QWheelEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from segx_viewer.app.application import make_application
from segx_viewer.app.canvas.viewport import Viewport
from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.domain.result import (
    Analysis,
    Certainty,
    ClassInfo,
    Level,
)
from tests.benchmarks.harness import clock
from tests.benchmarks.radiograph import write_radiograph
from tests.standin import StandIn, accepted, explained, predicted, region_of

VIEW = (1080, 1920)
INPUT = (224, 224)
CLASSES, METHODS = 7, ("gradcam", "layercam")
_paints: list[float] = []
_seen: set[int] = set()
"""Numbers of the documents that were painted."""


class StillEngine(StandIn):
    """Stands in for the networks: every map is there at once, so that nothing but the display is measured."""

    def __init__(self) -> None:
        super().__init__("still", tuple((name, name) for name in METHODS), _analysis)


class SilentEngine(StandIn):
    """Never answers, so that opening is measured alone."""

    def __init__(self) -> None:
        super().__init__("still", tuple((name, name) for name in METHODS), _unknown)


def _unknown(request: AnalysisRequest) -> Analysis:
    return accepted(request, "still", "region", INPUT)


def _analysis(request: AnalysisRequest) -> Analysis:
    y, x = np.mgrid[: INPUT[0], : INPUT[1]].astype(np.float32)
    maps = {
        (method, k): np.exp(-((y - 30 * k - 20) ** 2 + (x - 112 - 20 * number) ** 2) / 2000)
        for number, method in enumerate(METHODS)
        for k in range(CLASSES)
    }
    probability = 1 / (1 + np.exp((np.hypot(y - 112, x - 112) + 9 * np.sin(np.arctan2(y - 112, x - 112) * 9) - 70) / 3))
    region = region_of(probability)
    logits = np.linspace(1, 0, CLASSES, dtype=np.float32)
    classes = [ClassInfo(f"c{k}", f"Class {k}") for k in range(CLASSES)]
    certainty = Certainty(0.3, 0.4, {}, None, Level.MODERATE, outside=0.4)
    return replace(
        _unknown(request),
        prediction=predicted(classes, logits, logits / 4),
        segmentation=region,
        explanations=explained(region.mask, maps, certainty),
        complete=True,
    )


class Bare(QWidget):
    """Ready pictures side by side, each painted by a widget of its own."""

    def __init__(self, sizes: list[tuple[int, int]]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self.panels = [_BarePanel(*size) for size in sizes]
        for panel in self.panels:
            row.addWidget(panel)
        self.show()

    def step(self) -> None:
        """Paint all of them."""
        for panel in self.panels:
            panel.update()


class _BarePanel(QWidget):
    def __init__(self, width: int, height: int) -> None:
        super().__init__()
        self.setFixedSize(width, height)
        pixels = np.random.default_rng(7).integers(0, 255, (height, width), np.uint8)
        grey = QImage(pixels.data, width, height, width, QImage.Format.Format_Grayscale8)
        self._ready = grey.convertToFormat(QImage.Format.Format_RGB32)

    def paintEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.drawImage(0, 0, self._ready)
        painter.end()
        _paints.append(time.perf_counter())


class Stage:
    """The program's window with one drawn radiograph open."""

    def __init__(self, engine: StandIn, folder: Path) -> None:
        self.app = make_application(["segx-viewer"])
        _count_paints()
        from segx_viewer.app.window import Window

        self.window = Window(engine)
        self.window.fill()
        self.window.resize(2400, 1300)
        self.window.show()
        self.window.workspace.prepare()
        self.folder = folder
        self.spin(lambda: len(self.window.workspace.analyses.methods) == len(METHODS))

    def spin(self, until: Callable[[], bool], seconds: float = 60.0) -> None:
        """Handle events until a condition holds."""
        deadline = time.monotonic() + seconds
        waking = QTimer(interval=5)  # the loop sleeps between events, as a program's does
        waking.start()
        while not until():
            if time.monotonic() > deadline:
                raise RuntimeError("the window did not come this far")
            self.app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    def rest(self, seconds: float) -> None:
        """Handle events for a while."""
        until = time.monotonic() + seconds
        self.spin(lambda: time.monotonic() > until)

    def step(self, action: Callable[[], Any], paints: int) -> float:
        """Return the milliseconds from a step until the window is painted again; `paints` panels at least are."""
        self.app.processEvents()
        _paints.clear()
        started = clock()
        action()
        self.app.processEvents()
        ended = clock()
        if len(_paints) < paints:
            raise AssertionError(f"the step painted {len(_paints)} panels, not {paints}")
        return (ended - started) * 1e3

    def alternate(
        self, ours: Callable[[int], Any], bare: Bare, paints: int, rounds: int
    ) -> tuple[list[float], list[float]]:
        """Return the milliseconds of both sides, who take turns; a tenth of the rounds first goes unmeasured."""
        mine, theirs = [], []
        for turn in range(-(rounds // 10) - 1, rounds):
            found = self.step(lambda turn=turn: ours(turn), paints), self.step(bare.step, len(bare.panels))
            if turn >= 0:
                mine.append(found[0])
                theirs.append(found[1])
        return mine, theirs

    def open(self, path: Path) -> None:
        """Open a file and wait until every map is shown."""
        self.window.open_paths([path])
        self.spin(self.window.has_result)

    def fit_views(self, size: tuple[int, int]) -> list[Viewport]:
        """Make the window as large as its panels together need it; return the panels shown."""
        height, width = size
        for _ in range(9):
            shown = self.window.viewports.visible_ports
            gaps = 2 * (len(shown) - 1)
            have = sum(port.width() for port in shown) + gaps, shown[0].height()
            self.window.resize(self.window.width() + width - have[0], self.window.height() + height - have[1])
            self.app.processEvents()
        if abs(have[0] / width - 1) > 0.01 or abs(have[1] / height - 1) > 0.01:
            raise AssertionError(f"the view is {have}, not {width} x {height}")
        return shown


def _count_paints() -> None:
    plain = Viewport.paintEvent

    def counted(self: Viewport, event: Any) -> None:
        plain(self, event)
        if self.scene.base is not None:
            _paints.append(time.perf_counter())
            if self.scene.document is not None:
                _seen.add(self.scene.document.number)

    Viewport.paintEvent = counted  # type: ignore[method-assign]


def window_level(stage: Stage, rounds: int) -> dict[str, Any]:
    """Window and level of one panel: the whole picture, then its middle, enlarged until it fills the view."""
    from segx_viewer.app.canvas.scene import Panel
    from segx_viewer.domain.image import WindowLevel

    stage.open(write_radiograph(stage.folder / "SYNTHETIC-radiograph.dcm"))
    window = stage.window
    window.viewports.ports[Panel.IMAGE].activated.emit()
    (port,) = stage.fit_views(VIEW)
    bare = Bare([(port.width(), port.height())])

    def step(turn: int) -> None:
        window.state.update(voi=WindowLevel(8000 + 20 * (turn % 50), 9000 + 30 * (turn % 70)))

    found = {}
    for name, zoom in (("fitted", 1.0), ("filling the view", VIEW[1] / VIEW[0])):
        window.state.update(zoom=zoom)
        ours, reference = stage.alternate(step, bare, 1, rounds)
        found[name] = {"ours": ours, "reference": reference}
    return found


def overlay(stage: Stage, rounds: int) -> dict[str, Any]:
    """Opacity of three panels, and the curtain between two maps in the same view."""
    from segx_viewer.app.model.viewstate import Compare, Layout

    stage.open(write_radiograph(stage.folder / "SYNTHETIC-radiograph.dcm"))
    state = stage.window.state
    state.update(layout=Layout.THREE)
    found = {}
    for name, change, compare in (
        ("opacity", lambda turn: {"opacity": 0.3 + 0.01 * (turn % 50)}, Compare.SIDE),
        ("curtain", lambda turn: {"curtain": 0.3 + 0.01 * (turn % 50)}, Compare.CURTAIN),
    ):
        state.update(compare=compare)
        stage.app.processEvents()
        shown = stage.fit_views(VIEW)
        bare = Bare([(port.width(), port.height()) for port in shown])
        # Panels that a step does not change are not painted again.
        ours, reference = stage.alternate(lambda turn, c=change: state.update(**c(turn)), bare, 1, rounds)
        found[name] = {"ours": ours, "reference": reference, "panels": len(shown)}
        bare.close()
    return found


def map_switch(stage: Stage, rounds: int) -> dict[str, Any]:
    """Another class, then another method, all of them computed."""
    from segx_viewer.app.model.viewstate import Layout

    stage.open(write_radiograph(stage.folder / "SYNTHETIC-radiograph.dcm"))
    analyses = stage.window.workspace.analyses
    stage.window.state.update(layout=Layout.THREE)
    keys = [(method, k) for k in range(CLASSES) for method in METHODS]
    shown = stage.fit_views(VIEW)
    first, again = [], []
    for turn in range(-len(keys), rounds):
        method, k = keys[turn % len(keys)]
        taken = stage.step(lambda m=method, k=k: analyses.explain(method=m, class_index=k), len(shown))
        (again if turn >= 0 else first).append(taken)
    return {"first": first, "ours": again}


def open_dicom(stage: Stage, rounds: int) -> dict[str, Any]:
    """From the path to the first painted pixels, beside pydicom's decoding alone."""
    found = {}
    for name, compressed in (("uncompressed", False), ("JPEG 2000", True)):
        path = write_radiograph(stage.folder / f"SYNTHETIC-{name.replace(' ', '')}.dcm", jpeg2000=compressed)
        ours, reference = [], []
        for turn in range(-2, rounds):
            started = time.perf_counter()
            decoded = pydicom.dcmread(path).pixel_array
            alone = time.perf_counter() - started
            if decoded.shape != (3000, 3000):
                raise AssertionError(f"decoded {decoded.shape}")
            del decoded
            _paints.clear()
            started = time.perf_counter()
            stage.window.open_paths([path])
            stage.spin(lambda: bool(_paints))
            if turn >= 0:
                ours.append((_paints[0] - started) * 1e3)
                reference.append(alone * 1e3)
            stage.rest(0.15)  # thumbnails and whatever else goes on after the first paint
            stage.window.workspace.documents.close_all()
            stage.rest(0.05)  # the start page is painted
        found[name] = {"ours": ours, "reference": reference}
    return found


def wheel(stage: Stage, notches: int) -> dict[str, Any]:
    """Turn the wheel in a long stack, and count the slices that are painted."""
    from tests.benchmarks.folder import SIDE, SLICES
    from tests.benchmarks.series import write_series
    from tests.benchmarks.wheel import PER_SECOND

    documents = stage.window.workspace.documents
    stage.window.open_paths([write_series(stage.folder / "series", SLICES, SIDE)])
    stage.spin(lambda: len(documents) == SLICES and all(d.header is not None for d in documents), 600)
    stage.rest(1.0)
    port = next(port for port in stage.window.viewports.visible_ports)
    first = documents.current
    middle = QPointF(port.width() / 2, port.height() / 2)
    left = [notches]

    def turn() -> None:
        left[0] -= 1
        QApplication.sendEvent(
            port,
            QWheelEvent(
                middle, port.mapToGlobal(middle), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
            ),
        )  # fmt: skip
        if not left[0]:
            timer.stop()

    _seen.clear()
    timer = QTimer(interval=1000 // PER_SECOND)
    timer.timeout.connect(turn)
    timer.start()
    stage.spin(lambda: not left[0], 60)
    stage.rest(1.0)  # the last one is painted
    return {"shown": len(_seen - {first.number})}


SCENES = {
    "window_level": window_level,
    "overlay": overlay,
    "map_switch": map_switch,
    "open": open_dicom,
    "wheel": wheel,
}


def main() -> None:
    """`NAME ROUNDS`: run a scene and print what it measured as one line of JSON."""
    name, rounds = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(SilentEngine() if name in ("open", "wheel") else StillEngine(), Path(folder))
        found = SCENES[name](stage, rounds)
        stage.window.close()
        stage.app.processEvents()
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
