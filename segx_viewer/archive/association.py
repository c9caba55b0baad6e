"""An association with a DIMSE server (PS3.8), and why none came about, in a sentence."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from segx_viewer.archive.contexts import class_name
from segx_viewer.archive.servers import Server
from segx_viewer.archive.tls import certificate_reason, client_context
from segx_viewer.domain.request import CancelToken
from segx_viewer.errors import ArchiveCancelled, ArchiveError, worded

if TYPE_CHECKING:
    from pynetdicom.association import Association
    from pynetdicom.events import Event, InterventionEvent
    from pynetdicom.presentation import PresentationContext

_MAX_PDU = 131_072
_LOOK_SECONDS = 0.2
_REJECTED = {
    1: worded("it gives no reason"),
    2: worded("it does not know this protocol"),
    3: worded("it does not know this program as '{calling}'"),
    7: worded("it knows no '{title}', or does not admit '{calling}' to it"),
}


@contextmanager
def associate(
    server: Server,
    contexts: "Sequence[PresentationContext]",
    cancel: CancelToken,
    *,
    receives: Sequence[str] = (),
    handlers: "Sequence[tuple[InterventionEvent, Callable[[Event], int]]]" = (),
) -> "Iterator[Association]":
    """Give an association; release it at the end, or abort it when something went wrong or the user cancelled.

    Parameters
    ----------
    server : Server
    contexts : sequence of PresentationContext
        At most `contexts.MAX_CONTEXTS`.
    cancel : CancelToken
        Looked at several times a second, also while the server is silent.
    receives : sequence of str
        Storage classes that the server sends over this association (SCP role, PS3.7 D.3.3.4).
    handlers : sequence
        Of pynetdicom's events.

    Raises
    ------
    ArchiveError
        If none came about, with the reason.
    """
    from pynetdicom import AE, build_role, evt

    entity = AE(ae_title=server.calling)
    entity.requested_contexts = list(contexts)
    entity.maximum_pdu_size = _MAX_PDU
    entity.connection_timeout = entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = server.seconds
    tls = (client_context(server), server.host) if server.tls else None
    association = entity.associate(
        server.host,
        server.port,
        ae_title=server.title,
        max_pdu=_MAX_PDU,
        ext_neg=[build_role(uid, scp_role=True) for uid in receives],
        evt_handlers=[(evt.EVT_CONN_OPEN, without_delay), *handlers],
        tls_args=tls,
    )
    if not association.is_established:
        raise ArchiveError(_why_not(server, association))
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_LOOK_SECONDS):
            if cancel.cancelled:
                association.abort()
                # The thread that waits for an answer is woken as by an abort of the server's: otherwise it would wait
                # until the answer's time is over.
                association.dimse.msg_queue.put((None, None))
                return

    watcher = threading.Thread(target=watch, name="archive-cancel", daemon=True)
    watcher.start()
    try:
        yield association
    except BaseException:
        over.set()
        watcher.join()
        if association.is_established:
            association.abort()
        if cancel.cancelled:
            raise ArchiveCancelled("Cancelled.") from None
        raise
    over.set()
    watcher.join()
    if association.is_established:
        association.release()
    elif cancel.cancelled:
        raise ArchiveCancelled("Cancelled.")


def without_delay(event: "Event") -> None:
    """Handle an opened connection: let small messages go at once.

    A request goes in two parts; by Nagle's algorithm the second waits until the first is acknowledged, which the other
    side delays by 40 ms: for each object.
    """
    with suppress(OSError, AttributeError):
        connection = event.assoc.dul.socket
        if connection is not None and connection.socket is not None:
            connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def broke_off(server: Server, doing: str) -> ArchiveError:
    """Return the error for an association that ended in the middle of a service.

    Orthanc and others accept associations and contexts from anyone, and abort once something is asked of them.
    """
    return ArchiveError(
        f"{server.name} broke off the {doing}. If it does so every time, it does not allow that to {server.calling}: "
        "its administrator has to enter this program's title, address and rights."
    )


def _why_not(server: Server, association: "Association") -> str:
    if association.is_rejected:
        answer = association.acceptor.primitive
        code = int(getattr(answer, "diagnostic", 0) or 0) if getattr(answer, "result_source", 1) == 1 else 0
        reason = _REJECTED.get(code, worded("it is too busy, or wants none now"))
        return worded(
            f"{server.name} refused the connection: {reason.format(calling=server.calling, title=server.title)}."
        )
    if association.rejected_contexts:  # it was accepted, with nothing of what was asked for (PS3.8 9.3.3.2)
        kinds = dict.fromkeys(class_name(str(context.abstract_syntax)) for context in association.rejected_contexts)
        return worded(f"{server.name} takes nothing of this kind ({', '.join(kinds)}).")
    try:
        with socket.create_connection((server.host, server.port), timeout=min(server.seconds, 10)) as plain:
            if not server.tls:
                return worded(
                    f"{server.name} ended the connection at once; it may want an encrypted one, or not speak DICOM."
                )
            with client_context(server).wrap_socket(plain, server_hostname=server.host) as secure:
                secure.settimeout(1)
                secure.recv(1)
    except ssl.SSLError as error:
        reason = certificate_reason(error)
        if reason:
            return worded(f"{server.name}: the certificate is not to be trusted ({reason}).")
        return worded(
            f"{server.name}: no encrypted connection came about; it may want a client certificate, or no encryption."
        )
    except TimeoutError:
        return worded(f"{server.name} did not answer at {server.host}:{server.port} within {server.seconds:g} seconds.")
    except OSError as error:
        return worded(f"{server.name} cannot be reached at {server.host}:{server.port}: {error.strerror or error}.")
    return worded(
        f"{server.name} ended the connection at once; it may want a client certificate, or refuse this program."
    )
