"""Sending by C-STORE (PS3.4 B), each object in its own transfer syntax, or decoded where the server wants that."""

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pydicom
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from segx_viewer.archive.association import associate, broke_off
from segx_viewer.archive.contexts import MAX_CONTEXTS, PLAIN, class_name
from segx_viewer.archive.model import Answer, Outgoing, check
from segx_viewer.archive.servers import Server
from segx_viewer.domain.request import CancelToken
from segx_viewer.errors import worded

if TYPE_CHECKING:
    from pynetdicom.association import Association
    from pynetdicom.presentation import PresentationContext

_DUPLICATE = 0x0111
_REASONS = {
    0x0117: worded("it finds the object's identity invalid"),
    0x0122: worded("it does not take this class of object"),
    0x0124: worded("it does not allow this program to store"),
}
_FAMILIES = {0xA7: worded("it has no space left"), 0xA9: worded("the object does not fit its class")}


def store(server: Server, objects: Sequence[Outgoing], cancel: CancelToken) -> Iterator[Answer]:
    """Send objects over as few associations as their classes allow; yield the answers in their order."""
    left = list(objects)
    while left:
        batch: list[Outgoing] = []
        while left and len(_offered([*batch, left[0]])) <= MAX_CONTEXTS:
            batch.append(left.pop(0))
        with associate(server, _offered(batch), cancel) as association:
            for outgoing in batch:
                check(cancel)
                yield _store(server, association, outgoing)
            check(cancel)


def _offered(objects: Sequence[Outgoing]) -> "list[PresentationContext]":
    from pynetdicom import build_context

    pairs: dict[tuple[str, tuple[str, ...]], None] = {}
    for outgoing in objects:
        if outgoing.transfer_syntax not in PLAIN:
            pairs[outgoing.sop_class, (outgoing.transfer_syntax,)] = None
        for syntax in PLAIN:
            pairs[outgoing.sop_class, (syntax,)] = None
    return [build_context(uid, list(syntaxes)) for uid, syntaxes in pairs]


def _store(server: Server, association: "Association", outgoing: Outgoing) -> Answer:
    taken = {
        str(context.transfer_syntax[0])
        for context in association.accepted_contexts
        if context.abstract_syntax == outgoing.sop_class
    }
    if not taken:
        kind = class_name(outgoing.sop_class)
        return Answer(False, worded(f"{server.name} does not take objects of this kind ({kind})."))
    dataset = pydicom.dcmread(io.BytesIO(outgoing.data))
    if outgoing.transfer_syntax not in taken and not _recode(dataset, taken):
        return Answer(
            False, worded(f"{server.name} does not take it as it is compressed, and it could not be decoded.")
        )
    status = association.send_c_store(dataset)
    if "Status" not in status:
        raise broke_off(server, "sending")
    return _answer(server, status)


def _recode(dataset: Dataset, taken: set[str]) -> bool:
    """Bring an object into a plain syntax that the server takes; it stays the same object, because nothing is lost."""
    target = next((uid for uid in (ExplicitVRLittleEndian, ImplicitVRLittleEndian) if uid in taken), None)
    if target is None:
        return False
    if dataset.file_meta.TransferSyntaxUID.is_compressed:
        try:
            dataset.decompress(generate_instance_uid=False)
        except (AttributeError, NotImplementedError, RuntimeError, ValueError):
            return False
    dataset.file_meta.TransferSyntaxUID = target
    return True


def _answer(server: Server, status: Dataset) -> Answer:
    code = int(status.Status)
    if code == 0:
        return Answer(True, worded(f"{server.name} has stored it."))
    if code == _DUPLICATE:
        return Answer(True, worded(f"{server.name} had it already."))
    if code >> 12 == 0xB:  # PS3.4 B.2.3: coerced, elements discarded
        return Answer(True, worded(f"{server.name} has stored it, and changed some of its values."))
    reason = _REASONS.get(code) or _FAMILIES.get(code >> 8) or str(status.get("ErrorComment") or "").strip()
    return Answer(False, worded(f"{server.name} refused it: {reason or f'its reason is {code:04X}'}."))
