"""What the window's lists say of several findings, of none and of a refusal."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt

from segx_viewer.app.dialogs.contactsheet import ContactSheet
from segx_viewer.app.jobs.survey import summary_of
from segx_viewer.app.model.worklist import BADGE, FINDING, PROBABILITY, REASON, Filter, WorklistTable
from segx_viewer.app.panels.comparison import summary
from segx_viewer.cohort.handpicked import TABLE, export
from segx_viewer.cohort.marks import Mark
from segx_viewer.cohort.results import read_results
from segx_viewer.cohort.work import table_row
from segx_viewer.domain.result import Activation, ClassInfo, GateLevel, GateVerdict, Level, Prediction
from tests.several import ALL, refused, several

OUTSIDE = GateVerdict(GateLevel.OUTSIDE, "The patient is 3 years old; the classifier learned from adults only.")


@pytest.fixture
def results(tmp_path):
    """A run's results: several findings, none, an abstention, a refusal, and a row of an earlier version."""
    rows = [table_row(a, f"000{n}") for n, a in enumerate((several(ALL), several(), several(ALL, gate=OUTSIDE)), 1)]
    rows += [table_row(refused("This is an MR slice."), "0004")]
    rows += [{k: v for k, v in rows[0].items() if k not in ("stated", "none_of_them")} | {"id": "0005"}]
    lines = [{"settings": {}}, *({"ended": n, "row": row} for n, row in enumerate(rows, 1))]
    (tmp_path / "run.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return read_results(tmp_path)


@pytest.fixture
def table(qapp, results):
    shown = WorklistTable()
    shown.show(results, {}, lambda _name, **changes: Mark(**changes))
    return shown


def column(table, number):
    return [table.index(row, number).data() for row in range(table.rowCount())]


def test_the_worklist_tells_several_findings_none_and_no_statement_apart(table):
    none = "no finding above its cut-off"
    assert column(table, FINDING)[:2] == ["Emphysema and 4 more", none]
    assert column(table, FINDING)[3:] == ["", "Emphysema"]
    assert column(table, BADGE) == ["Low", "", "No statement", "No statement", "Low"]
    assert column(table, PROBABILITY)[:2] == ["90 %", ""]
    assert column(table, REASON)[1] == ""
    assert column(table, REASON)[3] == "This is an MR slice."
    table.narrow(Filter(badge=Level.LOW))
    assert table.rowCount() == 2
    table.narrow(Filter(text="nod"))
    assert column(table, FINDING) == ["Emphysema and 4 more"]


def test_what_is_handed_out_says_what_is_stated(results, tmp_path):
    export(results, {}, tmp_path, tmp_path / "given", reports=False)
    told = (tmp_path / "given" / TABLE).read_text("utf-8-sig").splitlines()
    assert "emph; mass; nod; eff; card,LOW" in told[1]
    assert ",,LOW" in told[2]


def test_a_summary_names_what_is_stated_and_shows_no_badge_of_what_is_not():
    told = summary_of(several(ALL), "gradcam")
    assert (told.finding, told.badge) == ("Emphysema 90 % and 4 more", Level.LOW)
    none = summary_of(several(), "gradcam")
    assert (none.finding, none.badge, none.reason) == ("No finding lies above its cut-off", None, "")
    for analysis in (refused(), several(ALL, gate=OUTSIDE)):
        told = summary_of(analysis, "gradcam")
        assert (told.finding, told.badge) == ("", Level.ABSTAIN)


def test_a_comparison_says_no_statement_and_not_stated():
    assert summary(refused("This is an MR slice."), None) == (Level.ABSTAIN, "No statement · This is an MR slice.")
    assert summary(several(), ("gradcam", 1)) == (None, "Mass 12 %: not stated")
    level, words = summary(several(ALL), ("gradcam", 1))
    assert (level, words.split(" · ")[:2]) == (Level.LOW, ["Mass 80 %", "Low certainty"])


CLASSES = (ClassInfo("eff", "Effusion", 0.3), ClassInfo("mass", "Mass", 0.6), ClassInfo("card", "Cardiomegaly", 0.5))


def by_redness(analysis):
    """A network that finds more, the redder a picture is."""
    red = float(analysis.image.pixels[..., 0].mean()) / 255
    scores = np.float32([red, red, red]).clip(0.01, 0.99)
    prediction = Prediction(CLASSES, np.log(scores / (1 - scores)), scores, Activation.SIGMOID)
    (any_of_them, *_) = analysis.explanations.values()
    made = {("gradcam", k): replace(any_of_them, class_index=k) for k in prediction.findings or (prediction.top,)}
    return replace(analysis, prediction=prediction, explanations=made)


def test_the_contact_sheet_counts_films_without_a_stated_finding_for_themselves(qtbot, window, engine, tmp_path):
    engine.change = by_redness
    paths = [tmp_path / f"{red}.png" for red in (250, 20)]
    for path in paths:
        Image.new("RGB", (60, 50), (int(path.stem), 40, 40)).save(path)
    window.open_paths(paths)
    qtbot.waitUntil(lambda: window.workspace.documents.current is not None and window.has_result())
    qtbot.keyClick(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    (sheet,) = window.findChildren(ContactSheet)
    qtbot.waitUntil(lambda: not sheet.survey.left and "above its cut-off" in sheet.totals.text())
    lines = sorted(sheet.list.item(row).text().split("\n") for row in range(2))
    assert lines[0] == ["20.png", "No finding lies above its cut-off"]
    assert lines[1][1] == "Effusion 98 % and 2 more"
    assert "no finding above its cut-off: 1" in sheet.totals.text()
