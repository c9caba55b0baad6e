import dataclasses
import io
import json
from pathlib import Path

import numpy as np
import pytest

from segx_viewer.app.kit import language
from segx_viewer.domain.image import MedicalImage, PatientIdentity, PhotometricInterpretation, SourceInfo
from segx_viewer.domain.result import (
    Activation,
    BadgeRecord,
    ClassInfo,
    Level,
    LevelPromise,
    Prediction,
    PredictionSet,
    Target,
)
from segx_viewer.explain.segu import NO_LEVEL
from segx_viewer.reporting.content import RESEARCH_USE, describe
from segx_viewer.reporting.layout import LIGHT, lay_out
from segx_viewer.reporting.panels import ReportView, draw_panels
from segx_viewer.reporting.scrubbing import Scrubber
from segx_viewer.reporting.table import CSV_COLUMNS, analysis_to_dict, csv_row, write_csv, write_json
from segx_viewer.reporting.typeset import Box, Text, text_width, wrap
from segx_viewer.reporting.words import percent, written_in

SECRETS = (
    "Doe", "Jane", "PID-4711", "19610203", "1961-02-03", "20240506", "2024-05-06", "House", "/clinic", "0001.dcm",
    "1.2.826.0.1.99.1", "1.2.826.0.1.99.2", "1.2.826.0.1.99.3", "abababab",
)  # fmt: skip
KEY = ("gradcam", 4)


def _page_text(analysis, **options):
    panels = draw_panels(analysis, KEY, ReportView())
    content = describe(analysis, **options)
    page = lay_out(content, panels, analysis.image, width=1800, unit=1, panel_width=550)
    return [operation.text for operation in page.operations if isinstance(operation, Text)]


def _as_csv(row):
    file = io.StringIO()
    write_csv(file, [row])
    return file.getvalue()


@pytest.mark.parametrize("refused", [False, True])
@pytest.mark.parametrize("secret", SECRETS)
def test_nothing_that_identifies_is_on_the_page_or_in_the_record(make_analysis, secret, refused):
    analysis = make_analysis(refused=refused)
    texts = [*_page_text(analysis), json.dumps(analysis_to_dict(analysis)), _as_csv(csv_row(analysis, "0001"))]
    assert not [text for text in texts if secret.lower() in text.lower()]


def test_identity_is_there_when_asked_for_and_marked(make_analysis):
    analysis = make_analysis()
    text = " ".join(_page_text(analysis, include_identity=True))
    for part in ("Doe^Jane", "PID-4711", "1961-02-03", "DOE_JANE_0001.dcm", "CONTAINS PATIENT IDENTITY"):
        assert part in text
    assert analysis_to_dict(analysis, include_identity=True)["identity"]["Patient ID"] == "PID-4711"


def test_the_page_says_what_it_must(make_analysis):
    text = " ".join(_page_text(make_analysis()))
    for part in (
        RESEARCH_USE, "melanoma (mel)", "62 %", "MODERATE", "78 %, calibrated", "0.41", "0.22", "31 %", "Grad-CAM",
        "conv_head", "c0ffee", "Dermoscopy, 7 classes", "version 0.1.0", "torch 2.10.0", "Page 1 of 1",
        "not normalised",
    ):  # fmt: skip
        assert part in text


def test_a_promise_that_test_images_refuted_stands_on_the_page(make_analysis):
    analysis = make_analysis()  # its level is MODERATE
    among = "lesions that were cut out"
    for level, told in ((Level.MODERATE, True), (Level.HIGH, False)):
        badge = BadgeRecord("drawn", promises=(LevelPromise(level, 0.8, among, kept=False),))
        told_of = dataclasses.replace(analysis, bundle=dataclasses.replace(analysis.bundle, badge=badge))
        text = " ".join(" ".join(_page_text(told_of)).split())
        assert ("Promise of this level not kept on the test images among lesions that were cut out." in text) is told


