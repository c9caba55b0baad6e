"""Deterministic splits by lesion, person or run, stored with the bundle."""

import csv
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, TypeVar, get_args

from segx_viewer.training.datasets import Record

Part = Literal["train", "validation", "calibration", "test"]
PARTS: tuple[Part, ...] = get_args(Part)
SHARES: Mapping[Part, float] = {"train": 0.70, "validation": 0.15, "test": 0.15}
Stretches = Mapping[str, Mapping[Part, tuple[float, float]]]
"""Run -> part -> the positions from (inclusive) and to (exclusive; 1 is included)."""
_Name = TypeVar("_Name", bound=str)


def split_runs(records: Iterable[Record], stretches: Stretches) -> dict[str, Part]:
    """Split by run and position; what lies between the stretches belongs to no part, and its images are left out.

    Parameters
    ----------
    stretches : mapping
        The first word of a record's group is its run. The gaps between the stretches keep one person's images in one
        part where file order is all that is known of persons.

    Returns
    -------
    dict
        Image id -> part.
    """
    parts: dict[str, Part] = {}
    for record in records:
        for part, (first, last) in stretches.get(record.group.split()[0], {}).items():
            place = record.position or 0.0
            if first <= place < last or place == last == 1.0:
                parts[record.image_id] = part
    return parts


def split(records: Iterable[Record], seed: int, shares: Mapping[Part, float] = SHARES) -> dict[str, Part]:
    """Split by group, 70 / 15 / 15 or by other shares, in proportion within each stratum.

    Groups are ordered by a hash of their name and the seed, so a group's place does not depend on which
    other images are there or on their order in the file.

    Returns
    -------
    dict
        Image id -> part.
    """
    return deal(records, seed, shares)


def deal(records: Iterable[Record], seed: int, shares: Mapping[_Name, float]) -> dict[str, _Name]:
    """Deal groups out as `split` does, to parts of any name; return image id -> part."""
    groups: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        groups[record.group].append(record)
    strata: dict[str, list[str]] = defaultdict(list)
    for group, members in groups.items():
        strata[min(m.stratum for m in members)].append(group)
    parts: dict[str, _Name] = {}
    for names in strata.values():
        ordered = sorted(names, key=lambda g: hashlib.sha256(f"{seed} {g}".encode()).digest())
        edges = [sum(list(shares.values())[: n + 1]) * len(ordered) for n in range(len(shares) - 1)]
        for position, group in enumerate(ordered):
            part = list(shares)[sum(position >= edge for edge in edges)]
            parts |= dict.fromkeys((record.image_id for record in groups[group]), part)
    return parts


def write_splits(path: Path, parts: Mapping[str, Part]) -> None:
    """Write a split as CSV with the columns image_id and part, in order of image id."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("image_id", "part"))
        writer.writerows(sorted(parts.items()))


def read_splits(path: Path) -> dict[str, Part]:
    """Read what `write_splits` wrote."""
    with path.open(newline="", encoding="utf-8") as file:
        return {row["image_id"]: row["part"] for row in csv.DictReader(file)}  # type: ignore[misc]
