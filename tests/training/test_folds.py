import json
from pathlib import Path

import numpy as np
import pytest

from segx_viewer.errors import DataError
from segx_viewer.training import folds
from segx_viewer.training.datasets import Record, Source, load_dataset
from segx_viewer.training.folds import FOLDS, cross_validate, figures, folds_of
from segx_viewer.training.recipe import read_recipe

BY_GROUP = """
[recipe.folds]
count = 3
epochs = 1
[recipe.folds.variants]
near = {}
far = { head_std = 0.0 }
"""
BY_RUN = """
[recipe.folds.runs.second]
r1 = { train = [0, 1] }
r2 = { test = [0, 1] }
"""


@pytest.fixture
def recipe_of(tiny_recipe, tmp_path):
    def read(more):
        (tmp_path / "recipe.toml").write_text(tiny_recipe + more)
        return read_recipe(tmp_path / "recipe.toml")

    return read


def test_every_image_that_may_be_learned_from_is_held_out_once_with_its_group(recipe_of, drawn_ham10000):
    recipe = recipe_of(BY_GROUP)
    records = load_dataset("ham10000", drawn_ham10000)
    parts = recipe.split(records)
    held_out = []
    for _, fold in folds_of(recipe, records):
        test = {i for i, part in fold.items() if part == "test"}
        groups = {r.group for r in records if r.image_id in test}
        assert not any(r.group in groups and fold.get(r.image_id) == "train" for r in records)
        held_out += sorted(test)
    assert sorted(held_out) == sorted(i for i, part in parts.items() if part in ("train", "validation"))


def test_whole_runs_are_held_out(recipe_of):
    records = [Record("s", f"{run}-{n}", f"{run} {n}", ("mel",), "mel", Source("x"), None, position=n / 4)
               for run in ("r1", "r2") for n in range(5)]  # fmt: skip
    ((name, parts),) = folds_of(recipe_of(BY_RUN), records)
    assert name == "second"
    assert {i for i, part in parts.items() if part == "test"} == {f"r2-{n}" for n in range(5)}


def test_folds_are_learned_per_variant_and_resumed(recipe_of, drawn_ham10000, tmp_path, monkeypatch):
    recipe_of(BY_GROUP)
    seen, lines = [], []

    def learned(network, task, schedule, work, stem, report):
        seen.append((stem, schedule.head_std, schedule.epochs, schedule.scaling, schedule.choose_epoch))
        return network.eval()

    monkeypatch.setattr(folds, "learn_to_end", learned)
    monkeypatch.setattr("segx_viewer.training.run.load_imagenet_weights", lambda network, name: None)
    arguments = (tmp_path / "recipe.toml", drawn_ham10000, tmp_path)
    path = cross_validate(*arguments, work=tmp_path / "work", report=lines.append)
    assert path == tmp_path / FOLDS
    assert len(seen) == 6
    assert {entry[1:] for entry in seen} == {(0.01, 1, False, False), (0.0, 1, False, False)}
    found = json.loads(path.read_text())
    assert list(found) == ["near", "far"]
    assert list(found["near"]) == ["fold 1", "fold 2", "fold 3", "together"]
    assert found["near"]["together"]["n"] == sum(found["near"][f"fold {n}"]["n"] for n in (1, 2, 3))
    seen.clear()
    cross_validate(*arguments, work=tmp_path / "work", report=lines.append)
    assert not seen, "finished folds are not learned again"


def test_figures_of_held_out_images_by_hand(recipe_of):
    logits = np.array([[2.0, 0.0], [0.0, 1.0], [1.0, 0.5], [0.0, 3.0]], np.float32)
    found = figures(logits, np.eye(2, dtype=np.float32)[[0, 0, 1, 1]], recipe_of(""))
    assert found["recall"] == {"mel": 0.5, "nv": 0.5}
    assert found["balanced_accuracy"] == 0.5
    assert found["mean_auroc"] == 0.75


def test_recipe_without_folds_or_with_one_is_told(recipe_of, drawn_ham10000, tmp_path):
    recipe_of("")
    with pytest.raises(DataError, match=r"no \[recipe\.folds\]"):
        cross_validate(Path(tmp_path / "recipe.toml"), drawn_ham10000)
    with pytest.raises(DataError, match="two or more"):
        recipe_of("[recipe.folds]\ncount = 1\n")
