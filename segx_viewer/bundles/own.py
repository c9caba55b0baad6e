"""What architectures and programs say of their own input: size, normalisation, crop, interpolation."""

import ast
import json
import math
import re
from collections.abc import Mapping
from pathlib import Path

from segx_viewer.domain.geometry import AREA
from segx_viewer.domain.tables import as_float, as_floats, as_ints
from segx_viewer.errors import worded

WHOLE = "whole"
"""Entry of what is found out: whole numbers of this type, which do not say how high they go."""
_FRACTION = re.compile(r"\d+")


def of_architecture(architecture: str, size: list[int] | None = None) -> dict[str, object]:
    """Return the preprocessing that a library gives for one of its architectures; {} where it gives none.

    Parameters
    ----------
    architecture : str
        ``"timm/NAME"`` or ``"torchvision/NAME"``.
    size : list of int, optional
        (h, w) where another size than the architecture's own is wanted; the crop's share stays.

    Examples
    --------
    >>> of_architecture("timm/tf_efficientnet_lite0")["mean"]
    [0.5, 0.5, 0.5]
    >>> of_architecture("xrv/densenet121")
    {}
    """
    family, _, name = architecture.partition("/")
    if family == "timm":
        from segx_viewer.networks.libraries import timm

        if not timm.is_model(name):
            return {}
        config = timm.data.resolve_data_config({}, pretrained_cfg=_timm_configuration(name), use_test_size=True)
        return of_timm(config, size)
    if family == "torchvision":
        return _of_torchvision(name, size)
    return {}


def timm_options(architecture: str, size: list[int]) -> dict[str, object]:
    """Return the options that make a timm network for another input size than its own, where it needs some."""
    from segx_viewer.networks.libraries import timm

    name = architecture.partition("/")[2]
    if not architecture.startswith("timm/") or not timm.is_model(name):
        return {}
    own = _timm_configuration(name)
    fixed = own.get("fixed_input_size", False)
    return {"img_size": list(size)} if fixed and as_ints(own["input_size"])[1:] != tuple(size) else {}


def of_timm(config: Mapping[str, object], size: list[int] | None = None) -> dict[str, object]:
    """Return a timm configuration (`pretrained_cfg`, or what `resolve_data_config` gives) as preprocessing.

    Notes
    -----
    timm resizes to floor(size / crop_pct) and cuts out the middle (timm/data/transforms_factory.py).
    """
    own = as_ints(config["input_size"])
    shape = [int(n) for n in (size or own[1:])]
    table: dict[str, object] = {
        "input_shape": shape,
        "colour": "rgb",
        "mean": list(as_floats(config["mean"])),
        "std": list(as_floats(config["std"])),
        "interpolation": _known(config.get("interpolation", "bicubic")),
    }
    share, mode = as_float(config.get("crop_pct") or 0.875), str(config.get("crop_mode") or "center")
    if len(own) == 3 and own[0] == 1:
        table["colour"] = "grey"
    return table | cut(shape, share, {"center": "crop", "squash": "squash"}.get(mode, "letterbox"))


def cut(shape: list[int], share: float, fit: str = "crop") -> dict[str, object]:
    """Return how a share of the image's middle becomes an input.

    Examples
    --------
    >>> cut([224, 224], 0.875)
    {'fit': 'crop', 'resize': 256}
    """
    if fit == "squash" and share >= 1:
        return {"fit": "stretch"}
    if fit == "letterbox":
        return {"fit": fit}
    return {"fit": fit, "resize": max(math.floor(min(shape) / share), max(shape))}


def _timm_configuration(name: str) -> dict[str, object]:
    from segx_viewer.networks.libraries import timm

    found = timm.get_pretrained_cfg(name)
    return dict(found.to_dict()) if found is not None else {"input_size": (3, 224, 224)}


def _of_torchvision(name: str, size: list[int] | None) -> dict[str, object]:
    from segx_viewer.networks.libraries import torchvision

    try:
        how = torchvision.models.get_model_weights(name).DEFAULT.transforms()
    except (ValueError, AttributeError):
        return {}
    crop = getattr(how, "crop_size", None)
    if not crop:
        return {}
    own, resize = int(crop[0]), int(how.resize_size[0])
    shape = list(size or [own, own])
    if min(shape) != own:
        resize = math.floor(min(shape) * resize / own)
    return {
        "input_shape": shape,
        "colour": "rgb",
        "mean": [float(v) for v in how.mean],
        "std": [float(v) for v in how.std],
        "interpolation": _known(how.interpolation.value),
        "fit": "crop",
        "resize": max(resize, max(shape)),
    }


