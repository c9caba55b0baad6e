import contextlib
import copy
import dataclasses
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000Lossless

from segx_viewer.domain.image import SourceInfo
from segx_viewer.errors import ImageReadError, UnsupportedImageError
from segx_viewer.imaging.limits import Limits
from segx_viewer.imaging.reader import read_image
from segx_viewer.imaging.segmentations import LABEL_MAPS
from segx_viewer.reporting.dicom import Kind, write_dicom_results
from segx_viewer.reporting.dicom.overlays import OverlayKind, read_overlays, read_overlays_guarded
from segx_viewer.reporting.overlay import base_layer, compose, region_on_image


@pytest.fixture
def analysis(make_analysis):
    made = make_analysis((120, 160))
    return dataclasses.replace(made, image=dataclasses.replace(made.image, source=SourceInfo(Path("a.png"))))


@pytest.fixture
def written(analysis, tmp_path):
    return write_dicom_results(analysis, tmp_path, "1")


def test_what_was_written_lies_on_its_source_again(analysis, written):
    image = read_image(written[Kind.SOURCE])
    kinds = {}
    for kind in (Kind.REGION, Kind.PROBABILITY, Kind.ORIGINAL, Kind.SEGX):
        (overlay,) = read_overlays(written[kind])
        assert overlay.fits(image)
        assert not overlay.fits(analysis.image)  # another instance, though the same pixels
        kinds[kind] = overlay
    assert kinds[Kind.REGION].kind is OverlayKind.REGION
    region = region_on_image(analysis.segmentation, analysis.placement)
    assert np.array_equal(kinds[Kind.REGION].values, region)
    saliency = analysis.placement.to_image(analysis.explanations["gradcam", 4].saliency_map)
    assert np.array_equal(kinds[Kind.ORIGINAL].values, saliency)
    assert kinds[Kind.SEGX].label == "SegX Grad-CAM, melanoma"
    probability = analysis.placement.to_image(analysis.segmentation.probability)
    assert np.abs(kinds[Kind.PROBABILITY].values - probability).max() < 1 / 255


def test_overlays_are_layers_for_compose(analysis, written):
    image = read_image(written[Kind.SOURCE])
    (region,), (segx,) = read_overlays(written[Kind.REGION]), read_overlays(written[Kind.SEGX])
    shown = compose([base_layer(image.pixels), segx.layer(), region.layer()])
    changed = (shown != image.pixels).any(-1)
    assert changed[60, 80]
    assert not changed[5, 5]


def test_other_files_are_refused_with_a_sentence(written, tmp_path):
    with pytest.raises(UnsupportedImageError, match="neither a segmentation"):
        read_overlays(written[Kind.SOURCE])
    (tmp_path / "cut.dcm").write_bytes(written[Kind.REGION].read_bytes()[:2000])
    (tmp_path / "text.dcm").write_text("nothing")
    for name in ("cut.dcm", "text.dcm", "missing.dcm"):
        with pytest.raises(ImageReadError, match=name):
            read_overlays(tmp_path / name)


def test_overlays_that_need_a_codec_or_are_too_large_are_refused(written, tmp_path):
    dataset = pydicom.dcmread(written[Kind.REGION])
    dataset.file_meta.TransferSyntaxUID = JPEG2000Lossless
    dataset.PixelData = encapsulate([bytes(dataset.PixelData)])
    dataset["PixelData"].is_undefined_length = True
    dataset.save_as(tmp_path / "coded.dcm")
    with pytest.raises(UnsupportedImageError, match="compressed"):
        read_overlays(tmp_path / "coded.dcm")
    with pytest.raises(UnsupportedImageError, match="limit"):
        read_overlays(written[Kind.REGION], Limits(pixels=100))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"NumberOfFrames": 300}, r"is a segmentation of a volume, with 300 frames for 1 segment\(s\)"),
        ({"NumberOfFrames": 300, "PixelData": b"\0\0"}, "is a segmentation of a volume"),
        ({"SegmentationType": "LABELMAP", "NumberOfFrames": 2}, r"is a segmentation of a volume, with 2 frames for 1"),
    ],
)
def test_segmentations_that_are_merely_unsupported_are_not_called_damaged(written, tmp_path, changes, sentence):
    dataset = pydicom.dcmread(written[Kind.REGION])
    for keyword, value in changes.items():
        setattr(dataset, keyword, value)
    dataset.save_as(tmp_path / "x.dcm")
    with pytest.raises(UnsupportedImageError, match=sentence):
        read_overlays(tmp_path / "x.dcm")


def test_overlays_of_others_are_read_in_the_decoding_process(written, tmp_path):
    for kind in (Kind.REGION, Kind.PROBABILITY, Kind.SEGX):
        (here,), (there,) = read_overlays(written[kind]), read_overlays_guarded(written[kind])
        assert (there.kind, there.label, there.source_uid) == (here.kind, here.label, here.source_uid)
        assert np.array_equal(there.values, here.values)
        assert there.values.dtype == here.values.dtype
    (tmp_path / "cut.dcm").write_bytes(written[Kind.REGION].read_bytes()[:2000])
    with pytest.raises(ImageReadError, match=r"cut\.dcm is damaged"):
        read_overlays_guarded(tmp_path / "cut.dcm")
    with pytest.raises(UnsupportedImageError, match="limit"):
        read_overlays_guarded(written[Kind.REGION], Limits(pixels=100))


