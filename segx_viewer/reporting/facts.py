"""Facts of a report, in words: what was looked at, and how the results were made."""

import hashlib
import weakref
from collections.abc import Iterator

from segx_viewer.domain.age import WORDS, age_parts
from segx_viewer.domain.image import MedicalImage, PixelSpacing, SpacingOrigin
from segx_viewer.domain.methods import SCALED_AS_PUBLISHED, method_label
from segx_viewer.domain.result import (
    Agreement,
    Analysis,
    Explanation,
    GateLevel,
    Target,
)
from segx_viewer.imaging.bodyparts import part_words
from segx_viewer.reporting.words import decimal, mark, percent, say

MODALITIES = {
    "CR": mark("Computed radiography"),
    "DX": mark("Digital radiography"),
    "RG": mark("Radiography"),
    "RF": mark("Fluoroscopy"),
    "MG": mark("Mammography"),
    "CT": mark("Computed tomography"),
    "MR": mark("Magnetic resonance"),
    "US": mark("Ultrasound"),
    "XC": mark("Photograph"),
    "GM": mark("Microscopy"),
    "ES": mark("Endoscopy"),
    "DMS": mark("Dermoscopy"),
    "OT": mark("Other"),
    "SC": mark("Secondary capture"),
}

_VIEWS = {"PA": "PA", "AP": "AP", "LL": mark("left lateral"), "RL": mark("right lateral")}
_SIDES = {"L": mark("left"), "R": mark("right"), "B": mark("both sides")}
_SEXES = {"M": mark("male"), "F": mark("female"), "O": mark("other")}
OLDEST_AGE = 89  # ages above identify people (HIPAA safe harbour)

Row = tuple[str, str]
"""What is told, and what it is."""
_digests: weakref.WeakKeyDictionary[MedicalImage, str] = weakref.WeakKeyDictionary()


def pixel_digest(image: MedicalImage) -> str:
    """Return the SHA-256 of the decoded pixels: names the image without naming anybody."""
    if image not in _digests:
        _digests[image] = hashlib.sha256(image.pixels.data).hexdigest()
    return _digests[image]


def looked_at(analysis: Analysis) -> Iterator[Row]:
    """Yield what the image is: kind, view, person, size, and what the input check says of it."""
    image, facts = analysis.image, analysis.image.acquisition
    kind = say(MODALITIES.get(image.modality, image.modality)) or say("Picture file")
    if image.modality in MODALITIES:
        kind = f"{kind} ({image.modality})"
    view = ", ".join(
        text
        for text in (
            say(part_words(facts.body_part)),
            say(_VIEWS.get(facts.view_position, facts.view_position)),
            say(_SIDES.get(facts.laterality, "")),
        )
        if text
    )
    yield say("Image"), kind
    if view:
        yield say("View"), view
    person = [age_words(facts.age_years), say(_SEXES.get(facts.sex, ""))]
    if any(person):
        yield say("Person"), ", ".join(p for p in person if p)
    height, width = image.shape
    size = say("{width} × {height} pixels") if image.is_colour else say("{width} × {height} pixels, {bits} bits")
    yield say("Size"), size.format(width=width, height=height, bits=image.bits_stored)
    if image.source.frames > 1:
        words = say("{number} of {count}")
        yield say("Frame"), words.format(number=image.source.frame + 1, count=image.source.frames)
    if image.spacing is not None:
        yield say("Pixel size"), _pixel_size(image.spacing)
    if analysis.gate.level is GateLevel.ACCEPTED:
        yield say("Input check"), say("fits the model ({model})").format(model=say(analysis.bundle.title))
    else:
        yield say("Input check"), say(analysis.gate.level.value)
    yield say("Pixel hash"), f"{pixel_digest(image)[:16]} (SHA-256)"


def _pixel_size(spacing: PixelSpacing) -> str:
    text = f"{decimal(spacing.column, '.3g')} × {decimal(spacing.row, '.3g')} mm"
    if spacing.origin is SpacingOrigin.DETECTOR:
        text = say("{size} at the detector, not in the patient").format(size=text)
    elif spacing.origin is not SpacingOrigin.CALIBRATED:
        text = f"{text} {say(spacing.origin.value)}"
    if spacing.magnification is not None:
        words = say("{size}, estimated magnification {factor}")
        text = words.format(size=text, factor=decimal(spacing.magnification, ".3g"))
    return text


