"""The one way between the image grid and the model-input grid: every map comes back through a `Placement`."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from segx_viewer.domain.arrays import Pixels

AREA = "area"
TENSOR = "tensor"
INTERPOLATIONS = (AREA, "bilinear", "bicubic", "lanczos", "nearest", TENSOR)
"""How a picture is resampled: averaged by area (when it shrinks), or as Pillow does it, which torchvision, timm and
transformers use on pictures: a filter as wide as what becomes one pixel (antialiased). "tensor" is Pillow's bilinear
without rounding to bytes, as torchvision resizes what is a tensor already (ToTensor first, Resize second)."""
_HALF = 0.5
_BY_OPENCV = {"bilinear": cv2.INTER_LINEAR, "bicubic": cv2.INTER_CUBIC, "lanczos": cv2.INTER_LANCZOS4}
_BY_PILLOW = {"bilinear": 2, "bicubic": 3, "lanczos": 1, "nearest": 0}


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an image lies in a model's input.

    Pixel centres are at integer + 0.5 on both grids, so that ``input = image * scale + offset`` holds for
    continuous positions measured from the top left corner (the "align_corners=False" convention).

    Attributes
    ----------
    image_shape, input_shape : tuple of int
        (H, W) of the image, (h, w) of the model input.
    scale : tuple of float
        Input pixels per image pixel, (row, column).
    offset : tuple of float
        Position of the image's top left corner in the input, (row, column), in input pixels.

    Examples
    --------
    >>> p = Placement.stretch((450, 600), (224, 224))
    >>> p.to_input((600.0, 450.0))
    (224.0, 224.0)
    """

    image_shape: tuple[int, int]
    input_shape: tuple[int, int]
    scale: tuple[float, float]
    offset: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def stretch(cls, image_shape: tuple[int, int], input_shape: tuple[int, int]) -> "Placement":
        """Fill the input with the image, each axis by its own factor."""
        (H, W), (h, w) = image_shape, input_shape
        return cls(image_shape, input_shape, (h / H, w / W))

    @classmethod
    def letterbox(
        cls, image_shape: tuple[int, int], input_shape: tuple[int, int], stretch: tuple[float, float] = (1.0, 1.0)
    ) -> "Placement":
        """Keep the aspect ratio and centre the image in the input.

        Parameters
        ----------
        stretch : tuple of float
            (row, column): what makes the image's pixels square, see `MedicalImage.stretch`.
        """
        (H, W), (h, w), (sy, sx) = image_shape, input_shape, stretch
        factor = min(h / (H * sy), w / (W * sx))
        scale = factor * sy, factor * sx
        return cls(image_shape, input_shape, scale, ((h - H * scale[0]) / 2, (w - W * scale[1]) / 2))

    @classmethod
    def crop(
        cls, image_shape: tuple[int, int], input_shape: tuple[int, int], resize: int, *, squash: bool = False
    ) -> "Placement":
        """Resize and cut out the middle, in whole pixels as torchvision's Resize and CenterCrop do.

        Parameters
        ----------
        resize : int
            Length of the shorter side before the cut, in input pixels.
        squash : bool
            Whether both sides become that long, or the aspect ratio is kept.

        Examples
        --------
        >>> Placement.crop((480, 640), (224, 224), 256).offset
        (-16.0, -58.0)
        """
        (H, W), (h, w) = image_shape, input_shape
        rows = columns = resize
        if not squash and H > W:
            rows = int(resize * H / W)
        elif not squash:
            columns = int(resize * W / H)
        offset = -float(round((rows - h) / 2)), -float(round((columns - w) / 2))
        return cls(image_shape, input_shape, (rows / H, columns / W), offset)

    def shifted(self, image_shape: tuple[int, int], top: int, left: int) -> "Placement":
        """Return the placement of a whole image, of which this one places the part that begins at (top, left).

        Examples
        --------
        >>> whole = Placement.stretch((100, 200), (50, 50)).shifted((120, 240), 10, 20)
        >>> whole.to_input((20.0, 10.0)), whole.to_input((220.0, 110.0))
        ((0.0, 0.0), (50.0, 50.0))
        """
        (sy, sx), (y, x) = self.scale, self.offset
        return Placement(image_shape, self.input_shape, self.scale, (y - top * sy, x - left * sx))

    @property
    def crops(self) -> bool:
        """Whether a part of the image lies outside the input."""
        far = (
            n * s + o - m
            for n, s, o, m in zip(self.image_shape, self.scale, self.offset, self.input_shape, strict=True)
        )
        return min(self.offset) < -_HALF or max(far) > _HALF

    def to_input(self, xy: tuple[float, float]) -> tuple[float, float]:
        """Map an image position (x, y) to the input grid."""
        x, y = xy
        return x * self.scale[1] + self.offset[1], y * self.scale[0] + self.offset[0]

    def to_image_xy(self, xy: tuple[float, float]) -> tuple[float, float]:
        """Map an input position (x, y) to the image grid."""
        x, y = xy
        return (x - self.offset[1]) / self.scale[1], (y - self.offset[0]) / self.scale[0]

    def place(
        self,
        picture: Pixels,
        interpolation: str = AREA,
        *,
        antialias: bool = True,
    ) -> Pixels:
        """Resample a picture (H, W) or (H, W, 3) to the input grid; 0 outside.

        Parameters
        ----------
        interpolation : str
            One of `INTERPOLATIONS`.
        antialias : bool
            Whether all pixels count when it shrinks; not so, only those next to each sampled point do.

        Returns
        -------
        ndarray, shape (h, w) or (h, w, 3), of the picture's dtype; float32 of the same range where it is "tensor"
        """
        h, w = self.input_shape
        rows, columns = round(self.image_shape[0] * self.scale[0]), round(self.image_shape[1] * self.scale[1])
        resized = _resized(np.ascontiguousarray(picture), (max(1, rows), max(1, columns)), interpolation, antialias)
        if resized.shape[:2] == (h, w):
            return resized
        top, left = round(self.offset[0]), round(self.offset[1])
        resized = resized[max(0, -top) :, max(0, -left) :]
        top, left = max(0, top), max(0, left)
        result = np.zeros((h, w, *resized.shape[2:]), resized.dtype)
        result[top : top + resized.shape[0], left : left + resized.shape[1]] = resized[: h - top, : w - left]
        return result

    def to_image(self, array: NDArray[np.generic], shape: tuple[int, int] | None = None) -> NDArray[np.generic]:
        """Bring a map on the input grid back to the image grid.

        Parameters
        ----------
        array : ndarray, shape (h, w)
            Boolean masks come back by the nearest pixel, maps bilinearly; 0 where the image was cut off, of which
            nothing is known.
        shape : tuple of int, optional
            Resolution to return instead of the image's own, covering the same field of view.

        Returns
        -------
        ndarray, shape (H, W) or `shape`
            Same dtype as `array`.

        Raises
        ------
        ValueError
            If `array` does not have the input's shape.
        """
        if array.shape[:2] != self.input_shape:
            raise ValueError(f"a map of shape {array.shape} does not lie on the input grid {self.input_shape}")
        H, W = shape or self.image_shape
        step_y = self.image_shape[0] / H * self.scale[0]
        step_x = self.image_shape[1] / W * self.scale[1]
        # cv2 puts pixel centres at integers, hence the half pixels on both sides.
        matrix = np.array(
            [[step_x, 0, 0.5 * step_x + self.offset[1] - 0.5], [0, step_y, 0.5 * step_y + self.offset[0] - 0.5]]
        )
        is_mask = array.dtype == np.bool_
        source = np.ascontiguousarray(array.astype(np.uint8) if is_mask else array)
        result = cv2.warpAffine(
            source,
            matrix,
            (W, H),
            flags=(cv2.INTER_NEAREST if is_mask else cv2.INTER_LINEAR) | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        if self.crops:
            rows = (np.arange(H) + 0.5) * step_y + self.offset[0]
            columns = (np.arange(W) + 0.5) * step_x + self.offset[1]
            result[(rows < 0) | (rows > self.input_shape[0])] = 0
            result[:, (columns < 0) | (columns > self.input_shape[1])] = 0
        return result.astype(np.bool_) if is_mask else result


def _resized(picture: Pixels, shape: tuple[int, int], interpolation: str, antialias: bool) -> Pixels:
    if interpolation == TENSOR:
        return _resized_exactly(picture, shape, antialias)
    shrinks = shape[0] < picture.shape[0] or shape[1] < picture.shape[1]
    if interpolation == AREA or picture.dtype != np.uint8:
        how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(picture, shape[::-1], interpolation=how), picture.dtype)
    if not antialias and interpolation in _BY_OPENCV:
        return np.asarray(cv2.resize(picture, shape[::-1], interpolation=_BY_OPENCV[interpolation]), np.uint8)
    from PIL import Image  # the window is on the screen before any picture is resampled

    how = Image.Resampling(_BY_PILLOW[interpolation])
    return np.asarray(Image.fromarray(picture).resize(shape[::-1], how))


def _resized_exactly(picture: NDArray[np.generic], shape: tuple[int, int], antialias: bool) -> NDArray[np.float32]:
    levels = picture.astype(np.float32)
    if not antialias:
        return np.asarray(cv2.resize(levels, shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)
    from PIL import Image  # see above

    channels = levels[..., None] if levels.ndim == 2 else levels
    size, how = shape[::-1], Image.Resampling.BILINEAR
    found = [
        np.asarray(Image.fromarray(np.ascontiguousarray(channels[..., c])).resize(size, how), np.float32)
        for c in range(channels.shape[-1])
    ]
    return found[0] if levels.ndim == 2 else np.stack(found, -1)
