"""Fonts for letters that the reports' own font lacks: those of the system, then those that a package ships."""

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

from PIL import ImageFont, features

from segx_viewer.paths import resources_folder

# Sans serif before others, whole scripts before collections of everything. By the beginning of the file's name.
_PREFERRED = (
    "NotoSans-Regular", "NotoSansCJK", "NotoSansSC", "NotoSansTC", "NotoSansJP", "NotoSansKR", "SourceHanSans", "wqy-",
    "msyh", "simsun", "YuGoth", "meiryo", "msgothic", "malgun", "PingFang", "Hiragino", "AppleSDGothic", "STHeiti",
    "DroidSansFallback", "DejaVuSans", "NotoSansArabic", "NotoNaskhArabic", "GeezaPro", "NotoSansThai", "Loma",
    "Leelawad", "Thonburi", "NotoSans", "segoeui", "tahoma", "arialuni", "Arial Unicode", "FreeSans", "unifont",
)  # fmt: skip
_STYLED = re.compile("bold|italic|oblique|condensed|light|black|thin|mono|medium|demi|heavy", re.IGNORECASE)
_SUFFIXES = {".ttf", ".otf", ".ttc", ".otc"}
_KEPT = 256

PLAIN = frozenset(map(chr, (*range(0x20, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)))) | frozenset("–—‘’“”„…·×")
"""Characters that the reports' own font has for certain, in both weights: to look them up takes a library."""


@dataclass(frozen=True, slots=True)
class Run:
    """A part of a line in one font; `path` None is the reports' own."""

    text: str
    path: Path | None = None


@lru_cache(_KEPT)
def runs(text: str) -> tuple[Run, ...]:
    """Part a line of text by the fonts that have its letters; letters that no font has become code points.

    What has no script of its own, such as blanks, stays with the letters around it, so that right-to-left words stay in
    one piece.

    Examples
    --------
    >>> runs("Doe, Jane")
    (Run(text='Doe, Jane', path=None),)
    """
    if PLAIN.issuperset(text):
        return (Run(text),)
    own = letters(own_font())
    if all(ord(c) in own for c in text):
        return (Run(text),)
    parts: list[tuple[str, Path | None]] = []
    for character in text:
        if ord(character) in own:
            last = parts[-1][1] if parts else None
            joins = last is not None and not character.isalnum() and ord(character) in letters(last)
            font, shown = (last if joins else None), character
        else:
            font, shown = _font_with(character), character
            if font is None:
                shown = f"[U+{ord(character):04X}]"
        if parts and parts[-1][1] == font:
            parts[-1] = parts[-1][0] + shown, font
        else:
            parts.append((shown, font))
    return tuple(_without_ends(parts))


def _without_ends(parts: list[tuple[str, Path | None]]) -> Iterator[Run]:
    """Give blanks and brackets at the end of a part in another font back to the reports' own."""
    own, ahead = letters(own_font()), ""
    for text, path in parts:
        kept = text
        while path is not None and kept and not kept[-1].isalnum() and ord(kept[-1]) in own:
            kept = kept[:-1]
        if path is None:
            kept, ahead = ahead + kept, ""
        elif ahead:
            yield Run(ahead)
        if path is not None:
            ahead = text[len(kept) :]
        yield Run(kept, path)
    if ahead:
        yield Run(ahead)


@cache
def own_font(bold: bool = False) -> Path:
    """Return the packaged font file."""
    return resources_folder() / "fonts" / f"OpenSans-{'Semibold' if bold else 'Regular'}.ttf"


@lru_cache(_KEPT)
def sized(path: Path | None, size: float, bold: bool = False) -> ImageFont.FreeTypeFont:
    """Return a font at a size in pixels, the reports' own for None; others join letters as they are written."""
    if path is None:
        return ImageFont.truetype(own_font(bold), size, layout_engine=ImageFont.Layout.BASIC)
    layout = ImageFont.Layout.RAQM if features.check("raqm") else ImageFont.Layout.BASIC
    return ImageFont.truetype(path, size, layout_engine=layout)


@cache
def letters(path: Path) -> frozenset[int]:
    """Return the code points that a font file has; none for a file that is no font."""
    from fontTools.ttLib import TTFont  # seldom needed: most pages are in letters that the plain font has

    try:
        with path.open("rb") as file, TTFont(file, fontNumber=0, lazy=True) as font:
            return frozenset(font.getBestCmap() or {})
    except Exception:  # noqa: BLE001 - people have any files in their font folders
        return frozenset()


def _font_with(character: str) -> Path | None:
    return next((path for path in fallbacks() if ord(character) in letters(path)), None)


@cache
def fallbacks() -> tuple[Path, ...]:
    """Return the font files to look for letters in, the best first."""
    fonts: list[tuple[int, int, Path]] = []
    for path in (*_files(font_folders()), *_packaged()):
        rank = next((i for i, name in enumerate(_PREFERRED) if path.stem.lower().startswith(name.lower())), None)
        if rank is not None and not _STYLED.search(path.stem):
            fonts.append((rank, len(fonts), path))
    return tuple(path for _, _, path in sorted(fonts))


def font_folders() -> tuple[Path, ...]:
    """Return where the system keeps its fonts."""
    home = Path.home()
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA", str(home))
        return Path(os.environ.get("WINDIR", "C:/Windows"), "Fonts"), Path(local, "Microsoft/Windows/Fonts")
    if sys.platform == "darwin":
        return Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts"
    return Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), home / ".local/share/fonts", home / ".fonts"


def _files(folders: tuple[Path, ...]) -> Iterator[Path]:
    for folder in folders:
        for place, _, names in os.walk(folder):
            yield from (Path(place, name) for name in sorted(names) if Path(name).suffix.lower() in _SUFFIXES)


def _packaged() -> Iterator[Path]:
    """Yield the font that matplotlib ships (DejaVu): Arabic, Hebrew and many symbols on any machine."""
    spec = find_spec("matplotlib")
    if spec is not None and spec.origin is not None:
        yield from sorted(Path(spec.origin).parent.glob("mpl-data/fonts/ttf/DejaVuSans.ttf"))
