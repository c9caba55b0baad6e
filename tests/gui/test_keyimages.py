"""Key images written and sent as one document for each study."""

import pydicom
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from segx_viewer.app.dialogs.archivesend import ArchiveSend
from segx_viewer.app.jobs.archives import outbox
from segx_viewer.app.model.keyimages import key_images
from segx_viewer.archive import secrets
from segx_viewer.archive.servers import save_servers
from tests.archive.archives import image, with_secret
from tests.archive.conftest import no_key_ring, orthanc, start_orthanc  # noqa: F401 - fixtures


def current(window):
    return window.workspace.documents.current


@pytest.fixture
def studies(tmp_path):
    """Three radiographs of two studies of two patients."""
    paths = []
    for number, study in enumerate(("1.2.7.1", "1.2.7.1", "1.2.7.2")):
        made = image(study, f"{study}.1", number, shape=(96, 128), Modality="CR", PatientID=f"P{study}")
        paths.append(tmp_path / f"{number}.dcm")
        made.save_as(paths[-1], enforce_file_format=True)
    return paths


@pytest.fixture
def shown(qtbot, window, studies):
    """A window that has shown all three, each marked with the key."""
    for path in studies:
        window.open_paths([path])
        qtbot.waitUntil(lambda path=path: window.scene.document is not None and window.scene.document.path == path)
        qtbot.waitUntil(lambda: current(window).image is not None)
        qtbot.keyClick(window, Qt.Key.Key_Y)
        qtbot.waitUntil(lambda: current(window).is_key)
    return window


def test_key_objects_are_written_one_for_each_study(qtbot, shown, tmp_path, monkeypatch):
    folder = tmp_path / "out"
    folder.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    shown.commands.run("save_key_images")
    qtbot.waitUntil(lambda: len(list(folder.iterdir())) == 2)
    written = [pydicom.dcmread(path) for path in sorted(folder.iterdir())]
    assert {(d.StudyInstanceUID, d.PatientID) for d in written} == {("1.2.7.1", "P1.2.7.1"), ("1.2.7.2", "P1.2.7.2")}


def test_without_a_mark_it_is_said(qtbot, window, studies):
    window.open_paths(studies[:1])
    qtbot.waitUntil(lambda: window.scene.document is not None)
    said = []
    window.workspace.said.connect(said.append)
    window.commands.run("save_key_images")
    assert said == ["No DICOM image is marked as a key image."]


def test_only_the_studys_own_marked_images_are_sent_and_once(qtbot, shown, orthanc):  # noqa: F811
    save_servers([orthanc.web])
    secrets._memory.clear()
    with_secret(orthanc.web)
    shown.workspace.documents.set_current(next(iter(shown.workspace.documents)))
    assert len(key_images(shown.workspace.documents)) == 3
    dialog = ArchiveSend(shown.workspace, shown)
    dialog.show()
    rows = [dialog.kinds.item(row) for row in range(dialog.kinds.count())]
    for row in rows:
        chosen = row.data(Qt.ItemDataRole.UserRole) == "ko"
        row.setCheckState(Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked)
    assert dialog.chosen() == ("ko",)
    dialog.send()
    qtbot.waitUntil(lambda: dialog.sentence.text() == "Stored: 1.", timeout=20_000)
    assert dialog.chosen() == ()
    assert not outbox().waiting(orthanc.web.name)
    dialog.close()
