"""What the classifier and the segmenter learn: batches, losses and validation scores."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from segx_viewer.inference.bundle import Preprocessing
from segx_viewer.training.augment import augment
from segx_viewer.training.datasets import Record
from segx_viewer.training.loop import Batch, Task
from segx_viewer.training.recipe import Augmentation, Schedule

EVALUATION_BATCH = 64


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Decoded images held in memory, at the resolution training needs.

    Attributes
    ----------
    pictures : list of (H, W, 3) uint8
    masks : list of (H', W') uint8 0/255, or None
    targets : ndarray (N, K) float32
        One-hot or multi-hot; rows of zeros where there is no label.
    """

    pictures: list[NDArray[np.uint8]]
    masks: list[NDArray[np.uint8] | None]
    targets: NDArray[np.float32]

    @classmethod
    def load(cls, records: Sequence[Record], codes: Sequence[str], preprocessing: Preprocessing) -> "Samples":
        """Decode images and masks, reduced to what the input can show."""
        longest = preprocessing.detail or 2 * max(preprocessing.input_shape)
        pictures, masks = [], []
        for record in records:
            pictures.append(_reduce(record.read_image(), longest))
            mask = record.read_mask()
            masks.append(None if mask is None else _reduce(mask.astype(np.uint8) * 255, longest))
        targets = np.array([[float(c in r.codes) for c in codes] for r in records], np.float32)
        return cls(pictures, masks, targets.reshape(len(records), len(codes)))

    def __len__(self) -> int:
        return len(self.pictures)


def normalise(pictures: Tensor, preprocessing: Preprocessing) -> Tensor:
    """Turn (N, h, w, 3) uint8 pictures into normalised (N, 3, h, w) float32 tensors."""
    x = pictures.float().div_(255).sub_(torch.tensor(preprocessing.mean)).div_(torch.tensor(preprocessing.std))
    return x.permute(0, 3, 1, 2)  # channels_last in memory as it is


