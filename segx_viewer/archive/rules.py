"""What is done with received images: rules of one TOML file, the first that fits an image holds."""

import tomllib
from collections.abc import Collection
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from segx_viewer.errors import ArchiveError

FILES = (
    "png", "pdf", "json", "npz", "dicom", "dicom-pdf", "dicom-labelmap", "dicom-gsps", "dicom-sc-j2k",
)  # fmt: skip
"""Outputs that are written into the folder."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes
    ----------
    modality : tuple of str
        DICOM modalities that it is for; empty for all.
    caller : tuple of str
        Titles of who sent the image; empty for all.
    bundle : str
        Model bundle; "" for the one that fits the image.
    methods : tuple of str
        Attribution methods.
    outputs : tuple of str
        Files to write, of `FILES`.
    send : tuple of str
        DICOM objects to send, of `sendable`; empty for all.
    destination : str
        A configured archive that they are sent to; "" for none.
    include_identity : bool
        Write patient and study into the files. Objects that are sent belong to their study, and always have them.
    """

    modality: tuple[str, ...] = ()
    caller: tuple[str, ...] = ()
    bundle: str = ""
    methods: tuple[str, ...] = ("gradcam",)
    outputs: tuple[str, ...] = ("json",)
    send: tuple[str, ...] = ()
    destination: str = ""
    include_identity: bool = False

    def fits(self, modality: str, caller: str) -> bool:
        """Whether the rule applies to an image of this modality from this application entity title."""
        return (not self.modality or modality in self.modality) and (not self.caller or caller in self.caller)


EVERYTHING = (Rule(),)
"""Without a file of rules: every image is analysed by the bundle that fits it, and its figures written."""


def sendable() -> tuple[str, ...]:
    """Return the kinds of DICOM objects that can be sent."""
    from segx_viewer.reporting.dicom.results import Kind

    return tuple(kind.value for kind in Kind if kind is not Kind.SOURCE)


def load_rules(path: Path) -> tuple[Rule, ...]:
    """Return the rules of a file. Raises `ArchiveError` with what is wrong in it."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ArchiveError(f"The rules in {path} cannot be read: {error}.") from error
    rows = table.get("rule")
    if not isinstance(rows, list) or not rows or table.keys() != {"rule"}:
        raise ArchiveError(f"{path}: rules are written as [[rule]], and there is nothing else.")
    return tuple(_rule(row, f"{path}, rule {number}") for number, row in enumerate(rows, 1))


def destinations(rules: Collection[Rule]) -> list[str]:
    """Return the archives that the rules send to, each once."""
    return list(dict.fromkeys(rule.destination for rule in rules if rule.destination))


def _rule(row: dict[str, object], where: str) -> Rule:
    kinds = {field.name: field.default for field in fields(Rule)}
    values: dict[str, Any] = {}  # each is checked against the type of its field
    for key, value in row.items():
        if key not in kinds:
            raise ArchiveError(f"{where}: there is no '{key}'; there are {', '.join(kinds)}.")
        if isinstance(kinds[key], tuple):
            many = [value] if isinstance(value, str) else value
            if not isinstance(many, list) or not all(isinstance(v, str) for v in many):
                raise ArchiveError(f"{where}: '{key}' is a list of texts.")
            values[key] = tuple(many)
        elif type(value) is type(kinds[key]):
            values[key] = value
        else:
            raise ArchiveError(f"{where}: '{key}' cannot be {value!r}.")
    for key in ("outputs", "send"):
        for value in values.get(key, ()):
            allowed = FILES if key == "outputs" else sendable()
            if value not in allowed:
                raise ArchiveError(f"{where}: '{key}' cannot be '{value}'; there are {', '.join(allowed)}.")
    if "modality" in values:
        values["modality"] = tuple(code.upper() for code in values["modality"])
    return Rule(**values)
