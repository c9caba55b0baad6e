"""The files that a run writes for an image."""

import io
from collections.abc import Collection
from enum import StrEnum
from pathlib import Path

import numpy as np

from segx_viewer.domain.result import Analysis
from segx_viewer.reporting.atomic import write_bytes
from segx_viewer.reporting.content import pixel_digest
from segx_viewer.reporting.panels import WHOLE_IMAGE, ReportView
from segx_viewer.reporting.png import write_png_report
from segx_viewer.reporting.table import write_json


class Output(StrEnum):
    """Kinds of output. CSV is one table for the whole run."""

    PNG = "png"
    PDF = "pdf"
    JSON = "json"
    CSV = "csv"
    NPZ = "npz"
    DICOM = "dicom"


DEFAULT = (Output.PNG, Output.JSON, Output.CSV)


def output_name(number: int, analysis: Analysis) -> str:
    """Return what an image is called in the results: its number and its pixels' hash, nobody's name."""
    return f"{number:04d}-{pixel_digest(analysis.image)[:8]}"


def write_outputs(
    analysis: Analysis,
    folder: Path,
    name: str,
    outputs: Collection[Output],
    *,
    view: ReportView = WHOLE_IMAGE,
    include_identity: bool = False,
) -> list[Path]:
    """Write one image's results, its report drawn as `view` says. Returns their paths. Raises `ExportError`."""
    written = []
    if Output.PNG in outputs:
        written.append(folder / f"{name}.png")
        write_png_report(analysis, written[-1], view=view, include_identity=include_identity)
    if Output.PDF in outputs:
        from segx_viewer.reporting.pdf import Sheet, write_pdf_report

        written.append(folder / f"{name}.pdf")
        write_pdf_report([Sheet(analysis, view=view)], written[-1], include_identity=include_identity)
    if Output.NPZ in outputs:
        written.append(folder / f"{name}.npz")
        write_arrays(analysis, written[-1])
    if Output.DICOM in outputs:
        from segx_viewer.reporting.dicom import write_dicom_results

        results = write_dicom_results(analysis, folder, name, include_identity=include_identity)
        written.extend(results.values())
    if Output.JSON in outputs:
        written.append(folder / f"{name}.json")
        write_json(analysis, written[-1], include_identity=include_identity)
    return written


def write_arrays(analysis: Analysis, path: Path) -> None:
    """Write the maps and the region, on the model-input grid, as a compressed NumPy archive without pickles.

    Arrays: ``probabilities``, ``logits``, ``mask``, ``segmentation``, and for each method and class
    ``map/METHOD/CLASS`` and ``segx/METHOD/CLASS``.
    """
    arrays: dict[str, np.ndarray] = {}
    if analysis.prediction is not None:
        arrays |= {"probabilities": analysis.prediction.probabilities, "logits": analysis.prediction.logits}
    if analysis.segmentation is not None:
        arrays |= {"mask": analysis.segmentation.mask, "segmentation": analysis.segmentation.probability}
    for kind, maps in (
        ("map", {key: a.saliency_map for key, a in analysis.attributions.items()}),
        ("segx", analysis.segx),
    ):
        for (method, index), array in maps.items():
            arrays[f"{kind}/{method}/{_class_code(analysis, index)}"] = array
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    write_bytes(path, buffer.getvalue())


def _class_code(analysis: Analysis, index: int) -> str:
    return analysis.prediction.classes[index].code if analysis.prediction is not None else str(index)
