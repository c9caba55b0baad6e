"""The input gate: whether an image is one that the bundle can speak about.

Cheapest first: the header's facts, the picture's grey levels and colours, then the distance of the classifier's
features from those of its training images (Lee 2018, arXiv 1807.03888), taken in the middle of the network: at its end,
what matters for the classes is left, in which strangers look like anything. Two thresholds part *accepted* from
*outside the training population* and *refused*.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from segx_viewer.bundles.imagekinds import ImageKind, image_kind
from segx_viewer.bundles.manifest import ModelBundle
from segx_viewer.bundles.store import BundleStore
from segx_viewer.domain.age import age_text
from segx_viewer.domain.arrays import Numbers
from segx_viewer.domain.image import MedicalImage
from segx_viewer.domain.result import GateLevel, GateVerdict
from segx_viewer.domain.tables import as_float, as_table
from segx_viewer.imaging.bodyparts import body_region, part_words
from segx_viewer.inference.looks import UNUSUAL, Looks

GATE_FILE = "gate.safetensors"
ACCEPTED = GateVerdict(GateLevel.ACCEPTED)
ADULT_YEARS = 18.0

GREY_CHROMA, COLOUR_CHROMA = 12, 4
"""A picture that is more colourful than the first is not grey, one that is less than the second has no colours."""

# Words for modalities that are better known by them.
SECTIONAL = {"CT": "a CT slice", "MR": "an MR slice", "PT": "a PET slice", "NM": "a scintigram", "US": "an ultrasound"}


@dataclass(frozen=True, slots=True, eq=False)
class PopulationDistance:
    """Mahalanobis distance by probabilistic PCA (Tipping 1999): leading directions, and the rest as one variance.

    Attributes
    ----------
    mean : ndarray (D,)
    components : ndarray (d, D), orthonormal rows
        In double precision: the residual is a small difference, and converting each time would cost more.
    variances : ndarray (d,)
    residual_variance : float
    """

    mean: NDArray[np.float32] = field(repr=False)
    components: NDArray[np.float64] = field(repr=False)
    variances: NDArray[np.float32] = field(repr=False)
    residual_variance: float

    @classmethod
    def fit(cls, features: NDArray[np.float32], components: int) -> "PopulationDistance":
        """Fit on training images' features (N, D), N > `components`."""
        mean = features.mean(0)
        _, s, rows = np.linalg.svd(features - mean, full_matrices=False)
        variances = (s**2 / (len(features) - 1)).astype(np.float32)
        rest = variances[components:].sum() / (features.shape[1] - components)
        return cls(mean, rows[:components].astype(np.float64), variances[:components], float(rest))

    def __call__(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the root mean square of the standardised distances of features (N, D), about 1 in distribution.

        The leading directions and the residual count half each, so that neither hides the other.
        """
        centred = features.astype(np.float64) - self.mean
        along = centred @ self.components.T
        residual = (centred**2).sum(1) - (along**2).sum(1)
        rest = features.shape[1] - len(self.components)
        leading = (along**2 / self.variances).mean(1)
        return np.sqrt((leading + np.maximum(residual, 0) / rest / self.residual_variance) / 2)

    def tensors(self) -> dict[str, NDArray[np.float32]]:
        """Return what is stored in `gate.safetensors`."""
        return {
            "mean": self.mean.astype(np.float32),
            "components": self.components.astype(np.float16),
            "variances": self.variances.astype(np.float32),
            "residual_variance": np.array([self.residual_variance], np.float32),
        }

    @classmethod
    def of_tensors(cls, tensors: Mapping[str, Numbers]) -> "PopulationDistance":
        """Return the distance that `tensors` put into a file; its keys are those of `tensors`."""
        mean, components, variances, rest = (
            tensors[name].astype(np.float32) for name in ("mean", "components", "variances", "residual_variance")
        )
        return cls(mean, components.astype(np.float64), variances, float(rest[0]))


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A distance with the two thresholds from which an image is outside the training population, and refused."""

    distance: PopulationDistance
    outside: float
    refuse: float


@dataclass(frozen=True, slots=True, eq=False)
class InputGate:
    """A bundle's input gate.

    Attributes
    ----------
    image_kind : str
        What the images are called; see `bundles.imagekinds`.
    modalities : tuple of str
        Accepted; "" stands for pictures, which name none.
    population : mapping
        `min_age_years` (inclusive) and `max_age_years` (exclusive) of the training population, where they matter.
    layer : str
        The classifier's layer whose features are looked at; "" for none.
    features : Look or None
        At those features.
    stated : mapping
        What the bundle itself states about its kind of images.
    looks : Looks
        What its pictures look like as a whole.
    """

    image_kind: str
    modalities: tuple[str, ...]
    population: Mapping[str, object]
    layer: str = ""
    features: Look | None = None
    stated: Mapping[str, object] = field(default_factory=dict)
    looks: Looks = field(default_factory=Looks)

    @property
    def kind(self) -> ImageKind:
        """What images of this kind are like."""
        return image_kind(self.image_kind, self.stated)

    @classmethod
    def of(cls, bundle: ModelBundle) -> "InputGate":
        """Build a bundle's gate; without a `[gate]` table it judges by header and picture only."""
        table, features, tensors = bundle.gate, None, {}
        if bundle.gate_layer:
            tensors = load_file(bundle.verified_path(GATE_FILE))
            distance = PopulationDistance.of_tensors(tensors)
            features = Look(distance, as_float(table["outside"]), as_float(table["refuse"]))
        population, stated = as_table(table.get("population", {})), as_table(table.get("kind", {}))
        looks = Looks.of(as_table(table.get("looks", {})), tensors)
        return cls(bundle.image_kind, bundle.modalities, population, bundle.gate_layer, features, stated, looks)

    def affinity(self, image: MedicalImage) -> int:
        """How well an image fits by its header and colours, 0..4; 0 is not at all."""
        level = self.check_header(image).level
        if level is GateLevel.REFUSED:
            return 0
        return 1 + 2 * (image.is_colour is (self.kind.pixels == "colour")) + (level is GateLevel.ACCEPTED)

    def strangeness(self, verdict: GateVerdict) -> float:
        """How far an image's features are from those learned from; the same number for every gate at its threshold.

        1 is where "outside" begins, and what a gate says that does not look at features.
        """
        if self.features is None or verdict.score is None:
            return 1.0
        return verdict.score / self.features.outside

    def check_header(self, image: MedicalImage) -> GateVerdict:
        """Judge by what the header says."""
        facts, kind = image.acquisition, self.kind
        if image.modality and image.modality not in self.modalities:
            what = SECTIONAL.get(image.modality, f"an image of modality {image.modality}")
            return _refused(f"This is {what}; the model reads {kind.many} only.")
        if kind.body_parts and facts.body_part and _is_elsewhere(facts.body_part, kind.body_parts):
            words = part_words(facts.body_part)
            part = words if words == facts.body_part else f"{words[:1].lower()}{words[1:]}"
            return _refused(f"The file says that this shows: {part}. The model reads {kind.many} only.")
        if facts.view_position in kind.other_views or facts.projection in kind.other_projections:
            view = "an oblique" if facts.projection == "oblique" else "a lateral"
            return _outside(kind.other_views_reason.replace("{view}", view))
        low = as_float(self.population.get("min_age_years", 0))
        high = as_float(self.population.get("max_age_years", math.inf))
        if facts.age_years is not None and not low <= facts.age_years < high:
            return _outside(f"The patient is {age_text(facts.age_years)} old; the classifier learned from "
                            f"{_people(low, high)} only.")  # fmt: skip
        return ACCEPTED

    def check_picture(self, placed: NDArray[np.uint8], *, colour: NDArray[np.uint8] | None = None) -> GateVerdict:
        """Judge by grey levels and colours.

        Parameters
        ----------
        placed : ndarray, shape (h, w, 3), uint8
            On the input grid.
        colour : ndarray, optional
            The picture's own pixels (any size, RGB), when `placed` has lost its colours.
        """
        (low, high), kind = _grey_levels(placed, (1, 99)), self.kind
        if high - low < 8:
            return _refused("The image is blank: it holds next to no contrast.")
        chroma = _chroma(placed if colour is None else colour)
        if kind.pixels == "colour" and chroma < COLOUR_CHROMA:
            return _refused(f"The image is grey; the model reads {kind.many} in colour only.")
        if kind.pixels == "grey" and chroma > GREY_CHROMA:
            return _refused(f"The image is in colour; the model reads {kind.many} only.")
        return ACCEPTED

    def check_look(self, picture: NDArray[np.uint8]) -> GateVerdict:
        """Judge by what a picture (H, W) or (H, W, 3), as displayed and without margins, looks like as a whole."""
        reason, usual = self.looks.judge(picture)
        if reason:
            return _refused(f"This does not look like {self.kind.one} as it was taken. {reason}")
        return ACCEPTED if usual else _outside(UNUSUAL)

    def check_features(self, features: NDArray[np.float32] | None) -> GateVerdict:
        """Judge by the distance of the classifier's features (D,) from those of its training images."""
        if self.features is None or features is None:
            return ACCEPTED
        score = float(self.features.distance(features[None])[0])
        if score >= self.features.refuse:
            return _refused(f"This does not look like {self.kind.one}.", score)
        if score >= self.features.outside:
            return _outside("The image is unlike the images that the model learned from.", score)
        return GateVerdict(GateLevel.ACCEPTED, "", score)


def gate_of(store: BundleStore, name: str) -> InputGate:
    """Return an installed bundle's input gate, loaded once."""
    return store.once(name, "gate", lambda: InputGate.of(store.get(name)))


def candidates(store: BundleStore, image: MedicalImage) -> list[ModelBundle]:
    """Return the bundles that could speak about an image, the best fitting first; all of them if none could."""
    return [bundle for equals in ranks(store, image) for bundle in equals]


def ranks(store: BundleStore, image: MedicalImage) -> list[list[ModelBundle]]:
    """Return the `candidates`, those that fit equally well by header and colours together."""
    by_rank: dict[int, list[ModelBundle]] = {}
    for bundle in store.bundles().values():
        by_rank.setdefault(gate_of(store, bundle.info.name).affinity(image), []).append(bundle)
    return [by_rank[fit] for fit in sorted(by_rank, reverse=True) if fit > 0] or [by_rank[0]]


def likeliest(store: BundleStore, header: MedicalImage) -> str:
    """Return the name of the bundle that an image will be shown to first, by its header; "" where none takes it."""
    first = ranks(store, header)[0][0]
    return first.info.name if gate_of(store, first.info.name).affinity(header) else ""


def worst(*verdicts: GateVerdict) -> GateVerdict:
    """Return the severest verdict, the first of equals, with the features' score where there is one."""
    order = list(GateLevel)
    found = max(verdicts, key=lambda v: order.index(v.level))
    score = next((v.score for v in verdicts if v.score is not None), None)
    return GateVerdict(found.level, found.reason, score)


def _chroma(picture: NDArray[np.uint8]) -> float:
    """95th percentile of the spread between the colour channels, 0..255."""
    sample = picture[:: max(1, picture.shape[0] // 256), :: max(1, picture.shape[1] // 256)]
    # Channel by channel: numpy's reductions over an axis of three take twenty times as long.
    r, g, b = (sample[..., channel] for channel in range(3))
    spread = np.maximum(np.maximum(r, g), b) - np.minimum(np.minimum(r, g), b)
    counts = cv2.calcHist([spread], [0], None, [256], [0, 256]).ravel().astype(np.int64)
    return _level(counts, 95)


def _grey_levels(picture: NDArray[np.uint8], percents: tuple[float, float]) -> list[float]:
    """Percentiles of the mean of the colour channels, 0..255."""
    total = picture[..., 0].astype(np.uint16) + picture[..., 1] + picture[..., 2]
    counts = np.bincount(total.ravel(), minlength=766)
    return [_level(counts, percent) / 3 for percent in percents]


def _level(counts: NDArray[np.int64], percent: float) -> float:
    """Smallest level that the given share of a histogram's values do not exceed."""
    return float(np.searchsorted(np.cumsum(counts), percent / 100 * counts.sum()))


def _people(low: float, high: float) -> str:
    """Name the patients from `low` to below `high` years.

    >>> _people(0, 18), _people(18, math.inf), _people(40, 75)
    ('children', 'adults', 'patients of 40 to 75 years')
    """
    if low <= 0:
        return "children" if high <= ADULT_YEARS else f"patients younger than {high:g} years"
    if math.isinf(high):
        return "adults" if low == ADULT_YEARS else f"patients of {low:g} years and older"
    return f"patients of {low:g} to {high:g} years"


def _is_elsewhere(stated: str, parts: tuple[str, ...]) -> bool:
    """Whether a header names another part of the body; what it calls by no known word, the picture decides."""
    if any(part in stated for part in parts):
        return False
    region = body_region(stated)
    return bool(region) and region not in {body_region(part) for part in parts}


def _refused(reason: str, score: float | None = None) -> GateVerdict:
    return GateVerdict(GateLevel.REFUSED, reason, score)


def _outside(reason: str, score: float | None = None) -> GateVerdict:
    return GateVerdict(GateLevel.OUTSIDE, reason, score)