def test_whatever_is_broken_in_an_overlay_is_one_sentence(written, tmp_path):
    whole = written[Kind.REGION].read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(60):
        data = bytearray(whole)
        for position in rng.integers(132, len(data), 12):
            data[position] = rng.integers(256)
        (tmp_path / "odd.dcm").write_bytes(data)
        with contextlib.suppress(ImageReadError, UnsupportedImageError):
            read_overlays(tmp_path / "odd.dcm")


@pytest.mark.parametrize("kind", [Kind.REGION, Kind.SEGX])
def test_an_overlay_without_a_label_is_not_damaged(written, tmp_path, kind):
    dataset = pydicom.dcmread(written[kind])
    for element in dataset.iterall():
        if element.keyword == "LUTExplanation":
            del dataset.SharedFunctionalGroupsSequence[0].RealWorldValueMappingSequence[0].LUTExplanation
            break
    if kind is Kind.REGION:
        del dataset.SegmentSequence[0].SegmentLabel
    dataset.save_as(tmp_path / "unnamed.dcm")
    (overlay,) = read_overlays(tmp_path / "unnamed.dcm")
    assert overlay.label == ""


def test_an_overlay_of_another_resolution_is_resampled_and_one_of_other_proportions_is_not(analysis, written):
    (region,), (share,) = read_overlays(written[Kind.REGION]), read_overlays(written[Kind.PROBABILITY])
    image = dataclasses.replace(analysis.image, source=SourceInfo(None, sop_instance_uid=region.source_uid))
    half = dataclasses.replace(region, values=region.values[::2, ::2])
    placed = half.placed_on(image)
    assert placed.values.shape == image.shape
    assert placed.values.dtype == np.bool_
    both, either = (placed.values & region.values).sum(), (placed.values | region.values).sum()
    assert both / either > 0.9
    assert dataclasses.replace(share, values=share.values[::2, ::2]).placed_on(image).values.max() <= 1.0
    assert region.placed_on(image) is region
    assert dataclasses.replace(region, values=region.values[: image.shape[0] // 2]).placed_on(image) is None
    assert dataclasses.replace(half, source_uid="1.2.3").placed_on(image) is None


def test_an_overlay_without_derivation_is_of_the_image_or_series_that_its_file_names(written, tmp_path):
    dataset = pydicom.dcmread(written[Kind.REGION])
    (was,) = read_overlays(written[Kind.REGION])
    del dataset.PerFrameFunctionalGroupsSequence[0].DerivationImageSequence
    dataset.save_as(tmp_path / "x.dcm")
    (named,) = read_overlays(tmp_path / "x.dcm")
    assert (named.source_uid, named.series_uid) == (was.source_uid, "")
    (series,) = dataset.ReferencedSeriesSequence
    del series.ReferencedInstanceSequence
    dataset.save_as(tmp_path / "x.dcm")
    (named,) = read_overlays(tmp_path / "x.dcm")
    assert (named.source_uid, named.series_uid) == ("", series.SeriesInstanceUID)
    del dataset.ReferencedSeriesSequence
    dataset.save_as(tmp_path / "x.dcm")
    (named,) = read_overlays(tmp_path / "x.dcm")
    assert (named.source_uid, named.series_uid) == ("", "")


def test_a_label_map_is_drawn_like_the_binary_segmentation(analysis, tmp_path):
    kinds = [Kind.REGION, Kind.LABELMAP]
    written = write_dicom_results(analysis, tmp_path, "1", kinds=kinds)
    assert pydicom.dcmread(written[Kind.LABELMAP]).SOPClassUID == LABEL_MAPS
    (binary,), (labels,) = (read_overlays_guarded(written[kind]) for kind in kinds)
    assert labels.kind is OverlayKind.REGION
    assert np.array_equal(labels.values, binary.values)
    assert (labels.label, labels.source_uid) == (binary.label, binary.source_uid)


def test_each_segment_of_a_label_map_is_a_region_and_its_background_is_none(analysis, tmp_path):
    (path,) = write_dicom_results(analysis, tmp_path, "1", kinds=[Kind.LABELMAP]).values()
    dataset = pydicom.dcmread(path)
    first = dataset.SegmentSequence[-1]
    dataset.SegmentSequence = [copy.deepcopy(first) for _ in range(3)]
    for number, item in enumerate(dataset.SegmentSequence):
        item.SegmentNumber, item.SegmentLabel = number, f"segment {number}"
    dataset.PixelPaddingValue = 0
    labels = dataset.pixel_array.copy()
    labels[:5] = 2
    dataset.PixelData = labels.tobytes()
    dataset.save_as(path)
    found = read_overlays(path)
    assert [overlay.label for overlay in found] == ["segment 1", "segment 2"]
    assert all(np.array_equal(overlay.values, labels == n) for n, overlay in enumerate(found, 1))
