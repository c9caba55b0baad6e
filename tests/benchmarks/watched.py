"""Whole programs of two builds, watched from within: when window, pixels, prediction, map and badge are there.

A build is a checkout; its interpreter is FOLDER/.venv/bin/python where there is one, else this one.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.child import PROJECT, write_bytecode

MOMENTS = ("window", "pixels", "prediction", "map", "badge")

WATCH = """
import json, os, sys, time
started = time.time()
try:  # before Qt is imported, as the program begins where it has this
    from segx_viewer import process
    process.begin_window()
except ImportError:
    pass
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow

until, count = sys.argv[1], int(sys.argv[2])
moments, run = {"Python": started}, QApplication.exec

def desk(window):  # what holds the documents has had two names
    return getattr(window, "workspace", None) or getattr(window, "controller", None)

def told_by(widget):
    if isinstance(widget, QMainWindow):
        yield "window"
        documents = getattr(desk(widget), "documents", None)
        if documents is None:
            return
        if count and len(documents) == count and all(d.header is not None for d in documents):
            yield "stack"
        analysis = documents.current.analysis if documents.current is not None else None
        if analysis is not None and analysis.prediction is not None:
            yield "prediction"
            if analysis.explanations:
                yield "map"
    elif type(widget).__name__ == "Viewport" and widget.scene.base is not None:
        yield "pixels"
    elif type(widget).__name__ == "BadgeShape" and widget.level is not None:
        yield "badge"

def look():
    for widget in QApplication.allWidgets():
        try:
            for what in told_by(widget) if widget.isVisible() else ():
                moments.setdefault(what, time.time())
        except (AttributeError, RuntimeError):  # half made, or gone already
            continue
    if until in moments:
        print(json.dumps(moments), flush=True)
        os._exit(0)

def watched(*_):
    timer = QTimer(QApplication.instance(), interval=5)
    timer.timeout.connect(look)
    timer.start()
    return run()

QApplication.exec = watched
from segx_viewer.cli import main
main(sys.argv[3:])
"""
"""Looks every 5 ms for what both builds have."""


LAUNCH = """
import json, resource, subprocess, sys, time
started, began = time.perf_counter(), time.time()
code = subprocess.run(sys.argv[2:]).returncode
seconds, used = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
with open(sys.argv[1], "w") as file:
    json.dump([seconds, used.ru_maxrss, used.ru_utime + used.ru_stime, began], file)
sys.exit(code)
"""
"""Starts a program from a small process: a program's highest memory begins with that of the process that started it."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A process that has ended.

    Attributes
    ----------
    seconds : float
        By the clock.
    peak : float
        The most memory that it held, in MiB.
    processor : float
        Seconds of processor time.
    moments : dict of str to float
        When what was watched for was there, in seconds after the process was started.
    """

    seconds: float
    peak: float
    processor: float
    moments: dict[str, float]


@dataclass(frozen=True, slots=True)
class Build:
    """A build of the program, and a home of its own."""

    project: Path
    home: Path

    @classmethod
    def of(cls, project: Path, home: Path) -> "Build":
        """Make the home, and the bytecode that an installation has."""
        home.mkdir(exist_ok=True)
        build = cls(project, home)
        write_bytecode(project, build.interpreter)
        return build

    @property
    def interpreter(self) -> str:
        """The build's own Python, or this one."""
        own = self.project / ".venv/bin/python"
        return str(own) if own.is_file() else sys.executable

    @property
    def environment(self) -> dict[str, str]:
        """Settings and caches of its own, and no display."""
        folders = {f"XDG_{kind}_HOME": f"{self.home}/{kind.lower()}" for kind in ("CONFIG", "CACHE", "DATA", "STATE")}
        more = {"HOME": str(self.home), "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(self.project)}
        return {**os.environ, **folders, **more}

    def command(self, *words: object) -> Ran:
        """Run a command of the command line to its end."""
        return whole([self.interpreter, "-m", "segx_viewer", *map(str, words)], self.environment, self.home)

    def window(self, *files: object, until: str = "badge", count: int = 0) -> Ran:
        """Open files in the window, until one of `MOMENTS`, or a "stack" of `count` images, is there."""
        words = [self.interpreter, "-c", WATCH, until, str(count), *map(str, files)]
        return whole(words, self.environment, self.home)


def builds(baseline: Path, folder: Path) -> dict[str, Build]:
    """Return this build, and the earlier one that it is compared with."""
    return {"ours": Build.of(PROJECT, folder / "ours"), "baseline": Build.of(baseline, folder / "baseline")}


def in_turn(sides: list[str], turn: int) -> list[str]:
    """Return who goes first, second and so on: neither side always finds the other's caches."""
    return sides if turn % 2 else sides[::-1]


def whole(command: list[str], environment: dict[str, str], folder: Path) -> Ran:
    """Run a process to its end. Raises `RuntimeError` with what it said where it failed."""
    with tempfile.TemporaryDirectory() as name:
        told_by_launcher = Path(name, "used.json")
        launched = [sys.executable, "-S", "-c", LAUNCH, str(told_by_launcher), *command]
        done = subprocess.run(launched, env=environment, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr)
        seconds, highest, processor, began = json.loads(told_by_launcher.read_text())
    last = done.stdout.strip().splitlines()[-1:]
    moments = json.loads(last[0]) if last and last[0].startswith("{") else {}
    after = {name: moment - began for name, moment in moments.items()}
    return Ran(seconds, highest / (2**20 if sys.platform == "darwin" else 2**10), processor, after)
