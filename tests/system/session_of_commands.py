"""The command line's session: run by `test_no_packet`, in a process of its own that is watched."""

import sys
from pathlib import Path

import timm
from safetensors.torch import save_file

from segx_viewer.cli import main
from segx_viewer.inference.attribution import METHODS


def run(*words: object) -> None:
    """Run a command, which has to succeed."""
    assert main([str(word) for word in words]) == 0, words


def session(home: Path) -> None:
    """Demo, a model added, tried by every method, and removed; every output of the bundled one."""
    out, lesion, weights = home / "out", home / "lesion.png", home / "out" / "mine.safetensors"
    run("demo", "--out", out / "demo")
    save_file(timm.create_model("test_efficientnet", num_classes=2).state_dict(), weights)
    small = ("--architecture", "timm/test_efficientnet", "--classes", "a", "b", "--input", 64, 64)
    run("models", "add", weights, "--name", "mine", *small, "--segmenter", "dermoscopy-ham10000")
    run("models", "list")
    run("models", "verify")
    every_method = [word for method in METHODS for word in ("--method", method)]
    run("analyze", lesion, "--out", out / "mine", "--bundle", "mine", *every_method)
    run("models", "remove", "mine")
    every_output = [word for kind in ("png", "pdf", "json", "csv", "npz", "dicom") for word in ("--output", kind)]
    run("analyze", lesion, "--out", out / "bundled", *every_output)


if __name__ == "__main__":  # not in the decoding process, which imports this module again
    session(Path(sys.argv[1]))
