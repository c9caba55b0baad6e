"""The batches that networks learn from: pictures changed at random, made by the number of the batch alone."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from segx_viewer.bundles.manifest import Preprocessing
from segx_viewer.training.augment import augment
from segx_viewer.training.loop import Batch
from segx_viewer.training.samples import Samples
from segx_viewer.training.schedule import Augmentation, Schedule

LOADERS = 8  # processes that prepare batches for a graphics card


@dataclass(frozen=True, slots=True, eq=False)
class Stream(Dataset[Batch]):
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


def augmented(
    samples: Samples,
    chosen: NDArray[np.int64],
    preprocessing: Preprocessing,
    augmentation: Augmentation,
    rng: np.random.Generator,
) -> Batch:
    """Return a batch of pictures, each changed at random, with their masks; a picture without one has an empty mask."""
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


def mixed(batch: Batch) -> Batch:
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


def normalise(pictures: Tensor, preprocessing: Preprocessing) -> Tensor:
    """Turn (N, h, w, 3) uint8 pictures into normalised (N, 3, h, w) float32 tensors on the same device."""
    mean, std = (torch.tensor(v, device=pictures.device) for v in (preprocessing.mean, preprocessing.std))
    return pictures.float().div(255).sub_(mean).div_(std).permute(0, 3, 1, 2)  # channels_last in memory as it is


def while_learning(preprocessing: Preprocessing, schedule: Schedule) -> Preprocessing:
    """Return the preprocessing with the shape that pictures have while a network learns."""
    return replace(preprocessing, input_shape=schedule.input_shape or preprocessing.input_shape)


def fixed_inputs(samples: Samples, preprocessing: Preprocessing) -> Tensor:
    """Return pictures as they are, (N, h, w, 3) uint8 in the shape of the network's input."""
    shape = preprocessing.input_shape
    return torch.from_numpy(np.stack([_colour(stretch(p, shape), preprocessing) for p in samples.pictures]))


def _colour(picture: NDArray[np.uint8], preprocessing: Preprocessing) -> NDArray[np.uint8]:
    if preprocessing.colour == "rgb":
        return picture
    return np.asarray(cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB), np.uint8)


def stretch(array: NDArray[np.uint8], shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a picture or mask in the shape (h, w), whatever its aspect ratio."""
    shrink = array.shape[0] > shape[0] or array.shape[1] > shape[1]
    how = cv2.INTER_AREA if shrink else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(array, shape[::-1], interpolation=how), np.uint8)
