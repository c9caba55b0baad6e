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


def one_is_left(processes):
    """Wait until all but one have handed their files over; which one stays is chance. Return it."""
    wait_for(lambda: sum(p.poll() is not None for p in processes) == len(processes) - 1)
    (left,) = (p for p in processes if p.returncode is None)
    assert [p.returncode for p in processes if p is not left] == [0] * (len(processes) - 1)
    return left


@pytest.mark.skipif(sys.platform == "win32", reason="where the socket lies is not known there")
def test_launches_that_come_together_share_a_window(launched, tmp_path):
    first = one_is_left([launched(number) for number in range(3)])
    first.kill()  # what it leaves does not keep the next ones from their window
    first.wait()
    assert list((tmp_path / "TMPDIR").glob("segx-viewer-*.lock"))
    one_is_left([launched(number) for number in range(3, 5)])
