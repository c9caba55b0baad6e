"""Folders as people have them: timm and transformers from a hub, segmentation-models-pytorch, MONAI bundles.

Each is recognised by its files. Nothing of a folder is executed: its configuration is read as data.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from segx_viewer.bundles.offer import name_for
from segx_viewer.bundles.own import cut, of_timm
from segx_viewer.domain.tables import Table, as_float, as_floats, as_int, as_ints, as_list, as_table
from segx_viewer.errors import ModelError

_WEIGHTS = ("model.safetensors", "pytorch_model.bin", "open_clip_pytorch_model.bin", "model.pth", "model.pt")
_RESAMPLING = {0: "nearest", 1: "lanczos", 2: "bilinear", 3: "bicubic"}
"""Pillow's numbers, which transformers writes."""
_SMP_OWN = ("_model_class", "_target_", "encoder_weights", "classes", "in_channels", "encoder_name")
_TIMM_OWN = ("num_classes", "in_chans")
_TWO = 2


def classifier_of(folder: Path) -> tuple[Table, Path] | None:
    """Return the entries of a manifest, by their paths in it, and the weights that a folder offers as a classifier.

    None where it is of no known kind.

    Raises
    ------
    ModelError
        If it is of a known kind, but lacks something or cannot be read.
    """
    for recognised in (_timm, _transformers, _monai):
        with _as_expected(folder):
            found = recognised(folder)
        if found is not None:
            entries, weights = found
            return {"name": name_for(folder.resolve().name), **entries}, weights
    if _configuration(folder).get("_model_class"):
        raise ModelError(f"{folder.name} holds a segmenter of segmentation-models-pytorch: name it with --segmenter.")
    return None


def segmenter_of(folder: Path) -> tuple[Table, Path] | None:
    """Return the entries of a manifest's `[segmenter]` and the weights that a folder offers, None for no known kind."""
    config = _configuration(folder)
    if name := config.get("_model_class"):
        options = {key: value for key, value in config.items() if key not in _SMP_OWN and value is not None}
        found: Table = {
            "architecture": f"smp/{str(name).lower()}",
            "channels": as_int(config.get("classes", 1)),
            "options": {"encoder_name": config.get("encoder_name", "resnet34"), **options},
            "threshold": 0.5,
        }
        if config.get("activation") in ("sigmoid", "softmax", "softmax2d"):
            found["output"] = "probabilities"
        return found, _weights_in(folder)
    bundle = _monai_network(folder)
    if bundle is None:
        return None
    architecture, options, channels, path = bundle
    return {"architecture": architecture, "options": options, "channels": channels, "threshold": 0.5}, path


@contextmanager
def _as_expected(folder: Path) -> Iterator[None]:
    try:
        yield
    except (TypeError, ValueError) as error:
        raise ModelError(f"The configuration in {folder.name} has a wrong value: {error}.") from error


def _timm(folder: Path) -> tuple[Table, Path] | None:
    config = _configuration(folder)
    if "architecture" not in config:
        return None
    own = {**config, **as_table(config.get("pretrained_cfg", {}))}
    count = as_int(config.get("num_classes", own.get("num_classes", 0)))
    names = [str(n) for n in as_list(own.get("label_names") or [f"class {k}" for k in range(count)])]
    labels = as_table(own.get("label_descriptions") or {})
    found: Table = {
        "classifier.architecture": f"timm/{config['architecture']}",
        "classifier.options": {k: v for k, v in as_table(config.get("model_args") or {}).items() if k not in _TIMM_OWN},
        "classes": [{"code": n, "label": str(labels.get(n, n))} for n in names],
        "preprocessing": of_timm({"input_size": [3, 224, 224], "mean": [0.485, 0.456, 0.406],
                                  "std": [0.229, 0.224, 0.225], **_said(own)}),
    }  # fmt: skip
    if own.get("license"):
        found["licence"] = str(own["license"])
    return found, _weights_in(folder)


def _transformers(folder: Path) -> tuple[Table, Path] | None:
    config = _configuration(folder)
    kinds = [str(k) for k in as_list(config.get("architectures") or ())]
    if not any(k.endswith("ForImageClassification") for k in kinds):
        if kinds:
            raise ModelError(f"{folder.name} is {kinds[0]}; of transformers, image classification is read.")
        return None
    names = {int(k): str(v) for k, v in as_table(config.get("id2label") or {}).items()} or {0: "class 0", 1: "class 1"}
    found: Table = {
        "classifier.architecture": f"transformers/{kinds[0]}",
        "classifier.options": {"config": json.dumps(config)},
        "classes": [{"code": names[k], "label": names[k]} for k in sorted(names)],
        "preprocessing": _processor(_json(folder / "preprocessor_config.json")),
    }
    if config.get("problem_type") == "multi_label_classification":
        found["activation"] = "sigmoid"
    return found, _weights_in(folder)


