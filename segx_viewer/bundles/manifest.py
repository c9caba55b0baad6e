"""A model bundle: one folder with `bundle.toml`, weights as safetensors and a model card.

`bundle.toml` is read here and nowhere else. Nothing in a bundle is ever unpickled.
"""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from safetensors import SafetensorError

from segx_viewer.bundles.imagekinds import image_kind
from segx_viewer.domain.geometry import AREA, INTERPOLATIONS
from segx_viewer.domain.methods import BLACK_BOX_METHODS
from segx_viewer.domain.result import Activation, BadgeRecord, BundleInfo, ClassInfo, Level, LevelPromise, LevelRecord
from segx_viewer.domain.tables import (
    Table,
    as_float,
    as_floats,
    as_int,
    as_ints,
    as_table,
    as_tables,
    as_text,
    as_texts,
)
from segx_viewer.errors import ModelError
from segx_viewer.networks.graph_spec import GraphSpec
from segx_viewer.networks.kinds import INSTANCES, ONNX, PROGRAMS
from segx_viewer.paths import is_plain_name, sha256_of

if TYPE_CHECKING:
    from torch import nn

MANIFEST = "bundle.toml"

FITS = ("stretch", "letterbox", "crop", "squash")
CUTS = ("crop", "squash")
COLOURS = ("rgb", "bgr", "grey")
LOGITS, PROBABILITIES = "logits", "probabilities"
OUTPUTS = (LOGITS, PROBABILITIES, INSTANCES)

AUTO = "auto"
"""As target layer in a manifest, and where none is named: found by tracing."""


KEEP, CUT = "keep", "cut"
"""What is done with plain margins."""


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """How a displayed picture becomes a tensor.

    Attributes
    ----------
    input_shape : tuple of int
        (h, w) in pixels.
    fit : str
        "stretch" (each axis by its own factor), "letterbox" (aspect ratio kept, all of the image), "crop" (aspect ratio
        kept, the middle of the image) or "squash" (stretched, of which the middle).
    colour : str
        "rgb", "bgr" (as OpenCV reads pictures), or "grey" (one channel, repeated as often as `mean` has entries).
    mean, std : tuple of float
        Per channel, on values 0..1; three entries, or one for a network with one input channel.
    detail : int or None
        The picture's longest side is first reduced to this many pixels, so that a large photograph holds no
        more detail than the training images did.
    resize : int or None
        For "crop" and "squash": the shorter side before the middle is cut out, in pixels.
    interpolation : str
        See `segx_viewer.domain.geometry.INTERPOLATIONS`.
    antialias : bool
        Whether every pixel counts when a picture shrinks.
    margins : str
        "cut" where plain margins (frames, letterboxing) are taken off before anything else, or "keep".
    """

    input_shape: tuple[int, int]
    fit: str = "stretch"
    colour: str = "rgb"
    mean: tuple[float, ...] = (0.485, 0.456, 0.406)
    std: tuple[float, ...] = (0.229, 0.224, 0.225)
    detail: int | None = None
    resize: int | None = None
    interpolation: str = AREA
    antialias: bool = True
    margins: str = KEEP

    def __post_init__(self) -> None:
        if self.margins not in (KEEP, CUT):
            raise ValueError(f"margins are {KEEP} or {CUT}")
        if len(self.mean) not in (1, 3) or len(self.mean) != len(self.std):
            raise ValueError("mean and std have one or three entries each")
        if self.fit not in FITS or self.colour not in COLOURS:
            raise ValueError(f"fit is one of {', '.join(FITS)}, colour is one of {', '.join(COLOURS)}")
        if self.interpolation not in INTERPOLATIONS:
            raise ValueError(f"interpolation is one of {', '.join(INTERPOLATIONS)}")
        if (self.fit in CUTS) != (self.resize is not None) or (self.resize or 10**9) < max(self.input_shape):
            raise ValueError(
                "fit crop or squash needs resize, the shorter side before the cut, and no other fit has it"
            )
        if len(self.input_shape) != 2 or min(self.input_shape) < 8:
            raise ValueError("input_shape is [height, width] in pixels")

    @property
    def channels(self) -> int:
        """Number of input channels."""
        return len(self.mean)


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """Architecture, options and weights file of one network.

    `output` says whether it gives "logits", "probabilities", or "instances" as YOLO's segmenters do; `take` is the name
    or number of the output of a program that has several, "" for its only one. `tail` is, of an ONNX model that gives
    its last feature maps too, what they are called ("map") and the model of what follows them ("file").
    `graph` is the file of its ready graph and what has to be known to run it, where the bundle has one.
    """

    architecture: str
    weights: str
    options: Table = field(default_factory=dict)
    output: str = "logits"
    take: str = ""
    tail: Mapping[str, str] | None = None
    graph: tuple[str, GraphSpec] | None = None

    @property
    def is_program(self) -> bool:
        """Whether the weights file holds the network itself."""
        return self.architecture in PROGRAMS


