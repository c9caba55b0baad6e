"""What a report says, in words: the same for PNG, PDF and the table. Decides what is left out for privacy."""

import hashlib
import re
import textwrap
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from segx_viewer.domain.age import WORDS, age_parts
from segx_viewer.domain.image import MedicalImage, PixelSpacing, SpacingOrigin
from segx_viewer.domain.methods import SCALED_AS_PUBLISHED, method_label
from segx_viewer.domain.result import (
    Activation,
    Agreement,
    Analysis,
    Certainty,
    Explanation,
    GateLevel,
    Level,
    MapKey,
    Target,
)
from segx_viewer.reporting.lesion import lesion_rows
from segx_viewer.reporting.promised import promised_words
from segx_viewer.reporting.reading import NOTHING_READ, Reading
from segx_viewer.reporting.reasons import told
from segx_viewer.reporting.words import date_text, decimal, mark, moment_text, say

PROMISED_WIDTH = 34
"""Letters of a line of what is promised."""

RESEARCH_USE = mark("Research use only - not for diagnosis")

IDENTITY_MARK = mark("CONTAINS PATIENT IDENTITY")

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

LEVELS = {
    Level.HIGH: mark("On the validation data, findings judged like this one were usually right."),
    Level.MODERATE: mark("On the validation data, findings judged like this one were sometimes wrong."),
    Level.LOW: mark("On the validation data, findings judged like this one were often wrong."),
    Level.ABSTAIN: mark("The program makes no statement about this finding."),
}

_VIEWS = {"PA": "PA", "AP": "AP", "LL": mark("left lateral"), "RL": mark("right lateral")}
_UNFOUNDED = mark("Nothing measured speaks for relying on this finding.")
_SIDES = {"L": mark("left"), "R": mark("right"), "B": mark("both sides")}
_SEXES = {"M": mark("male"), "F": mark("female"), "O": mark("other")}
OLDEST_AGE = 89  # ages above identify people (HIPAA safe harbour)

Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """A class and its probability; `explained` marks the one whose maps are shown.

    `above` tells of several findings whether this one is stated, and `level` what the badge says of it then.
    """

    label: str
    code: str
    probability: float
    explained: bool
    above: bool | None = None
    level: Level | None = None

    @property
    def name(self) -> str:
        """Label with the code in brackets where they differ."""
        return self.label if self.label.lower() == self.code.lower() else f"{self.label} ({self.code})"


@dataclass(frozen=True, slots=True)
class Trust:
    """The badge, its meaning and the figures beside it."""

    level: Level
    meaning: str
    reason: str
    rows: tuple[Row, ...] = ()
    curve: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a report says."""

    looked_at: tuple[Row, ...]
    findings: tuple[Finding, ...]
    findings_note: str
    trust: Trust
    notices: tuple[str, ...]
    method: str
    region: str
    made: tuple[Row, ...]
    date: str
    scaling: str = "not normalised"
    identity: tuple[Row, ...] = ()
    reading: Reading = NOTHING_READ
    lesion: tuple[Row, ...] = ()


def default_key(analysis: Analysis) -> MapKey | None:
    """Return the key of the map to show first: the first method, for the most probable class where it has it."""
    keys = tuple(analysis.explanations)
    if not keys:
        return None
    if analysis.prediction is not None:
        wanted = (keys[0][0], analysis.prediction.top)
        if wanted in analysis.explanations:
            return wanted
    return keys[0]


def seen_for(analysis: Analysis, key: MapKey | None) -> Analysis:
    """Return the analysis as one explanation sees it; see `Analysis.seen_for`."""
    return analysis if key is None else analysis.seen_for(key[1])


_digests: weakref.WeakKeyDictionary[MedicalImage, str] = weakref.WeakKeyDictionary()


def pixel_digest(image: MedicalImage) -> str:
    """Return the SHA-256 of the decoded pixels: names the image without naming anybody."""
    if image not in _digests:
        _digests[image] = hashlib.sha256(image.pixels.data).hexdigest()
    return _digests[image]


def is_synthetic(image: MedicalImage) -> bool:
    """Whether the file says by its name that a program drew it, as the demo's lesion does."""
    return image.source.path is not None and image.source.path.name.upper().startswith("SYNTHETIC")


def _told(reason: str) -> str:
    return told(reason, say)


