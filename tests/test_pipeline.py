import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import torch

from segx_viewer import pipeline
from segx_viewer.bundles.manifest import read_manifest
from segx_viewer.bundles.store import BundleStore
from segx_viewer.bundles.writing import write_manifest
from segx_viewer.domain.request import AnalysisRequest, CancelToken, Stage
from segx_viewer.domain.result import GateLevel, Level, Target
from segx_viewer.errors import AnalysisCancelled, ModelError, SegxError
from segx_viewer.explain import distance
from segx_viewer.explain.alignment import ALIGNMENTS, COSTLY, all_alignments
from segx_viewer.explain.segu import NOT_CALIBRATED, NOT_PREDICTED, Calibration
from segx_viewer.imaging.display import to_display
from segx_viewer.inference.input_gate import InputGate, candidates, ranks
from segx_viewer.networks.threads import set_thread_count
from segx_viewer.paths import models_folder
from segx_viewer.pipeline import analyse, analyse_to_end, reassess
from segx_viewer.reporting.overlay import base_layer, compose, heatmap_layer, region_on_image, shared_scale

CORNERS = [(0.2, 0.15), (0.2, 0.85), (0.8, 0.15), (0.8, 0.85)]


@pytest.fixture(scope="module")
def skin_analysis(store, lesion):
    """Two classes by two methods."""
    methods = ("gradcam", "hirescam")
    return analyse_to_end(AnalysisRequest(lesion, methods=methods, classes=(0, 2)), store)


def test_a_lesion_end_to_end(store, lesion):
    found = analyse_to_end(AnalysisRequest(lesion, generation=7), store)
    assert found.complete
    assert found.generation == 7
    assert found.bundle.name == "tiny-skin"
    assert found.gate.level is GateLevel.ACCEPTED
    assert found.prediction.probabilities.sum() == pytest.approx(1, abs=1e-5)
    (key,) = found.explanations
    assert key == ("gradcam", found.prediction.top)
    A, mask = found.explanations[key].saliency_map, found.segmentation.mask
    assert A.shape == mask.shape == (96, 128)
    assert 0.05 < mask.mean() < 0.95
    np.testing.assert_array_equal(found.explanations[key].segx, A * mask)
    certainty = found.explanations[key].certainty
    assert certainty.alignments.keys() == ALIGNMENTS.keys()
    assert certainty.c_auitc == certainty.alignments["auitc"].value
    assert certainty.outside == pytest.approx(1 - A[mask].sum() / A.sum(), abs=1e-5)
    assert (certainty.level, certainty.reason) == (Level.LOW, NOT_CALIBRATED)
    assert {Stage.CLASSIFY.value, Stage.SEGMENT.value, Stage.ATTRIBUTE.value} <= found.timings.keys()
    assert found.versions["torch"]


def test_an_adults_radiograph_end_to_end(store, chest_image):
    found = analyse_to_end(AnalysisRequest(chest_image), store)
    assert found.bundle.name == "tiny-chest"
    assert found.gate.level is GateLevel.OUTSIDE
    assert found.prediction is not None
    (certainty,) = (e.certainty for e in found.explanations.values())
    assert certainty.level is Level.ABSTAIN
    assert "years old" in certainty.reason
    assert certainty.c_auitc is not None, "what can be computed is, whatever the badge says"
    placement = found.placement
    assert placement.image_shape == chest_image.shape
    assert placement.scale[0] == placement.scale[1], "letterboxed"


@pytest.mark.parametrize("name", [None, "tiny-chest"])
def test_a_leg_is_refused_without_a_prediction(store, leg_image, name):
    first, *_, last = analyse(AnalysisRequest(leg_image, bundle_name=name), store)
    for found in (first, last):
        assert found.gate.level is GateLevel.REFUSED
        assert found.prediction is None
    assert last.complete
    assert not last.explanations


