"""What the classifier and the segmenter learn: losses and validation scores."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import expit, log_softmax, softmax
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from segx_viewer.bundles.manifest import Preprocessing
from segx_viewer.domain.arrays import Numbers
from segx_viewer.networks.staged import as_classifier
from segx_viewer.training.batches import Stream, augmented, fixed_inputs, mixed, normalise, stretch, while_learning
from segx_viewer.training.loop import Batch, Task
from segx_viewer.training.samples import Samples
from segx_viewer.training.schedule import Augmentation, Schedule

EVALUATION_BATCH = 64


def stated_as_often(probabilities: NDArray[np.float64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the cut-off (K,) above which each finding is stated on as large a share of images as it should be.

    Parameters
    ----------
    probabilities : ndarray, shape (N, K)
        Of validation images.
    shares : ndarray, shape (K,)
        Of the images labelled with each finding; of those learned from, for validation may hold three of a rare one.
    """
    return np.array([np.quantile(p, 1 - share) for p, share in zip(probabilities.T, shares, strict=True)])


@dataclass(frozen=True, slots=True, eq=False)
class _Classifying:
    """What a classifier learns from and is judged on.

    Attributes
    ----------
    weights : ndarray (N,)
        How likely each training image is to be drawn.
    fixed : Tensor (M, h, w, 3) uint8
        The validation pictures.
    truth : ndarray (M,)
        Their classes; of several findings, the first.
    """

    training: Samples
    validation: Samples
    preprocessing: Preprocessing
    schedule: Schedule
    augmentation: Augmentation
    seed: int
    multi_label: bool
    teachers: Sequence[nn.Module]
    weights: NDArray[np.float64]
    fixed: Tensor
    truth: NDArray[np.int64]

    @property
    def epoch_samples(self) -> int:
        """Images that are drawn per epoch."""
        return self.schedule.epoch_samples or len(self.training)

    def order(self, epoch: int) -> NDArray[np.int64]:
        """Return the images of an epoch, as they are drawn."""
        count = len(self.training)
        again = self.epoch_samples > count or not np.allclose(self.weights, self.weights[0])
        rng = np.random.default_rng((self.seed, epoch))
        return rng.choice(count, self.epoch_samples, replace=again, p=self.weights)

    def build(self, chosen: NDArray[np.int64], rng: np.random.Generator) -> Batch:
        """Return a batch of images with their targets."""
        training, mixup = self.training, self.schedule.mixup
        learned = while_learning(self.preprocessing, self.schedule)
        batch = augmented(training, chosen, learned, self.augmentation, rng)
        batch["target"] = torch.from_numpy(training.targets[chosen])
        if training.weights is not None:
            batch["weight"] = torch.from_numpy(training.weights[chosen])
        if training.taught is not None and self.schedule.distillation:
            batch["taught"] = torch.from_numpy(training.taught[chosen])
        if mixup > 0:
            batch["partner"] = torch.from_numpy(rng.permutation(len(chosen)))
            batch["share"] = torch.tensor(rng.beta(mixup, mixup), dtype=torch.float32)
        return batch

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        """Return the loss of a batch, a scalar."""
        schedule = self.schedule
        if "partner" in batch:  # where the network is: mixed pictures take four times the memory
            batch = mixed(batch)
        x, target = normalise(batch["picture"], self.preprocessing), batch["target"]
        parts = as_classifier(network)
        with _low_precision(x.device, on_processor=True):
            features = parts.forward_features(x)
            logits = parts.forward_head(features).float()
        if self.multi_label:
            result = _findings_loss(logits, batch, schedule)
        else:
            result = F.cross_entropy(logits, target, label_smoothing=schedule.label_smoothing)
        if self.teachers:
            taught = _answer_loss(logits, _mean_probabilities(self.teachers, x, self.multi_label), self.multi_label)
            result = (1 - schedule.distillation) * result + schedule.distillation * taught
        if schedule.attention_guidance > 0:
            outside = _attention_outside(features.float(), parts.get_classifier().weight, target, batch)
            result = result + schedule.attention_guidance * outside
        return result

    def logits(self, network: nn.Module) -> NDArray[np.float32]:
        """Return what a network says of the validation images, (M, K)."""
        return np.asarray(torch.cat(list(_outputs(network, self.fixed, self.preprocessing))).numpy())

    def answers(self, network: nn.Module) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return the same with the true classes."""
        return self.logits(network), self.truth

    def score(self, network: nn.Module) -> dict[str, float]:
        """Return the figures of the validation images; "score" is what epochs are chosen by."""
        logits, truth, targets = self.logits(network), self.truth, self.validation.targets
        probabilities = expit(logits) if self.multi_label else softmax(logits, axis=1)
        both = np.flatnonzero((targets.min(0) < 1) & (targets.max(0) > 0))  # of a rare finding there may be none here
        auroc = float(np.mean([roc_auc_score(targets[:, k], probabilities[:, k]) for k in both]))
        if self.multi_label:
            return {"score": auroc, "macro_auroc": auroc}
        hit = probabilities.argmax(1) == truth
        surprise = -log_softmax(logits, axis=1)[np.arange(len(truth)), truth]
        return {
            "score": auroc,
            "macro_auroc": auroc,
            "balanced_accuracy": _class_mean(hit, truth),
            "balanced_log_loss": _class_mean(surprise, truth),
            "accuracy": float(hit.mean()),
        }

    def cut_offs(self, network: nn.Module) -> NDArray[np.float64]:
        """Return from which probability each of several findings is stated."""
        return stated_as_often(expit(self.logits(network)), self.training.targets.mean(0))


def classifier_task(
    training: Samples,
    validation: Samples,
    preprocessing: Preprocessing,
    schedule: Schedule,
    augmentation: Augmentation,
    seed: int,
    multi_label: bool,
    teachers: Sequence[nn.Module] = (),
) -> Task:
    """Build the classification task; the score is the macro AUROC.

    Balanced accuracy, which hangs on the few images of the rarest classes, would pick the epoch by luck.
    """
    weights = _sampling_weights(training.targets, schedule.class_power, multi_label)
    task = _Classifying(
        training,
        validation,
        preprocessing,
        schedule,
        augmentation,
        seed,
        multi_label,
        teachers,
        weights,
        fixed_inputs(validation, preprocessing),
        validation.targets.argmax(1),
    )
    shares = torch.from_numpy((weights[:, None] * training.targets).sum(0).clip(1e-6)).float()
    log_shares = None if multi_label else shares.log() - shares.log().mean()
    stream = Stream(seed, schedule, task.epoch_samples // schedule.batch_size, task.order, task.build)
    judge = torch.inference_mode()
    return Task(
        stream.batches,
        stream.steps,
        task.loss,
        judge(task.score),
        None if multi_label else judge(task.answers),
        log_shares,
        judge(task.logits),
        judge(task.cut_offs) if multi_label else None,
    )


def _class_mean(values: Numbers, truth: NDArray[np.int64]) -> float:
    return float(np.mean([values[truth == k].mean() for k in np.unique(truth)]))


def segmenter_task(
    training: Samples,
    validation: Samples,
    preprocessing: Preprocessing,
    schedule: Schedule,
    augmentation: Augmentation,
    seed: int,
) -> Task:
    """Build the segmentation task: Dice + binary cross-entropy; the score is the mean Dice per image."""
    epoch_samples = schedule.epoch_samples or len(training)
    fixed = fixed_inputs(validation, preprocessing)
    learned = while_learning(preprocessing, schedule)
    truth = np.stack([stretch(m, preprocessing.input_shape) > 127 for m in validation.masks if m is not None])

    def order(epoch: int) -> NDArray[np.int64]:
        rng = np.random.default_rng((seed, epoch))
        return np.concatenate([rng.permutation(len(training)) for _ in range(1 + epoch_samples // len(training))])

    def build(chosen: NDArray[np.int64], rng: np.random.Generator) -> Batch:
        return augmented(training, chosen, learned, augmentation, rng)

    def loss(network: nn.Module, batch: Batch) -> Tensor:
        with _low_precision(batch["picture"].device, on_processor=True):
            logits = network(normalise(batch["picture"], preprocessing))
        logits, target = logits.float()[:, 0], batch["mask"].float() / 255
        p = logits.sigmoid()
        overlap = 2 * (p * target).sum((1, 2)) + 1
        dice = 1 - overlap / (p.sum((1, 2)) + target.sum((1, 2)) + 1)
        return dice.mean() + F.binary_cross_entropy_with_logits(logits, target)

    def score(network: nn.Module) -> dict[str, float]:
        dices = []
        parts = np.array_split(truth, range(EVALUATION_BATCH, len(truth), EVALUATION_BATCH))
        for logits, masks in zip(_outputs(network, fixed, preprocessing), parts, strict=True):
            found = logits[:, 0].numpy() > 0
            overlap = 2 * (found & masks).sum((1, 2)) + 1e-9
            dices.append(overlap / (found.sum((1, 2)) + masks.sum((1, 2)) + 1e-9))
        return {"score": float(np.concatenate(dices).mean())}

    stream = Stream(seed, schedule, epoch_samples // schedule.batch_size, order, build)
    return Task(stream.batches, stream.steps, loss, torch.inference_mode()(score))


def _findings_loss(logits: Tensor, batch: Batch, schedule: Schedule) -> Tensor:
    """Cross-entropy of findings, weighted; where another network's probabilities are known, partly against those."""
    target = batch["target"] * (1 - schedule.label_smoothing) + schedule.label_smoothing / 2
    if "taught" in batch:
        known = batch["taught"].isfinite()
        mixed = (1 - schedule.distillation) * target + schedule.distillation * batch["taught"].nan_to_num()
        target = torch.where(known, mixed, target)
    return F.binary_cross_entropy_with_logits(logits, target, weight=batch.get("weight"))


