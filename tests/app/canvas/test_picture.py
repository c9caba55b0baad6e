from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QSizeF
from PySide6.QtGui import QImage, QPainter

from segx_viewer.app.canvas import basepicture
from segx_viewer.app.canvas.basepicture import BasePicture
from segx_viewer.app.canvas.picture import OverlayPictures, heat_table, leakage_table
from segx_viewer.app.canvas.raster import Raster, visible_raster
from segx_viewer.app.kit.qimage import to_array
from segx_viewer.app.model.viewstate import View
from segx_viewer.domain.geometry import Placement
from segx_viewer.domain.image import (
    MedicalImage,
    PhotometricInterpretation,
    SourceInfo,
    VoiFunction,
    VoiLut,
    WindowLevel,
)
from segx_viewer.domain.result import (
    Analysis,
    BundleInfo,
    Explanation,
    GateLevel,
    GateVerdict,
    Segmentation,
    Target,
)
from segx_viewer.imaging.display import to_display
from segx_viewer.imaging.halving import reduced
from segx_viewer.reporting import overlay

SHAPE = (90, 120)
SAME_SIZE = Raster(SHAPE, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0))
KEY = ("gradcam", 0)


@pytest.fixture
def image() -> MedicalImage:
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    return MedicalImage(
        (20 * x + 7 * y - 300).astype(np.float32),
        "DX",
        PhotometricInterpretation.MONOCHROME1,
        SourceInfo(None),
        presentation_inverse=True,
        padding=(-300.0, -200.0),
        bits_stored=16,
    )


@pytest.fixture
def analysis(image) -> Analysis:
    y, x = np.mgrid[:32, :32].astype(np.float32)
    saliency = np.exp(-((x - 20) ** 2 + (y - 12) ** 2) / 60)
    probability = 1 / (1 + np.exp((np.hypot(x - 16, y - 16) - 9) / 2))
    mask = probability > 0.5
    return Analysis(
        image,
        BundleInfo("b", "B", "1", "0" * 64),
        Placement.stretch(SHAPE, (32, 32)),
        GateVerdict(GateLevel.ACCEPTED),
        segmentation=Segmentation(probability, 0.5, mask),
        explanations={KEY: Explanation("gradcam", "l", 0, Target.LOGIT, saliency, segx=saliency * mask)},
        complete=True,
    )


@pytest.mark.parametrize(
    "voi",
    [
        None,
        WindowLevel(800, 700),
        WindowLevel(800, 1),
        WindowLevel(900, 500, VoiFunction.SIGMOID),
        VoiLut(np.linspace(0, 4095, 500).astype(np.uint16), 100, 12),
    ],
)
def test_at_full_size_the_screen_shows_what_reports_show(image, voi):
    base = BasePicture(image)
    for invert in (False, True):
        shown = to_array(base.at(SAME_SIZE, View(voi=voi, invert=invert)))[..., 0]
        assert np.array_equal(shown, to_display(image, voi, invert=invert))


@pytest.mark.parametrize("ratio", [1.0, 1.25])
@pytest.mark.parametrize("voi", [WindowLevel(800, 700), VoiLut(np.arange(0, 4095, 8, np.uint16), 100, 12)])
def test_a_picture_drawn_by_bands_is_the_one_that_is_kept(image, monkeypatch, voi, ratio):
    monkeypatch.setattr(basepicture, "_BAND", 7 * SHAPE[1])  # the last band is a smaller one
    base, raster, view = BasePicture(image), replace(SAME_SIZE, ratio=ratio), View(voi=voi)
    drawn = []
    for _ in range(2):
        canvas = QImage(SHAPE[1] + 5, SHAPE[0] + 5, QImage.Format.Format_RGB32)
        canvas.setDevicePixelRatio(ratio)
        painter = QPainter(canvas)
        base.draw(painter, QPointF(3 / ratio, 2 / ratio), raster, view)
        painter.end()
        drawn.append(to_array(canvas)[2:-3, 3:-2])
    assert np.array_equal(drawn[0], drawn[1])
    assert np.array_equal(drawn[1], to_array(base.at(raster, view)))


def test_a_window_step_renders_the_screen_and_does_not_look_at_the_image_again(image, monkeypatch):
    base = BasePicture(image)
    base.at(SAME_SIZE, View())

    def fail(*_args: object, **_kwargs: object) -> None:
        pytest.fail("the image was resampled")

    monkeypatch.setattr(Raster, "sample", fail)
    first = to_array(base.at(SAME_SIZE, View(voi=WindowLevel(500, 300))))
    second = to_array(base.at(SAME_SIZE, View(voi=WindowLevel(900, 300))))
    assert not np.array_equal(first, second)


def test_a_colour_image_and_its_negative(image):
    picture = np.random.default_rng(7).integers(0, 255, (*SHAPE, 3), np.uint8)
    base = BasePicture(MedicalImage(picture, "", PhotometricInterpretation.RGB, SourceInfo(None)))
    assert np.array_equal(to_array(base.at(SAME_SIZE, View())), picture)
    assert np.array_equal(to_array(base.at(SAME_SIZE, View(invert=True))), 255 - picture)
    assert np.array_equal(to_array(base.at(SAME_SIZE, View())), picture)


