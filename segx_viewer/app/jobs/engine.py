"""What the window asks of the models. torch is imported behind this, in their thread, and nowhere else in app."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from segx_viewer.app.kit.i18n import tr
from segx_viewer.domain.methods import COMBINED, METHODS
from segx_viewer.domain.request import AnalysisRequest, CancelToken
from segx_viewer.domain.result import Analysis

if TYPE_CHECKING:
    from segx_viewer.bundles.store import BundleStore
    from segx_viewer.domain.request import Progress


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the installed models and methods can do: (name, title) pairs for the menus.

    `costs` says by method name how long one takes: "fast", "slow" or "very slow"; `beyond` why one cannot be
    carried out here.
    """

    bundles: tuple[tuple[str, str], ...]
    methods: tuple[tuple[str, str], ...]
    costs: Mapping[str, str] = field(default_factory=dict)
    beyond: Mapping[str, str] = field(default_factory=dict)


class Engine:
    """Reaches the pipeline; everything heavy is imported when first used, in the worker's thread."""

    def __init__(self) -> None:
        self._store: BundleStore | None = None

    @property
    def store(self) -> "BundleStore":
        """The bundle store, made at first use."""
        if self._store is None:
            from segx_viewer.bundles.store import BundleStore

            self._store = BundleStore()
        return self._store

    def capabilities(self) -> Capabilities:
        """List the bundles and attribution methods."""
        from segx_viewer.inference.installed import beyond

        bundles = tuple((name, bundle.info.title) for name, bundle in self.store.bundles().items())
        known = METHODS | COMBINED
        methods = tuple((name, tr(method.label)) for name, method in known.items())
        lacking = tr("{method} needs torch, which this installation lacks; the full installation has it.")
        reasons = {name: lacking.format(method=tr(known[name].label)) for name in beyond(known)}
        return Capabilities(bundles, methods, {name: method.cost for name, method in known.items()}, reasons)

    def prepare(self) -> None:
        """Import what only the end of an analysis needs, beside whatever the worker does meanwhile."""
        from segx_viewer.explain.distance import prepare_transport

        prepare_transport()

    def analyse(
        self, request: AnalysisRequest, token: CancelToken, on_progress: "Callable[[Progress], None]"
    ) -> Iterator[Analysis]:
        """Return the iterator over an ever fuller analysis."""
        from segx_viewer.pipeline import analyse

        return analyse(request, self.store, cancel=token, on_progress=on_progress)
