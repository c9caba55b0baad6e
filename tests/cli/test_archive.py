"""``segx-viewer archive``: rows, search, retrieval and sending from the shell, against a real Orthanc."""

import io
import json

import pytest
from pydicom.uid import generate_uid

from segx_viewer.archive import secrets
from segx_viewer.archive.connection import connect
from segx_viewer.archive.servers import Authorisation, Protocol, Retrieve, load_servers
from segx_viewer.cli import main
from segx_viewer.domain.request import CancelToken
from tests.archive.archives import PASSWORD, TITLE, USER, as_bytes, image, outgoing
from tests.archive.conftest import no_key_ring, orthanc, start_orthanc  # noqa: F401 - fixtures

GO = CancelToken()


@pytest.fixture
def rows(orthanc, monkeypatch, capsys):  # noqa: F811
    """Both rows of the archive, entered from the shell."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    assert main(["archive", "add", "web", orthanc.web.url, "--user", USER, "--password-stdin"]) == 0
    place = f"ORTHANC@127.0.0.1:{orthanc.dicom}"
    move = f"127.0.0.1:{orthanc.move}"
    assert main(["archive", "add", "dimse", place, "--calling", TITLE, "--move", move]) == 0
    return load_servers()


def test_rows_are_entered_listed_tried_and_removed(rows, capsys):
    web, dimse = rows
    assert (web.authorisation, web.user) == (Authorisation.BASIC, USER)
    assert (dimse.protocol, dimse.retrieve, dimse.calling) == (Protocol.DIMSE, Retrieve.MOVE, TITLE)
    assert "no key ring" in capsys.readouterr().out
    assert main(["archive", "echo", "web"]) == main(["archive", "echo", "dimse"]) == 0
    assert main(["archive", "list"]) == 0
    assert web.url in capsys.readouterr().out
    assert main(["archive", "remove", "web"]) == 0
    assert main(["archive", "echo", "web"]) == 1
    assert "no archive called web; configured: dimse" in capsys.readouterr().err


@pytest.mark.parametrize("address", ["nowhere", "PACS@host", "@host:104", "ftp://x"])
def test_a_wrong_address_is_one_sentence(address, capsys):
    assert main(["archive", "add", "x", address]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert load_servers() == ()


@pytest.mark.parametrize("name", ["web", "dimse"])
def test_a_study_is_found_and_fetched(rows, name, tmp_path, capsys):
    study, patient = generate_uid(), generate_uid()[-10:]
    made = [image(study, generate_uid(), n, PatientID=patient) for n in range(3)]
    assert all(answer.stored for answer in connect(rows[0]).store([outgoing(d) for d in made], GO))
    capsys.readouterr()
    assert main(["archive", "find", name, "--id", patient, "--since", "2026-05-01", "--json"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert (json.loads(line)["uid"], json.loads(line)["instances"]) == (study, 3)
    assert main(["archive", "get", name, study, "--out", str(tmp_path)]) == 0
    assert len(list(tmp_path.rglob("*.dcm"))) == 3
    assert main(["archive", "find", name, "--id", "nobody-" + patient]) == 0
    assert "No study matches" in capsys.readouterr().err


def test_files_are_sent_once(rows, tmp_path, capsys):
    path = tmp_path / "one.dcm"
    path.write_bytes(as_bytes(image(generate_uid(), generate_uid(), 1)))
    assert main(["archive", "send", "dimse", str(path)]) == 0
    assert "one.dcm: dimse has stored it." in capsys.readouterr().out
    assert main(["archive", "send", "dimse", str(path)]) == 0
    assert "sent before" in capsys.readouterr().out
    (tmp_path / "letter.txt").write_text("x" * 200)
    assert main(["archive", "send", "dimse", str(tmp_path / "letter.txt")]) == 1
    assert "no DICOM object" in capsys.readouterr().err


def test_without_a_password_and_a_terminal_it_says_so(rows, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    secrets._memory.clear()
    assert main(["archive", "find", "web"]) == 1
    assert "needs a password or token" in capsys.readouterr().err
