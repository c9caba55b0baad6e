"""Kinds of images: what a bundle can be sure of before any network looks, as data."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache

from segx_viewer.domain.tables import Table, as_text, as_texts
from segx_viewer.paths import resources_folder

IMAGE_KINDS = "image_kinds.toml"
OTHER_VIEWS = "The model did not learn from this view."


@dataclass(frozen=True, slots=True)
class ImageKind:
    """What an image of a kind is like.

    Attributes
    ----------
    one, many : str
        The kind's words in a sentence, such as "a chest radiograph" and "chest radiographs".
    pixels : str
        "grey" or "colour" where the other sort is refused, "" where either may come.
    body_parts : tuple of str
        Values of Body Part Examined (PS3.16 Annex L); another known one is refused, an unknown word tells nothing. ()
        where no word does.
    other_views : tuple of str
        View Positions (0018,5101) that are outside what the networks learned from.
    other_projections : tuple of str
        "frontal", "lateral" or "oblique", whichever way the header says them, that are outside as well.
    other_views_reason : str
        ``{view}`` stands for "a lateral", say.
    """

    one: str
    many: str
    pixels: str = ""
    body_parts: tuple[str, ...] = ()
    other_views: tuple[str, ...] = ()
    other_projections: tuple[str, ...] = ()
    other_views_reason: str = OTHER_VIEWS

    def __post_init__(self) -> None:
        if self.pixels not in ("", "grey", "colour"):
            raise ValueError("pixels of an image kind are grey, colour or left out")


def image_kind(name: str, stated: Mapping[str, object] | None = None) -> ImageKind:
    """Return what images of a kind are like, as far as that is known.

    Parameters
    ----------
    name : str
        A manifest's `image_kind`.
    stated : mapping, optional
        A manifest's `[gate.kind]` table, whose entries come first.

    Raises
    ------
    ValueError
        If an entry is unknown or wrong.

    Examples
    --------
    >>> image_kind("dermoscopy").many
    'dermoscopy images'
    >>> image_kind("brain MR", {"one": "an MR slice of a head"})
    ImageKind(one='an MR slice of a head', many='brain MR images', pixels='', ...
    """
    table: Table = {**_known().get(name, {}), **(stated or {})}
    if unknown := set(table) - {f.name for f in fields(ImageKind)}:
        raise ValueError(f"{', '.join(sorted(unknown))} in the table of an image kind")
    return ImageKind(
        one=as_text(table.get("one", f"an image of {name}")),
        many=as_text(table.get("many", f"{name} images")),
        pixels=as_text(table.get("pixels", "")),
        body_parts=as_texts(table.get("body_parts", ())),
        other_views=as_texts(table.get("other_views", ())),
        other_projections=as_texts(table.get("other_projections", ())),
        other_views_reason=as_text(table.get("other_views_reason", OTHER_VIEWS)),
    )


@cache
def _known() -> dict[str, Table]:
    return tomllib.loads((resources_folder() / IMAGE_KINDS).read_text("utf-8"))
