from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from scipy.special import expit, logit
from torch import nn

from segx_viewer.errors import DataError
from segx_viewer.networks.architectures import build_classifier
from segx_viewer.training.adjust import fit_scaling
from segx_viewer.training.augment import augment
from segx_viewer.training.datasets import Record, Source
from segx_viewer.training.loop import Task, train
from segx_viewer.training.marks import draw_marks, find_marks, paint_out
from segx_viewer.training.recipe import read_recipe
from segx_viewer.training.run import _set_head, _split, train_recipe
from segx_viewer.training.samples import Samples, priors_moved, reweighed
from segx_viewer.training.schedule import Augmentation, Schedule
from segx_viewer.training.splits import split, split_runs, write_splits
from segx_viewer.training.tables import Table
from segx_viewer.training.tasks import classifier_task, stated_as_often

STILL = Augmentation(
    rotation=0, scale=0, aspect=0, shift=0, flip_horizontal=False, brightness=0, contrast=0, blur=0, jpeg=0
)
HEAD = "image,patient,Mass,Hernia,view,bad,dots,net_Mass,net_Hernia\n"


def _folder(tmp_path, rows):
    folder = tmp_path / "films"
    for kind in ("images", "masks"):
        (folder / kind).mkdir(parents=True)
    for row in rows:
        name = row.split(",")[0]
        cv2.imwrite(str(folder / "images" / f"{name}.png"), np.zeros((8, 8), np.uint8))
    cv2.imwrite(str(folder / "masks" / "a.png"), np.full((8, 8), 255, np.uint8))
    (folder / "metadata.csv").write_text(HEAD + "\n".join(rows) + "\n")
    return tmp_path


FILMS = Table.of(
    "films",
    {"group": ["patient"], "findings": {"mass": "Mass", "hernia": "Hernia"}, "attributes": ["view"], "prefix": "f-",
     "leave_out": {"bad": "1"}, "marked": "dots", "teacher": "net_"},
)  # fmt: skip


def test_data_set_that_a_recipe_describes_is_read_without_code_of_its_own(tmp_path):
    rows = ["a,p1,1,1,PA,0,1,0.7,0.2", "b,p2,1,0,AP,0,0,,", "c,p2,0,0,AP,0,0,,", "d,p3,0,0,PA,1,0,,"]
    a, b, c = FILMS.read(_folder(tmp_path, rows))
    assert [r.image_id for r in (a, b, c)] == ["f-a", "f-b", "f-c"], "the row to be left out is"
    assert a.codes == ("mass", "hernia")
    assert c.codes == ()
    assert [r.stratum for r in (a, b, c)] == ["hernia", "mass", "none"], "the rarest finding"
    assert b.group == c.group == "f-p2"
    assert a.attributes == {"view": "PA"}
    assert a.marked
    assert not b.marked
    assert a.taught == {"mass": 0.7, "hernia": 0.2}
    assert b.taught == {}
    assert a.read_mask().all()
    assert b.read_mask() is None


def test_pictures_that_a_set_does_not_have_are_read_from_the_set_that_is_its_rest(tmp_path):
    whole = tmp_path / "ham10000"
    for kind in ("HAM10000_images", "HAM10000_segmentations"):
        (whole / kind).mkdir(parents=True)
    for name in ("a", "b"):
        cv2.imwrite(str(whole / "HAM10000_images" / f"{name}.jpg"), np.zeros((6, 12), np.uint8))
    (whole / "HAM10000_metadata.csv").write_text("lesion_id,image_id,dx\np1,a,mel\np1,b,mel\n")
    crops = replace(FILMS, findings={}, label="view", prefix="", leave_out={}, teacher="", rest="ham10000")
    a, b = crops.read(_folder(tmp_path, ["a,p1,0,0,mel,0,0,,"]))
    assert (a.dataset, b.dataset) == ("films", "ham10000"), "one record of each picture"
    assert a.group == b.group
    assert a.codes == b.codes == ("mel",)
    assert (a.read_image().shape, b.read_image().shape) == ((8, 8, 3), (6, 12, 3))


def test_table_with_a_wrong_entry_or_column_says_which(tmp_path):
    with pytest.raises(ValueError, match=r"colour in \[recipe.data.films\]"):
        Table.of("films", {"colour": "x"})
    with pytest.raises(DataError, match="no column 'lesion'"):
        replace(FILMS, group=("lesion",)).read(_folder(tmp_path, ["a,p1,1,1,PA,0,1,0.7,0.2"]))


