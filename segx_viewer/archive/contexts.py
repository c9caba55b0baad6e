"""Presentation contexts (PS3.8 7.1.1.13): which classes of objects, in which transfer syntaxes."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from pydicom.uid import (
    JPEG2000,
    MPEG2MPML,
    MPEG4HP41,
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

if TYPE_CHECKING:
    from pynetdicom.presentation import PresentationContext

MAX_CONTEXTS = 128
"""Presentation contexts of an association (PS3.8 9.3.2.2: odd numbers of one byte)."""

PLAIN = (str(ExplicitVRLittleEndian), str(ImplicitVRLittleEndian))
"""What every server can decode; implicit is the default transfer syntax (PS3.5 10.1)."""
COMPRESSED = tuple(
    str(syntax)
    for syntax in (
        JPEGBaseline8Bit,
        JPEGExtended12Bit,
        JPEGLossless,
        JPEGLosslessSV1,
        JPEGLSLossless,
        JPEGLSNearLossless,
        JPEG2000Lossless,
        JPEG2000,
        HTJ2KLossless,
        RLELossless,
        DeflatedExplicitVRLittleEndian,
        ExplicitVRBigEndian,
        MPEG2MPML,
        MPEG4HP41,
    )
)
ALL_SYNTAXES = (*PLAIN, *COMPRESSED)
_PER_CLASS = 1 + len(COMPRESSED)


def storage_classes() -> list[str]:
    """Return every storage class (PS3.4 B.5), those first that images and results mostly have."""
    from pynetdicom import AllStoragePresentationContexts

    known = [str(context.abstract_syntax) for context in AllStoragePresentationContexts]
    return sorted(known, key=lambda uid: (_COMMON.get(uid, len(_COMMON)), known.index(uid)))


_TAILS = (
    # CR, DX, CT, MR, SC, XC, MG
    *("1", "1.1", "2", "4", "7", "77.1.4", "1.2"),
    # SEG, PM, SR (comprehensive 3D, comprehensive, enhanced, basic), PDF, presentation state, key objects, LABELMAP
    *("66.4", "30", "88.34", "88.33", "88.22", "88.11", "104.1", "11.1", "88.59", "66.7"),
    # US, NM, PET, enhanced CT and MR, XA, RF, intra-oral, OP, endoscopy, multi-frame SC
    *("6.1", "20", "128", "2.1", "4.1", "12.1", "12.2", "1.3", "77.1.5.1", "77.1.1", "7.2", "7.4"),
)
_COMMON = {f"1.2.840.10008.5.1.4.1.1.{tail}": place for place, tail in enumerate(_TAILS)}


_NEWER = {"1.2.840.10008.5.1.4.1.1.66.7": "Label Map Segmentation Storage"}
"""Classes that pydicom 3.0 has no name for."""


def class_name(uid: str) -> str:
    """Return the name of a storage or service class (PS3.6 A), its UID where none is known."""
    return _NEWER.get(uid) or UID(uid).name


def contexts(classes: Iterable[str]) -> "list[PresentationContext]":
    """Return contexts for receiving classes, one for each compressed syntax.

    A server picks one syntax of a context, and may be able to send an object in another one only: so each compressed
    one has a context of its own, and what is stored compressed comes as it is.
    """
    from pynetdicom import build_context

    proposed = []
    for uid in classes:
        proposed.append(build_context(uid, list(PLAIN)))
        proposed += [build_context(uid, [syntax]) for syntax in COMPRESSED]
    return proposed


def groups(classes: Sequence[str], taken: int = 1) -> Iterator[list[str]]:
    """Yield SOP classes in groups whose presentation contexts fit one association, which holds 128 (PS3.8, 9.3.2.2).

    `taken` of those are used otherwise.
    """
    left = iter(classes)
    while group := list(islice(left, (MAX_CONTEXTS - taken) // _PER_CLASS)):
        yield group
