"""One family of errors. Each message is already the sentence that the user reads."""

import errno
from pathlib import Path


def worded(text: str) -> str:
    """Mark a text that a reader meets in an error or a note, as a whole or filled into another.

    What an error class is raised with is found without. The text stays English wherever it is logged or written for
    programs; a window looks up its form in the catalogue and shows it in the reader's language.
    """
    return text


class SegxError(Exception):
    """Something the user can be told in one sentence: what happened, to which file, and what to do."""


class UsageError(SegxError):
    """What was asked for cannot be followed, whatever the files hold: the exit code is that of wrong usage."""


class ImageReadError(SegxError):
    """The file could not be read as an image: missing, empty, truncated or damaged."""


class UnsupportedImageError(SegxError):
    """The file is intact, but of a kind that the viewer does not open."""


class ModelError(SegxError):
    """A model bundle is missing, damaged or does not fit its description."""


class ConsentNeededError(ModelError):
    """The file is a pickle, which is read only after the user agreed."""


class AnalysisCancelled(SegxError):  # noqa: N818 - a cancellation is an outcome, not a fault
    """The user cancelled the analysis."""


class ExportError(SegxError):
    """A result could not be written, or did not read back as it was written."""


class IdentityNeededError(ExportError):
    """What was asked for names the patient, which was not asked for."""


class DiskFullError(ExportError):
    """The disk is full, so that every further result would fail, too."""


_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}  # no room, or no more for this user


def write_error(path: Path, error: OSError) -> ExportError:
    """Return what to raise for a file that the system did not let us write.

    Examples
    --------
    >>> write_error(Path("a.png"), OSError(errno.ENOSPC, "No space left on device"))
    DiskFullError('a.png could not be written: the disk is full.')
    """
    if error.errno in _FULL:
        return DiskFullError(f"{path} could not be written: the disk is full.")
    return ExportError(f"{path} could not be written: {error.strerror or error}.")


class DataError(SegxError):
    """A data set for training or evaluation is missing or not laid out as expected."""


class ArchiveError(SegxError):
    """An archive could not be reached, refused what was asked, or broke off."""


class SecretNeededError(ArchiveError):
    """An archive needs a password or token, and none is known."""


class ArchiveCancelled(SegxError):  # noqa: N818 - a cancellation is an outcome, not a fault
    """The user cancelled a search, a retrieval or a sending."""


class LibraryNeededError(SegxError):
    """What was asked for needs libraries that this installation was made without."""


_LEARNING = {
    *("torch", "torchvision", "timm", "segmentation_models_pytorch", "captum", "onnx"),
    *("transformers", "monai", "huggingface_hub"),
}
"""Libraries that build, train and differentiate networks; an installation for reading may lack them."""


def library_needed(error: BaseException) -> LibraryNeededError | None:
    """Return what to tell where one of the libraries that an installation may lack was to be imported, else None.

    >>> print(library_needed(ModuleNotFoundError("No module named 'torch.nn'", name="torch.nn")))
    This needs torch, which this installation lacks; the full installation has it.
    """
    name = (error.name or "").partition(".")[0] if isinstance(error, ModuleNotFoundError) else ""
    if name not in _LEARNING:
        return None
    return LibraryNeededError(f"This needs {name}, which this installation lacks; the full installation has it.")


def lacks_memory(error: BaseException) -> bool:
    """Tell a lack of memory from other failures; torch raises a plain RuntimeError for it, in words of its own.

    >>> lacks_memory(RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")), lacks_memory(RuntimeError("shape"))
    (True, False)
    """
    known = ("can't allocate memory", "not enough memory", "out of memory")
    return isinstance(error, MemoryError) or any(text in str(error) for text in known)