def test_what_is_not_ruled_out_stands_in_whole_lines(make_analysis):
    analysis = make_analysis()
    prediction = dataclasses.replace(analysis.prediction, sets=(PredictionSet(0.95, (4, 5), (3,)),))
    texts = _page_text(dataclasses.replace(analysis, prediction=prediction))
    place = texts.index("Not ruled out")
    page = " ".join(texts[place : place + 5])
    assert page.startswith("Not ruled out melanoma or melanocytic nevus (95 %) no promise for dermatofibroma: too few")
    assert "Not ruled out" not in _page_text(analysis)


def test_maps_that_were_scaled_as_published_are_said_to_be(make_analysis):
    analysis = make_analysis()
    made = dataclasses.replace(analysis.explanations[KEY], target=Target.PROBABILITY)
    text = " ".join(_page_text(analysis.with_explanations(made)))
    assert text.count("scaled to 0..1 as published") == 2
    assert "normalised" not in text


def test_abstaining_shows_its_reason_and_no_probability_of_being_right(make_analysis):
    text = " ".join(_page_text(make_analysis(level=Level.ABSTAIN)))
    assert "ABSTAIN" in text
    assert "The saliency map is flat." in text
    assert "calibrated" not in text


def test_a_refusal_is_said_once_and_without_a_finding(make_analysis):
    text = " ".join(_page_text(make_analysis(refused=True)))
    assert text.count("This looks like a leg") == 1
    assert "was not classified" in text
    assert "melanoma" not in text


def test_a_low_badge_for_want_of_calibration_does_not_quote_the_validation_data(make_analysis):
    analysis = make_analysis(level=Level.LOW)
    certainty = dataclasses.replace(
        analysis.explanations[KEY].certainty, reason="Not calibrated.", probability_correct=None
    )
    analysis = analysis.with_explanations(dataclasses.replace(analysis.explanations[KEY], certainty=certainty))
    text = " ".join(_page_text(analysis))
    assert "Not calibrated." in text
    assert "validation" not in text


def test_a_low_badge_without_a_promised_level_does_not_deny_its_calibrated_probability(make_analysis):
    analysis = make_analysis(level=Level.LOW)
    certainty = dataclasses.replace(analysis.explanations[KEY].certainty, reason=NO_LEVEL, probability_correct=0.97)
    analysis = analysis.with_explanations(dataclasses.replace(analysis.explanations[KEY], certainty=certainty))
    trust = describe(analysis).trust
    assert trust.meaning == "Of findings judged like this one, only the calibrated probability below is known."
    assert trust.reason == NO_LEVEL
    assert dict(trust.rows)["Prediction correct"] == "97 %, calibrated"


def test_old_ages_are_not_given(make_analysis):
    analysis = make_analysis()
    facts = dataclasses.replace(analysis.image.acquisition, age_years=94.0)
    analysis = dataclasses.replace(analysis, image=dataclasses.replace(analysis.image, acquisition=facts))
    assert "94" not in " ".join(value for _, value in describe(analysis).looked_at)
    assert analysis_to_dict(analysis)["image"]["age_years"] == 90


def test_an_edited_region_is_marked(make_analysis):
    analysis = make_analysis()
    edited = dataclasses.replace(analysis.segmentation, edited=True)
    text = " ".join(_page_text(dataclasses.replace(analysis, segmentation=edited)))
    assert "drawn or changed by the reader" in text
    assert "drawn by the reader" in text


@pytest.mark.parametrize(
    ("stated", "english", "german"),
    [
        ("CHEST", "Chest, PA", "Thorax, PA"),
        ("EXTREMITY", "Extremity, PA", "Extremität, PA"),
        ("LSSPINE", "Lumbo-sacral spine, PA", "Lendenwirbelsäule und Kreuzbein, PA"),
        ("PORT THX", "PORT THX, PA", "PORT THX, PA"),
    ],
)
def test_a_part_of_the_body_is_named_in_the_language_of_the_report(make_analysis, stated, english, german):
    analysis = make_analysis()
    facts = dataclasses.replace(analysis.image.acquisition, body_part=stated)
    analysis = dataclasses.replace(analysis, image=dataclasses.replace(analysis.image, acquisition=facts))
    assert dict(describe(analysis).looked_at)["View"] == english
    with written_in(language.texts("de")):
        assert dict(describe(analysis).looked_at)["Ansicht"] == german