def describe(
    analysis: Analysis,
    key: MapKey | None = None,
    *,
    reading: Reading = NOTHING_READ,
    include_identity: bool = False,
    when: datetime | None = None,
) -> Content:
    """Put an analysis into words.

    Parameters
    ----------
    analysis : Analysis
    key : tuple of (str, int), optional
        Method and class whose explanation is reported; `default_key` by default.
    reading : Reading
        The reader's impression and marks; what identifies the image is taken out of their texts as well.
    include_identity : bool
        Name the patient, the file and the study. Otherwise none of them appears anywhere, and texts that came with
        the analysis are cleaned of them.
    when : datetime, optional
        Date of the report; now by default.
    """
    key = key or default_key(analysis)
    analysis = seen_for(analysis, key)
    clean = (lambda text: text) if include_identity else Scrubber(analysis.image)
    attribution = analysis.explanations.get(key) if key else None
    region = say(analysis.bundle.region)
    trust = _trust(analysis, key, clean)
    synthetic = say("This picture is synthetic: a program drew it, it shows nobody.")
    notices = [synthetic] if is_synthetic(analysis.image) else []
    if analysis.gate.level is not GateLevel.ACCEPTED and clean(_told(analysis.gate.reason)) not in trust.reason:
        words = say("Input check: {verdict}. {reason}")
        verdict, reason = say(analysis.gate.level.value), _told(analysis.gate.reason)
        notices.append(words.format(verdict=verdict, reason=reason).strip())
    if analysis.segmentation is not None and analysis.segmentation.edited:
        words = say("The {region} was drawn or changed by the reader; it is not the network's.")
        notices.append(words.format(region=region))
    notices.extend(_told(warning) for warning in analysis.warnings)
    return Content(
        looked_at=tuple((label, clean(value)) for label, value in _looked_at(analysis)),
        findings=tuple(_findings(analysis, key)),
        findings_note=_findings_note(analysis, trust.level),
        trust=trust,
        notices=tuple(dict.fromkeys(clean(n) for n in notices)),
        method=say(method_label(key[0])) if key else "",
        region=region,
        made=tuple((label, clean(value)) for label, value in _made(analysis, attribution)),
        scaling=_scaling(attribution),
        date=moment_text(when),
        identity=tuple(identity_rows(analysis.image)) if include_identity else (),
        reading=clean_reading(reading, clean),
        lesion=tuple((k, clean(v)) for k, v in lesion_rows(reading.lesion, analysis, include_identity)),
    )


def clean_reading(reading: Reading, clean: Callable[[str], str]) -> Reading:
    """Return a reading with `clean` applied to all its texts."""
    marks = tuple(replace(mark, text=clean(mark.text)) for mark in reading.marks)
    return replace(reading, impression=clean(reading.impression), marks=marks)


class Scrubber:
    """Takes what identifies an image out of a sentence: file, patient, dates and UIDs.

    Words that a sentence may well hold anyway stay: a folder called "in", a study described as "chest".
    """

    def __init__(self, image: MedicalImage) -> None:
        source, identity, facts = image.source, image.identity, image.acquisition
        secrets = {source.sop_instance_uid, source.series_uid, source.study_uid, facts.study_date}
        if source.path is not None:
            secrets |= {str(source.path), source.path.as_posix(), source.path.name}
            if source.path.is_absolute():
                secrets |= {str(source.path.parent), source.path.parent.as_posix()}
        if identity is not None:
            secrets |= {identity.name, identity.birth_date, identity.patient_id if len(identity.patient_id) > 3 else ""}
            secrets |= {part for part in re.split(r"[\^=\s,()]+", identity.name) if _identifies(part)}
        if len(facts.description.split()) > 1:
            secrets.add(facts.description)
        words = sorted((re.escape(s) for s in secrets if _identifies(s)), key=len, reverse=True)
        self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE) if words else None

    def __call__(self, text: str) -> str:
        """Return `text` with every trace replaced by "[removed]"."""
        return self._pattern.sub("[removed]", text) if self._pattern else text


def _identifies(word: str) -> bool:
    """Whether a word is long enough to name somebody: two letters are a given name in many scripts."""
    return len(word) > 2 or (len(word) == 2 and not word.isascii())


def identity_rows(image: MedicalImage) -> Iterator[Row]:
    """Yield what identifies the image, for exports that were asked to name it."""
    identity, source, acquisition = image.identity, image.source, image.acquisition
    pairs = [
        (say("Patient"), identity.name if identity else ""),
        (say("Patient ID"), identity.patient_id if identity else ""),
        (say("Born"), date_text(identity.birth_date) if identity else ""),
        (say("Study date"), date_text(acquisition.study_date)),
        (say("Description"), acquisition.description),
        (say("File"), source.name if source.path else ""),
        (say("SOP instance"), source.sop_instance_uid),
    ]
    yield from ((label, value) for label, value in pairs if value)


