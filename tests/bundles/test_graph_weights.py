"""What a ready graph is filled with."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from segx_viewer.bundles import graphs
from segx_viewer.bundles.graphs import read_weights
from segx_viewer.bundles.store import BundleStore
from segx_viewer.paths import sha256_of


@pytest.fixture(params=["OpenCV", "NumPy"])
def converter(request, monkeypatch):
    def refuse(*_, **__):
        raise cv2.error("numpy data type = 23 is not supported")

    if request.param == "NumPy":
        monkeypatch.setattr(graphs.cv2, "multiply", refuse)


@pytest.mark.usefixtures("converter")
def test_every_number_of_half_precision_is_read_as_it_is(tmp_path):
    whole = BundleStore(device="cpu").get("chest-pneumonia")
    every = np.arange(2**16, dtype=np.uint16).view(np.float16)
    kept = {
        "every": every[~np.isnan(every)].reshape(2, -1),
        "one": np.array(0.1, np.float16),
        "single": np.array([[0.1, -0.0]], np.float32),
        "double": np.array([0.1]),
        "count": np.array([3]),
    }
    save_file(kept, tmp_path / "weights.safetensors")
    digests = {**whole.digests, "weights.safetensors": sha256_of(tmp_path / "weights.safetensors")}
    bundle = replace(whole, folder=tmp_path, digests=digests)
    found = read_weights(bundle, replace(whole.classifier, weights="weights.safetensors"))
    assert found.keys() == kept.keys() - {"count"}
    for name, array in found.items():
        expected = kept[name].astype(np.float32)
        assert (array.dtype, array.shape) == (expected.dtype, expected.shape)
        assert array.tobytes() == expected.tobytes(), name


def test_a_bundle_s_weights_are_those_of_its_file():
    bundle = BundleStore(device="cpu").get("chest-pneumonia")
    found = read_weights(bundle, bundle.classifier)
    for name, array in load_file(bundle.folder / bundle.classifier.weights).items():
        assert array.dtype.kind != "f" or np.array_equal(found[name], array.astype(np.float32)), name


def test_a_file_s_hash_is_the_same_in_one_part_and_in_several(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(bytes(range(250)) * 40)
    whole = sha256_of(path)
    for at_once, part in ((100, 33), (10_000, 7), (9_999, 5_000)):
        monkeypatch.setattr("segx_viewer.paths._AT_ONCE", at_once)
        monkeypatch.setattr("segx_viewer.paths._PART", part)
        assert sha256_of(path) == whole
