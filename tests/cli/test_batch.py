"""Runs of many images: what is opened, and that a killed run goes on with nothing lost or doubled."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import threading
import zipfile

import numpy as np
import pydicom
import pytest
from PIL import Image

from segx_viewer.cli import batch as running
from segx_viewer.cli import main
from segx_viewer.cohort.inputs import Input, Inputs
from segx_viewer.cohort.journal import Journal, content_hash
from segx_viewer.cohort.options import Batch
from segx_viewer.cohort.outputs import Output, is_result
from segx_viewer.errors import ImageReadError, SegxError
from segx_viewer.imaging.containers import Containers
from segx_viewer.imaging.limits import DEFAULT_LIMITS, Limits
from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.paths import models_folder, user_models_folder


def _labels(names, lists=()):
    with Inputs([str(n) for n in names], [str(n) for n in lists]) as inputs:
        return [item.label for item in inputs.files()]


def test_folders_globs_and_lists_are_opened_once_each(pictures, tmp_path):
    deep = pictures / "deep" / "deeper"
    deep.mkdir(parents=True)
    shutil.copy(pictures / "patient-meier-0.png", deep / "x.png")
    (pictures / ".hidden.png").touch()
    everything = _labels([pictures])
    assert len(everything) == 6
    assert str(deep / "x.png") in everything
    assert not [label for label in everything if "hidden" in label]
    assert len(_labels([pictures / "patient-*.png"])) == 3
    assert len(_labels([pictures / "**" / "x.png"])) == 1
    assert len(_labels([pictures, pictures / "patient-meier-0.png"])) == 6
    names = tmp_path / "names.txt"
    names.write_text("# two\nin/patient-meier-0.png\n\nin/patient-meier-1.png\n", "utf-8")
    assert _labels([], [names]) == [str(pictures / f"patient-meier-{n}.png") for n in (0, 1)]


def test_an_image_is_analysed_without_what_that_does_not_need(tmp_path):
    """Each of these costs every start 10 to 900 ms."""
    Image.fromarray(draw_lesion((450, 600))).save(tmp_path / "lesion.png")
    unneeded = ("torch", "timm", "PySide6", "scipy", "skimage", "ot", "gdcm", "numpy.ma", "pydicom.examples", "rich",
                "requests", "reportlab", "highdicom", "matplotlib", "pandas", "sklearn", "fontTools")  # fmt: skip
    code = (
        "import sys; from segx_viewer.cli import main; code = main(sys.argv[2:])\n"
        "print(code, sorted(set(sys.argv[1].split()) & set(sys.modules)))"
    )
    words = ["analyze", tmp_path / "lesion.png", "--bundle", "dermoscopy-ham10000", "--out", tmp_path / "out"]
    done = subprocess.run(
        [sys.executable, "-c", code, " ".join(unneeded), *map(str, words)], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "0 []", done.stderr
    assert ", certainty " in done.stderr


def test_files_are_streamed_as_they_are_listed(pictures):
    for names in ([pictures], [pictures / "patient-*.png", pictures], [pictures, pictures / "notes.txt"]):
        with Inputs([str(name) for name in names]) as inputs:
            assert {(i.label, i.named) for i in inputs.stream()} == {(i.label, i.named) for i in inputs.files()}


def test_a_run_lists_its_files_as_it_needs_them(pictures, batch, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(running, "_COUNTED", 8)
    files = [tmp_path / "no" / f"{n}.png" for n in range(200)]
    asked, told, most = [], [], []

    def stream(_inputs):
        for path in files:
            asked.append(path)
            yield Input(path, str(path))

    def note(run, task, status, reason, row=None):
        told.append(reason)
        most.append(len(asked) - len(told))
        before(run, task, status, reason, row)

    before = running._Run._note
    monkeypatch.setattr(running.Inputs, "stream", stream)
    monkeypatch.setattr(running._Run, "_note", note)
    assert main(["analyze", str(pictures), "--out", str(tmp_path / "out"), "--output", "csv"]) == 1
    assert len(told) == 200
    assert max(most) < 60


def test_names_come_from_standard_input(pictures, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{pictures / 'patient-meier-0.png'}\n\n"))
    assert _labels([], ["-"]) == [str(pictures / "patient-meier-0.png")]


def test_a_glob_without_a_match_and_a_missing_list_are_told(tmp_path):
    with pytest.raises(SegxError, match="No file matches"):
        _labels([tmp_path / "*.dcm"])
    with pytest.raises(SegxError, match="could not be read"):
        _labels([], [tmp_path / "none.txt"])


def test_an_archive_is_unpacked_under_our_own_names_and_removed(pictures, tmp_path):
    archive = tmp_path / "study.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(pictures / "patient-meier-0.png", "a/one.png")
        file.write(pictures / "patient-meier-1.png", "../../escape.png")
        file.writestr("__MACOSX/._one.png", b"x")
        file.writestr(".hidden", b"x")
    with Inputs([str(archive)]) as inputs:
        items = inputs.files()
        assert [item.label for item in items] == [f"{archive}!a/one.png", f"{archive}!../../escape.png"]
        assert items[1].path.read_bytes() == (pictures / "patient-meier-1.png").read_bytes()
        assert len({item.path.parent for item in items}) == 1
        folder = items[0].path.parent
    assert not folder.exists()
    assert not (tmp_path.parent / "escape.png").exists()


def test_archives_in_a_folder_are_analysed_and_named_as_people_know_them(batch, pictures, tmp_path, capsys):
    folder, out = tmp_path / "disc", tmp_path / "out"
    folder.mkdir()
    with zipfile.ZipFile(folder / "a.zip", "w") as file:
        file.write(pictures / "patient-meier-0.png", "x/one.png")
        file.writestr("x/bad.jpg", b"no picture")
    (folder / "b.zip").write_bytes((folder / "a.zip").read_bytes()[:60])
    assert main(["analyze", str(folder), "--out", str(out), "--output", "csv"]) == 1
    told = capsys.readouterr().err
    assert "1 of 2 analysed, 1 failed, 1 skipped" in told
    assert f"skipped  {folder / 'a.zip'}!x/bad.jpg: bad.jpg is not an image" in told
    assert f"failed  {folder / 'b.zip'}: b.zip could not be unpacked" in told
    table = (out / "results.csv").read_text("utf-8-sig")
    assert "the file could not be unpacked" in table
    assert not [name for name in ("a.zip", "b.zip", "bad.jpg") if name in table]
    assert main(["analyze", str(folder), "--out", str(out), "--output", "csv"]) == 1
    assert [p.name for p in out.iterdir() if p.suffix == ".csv"] == ["results.csv"]
    assert (out / "results.csv").read_text("utf-8-sig") == table  # the same images, the same numbers


def test_results_in_an_archive_beside_them_are_not_analysed(pictures, tmp_path):
    with zipfile.ZipFile(tmp_path / "sent.zip", "w") as file:
        file.write(pictures / "patient-meier-0.png", "0001-1f09a2c4.png")
        file.write(pictures / "patient-meier-0.png", "one.png")
    with Inputs([str(tmp_path)]) as inputs:
        found = [i.label for i in inputs.files() if i.archive and not is_result(i, tmp_path)]
    assert found == [f"{tmp_path / 'sent.zip'}!one.png"]


def test_a_damaged_archive_is_told(pictures, tmp_path):
    archive = tmp_path / "study.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(pictures / "patient-meier-0.png", "one.png")
    raw = bytearray(archive.read_bytes())
    raw[40:60] = bytes(20)
    archive.write_bytes(raw)
    with pytest.raises(ImageReadError, match=r"study\.zip could not be unpacked"):
        _labels([archive])


def test_a_dicomdir_names_its_images(tmp_path):
    directory = pydicom.Dataset()
    records = []
    for kind, file in (("PATIENT", None), ("IMAGE", ["IMG", "A"]), ("IMAGE", "B")):
        record = pydicom.Dataset()
        record.DirectoryRecordType = kind
        if file is not None:
            record.ReferencedFileID = file
        records.append(record)
    directory.DirectoryRecordSequence = records
    directory.file_meta = pydicom.dataset.FileMetaDataset()
    directory.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    directory.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.1.3.10"
    directory.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
    directory.save_as(tmp_path / "DICOMDIR", enforce_file_format=True)
    assert _labels([tmp_path / "DICOMDIR"]) == [str(tmp_path / "IMG" / "A"), str(tmp_path / "B")]
    (tmp_path / "dicomdir").write_bytes(b"nonsense")
    with pytest.raises(ImageReadError, match="not a readable DICOMDIR"):
        _labels([tmp_path / "dicomdir"])


def test_journal_gives_the_same_numbers_again(tmp_path):
    settings = {"methods": ("gradcam",)}
    with Journal(tmp_path, settings) as journal:
        assert journal.begin("a") == (1, False)
        assert journal.begin("b") == (2, False)
        assert journal.begin("a") == (3, False)  # the same content twice is two images
        journal.end(1, {"id": "0001", "status": "done"})
        journal.end(2, {"id": "0002", "status": "failed"})
    with (tmp_path / "run.jsonl").open("ab") as file:
        file.write(b'{"ended": 3, "row": {"st')  # killed while writing
    with Journal(tmp_path, settings) as journal:
        assert [journal.begin(c) for c in ("a", "b", "a", "c")] == [(1, True), (2, False), (3, False), (4, False)]
        assert [row["id"] for row in journal.rows()] == ["0001", "0002"]
    for line in (tmp_path / "run.jsonl").read_text("utf-8").splitlines():
        json.loads(line)


def test_another_runs_folder_is_refused(tmp_path):
    Journal(tmp_path, {"methods": ["gradcam"]}).__exit__()
    with pytest.raises(SegxError, match="other settings"):
        Journal(tmp_path, {"methods": ["layercam"]})


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such locks here")
def test_a_second_run_at_the_same_time_is_refused(tmp_path):
    with Journal(tmp_path, {}), pytest.raises(SegxError, match="Another run"):
        Journal(tmp_path, {})


def test_unreadable_files_have_a_hash_of_their_own(tmp_path):
    assert content_hash(tmp_path / "a") != content_hash(tmp_path / "b")
    assert content_hash(tmp_path / "a") == content_hash(tmp_path / "a")


def test_files_of_a_folder_that_are_no_images_are_skipped_without_failing(batch, pictures, tmp_path, capsys):
    for broken in ("empty.png", "broken.png"):
        (pictures / broken).unlink()
    (pictures / "notes.txt").write_text("not an image")
    out = tmp_path / "out"
    assert main(["analyze", str(pictures), "--out", str(out)]) == 0
    error = capsys.readouterr().err
    assert "skipped  " in error
    assert "3 of 3 analysed, 1 skipped" in error
    assert main(["analyze", str(pictures / "notes.txt"), "--out", str(tmp_path / "named")]) == 1


def test_the_table_has_a_row_for_each_image_and_no_names(batch, pictures, tmp_path):
    out = tmp_path / "out"
    assert main(["analyze", str(pictures), "--out", str(out), "--output", "csv"]) == 1
    text = (out / "results.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert sorted(row["status"] for row in rows) == ["done"] * 3 + ["failed"] * 2
    assert len({row["id"] for row in rows}) == 5
    for word in ("meier", "empty.png", "broken.png", str(pictures)):
        assert word not in text
        assert word not in (out / "run.jsonl").read_text("utf-8")
    assert [path for path in out.iterdir() if path.suffix == ".png"] == []


def test_every_output_is_written(batch, pictures, tmp_path):
    out = tmp_path / "out"
    kinds = [word for kind in ("png", "pdf", "json", "npz", "dicom") for word in ("--output", kind)]
    assert main(["analyze", str(pictures / "patient-meier-0.png"), "--out", str(out), *kinds]) == 0
    suffixes = sorted(path.name.partition("-")[2].partition("-")[2] or path.suffix for path in out.iterdir())
    assert suffixes == [".json", ".jsonl", ".npz", ".pdf", ".png", "sc.dcm", "source.dcm"]


_KILLED = """
import os, sys, time
from contextlib import nullcontext
from types import SimpleNamespace
bundle = SimpleNamespace(info=SimpleNamespace(digest="0"), classes=[])
store = SimpleNamespace(bundles=lambda: {"none": bundle}, sharing_processor=lambda most: nullcontext((2, None)))
store.sibling = lambda: store
sys.modules["segx_viewer.bundles.store"] = SimpleNamespace(BundleStore=lambda folders, device: store)  # no torch
from segx_viewer.cli import batch, main
from segx_viewer.domain.geometry import Placement
from segx_viewer.domain.result import Analysis, BundleInfo, GateLevel, GateVerdict
left = int(sys.argv.pop(1))
def analyse_to_end(request, store, **options):
    global left
    left -= 1
    if left < 0:
        os._exit(9)
    time.sleep(0.02)  # so that what was analysed long ago has been written
    gate = GateVerdict(GateLevel.REFUSED, "No model.")
    image = request.image
    return Analysis(image, BundleInfo("none", "No model", "0", "0" * 64), Placement.stretch(image.shape, (8, 8)), gate)
