import numpy as np
import pytest

from segx_viewer.domain.geometry import Placement
from segx_viewer.domain.result import Segmentation
from segx_viewer.reporting.overlay import (
    COLORMAPS,
    Layer,
    LayerKind,
    base_layer,
    colormap,
    compose,
    contour_layer,
    heatmap_layer,
    region_on_image,
    shared_scale,
)

GREY = np.full((40, 60), 100, np.uint8)


@pytest.mark.parametrize("name", COLORMAPS)
def test_colour_maps_are_tables_of_distinct_ends(name):
    table = colormap(name)
    assert table.shape == (256, 3)
    assert table.dtype == np.uint8
    assert not table.flags.writeable
    assert np.abs(table[0].astype(int) - table[-1]).sum() > 100


def test_viridis_is_the_published_table():
    assert colormap("viridis")[[0, 128, 255]].tolist() == [[68, 1, 84], [33, 145, 140], [253, 231, 37]]


def test_unknown_colour_map_names_the_known_ones():
    with pytest.raises(ValueError, match="viridis"):
        colormap("jet")


def test_base_alone_is_the_image():
    assert (compose([base_layer(GREY)]) == 100).all()


def test_heatmap_blends_with_its_opacity_at_full_scale():
    data = np.zeros((40, 60), np.float32)
    data[10:20, 10:20] = 2.0
    result = compose([base_layer(GREY), Layer(LayerKind.HEATMAP, data, "grey", 0.0, 2.0, 0.4)])
    assert (result[12, 12] == round(100 + 0.4 * (255 - 100))).all()
    assert (result[0, 0] == 100).all()


def test_values_at_the_bottom_of_the_scale_and_nan_show_the_image():
    data = np.full((40, 60), np.nan, np.float32)
    data[:, 30:] = -1.0
    result = compose([base_layer(GREY), Layer(LayerKind.HEATMAP, data, "turbo", 0.0, 1.0, 1.0)])
    assert (result == 100).all()


def test_strips_leave_no_seam():
    tall = np.tile(np.linspace(0, 1, 1300, dtype=np.float32)[:, None], (1, 4))
    result = compose([base_layer(np.zeros((1300, 4), np.uint8)), Layer(LayerKind.HEATMAP, tall, "grey", 0, 1, 1.0)])
    assert np.abs(np.diff(result[:, 0, 0].astype(int))).max() <= 2


def test_contour_lies_on_the_edge_and_nowhere_else():
    region = np.zeros((40, 60), np.bool_)
    region[10:30, 15:45] = True
    result = compose([base_layer(GREY), contour_layer(region, width=1)])
    assert (result[10, 20] == 255).all()
    assert (result[20, 30] == 100).all()
    assert (result[3, 3] == 100).all()


def test_contour_with_a_hole_and_at_the_border():
    region = np.ones((40, 60), np.bool_)
    region[18:22, 28:32] = False
    result = compose([base_layer(GREY), contour_layer(region, width=1)])
    assert (result[0, 30] == 255).all()
    assert (result[17, 30] == 255).all()


@pytest.mark.parametrize("corner", [(0, 0), (0, 55), (55, 0), (55, 55)])
@pytest.mark.parametrize("fit", ["stretch", "letterbox"])
def test_a_hot_spot_is_drawn_where_the_map_has_it(corner, fit):
    shape = (450, 300)
    placement = getattr(Placement, fit)(shape, (56, 56))
    at = placement.to_image_xy((corner[1] + 0.5, corner[0] + 0.5))
    x, y = min(max(at[0], 2.0), shape[1] - 3.0), min(max(at[1], 2.0), shape[0] - 3.0)
    inside = placement.to_input((x, y))
    saliency = np.zeros((56, 56), np.float32)
    row, column = min(int(inside[1]), 55), min(int(inside[0]), 55)
    saliency[row, column] = 1.0
    data = heatmap_layer(saliency, placement).data
    peak = np.unravel_index(np.argmax(data), data.shape)
    expected = placement.to_image_xy((column + 0.5, row + 0.5))
    cell = 1 / placement.scale[0], 1 / placement.scale[1]
    assert abs(peak[0] + 0.5 - np.clip(expected[1], 0, shape[0])) <= cell[0] / 2 + 1
    assert abs(peak[1] + 0.5 - np.clip(expected[0], 0, shape[1])) <= cell[1] / 2 + 1


def test_segx_edge_is_sharp_at_image_resolution():
    """Map and region are brought to the image separately: inside the edge the map keeps its value at once."""
    probability = np.zeros((16, 16), np.float32)
    probability[:, 8:] = 1.0
    segmentation = Segmentation(probability, 0.5, probability > 0.5)
    placement = Placement.stretch((320, 320), (16, 16))
    region = region_on_image(segmentation, placement)
    layer = heatmap_layer(np.ones((16, 16), np.float32), placement, region=region)
    row = layer.data[160]
    assert set(np.unique(row)) == {0.0, 1.0}
    assert abs(int(np.argmax(row)) - 160) <= 1


def test_an_edited_region_comes_back_pixel_by_pixel():
    mask = np.zeros((8, 8), np.bool_)
    mask[2, 3] = True
    segmentation = Segmentation(np.zeros((8, 8), np.float32), 0.5, mask, edited=True)
    region = region_on_image(segmentation, Placement.stretch((80, 80), (8, 8)))
    rows, columns = np.nonzero(region)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (20, 29, 30, 39)


def test_scale_of_flat_and_broken_maps_is_one():
    assert shared_scale(np.zeros((2, 2)), np.full((2, 2), np.nan)) == (0.0, 1.0)
