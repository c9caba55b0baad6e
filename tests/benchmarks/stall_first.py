"""The longest time for which the window does not answer, from when it is shown to the first badge."""

import statistics

from tests.benchmarks.child import in_child
from tests.benchmarks.cold import radiograph
from tests.benchmarks.harness import Outcome

GOAL = 50.0
ROUNDS = 7

SCRIPT = """
import json, os, sys, time
from segx_viewer import process
process.begin_window()  # before Qt is imported, as the program does
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow

gaps, state, run = [], {"beat": None, "window": None}, QApplication.exec

def beat():
    now = time.perf_counter()
    if state["window"] is None:
        state["window"] = next((w for w in QApplication.topLevelWidgets() if isinstance(w, QMainWindow)), None)
    if state["window"] is None or not state["window"].isVisible():
        return
    if state["beat"] is not None:
        gaps.append(now - state["beat"])
    state["beat"] = now
    certainty = getattr(state["window"], "certainty", None)
    if certainty is not None and certainty.shape.isVisible() and certainty.shape.level is not None:
        print(json.dumps({"longest": 1e3 * max(gaps)}), flush=True)
        os._exit(0)

def watched(*_):
    state["heart"] = QTimer(QApplication.instance(), interval=1)
    state["heart"].setTimerType(Qt.TimerType.PreciseTimer)
    state["heart"].timeout.connect(beat)
    state["heart"].start()
    return run()

QApplication.exec = watched
from segx_viewer.cli import main
main([sys.argv[1]])
"""


def run() -> Outcome:
    """A new process each time, the radiograph RG1, the median of the longest gaps between heartbeats 1 ms apart."""
    longest = statistics.median(in_child(SCRIPT, str(radiograph()))[0]["longest"] for _ in range(ROUNDS))
    what = "longest gap between heartbeats 1 ms apart, from the window shown to the first badge"
    return Outcome("stall_first", longest, GOAL, longest <= GOAL, longest, None, "ms", ROUNDS, what)
