"""What is done in the lanes for an analysis: loading, analysing, reading a stored one; no Qt."""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from segx_viewer.app.jobs.engine import Capabilities, Engine
from segx_viewer.domain.request import AnalysisRequest, CancelToken, Progress
from segx_viewer.domain.result import Analysis
from segx_viewer.errors import SegxError

if TYPE_CHECKING:
    from segx_viewer.cohort.stored import Stored
    from segx_viewer.domain.image import MedicalImage

log = logging.getLogger(__name__)


def recalled(stored: "Stored", image: "MedicalImage") -> Analysis:
    """Return the analysis of an image that a run has stored, in the files' lane."""
    from segx_viewer.cohort.stored import read_analysis

    return read_analysis(stored.folder, stored.name, image)


def prepare(engine: Engine) -> Capabilities:
    """Load what the engine needs, in the models' lane; return what it can do."""
    try:
        capabilities = engine.capabilities()
        engine.prepare()
    except SegxError:
        raise
    except Exception as error:
        log.exception("The models could not be prepared")
        raise SegxError("The models could not be loaded; see Help > Log.") from error
    return capabilities


def analyse(
    engine: Engine,
    request: AnalysisRequest,
    token: CancelToken,
    on_progress: Callable[[Progress], None],
    on_partial: Callable[[Analysis], None],
) -> Analysis:
    """Run a request to its end, in the models' lane; `on_partial` gets each analysis before the complete one."""
    token.raise_if_cancelled()
    try:
        for analysis in engine.analyse(request, token, on_progress):
            token.raise_if_cancelled()
            if not analysis.complete:
                on_partial(analysis)
    except SegxError:
        raise
    except Exception as error:
        name = request.image.source.name
        log.exception("An analysis of %s failed", name)
        raise SegxError(f"{name}: the analysis failed unexpectedly; see Help > Log.") from error
    return analysis


def extended(old: Analysis, new: Analysis) -> Analysis:
    """Return `new` with the maps that `old` already had."""
    return replace(
        new,
        # The same model saw the same image: the old objects keep their pictures valid.
        prediction=old.prediction or new.prediction,
        segmentation=old.segmentation or new.segmentation,
        regions=old.regions or new.regions,
        explanations={**old.explanations, **new.explanations},
        warnings=tuple(dict.fromkeys([*old.warnings, *new.warnings])),
        complete=True,
    )
