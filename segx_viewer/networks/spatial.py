"""Activations as maps: which axes of a layer's output are channels, rows and columns, and which layer to explain.

Convolutional networks give (N, C, h, w), Swin transformers (N, h, w, C), vision transformers (N, tokens, C) with
prefix tokens (class token, registers) that have no place in the image.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from segx_viewer.errors import ModelError


def to_maps(output: Tensor, input_shape: tuple[int, int], name: str = "") -> Tensor:
    """Bring a layer's output (or its gradient) to (N, C, h, w).

    Parameters
    ----------
    output : Tensor
    input_shape : tuple of int
        (h, w) of the network's input: tells the grid of tokens, and channels from columns.
    name : str
        The layer, for the message.

    Raises
    ------
    ModelError
        If the output has no spatial layout.
    """
    if output.ndim == 4:
        maps = output.permute(0, 3, 1, 2) if _channels_last(output.shape, input_shape) else output
    elif output.ndim == 3:
        h, w = token_grid(output.shape[1], input_shape) or (0, 0)
        # Prefix tokens come first; (N, tokens, C) -> (N, C, h, w)
        maps = output[:, output.shape[1] - h * w :].transpose(1, 2).unflatten(2, (h, w)) if h else output
    else:
        maps = output
    if maps.ndim != 4 or maps.shape[2] * maps.shape[3] < 2:
        raise ModelError(
            f"The layer {name!r} cannot be explained: its output {tuple(output.shape)} has no rows and columns."
        )
    return maps


def channel_axis(output: Tensor, input_shape: tuple[int, int]) -> int:
    """Return which axis of a layer's output are the channels."""
    return 1 if output.ndim == 4 and not _channels_last(output.shape, input_shape) else output.ndim - 1


def prefix_tokens(output: Tensor, input_shape: tuple[int, int]) -> int:
    """Return how many of a layer's tokens have no place in the image; 0 for maps."""
    grid = token_grid(output.shape[1], input_shape) if output.ndim == 3 else None
    return output.shape[1] - grid[0] * grid[1] if grid else 0


def choose_layer(network: nn.Module, tensor: Tensor) -> str:
    """Find the deepest layer that still has a place for everything: what Grad-CAM is meant for.

    The network is traced once; of all layers whose output has rows and columns, at the network's last resolution,
    the last one on whose image positions the class scores depend is taken. (The last block of a vision transformer
    hands on its class token only, so there it is the normalisation before that block's attention.)

    Parameters
    ----------
    network : nn.Module
    tensor : Tensor, shape (1, 3, h, w)
        Any input; its values hardly matter.

    Returns
    -------
    str
        Dotted name.

    Raises
    ------
    ModelError
        If no layer qualifies.
    """
    shape = (tensor.shape[-2], tensor.shape[-1])
    seen: list[tuple[str, nn.Module, Tensor]] = []

    def see(name: str, module: nn.Module, output: object) -> None:
        if isinstance(output, Tensor) and output.is_floating_point():
            if not output.requires_grad:
                output.requires_grad_()  # of whole numbers no gradients come, but of what is made of them
            seen.append((name, module, output))

    handles = [
        module.register_forward_hook(lambda m, _inputs, output, name=name: see(name, m, output))
        for name, module in network.named_modules()
        if name
    ]
    try:
        with torch.enable_grad():
            logits = network(tensor.detach().requires_grad_())
    finally:
        for handle in handles:
            handle.remove()
    candidates = [(name, output) for name, module, output in seen if _may_be_explained(module, output, shape)]
    outputs = [output for _, output in candidates]
    gradients = torch.autograd.grad(logits.square().sum(), outputs, allow_unused=True) if outputs else ()
    for (name, output), gradient in reversed(list(zip(candidates, gradients, strict=True))):
        if gradient is not None and to_maps(gradient, shape).any() and _is_main_path(output, candidates):
            return name
    raise ModelError("No layer of the network has rows and columns to explain; name a target layer.")


def middle_layer(network: nn.Module, tensor: Tensor, target_layer: str) -> str:
    """Return the last layer at twice the target layer's resolution, or half-way to it; "" where there is none.

    Parameters
    ----------
    network : nn.Module
    tensor : Tensor, shape (1, C, h, w)
    target_layer : str

    Examples
    --------
    >>> stage = lambda: nn.Sequential(nn.Conv2d(3, 3, 3, 2, 1), nn.ReLU())
    >>> network = nn.Sequential(stage(), stage(), stage(), nn.Flatten(), nn.Linear(48, 2))
    >>> middle_layer(network, torch.zeros(1, 3, 32, 32), "2")
    '1'
    """
    shapes: dict[str, torch.Size] = {}

    def keep(name: str) -> Callable[..., None]:
        return lambda _module, _inputs, output: (
            shapes.__setitem__(name, output.shape) if isinstance(output, Tensor) else None
        )

    named = [(name, module) for name, module in network.named_modules() if name]
    handles = [module.register_forward_hook(keep(name)) for name, module in named]
    try:
        with torch.no_grad():
            network(tensor)
    finally:
        for handle in handles:
            handle.remove()
    target = shapes.get(target_layer)
    if target is None:
        return ""
    twice = [n for n, s in shapes.items() if len(s) == len(target) == 4 and s[2] == 2 * target[2]]
    if twice:
        return twice[-1]
    # Tokens, which keep their number: blocks alone, not what lies inside them.
    alike = [n for n, s in shapes.items() if s == target and n.count(".") <= 1]
    return alike[len(alike) // 2] if len(alike) > 2 else ""


def _may_be_explained(module: nn.Module, output: Tensor, shape: tuple[int, int]) -> bool:
    if isinstance(module, nn.Dropout | nn.Identity) or (output.ndim == 3 and isinstance(module, nn.Linear)):
        return False  # does nothing; or keys, values and hidden layers inside a block: not the tokens themselves
    try:
        to_maps(output, shape)
    except ModelError:
        return False
    return True


def _is_main_path(output: Tensor, candidates: list[tuple[str, Tensor]]) -> bool:
    """Whether an output has as many axes as the last one: tokens are not explained by an earlier stem's maps."""
    return output.ndim == candidates[-1][1].ndim


def _channels_last(shape: torch.Size, input_shape: tuple[int, int]) -> bool:
    """(N, h, w, C) rather than (N, C, h, w), by the input's aspect ratio; channels first where both would do."""
    _, a, b, c = shape
    return not _fits((b, c), input_shape) and _fits((a, b), input_shape)


def _fits(grid: tuple[int, int], input_shape: tuple[int, int]) -> bool:
    h, w = input_shape
    return grid[0] <= h and grid[1] <= w and abs(h / grid[0] - w / grid[1]) <= 0.35 * (w / grid[1])


def token_grid(tokens: int, input_shape: tuple[int, int]) -> tuple[int, int] | None:
    """(rows, columns) of a vision transformer's tokens: the patch size that leaves the fewest prefix tokens."""
    h, w = input_shape
    grids = [(h // p, w // p) for p in range(2, min(h, w) + 1) if h % p == 0 and w % p == 0]
    fitting = [g for g in grids if 0 <= tokens - g[0] * g[1] <= 8 and g[0] * g[1] > 1]
    return min(fitting, key=lambda g: tokens - g[0] * g[1], default=None)
