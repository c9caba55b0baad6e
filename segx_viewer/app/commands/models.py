"""Commands about the models."""

from typing import TYPE_CHECKING

from segx_viewer.app.kit.i18n import mark
from segx_viewer.app.model.actions import Command

if TYPE_CHECKING:
    from segx_viewer.app.commands.desk import Desk


def show_models(window: "Desk") -> None:
    """Open the Model Manager."""
    from segx_viewer.app.dialogs.modelmanager import ModelManager

    ModelManager(window.workspace, window.above).open()


def calibrate_model(window: "Desk") -> None:
    """Calibrate the model that spoke about the current image, on labelled images of the reader's own."""
    from segx_viewer.app.dialogs.calibration import CalibrationDialog

    analysis = window.workspace.analyses.current
    if analysis is not None:
        CalibrationDialog(window.workspace, analysis.bundle.name, analysis.bundle.title, window.above).open()


def as_published(window: "Desk") -> None:
    """Explain the current image anew as SegX's reference implementation does, or as this program does again."""
    window.state.update(as_published=not window.state.view.as_published)
    window.workspace.analyses.analyse()


_EXPLAIN = mark("Explain")

ROWS: "tuple[Command[Desk], ...]" = (
    Command(
        "as_published",
        mark("Explain as &published (SegX reference)"),
        as_published,
        "",
        _EXPLAIN,
        checked=lambda view: view.as_published,
    ),
    Command("calibrate_model", mark("Calibrate this model …"), calibrate_model, "", _EXPLAIN, needs="prediction"),
    Command("manage_models", mark("&Manage models …"), show_models, "", _EXPLAIN, "settings"),
)
