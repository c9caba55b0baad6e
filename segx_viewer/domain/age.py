"""Ages as paediatricians write them."""

from collections.abc import Mapping
from types import MappingProxyType

_YEAR = 365.25  # days
_ALMOST = 0.02  # days: an age in weeks or months is not a whole number of years in binary
WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "D": ("1 day", "{count} days"),
        "W": ("1 week", "{count} weeks"),
        "M": ("1 month", "{count} months"),
        "Y": ("1 year", "{count} years"),
    }
)
"""Words for one and for several of each unit of `age_parts`."""


def age_parts(years: float) -> tuple[int, str]:
    """Return an age in whole units: days up to four weeks, weeks up to three months, months up to two years.

    Returns
    -------
    count : int
    unit : str
        "D", "W", "M" or "Y", as in DICOM's age strings.

    Examples
    --------
    >>> age_parts(3 / 365.25), age_parts(0.2), age_parts(1.5), age_parts(17.99)
    ((3, 'D'), (10, 'W'), (18, 'M'), (17, 'Y'))
    """
    days = years * _YEAR + _ALMOST
    for unit, per_unit, end in (("D", 1.0, 28), ("W", 7.0, _YEAR / 4), ("M", _YEAR / 12, 2 * _YEAR)):
        if days < end:
            return int(days // per_unit), unit
    return int(days // _YEAR), "Y"


def age_text(years: float) -> str:
    """Return an age in English words.

    Examples
    --------
    >>> age_text(1 / 365.25), age_text(1.0), age_text(62)
    ('1 day', '12 months', '62 years')
    """
    count, unit = age_parts(years)
    return WORDS[unit][count != 1].format(count=count)
