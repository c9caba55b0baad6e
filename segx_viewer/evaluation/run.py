"""`segx-viewer evaluate`: the protocol of the evaluation on the test part of a bundle's data."""

import csv
import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segx_viewer.bundles.manifest import ModelBundle, read_bundle, read_manifest
from segx_viewer.bundles.store import BundleStore
from segx_viewer.domain.result import GateVerdict
from segx_viewer.domain.tables import Table, as_int
from segx_viewer.errors import DataError
from segx_viewer.evaluation import figures, findings, outlines
from segx_viewer.evaluation.adding import segu_adds
from segx_viewer.evaluation.calibrate import fitted_digest
from segx_viewer.evaluation.collect import Task, collect_rows
from segx_viewer.evaluation.fit import picture_image, record_image
from segx_viewer.evaluation.plain import to_table
from segx_viewer.evaluation.probe import probe
from segx_viewer.evaluation.promises import coverage, dangerous, fitted_promises, level_promises
from segx_viewer.evaluation.report import write_report
from segx_viewer.evaluation.results import (
    Evaluation,
    GateFigures,
    MeasuredBundle,
    OtherDomain,
    SecondBundle,
    Spoilt,
    Stranger,
)
from segx_viewer.evaluation.rows import ImageRow, SegmentationRow
from segx_viewer.evaluation.shifts import shifted
from segx_viewer.evaluation.spread import Spread, over_processes
from segx_viewer.evaluation.statistics import SEED, Resampler
from segx_viewer.evaluation.strangers import judge, spoilt, strangers
from segx_viewer.pipeline import library_versions
from segx_viewer.reporting.atomic import atomic_write
from segx_viewer.training.datasets import Record
from segx_viewer.training.recipe import Recipe, read_recipe
from segx_viewer.training.run import SPLITS
from segx_viewer.training.splits import Part, read_splits

METHODS = ("gradcam", "gradient_shap")
RESULT = "evaluation.json"
SCHEMA = 1
SPOILT = 40
"""Own pictures, about, that the gate sees with wrong colours, inverted and in fours."""
HELD_OUT: tuple[Part, ...] = ("calibration", "test")
"""Parts that no network learned from: outlines, which choose nothing, are few enough to take both."""


def evaluate(
    folder: Path,
    data: Path,
    out: Path,
    *,
    part: Part = "test",
    methods: Sequence[str] = METHODS,
    limit: int | None = None,
    shifts: int = 0,
    beside: Path | None = None,
    workers: int | None = None,
    spread: Spread | None = None,
    report: Callable[[str], None] = print,
) -> Evaluation:
    """Measure a bundle and write `evaluation.json`, CSV tables and an HTML report.

    Parameters
    ----------
    folder : Path
        The bundle, with its recipe and split.
    data : Path
        Folder of the data sets.
    out : Path
        Results; `cache` in it keeps finished images, so that an interrupted run goes on where it was.
    part : str
        "test", or "validation" while choices are still open.
    methods : sequence of str
        Attribution methods; the first one is the badge's.
    limit : int, optional
        Only this many images, for a quick look.
    shifts : int
        On how many images, drawn by a seed, the badge is measured under every shift of `evaluation.shifts`.
    beside : Path, optional
        Another bundle of the same classes; whether its agreement tells right from wrong is measured, too.
    workers : int, optional
        Processes; all cores by default.
    spread : Spread, optional
        Carries out the work in place of this machine's processes.

    Returns
    -------
    Evaluation
        What `evaluation.json` holds.

    Raises
    ------
    DataError
        If the data sets are missing.
    """
    bundle, recipe = read_bundle(folder), read_recipe(folder / "recipe.toml")
    second = None if beside is None else read_bundle(beside)
    fitted = fitted_digest(read_manifest(folder))  # now: the badge may be calibrated anew while this runs
    parts = read_splits(folder / SPLITS)
    out.mkdir(parents=True, exist_ok=True)
    records = _part(recipe, recipe.classifier_data, data, parts, part, lambda r: bool(r.codes) or recipe.multi_label)[
        :limit
    ]
    if not records:
        raise DataError(f"{data} holds no image of the {part} part of {bundle.info.name}.")
    masked = _part(recipe, recipe.segmenter_data, data, parts, part, lambda r: r.mask is not None)[:limit]
    chosen = np.random.default_rng(SEED).permutation(len(records))[: recipe.evaluation.faithfulness]
    drawn = np.random.default_rng(SEED + 1).permutation(len(records))[:shifts]
    outlined = [
        r for p in HELD_OUT for r in _part(recipe, recipe.classifier_data, data, parts, p, lambda r: bool(r.outlines))
    ][:limit]
    tasks: list[Task] = [
        *(("image", r.image_id) for r in records),
        *(("segmentation", r.image_id) for r in masked),
        *(("outline", r.image_id) for r in outlined),
        *(("faithfulness", records[i].image_id) for i in sorted(chosen)),
        *(("shift", records[i].image_id) for i in sorted(drawn)),
    ]
    report(f"{bundle.info.name}: {len(records)} images of the {part} part, {len(tasks)} tasks")
    layouts = tuple(dict.fromkeys((*recipe.classifier_data, *recipe.segmenter_data)))
    count = workers or os.cpu_count() or 1
    measured = collect_rows(
        bundle, data, layouts, tasks, methods, out / "cache" / _cache_name(bundle, part, methods, second),
        count, spread or over_processes(count), lambda done, total: report(f"  {done} of {total}"), beside,
    )  # fmt: skip
    rows, regions = measured.images, measured.regions
    store = BundleStore([folder.parent])
    report("input gate")
    resampler = Resampler(np.array([row.group for row in rows]))
    if recipe.multi_label:
        classification = findings.classification(rows, bundle.classes, resampler)
    else:
        classification = figures.classification(rows, bundle.classes, resampler, recipe.evaluation.healthy)
    weights = {k: v for k, v in bundle.digests.items() if k.endswith(".safetensors")}
    result = Evaluation(
        schema=SCHEMA,
        bundle=MeasuredBundle(bundle.info.name, bundle.info.version, weights, fitted),
        date=datetime.now(UTC).date().isoformat(),
        part=part,
        data=dict(sorted(Counter(r.dataset for r in records).items())),
        versions=dict(library_versions()),
        classification=classification,
        probe=probe(bundle, records),
        segmentation=figures.segmentation(regions, {r.image_id for r in masked if not _mask_of(r).any()}),
        interpretability=figures.interpretability(rows, bundle.classes, resampler),
        certainty=figures.certainty(rows, methods[0], resampler),
        calibration=figures.calibration(rows),
        prediction_sets=coverage(rows, recipe.codes),
        dangers=dangerous(rows, recipe.evaluation.dangers),
        level_promises=level_promises(rows, fitted_promises(bundle.promises)) or None,
        segu_adds=segu_adds(rows, methods[0]),
        second=None if second is None else SecondBundle(second.info.name, second.info.version, second.info.digest),
        shifts=shifted(measured.shifts),
        outlines=outlines.outlined(measured.outlines),
        faithfulness=figures.faithfulness(measured.faithfulness),
        extra_passes=as_int(bundle.calibration.get("extra_passes", 0)),
        gate=GateFigures(
            in_domain=figures.gate(rows, resampler),
            spoilt=_gate_on_spoilt(bundle, store, records),
            strangers=_gate_on_strangers(bundle, store),
            other_domain=_gate_on_other_domain(bundle, store, data, recipe),
        ),
    )
    with atomic_write(out / RESULT) as path:
        path.write_text(json.dumps(to_table(result), indent=1, allow_nan=False), encoding="utf-8")
    _write_tables(out, rows, regions)
    write_report(out / "report.html", result, rows, {r.image_id: r for r in records}, store, folder.name)
    report(f"written to {out}")
    return result


