import shutil
import tomllib
from concurrent.futures import ThreadPoolExecutor

import cv2
import pytest
import torch
from safetensors.torch import load_file, save_file

from segx_viewer.bundles.manifest import MANIFEST, read_bundle, read_manifest
from segx_viewer.bundles.store import BundleStore
from segx_viewer.bundles.writing import write_manifest
from segx_viewer.domain.result import Activation, BadgeRecord, Level, LevelPromise, LevelRecord
from segx_viewer.errors import ModelError
from segx_viewer.inference.input_gate import candidates, gate_of, ranks
from segx_viewer.paths import sha256_of


@pytest.fixture
def folder(tiny_models, tmp_path):
    """A copy of tiny-skin that may be damaged."""
    return shutil.copytree(tiny_models / "tiny-skin", tmp_path / "models" / "tiny-skin")


def rewrite(folder, change):
    manifest = tomllib.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    change(manifest)
    write_manifest(folder, manifest)


def load(folder):
    return BundleStore([folder.parent]).classifier("tiny-skin")


def test_a_bundle_is_read_as_it_was_written(tiny_models):
    bundle = read_bundle(tiny_models / "tiny-skin")
    assert bundle.info.name == "tiny-skin"
    assert bundle.info.digest == sha256_of(tiny_models / "tiny-skin" / MANIFEST)
    assert [c.label for c in bundle.classes] == ["NV", "MEL", "BCC", "DF"]
    assert bundle.activation is Activation.SOFTMAX
    assert bundle.preprocessing.input_shape == (96, 128)
    assert bundle.modalities == ("XC", "GM", "")
    assert bundle.gate == {}
    assert bundle.calibration == {}


def test_what_the_badge_rests_on_is_read(folder):
    assert read_bundle(folder).info.badge == BadgeRecord()
    manifest = read_manifest(folder) | {"calibration": {"set": "drawn, validation part"}}
    write_manifest(folder, manifest)
    assert read_bundle(folder).info.badge == BadgeRecord("drawn, validation part")
    levels = [{"level": "HIGH", "correct": 0.96, "images": 40}, {"level": "LOW", "correct": 0.3, "images": 9}]
    figures = {"auroc": 0.9, "auroc_confidence": 0.8, "gain_low": 0.02}
    write_manifest(folder, manifest | {"evaluation": {"set": "drawn, test part", "levels": levels, **figures}})
    records = (LevelRecord(Level.HIGH, 0.96, 40), LevelRecord(Level.LOW, 0.3, 9))
    expected = BadgeRecord("drawn, validation part", "drawn, test part", records, 0.9, 0.8, 0.02)
    assert read_bundle(folder).info.badge == expected
    for wrong in ({"calibration": {"levels": {}}}, {"evaluation": {"set": "x", "levels": [{"level": "GOOD"}]}}):
        write_manifest(folder, manifest | wrong)
        with pytest.raises(ModelError, match=r"bundle\.toml"):
            read_bundle(folder)


def test_what_levels_promise_among_images_of_a_kind_is_read(folder):
    proven = {"level": "HIGH", "most": 0.05, "images": 100, "errors": 1, "upper": 0.0466}
    part = {"attribute": "dx_type", "values": ["histo"], "label": "lesions that were cut out", "images": 120}
    manifest = read_manifest(folder) | {
        "calibration": {"set": "drawn, calibration part"},
        "promises": {"within": [part | {"levels": [proven]}, part | {"label": "too few lesions"}]},
    }
    write_manifest(folder, manifest)
    promise = LevelPromise(Level.HIGH, 0.95, "lesions that were cut out")
    assert read_bundle(folder).info.badge.promises == (promise,), "a level that does not exist promises nothing"
    measured = {"set": "drawn, test part", "levels": [], "auroc": 0.9, "auroc_confidence": 0.8, "gain_low": 0.02}
    broken = [{"level": "HIGH", "promised": 0.95}, {"level": "HIGH", "promised": 0.95, "label": promise.among}]
    for rows in ([], broken[:1], broken):
        write_manifest(folder, manifest | {"evaluation": measured | {"levels_not_kept": rows}})
        told = {one.among: one.kept for one in read_bundle(folder).info.badge.promises}
        assert told == {promise.among: len(rows) < 2} | ({"": False} if rows else {})
    write_manifest(folder, manifest | {"promises": {"within": [{"levels": [proven]}]}})
    with pytest.raises(ModelError, match=r"bundle\.toml has no entry 'label'"):
        read_bundle(folder)


