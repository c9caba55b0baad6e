"""`analyze` on 1,000 pictures to JSON and CSV, from the start of the process to the table, against an earlier build."""

import statistics
import tempfile
from pathlib import Path

from PIL import Image

from segx_viewer.imaging.synthetic import draw_lesion
from tests.benchmarks.harness import Outcome
from tests.benchmarks.pipeline import BUNDLE
from tests.benchmarks.watched import builds, in_turn

GOAL = 1.4
IMAGES, ROUNDS = 1000, 3
SHAPE = (450, 600)
"""Of HAM10000's originals."""


def run_all(baseline: Path) -> list[Outcome]:
    """Images a second of both builds, taking turns."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pictures = write_pictures(folder / "pictures", IMAGES)
        both = builds(baseline, folder)
        found: dict[str, list[float]] = {side: [] for side in both}
        for turn in range(ROUNDS):
            for side in in_turn(list(both), turn):
                out = both[side].home / f"out{turn}"
                outputs = ("--output", "json", "--output", "csv")
                ran = both[side].command("analyze", pictures, "--bundle", BUNDLE, "--out", out, *outputs)
                if len(list(out.glob("*.json"))) != IMAGES:
                    raise AssertionError(f"{side}: not every picture has a record")
                found[side].append(IMAGES / ran.seconds)
    ours, earlier = (statistics.median(found[side]) for side in ("ours", "baseline"))
    what = f"analyze on {IMAGES:,} pictures to JSON and CSV / earlier build; higher is better"
    return [Outcome("batch", ours / earlier, GOAL, ours / earlier >= GOAL, ours, earlier, "images/s", ROUNDS, what)]


def write_pictures(folder: Path, count: int) -> Path:
    """Write drawn lesions, no two alike: what was analysed already is not analysed again."""
    folder.mkdir()
    drawn = [Image.fromarray(draw_lesion(SHAPE, seed=seed)) for seed in range(16)]
    for number in range(count):
        picture = drawn[number % len(drawn)].copy()
        picture.putpixel((0, 0), (number % 256, number // 256, 0))
        picture.save(folder / f"SYNTHETIC-{number:04d}.png", compress_level=1)
    return folder
