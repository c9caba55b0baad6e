"""The clinically relevant region."""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from segx_viewer.domain.result import Segmentation
from segx_viewer.inference.bundle import ModelBundle


@torch.inference_mode()
def segment(network: nn.Module, tensor: Tensor, bundle: ModelBundle) -> Segmentation:
    """Segment one input (1, 3, h, w); the network's first output channel is the region's logit."""
    probability = network(tensor)[0, 0].float().sigmoid().cpu().numpy()
    threshold = bundle.segmentation_threshold
    without_specks(probability, threshold, bundle.smallest_part)
    return Segmentation(probability, threshold, probability > threshold)


def without_specks(probability: NDArray[np.float32], threshold: float, smallest_part: float) -> None:
    """Lower the probability of stray parts of the region to the threshold, in place.

    Parameters
    ----------
    probability : ndarray, shape (h, w), float32
    smallest_part : float
        Parts smaller than this share of the largest one are strays; 0 keeps all.
    """
    if smallest_part <= 0:
        return
    count, labels, statistics, _ = cv2.connectedComponentsWithStats((probability > threshold).astype(np.uint8))
    if count <= 2:
        return
    areas = statistics[1:, cv2.CC_STAT_AREA]
    strays = 1 + np.flatnonzero(areas < smallest_part * areas.max())
    np.minimum(probability, threshold, out=probability, where=np.isin(labels, strays))
