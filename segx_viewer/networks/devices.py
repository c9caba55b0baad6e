"""Where networks run: the processor, or an accelerator with a way back when its memory runs out."""

import torch

from segx_viewer.errors import ModelError
from segx_viewer.networks.kinds import AUTO, CPU, DEVICES


def choose_device(wanted: str = AUTO) -> torch.device:
    """Return the device of a name; "auto" is an NVIDIA or AMD card if there is one, else the processor.

    Apple's MPS must be named: some operations of some networks are missing there.

    Raises
    ------
    ModelError
        If the name is not known or this computer does not have such a device.
    """
    if wanted not in DEVICES:
        raise ModelError(f"There is no device {wanted!r}; choose {', '.join(DEVICES[:-1])} or {DEVICES[-1]}.")
    if wanted == AUTO:
        wanted = "cuda" if torch.cuda.is_available() else CPU
    here = {CPU: True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not here[wanted]:
        raise ModelError(f"This computer has no {wanted} device that PyTorch can use; choose auto or cpu.")
    return torch.device(wanted)
