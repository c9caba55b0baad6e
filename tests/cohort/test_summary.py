"""The summary page: what it counts, what it compares, whom it does not name."""

import json
import re

import numpy as np
import pytest
from PIL import Image

from segx_viewer.bundles.manifest import read_bundle
from segx_viewer.bundles.store import BundleStore
from segx_viewer.cli import main
from segx_viewer.cohort.drift import FIGURES, drifts, references
from segx_viewer.cohort.parquet import write_parquet
from segx_viewer.cohort.results import read_rows
from segx_viewer.cohort.summary import write_summary
from segx_viewer.cohort.work import table_row
from segx_viewer.domain.result import GateLevel, GateVerdict, Level
from segx_viewer.errors import SegxError
from segx_viewer.explain.segu import UNSTATED
from segx_viewer.paths import models_folder
from tests.several import ALL, refused, several


def _rows(count: int = 40):
    numbers = np.random.default_rng(0).normal(0.5, 0.05, count)
    for n, segu in enumerate(numbers):
        yield {
            "id": f"{n + 1:04d}-00000000",
            "status": "done",
            "model": "m",
            "model_version": "1",
            "class_label": "A < B",
            "probability": 0.7,
            "badge": "LOW" if n == 3 else "HIGH",
            "c_auitc": float(segu + (0.3 if n % 2 else 0)),
            "gate": "accepted",
            "gate_distance": 1.0,
            "month": "2026-01",
            "scanner": "New" if n % 2 else "Old",
        }


def _run(folder, rows):
    folder.mkdir()
    lines = [{"settings": {"version": "1", "include_identity": False}}]
    lines += [{"ended": n, "row": row} for n, row in enumerate(rows, 1)]
    (folder / "run.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")


def test_a_scanner_whose_segu_lies_elsewhere_is_found():
    known = references({"features": ["auitc"], "mean": [0.5], "scale": [0.05]})
    found = {d.group: d for d in drifts(_rows(), {"m": known}) if d.by == "scanner" and d.figure == "SegU"}
    assert found["New"].p < 1e-6
    assert found["New"].size == pytest.approx(6, abs=0.5)
    assert found["New"].against == "calibration set"
    assert found["Old"].p > 0.01


def test_the_page_counts_findings_and_failures_and_shows_the_least_certain_first(tmp_path, capsys):
    failed = {"id": "0041", "status": "failed", "error": "the file is damaged."}
    _run(tmp_path / "out", [*_rows(), failed])
    Image.new("RGB", (800, 600)).save(tmp_path / "out" / "0004-00000000.png")
    assert main(["summary", str(tmp_path / "out")]) == 0
    page = (tmp_path / "out" / "summary.html").read_text("utf-8")
    assert "A &lt; B" in page
    assert "the file is damaged." in page
    assert "Research use only" in page
    assert page.count("data:image/jpeg") == 1
    worst = page[page.index("Least certain") :]
    assert worst.index("0004-00000000") < worst.index("0001-00000000")


def test_a_folder_without_results_is_told(tmp_path):
    with pytest.raises(SegxError, match="holds no results"):
        read_rows(tmp_path)


def test_parquet_says_what_the_figures_depend_on(tmp_path):
    import pyarrow.parquet as pq

    folder = write_parquet(tmp_path, _rows(), {"bundles": ["abc"]})
    table = pq.read_table(folder)
    assert table.num_rows == 40
    assert str(table.schema.field("c_auitc").type) == "double"
    facts = pq.read_schema(folder / "model=m" / "part-0.parquet").metadata
    assert json.loads(facts[b"models"]) == ["abc"]
    assert "numpy" in json.loads(facts[b"versions"])
    assert b"Research use only" in facts[b"notice"]


def test_all_three_figures_have_a_reference_in_the_bundle():
    figures = {name: {"mean": 0.5, "deviation": 0.05, "images": 300} for name in ("max_softmax", "auitc")}
    known = references({"reference": figures | {"gate_distance": {"mean": 9.0, "deviation": 2.0, "images": 250}}})
    rows = [row | {"gate_distance": 11.0 + n % 3} for n, row in enumerate(_rows())]
    found = {d.figure: d for d in drifts(rows, {"m": known}) if d.by == "all"}
    assert found["gate distance"].against == found["SegU"].against == "calibration set"
    assert found["gate distance"].size == pytest.approx((np.mean([r["gate_distance"] for r in rows]) - 9) / 2)
    assert found["gate distance"].p < 1e-6
    refused = [row | {"gate": "refused", "gate_distance": 90.0 + n} for n, row in enumerate(_rows())]
    assert {d.figure: d for d in drifts([*rows, *refused], {"m": known}) if d.by == "all"} == found


def test_month_and_scanner_are_written_only_where_they_are_asked_for(store, tmp_path):
    from examples import pydicom_image

    from segx_viewer import pipeline
    from segx_viewer.domain.request import AnalysisRequest

    image = pydicom_image("CT_small.dcm")
    assert image.acquisition.study_date
    analysis = pipeline.analyse_to_end(AnalysisRequest(image), store)
    assert not {"month", "scanner"} & table_row(analysis, "0001").keys()
    row = table_row(analysis, "0001", origin=True)
    assert row["month"] == "2004-01"
    assert row["scanner"]
    assert image.acquisition.study_date not in json.dumps(row)


