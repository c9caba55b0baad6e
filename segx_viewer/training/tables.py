"""Data sets that a recipe describes: a folder with a metadata table, pictures and reference masks."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from segx_viewer.domain.tables import Table as Shape
from segx_viewer.domain.tables import as_floats, as_list, as_table, as_tables
from segx_viewer.errors import DataError
from segx_viewer.training.datasets import Record, Source, index_files, load_dataset, mask_of, read_rows, root_of

PRESENT = {"1", "1.0"}
OUTLINES = "findings.json"
Films = Mapping[str, Sequence[Shape]]
"""Film -> its outlines."""


@dataclass(frozen=True, slots=True)
class Table:
    """Where a data set's columns and files are.

    Attributes
    ----------
    name : str
        Of the data set, and of its folder.
    image : str
        Column with the picture's file name, without its ending.
    group : tuple of str
        Columns that together name a patient, a lesion, or whatever must not part company in a split.
    label : str
        Column with the code of the only class, or "".
    findings : mapping of str to str
        Class code -> its column of 0 and 1, where several may hold.
    attributes : tuple of str
        Columns that figures are told apart by, such as the view or the source.
    marked : str
        Column of 0 and 1: callipers, text or coloured strokes are burnt into the picture.
    position : str
        Column with the place within a run, 0 to 1, of an examination in file order; `person_width` of it counts as
        one person.
    person_width : float
    leave_out : mapping of str to str
        Column -> value of rows that are not used.
    teacher : str
        What the columns with another network's probabilities begin with, before the finding's own column name.
    prefix : str
        Put before every group's name, so that two sets' groups cannot be taken for each other.
    outlines : mapping of str to list of str
        Class code -> the words that outlines of it have in `findings.json`: polygons by film, of readers' own.
    rest : str
        A known data set (see `datasets.LAYOUTS`) of the same pictures in another form: those that this set does not
        have by name are read from there, with its groups and classes. "" for none.
    masks, pictures : str
        Part of the path that masks and pictures lie under, "" for any.
    """

    name: str
    image: str = "image"
    group: tuple[str, ...] = ("group",)
    label: str = ""
    findings: Mapping[str, str] = field(default_factory=dict)
    attributes: tuple[str, ...] = ()
    marked: str = ""
    position: str = ""
    person_width: float = 0.05
    leave_out: Mapping[str, str] = field(default_factory=dict)
    teacher: str = ""
    prefix: str = ""
    outlines: Mapping[str, Sequence[str]] = field(default_factory=dict)
    rest: str = ""
    pictures: str = "images"
    masks: str = "masks"

    @classmethod
    def of(cls, name: str, table: Mapping[str, object]) -> "Table":
        """Read a recipe's `[recipe.data.NAME]`. Raises `ValueError` on an unknown entry."""
        known = {f.name for f in fields(cls)} - {"name"}
        if unknown := set(table) - known:
            raise ValueError(f"{', '.join(sorted(unknown))} in [recipe.data.{name}]")
        values: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in table.items()}
        return cls(name, **values)

    def read(self, folder: Path) -> list[Record]:
        """Read the data set's records, in order of image id.

        Raises
        ------
        DataError
            If the folder does not hold it, or a column is missing.
        """
        root = root_of(self.name, folder)
        pictures = index_files(root, {".jpg", ".jpeg", ".png"}, below=self.pictures)
        masks = index_files(root, {".png"}, below=self.masks)
        films = _films(root / OUTLINES) if self.outlines else {}
        try:
            rows = [row for row in read_rows(root, "metadata") if not self._left_out(row)]
            records = [
                self._record(row, pictures[row[self.image]], mask_of(row[self.image], masks), films)
                for row in rows
                if row[self.image] in pictures
            ]
        except KeyError as error:
            raise DataError(f"The data set {self.name} has no column {error}.") from error
        if not records:
            raise DataError(f"No image of the data set {self.name} was found in {root}.")
        if self.rest:
            own = {record.image_id for record in records}
            records += [r for r in load_dataset(self.rest, folder) if r.image_id not in own]
        return _in_strata(sorted(records, key=lambda r: r.image_id))

    def _left_out(self, row: Mapping[str, str]) -> bool:
        return any(row[column] == value for column, value in self.leave_out.items())

    def _record(self, row: Mapping[str, str], picture: Source, mask: Source | None, films: Films) -> Record:
        codes = tuple(code for code, column in self.findings.items() if row[column] in PRESENT)
        if self.label:
            codes = (row[self.label],)
        group = " ".join(row[column] for column in self.group)
        position = float(row[self.position]) if self.position else None
        if position is not None:
            group += f" {int(position / self.person_width):02d}"
        return Record(
            self.name,
            row[self.image] if not self.prefix else f"{self.prefix}{row[self.image]}",
            f"{self.prefix}{group}",
            codes,
            " ".join(codes) or "none",
            picture,
            mask,
            attributes={column: row[column] for column in self.attributes},
            marked=bool(self.marked) and row[self.marked] in PRESENT,
            position=position,
            taught=self._taught(row),
            outlines=self._outlined(films.get(row[self.image], ())),
        )

    def _outlined(self, shapes: Sequence[Shape]) -> dict[str, tuple[tuple[tuple[float, float], ...], ...]]:
        found = {
            code: tuple(_polygon(shape) for shape in shapes if shape["class"] in words)
            for code, words in self.outlines.items()
        }
        return {code: polygons for code, polygons in found.items() if polygons}

    def _taught(self, row: Mapping[str, str]) -> Mapping[str, float]:
        if not self.teacher:
            return {}
        columns = {code: self.teacher + column for code, column in self.findings.items()}
        return {code: float(row[column]) for code, column in columns.items() if row[column]}


def _polygon(shape: Shape) -> tuple[tuple[float, float], ...]:
    return tuple((x, y) for x, y in map(as_floats, as_list(shape["polygon"])))


def _films(path: Path) -> Films:
    try:
        films = as_table(json.loads(path.read_text(encoding="utf-8"))["films"])
        return {film: as_tables(shapes) for film, shapes in films.items()}
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise DataError(f"The outlines {path} could not be read: {error}.") from error


def _in_strata(records: Sequence[Record]) -> list[Record]:
    """Name each record's stratum by its rarest class: a split keeps those in proportion that there are few of."""
    counts: dict[str, int] = {}
    for record in records:
        for code in record.codes:
            counts[code] = counts.get(code, 0) + 1
    return [replace(r, stratum=min(r.codes, key=lambda c: (counts[c], c)) if r.codes else "none") for r in records]
