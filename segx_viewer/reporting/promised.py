"""What is promised and of which finding, in words: for the window, the report, and whoever reads a table."""

from collections.abc import Callable, Sequence

from segx_viewer.domain.result import (
    Activation,
    Analysis,
    BadgeRecord,
    FindingSet,
    Level,
    MapKey,
    Prediction,
    PredictionSet,
    level_so_far,
)

TEXTS = (
    "{classes} ({share})",
    " or ",
    "unusual for this model ({share})",
    "no class can be ruled out ({share})",
    "no promise for {classes}: too few calibration images",
    "promise not kept on the test images for {classes}",
    "present: {classes} ({share})",
    "undecided: {classes} ({share})",
    "unusual for this model: {classes} ({share})",
    "no finding is certainly present ({share})",
    "{classes} and {count} more",
    "This is the badge of {finding}, which is not stated.",
)
"""Every text of this module, for translators; `{share}` is the confidence."""


def promised_words(prediction: Prediction, say: Callable[[str], str] = str, most: int | None = None) -> list[str]:
    """Return the surest prediction set in words; empty where the model promises nothing.

    Parameters
    ----------
    prediction : Prediction
    say : callable
        Translates one of `TEXTS`, and class labels.
    most : int, optional
        Of several findings that are told in one line, more than this are counted and not named.

    Examples
    --------
    >>> import numpy as np
    >>> from segx_viewer.domain.result import ClassInfo
    >>> classes = (ClassInfo("mel", "Melanoma"), ClassInfo("nv", "Nevus"), ClassInfo("bcc", "Basal cell carcinoma"))
    >>> p = np.float32([0.6, 0.3, 0.1])
    >>> promised_words(Prediction(classes, p, p, sets=(PredictionSet(0.95, (0, 1)),)))
    ['Melanoma or Nevus (95 %)']
    """
    if not prediction.sets:
        return []
    one = prediction.sets[0]
    labels = [say(c.label) for c in prediction.classes]
    share = f"{one.confidence * 100:.0f} %"
    words = (
        _of_findings(one, labels, share, say, most) if isinstance(one, FindingSet) else _of_set(one, labels, share, say)
    )
    if one.not_kept:
        refuted = ", ".join(labels[k] for k in one.not_kept)
        words.append(say("promise not kept on the test images for {classes}").format(classes=refuted))
    return words


def unstated_words(analysis: Analysis, key: MapKey | None, say: Callable[[str], str] = str) -> str:
    """Say whose badge `key`'s is where that is one of several findings that is not stated; "" otherwise."""
    prediction = analysis.prediction
    if prediction is None or key is None or prediction.activation is Activation.SOFTMAX:
        return ""
    if prediction.is_above(key[1]) or level_so_far(analysis, key) is Level.ABSTAIN:
        return ""
    finding = say(prediction.classes[key[1]].label)
    return say("This is the badge of {finding}, which is not stated.").format(finding=finding)


def broken_words(record: BadgeRecord, level: Level, say: Callable[[str], str] = str) -> list[str]:
    """Say where test images refuted what the badge's level promises; empty where they did not.

    Examples
    --------
    >>> from segx_viewer.domain.result import LevelPromise
    >>> broken = LevelPromise(Level.HIGH, 0.95, "lesions that were cut out", kept=False)
    >>> broken_words(BadgeRecord(promises=(broken,)), Level.HIGH)
    ['promise of this level not kept on the test images among lesions that were cut out']
    """
    return [
        say("promise of this level not kept on the test images among {images}").format(images=say(promise.among))
        if promise.among
        else say("promise of this level not kept on the test images")
        for promise in record.promises
        if promise.level is level and not promise.kept
    ]


def _of_set(one: PredictionSet, labels: Sequence[str], share: str, say: Callable[[str], str]) -> list[str]:
    names = say(" or ").join(labels[k] for k in one.classes)
    if not one.classes:
        words = [say("unusual for this model ({share})").format(share=share)]
    elif len(one.classes) == len(labels):
        words = [say("no class can be ruled out ({share})").format(share=share)]
    else:
        words = [say("{classes} ({share})").format(classes=names, share=share)]
    if one.without_promise:
        unknown = ", ".join(labels[k] for k in one.without_promise)
        words.append(say("no promise for {classes}: too few calibration images").format(classes=unknown))
    return words


def _of_findings(
    one: FindingSet, labels: Sequence[str], share: str, say: Callable[[str], str], most: int | None
) -> list[str]:
    sides = list(zip(labels, one.present, one.absent, strict=True))
    groups = (
        ("present: {classes} ({share})", [label for label, present, absent in sides if present and not absent]),
        ("undecided: {classes} ({share})", [label for label, present, absent in sides if present and absent]),
        ("unusual for this model: {classes} ({share})", [label for label, *either in sides if not any(either)]),
    )
    words = [say(text).format(classes=_named(found, say, most), share=share) for text, found in groups if found]
    if not groups[0][1]:
        words.insert(0, say("no finding is certainly present ({share})").format(share=share))
    return words


def _named(labels: Sequence[str], say: Callable[[str], str], most: int | None) -> str:
    if most is None or len(labels) <= most + 1:  # one more takes no more room than to say so
        return ", ".join(labels)
    return say("{classes} and {count} more").format(classes=", ".join(labels[:most]), count=len(labels) - most)
