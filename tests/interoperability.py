"""What other programs make of the results: ``python -m tests.interoperability`` writes the table of the documentation.

What dciodvfy says of the results of each class of source is a table of its own.

Needs Orthanc with its DICOMweb plug-in, DCMTK, dicom3tools, SimpleITK and dcmqi.
"""

import dataclasses
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
from segx_viewer.domain.geometry import Placement
from segx_viewer.domain.request import CancelToken
from segx_viewer.errors import ArchiveError
from segx_viewer.imaging.reader import read_image
from segx_viewer.paths import resources_folder
from segx_viewer.reporting.atomic import write_bytes
from segx_viewer.reporting.dicom import Kind, write_dicom_results
from segx_viewer.reporting.dicom.keyobjects import key_objects
from segx_viewer.reporting.reading import Mark, Reading, Shape
from tests.archive.archives import PASSWORD, USER, Orthanc, outgoing, program_of
from tests.sources import SOURCES, write_source

YES, NO, NOT, MEASURES = "yes", "**no**", "", "yes, measures"
READING = Reading(marks=(Mark(Shape.LINE, ((300, 400), (900, 1200)), "143.0 mm"), Mark(Shape.TEXT, ((500, 500),), "a")))
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
SOURCES_BEGIN, SOURCES_END = "<!-- sources: begin -->", "<!-- sources: end -->"
_LIST = {"seg", "seg-probability", "seg-labelmap"}
_MAPS = {"map-original", "map-segx"}
_NO_PIXELS = {"sr", "ko", "pdf", "gsps"}


def results(folder: Path) -> dict[str, Path]:
    """Return the results of a chest radiograph, by kind."""
    source = get_testdata_file("RG1_UNCR.dcm")
    made = segx_viewer.analyze(source)
    kinds = [kind for kind in Kind if kind is not Kind.SOURCE]
    written = write_dicom_results(made, folder, "result", kinds=kinds, include_identity=True, reading=READING)
    page = {"kinds": [Kind.PAGE], "include_identity": True, "jpeg2000": True}
    small = write_dicom_results(made, folder, "small", **page)[Kind.PAGE]
    (marked,) = key_objects([made.image])
    write_bytes(folder / "result-ko.dcm", marked.data)
    return {kind.value: path for kind, path in written.items()} | {"sc-j2k": small, "ko": folder / "result-ko.dcm"}


class Measure:
    """Each method is a column: an object's kind and file in, a word out."""

    def __init__(self, orthanc: Orthanc, folder: Path) -> None:
        self._orthanc, self._folder = orthanc, folder
        self.columns: Mapping[str, Callable[[str, Path], str]] = {
            "Orthanc stores": self.stored,
            "Orthanc's preview": self.preview,
            "storescp": self.stored_by_dcmtk,
            "SimpleITK": self.simple_itk,
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
            return f"{NO} ({answer.status_code})" if kind not in _NO_PIXELS else NOT
        return YES if np.asarray(Image.open(io.BytesIO(answer.content))).std() > 0 else f"{NO} (empty)"

    def stored_by_dcmtk(self, kind: str, path: Path) -> str:
        from tests.archive.archives import Dcmtk, free_port, start, stop

        port, folder = free_port(), self._folder / "stored"
        folder.mkdir(exist_ok=True)
        process = start([program_of("storescp"), "-od", str(folder), "-aet", "QR", str(port)], self._folder / "l", port)
        try:
            (answer,) = self._send(Dcmtk(process, port, folder).server, "", path)
        except ArchiveError as error:
            print(f"storescp, {kind}: {error} {(self._folder / 'l').read_text()[-300:]}", file=sys.stderr)
            return NO
        finally:
            stop(process)
        return YES if answer.stored else NO

    def simple_itk(self, kind: str, path: Path) -> str:
        return NOT if kind in _NO_PIXELS else _read(path, pydicom.dcmread(path), kind)

    def dcmqi(self, kind: str, path: Path) -> str:
        out = self._folder / f"dcmqi-{kind}"
        out.mkdir(exist_ok=True)
        if kind == "sr":
            run = _run("tid1500reader", "--inputDICOM", path, "--outputMetadata", out / "sr.json")
            return YES if run and (out / "sr.json").is_file() else NO
        if kind in _LIST:
            run = _run("segimage2itkimage", "--inputDICOM", path, "--outputDirectory", out, "-t", "nrrd")
        elif kind in _MAPS:
            run = _run("paramap2itkimage", "--inputDICOM", path, "--outputDirectory", out, "-t", "nrrd")
        else:
            return NOT
        made = sorted(out.glob("*.nrrd"))
        return _read(made[0], pydicom.dcmread(path), kind) if run and made else NO

    def highdicom(self, kind: str, path: Path) -> str:
        import highdicom as hd

        try:
            if kind in _LIST:
                found = hd.seg.segread(path)
                pixels = found.get_total_pixel_matrix() if found.is_tiled else found.get_volume(rescale_fractional=True)
                return _judged(np.asarray(pixels.array), _spacing(found), pydicom.dcmread(path), kind)
            if kind in _MAPS:
                volume = hd.imread(path).get_volume(apply_real_world_transform=True)
                return _judged(volume.array, [float(v) for v in volume.spacing[1:]], pydicom.dcmread(path), kind)
            if kind == "sr":
                return YES if hd.sr.srread(path).content.get_image_measurement_groups() else NO
            if kind == "ko":
                document = hd.ko.KeyObjectSelectionDocument.from_dataset(pydicom.dcmread(path))
                return YES if document.content.get_references() else NO
        except (AttributeError, KeyError, RuntimeError, TypeError, ValueError) as error:
            print(f"highdicom, {kind}: {type(error).__name__}: {error}", file=sys.stderr)
            return NO
        return NOT

    def dcmtk(self, kind: str, path: Path) -> str:
        if kind in ("sr", "ko"):
            return YES if _run(program_of("dsrdump"), path) else NO
        if kind == "pdf":
            out = self._folder / "report.pdf"
            return YES if _run(program_of("dcm2pdf"), path, out) and out.read_bytes().startswith(b"%PDF") else NO
        if kind == "gsps":
            picture = self._folder / "state.pgm"
            source = get_testdata_file("RG1_UNCR.dcm")
            return YES if _run(program_of("dcmp2pgm"), "--pstate", path, source, picture) else NO
        picture = self._folder / f"{kind}.pgm"
        return YES if _run(program_of("dcm2pnm"), path, picture) and picture.is_file() else NO

    def checked(self, kind: str, path: Path) -> str:
        return checked(path)

    @staticmethod
    def _send(server, secret: str, path: Path) -> list[Answer]:
        return list(connect(server, secret).store([outgoing(pydicom.dcmread(path))], CancelToken()))


def checked(path: Path) -> str:
    """Return what dciodvfy says of a file."""
    done = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, errors="replace", check=False)
    errors = re.findall(r"^(?:Error|Abort).*", done.stderr + done.stdout, re.MULTILINE)
    if any("Information Object Not found" in error for error in errors):
        return "class unknown"
    return "no error" if not errors else f"**{len(errors)} errors**"


