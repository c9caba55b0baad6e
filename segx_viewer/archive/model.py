"""What is asked of an archive, and what it answers, whatever the protocol."""

import re
import string
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from typing import Protocol

from pydicom.dataset import Dataset

from segx_viewer.domain.request import CancelToken
from segx_viewer.errors import ArchiveCancelled
from segx_viewer.imaging.header import number, text, value

Keep = Callable[[str, bytes], None]
"""Takes an object that has arrived: its SOP Instance UID, and the file's bytes (PS3.10)."""

_PLAIN = frozenset(string.ascii_letters + string.digits + "*-._")
_UID = re.compile(r"[0-9]+(\.[0-9]+)*")


@dataclass(frozen=True, slots=True)
class Query:
    """What a study is looked for by; what is empty is not asked. ``*`` and ``?`` are wild cards (PS3.4 C.2.2.2.4)."""

    patient: str = ""
    patient_id: str = ""
    accession: str = ""
    modality: str = ""
    since: date | None = None
    until: date | None = None
    study_uid: str = ""

    @property
    def dates(self) -> str:
        """The range of study dates as the standard writes it (PS3.4 C.2.2.2.5), or ""."""
        if self.since is None and self.until is None:
            return ""
        if self.since == self.until and self.since is not None:
            return f"{self.since:%Y%m%d}"
        return "-".join("" if day is None else f"{day:%Y%m%d}" for day in (self.since, self.until))

    @property
    def patient_pattern(self) -> str:
        """The name with a wild card behind it, unless it has one: people type the beginning of a name."""
        return self.patient if not self.patient or set(self.patient) & {"*", "?"} else f"{self.patient}*"

    def keys(self) -> dict[str, str]:
        """Return what servers are asked for, as DICOM keywords; not less than what `fits`."""
        keys = {
            "PatientName": self.patient_pattern,
            "PatientID": self.patient_id,
            "AccessionNumber": self.accession,
            "ModalitiesInStudy": self.modality.upper(),
            "StudyDate": self.dates,
            "StudyInstanceUID": self.study_uid,
        }
        return {keyword: plain_pattern(asked) for keyword, asked in keys.items() if asked}

    def fits(self, study: "Study") -> bool:
        """Whether a study is what was looked for, as far as the server could not be told."""
        asked = [(self.patient_pattern, study.patient), (self.patient_id, study.patient_id)]
        asked.append((self.accession, study.accession))
        return all(matches(pattern, found) for pattern, found in asked if pattern != plain_pattern(pattern))


@dataclass(frozen=True, slots=True)
class Study:
    """A study that an archive has. Numbers are None where it does not say."""

    uid: str
    patient: str = ""
    patient_id: str = ""
    birth_date: str = ""
    date: str = ""
    time: str = ""
    description: str = ""
    accession: str = ""
    modalities: tuple[str, ...] = ()
    instances: int | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """A series of a study."""

    uid: str
    study_uid: str
    modality: str = ""
    number: int | None = None
    description: str = ""
    instances: int | None = None


@dataclass(frozen=True, slots=True)
class Instance:
    """One object of a series, such as an image; its SOP class is "" where the archive does not state it."""

    uid: str
    series_uid: str
    study_uid: str
    sop_class: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said to an object that was sent.

    Attributes
    ----------
    stored : bool
        Whether it has the object now, be it for the first time.
    sentence : str
        For the user.
    """

    stored: bool
    sentence: str


@dataclass(frozen=True, slots=True, eq=False)
class Outgoing:
    """An object to send: its identity, and its file's bytes."""

    uid: str
    sop_class: str
    transfer_syntax: str
    data: bytes = field(repr=False)


class Archive(Protocol):
    """An archive that is spoken to. All calls raise `ArchiveError`, and `ArchiveCancelled` once cancelled."""

    def echo(self) -> None:
        """Make sure that the server answers."""

    def studies(self, query: Query, cancel: CancelToken) -> Iterator[Study]:
        """Yield the studies that match, as they come."""

    def series(self, study_uid: str, cancel: CancelToken) -> Iterator[Series]:
        """Yield the series of a study."""

    def instances(self, series: Series, cancel: CancelToken) -> Iterator[Instance]:
        """Yield the objects of a series."""

    def fetch(
        self, series: Series, wanted: Sequence[Instance], keep: Keep, cancel: CancelToken, *, whole: bool
    ) -> None:
        """Get objects of a series. What the server does not send is missing afterwards, without an error.

        `whole` says that all of the series is wanted, so that it may be asked for at once.
        """

    def store(self, objects: Sequence[Outgoing], cancel: CancelToken) -> Iterator[Answer]:
        """Send objects; yield the answer to each, in their order."""


