"""How much a file may ask for. Checked from the header, before anything is allocated."""

from dataclasses import dataclass
from pathlib import Path

from segx_viewer.errors import UnsupportedImageError


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
        Wall-clock time for one frame (guarded decoding only).
    """

    pixels: int = 2**27
    memory_bytes: int = 4 * 2**30
    seconds: float = 60.0

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
