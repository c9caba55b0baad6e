"""What the networks see of an image whose pixels are not square."""

import cv2
import numpy as np
import pytest

from segx_viewer.bundles.manifest import Preprocessing
from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.inference.predictor import place

SQUARE = draw_lesion((240, 320))
TALL = cv2.resize(SQUARE, (320, 120), interpolation=cv2.INTER_AREA)  # pixels twice as high as wide


@pytest.mark.parametrize("fit", ["letterbox", "stretch"])
@pytest.mark.parametrize("detail", [0, 200])
def test_it_has_the_aspect_of_the_body(fit, detail):
    how = Preprocessing(input_shape=(224, 224), mean=(0, 0, 0), std=(1, 1, 1), fit=fit, colour="rgb", detail=detail)
    expected, square = place(SQUARE, how)
    found, placement = place(TALL, how, (2.0, 1.0))
    assert np.abs(found.astype(int) - expected).mean() < 2
    assert placement.to_input((80, 30)) == pytest.approx(square.to_input((80, 60)))
    if fit == "letterbox":
        assert np.abs(place(TALL, how)[0].astype(int) - expected).mean() > 20
