"""No dialog is taller than the screen, at scale 2 on 1920 x 1080 either: what closes it would be out of reach."""

import pytest
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QDialog, QMessageBox

from segx_viewer.app.dialogs.modelform import ModelForm
from segx_viewer.app.dialogs.settingsdialog import SettingsDialog
from segx_viewer.bundles.store import BundleStore

SMALL = QRect(0, 0, 960, 540)
OPENED = (
    *("settings", "shortcuts", "mouse", "privacy", "manual", "about", "log", "contact_sheet", "lesion", "timeline"),
    *("capture", "measurements", "manage_models", "open_archive", "send_archive", "hanging", "check"),
)


class Screen:
    """A small one."""

    def availableGeometry(self):  # noqa: N802 - Qt's name
        return QRect(SMALL)


@pytest.mark.parametrize("name", OPENED)
def test_a_dialog_stays_on_a_small_screen(qtbot, opened, engine, monkeypatch, name):
    engine.store = BundleStore()
    monkeypatch.setattr(QDialog, "exec", lambda dialog: dialog.show() or 0)
    monkeypatch.setattr(QMessageBox, "exec", lambda _box: 0)
    monkeypatch.setattr(QDialog, "screen", lambda _dialog: Screen())
    opened.commands[name].setEnabled(True)
    opened.commands.run(name)
    shown = [dialog for dialog in opened.findChildren(QDialog) if dialog.isVisible()]
    assert shown, "it opened"
    for dialog in shown:
        assert SMALL.contains(dialog.frameGeometry()), (type(dialog).__name__, dialog.frameGeometry())
        dialog.close()


def test_the_form_for_a_model_stays_on_a_small_screen(qtbot, opened, monkeypatch):
    monkeypatch.setattr(QDialog, "screen", lambda _dialog: Screen())
    form = ModelForm(opened, [], None)
    qtbot.addWidget(form)
    form.show()
    assert SMALL.contains(form.frameGeometry())


def test_a_dialog_that_fits_stays_where_it_was_put(qtbot, opened):
    dialog = SettingsDialog(opened.commands, lambda: None, opened)
    dialog.resize(600, 450)
    dialog.move(QPoint(30, 40))
    dialog.show()
    assert (dialog.size(), dialog.pos()) == (QSize(600, 450), QPoint(30, 40))
    dialog.close()
