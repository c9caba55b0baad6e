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
from segx_viewer.cohort.statements import Models, models_of
from segx_viewer.domain.result import Level
from segx_viewer.domain.tables import as_float
from segx_viewer.errors import SegxError
from segx_viewer.reporting.content import RESEARCH_USE
from segx_viewer.reporting.words import percent

PAGE = "summary.html"
_WORST = 12
_MONTH = re.compile(r"\d{4}-\d{2}")
_THUMBNAIL = 420  # pixels, the longer side
_DOUBT = {"LOW": 1, "MODERATE": 2, "HIGH": 3}
NOTHING, NO_STATEMENT = "no finding above its cut-off", "no statement"
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
    settings, every = read_settings(folder), read_rows(folder)
    rows = [row for row in every if row.get("status") != "skipped"]
    skipped = [row for row in every if row.get("status") == "skipped"]
    done = [row for row in rows if row.get("status") == "done"]
    models = models_of(done, store)
    body = [
        f"<h1>Results of {_counted(len(rows), 'image')}</h1><p class=research>{html.escape(RESEARCH_USE)}</p>",
        f"<p class=note>segx-viewer {__version__}; written by version {html.escape(str(settings.get('version')))}. "
        f"Models: {html.escape(', '.join(_models(done)) or 'none')}.</p>",
        "<h2>Findings</h2>",
        _findings(done, models),
        "<h2>Badge levels</h2>",
        _levels(done, models),
        "<h2>Failed, and without a statement</h2>",
        _unstated(rows, models),
        *_skipped(skipped),
        "<h2>Drift against the calibration set</h2>",
        _drift_table(drifts(done, _references(done, store))),
        "<h2>Least certain findings</h2>",
        _worst(folder, done, models, identity=bool(settings.get("include_identity"))),
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


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _findings(rows: Sequence[Mapping[str, object]], models: Models) -> str:
    """Return how often each finding is stated: several on one image, or none of them."""
    found: Counter[tuple[str, str]] = Counter()
    statements: Counter[str] = Counter()
    for row in rows:
        codes, model = models.stated(row), str(row.get("model"))
        if codes is None:
            continue
        statements[model] += 1
        found.update((model, models.label(row, code)) for code in codes)
        if not codes:
            found[model, NOTHING] += 1
    note = (
        "<p class=note>A finding counts on each image on which it is stated, also beside others. Share is of the "
        f"images about which the model makes a statement: {sum(statements.values())} of {len(rows)}.</p>"
    )
    cells = [
        (*key, n, percent(n / statements[key[0]])) for key, n in sorted(found.items(), key=lambda i: (i[0][0], -i[1]))
    ]
    return note + _table(("Model", "Finding", "Images", "Share"), cells)


def _levels(rows: Sequence[Mapping[str, object]], models: Models) -> str:
    """Return how many images have which level; of several findings that of the one that the report explains."""
    levels = Counter(_level(row, models) for row in rows)
    return _table(("Level", "Images"), levels.most_common())


def _level(row: Mapping[str, object], models: Models) -> str:
    codes = models.stated(row)
    if codes is None or row.get("badge") == Level.ABSTAIN:
        return NO_STATEMENT
    return str(row.get("badge") or "not explained") if codes else NOTHING


def _unstated(rows: Sequence[Mapping[str, object]], models: Models) -> str:
    reasons: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if row.get("status") != "done":
            reasons[str(row.get("status")), str(row.get("error"))] += 1
        elif models.stated(row) is None:
            reasons[NO_STATEMENT, str(row.get("gate_reason") or row.get("badge_reason") or "")] += 1
    return _table(("What", "Reason", "Images"), [(*key, count) for key, count in reasons.most_common()])


def _skipped(rows: Sequence[Mapping[str, object]]) -> tuple[str, ...]:
    """Return what says which files were no images; nothing where all were."""
    if not rows:
        return ()
    reasons = Counter(str(row.get("error")) for row in rows)
    note = f"<p class=note>{_counted(len(rows), 'file')} of the folders and archives, not counted among the images.</p>"
    return "<h2>Skipped: no images</h2>", note, _table(("Reason", "Files"), reasons.most_common())


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


def _worst(folder: Where, rows: Sequence[Mapping[str, object]], models: Models, *, identity: bool) -> str:
    stated = [row for row in rows if row.get("probability") is not None and _level(row, models) in _DOUBT]
    stated.sort(key=lambda r: (_DOUBT.get(str(r.get("badge")), 0), r.get("probability_correct") or 0.0))
    figures = []
    for row in stated[:_WORST]:
        words = f"{row['id']}: {row['class_label']} {percent(as_float(row['probability']))}, {row.get('badge') or ''}"
        others = [code for code in models.stated(row) or () if code != row.get("class_code")]
        if others and row.get("class_code"):
            words += f"; also {', '.join(models.label(row, code) for code in others)}"
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
