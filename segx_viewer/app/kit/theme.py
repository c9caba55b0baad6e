"""Palette, style sheet and icons, from the resources folder."""

import json
import re
from collections.abc import Callable, Mapping
from functools import cache

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

from segx_viewer.paths import resources_folder

THEMES = ("dark", "light")
_current = {"name": "dark"}


@cache
def _colours(name: str) -> Mapping[str, str]:
    return json.loads((resources_folder() / "theme" / f"{name}.json").read_text(encoding="utf-8"))


def colour(name: str) -> QColor:
    """Return a colour of the current theme by its name in the theme's JSON file."""
    return QColor(_colours(_current["name"])[name])


def current() -> str:
    """Return the name of the current theme."""
    return _current["name"]


def apply(app: QApplication, name: str = "dark") -> None:
    """Give the whole application a theme's palette and style sheet."""
    _current["name"] = name if name in THEMES else "dark"
    icon.cache_clear()
    app.setPalette(_palette())
    app.setStyleSheet(style_sheet(_current["name"]))


def style_sheet(name: str) -> str:
    """Return the style sheet with a theme's colours filled in.

    Raises
    ------
    KeyError
        If the style sheet names a colour that the theme does not have.
    """
    colours = _colours(name)
    text = (resources_folder() / "theme" / "theme.qss").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = text.replace("@icons", (resources_folder() / "icons").as_posix())
    return re.sub(r"@(\w+)", lambda match: colours[match[1]], text)


def _palette() -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for target, name in (
        (role.Window, "background"),
        (role.Base, "panel"),
        (role.AlternateBase, "raised"),
        (role.Button, "raised"),
        (role.WindowText, "text"),
        (role.Text, "text"),
        (role.ButtonText, "text"),
        (role.ToolTipBase, "raised"),
        (role.ToolTipText, "text"),
        (role.PlaceholderText, "muted"),
        (role.Highlight, "selection"),
        (role.HighlightedText, "text"),
        (role.Link, "accent"),
    ):
        palette.setColor(target, colour(name))
    for target in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, target, colour("muted"))
    return palette


@cache
def icon(name: str) -> QIcon:
    """Return an icon of the shipped set in the theme's text colour, dimmed when disabled."""
    result = QIcon()
    for mode, tint in ((QIcon.Mode.Normal, "text"), (QIcon.Mode.Disabled, "muted")):
        draw = _drawer(name, colour(tint))
        for size in (18, 36):
            result.addPixmap(draw(size), mode)
    return result


def pixmap(name: str, size: int, tint: QColor) -> QPixmap:
    """Draw an icon of the shipped set at `size` px in one colour."""
    return _drawer(name, tint)(size)


def _drawer(name: str, tint: QColor) -> Callable[[int], QPixmap]:
    """Return a function that draws an icon in one colour at any size, its file being read once."""
    from PySide6.QtSvg import QSvgRenderer

    svg = (resources_folder() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(svg.replace("currentColor", tint.name()).encode()))

    def draw(size: int) -> QPixmap:
        canvas = QPixmap(size, size)
        canvas.fill(QColor(0, 0, 0, 0))  # by its number: the first look at Qt's enumerations takes 15 ms
        painter = QPainter(canvas)
        renderer.render(painter)
        painter.end()
        return canvas

    return draw