def _record(name, group, position=None, stratum="x"):
    return Record("set", name, group, (stratum,), stratum, Source(name), None, position=position)


def test_split_has_the_shares_asked_for_and_keeps_groups_together():
    records = [_record(f"{g}-{n}", f"g{g}", stratum="xy"[g % 2]) for g in range(400) for n in range(2)]
    shares = {"train": 0.5, "validation": 0.1, "calibration": 0.25, "test": 0.15}
    parts = split(records, 1, shares)
    assert all(len({parts[f"{g}-{n}"] for n in range(2)}) == 1 for g in range(400))
    found = {part: sum(p == part for p in parts.values()) / len(parts) for part in shares}
    assert found == pytest.approx(shares, abs=0.01)


def test_run_is_split_at_the_same_positions_and_its_gaps_have_no_part():
    records = [_record(f"{run}-{n}", f"{run} {n:02d}", n / 20) for run in ("r1", "r2", "r3") for n in range(21)]
    runs = {"r1": {"train": (0.0, 1.0)}, "r2": {"calibration": (0.0, 0.4), "test": (0.5, 1.0)}}
    parts = split_runs(records, runs)
    assert {p for i, p in parts.items() if i.startswith("r1")} == {"train"}
    assert len([i for i in parts if i.startswith("r1")]) == 21, "position 1 is included"
    assert [parts.get(f"r2-{n}") for n in (7, 8, 9, 10, 20)] == ["calibration", None, None, "test", "test"]
    assert not any(i.startswith("r3") for i in parts)


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        ("[recipe.split]\ntrain = 0.9\ntest = 0.2", "1 together"),
        ("[recipe.split]\ntrain = 0.5\ntesting = 0.5", "testing"),
        ("[recipe.runs]\nr1 = { learning = [0, 1] }", "learning"),
        ("[recipe.data.films]\nbeard = 1", "beard"),
    ],
)
def test_wrong_split_or_data_table_is_refused(tiny_recipe, tmp_path, entry, word):
    path = tmp_path / "recipe.toml"
    path.write_text(f"{tiny_recipe}\n{entry}\n")
    with pytest.raises(DataError, match=word):
        read_recipe(path)


def test_nothing_learns_from_calibration_or_test():
    with pytest.raises(ValueError, match="nothing learns"):
        Schedule(1, 1e-3, parts=("train", "calibration"))


def test_reweighed_findings_are_as_frequent_in_every_cell():
    rng = np.random.default_rng(0)
    ward = rng.random(4000) < 0.4
    targets = (rng.random((4000, 1)) < np.where(ward, 0.6, 0.3)[:, None]).astype(np.float32)
    weights = reweighed(targets, [("AP",) if w else ("PA",) for w in ward])
    shares = [np.average(targets[cell, 0], weights=weights[cell, 0]) for cell in (ward, ~ward)]
    assert shares[0] == pytest.approx(shares[1], abs=0.01)
    assert targets[ward].mean() - targets[~ward].mean() > 0.25, "without the weights they differ"


def test_teachers_priors_move_and_its_order_stays():
    taught = np.array([[0.01], [0.05], [0.2], [0.1], [np.nan]], np.float32)
    targets = np.array([[0], [1], [1], [0], [1]], np.float32)
    moved = priors_moved(taught, targets)
    assert moved[:4].mean() == pytest.approx(0.5, abs=1e-4)
    assert np.isnan(moved[4, 0])
    np.testing.assert_allclose(np.diff(logit(moved[:4, 0])), np.diff(logit(taught[:4, 0])), atol=1e-4)


