"""``models add | list | verify | remove`` in the user's own folder."""

import warnings

import pytest
import timm
import torch
from PIL import Image
from safetensors.torch import save_file

from segx_viewer import cli
from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.paths import models_folder, user_models_folder

needs_models = pytest.mark.skipif(
    not (models_folder() / "dermoscopy-ham10000" / "bundle.toml").is_file(),
    reason="the bundled models are not in this checkout",
)
LENDER = ["--segmenter", "dermoscopy-ham10000", "--input", "64", "64"]


@pytest.fixture
def weights(tmp_path):
    """A small network's state dict, as safetensors and as a pickle."""
    state = timm.create_model("test_efficientnet", num_classes=2).state_dict()
    save_file(state, tmp_path / "mine.safetensors")
    torch.save({"state_dict": state}, tmp_path / "mine.pth")
    return tmp_path


def add(path, *more):
    what = ["--architecture", "timm/test_efficientnet", "--classes", "a=First", "b", "--name", "mine"]
    return cli.main(["models", "add", str(path), *what, *LENDER, *more])


@needs_models
def test_added_listed_verified_and_removed(weights, capsys):
    assert add(weights / "mine.safetensors") == 0
    assert "Added mine" in capsys.readouterr().out
    assert add(weights / "mine.safetensors") == 1
    assert "already" in capsys.readouterr().err
    assert cli.main(["models", "list"]) == 0
    out = capsys.readouterr().out
    assert "mine  1" in out
    assert "First (a), b (b)" in out
    assert cli.main(["models", "verify"]) == 0
    folder = user_models_folder() / "mine"
    with (folder / "classifier.safetensors").open("ab") as file:
        file.write(b"x")
    assert cli.main(["models", "verify", "mine"]) == 1
    assert "does not match its checksum" in capsys.readouterr().err
    assert cli.main(["models", "remove", "mine"]) == 0
    assert not folder.exists()


@needs_models
def test_a_pickle_needs_consent(weights, capsys):
    assert add(weights / "mine.pth") == 1
    assert "is a pickle" in capsys.readouterr().err
    assert add(weights / "mine.pth", "--allow-pickle") == 0
    (folder,) = user_models_folder().iterdir()
    assert {f.suffix for f in folder.iterdir()} == {".toml", ".safetensors"}


@needs_models
def test_the_name_comes_from_the_file_and_the_fault_is_told_where_it_is(weights, tmp_path, capsys):
    (weights / "mine.safetensors").rename(weights / "My Net (v2).safetensors")
    what = ["--architecture", "timm/test_efficientnet", "--classes", "a", "b", *LENDER]
    assert cli.main(["models", "add", str(weights / "My Net (v2).safetensors"), *what]) == 0
    assert "Added my-net-v2" in capsys.readouterr().out
    assert cli.main(["models", "add", str(weights / "My Net (v2).safetensors"), *what]) == 1
    assert "choose another name (--name)" in capsys.readouterr().err
    (tmp_path / "note.txt").write_text("a note")
    assert cli.main(["models", "add", str(tmp_path / "note.txt")]) == 1
    assert "note.txt holds no weights that can be read" in capsys.readouterr().err


@needs_models
def test_what_is_not_said_is_asked_for_by_its_option(weights, tmp_path, capsys):
    network = timm.create_model("test_efficientnet", num_classes=2).eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(network, (torch.zeros(1, 3, 64, 64),), tmp_path / "net.onnx", dynamo=False)
    cases = (
        (["net.onnx", *LENDER], "The classes of net.onnx are not named", "--classes"),
        (
            ["mine.safetensors", "--architecture", "timm/test_efficientnet", *LENDER],
            "The classes of mine.saf",
            "--classes",
        ),
        (["net.onnx", "--classes", "a", "b"], "The segmenter is not named", "--segmenter"),
        (
            ["mine.safetensors", "--classes", "a", "b", *LENDER],
            "The architecture of mine.safetensors",
            "--architecture",
        ),
        (["mine.pth", "--classes", "a", "b", *LENDER], "is a pickle", "--allow-pickle"),
        (["net.onnx", "--classes", "a", *LENDER], "probability of the positive class", "--activation"),
        (["net.onnx", "--name", "My Net"], "no name for a model", "--name"),
    )
    for (source, *more), told, option in cases:
        assert cli.main(["models", "add", str(tmp_path / source), *more]) == 1
        error = capsys.readouterr().err
        assert told in error
        assert option in error
        assert "bundle.toml" not in error


@needs_models
def test_packaged_models_stay(capsys):
    assert cli.main(["models", "remove", "dermoscopy-ham10000"]) == 1
    assert "came with the program" in capsys.readouterr().err


@needs_models
def test_a_folder_and_a_damaged_one(weights, tmp_path, capsys):
    assert add(weights / "mine.safetensors") == 0
    moved = tmp_path / "moved"
    (user_models_folder() / "mine").rename(moved)
    assert cli.main(["models", "add", str(moved)]) == 0
    (user_models_folder() / "mine" / "bundle.toml").write_text("name = ")
    assert cli.main(["models", "list"]) == 0, "one damaged model does not take the others with it"
    assert "left out: mine" in capsys.readouterr().out
    assert cli.main(["models", "remove", "mine"]) == 0
    (moved / "segmenter.safetensors").write_bytes(b"")
    assert cli.main(["models", "add", str(moved)]) == 1
    assert "does not match its checksum" in capsys.readouterr().err
    assert not list(user_models_folder().iterdir())


@needs_models
def test_a_model_is_tried_on_an_image_of_ones_own(weights, tmp_path, capsys):
    picture = tmp_path / "lesion.png"
    Image.fromarray(draw_lesion((90, 120))).save(picture)
    broken = tmp_path / "broken.png"
    broken.write_bytes(picture.read_bytes()[:200])
    assert add(weights / "mine.safetensors", "--test-image", str(broken)) == 1
    assert "broken.png is damaged" in capsys.readouterr().err
    assert not user_models_folder().exists() or not list(user_models_folder().iterdir())
    assert add(weights / "mine.safetensors", "--test-image", str(picture)) == 0
    assert "test image: " in capsys.readouterr().out
