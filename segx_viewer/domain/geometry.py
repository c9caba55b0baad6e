"""The one way between the image grid and the model-input grid: every map comes back through a `Placement`."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray


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

    def to_input(self, xy: tuple[float, float]) -> tuple[float, float]:
        """Map an image position (x, y) to the input grid."""
        x, y = xy
        return x * self.scale[1] + self.offset[1], y * self.scale[0] + self.offset[0]

    def to_image_xy(self, xy: tuple[float, float]) -> tuple[float, float]:
        """Map an input position (x, y) to the image grid."""
        x, y = xy
        return (x - self.offset[1]) / self.scale[1], (y - self.offset[0]) / self.scale[0]

    def place(self, picture: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.uint8] | NDArray[np.float32]:
        """Resample a picture (H, W) or (H, W, 3) to the input grid; area-averaged when shrinking, 0 outside.

        Returns
        -------
        ndarray, shape (h, w) or (h, w, 3), of the picture's dtype
        """
        h, w = self.input_shape
        rows, columns = round(self.image_shape[0] * self.scale[0]), round(self.image_shape[1] * self.scale[1])
        shrink = self.scale[0] < 1 or self.scale[1] < 1
        how = cv2.INTER_AREA if shrink else cv2.INTER_LINEAR
        resized: NDArray[Any] = np.asarray(
            cv2.resize(np.ascontiguousarray(picture), (max(1, columns), max(1, rows)), interpolation=how)
        )
        if resized.shape[:2] == (h, w):
            return resized
        top, left = round(self.offset[0]), round(self.offset[1])
        result = np.zeros((h, w, *resized.shape[2:]), resized.dtype)
        result[top : top + resized.shape[0], left : left + resized.shape[1]] = resized[: h - top, : w - left]
        return result

    def to_image(self, array: NDArray[np.generic], shape: tuple[int, int] | None = None) -> NDArray[np.generic]:
        """Bring a map on the input grid back to the image grid.

        Parameters
        ----------
        array : ndarray, shape (h, w)
            Boolean masks come back by the nearest pixel, maps bilinearly.
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
        return result.astype(np.bool_) if is_mask else result
