"""What leaves the program by default, from sources that carry identity everywhere they can."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pydicom
import pypdfium2
import pytest
from PIL import ExifTags, Image, PngImagePlugin
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian

from segx_viewer.cohort.outputs import Output, output_name, write_outputs
from segx_viewer.domain.geometry import Placement
from segx_viewer.errors import ExportError
from segx_viewer.imaging.reader import read_image
from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.reporting import pdf, png
from segx_viewer.reporting.content import describe
from segx_viewer.reporting.dicom import write_dicom_results
from segx_viewer.reporting.table import analysis_to_dict, csv_row, write_csv
from segx_viewer.reporting.typeset import Text

NAME = "Zweistein"
UID = "1.2.777.4711"
DATE = "19770707"
TRACES = [NAME, UID, DATE, "1977-07-07", "07.07.1977", "47.3769", "8.5417"]
BY_VR = {"AS": "062Y", "DA": DATE, "DS": "7", "DT": f"{DATE}070707", "IS": "7", "PN": f"{NAME}^{NAME}", "TM": "070707"}
BY_VR |= dict.fromkeys(("AE", "LO", "LT", "SH", "ST", "UC", "UT"), NAME) | {
    "CS": NAME.upper(),
    "UR": f"https://{NAME}.org",
}
FOLDER = f"{NAME}, Albert"


def radiograph(folder: Path) -> Path:
    """A radiograph with every element of the de-identification profile's table, also in a sequence."""
    from dicomanonymizer.simpledicomanonymizer import initialize_actions

    ds = Dataset()
    nested = Dataset()
    for tag in initialize_actions("dicomfields_2026c"):
        if len(tag) != 2 or tag[0] in (0x0000, 0x0002) or not pydicom.datadict.dictionary_has_tag(tag):
            continue
        vr = dictionary_VR(tag).split(" or ")[0]
        if vr == "UI":
            value = f"{UID}.{tag[0]}.{tag[1]}"
        elif vr in BY_VR:
            value = BY_VR[vr]
        else:
            continue
        for target in (ds, nested):
            target.add(DataElement(tag, vr, value))
    ds.SourceImageSequence = [nested]
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.SourceApplicationEntityTitle = NAME
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPClassUID = ComputedRadiographyImageStorage
    ds.Modality, ds.BodyPartExamined, ds.ViewPosition, ds.PatientSex = "CR", "CHEST", "PA", "F"
    ds.PatientBirthDate, ds.PatientAge = "19150707", "062Y"
    ds.Rows, ds.Columns, ds.SamplesPerPixel, ds.PhotometricInterpretation = 60, 80, 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.WindowCenter, ds.WindowWidth, ds.WindowCenterWidthExplanation = 2000, 4000, NAME
    ds.add_new(0x60000010, "US", 60)
    ds.add_new(0x60000011, "US", 80)
    ds.add_new(0x60000040, "CS", "G")
    ds.add_new(0x60000050, "SS", [1, 1])
    ds.add_new(0x60000100, "US", 1)
    ds.add_new(0x60000102, "US", 0)
    ds.add_new(0x60001500, "LO", NAME)
    ds.add_new(0x60003000, "OB", bytes(600))
    ds.PixelData = (np.arange(4800, dtype=np.uint16).reshape(60, 80) % 4096).tobytes()
    ds.private_block(0x0099, NAME, create=True).add_new(1, "LO", NAME)
    ds.preamble = NAME.encode().ljust(128, b"\0")
    path = folder / f"{NAME}.dcm"
    ds.save_as(path, enforce_file_format=True)
    return path


def photograph(folder: Path) -> Path:
    """A telephone's photograph: who, when and where in EXIF, XMP and a comment."""
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = exif[ExifTags.Base.ImageDescription] = exif[ExifTags.Base.Copyright] = NAME
    exif[ExifTags.Base.DateTime] = "1977:07:07 07:07:07"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = NAME.encode()
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (47.3769, 0.0, 0.0), 3: "E", 4: (8.5417, 0.0, 0.0)})
    path = folder / f"{NAME}.jpg"
    xmp = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:creator>{NAME}</rdf:creator></x:xmpmeta>'.encode()
    Image.fromarray(draw_lesion((60, 80))).save(path, exif=exif, comment=NAME.encode(), xmp=xmp)
    return path


def screenshot(folder: Path) -> Path:
    """A PNG with text chunks."""
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", NAME)
    texts.add_itxt("Title", NAME, zip=True)
    texts.add_text("Comment", NAME, zip=True)
    path = folder / f"{NAME}.png"
    Image.fromarray(draw_lesion((60, 80))).save(path, pnginfo=texts)
    return path


def scan(folder: Path) -> Path:
    """A TIFF with descriptions."""
    path = folder / f"{NAME}.tif"
    tags = {270: NAME, 315: NAME, 306: "1977:07:07 07:07:07", 316: NAME}
    Image.fromarray(draw_lesion((60, 80))).save(path, tiffinfo=tags, compression="tiff_lzw")
    return path


SOURCES = {"dicom": radiograph, "jpeg": photograph, "png": screenshot, "tiff": scan}


