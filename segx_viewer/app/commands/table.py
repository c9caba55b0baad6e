"""All commands, one module per menu."""

from segx_viewer.app.commands import edit, explain, file, keyimages, lesions, models, results, settings, tools, view
from segx_viewer.app.commands.desk import Desk
from segx_viewer.app.model.actions import Command


def rows() -> tuple[Command[Desk], ...]:
    """Return all commands, in the order of the shortcut page."""
    return tuple(
        row
        for module in (file, results, view, keyimages, explain, tools, lesions, edit, settings, models)
        for row in module.ROWS
    )
