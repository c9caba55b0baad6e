"""What a network gives: which of several tensors, and logits where it gives probabilities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from segx_viewer.errors import ModelError

LOGITS = "logits"
_EPSILON = 1e-7
_NAMED = ("logits", "out", "masks", "probabilities", "probs")
"""Entries of a dictionary that hold what is meant, in this order; others are losses, features and auxiliary heads."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of a program.

    Attributes
    ----------
    turn : str
        What it gives: "logits", or "softmax" or "sigmoid" probabilities, which are turned back.
    take : str
        Name or number (from 0) of the output among several; "" for the only one that fits.
    classes : int
        Of a classifier, by which its output is told from others; 0 for a segmenter, whose output has rows and columns.
    channels : int
        Of a segmenter that gives the number of each pixel's class.
    """

    turn: str = LOGITS
    take: str = ""
    classes: int = 0
    channels: int = 1


PLAIN = Wanted()


def filled_up(x: Tensor, batch: int | None) -> Tensor:
    """Fill a batch that is smaller than a program's fixed one up with copies of its last image."""
    lacking = (batch or 0) - len(x)
    return x if lacking <= 0 else torch.cat([x, x[-1:].expand(lacking, *x.shape[1:])])


def back_to_logits(output: Tensor, turn: str) -> Tensor:
    """Undo a softmax (up to a constant) or sigmoid; certainties above 1 - 1e-7 cannot be told apart."""
    if turn == LOGITS:
        return output
    p = output.clamp(_EPSILON, 1 - _EPSILON)
    return p.log() if turn == "softmax" else p.logit()


def giving_logits(network: nn.Module, turn: str) -> nn.Module:
    """Return a network that ends in an activation, made to give logits; its weights keep their names."""
    if turn != LOGITS:
        network.register_forward_hook(lambda _module, _inputs, output: back_to_logits(output, turn))
    return network


def which(names: Sequence[str], shapes: Sequence[tuple[int, ...]], wanted: Wanted) -> int:
    """Return which of a program's outputs is meant.

    Parameters
    ----------
    names : sequence of str
    shapes : sequence of tuple of int
        Of the outputs for one input.

    Raises
    ------
    ModelError
        If it cannot be told; the message names what there is.

    Examples
    --------
    >>> which(["features", "logits"], [(1, 512), (1, 3)], Wanted(classes=3))
    1
    """
    known = ", ".join(f"{i} {name!r} {tuple(shape)}" for i, (name, shape) in enumerate(zip(names, shapes, strict=True)))
    if wanted.take:
        if wanted.take in names:
            return list(names).index(wanted.take)
        if wanted.take.isdigit() and int(wanted.take) < len(names):
            return int(wanted.take)
        raise ModelError(f"The network has no output {wanted.take!r}; it has {known}.")
    if len(names) == 1:
        return 0
    fitting = [i for i, shape in enumerate(shapes) if _fits(shape, wanted.classes)]
    if len(fitting) == 1:
        return fitting[0]
    raise ModelError(f"The network gives {len(names)} outputs; say which one is meant (--take): {known}.")


def _fits(shape: tuple[int, ...], classes: int) -> bool:
    if classes:
        return tuple(shape[1:]) == (classes,) or tuple(shape) == (classes,)
    return len(shape) >= 3 and min(shape[-2:]) > 1


def named_tensors(output: object, name: str = "") -> dict[str, Tensor]:
    """Return the tensors within what a network gives, by their keys or numbers."""
    if isinstance(output, Tensor):
        return {name or "output": output}
    if isinstance(output, Mapping):
        parts = [(str(key), value) for key, value in output.items()]
    elif isinstance(output, tuple | list):
        parts = [(str(i), value) for i, value in enumerate(output)]
    else:
        parts = []
    found: dict[str, Tensor] = {}
    for key, value in parts:
        found |= named_tensors(value, f"{name}.{key}" if name else key)
    return found


def one_of(output: object, wanted: Wanted) -> Tensor:
    """Return the tensor that is meant within what a network gives. Raises `ModelError` where it cannot be told."""
    if isinstance(output, Tensor):
        return output
    tensors = named_tensors(output)
    if not tensors:
        raise ModelError("The network does not give a tensor.")
    names = list(tensors)
    if not wanted.take:
        for name in _NAMED:
            if name in tensors and _fits(tuple(tensors[name].shape), wanted.classes):
                return tensors[name]
    return tensors[names[which(names, [tuple(t.shape) for t in tensors.values()], wanted)]]


def tidy(output: Tensor, wanted: Wanted) -> Tensor:
    """Bring a program's output to logits: (N, K) of a classifier, (N, C, h, w) of a segmenter.

    Masks may lack the axis of channels or have it last, and may be numbers of classes (an argmax inside): each of these
    then is one channel, certain.
    """
    if wanted.classes:
        rows = output.reshape(1, -1) if output.ndim == 1 else output.flatten(1)
        return back_to_logits(rows.float(), wanted.turn)
    values = output[:, None] if output.ndim == 3 else output
    if values.ndim != 4:
        raise ModelError(f"The segmenter gives {tuple(output.shape)}; a mask has rows and columns.")
    if values.shape[3] < min(values.shape[1:3]) and values.shape[1] > 1:
        values = values.permute(0, 3, 1, 2)
    if not values.is_floating_point():
        return back_to_logits(_each_class(values, wanted.channels), "sigmoid")
    return back_to_logits(values.float(), wanted.turn)


def _each_class(numbers: Tensor, channels: int) -> Tensor:
    """Turn classes' numbers (N, 1, h, w) into a mask for each, or into one of what is not background."""
    if numbers.shape[1] != 1:
        return numbers.float()
    if channels <= 1:
        return (numbers > 0).float()
    every = torch.arange(channels, device=numbers.device)[None, :, None, None]
    return (numbers == every).float()
