"""Retrieval by C-GET and C-MOVE (PS3.4 C.4.2, C.4.3), level by level until everything is there."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydicom.dataset import Dataset

from segx_viewer.archive.association import associate, broke_off, without_delay
from segx_viewer.archive.contexts import ALL_SYNTAXES, PLAIN, contexts, groups, storage_classes
from segx_viewer.archive.model import Instance, Keep, Series, check
from segx_viewer.archive.servers import Server
from segx_viewer.archive.tls import listening_context
from segx_viewer.domain.request import CancelToken
from segx_viewer.errors import ArchiveError, SegxError

if TYPE_CHECKING:
    from pynetdicom.events import Event, EventHandlerType

GET = "1.2.840.10008.5.1.4.1.2.2.3"
MOVE = "1.2.840.10008.5.1.4.1.2.2.2"
_SUCCESS, _OUT_OF_RESOURCES, _NOT_ASKED_FOR = 0x0000, 0xA700, 0x0124
_DESTINATION_UNKNOWN = 0xA801
_TRIES = 3
_AT_ONCE = 50


class Arriving:
    """Takes the objects that a server sends, and remembers what went wrong with keeping them."""

    def __init__(
        self, series: Series, wanted: Sequence[Instance], keep: Keep, cancel: CancelToken, *, whole: bool
    ) -> None:
        self.series = series
        self.wanted = wanted
        self.whole = whole
        self.error: SegxError | None = None
        self._keep = keep
        self._cancel = cancel
        self._uids = {instance.uid for instance in wanted}
        self._have: set[str] = set()

    @property
    def missing(self) -> list[Instance]:
        """What has not come."""
        return [instance for instance in self.wanted if instance.uid not in self._have]

    def take(self, event: "Event") -> int:
        """Handle a C-STORE; returns its status."""
        if self._cancel.cancelled or self.error is not None:
            return _OUT_OF_RESOURCES
        uid = str(getattr(event.request, "AffectedSOPInstanceUID", ""))
        if uid not in self._uids:
            return _NOT_ASKED_FOR
        try:
            self._keep(uid, event.encoded_dataset())
        except SegxError as error:  # such as a full disk: told by the one who asked for the images
            self.error = error
            return _OUT_OF_RESOURCES
        self._have.add(uid)
        return _SUCCESS

    def check(self) -> None:
        """Raise what went wrong here."""
        check(self._cancel)
        if self.error is not None:
            raise self.error


def get(server: Server, arriving: Arriving, cancel: CancelToken) -> None:
    """Get objects of a series by C-GET.

    Only classes that were negotiated, with the SCP role, can be sent; with one object of another class Orthanc ends
    the whole retrieval with C000. So the series' own classes are negotiated where the server told them, all classes in
    groups otherwise, and what a series' retrieval leaves out is asked for object by object.
    """
    told = list(dict.fromkeys(instance.sop_class for instance in arriving.wanted))
    guessing = "" in told
    for group in groups(storage_classes() if guessing else told):
        if arriving.missing:
            _get(server, arriving, group, cancel, guessing=guessing)
            arriving.check()


def _get(server: Server, arriving: Arriving, classes: Sequence[str], cancel: CancelToken, *, guessing: bool) -> None:
    from pynetdicom import build_context, evt

    offered = [build_context(GET, list(PLAIN)), *contexts(classes)]

    def run(requests: Sequence[Dataset]) -> bool:
        """Whether the server lived through all of them."""
        with associate(
            server, offered, cancel, receives=classes, handlers=[(evt.EVT_C_STORE, arriving.take)]
        ) as association:
            if not any(context.abstract_syntax == GET for context in association.accepted_contexts):
                raise ArchiveError(f"{server.name} does not send by C-GET; choose C-MOVE in its settings.")
            before = len(arriving.missing)
            for number, request in enumerate(requests, 1):
                if guessing and number > _TRIES and len(arriving.missing) == before:
                    return True  # a series is mostly of one class, and it is none of these
                status = _last(association.send_c_get(request, GET, msg_id=number))
                arriving.check()
                if status is None:
                    return False
        return True

    _ask(server, arriving, run)


def move(server: Server, arriving: Arriving, cancel: CancelToken) -> None:
    """Get objects of a series by C-MOVE: the server sends them to this program, which listens meanwhile."""
    from pynetdicom import build_context

    def run(requests: Sequence[Dataset]) -> bool:
        with associate(server, [build_context(MOVE, list(PLAIN))], cancel) as association:
            if not association.accepted_contexts:
                raise ArchiveError(f"{server.name} does not send by C-MOVE; choose C-GET in its settings.")
            for number, request in enumerate(requests, 1):
                status = _last(association.send_c_move(request, server.calling, MOVE, msg_id=number))
                arriving.check()
                if status is None:
                    return False
                if status.Status == _DESTINATION_UNKNOWN or (
                    status.Status and len(arriving.missing) == len(arriving.wanted)
                ):
                    raise ArchiveError(
                        f"{server.name} did not send: its administrator has to enter {server.calling} with this "
                        f"computer's address and port {server.move_port}."
                    )
        return True

    with _listening(server, arriving.take):
        _ask(server, arriving, run)
        arriving.check()


def _ask(server: Server, arriving: Arriving, run: Callable[[Sequence[Dataset]], bool]) -> None:
    """Ask for the series where all of it is wanted, then for what is left: in lists of UIDs, then one by one."""
    before = len(arriving.missing)
    lived = True
    if arriving.whole and before == len(arriving.wanted):
        lived = run([_series(arriving.series)])
    left = arriving.missing
    if len(left) > 1 and (lived or len(left) < before):
        lived = run([_instances(some) for some in _batched(left, _AT_ONCE)])
    if arriving.missing and (lived or len(arriving.missing) < before):
        lived = run([_instances([instance]) for instance in arriving.missing])
    if not lived:
        raise broke_off(server, "retrieval")


def _batched(instances: Sequence[Instance], count: int) -> Iterator[Sequence[Instance]]:
    for at in range(0, len(instances), count):
        yield instances[at : at + count]


def _last(responses: Iterator[tuple[Dataset, Dataset | None]]) -> Dataset | None:
    """Return the final status; None where the association broke off."""
    last = Dataset()
    for status, _ in responses:
        last = status
    return last if "Status" in last else None


def _series(series: Series) -> Dataset:
    asked = Dataset()
    asked.QueryRetrieveLevel = "SERIES"
    asked.StudyInstanceUID = series.study_uid
    asked.SeriesInstanceUID = series.uid
    return asked


def _instances(instances: Sequence[Instance]) -> Dataset:
    asked = Dataset()
    asked.QueryRetrieveLevel = "IMAGE"
    asked.StudyInstanceUID = instances[0].study_uid
    asked.SeriesInstanceUID = instances[0].series_uid
    asked.SOPInstanceUID = [instance.uid for instance in instances]  # PS3.4 C.4.3.1.3: a list of UIDs
    return asked


@contextmanager
def _listening(server: Server, take: "Callable[[Event], int]") -> Iterator[None]:
    """Listen for the archive's objects (storage SCP); only it is let in."""
    from pynetdicom import AE, evt

    entity = AE(ae_title=server.calling)
    for uid in storage_classes():
        entity.add_supported_context(uid, list(ALL_SYNTAXES))
    entity.require_called_aet = True
    entity.require_calling_aet = [server.title]
    entity.network_timeout = server.seconds
    handlers: list[EventHandlerType] = [(evt.EVT_CONN_OPEN, without_delay), (evt.EVT_C_STORE, take)]
    try:
        listener = entity.start_server(
            (server.move_host, server.move_port),
            block=False,
            evt_handlers=handlers,
            ssl_context=listening_context(server),
        )
    except OSError as error:
        raise ArchiveError(
            f"This program cannot listen at {server.move_host}:{server.move_port} for {server.name}: "
            f"{error.strerror or error}."
        ) from error
    try:
        yield
    finally:
        if listener is not None:
            listener.shutdown()
