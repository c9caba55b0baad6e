"""What the menus hold: nested ids of commands; None is a line, a pair is a sub-menu."""

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from segx_viewer.app.canvas.imagetext import window_number
from segx_viewer.app.kit import settings
from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.kit.preferences import LANGUAGES
from segx_viewer.app.kit.theme import THEMES
from segx_viewer.app.model import presets
from segx_viewer.app.model.actions import Actions
from segx_viewer.app.model.viewstate import Layout
from segx_viewer.domain.image import VoiLut, WindowLevel

if TYPE_CHECKING:
    from segx_viewer.app.commands.desk import Desk

RECENT = "recent"
WINDOWS = "windows"
MODELS = "models"
LAYERS = "layers"
SPECIAL = (RECENT, WINDOWS, MODELS, LAYERS)
"""Entries that are no commands but fill themselves."""

MENUS: tuple[tuple[Any, ...], ...] = (
    (  # File
        "new_window",
        "open",
        "open_folder",
        "open_archive",
        "open_results",
        "open_address",
        RECENT,
        "demo",
        "restore",
        None,
        "open_session",
        "save_session",
        None,
        "export",
        "copy_report",
        "send_archive",
        "deidentify",
        "deidentify_folder",
        "tags",
        "print",
        None,
        "close",
        "close_all",
        None,
        "quit",
    ),
    (  # View
        "fit",
        "actual_size",
        "zoom_in",
        "zoom_out",
        None,
        (mark("&Layout"), tuple(f"layout_{layout}" for layout in Layout)),
        "contact_sheet",
        "two",
        "prior",
        (mark("Lin&k the two images"), ("link_zoom", "link_pan", "link_scroll", "link_window")),
        "reference_lines",
        "corner_text",
        "identity",
        "graphics",
        LAYERS,
        "magnifier",
        "panels",
        "full_screen",
        "second_window",
        None,
        "next_image",
        "previous_image",
        "first",
        "last",
        "next_series",
        "previous_series",
        "film",
        "cine_bar",
        "leave",
    ),
    (  # Image
        WINDOWS,
        (mark("Windows by n&umber"), tuple(f"window_{number}" for number in range(10))),
        "next_window",
        "auto_window",
        "invert",
        "reset",
        None,
        "key_image",
        "save_key_images",
        "next_key",
        "previous_key",
        None,
        "rotate_right",
        "rotate_left",
        "flip_h",
        "flip_v",
    ),
    (  # Explain
        "read_first",
        MODELS,
        "as_published",
        "calibrate_model",
        "manage_models",
        "analyse",
        "cancel",
        None,
        "next_class",
        "next_method",
        "next_model",
        "compare_models",
        "check",
        "grid",
        None,
        "overlay",
        "bare",
        "top_mode",
        "next_mask",
        (mark("Edit region"), ("edit_region", None, "brush", "eraser", "polygon", None, "reset_region")),
        None,
        "side",
        "curtain",
        "blend",
        "flicker",
    ),
    (  # Tools
        "undo",
        "redo",
        None,
        "navigate",
        "length",
        "angle",
        "cobb",
        "ellipse",
        "rectangle",
        "arrow",
        "note",
        "tools_stay",
        None,
        "measurements",
        (mark("Lesio&ns"), ("lesion", "timeline", "capture")),
        "edit_text",
        "copy_values",
        "remove",
        "remove_all",
        None,
        (
            mark("&Settings"),
            (
                "settings",
                "mouse",
                "hanging",
                "privacy",
                None,
                *(f"theme_{name}" for name in THEMES),
                None,
                *(f"language_{code}" for code in LANGUAGES),
            ),
        ),
    ),
    ("manual", "shortcuts", "log", None, "about"),  # Help
)
"""In the order of the window's `MENU_TITLES`."""


CONTEXT = (
    WINDOWS,
    "invert",
    "reset",
    None,
    "fit",
    "actual_size",
    "rotate_right",
    "flip_h",
    "flip_v",
    None,
    "length",
    "angle",
    "cobb",
    "ellipse",
    "arrow",
    "note",
    "remove_all",
    None,
    "overlay",
    "top_mode",
    "tags",
)


ON_DRAWING = ("edit_text", "copy_values", "remove", "measurements", None)
"""Above the rest where a drawing was clicked."""


