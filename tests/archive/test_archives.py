"""Search, retrieval and sending against real servers, by each protocol."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.uid import (
    JPEG2000Lossless,
    generate_uid,
)
from pynetdicom import build_context

from segx_viewer.archive.association import associate
from segx_viewer.archive.cache import Files
from segx_viewer.archive.connection import connect
from segx_viewer.archive.dimse import FIND, identifier
from segx_viewer.archive.model import Query
from segx_viewer.archive.retrieving import retrieve
from segx_viewer.archive.servers import Retrieve
from segx_viewer.domain.request import CancelToken
from segx_viewer.errors import ArchiveCancelled, ArchiveError
from tests.archive.archives import PASSWORD, image, outgoing, with_secret

GO = CancelToken()
WAYS = ("web", "get", "move")


def store(server, datasets):
    return list(connect(with_secret(server)).store([outgoing(d) for d in datasets], GO))


@pytest.fixture(scope="module")
def two_hundred(orthanc):
    """A study of 200 images in two series, in the archive."""
    study = generate_uid()
    series = generate_uid(), generate_uid()
    made = [image(study, series[n % 2], n, SeriesNumber=n % 2 + 1) for n in range(200)]
    assert all(answer.stored for answer in store(orthanc.dimse, made))
    return study


@pytest.mark.parametrize("how", ["web", "dimse"])
@pytest.mark.parametrize(
    "query",
    [
        Query(patient="Müller"),
        Query(patient="Müller^Anna"),
        Query(patient="M?ller^A*"),
        Query(patient_id="P-17"),
        Query(accession="A-4711"),
        Query(modality="ct"),
        Query(since=date(2026, 5, 4), until=date(2026, 5, 4)),
        Query(since=date(2026, 5, 1)),
        Query(until=date(2026, 5, 31)),
    ],
    ids=str,
)
def test_a_study_is_found_by_each_of_its_features(orthanc, study, how, query):
    store(orthanc.web, [image(study, generate_uid(), 1)])
    server = with_secret(getattr(orthanc, how))
    other = Query(patient="Meier") if query.patient else replace(query, patient_id="nobody")
    found = {s.uid: s for s in connect(server).studies(query, GO)}
    assert study in found
    assert (found[study].patient, found[study].description) == ("Müller^Anna", "Thorax")
    assert (found[study].modalities, found[study].instances) == (("CT",), 1)
    assert study not in {s.uid for s in connect(server).studies(other, GO)}


@pytest.mark.parametrize("how", WAYS)
def test_two_hundred_images_come_and_are_what_was_sent(orthanc, two_hundred, tmp_path, how):
    seen = []
    server = with_secret(orthanc.server(how))
    got = retrieve(
        connect(server), Files(tmp_path), two_hundred, on_file=lambda path, done, total: seen.append((done, total))
    )
    assert (len(got.files), got.missing) == (200, 0)
    assert seen == [(n + 1, 200) for n in range(200)]
    headers = [pydicom.dcmread(file) for file in got.files]
    assert [(d.SeriesNumber, d.InstanceNumber) for d in headers] == sorted((n % 2 + 1, n) for n in range(200))
    assert headers[7].PixelData == image(two_hundred, "1.2", headers[7].InstanceNumber).PixelData
    assert all(file.stat().st_mode & 0o077 == 0 for file in got.files)


@pytest.mark.parametrize("how", WAYS)
def test_a_cancelled_retrieval_keeps_what_has_come_and_goes_on_from_there(orthanc, two_hundred, tmp_path, how):
    archive, token = connect(with_secret(orthanc.server(how))), CancelToken()
    with pytest.raises(ArchiveCancelled):
        retrieve(
            archive,
            Files(tmp_path),
            two_hundred,
            on_file=lambda path, done, total: token.cancel() if done == 60 else None,
            cancel=token,
        )
    came = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.dcm")}
    assert 60 <= len(came) < 200
    got = retrieve(archive, Files(tmp_path), two_hundred)
    assert (len(got.files), got.missing) == (200, 0)
    assert {path: path.stat().st_mtime_ns for path in came} == came, "nothing was fetched twice"


def test_a_cancellation_does_not_wait_for_a_silent_server(dcmqrscp):
    """The server is stopped in the middle of the conversation, as one that hangs."""
    server = replace(dcmqrscp.server, seconds=600)
    token, found = CancelToken(), []

    def search():
        with associate(server, [build_context(FIND)], token) as association:
            dcmqrscp.freeze()
            asking.set()
            found.extend(association.send_c_find(identifier("STUDY", ["StudyInstanceUID"], {}), FIND))

    asking = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        searching = pool.submit(search)
        assert asking.wait(60)
        token.cancel()
        with pytest.raises(ArchiveCancelled):
            searching.result(60)
    dcmqrscp.thaw()


@pytest.mark.sockets_left_open
@pytest.mark.parametrize("how", WAYS)
def test_a_server_killed_half_way_is_told_and_the_rest_comes_when_it_is_back(start_orthanc, study, tmp_path, how):
    orthanc = start_orthanc()
    series = generate_uid()
    # More than the sockets hold: what had left the server before it died would come all the same.
    store(orthanc.dimse, [image(study, series, n, shape=(640, 640)) for n in range(60)])
    archive = connect(with_secret(orthanc.server(how)))

    def kill(_path, done, _total):
        if done == 10:
            orthanc.stop(signal.SIGKILL)

    with pytest.raises(ArchiveError, match=r"broke off|reached"):
        retrieve(archive, Files(tmp_path), study, on_file=kill)
    came = list(tmp_path.rglob("*.dcm"))
    assert 10 <= len(came) < 60
    for file in came:
        assert len(pydicom.dcmread(file).PixelData) == 640 * 640 * 2, "no half images"
    with pytest.raises(ArchiveError, match="reached"):
        retrieve(archive, Files(tmp_path), study)
    orthanc.start()
    got = retrieve(archive, Files(tmp_path), study)
    assert (len(got.files), got.missing) == (60, 0)
    orthanc.stop()


@pytest.mark.parametrize("how", WAYS)
def test_a_full_disk_ends_a_retrieval_with_a_sentence(orthanc, two_hundred, tmp_path, how):
    """A file system of one megabyte, in a mount namespace of its own."""
    probe = subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "x", str(tmp_path)], check=False, timeout=30)
    if probe.returncode:
        pytest.skip("needs user and mount namespaces")
    script = f"mount -t tmpfs -o size=1m x {tmp_path} && exec {sys.executable} -c '{_GET}'"
    server = orthanc.server(how)
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script],
        env={**os.environ, "ROW": repr(server), "SECRET": PASSWORD, "STUDY": two_hundred, "OUT": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    error, count = done.stdout.strip().split("\n")
    assert error.startswith("DiskFullError")
    assert "the disk is full" in error
    assert 0 < int(count) < 200


_GET = """
import os
from pathlib import Path
from segx_viewer.archive.cache import Files
from segx_viewer.archive.connection import connect
from segx_viewer.archive.retrieving import retrieve
from segx_viewer.archive.servers import Authorisation, Protocol, Retrieve, Server
from segx_viewer.errors import SegxError
row = os.environ["ROW"]
for kind in (Authorisation, Protocol, Retrieve):
    for member in kind:
        row = row.replace(repr(member), f"{kind.__name__}.{member.name}")
