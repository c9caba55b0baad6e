"""What the Model Manager asks of the thread of the models: functions of the store, and plain answers."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap

from segx_viewer.app.canvas.badge import WORDS
from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.kit.qimage import to_qimage
from segx_viewer.app.kit.reasons import told
from segx_viewer.domain.image import MedicalImage
from segx_viewer.domain.request import AnalysisRequest
from segx_viewer.domain.result import Analysis
from segx_viewer.reporting.words import percent

if TYPE_CHECKING:
    from segx_viewer.bundles.manifest import ModelBundle
    from segx_viewer.bundles.store import BundleStore

DEVICES = {
    "auto": mark("Graphics card if there is one"),
    "cpu": mark("Processor"),
    "cuda": mark("Graphics card (CUDA)"),
    "mps": mark("Apple graphics (MPS)"),
}
_SIDE = 420


@dataclass(frozen=True, slots=True)
class Model:
    """An installed model, for people; `own` ones were added by the user."""

    title: str
    details: str
    own: bool


Answer = tuple[dict[str, Model], str, str]
"""The models, the device they run on, and a sentence."""


def models(store: "BundleStore", message: str = "") -> Answer:
    """List the models."""
    from segx_viewer.paths import user_models_folder

    own = user_models_folder()
    by_name = {name: Model(b.info.title, _details(b), b.folder.parent == own) for name, b in store.bundles().items()}
    for name, sentence in store.damaged.items():
        by_name.setdefault(name, Model(name, told(sentence), (own / name).is_dir()))
    return by_name, store.device_name, message


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A model that works on an image and is not installed yet.

    Attributes
    ----------
    folder : Path
        Where it lies meanwhile: a folder of its own beside the user's models.
    side : Side
        What it says of the image it was tried on.
    notes : tuple of str
    """

    folder: Path
    side: "Side"
    notes: tuple[str, ...]


def try_model(answers: dict[str, Any], store: "BundleStore", *, allow_pickle: bool = False) -> Trial:
    """Try a model on an image, without installing it yet."""
    from segx_viewer.api import add_model
    from segx_viewer.bundles import offer
    from segx_viewer.paths import user_models_folder

    installed = {name: bundle.folder for name, bundle in store.bundles().items()}
    changes = {**answers["changes"], "classes": answers["classes"] and offer.classes_of(answers["classes"])}
    found = offer.compose(answers["source"], changes, installed, start=answers["start"], segmenter=answers["segmenter"])
    user_models_folder().mkdir(parents=True, exist_ok=True)
    # In the same folder, so that it moves into its place in one step.
    place = Path(tempfile.mkdtemp(prefix=".trying-", dir=user_models_folder()))
    try:
        added = add_model(
            found, taken=installed, image=answers["image"], allow_pickle=allow_pickle,
            allow_unused=bool(answers.get("allow_unused")), device=store.device_name, into=place,
        )  # fmt: skip
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return Trial(added.folder, Side(added.analysis.bundle.title, added.analysis, _picture(added.analysis)), added.notes)


def discard(trial: Trial) -> None:
    """Remove a model that was tried and is not wanted."""
    shutil.rmtree(trial.folder.parent, ignore_errors=True)


def install(trial: Trial, store: "BundleStore") -> Answer:
    """Install a model that was tried."""
    from segx_viewer.errors import ModelError
    from segx_viewer.paths import user_models_folder

    place = user_models_folder() / trial.folder.name
    try:
        if place.exists():
            raise ModelError(f"{place} is in the way; remove it first.")
        trial.folder.rename(place)
    finally:
        discard(trial)
    store.refresh()
    says = tr("Added {name}.").format(name=place.name)
    return models(store, " ".join([says, *map(told, trial.notes)]))


def add(answers: dict[str, Any], store: "BundleStore", *, allow_pickle: bool = False) -> Answer:
    """Try a model on an image and install it."""
    return install(try_model(answers, store, allow_pickle=allow_pickle), store)


