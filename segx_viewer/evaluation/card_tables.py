"""Tables of a model card that stand apart from its main figures: classes, attributes, outlines, folds."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from segx_viewer.evaluation.adding import adds_nothing
from segx_viewer.evaluation.fitted import FittedPromises
from segx_viewer.evaluation.levels import PROMISED, lacking
from segx_viewer.evaluation.promises import level_refuted, refuted
from segx_viewer.evaluation.results import (
    CLASSIFICATION_FIGURES,
    CalibrationFigures,
    Classification,
    DangerFigures,
    FindingFigures,
    Interval,
    LevelFigures,
    Outlines,
    SecondBundle,
    SeguAdds,
    SetFigures,
    ShiftFigures,
    Shifts,
    in_words,
    sides_of,
)

FOLDS = "folds.json"


def per_class(measured: Classification) -> list[str]:
    """Return the figures of each class, or of each finding at its cut-off."""
    several = measured.mean_auroc is not None
    columns = (
        ("finding", "n", "AUROC", "cut-off", "recall", "specificity", "precision") if several
        else ("class", "n", "recall", "precision", "AUROC")
    )  # fmt: skip
    rows = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for c in measured.per_class.values():
        if isinstance(c, FindingFigures):
            values = [number(value) for value in (c.cut_off, c.recall, c.specificity, c.precision)]
            cells = [str(c.auroc).rpartition(",")[0], *values]
        else:
            cells = [number(value) for value in (c.recall, c.precision, c.auroc)]
        rows.append(f"| {' | '.join([c.label, str(c.n), *cells])} |")
    return rows


def within(measured: Classification, badge: CalibrationFigures | None = None) -> list[str]:
    """Return the figures apart for each value of the attributes: a shortcut shows as a difference.

    With the badge's figures, also how often each of its levels is right: easy images must not hide the others.
    """
    rows = []
    levels = (badge.within if badge else None) or {}
    for attribute, values in measured.within.items():
        for value, entry in values.items():
            shown = [f"{name} {figure}" for name, figure in in_words(entry, CLASSIFICATION_FIGURES)]
            recalls = [f"{code} {number(recall)}" for code, recall in (entry.recall or {}).items()]
            shown += [f"recall: {', '.join(recalls)}"] if recalls else []
            if (told := levels.get(attribute, {}).get(value)) is not None:
                shown += [f"{name} right {share}" for name, share in told.levels.items()]
            rows.append(f"| {attribute} {value} | {entry.n} | {'; '.join(shown)} |")
    return ["### Apart", "\n".join(["| images | n | figures |", "|---|---|---|", *rows])] if rows else []


def outlined(measured: Outlines | None) -> list[str]:
    """Return how well maps of findings, and SegX, lie on what readers outlined."""
    if measured is None:
        return []
    rows = [
        "| finding | n | share of the film | stated | measure | original map | SegX | difference |",
        "|---" * 8 + "|",
    ]
    for code, entry in measured.by_finding.items():
        for measure in ("pointing", "iou", "auitc", "relevance_mass") if code == "all" else ("pointing", "auitc"):
            pair = entry.measures[measure]
            cells = (code, entry.n, number(entry.area), number(entry.stated), measure,
                     pair.original, pair.segx, pair.difference)  # fmt: skip
            rows.append(f"| {' | '.join(map(str, cells))} |")
    return ["### SegX against the finding, not only its organ", "\n".join(rows),
            f"Grad-CAM of {measured.n} findings that readers outlined on {measured.films} films of the calibration and "
            "test parts, whether stated or not. The outlines had no part in learning."]  # fmt: skip


def promised(measured: Sequence[SetFigures]) -> list[str]:
    """Return how often each class was in its prediction set on these images, and whether that refutes the promise."""
    if not measured:
        return []
    rows = ["| promised | class | in its set (95 % interval), n | |", "|---|---|---|---|"]
    sizes = []
    for sets in measured:
        confidence = f"{sets.confidence:.0%}"
        for code, entry in sets.per_class.items():
            for side, share in sides_of(entry).items():
                if share.n:
                    kept = "not kept" if refuted(share, sets.confidence) else "kept"
                    rows.append(f"| {confidence} | {f'{code}, {side}' if side else code} | {share} | {kept} |")
        if sets.mean_size is not None:
            sizes.append(f"at {confidence} {sets.mean_size:.2f} classes on the mean, {sets.empty:.1%} of the "
                         f"sets empty, {sets.full:.1%} with every class")  # fmt: skip
    told = f" Sets: {'; '.join(sizes)}." if sizes else ""
    return ["### Do the prediction sets keep their promise?", "\n".join(rows),
            "Images that the gate accepts; exact intervals (Clopper and Pearson), as if each image were a case of its "
            f"own. Not kept: the interval lies below what was promised, which the viewer says too.{told}"]  # fmt: skip


def levels_promised(measured: Sequence[LevelFigures], promises: FittedPromises | None) -> list[str]:
    """Return how often answers of each promised level were right, beside what calibration images prove of it."""
    if promises is None or (promises.proven is None and not measured):
        return []  # an older bundle, measured before
    within = promises.within or ()
    rows = [_level_row(share, promises) for share in measured]
    head = ["| level | among | promised right | on the calibration part | right here (95 % interval), n | |",
            "|---" * 6 + "|"]  # fmt: skip
    told = [
        "A level's threshold is the lowest whose 95 % upper confidence bound of the error holds on the calibration "
        "part, on one image of each lesion or person, of all and of those named. Here: images that the gate accepts, "
        "exact intervals (Clopper and Pearson); not kept: the interval lies below what was promised, which the viewer "
        "says too.",
        *(f"Named: {one.label} (`{one.attribute}` {', '.join(one.values)})." for one in within),
        *(f"{level.value}: {lacking(within, level)}." for level in PROMISED
          if math.isinf(promises.levels.threshold(level))),
    ]  # fmt: skip
    return ["### Do the levels keep their promise?", *(["\n".join([*head, *rows])] if rows else []), " ".join(told)]


def _level_row(share: LevelFigures, promises: FittedPromises) -> str:
    label = "" if share.within is None else share.within.label
    proofs = {"": promises.proven or ()} | {part.label: part.levels for part in promises.within or ()}
    proven = [f"{one.errors} of {one.images} wrong, at most {one.upper:.1%}"
              for one in proofs.get(label, ()) if one.level == share.level]  # fmt: skip
    kept = "not kept" if level_refuted(share) else "kept"
    cells = (share.level, label or "all images", f"{share.promised:.0%}", *(proven or ["-"]), share.right,
             kept if share.right.n else "")  # fmt: skip
    return f"| {' | '.join(map(str, cells))} |"


def endangered(measured: Sequence[DangerFigures]) -> list[str]:
    """Return how often a dangerous error carries HIGH."""
    rows = []
    for danger in measured:
        called, shares = ", ".join(danger.called), {" or ".join(danger.truth): danger.together}
        for name, share in (shares | (dict(danger.per_class) if len(danger.truth) > 1 else {})).items():
            if share.n:
                rows.append(f"| {name} | {called} | {share} | {danger.bound:.0%} |")
    if not rows:
        return []
    head = [
        "| truth | called with HIGH | share of the truth's images (95 % interval), n | bound |",
        "|---|---|---|---|",
    ]
    return ["### Dangerous errors with HIGH", "\n".join([*head, *rows]),
            "On the calibration part, the share's upper confidence bound had to stay below this bound."]  # fmt: skip


def probed(measured: Mapping[str, Interval]) -> list[str]:
    """Return what a linear probe reads from the features that should not matter."""
    if not measured:
        return []
    told = "; ".join(f"{attribute} {figure}" for attribute, figure in measured.items())
    return ["### What the features tell beside it",
            "AUROC of a linear probe on the classifier's last features, across groups (0.5: they hold nothing of it): "
            f"{told}. What the features tell, a shortcut could use."]  # fmt: skip


def folds(path: Path) -> list[str]:
    """Return the figures of the classifier's cross-validation, where it was measured."""
    if not path.is_file():
        return []
    rows = []
    for variant, folds in json.loads(path.read_text(encoding="utf-8")).items():
        for fold, entry in folds.items():
            classes = entry.get("recall", entry["auroc"])
            per_class = ", ".join(f"{code} {number(value)}" for code, value in classes.items())
            cells = (variant, fold, str(entry["n"]), number(entry["mean_auroc"]),
                     number(entry.get("balanced_accuracy")), per_class)  # fmt: skip
            rows.append(f"| {' | '.join(cells)} |")
    table = ["| variant | held out | n | mean AUROC | balanced accuracy | recall (several findings: AUROC) |",
             "|---" * 6 + "|", *rows]  # fmt: skip
    return ["## Cross-validation of the classifier", "\n".join(table),
            "Other networks than the shipped one, learned by the recipe's `[recipe.folds]` and judged on images that "
            "they have not seen, with their logits as they are."]  # fmt: skip


