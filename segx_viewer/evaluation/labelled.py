"""Anybody's labelled images: a folder for each class, or a table of images and classes."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from segx_viewer.bundles.manifest import ModelBundle
from segx_viewer.errors import DataError

_IMAGE_COLUMNS = ("image", "path", "file", "filename")
_CLASS_COLUMNS = ("class", "label", "classes", "target")
_GROUP_COLUMNS = ("group", "patient", "lesion", "subject")
_MASK_COLUMNS = ("mask", "segmentation", "region")
_APART = ";"


@dataclass(frozen=True, slots=True)
class Labelled:
    """An image with the codes of its classes; images of the same group (person, lesion) are one piece of evidence."""

    path: Path
    codes: tuple[str, ...]
    group: str
    mask: Path | None = None


def labelled(data: Path, bundle: ModelBundle) -> list[Labelled]:
    """Return the images in a folder with a folder for each class, or in a CSV with the columns image and class.

    A CSV may have a column group, a column mask (pictures, white where the region is), and several classes of an image
    apart by semicolons. Classes are named by their code or label.

    Raises
    ------
    DataError
        If there are none, or a class is named that the model does not have.
    """
    codes = {name.lower(): c.code for c in bundle.classes for name in (c.label, c.code)}

    def known(name: str) -> str:
        if name.strip().lower() not in codes:
            names = ", ".join(c.code for c in bundle.classes)
            raise DataError(f"{bundle.info.title} has no class {name.strip()!r}; its classes are {names}.")
        return codes[name.strip().lower()]

    if data.is_dir():
        folders = [f for f in sorted(data.iterdir()) if f.is_dir() and not f.name.startswith(".")]
        images = [
            Labelled(path, (known(folder.name),), str(path))
            for folder in folders
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.startswith(".")
        ]
    else:
        images = _in_table(data, known)
    if not images:
        raise DataError(f"{data} holds no labelled images: a folder for each class, or a CSV with image and class.")
    return images


def _in_table(path: Path, known: Callable[[str], str]) -> list[Labelled]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [{(k or "").strip().lower(): v or "" for k, v in row.items()} for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path.name} could not be read as a CSV of images and classes.") from error
    if not rows:
        return []
    image, label = (
        next((name for name in names if name in rows[0]), None) for names in (_IMAGE_COLUMNS, _CLASS_COLUMNS)
    )
    if image is None or label is None:
        raise DataError(f"{path.name} needs a column image and a column class; it has {', '.join(rows[0])}.")
    group = next((name for name in _GROUP_COLUMNS if name in rows[0]), image)
    mask = next((name for name in _MASK_COLUMNS if name in rows[0]), "")
    return [
        Labelled(
            path.parent / row[image],
            tuple(known(name) for name in row[label].split(_APART) if name.strip()),
            row[group],
            path.parent / row[mask] if mask and row[mask] else None,
        )
        for row in rows
    ]
