"""A storage SCP (PS3.4 B) that has what it receives analysed, and sends the results on."""

import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from segx_viewer.archive.association import without_delay
from segx_viewer.archive.connection import connect
from segx_viewer.archive.contexts import ALL_SYNTAXES, storage_classes
from segx_viewer.archive.inbox import DEFAULT_WAITING, Inbox, Received, State, Taken
from segx_viewer.archive.model import Answer
from segx_viewer.archive.outbox import Item, Outbox
from segx_viewer.archive.rules import EVERYTHING, Rule, destinations
from segx_viewer.archive.servers import DEFAULT_TITLE, Server, find_server
from segx_viewer.errors import ArchiveError, ExportError, SegxError

if TYPE_CHECKING:
    from pynetdicom.events import Event, EventHandlerType
    from pynetdicom.transport import ThreadedAssociationServer

_VERIFICATION = "1.2.840.10008.1.1"
_SUCCESS, _OUT_OF_RESOURCES, _CANNOT_UNDERSTAND = 0x0000, 0xA700, 0xC000
_LOOK_SECONDS = 0.2
_AGAIN_SECONDS = 30.0
_ASSOCIATIONS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """What an analysis of a received image brought: a line for the log, and DICOM files to send, by kind."""

    summary: str
    objects: dict[str, bytes] = field(default_factory=dict, repr=False)


Analyse = Callable[[Received, Rule], Made]
"""Analyses an image by a rule, and writes the rule's files. Raises `SegxError`."""


@dataclass(frozen=True, slots=True)
class Reception:
    """Where and from whom images are received.

    Attributes
    ----------
    folder : Path
        For what waits, and for the rules' files.
    host, port, title : str, int, str
        Where this program listens, and as whom.
    callers : collection of str or None
        Titles that are let in; None for everybody.
    rules : sequence of Rule
    servers : sequence of Server
        Archives that rules may send to.
    waiting : int
        How many objects may wait.
    keep_images : bool
        Keep received images when they are done with.
    retry_failed : bool
        Begin with what has failed before.
    """

    folder: Path
    port: int
    host: str = "127.0.0.1"
    title: str = DEFAULT_TITLE
    callers: Collection[str] | None = ()
    rules: Sequence[Rule] = EVERYTHING
    servers: Sequence[Server] = ()
    waiting: int = DEFAULT_WAITING
    keep_images: bool = False
    retry_failed: bool = False


