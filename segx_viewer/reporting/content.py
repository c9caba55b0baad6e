"""What a report says, in words: the same for PNG, PDF and the table. Decides what is left out for privacy."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from segx_viewer.domain.image import MedicalImage
from segx_viewer.domain.methods import method_label
from segx_viewer.domain.result import (
    Activation,
    Analysis,
    Certainty,
    GateLevel,
    Level,
    MapKey,
    stated,
)
from segx_viewer.reporting.facts import Row, looked_at, made, scaling_words
from segx_viewer.reporting.lesion import lesion_rows
from segx_viewer.reporting.promised import broken_words, promised_words, unstated_words
from segx_viewer.reporting.reading import NOTHING_READ, Reading
from segx_viewer.reporting.reasons import told
from segx_viewer.reporting.scrubbing import Scrubber
from segx_viewer.reporting.words import date_text, mark, moment_text, number, percent, say

RESEARCH_USE = mark("Research use only - not for diagnosis")

IDENTITY_MARK = mark("CONTAINS PATIENT IDENTITY")

LEVELS = {
    Level.HIGH: mark("On the validation data, findings judged like this one were usually right."),
    Level.MODERATE: mark("On the validation data, findings judged like this one were sometimes wrong."),
    Level.LOW: mark("On the validation data, findings judged like this one were often wrong."),
    Level.ABSTAIN: mark("The program makes no statement about this finding."),
}

_UNFOUNDED = mark("Nothing measured speaks for relying on this finding.")
_UNPROMISED = mark("Of findings judged like this one, only the calibrated probability below is known.")


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
    """The badge, its meaning, what cannot be ruled out and the figures beside it."""

    level: Level
    meaning: str
    reason: str
    promised: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    curve: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a report says.

    `nothing_found` is the headline where no finding lies above its cut-off, and what follows it; empty otherwise.
    `abstains`: no statement is made about any of the findings.
    """

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
    nothing_found: tuple[str, ...] = ()
    abstains: bool = False


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
    abstains = trust.level is Level.ABSTAIN and not (analysis.certainty_of(key) and stated(analysis, key))
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
        looked_at=tuple((label, clean(value)) for label, value in looked_at(analysis)),
        findings=tuple(_findings(analysis, key)),
        findings_note=_findings_note(analysis, abstains=abstains),
        trust=trust,
        notices=tuple(dict.fromkeys(clean(n) for n in notices)),
        method=say(method_label(key[0])) if key else "",
        region=region,
        made=tuple((label, clean(value)) for label, value in made(analysis, attribution)),
        scaling=scaling_words(attribution),
        date=moment_text(when),
        identity=tuple(identity_rows(analysis.image)) if include_identity else (),
        reading=clean_reading(reading, clean),
        lesion=tuple((k, clean(v)) for k, v in lesion_rows(reading.lesion, analysis, include_identity)),
        nothing_found=() if abstains else tuple(_nothing_found(analysis, key)),
        abstains=abstains,
    )


def clean_reading(reading: Reading, clean: Callable[[str], str]) -> Reading:
    """Return a reading with `clean` applied to all its texts."""
    marks = tuple(replace(mark, text=clean(mark.text)) for mark in reading.marks)
    return replace(reading, impression=clean(reading.impression), marks=marks)


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


def _nothing_found(analysis: Analysis, key: MapKey | None) -> Iterator[str]:
    """Yield that none of several findings is stated, and then what the maps explain; nothing where one is."""
    prediction = analysis.prediction
    if prediction is None or stated(analysis, key) != ():
        return
    yield say("No finding lies above its cut-off")
    share = percent(prediction.none_of_them or 0.0)
    note = say("Taken together: {share} that it shows none of them.").format(share=share)
    if key is not None:
        note += " " + say("The maps explain {finding}.").format(finding=say(prediction.classes[key[1]].label))
    yield note


def _findings_note(analysis: Analysis, *, abstains: bool) -> str:
    if analysis.prediction is None:
        return say("No statement: the image was not classified.")
    if abstains:
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
    meaning = LEVELS[certainty.level]
    if certainty.level is Level.LOW and certainty.reason:
        meaning = _UNFOUNDED if certainty.probability_correct is None else _UNPROMISED
    return Trust(
        level=certainty.level,
        meaning=unstated_words(analysis, key, say) or say(meaning),
        reason=" ".join(_reasons(analysis, certainty, clean)),
        promised=tuple(_promised(analysis, certainty)),
        rows=tuple(_trust_rows(certainty, region, predicts=predicts)),
        curve=certainty.auitc_curve,
    )


def _promised(analysis: Analysis, certainty: Certainty) -> list[str]:
    """Return what cannot be ruled out; a promise holds for images that the gate accepts only."""
    if analysis.prediction is None or certainty.level is Level.ABSTAIN:
        return []
    return promised_words(analysis.prediction, say)


def _reasons(analysis: Analysis, certainty: Certainty, clean: Callable[[str], str]) -> Iterator[str]:
    """Yield why the level is as it is, and where its promise did not hold."""
    if certainty.reason:
        yield clean(_told(certainty.reason))
    if certainty.probability_correct is not None:
        for words in broken_words(analysis.bundle.badge, certainty.level, say):
            yield f"{words[:1].upper()}{words[1:]}."


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
