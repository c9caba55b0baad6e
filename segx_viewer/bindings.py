"""Importing Qt's bindings without what explains their functions; see `process.TRICKS`.

PySide carries Python sources in its library, and compiles all of them whenever it is imported. Most tell what a
function's signature is: for help, for the sentence of a TypeError, for stub files. Here these are compiled when
something is asked of them. Where a version keeps them in files instead (`SBK_EMBED`), they are left as they are.
"""

import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

_SUPPORT = "shibokensupport.signature"
DEFERRED = frozenset(
    f"{_SUPPORT}.{name}"
    for name in ("errorhandler", "layout", "parser", "lib.enum_sig", "lib.pyi_generator", "lib.tool")
)
"""What waits until it is used."""

FindingBy = Callable[[Callable[[list[Any]], list[Any]]], AbstractContextManager[None]]
"""Makes the import system keep its finders in a list of another kind, as long as its context lasts."""

_turn = threading.RLock()


class LoaderOfBindings:
    """Loads the bindings' library as another loader does, with `DEFERRED` put off and other modules' sources unread."""

    def __init__(self, loader: Any, finding_by: FindingBy) -> None:
        self._loader, self._finding_by = loader, finding_by

    def __getattr__(self, name: str) -> Any:  # whatever else is asked of a loader
        return getattr(self._loader, name)

    def create_module(self, spec: "ModuleSpec") -> ModuleType | None:
        """As the other loader does."""
        made: ModuleType | None = self._loader.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        """Execute it; the finder of its own sources, which it puts before the others, is wrapped."""
        with self._finding_by(_Finders):
            self._loader.exec_module(module)
        leave_sources_unread()


def leave_sources_unread() -> None:
    """Let the bindings tell by a module's name whether it uses them, instead of reading its source."""
    feature = sys.modules.get("shibokensupport.feature")
    if hasattr(feature, "_mod_uses_pyside"):
        feature._mod_uses_pyside = _is_ours  # type: ignore[union-attr]


def _is_ours(module: ModuleType) -> bool:
    return module.__name__.split(".")[0] == __name__.split(".")[0]


class _Finders(list[Any]):
    """The import system's finders; one that comes to stand before the others is wrapped."""

    def insert(self, index: Any, finder: Any) -> None:
        super().insert(index, _Finder(finder))

    def remove(self, finder: Any) -> None:
        super().remove(next((f for f in self if isinstance(f, _Finder) and f.inner is finder), finder))


class _Finder:
    """Finds as another one does; `DEFERRED` get a loader that puts them off."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> Any:
        spec = self.inner.find_spec(name, path, target)
        if spec is not None and name in DEFERRED:
            spec.loader = _Later(spec.loader)
        return spec


class _Later:
    """Makes modules that another loader executes when something is asked of them."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def create_module(self, spec: "ModuleSpec") -> ModuleType:
        return _Deferred(spec.name, self._loader)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing yet."""


class _Deferred(ModuleType):
    """A module that is executed when an attribute is asked for that it does not have."""

    def __init__(self, name: str, loader: Any) -> None:
        super().__init__(name)
        self.__dict__["_executing"] = False
        self.__dict__["_execute"] = loader.exec_module

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # asked by the import system
            raise AttributeError(name)
        with _turn:  # another thread waits until all of it is there
            known = self.__dict__
            if known.get("_executing", True):  # it is there already, or asks for something of its own before it has it
                if name in known:
                    return known[name]
                raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
            known["_executing"] = True
            spec = self.__spec__
            published = spec.name if spec is not None else ""
            try:
                if spec is not None:
                    spec.name = self.__name__  # published by another name as well, it is loaded by the first
                known["_execute"](self)
            except BaseException:
                known["_executing"] = False
                raise
            finally:
                if spec is not None:
                    spec.name = published
            self.__class__ = ModuleType  # type: ignore[assignment]
            del known["_executing"], known["_execute"]
        return getattr(self, name)
