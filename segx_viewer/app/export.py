"""Writing what the screen shows."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from segx_viewer.app import settings
from segx_viewer.app.i18n import tr
from segx_viewer.app.viewstate import MaskStyle, View
from segx_viewer.domain.result import Analysis, MapKey

if TYPE_CHECKING:
    from segx_viewer.app.window import Window

FILTER = "PNG (*.png)"


def suggested_name(window: "Window") -> str:
    """Return a report name beside the last export."""
    document = window.controller.documents.current
    folder = Path(str(settings.settings().value("export_folder", "") or Path.home()))
    return str(folder / f"{document.path.stem}-report.png")


def export_report(window: "Window", path: Path, *, include_identity: bool = False) -> None:
    """Write the report of what is shown, in the file thread."""
    analysis, key = window.controller.analysis, window.controller.key
    if not window.has_result():
        window.show_message(tr("There is no finished analysis to export yet."))
        return
    path = path if path.suffix else path.with_suffix(".png")
    settings.settings().setValue("export_folder", str(path.parent))
    job = partial(_write, analysis, path, key, window.state.view, include_identity)
    window.show_message(tr("Writing the report …"))
    window.controller.run_job("export", job)


def _write(analysis: Analysis, path: Path, key: MapKey, view: View, include_identity: bool) -> Path:
    from segx_viewer.reporting.panels import ReportView
    from segx_viewer.reporting.png import write_png_report

    shown = ReportView(
        colormap=view.colormap, opacity=view.opacity, outline=view.mask is not MaskStyle.OFF, invert=view.invert
    )
    write_png_report(analysis, path, key=key, voi=view.voi, view=shown, include_identity=include_identity)
    return path
