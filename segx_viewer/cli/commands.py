"""What each command does. Returns the exit code; a `SegxError` becomes one sentence on stderr."""

import argparse
import importlib
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import ModuleType
from typing import cast

from segx_viewer import cli, process
from segx_viewer.cli.terminal import say, waiting
from segx_viewer.errors import SegxError
from segx_viewer.imaging.limits import Limits
from segx_viewer.paths import models_folder, user_models_folder

RECIPE = "recipe.toml"


def open_window(arguments: argparse.Namespace) -> int:
    """Open the window."""
    return cli.open_window(arguments.files, new=arguments.new_window)


def analyze(arguments: argparse.Namespace) -> int:
    """Analyse files without a window."""
    with waiting("Loading"), process.importing():
        from segx_viewer.cli.ahead import begin_loading

        store = None
        if arguments.scheduler is None and not arguments.lists:
            store = begin_loading(arguments.files, arguments.bundle, arguments.models, arguments.device)

        from segx_viewer.cli.batch import run_batch
        from segx_viewer.cohort.options import Batch
        from segx_viewer.cohort.outputs import DEFAULT, Output
        from segx_viewer.cohort.remote import as_local, is_url

    out = as_local(arguments.out)
    target = out.rstrip("/") if is_url(out) else ""
    return run_batch(
        Batch(
            names=tuple(arguments.files),
            out=Path() if target else Path(out),
            target=target,
            lists=tuple(arguments.lists or ()),
            bundle=arguments.bundle,
            models=arguments.models,
            methods=tuple(arguments.methods or ("gradcam",)),
            classes=tuple(arguments.classes or ()),
            outputs=tuple(dict.fromkeys(Output(o) for o in arguments.outputs)) if arguments.outputs else DEFAULT,
            include_identity=arguments.include_identity,
            include_origin=arguments.include_origin or arguments.include_identity,
            frame=arguments.frame,
            device=arguments.device,
            theme=arguments.theme,
            size=arguments.size,
            workers=arguments.workers,
            watch=arguments.watch,
            index=arguments.index,
            as_published=arguments.as_published,
            limits=_limits(arguments),
            verbose=arguments.verbose,
            scheduler=arguments.scheduler,
        ),
        store,
    )


def summarise(arguments: argparse.Namespace) -> int:
    """Write the summary page of a run's results."""
    from segx_viewer.bundles.store import BundleStore
    from segx_viewer.cohort.places import place_of
    from segx_viewer.cohort.summary import write_summary
    from segx_viewer.paths import all_models_folders

    say(str(write_summary(place_of(arguments.folder), BundleStore(all_models_folders(arguments.models)))))
    return 0


def demo(arguments: argparse.Namespace) -> int:
    """Show the program on two images."""
    from segx_viewer.cli.demo import run_demo

    return run_demo(arguments.out, window=has_display() and not arguments.no_window)


def train(arguments: argparse.Namespace) -> int:
    """Train a model bundle."""
    run = _with_extra("segx_viewer.training.run", "train")
    if arguments.folds:
        folds = _with_extra("segx_viewer.training.folds", "train")
        say(str(folds.cross_validate(_recipe(arguments.recipe), arguments.data, arguments.out, report=say)))
        return 0
    networks = (arguments.only,) if arguments.only else run.NETWORKS
    run.train_recipe(_recipe(arguments.recipe), arguments.data, arguments.out, networks=networks, report=say)
    return 0


def calibrate(arguments: argparse.Namespace) -> int:
    """Fit a bundle's input gate and the badge's calibration."""
    folder = _bundle_folder(arguments.bundle)
    if arguments.as_published:
        _with_extra("segx_viewer.evaluation.published", "train").fit_published(folder, arguments.data, report=say)
        return 0
    if not (folder / RECIPE).is_file():
        own = _with_extra("segx_viewer.evaluation.own", "train")
        with _spread(arguments.scheduler) as spread:
            own.fit_own(folder, arguments.data, spread=spread, report=say)
        return 0
    fit = _with_extra("segx_viewer.evaluation.fit", "train")
    with _spread(arguments.scheduler) as spread:
        fit.fit_bundle(folder, arguments.data, workers=arguments.workers, spread=spread, report=say)
    return 0


