"""The evaluation as one HTML page that needs nothing else: tables, plots, and the best and worst cases as pictures."""

import base64
import html
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from segx_viewer.bundles.store import BundleStore
from segx_viewer.domain.methods import method_label
from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.domain.result import Analysis
from segx_viewer.evaluation.collect import OpenStore
from segx_viewer.evaluation.figures import BASELINES
from segx_viewer.evaluation.fit import record_image
from segx_viewer.evaluation.plain import to_table
from segx_viewer.evaluation.results import (
    CALIBRATION_FIGURES,
    CLASSIFICATION_FIGURES,
    CalibrationFigures,
    Classification,
    Evaluation,
    Faithfulness,
    GateFigures,
    MapFigures,
    Pair,
    ScoreFigures,
    in_words,
)
from segx_viewer.evaluation.rows import ImageRow, answers, of_image
from segx_viewer.evaluation.statistics import risk_coverage
from segx_viewer.explain.ranking import PERCENTS
from segx_viewer.imaging.display import to_display
from segx_viewer.pipeline import analyse_to_end
from segx_viewer.reporting.atomic import atomic_write
from segx_viewer.reporting.overlay import base_layer, compose, contour_layer, heatmap_layer, region_on_image
from segx_viewer.training.datasets import Record

CASES = 10
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1c2024; max-width: 1080px; margin: 32px auto; padding: 0 16px }
h1 { font-size: 24px } h2 { font-size: 18px; margin-top: 40px; border-top: 1px solid #d5dade; padding-top: 16px }
table { border-collapse: collapse; margin: 8px 0 } td, th { padding: 3px 14px 3px 0; text-align: left }
th { font-weight: 600; border-bottom: 1px solid #d5dade } td.n { font-variant-numeric: tabular-nums }
img { max-width: 100% } figure { display: inline-block; margin: 4px; width: 512px } figcaption { font-size: 12px }
.note { color: #5b6670 } .research { border: 1px solid #b07514; color: #8a5a0b; padding: 2px 8px; border-radius: 4px }
"""


def write_report(
    path: Path,
    result: Evaluation,
    rows: Sequence[ImageRow],
    records: Mapping[str, Record],
    store: BundleStore,
    name: str,
) -> None:
    """Write the page in one step."""
    bundle = store.get(name)
    parts = [
        f"<h1>{html.escape(bundle.info.title)}: evaluation</h1>",
        '<p><span class="research">Research use only - not for diagnosis</span></p>',
        f'<p class="note">{name} {bundle.info.version}, {result.part} part, {result.date}. '
        "Intervals are 95 %, from 1000 resamples by lesion or person.</p>",
        "<h2>Classification</h2>",
        _classification(result.classification),
        "<h2>Segmentation</h2>",
        _table(("data", "Dice", "IoU"), [(k, str(v.dice), str(v.iou)) for k, v in result.segmentation.items()]),
        "<h2>Interpretability: original map against SegX</h2>",
        *(_interpretability(method, table) for method, table in result.interpretability.items()),
        "<h2>Certainty: telling right from wrong</h2>",
        _certainty(result.certainty),
        _picture(_risk_coverage(rows)),
        "<h2>Calibration of the badge</h2>",
        _calibration(result.calibration),
        "<h2>Faithfulness</h2>",
        _faithfulness(result.faithfulness),
        "<h2>Input gate</h2>",
        _gate(result.gate),
        "<h2>Cases</h2>",
        _cases(rows, records, store, name),
    ]
    page = f"<!doctype html><html lang=en><meta charset=utf-8><title>{name}</title><style>{_STYLE}</style>"
    with atomic_write(path) as part:
        part.write_text(page + "\n".join(parts) + "</html>", encoding="utf-8")


def _classification(measured: Classification) -> str:
    values = [(name, str(value)) for name, value in in_words(measured, CLASSIFICATION_FIGURES)]
    figures, per_class = _table(("figure", "value"), values), measured.per_class
    figure, axes = _axes(len(per_class) * 0.45 + 1)
    labels = [f"{c.label} ({code}, n {c.n})" for code, c in per_class.items()]
    bars = {"recall": [c.recall or 0 for c in per_class.values()],
            "precision": [c.precision or 0 for c in per_class.values()]}  # fmt: skip
    for offset, (key, lengths) in zip((-0.2, 0.2), bars.items(), strict=True):
        axes.barh(np.arange(len(labels)) + offset, lengths, 0.38, label=key)
    axes.set_yticks(range(len(labels)), labels)
    axes.set_xlim(0, 1)
    axes.invert_yaxis()
    _legend(axes)
    return figures + _picture(figure)


def _interpretability(method: str, maps: MapFigures) -> str:
    rows = []
    for pair, label in ((maps.iou, "IoU, top 5 %"), (maps.auitc, "AUITC")):
        rows.append((label, "all", *_three(pair)))
        rows += [(label, code, *_three(of_class)) for code, of_class in pair.per_class.items()]
    spoilt = maps.auitc_segx_with_spoilt_region or {}
    rows += [("AUITC", f"all, region {how}", "", str(value), "") for how, value in spoilt.items()]
    figure, axes = _axes(3.6)
    for name, label in (("original", "original map"), ("segx", "SegX map")):
        if maps.curves[name]:
            axes.plot(PERCENTS, maps.curves[name], label=label)
    axes.set(
        xlabel="top n % of the map", ylabel="mean IoU with the reference mask", ylim=(0, 1), title=method_label(method)
    )
    _legend(axes)
    counts = f"{maps.undefined} undefined, {maps.without_reference} without a reference mask."
    columns = ("measure", "class", "original", "SegX", "difference")
    return f"<h3>{method_label(method)}</h3>{_table(columns, rows)}<p class=note>{counts}</p>{_picture(figure)}"


def _certainty(scores: Mapping[str, ScoreFigures]) -> str:
    rows = [
        (name, _number(v.correct), _number(v.incorrect), "" if v.p is None else _p(v.p), str(v.auroc),
         _number(v.aurc, 4), str(v.auroc_above_max_softmax or ""))
        for name, v in scores.items()
    ]  # fmt: skip
    columns = ("score", "mean if correct", "if incorrect", "Mann-Whitney p", "AUROC of error detection", "AURC",
               "AUROC above max-softmax")  # fmt: skip
    note = "Max-softmax and test-time views as log odds; entropy with its sign turned, so that higher is surer."
    return f"{_table(columns, rows)}<p class=note>{note}</p>"


def _number(value: float | None, decimals: int = 3) -> str:
    return "" if value is None else f"{value:.{decimals}f}"


def _p(value: float) -> str:
    return f"{value:.1e}" if value < 0.001 else f"{value:.3f}"


def _calibration(measured: CalibrationFigures | None) -> str:
    if measured is None:
        return "<p>The bundle has no calibration.</p>"
    words = {**CALIBRATION_FIGURES, "ece_max_softmax": "ECE of max-softmax", "brier": "Brier"}
    rows = [(name, str(value)) for name, value in in_words(measured, words)]
    rows += [(f"correct at level {level}", str(value)) for level, value in measured.levels.items()]
    figure, axes = _axes(4.2)
    axes.plot([0, 1], [0, 1], color="#9aa4ad", linewidth=1)
    axes.plot([b.stated for b in measured.reliability], [b.correct for b in measured.reliability], marker="o")
    for b in measured.reliability:
        axes.annotate(f"n {b.n}", (b.stated, b.correct), textcoords="offset points", xytext=(6, -10), fontsize=8)
    axes.set(xlabel="stated probability of being correct", ylabel="share correct", xlim=(0, 1), ylim=(0, 1))
    return _table(("figure", "value"), rows) + _picture(figure)


def _gate(measured: GateFigures) -> str:
    words = {"accepted": "accepted", "outside": "flagged as outside the training population", "refused": "refused"}
    text = "<h3>Images of its own test part</h3>"
    text += _table(("verdict", "share"), [(word, str(value)) for word, value in in_words(measured.in_domain, words)])
    if measured.other_domain is not None:
        counts = ", ".join(f"{k} {v}" for k, v in to_table(measured.other_domain).items())
        text += f"<p>Another bundle's domain: {html.escape(counts)}.</p>"
    rows = [(html.escape(n), v.verdict, html.escape(v.reason)) for n, v in measured.strangers.items()]
    return text + _table(("image", "verdict", "reason"), rows)


def _faithfulness(measured: Faithfulness | None) -> str:
    if measured is None:
        return "<p>Not measured.</p>"
    names = {
        "deletion_original": "deletion area, original map (low is better)",
        "deletion_segx": "deletion area, SegX map",
        "deletion_moved": "deletion area, the map moved elsewhere",
        "insertion_original": "insertion area, original map (high is better)",
        "insertion_segx": "insertion area, SegX map",
        "insertion_moved": "insertion area, the map moved elsewhere",
        "max_sensitivity": "max-sensitivity (low is better)",
        "randomised_similarity": "rank correlation with the map of random parameters (near 0 is better)",
    }
    methods = measured.methods
    rows = [(text, *(str(of_method[name]) for of_method in methods.values())) for name, text in names.items()]
    return _table(("measure", *map(method_label, methods)), rows)


def _risk_coverage(rows: Sequence[ImageRow]) -> Figure:
    spoken = answers(rows) or [of_image(row) for row in rows]
    correct = np.array([answer.correct for answer in spoken])
    figure, axes = _axes(3.6)
    scores = {name: np.array([sign * answer.evidence.get(key, np.nan) for answer in spoken], float)
              for name, (key, sign) in BASELINES.items()}  # fmt: skip
    scores["calibrated SegU"] = np.array([answer.probability_correct or np.nan for answer in spoken], float)
    for name, score in scores.items():
        finite = np.isfinite(score)
        if finite.any():
            axes.plot(*risk_coverage(score[finite], correct[finite]), label=name)
    axes.set(xlabel="coverage: share of the most certain images", ylabel="risk: share of mistakes", xlim=(0, 1))
    _legend(axes)
    return figure


def _cases(rows: Sequence[ImageRow], records: Mapping[str, Record], store: BundleStore, name: str) -> str:
    """Pictures of the most and the least aligned explanations that have a reference mask."""
    method = next(iter(rows[0].methods))
    rated = [(row.methods[method].measures.get("auitc_original"), row.image_id) for row in rows]
    if all(value is None for value, _ in rated):  # no reference masks: by agreement with the predicted region
        rated = [(row.methods[method].segu.get("auitc"), row.image_id) for row in rows]
    ordered = [image_id for _, image_id in sorted((value, image) for value, image in rated if value is not None)]
    open_store = OpenStore([store.get(name).folder.parent])
    parts = []
    for title, chosen in (("Best", ordered[::-1][:CASES]), ("Worst", ordered[:CASES])):
        parts.append(f"<h3>{title} ten by AUITC of the original map with the reference (or the region found)</h3>")
        for image_id in chosen:
            request = AnalysisRequest(record_image(records[image_id]), bundle_name=name, methods=(method,))
            parts.append(_case(analyse_to_end(request, open_store), records[image_id], method))
    return "".join(parts)


def _case(analysis: Analysis, record: Record, method: str) -> str:
    prediction, placement = analysis.predicted.prediction, analysis.placement
    k = prediction.top
    base = base_layer(to_display(analysis.image))
    region = region_on_image(analysis.predicted.region, placement)
    A = analysis.explanations[method, k].saliency_map
    maps = [heatmap_layer(A, placement, region=inside, vmax=float(A.max()) or 1.0) for inside in (None, region)]
    panels = [compose([base]), *(compose([base, heat, contour_layer(region)]) for heat in maps)]
    picture = np.concatenate([_shrunk(p) for p in panels], axis=1)
    truth = ", ".join(record.codes) or "no finding"
    caption = f"{record.image_id}: {truth}; predicted {prediction.classes[k].code} {prediction.probabilities[k]:.0%}"
    return f'<figure><img alt="" src="{_png(picture)}"><figcaption>{html.escape(caption)}</figcaption></figure>'


def _shrunk(picture: NDArray[np.uint8], width: int = 220) -> NDArray[np.uint8]:
    import cv2

    factor = width / picture.shape[1]
    size = width, max(1, round(picture.shape[0] * factor))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _legend(axes: Axes) -> None:
    if axes.get_legend_handles_labels()[1]:  # a small test part may leave nothing to draw
        axes.legend()


def _axes(height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(8, height), layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _picture(figure: Figure) -> str:
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg")
    return buffer.getvalue()[buffer.getvalue().index("<svg") :]


def _png(picture: NDArray[np.uint8]) -> str:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{c}</th>" for c in columns)
    body = "".join("<tr>" + "".join(f"<td class=n>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _three(pair: Pair) -> tuple[str, str, str]:
    return str(pair.original), str(pair.segx), str(pair.difference)
