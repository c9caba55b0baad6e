"""Show clinicians what a network saw, and how far its explanation can be trusted. Research use only.

The Python interface (see `segx_viewer.api`) is here by name and loaded on first use:

>>> import segx_viewer as sx
>>> sx.segx([[0.25, 0.5]], [[False, True]]).tolist()
[[0.0, 0.5]]
"""

import importlib
from typing import Any

__version__ = "0.2.0"

_API = ("analyze", "segu", "segx")

__all__ = ["__version__", *_API]


def __getattr__(name: str) -> Any:
    if name in _API:
        return getattr(importlib.import_module("segx_viewer.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
