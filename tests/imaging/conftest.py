"""DICOM files made to measure."""

import os
import platform
from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import ImageCms
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

MakeDicom = Callable[..., Path]
README = Path(__file__).with_name("README.md")
_LINES = pytest.StashKey[list[str]]()


@pytest.fixture
def say(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Add a line to what is shown at the end of the run."""
    return request.config.stash.setdefault(_LINES, []).append


@pytest.fixture
def publish() -> Callable[[str, str], None]:
    """Write what was measured into a part of README.md beside the tests, if SEGX_VIEWER_WRITE is set."""

    def write(part: str, text: str) -> None:
        if "SEGX_VIEWER_WRITE" not in os.environ:
            return
        page = README.read_text("utf-8")
        before, begun, rest = page.partition(f"<!-- {part}:begin -->")
        _, ended, after = rest.partition(f"<!-- {part}:end -->")
        assert begun
        assert ended
        versions = ", ".join(f"{name} {version(name)}" for name in ("pydicom", "pydicom-data", "pillow", "numpy"))
        place = f"Measured on {date.today().isoformat()}: {platform.system()}, {versions}."
        README.write_text(f"{before}{begun}\n{place}\n\n{text}\n{ended}{after}", "utf-8")

    return write


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show what the tests said."""
    if lines := config.stash.get(_LINES, []):
        terminalreporter.section("images: files tried, agreement, privacy")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture
def swapping_profile() -> bytes:
    """An ICC profile whose red and blue primaries are exchanged, so that its conversion cannot be overlooked."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"tmp.", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"tmp.", b"bXYZ", 1)


@pytest.fixture
def make_dicom(tmp_path: Path) -> MakeDicom:
    """Write a DICOM file from stored values and header values (keyword=value; None deletes)."""

    def make(
        stored: np.ndarray, name: str = "image.dcm", syntax: str = ExplicitVRLittleEndian, **header: object
    ) -> Path:
        ds = Dataset()
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = syntax
        ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.1.1"
        ds.SOPInstanceUID = generate_uid()
        ds.StudyInstanceUID = generate_uid()
        ds.SeriesInstanceUID = generate_uid()
        ds.Modality = "DX"
        colour = stored.ndim == 3 and stored.shape[-1] == 3
        ds.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
        ds.SamplesPerPixel = 3 if colour else 1
        if colour:
            ds.PlanarConfiguration = 0
        elif stored.ndim == 3:
            ds.NumberOfFrames = stored.shape[0]
        ds.Rows, ds.Columns = stored.shape[:2] if colour or stored.ndim == 2 else stored.shape[1:]
        ds.BitsAllocated = ds.BitsStored = stored.dtype.itemsize * 8
        ds.PixelRepresentation = int(stored.dtype.kind == "i")
        if stored.dtype == np.float32:
            ds.FloatPixelData = stored.tobytes()
        elif stored.dtype == np.float64:
            ds.DoubleFloatPixelData = stored.tobytes()
        else:
            ds.PixelData = stored.tobytes() + b"\0" * (stored.nbytes % 2)
            ds["PixelData"].VR = "OB" if stored.dtype.itemsize == 1 else "OW"
        for keyword, value in header.items():
            if value is None:
                del ds[keyword]
            else:
                setattr(ds, keyword, value)
        if "BitsStored" in ds and "HighBit" not in header:
            ds.HighBit = ds.BitsStored - 1
        path = tmp_path / name
        pydicom.dcmwrite(path, ds, enforce_file_format=True)
        return path

    return make
