"""What the classifier and the segmenter learn: batches, losses and validation scores."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, log_softmax, logit, softmax
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from torch.utils.data import DataLoader, Dataset

from segx_viewer.bundles.manifest import Preprocessing
from segx_viewer.domain.arrays import Numbers
from segx_viewer.networks.staged import as_classifier
from segx_viewer.training.augment import augment
from segx_viewer.training.datasets import Record
from segx_viewer.training.loop import Batch, Task
from segx_viewer.training.marks import paint_out
from segx_viewer.training.recipe import Augmentation, Schedule

EVALUATION_BATCH = 64
LOADERS = 8  # processes that prepare batches for a graphics card


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Decoded images held in memory, at the resolution training needs.

    Attributes
    ----------
    pictures : list of (H, W, 3) uint8
    masks : list of (H', W') uint8 0/255, or None
    targets : ndarray (N, K) float32
        One-hot or multi-hot; rows of zeros where there is no label.
    weights : ndarray (N, K) float32
        Of each image's loss for each finding.
    taught : ndarray (N, K) float32
        Another network's probabilities; NaN where there are none.
    clean : list of (H, W, 3) uint8, or None
        The picture with its marks painted out, where it has some.
    """

    pictures: list[NDArray[np.uint8]]
    masks: list[NDArray[np.uint8] | None]
    targets: NDArray[np.float32]
    weights: NDArray[np.float32] | None = None
    taught: NDArray[np.float32] | None = None
    clean: list[NDArray[np.uint8] | None] | None = None

    @classmethod
    def load(
        cls,
        records: Sequence[Record],
        codes: Sequence[str],
        preprocessing: Preprocessing,
        balance: Sequence[str] = (),
    ) -> "Samples":
        """Decode images and masks, reduced to what the input can show; `balance` names attributes (see `Recipe`)."""
        longest = preprocessing.detail or 2 * max(preprocessing.input_shape)
        pictures, masks = [], []
        for record in records:
            pictures.append(_reduce(record.read_image(), longest))
            mask = record.read_mask()
            masks.append(None if mask is None else _reduce(mask.astype(np.uint8) * 255, longest))
        targets = np.array([[float(c in r.codes) for c in codes] for r in records], np.float32)
        targets = targets.reshape(len(records), len(codes))
        cells = [tuple(r.attributes.get(name, "") for name in balance) for r in records]
        return cls(
            pictures,
            masks,
            targets,
            reweighed(targets, cells) if balance else None,
            priors_moved(np.array([[r.taught.get(c, np.nan) for c in codes] for r in records], np.float32), targets)
            if any(r.taught for r in records)
            else None,
            [paint_out(p) if r.marked else None for p, r in zip(pictures, records, strict=True)],
        )

    def __len__(self) -> int:
        return len(self.pictures)


def reweighed(targets: NDArray[np.float32], cells: Sequence[tuple[str, ...]]) -> NDArray[np.float32]:
    """Return weights (N, K) under which each finding is as frequent in every cell of attributes (Kamiran 2012).

    Between a quarter and four: a single film must not decide for its cell.
    """
    names = sorted(set(cells))
    inside = np.array([[cell == name for name in names] for cell in cells], np.float64)  # (N, cells)
    weights = np.ones(targets.shape, np.float64)
    for value in (0.0, 1.0):
        has = (targets == value).astype(np.float64)  # (N, K)
        expected = inside.sum(0)[:, None] * has.sum(0) / len(targets)
        ratio = expected / np.maximum(inside.T @ has, 1)
        weights = np.where(has > 0, inside @ ratio, weights)
    return np.clip(weights, 0.25, 4).astype(np.float32)


def priors_moved(probabilities: NDArray[np.float32], targets: NDArray[np.float32]) -> NDArray[np.float32]:
    """Shift a teacher's log odds, per finding, until their mean probability is the share of its images that have it.

    A teacher that learned where findings are rarer is right about the order, not about the odds.
    """
    moved = probabilities.copy()
    for k in range(targets.shape[1]):
        there = np.isfinite(probabilities[:, k])
        if not there.any():
            continue
        z = logit(np.clip(probabilities[there, k].astype(np.float64), 1e-4, 1 - 1e-4))
        share = np.clip(targets[there, k].mean(), 0.5 / there.sum(), 1 - 0.5 / there.sum())
        moved[there, k] = expit(z + brentq(lambda shift, z=z, share=share: expit(z + shift).mean() - share, -30, 30))
    return moved


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


