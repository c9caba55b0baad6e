"""Receiving: who is let in, what is done with what comes, and what a kill may cost: nothing."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.uid import generate_uid

from segx_viewer.archive.connection import connect
from segx_viewer.archive.inbox import State
from segx_viewer.archive.receiver import Made, Receiver, Reception
from segx_viewer.archive.rules import FILES, Rule
from segx_viewer.archive.servers import Protocol, Server, save_servers
from segx_viewer.cohort.outputs import Output
from segx_viewer.domain.request import CancelToken
from segx_viewer.errors import ArchiveError, ExportError, SegxError
from segx_viewer.paths import models_folder
from tests.archive.archives import TITLE, as_bytes, free_port, image, outgoing

GO = CancelToken()
TITLES = {"title": "RECEIVER", "callers": (TITLE,)}


def sender(port, calling=TITLE, title="RECEIVER"):
    row = Server("r", protocol=Protocol.DIMSE, host="127.0.0.1", port=port, title=title, calling=calling, seconds=60)
    return connect(row)


class Running:
    """A receiver whose `run` is in a thread."""

    def __init__(self, folder, analyse=None, **settings):
        self.port, self.said = free_port(), []
        self.reception = Reception(folder, self.port, **{**TITLES, **settings})
        self.receiver = Receiver(self.reception, analyse or (lambda received, rule: Made("fine")), self.said.append)
        self.thread = threading.Thread(target=self.receiver.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exception):
        self.receiver.stop()
        self.thread.join(60)

    def send(self, *datasets, **who):
        return [answer.stored for answer in sender(self.port, **who).store([outgoing(d) for d in datasets], GO)]

    def until(self, true):
        deadline = time.monotonic() + 60
        while not true():
            assert time.monotonic() < deadline, self.said
            time.sleep(0.02)


def images(count):
    study, series = generate_uid(), generate_uid()
    return [image(study, series, n) for n in range(count)]


def test_what_comes_is_analysed_once_and_not_kept(tmp_path):
    seen = []

    def analyse(received, rule):
        seen.append((received.number, received.modality, received.caller, rule.bundle))
        assert pydicom.dcmread(received.path).PatientID == "P-17"
        return Made("fine")

    with Running(tmp_path, analyse, rules=(Rule(modality=("CT",), bundle="b"),)) as running:
        first, second = images(2)
        assert running.send(first, second, first) == [True, True, True]
        running.until(lambda: len(seen) == 2)
        assert running.send(first) == [True]
        running.until(lambda: running.receiver._inbox.counts()[State.DONE] == 2)
        assert running.receiver._inbox.next() is None
    assert seen == [(1, "CT", TITLE, "b"), (2, "CT", TITLE, "b")]
    assert not list(tmp_path.rglob("*.dcm"))
    assert not any("Müller" in line or "P-17" in line for line in running.said)


def test_who_may_send(tmp_path):
    with Running(tmp_path) as running:
        with pytest.raises(ArchiveError, match="does not know this program as 'STRANGER'"):
            running.send(*images(1), calling="STRANGER")
        with pytest.raises(ArchiveError, match="knows no 'OTHER'"):
            running.send(*images(1), title="OTHER")
        assert running.send(*images(1)) == [True]
    with Running(tmp_path / "open", callers=None) as running:
        assert running.send(*images(1), calling="STRANGER") == [True]
    with pytest.raises(ArchiveError, match="Nobody may send"):
        Running(tmp_path / "nobody", callers=())


def test_it_listens_on_this_computer_only_unless_told_otherwise(tmp_path):
    assert Reception(tmp_path, 1).host == "127.0.0.1"
    with Running(tmp_path) as running:
        bound = [s.socket.getsockname()[0] for s in [running.receiver._listener]]
        assert bound == ["127.0.0.1"]


def test_a_full_queue_turns_away_and_takes_again_later(tmp_path):
    go = threading.Event()

    def analyse(received, rule):
        go.wait(60)
        return Made("fine")

    with Running(tmp_path, analyse, waiting=3) as running:
        made = images(5)
        assert running.send(*made) == [True, True, True, False, False]
        go.set()
        running.until(lambda: not running.receiver._inbox.counts()[State.WAITING])
        assert running.send(*made[3:]) == [True, True]
        running.until(lambda: running.receiver._inbox.counts()[State.DONE] == 5)


def test_a_full_disk_turns_away_and_its_sender_keeps_the_image(tmp_path, monkeypatch):
    def full(path, data, **settings):
        raise ExportError(f"{path} could not be written: No space left on device.")

    with Running(tmp_path) as running:
        (one,) = images(1)
        with monkeypatch.context() as disk:
            disk.setattr("segx_viewer.archive.inbox.write_bytes", full)
            assert running.send(one) == [False]
        assert any("No space left" in line for line in running.said)
        assert running.send(one) == [True]
        running.until(lambda: running.receiver._inbox.counts()[State.DONE] == 1)


def test_what_fails_is_kept_with_its_reason_and_costs_no_other(tmp_path):
    def analyse(received, rule):
        if received.number == 1:
            raise SegxError("The image is too small.")
        if received.number == 2:
            raise ZeroDivisionError
        return Made("fine")

    with Running(tmp_path, analyse) as running:
        running.send(*images(3))
        running.until(lambda: running.receiver._inbox.counts()[State.DONE] == 1)
        assert running.receiver._inbox.counts()[State.FAILED] == 2
    assert "0001  failed: The image is too small." in running.said
    assert len(list((tmp_path / "incoming").glob("*.dcm"))) == 2
    with Running(tmp_path, retry_failed=True) as running:
        running.until(lambda: running.receiver._inbox.counts()[State.DONE] == 3)


def test_what_no_rule_is_for_is_skipped(tmp_path):
    with Running(tmp_path, rules=(Rule(modality=("CR",)),)) as running:
        assert running.send(*images(1)) == [True]
        running.until(lambda: running.receiver._inbox.counts()[State.SKIPPED] == 1)


def test_a_destination_that_is_not_configured_is_told_at_once(tmp_path):
    with pytest.raises(ArchiveError, match="no archive called clinic"):
        Running(tmp_path, rules=(Rule(destination="clinic"),))


@pytest.mark.sockets_left_open
def test_results_wait_for_a_server_that_is_away_and_each_arrives_once(tmp_path, start_orthanc, monkeypatch):
    monkeypatch.setattr("segx_viewer.archive.receiver._AGAIN_SECONDS", 0.5)
    orthanc = start_orthanc()
    orthanc.stop()
    row = replace(orthanc.dimse, name="clinic")

    def analyse(received, rule):
        source = pydicom.dcmread(received.path)
        result = image(source.StudyInstanceUID, generate_uid(), 9, Modality="OT")
        return Made("fine", {"sc": as_bytes(result)})

    with Running(tmp_path, analyse, rules=(Rule(destination="clinic"),), servers=(row,)) as running:
        running.send(*images(3))
        running.until(lambda: running.receiver._inbox.counts()[State.DONE] == 3)
        running.until(lambda: any("wait for clinic" in line for line in running.said))
        orthanc.start()
        running.until(lambda: not running.receiver._outbox.waiting())
        assert orthanc.count() == 3
    orthanc.stop()


@pytest.mark.slow
def test_rules_write_every_kind_of_file_that_an_analysis_can():
    assert set(FILES) == {output.value for output in Output} - {Output.CSV, Output.PARQUET}, "those are tables of a run"


@pytest.mark.skipif(not list(models_folder().glob("*/bundle.toml")), reason="the bundled models are not here")
def test_a_receiver_killed_again_and_again_loses_nothing_and_doubles_nothing(tmp_path, orthanc):
    """From the shell: radiographs in, results in the archive's study; killed at moments of no choosing."""
    radiographs = []
    for number in range(4):
        source = pydicom.dcmread(get_testdata_file("RG1_UNCR.dcm"))
        source.StudyInstanceUID, source.SeriesInstanceUID = generate_uid(), generate_uid()
        source.SOPInstanceUID = source.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        source.PatientID, source.InstanceNumber = "KILL", number
        radiographs.append(source)
    servers, rules, out, port = tmp_path / "a.toml", tmp_path / "r.toml", tmp_path / "out", free_port()
    save_servers([replace(orthanc.dimse, name="clinic")], servers)
    rules.write_text('[[rule]]\noutputs = ["json"]\ndestination = "clinic"\nsend = ["seg", "sr"]\n')
    command = [sys.executable, "-m", "segx_viewer", "receive", "--port", str(port), "--out", str(out)]
    command += ["--rules", str(rules), "--servers", str(servers), "--allow", TITLE, "--title", "RECEIVER"]
    left = list(radiographs)
    surroundings = {**os.environ, "OMP_NUM_THREADS": "1"}
    for pause in (0.0, 1.0, 2.5, 300.0):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=surroundings)
        assert "Receiving" in process.stdout.readline()
        while left:
            assert [a.stored for a in sender(port).store([outgoing(left.pop(0))], GO)] == [True]
            if len(left) == 2 and not pause:
                break
        deadline = time.monotonic() + pause
        while time.monotonic() < deadline and _results(orthanc, radiographs) < 8:
            time.sleep(0.5)
        process.send_signal(signal.SIGTERM if pause > 100 else signal.SIGKILL)
        process.wait(60)
        process.stdout.close()
    assert _results(orthanc, radiographs) == 8, "a segmentation and a report for each, once"
    assert len(list(out.glob("*.json"))) == 4
    assert not list(Path(out).rglob("*.dcm")), "nothing is kept of the images and the results"


def _results(orthanc, sources):
    archive = connect(orthanc.dimse)
    count = 0
    for source in sources:
        try:
            for series in archive.series(source.StudyInstanceUID, GO):
                count += len(list(archive.instances(series, GO)))
        except ArchiveError:
            continue
    return count
