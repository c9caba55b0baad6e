"""What other programs make of the results: ``python -m tests.interoperability`` writes the table of the documentation.

Needs Orthanc with its DICOMweb plug-in, DCMTK, dicom3tools, SimpleITK and dcmqi.
"""

import io
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pydicom
from PIL import Image
from pydicom.data import get_testdata_file

import segx_viewer
from segx_viewer.archive.connection import connect
from segx_viewer.archive.model import Answer
from segx_viewer.domain.request import CancelToken
from segx_viewer.paths import resources_folder
from segx_viewer.reporting.atomic import write_bytes
from tests.archive.archives import PASSWORD, USER, Orthanc, outgoing, program_of

YES, NO, NOT = "yes", "**no**", ""
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
_LIST = {"seg", "seg-probability"}
_MAPS = {"map-original", "map-segx"}


def results(folder: Path) -> dict[str, Path]:
    """Return the results of a chest radiograph, by kind."""
    source = get_testdata_file("RG1_UNCR.dcm")
    made = segx_viewer.analyze(source)
    written = made.save_dicom(folder, "result", include_identity=True)
    return {kind: Path(path) for kind, path in written.items()}


class Measure:
    """Each method is a column: an object's kind and file in, a word out."""

    def __init__(self, orthanc: Orthanc, folder: Path) -> None:
        self._orthanc, self._folder = orthanc, folder
        self.columns: Mapping[str, Callable[[str, Path], str]] = {
            "Orthanc stores": self.stored,
            "Orthanc's preview": self.preview,
            "storescp": self.stored_by_dcmtk,
            "SimpleITK, with spacing": self.simple_itk,
            "dcmqi": self.dcmqi,
            "highdicom": self.highdicom,
            "DCMTK shows": self.dcmtk,
            "dciodvfy": self.checked,
        }

    def stored(self, kind: str, path: Path) -> str:
        (answer,) = self._send(self._orthanc.web, PASSWORD, path)
        return YES if answer.stored else NO

    def preview(self, kind: str, path: Path) -> str:
        uid = pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID
        import requests

        root, who = f"http://127.0.0.1:{self._orthanc.http}", (USER.encode(), PASSWORD.encode())
        (found,) = requests.post(f"{root}/tools/lookup", data=str(uid), auth=who, timeout=30).json()
        answer = requests.get(f"{root}{found['Path']}/preview", auth=who, timeout=60)
        if answer.status_code != 200:
            return f"{NO} ({answer.status_code})" if "PixelData" in pydicom.dcmread(path) or _is_map(kind) else NOT
        return YES if np.asarray(Image.open(io.BytesIO(answer.content))).std() > 0 else f"{NO} (empty)"

    def stored_by_dcmtk(self, kind: str, path: Path) -> str:
        from tests.archive.archives import Dcmtk, free_port, start, stop

        port, folder = free_port(), self._folder / "stored"
        folder.mkdir(exist_ok=True)
        process = start([program_of("storescp"), "-od", str(folder), "-aet", "QR", str(port)], self._folder / "l", port)
        try:
            (answer,) = self._send(Dcmtk(process, port, folder).server, "", path)
        finally:
            stop(process)
        return YES if answer.stored else NO

    def simple_itk(self, kind: str, path: Path) -> str:
        import SimpleITK

        if kind == "sr":
            return NOT
        SimpleITK.ProcessObject.GlobalWarningDisplayOff()
        dataset = pydicom.dcmread(path)
        try:
            image = SimpleITK.ReadImage(str(path))
        except RuntimeError:
            return NO
        spacing = _spacing(dataset)
        if spacing and not np.allclose(image.GetSpacing()[:2], spacing[::-1]):
            return f"{NO} (spacing {image.GetSpacing()[0]:g})"
        return YES

    def dcmqi(self, kind: str, path: Path) -> str:
        out = self._folder / f"dcmqi-{kind}"
        out.mkdir(exist_ok=True)
        if kind in _LIST:
            run = _run("segimage2itkimage", "--inputDICOM", path, "--outputDirectory", out, "-t", "nrrd")
            return YES if run and list(out.glob("*.nrrd")) else NO
        if kind in _MAPS:
            run = _run("paramap2itkimage", "--inputFileName", path, "--outputDirName", out, "-t", "nrrd")
            return YES if run and list(out.glob("*.nrrd")) else NO
        if kind == "sr":
            run = _run("tid1500reader", "--inputDICOM", path, "--outputMetadata", out / "sr.json")
            return YES if run and (out / "sr.json").is_file() else NO
        return NOT

    def highdicom(self, kind: str, path: Path) -> str:
        import highdicom as hd

        readers = dict.fromkeys(_LIST, hd.seg.segread) | {"sr": hd.sr.srread} | dict.fromkeys(_MAPS, hd.imread)
        if kind not in readers:
            return NOT
        try:
            readers[kind](path)
        except (AttributeError, KeyError, TypeError, ValueError):
            return NO
        return YES

    def dcmtk(self, kind: str, path: Path) -> str:
        if kind == "sr":
            return YES if _run(program_of("dsrdump"), path) else NO
        if kind in _MAPS:
            return NOT
        picture = self._folder / f"{kind}.pgm"
        return YES if _run(program_of("dcm2pnm"), path, picture) and picture.is_file() else NO

    def checked(self, kind: str, path: Path) -> str:
        done = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False, timeout=120)
        errors = len(re.findall(r"^Error", done.stderr, re.MULTILINE))
        return "no error" if not errors else f"**{errors} errors**"

    @staticmethod
    def _send(server, secret: str, path: Path) -> list[Answer]:
        return list(connect(server, secret).store([outgoing(pydicom.dcmread(path))], CancelToken()))


def _is_map(kind: str) -> bool:
    return kind in _MAPS


def _spacing(dataset: pydicom.Dataset) -> list[float] | None:
    for groups in dataset.get("SharedFunctionalGroupsSequence") or ():
        for measures in groups.get("PixelMeasuresSequence") or ():
            return [float(v) for v in measures.PixelSpacing]
    return [float(v) for v in dataset.PixelSpacing] if "PixelSpacing" in dataset else None


def _run(program: str, *arguments: object) -> bool:
    found = shutil.which(program) or shutil.which(program, path=str(Path(sys.executable).parent))
    if found is None:
        return False
    done = subprocess.run([found, *map(str, arguments)], capture_output=True, check=False, timeout=300)
    return done.returncode == 0


def measure() -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Return the columns' names, and a row for each kind of object."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = results(folder / "made")
        orthanc = Orthanc(folder).start()
        try:
            measures = Measure(orthanc, folder).columns
            rows = [(kind, [column(kind, path) for column in measures.values()]) for kind, path in made.items()]
        finally:
            orthanc.stop()
    return list(measures), rows


def table(columns: list[str], rows: list[tuple[str, list[str]]]) -> str:
    """Return the table in Markdown."""
    lines = ["| Object | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    lines += [f"| {kind} | " + " | ".join(words) + " |" for kind, words in rows]
    return "\n".join(lines)


def main() -> None:
    """Measure, and write the table into the documentation."""
    page = resources_folder() / "docs" / "archive.md"
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    written = table(*measure())
    print(written)
    write_bytes(page, f"{before}{BEGIN}\n\n{written}\n\n{END}{rest.partition(END)[2]}".encode())


if __name__ == "__main__":
    main()
