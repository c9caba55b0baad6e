"""What a manifest may name: files in its own folder, and nothing else."""

import pytest
import tomli_w

from segx_viewer.api import add_model
from segx_viewer.bundles import offer
from segx_viewer.errors import ModelError

OUTSIDE = ["../evil.safetensors", "/etc/passwd", "a/b.safetensors", "..", "C:evil", "a\\b", ""]


@pytest.fixture
def offered(tmp_path):
    """Write a manifest beside its weights and return its folder; entries may be changed."""

    def write(**entries):
        folder = tmp_path / "offered"
        folder.mkdir(exist_ok=True)
        for name in ("classifier.safetensors", "segmenter.safetensors"):
            (folder / name).write_bytes(b"weights")
        manifest = {
            "name": "mine",
            "classifier": {"architecture": "timm/test_efficientnet", "weights": "classifier.safetensors"},
            "segmenter": {"architecture": "segx/unet", "weights": "segmenter.safetensors"},
            "files": {},
        }
        (folder / "bundle.toml").write_text(tomli_w.dumps({**manifest, **entries}))
        return folder

    return write


@pytest.mark.parametrize("name", OUTSIDE)
def test_paths_are_refused_as_weights_and_as_further_files(offered, name):
    with pytest.raises(ModelError, match=r"names .*, which is not a file beside it\.$"):
        offer.read_offer(offered(files={name: "0" * 64}))
    if name:
        with pytest.raises(ModelError, match=r"names .*, which is not a file beside it\.$"):
            offer.read_offer(offered(classifier={"architecture": "onnx", "weights": name}))


def test_links_are_refused_and_nothing_is_copied(offered, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    folder = offered(files={"card.md": "0" * 64})
    (folder / "card.md").symlink_to(secret)
    with pytest.raises(ModelError, match=r"card\.md beside bundle\.toml is a link to elsewhere"):
        add_model(offer.read_offer(folder), into=tmp_path / "models")
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize("entries", [{"files": 3}, {"classifier": "x"}, {"segmenter": ["x"]}])
def test_a_value_in_place_of_a_table(offered, entries):
    with pytest.raises(ModelError, match="has a value where a table belongs"):
        offer.read_offer(offered(**entries))