server = eval(row)
out = Path(os.environ["OUT"])
try:
    retrieve(connect(server, os.environ["SECRET"]), Files(out), os.environ["STUDY"])
except SegxError as error:
    print(type(error).__name__, error)
print(len(list(out.rglob("*.dcm"))))
assert not list(out.rglob(".part-*"))
"""


@pytest.mark.parametrize("how", WAYS)
def test_a_study_of_many_classes_and_syntaxes_comes_whole(orthanc, study, tmp_path, how):
    """With one object of a class that was not negotiated, Orthanc ends a retrieval by C-GET with C000."""
    names = ("CT_small.dcm", "MR_small.dcm", "JPEG2000.dcm", "JPEG-LL.dcm", "MR_small_RLE.dcm", "reportsi.dcm")
    sent = []
    for number, name in enumerate(names):
        dataset = pydicom.dcmread(get_testdata_file(name))
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID = study, generate_uid()
        dataset.PatientID, dataset.SOPInstanceUID = "P-17", generate_uid()
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dataset.SeriesNumber = number
        sent.append(dataset)
    assert all(answer.stored for answer in store(orthanc.web, sent))
    got = retrieve(connect(with_secret(orthanc.server(how))), Files(tmp_path), study)
    assert got.missing == 0
    came = {str(d.SOPInstanceUID): d for d in map(pydicom.dcmread, got.files)}
    for dataset in sent:
        back = came[str(dataset.SOPInstanceUID)]
        assert back.file_meta.TransferSyntaxUID == dataset.file_meta.TransferSyntaxUID
        assert back.get("PixelData") == dataset.get("PixelData")


@pytest.mark.parametrize("retrieval", list(Retrieve))
def test_an_archive_that_tells_no_classes_gives_everything_too(dcmqrscp, study, tmp_path, retrieval):
    series = generate_uid(), generate_uid()
    images = [image(study, series[0], n) for n in range(3)]
    report = pydicom.dcmread(get_testdata_file("reportsi.dcm"))
    report.StudyInstanceUID, report.SeriesInstanceUID, report.PatientID = study, series[1], "P-17"
    server = replace(dcmqrscp.server, retrieve=retrieval)
    assert all(answer.stored for answer in store(server, [*images, report]))
    archive = connect(server)
    assert [s.uid for s in archive.studies(Query(modality="CT"), GO)] == [study]
    assert not list(archive.studies(Query(modality="MR"), GO)), "dcmqrscp ignores the modalities of a study"
    got = retrieve(archive, Files(tmp_path / "got"), study)
    assert (len(got.files), got.missing) == (4, 0)


def test_a_series_alone_is_retrieved(orthanc, study, tmp_path):
    series = generate_uid(), generate_uid()
    store(orthanc.web, [image(study, series[n % 2], n) for n in range(4)])
    got = retrieve(connect(with_secret(orthanc.web)), Files(tmp_path), study, series[1])
    assert {str(pydicom.dcmread(f).SeriesInstanceUID) for f in got.files} == {series[1]}
    assert len(got.files) == 2


def test_what_is_not_there_is_told(orthanc, tmp_path):
    for how in WAYS:
        with pytest.raises(ArchiveError, match="no such images"):
            retrieve(connect(with_secret(orthanc.server(how))), Files(tmp_path), generate_uid())


def test_sending_twice_stores_once(orthanc, study):
    dataset = image(study, generate_uid(), 1)
    before = orthanc.count()
    for server in (orthanc.web, orthanc.dimse):
        assert [answer.stored for answer in store(server, [dataset, dataset])] == [True, True]
    assert orthanc.count() == before + 1


def test_a_kind_of_object_that_the_server_does_not_know_is_named(storescp):
    # Label maps are of 2024: DCMTK 3.6.7 knows none, and accepts the association with nothing in it.
    plain = pydicom.dcmread(get_testdata_file("CT_small.dcm"))
    plain.SOPClassUID = plain.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.66.7"
    with pytest.raises(ArchiveError, match=r"takes nothing of this kind \(Label Map Segmentation Storage\)\.$"):
        list(connect(storescp.server).store([outgoing(plain)], GO))


def test_an_image_is_decoded_for_a_server_that_refuses_its_compression(storescp, study):
    """storescp takes uncompressed images only, unless it is told otherwise."""
    dataset = image(study, generate_uid(), 1)
    pixels = dataset.pixel_array.copy()
    dataset.compress(JPEG2000Lossless, generate_instance_uid=False)
    answers = list(connect(storescp.server).store([outgoing(dataset)], GO))
    assert answers[0].stored, answers
    (file,) = storescp.folder.iterdir()
    stored = pydicom.dcmread(file)
    assert not stored.file_meta.TransferSyntaxUID.is_compressed
    assert (stored.pixel_array == pixels).all()
    assert stored.SOPInstanceUID == dataset.SOPInstanceUID


@pytest.mark.parametrize("secret", ["wrong", ""])
def test_a_wrong_password_is_told(orthanc, secret):
    archive = connect(orthanc.web, secret)
    with pytest.raises(ArchiveError, match="refused the user's name and password"):
        archive.echo()
    with pytest.raises(ArchiveError, match="refused the user's name and password"):
        list(archive.store([outgoing(image("1.2.3", "1.2.3.4", 1))], GO))


def test_a_title_that_the_server_does_not_know_is_told(orthanc, study, tmp_path):
    """Orthanc accepts its association and contexts, and aborts the search."""
    archive = connect(replace(orthanc.dimse, calling="STRANGER"))
    archive.echo()
    with pytest.raises(ArchiveError, match="STRANGER"):
        list(archive.studies(Query(), GO))


def test_another_name_of_the_server_is_told(orthanc):
    with pytest.raises(ArchiveError, match="it knows no 'NOBODY'"):
        connect(replace(orthanc.dimse, title="NOBODY")).echo()


def test_a_destination_that_the_server_cannot_reach_is_told(start_orthanc, study, tmp_path):
    orthanc = start_orthanc(DicomModalities={"segx": ["SEGXTEST", "127.0.0.1", 1]})
    store(orthanc.web, [image(study, generate_uid(), 1)])
    with pytest.raises(ArchiveError, match="administrator has to enter SEGXTEST"):
        retrieve(connect(orthanc.server("move")), Files(tmp_path), study)
    orthanc.stop()


@pytest.mark.sockets_left_open
@pytest.mark.parametrize("how", ["web", "dimse"])
def test_an_address_where_nobody_listens_is_told(orthanc, how):
    row = getattr(orthanc, how)
    port = 1
    row = replace(row, url=f"http://127.0.0.1:{port}/dicom-web") if how == "web" else replace(row, port=port)
    with pytest.raises(ArchiveError, match="cannot be reached"):
        connect(row, "x").echo()


def test_a_web_server_that_is_no_archive_is_told(orthanc):
    with pytest.raises(ArchiveError, match=r"no DICOMweb|nothing at this address"):
        connect(replace(orthanc.web, url=f"http://127.0.0.1:{orthanc.http}/app"), PASSWORD).echo()
