"""The 8-bit picture against an independent reader: DCMTK's dcm2img or dcmj2pnm.

JPEG 2000 and JPEG-LS, which those tools of DCMTK do not read, are decompressed by GDCM first.
"""

import importlib.util
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom.uid import HTJ2K, JPEG2000TransferSyntaxes, JPEGLSTransferSyntaxes

from segx_viewer.domain.image import MedicalImage, VoiFunction, VoiLut
from segx_viewer.errors import ImageReadError, SegxError, UnsupportedImageError
from segx_viewer.imaging.display import default_voi, to_display
from segx_viewer.imaging.reader import read_image

DCMTK = shutil.which("dcm2img") or shutil.which("dcmj2pnm")

_WORD_ORDER = (
    "32 bits as OW in big endian: DCMTK takes the low 16-bit word first, as PS3.5 has it; the file, and pydicom's "
    "reading of it, has plain big-endian numbers. Ours equals the little-endian original's picture."
)
_CHROMA_CENTRE = (
    "YBR_FULL: DCMTK takes 127.5 for zero chrominance and drops fractions, where PS3.3 C.7.6.3.1.2 has 128; "
    "ours is the formula's value, rounded (tested against pydicom's floating-point conversion)."
)
EXPLAINED = {
    "rtdose_expb.dcm": _WORD_ORDER,
    "rtdose_expb_1frame.dcm": _WORD_ORDER,
    "SC_ybr_full_uncompressed.dcm": _CHROMA_CENTRE,
}


def corpus() -> list[Path]:
    """pydicom's own test files, and those of pydicom-data where it is installed."""
    folders = []
    for package in ("pydicom", "data_store"):
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.submodule_search_locations:
            folders.append(Path(spec.submodule_search_locations[0], "data"))
    foreign = {".py", ".pyc", ".json", ".md"}
    return sorted(p for folder in folders for p in folder.rglob("*") if p.is_file() and p.suffix not in foreign)


def voi_options(image: MedicalImage, *, by_number: bool) -> list[str]:
    voi = default_voi(image)
    if voi is None:
        return ["-W"]
    if isinstance(voi, VoiLut):
        return ["+Wl", "1"]
    if by_number and image.windows and voi is image.windows[0]:
        return ["+Wi", "1"]
    # LINEAR_EXACT in terms of LINEAR, the only one that DCMTK's command line has
    shift = {VoiFunction.LINEAR: (0, 0), VoiFunction.LINEAR_EXACT: (0.5, 1)}[voi.function]
    return ["+Ww", str(voi.center + shift[0]), str(voi.width + shift[1])]


def by_dcmtk(path: Path, image: MedicalImage, folder: Path) -> np.ndarray | str:
    """Return DCMTK's picture, or what it complains about."""
    if image.source.transfer_syntax in {*JPEG2000TransferSyntaxes, *JPEGLSTransferSyntaxes} - {HTJ2K}:
        path = decompressed_by_gdcm(path, folder / "decompressed.dcm")
        if path is None:
            return "GDCM does not decompress it"
    output = folder / "picture.pnm"
    complaint = ""
    for by_number in (True, False):
        output.unlink(missing_ok=True)
        options = ["-q", "-O", "+op", "+F", str(image.source.frame + 1), *voi_options(image, by_number=by_number)]
        done = subprocess.run(
            [DCMTK, *options, str(path), str(output)], capture_output=True, text=True, timeout=60, check=False
        )
        if done.returncode == 0 and output.exists() and output.stat().st_size:
            with Image.open(output) as picture:
                return np.asarray(picture.convert("RGB" if image.is_colour else "L"))
        complaint = done.stderr.replace(str(path), "").strip().splitlines()[-1:] or [f"exit {done.returncode}"]
    return f"DCMTK: {complaint[0]}"


def decompressed_by_gdcm(path: Path, target: Path) -> Path | None:
    import gdcm

    reader = gdcm.ImageReader()
    reader.SetFileName(str(path))
    if not reader.Read():
        return None
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.ExplicitVRLittleEndian))
    change.SetInput(reader.GetImage())
    if not change.Change():
        return None
    writer = gdcm.ImageWriter()
    writer.SetFileName(str(target))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    return target if writer.Write() else None


@pytest.mark.slow
@pytest.mark.skipif(DCMTK is None, reason="needs DCMTK's dcm2img or dcmj2pnm")
def test_display_agrees_with_dcmtk(tmp_path, say, publish):
    refused: Counter[str] = Counter()
    not_compared: dict[str, str] = {}
    different: dict[str, int] = {}
    same = 0
    for path in corpus():
        try:
            image = read_image(path)
        except SegxError as error:
            refused[type(error).__name__] += 1
            continue
        theirs = by_dcmtk(path, image, tmp_path)
        if isinstance(theirs, str):
            not_compared[path.name] = theirs
            continue
        ours = to_display(image)
        assert ours.shape == theirs.shape, path.name
        largest = int(np.abs(ours.astype(int) - theirs).max())
        if largest <= 1:
            same += 1
        else:
            different[path.name] = largest
    say(f"agreement with {Path(DCMTK).name}, pictures within 1 grey level: {same}")
    for name, largest in different.items():
        say(f"  differs by up to {largest}: {name}: {EXPLAINED.get(name, 'NOT EXPLAINED')}")
    for name, complaint in not_compared.items():
        say(f"  opened here, not there: {name}: {complaint}")
    say(f"  refused here: {dict(refused)}")
    rows = [
        f"| {name} | differs by up to {n} | {EXPLAINED.get(name, 'NOT EXPLAINED')} |" for name, n in different.items()
    ]
    rows += [f"| {name} | opened here, not there | {complaint} |" for name, complaint in not_compared.items()]
    head = f"{same} pictures agree with {Path(DCMTK).name} within 1 grey level, {len(different)} differ."
    publish("agreement", "\n".join([head, "", "| file | | |", "|---|---|---|", *rows]))
    assert same >= 60  # pydicom's own files alone
    assert set(different) <= set(EXPLAINED)
    assert set(refused) <= {ImageReadError.__name__, UnsupportedImageError.__name__}


@pytest.mark.skipif(DCMTK is None, reason="needs DCMTK's dcm2img or dcmj2pnm")
def test_overlay_agrees_with_dcmtk(tmp_path):
    path = {path.name: path for path in corpus()}["examples_overlay.dcm"]
    image = read_image(path)
    without = by_dcmtk(path, image, tmp_path)
    output = tmp_path / "with.pnm"
    subprocess.run([DCMTK, "-q", "+O", "1", "+Omr", "+op", "+Wi", "1", str(path), str(output)], check=True, timeout=60)
    with Image.open(output) as picture:
        drawn = np.asarray(picture.convert("L")) != without
    mask = image.overlays[0].mask
    assert mask.any()
    assert not (drawn & ~mask).any()
    assert (drawn | ~mask | (without == 255)).all()


def test_luminance_and_chrominance_agree_with_pydicom(make_dicom):
    from pydicom.pixels import convert_color_space

    ybr = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    ours = read_image(make_dicom(ybr, PhotometricInterpretation="YBR_FULL")).pixels
    assert np.abs(ours.astype(int) - convert_color_space(ybr, "YBR_FULL", "RGB")).max() <= 1


def test_big_endian_words_are_read_as_their_little_endian_original():
    files = {path.name: path for path in corpus()}
    if "rtdose_expb.dcm" not in files:
        pytest.skip("needs pydicom-data")
    assert np.array_equal(read_image(files["rtdose_expb.dcm"]).pixels, read_image(files["rtdose.dcm"]).pixels)
