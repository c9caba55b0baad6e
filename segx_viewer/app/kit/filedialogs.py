"""What Qt's own file dialogs remember: the folders they were in, in a settings file that all Qt programs share."""

from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QFileDialog

_REMEMBERED = ("FileDialog/history", "FileDialog/lastVisited")


def _settings() -> QSettings:
    return QSettings(QSettings.Scope.UserScope, "QtProject")  # Qt's own name for it, see QFileDialog's source


def forget_folders() -> None:
    """Remove the folders from the settings file; bookmarks, which people set themselves, stay."""
    stored = _settings()
    if any(stored.contains(name) for name in _REMEMBERED):
        for name in _REMEMBERED:
            stored.remove(name)
        stored.sync()


def forget_folders_of_this_run() -> None:
    """Remove them from the process as well: each dialog that is closed writes down the folder of the one before."""
    import shiboken6

    dialog = QFileDialog(None, "", str(Path.home()))
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setDirectory(str(Path.home()))
    dialog.done(QFileDialog.DialogCode.Rejected)
    shiboken6.delete(dialog)
    forget_folders()
