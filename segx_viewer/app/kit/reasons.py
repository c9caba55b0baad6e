"""Reasons why the viewer makes no statement, in the language of the window."""

from segx_viewer.app.kit.i18n import tr
from segx_viewer.reporting import reasons

FORMS = reasons.FORMS


def told(reason: str) -> str:
    """Return one or several sentences of reason in the reader's language; what has no known form stays as it is."""
    return reasons.told(reason, tr)
