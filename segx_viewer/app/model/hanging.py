"""Hanging rules: how images are laid out, in one file that people can read and edit."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from segx_viewer.app.kit import settings
from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.model.documents import Document
from segx_viewer.app.model.viewstate import Layout
from segx_viewer.domain.image import MedicalImage
from segx_viewer.errors import SegxError

PICTURE = "picture"
"""Stands for the modality of a picture file, which states none."""
RULES = "rule"
_HEAD = mark(
    """How images are laid out. Layouts: {layouts}

A line for each modality, as DICOM names it; "picture" stands for picture files.
The program writes such a line whenever another layout is chosen:

    CT = "1x1"

Rules say more. The first one that fits an image counts, and comes before the lines above; what a rule does not
name fits everything. Several values stand in brackets. view is PA, AP, LL ..., or frontal, lateral, oblique;
with prior = true, the newest earlier image of the same patient, part and view is hung beside.

    [[rule]]
    modality = ["CR", "DX"]
    body_part = "CHEST"
    view = "frontal"
    laterality = "L"
    layout = "1x2"
    prior = true
"""
)


@dataclass(frozen=True, slots=True)
class Rule:
    """Which images are hung how; an empty condition fits every image.

    Attributes
    ----------
    modality, body_part, view, laterality : tuple of str
        One of them must be the image's: a modality as DICOM names it, a part of the body in any words, a view
        position or projection, L or R.
    layout : Layout, optional
        None leaves the layout as it is.
    prior : bool
        Hang the newest earlier image of the same patient, part and view beside it.
    """

    modality: tuple[str, ...] = ()
    body_part: tuple[str, ...] = ()
    view: tuple[str, ...] = ()
    laterality: tuple[str, ...] = ()
    layout: Layout | None = None
    prior: bool = False

    def fits(self, image: MedicalImage) -> bool:
        """Whether a rule is about an image."""
        facts = image.acquisition
        return (
            _one_of(self.modality, (modality_of(image),))
            and _one_of(self.view, (facts.view_position, facts.projection))
            and _one_of(self.laterality, (facts.laterality,))
            and (not self.body_part or any(same_part(part, facts.body_part) for part in self.body_part))
        )


def _one_of(wanted: tuple[str, ...], stated: tuple[str, ...]) -> bool:
    return not wanted or bool({word.upper() for word in wanted} & {word.upper() for word in stated if word})


def same_part(a: str, b: str) -> bool:
    """Whether two headers' words name the same part of the body; the same word does, whatever it means."""
    from segx_viewer.imaging.bodyparts import body_region

    return a.upper() == b.upper() or body_region(a) == body_region(b) != ""


def rules_file() -> Path:
    """Return the file of the rules; it may not exist yet."""
    return settings.data_folder() / "hanging.toml"


def text_of_file() -> str:
    """Return the file's text, the explanation alone where there is no file yet."""
    try:
        return rules_file().read_text(encoding="utf-8")
    except (OSError, ValueError):
        return _head()


class Parsed(NamedTuple):
    """What a text says: its rules, the layout of each modality, and a sentence for whatever is wrong in it."""

    rules: tuple[Rule, ...]
    layouts: dict[str, Layout]
    problems: tuple[str, ...]


