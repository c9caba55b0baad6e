"""No dialog has to be scrolled sideways at the size that it opens with, in any language."""

import numpy as np
import pytest
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QDialog
from shiboken6 import isValid

from segx_viewer.app.dialogs.archiveservers import ServerDialog
from segx_viewer.app.dialogs.modelmanager import ModelManager
from segx_viewer.app.dialogs.worklistexport import WorklistExport
from segx_viewer.app.kit import language
from segx_viewer.app.kit.dialog import Dialog
from segx_viewer.app.window import Window
from segx_viewer.bundles.store import BundleStore
from tests.gui.test_pseudo_language import _NOT_RUN, asked, dialog_names, fill_with_everything, look_at_models
from tests.gui.test_worklist import results
from tests.imaging.conftest import make_dicom

__all__ = ["asked", "make_dicom", "results"]


@pytest.fixture(params=["en", "de"])
def spoken(request, qapp):
    language.use(request.param)
    yield request.param
    language.use("en")


def too_wide(window: Window) -> set[str]:
    """Return what is wider than its place in the dialogs that are shown."""
    QApplication.processEvents()
    found = set()
    for area in QApplication.allWidgets():
        if not isValid(area) or not isinstance(area, QAbstractScrollArea) or not area.isVisible():
            continue
        dialog = area.window()
        if dialog is window or not isinstance(dialog, QDialog):
            continue
        if most := area.horizontalScrollBar().maximum():
            found.add(f"{type(dialog).__name__}: {type(area).__name__} {area.objectName()} by {most}")
    return found


def test_no_dialog_has_to_be_scrolled_sideways(
    qtbot, spoken, engine, pictures, make_dicom, asked, results, monkeypatch
):
    monkeypatch.setattr(Dialog, "_keep_on_screen", lambda dialog: None)  # the screen of a test is narrower than any
    film = make_dicom(
        np.arange(1200, dtype=np.uint16).reshape(40, 30), "red.dcm", Modality="CR", PixelSpacing=[0.5, 0.5]
    )
    engine.store = BundleStore()
    window = Window(engine)
    window.fill()
    qtbot.addWidget(window)
    window.show()
    fill_with_everything(qtbot, window, [*pictures, film])
    found, opened = set(), set()

    def look() -> None:
        shown = [one for one in QApplication.topLevelWidgets() if isinstance(one, QDialog) and one.isVisible()]
        opened.update(type(dialog).__name__ for dialog in shown)
        found.update(too_wide(window))

    for name in window.commands.rows:
        if name in _NOT_RUN or name.startswith(("language", "theme", "layout")):
            continue
        if window.commands[name].isEnabled():
            window.commands.run(name)
            look()
            if window.findChildren(ModelManager) and "ModelForm" not in opened:
                look_at_models(qtbot, window, look)
            for dialog in window.findChildren(QDialog):
                if dialog.isVisible():
                    dialog.close()
            window.state.update(two=False, grid=False, editing=False, bare=False)
    window.state.update(read_first=False)  # which a command hid the results with
    window.workspace.look_at(window.workspace.documents.at(film))
    qtbot.waitUntil(window.has_result)
    for name in ("deidentify", "check", "tags"):
        window.commands.run(name)
    qtbot.waitUntil(lambda: look() or "TagBrowser" in opened)  # once they are read
    ServerDialog(window.workspace, window).show()
    window.show_results(results)
    panel = window.worklist
    qtbot.waitUntil(lambda: panel.lists is not None and panel.table.rowCount() > 0)
    WorklistExport(window.workspace, panel.lists, [], {}, panel).show()
    look()
    window.close()
    assert opened >= set(dialog_names())
    assert not found, "\n".join(sorted(found))
