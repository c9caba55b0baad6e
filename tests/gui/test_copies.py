"""De-identified copies made in the window: one file looked at, or a whole folder."""

import pydicom
import pytest
from pydicom.data import get_testdata_file
from PySide6.QtWidgets import QFileDialog

from segx_viewer.app.dialogs.foldercopies import FolderCopies
from segx_viewer.app.dialogs.privacycopy import CopyDialog


@pytest.fixture
def hospital(tmp_path):
    """Two patients, one of them with two files, a text file, and a file cut in half."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number, patient in enumerate(("Miller", "Miller", "Doe")):
        dataset = pydicom.dcmread(get_testdata_file("MR_small.dcm"))
        dataset.PatientName, dataset.PatientID = f"{patient}^X", patient
        dataset.SOPInstanceUID = f"1.2.3.{number}"
        dataset.StudyDate, dataset.ImageType = "20240301", ["ORIGINAL", "PRIMARY"]
        dataset.save_as(folder / f"{number}.dcm")
    (folder / "cut.dcm").write_bytes((folder / "2.dcm").read_bytes()[:3000])
    (folder / "notes.txt").write_text("Miller")
    return folder


def made(folder):
    return [pydicom.dcmread(path) for path in sorted(folder.rglob("*.dcm"))]


def finished(dialog):
    return lambda: not dialog._running


def test_a_folder_is_copied_and_what_failed_is_listed(qtbot, window, hospital, tmp_path):
    window.commands.run("deidentify_folder")
    (dialog,) = window.findChildren(FolderCopies)
    assert not dialog.start.isEnabled()  # no folder is named yet
    dialog.source.setText(str(hospital))
    dialog.target.setText(str(hospital))
    assert not dialog.start.isEnabled()  # never into the originals
    dialog.target.setText(str(tmp_path / "out"))
    dialog.disguise.dates_box.setCurrentIndex(dialog.disguise.dates_box.findData("shift"))
    dialog.start.click()
    qtbot.waitUntil(finished(dialog), timeout=20_000)
    assert dialog.sentence.text() == "Copied: 3 (patients: 2). Failed: 1. Not DICOM: 1."
    lines = [dialog.outcomes.item(row).text() for row in range(dialog.outcomes.count())]
    assert [line for line in lines if line.startswith("cut.dcm: ")]
    copies = made(tmp_path / "out")
    assert len({copy.PatientID for copy in copies}) == 2
    assert all(copy.StudyDate not in ("", "20240301") for copy in copies)
    assert len({(copy.PatientID, copy.StudyDate) for copy in copies}) == 2
    dialog.close()


def test_a_copy_that_deserves_a_look_opens_by_a_double_click(qtbot, window, hospital, tmp_path):
    path = hospital / "1.dcm"
    dataset = pydicom.dcmread(path)
    dataset.Modality = "US"
    dataset.save_as(path)
    dialog = FolderCopies(window.workspace, window)
    dialog.source.setText(str(hospital))
    dialog.target.setText(str(tmp_path / "out"))
    dialog.write()
    qtbot.waitUntil(finished(dialog), timeout=20_000)
    (item,) = [
        i for row in range(dialog.outcomes.count()) if (i := dialog.outcomes.item(row)).text().startswith("1.dcm")
    ]
    dialog.outcomes.itemActivated.emit(item)
    qtbot.waitUntil(lambda: window.workspace.documents.current is not None)
    assert tmp_path / "out" in window.workspace.documents.current.path.parents
    qtbot.waitUntil(window.workspace.has_result)


def test_the_next_dialog_has_the_same_key_and_choice(qtbot, window, hospital, tmp_path):
    key = tmp_path / "keys" / "mine.key"
    names = []
    for out in ("a", "b"):
        dialog = FolderCopies(window.workspace, window)
        if out == "a":
            dialog.disguise.key_line.setText(str(key))
        assert dialog.disguise.key == key
        dialog.source.setText(str(hospital))
        dialog.target.setText(str(tmp_path / out))
        dialog.write()
        qtbot.waitUntil(finished(dialog), timeout=20_000)
        names.append(sorted(str(path.relative_to(tmp_path / out)) for path in (tmp_path / out).rglob("*.dcm")))
        dialog.close()
    assert names[0] == names[1]
    assert key.is_file()


def test_closing_stops_the_copies(qtbot, window, hospital, tmp_path):
    dialog = FolderCopies(window.workspace, window)
    dialog.source.setText(str(hospital))
    dialog.target.setText(str(tmp_path / "out"))
    dialog.write()
    dialog._token.cancel()
    qtbot.waitUntil(finished(dialog), timeout=20_000)
    assert dialog.sentence.text() == "Cancelled."
    assert len(made(tmp_path / "out")) <= 1


def test_a_folder_that_is_gone_is_told(qtbot, window, tmp_path):
    dialog = FolderCopies(window.workspace, window)
    dialog.source.setText(str(tmp_path / "none"))
    dialog.target.setText(str(tmp_path / "out"))
    dialog.write()
    qtbot.waitUntil(finished(dialog))
    assert dialog.sentence.text() == f"{tmp_path / 'none'} does not exist."


@pytest.fixture
def looked_at(qtbot, window, hospital):
    path = hospital / "0.dcm"
    path.write_bytes(path.read_bytes()[132:])  # without preamble
    window.open_paths([path])
    qtbot.waitUntil(window.workspace.has_result)
    window.commands.run("deidentify")
    (dialog,) = window.findChildren(CopyDialog)
    qtbot.waitUntil(dialog.save.isEnabled)
    return dialog


def actions(dialog):
    table = dialog.table
    return {table.item(row, 0).text(): table.item(row, 1).text() for row in range(table.rowCount())}


def test_one_file_without_preamble_is_copied_as_the_preview_says(qtbot, looked_at, tmp_path):
    assert actions(looked_at)["Study Date"] == "emptied"
    box = looked_at.disguise.dates_box
    box.setCurrentIndex(box.findData("shift"))
    qtbot.waitUntil(lambda: actions(looked_at)["Study Date"] == "shifted")
    assert actions(looked_at)["Study Time"] == "kept"
    looked_at.write(tmp_path / "copy.dcm")
    qtbot.waitUntil(lambda: not looked_at.isVisible())
    copy = pydicom.dcmread(tmp_path / "copy.dcm")
    assert copy.StudyDate not in ("", "20240301")
    assert copy.PatientID.startswith("P-")


def test_choosing_a_key_that_is_there_does_not_ask_to_replace_it(looked_at, tmp_path, monkeypatch):
    given = {}
    monkeypatch.setattr(
        QFileDialog,
        "getSaveFileName",
        lambda *words, **options: given.update(options) or (str(tmp_path / "mine.key"), ""),
    )
    looked_at.disguise._choose()
    assert given["options"] == QFileDialog.Option.DontConfirmOverwrite
    assert looked_at.disguise.key == tmp_path / "mine.key"


def test_a_file_that_is_no_key_is_told_and_nothing_is_written(qtbot, looked_at, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    looked_at.disguise.key_line.setText(str(tmp_path / "mine.txt"))
    looked_at.write(tmp_path / "copy.dcm")
    qtbot.waitUntil(lambda: "is not a key" in looked_at.sentence.text())
    assert not (tmp_path / "copy.dcm").exists()
    assert (tmp_path / "mine.txt").read_text() == "mine"
