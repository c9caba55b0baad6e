"""Dialogs that do one thing at a time beside the window, and give it up when they are closed."""

from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QWidget

from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit.dialog import Dialog
from segx_viewer.domain.request import CancelToken


class WorkingDialog(Dialog):
    """A dialog that may have a job running beside the window; closing the dialog cancels the job."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._token = CancelToken()
        self._running = False

    def _begin_work(self) -> None:
        """Note that a job begins, with a token of its own."""
        self._token, self._running = CancelToken(), True

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802, D102 - Qt's name
        self._token.cancel()
        super().closeEvent(event)
