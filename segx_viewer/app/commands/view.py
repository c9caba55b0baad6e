"""Commands about how the image is shown."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from segx_viewer.app.commands.tools import NAVIGATE
from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.kit.reasons import told
from segx_viewer.app.model import hanging
from segx_viewer.app.model.actions import Command
from segx_viewer.app.model.presets import windows
from segx_viewer.app.model.viewstate import GEOMETRY, Layout, View
from segx_viewer.errors import SegxError

if TYPE_CHECKING:
    from segx_viewer.app.commands.desk import Desk
    from segx_viewer.app.model.documents import Document


def zoom_by(factor: float) -> "Callable[[Desk], None]":
    """Return a handler that zooms about the middle."""
    return lambda window: window.state.update(zoom=window.state.view.zoom * factor)


def rotate(degrees: int) -> "Callable[[Desk], None]":
    """Return a handler that turns the picture clockwise as seen, whatever its flips."""

    def handler(window: "Desk") -> None:
        view = window.state.view
        seen = -degrees if view.flip_h != view.flip_v else degrees
        window.state.update(rotation=view.rotation + seen)

    return handler


def flip(name: str) -> "Callable[[Desk], None]":
    """Return a handler that mirrors the picture as seen."""
    return lambda window: window.state.update(**{name: not getattr(window.state.view, name)})


def actual_size(window: "Desk") -> None:
    """Show one image pixel as one screen pixel."""
    window.state.update(zoom=window.shown_ports[0].actual_size_zoom())


def auto_window(window: "Desk") -> None:
    """Choose a window from the image's values."""
    from segx_viewer.imaging.display import auto_window as choose

    base = window.scene.base
    if base is not None and not base.image.is_colour:
        window.state.update(voi=choose(base.image))


def next_window(window: "Desk") -> None:
    """Go to the next window in the list."""
    base = window.scene.base
    stored = [voi for _, voi in windows(base.image)] if base is not None else []
    if base is not None and stored:
        current = window.state.view.voi or base.voi
        same = [i for i, voi in enumerate(stored) if voi == current]
        window.state.update(voi=stored[(same[0] + 1 if same else 0) % len(stored)])


def use_window(number: int) -> "Callable[[Desk], None]":
    """Return a handler that chooses a window by its number in the list; 0 is the one the image was opened with."""

    def handler(window: "Desk") -> None:
        stored = windows(window.scene.base.image) if window.scene.base is not None else []
        if number == 0:
            window.state.reset("voi")
        elif number <= len(stored):
            window.state.update(voi=stored[number - 1][1])
        else:
            window.workspace.say(tr("This image has no window {number}.").format(number=number))

    return handler


def full_screen(window: "Desk") -> None:
    """Fill the screen with the pictures, or leave it again."""
    above = window.above
    filled = not above.isFullScreen()
    (above.showFullScreen if filled else above.showNormal)()
    window.show_panels(not filled)


def second_window(window: "Desk") -> None:
    """Show the picture in a window of its own too, on another monitor where there is one; or close that window."""
    if window.second is not None:
        window.second.close()
        return
    from segx_viewer.app.canvas.scene import Panel
    from segx_viewer.app.panels.beside import SecondWindow

    second = window.second = SecondWindow(window.scene, window.state, Panel.IMAGE)
    main = window.viewports.ports[Panel.IMAGE]
    second.port.scroll_stack, second.port.change_drawings = main.scroll_stack, main.change_drawings
    second.port.touched.connect(window.viewports.refresh)
    window.viewports.refreshed.connect(second.port.update)
    second.port.set_tool(type(main.tool)())
    window.viewports.others = [*window.viewports.others, second.port]  # whatever tool is chosen, it has it as well

    def end() -> None:
        window.second = None
        window.viewports.others = [port for port in window.viewports.others if port is not second.port]
        second.deleteLater()

    second.closed.connect(end)
    second.addActions(list(window.commands.by_id.values()))  # keys are commands there, too
    second.place(window.above)


def print_page(window: "Desk") -> None:
    """Print the first panel's picture."""
    from segx_viewer.app.dialogs.printpage import PrintPage

    port = window.shown_ports[0]
    PrintPage(port.scene, port.panel, port.state.view, window.above).exec()


def reset(window: "Desk") -> None:
    """Show the image as it was opened."""
    window.state.reset(*GEOMETRY, "voi", "invert")


def toggle(name: str) -> "Callable[[Desk], None]":
    """Return a handler that switches a field of the view."""
    return lambda window: window.state.update(**{name: not getattr(window.state.view, name)})


def _switched(name: str) -> Callable[[View], bool]:
    return lambda view: bool(getattr(view, name))


def toggle_panels(window: "Desk") -> None:
    """Hide the side panels, or show them again."""
    window.show_panels()


