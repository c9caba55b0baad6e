"""What report pages say of several findings, of none and of a refusal."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import highdicom as hd
import pytest

from segx_viewer.app.kit import language
from segx_viewer.domain.result import GateLevel, GateVerdict, Level
from segx_viewer.reporting.content import default_key, describe
from segx_viewer.reporting.dicom import Kind, write_dicom_results
from segx_viewer.reporting.layout import TOP_FINDING, lay_out
from segx_viewer.reporting.overview import entry_of, totals_of
from segx_viewer.reporting.panels import ReportView, draw_panels
from segx_viewer.reporting.typeset import Text
from segx_viewer.reporting.words import written_in
from tests.several import ALL, CLASSES, NONE, refused, several

OUTSIDE = GateVerdict(GateLevel.OUTSIDE, "The patient is 3 years old; the classifier learned from adults only.")


def texts(analysis, key=None):
    key = key or default_key(analysis)
    panels = draw_panels(analysis, key, ReportView())
    page = lay_out(describe(analysis, key), panels, analysis.image, width=1800, unit=1, panel_width=550)
    return [operation for operation in page.operations if isinstance(operation, Text)]


def leading(analysis, key=None):
    """The words that are written as large as a leading finding, without the badge's."""
    badges = {level.value for level in Level} | {"KEINE AUSSAGE", "GERING"}
    return " ".join(t.text for t in texts(analysis, key) if t.size == TOP_FINDING and t.text not in badges)


def test_a_page_without_a_stated_finding_says_so_where_the_finding_stands():
    analysis = several()
    assert leading(analysis) == "No finding lies above its cut-off"
    whole = " ".join(t.text for t in texts(analysis))
    assert "Taken together: 65 % that it shows none of them. The maps explain Mass." in whole
    assert "This is the badge of Mass, which is not stated." in whole
    assert whole.index("none of them") < whole.index("[ ] Mass")
    with written_in(language.texts("de")):
        assert leading(analysis) == "Kein Befund liegt über seinem Grenzwert"
        assert "mit 65 % Wahrscheinlichkeit keiner davon." in " ".join(t.text for t in texts(analysis))


def test_a_stated_finding_leads_as_before():
    page = several(ALL, {4: Level.HIGH})
    assert leading(page) == "Emphysema (emph)"
    whole = " ".join(t.text for t in texts(page))
    assert "none of them" not in whole
    assert "which is not stated" not in whole
    assert "which is not stated" in " ".join(t.text for t in texts(several((0.1, 0.5, 0.1, 0.1, 0.1), classes=(2,))))


@pytest.mark.parametrize("analysis", [refused(), several(gate=OUTSIDE), several(ALL, gate=OUTSIDE)])
def test_what_is_refused_or_abstained_from_is_not_called_a_film_without_findings(analysis):
    assert not leading(analysis)
    whole = " ".join(t.text for t in texts(analysis))
    assert "no finding" not in whole.lower()
    assert "statement" in whole
    with written_in(language.texts("de")):
        assert "kein befund" not in " ".join(t.text for t in texts(analysis)).lower()


def test_a_badge_that_abstains_from_one_finding_leaves_the_others_stated():
    page = several(ALL, {4: Level.ABSTAIN})
    assert leading(page) == "Emphysema (emph)"
    assert "[x] Mass: LOW" in [t.text for t in texts(page)]
    assert not leading(several(NONE, {1: Level.ABSTAIN}))


def test_the_overview_tells_none_several_and_no_statement_apart():
    def entry(analysis):
        content = describe(analysis)
        return entry_of(
            1, draw_panels(analysis, default_key(analysis), ReportView()).image, content, GateLevel.ACCEPTED
        )

    assert (entry(several()).finding, entry(several()).share) == ("No finding lies above its cut-off", "")
    assert entry(several(ALL)).finding == "Emphysema (emph) 90 % and 4 more"
    one = entry(several((0.1, 0.5, 0.1, 0.1, 0.1)))
    assert (one.finding, one.share) == ("Mass", "50 %")
    assert entry(refused()).finding == ""
    assert (entry(several()).level, entry(refused()).level) == (None, Level.ABSTAIN)
    assert entry(several()).title == "1  No finding lies above its cut-off"
    totals = totals_of([entry(a) for a in (several(), several(ALL), refused())])
    assert totals.split("   ·   ") == ["3 images", "LOW: 1", "ABSTAIN: 1", "no finding above its cut-off: 1"]


def structured(analysis, tmp_path):
    """What a structured report says in codes and figures: (name, value) of each measurement and evaluation."""
    source = replace(analysis.image.source, path=Path("a.png"))
    analysis = replace(analysis, image=replace(analysis.image, source=source))
    path = write_dicom_results(analysis, tmp_path, "0001", kinds=[Kind.REPORT])[Kind.REPORT]
    content = hd.sr.srread(path).content
    groups = [*content.get_image_measurement_groups(), *content.get_planar_roi_measurement_groups()]
    said = [(q.name.meaning, q.value.meaning) for g in groups for q in g.get_qualitative_evaluations()]
    return said, {m.name.meaning: m.value for g in groups for m in g.get_measurements()}, path


def test_a_structured_report_says_that_no_finding_is_stated(tmp_path):
    said, figures, path = structured(several(), tmp_path)
    assert ("Finding above its cut-off", "No finding lies above its cut-off") in said
    assert ("Highest score, not above its cut-off", "Mass") in said
    assert ("Certainty badge", "Not stated") in said
    assert not [name for name, _ in said if name.startswith(("Most probable", "Certainty badge of"))]
    assert figures["Probability of none of the findings, taken together"] == pytest.approx(0.645, abs=0.001)
    assert figures["Cut-off of Mass"] == pytest.approx(0.4)
    assert _errors(path) == []


def test_a_structured_report_names_each_stated_finding_with_cut_off_and_badge(tmp_path):
    said, figures, path = structured(several(ALL, {1: Level.HIGH}), tmp_path)
    stated = [value for name, value in said if name == "Finding above its cut-off"]
    assert stated == ["Emphysema", "Mass", "Nodule", "Effusion", "Cardiomegaly"]
    assert ("Certainty badge of Mass", "High") in said
    assert ("Most probable class", "Emphysema") in said
    for info in CLASSES:
        assert figures[f"Cut-off of {info.label}"] == pytest.approx(info.threshold)
    assert _errors(path) == []


def test_a_structured_report_of_an_abstention_states_nothing(tmp_path):
    said, figures, _ = structured(several(ALL, gate=OUTSIDE), tmp_path)
    assert said[0] == ("Certainty badge", "Abstain")
    assert not [name for name, _ in said if "cut-off" in name]
    assert not [name for name in figures if name.startswith(("Cut-off", "Probability"))]


def _errors(path):
    """The errors that dciodvfy finds; none where it is not installed."""
    dciodvfy = shutil.which("dciodvfy")
    if dciodvfy is None:
        return []
    done = subprocess.run([dciodvfy, str(path)], capture_output=True, text=True, check=False)
    return [line for line in done.stderr.splitlines() if line.startswith("Error")]
