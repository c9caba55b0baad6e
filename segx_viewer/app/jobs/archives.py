"""What is asked of archives, in a lane of its own; the window's thread hears what comes."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from segx_viewer.app.kit import settings
from segx_viewer.domain.request import CancelToken

if TYPE_CHECKING:
    from segx_viewer.archive.cache import Cache
    from segx_viewer.archive.model import Query, Series, Study
    from segx_viewer.archive.outbox import Outbox
    from segx_viewer.archive.retrieving import Retrieved
    from segx_viewer.archive.servers import Server


def cache() -> "Cache":
    """Return what is kept of archives, in the user's data folder."""
    from segx_viewer.archive.cache import Cache

    return Cache(settings.data_folder() / "archive")


def outbox() -> "Outbox":
    """Return what waits to be sent, in the user's data folder."""
    from segx_viewer.archive.outbox import Outbox

    return Outbox(settings.data_folder() / "outbox")


def greet(server: "Server") -> None:
    """Make sure that a server answers."""
    from segx_viewer.archive.connection import connect

    connect(server).echo()


def search(server: "Server", query: "Query", cancel: CancelToken, tell: "Callable[[Study], None]") -> int:
    """Tell of each study that matches as it comes; return how many there were."""
    from segx_viewer.archive.connection import connect

    count = 0
    for study in connect(server).studies(query, cancel):
        tell(study)
        count += 1
    return count


def list_series(server: "Server", study_uid: str, cancel: CancelToken) -> "list[Series]":
    """Return a study's series by their numbers."""
    from segx_viewer.archive.connection import connect

    found = list(connect(server).series(study_uid, cancel))
    return sorted(found, key=lambda series: (series.number is None, series.number or 0, series.uid))


def fetch(
    server: "Server",
    wanted: list[tuple[str, str]],
    opened: list[Path],
    cancel: CancelToken,
    tell: Callable[[Path, int, int], None],
) -> "Retrieved":
    """Get studies or series into the cache; tell of each file.

    Parameters
    ----------
    server : Server
    wanted : list of (str, str)
        Study UID, and series UID or "" for all.
    opened : list of Path
        Files that are open, and stay in the cache.
    cancel : CancelToken
    tell : callable
        Receives a file, how many of its study are there, and of how many.
    """
    from segx_viewer.archive.connection import connect
    from segx_viewer.archive.retrieving import Retrieved, retrieve

    kept, archive = cache(), connect(server)
    files = kept.files(server)
    brought: list[Path] = []
    missing = 0
    for study, series in wanted:
        kept.touch(files.folder / study)
        got = retrieve(archive, files, study, series, on_file=tell, cancel=cancel)
        brought += got.files
        missing += got.missing
        kept.touch(files.folder / study)
    kept.trim([*opened, *brought])
    return Retrieved(tuple(brought), missing)