batch.pipeline.analyse_to_end = analyse_to_end
sys.exit(main(sys.argv[1:]))
"""


def test_a_killed_run_goes_on_with_nothing_lost_or_doubled(tmp_path):
    folder, out = tmp_path / "disc", tmp_path / "out"
    folder.mkdir()
    for n in range(24):
        pixels = np.full((20, 20, 3), n // 2, np.uint8)  # each picture twice
        Image.fromarray(pixels).save(folder / f"{n:02d}.png")
    for n in (5, 17):
        whole = (folder / f"{n:02d}.png").read_bytes()
        (folder / f"{n:02d}.png").write_bytes(whole[: len(whole) // 2])
    argv = [sys.executable, "-c", _KILLED]
    rest = ["analyze", str(folder), "--out", str(out), "--output", "json", "--output", "csv"]
    killed = subprocess.run([*argv, "16", *rest], capture_output=True, text=True, check=False)
    assert killed.returncode == 9
    before = {path.name for path in out.glob("[0-9]*.json")}
    assert 0 < len(before) < 22
    finished = subprocess.run([*argv, "1000", *rest], capture_output=True, text=True, check=False)
    assert finished.returncode == 1
    assert "22 of 24 analysed, 2 failed" in finished.stderr
    records = {path.name for path in out.glob("[0-9]*.json")}
    assert len(records) == 22
    assert before <= records
    assert len({name.partition("-")[0] for name in records}) == 22
    rows = list(csv.DictReader(io.StringIO((out / "results.csv").read_text("utf-8-sig"))))
    assert len(rows) == 24
    assert [row["status"] for row in rows].count("failed") == 2
    assert not list(out.glob(".part-*"))


def test_a_watched_folder_is_gone_on_with_until_ctrl_c(batch, pictures, tmp_path, monkeypatch):
    from segx_viewer.cli import batch as module

    drop, out = tmp_path / "drop", tmp_path / "out"
    drop.mkdir()
    polls = []

    def wait(seconds):
        polls.append(seconds)
        if len(polls) == 1:
            shutil.copy(pictures / "patient-meier-0.png", drop / "late.png")
            with zipfile.ZipFile(drop / "late.zip", "w") as file:
                file.write(pictures / "patient-meier-1.png", "one.png")
        if len(polls) == 3:
            assert len(list(out.glob("*.json"))) == 2
            raise KeyboardInterrupt

    unpacked = []
    close = Containers.close
    monkeypatch.setattr(Containers, "close", lambda self: (unpacked.append(self._folder), close(self)))
    monkeypatch.setattr(module.time, "sleep", wait)
    assert main(["analyze", "--watch", str(drop), "--out", str(out), "--output", "json", "--output", "csv"]) == 130
    assert "done" in (out / "results.csv").read_text("utf-8-sig")
    folders = [folder for folder in unpacked if folder is not None]
    assert len(folders) == 1  # an archive is opened once, when it has stopped growing
    assert not folders[0].exists()
    assert threading.active_count() < 10


def test_the_table_is_written_where_nobody_reads_what_is_told(batch, pictures, tmp_path, monkeypatch):
    def gone(self, text):
        if "results in" in text:
            raise BrokenPipeError

    monkeypatch.setattr(running.Screen, "print", gone)
    with pytest.raises(BrokenPipeError):
        running.run_batch(Batch((str(pictures),), tmp_path / "out", outputs=(Output.CSV,)))
    assert "done" in (tmp_path / "out" / "results.csv").read_text("utf-8-sig")


def test_frames_are_chosen_and_all_of_them_are_images_of_their_own(batch, tmp_path, capsys):
    film = tmp_path / "film.tif"
    pages = [Image.fromarray(np.full((20, 30), 40 * n, np.uint8)) for n in range(3)]
    pages[0].save(film, save_all=True, append_images=pages[1:])

    def frames(out, *options):
        argv = ["analyze", str(film), "--out", str(tmp_path / out), "--output", "json", "--output", "csv", *options]
        code = main(argv)
        records = sorted((tmp_path / out).glob("*.json"))
        return code, [json.loads(r.read_text("utf-8"))["image"]["frame"] for r in records]

    assert frames("first") == (0, [0])
    assert frames("second", "--frame", "1") == (0, [1])
    assert frames("all", "--frame", "all") == (0, [0, 1, 2])
    capsys.readouterr()
    assert frames("all", "--frame", "all") == (0, [0, 1, 2])  # done already
    error = capsys.readouterr().err
    assert "3 of 3 analysed" in error
    assert "frame 2:" not in error
    rows = csv.DictReader(io.StringIO((tmp_path / "all" / "results.csv").read_text("utf-8-sig")))
    assert [row["frame"] for row in rows] == ["0", "1", "2"]
    assert frames("none", "--frame", "7") == (1, [])
    assert "frame" in capsys.readouterr().err
    assert main(["analyze", str(film), "--out", str(tmp_path / "x"), "--frame", "-1"]) == 2


def test_frames_of_a_long_film_are_read_no_further_ahead_than_need_be(batch, tmp_path, monkeypatch):
    from pydicom import dcmread, dcmwrite
    from pydicom.data import get_testdata_file

    film = dcmread(get_testdata_file("CT_small.dcm"))
    film.PixelData, film.NumberOfFrames = film.PixelData * 40, 2**31 - 1
    dcmwrite(tmp_path / "film.dcm", film)
    read, find, lock = batch.read, batch.pipeline.analyse_to_end, threading.Lock()
    counts, ahead = {"read": 0, "analysed": 0}, []

    def reading(path, frame=0, limits=None):
        with lock:
            counts["read"] += 1
            ahead.append(counts["read"] - counts["analysed"])
        return read(path, frame, limits)

    def analysing(request, store):
        with lock:
            counts["analysed"] += 1
        return find(request, store)

    monkeypatch.setattr(batch, "read", reading)
    monkeypatch.setattr(batch.pipeline, "analyse_to_end", analysing)
    argv = ["analyze", str(tmp_path / "film.dcm"), "--out", str(tmp_path / "out"), "--output", "json"]
    assert main([*argv, "--frame", "all"]) == 0
    assert len(list((tmp_path / "out").glob("*.json"))) == counts["read"] == 40
    assert max(ahead) < 20


def test_theme_and_size_of_the_pages_are_chosen(batch, pictures, tmp_path):
    picture = tmp_path / "large.png"
    Image.new("RGB", (1200, 900), (200, 150, 130)).save(picture)
    shapes = []
    for name, options in (("a", ()), ("b", ("--theme", "dark", "--size", "small"))):
        argv = ["analyze", str(picture), "--out", str(tmp_path / name), "--output", "png", *options]
        assert main(argv) == 0
        (page,) = (tmp_path / name).glob("*.png")
        pixels = np.asarray(Image.open(page))
        shapes.append((pixels.shape[1], bool(pixels[2, 2].max() < 80)))
    assert shapes[0][0] > shapes[1][0]
    assert [dark for _, dark in shapes] == [False, True]


def test_what_a_file_may_ask_for_is_chosen(batch, pictures, tmp_path, capsys, monkeypatch):
    given = []
    read = batch.read
    monkeypatch.setattr(
        batch,
        "read",
        lambda path, frame=0, limits=None: given.append(limits) or read(path, frame, limits),
    )
    picture = str(pictures / "patient-meier-0.png")  # 1,200 pixels
    argv = ["analyze", picture, "--output", "json", "--out"]
    assert main([*argv, str(tmp_path / "default")]) == 0
    assert set(given) == {DEFAULT_LIMITS}
    given.clear()
    assert main([*argv, str(tmp_path / "chosen"), "--max-memory", "1.5", "--max-seconds", "7"]) == 0
    assert set(given) == {Limits(memory_bytes=3 * 2**29, seconds=7)}
    capsys.readouterr()
    assert main([*argv, str(tmp_path / "small"), "--max-megapixels", "0.001"]) == 1
    assert "has 40 x 30 pixels, more than the limit of 1000 pixels." in capsys.readouterr().err.replace("\n", " ")
    for wrong in ("0", "-1", "inf", "nan", "much"):
        assert main([*argv, str(tmp_path / "x"), "--max-seconds", wrong]) == 2


def test_a_folder_of_models_adds_to_the_users_own(batch, pictures, tmp_path, monkeypatch):
    store, asked = batch.BundleStore([], "cpu"), []
    monkeypatch.setattr(batch, "BundleStore", lambda folders, device: asked.append(folders) or store)
    argv = ["analyze", str(pictures / "patient-meier-0.png"), "--output", "json", "--out"]
    assert main([*argv, str(tmp_path / "a")]) == 0
    assert main([*argv, str(tmp_path / "b"), "--models", str(tmp_path)]) == 0
    assert asked == [None, [models_folder(), user_models_folder(), tmp_path]]


@pytest.mark.expects_warnings
def test_a_device_that_is_not_there_is_told(pictures, tmp_path, capsys):
    assert (
        main(["analyze", str(pictures / "patient-meier-0.png"), "--out", str(tmp_path / "o"), "--device", "mps"]) == 2
    )
    assert "no mps device" in capsys.readouterr().err


def test_a_second_start_reads_no_file_that_was_done_and_writes_no_table_again(batch, pictures, tmp_path, monkeypatch):
    argv = ["analyze", str(pictures), "--out", str(tmp_path / "out"), "--output", "json", "--output", "csv"]
    for name in ("empty.png", "broken.png"):
        (pictures / name).unlink()
    assert main(argv) == 0
    table = tmp_path / "out" / "results.csv"
    before = table.stat().st_mtime_ns, table.read_bytes()

    def refuse(path):
        raise AssertionError(f"{path} was read again")

    monkeypatch.setattr(batch, "content_of", refuse)
    assert main(argv) == 0
    assert (table.stat().st_mtime_ns, table.read_bytes()) == before


def test_a_file_that_changed_since_is_read_again(batch, pictures, tmp_path):
    argv = ["analyze", str(pictures / "patient-meier-1.png"), "--out", str(tmp_path / "out"), "--output", "json"]
    assert main(argv) == 0
    os.utime(pictures / "patient-meier-1.png", ns=(1, 1))
    assert main(argv) == 0
    Image.new("RGB", (9, 9)).save(pictures / "patient-meier-1.png")
    assert main(argv) == 0
    assert len(list((tmp_path / "out").glob("*.json"))) == 2
