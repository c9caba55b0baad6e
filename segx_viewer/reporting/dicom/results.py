"""Write the results of an analysis as DICOM files, checked on reading back."""

import io
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import pydicom
from highdicom.seg import SegmentationTypeValues
from pydicom.dataset import Dataset

from segx_viewer.domain.image import VoiLut, WindowLevel
from segx_viewer.domain.result import Analysis, MapKey
from segx_viewer.errors import ExportError, IdentityNeededError
from segx_viewer.reporting.atomic import write_bytes
from segx_viewer.reporting.content import default_key, seen_for
from segx_viewer.reporting.dicom.document import EncapsulatedReport
from segx_viewer.reporting.dicom.objects import capture, parametric_map, segmentation
from segx_viewer.reporting.dicom.picture import picture_dataset
from segx_viewer.reporting.dicom.presentation import presentation_state
from segx_viewer.reporting.dicom.report import structured_report
from segx_viewer.reporting.dicom.source import (
    give_class,
    give_identity,
    reference_dataset,
    take_class,
    take_identity,
)
from segx_viewer.reporting.dicom.uids import new_uid
from segx_viewer.reporting.panels import ReportView
from segx_viewer.reporting.pdf import Sheet, render_pdf
from segx_viewer.reporting.png import render_report
from segx_viewer.reporting.reading import NOTHING_READ, Reading


class Kind(StrEnum):
    """What can be written, in the order of writing."""

    SOURCE = "source"
    REGION = "seg"
    PROBABILITY = "seg-probability"
    LABELMAP = "seg-labelmap"
    ORIGINAL = "map-original"
    SEGX = "map-segx"
    REPORT = "sr"
    PAGE = "sc"
    DOCUMENT = "pdf"
    PRESENTATION = "gsps"


ON_REQUEST = (Kind.LABELMAP, Kind.DOCUMENT, Kind.PRESENTATION)
DEFAULT_KINDS = tuple(kind for kind in Kind if kind not in ON_REQUEST)
"""What is written unless something else is asked for."""


CAPTURE_VIEW = ReportView(max_pixels=4_000_000)
"""How a Secondary Capture is drawn: a page for a PACS, not an archive of the pixels."""


def write_dicom_results(
    analysis: Analysis,
    folder: Path,
    name: str,
    *,
    key: MapKey | None = None,
    voi: WindowLevel | VoiLut | None = None,
    view: ReportView = CAPTURE_VIEW,
    reading: Reading = NOTHING_READ,
    kinds: Collection[Kind] = DEFAULT_KINDS,
    include_identity: bool = False,
    when: datetime | None = None,
    jpeg2000: bool = False,
) -> dict[Kind, Path]:
    """Write region, maps, figures and report page as DICOM files of the source's study.

    Results of a DICOM image carry its patient and study, because without them no archive can file them; this has to
    be asked for. A picture becomes an anonymous study of its own, and is written as DICOM beside its results.

    Parameters
    ----------
    analysis : Analysis
    folder : Path
    name : str
        Files are called ``{name}-{kind}.dcm``.
    key : tuple of (str, int), optional
        Method and class; the most probable class by default.
    voi, view, reading
        How the report page is drawn, and what the reader added, as in `png.write_png_report`.
    kinds : collection of Kind
        What to write; what the analysis does not have is left out.
    include_identity : bool
        Needed for DICOM images.
    when : datetime, optional
        Date on the report page.
    jpeg2000 : bool
        The report page as lossless JPEG 2000 instead of uncompressed.

    Returns
    -------
    dict of Kind to Path
        What was written.

    Raises
    ------
    ExportError
        If the source cannot be referred to, or a file cannot be written.
    """
    is_dicom = bool(analysis.image.source.sop_instance_uid)
    if is_dicom and not include_identity:
        raise IdentityNeededError(
            "DICOM results belong to the source's study and name its patient: ask for the identity to be included."
        )
    key = key or default_key(analysis)
    analysis = seen_for(analysis, key)
    reference = reference_dataset(analysis.image)
    taken, own_class = take_identity(reference), take_class(reference)
    try:
        objects = _objects(analysis, key, reference, set(kinds))
        if Kind.PRESENTATION in kinds:
            objects[Kind.PRESENTATION] = presentation_state(analysis, reference, new_uid(), voi, reading)
    except (AttributeError, KeyError, RuntimeError, TypeError, ValueError) as error:
        # highdicom builds on the source's header, and says in many ways what it cannot make of it.
        raise ExportError("DICOM results cannot be made: the image's header is too unusual to refer to.") from error
    if Kind.PAGE in kinds:
        identity = is_dicom and include_identity
        page = render_report(
            analysis, key=key, voi=voi, view=view, reading=reading, include_identity=identity, when=when
        )
        objects[Kind.PAGE] = capture(page, reference, new_uid(), 1, identity=identity, jpeg2000=jpeg2000)
    if Kind.DOCUMENT in kinds:
        identity = is_dicom and include_identity
        sheet = Sheet(analysis, key, voi, reading=reading)
        pdf = render_pdf([sheet], include_identity=identity, when=when)
        objects[Kind.DOCUMENT] = EncapsulatedReport(
            pdf, reference, new_uid(), identity=identity, when=when or datetime.now()
        )
    for result in objects.values():
        give_identity(result, taken)
        give_class(result, reference.SOPInstanceUID, own_class)
    if Kind.SOURCE in kinds and not is_dicom:
        objects[Kind.SOURCE] = picture_dataset(analysis.image, with_pixels=True)
    return {kind: _write(dataset, folder / f"{name}-{kind.value}.dcm") for kind, dataset in objects.items()}


def _objects(analysis: Analysis, key: MapKey | None, reference: Dataset, kinds: set[Kind]) -> dict[Kind, Dataset]:
    objects: dict[Kind, Dataset] = {}
    region = None
    found = analysis.segmentation
    if found is not None and found.mask.any():
        series = new_uid()
        region = segmentation(analysis, reference, series, 1, SegmentationTypeValues.BINARY)
        if Kind.REGION in kinds:
            objects[Kind.REGION] = region
        if Kind.PROBABILITY in kinds:
            objects[Kind.PROBABILITY] = segmentation(analysis, reference, series, 2, SegmentationTypeValues.FRACTIONAL)
        if Kind.LABELMAP in kinds:
            objects[Kind.LABELMAP] = segmentation(analysis, reference, series, 3, SegmentationTypeValues.LABELMAP)
    if key is not None:
        series = new_uid()
        for number, (kind, masked) in enumerate(((Kind.ORIGINAL, False), (Kind.SEGX, True)), 1):
            if kind in kinds and (found is not None or not masked):
                objects[kind] = parametric_map(analysis, key, reference, series, number, masked=masked)
    if Kind.REPORT in kinds and analysis.prediction is not None:
        written = region if Kind.REGION in kinds else None
        objects[Kind.REPORT] = structured_report(analysis, key, reference, written, new_uid())
    return objects


def _write(dataset: Dataset, path: Path) -> Path:
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, dataset, enforce_file_format=True)
    data = buffer.getvalue()
    back = pydicom.dcmread(io.BytesIO(data))
    if back.SOPInstanceUID != dataset.SOPInstanceUID or len(back) != len(dataset):
        raise ExportError(f"{path} did not read back as it was written.")
    write_bytes(path, data)
    return path
