"""Processes of one machine that share a run's images."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from segx_viewer.cli import batch as running
from segx_viewer.cli import main
from segx_viewer.cohort import crew as module
from segx_viewer.cohort._crew_process import GONE, READY
from segx_viewer.cohort.crew import Crew, size_for
from segx_viewer.cohort.inputs import Input
from segx_viewer.cohort.journal import Journal
from segx_viewer.cohort.options import Batch
from segx_viewer.cohort.work import Outcome, Task
from segx_viewer.errors import SegxError
from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.reporting.atomic import PART

BUNDLE = "dermoscopy-ham10000"
FILES = 14


def well(connection, threads):
    """Find nothing, at once; an image that is named so ends its process, once or always."""
    batch, _ = connection.recv()
    connection.send(READY)
    while True:
        try:
            task = connection.recv()
        except GONE:
            return
        tries = batch.out / f"{task.number}.tries"
        tries.write_text(f"{tries.read_text() if tries.exists() else ''}{os.getpid()} ")
        if "poison" in task.label or ("accident" in task.label and len(tries.read_text().split()) == 1):
            (batch.out / f"{PART}left.json").write_text("half of")
            os._exit(9)
        while (
            "slow" in task.label and len({pid for n in batch.out.glob("*.tries") for pid in n.read_text().split()}) == 1
        ):
            time.sleep(0.01)  # until another process works, too
        connection.send(Outcome(task, {"id": f"{task.number:04d}", "status": "done"}))


def dead(connection, threads):
    """End before anything was done."""
    os._exit(3)


def shared(folder, names, member=well, count=2):
    """Share images that need not be there among processes; return what became of them, and the journal's rows."""
    tasks = (Task(Input(Path(name), name), n, 0, name) for n, name in enumerate(names, 1))
    folder.mkdir(exist_ok=True)
    with Journal(folder, {}) as journal, Crew(count, Batch((), folder), None, member) as crew:
        found = []
        for outcomes in crew.analyse(tasks, journal.together):
            found += outcomes
            for outcome in outcomes:
                journal.end(outcome.task.number, outcome.row)
    return found


def tries(folder, number):
    return (folder / f"{number}.tries").read_text().split()


def test_outcomes_come_in_the_order_of_the_images(tmp_path):
    names = ["slow", *(f"{n}.png" for n in range(40))]
    found = shared(tmp_path, names)
    assert [outcome.task.label for outcome in found] == names
    assert len({tries(tmp_path, n)[0] for n in range(1, 42)}) == 2, "both processes have worked"


def test_an_image_that_ends_its_process_is_left_out_and_the_others_go_on(tmp_path):
    names = [f"{n}.png" for n in range(FILES)]
    names[5], names[9] = "poison.png", "accident.png"
    found = shared(tmp_path, names)
    assert [outcome.task.label for outcome in found] == names
    assert [n for n, outcome in enumerate(found) if outcome.reason] == [5]
    assert found[5].row["status"] == "failed"
    assert found[5].reason == "It ended the process that analysed it, twice; it is left out."
    assert len(set(tries(tmp_path, 6))) == len(tries(tmp_path, 6)) == 3, "with others, and twice by itself"
    assert len(set(tries(tmp_path, 10))) == 2, "an accident is no poison"
    assert not list(tmp_path.glob(f"{PART}*")), "what they were writing does not stay"


def test_an_accident_after_another_images_doing_is_the_first_of_its_own(tmp_path):
    names = ["poison.png", "accident.png", "2.png"]  # one process has all of them
    found = shared(tmp_path, names, count=1)
    assert [bool(outcome.reason) for outcome in found] == [True, False, False]
    assert len(tries(tmp_path, 2)) == 2


def test_processes_that_cannot_begin_are_told(tmp_path):
    with pytest.raises(SegxError, match="ended before it could begin"):
        shared(tmp_path, ["0.png"], dead)


def test_processes_are_started_where_they_pay_only(monkeypatch):
    monkeypatch.setattr(module, "processors", lambda: 4)
    assert [size_for(images) for images in (1, 31, 63, 64, 128, 100_000)] == [0, 0, 1, 2, 4, 4]
    monkeypatch.setattr(module, "processors", lambda: 500)
    assert size_for(100_000) <= 16
    monkeypatch.setattr(module, "processors", lambda: 1)
    assert size_for(100_000) == 1


