"""The displayed image as QImages of the screen's own pixels: one renderer, whose bands are drawn or kept."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter

from segx_viewer.app.canvas.pyramid import Pyramid
from segx_viewer.app.canvas.raster import Raster
from segx_viewer.app.kit.kept import Kept
from segx_viewer.app.kit.qimage import sharing
from segx_viewer.app.model.viewstate import View
from segx_viewer.domain.arrays import Pixels
from segx_viewer.domain.image import MedicalImage, VoiLut, WindowLevel
from segx_viewer.imaging import display

_SCREENS = 6  # panels of different size that keep the image's values at their pixels
_BAND = 2**17  # pixels that are windowed and drawn at a time: they stay in the processor's cache


@dataclass(frozen=True, slots=True, eq=False)
class _Band:
    """Some rows of a screen, the room that their grey levels are written to, and a picture of these to be drawn.

    All bands of a screen share one room: each is drawn before the next one is windowed.
    """

    top: int
    values: NDArray[np.float32]
    padding: NDArray[np.uint8] | None
    grey: NDArray[np.uint8]
    pixels: NDArray[np.uint8]
    picture: QImage


@dataclass(eq=False)
class _Screen:
    """The image's values at a raster's pixels, the window drawn last, and the picture that was kept last."""

    values: Pixels
    padding: NDArray[np.uint8] | None
    extent: tuple[float, float]  # lowest and highest value
    drawn: Hashable = None
    pixels: NDArray[np.uint8] | None = None
    picture: QImage | None = None
    shown: Hashable = None  # in the picture

    @cached_property
    def bands(self) -> list[_Band]:
        """The bands from the top down."""
        height, width = self.values.shape
        rows = min(height, max(1, _BAND // width))
        grey, pixels = np.empty((rows, width), np.uint8), np.empty((rows, width, 4), np.uint8)
        values: NDArray[np.float32] = np.asarray(self.values, np.float32)
        bands = []
        for top in range(0, height, rows):
            part = slice(top, top + rows)
            count = len(values[part])
            padding = None if self.padding is None else self.padding[part]
            room = pixels[:count]
            bands.append(_Band(top, values[part], padding, grey[:count], room, sharing(room)))
        return bands


class BasePicture:
    """The displayed image. A change of window renders the screen's pixels again and nothing else.

    Parameters
    ----------
    image : MedicalImage
    half : ndarray, optional
        Its pixels at half the resolution, if they were made already.
    voi : WindowLevel or VoiLut, optional
        That it is first shown with; the image's own by default.
    """

    def __init__(
        self,
        image: MedicalImage,
        half: Pixels | None = None,
        voi: WindowLevel | VoiLut | None = None,
    ) -> None:
        self.image = image
        self.voi = voi or display.default_voi(image)  # of all pixels, wherever the view is
        self._pyramid = Pyramid(image.pixels, half)
        self._screens: Kept[_Screen] = Kept(_SCREENS, lambda _: 1)

    def take_voi(self, voi: WindowLevel | VoiLut | None) -> None:
        """Show the image with another window where the view states none."""
        if voi is not None and voi != self.voi:
            self.voi = voi
            self._screens = Kept(_SCREENS, lambda _: 1)

    def draw(self, painter: QPainter, corner: QPointF, raster: Raster, view: View) -> None:
        """Draw the picture at a raster's pixels, whose corner lies at `corner`, windowed as `view` says.

        The same bands of grey levels are drawn in one of two ways: straight onto the painter, or, from the second time
        on, as a picture that is kept. While the window is dragged no picture is made.
        """
        screen, wanted = self._screen_of(raster), (view.voi, view.invert)
        if self._is_kept(screen, wanted, raster):
            painter.drawImage(corner, self.at(raster, view))
        else:
            self._draw_bands(painter, corner, screen, view)
        screen.drawn = wanted

    def _is_kept(self, screen: _Screen, wanted: Hashable, raster: Raster) -> bool:
        """Whether a picture is kept, or will be: colour has no bands, and a scaled painter could leave seams."""
        again = wanted in (screen.drawn, screen.shown)
        return again or self.image.is_colour or raster.ratio != 1

    def at(self, raster: Raster, view: View) -> QImage:
        """Return the picture at a raster's pixels, windowed as `view` says. It is valid until the next call."""
        screen, wanted = self._screen_of(raster), (view.voi, view.invert)
        if screen.picture is None or screen.shown != wanted:
            self._render(screen, raster, view)
            screen.shown = wanted
        assert screen.picture is not None  # noqa: S101 - it was just rendered
        return screen.picture

    def _screen_of(self, raster: Raster) -> _Screen:
        return self._screens.get(raster, lambda: self._screen(raster))

    def _screen(self, raster: Raster) -> _Screen:
        values, image = self._pyramid.sample(raster), self.image
        padding = None
        if image.padding is not None:
            padding = display.is_padding(raster.sample(image.pixels, nearest=True), image.padding)
        extent = (0.0, 0.0) if image.is_colour else cv2.minMaxLoc(values)[:2]
        return _Screen(values, padding, extent)

    def _render(self, screen: _Screen, raster: Raster, view: View) -> None:
        if screen.pixels is None:
            screen.pixels = np.empty((*raster.shape, 4), np.uint8)
            screen.picture = sharing(screen.pixels, raster.ratio)
        if self.image.is_colour:
            cv2.cvtColor(screen.values, cv2.COLOR_RGB2BGRA, screen.pixels)
            if view.invert:
                screen.pixels[..., :3] = ~screen.pixels[..., :3]
            return
        for band in self._windowed(screen, view):
            cv2.cvtColor(band.grey, cv2.COLOR_GRAY2BGRA, screen.pixels[band.top : band.top + len(band.grey)])

    def _draw_bands(self, painter: QPainter, corner: QPointF, screen: _Screen, view: View) -> None:
        x, y = int(corner.x()), int(corner.y())
        for band in self._windowed(screen, view):
            cv2.cvtColor(band.grey, cv2.COLOR_GRAY2BGRA, band.pixels)
            painter.drawImage(x, y + band.top, band.picture)

    def _windowed(self, screen: _Screen, view: View) -> Iterator[_Band]:
        """Yield the bands from the top down with their grey levels, which the next band overwrites."""
        inverse = self.image.presentation_inverse != view.invert
        scale = display.grey_scale(view.voi or self.voi, inverse=inverse, extent=screen.extent)
        for band in screen.bands:
            scale(band.values, band.grey)
            if band.padding is not None:
                cv2.subtract(band.grey, band.padding, band.grey)
            yield band

    def display_value(self, x: int, y: int, view: View) -> tuple[int, ...]:
        """Return the 8-bit value shown at an image pixel."""
        pixel = replace(self.image, pixels=self.image.pixels[y : y + 1, x : x + 1])
        shown = display.to_display(pixel, view.voi or self.voi, invert=view.invert)
        return tuple(int(v) for v in np.ravel(shown))
