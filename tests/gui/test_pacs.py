"""File > Open from archive, File > Send results to archive, against a real Orthanc."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from pydicom.uid import ComputedRadiographyImageStorage, generate_uid
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog

from segx_viewer.app.dialogs.archivesearch import ArchiveSearch
from segx_viewer.app.dialogs.archivesend import ArchiveSend
from segx_viewer.app.dialogs.archiveservers import ServerDialog
from segx_viewer.app.jobs.archives import cache, outbox
from segx_viewer.app.kit import preferences
from segx_viewer.app.model import privacy
from segx_viewer.archive import secrets
from segx_viewer.archive.connection import connect
from segx_viewer.archive.servers import Protocol, Retrieve, load_servers, save_servers
from segx_viewer.domain.request import CancelToken
from tests.archive.archives import PASSWORD, image, outgoing, with_secret
from tests.archive.conftest import no_key_ring, orthanc, start_orthanc  # noqa: F401 - fixtures

GO = CancelToken()
CR = ComputedRadiographyImageStorage


@pytest.fixture
def filled(orthanc):  # noqa: F811
    """The archive with a study of twelve radiographs, and the rows of its servers."""
    study, series = generate_uid(), (generate_uid(), generate_uid())
    made = [
        image(study, series[n % 2], n, shape=(96, 128), Modality="CR", PatientID=study[-12:], SeriesNumber=n % 2 + 1)
        for n in range(12)
    ]
    stored = connect(with_secret(orthanc.web)).store([outgoing(d) for d in made], GO)
    assert all(answer.stored for answer in stored)
    save_servers([orthanc.web, orthanc.dimse])
    secrets._memory.clear()
    return study


def opened_dialog(window, kind):
    dialog = kind(window.workspace, window)
    dialog.show()
    return dialog


def found(qtbot, dialog, study, name):
    dialog.server.setCurrentIndex(dialog.server.findText(name))
    dialog.patient_id.setText(study[-12:])
    dialog.search()
    qtbot.waitUntil(lambda: dialog.start.isEnabled())
    assert dialog.tree.topLevelItemCount() == 1, dialog.sentence.text()
    return dialog.tree.topLevelItem(0)


@pytest.mark.parametrize("name", ["web", "dimse"])
def test_a_study_is_found_and_opened(qtbot, window, filled, name, monkeypatch):
    asked = []
    monkeypatch.setattr(QInputDialog, "getText", lambda *a: asked.append(a[2]) or (PASSWORD, True))
    dialog = opened_dialog(window, ArchiveSearch)
    item = found(qtbot, dialog, filled, name)
    assert (item.text(0), item.text(2), item.text(3), item.text(5)) == ("Müller^Anna", "2026-05-04", "CR", "12")
    assert len(asked) == (name == "web"), "the password is asked for once, and only where one is needed"
    dialog._expand(item)
    qtbot.waitUntil(lambda: item.childCount() == 2)
    dialog.tree.setCurrentItem(item)
    dialog.open_selected()
    qtbot.waitUntil(lambda: len(window.workspace.documents) == 12 and dialog.start.isEnabled())
    qtbot.waitUntil(window.has_result)
    assert window.workspace.documents.current.image.shape == (96, 128)
    files = [document.path for document in window.workspace.documents]
    assert all(file.is_relative_to(cache().folder) for file in files)
    window.forget()
    assert not cache().folder.exists()


def test_one_series_alone_is_opened(qtbot, window, filled):
    dialog = opened_dialog(window, ArchiveSearch)
    item = found(qtbot, dialog, filled, "dimse")
    dialog._expand(item)
    qtbot.waitUntil(lambda: item.childCount() == 2)
    dialog.tree.clearSelection()
    item.child(1).setSelected(True)
    assert dialog.selected() == [item.child(1).data(0, Qt.ItemDataRole.UserRole)]
    dialog.open_selected()
    qtbot.waitUntil(lambda: dialog.start.isEnabled())
    qtbot.waitUntil(lambda: len(window.workspace.documents) == 6)


def test_a_wrong_password_is_asked_for_again_and_said(qtbot, window, filled, monkeypatch):
    answers = [("wrong", True), (PASSWORD, True)]
    said = []
    monkeypatch.setattr(QInputDialog, "getText", lambda *a: said.append(a[2]) or answers.pop(0))
    dialog = opened_dialog(window, ArchiveSearch)
    found(qtbot, dialog, filled, "web")
    assert "refused the user's name and password" in said[1]
    assert not answers


def test_without_an_archive_it_says_so(qtbot, window):
    dialog = opened_dialog(window, ArchiveSearch)
    assert "No archive is configured yet" in dialog.sentence.text()
    assert not dialog.start.isEnabled()


def test_an_archive_is_entered_tried_and_removed(qtbot, window, orthanc):  # noqa: F811
    dialog = opened_dialog(window, ServerDialog)
    dialog.name.setText("clinic")
    dialog.protocol.setCurrentIndex(dialog.protocol.findData(Protocol.DIMSE))
    dialog.protocol.activated.emit(1)
    dialog.way.setCurrentIndex(dialog.way.findData(Retrieve.MOVE))
    dialog.host.setText("127.0.0.1")
    dialog.port.setValue(orthanc.dicom)
    dialog.title.setText("a title that is too long")
    assert not dialog.save()
    assert "16 characters" in dialog.sentence.text()
    dialog.title.setText("ORTHANC")
    dialog._try()
    qtbot.waitUntil(lambda: dialog.sentence.text() == "clinic answers.")
    (server,) = load_servers()
    assert (server.name, server.port, server.retrieve) == ("clinic", orthanc.dicom, Retrieve.MOVE)
    dialog._remove()
    assert load_servers() == ()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # pynetdicom leaves its socket open
def test_results_are_sent_once_and_what_fails_is_offered_again(qtbot, window, filled, orthanc, tmp_path):  # noqa: F811
    source = image(filled, generate_uid(), 99, shape=(96, 128), sop_class=CR, Modality="CR", Laterality="")
    path = tmp_path / "one.dcm"
    source.save_as(path, enforce_file_format=True)
    rows = load_servers()
    save_servers([replace(rows[1], port=1, seconds=2), rows[0]])
    window.open_paths([path])
    qtbot.waitUntil(lambda: window.has_result() and not window.workspace.analyses.is_analysing)
    dialog = opened_dialog(window, ArchiveSend)
    dialog.server.setCurrentIndex(dialog.server.findText("dimse"))
    chosen = dialog.chosen()
    assert {"seg", "sr", "sc"} <= set(chosen)
    dialog.send()
    qtbot.waitUntil(lambda: not dialog._running)
    assert "cannot be reached" in dialog.sentence.text()
    assert len(outbox().waiting("dimse")) == len(chosen)
    save_servers(rows)
    dialog._list_servers()
    dialog.server.setCurrentIndex(dialog.server.findText("dimse"))
    assert f"Waiting from before: {len(chosen)}." in dialog.note.text()
    dialog.send()
    qtbot.waitUntil(lambda: not dialog._running)
    assert dialog.sentence.text() == f"Stored: {len(chosen)}."
    assert dialog.answers.count() == len(chosen)
    assert dialog.chosen() == (), "what was sent is not offered again"
    assert not dialog.send_it.isEnabled()
    archive = connect(orthanc.dimse)
    series = [s.modality for s in archive.series(filled, GO)]
    assert {"SEG", "SR"} <= set(series)
    assert len(series) == 2 + len(chosen), "each in a series of its own"
    privacy.drop_all()
    assert not outbox().folder.exists()


def test_what_came_from_archives_obeys_retention(private_folders):
    from segx_viewer.archive.model import Instance

    path = cache().files(load_row()).put(Instance("1.2", "1.3", "1.4"), b"x")
    preferences.REMEMBER.choose(str(privacy.FOREVER))
    privacy.drop_old()
    assert path.exists()
    preferences.REMEMBER.choose("0")
    privacy.drop_old()
    assert not path.exists()


@pytest.mark.skipif("SEGX_VIEWER_PICTURES" not in os.environ, reason="only when pictures are asked for")
def test_pictures_of_the_dialogs(qtbot, window, filled, tmp_path):
    folder = Path(os.environ["SEGX_VIEWER_PICTURES"])
    dialog = opened_dialog(window, ArchiveSearch)
    item = found(qtbot, dialog, filled, "dimse")
    item.setExpanded(True)
    qtbot.waitUntil(lambda: item.childCount() == 2)
    dialog.grab().save(str(folder / "search.png"))
    servers = opened_dialog(window, ServerDialog)
    servers.grab().save(str(folder / "servers.png"))
    path = tmp_path / "one.dcm"
    image(filled, generate_uid(), 99, sop_class=CR, Modality="CR", Laterality="").save_as(
        path, enforce_file_format=True
    )
    window.open_paths([path])
    qtbot.waitUntil(lambda: window.has_result() and not window.workspace.analyses.is_analysing)
    send = opened_dialog(window, ArchiveSend)
    send.send()
    qtbot.waitUntil(lambda: not send._running)
    send.grab().save(str(folder / "send.png"))


def load_row():
    from segx_viewer.archive.servers import Server

    return Server("a", url="https://pacs.example/dicom-web")


def test_a_web_archive_is_entered_with_its_user(qtbot, window, orthanc, monkeypatch):  # noqa: F811
    monkeypatch.setattr(QInputDialog, "getText", lambda *a: (PASSWORD, True))
    dialog = opened_dialog(window, ServerDialog)
    assert dialog.url.isVisibleTo(dialog)
    assert not dialog.host.isVisibleTo(dialog)
    dialog.name.setText("web")
    dialog.url.setText(orthanc.web.url)
    assert not dialog.user.isVisibleTo(dialog)
    dialog.who.setCurrentIndex(1)
    dialog.who.activated.emit(1)
    assert dialog.user.isVisibleTo(dialog)
    dialog.user.setText(orthanc.web.user)
    dialog._try()
    qtbot.waitUntil(lambda: dialog.sentence.text() == "web answers.")
    assert load_servers() == (replace(orthanc.web, seconds=30.0),)


def test_results_of_a_picture_are_not_offered(qtbot, opened):
    dialog = opened_dialog(opened, ArchiveSend)
    assert dialog.kinds.count() == 0
    assert "Only results of a DICOM image" in dialog.note.text()
