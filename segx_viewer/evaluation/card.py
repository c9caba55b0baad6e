"""Model cards, and what the badge's details say, written from an evaluation: no figure is typed by hand."""

import json
from collections.abc import Sequence
from pathlib import Path

from segx_viewer.bundles.manifest import ModelBundle, read_bundle, read_manifest
from segx_viewer.bundles.writing import write_manifest
from segx_viewer.domain.methods import method_label
from segx_viewer.domain.result import Level
from segx_viewer.domain.tables import Table, as_table, as_tables
from segx_viewer.errors import DataError
from segx_viewer.evaluation import card_tables
from segx_viewer.evaluation.adding import adds_nothing
from segx_viewer.evaluation.calibrate import SIMPLEST, WORTH_A_PASS, fitted_digest
from segx_viewer.evaluation.card_tables import number
from segx_viewer.evaluation.plain import plain, restored
from segx_viewer.evaluation.promises import fitted_promises, level_refuted, not_kept
from segx_viewer.evaluation.results import (
    CALIBRATION_FIGURES,
    CLASSIFICATION_FIGURES,
    REGION_FIGURES,
    Evaluation,
    Faithfulness,
    GateFigures,
    Interval,
    LevelFigures,
    MeasuredBundle,
    ScoreFigures,
    in_words,
)
from segx_viewer.reporting.atomic import atomic_write

CARD = "MODEL_CARD.md"
FACTS = "card.md"
BEGIN, END = "<!-- figures:begin -->", "<!-- figures:end -->"
SHIFTS_BEGIN, SHIFTS_END = "<!-- shifts:begin -->", "<!-- shifts:end -->"


def write_model_card(folder: Path, evaluation: Path) -> Path:
    """Write `MODEL_CARD.md` from the bundle, its `card.md` (data, limits, licences in words) and an evaluation.

    The figures of the badge go into the bundle's manifest too, for the window.

    Raises
    ------
    DataError
        If a file is missing, or the evaluation is of other weights or another calibration.
    """
    bundle = read_bundle(folder)
    try:
        facts = (folder / FACTS).read_text(encoding="utf-8")
        table = as_table(json.loads(evaluation.read_text(encoding="utf-8")))
        measured = restored(MeasuredBundle, table["bundle"])
    except OSError as error:
        raise DataError(f"{error.filename} could not be read ({error.strerror}).") from error
    except ValueError as error:
        raise DataError(f"{evaluation} is no evaluation, or is damaged.") from error
    except (TypeError, KeyError) as error:
        raise DataError(f"{evaluation} is no evaluation of a bundle.") from error
    if any(bundle.digests.get(name) != digest for name, digest in measured.weights.items()):
        raise DataError(f"{evaluation} measured other weights than those in {folder}; evaluate the bundle again.")
    manifest = read_manifest(folder)
    fitted = (fitted_digest(manifest), fitted_digest(manifest, reference=False))
    if measured.fitted not in (None, *fitted):  # an older evaluation has none
        raise DataError(f"{evaluation} measured another calibration than that in {folder}; evaluate the bundle again.")
    result = _evaluation(table, evaluation)
    if (record := badge_record(result)) is not None:
        broken = {
            "not_kept": plain(not_kept(result.prediction_sets)),
            "levels_not_kept": [_level_not_kept(one) for one in result.level_promises or () if level_refuted(one)],
        }
        write_manifest(folder, {**manifest, "evaluation": record | {key: rows for key, rows in broken.items() if rows}})
    text = "\n\n".join(
        (
            _title(bundle),
            facts.strip(),
            _figures(bundle, result),
            *card_tables.folds(folder / card_tables.FOLDS),
            _training(bundle),
        )
    )
    with atomic_write(folder / CARD) as path:
        path.write_text(text + "\n", encoding="utf-8")
    return folder / CARD


def _evaluation(table: Table, path: Path) -> Evaluation:
    try:
        return restored(Evaluation, table)
    except (TypeError, ValueError) as error:
        raise DataError(f"{path} is no evaluation, or is damaged ({error}).") from error


def _read_evaluation(path: Path) -> Evaluation:
    return _evaluation(json.loads(path.read_text(encoding="utf-8")), path)


def _level_not_kept(measured: LevelFigures) -> Table:
    """Return a row of the manifest's `levels_not_kept`; one without a label is about all images."""
    row: Table = {"level": measured.level, "promised": measured.promised}
    return row if measured.within is None else row | {"label": measured.within.label}


