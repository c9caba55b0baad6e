"""Model cards, and what the badge's details say, written from an evaluation: no figure is typed by hand."""

import json
from collections.abc import Sequence
from pathlib import Path

from segx_viewer.bundles.manifest import ModelBundle, read_bundle, read_manifest
from segx_viewer.bundles.writing import write_manifest
from segx_viewer.domain.methods import method_label
from segx_viewer.domain.tables import as_table, as_tables
from segx_viewer.errors import DataError
from segx_viewer.evaluation import card_tables
from segx_viewer.evaluation.adding import adds_nothing
from segx_viewer.evaluation.calibrate import SIMPLEST, WORTH_A_PASS, fitted_digest
from segx_viewer.evaluation.card_tables import CLASSIFICATION_FIGURES
from segx_viewer.evaluation.figures import CALIBRATION_FIGURES
from segx_viewer.evaluation.promises import not_kept
from segx_viewer.evaluation.statistics import Estimate, Figures
from segx_viewer.reporting.atomic import atomic_write

REGION_FIGURES = {
    "dice": "Dice of the region",
    "dice_with_region": "Dice of the region where there is one",
    "left_empty": "nothing marked where there is none",
}
"""The segmenter's figures by their keys, in words."""

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
        result = json.loads(evaluation.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"{error.filename} could not be read ({error.strerror}).") from error
    except ValueError as error:
        raise DataError(f"{evaluation} is no evaluation, or is damaged.") from error
    if not isinstance(result, dict) or not isinstance(result.get("bundle"), dict):
        raise DataError(f"{evaluation} is no evaluation of a bundle.")
    if any(bundle.digests.get(name) != digest for name, digest in result["bundle"]["weights"].items()):
        raise DataError(f"{evaluation} measured other weights than those in {folder}; evaluate the bundle again.")
    manifest = read_manifest(folder)
    fitted = fitted_digest(manifest)
    if result["bundle"].get("fitted", fitted) != fitted:  # an older evaluation has none
        raise DataError(f"{evaluation} measured another calibration than that in {folder}; evaluate the bundle again.")
    if (record := badge_record(result)) is not None:
        refuted = not_kept(result.get("prediction_sets", ()))
        write_manifest(folder, {**manifest, "evaluation": record | ({"not_kept": refuted} if refuted else {})})
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


