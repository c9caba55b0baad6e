"""Files that came from archives: where they lie, how much of them is kept and for how long."""

import hashlib
import os
import shutil
import time
from collections.abc import Collection, Iterator
from pathlib import Path

from segx_viewer.archive.model import Instance, is_uid
from segx_viewer.archive.servers import Server
from segx_viewer.errors import ArchiveError
from segx_viewer.reporting.atomic import PART, write_bytes

DEFAULT_BYTES = 4 * 2**30
"""How much is kept beside what is open."""


def archive_folder() -> Path:
    """Return the folder of what came from archives, in the user's data folder; it may not exist."""
    import platformdirs

    return Path(platformdirs.user_data_dir("segx-viewer", appauthor=False)) / "archive"


class Files:
    """Objects as files below a folder, ``study/series/object.dcm`` by their UIDs.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, instance: Instance) -> Path:
        """Return where an object lies, or would. Raises `ArchiveError` where its UIDs are none."""
        for uid in (instance.study_uid, instance.series_uid, instance.uid):
            if not is_uid(uid):  # it comes from the network, and becomes a path
                raise ArchiveError(f"The archive names an object by '{uid[:64]}', which is no UID.")
        return self.folder / instance.study_uid / instance.series_uid / f"{instance.uid}.dcm"

    def has(self, instance: Instance) -> bool:
        """Whether an object is there, whole."""
        return self.path(instance).is_file()

    def put(self, instance: Instance, data: bytes) -> Path:
        """Keep an object, readable by its owner only. Raises `ExportError`, for example on a full disk."""
        path = self.path(instance)
        write_bytes(path, data, private=True)
        return path


class Cache:
    """What is kept of archives between sessions, bounded in size and time.

    Parameters
    ----------
    folder : Path, optional
        By default `archive_folder`.
    limit : int
        Bytes.
    """

    def __init__(self, folder: Path | None = None, limit: int = DEFAULT_BYTES) -> None:
        self.folder = folder or archive_folder()
        self._limit = limit

    def files(self, server: Server) -> Files:
        """Return the files of a server: two servers may hold the same object with different values."""
        place = hashlib.sha256(server.address.encode()).hexdigest()[:16]
        folder = self.folder / place
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Files(folder)

    def size(self) -> int:
        """Return how many bytes are kept."""
        return sum(_size(study) for study in self._studies())

    def trim(self, used: Collection[Path] = ()) -> None:
        """Remove the studies that were fetched longest ago, until the limit holds.

        Parameters
        ----------
        used : collection of Path
            Files that are open; their studies stay.
        """
        stays = {path.parent.parent for path in used}
        studies = sorted(self._studies(), key=lambda study: study.stat().st_mtime)
        total = sum(_size(study) for study in studies)
        for study in studies:
            if total <= self._limit:
                return
            if study not in stays:
                total -= _size(study)
                shutil.rmtree(study, ignore_errors=True)

    def touch(self, study: Path) -> None:
        """Note that a study was used now."""
        if study.is_dir():
            os.utime(study)

    def drop_older_than(self, seconds: float, used: Collection[Path] = ()) -> None:
        """Remove studies that were fetched longer ago, and what a killed program left unfinished."""
        stays = {path.parent.parent for path in used}
        for study in self._studies():
            if study not in stays and study.stat().st_mtime < time.time() - seconds:
                shutil.rmtree(study, ignore_errors=True)
        for part in self.folder.glob(f"*/*/*/{PART}*"):
            if part.stat().st_mtime < time.time() - seconds:
                part.unlink(missing_ok=True)

    def forget(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _studies(self) -> Iterator[Path]:
        if self.folder.is_dir():
            yield from (study for study in self.folder.glob("*/*") if study.is_dir())


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