def _processor(config: Mapping[str, object]) -> Table:
    """Return a transformers image processor as preprocessing (image_processing_utils.py)."""
    size, crop = config.get("size") or 224, config.get("crop_size")
    shortest = size.get("shortest_edge") if isinstance(size, Mapping) else None
    shape = _sides(crop) if config.get("do_center_crop") and crop else _sides(size)
    normalises = config.get("do_normalize", True)
    table: Table = {
        "input_shape": shape,
        "colour": "rgb",
        "mean": list(as_floats(config.get("image_mean") or [0.5] * 3)) if normalises else [0.0] * 3,
        "std": list(as_floats(config.get("image_std") or [0.5] * 3)) if normalises else [1.0] * 3,
        "interpolation": _RESAMPLING.get(as_int(config.get("resample", 2)), "bilinear"),
        "fit": "stretch",
    }
    if config.get("crop_pct") and shortest and int(shortest) < 384:  # ConvNeXt's own way
        return (
            table | {"input_shape": [int(shortest)] * _TWO} | cut([int(shortest)] * _TWO, as_float(config["crop_pct"]))
        )
    if config.get("do_center_crop") and shortest:
        table |= {"fit": "crop", "resize": int(shortest)}
    return table


def _sides(size: object) -> list[int]:
    if isinstance(size, Mapping):
        edge = size.get("shortest_edge", 224)
        return [int(size.get("height", edge)), int(size.get("width", edge))]
    return [int(size)] * _TWO if isinstance(size, int | float) else [int(n) for n in as_ints(size)][:_TWO]


def _monai(folder: Path) -> tuple[Table, Path] | None:
    bundle = _monai_network(folder)
    if bundle is None:
        return None
    architecture, options, count, path = bundle
    data = as_table(_json(folder / "configs" / "metadata.json").get("network_data_format", {}))
    image, scores = (as_table(next(iter(as_table(data.get(side, {})).values()), {})) for side in ("inputs", "outputs"))
    names = as_table(scores.get("channel_def") or {})
    shape = [n for n in as_list(image.get("spatial_shape", ())) if isinstance(n, int)]
    channels = as_int(image.get("num_channels", 3))
    found: Table = {
        "classifier.architecture": architecture,
        "classifier.options": options,
        "classes": [{"code": str(v), "label": str(v)} for _, v in sorted(names.items())]
        or [{"code": f"class {k}", "label": f"class {k}"} for k in range(count)],
        "preprocessing.mean": [0.0] * channels,
        "preprocessing.std": [1.0] * channels,
        "preprocessing.colour": "grey" if channels == 1 else "rgb",
        "preprocessing.input_shape": shape if len(shape) == _TWO else None,
    }
    return found, path


def _monai_network(folder: Path) -> tuple[str, Table, int, Path] | None:
    """Return a MONAI bundle's network by its name, its arguments, outputs and weights."""
    if not (folder / "configs" / "metadata.json").is_file():
        return None
    for stem in ("inference", "evaluate", "train"):
        read = _json(folder / "configs" / f"{stem}.json") or _yaml(folder / "configs", stem)
        table = read.get("network_def")
        if isinstance(table, Mapping) and "_target_" in table:
            break
    else:
        raise ModelError(
            f"{folder.name} names its network in none of its configurations (network_def in inference.json or .yaml); "
            f"export the network with torch.export."
        )
    options = {key: value for key, value in table.items() if not key.startswith("_")}
    if any(isinstance(v, str) and v[:1] in "$@%" for v in options.values()):
        raise ModelError(f"{folder.name} computes its network's arguments, which is not executed; write the values.")
    if int(options.get("spatial_dims", 2)) != _TWO:
        raise ModelError(f"{folder.name} is a network of {options['spatial_dims']} dimensions; images have two.")
    path = next((p for p in (folder / "models" / n for n in _WEIGHTS) if p.is_file()), None)
    if path is None:
        raise ModelError(f"{folder.name} has no models/model.pt.")
    target = str(table["_target_"]).rpartition(".")[2]
    return f"monai/{target}", options, int(options.get("out_channels", options.get("num_classes", 1))), path


def _said(table: Mapping[str, object]) -> Table:
    return {key: value for key, value in table.items() if value is not None}


def _weights_in(folder: Path) -> Path:
    for name in (*_WEIGHTS, "model.safetensors.index.json"):
        if (folder / name).is_file():
            return folder / name
    raise ModelError(f"{folder.name} has a configuration but no weights ({', '.join(_WEIGHTS[:2])}).")


def _configuration(folder: Path) -> Table:
    return _json(folder / "config.json")


def _yaml(folder: Path, stem: str) -> Table:
    """Read a configuration as data: its tags, which could make objects, are an error."""
    import yaml

    path = next((p for p in (folder / f"{stem}.yaml", folder / f"{stem}.yml") if p.is_file()), None)
    if path is None:
        return {}
    try:
        found = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ModelError(f"{path.name} in {folder.parent.name} is not YAML that can be read as data.") from error
    return found if isinstance(found, dict) else {}


def _json(path: Path) -> Table:
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path.name} in {path.parent.name} is not JSON.") from error
    return found if isinstance(found, dict) else {}