def badge_record(result: Evaluation) -> Table | None:
    """Return the manifest's `[evaluation]` table, what the badge's details tell; None for a badge never calibrated."""
    badge, confidence = result.certainty.get("calibrated SegU"), result.certainty.get("max-softmax")
    if badge is None or confidence is None or badge.auroc_above_max_softmax is None or result.calibration is None:
        return None
    figures: Table = {
        "auroc": badge.auroc.value,
        "auroc_confidence": confidence.auroc.value,
        "gain_low": badge.auroc_above_max_softmax.low,
    }
    if None in figures.values():
        return None  # all right, or all wrong
    nothing = adds_nothing(result.segu_adds)
    if nothing is not None:
        figures["segu_adds"] = not nothing
    levels = result.calibration.levels.items()
    return {
        "set": f"{', '.join(result.data)}, {result.part} part",
        "date": result.date,
        **figures,
        "levels": [{"level": name, "correct": v.value, "images": v.n} for name, v in levels],
    }


def write_readme_figures(readme: Path, evaluations: Sequence[Path]) -> None:
    """Replace the block between the figure markers of a README by a row for each bundle. Raises `DataError`."""
    text = readme.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        raise DataError(f"{readme} has no place for figures between {BEGIN} and {END}.")
    columns = ("bundle", "n", "balanced accuracy, or mean AUROC of findings", "macro AUROC, or AUROC of no finding",
               "Dice of the region", "telling right from wrong: badge (AUROC)", "max-softmax (AUROC)",
               "right at HIGH")  # fmt: skip
    rows = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    results = [_read_evaluation(path) for path in evaluations]
    rows += [f"| {' | '.join(_in_short(result))} |" for result in results]
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    text = f"{before}{BEGIN}\n" + "\n".join(rows) + f"\n{END}{after}"
    if SHIFTS_BEGIN in text and SHIFTS_END in text:
        table = card_tables.shifts_in_short({result.bundle.name: result.shifts for result in results})
        before, after = text.split(SHIFTS_BEGIN)[0], text.split(SHIFTS_END)[1]
        text = f"{before}{SHIFTS_BEGIN}\n" + "\n".join(table) + f"\n{SHIFTS_END}{after}"
    with atomic_write(readme) as path:
        path.write_text(text, encoding="utf-8")


def _in_short(result: Evaluation) -> list[str]:
    """Return a bundle's row: what a reader compares bundles by."""
    classified = result.classification
    levels = result.calibration.levels if result.calibration else {}
    shown = [
        classified.balanced_accuracy or classified.mean_auroc,
        classified.macro_auroc or classified.auroc_no_finding,
    ]
    dice = "; ".join(f"{v.dice_with_region or v.dice} ({data})" for data, v in result.segmentation.items())
    scores = [result.certainty[name].auroc if name in result.certainty else None
              for name in ("calibrated SegU", "max-softmax")]  # fmt: skip
    told = [str(v or "-") for v in (*scores, levels.get("HIGH"))]
    told[-1] += "".join(f"; {one.within.label}: {one.right}" for one in result.level_promises or ()
                        if one.within is not None and one.level == Level.HIGH.value)  # fmt: skip
    return [f"`{result.bundle.name}`", str(classified.n), *(str(v or "-") for v in shown), dice or "-", *told]


def main_figures(result: Evaluation) -> list[tuple[str, str]]:
    """Return the figures a reader asks for first, by name."""
    named: list[tuple[str, Interval]] = in_words(result.classification, CLASSIFICATION_FIGURES)
    for data, region in result.segmentation.items():
        named += [(f"{name}, {data}", value) for name, value in in_words(region, REGION_FIGURES)]
    for method, maps in result.interpretability.items():
        for pair, label in ((maps.iou, "IoU, top 5 %,"), (maps.auitc, "AUITC")):
            named.append((f"{method_label(method)}: {label} of the original map", pair.original))
            named.append((f"{method_label(method)}: {label} of the SegX map", pair.segx))
    named += [(f"error detection AUROC, {name}", score.auroc) for name, score in result.certainty.items()]
    if result.calibration is not None:
        named += in_words(result.calibration, CALIBRATION_FIGURES)
        named += [(f"correct at level {k}", v) for k, v in result.calibration.levels.items()]
    return [(name, str(value)) for name, value in named if value.n]


