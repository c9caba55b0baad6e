"""What a manifest says of a ready graph; see `segx_viewer.networks.graph`."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segx_viewer.domain.tables import Table, as_list, as_table
from segx_viewer.networks.head import LinearHead

Weights = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class GraphSpec:
    """What has to be known of a graph without weights to run it.

    Attributes
    ----------
    layers : tuple of str
        Layers whose outputs it gives beside its own; for a classifier the target layer first, then the gate's.
    unused : tuple of str
        Tensors of the weights file that the graph has no use for.
    head_weight, head_bias : str
        The linear layer that makes logits from the first layer's pooled output; "" where there is none such.
    rectified : bool
        Whether a ReLU lies before the pooling.
    """

    layers: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    head_weight: str = ""
    head_bias: str = ""
    rectified: bool = False

    @classmethod
    def of_table(cls, table: Mapping[str, object]) -> "GraphSpec":
        """Read what `table` returned. Raises `KeyError`, `TypeError` or `ValueError` on anything else."""
        head = as_table(table.get("head", {}))
        return cls(
            tuple(map(str, as_list(table.get("layers", ())))),
            tuple(map(str, as_list(table.get("unused", ())))),
            str(head.get("weight", "")),
            str(head.get("bias", "")),
            bool(head.get("rectified", False)),
        )

    def table(self) -> Table:
        """Return what a manifest holds."""
        table: Table = {"layers": list(self.layers), "unused": list(self.unused)}
        if self.head_weight:
            table["head"] = {"weight": self.head_weight, "bias": self.head_bias, "rectified": self.rectified}
        return table

    def head(self, weights: Weights) -> LinearHead | None:
        """Return the head, if the network has one of this kind."""
        if not self.head_weight:
            return None
        weight = weights[self.head_weight]
        bias = weights[self.head_bias] if self.head_bias else np.zeros(len(weight), np.float32)
        return LinearHead(weight.reshape(len(weight), -1).copy(), bias.copy(), self.rectified)
