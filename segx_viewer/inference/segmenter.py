"""The clinically relevant region."""

import torch
from torch import Tensor, nn

from segx_viewer.domain.result import Segmentation


@torch.inference_mode()
def segment(network: nn.Module, tensor: Tensor, threshold: float) -> Segmentation:
    """Segment one input (1, 3, h, w); the network's first output channel is the region's logit."""
    probability = network(tensor)[0, 0].float().sigmoid().cpu().numpy()
    return Segmentation(probability, threshold, probability > threshold)
