"""How the badge does on pictures that differ from those it was fitted on: worse files, other devices, other framing.

A promise holds for images like the calibration images. Each picture of a sample is changed in one way at a time, and
answer, level, prediction set and the gate's word are compared with those of the picture as it is.
"""

from collections.abc import Callable, Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from segx_viewer.bundles.store import BundleStore
from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.domain.result import Analysis, GateLevel, Level, PredictionSet
from segx_viewer.evaluation.fit import picture_image
from segx_viewer.evaluation.results import Share, ShiftFigures, Shifts
from segx_viewer.evaluation.rows import ShiftedAnswer, ShiftEntry, ShiftRow
from segx_viewer.evaluation.statistics import Resampler
from segx_viewer.evaluation.strangers import judge
from segx_viewer.pipeline import analyse_to_end
from segx_viewer.training.datasets import Record

Picture = NDArray[np.uint8]
METHOD = "gradcam"
UNCHANGED = "as it is"
REFERENCE_SIDE = 224
"""Side of a picture for which the sizes of blur are said."""


def _jpeg(picture: Picture, _rng: np.random.Generator) -> Picture:
    data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 30])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def _blur(picture: Picture, _rng: np.random.Generator) -> Picture:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 2 * max(picture.shape[:2]) / REFERENCE_SIDE), np.uint8)


def _noise(picture: Picture, rng: np.random.Generator) -> Picture:
    grain = rng.normal(0, 12, (*picture.shape[:2], 1))
    return np.asarray(np.clip(picture + grain, 0, 255), np.uint8)


