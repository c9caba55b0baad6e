"""From the start of the process to the window on the screen, against an empty PySide6 window."""

import os
import statistics

from tests.benchmarks.child import in_child
from tests.benchmarks.harness import PROCESSOR, ROUNDS, Outcome

GOAL = 1.5

_SHOWN = """
window.show()
while not window.windowHandle().isExposed():
    app.processEvents()
import json, sys, time
found = {"shown": time.time(), "processor": time.process_time(), "torch": "torch" in sys.modules}
print(json.dumps(found), flush=True)
import os
os._exit(0)
"""
BARE = """
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication([])
window = QMainWindow()
window.resize(1280, 800)
"""
OURS = """
import segx_viewer.cli
from segx_viewer.app.application import make_application
app = make_application(["segx-viewer"])
from segx_viewer.app.window import Window
window = Window()
"""


def run() -> Outcome:
    """Both as processes of their own, off screen, taking turns."""
    times: dict[str, list[float]] = {BARE: [], OURS: []}
    for turn in range(ROUNDS + 1):
        for script in (BARE, OURS) if turn % 2 else (OURS, BARE):
            found, started = in_child(script + _SHOWN)
            if found["torch"]:
                raise AssertionError("torch was imported before the window was shown")
            if turn:
                took = found["processor"] if os.environ.get(PROCESSOR) else found["shown"] - started
                times[script].append(took * 1e3)
    ours, bare = (statistics.median(times[script]) for script in (OURS, BARE))
    what = "process start to window shown / bare PySide6 window"
    return Outcome("start", ours / bare, GOAL, ours / bare <= GOAL, ours, bare, "ms", ROUNDS, what)
