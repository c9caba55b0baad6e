"""Commands about the explanation."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from segx_viewer.app.commands.view import toggle
from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.model.actions import Command
from segx_viewer.app.model.viewstate import Compare, MaskStyle, View
from segx_viewer.domain.methods import DISAGREEMENT

if TYPE_CHECKING:
    from segx_viewer.app.commands.desk import Desk


def next_class(window: "Desk") -> None:
    """Explain the next class in the order of probability."""
    analyses = window.workspace.analyses
    analysis, key = analyses.current, analyses.key
    if key is not None and analysis is not None and analysis.prediction is not None:
        ranking = analysis.prediction.ranking
        analyses.explain(class_index=ranking[(ranking.index(key[1]) + 1) % len(ranking)])


def next_method(window: "Desk") -> None:
    """Show the explanation by the next usable method; after the last one comes the first."""
    names = window.workspace.analyses.usable_methods
    current = window.state.view.method
    position = names.index(current) if current in names else -1
    window.workspace.analyses.explain(method=names[(position + 1) % len(names)])


def next_model(window: "Desk") -> None:
    """Analyse with the other model that fits the image; of two beside each other, work with the other one."""
    if window.comparison.two_models:
        window.comparison.switch_models()
    elif not window.workspace.analyses.next_model():
        window.workspace.say(tr("No other model fits this image as well."))


def compare_models(window: "Desk") -> None:
    """Show what another model says of the current image beside what was said of it, or end it."""
    document = window.workspace.documents.current
    if window.state.view.two:
        window.state.update(two=False)
    elif document is not None and (model := window.workspace.analyses.other_model()) is not None:
        window.workspace.documents.remember(window.state.view)
        window.comparison.begin_models(document, model)
        window.state.update(two=True, grid=False)
    else:
        window.workspace.say(tr("There is no second model to compare with."))
    window.commands.follow()


def next_mask(window: "Desk") -> None:
    """Draw the region as an outline, filled, or not at all, one after the other."""
    styles = list(MaskStyle)
    window.state.update(mask=styles[(styles.index(window.state.view.mask) + 1) % len(styles)])


def compare(mode: Compare) -> "Callable[[Desk], None]":
    """Return a handler that compares in this way, or side by side if it does already."""

    def handler(window: "Desk") -> None:
        same = _is(mode)(window.state.view)
        window.state.update(compare=Compare.SIDE if same else mode, two=False, grid=False)

    return handler


def toggle_grid(window: "Desk") -> None:
    """Show the grid, or the panels again."""
    window.workspace.analyses.was_cancelled = False
    window.state.update(grid=not window.state.view.grid, two=False)


def _is(mode: Compare) -> Callable[[View], bool]:
    return lambda view: view.compare is mode and not view.two and not view.grid


def check(window: "Desk") -> None:
    """Run the sanity checks on the map that is looked at."""
    from segx_viewer.app.dialogs.checks import CheckDialog

    analyses = window.workspace.analyses
    analysis, key = analyses.current, analyses.key
    if analysis is None or key is None or key not in analysis.explanations:
        window.workspace.say(tr("There is no map that could be checked."))
        return
    if key[0] == DISAGREEMENT:
        window.workspace.say(tr("This map shows where methods differ; there is nothing in it to check."))
        return
    dialog = CheckDialog(window.workspace, analysis, key, window.above)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.show()


_EXPLAIN = mark("Explain")

ROWS: "tuple[Command[Desk], ...]" = (
    Command(
        "read_first",
        mark("&Read first, then see results"),
        toggle("read_first"),
        "Ctrl+R",
        _EXPLAIN,
        "eye",
        checked=lambda v: v.read_first,
    ),
    Command(
        "analyse",
        mark("&Analyse again"),
        lambda w: w.workspace.analyses.analyse(),
        "F5",
        _EXPLAIN,
        "play",
        needs="image",
    ),
    Command("cancel", mark("&Cancel"), lambda w: w.workspace.stop_by_reader(), "Ctrl+.", _EXPLAIN, "x"),
    Command("check", mark("Chec&k this explanation …"), check, "", _EXPLAIN, "activity", needs="map"),
    Command("next_class", mark("&Next class"), next_class, "N", _EXPLAIN, needs="prediction"),
    Command("next_method", mark("Next &method"), next_method, "M", _EXPLAIN, needs="prediction"),
    Command(
        "compare_models",
        mark("Compare two models on &this image"),
        compare_models,
        "Ctrl+Shift+M",
        _EXPLAIN,
        "images",
        needs="prediction",
    ),
    Command("next_model", mark("Other m&odel that fits"), next_model, "Shift+M", _EXPLAIN, needs="prediction"),
    Command(
        "grid",
        mark("&Grid of findings and methods"),
        toggle_grid,
        "Ctrl+G",
        _EXPLAIN,
        "layout-grid",
        checked=lambda v: v.grid,
        needs="prediction",
    ),
    Command("overlay", mark("&Overlay"), toggle("overlay"), "A", _EXPLAIN, "layers", checked=lambda v: v.overlay),
    Command("bare", mark("&Bare image (hold B)"), toggle("bare"), "", _EXPLAIN, "eye-off", checked=lambda v: v.bare),
    Command("top_mode", mark("&Top 5 % only"), toggle("top_mode"), "T", _EXPLAIN, checked=lambda v: v.top_mode),
    Command("next_mask", mark("&Region: outline, fill, off"), next_mask, "O", _EXPLAIN),
    Command(
        "side",
        mark("&Side by side"),
        lambda w: w.state.update(compare=Compare.SIDE, two=False, grid=False),
        "S",
        _EXPLAIN,
        "columns-3",
        checked=_is(Compare.SIDE),
    ),
    Command(
        "curtain",
        mark("C&urtain"),
        compare(Compare.CURTAIN),
        "C",
        _EXPLAIN,
        "square-split-horizontal",
        checked=_is(Compare.CURTAIN),
    ),
    Command("blend", mark("B&lend"), compare(Compare.BLEND), "Shift+B", _EXPLAIN, "blend", checked=_is(Compare.BLEND)),
    Command("flicker", mark("&Flicker"), compare(Compare.FLICKER), "K", _EXPLAIN, "zap", checked=_is(Compare.FLICKER)),
)
