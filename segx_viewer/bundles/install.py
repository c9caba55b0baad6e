"""Installing an offered model: weights become safetensors, everything gets a checksum, and it must work on an image."""

import shutil
import tempfile
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from segx_viewer.bundles.offer import NETWORKS, NO_LICENCE, Offer, check_name
from segx_viewer.bundles.taking import Taking as _Taking
from segx_viewer.domain.image import MedicalImage, PhotometricInterpretation, SourceInfo
from segx_viewer.domain.result import Analysis
from segx_viewer.domain.tables import Table, as_table, as_texts
from segx_viewer.errors import ModelError, worded
from segx_viewer.imaging.synthetic import draw_lesion
from segx_viewer.paths import sha256_of, user_models_folder

if TYPE_CHECKING:
    from segx_viewer.bundles.store import BundleStore


Trial = Callable[["BundleStore", str, MedicalImage], Analysis]
"""Analyses an image with the only bundle of a store, to see whether it works."""


@dataclass(frozen=True, slots=True, eq=False)
class Added:
    """An installed model: its folder, what it said about the test image, and what the user should know."""

    folder: Path
    analysis: Analysis
    notes: tuple[str, ...]


def add(
    offer: Offer,
    trial: Trial,
    *,
    taken: Collection[str] = (),
    image: MedicalImage | None = None,
    allow_pickle: bool = False,
    allow_unused: bool = False,
    device: str = "auto",
    into: Path | None = None,
) -> Added:
    """Install a model, if it works; see `api.add_model` for the usual trial.

    Parameters
    ----------
    offer : Offer
    trial : callable
        Analyses the image with the model.
    taken : collection of str
        Names of installed models.
    image : MedicalImage, optional
        What it is tried on; a drawn picture by default.
    allow_pickle : bool
        The user's consent to read PyTorch's pickles (tensors only, even then).
    allow_unused : bool
        The user's consent to leave out weights that the architecture has no place for.
    into : Path, optional
        The user's models folder by default.

    Raises
    ------
    ConsentNeededError
        If weights are a pickle and there is no consent.
    ModelError
        If anything does not fit; nothing is installed then.
    AnalysisCancelled
    """
    name = check_name(str(offer.manifest.get("name", "")))
    if name in taken:
        raise ModelError(f"There is a model {name!r} already; choose another name (--name) or remove it first.")
    root = into or user_models_folder()
    root.mkdir(parents=True, exist_ok=True)
    from segx_viewer.bundles.graphs import add_graphs

    # In the same folder, so that the finished bundle moves into its place in one step.
    with tempfile.TemporaryDirectory(prefix=".adding-", dir=root) as folder:
        built = Path(folder) / name
        try:
            notes = _build(offer, built, allow_pickle=allow_pickle, allow_unused=allow_unused)
        except KeyError as error:
            raise ModelError(f"The model's manifest has no entry {error}.") from error
        except TypeError as error:
            raise ModelError(f"The model's manifest has a wrong value: {error}.") from error
        analysis = _dry_run(Path(folder), name, image, device, trial)
        add_graphs(built)  # where there are none, it runs as it did just now
        place = root / name
        if place.exists():
            raise ModelError(f"{place} is in the way; remove it first.")
        built.rename(place)
    return Added(place, analysis, (*notes, *_remarks(analysis)))


def remove(name: str, folder: Path) -> None:
    """Remove a model that the user has added.

    Raises
    ------
    ModelError
        If the folder is not one of the user's models.
    """
    if folder.resolve().parent != user_models_folder().resolve():
        raise ModelError(f"{name} came with the program and cannot be removed.")
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise ModelError(f"{name} could not be removed: {error}") from error


def test_picture(manifest: Table) -> MedicalImage:
    """Return a drawn picture of the kind that a model reads."""
    pixels, kind = draw_lesion((300, 400)), PhotometricInterpretation.RGB
    if as_table(manifest["preprocessing"])["colour"] == "grey":
        pixels, kind = pixels.mean(2).astype(np.float32), PhotometricInterpretation.MONOCHROME2
    modality = next(iter(as_texts(manifest["modalities"])), "")
    return MedicalImage(pixels, modality, kind, SourceInfo(Path("SYNTHETIC test picture")))


def _build(offer: Offer, folder: Path, *, allow_pickle: bool, allow_unused: bool) -> list[str]:
    from segx_viewer.bundles.settling import settle

    for path, digest in offer.checksums.items():
        if path in (*offer.files.values(), *offer.further) and (not path.is_file() or sha256_of(path) != digest):
            raise ModelError(f"{path.name} is missing or does not match its checksum; get it again.")
    folder.mkdir()
    manifest, digests, notes = dict(offer.manifest), {}, []
    for network in NETWORKS:
        source = offer.files.get(network)
        if source is None:
            if network == "segmenter":
                raise ModelError(
                    "The segmenter is not named: a weights file, or an installed model that lends its own "
                    "(--segmenter)."
                )
            raise ModelError(f"The {network}'s weights file is not named.")
        table = dict(as_table(manifest.get(network, {})))
        take = _Taking(network, table, manifest, source, folder, allow_pickle, allow_unused)
        notes += take.into_bundle()
        manifest[network] = table
        for name in take.files:
            digests[name] = sha256_of(folder / name)
    for path in offer.further:
        if path.name not in digests:
            shutil.copyfile(path, folder / path.name)
            digests[path.name] = sha256_of(folder / path.name)
    _, said = settle(folder, {**manifest, "files": digests})
    if manifest.get("licence", NO_LICENCE) == NO_LICENCE:
        notes.append(worded("The licence of the weights is not stated."))
    return notes + said


def _dry_run(root: Path, name: str, image: MedicalImage | None, device: str, trial: Trial) -> Analysis:
    from segx_viewer.bundles.manifest import read_manifest
    from segx_viewer.bundles.store import BundleStore

    store = BundleStore([root], device=device)
    store.get(name)  # a wrong manifest is told before an image is looked for
    picture = image or test_picture(read_manifest(root / name))
    analysis = trial(store, name, picture)
    if analysis.prediction is None:
        raise ModelError(
            f"The model makes no statement about the test image ({analysis.gate.reason}); name an image that it reads."
        )
    if not analysis.explanations:
        raise ModelError("The model's prediction could not be explained.")
    for attribution in analysis.explanations.values():
        if not np.isfinite(attribution.saliency_map).all():
            raise ModelError("The explanation of the model's prediction is not finite; its weights may be damaged.")
    return replace(analysis, image=picture)


def _remarks(analysis: Analysis) -> list[str]:
    """Say what is unusual about the dry run without being wrong."""
    remarks = list(analysis.warnings)
    if all(not a.saliency_map.any() for a in analysis.explanations.values()):
        remarks.append(worded("The explanation of the test image is empty; try another target layer or image."))
    share = analysis.segmentation.area_fraction if analysis.segmentation else 0.0
    if share in (0.0, 1.0):
        remarks.append(
            worded("The region of the test image is empty.")
            if share == 0
            else worded("The region is the whole test image.")
        )
    return remarks
