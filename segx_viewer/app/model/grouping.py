"""How open images stand in the list: below which patient, study and series, or folder, and in which order."""

from pathlib import Path

from segx_viewer.app.kit.i18n import date_text, tr
from segx_viewer.app.model.documents import Document
from segx_viewer.app.model.stack import Parts, part_words

SERIES = "series "  # begins the keys of series
_LAST = 2**31

Order = tuple[int | str, ...]
Groups = tuple[tuple[str, str], ...]
"""(key, title) of each group above an image, outermost first."""


def group_path(document: Document, identity: bool = True, parts: Parts = ()) -> Groups:
    """Return the groups above a document: patient, study and series for DICOM, else the folder.

    `parts` tell its stack from the others of its series.
    """
    header = document.header
    if header is None or not header.source.study_uid:
        folder = document.place, Path(document.place).name or document.place
        if header is None or not header.source.sop_instance_uid:
            return (folder,)
        return folder, (f"{SERIES}none {document.place}", tr("Single images"))  # DICOM that names no study
    who = header.identity
    patient = (who.name or who.patient_id) if who is not None and identity else ""
    facts = header.acquisition
    study = "  ".join(part for part in (date_text(facts.study_date), facts.study_description) if part)
    series = " ".join(part for part in (header.modality, facts.series_description or facts.body_part) if part)
    series = series or tr("Series")
    key = f"{who.patient_id} {who.name}" if who is not None else ""
    return (
        (f"patient {key}", patient or tr("Patient")),
        (f"study {header.source.study_uid}", study or tr("Study")),
        (f"series {header.source.series_uid} {parts}", " · ".join(filter(None, (series, part_words(parts))))),
    )


def order_of(document: Document, rank: tuple[int, int] | None = None) -> Order:
    """Return what a document is sorted by: DICOM before pictures, newest study first, series by number, stack, place.

    `rank` is the number of its stack in the series and its place in that.
    """
    header = document.header
    if header is None or not header.source.study_uid:
        return (1, document.number)
    facts, source, place = header.acquisition, header.source, header.place
    when = int(f"{facts.study_date or 0:0>8}{facts.study_time:0<6}")
    series = _LAST if facts.series_number is None else facts.series_number
    stack, position = rank or (_LAST, _LAST if place.instance is None else place.instance)
    return (0, -when, source.study_uid, series, source.series_uid, stack, position, document.number)


def says_more(title: str, than: str) -> bool:
    """Return whether a title tells more of the same thing than another one, which may be a word for any."""
    return than in (tr("Study"), tr("Series")) or (title.startswith(than) and title != than)


def subtitle(document: Document) -> str:
    """Return the line below an image's name: what is wrong with it, its frames, or its view and size."""
    header = document.header
    if document.waits_for:
        return tr("waits for its image")
    if document.error:
        return tr("cannot be opened")
    if header is None:
        return "…"
    if header.source.frames > 1:
        stacks = header.source.frame_stacks
        here = next((i for i, stack in enumerate(stacks) if document.frame in stack), None)
        if here is None or len(stacks) < 2:
            return tr("{count} frames").format(count=header.source.frames)
        text = tr("{count} frames, stack {number} of {total}")
        return text.format(count=len(stacks[here]), number=here + 1, total=len(stacks))
    height, width = document.size or (0, 0)
    size = f"{width} x {height} px" if document.size else tr("Picture")
    return " · ".join(part for part in (header.acquisition.view_position, size) if part)
