"""One image of a run, on whichever machine: analysed, written under its final name, told as a row."""

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from segx_viewer import pipeline
from segx_viewer.bundles.store import BundleStore
from segx_viewer.cohort.inputs import Input
from segx_viewer.cohort.options import Batch
from segx_viewer.cohort.outputs import output_name, write_outputs
from segx_viewer.cohort.remote import content as content_of
from segx_viewer.cohort.remote import fetched, results_folder
from segx_viewer.domain.image import MedicalImage
from segx_viewer.domain.methods import method_label
from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.domain.result import Activation, Analysis, MapKey, Prediction, stated
from segx_viewer.errors import DiskFullError, ExportError, SegxError, UnsupportedImageError
from segx_viewer.imaging.guarded import read_image_guarded
from segx_viewer.imaging.limits import Limits
from segx_viewer.reporting.content import default_key
from segx_viewer.reporting.panels import SIZES, ReportView
from segx_viewer.reporting.scrubbing import Scrubber
from segx_viewer.reporting.table import csv_row
from segx_viewer.reporting.words import percent

_NAMED = 3  # findings in a line of the terminal


@dataclass(frozen=True, slots=True)
class Task:
    """An image to analyse, and its number within the run."""

    item: Input
    number: int
    frame: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an image.

    Attributes
    ----------
    task : Task
    row : dict
        Of the run's table, with "status" "done", "failed" or "skipped".
    reason : str
        Why it is not done, with the file's name; "" where it is.
    full : bool
        The disk is full: every further image would fail alike.
    line : str
        The result in one line.
    """

    task: Task
    row: dict[str, object]
    reason: str = ""
    full: bool = False
    line: str = ""


def request_for(image: MedicalImage, number: int, batch: Batch, classes: tuple[int, ...] | None) -> AnalysisRequest:
    """Return what is asked of the pipeline."""
    return AnalysisRequest(image, number, batch.bundle, batch.methods, classes, as_published=batch.as_published)


def write_results(analysis: Analysis, number: int, batch: Batch) -> tuple[str, str]:
    """Write an image's files. Returns what they are called, and what went wrong with some of them.

    Raises
    ------
    DiskFullError
    """
    name = output_name(number, analysis)
    view = ReportView(dark=batch.theme == "dark", max_pixels=SIZES[batch.size])
    try:
        with results_folder(batch.out, batch.target) as folder:
            write_outputs(analysis, folder, name, batch.outputs, view=view, include_identity=batch.include_identity)
    except DiskFullError:
        raise
    except ExportError as error:  # what could be written has been
        return name, str(error)
    return name, ""


def read(item: Input, frame: int, limits: Limits) -> MedicalImage:
    """Return a frame of a file, wherever that lies. Raises `SegxError`."""
    with fetched(item) as path:
        return read_image_guarded(path, frame, limits)


def look_at(item: Input, batch: Batch) -> tuple[str, int]:
    """Return the hash of a file's content, and how many of its frames are analysed."""
    content = content_of(item)
    if batch.frame is not None:
        return content, 1
    try:
        return content, read(item, 0, batch.limits).source.frames
    except SegxError:
        return content, 1  # said when its turn comes


def carry_out(task: Task, batch: Batch, classes: tuple[int, ...] | None, store: BundleStore) -> Outcome:
    """Take one image from its file to its results; an error is its outcome, not raised."""
    found = analyse(task, lambda: read(task.item, task.frame, batch.limits), batch, classes, store)
    return found if isinstance(found, Outcome) else write(task, found, batch)


def analyse(
    task: Task,
    image: Callable[[], MedicalImage],
    batch: Batch,
    classes: tuple[int, ...] | None,
    store: BundleStore,
) -> Analysis | Outcome:
    """Analyse an image, which `image` returns or raises why it cannot be had; an error is its outcome, not raised."""
    try:
        return pipeline.analyse_to_end(request_for(image(), task.number, batch, classes), store)
    except Exception as error:  # noqa: BLE001 - one image's accident must not cost the others their results
        return failed(task, error, batch)


def write(task: Task, analysis: Analysis, batch: Batch) -> Outcome:
    """Write an image's results; an error is its outcome, not raised."""
    try:
        name, problem = write_results(analysis, task.number, batch)
        row = table_row(analysis, name, origin=batch.include_origin)
    except DiskFullError as error:
        return Outcome(task, {}, str(error), full=True)
    except Exception as error:  # noqa: BLE001 - as above
        return failed(task, error, batch)
    return failed(task, ExportError(problem), batch, row) if problem else Outcome(task, row, line=summary(analysis))