def test_a_refusal_by_the_picture_comes_before_any_network(store, as_image, monkeypatch):
    monkeypatch.setattr(store, "segmenter", lambda _name: pytest.fail("a blank image needs no network"))
    monkeypatch.setattr(store, "classifier", lambda _name: pytest.fail("a blank image needs no network"))
    found = analyse_to_end(AnalysisRequest(as_image(np.full((50, 70, 3), 90, np.uint8))), store)
    assert found.gate.level is GateLevel.REFUSED
    assert "blank" in found.gate.reason


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_the_second_bundle_is_tried_when_the_first_refuses(store, as_image):
    """A colour picture whose colours are next to nothing: dermoscopy fits by kind, and refuses it as grey."""
    y, x = np.mgrid[:80, :100]
    grey = (60 + y + x).astype(np.uint8)
    image = as_image(np.dstack([grey, grey + 1, grey]))
    assert candidates(store, image)[0].info.name == "tiny-skin"
    found = analyse_to_end(AnalysisRequest(image), store)
    assert found.bundle.name == "tiny-chest"
    assert found.prediction is not None


def test_analyses_get_fuller(store, lesion):
    steps = list(analyse(AnalysisRequest(lesion, generation=3, methods=("gradcam", "layercam")), store))
    counts = [
        (s.prediction is not None)
        + (s.segmentation is not None)
        + len(s.explanations)
        + len([e for e in s.explanations.values() if e.certainty is not None])
        + s.complete
        for s in steps
    ]
    assert counts == sorted(counts)
    assert counts[0] == 0
    assert [s.complete for s in steps] == [False] * (len(steps) - 1) + [True]
    assert {s.generation for s in steps} == {3}
    assert any(s.prediction is not None and s.segmentation is None for s in steps), "the prediction does not wait"
    assert all(e.segx is not None and e.certainty is not None for s in steps for e in s.explanations.values())
    assert [k[0] for k in steps[-1].explanations] == ["gradcam", "layercam"], "first asked, first shown"


def test_a_slow_methods_coarse_map_comes_early_and_is_replaced(store, lesion):
    steps = [s for s in analyse(AnalysisRequest(lesion, methods=("occlusion",)), store) if s.explanations]
    ((key, first),) = steps[0].explanations.items()
    ((_, final),) = steps[-1].explanations.items()
    assert not np.array_equal(first.saliency_map, final.saliency_map)
    assert final.seconds > first.seconds
    spacing = pipeline.input_spacing(lesion, steps[-1].placement)
    expected = all_alignments(final.saliency_map, steps[-1].segmentation.mask, spacing)
    assert steps[-1].explanations[key].certainty.alignments == expected, "none of them is the coarse map's"


def test_the_badge_does_not_wait_for_costly_alignments(store, lesion):
    steps = [s for s in analyse(AnalysisRequest(lesion), store) if s.explanations]
    key = next(iter(steps[0].explanations))
    assert not set(COSTLY) & steps[0].explanations[key].certainty.alignments.keys()
    assert steps[0].explanations[key].certainty.c_auitc == steps[-1].explanations[key].certainty.c_auitc
    assert list(steps[-1].explanations[key].certainty.alignments) == list(ALIGNMENTS)


def test_no_thread_outlives_an_analysis_that_is_given_up(store, lesion):
    steps = analyse(AnalysisRequest(lesion, classes=(0, 1, 2, 3)), store)
    while not next(steps).explanations:
        pass
    assert any(t.name.startswith("alignments") for t in threading.enumerate())
    steps.close()
    assert not any(t.name.startswith("alignments") for t in threading.enumerate())


def test_the_earth_movers_distance_is_being_solved_while_the_badge_is_made(store, lesion, monkeypatch):
    solving, before = threading.Event(), []
    solve, judge = distance.transport_solver(), pipeline.assess

    def solver():
        return lambda *given, **how: solving.set() or solve(*given, **how)

    def assess(*given, **how):
        before.append(solving.is_set())
        return judge(*given, **how)

    monkeypatch.setattr(distance, "transport_solver", solver)
    monkeypatch.setattr(pipeline, "assess", assess)
    monkeypatch.setattr(pipeline, "_TURN_SECONDS", 60)
    analyse_to_end(AnalysisRequest(lesion), store)
    assert before == [True]


