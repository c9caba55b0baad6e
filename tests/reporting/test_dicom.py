"""DICOM results: valid by dciodvfy where it is installed, and read back by pydicom, highdicom and the viewer."""

import dataclasses
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.uid import (
    ColorSoftcopyPresentationStateStorage,
    ComputedRadiographyImageStorage,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
)

from segx_viewer.cohort.outputs import Output, write_outputs
from segx_viewer.domain.geometry import Placement
from segx_viewer.domain.image import SourceInfo
from segx_viewer.domain.result import Level
from segx_viewer.errors import ExportError
from segx_viewer.imaging.reader import read_image
from segx_viewer.reporting.dicom import Kind, write_dicom_results
from segx_viewer.reporting.dicom.keyobjects import key_objects
from segx_viewer.reporting.dicom.source import picture_dataset
from segx_viewer.reporting.overlay import region_on_image
from segx_viewer.reporting.panels import ReportView
from segx_viewer.reporting.png import render_report
from segx_viewer.reporting.reading import Mark, Reading, Shape
from tests.sources import SOURCES, write_source

WHEN = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
KEY = ("gradcam", 4)
UNKNOWN = "Error - Information Object Not found"
DCIODVFY = shutil.which("dciodvfy")


def _radiograph(path, **changes):
    """Write a computed radiograph whose header has the oddities of real ones."""
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 4096, (120, 90), dtype=np.uint16)
    dataset = pydicom.Dataset()
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = ComputedRadiographyImageStorage
    dataset.SOPInstanceUID, dataset.SeriesInstanceUID, dataset.StudyInstanceUID = "1.2.3.1", "1.2.3.2", "1.2.3.3"
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.PatientName, dataset.PatientID, dataset.PatientSex = "Mönch", "4711", "O"
    dataset.PatientBirthDate, dataset.StudyDate, dataset.StudyTime = "19400305", "20240102", "101112"
    dataset.StudyID, dataset.AccessionNumber, dataset.ReferringPhysicianName = "S1", "A1", "Ref^Erring"
    dataset.Modality, dataset.Manufacturer, dataset.BodyPartExamined = "CR", "X", "CHEST"
    dataset.SeriesNumber, dataset.InstanceNumber, dataset.ViewPosition = 1, 1, "PA"
    dataset.ImageType, dataset.PatientOrientation = ["ORIGINAL", "PRIMARY"], ["L", "F"]
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME1"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    dataset.PixelSpacing = [0, 0]
    dataset.PixelData = pixels.tobytes()
    for keyword, value in changes.items():
        setattr(dataset, keyword, value)
    dataset.save_as(path, enforce_file_format=True)
    return path


@pytest.fixture
def picture(make_analysis):
    analysis = make_analysis()
    return dataclasses.replace(analysis, image=dataclasses.replace(analysis.image, source=SourceInfo(Path("a.png"))))


@pytest.fixture
def radiograph(make_analysis, tmp_path):
    def make(**changes):
        image = read_image(_radiograph(tmp_path / "source.dcm", **changes))
        return dataclasses.replace(make_analysis(), image=image, placement=Placement.stretch(image.shape, (56, 56)))

    return make


def _errors(path):
    run = subprocess.run([DCIODVFY, str(path)], capture_output=True, text=True, errors="replace", check=False)
    return [line for line in (run.stderr + run.stdout).splitlines() if line.startswith(("Error", "Abort"))]


@pytest.mark.skipif(DCIODVFY is None, reason="dciodvfy (Debian package dicom3tools) is not installed")
@pytest.mark.parametrize("kind", ["picture", "radiograph", "spaced radiograph", "radiograph in a frame"])
def test_dciodvfy_finds_no_error(picture, radiograph, tmp_path, kind):
    analysis = {
        "picture": lambda: picture,
        "radiograph": radiograph,
        "spaced radiograph": lambda: radiograph(PixelSpacing=[0.143, 0.143]),
        "radiograph in a frame": lambda: radiograph(FrameOfReferenceUID="1.2.3.8", PositionReferenceIndicator=""),
    }[kind]()
    written = write_dicom_results(analysis, tmp_path / "out", "0001", include_identity=True)
    assert len(written) == (7 if kind == "picture" else 6)
    assert {path.name: _errors(path) for path in written.values()} == {p.name: [] for p in written.values()}


