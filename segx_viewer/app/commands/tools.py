"""Commands for measuring and drawing."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QInputDialog

from segx_viewer.app.canvas.annotating import SetAnnotations
from segx_viewer.app.canvas.drawing import Draw
from segx_viewer.app.canvas.mouse import Navigate
from segx_viewer.app.kit import preferences
from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.model.actions import Command
from segx_viewer.app.model.annotations import Annotation, Kind, caption

if TYPE_CHECKING:
    from segx_viewer.app.commands.desk import Desk
    from segx_viewer.app.model.viewstate import View

NAVIGATE = "navigate"


def stays() -> bool:
    """Whether a drawing tool stays after a drawing, rather than going back to window and level."""
    return preferences.TOOLS.value() == "true"


def toggle_stays(window: "Desk") -> None:
    """Let drawing tools stay, or end after one drawing."""
    preferences.TOOLS.choose("false" if stays() else "true")
    window.commands.follow()


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
    """Let the left button change window and level again, as without a tool."""
    window.viewports.set_tool(Navigate)
    window.state.update(tool=NAVIGATE)


def add(window: "Desk", annotation: Annotation) -> None:
    """Add an annotation to the current image, so that it can be undone; it is chosen, and its tool ends."""
    document = window.scene.document  # shown, whatever is being read
    if document is None:
        return
    _change(window, (*document.annotations, annotation), tr("Draw"))
    _choose(window, len(document.annotations) - 1)
    if not stays():
        navigate(window)


def _change(window: "Desk", after: tuple[Annotation, ...], text: str) -> None:
    if (document := window.scene.document) is not None:
        document.undo.push(SetAnnotations(window.workspace.documents, document, after, text))


def _choose(window: "Desk", index: int | None) -> None:
    window.scene.selected = index
    window.commands.follow()
    window.viewports.refresh()


def remove_all(window: "Desk") -> None:
    """Remove the image's annotations."""
    document = window.scene.document
    if document is not None and document.annotations:
        _change(window, (), tr("Remove all drawings"))


def remove(window: "Desk") -> None:
    """Remove the chosen drawing."""
    document, index = window.scene.document, window.scene.selected
    if document is None or index is None or window.scene.chosen is None:
        return
    drawn = document.annotations
    _change(window, drawn[:index] + drawn[index + 1 :], tr("Remove a drawing"))
    _choose(window, None)


def edit_text(window: "Desk") -> None:
    """Change the words of the chosen drawing."""
    document, index, chosen = window.scene.document, window.scene.selected, window.scene.chosen
    if document is None or index is None or chosen is None:
        return
    text, accepted = QInputDialog.getText(window.above, tr("Note"), tr("Text on the image:"), text=chosen.text)
    words = text.strip()
    if accepted and words != chosen.text and (words or chosen.kind is not Kind.TEXT):
        drawn = document.annotations
        _change(window, (*drawn[:index], replace(chosen, text=words), *drawn[index + 1 :]), tr("Change a text"))


def copy_values(window: "Desk") -> None:
    """Copy what the chosen drawing says."""
    image = window.scene.base.image if window.scene.base is not None else None
    if window.scene.chosen is not None and image is not None:
        QGuiApplication.clipboard().setText(caption(window.scene.chosen, image))
        window.workspace.say(tr("The values were copied."))


def show_list(window: "Desk") -> None:
    """List all drawings of the open images."""
    from segx_viewer.app.dialogs.measurements import Measurements

    Measurements(window.workspace, window.above).show()


def _using(name: str) -> "Callable[[View], bool]":
    return lambda view: view.tool == name


_TOOLS = mark("Tools")

ROWS: "tuple[Command[Desk], ...]" = (
    Command("undo", mark("&Undo"), lambda w: w.undo_group.undo(), "Ctrl+Z", _TOOLS, "undo-2"),
    Command("redo", mark("&Redo"), lambda w: w.undo_group.redo(), "Ctrl+Shift+Z; Ctrl+Y", _TOOLS, "redo-2"),
    Command("navigate", mark("&Window and level"), navigate, "Shift+Esc", _TOOLS, "move", _using(NAVIGATE), "image"),
    Command("length", mark("&Length"), use(Kind.LENGTH), "L", _TOOLS, "ruler", _using("length"), "image"),
    Command("angle", mark("&Angle"), use(Kind.ANGLE), "G", _TOOLS, "triangle-right", _using("angle"), "image"),
    Command("cobb", mark("&Cobb angle"), use(Kind.COBB), "Shift+G", _TOOLS, "", _using("cobb"), "image"),
    Command("ellipse", mark("&Ellipse"), use(Kind.ELLIPSE), "E", _TOOLS, "circle-dashed", _using("ellipse"), "image"),
    Command(
        "rectangle", mark("&Rectangle"), use(Kind.RECTANGLE), "Shift+E", _TOOLS, "square", _using("rectangle"), "image"
    ),
    Command("arrow", mark("Arro&w"), use(Kind.ARROW), "Shift+A", _TOOLS, "arrow-up-right", _using("arrow"), "image"),
    Command("note", mark("&Text"), use(Kind.TEXT), "Shift+T", _TOOLS, "type", _using("text"), "image"),
    Command("tools_stay", mark("Tools &stay after a drawing"), toggle_stays, "", _TOOLS, checked=lambda _v: stays()),
    Command("measurements", mark("&List of measurements …"), show_list, "Ctrl+L", _TOOLS, "scroll-text"),
    Command("edit_text", mark("&Edit the text …"), edit_text, "F2", _TOOLS, "type", needs="drawing"),
    Command("copy_values", mark("&Copy the values"), copy_values, "Ctrl+C", _TOOLS, needs="drawing"),
    Command("remove", mark("De&lete this drawing"), remove, "Del; Backspace", _TOOLS, "x", needs="drawing"),
    Command("remove_all", mark("Remove all &drawings"), remove_all, "Ctrl+Backspace", _TOOLS, "eraser", needs="image"),
)
