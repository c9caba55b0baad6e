"""Which way a bundle's networks are run; see `segx_viewer.inference.runner`."""

import logging
from concurrent.futures import ThreadPoolExecutor

from segx_viewer.bundles.graphs import add_graphs
from segx_viewer.bundles.store import BundleStore
from segx_viewer.errors import ModelError
from segx_viewer.inference.by_graph import GraphRunner
from segx_viewer.inference.installed import has_torch
from segx_viewer.inference.runner import Runner
from segx_viewer.networks.graph import Graph
from segx_viewer.networks.threads import set_thread_count, thread_count

log = logging.getLogger(__name__)


def ready_runner(store: BundleStore, name: str) -> Runner | None:
    """Return a bundle's ready graphs; None where it has none, or explains what they do not give.

    A graph that does not match its checksum is never run. It is made anew where the bundle's folder may be written to;
    torch answers meanwhile.
    """
    bundle = store.get(name)
    layer, gate_layer = bundle.target_layer, bundle.gate_layer
    if not bundle.has_graphs:
        return None
    try:
        classifier, segmenter = load_graphs(store, name)
    except ModelError as error:
        if not has_torch():
            raise
        log.info("%s Its graphs are made anew.", error)
        _renew(store, name)
        return None
    if classifier is None or segmenter is None or not {layer, *filter(None, [gate_layer])} <= {*classifier.layers}:
        return None
    return GraphRunner(classifier, segmenter, layer, gate_layer)


def load_graphs(store: BundleStore, name: str) -> tuple[Graph | None, Graph | None]:
    """Return both graphs, made side by side where they are not there yet: the runtime makes each on one core.

    Raises
    ------
    ModelError
        As `BundleStore.graph` does.
    """
    if store.has(name, "segmenter graph"):
        return store.graph(name, "classifier"), store.graph(name, "segmenter")
    with ThreadPoolExecutor(1, "segmenter", set_thread_count, (thread_count(),)) as helper:
        segmenter = helper.submit(store.graph, name, "segmenter")
        return store.graph(name, "classifier"), segmenter.result()


def torch_runner(store: BundleStore, name: str) -> Runner:
    """Return a bundle's torch networks."""
    from segx_viewer.inference.by_torch import TorchRunner

    return TorchRunner(store, name)


def _renew(store: BundleStore, name: str) -> None:
    try:
        add_graphs(store.get(name).folder)
    except OSError as error:  # what came with the program may lie where only its owner may write
        log.info("The graphs of %s could not be written: %s", name, error)
    else:
        store.refresh()
