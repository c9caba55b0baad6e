"""Tables of a model card that stand apart from its main figures: classes, attributes, outlines, folds."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from segx_viewer.evaluation.adding import adds_nothing
from segx_viewer.evaluation.promises import refuted
from segx_viewer.evaluation.statistics import Estimate, Figures

FOLDS = "folds.json"

CLASSIFICATION_FIGURES = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "macro_auroc": "macro AUROC",
    "mean_auroc": "mean AUROC of the findings",
    "auroc_no_finding": "AUROC of no finding",
    "auroc_normal_against_rest": "AUROC, healthy against the rest",
}
"""The classification's figures by their keys, in words."""


def per_class(table: Figures) -> list[str]:
    """Return the figures of each class, or of each finding at its cut-off."""
    several = "mean_auroc" in table
    keys = ("cut_off", "recall", "specificity", "precision") if several else ("recall", "precision", "auroc")
    columns = ["finding" if several else "class", "n", *(["AUROC"] if several else []),
               *(key.replace("_", "-") if key != "auroc" else "AUROC" for key in keys)]  # fmt: skip
    rows = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for c in table["per_class"].values():
        area = [_interval(c["auroc"]).rpartition(",")[0]] if several else []
        rows.append(f"| {' | '.join([c['label'], str(c['n']), *area, *(_number(c[key]) for key in keys)])} |")
    return rows


def within(table: Figures, badge: Figures | None = None) -> list[str]:
    """Return the figures apart for each value of the attributes: a shortcut shows as a difference.

    With the badge's figures, also how often each of its levels is right: easy images must not hide the others.
    """
    rows = []
    levels = (badge or {}).get("within", {})
    for attribute, values in table.get("within", {}).items():
        for value, entry in values.items():
            shown = [f"{name} {_interval(entry[key])}" for key, name in CLASSIFICATION_FIGURES.items() if key in entry]
            recalls = [f"{code} {_number(recall)}" for code, recall in entry.get("recall", {}).items()]
            shown += [f"recall: {', '.join(recalls)}"] if recalls else []
            told = levels.get(attribute, {}).get(value, {})
            shown += [f"{name} right {_interval(share)}" for name, share in told.items() if name != "n"]
            rows.append(f"| {attribute} {value} | {entry['n']} | {'; '.join(shown)} |")
    return ["### Apart", "\n".join(["| images | n | figures |", "|---|---|---|", *rows])] if rows else []


def outlined(table: Figures) -> list[str]:
    """Return how well maps of findings, and SegX, lie on what readers outlined."""
    if not table:
        return []
    rows = [
        "| finding | n | share of the film | stated | measure | original map | SegX | difference |",
        "|---" * 8 + "|",
    ]
    for code, entry in table.items():
        if code in ("films", "n"):
            continue
        for measure in ("pointing", "iou", "auitc", "relevance_mass") if code == "all" else ("pointing", "auitc"):
            pair = entry[measure]
            cells = [code, str(entry["n"]), _number(entry["area"]), _number(entry["stated"]), measure]
            rows.append(
                f"| {' | '.join([*cells, *(_interval(pair[k]) for k in ('original', 'segx', 'difference'))])} |"
            )
    return ["### SegX against the finding, not only its organ", "\n".join(rows),
            f"Grad-CAM of {table['n']} findings that readers outlined on {table['films']} films of the calibration and "
            "test parts, whether stated or not. The outlines had no part in learning."]  # fmt: skip


def promised(tables: Sequence[Figures]) -> list[str]:
    """Return how often each class was in its prediction set on these images, and whether that refutes the promise."""
    if not tables:
        return []
    rows = ["| promised | class | in its set (95 % interval), n | |", "|---|---|---|---|"]
    sizes = []
    for table in tables:
        confidence = f"{table['confidence']:.0%}"
        for code, entry in table["per_class"].items():
            for name, share in _sides(code, entry):
                if share["n"]:
                    kept = "not kept" if refuted(share, table["confidence"]) else "kept"
                    told = f"{share['value']:.3f} ({share['low']:.3f} to {share['high']:.3f}), n {share['n']}"
                    rows.append(f"| {confidence} | {name} | {told} | {kept} |")
        if "mean_size" in table:
            sizes.append(f"at {confidence} {table['mean_size']:.2f} classes on the mean, {table['empty']:.1%} of the "
                         f"sets empty, {table['full']:.1%} with every class")  # fmt: skip
    told = f" Sets: {'; '.join(sizes)}." if sizes else ""
    return ["### Do the prediction sets keep their promise?", "\n".join(rows),
            "Images that the gate accepts; exact intervals (Clopper and Pearson), as if each image were a case of its "
            f"own. Not kept: the interval lies below what was promised, which the viewer says too.{told}"]  # fmt: skip


def endangered(tables: Sequence[Figures]) -> list[str]:
    """Return how often a dangerous error carries HIGH."""
    rows = []
    for table in tables:
        called, shares = ", ".join(table["called"]), {" or ".join(table["truth"]): table["together"]}
        for name, share in (shares | (table["per_class"] if len(table["truth"]) > 1 else {})).items():
            if share["n"]:
                told = f"{share['value']:.3f} ({share['low']:.3f} to {share['high']:.3f}), n {share['n']}"
                rows.append(f"| {name} | {called} | {told} | {table['bound']:.0%} |")
    if not rows:
        return []
    head = [
        "| truth | called with HIGH | share of the truth's images (95 % interval), n | bound |",
        "|---|---|---|---|",
    ]
    return ["### Dangerous errors with HIGH", "\n".join([*head, *rows]),
            "On the calibration part, the share's upper confidence bound had to stay below this bound."]  # fmt: skip


