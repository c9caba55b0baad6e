"""``segx-viewer summary``: what a run found, on one HTML page that needs nothing else."""

import base64
import html
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from PIL import Image

from segx_viewer import __version__
from segx_viewer.bundles.store import BundleStore
from segx_viewer.cohort.drift import Drift, Reference, drifts, references
from segx_viewer.cohort.places import Where, read, write
from segx_viewer.cohort.results import read_rows, read_settings
from segx_viewer.domain.tables import as_float
from segx_viewer.errors import SegxError
from segx_viewer.reporting.content import RESEARCH_USE
from segx_viewer.reporting.words import percent

PAGE = "summary.html"
_WORST = 12
_MONTH = re.compile(r"\d{4}-\d{2}")
_THUMBNAIL = 420  # pixels, the longer side
_DOUBT = {"ABSTAIN": 0, "LOW": 1, "MODERATE": 2, "HIGH": 3}
_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1b1f24}
h1{margin-bottom:0}h2{margin-top:2.2rem}.note{color:#57606a}.research{color:#9a3412;font-weight:600}
table{border-collapse:collapse}td,th{padding:.3rem .9rem .3rem 0;text-align:left;border-bottom:1px solid #d0d7de}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}.worst{display:flex;flex-wrap:wrap;gap:1rem}
figure{margin:0;width:21rem}figure img{width:100%;border:1px solid #d0d7de}figcaption{font-size:13px}
"""


def write_summary(folder: Where, store: BundleStore) -> Where:
    """Write ``summary.html`` beside the results of a run, atomically; it names no file and nobody.

    Parameters
    ----------
    folder : Path or str
        Of the results, or their URL.
    store : BundleStore
        For what the models were calibrated on.

    Returns
    -------
    Path or str
        Of the page.

    Raises
    ------
    SegxError
        If there are no results in it, or the page cannot be written.
    """
    settings, rows = read_settings(folder), read_rows(folder)
    done = [row for row in rows if row.get("status") == "done"]
    body = [
        f"<h1>Results of {len(rows)} images</h1><p class=research>{html.escape(RESEARCH_USE)}</p>",
        f"<p class=note>segx-viewer {__version__}; written by version {html.escape(str(settings.get('version')))}. "
        f"Models: {html.escape(', '.join(_models(done)) or 'none')}.</p>",
        "<h2>Findings</h2>",
        _findings(done),
        "<h2>Badge levels</h2>",
        _table(("Level", "Images"), Counter(str(row.get("badge") or "no statement") for row in done).most_common()),
        "<h2>Not analysed, and refused</h2>",
        _refusals(rows),
        "<h2>Drift against the calibration set</h2>",
        _drift_table(drifts(done, _references(done, store))),
        "<h2>Least certain findings</h2>",
        _worst(folder, done, identity=bool(settings.get("include_identity"))),
    ]
    page = (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>Results</title><style>{_STYLE}</style><body>{''.join(body)}</body></html>\n"
    )
    write(folder, PAGE, page.encode())
    return folder / PAGE if isinstance(folder, Path) else f"{folder}/{PAGE}"


def _models(rows: Iterable[Mapping[str, object]]) -> list[str]:
    return sorted({f"{row['model']} {row['model_version']}" for row in rows if row.get("model")})


def _references(rows: Iterable[Mapping[str, object]], store: BundleStore) -> dict[str, dict[str, Reference]]:
    found: dict[str, dict[str, Reference]] = {}
    for name in {str(row["model"]) for row in rows if row.get("model")}:
        try:
            found[name] = references(store.get(name).calibration)
        except SegxError:  # not installed here
            found[name] = {}
    return found


def _findings(rows: Sequence[Mapping[str, object]]) -> str:
    found = Counter((str(r["model"]), str(r["class_label"])) for r in rows if r.get("class_label"))
    cells = [(*key, count, percent(count / len(rows))) for key, count in sorted(found.items(), key=lambda i: -i[1])]
    return _table(("Model", "Most probable class", "Images", "Share"), cells)


def _refusals(rows: Sequence[Mapping[str, object]]) -> str:
    reasons = Counter(
        (str(r["status"]) if r.get("status") != "done" else "refused", str(r.get("error") or r.get("gate_reason")))
        for r in rows
        if r.get("status") != "done" or r.get("gate") == "refused"
    )
    return _table(("What", "Reason", "Images"), [(*key, count) for key, count in reasons.most_common()])


def _drift_table(found: Sequence[Drift]) -> str:
    note = (
        "<p class=note>Score is the log-odds of the leading class, SegU is cAUITC. Size is the difference of the means "
        "in standard deviations of the reference; p is of a t-test for each row, not corrected for their number. "
        "Groups below 5 images are left out; images that the input check did not accept do not count. "
        "Scanner and month are known where the run was asked for them (--include-origin).</p>"
    )
    heads = ("Model", "By", "Group", "Figure", "Images", "Mean", "Reference", "Size", "p", "Against")
    cells = [(*(d.model, d.by, d.group, d.figure, d.images), *_shown(d), d.against) for d in found]
    return note + _table(heads, cells)


def _shown(d: Drift) -> tuple[str, ...]:
    return f"{d.mean:.3f}", f"{d.reference:.3f}", f"{d.size:+.2f}", f"{d.p:.2g}"


def _worst(folder: Where, rows: Sequence[Mapping[str, object]], *, identity: bool) -> str:
    stated = [row for row in rows if row.get("probability") is not None]
    stated.sort(key=lambda r: (_DOUBT.get(str(r.get("badge")), 0), r.get("probability_correct") or 0.0))
    figures = []
    for row in stated[:_WORST]:
        words = f"{row['id']}: {row['class_label']} {percent(as_float(row['probability']))}, {row.get('badge') or ''}"
        picture = "" if identity else _thumbnail(folder, f"{row['id']}.png")
        figures.append(f"<figure>{picture}<figcaption>{html.escape(words)}</figcaption></figure>")
    note = "<p class=note>Without pictures: the reports of this run hold identities.</p>" if identity else ""
    return f"{note}<div class=worst>{''.join(figures)}</div>" if figures else "<p>None.</p>"


def _thumbnail(folder: Where, name: str) -> str:
    try:
        with Image.open(io.BytesIO(read(folder, name))) as picture:
            picture.thumbnail((_THUMBNAIL, _THUMBNAIL))
            buffer = io.BytesIO()
            picture.convert("RGB").save(buffer, "JPEG", quality=80)
    except OSError:  # no report was asked for
        return ""
    return f"<img alt='' src='data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}'>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [
        "<tr>" + "".join(f"<td{_side(cell)}>{html.escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    ]
    if not lines:
        return "<p>None.</p>"
    return f"<table><tr>{''.join(f'<th>{html.escape(head)}</th>' for head in heads)}</tr>{''.join(lines)}</table>"


def _side(cell: object) -> str:
    if _MONTH.fullmatch(str(cell)):
        return ""
    return " class=n" if str(cell)[:1] in "+-0123456789" and str(cell)[-1:] in "0123456789%" else ""
