"""What words in headers say of part and view of the body, in the languages that people write them in."""

import re
import tomllib
import unicodedata
from functools import cache
from typing import Any

from segx_viewer.paths import resources_folder

BODY_PARTS = "body_parts.toml"
FRONTAL, LATERAL = "frontal", "lateral"


def body_region(stated: str) -> str:
    """Return the region of the body that a header's words name, or "" where they name none that is known.

    Examples
    --------
    >>> body_region("CHEST"), body_region("Tórax"), body_region("UNKNOWN"), body_region("LEFT KNEE")
    ('CHEST', 'CHEST', '', 'LEG')
    """
    words = _words(stated)
    return next((part for word in words if (part := _parts().get(word))), "")


def part_words(stated: str) -> str:
    """Return what a header calls a part of the body in English words, or as it stands there where it is no term.

    Examples
    --------
    >>> part_words("LSPINE"), part_words("LUMBAR SPINE"), part_words("PORT LEFT")
    ('Lumbar spine', 'Lumbar spine', 'PORT LEFT')
    """
    terms = part_terms()
    return terms.get(stated.upper()) or next((w for w in terms.values() if w.upper() == stated.upper()), stated)


@cache
def part_terms() -> dict[str, str]:
    """Return the terms of Body Part Examined (PS3.16 Annex L, and other common ones), each in English words."""
    return dict(_tables()["terms"])


def projection(view: str, code: str = "", orientation: tuple[str, str] | None = None) -> str:
    """Return a radiograph's direction: "frontal", "lateral", "oblique", or "" where nothing says it.

    Parameters
    ----------
    view : str
        View Position (0018,5101), or the meaning of the View Code Sequence, in any of several languages.
    code : str
        Value of the View Code Sequence (CID 4010 of PS3.16).
    orientation : tuple of str, optional
        Patient Orientation of rows and columns, asked last: rows that run from front to back are a lateral view.

    Examples
    --------
    >>> projection("LEFT LATERAL"), projection("LATERO-MEDIAL"), projection("PA"), projection("", "", ("A", "F"))
    ('lateral', 'lateral', 'frontal', 'lateral')
    """
    words = set(_words(view))
    # Oblique comes before lateral in the table, and lateral before frontal: of several words the rarer view counts.
    named = next((direction for direction, known in _table("views").items() if words & known), "")
    named = named or next((direction for direction, known in _table("view_codes").items() if code in known), "")
    if named:
        return named
    if orientation is None:
        return ""
    rows = orientation[0][:1]
    return LATERAL if rows in {"A", "P"} else FRONTAL if rows in {"L", "R"} else ""


def _words(stated: str) -> list[str]:
    bare = "".join(c for c in unicodedata.normalize("NFKD", stated.upper()) if not unicodedata.combining(c))
    return [word for word in re.split(r"[\W\d_]+", unicodedata.normalize("NFC", bare)) if word]


@cache
def _parts() -> dict[str, str]:
    return {word: part for part, words in _table("parts").items() for word in words}


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads((resources_folder() / BODY_PARTS).read_text("utf-8"))


@cache
def _table(name: str) -> dict[str, frozenset[str]]:
    table = _tables()[name]
    if name == "view_codes":
        return {direction: frozenset(codes) for direction, codes in table.items()}
    return {key: frozenset(normal for word in words for normal in _words(word)) for key, words in table.items()}
