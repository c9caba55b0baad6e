"""What a user offers as a model: entries of `bundle.toml`, and where its weights files are."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

from segx_viewer.domain.tables import Table, as_float, as_floats, as_ints, as_table, as_texts
from segx_viewer.errors import ModelError, worded
from segx_viewer.networks.kinds import INSTANCES
from segx_viewer.paths import is_plain_name, resources_folder

MANIFEST = "bundle.toml"
NETWORKS = ("classifier", "segmenter")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_MEASURED = ("files", "gate", "calibration", "promises", "training", "evaluation", "published")
"""Tables of a manifest that speak of one set of weights."""

NO_LICENCE = "not stated"

_PLAIN: Table = {
    "version": "1",
    "licence": NO_LICENCE,
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

    manifest: Table
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
    stated = {"files": manifest.pop("files", {}), **{network: manifest.get(network, {}) for network in NETWORKS}}
    for table in stated.values():
        if not isinstance(table, dict):
            raise ModelError(f"{path.name} has a value where a table belongs: {table!r}.")
    networks = {network: as_table(stated[network]) for network in NETWORKS}
    listed = {name: str(digest) for name, digest in as_table(stated["files"]).items()}
    files = {
        network: _beside(path, str(table["weights"])) for network, table in networks.items() if table.get("weights")
    }
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
        return _anew(Offer(_read(templates()[name])), name)
    if name not in installed:
        raise ModelError(f"There is no template or model {name!r}; there are {', '.join([*templates(), *installed])}.")
    offer = read_offer(installed[name])
    manifest = {key: entry for key, entry in offer.manifest.items() if key not in _MEASURED}
    manifest.pop("name", None)
    return _anew(Offer(manifest, {"segmenter": offer.files["segmenter"]}, (), offer.checksums), name)


def _anew(offer: Offer, name: str) -> Offer:
    """Return the offer without what speaks of other weights: their title, version and licence."""
    manifest = {**offer.manifest, "version": "1", "licence": NO_LICENCE}
    manifest["title"] = f"like {offer.manifest.get('title', name)}"
    return Offer(manifest, offer.files, offer.further, offer.checksums)


def plain() -> Offer:
    """Return what holds where nothing is said: ImageNet's normalisation, 224 x 224, one of several classes."""
    return Offer(deepcopy(_PLAIN))


def with_segmenter_of(offer: Offer, folder: Path) -> Offer:
    """Return the offer with the segmenter of an installed bundle, which sees the image in its own way."""
    lender = read_offer(folder)
    segmenter = {"preprocessing": lender.manifest["preprocessing"], **as_table(lender.manifest["segmenter"])}
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


def changed(offer: Offer, changes: Mapping[str, object], files: Mapping[str, Path] | None = None) -> Offer:
    """Return the offer with other entries and files.

    Parameters
    ----------
    changes : mapping of str to object
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
            table = as_table(table.setdefault(name, {}))
        table[last] = value
    return Offer(manifest, {**offer.files, **(files or {})}, offer.further, offer.checksums)


_PROGRAMS = {".pt2": "exported", ".onnx": "onnx"}
_SHARED = ("input_shape", "mean", "std", "colour")
"""What an option says of both networks' input."""
_HIGHEST = "preprocessing.highest"
"""The value of white in a network's input, instead of mean and deviation."""