def added(measured: SeguAdds | None, second: SecondBundle | None = None) -> list[str]:
    """Return what SegU, and what else was tried, add to the classifier's own confidence; `second` names a network."""
    if measured is None:
        return []
    rows = ["| scores | AUROC of error detection | above max-softmax |", "|---|---|---|"]
    rows += [f"| {name} | {joined.auroc} | {joined.gain or ''} |" for name, joined in measured.scores.items()]
    nothing = adds_nothing(measured)
    sentence = "" if nothing is None else (
        "SegU describes agreement; it does not predict correctness here: with all alignments the confidence tells "
        "right from wrong no better for certain." if nothing else
        "All alignments together tell something of right and wrong that the confidence does not."
    )  # fmt: skip
    best = measured.carried_by
    asked = "" if second is None else f" The second network is {second.name} {second.version}'s."
    told = f"Of the alignments alone, `{best}` tells most: {measured.alone[best]}."
    return ["### What SegU adds", "\n".join(rows),
            f"{measured.n} answers, {measured.mistakes} of them wrong; joined by logistic regression, fitted and "
            f"judged across groups within this part, with a paired bootstrap. {sentence} {told}{asked}"]  # fmt: skip


def shifted(measured: Shifts) -> list[str]:
    """Return what changed pictures do to answers, levels, sets and the input check."""
    rows = [
        f"| {name} | {e.right} | {_percent(e.flipped.value)} | {_gates(e.gate)} "
        f"| {_levels_of(e.levels)} | {_percent(e.right_at_high.value)} of {e.right_at_high.n} "
        f"| {e.coverage or '-'} | {number(e.set_size)} "
        f"| {_percent(e.high_before)}, {_percent(e.high_after)} ({_percent(e.high_after_without_gate)}) |"
        for name, e in measured.by_shift.items()
    ]
    if not rows:
        return []
    head = ("changed", "right", "another answer", "gate: accepted / outside / refused", "HIGH / MODERATE / LOW / none",
            "right at HIGH", "truth in the 95 % set", "its size",
            "HIGH among the turned: before, after (without the gate)")  # fmt: skip
    return ["### On pictures that were changed",
            "\n".join([f"| {' | '.join(head)} |", "|---" * len(head) + "|", *rows]),
            f"{measured.n} images drawn from the test part. The gate lowers the badge to no statement where it does "
            "not accept; sets are judged on accepted images. The size counts undecided findings where there are "
            "several."]  # fmt: skip


