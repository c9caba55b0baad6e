"""What is named wrongly is told in one sentence, before anything is read; what fails costs nothing else."""

import csv
import errno
import hashlib
import io
import json
import shutil
import stat
import sys
from pathlib import Path

import pytest
from pydicom.data import get_testdata_file

from segx_viewer.cli import main
from segx_viewer.cohort.outputs import Output
from segx_viewer.domain.methods import METHODS
from segx_viewer.inference.attribution import METHODS as REGISTERED
from segx_viewer.paths import resources_folder


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


def one_sentence(error: str) -> str:
    """Return what was said, which must be a single line."""
    (line,) = [line for line in error.splitlines() if line.strip()]
    assert line.startswith("segx-viewer: ")
    assert line.endswith(".")
    return line


@pytest.fixture
def nothing_is_read(batch, monkeypatch):
    monkeypatch.setattr(batch, "read", lambda *_: pytest.fail("an image was read"))
    monkeypatch.setattr(batch, "content_of", lambda *_: pytest.fail("a file was hashed"))


def test_the_methods_that_the_command_line_knows_are_those_that_there_are():
    assert {name: method.info for name, method in REGISTERED.items()} == METHODS


def test_a_file_in_place_of_the_folder_for_results_is_told(nothing_is_read, pictures, tmp_path, capsys):
    file = tmp_path / "results"
    file.write_text("mine")
    for out in (file, file / "deeper"):
        assert main(["analyze", str(pictures), "--out", str(out)]) == 2
        assert "is a file, not a folder" in one_sentence(capsys.readouterr().err)
    assert file.read_text() == "mine"


@pytest.mark.parametrize("option", ["--models", "--watch"])
def test_a_folder_that_is_missing_is_told(nothing_is_read, pictures, tmp_path, capsys, option):
    argv = ["analyze", str(pictures), "--out", str(tmp_path / "out"), option, str(tmp_path / "none")]
    assert main(argv) == 2
    assert f"{option} {tmp_path / 'none'} is no folder" in one_sentence(capsys.readouterr().err)
    assert not (tmp_path / "out").exists()


def test_a_wrong_method_is_told_before_anything_is_read(nothing_is_read, pictures, tmp_path, capsys):
    argv = ["analyze", str(pictures), "--out", str(tmp_path / "out"), "--method", "gradcam", "--method", "grad-cam"]
    assert main(argv) == 2
    line = one_sentence(capsys.readouterr().err)
    assert "no method grad-cam; there are gradcam, " in line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("address", ["nope", "local:0", "local:many", "local:"])
