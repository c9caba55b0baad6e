"""Networks: bundles, prediction, segmentation, attribution. torch lives here and in training."""
