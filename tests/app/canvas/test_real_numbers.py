"""Images of real numbers: their windows are narrower than 1."""

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from segx_viewer.app.canvas.imagetext import display_text
from segx_viewer.app.canvas.mouse import WindowDrag
from segx_viewer.app.model.viewstate import View
from segx_viewer.domain.image import MedicalImage, PhotometricInterpretation, SourceInfo, VoiFunction, WindowLevel

SHARES = MedicalImage(
    np.linspace(0, 1, 600, dtype=np.float32).reshape(20, 30),
    "",
    PhotometricInterpretation.MONOCHROME2,
    SourceInfo(None),
    bits_stored=32,
)


def dragged(voi: WindowLevel, shift: QPointF) -> WindowLevel:
    found = {}
    state = SimpleNamespace(view=SimpleNamespace(voi=voi), update=lambda **changes: found.update(changes))
    port = SimpleNamespace(state=state, scene=SimpleNamespace(base=SimpleNamespace(image=SHARES, voi=voi)))
    WindowDrag(port, QPointF(100, 100)).move(port, QPointF(100, 100) + shift)
    return found["voi"]


@pytest.mark.parametrize("width", [0.5, 1e-6, 1e-20])
def test_dragging_goes_on_from_the_window_that_there_is(width):
    window = WindowLevel(0.25, width, VoiFunction.LINEAR_EXACT)
    assert dragged(window, QPointF(-64, 0)).width == pytest.approx(width * 0.75)
    assert dragged(window, QPointF(-5000, 0)).width == pytest.approx(width / 256)
    assert dragged(window, QPointF(0, 64)).center == pytest.approx(0.25 + width / 4)


def test_a_linear_window_stays_above_one():
    assert dragged(WindowLevel(40, 80), QPointF(-5000, 0)).width == 1


@pytest.mark.parametrize(
    ("window", "text"),
    [
        (WindowLevel(0.25, 0.5, VoiFunction.LINEAR_EXACT), "W 0.5  C 0.25"),
        (WindowLevel(1609.6, 400.2), "W 400  C 1610"),
        (WindowLevel(0, 9e36, VoiFunction.LINEAR_EXACT), "W 9e+36  C 0"),
    ],
)
def test_numbers_are_as_long_as_they_say_something(window, text):
    assert display_text(SHARES, window, View(), 1.0).startswith(text)