def test_results_are_in_the_sources_study_with_its_patient_and_reference(radiograph, tmp_path):
    written = write_dicom_results(radiograph(), tmp_path / "out", "0001", include_identity=True)
    for path in written.values():
        dataset = pydicom.dcmread(path)
        assert dataset.StudyInstanceUID == "1.2.3.3"
        assert dataset.SeriesInstanceUID != "1.2.3.2"
        assert (str(dataset.PatientName), dataset.PatientID, dataset.PatientSex) == ("Mönch", "4711", "O")
        assert (dataset.PatientBirthDate, dataset.StudyDate, dataset.StudyID) == ("19400305", "20240102", "S1")
    for kind in (Kind.REGION, Kind.PROBABILITY, Kind.ORIGINAL, Kind.SEGX, Kind.REPORT):
        assert "1.2.3.1" in str(pydicom.dcmread(written[kind]).to_json())
    series = {kind: pydicom.dcmread(path).SeriesInstanceUID for kind, path in written.items()}
    assert series[Kind.REGION] == series[Kind.PROBABILITY]
    assert series[Kind.ORIGINAL] == series[Kind.SEGX]
    assert len(set(series.values())) == 4


def test_a_dicom_image_is_not_exported_without_consent_to_its_identity(radiograph, tmp_path):
    with pytest.raises(ExportError, match="name its patient"):
        write_dicom_results(radiograph(), tmp_path / "out", "0001")
    assert not (tmp_path / "out").exists()


def test_segmentations_hold_the_mask_and_the_probability(radiograph, tmp_path):
    analysis = radiograph()
    written = write_dicom_results(analysis, tmp_path, "0001", include_identity=True)
    binary = hd.seg.segread(written[Kind.REGION])
    assert np.array_equal(binary.pixel_array.astype(bool), region_on_image(analysis.segmentation, analysis.placement))
    assert binary.SegmentSequence[0].SegmentedPropertyTypeCodeSequence[0].CodeMeaning == "Lesion"
    fractional = hd.seg.segread(written[Kind.PROBABILITY])
    expected = analysis.placement.to_image(analysis.segmentation.probability)
    assert np.abs(fractional.pixel_array / 255 - expected).max() < 1 / 255
    algorithm = binary.SegmentSequence[0].SegmentationAlgorithmIdentificationSequence[0]
    assert algorithm.AlgorithmVersion == "0.1.0"
    assert analysis.bundle.digest in algorithm.AlgorithmParameters


def test_parametric_maps_hold_the_maps_not_normalised(radiograph, tmp_path):
    analysis = radiograph()
    written = write_dicom_results(analysis, tmp_path, "0001", include_identity=True)
    expected = analysis.placement.to_image(analysis.explanations[KEY].saliency_map)
    original, segx = (pydicom.dcmread(written[kind]) for kind in (Kind.ORIGINAL, Kind.SEGX))
    assert np.array_equal(original.pixel_array, expected)
    region = region_on_image(analysis.segmentation, analysis.placement)
    assert np.array_equal(segx.pixel_array, expected * region)
    assert original.FrameOfReferenceUID == segx.FrameOfReferenceUID
    assert "nominal" in original.ImageComments


def test_the_structured_report_has_the_figures_and_points_to_image_and_segmentation(radiograph, tmp_path):
    analysis = radiograph()
    written = write_dicom_results(analysis, tmp_path, "0001", include_identity=True)
    report = hd.sr.srread(written[Kind.REPORT])
    (classes,) = report.content.get_image_measurement_groups()
    probabilities = [m.value for m in classes.get_measurements()]
    assert probabilities == pytest.approx(analysis.prediction.probabilities.tolist())
    (group,) = report.content.get_planar_roi_measurement_groups()
    figures = {m.name.value: m.value for m in group.get_measurements()}
    assert figures["SEGU_CAUITC"] == pytest.approx(0.41)
    assert figures["P_CORRECT"] == pytest.approx(0.78)
    assert figures["IOU"] == pytest.approx(0.22)
    words = {
        q.name.value: q.value.meaning
        for q in group.get_qualitative_evaluations()
        if q.name.scheme_designator == "99SEGX"
    }
    assert words["CERTAINTY"] == "Moderate"
    assert words["HD95"] == "Undefined: the region is empty"
    text = str(report.to_json())
    assert pydicom.dcmread(written[Kind.REGION]).SOPInstanceUID in text
    assert "dermoscopy-ham10000 explanation" in text


