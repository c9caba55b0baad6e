"""A lesion in a report: what the reader noted, and the region's figures beside it, each said to be whose."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from segx_viewer.domain.bodymap import words_of
from segx_viewer.domain.image import MedicalImage, SpacingOrigin
from segx_viewer.domain.lesion import COLOURS, STRUCTURES, Abcd, LesionRecord, SevenPoint
from segx_viewer.domain.result import Analysis
from segx_viewer.imaging.lesion import Shape, colours_of, seen_colours, shape_of

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
        yield from (row for row in (("Patient", record.patient), ("Lesion", record.lesion)) if row[1])
        if record.taken:
            yield "Picture of", record.taken
    if record.site is not None:
        yield "Body site", words_of(record.site)
    scale = record.calibration
    if scale is not None and _is_readers(analysis.image):
        yield "Scale", f"{scale.mm_per_pixel:.4g} mm per pixel, set by the reader{f': {scale.name}' * bool(scale.name)}"
    if record.abcd is not None:
        yield "ABCD rule", abcd_words(record.abcd)
    if record.seven_point is not None:
        yield "7-point checklist", seven_point_words(record.seven_point)
    yield from _figures(analysis)


def _is_readers(image: MedicalImage) -> bool:
    return image.spacing is not None and image.spacing.origin is SpacingOrigin.READER


def _figures(analysis: Analysis) -> Iterator[Row]:
    shape = region_shape(analysis)
    if shape is None:
        return
    cut = "; it reaches the picture's edge" if shape.cut else ""
    yield "Region", f"area {shape.area:.3g} {shape.unit}², largest diameter {shape.diameter:.3g} {shape.unit}{cut}"
    first, second = (f"{100 * share:.0f} %" for share in shape.asymmetry)
    yield (
        "Its shape",
        f"compactness {shape.compactness:.2f} (disc 1), solidity {shape.solidity:.2f}, without counterpart {first} and"
        f" {second} of it, folded about its axes",
    )
    if colours := region_colours(analysis):
        yield "Its colours", f"{', '.join(colours)} (by reference colours; not the reader's)"


def abcd_words(rule: Abcd) -> str:
    """Return the ABCD rule as filled in."""
    parts = [
        f"A {_value(rule.asymmetry)}",
        f"B {_value(rule.border)}",
        f"C {len(rule.colours)}" + (f" ({', '.join(c for c in COLOURS if c in rule.colours)})" if rule.colours else ""),
        f"D {len(rule.structures)}"
        + (f" ({', '.join(s for s in STRUCTURES if s in rule.structures)})" if rule.structures else ""),
    ]
    score = "not complete" if rule.score is None else f"TDS {rule.score:.1f}, by the rule {rule.verdict}"
    return f"{score}; {', '.join(parts)}; by the reader"


def _value(value: int | None) -> str:
    return "-" if value is None else str(value)


def seven_point_words(rule: SevenPoint) -> str:
    """Return the 7-point checklist as filled in."""
    seen = ", ".join(sorted(rule.criteria)) or "no criterion"
    return f"{rule.score} points, by the checklist {rule.verdict}; {seen}; by the reader"


def lesion_values(record: LesionRecord, analysis: Analysis, include_identity: bool = False) -> dict[str, Any]:
    """Return the same as plain values; what may identify only where it was asked for."""
    values = record.as_dict()
    if not include_identity:
        for name in ("patient", "lesion", "taken"):
            del values[name]
    if record.abcd is not None:
        values["abcd"] |= {"score": record.abcd.score, "verdict": record.abcd.verdict}
    if record.seven_point is not None:
        values["seven_point"] |= {"score": record.seven_point.score, "verdict": record.seven_point.verdict}
    if record.site is not None:
        values["site"]["words"] = words_of(record.site)
    shape = region_shape(analysis)
    values["region_shape"] = None if shape is None else {**asdict(shape), "asymmetry": list(shape.asymmetry)}
    values["region_colours"] = list(region_colours(analysis))
    return values
