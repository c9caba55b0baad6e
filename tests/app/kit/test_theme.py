import json
import re

import pytest

from segx_viewer.app.commands import menus, table
from segx_viewer.app.kit import theme
from segx_viewer.app.panels import emptypage
from segx_viewer.paths import resources_folder


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.fixture(params=theme.THEMES)
def colours(request) -> dict[str, str]:
    return json.loads((resources_folder() / "theme" / f"{request.param}.json").read_text())


@pytest.mark.parametrize("text", ["text", "muted"])
@pytest.mark.parametrize("ground", ["background", "panel", "raised"])
def test_text_has_enough_contrast(colours, text, ground):
    assert contrast(colours[text], colours[ground]) >= 4.5


def test_text_on_selection_and_on_the_accent_has_enough_contrast(colours):
    assert contrast(colours["text"], colours["selection"]) >= 4.5
    assert contrast(colours["on_accent"], colours["accent"]) >= 4.5


@pytest.mark.parametrize("name", ["high", "moderate", "low", "abstain", "border"])
def test_shapes_have_enough_contrast(colours, name):
    assert contrast(colours[name], colours["panel"]) >= 3.0


@pytest.mark.parametrize("name", theme.THEMES)
def test_the_style_sheet_is_complete(name):
    sheet = theme.style_sheet(name)
    assert "@" not in sheet
    for path in re.findall(r"url\((.*?)\)", sheet):
        assert path.endswith(".svg")
        assert (resources_folder() / "icons" / path.rsplit("/", 1)[1]).is_file()


def test_every_command_has_a_known_icon_and_menus_name_known_commands():
    rows = {row.id: row for row in table.rows()}
    for row in rows.values():
        assert not row.icon or (resources_folder() / "icons" / f"{row.icon}.svg").is_file()

    assert {name: rows[name].icon for name in emptypage.ICONS} == emptypage.ICONS

    def ids(entries):
        for entry in entries:
            if isinstance(entry, tuple):
                yield from ids(entry[1])
            elif entry is not None and entry not in menus.SPECIAL:
                yield entry

    named = [name for entries in menus.MENUS for name in ids(entries)]
    assert set(named) == set(rows)  # every command is in the menus, once
    assert len(named) == len(set(named))


def test_no_shortcut_is_used_twice():
    keys = [key for row in table.rows() for key in row.shortcut.split("; ") if key]
    assert len(keys) == len(set(keys))
