"""Evaluations that are written, and those that were written long ago, are read as they stand."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pytest

from segx_viewer.bundles.manifest import MANIFEST
from segx_viewer.errors import DataError
from segx_viewer.evaluation.card import CARD, write_model_card
from segx_viewer.evaluation.plain import Emptied, Key, LeftOut, Merged, restored, to_table
from segx_viewer.evaluation.results import Evaluation, Interval
from segx_viewer.paths import models_folder

EVALUATIONS = sorted(models_folder().glob("*/evaluation.json"))


@dataclass(frozen=True)
class Held:
    size: int
    start: Annotated[float, Key("from")]
    figure: LeftOut[Interval] = None
    missing: Emptied[Interval] = None
    either: Interval | float = 0.0
    by_name: Merged[tuple[int, ...]] = None


def test_every_way_of_standing_comes_back():
    held = Held(3, 0.5, None, None, Interval(0.5, 0.4, 0.6, 7), {"a": (1, 2), "b": ()})
    table = to_table(held)
    assert table == {"size": 3, "from": 0.5, "missing": {}, "either": to_table(held.either), "a": [1, 2], "b": []}
    assert restored(Held, table) == held
    full = Held(3, 0.5, Interval(None, None, None), Interval(1, 1, 1, 2), 0.25, {})
    assert restored(Held, json.loads(json.dumps(to_table(full)))) == full


@pytest.mark.parametrize("table", [{"size": 3}, {"size": "three", "from": 1}, {"size": 1, "from": [1]}, [1], None])
def test_a_table_that_does_not_fit_is_told(table):
    with pytest.raises((TypeError, ValueError)):
        restored(Held, table)


@pytest.mark.parametrize("path", EVALUATIONS, ids=lambda path: path.parent.name)
def test_evaluations_of_the_packaged_models_lose_nothing(path, tmp_path):
    table = json.loads(path.read_text(encoding="utf-8"))
    assert to_table(restored(Evaluation, table)) == table

    # And their cards are made anew as they stand.
    folder = tmp_path / path.parent.name
    shutil.copytree(path.parent, folder, copy_function=_link)
    for name in (CARD, MANIFEST):
        (folder / name).unlink()
        shutil.copy(path.parent / name, folder)
    assert write_model_card(folder, path).read_bytes() == (path.parent / CARD).read_bytes()


def test_a_damaged_evaluation_is_one_sentence(tmp_path):
    path = tmp_path / "evaluation.json"
    source = EVALUATIONS[0]
    table = json.loads(source.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**table, "classification": {"accuracy": 3}}))
    with pytest.raises(DataError, match="is damaged"):
        write_model_card(source.parent, path)
    path.write_text(json.dumps([table]))
    with pytest.raises(DataError, match="no evaluation of a bundle"):
        write_model_card(source.parent, path)


def _link(source, target):
    Path(target).symlink_to(source)
