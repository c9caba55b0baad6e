"""Commands for editing the region."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from segx_viewer.app.canvas.editing import Brush, Polygon
from segx_viewer.app.commands.tools import navigate
from segx_viewer.app.kit.i18n import mark
from segx_viewer.app.model.actions import Command

if TYPE_CHECKING:
    from segx_viewer.app.canvas.mouse import Tool
    from segx_viewer.app.commands.desk import Desk
    from segx_viewer.app.model.viewstate import View

_MAKE: "dict[str, Callable[[Desk], Tool]]" = {
    "brush": lambda window: Brush(window.editor, True),
    "eraser": lambda window: Brush(window.editor, False),
    "polygon": lambda window: Polygon(window.editor),
}


def toggle_editing(window: "Desk") -> None:
    """Begin to edit the region, or end it."""
    editing = not window.state.view.editing
    window.state.update(editing=editing)
    if editing:
        use("brush")(window)
    else:
        navigate(window)


def use(name: str) -> "Callable[[Desk], None]":
    """Return a handler that gives the left button an editing tool."""

    def handler(window: "Desk") -> None:
        window.viewports.set_tool(lambda: _MAKE[name](window))
        window.state.update(tool=name, editing=True)

    return handler


def _using(name: str) -> "Callable[[View], bool]":
    return lambda view: view.tool == name


def _editing(view: "View") -> bool:
    return view.editing


_EDIT = mark("Region")

ROWS: "tuple[Command[Desk], ...]" = (
    Command("edit_region", mark("&Edit the region"), toggle_editing, "Ctrl+M", _EDIT, "pen-tool", _editing, "region"),
    Command("brush", mark("&Brush"), use("brush"), "Ctrl+B", _EDIT, "brush", _using("brush"), "region"),
    Command("eraser", mark("&Eraser"), use("eraser"), "Ctrl+Shift+B", _EDIT, "eraser", _using("eraser"), "region"),
    Command("polygon", mark("&Polygon"), use("polygon"), "Ctrl+P", _EDIT, "pentagon", _using("polygon"), "region"),
    Command("reset_region", mark("&Predicted region"), lambda w: w.editor.reset(), "", _EDIT, needs="region"),
)