@pytest.mark.parametrize("segx", [False, True])
@pytest.mark.parametrize("top", [False, True])
@pytest.mark.parametrize("edited", [False, True])
def test_maps_are_coloured_as_compose_colours_them(analysis, segx, top, edited):
    if edited:
        mask = np.zeros((32, 32), bool)
        mask[4:20, 6:29] = True
        drawn = replace(analysis.segmentation, mask=mask, edited=True)
        saliency = analysis.explanations[KEY].saliency_map
        explanation = replace(analysis.explanations[KEY], segx=saliency * mask)
        analysis = replace(analysis, segmentation=drawn).with_explanations(explanation)
    pictures = OverlayPictures(analysis)
    view = View(top_mode=top, top_percent=20, colormap="turbo")
    rgba = pictures.heatmap(KEY, view, SAME_SIZE, segx=segx).convertToFormat(QImage.Format.Format_RGBA8888)
    found = np.frombuffer(rgba.constBits(), np.uint8).reshape(*SHAPE, 4).astype(int)

    saliency = analysis.explanations[KEY].saliency_map
    region = overlay.region_on_image(analysis.segmentation, analysis.placement) if segx else None
    values = overlay.heatmap_layer(saliency, analysis.placement, region=region).data
    if top:
        from segx_viewer.explain.segx import top as top_set

        chosen = analysis.placement.to_image(top_set(analysis.explanations[KEY].segx if segx else saliency, 20))
        values = np.where(chosen, values, 0).astype(np.float32)
    expected = overlay.heatmap_rgba(values, "turbo", *pictures.scale(KEY), fade=not top).astype(int)
    assert np.abs(found[..., 3] - expected[..., 3]).max() <= 4  # a 256th of the scale
    opaque = expected[..., 3] > 128
    assert np.abs(found[..., :3] - expected[..., :3])[opaque].max() <= 12
    assert opaque.any()


def test_what_is_still_true_is_taken_over(analysis):
    pictures, view = OverlayPictures(analysis), View()
    original, segx = (pictures.heatmap(KEY, view, SAME_SIZE, segx=s) for s in (False, True))
    outline, outside = pictures.outline(), pictures.leakage(KEY, SAME_SIZE)
    fuller = OverlayPictures(replace(analysis, timings={"x": 1.0}), pictures)
    assert fuller.heatmap(KEY, view, SAME_SIZE, segx=True) is segx
    assert fuller.leakage(KEY, SAME_SIZE) is outside
    assert fuller.outline() is outline

    moved = replace(analysis.segmentation, mask=np.roll(analysis.segmentation.mask, 5, 1), edited=True)
    edited = OverlayPictures(replace(analysis, segmentation=moved), fuller)
    assert edited.heatmap(KEY, view, SAME_SIZE, segx=False) is original
    assert edited.heatmap(KEY, view, SAME_SIZE, segx=True) is not segx
    assert edited.leakage(KEY, SAME_SIZE) is not outside
    assert edited.outline() is not outline


def test_leakage_lies_outside_the_region_only(analysis):
    picture = OverlayPictures(analysis).leakage(KEY, SAME_SIZE)
    alpha = np.frombuffer(picture.constBits(), np.uint8).reshape(*SHAPE, 4)[..., 3]
    inside = overlay.region_on_image(analysis.segmentation, analysis.placement)
    assert not alpha[inside].any()
    assert alpha[~inside].max() > 60


def test_values_under_the_mouse_are_those_of_the_map_and_the_region(analysis):
    pictures = OverlayPictures(analysis)
    values = analysis.placement.to_image(analysis.explanations[KEY].saliency_map)
    region = overlay.region_on_image(analysis.segmentation, analysis.placement)
    for row, column in ((3, 4), (45, 60), (40, 76), (88, 119)):
        at = column + 0.5, row + 0.5
        assert pictures.map_value(KEY, *at, segx=False) == pytest.approx(values[row, column], abs=1e-3)
        assert pictures.is_inside(*at) == region[row, column]
        assert pictures.map_value(KEY, *at, segx=True) == pytest.approx(
            values[row, column] * region[row, column], abs=1e-3
        )
    assert pictures.map_value(("ig", 0), 1, 1, segx=False) is None


def test_the_outline_lies_on_the_edge_of_the_region(analysis):
    from segx_viewer.app.canvas.outlines import draw_outline

    view, panel = View(), QSizeF(480, 360)
    raster, _ = visible_raster(view, SHAPE, panel, 2.0)
    picture, corner = OverlayPictures(analysis).outline_picture(raster, "outline", draw_outline)
    alpha = np.frombuffer(picture.constBits(), np.uint8).reshape(picture.height(), picture.bytesPerLine() // 4, 4)
    rows, columns = np.nonzero(alpha[:, : picture.width(), 3])
    region = overlay.region_on_image(analysis.segmentation, analysis.placement, (720, 960))
    y, x = np.nonzero(region)
    assert columns.min() + 2 * corner.x() == pytest.approx(x.min(), abs=6)
    assert rows.max() + 2 * corner.y() == pytest.approx(y.max(), abs=6)


def test_tables_are_premultiplied_and_begin_with_nothing():
    for table in (heat_table("viridis"), heat_table("magma", fade=False), leakage_table()):
        b, g, r, a = table.view(np.uint8).reshape(256, 4).T.astype(int)
        assert a[0] == 0
        assert a[-1] == 255
        assert max((channel - a).max() for channel in (r, g, b)) <= 0


def test_reducing_keeps_the_mean_and_small_images_as_they_are(image):
    assert reduced(image, 200) is image
    large = replace(image, pixels=np.tile(image.pixels, (10, 10)))
    small = reduced(large, 60)
    assert max(small.shape) == 60
    assert small.pixels.mean() == pytest.approx(large.pixels.mean(), rel=0.02)
