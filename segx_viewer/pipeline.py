"""One image, start to end: checks, classification, segmentation, attribution, SegX, SegU. No Qt here.

`analyse` yields an ever fuller `Analysis`. torch is imported when the first analysis runs, so that importing this
module costs nothing.
"""

import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from segx_viewer import __version__
from segx_viewer.bundles.manifest import CUT
from segx_viewer.domain.geometry import Placement
from segx_viewer.domain.image import MedicalImage
from segx_viewer.domain.methods import COMBINED, DISAGREEMENT, METHODS, MethodInfo, Needs
from segx_viewer.domain.request import AnalysisRequest, CancelToken, Progress, Stage
from segx_viewer.domain.result import (
    Agreement,
    Alignment,
    Analysis,
    Certainty,
    Explanation,
    GateLevel,
    GateVerdict,
    MapKey,
    Prediction,
    Segmentation,
    Target,
)
from segx_viewer.domain.tables import as_texts
from segx_viewer.errors import ModelError, lacks_memory, library_needed, worded
from segx_viewer.explain.alignment import COSTLY
from segx_viewer.explain.calibration import Calibration
from segx_viewer.explain.promises import Promises
from segx_viewer.explain.ranking import Region, UndefinedAlignment
from segx_viewer.explain.reassess import (
    costly_alignments,
    drawn_region,
    input_spacing,
    predicted_region,
    reassess,
    with_alignments,
)
from segx_viewer.explain.segu import assess, is_stated, unjudged, unstated
from segx_viewer.explain.segx import segx_map
from segx_viewer.imaging.display import to_display
from segx_viewer.imaging.margins import content_box
from segx_viewer.inference.features import NETWORK_FEATURES
from segx_viewer.inference.input_gate import gate_of, worst
from segx_viewer.inference.predictor import Levels, as_bytes, normalise, place, to_prediction
from segx_viewer.inference.roads import ready_runner, torch_runner
from segx_viewer.inference.runner import Runner, Scores, Wish
from segx_viewer.inference.segmenter import regions_of
from segx_viewer.networks.threads import is_one_of_many

if TYPE_CHECKING:
    from segx_viewer.bundles.manifest import ModelBundle, Preprocessing
    from segx_viewer.bundles.store import BundleStore

__all__ = ["analyse", "analyse_to_end", "library_versions", "reassess"]

Answer = TypeVar("Answer")

# Share of an analysis that is done when a stage begins.
_BEGINS = {Stage.CHECK: 0.0, Stage.CLASSIFY: 0.1, Stage.SEGMENT: 0.35, Stage.ATTRIBUTE: 0.6, Stage.SEGU: 0.9}
_LARGE = 2**24
"""Pixels of a picture that is not kept while networks run."""

_TURN_SECONDS = 0.002
"""Enough for a thread to begin, where a processor is free for it."""

_NO_BASELINES = worded(
    "The model keeps no images that Gradient SHAP as published starts from (calibrate --as-published); this is the "
    "program's own."
)
_LIBRARIES = ("torch", "onnxruntime", "timm", "segmentation-models-pytorch", "captum", "pydicom", "numpy")


def analyse(
    request: AnalysisRequest,
    store: "BundleStore",
    *,
    cancel: CancelToken | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    evidence_views: Sequence[str] | None = None,
) -> Iterator[Analysis]:
    """Analyse an image.

    Parameters
    ----------
    request : AnalysisRequest
    store : BundleStore
    cancel : CancelToken, optional
        Looked at between stages and batches.
    on_progress : callable, optional
    evidence_views : sequence of str, optional
        Collect every feature a calibration could use, with these test-time views, whatever the bundle's own
        calibration needs; for calibrating.

    Yields
    ------
    Analysis
        Each fuller than the last; the last one has ``complete=True``. An image that the gate refuses ends with
        the verdict and no prediction.

    Raises
    ------
    SegxError
        If the models are missing or damaged, memory runs out, or the analysis was cancelled.
    """
    run = _Run(request, store, cancel or CancelToken(), on_progress or (lambda _progress: None), evidence_views)
    while True:
        try:
            for analysis in run.stages():
                yield analysis
                if not analysis.complete:
                    run.cancel.raise_if_cancelled()
        except ModuleNotFoundError as error:
            if (needed := library_needed(error)) is None:
                raise
            raise needed from error
        except (MemoryError, RuntimeError) as error:
            if not lacks_memory(error):
                raise
            device = store.device
            if not store.fall_back():
                raise ModelError(
                    "There is not enough memory for this analysis; close other images and try again."
                ) from error
            note = f"The memory of the device {device} ran out; this was computed on the processor."
            run = replace(run, warnings=(*run.warnings, note), timings={}, late={})
        else:
            return


