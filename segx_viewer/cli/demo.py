"""The demo: a chest radiograph and a drawn lesion, in the window or, without a display, as reports."""

import importlib
import importlib.util
from pathlib import Path

from platformdirs import user_cache_path
from rich.console import Console

from segx_viewer.errors import SegxError

RADIOGRAPH = "RG1_UNCR.dcm"
LESION = "SYNTHETIC-lesion.png"


def run_demo(out: Path | None, *, window: bool) -> int:
    """Open the window on the demo's images, or write their reports to `out` (./segx-viewer-demo by default)."""
    if window:
        images = demo_images(user_cache_path("segx-viewer", appauthor=False) / "demo")
        return importlib.import_module("segx_viewer.app.application").run(images)
    folder = out or Path.cwd() / "segx-viewer-demo"
    images = demo_images(folder)
    return _write_reports(images, folder)


def demo_images(folder: Path) -> list[Path]:
    """Return the demo's images: RG1 from pydicom-data, and a lesion that is drawn into `folder`.

    Raises
    ------
    SegxError
        If pydicom-data is not installed.
    """
    return [radiograph(), draw_lesion_into(folder)]


def radiograph() -> Path:
    """Return the path of the chest radiograph RG1. Raises `SegxError` where pydicom-data is missing."""
    from pydicom.data import get_testdata_file

    found = None
    if importlib.util.find_spec("data_store") is not None:
        found = get_testdata_file(RADIOGRAPH, download=False)
    if not isinstance(found, str):
        raise SegxError("The demo's radiograph is in the package pydicom-data: pip install 'segx-viewer[demo]'.")
    return Path(found)


def draw_lesion_into(folder: Path) -> Path:
    """Draw the synthetic lesion as a PNG file whose name says that it is synthetic. Returns its path."""
    from segx_viewer.imaging.synthetic import draw_lesion
    from segx_viewer.reporting.png import write_png

    path = folder / LESION
    write_png(draw_lesion(), path)
    return path


def _write_reports(images: list[Path], folder: Path) -> int:
    from segx_viewer import pipeline
    from segx_viewer.cli.batch import summary, write_results
    from segx_viewer.domain.request import AnalysisRequest
    from segx_viewer.imaging.reader import read_image
    from segx_viewer.inference.store import BundleStore

    screen = Console(highlight=False)
    screen.print("There is no display: analysing the demo's two images without a window.", markup=False)
    store = BundleStore()
    for path, name in zip(images, ("chest-radiograph-RG1", "SYNTHETIC-lesion-report"), strict=True):
        analysis = pipeline.analyse_to_end(AnalysisRequest(read_image(path)), store)
        report, record = write_results(analysis, folder, name)
        screen.print(f"\n{path.name}: {summary(analysis)}", markup=False, soft_wrap=True)
        screen.print(f"  report   {report}\n  numbers  {record}", markup=False, soft_wrap=True)
    screen.print("\nResearch use only - not for diagnosis.", markup=False)
    return 0
