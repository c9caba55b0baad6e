"""A real run with the real models, killed in the middle: nothing is lost, nothing is done twice.

``SEGX_VIEWER_RUN_FILES=1000 pytest tests/cli/test_resume.py`` does it with 1,000 files, 20 of them broken.
"""

import csv
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.paths import models_folder

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL"),
    pytest.mark.skipif(
        not (models_folder() / "dermoscopy-ham10000" / "bundle.toml").is_file(),
        reason="the bundled models are not in this checkout",
    ),
]

FILES = int(os.environ.get("SEGX_VIEWER_RUN_FILES", "20"))
BROKEN = max(3, FILES // 50)


def _broken(folder: Path, number: int, whole: bytes) -> None:
    """Write a file that cannot be read: empty, cut off, or damaged in the middle."""
    damaged = bytearray(whole)
    damaged[60:200] = bytes(140)
    content = (b"", whole[: len(whole) // 2], bytes(damaged))[number % 3]
    (folder / f"{number:04d}.png").write_bytes(content)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    step = FILES // BROKEN
    for number in range(FILES):
        path = folder / f"{number:04d}.png"
        # A tenth of the pictures is there twice: the same content must not make one of two.
        seed = number - 1 if number % 10 == 9 else number
        Image.fromarray(draw_lesion((90, 120), seed=seed)).save(path, compress_level=1)
        if number % step == step // 2 and number // step < BROKEN:
            _broken(folder, number, path.read_bytes())
    return folder


def _states(out: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in out.glob("[0-9]*.json")}


def test_a_run_killed_in_the_middle_goes_on(folder, tmp_path):
    out = tmp_path / "out"
    command = [sys.executable, "-m", "segx_viewer", "analyze", str(folder), "--out", str(out)]
    command += ["--output", "json", "--output", "csv"]
    run = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 120 + 5 * FILES
    while len(_states(out)) < FILES // 2:
        assert run.poll() is None, "the run ended before it was killed"
        assert time.monotonic() < deadline, "the run takes too long"
        time.sleep(0.02)
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    before = _states(out)
    assert FILES // 2 <= len(before) < FILES - BROKEN
    done = [json.loads(line) for line in (out / "run.jsonl").read_text("utf-8").splitlines()]
    ended = {line["row"]["id"] for line in done if line.get("row", {}).get("status") == "done"}

    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 1
    assert f"{FILES - BROKEN} of {FILES} analysed, {BROKEN} failed" in finished.stderr
    after = _states(out)
    assert len(after) == FILES - BROKEN
    assert len({name.partition("-")[0] for name in after}) == FILES - BROKEN
    for name in ended:  # what was done is not done again
        assert after[f"{name}.json"] == before[f"{name}.json"]
    rows = list(csv.DictReader(io.StringIO((out / "results.csv").read_text("utf-8-sig"))))
    assert len({row["id"] for row in rows}) == len(rows) == FILES
    failed = [row for row in rows if row["status"] == "failed"]
    assert len(failed) == BROKEN
    assert all(len(row["error"].split()) >= 3 for row in failed)
    assert {row["id"] for row in rows if row["status"] == "done"} == {name.removesuffix(".json") for name in after}
    assert not list(out.glob(".part-*"))
