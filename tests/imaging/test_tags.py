"""Tags of files that other programs stumble over."""

import numpy as np
import pydicom
import pytest
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag as Number

from segx_viewer.errors import ImageReadError, UnsupportedImageError
from segx_viewer.imaging.guarded import read_tags_guarded
from segx_viewer.imaging.reader import read_image
from segx_viewer.imaging.tags import read_tags

RAMP = np.arange(120, dtype=np.uint16).reshape(12, 10)


def by_number(path):
    return {tag.number: tag for tag in read_tags(path)}


def raw(dataset, group, element, vr, value):
    """Put an element into a data set as it stands in a file, whatever it says."""
    number = Number(group, element)
    dataset._dict[number] = RawDataElement(number, vr, len(value), value, 0, False, True)


@pytest.mark.parametrize(
    ("vr", "value"),
    [("DS", b"\xff\xfe12"), ("IS", b"1e999 "), ("US", b"\x01"), ("SQ", b"no items"), ("XX", b"abcd"), ("AT", b"123")],
)
def test_an_odd_element_hides_no_other(make_dicom, vr, value):
    path = make_dicom(RAMP, PatientName="Doe^Jane")
    dataset = pydicom.dcmread(path)
    raw(dataset, 0x0018, 0x1110, vr, value)
    dataset.save_as(path)
    assert read_image(path).shape == (12, 10)  # the file opens
    tags = by_number(path)
    assert tags["(0018,1110)"].name
    assert tags["(0010,0010)"].value == "Doe^Jane"
    assert tags["(0028,0010)"].value == "12"


def test_an_element_that_cannot_be_read_is_listed_with_its_size(make_dicom):
    path = make_dicom(RAMP)
    dataset = pydicom.dcmread(path)
    raw(dataset, 0x0018, 0x1110, "FD", b"\x01\x02\x03\x04")
    dataset.save_as(path)
    tag = by_number(path)["(0018,1110)"]
    assert (tag.readable, tag.value, tag.vr, tag.size) == (False, "", "FD", 4)


@pytest.mark.parametrize("lacking", ["preamble", "meta"])
def test_files_without_preamble_have_tags(make_dicom, lacking):
    path = make_dicom(RAMP)
    length = pydicom.dcmread(path).file_meta.FileMetaInformationGroupLength
    path.write_bytes(path.read_bytes()[132 if lacking == "preamble" else 132 + 12 + length :])
    assert read_image(path).shape == (12, 10)
    assert by_number(path)["(0008,0060)"].value == "DX"


def test_sequences_are_followed_but_not_for_ever(make_dicom):
    path = make_dicom(RAMP)
    dataset = pydicom.dcmread(path)
    inner = Dataset()
    for depth in range(40):
        item = Dataset()
        item.SeriesNumber = depth
        item.ReferencedSeriesSequence = [inner]
        inner = item
    dataset.ReferencedSeriesSequence = [inner]
    dataset.save_as(path)
    depths = [tag.depth for tag in read_tags(path)]
    assert 0 in depths
    assert max(depths) == 16


def test_values_are_short_and_bytes_are_counted(make_dicom):
    path = make_dicom(RAMP, ImageComments="x" * 1000)
    dataset = pydicom.dcmread(path)
    dataset.add_new(0x00091001, "OB", bytes(10))
    dataset.save_as(path)
    tags = by_number(path)
    assert tags["(0020,4000)"].value == "x" * 300 + " …"
    assert (tags["(0009,1001)"].value, tags["(0009,1001)"].size) == ("", 10)
    assert "(7FE0,0010)" not in tags


def test_other_files_are_told(tmp_path):
    (tmp_path / "a.txt").write_text("nothing of the kind")
    with pytest.raises(UnsupportedImageError, match=r"a\.txt is not DICOM; it has no tags"):
        read_tags(tmp_path / "a.txt")
    with pytest.raises(ImageReadError, match="could not be read"):
        read_tags(tmp_path / "missing.dcm")


def test_the_decoding_process_reads_the_same_tags(make_dicom, tmp_path):
    path = make_dicom(RAMP, PatientName="Doe^Jane")
    assert read_tags_guarded(path) == read_tags(path)
    with pytest.raises(ImageReadError, match="could not be read"):
        read_tags_guarded(tmp_path / "missing.dcm")
