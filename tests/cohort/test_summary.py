"""The summary page: what it counts, what it compares, whom it does not name."""

import json

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
from segx_viewer.errors import SegxError
from segx_viewer.paths import models_folder


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
    from segx_viewer.cohort.work import table_row
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
