"""How a network learns: for how long, how fast, and from pictures changed in which ways."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Augmentation:
    """Strength of each random change; 0 switches it off. Probabilities unless said otherwise.

    Attributes
    ----------
    rotation : float
        Largest rotation in degrees.
    scale, aspect, shift : float
        Largest relative change of size and aspect ratio, largest shift as a share of the side.
    flip_horizontal, flip_vertical : bool
    brightness, contrast, colour : float
        Largest relative change; `colour` acts per channel (colour constancy).
    gamma : float
        Largest change of log2 gamma.
    blur, jpeg, hair, dark_corners : float
        Probabilities of blurring, JPEG artefacts, drawn hairs and the dark corners of a dermatoscope.
    marks : float
        Probability of callipers, dotted lines and letters drawn in, whatever the class, and of taking a picture that
        has its own with them painted out: marks must not tell the class.
    noise, border : float
        Probabilities of noise of a receiver or detector, and of a black border round the picture.
    """

    rotation: float = 10.0
    scale: float = 0.15
    aspect: float = 0.1
    shift: float = 0.05
    flip_horizontal: bool = True
    flip_vertical: bool = False
    brightness: float = 0.15
    contrast: float = 0.2
    colour: float = 0.0
    gamma: float = 0.0
    blur: float = 0.2
    jpeg: float = 0.2
    hair: float = 0.0
    dark_corners: float = 0.0
    marks: float = 0.0
    noise: float = 0.0
    border: float = 0.0


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast one network learns.

    Attributes
    ----------
    epochs, batch_size, epoch_samples : int
        `epoch_samples` images are drawn per epoch (0: as many as there are).
    learning_rate, weight_decay : float
        AdamW with one warm-up epoch and cosine decay.
    ema : float
        Decay of the exponential moving average of the weights, which is what is evaluated and shipped.
    patience : int
        Epochs without a better validation score before training stops early.
    class_power : float
        Classes are drawn in proportion to (number of images) ** class_power: 1 as they come, 0 balanced.
    label_smoothing : float
    logit_adjustment : bool
        After training, subtract a multiple of the drawn classes' log shares from the logits, chosen for the
        balanced accuracy on validation (Menon 2021): rare classes are found more often.
    scaling : bool
        After training, one factor for all logits and a shift for each class's, for the least cross-entropy on
        validation (after Guo 2017): the odds, and with them the most probable class, are honest.
    equal_priors : bool
        In `scaling`, all classes weigh the same, however many validation images each has.
    attention_guidance : float
        Weight of the loss on the share of the true class's activation map that falls outside the dilated
        reference mask ("right for the right reasons"; Ross 2017, applied to CAM).
    mixup : float
        Images and labels of a batch are mixed in pairs, with shares drawn from Beta(mixup, mixup) (Zhang 2018);
        0 switches it off. Classifier only.
    drop_rate, drop_path : float
        Shares of features dropped before the last layer and of residual blocks skipped. Classifier only.
    distillation : float
        Weight of the teachers' answer against the label's (Hinton 2015): both see the same changed picture, for as
        long as the schedule runs (Beyer 2022). Only where the recipe has teachers.
    cycles : tuple of int
        Lengths in epochs of the cosine cycles after the first (Loshchilov 2017); part of `epochs`.
    swa : bool
        The rate stays the same after one warm-up epoch, and what is judged and shipped, as it is after the last
        epoch, is the plain mean of weights and batch-norm statistics after all later steps (stochastic weight
        averaging, after Izmailov 2018). `ema`, `patience` and `cycles` do not count then.
    freeze_blocks : int
        The stem and this many of the encoder's first stages keep their ImageNet weights.
    head_std : float
        Standard deviation of the last layer's first weights; its bias begins at 0. timm draws them from a range of
        1 / sqrt(classes), which makes the first losses, and the first gradients into pretrained layers, several times
        too large where there are few classes; 0 leaves them so.
    choose_epoch : bool
        Whether the epoch with the best validation score is kept, or the last one.
    parts : tuple of str
        Parts of the split that are learned from; a schedule of a fixed length may take validation too.
    input_shape : tuple of int
        (h, w) that pictures have while a network learns, where it is not that of the bundle's input: smaller ones
        take less time, and augmentation shows a network objects larger than it meets them later (Touvron 2019).
        Validation pictures have the bundle's.
    """

    epochs: int
    learning_rate: float
    batch_size: int = 32
    epoch_samples: int = 0
    weight_decay: float = 0.02
    ema: float = 0.995
    patience: int = 8
    class_power: float = 1.0
    label_smoothing: float = 0.0
    logit_adjustment: bool = False
    scaling: bool = False
    equal_priors: bool = False
    attention_guidance: float = 0.0
    mixup: float = 0.0
    drop_rate: float = 0.2
    drop_path: float = 0.0
    distillation: float = 0.0
    cycles: tuple[int, ...] = ()
    swa: bool = False
    freeze_blocks: int = 2
    head_std: float = 0.01
    choose_epoch: bool = True
    parts: tuple[str, ...] = ("train",)
    input_shape: tuple[int, int] | tuple[()] = ()

    def __post_init__(self) -> None:
        shape = self.input_shape
        if shape and not (isinstance(shape, tuple) and len(shape) == 2 and min(shape) > 0):
            raise ValueError("input_shape takes a height and a width")
        if not isinstance(self.parts, tuple) or not {"train"} <= {*self.parts} <= {"train", "validation"}:
            raise ValueError("parts are train, or train and validation: nothing learns from the others")
