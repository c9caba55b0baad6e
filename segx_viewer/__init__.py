"""Show clinicians what a network saw, and how far its explanation can be trusted. Research use only.

The Python interface (see `segx_viewer.api`) is here by name and loaded on first use:

>>> import segx_viewer as sx
>>> sx.segx([[0.25, 0.5]], [[False, True]]).tolist()
[[0.0, 0.5]]
"""

import importlib
import os
from pathlib import Path
from typing import Any


def _sorts_badly() -> bool:
    """Whether this is AMD's Zen 4, which writes compressed AVX-512 vectors in microcode."""
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8", errors="replace") as file:
            told = file.read(4096)  # the first processor will do
    except OSError:
        return False
    return all(mark in told for mark in ("AuthenticAMD", "cpu family\t: 25\n", "avx512vl"))


# Both are read when the library is imported. NumPy (by this name: 2.4) sorts a map six times faster with AVX2 there.
if "NPY_ENABLE_CPU_FEATURES" not in os.environ and _sorts_badly():  # it takes one of the two
    os.environ.setdefault("NPY_DISABLE_CPU_FEATURES", "X86_V4")
# Between two passes torch's helper threads wait for work in a busy loop, for milliseconds. The window and the
# alignments want those cores: let the threads sleep after tens of microseconds.
os.environ.setdefault("GOMP_SPINCOUNT", "20000")

__version__ = "0.1.0"

_API = ("analyze", "segu", "segx")

__all__ = ["__version__", *_API]


def __getattr__(name: str) -> Any:
    if name in _API:
        return getattr(importlib.import_module("segx_viewer.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
