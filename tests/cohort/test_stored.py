"""What a run has stored: brought back as it was, found again, noted upon, handed out."""

import csv
import io
import json

import numpy as np
import pytest
from PIL import Image

from segx_viewer import pipeline
from segx_viewer.cohort import marks as noting
from segx_viewer.cohort import places
from segx_viewer.cohort.handpicked import TABLE, export
from segx_viewer.cohort.index import Index
from segx_viewer.cohort.journal import Journal, content_hash, file_stamp
from segx_viewer.cohort.marks import Marks
from segx_viewer.cohort.outputs import Output, write_outputs
from segx_viewer.cohort.results import Result, read_results
from segx_viewer.cohort.sources import find_sources, located
from segx_viewer.cohort.stored import NothingStoredError, read_analysis
from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.errors import ExportError, SegxError
from segx_viewer.imaging.containers import Containers
from segx_viewer.imaging.guarded import read_image_guarded
from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.reporting.table import analysis_to_dict


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "lesion.png"
    Image.fromarray(draw_lesion((90, 120), seed=3)).save(path)
    return read_image_guarded(path)


@pytest.fixture
def analysis(image, store):
    request = AnalysisRequest(image, bundle_name="tiny-skin", methods=("gradcam", "gradcam++"), classes=(0, 2))
    return pipeline.analyse_to_end(request, store)


def test_a_stored_analysis_comes_back_with_every_number_and_map(analysis, image, tmp_path):
    write_outputs(analysis, tmp_path, "0001-ab", (Output.JSON, Output.NPZ))
    back = read_analysis(tmp_path, "0001-ab", image)
    before, after = (analysis_to_dict(a) | {"created": ""} for a in (analysis, back))
    assert after == before
    assert len(back.explanations) == 4
    for key, explanation in analysis.explanations.items():
        np.testing.assert_array_equal(back.explanations[key].saliency_map, explanation.saliency_map)
        np.testing.assert_array_equal(back.explanations[key].restricted, explanation.restricted)
    np.testing.assert_array_equal(back.segmentation.mask, analysis.segmentation.mask)
    np.testing.assert_array_equal(back.segmentation.probability, analysis.segmentation.probability)


def test_maps_of_other_pixels_are_not_shown(analysis, image, tmp_path):
    write_outputs(analysis, tmp_path, "0001-ab", (Output.JSON, Output.NPZ))
    record = json.loads((tmp_path / "0001-ab.json").read_text())
    record["image"]["pixel_sha256"] = "0" * 64
    (tmp_path / "0001-ab.json").write_text(json.dumps(record))
    with pytest.raises(SegxError, match="other pixels"):
        read_analysis(tmp_path, "0001-ab", image)


def test_a_run_without_maps_says_so_and_damage_is_told(analysis, image, tmp_path):
    with pytest.raises(NothingStoredError):
        read_analysis(tmp_path, "0001-ab", image)
    write_outputs(analysis, tmp_path, "0001-ab", (Output.JSON,))
    with pytest.raises(NothingStoredError):
        read_analysis(tmp_path, "0001-ab", image)
    (tmp_path / "0001-ab.npz").write_bytes(b"PK\3\4 cut off")
    with pytest.raises(SegxError, match="damaged"):
        read_analysis(tmp_path, "0001-ab", image)


@pytest.fixture
def run(tmp_path):
    """A folder of three files, the first two alike, and a run's journal over them."""
    files = tmp_path / "files"
    files.mkdir()
    for number in range(3):
        (files / f"{number}.bin").write_bytes(b"a" if number < 2 else b"b")
    out = tmp_path / "out"
    with Journal(out, {}) as journal:
        for number in range(3):
            path = files / f"{number}.bin"
            journal.begin(content_hash(path), file_stamp(path))
            journal.end(number + 1, {"id": f"000{number + 1}-{number}", "status": "done"})
    return files, out


