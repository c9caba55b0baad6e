"""A folder of screenshots for people to look through; the README's come from here."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import (
    QEventLoop,
    QMessageLogContext,
    QPointF,
    QSettings,
    QSize,
    Qt,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from segx_viewer.app.application import make_application
from segx_viewer.app.canvas.scene import Panel
from segx_viewer.app.dialogs.contactsheet import ContactSheet
from segx_viewer.app.dialogs.lesion import ABCD, SEVEN_POINT, SITE, LesionDialog
from segx_viewer.app.dialogs.timeline import TimeLine
from segx_viewer.app.jobs.demo import LESION, demo_files
from segx_viewer.app.jobs.engine import Engine
from segx_viewer.app.kit import language, preferences, theme
from segx_viewer.app.model.viewstate import Compare, Layout
from segx_viewer.app.model.worklist import MARKED, NOTE
from segx_viewer.app.sessions.export import PageOptions, export_report
from segx_viewer.app.window import Window
from segx_viewer.cohort.example import write_example
from segx_viewer.cohort.summary import PAGE, write_summary
from segx_viewer.domain.lesion import COLOURS, NO_RECORD, Abcd, LesionRecord, Site
from segx_viewer.errors import SegxError
from segx_viewer.imaging.synthetic import draw_later
from segx_viewer.reporting.png import write_png

_PATIENCE_MS = 120_000
_SIZES = {"1280x800": QSize(1280, 800), "1920x1080": QSize(1920, 1080)}


def make_screenshots(out: Path, engine: Engine | None = None) -> list[Path]:
    """Drive a window through its views and write a PNG of each into `out`.

    The user's settings are left alone.

    Parameters
    ----------
    out : Path
        Folder; made if missing.
    engine : Engine, optional
        Another engine than the installed models, for tests.

    Returns
    -------
    list of Path
        What was written, in order.

    Raises
    ------
    SegxError
        If a view did not appear in time.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    before = qInstallMessageHandler(_pass_on)
    with tempfile.TemporaryDirectory(prefix="segx-viewer-") as folder:
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, folder)
        app = make_application(["segx-viewer"])
        theme.apply(app, "dark")
        language.use("en")
        out.mkdir(parents=True, exist_ok=True)
        shooting = _Shooting(app, out, Path(folder), engine)
        try:
            shooting.run()
        finally:
            shooting.end()
            qInstallMessageHandler(before)
    return shooting.written