def evaluate(arguments: argparse.Namespace) -> int:
    """Measure a model bundle."""
    run = _with_extra("segx_viewer.evaluation.run", "train")
    folder = _with_recipe(_bundle_folder(arguments.bundle))
    with _spread(arguments.scheduler) as spread:
        run.evaluate(
            folder,
            arguments.data,
            arguments.out,
            methods=tuple(dict.fromkeys(("gradcam", *(arguments.methods or run.METHODS)))),
            shifts=arguments.shifts,
            beside=arguments.beside,
            workers=arguments.workers,
            spread=spread,
        )
    return 0


def card(arguments: argparse.Namespace) -> int:
    """Write a bundle's model card from its evaluation."""
    module = _with_extra("segx_viewer.evaluation.card", "train")
    folder = _with_recipe(_bundle_folder(arguments.bundle))
    say(str(module.write_model_card(folder, arguments.evaluation or folder / "evaluation.json")))
    if arguments.readme:
        found = sorted(folder.parent.glob("*/evaluation.json"))
        module.write_readme_figures(arguments.readme, found)
    return 0


def screenshots(arguments: argparse.Namespace) -> int:
    """Take pictures of the window."""
    module = importlib.import_module("segx_viewer.app.screenshots")
    module.make_screenshots(arguments.out)
    return 0


def has_display() -> bool:
    """Whether a window could be seen here."""
    if os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0] in ("offscreen", "minimal"):
        return False
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _limits(arguments: argparse.Namespace) -> Limits:
    return Limits(
        pixels=round(arguments.max_megapixels * 1e6),
        memory_bytes=round(arguments.max_memory * 2**30),
        seconds=arguments.max_seconds,
    )


def _recipe(name: str) -> Path:
    """Return a recipe's file from its path, or from the name of the bundle that it lies beside."""
    path = Path(name)
    return path if path.suffix == ".toml" or path.is_file() else _with_recipe(_bundle_folder(name)) / RECIPE


def _with_recipe(folder: Path) -> Path:
    """Return the folder of a bundle that was made by a recipe. Raises `SegxError` for others, as one's own models."""
    if not (folder / RECIPE).is_file():
        raise SegxError(
            f"{folder.name} has no {RECIPE}: this command is for bundles that were made by one. A model of your own "
            f"gets its levels, and a report of how they hold, from: segx-viewer calibrate {folder.name} --data DIR."
        )
    return folder


def _bundle_folder(name: str) -> Path:
    """Return a bundle's folder from its path or its name. Raises `SegxError` when there is none."""
    path = Path(name)
    places = [path, models_folder() / name, user_models_folder() / name]
    folder = next((place for place in places if place.is_dir()), path)
    if not folder.is_dir():
        known = ", ".join(sorted(place.parent.name for place in models_folder().glob("*/bundle.toml")))
        raise SegxError(f"There is no model bundle {name!r}; there are {known}. A folder of one may be named too.")
    return folder


def _spread(scheduler: str | None) -> AbstractContextManager[object]:
    """Return what connects to a scheduler and spreads work over its workers; None comes of it without one."""
    if scheduler is None:
        return nullcontext()
    return cast(
        AbstractContextManager[object], _with_extra("segx_viewer.cohort.cluster", "cluster").spreading(scheduler)
    )


def _with_extra(module: str, extra: str) -> ModuleType:
    try:
        if getattr(sys, "frozen", False):  # the installer leaves training and evaluation out
            raise SegxError(f"The installed program cannot do this; use Python: pip install 'segx-viewer[{extra}]'.")
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("segx_viewer"):
            raise
        raise SegxError(f"This command needs {error.name}: pip install 'segx-viewer[{extra}]'.") from error
