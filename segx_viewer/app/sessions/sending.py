"""The current image's results, as DICOM objects for the archive of its study."""

import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from segx_viewer.app.jobs.archives import outbox
from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.domain.request import CancelToken

if TYPE_CHECKING:
    from segx_viewer.app.sessions.export import Job
    from segx_viewer.archive.model import Answer
    from segx_viewer.archive.outbox import Item
    from segx_viewer.archive.servers import Server
    from segx_viewer.domain.image import MedicalImage

KINDS = {
    "seg": mark("Region (SEG)"),
    "seg-probability": mark("Region's probability (fractional SEG)"),
    "seg-labelmap": mark("Region as a label map (SEG)"),
    "map-original": mark("Saliency map (Parametric Map)"),
    "map-segx": mark("SegX map (Parametric Map)"),
    "sr": mark("Findings and measurements (SR)"),
    "sc": mark("Report page as a picture (Secondary Capture)"),
    "pdf": mark("Report (encapsulated PDF)"),
    "ko": mark("Key images of the study (key object selection)"),
    "gsps": mark("Outlines, measurements and window (presentation state)"),
}
"""What to call the kinds of `reporting.dicom.Kind`, and the key images."""
KEY_IMAGES = "ko"


def kinds() -> list[str]:
    """Return the kinds of results that can be sent."""
    from segx_viewer.archive.rules import sendable

    return list(sendable())


def kind_label(kind: str) -> str:
    """Return a kind's name for the reader."""
    return tr(KINDS[kind]) if kind in KINDS else kind.upper()


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """What to send where, captured when it was asked for."""

    job: "Job | None"  # None where there is nothing but key images
    kinds: tuple[str, ...]
    server: "Server"
    key_images: tuple["MedicalImage", ...] = ()  # of the study


def fingerprint(job: "Job", kind: str) -> str:
    """Return a hash of what a result says, whatever its UIDs and the hour: the same result is sent once."""
    analysis, digest = job.analysis, hashlib.sha256()
    source = analysis.image.source
    parts: list[object] = [source.sop_instance_uid, source.frame, kind, job.key, analysis.bundle.digest]
    parts += [job.reading, job.shown] if kind in ("sc", "pdf", "gsps", "sr") else []
    digest.update(repr(parts).encode())
    if analysis.segmentation is not None:
        digest.update(analysis.segmentation.mask.tobytes())
    if job.key is not None and job.key in analysis.explanations:
        digest.update(analysis.explanations[job.key].saliency_map.tobytes())
    return digest.hexdigest()


def key_fingerprint(images: "tuple[MedicalImage, ...]") -> str:
    """Return a hash of which images are marked: the same selection is sent once."""
    return hashlib.sha256(repr((KEY_IMAGES, sorted({i.source.sop_instance_uid for i in images}))).encode()).hexdigest()


def sent_before(order: Order) -> dict[str, float]:
    """Return when which kinds of an order were sent before, in seconds since 1970."""
    box = outbox()
    digests = {kind: fingerprint(order.job, kind) for kind in order.kinds if order.job is not None}
    if KEY_IMAGES in order.kinds:
        digests[KEY_IMAGES] = key_fingerprint(order.key_images)
    found = {kind: box.sent_at(order.server, digest) for kind, digest in digests.items()}
    return {kind: when for kind, when in found.items() if when is not None}


def write_key_objects(images: "tuple[MedicalImage, ...]", folder: Path) -> str:
    """Write the marked images' key objects, a file for each study; return what to say. Raises `ExportError`."""
    from segx_viewer.reporting.atomic import write_bytes
    from segx_viewer.reporting.dicom.keyobjects import key_objects

    made = key_objects(images)
    for number, one in enumerate(made, 1):
        write_bytes(folder / f"key-images-{number}.dcm", one.data)
    return tr("Key objects written: {count}, one for each study.").format(count=len(made))


def send(order: Order, cancel: CancelToken, tell: "Callable[[Item, Answer], None]") -> int:
    """Write the results, put them into the outbox and deliver it. Returns how many the server has now.

    Raises
    ------
    ExportError
        If they cannot be made.
    ArchiveError
        If the server cannot be reached; they wait then, and are offered again.
    """
    from segx_viewer.archive.connection import connect
    from segx_viewer.reporting.dicom.keyobjects import key_objects
    from segx_viewer.reporting.dicom.results import Kind, write_dicom_results

    archive = connect(order.server)  # before anything is written: a password may be missing
    box, job = outbox(), order.job
    if KEY_IMAGES in order.kinds:
        for one in key_objects(order.key_images):
            box.put(order.server, one.data, kind_label(KEY_IMAGES), key_fingerprint(order.key_images))
    results = [kind for kind in order.kinds if kind != KEY_IMAGES]
    if results and job is not None:
        with tempfile.TemporaryDirectory(prefix="segx-viewer-") as folder:
            written = write_dicom_results(
                job.analysis,
                Path(folder),
                "result",
                key=job.key,
                voi=job.view.voi,
                view=job.capture,
                reading=job.reading,
                kinds=[Kind(kind) for kind in results],
                include_identity=True,
            )
            for kind, path in written.items():
                box.put(order.server, path.read_bytes(), kind_label(kind.value), fingerprint(job, kind.value))
    return box.deliver(order.server, archive, on_answer=tell, cancel=cancel)