def classifier_task(
    training: Samples,
    validation: Samples,
    preprocessing: Preprocessing,
    schedule: Schedule,
    augmentation: Augmentation,
    seed: int,
    multi_label: bool,
) -> Task:
    """Build the classification task; the score is macro AUROC + balanced accuracy (macro AUROC for multi-label)."""
    weights = _sampling_weights(training.targets, schedule.class_power, multi_label)
    epoch_samples = schedule.epoch_samples or len(training)
    fixed = _fixed_inputs(validation, preprocessing)

    def batches(epoch: int) -> Iterator[Batch]:
        rng = np.random.default_rng((seed, epoch))
        order = rng.choice(len(training), epoch_samples, replace=epoch_samples > len(training) or not
                           np.allclose(weights, weights[0]), p=weights)  # fmt: skip
        for start in range(0, epoch_samples - schedule.batch_size + 1, schedule.batch_size):
            chosen = order[start : start + schedule.batch_size]
            batch = _augmented(training, chosen, preprocessing, augmentation, rng)
            batch["target"] = torch.from_numpy(training.targets[chosen])
            yield _mixed(batch, schedule.mixup, rng) if schedule.mixup > 0 else batch

    def loss(network: nn.Module, batch: Batch) -> Tensor:
        features = network.forward_features(normalise(batch["picture"], preprocessing))
        logits = network.forward_head(features)
        target = batch["target"]
        if multi_label:
            result = F.binary_cross_entropy_with_logits(logits, target)
        else:
            result = F.cross_entropy(logits, target, label_smoothing=schedule.label_smoothing)
        if schedule.attention_guidance > 0:
            outside = _attention_outside(features, network.get_classifier().weight, target, batch)
            result = result + schedule.attention_guidance * outside
        return result

    def score(network: nn.Module) -> dict[str, float]:
        logits = torch.cat([network(normalise(x, preprocessing)) for x in fixed.split(EVALUATION_BATCH)])
        probabilities = (logits.sigmoid() if multi_label else logits.softmax(1)).numpy()
        targets = validation.targets
        auroc = float(np.mean([roc_auc_score(targets[:, k], probabilities[:, k]) for k in range(targets.shape[1])]))
        if multi_label:
            return {"score": auroc, "macro_auroc": auroc}
        truth = targets.argmax(1)
        hit = probabilities.argmax(1) == truth
        balanced = float(np.mean([hit[truth == k].mean() for k in np.unique(truth)]))
        return {
            "score": auroc + balanced,
            "macro_auroc": auroc,
            "balanced_accuracy": balanced,
            "accuracy": float(hit.mean()),
        }

    shares = torch.from_numpy((weights[:, None] * training.targets).sum(0).clip(1e-6)).float()
    log_shares = None if multi_label else shares.log() - shares.log().mean()
    return Task(batches, epoch_samples // schedule.batch_size, loss, torch.inference_mode()(score), log_shares)


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
    truth = np.stack([_stretch(m, preprocessing.input_shape) > 127 for m in validation.masks if m is not None])

    def batches(epoch: int) -> Iterator[Batch]:
        rng = np.random.default_rng((seed, epoch))
        order = np.concatenate([rng.permutation(len(training)) for _ in range(1 + epoch_samples // len(training))])
        for start in range(0, epoch_samples - schedule.batch_size + 1, schedule.batch_size):
            yield _augmented(training, order[start : start + schedule.batch_size], preprocessing, augmentation, rng)

    def loss(network: nn.Module, batch: Batch) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):  # a third faster on processors that have it
            logits = network(normalise(batch["picture"], preprocessing))
        logits, target = logits.float()[:, 0], batch["mask"].float() / 255
        p = logits.sigmoid()
        overlap = 2 * (p * target).sum((1, 2)) + 1
        dice = 1 - overlap / (p.sum((1, 2)) + target.sum((1, 2)) + 1)
        return dice.mean() + F.binary_cross_entropy_with_logits(logits, target)

    def score(network: nn.Module) -> dict[str, float]:
        dices = []
        for x, masks in zip(
            fixed.split(EVALUATION_BATCH),
            np.array_split(truth, range(EVALUATION_BATCH, len(truth), EVALUATION_BATCH)),
            strict=True,
        ):
            found = network(normalise(x, preprocessing))[:, 0].numpy() > 0
            overlap = 2 * (found & masks).sum((1, 2)) + 1e-9
            dices.append(overlap / (found.sum((1, 2)) + masks.sum((1, 2)) + 1e-9))
        return {"score": float(np.concatenate(dices).mean())}

    return Task(batches, epoch_samples // schedule.batch_size, loss, torch.inference_mode()(score))


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
        mask = samples.masks[index]
        picture, changed = augment(samples.pictures[index], mask, preprocessing.input_shape, augmentation, rng)
        pictures.append(_colour(picture, preprocessing))
        masks.append(np.zeros(preprocessing.input_shape, np.uint8) if changed is None else changed)
    return {
        "picture": torch.from_numpy(np.stack(pictures)),
        "mask": torch.from_numpy(np.stack(masks)),
        "has_mask": torch.tensor([samples.masks[index] is not None for index in chosen]),
    }


def _mixed(batch: Batch, strength: float, rng: np.random.Generator) -> Batch:
    """Mix each picture and its target with another's (Zhang 2018); attention may fall on either's region."""
    partner = torch.from_numpy(rng.permutation(len(batch["picture"])))
    share = rng.beta(strength, strength)
    return {
        "picture": share * batch["picture"].float() + (1 - share) * batch["picture"][partner].float(),
        "target": share * batch["target"] + (1 - share) * batch["target"][partner],
        "mask": torch.maximum(batch["mask"], batch["mask"][partner]),
        "has_mask": batch["has_mask"] & batch["has_mask"][partner],
    }


def _fixed_inputs(samples: Samples, preprocessing: Preprocessing) -> Tensor:
    shape = preprocessing.input_shape
    return torch.from_numpy(np.stack([_colour(_stretch(p, shape), preprocessing) for p in samples.pictures]))


def _colour(picture: NDArray[np.uint8], preprocessing: Preprocessing) -> NDArray[np.uint8]:
    if preprocessing.colour == "rgb":
        return picture
    return cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)


def _reduce(array: NDArray[np.uint8], longest: int) -> NDArray[np.uint8]:
    factor = longest / max(array.shape[:2])
    if factor >= 1:
        return array
    size = round(array.shape[1] * factor), round(array.shape[0] * factor)
    return cv2.resize(array, size, interpolation=cv2.INTER_AREA)


def _stretch(array: NDArray[np.uint8], shape: tuple[int, int]) -> NDArray[np.uint8]:
    shrink = array.shape[0] > shape[0] or array.shape[1] > shape[1]
    return cv2.resize(array, shape[::-1], interpolation=cv2.INTER_AREA if shrink else cv2.INTER_LINEAR)


def _sampling_weights(targets: NDArray[np.float32], power: float, multi_label: bool) -> NDArray[np.float64]:
    if multi_label:
        return np.full(len(targets), 1 / len(targets))
    counts = targets.sum(0)
    share = np.where(counts > 0, np.maximum(counts, 1) ** (power - 1), 0)
    weights = (targets * share).sum(1).astype(np.float64)
    return weights / weights.sum()
