"""Commands about skin lesions."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from segx_viewer.app.commands.tools import use
from segx_viewer.app.kit.i18n import mark
from segx_viewer.app.model.actions import Command
from segx_viewer.app.model.annotations import Kind

if TYPE_CHECKING:
    from segx_viewer.app.commands.desk import Desk


def show_lesion(window: "Desk") -> None:
    """Show what the reader notes about the lesion in the current picture."""
    from segx_viewer.app.dialogs.lesion import LesionDialog

    def draw() -> None:
        if window.state.view.tool != Kind.LENGTH.value:
            use(Kind.LENGTH)(window)
        window.above.activateWindow()

    shown = next((d for d in window.above.findChildren(LesionDialog) if d.isVisible()), None)
    dialog = shown or LesionDialog(window.workspace, draw, lambda: window.scene.chosen, window.above)
    if shown is None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        window.viewports.refreshed.connect(dialog.follow_line)
        for port in window.viewports.all_ports:
            port.touched.connect(dialog.follow_line)
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()


def show_timeline(window: "Desk") -> None:
    """Show the pictures of one lesion by day."""
    from segx_viewer.app.dialogs.timeline import TimeLine

    dialog = TimeLine(window.workspace, window.above)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.show()


def show_capture(window: "Desk") -> None:
    """Watch a folder for pictures of a lesion."""
    from segx_viewer.app.dialogs.capture import Capture

    shown = next((d for d in window.above.findChildren(Capture) if d.isVisible()), None)
    dialog = shown or Capture(window.workspace, lambda: show_timeline(window), window.above)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.show()
    dialog.raise_()


_LESIONS = mark("Lesions")

ROWS: "tuple[Command[Desk], ...]" = (
    Command("lesion", mark("&Lesion: size, ABCD, 7 points …"), show_lesion, "Ctrl+Shift+L", _LESIONS, "ruler"),
    Command("timeline", mark("&Time line of a lesion …"), show_timeline, "Ctrl+Shift+H", _LESIONS, "clock"),
    Command("capture", mark("&Capture from a folder …"), show_capture, "", _LESIONS, "download"),
)