def _known(interpolation: object) -> str:
    """Return an interpolation by our name; "random" and the like of training are none."""
    name = str(interpolation).lower()
    return name if name in ("bilinear", "bicubic", "nearest", "lanczos") else "bilinear" if name == "random" else AREA


def of_onnx(path: Path) -> dict[str, object]:
    """Return what an ONNX model says of itself: changes of a manifest by their paths (see `offer.changed`).

    Its input's size and channels; the range of whole numbers where it takes bytes or divides them; and what YOLO writes
    into its metadata.
    Empty where the file cannot be read: that is told later.
    """
    from segx_viewer.errors import ModelError
    from segx_viewer.networks.onnx_model import WHOLE as WHOLE_TYPES
    from segx_viewer.networks.onnx_model import session_of, sizes

    try:
        session = session_of(path)
    except ModelError:
        return {}
    given = [i for i in session.get_inputs() if len(i.shape or ()) == 4]
    if len(given) != 1:
        return {}
    _, channels, h, w = sizes(given[0].shape)
    entries: dict[str, object] = {}
    if isinstance(h, int) and isinstance(w, int):
        entries["preprocessing.input_shape"] = [h, w]
    if given[0].type in WHOLE_TYPES:
        highest = 255.0 if given[0].type == "tensor(uint8)" else _divisor(path, given[0].name)
        entries |= {WHOLE: given[0].type} if highest is None else _range(highest, 1 if channels == 1 else 3)
    if channels == 1:
        entries |= {"preprocessing.colour": "grey"}
        entries.setdefault("preprocessing.mean", [0.5])
        entries.setdefault("preprocessing.std", [0.5])
    return entries | _of_yolo(session.get_modelmeta().custom_metadata_map, (h, w))


def _range(highest: float, channels: int) -> dict[str, object]:
    return {"preprocessing.mean": [0.0] * channels, "preprocessing.std": [1 / highest] * channels}


def _divisor(path: Path, image: str) -> float | None:
    """Return what an ONNX model divides its whole numbers by, which is how high they go."""
    import onnx

    from segx_viewer.networks.surgery import divisor_of_input

    found = divisor_of_input(onnx.load(path, load_external_data=False), image)
    return None if found is None or not 2 < found < 2**32 else found


def _of_yolo(metadata: Mapping[str, str], shape: tuple[object, object]) -> dict[str, object]:
    """Return what Ultralytics writes into a program's metadata: task, names of the classes, imgsz."""
    if "task" not in metadata or "names" not in metadata:
        return {}
    try:
        written = ast.literal_eval(metadata["names"])
        names = {int(k): str(v) for k, v in (written.items() if isinstance(written, dict) else enumerate(written))}
        stated = [int(n) for n in ast.literal_eval(metadata.get("imgsz", "[]"))]
    except (ValueError, SyntaxError, TypeError):
        return {}
    found: dict[str, object] = {"preprocessing.mean": [0.0] * 3, "preprocessing.std": [1.0] * 3}
    sides = [side for side in shape if isinstance(side, int)] or stated
    task = metadata["task"]
    if len(sides) == 2:
        found["preprocessing.input_shape"] = sides
    if len(sides) == 2 and task == "classify":
        found |= {
            "preprocessing.fit": "crop",
            "preprocessing.resize": min(sides),
            "preprocessing.interpolation": "bilinear",
        }
    if task == "classify":
        return found | {"classes": [{"code": names[k], "label": names[k]} for k in sorted(names)]}
    if task == "segment":
        found |= {"preprocessing.fit": "letterbox", "preprocessing.interpolation": "bilinear",
                  "preprocessing.antialias": False}  # fmt: skip
    return found | {"task": task, "names": [names[k] for k in sorted(names)]}


def class_names(path: Path) -> list[str]:
    r"""Return the classes in a file of names: one a line, or JSON (a list, or names by number).

    Raises
    ------
    ValueError
        If it holds none.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "labels.txt"
    ...     _ = path.write_text("nevus\nmelanoma\n")
    ...     class_names(path)
    ['nevus', 'melanoma']
    """
    text = path.read_text("utf-8-sig")
    if path.suffix.lower() == ".json":
        found = json.loads(text)
        if isinstance(found, dict):
            found = [found[key] for key in sorted(found, key=_number)]
        names = [str(name) for name in found]
    else:
        names = [line.split(",")[-1].strip() for line in text.splitlines() if line.strip()]
    if not names:
        raise ValueError(worded(f"{path.name} holds no class names."))
    return names


def _number(key: str) -> tuple[int, str]:
    return (int(key), "") if _FRACTION.fullmatch(key) else (0, key)
