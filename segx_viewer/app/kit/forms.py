"""The forms of the sentences that come from below the window: errors and notes, as their templates.

The sources are read for them, when the catalogues are brought up to date; the program itself reads the catalogue.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_UNSEEN = (
    *("cli/", "training/", "evaluation/", "cohort/", "app/screenshots.py", "api.py"),
    *("archive/inbox.py", "archive/receiver.py", "archive/rules.py"),
)
"""Rooms and modules whose sentences no window shows ..."""
_SEEN = (
    *("cohort/marks.py", "cohort/results.py", "cohort/sources.py", "cohort/stored.py", "cohort/handpicked.py"),
    *(
        "evaluation/own.py",
        "evaluation/labelled.py",
        "evaluation/fit.py",
        "evaluation/fit_gate.py",
        "evaluation/own_gate.py",
        "evaluation/calibrate.py",
        "evaluation/published.py",
    ),
)
"""... but for these, which it uses."""
_MARK = "worded"
WORDS = (
    *("classifier", "segmenter", "greeting", "search", "sending", "retrieval", "grey", "palette"),
    *("arithmetically coded", "No such file or directory", "Permission denied", "Is a directory", "Not a directory"),
    *("File exists", "No space left on device", "Read-only file system", "Input/output error", "Connection refused"),
    *("Connection reset by peer", "Network is unreachable", "No route to host", "Address already in use", "timed out"),
    *("Name or service not known", "Directory not empty", "File name too long", "Too many open files"),
    *("self-signed certificate", "certificate has expired", "unable to get local issuer certificate"),
)
"""Words that are filled into these sentences: parts of a model, and what the system says of itself."""


def error_forms(package: Path) -> set[str]:
    """Return the forms of all sentences below the window, such as ``{path} is empty.``.

    Found is what an error of the family is raised with, what is marked with `errors.worded`, and the words that are
    chosen between inside of these.
    """
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in package.rglob("*.py")}
    marks = {_MARK, *_family(trees.values())}
    found: set[str] = set()
    for path, tree in trees.items():
        place = path.relative_to(package).as_posix()
        if place.startswith(_UNSEEN) and place not in _SEEN:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in marks and node.args:
                found.update(_texts(node.args[0]))
    return {text for text in found if _says_something(text)}


def _family(trees: Iterable[ast.Module]) -> set[str]:
    """Return the names of all classes of errors that a reader is told."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    family = {"SegxError"}
    while more := {name for name, of in bases.items() if of & family} - family:
        family |= more
    return family


def _texts(node: ast.expr) -> Iterator[str]:
    """Yield the forms that an expression may have, and the words that are filled into them."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield _template(node)
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                yield from _chosen(part.value)
    else:
        yield from _chosen(node)


def _chosen(node: ast.expr) -> Iterator[str]:
    """Yield the texts that a condition chooses between."""
    if isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _texts(value)


def _template(node: ast.JoinedStr) -> str:
    """Return an f-string as a text with named places, each named once."""
    parts: list[str] = []
    names: list[str] = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
        elif isinstance(part, ast.FormattedValue):
            names.append(_name(part.value))
            count = names.count(names[-1])
            parts.append(f"{{{names[-1]}{count if count > 1 else ''}}}")
    return "".join(parts)


def _name(node: ast.expr) -> str:
    """Return what a value is called: the first variable in its expression, of `self` what it has."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and inner.id not in ("self", "len", "tuple", "list", "str", "int", "getattr"):
            return inner.id.strip("_").lower()
        if isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name) and inner.value.id == "self":
            return inner.attr.strip("_").lower()
    return "value"


def _says_something(text: str) -> bool:
    """Whether a form has words of its own, so that it does not fit everything."""
    return bool(re.search("[A-Za-z]{2}", re.sub(r"{[^}]*}", "", text)))
