"""How the current image is looked at. Widgets follow it; nothing else remembers these things."""

from dataclasses import dataclass, fields
from enum import StrEnum
from operator import attrgetter
from typing import Any

from PySide6.QtCore import QObject, Signal

from segx_viewer.domain.image import VoiLut, WindowLevel

MIN_ZOOM, MAX_ZOOM = 0.1, 64.0


class Compare(StrEnum):
    """How the original map and the SegX map are compared."""

    SIDE = "side by side"
    CURTAIN = "curtain"
    BLEND = "blend"
    FLICKER = "flicker"


class Layout(StrEnum):
    """How many panels are shown; the last has a large one and two small ones beside it."""

    ONE = "1x1"
    TWO = "1x2"
    THREE = "1x3"
    FOUR = "2x2"
    LARGE = "1+2"


class MaskStyle(StrEnum):
    """How the region is drawn."""

    OUTLINE = "outline"
    FILL = "fill"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class View:
    """A snapshot of the view.

    Attributes
    ----------
    zoom : float
        1 fits the image into the panel.
    centre : tuple of float
        Position (x, y) in the middle of the panel, in fractions of the image's width and height.
    rotation : int
        Clockwise, in degrees: 0, 90, 180 or 270. Applied before the flips.
    flip_h, flip_v : bool
    voi : WindowLevel, VoiLut or None
        None shows the values as the file suggests.
    invert : bool
    overlay : bool
        Maps are drawn over the image.
    bare : bool
        While held: the image with nothing on it.
    opacity : float
        Of the maps, 0..1.
    colormap : str
    mask : MaskStyle
    top_mode : bool
        Show only the highest `top_percent` % of a map's pixels, the paper's way.
    top_percent : float
    class_index : int or None
        The class being explained; None follows the most probable one.
    method : str
    as_published : bool
        Explanations are made as SegX's reference implementation does.
    layout : Layout
    compare : Compare
    curtain : float
        Position of the divider, 0..1 of the panel's width.
    blend : float
        0 shows the original map, 1 the SegX map.
    flicker : bool
        Which of the two the flicker shows now.
    read_first : bool
        Results are hidden until the reader has noted an impression.
    grid : bool
        Small multiples of classes and methods instead of the panels.
    editing : bool
        The region is being edited.
    brush : float
        Radius of the brush, in fractions of half the image's shorter side.
    tool : str
        What the left button does: "navigate", or the id of a drawing tool.
    corner_text, identity : bool
        Show texts on the image, and among them who the patient is.
    graphics : bool
        Show on the image what its file, or a segmentation of it, has drawn on it.
    magnifier : bool
        The picture under the mouse is enlarged.
    two : bool
        Two images are compared, each with its analysis.
    link_zoom, link_pan, link_scroll, link_window : bool
        What the other one of two images does with the current one.
    """

    zoom: float = 1.0
    centre: tuple[float, float] = (0.5, 0.5)
    rotation: int = 0
    flip_h: bool = False
    flip_v: bool = False
    voi: WindowLevel | VoiLut | None = None
    invert: bool = False
    overlay: bool = True
    bare: bool = False
    opacity: float = 0.6
    colormap: str = "viridis"
    mask: MaskStyle = MaskStyle.OUTLINE
    top_mode: bool = False
    top_percent: float = 5.0
    class_index: int | None = None
    method: str = "gradcam"
    as_published: bool = False
    layout: Layout = Layout.LARGE
    compare: Compare = Compare.SIDE
    curtain: float = 0.5
    blend: float = 0.5
    flicker: bool = False
    read_first: bool = False
    grid: bool = False
    editing: bool = False
    brush: float = 0.1
    tool: str = "navigate"
    corner_text: bool = True
    identity: bool = True
    graphics: bool = True
    magnifier: bool = False
    cine_bar: bool = False
    reference_lines: bool = True
    two: bool = False
    link_zoom: bool = True
    link_pan: bool = True
    link_scroll: bool = True
    link_window: bool = False


_FIELDS = tuple(field.name for field in fields(View))
_values = attrgetter(*_FIELDS)
GEOMETRY = ("zoom", "centre", "rotation", "flip_h", "flip_v")
PER_IMAGE = (*GEOMETRY, "voi", "invert", "class_index")
"""Fields that start afresh with another image."""


class ViewState(QObject):
    """Holds the current `View` and says which of its fields changed."""

    changed = Signal(object)  # frozenset of field names

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view = View()

    @property
    def view(self) -> View:
        """The current snapshot."""
        return self._view

    def update(self, **changes: Any) -> None:
        """Change fields; zoom, opacity and the like are kept within their ranges."""
        for name in ("opacity", "curtain", "blend", "brush"):
            if name in changes:
                changes[name] = min(1.0, max(0.0, changes[name]))
        if "zoom" in changes:
            changes["zoom"] = min(MAX_ZOOM, max(MIN_ZOOM, changes["zoom"]))
        if "centre" in changes:
            changes["centre"] = tuple(min(1.0, max(0.0, c)) for c in changes["centre"])
        if "rotation" in changes:
            changes["rotation"] %= 360
        different = frozenset(name for name, value in changes.items() if getattr(self._view, name) != value)
        if different:
            # As `dataclasses.replace` does, in half the time: every step of a slider or the window ends here.
            self._view = View(**dict(zip(_FIELDS, _values(self._view), strict=True)) | changes)
            self.changed.emit(different)

    def reset(self, *names: str) -> None:
        """Put the named fields back to their defaults."""
        defaults = {f.name: f.default for f in fields(View)}
        self.update(**{name: defaults[name] for name in names})
