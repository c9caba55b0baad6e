"""What a path stands for: folders, ZIP archives and DICOMDIRs are opened, anything else is itself."""

import lzma
import re
import shutil
import tempfile
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pydicom

from segx_viewer.errors import ImageReadError, worded
from segx_viewer.imaging._quiet import ignore_library_warnings
from segx_viewer.imaging.study import walk_files
from segx_viewer.paths import is_plain_name

_COMPONENT = re.compile(r"(?!\.\.?$)[^\\/:\0]+")
_LARGEST_MEMBER = 2 * 2**30  # bytes; a ZIP may claim to hold anything
_MOST_MEMBERS = 100_000
_LARGEST_ARCHIVE = 64 * 2**30  # bytes, unpacked
_LEFT_FREE = 2**30  # bytes that stay free on the disk
_DICOMDIR = "DICOMDIR"
_ZIP, _ZIP_BEGINS = ".zip", b"PK\x03\x04"
_LONGEST_NAME = 200  # bytes; most disks take 255
_NOT_EVERYWHERE = re.compile(r"[<>\"|?*\x00-\x1f]|[. ]$|(?i:con|prn|aux|nul|com\d|lpt\d)(\.|$)")
"""In names that Windows does not take."""
_ENCRYPTED = 1  # the bit of a member's flags (APPNOTE.TXT 4.4.4)


@dataclass(frozen=True, slots=True)
class Found:
    """A file: where it is, what to call it for people, and whether it was named by itself.

    A file that was only found in a folder, an archive or a DICOMDIR may turn out to be no image without that being a
    failure. What lies in storage has its URL, the name of its last part for a path, and a stamp that changes with it.
    What was unpacked has its archive. A sentence says why there is nothing to read, where that is known already.
    """

    path: Path
    label: str
    named: bool = True
    url: str = ""
    stamp: str = ""
    archive: Path | None = None
    problem: str = ""

    @property
    def place(self) -> Path:
        """The file on the user's disk: the archive of what was unpacked."""
        return self.archive or self.path


