"""Series of DICOM files in the window: what is a stack, in which order, under which heading, with which window."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from segx_viewer.app.model.stack import stack_of, stack_text
from segx_viewer.app.panels.comparison import head_text

AXIAL, CORONAL = [1, 0, 0, 0, 1, 0], [1, 0, 0, 0, 0, -1]
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a small MR file; keyword=value, `level` is the brightness of its one bright corner."""

    def made(name: str, level: int = 1000, **header: object) -> Path:
        ds = Dataset()
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
        ds.SOPInstanceUID = generate_uid()
        ds.StudyInstanceUID, ds.SeriesInstanceUID = "1.2.3", "1.2.3.4"
        ds.Modality, ds.PatientName, ds.PatientID = "MR", "Doe^Jane", "1"
        ds.PhotometricInterpretation, ds.SamplesPerPixel = "MONOCHROME2", 1
        ds.Rows, ds.Columns = 16, 20
        ds.BitsAllocated = ds.BitsStored = 16
        ds.HighBit, ds.PixelRepresentation = 15, 0
        pixels = np.zeros((16, 20), np.uint16)
        pixels[:8] = level
        ds.PixelData = pixels.tobytes()
        for keyword, value in header.items():
            setattr(ds, keyword, value)
        path = tmp_path / "disc" / name
        path.parent.mkdir(exist_ok=True)
        pydicom.dcmwrite(path, ds, enforce_file_format=True)
        return path

    return made


def placed(z: float, number: int, direction: list[int] = AXIAL, **header: object) -> dict[str, object]:
    position = [0, 0, z] if direction is AXIAL else [0, z, 0]
    return {"ImageOrientationPatient": direction, "ImagePositionPatient": position, "InstanceNumber": number, **header}


def headers_read(window) -> bool:
    return not window.workspace.documents.pending and all(d.header for d in window.workspace.documents)


def open_all(qtbot, window, folder: Path) -> None:
    window.open_paths([folder])
    qtbot.waitUntil(lambda: len(window.workspace.documents) > 0)
    qtbot.waitUntil(lambda: headers_read(window))
    # Painted first, put into its place in the list then, summed last.
    qtbot.waitUntil(lambda: window.workspace.documents.current.sha256 != "")
    window.studies.order()


def tree(item) -> list:
    children = [item.child(i) for i in range(item.childCount())]
    return [(child.text(0).splitlines()[0], tree(child)) if child.childCount() else child.text(0).splitlines()[0]
            for child in children]  # fmt: skip


def shown(window) -> list:
    return tree(window.studies.invisibleRootItem())


