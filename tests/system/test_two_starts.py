"""Launches that come together, as file managers make them for several files: one window."""

import subprocess
import sys
import time

import pytest
from PIL import Image


@pytest.fixture
def launched(tmp_path, monkeypatch):
    """Start the program with a picture of its own; all are ended with the test."""
    for name in ("HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.setenv(name, str(folder))
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    started = []

    def launch(number):
        picture = tmp_path / f"{number}.png"
        Image.new("RGB", (60, 40), (number, 0, 0)).save(picture)
        started.append(subprocess.Popen([sys.executable, "-m", "segx_viewer", str(picture)]))
        return started[-1]

    yield launch
    for process in started:
        process.kill()
        process.wait()


def wait_for(what):
    end = time.monotonic() + 60
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.skipif(sys.platform == "win32", reason="where the socket lies is not known there")
def test_launches_that_come_together_share_a_window(launched, tmp_path):
    processes = [launched(number) for number in range(3)]
    wait_for(lambda: sum(p.poll() is not None for p in processes) == 2)
    assert sorted(p.poll() is None for p in processes) == [False, False, True]
    assert [p.returncode for p in processes if p.poll() is not None] == [0, 0]
    (first,) = [p for p in processes if p.poll() is None]
    first.kill()  # what it leaves does not keep the next one from its window
    first.wait()
    assert list((tmp_path / "TMPDIR").glob("segx-viewer-*.lock"))
    later = launched(7)
    wait_for(lambda: list((tmp_path / "TMPDIR").glob("segx-viewer-*")) and later.poll() is None)
    assert launched(8).wait(60) == 0
    assert later.poll() is None