def check(cancel: CancelToken) -> None:
    """Raise `ArchiveCancelled` if the user cancelled."""
    if cancel.cancelled:
        raise ArchiveCancelled("Cancelled.")


def is_uid(uid: str) -> bool:
    """Whether a text is a UID (PS3.5 9.1): what a server says becomes the name of a file.

    Examples
    --------
    >>> [is_uid(u) for u in ("1.2.840.10008.1.1", "2.25.1", "", "../1", "1..2", "1." + 64 * "1")]
    [True, True, False, False, False, False]
    """
    return len(uid) <= 64 and _UID.fullmatch(uid) is not None


def plain_pattern(asked: str) -> str:
    r"""Return a pattern of letters, digits and wild cards only, that matches whatever `asked` does, and more.

    Servers differ in what they decode, in their character sets, and in what ``?`` is for a letter with an accent: they
    are asked for more, and `Query.fits` chooses.

    Examples
    --------
    >>> [plain_pattern(asked) for asked in ("Meier^Anna*", "M?ller", "Müller", "20260504-", "CT")]
    ['Meier*Anna*', 'M*ller', 'M*ller', '20260504-', 'CT']
    """
    return re.sub(r"\*+", "*", "".join(c if c in _PLAIN else "*" for c in asked))


def matches(pattern: str, found: str) -> bool:
    """Whether a value matches a pattern as servers compare them: without regard to case and accents.

    Examples
    --------
    >>> matches("müller*", "Muller^Anna"), matches("Meier*", "Mayer^Anna"), matches("山*", "Yamada^Tarou=山田^太郎")
    (True, False, True)
    """
    wanted = _folded(pattern)
    return any(fnmatchcase(_folded(group), wanted) for group in (found, *found.split("=")))


def _folded(words: str) -> str:
    letters = unicodedata.normalize("NFKD", words.replace("[", "[[]") if "[" in words else words).casefold()
    return "".join(c for c in letters if not unicodedata.combining(c))


def study_of(answer: Dataset) -> Study:
    """Return a study from a server's answer (C-FIND identifier or QIDO-RS attributes)."""
    return Study(
        uid=text(answer, "StudyInstanceUID"),
        patient=text(answer, "PatientName"),
        patient_id=text(answer, "PatientID"),
        birth_date=text(answer, "PatientBirthDate"),
        date=text(answer, "StudyDate"),
        time=text(answer, "StudyTime"),
        description=text(answer, "StudyDescription"),
        accession=text(answer, "AccessionNumber"),
        modalities=_texts(answer, "ModalitiesInStudy"),
        instances=_whole(answer, "NumberOfStudyRelatedInstances"),
    )


def series_of(answer: Dataset, study_uid: str) -> Series:
    """Return a series from a server's answer."""
    return Series(
        uid=text(answer, "SeriesInstanceUID"),
        study_uid=study_uid,
        modality=text(answer, "Modality"),
        number=_whole(answer, "SeriesNumber"),
        description=text(answer, "SeriesDescription"),
        instances=_whole(answer, "NumberOfSeriesRelatedInstances"),
    )


def instance_of(answer: Dataset, series: Series) -> Instance:
    """Return an object from a server's answer."""
    return Instance(
        uid=text(answer, "SOPInstanceUID"),
        series_uid=series.uid,
        study_uid=series.study_uid,
        sop_class=text(answer, "SOPClassUID"),
        number=_whole(answer, "InstanceNumber") or 0,
    )


def _whole(found: Dataset, keyword: str) -> int | None:
    value_ = number(found, keyword)
    return None if value_ is None else int(value_)


def _texts(found: Dataset, keyword: str) -> tuple[str, ...]:
    values = value(found, keyword)
    if not values:
        return ()
    many = [values] if isinstance(values, str) else list(values)
    return tuple(str(v).strip() for v in many if str(v).strip())
