"""Who the patient is and how old, from a DICOM header: names, dates, ages."""

import re
import unicodedata
from datetime import date, datetime

from pydicom.dataset import Dataset
from pydicom.valuerep import PersonName

from segx_viewer.domain.image import PatientIdentity
from segx_viewer.imaging.header import text, value

OLDEST_YEARS = 122.5
"""No older person is known; a higher age is a slip or a stand-in."""

_DAYS_PER = {"D": 1.0, "W": 7.0, "M": 365.25 / 12, "Y": 365.25}
_FIRST_YEAR, _LAST_YEAR = 1850, 2100  # years outside stand for a removed date
_REMOVED_BIRTH = {"19000101"}  # what anonymisers write
_DATES = ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate")
_TIMES = ("StudyTime", "SeriesTime", "AcquisitionTime", "ContentTime")
_JOINERS = {"\u200c", "\u200d"}  # spelling, in Persian and the scripts of India


def identity(dataset: Dataset) -> PatientIdentity | None:
    """Return who the patient is, or None where the header does not say."""
    name = value(dataset, "PatientName")
    shown = person_name(name) if isinstance(name, PersonName) else visible(str(name or "").strip())
    person = PatientIdentity(shown, _visible_text(dataset, "PatientID"), birth_date(dataset))
    return person if person != PatientIdentity() else None


def person_name(name: PersonName) -> str:
    """Return a name as people write it (PS3.5 6.2.1.1): alphabetic, then ideographic and phonetic in brackets.

    Control characters and those that turn the direction of writing are made visible.

    Examples
    --------
    >>> person_name(PersonName("Doe^Jane^M^Dr^MD"))
    'Doe, Dr Jane M, MD'
    >>> person_name(PersonName("Wang^XiaoDong=王^小东"))
    'Wang, XiaoDong (王 小东)'
    >>> person_name(PersonName("=王^小东"))
    '王 小东'
    """
    groups = [*str(name).split("="), "", "", ""][:3]
    shown = [_alphabetic(groups[0]), *(" ".join(filter(None, _components(group))) for group in groups[1:])]
    first, *others = [group for group in dict.fromkeys(shown) if group] or [""]
    return f"{first} ({', '.join(others)})" if others else first


def _components(group: str) -> list[str]:
    return [visible(part.strip()) for part in [*group.split("^"), "", "", "", "", ""][:5]]


def _alphabetic(group: str) -> str:
    family, given, middle, prefix, suffix = _components(group)
    return ", ".join(part for part in (family, " ".join(filter(None, (prefix, given, middle))), suffix) if part)


def visible(stated: str) -> str:
    r"""Return text whose invisible characters, and those that turn its direction, are written as code points.

    Examples
    --------
    >>> visible("Doe\u202eenaJ"), visible("A\x1bB")
    ('Doe⟨U+202E⟩enaJ', 'A⟨U+001B⟩B')
    """
    return "".join(f"⟨U+{ord(c):04X}⟩" if _is_hidden(c) else c for c in stated)


def _is_hidden(character: str) -> bool:
    if character in _JOINERS:
        return False
    return unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}


def _visible_text(dataset: Dataset, keyword: str) -> str:
    found = value(dataset, keyword)
    if isinstance(found, str):
        return visible(found.strip())
    return text(dataset, keyword)


# -- dates and ages --------------------------------------------------------------------------------


def checked_date(stated: str) -> str:
    """Return YYYYMMDD, or "" for what is no date, and for years that stand for a removed one.

    Examples
    --------
    >>> checked_date("2004.01.19"), checked_date("20040231"), checked_date("00010101")
    ('20040119', '', '')
    """
    digits = stated.replace(".", "").replace("-", "")[:8]
    try:
        day = datetime.strptime(digits, "%Y%m%d").date() if re.fullmatch("[0-9]{8}", digits) else None
    except ValueError:
        return ""
    return digits if day is not None and _FIRST_YEAR <= day.year <= _LAST_YEAR else ""


def study_date(dataset: Dataset) -> str:
    """Return the day of the examination, YYYYMMDD: of the study, or else of the series, acquisition or content."""
    stated = [text(dataset, keyword) for keyword in (*_DATES, "AcquisitionDateTime")]
    return next(filter(None, map(checked_date, stated)), "")


def study_time(dataset: Dataset) -> str:
    """Return the time of day of the examination, HHMMSS or its beginning, from where the date may come as well."""
    stated = [text(dataset, keyword) for keyword in _TIMES] + [text(dataset, "AcquisitionDateTime")[8:]]
    return next((found[0] for clock in stated if (found := re.match("(?:[0-9]{2}){1,3}", clock))), "")


def birth_date(dataset: Dataset) -> str:
    """Return the day of birth, YYYYMMDD, or "" where it is unknown or a stand-in."""
    found = checked_date(text(dataset, "PatientBirthDate"))
    return "" if found in _REMOVED_BIRTH else found


def age_years(dataset: Dataset) -> float | None:
    """Return the patient's age at the examination, from Patient's Age, or the birth date where that says nothing.

    An age without a unit is in years, as many files have it. An age of 0 years stands for an unknown one in many files:
    the birth date decides. Ages that nobody reaches are unknown.
    """
    lived = _lived(dataset)
    match = re.fullmatch(r"([0-9]{1,3})([DWMY]?)", text(dataset, "PatientAge").upper())
    if match is None:
        return lived
    count, unit = int(match[1]), match[2] or "Y"
    years = count * _DAYS_PER[unit] / _DAYS_PER["Y"]
    if years > OLDEST_YEARS or (count == 0 and (unit == "Y" or (lived or 0) >= 1)):
        return lived
    return years


def _lived(dataset: Dataset) -> float | None:
    born, seen = birth_date(dataset), study_date(dataset)
    if not born or not seen:
        return None
    first, last = (date(int(d[:4]), int(d[4:6]), int(d[6:])) for d in (born, seen))
    years = (last - first).days / _DAYS_PER["Y"]
    if (last.month, last.day) == (first.month, first.day):
        years = float(last.year - first.year)  # a birthday is a whole year
    return years if 0 <= years <= OLDEST_YEARS else None
