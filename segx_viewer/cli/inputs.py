"""What the user named, as a list of files: folders, globs, lists, ZIP archives and DICOMDIRs are opened."""

import glob
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pydicom
from pydicom.errors import InvalidDicomError

from segx_viewer.errors import ImageReadError, SegxError
from segx_viewer.imaging.study import collect_files

_LARGEST_MEMBER = 2 * 2**30  # bytes; a ZIP may claim to hold anything
_MOST_MEMBERS = 100_000
_GLOB = frozenset("*?[")
_LIST_IS_STDIN = "-"


@dataclass(frozen=True, slots=True)
class Input:
    """A file to analyse: where it is, what to call it on the terminal, and whether it was named by itself.

    A file that was only found in a folder, an archive or a DICOMDIR may turn out to be no image without that being a
    failure.
    """

    path: Path
    label: str
    named: bool = True


class Inputs:
    """Opens what the user named; a context manager, because archives are unpacked into a temporary folder."""

    def __init__(self, names: Iterable[str], lists: Iterable[str] = ()) -> None:
        self._names = (*names, *(name for source in lists for name in _listed(source)))
        self._folder: Path | None = None

    def __enter__(self) -> "Inputs":
        return self

    def __exit__(self, *exception: object) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def files(self) -> list[Input]:
        """Return the files in the order named, each once.

        Raises
        ------
        SegxError
            If a glob matches nothing, or a list or an archive cannot be read.
        """
        found: dict[Path, Input] = {}
        for name in self._names:
            for item in self._opened(name):
                found.setdefault(item.path, item)
        return list(found.values())

    def _opened(self, name: str) -> Iterator[Input]:
        path = Path(name)
        if not path.exists() and _GLOB & set(name):
            matches = sorted(glob.glob(name, recursive=True))  # noqa: PTH207 - pathlib refuses absolute patterns
            if not matches:
                raise SegxError(f"No file matches {name}.")
            for match in matches:
                yield from self._opened(match)
        elif path.is_dir():
            for file in collect_files([path]):
                if file.name.upper() != "DICOMDIR":
                    yield Input(file, str(file), named=False)
        elif path.name.upper() == "DICOMDIR" and path.is_file():
            for file in _dicomdir(path):
                yield Input(file, str(file), named=False)
        elif path.is_file() and zipfile.is_zipfile(path):
            yield from self._unpacked(path)
        else:
            yield Input(path, name)

    def _unpacked(self, archive: Path) -> Iterator[Input]:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="segx-viewer-"))
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        try:
            with zipfile.ZipFile(archive) as opened:
                members = [m for m in opened.infolist() if not m.is_dir() and not _hidden(m.filename)]
                if len(members) > _MOST_MEMBERS:
                    raise ImageReadError(f"{archive.name} holds more than {_MOST_MEMBERS} files.")
                for number, member in enumerate(members):
                    label = f"{archive}!{member.filename}"
                    if member.filename.rsplit("/", 1)[-1].upper() == "DICOMDIR":
                        continue
                    # Our own names: a member's name may point anywhere.
                    target = folder / f"{number:06d}{PurePosixPath(member.filename).suffix[:8]}"
                    if _copy(opened, member, target):
                        yield Input(target, label, named=False)
                    else:
                        yield Input(folder / "too-large", f"{label} (larger than 2 GB)")
        except (zipfile.BadZipFile, RuntimeError, OSError, NotImplementedError) as error:
            raise ImageReadError(f"{archive.name} could not be unpacked: {error}.") from error


def _copy(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> bool:
    """Unpack one member, whatever size it claims; False when it is too large."""
    left = _LARGEST_MEMBER
    with archive.open(member) as source, target.open("wb") as file:
        while block := source.read(1 << 20):
            left -= len(block)
            if left < 0:
                break
            file.write(block)
    if left < 0:
        target.unlink()
    return left >= 0


def _hidden(name: str) -> bool:
    return any((part.startswith(".") and part.strip(".")) or part == "__MACOSX" for part in PurePosixPath(name).parts)


def _listed(source: str) -> list[str]:
    """Return the lines of a list of files; relative names lie beside the list."""
    try:
        if source == _LIST_IS_STDIN:
            return [line.strip() for line in sys.stdin if line.strip()]
        lines = Path(source).read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SegxError(f"The list {source} could not be read: {error}.") from error
    return [str(Path(source).parent / line.strip()) for line in lines if line.strip() and not line.startswith("#")]


def _dicomdir(path: Path) -> list[Path]:
    """Return the images of a DICOMDIR (PS3.3 F.3), in its order, also those that are missing."""
    try:
        records = pydicom.dcmread(path).DirectoryRecordSequence
    except (InvalidDicomError, OSError, AttributeError, ValueError) as error:
        raise ImageReadError(f"{path} is not a readable DICOMDIR.") from error
    names = [record.ReferencedFileID for record in records if record.get("ReferencedFileID")]
    return [path.parent.joinpath(*([name] if isinstance(name, str) else name)) for name in names]