def compare_two(window: "Desk") -> None:
    """Compare the current image with the next open one, or end it."""
    documents, current = list(window.workspace.documents), window.workspace.documents.current
    others = [d for d in documents if d is not current and d.frame == 0 and not d.error]
    if window.state.view.two:
        window.state.update(two=False)
    elif current is None or not others:
        window.workspace.say(tr("Open a second image to compare the two."))
    else:
        after = [d for d in others if documents.index(d) > documents.index(current)]
        window.workspace.documents.remember(window.state.view)
        window.comparison.begin(current, (after or others)[0])
        window.state.update(two=True, grid=False)
    window.commands.follow()


def step(offset: int) -> "Callable[[Desk], None]":
    """Return a handler that goes to the next image of the stack, or beyond its end to another open image."""

    def handler(window: "Desk") -> None:
        stack = window.scroller.stack
        if stack is not None and 0 <= stack.position + offset < len(stack):
            window.scroller.step(offset)
        else:
            step_series(offset)(window)

    return handler


def step_series(offset: int) -> "Callable[[Desk], None]":
    """Return a handler that goes to the open image after the current one's stack, or before it."""

    def handler(window: "Desk") -> None:
        documents, current, stack = (
            window.workspace.documents,
            window.workspace.documents.current,
            window.scroller.stack,
        )
        members = set(stack.members) if stack is not None else set()
        listed = [d for d in documents if d is current or ((d.path, d.frame) not in members and _stands_alone(d))]
        if current in listed:
            position = listed.index(current) + offset
            if 0 <= position < len(listed):
                window.workspace.look_at(listed[position])

    return handler


def _stands_alone(document: "Document") -> bool:
    return document.frame == 0 or document.leads


def toggle_film(window: "Desk") -> None:
    """Start the film of the current stack, or stop it."""
    window.scroller.toggle_film()
    if window.scroller.playing:
        window.state.update(cine_bar=True)
    elif window.scroller.stack is None:
        window.workspace.say(tr("There is only one image: nothing to play."))


def leave(window: "Desk") -> None:
    """Leave what was begun last: a film, a tool, a drawing that is chosen, the full screen. The view stays as it is."""
    if window.scroller.stop():
        return
    chosen = [port for port in window.viewports.all_ports if port.scene.selected is not None]
    if window.state.view.editing:
        window.commands.run("edit_region")
    elif window.state.view.tool != NAVIGATE:
        window.commands.run("navigate")
    elif chosen:
        for port in chosen:
            port.choose(None)
    elif window.above.isFullScreen():
        full_screen(window)


def _arrange(layout: Layout) -> "Callable[[Desk], None]":
    def handler(window: "Desk") -> None:
        window.state.update(layout=layout, two=False, grid=False)
        if window.scene.base is not None:
            try:
                hanging.remember(window.scene.base.image, layout)
            except SegxError as error:
                window.workspace.say(told(error))

    return handler


def prior_beside(window: "Desk") -> None:
    """Compare the current image with the newest earlier one of the same patient and part of the body."""
    documents, current = window.workspace.documents, window.workspace.documents.current
    prior = hanging.prior_of(current, documents) if current is not None else None
    if current is None or prior is None:
        window.workspace.say(tr("No earlier image of this patient and part of the body is open."))
        return
    documents.remember(window.state.view)
    window.comparison.begin(current, prior)
    window.state.update(two=True, grid=False)
    window.commands.follow()


def _laid_out(layout: Layout) -> Callable[[View], bool]:
    return lambda view: view.layout is layout and not view.two and not view.grid


_LAYOUT_ICONS = {
    Layout.ONE: "square",
    Layout.TWO: "columns-2",
    Layout.THREE: "columns-3",
    Layout.FOUR: "grid-2x2",
    Layout.LARGE: "layout-panel-left",
}
_LINKS = (
    ("link_zoom", mark("Link &zoom")),
    ("link_pan", mark("Link &pan")),
    ("link_scroll", mark("Link &scrolling")),
    ("link_window", mark("Link &window and level")),
)
# While an image is read, keys that are pressed fast must not be lost, and a film can be stopped.
_ALWAYS = {
    "panels",
    "full_screen",
    "film",
    "leave",
    "first",
    "last",
    "next_image",
    "previous_image",
    "next_series",
    "previous_series",
}
_WINDOWS = (
    mark("Window the image was opened with"),
    mark("Window 1"),
    mark("Window 2"),
    mark("Window 3"),
    mark("Window 4"),
    mark("Window 5"),
    mark("Window 6"),
    mark("Window 7"),
    mark("Window 8"),
    mark("Window 9"),
)
_VIEW, _IMAGE = mark("View"), mark("Image")

