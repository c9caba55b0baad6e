"""Numbers that leave the program: JSON with a schema version, and one CSV row an image."""

import csv
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TextIO

import numpy as np

from segx_viewer import __version__
from segx_viewer.domain.image import MedicalImage
from segx_viewer.domain.result import (
    Alignment,
    Analysis,
    Certainty,
    Explanation,
    FindingSet,
    MapKey,
    Prediction,
    PredictionSet,
    Segmentation,
    stated,
)
from segx_viewer.domain.tables import Table
from segx_viewer.explain.alignment import ALIGNMENTS
from segx_viewer.reporting.atomic import write_bytes
from segx_viewer.reporting.content import (
    RESEARCH_USE,
    clean_reading,
    default_key,
    identity_rows,
    is_synthetic,
    seen_for,
)
from segx_viewer.reporting.facts import OLDEST_AGE, pixel_digest
from segx_viewer.reporting.lesion import lesion_values
from segx_viewer.reporting.reading import NOTHING_READ, Reading
from segx_viewer.reporting.scrubbing import Scrubber

Clean = Callable[[str], str]
"""Takes what identifies an image out of a sentence, or leaves it."""

SCHEMA = "segx-viewer/analysis"
SCHEMA_VERSION = 1
"""Raised when a field changes its meaning or goes; new fields do not raise it."""

CSV_COLUMNS = (
    "id",
    "status",
    "error",
    "modality",
    "width",
    "height",
    "frame",
    "model",
    "model_version",
    "gate",
    "gate_reason",
    "method",
    "class_code",
    "class_label",
    "probability",
    "probabilities",
    "stated",
    "none_of_them",
    "badge",
    "badge_reason",
    "probability_correct",
    "c_auitc",
    "c_iou",
    "outside",
    "region",
    "region_area",
    *ALIGNMENTS,
    "seconds",
    "pixel_sha256",
    "file_sha256",
)
"""Columns of the run table, in order.

`class_code`, its probability and the badge are those of the class whose explanation the report shows; `stated` holds
the codes of all that is stated, and is empty where nothing is. `none_of_them` is the probability that none of several
findings is there; it is empty where exactly one class applies, and where no statement is made.
"""


def analysis_to_dict(
    analysis: Analysis,
    include_identity: bool = False,
    *,
    reading: Reading = NOTHING_READ,
    when: datetime | None = None,
) -> Table:
    """Return every number of an analysis as plain, JSON-able types.

    Undefined figures are None, with the reason beside them. Without `include_identity`, neither file, patient, study
    date nor UIDs appear, also not inside texts, and ages above 89 are given as 90.

    Parameters
    ----------
    analysis : Analysis
    include_identity : bool
    reading : Reading
        The reader's impression and marks.
    when : datetime, optional
        Date of the record; now by default.
    """
    clean: Clean = str if include_identity else Scrubber(analysis.image)
    record: Table = {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "notice": RESEARCH_USE,
        "program": {"name": "segx-viewer", "version": __version__},
        "created": (when or datetime.now().astimezone()).isoformat(timespec="seconds"),
        "complete": analysis.complete,
        "image": _image(analysis.image, clean),
        "model": {
            "name": analysis.bundle.name,
            "title": analysis.bundle.title,
            "version": analysis.bundle.version,
            "sha256": analysis.bundle.digest,
            "region": analysis.bundle.region,
            "licence": analysis.bundle.licence,
        },
        "input_check": {
            "level": analysis.gate.level.value,
            "reason": clean(analysis.gate.reason),
            "score": _finite(analysis.gate.score),
        },
        "placement": {
            "image_shape": list(analysis.placement.image_shape),
            "input_shape": list(analysis.placement.input_shape),
            "scale": list(analysis.placement.scale),
            "offset": list(analysis.placement.offset),
        },
        "prediction": _prediction(analysis),
        "region": _region(analysis, analysis.segmentation),
        "regions": [_region(analysis, region) for region in analysis.regions.values()],
        "explanations": [
            _explanation(analysis, key, attribution, clean) for key, attribution in analysis.explanations.items()
        ],
        "warnings": [clean(warning) for warning in analysis.warnings],
        "seconds": {stage: _finite(seconds) for stage, seconds in analysis.timings.items()},
        "versions": dict(analysis.versions),
    }
    if reading != NOTHING_READ:
        read = clean_reading(reading, clean)
        marks = [{"shape": m.shape.value, "points": [list(p) for p in m.points], "text": m.text} for m in read.marks]
        told: Table = {"impression": read.impression, "marks": marks}
        record["reading"] = told
        if reading.lesion:
            told["lesion"] = lesion_values(reading.lesion, analysis, include_identity)
    if include_identity:
        record["identity"] = dict(identity_rows(analysis.image))
    return record


