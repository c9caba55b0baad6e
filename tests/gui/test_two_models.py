"""Two models on the open image: which one speaks is readable wherever a prediction is shown."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from segx_viewer.domain.result import BundleInfo, Prediction

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
SECOND = BundleInfo(
    "second", "Second model, with a title of more than one line beside an image", "2.5", "1" * 64, "lesion"
)
SECOND_SAID = f"Model: {SECOND.title} {SECOND.version}"


def spoken(engine):
    """Let the engine answer as the model that is asked for, the other one fitting as well."""

    def change(analysis):
        first = analysis.bundle
        if engine.requests[-1].bundle_name != "second":
            return replace(analysis, also_fits=(SECOND,))
        shares = np.float32([0.9, 0.07, 0.03])
        prediction = Prediction(analysis.prediction.classes, np.log(shares), shares)
        return replace(analysis, bundle=SECOND, prediction=prediction, also_fits=(first,))

    engine.change = change


@pytest.fixture
def two(qtbot, window, engine, pictures):
    spoken(engine)
    window.open_paths(pictures)
    qtbot.waitUntil(window.has_result)
    qtbot.keyClick(window, Qt.Key.Key_M, CONTROL | SHIFT)
    qtbot.waitUntil(lambda: window.comparison.other.analysis is not None and window.comparison.other.analysis.complete)
    qtbot.waitUntil(lambda: not window.status.cancel.isVisible())
    qtbot.wait(20)
    return window


def said(window) -> list[tuple[str, str]]:
    return [(c.model.text(), c.finding.text().partition(" ·")[0]) for c in window.comparison.columns]


def test_two_models_speak_beside_each_other_each_by_name(two):
    assert said(two) == [
        ("Model: Fake model 0.0", "Melanoma 62 %"), (SECOND_SAID, "Melanoma 90 %"),
    ]  # fmt: skip
    for column in two.comparison.columns:
        assert column.model.isVisible()
        assert column.model.height() >= column.model.heightForWidth(column.model.width()), "not cut"
        assert column.color_bar.scale is not None, "each has its map"
        assert column.shape.level is not None, "and its badge"
    heights = {port.mapTo(two, port.rect().topLeft()).y() for port in two.comparison.ports}
    assert len(heights) == 2, "both images begin at one height, and both maps"
    assert two.results.model_line.text().startswith("Model: Fake model 0.0")


def test_one_key_changes_the_model_that_is_worked_with(qtbot, two, engine):
    document = two.workspace.documents.current
    two.workspace.analyses.explain(class_index=1)
    qtbot.waitUntil(lambda: ("gradcam", 1) in document.analysis.explanations)
    qtbot.waitUntil(lambda: not two.status.cancel.isVisible())
    asked = len(engine.requests)
    qtbot.keyClick(two, Qt.Key.Key_M, SHIFT)
    assert two.workspace.documents.current is document
    assert document.analysis.bundle.name == "second"
    assert two.comparison.columns[1].property("active")
    assert two.results.model_line.text().startswith(SECOND_SAID)
    assert [model for model, _ in said(two)] == ["Model: Fake model 0.0", SECOND_SAID], "nobody moves"
    assert said(two)[0][1].startswith("Melanocytic nevus"), "each model keeps its class"
    assert len(engine.requests) == asked, "nothing is computed twice"
    qtbot.mouseClick(next(iter(two.comparison.columns[0].ports.values())), Qt.MouseButton.MiddleButton)
    assert document.analysis.bundle.name == "fake"
    assert two.state.view.class_index == 1


def test_it_ends_with_the_key_and_with_another_image(qtbot, two):
    qtbot.keyClick(two, Qt.Key.Key_M, CONTROL | SHIFT)
    assert not two.state.view.two
    qtbot.keyClick(two, Qt.Key.Key_M, CONTROL | SHIFT)
    assert two.comparison.two_models
    others = [d for d in two.workspace.documents if d is not two.workspace.documents.current]
    two.workspace.look_at(others[0])
    assert not two.state.view.two
    assert two.comparison.slots == [None, None]


def test_the_model_is_named_beside_two_images_too(qtbot, two):
    qtbot.keyClick(two, Qt.Key.Key_M, CONTROL | SHIFT)
    qtbot.keyClick(two, Qt.Key.Key_K, CONTROL)
    qtbot.waitUntil(lambda: all(model.startswith("Model: ") for model, _ in said(two)))


def test_without_a_second_model_that_is_said(qtbot, window, engine, pictures):
    window.open_paths(pictures)
    qtbot.waitUntil(window.has_result)
    qtbot.keyClick(window, Qt.Key.Key_M, CONTROL | SHIFT)
    assert not window.state.view.two
