"""Many images without a window: each one alone may fail, the others are still done."""

import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from segx_viewer import pipeline
from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.domain.result import Analysis
from segx_viewer.errors import SegxError
from segx_viewer.imaging.reader import read_image
from segx_viewer.imaging.study import collect_files
from segx_viewer.inference.store import BundleStore
from segx_viewer.reporting.content import default_key, method_label, percent, pixel_digest
from segx_viewer.reporting.png import write_png_report
from segx_viewer.reporting.table import write_json


@dataclass(frozen=True, slots=True)
class Batch:
    """What to analyse and how; see ``segx-viewer analyze --help``."""

    paths: tuple[Path, ...]
    out: Path
    bundle: str | None = None
    methods: tuple[str, ...] = ("gradcam",)
    classes: tuple[str, ...] = ()
    include_identity: bool = False
    verbose: bool = False


def run_batch(batch: Batch) -> int:
    """Analyse every file. Returns 0 when all were done, 1 when some failed, 2 when the options contradict."""
    screen = Console(stderr=True, highlight=False)
    store = BundleStore()
    try:
        classes = _class_indices(batch, store)
    except SegxError as error:
        screen.print(f"segx-viewer: {error}", markup=False)
        return 2
    files = _files(batch.paths)
    if not files:
        screen.print("segx-viewer: there is no file to analyse.", markup=False)
        return 1
    failures = 0
    with _progress(screen) as progress:
        task = progress.add_task("", total=len(files))
        for number, path in enumerate(files, 1):
            progress.update(task, completed=number - 1, description=path.name)
            try:
                analysis = _analyse(path, batch, classes, store, progress, task, number - 1)
                name = output_name(number, analysis)
                write_results(analysis, batch.out, name, include_identity=batch.include_identity)
            except SegxError as error:
                failures += 1
                progress.console.print(f"failed  {path}: {error}", markup=False, soft_wrap=True)
            except Exception as error:  # noqa: BLE001 - one image's accident must not cost the others their results
                failures += 1
                progress.console.print(
                    f"failed  {path}: unexpected {type(error).__name__}: {error}", markup=False, soft_wrap=True
                )
                if batch.verbose:
                    traceback.print_exc()
            else:
                progress.console.print(f"{name}  {path}: {summary(analysis)}", markup=False, soft_wrap=True)
        progress.update(task, completed=len(files), description="")
    done = len(files) - failures
    screen.print(f"{done} of {len(files)} analysed; results in {batch.out}", markup=False, soft_wrap=True)
    return 1 if failures else 0


def write_results(analysis: Analysis, folder: Path, name: str, *, include_identity: bool = False) -> tuple[Path, Path]:
    """Write the PNG report and the JSON record of one image. Returns their paths."""
    report, record = folder / f"{name}.png", folder / f"{name}.json"
    write_png_report(analysis, report, include_identity=include_identity)
    write_json(analysis, record, include_identity=include_identity)
    return report, record


def output_name(number: int, analysis: Analysis) -> str:
    """Return what an image is called in the results: its number and its pixels' hash, nobody's name."""
    return f"{number:04d}-{pixel_digest(analysis.image)[:8]}"


def summary(analysis: Analysis) -> str:
    """Return the result in one line."""
    key = default_key(analysis)
    certainty = analysis.certainties.get(key) if key else None
    if analysis.prediction is None:
        return f"no finding. {analysis.gate.reason}".strip()
    prediction = analysis.prediction
    index = key[1] if key else prediction.top
    words = f"{prediction.classes[index].label} {percent(float(prediction.probabilities[index]))}"
    if certainty is None:
        return words
    words += f", certainty {certainty.level.value}"
    if certainty.c_auitc is not None:
        words += f" (SegU {certainty.c_auitc:.2f})"
    if certainty.outside is not None:
        words += f", {percent(certainty.outside)} outside the {analysis.bundle.region}"
    return f"{words}. {method_label(key[0])}. {certainty.reason}".strip() if key else words


def _files(paths: Sequence[Path]) -> list[Path]:
    """Files stay in the order given, folders are opened; a missing file stays, so that its failure is told."""
    found: dict[Path, None] = {}
    for path in paths:
        found |= dict.fromkeys(collect_files([path]) if path.is_dir() else [path])
    return list(found)


def _class_indices(batch: Batch, store: BundleStore) -> tuple[int, ...] | None:
    bundle = store.get(batch.bundle) if batch.bundle else None
    if not batch.classes:
        return None
    if bundle is None:
        raise SegxError("--class needs --bundle, because classes belong to a model.")
    codes = [info.code for info in bundle.classes]
    unknown = [code for code in batch.classes if code not in codes]
    if unknown:
        raise SegxError(f"{batch.bundle} has no class {unknown[0]}; it has {', '.join(codes)}.")
    return tuple(codes.index(code) for code in batch.classes)


def _analyse(
    path: Path,
    batch: Batch,
    classes: tuple[int, ...] | None,
    store: BundleStore,
    progress: Progress,
    task: TaskID,
    before: int,
) -> Analysis:
    request = AnalysisRequest(read_image(path), 0, batch.bundle, batch.methods, classes)
    return pipeline.analyse_to_end(
        request, store, on_progress=lambda p: progress.update(task, completed=before + p.fraction)
    )


def _progress(screen: Console) -> Progress:
    return Progress(
        BarColumn(24),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.description}", markup=False),
        console=screen,
        transient=True,
        disable=not sys.stderr.isatty(),
    )