def test_abstaining_states_no_probability_of_being_right(picture, tmp_path):
    certainty = dataclasses.replace(picture.explanations[KEY].certainty, level=Level.ABSTAIN, reason="The map is flat.")
    analysis = picture.with_explanations(dataclasses.replace(picture.explanations[KEY], certainty=certainty))
    written = write_dicom_results(analysis, tmp_path, "0001", kinds=[Kind.REPORT])
    text = str(pydicom.dcmread(written[Kind.REPORT]))
    assert "The map is flat." in text
    assert "P_CORRECT" not in text
    assert text.index("The map is flat.") < text.index("Score of ") < text.index("no statement is made about it")
    assert "Probability of " not in text


def test_the_capture_says_whether_it_names_the_patient(picture, radiograph, tmp_path):
    named = write_dicom_results(radiograph(), tmp_path, "1", kinds=[Kind.PAGE], include_identity=True)
    unnamed = write_dicom_results(picture, tmp_path, "2", kinds=[Kind.PAGE])
    assert pydicom.dcmread(named[Kind.PAGE]).BurnedInAnnotation == "YES"
    assert pydicom.dcmread(unnamed[Kind.PAGE]).BurnedInAnnotation == "NO"


def test_a_picture_is_one_anonymous_instance_that_the_viewer_opens(picture, tmp_path):
    written = write_dicom_results(picture, tmp_path, "0001")
    image = read_image(written[Kind.SOURCE])
    assert np.array_equal(image.pixels, picture.image.pixels)
    assert image.modality == "XC"
    dataset = pydicom.dcmread(written[Kind.SOURCE])
    assert dataset.SOPInstanceUID == picture_dataset(picture.image).SOPInstanceUID
    for path in written.values():
        text = str(pydicom.dcmread(path))
        assert dataset.StudyInstanceUID in text
        words = re.sub(r"[\d.]{20,}", "", text)  # in the digits of a new UID, everything is found one day
        assert "Doe" not in words
        assert "4711" not in words


def test_the_viewer_opens_the_capture(picture, tmp_path):
    written = write_dicom_results(picture, tmp_path, "0001", kinds=[Kind.PAGE], when=WHEN)
    image = read_image(written[Kind.PAGE])
    assert np.array_equal(image.pixels, render_report(picture, view=ReportView(max_pixels=4_000_000), when=WHEN))


def test_a_header_that_cannot_be_referred_to_is_told(radiograph, tmp_path):
    plane = {"ImagePositionPatient": [0, 0, 0], "ImageOrientationPatient": [1, 0, 0, 1, 0, 0]}  # not a plane
    with pytest.raises(ExportError, match="too unusual to refer to"):
        write_dicom_results(
            radiograph(FrameOfReferenceUID="1.2.3.8", **plane), tmp_path / "out", "0001", include_identity=True
        )
    assert not (tmp_path / "out").exists()


def test_a_changed_source_is_noticed(radiograph, tmp_path):
    analysis = radiograph()
    _radiograph(tmp_path / "source.dcm", SOPInstanceUID="1.2.3.9")
    with pytest.raises(ExportError, match="no longer the file"):
        write_dicom_results(analysis, tmp_path / "out", "0001", include_identity=True)


def test_a_refused_image_has_only_its_page(make_analysis, tmp_path):
    refused = make_analysis(refused=True)
    refused = dataclasses.replace(refused, image=dataclasses.replace(refused.image, source=SourceInfo(None)))
    assert set(write_dicom_results(refused, tmp_path, "0001")) == {Kind.SOURCE, Kind.PAGE}


RAMP = np.linspace(0, 1, 30 * 40).reshape(30, 40)
GREYS = {
    "8 bits": (np.uint8(255 * RAMP), "png", 0),
    "16 bits": (np.uint16(65_535 * RAMP), "png", 0),
    "few values in 16 bits": (np.uint16(40 * RAMP), "png", 0),
    "negative whole numbers": (np.int32(4000 * RAMP - 1000), "tif", 0),
    "fractions": (np.float32(3 * RAMP - 1), "tif", 3 / 65_535),
    "more than 16 bits": (np.int32(1_000_000 * RAMP), "tif", 1_000_000 / 65_535),
    "one value": (np.float32(0 * RAMP + 0.5), "tif", 1e-6),
}


