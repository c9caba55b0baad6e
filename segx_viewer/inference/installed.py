"""What an installation without torch can do: run ready graphs, and explain them by what needs no gradients.

A reading room may be given the program without the libraries that build, train and differentiate networks; see
`packaging/without_torch.py`.
"""

from collections.abc import Iterable
from importlib.util import find_spec

from segx_viewer.domain.methods import METHODS, method_info
from segx_viewer.errors import worded
from segx_viewer.inference.cam import LINEAR_METHODS


def has_torch() -> bool:
    """Whether torch is installed. It is not imported for that."""
    try:
        return find_spec("torch") is not None
    except ValueError:  # half imported by somebody
        return True


def beyond(methods: Iterable[str] = tuple(METHODS)) -> tuple[str, ...]:
    """Return those of some methods that this installation cannot carry out, whatever the model.

    Examples
    --------
    >>> set(beyond(["gradcam", "ablationcam"]))
    set()
    """
    return () if has_torch() else tuple(name for name in methods if name not in LINEAR_METHODS)


def beyond_reason(method: str) -> str:
    """Return the sentence that says why a method cannot be carried out."""
    return worded(
        f"{method_info(method).label} needs torch, which this installation lacks; the full installation has it."
    )
