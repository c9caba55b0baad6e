"""Commands about the models."""

from typing import TYPE_CHECKING

from segx_viewer.app.actions import Command
from segx_viewer.app.i18n import mark

if TYPE_CHECKING:
    from segx_viewer.app.window import Window


def show_models(window: "Window") -> None:
    """Open the Model Manager."""
    from segx_viewer.app.modelmanager import ModelManager

    ModelManager(window).open()


ROWS = (Command("manage_models", mark("&Manage models …"), show_models, "", mark("Explain"), "settings"),)
