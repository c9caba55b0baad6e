"""Networks by name. Building one never downloads anything."""

from collections.abc import Callable, Mapping

from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from segx_viewer.domain.tables import as_float, as_table, as_text, as_texts
from segx_viewer.errors import ModelError
from segx_viewer.networks.heads import build_head
from segx_viewer.networks.hub import FURTHER, build_further
from segx_viewer.networks.libraries import smp, timm, torchvision
from segx_viewer.networks.reference import ReferenceUNet, reference_densenet121, reference_resnet50
from segx_viewer.networks.xrv import XrvPspNet, xrv_densenet121, xrv_resnet50

# The published weights' own networks: SegX's reference implementation, torchxrayvision.
_CLASSIFIERS: dict[str, Callable[..., nn.Module]] = {
    "segx/densenet121": reference_densenet121,
    "segx/resnet50": reference_resnet50,
    "xrv/densenet121": xrv_densenet121,
    "xrv/resnet50": xrv_resnet50,
}
_SEGMENTERS: dict[str, Callable[..., nn.Module]] = {
    "segx/unet": lambda classes, channels, **options: ReferenceUNet(classes, channels=channels, **options),
    "xrv/pspnet": lambda classes, channels, **options: XrvPspNet(classes, **options),
}

_TIMM_ENCODER = "tu-"
"""How segmentation-models-pytorch begins the names of encoders that it takes from timm."""


class Uninitialised(TorchFunctionMode):
    """Within this context, networks are built without drawing their weights, for those who load them afterwards.

    torch draws weights on its "meta" device, which segmentation-models-pytorch builds encoders on, with its compiler,
    which takes more memory than all networks here.
    """

    def __torch_function__(
        self,
        function: Callable[..., object],
        _types: object,
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        """Leave out whatever `torch.nn.init` does."""
        given = kwargs or {}
        if getattr(function, "__module__", "") == nn.init.__name__:
            return given["tensor"] if "tensor" in given else args[0]
        return function(*args, **given)


def build_classifier(architecture: str, classes: int, *, channels: int = 3, **options: object) -> nn.Module:
    """Build an untrained classifier.

    Parameters
    ----------
    architecture : str
        ``"timm/NAME"``, ``"torchvision/NAME"``, ``"segx/NAME"`` (SegX's reference implementation) or ``"xrv/NAME"``
        (torchxrayvision).
    classes : int
        Number of outputs.
    channels : int
        Of the input; 3, or 1 where the architecture has it.
    options : object
        Passed on to the library; but ``head``, the ``path`` and ``layers`` of a last layer that was replaced (see
        `segx_viewer.networks.heads`), and ``norm_eps``, the epsilon of norms by the beginnings of their names.

    Raises
    ------
    ModelError
        If the architecture is not known.
    """
    norm_eps = options.pop("norm_eps", None)
    if norm_eps is not None:
        return _with_epsilon(build_classifier(architecture, classes, channels=channels, **options), norm_eps)
    head = options.pop("head", None)
    if head is not None:
        return _with_head(build_classifier(architecture, classes, channels=channels, **options), head)
    family, _, name = architecture.partition("/")
    try:
        if architecture in _CLASSIFIERS:
            return _CLASSIFIERS[architecture](classes, **options)
        if family == "timm":
            return timm.create_model(
                _of_timm(name), pretrained=False, num_classes=classes, in_chans=channels, **options
            )
        if family in FURTHER:
            return build_further(family, name, options)
        if family == "torchvision":
            from torchvision.models import get_model  # only needed for users' own models

            return seen_rectified(get_model(name, weights=None, num_classes=classes, **options))
    except (RuntimeError, TypeError, ValueError) as error:
        raise ModelError(f"The classifier architecture {architecture!r} is not known: {error}") from error
    raise ModelError(
        f"The classifier architecture {architecture!r} is not known; use timm/NAME, torchvision/NAME, "
        f"{', '.join(_CLASSIFIERS)}, exported or onnx."
    )


def _with_head(network: nn.Module, head: object) -> nn.Module:
    try:
        table = as_table(head)
        network.set_submodule(as_text(table["path"]), build_head(as_texts(table["layers"])), strict=True)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"The classifier's head cannot be built: {error}") from error
    return network


_NORMS = (nn.LayerNorm, nn.BatchNorm2d)


def _with_epsilon(network: nn.Module, norm_eps: object) -> nn.Module:
    """Give norms their epsilon: libraries build one architecture with different ones."""
    for start, value in as_table(norm_eps).items():
        for name, module in network.named_modules():
            if isinstance(module, _NORMS) and name.startswith(start):
                module.eps = as_float(value)
    return network


def seen_rectified(network: nn.Module) -> nn.Module:
    """Give torchvision's DenseNet the ReLU after its features as a layer.

    It stands in `forward`, in place: what is explained is what that pools, and not what was there before.
    """
    if isinstance(network, torchvision.models.DenseNet):
        network.features.add_module("relu5", nn.ReLU())
    return network


def build_segmenter(
    architecture: str, options: Mapping[str, object], classes: int = 1, *, channels: int = 3
) -> nn.Module:
    """Build an untrained segmenter.

    Parameters
    ----------
    architecture : str
        ``"smp/NAME"`` (segmentation-models-pytorch), ``"torchvision/NAME"``, ``"segx/unet"`` or ``"xrv/pspnet"``.
    options : mapping
        Passed on to the library.
    classes, channels : int
        Of the output and the input.

    Raises
    ------
    ModelError
        If the architecture is not known.
    """
    family, _, name = architecture.partition("/")
    try:
        if architecture in _SEGMENTERS:
            return _SEGMENTERS[architecture](classes, channels, **options)
        if family == "smp":
            encoder = str(options.get("encoder_name", ""))
            if encoder.startswith(_TIMM_ENCODER):
                _of_timm(encoder.removeprefix(_TIMM_ENCODER))
            return smp.create_model(name, encoder_weights=None, in_channels=channels, classes=classes, **options)
        if family in FURTHER:
            return build_further(family, name, options)
        if family == "torchvision":
            from torchvision.models import get_model

            network = get_model(name, weights=None, weights_backbone=None, num_classes=classes, **options)
            network.register_forward_hook(_main_output)
            return network
    except (KeyError, RuntimeError, TypeError, ValueError) as error:
        raise ModelError(f"The segmenter architecture {architecture!r} is not known: {error}") from error
    raise ModelError(
        f"The segmenter architecture {architecture!r} is not known; use smp/NAME, torchvision/NAME, "
        f"{', '.join(_SEGMENTERS)}, exported or onnx."
    )


def _of_timm(name: str) -> str:
    """Return a name that timm knows by itself: for others ("hf-hub:...") it asks a host or reads a folder."""
    if not timm.is_model(name):
        raise ValueError(f"timm itself has no model {name!r}")
    return name


def _main_output(_network: nn.Module, _inputs: object, output: Mapping[str, Tensor]) -> Tensor:
    """Take what torchvision's segmenters give from its dictionary; as a hook, this leaves the weights their names."""
    return output["out"]