def test_one_of_many_threads_computes_all_by_itself_and_the_same(store, lesion):
    def by_itself():
        set_thread_count(1)
        steps = []
        for step in analyse(AnalysisRequest(lesion), store):
            assert not any(t.name.startswith("alignments") for t in threading.enumerate())
            steps.append(step)
        return steps[-1]

    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(by_itself).result()
    ((key, explanation),) = found.explanations.items()
    other = analyse_to_end(AnalysisRequest(lesion), store).explanations[key]
    assert explanation.certainty == other.certainty


def test_progress_only_goes_forward(store, lesion):
    told = []
    request = AnalysisRequest(lesion, methods=("gradcam", "hirescam"), classes=(0, 1, 2))
    analyse_to_end(request, store, on_progress=told.append)
    fractions = [p.fraction for p in told]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0
    assert told[-1].stage is Stage.DONE
    assert told[-1].fraction == 1
    assert {Stage.CLASSIFY, Stage.SEGMENT, Stage.ATTRIBUTE} <= {p.stage for p in told}


def test_only_the_predicted_class_is_calibrated(store, lesion, skin_analysis):
    calibration = Calibration(("auitc",), (0.2,), (0.1,), (1.0,), 0.0, high=0.9, moderate=0.6)
    again = reassess(skin_analysis, None, calibration)
    top = again.prediction.top
    other = next(k for k in (0, 2) if k != top)
    assert again.explanations["gradcam", other].certainty.reason == NOT_PREDICTED
    if ("gradcam", top) in again.explanations:
        expected = calibration.probability({"auitc": again.explanations["gradcam", top].certainty.c_auitc})
        assert again.explanations["gradcam", top].certainty.probability_correct == pytest.approx(expected)


def test_the_same_request_gives_the_same_result(store, lesion):
    request = AnalysisRequest(lesion, methods=("gradcam", "gradient_shap"))
    first, second = (analyse_to_end(request, store) for _ in range(2))
    for key, attribution in first.explanations.items():
        np.testing.assert_array_equal(attribution.saliency_map, second.explanations[key].saliency_map)
    assert [e.certainty for e in first.explanations.values()] == [e.certainty for e in second.explanations.values()]


@pytest.mark.parametrize("seen", range(1, 6))
def test_cancelled_after_any_step_it_stops_at_the_next(store, lesion, seen):
    token = CancelToken()
    steps = analyse(AnalysisRequest(lesion, methods=("gradcam", "layercam"), classes=(0, 1)), store, cancel=token)
    for _ in range(seen):
        next(steps)
    token.cancel()
    with pytest.raises(AnalysisCancelled):
        next(steps)


def test_cancelled_inside_a_method(store, lesion):
    """Gradient SHAP works in batches; it stops between them, before it has a map."""
    token, seen = CancelToken(), []
    network = store.classifier("tiny-skin")
    calls = []

    def count(_module, inputs):
        calls.append(len(inputs[0]))
        if len(calls) == 2:
            token.cancel()

    handle = network.register_forward_pre_hook(count)
    steps = analyse(AnalysisRequest(lesion, methods=("gradient_shap",)), store, cancel=token)
    try:
        with pytest.raises(AnalysisCancelled):
            seen.extend(steps)
    finally:
        handle.remove()
    assert len(calls) == 2, "no batch after the one that was cancelled"
    assert not seen[-1].explanations


def test_a_drawn_region_replaces_the_predicted_one(store, lesion):
    mask = np.zeros((96, 128), bool)
    mask[10:40, 20:60] = True
    found = analyse_to_end(AnalysisRequest(lesion, mask_override=mask), store)
    assert found.segmentation.edited
    np.testing.assert_array_equal(found.segmentation.mask, mask)
    for X in (e.segx for e in found.explanations.values()):
        assert not X[~mask].any()


def test_reassess_equals_a_new_analysis_with_that_region(store, lesion):
    mask = np.zeros((96, 128), bool)
    mask[30:80, 30:100] = True
    first = analyse_to_end(AnalysisRequest(lesion), store)
    edited = reassess(first, mask)
    anew = analyse_to_end(AnalysisRequest(lesion, mask_override=mask), store)
    key = next(iter(first.explanations))
    np.testing.assert_array_equal(edited.explanations[key].segx, anew.explanations[key].segx)
    assert edited.explanations[key].certainty.c_auitc == anew.explanations[key].certainty.c_auitc
    assert (
        edited.explanations[key].certainty.alignments["relevance_mass"]
        == anew.explanations[key].certainty.alignments["relevance_mass"]
    )
    assert edited.segmentation.edited


