import copy
import json
from dataclasses import replace

import jsonschema
import pytest

from segx_viewer.domain.lesion import Abcd, Calibration, LesionRecord, SevenPoint, Site
from segx_viewer.domain.result import Agreement
from segx_viewer.paths import resources_folder
from segx_viewer.reporting.reading import Reading
from segx_viewer.reporting.table import SCHEMA_VERSION, analysis_to_dict

SCHEMA = json.loads((resources_folder() / "docs" / f"analysis-{SCHEMA_VERSION}.schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


@pytest.mark.parametrize("options", [{}, {"colour": False}, {"refused": True}])
@pytest.mark.parametrize("identity", [False, True])
def test_records_fit_the_published_schema(make_analysis, options, identity):
    record = analysis_to_dict(make_analysis(**options), identity)
    VALIDATOR.validate(record)
    assert ("identity" in record) is identity


def test_the_schema_knows_every_field(make_analysis):
    """A field that is written and not published would be found out by nobody else."""
    closed = _closed(copy.deepcopy(SCHEMA))
    for options in ({}, {"colour": False}, {"refused": True}):
        jsonschema.Draft202012Validator(closed).validate(analysis_to_dict(make_analysis(**options), True))


def test_the_agreement_of_a_random_method_is_written(make_analysis):
    analysis = make_analysis()
    (explanation,) = analysis.explanations.values()
    agreement = Agreement(64, 0.46, 0.21, enough=False)
    record = analysis_to_dict(analysis.with_explanations(replace(explanation, agreement=agreement)))
    VALIDATOR.validate(record)
    jsonschema.Draft202012Validator(_closed(copy.deepcopy(SCHEMA))).validate(record)
    assert record["explanations"][0]["agreement"] == {
        "samples": 64, "rank_correlation": 0.46, "top_overlap": 0.21, "enough": False
    }  # fmt: skip
    assert analysis_to_dict(analysis)["explanations"][0]["agreement"] is None


@pytest.mark.parametrize("missing", ["schema_version", "input_check", "explanations"])
def test_an_incomplete_record_does_not_fit(make_analysis, missing):
    record = analysis_to_dict(make_analysis())
    del record[missing]
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(record)


def _closed(schema):
    if isinstance(schema, dict):
        if "properties" in schema:
            schema["additionalProperties"] = False
        for value in schema.values():
            _closed(value)
    elif isinstance(schema, list):
        for value in schema:
            _closed(value)
    return schema


def test_what_a_reader_notes_about_a_lesion_fits_the_schema(make_analysis):
    record = LesionRecord(
        "Ann", "arm", "2026-01-02", Site("back", 0.6, 0.3), Calibration(0.1, 600, 450, "D"), Abcd(1, 2),
        SevenPoint(frozenset({"blue-whitish veil"})),
    )  # fmt: skip
    closed = jsonschema.Draft202012Validator(_closed(copy.deepcopy(SCHEMA)))
    for identity in (True, False):
        values = analysis_to_dict(make_analysis(), identity, reading=Reading(lesion=record))
        closed.validate(values)
        lesion = values["reading"]["lesion"]
        assert ("patient" in lesion) is ("taken" in lesion) is identity
        assert lesion["site"]["words"] == "right upper back (body map, back)"
        assert lesion["region_shape"]["unit"] == "px"