def test_files_are_found_where_they_lay_and_by_content_where_they_were_moved(run, tmp_path):
    files, out = run
    results = read_results(out)
    assert find_sources(results, files) == {n + 1: str(files / f"{n}.bin") for n in range(3)}
    moved = files.rename(tmp_path / "moved")
    found = find_sources(results, moved)
    assert {found[1], found[2]} == {str(moved / "0.bin"), str(moved / "1.bin")}  # alike: each gets one
    assert found[3] == str(moved / "2.bin")


def test_files_are_found_by_an_index(run, tmp_path):
    files, out = run
    index = Index(tmp_path / "index.csv")
    index.add(2, "x", 0, str(files / "1.bin"))
    with Journal(out, {}) as journal:
        index.write(journal)
    assert find_sources(read_results(out), tmp_path / "index.csv") == {2: str(files / "1.bin")}
    with Containers() as containers, pytest.raises(SegxError, match="not there any more"):
        located(str(tmp_path / "gone"), containers)


def test_two_readers_lose_nothing_and_the_later_note_counts(tmp_path):
    first, second = Marks(tmp_path, tmp_path / "mine"), Marks(tmp_path, tmp_path / "hers")
    first.change("a", read=True)
    second.change("b", note="look again")
    assert first.write({"a": first.all["a"]})
    assert second.write({"b": second.all["b"]})
    second.change("a", marked=True)
    second.write({"a": second.all["a"]})
    now = Marks(tmp_path, tmp_path / "mine").all
    assert now["b"].note == "look again"
    assert now["a"].marked
    assert list(tmp_path.glob(".part-*")) == []


def test_notes_on_a_folder_that_cannot_be_written_are_kept_in_the_users_own(tmp_path, monkeypatch):
    def refuse(path, data, *, private=False):
        if path.parent == tmp_path:
            raise ExportError("read-only")
        before(path, data, private=private)

    before = places.write_bytes
    monkeypatch.setattr(places, "write_bytes", refuse)
    marks = Marks(tmp_path, tmp_path / "spare")
    marks.change("a", note="kept")
    assert not marks.write(marks.all)
    assert not (tmp_path / noting.NAME).exists()
    assert Marks(tmp_path, tmp_path / "spare").all["a"].note == "kept"
    monkeypatch.undo()
    assert Marks(tmp_path, tmp_path / "spare").write({})  # with rights again, they move beside the results
    assert json.loads((tmp_path / noting.NAME).read_text())["marks"]["a"]["note"] == "kept"


def test_damaged_notes_are_told_and_left_alone(tmp_path):
    (tmp_path / noting.NAME).write_text("{")
    with pytest.raises(SegxError, match="damaged"):
        Marks(tmp_path, tmp_path / "spare")
    assert (tmp_path / noting.NAME).read_text() == "{"


def test_marked_ones_are_handed_out_with_reports_and_without_notes(tmp_path):
    out, target = tmp_path / "out", tmp_path / "target"
    out.mkdir()
    (out / "0001-a.png").write_bytes(b"page")
    (out / "0001-a.json").write_bytes(b"{}")
    (out / "0002-b.png").write_bytes(b"other")
    marks = Marks(out, tmp_path / "spare")
    marks.change("0001-a", marked=True, note="Meier, Anna")
    chosen = [Result(1, "0001-a", finding="Melanoma", probability=0.75)]
    assert export(chosen, marks.all, out, target) == 2
    assert sorted(path.name for path in target.iterdir()) == ["0001-a.json", "0001-a.png", TABLE]
    text = (target / TABLE).read_text("utf-8-sig")
    assert "Meier" not in text
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["finding"] == "Melanoma"
    assert row["marked"] == "yes"
    assert "Research use only" in row["notice"]
    assert export(chosen, marks.all, out, target, reports=False, notes=True) == 0
    assert "Meier" in (target / TABLE).read_text("utf-8-sig")