def _read(path: Path, dataset: pydicom.Dataset, kind: str) -> str:
    """Return whether SimpleITK reads a file, and measures in it what the DICOM file states."""
    import SimpleITK

    SimpleITK.ProcessObject.GlobalWarningDisplayOff()
    try:
        image = SimpleITK.ReadImage(str(path))
    except RuntimeError:
        return NO
    return _judged(SimpleITK.GetArrayFromImage(image), list(image.GetSpacing()[1::-1]), dataset, kind)


def _judged(values: np.ndarray, spacing: list[float] | None, dataset: pydicom.Dataset, kind: str) -> str:
    """Return whether values and spacing (row, column) are those that pydicom reads: then others measure the same."""
    own, stated = dataset.pixel_array.astype(np.float64), _spacing(dataset)
    if kind not in _LIST | _MAPS:
        return YES
    found = np.squeeze(values).astype(np.float64)
    if found.shape != own.shape or spacing is None or stated is None:
        return f"{NO} (shape {found.shape})"
    if not np.allclose(spacing, stated):
        return f"{YES}, **not its spacing**"
    if dataset.get("SegmentationType") in ("BINARY", "LABELMAP"):  # whatever stands for a pixel in the region
        return MEASURES if np.array_equal(found > 0, own > 0) else f"{YES}, **another region**"
    scale = float(dataset.MaximumFractionalValue) if "MaximumFractionalValue" in dataset else 1.0
    same = any(np.allclose(found, own / by, rtol=1e-4, atol=1e-6) for by in {1.0, scale})
    return MEASURES if same else f"{YES}, **other values**"


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


def classes() -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Return the kinds of results, and a row of dciodvfy's words for each class of source."""
    made = segx_viewer.analyze(get_testdata_file("RG1_UNCR.dcm"))
    kinds = [kind for kind in Kind if kind is not Kind.SOURCE]
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for number, source in enumerate(SOURCES):
            image = read_image(write_source(Path(name) / f"{number}.dcm", source))
            placement = Placement.stretch(image.shape, made.placement.input_shape)
            analysis = dataclasses.replace(made, image=image, placement=placement)
            paths: dict[str, Path] = dict(
                write_dicom_results(analysis, Path(name) / str(number), "r", kinds=kinds, include_identity=True)
            )
            paths["ko"] = Path(name) / f"{number}-ko.dcm"
            paths["ko"].write_bytes(key_objects([image])[0].data)
            rows.append((source, [checked(paths[kind]) if kind in paths else NOT for kind in (*kinds, "ko")]))
    return [*kinds, "ko"], rows


def table(columns: list[str], rows: list[tuple[str, list[str]]], first: str = "Object") -> str:
    """Return a table in Markdown."""
    lines = [f"| {first} | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    lines += [f"| {kind} | " + " | ".join(words) + " |" for kind, words in rows]
    return "\n".join(lines)


def main() -> None:
    """Measure, and write the tables into the documentation."""
    page = resources_folder() / "docs" / "archive.md"
    text = page.read_text("utf-8")
    for begin, end, written in (
        (BEGIN, END, table(*measure())),
        (SOURCES_BEGIN, SOURCES_END, table(*classes(), "Source")),
    ):
        print(written)
        before, _, rest = text.partition(begin)
        text = f"{before}{begin}\n\n{written}\n\n{end}{rest.partition(end)[2]}"
    write_bytes(page, text.encode())


if __name__ == "__main__":
    main()