def test_undoing_an_edit_gives_the_calibrated_certainty_back(store, lesion):
    """The evidence of the prediction outlives an edit of the region."""
    first = analyse_to_end(AnalysisRequest(lesion), store, evidence_views=("flip_h", "rotate_180"))
    key = next(iter(first.explanations))
    assert {"views_mean", "region_drop", "margin"} <= first.explanations[key].certainty.evidence.keys()
    calibration = Calibration(
        ("auitc", "margin", "views_mean"), (0.2, 1, 0), (0.1, 1, 1), (1.0, 0.3, 0.2), 0.0, high=0.9, moderate=0.6
    )
    before = reassess(first, None, calibration)
    mask = np.zeros((96, 128), bool)
    mask[30:80, 30:100] = True
    edited = reassess(before, mask, calibration)
    assert edited.explanations[key].certainty.probability_correct is None, "not fitted on drawn regions"
    after = reassess(edited, None, calibration)
    assert (
        after.explanations[key].certainty.probability_correct == before.explanations[key].certainty.probability_correct
    )
    assert after.explanations[key].certainty.probability_correct is not None
    assert not after.segmentation.edited


def test_nothing_to_reassess_is_an_error(store, leg_image):
    refused = analyse_to_end(AnalysisRequest(leg_image), store)
    with pytest.raises(SegxError, match="no analysis yet"):
        reassess(refused, np.zeros((96, 96), bool))


def test_a_region_of_the_wrong_shape_is_one_sentence(store, lesion):
    with pytest.raises(SegxError, match=r"region of \(5, 5\)"):
        analyse_to_end(AnalysisRequest(lesion, mask_override=np.zeros((5, 5), bool)), store)
    first = analyse_to_end(AnalysisRequest(lesion), store)
    with pytest.raises(SegxError, match=r"region of \(5, 5\)"):
        reassess(first, np.zeros((5, 5), bool))


@pytest.mark.parametrize("k", [4, -1])
def test_a_class_that_does_not_exist_is_one_sentence(store, lesion, k):
    with pytest.raises(ModelError, match=f"no class {k}"):
        analyse_to_end(AnalysisRequest(lesion, classes=(k,)), store)


def test_an_unknown_method_or_bundle_is_one_sentence(store, lesion):
    with pytest.raises(ModelError, match="no attribution method 'magic'"):
        analyse_to_end(AnalysisRequest(lesion, methods=("magic",)), store)
    with pytest.raises(ModelError, match="no model bundle 'magic'"):
        analyse_to_end(AnalysisRequest(lesion, bundle_name="magic"), store)


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried ...")]
)
def test_lack_of_memory_is_one_sentence(store, lesion, monkeypatch, error):
    def fail(_x):
        raise error

    monkeypatch.setattr(store.segmenter("tiny-skin"), "forward", fail)
    with pytest.raises(ModelError, match="not enough memory"):
        analyse_to_end(AnalysisRequest(lesion), store)


def test_other_failures_are_not_called_lack_of_memory(store, lesion, monkeypatch):
    def fail(_x):
        raise RuntimeError("shapes cannot be multiplied")

    monkeypatch.setattr(store.segmenter("tiny-skin"), "forward", fail)
    with pytest.raises(RuntimeError, match="multiplied"):
        analyse_to_end(AnalysisRequest(lesion), store)


