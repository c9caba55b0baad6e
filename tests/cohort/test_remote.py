"""Images and results in storage: in memory, by file: URLs, and on an S3 server of this machine."""

import csv
import hashlib
import io
import json

import fsspec
import pytest

from segx_viewer.cli import main
from segx_viewer.cohort import places, remote
from segx_viewer.cohort.handpicked import export
from segx_viewer.cohort.inputs import Inputs
from segx_viewer.cohort.journal import Journal
from segx_viewer.cohort.marks import Marks
from segx_viewer.cohort.remote import Mirror, as_local, fetched, is_url, listed, spooled, storage
from segx_viewer.cohort.results import read_results
from segx_viewer.cohort.sources import find_sources, located
from segx_viewer.errors import SegxError
from segx_viewer.imaging.containers import Containers
from tests.cli.conftest import batch, pictures  # noqa: F401 - fixtures


@pytest.fixture
def memory():
    """An empty storage in memory; it is one for the whole process."""
    system = fsspec.filesystem("memory")
    system.store.clear()
    yield system
    system.store.clear()


def put(folder, url: str) -> None:
    system, name = storage(url)
    for path in sorted(folder.iterdir()):
        system.pipe_file(f"{name}/{path.name}", path.read_bytes())


def rows(url: str) -> list[dict[str, str]]:
    system, name = storage(url)
    return list(csv.DictReader(io.StringIO(system.cat_file(f"{name}/results.csv").decode("utf-8-sig"))))


def test_what_is_a_url_and_what_is_a_path(tmp_path, monkeypatch):
    assert is_url("s3://bucket/a")
    assert is_url("memory:a")
    assert not is_url(r"C:\images")
    assert not is_url("patient:1.png")
    assert as_local("file:///share/in") == "/share/in"
    assert as_local("file:in") == "in"


def run_twice(pictures, place: str, capsys) -> None:  # noqa: F811
    put(pictures, f"{place}/in")
    argv = ["analyze", f"{place}/in", "--out", f"{place}/out", "--output", "json", "--output", "csv"]
    assert main(argv) == 1  # a broken file, and an empty one
    told = capsys.readouterr().err
    assert f"results in {place}/out" in told
    system, name = storage(f"{place}/out")
    written = sorted(path for path in system.find(name) if path.endswith(".json"))
    assert len(written) == 3
    assert "meier" not in json.dumps(rows(f"{place}/out")).lower()
    before = rows(f"{place}/out")
    assert [row["status"] for row in before].count("done") == 3
    assert main(argv) == 1
    assert "3 of" in capsys.readouterr().err
    assert rows(f"{place}/out") == before
    assert sorted(path for path in system.find(name) if path.endswith(".json")) == written


def test_a_run_from_memory_to_memory_goes_on_where_it_was(batch, pictures, memory, capsys):  # noqa: F811
    run_twice(pictures, "memory://cohort", capsys)


@pytest.mark.slow
def test_a_run_from_s3_to_s3_goes_on_where_it_was(batch, pictures, s3, capsys):  # noqa: F811
    run_twice(pictures, s3, capsys)


def test_a_file_url_is_the_folder_itself(batch, pictures, tmp_path):  # noqa: F811
    argv = ["analyze", pictures.as_uri(), "--out", (tmp_path / "out").as_uri(), "--output", "csv"]
    assert main(argv) == 1
    assert (tmp_path / "out" / "results.csv").is_file()


def test_what_another_process_writes_is_seen_and_a_copy_is_removed_after_use(memory):
    memory.pipe_file("/in/a.png", b"a")
    assert [item.label for item in listed("memory://in")] == ["memory:///in/a.png"]
    first = next(listed("memory://in"))
    memory.pipe_file("/in/b.png", b"b")
    with Inputs(["memory://in", "memory://in/*.png"]) as inputs:
        assert [item.path.name for item in inputs.stream()] == ["a.png", "b.png"]
    memory.pipe_file("/in/a.png", b"longer")
    assert next(listed("memory://in")).stamp != first.stamp
    with fetched(first) as path:
        assert path.read_bytes() == b"longer"
    assert not path.exists()


def test_the_journal_in_storage_is_taken_up_on_another_machine_even_after_many_segments(memory, tmp_path, monkeypatch):
    monkeypatch.setattr(remote, "_MANY", 5)
    for start in range(3):
        with spooled("memory://run") as (folder, mirror), Journal(folder, {}, mirror.take) as journal:
            for number in range(4):
                known, done = journal.begin(f"content {number}")
                assert (known, done) == (number + 1, start > 0)
                if not done:
                    journal.end(known, {"id": f"{known:04d}", "status": "done"})
            if start == 2:
                assert len(list(journal.rows())) == 4
    names = [path for path in memory.find("/run") if "-all" in path]
    assert len(names) == 1


