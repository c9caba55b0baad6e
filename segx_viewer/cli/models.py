"""``segx-viewer models``: the user's own models beside the packaged ones."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from segx_viewer.cli.terminal import say, waiting
from segx_viewer.domain.geometry import INTERPOLATIONS
from segx_viewer.errors import ConsentNeededError

if TYPE_CHECKING:
    from segx_viewer.bundles.store import BundleStore

_ADD = """\
Add a model of your own. It is tried on an image first, and nothing is installed unless it works.

SOURCE is a folder with a bundle.toml, a manifest beside its weights, or a classifier's weights file: safetensors,
PyTorch's .pth (tensors only, with --allow-pickle), a torch.export program (.pt2) or an ONNX model. What SOURCE does not
say comes from --like: a ready-made manifest or an installed model. Options override both."""

_ARCHITECTURES = (
    "timm/NAME, torchvision/NAME, segx/densenet121, segx/resnet50, xrv/densenet121, xrv/resnet50, exported, onnx"
)


def register(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its sub-commands to the parser."""
    models = actions.add_parser("models", help="list, add, verify and remove models")
    what = models.add_subparsers(title="commands", metavar="COMMAND", required=True)
    what.add_parser("list", help="list the installed models and the ready-made manifests").set_defaults(run=list_models)
    _register_add(what)
    command = what.add_parser("verify", help="compare the models' files with their checksums")
    command.add_argument("names", nargs="*", metavar="NAME", help="models (default: all)")
    command.set_defaults(run=verify)
    command = what.add_parser("remove", help="remove a model that you have added")
    command.add_argument("name", metavar="NAME")
    command.set_defaults(run=remove)