def analyse_to_end(
    request: AnalysisRequest,
    store: "BundleStore",
    *,
    cancel: CancelToken | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    evidence_views: Sequence[str] | None = None,
) -> Analysis:
    """Return the complete analysis; parameters and errors are those of `analyse`."""
    steps = analyse(request, store, cancel=cancel, on_progress=on_progress, evidence_views=evidence_views)
    *_, last = steps
    return last


@dataclass(eq=False)
class _Runners:
    """The runner that classified, and torch's for what it cannot do, made when it is first needed."""

    first: Runner
    by_torch: Callable[[], Runner]
    _second: Runner | None = None

    def that_explains(self, method: str, wish: Wish) -> Runner:
        return self.first if self.first.explains(method, wish) else self._other()

    def evidence(
        self,
        needed: Sequence[str],
        prediction: Prediction,
        segmentation: Segmentation,
        saliency_map: NDArray[np.float32],
        views: Sequence[str],
        class_index: int,
    ) -> dict[str, float]:
        found = self.first.evidence(needed, prediction, segmentation, saliency_map, views, class_index)
        if found is None:
            found = self._other().evidence(needed, prediction, segmentation, saliency_map, views, class_index)
        return found or {}

    def _other(self) -> Runner:
        if self._second is None:
            self._second = self.by_torch()
        return self._second


Entered = tuple["ModelBundle", Runner, NDArray[np.float32], Scores]
"""A bundle that takes an image: what runs it, the image as its input, and what its classifier gave."""


@dataclass(eq=False)
class _Picture:
    """An image as it is displayed. A large one is made again when it is needed again, not kept beside the networks."""

    image: MedicalImage
    _pixels: NDArray[np.uint8] | None
    _content: tuple[slice, slice] | None = None

    @property
    def pixels(self) -> NDArray[np.uint8]:
        if self._pixels is None:
            self._pixels = to_display(self.image)
        return self._pixels

    def place(self, how: "Preprocessing") -> tuple[Levels, Placement]:
        """Bring it to the grid of a network's input; for several of them its margins are looked for once."""
        if how.margins == CUT and self._content is None:
            self._content = content_box(self.pixels)
        return place(self.pixels, how, self.image.stretch, self._content)

    def let_go(self) -> None:
        if self.pixels.size > _LARGE and not self.image.is_colour:
            self._pixels = None