def _mask_of(record: Record) -> NDArray[np.bool_]:
    mask = record.read_mask()
    return np.zeros((1, 1), bool) if mask is None else mask


def _cache_name(bundle: ModelBundle, part: Part, methods: Sequence[str], second: ModelBundle | None) -> str:
    """Name rows by everything that they depend on but the data: another bundle or program makes its own."""
    asked = [SCHEMA, bundle.info.digest, list(methods), dict(library_versions())]
    key = json.dumps(asked if second is None else [*asked, second.info.digest])
    return f"{part}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def _part(
    recipe: Recipe,
    layouts: Sequence[str],
    data: Path,
    parts: dict[str, Part],
    part: Part,
    usable: Callable[[Record], bool],
) -> list[Record]:
    return [r for layout in layouts for r in recipe.load(layout, data) if parts.get(r.image_id) == part and usable(r)]


def _gate_on_spoilt(bundle: ModelBundle, store: BundleStore, records: Sequence[Record]) -> Spoilt:
    """Verdicts on own pictures with wrong colours, inverted, and several in one."""
    pictures = [record.read_image() for record in records[:: max(1, len(records) // SPOILT)]]
    return Spoilt(len(pictures), {
        name: _counted(judge(store, bundle.folder.name, picture_image(p, "picture.png")) for p in changed)
        for name, changed in spoilt(pictures)
    })  # fmt: skip


def _gate_on_strangers(bundle: ModelBundle, store: BundleStore) -> dict[str, Stranger]:
    """Verdicts on images that packages ship, and on drawn ones."""
    verdicts = {name: judge(store, bundle.folder.name, image) for name, image in strangers()}
    return {name: Stranger(verdict.level.value, verdict.reason) for name, verdict in verdicts.items()}


def _gate_on_other_domain(bundle: ModelBundle, store: BundleStore, data: Path, recipe: Recipe) -> OtherDomain | None:
    """Verdicts on another kind of images, where the recipe names one and it is at hand."""
    other = recipe.evaluation.other_domain
    if not other:
        return None
    try:
        records = recipe.load(other, data)[::50]
    except DataError:
        return None
    return OtherDomain(
        other, len(records), _counted(judge(store, bundle.folder.name, record_image(r)) for r in records)
    )


def _counted(verdicts: Iterable[GateVerdict]) -> dict[str, int]:
    return dict(sorted(Counter(verdict.level.value for verdict in verdicts).items()))


def _write_tables(out: Path, rows: Sequence[ImageRow], regions: Sequence[SegmentationRow]) -> None:
    flat = [_flattened(row) for row in rows]
    of_regions = [{"task": "segmentation", **to_table(row)} for row in regions]
    for name, table in (("images.csv", flat), ("segmentation.csv", of_regions)):
        columns = list(dict.fromkeys(key for row in table for key in row))
        with atomic_write(out / name) as path, path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(table)


def _flattened(row: ImageRow) -> Table:
    flat: Table = {
        "image_id": row.image_id, "group": row.group, "predicted": row.predicted, "correct": row.correct,
        "level": row.level, "probability_correct": row.probability_correct, "gate": row.gate,
        "truth": " ".join(row.truth), **row.attributes, **row.evidence,
    }  # fmt: skip
    for method, entry in row.methods.items():
        flat |= {f"{method} SegU {name}": value for name, value in entry.segu.items()}
        flat |= {f"{method} {name}": value for name, value in entry.measures.items()}
    return flat
