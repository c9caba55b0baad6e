"""Deterministic splits by lesion or person, stored with the bundle."""

import csv
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from segx_viewer.training.datasets import Record

Part = Literal["train", "validation", "test"]
SHARES: Mapping[Part, float] = {"train": 0.70, "validation": 0.15, "test": 0.15}


def split(records: Iterable[Record], seed: int) -> dict[str, Part]:
    """Split by group, 70 / 15 / 15, in proportion within each stratum.

    Groups are ordered by a hash of their name and the seed, so a group's place does not depend on which
    other images are there or on their order in the file.

    Returns
    -------
    dict
        Image id -> part.
    """
    groups: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        groups[record.group].append(record)
    strata: dict[str, list[str]] = defaultdict(list)
    for group, members in groups.items():
        strata[min(m.stratum for m in members)].append(group)
    parts: dict[str, Part] = {}
    for members in strata.values():
        ordered = sorted(members, key=lambda g: hashlib.sha256(f"{seed} {g}".encode()).digest())
        train, validation = SHARES["train"] * len(ordered), (SHARES["train"] + SHARES["validation"]) * len(ordered)
        for position, group in enumerate(ordered):
            part: Part = "train" if position < train else "validation" if position < validation else "test"
            for record in groups[group]:
                parts[record.image_id] = part
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
