"""A lesion in a report: what the reader noted, and the region's figures beside it, each said to be whose."""

from collections.abc import Iterator
from dataclasses import asdict

from segx_viewer.domain.bodymap import words_of
from segx_viewer.domain.image import MedicalImage, SpacingOrigin
from segx_viewer.domain.lesion import COLOURS, STRUCTURES, Abcd, LesionRecord, SevenPoint
from segx_viewer.domain.result import Analysis
from segx_viewer.domain.tables import Table, as_table
from segx_viewer.imaging.lesion import Shape, colours_of, seen_colours, shape_of
from segx_viewer.reporting.words import date_text, decimal, say

Row = tuple[str, str]


def region_shape(analysis: Analysis) -> Shape | None:
    """Return the figures of an analysis's region, in mm where the image's scale is known; None without a region.

    Lengths of a radiograph's detector are none of the patient: those are in pixels.
    """
    if analysis.segmentation is None or not analysis.segmentation.mask.any():
        return None
    placement, image = analysis.placement, analysis.image
    known = image.spacing if image.spacing is None or image.spacing.origin is not SpacingOrigin.DETECTOR else None
    row, column = (known.row, known.column) if known is not None else image.stretch
    step = row / placement.scale[0], column / placement.scale[1]
    return shape_of(analysis.segmentation.mask, step, "mm" if known is not None else "px")


def region_colours(analysis: Analysis) -> tuple[str, ...]:
    """Return the colours that the region seems to have; none for a grey image."""
    if analysis.segmentation is None or not analysis.image.is_colour:
        return ()
    picture = analysis.placement.place(analysis.image.pixels)
    return seen_colours(colours_of(picture, analysis.segmentation.mask))  # type: ignore[arg-type]


def lesion_rows(record: LesionRecord, analysis: Analysis, include_identity: bool = False) -> Iterator[Row]:
    """Yield what a report says of a lesion that the reader noted anything about."""
    if not record:
        return
    if include_identity:
        yield from (row for row in ((say("Patient"), record.patient), (say("Lesion"), record.lesion)) if row[1])
        if record.taken:
            yield say("Picture of"), date_text(record.taken.replace("-", ""))
    if record.site is not None:
        yield say("Body site"), words_of(record.site, say)
    scale = record.calibration
    if scale is not None and _is_readers(analysis.image):
        words = say("{value} mm per pixel, set by the reader").format(value=decimal(scale.mm_per_pixel, ".4g"))
        yield say("Scale"), f"{words}: {scale.name}" if scale.name else words
    if record.abcd is not None:
        yield say("ABCD rule"), abcd_words(record.abcd)
    if record.seven_point is not None:
        yield say("7-point checklist"), seven_point_words(record.seven_point)
    yield from _figures(analysis)


def _is_readers(image: MedicalImage) -> bool:
    return image.spacing is not None and image.spacing.origin is SpacingOrigin.READER


def _figures(analysis: Analysis) -> Iterator[Row]:
    shape = region_shape(analysis)
    if shape is None:
        return
    words = say("area {area} {unit}², largest diameter {diameter} {unit}")
    words = words.format(area=_plain(shape.area), diameter=_plain(shape.diameter), unit=shape.unit)
    edge = say("it reaches the picture's edge")
    yield say("Region"), f"{words}; {edge}" if shape.cut else words
    first, second = (f"{100 * share:.0f} %" for share in shape.asymmetry)
    words = say(
        "compactness {compactness} (disc 1), solidity {solidity}, without counterpart {first} and {second} of it, "
        "folded about its axes"
    )
    compactness, solidity = decimal(shape.compactness, ".2f"), decimal(shape.solidity, ".2f")
    yield say("Its shape"), words.format(compactness=compactness, solidity=solidity, first=first, second=second)
    if colours := region_colours(analysis):
        words = say("{colours} (by reference colours; not the reader's)")
        yield say("Its colours"), words.format(colours=", ".join(say(colour) for colour in colours))


def _plain(value: float) -> str:
    return decimal(value, ".0f" if value >= 1000 else ".3g")


def abcd_words(rule: Abcd) -> str:
    """Return the ABCD rule as filled in."""
    parts = [
        f"A {_value(rule.asymmetry)}",
        f"B {_value(rule.border)}",
        f"C {len(rule.colours)}"
        + (f" ({', '.join(say(c) for c in COLOURS if c in rule.colours)})" if rule.colours else ""),
        f"D {len(rule.structures)}"
        + (f" ({', '.join(say(s) for s in STRUCTURES if s in rule.structures)})" if rule.structures else ""),
    ]
    score = say("not complete")
    if rule.score is not None and rule.verdict is not None:
        score = say("TDS {score}, by the rule {verdict}").format(
            score=decimal(rule.score, ".1f"), verdict=say(rule.verdict)
        )
    return f"{score}; {', '.join(parts)}; {say('by the reader')}"


def _value(value: int | None) -> str:
    return "-" if value is None else str(value)


def seven_point_words(rule: SevenPoint) -> str:
    """Return the 7-point checklist as filled in."""
    seen = ", ".join(say(criterion) for criterion in sorted(rule.criteria)) or say("no criterion")
    words = say("{score} points, by the checklist {verdict}; {criteria}; by the reader")
    return words.format(score=rule.score, verdict=say(rule.verdict), criteria=seen)


def lesion_values(record: LesionRecord, analysis: Analysis, include_identity: bool = False) -> Table:
    """Return the same as plain values; what may identify only where it was asked for."""
    values = record.as_dict()
    if not include_identity:
        for name in ("patient", "lesion", "taken"):
            del values[name]
    if record.abcd is not None:
        values["abcd"] = as_table(values["abcd"]) | {"score": record.abcd.score, "verdict": record.abcd.verdict}
    if record.seven_point is not None:
        values["seven_point"] = as_table(values["seven_point"]) | {
            "score": record.seven_point.score,
            "verdict": record.seven_point.verdict,
        }
    if record.site is not None:
        values["site"] = as_table(values["site"]) | {"words": words_of(record.site)}
    shape = region_shape(analysis)
    values["region_shape"] = None if shape is None else {**asdict(shape), "asymmetry": list(shape.asymmetry)}
    values["region_colours"] = list(region_colours(analysis))
    return values
