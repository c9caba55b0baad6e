"""`python -m tests.benchmarks.growth [NAME ...] [--write]`: where time and memory grow, and how fast.

Every size runs in a process of its own, so that its peak memory is its own.
"""

import argparse
import json
import math
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks import report
from tests.benchmarks.child import in_child

BUNDLE = "dermoscopy-ham10000"
FAST_METHODS = ("gradcam", "gradcam++", "hirescam", "layercam", "xgradcam", "eigencam")
CLASSES = 7


def image_size(megapixels: float) -> dict[str, Any]:
    """Analysing a decoded photograph of so many megapixels."""
    return _analysed(_photograph(megapixels), ("gradcam",), None, 5 if megapixels < 20 else 3)


def classes(count: int) -> dict[str, Any]:
    """Grad-CAM, SegX and SegU of so many classes."""
    return _analysed(_photograph(0.27), ("gradcam",), tuple(range(count)), 9)


def methods(count: int) -> dict[str, Any]:
    """Maps, SegX and SegU by so many of the fast methods, of the most probable class."""
    return _analysed(_photograph(0.27), FAST_METHODS[:count], None, 9)


def files(count: int) -> dict[str, Any]:
    """`analyze` on so many photographs of HAM10000's size, to JSON and CSV."""
    from PIL import Image

    from segx_viewer.cli.batch import Batch, run_batch
    from segx_viewer.cohort.outputs import Output
    from segx_viewer.imaging.synthetic import draw_lesion

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "in")
        folder.mkdir()
        drawn = [Image.fromarray(draw_lesion((450, 600), seed=seed)) for seed in range(16)]
        for number in range(count):  # no two alike: a picture that was analysed already is not analysed again
            picture = drawn[number % len(drawn)].copy()
            picture.putpixel((0, 0), (number % 256, number // 256, 0))
            picture.save(folder / f"SYNTHETIC-{number:04d}.png", compress_level=1)
        # The first run loads the networks.
        warm = Path(name, "warm")
        warm.mkdir()
        drawn[0].save(warm / "SYNTHETIC-warm.png")
        run_batch(Batch((str(warm),), Path(name, "out0"), bundle=BUNDLE, outputs=(Output.JSON, Output.CSV)))
        started = time.perf_counter()
        run_batch(Batch((str(folder),), Path(name, "out"), bundle=BUNDLE, outputs=(Output.JSON, Output.CSV)))
        return {"seconds": time.perf_counter() - started, "peak": _peak()}


def slices(count: int) -> dict[str, Any]:
    """Opening a CT series of so many slices in the window, until every slice is in its stack, and the way back."""
    from tests.benchmarks.screen import SilentEngine, Stage
    from tests.benchmarks.series import write_series

    with tempfile.TemporaryDirectory() as name:
        folder = write_series(Path(name, "series"), count)
        stage = Stage(SilentEngine(), Path(name))
        documents = stage.window.workspace.documents
        started = time.perf_counter()
        stage.window.open_paths([folder])
        stage.spin(lambda: len(documents) == count and all(d.header is not None for d in documents), 600)
        seconds = time.perf_counter() - started
        stage.window.close()
        return {"seconds": seconds, "peak": _peak()}


SERIES: dict[str, tuple[Callable[[Any], dict[str, Any]], str, Sequence[float]]] = {
    "image_size": (image_size, "megapixel", (0.03, 0.3, 1, 3, 10, 30, 100)),
    "classes": (classes, "class", (1, 2, 4, 7)),
    "methods": (methods, "method", (1, 2, 4, 6)),
    "files": (files, "file", (1, 10, 100, 1000)),
    "slices": (slices, "slice", (1, 10, 100, 1000)),
}


def _photograph(megapixels: float) -> Any:
    import cv2

    from segx_viewer.domain.image import MedicalImage, PhotometricInterpretation, SourceInfo
    from segx_viewer.imaging.synthetic import draw_lesion

    height = round(math.sqrt(megapixels * 1e6 * 3 / 4))
    shape = height, round(height * 4 / 3)
    small = draw_lesion((min(shape[0], 866), min(shape[1], 1155)))
    pixels = small if small.shape[:2] == shape else cv2.resize(small, shape[::-1], interpolation=cv2.INTER_LINEAR)
    return MedicalImage(pixels, "", PhotometricInterpretation.RGB, SourceInfo(None))


def _analysed(image: Any, names: Sequence[str], indices: Sequence[int] | None, rounds: int) -> dict[str, Any]:
    from segx_viewer.bundles.store import BundleStore
    from segx_viewer.domain.request import AnalysisRequest
    from segx_viewer.pipeline import analyse_to_end

    store = BundleStore()
    request = AnalysisRequest(image, bundle_name=BUNDLE, methods=tuple(names), classes=indices)
    times = []
    for _ in range(rounds + 1):
        started = time.perf_counter()
        analyse_to_end(request, store)
        times.append(time.perf_counter() - started)
    return {"seconds": float(np.median(times[1:])), "peak": _peak()}


def _peak() -> float:
    """Return the highest resident memory of this process, in MiB."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


def slope(sizes: Sequence[float], values: Sequence[float]) -> tuple[float, float]:
    """Return what one more costs (least squares), and the exponent of the growth between the two largest sizes.

    Examples
    --------
    >>> linear, exponent = slope([1, 10, 100], [3, 12, 102])
    >>> round(linear, 6), round(exponent, 2)
    (1.0, 0.93)
    """
    linear = float(np.polyfit(sizes, values, 1)[0])
    return linear, math.log(values[-1] / values[-2]) / math.log(sizes[-1] / sizes[-2])


def measure(name: str) -> list[str]:
    """Measure one series; return its row of the table."""
    _, unit, sizes = SERIES[name]
    script = "import sys; from tests.benchmarks.growth import child; child(*sys.argv[1:])"
    found = []
    for size in sizes:
        found.append(in_child(script, name, str(size))[0])
        print(json.dumps({"name": name, unit: size, **found[-1]}), flush=True)
    seconds, peaks = ([f[key] for f in found] for key in ("seconds", "peak"))
    linear, exponent = slope(sizes, seconds)
    memory, _ = slope(sizes, peaks)
    return [
        f"{name.replace('_', ' ')}: {', '.join(f'{size:g}' for size in sizes)}",
        ", ".join(f"{1e3 * s:.0f}" for s in seconds),
        f"{1e3 * linear:.3g} ms per {unit}, exponent {exponent:.2f}",
        ", ".join(f"{p:.0f}" for p in peaks),
        f"{memory:.3g} MiB per {unit}",
    ]


def measured(name: str) -> list[str]:
    """Return a series' row; one that breaks is told and does not cost the others their figures."""
    try:
        return measure(name)
    except RuntimeError:
        traceback.print_exc()
        return [name.replace("_", " "), "not measured", "", "", ""]


def child(name: str, size: str) -> None:
    """Run one size of a series and print what was measured."""
    run, _, sizes = SERIES[name]
    wanted = float(size)
    found = run(wanted if any(isinstance(s, float) for s in sizes) else int(wanted))
    sys.stdout.write(json.dumps(found) + "\n")


def main() -> None:
    """Measure the named series, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.growth", description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one or more of: {', '.join(SERIES)}; default: all")
    parser.add_argument("--write", action="store_true", help="put the table into this folder's README; needs all")
    given = parser.parse_args()
    names = given.names or list(SERIES)
    unknown = sorted(set(names) - set(SERIES))
    if unknown:
        parser.error(f"nothing called {', '.join(unknown)} is measured; there are: {', '.join(SERIES)}")
    if given.write and set(names) != set(SERIES):
        parser.error("the README's table is of one run of all series")
    rows = [measured(name) for name in names]
    text = report.table(("what grows", "time, ms", "slope", "peak memory, MiB", "slope"), rows)
    print("\n" + text)
    if given.write:
        report.write("growth", f"{report.machine()}\n\n{text}")


if __name__ == "__main__":
    main()
