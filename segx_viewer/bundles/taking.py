"""Takes a network's weights file into a bundle: as safetensors under the architecture's own names, or as it is."""

import json
import math
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from segx_viewer.domain.tables import Table, as_floats, as_int, as_table, as_tables, as_text
from segx_viewer.errors import ModelError, worded

if TYPE_CHECKING:
    from torch import Tensor, nn

_MANY = 5
_THRESHOLDS = "op_threshs"
"""Where torchxrayvision's classifiers keep their operating points."""
_LAST = {
    "smp/": re.compile(r"segmentation_head\.0\.(weight|bias)$"),
    "torchvision/": re.compile(r"classifier\.4\.bias$"),
}
"""Tensors of segmenters with an entry for each output channel."""


@dataclass(slots=True)
class Taking:
    """Taking one network; what its file says beside its weights goes into the manifest.

    Attributes
    ----------
    files : list of str
        Names of the files that it has become.
    """

    network: str
    table: Table
    manifest: Table
    source: Path
    folder: Path
    allow_pickle: bool
    allow_unused: bool
    files: list[str] = field(default_factory=list)

    def into_bundle(self) -> list[str]:
        """Write the network's files; return what is to be said about it.

        Raises
        ------
        ConsentNeededError
        ModelError
            If the weights do not fit, or some would be left out without consent.
        """
        from segx_viewer.networks.kinds import PROGRAMS
        from segx_viewer.networks.strangers import stranger

        if not self.source.is_file():
            raise ModelError(f"There is no weights file {self.source}.")
        if said := stranger(self.source):
            raise ModelError(said)
        return self._program() if self._architecture in PROGRAMS else self._weights()

    @property
    def _architecture(self) -> str:
        return as_text(self.table.get("architecture", ""))

    @property
    def _options(self) -> Table:
        return as_table(self.table.get("options", {}))

    @property
    def _classes(self) -> list[Table]:
        return as_tables(self.manifest.get("classes", ()))

    def _program(self) -> list[str]:
        onnx = self._architecture == "onnx"
        name = f"{self.network}{'.onnx' if onnx else '.pt2'}"
        self.files.append(name)
        self.table["weights"] = name
        if onnx and "tail" not in self.table:
            self._onnx(name)
        else:
            shutil.copyfile(self.source, self.folder / name)
        self._check_classes()
        return []

    def _check_classes(self) -> None:
        if self.network == "classifier" and not self._classes:
            raise ModelError(
                f"The classes of {self.source.name} are not named, and it does not tell them: name them in the order "
                f"of its outputs (--classes)."
            )

    def _onnx(self, name: str) -> None:
        """Copy an ONNX model; weights beside it, under whatever name, go into one file."""
        import onnx

        from segx_viewer.networks.surgery import read_model

        try:
            bare = onnx.load(self.source, load_external_data=False)
        except Exception as error:  # the parser's errors are of several libraries
            raise ModelError(f"{self.source.name} is not an ONNX model, or it is damaged.") from error
        if not any(t.data_location == onnx.TensorProto.EXTERNAL for t in bare.graph.initializer):
            shutil.copyfile(self.source, self.folder / name)
            return
        data = f"{name}.data"
        onnx.save(read_model(self.source), self.folder / name, save_as_external_data=True, location=data)
        if (self.folder / data).is_file():
            self.files.append(data)

    def _weights(self) -> list[str]:
        from safetensors.torch import save_file

        from segx_viewer.networks.weights import State, fitted, read_weights

        state = read_weights(self.source, allow_pickle=self.allow_pickle)
        notes = self._thresholds(state)
        notes += [state.note] if isinstance(state, State) and state.note else []
        if self._architecture.startswith("transformers/"):
            state = self._of_transformers(state)
        if self.network == "segmenter":
            notes += self._recognised(state)
        if not self._architecture:
            option = "--segmenter-architecture" if self.network == "segmenter" else "--architecture"
            raise ModelError(
                f"The architecture of {self.source.name} is not named, and its weights do not tell it: {option}."
            )
        architecture = self._architecture
        self._check_classes()
        network = self._built(state)
        if self.network == "classifier" and (head := self._head(network, state)):
            notes.append(head)
            network = self._built(state)
        state, unused = fitted(state, network, f"{self.source.name} ({architecture})")
        notes += self._unused(unused, len(state))
        name = f"{self.network}.safetensors"
        save_file({key: tensor.clone().contiguous() for key, tensor in state.items()}, self.folder / name)
        (self.folder / name).chmod(0o644)  # safetensors writes for the owner only
        self.files.append(name)
        self.table["weights"] = name
        return notes

    def _recognised(self, state: Mapping[str, "Tensor"]) -> list[str]:
        """Find out which segmenter the weights belong to, where that is not said."""
        from segx_viewer.networks.decoders import recognised

        architecture, options = self._architecture, self._options
        if architecture and (options or not architecture.startswith("smp/")):
            return []  # what is said is taken as it is
        found = recognised(state, self.source.name, architecture, str(options.get("encoder_name", "")))
        if found is None:
            return []
        self.table |= {"architecture": found.architecture, "options": {**options, **found.options}}
        self.table.setdefault("channels", found.channels)
        return [found.note]

    def _of_transformers(self, state: Mapping[str, "Tensor"]) -> dict[str, "Tensor"]:
        """Make it timm's own network where that has all of its weights; otherwise transformers has to build it."""
        from segx_viewer.networks.architectures import Uninitialised, build_classifier
        from segx_viewer.networks.counterparts import counterpart
        from segx_viewer.networks.hub import renamed_by_transformers
        from segx_viewer.networks.weights import fitted

        architecture, options = self._architecture, self._options
        same = counterpart(architecture.partition("/")[2], json.loads(as_text(options["config"])))
        if same is not None:
            renamed = same.renamed(state)
            try:
                with Uninitialised():
                    network = build_classifier(same.architecture, len(self._classes), channels=3, **same.options)
                fits = not fitted(renamed, network, self.source.name)[1]
            except ModelError:
                fits = False  # it is another network than its configuration says
            if fits:
                self.table |= {"architecture": same.architecture, "options": same.options}
                return renamed
        # Its saved names are older than the names in its networks.
        return renamed_by_transformers(architecture, options, state)

    def _head(self, network: "nn.Module", state: Mapping[str, "Tensor"]) -> str:
        """Take a last layer that was replaced by a sequence into the options; return what is to be said about it."""
        from segx_viewer.networks.heads import head_layers, replaced_head

        activation = str(self.table.pop("head_activation", ""))
        own = network.state_dict()
        for prefix in ("", "model.", "net.", "network."):
            named = {key.removeprefix(prefix): t for key, t in state.items() if key.startswith(prefix)}
            if path := replaced_head(own, named):
                break
        else:
            return ""
        layers = head_layers(path, named, activation, self.source.name)
        self.table["options"] = {**self._options, "head": {"path": path, "layers": layers}}
        return worded(
            f"The classifier's {path} is a sequence ({', '.join(layers)}); what has no weights is taken as dropout."
        )

    def _built(self, state: Mapping[str, "Tensor"]) -> "nn.Module":
        from segx_viewer.networks.architectures import build_classifier, build_segmenter

        architecture, options = self._architecture, self._options
        how = as_table(self.table.get("preprocessing") or self.manifest["preprocessing"])
        channels = len(as_floats(how["mean"]))
        if self.network == "classifier":
            return build_classifier(architecture, len(self._classes), channels=channels, **options)
        if "channels" not in self.table and (count := _outputs(architecture, state)):
            self.table["channels"] = count
        return build_segmenter(architecture, options, as_int(self.table.get("channels", 1)), channels=channels)

    def _unused(self, unused: list[str], used: int) -> list[str]:
        if not unused:
            return []
        names = ", ".join(unused[:_MANY])
        if len(unused) > _MANY:
            names = worded(f"{names} and {len(unused) - _MANY} more")
        if not self.allow_unused:
            raise ModelError(
                f"{self.source.name} has {len(unused)} weights for which {self._architecture} has no place "
                f"(beside {used} that fit): {names}. Another architecture made them, most likely a larger sibling; "
                f"name that one, or say that they may be left out (--allow-unused)."
            )
        return [worded(f"{self.source.name}: {len(unused)} weights are not used: {names}.")]

    def _thresholds(self, state: Mapping[str, "Tensor"]) -> list[str]:
        """Take the operating points that a file of torchxrayvision holds, for they differ from file to file."""
        classes = self._classes
        stored = state.get(_THRESHOLDS)
        if self.network != "classifier" or not self._architecture.startswith("xrv/"):
            return []
        if stored is None or len(stored) != len(classes):
            return [worded("The file holds no operating points: the cut-offs are the manifest's.")]
        values = [float(v) for v in stored]
        self.manifest["classes"] = [
            {**c, "threshold": 1.0 if math.isnan(value) else value}  # not a number: never learned
            for c, value in zip(classes, values, strict=True)
        ]
        return []


def _outputs(architecture: str, state: Mapping[str, "Tensor"]) -> int:
    """Return how many channels a segmenter's weights give; 0 where that cannot be told."""
    for family, pattern in _LAST.items():
        if architecture.startswith(family):
            for key, tensor in state.items():
                if pattern.search(key):
                    return int(tensor.shape[0])
    return 0