@pytest.mark.parametrize("kind", GREYS)
def test_a_grey_pictures_source_holds_its_pixels(make_analysis, tmp_path, kind):
    values, suffix, step = GREYS[kind]
    path = tmp_path / f"grey.{suffix}"
    Image.fromarray(values).save(path)
    picture = read_image(path)
    analysis = dataclasses.replace(make_analysis(), image=picture, placement=Placement.stretch(picture.shape, (56, 56)))
    written = write_dicom_results(analysis, tmp_path, "0001")
    back = read_image(written[Kind.SOURCE])
    assert np.abs(back.pixels - picture.pixels).max() <= step * 0.51
    source = pydicom.dcmread(written[Kind.SOURCE])
    assert (source.SamplesPerPixel, source.PhotometricInterpretation) == (1, "MONOCHROME2")
    assert len(source.PixelData) == values.size * source.BitsAllocated // 8
    assert ("ImageComments" in source) == (step > 0)
    if DCIODVFY is not None:
        assert [error for path in written.values() for error in _errors(path)] == []


def test_the_same_picture_is_the_same_file_at_any_time(picture, tmp_path):
    first = write_dicom_results(picture, tmp_path / "1", "a", kinds=[Kind.SOURCE])[Kind.SOURCE].read_bytes()
    again = write_dicom_results(picture, tmp_path / "2", "b", kinds=[Kind.SOURCE])[Kind.SOURCE]
    assert again.read_bytes() == first
    assert "ContentTime" not in pydicom.dcmread(again)


@pytest.mark.parametrize(
    ("suffix", "stated", "method"),
    [("jpg", "01", "ISO_10918_1"), ("png", "00", None), ("webp", "", None), ("tif", "", None)],
)
def test_lossy_compression_is_stated_as_the_file_tells_it(picture, tmp_path, suffix, stated, method):
    path = tmp_path / f"picture.{suffix}"
    Image.fromarray(picture.image.pixels).save(path)
    misnamed = path.rename(tmp_path / "picture.dat")
    source = picture_dataset(read_image(misnamed))
    assert source.get("LossyImageCompression") == stated
    assert source.get("LossyImageCompressionMethod") == method
    if stated == "01":
        expected = picture.image.pixels.nbytes / misnamed.stat().st_size
        assert float(source.LossyImageCompressionRatio) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(
    ("spacing", "expected", "said"),
    [
        ({"PixelSpacing": [0.2, 0.1]}, [0.2, 0.1], None),
        ({"ImagerPixelSpacing": [0.15, 0.15]}, [0.15, 0.15], "at the detector"),
        ({"NominalScannedPixelSpacing": [0.3, 0.3]}, [0.3, 0.3], "scanned film"),
        ({}, [1, 1], "nominal"),
    ],
)
def test_segmentations_and_maps_have_a_plane_and_name_what_their_spacing_is(
    radiograph, tmp_path, spacing, expected, said
):
    written = write_dicom_results(radiograph(**spacing), tmp_path / "out", "1", include_identity=True)
    planes = set()
    for kind in (Kind.REGION, Kind.PROBABILITY, Kind.ORIGINAL, Kind.SEGX):
        result = pydicom.dcmread(written[kind])
        groups = [result.SharedFunctionalGroupsSequence[0], result.PerFrameFunctionalGroupsSequence[0]]
        measures, orientation, position = (
            next(g[name].value[0] for g in groups if name in g)
            for name in ("PixelMeasuresSequence", "PlaneOrientationSequence", "PlanePositionSequence")
        )
        assert list(measures.PixelSpacing) == expected
        assert list(orientation.ImageOrientationPatient) == [1, 0, 0, 0, 1, 0]
        assert list(position.ImagePositionPatient) == [0, 0, 0]
        planes.add(result.FrameOfReferenceUID)
        assert said in result.ImageComments if said else "ImageComments" not in result
    assert len(planes) == 1  # they register
    if DCIODVFY is not None:
        assert [error for path in written.values() for error in _errors(path)] == []


