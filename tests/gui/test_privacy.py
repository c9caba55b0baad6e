import json
import os
import stat
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import platformdirs
import pydicom
import pytest
import shiboken6
from PIL import Image, ImageDraw
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox, QToolButton

from segx_viewer.app.dialogs.privacycopy import CopyDialog
from segx_viewer.app.dialogs.privacypage import PrivacyPage
from segx_viewer.app.dialogs.tags import TagBrowser
from segx_viewer.app.kit import preferences, settings
from segx_viewer.app.model import privacy
from segx_viewer.app.sessions import sessionfile
from segx_viewer.app.window import Window

for_its_owner = pytest.mark.skipif(sys.platform == "win32", reason="file modes")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def remembered() -> str:
    """Everything below the settings and data folders, as one text."""
    folder = Path(settings.settings().fileName()).parent.parent  # Qt's own settings file lies there
    return "".join(p.read_text(errors="replace") for p in folder.rglob("*") if p.is_file())


@for_its_owner
def test_what_names_patients_is_for_its_owner_only(qtbot, opened, tmp_path):
    opened.autosave.save()
    qtbot.waitUntil(settings.session_file().exists)
    settings.settings().sync()
    assert mode(settings.session_file()) == 0o600
    assert mode(settings.data_folder()) == 0o700
    assert mode(Path(settings.settings().fileName())) == 0o600
    saved = sessionfile.save(sessionfile.capture(opened.workspace), tmp_path / "kept.segx")
    assert mode(saved) == 0o600


def test_everything_is_forgotten(qtbot, opened, pictures, monkeypatch):
    settings.settings().setValue("last_folder", str(pictures[0].parent))
    opened.autosave.save()
    qtbot.waitUntil(settings.session_file().exists)
    (settings.data_folder() / ".part-left.json").write_text(str(pictures[0]))
    settings.settings().sync()
    assert "red.png" in remembered()
    page = PrivacyPage(opened.forget, opened)
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.No)
    page.forget.click()
    assert len(opened.workspace.documents) == 1
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    opened.autosave.add_recent(pictures[:1])  # not written yet
    page.forget.click()
    assert len(opened.workspace.documents) == 0
    assert not opened.log.lines
    opened.close()
    assert not settings.session_file().exists()
    settings.settings().sync()
    left = remembered()
    assert "red.png" not in left
    assert str(pictures[0].parent) not in left


def use_file_dialog(folder: Path) -> None:
    """Choose a folder in a dialog of Qt's own."""
    dialog = QFileDialog(None, "", str(folder))
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.selectFile(str(folder))
    dialog.open()
    dialog.accept()
    shiboken6.delete(dialog)


def test_folders_that_qt_remembers_are_forgotten(opened, pictures, tmp_path):
    patient = tmp_path / "patient-miller" / "ct"
    patient.mkdir(parents=True)
    use_file_dialog(patient)
    assert "patient-miller" in remembered()
    opened.forget()
    assert "patient-miller" not in remembered()
    use_file_dialog(tmp_path)  # a dialog that is closed writes down where the one before was
    assert "patient-miller" not in remembered()


def test_folders_that_qt_remembers_go_with_the_recent_ones(tmp_path):
    (tmp_path / "patient-miller" / "ct").mkdir(parents=True)
    use_file_dialog(tmp_path / "patient-miller" / "ct")
    preferences.REMEMBER.choose("0")
    privacy.drop_old_names()
    assert "patient-miller" not in remembered()


def test_nothing_is_forgotten_by_pressing_enter(opened, monkeypatch):
    asked = []
    monkeypatch.setattr(QMessageBox, "question", lambda *words: asked.append(words) or words[-1])
    PrivacyPage(opened.forget, opened).forget.click()
    assert asked[0][-1] is QMessageBox.StandardButton.Cancel
    assert len(opened.workspace.documents) == 1


def test_nothing_of_an_image_stays_on_the_screen(qtbot, opened, pictures):
    opened.open_paths(pictures)
    qtbot.waitUntil(opened.has_result)
    opened.commands.run("two")
    browser = TagBrowser("red.png", [], opened)
    browser.show()
    opened.commands.run("copy_report")
    qtbot.waitUntil(lambda: not QGuiApplication.clipboard().image().isNull())
    opened.forget()
    assert not opened.comparison.isVisible()
    assert opened.comparison.beside_scene.base is None
    assert not browser.isVisible()
    assert QGuiApplication.clipboard().image().isNull()


def test_what_was_unpacked_is_removed(qtbot, window, pictures, tmp_path):
    with zipfile.ZipFile(tmp_path / "images.zip", "w") as archive:
        archive.write(pictures[0], "red.png")
    window.open_paths([tmp_path / "images.zip"])
    qtbot.waitUntil(window.has_result)
    unpacked = window.workspace.documents.current.path
    assert unpacked.exists()
    window.forget()
    qtbot.waitUntil(lambda: not unpacked.exists())


