"""Ready graphs answer as torch does, and the default analysis of a bundled model needs no torch."""

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import parity
import pytest

from segx_viewer import pipeline
from segx_viewer.bundles.graphs import add_graphs
from segx_viewer.bundles.store import BundleStore
from segx_viewer.domain.image import MedicalImage, PhotometricInterpretation, SourceInfo
from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.imaging.guarded import read_image_guarded
from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.inference import roads
from segx_viewer.inference.cam import LINEAR_METHODS
from segx_viewer.networks.threads import set_thread_count, thread_count
from segx_viewer.paths import models_folder
from segx_viewer.pipeline import analyse_to_end

BUNDLE = "dermoscopy-ham10000"


def lesion(seed, shape=(300, 400)):
    return MedicalImage(draw_lesion(shape, seed=seed), "", PhotometricInterpretation.RGB, SourceInfo(Path("x.png")))


@pytest.fixture(scope="module")
def shipped():
    return BundleStore(device="cpu")


@pytest.mark.parametrize("seed", range(6))
def test_both_roads_give_the_same_analysis(shipped, monkeypatch, seed):
    request = AnalysisRequest(lesion(seed), bundle_name=BUNDLE, methods=LINEAR_METHODS)
    ready = analyse_to_end(request, shipped)
    monkeypatch.setattr("segx_viewer.pipeline.ready_runner", lambda *_: None)
    torch = analyse_to_end(request, shipped)
    np.testing.assert_allclose(ready.prediction.probabilities, torch.prediction.probabilities, atol=1e-5)
    np.testing.assert_allclose(ready.segmentation.probability, torch.segmentation.probability, atol=1e-4)
    assert ready.gate.level is torch.gate.level
    for key, attribution in torch.explanations.items():
        expected = attribution.saliency_map
        found = ready.explanations[key].saliency_map
        np.testing.assert_allclose(found, expected, atol=1e-5 * max(1.0, float(expected.max())), err_msg=str(key))
        assert ready.explanations[key].certainty.level is torch.explanations[key].certainty.level


@pytest.mark.parametrize("name", sorted(path.parent.name for path in models_folder().glob("*/bundle.toml")))
def test_the_networks_of_every_bundle_answer_as_torch_s_do(shipped, name):
    apart = parity.run_alone(shipped, name, 1)
    assert apart.holds, apart
    assert apart.region <= 1e-4


def test_a_radiograph_is_explained_alike(shipped):
    data_store = pytest.importorskip("data_store")
    film = read_image_guarded(Path(data_store.__file__).parent / "data/RG1_UNCR.dcm")
    apart = parity.analysed(shipped, "chest-pneumonia", parity.film(film, 4))
    assert apart.holds, apart


def test_parity_notices_what_differs_by_more_than_is_allowed(shipped):
    assert not parity.Apart(2e-5, 0, 0).holds
    assert not parity.Apart(0, 0, 2e-5).holds
    assert not parity.Apart(0, 0, 0, same_level=False).holds


def test_a_method_that_needs_gradients_goes_through_torch(shipped):
    request = AnalysisRequest(lesion(1), bundle_name=BUNDLE, methods=("gradcam", "integrated_gradients"))
    found = analyse_to_end(request, shipped)
    assert {method for method, _ in found.explanations} == {"gradcam", "integrated_gradients"}


def test_the_default_analysis_of_a_bundled_model_imports_neither_torch_nor_timm(tmp_path):
    script = f"""
import sys
from segx_viewer.imaging.guarded import read_image_guarded
from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.reporting.png import write_png
from pathlib import Path
write_png(draw_lesion((300, 400)), Path({str(tmp_path / "SYNTHETIC.png")!r}))
from segx_viewer.cli import main
code = main(["analyze", {str(tmp_path / "SYNTHETIC.png")!r}, "--out", {str(tmp_path / "out")!r}])
heavy = {{"torch", "timm", "torchvision", "captum", "segmentation_models_pytorch"}} & set(sys.modules)
assert not heavy, heavy
sys.exit(code)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "out").glob("*.json"))


def test_a_graph_with_a_changed_byte_is_refused_and_made_anew(tiny_models, tmp_path):
    import shutil

    folder = tmp_path / "models/tiny-skin"
    shutil.copytree(tiny_models / "tiny-skin", folder)
    assert add_graphs(folder) == []
    path = folder / "classifier.onnx"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    store = BundleStore([folder.parent], device="cpu")
    assert roads.ready_runner(store, "tiny-skin") is None
    assert path.read_bytes() == whole
    assert roads.ready_runner(store, "tiny-skin") is not None


def test_the_graphs_are_made_side_by_side_with_as_many_threads_as_their_caller_has(shipped, monkeypatch):
    store = BundleStore(device="cpu")
    both, counts, make = threading.Barrier(2), {}, BundleStore.graph

    def graph(self, name, network):
        both.wait(60)  # neither goes on before the other has begun
        counts[network] = thread_count()
        return make(self, name, network)

    monkeypatch.setattr(BundleStore, "graph", graph)
    set_thread_count(3)
    try:
        assert roads.ready_runner(store, BUNDLE) is not None
    finally:
        set_thread_count(0)
    assert counts == {"classifier": 3, "segmenter": 3}


def test_a_large_picture_is_placed_for_both_networks_at_a_time_with_the_same_results(shipped, monkeypatch):
    data_store = pytest.importorskip("data_store")
    image = read_image_guarded(Path(data_store.__file__).parent / "data" / "RG1_UNCR.dcm")
    request = AnalysisRequest(image, bundle_name="chest-findings")
    assert shipped.get("chest-findings").segmenter_input != shipped.get("chest-findings").preprocessing
    threads, place = [], pipeline.place

    def watched(*given):
        threads.append(threading.current_thread().name.partition("_")[0])
        return place(*given)

    monkeypatch.setattr(pipeline, "place", watched)
    one = analyse_to_end(request, shipped)
    assert "place" not in threads
    monkeypatch.setattr(pipeline, "_LARGE", 0)
    other = analyse_to_end(request, shipped)
    assert threads.count("place") == 1
    assert one.gate == other.gate
    assert np.array_equal(one.prediction.probabilities, other.prediction.probabilities)
    assert np.array_equal(one.segmentation.probability, other.segmentation.probability)


def test_a_store_for_another_device_runs_no_graphs(tiny_models, monkeypatch):
    store = BundleStore([tiny_models], device="cpu")
    monkeypatch.setattr(store, "_wanted", "cuda")
    assert store.graph("tiny-skin", "classifier") is None
