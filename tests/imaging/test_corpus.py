"""Every file of pydicom's and pydicom-data's collections: opened, or refused with one sentence."""

import contextlib
import importlib.util
import shutil
import subprocess
import warnings
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path

import pydicom
import pytest

from segx_viewer.errors import ImageReadError, UnsupportedImageError
from segx_viewer.imaging.display import to_display
from segx_viewer.imaging.guarded import read_image_guarded, stop_decoder

# Which files are refused, with which words, and why that is right: the first pattern that fits a file counts.
REFUSED = [
    ("*/MR_truncated.dcm", "is truncated", "its pixels were cut off"),
    ("*/JPEG2000-embedded-sequence-delimiter.dcm", "could not be decoded", "its codestream is damaged"),
    ("*/TINY_ALPHA/PT000000/*", "is incomplete", "a CT image's header without rows, columns and pixels"),
    ("charset_files/chrJapMulti*.dcm", "is incomplete", "a radiograph's header whose pixels were taken out"),
    ("charset_files/chrKoreanMulti.dcm", "is incomplete", "a radiograph's header whose pixels were taken out"),
    ("charset_files/chrSQEncoding*.dcm", "is incomplete", "a few elements that call themselves an image"),
    ("*/*priv_SQ.dcm", "is incomplete", "a few elements that call themselves an image"),
    ("*/UN_sequence.dcm", "is incomplete", "a few elements that call themselves an image"),
    ("*/no_meta_group_length.dcm", "is incomplete", "a few elements that call themselves an image"),
    ("*/meta_missing_tsyntax.dcm", "is incomplete", "a few elements that call themselves an image"),
    ("*/DICOMDIR*", "(Media Storage Directory Storage)", "a directory: it is opened as a list of files"),
    ("palettes/*", "(Color Palette Storage)", "a table of colours"),
    ("*/rt[ps]*.dcm", "(RT ", "a plan or a structure set of radiotherapy"),
    ("*/ExplVR_*NoMeta.dcm", "(RT Ion Plan Storage)", "a plan of radiotherapy"),
    ("*/reportsi*.dcm", "(Basic Text SR Storage)", "a structured report"),
    ("*/test-SR.dcm", "(Comprehensive SR Storage)", "a structured report"),
    ("*/waveform_ecg.dcm", "Waveform Storage)", "an electrocardiogram"),
    ("*/empty_charset_LEI.dcm", "holds no image", "two elements"),
    ("*/no_meta.dcm", "is not an image", "a preamble followed by a data set that cannot be parsed"),
    ("*.txt", "is not an image", "a text"),
    ("*/README", "is not an image", "a text"),
    ("*.dump", "is not an image", "a text"),
    ("*.icc", "is not an image", "a colour profile"),
    ("*.gz", "is not an image", "a compressed file"),
]
DCMTK = shutil.which("dcm2img") or shutil.which("dcmj2pnm")


def others_show_it(path: Path, folder: Path) -> str:
    """Which other reader makes a picture of the file; "" when none does."""
    with warnings.catch_warnings(), contextlib.suppress(Exception):
        warnings.simplefilter("ignore")
        if pydicom.dcmread(path, force=True).pixel_array.size:
            return "pydicom"
    if DCMTK is None:
        return ""
    done = subprocess.run([DCMTK, "-q", str(path), str(folder / "x.pnm")], capture_output=True, timeout=60, check=False)
    return Path(DCMTK).name if done.returncode == 0 else ""


@pytest.mark.slow
@pytest.mark.parametrize("package", ["pydicom", "data_store"])
def test_collection(package, say, publish, tmp_path):
    spec = importlib.util.find_spec(package)
    if spec is None:
        pytest.skip("needs pydicom-data")
    folder = Path(spec.submodule_search_locations[0], "data")
    files = [p for p in sorted(folder.rglob("*")) if p.is_file() and p.suffix not in {".py", ".pyc", ".json", ".md"}]
    reasons: Counter[str] = Counter()
    opened = 0
    for path in files:
        name = path.relative_to(folder).as_posix()
        row = next((row for row in REFUSED if fnmatch(name, row[0])), None)
        try:
            image = read_image_guarded(path)
        except (ImageReadError, UnsupportedImageError) as error:
            sentence = str(error)
            assert sentence.startswith(path.name)
            assert sentence.endswith(".")
            assert "crashed" not in sentence
            assert row is not None, f"{name} is refused without a known reason: {sentence}"
            assert row[1] in sentence
            assert not others_show_it(path, tmp_path), f"{name} is refused, but others show it"
            reasons[f"{type(error).__name__}: {row[2]}"] += 1
            continue
        assert to_display(image).shape[:2] == image.shape
        assert row is None, f"{name} is opened; the table says: {row[2]}"
        opened += 1
    stop_decoder()
    checked = "pydicom" if DCMTK is None else f"pydicom and {Path(DCMTK).name}"
    said = f"{len(files)} files tried, {opened} opened, {reasons.total()} refused"
    said += f" (none of them is shown by {checked} either), 0 crashed" if reasons else ", 0 crashed"
    say(f"{package}: {said}")
    rows = [f"| {count} | {reason.replace(': ', ' | ', 1)} |" for reason, count in reasons.most_common()]
    table = ["", "| refused | as | what they are |", "|---|---|---|", *rows] if rows else []
    publish(package, "\n".join([f"{said}.", *table]))
    for reason, count in reasons.most_common():
        say(f"  {count:4d}  {reason}")
    assert opened > 50


def test_every_frame_of_a_multi_frame_file():
    spec = importlib.util.find_spec("data_store")
    if spec is None:
        pytest.skip("needs pydicom-data")
    path = Path(spec.submodule_search_locations[0], "data", "emri_small.dcm")
    first = read_image_guarded(path)
    means = {read_image_guarded(path, frame=index).pixels.mean() for index in range(first.source.frames)}
    stop_decoder()
    assert len(means) == first.source.frames == 10
