"""How much a file may ask for. Checked from the header, before anything is allocated."""

import math
from dataclasses import dataclass
from pathlib import Path

from segx_viewer.errors import UnsupportedImageError

_PATIENCE = 5.0  # seconds that any file is given
_PIXELS_PER_SECOND = 500_000  # a tenth of what the slowest codec does on one core
_BYTES_PER_SECOND = 2_000_000  # a slow network


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on decoding one frame.

    Attributes
    ----------
    pixels : int
        Rows times columns of one frame.
    memory_bytes : int
        Memory that a decoding process may add to its own (guarded decoding only).
    seconds : float
        Wall-clock time for one frame, at most (guarded decoding only); small files are given less, see `seconds_for`.
    """

    pixels: int = 2**27
    memory_bytes: int = 4 * 2**30
    seconds: float = 60.0

    def seconds_for(self, pixels: int, file_bytes: int) -> float:
        """Return the time that is enough for a frame, and at most `seconds`: nobody waits a minute for a small file.

        Examples
        --------
        >>> Limits().seconds_for(512 * 512, 200_000), Limits().seconds_for(100_000_000, 10**8)
        (5.7, 60.0)
        """
        needed = _PATIENCE + pixels / _PIXELS_PER_SECOND + file_bytes / _BYTES_PER_SECOND
        return min(self.seconds, math.ceil(10 * needed) / 10)

    def check_pixels(self, path: Path, rows: int, columns: int) -> None:
        """Refuse a picture that is larger than the limit.

        Raises
        ------
        UnsupportedImageError

        Examples
        --------
        >>> Limits(pixels=100).check_pixels(Path("a.png"), 20, 20)
        Traceback (most recent call last):
        ...
        segx_viewer.errors.UnsupportedImageError: a.png has 20 x 20 pixels, more than the limit of 100 pixels.
        """
        if rows * columns > self.pixels:
            limit = f"{self.pixels / 1e6:.0f} megapixels" if self.pixels >= 1_000_000 else f"{self.pixels} pixels"
            raise UnsupportedImageError(f"{path.name} has {columns} x {rows} pixels, more than the limit of {limit}.")


DEFAULT_LIMITS = Limits()
