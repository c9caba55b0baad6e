"""The real window with an engine that answers at once, or when told to; and a watch on threads."""

import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QSettings, QThread
from standin import StandIn, accepted, explained, predicted, region_of

from segx_viewer.app.kit import theme
from segx_viewer.app.window import Window
from segx_viewer.domain.request import Progress, Stage
from segx_viewer.domain.result import (
    Alignment,
    Analysis,
    Certainty,
    ClassInfo,
    Level,
)

INPUT = (32, 32)
CLASSES = (ClassInfo("mel", "Melanoma"), ClassInfo("nv", "Melanocytic nevus"), ClassInfo("bcc", "Basal cell carcinoma"))
SPOTS = {0: (4, 4), 1: (28, 28), 2: (4, 28)}  # row, column of each class's hottest pixel on the input grid


def spot(row: int, column: int, width: float = 3.0) -> np.ndarray:
    y, x = np.mgrid[: INPUT[0], : INPUT[1]]
    return (0.05 * np.exp(-((y - row) ** 2 + (x - column) ** 2) / (2 * width**2))).astype(np.float32)


def finished(request) -> Analysis:
    """What a pipeline would find: a round region in the middle, one hot spot per class."""
    y, x = np.mgrid[: INPUT[0], : INPUT[1]]
    probability = 1 / (1 + np.exp(np.hypot(y - 15.5, x - 15.5) - 12)).astype(np.float32)
    region = region_of(probability, request.mask_override)
    classes = request.classes or (0,)
    maps = {(m, c): spot(*SPOTS[c]) for m in request.methods for c in classes}
    certainty = Certainty(
        c_iou=0.2,
        c_auitc=0.41,
        alignments={"relevance_mass": Alignment(0.62, chance=0.44)},
        probability_correct=0.78,
        level=Level.MODERATE,
        outside=0.38,
        auitc_curve=tuple(np.linspace(0.1, 0.4, 99)),
    )
    p = [0.62, 0.3, 0.08]
    return replace(
        accepted(request, "fake", "lesion", INPUT),
        prediction=predicted(CLASSES, np.log(np.float32(p)), p),
        segmentation=region,
        explanations=explained(region.mask, maps, certainty),
        complete=True,
    )


class FakeEngine(StandIn):
    """Answers with `finished`; while `gate` is cleared, it waits after the prediction as a slow model would."""

    def __init__(self) -> None:
        super().__init__("fake", (("gradcam", "Grad-CAM"), ("ig", "Integrated gradients")), finished)
        self.gate = threading.Event()
        self.gate.set()
        self.requests = []
        self.change: Callable[[Analysis], Analysis] = lambda analysis: analysis
        self.error: Exception | None = None
        self.maps_first = False  # only late figures are waited for

    def analyse(self, request, token, on_progress) -> Iterator[Analysis]:
        self.requests.append(request)
        whole = self.change(self.answer(request))
        on_progress(Progress(Stage.CLASSIFY, 0.2))
        bare = {} if self.maps_first else {"segmentation": None, "explanations": {}}
        yield replace(whole, complete=False, **bare)
        on_progress(Progress(Stage.ATTRIBUTE, 0.6, "1/1"))
        while not self.gate.wait(0.01):
            token.raise_if_cancelled()
        token.raise_if_cancelled()
        if self.error is not None:
            raise self.error
        yield whole


@pytest.fixture(autouse=True)
def moved_settings(private_folders: Path) -> None:
    for format in (QSettings.Format.IniFormat, QSettings.Format.NativeFormat):  # the latter is Qt's own
        QSettings.setPath(format, QSettings.Scope.UserScope, str(private_folders / "settings"))


@pytest.fixture(scope="session", autouse=True)
def dressed(qapp) -> None:
    """Style sheet and palette as the program has them."""
    theme.apply(qapp, "dark")


@pytest.fixture(autouse=True)
def no_thread_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that leaves a QThread running, and say where it was started."""
    started: list[tuple[QThread, str]] = []
    start = QThread.start

    def watched(thread: QThread, *args) -> None:
        started.append((thread, "".join(traceback.format_stack(limit=6))))
        start(thread, *args)

    monkeypatch.setattr(QThread, "start", watched)
    yield
    left = [where for thread, where in started if _running(thread)]
    assert not left, "a QThread was left running; it was started here:\n" + left[0]


def _running(thread: QThread) -> bool:
    try:
        return thread.isRunning()
    except RuntimeError:  # already deleted with its window
        return False


@pytest.fixture
def qtbot(qtbot):
    """Wait longer than usual: nothing here depends on speed, and test machines can be busy."""
    qtbot.waitUntil = partial(qtbot.waitUntil, timeout=30_000)
    return qtbot


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def window(qtbot, engine: FakeEngine) -> Iterator[Window]:
    shown = Window(engine)
    shown.fill()
    qtbot.addWidget(shown)
    shown.resize(1280, 800)
    shown.show()
    qtbot.waitExposed(shown)
    yield shown
    engine.gate.set()
    shown.close()


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """Three pictures: red, green and blue, none of them square."""
    paths = []
    for name, colour in (("red", (200, 0, 0)), ("green", (0, 200, 0)), ("blue", (0, 0, 200))):
        path = tmp_path / "pictures" / f"{name}.png"
        path.parent.mkdir(exist_ok=True)
        Image.new("RGB", (200, 150), colour).save(path)
        paths.append(path)
    return paths


@pytest.fixture
def opened(qtbot, window: Window, pictures: list[Path]) -> Window:
    """The window with the first picture opened and analysed."""
    window.open_paths(pictures[:1])
    qtbot.waitUntil(window.has_result)
    return window
