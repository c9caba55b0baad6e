from dataclasses import replace

import numpy as np
import pytest

from segx_viewer.app.canvas import imagetext
from segx_viewer.app.model.viewstate import View
from segx_viewer.domain.image import (
    Acquisition,
    MedicalImage,
    PatientIdentity,
    PhotometricInterpretation,
    PixelSpacing,
    SourceInfo,
    SpacingOrigin,
)


@pytest.fixture
def image() -> MedicalImage:
    return MedicalImage(
        np.zeros((20, 10), np.float32),
        "CR",
        PhotometricInterpretation.MONOCHROME2,
        SourceInfo(None),
        spacing=PixelSpacing(0.2, 0.2, SpacingOrigin.CALIBRATED),
        orientation=("L", "F"),
        acquisition=Acquisition(64.4, "F", "CHEST", "PA", "", "20040826", "THORAX"),
        identity=PatientIdentity("Doe, Jane", "X1", "19400305"),
    )


@pytest.mark.parametrize(
    ("view", "left", "top"),
    [
        (View(), "R", "H"),
        (View(flip_h=True), "L", "H"),
        (View(flip_v=True), "R", "F"),
        (View(rotation=90), "F", "R"),
        (View(rotation=180), "L", "F"),
        (View(rotation=90, flip_h=True), "H", "R"),
    ],
)
def test_orientation_letters_follow_rotation_and_flips(image, view, left, top):
    letters = imagetext.orientation_letters(image, view)
    assert (letters["left"], letters["top"]) == (left, top)
    assert letters["right"] == imagetext.opposite(left)
    assert letters["bottom"] == imagetext.opposite(top)


def test_without_orientation_there_are_no_letters(image):
    assert imagetext.orientation_letters(replace(image, orientation=None), View()) == {}


def test_the_scale_bar_is_the_longest_round_length_that_fits(image):
    bar = imagetext.scale_bar(image, View(), scale=2.0, room=150)
    assert bar.text == "1 cm"  # 10 mm = 50 px of 0.2 mm = 100 panel pixels; 2 cm would need 200
    assert bar.pixels == pytest.approx(100)


def test_the_scale_bar_says_when_it_is_measured_at_the_detector(image):
    at_detector = replace(image, spacing=PixelSpacing(0.2, 0.2, SpacingOrigin.DETECTOR))
    assert imagetext.scale_bar(at_detector, View(), 2.0, 150).text == "1 cm at the detector"
    assert imagetext.scale_bar(replace(image, spacing=None), View(), 2.0, 150) is None


def test_identity_and_study_are_separate_texts(image):
    assert imagetext.patient_text(image) == "Doe, Jane\nX1\nborn 1940-03-05"
    study = imagetext.study_text(image)
    assert "CR CHEST PA" in study
    assert "2004-08-26" in study
    assert "Doe" not in study