def age_words(years: float | None) -> str:
    """Return an age for people; above 89 years only that, because such ages identify.

    Examples
    --------
    >>> age_words(4.0), age_words(93.0), age_words(0.5)
    ('4 years', '90 years or older', '6 months')
    """
    if years is None:
        return ""
    if years > OLDEST_AGE:
        return say("{count} years or older").format(count=OLDEST_AGE + 1)
    count, unit = age_parts(years)
    return say(WORDS[unit][count != 1]).format(count=count)


def made(analysis: Analysis, attribution: Explanation | None) -> Iterator[Row]:
    """Yield how the results were made: model, method, region, programs, time."""
    bundle = analysis.bundle
    words = say("{title} ({name}), version {version}")
    yield say("Model"), words.format(title=say(bundle.title), name=bundle.name, version=bundle.version)
    yield say("Model hash"), f"{bundle.digest} (SHA-256)"
    if attribution is not None:
        words = say("{method}; target: the class's {target}")
        if attribution.target_layer:
            words = say("{method}, target layer {layer}; target: the class's {target}")
        yield (
            say("Method"),
            words.format(
                method=say(method_label(attribution.method)),
                layer=attribution.target_layer,
                target=say(attribution.target.value),
            ),
        )
        if attribution.agreement is not None:
            yield say("Repeatability"), repeatability(attribution.agreement)
    if analysis.segmentation is not None:
        segmentation = analysis.segmentation
        words = say("{region}, probability above {threshold}, {share} of the image")
        if segmentation.edited:
            words = say("{region}, drawn by the reader, {share} of the image")
        threshold, share = decimal(segmentation.threshold, "g"), percent(segmentation.area_fraction)
        yield say("Region"), words.format(region=say(bundle.region), threshold=threshold, share=share)
    if attribution is not None:
        h, w = attribution.saliency_map.shape
        words = say("saliency map × region, {scaling}, on {width} × {height} pixels; drawn at the picture's resolution")
        yield "SegX", words.format(scaling=scaling_words(attribution), width=w, height=h)
        yield (
            "SegU",
            say("cAUITC: mean IoU of the top n % (n = 1-99) of the original map with the region; cIoU: n = 5"),
        )
    if analysis.versions:
        yield say("Software"), ", ".join(f"{name} {version}" for name, version in analysis.versions.items())
    yield say("Time"), _time(analysis)


def _time(analysis: Analysis) -> str:
    """Say what the analysis took: on every page, so that pages can be compared."""
    seconds = sum(analysis.timings.values())
    if not analysis.timings:
        return say("not measured")
    return (
        f"{decimal(seconds, '.1f')} s"
        if seconds >= 0.05
        else say("below {seconds} s").format(seconds=decimal(0.1, "g"))
    )


def repeatability(agreement: Agreement) -> str:
    """Return how far two halves of a random method's samples agree, in words.

    Examples
    --------
    >>> repeatability(Agreement(64, 0.463, 0.21, False))
    'two halves of 64 samples: rank correlation 0.46, IoU of the top 5 % 0.21; mostly noise where low'
    """
    words = say("two halves of {samples} samples: rank correlation {correlation}, IoU of the top 5 % {overlap}")
    if not agreement.enough:
        words = f"{words}{say('; mostly noise where low')}"
    correlation, overlap = decimal(agreement.rank_correlation, ".2f"), decimal(agreement.top_overlap, ".2f")
    return words.format(samples=agreement.samples, correlation=correlation, overlap=overlap)


def scaling_words(attribution: Explanation | None) -> str:
    """Say whether a map was scaled: only as SegX's reference publishes it, and only of these methods."""
    if attribution is None or attribution.target is not Target.PROBABILITY:
        return say("not normalised")
    scaled = attribution.method in SCALED_AS_PUBLISHED
    return say("scaled to 0..1 as published") if scaled else say("not normalised")
