"""What a network itself says of how it is to be used: found by looking into it and by running it, before it is trusted.

A wrong answer here would show nowhere: probabilities that are activated twice, a program that works as in training, a
background that is taken for the region. What is certain is written into the manifest; what is not is asked for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from segx_viewer.bundles.manifest import LOGITS, PROBABILITIES, ModelBundle, Preprocessing, read_bundle
from segx_viewer.domain.methods import BLACK_BOX_METHODS, COMBINED, METHODS, Needs
from segx_viewer.domain.result import Activation
from segx_viewer.domain.tables import Table, as_table, as_tables
from segx_viewer.errors import ModelError, worded
from segx_viewer.networks.folding import example_of
from segx_viewer.networks.kinds import EXPORTED, INSTANCES, ONNX
from segx_viewer.networks.network import Inside, Program
from segx_viewer.networks.onnx_model import session_of
from segx_viewer.networks.outputs import Wanted, named_tensors, tidy, which
from segx_viewer.networks.programs import load_program
from segx_viewer.networks.spatial import to_maps
from segx_viewer.networks.surgery import Cut, candidates, cuts, last_operation, read_model, trains, with_outputs
from segx_viewer.networks.tail import Tail
from segx_viewer.networks.yolo import masks_of
from segx_viewer.paths import sha256_of

ASK = "ask"
"""As the segmenter's activation in an offer: not said."""
TAIL = "classifier.tail.onnx"
_ALIKE = 1e-3
"""Largest difference between two answers to one input, relative to the largest value."""
_EXACT = 1e-4
"""The same, between an ONNX model and its tail."""
_HALF = 5e-3
"""The same, where the model computes with 16 bits and its tail with 32."""
_FEWEST_LEVELS = 15.0
"""Whole numbers from 0 up to this hold no image."""
_TOKENS = 3
"""Axes of a vision transformer's values: images, tokens, channels."""
_MOST = 2 * 10**9
"""Bytes above which a graph cannot be written as one file."""

WITHOUT_TAIL = ("eigencam", "scorecam")
"""Methods that need the last feature maps and nothing of what follows them."""


@dataclass(slots=True)
class _Findings:
    """What is to be written into a network's table, and said."""

    table: Table
    notes: list[str] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)


def settle(folder: Path, manifest: Table) -> tuple[Table, list[str]]:
    """Return the manifest of a bundle that is being installed, completed, and what is to be said about it.

    Raises
    ------
    ModelError
        If something has to be said that is not, or contradicts what the networks do; with the option to say it.
    """
    table, classifier = dict(as_table(manifest["segmenter"])), dict(as_table(manifest["classifier"]))
    asked = table.get("activation") == ASK
    if asked:
        table.pop("activation")
    _check_one_output(manifest)
    networks = {"classifier": _Findings(classifier), "segmenter": _Findings(table)}
    from segx_viewer.bundles.writing import write_manifest

    write_manifest(folder, {**manifest, **{name: each.table for name, each in networks.items()}})
    bundle = read_bundle(folder)
    _settle_classifier(bundle, networks["classifier"])
    _settle_segmenter(bundle, networks["segmenter"], asked=asked, stated="regions" in manifest)
    files = {**as_table(manifest["files"]), **{k: v for each in networks.values() for k, v in each.digests.items()}}
    done = {**manifest, **{name: each.table for name, each in networks.items()}, "files": files}
    write_manifest(folder, done)
    return done, [note for each in networks.values() for note in each.notes]


def _check_one_output(manifest: Table) -> None:
    if len(as_tables(manifest.get("classes", ()))) == 1 and manifest.get("activation") == "softmax":
        raise ModelError(
            "One class under softmax has the probability 1 whatever the image: a network of one output gives the "
            "probability of the positive class; say activation sigmoid, and name that class (--activation, --classes)."
        )


def _settle_classifier(bundle: ModelBundle, entries: _Findings) -> None:
    spec, classes = bundle.classifier, len(bundle.classes)
    inputs = _inputs(bundle.preprocessing)
    if not spec.is_program:
        network = bundle.load_classifier()
        if _is_untrained(network):
            entries.notes.append(
                worded("The classifier's batch norms have never seen an image: its weights look untrained.")
            )
        return
    wanted = Wanted(take=spec.take, classes=classes)
    program = load_program(spec.architecture, bundle.verified_path(spec.weights), wanted)
    outputs = _answers(program, inputs, "classifier", bundle.folder / spec.weights)
    names = list(outputs[0])
    taken = which(names, [tuple(t.shape) for t in outputs[0].values()], wanted)
    if len(names) > 1 and not spec.take:
        entries.table["take"] = names[taken]
        others = ", ".join(name for i, name in enumerate(names) if i != taken)
        entries.notes.append(
            worded(f"Of the classifier's outputs {names[taken]!r} is taken, which fits the classes; not {others}.")
        )
    rows = torch.cat([tidy(each[names[taken]], wanted) for each in outputs])
    if rows.shape[1] != classes:
        raise ModelError(_miscounted(rows.shape[1], classes))
    end = _end(spec.architecture, bundle.folder / spec.weights, names[taken])
    _settle_output("classifier", rows, end, entries, activation=bundle.activation, option="--output")
    if program.inside is None and program.takes_whole_numbers:
        entries.table["methods"] = _allowed(with_tail=True)  # whole numbers have no gradients
    if program.inside is not None and spec.tail is None:
        _explain(bundle, program.inside, inputs, entries)