ROWS: "tuple[Command[Desk], ...]" = tuple(
    replace(row, needs=row.needs or "image") if row.id not in _ALWAYS else row
    for row in (
        Command("fit", mark("&Fit"), lambda w: w.state.reset("zoom", "centre"), "F; Ctrl+0", _VIEW, "maximize"),
        Command("actual_size", mark("&Actual pixels (1:1)"), actual_size, "Ctrl+1", _VIEW, "one-to-one"),
        Command("zoom_in", mark("Zoom &in"), zoom_by(1.25), "+; Ctrl++; Ctrl+=", _VIEW),
        Command("zoom_out", mark("Zoom &out"), zoom_by(0.8), "-; Ctrl+-", _VIEW),
        *(
            Command(f"layout_{layout}", layout.value, _arrange(layout), f"Ctrl+{i}", _VIEW, icon, _laid_out(layout))
            for i, (layout, icon) in enumerate(_LAYOUT_ICONS.items(), 2)
        ),
        Command(
            "corner_text",
            mark("&Texts on the image"),
            toggle("corner_text"),
            "D",
            _VIEW,
            "type",
            checked=lambda v: v.corner_text,
        ),
        Command(
            "identity",
            mark("&Patient's name on the image"),
            toggle("identity"),
            "P",
            _VIEW,
            "user",
            checked=lambda v: v.identity,
        ),
        Command(
            "graphics",
            mark("&Graphics of the file"),
            toggle("graphics"),
            "U",
            _VIEW,
            "pen-tool",
            checked=lambda v: v.graphics,
        ),
        Command(
            "magnifier",
            mark("&Magnifier"),
            toggle("magnifier"),
            "Z",
            _VIEW,
            "search",
            checked=lambda v: v.magnifier,
        ),
        Command("two", mark("Compare t&wo images"), compare_two, "Ctrl+K", _VIEW, "images", checked=lambda v: v.two),
        Command("prior", mark("P&rior beside it"), prior_beside, "Ctrl+Shift+K", _VIEW, "clock"),
        *(Command(name, text, toggle(name), "", _VIEW, checked=_switched(name)) for name, text in _LINKS),
        Command(
            "reference_lines",
            mark("&Reference lines"),
            toggle("reference_lines"),
            "Ctrl+Shift+R",
            _VIEW,
            checked=lambda v: v.reference_lines,
        ),
        Command("panels", mark("Side &panels"), toggle_panels, "F9", _VIEW),
        Command("second_window", mark("Second &window"), second_window, "Ctrl+F11", _VIEW),
        Command("print", mark("&Print …"), print_page, "Ctrl+Shift+P", _VIEW),
        Command("full_screen", mark("F&ull screen"), full_screen, "F11", _VIEW, "maximize"),
        Command("first", mark("&First of the stack"), lambda w: w.scroller.go(0), "Home", _VIEW),
        Command("last", mark("&Last of the stack"), lambda w: w.scroller.go(10**9), "End", _VIEW),
        Command("film", mark("Play as &film, or stop"), toggle_film, "Ctrl+Space", _VIEW, "play"),
        Command("cine_bar", mark("Film &controls"), toggle("cine_bar"), "", _VIEW, checked=lambda v: v.cine_bar),
        Command("next_series", mark("Next &series"), step_series(1), "Ctrl+PgDown", _VIEW),
        Command("previous_series", mark("Previous s&eries"), step_series(-1), "Ctrl+PgUp", _VIEW),
        Command("leave", mark("&Leave the tool, or stop the film"), leave, "Esc", _VIEW),
        Command("next_image", mark("&Next image"), step(1), "PgDown; Down", _VIEW),
        Command("previous_image", mark("P&revious image"), step(-1), "PgUp; Up", _VIEW),
        Command("invert", mark("&Invert"), toggle("invert"), "I", _IMAGE, "contrast", checked=lambda v: v.invert),
        Command("auto_window", mark("A&utomatic window"), auto_window, "W", _IMAGE, "sun-moon"),
        Command("next_window", mark("&Next window"), next_window, "Shift+W", _IMAGE),
        *(
            Command(f"window_{number}", text, use_window(number), str(number), _IMAGE)
            for number, text in enumerate(_WINDOWS)
        ),
        Command("reset", mark("&Reset"), reset, "Shift+F", _IMAGE, "refresh-cw"),
        Command("rotate_right", mark("Rotate &right"), rotate(90), "R", _IMAGE, "rotate-cw-square"),
        Command("rotate_left", mark("Rotate &left"), rotate(-90), "Shift+R", _IMAGE, "rotate-ccw-square"),
        Command(  # the icon set names its mirrors by their axis
            "flip_h",
            mark("Flip &horizontally"),
            flip("flip_h"),
            "H",
            _IMAGE,
            "flip-vertical-2",
            checked=lambda v: v.flip_h,
        ),
        Command(
            "flip_v",
            mark("Flip &vertically"),
            flip("flip_v"),
            "V",
            _IMAGE,
            "flip-horizontal-2",
            checked=lambda v: v.flip_v,
        ),
    )
)