def test_weights_are_what_was_stored(tiny_models):
    stored = load_file(tiny_models / "tiny-skin" / "classifier.safetensors")
    assert {t.dtype for t in stored.values() if t.is_floating_point()} == {torch.float16}
    loaded = read_bundle(tiny_models / "tiny-skin").load_classifier().state_dict()
    assert loaded.keys() == stored.keys()
    assert all(torch.equal(loaded[k], t.to(loaded[k].dtype)) for k, t in stored.items())


def test_networks_are_loaded_once_frozen_and_in_evaluation_mode(store):
    for load_network in (store.classifier, store.segmenter):
        network = load_network("tiny-skin")
        assert load_network("tiny-skin") is network
        assert not network.training
        assert not any(p.requires_grad for p in network.parameters())


def test_bundles_are_listed_by_name(store):
    assert list(store.bundles()) == ["tiny-chest", "tiny-skin"]
    with pytest.raises(ModelError, match=r"no model bundle 'x'; installed are tiny-chest, tiny-skin"):
        store.get("x")


def test_an_empty_folder_holds_no_bundle(tmp_path):
    with pytest.raises(ModelError, match="No model bundle is installed"):
        BundleStore([tmp_path, tmp_path / "missing"]).bundles()


def test_a_wrong_entry_about_the_kind_of_images_is_named(folder):
    rewrite(folder, lambda m: m.update(gate={"kind": {"pixels": "blue"}}))
    with pytest.raises(ModelError, match="pixels of an image kind are grey, colour or left out"):
        read_bundle(folder)
    rewrite(folder, lambda m: m.update(gate={"kind": {"body_part": ["CHEST"]}}))
    with pytest.raises(ModelError, match="body_part in the table of an image kind"):
        read_bundle(folder)


def test_candidates_fit_the_image_best_first(store, lesion, chest_image, ct_image):
    assert [b.info.name for b in candidates(store, lesion)] == ["tiny-skin", "tiny-chest"]
    assert [b.info.name for b in candidates(store, chest_image)] == ["tiny-chest"]
    assert len(candidates(store, ct_image)) == 2, "none fits: all of them are asked for their reasons"


def test_bundles_that_fit_equally_well_are_of_one_rank(store, lesion, chest_image):
    names = [[b.info.name for b in equals] for equals in ranks(store, lesion)]
    assert names == [["tiny-skin"], ["tiny-chest"]]
    assert [[b.info.name for b in equals] for equals in ranks(store, chest_image)] == [["tiny-chest"]]


def test_missing_weights(folder):
    (folder / "classifier.safetensors").unlink()
    with pytest.raises(ModelError, match=r"tiny-skin: the file classifier\.safetensors is missing; install"):
        load(folder)


def test_changed_weights_do_not_match_their_checksum(folder):
    path = folder / "classifier.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelError, match="does not match its checksum"):
        load(folder)


def test_truncated_weights_with_their_checksum(folder):
    path = folder / "classifier.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    rewrite(folder, lambda m: m["files"].update({path.name: sha256_of(path)}))
    with pytest.raises(ModelError, match="do not fit"):
        load(folder)


def test_weights_of_another_network(folder):
    path = folder / "classifier.safetensors"
    save_file({"weight": torch.zeros(3)}, path)
    rewrite(folder, lambda m: m["files"].update({path.name: sha256_of(path)}))
    with pytest.raises(ModelError, match=r"do not fit timm/test_efficientnet"):
        load(folder)