def table_row(analysis: Analysis, name: str, *, origin: bool = False) -> dict[str, object]:
    """Return an image's row: that of the CSV table, and what a cohort is looked at by.

    Parameters
    ----------
    analysis : Analysis
    name : str
        What the run calls the image.
    origin : bool
        Also the study's month, and the scanner's maker and model. Together they may single out a patient, and a
        month is a date of a person: HIPAA's Safe Harbor (45 CFR 164.514(b)(2)(i)(C)) lets only the year stay.
    """
    row = csv_row(analysis, name) | {"gate_distance": analysis.gate.score}
    if not origin:
        return row
    facts = analysis.image.acquisition
    date = facts.study_date
    return row | {
        "month": f"{date[:4]}-{date[4:6]}" if len(date) == len("YYYYMMDD") else "",
        "scanner": Scrubber(analysis.image)(facts.scanner),
    }


def failed(task: Task, error: Exception, batch: Batch, row: dict[str, object] | None = None) -> Outcome:
    """Return the outcome of an image that something went wrong with."""
    skipped = isinstance(error, UnsupportedImageError) and not task.item.named
    reason = str(error) if isinstance(error, SegxError) else f"unexpected {type(error).__name__}: {error}"
    if batch.verbose and not isinstance(error, SegxError):
        traceback.print_exception(error)
    row = {**(row or {"id": f"{task.number:04d}"}), "status": "skipped" if skipped else "failed"}
    return Outcome(task, {**row, "error": without_names(reason, task.item, batch)}, reason)


def without_names(reason: str, item: Input, batch: Batch) -> str:
    """Return a sentence without the file's name, unless names are asked for."""
    if not batch.include_identity:
        for name in (item.label, str(item.path), item.path.name):
            reason = reason.replace(name, "the file")
    return reason


def summary(analysis: Analysis) -> str:
    """Return the result in one line: what is stated, with how much certainty, or why there is no statement."""
    key, prediction = default_key(analysis), analysis.prediction
    if prediction is None:
        return f"no statement. {analysis.gate.reason}".strip()
    index = key[1] if key else prediction.top
    certainty = analysis.certainty_of(key)
    found = stated(analysis, key)
    if found is None:
        reason = certainty.reason if certainty is not None and certainty.reason else analysis.gate.reason
        score = _scored(prediction, index)
        return f"no statement. {reason} The network's own highest score, not relied on: {score}.".replace("  ", " ")
    if prediction.activation is Activation.SOFTMAX or found == (index,):
        words = _with_level(analysis, prediction, key, index)
    else:
        words = f"{_several(analysis, prediction, key, found)}. The map explains {_scored(prediction, index)}"
    if key is None or certainty is None:
        return words
    if certainty.c_auitc is not None:
        words += f" (SegU {certainty.c_auitc:.2f})"
    if certainty.outside is not None:
        words += f", {percent(certainty.outside)} outside the {analysis.seen_for(index).bundle.region}"
    return f"{words}. {method_label(key[0])}. {certainty.reason}".strip()


def _scored(prediction: Prediction, index: int) -> str:
    return f"{prediction.classes[index].label} {percent(float(prediction.probabilities[index]))}"


def _with_level(analysis: Analysis, prediction: Prediction, key: MapKey | None, index: int) -> str:
    """Name a class with its score and, where it is explained, its certainty."""
    certainty = analysis.certainty_of((key[0], index)) if key is not None else None
    words = _scored(prediction, index)
    return words if certainty is None else f"{words}, certainty {certainty.level.value}"


def _several(analysis: Analysis, prediction: Prediction, key: MapKey | None, found: Sequence[int]) -> str:
    """Name the first of several findings that are stated, and how many more are; or say that none is."""
    if not found:
        share = percent(prediction.none_of_them or 0.0)
        return f"no finding lies above its cut-off; taken together, {share} that it shows none of them"
    named = "; ".join(_with_level(analysis, prediction, key, k) for k in found[:_NAMED])
    return named if len(found) <= _NAMED else f"{named}; and {len(found) - _NAMED} more"
