"""Certificates: the right ones, others, none; for both protocols."""

import contextlib
import socket
import socketserver
import ssl
import threading
from dataclasses import replace

import pytest
import trustme
from pydicom.uid import generate_uid

from segx_viewer.archive.cache import Files
from segx_viewer.archive.connection import connect
from segx_viewer.archive.model import Query
from segx_viewer.archive.retrieving import retrieve
from segx_viewer.archive.servers import Retrieve, Server
from segx_viewer.archive.tls import listening_context
from segx_viewer.domain.request import CancelToken
from segx_viewer.errors import ArchiveError
from tests.archive.archives import PASSWORD, TITLE, free_port, image, outgoing

GO = CancelToken()
pytestmark = pytest.mark.sockets_left_open


class Papers:
    """An authority, a server's and a client's certificates, and an authority that nobody knows."""

    def __init__(self, folder):
        self.folder = folder
        authority, other = trustme.CA(), trustme.CA()
        self.ca = self._write("ca.pem", authority.cert_pem)
        self.other_ca = self._write("other.pem", other.cert_pem)
        self.server = self._issue(authority, "server", "127.0.0.1")
        self.client = self._issue(authority, "client", "segx")
        self.strange_client = self._issue(other, "strange", "segx")

    def _issue(self, authority, name, who):
        issued = authority.issue_cert(who, common_name=who)
        key = self._write(f"{name}.key", issued.private_key_pem)
        chain = self._write(f"{name}.pem", *issued.cert_chain_pems)
        both = self._write(f"{name}-both.pem", *issued.cert_chain_pems, issued.private_key_pem)
        return chain, key, both

    def _write(self, name, *blobs):
        path = self.folder / name
        path.write_bytes(b"".join(blob.bytes() for blob in blobs))
        return str(path)


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    return Papers(tmp_path_factory.mktemp("papers"))


class Gate(socketserver.ThreadingTCPServer):
    """Ends TLS in front of a web server, and wants certificates of its clients: Debian's Orthanc ends at each HTTPS."""

    daemon_threads = allow_reuse_address = True

    def __init__(self, papers, target):
        self.target = target
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=papers.ca)
        self.context.load_cert_chain(papers.server[2])
        self.context.verify_mode = ssl.CERT_REQUIRED
        super().__init__(("127.0.0.1", 0), Passage)

    def handle_error(self, request, client_address):
        """Clients without papers are what the tests are about."""


class Passage(socketserver.BaseRequestHandler):
    """One connection through the gate."""

    def handle(self):
        with (
            self.server.context.wrap_socket(self.request, server_side=True) as client,
            socket.create_connection(("127.0.0.1", self.server.target)) as server,
        ):
            back = threading.Thread(target=self.pump, args=(server, client))
            back.start()
            self.pump(client, server)
            back.join()

    @staticmethod
    def pump(source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


@pytest.fixture(scope="module")
def secure(start_orthanc, papers):
    """An Orthanc with TLS for both protocols, which wants certificates of its clients."""
    chain, key, _ = papers.server
    move = free_port()
    orthanc = start_orthanc(
        DicomModalities={"segx": {"AET": TITLE, "Host": "127.0.0.1", "Port": move, "UseDicomTls": True}},
        DicomTlsEnabled=True,
        DicomTlsCertificate=chain,
        DicomTlsPrivateKey=key,
        DicomTlsTrustedCertificates=papers.ca,
    )
    with Gate(papers, orthanc.http) as gate:
        thread = threading.Thread(target=gate.serve_forever)
        thread.start()
        yield (
            replace(orthanc.web, url=f"https://127.0.0.1:{gate.server_address[1]}/dicom-web"),
            replace(orthanc.dimse, move_port=move),
        )
        gate.shutdown()
        thread.join()


def rows(secure, papers, **values):
    chain, key, _ = papers.client
    settings = {"ca": papers.ca, "certificate": chain, "key": key, "seconds": 10.0, **values}
    return [replace(secure[0], **settings), replace(secure[1], tls=True, **settings)]


@pytest.mark.parametrize("which", [0, 1], ids=["web", "dimse"])
def test_with_the_right_certificates_everything_works(secure, papers, which, study, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", papers.other_ca)  # the environment does not come before the settings
    archive = connect(rows(secure, papers)[which], PASSWORD)
    assert [answer.stored for answer in archive.store([outgoing(image(study, "1.2.3", 1))], GO)] == [True]
    assert [found.uid for found in archive.studies(Query(study_uid=study), GO)] == [study]


def test_images_come_by_c_move_over_tls(secure, papers, study, tmp_path):
    row = replace(rows(secure, papers)[1], retrieve=Retrieve.MOVE, move_host="127.0.0.1")
    sent = [outgoing(image(study, generate_uid(), n)) for n in range(3)]
    assert [answer.stored for answer in connect(row).store(sent, GO)] == [True] * 3
    assert len(retrieve(connect(row), Files(tmp_path), study).files) == 3
    with pytest.raises(ArchiveError, match="need an own certificate"):
        listening_context(replace(row, certificate="", key=""))


@pytest.mark.parametrize("which", [0, 1], ids=["web", "dimse"])
def test_a_server_that_nobody_vouches_for_is_refused(secure, papers, which):
    for ca in (papers.other_ca, ""):
        with pytest.raises(ArchiveError, match="certificate is not to be trusted"):
            connect(rows(secure, papers, ca=ca)[which], PASSWORD).echo()


@pytest.mark.parametrize("which", [0, 1], ids=["web", "dimse"])
def test_a_certificate_of_another_host_is_refused(secure, papers, which):
    row = rows(secure, papers)[which]
    row = replace(row, url=row.url.replace("127.0.0.1", "localhost"), host="localhost" if row.host else "")
    with pytest.raises(ArchiveError, match="certificate is not to be trusted"):
        connect(row, PASSWORD).echo()


@pytest.mark.parametrize("which", [0, 1], ids=["web", "dimse"])
def test_a_client_without_or_with_a_strange_certificate_is_told(secure, papers, which):
    chain, key, _ = papers.strange_client
    for values in ({"certificate": "", "key": ""}, {"certificate": chain, "key": key}):
        with pytest.raises(ArchiveError, match=r"client certificate|broke off"):
            connect(rows(secure, papers, **values)[which], PASSWORD).echo()


def test_encryption_where_the_server_has_none_is_told_and_the_other_way_round(orthanc, secure, papers):
    for row in (
        replace(orthanc.dimse, tls=True, ca=papers.ca, seconds=5.0),
        replace(orthanc.web, url=orthanc.web.url.replace("http:", "https:"), ca=papers.ca),
        replace(secure[1], seconds=5.0),
        replace(secure[0], url=secure[0].url.replace("https:", "http:")),
    ):
        with pytest.raises(ArchiveError, match=r"encrypt|broke off|reached|said|answered"):
            connect(row, PASSWORD).echo()


def test_missing_and_wrong_files_are_told_before_anything_is_opened(papers, tmp_path, monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", lambda *a: pytest.fail("opened"))
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("nothing")
    chain, _, _ = papers.client
    row = Server("x", url="https://127.0.0.1:1/dicom-web", ca=papers.ca)
    for values, reason in (
        ({"ca": str(tmp_path / "none")}, "is missing"),
        ({"ca": str(wrong)}, "no certificates in PEM form"),
        ({"certificate": chain, "key": papers.server[1]}, "do not fit together"),
        ({"certificate": str(wrong)}, "do not fit together"),
    ):
        with pytest.raises(ArchiveError, match=reason):
            connect(replace(row, **values), "").echo()
