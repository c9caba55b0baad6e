import threading

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from segx_viewer.app.dialogs import checks
from segx_viewer.app.dialogs.checks import CheckDialog
from segx_viewer.checks.faithfulness import Curve
from segx_viewer.checks.randomisation import Randomisation, Stability
from segx_viewer.checks.sanity import SanityReport


def report() -> SanityReport:
    falling = Curve(np.linspace(0, 1, 6), np.linspace(0.6, 0.0, 6), 0.2)
    rising = Curve(np.linspace(0, 1, 6), np.linspace(0.0, 0.6, 6), 0.4)
    stability = Stability(0.2, 0.1)
    return SanityReport(falling, rising, 0.4, 0.2, 0.1, 0.02, Randomisation(("head",), (0.1,)), stability)


@pytest.fixture
def gate(monkeypatch) -> threading.Event:
    """While it is cleared, a check waits for its cancellation."""
    opened = threading.Event()
    opened.set()

    def check(analysis, key, cancel, told, store):
        told(0.5)
        while not opened.wait(0.01):
            cancel.raise_if_cancelled()
        return report()

    monkeypatch.setattr(checks, "_check", check)
    return opened


@pytest.fixture
def engine(engine):
    engine.store = object()
    return engine


def dialog_of(window) -> CheckDialog:
    window.commands.run("check")
    (dialog,) = window.findChildren(CheckDialog)
    return dialog


def test_the_checks_are_told_in_words_with_a_shape_and_curves(qtbot, opened, gate):
    dialog = dialog_of(opened)
    qtbot.waitUntil(lambda: dialog.report is not None)
    assert dialog.sentence.text().startswith("The map passes 4 of 5 checks; it fails seed stability")
    words = "\n".join(label.text() for label in dialog.findChildren(QLabel))
    assert "rank correlation 0.20" in words
    assert "Research use only" in words
    assert dialog.curves.isVisible()
    assert not dialog.bar.isVisible()
    dialog.close()


def test_a_check_shows_how_far_it_is_and_is_cancelled(qtbot, opened, gate):
    gate.clear()
    dialog = dialog_of(opened)
    qtbot.waitUntil(lambda: dialog.bar.value() == 500)
    qtbot.mouseClick(dialog.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.sentence.text() == "Cancelled.")
    assert dialog.report is None
    dialog.close()


def test_the_next_image_does_not_wait_for_a_check_and_closing_ends_it(qtbot, opened, pictures, gate):
    gate.clear()
    dialog = dialog_of(opened)
    qtbot.waitUntil(lambda: dialog.bar.value() == 500)
    opened.open_paths(pictures[1:2])
    qtbot.waitUntil(lambda: opened.has_result() and len(opened.workspace.documents) == 2)
    assert dialog.report is None
    dialog.close()
    qtbot.waitUntil(lambda: not opened.findChildren(CheckDialog))


def test_the_window_closes_while_a_check_runs(qtbot, opened, gate):
    gate.clear()
    dialog = dialog_of(opened)
    qtbot.waitUntil(lambda: dialog.bar.value() == 500)
    opened.close()  # waits for its threads


def test_disagreement_is_no_explanation_to_be_checked(qtbot, opened, gate):
    opened.workspace.analyses.explain(method="disagreement")
    qtbot.waitUntil(opened.has_result)
    opened.commands.run("check")
    assert not opened.findChildren(CheckDialog)
    assert "nothing in it to check" in opened.status.message.text()
