"""Commands about the models."""

from typing import TYPE_CHECKING

from segx_viewer.app.kit.actions import Command
from segx_viewer.app.kit.i18n import mark

if TYPE_CHECKING:
    from segx_viewer.app.window import Window


def show_models(window: "Window") -> None:
    """Open the Model Manager."""
    from segx_viewer.app.dialogs.modelmanager import ModelManager

    ModelManager(window).open()


def as_published(window: "Window") -> None:
    """Explain the current image anew as SegX's reference implementation does, or as this program does again."""
    window.state.update(as_published=not window.state.view.as_published)
    window.controller.analyse()


_EXPLAIN = mark("Explain")

ROWS = (
    Command(
        "as_published",
        mark("Explain as &published (SegX reference)"),
        as_published,
        "",
        _EXPLAIN,
        checked=lambda view: view.as_published,
    ),
    Command("manage_models", mark("&Manage models …"), show_models, "", _EXPLAIN, "settings"),
)