def test_a_reason_is_told_whole_and_codes_have_one_meaning(picture, tmp_path):
    reason = (
        "The map is flat: " + "the network looked at no part of the image more than at the others; " * 3 + "so much."
    )
    certainty = dataclasses.replace(picture.explanations[KEY].certainty, level=Level.ABSTAIN, reason=reason)
    analysis = picture.with_explanations(dataclasses.replace(picture.explanations[KEY], certainty=certainty))
    written = write_dicom_results(analysis, tmp_path, "0001", kinds=[Kind.REPORT])
    report = pydicom.dcmread(written[Kind.REPORT])
    texts = [element.value for element in report.iterall() if element.keyword == "TextValue"]
    assert reason in texts
    meanings = {}
    for items in (e.value for e in report.iterall() if e.VR == "SQ"):
        for item in items:
            if item.get("CodingSchemeDesignator") == "99SEGX":
                meanings.setdefault(item.CodeValue, set()).add(item.CodeMeaning)
    assert all(len(known) == 1 for known in meanings.values())


def test_results_carry_the_whole_patient_and_study(radiograph, tmp_path):
    header = {
        "IssuerOfPatientID": "HOSPITAL", "AdmissionID": "AD1", "StudyDescription": "Thorax", "PatientAge": "083Y",
        "PatientSize": 1.7,
    }  # fmt: skip
    written = write_dicom_results(radiograph(**header), tmp_path / "out", "1", include_identity=True)
    for path in written.values():
        result = pydicom.dcmread(path)
        assert {keyword: result.get(keyword) for keyword in header} == header, path.name


@pytest.mark.parametrize(("keyword", "side"), [("Laterality", "L"), ("ImageLaterality", "R"), ("Laterality", "")])
def test_the_side_stays(radiograph, tmp_path, keyword, side):
    written = write_dicom_results(radiograph(**{keyword: side}), tmp_path / "out", "1", include_identity=True)
    assert pydicom.dcmread(written[Kind.PAGE]).Laterality == side
    mapped = pydicom.dcmread(written[Kind.SEGX])
    (anatomy,) = mapped.SharedFunctionalGroupsSequence[0].FrameAnatomySequence
    assert anatomy.FrameLaterality == (side or "U")
    assert "Laterality" not in mapped  # PS3.3 C.7.3.1: not beside the frame's own


def test_the_page_is_uncompressed_unless_asked_for(picture, tmp_path):
    plain = write_dicom_results(picture, tmp_path, "1", kinds=[Kind.PAGE], when=WHEN)[Kind.PAGE]
    small = write_dicom_results(picture, tmp_path, "2", kinds=[Kind.PAGE], when=WHEN, jpeg2000=True)[Kind.PAGE]
    syntaxes = [pydicom.dcmread(path).file_meta.TransferSyntaxUID for path in (plain, small)]
    assert syntaxes == [ExplicitVRLittleEndian, JPEG2000Lossless]
    assert small.stat().st_size < plain.stat().st_size / 3
    assert np.array_equal(read_image(plain).pixels, read_image(small).pixels)


SINGLE_FRAMES = {
    "radiofluoroscopy": "1.2.840.10008.5.1.4.1.1.12.2",
    "angiography": "1.2.840.10008.5.1.4.1.1.12.1",
    "ultrasound": "1.2.840.10008.5.1.4.1.1.6.1",
    "ultrasound multi-frame": "1.2.840.10008.5.1.4.1.1.3.1",
    "secondary capture": "1.2.840.10008.5.1.4.1.1.7",
    "multi-frame capture": "1.2.840.10008.5.1.4.1.1.7.2",
    "ophthalmic": "1.2.840.10008.5.1.4.1.1.77.1.5.1",
}


@pytest.mark.parametrize("name", SINGLE_FRAMES)
def test_single_frames_of_multi_frame_classes_have_results(radiograph, tmp_path, name):
    analysis = radiograph(SOPClassUID=SINGLE_FRAMES[name], NumberOfFrames=1)
    written = write_dicom_results(analysis, tmp_path / "out", "1", include_identity=True)
    assert len(written) == 6
    assert SINGLE_FRAMES[name] in pydicom.dcmread(written[Kind.REGION]).to_json()


