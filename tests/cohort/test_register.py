"""What a journal says: asked without holding it in memory, and written in one go."""

import json
import signal
import tracemalloc
from contextlib import nullcontext

import pytest

from segx_viewer.cohort import journal as module
from segx_viewer.cohort.journal import NAME, Journal


def test_a_killed_run_is_taken_up_with_its_numbers_and_rows_in_order(tmp_path):
    with Journal(tmp_path, {}) as journal, journal.together():
        for number, content in enumerate("abca", 1):
            assert journal.begin(content, f"stamp {number}") == (number, False)
        journal.end(3, {"id": "0003-x", "status": "done", "error": 'says "status": "done"'})
        journal.end(1, {"id": "0001-x", "status": "failed", "error": 'says "status": "done"'})
    with Journal(tmp_path, {}) as journal:
        assert not journal.changed
        assert [row["id"] for row in journal.rows()] == ["0001-x", "0003-x"]
        assert journal.begin("a") == (1, False)  # it failed, whatever its text says
        assert journal.begin("a") == (4, False)
        assert journal.begin("a") == (5, False)  # a third file of that content is a new image
        assert journal.finished("stamp 3") == [(3, "c")]
        assert journal.finished("") == []
        journal.end(5, {"id": "0005-x", "status": "done"})
        assert [row["id"] for row in journal.rows()] == ["0001-x", "0003-x", "0005-x"]


def test_an_image_that_ends_twice_counts_as_it_ended_last(tmp_path):
    for status in ("failed", "done"):
        with Journal(tmp_path, {}) as journal:
            number, done = journal.begin("a")
            assert (number, done) == (1, False)
            journal.end(number, {"id": "0001", "status": status})
    with Journal(tmp_path, {}) as journal:
        assert [row["status"] for row in journal.rows()] == ["done"]
        assert journal.begin("a") == (1, True)


def test_memory_does_not_grow_with_the_images(tmp_path):
    row = {"id": "0001-00000000", "status": "done", "scores": "x" * 500}
    lines = [json.dumps({"settings": {}})]
    for number in range(1, 20_001):
        lines.append(json.dumps({"begun": number, "content": f"{number:064d}", "stamp": f"{number:032d}", "frames": 1}))
        lines.append(json.dumps({"ended": number, "row": row}))
    (tmp_path / NAME).write_text("\n".join(lines) + "\n")
    del lines
    tracemalloc.start()
    with Journal(tmp_path, {}) as journal:
        assert sum(1 for _ in journal.rows()) == 20_000
        assert journal.finished(f"{9:032d}") == [(9, f"{9:064d}")]
        peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 2**20  # 20,000 hashes, stamps and places as Python objects are three times that


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("together", [False, True])
def test_ctrl_c_while_a_line_is_written_leaves_the_line_whole_and_later_ones_in_their_places(
    tmp_path, monkeypatch, together
):
    def pressed(file):
        signal.raise_signal(signal.SIGINT)

    with Journal(tmp_path, {}) as journal:
        journal.begin("a")
        journal.begin("b")
        monkeypatch.setattr(module.os, "fsync", pressed)
        with pytest.raises(KeyboardInterrupt), journal.together() if together else nullcontext():
            journal.end(1, {"id": "0001-x", "status": "done"})
        monkeypatch.undo()
        journal.end(2, {"id": "0002-x", "status": "done"})
        assert [row["id"] for row in journal.rows()] == ["0001-x", "0002-x"]
    with Journal(tmp_path, {}) as journal:
        assert [row["id"] for row in journal.rows()] == ["0001-x", "0002-x"]