def test_importing_and_reassessing_needs_no_torch():
    script = """
import sys
import numpy as np
from pathlib import Path
from segx_viewer.domain.geometry import Placement
from segx_viewer.domain.image import MedicalImage, PhotometricInterpretation, SourceInfo
from segx_viewer.domain.result import *
from segx_viewer.pipeline import analyse, reassess
A = np.random.default_rng(0).random((32, 48), dtype=np.float32)
P = np.zeros((32, 48), np.float32); P[8:20, 8:30] = 1
classes = (ClassInfo("a", "A"), ClassInfo("b", "B"))
analysis = Analysis(
    MedicalImage(np.zeros((64, 96, 3), np.uint8), "", PhotometricInterpretation.RGB, SourceInfo(Path("a.png"))),
    BundleInfo("b", "B", "1", "0"), Placement.stretch((64, 96), (32, 48)), GateVerdict(GateLevel.ACCEPTED),
    prediction=Prediction(classes, np.float32([1, 0]), np.float32([0.7, 0.3])),
    segmentation=Segmentation(P, 0.5, P > 0.5),
    explanations={("gradcam", 0): Explanation("gradcam", "x", 0, Target.LOGIT, A)},
)
mask = np.zeros((32, 48), bool); mask[2:9, 3:7] = True
edited = reassess(analysis, mask)
assert edited.explanations["gradcam", 0].certainty.c_auitc > 0
assert not edited.explanations["gradcam", 0].segx[~mask].any()
print([m for m in ("torch", "PySide6", "timm") if m in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def centre_of(values):
    """(row, column) of the middle of what is above half the maximum, in shares of height and width."""
    rows, columns = np.nonzero(values > values.max() / 2)
    return (rows.mean() + 0.5) / values.shape[0], (columns.mean() + 0.5) / values.shape[1]


@pytest.mark.parametrize("corner", CORNERS)
@pytest.mark.parametrize("shape", [(150, 200), (310, 170), (96, 128)])
def test_a_red_spot_is_explained_where_it_is(colour_store, as_image, red_spot, shape, corner):
    """From the file's pixels through network, Grad-CAM and placement to the composed picture."""
    image = as_image(red_spot(shape, corner, 0.1))
    found = analyse_to_end(AnalysisRequest(image), colour_store)
    assert found.prediction.top == 0
    A, X = found.explanations["gradcam", 0].saliency_map, found.explanations["gradcam", 0].segx
    layers = [
        base_layer(np.zeros((*shape, 3), np.uint8)),
        heatmap_layer(A, found.placement, vmax=shared_scale(A)[1], colormap="grey", opacity=1.0),
    ]
    drawn = compose(layers)[..., 0]
    region = region_on_image(found.segmentation, found.placement)
    for seen in (drawn, found.placement.to_image(X), region.astype(float)):
        assert seen.shape == shape
        assert centre_of(seen) == pytest.approx(corner, abs=0.02)
    assert region.mean() == pytest.approx(np.pi * 0.01 * min(shape) ** 2 / np.prod(shape), rel=0.2)


