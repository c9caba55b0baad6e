"""A model bundle: one folder with `bundle.toml`, weights as safetensors and a model card.

`bundle.toml` is read here and nowhere else. Nothing in a bundle is ever unpickled.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from segx_viewer.domain.result import Activation, BundleInfo, ClassInfo
from segx_viewer.errors import ModelError
from segx_viewer.inference.architectures import build_classifier, build_segmenter

MANIFEST = "bundle.toml"


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """How a displayed picture becomes a tensor.

    Attributes
    ----------
    input_shape : tuple of int
        (h, w) in pixels.
    fit : str
        "stretch" (each axis by its own factor) or "letterbox" (aspect ratio kept).
    colour : str
        "rgb", or "grey" (one channel repeated).
    mean, std : tuple of float
        Per channel, on values 0..1.
    detail : int or None
        The picture's longest side is first reduced to this many pixels, so that a large photograph holds no
        more detail than the training images did.
    """

    input_shape: tuple[int, int]
    fit: str = "stretch"
    colour: str = "rgb"
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)
    detail: int | None = None


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """Architecture, options and weights file of one network."""

    architecture: str
    weights: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class ModelBundle:
    """A bundle as described by its manifest; networks are loaded on demand.

    `smallest_part` is the share of the region's largest part below which another part counts as a stray; 0 keeps all.
    `gate`, `calibration`, `training` and `evaluation` are the manifest's tables of those names, {} when absent.
    """

    folder: Path
    info: BundleInfo
    modalities: tuple[str, ...]
    image_kind: str
    classes: tuple[ClassInfo, ...]
    activation: Activation
    preprocessing: Preprocessing
    classifier: NetworkSpec
    segmenter: NetworkSpec
    target_layer: str
    segmentation_threshold: float
    smallest_part: float
    digests: Mapping[str, str]
    gate: Mapping[str, Any] = field(default_factory=dict, repr=False)
    calibration: Mapping[str, Any] = field(default_factory=dict, repr=False)
    training: Mapping[str, Any] = field(default_factory=dict, repr=False)
    evaluation: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def load_classifier(self) -> nn.Module:
        """Load the classifier, float32, in evaluation mode. Raises `ModelError` on damaged weights."""
        spec = self.classifier
        return self._load(build_classifier(spec.architecture, len(self.classes), **spec.options), spec)

    def load_segmenter(self) -> nn.Module:
        """Load the segmenter, float32, in evaluation mode. Raises `ModelError` on damaged weights."""
        return self._load(build_segmenter(self.segmenter.architecture, self.segmenter.options), self.segmenter)

    def verified_path(self, name: str) -> Path:
        """Return the path of one of the bundle's files after checking its SHA-256. Raises `ModelError`."""
        if name not in self.digests:
            raise ModelError(f"{self.info.name}: {MANIFEST} lists no checksum for {name}.")
        path = self.folder / name
        if not path.is_file():
            raise ModelError(f"{self.info.name}: the file {name} is missing; install the bundle again.")
        if sha256_of(path) != self.digests[name]:
            raise ModelError(
                f"{self.info.name}: the file {name} does not match its checksum; install the bundle again."
            )
        return path

    def _load(self, network: nn.Module, spec: NetworkSpec) -> nn.Module:
        path = self.verified_path(spec.weights)
        try:
            state = load_file(path)
            network.load_state_dict({name: t.float() if t.is_floating_point() else t for name, t in state.items()})
        except (SafetensorError, RuntimeError) as error:
            raise ModelError(
                f"{self.info.name}: the weights in {spec.weights} do not fit {spec.architecture}: {error}"
            ) from error
        return network.eval()


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_bundle(folder: Path) -> ModelBundle:
    """Read a bundle's manifest.

    Raises
    ------
    ModelError
        If the manifest is missing, is not TOML, or lacks an entry; the message names it.
    """
    manifest, digest = _read_manifest(folder)
    try:
        return _from_manifest(folder, manifest, digest)
    except KeyError as error:
        raise ModelError(f"{folder.name}: {MANIFEST} has no entry {error}.") from error
    except (TypeError, ValueError) as error:
        raise ModelError(f"{folder.name}: {MANIFEST} has a wrong value: {error}.") from error


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return `bundle.toml` as it stands. Raises `ModelError` when it is missing or not TOML."""
    return _read_manifest(folder)[0]


def _read_manifest(folder: Path) -> tuple[dict[str, Any], str]:
    try:
        raw = (folder / MANIFEST).read_bytes()
        return tomllib.loads(raw.decode()), hashlib.sha256(raw).hexdigest()
    except OSError as error:
        raise ModelError(f"{folder.name}: {MANIFEST} could not be read ({error.strerror}).") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError(f"{folder.name}: {MANIFEST} is not valid TOML: {error}.") from error


def _from_manifest(folder: Path, manifest: dict[str, Any], digest: str) -> ModelBundle:
    preprocessing = manifest["preprocessing"]
    segmenter = dict(manifest["segmenter"])
    classifier = dict(manifest["classifier"])
    return ModelBundle(
        folder=folder,
        info=BundleInfo(
            name=manifest["name"],
            title=manifest["title"],
            version=manifest["version"],
            # The manifest holds the SHA-256 of every other file, so its own digest stands for the whole bundle.
            digest=digest,
            region=manifest["region"],
            licence=manifest["licence"],
        ),
        modalities=tuple(manifest["modalities"]),
        image_kind=manifest["image_kind"],
        classes=tuple(ClassInfo(c["code"], c["label"], c.get("threshold", 0.5)) for c in manifest["classes"]),
        activation=Activation(manifest["activation"]),
        preprocessing=Preprocessing(
            input_shape=tuple(preprocessing["input_shape"]),
            fit=preprocessing["fit"],
            colour=preprocessing["colour"],
            mean=tuple(preprocessing["mean"]),
            std=tuple(preprocessing["std"]),
            detail=preprocessing.get("detail"),
        ),
        classifier=NetworkSpec(classifier["architecture"], classifier["weights"], classifier.get("options", {})),
        segmenter=NetworkSpec(segmenter["architecture"], segmenter["weights"], segmenter.get("options", {})),
        target_layer=classifier["target_layer"],
        segmentation_threshold=float(segmenter["threshold"]),
        smallest_part=float(segmenter.get("smallest_part", 0.0)),
        digests=dict(manifest["files"]),
        gate=manifest.get("gate", {}),
        calibration=manifest.get("calibration", {}),
        training=manifest.get("training", {}),
        evaluation=manifest.get("evaluation", {}),
    )