def compose(
    source: Path,
    changes: Mapping[str, object],
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
    said = {path: value for path, value in changes.items() if value is not None}
    if (source / MANIFEST).is_file() or source.suffix == ".toml":
        offer = read_offer(source)
    elif source.is_dir():
        offer = _of_folder(source)
    else:
        offer = like(start, installed) if start else plain()
        program = _PROGRAMS.get(source.suffix.lower())
        offer = changed(offer, {"classifier.architecture": program}, {"classifier": source})
        if not start:
            offer = _as_it_says(offer, source, said)
    if segmenter and segmenter in installed:
        offer = with_segmenter_of(offer, installed[segmenter])
    elif segmenter:
        file, table = _segmenter_file(Path(segmenter))
        if (names := as_texts(table.pop("names", ()))) and "regions" not in said:
            # A region for each of the things that it finds, the first the main one.
            regions = [{"name": name, "channels": [k]} for k, name in enumerate(names)]
            offer = changed(offer, {"regions": regions, "region": names[0]})
        offer = changed(offer, {f"segmenter.{key}": value for key, value in table.items()}, {"segmenter": file})
        if "preprocessing" not in as_table(offer.manifest.get("segmenter", {})) and not start:
            offer = changed(offer, {"segmenter.preprocessing": _segmenters_own(file, offer, said)})
    try:
        offer = _fitting(changed(offer, said))
    except TypeError as error:
        raise ModelError(f"The model's manifest has a wrong value: {error}.") from error
    name = offer.manifest.get("name") or name_for(source.resolve().name if source.is_dir() else _without_ending(source))
    return changed(offer, {"name": name, "title": offer.manifest.get("title") or name})


def _of_folder(source: Path) -> Offer:
    from segx_viewer.bundles.folders import classifier_of
    from segx_viewer.networks.strangers import stranger

    found = classifier_of(source)
    if found is None:
        raise ModelError(
            stranger(source)
            or f"{source.name} is no model that is known: it has no {MANIFEST}, and no config.json of timm or "
            f"transformers; name the weights file itself."
        )
    entries, weights = found
    return changed(plain(), entries, {"classifier": weights})


def _segmenter_file(path: Path) -> tuple[Path, dict[str, object]]:
    """Return a segmenter's weights file and the entries of its table, also of a folder that says them."""
    from segx_viewer.bundles.folders import segmenter_of

    if path.is_dir():
        offered = segmenter_of(path)
        if offered is None:
            raise ModelError(f"{path.name} is no segmenter that is known; name its weights file.")
        return offered[1], offered[0]
    if not path.is_file():
        raise ModelError(f"There is no segmenter {path}: neither a file or folder nor an installed model.")
    architecture = _PROGRAMS.get(path.suffix.lower())
    table: dict[str, object] = {"architecture": architecture}
    if architecture == "onnx":
        from segx_viewer.bundles.own import of_onnx

        its = of_onnx(path)
        task, names = its.get("task", ""), as_texts(its.get("names", ()))
        if task == "segment":
            return path, table | {"output": INSTANCES, "channels": len(names), "names": list(names)}
        if task:
            raise ModelError(
                f"{path.name} is a YOLO model for {task}, which gives boxes and no mask of the image; those for "
                f"segment give masks."
            )
    return path, table


def _as_it_says(offer: Offer, source: Path, said: Mapping[str, object]) -> Offer:
    """Return the offer with what the architecture or the program says of its own input; what is said otherwise wins."""
    from segx_viewer.bundles import own

    if source.suffix.lower() == ".onnx":
        found = own.of_onnx(source)
        found.pop("names", None)
        if task := found.pop("task", ""):
            also = " " + worded("This one can be the segmenter (--segmenter).") if task == "segment" else ""
            raise ModelError(
                f"{source.name} is a YOLO model for {task}, which gives boxes; classifiers are those for classify."
                f"{also}"
            )
        if whole := found.pop(own.WHOLE, ""):
            _ask_for_range(source, str(whole), said)
        return changed(offer, found)
    architecture = str(said.get("classifier.architecture", ""))
    stated = said.get("preprocessing.input_shape")
    size = None if stated is None else list(as_ints(stated))
    if table := own.of_architecture(architecture, size):
        offer = changed(offer, {"preprocessing": table})
    if size and (options := own.timm_options(architecture, size)):
        offer = changed(offer, {f"classifier.options.{key}": value for key, value in options.items()})
    return offer


def _segmenters_own(file: Path, offer: Offer, said: Mapping[str, object]) -> dict[str, object]:
    """Return how a segmenter of one's own sees the image: all of it, normalised as ImageNet unless said otherwise."""
    from segx_viewer.bundles import own

    shape = as_table(offer.manifest["preprocessing"])["input_shape"]
    table = {**deepcopy(as_table(_PLAIN["preprocessing"])), "input_shape": shape}
    its = own.of_onnx(file) if file.suffix.lower() == ".onnx" else {}
    for key in ("task", "names", "classes"):
        its.pop(key, None)
    if whole := its.pop(own.WHOLE, ""):
        _ask_for_range(file, str(whole), said)
    given = {**said, **its}
    if _HIGHEST in said and "preprocessing.std" not in its:
        many = len(as_floats(its.get("preprocessing.mean", table["mean"])))
        given |= {"preprocessing.mean": [0.0] * many, "preprocessing.std": [1 / as_float(said[_HIGHEST])] * many}
    for path, value in given.items():
        if path in its or (path.startswith("preprocessing.") and path.partition(".")[2] in _SHARED):
            table[path.partition(".")[2]] = value
    return table


def _ask_for_range(file: Path, kind: str, said: Mapping[str, object]) -> None:
    if "preprocessing.std" not in said and _HIGHEST not in said:
        raise ModelError(
            f"{file.name} takes whole numbers ({kind.removeprefix('tensor(').removesuffix(')')}), and nothing in it "
            f"says how high they go: name the value of white (--highest), such as 255, 4095 or 65535."
        )


def _fitting(offer: Offer) -> Offer:
    """Return the offer with a fit and a resize that belong together."""
    from segx_viewer.bundles.manifest import CUTS
    from segx_viewer.bundles.own import cut

    manifest = deepcopy(offer.manifest)
    table = as_table(manifest.get("preprocessing", {}))
    highest, crop, fit = table.pop("highest", None), table.pop("crop", None), str(table.get("fit"))
    if highest is not None:
        if as_float(highest) <= 0:
            raise ModelError(f"The highest value {highest} of the input is no number above 0.")
        many = len(as_floats(table["mean"]))
        table |= {"mean": [0.0] * many, "std": [1 / as_float(highest)] * many}
    if crop is not None:
        share = as_float(crop)
        if not 0 < share <= 1:
            raise ModelError(f"The crop {share} is no share of the image: it is above 0 and at most 1.")
        table.pop("resize", None)
        table |= cut(list(as_ints(table["input_shape"])), share, fit if fit in CUTS else "crop")
    elif fit not in CUTS:
        table.pop("resize", None)
    elif "resize" not in table:
        table["resize"] = max(as_ints(table["input_shape"]))
    return Offer(manifest, offer.files, offer.further, offer.checksums)


def classes_of(texts: Sequence[str]) -> list[dict[str, object]]:
    """Read classes from ``CODE[=LABEL][>CUT-OFF][@REGION]``, or from a file of them.

    Raises
    ------
    ModelError
        If a cut-off is not a probability.

    Examples
    --------
    >>> classes_of(["nv", "mel=Melanoma>0.3"])
    [{'code': 'nv', 'label': 'nv'}, {'code': 'mel', 'label': 'Melanoma', 'threshold': 0.3}]
    >>> classes_of(["card=Cardiomegaly@heart"])
    [{'code': 'card', 'label': 'Cardiomegaly', 'region': 'heart'}]
    """
    if len(texts) == 1 and Path(texts[0]).suffix.lower() in (".txt", ".csv", ".json", ".names"):
        texts = _names_in(Path(texts[0]))
    found = []
    for text in texts:
        rest, _, region = text.partition("@")
        named, _, cut_off = rest.partition(">")
        code, _, label = named.partition("=")
        entry: dict[str, object] = {"code": code.strip(), "label": label.strip() or code.strip()}
        if cut_off:
            entry["threshold"] = _cut_off(cut_off, code.strip())
        if region.strip():
            entry["region"] = region.strip()
        found.append(entry)
    return found


def regions_of(texts: Sequence[str], name: str = "") -> list[dict[str, object]]:
    """Read regions from ``NAME=CHANNELS``, the channels apart by commas, or from the channels alone.

    Parameters
    ----------
    texts : sequence of str
    name : str
        Of a region that is given by its channels alone.

    Raises
    ------
    ModelError
        If channels are no numbers.

    Examples
    --------
    >>> regions_of(["lungs=0,1", "heart=2"])
    [{'name': 'lungs', 'channels': [0, 1]}, {'name': 'heart', 'channels': [2]}]
    >>> regions_of(["1", "2"], "lesion")
    [{'name': 'lesion', 'channels': [1, 2]}]
    """
    regions: list[dict[str, object]] = []
    alone: list[int] = []
    for text in texts:
        called, _, numbers = text.rpartition("=")
        try:
            channels = [int(n) for n in numbers.replace(",", " ").split()]
        except ValueError:
            channels = []
        if not channels or min(channels) < 0:
            raise ModelError(f"{text!r} are no channels: they are numbers counted from 0, or NAME=0,1.")
        if called.strip():
            regions.append({"name": called.strip(), "channels": channels})
        else:
            alone += channels
    if alone:
        regions.insert(0, {"name": name or "region", "channels": alone})
    return regions


def _cut_off(text: str, code: str) -> float:
    try:
        cut_off = float(text)
    except ValueError:
        cut_off = -1.0
    if not 0 <= cut_off <= 1:
        raise ModelError(f"The cut-off {text!r} of the class {code} is not a probability.")
    return cut_off


def _names_in(path: Path) -> list[str]:
    from segx_viewer.bundles.own import class_names

    try:
        return class_names(path)
    except OSError as error:
        raise ModelError(f"The class names in {path} could not be read ({error.strerror or error}).") from error
    except (ValueError, TypeError) as error:
        raise ModelError(f"{path.name} holds no class names, one a line or as JSON.") from error


def check_name(name: str) -> str:
    """Return a bundle's name, which is also its folder's. Raises `ModelError` when it does not do."""
    if not _NAME.fullmatch(name):
        raise ModelError(f"{name!r} is no name for a model: use small letters, digits, points and dashes (--name).")
    return name


def name_for(text: str) -> str:
    """Return the name of a model that is called so: a file or folder without its ending, or a title.

    Examples
    --------
    >>> name_for("R18 (fold 2)"), name_for("Größe"), name_for("模型")
    ('r18-fold-2', 'grosse', 'model')
    """
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9._-]+", "-", plain)[:64].strip("._-") or "model"


def _without_ending(source: Path) -> str:
    return re.sub(r"(\.index)?\.[a-z0-9]+$", "", source.name, flags=re.IGNORECASE)


def _read(path: Path) -> dict[str, object]:
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
