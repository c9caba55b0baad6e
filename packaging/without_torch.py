"""Make an environment for reading: the program without the libraries that build, train and differentiate networks.

    python packaging/without_torch.py FOLDER
    python packaging/without_torch.py --list > requirements.txt

The ordinary `pip install` keeps them all. What works without them is told in README.md beside this file.
"""

import argparse
import os
import re
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
LEFT_OUT = frozenset({"torch", "torchvision", "timm", "segmentation-models-pytorch", "captum", "onnx"})
"""What of the project's dependencies is left out. ONNX Runtime stays: it runs the networks."""


def requirements(project: Path = PROJECT) -> list[str]:
    """Return the project's dependencies without those that are left out."""
    with (project / "pyproject.toml").open("rb") as file:
        wanted = tomllib.load(file)["project"]["dependencies"]
    return [line for line in wanted if re.match(r"[\w.-]+", line)[0].lower() not in LEFT_OUT]


def main() -> None:
    """Print the requirements, or make the environment."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, help="where to make a virtual environment with the program")
    parser.add_argument("--list", action="store_true", help="only print what it needs, for pip install --requirement")
    given = parser.parse_args()
    if given.list == (given.folder is not None):
        parser.error("name a folder, or --list")
    if given.list:
        sys.stdout.write("".join(f"{line}\n" for line in requirements()))
        return
    venv.create(given.folder, with_pip=True)
    python = given.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip = [str(python), "-m", "pip", "install"]
    subprocess.run([*pip, *requirements()], check=True)
    subprocess.run([*pip, "--no-deps", str(PROJECT)], check=True)


if __name__ == "__main__":
    main()
