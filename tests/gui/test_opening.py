"""What can be opened, and what running work tells: driven through the real window."""

import hashlib
import shutil
import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.fileset import FileSet
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QMenu

from segx_viewer.app.application import ExceptionHook
from segx_viewer.app.canvas.scene import Panel
from segx_viewer.app.sessions.export import export_report
from segx_viewer.errors import ImageReadError
from segx_viewer.imaging import guarded
from segx_viewer.imaging.reader import read_image
from tests.imaging import waiting_decoder

LEFT = Qt.MouseButton.LeftButton


def dicom(name: str) -> Path:
    return Path(get_testdata_file(name, download=False))


def drop(window, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    window.dropEvent(QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier))


@pytest.fixture
def archive(tmp_path, pictures) -> Path:
    path = tmp_path / "study.zip"
    with zipfile.ZipFile(path, "w") as opened:
        for picture in pictures[:2]:
            opened.write(picture, f"images/{picture.name}")
        opened.writestr("images/notes.txt", "no image")
    return path


def test_an_archive_is_unpacked_named_and_cleaned_up(qtbot, window, archive):
    drop(window, archive)
    qtbot.waitUntil(window.has_result)
    qtbot.waitUntil(lambda: [d.name for d in window.workspace.documents] == ["red.png", "green.png"])
    assert "left out: 1" in window.status.message.text()
    folder = window.studies.topLevelItem(0)
    assert folder.text(0) == "study.zip"
    unpacked = [d.path for d in window.workspace.documents]
    drop(window, archive)
    qtbot.wait(200)
    assert len(window.workspace.documents) <= 3  # the same files, not a second copy
    window.close()
    assert not any(path.exists() for path in unpacked)


def test_a_dicomdir_is_opened(qtbot, window, tmp_path):
    files = FileSet()
    for name in ("CT_small.dcm", "MR_small.dcm"):
        files.add(dicom(name))
    files.write(tmp_path / "disc")
    files._stage["t"].cleanup()  # else its end is a warning
    drop(window, tmp_path / "disc" / "DICOMDIR")
    qtbot.waitUntil(lambda: len(window.workspace.documents) == 2)
    qtbot.waitUntil(window.has_result)
    assert {d.header.modality for d in window.workspace.documents if d.header} <= {"CT", "MR"}


def test_archives_in_a_folder_are_opened_and_a_damaged_one_says_why(qtbot, window, archive):
    folder = archive.parent / "disc"
    folder.mkdir()
    good, bad = folder / "good.zip", folder / "bad.zip"
    archive.rename(good)
    bad.write_bytes(good.read_bytes()[:60])
    drop(window, folder)
    qtbot.waitUntil(window.has_result)
    qtbot.waitUntil(lambda: [d.name for d in window.workspace.documents] == ["bad.zip", "red.png", "green.png"])
    damaged = next(iter(window.workspace.documents))
    assert window.workspace.documents.current.name == "red.png"
    window.workspace.documents.set_current(damaged)
    qtbot.waitUntil(lambda: "bad.zip could not be unpacked" in window.message_page.text.text())


def test_a_damaged_archive_gives_a_sentence(qtbot, window, archive):
    archive.write_bytes(archive.read_bytes()[:40] + b"\0" * 400 + archive.read_bytes()[-120:])
    drop(window, archive)
    qtbot.waitUntil(lambda: "study.zip" in window.status.message.text() or bool(window.message_page.text.text()))


def test_files_of_a_folder_that_are_no_images_are_left_out(qtbot, window, pictures):
    (pictures[0].parent / "a-letter.txt").write_text("no image")
    drop(window, pictures[0].parent)
    qtbot.waitUntil(lambda: [d.path.suffix for d in window.workspace.documents] == [".png"] * 3)
    qtbot.waitUntil(window.has_result)


def test_a_segmentation_is_drawn_on_its_image(qtbot, window, tmp_path):
    image = tmp_path / "image.dcm"
    shutil.copy(dicom("CT_small.dcm"), image)
    window.open_paths([image])
    qtbot.waitUntil(window.has_result)
    out = tmp_path / "result.dcm"
    export_report(window.workspace, out, include_identity=True)
    qtbot.waitUntil(lambda: (tmp_path / "result").is_dir() and "result" in window.status.message.text())
    found = {dcmread(path).SOPClassUID.name: path for path in (tmp_path / "result").glob("*.dcm")}
    segmentation = found["Segmentation Storage"]
    port = window.viewports.ports[Panel.IMAGE]
    before = port.grab().toImage()
    window.open_paths([segmentation])
    qtbot.waitUntil(lambda: "is drawn on image.dcm" in window.status.message.text())
    assert [d.name for d in window.workspace.documents] == ["image.dcm"]
    qtbot.waitUntil(lambda: port.grab().toImage() != before)
    with_graphics = port.grab().toImage()
    qtbot.keyClick(window, Qt.Key.Key_U)
    assert port.grab().toImage() != with_graphics


