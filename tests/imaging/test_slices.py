"""What DICOM headers say of an image's place in its series."""

import tracemalloc
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from segx_viewer.imaging import study
from segx_viewer.imaging.dicom import read_header
from segx_viewer.imaging.reader import read_image
from segx_viewer.imaging.stacks import Member, stacks_of
from segx_viewer.imaging.study import collect_files

SMALL = np.zeros((4, 6), np.uint8)


def item(**values) -> Dataset:
    dataset = Dataset()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def frames_group(z: float, **content) -> Dataset:
    return item(
        PlanePositionSequence=Sequence([item(ImagePositionPatient=[0, 0, z])]),
        FrameContentSequence=Sequence([item(**content)]),
    )


def shared(**further) -> Sequence:
    orientation = Sequence([item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])])
    return Sequence([item(PlaneOrientationSequence=orientation, **further)])


def test_a_single_image_says_where_it_lies(make_dicom):
    path = make_dicom(
        SMALL,
        ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
        ImagePositionPatient=[-10, -20, 33.5],
        InstanceNumber=12,
        AcquisitionNumber=2,
        TemporalPositionIdentifier=3,
        EchoNumbers=1,
        TriggerTime=40,
        FrameOfReferenceUID="1.2.3",
        AcquisitionDate="20240102",
        AcquisitionTime="101112",
        ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"],
    )
    place = read_image(path).place
    assert place.position == (-10, -20, 33.5)
    assert (place.rows, place.columns) == ((1, 0, 0), (0, 1, 0))
    assert (place.instance, place.acquisition, place.temporal, place.echo, place.trigger) == (12, 2, 3, "1", 40)
    assert (place.frame_of_reference, place.time) == ("1.2.3", "20240102101112")
    assert place.image_type == ("LOCALIZER",)


@pytest.mark.parametrize("cosines", [[0] * 6, [1, 0, 0, 1, 0, 0], [1, 0, 0], ["1", "0", "0", "0", "2", "0"]])
def test_directions_that_are_none_place_nothing(make_dicom, cosines):
    path = make_dicom(SMALL, ImageOrientationPatient=cosines, ImagePositionPatient=[0, 0, 1])
    assert not read_image(path).place.is_placed


def test_frames_of_an_enhanced_image_are_ordered_by_their_functional_groups(make_dicom):
    path = make_dicom(
        np.zeros((4, 4, 6), np.uint8),
        SharedFunctionalGroupsSequence=shared(),
        PerFrameFunctionalGroupsSequence=Sequence([frames_group(z, InStackPositionNumber=n)
                                                   for n, z in ((3, 20), (1, 0), (4, 30), (2, 10))]),
    )  # fmt: skip
    for read in (lambda: read_image(path, frame=2), lambda: read_header(path)[0]):
        assert read().source.frame_stacks == ((1, 3, 0, 2),)


def test_stacks_within_an_enhanced_image_are_parted(make_dicom):
    groups = [frames_group(z, StackID=s, InStackPositionNumber=z + 1) for z in (1, 0) for s in "AB"]
    path = make_dicom(
        np.zeros((4, 4, 6), np.uint8),
        SharedFunctionalGroupsSequence=shared(),
        PerFrameFunctionalGroupsSequence=Sequence(groups),
    )
    assert sorted(read_image(path).source.frame_stacks) == [(2, 0), (3, 1)]


def test_times_of_an_enhanced_image_are_parted(make_dicom):
    groups = [frames_group(z, TemporalPositionIndex=t, InStackPositionNumber=z + 1) for z in range(2) for t in (1, 2)]
    path = make_dicom(
        np.zeros((4, 4, 6), np.uint8),
        SharedFunctionalGroupsSequence=shared(),
        PerFrameFunctionalGroupsSequence=Sequence(groups),
    )
    assert read_image(path).source.frame_stacks == ((0, 2), (1, 3))


