"""From the start of the process to the window on the screen, against an empty PySide6 window."""

import os
import statistics

from tests.benchmarks.child import in_child
from tests.benchmarks.harness import PROCESSOR, ROUNDS, Outcome

GOAL = 1.5

_REPORT = """
import sys, time
def state():
    return {"at": time.time(), "processor": time.process_time(), "torch": "torch" in sys.modules}
def report(**found):
    import json, os
    print(json.dumps(found), flush=True)
    os._exit(0)
"""
BARE = f"""
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication([])
window = QMainWindow()
window.resize(1280, 800)
window.show()
while not window.windowHandle().isExposed():
    app.processEvents()
{_REPORT}
report(shown=state())
"""
OURS = f"""
{_REPORT}
from contextlib import contextmanager
from segx_viewer import process
importing = process.importing
@contextmanager
def watched_from_then_on():  # the program's own modules come first, as they do without a watch
    with importing():
        yield
    from segx_viewer.app.application import Program
    look, begin, seen = Program._begin_when_seen, Program.begin, []
    def looked(program):  # its contents are imported once the frame is on the screen
        if not seen and program._window.windowHandle().isExposed():
            seen.append(state())
        look(program)
    def begun(program):
        begin(program)
        report(shown=seen[0], whole=state())
    Program._begin_when_seen, Program.begin = looked, begun
process.importing = watched_from_then_on
from segx_viewer.cli import main
main([])
"""


def run() -> Outcome:
    """Both as processes of their own, off screen, taking turns."""
    times: dict[str, list[float]] = {"bare": [], "shown": [], "whole": []}
    for turn in range(ROUNDS + 1):
        for script in (BARE, OURS) if turn % 2 else (OURS, BARE):
            found, started = in_child(script)
            if found["shown"]["torch"]:
                raise AssertionError("torch was imported before the window was shown")
            if turn:
                for name, then in found.items():
                    took = then["processor"] if os.environ.get(PROCESSOR) else then["at"] - started
                    times["bare" if script is BARE else name].append(took * 1e3)
    bare, ours, whole = (statistics.median(values) for values in times.values())
    what = f"process start to window shown / bare PySide6 window; the rest of the window is there after {whole:.0f} ms"
    return Outcome("start", ours / bare, GOAL, ours / bare <= GOAL, ours, bare, "ms", ROUNDS, what)
