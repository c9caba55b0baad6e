"""What a reader notes before the results are shown."""

from datetime import UTC, datetime

from segx_viewer.app.kit.i18n import mark, tr

CONFIDENCES = {"certain": mark("certain"), "probable": mark("probable"), "possible": mark("possible")}


class Impression:
    """What a reader noted before seeing the results: words, how sure, and when (ISO 8601, UTC)."""

    __slots__ = ("confidence", "text", "when")

    def __init__(self, text: str, confidence: str, when: str = "") -> None:
        self.text = text
        self.confidence = confidence
        self.when = when or datetime.now(UTC).isoformat(timespec="seconds")

    def as_dict(self) -> dict[str, str]:
        """Return it for the session file."""
        return {"text": self.text, "confidence": self.confidence, "when": self.when}


def confidence_word(name: str) -> str:
    """Return how sure the reader was, in the reader's language."""
    return tr(CONFIDENCES.get(name, name))