def _miscounted(given: int, classes: int) -> str:
    said = worded(f"The classifier gives ({given},) scores; the model names {classes} classes.")
    if given == 1:
        said += " " + worded(
            "One output is the probability of the positive class: name that class alone, with activation sigmoid "
            "(--classes, --activation)."
        )
    return said


def _settle_segmenter(bundle: ModelBundle, entries: _Findings, *, asked: bool, stated: bool) -> None:
    spec = bundle.segmenter
    inputs = _inputs(bundle.segmenter_input)
    if spec.is_program:
        wanted = Wanted(
            INSTANCES if spec.output == INSTANCES else LOGITS, spec.take, channels=bundle.segmenter_channels
        )
        program = load_program(spec.architecture, bundle.verified_path(spec.weights), wanted)
        outputs = _answers(program, inputs, "segmenter", bundle.folder / spec.weights)
        if spec.output == INSTANCES:
            masks_of([*outputs[0].values()], bundle.segmenter_channels, bundle.segmenter_input.input_shape)
            note = worded("The segmenter gives boxes and masks of single things; all of a kind are one region.")
            entries.notes.append(note)
            return
        names = list(outputs[0])
        taken = which(names, [tuple(t.shape) for t in outputs[0].values()], wanted)
        if len(names) > 1 and not spec.take:
            entries.table["take"] = names[taken]
            entries.notes.append(
                worded(f"Of the segmenter's outputs {names[taken]!r} is taken, which has rows and columns.")
            )
        raw = [each[names[taken]] for each in outputs]
        if not raw[0].is_floating_point():
            entries.notes.append(worded("The segmenter gives the number of each pixel's class, no probabilities."))
            entries.table["output"] = LOGITS  # made certain when it runs
            values = torch.cat([tidy(each, wanted) for each in raw])
            end = ""
        else:
            values = torch.cat([tidy(each, wanted) for each in raw])
            end = _end(spec.architecture, bundle.folder / spec.weights, names[taken])
            _settle_output("segmenter", values, end, entries, activation=None, option="--segmenter-output")
    else:
        with torch.no_grad():
            # As it comes: what its options make of it (smp's `activation`) is what is looked for.
            values = torch.cat([_plain(bundle)(x) for x in inputs])
        if spec.architecture.startswith("smp/"):
            _settle_output("segmenter", values, "", entries, activation=None, option="--segmenter-output")
    _settle_channels(values.shape[1], entries, asked=asked, stated=stated)


def _plain(bundle: ModelBundle) -> nn.Module:
    from dataclasses import replace

    return replace(bundle, segmenter=replace(bundle.segmenter, output=LOGITS)).load_segmenter()


def _settle_channels(count: int, entries: _Findings, *, asked: bool, stated: bool) -> None:
    if count > 1 and not stated:
        background = worded("; the first of two is most often the background") if count == 2 else ""
        raise ModelError(
            f"The segmenter gives {count} channels{background}: say which of them make up the region (--channels, "
            f"counted from 0)."
        )
    if not asked or count == 1:
        return
    if count == 2:
        entries.table["activation"] = Activation.SOFTMAX.value
        entries.notes.append(worded("The segmenter's two channels are taken to exclude each other (softmax)."))
        return
    raise ModelError(
        f"The segmenter gives {count} channels: say whether they exclude each other (--segmenter-activation softmax) "
        f"or stand each for itself (sigmoid)."
    )