def test_weights_without_a_checksum(folder):
    rewrite(folder, lambda m: m["files"].pop("classifier.safetensors"))
    with pytest.raises(ModelError, match="lists no checksum"):
        load(folder)


def test_an_unknown_architecture(folder):
    rewrite(folder, lambda m: m["classifier"].update(architecture="timm/nothing_of_the_kind"))
    with pytest.raises(ModelError, match="nothing_of_the_kind"):
        load(folder)


def test_missing_manifest(tmp_path):
    with pytest.raises(ModelError, match=r"bundle\.toml could not be read"):
        read_bundle(tmp_path)


@pytest.mark.parametrize("content", [b"name = ", b"\xff\xfe\x00"])
def test_a_manifest_that_is_not_toml(folder, content):
    (folder / MANIFEST).write_bytes(content)
    with pytest.raises(ModelError, match="is not valid TOML"):
        read_bundle(folder)


@pytest.mark.parametrize("entry", ["name", "classes", "activation", "preprocessing", "segmenter", "files"])
def test_a_manifest_without_an_entry_names_it(folder, entry):
    rewrite(folder, lambda m: m.pop(entry))
    with pytest.raises(ModelError, match=f"has no entry '{entry}'"):
        read_bundle(folder)


@pytest.mark.parametrize(("entry", "value"), [("activation", "sofmax"), ("preprocessing", 3), ("modalities", 1)])
def test_a_manifest_with_a_wrong_value(folder, entry, value):
    rewrite(folder, lambda m: m.update({entry: value}))
    with pytest.raises(ModelError, match="wrong value"):
        read_bundle(folder)


OUTSIDE = ["../evil.safetensors", "/etc/passwd", "a/b.safetensors", "..", "C:evil", "a\\b", ""]


@pytest.mark.parametrize("name", OUTSIDE)
def test_files_lie_beside_the_manifest(folder, name):
    rewrite(folder, lambda m: m["files"].update({name: "0" * 64}))
    with pytest.raises(ModelError, match=r"is not the name of a file beside the manifest\.$"):
        read_bundle(folder)
    rewrite(folder, lambda m: (m["files"].pop(name), m["classifier"].update(weights=name)))
    with pytest.raises(ModelError, match=r"is not the name of a file beside the manifest\.$"):
        read_bundle(folder)


def test_a_link_is_not_followed(folder, tmp_path):
    path = folder / "classifier.safetensors"
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ModelError, match=r"classifier\.safetensors is a link to elsewhere"):
        load(folder)
    assert any("link" in sentence for sentence in read_bundle(folder).damages())


def test_a_damaged_gate_is_an_error(folder):
    rewrite(folder, lambda m: m.update(gate={"layer": "blocks.1", "outside": 2.0, "refuse": 3.0}))
    with pytest.raises(ModelError, match=r"gate\.safetensors"):
        gate_of(BundleStore([folder.parent]), "tiny-skin")


def test_the_processor_is_parted_and_given_back(store):
    before = torch.get_num_threads(), cv2.getNumThreads()
    found = []

    def look():
        found.append((torch.get_num_threads(), cv2.getNumThreads()))

    with store.sharing_processor(2) as (count, begin), ThreadPoolExecutor(count, initializer=begin) as pool:
        pool.submit(look).result()
    assert count == min(2, before[0])
    assert found == [(before[0] // count, before[0] // count)]
    assert (torch.get_num_threads(), cv2.getNumThreads()) == before
    with store.sharing_processor(0) as (count, _):
        assert count == 1


def test_a_store_follows_what_is_installed_meanwhile(folder):
    store = BundleStore([folder.parent])
    assert list(store.bundles()) == ["tiny-skin"]
    before = store.bundles()
    store.follow()
    assert store.bundles() is before, "nothing changed"
    shutil.copytree(folder, folder.parent / "another")
    rewrite(folder.parent / "another", lambda manifest: manifest.update(name="another"))
    store.follow()
    assert list(store.bundles()) == ["another", "tiny-skin"]
    shutil.rmtree(folder.parent / "another")
    store.follow()
    assert list(store.bundles()) == ["tiny-skin"]
