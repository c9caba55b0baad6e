import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QThread, QTimer
from PySide6.QtTest import QTest

from segx_viewer.app.jobs.jobs import FILES, MODELS, Jobs
from segx_viewer.domain.request import CancelToken
from segx_viewer.errors import AnalysisCancelled, ImageReadError


@pytest.fixture
def jobs(qtbot) -> Iterator[Jobs]:
    running = Jobs()
    yield running
    running.stop()


def finish(qtbot, jobs: Jobs, lane: str = FILES) -> None:
    """Wait until everything that was asked of a lane is answered."""
    done = []
    jobs.run(lambda: True, then=done.append, lane=lane)
    qtbot.waitUntil(lambda: bool(done))


def test_a_function_runs_beside_the_window_and_its_answer_arrives_in_it(qtbot, jobs):
    threads = []

    def add(*numbers: int) -> int:
        threads.append(QThread.currentThread())
        return sum(numbers)

    jobs.run(add, 1, 2, then=lambda answer: threads.append((answer, QThread.currentThread())), lane=FILES)
    finish(qtbot, jobs)
    beside, (answer, inside) = threads
    assert answer == 3
    assert inside is QThread.currentThread()
    assert beside is not inside


def test_jobs_of_a_lane_run_in_turn_and_lanes_do_not_wait_for_each_other(qtbot, jobs):
    gate, order = threading.Event(), []
    jobs.run(gate.wait, 20, then=lambda _: order.append("first"), lane=MODELS)
    jobs.run(lambda: None, then=lambda _: order.append("second"), lane=MODELS)
    jobs.run(lambda: None, then=lambda _: order.append("other"), lane=FILES)
    qtbot.waitUntil(lambda: order == ["other"])
    gate.set()
    finish(qtbot, jobs, MODELS)
    assert order == ["other", "first", "second"]


def test_a_job_that_nobody_wants_any_more_is_not_run(qtbot, jobs):
    ran = []
    jobs.run(lambda: ran.append(1), wanted=lambda: False, lane=FILES)
    finish(qtbot, jobs)
    assert ran == []


@pytest.mark.parametrize("error", [None, ImageReadError("late")])
def test_an_answer_that_nobody_wants_any_more_is_not_applied(qtbot, jobs, error):
    gate, wanted, received = threading.Event(), [True], []

    def answer() -> str:
        gate.wait(20)
        if error is not None:
            raise error
        return "late"

    jobs.run(answer, then=received.append, failed=received.append, wanted=lambda: wanted[0], lane=FILES)
    wanted[0] = False
    gate.set()
    finish(qtbot, jobs)
    assert received == []


def test_what_a_job_tells_meanwhile_arrives_in_order_and_before_its_answer(qtbot, jobs):
    heard = []
    tell = jobs.teller(heard.append)

    def count() -> str:
        for number in range(3):
            tell(number)
        return "end"

    jobs.run(count, then=heard.append, lane=FILES)
    finish(qtbot, jobs)
    assert heard == [0, 1, 2, "end"]


def test_the_window_has_its_turn_between_answers_that_come_at_a_time(qtbot, jobs, monkeypatch):
    monkeypatch.setattr("segx_viewer.app.jobs.jobs._TURN_SECONDS", 0)
    order = []
    heart = QTimer(jobs, interval=0)
    heart.timeout.connect(lambda: order.append("beat"))
    tell = jobs.teller(order.append)
    for number in range(4):
        tell(number)
    assert order == [0]  # the first one waits for nobody
    heart.start()
    qtbot.waitUntil(lambda: 3 in order)
    answers = [entry for entry in order if entry != "beat"]
    assert answers == [0, 1, 2, 3]
    assert "beat" in order[order.index(2) : order.index(3)]


def test_quick_answers_share_a_turn(qtbot, jobs, monkeypatch):
    monkeypatch.setattr("segx_viewer.app.jobs.jobs._TURN_SECONDS", 60)
    order = []
    heart = QTimer(jobs, interval=0)
    heart.timeout.connect(lambda: order.append("beat"))
    tell = jobs.teller(order.append)
    for number in range(100):
        tell(number)
    heart.start()
    qtbot.waitUntil(lambda: 99 in order)
    assert [entry for entry in order[order.index(1) :] if entry != "beat"] == list(range(1, 100))
    assert "beat" not in order[order.index(1) : order.index(99)]


def test_an_answer_that_waits_for_its_turn_is_dropped_when_the_jobs_are_stopped(qtbot, jobs):
    received = []
    tell = jobs.teller(received.append)
    tell(1)
    tell(2)
    jobs.stop()
    QTest.qWait(20)
    assert received == [1]


def test_an_error_goes_to_who_asked_and_to_the_reader_where_nobody_did(qtbot, jobs):
    def fail(error: Exception) -> None:
        raise error

    said, received = [], []
    jobs.said.connect(said.append)
    jobs.run(fail, ImageReadError("a.png is damaged."), failed=received.append, lane=FILES)
    jobs.run(fail, ImageReadError("b.png is damaged."), lane=FILES)
    jobs.run(fail, AnalysisCancelled(), lane=FILES)
    finish(qtbot, jobs)
    assert [str(error) for error in received] == ["a.png is damaged."]
    assert said == ["b.png is damaged.", "Cancelled."]


@pytest.mark.expects_warnings
def test_an_unexpected_error_is_logged_and_told_as_one_sentence(qtbot, jobs, caplog):
    received = []
    jobs.run(lambda: 1 / 0, failed=received.append, lane=FILES)
    finish(qtbot, jobs)
    assert "Help > Log" in str(received[0])
    assert "ZeroDivisionError" in caplog.text


def test_an_answer_for_a_dialog_that_was_closed_is_dropped(qtbot, jobs):
    class Dialog(QObject):
        def take(self, answer: object) -> None:
            raise AssertionError(answer)

    dialog, gate = Dialog(), threading.Event()
    jobs.run(gate.wait, 20, then=dialog.take, lane=FILES)
    dialog.deleteLater()
    qtbot.waitUntil(lambda: not _is_there(dialog))
    gate.set()
    finish(qtbot, jobs)


def _is_there(thing: QObject) -> bool:
    try:
        thing.objectName()
    except RuntimeError:
        return False
    return True


def test_nothing_is_received_after_the_end(qtbot, jobs):
    received, tellers = [], jobs.teller(lambda *_: received.append("told"))
    jobs.run(lambda: "late", then=received.append, lane=FILES)
    jobs.stop()
    tellers("late")
    qtbot.wait(20)
    assert received == []


def test_the_end_cancels_what_runs(qtbot):
    jobs, token, begun = Jobs(), CancelToken(), threading.Event()

    def work() -> None:
        begun.set()
        while True:
            token.raise_if_cancelled()

    jobs.run(work, lane=MODELS, cancel=token)
    assert begun.wait(20)
    jobs.stop()  # waits for the lanes: it would never return
    assert token.cancelled