@dataclass(eq=False)
class _Run:
    """One analysis in progress."""

    request: AnalysisRequest
    store: "BundleStore"
    cancel: CancelToken
    on_progress: Callable[[Progress], None]
    evidence_views: Sequence[str] | None
    timings: dict[str, float] = field(default_factory=dict)
    furthest: float = 0.0
    placing: dict[str, Future[tuple[Levels, Placement]]] = field(default_factory=dict)
    """By a bundle's name, what its segmenter will see, where that is made beside something else."""
    late: dict[MapKey, tuple[Callable[[], dict[str, Alignment]], Future[dict[str, Alignment]]]] = field(
        default_factory=dict
    )
    warnings: tuple[str, ...] = ()

    def stages(self) -> Iterator[Analysis]:
        image = self.request.image
        with self._stage(Stage.CHECK):
            picture = _Picture(image, to_display(image))
        analysis, prepared = self._choose_bundle(image, picture)
        yield analysis
        if prepared is None:
            yield self._finished(analysis)
            return
        bundle, runner, inputs, scores = prepared
        self._check_request(bundle)
        prediction = to_prediction(scores.logits, bundle.classes, bundle.activation)
        promises = Promises.from_manifest(bundle.promises, [c.code for c in bundle.classes], bundle.not_kept)
        if promises is not None:
            sets = promises.of(prediction.probabilities)
            prediction = replace(prediction, sets=sets, missed=promises.missed)
        analysis = replace(analysis, prediction=prediction)
        yield analysis
        with self._stage(Stage.SEGMENT):
            found = self._segment(bundle, runner, picture, inputs, analysis.placement)
            if self.request.mask_override is not None:
                found = [drawn_region(region, self.request.mask_override) for region in found]
            named = {region.name: region for region in found if len(found) > 1}
            analysis = replace(analysis, segmentation=found[0], regions=named)
        yield analysis
        # Alignments that take their time are computed beside what follows, and do not delay the badge.
        with _Later() if is_one_of_many() else ThreadPoolExecutor(1, "alignments") as helper:
            try:
                analysis = yield from self._explain(analysis, bundle, promises, runner, inputs, helper)
                with self._stage(Stage.SEGU):
                    analysis = self._with_late_alignments(analysis)
            finally:
                helper.shutdown(wait=False, cancel_futures=True)
        yield self._finished(analysis)

    def _segment(
        self,
        bundle: "ModelBundle",
        runner: Runner,
        picture: "_Picture",
        inputs: NDArray[np.float32],
        placement: Placement,
    ) -> list[Segmentation]:
        """Find the bundle's regions, on the classifier's grid also where the segmenter sees the image otherwise."""
        how = bundle.segmenter_input
        if how == bundle.preprocessing:
            return regions_of(runner.segment(inputs), bundle)
        begun = self.placing.pop(bundle.info.name, None)
        placed, own = picture.place(how) if begun is None else begun.result()
        picture.let_go()
        return regions_of(runner.segment(normalise(placed, how)[None]), bundle, (own, placement))

    def _with_late_alignments(self, analysis: Analysis) -> Analysis:
        found = []
        for key, (outlines, transport) in self.late.items():
            self.cancel.raise_if_cancelled()
            explanation = analysis.explanations[key]
            if explanation.certainty is not None:
                certainty = with_alignments(explanation.certainty, outlines() | transport.result())
                found.append(replace(explanation, certainty=certainty))
        return analysis.with_explanations(*found)

    def _choose_bundle(self, image: MedicalImage, picture: "_Picture") -> tuple[Analysis, Entered | None]:
        """Return the bundle that fits the image best, with what it needs; or the refusal that came nearest to fitting.

        The first rank that accepts the image has it, and in it the bundle whose images it is most like; where none
        accepts it, it is outside what the first one learned from that does not refuse it.
        """
        from segx_viewer.inference.input_gate import gate_of, ranks

        name = self.request.bundle_name
        refusals: list[tuple[tuple[bool, bool, float], Analysis]] = []
        outside: list[tuple[float, Analysis, Entered]] = []
        for equals in [[self.store.get(name)]] if name else ranks(self.store, image):
            accepted: list[tuple[float, Analysis, Entered]] = []
            for bundle in equals:
                self.cancel.raise_if_cancelled()
                analysis, prepared = self._enter(bundle, image, picture)
                strangeness = gate_of(self.store, bundle.info.name).strangeness(analysis.gate)
                if prepared is None:
                    # By features rather than at first sight, by what the image shows rather than by its modality.
                    how = (analysis.gate.score is None, image.modality not in bundle.modalities, strangeness)
                    refusals.append((how, analysis))
                    continue
                fits = analysis.gate.level is GateLevel.ACCEPTED
                (accepted if fits else outside).append((strangeness, analysis, prepared))
            if accepted:
                accepted.sort(key=itemgetter(0))
                (_, best, entered), *others = accepted
                return replace(best, also_fits=tuple(other.bundle for _, other, _ in others)), entered
        if outside:
            return outside[0][1], outside[0][2]
        return min(refusals, key=itemgetter(0))[1], None

    def _enter(
        self, bundle: "ModelBundle", image: MedicalImage, picture: "_Picture"
    ) -> tuple[Analysis, Entered | None]:
        gate = gate_of(self.store, bundle.info.name)
        with self._stage(Stage.CHECK):
            placed, placement = picture.place(bundle.preprocessing)
            inputs = normalise(placed, bundle.preprocessing)[None]
            looks = gate.check_picture(as_bytes(placed[_extent(placement)]), colour=_colour_of(picture.pixels))
            part = _part(placement) if bundle.preprocessing.margins == CUT else ...
            with self._placing_for_segmenter(bundle, picture):
                verdict = worst(gate.check_header(image), looks, gate.check_look(picture.pixels[part]))
        if verdict.level is GateLevel.REFUSED:
            return self._begin(bundle, placement, verdict), None

        picture.let_go()
        with self._stage(Stage.CLASSIFY):
            runner = self._runner(bundle)
            scores = runner.classify(inputs)
            verdict = worst(verdict, gate.check_features(scores.features))
        begun = self._begin(bundle, placement, verdict)
        return begun, None if verdict.level is GateLevel.REFUSED else (bundle, runner, inputs, scores)

    @contextmanager
    def _placing_for_segmenter(self, bundle: "ModelBundle", picture: "_Picture") -> Iterator[None]:
        """Bring a large picture to the segmenter's grid beside what is done meanwhile, also a pass over it."""
        how, pixels = bundle.segmenter_input, picture.pixels
        if how == bundle.preprocessing or pixels.size <= _LARGE:
            yield
            return
        with ThreadPoolExecutor(1, "place") as helper:
            self.placing[bundle.info.name] = helper.submit(picture.place, how)
            yield

    def _runner(self, bundle: "ModelBundle") -> Runner:
        """Ready graphs where there are some and they can give what a calibration to be fitted asks for."""
        ready = None if self.evidence_views is not None else ready_runner(self.store, bundle.info.name)
        return ready or torch_runner(self.store, bundle.info.name)

    def _begin(self, bundle: "ModelBundle", placement: Placement, verdict: GateVerdict) -> Analysis:
        return Analysis(
            image=self.request.image,
            bundle=bundle.info,
            placement=placement,
            gate=verdict,
            generation=self.request.generation,
            versions=library_versions(),
            warnings=self.warnings,
        )

    def _check_request(self, bundle: "ModelBundle") -> None:
        count = len(bundle.classes)
        for k in self.request.classes or ():
            if not 0 <= k < count:
                raise ModelError(f"{bundle.info.title}: there is no class {k}; the classes are 0 to {count - 1}.")

    def _explain(
        self,
        analysis: Analysis,
        bundle: "ModelBundle",
        promises: Promises | None,
        runner: Runner,
        inputs: NDArray[np.float32],
        helper: Executor,
    ) -> Generator[Analysis, None, Analysis]:
        """Add maps, each with SegX and with SegU but for the late alignments; return the last analysis."""
        prediction, main = analysis.predicted.prediction, analysis.predicted.region
        # Every finding; where none lies above its cut-off, what comes nearest to one.
        classes = self.request.classes or prediction.findings or (prediction.top,)
        methods, note = _methods(self.request.methods, bundle)
        if note:
            analysis = replace(analysis, warnings=(*analysis.warnings, note))
        if self.request.as_published and any(m.name == "gradient_shap" for m in methods) and not bundle.baselines:
            analysis = replace(analysis, warnings=(*analysis.warnings, _NO_BASELINES))
        calibration = None
        if not self.request.as_published:
            calibration = Calibration.from_manifest(bundle.calibration, promises.levels if promises else None)
        target = Target.PROBABILITY if self.request.as_published else Target.LOGIT
        spacing = input_spacing(analysis.image, analysis.placement)
        regions: dict[Segmentation, Region] = {s: Region(s.mask, spacing) for s in (main, *analysis.regions.values())}
        target_layer = self.store.target_layer(bundle.info.name)
        runners = _Runners(runner, partial(self._classified_by_torch, bundle, inputs))
        for number, method in enumerate(methods):
            agreements: dict[int, Agreement | None] = {}
            wish = Wish(
                target=target,
                scaled=self.request.as_published,
                cancel=self.cancel,
                on_fraction=partial(self._share_of, number, len(methods), method.label),
                on_agreement=agreements.__setitem__,
            )
            layer = target_layer if method.needs is Needs.LAYER else None
            spent: dict[int, float] = {}
            started = time.perf_counter()
            # A slow method gives a class's map more than once, ever finer.
            for k, saliency_map in runners.that_explains(method.name, wish).maps(method.name, classes, wish):
                self.cancel.raise_if_cancelled()
                seconds = time.perf_counter() - started
                self._count(Stage.ATTRIBUTE, seconds)
                spent[k] = spent.get(k, 0.0) + seconds
                attribution = Explanation(
                    method.name, layer, k, target, saliency_map, spent[k], agreement=agreements.get(k)
                )
                saliency_map = attribution.saliency_map  # the same object for all, or each would sort its own
                key = (method.name, k)
                segmentation = analysis.region_for(k) or main
                region = regions[segmentation]
                with self._timed(Stage.SEGU):
                    if key in self.late:  # a finer map takes the place of a coarser one
                        self.late[key][1].cancel()
                    transport = self._begin_transport(saliency_map, region, helper)
                    evidence = self._evidence(calibration, bundle, runners, analysis.seen_for(k), attribution)
                    certainty = self._assess(attribution, analysis.seen_for(k), region, calibration, evidence)
                    segx = segx_map(saliency_map, segmentation.mask)
                    self.late[key] = partial(costly_alignments, saliency_map, region, ("hd95", "assd")), transport
                analysis = analysis.with_explanations(
                    replace(attribution, region=segmentation, segx=segx, certainty=certainty)
                )
                yield analysis
                started = time.perf_counter()
        return analysis

    def _begin_transport(
        self, saliency_map: NDArray[np.float32], region: Region, helper: Executor
    ) -> Future[dict[str, Alignment]]:
        """Begin to compute the earth mover's distance.

        Its solver runs beside Python, what prepares its problem would only take turns with the badge: that is done
        first, and where nothing else is being solved, the solver is given time to begin. A thread that has to wait for
        its turn before that has to wait for milliseconds.
        """
        begun = threading.Event()
        with suppress(UndefinedAlignment):
            pair = region.on(saliency_map)
            _, pair.before_solving = pair.transport, begun.set
        is_idle = all(transport.done() for _, transport in self.late.values())
        transport = helper.submit(costly_alignments, saliency_map, region, ("emd",))
        if is_idle and isinstance(helper, ThreadPoolExecutor):
            transport.add_done_callback(lambda _: begun.set())
            begun.wait(_TURN_SECONDS)
        return transport

    def _evidence(
        self,
        calibration: Calibration | None,
        bundle: "ModelBundle",
        runners: "_Runners",
        analysis: Analysis,
        attribution: Explanation,
    ) -> dict[str, float]:
        """Collect what the calibration needs beside the alignments, for the predicted region."""
        fitting = self.evidence_views is not None
        if not fitting and (calibration is None or not _applies(attribution, analysis)):
            return {}
        end = analysis.predicted
        return runners.evidence(
            NETWORK_FEATURES if calibration is None or fitting else calibration.features,
            end.prediction,
            predicted_region(end.region),
            attribution.saliency_map,
            as_texts(bundle.calibration["views"]) if self.evidence_views is None else self.evidence_views,
            attribution.class_index,
        )

    def _classified_by_torch(self, bundle: "ModelBundle", inputs: NDArray[np.float32]) -> Runner:
        runner = torch_runner(self.store, bundle.info.name)
        runner.classify(inputs)
        return runner

    def _assess(
        self,
        attribution: Explanation,
        analysis: Analysis,
        region: Region,
        calibration: Calibration | None,
        evidence: Mapping[str, float],
    ) -> Certainty:
        end = analysis.predicted
        applies = _applies(attribution, analysis) and not end.region.edited
        certainty = assess(
            attribution.saliency_map,
            end.region,
            analysis.gate,
            calibration=calibration if applies else None,
            features=evidence,
            region=region,
            predicted=is_stated(end.prediction, attribution.class_index),
            unstated=unstated(end.prediction, attribution.class_index),
            code=end.prediction.classes[attribution.class_index].code,
            skip=COSTLY,
        )
        if attribution.method == DISAGREEMENT:
            certainty = unjudged(certainty)
        return replace(certainty, evidence=evidence)

    def _share_of(self, number: int, total: int, label: str, fraction: float) -> None:
        self._attributing((number + fraction) / total, label)

    def _attributing(self, fraction: float, label: str) -> None:
        begin, end = _BEGINS[Stage.ATTRIBUTE], _BEGINS[Stage.SEGU]
        self._tell(Stage.ATTRIBUTE, begin + fraction * (end - begin), label)

    def _finished(self, analysis: Analysis) -> Analysis:
        self._tell(Stage.DONE, 1.0)
        return replace(analysis, timings=self.timings, complete=True)

    def _tell(self, stage: Stage, fraction: float, text: str = "") -> None:
        """Report progress, which never goes back: a second bundle may be asked after the first."""
        self.furthest = max(self.furthest, fraction)
        self.on_progress(Progress(stage, self.furthest, text))

    def _count(self, stage: Stage, seconds: float) -> None:
        self.timings[stage.value] = self.timings.get(stage.value, 0.0) + seconds

    @contextmanager
    def _stage(self, stage: Stage) -> Iterator[None]:
        self.cancel.raise_if_cancelled()
        self._tell(stage, _BEGINS[stage])
        with self._timed(stage):
            yield

    @contextmanager
    def _timed(self, stage: Stage) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self._count(stage, time.perf_counter() - started)


