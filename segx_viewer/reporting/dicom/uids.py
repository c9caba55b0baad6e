"""UIDs of results: fresh ones, and ones that follow from a picture's pixels."""

import hashlib
import uuid

from pydicom.uid import UID


def uid_of(digest: str, role: str) -> UID:
    """Return the UID (PS3.5 B.2, from a UUID) that a picture's pixels have in a role.

    Examples
    --------
    >>> uid_of("ab", "study") == uid_of("ab", "study") != uid_of("ab", "series")
    True
    """
    number = int.from_bytes(hashlib.sha256(f"{role} {digest}".encode()).digest()[:16])
    return UID(f"2.25.{uuid.UUID(int=number, version=5).int}")


def new_uid() -> UID:
    """Return a fresh UID (PS3.5 B.2)."""
    return UID(f"2.25.{uuid.uuid4().int}")
