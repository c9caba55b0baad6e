import json
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from segx_viewer.app.commands.tools import add
from segx_viewer.app.dialogs.exportdialog import ExportDialog
from segx_viewer.app.kit import language
from segx_viewer.app.model.annotations import Annotation, Kind
from segx_viewer.app.model.impression import Impression
from segx_viewer.app.sessions import studyreport
from segx_viewer.app.sessions.export import PageOptions, export_report
from segx_viewer.domain.result import Alignment
from segx_viewer.explain.alignment import ALIGNMENTS


@pytest.mark.parametrize("suffix", [".png", ".pdf", ".json"])
def test_every_format_is_written(qtbot, opened, tmp_path, suffix):
    target = tmp_path / f"report{suffix}"
    export_report(opened.workspace, target)
    qtbot.waitUntil(lambda: f"report{suffix}" in opened.status.message.text(), timeout=120_000)
    assert target.stat().st_size > 500


def test_dicom_objects_are_written_into_a_folder(qtbot, opened, tmp_path):
    export_report(opened.workspace, tmp_path / "result.dcm")
    qtbot.waitUntil(lambda: "result" in opened.status.message.text(), timeout=120_000)
    assert list((tmp_path / "result").glob("*.dcm"))


def test_the_figures_hold_impression_and_drawings(qtbot, opened, tmp_path):
    document = opened.workspace.documents.current
    opened.workspace.documents.update(document, impression=Impression("Looks benign", "possible"))
    add(opened, Annotation(Kind.LENGTH, ((10, 10), (40, 50))))
    target = tmp_path / "report.json"
    export_report(opened.workspace, target)
    qtbot.waitUntil(lambda: "report.json" in opened.status.message.text(), timeout=120_000)
    text = target.read_text()
    assert "Looks benign (possible)" in text
    assert "50.0 px" in text
    json.loads(text)


@pytest.fixture
def late(qtbot, window, engine, pictures):
    """The window with maps to be seen and figures that come once `engine.gate` is set again."""
    engine.maps_first = True
    engine.gate.clear()
    window.open_paths(pictures[:1])
    qtbot.waitUntil(window.has_result)
    assert window.workspace.analyses.is_analysing
    return window


def test_an_export_waits_for_the_late_figures(qtbot, late, engine, tmp_path):
    target = tmp_path / "report.json"
    export_report(late.workspace, target)
    assert "when the analysis has finished" in late.status.message.text()
    qtbot.wait(50)
    assert not target.exists()
    engine.gate.set()
    qtbot.waitUntil(lambda: "report.json" in late.status.message.text(), timeout=120_000)
    assert json.loads(target.read_text())["complete"] is True


def test_an_export_waits_for_nothing_else(qtbot, late, engine, tmp_path):
    """The map that is shown has its figures; what the analysis still computes is not on the page."""
    document = late.workspace.documents.current
    key, analysis = late.workspace.analyses.key, late.workspace.analyses.current
    whole = replace(
        analysis.explanations[key].certainty, alignments=dict.fromkeys(ALIGNMENTS, Alignment(None, "not asked for"))
    )
    late.workspace.documents.update(
        document, analysis=analysis.with_explanations(replace(analysis.explanations[key], certainty=whole))
    )
    target = tmp_path / "report.json"
    export_report(late.workspace, target)
    qtbot.waitUntil(target.exists, timeout=120_000)
    assert late.workspace.analyses.is_analysing
    qtbot.waitUntil(lambda: "report.json" in late.status.message.text(), timeout=120_000)


def test_a_waiting_export_is_given_up_with_its_image(qtbot, late, engine, pictures, tmp_path):
    export_report(late.workspace, tmp_path / "report.json")
    late.open_paths(pictures[1:2])
    qtbot.waitUntil(lambda: late.workspace.documents.current.path == pictures[1])
    engine.gate.set()
    qtbot.waitUntil(lambda: late.has_result() and not late.workspace.analyses.is_analysing)
    assert not list(tmp_path.glob("report*"))


def test_an_export_that_fails_says_so(qtbot, opened, tmp_path):
    (tmp_path / "file").write_text("in the way")
    export_report(opened.workspace, tmp_path / "file" / "report.png")
    qtbot.waitUntil(lambda: "could not be written" in opened.status.message.text(), timeout=120_000)


def test_the_dialog_names_nobody_unless_asked(opened):
    dialog = ExportDialog(opened.workspace, opened)
    assert not dialog.identity.isChecked()
    assert "not say whose" in dialog.note.text()
    # A file is often called after its patient.
    assert opened.workspace.documents.current.path.stem not in dialog.path.text().rsplit("/", 1)[-1]
    dialog.formats[".pdf"].setChecked(True)
    assert dialog.path.text().endswith(".pdf")
    dialog.identity.setChecked(True)
    assert "will name the patient" in dialog.note.text()


def _pages(path):
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        return [page.get_textpage().get_text_range() for page in document]


