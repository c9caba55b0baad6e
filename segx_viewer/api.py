"""The Python interface: ``import segx_viewer as sx``. What needs torch is imported by the call that needs it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segx_viewer.bundles.install import Added, add
from segx_viewer.bundles.offer import Offer
from segx_viewer.domain.arrays import Numbers, Pixels
from segx_viewer.domain.image import MedicalImage, PhotometricInterpretation, SourceInfo, VoiLut, WindowLevel
from segx_viewer.domain.request import AnalysisRequest, CancelToken, Progress
from segx_viewer.domain.result import Analysis, Certainty, GateLevel, GateVerdict, MapKey, Segmentation
from segx_viewer.errors import SegxError
from segx_viewer.explain.segu import assess
from segx_viewer.explain.segx import segx_map
from segx_viewer.imaging.reader import read_image
from segx_viewer.paths import all_models_folders
from segx_viewer.pipeline import analyse_to_end
from segx_viewer.reporting.panels import WHOLE_IMAGE, ReportView
from segx_viewer.reporting.png import write_png_report
from segx_viewer.reporting.table import analysis_to_dict, write_json

if TYPE_CHECKING:
    from segx_viewer.bundles.store import BundleStore

Source = Path | str | MedicalImage | Numbers


class Result(Analysis):
    """An `Analysis` that can be written. Its fields are those of `domain.result.Analysis`."""

    __slots__ = ()

    def to_dict(self, *, include_identity: bool = False) -> dict[str, object]:
        """Return every number as plain, JSON-able types; see `reporting.table.analysis_to_dict`."""
        return analysis_to_dict(self, include_identity)

    def save_json(self, path: Path | str, *, include_identity: bool = False) -> None:
        """Write `to_dict` as JSON. Raises `ExportError`."""
        write_json(self, Path(path), include_identity=include_identity)

    def save_png(
        self,
        path: Path | str,
        *,
        key: MapKey | None = None,
        voi: WindowLevel | VoiLut | None = None,
        view: ReportView = WHOLE_IMAGE,
        include_identity: bool = False,
    ) -> None:
        """Write the report page; see `reporting.png.write_png_report`."""
        write_png_report(self, Path(path), key=key, voi=voi, view=view, include_identity=include_identity)

    def save_pdf(self, path: Path | str, *, include_identity: bool = False) -> None:
        """Write the report as PDF; for several images see `reporting.pdf.write_pdf_report`."""
        from segx_viewer.reporting.pdf import write_pdf_report

        write_pdf_report([self], Path(path), include_identity=include_identity)

    def save_dicom(self, folder: Path | str, name: str, *, include_identity: bool = False) -> Mapping[str, Path]:
        """Write DICOM results; see `reporting.dicom.write_dicom_results`. Returns their paths by kind."""
        from segx_viewer.reporting.dicom import write_dicom_results

        written = write_dicom_results(self, Path(folder), name, include_identity=include_identity)
        return {kind.value: path for kind, path in written.items()}


def analyze(
    source: Source,
    *,
    bundle: str | None = None,
    methods: Sequence[str] = ("gradcam",),
    classes: Sequence[str | int] | None = None,
    mask: ArrayLike | None = None,
    frame: int = 0,
    modality: str = "",
    models: Path | str | None = None,
    device: str = "auto",
    as_published: bool = False,
    cancel: CancelToken | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Result:
    """Analyse one image: classification, segmentation, attribution, SegX, SegU.

    Parameters
    ----------
    source : path, array or MedicalImage
        A DICOM or picture file; or an array: (H, W, 3) uint8 RGB, or (H, W) of any number type, low values dark.
    bundle : str, optional
        Name of a model bundle; by default the one whose modalities and input gate accept the image.
    methods : sequence of str
        Attribution methods, for example "gradcam", "layercam", "integrated_gradients".
    classes : sequence of str or int, optional
        Codes (they need `bundle`) or indices of the classes to explain; the most probable one by default.
    mask : array, shape (h, w), bool, optional
        A region on the model-input grid to use instead of the predicted one.
    frame : int
        Frame of a multi-frame file, counted from 0.
    modality : str
        DICOM modality of an array, such as "CR"; the input gate looks at it.
    models : path, optional
        Folder of further bundles, beside the packaged and the user's own.
    device : str
        Where the networks run: "auto", "cpu", "cuda" or "mps".
    as_published : bool
        Explain as SegX's reference implementation does; see `domain.request.AnalysisRequest`.
    cancel, on_progress
        As in `pipeline.analyse`.

    Returns
    -------
    Result

    Raises
    ------
    SegxError
        With one sentence: the file cannot be read, there is no such bundle, class or method, ...
    """
    store = _store(Path(models).resolve() if models is not None else None, device)
    store.follow()  # models may have been added or calibrated meanwhile
    request = AnalysisRequest(
        image=_image(source, frame, modality),
        bundle_name=bundle,
        methods=tuple(methods),
        classes=_indices(classes, bundle, store),
        mask_override=None if mask is None else _mask(mask),
        as_published=as_published,
    )
    analysis = analyse_to_end(request, store, cancel=cancel, on_progress=on_progress)
    return Result(**{f.name: getattr(analysis, f.name) for f in fields(Analysis)})


def add_model(
    offer: Offer,
    *,
    taken: Collection[str] = (),
    image: MedicalImage | None = None,
    allow_pickle: bool = False,
    allow_unused: bool = False,
    device: str = "auto",
    into: Path | None = None,
    cancel: CancelToken | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Added:
    """Install a model, if it can analyse an image; see `bundles.install.add`."""

    def trial(store: "BundleStore", name: str, picture: MedicalImage) -> Analysis:
        request = AnalysisRequest(picture, bundle_name=name)
        return analyse_to_end(request, store, cancel=cancel, on_progress=on_progress)

    return add(
        offer, trial, taken=taken, image=image, allow_pickle=allow_pickle, allow_unused=allow_unused, device=device,
        into=into,
    )  # fmt: skip


def segx(saliency_map: ArrayLike, mask: ArrayLike) -> NDArray[np.float32]:
    """Return the SegX map: the saliency map within the region, 0 outside; nothing is normalised.

    Parameters
    ----------
    saliency_map : array, shape (h, w), >= 0
    mask : array, shape (h, w), bool

    Examples
    --------
    >>> segx([[1.0, 2.0], [3.0, 4.0]], [[True, False], [False, True]]).tolist()
    [[1.0, 0.0], [0.0, 4.0]]
    """
    return segx_map(np.asarray(saliency_map, np.float32), _mask(mask))


def segu(saliency_map: ArrayLike, mask: ArrayLike, *, spacing_mm: tuple[float, float] | None = None) -> Certainty:
    """Return SegU, the alignment of an original saliency map with a region, for one's own maps and masks.

    There is no calibration for them, so that the level is LOW, or ABSTAIN with the reason.

    Parameters
    ----------
    saliency_map : array, shape (h, w), >= 0
        The ORIGINAL map, not the SegX map.
    mask : array, shape (h, w), bool
    spacing_mm : tuple of float, optional
        (row, column) distance of the map's pixels, for distances in mm.

    Returns
    -------
    Certainty
        With `c_auitc`, `c_iou`, `outside`, `alignments` and `auitc_curve`.

    Examples
    --------
    >>> import numpy as np
    >>> ramp = np.arange(100.0).reshape(10, 10)
    >>> certainty = segu(ramp, ramp >= 80)
    >>> round(certainty.c_iou, 2), certainty.outside < 0.65
    (0.25, True)
    """
    region = _mask(mask)
    segmentation = Segmentation(region.astype(np.float32), 0.5, region, edited=True)
    gate = GateVerdict(GateLevel.ACCEPTED)
    return assess(np.asarray(saliency_map, np.float32), segmentation, gate, spacing_mm=spacing_mm)


@cache
def _store(models: Path | None, device: str) -> "BundleStore":
    from segx_viewer.bundles.store import BundleStore

    return BundleStore(all_models_folders(models), device=device)


def _image(source: Source, frame: int, modality: str) -> MedicalImage:
    if isinstance(source, MedicalImage):
        return source
    if isinstance(source, (str, Path)):
        return read_image(Path(source), frame)
    array = np.asarray(source)
    colour = array.ndim == 3
    if colour and (array.dtype != np.uint8 or array.shape[2] != 3):
        raise SegxError(f"A colour image is an array (H, W, 3) of uint8, not {array.shape} of {array.dtype}.")
    if array.ndim not in (2, 3) or 0 in array.shape:
        raise SegxError(f"An image is an array (H, W) or (H, W, 3), not {array.shape}.")
    photometric = PhotometricInterpretation.RGB if colour else PhotometricInterpretation.MONOCHROME2
    bits = 8 * array.dtype.itemsize if array.dtype.kind in "ui" else 16
    pixels: Pixels = np.asarray(array, np.uint8) if colour else np.asarray(array, np.float32)
    return MedicalImage(pixels, modality, photometric, SourceInfo(None), bits_stored=min(bits, 16))


def _mask(mask: ArrayLike) -> NDArray[np.bool_]:
    array = np.asarray(mask)
    if array.dtype != np.bool_ and not np.isin(array, (0, 1)).all():
        raise SegxError("A mask holds True and False, or 1 and 0.")
    return array.astype(np.bool_)


def _indices(classes: Sequence[str | int] | None, bundle: str | None, store: "BundleStore") -> tuple[int, ...] | None:
    if classes is None:
        return None
    if bundle is None:
        if not all(isinstance(c, int) for c in classes):
            raise SegxError("Class codes need the name of their bundle.")
        return tuple(int(c) for c in classes)
    return store.get(bundle).class_indices(classes)