def _levels(picture: Picture, change: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> Picture:
    table = np.clip(change(np.linspace(0, 1, 256)), 0, 1) * 255
    return np.asarray(cv2.LUT(picture, table.astype(np.uint8)), np.uint8)


def _half(picture: Picture, _rng: np.random.Generator) -> Picture:
    size = max(1, picture.shape[1] // 2), max(1, picture.shape[0] // 2)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _closer(picture: Picture, _rng: np.random.Generator) -> Picture:
    H, W = picture.shape[:2]
    return picture[H // 10 : H - H // 10, W // 10 : W - W // 10]


def _framed(picture: Picture, _rng: np.random.Generator) -> Picture:
    H, W = (round(0.12 * side) for side in picture.shape[:2])
    return np.asarray(cv2.copyMakeBorder(picture, H, H, W, W, cv2.BORDER_CONSTANT, value=(0, 0, 0)), np.uint8)


def _scanner(picture: Picture, _rng: np.random.Generator) -> Picture:
    """Another curve from exposure to grey, steeper in the middle."""
    return _levels(picture, lambda v: 0.5 + 0.5 * np.tanh(3.2 * (v**0.8 - 0.5)) / np.tanh(1.6))


def _light(picture: Picture, _rng: np.random.Generator) -> Picture:
    """Another lamp: warmer, where there are colours."""
    return np.asarray(np.clip(picture * np.array([1.08, 1.0, 0.88]), 0, 255), np.uint8)


SHIFTS: Mapping[str, Callable[[Picture, np.random.Generator], Picture]] = {
    UNCHANGED: lambda picture, _rng: picture,
    "JPEG 30": _jpeg,
    "blur, 2 px at 224": _blur,
    "noise, 12 of 255": _noise,
    "brighter by 0.15": lambda picture, _rng: _levels(picture, lambda v: v + 0.15),
    "darker by 0.15": lambda picture, _rng: _levels(picture, lambda v: v - 0.15),
    "contrast x 0.6": lambda picture, _rng: _levels(picture, lambda v: 0.5 + 0.6 * (v - 0.5)),
    "contrast x 1.4": lambda picture, _rng: _levels(picture, lambda v: 0.5 + 1.4 * (v - 0.5)),
    "half the resolution": _half,
    "closer, 80 %": _closer,
    "a fifth cut off at one side": lambda picture, _rng: picture[:, picture.shape[1] // 5 :],
    "mirrored": lambda picture, _rng: np.ascontiguousarray(picture[:, ::-1]),
    "black frame, 12 %": _framed,
    "another curve of grey": _scanner,
    "another light": _light,
}
"""What is done to a picture (H, W, 3); grey pictures have three equal channels."""


def shift_row(record: Record, open_store: BundleStore, store: BundleStore, name: str) -> ShiftRow:
    """Analyse an image under every shift: answers come from `open_store`, the gate's verdict from `store`."""
    pixels = record.read_image()
    grey = bool(np.array_equal(pixels[..., 0], pixels[..., 1]) and np.array_equal(pixels[..., 1], pixels[..., 2]))
    entries = {}
    for shift, change in SHIFTS.items():
        if grey and shift == "another light":
            continue
        rng = np.random.default_rng([*record.image_id.encode()])
        image = picture_image(np.ascontiguousarray(change(pixels, rng)), record.image.name)
        analysis = analyse_to_end(AnalysisRequest(image, bundle_name=name, methods=(METHOD,)), open_store)
        entries[shift] = _entry(judge(store, name, image).level.value, analysis, record.codes)
    return ShiftRow(record.image_id, record.group, entries)


def _entry(gate: str, analysis: Analysis, truth: Sequence[str]) -> ShiftEntry:
    prediction = analysis.predicted.prediction
    codes = [c.code for c in prediction.classes]
    answers = {}
    for k in prediction.findings:
        certainty = analysis.certainty_of((METHOD, k))
        level = Level.ABSTAIN if certainty is None else certainty.level
        answers[codes[k]] = ShiftedAnswer(codes[k] in truth, level.value)
    if not prediction.sets:
        return ShiftEntry(gate, answers)
    one = prediction.sets[0]
    if isinstance(one, PredictionSet):
        held = [codes[k] for k in one.classes]
        return ShiftEntry(gate, answers, len(held), tuple(code in held for code in truth))
    undecided = sum(p and a for p, a in zip(one.present, one.absent, strict=True))
    sides = zip(codes, one.present, one.absent, strict=True)
    covered = tuple(bool(present if code in truth else absent) for code, present, absent in sides)
    return ShiftEntry(gate, answers, int(undecided), covered)


def shifted(rows: Sequence[ShiftRow]) -> Shifts:
    """Return the figures of every shift.

    Returns
    -------
    Shifts
        By shift: `right` (share of the answers), `flipped` (share of the images whose answer is another one than that
        of the picture as it is), `gate` (shares), `levels` (shares of the answers, ABSTAIN where the gate does not
        accept), `right_at_high`, `coverage` (of the surest sets on accepted images), `set_size` (undecided findings,
        where there are several) and, of the images that flip, the shares of answers at HIGH before and after:
        `high_before` and, with and without the gate, `high_after` and `high_after_without_gate`.
    """
    by_shift = {}
    for shift in SHIFTS:
        seen = [(row, row.shifts[shift], row.shifts[UNCHANGED]) for row in rows if shift in row.shifts]
        if seen:
            by_shift[shift] = _figures([row.group for row, *_ in seen], [(now, was) for _, now, was in seen])
    return Shifts(len(rows), by_shift)


def _figures(groups: Sequence[str], pairs: Sequence[tuple[ShiftEntry, ShiftEntry]]) -> ShiftFigures:
    resampler = Resampler(np.unique(groups, return_inverse=True)[1])
    accepted = np.array([now.gate == GateLevel.ACCEPTED.value for now, _ in pairs])
    flipped = np.array([set(now.answers) != set(was.answers) for now, was in pairs])
    answers = [(a, ok) for (now, _), ok in zip(pairs, accepted, strict=True) for a in now.answers.values()]
    levels = [a.level if ok else Level.ABSTAIN.value for a, ok in answers]
    right = np.array([np.mean([float(a.correct) for a in now.answers.values()] or [np.nan]) for now, _ in pairs])
    at_high = [a.correct for (a, _), level in zip(answers, levels, strict=True) if level == Level.HIGH.value]
    turned = [(now, was, ok) for (now, was), ok, turn in zip(pairs, accepted, flipped, strict=True) if turn]
    sizes = [now.size for now, _ in pairs if now.size is not None]
    covered = np.array([np.mean(now.covered) if now.covered else np.nan for now, _ in pairs])
    return ShiftFigures(
        n=len(pairs),
        right=resampler.mean(right).rounded(),
        flipped=resampler.mean(flipped.astype(float)).rounded(),
        gate={level.name.lower(): _share([now.gate == level.value for now, _ in pairs]) for level in GateLevel},
        levels={level.value: _share([one == level.value for one in levels]) for level in Level},
        right_at_high=Share(_share(at_high), len(at_high)),
        high_before=_high([was for _, was, _ in turned]),
        high_after=_high([now for now, _, ok in turned if ok], of=len(turned)),
        high_after_without_gate=_high([now for now, _, _ in turned]),
        coverage=resampler.mean(covered, accepted).rounded() if sizes else None,
        set_size=round(float(np.mean(sizes)), 3) if sizes else None,
    )


def _high(entries: Sequence[ShiftEntry], of: int | None = None) -> float | None:
    """Share of images with an answer at HIGH."""
    hits = [any(a.level == Level.HIGH.value for a in entry.answers.values()) for entry in entries]
    count = len(entries) if of is None else of
    return round(sum(hits) / count, 4) if count else None


def _share(hits: Sequence[bool]) -> float | None:
    return round(float(np.mean(hits)), 4) if len(hits) else None
