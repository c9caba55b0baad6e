"""What a user offers as a model: entries of `bundle.toml`, and where its weights files are."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from segx_viewer.errors import ModelError
from segx_viewer.paths import is_plain_name, resources_folder

MANIFEST = "bundle.toml"
NETWORKS = ("classifier", "segmenter")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_MEASURED = ("files", "gate", "calibration", "training", "evaluation")
"""Tables of a manifest that speak of one set of weights."""

_PLAIN: dict[str, Any] = {
    "version": "1",
    "licence": "not stated",
    "region": "region",
    "image_kind": "image",
    "modalities": [""],
    "activation": "softmax",
    "preprocessing": {
        "input_shape": [224, 224],
        "fit": "stretch",
        "colour": "rgb",
        "mean": [0.485, 0.456, 0.406],
        "std": [0.229, 0.224, 0.225],
    },
    "classifier": {"target_layer": "auto"},
    "segmenter": {"threshold": 0.5},
}


@dataclass(frozen=True, slots=True)
class Offer:
    """A model on offer.

    Attributes
    ----------
    manifest : dict
        Entries of `bundle.toml`; weights' names and checksums are filled in when it is installed.
    files : mapping of str to Path
        The weights files of "classifier" and "segmenter".
    further : tuple of Path
        Other files that belong to the bundle.
    checksums : mapping of Path to str
        SHA-256 that a file must have, where the offer says so.
    """

    manifest: dict[str, Any]
    files: Mapping[str, Path] = field(default_factory=dict)
    further: tuple[Path, ...] = ()
    checksums: Mapping[Path, str] = field(default_factory=dict)


def templates() -> dict[str, Path]:
    """Return the ready-made manifests by name: all that is lacking is the weights files."""
    return {path.stem: path for path in sorted((resources_folder() / "bundles").glob("*.toml"))}


def read_offer(source: Path) -> Offer:
    """Read a bundle's folder, or a manifest beside its weights.

    Raises
    ------
    ModelError
        If there is no manifest, it is not TOML, or it names files outside its folder, directly or by links.
    """
    path = source / MANIFEST if source.is_dir() else source
    manifest = _read(path)
    listed = manifest.pop("files", {})
    for table in (listed, *(manifest.get(network, {}) for network in NETWORKS)):
        if not isinstance(table, dict):
            raise ModelError(f"{path.name} has a value where a table belongs: {table!r}.")
    files = {}
    for network in NETWORKS:
        if name := manifest.get(network, {}).get("weights"):
            files[network] = _beside(path, name)
    further = [_beside(path, name) for name in listed if path.parent / name not in files.values()]
    checksums = {_beside(path, name): digest for name, digest in listed.items()}
    return Offer(manifest, files, tuple(further), checksums)


def like(name: str, installed: Mapping[str, Path]) -> Offer:
    """Return the manifest of a template, or that of an installed bundle without what speaks of its own weights.

    An installed bundle also lends its segmenter.

    Parameters
    ----------
    installed : mapping of str to Path
        Folders of the installed bundles by name.

    Raises
    ------
    ModelError
        If there is nothing of that name.
    """
    if name in templates():
        return Offer(_read(templates()[name]))
    if name not in installed:
        raise ModelError(f"There is no template or model {name!r}; there are {', '.join([*templates(), *installed])}.")
    offer = read_offer(installed[name])
    manifest = {key: entry for key, entry in offer.manifest.items() if key not in _MEASURED}
    return Offer(manifest, {"segmenter": offer.files["segmenter"]}, (), offer.checksums)


def plain() -> Offer:
    """Return what holds where nothing is said: ImageNet's normalisation, 224 x 224, one of several classes."""
    return Offer(deepcopy(_PLAIN))


def with_segmenter_of(offer: Offer, folder: Path) -> Offer:
    """Return the offer with the segmenter of an installed bundle, which sees the image in its own way."""
    lender = read_offer(folder)
    segmenter = {"preprocessing": lender.manifest["preprocessing"], **lender.manifest["segmenter"]}
    manifest = {**offer.manifest, "segmenter": segmenter, "region": lender.manifest["region"]}
    manifest.pop("regions", None)
    if "regions" in lender.manifest:
        manifest["regions"] = lender.manifest["regions"]
    return Offer(
        manifest,
        {**offer.files, "segmenter": lender.files["segmenter"]},
        offer.further,
        {**offer.checksums, **lender.checksums},
    )