def shifts_in_short(measured: Mapping[str, Shifts]) -> list[str]:
    """Return one table of all bundles, by name: how many answers are right, pictures accepted, and answers HIGH."""
    known = {name: shifts.by_shift for name, shifts in measured.items() if shifts.by_shift}
    every = dict.fromkeys(shift for by_shift in known.values() for shift in by_shift)
    rows = [f"| changed | {' | '.join(f'`{name}`' for name in known)} |", "|---" * (len(known) + 1) + "|"]
    for shift in every:
        cells = [_in_short(by_shift.get(shift)) for by_shift in known.values()]
        rows.append(f"| {shift} | {' | '.join(cells)} |")
    return rows


def _in_short(entry: ShiftFigures | None) -> str:
    if entry is None:
        return "-"
    return ", ".join(map(_percent, (entry.right.value, entry.gate["accepted"], entry.levels["HIGH"])))


def _gates(shares: Mapping[str, float | None]) -> str:
    return " / ".join(_percent(shares[name]) for name in ("accepted", "outside", "refused"))


def _levels_of(shares: Mapping[str, float | None]) -> str:
    return " / ".join(_percent(shares[name]) for name in ("HIGH", "MODERATE", "LOW", "ABSTAIN"))


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def number(value: float | None) -> str:
    """Return a figure to three decimals, "-" where there is none."""
    return "-" if value is None else f"{value:.3f}"
