"""The PNG report: one page, the pictures at full resolution, no metadata."""

from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segx_viewer.domain.image import VoiLut, WindowLevel
from segx_viewer.domain.result import Analysis, MapKey
from segx_viewer.errors import ExportError
from segx_viewer.reporting.atomic import atomic_write
from segx_viewer.reporting.bitmap import render
from segx_viewer.reporting.content import default_key, describe
from segx_viewer.reporting.layout import DARK, GUTTER, LIGHT, MARGIN, ONLY_PAGE, WIDTH, PageNumber, lay_out
from segx_viewer.reporting.panels import WHOLE_IMAGE, ReportView, draw_panels
from segx_viewer.reporting.pngfile import shows, write_rgb
from segx_viewer.reporting.reading import NOTHING_READ, Reading

_SMALLEST, _LARGEST = 1.0, 6.0  # pixels per unit of text: legible at 1:1, and not larger than a page needs


def write_png_report(
    analysis: Analysis,
    path: Path,
    *,
    key: MapKey | None = None,
    voi: WindowLevel | VoiLut | None = None,
    view: ReportView = WHOLE_IMAGE,
    reading: Reading = NOTHING_READ,
    include_identity: bool = False,
    page_number: PageNumber = ONLY_PAGE,
    when: datetime | None = None,
) -> None:
    """Write an annotated page: image, original and SegX map, findings, certainty and how it was made.

    The file is written atomically, read back and compared. It carries no metadata, and names neither patient nor
    file unless asked.

    Parameters
    ----------
    analysis : Analysis
    path : Path
        Ends in ``.png``.
    key : tuple of (str, int), optional
        Method and class to show; the most probable class by default.
    voi : WindowLevel or VoiLut, optional
        Display window; the file's own by default.
    view : ReportView
    reading : Reading
        The reader's impression and marks.
    include_identity : bool
        Name patient, study and file on the page, which is then marked as such.
    page_number : PageNumber
    when : datetime, optional
        Date of the report; now by default.

    Raises
    ------
    ExportError
        If the file cannot be written or does not read back as it was written.
    """
    picture = render_report(
        analysis,
        key=key,
        voi=voi,
        view=view,
        reading=reading,
        include_identity=include_identity,
        page_number=page_number,
        when=when,
    )
    write_png(picture, path)


def render_report(
    analysis: Analysis,
    *,
    key: MapKey | None = None,
    voi: WindowLevel | VoiLut | None = None,
    view: ReportView = WHOLE_IMAGE,
    reading: Reading = NOTHING_READ,
    include_identity: bool = False,
    page_number: PageNumber = ONLY_PAGE,
    when: datetime | None = None,
) -> NDArray[np.uint8]:
    """Return the page as (H, W, 3) uint8 RGB, for the clipboard as well. Parameters as in `write_png_report`."""
    key = key or default_key(analysis)
    panels = draw_panels(analysis, key, view, voi)
    panel_width = panels.shape[1]
    unit = min(max(3 * panel_width / (WIDTH - 2 * MARGIN - 2 * GUTTER), _SMALLEST), _LARGEST)
    width = max(round(WIDTH * unit), 3 * panel_width + round((2 * MARGIN + 2 * GUTTER) * unit))
    page = lay_out(
        describe(analysis, key, reading=reading, include_identity=include_identity, when=when),
        panels,
        analysis.image,
        width=width,
        unit=unit,
        panel_width=panel_width,
        theme=DARK if view.dark else LIGHT,
        map_name=view.colormap,
        page_number=page_number,
    )
    return render(page)


def write_png(picture: NDArray[np.uint8], path: Path) -> None:
    """Write an RGB picture as PNG without metadata, atomically, and check that it reads back. Raises `ExportError`."""
    with atomic_write(path) as part:
        with part.open("wb") as file:
            write_rgb(file, picture)
        with part.open("rb") as file:
            if not shows(file, picture):
                raise ExportError(f"{path} did not read back as it was written; check the disk.")