def _sides(code: str, entry: Figures) -> list[tuple[str, Figures]]:
    return [(f"{code}, {side}", entry[side]) for side in ("present", "absent") if side in entry] or [(code, entry)]


def probed(table: Figures) -> list[str]:
    """Return what a linear probe reads from the features that should not matter."""
    if not table:
        return []
    told = "; ".join(f"{attribute} {_interval(figure)}" for attribute, figure in table.items())
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
            per_class = ", ".join(f"{code} {_number(value)}" for code, value in classes.items())
            cells = (variant, fold, str(entry["n"]), _number(entry["mean_auroc"]),
                     _number(entry.get("balanced_accuracy")), per_class)  # fmt: skip
            rows.append(f"| {' | '.join(cells)} |")
    table = ["| variant | held out | n | mean AUROC | balanced accuracy | recall (several findings: AUROC) |",
             "|---" * 6 + "|", *rows]  # fmt: skip
    return ["## Cross-validation of the classifier", "\n".join(table),
            "Other networks than the shipped one, learned by the recipe's `[recipe.folds]` and judged on images that "
            "they have not seen, with their logits as they are."]  # fmt: skip


def added(table: Figures, second: Mapping[str, str] | None = None) -> list[str]:
    """Return what SegU, and what else was tried, add to the classifier's own confidence; `second` names a network."""
    if not table:
        return []
    rows = ["| scores | AUROC of error detection | above max-softmax |", "|---|---|---|"]
    for name, entry in table.items():
        if isinstance(entry, dict) and "auroc" in entry:
            gain = _interval(entry["gain"]) if "gain" in entry else ""
            rows.append(f"| {name} | {_interval(entry['auroc'])} | {gain} |")
    nothing = adds_nothing(table)
    sentence = "" if nothing is None else (
        "SegU describes agreement; it does not predict correctness here: with all alignments the confidence tells "
        "right from wrong no better for certain." if nothing else
        "All alignments together tell something of right and wrong that the confidence does not."
    )  # fmt: skip
    best = table["carried_by"]
    asked = "" if second is None else f" The second network is {second['name']} {second['version']}'s."
    told = f"Of the alignments alone, `{best}` tells most: {_interval(table['alone'][best])}."
    return ["### What SegU adds", "\n".join(rows),
            f"{table['n']} answers, {table['mistakes']} of them wrong; joined by logistic regression, fitted and "
            f"judged across groups within this part, with a paired bootstrap. {sentence} {told}{asked}"]  # fmt: skip


def shifted(table: Figures) -> list[str]:
    """Return what changed pictures do to answers, levels, sets and the input check."""
    rows = [
        f"| {name} | {_interval(e['right'])} | {_percent(e['flipped']['value'])} | {_gates(e['gate'])} "
        f"| {_levels_of(e['levels'])} | {_percent(e['right_at_high']['value'])} of {e['right_at_high']['n']} "
        f"| {_interval(e['coverage']) if 'coverage' in e else '-'} | {_number(e.get('set_size'))} "
        f"| {_percent(e['high_before'])}, {_percent(e['high_after'])} ({_percent(e['high_after_without_gate'])}) |"
        for name, e in table.items()
        if isinstance(e, dict)
    ]
    if not rows:
        return []
    head = ("changed", "right", "another answer", "gate: accepted / outside / refused", "HIGH / MODERATE / LOW / none",
            "right at HIGH", "truth in the 95 % set", "its size",
            "HIGH among the turned: before, after (without the gate)")  # fmt: skip
    return ["### On pictures that were changed",
            "\n".join([f"| {' | '.join(head)} |", "|---" * len(head) + "|", *rows]),
            f"{table['n']} images drawn from the test part. The gate lowers the badge to no statement where it does "
            "not accept; sets are judged on accepted images. The size counts undecided findings where there are "
            "several."]  # fmt: skip


def shifts_in_short(results: Sequence[Figures]) -> list[str]:
    """Return one table of all bundles: how many answers are right, how many pictures are accepted and how many HIGH."""
    tables = {result["bundle"]["name"]: result.get("shifts", {}) for result in results}
    known = {name: table for name, table in tables.items() if len(table) > 1}
    shifts = list(dict.fromkeys(key for table in known.values() for key, e in table.items() if isinstance(e, dict)))
    rows = [f"| changed | {' | '.join(f'`{name}`' for name in known)} |", "|---" * (len(known) + 1) + "|"]
    for shift in shifts:
        cells = [
            f"{_percent(e['right']['value'])}, {_percent(e['gate']['accepted'])}, {_percent(e['levels']['HIGH'])}"
            if (e := table.get(shift)) else "-"
            for table in known.values()
        ]  # fmt: skip
        rows.append(f"| {shift} | {' | '.join(cells)} |")
    return rows


def _gates(shares: Mapping[str, float | None]) -> str:
    return " / ".join(_percent(shares[name]) for name in ("accepted", "outside", "refused"))


def _levels_of(shares: Mapping[str, float | None]) -> str:
    return " / ".join(_percent(shares[name]) for name in ("HIGH", "MODERATE", "LOW", "ABSTAIN"))


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


_interval = Estimate.text


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