def several(analysis, *classes):
    """The same image, as a model of several findings that all count as found sees it."""
    scores = np.full(len(classes), 0.9, np.float32)
    prediction = Prediction(tuple(ClassInfo(*one, 0.3) for one in classes), scores, scores, Activation.SIGMOID)
    shown = analysis.explanations[KEY]
    maps = {(KEY[0], k): dataclasses.replace(shown, class_index=k) for k in range(len(classes))}
    return dataclasses.replace(analysis, prediction=prediction, explanations=maps)


@pytest.mark.parametrize("unit", [0.4, 1, 1.3])
@pytest.mark.parametrize("word", ["LOW", "DELIBERATELY LONG"])
def test_of_a_finding_whose_name_is_too_long_the_level_is_never_cut_off(make_analysis, unit, word):
    endless = "Pneumonoultramicroscopicsilicovolcanoconiosis of the upper and of the lower lobes"
    analysis = several(
        make_analysis(level=Level.LOW), ("Pleural_Thickening", "Pleural thickening"), ("long", endless), ("bcc", "bcc")
    )
    panels = draw_panels(analysis, (KEY[0], 0), ReportView())
    with written_in({"LOW": word}):
        content = describe(analysis, (KEY[0], 0))
        page = lay_out(content, panels, analysis.image, width=1800 * unit, unit=unit, panel_width=550 * unit)
    rows = [operation for operation in page.operations if isinstance(operation, Text) and operation.text[:4] == "[x] "]
    assert [row.text.rpartition(": ")[2] for row in rows] == [word] * 3
    first, second, third = (row.text.removeprefix("[x] ").removesuffix(f": {word}") for row in rows)
    assert "Pleural thickening".startswith(first.removesuffix("…")), "the code goes before a letter of the name does"
    assert endless.startswith(second.removesuffix("…"))
    assert second.endswith("…")
    assert third == "bcc"
    bars = min(box.x for box in page.operations if isinstance(box, Box) and box.fill == LIGHT.bar)
    assert all(row.x + text_width(row.text, row.size, row.bold) <= bars for row in rows)


def test_the_title_of_a_map_keeps_what_it_is_of(make_analysis):
    analysis = several(make_analysis(), ("Pleural_Thickening", "Pleural thickening"))
    image = analysis.image
    content = dataclasses.replace(describe(analysis, (KEY[0], 0)), method="A method with a name longer than its panel")
    panels = draw_panels(analysis, (KEY[0], 0), ReportView())
    page = lay_out(content, panels, image, width=1800, unit=1, panel_width=400)
    texts = [operation.text for operation in page.operations if isinstance(operation, Text)]
    assert any(text.startswith("Original map") and text.endswith(("Pleural thickening", "…")) for text in texts)
    assert any(text.startswith("SegX map") and text.endswith("within the lesion") for text in texts)


@pytest.mark.parametrize("view", [ReportView(), ReportView(outline=False)], ids=["outlined", "without outline"])
def test_the_line_around_the_region_is_told_below_the_maps_that_have_it(make_analysis, view):
    analysis = make_analysis()
    panels = draw_panels(analysis, KEY, view)
    page = lay_out(describe(analysis), panels, analysis.image, width=1800, unit=1, panel_width=550)
    texts = [operation for operation in page.operations if isinstance(operation, Text)]
    (bar,) = [text for text in texts if text.text.startswith("attribution, ")]
    told = [text for text in texts if "the line is the edge of the lesion" in text.text]
    assert told == ([bar] if view.outline else [])
    picture = next(text for text in texts if text.text.startswith("Each image pixel is shown as"))
    assert picture.x < 550 < bar.x, "one below the image, one below the maps"


def test_scrubber_leaves_other_words_alone(make_analysis):
    scrub = Scrubber(make_analysis().image)
    assert scrub("a doe, Janette and 1.2.826.0.1.99.11") == "a [removed], Janette and 1.2.826.0.1.99.11"