def parsed(text: str) -> Parsed:
    """Return what is right in a text, and what is wrong: a rule with a mistake is left out, it would fit too much."""
    try:
        stated = tomllib.loads(text)
    except ValueError as error:
        return Parsed((), {}, (tr("hanging.toml is not written as TOML: {error}.").format(error=error),))
    found, layouts, problems = [], {}, []
    tables = stated.pop(RULES, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        tables, problems = [], [tr("Each rule in hanging.toml begins with [[rule]].")]
    for number, table in enumerate(tables, 1):
        try:
            found.append(_rule(number, table))
        except SegxError as error:
            problems.append(str(error))
    for name, value in stated.items():
        try:
            layouts[name] = _layout(name, value)
        except SegxError as error:
            problems.append(str(error))
    return Parsed(tuple(found), layouts, tuple(problems))


def _rule(number: int, table: dict[str, Any]) -> Rule:
    where = tr("Rule {number}").format(number=number)
    values: dict[str, Any] = {}
    for name, value in table.items():
        if name == "layout":
            values[name] = _layout(where, value)
        elif name == "prior" and isinstance(value, bool):
            values[name] = value
        elif name in ("modality", "body_part", "view", "laterality"):
            words = value if isinstance(value, list) else [value]
            if not all(isinstance(word, str) for word in words):
                raise SegxError(tr("{where} of hanging.toml: {name} is no text.").format(where=where, name=name))
            values[name] = tuple(words)
        else:
            raise SegxError(tr("{where} of hanging.toml: {name} has no meaning.").format(where=where, name=name))
    return Rule(**values)


def _layout(where: str, value: object) -> Layout:
    known = {layout.value: layout for layout in Layout}
    if not isinstance(value, str) or value not in known:
        text = tr("{where} in hanging.toml: there is no layout {value}; there are {layouts}.")
        raise SegxError(text.format(where=where, value=value, layouts=", ".join(known)))
    return known[value]


def rules() -> Parsed:
    """Return what the file says; nothing where there is none."""
    return parsed(text_of_file()) if rules_file().is_file() else Parsed((), {}, ())


def rule_of(image: MedicalImage, known: Parsed) -> Rule:
    """Return the rule of an image: the first that fits, else its modality's layout, else one that says nothing."""
    name = modality_of(image)
    return next((rule for rule in known.rules if rule.fits(image)), Rule((name,), layout=known.layouts.get(name)))


def modality_of(image: MedicalImage) -> str:
    """Return the name under which an image's rule stands."""
    return image.modality if image.modality.isalnum() else PICTURE


def remember(image: MedicalImage, layout: Layout) -> None:
    """Write down that images like this one are laid out so: in the rule that fits it, or else for its modality.

    Whatever else stands in the file stays as it is, comments among it. A file with something wrong in it is left alone.

    Raises
    ------
    SegxError
        If the file cannot be written, or something is wrong in it.
    """
    import tomlkit

    text = text_of_file()
    known = parsed(text)
    _raise(known)
    document = tomlkit.parse(text)
    fitting = next((number for number, rule in enumerate(known.rules) if rule.fits(image)), None)
    if fitting is not None:
        document[RULES][fitting]["layout"] = layout.value
        write(document.as_string())
        return
    name = modality_of(image)
    line = f'{name} = "{layout.value}"\n'
    if name in document or RULES not in document:
        document[name] = layout.value
        write(document.as_string())
    else:  # before the first rule: what follows a rule belongs to it
        head, mark_, rest = text.partition(f"\n[[{RULES}]]")
        write(f"{head.rstrip()}\n{line}{mark_}{rest}")


def write(text: str) -> None:
    """Write the file, which must be one that can be read again.

    Raises
    ------
    SegxError
        If it cannot be written, or there is something wrong in it.
    """
    from segx_viewer.reporting.atomic import write_bytes

    _raise(parsed(text))
    write_bytes(rules_file(), text.encode(), private=True)


def _raise(known: Parsed) -> None:
    if known.problems:
        raise SegxError(known.problems[0])


def _head() -> str:
    text = tr(_HEAD).format(layouts=", ".join(layout.value for layout in Layout))
    return "".join(f"# {line}".rstrip() + "\n" for line in text.splitlines()) + "\n"


def prior_of(document: Document, documents: Iterable[Document]) -> Document | None:
    """Return the newest earlier image of the same patient and part of the body, the same view before others.

    None where there is none, or where the header does not say who or when. The other side of the body is no prior.
    """
    header = document.header
    if header is None or header.identity is None or not header.identity.patient_id:
        return None
    facts, who = header.acquisition, (header.identity.patient_id, header.identity.name)
    ranked = []
    for other in documents:
        there = other.header
        if there is None or there.identity is None or other.frame or other.error:
            continue
        then = there.acquisition
        sides = {facts.laterality, then.laterality} - {""}
        same = (there.identity.patient_id, there.identity.name) == who and there.modality == header.modality
        earlier = bool(then.study_date) and then.study_date < facts.study_date
        if same and earlier and len(sides) < 2 and same_part(then.body_part, facts.body_part):
            alike = (
                then.view_position == facts.view_position,
                bool(facts.projection) and then.projection == facts.projection,
                then.series_description == facts.series_description,
            )
            ranked.append((alike[:2], then.study_date, alike[2], then.study_time, -other.number, other))
    return max(ranked, key=lambda rank: rank[:-1])[-1] if ranked else None