@dataclass(frozen=True, slots=True)
class RegionSpec:
    """A region: its name and the segmenter's output channels that make it up.

    `side` is "left" or "right" where the region is only what lies on that side of the patient, in frontal images with
    the patient's right on the viewer's left, and "" where it is all of it.
    """

    name: str
    channels: tuple[int, ...] = (0,)
    side: str = ""

    def __post_init__(self) -> None:
        if self.side not in ("", "left", "right"):
            raise ValueError("side of a region is left, right or left out")


@dataclass(frozen=True, slots=True, eq=False)
class ModelBundle:
    """A bundle as described by its manifest; networks are loaded on demand.

    `smallest_part` is the share of the region's largest part below which another part counts as a stray; 0 keeps all.
    `segmenter_input` differs from `preprocessing` where the segmenter sees the image otherwise than the classifier;
    `segmenter_activation` says whether its channels exclude each other (softmax). The first of `regions` is the main
    one; classes may name another. `gate`, `calibration` and `training` are the manifest's tables of those names, {}
    when absent. `baselines` is the file of the images that Gradient SHAP as published starts from, "" without one.
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
    segmenter_input: Preprocessing
    segmenter_activation: Activation = Activation.SIGMOID
    segmenter_channels: int = 1
    regions: tuple[RegionSpec, ...] = (RegionSpec(""),)
    gate: Table = field(default_factory=dict, repr=False)
    calibration: Table = field(default_factory=dict, repr=False)
    promises: Table = field(default_factory=dict, repr=False)
    not_kept: tuple[tuple[float, str], ...] = ()
    training: Table = field(default_factory=dict, repr=False)
    baselines: str = ""

    @property
    def gate_layer(self) -> str:
        """The classifier's layer whose features the input gate looks at; "" where it looks at none."""
        return str(self.gate.get("layer", "")) if "outside" in self.gate else ""

    def class_indices(self, classes: Sequence[str | int]) -> tuple[int, ...]:
        """Return the numbers of classes that are named by their codes, or by their numbers already.

        Raises
        ------
        ModelError
            If there is no such class; the message names those that there are.
        """
        codes = [info.code for info in self.classes]
        unknown = [c for c in classes if (c not in codes if isinstance(c, str) else not 0 <= c < len(codes))]
        if unknown:
            raise ModelError(f"{self.info.name} has no class {unknown[0]}; it has {', '.join(codes)}.")
        return tuple(codes.index(c) if isinstance(c, str) else int(c) for c in classes)

    @property
    def has_graphs(self) -> bool:
        """Whether both networks can run as ready graphs."""
        return self.classifier.graph is not None and self.segmenter.graph is not None

    @property
    def is_black_box(self) -> bool:
        """Whether the classifier shows no layers."""
        return self.classifier.architecture == ONNX and self.classifier.tail is None

    def load_classifier(self) -> "nn.Module":
        """Load the classifier, float32, in evaluation mode. Raises `ModelError` on damaged weights."""
        spec = self.classifier
        if spec.is_program:
            return self._load_program(spec, self.activation, len(self.classes))
        from segx_viewer.networks.architectures import Uninitialised, build_classifier

        channels = self.preprocessing.channels
        with Uninitialised():
            network = build_classifier(spec.architecture, len(self.classes), channels=channels, **spec.options)
        return self._load(network, spec, self.activation)

    def load_segmenter(self) -> "nn.Module":
        """Load the segmenter, float32, in evaluation mode. Raises `ModelError` on damaged weights."""
        spec = self.segmenter
        if spec.is_program:
            return self._load_program(spec, self.segmenter_activation)
        from segx_viewer.networks.architectures import Uninitialised, build_segmenter

        shape = {"classes": self.segmenter_channels, "channels": self.segmenter_input.channels}
        with Uninitialised():
            network = build_segmenter(spec.architecture, spec.options, **shape)
        return self._load(network, spec, self.segmenter_activation)

    def verified_path(self, name: str) -> Path:
        """Return the path of one of the bundle's files after checking its SHA-256. Raises `ModelError`."""
        if name not in self.digests:
            raise ModelError(f"{self.info.name}: {MANIFEST} lists no checksum for {name}.")
        path = self.folder / name
        if path.is_symlink():
            raise ModelError(f"{self.info.name}: {name} is a link to elsewhere; a bundle holds its files itself.")
        if not path.is_file():
            raise ModelError(f"{self.info.name}: the file {name} is missing; install the bundle again.")
        if sha256_of(path) != self.digests[name]:
            raise ModelError(
                f"{self.info.name}: the file {name} does not match its checksum; install the bundle again."
            )
        return path

    def damages(self) -> list[str]:
        """Compare every file with its checksum; return a sentence for each that does not fit."""
        found = []
        for name in self.digests:
            try:
                self.verified_path(name)
            except ModelError as error:
                found.append(str(error))
        return found

    def _load_program(self, spec: NetworkSpec, activation: Activation, classes: int = 0) -> "nn.Module":
        from segx_viewer.networks.outputs import Wanted
        from segx_viewer.networks.programs import load_program

        for name in self.digests:  # an ONNX model may keep its weights in further files
            self.verified_path(name)
        turn = activation.value if spec.output == PROBABILITIES else spec.output
        wanted = Wanted(turn, spec.take, classes, self.segmenter_channels)
        tail = None
        if spec.tail is not None:
            file = spec.tail.get("file")
            tail = (None if file is None else self.verified_path(file), spec.tail["map"])
        return load_program(spec.architecture, self.verified_path(spec.weights), wanted, tail).eval()

    def _load(self, network: "nn.Module", spec: NetworkSpec, activation: Activation) -> "nn.Module":
        from safetensors.torch import load_file

        from segx_viewer.networks.outputs import giving_logits

        path = self.verified_path(spec.weights)
        try:
            state = load_file(path)
            network.load_state_dict({name: t.float() if t.is_floating_point() else t for name, t in state.items()})
        except (SafetensorError, RuntimeError) as error:
            raise ModelError(
                f"{self.info.name}: the weights in {spec.weights} do not fit {spec.architecture}: {error}"
            ) from error
        return giving_logits(network.eval(), activation.value if spec.output == PROBABILITIES else LOGITS)


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