@pytest.fixture(params=SOURCES)
def analysis(request, make_analysis, tmp_path):
    """An analysis of one of the sources, whose warnings quote its path."""
    folder = tmp_path / FOLDER
    folder.mkdir()
    path = SOURCES[request.param](folder)
    assert NAME.encode() in path.read_bytes(), "the source does carry it"
    image = read_image(path)
    return dataclasses.replace(
        make_analysis(),
        image=image,
        placement=Placement.stretch(image.shape, (56, 56)),
        warnings=(f"{path} is unusual.", f"{path.name} is instance {image.source.sop_instance_uid or 'none'}."),
    )


@pytest.fixture
def drawn(monkeypatch):
    """Texts that are drawn on pages; pixels themselves cannot be searched."""
    texts = []
    for module in (png, pdf):
        lay_out = module.lay_out

        def noting(*arguments, lay_out=lay_out, **options):
            page = lay_out(*arguments, **options)
            texts.extend(operation.text for operation in page.operations if isinstance(operation, Text))
            return page

        monkeypatch.setattr(module, "lay_out", noting)
    return texts


def readable(path: Path) -> str:
    """Everything a file says: its bytes, and what is compressed in them."""
    content = path.read_bytes()
    found = [path.name, content.decode("latin-1"), content.decode("utf-16-le", "ignore")]
    if path.suffix == ".pdf":
        document = pypdfium2.PdfDocument(path)
        for page in document:
            words = page.get_textpage()
            found.append(words.get_text_bounded())
            words.close()
        found.append(str(document.get_metadata_dict()))
        document.close()
    elif path.suffix == ".png":
        with Image.open(path) as picture:
            picture.load()
            found.append(str(picture.info))
    elif path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as arrays:
            found += [f"{name} {array.dtype}" for name, array in arrays.items()]
    elif path.suffix == ".dcm":
        found.append(str(pydicom.dcmread(path)))
    return "\n".join(found)


def traces(text: str) -> list[str]:
    return [trace for trace in TRACES if trace.lower() in text.lower()]


def written_by(analysis, out, **options):
    """Write everything that can be written of an image, and return the paths."""
    is_dicom = bool(analysis.image.source.sop_instance_uid)
    kinds = [kind for kind in Output if not (is_dicom and kind.value.startswith("dicom") and not options)]
    paths = write_outputs(analysis, out, output_name(1, analysis), kinds, **options)
    with (out / "results.csv").open("w", encoding="utf-8", newline="") as file:
        write_csv(file, [csv_row(analysis, "0001")])
    return [*paths, out / "results.csv"]


def test_nothing_that_is_written_by_default_names_anybody(analysis, drawn, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    paths = written_by(analysis, out)
    assert {path.suffix for path in paths} >= {".png", ".pdf", ".json", ".npz", ".csv"}
    assert {path.name: traces(readable(path)) for path in paths} == {path.name: [] for path in paths}
    assert len(drawn) > 60
    assert traces("\n".join(drawn)) == []


def test_the_search_finds_identity_where_it_was_asked_for(analysis, drawn, tmp_path):
    """The test above would see a leak: the same search, with consent."""
    out = tmp_path / "out"
    out.mkdir()
    by_suffix = {}
    for path in written_by(analysis, out, include_identity=True):
        by_suffix.setdefault(path.suffix, []).append(bool(traces(readable(path))))
    assert all(any(by_suffix[suffix]) for suffix in (".pdf", ".json"))
    assert traces("\n".join(drawn))
    assert "CONTAINS PATIENT IDENTITY" in "\n".join(drawn)
    record = json.loads(next(out.glob("*.json")).read_text("utf-8"))
    assert NAME in str(record["identity"])


def test_dicom_results_of_a_dicom_image_are_refused_without_consent(make_analysis, tmp_path):
    image = read_image(radiograph(tmp_path))
    analysis = dataclasses.replace(make_analysis(), image=image, placement=Placement.stretch(image.shape, (56, 56)))
    with pytest.raises(ExportError, match="ask for the identity to be included"):
        write_dicom_results(analysis, tmp_path / "out", "0001")
    assert not (tmp_path / "out").exists()


def test_codes_of_the_header_that_repeat_the_name_are_cleaned(make_analysis):
    """What kind of image it is stays in the results; a name that was typed there does not."""
    analysis = make_analysis()
    facts = dataclasses.replace(analysis.image.acquisition, body_part="DOE", view_position="JANE", laterality="DOE")
    image = dataclasses.replace(analysis.image, acquisition=facts, orientation=("DOE", "JANE"), modality="DOE")
    analysis = dataclasses.replace(analysis, image=image)
    record = json.dumps([analysis_to_dict(analysis), csv_row(analysis, "0001")])
    page = str(describe(analysis).looked_at)
    assert not [text for text in (record, page) if "doe" in text.lower() or "jane" in text.lower()]


def test_compressed_texts_are_searched_as_well(tmp_path):
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", NAME, zip=True)
    path = tmp_path / "x.png"
    Image.fromarray(draw_lesion((60, 80))).save(path, pnginfo=texts)
    assert NAME.encode() not in path.read_bytes()
    assert traces(readable(path)) == [NAME]
