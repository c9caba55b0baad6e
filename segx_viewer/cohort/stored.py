"""A stored analysis, as it was: made from what a run wrote for an image, without any network."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from segx_viewer.bundles.manifest import ModelBundle, read_bundle
from segx_viewer.cohort.places import Where, read
from segx_viewer.domain.geometry import Placement
from segx_viewer.domain.image import MedicalImage
from segx_viewer.domain.result import (
    Activation,
    Alignment,
    Analysis,
    BundleInfo,
    Certainty,
    ClassInfo,
    Explanation,
    FindingSet,
    GateLevel,
    GateVerdict,
    Level,
    MapKey,
    Prediction,
    PredictionSet,
    Segmentation,
    Target,
)
from segx_viewer.domain.tables import (
    Table,
    as_float,
    as_float_or_none,
    as_floats,
    as_int,
    as_ints,
    as_table,
    as_tables,
    as_text,
    as_texts,
)
from segx_viewer.errors import SegxError
from segx_viewer.paths import all_models_folders
from segx_viewer.reporting.facts import pixel_digest

Arrays = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Stored:
    """Where an image's stored analysis lies: the results' folder, and what they call the image."""

    folder: Where
    name: str


class NothingStoredError(SegxError):
    """A run that wrote no maps: it was not asked for npz and json."""


def read_analysis(folder: Where, name: str, image: MedicalImage) -> Analysis:
    """Return the analysis of an image that a run has stored.

    Parameters
    ----------
    folder : Path or str
        Of the run's results, or their URL.
    name : str
        What the run calls the image.
    image : MedicalImage
        The image itself, which results do not hold.

    Raises
    ------
    NothingStoredError
        If the run wrote no JSON or no maps.
    SegxError
        If they cannot be read, or are those of other pixels.
    """
    try:
        record = json.loads(read(folder, f"{name}.json"))
        if record["image"]["pixel_sha256"] != pixel_digest(image):
            raise SegxError(f"{image.source.name} has other pixels than the image that {name} was made of.")
        arrays: dict[str, NDArray[np.float32]] = {}
        if record["prediction"] is not None:
            with np.load(io.BytesIO(read(folder, f"{name}.npz")), allow_pickle=False) as stored:
                arrays = {key: stored[key] for key in stored.files}
        return _analysis(record, arrays, image)
    except FileNotFoundError as error:
        raise NothingStoredError(f"The results hold no maps of {name}.") from error
    except OSError as error:
        raise SegxError(f"The results of {name} could not be read: {error.strerror or error}.") from error
    except (KeyError, TypeError, ValueError, IndexError, zipfile.BadZipFile) as error:
        raise SegxError(f"The results of {name} are damaged.") from error


def installed_bundle(name: str, digest: str) -> ModelBundle | None:
    """Return the installed bundle of that name and content; its manifest is read, and no network opened."""
    for place in all_models_folders():
        try:
            bundle = read_bundle(place / name)
        except SegxError:
            continue
        if bundle.info.digest == digest:
            return bundle
    return None


def _analysis(record: Table, arrays: Arrays, image: MedicalImage) -> Analysis:
    model, gate = as_table(record["model"]), as_table(record["input_check"])
    bundle = installed_bundle(as_text(model["name"]), as_text(model["sha256"]))
    analysis = Analysis(
        image=image,
        bundle=bundle.info if bundle is not None else _model(model),
        placement=_placement(as_table(record["placement"])),
        gate=GateVerdict(GateLevel(as_text(gate["level"])), as_text(gate["reason"]), as_float_or_none(gate["score"])),
        timings={stage: as_float(seconds) for stage, seconds in as_table(record["seconds"]).items()},
        warnings=as_texts(record["warnings"]),
        versions={name: as_text(version) for name, version in as_table(record["versions"]).items()},
        complete=bool(record["complete"]),
    )
    if record["prediction"] is None:
        return analysis
    regions = {
        as_text(entry["name"]): _region(entry, arrays[f"region/{entry['name']}"])
        for entry in as_tables(record["regions"])
        if f"region/{entry['name']}" in arrays
    }
    region = as_table(record["region"])
    main = regions.get(as_text(region["name"])) or _region(region, arrays["segmentation"])
    classes = bundle.classes if bundle is not None else _classes(record)
    prediction = _prediction(as_table(record["prediction"]), classes, arrays)
    analysis = replace(analysis, prediction=prediction, segmentation=main, regions=regions)
    return analysis.with_explanations(
        *(_explanation(entry, arrays, analysis) for entry in as_tables(record["explanations"]))
    )


def _model(record: Table) -> BundleInfo:
    name, title, version, digest, region, licence = (
        as_text(record[word]) for word in ("name", "title", "version", "sha256", "region", "licence")
    )
    return BundleInfo(name, title, version, digest, region, licence)


def _placement(record: Table) -> Placement:
    (height, width), (h, w) = as_ints(record["image_shape"]), as_ints(record["input_shape"])
    (row, column), (top, left) = as_floats(record["scale"]), as_floats(record["offset"])
    return Placement((height, width), (h, w), (row, column), (top, left))


def _region(record: Table, probability: NDArray[np.float32]) -> Segmentation:
    threshold = as_float(record["threshold"])
    return Segmentation(probability, threshold, probability > threshold, name=as_text(record["name"]))


def _classes(record: Table) -> tuple[ClassInfo, ...]:
    """Return the classes of a bundle that is not installed; the region is known of those that were explained."""
    explained = as_tables(record["explanations"])
    regions = {as_int(found["class_index"]): as_text(found["region"]) for found in explained}
    return tuple(
        ClassInfo(
            as_text(info["code"]),
            as_text(info["label"]),
            as_float(info["threshold"]),
            regions.get(as_int(info["index"]), ""),
        )
        for info in as_tables(as_table(record["prediction"])["classes"])
    )


def _prediction(record: Table, classes: tuple[ClassInfo, ...], arrays: Arrays) -> Prediction:
    codes = [info.code for info in classes]
    return Prediction(
        classes,
        arrays["logits"],
        arrays["probabilities"],
        Activation(as_text(record["activation"])),
        tuple(_set(one, codes) for one in as_tables(record["sets"])),
    )


def _set(record: Table, codes: list[str]) -> PredictionSet | FindingSet:
    refuted = tuple(codes.index(code) for code in as_texts(record.get("not_kept", ())))  # an older record has none
    if "classes" in record:
        held, loose = (
            tuple(codes.index(code) for code in as_texts(record[name])) for name in ("classes", "without_promise")
        )
        return PredictionSet(as_float(record["confidence"]), held, loose, refuted)
    present, absent = (tuple(code in as_texts(record[name]) for code in codes) for name in ("present", "absent"))
    return FindingSet(as_float(record["confidence"]), present, absent, refuted)


def _explanation(record: Table, arrays: Arrays, analysis: Analysis) -> Explanation:
    key: MapKey = as_text(record["method"]), as_int(record["class_index"])
    place = f"{record['method']}/{record['class_code']}"
    return Explanation(
        key[0],
        None if record["target_layer"] is None else as_text(record["target_layer"]),
        key[1],
        Target(as_text(record["target"])),
        arrays[f"map/{place}"],
        as_float(record["seconds"]),
        analysis.region_for(key[1]),
        arrays.get(f"segx/{place}"),
        None if record["segu"] is None else _certainty(as_table(record["segu"])),
    )


def _certainty(record: Table) -> Certainty:
    return Certainty(
        as_float_or_none(record["c_iou"]),
        as_float_or_none(record["c_auitc"]),
        {name: _alignment(as_table(a)) for name, a in as_table(record["alignments"]).items()},
        as_float_or_none(record["probability_correct"]),
        Level(as_text(record["level"])),
        as_text(record["reason"]),
        as_float_or_none(record["outside"]),
        as_floats(record["iou_threshold_curve"]),
        {name: as_float(value) for name, value in as_table(record["evidence"]).items() if value is not None},
    )


def _alignment(record: Table) -> Alignment:
    return Alignment(as_float_or_none(record["value"]), as_text(record["reason"]), as_float_or_none(record["chance"]))