def test_what_is_no_address_of_a_scheduler_is_wrong_usage(nothing_is_read, pictures, tmp_path, capsys, address):
    argv = ["analyze", str(pictures), "--out", str(tmp_path / "out"), "--scheduler", address]
    assert main(argv) == 2
    assert f"--scheduler {address}" in one_sentence(capsys.readouterr().err)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_holds_another_run_is_wrong_usage_and_stays_as_it_is(batch, pictures, tmp_path, capsys):
    argv = ["analyze", str(pictures / "patient-meier-0.png"), "--out", str(tmp_path / "out"), "--output", "csv"]
    assert main(argv) == 0
    before = {path: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    capsys.readouterr()
    assert main([*argv, "--theme", "dark"]) == 2
    assert "holds a run with other settings" in one_sentence(capsys.readouterr().err)
    assert {path: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_dicom_results_of_a_dicom_image_name_the_option_that_they_need(batch, tmp_path, capsys):
    image = get_testdata_file("RG1_UNCR.dcm", download=False) or get_testdata_file("CT_small.dcm")
    argv = ["analyze", image, "--out", str(tmp_path), "--output", "dicom", "--output", "dicom-pdf", "--output", "csv"]
    assert main(argv) == 1
    assert capsys.readouterr().err.count("ask for the identity to be included (--include-identity).") == 1


@pytest.mark.parametrize("command", ["evaluate", "card", "train"])
def test_a_model_without_a_recipe_is_told_what_to_use_instead(tmp_path, capsys, command):
    folder = tmp_path / "r18"
    folder.mkdir()
    further = {
        "evaluate": ["--data", str(tmp_path), "--out", str(tmp_path / "out")],
        "train": ["--data", str(tmp_path)],
    }
    assert main([command, str(folder), *further.get(command, [])]) == 1
    line = one_sentence(capsys.readouterr().err)
    assert "r18 has no recipe.toml" in line
    assert "segx-viewer calibrate r18 --data DIR" in line


def test_every_kind_of_output_is_in_the_documentation():
    text = (resources_folder() / "docs" / "analyze.md").read_text("utf-8")
    row = next(line for line in text.splitlines() if line.startswith("| `--output KIND`"))
    assert [kind for kind in Output if f"`{kind.value}`" not in row] == []


@pytest.mark.parametrize("kind", ["nothing", "texts", "hidden"])
def test_a_folder_without_images_has_failed(batch, tmp_path, capsys, kind):
    folder = tmp_path / "in"
    folder.mkdir()
    if kind != "nothing":
        (folder / ("notes.txt" if kind == "texts" else ".notes")).write_text("no image")
    assert main(["analyze", str(folder), "--out", str(tmp_path / "out")]) == 1
    expected = "None of the files is an image" if kind == "texts" else "There is no file"
    assert expected in capsys.readouterr().err


def test_an_empty_folder_beside_images_is_told_and_the_images_are_done(batch, pictures, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    good = str(pictures / "patient-meier-0.png")
    assert main(["analyze", good, str(tmp_path / "empty"), "--out", str(tmp_path / "out")]) == 1
    error = capsys.readouterr().err
    assert f"failed  {tmp_path / 'empty'}: there is no file in it." in error
    assert "1 of 2 analysed, 1 failed" in error


def test_results_are_not_taken_for_images_of_the_same_folder(batch, pictures, tmp_path, capsys):
    for broken in ("empty.png", "broken.png"):
        (pictures / broken).unlink()
    for _ in range(2):
        assert main(["analyze", str(pictures), "--out", str(pictures)]) == 0
        assert "3 of 3 analysed;" in capsys.readouterr().err


def test_the_table_is_joined_to_the_files_by_the_hash_and_by_an_index(batch, pictures, tmp_path):
    out, index = tmp_path / "out", tmp_path / "mine" / "index.csv"
    argv = ["analyze", str(pictures), "--out", str(out), "--output", "csv", "--index", str(index)]
    files = {hashlib.sha256(p.read_bytes()).hexdigest(): str(p) for p in pictures.iterdir()}
    for _ in range(2):  # a run that goes on keeps what the first one knew
        assert main(argv) == 1
        table = rows(out / "results.csv")
        assert {row["file_sha256"] for row in table} == set(files)
        joined = {row["id"]: row for row in rows(index)}
        for row in table:
            assert joined[row["id"]]["file"] == files[row["file_sha256"]]
            assert joined[row["id"]]["file_sha256"] == row["file_sha256"]
    assert "meier" not in (out / "results.csv").read_text("utf-8-sig")
    if sys.platform != "win32":
        assert stat.S_IMODE(index.stat().st_mode) == 0o600


def test_an_index_never_replaces_another_file(batch, pictures, tmp_path, capsys):
    mine = tmp_path / "mine.csv"
    mine.write_text("a,b\n1,2\n")
    assert main(["analyze", str(pictures), "--out", str(tmp_path / "out"), "--index", str(mine)]) == 1
    assert "is another file, not an index" in one_sentence(capsys.readouterr().err)
    assert mine.read_text() == "a,b\n1,2\n"


@pytest.fixture
def small_disk(monkeypatch):
    """A disk with room for some bytes of results; give it more, and writing goes on."""
    room = {"bytes": 10**12}
    write = Path.write_bytes

    def checked(path, data):
        size = memoryview(data).nbytes
        if size > room["bytes"]:
            raise OSError(errno.ENOSPC, "No space left on device")
        room["bytes"] -= size
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", checked)
    return room


def test_a_full_disk_is_named_and_stops_the_run_which_goes_on_later(
    batch, pictures, tmp_path, capsys, monkeypatch, small_disk
):
    for broken in ("empty.png", "broken.png"):
        (pictures / broken).unlink()
    for n in range(3, 40):
        shutil.copy(pictures / "patient-meier-0.png", pictures / f"{n}.png")
    analysed, analyse = [], batch.pipeline.analyse_to_end
    monkeypatch.setattr(batch.pipeline, "analyse_to_end", lambda *request: analysed.append(1) or analyse(*request))
    argv = ["analyze", str(pictures), "--out", str(tmp_path / "out"), "--output", "json", "--output", "csv"]
    small_disk["bytes"] = 20_000
    assert main(argv) == 1
    error = capsys.readouterr().err
    assert "the disk is full" in error.splitlines()[-1]
    assert "start the run again" in error.splitlines()[-1]
    assert "Traceback" not in error
    assert "failed" not in error  # the images are not to blame
    assert len(analysed) < 40
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").glob("*.json")}
    assert 0 < len(before) < 40
    assert not list((tmp_path / "out").glob(".part-*"))
    small_disk["bytes"] = 10**12
    assert main(argv) == 0
    after = {path.name: path.read_bytes() for path in (tmp_path / "out").glob("*.json")}
    assert len(after) == 40
    assert before.items() <= after.items()
    assert [row["status"] for row in rows(tmp_path / "out" / "results.csv")] == ["done"] * 40


def test_a_journal_that_meets_a_full_disk_stays_whole(tmp_path, monkeypatch):
    from segx_viewer.cohort import journal
    from segx_viewer.errors import DiskFullError

    def full(_descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    with journal.Journal(tmp_path, {}) as kept:
        kept.begin("a")
        with monkeypatch.context() as patch:
            patch.setattr(journal.os, "fsync", full)
            with pytest.raises(DiskFullError, match="the disk is full"):
                kept.end(1, {"id": "0001", "status": "done"})
        kept.end(1, {"id": "0001", "status": "done"})
    lines = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text("utf-8").splitlines()]
    assert [next(iter(line)) for line in lines] == ["settings", "begun", "ended"]


def test_an_output_that_fails_does_not_cost_the_others(batch, pictures, tmp_path, capsys, monkeypatch):
    from segx_viewer.cohort import outputs

    def accident(*_, **__):
        raise RuntimeError("no font")

    monkeypatch.setattr(outputs, "write_png_report", accident)
    argv = ["analyze", str(pictures / "patient-meier-0.png"), "--out", str(tmp_path / "out")]
    assert main(argv) == 1
    assert "unexpected RuntimeError: no font" in capsys.readouterr().err
    (record,) = (tmp_path / "out").glob("*.json")
    (row,) = rows(tmp_path / "out" / "results.csv")
    assert (row["id"], row["status"], row["width"]) == (record.stem, "failed", "40")
    assert "no font" in row["error"]
    monkeypatch.undo()


@pytest.mark.parametrize(
    "argv",
    [
        ["analyze", "", "--out", "x"],
        ["analyze", "a.png", "--out", ""],
        ["analyze", "a.png", "--out="],
        ["deidentify", "a.dcm", "--out", ""],
        ["screenshots", "--out", ""],
    ],
)
def test_an_empty_name_is_not_taken_for_the_current_folder(argv, capsys):
    assert main(argv) == 2
    assert one_sentence(capsys.readouterr().err) == "segx-viewer: a name is empty."


@pytest.mark.parametrize(
    "argv",
    [
        ["analyze", "a.png", "--out"],
        ["deidentify", "a.dcm", "--out"],
        ["demo", "--no-window", "--out"],
        ["screenshots", "--out"],
        ["train", "dermoscopy-ham10000", "--data", ".", "--out"],
        ["evaluate", "dermoscopy-ham10000", "--data", ".", "--out"],
    ],
)
def test_no_command_takes_a_file_for_its_folder(argv, tmp_path, capsys):
    file = tmp_path / "mine.txt"
    file.write_text("mine")
    assert main([*argv, str(file)]) == 2
    assert "is a file, not a folder" in one_sentence(capsys.readouterr().err)
    assert file.read_text() == "mine"


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--workers", "x", "'x' is not a whole number"),
        ("--workers", "0", "must be 1 or more"),
        ("--frame", "first", "'first' is not a whole number"),
        ("--frame", "-1", "must be 0 or more, or all"),
        ("--max-seconds", "long", "'long' is not a number"),
        ("--max-megapixels", "1e308", "must be more than 0"),
        ("--max-memory", "nan", "must be more than 0"),
        ("--output", "jpg", "invalid choice: 'jpg'"),
    ],
)
def test_a_wrong_number_is_told_in_words(option, value, words, capsys):
    assert main(["analyze", "a.png", "--out", "x", f"{option}={value}"]) == 2
    error = capsys.readouterr().err
    assert f"argument {option}: {words}" in error.splitlines()[-1]
    assert "_" not in error.splitlines()[-1]


@pytest.mark.parametrize("argv", [["card", "nosuch"], ["models", "verify", "nosuch"], ["models", "remove", "nosuch"]])
def test_an_unknown_model_names_the_known_ones(argv, capsys):
    assert main(argv) == 1
    assert "There is no model bundle 'nosuch'; " in one_sentence(capsys.readouterr().err)


def test_what_the_system_refuses_is_one_sentence(tmp_path, capsys, monkeypatch):
    from segx_viewer.cli import commands

    def refuse(_arguments):
        raise PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "place"))

    monkeypatch.setattr(commands, "screenshots", refuse)
    assert main(["screenshots", "--out", str(tmp_path / "x")]) == 1
    assert one_sentence(capsys.readouterr().err) == f"segx-viewer: {tmp_path / 'place'}: Permission denied."


def test_a_list_that_is_no_text_is_told(tmp_path, capsys):
    (tmp_path / "list").write_bytes(b"\x80\x81\n")
    for name, words in (("list", "no text in UTF-8"), ("none", "No such file"), ("", "s a directory")):
        argv = ["deidentify", "--list", str(tmp_path / name), "--out", str(tmp_path / "out")]
        assert main(argv) == 1
        assert words in one_sentence(capsys.readouterr().err)
