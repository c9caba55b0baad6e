"""Networks that come as programs, without their Python code: torch.export programs (.pt2) and ONNX."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from segx_viewer.errors import ModelError
from segx_viewer.networks.kinds import EXPORTED
from segx_viewer.networks.runtime import onnxruntime

_EPSILON = 1e-7


def load_program(architecture: str, path: Path, turn: str = "logits") -> nn.Module:
    """Load a program as a network that gives logits.

    Parameters
    ----------
    architecture : str
        ``"exported"`` or ``"onnx"``.
    path : Path
    turn : str
        What the program gives: "logits", or "softmax" or "sigmoid" probabilities, which are turned back.

    Raises
    ------
    ModelError
        If the file is damaged or holds Python objects.
    """
    return Exported(_read_exported(path), turn) if architecture == EXPORTED else Onnx(path, turn)


def back_to_logits(output: Tensor, turn: str) -> Tensor:
    """Undo a softmax (up to a constant) or sigmoid; certainties above 1 - 1e-7 cannot be told apart."""
    if turn == "logits":
        return output
    p = output.clamp(_EPSILON, 1 - _EPSILON)
    return p.log() if turn == "softmax" else p.logit()


class Exported(nn.Module):
    """A torch.export program with its modules' names, so that layers can be explained as in any network.

    It runs on the processor: what a program makes inside itself lies where it was exported.
    """

    def __init__(self, program: torch.export.ExportedProgram, turn: str = "logits") -> None:
        super().__init__()
        self.program = torch.export.unflatten(program)
        self.turn = turn
        self.batch = _fixed_batch(program)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits."""
        parts = [x.cpu()] if self.batch is None else _parts(x.cpu(), self.batch)
        found = torch.cat([_one(self.program(part)) for part in parts])[: len(x)]
        return back_to_logits(found, self.turn).to(x.device)


class Onnx(nn.Module):
    """An ONNX model, run on the processor. It has no gradients."""

    def __init__(self, path: Path, turn: str = "logits") -> None:
        super().__init__()
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = torch.get_num_threads()
        try:
            self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # the runtime's exceptions have no common base but this one
            raise ModelError(f"{path.name} is not an ONNX model that can be run: {error}") from error
        given = self._session.get_inputs()
        if len(given) != 1:
            raise ModelError(f"{path.name} wants {len(given)} inputs; a model of images has one.")
        self._name, self._type = given[0].name, given[0].type
        self.batch = given[0].shape[0] if isinstance(given[0].shape[0], int) else None
        self.turn = turn

    def forward(self, x: Tensor) -> Tensor:
        """Return logits."""
        parts = [x] if self.batch is None else _parts(x, self.batch)
        found = torch.cat([self._run(part) for part in parts])[: len(x)]
        return back_to_logits(found.float(), self.turn).to(x.device)

    def _run(self, x: Tensor) -> Tensor:
        array = np.ascontiguousarray(x.detach().cpu().numpy(), np.float16 if "float16" in self._type else np.float32)
        try:
            return torch.from_numpy(self._session.run(None, {self._name: array})[0])
        except Exception as error:  # see above
            raise ModelError(f"The ONNX model could not be run on an input of {tuple(x.shape)}: {error}") from error


def _parts(x: Tensor, batch: int) -> list[Tensor]:
    """Cut a batch into parts of a fixed size; the last one is filled up with copies."""
    parts = list(x.split(batch))
    lacking = batch - len(parts[-1])
    if lacking:
        parts[-1] = torch.cat([parts[-1], parts[-1][-1:].expand(lacking, *x.shape[1:])])
    return parts


def _one(output: Any) -> Tensor:
    """Return the first tensor of what a program gives."""
    while isinstance(output, tuple | list):
        output = output[0]
    if isinstance(output, dict):
        output = next(iter(output.values()))
    if not isinstance(output, Tensor):
        raise ModelError("The exported program does not give a tensor.")
    return output


def _fixed_batch(program: torch.export.ExportedProgram) -> int | None:
    """Return the size of the batches the program was exported for, None for any."""
    names = program.graph_signature.user_inputs
    nodes = [n for n in program.graph.nodes if n.op == "placeholder" and n.name in names]
    if len(nodes) != 1:
        raise ModelError(f"The exported program wants {len(nodes)} inputs; a model of images has one.")
    size = nodes[0].meta["val"].shape[0]
    return size if isinstance(size, int) else None


def _read_exported(path: Path) -> torch.export.ExportedProgram:
    try:
        _refuse_pickles(path)
        return torch.export.load(path)
    except (zipfile.BadZipFile, RuntimeError, ValueError, KeyError, AssertionError, OSError) as error:
        raise ModelError(f"{path.name} is not a torch.export program that can be read: {error}") from error


def _refuse_pickles(path: Path) -> None:
    """Raise `ModelError` where loading the archive would unpickle anything but tensors.

    torch.export.load falls back to full unpickling for some members; whatever it would find there is looked at first.
    """
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            folder = f"/{name}"
            if "/data/constants/" in folder or "/data/weights/" in folder:
                if name.endswith(".json"):
                    config = json.loads(archive.read(name)).get("config", {})
                    harmless = not any(entry.get("use_pickle") for entry in config.values())
                else:
                    # Legacy archives keep all tensors of a kind in one pickle; objects have names of their own.
                    harmless = not name.endswith(".pt") and name.rpartition("/")[2].startswith(("weight_", "tensor_"))
            elif name.endswith(".pt"):
                harmless = _holds_tensors_only(archive.read(name))
            else:
                harmless = not name.endswith((".pkl", ".pickle"))
            if not harmless:
                raise ModelError(
                    f"{path.name} holds Python objects ({name.rpartition('/')[2]}), which could run any code when "
                    f"read; export the network without them."
                )


def _holds_tensors_only(content: bytes) -> bool:
    if not content:
        return True
    try:
        torch.load(io.BytesIO(content), weights_only=True)
    except Exception:  # noqa: BLE001 - whatever it is, it is not plain tensors
        return False
    return True
