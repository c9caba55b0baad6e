import json

import pytest

from segx_viewer.app.annotations import Annotation, Kind
from segx_viewer.app.commands_tools import add
from segx_viewer.app.export import ExportDialog, export_report
from segx_viewer.app.reading import Impression


@pytest.mark.parametrize("suffix", [".png", ".pdf", ".json"])
def test_every_format_is_written(qtbot, opened, tmp_path, suffix):
    target = tmp_path / f"report{suffix}"
    export_report(opened, target)
    qtbot.waitUntil(lambda: f"report{suffix}" in opened.status.message.text(), timeout=20000)
    assert target.stat().st_size > 500


def test_dicom_objects_are_written_into_a_folder(qtbot, opened, tmp_path):
    export_report(opened, tmp_path / "result.dcm")
    qtbot.waitUntil(lambda: "result" in opened.status.message.text(), timeout=20000)
    assert list((tmp_path / "result").glob("*.dcm"))


def test_the_figures_hold_impression_and_drawings(qtbot, opened, tmp_path):
    document = opened.controller.documents.current
    opened.controller.documents.update(document, impression=Impression("Looks benign", "possible"))
    add(opened, Annotation(Kind.LENGTH, ((10, 10), (40, 50))))
    target = tmp_path / "report.json"
    export_report(opened, target)
    qtbot.waitUntil(lambda: "report.json" in opened.status.message.text(), timeout=20000)
    text = target.read_text()
    assert "Looks benign (possible)" in text
    assert "50.0 px" in text
    json.loads(text)


def test_an_export_that_fails_says_so(qtbot, opened, tmp_path):
    (tmp_path / "file").write_text("in the way")
    export_report(opened, tmp_path / "file" / "report.png")
    qtbot.waitUntil(lambda: "could not be written" in opened.status.message.text(), timeout=20000)


def test_the_dialog_names_nobody_unless_asked(opened):
    dialog = ExportDialog(opened)
    assert not dialog.identity.isChecked()
    assert "not say whose" in dialog.note.text()
    dialog.formats[".pdf"].setChecked(True)
    assert dialog.path.text().endswith(".pdf")
    dialog.identity.setChecked(True)
    assert "will name the patient" in dialog.note.text()