def test_results_of_the_same_name_are_layers_of_their_own_to_be_chosen_one_by_one(qtbot, window, engine, tmp_path):
    image = tmp_path / "image.dcm"
    shutil.copy(dicom("CT_small.dcm"), image)
    window.open_paths([image])
    qtbot.waitUntil(window.has_result)
    segmentations = []
    for name, side in (("first", 12), ("second", 20), ("third", 20)):
        mask = np.zeros((32, 32), bool)
        mask[6:side, 6:side] = True
        window.workspace.analyses.set_region(window.workspace.documents.current, mask)
        export_report(window.workspace, tmp_path / f"{name}.dcm", include_identity=True)
        qtbot.waitUntil(lambda name=name: f"{name}" in window.status.message.text().rpartition("/")[2])
        files = (tmp_path / name).glob("*.dcm")
        segmentations.append(next(p for p in files if dcmread(p).SOPClassUID.name == "Segmentation Storage"))
    drawn = []
    window.workspace.documents.removed.connect(drawn.append)
    window.open_paths(segmentations)
    qtbot.waitUntil(lambda: len(drawn) == 3)
    menu = next(m for m in window.findChildren(QMenu) if m.title() == "La&yers of the file")
    menu.aboutToShow.emit()
    labels = [action.text() for action in menu.actions()]
    assert labels == [labels[0], f"{labels[0]} (2)"]  # the third says the same as the second
    port = window.viewports.ports[Panel.IMAGE]
    both = port.grab().toImage()
    menu.actions()[1].trigger()
    one = port.grab().toImage()
    assert one != both
    menu.actions()[0].trigger()
    assert port.grab().toImage() != one