def _register_add(what: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = what.add_parser(
        "add",
        help="add a model of your own",
        description=_ADD,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("source", type=Path, metavar="SOURCE", help="folder, manifest or weights file")
    command.add_argument("--like", metavar="NAME", help="ready-made manifest or installed model to start from")
    command.add_argument("--name", metavar="NAME", help="short name (default: from SOURCE)")
    command.add_argument("--title", metavar="TEXT", help="name for people")
    command.add_argument("--licence", metavar="TEXT", help="licence of the weights")
    command.add_argument("--architecture", metavar="A", help=f"the classifier's: {_ARCHITECTURES}")
    command.add_argument(
        "--classes",
        nargs="+",
        metavar="CODE[=LABEL][>CUT-OFF][@REGION]",
        help="classes in the order of the outputs, or a file of their names",
    )
    command.add_argument("--activation", choices=("softmax", "sigmoid"), help="one of the classes applies, or several")
    command.add_argument("--output", choices=("logits", "probabilities"), help="what the classifier gives")
    command.add_argument(
        "--head-activation",
        choices=("none", "relu", "gelu", "silu", "tanh"),
        help="what lies between the linear layers of a last layer that was replaced by several",
    )
    command.add_argument("--take", metavar="NAME|N", help="which output of a program that has several (0 is the first)")
    command.add_argument("--target-layer", metavar="LAYER", help="layer to explain (default: found by tracing)")
    command.add_argument("--input", nargs=2, type=int, metavar=("H", "W"), help="input size in pixels")
    command.add_argument("--mean", nargs="+", type=float, metavar="X", help="subtracted from values 0..1, 1 or 3")
    command.add_argument("--std", nargs="+", type=float, metavar="X", help="divided by, 1 or 3")
    command.add_argument(
        "--highest", type=float, metavar="X", help="value of white instead of mean and deviation: 255, 4095, 65535"
    )
    command.add_argument("--colour", choices=("rgb", "bgr", "grey"))
    command.add_argument(
        "--fit", choices=("stretch", "letterbox", "crop", "squash"), help="how an image becomes an input"
    )
    command.add_argument(
        "--crop", type=float, metavar="SHARE", help="share of the image's middle that is seen, up to 1"
    )
    command.add_argument("--interpolation", choices=INTERPOLATIONS, help="how it is resampled")
    command.add_argument("--no-antialias", action="store_true", help="sample single pixels when an image shrinks")
    command.add_argument("--modalities", nargs="+", metavar="CODE", help="DICOM modalities it reads; - for pictures")
    command.add_argument("--image-kind", metavar="TEXT", help="what it reads, such as dermoscopy or chest radiograph")
    command.add_argument("--segmenter", metavar="FILE|NAME", help="weights file, or an installed model to borrow from")
    command.add_argument(
        "--segmenter-architecture",
        metavar="A",
        help="smp/NAME, segx/unet, xrv/pspnet, torchvision/NAME, exported, onnx",
    )
    command.add_argument("--segmenter-output", choices=("logits", "probabilities"), help="what the segmenter gives")
    command.add_argument(
        "--segmenter-activation", choices=("softmax", "sigmoid"), help="its channels exclude each other"
    )
    command.add_argument(
        "--segmenter-encoder", metavar="NAME", help="encoder of an smp segmenter (default: seen in its weights)"
    )
    command.add_argument(
        "--channels", nargs="+", metavar="N|NAME=N,N", help="its channels that make up the region, or several regions"
    )
    command.add_argument("--region", metavar="TEXT", help="what the region is, such as lungs")
    command.add_argument("--test-image", type=Path, metavar="FILE", help="image to try it on (default: a drawn one)")
    command.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda", "mps"))
    command.add_argument(
        "--allow-pickle", action="store_true", help="read PyTorch's pickles; tensors only, from sources you trust"
    )
    command.add_argument(
        "--allow-unused", action="store_true", help="leave out weights that the architecture has no place for"
    )
    command.set_defaults(run=add)


def list_models(_arguments: argparse.Namespace) -> int:
    """List the installed models."""
    store = _store()
    from segx_viewer.bundles.offer import templates

    for name, bundle in store.bundles().items():
        info = bundle.info
        classes = ", ".join(f"{c.label} ({c.code})" for c in bundle.classes)
        say(f"{name}  {info.version}\n  {info.title}")
        say(f"  images: {bundle.image_kind}; region: {info.region}\n  classes: {classes}")
        say(f"  licence: {info.licence}\n  folder: {bundle.folder}")
    for sentence in store.damaged.values():
        say(f"left out: {sentence}")
    say(f"ready-made manifests (models add FILE --like NAME): {', '.join(templates())}")
    return 0


def add(arguments: argparse.Namespace) -> int:
    """Add a model."""
    store = _store()
    from segx_viewer.api import add_model
    from segx_viewer.bundles.offer import compose
    from segx_viewer.imaging.guarded import read_image_guarded

    installed = {name: bundle.folder for name, bundle in store.bundles().items()}
    offer = compose(
        arguments.source, _changes(arguments), installed, start=arguments.like, segmenter=arguments.segmenter
    )
    image = read_image_guarded(arguments.test_image) if arguments.test_image else None
    try:
        with waiting("Trying the model"):
            added = add_model(
                offer,
                taken=installed,
                image=image,
                allow_pickle=arguments.allow_pickle,
                allow_unused=arguments.allow_unused,
                device=arguments.device,
            )
    except ConsentNeededError as error:
        raise ConsentNeededError(f"{error} If you trust it: --allow-pickle.") from error
    prediction = added.analysis.predicted.prediction
    say(f"Added {added.folder.name}: {added.folder}")
    for k in prediction.findings or (prediction.top,):
        say(f"  test image: {prediction.classes[k].label} {prediction.probabilities[k]:.3f}")
    for note in added.notes:
        say(f"  note: {note}")
    return 0


def verify(arguments: argparse.Namespace) -> int:
    """Compare files with their checksums."""
    store = _store()
    names = arguments.names or list(store.bundles())
    damages = [sentence for name in names for sentence in store.get(name).damages()]
    damages += [] if arguments.names else store.damaged.values()
    for sentence in damages:
        print(f"segx-viewer: {sentence}", file=sys.stderr)  # noqa: T201
    if not damages:
        say(f"All files of {', '.join(names)} are as they were installed.")
    return 1 if damages else 0


def remove(arguments: argparse.Namespace) -> int:
    """Remove a model."""
    store = _store()
    from segx_viewer.bundles.install import remove as remove_model
    from segx_viewer.paths import user_models_folder

    name, installed = arguments.name, store.bundles()
    known = name in installed or name not in store.damaged
    remove_model(name, store.get(name).folder if known else user_models_folder() / name)
    say(f"Removed {name}.")
    return 0


def _changes(arguments: argparse.Namespace) -> dict[str, object]:
    from segx_viewer.bundles.offer import classes_of

    modalities = arguments.modalities and ["" if m == "-" else m for m in arguments.modalities]
    return {
        "name": arguments.name,
        "title": arguments.title,
        "licence": arguments.licence,
        "classes": arguments.classes and classes_of(arguments.classes),
        "activation": arguments.activation,
        "modalities": modalities,
        "image_kind": arguments.image_kind,
        "classifier.architecture": arguments.architecture,
        "classifier.output": arguments.output,
        "classifier.head_activation": arguments.head_activation,
        "classifier.take": arguments.take,
        "classifier.target_layer": arguments.target_layer,
        "segmenter.architecture": arguments.segmenter_architecture,
        "preprocessing.input_shape": arguments.input,
        "preprocessing.mean": arguments.mean,
        "preprocessing.std": arguments.std,
        "preprocessing.highest": arguments.highest,
        "preprocessing.colour": arguments.colour,
        "preprocessing.fit": arguments.fit,
        "preprocessing.crop": arguments.crop,
        "preprocessing.interpolation": arguments.interpolation,
        "preprocessing.antialias": False if arguments.no_antialias else None,
        "segmenter.output": arguments.segmenter_output,
        "segmenter.options.encoder_name": arguments.segmenter_encoder,
        "region": arguments.region,
        **_region(arguments),
    }


def _region(arguments: argparse.Namespace) -> dict[str, object]:
    if not arguments.channels:
        return {"segmenter.activation": arguments.segmenter_activation}
    from segx_viewer.bundles.offer import regions_of

    regions = regions_of(arguments.channels, arguments.region or "")
    named = arguments.region or str(regions[0]["name"])
    return {"region": named, "regions": regions, "segmenter.activation": arguments.segmenter_activation or "ask"}


def _store() -> "BundleStore":
    with waiting("Loading"):
        from segx_viewer.bundles.store import BundleStore

    return BundleStore()
