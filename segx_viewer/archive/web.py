"""DICOMweb (PS3.18): QIDO-RS, WADO-RS and STOW-RS through `dicomweb-client`."""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pydicom
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

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
from segx_viewer.archive.servers import Authorisation, Server
from segx_viewer.archive.tls import certificate_reason, client_context
from segx_viewer.domain.request import CancelToken
from segx_viewer.errors import ArchiveError, SecretNeededError, worded

if TYPE_CHECKING:
    import requests
    from dicomweb_client.api import DICOMwebClient

_PAGE = 100
_STUDY_FIELDS = ("StudyDescription", "ModalitiesInStudy", "NumberOfStudyRelatedInstances")
_SERIES_FIELDS = ("SeriesDescription", "NumberOfSeriesRelatedInstances")
_AS_STORED = (("application/dicom", "*"),)
"""As the server has it: without this it decodes every image to send it uncompressed (PS3.18 8.7.3)."""
_ARRIVING_CHUNK = 2**17
"""Bytes after which an answer that streams is looked at."""
_SENDING_CHUNK = 2**31
"""An object travels in one piece: not every server takes a request of unknown length."""
_UNDEFINED = 0xFFFFFFFF
_WORDS = {
    401: worded("{server} refused the user's name and password, or the token."),
    403: worded("{server} does not allow this user to do that."),
    404: worded("{server} has nothing at this address."),
    406: worded("{server} cannot send images in the form that they are stored in."),
    409: worded("{server} refused the object."),
    413: worded("{server} finds the object too large."),
    415: worded("{server} does not take this kind of object."),
    507: worded("{server} has no space left."),
}
_STORE_REASONS = {
    0x0110: worded("it failed to process the object"),
    0x0122: worded("it does not take this class of object"),
    0x0124: worded("it is not allowed to store here"),
    0xA700: worded("it has no space left"),
    0xA770: worded("its catalogue could not take the object"),
    0xA900: worded("the object does not fit its class"),
    0xC000: worded("it could not understand the object"),
}


def _status_sentence(server: Server, status: int) -> str:
    """Say what an HTTP status means that is no success."""
    if known := _WORDS.get(status):
        return known.format(server=server.name)
    if status >= 500:
        return worded(f"{server.name} answered {status}, a fault of its own.")
    return worded(f"{server.name} answered {status}.")