def _low_precision(device: torch.device, *, on_processor: bool) -> torch.autocast:
    """Return bfloat16 for convolutions on a graphics card, and on a processor that has it if it is asked for there.

    Such processors learn 1.4 times as fast with it; others imitate it and take many times as long.
    """
    # Not in the oldest torch that is allowed.
    known: Mapping[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    enabled = device.type != "cpu" or (on_processor and bool(known.get("avx512_bf16")))
    return torch.autocast(device.type, torch.bfloat16, enabled=enabled)


@torch.no_grad()
def _mean_probabilities(teachers: Sequence[nn.Module], x: Tensor, multi_label: bool) -> Tensor:
    with _low_precision(x.device, on_processor=True):  # of many teachers, one's rounding does not show
        logits = torch.stack([teacher(x).float() for teacher in teachers])
    return (logits.sigmoid() if multi_label else logits.softmax(2)).mean(0)


def _answer_loss(logits: Tensor, probabilities: Tensor, multi_label: bool) -> Tensor:
    """Cross-entropy against other networks' probabilities (N, K)."""
    if multi_label:
        return F.binary_cross_entropy_with_logits(logits, probabilities)
    return F.cross_entropy(logits, probabilities)


def _outputs(network: nn.Module, pictures: Tensor, preprocessing: Preprocessing) -> Iterator[Tensor]:
    """Yield a network's outputs, batch by batch, on the processor."""
    device = next(network.parameters()).device
    for part in pictures.split(EVALUATION_BATCH):
        with _low_precision(device, on_processor=False):
            outputs = network(normalise(part.to(device), preprocessing))
        yield outputs.float().cpu()


def _attention_outside(features: Tensor, weights: Tensor, target: Tensor, batch: Batch) -> Tensor:
    """Mean share of the true class's CAM that lies outside the dilated mask; images without a mask do not count."""
    has_mask = batch["has_mask"].float()
    cam = torch.einsum("nchw,nc->nhw", features, target @ weights).relu()
    region = F.interpolate(batch["mask"][:, None].float() / 255, cam.shape[1:], mode="area")[:, 0]
    region = F.max_pool2d(region[:, None], 3, 1, 1)[:, 0]  # one cell of the coarse grid all round
    share = (cam * (1 - region)).sum((1, 2)) / (cam.sum((1, 2)) + 1e-6)
    return (share * has_mask).sum() / has_mask.sum().clamp(min=1)


def _sampling_weights(targets: NDArray[np.float32], power: float, multi_label: bool) -> NDArray[np.float64]:
    if multi_label:
        return np.full(len(targets), 1 / len(targets))
    counts = targets.sum(0)
    share = np.where(counts > 0, np.maximum(counts, 1) ** (power - 1), 0)
    weights = (targets * share).sum(1).astype(np.float64)
    return weights / weights.sum()
