"""Commands for measuring and drawing."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from segx_viewer.app.canvas.annotating import Draw, SetAnnotations
from segx_viewer.app.canvas.mouse import Navigate
from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.model.actions import Command
from segx_viewer.app.model.annotations import Annotation, Kind

if TYPE_CHECKING:
    from segx_viewer.app.commands.desk import Desk
    from segx_viewer.app.model.viewstate import View

NAVIGATE = "navigate"


def use(kind: Kind) -> "Callable[[Desk], None]":
    """Return a handler that gives the left button a drawing tool, or takes it away again."""

    def handler(window: "Desk") -> None:
        if window.state.view.tool == kind.value:
            navigate(window)
            return
        window.viewports.set_tool(lambda: Draw(kind, lambda annotation: add(window, annotation)))
        window.state.update(tool=kind.value)

    return handler


def navigate(window: "Desk") -> None:
    """Give the left button back to window and level."""
    window.viewports.set_tool(Navigate)
    window.state.update(tool=NAVIGATE)


def add(window: "Desk", annotation: Annotation) -> None:
    """Add an annotation to the current image, so that it can be undone."""
    documents, document = window.workspace.documents, window.scene.document  # shown, whatever is being read
    if document is not None:
        document.undo.push(SetAnnotations(documents, document, (*document.annotations, annotation), tr("Draw")))


def remove_all(window: "Desk") -> None:
    """Remove the current image's annotations."""
    document = window.workspace.documents.current
    if document is not None and document.annotations:
        document.undo.push(SetAnnotations(window.workspace.documents, document, (), tr("Remove all drawings")))


def _using(name: str) -> "Callable[[View], bool]":
    return lambda view: view.tool == name


_TOOLS = mark("Tools")

ROWS: "tuple[Command[Desk], ...]" = (
    Command("undo", mark("&Undo"), lambda w: w.undo_group.undo(), "Ctrl+Z", _TOOLS, "undo-2"),
    Command("redo", mark("&Redo"), lambda w: w.undo_group.redo(), "Ctrl+Shift+Z; Ctrl+Y", _TOOLS, "redo-2"),
    Command("navigate", mark("&Window and level"), navigate, "Shift+Esc", _TOOLS, "move", _using(NAVIGATE), "image"),
    Command("length", mark("&Length"), use(Kind.LENGTH), "L", _TOOLS, "ruler", _using("length"), "image"),
    Command("angle", mark("&Angle"), use(Kind.ANGLE), "G", _TOOLS, "triangle-right", _using("angle"), "image"),
    Command("ellipse", mark("&Ellipse"), use(Kind.ELLIPSE), "E", _TOOLS, "circle-dashed", _using("ellipse"), "image"),
    Command(
        "rectangle", mark("&Rectangle"), use(Kind.RECTANGLE), "Shift+E", _TOOLS, "square", _using("rectangle"), "image"
    ),
    Command("arrow", mark("Arro&w"), use(Kind.ARROW), "Shift+A", _TOOLS, "arrow-up-right", _using("arrow"), "image"),
    Command("note", mark("&Text"), use(Kind.TEXT), "Shift+T", _TOOLS, "type", _using("text"), "image"),
    Command("remove_all", mark("Remove all &drawings"), remove_all, "Ctrl+Backspace", _TOOLS, "eraser", needs="image"),
)
