"""The window's session: run by `test_no_packet`, in a process of its own that is watched."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from pydicom.data import get_testdata_file
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from segx_viewer.app.application import make_application
from segx_viewer.app.dialogs.privacycopy import CopyDialog
from segx_viewer.app.sessions import sessionfile
from segx_viewer.app.sessions.export import export_report
from segx_viewer.app.sessions.studyreport import export_study
from segx_viewer.app.window import Window
from segx_viewer.cli import main

STEP_MS = 50
Condition = Callable[[], object]


def session(window: Window, out: Path) -> Iterator[Condition]:
    """Do what a reader does, step by step; each step says what is waited for."""
    workspace = window.workspace
    idle = lambda: window.has_result() and not workspace.analyses.is_analysing  # noqa: E731
    yield idle
    for method in ("gradcam", "integrated_gradients"):
        workspace.analyses.explain(method=method)
        yield idle
    for suffix in (".png", ".pdf", ".json"):
        export_report(workspace, out / f"report{suffix}")
        yield (out / f"report{suffix}").exists
    export_report(workspace, out / "objects.dcm")
    yield lambda: list(out.glob("objects/*sr*"))
    export_study(workspace, out / "study.pdf")
    yield (out / "study.pdf").exists
    window.commands.run("copy_report")
    sessionfile.save(sessionfile.capture(workspace), out / "kept.segx")
    window.open_paths([Path(get_testdata_file("CT_small.dcm", download=False))])
    yield lambda: window.has_result() and workspace.documents.current.image.modality == "CT"
    dialog = CopyDialog(workspace, workspace.documents.current, window)
    dialog.show()
    yield dialog.save.isEnabled
    dialog.write(out / "copy.dcm")
    yield (out / "copy.dcm").exists
    window.autosave.save()
    window.forget()
    yield lambda: not len(workspace.documents)


class Reader:
    """Goes on with the session whenever what is waited for has come; closes the window at its end."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._steps: Iterator[Condition] | None = None
        self._wanted: Condition = bool
        self._timer = QTimer(interval=STEP_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        if self._steps is None:
            shown = [w for w in QApplication.topLevelWidgets() if isinstance(w, Window) and w.follower is not None]
            if shown:
                self._window, self._steps = shown[0], session(shown[0], self._out)
                self._wanted = next(self._steps)
        elif self._wanted():
            try:
                self._wanted = next(self._steps)
            except StopIteration:
                self._timer.stop()
                self._window.close()
            except BaseException:
                self._timer.stop()
                self._window.close()
                raise


if __name__ == "__main__":  # not in the decoding process, which imports this module again
    home = Path(sys.argv[1])
    application = make_application()
    reader = Reader(home / "out")
    sys.exit(main([str(home / "lesion.png")]))