class Containers:
    """Opens folders, archives and DICOMDIRs; a context manager, because archives are unpacked into a temporary folder.

    An archive that is opened again gives the same files.
    """

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._unpacked: dict[tuple[Path, int, int], list[Found]] = {}

    def __enter__(self) -> "Containers":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove what was unpacked."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._folder = None
        self._unpacked.clear()

    def room(self) -> Path:
        """Return the temporary folder, which `close` removes."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="segx-viewer-"))
        return self._folder

    def open(self, path: Path, on_step: Callable[[int, int], None] | None = None) -> Iterator[Found]:
        """Yield the files that a path stands for, in order.

        Parameters
        ----------
        path : Path
        on_step : callable, optional
            Called with the number of files unpacked so far and their total; what it raises ends the unpacking.

        Raises
        ------
        ImageReadError
            If an archive or a DICOMDIR cannot be read.
        """
        if path.is_dir():
            for file in walk_files([path]):
                yield from self.found(file, on_step)
        elif path.name.upper() == _DICOMDIR and path.is_file():
            for file in _dicomdir(path):
                yield Found(file, str(file), named=False)
        elif path.is_file() and zipfile.is_zipfile(path):
            yield from self._members(path, on_step)
        else:
            yield Found(path, str(path))

    def found(self, file: Path, on_step: Callable[[int, int], None] | None = None) -> Iterator[Found]:
        """Yield what a file that was found in a folder stands for: itself, or the files in it if it is an archive.

        Archives are known by their names there: documents of offices and saved networks are ZIP archives as well. One
        that cannot be opened is told and does not cost the other files.

        Parameters
        ----------
        file : Path
        on_step : callable, optional
            As of `open`.
        """
        if file.name.upper() == _DICOMDIR:
            return
        if not _is_archive(file):
            yield Found(file, str(file), named=False)
            return
        try:
            members = self._members(file, on_step)
        except ImageReadError as error:
            members = [Found(file, str(file), problem=str(error))]
        yield from members

    def _members(self, archive: Path, on_step: Callable[[int, int], None] | None) -> list[Found]:
        status = archive.stat()
        key = archive.resolve(), status.st_mtime_ns, status.st_size
        if key not in self._unpacked:
            self._unpacked[key] = list(self._unpack(archive, on_step))
        return self._unpacked[key]

    def _unpack(self, archive: Path, on_step: Callable[[int, int], None] | None) -> Iterator[Found]:
        folder = Path(tempfile.mkdtemp(dir=self.room()))
        try:
            with zipfile.ZipFile(archive) as opened:
                members = _wanted(opened, archive)
                room = min(_LARGEST_ARCHIVE, shutil.disk_usage(folder).free - _LEFT_FREE)
                taken: Counter[str] = Counter()
                for number, member in enumerate(members):
                    if on_step is not None:
                        on_step(number, len(members))
                    label = f"{archive}!{member.filename}"
                    if member.filename.rsplit("/", 1)[-1].upper() == _DICOMDIR:
                        continue
                    name = _name_of(member, number)
                    key = unicodedata.normalize("NFC", name).casefold()  # what some disks take for the same
                    target = folder / str(taken[key]) / name
                    taken[key] += 1
                    if _copy(opened, member, target):
                        room -= target.stat().st_size
                        if room < 0:
                            raise ImageReadError(f"{archive.name} holds more than there is room for when unpacked.")
                        yield Found(target, label, named=False, archive=archive)
                    else:
                        problem = worded(f"{name} is larger than 2 GB.")
                        yield Found(target, label, archive=archive, problem=problem)
        except ImageReadError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        except (zipfile.BadZipFile, EOFError, zlib.error, lzma.LZMAError) as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise ImageReadError(f"{archive.name} could not be unpacked: it is damaged or not complete.") from error
        except (RuntimeError, OSError, ValueError) as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise ImageReadError(f"{archive.name} could not be unpacked: {error}.") from error


def _wanted(opened: zipfile.ZipFile, archive: Path) -> list[zipfile.ZipInfo]:
    """Return the files in an archive that are to be unpacked. Raises `ImageReadError` where they cannot be."""
    members = [m for m in opened.infolist() if not m.is_dir() and not _hidden(m.filename)]
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise ImageReadError(f"{archive.name} asks for a password; unpack it, and name the folder.")
    if len(members) > _MOST_MEMBERS:
        raise ImageReadError(f"{archive.name} holds more than {_MOST_MEMBERS} files.")
    return members


def _copy(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> bool:
    """Unpack one member, whatever size it claims; False when it is too large."""
    left = _LARGEST_MEMBER
    target.parent.mkdir(exist_ok=True)
    with archive.open(member) as source, target.open("xb") as file:
        while block := source.read(1 << 20):
            left -= len(block)
            if left < 0:
                break
            file.write(block)
    if left < 0:
        target.unlink()
    return left >= 0


def _name_of(member: zipfile.ZipInfo, number: int) -> str:
    """Return what an unpacked file is called: as people know it, which is what sentences about it say.

    A member's name may point anywhere, so that only the last part of it counts, and only if it is one everywhere.
    """
    name = re.split(r"[\\/]", member.filename)[-1]
    if is_plain_name(name) and not _NOT_EVERYWHERE.search(name) and len(name.encode()) <= _LONGEST_NAME:
        return name
    return f"{number:06d}" + re.sub(r"[^.\w]", "", Path(name).suffix[:8])


def _is_archive(file: Path) -> bool:
    """Whether a file is called an archive and is one, or was before it was damaged."""
    if file.suffix.lower() != _ZIP:
        return False
    try:
        with file.open("rb") as opened:
            return opened.read(len(_ZIP_BEGINS)) == _ZIP_BEGINS or zipfile.is_zipfile(opened)
    except OSError:
        return False  # whoever reads it finds words for it


def _hidden(name: str) -> bool:
    return any((part.startswith(".") and part.strip(".")) or part == "__MACOSX" for part in PurePosixPath(name).parts)


def _dicomdir(path: Path) -> list[Path]:
    """Return the images of a DICOMDIR (PS3.3 F.3), in its order, also those that are missing."""
    ignore_library_warnings()
    try:
        records = pydicom.dcmread(path).DirectoryRecordSequence
        names = [record.ReferencedFileID for record in records if record.get("ReferencedFileID")]
    except Exception as error:  # pydicom converts lazily, and a malformed value may raise anything
        raise ImageReadError(f"{path} is not a readable DICOMDIR.") from error
    parts = [[name] if isinstance(name, str) else [str(part) for part in name] for name in names]
    # PS3.10 8.5: components are plain names. Anything else would lead out of the folder, or to another computer.
    return [path.parent.joinpath(*part) for part in parts if all(_COMPONENT.fullmatch(p) for p in part)]
