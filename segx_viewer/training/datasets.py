"""Data sets on disk, each layout read into the same list of records.

Folders may hold images loose or in ZIP files of the same names; nothing is unpacked to disk.
"""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import cv2
import numpy as np
from numpy.typing import NDArray

from segx_viewer.errors import DataError

MASK_SUFFIXES = ("_segmentation", "_mask", "")


@dataclass(frozen=True, slots=True)
class Record:
    """One image of a data set.

    Attributes
    ----------
    dataset, image_id : str
    group : str
        Lesion or person: images of one group never part company in a split.
    codes : tuple of str
        Class codes; empty when the image has none that count.
    stratum : str
        What a split keeps in proportion.
    image, mask : Source or None
    attributes : mapping of str to str
        What figures are told apart by, such as the view or the source.
    marked : bool
        Callipers, text or coloured strokes are burnt into the picture.
    position : float or None
        Place within a run of examinations in file order, 0 to 1.
    taught : mapping of str to float
        Another network's probabilities by class code; {} where there are none.
    outlines : mapping of str to tuple
        Polygons of findings by class code, (x, y) as shares of the image's width and height; {} where there are none.
    """

    dataset: str
    image_id: str
    group: str
    codes: tuple[str, ...]
    stratum: str
    image: "Source"
    mask: "Source | None"
    attributes: Mapping[str, str] = field(default_factory=dict)
    marked: bool = False
    position: float | None = None
    taught: Mapping[str, float] = field(default_factory=dict)
    outlines: Mapping[str, tuple[tuple[tuple[float, float], ...], ...]] = field(default_factory=dict)

    def read_image(self) -> NDArray[np.uint8]:
        """Return the image as (H, W, 3) uint8 RGB."""
        return np.asarray(cv2.cvtColor(self._decode(self.image, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), np.uint8)

    def read_mask(self) -> NDArray[np.bool_] | None:
        """Return the reference mask (H, W) at its own resolution, or None."""
        return None if self.mask is None else self._decode(self.mask, cv2.IMREAD_GRAYSCALE) > 127

    def _decode(self, source: "Source", flag: int) -> NDArray[np.uint8]:
        array = cv2.imdecode(np.frombuffer(source.read(), np.uint8), flag)
        if array is None:
            raise DataError(f"{source.name} of {self.dataset} is not a readable image.")
        return np.asarray(array, np.uint8)


@dataclass(frozen=True, slots=True)
class Source:
    """A file, loose or inside an open ZIP archive."""

    name: str
    path: Path | None = None
    archive: zipfile.ZipFile | None = None

    def read(self) -> bytes:
        """Return the file's bytes."""
        if self.archive is not None:
            return self.archive.read(self.name)
        return (self.path or Path(self.name)).read_bytes()


def load_dataset(layout: str, folder: Path) -> list[Record]:
    """Read a data set.

    Parameters
    ----------
    layout : str
        A name of `LAYOUTS`.
    folder : Path
        The data set's own folder, or one above it that holds a sub-folder of the layout's name.

    Raises
    ------
    DataError
        If the layout is unknown, or the folder does not hold it.
    """
    if layout not in LAYOUTS:
        raise DataError(f"The data set {layout!r} is not known; known are {', '.join(sorted(LAYOUTS))}.")
    root = root_of(layout, folder)
    records = LAYOUTS[layout](root)
    if not records:
        raise DataError(f"No image of the data set {layout} was found in {root}.")
    return sorted(records, key=lambda r: r.image_id)


def root_of(name: str, folder: Path) -> Path:
    """Return a data set's own folder: the one of its name, or the given one. Raises `DataError`."""
    root = folder / name if (folder / name).is_dir() else folder
    if not root.is_dir():
        raise DataError(f"There is no folder {folder} with the data set {name}.")
    return root


def _read_ham10000(root: Path) -> list[Record]:
    """Original HAM10000 layout: metadata CSV, images in one or two parts, one segmentation per image."""
    rows = read_rows(root, "HAM10000_metadata")
    images = index_files(root, {".jpg", ".jpeg"})
    masks = index_files(root, {".png"})
    return [
        Record(
            "ham10000",
            row["image_id"],
            row["lesion_id"],
            (row["dx"],),
            row["dx"],
            images[row["image_id"]],
            mask_of(row["image_id"], masks),
            {"dx_type": row["dx_type"]} if row.get("dx_type") else {},  # how the label was settled
        )
        for row in rows
        if row["image_id"] in images
    ]


def _read_chest_paediatric(root: Path) -> list[Record]:
    images, masks = index_files(root, {".jpg", ".jpeg"}), index_files(root, {".png"})
    return [
        Record(
            "chest-paediatric",
            row["image_id"],
            row["person_id"],
            (row["label"],),
            f"{row['label']} {row['has_lung_mask']}",
            images[row["image_id"]],
            mask_of(row["image_id"], masks),
        )
        for row in read_rows(root, "metadata")
        if row["image_id"] in images
    ]


def _read_chest_adult(root: Path) -> list[Record]:
    """Adults have lung masks only: their findings are not the classifier's classes."""
    images, masks = index_files(root, {".jpg", ".jpeg"}), index_files(root, {".png"})
    return [
        Record(
            "chest-adult",
            row["image_id"],
            f"adult-{row['patient_id']}",
            (),
            "adult",
            images[row["image_id"]],
            mask_of(row["image_id"], masks),
        )
        for row in read_rows(root, "metadata")
        if row["image_id"] in images
    ]


def _read_chestx_det10(root: Path) -> list[Record]:
    """Multi-label layout: `metadata.csv` with `image_id`, optionally `person_id`, and one 0/1 column per finding."""
    images = index_files(root, {".png", ".jpg", ".jpeg"}, below="images")
    masks = index_files(root, {".png"}, below="masks")
    known = {"image_id", "person_id", "patient_id", "has_lung_mask", "view", "age", "sex"}
    records = []
    for row in read_rows(root, "metadata"):
        if row["image_id"] not in images:
            continue
        codes = tuple(name for name, value in row.items() if name not in known and value in {"1", "1.0"})
        group = row.get("person_id") or row.get("patient_id") or row["image_id"]
        stratum = codes[0] if codes else "none"
        image_id = row["image_id"]
        records.append(
            Record("chestx-det10", image_id, group, codes, stratum, images[image_id], mask_of(image_id, masks))
        )
    return records


LAYOUTS: dict[str, Callable[[Path], list[Record]]] = {
    "ham10000": _read_ham10000,
    "chest-paediatric": _read_chest_paediatric,
    "chest-adult": _read_chest_adult,
    "chestx-det10": _read_chestx_det10,
}


def read_rows(root: Path, stem: str) -> list[dict[str, str]]:
    """Return a metadata table's rows. Raises `DataError` when there is none."""
    # The original release of HAM10000 has its metadata without a suffix.
    path = next((p for p in (root / f"{stem}.csv", root / stem) if p.is_file()), None)
    if path is None:
        raise DataError(f"{root} has no {stem}.csv.")
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def index_files(root: Path, suffixes: set[str], below: str = "") -> dict[str, Source]:
    """Return the files with these endings by their names without them; only those whose path holds `below`."""
    return {
        PurePosixPath(source.name).stem: source
        for place, source in _sources(root)
        if PurePosixPath(source.name).suffix.lower() in suffixes and below in place
    }


def _sources(root: Path) -> Iterator[tuple[str, Source]]:
    """Yield every file with the path or archive it lies in."""
    for path in sorted(root.rglob("*")):
        if path.suffix.lower() == ".zip":
            # Read whole, so that records can be read from any thread without sharing a file position.
            archive = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
            for name in archive.namelist():
                if not name.endswith("/"):
                    yield f"{path.stem}/{name}", Source(name, archive=archive)
        elif path.is_file():
            name = path.relative_to(root).as_posix()
            yield name, Source(name, path)


def mask_of(image_id: str, masks: Mapping[str, Source]) -> Source | None:
    """Return the mask that belongs to an image, or None."""
    return next((masks[image_id + s] for s in MASK_SUFFIXES if image_id + s in masks), None)