def context_menu(window: "Desk", actions: "Actions[Desk]") -> QMenu:
    """Return the panels' context menu, deleted when it closes."""
    menu = QMenu(window.above)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if window.scene.chosen is not None:
        add(menu, ON_DRAWING, window, actions)
    add(menu, CONTEXT, window, actions)
    return menu


def fill(menus: list[QMenu], window: "Desk", actions: "Actions[Desk]") -> None:
    """Fill the menu bar's menus."""
    for menu, ids in zip(menus, MENUS, strict=True):
        add(menu, ids, window, actions)


def add(menu: QMenu, ids: tuple[Any, ...], window: "Desk", actions: "Actions[Desk]") -> None:
    """Add commands to a menu."""
    for entry in ids:
        if entry is None:
            menu.addSeparator()
        elif entry == RECENT:
            _recent(menu.addMenu(tr("Open &recent")), window)
        elif entry == MODELS:
            _models(menu.addMenu(tr("Mo&del")), window)
        elif entry == LAYERS:
            _layers(menu.addMenu(tr("La&yers of the file")), window)
        elif entry == WINDOWS:
            _windows(menu.addMenu(tr("&Window")), window)
        elif isinstance(entry, tuple):
            add(menu.addMenu(tr(entry[0])), entry[1], window, actions)
        else:
            menu.addAction(actions[entry])


def _windows(menu: QMenu, window: "Desk") -> None:
    """Fill a menu with the current image's windows each time it opens."""

    def fill_windows() -> None:
        menu.clear()
        image = window.scene.base.image if window.scene.base is not None else None
        for number, (name, voi) in enumerate(presets.windows(image) if image is not None else [], 1):
            keys = f"{number}   " if number < 10 else ""
            menu.addAction(f"{name}\t{keys}{_values(voi)}", partial(window.state.update, voi=voi))
        if menu.isEmpty():
            menu.addAction(tr("No windows: this is a colour picture")).setEnabled(False)

    menu.aboutToShow.connect(fill_windows)


def _values(voi: WindowLevel | VoiLut) -> str:
    """Return a window's values as they stand beside its name."""
    if isinstance(voi, VoiLut):
        return ""
    return tr("W {width}  C {center}{name}").format(
        width=window_number(voi.width, voi.width), center=window_number(voi.center, voi.width), name=""
    )


def _layers(menu: QMenu, window: "Desk") -> None:
    """Fill a menu with what other programs drew on the image, each to be shown or hidden."""

    def switch(label: str, shown: bool) -> None:
        off = set(window.scene.layers_off)
        (off.discard if shown else off.add)(label)
        window.scene.layers_off = frozenset(off)
        window.viewports.refresh()

    def fill_layers() -> None:
        menu.clear()
        for label in dict.fromkeys(window.scene.graphics.labels if window.scene.graphics else ()):
            action = menu.addAction(label)
            action.setCheckable(True)
            action.setChecked(label not in window.scene.layers_off)
            action.toggled.connect(lambda shown, label=label: switch(label, shown))
        if menu.isEmpty():
            menu.addAction(tr("Nothing was drawn on this image")).setEnabled(False)

    menu.aboutToShow.connect(fill_layers)


def _recent(menu: QMenu, window: "Desk") -> None:
    def fill_recent() -> None:
        menu.clear()
        for path in settings.recent():
            menu.addAction(str(path), partial(window.open_paths, [path]))
        if menu.isEmpty():
            menu.addAction(tr("Nothing yet")).setEnabled(False)

    menu.aboutToShow.connect(fill_recent)


def _models(menu: QMenu, window: "Desk") -> None:
    """Fill a menu with the installed models; the image chooses unless the reader does."""
    analyses = window.workspace.analyses

    def choose(name: str | None) -> None:
        analyses.bundle = name
        if window.workspace.documents.current is not None:
            window.workspace.documents.current.model = None
        analyses.analyse()

    def fill_models() -> None:
        menu.clear()
        for name, title in ((None, tr("The one that fits the image")), *analyses.bundles):
            action = menu.addAction(tr(title), partial(choose, name))
            action.setCheckable(True)
            action.setChecked(analyses.bundle == name)

    menu.aboutToShow.connect(fill_models)
