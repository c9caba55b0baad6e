"""What a run says of several findings, of none and of a refusal: on the terminal and in its table."""

import csv
import io

import pyarrow.parquet as pq
import pytest

from segx_viewer.cohort.journal import Journal
from segx_viewer.cohort.parquet import write_parquet
from segx_viewer.cohort.work import summary, table_row
from segx_viewer.domain.result import GateLevel, GateVerdict, Level, stated
from segx_viewer.reporting.table import write_csv
from tests.several import ALL, CLASSES, NONE, refused, several

KEY = ("gradcam", 4)


def as_csv(analysis):
    file = io.StringIO()
    write_csv(file, [table_row(analysis, "0001")])
    return next(csv.DictReader(io.StringIO(file.getvalue())))


def test_of_several_findings_those_are_stated_that_the_badge_does_not_abstain_from():
    assert stated(several(), KEY) == ()
    assert stated(several(ALL), KEY) == (4, 1, 3, 0, 2)
    assert stated(several(ALL, {1: Level.ABSTAIN}), KEY) == (4, 3, 0, 2)
    assert stated(several(ALL, dict.fromkeys(range(5), Level.ABSTAIN)), KEY) is None
    assert stated(several(NONE, {1: Level.ABSTAIN}), ("gradcam", 1)) is None
    assert stated(several(ALL, gate=GateVerdict(GateLevel.OUTSIDE, "A lateral.")), KEY) is None
    assert stated(refused(), None) is None
    other = several(ALL, {2: Level.ABSTAIN}, classes=(2,))
    assert stated(other, ("gradcam", 2)) is None, "an abstention counts for what has no badge of its own"


def test_a_film_without_a_stated_finding_is_told_as_such():
    line = summary(several())
    assert line.startswith("no finding lies above its cut-off; taken together, 65 % that it shows none of them.")
    assert "The map explains Mass 12 %" in line
    assert "certainty" not in line
    row = as_csv(several())
    assert (row["stated"], float(row["none_of_them"])) == ("", pytest.approx(0.645, abs=0.001))
    assert (row["class_label"], row["badge"]) == ("Mass", "LOW")


def test_the_line_names_the_stated_findings_with_their_levels():
    line = summary(several(ALL, {1: Level.HIGH}))
    assert line.startswith(
        "Emphysema 90 %, certainty LOW; Mass 80 %, certainty HIGH; Nodule 70 %, certainty LOW; and 2 more. "
        "The map explains Emphysema 90 % (SegU 0.40)"
    )
    assert as_csv(several(ALL))["stated"] == "emph; mass; nod; eff; card"
    one = (0.1, 0.5, 0.05, 0.02, 0.12)
    assert summary(several(one)).startswith("Mass 50 %, certainty LOW (SegU 0.40), 30 % outside the lungs. Grad-CAM.")
    assert as_csv(several(one))["stated"] == "mass"


def test_a_class_asked_for_that_is_not_stated_does_not_hide_those_that_are():
    line = summary(several((0.1, 0.5, 0.05, 0.02, 0.12), classes=(2,)))
    assert line.startswith("Mass 50 %. The map explains Cardiomegaly 5 %")


def test_what_was_refused_or_abstained_from_has_no_statement_and_is_not_called_normal():
    outside = several(ALL, gate=GateVerdict(GateLevel.OUTSIDE, "The patient is 3 years old."))
    assert summary(refused()).startswith("no statement. This is an MR slice")
    assert summary(outside).startswith("no statement. The patient is 3 years old.")
    for analysis in (refused(), outside):
        assert "no finding" not in summary(analysis).lower()
        assert (as_csv(analysis)["stated"], as_csv(analysis)["none_of_them"]) == ("", "")
    assert [c.code for c in CLASSES] == [part.split("=")[0] for part in as_csv(outside)["probabilities"].split("; ")]


def test_a_run_that_began_without_the_columns_goes_on_and_leaves_them_empty(tmp_path):
    old = {k: v for k, v in table_row(several(ALL), "0001").items() if k not in ("stated", "none_of_them")}
    with Journal(tmp_path, {}) as journal:
        journal.begin("a")
        journal.end(1, old)
    with Journal(tmp_path, {}) as journal:
        journal.begin("b")
        journal.end(2, table_row(several(ALL), "0002"))
        file = io.StringIO()
        write_csv(file, journal.rows())
        table = pq.read_table(write_parquet(tmp_path, journal.rows(), {}))
    assert [row["stated"] for row in csv.DictReader(io.StringIO(file.getvalue()))] == ["", "emph; mass; nod; eff; card"]
    assert table["stated"].to_pylist() == [None, "emph; mass; nod; eff; card"]
    assert table["none_of_them"].to_pylist() == [None, pytest.approx(0.0012, abs=1e-5)]
