"""What follows a classifier's last feature maps when that is pooling and one linear layer.

Most convolutional classifiers end so. Their logits are then a known function of those maps, and so are the gradients
that the Grad-CAM family needs: no pass backwards, and no library that could make one, has to be had.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class LinearHead:
    """Global average pooling and a linear layer (Lin 2013, Network in Network), with a ReLU before them or not.

    Attributes
    ----------
    weight : ndarray, shape (K, C), float32
    bias : ndarray, shape (K,), float32
    rectified : bool
        Whether a ReLU lies between the maps and the pooling.
    """

    weight: Floats = field(repr=False)
    bias: Floats = field(repr=False)
    rectified: bool = False

    def logits(self, maps: Floats) -> Floats:
        """Return the logits (N, K) of feature maps (N, C, h, w).

        Examples
        --------
        >>> head = LinearHead(np.float32([[1, 10]]), np.float32([0.5]))
        >>> head.logits(np.float32([[[[1, 3]], [[0, 1]]]]))
        array([[7.5]], dtype=float32)
        """
        pooled = (np.maximum(maps, 0) if self.rectified else maps).mean((2, 3))
        return np.asarray(pooled @ self.weight.T + self.bias, np.float32)

    def gradients(self, maps: Floats, classes: Sequence[int]) -> Floats:
        """Return the gradients of some classes' logits with respect to feature maps (C, h, w): (K, C, h, w)."""
        _, h, w = maps.shape
        each = self.weight[list(classes)][:, :, None, None] / np.float32(h * w)
        return np.asarray(each * (maps > 0) if self.rectified else np.broadcast_to(each, (len(classes), *maps.shape)))

    def shares(self, maps: Floats) -> Floats:
        """Return what each channel of feature maps (C, h, w) adds to each logit, (C, K)."""
        pooled = (np.maximum(maps, 0) if self.rectified else maps).mean((1, 2))
        return np.asarray(pooled[:, None] * self.weight.T, np.float32)