class _Later(Executor):
    """Does what is submitted when its result is asked for: where there is no processor for a second thread."""

    def submit(self, fn: Callable[..., Answer], /, *given: object, **named: object) -> Future[Answer]:
        return _LaterFuture(partial(fn, *given, **named))


class _LaterFuture(Future[Answer]):
    def __init__(self, work: Callable[[], Answer]) -> None:
        super().__init__()
        self._work = work

    def result(self, timeout: float | None = None) -> Answer:
        if not self.done():
            self.set_result(self._work())
        return super().result(timeout)


def _applies(attribution: Explanation, analysis: Analysis) -> bool:
    """Calibrations are fitted on Grad-CAM of the predicted class, or of every finding that is stated."""
    k = attribution.class_index
    return attribution.method == "gradcam" and is_stated(analysis.predicted.prediction, k)


def _methods(names: Sequence[str], bundle: "ModelBundle") -> tuple[list[MethodInfo], str]:
    """Return the methods asked for; those that cannot explain the bundle are replaced, which the note says."""
    known = METHODS | COMBINED
    for name in names:
        if name not in known:
            raise ModelError(f"There is no attribution method {name!r}; there are {', '.join(known)}.")
    methods = [known[name] for name in names]
    usable = bundle.info.methods
    unfit = [method.label for method in methods if usable and method.name not in usable]
    if not unfit:
        return methods, ""
    instead = METHODS[usable[0]]
    kept = dict.fromkeys(method if method.name in usable else instead for method in methods)
    note = f"{', '.join(unfit)}: not possible for this model, which gives no gradients; {instead.label} instead."
    return list(kept), note


def _extent(placement: Placement) -> tuple[slice, slice]:
    """Rows and columns of the input that the picture covers: the margins around it say nothing about it."""
    (H, W), (rows, columns), (top, left) = placement.image_shape, placement.scale, placement.offset
    return (
        slice(max(0, round(top)), max(1, round(top + H * rows))),
        slice(max(0, round(left)), max(1, round(left + W * columns))),
    )


def _part(placement: Placement) -> tuple[slice, slice]:
    """Rows and columns of the picture that lie in the input: its margins were cut off."""
    (left, top), (right, bottom) = (placement.to_image_xy(xy) for xy in ((0.0, 0.0), placement.input_shape[::-1]))
    return slice(max(0, round(top)), max(1, round(bottom))), slice(max(0, round(left)), max(1, round(right)))


def _colour_of(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return picture if picture.ndim == 3 else np.repeat(picture[::16, ::16, None], 3, axis=2)


@cache
def library_versions() -> Mapping[str, str]:
    """Return the versions of the libraries that compute a result."""
    found = {"segx-viewer": __version__}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return MappingProxyType(found)
