import json

import cv2
import numpy as np
import pytest

from segx_viewer.domain.geometry import Placement
from segx_viewer.errors import DataError
from segx_viewer.evaluation.card_tables import outlined as outlined_table
from segx_viewer.evaluation.outlines import MEASURES, outline_mask, outlined
from segx_viewer.evaluation.plain import plain
from segx_viewer.evaluation.rows import OutlinedFinding, OutlineRow
from segx_viewer.training.tables import OUTLINES, Table

SQUARE = [[0.25, 0.5], [0.75, 0.5], [0.75, 1.0], [0.25, 1.0]]


def test_polygon_lies_where_the_image_lies_in_the_input():
    mask = outline_mask([SQUARE], Placement.stretch((200, 400), (100, 100)))
    assert mask.mean() == pytest.approx(0.25, abs=0.02)
    assert mask[75, 50]
    assert not mask[40, 50]
    boxed = outline_mask([SQUARE], Placement.letterbox((200, 400), (100, 100)))
    rows = np.flatnonzero(boxed.any(1))
    assert (rows[0], rows[-1]) == (50, pytest.approx(75, abs=1)), "the lower half of the middle fifty rows"
    assert outline_mask([], Placement.stretch((20, 20), (10, 10))).sum() == 0


def test_outlines_are_read_by_the_words_of_their_readers(tmp_path):
    folder = tmp_path / "films"
    (folder / "images").mkdir(parents=True)
    for name in ("a", "b"):
        cv2.imwrite(str(folder / "images" / f"{name}.png"), np.zeros((8, 8), np.uint8))
    (folder / "metadata.csv").write_text("image,group,Nodule\na,p1,1\nb,p2,0\n")
    shapes = [{"class": "Diffuse Nodule", "polygon": SQUARE}, {"class": "Fracture", "polygon": SQUARE}]
    (folder / OUTLINES).write_text(json.dumps({"films": {"a": shapes, "b": []}}))
    table = {"findings": {"nodule": "Nodule"}, "outlines": {"nodule": ["Nodule", "Diffuse Nodule"], "mass": ["Mass"]}}
    a, b = Table.of("films", table).read(tmp_path)
    assert list(a.outlines) == ["nodule"]
    assert a.outlines["nodule"][0][2] == (0.75, 1.0)
    assert b.outlines == {}
    (folder / OUTLINES).write_text("{}")
    with pytest.raises(DataError, match="could not be read"):
        Table.of("films", table).read(tmp_path)


def _entry(code, original, segx, *, stated=True):
    sides = dict.fromkeys(MEASURES, original), dict.fromkeys(MEASURES, segx)
    return OutlinedFinding(code, stated, True, 0.1, *sides)


def test_undefined_maps_are_left_out_of_both_sides():
    rows = [
        OutlineRow("a", "p1", (_entry("mass", 0.2, 0.6), _entry("nodule", 0.1, None, stated=False))),
        OutlineRow("b", "p2", (_entry("mass", 0.4, 0.5),)),
    ]
    measured = outlined(rows)
    found = plain(measured)
    assert (found["films"], found["n"]) == (2, 3)
    assert found["mass"]["iou"]["difference"]["value"] == pytest.approx(0.25)
    assert found["all"]["iou"]["original"] == found["mass"]["iou"]["original"]
    assert found["all"]["stated"] == pytest.approx(2 / 3, abs=1e-4)
    assert found["nodule"]["iou"]["segx"]["n"] == 0
    text = "\n".join(outlined_table(measured))
    assert "| mass | 2 | 0.100 | 1.000 | pointing | 0.300" in text
    assert "3 findings that readers outlined on 2 films" in text


def test_nothing_outlined_is_nothing_told():
    assert outlined([]) is None
    assert outlined_table(None) == []