def normalise(pictures: Tensor, preprocessing: Preprocessing) -> Tensor:
    """Turn (N, h, w, 3) uint8 pictures into normalised (N, 3, h, w) float32 tensors on the same device."""
    mean, std = (torch.tensor(v, device=pictures.device) for v in (preprocessing.mean, preprocessing.std))
    return pictures.float().div(255).sub_(mean).div_(std).permute(0, 3, 1, 2)  # channels_last in memory as it is


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
    epoch_samples = schedule.epoch_samples or len(training)
    fixed = _fixed_inputs(validation, preprocessing)
    learned = _while_learning(preprocessing, schedule)

    again = epoch_samples > len(training) or not np.allclose(weights, weights[0])

    def order(epoch: int) -> NDArray[np.int64]:
        return np.random.default_rng((seed, epoch)).choice(len(training), epoch_samples, replace=again, p=weights)

    def build(chosen: NDArray[np.int64], rng: np.random.Generator) -> Batch:
        batch = _augmented(training, chosen, learned, augmentation, rng)
        batch["target"] = torch.from_numpy(training.targets[chosen])
        if training.weights is not None:
            batch["weight"] = torch.from_numpy(training.weights[chosen])
        if training.taught is not None and schedule.distillation:
            batch["taught"] = torch.from_numpy(training.taught[chosen])
        if schedule.mixup > 0:
            batch["partner"] = torch.from_numpy(rng.permutation(len(chosen)))
            batch["share"] = torch.tensor(rng.beta(schedule.mixup, schedule.mixup), dtype=torch.float32)
        return batch

    def loss(network: nn.Module, batch: Batch) -> Tensor:
        if "partner" in batch:  # where the network is: mixed pictures take four times the memory
            batch = _mixed(batch)
        x, target = normalise(batch["picture"], preprocessing), batch["target"]
        parts = as_classifier(network)
        with _low_precision(x.device, on_processor=True):
            features = parts.forward_features(x)
            logits = parts.forward_head(features).float()
        if multi_label:
            result = _findings_loss(logits, batch, schedule)
        else:
            result = F.cross_entropy(logits, target, label_smoothing=schedule.label_smoothing)
        if teachers and not multi_label:
            taught = F.cross_entropy(logits, _mean_probabilities(teachers, x))
            result = (1 - schedule.distillation) * result + schedule.distillation * taught
        if schedule.attention_guidance > 0:
            outside = _attention_outside(features.float(), parts.get_classifier().weight, target, batch)
            result = result + schedule.attention_guidance * outside
        return result

    truth = validation.targets.argmax(1)

    def answers(network: nn.Module) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        return torch.cat(list(_outputs(network, fixed, preprocessing))).numpy(), truth

    def class_mean(values: Numbers) -> float:
        return float(np.mean([values[truth == k].mean() for k in np.unique(truth)]))

    def score(network: nn.Module) -> dict[str, float]:
        logits, _ = answers(network)
        probabilities = expit(logits) if multi_label else softmax(logits, axis=1)
        targets = validation.targets
        both = np.flatnonzero((targets.min(0) < 1) & (targets.max(0) > 0))  # of a rare finding there may be none here
        auroc = float(np.mean([roc_auc_score(targets[:, k], probabilities[:, k]) for k in both]))
        if multi_label:
            return {"score": auroc, "macro_auroc": auroc}
        hit = probabilities.argmax(1) == truth
        surprise = -log_softmax(logits, axis=1)[np.arange(len(truth)), truth]
        return {
            "score": auroc,
            "macro_auroc": auroc,
            "balanced_accuracy": class_mean(hit),
            "balanced_log_loss": class_mean(surprise),
            "accuracy": float(hit.mean()),
        }

    def cut_offs(network: nn.Module) -> NDArray[np.float64]:
        return stated_as_often(expit(answers(network)[0]), training.targets.mean(0))

    shares = torch.from_numpy((weights[:, None] * training.targets).sum(0).clip(1e-6)).float()
    log_shares = None if multi_label else shares.log() - shares.log().mean()
    stream = _Stream(seed, schedule, epoch_samples // schedule.batch_size, order, build)
    judge = torch.inference_mode()
    return Task(
        stream.batches,
        stream.steps,
        loss,
        judge(score),
        None if multi_label else judge(answers),
        log_shares,
        judge(lambda network: answers(network)[0]),
        judge(cut_offs) if multi_label else None,
    )


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
    fixed = _fixed_inputs(validation, preprocessing)
    learned = _while_learning(preprocessing, schedule)
    truth = np.stack([_stretch(m, preprocessing.input_shape) > 127 for m in validation.masks if m is not None])

    def order(epoch: int) -> NDArray[np.int64]:
        rng = np.random.default_rng((seed, epoch))
        return np.concatenate([rng.permutation(len(training)) for _ in range(1 + epoch_samples // len(training))])

    def build(chosen: NDArray[np.int64], rng: np.random.Generator) -> Batch:
        return _augmented(training, chosen, learned, augmentation, rng)

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

    stream = _Stream(seed, schedule, epoch_samples // schedule.batch_size, order, build)
    return Task(stream.batches, stream.steps, loss, torch.inference_mode()(score))


@dataclass(frozen=True, slots=True, eq=False)
class _Stream(Dataset[Batch]):
    """All batches of a training, each by its number alone, so that any number of processes makes the same ones."""

    seed: int
    schedule: Schedule
    steps: int
    order: Callable[[int], NDArray[np.int64]]
    build: Callable[[NDArray[np.int64], np.random.Generator], Batch]

    def __getitem__(self, number: int) -> Batch:
        epoch, step = divmod(number, self.steps)
        size = self.schedule.batch_size
        chosen = self.order(epoch)[step * size : (step + 1) * size]
        return self.build(chosen, np.random.default_rng((self.seed, epoch, step)))

    def batches(self, epoch: int) -> Iterator[Batch]:
        """Yield the batches from an epoch on; beside a graphics card, other processes prepare them."""
        numbers = range(epoch * self.steps, self.schedule.epochs * self.steps)
        card = torch.cuda.is_available()
        workers = min(LOADERS, os.cpu_count() or 1) if card else 0
        return iter(DataLoader(self, None, sampler=numbers, num_workers=workers, pin_memory=card))


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
    known = getattr(torch.cpu, "get_capabilities", dict)()  # not in the oldest torch that is allowed
    enabled = device.type != "cpu" or (on_processor and bool(known.get("avx512_bf16")))
    return torch.autocast(device.type, torch.bfloat16, enabled=enabled)


@torch.no_grad()
def _mean_probabilities(teachers: Sequence[nn.Module], x: Tensor) -> Tensor:
    with _low_precision(x.device, on_processor=False):
        return torch.stack([teacher(x).float().softmax(1) for teacher in teachers]).mean(0)


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


def _augmented(
    samples: Samples,
    chosen: NDArray[np.int64],
    preprocessing: Preprocessing,
    augmentation: Augmentation,
    rng: np.random.Generator,
) -> Batch:
    pictures, masks = [], []
    for index in chosen:
        mask, shown = samples.masks[index], samples.pictures[index]
        clean = samples.clean[index] if samples.clean else None
        if clean is not None and augmentation.marks and rng.random() < 0.5:
            shown = clean
        picture, changed = augment(shown, mask, preprocessing.input_shape, augmentation, rng)
        pictures.append(_colour(picture, preprocessing))
        masks.append(np.zeros(preprocessing.input_shape, np.uint8) if changed is None else changed)
    return {
        "picture": torch.from_numpy(np.stack(pictures)),
        "mask": torch.from_numpy(np.stack(masks)),
        "has_mask": torch.tensor([samples.masks[index] is not None for index in chosen]),
    }


def _mixed(batch: Batch) -> Batch:
    """Mix each picture and its target with its partner's (Zhang 2018); attention may fall on either's region."""
    partner, share = batch["partner"], batch["share"]
    further: Batch = {k: share * batch[k] + (1 - share) * batch[k][partner] for k in ("weight", "taught") if k in batch}
    return {
        **further,
        "picture": share * batch["picture"].float() + (1 - share) * batch["picture"][partner].float(),
        "target": share * batch["target"] + (1 - share) * batch["target"][partner],
        "mask": torch.maximum(batch["mask"], batch["mask"][partner]),
        "has_mask": batch["has_mask"] & batch["has_mask"][partner],
    }


def _while_learning(preprocessing: Preprocessing, schedule: Schedule) -> Preprocessing:
    return replace(preprocessing, input_shape=schedule.input_shape or preprocessing.input_shape)


def _fixed_inputs(samples: Samples, preprocessing: Preprocessing) -> Tensor:
    shape = preprocessing.input_shape
    return torch.from_numpy(np.stack([_colour(_stretch(p, shape), preprocessing) for p in samples.pictures]))


def _colour(picture: NDArray[np.uint8], preprocessing: Preprocessing) -> NDArray[np.uint8]:
    if preprocessing.colour == "rgb":
        return picture
    return np.asarray(cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB), np.uint8)


def _reduce(array: NDArray[np.uint8], longest: int) -> NDArray[np.uint8]:
    factor = longest / max(array.shape[:2])
    if factor >= 1:
        return array
    size = round(array.shape[1] * factor), round(array.shape[0] * factor)
    return np.asarray(cv2.resize(array, size, interpolation=cv2.INTER_AREA), np.uint8)


def _stretch(array: NDArray[np.uint8], shape: tuple[int, int]) -> NDArray[np.uint8]:
    shrink = array.shape[0] > shape[0] or array.shape[1] > shape[1]
    how = cv2.INTER_AREA if shrink else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(array, shape[::-1], interpolation=how), np.uint8)


def _sampling_weights(targets: NDArray[np.float32], power: float, multi_label: bool) -> NDArray[np.float64]:
    if multi_label:
        return np.full(len(targets), 1 / len(targets))
    counts = targets.sum(0)
    share = np.where(counts > 0, np.maximum(counts, 1) ** (power - 1), 0)
    weights = (targets * share).sum(1).astype(np.float64)
    return weights / weights.sum()