def test_scrubber_leaves_words_that_happen_to_name_the_file(make_analysis):
    image = make_analysis().image
    source = dataclasses.replace(image.source, path=Path("in/lesion.png"))
    facts = dataclasses.replace(image.acquisition, description="Chest")
    scrub = Scrubber(dataclasses.replace(image, source=source, acquisition=facts))
    sentence = "The region in the chest is no lesion."
    assert scrub(sentence) == sentence
    assert scrub("in/lesion.png, lesion.png") == "[removed], [removed]"


def test_record_is_json_with_undefined_as_null_and_reason(make_analysis, tmp_path):
    analysis = make_analysis()
    write_json(analysis, tmp_path / "a.json")
    record = json.loads((tmp_path / "a.json").read_text("utf-8"))
    segu = record["explanations"][0]["segu"]
    assert record["schema_version"] == 1
    assert segu["alignments"]["hd95"] == {
        "label": "95 % Hausdorff distance",
        "value": None,
        "reason": "the region is empty",
        "chance": None,
        "higher_is_better": False,
    }
    assert segu["c_auitc"] == 0.41
    assert len(segu["iou_threshold_curve"]) == 99
    classes = record["prediction"]["classes"]
    assert [c["code"] for c in classes][record["prediction"]["top"]] == "mel"
    assert sum(c["probability"] for c in classes) == pytest.approx(1, abs=1e-6)


def test_csv_row_fits_its_columns(make_analysis):
    row = csv_row(make_analysis(), "0001")
    assert set(row) <= set(CSV_COLUMNS)
    assert row["class_code"] == "mel"
    lines = _as_csv(row).splitlines()
    assert len(lines) == 2
    assert lines[0].split(",") == list(CSV_COLUMNS)


def test_wrapping_keeps_every_word_and_the_width():
    text = "The explanation and the region hardly agree " + "x" * 200
    lines = wrap(text, 300, 17)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert max(text_width(line, 17) for line in lines) <= 300


def test_percent_never_rounds_to_certainty():
    assert percent(0.997) == "> 99 %"
    assert percent(1.0) == "100 %"


def test_a_synthetic_picture_is_marked(make_analysis):
    analysis = make_analysis()
    assert "synthetic" not in " ".join(_page_text(analysis)).lower()
    source = dataclasses.replace(analysis.image.source, path=Path("SYNTHETIC-lesion.png"))
    drawn = dataclasses.replace(analysis, image=dataclasses.replace(analysis.image, source=source))
    assert "This picture is synthetic" in " ".join(_page_text(drawn))
    assert analysis_to_dict(drawn)["image"]["synthetic"] is True


def _set_texts(analysis) -> dict[str, Text]:
    """Return the texts on the page as they are set."""
    panels = draw_panels(analysis, KEY, ReportView())
    page = lay_out(describe(analysis), panels, analysis.image, width=1800, unit=1, panel_width=550)
    return {operation.text: operation for operation in page.operations if isinstance(operation, Text)}


def test_what_the_badge_abstains_from_is_small_grey_and_after_the_reason(make_analysis):
    texts = _set_texts(make_analysis(level=Level.ABSTAIN))
    badge, reason, name, score = (
        texts[text] for text in ("ABSTAIN", "The saliency map is flat.", "melanoma (mel)", "62 %")
    )
    assert score.size == name.size < reason.size < badge.size
    assert score.colour == name.colour == LIGHT.muted
    assert name.x > badge.x, "columns are read from the left"
    assert "The network's own scores. The program makes no statement about them." in texts


def test_one_percentage_leads(make_analysis):
    page = make_analysis()
    texts = _set_texts(page)
    assert texts["62 %"].size < texts["MODERATE"].size
    assert texts["melanoma (mel)"].x > texts["MODERATE"].x


def test_given_names_of_two_letters_are_taken_out_too():
    image = MedicalImage(
        np.zeros((2, 2), np.float32),
        "CR",
        PhotometricInterpretation.MONOCHROME2,
        SourceInfo(None),
        identity=PatientIdentity("Wang, XiaoDong (王 小东)"),
    )
    clean = Scrubber(image)
    assert clean("小东, seen today") == "[removed], seen today"
    assert clean("XiaoDong") == "[removed]"
