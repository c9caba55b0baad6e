"""What the sanity checks of an explanation say in words. The cut-offs are conventions, not tests of theory.

The words are templates with the figures beside them, so that they can be said in another language.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from segx_viewer.checks.faithfulness import Curve
    from segx_viewer.checks.randomisation import Randomisation, Stability
    from segx_viewer.checks.sanity import SanityReport

MINIMUM_SPAN = 0.1
"""Deletion and insertion say nothing about a class whose probability moves by less than this."""

DELETION, INSERTION, SENSITIVITY = "Deletion", "Insertion", "Sensitivity"
RANDOMISED, STABILITY = "Randomised parameters", "Seed stability"

_UNMOVED = (
    "The class's probability moves by only {span:.2f} however much of the picture is replaced, "
    "so this check can say nothing."
)
_FIGURES = " (area {area:.2f}, the same shape elsewhere {control:.2f})."
_REMOVED = "Removing what the map marks lowers the class's probability sooner than its shape elsewhere" + _FIGURES
_BROUGHT = "Bringing back what the map marks raises the class's probability sooner than its shape elsewhere" + _FIGURES
_REMOVED_IN_VAIN = "Removing what the map marks matters no more than the same shape elsewhere" + _FIGURES
_BROUGHT_IN_VAIN = "Bringing back what the map marks matters no more than the same shape elsewhere" + _FIGURES
_ZERO = "The map is zero or not finite, so its steadiness is undefined."
_CHANGED = (
    "An invisible change of the picture (at most {radius:g} in input units) changes the map by up to {change:.0%}."
)
_FLAT = "The map is flat or not finite, so there is nothing to compare."
_NO_MAP = "With random parameters the method gives no map at all: it depends on what the network learned."
_CORRELATION = " (rank correlation {likeness:.2f} with random parameters)."
_LEARNED = "The map depends on what the network learned" + _CORRELATION
_PARTLY = "The map depends only partly on what the network learned" + _CORRELATION
_UNLEARNED = "A network with random parameters gives much the same map" + _CORRELATION
_FLAT_ALL = "The maps are flat or not finite, so there is nothing to compare."
_OVERLAP = " (rank correlation {likeness:.2f}, overlap of the top 5 % {overlap:.2f})."
_AGREES = "Repeated with other random numbers, the method agrees with itself" + _OVERLAP
_DISAGREES = "Repeated with other random numbers, the method disagrees with itself" + _OVERLAP
_ALL = "The map passes all {count} checks."
_SOME = "The map passes {count} of {all} checks"
_FAILS = "it fails {names}: do not rely on it without a second look"
_FAIR = "fair: {names}"
_OPEN = "undecided: {names}"


class Judgement(StrEnum):
    """How a check came out."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    UNDEFINED = "undefined"


TEXTS = (
    *(DELETION, INSERTION, SENSITIVITY, RANDOMISED, STABILITY),
    *(judgement.value for judgement in Judgement),
    *(_UNMOVED, _REMOVED, _BROUGHT, _REMOVED_IN_VAIN, _BROUGHT_IN_VAIN, _ZERO, _CHANGED, _FLAT, _NO_MAP),
    *(_LEARNED, _PARTLY, _UNLEARNED, _FLAT_ALL, _AGREES, _DISAGREES, _ALL, _SOME, _FAILS, _FAIR, _OPEN),
)
"""Everything that is said, for translation."""

Say = Callable[[str], str]


def _as_it_is(text: str) -> str:
    return text


class _Figure:
    """A number that is written with the decimal sign of a language."""

    def __init__(self, value: float, sign: str) -> None:
        self.value, self.sign = value, sign

    def __format__(self, form: str) -> str:
        return format(self.value, form).replace(".", self.sign)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One check in words: name for people, judgement, and a sentence as a template with its figures."""

    name: str
    judgement: Judgement
    template: str
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The sentence in English."""
        return self.said(_as_it_is)

    def said(self, say: Say) -> str:
        """Return the sentence as `say` translates it."""
        sign = say("0.0").strip("0")
        figures = {name: _Figure(value, sign if len(sign) == 1 else ".") for name, value in self.figures.items()}
        return say(self.template).format(**figures)