def _films(n=8):
    rng = np.random.default_rng(0)
    targets = (rng.random((n, 2)) < 0.5).astype(np.float32)
    pictures = [rng.integers(0, 255, (32, 32, 3), np.uint8) for _ in range(n)]
    taught = np.full((n, 2), 0.9, np.float32)
    taught[n // 2 :] = np.nan
    return Samples(pictures, [None] * n, targets, np.full((n, 2), 2.0, np.float32), taught)


class _Constant(nn.Module):
    def forward_features(self, x):
        return x

    def forward_head(self, x):
        return torch.zeros(len(x), 2)


def test_findings_loss_takes_weights_and_the_teacher_where_it_is_known():
    from segx_viewer.bundles.manifest import Preprocessing

    films, preprocessing = _films(), Preprocessing((32, 32), colour="grey")
    z = 1.3

    class Fixed(_Constant):
        def forward_head(self, x):
            return torch.full((len(x), 2), z)

    schedule = Schedule(1, 1e-3, batch_size=8, distillation=0.25)
    task = classifier_task(films, films, preprocessing, schedule, STILL, 1, True)
    batch = next(task.batches(0))
    given, taught = batch["target"].numpy(), batch["taught"].numpy()
    target = np.where(np.isfinite(taught), 0.75 * given + 0.25 * 0.9, given)
    expected = -2 * (target * np.log(expit(z)) + (1 - target) * np.log(1 - expit(z))).mean()
    assert float(task.loss(Fixed(), batch)) == pytest.approx(expected, abs=1e-5)
    assert np.isnan(taught).any()


def test_finding_without_validation_images_does_not_count():
    from segx_viewer.bundles.manifest import Preprocessing

    films = _films()
    targets = films.targets.copy()
    targets[:, 1] = 0
    films = replace(films, targets=targets)
    network = build_classifier("timm/tf_efficientnet_lite0", 2).eval()
    task = classifier_task(films, films, Preprocessing((32, 32), colour="grey"), Schedule(1, 1e-3), STILL, 1, True)
    assert 0 <= task.score(network)["macro_auroc"] <= 1


def test_head_near_zero_begins_at_the_logarithm_of_the_classes():
    torch.manual_seed(0)
    x = torch.randn(16, 3, 64, 64)
    target, losses = torch.arange(16) % 3, {}
    for std in (0.0, 0.01):
        network = build_classifier("timm/tf_efficientnet_lite0", 3, drop_rate=0.0)
        _set_head(network, std)
        losses[std] = float(torch.nn.functional.cross_entropy(network.train()(x), target).detach())
    assert losses[0.01] == pytest.approx(np.log(3), abs=0.1)
    assert losses[0.0] - np.log(3) > 3 * abs(losses[0.01] - np.log(3))


def test_last_epoch_is_kept_where_no_epoch_is_to_be_chosen(tmp_path):
    scores = iter([0.9, 0.5])

    def loss(model, batch):
        return (model(batch["x"]) - 1).square().mean()

    network = nn.Linear(1, 1)
    task = Task(lambda _first: iter([{"x": torch.ones(1, 1)}] * 8), 4, loss, lambda _model: {"score": next(scores)})
    schedule = Schedule(2, 0.1, ema=0.0, patience=9, choose_epoch=False)
    weights, _ = train(network, task, schedule, tmp_path / "c", lambda _line: None, torch.device("cpu"))
    assert float(weights["weight"]) == pytest.approx(float(network.weight.detach()), abs=1e-6)


def test_scaling_with_equal_priors_does_not_favour_the_common_class():
    rng = np.random.default_rng(0)
    truth = np.repeat([0, 1], [900, 100])
    logits = np.stack([np.where(truth == 0, 1.0, -1.0) + rng.normal(0, 1.5, 1000), np.zeros(1000)], 1)
    shift = {equal: fit_scaling(logits, truth, equal_priors=equal)[1] for equal in (False, True)}
    assert abs(shift[True][0]) < 0.2
    assert shift[False][0] > 0.7


@pytest.fixture
def speckled():
    rng = np.random.default_rng(0)
    grey = cv2.GaussianBlur(rng.integers(0, 160, (200, 260), np.uint8), (0, 0), 3)
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB)


def test_drawn_marks_are_found_and_painted_out(speckled):
    assert not find_marks(speckled).any()
    marked = speckled.copy()
    cv2.line(marked, (50, 40), (62, 40), (255, 255, 255), 1)
    cv2.line(marked, (120, 90), (120, 104), (60, 230, 60), 1)
    found = find_marks(marked)
    assert found[40, 52:60].all()
    assert found[92:102, 120].all()
    assert np.abs(paint_out(marked).astype(int) - speckled).max() < 60
    assert np.array_equal(paint_out(speckled), speckled)


def test_marks_are_drawn_on_every_class_and_painted_out_ones_are_taken(speckled):
    drawn = draw_marks(speckled, np.random.default_rng(3))
    assert (drawn != speckled).any()
    out, _ = augment(speckled, None, (200, 260), replace(STILL, marks=1.0), np.random.default_rng(0))
    assert (np.abs(out.astype(int) - speckled) > 60).any()