def test_a_film_without_functional_groups_keeps_its_order(make_dicom):
    assert read_image(make_dicom(np.zeros((4, 4, 6), np.uint8))).source.frame_stacks == ()


def test_a_header_says_what_the_image_says(make_dicom):
    path = make_dicom(
        SMALL,
        Modality="CT",
        SeriesNumber=4,
        StudyDescription="CT chest",
        SeriesDescription="Lung 1.0",
        StudyTime="0930",
    )
    header, shape = read_header(path)
    image = read_image(path)
    assert shape == image.shape == (4, 6)
    assert (header.source, header.acquisition, header.place) == (image.source, image.acquisition, image.place)
    assert header.acquisition.study_description == "CT chest"
    assert header.acquisition.series_description == "Lung 1.0"
    assert (header.acquisition.series_number, header.acquisition.study_time) == (4, "0930")


def test_a_colour_image_has_a_header_too(make_dicom):
    header, shape = read_header(make_dicom(np.zeros((4, 6, 3), np.uint8)))
    assert header.is_colour
    assert shape == (4, 6)


def test_a_header_that_claims_two_billion_frames_is_not_believed(make_dicom):
    path = make_dicom(SMALL, NumberOfFrames=2_147_483_647)
    assert read_header(path)[0].source.frames == 1


def test_what_is_no_image_has_no_header(tmp_path):
    (tmp_path / "a.txt").write_text("words")
    assert read_header(tmp_path / "a.txt") is None
    assert read_header(tmp_path / "missing") is None


def test_a_series_in_files_is_stacked_by_its_headers(make_dicom):
    paths = [
        make_dicom(SMALL, f"{name}.dcm", ImageOrientationPatient=[1, 0, 0, 0, 1, 0], ImagePositionPatient=[0, 0, z],
                   InstanceNumber=n)
        for name, z, n in (("1", 10, 2), ("2", 0, 1), ("10", 20, 3))
    ]  # fmt: skip
    headers = [read_header(path)[0] for path in paths]
    (stack,) = stacks_of(
        [Member(h.place, p.name, h.source.sop_instance_uid) for h, p in zip(headers, paths, strict=True)]
    )
    assert [paths[i].name for i in stack.order] == ["2.dcm", "1.dcm", "10.dcm"]


def test_files_of_a_folder_are_listed_as_people_count(tmp_path):
    for name in ("IM10", "IM9", "im1", "s10/a", "s9/a"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    found = [path.relative_to(tmp_path).as_posix() for path in collect_files([tmp_path])]
    assert found == ["im1", "IM9", "IM10", "s9/a", "s10/a"]


def _peak(count: int, monkeypatch) -> int:
    """Return the least peak memory, in bytes, of listing a folder of so many files, which are generated.

    Of three times: now and then Python's table of the strings that `pathlib` interns has to grow, which takes 4 MB.
    """
    return min(_peak_of_one(count, monkeypatch) for _ in range(3))


def _peak_of_one(count: int, monkeypatch) -> int:

    class Entries:
        def __enter__(self):
            return self

        def __exit__(self, *_exception):
            pass

        def __iter__(self):
            for n in range(count):
                yield SimpleNamespace(name=f"IM{n * 7919 % count:07d}.dcm", is_dir=lambda: False)

    monkeypatch.setattr(study.os, "scandir", lambda _folder: Entries())
    monkeypatch.setattr(study, "_is_file", lambda _path: True)
    tracemalloc.start()
    last, listed = "", 0
    for path in study.walk_files([Path()]):
        assert path.name > last
        last, listed = path.name, listed + 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert listed == count
    return peak


def test_a_folder_of_any_size_is_listed_in_order_with_few_names_in_memory(monkeypatch):
    monkeypatch.setattr(study, "HELD", 1000)
    assert _peak(24_500, monkeypatch) < 1.5 * _peak(8_000, monkeypatch)
