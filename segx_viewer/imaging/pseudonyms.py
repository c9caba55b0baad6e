"""The same stranger for the same patient: pseudonyms, UIDs and shifted dates that follow from a key the user keeps."""

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from pydicom.dataset import Dataset
from pydicom.uid import UID

from segx_viewer.errors import ExportError, ImageReadError, write_error
from segx_viewer.imaging.header import text

_HEAD = "segx-viewer pseudonym key 1"
_BYTES = 32
_MOST_DAYS = 3650
_LETTERS = 10
_STANDARD = "1.2.840.10008."  # UIDs of the standard itself name nobody


@dataclass(frozen=True, slots=True)
class Key:
    """A secret from which everything that replaces a patient follows (HMAC with SHA-256, RFC 2104).

    With the same key, a patient has the same pseudonym in every copy, on any day and machine; without it nobody can
    tell who is who, nor undo a shift of dates. Who has both key and originals can.
    """

    secret: bytes = field(repr=False)

    def pseudonym(self, dataset: Dataset) -> str:
        """Return the patient's pseudonym, of 12 characters.

        A patient is an ID with its issuer; without an ID, a name with a birth date; without both, a study. Two
        patients without any of them are not made one.
        """
        letters = base64.b32encode(self._digest(f"patient {_person(dataset)}")).decode()
        return f"P-{letters[:_LETTERS]}"

    def days(self, pseudonym: str) -> int:
        """Return by how many days a patient's dates are shifted: -1 to -3650, the same for all of them."""
        number = int.from_bytes(self._digest(f"days {pseudonym}")[:8])
        return -1 - number % _MOST_DAYS

    def uid(self, original: str) -> UID:
        """Return the UID (PS3.5 B.2) that replaces another; those of the standard stay."""
        if original.startswith(_STANDARD):
            return UID(original)
        number = int.from_bytes(self._digest(f"uid {original}")[:16])
        return UID(f"2.25.{uuid.UUID(int=number, version=4).int}")

    def _digest(self, words: str) -> bytes:
        return hmac.digest(self.secret, words.encode("utf-8", "surrogatepass"), hashlib.sha256)


def new_key() -> Key:
    """Return a key that nobody has."""
    return Key(secrets.token_bytes(_BYTES))


def shifted(value: str, days: int) -> str:
    """Return a DICOM date, or date and time (PS3.5 6.2), shifted by days; "" where it is malformed.

    Examples
    --------
    >>> shifted("20240301", -1), shifted("20240301101112.5+0100", -366), shifted("2024.03.01", -1), shifted("2024", -1)
    ('20240229', '20230301101112.5+0100', '20240229', '')
    """
    digits = value.strip()
    if len(digits) == 10 and digits[4] == digits[7] == ".":  # ACR-NEMA
        digits = digits.replace(".", "")
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])) + timedelta(days)
    except (ValueError, OverflowError):
        return ""
    return f"{day:%Y%m%d}".rjust(8, "0") + digits[8:]


def read_key(path: Path) -> Key:
    """Read a key file.

    Raises
    ------
    ImageReadError
        If it is missing, or is none.
    """
    try:
        head, _, digits = path.read_text("ascii").strip().partition("\n")
        secret = bytes.fromhex(digits)
    except OSError as error:
        raise ImageReadError(f"The key {path} could not be read: {error.strerror or error}.") from error
    except ValueError:
        head, secret = "", b""
    if head != _HEAD or len(secret) != _BYTES:
        raise ImageReadError(f"{path} is not a key for pseudonyms.")
    return Key(secret)


def kept_key(path: Path) -> Key:
    """Return the key in a file, which is made, for its owner only, where there is none.

    Raises
    ------
    ImageReadError
        If the file is another one.
    ExportError
        If it cannot be made.
    """
    if path.exists():
        return read_key(path)
    key = new_key()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another program was quicker
        return read_key(path)
    except OSError as error:
        raise write_error(path, error) from error
    try:
        with open(descriptor, "w", encoding="ascii") as file:  # noqa: PTH123 - a descriptor
            file.write(f"{_HEAD}\n{key.secret.hex()}\n")
            file.flush()
            os.fsync(file.fileno())
        if read_key(path) != key:
            raise ExportError(f"{path} did not read back as it was written; check the disk.")
    except OSError as error:
        with contextlib.suppress(OSError):  # half a key is none
            path.unlink()
        raise write_error(path, error) from error
    return key


def _person(dataset: Dataset) -> str:
    known = {keyword: text(dataset, keyword) for keyword in ("PatientID", "PatientName", "PatientBirthDate")}
    if known["PatientID"]:
        return repr(("id", text(dataset, "IssuerOfPatientID"), known["PatientID"]))
    if known["PatientName"]:
        return repr(("name", known["PatientName"], known["PatientBirthDate"]))
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
        if uid := text(dataset, keyword):
            return repr((keyword, uid))
    return repr(("nobody", secrets.token_hex(8)))
