"""What hides in the 128 bytes before a DICOM file: PS3.10 leaves them free, and programs can be put there."""

from segx_viewer.errors import worded

_PROGRAMS = {
    b"MZ": worded("a Windows program"),
    b"\x7fELF": worded("a Linux program"),
    b"\xcf\xfa\xed\xfe": worded("a macOS program"),
    b"\xce\xfa\xed\xfe": worded("a macOS program"),
    b"\xfe\xed\xfa\xcf": worded("a macOS program"),
    b"\xca\xfe\xba\xbe": worded("a macOS program or a Java class"),
    b"#!": worded("a script"),
}


def executable_preamble(head: bytes) -> str | None:
    """Name the kind of program that a DICOM file's first bytes begin, or None.

    A preamble of zeros, or that of a TIFF file with two faces, is harmless.

    Examples
    --------
    >>> executable_preamble(b"MZ" + bytes(126) + b"DICM")
    'a Windows program'
    >>> executable_preamble(bytes(128) + b"DICM") is None
    True
    """
    if head[128:132] != b"DICM":
        return None
    return next((kind for start, kind in _PROGRAMS.items() if head.startswith(start)), None)


def preamble_notes(head: bytes) -> tuple[str, ...]:
    """Return the sentence that warns of such a file, if it is one."""
    kind = executable_preamble(head)
    if kind is None:
        return ()
    return (
        worded(
            f"This file is also {kind}, hidden in its preamble. The viewer does not run it; do not run or rename it."
        ),
    )