def test_a_segmentation_that_names_its_series_only_is_drawn_and_one_that_cannot_lie_there_says_why(
    qtbot, window, tmp_path
):
    image = tmp_path / "image.dcm"
    shutil.copy(dicom("CT_small.dcm"), image)
    window.open_paths([image])
    qtbot.waitUntil(window.has_result)
    export_report(window.workspace, tmp_path / "result.dcm", include_identity=True)
    qtbot.waitUntil(lambda: (tmp_path / "result").is_dir() and "result" in window.status.message.text())
    segmentation = next(
        dataset
        for dataset in map(dcmread, sorted((tmp_path / "result").glob("*.dcm")))
        if dataset.get("SegmentationType") == "FRACTIONAL"
    )
    frame = segmentation.PerFrameFunctionalGroupsSequence[0]
    del frame.DerivationImageSequence
    del segmentation.ReferencedSeriesSequence[0].ReferencedInstanceSequence
    segmentation.save_as(tmp_path / "series.dcm")
    half = segmentation.pixel_array[: segmentation.Rows // 2]
    segmentation.PixelData, segmentation.Rows = half.tobytes(), len(half)
    segmentation.save_as(tmp_path / "half.dcm")
    window.open_paths([tmp_path / "series.dcm"])
    qtbot.waitUntil(lambda: "series.dcm is drawn on image.dcm" in window.status.message.text())
    window.open_paths([tmp_path / "half.dcm"])
    documents = window.workspace.documents
    qtbot.waitUntil(lambda: any("other proportions than image.dcm" in d.error for d in documents))
    del segmentation.ReferencedSeriesSequence
    segmentation.save_as(tmp_path / "nothing.dcm")
    window.open_paths([tmp_path / "nothing.dcm"])
    qtbot.waitUntil(lambda: any("does not say which image" in d.error for d in documents))


def test_a_segmentation_without_its_image_says_what_to_do(qtbot, window, opened, tmp_path):
    window.workspace.opener.attach(window.workspace.documents.current, [])
    window.follower.show_page()
    assert "open that image as well" in window.workspace.documents.current.error


# -- work that takes time --------------------------------------------------------------------------


def test_cancel_acts_at_once_though_a_method_does_not_look(qtbot, window, engine, pictures):
    release = threading.Event()
    answer = engine.analyse

    def deaf(request, token, on_progress):
        steps = answer(request, token, on_progress)
        yield next(steps)
        release.wait(20)
        yield from steps

    engine.analyse = deaf
    window.open_paths(pictures[:1])
    qtbot.waitUntil(lambda: window.workspace.analyses.current is not None and window.status.cancel.isVisible())
    qtbot.mouseClick(window.status.cancel, LEFT)
    assert not window.status.cancel.isVisible()
    assert "Cancelled" in window.status.message.text()
    release.set()
    qtbot.wait(100)
    assert not window.has_result()  # what came late was dropped
    window.commands.run("analyse")
    qtbot.waitUntil(window.has_result)


def test_a_slow_reading_shows_cancel_and_obeys(qtbot, window, pictures, monkeypatch):
    from segx_viewer.app.jobs import files

    release = threading.Event()

    def slowly(*_):
        release.wait(20)
        raise ImageReadError("too late")

    monkeypatch.setattr(files, "read", slowly)
    window.open_paths(pictures[:1])
    qtbot.waitUntil(window.status.cancel.isVisible)
    assert "red.png" in window.status.text.text()
    qtbot.mouseClick(window.status.cancel, LEFT)
    assert "cancelled" in window.message_page.text.text()
    assert not window.status.cancel.isVisible()
    release.set()


@pytest.fixture
def reads(monkeypatch) -> list[str]:
    """The names of the files that were read with a decoder, or asked for again."""
    from segx_viewer.app.jobs import files

    names, read = [], files.read

    def counted(path, frame=0, wanted=None):
        names.append(path.name)
        return read(path, frame, wanted)

    monkeypatch.setattr(files, "read", counted)
    return names


def test_a_radiograph_that_needs_no_decoder_is_shown_at_once(qtbot, window, reads):
    pages = []
    window.workspace.loader.shown.connect(lambda document: pages.append(document.image is not None))
    window.open_paths([dicom("CT_small.dcm")])
    qtbot.waitUntil(window.has_result)
    document = window.workspace.documents.current
    qtbot.waitUntil(lambda: document.thumbnail is not None and bool(document.sha256))
    assert pages == [True]  # not even a page that says that it is being read
    assert reads == []
    assert document.sha256 == hashlib.sha256(document.path.read_bytes()).hexdigest()
    assert np.array_equal(document.image.pixels, read_image(document.path).pixels)
    assert window.studies.topLevelItem(0).text(0) != ""
    assert document.header.source == document.image.source


def test_a_picture_is_decoded_once_for_screen_and_thumbnail(qtbot, window, pictures, reads):
    window.open_paths(pictures[:1])
    qtbot.waitUntil(window.has_result)
    document = window.workspace.documents.current
    qtbot.waitUntil(lambda: document.thumbnail is not None)
    assert reads == ["red.png"]


def test_an_image_that_was_passed_over_gets_its_thumbnail_all_the_same(qtbot, window, pictures):
    window.open_paths(pictures[:1])
    window.open_paths(pictures[1:2])
    qtbot.waitUntil(lambda: [d.thumbnail is not None for d in window.workspace.documents] == [True, True])


def test_many_thumbnails_show_how_far_they_are(qtbot, window, tmp_path, monkeypatch):
    from segx_viewer.app.jobs import files, work

    monkeypatch.setattr(work, "_MOMENT_MS", 0)
    read, release = files.read, threading.Event()
    for number in range(6):
        Image.new("RGB", (20, 20)).save(tmp_path / f"{number}.png")

    def slowly(path, frame=0, wanted=None):
        if path.stem == "3":
            release.wait(20)
        return read(path, frame, wanted)

    monkeypatch.setattr(files, "read", slowly)
    window.open_paths(sorted(tmp_path.glob("*.png")))
    qtbot.waitUntil(lambda: "Thumbnails" in window.status.text.text() and window.status.cancel.isVisible())
    qtbot.mouseClick(window.status.cancel, LEFT)
    assert not window.status.cancel.isVisible()
    release.set()
    qtbot.wait(100)
    assert any(d.thumbnail is None for d in window.workspace.documents)


def test_a_cancelled_export_leaves_the_earlier_report(qtbot, opened, tmp_path, monkeypatch):
    from segx_viewer.app.sessions import export

    release = threading.Event()
    write = export._write_png

    def slowly(*arguments):
        release.wait(20)
        write(*arguments)

    monkeypatch.setattr(export, "_write_png", slowly)
    target = tmp_path / "report.png"
    target.write_bytes(b"earlier")
    export_report(opened.workspace, target)
    qtbot.waitUntil(opened.status.cancel.isVisible)
    qtbot.mouseClick(opened.status.cancel, LEFT)
    release.set()
    qtbot.waitUntil(lambda: not opened.status.cancel.isVisible())
    qtbot.waitUntil(lambda: "Cancelled" in opened.status.message.text())
    assert target.read_bytes() == b"earlier"
    assert [p.name for p in tmp_path.glob("*report*")] == ["report.png"]


def test_the_report_shows_the_part_and_the_top_set_of_the_screen(qtbot, opened, tmp_path, monkeypatch):
    from segx_viewer.app.sessions import export

    views = []
    monkeypatch.setattr(export, "_write_png", lambda job, path: views.append(job.shown))
    assert opened.workspace.visible_part() is None
    opened.state.update(zoom=4.0, centre=(0.5, 0.5), top_mode=True, top_percent=10.0)
    top, left, height, width = opened.workspace.visible_part()
    assert 0 < top < 75 < top + height
    assert 0 < left < 100 < left + width
    export_report(opened.workspace, tmp_path / "r.png")
    qtbot.waitUntil(lambda: bool(views))
    assert views[0].crop == (top, left, height, width)
    assert views[0].top_percent == pytest.approx(10.0)


# -- errors ----------------------------------------------------------------------------------------


@pytest.mark.expects_warnings
def test_an_exception_in_a_slot_is_logged_and_shown_and_the_program_goes_on(qtbot, opened, caplog):
    hook = ExceptionHook(opened)
    try:
        QTimer.singleShot(0, lambda: {}["in a slot"])
        qtbot.waitUntil(lambda: "KeyError" in opened.status.message.text())
    finally:
        hook.remove()
    assert "in a slot" in caplog.text
    qtbot.keyClick(opened, Qt.Key.Key_I)
    assert opened.state.view.invert


def test_a_long_error_is_shown_in_full(qtbot, window, tmp_path):
    broken = tmp_path / f"{'long-name-' * 12}.png"
    broken.write_bytes(b"not an image")
    window.open_paths([broken])
    qtbot.waitUntil(lambda: bool(window.message_page.text.text()))
    qtbot.wait(20)
    for label in (window.message_page.title, window.message_page.text):
        assert label.height() >= label.heightForWidth(label.width())
        assert window.rect().contains(label.geometry())


def test_a_window_larger_than_the_screen_is_brought_back(window):
    room = window.screen().availableGeometry()
    window.setGeometry(room.right() - 50, -300, room.width() + 500, room.height() + 300)
    window.keep_on_screen()
    smallest = window.minimumSizeHint()
    assert window.width() <= max(room.width(), smallest.width())
    assert window.height() <= max(room.height(), smallest.height())
    assert room.contains(window.geometry().topLeft())


def test_a_small_archive_of_one_picture_needs_no_name(qtbot, window, tmp_path):
    path = tmp_path / "one.zip"
    with zipfile.ZipFile(path, "w") as opened:
        picture = tmp_path / "x.png"
        Image.fromarray(np.full((40, 50, 3), 90, np.uint8)).save(picture)
        opened.write(picture, "x.png")
    window.open_paths([path])
    qtbot.waitUntil(window.has_result)
    assert window.windowTitle().startswith("x.png")


def test_a_file_that_takes_long_keeps_no_other_one_waiting(qtbot, window, pictures, monkeypatch):
    guarded.stop_decoder()
    monkeypatch.setattr(waiting_decoder, "Begun", guarded._decoder_process.Begun, raising=False)
    monkeypatch.setattr(guarded, "_decoder_process", waiting_decoder)
    slow = [pictures[0].rename(pictures[0].with_name(f"slow {name}.png")) for name in ("a",)]
    slow.append(pictures[1].rename(pictures[1].with_name("slow b.png")))
    window.open_paths([*slow, pictures[2]])
    documents = window.workspace.documents
    qtbot.waitUntil(lambda: len(documents) == 3)
    *_, quick = documents
    documents.set_current(quick)
    qtbot.waitUntil(lambda: quick.image is not None)
    assert [d.image for d in documents][:2] == [None, None]
    (pictures[0].with_name("go")).touch()
    guarded.stop_decoder()