def _pass_on(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    """Print Qt's messages, without one that the offscreen platform repeats for every window."""
    if "propagateSizeHints" not in text:
        sys.stderr.write(f"{text}\n")


class _Shooting:
    """One session of taking pictures."""

    def __init__(self, app: QApplication, out: Path, folder: Path, engine: Engine | None) -> None:
        self.app, self.out, self.folder = app, out, folder
        self.engine = engine or Engine()
        self.written: list[Path] = []
        self.window = self._open(QSize(1920, 1080))

    def _open(self, size: QSize) -> Window:
        window = Window(self.engine)
        window.fill()
        window.resize(size)
        window.show()
        self._wait(50)
        return window

    def end(self) -> None:
        """Close the window and put language and theme back."""
        self.window.close()
        language.use("en")
        theme.apply(self.app, "dark")

    # -- the pictures ----------------------------------------------------------------------------

    def run(self) -> None:
        """Take all pictures."""
        files = demo_files(self.folder / "Demo")
        lesion = next(path for path in files if path.name == LESION)
        chest = next((path for path in files if path != lesion), None)
        self._shoot("01-empty")
        if chest is not None:
            self._show(chest)
            for name, size in _SIZES.items():
                self._resize(size)
                self._shoot(f"02-chest-{name}")
        self._show(lesion)
        self._shoot("03-dermoscopy-1920x1080")
        self._resize(_SIZES["1280x800"])
        self._shoot("03-dermoscopy-1280x800")
        self._resize(_SIZES["1920x1080"])
        self._views()
        if chest is not None:
            self._two_images(chest, lesion)
        self._dialogs()
        self._lesions(lesion)
        self._worklist(lesion)
        self._abstention()
        self._series()
        self._scale_two(lesion)
        self._errors()
        self._other_clothes(lesion, chest)

    def _views(self) -> None:
        state = self.window.state
        state.update(compare=Compare.CURTAIN)
        self._shoot("04-curtain")
        state.update(compare=Compare.SIDE, layout=Layout.FOUR)
        self._shoot("05-four-panels-with-what-lies-outside")
        state.update(layout=Layout.THREE, top_mode=True, colormap="cividis")
        self._shoot("06-top-5-percent-cividis")
        state.update(top_mode=False, colormap="viridis", layout=Layout.LARGE)
        self.window.workspace.prepare()
        self._until(
            lambda: bool(self.window.workspace.analyses.costs) or len(self.window.workspace.analyses.methods) > 1
        )
        self.window.commands.run("grid")
        self._until(lambda: bool(self.window.grid.cells) and all(c.filled for c in self.window.grid.cells.values()))
        self._until(lambda: not self.window.status.cancel.isVisible())
        self._shoot("07-grid")
        self.window.commands.run("grid")
        self._edit()

    def _edit(self) -> None:
        self.window.commands.run("edit_region")
        self._wait(50)
        port = self.window.viewports.ports[Panel.ORIGINAL]
        height, width = self.window.scene.shown.image.shape
        points = [port.to_panel(QPointF(width * x, height * 0.2)).toPoint() for x in (0.3, 0.5, 0.7)]
        QTest.mousePress(port, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, points[0])
        for point in points[1:]:
            QTest.mouseMove(port, point)
        QTest.mouseRelease(port, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, points[-1])
        self._shoot("08-edited-region")
        self.window.editor.reset()
        self.window.commands.run("edit_region")

    def _two_images(self, chest: Path, lesion: Path) -> None:
        self._show(chest)
        self._show(lesion)
        window, comparison = self.window, self.window.comparison
        window.commands.run("two")
        self._until(lambda: comparison.beside_scene.has_map() and not window.status.cancel.isVisible())
        self._shoot("15-two-images")
        window.commands.run("two")

    def _dialogs(self) -> None:
        for name, command in (
            ("18-contact-sheet", "contact_sheet"),
            ("19-settings", "settings"),
            ("20-manual", "manual"),
            ("26-hanging-rules", "hanging"),
        ):
            self.window.commands.run(command)
            dialog = next(d for d in self.window.findChildren(QDialog) if d.isVisible())
            if isinstance(dialog, ContactSheet):
                self._until(partial(_is_done, dialog))
            self._shoot(name, widget=dialog)
            dialog.close()
            self._wait(50)

    def _lesions(self, lesion: Path, suffix: str = "") -> None:
        """Show what is noted about a lesion, and two of its pictures laid on each other."""
        self._show(lesion)
        window, documents = self.window, self.window.workspace.documents
        record = LesionRecord(
            "Example", "left arm", "2026-01-05", Site("front", 0.72, 0.3), abcd=Abcd(1, 3, frozenset(COLOURS[2:4]))
        )
        first = documents.current
        assert first is not None and first.image is not None  # noqa: S101, PT018 - just shown
        later = self.folder / "Demo" / "SYNTHETIC-later.png"
        write_png(draw_later(first.image.pixels.astype(np.uint8)), later)
        documents.record(first, record)
        window.commands.run("lesion")
        dialog = next(d for d in window.findChildren(LesionDialog) if d.isVisible())
        for page, name in ((SITE, "22-body-map"), (ABCD, "23-abcd-rule"), (SEVEN_POINT, "24-seven-points")):
            dialog.tabs.setCurrentIndex(page)
            self._shoot(name + suffix, widget=dialog)
        dialog.close()
        self._show(later)
        second = documents.current
        assert second is not None  # noqa: S101
        documents.record(second, replace(record, taken="2026-05-20", abcd=None))
        window.commands.run("timeline")
        line = next(d for d in window.findChildren(TimeLine) if d.isVisible())
        self._until(lambda: line.comparison is not None)
        self._shoot(f"25-time-line{suffix}", widget=line)
        line.close()
        for document in (first, second):
            documents.record(document, NO_RECORD)
        documents.close(second)
        self._show(lesion)

    def _worklist(self, lesion: Path) -> None:
        """Show results of a small run below the pictures."""
        folder = self.folder / "Results"
        write_example(self.window.workspace.analyses.current, folder, lesion)
        self.window.show_results(folder)
        panel = self.window.worklist
        assert panel is not None  # noqa: S101 - just made
        self._until(lambda: panel.table.rowCount() > 0)
        panel.look_in(lesion.parent)
        self._until(lambda: bool(panel.table.sources))
        panel.order.setCurrentIndex(1)  # the most doubtful first
        panel.order.activated.emit(1)
        panel.note_current(MARKED)
        panel.table.setData(panel.table.index(1, NOTE), "compare with the image of last year")
        self._shoot("21-worklist")
        panel.close()
        self._summary(folder)

    def _summary(self, results: Path) -> None:
        """Show the page about these results in a real browser, where there is one."""
        browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
        if browser is None:
            return
        from segx_viewer.bundles.store import BundleStore

        write_summary(results, BundleStore())
        target = self.out / "22-summary.png"
        subprocess.run(
            [
                browser,
                *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1200,2450"),
                *(f"--user-data-dir={self.folder / 'browser'}", f"--screenshot={target}", (results / PAGE).as_uri()),
            ],
            capture_output=True,
            check=False,
            timeout=_PATIENCE_MS / 1000,
        )
        if target.is_file():
            self.written.append(target)

    def _abstention(self) -> None:
        from pydicom.data import get_testdata_file

        leg = get_testdata_file("RG3_UNCR.dcm", download=False)
        if isinstance(leg, str):
            self._show(Path(leg))
            self._shoot("09-abstention")

    def _series(self) -> None:
        """Show a stack of sections in the list, measured on, with the bar that plays it."""
        from pydicom import dcmread
        from pydicom.data import get_testdata_file

        section = get_testdata_file("CT_small.dcm", download=False)
        if not isinstance(section, str):
            return
        dataset, folder = dcmread(section), self.folder / "Series"
        folder.mkdir()
        for number in range(1, 13):
            dataset.SOPInstanceUID = f"1.2.826.0.1.3680043.8.498.{number}"
            dataset.InstanceNumber, dataset.SeriesDescription = number, "Thorax"
            dataset.ImagePositionPatient = [-158, -179, -75.7 - 5 * number]
            dataset.save_as(folder / f"{number}.dcm")
        window = self.window
        window.open_paths([folder])
        documents = window.workspace.documents
        self._until(lambda: documents.current is not None and documents.current.path.parent == folder)
        self._until(window.has_result)
        self._until(lambda: not documents.pending and not window.status.cancel.isVisible())
        window.studies.order()
        self._wait(400)  # the place in the stack is told a moment after the last header
        window.state.update(cine_bar=True)
        window.commands.run("ellipse")
        port = next(port for port in window.shown_ports if port.isVisible())
        corners = [port.to_panel(QPointF(x, y)).toPoint() for x, y in ((70, 20), (105, 55))]
        QTest.mousePress(port, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, corners[0])
        QTest.mouseMove(port, corners[1])
        QTest.mouseRelease(port, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, corners[1])
        self._shoot("16-series-film-and-region-of-interest")
        row = window.studies.currentItem()
        if row is not None:
            row.setExpanded(True)
            self._wait(800)  # thumbnails come for the rows that are in sight
            self._shoot("27-series-opened", widget=window.left)
            row.setExpanded(False)
        window.state.update(cine_bar=False)

    def _scale_two(self, lesion: Path) -> None:
        """Show a screen of 1920 x 1080 at twice the size: badge and finding must be in sight."""
        self._show(lesion)
        self._resize(QSize(960, 540))
        self._shoot("17-1920x1080-at-200-percent", ratio=2.0)
        self._resize(_SIZES["1920x1080"])

    def _errors(self) -> None:
        broken = self.folder / "Demo" / "damaged.dcm"
        broken.write_bytes(b"\0" * 128 + b"DICM" + b"\0" * 64)
        self.window.open_paths([broken])
        self._until(lambda: bool(self.window.message_page.text.text()))
        self._shoot("10-unreadable-file")
        self._resize(_SIZES["1280x800"])
        self._shoot("10-unreadable-file-1280x800")
        self._resize(_SIZES["1920x1080"])

    def _other_clothes(self, lesion: Path, chest: Path | None) -> None:
        self._show(lesion)
        self.window.state.update(read_first=True)
        self._shoot("11-read-first")
        self.window.state.update(read_first=False)
        self.window.commands.run("theme_light")
        self._shoot("12-light-theme")
        self.window.commands.run("theme_dark")
        self._shoot("14-3840x2160-at-200-percent", ratio=2.0)
        self.window.close()
        preferences.LANGUAGE.choose("de")
        language.use("de")
        self.window = self._open(_SIZES["1280x800"])
        self._show(lesion)
        self._shoot("13-german-1280x800")
        self._report("28-german-report")
        self._lesions(lesion, "-german")
        if chest is not None:
            self._show(chest)
            self._shoot("30-german-chest-1280x800")
        self.window.commands.run("settings")
        settings = next(d for d in self.window.findChildren(QDialog) if d.isVisible())
        self._shoot("29-german-settings", widget=settings)
        settings.close()

    def _report(self, name: str) -> None:
        """Write the page that an export of what is shown would write."""
        workspace = self.window.workspace
        path = self.out / f"{name}.png"
        export_report(workspace, path, options=PageOptions(size="medium"))
        self._until(lambda: path.is_file() and "export" not in workspace.work)
        self.written.append(path)

    # -- how -------------------------------------------------------------------------------------

    def _show(self, path: Path) -> None:
        self.window.open_paths([path])
        documents = self.window.workspace.documents
        self._until(lambda: documents.current is not None and documents.current.path == path)
        self._until(self.window.has_result)
        self._until(lambda: documents.current is not None and documents.current.thumbnail is not None)
        self._until(lambda: not self.window.status.cancel.isVisible())

    def _resize(self, size: QSize) -> None:
        self.window.resize(size)
        self._wait(50)

    def _shoot(self, name: str, ratio: float = 1.0, widget: QWidget | None = None) -> None:
        widget = widget or self.window
        self._wait(80)
        path = self.out / f"{name}.png"
        image = QImage(widget.size() * ratio, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        widget.render(image)
        if not image.save(str(path)):
            raise SegxError(f"{path} could not be written.")
        self.written.append(path)

    def _wait(self, milliseconds: int) -> None:
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def _until(self, condition: Callable[[], bool]) -> None:
        waited = 0
        while not condition():
            if waited >= _PATIENCE_MS:
                raise SegxError(f"After {len(self.written)} screenshots, the next view did not appear.")
            self._wait(20)
            waited += 20


def _is_done(sheet: ContactSheet) -> bool:
    return not sheet.survey.left