@pytest.mark.parametrize(
    ("sets", "name"),
    [
        (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        (["", "ISO 2022 IR 149"], "Hong^Gildong=洪^吉洞=홍^길동"),
        ("GB18030", "Wang^XiaoDong=王^小东"),
        ("ISO_IR 192", "Wang^XiaoDong=王^小東"),
    ],
)
def test_names_of_other_scripts_are_exported(radiograph, tmp_path, sets, name):
    analysis = radiograph(SpecificCharacterSet=sets, PatientName=name, StudyDescription="Thorax")
    written = write_dicom_results(analysis, tmp_path / "out", "1", include_identity=True)
    for path in written.values():
        assert str(pydicom.dcmread(path).PatientName) == name


@pytest.mark.parametrize("kind", ["picture", "radiograph"])
def test_the_report_as_a_document_holds_the_pdf_in_the_sources_study(picture, radiograph, tmp_path, kind):
    analysis = picture if kind == "picture" else radiograph(StudyDescription="Thorax")
    (path,) = write_dicom_results(
        analysis, tmp_path / "out", "1", kinds=[Kind.DOCUMENT], include_identity=True, when=WHEN
    ).values()
    document = pydicom.dcmread(path)
    pdf = document.EncapsulatedDocument[: document.EncapsulatedDocumentLength]
    assert pdf.startswith(b"%PDF")
    assert pdf.rstrip().endswith(b"%%EOF")
    assert document.BurnedInAnnotation == ("NO" if kind == "picture" else "YES")
    if kind == "radiograph":
        study = (document.StudyInstanceUID, document.PatientID, document.StudyDescription)
        assert study == ("1.2.3.3", "4711", "Thorax")
        assert document.SourceInstanceSequence[0].ReferencedSOPClassUID == ComputedRadiographyImageStorage
    if DCIODVFY is not None:
        assert _errors(path) == []


def test_a_presentation_state_draws_the_outline_on_the_image(radiograph, tmp_path):
    analysis = radiograph(WindowCenter=2000, WindowWidth=3000)
    (path,) = write_dicom_results(
        analysis, tmp_path / "out", "1", kinds=[Kind.PRESENTATION], include_identity=True
    ).values()
    state = pydicom.dcmread(path)
    reference = state.ReferencedSeriesSequence[0].ReferencedImageSequence[0]
    assert (reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID) == (
        ComputedRadiographyImageStorage,
        "1.2.3.1",
    )
    window = state.SoftcopyVOILUTSequence[0]
    assert (window.WindowCenter, window.WindowWidth) == (2000, 3000)
    region = region_on_image(analysis.segmentation, analysis.placement)
    (outline,) = state.GraphicAnnotationSequence[0].GraphicObjectSequence
    columns, rows = np.array(outline.GraphicData).reshape(-1, 2).T
    inside = np.argwhere(region)
    assert (rows.min(), rows.max()) == (inside[:, 0].min() + 0.5, inside[:, 0].max() + 0.5)
    assert (columns.min(), columns.max()) == (inside[:, 1].min() + 0.5, inside[:, 1].max() + 0.5)
    if DCIODVFY is not None:
        assert _errors(path) == []


MARKS = (
    Mark(Shape.LINE, ((10, 20), (40.5, 60)), "12.3 mm"),
    Mark(Shape.ANGLE, ((5, 5), (20, 30), (60, 30)), "121.0°"),
    Mark(Shape.ELLIPSE, ((30, 10), (50, 70)), "mean 4"),
    Mark(Shape.RECTANGLE, ((60, 80), (30, 100)), "mean 5"),
    Mark(Shape.ARROW, ((-4, 50), (80, 130)), "here"),
    Mark(Shape.TEXT, ((70, 12),), "a note"),
    Mark(Shape.LINE, ((1, 1), (2, 2))),
)


def test_a_presentation_state_has_what_the_reader_drew_and_what_it_measures(radiograph, tmp_path):
    analysis = radiograph()
    (path,) = write_dicom_results(
        analysis,
        tmp_path / "out",
        "1",
        kinds=[Kind.PRESENTATION],
        include_identity=True,
        reading=Reading(marks=MARKS),
    ).values()
    state = pydicom.dcmread(path)
    assert [layer.GraphicLayer for layer in state.GraphicLayerSequence] == ["REGION", "MEASUREMENTS"]
    (drawn,) = (a for a in state.GraphicAnnotationSequence if a.GraphicLayer == "MEASUREMENTS")
    graphics = [(g.GraphicType, np.array(g.GraphicData).reshape(-1, 2)) for g in drawn.GraphicObjectSequence]
    kinds = [kind for kind, _ in graphics]
    assert kinds == ["POLYLINE", "POLYLINE", "ELLIPSE", "POLYLINE", "POLYLINE", "POLYLINE", "POLYLINE"]
    assert np.array_equal(graphics[0][1], [(10, 20), (40.5, 60)])
    assert np.array_equal(graphics[2][1], [(40, 10), (40, 70), (30, 40), (50, 40)])  # the major axis first
    assert np.array_equal(graphics[3][1], [(60, 80), (30, 80), (30, 100), (60, 100), (60, 80)])
    everything = np.concatenate([points for _, points in graphics])
    assert (everything >= 0).all()
    assert (everything <= (90, 120)).all()
    texts = [(text.UnformattedTextValue, text.AnchorPointVisibility) for text in drawn.TextObjectSequence]
    assert texts == [(mark.text, "Y" if mark.shape is Shape.TEXT else "N") for mark in MARKS if mark.text]
    if DCIODVFY is not None:
        assert _errors(path) == []


def test_the_presentation_state_of_a_colour_picture_keeps_its_colours(make_analysis, tmp_path):
    image = read_image(write_source(tmp_path / "source.dcm", "VL Photographic"))
    analysis = dataclasses.replace(make_analysis(), image=image, placement=Placement.stretch(image.shape, (56, 56)))
    (path,) = write_dicom_results(
        analysis, tmp_path / "out", "1", kinds=[Kind.PRESENTATION], include_identity=True
    ).values()
    state = pydicom.dcmread(path)
    assert state.SOPClassUID == ColorSoftcopyPresentationStateStorage
    assert state.ICCProfile[36:40] == b"acsp"  # ICC.1: the signature of a profile
    assert state.GraphicAnnotationSequence[0].GraphicObjectSequence[0].GraphicType == "POLYLINE"
    assert "SoftcopyVOILUTSequence" not in state


def test_a_label_map_holds_the_mask_for_highdicom(radiograph, tmp_path):
    analysis = radiograph()
    (path,) = write_dicom_results(
        analysis, tmp_path / "out", "1", kinds=[Kind.LABELMAP], include_identity=True
    ).values()
    found = hd.seg.segread(path)
    assert found.segmentation_type is hd.seg.SegmentationTypeValues.LABELMAP
    assert np.array_equal(found.pixel_array == 1, region_on_image(analysis.segmentation, analysis.placement))
    assert (found.PatientID, found.StudyInstanceUID) == ("4711", "1.2.3.3")


@pytest.mark.skipif(DCIODVFY is None, reason="dciodvfy (Debian package dicom3tools) is not installed")
@pytest.mark.parametrize("name", SOURCES)
def test_dciodvfy_finds_no_error_in_any_result_of_any_class_of_source(make_analysis, tmp_path, name):
    image = read_image(write_source(tmp_path / "source.dcm", name))
    analysis = dataclasses.replace(make_analysis(), image=image, placement=Placement.stretch(image.shape, (56, 56)))
    kinds = [kind for kind in Kind if kind is not Kind.SOURCE]
    written = write_dicom_results(
        analysis, tmp_path / "out", "1", kinds=kinds, include_identity=True, reading=Reading(marks=MARKS)
    )
    assert set(kinds) == set(written)
    (marked,) = key_objects([image])
    (tmp_path / "out" / "ko.dcm").write_bytes(marked.data)
    labels = _errors(written.pop(Kind.LABELMAP))
    assert labels == [] or UNKNOWN in labels  # dicom3tools of 2023 knows no label maps, and judges them as others
    paths = [*written.values(), tmp_path / "out" / "ko.dcm"]
    assert {path.name: _errors(path) for path in paths} == {path.name: [] for path in paths}


@pytest.mark.parametrize(
    ("output", "name"),
    [
        (Output.DICOM_PDF, "0001-pdf.dcm"),
        (Output.DICOM_LABELMAP, "0001-seg-labelmap.dcm"),
        (Output.DICOM_GSPS, "0001-gsps.dcm"),
        (Output.DICOM_SC_J2K, "0001-j2k-sc.dcm"),
    ],
)
def test_what_dicom_leaves_out_is_an_output_of_its_own(radiograph, tmp_path, output, name):
    (path,) = write_outputs(radiograph(), tmp_path / "out", "0001", [output], include_identity=True)
    assert path.name == name
    syntax = pydicom.dcmread(path).file_meta.TransferSyntaxUID
    assert (syntax == JPEG2000Lossless) is (output is Output.DICOM_SC_J2K)
