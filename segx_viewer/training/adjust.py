"""What a trained classifier's last layer is given afterwards, on validation images: other priors, or honest odds."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax
from torch import Tensor, nn

from segx_viewer.domain.arrays import Numbers
from segx_viewer.networks.staged import as_classifier
from segx_viewer.training.loop import Task

STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)
TOLERANCE = 0.01  # far below what a thousand images can tell apart
SHRINKAGE = 1e-3
"""Of the scaling's parameters towards changing nothing."""


def adjust_logits(
    network: nn.Module, weights: dict[str, Tensor], task: Task, report: Callable[[str], None]
) -> dict[str, Tensor]:
    """Move the last layer's bias against the drawn classes' log shares, as far as validation says (Menon 2021).

    Cross-entropy with all classes weighing the same decides: balanced accuracy hangs on a handful of images.
    """
    network.load_state_dict(weights)
    network.eval()
    bias = as_classifier(network).get_classifier().bias
    original = bias.detach().clone()
    if task.log_shares is None:
        raise ValueError("logits are adjusted where one class is right: this task has several findings")
    shares = task.log_shares.to(bias.device)
    scores = {}
    for strength in STRENGTHS:
        with torch.no_grad():
            bias.copy_(original - strength * shares)
        scores[strength] = task.score(network)
        shown = ", ".join(f"{k} {v:.4f}" for k, v in scores[strength].items())
        report(f"logits adjusted by {strength}: {shown}")
    least = min(score["balanced_log_loss"] for score in scores.values())
    # The weakest that is about as good: a stronger one costs accuracy on the common classes.
    best = min(s for s, score in scores.items() if score["balanced_log_loss"] <= least + TOLERANCE)
    report(f"logits adjusted by {best} from here on")
    return weights | {_name_of(network, bias): original - best * shares}


def scale_logits(
    network: nn.Module,
    weights: dict[str, Tensor],
    task: Task,
    report: Callable[[str], None],
    *,
    equal_priors: bool = False,
) -> dict[str, Tensor]:
    """Scale all logits alike and shift each class's, so that validation's cross-entropy is least (Guo 2017).

    The published vector scaling has a factor for each class; one for all leaves saliency maps in proportion.
    """
    network.load_state_dict(weights)
    network.eval()
    if task.answers is None:
        raise ValueError("logits are scaled where one class is right: this task has several findings")
    logits, truth = task.answers(network)
    factor, shift = fit_scaling(logits, truth, equal_priors=equal_priors)
    last = as_classifier(network).get_classifier()
    with torch.no_grad():
        last.weight.mul_(factor)
        last.bias.mul_(factor).add_(torch.from_numpy(shift).to(last.bias))
    shown = ", ".join(f"{k} {v:.4f}" for k, v in task.score(network).items())
    report(f"logits scaled by {factor:.3f} and shifted by {np.round(shift, 3).tolist()}: {shown}")
    return weights | {_name_of(network, p): p.detach().clone() for p in (last.weight, last.bias)}


def fit_scaling(
    logits: Numbers, truth: NDArray[np.int64], *, equal_priors: bool = False
) -> tuple[float, NDArray[np.float64]]:
    """Return the factor and the shifts (K,), with mean 0, of the least cross-entropy.

    Parameters
    ----------
    logits : ndarray, shape (N, K)
    truth : ndarray, shape (N,)
        Indices of the true classes.
    equal_priors : bool
        Whether all classes weigh the same.
    """
    z = logits.astype(np.float64)
    rows = np.arange(len(z))
    weights = 1 / np.bincount(truth)[truth] if equal_priors else np.ones(len(z))
    weights = weights / weights.sum()

    def loss(parameters: NDArray[np.float64]) -> float:
        scaled = z * np.exp(parameters[0]) + parameters[1:]
        return float(-(weights * log_softmax(scaled, axis=1)[rows, truth]).sum() + SHRINKAGE * (parameters**2).sum())

    solution = minimize(loss, np.zeros(1 + z.shape[1])).x
    return float(np.exp(solution[0])), solution[1:] - solution[1:].mean()


def _name_of(network: nn.Module, parameter: Tensor) -> str:
    return next(name for name, p in network.named_parameters() if p is parameter)