class WebArchive:
    """A DICOMweb server.

    Parameters
    ----------
    server : Server
    secret : str
        Its password or token, "" for none.
    """

    def __init__(self, server: Server, secret: str) -> None:
        self._server = server
        self._secret = secret

    def echo(self) -> None:
        """Ask for one study: DICOMweb has no greeting."""
        with self._talking() as client:
            client.search_for_studies(limit=1)

    def studies(self, query: Query, cancel: CancelToken) -> Iterator[Study]:
        """Yield the studies that match, a page at a time (QIDO-RS, PS3.18 10.6)."""
        with self._talking() as client:
            for found in _pages(
                "StudyInstanceUID",
                cancel,
                lambda offset: client.search_for_studies(
                    limit=_PAGE, offset=offset, fields=_STUDY_FIELDS, search_filters=query.keys()
                ),
            ):
                study = study_of(found)
                if query.fits(study):
                    yield study

    def series(self, study_uid: str, cancel: CancelToken) -> Iterator[Series]:
        """Yield the series of a study."""
        with self._talking() as client:
            for found in _pages(
                "SeriesInstanceUID",
                cancel,
                lambda offset: client.search_for_series(study_uid, limit=_PAGE, offset=offset, fields=_SERIES_FIELDS),
            ):
                yield series_of(found, study_uid)

    def instances(self, series: Series, cancel: CancelToken) -> Iterator[Instance]:
        """Yield the objects of a series."""
        with self._talking() as client:
            for found in _pages(
                "SOPInstanceUID",
                cancel,
                lambda offset: client.search_for_instances(series.study_uid, series.uid, limit=_PAGE, offset=offset),
            ):
                yield instance_of(found, series)

    def fetch(
        self, series: Series, wanted: Sequence[Instance], keep: Keep, cancel: CancelToken, *, whole: bool
    ) -> None:
        """Get objects of a series (WADO-RS, PS3.18 10.4): the series as a stream, or the few that are missing."""
        with self._talking() as client:
            if whole:
                arriving = client.iter_series(series.study_uid, series.uid, media_types=_AS_STORED)
                for dataset in arriving:
                    check(cancel)
                    keep(str(dataset.SOPInstanceUID), _bytes(dataset))
                return
            for instance in wanted:
                check(cancel)
                dataset = client.retrieve_instance(
                    instance.study_uid, instance.series_uid, instance.uid, media_types=_AS_STORED
                )
                keep(str(dataset.SOPInstanceUID), _bytes(dataset))

    def store(self, objects: Sequence[Outgoing], cancel: CancelToken) -> Iterator[Answer]:
        """Send objects one by one, so that each has an answer of its own (STOW-RS, PS3.18 10.5)."""
        for outgoing in objects:
            check(cancel)
            with self._talking(_SENDING_CHUNK) as client:
                try:
                    said = client.store_instances([pydicom.dcmread(io.BytesIO(outgoing.data))])
                except _http_error() as error:
                    if error.response is None or error.response.status_code not in (400, 409, 413, 415, 422):
                        raise
                    answer = self._refusal(_answer(error.response), error.response.status_code)
                else:
                    answer = self._answer(said, outgoing.uid)
            yield answer

    def _answer(self, said: Dataset, uid: str) -> Answer:
        for item in said.get("FailedSOPSequence") or ():
            if item.get("ReferencedSOPInstanceUID") in (uid, None):
                return self._refusal(said, 200)
        return Answer(True, worded(f"{self._server.name} has stored it."))

    def _refusal(self, said: Dataset, status: int) -> Answer:
        for item in said.get("FailedSOPSequence") or ():
            code = int(item.get("FailureReason") or 0)
            if code == 0x0111:  # the standard's word for an object that it has
                return Answer(True, worded(f"{self._server.name} had it already."))
            reason = _STORE_REASONS.get(code, worded(f"its reason is {code:04X}"))
            return Answer(False, worded(f"{self._server.name} refused it: {reason}."))
        return Answer(False, _status_sentence(self._server, status))

    @contextmanager
    def _talking(self, chunk: int = _ARRIVING_CHUNK) -> Iterator["DICOMwebClient"]:
        """Give a client; what goes wrong becomes one sentence."""
        import requests
        from dicomweb_client.api import DICOMwebClient

        server = self._server
        session = self._session()
        client = DICOMwebClient(
            server.url.rstrip("/"), session=session, chunk_size=chunk, permissive_uid=True, timeout=server.seconds
        )
        client.set_http_retry_params(retry=False)
        try:
            yield client
        except requests.HTTPError as error:
            status = error.response.status_code if error.response is not None else 0
            if status == 401:
                raise SecretNeededError(_status_sentence(server, status)) from error
            raise ArchiveError(_status_sentence(server, status)) from error
        except requests.Timeout as error:
            raise ArchiveError(f"{server.name} did not answer within {server.seconds:g} seconds.") from error
        except requests.exceptions.SSLError as error:
            reason = certificate_reason(error)
            raise ArchiveError(
                f"{server.name}: the certificate is not to be trusted ({reason})."
                if reason
                else f"{server.name}: no encrypted connection came about; it may want a client certificate."
            ) from error
        except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError, _CutOff) as error:
            raise ArchiveError(f"{server.name} broke off in the middle.") from error
        except requests.ConnectionError as error:
            raise ArchiveError(f"{server.name} cannot be reached at {server.url}, or broke off.") from error
        except (requests.RequestException, ValueError, InvalidDicomError, KeyError, EOFError) as error:
            raise ArchiveError(f"{server.name} gave an answer that is no DICOMweb: is the address right?") from error
        finally:
            session.close()

    def _session(self) -> "requests.Session":
        from requests.auth import HTTPBasicAuth

        server = self._server
        session = _plain_session()
        # The environment's certificates, proxies and .netrc would come before what was configured here.
        session.trust_env = False
        if server.encrypted:
            client_context(server)  # says in a sentence what is wrong with the files
            session.verify = server.ca or True
            if server.certificate:
                session.cert = (server.certificate, server.key) if server.key else server.certificate
        if server.authorisation is Authorisation.BASIC:
            session.auth = HTTPBasicAuth(server.user.encode(), self._secret.encode())  # in UTF-8, not Latin-1
        elif server.authorisation is Authorisation.BEARER:
            session.headers["Authorization"] = f"Bearer {self._secret}"
        return session


class _CutOff(Exception):  # noqa: N818 - named for what happened
    """An object that ends before its last value does."""


def _plain_session() -> "requests.Session":
    """Return a session whose queries have wild cards as they are, which RFC 3986 allows.

    Percent-encoded, as `dicomweb-client` writes them, Orthanc's plug-in 1.7 takes them for letters and finds nothing.
    """
    import requests

    class Plain(requests.Session):
        def send(self, request: requests.PreparedRequest, **settings: object) -> requests.Response:
            path, mark, query = (request.url or "").partition("?")
            request.url = path + mark + query.replace("%2A", "*")
            return super().send(request, **settings)

    return Plain()


def _pages(
    key: str, cancel: CancelToken, page: "Callable[[int], list[dict[str, dict[str, object]]]]"
) -> Iterator[Dataset]:
    """Yield what all pages hold, each row once: some servers ignore the offset and would begin again for ever."""
    seen: set[str] = set()
    offset = 0
    while True:
        check(cancel)
        rows = [Dataset.from_json(row) for row in page(offset)]
        new = [row for row in rows if (uid := str(row.get(key, ""))) and uid not in seen]
        for row in new:
            check(cancel)
            seen.add(str(row.get(key)))
            yield row
        offset += len(rows)
        if not new or len(rows) < _PAGE:
            return


def _bytes(dataset: Dataset) -> bytes:
    """Return an object that has arrived as a file, after making sure that it arrived whole."""
    last = max(dataset.keys(), default=None)
    element = dataset.get_item(last) if last is not None else None
    length = getattr(element, "length", _UNDEFINED)
    found = element.value if element is not None else None
    if length != _UNDEFINED and isinstance(found, bytes) and len(found) < length:
        raise _CutOff
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, dataset)
    return buffer.getvalue()


def _answer(response: "requests.Response") -> Dataset:
    try:
        return Dataset.from_json(response.json())
    except (ValueError, TypeError, AttributeError, KeyError):
        return Dataset()


def _http_error() -> type["requests.HTTPError"]:
    import requests

    return requests.HTTPError