class Receiver:
    """Receives in threads of its own; `run` analyses and sends in the caller's.

    Parameters
    ----------
    reception : Reception
    analyse : callable
    say : callable
        Takes lines for the log; they name no patient.

    Raises
    ------
    ArchiveError
        If a rule's destination is not configured, the folder is in use, or the port cannot be listened at.
    """

    def __init__(self, reception: Reception, analyse: Analyse, say: Callable[[str], None]) -> None:
        self._reception = reception
        self._analyse = analyse
        self._say = say
        self._stop = threading.Event()
        self._destinations = {name: find_server(name, reception.servers) for name in destinations(reception.rules)}
        self._archives = {name: connect(server) for name, server in self._destinations.items()}
        self._again: dict[str, float] = dict.fromkeys(self._destinations, 0.0)
        self._outbox = Outbox(reception.folder / "outbox")
        self._inbox = Inbox(reception.folder, reception.waiting)
        try:
            if reception.retry_failed:
                self._inbox.retry_failed()
            self._listener = self._listen()
        except BaseException:
            self._inbox.close()
            raise

    def stop(self) -> None:
        """Ask `run` to end after the image that is being analysed."""
        self._stop.set()

    def run(self) -> None:
        """Analyse and send until `stop`."""
        try:
            while not self._stop.is_set():
                received = self._inbox.next()
                if received is not None:
                    self._handle(received)
                self._deliver()
                if received is None:
                    self._stop.wait(_LOOK_SECONDS)
        finally:
            self.close()

    def close(self) -> None:
        """Stop listening and let go of the folder."""
        self._listener.shutdown()
        self._inbox.close()

    # -- receiving, in the network's threads -----------------------------------------------------

    def _listen(self) -> "ThreadedAssociationServer":
        from pynetdicom import AE, evt

        reception = self._reception
        entity = AE(ae_title=reception.title)
        entity.add_supported_context(_VERIFICATION)
        for uid in storage_classes():
            entity.add_supported_context(uid, list(ALL_SYNTAXES))
        entity.require_called_aet = True
        entity.require_calling_aet = list(reception.callers) if reception.callers is not None else []
        entity.maximum_associations = _ASSOCIATIONS
        if reception.callers is not None and not reception.callers:
            raise ArchiveError("Nobody may send: name the titles that may, or allow every caller.")
        handlers: list[EventHandlerType] = [(evt.EVT_CONN_OPEN, without_delay), (evt.EVT_C_STORE, self._take)]
        try:
            server = entity.start_server((reception.host, reception.port), block=False, evt_handlers=handlers)
        except OSError as error:
            raise ArchiveError(
                f"This program cannot listen at {reception.host}:{reception.port}: {error.strerror or error}."
            ) from error
        assert server is not None  # noqa: S101 - only a server that blocks is none
        return server

    def _take(self, event: "Event") -> int:
        caller = str(event.assoc.requestor.ae_title).strip()
        try:
            taken = self._inbox.take(event.encoded_dataset(), caller)
        except ExportError as error:  # such as a full disk: its sender keeps it
            self._say(f"turned away one of {caller}: {error}")
            return _OUT_OF_RESOURCES
        except ArchiveError as error:
            self._say(f"turned away one of {caller}: {error}")
            return _CANNOT_UNDERSTAND
        if taken is Taken.FULL:
            self._say(f"turned away one of {caller}: {self._reception.waiting} are waiting already")
            return _OUT_OF_RESOURCES
        return _SUCCESS

    # -- analysing and sending, in the caller's thread -------------------------------------------

    def _handle(self, received: Received) -> None:
        rule = next((r for r in self._reception.rules if r.fits(received.modality, received.caller)), None)
        if rule is None:
            self._end(received, State.SKIPPED, f"no rule for {received.modality or 'objects without a modality'}")
            return
        try:
            made = self._analyse(received, rule)
            if rule.destination:
                for kind, data in made.objects.items():
                    # The mark ties it to the image, not to its UID: made again after a kill, it is still one result.
                    mark = f"{received.uid} {kind}"
                    self._outbox.put(self._destinations[rule.destination], data, f"{received.number:04d} {kind}", mark)
        except KeyboardInterrupt:
            self._inbox.postpone(received)
            raise
        except SegxError as error:
            self._end(received, State.FAILED, str(error))
        except Exception as error:  # noqa: BLE001 - one image's accident must not cost the others their results
            self._end(received, State.FAILED, f"unexpected {type(error).__name__}: {error}")
        else:
            self._end(received, State.DONE, made.summary)

    def _end(self, received: Received, state: State, said: str) -> None:
        self._inbox.end(received, state, said, keep=self._reception.keep_images)
        self._say(f"{received.number:04d}  {state.value}: {said}")

    def _deliver(self) -> None:
        for name, server in self._destinations.items():
            waiting = self._outbox.waiting(name)
            if not waiting or time.monotonic() < self._again[name]:
                continue
            try:
                self._outbox.deliver(server, self._archives[name], on_answer=self._answered)
            except SegxError as error:
                self._say(f"{len(self._outbox.waiting(name))} wait for {name}: {error}")
            if self._outbox.waiting(name):
                self._again[name] = time.monotonic() + _AGAIN_SECONDS

    def _answered(self, item: Item, answer: Answer) -> None:
        self._say(f"{item.label}: {answer.sentence}")