def test_on_a_24_megapixel_photograph_too(colour_store, as_image, red_spot):
    corner = (0.78, 0.12)
    picture = red_spot((4000, 6000), corner, 0.1)
    found = analyse_to_end(AnalysisRequest(as_image(picture)), colour_store)
    A = found.explanations["gradcam", 0].saliency_map
    layer = heatmap_layer(A, found.placement, vmax=shared_scale(A)[1], colormap="grey", opacity=1.0)
    drawn = compose([base_layer(picture // 8), layer])[::10, ::10, 0]
    assert centre_of(drawn) == pytest.approx(corner, abs=0.01)
    assert centre_of(region_on_image(found.segmentation, found.placement)) == pytest.approx(corner, abs=0.005)


def test_detail_is_reduced_before_placing(colour_store, as_image, red_spot, monkeypatch):
    """With `detail`, a large photograph ends where a small one does."""
    bundle = colour_store.get("colours")
    corner = (0.3, 0.8)
    with monkeypatch.context() as patch:
        how = replace(bundle.preprocessing, detail=300)
        patch.setattr(colour_store, "get", lambda _name: replace(bundle, preprocessing=how))
        found = analyse_to_end(
            AnalysisRequest(as_image(red_spot((1000, 1400), corner, 0.1)), bundle_name="colours"), colour_store
        )
    assert found.placement.image_shape == (1000, 1400)
    back = found.placement.to_image(found.explanations["gradcam", 0].saliency_map)
    assert centre_of(back) == pytest.approx(corner, abs=0.01)


def test_as_published_maps_are_scaled_and_never_calibrated(store, lesion):
    found = analyse_to_end(AnalysisRequest(lesion, as_published=True, classes=(0, 1, 2, 3)), store)
    plain = analyse_to_end(AnalysisRequest(lesion, classes=(0, 1, 2, 3)), store)
    for key, attribution in found.explanations.items():
        assert attribution.target is Target.PROBABILITY
        assert attribution.saliency_map.max() <= 1
        assert found.explanations[key].certainty.probability_correct is None
        assert plain.explanations[key].target is Target.LOGIT
    peaks = [a.saliency_map.max() for a in found.explanations.values() if a.saliency_map.any()]
    assert peaks
    assert min(peaks) > 0.9


def test_versions_are_those_installed():
    assert pipeline.library_versions()["numpy"] == np.__version__


@pytest.fixture
def by_age(tiny_models, tmp_path):
    """Two models of chest radiographs: one of adults, one of children."""
    for name, population in (("adults", {"min_age_years": 18}), ("children", {"max_age_years": 18})):
        shutil.copytree(tiny_models / "tiny-chest", tmp_path / name)
        manifest = read_manifest(tmp_path / name)
        gate = {**manifest.get("gate", {}), "population": population}
        write_manifest(tmp_path / name, {**manifest, "name": name, "gate": gate})
    return BundleStore([tmp_path])


@pytest.mark.parametrize(("years", "name"), [(54.0, "adults"), (4.0, "children")])
def test_a_film_goes_to_the_model_of_its_patients_age(by_age, chest_image, years, name):
    image = replace(chest_image, acquisition=replace(chest_image.acquisition, age_years=years))
    found = next(analyse(AnalysisRequest(image), by_age))
    assert (found.bundle.name, found.gate.level) == (name, GateLevel.ACCEPTED)


def test_without_an_age_the_model_has_it_whose_images_it_is_most_like(by_age, chest_image, monkeypatch):
    image = replace(chest_image, acquisition=replace(chest_image.acquisition, age_years=None))
    assert [len(equals) for equals in ranks(by_age, image)] == [2]
    for nearest in ("adults", "children"):
        near = {name: 0.5 if name == nearest else 0.9 for name in ("adults", "children")}

        def score(gate, _verdict, near=near):
            return near["children" if "max_age_years" in gate.population else "adults"]

        monkeypatch.setattr(InputGate, "strangeness", score)
        assert next(analyse(AnalysisRequest(image), by_age)).bundle.name == nearest


def test_a_refusal_speaks_of_the_model_that_came_nearest(by_age, tiny_models, leg_image, tmp_path):
    shutil.copytree(tiny_models / "tiny-skin", tmp_path / "a-first")
    manifest = read_manifest(tmp_path / "a-first")
    write_manifest(tmp_path / "a-first", {**manifest, "name": "a-first", "modalities": ["XC"]})
    found = analyse_to_end(AnalysisRequest(leg_image), BundleStore([tmp_path]))
    assert found.gate.level is GateLevel.REFUSED
    assert found.bundle.name == "adults", "its modality fits, the leg does not"
    assert "chest radiographs only" in found.gate.reason


def test_models_that_fit_as_well_are_named_where_the_image_chose(by_age, chest_image):
    image = replace(chest_image, acquisition=replace(chest_image.acquisition, age_years=None))
    found = analyse_to_end(AnalysisRequest(image), by_age)
    assert {found.bundle.name, *(info.name for info in found.also_fits)} == {"adults", "children"}
    assert len(found.also_fits) == 1
    assert analyse_to_end(AnalysisRequest(image, bundle_name="adults"), by_age).also_fits == ()
    assert analyse_to_end(AnalysisRequest(chest_image), by_age).also_fits == (), "its age speaks for one"


@pytest.mark.parametrize("name", ["lesion", "chest_image"])
def test_margins_are_looked_for_once_however_many_networks_are_asked(name, request, monkeypatch):
    """By bundles that cut margins off: each that may fit, and segmenters with an input of their own."""
    image = request.getfixturevalue(name)
    looked, find = [], pipeline.content_box
    monkeypatch.setattr(pipeline, "content_box", lambda picture: looked.append(picture.shape) or find(picture))
    store = BundleStore([models_folder()])
    found = analyse_to_end(AnalysisRequest(image), store)
    assert found.prediction is not None
    how = store.get(found.bundle.name).preprocessing
    assert found.placement == pipeline.place(to_display(image), how, image.stretch)[1]
    assert looked == [to_display(image).shape]
