"""DIMSE (PS3.7): C-ECHO, C-FIND, retrieval and C-STORE through `pynetdicom`."""

from collections.abc import Iterator, Sequence

from pydicom.dataset import Dataset

from segx_viewer.archive import dimse_retrieve, dimse_store
from segx_viewer.archive.association import associate, broke_off
from segx_viewer.archive.contexts import PLAIN
from segx_viewer.archive.model import (
    Answer,
    Instance,
    Keep,
    Outgoing,
    Query,
    Series,
    Study,
    check,
    instance_of,
    series_of,
    study_of,
)
from segx_viewer.archive.servers import Retrieve, Server
from segx_viewer.domain.request import CancelToken
from segx_viewer.errors import ArchiveError

FIND = "1.2.840.10008.5.1.4.1.2.2.1"
_VERIFICATION = "1.2.840.10008.1.1"
_PENDING = (0xFF00, 0xFF01)
_STUDY_KEYS = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "StudyInstanceUID",
    "StudyDate",
    "StudyTime",
    "StudyDescription",
    "AccessionNumber",
    "ModalitiesInStudy",
    "NumberOfStudyRelatedInstances",
)
_SERIES_KEYS = (
    "SeriesInstanceUID",
    "Modality",
    "SeriesNumber",
    "SeriesDescription",
    "NumberOfSeriesRelatedInstances",
)
_INSTANCE_KEYS = ("SOPInstanceUID", "SOPClassUID", "InstanceNumber")


class DimseArchive:
    """A DIMSE server."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def echo(self) -> None:
        """Greet the server (C-ECHO, PS3.4 A)."""
        from pynetdicom import build_context

        with associate(self._server, [build_context(_VERIFICATION)], CancelToken()) as association:
            status = association.send_c_echo()
            if "Status" not in status or status.Status != 0:
                raise broke_off(self._server, "greeting")

    def studies(self, query: Query, cancel: CancelToken) -> Iterator[Study]:
        """Yield the studies that match, as they come (C-FIND, PS3.4 C.4.1, Study Root)."""
        wanted = query.modality.upper()
        for found in self._find("STUDY", _STUDY_KEYS, query.keys(), cancel):
            study = study_of(found)
            if not study.uid or not query.fits(study):
                continue
            # An optional key: some servers ignore it and send everything.
            if wanted and wanted not in (study.modalities or self._modalities(study.uid, cancel)):
                continue
            yield study

    def series(self, study_uid: str, cancel: CancelToken) -> Iterator[Series]:
        """Yield the series of a study."""
        for found in self._find("SERIES", _SERIES_KEYS, {"StudyInstanceUID": study_uid}, cancel):
            yield series_of(found, study_uid)

    def instances(self, series: Series, cancel: CancelToken) -> Iterator[Instance]:
        """Yield the objects of a series."""
        keys = {"StudyInstanceUID": series.study_uid, "SeriesInstanceUID": series.uid}
        for found in self._find("IMAGE", _INSTANCE_KEYS, keys, cancel):
            yield instance_of(found, series)

    def fetch(
        self, series: Series, wanted: Sequence[Instance], keep: Keep, cancel: CancelToken, *, whole: bool
    ) -> None:
        """Get objects of a series, by C-GET or C-MOVE as configured."""
        by = dimse_retrieve.move if self._server.retrieve is Retrieve.MOVE else dimse_retrieve.get
        by(self._server, dimse_retrieve.Arriving(series, wanted, keep, cancel, whole=whole), cancel)

    def store(self, objects: Sequence[Outgoing], cancel: CancelToken) -> Iterator[Answer]:
        """Send objects (C-STORE)."""
        return dimse_store.store(self._server, objects, cancel)

    def _modalities(self, study_uid: str, cancel: CancelToken) -> tuple[str, ...]:
        return tuple(series.modality for series in self.series(study_uid, cancel))

    def _find(
        self, level: str, returned: Sequence[str], asked: dict[str, str], cancel: CancelToken
    ) -> Iterator[Dataset]:
        from pynetdicom import build_context

        server = self._server
        with associate(server, [build_context(FIND, list(PLAIN))], cancel) as association:
            if not association.accepted_contexts:
                raise ArchiveError(f"{server.name} cannot be searched: it refuses the service.")
            for status, found in association.send_c_find(identifier(level, returned, asked), FIND):
                check(cancel)
                code = status.get("Status")
                if code in _PENDING and found is not None:
                    yield found
                elif code is None:
                    raise broke_off(server, "search")
                elif code not in (0, *_PENDING):
                    raise ArchiveError(f"{server.name} could not search: {said(status)}.")
            check(cancel)


def identifier(level: str, returned: Sequence[str], asked: dict[str, str]) -> Dataset:
    """Return what a C-FIND asks: the level, empty keys to be returned, and keys to match (PS3.4 C.4.1.1.3)."""
    result = Dataset()
    result.QueryRetrieveLevel = level
    for keyword in returned:
        setattr(result, keyword, None if keyword.startswith("NumberOf") else "")
    for keyword, text in asked.items():
        setattr(result, keyword, text)
    return result


def said(status: Dataset) -> str:
    """Return a failed status in words: the server's own, or its number."""
    comment = str(status.get("ErrorComment") or "").strip()
    return comment or f"status {int(status.get('Status') or 0):04X}"
