"""The training loop both networks share: averaged weights, schedules, early stopping, checkpoints to resume from."""

import copy
import itertools
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from segx_viewer.networks.staged import as_encoder
from segx_viewer.training.schedule import Schedule

Batch = dict[str, Tensor]
SAVE_SECONDS = 30.0
LATER_CYCLES = 0.6  # of the learning rate: enough to leave the first minimum, without forgetting it


@dataclass(frozen=True, slots=True)
class Task:
    """What to train: batches, loss and score.

    Attributes
    ----------
    batches : callable
        (first epoch) -> iterator of the batches of this epoch and of those after it; the same epoch always has the
        same batches.
    steps_per_epoch : int
    loss : callable
        (network, batch) -> scalar tensor.
    score : callable
        (network) -> validation figures; the one under "score" decides, higher is better.
    answers : callable, optional
        (network) -> validation logits (N, K) and true classes (N,), for single-label classification.
    log_shares : Tensor, shape (K,), optional
        Logarithm of each class's share of the images drawn, for single-label classification.
    logits : callable, optional
        (network) -> validation logits (N, K).
    cut_offs : callable, optional
        (network) -> the probability (K,) above which each finding is stated, for several findings at once.
    """

    batches: Callable[[int], Iterator[Batch]]
    steps_per_epoch: int
    loss: Callable[[nn.Module, Batch], Tensor]
    score: Callable[[nn.Module], dict[str, float]]
    answers: Callable[[nn.Module], tuple[NDArray[np.float32], NDArray[np.int64]]] | None = None
    log_shares: Tensor | None = None
    logits: Callable[[nn.Module], NDArray[np.float32]] | None = None
    cut_offs: Callable[[nn.Module], NDArray[np.float64]] | None = None


class State(TypedDict):
    """How far a training has come: what a checkpoint holds beside network, average and optimiser."""

    epoch: int
    step: int
    best: float
    best_epoch: int
    weights: dict[str, Tensor]
    history: list[dict[str, float]]


def train(
    network: nn.Module,
    task: Task,
    schedule: Schedule,
    checkpoint: Path,
    report: Callable[[str], None],
    device: torch.device,
) -> tuple[dict[str, Tensor], list[dict[str, float]]]:
    """Train a network and return its averaged weights, of the best epoch or of all, and the history of figures.

    An existing `checkpoint` is resumed from, where there are epochs to learn; it is replaced atomically after an
    epoch, every half minute. It is a torch file for this machine only, read with `weights_only`, and never part of a
    bundle.
    """
    torch.backends.cudnn.benchmark = True  # every batch has the same shape; on the processor it means nothing
    network = network.to(device).to(memory_format=torch.channels_last)
    average = copy.deepcopy(network).eval()
    parameters = [p for p in network.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, schedule.learning_rate, weight_decay=schedule.weight_decay)
    state: State = {"epoch": 0, "step": 0, "best": -math.inf, "best_epoch": 0, "weights": {}, "history": []}
    if checkpoint.is_file() and schedule.epochs:
        saved = torch.load(checkpoint, map_location=device, weights_only=True)
        network.load_state_dict(saved.pop("network"))
        average.load_state_dict(saved.pop("average"))
        optimizer.load_state_dict(saved.pop("optimizer"))
        state = saved
        report(f"resumed after epoch {state['epoch']}")
    batches, saved_at = task.batches(state["epoch"]), time.monotonic()
    update_average = _averaging(average, network)
    while state["epoch"] < schedule.epochs and state["epoch"] - state["best_epoch"] < schedule.patience:
        started, losses = time.monotonic(), torch.zeros((), device=device)
        _train_mode(network)
        for batch in itertools.islice(batches, task.steps_per_epoch):
            for group in optimizer.param_groups:
                group["lr"] = schedule.learning_rate * _rate(state["step"] / task.steps_per_epoch, schedule)
            loss = task.loss(network, {k: v.to(device, non_blocking=True) for k, v in batch.items()})
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 5.0)
            optimizer.step()
            state["step"] += 1
            update_average(_decay(state["step"], task.steps_per_epoch, schedule))
            losses += loss.detach()
        state["epoch"] += 1
        figures = task.score(average)
        state["history"].append({"epoch": state["epoch"], "loss": float(losses) / task.steps_per_epoch, **figures})
        if schedule.swa or not schedule.choose_epoch or figures["score"] > state["best"]:
            state["best"], state["best_epoch"] = figures["score"], state["epoch"]
            state["weights"] = {k: v.detach().clone() for k, v in average.state_dict().items()}
        seconds = time.monotonic() - started
        shown = ", ".join(f"{k} {v:.4f}" for k, v in state["history"][-1].items() if k != "epoch")
        report(f"epoch {state['epoch']}/{schedule.epochs}: {shown} ({seconds:.1f} s)")
        if time.monotonic() - saved_at > SAVE_SECONDS or state["epoch"] == schedule.epochs:
            _save(checkpoint, {**state, "network": network.state_dict(), "average": average.state_dict(),
                               "optimizer": optimizer.state_dict()})  # fmt: skip
            saved_at = time.monotonic()
    return state["weights"] or network.state_dict(), state["history"]


def freeze_first_stages(encoder: nn.Module, stages: int) -> None:
    """Keep the stem and the first stages of a timm EfficientNet as they are: their edges and colours transfer."""
    if stages <= 0:
        return
    parts = as_encoder(encoder)
    for part in (parts.conv_stem, parts.bn1, *parts.blocks[:stages]):
        part.requires_grad_(False)


def _train_mode(network: nn.Module) -> None:
    network.train()
    for module in network.modules():
        own = list(module.parameters(recurse=False))
        if own and not any(p.requires_grad for p in own):
            module.eval()  # frozen batch norms keep their statistics too


def _rate(epoch: float, schedule: Schedule) -> float:
    """Return the share of the learning rate: a warm-up epoch, then a cosine in each cycle, or all of it."""
    start = schedule.epochs - sum(schedule.cycles)
    if epoch < 1:
        return epoch + 1e-3
    if schedule.swa:
        return 1.0
    if epoch < start:
        return _cosine((epoch - 1) / (start - 1))
    for length in schedule.cycles:
        if epoch < start + length:
            return LATER_CYCLES * _cosine((epoch - start) / length)
        start += length
    return 0.0


def _cosine(progress: float) -> float:
    return 0.01 + 0.99 * (1 + math.cos(math.pi * progress)) / 2


def _decay(step: int, steps_per_epoch: int, schedule: Schedule) -> float:
    """Return the share of the average that stays at a step, counted from 1."""
    if not schedule.swa:
        return min(schedule.ema, (1 + step) / (10 + step))
    taken = step - steps_per_epoch  # the warm-up's steps are not taken
    return 1.0 if taken < 1 else 1 - 1 / taken


def _averaging(average: nn.Module, network: nn.Module) -> Callable[[float], None]:
    """Return what moves the average's weights and statistics towards the network's, all in one call."""
    pairs = list(zip(average.state_dict().values(), network.state_dict().values(), strict=True))
    means, values = (list(side) for side in zip(*(p for p in pairs if p[0].is_floating_point()), strict=True))
    counts = [pair for pair in pairs if not pair[0].is_floating_point()]

    @torch.no_grad()
    def update(decay: float) -> None:
        torch._foreach_lerp_(means, values, 1 - decay)
        for mean, value in counts:
            mean.copy_(value)

    return update


def _save(path: Path, content: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    torch.save(content, temporary)
    temporary.replace(path)
