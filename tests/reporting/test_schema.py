import copy
import json

import jsonschema
import pytest

from segx_viewer.paths import resources_folder
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
