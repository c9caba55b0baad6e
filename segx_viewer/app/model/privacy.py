"""What the program remembers of patients' files, for how long, how it is forgotten; and what a file may ask for."""

import shutil
import time
from typing import TYPE_CHECKING

from segx_viewer import process
from segx_viewer.app.kit import filedialogs, preferences, settings

if TYPE_CHECKING:
    from segx_viewer.imaging.limits import Limits

FOREVER = -1
OURS = "application/x-segx-viewer"
"""Format that marks what this program put on the clipboard, so that it can be taken away again."""
_MEGA, _GIGA = 10**6, 2**30
_SECONDS_PER_DAY = 86_400
_REMEMBERED = ("recent", "recent_times", "last_folder", "export_folder", "lesions/capture_folder")


def days() -> int:
    """Return for how many days files and sessions are remembered; 0 until the program ends, `FOREVER` always."""
    return int(preferences.REMEMBER.value())


def drop_old() -> None:
    """Forget the session and the recent files whose time is over."""
    drop_old_names()
    drop_old_session()


def drop_old_session() -> None:
    """Forget the session, what was done to images, and what came from archives, whose time is over."""
    kept = days()
    if kept != FOREVER:
        _drop_fetched(kept)
    if kept == 0:
        _drop_session()
    elif kept != FOREVER:
        for file in (settings.session_file(), *settings.readings_folder().glob("*")):
            if file.exists() and file.stat().st_mtime < time.time() - kept * _SECONDS_PER_DAY:
                file.unlink()


def drop_old_names() -> None:
    """Forget the names of recent files and folders whose time is over: the first thing that a window shows."""
    kept = days()
    if kept == 0:
        _drop_names()
    elif kept != FOREVER:
        settings.drop_recent(time.time() - kept * _SECONDS_PER_DAY)


def drop_all() -> None:
    """Forget the session, recent files and folders, what came from archives or waits for them, what libraries wrote."""
    _drop_session()
    _drop_names()
    for name in ("archive", "outbox"):  # images that came from archives, and results that wait to be sent
        shutil.rmtree(settings.data_folder() / name, ignore_errors=True)
    process.drop_telemetry()


def _drop_session() -> None:
    from segx_viewer.reporting.atomic import PART

    settings.session_file().unlink(missing_ok=True)
    shutil.rmtree(settings.readings_folder(), ignore_errors=True)
    for part in settings.data_folder().glob(f"{PART}*"):
        part.unlink(missing_ok=True)


def _drop_fetched(kept: int) -> None:
    """Forget images that came from archives and what was sent to them so many days ago; what waits to be sent stays."""
    folders = [settings.data_folder() / name for name in ("archive", "outbox")]
    if not any(folder.exists() for folder in folders):
        return
    from segx_viewer.archive.cache import Cache
    from segx_viewer.archive.outbox import Outbox

    seconds = kept * _SECONDS_PER_DAY
    Cache(folders[0]).drop_older_than(seconds)
    Outbox(folders[1]).drop_sent_before(time.time() - seconds)


def _drop_names() -> None:
    stored = settings.settings()
    for name in _REMEMBERED:
        stored.remove(name)
    stored.sync()
    filedialogs.forget_folders()


def limits() -> "Limits":
    """Return how much a file may ask for, as set by the user."""
    from segx_viewer.imaging.limits import DEFAULT_LIMITS, Limits

    return Limits(
        pixels=int(preferences.MEGAPIXELS.value(DEFAULT_LIMITS.pixels / _MEGA) * _MEGA),
        memory_bytes=int(preferences.GIGABYTES.value(DEFAULT_LIMITS.memory_bytes / _GIGA) * _GIGA),
        seconds=preferences.SECONDS.value(DEFAULT_LIMITS.seconds),
    )


def set_limits(megapixels: float, gigabytes: float, seconds: float) -> None:
    """Set how much a file may ask for; holds from the next file on."""
    preferences.MEGAPIXELS.choose(megapixels)
    preferences.GIGABYTES.choose(gigabytes)
    preferences.SECONDS.choose(seconds)
