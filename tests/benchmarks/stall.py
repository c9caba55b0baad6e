"""The longest time for which the window does not answer while an analysis runs."""

from tests.benchmarks.child import in_child
from tests.benchmarks.harness import ROUNDS, Outcome

GOAL = 50.0

SCRIPT = """
import json, sys, tempfile, time
from pathlib import Path
from PIL import Image
from PySide6.QtCore import Qt, QTimer
from segx_viewer.app.application import make_application
from segx_viewer.imaging.synthetic import draw_lesion

rounds = int(sys.argv[1])
app = make_application(["segx-viewer"])
from segx_viewer.app.window import Window

path = Path(tempfile.mkdtemp()) / "SYNTHETIC-lesion.png"
Image.fromarray(draw_lesion((450, 600))).save(path)
window = Window()
window.fill()
window.resize(1280, 800)
window.show()
longest, state = [], {"beat": None, "gap": 0.0}

def beat():
    now = time.perf_counter()
    if state["beat"] is not None:
        state["gap"] = max(state["gap"], now - state["beat"])
    state["beat"] = now

def finished(progress):
    # None: nothing runs any more.
    analysis = window.workspace.analyses.current
    if progress is not None or analysis is None or not analysis.complete:
        return
    longest.append(state["gap"] * 1e3)
    state.update(beat=None, gap=0.0)
    if len(longest) > rounds:
        print(json.dumps({"first": longest[0], "longest": longest[1:]}), flush=True)
        window.close()
        app.quit()
    else:
        QTimer.singleShot(100, again)

def again():
    state.update(beat=None, gap=0.0)
    window.workspace.analyses.analyse()

heart = QTimer(window)
heart.setTimerType(Qt.TimerType.PreciseTimer)
heart.timeout.connect(beat)
heart.start(1)
window.workspace.analyses.progress.connect(finished, Qt.ConnectionType.QueuedConnection)
window.workspace.analyses.failed.connect(lambda sentence: sys.exit(sentence))
QTimer.singleShot(300, window.workspace.prepare)
QTimer.singleShot(500, lambda: window.open_paths([path]))
app.exec()
"""


def run() -> Outcome:
    """The real window and the real networks on a drawn lesion; the first analysis is left out: see `stall_first`."""
    found, _ = in_child(SCRIPT, str(ROUNDS))
    longest = max(found["longest"])
    what = f"longest gap between heartbeats 1 ms apart, {ROUNDS} analyses; {found['first']:.0f} ms at the first one"
    return Outcome("stall", longest, GOAL, longest <= GOAL, longest, None, "ms", ROUNDS, what)
