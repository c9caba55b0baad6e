import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from segx_viewer.bundles.manifest import read_bundle, read_manifest
from segx_viewer.bundles.store import BundleStore
from segx_viewer.bundles.writing import write_manifest
from segx_viewer.domain.image import PhotometricInterpretation
from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.domain.result import BadgeRecord, GateLevel, Level, LevelPromise, LevelRecord
from segx_viewer.errors import DataError
from segx_viewer.evaluation import collect, fit, report, run
from segx_viewer.evaluation.calibrate import JudgedAnswer, fitted_digest
from segx_viewer.evaluation.card import (
    BEGIN,
    END,
    FACTS,
    SHIFTS_BEGIN,
    SHIFTS_END,
    write_model_card,
    write_readme_figures,
)
from segx_viewer.evaluation.collect import OpenStore
from segx_viewer.evaluation.fit import collect_features, fit_bundle, record_image
from segx_viewer.evaluation.outlines import MEASURES, outline_row
from segx_viewer.evaluation.plain import plain
from segx_viewer.evaluation.run import RESULT, evaluate
from segx_viewer.evaluation.spread import over_processes
from segx_viewer.evaluation.strangers import spoilt, strangers
from segx_viewer.explain.promises import Promises
from segx_viewer.inference.input_gate import InputGate
from segx_viewer.networks.architectures import build_classifier, build_segmenter
from segx_viewer.pipeline import analyse_to_end
from segx_viewer.training.datasets import load_dataset
from segx_viewer.training.recipe import read_recipe
from segx_viewer.training.run import SPLITS, train_recipe
from segx_viewer.training.splits import read_splits, write_splits

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bundle_folder(tiny_recipe, drawn_ham10000, tmp_path_factory):
    """A bundle of the drawn data with random weights: training it is another test's business."""
    root = tmp_path_factory.mktemp("models")
    folder, work = root / "tiny", root / "work"
    folder.mkdir()
    work.mkdir()
    (folder / "recipe.toml").write_text(f"{tiny_recipe}\nfaithfulness = 2\n")
    (folder / FACTS).write_text("## Data\n\nDrawn circles.\n")
    manifest = read_recipe(folder / "recipe.toml").manifest
    torch.manual_seed(0)  # one whose segmenter finds a region
    networks = {
        "classifier": build_classifier(manifest["classifier"]["architecture"], 2),
        "segmenter": build_segmenter(manifest["segmenter"]["architecture"], manifest["segmenter"]["options"]),
    }
    for name, network in networks.items():
        save_file(network.state_dict(), work / f"{name}.safetensors")
        (work / f"{name}.json").write_text("[]")
    train_recipe(folder / "recipe.toml", drawn_ham10000, work=work, networks=(), report=lambda _line: None)
    return folder


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Few strangers, cases and faithful maps: the amount is not what is tested here."""
    monkeypatch.setattr(run, "strangers", lambda: list(strangers(packages=False))[:3])
    monkeypatch.setattr(report, "CASES", 1)


def test_evaluation_resumes_and_its_card_says_the_same(bundle_folder, drawn_ham10000, tmp_path, monkeypatch):
    out, lines = tmp_path / "out", []
    first = plain(evaluate(bundle_folder, drawn_ham10000, out, workers=1, report=lines.append))
    for name in (RESULT, "images.csv", "segmentation.csv", "report.html"):
        assert (out / name).stat().st_size > 100
    assert first["classification"]["n"] == 12
    assert set(first["interpretability"]) == {"gradcam", "gradient_shap"}
    assert json.loads((out / RESULT).read_text()) == first
    assert first["bundle"]["fitted"] == fitted_digest(read_manifest(bundle_folder))

    tasks = first["classification"]["n"] + first["segmentation"]["ham10000"]["dice"]["n"] + first["faithfulness"]["n"]
    assert lines.count(f"  {tasks} of {tasks}") == 1

    # A killed run: some rows are there, the last line is torn. Only the missing ones are measured again.
    shards = sorted((out / "cache").rglob("*.jsonl"))
    kept = shards[0].read_text().splitlines(keepends=True)[:5]
    for path in shards:
        path.unlink()
    shards[0].with_stem("00002").write_text("".join(kept) + '{"task": "image", "image_id": "ima')
    analysed = []
    real = collect.image_row
    monkeypatch.setattr(collect, "image_row", lambda r, *rest: analysed.append(r.image_id) or real(r, *rest))
    second = plain(evaluate(bundle_folder, drawn_ham10000, out, workers=1, report=lines.append))
    assert len(analysed) == 12 - 5
    assert second == first

    # Nothing is left to do, and other processes would have read the same rows.
    lines.clear()
    assert plain(evaluate(bundle_folder, drawn_ham10000, out, workers=2, report=lines.append)) == first
    assert f"  {tasks} of {tasks}" in lines
    assert len(analysed) == 12 - 5

    card = write_model_card(bundle_folder, out / RESULT).read_text()
    assert f"{first['classification']['accuracy']['value']:.3f}" in card
    assert "Drawn circles." in card
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    write_readme_figures(readme, [out / RESULT])
    text = readme.read_text()
    assert "old" not in text
    assert text.startswith("before")
    assert text.endswith("after\n")
    assert f"{first['classification']['macro_auroc']['value']:.3f}" in text


def test_a_bundle_beside_it_agrees_with_itself(bundle_folder, drawn_ham10000, tmp_path):
    twin = shutil.copytree(bundle_folder, tmp_path / "another" / bundle_folder.name)
    result = plain(evaluate(
        bundle_folder, drawn_ham10000, tmp_path / "out", methods=["gradcam"], workers=1, beside=twin, limit=3,
        report=lambda _line: None,
    ))  # fmt: skip
    assert result["second"]["version"] == result["bundle"]["version"]
    rows = [
        json.loads(line) for p in (tmp_path / "out" / "cache").rglob("*.jsonl") for line in p.read_text().splitlines()
    ]
    for row in (row for row in rows if row["task"] == "image"):
        p = np.clip(max(row["probabilities"]), 1e-6, 1 - 1e-6)
        assert row["second"]["second_log_odds"] == pytest.approx(np.log(p / (1 - p)), rel=0.1)
        assert row["second"]["map_overlap"] == 1
        assert row["second"]["map_rank_correlation"] == pytest.approx(1)


def test_card_tells_of_the_badge_and_the_bundle_keeps_it(bundle_folder, tmp_path):
    folder = tmp_path / "tiny"
    shutil.copytree(bundle_folder, folder)
    fits = [{"fitted": "as they are", "judged": "changed", "log_loss": 0.3, "ece": 0.02, "too_sure": 0.0312}]
    manifest = read_manifest(folder)
    write_manifest(folder, manifest | {"calibration": {"set": "drawn", "fitted_on": fits}})
    figure = {"value": 0.81, "low": 0.7, "high": 0.9, "n": 20}
    result = {
        "bundle": {"weights": {}}, "part": "test", "date": "2026-01-01", "data": {"ham10000": 20}, "extra_passes": 2,
        "classification": {"accuracy": figure, "balanced_accuracy": figure, "macro_auroc": figure, "per_class": {}},
        "segmentation": {}, "interpretability": {}, "faithfulness": {},
        "certainty": {
            "max-softmax": {"auroc": figure},
            "calibrated SegU": {"auroc": figure, "auroc_above_max_softmax": figure | {"value": 0.1, "low": -0.02}},
        },
        "calibration": {"ece": figure | {"value": 0.0444}, "levels": {"HIGH": figure | {"value": 0.95}}},
        "gate": {"in_domain": {"n": 20, **dict.fromkeys(("accepted", "outside", "refused"), figure)}, "strangers": {}},
    }  # fmt: skip
    evaluation = tmp_path / RESULT
    evaluation.write_text(json.dumps(result))
    card = write_model_card(folder, evaluation).read_text()
    assert "0.044" in card
    assert "+0.031" in card
    assert "adds nothing certain" in card
    assert "by chance |" not in card, "an evaluation from before that figure"
    badge = read_bundle(folder).info.badge
    assert badge.measured_on == "ham10000, test part"
    assert badge.levels == (LevelRecord(Level.HIGH, 0.95, 20),)
    assert (badge.auroc, badge.auroc_confidence, badge.gain_low) == (0.81, 0.81, -0.02)

    result["calibration"] |= {"ece_by_chance": figure | {"value": 0.0333}}
    evaluation.write_text(json.dumps(result))
    assert "0.033" in write_model_card(folder, evaluation).read_text()
    assert badge.promises == ()


def test_card_readme_and_bundle_name_a_level_that_does_not_hold_among_some_images(bundle_folder, tmp_path):
    folder = tmp_path / "tiny"
    shutil.copytree(bundle_folder, folder)
    part = {"attribute": "dx_type", "values": ["histo"], "label": "lesions that were cut out", "high_error": 0.05}
    proven = {"level": "HIGH", "most": 0.05, "images": 100, "errors": 1, "upper": 0.0466}
    promises = {
        "images": 300, "levels": {"high": 0.9, "moderate": float("inf"), "careful": {}},
        "proven": [proven | {"images": 300}], "within": [part | {"images": 120, "levels": [proven]}],
    }  # fmt: skip
    write_manifest(folder, read_manifest(folder) | {"calibration": {"set": "drawn"}, "promises": promises})
    figure = {"value": 0.81, "low": 0.7, "high": 0.9, "n": 20}
    level = {"level": "HIGH", "promised": 0.95}
    result = {
        "bundle": {"name": "tiny", "weights": {}}, "part": "test", "date": "2026-01-01",
        "certainty": {"max-softmax": {"auroc": figure},
                      "calibrated SegU": {"auroc": figure, "auroc_above_max_softmax": figure}},
        "calibration": {"levels": {"HIGH": figure | {"value": 0.95}}},
        "level_promises": [level | {"right": figure | {"high": 0.97}}, level | {"right": figure, "within": part}],
        "gate": {"in_domain": {"n": 20, **dict.fromkeys(("accepted", "outside", "refused"), figure)}, "strangers": {}},
    }  # fmt: skip
    evaluation = tmp_path / RESULT
    evaluation.write_text(json.dumps(result))
    card = write_model_card(folder, evaluation).read_text()
    assert "| HIGH | lesions that were cut out | 95% | 1 of 100 wrong, at most 4.7% | 0.810" in card
    assert card.count("| not kept |") == 1
    assert read_manifest(folder)["evaluation"]["levels_not_kept"] == [level | {"label": part["label"]}]
    assert read_bundle(folder).info.badge.promises == (LevelPromise(Level.HIGH, 0.95, part["label"], kept=False),)
    readme = tmp_path / "README.md"
    readme.write_text(f"{BEGIN}\n{END}\n")
    write_readme_figures(readme, [evaluation])
    assert "0.950 (0.700 to 0.900), n 20; lesions that were cut out: 0.810" in readme.read_text()


def test_images_of_a_recipe_that_are_not_there_are_named_before_anything_is_fitted(
    bundle_folder, drawn_ham10000, tmp_path
):
    folder = tmp_path / "tiny"
    shutil.copytree(bundle_folder, folder)
    with (folder / "recipe.toml").open("a") as recipe:
        recipe.write('[[recipe.evaluation.within]]\nattribute = "dx_type"\nvalues = ["hysto"]\nlabel = "lesions"\n')
    before = read_manifest(folder)
    with pytest.raises(DataError, match="No calibration image has the dx_type hysto"):
        fit_bundle(folder, drawn_ham10000, report=lambda _line: None)
    assert read_manifest(folder) == before


def test_card_refuses_an_evaluation_of_other_weights(bundle_folder, tmp_path):
    weights = {"classifier.safetensors": "0" * 64}
    (tmp_path / RESULT).write_text(json.dumps({"bundle": {"weights": weights}}))
    with pytest.raises(DataError, match="other weights"):
        write_model_card(bundle_folder, tmp_path / RESULT)


def test_card_refuses_an_evaluation_of_another_calibration(bundle_folder, tmp_path):
    folder = tmp_path / "bundle"
    shutil.copytree(bundle_folder, folder)
    (tmp_path / RESULT).write_text(
        json.dumps({"bundle": {"weights": {}, "fitted": fitted_digest(read_manifest(folder))}})
    )
    write_manifest(folder, {**read_manifest(folder), "calibration": {"set": "fitted since"}})
    (folder / FACTS).write_text("")
    with pytest.raises(DataError, match="another calibration"):
        write_model_card(folder, tmp_path / RESULT)


def test_missing_data_is_one_sentence(bundle_folder, tmp_path):
    with pytest.raises(DataError, match="There is no folder"):
        evaluate(bundle_folder, tmp_path / "nowhere", tmp_path / "out", report=lambda _line: None)


def test_badge_is_fitted_on_images_as_they_are_and_changed(bundle_folder, drawn_ham10000, monkeypatch):
    # Random networks may find no region, of which the badge cannot speak.
    monkeypatch.setattr(fit, "_features_of", lambda analysis: {"logit": float(analysis.prediction.logits[0])})
    ids = [record.image_id for record in load_dataset("ham10000", drawn_ham10000)][:3]

    def collected(order):
        rows = collect_features(bundle_folder, ("ham10000",), drawn_ham10000, order, ())
        return {(row.image_id, row.changed): row for row in rows}

    rows = collected(ids)
    assert set(rows) == {(name, changed) for name in ids for changed in (False, True)}
    for name in ids:
        assert rows[name, False].group == rows[name, True].group
        assert rows[name, False].features != rows[name, True].features
    assert collected(ids[::-1]) == rows, "how an image is changed hangs on the image alone"


def test_store_for_figures_of_the_networks_lets_every_image_pass(bundle_folder, drawn_ham10000):
    record = load_dataset("ham10000", drawn_ham10000)[0]
    grey = record_image(record)
    grey = replace(
        grey, pixels=np.ascontiguousarray(grey.pixels[..., 0]), photometric=PhotometricInterpretation.MONOCHROME2
    )
    request = AnalysisRequest(grey, bundle_name="tiny")
    shut, passed = (analyse_to_end(request, kind([bundle_folder.parent])) for kind in (BundleStore, OpenStore))
    assert shut.prediction is None, "dermoscopy has colours"
    assert passed.prediction is not None
    assert passed.gate.level is GateLevel.ACCEPTED


def test_outlined_finding_is_explained_whether_it_is_stated_or_not(bundle_folder, drawn_ham10000):
    square = (((0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7)),)
    record = replace(
        load_dataset("ham10000", drawn_ham10000)[0], outlines={"mel": square, "nv": square, "other": square}
    )
    row = plain(outline_row(record, OpenStore([bundle_folder.parent]), "tiny"))
    assert [entry["code"] for entry in row["findings"]] == ["mel", "nv"], "of the model's own classes"
    assert sum(entry["stated"] for entry in row["findings"]) == 1
    for entry in row["findings"]:
        assert entry["area"] == pytest.approx(0.16, abs=0.02)
        assert entry["original"].keys() == entry["segx"].keys() == set(MEASURES)


def test_gate_is_fitted_before_too_few_images_end_the_calibration(bundle_folder, drawn_ham10000):
    old = {"set": "x", "levels": [], "auroc": 0.9, "auroc_confidence": 0.8, "gain_low": 0.1}
    write_manifest(bundle_folder, read_manifest(bundle_folder) | {"calibration": {"set": "x"}, "evaluation": old})
    with pytest.raises(DataError, match="too few to calibrate"):
        fit_bundle(bundle_folder, drawn_ham10000, report=lambda _line: None)
    bundle = read_bundle(bundle_folder)
    assert bundle.info.badge == BadgeRecord(), "figures of another badge are gone"
    assert 0 < bundle.gate["outside"] <= bundle.gate["refuse"]
    gate = InputGate.of(bundle)
    assert gate.layer == "blocks.1"
    assert gate.features.distance.mean.shape == (2 * bundle.load_classifier().blocks[1][-1].conv_pwl.out_channels,)


def test_what_is_promised_within_some_images_goes_into_the_bundle_and_back(
    bundle_folder, drawn_ham10000, tmp_path, monkeypatch
):
    data, folder = tmp_path / "data", tmp_path / "models" / "tiny"
    shutil.copytree(drawn_ham10000, data)
    shutil.copytree(bundle_folder, folder)
    metadata = data / "ham10000" / "HAM10000_metadata.csv"
    head, *rows = metadata.read_text().split()
    metadata.write_text(
        "\n".join([f"{head},dx_type", *(f"{row},{('histo', 'other')[n % 2]}" for n, row in enumerate(rows))])
    )
    parts = {"test": "calibration", "validation": "validation"}
    write_splits(folder / SPLITS, {i: parts.get(part, part) for i, part in read_splits(folder / SPLITS).items()})
    with (folder / "recipe.toml").open("a") as recipe:
        for value in ("histo", "other"):
            entry = f'attribute = "dx_type"\nvalues = ["{value}"]\nlabel = "{value} lesions"\nhigh_error = 0.1\n'
            recipe.write(f"[[recipe.evaluation.within]]\n{entry}")
    monkeypatch.setattr(fit, "collect_features", lambda *_what: made_up_answers())
    lines = []
    fit_bundle(folder, data, report=lines.append)
    said = [line for line in lines if line.startswith("  HIGH")]
    assert said[0].startswith("  HIGH, wrong in at most 5%: ")
    assert "among histo lesions" in said[0]
    assert "among other lesions" in said[0]
    promises = read_manifest(folder)["promises"]
    assert [(part["values"], part["images"]) for part in promises["within"]] == [(["histo"], 600), (["other"], 600)]
    for part in promises["within"]:
        [high] = [row for row in part["levels"] if row["level"] == "HIGH"]
        assert high["upper"] <= high["most"] == 0.1
    assert [one.among for one in read_bundle(folder).info.badge.promises if one.level is Level.HIGH] == [
        "histo lesions",
        "other lesions",
    ]
    levels = Promises.from_manifest(read_bundle(folder).promises, ["mel", "nv"]).levels
    assert levels.high == promises["levels"]["high"] < 1


def made_up_answers():
    """Answers of which the surest are right; every second lesion is one that was cut out."""
    rng = np.random.default_rng(0)
    answers = []
    for n in range(1200):
        features = dict.fromkeys((*fit.ALIGNMENT_FEATURES, "entropy", "margin", "energy"), float(rng.normal()))
        features |= {"max_softmax": 4 * rng.random()}
        truth = "nv" if rng.random() < 1 / (1 + np.exp(2 - 3 * features["max_softmax"])) else "mel"
        kind = {"dx_type": ("histo", "other")[n % 2]}
        answers.append(JudgedAnswer.of("nv", (truth,), features, image_id=str(n), group=str(n), attributes=kind))
    return answers


def test_workers_of_a_scheduler_measure_the_same_to_the_last_bit(bundle_folder, drawn_ham10000, tmp_path, monkeypatch):
    from segx_viewer.cohort.cluster import spreading

    monkeypatch.setattr(fit, "CHUNK", 2)
    monkeypatch.setattr(collect, "CHUNK", 3)
    ids = [record.image_id for record in load_dataset("ham10000", drawn_ham10000)][:5]
    what = bundle_folder, ("ham10000",), drawn_ham10000, ids, ()
    alone = evaluate(bundle_folder, drawn_ham10000, tmp_path / "alone", workers=2, report=lambda _line: None)
    features = collect_features(*what, over_processes(2))
    with spreading("local:2") as spread:
        shared = evaluate(bundle_folder, drawn_ham10000, tmp_path / "out", spread=spread, report=lambda _line: None)
        assert collect_features(*what, spread) == features
    assert [row.image_id for row in features] == sorted((r.image_id for r in features), key=ids.index)
    assert features
    assert replace(shared, date="") == replace(alone, date="")
    for name in ("images.csv", "segmentation.csv"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "alone" / name).read_bytes()


def test_a_worker_with_another_bundle_measures_nothing(bundle_folder, drawn_ham10000, tmp_path):
    job = collect.Job(bundle_folder, "0" * 64, drawn_ham10000, ("ham10000",), (), (), tmp_path / "rows.jsonl")
    with pytest.raises(DataError, match="another bundle"):
        collect._work(job)


def test_changed_pictures_are_measured_where_that_is_asked_for(bundle_folder, drawn_ham10000, tmp_path):
    found = evaluate(
        bundle_folder, drawn_ham10000, tmp_path / "out", methods=("gradcam",), limit=4, shifts=2, workers=1
    )
    table = plain(found.shifts)
    assert table["n"] == 2
    assert table["as it is"]["flipped"]["value"] == 0
    assert {"JPEG 30", "black frame, 12 %", "mirrored"} <= table.keys()
    assert sum(table["JPEG 30"]["gate"].values()) == pytest.approx(1, abs=1e-3)
    card = write_model_card(bundle_folder, tmp_path / "out" / RESULT).read_text()
    assert "### On pictures that were changed" in card
    readme = tmp_path / "README.md"
    readme.write_text(f"{BEGIN}\n{END}\nbetween\n{SHIFTS_BEGIN}\nold\n{SHIFTS_END}\nafter\n")
    write_readme_figures(readme, [tmp_path / "out" / RESULT])
    text = readme.read_text()
    assert "| JPEG 30 |" in text.split("between")[1]
    assert "old" not in text
    assert text.endswith("after\n")


def test_own_pictures_are_spoilt_as_no_camera_gives_them():
    pictures = [np.full((8, 10, 3), (200, 150, 100 + n), np.uint8) for n in range(3)]
    found = dict(spoilt(pictures))
    assert found["red and blue exchanged"][0][0, 0].tolist() == [100, 150, 200]
    assert found["grey"][0][0, 0].tolist() == [150, 150, 150]
    assert found["inverted"][0][0, 0].tolist() == [55, 105, 155]
    assert found["four in one"][1].shape == (16, 20, 3)
    assert [found["four in one"][1][y, x, 2] for y in (0, 15) for x in (0, 19)] == [101, 102, 100, 101]
    grey = [np.full((8, 10, 3), 90, np.uint8)]
    assert [name for name, _ in spoilt(grey)] == ["inverted", "four in one"]
