"""Hanging rules: how images of each modality are laid out, in one file that people can read and edit."""

import tomllib
from collections.abc import Iterable
from pathlib import Path

from segx_viewer.app.kit import settings
from segx_viewer.app.model.documents import Document
from segx_viewer.app.model.viewstate import Layout
from segx_viewer.domain.image import MedicalImage

PICTURE = "picture"
"""Stands for the modality of a picture file, which states none."""
_HEAD = """# How images are laid out, for each modality as DICOM names it; "picture" stands for picture files.
# The program writes a line whenever another layout is chosen. Layouts: {layouts}

"""


def rules_file() -> Path:
    """Return the file of the rules; it may not exist yet."""
    return settings.data_folder() / "hanging.toml"


def rules() -> dict[str, Layout]:
    """Return the layout of each modality, as far as the file states one that there is."""
    try:
        stated = tomllib.loads(rules_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):  # none yet, or one that was edited into something else
        return {}
    known = {layout.value: layout for layout in Layout}
    return {name: known[value] for name, value in stated.items() if isinstance(value, str) and value in known}


def modality_of(image: MedicalImage) -> str:
    """Return the name under which an image's rule stands."""
    return image.modality if image.modality.isalnum() else PICTURE


def remember(image: MedicalImage, layout: Layout) -> None:
    """Write down that images of this modality are laid out like this."""
    from segx_viewer.reporting.atomic import write_bytes

    changed = {**rules(), modality_of(image): layout}
    lines = [f'{name} = "{changed[name].value}"' for name in sorted(changed)]
    head = _HEAD.format(layouts=", ".join(layout.value for layout in Layout))
    write_bytes(rules_file(), (head + "\n".join(lines) + "\n").encode(), private=True)


def prior_of(document: Document, documents: Iterable[Document]) -> Document | None:
    """Return the newest earlier image of the same patient and part of the body, the same view before others.

    None where there is none, or where the header does not say who or when.
    """
    header = document.header
    if header is None or header.identity is None or not header.identity.patient_id:
        return None
    facts, who = header.acquisition, (header.identity.patient_id, header.identity.name)
    found = []
    for other in documents:
        there = other.header
        if there is None or there.identity is None or other.frame or other.error:
            continue
        date, part = there.acquisition.study_date, there.acquisition.body_part
        same = (there.identity.patient_id, there.identity.name) == who and there.modality == header.modality
        if same and part == facts.body_part and date and date < facts.study_date:
            alike = there.acquisition.view_position == facts.view_position
            found.append((alike, date, there.acquisition.study_time, -other.number, other))
    return max(found)[-1] if found else None