@pytest.fixture(scope="module")
def lesions(tmp_path_factory):
    """Seven pictures, one of them damaged, and a file that is none."""
    folder = tmp_path_factory.mktemp("lesions")
    for seed in range(7):
        Image.fromarray(draw_lesion((90, 120), seed=seed)).save(folder / f"meier-{seed}.png")
    broken = folder / "meier-3.png"
    broken.write_bytes(broken.read_bytes()[:200])
    (folder / "notes.txt").write_text("no picture")
    return folder


def analysed(folder, out, capsys, index):
    words = ["analyze", str(folder), "--out", str(out), "--bundle", BUNDLE, "--index", str(index)]
    code = main([*words, "--output", "json", "--output", "csv"])
    records = {path.name: json.loads(path.read_text()) for path in sorted(out.glob("0*.json"))}
    for record in records.values():
        del record["created"], record["seconds"]
        for explanation in record["explanations"]:
            del explanation["seconds"]
    with (out / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [{**row, "seconds": ""} for row in csv.DictReader(file)]
    told = capsys.readouterr().err.replace(str(out), "OUT").splitlines()
    return code, records, rows, sorted(told), index.read_text()


def test_processes_give_what_threads_give(lesions, tmp_path, capsys, monkeypatch):
    by_threads = analysed(lesions, tmp_path / "threads", capsys, tmp_path / "1.csv")
    begun = []
    monkeypatch.setattr(running, "MANY", 8)
    monkeypatch.setattr(module, "size_for", lambda images: begun.append(images) or 2)
    by_processes = analysed(lesions, tmp_path / "processes", capsys, tmp_path / "2.csv")
    assert begun == [8]
    assert by_processes == by_threads
    assert by_threads[0] == 1
    assert len(by_threads[1]) == 6
    again = analysed(lesions, tmp_path / "processes", capsys, tmp_path / "2.csv")
    assert again[1:3] == by_processes[1:3], "what is done is not done again"


def test_what_needs_torch_stays_in_one_process(lesions, tmp_path, monkeypatch):
    from segx_viewer.bundles.store import BundleStore
    from segx_viewer.cohort.options import runs_on_graphs

    store = BundleStore()
    plain = Batch((), tmp_path, bundle=BUNDLE)
    assert runs_on_graphs(plain, store)
    for other in ({"methods": ("integrated_gradients",)}, {"device": "cuda"}, {"as_published": True}):
        assert not runs_on_graphs(Batch((), tmp_path, bundle=BUNDLE, **other), store)


_RUN = """
import sys
from segx_viewer.cli import batch, main
from segx_viewer.cohort import crew
batch.MANY, crew.size_for = 2, lambda images: 2
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
"""


def begun(folder, out):
    """Start a run in a process of its own, and wait until it has told of two images."""
    for seed in range(30):
        Image.fromarray(draw_lesion((60, 80), seed=seed)).save(folder / f"{seed}.png")
    words = ["analyze", str(folder), "--out", str(out), "--bundle", BUNDLE, "--output", "json", "--output", "csv"]
    script = folder.parent / "run.py"
    script.write_text(_RUN)
    run = subprocess.Popen([sys.executable, str(script), *words], stderr=subprocess.PIPE, text=True)
    told = [run.stderr.readline() for _ in range(2)]
    assert all("0" in line for line in told)
    return run, [sys.executable, str(script), *words]


def children(pid):
    """Return the processes that a process has started, and theirs."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *children(int(child))]
    return found


def gone(pids, seconds=20.0):
    until = time.monotonic() + seconds
    while any(Path(f"/proc/{pid}").exists() and _state(pid) != "Z" for pid in pids):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def _state(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes as Linux shows them")
@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGINT])
def test_processes_end_with_the_run_that_goes_on_later(by, tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    run, words = begun(folder, out)
    started = children(run.pid)
    assert len(started) >= 4, "two processes, each with one that decodes"
    run.send_signal(by)
    told = run.communicate(timeout=60)[1]
    assert gone(started)
    assert run.returncode == (130 if by is signal.SIGINT else -signal.SIGKILL), told
    assert "Traceback" not in told
    assert not [path for path in out.glob("0*.json") if not path.read_text().endswith("}\n")]
    again = subprocess.run(words, capture_output=True, text=True, check=True)
    assert "30 of 30 analysed" in again.stderr
    assert len(list(out.glob("0*.json"))) == 30
    assert not list(out.glob(".part-*"))
