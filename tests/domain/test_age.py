"""Ages in words."""

import pytest

from segx_viewer.domain.age import age_text

_YEAR = 365.25


@pytest.mark.parametrize(
    ("years", "words"),
    [
        (0, "0 days"),
        (1 / _YEAR, "1 day"),
        (27 / _YEAR, "27 days"),
        (4 * 7 / _YEAR, "4 weeks"),
        (12 * 7 / _YEAR, "12 weeks"),
        (3 / 12, "3 months"),
        (6 / 12, "6 months"),
        (1.0, "12 months"),
        (18 / 12, "18 months"),
        (23 / 12, "23 months"),
        (2.0, "2 years"),
        (17.998, "17 years"),
        (18.0, "18 years"),
        (62.0, "62 years"),
    ],
)
def test_an_age_is_written_as_a_paediatrician_does(years, words):
    assert age_text(years) == words


@pytest.mark.parametrize("months", range(3, 24))
def test_every_month_is_itself(months):
    assert age_text(months / 12) == f"{months} months"


@pytest.mark.parametrize("weeks", range(4, 13))
def test_every_week_is_itself(weeks):
    assert age_text(weeks * 7 / _YEAR) == f"{weeks} weeks"


@pytest.mark.parametrize("years", range(2, 120))
def test_every_year_is_itself(years):
    assert age_text(float(years)) == f"{years} years"