def read_manifest(folder: Path) -> Table:
    """Return `bundle.toml` as it stands. Raises `ModelError` when it is missing or not TOML."""
    return _read_manifest(folder)[0]


def _read_manifest(folder: Path) -> tuple[Table, str]:
    try:
        raw = (folder / MANIFEST).read_bytes()
        return tomllib.loads(raw.decode()), hashlib.sha256(raw).hexdigest()
    except OSError as error:
        raise ModelError(f"{folder.name}: {MANIFEST} could not be read ({error.strerror}).") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError(f"{folder.name}: {MANIFEST} is not valid TOML: {error}.") from error


def _from_manifest(folder: Path, manifest: Table, digest: str) -> ModelBundle:
    preprocessing = preprocessing_from(as_table(manifest["preprocessing"]))
    segmenter, classifier = as_table(manifest["segmenter"]), as_table(manifest["classifier"])
    gate, calibration = as_table(manifest.get("gate", {})), as_table(manifest.get("calibration", {}))
    regions = tuple(map(_region, as_tables(manifest.get("regions", ()))))
    classes = tuple(map(_class, as_tables(manifest["classes"])))
    _check_regions(classes, regions)
    kind = as_text(manifest["image_kind"])
    image_kind(kind, as_table(gate.get("kind", {})))
    return ModelBundle(
        folder=folder,
        info=BundleInfo(
            name=as_text(manifest["name"]),
            title=as_text(manifest["title"]),
            version=as_text(manifest["version"]),
            # The manifest holds the SHA-256 of every other file, so its own digest stands for the whole bundle.
            digest=digest,
            region=as_text(manifest["region"]),
            licence=as_text(manifest["licence"]),
            methods=_methods(classifier),
            badge=_badge_record(
                calibration, as_table(manifest.get("evaluation", {})), as_table(manifest.get("promises", {}))
            ),
        ),
        modalities=as_texts(manifest["modalities"]),
        image_kind=kind,
        classes=classes,
        activation=Activation(as_text(manifest["activation"])),
        preprocessing=preprocessing,
        classifier=_network(classifier),
        segmenter=_network(segmenter),
        target_layer=as_text(classifier.get("target_layer", AUTO)),
        segmentation_threshold=as_float(segmenter["threshold"]),
        smallest_part=as_float(segmenter.get("smallest_part", 0.0)),
        digests=_digests(as_table(manifest["files"])),
        segmenter_input=(
            preprocessing_from(as_table(segmenter["preprocessing"])) if "preprocessing" in segmenter else preprocessing
        ),
        segmenter_activation=Activation(as_text(segmenter.get("activation", Activation.SIGMOID))),
        segmenter_channels=as_int(segmenter.get("channels", 1)),
        regions=regions or (RegionSpec(""),),
        gate=gate,
        calibration=calibration,
        promises=as_table(manifest.get("promises", {})),
        not_kept=_not_kept(as_table(manifest.get("evaluation", {}))),
        training=as_table(manifest.get("training", {})),
        baselines=_baselines(as_table(manifest.get("published", {}))),
    )


