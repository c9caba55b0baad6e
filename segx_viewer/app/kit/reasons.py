"""Reasons, errors and notes from below the window, in its language."""

from segx_viewer.app.kit import language
from segx_viewer.app.kit.i18n import tr
from segx_viewer.errors import SegxError
from segx_viewer.reporting import reasons

FORMS = reasons.FORMS


def told(said: str | SegxError) -> str:
    """Return an error, or one or several sentences, in the reader's language; what has no known form stays as it is."""
    return reasons.told(str(said), tr, language.forms(language.current()))
