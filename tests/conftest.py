"""Shared by all tests: off-screen Qt, private settings folders, and no unexpected warning in the log."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def private_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Send settings, caches and data of the user to a temporary folder."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(home / name.lower()))
    return home


@pytest.fixture(autouse=True)
def no_unexpected_warning(caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that logs a warning of ours, unless it is marked `expects_warnings`."""
    yield
    if request.node.get_closest_marker("expects_warnings"):
        return
    unexpected = [
        r.getMessage()
        for r in caplog.get_records("call")
        if r.levelno >= logging.WARNING and r.name.startswith("segx_viewer")
    ]
    assert not unexpected, f"unexpected log messages: {unexpected}"


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Real image sets, where they are at hand: SEGX_VIEWER_DATA, or ../shared/data beside the checkout."""
    folder = Path(os.environ.get("SEGX_VIEWER_DATA", PROJECT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("no image sets here; name their folder in SEGX_VIEWER_DATA")
    return folder
