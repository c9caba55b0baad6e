"""A stored analysis, as it was: made from what a run wrote for an image, without any network."""

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segx_viewer.bundles.manifest import ModelBundle, read_bundle
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
from segx_viewer.errors import SegxError
from segx_viewer.paths import all_models_folders
from segx_viewer.reporting.content import pixel_digest

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Stored:
    """Where an image's stored analysis lies: the results' folder, and what they call the image."""

    folder: Path
    name: str


class NothingStoredError(SegxError):
    """A run that wrote no maps: it was not asked for npz and json."""


def read_analysis(folder: Path, name: str, image: MedicalImage) -> Analysis:
    """Return the analysis of an image that a run has stored.

    Parameters
    ----------
    folder : Path
        Of the run's results.
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
    files = folder / f"{name}.json", folder / f"{name}.npz"
    try:
        record = json.loads(files[0].read_text("utf-8"))
        if record["image"]["pixel_sha256"] != pixel_digest(image):
            raise SegxError(f"{image.source.name} has other pixels than the image that {name} was made of.")
        arrays: dict[str, NDArray[Any]] = {}
        if record["prediction"] is not None:
            with files[1].open("rb") as file, np.load(file, allow_pickle=False) as stored:
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


def _analysis(record: Mapping[str, Any], arrays: Arrays, image: MedicalImage) -> Analysis:
    model, gate, placed = record["model"], record["input_check"], record["placement"]
    bundle = installed_bundle(model["name"], model["sha256"])
    words = (model[word] for word in ("name", "title", "version", "sha256", "region", "licence"))
    analysis = Analysis(
        image=image,
        bundle=bundle.info if bundle is not None else BundleInfo(*words),
        placement=Placement(*(tuple(placed[name]) for name in ("image_shape", "input_shape", "scale", "offset"))),
        gate=GateVerdict(GateLevel(gate["level"]), gate["reason"], gate["score"]),
        timings=record["seconds"],
        warnings=tuple(record["warnings"]),
        versions=record["versions"],
        complete=record["complete"],
    )
    if record["prediction"] is None:
        return analysis
    regions = {
        found["name"]: _region(found, arrays[f"region/{found['name']}"])
        for found in record["regions"]
        if f"region/{found['name']}" in arrays
    }
    main = regions.get(record["region"]["name"]) or _region(record["region"], arrays["segmentation"])
    classes = bundle.classes if bundle is not None else _classes(record)
    prediction = _prediction(record["prediction"], classes, arrays)
    analysis = replace(analysis, prediction=prediction, segmentation=main, regions=regions)
    return analysis.with_explanations(*(_explanation(found, arrays, analysis) for found in record["explanations"]))


def _region(record: Mapping[str, Any], probability: NDArray[Any]) -> Segmentation:
    threshold = record["threshold"]
    return Segmentation(probability, threshold, probability > threshold, name=record["name"])


def _classes(record: Mapping[str, Any]) -> tuple[ClassInfo, ...]:
    """Return the classes of a bundle that is not installed; the region is known of those that were explained."""
    regions = {found["class_index"]: found["region"] for found in record["explanations"]}
    return tuple(
        ClassInfo(info["code"], info["label"], info["threshold"], regions.get(info["index"], ""))
        for info in record["prediction"]["classes"]
    )


def _prediction(record: Mapping[str, Any], classes: tuple[ClassInfo, ...], arrays: Arrays) -> Prediction:
    codes = [info.code for info in classes]
    return Prediction(
        classes,
        arrays["logits"],
        arrays["probabilities"],
        Activation(record["activation"]),
        tuple(_set(one, codes) for one in record["sets"]),
    )


def _set(record: Mapping[str, Any], codes: list[str]) -> PredictionSet | FindingSet:
    if "classes" in record:
        held, loose = (tuple(codes.index(code) for code in record[name]) for name in ("classes", "without_promise"))
        return PredictionSet(record["confidence"], held, loose)
    present, absent = (tuple(code in record[name] for code in codes) for name in ("present", "absent"))
    return FindingSet(record["confidence"], present, absent)


def _explanation(record: Mapping[str, Any], arrays: Arrays, analysis: Analysis) -> Explanation:
    key: MapKey = record["method"], record["class_index"]
    place = f"{record['method']}/{record['class_code']}"
    return Explanation(
        key[0],
        record["target_layer"],
        key[1],
        Target(record["target"]),
        arrays[f"map/{place}"],
        record["seconds"],
        analysis.region_for(key[1]),
        arrays.get(f"segx/{place}"),
        None if record["segu"] is None else _certainty(record["segu"]),
    )


def _certainty(record: Mapping[str, Any]) -> Certainty:
    alignments = {name: Alignment(a["value"], a["reason"], a["chance"]) for name, a in record["alignments"].items()}
    return Certainty(
        record["c_iou"],
        record["c_auitc"],
        alignments,
        record["probability_correct"],
        Level(record["level"]),
        record["reason"],
        record["outside"],
        tuple(record["iou_threshold_curve"]),
        record["evidence"],
    )
