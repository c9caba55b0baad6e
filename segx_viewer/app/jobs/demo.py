"""The demonstration's two images: a radiograph, and a drawn lesion whose name says that it is synthetic."""

import importlib.util
from pathlib import Path

import platformdirs

RADIOGRAPH = "RG1_UNCR.dcm"
LESION = "SYNTHETIC-lesion.png"


def demo_files(folder: Path | None = None) -> list[Path]:
    """Return the demonstration's images; the lesion is drawn into `folder`, the radiograph is there if installed."""
    from segx_viewer.imaging.synthetic import draw_lesion
    from segx_viewer.reporting.png import write_png

    folder = folder or platformdirs.user_cache_path("segx-viewer", appauthor=False) / "demo"
    lesion = folder / LESION
    write_png(draw_lesion(), lesion)
    return [*_radiograph(), lesion]


def _radiograph() -> list[Path]:
    if importlib.util.find_spec("data_store") is None:  # the module of the package pydicom-data
        return []
    from pydicom.data import get_testdata_file

    path = get_testdata_file(RADIOGRAPH, download=False)
    return [Path(path)] if isinstance(path, str) else []