def _answers(program: Program, inputs: list[Tensor], name: str, path: Path) -> list[dict[str, Tensor]]:
    """Return what a program gives for each input; refuse one that works as in training."""
    if path.suffix == ".onnx" and (what := trains(onnx.load(path, load_external_data=False))):
        raise ModelError(_in_training(name, worded(f"its {what} works as in training")))
    highest = max(float(x.abs().max()) for x in inputs)
    if program.takes_whole_numbers and highest < _FEWEST_LEVELS:
        raise ModelError(
            f"The {name} takes whole numbers, and images would reach it as values up to {highest:.1f}: name the value "
            f"of white (--highest), such as 255, 4095 or 65535."
        )
    with torch.no_grad():
        alone = [_copied(program.raw(x)) for x in inputs]
        again = _copied(program.raw(inputs[0]))
        if not _alike(alone[0], again):
            raise ModelError(_in_training(name, worded("the same input gives another answer each time")))
        if program.batch is None:
            together = _copied(program.raw(torch.cat(inputs[:2])))
            if not _alike(alone[0], {key: value[: len(alone[0][key])] for key, value in together.items()}):
                raise ModelError(_in_training(name, worded("what it says of an image depends on the others beside it")))
    return alone


def _in_training(name: str, why: str) -> str:
    return worded(f"The {name} was exported in training mode ({why}); call .eval() before exporting it.")


def _copied(found: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {key: value.detach().clone() for key, value in found.items()}


def _alike(a: Mapping[str, Tensor], b: Mapping[str, Tensor], tolerance: float = _ALIKE) -> bool:
    for key, value in a.items():
        if value.shape != b[key].shape:
            continue
        difference = (value.double() - b[key].double()).abs().max()
        if float(difference) > tolerance * max(float(value.double().abs().max()), 1e-6):
            return False
    return True


def _settle_output(
    name: str, rows: Tensor, end: str, entries: _Findings, *, activation: Activation | None, option: str
) -> None:
    """Find out whether values (N, K, ...) are probabilities already; never are they activated twice."""
    said = entries.table.get("output")
    if not bool(torch.isfinite(rows).all()):
        raise ModelError(f"The {name}'s output is not finite; its weights may be damaged.")
    inside = bool(((rows >= -1e-6) & (rows <= 1 + 1e-6)).all())
    whole = inside and rows.shape[1] > 1 and bool(((rows.sum(1) - 1).abs() < 1e-3).all())
    if said == PROBABILITIES and not inside:
        raise ModelError(f"The {name}'s outputs are no probabilities: they lie outside 0..1; say {option} logits.")
    if end in ("Softmax", "Sigmoid") and inside:
        if said == LOGITS:
            raise ModelError(
                f"The {name} ends in {end.lower()}, so that its outputs are probabilities already; say {option} "
                f"{PROBABILITIES}."
            )
        if said is None:
            entries.notes.append(worded(f"The {name} ends in {end.lower()}: its outputs are taken as probabilities."))
        entries.table["output"] = said = PROBABILITIES
    elif said is None and inside:
        raise ModelError(
            f"The {name}'s outputs lie within 0..1{' and add up to 1' if whole else ''} on every trial: say whether "
            f"they are probabilities already ({option} {PROBABILITIES}) or not ({option} {LOGITS})."
        )
    if said == PROBABILITIES and activation is Activation.SOFTMAX and not whole:
        raise ModelError(
            f"The {name}'s probabilities do not add up to 1: each class stands for itself; say activation sigmoid "
            f"(--activation)."
        )
    if said == PROBABILITIES and name == "segmenter" and whole:
        entries.table.setdefault("activation", Activation.SOFTMAX.value)


def _end(architecture: str, path: Path, output: str) -> str:
    """Return how a program ends: "Softmax", "Sigmoid" or ""."""
    if architecture == ONNX:
        return last_operation(onnx.load(path, load_external_data=False), output)
    if architecture == EXPORTED:
        program = torch.export.load(path)
        nodes = [n for n in program.graph.nodes if n.op == "call_function"]
        last = str(nodes[-1].target) if nodes else ""
        return "Softmax" if "softmax" in last and "log" not in last else "Sigmoid" if ".sigmoid" in last else ""
    return ""


def _inputs(how: Preprocessing) -> list[Tensor]:
    """Return several inputs (1, C, h, w), in the values that the network is given."""
    levels = example_of(how.channels, how.input_shape).clamp(-3, 3) / 6 + 0.5
    mean, std = (torch.tensor(v)[None, :, None, None] for v in (how.mean, how.std))
    first = (levels - mean) / std
    return [first, (1 - levels.flip(-1) - mean) / std, (levels * 0.2 + 0.1 - mean) / std]


@torch.no_grad()
def _is_untrained(network: nn.Module) -> bool:
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d) and m.running_mean is not None]
    moments = [(m.running_mean, m.running_var) for m in norms]
    return bool(norms) and all(
        mean is not None
        and variance is not None
        and not mean.any()
        and torch.equal(variance, torch.ones_like(variance))
        for mean, variance in moments
    )


