"""A network's pass as the bare list of its operations: a U-Net has hundreds of modules, and calling them takes time."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_unflatten


@dataclass(frozen=True, slots=True)
class _Step:
    """One operation: which of its flattened arguments are earlier values, where its result goes, what ends with it."""

    operation: Callable[..., Tensor]
    arguments: tuple[Any, ...]
    earlier: tuple[tuple[int, int], ...]
    nested: Any  # how the arguments belong together, None where they simply follow each other
    result: int
    ends: tuple[int, ...]


class Recorded(nn.Module):
    """A network that answers inputs of one shape by its recorded operations, and others as it always did.

    Only for passes without gradients, through networks whose weights stay what they are.

    Attributes
    ----------
    network : nn.Module

    Raises
    ------
    NotRecordable
        If the pass is more than a list of operations that each give one tensor.
    """

    def __init__(self, network: nn.Module, example: Tensor) -> None:
        super().__init__()
        self.network = network
        self.training = network.training
        self._like = example.shape, example.dtype, example.device
        self._steps, self._count, self._output = _record(network, example)

    def __deepcopy__(self, memo: dict[int, Any]) -> nn.Module:
        """Copy the network itself: copies may be changed."""
        return copy.deepcopy(self.network, memo)

    def forward(self, x: Tensor) -> Tensor:
        """Return what the network gives."""
        if (x.shape, x.dtype, x.device) != self._like or torch.is_grad_enabled():
            return self.network(x)
        values: list[Any] = [None] * self._count
        values[0] = x
        for step in self._steps:
            arguments: Any = list(step.arguments)
            for place, number in step.earlier:
                arguments[place] = values[number]
            if step.nested is not None:
                arguments = tree_unflatten(arguments, step.nested)
            values[step.result] = step.operation(*arguments)
            for number in step.ends:
                values[number] = None
        return values[self._output]


class _Recorder(TorchDispatchMode):
    def __init__(self, x: Tensor) -> None:
        super().__init__()
        self.numbers = {id(x): 0}
        self.kept = [x]  # so that ids stay their own
        self.steps: list[tuple[Callable[..., Tensor], tuple[Any, ...], dict[str, Any], int]] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if not isinstance(result, Tensor):
            raise NotRecordable(f"{func} gives no single tensor")
        if id(result) not in self.numbers:  # otherwise it was changed in place
            self.kept.append(result)
            self.numbers[id(result)] = len(self.kept) - 1
        self.steps.append((func, args, kwargs or {}, self.numbers[id(result)]))
        return result


class NotRecordable(RuntimeError):  # noqa: N818 - an outcome, not a fault
    """The pass is more than a list of operations on tensors."""


@torch.no_grad()
def _record(network: nn.Module, example: Tensor) -> tuple[list[_Step], int, int]:
    recorder = _Recorder(example)
    with recorder:
        output = network(example)
    if not isinstance(output, Tensor) or id(output) not in recorder.numbers:
        raise NotRecordable("the output is not one tensor")
    final = recorder.numbers[id(output)]
    steps, needed = [], {final}
    for operation, args, kwargs, number in reversed(recorder.steps):
        if kwargs:
            if any(id(value) in recorder.numbers for value in tree_flatten(kwargs)[0]):
                raise NotRecordable(f"{operation} was given a tensor by name")
            operation = partial(operation, **kwargs)
        flat, nested = tree_flatten(args)
        earlier = tuple(
            (place, recorder.numbers[id(value)])
            for place, value in enumerate(flat)
            if isinstance(value, Tensor) and id(value) in recorder.numbers
        )
        ends = tuple({n for _, n in earlier} - needed)
        needed |= {n for _, n in earlier}
        bound = tuple(None if place in dict(earlier) else value for place, value in enumerate(flat))
        plain = len(flat) == len(args)
        steps.append(_Step(operation, bound, earlier, None if plain else nested, number, ends))
    return steps[::-1], len(recorder.kept), final
