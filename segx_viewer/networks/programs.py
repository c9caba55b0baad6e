"""Networks that come as programs, without their Python code: torch.export programs (.pt2), and a door to ONNX."""

import io
import json
import zipfile
from pathlib import Path

import torch
from torch import Tensor, nn

from segx_viewer.errors import ModelError
from segx_viewer.networks.forward import HookedNetwork
from segx_viewer.networks.kinds import EXPORTED
from segx_viewer.networks.network import ForwardPass, Program
from segx_viewer.networks.onnx_model import Onnx
from segx_viewer.networks.outputs import PLAIN, Wanted, filled_up, named_tensors, one_of, tidy


def load_program(
    architecture: str, path: Path, wanted: Wanted = PLAIN, tail: tuple[Path | None, str] | None = None
) -> "Exported | Onnx":
    """Load a program as a network that gives logits.

    Parameters
    ----------
    architecture : str
        ``"exported"`` or ``"onnx"``.
    path : Path
    wanted : Wanted
        Which of its outputs, and what it gives there.
    tail : tuple of Path and str, optional
        Of an ONNX model: what follows its last feature maps, and their name.

    Raises
    ------
    ModelError
        If the file is damaged or holds Python objects.
    """
    return Exported(_read_exported(path), wanted) if architecture == EXPORTED else Onnx(path, wanted, tail)


class Exported(nn.Module, Program):
    """A torch.export program with its modules' names, so that layers can be explained as in any network.

    It runs on the processor: what a program makes inside itself lies where it was exported.
    """

    def __init__(self, program: torch.export.ExportedProgram, wanted: Wanted = PLAIN) -> None:
        super().__init__()
        self.program = torch.export.unflatten(program)
        self.wanted = wanted
        self._batch, self.size, self.kind = _taken(program)

    @property
    def is_program(self) -> bool:
        """Whether it stays as it comes."""
        return True

    @property
    def serves_threads(self) -> bool:
        """Whether several threads may use it at a time: its layers are hooked."""
        return False

    @property
    def batch(self) -> int | None:
        """How many images it takes at a time; None for any number."""
        return self._batch

    @property
    def inside(self) -> None:
        """Its inner values cannot be had."""
        return None

    @property
    def takes_whole_numbers(self) -> bool:
        """Whether its input is whole numbers."""
        return not self.kind.is_floating_point

    def passes(self, x: Tensor, target_layer: str, gate_layer: str = "") -> list[ForwardPass]:
        """Run it once, with hooks: its layers have the names that they had when it was exported."""
        return HookedNetwork(self).passes(x, target_layer, gate_layer)

    def scores_from(self, x: Tensor, layer: str, output: Tensor) -> Tensor:
        """Return the logits for a layer's output."""
        return HookedNetwork(self).scores_from(x, layer, output)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits."""
        parts = x.cpu().split(self.batch or len(x))
        found = [tidy(one_of(self._run(part), self.wanted), self.wanted)[: len(part)] for part in parts]
        return torch.cat(found).to(x.device)

    def raw(self, x: Tensor) -> dict[str, Tensor]:
        """Return every output by its name or number, as it comes."""
        return {name: found[: len(x)] for name, found in named_tensors(self._run(x.cpu())).items()}

    def _run(self, x: Tensor) -> object:
        if self.takes_whole_numbers:
            limits = torch.iinfo(self.kind)
            x = x.round().clamp(max(limits.min, -(2**31)), min(limits.max, 2**31 - 129))
        try:
            return self.program(filled_up(x.to(self.kind), self.batch))
        except (RuntimeError, ValueError, AssertionError, TypeError) as error:
            wish = " x ".join("any" if n is None else str(n) for n in self.size)
            raise ModelError(
                f"The exported program could not be run on an input of {tuple(x.shape[1:])}; it was made for {wish} "
                f"(channels x height x width)."
            ) from error


def _taken(program: torch.export.ExportedProgram) -> tuple[int | None, tuple[int | None, ...], torch.dtype]:
    """Return the size of the batches, the shape of an image, and the type that a program was exported for."""
    names = program.graph_signature.user_inputs
    nodes = [n for n in program.graph.nodes if n.op == "placeholder" and n.name in names]
    if len(nodes) != 1:
        raise ModelError(f"The exported program wants {len(nodes)} inputs; a model of images has one.")
    value = nodes[0].meta["val"]
    first, *rest = (n if isinstance(n, int) else None for n in value.shape)
    return first, tuple(rest), value.dtype


def _read_exported(path: Path) -> torch.export.ExportedProgram:
    try:
        _refuse_pickles(path)
        return torch.export.load(path)
    except (zipfile.BadZipFile, RuntimeError, ValueError, KeyError, AssertionError, OSError) as error:
        raise ModelError(
            f"{path.name} is not a torch.export program that can be read: it is damaged, or another version of PyTorch "
            f"wrote it; export the network again."
        ) from error


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