def test_a_second_run_at_the_same_time_is_told(memory, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = (Mirror("memory://run", tmp_path / name) for name in "ab")
    first.take(b'{"settings": {}}\n')
    with pytest.raises(SegxError, match="Another run"):
        second.take(b'{"settings": {}}\n')


def test_storage_that_needs_another_package_is_told(tmp_path):
    with pytest.raises(SegxError, match="nowhere"):
        list(listed("nowhere://bucket/a"))


def _stored(url: str) -> str:
    """Put results of one image, and the images themselves, into storage; return the results' URL."""
    import numpy as np
    from PIL import Image

    system, name = storage(url)
    rows = [
        {"id": f"{n:04d}-00000000", "status": "done", "model": "m", "model_version": "1", "class_label": "Nevus",
         "class_code": "nv", "probability": 0.7, "probabilities": "nv=0.7", "badge": "LOW", "gate": "accepted"}
        for n in (1, 2)
    ]  # fmt: skip
    lines = [{"settings": {"version": "1", "include_identity": False}}]
    for n, row in enumerate(rows, 1):
        item = b"%d" % n
        lines += [{"begun": n, "content": hashlib.sha256(item).hexdigest()}, {"ended": n, "row": row}]
        system.pipe_file(f"{name}/in/{n}.png", item)
    for n, line in enumerate(lines, 1):
        system.pipe_file(f"{name}/out/run.jsonl.d/{n:09d}.jsonl", json.dumps(line).encode() + b"\n")
    buffer = io.BytesIO()
    Image.fromarray(np.zeros((40, 60, 3), np.uint8)).save(buffer, "PNG")
    system.pipe_file(f"{name}/out/0001-00000000.png", buffer.getvalue())
    return f"{url}/out"


def read_in_place(url: str, tmp_path, capsys) -> None:
    out = _stored(url)
    assert main(["summary", f"{out}/"]) == 0
    assert capsys.readouterr().out.strip() == f"{out}/summary.html"
    page = places.read(out, "summary.html").decode()
    assert "Nevus" in page
    assert page.count("data:image/jpeg") == 1
    results = read_results(out)
    with Containers() as containers:
        found = find_sources(results, f"{url}/in")
        assert [located(found[n], containers).read_bytes() for n in (1, 2)] == [b"1", b"2"]
    first, second = Marks(out, tmp_path / "mine"), Marks(out, tmp_path / "hers")
    assert first.write({"0001-00000000": first.change("0001-00000000", read=True)})
    assert second.write({"0002-00000000": second.change("0002-00000000", note="later")})
    marks = Marks(out, tmp_path / "mine").all
    assert marks["0001-00000000"].read
    assert marks["0002-00000000"].note == "later"
    assert export(results, marks, out, tmp_path / "given") == 1
    assert (tmp_path / "given" / "0001-00000000.png").is_file()


def test_summary_and_worklist_are_read_where_the_results_lie_in_memory(memory, tmp_path, capsys):
    read_in_place("memory://cohort", tmp_path, capsys)


@pytest.mark.slow
def test_summary_and_worklist_are_read_where_the_results_lie_in_s3(s3, tmp_path, capsys):
    read_in_place(s3, tmp_path, capsys)


def test_results_that_were_copied_into_storage_have_their_journal_as_a_file(memory):
    memory.pipe_file("/out/run.jsonl", b'{"settings": {}}\n{"ended": 1, "row": {"id": "0001"}}\n{"ended": 2, "ro')
    assert [result.number for result in read_results("memory://out")] == [1]


@pytest.mark.parametrize("url", ["memory://nothing", "nowhere://bucket/out"])
def test_storage_without_results_is_told_in_one_sentence(url, memory, capsys):
    assert main(["summary", url]) == 1
    told = capsys.readouterr().err.strip()
    assert told.startswith("segx-viewer: ")
    assert url in told
    assert "\n" not in told


@pytest.mark.slow
def test_a_storage_that_does_not_answer_and_one_that_refuses_are_told_in_one_sentence(s3, monkeypatch, capsys):
    import s3fs

    assert main(["summary", "s3://nobody/out"]) == 1
    assert "holds no results" in capsys.readouterr().err
    assert main(["analyze", f"{s3}/in", "--out", "s3://nobody/out"]) == 1
    told = capsys.readouterr().err.strip()
    assert "s3://nobody/out could not be written" in told
    assert "\n" not in told
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    s3fs.S3FileSystem.clear_instance_cache()
    assert main(["summary", f"{s3}/out"]) == 1
    told = capsys.readouterr().err.strip()
    assert "could not be read" in told
    assert "\n" not in told