def test_what_onnx_runtime_left_is_forgotten(opened):
    caches = platformdirs.user_cache_path()
    left = caches / "Microsoft" / "DeveloperTools" / ".onnxruntime"
    left.mkdir(parents=True)
    (left / "deviceid").write_text("0")
    other = caches / "Microsoft" / "of-another-program"
    other.write_text("")
    opened.forget()
    assert not left.parent.exists()
    assert other.exists()


@pytest.mark.parametrize(
    ("days", "session_stays", "recent"), [(0, False, 0), (1, False, 1), (7, True, 2), (-1, True, 2)]
)
def test_what_is_old_is_forgotten(pictures, days, session_stays, recent):
    preferences.REMEMBER.choose(str(days))
    settings.add_recent(pictures[:2])
    three_days_ago = time.time() - 3 * 86_400
    settings.settings().setValue("recent_times", [str(time.time()), str(three_days_ago)])
    settings.session_file().write_text(json.dumps({"version": 1}))
    os.utime(settings.session_file(), (three_days_ago, three_days_ago))
    privacy.drop_old()
    assert settings.session_file().exists() == session_stays
    assert settings.recent() == pictures[:recent]


def test_the_start_page_names_nothing_whose_time_is_over(qtbot, engine, pictures):
    settings.add_recent(pictures[:1])
    settings.settings().setValue("recent_times", [str(time.time() - 60 * 86_400)])
    privacy.drop_old_names()
    frame = Window(engine)
    qtbot.addWidget(frame)
    assert not frame.empty_page.findChildren(QToolButton)


def test_limits_are_settings(qtbot, window, pictures):
    page = PrivacyPage(window.forget, window)
    page.megapixels.setValue(1)
    page.seconds.setValue(5)
    assert (privacy.limits().pixels, privacy.limits().seconds) == (10**6, 5)
    large = pictures[0].parent / "large.png"
    Image.new("L", (1100, 1000)).save(large)
    window.open_paths([large])
    document = lambda: window.workspace.documents.current  # noqa: E731
    qtbot.waitUntil(lambda: document() is not None and bool(document().error))
    assert "more than the limit of 1 megapixels" in document().error
    settings.settings().setValue("limits/megapixels", "nonsense")
    assert privacy.limits().pixels == 2**27


@pytest.fixture
def named_file(tmp_path: Path) -> Path:
    """A radiograph with a name in its header and another in its pixels."""
    picture = Image.new("L", (400, 300), 40)
    ImageDraw.Draw(picture).text((20, 20), "MILLER JOHN 12345", fill=250, font_size=22)
    path = tmp_path / "miller.dcm"
    dataset = pydicom.dcmread(pydicom.data.get_testdata_file("CT_small.dcm"))
    dataset.PatientName, dataset.PatientID = "Miller^John", "12345"
    dataset.set_pixel_data(np.asarray(picture), "MONOCHROME2", 8)
    for keyword in ("WindowCenter", "WindowWidth", "RescaleSlope", "RescaleIntercept", "PixelPaddingValue"):
        if keyword in dataset:
            del dataset[keyword]
    dataset.Modality = "DX"
    dataset.save_as(path)
    return path


def test_a_copy_without_identity(qtbot, window, named_file, tmp_path):
    window.open_paths([named_file])
    qtbot.waitUntil(window.has_result)
    dialog = CopyDialog(window.workspace, window.workspace.documents.current, window)
    dialog.show()
    qtbot.waitUntil(dialog.save.isEnabled)
    texts = [dialog.table.item(row, 2).text() for row in range(dialog.table.rowCount())]
    assert "Miller^John" in texts
    assert len(dialog.picture.boxes) == 1  # the line of text was found
    scale = dialog.picture._scale()
    corner = QPointF(200 * scale, 200 * scale).toPoint()
    qtbot.mousePress(dialog.picture, Qt.MouseButton.LeftButton, pos=corner)
    qtbot.mouseMove(dialog.picture, QPointF(260 * scale, 240 * scale).toPoint())
    qtbot.mouseRelease(dialog.picture, Qt.MouseButton.LeftButton, pos=QPointF(260 * scale, 240 * scale).toPoint())
    assert len(dialog.picture.boxes) == 2
    target = tmp_path / "copy.dcm"
    dialog.write(target)
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert b"Miller" not in target.read_bytes()
    copy = pydicom.dcmread(target)
    assert copy.PatientIdentityRemoved == "YES"
    assert copy.pixel_array.max() < 100  # no letter is left
    before = pydicom.dcmread(named_file).pixel_array
    assert np.array_equal(copy.pixel_array[100:190], before[100:190])


def test_the_original_stays(qtbot, window, named_file):
    window.open_paths([named_file])
    qtbot.waitUntil(window.has_result)
    dialog = CopyDialog(window.workspace, window.workspace.documents.current, window)
    dialog.show()
    qtbot.waitUntil(dialog.save.isEnabled)
    before = named_file.read_bytes()
    dialog.write(named_file)
    qtbot.waitUntil(lambda: "original" in dialog.sentence.text())
    assert named_file.read_bytes() == before
    assert dialog.isVisible()


def test_pictures_have_no_header_to_clean(opened):
    opened.commands.run("deidentify")
    assert not opened.findChildren(CopyDialog)