def _baselines(published: Table) -> str:
    name = str(published.get("baselines", ""))
    return _beside(name) if name else name


def _region(table: Table) -> RegionSpec:
    return RegionSpec(as_text(table["name"]), as_ints(table.get("channels", (0,))), as_text(table.get("side", "")))


def _class(table: Table) -> ClassInfo:
    code, label = as_text(table["code"]), as_text(table["label"])
    return ClassInfo(code, label, as_float(table.get("threshold", 0.5)), as_text(table.get("region", "")))


def _methods(classifier: Table) -> tuple[str, ...]:
    """Return the methods that a program can be explained by, () where every one can."""
    if classifier["architecture"] != ONNX and "methods" not in classifier:
        return ()
    return as_texts(classifier.get("methods", BLACK_BOX_METHODS))


def _badge_record(calibration: Table, evaluation: Table, promises: Table) -> BadgeRecord:
    if not calibration:
        return BadgeRecord()
    fitted_on = str(calibration["set"])
    if not evaluation:
        return BadgeRecord(fitted_on, promises=_level_promises(promises, ()))
    levels = [
        LevelRecord(Level(as_text(row["level"])), as_float(row["correct"]), as_int(row["images"]))
        for row in as_tables(evaluation["levels"])
    ]
    auroc, own, gain = (as_float(evaluation[key]) for key in ("auroc", "auroc_confidence", "gain_low"))
    adds = evaluation.get("segu_adds")
    told = None if adds is None else bool(adds)
    promised = _level_promises(promises, as_tables(evaluation.get("levels_not_kept", ())))
    return BadgeRecord(fitted_on, str(evaluation["set"]), tuple(levels), auroc, own, gain, told, promised)


def _level_promises(promises: Table, not_kept: Sequence[Table]) -> tuple[LevelPromise, ...]:
    broken = [
        LevelPromise(Level(as_text(row["level"])), as_float(row["promised"]), as_text(row.get("label", "")), kept=False)
        for row in not_kept
    ]
    refuted = {(one.level, one.among) for one in broken}
    within = [
        LevelPromise(Level(as_text(row["level"])), round(1 - as_float(row["most"]), 4), as_text(part["label"]))
        for part in as_tables(promises.get("within", ()))
        for row in as_tables(part.get("levels", ()))
    ]
    return (*(one for one in within if (one.level, one.among) not in refuted), *broken)


def _not_kept(evaluation: Table) -> tuple[tuple[float, str], ...]:
    rows = as_tables(evaluation.get("not_kept", ()))
    return tuple((as_float(row["confidence"]), code) for row in rows for code in as_texts(row["classes"]))


def preprocessing_from(table: Table) -> Preprocessing:
    """Read a table `[preprocessing]`. Raises `KeyError`, `TypeError` or `ValueError` where something is wrong."""
    height, width = as_ints(table["input_shape"])
    detail, resize = table.get("detail"), table.get("resize")
    return Preprocessing(
        input_shape=(height, width),
        fit=as_text(table["fit"]),
        colour=as_text(table["colour"]),
        mean=as_floats(table["mean"]),
        std=as_floats(table["std"]),
        detail=None if detail is None else as_int(detail),
        resize=None if resize is None else as_int(resize),
        interpolation=as_text(table.get("interpolation", AREA)),
        antialias=bool(table.get("antialias", True)),
        margins=as_text(table.get("margins", KEEP)),
    )


def _network(table: Table) -> NetworkSpec:
    output = as_text(table.get("output", LOGITS))
    if output not in OUTPUTS:
        raise ValueError(f"output is one of {', '.join(OUTPUTS)}")
    graph = None
    if "graph" in table:
        stated = as_table(table["graph"])
        graph = _beside(stated["file"]), GraphSpec.of_table(stated)
    tail = None
    if "tail" in table:
        stated = as_table(table["tail"])
        tail = {key: as_text(name) for key, name in stated.items()}
        _beside(tail.get("file", "tail"))
    weights, options = _beside(table["weights"]), as_table(table.get("options", {}))
    return NetworkSpec(
        as_text(table["architecture"]), weights, options, output, str(table.get("take", "")), tail, graph
    )


def _digests(files: Table) -> dict[str, str]:
    return {_beside(name): as_text(digest) for name, digest in files.items()}


def _beside(name: object) -> str:
    """Return the name of a file beside the manifest; refuse any other."""
    if not isinstance(name, str) or not is_plain_name(name):
        raise ValueError(f"{name!r} is not the name of a file beside the manifest")
    return name


def _check_regions(classes: tuple[ClassInfo, ...], regions: tuple[RegionSpec, ...]) -> None:
    names = {"", *(region.name for region in regions)}
    for c in classes:
        if c.region not in names:
            raise ValueError(f"class {c.code} names the region {c.region}, which [[regions]] does not have")
