"""What a reader notes about a skin lesion: whose it is and where, the picture's scale, and two rules of dermoscopy.

The ABCD rule is that of Stolz et al., Eur J Dermatol 4:521-527 (1994), with the limits of Nachbar et al., J Am Acad
Dermatol 30:551-559 (1994). The 7-point checklist is that of Argenziano et al., Arch Dermatol 134:1563-1570 (1998). Both
are filled in by the reader, never by the program.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum

from segx_viewer.domain.tables import Table, as_float, as_int, as_table, as_text, as_texts

COLOURS = ("white", "red", "light brown", "dark brown", "blue-grey", "black")
"""Colours of the ABCD rule."""
STRUCTURES = ("pigment network", "structureless areas", "branched streaks", "dots", "globules")
"""Dermoscopic structures of the ABCD rule."""
MAJOR = ("atypical pigment network", "blue-whitish veil", "atypical vascular pattern")
"""Criteria of the 7-point checklist that count two points."""
MINOR = ("irregular streaks", "irregular pigmentation", "irregular dots or globules", "regression structures")
"""Criteria of the 7-point checklist that count one point."""
AXES, SEGMENTS = 2, 8
"""Axes of asymmetry, and segments of the border, of the ABCD rule."""
_SUSPICIOUS, _HIGHLY = 4.75, 5.45
_SEVEN_POINT_LIMIT = 3


class Verdict(StrEnum):
    """What a rule says of its score; it is the rule's word, not the program's."""

    BENIGN = "benign"
    SUSPICIOUS = "suspicious"
    MELANOMA = "highly suspicious of melanoma"


@dataclass(frozen=True, slots=True)
class Abcd:
    """The ABCD rule of dermoscopy, as far as it is filled in.

    Attributes
    ----------
    asymmetry : int, optional
        Axes (0..2) on which contour, colours or structures are not symmetric.
    border : int, optional
        Segments (0..8) with an abrupt end of the pigment at the border.
    colours : frozenset of str
        Of `COLOURS`.
    structures : frozenset of str
        Of `STRUCTURES`.

    Examples
    --------
    >>> rule = Abcd(2, 4, frozenset({"dark brown", "black", "red"}), frozenset({"dots", "globules"}))
    >>> rule.score, rule.verdict.value
    (5.5, 'highly suspicious of melanoma')
    """

    asymmetry: int | None = None
    border: int | None = None
    colours: frozenset[str] = frozenset()
    structures: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        _within("asymmetry", self.asymmetry, AXES)
        _within("border", self.border, SEGMENTS)
        _known("colours", self.colours, COLOURS)
        _known("structures", self.structures, STRUCTURES)

    @property
    def score(self) -> float | None:
        """The total dermoscopy score 1.3 A + 0.1 B + 0.5 C + 0.5 D, 1.0..8.9; None until all four are filled in."""
        if self.asymmetry is None or self.border is None or not self.colours or not self.structures:
            return None
        counted = 0.5 * len(self.colours) + 0.5 * len(self.structures)
        return round(1.3 * self.asymmetry + 0.1 * self.border + counted, 1)

    @property
    def verdict(self) -> Verdict | None:
        """Benign below 4.75, suspicious up to 5.45, highly suspicious above."""
        score = self.score
        if score is None:
            return None
        if score < _SUSPICIOUS:
            return Verdict.BENIGN
        return Verdict.SUSPICIOUS if score <= _HIGHLY else Verdict.MELANOMA


@dataclass(frozen=True, slots=True)
class SevenPoint:
    """The 7-point checklist: the criteria that the reader saw; none of them may be a finding as well.

    Examples
    --------
    >>> SevenPoint(frozenset({"blue-whitish veil", "irregular streaks"})).score
    3
    """

    criteria: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        _known("criteria", self.criteria, MAJOR + MINOR)

    @property
    def score(self) -> int:
        """Two points for each major criterion and one for each minor one, 0..10."""
        return sum(2 if criterion in MAJOR else 1 for criterion in self.criteria)

    @property
    def verdict(self) -> Verdict:
        """Melanoma is suspected from three points on."""
        return Verdict.MELANOMA if self.score >= _SEVEN_POINT_LIMIT else Verdict.BENIGN


@dataclass(frozen=True, slots=True)
class Calibration:
    """How large a pixel is, measured along a ruler or a dermoscope's scale in a picture.

    Attributes
    ----------
    mm_per_pixel : float
    width, height : int
        Of the pictures that it holds for: another size was scaled, or cut, or is another device's.
    device, magnification : str
        In the reader's words.
    """

    mm_per_pixel: float
    width: int
    height: int
    device: str = ""
    magnification: str = ""

    def __post_init__(self) -> None:
        if not 1e-5 < self.mm_per_pixel < 100:
            raise ValueError(f"{self.mm_per_pixel} mm is no size of a pixel")

    @property
    def name(self) -> str:
        """Device and magnification for people."""
        return " ".join(part for part in (self.device, self.magnification) if part)

    def fits(self, shape: tuple[int, int]) -> bool:
        """Whether it holds for a picture of a shape (H, W)."""
        return shape == (self.height, self.width)


@dataclass(frozen=True, slots=True)
class Site:
    """A place on the body map: which side of the body, and where on its drawing (x, y), each 0..1 from the top left.

    Left and right are the patient's: on the front they are on the other side of the drawing.
    """

    side: str
    x: float
    y: float

    def __post_init__(self) -> None:
        if self.side not in ("front", "back") or not (0 <= self.x <= 1 and 0 <= self.y <= 1):
            raise ValueError(f"{self.side} {self.x} {self.y} is no place on the body map")


@dataclass(frozen=True, slots=True)
class LesionRecord:
    """What a reader noted about the lesion in a picture.

    `patient` and `lesion` are the reader's own words, by which pictures are told apart: they may identify. `taken` is
    the day of the picture, YYYY-MM-DD, as the reader says it.
    """

    patient: str = ""
    lesion: str = ""
    taken: str = ""
    site: Site | None = None
    calibration: Calibration | None = None
    abcd: Abcd | None = None
    seven_point: SevenPoint | None = None

    def __post_init__(self) -> None:
        if self.taken:
            date.fromisoformat(self.taken)

    def __bool__(self) -> bool:
        return self != NO_RECORD

    def as_dict(self) -> dict[str, object]:
        """Return it as plain values."""
        values = asdict(self)
        if self.abcd is not None:
            values["abcd"] |= {"colours": sorted(self.abcd.colours), "structures": sorted(self.abcd.structures)}
        if self.seven_point is not None:
            values["seven_point"] = {"criteria": sorted(self.seven_point.criteria)}
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> "LesionRecord":
        """Return a record from plain values. Raises KeyError, TypeError or ValueError where they are none."""
        site, scale, abcd, seven = (as_table(values.get(name) or {}) for name in _PARTS)
        return cls(
            patient=str(values.get("patient", "")),
            lesion=str(values.get("lesion", "")),
            taken=str(values.get("taken", "")),
            site=_site(site) if site else None,
            calibration=_calibration(scale) if scale else None,
            abcd=_abcd(abcd) if abcd else None,
            seven_point=SevenPoint(frozenset(as_texts(seven["criteria"]))) if seven else None,
        )

    @property
    def key(self) -> tuple[str, str] | None:
        """Patient and lesion as they are compared; None where the reader has not said both."""
        both = self.patient.strip().casefold(), self.lesion.strip().casefold()
        return both if all(both) else None


NO_RECORD = LesionRecord()
_PARTS = ("site", "calibration", "abcd", "seven_point")


def _site(values: Table) -> Site:
    return Site(as_text(values["side"]), as_float(values["x"]), as_float(values["y"]))


def _calibration(values: Table) -> Calibration:
    return Calibration(
        as_float(values["mm_per_pixel"]),
        as_int(values["width"]),
        as_int(values["height"]),
        as_text(values.get("device", "")),
        as_text(values.get("magnification", "")),
    )


def _abcd(values: Table) -> Abcd:
    asymmetry, border = (None if values[name] is None else as_int(values[name]) for name in ("asymmetry", "border"))
    colours, structures = (frozenset(as_texts(values[name])) for name in ("colours", "structures"))
    return Abcd(asymmetry, border, colours, structures)


def _within(name: str, value: int | None, most: int) -> None:
    if value is not None and not 0 <= value <= most:
        raise ValueError(f"{name} is {value}, not 0 to {most}")


def _known(name: str, given: frozenset[str], known: tuple[str, ...]) -> None:
    if given - set(known):
        raise ValueError(f"{name} has no {sorted(given - set(known))}")