def verdicts(report: "SanityReport") -> tuple[Verdict, ...]:
    """Put each check into words."""
    return (
        _of_curve(DELETION, report.deletion, report.deletion_control, falls=True),
        _of_curve(INSERTION, report.insertion, report.insertion_control, falls=False),
        _of_sensitivity(report.sensitivity, report.radius),
        _of_randomisation(report.randomisation),
        _of_stability(report.stability),
    )


def summary(told: tuple[Verdict, ...], say: Say = _as_it_is) -> str:
    """Sum the checks up in one sentence, as `say` translates it."""
    named = {judgement: [_within(v.name, say) for v in told if v.judgement is judgement] for judgement in Judgement}
    good = len(named[Judgement.GOOD])
    if good == len(told):
        return say(_ALL).format(count=good)
    parts = [say(_SOME).format(count=good, all=len(told))]
    for judgement, text in ((Judgement.POOR, _FAILS), (Judgement.FAIR, _FAIR), (Judgement.UNDEFINED, _OPEN)):
        if named[judgement]:
            parts.append(say(text).format(names=", ".join(named[judgement])))
    return "; ".join(parts) + "."


def _within(name: str, say: Say) -> str:
    """Return a check's name for the middle of a sentence; a translation keeps its capitals, as German nouns do."""
    said = say(name)
    return said.lower() if said == name else said


def _of_curve(name: str, curve: "Curve", control: float, *, falls: bool) -> Verdict:
    span = float(np.ptp(curve.scores))
    if span < MINIMUM_SPAN:
        return Verdict(name, Judgement.UNDEFINED, _UNMOVED, {"span": span})
    gain = (control - curve.auc if falls else curve.auc - control) / span
    figures = {"area": curve.auc, "control": control}
    if gain > 0.02:
        judgement = Judgement.GOOD if gain > 0.1 else Judgement.FAIR
        return Verdict(name, judgement, _REMOVED if falls else _BROUGHT, figures)
    return Verdict(name, Judgement.POOR, _REMOVED_IN_VAIN if falls else _BROUGHT_IN_VAIN, figures)


def _of_sensitivity(value: float | None, radius: float) -> Verdict:
    if value is None:
        return Verdict(SENSITIVITY, Judgement.UNDEFINED, _ZERO)
    judgement = Judgement.GOOD if value < 0.2 else Judgement.FAIR if value < 0.5 else Judgement.POOR
    return Verdict(SENSITIVITY, judgement, _CHANGED, {"radius": radius, "change": value})


def _of_randomisation(randomised: "Randomisation | None") -> Verdict:
    if randomised is None:
        return Verdict(RANDOMISED, Judgement.UNDEFINED, _FLAT)
    if randomised.final is None:
        return Verdict(RANDOMISED, Judgement.GOOD, _NO_MAP)
    figures, likeness = {"likeness": randomised.final}, abs(randomised.final)
    if likeness < 0.3:
        return Verdict(RANDOMISED, Judgement.GOOD, _LEARNED, figures)
    if likeness < 0.6:
        return Verdict(RANDOMISED, Judgement.FAIR, _PARTLY, figures)
    return Verdict(RANDOMISED, Judgement.POOR, _UNLEARNED, figures)


def _of_stability(stability: "Stability | None") -> Verdict:
    if stability is None:
        return Verdict(STABILITY, Judgement.UNDEFINED, _FLAT_ALL)
    r = stability.rank_correlation
    judgement = Judgement.GOOD if r >= 0.9 else Judgement.FAIR if r >= 0.7 else Judgement.POOR
    figures = {"likeness": r, "overlap": stability.top_overlap}
    return Verdict(STABILITY, judgement, _DISAGREES if judgement is Judgement.POOR else _AGREES, figures)
