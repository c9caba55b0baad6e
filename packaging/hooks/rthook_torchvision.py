"""Lets torchvision be imported beside a torch that its compiled operators do not fit.

PyPI has torchvision for Linux with CUDA only; its operators do not load with a CPU build of torch, and then importing
torchvision fails because it describes operators, `nms` and `qnms`, that are not there. None of its operators is used
here, so that declaring these two is enough.
"""

import importlib.abc
import sys


class _Declare(importlib.abc.MetaPathFinder):
    kept = None  # the declaration lasts as long as this object

    def find_spec(self, name, path=None, target=None):
        if name == "torchvision._meta_registrations" and self.kept is None:
            import torch

            if not hasattr(torch.ops.torchvision, "nms"):
                self.kept = torch.library.Library("torchvision", "DEF")
                for operator in ("nms", "qnms"):
                    self.kept.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        return  # found by the usual ways


sys.meta_path.insert(0, _Declare())
