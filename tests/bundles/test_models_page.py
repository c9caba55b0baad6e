"""The page on models of one's own: its manifest works, and its commands are known."""

import re
import shlex

import timm
from safetensors.torch import save_file

from segx_viewer.api import add_model
from segx_viewer.bundles import offer
from segx_viewer.bundles.store import BundleStore
from segx_viewer.cli.parser import build_parser
from segx_viewer.networks.reference import ReferenceUNet
from segx_viewer.paths import resources_folder

PAGE = (resources_folder() / "docs" / "models.md").read_text("utf-8")


def test_the_manifest_works(tmp_path, make_random):
    (manifest,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    folder = tmp_path / "chest-three"
    folder.mkdir()
    (folder / "bundle.toml").write_text(manifest, "utf-8")
    classifier = make_random(lambda: timm.create_model("test_efficientnet", num_classes=3, in_chans=1))
    save_file(classifier.state_dict(), folder / "classifier.safetensors")
    segmenter = make_random(lambda: ReferenceUNet(3, features=4, channels=1))
    save_file(segmenter.state_dict(), folder / "segmenter.safetensors")
    found = add_model(offer.read_offer(folder), into=tmp_path / "models")
    bundle = BundleStore([tmp_path / "models"]).get("chest-three")
    assert [(c.code, c.threshold, c.region) for c in bundle.classes][2] == ("card", 0.5, "heart")
    assert found.analysis.regions.keys() == {"lungs", "heart"}
    assert bundle.damages() == []


def test_the_commands_are_known():
    commands = re.findall(r"^segx-viewer models add (?!SOURCE)((?:.*\\\n)*.*)$", PAGE, re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        arguments = build_parser().parse_args(["models", "add", *shlex.split(command.replace("\\\n", " "))])
        assert arguments.like in offer.templates()
        assert arguments.allow_pickle