@pytest.mark.parametrize("name", sorted(path.parent.name for path in models_folder().glob("*/bundle.toml")))
def test_every_bundle_tells_what_its_calibration_set_was_like_and_the_page_compares_with_it(name, tmp_path):
    known = references(read_bundle(models_folder() / name).calibration)
    assert known.keys() == FIGURES.keys()
    assert all(one.images > 100 for one in known.values())
    rows = [row | {"model": name, "gate_distance": 1.0 + n / 100, "probability": 0.6 + n / 200}
            for n, row in enumerate(_rows())]  # fmt: skip
    _run(tmp_path / "out", rows)
    write_summary(tmp_path / "out", BundleStore([models_folder()]))
    page = (tmp_path / "out" / "summary.html").read_text("utf-8")
    drift = page[page.index("<h2>Drift") : page.index("<h2>Least")]
    assert drift.count("<td>calibration set</td>") == 12  # three figures: of all, two scanners, one month


def _sections(folder, store):
    """The cells of the page's tables, by their heading."""
    write_summary(folder, store)
    page = (folder / "summary.html").read_text("utf-8")
    found = {}
    for part in page.split("<h2>")[1:]:
        head, _, body = part.partition("</h2>")
        rows = re.findall(r"<tr>(.*?)</tr>", body)
        cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in rows]
        found[head] = [tuple(row) for row in cells if row] or re.findall(r"<figcaption>(.*?)</figcaption>", body)
    return page, found


def _of_many(*analyses):
    return [table_row(analysis, f"{n:04d}") for n, analysis in enumerate(analyses, 1)]


def test_each_stated_finding_counts_and_what_is_not_stated_does_not(tmp_path):
    outside = several(ALL, gate=GateVerdict(GateLevel.OUTSIDE, "The patient is 3 years old."))
    one = several((0.1, 0.5, 0.05, 0.02, 0.12), {1: Level.HIGH})
    rows = _of_many(several(ALL), one, several(), outside, refused("This is an MR slice."))
    rows += [{"id": "0006", "status": "skipped", "error": "the file is not an image."}]
    rows += [{"id": "0007", "status": "failed", "error": "the file is damaged."}]
    _run(tmp_path / "out", rows)
    page, found = _sections(tmp_path / "out", BundleStore([]))
    assert "<h1>Results of 6 images</h1>" in page
    assert "3 of 5" in page
    assert found["Findings"][0] == ("chest", "Mass", "2", "67 %")
    assert {row[1] for row in found["Findings"]} == {
        "Mass", "eff", "nod", "card", "Emphysema", "no finding above its cut-off"
    }  # fmt: skip
    assert ("chest", "no finding above its cut-off", "1", "33 %") in found["Findings"]
    assert set(found["Badge levels"]) == {
        ("no statement", "2"), ("LOW", "1"), ("HIGH", "1"), ("no finding above its cut-off", "1")
    }  # fmt: skip
    assert set(found["Failed, and without a statement"]) == {
        ("no statement", "The patient is 3 years old.", "1"),
        ("no statement", "This is an MR slice.", "1"),
        ("failed", "the file is damaged.", "1"),
    }
    assert found["Skipped: no images"] == [("the file is not an image.", "1")]
    assert found["Least certain findings"] == [
        "0001: Emphysema 90 %, LOW; also Mass, nod, eff, card",
        "0002: Mass 50 %, HIGH",
    ]
    assert "ABSTAIN" not in page


def test_a_run_of_an_earlier_version_is_summed_up_by_the_cut_offs_of_its_model(tmp_path):
    bundle = BundleStore([models_folder()]).get("chest-findings")
    scores = {info.code: info.threshold / 2 for info in bundle.classes}
    shared = {"status": "done", "model": "chest-findings", "model_version": bundle.info.version, "gate": "accepted",
              "class_code": "Pneumonia", "class_label": "Pneumonia", "badge": "LOW"}  # fmt: skip

    def row(number, **above):
        told = "; ".join(f"{code}={p:.6f}" for code, p in (scores | above).items())
        return shared | {"id": f"{number:04d}", "probabilities": told, "probability": 0.6, "badge_reason": ""}

    none = row(3) | {"badge_reason": UNSTATED}
    _run(
        tmp_path / "out", [row(1, Pneumonia=0.9, Edema=0.8), row(2, Pneumonia=0.9), none, row(4) | {"badge": "ABSTAIN"}]
    )
    _, found = _sections(tmp_path / "out", BundleStore([models_folder()]))
    assert found["Findings"] == [
        ("chest-findings", "Pneumonia", "2", "67 %"),
        ("chest-findings", "Oedema", "1", "33 %"),
        ("chest-findings", "no finding above its cut-off", "1", "33 %"),
    ]
    assert ("no statement", "1") in found["Badge levels"]
    _, found = _sections(tmp_path / "out", BundleStore([]))  # without the model, the leading one is all that is known
    assert found["Findings"] == [
        ("chest-findings", "Pneumonia", "2", "67 %"),
        ("chest-findings", "no finding above its cut-off", "1", "33 %"),
    ]