def test_the_wheel_goes_through_the_body_whatever_the_files_are_called(qtbot, window, write):
    heights = {"c.dcm": 0, "a.dcm": 10, "d.dcm": 20, "b.dcm": 30}
    paths = [write(name, **placed(z, 1 + z // 10)) for name, z in heights.items()]
    open_all(qtbot, window, paths[0].parent)
    documents = window.workspace.documents
    stack = stack_of(documents, documents.current)
    assert [path.name for path, _ in stack.members] == list(heights)
    window.commands.run("first")
    visited = [documents.current.name]
    while window.scroller.step(1) and documents.current.name != visited[-1]:
        visited.append(documents.current.name)
    assert visited == list(heights)
    assert [name for _, [(_, [(_, names)])] in shown(window) for name in names] == list(heights)


def test_localiser_and_slices_are_two_stacks_with_headings(qtbot, window, write):
    for z in range(3):
        path = write(f"{z}.dcm", **placed(z, z + 2))
    write("z-scout.dcm", **placed(0, 1, CORONAL, ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"]))
    open_all(qtbot, window, path.parent)
    ((_, [(_, series)]),) = shown(window)
    assert series == [("MR · localiser", ["z-scout.dcm"]), ("MR · axial", ["0.dcm", "1.dcm", "2.dcm"])]
    documents = window.workspace.documents
    scout = next(d for d in documents if d.name == "z-scout.dcm")
    assert stack_of(documents, scout) is None
    assert stack_text(documents, next(d for d in documents if d.name == "1.dcm")) == "2 / 3 · axial"


def test_a_file_that_is_there_twice_counts_once_and_says_so(qtbot, window, write):
    for z in range(3):
        path = write(f"{z}.dcm", **placed(z, z + 1), SOPInstanceUID=f"1.2.3.4.{z}")
    write("9-copy.dcm", **placed(1, 2), SOPInstanceUID="1.2.3.4.1")
    open_all(qtbot, window, path.parent)
    documents = window.workspace.documents
    copy = next(d for d in documents if d.name == "9-copy.dcm")
    assert stack_text(documents, copy) == "2 / 3 · the same image as 1.dcm"
    assert len(stack_of(documents, copy)) == 3


def test_the_total_follows_the_headers_and_says_while_they_are_read(qtbot, window, write):
    for z in range(4):
        path = write(f"{z}.dcm", **placed(z, z + 1))
    open_all(qtbot, window, path.parent)
    documents = window.workspace.documents
    current = documents.current
    other = next(d for d in documents if d is not current)
    header, other.header, other.scanned = other.header, None, False
    assert "/ 3 so far" in stack_text(documents, current)
    other.header = header
    documents.describe([other])
    qtbot.waitUntil(lambda: window.scene.stack_text.endswith("/ 4\n"))


def test_the_newest_study_comes_first_and_is_named_by_its_description(qtbot, window, write):
    path = write("1.dcm", StudyInstanceUID="1.1", SeriesInstanceUID="1.1.1", StudyDate="20190305",
                 StudyDescription="MR head", SeriesDescription="t1")  # fmt: skip
    write("2.dcm", StudyInstanceUID="1.2", SeriesInstanceUID="1.2.2", StudyDate="20240102",
          StudyDescription="MR knee", SeriesDescription="pd fs", SeriesNumber=7)  # fmt: skip
    write("3.dcm", StudyInstanceUID="1.2", SeriesInstanceUID="1.2.1", StudyDate="20240102",
          StudyDescription="MR knee", SeriesDescription="t2", SeriesNumber=2)  # fmt: skip
    write("4.dcm", StudyInstanceUID="1.3", SeriesInstanceUID="1.3.1", StudyDescription="undated")
    open_all(qtbot, window, path.parent)
    ((patient, studies),) = shown(window)
    assert patient == "Doe, Jane"
    assert [title for title, _ in studies] == ["2024-01-02  MR knee", "2019-03-05  MR head", "undated"]
    assert [title for title, _ in studies[0][1]] == ["MR t2", "MR pd fs"]


def test_headings_stay_whichever_image_is_chosen(qtbot, window, write):
    common = {"Modality": "CR", "StudyDescription": "Chest", "StudyDate": "20240102"}
    path = write("1.dcm", **common, ViewPosition="PA", SeriesDescription="PA erect", InstanceNumber=1)
    write("2.dcm", **common, ViewPosition="LL", SeriesDescription="Lateral", InstanceNumber=2)
    open_all(qtbot, window, path.parent)
    before = shown(window)
    for document in list(window.workspace.documents):
        window.workspace.look_at(document)
        qtbot.waitUntil(lambda document=document: document.image is not None)
        window.workspace.documents.update(document)
        assert shown(window) == before


def test_a_logo_beside_dicom_files_is_not_opened_first(qtbot, window, write):
    path = write("zz.dcm")
    Image.new("RGB", (20, 20), "blue").save(path.with_name("AUTORUN-LOGO.png"))
    open_logo = [path.with_name("AUTORUN-LOGO.png")]
    window.open_paths([path.parent])
    qtbot.waitUntil(lambda: len(window.workspace.documents) == 2)
    assert window.workspace.documents.current.name == "zz.dcm"
    window.open_paths(open_logo)  # but it is when it is asked for
    qtbot.waitUntil(lambda: window.workspace.documents.current.name == "AUTORUN-LOGO.png")


def test_all_sections_of_a_series_share_one_window(qtbot, window, write):
    for z, level in enumerate((10, 500, 3000, 800)):
        path = write(f"{z}.dcm", level, **placed(z, z + 1))
    open_all(qtbot, window, path.parent)
    documents = window.workspace.documents
    voi = []
    qtbot.waitUntil(lambda: window.scene.base is not None and window.scene.base.voi.width == 3000)
    for position in range(4):
        window.scroller.go(position)
        qtbot.waitUntil(lambda: documents.current.image is not None and window.scene.base is not None)
        qtbot.waitUntil(lambda: window.scene.document is documents.current)
        voi.append(window.scene.base.voi)
    assert len(set(voi)) == 1
    assert voi[0].width == 3000  # that of the brightest section: none of them is blown out


def test_two_radiographs_of_a_series_have_each_their_own_window(qtbot, window, write):
    for name, level in (("1.dcm", 10), ("2.dcm", 3000)):
        path = write(name, level, Modality="CR", InstanceNumber=int(name[0]))
    open_all(qtbot, window, path.parent)
    assert all(d.voi is None for d in window.workspace.documents)


def test_compare_heads_say_whose_image_of_which_day(qtbot, window, write):
    path = write("1.dcm", StudyDate="20240102", StudyDescription="MR knee")
    open_all(qtbot, window, path.parent)
    document = window.workspace.documents.current
    assert head_text(document) == "Doe, Jane · 2024-01-02 · MR knee · 1.dcm"
    assert head_text(document, identity=False) == "2024-01-02 · MR knee · 1.dcm"


def test_forgetting_takes_stacks_and_windows_with_it(qtbot, window, write):
    for z in range(2):
        path = write(f"{z}.dcm", **placed(z, z + 1))
    open_all(qtbot, window, path.parent)
    assert window.workspace.documents.stacks
    window.workspace.documents.close_all()
    assert not window.workspace.documents.stacks
    assert not window.workspace.documents.windows
    assert shown(window) == []
