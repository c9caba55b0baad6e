"""Calibrating anybody's model on labelled images."""

import shutil

import numpy as np
import pytest
from PIL import Image

from segx_viewer.bundles.manifest import read_bundle, read_manifest
from segx_viewer.bundles.store import BundleStore
from segx_viewer.bundles.writing import write_manifest
from segx_viewer.domain.request import AnalysisRequest, CancelToken
from segx_viewer.domain.result import GateLevel
from segx_viewer.errors import AnalysisCancelled, DataError
from segx_viewer.evaluation.labelled import labelled
from segx_viewer.evaluation.own import fit_own
from segx_viewer.imaging.reader import read_image
from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.pipeline import analyse_to_end


@pytest.fixture
def model(tiny_models, tmp_path):
    """A copy of the tiny skin model that knows nothing of calibration."""
    folder = tmp_path / "models" / "tiny-skin"
    shutil.copytree(tiny_models / "tiny-skin", folder)
    return folder


def pictures(folder, count):
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True)
    for n in range(count):
        pixels = np.clip(draw_lesion((48, 64)) * rng.uniform(0.5, 1.2, 3) + rng.normal(0, 25, (48, 64, 3)), 0, 255)
        Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{n:03}.png")
    return sorted(folder.iterdir())


def test_a_folder_for_each_class_and_a_table_say_the_same(model, tmp_path):
    bundle = read_bundle(model)
    first, second = (c.code for c in bundle.classes[:2])
    for code in (first, second):
        pictures(tmp_path / "data" / code, 2)
    found = labelled(tmp_path / "data", bundle)
    assert [image.codes for image in found] == [(code,) for code in sorted([first, second]) for _ in range(2)]
    table = tmp_path / "table.csv"
    lines = [f"{image.path},{bundle.classes[0].label if image.codes[0] == first else second}" for image in found]
    table.write_text("\n".join(["Image,Class", *lines]))
    assert [(i.path, i.codes) for i in labelled(table, bundle)] == [(i.path, i.codes) for i in found]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("image,class\na.png,unicorn\n", "has no class 'unicorn'"),
        ("x,y\n1,2\n", "needs a column image"),
        ("", "holds no"),
    ],
)
def test_tables_that_do_not_fit_are_told(model, tmp_path, text, said):
    (tmp_path / "table.csv").write_text(text)
    with pytest.raises(DataError, match=said):
        labelled(tmp_path / "table.csv", read_bundle(model))


def test_levels_are_fitted_where_there_are_enough_images_and_otherwise_it_is_said(model, tmp_path):
    paths, bundle = pictures(tmp_path / "images", 30), read_bundle(model)
    store = BundleStore([model.parent])
    codes = [c.code for c in bundle.classes]
    lines = ["image,class"]
    for n, path in enumerate(paths):
        top = analyse_to_end(AnalysisRequest(read_image(path), bundle_name="tiny-skin"), store).prediction.top
        lines.append(f"{path},{codes[top if n % 2 else (top + 1) % len(codes)]}")
    table = tmp_path / "table.csv"
    table.write_text("\n".join(lines[:6]))
    lacking = fit_own(model, table, report=lambda _line: None)
    assert any("stays uncalibrated" in sentence and "too few to calibrate on" in sentence for sentence in lacking)
    assert "calibration" not in read_manifest(model)
    table.write_text("\n".join(lines))
    lacking = fit_own(model, table, report=lambda _line: None)
    assert any("needs 9 images of each class" in s or "needs 19 images of each class" in s for s in lacking)
    manifest = read_manifest(model)
    assert manifest["calibration"]["set"] == "table.csv (30 images of the user's own)"
    analysis = analyse_to_end(
        AnalysisRequest(read_image(paths[0]), bundle_name="tiny-skin"), BundleStore([model.parent])
    )
    certainty = next(iter(analysis.explanations.values())).certainty
    assert certainty.probability_correct is not None


