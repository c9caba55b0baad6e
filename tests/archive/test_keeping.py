"""What is kept: files that came, objects that wait to be sent, objects that wait to be analysed."""

import os
import subprocess
import sys
import time

import pytest

from segx_viewer.archive.cache import Cache, Files, archive_folder
from segx_viewer.archive.inbox import Inbox, State, Taken
from segx_viewer.archive.model import Answer, Instance
from segx_viewer.archive.outbox import Outbox, outbox_folder
from segx_viewer.archive.rules import Rule, load_rules
from segx_viewer.archive.servers import Protocol, Server
from segx_viewer.errors import ArchiveError
from tests.archive.archives import as_bytes, image

SERVER = Server("clinic", url="https://pacs.example/dicom-web")
WARD = Server("ward", protocol=Protocol.DIMSE, host="h", title="PACS")


def a_file(**values):
    return as_bytes(image("1.2.3", "1.2.3.4", 1, **values))


class FakeArchive:
    """Answers as told: True stores, False refuses, an exception is raised."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.got = []

    def store(self, objects, cancel):
        for outgoing in objects:
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            self.got.append(outgoing.uid)
            yield Answer(answer, "stored" if answer else "refused")


class TestCache:
    def put(self, cache, study, server=SERVER, size=1000, age=0.0):
        path = cache.files(server).put(Instance("1.2." + study, "1.3", "1.1." + study), bytes(size))
        then = time.time() - age
        os.utime(path.parent.parent, (then, then))
        return path

    def test_it_is_in_the_users_data_and_nobody_elses(self, private_folders):
        path = self.put(Cache(), "1")
        assert path.is_relative_to(private_folders)
        assert path.is_relative_to(archive_folder())
        assert path.stat().st_mode & 0o077 == 0

    def test_what_was_fetched_longest_ago_goes_first_but_nothing_that_is_open(self, tmp_path):
        cache = Cache(tmp_path, limit=2500)
        oldest, older, newer, newest = (self.put(cache, str(n), age=100 - n) for n in range(4))
        cache.trim(used=[oldest])
        assert [p.exists() for p in (oldest, older, newer, newest)] == [True, False, False, True]
        assert cache.size() == 2000

    def test_what_is_too_old_goes(self, tmp_path):
        cache = Cache(tmp_path)
        old, new, shown = self.put(cache, "1", age=500), self.put(cache, "2"), self.put(cache, "3", age=500)
        cache.drop_older_than(100, used=[shown])
        assert [p.exists() for p in (old, new, shown)] == [False, True, True]
        cache.forget()
        assert not tmp_path.exists()

    def test_two_servers_may_hold_the_same_object_with_other_values(self, tmp_path):
        cache = Cache(tmp_path)
        assert self.put(cache, "1") != self.put(cache, "1", WARD)

    @pytest.mark.parametrize("uid", ["../../x", "/etc/passwd", "", "1.2/3", "a", "1" * 65])
    def test_a_name_from_the_network_is_no_path(self, tmp_path, uid):
        for instance in (Instance(uid, "1.2", "1.3"), Instance("1.2", uid, "1.3"), Instance("1.2", "1.3", uid)):
            with pytest.raises(ArchiveError, match="no UID"):
                Files(tmp_path).put(instance, b"x")


class TestOutbox:
    def test_what_fails_waits_and_is_offered_again_and_nothing_is_sent_twice(self, tmp_path):
        box = Outbox(tmp_path)
        first, second = a_file(), a_file()
        assert box.put(SERVER, first, "SEG")
        assert box.put(SERVER, second, "SR")
        assert box.put(SERVER, first, "SEG") is None
        broken = FakeArchive(True, ArchiveError("clinic broke off."))
        with pytest.raises(ArchiveError):
            box.deliver(SERVER, broken)
        (left,) = Outbox(tmp_path).waiting()
        assert (left.label, left.said) == ("SR", "clinic broke off.")
        assert box.deliver(SERVER, FakeArchive(False)) == 0
        assert [item.said for item in box.waiting("clinic")] == ["refused"]
        again = FakeArchive(True)
        assert box.deliver(SERVER, again) == 1
        assert again.got == [left.uid]
        assert box.waiting() == []
        assert box.put(SERVER, second, "SR") is None, "it was sent before"
        assert box.deliver(SERVER, FakeArchive()) == 0
        assert not list(tmp_path.rglob("*.dcm")), "what was sent is not kept"

    def test_the_same_result_written_anew_is_not_stored_twice(self, tmp_path):
        box = Outbox(tmp_path)
        assert box.put(SERVER, a_file(), "SEG", "mark")
        assert box.put(SERVER, a_file(), "SEG", "mark") is None
        assert box.sent_at(SERVER, "mark") is None
        box.deliver(SERVER, FakeArchive(True))
        assert box.sent_at(SERVER, "mark") == pytest.approx(time.time(), abs=60)
        assert box.put(SERVER, a_file(), "SEG", "mark") is None
        assert box.put(WARD, a_file(), "SEG", "mark"), "another server is another matter"
        box.drop(box.waiting())
        assert box.waiting() == []
        box.drop_sent_before(time.time() + 1)
        assert box.sent_at(SERVER, "mark") is None

    def test_it_is_private_and_forgotten(self, private_folders):
        box = Outbox()
        assert box.waiting() == [] and not outbox_folder().exists()  # noqa: PT018
        box.put(SERVER, a_file(), "SEG")
        assert all(f.stat().st_mode & 0o077 == 0 for f in outbox_folder().rglob("*.dcm"))
        assert outbox_folder().stat().st_mode & 0o077 == 0
        box.forget()
        assert not outbox_folder().exists()

    def test_what_is_no_dicom_is_told(self, tmp_path):
        with pytest.raises(ArchiveError, match=r"page\.png is no DICOM object"):
            Outbox(tmp_path).put(SERVER, b"x" * 300, "page.png")

    def test_a_kill_between_the_servers_answer_and_the_note_sends_the_same_object_again(self, tmp_path):
        """The server has it once, because it has the same UID."""
        script = (
            "import os, sys\nfrom pathlib import Path\n"
            "from segx_viewer.archive.outbox import Outbox\nfrom segx_viewer.archive.model import Answer\n"
            "from segx_viewer.archive.servers import Server\n"
            "server, box = Server('clinic', url='https://x/y'), Outbox(Path(sys.argv[1]))\n"
            "class Archive:\n"
            "    def store(self, objects, cancel):\n"
            "        for one in objects:\n"
            "            print(one.uid, flush=True)\n"
            "            os._exit(9)\n"
            "            yield\n"
            "box.deliver(server, Archive())\n"
        )
        Outbox(tmp_path).put(SERVER, a_file(), "SEG")
        runs = [
            subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, timeout=60, check=False)
            for _ in range(2)
        ]
        assert [run.returncode for run in runs] == [9, 9]
        assert runs[0].stdout == runs[1].stdout != b""
        assert len(Outbox(tmp_path).waiting()) == 1


class TestInbox:
    def test_objects_wait_in_order_each_once_and_no_more_than_allowed(self, tmp_path):
        inbox = Inbox(tmp_path, limit=2)
        first, second, third = a_file(Modality="CR"), a_file(), a_file()
        assert [inbox.take(d, "XRAY") for d in (first, first, second, third)] == [
            Taken.NEW,
            Taken.KNOWN,
            Taken.NEW,
            Taken.FULL,
        ]
        one = inbox.next()
        assert (one.number, one.modality, one.caller) == (1, "CR", "XRAY")
        assert one.path.read_bytes() == first
        inbox.end(one, State.DONE, "done")
        assert not one.path.exists()
        assert inbox.take(first, "XRAY") is Taken.KNOWN, "done once is done"
        assert inbox.take(third, "XRAY") is Taken.NEW
        assert inbox.next().number == 2
        assert inbox.counts() == {State.WAITING: 2, State.DONE: 1, State.FAILED: 0, State.SKIPPED: 0}
        inbox.close()

    def test_one_program_at_a_time(self, tmp_path):
        inbox = Inbox(tmp_path)
        with pytest.raises(ArchiveError, match="Another program"):
            Inbox(tmp_path)
        inbox.close()
        Inbox(tmp_path).close()

    def test_what_ends_the_program_comes_last_and_has_failed_in_the_end(self, tmp_path):
        inbox = Inbox(tmp_path)
        inbox.take(a_file(), "X")
        inbox.take(a_file(), "X")
        assert inbox.next().number == 1
        inbox.close()
        inbox = Inbox(tmp_path)
        other = inbox.next()
        assert other.number == 2, "what was not tried comes first"
        inbox.end(other, State.DONE, "fine")
        for _ in range(9):
            assert inbox.next().number == 1
        inbox.close()
        inbox = Inbox(tmp_path)
        assert inbox.next() is None
        assert inbox.counts()[State.FAILED] == 1
        assert inbox.retry_failed() == 1
        assert inbox.next().path.exists()
        inbox.close()

    def test_a_file_without_a_row_is_one_that_its_sender_still_has(self, tmp_path):
        Inbox(tmp_path).close()
        stray = tmp_path / "incoming" / "1.2.3.dcm"
        stray.write_bytes(b"x")
        Inbox(tmp_path).close()
        assert not stray.exists()

    @pytest.mark.parametrize(
        "data", [b"", b"x" * 500, a_file().replace(b"1.2.826.0.1.3680043.8.498", b"../../../../../../../../x")]
    )
    def test_what_is_no_object_is_turned_away(self, tmp_path, data):
        inbox = Inbox(tmp_path)
        with pytest.raises(ArchiveError):
            inbox.take(data, "X")
        inbox.close()
        assert not [f for f in tmp_path.rglob("*") if f.suffix == ".dcm"]


def test_rules_read_as_written(tmp_path):
    file = tmp_path / "rules.toml"
    file.write_text('[[rule]]\nmodality = ["cr", "DX"]\nsend = "seg"\ndestination = "clinic"\n[[rule]]\ncaller = "CT1"')
    first, second = load_rules(file)
    assert first == Rule(modality=("CR", "DX"), send=("seg",), destination="clinic")
    assert first.fits("DX", "any")
    assert not first.fits("CT", "any")
    assert second.fits("CT", "CT1")
    assert not second.fits("CT", "CT2")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", r"\[\[rule\]\]"),
        ("rule = 3", r"\[\[rule\]\]"),
        ("[[rule]]\nx = 1", "no 'x'"),
        ("[[rule]]\noutputs = ['doc']", "cannot be 'doc'"),
        ("[[rule]]\nsend = ['source']", "cannot be 'source'"),
        ("[[rule]]\nmodality = 3", "list of texts"),
        ("[[rule]]\nbundle = 3", "cannot be 3"),
        ("[[rule", "cannot be read"),
    ],
)
def test_what_is_wrong_in_the_rules_is_told(tmp_path, text, reason):
    file = tmp_path / "rules.toml"
    file.write_text(text)
    with pytest.raises(ArchiveError, match=reason):
        load_rules(file)