def _explain(bundle: ModelBundle, program: Inside, inputs: list[Tensor], entries: _Findings) -> None:
    """Make an ONNX model's last feature maps an output, and what follows them a model; say what that allows."""
    path = bundle.folder / bundle.classifier.weights
    model = read_model(path)
    taken, names = str(entries.table.get("take") or bundle.classifier.take), program.output_names
    output = taken if taken in names else names[int(taken or 0)]
    wanted = Wanted("logits", classes=len(bundle.classes))
    reason = worded("it has no feature maps that its scores come from alone")
    for cut in _cuts(model, program, output, inputs[0]):
        try:
            tail: Tail | None = Tail(cut.tail)
        except ModelError as error:
            tail, reason = None, str(error)
        expected = [program.raw(x)[output] for x in inputs]
        maps = [_values(cut.whole, program, [cut.maps], x)[cut.maps] for x in inputs]
        exact = _HALF if program.computes_in_half else _EXACT
        if tail is not None and not _fits_tail(tail, maps, expected, wanted, exact):
            tail, reason = None, worded("what follows its last feature maps could not be followed exactly")
        if maps[0].ndim == _TOKENS and (tail is None or not _reaches_places(tail, maps[0], inputs[0])):
            continue  # of a vision transformer's last tokens, only the class's own may count
        _write_cut(bundle, cut, tail, entries)
        allowed = _allowed(with_tail=tail is not None)
        entries.table["methods"] = allowed
        entries.table["target_layer"] = cut.maps
        left = [m.label for m in METHODS.values() if m.name not in allowed]
        why = worded("ONNX gives no gradients through the whole network") + (f"; {reason}" if tail is None else "")
        labels = ", ".join(METHODS[name].label for name in allowed if name in METHODS)
        entries.notes.append(worded(f"Explained by {labels}. Not by {', '.join(left)}: {why}."))
        return
    labels = ", ".join(METHODS[name].label for name in BLACK_BOX_METHODS)
    entries.notes.append(worded(f"Explained by {labels} only: {reason}."))


def _allowed(*, with_tail: bool) -> list[str]:
    if not with_tail:
        return [*BLACK_BOX_METHODS, *WITHOUT_TAIL]
    by_layer = [m.name for m in METHODS.values() if m.needs is Needs.LAYER]
    return [*by_layer, *BLACK_BOX_METHODS, *COMBINED]


def _cuts(model: onnx.ModelProto, program: Inside, output: str, x: Tensor) -> Iterator[Cut]:
    image = program.input_name
    try:
        values = _values(model, program, candidates(model), x)
    except ModelError:
        return
    values[image] = x
    yield from cuts(model, output, image, {name: value.numpy() for name, value in values.items()})


def _values(model: onnx.ModelProto, program: Inside, names: list[str], x: Tensor) -> dict[str, Tensor]:
    """Return values inside a graph for an input."""
    whole = with_outputs(model, names)
    if whole.ByteSize() > _MOST:
        raise ModelError("The model is too large to be looked into.")
    session = session_of(whole.SerializeToString())
    return dict(zip(names, program.run_in(session, x, names), strict=True))


@torch.no_grad()
def _fits_tail(tail: Tail, maps: list[Tensor], expected: list[Tensor], wanted: Wanted, exact: float) -> bool:
    for each, known in zip(maps, expected, strict=True):
        try:
            given = named_tensors(tidy(tail(each), wanted))
        except (RuntimeError, ValueError, TypeError, IndexError, KeyError, ModelError):
            return False  # an operation in a form that is not known here
        if not _alike({"output": tidy(known, wanted)}, given, exact):
            return False
    return True


def _reaches_places(tail: Tail, tokens: Tensor, x: Tensor) -> bool:
    """Whether the scores depend on tokens that have a place in the image, and not on the class token alone."""
    leaf = tokens.detach().clone().requires_grad_()
    with torch.enable_grad():
        (gradient,) = torch.autograd.grad(tail(leaf).square().sum(), leaf, allow_unused=True)
    return gradient is not None and bool(to_maps(gradient, (x.shape[-2], x.shape[-1])).any())


def _write_cut(bundle: ModelBundle, cut: Cut, tail: Tail | None, entries: _Findings) -> None:
    path = bundle.folder / bundle.classifier.weights
    plain = with_outputs(onnx.load(path, load_external_data=False), [cut.maps])
    path.write_bytes(plain.SerializeToString())
    entries.digests[path.name] = sha256_of(path)
    stated = entries.table["tail"] = {"map": cut.maps}
    if tail is not None:
        (bundle.folder / TAIL).write_bytes(cut.tail.SerializeToString())
        stated["file"] = TAIL
        entries.digests[TAIL] = sha256_of(bundle.folder / TAIL)