def test_a_study_is_one_pdf_with_a_page_for_each_image(qtbot, opened, pictures, engine, tmp_path, monkeypatch):
    monkeypatch.setattr(
        studyreport._Engine, "analyse", lambda self, request, cancel: engine.analyse(request, cancel, lambda _p: None)
    )
    opened.open_paths(pictures)
    qtbot.waitUntil(lambda: len(opened.workspace.documents) == 3 and opened.has_result())
    target = tmp_path / "study.pdf"
    studyreport.export_study(opened.workspace, target, options=PageOptions(dark=True, size="small"))
    qtbot.waitUntil(lambda: "study.pdf" in opened.status.message.text())
    texts = _pages(target)
    assert [f"Page {n} of 3" in text for n, text in enumerate(texts, 1)] == [True] * 3
    studyreport.export_study(opened.workspace, tmp_path / "study.png", options=PageOptions(size="small"))
    qtbot.waitUntil(lambda: "study-01.png" in opened.status.message.text())
    assert sorted(p.name for p in tmp_path.glob("*.png")) == [f"study-0{n}.png" for n in (1, 2, 3)]


def test_pages_are_told_apart_by_an_overview_and_an_index_that_stays_here(
    qtbot, opened, pictures, engine, tmp_path, monkeypatch
):
    monkeypatch.setattr(
        studyreport._Engine, "analyse", lambda self, request, cancel: engine.analyse(request, cancel, lambda _p: None)
    )
    opened.open_paths(pictures)
    qtbot.waitUntil(lambda: len(opened.workspace.documents) == 3 and opened.has_result())
    dialog = ExportDialog(opened.workspace, opened)
    dialog.show()
    qtbot.mouseClick(dialog.formats[".pdf"], Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert not dialog.overview.isEnabled()
    for box in (dialog.study, dialog.index):
        QTest.keyClick(box, Qt.Key.Key_Space)
    assert dialog.overview.isEnabled()
    dialog.path.setText(str(tmp_path / "all.pdf"))
    dialog.accept()
    qtbot.waitUntil(lambda: "all.pdf" in opened.status.message.text())
    texts = _pages(tmp_path / "all.pdf")
    assert "Overview 1 of 1" in texts[0]
    assert len(texts) == 4
    assert not any(path.name in text for text in texts for path in pictures)
    index = studyreport.index_of(tmp_path / "all.pdf")
    lines = index.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "page,file,frame"
    assert {line.split(",")[1] for line in lines[1:]} == {str(path) for path in pictures}
    assert index.stat().st_mode & 0o077 == 0


def test_theme_size_and_part_are_chosen_in_the_dialog(qtbot, opened, tmp_path):
    opened.state.update(zoom=6.0)
    dialog = ExportDialog(opened.workspace, opened)
    assert dialog.whole.isEnabled()
    assert not dialog.study.isEnabled()  # one image
    pages = {}
    for name, theme, size, whole in (("a", 0, 0, True), ("b", 1, 0, True), ("c", 0, 0, False)):
        dialog = ExportDialog(opened.workspace, opened)
        dialog.path.setText(str(tmp_path / f"{name}.png"))
        dialog.theme.setCurrentIndex(theme)
        dialog.picture_size.setCurrentIndex(size)
        dialog.whole.setChecked(whole)
        dialog.accept()
        qtbot.waitUntil(lambda name=name: f"{name}.png" in opened.status.message.text())
        pages[name] = np.asarray(Image.open(tmp_path / f"{name}.png").convert("RGB"))
    assert pages["a"][2, 2].min() > 200
    assert pages["b"][2, 2].max() < 80
    assert pages["a"].shape == pages["b"].shape
    assert pages["a"].shape != pages["c"].shape


def test_the_report_is_copied_to_the_clipboard(qtbot, opened):
    opened.commands.run("copy_report")
    qtbot.waitUntil(lambda: "clipboard" in opened.status.message.text())
    image = QGuiApplication.clipboard().image()
    assert image.width() > 1000


def test_the_captured_page_has_what_the_reader_drew_and_noted(qtbot, opened, tmp_path, monkeypatch):
    from segx_viewer.reporting.dicom import results

    given = {}
    monkeypatch.setattr(results, "write_dicom_results", lambda *args, **options: given.update(options))
    document = opened.workspace.documents.current
    opened.workspace.documents.update(document, impression=Impression("Looks benign", "possible"))
    add(opened, Annotation(Kind.LENGTH, ((10, 10), (40, 50))))
    export_report(opened.workspace, tmp_path / "result.dcm", options=PageOptions(dark=True))
    qtbot.waitUntil(lambda: bool(given))
    assert given["reading"].impression == "Looks benign (possible)"
    assert [mark.text for mark in given["reading"].marks] == ["50.0 px"]
    assert given["view"].dark
    assert given["view"].max_pixels == results.CAPTURE_VIEW.max_pixels


def test_a_report_is_written_in_the_language_of_the_window_and_its_numbers_too(qtbot, opened, tmp_path):
    import pypdfium2

    language.use("de")
    try:
        export_report(opened.workspace, tmp_path / "bericht.pdf")
        qtbot.waitUntil((tmp_path / "bericht.pdf").is_file)
        export_report(opened.workspace, tmp_path / "zahlen.json")
        qtbot.waitUntil((tmp_path / "zahlen.json").is_file)
    finally:
        language.use("en")
    document = pypdfium2.PdfDocument(tmp_path / "bericht.pdf")
    words = document[0].get_textpage().get_text_range()
    document.close()
    for german in ("Erklärungsbericht", "Was gefunden wurde", "Melanom (mel)", "MITTEL", "0,41", "Seite 1 von 1"):
        assert german in words
    for english in ("Melanoma", "Explanation", "Research", "0.41"):
        assert english not in words
    assert re.search(r"\d\d\.\d\d\.\d{4} \d\d:\d\d", words)
    assert "Melanom" not in (tmp_path / "zahlen.json").read_text().replace("Melanoma", "")
