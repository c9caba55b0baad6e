"""A bundle's ready graphs: found and filled with its weights, or made from its torch networks.

See `segx_viewer.networks.graph`. Like every file of a bundle a graph is named in the manifest with its checksum.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from safetensors import SafetensorError

from segx_viewer.bundles.manifest import AUTO, ModelBundle, NetworkSpec, read_bundle, read_manifest
from segx_viewer.domain.arrays import Numbers
from segx_viewer.domain.tables import Table, as_table
from segx_viewer.errors import ModelError
from segx_viewer.networks.graph import Graph
from segx_viewer.networks.graph_spec import Weights
from segx_viewer.paths import sha256_of

if TYPE_CHECKING:
    from torch import nn

NETWORKS = ("classifier", "segmenter")
_ONE = np.ones(1)  # a factor, for OpenCV


def graph_of(bundle: ModelBundle, network: str) -> Graph | None:
    """Return the ready graph of a bundle's "classifier" or "segmenter"; None where it has none.

    Raises
    ------
    ModelError
        When a file does not match its checksum, or graph and weights do not belong together.
    """
    spec: NetworkSpec = getattr(bundle, network)
    if spec.graph is None:
        return None
    file, how = spec.graph
    return Graph(bundle.verified_path(file).read_bytes(), how, partial(read_weights, bundle, spec))


def read_weights(bundle: ModelBundle, spec: NetworkSpec) -> Weights:
    """Return a network's tensors by name, float32. Raises `ModelError` on damaged weights."""
    from safetensors.numpy import load_file

    path = bundle.verified_path(spec.weights)
    try:
        found = load_file(path)
    except SafetensorError as error:
        raise ModelError(f"{bundle.info.name}: the weights in {spec.weights} cannot be read: {error}") from error
    halves = {name: array for name, array in found.items() if array.dtype == np.float16}
    others = {name: array for name, array in found.items() if array.dtype.kind == "f" and name not in halves}
    return {**_in_single(halves), **{name: array.astype(np.float32, copy=False) for name, array in others.items()}}


def _in_single(halves: Mapping[str, Numbers]) -> Weights:
    """Return arrays of half precision in single precision, as parts of one array.

    Converted all at once: hundreds of small conversions would each wait for whoever else runs Python meanwhile.
    """
    if not halves:
        return {}
    flat: Numbers = np.concatenate([array.reshape(-1) for array in halves.values()])
    single = np.empty(flat.shape, np.float32)
    try:
        cv2.multiply(flat, _ONE, single, dtype=cv2.CV_32F)  # a quarter of NumPy's time
    except (TypeError, cv2.error):  # OpenCV 4 takes no such arrays
        single[:] = flat
    ends = np.cumsum([array.size for array in halves.values()])
    parts = np.split(single, ends[:-1])
    return {name: part.reshape(halves[name].shape) for name, part in zip(halves, parts, strict=True)}


def add_graphs(folder: Path) -> list[str]:
    """Make the ready graphs of a bundle and write them into it; return why there are none, in sentences.

    Both networks or none: an analysis that needs torch for one of them gains nothing by the other. Graphs that the
    bundle had before are replaced.
    """
    from segx_viewer.bundles.writing import write_bytes_beside, write_manifest

    manifest = read_manifest(folder)
    files = as_table(manifest["files"])
    for network in NETWORKS:
        before = as_table(as_table(manifest[network]).pop("graph", {}))
        files.pop(str(before.get("file")), None)
    bundle = read_bundle(folder)
    try:
        made = {network: _made(bundle, network) for network in NETWORKS}
    except ModelError as error:
        write_manifest(folder, manifest)
        return [str(error)]
    for network, (data, table) in made.items():
        name = f"{network}.onnx"
        write_bytes_beside(folder / name, data)
        as_table(manifest[network])["graph"] = {"file": name, **table}
        files[name] = sha256_of(folder / name)
    write_manifest(folder, manifest)
    return []


def _made(bundle: ModelBundle, network: str) -> tuple[bytes, Table]:
    from segx_viewer.networks.folding import example_of, frozen
    from segx_viewer.networks.skeleton import skeleton_of

    spec: NetworkSpec = getattr(bundle, network)
    if spec.is_program:
        raise ModelError(f"The {network} is a program; it is run as it is.")
    layers: tuple[str, ...] = ()
    if network == "classifier":
        if bundle.target_layer == AUTO:
            raise ModelError("The target layer is found when the network is loaded.")
        layers = tuple(dict.fromkeys(filter(None, (bundle.target_layer, bundle.gate_layer))))
        how, loaded = bundle.preprocessing, bundle.load_classifier()
    else:
        how, loaded = bundle.segmenter_input, bundle.load_segmenter()
    module: nn.Module = frozen(loaded)
    data, made = skeleton_of(module, example_of(how.channels, how.input_shape), layers)
    return data, made.table()
