"""The networks for the only file of a run are loaded while the program still imports what comes after them."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from segx_viewer import process
from segx_viewer.bundles.store import BundleStore
from segx_viewer.errors import SegxError
from segx_viewer.imaging.dicom import read_header
from segx_viewer.inference.input_gate import likeliest
from segx_viewer.inference.roads import load_graphs
from segx_viewer.networks.kinds import AUTO, CPU
from segx_viewer.paths import all_models_folders


def begin_loading(files: Sequence[str], bundle: str | None, models: Path | None, device: str) -> "BundleStore | None":
    """Begin to load what will look at the only DICOM file of a run, in a thread of its own.

    Several images are analysed side by side, each on fewer threads, for which networks are made otherwise.

    Parameters
    ----------
    files : sequence of str
    bundle : str or None
        As it was asked for; by the file's header if not.
    models : Path or None
        A folder of further bundles.
    device : str

    Returns
    -------
    BundleStore or None
        What they are loaded into; None where nothing can be said before the run begins. No error is raised: what does
        not load is said when its turn comes.
    """
    if len(files) != 1 or device not in (AUTO, CPU) or not Path(files[0]).is_file():
        return None
    process.share_heap()
    header = read_header(Path(files[0]))
    if header is None:
        return None
    store = BundleStore(all_models_folders(models) if models else None, device=device)
    with suppress(SegxError, OSError):
        name = bundle or likeliest(store, header[0])
        if name and store.get(name).has_graphs:
            threading.Thread(target=_load, args=(store, name), name="networks").start()
    return store


def _load(store: BundleStore, name: str) -> None:
    with suppress(SegxError, OSError):
        load_graphs(store, name)
