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

KINDS = {
    "seg": mark("Region (SEG)"),
    "seg-probability": mark("Region's probability (fractional SEG)"),
    "seg-labelmap": mark("Region as a label map (SEG)"),
    "map-original": mark("Saliency map (Parametric Map)"),
    "map-segx": mark("SegX map (Parametric Map)"),
    "sr": mark("Findings and measurements (SR)"),
    "sc": mark("Report page as a picture (Secondary Capture)"),
    "pdf": mark("Report (encapsulated PDF)"),
    "gsps": mark("Outlines, measurements and window (presentation state)"),
}
"""What to call the kinds of `reporting.dicom.Kind`."""


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

    job: "Job"
    kinds: tuple[str, ...]
    server: "Server"


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


def sent_before(job: "Job", server: "Server", of: list[str]) -> dict[str, float]:
    """Return when which kinds of these results were sent, in seconds since 1970."""
    box = outbox()
    found = {kind: box.sent_at(server, fingerprint(job, kind)) for kind in of}
    return {kind: when for kind, when in found.items() if when is not None}


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
    from segx_viewer.reporting.dicom.results import Kind, write_dicom_results

    archive = connect(order.server)  # before anything is written: a password may be missing
    box, job = outbox(), order.job
    if order.kinds:
        with tempfile.TemporaryDirectory(prefix="segx-viewer-") as folder:
            written = write_dicom_results(
                job.analysis,
                Path(folder),
                "result",
                key=job.key,
                voi=job.view.voi,
                view=job.capture,
                reading=job.reading,
                kinds=[Kind(kind) for kind in order.kinds],
                include_identity=True,
            )
            for kind, path in written.items():
                box.put(order.server, path.read_bytes(), kind_label(kind.value), fingerprint(job, kind.value))
    return box.deliver(order.server, archive, on_answer=tell, cancel=cancel)
