"""The networks of torchxrayvision, with its weights files' names: one grey channel in, values -1024..1024.

Outputs are logits. torchxrayvision shifts each probability so that its operating point comes to lie at one half; here
the operating points are the classes' cut-offs, which finds the same classes.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from segx_viewer.networks.libraries import torchvision


def xrv_densenet121(classes: int = 18) -> nn.Module:
    """Build torchxrayvision's DenseNet-121, for inputs of 224 x 224 pixels."""
    network = torchvision.models.densenet121(weights=None, num_classes=classes)
    network.features.conv0 = nn.Conv2d(1, 64, 7, stride=2, padding=3, bias=False)
    network.features.add_module("relu5", nn.ReLU())  # see `architectures.seen_rectified`
    return network


def xrv_resnet50(classes: int = 18) -> nn.Module:
    """Build its ResNet-50 (input 512 x 512)."""
    network = torchvision.models.resnet50(weights=None, num_classes=classes)
    network.conv1 = nn.Conv2d(1, 64, 7, stride=2, padding=3, bias=False)
    return network


class XrvPspNet(nn.Module):
    """Its pyramid scene parsing network (Zhao 2017) of 14 parts of the chest (Lian 2021), input 512 x 512.

    The dilated ResNet-101 with a pyramid of poolings is the one of the published weights.
    """

    def __init__(self, classes: int = 14) -> None:
        super().__init__()
        self.convbnrelu1_1 = _Unit(3, 64, 3, stride=2)
        self.convbnrelu1_2 = _Unit(64, 64, 3)
        self.convbnrelu1_3 = _Unit(64, 128, 3)
        self.res_block2 = _Blocks(3, 128, 64, 256)
        self.res_block3 = _Blocks(4, 256, 128, 512, stride=2)
        self.res_block4 = _Blocks(23, 512, 256, 1024, dilation=2)
        self.res_block5 = _Blocks(3, 1024, 512, 2048, dilation=4)
        self.pyramid_pooling = _Pyramid(2048, (6, 3, 2, 1))
        self.cbr_final = _Unit(4096, 512, 3)
        self.classification = nn.Conv2d(512, classes, 1)
        # Only training looks at these; the weights file has them.
        self.convbnrelu4_aux = _Unit(1024, 256, 3)
        self.aux_cls = nn.Conv2d(256, classes, 1)
        self.mean: Tensor
        self.std: Tensor
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406])[:, None, None], persistent=False)
        self.register_buffer("std", torch.tensor([0.229, 0.224, 0.225])[:, None, None], persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (N, classes, h, w) of an input (N, 1, h, w) of -1024..1024."""
        shape = x.shape[2:]
        x = ((x + 1024) / 2048 - self.mean) / self.std
        x = self.convbnrelu1_3(self.convbnrelu1_2(self.convbnrelu1_1(x)))
        x = functional.max_pool2d(x, 3, 2, 1)
        x = self.res_block5(self.res_block4(self.res_block3(self.res_block2(x))))
        x = self.classification(self.cbr_final(self.pyramid_pooling(x)))
        return functional.interpolate(x, shape, mode="bilinear")


class _Unit(nn.Module):
    """Convolution, batch norm and, unless `last`, ReLU. The weights' names depend on which of both it is."""

    def __init__(
        self, given: int, width: int, size: int, *, stride: int = 1, dilation: int = 1, last: bool = False
    ) -> None:
        super().__init__()
        padding = dilation * (size // 2)
        conv = nn.Conv2d(given, width, size, stride=stride, padding=padding, dilation=dilation, bias=False)
        norm = nn.BatchNorm2d(width)
        if last:
            self.cb_unit = nn.Sequential(conv, norm)
        else:
            self.cbr_unit = nn.Sequential(conv, norm, nn.ReLU(inplace=True))

    def forward(self, x: Tensor) -> Tensor:
        return self.cb_unit(x) if hasattr(self, "cb_unit") else self.cbr_unit(x)


class _Bottleneck(nn.Module):
    """Residual bottleneck; `project` gives the shortcut a convolution."""

    def __init__(self, given: int, inner: int, width: int, stride: int, dilation: int, *, project: bool) -> None:
        super().__init__()
        self.cbr1 = _Unit(given, inner, 1)
        self.cbr2 = _Unit(inner, inner, 3, stride=stride, dilation=dilation)
        self.cb3 = _Unit(inner, width, 1, last=True)
        if project:
            self.cb4 = _Unit(given, width, 1, stride=stride, last=True)

    def forward(self, x: Tensor) -> Tensor:
        shortcut = self.cb4(x) if hasattr(self, "cb4") else x
        return functional.relu(self.cb3(self.cbr2(self.cbr1(x))) + shortcut)


class _Blocks(nn.Module):
    def __init__(self, count: int, given: int, inner: int, width: int, *, stride: int = 1, dilation: int = 1) -> None:
        super().__init__()
        first = _Bottleneck(given, inner, width, stride, dilation, project=True)
        rest = [_Bottleneck(width, inner, width, 1, dilation, project=False) for _ in range(count - 1)]
        self.layers = nn.Sequential(first, *rest)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class _Pyramid(nn.Module):
    def __init__(self, width: int, grids: tuple[int, ...]) -> None:
        super().__init__()
        self.grids = grids
        self.path_module_list = nn.ModuleList(_Unit(width, width // len(grids), 1) for _ in grids)

    def forward(self, x: Tensor) -> Tensor:
        h, w = x.shape[2:]
        found = [x]
        for grid, path in zip(self.grids, self.path_module_list, strict=True):
            pooled = path(functional.avg_pool2d(x, (h // grid, w // grid)))
            found.append(functional.interpolate(pooled, (h, w), mode="bilinear"))
        return torch.cat(found, 1)
