"""What can go wrong with a shared run: images that end their workers, a full disk, no network; and every address."""

import os
import sys
import time
from pathlib import Path

import cloudpickle
import dask
import pytest
import trustme
from distributed import Client, LocalCluster
from distributed.security import Security

from segx_viewer.cohort import cluster
from segx_viewer.cohort.cluster import connected
from segx_viewer.cohort.dispatch import Dispatcher
from segx_viewer.cohort.inputs import Input
from segx_viewer.cohort.journal import Journal
from segx_viewer.cohort.options import Batch
from segx_viewer.cohort.work import Outcome
from segx_viewer.errors import DiskFullError, SegxError

FILES = 12
POISONED = "7.png"


@pytest.fixture(autouse=True)
def by_value():
    """Workers know nothing of the tests' folder."""
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    yield
    cloudpickle.unregister_pickle_by_value(sys.modules[__name__])


@pytest.fixture
def in_this_process():
    with (
        dask.config.set(cluster.SETTINGS),
        LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, protocol="tcp://", host="127.0.0.1",
            dashboard_address="127.0.0.1:0", silence_logs=50,
        ) as started,
    ):  # fmt: skip
        yield started


def look(items):
    return [(item.path.name, 1) for item in items]


def well(tasks):
    return [Outcome(task, {"id": f"{task.number:04d}", "status": "done"}) for task in tasks]


def poisoned(tasks):
    for task in tasks:
        if task.item.path.name == POISONED:
            with (task.item.path.parent / "tries").open("a") as tries:
                tries.write(f"{os.getpid()}\n")
            os._exit(9)
    return well(tasks)


def slowly(tasks):
    time.sleep(0.1 * len(tasks))
    return well(tasks)


def full(tasks):
    return [Outcome(task, {}, "The disk is full.", full=task.number > 3) if task.number > 3 else o
            for task, o in zip(tasks, well(tasks), strict=True)]  # fmt: skip


def share(client, folder: Path, analyse, files: int = FILES) -> list[dict[str, object]]:
    """Run a dispatcher over files that need not be there; return the journal's rows."""

    def done(outcome: Outcome) -> None:
        if outcome.full:
            raise DiskFullError(outcome.reason)

    items = (Input(folder / f"{n}.png", f"{n}.png") for n in range(files))
    with Journal(folder / "out", {}) as journal:
        batch = Batch((), folder / "out")
        try:
            Dispatcher(client, journal, batch, done, lambda *_: None, lambda *_: None, analyse, look).run(items)
        finally:
            rows = list(journal.rows())
    return rows


@pytest.mark.slow
@pytest.mark.parametrize("deaths", [1, 3], ids=["ours", "dask's own"])
def test_a_poisoned_image_fails_after_two_tries_and_costs_no_other_its_result(deaths, tmp_path, monkeypatch):
    monkeypatch.setitem(cluster.SETTINGS, "distributed.scheduler.allowed-failures", deaths)
    with connected("local:2") as client:
        rows = share(client, tmp_path, poisoned)
        client.wait_for_workers(1, timeout=120)  # the one that died last is started again
        assert client.submit(sum, [1, 2]).result() == 3
    assert [row["status"] for row in rows] == ["failed" if n == 7 else "done" for n in range(FILES)]
    assert "twice; it is left out" in str(rows[7]["error"])
    tries = (tmp_path / "tries").read_text().split()
    assert len(set(tries)) == len(tries)  # never in the same process again
    assert len(tries) == deaths + 1 + cluster.TRIES  # those of its chunk, and twice alone


def test_what_was_sent_does_not_stay_with_the_client(in_this_process):
    """Dask logs the messages themselves (findings/dask-sent-messages-are-kept.sh)."""
    with connected(in_this_process.scheduler_address) as client:
        for number in range(20):
            assert client.submit(len, bytes([number]) * 1000, pure=False).result() == 1000
        assert len(client.scheduler_comm.recent_message_log) == cluster.TRIES + 1


def test_a_full_disk_ends_the_run_and_what_was_done_stays_done(in_this_process, tmp_path):
    with Client(in_this_process) as client:
        with pytest.raises(DiskFullError):
            share(client, tmp_path, full)
        rows = share(client, tmp_path, well)  # with room again
    assert [row["id"] for row in rows] == [f"{n:04d}" for n in range(1, FILES + 1)]
    assert {row["status"] for row in rows} == {"done"}


def test_a_scheduler_by_tcp_and_by_its_file(in_this_process, tmp_path):
    with connected(in_this_process.scheduler_address) as client:
        assert client.submit(sum, [1, 2]).result() == 3
        client.write_scheduler_file(str(tmp_path / "scheduler.json"))
    with connected(str(tmp_path / "scheduler.json")) as client:
        assert client.submit(sum, [1, 2]).result() == 3


def test_a_scheduler_by_tls_with_the_certificates_of_the_configuration(tmp_path):
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    files = {"ca-file": tmp_path / "ca.pem", "cert": tmp_path / "cert.pem", "key": tmp_path / "key.pem"}
    authority.cert_pem.write_to_path(str(files["ca-file"]))
    certificate.cert_chain_pems[0].write_to_path(str(files["cert"]))
    certificate.private_key_pem.write_to_path(str(files["key"]))
    pair = {"cert": str(files["cert"]), "key": str(files["key"])}
    known = {"ca-file": str(files["ca-file"]), "client": pair, "scheduler": pair, "worker": pair}
    with (
        dask.config.set({"distributed.comm.tls": {**dask.config.get("distributed.comm.tls"), **known}}),
        LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, protocol="tls://", host="127.0.0.1",
            dashboard_address="127.0.0.1:0", silence_logs=50, security=Security(require_encryption=True),
        ) as started,
        connected(started.scheduler_address) as client,
    ):  # fmt: skip
        assert started.scheduler_address.startswith("tls://")
        assert client.submit(sum, [1, 2]).result() == 3


def test_a_network_that_is_lost_is_told_and_the_next_start_does_what_is_left(in_this_process, tmp_path):
    with Client(in_this_process) as client:
        client.loop.add_callback(client.loop.call_later, 0.5, client.scheduler_comm.comm.abort)
        with dask.config.set({"distributed.comm.timeouts.connect": "1s"}), pytest.raises(SegxError, match="is gone"):
            share(client, tmp_path, slowly, files=200)
    with Client(in_this_process) as client:
        rows = share(client, tmp_path, well, files=200)
    assert [row["id"] for row in rows] == [f"{n:04d}" for n in range(1, 201)]


def test_a_worker_whose_connection_is_cut_costs_no_image(in_this_process, tmp_path):
    in_this_process.scale(2)
    with Client(in_this_process) as client:
        client.wait_for_workers(2, timeout=30)
        first = in_this_process.workers[0]
        client.loop.add_callback(client.loop.call_later, 0.7, first.batched_stream.comm.abort)
        rows = share(client, tmp_path, slowly, files=80)
    assert [row["id"] for row in rows] == [f"{n:04d}" for n in range(1, 81)]
    assert {row["status"] for row in rows} == {"done"}
    assert len((tmp_path / "out" / "run.jsonl").read_text("utf-8").splitlines()) == 1 + 2 * 80  # none of them twice
