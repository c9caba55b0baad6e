"""Networks of libraries that are extras: transformers' image classifiers and MONAI's networks, by name."""

import json
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import Any, Protocol

from torch import Tensor, nn

from segx_viewer.domain.tables import as_text
from segx_viewer.errors import ModelError

FURTHER = ("transformers", "monai")


class Classified(Protocol):
    """The output of transformers' image classifiers, as far as it is used."""

    logits: Tensor


def build_further(family: str, name: str, options: Mapping[str, object]) -> nn.Module:
    """Build an untrained network of an optional library.

    Parameters
    ----------
    family : str
        One of `FURTHER`.
    name : str
        Of the class, such as "ResNetForImageClassification" or "UNet".
    options : mapping
        Of transformers, ``config`` is its configuration as JSON; of MONAI, the network's arguments.

    Raises
    ------
    ModelError
        If the library is not installed, or does not have the network.
    """
    module = _library(family)
    kind = getattr(module, name, None)
    if kind is None:
        raise ModelError(f"{family} has no network {name!r}.")
    if family == "monai":
        built: nn.Module = kind(**options)
        return built
    network: nn.Module = kind(_configuration(options))
    network.register_forward_hook(_logits)
    return network


def renamed_by_transformers(
    architecture: str, options: Mapping[str, object], state: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """Return weights as transformers saves them under the names that they have in its networks."""
    library = _library("transformers")
    kind = getattr(library, architecture.partition("/")[2])
    library.utils.logging.disable_progress_bar()
    config = _configuration(options)
    network, told = kind.from_pretrained(None, config=config, state_dict=dict(state), output_loading_info=True)
    lacking = [*told["missing_keys"], *(str(key) for key in told["mismatched_keys"])]
    if lacking:
        raise ModelError(f"The weights do not fit {architecture}: {len(lacking)} are missing, such as {lacking[0]}.")
    left = {key: state[key] for key in told["unexpected_keys"] if key in state}
    return {**network.state_dict(), **left}


def _configuration(options: Mapping[str, object]) -> Any:
    table = json.loads(as_text(options["config"]))
    return _library("transformers").AutoConfig.for_model(**table)


def _library(family: str) -> ModuleType:
    try:
        return import_module("monai.networks.nets" if family == "monai" else family)
    except ImportError as error:
        raise ModelError(f"This model needs {family}, which is not installed: pip install {family}") from error


def _logits(_network: nn.Module, _inputs: object, output: Classified) -> Tensor:
    return output.logits
