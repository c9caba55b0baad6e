"""One family of errors. Each message is already the sentence that the user reads."""


class SegxError(Exception):
    """Something the user can be told in one sentence: what happened, to which file, and what to do."""


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


class DiskFullError(ExportError):
    """Nothing more can be written there: every further result would fail alike."""


class DataError(SegxError):
    """A data set for training or evaluation is missing or not laid out as expected."""