def _title(bundle: ModelBundle) -> str:
    classes = "\n".join(f"- {c.label} (`{c.code}`)" for c in bundle.classes)
    return (
        f"# {bundle.info.title}\n\n`{bundle.info.name}` {bundle.info.version}. **Research use only - not for "
        f"diagnosis.**\n\nLicence of the weights: {bundle.info.licence}\n\nClasses:\n\n{classes}\n\n"
        f"Region: {bundle.info.region}. Classifier {bundle.classifier.architecture}, segmenter "
        f"{bundle.segmenter.architecture} with the encoder {bundle.segmenter.options.get('encoder_name')}, input "
        f"{bundle.preprocessing.input_shape[0]} x {bundle.preprocessing.input_shape[1]} px."
    )


def _figures(bundle: ModelBundle, result: Evaluation) -> str:
    table = ["| figure | value (95 % interval), n |", "|---|---|"]
    table += [f"| {name} | {value} |" for name, value in main_figures(result)]
    sections = [
        f"## Measured on the {result.part} part ({result.date})",
        "The split is by lesion or person; intervals come from 1000 resamples of lesions or persons, that of "
        "the ECE by chance from as many drawn outcomes. Written by the evaluation's command; nothing here is typed "
        "by hand.",
        "\n".join(table),
        "### Per class",
        "\n".join(card_tables.per_class(result.classification)),
        *card_tables.within(result.classification, result.calibration),
        *card_tables.probed(result.probe),
        "### SegX against the original map, per class",
        "\n".join(_per_class_maps(result)),
        *card_tables.outlined(result.outlines),
        *card_tables.promised(result.prediction_sets),
        *card_tables.levels_promised(result.level_promises or (), fitted_promises(bundle.promises)),
        *card_tables.endangered(result.dangers),
        "### Does SegU tell right from wrong?",
        _verdict(result),
        *card_tables.added(result.segu_adds, result.second),
        *card_tables.shifted(result.shifts),
        f"### What the badge's calibration was chosen from ({bundle.calibration.get('set', 'not fitted')})",
        "\n".join(_steps(bundle)),
        *_fits(bundle),
        "### Faithfulness",
        "\n".join(_faithfulness(result.faithfulness)),
        "### Input gate",
        _gate(result.gate, result.part),
    ]
    return "\n\n".join(sections)


def _per_class_maps(result: Evaluation) -> list[str]:
    rows = [
        "| method | class | IoU original | IoU SegX | AUITC original | AUITC SegX | n |",
        "|---|---|---|---|---|---|---|",
    ]
    for method, maps in result.interpretability.items():
        for code, iou in maps.iou.per_class.items():
            auitc = maps.auitc.per_class[code]
            values = (iou.original, iou.segx, auitc.original, auitc.segx)
            cells = " | ".join(number(v.value) for v in values)
            rows.append(f"| {method_label(method)} | {code} | {cells} | {iou.segx.n} |")
    return rows


def _verdict(result: Evaluation) -> str:
    lines = []
    for name in ("SegU cIoU", "SegU cAUITC"):
        v = result.certainty.get(name, ScoreFigures())
        if v.correct is None or v.incorrect is None or v.p is None:
            lines.append(f"- {name} alone: not measured, the predictions are not both right and wrong ones.")
            continue
        lines.append(f"- {name} alone: mean {v.correct:.3f} when the prediction is correct and {v.incorrect:.3f} "
                     f"when it is not (Mann-Whitney p {v.p:.1e}); AUROC {v.auroc}.")  # fmt: skip
    best = result.certainty.get("calibrated SegU", ScoreFigures())
    gain, count = best.auroc_above_max_softmax, result.extra_passes
    if gain is not None:
        passes = f"{count} extra forward pass{'' if count == 1 else 'es'}"
        lines.append(f"- The badge's calibrated probability: AUROC {best.auroc}; above max-softmax alone "
                     f"by {gain}; it costs {passes}.")  # fmt: skip
        if gain.low is not None and gain.low <= 0:
            lines.append("- The interval of that difference includes 0: on this set the badge adds nothing certain to "
                         "the classifier's own confidence.")  # fmt: skip
    lines.append(
        "- SegU measures the agreement of explanation and region. Alone it is not a probability of being right."
    )
    return "\n".join(lines)


