"""The files that a run writes for an image."""

import io
import re
from collections.abc import Callable, Collection
from enum import StrEnum
from pathlib import Path

import numpy as np

from segx_viewer.domain.result import Analysis
from segx_viewer.errors import DiskFullError, ExportError, IdentityNeededError, SegxError
from segx_viewer.imaging.containers import Found as Input
from segx_viewer.reporting.atomic import write_bytes
from segx_viewer.reporting.facts import pixel_digest
from segx_viewer.reporting.panels import WHOLE_IMAGE, ReportView
from segx_viewer.reporting.png import write_png_report
from segx_viewer.reporting.table import write_json


class Output(StrEnum):
    """Kinds of output. CSV and Parquet are one table for the whole run."""

    PNG = "png"
    PDF = "pdf"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"
    NPZ = "npz"
    DICOM = "dicom"
    DICOM_PDF = "dicom-pdf"
    DICOM_LABELMAP = "dicom-labelmap"
    DICOM_GSPS = "dicom-gsps"
    DICOM_SC_J2K = "dicom-sc-j2k"


PARQUET = "results.parquet"
"""The folder of a run's table as Parquet."""

_IDENTITY_NEEDED = (
    "DICOM results belong to the source's study and name its patient: ask for the identity to be included "
    "(--include-identity)."
)
_FOLDERS = (f"{PARQUET}/", "run.jsonl.d/")

DEFAULT = (Output.PNG, Output.JSON, Output.CSV)

Writer = Callable[[Analysis, Path, ReportView, bool], list[Path]]
"""Writes one kind of output: analysis, path, how its report is drawn, whether identity is included."""


def output_name(number: int, analysis: Analysis) -> str:
    """Return what an image is called in the results: its number and its pixels' hash, nobody's name."""
    return f"{number:04d}-{pixel_digest(analysis.image)[:8]}"


_RESULT = re.compile(
    r"\d{4,}-[0-9a-f]{8}(-[a-z0-9-]+)?\.(png|pdf|json|npz|dcm)|run\.jsonl|results\.csv|summary\.html|worklist\.json|\.part-.*"
)


def is_result(item: Input, folder: Path, target: str = "") -> bool:
    """Whether a file that was found, not named, is one that a run has written into its folder, or to its URL."""
    if item.named:
        return False
    if item.url:
        inside = item.url.removeprefix(f"{target}/") if target else item.url
        return inside != item.url and (_RESULT.fullmatch(inside) is not None or inside.startswith(_FOLDERS))
    if item.path.name.startswith("part-") and PARQUET in item.path.parts[-3:-2]:
        return item.path.parents[2].samefile(folder)
    return _RESULT.fullmatch(item.path.name) is not None and item.place.parent.samefile(folder)


def write_outputs(
    analysis: Analysis,
    folder: Path,
    name: str,
    outputs: Collection[Output],
    *,
    view: ReportView = WHOLE_IMAGE,
    include_identity: bool = False,
) -> list[Path]:
    """Write one image's results, its report drawn as `view` says.

    One that cannot be made or written does not cost the others.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    ExportError
        After the others were written, with what went wrong; at once when the disk is full.
    """
    written: list[Path] = []
    problems = []
    for kind, write in _WRITERS.items():
        if kind not in outputs:
            continue
        try:
            written += write(analysis, folder / f"{name}.{kind.value}", view, include_identity)
        except DiskFullError:
            raise
        except IdentityNeededError:
            problems.append(_IDENTITY_NEEDED)
        except SegxError as error:
            problems.append(str(error))
        except Exception as error:  # noqa: BLE001 - an accident with one must not cost the others
            problems.append(f"{kind.value}: unexpected {type(error).__name__}: {error}")
    if problems:
        raise ExportError(" ".join(dict.fromkeys(problems)))
    return written


def _png(analysis: Analysis, path: Path, view: ReportView, include_identity: bool) -> list[Path]:
    write_png_report(analysis, path, view=view, include_identity=include_identity)
    return [path]


def _pdf(analysis: Analysis, path: Path, view: ReportView, include_identity: bool) -> list[Path]:
    from segx_viewer.reporting.pdf import Sheet, write_pdf_report

    write_pdf_report([Sheet(analysis, view=view)], path, include_identity=include_identity)
    return [path]


def _npz(analysis: Analysis, path: Path, _view: ReportView, _include_identity: bool) -> list[Path]:
    write_arrays(analysis, path)
    return [path]


def _dicom(analysis: Analysis, path: Path, _view: ReportView, include_identity: bool) -> list[Path]:
    from segx_viewer.reporting.dicom import write_dicom_results

    return list(write_dicom_results(analysis, path.parent, path.stem, include_identity=include_identity).values())


def _dicom_one(kind: str, *, jpeg2000: bool = False) -> Writer:
    """Return a writer of one kind of `reporting.dicom.Kind` that the usual DICOM results do not have."""

    def write(analysis: Analysis, path: Path, _view: ReportView, include_identity: bool) -> list[Path]:
        from segx_viewer.reporting.dicom import Kind, write_dicom_results

        name = f"{path.stem}-j2k" if jpeg2000 else path.stem  # beside the uncompressed page
        made = write_dicom_results(
            analysis, path.parent, name, kinds=(Kind(kind),), include_identity=include_identity, jpeg2000=jpeg2000
        )
        return list(made.values())

    return write


def _json(analysis: Analysis, path: Path, _view: ReportView, include_identity: bool) -> list[Path]:
    write_json(analysis, path, include_identity=include_identity)
    return [path]


_WRITERS = {
    Output.PNG: _png,
    Output.PDF: _pdf,
    Output.NPZ: _npz,
    Output.DICOM: _dicom,
    Output.DICOM_PDF: _dicom_one("pdf"),
    Output.DICOM_LABELMAP: _dicom_one("seg-labelmap"),
    Output.DICOM_GSPS: _dicom_one("gsps"),
    Output.DICOM_SC_J2K: _dicom_one("sc", jpeg2000=True),
    Output.JSON: _json,
}


def write_arrays(analysis: Analysis, path: Path) -> None:
    """Write the maps and the region, on the model-input grid, as a compressed NumPy archive without pickles.

    Arrays: ``probabilities``, ``logits``, ``mask``, ``segmentation``, and for each method and class
    ``map/METHOD/CLASS`` and ``segx/METHOD/CLASS``; where a bundle has several regions, the probability of each
    as ``region/NAME``.
    """
    arrays: dict[str, np.ndarray] = {}
    if analysis.prediction is not None:
        arrays |= {"probabilities": analysis.prediction.probabilities, "logits": analysis.prediction.logits}
    if analysis.segmentation is not None:
        arrays |= {"mask": analysis.segmentation.mask, "segmentation": analysis.segmentation.probability}
    for kind, maps in (
        ("map", {key: a.saliency_map for key, a in analysis.explanations.items()}),
        ("segx", {key: e.segx for key, e in analysis.explanations.items() if e.segx is not None}),
    ):
        for (method, index), array in maps.items():
            arrays[f"{kind}/{method}/{_class_code(analysis, index)}"] = array
    for name, region in analysis.regions.items():
        arrays[f"region/{name}"] = region.probability
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    write_bytes(path, buffer.getvalue())


def _class_code(analysis: Analysis, index: int) -> str:
    return analysis.prediction.classes[index].code if analysis.prediction is not None else str(index)