def badge_record(result: Figures) -> Figures | None:
    """Return the manifest's `[evaluation]` table, what the badge's details tell; None for a badge never calibrated."""
    badge = result["certainty"].get("calibrated SegU")
    if not badge or not result["calibration"]:
        return None
    figures = {
        "auroc": badge["auroc"]["value"],
        "auroc_confidence": result["certainty"]["max-softmax"]["auroc"]["value"],
        "gain_low": badge["auroc_above_max_softmax"]["low"],
    }
    if None in figures.values():
        return None  # all right, or all wrong
    levels = result["calibration"]["levels"].items()
    nothing = adds_nothing(result.get("segu_adds", {}))
    if nothing is not None:
        figures["segu_adds"] = not nothing
    return {
        "set": f"{', '.join(result['data'])}, {result['part']} part",
        "date": result["date"],
        **figures,
        "levels": [{"level": name, "correct": v["value"], "images": v["n"]} for name, v in levels],
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
    rows += [f"| {' | '.join(_in_short(json.loads(path.read_text(encoding='utf-8'))))} |" for path in evaluations]
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    text = f"{before}{BEGIN}\n" + "\n".join(rows) + f"\n{END}{after}"
    if SHIFTS_BEGIN in text and SHIFTS_END in text:
        table = card_tables.shifts_in_short([json.loads(path.read_text(encoding="utf-8")) for path in evaluations])
        before, after = text.split(SHIFTS_BEGIN)[0], text.split(SHIFTS_END)[1]
        text = f"{before}{SHIFTS_BEGIN}\n" + "\n".join(table) + f"\n{SHIFTS_END}{after}"
    with atomic_write(readme) as path:
        path.write_text(text, encoding="utf-8")


def _in_short(result: Figures) -> list[str]:
    """Return a bundle's row: what a reader compares bundles by."""
    classified, certain = result["classification"], result["certainty"]
    levels = result["calibration"].get("levels", {})
    shown = [
        classified.get("balanced_accuracy", classified.get("mean_auroc")),
        classified.get("macro_auroc", classified.get("auroc_no_finding")),
    ]
    dice = "; ".join(
        f"{_interval(v.get('dice_with_region', v['dice']))} ({data})" for data, v in result["segmentation"].items()
    )
    scores = [certain[name]["auroc"] if name in certain else None for name in ("calibrated SegU", "max-softmax")]
    told = [_interval(v) if v else "-" for v in (*scores, levels.get("HIGH"))]
    return [f"`{result['bundle']['name']}`", str(classified["n"]), *map(_interval, shown), dice or "-", *told]


def main_figures(result: Figures) -> list[tuple[str, str]]:
    """Return the figures a reader asks for first, by name."""
    classified = result["classification"]
    found = [(name, classified[key]) for key, name in CLASSIFICATION_FIGURES.items() if key in classified]
    for data, value in result["segmentation"].items():
        found += [(f"{name}, {data}", value[key]) for key, name in REGION_FIGURES.items() if key in value]
    for method, table in result["interpretability"].items():
        for measure, label in (("iou", "IoU, top 5 %,"), ("auitc", "AUITC")):
            found += [(f"{method_label(method)}: {label} of the {name}", table[measure][key])
                      for name, key in (("original map", "original"), ("SegX map", "segx"))]  # fmt: skip
    found += [(f"error detection AUROC, {name}", value["auroc"]) for name, value in result["certainty"].items()]
    if result["calibration"]:
        known = result["calibration"]  # an older evaluation has fewer
        found += [(name, known[key]) for key, name in CALIBRATION_FIGURES.items() if key in known]
        found += [(f"correct at level {k}", v) for k, v in result["calibration"]["levels"].items()]
    return [(name, _interval(value)) for name, value in found if value["n"]]


def _title(bundle: ModelBundle) -> str:
    classes = "\n".join(f"- {c.label} (`{c.code}`)" for c in bundle.classes)
    return (
        f"# {bundle.info.title}\n\n`{bundle.info.name}` {bundle.info.version}. **Research use only - not for "
        f"diagnosis.**\n\nLicence of the weights: {bundle.info.licence}\n\nClasses:\n\n{classes}\n\n"
        f"Region: {bundle.info.region}. Classifier {bundle.classifier.architecture}, segmenter "
        f"{bundle.segmenter.architecture} with the encoder {bundle.segmenter.options.get('encoder_name')}, input "
        f"{bundle.preprocessing.input_shape[0]} x {bundle.preprocessing.input_shape[1]} px."
    )


def _figures(bundle: ModelBundle, result: Figures) -> str:
    table = ["| figure | value (95 % interval), n |", "|---|---|"]
    table += [f"| {name} | {value} |" for name, value in main_figures(result)]
    sections = [
        f"## Measured on the {result['part']} part ({result['date']})",
        "The split is by lesion or person; intervals come from 1000 resamples of lesions or persons, that of "
        "the ECE by chance from as many drawn outcomes. Written by the evaluation's command; nothing here is typed "
        "by hand.",
        "\n".join(table),
        "### Per class",
        "\n".join(card_tables.per_class(result["classification"])),
        *card_tables.within(result["classification"], result["calibration"]),
        *card_tables.probed(result.get("probe", {})),
        "### SegX against the original map, per class",
        "\n".join(_per_class_maps(result)),
        *card_tables.outlined(result.get("outlines", {})),
        *card_tables.promised(result.get("prediction_sets", ())),
        *card_tables.endangered(result.get("dangers", ())),
        "### Does SegU tell right from wrong?",
        _verdict(result),
        *card_tables.added(result.get("segu_adds", {}), result.get("second")),
        *card_tables.shifted(result.get("shifts", {})),
        f"### What the badge's calibration was chosen from ({bundle.calibration.get('set', 'not fitted')})",
        "\n".join(_steps(bundle)),
        *_fits(bundle),
        "### Faithfulness",
        "\n".join(_faithfulness(result["faithfulness"])),
        "### Input gate",
        _gate(result["gate"], result["part"]),
    ]
    return "\n\n".join(sections)


def _per_class_maps(result: Figures) -> list[str]:
    rows = [
        "| method | class | IoU original | IoU SegX | AUITC original | AUITC SegX | n |",
        "|---|---|---|---|---|---|---|",
    ]
    for method, table in result["interpretability"].items():
        for code, iou in table["iou"]["per_class"].items():
            auitc = table["auitc"]["per_class"][code]
            values = (iou["original"], iou["segx"], auitc["original"], auitc["segx"])
            cells = " | ".join(_number(v["value"]) for v in values)
            rows.append(f"| {method_label(method)} | {code} | {cells} | {iou['segx']['n']} |")
    return rows


def _verdict(result: Figures) -> str:
    table = result["certainty"]
    lines = []
    for name in ("SegU cIoU", "SegU cAUITC"):
        v = table.get(name, {})
        if "correct" not in v:
            lines.append(f"- {name} alone: not measured, the predictions are not both right and wrong ones.")
            continue
        lines.append(f"- {name} alone: mean {v['correct']:.3f} when the prediction is correct and {v['incorrect']:.3f} "
                     f"when it is not (Mann-Whitney p {v['p']:.1e}); AUROC {_interval(v['auroc'])}.")  # fmt: skip
    best = table.get("calibrated SegU", {})
    if "auroc_above_max_softmax" in best:
        gain, count = best["auroc_above_max_softmax"], result["extra_passes"]
        passes = f"{count} extra forward pass{'' if count == 1 else 'es'}"
        lines.append(f"- The badge's calibrated probability: AUROC {_interval(best['auroc'])}; above max-softmax alone "
                     f"by {_interval(gain)}; it costs {passes}.")  # fmt: skip
        if gain["low"] <= 0:
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


def _gate(table: Figures, part: str) -> str:
    inside, verdicts = table["in_domain"], [v["verdict"] for v in table["strangers"].values()]
    accepted = [name for name, v in table["strangers"].items() if v["verdict"] == "accepted"]
    text = (
        f"Of {inside['n']} images of its own {part} part {inside['accepted']['value']:.1%} were accepted, "
        f"{inside['outside']['value']:.1%} flagged as outside the training population and "
        f"{inside['refused']['value']:.1%} refused. Of {len(verdicts)} images of "
        f"other kinds (drawn, photographs, other DICOM) {verdicts.count('refused')} were refused, "
        f"{len(verdicts) - verdicts.count('refused') - len(accepted)} flagged and {len(accepted)} accepted"
    )
    text += f": {', '.join(accepted)}." if accepted else "."
    if "other_domain" in table:
        other = table["other_domain"]
        text += f" Of {other['n']} images of {other['data']} {other.get('refused', 0)} were refused."
    if "spoilt" in table:
        changed = [(name, v) for name, v in table["spoilt"].items() if isinstance(v, dict)]
        told = ", ".join(f"{name} {v.get('accepted', 0)}" for name, v in changed)
        text += f" Of {table['spoilt']['n']} own pictures each, spoilt on purpose, were accepted: {told}."
    if inside.get("accepted_per_class"):
        told = ", ".join(f"{code} {_number(share)}" for code, share in inside["accepted_per_class"].items())
        text += f" Accepted of each class: {told}."
    return text


def _faithfulness(table: Figures) -> list[str]:
    if not table:
        return ["Not measured."]
    names = {
        "deletion_gain_original": "deletion: original map better than the same shape elsewhere by",
        "deletion_gain_segx": "deletion: SegX map better than that by",
        "insertion_gain_original": "insertion: original map better than the same shape elsewhere by",
        "insertion_gain_segx": "insertion: SegX map better than that by",
        "max_sensitivity": "max-sensitivity (low is better)",
        "randomised_similarity": "rank correlation with the map of random parameters (near 0 is better)",
    }
    methods = [key for key in table if key != "n"]
    lines = [
        f"| measure, {table['n']} images drawn at random | {' | '.join(map(method_label, methods))} |",
        "|---" * (len(methods) + 1) + "|",
    ]
    return lines + [f"| {text} | {' | '.join(_interval(table[m][k]) for m in methods)} |" for k, text in names.items()]


def _training(bundle: ModelBundle) -> str:
    training = bundle.training
    images = ", ".join(f"{n} of {layout}" for layout, n in as_table(training.get("images", {})).items())
    parts = ", ".join(f"{part} {n}" for part, n in as_table(training.get("split", {})).items())
    return (
        f"## Training\n\nBy the recipe `recipe.toml` (seed {training.get('seed')}), from ImageNet weights of "
        "EfficientNet-Lite (Apache-2.0); where the networks learned otherwise, it stands above. "
        f"Images: {images}. Split ({parts}) in `splits.csv`. Weights are stored as fp16."
    )


_interval = Estimate.text


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
