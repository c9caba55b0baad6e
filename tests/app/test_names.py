"""No attribute of the window's classes hides a method of Qt's: whoever calls that would get something else."""

import ast
import importlib
import inspect
import pkgutil
import textwrap

import pytest
from PySide6.QtCore import QObject

from segx_viewer import app

MODULES = [info.name for info in pkgutil.walk_packages(app.__path__, "segx_viewer.app.")]


def of_qt(kind: type) -> set[str]:
    """Names that a class has from Qt."""
    return {name for base in kind.__mro__ if base.__module__.startswith("PySide6") for name in vars(base)}


def given(kind: type) -> set[str]:
    """Names that a class gives its instances, and those of its own that hold no function."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    stored = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    }
    return stored | set(getattr(kind, "__annotations__", ())) | {n for n, v in vars(kind).items() if not callable(v)}


@pytest.mark.parametrize("name", MODULES)
def test_no_attribute_hides_a_method_of_qt(name):
    module = importlib.import_module(name)
    kinds = [kind for _, kind in inspect.getmembers(module, inspect.isclass) if kind.__module__ == name]
    hidden = {
        f"{kind.__name__}.{attribute}"
        for kind in kinds
        if issubclass(kind, QObject)
        for attribute in given(kind) & of_qt(kind)
        if not attribute.startswith("__") and attribute != "staticMetaObject"
    }
    assert not hidden
