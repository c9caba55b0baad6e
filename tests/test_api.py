"""The Python interface: its page's examples run, and it says the same as the command line."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import segx_viewer as sx
from segx_viewer.errors import ImageReadError, SegxError
from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.paths import models_folder, resources_folder, user_models_folder

PAGE = (resources_folder() / "docs" / "python.md").read_text("utf-8")
needs_models = pytest.mark.skipif(
    not (models_folder() / "dermoscopy-ham10000" / "bundle.toml").is_file(),
    reason="the bundled models are not in this checkout",
)


def _examples():
    return re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_import_is_light():
    code = (
        "import sys, segx_viewer; dir(segx_viewer); print(len([m for m in sys.modules if m in "
        + repr(["torch", "numpy", "cv2", "PySide6", "pydicom", "PIL", "rich"])
        + "]))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "0"


@needs_models
def test_the_pages_examples_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    scope = {"picture": draw_lesion()}
    for example in _examples():
        exec(compile(example, "python.md", "exec"), scope)
    assert {path.name for path in tmp_path.iterdir()} == {"report.png", "report.pdf", "report.json"}
    assert scope["at_image_size"].shape == (450, 600)
    assert np.array_equal(
        scope["result"].explanations[scope["key"]].segx, scope["original"] * scope["result"].segmentation.mask
    )
    assert len(capsys.readouterr().out.splitlines()) >= 12


@needs_models
@pytest.mark.parametrize("published", [False, True])
def test_api_and_command_line_give_identical_numbers(tmp_path, published):
    from segx_viewer.cli import main

    path = tmp_path / "lesion.png"
    Image.fromarray(draw_lesion((300, 400), seed=3)).save(path)
    options = ["--as-published"] if published else []
    assert main(["analyze", str(path), "--out", str(tmp_path / "out"), "--method", "layercam", *options]) == 0
    (record,) = (tmp_path / "out").glob("*.json")
    by_line = json.loads(record.read_text("utf-8"))
    asked = {"methods": ["layercam"], "as_published": published}
    by_path = json.loads(json.dumps(sx.analyze(path, **asked).to_dict()))
    by_array = json.loads(json.dumps(sx.analyze(draw_lesion((300, 400), seed=3), **asked).to_dict()))
    for record in (by_line, by_path, by_array):
        for explanation in record["explanations"]:
            del explanation["seconds"]
        del record["created"], record["seconds"]
    assert by_line == by_path == by_array
    assert {e["target"] for e in by_line["explanations"]} == {"probability" if published else "logit"}


@needs_models
def test_a_folder_of_models_adds_to_the_users_own(tmp_path):
    manifest = (models_folder() / "dermoscopy-ham10000" / "bundle.toml").read_text("utf-8")
    for name, root in (("mine", user_models_folder()), ("theirs", tmp_path)):
        (root / name).mkdir(parents=True)
        (root / name / "bundle.toml").write_text(manifest.replace("dermoscopy-ham10000", name), "utf-8")
    with pytest.raises(SegxError, match=r"dermoscopy-ham10000, mine, theirs\.$"):
        sx.analyze(draw_lesion(), bundle="nowhere", classes=["mel"], models=tmp_path)


@needs_models
def test_classes_by_code_and_a_region_of_ones_own():
    mask = np.zeros((224, 224), np.bool_)
    mask[60:160, 60:160] = True
    result = sx.analyze(draw_lesion(), bundle="dermoscopy-ham10000", classes=["mel", 0], mask=mask)
    codes = [info.code for info in result.prediction.classes]
    assert {key[1] for key in result.explanations} == {codes.index("mel"), 0}
    assert result.segmentation.edited
    assert np.array_equal(result.segmentation.mask, mask)


@needs_models
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"bundle": "none"}, "no model bundle"),
        ({"bundle": "dermoscopy-ham10000", "classes": ["pox"]}, "no class pox"),
        ({"classes": ["mel"]}, "name of their bundle"),
        ({"methods": ["tea leaves"]}, "no attribution method"),
        ({"device": "abacus"}, "no device"),
    ],
)
def test_mistakes_are_one_sentence(options, words):
    with pytest.raises(SegxError, match=words):
        sx.analyze(draw_lesion((90, 120)), **options)


def test_arrays_and_files_that_are_no_images(tmp_path):
    for array in (np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros(4), np.zeros((0, 4))):
        with pytest.raises(SegxError, match="array"):
            sx.analyze(array)
    with pytest.raises(ImageReadError):
        sx.analyze(tmp_path / "none.png")


def test_segx_and_segu_alone():
    rows = np.arange(400.0, dtype=np.float32).reshape(20, 20)
    mask = rows >= 360
    assert np.array_equal(sx.segx(rows, mask), rows * mask)
    certainty = sx.segu(rows, mask.astype(int))
    assert certainty.c_iou == pytest.approx(0.5)  # the top 5 % are half of the top 10 %
    assert certainty.outside == pytest.approx(1 - rows[mask].sum() / rows.sum(), abs=1e-6)
    with pytest.raises(SegxError, match="mask"):
        sx.segx(rows, rows)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nothing"):
        sx.nothing  # noqa: B018
