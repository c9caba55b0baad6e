"""A run shared among workers: what is killed costs nothing, and the numbers are those of one machine."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import psutil
import pyarrow.parquet as pq
import pytest
from PIL import Image

from segx_viewer.cli import main
from segx_viewer.cohort.cluster import connected
from segx_viewer.cohort.dispatch import Chunks
from segx_viewer.cohort.journal import Journal
from segx_viewer.cohort.remote import storage
from segx_viewer.errors import SegxError
from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.paths import models_folder
from tests.cohort.test_remote import put

BUNDLE = "dermoscopy-ham10000"
FILES, BROKEN = 400, 8
S3_FILES, S3_BROKEN = 60, 2

needs_models = pytest.mark.skipif(
    not (models_folder() / BUNDLE / "bundle.toml").is_file(), reason="the bundled models are not in this checkout"
)


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(FILES):
        path = folder / f"{number:04d}.png"
        shape = (90, 120) if number % 4 == 0 else (48, 64)  # those are explained, these are refused
        Image.fromarray(draw_lesion(shape, seed=number % 40)).save(path, compress_level=1)
        if number % (FILES // BROKEN) == 7:
            path.write_bytes(path.read_bytes()[:100])
    return folder


def _command(pictures: Path | str, out: Path | str, *more: str) -> list[str]:
    command = [sys.executable, "-m", "segx_viewer", "analyze", str(pictures), "--out", str(out), "--bundle", BUNDLE]
    return [*command, "--output", "json", "--output", "csv", *more]


def _ended(process: psutil.Popen) -> None:
    """End a process and those that it started, whatever state they are in."""
    for one in (*process.children(recursive=True), process):
        if one.is_running():
            one.kill()
    process.wait(30)


@contextmanager
def _cluster(folder: Path):
    """A scheduler, its file, and two workers of one thread each, as a site would start them."""
    file = folder / "scheduler.json"
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(file), "--nthreads", "1"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = psutil.Popen([*dask, "--no-dashboard", "--scheduler-file", str(file)], **quiet)
    started = [scheduler]
    try:
        _until(file.is_file, scheduler)
        started += [psutil.Popen([*worker, "--no-dashboard", "--host", "127.0.0.1"], **quiet) for _ in range(2)]
        yield file, scheduler, started[1:]
    finally:
        for process in reversed(started):
            if process.is_running():
                _ended(process)


def _until(holds, *alive: psutil.Popen) -> None:
    deadline = time.monotonic() + 240
    while not holds():
        assert time.monotonic() < deadline, "this takes too long"
        assert all(process.poll() is None for process in alive), "a process ended too early"
        time.sleep(0.02)


def _done(out: Path) -> int:
    return len(list(out.glob("[0-9]*.json")))


def _table(out: Path) -> list[dict[str, object]]:
    rows = pq.read_table(out / "results.parquet").drop_columns(["seconds"]).to_pylist()
    return sorted(rows, key=lambda row: row["id"])


@needs_models
@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_workers_and_schedulers_cost_no_image_and_change_no_number(pictures, tmp_path):
    alone, out = tmp_path / "alone", tmp_path / "out"
    single = subprocess.run(_command(pictures, alone, "--output", "parquet"), capture_output=True, check=False)
    assert single.returncode == 1
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    with _cluster(tmp_path / "first") as (file, scheduler, workers):
        command = _command(pictures, out, "--scheduler", str(file))
        run = psutil.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        _until(lambda: _done(out) >= FILES // 8, run)
        victim = next(p for p in workers[0].children(recursive=True) if "spawn_main" in " ".join(p.cmdline()))
        os.kill(victim.pid, signal.SIGKILL)
        _until(lambda: _done(out) >= FILES // 3, run)
        os.kill(scheduler.pid, signal.SIGKILL)
        told = run.communicate(timeout=120)[1]
        assert "The scheduler is gone. Start the run again" in told
        assert "Traceback" not in told
        assert run.returncode == 1
    before = _ended_rows(out)
    assert 0 < len(before) < FILES
    with _cluster(tmp_path / "second") as (file, _, _):
        command = _command(pictures, out, "--scheduler", str(file))
        again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert again.returncode == 1
    assert f"{FILES - BROKEN} of {FILES} analysed, {BROKEN} failed" in again.stderr
    after = _ended_rows(out)
    assert {number: after[number] for number in before} == before  # what was done is not done again
    assert _done(out) == FILES - BROKEN
    rows = list(csv.DictReader(io.StringIO((out / "results.csv").read_text("utf-8-sig"))))
    assert len({row["id"] for row in rows}) == len(rows) == FILES
    assert sum(row["status"] == "failed" and len(row["error"].split()) >= 3 for row in rows) == BROKEN
    assert _table(out) == _table(alone)
    assert sum(row["c_auitc"] is not None for row in _table(out)) > FILES // 10


@needs_models
@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_run_from_s3_to_s3_that_is_killed_goes_on_and_equals_one_machine(pictures, s3, tmp_path):
    files = sorted(pictures.iterdir())
    for path in files[S3_FILES:]:
        path.unlink()
    put(pictures, f"{s3}/in")
    alone = subprocess.run(
        _command(pictures, tmp_path / "alone", "--output", "parquet"), capture_output=True, check=False
    )
    assert alone.returncode == 1
    system, _ = storage(s3)
    command = _command(f"{s3}/in", f"{s3}/out", "--scheduler", "local:2")

    def written() -> int:
        return len([name for name in system.glob("cohort/out/*.json") if "worklist" not in name])

    run = psutil.Popen(command, stderr=subprocess.DEVNULL)
    _until(lambda: written() >= S3_FILES // 5, run)
    started = run.children(recursive=True)
    run.kill()  # the client, and with it the scheduler
    assert not psutil.wait_procs(started, timeout=60)[1], "workers outlived their client"
    run.wait(30)
    before = written()
    assert 0 < before < S3_FILES - S3_BROKEN
    run = psutil.Popen(command, stderr=subprocess.PIPE, text=True)
    _until(lambda: written() > before, run)
    victim = next((p for p in run.children(recursive=True) if "spawn_main" in " ".join(p.cmdline())), None)
    if victim is not None:
        victim.kill()
    told = run.communicate(timeout=240)[1]
    assert run.returncode == 1, told
    assert f"{S3_FILES - S3_BROKEN} of {S3_FILES} analysed, {S3_BROKEN} failed; results in {s3}/out" in told
    assert written() == S3_FILES - S3_BROKEN
    here = tmp_path / "copy"
    system.get("cohort/out/results.parquet", str(here / "results.parquet"), recursive=True)
    assert _table(here) == _table(tmp_path / "alone")


def _ended_rows(out: Path) -> dict[int, dict[str, object]]:
    lines = [json.loads(line) for line in (out / "run.jsonl").read_text("utf-8").splitlines()]
    ended = [line for line in lines if "ended" in line and line["row"]["status"] == "done"]
    assert len({line["ended"] for line in ended}) == len(ended), "an image was done twice"
    return {line["ended"]: line["row"] for line in ended}


def test_chunks_grow_with_what_an_image_costs_and_shrink_towards_the_end():
    chunks = Chunks()
    assert chunks.size(1000, 2, last=False) == 2
    chunks.measured(0.4, 4)
    assert chunks.size(1000, 2, last=False) == 40
    assert chunks.size(10, 2, last=True) == 3
    chunks.measured(0.0, 4)  # so quick that no clock tells
    assert chunks.size(1000, 2, last=False) <= 256


@pytest.mark.parametrize("address", ["local:0", "local:many", "nowhere.json"])
def test_an_address_that_is_none_is_told(address):
    with pytest.raises(SegxError, match=f"--scheduler {address}"), connected(address):
        pass


def test_watching_and_sharing_do_not_go_together(tmp_path, capsys):
    argv = ["analyze", "--watch", str(tmp_path), "--out", str(tmp_path / "out"), "--scheduler", "local:1"]
    assert main(argv) == 2
    assert "do not go together" in capsys.readouterr().err


def test_a_file_that_was_done_is_known_without_being_read(tmp_path):
    with Journal(tmp_path, {}) as journal:
        for frame in range(2):
            number, _ = journal.begin(f"a frame {frame}", "stamp", 2)
            journal.end(number, {"id": f"{number:04d}", "status": "done"})
        journal.begin("b", "other", 2)
        journal.end(3, {"id": "0003", "status": "done"})
    with Journal(tmp_path, {}) as journal:
        assert journal.finished("stamp") == [(1, "a frame 0"), (2, "a frame 1")]
        assert journal.finished("stamp") == []  # each image is claimed once
        assert journal.finished("other") == []  # its second frame was never begun
        assert journal.finished("unknown") == []
        assert journal.begin("b") == (3, True)
        assert journal.begin("a frame 0") == (4, False)
