"""A fresh process for what can only be measured in one: starting, memory, an event loop of its own."""

import json
import os
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]


def in_child(script: str, *arguments: str) -> tuple[dict[str, Any], float]:
    """Run a script off screen with settings of its own; it prints one line of JSON.

    Returns
    -------
    dict
        What it printed last.
    started : float
        `time.time()` just before it was started.
    """
    write_bytecode(PROJECT)
    with tempfile.TemporaryDirectory() as home:
        folders = {f"XDG_{kind}_HOME": f"{home}/{kind.lower()}" for kind in ("CONFIG", "CACHE", "DATA", "STATE")}
        environment = {**os.environ, **folders, "HOME": home, "QT_QPA_PLATFORM": "offscreen"}
        started = time.time()
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments], env=environment, capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout.strip().splitlines()[-1]), started


@cache
def write_bytecode(project: Path, interpreter: str = sys.executable) -> None:
    """Compile a checkout's modules as an installation does, which a checkout need not (PYTHONDONTWRITEBYTECODE)."""
    subprocess.run([interpreter, "-m", "compileall", "-q", str(project / "segx_viewer")], check=True)
