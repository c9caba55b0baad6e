"""Pictures of one lesion in the order of their days, told apart by what the reader wrote and by nothing else."""

from collections.abc import Iterable

from segx_viewer.app.model.documents import Document

Key = tuple[str, str]


def lesions_of(documents: Iterable[Document]) -> dict[Key, list[Document]]:
    """Return the pictures of each lesion that has a patient and a name, the oldest first.

    Pictures without a day come last, in the order in which they were opened.
    """
    by_lesion: dict[Key, list[Document]] = {}
    for document in documents:
        if document.lesion.key is not None:
            by_lesion.setdefault(document.lesion.key, []).append(document)
    for pictures in by_lesion.values():
        pictures.sort(key=lambda d: (d.lesion.taken or "9999", d.number))
    return by_lesion


def title_of(document: Document) -> str:
    """Return patient and lesion as the reader wrote them."""
    return f"{document.lesion.patient.strip()} · {document.lesion.lesion.strip()}"
