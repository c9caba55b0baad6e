"""Attribution methods, one file per family; `domain.methods` says what each one is."""

from segx_viewer.errors import ModelError
from segx_viewer.inference.attribution.base import Method, Subject
from segx_viewer.inference.attribution.channels import CHANNEL_METHODS
from segx_viewer.inference.attribution.combined import Combined
from segx_viewer.inference.attribution.gradcam import CAM_METHODS
from segx_viewer.inference.attribution.gradients import GRADIENT_METHODS
from segx_viewer.inference.attribution.perturbation import PERTURBATION_METHODS

__all__ = ["COMBINED", "METHODS", "Method", "Subject", "get_method"]

_FAMILIES: tuple[Method, ...] = (*CAM_METHODS, *CHANNEL_METHODS, *GRADIENT_METHODS, *PERTURBATION_METHODS)
METHODS: dict[str, Method] = {method.name: method for method in _FAMILIES}
"""Every method by its name, in the order of `domain.methods`."""

_FAST = [method for method in METHODS.values() if method.info.cost == "fast"]
COMBINED: dict[str, Method] = {
    method.name: method
    for method in (Combined("consensus", "mean_rank", _FAST), Combined("disagreement", "disagreement", _FAST))
}
"""What the fast methods say together, in the order of `domain.methods`."""


def get_method(name: str) -> Method:
    """Return a method by its registry name. Raises `ModelError` when there is none."""
    known = METHODS | COMBINED
    if name not in known:
        raise ModelError(f"There is no attribution method {name!r}; there are {', '.join(known)}.")
    return known[name]