def _steps(bundle: ModelBundle) -> list[str]:
    rows = ["| features | extra passes | AUROC of error detection, out of fold | ECE | |", "|---|---|---|---|---|"]
    rows += [
        f"| {s['name']} | {s['passes']} | {s['auroc']:.3f} | {s['ece']:.3f} | {'chosen' if s['chosen'] else ''} |"
        for s in as_tables(bundle.calibration.get("steps", ()))
    ]
    chosen_on = bundle.calibration.get("chosen_on")
    if not chosen_on:
        return [*rows, "", f"Chosen: the fewest extra passes among the sets with alignments whose log loss is within "
                f"{WORTH_A_PASS:.0%} of the least of them."]  # fmt: skip
    return [*rows, "", f"Chosen on {chosen_on}: {SIMPLEST}, unless a dearer set has the lower log loss for certain "
            "(95 % interval of the paired difference, by group) and, where it needs more passes, "
            f"by {WORTH_A_PASS:.0%}. "
            "The table's figures are those of the images that the badge is fitted on."]  # fmt: skip


def _fits(bundle: ModelBundle) -> list[str]:
    fits = as_tables(bundle.calibration.get("fitted_on", ()))
    if not fits:
        return []
    rows = ["| fitted on images | judged on images | log loss | ECE | mean probability minus share correct |",
            "|---|---|---|---|---|"]  # fmt: skip
    rows += [
        f"| {f['fitted']} | {f['judged']} | {f['log_loss']:.3f} | {f['ece']:.3f} | {f['too_sure']:+.3f} |" for f in fits
    ]
    return [
        "### What changed images teach the badge",
        "\n".join(rows),
        "Out of fold, with the chosen features. Changed: each image once more, changed at random as in training, since "
        "users' images will differ from these (after Tomani et al. 2021). The badge is fitted on both.",
    ]


def _gate(measured: GateFigures, part: str) -> str:
    inside, verdicts = measured.in_domain, [v.verdict for v in measured.strangers.values()]
    accepted = [name for name, v in measured.strangers.items() if v.verdict == "accepted"]
    text = (
        f"Of {inside.n} images of its own {part} part {inside.accepted.value:.1%} were accepted, "
        f"{inside.outside.value:.1%} flagged as outside the training population and "
        f"{inside.refused.value:.1%} refused. Of {len(verdicts)} images of "
        f"other kinds (drawn, photographs, other DICOM) {verdicts.count('refused')} were refused, "
        f"{len(verdicts) - verdicts.count('refused') - len(accepted)} flagged and {len(accepted)} accepted"
    )
    text += f": {', '.join(accepted)}." if accepted else "."
    if measured.other_domain is not None:
        other = measured.other_domain
        text += f" Of {other.n} images of {other.data} {other.verdicts.get('refused', 0)} were refused."
    if measured.spoilt is not None:
        told = ", ".join(f"{name} {v.get('accepted', 0)}" for name, v in measured.spoilt.verdicts.items())
        text += f" Of {measured.spoilt.n} own pictures each, spoilt on purpose, were accepted: {told}."
    if inside.accepted_per_class:
        told = ", ".join(f"{code} {number(share)}" for code, share in inside.accepted_per_class.items())
        text += f" Accepted of each class: {told}."
    return text


def _faithfulness(measured: Faithfulness | None) -> list[str]:
    if measured is None:
        return ["Not measured."]
    names = {
        "deletion_gain_original": "deletion: original map better than the same shape elsewhere by",
        "deletion_gain_segx": "deletion: SegX map better than that by",
        "insertion_gain_original": "insertion: original map better than the same shape elsewhere by",
        "insertion_gain_segx": "insertion: SegX map better than that by",
        "max_sensitivity": "max-sensitivity (low is better)",
        "randomised_similarity": "rank correlation with the map of random parameters (near 0 is better)",
    }
    methods = measured.methods
    lines = [
        f"| measure, {measured.n} images drawn at random | {' | '.join(map(method_label, methods))} |",
        "|---" * (len(methods) + 1) + "|",
    ]
    return lines + [
        f"| {text} | {' | '.join(str(of_method[k]) for of_method in methods.values())} |" for k, text in names.items()
    ]


def _training(bundle: ModelBundle) -> str:
    training = bundle.training
    images = ", ".join(f"{n} of {layout}" for layout, n in as_table(training.get("images", {})).items())
    parts = ", ".join(f"{part} {n}" for part, n in as_table(training.get("split", {})).items())
    return (
        f"## Training\n\nBy the recipe `recipe.toml` (seed {training.get('seed')}), from ImageNet weights of "
        "EfficientNet-Lite (Apache-2.0); where the networks learned otherwise, it stands above. "
        f"Images: {images}. Split ({parts}) in `splits.csv`. Weights are stored as fp16."
    )
