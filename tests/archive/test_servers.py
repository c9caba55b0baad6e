"""Rows of archives, and where their secrets are."""

import subprocess
import sys

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import NoKeyringError, PasswordDeleteError

from segx_viewer.archive import secrets
from segx_viewer.archive.connection import connect
from segx_viewer.archive.servers import (
    Authorisation,
    Protocol,
    Retrieve,
    Server,
    find_server,
    load_servers,
    save_servers,
    servers_file,
)
from segx_viewer.errors import ArchiveError, SecretNeededError

WEB = Server("clinic", url="https://pacs.example/dicom-web", authorisation=Authorisation.BASIC, user="alice")
DIMSE = Server(
    "ward",
    protocol=Protocol.DIMSE,
    host="10.0.0.7",
    port=104,
    title="PACS",
    retrieve=Retrieve.MOVE,
    tls=True,
    seconds=12.5,
)


def test_rows_read_back_as_they_were_written(private_folders):
    assert load_servers() == ()
    save_servers([WEB, DIMSE])
    assert load_servers() == (WEB, DIMSE)
    assert servers_file().is_relative_to(private_folders)
    assert servers_file().stat().st_mode & 0o077 == 0
    assert find_server("ward", load_servers()) == DIMSE
    with pytest.raises(ArchiveError, match="no archive called x; configured: clinic, ward"):
        find_server("x", load_servers())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[archive", "cannot be read"),
        ("archive = 3", r"\[\[archive\]\]"),
        ("[[archive]]\nurl = 'https://x/y'", "needs a name"),
        ("[[archive]]\nname = 'a'\nurl = 'ftp://x'", "http:// or https://"),
        ("[[archive]]\nname = 'a'\nurl = 'https://u:p@x/y'", "password does not belong"),
        ("[[archive]]\nname = 'a'\nurl = 'https://x'\npassword = 'p'", "no 'password'"),
        ("[[archive]]\nname = 'a'\nurl = 'https://x'\nseconds = 'long'", "'seconds'"),
        ("[[archive]]\nname = 'a'\nurl = 'https://x'\nprotocol = 'fax'", "'protocol'"),
        ("[[archive]]\nname = 'a'\nurl = 'https://x'\nauthorisation = 'basic'", "user's name"),
        ("[[archive]]\nname = 'a'\nprotocol = 'dimse'\ntitle = 'A'", "needs a host"),
        ("[[archive]]\nname = 'a'\nprotocol = 'dimse'\nhost = 'h'\ntitle = 'A'\nport = 70000", "1 to 65535"),
        ("[[archive]]\nname = 'a'\nprotocol = 'dimse'\nhost = 'h'\ntitle = 'much too long a title'", "16 characters"),
        ("[[archive]]\nname = 'a'\nurl = 'https://x'\nkey = 'k'", "needs its certificate"),
        ("[[archive]]\nname='a'\nurl='https://x'\n[[archive]]\nname='a'\nurl='https://y'", "same name"),
    ],
)
def test_what_is_wrong_in_the_file_is_told(tmp_path, text, reason):
    file = tmp_path / "archives.toml"
    file.write_text(text)
    with pytest.raises(ArchiveError, match=reason):
        load_servers(file)


class Ring(KeyringBackend):
    """A key ring in memory."""

    priority = 1

    def __init__(self):
        super().__init__()
        self.kept = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError


def test_a_secret_goes_into_the_key_ring_and_no_file(private_folders):
    ring = Ring()
    keyring.set_keyring(ring)
    save_servers([WEB])
    assert secrets.keep(WEB, "s3cret-wörd")
    secrets._memory.clear()
    assert secrets.secret_of(WEB) == "s3cret-wörd"
    assert not [f for f in private_folders.rglob("*") if f.is_file() and b"s3cret" in f.read_bytes()]
    secrets.forget(WEB)
    with pytest.raises(SecretNeededError):
        secrets.secret_of(WEB)
    secrets.forget(WEB)


def test_without_a_key_ring_a_secret_is_kept_until_the_program_ends():
    with pytest.raises(NoKeyringError):
        keyring.get_password("any", "one")
    with pytest.raises(SecretNeededError, match="clinic needs a password"):
        connect(WEB)
    assert not secrets.keep(WEB, "word")
    assert secrets.secret_of(WEB) == "word"


def test_a_server_without_authorisation_asks_no_key_ring(monkeypatch):
    monkeypatch.setattr(keyring, "get_password", lambda *a: pytest.fail("asked"))
    assert secrets.secret_of(DIMSE) == ""


def test_importing_the_room_opens_and_imports_nothing():
    code = (
        "import sys, segx_viewer.archive.servers, segx_viewer.archive.secrets, segx_viewer.archive.connection\n"
        "import segx_viewer.archive.model, segx_viewer.archive.cache, segx_viewer.archive.outbox\n"
        "print(sorted({'torch', 'PySide6', 'pynetdicom', 'dicomweb_client', 'keyring'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
