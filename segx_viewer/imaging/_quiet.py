"""The decoding libraries' warnings are about the file at hand, not about this program."""

import warnings

_LIBRARIES = r"(pydicom|PIL|tifffile|pylibjpeg|openjpeg|jpeg_ls)(\.|$)"


def ignore_library_warnings() -> None:
    """Ignore Python warnings raised inside the decoding libraries.

    `warnings.catch_warnings` swaps process-wide lists and is unsafe in a worker thread. This filter concerns
    those libraries' own modules alone, is added once and never taken away, so there is nothing to race with.
    """
    if not any(f[0] == "ignore" and getattr(f[3], "pattern", "") == _LIBRARIES for f in warnings.filters[:1]):
        warnings.filterwarnings("ignore", module=_LIBRARIES)