def test_border_and_noise_keep_shape_and_mask_in_step(speckled):
    mask = np.full(speckled.shape[:2], 255, np.uint8)
    how = replace(STILL, border=1.0, noise=1.0)
    out, moved = augment(speckled + 40, mask, (64, 80), how, np.random.default_rng(0))
    assert out.shape == (64, 80, 3)
    assert (moved == 0).any()
    assert out[moved == 0].max() == 0


@pytest.mark.slow
def test_segmenter_of_another_bundle_is_taken_with_its_split(tiny_recipe, drawn_ham10000, tmp_path):
    from safetensors.torch import load_file, save_file

    from segx_viewer.bundles.manifest import read_bundle
    from segx_viewer.networks.architectures import build_segmenter

    first, second, work = tmp_path / "first", tmp_path / "second", tmp_path / "work"
    for folder in (first, second, work, tmp_path / "work2"):
        folder.mkdir()
    (first / "recipe.toml").write_text(tiny_recipe)
    manifest = read_recipe(first / "recipe.toml").manifest
    networks = {
        "classifier": build_classifier(manifest["classifier"]["architecture"], 2),
        "segmenter": build_segmenter(manifest["segmenter"]["architecture"], manifest["segmenter"]["options"]),
    }
    for name, network in networks.items():
        save_file(network.state_dict(), work / f"{name}.safetensors")
    train_recipe(first / "recipe.toml", drawn_ham10000, work=work, networks=(), report=lambda _line: None)
    reuse = tiny_recipe.replace("[recipe]\n", '[recipe]\nsegmenter_from = "first"\n').replace("seed = ", "seed = 9")
    (second / "recipe.toml").write_text(reuse)
    save_file(networks["classifier"].state_dict(), tmp_path / "work2" / "classifier.safetensors")
    train_recipe(second / "recipe.toml", drawn_ham10000, work=tmp_path / "work2", networks=["segmenter"],
                 report=lambda _line: None)  # fmt: skip
    digests = [read_bundle(folder).digests["segmenter.safetensors"] for folder in (first, second)]
    assert digests[0] == digests[1]
    assert load_file(second / "segmenter.safetensors")


def test_images_of_a_taken_segmenter_keep_the_parts_it_learned_with(tiny_recipe, tmp_path):
    folder = tmp_path / "second"
    folder.mkdir()
    (tmp_path / "first").mkdir()
    write_splits(tmp_path / "first" / "splits.csv", {"m1": "test", "m2": "train", "elsewhere": "test"})
    text = tiny_recipe.replace("[recipe]\n", '[recipe]\nsegmenter_from = "first"\n')
    text = text.replace('segmenter_data = ["ham10000"]', 'segmenter_data = ["masks"]')
    (folder / "recipe.toml").write_text(text)
    recipe = read_recipe(folder / "recipe.toml")
    own = [_record(f"c{n}", f"g{n}") for n in range(10)]
    parts = _split(recipe, {recipe.classifier_data[0]: own, "masks": [_record("m1", "a"), _record("m2", "b")]})
    assert parts["m1"] == "test"
    assert parts["m2"] == "train"
    assert set(parts) == {"m1", "m2", *(r.image_id for r in own)}


def test_findings_are_stated_as_often_as_they_are_labelled():
    p = np.random.default_rng(0).random((1000, 2))
    shares = np.array([0.1, 0.4])
    np.testing.assert_allclose((p > stated_as_often(p, shares)).mean(0), shares, atol=0.002)


def test_cut_offs_are_chosen_after_learning_and_written_into_the_bundle(tiny_recipe, tmp_path, drawn_ham10000):
    from safetensors.torch import save_file

    from segx_viewer.bundles.manifest import read_bundle
    from segx_viewer.networks.architectures import build_segmenter

    work = tmp_path / "work"
    work.mkdir()
    path = tmp_path / "recipe.toml"
    path.write_text(tiny_recipe.replace('activation = "softmax"', 'activation = "sigmoid"'))
    manifest = read_recipe(path).manifest
    networks = {
        "classifier": build_classifier(manifest["classifier"]["architecture"], 2),
        "segmenter": build_segmenter(manifest["segmenter"]["architecture"], manifest["segmenter"]["options"]),
    }
    for name, network in networks.items():
        save_file(network.state_dict(), work / f"{name}.safetensors")
    (work / "classifier-cut-offs.json").write_text("[0.25, 0.7]")
    folder = train_recipe(path, drawn_ham10000, tmp_path / "out", work=work, networks=(), report=lambda _line: None)
    assert [c.threshold for c in read_bundle(folder).classes] == [0.25, 0.7]
