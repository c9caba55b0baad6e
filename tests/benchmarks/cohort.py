"""What the four benchmarks of a cluster say for ten million images: machines, hours, where it would break first."""

from collections.abc import Mapping
from math import ceil
from pathlib import Path

from tests.benchmarks.harness import Outcome

NAMES = ("cluster_overhead", "cluster_scale", "dispatch", "resume")
DOCUMENT = Path(__file__).resolve().parents[2] / "resources" / "docs" / "cluster.md"
IMAGES = 10_000_000
CORES = 16  # of a machine in the table
MACHINES = (1, 10, 50, 100)
_HOUR = 3600.0
_FILES = 10**6  # in one folder, beyond which shares and tools get slow


def sentences(outcomes: Mapping[str, Outcome]) -> str:
    """Return the document's part, from the figures alone.

    Parameters
    ----------
    outcomes : mapping
        Of all four, by name.
    """
    overhead, scale, dispatch, resume = (outcomes[name] for name in NAMES)
    core = overhead.ours / 2
    most = 1e3 / dispatch.ours
    cores = most / core
    listing, again = (resume.reference or 0.0) / 1e3, resume.ours / 1e3
    listed = _images_of(resume)
    images = _million(IMAGES)
    lines = [
        f"- **Work**: {core:.3g} images a second and core of this kind (two workers: {overhead.ours:.3g} images a "
        f"second, {overhead.ratio:.2f} of what the same cores do without a scheduler; two workers do "
        f"{scale.ratio:.2f} times what one does). {images} images are {IMAGES / core / _HOUR:,.0f} core hours.",
        f"- **Scheduler and client** spend {dispatch.ours:.2f} ms on an image, in one process and mostly one thread: "
        f"at most {most:,.0f} images a second, or {_hours(IMAGES / most)} for {images} images, however many workers "
        f"there are. That is enough for {cores:,.0f} cores, or {cores / CORES:,.1f} machines of {CORES}; more stand "
        "idle.",
        f"- **A second start** over {listed:,} finished images took {again:.1f} s, {resume.ratio:.1f} times the "
        f"listing ({listing:.1f} s). In proportion, {_hours(IMAGES * again / listed)} for {images} images on a local "
        "disk; a share or object storage lists as fast as it lists.",
    ]
    head = f"| machines of {CORES} cores | images/s | {images} images | held up by |\n| --- | --- | --- | --- |"
    rows = [_row(count, core, most) for count in MACHINES]
    first = f"the scheduler, beyond {cores / CORES:,.1f} machines of {CORES} cores"
    what = (
        f"**Where it breaks first**: {first}; two runs over halves of the files, each with its own folder and "
        "scheduler, are the way out. On fewer machines it is the results' folder: "
        f"{images} images with one file each are {IMAGES // _FILES} times the {_million(_FILES)} files that most "
        "shares and tools still like in one folder. Give such a run to Parquet (`--output parquet` alone, which "
        "every shared run writes), or divide it."
    )
    return "\n".join([*lines, "", head, *rows, "", what])


def _row(machines: int, core: float, most: float) -> str:
    able = machines * CORES * core
    speed = min(able, most)
    by = "the workers" if able <= most else f"the scheduler ({ceil(most / core / CORES)} machines would do)"
    return f"| {machines} | {speed:,.0f} | {_hours(IMAGES / speed)} | {by} |"


def _images_of(outcome: Outcome) -> int:
    """Return how many images an outcome's sentence speaks of."""
    return int(next(word for word in outcome.what.split() if word[0].isdigit()).replace(",", ""))


def _hours(seconds: float) -> str:
    hours = seconds / _HOUR
    return f"{hours:.1f} hours" if hours < 100 else f"{hours / 24:.0f} days"


def _million(count: int) -> str:
    return f"{count // 10**6} million"