def changed(offer: Offer, changes: Mapping[str, Any], files: Mapping[str, Path] | None = None) -> Offer:
    """Return the offer with other entries and files.

    Parameters
    ----------
    changes : mapping of str to Any
        By the entry's path in the manifest, such as "title" or "classifier.architecture"; None changes nothing.

    Examples
    --------
    >>> changed(plain(), {"title": "Mine", "preprocessing.colour": "grey"}).manifest["preprocessing"]["colour"]
    'grey'
    """
    manifest = deepcopy(offer.manifest)
    for path, value in changes.items():
        if value is None:
            continue
        *tables, last = path.split(".")
        table = manifest
        for name in tables:
            table = table.setdefault(name, {})
        table[last] = value
    return Offer(manifest, {**offer.files, **(files or {})}, offer.further, offer.checksums)


def compose(
    source: Path,
    changes: Mapping[str, Any],
    installed: Mapping[str, Path],
    *,
    start: str | None = None,
    segmenter: str | None = None,
) -> Offer:
    """Put an offer together from what a user names.

    Parameters
    ----------
    source : Path
        A bundle's folder, a manifest, or a classifier's weights.
    changes : mapping
        See `changed`.
    installed : mapping of str to Path
        Folders of the installed bundles by name.
    start : str, optional
        A template or an installed bundle to start from, where `source` is weights.
    segmenter : str, optional
        A weights file, or an installed bundle that lends its segmenter.

    Raises
    ------
    ModelError
        If something named does not exist.
    """
    if not source.exists():
        raise ModelError(f"There is no file or folder {source}.")
    if source.is_dir() or source.suffix == ".toml":
        offer = read_offer(source)
    else:
        offer = like(start, installed) if start else plain()
        program = {".pt2": "exported", ".onnx": "onnx"}.get(source.suffix)
        offer = changed(offer, {"classifier.architecture": program}, {"classifier": source})
    if segmenter and segmenter in installed:
        offer = with_segmenter_of(offer, installed[segmenter])
    elif segmenter:
        offer = changed(offer, {}, {"segmenter": Path(segmenter)})
    offer = changed(offer, changes)
    return changed(offer, {"title": offer.manifest.get("title") or offer.manifest.get("name", "")})


def classes_of(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Read classes from ``CODE``, ``CODE=LABEL`` or ``CODE=LABEL>CUT-OFF``.

    Raises
    ------
    ModelError
        If a cut-off is not a probability.

    Examples
    --------
    >>> classes_of(["nv", "mel=Melanoma>0.3"])
    [{'code': 'nv', 'label': 'nv'}, {'code': 'mel', 'label': 'Melanoma', 'threshold': 0.3}]
    """
    found = []
    for text in texts:
        named, _, cut_off = text.partition(">")
        code, _, label = named.partition("=")
        entry: dict[str, Any] = {"code": code.strip(), "label": label.strip() or code.strip()}
        if cut_off:
            try:
                entry["threshold"] = float(cut_off)
            except ValueError:
                entry["threshold"] = -1.0
            if not 0 <= entry["threshold"] <= 1:
                raise ModelError(f"The cut-off {cut_off!r} of the class {entry['code']} is not a probability.")
        found.append(entry)
    return found


def check_name(name: str) -> str:
    """Return a bundle's name, which is also its folder's. Raises `ModelError` when it does not do."""
    if not _NAME.fullmatch(name):
        raise ModelError(f"{name!r} is no name for a model: use small letters, digits, points and dashes.")
    return name


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ModelError(f"{path.name} could not be read ({error.strerror}).") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError(f"{path.name} is not valid TOML: {error}.") from error


def _beside(manifest: Path, name: str) -> Path:
    if not is_plain_name(name):
        raise ModelError(f"{manifest.name} names {name!r}, which is not a file beside it.")
    if (manifest.parent / name).is_symlink():
        raise ModelError(f"{name} beside {manifest.name} is a link to elsewhere; put the file itself there.")
    return manifest.parent / name
