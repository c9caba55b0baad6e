"""Getting studies and series as files: what is there already stays, what is missing is asked for until it is there."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from segx_viewer.archive.cache import Files
from segx_viewer.archive.model import Archive, Instance, Series, check
from segx_viewer.domain.request import CancelToken
from segx_viewer.errors import ArchiveError

OnFile = Callable[[Path, int, int], None]
"""Told of each file: its path, how many are there now, and how many there will be."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What a retrieval brought: files in the order of their series and numbers, and how many objects did not come."""

    files: tuple[Path, ...]
    missing: int


def retrieve(
    archive: Archive,
    files: Files,
    study_uid: str,
    series_uid: str = "",
    *,
    on_file: OnFile = lambda path, done, total: None,
    cancel: CancelToken | None = None,
) -> Retrieved:
    """Get a study, or one of its series.

    What an earlier retrieval brought is not asked for again, so that one that was cancelled or broke off goes on.

    Parameters
    ----------
    archive : Archive
    files : Files
        Where they go.
    study_uid, series_uid : str
        No series UID: all series.
    on_file : callable
        Called from this thread or that of the network, one call at a time.
    cancel : CancelToken, optional

    Raises
    ------
    ArchiveError
        If the archive has no such study, or broke off; what has come stays.
    ArchiveCancelled
        What has come stays.
    ExportError
        If a file could not be written.
    """
    cancel = cancel or CancelToken()
    plan = _plan(archive, study_uid, series_uid, cancel)
    total = sum(len(instances) for _, instances in plan)
    if not total:
        raise ArchiveError("The archive has no such images.")
    coming = _Coming(files, total, on_file)
    for series, instances in plan:
        check(cancel)
        _fetch(archive, series, instances, coming, cancel)
    wanted = [instance for _, instances in plan for instance in instances]
    there = tuple(files.path(instance) for instance in wanted if files.has(instance))
    if not there:
        raise ArchiveError("The archive sent nothing of what it has listed.")
    return Retrieved(there, len(wanted) - len(there))


@dataclass(slots=True)
class _Coming:
    """Keeps files as they come, and counts those that are there."""

    files: Files
    total: int
    on_file: OnFile
    done: int = 0

    def missing(self, instances: list[Instance]) -> list[Instance]:
        """Return those that are not there."""
        return [instance for instance in instances if not self.files.has(instance)]

    def keep(self, instance: Instance, data: bytes) -> None:
        """Write a file; count it if it is new."""
        is_new = not self.files.has(instance)
        path = self.files.put(instance, data)
        if is_new:
            self.count(path)

    def count(self, path: Path) -> None:
        """Count a file that is there, and tell of it."""
        self.done += 1
        self.on_file(path, self.done, self.total)


def _fetch(archive: Archive, series: Series, instances: list[Instance], coming: _Coming, cancel: CancelToken) -> None:
    """Ask for what is missing of a series, and once more for what did not come."""
    by_uid = {instance.uid: instance for instance in instances}
    missing = coming.missing(instances)
    awaited = set(missing)
    for instance in instances:
        if instance not in awaited:
            coming.count(coming.files.path(instance))

    def keep(uid: str, data: bytes) -> None:
        if uid in by_uid:  # else something that was not asked for
            coming.keep(by_uid[uid], data)

    if missing:
        archive.fetch(series, missing, keep, cancel, whole=len(missing) == len(instances))
    left = coming.missing(missing)
    if left and len(left) < len(missing):
        archive.fetch(series, left, keep, cancel, whole=False)


def _plan(
    archive: Archive, study_uid: str, series_uid: str, cancel: CancelToken
) -> list[tuple[Series, list[Instance]]]:
    chosen = [s for s in archive.series(study_uid, cancel) if not series_uid or s.uid == series_uid]
    chosen.sort(key=lambda series: (series.number is None, series.number or 0, series.uid))
    return [
        (series, sorted(archive.instances(series, cancel), key=lambda instance: (instance.number, instance.uid)))
        for series in chosen
    ]
