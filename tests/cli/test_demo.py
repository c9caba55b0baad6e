"""The demo without a display: the whole program on two images, with the bundled models."""

import json

import pytest

pytest.importorskip("data_store", reason="pydicom-data (the demo's radiograph) is not installed")

from segx_viewer.app.jobs import demo as files
from segx_viewer.cli import main
from segx_viewer.paths import models_folder

BUNDLES = ("chest-pneumonia", "dermoscopy-ham10000")
needs_models = pytest.mark.skipif(
    not all((models_folder() / name / "bundle.toml").is_file() for name in BUNDLES),
    reason="the bundled models are not in this checkout",
)


@pytest.fixture
def no_display(monkeypatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")


@needs_models
def test_it_analyses_both_images_says_what_it_found_and_where(no_display, tmp_path, capsys):
    assert main(["demo", "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [
        "SYNTHETIC-lesion-report.json",
        "SYNTHETIC-lesion-report.png",
        "SYNTHETIC-lesion.png",
        "chest-radiograph-RG1.json",
        "chest-radiograph-RG1.png",
    ]
    for name in names:
        if name != "SYNTHETIC-lesion.png":
            assert str(tmp_path / name) in said.replace("\n", "")
    assert "Research use only" in said
    records = {p.stem: json.loads(p.read_text("utf-8")) for p in tmp_path.glob("*.json")}
    lesion, chest = records["SYNTHETIC-lesion-report"], records["chest-radiograph-RG1"]
    assert lesion["model"]["name"] == "dermoscopy-ham10000"
    assert chest["model"]["name"] == "chest-findings", "an adult"
    for record in records.values():
        assert record["complete"]
        assert record["explanations"]
        assert 0.01 < record["region"]["area_fraction"] < 0.9
    assert chest["input_check"]["level"] == "accepted"
    assert [region["name"] for region in chest["regions"]] == ["lungs", "right lung", "left lung"]
    stated = [c for c in chest["prediction"]["classes"] if c["probability"] > c["threshold"]]
    assert "Mass" in [c["code"] for c in stated], "the film shows masses"
    assert len(chest["explanations"]) == len(stated), "every finding is explained"


def test_without_the_radiograph_it_says_what_to_install(no_display, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(files.importlib.util, "find_spec", lambda name: None)
    assert main(["demo", "--out", str(tmp_path)]) == 1
    assert "pip install 'segx-viewer[demo]'" in capsys.readouterr().err


def test_with_a_display_the_window_opens_on_both(monkeypatch, tmp_path):
    opened = []
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("segx_viewer.app.application.run", lambda paths: opened.extend(paths) or 0)
    assert main(["demo"]) == 0
    assert [path.name for path in opened] == ["RG1_UNCR.dcm", "SYNTHETIC-lesion.png"]
    assert opened[1].is_file()
