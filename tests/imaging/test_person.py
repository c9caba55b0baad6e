"""Names, dates and ages as headers have them, and as they are."""

import numpy as np
import pytest

from segx_viewer.imaging._person import checked_date, person_name, visible
from segx_viewer.imaging.reader import read_image

SMALL = np.zeros((4, 6), np.uint8)
TODAY = {"StudyDate": "20240601"}


@pytest.mark.parametrize(
    ("header", "years"),
    [
        ({"PatientAge": "062Y"}, 62),
        ({"PatientAge": "62"}, 62),
        ({"PatientAge": "058"}, 58),
        ({"PatientAge": "5"}, 5),
        ({"PatientAge": "018M"}, 1.5),
        ({"PatientAge": "026W"}, 182 / 365.25),
        ({"PatientAge": "003D"}, 3 / 365.25),
        ({"PatientAge": "000D"}, 0),
        ({"PatientAge": "0003Y"}, None),
        ({"PatientAge": "old"}, None),
        ({"PatientAge": "000Y"}, None),
        ({"PatientAge": "000Y", "PatientBirthDate": "19500601"}, 74),
        ({"PatientAge": "000D", "PatientBirthDate": "19500601"}, 74),
        ({"PatientAge": "000D", "PatientBirthDate": "20240601"}, 0),
        ({"PatientAge": "999Y"}, None),
        ({"PatientAge": "999Y", "PatientBirthDate": "20140601"}, 10),
        ({"PatientBirthDate": "19000101"}, None),
        ({"PatientAge": "040Y", "PatientBirthDate": "19000101"}, 40),
        ({"PatientBirthDate": "20060601"}, 18),
        ({"PatientBirthDate": "20060602"}, 6574 / 365.25),
        ({"PatientBirthDate": "20250101"}, None),
        ({}, None),
    ],
)
@pytest.mark.filterwarnings("ignore:Invalid value for VR AS")
@pytest.mark.expects_warnings
def test_ages(make_dicom, header, years):
    assert read_image(make_dicom(SMALL, **TODAY, **header)).acquisition.age_years == years


@pytest.mark.parametrize("keyword", ["StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate"])
def test_any_date_of_the_examination_gives_its_day_and_the_age(make_dicom, keyword):
    image = read_image(make_dicom(SMALL, PatientBirthDate="20200601", **{keyword: "20240601"}))
    assert image.acquisition.study_date == "20240601"
    assert image.acquisition.age_years == 4


def test_a_date_and_time_in_one_element_counts_too(make_dicom):
    facts = read_image(make_dicom(SMALL, StudyDate="", AcquisitionDateTime="20240601093015.5")).acquisition
    assert (facts.study_date, facts.study_time) == ("20240601", "093015")


@pytest.mark.parametrize("stated", ["20230231", "00010101", "99991231", "2024", "20241301", "today"])
def test_what_is_no_date_is_unknown(stated):
    assert checked_date(stated) == ""


def test_a_stand_in_for_a_birth_date_is_not_shown(make_dicom):
    identity = read_image(make_dicom(SMALL, PatientName="Doe^Jane", PatientBirthDate="19000101")).identity
    assert identity.birth_date == ""


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("Doe^Jane", "Doe, Jane"),
        ("Doe^Jane^Mary^Prof.^PhD", "Doe, Prof. Jane Mary, PhD"),
        ("Doe", "Doe"),
        ("^Jane", "Jane"),
        ("=王^小东", "王 小东"),
        ("Wang^XiaoDong=王^小东", "Wang, XiaoDong (王 小东)"),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "Yamada, Tarou (山田 太郎, やまだ たろう)"),
        ("==やまだ^たろう", "やまだ たろう"),
        ("قباني^لنزار", "قباني, لنزار"),
        ("Doe^Ja\u202ene", "Doe, Ja⟨U+202E⟩ne"),
        ("Doe\u200b^Jane", "Doe⟨U+200B⟩, Jane"),
        ("ابا\u200cعلی", "ابا\u200cعلی"),
    ],
)
def test_names(make_dicom, stored, shown):
    path = make_dicom(SMALL, SpecificCharacterSet="ISO_IR 192", PatientName=stored)
    assert read_image(path).identity.name == shown


def test_a_name_of_many_groups_says_what_it_has():
    assert person_name("A^B=C^D=E^F=G") == "A, B (C D, E F)"


def test_an_identifier_hides_nothing_either(make_dicom):
    path = make_dicom(SMALL, SpecificCharacterSet="ISO_IR 192", PatientID="12\u202e34")
    assert read_image(path).identity.patient_id == "12⟨U+202E⟩34"


def test_ordinary_text_stays_as_it_is():
    assert visible("Grüße, 漢字 ไทย") == "Grüße, 漢字 ไทย"
