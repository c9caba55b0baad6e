"""The demo: a chest radiograph and a drawn lesion, in the window or, without a display, as reports."""

from pathlib import Path

from rich.console import Console

from segx_viewer.app.jobs.demo import LESION, RADIOGRAPH, demo_files
from segx_viewer.cli import open_window
from segx_viewer.errors import SegxError

DEFAULT_FOLDER = "segx-viewer-demo"

_NAMES = {RADIOGRAPH: "chest-radiograph-RG1", LESION: "SYNTHETIC-lesion-report"}


def run_demo(out: Path | None, *, window: bool) -> int:
    """Open the window on the demo's images, or write their reports to `out` (./segx-viewer-demo by default).

    Raises
    ------
    SegxError
        If the radiograph's package is not installed.
    """
    folder = None if window else out or Path.cwd() / DEFAULT_FOLDER
    images = demo_files(folder)
    if RADIOGRAPH not in [path.name for path in images]:
        raise SegxError("The demo's radiograph is in the package pydicom-data: pip install 'segx-viewer[demo]'.")
    if folder is None:
        return open_window(images)
    return _write_reports(images, folder)


def _write_reports(images: list[Path], folder: Path) -> int:
    from segx_viewer import pipeline
    from segx_viewer.bundles.store import BundleStore
    from segx_viewer.cohort.outputs import Output, write_outputs
    from segx_viewer.cohort.work import summary
    from segx_viewer.domain.request import AnalysisRequest
    from segx_viewer.imaging.reader import read_image

    screen = Console(highlight=False, emoji=False)
    screen.print("Analysing the demo's two images without a window.", markup=False)
    store = BundleStore()
    for path in images:
        analysis = pipeline.analyse_to_end(AnalysisRequest(read_image(path)), store)
        report, record = write_outputs(analysis, folder, _NAMES[path.name], (Output.PNG, Output.JSON))
        screen.print(f"\n{path.name}: {summary(analysis)}", markup=False, soft_wrap=True)
        screen.print(f"  report   {report}\n  numbers  {record}", markup=False, soft_wrap=True)
    screen.print("\nResearch use only - not for diagnosis.", markup=False)
    return 0