def _looked_at(analysis: Analysis) -> Iterator[Row]:
    image, facts = analysis.image, analysis.image.acquisition
    kind = say(MODALITIES.get(image.modality, image.modality)) or say("Picture file")
    if image.modality in MODALITIES:
        kind = f"{kind} ({image.modality})"
    view = ", ".join(
        text
        for text in (
            facts.body_part.capitalize(),
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


def _findings(analysis: Analysis, key: MapKey | None) -> Iterator[Finding]:
    prediction = analysis.prediction
    if prediction is None:
        return
    several = prediction.activation is Activation.SIGMOID
    levels = analysis.badges(key[0]) if several and key is not None else {}
    for index in prediction.ranking:
        info, probability = prediction.classes[index], float(prediction.probabilities[index])
        above = prediction.is_above(index) if several else None
        explained = key is not None and key[1] == index
        yield Finding(say(info.label), info.code, probability, explained, above, levels.get(index))


def _findings_note(analysis: Analysis, level: Level) -> str:
    if analysis.prediction is None:
        return say("No finding: the image was not classified.")
    if level is Level.ABSTAIN:
        return say("The network's own scores. The program makes no statement about them.")
    if analysis.prediction.activation is Activation.SIGMOID:
        return say("Each finding on its own; [x] marks those above their cut-off, with the badge's level of each.")
    return say("Probabilities as the network states them; together 100 %.")


def _trust(analysis: Analysis, key: MapKey | None, clean: Callable[[str], str]) -> Trust:
    region = say(analysis.bundle.region)
    certainty = analysis.certainty_of(key) if key else None
    if certainty is None:
        reason = analysis.gate.reason or mark("The analysis did not come as far as an explanation.")
        meaning = say("The program makes no statement about this image.")
        return Trust(Level.ABSTAIN, meaning, clean(_told(reason)))
    # A low badge with a reason is low for that reason, not for what the validation data said.
    predicts = analysis.bundle.badge.segu_adds is not False
    unfounded = certainty.level is Level.LOW and certainty.reason
    return Trust(
        level=certainty.level,
        meaning=say(_UNFOUNDED if unfounded else LEVELS[certainty.level]),
        reason=clean(_told(certainty.reason)),
        rows=(*_promised_rows(analysis, certainty), *_trust_rows(certainty, region, predicts=predicts)),
        curve=certainty.auitc_curve,
    )


def _promised_rows(analysis: Analysis, certainty: Certainty) -> Iterator[Row]:
    """Yield what cannot be ruled out; a promise holds for images that the gate accepts only."""
    if analysis.prediction is not None and certainty.level is not Level.ABSTAIN:
        # Fourteen findings do not fit on one line, nor does a row's value take several.
        for words in promised_words(analysis.prediction, say):
            first, *further = textwrap.wrap(words, PROMISED_WIDTH)
            yield say("Not ruled out"), first
            yield from (("", line) for line in further)


def _trust_rows(certainty: Certainty, region: str, *, predicts: bool) -> Iterator[Row]:
    if certainty.probability_correct is not None and certainty.level is not Level.ABSTAIN:
        words = say("{share}, calibrated")
        yield say("Prediction correct"), words.format(share=percent(certainty.probability_correct))
    else:
        yield say("Prediction correct"), say("not stated")
    # Where it does not, a reader must not take agreement for a sign of being right.
    segu = say("SegU certainty (cAUITC)") if predicts else say("SegU (cAUITC): agreement, no sign of being right here")
    yield segu, number(certainty.c_auitc)
    yield say("cIoU of the top 5 %"), number(certainty.c_iou)
    if certainty.outside is not None:
        yield say("Attribution outside the {region}").format(region=region), percent(certainty.outside)


def _made(analysis: Analysis, attribution: Explanation | None) -> Iterator[Row]:
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
        yield "SegX", words.format(scaling=_scaling(attribution), width=w, height=h)
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


def _scaling(attribution: Explanation | None) -> str:
    """Say whether a map was scaled: only as SegX's reference publishes it, and only of these methods."""
    if attribution is None or attribution.target is not Target.PROBABILITY:
        return say("not normalised")
    scaled = attribution.method in SCALED_AS_PUBLISHED
    return say("scaled to 0..1 as published") if scaled else say("not normalised")


def percent(value: float) -> str:
    """Return a share 0..1 for people.

    Examples
    --------
    >>> percent(0.623), percent(0.004), percent(0.9996)
    ('62 %', '< 1 %', '> 99 %')
    """
    if 0 < value < 0.01:
        return "< 1 %"
    if 0.99 < value < 1:
        return "> 99 %"
    return f"{100 * value:.0f} %"


def number(value: float | None) -> str:
    """Return a measure with two decimals, or that it is undefined."""
    return say("undefined") if value is None else decimal(value, ".2f")
