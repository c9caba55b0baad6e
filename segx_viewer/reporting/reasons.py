"""Reasons why the viewer makes no statement, in the reader's language.

They are written in English and with their values filled in: the JSON holds them so. Here each is recognised by its
form, and its values are translated as well, where they are words.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache

from segx_viewer.imaging.bodyparts import part_words
from segx_viewer.reporting.words import mark

Say = Callable[[str], str]
"""Translates a text."""

FORMS = (
    mark("This is {what}; the model reads {many} only."),
    mark("The file says that this shows: {part}. The model reads {many} only."),
    mark("This is {view} view; the model learned from frontal radiographs only."),
    mark("The model did not learn from this view."),
    mark("The patient is {age} old; the classifier learned from {people} only."),
    mark("The image is blank: it holds next to no contrast."),
    mark("The image is grey; the model reads {many} in colour only."),
    mark("The image is in colour; the model reads {many} only."),
    mark("This does not look like {one} as it was taken."),
    mark("This does not look like {one}."),
    mark("The image is unlike the images that the model learned from."),
    mark("Its colours seem to be exchanged, such as red with blue."),
    mark("Its colours or grey levels seem to be inverted."),
    mark("This seems to be several pictures in one."),
    mark("Its colours are unlike those of the images that the model learned from."),
    mark("The image is {level}."),
    mark("No region was found in the image."),
    mark("The region covers less than 0.1 % of the image."),
    mark("The map has values that are not finite."),
    mark("The map is flat: no pixel is more relevant than another."),
    mark("Not stated: its score does not lie above its cut-off."),
    mark("Of {images} images that show this finding, {share} % were missed at this cut-off."),
    mark("The memory of the device {device} ran out; this was computed on the processor."),
    mark("{methods}: not possible for this model, which gives no gradients; {method} instead."),
    mark("No probability of being right: undefined for this image: {labels}."),
)
_VALUES = (
    *(mark("a CT slice"), mark("an MR slice"), mark("a PET slice"), mark("a scintigram"), mark("an ultrasound")),
    *(mark("an image of modality {name}"), mark("a lateral"), mark("an oblique"), mark("children"), mark("adults")),
    *(mark("patients younger than {high} years"), mark("patients of {low} years and older")),
    *(mark("patients of {low} to {high} years"), "{count} days", "{count} weeks", "{count} months", "{count} years"),
)


_AS_THEY_ARE = {"path", "path2", "folder", "file", "source", "target", "server", "archive", "place", "image", "data"}
"""Values that are names of the reader's own, even where they are words."""


_ANY, _WITHIN_A_SENTENCE = ".", r"(?!\. [A-Z])."
_NAME = r"(?!\. [A-Z]|: )."
"""Characters of the reader's own names, in the first attempt: else one sentence may be taken for the end of another."""


@cache
def _pattern(form: str, value: str = _ANY) -> re.Pattern[str]:
    """Return what recognises a form with its values filled in, each made of what `value` allows."""
    parts = re.split(r"\{(\w+)\}", form)
    of = {name: _NAME if value != _ANY and name in _AS_THEY_ARE else value for name in parts[1::2]}
    whole = "".join(f"(?P<{p}>(?:{of[p]})*?)" if i % 2 else re.escape(p) for i, p in enumerate(parts))
    return re.compile(whole, re.DOTALL)


@cache
def _longest(form: str) -> str:
    """Return the longest words of a form, which are looked for first: a pattern takes longer."""
    return max(re.split(r"\{\w+\}", form), key=len)


def told(reason: str, say: Say, further: Sequence[str] = ()) -> str:
    """Return one or several sentences of reason in the language of `say`; what has no known form stays as it is.

    `further` are forms beside those of the reasons, the ones with most words first.
    """
    found = []
    while reason:
        known, rest = _first(reason, say, further)
        found.append(known)
        reason = rest.lstrip()
    return " ".join(found)


def _first(reason: str, say: Say, further: Sequence[str]) -> tuple[str, str]:
    """Return the translation of the sentence that a reason begins with, and what follows it."""
    if (whole := say(reason)) != reason:
        return whole, ""
    for form in FORMS:
        match = _pattern(form).match(reason)
        if match is not None and reason[match.end() :][:1] in ("", " "):
            return _filled(form, match, say, further), reason[match.end() :]
    for form in further:
        if form.endswith(".") and _longest(form) in reason:
            match = _pattern(form, _WITHIN_A_SENTENCE).match(reason)
            if match is not None and reason[match.end() :][:1] in ("", " "):
                return _filled(form, match, say, further), reason[match.end() :]
    if known := _wholly(reason, say, further):
        return known, ""
    name, colon, rest = reason.partition(": ")
    if colon and (known := _wholly(rest, say, further)):
        return f"{name}: {known}", ""
    return reason, ""


def _wholly(text: str, say: Say, further: Sequence[str]) -> str:
    """Return the translation of a text that one of the further forms fits, "" where none does."""
    likely = [form for form in further if _longest(form) in text]
    for value in (_WITHIN_A_SENTENCE, _ANY):
        for form in likely:
            match = _pattern(form, value).fullmatch(text)
            if match is not None:
                return _filled(form, match, say, further)
    return ""


def _filled(form: str, match: re.Match[str], say: Say, further: Sequence[str]) -> str:
    values = match.groupdict()
    words = say(form)
    filled = {k: v if k in _AS_THEY_ARE else _value(v, say, further) for k, v in values.items()}
    if "part" in values and words != form:  # of the body; in English it stands within the sentence as it shall
        part = part_words(values["part"])
        filled["part"] = say(f"{part[:1].upper()}{part[1:]}")
    return words.format(**filled)


def _value(text: str, say: Say, further: Sequence[str]) -> str:
    if (whole := say(text)) != text:
        return whole
    for form in _VALUES:
        match = _pattern(form).fullmatch(text)
        if match is not None:
            return say(form).format(**match.groupdict())
    if known := _wholly(text, say, further):
        return known
    if "; " in text:
        return "; ".join(_value(part, say, further) for part in text.split("; "))
    return ", ".join(say(part) for part in text.split(", "))