def test_a_calibration_that_is_cancelled_leaves_the_model_as_it_was(model, tmp_path):
    paths, cancel, fractions = pictures(tmp_path / "images", 6), CancelToken(), []
    code = read_bundle(model).classes[0].code
    table = tmp_path / "table.csv"
    table.write_text("\n".join(["image,class", *(f"{path},{code}" for path in paths)]))
    before = {path.name: path.read_bytes() for path in model.iterdir() if path.is_file()}

    def stop(fraction):
        fractions.append(fraction)
        cancel.cancel()

    with pytest.raises(AnalysisCancelled):
        fit_own(model, table, report=lambda _line: None, cancel=cancel, on_progress=stop)
    assert len(fractions) == 1
    assert {path.name: path.read_bytes() for path in model.iterdir() if path.is_file()} == before
    assert list(model.parent.iterdir()) == [model]


def test_masks_tell_how_good_the_region_is(model, tmp_path):
    paths, code, lines = pictures(tmp_path / "images", 3), read_bundle(model).classes[0].code, []
    rows = ["image,class,mask"]
    for path in paths:
        found = analyse_to_end(AnalysisRequest(read_image(path), bundle_name="tiny-skin"), BundleStore([model.parent]))
        mask = tmp_path / f"{path.stem}-mask.png"
        Image.fromarray(255 * found.placement.to_image(found.segmentation.mask, (48, 64)).astype(np.uint8)).save(mask)
        rows.append(f"{path},{code},{mask}")
    (tmp_path / "table.csv").write_text("\n".join(rows))
    fit_own(model, tmp_path / "table.csv", report=lines.append)
    assert "  Region: Dice 1.00 on average, with the masks of 3 images" in lines


def test_an_input_gate_is_fitted_and_refuses_strangers(model, tmp_path, monkeypatch):
    """With fewer images than it takes in earnest."""
    monkeypatch.setattr("segx_viewer.evaluation.own_gate.FEWEST", 40)
    manifest = read_manifest(model)
    manifest.pop("gate", None)
    write_manifest(model, manifest)
    paths, code, lines = pictures(tmp_path / "images", 60), read_bundle(model).classes[0].code, []
    table = tmp_path / "table.csv"
    table.write_text("\n".join(["image,class", *(f"{path},{code}" for path in paths)]))
    fit_own(model, table, report=lines.append)
    assert any("images tell what is usual" in line for line in lines)
    assert read_bundle(model).damages() == []
    store = BundleStore([model.parent])
    verdicts = [
        analyse_to_end(AnalysisRequest(read_image(path), bundle_name="tiny-skin"), store).gate for path in paths[:10]
    ]
    assert sum(v.level is GateLevel.ACCEPTED for v in verdicts) >= 8
    stripes = np.zeros((48, 64, 3), np.uint8)
    stripes[::2] = [255, 0, 200]
    Image.fromarray(stripes).save(tmp_path / "stripes.png")
    stranger = analyse_to_end(AnalysisRequest(read_image(tmp_path / "stripes.png"), bundle_name="tiny-skin"), store)
    assert stranger.gate.level is not GateLevel.ACCEPTED


def test_calibrate_over_a_scheduler_writes_what_one_machine_writes(model, tmp_path):
    from segx_viewer.cli import main

    for n, code in enumerate(c.code for c in read_bundle(model).classes[:2]):
        pictures(tmp_path / "data" / code, 12 + n)
    shutil.copytree(model, tmp_path / "other" / "tiny-skin")
    assert main(["calibrate", str(model), "--data", str(tmp_path / "data")]) == 0
    shared = ["calibrate", str(tmp_path / "other" / "tiny-skin"), "--data", str(tmp_path / "data")]
    assert main([*shared, "--scheduler", "local:2"]) == 0
    assert read_manifest(tmp_path / "other" / "tiny-skin") == read_manifest(model)
    assert main([*shared, "--scheduler", "local:none"]) == 2