def verify(store: "BundleStore") -> Answer:
    """Compare all files with their checksums."""
    found = [sentence for bundle in store.bundles().values() for sentence in bundle.damages()]
    return models(store, " ".join(map(told, found)) or tr("All files are as they were installed."))


def remove(names: Sequence[str], store: "BundleStore") -> Answer:
    """Remove models that the user has added."""
    from segx_viewer.bundles.install import remove as remove_model
    from segx_viewer.paths import user_models_folder

    bundles = store.bundles()
    for name in names:
        remove_model(name, bundles[name].folder if name in bundles else user_models_folder() / name)
    store.refresh()
    return models(store, tr("Removed {names}.").format(names=", ".join(names)))


def use(device: str, store: "BundleStore") -> Answer:
    """Run the networks elsewhere from now on."""
    store.use_device(device)
    return models(store, "")


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One model's answer to the image that two are compared on; the picture is ready to be shown."""

    title: str
    analysis: Analysis
    picture: np.ndarray

    @property
    def model(self) -> str:
        """Which model speaks: its title and version."""
        return f"{tr(self.title)} {self.analysis.bundle.version}"

    def pixmap(self) -> QPixmap:
        """Return the SegX map over the image, with the region's outline."""
        keep = Qt.AspectRatioMode.KeepAspectRatio
        smooth = Qt.TransformationMode.SmoothTransformation
        return QPixmap.fromImage(to_qimage(self.picture)).scaled(_SIDE, _SIDE, keep, smooth)

    def words(self) -> str:
        """Return findings, region and certainty, a line each."""
        prediction = self.analysis.prediction
        if prediction is None:
            return told(self.analysis.gate.reason)
        lines = []
        for k in prediction.ranking[:4]:
            share = percent(float(prediction.probabilities[k]))
            lines.append(f"{tr(prediction.classes[k].label)}: {share}")
        certainty = next(iter(self.analysis.explanations.values())).assessed
        level = " · ".join(filter(None, (tr(WORDS[certainty.level]), told(certainty.reason))))
        lines.append(f"{tr('Certainty')}: {level}")
        if self.analysis.segmentation is not None:
            lines.append(f"{tr('Region')}: {percent(self.analysis.segmentation.area_fraction)}")
        return "\n".join(lines)


def compare(image: MedicalImage, names: Sequence[str], store: "BundleStore") -> list[Side]:
    """Ask two models about the same image."""
    from segx_viewer.pipeline import analyse_to_end

    sides = []
    for name in names:
        analysis = analyse_to_end(AnalysisRequest(image, bundle_name=name), store)
        sides.append(Side(store.get(name).info.title, analysis, _picture(analysis)))
    return sides


def _picture(analysis: Analysis) -> np.ndarray:
    from segx_viewer.imaging.display import to_display
    from segx_viewer.reporting.overlay import (
        base_layer,
        compose,
        contour_layer,
        heatmap_layer,
        region_on_image,
        shared_scale,
    )

    layers = [base_layer(to_display(analysis.image))]
    for explanation in list(analysis.explanations.values())[:1]:
        segx = explanation.restricted
        found = analysis.region_for(explanation.class_index) or analysis.predicted.region
        region = region_on_image(found, analysis.placement)
        highest = shared_scale(segx)[1]
        width = max(2, round(2 * max(region.shape) / _SIDE))  # two pixels of the reduced picture
        outline = contour_layer(region, width=width)
        layers += [heatmap_layer(segx, analysis.placement, region=region, vmax=highest), outline]
    return compose(layers)


def _details(bundle: "ModelBundle") -> str:
    info = bundle.info
    lines = [
        f"{info.name}, {info.version}",
        f"{tr('Images')}: {tr(bundle.image_kind)}",
        f"{tr('Region')}: {', '.join(tr(r.name) for r in bundle.regions if r.name) or tr(info.region)}",
        f"{tr('Classes')}: {', '.join(tr(c.label) for c in bundle.classes)}",
        f"{tr('Networks')}: {bundle.classifier.architecture}, {bundle.segmenter.architecture}",
        f"{tr('Licence')}: {info.licence}",
        str(bundle.folder),
    ]
    return "\n\n".join(lines)
