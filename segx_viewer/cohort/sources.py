"""Which file an image of a run was: results do not say, but an index or the files themselves do."""

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from segx_viewer.cohort.index import COLUMNS
from segx_viewer.cohort.inputs import Inputs
from segx_viewer.cohort.places import Where
from segx_viewer.cohort.remote import content, fetch, is_url, stamp
from segx_viewer.cohort.results import Result
from segx_viewer.errors import ImageReadError, SegxError
from segx_viewer.imaging.containers import Containers, Found

Tell = Callable[[int, int], None]
"""Called with how many files were looked at, and how many images have one; what it raises ends the search."""

INDEX = "index.csv"
"""A file of this name beside the results is taken for their index."""


def read_index(path: Path) -> dict[int, str]:
    """Return where the images lie by an index that `analyze --index` wrote. Raises `SegxError`."""
    try:
        rows = csv.DictReader(io.StringIO(path.read_text("utf-8-sig")))
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise SegxError(f"{path} is no index of analyze.")
        return {int(row["id"].partition("-")[0]): row["file"] for row in rows}
    except OSError as error:
        raise SegxError(f"{path} could not be read: {error.strerror or error}.") from error
    except (ValueError, UnicodeDecodeError) as error:
        raise SegxError(f"{path} is no index of analyze.") from error


def find_sources(results: Sequence[Result], place: Where, tell: Tell = lambda _looked, _found: None) -> dict[int, str]:
    """Return where the images of a run lie: by an index, or among the files below a folder.

    Files that lie where they lay and have not changed are known without being read; others by their content.

    Parameters
    ----------
    results : sequence of Result
    place : Path or str
        An index, a folder, or the URL of one; archives in a folder are opened.

    Returns
    -------
    dict of int to str
        By number: a path, ``ARCHIVE!MEMBER``, or a URL.
    """
    if isinstance(place, Path) and place.is_file():
        known = read_index(place)
        return {result.number: known[result.number] for result in results if result.number in known}
    by_stamp, by_content = _grouped((r.stamp, r) for r in results), _grouped((_content(r), r) for r in results)
    sources: dict[int, str] = {}
    with Inputs([str(place)]) as inputs:
        unknown = []
        for looked, item in enumerate(inputs.stream()):
            tell(looked, len(sources))
            if not _take(sources, by_stamp.get(stamp(item), ()), item):
                unknown.append(item)
        for looked, item in enumerate(unknown):
            if len(sources) == len(results):
                break
            tell(looked, len(sources))
            _take(sources, by_content.get(content(item), ()), item)
    return sources


def _grouped(pairs: Iterable[tuple[str, Result]]) -> dict[str, list[Result]]:
    groups: dict[str, list[Result]] = {}
    for key, result in pairs:
        if key:
            groups.setdefault(key, []).append(result)
    return groups


def _content(result: Result) -> str:
    return result.content.partition(" ")[0]


def _take(found: dict[int, str], results: Iterable[Result], item: Found) -> bool:
    """Note a file for its images, one for each frame; of the same content twice, each file gets one."""
    taken: set[int] = set()
    for result in results:
        if result.number not in found and result.frame not in taken:
            found[result.number] = item.label
            taken.add(result.frame)
    return bool(taken)


def located(label: str, containers: Containers) -> Path:
    """Return the file of a place that `find_sources` named; a member of an archive is unpacked, an object is fetched.

    Raises
    ------
    ImageReadError
        If it is not there any more.
    """
    if is_url(label):
        path = containers.room() / hashlib.sha256(label.encode()).hexdigest()[:16] / label.rpartition("/")[2]
        if not path.is_file():
            path.parent.mkdir(exist_ok=True)
            fetch(label, path, label)
        return path
    path = Path(label)
    archive, inside, _ = label.partition("!")
    if not path.exists() and inside and Path(archive).is_file():
        path = next((item.path for item in containers.open(Path(archive)) if item.label == label), path)
    if not path.is_file():
        raise ImageReadError(f"{path} is not there any more.")
    return path