def write_json(
    analysis: Analysis,
    path: Path,
    *,
    include_identity: bool = False,
    reading: Reading = NOTHING_READ,
    when: datetime | None = None,
) -> None:
    """Write `analysis_to_dict` as UTF-8 JSON, atomically. Raises `ExportError`."""
    record = analysis_to_dict(analysis, include_identity, reading=reading, when=when)
    write_bytes(path, (json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode())


def csv_row(analysis: Analysis, identifier: str, key: MapKey | None = None) -> Table:
    """Return one image's row of the run table, by the names of `CSV_COLUMNS`; undefined figures are empty.

    Parameters
    ----------
    analysis : Analysis
    identifier : str
        What the run calls this image.
    key : tuple of (str, int), optional
        Method and class; the most probable class by default.
    """
    key = key or default_key(analysis)
    analysis = seen_for(analysis, key)
    clean = Scrubber(analysis.image)
    height, width = analysis.image.shape
    row: Table = {
        "id": identifier,
        "status": "done",
        "modality": clean(analysis.image.modality),
        "width": width,
        "height": height,
        "frame": analysis.image.source.frame,
        "model": analysis.bundle.name,
        "model_version": analysis.bundle.version,
        "gate": analysis.gate.level.value,
        "gate_reason": clean(analysis.gate.reason),
        "seconds": round(sum(analysis.timings.values()), 3),
        "pixel_sha256": pixel_digest(analysis.image),
    }
    prediction = analysis.prediction
    if prediction is not None:
        index = key[1] if key else prediction.top
        row |= {
            "class_code": prediction.classes[index].code,
            "class_label": prediction.classes[index].label,
            "probability": float(prediction.probabilities[index]),
            "probabilities": "; ".join(
                f"{c.code}={p:.6f}" for c, p in zip(prediction.classes, prediction.probabilities, strict=True)
            ),
        }
        found = stated(analysis, key)
        row["stated"] = "; ".join(prediction.classes[k].code for k in found or ())
        row["none_of_them"] = None if found is None else prediction.none_of_them
    if analysis.segmentation is not None:
        row["region"] = analysis.bundle.region
        row["region_area"] = analysis.segmentation.area_fraction
    certainty = analysis.certainty_of(key) if key else None
    if key:
        row["method"] = key[0]
    if certainty is not None:
        row |= {
            "badge": certainty.level.value,
            "badge_reason": clean(certainty.reason),
            "probability_correct": certainty.probability_correct,
            "c_auitc": certainty.c_auitc,
            "c_iou": certainty.c_iou,
            "outside": certainty.outside,
        }
        row |= {name: a.value for name, a in certainty.alignments.items() if name in ALIGNMENTS}
    return row


def write_csv(file: TextIO, rows: Iterable[Mapping[str, object]]) -> None:
    """Write rows as CSV with the header of `CSV_COLUMNS`, one after the other."""
    writer = csv.DictWriter(file, CSV_COLUMNS, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)


def _image(image: MedicalImage, clean: Clean) -> Table:
    height, width = image.shape
    facts = image.acquisition
    spacing = image.spacing
    return {
        "modality": clean(image.modality),
        "photometric": image.photometric.value,
        "width": width,
        "height": height,
        "bits_stored": image.bits_stored,
        "frame": image.source.frame,
        "frames": image.source.frames,
        "pixel_spacing_mm": spacing and {"row": spacing.row, "column": spacing.column, "origin": spacing.origin.value},
        "orientation": image.orientation and [clean(direction) for direction in image.orientation],
        "body_part": clean(facts.body_part),
        "view_position": clean(facts.view_position),
        "laterality": clean(facts.laterality),
        "age_years": None if facts.age_years is None else min(facts.age_years, OLDEST_AGE + 1),
        "sex": facts.sex,
        "synthetic": is_synthetic(image),
        "pixel_sha256": pixel_digest(image),
    }


def _prediction(analysis: Analysis) -> Table | None:
    prediction = analysis.prediction
    if prediction is None:
        return None
    return {
        "activation": prediction.activation.value,
        "top": prediction.top,
        "stated": [prediction.classes[k].code for k in prediction.findings],
        **({} if prediction.none_of_them is None else {"none_of_them": _finite(prediction.none_of_them)}),
        "classes": [
            {
                "index": index,
                "code": info.code,
                "label": info.label,
                "logit": _finite(prediction.logits[index]),
                "probability": _finite(prediction.probabilities[index]),
                "threshold": info.threshold,
                **_missed(prediction, index),
            }
            for index, info in enumerate(prediction.classes)
        ],
        "sets": [_set(one, [c.code for c in prediction.classes]) for one in prediction.sets],
    }


def _missed(prediction: Prediction, index: int) -> Table:
    """Return how often one of several findings goes unsaid at its cut-off, where that was measured."""
    rate = prediction.missed[index] if prediction.missed else None
    return {} if rate is None else {"missed_at_cut_off": {"share": rate.missed, "images": rate.images}}


def _set(one: PredictionSet | FindingSet, codes: Sequence[str]) -> Table:
    """Return what a model promises: the classes that cannot be ruled out at a confidence."""
    if isinstance(one, PredictionSet):
        names = {"classes": one.classes, "without_promise": one.without_promise, "not_kept": one.not_kept}
        return {"confidence": one.confidence, **{name: [codes[k] for k in ks] for name, ks in names.items()}}
    sides = {"present": one.present, "absent": one.absent}
    return {
        "confidence": one.confidence,
        **{name: [code for code, held in zip(codes, side, strict=True) if held] for name, side in sides.items()},
        "not_kept": [codes[k] for k in one.not_kept],
    }


def _region(analysis: Analysis, segmentation: Segmentation | None) -> Table | None:
    if segmentation is None:
        return None
    return {
        "name": segmentation.name or analysis.bundle.region,
        "area_fraction": segmentation.area_fraction,
        "threshold": segmentation.threshold,
        "edited": segmentation.edited,
        "pixels": int(np.count_nonzero(segmentation.mask)),
    }


def _explanation(analysis: Analysis, key: MapKey, attribution: Explanation, clean: Clean) -> Table:
    saliency = attribution.saliency_map
    code = analysis.prediction.classes[key[1]].code if analysis.prediction is not None else None
    certainty = analysis.certainty_of(key)
    return {
        "method": attribution.method,
        "target_layer": attribution.target_layer,
        "target": attribution.target.value,
        "class_index": key[1],
        "class_code": code,
        "region": seen_for(analysis, key).bundle.region,
        "seconds": attribution.seconds,
        "agreement": _agreement(attribution),
        "saliency_map": {
            "shape": list(saliency.shape),
            "minimum": _finite(saliency.min()),
            "maximum": _finite(saliency.max()),
            "sum": _finite(saliency.sum(dtype=np.float64)),
        },
        "segu": None if certainty is None else _certainty(certainty, clean),
    }


def _agreement(attribution: Explanation) -> Table | None:
    agreement = attribution.agreement
    if agreement is None:
        return None
    return {
        "samples": agreement.samples,
        "rank_correlation": _finite(agreement.rank_correlation),
        "top_overlap": _finite(agreement.top_overlap),
        "enough": agreement.enough,
    }


def _certainty(certainty: Certainty, clean: Clean) -> Table:
    return {
        "level": certainty.level.value,
        "reason": clean(certainty.reason),
        "c_auitc": _finite(certainty.c_auitc),
        "c_iou": _finite(certainty.c_iou),
        "probability_correct": _finite(certainty.probability_correct),
        "outside": _finite(certainty.outside),
        "iou_threshold_curve": list(certainty.auitc_curve),
        "evidence": {name: _finite(value) for name, value in certainty.evidence.items()},
        "alignments": {name: _alignment(name, a) for name, a in certainty.alignments.items()},
    }


def _alignment(name: str, alignment: Alignment) -> Table:
    measure = ALIGNMENTS.get(name)
    return {
        "label": measure.label if measure else name,
        "value": _finite(alignment.value),
        "reason": alignment.reason,
        "chance": _finite(alignment.chance),
        "higher_is_better": measure.higher_is_better if measure else None,
    }


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
