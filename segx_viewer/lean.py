"""Importing pydicom without what its import brings along and reading a header does not use; see `process.TRICKS`.

Its examples, its test files and what fetches those (requests, tqdm, urllib) are stood in for, and so is GDCM, of which
an import asks nothing but the version. A stand-in becomes the real module when it is used.
"""

import importlib
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

DICOM = "pydicom"
_FILES, _EXAMPLES, _GDCM = f"{DICOM}.data", f"{DICOM}.examples", "gdcm"

_ASKED_FOR = ("get_palette_files", "get_testdata_file")
"""Functions of `pydicom.data` that pydicom's own modules ask for."""

Among = Callable[[Mapping[str, ModuleType]], AbstractContextManager[None]]
"""Puts modules among those that are imported, as long as its context lasts."""


class LoaderOfDicom:
    """Executes pydicom among stand-ins; a version that asks more of them, without."""

    def __init__(self, loader: Any, among: Among) -> None:
        self._loader, self._among = loader, among

    def __getattr__(self, name: str) -> Any:  # whatever else is asked of a loader, such as a package's resources
        return getattr(self._loader, name)

    def create_module(self, spec: "ModuleSpec") -> ModuleType | None:
        """As the other loader does."""
        made: ModuleType | None = self._loader.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        """Execute the package; its `data` and `examples` are there as if they had been imported."""
        before = set(sys.modules)
        made = {name: found for name in (_FILES, _EXAMPLES, _GDCM) if (found := _stand_in(name)) is not None}
        try:
            with self._among(made):
                self._loader.exec_module(module)
        except (AttributeError, ImportError, TypeError):  # a version that asks for more
            for name in set(sys.modules) - before:
                if name.startswith(f"{DICOM}."):
                    del sys.modules[name]
            self._loader.exec_module(module)
        for name in (_FILES, _EXAMPLES):
            if name in made:
                module.__dict__.setdefault(name.rpartition(".")[2], made[name])


def _stand_in(name: str) -> ModuleType | None:
    """Return a module that looks like another one; None where that is there already, or is not installed."""
    if name in sys.modules:
        return None
    if name == _FILES:
        return _Deferred(name, **{function: _later(name, function) for function in _ASKED_FOR})
    if name == _EXAMPLES:
        return _Deferred(name)
    from importlib.metadata import PackageNotFoundError, version  # pydicom imports it, too

    try:
        told = version("python-gdcm")
    except PackageNotFoundError:
        return None
    return _Deferred(name, Version=SimpleNamespace(GetVersion=lambda: told), DataElement=_later(name, "DataElement"))


class _Deferred(ModuleType):
    """A module that is imported when anything is asked of it but what it was given."""

    def __init__(self, name: str, **known: object) -> None:
        super().__init__(name)
        self.__dict__.update(known)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # asked by the import system
            raise AttributeError(name)
        return getattr(_real(self.__name__, self), name)


def _later(module: str, name: str) -> Callable[..., Any]:
    """Return a function that imports the real one when it is called."""

    def call(*given: object, **how: object) -> object:
        return getattr(_real(module), name)(*given, **how)

    return call


def _real(name: str, stand_in: ModuleType | None = None) -> ModuleType:
    if stand_in is not None and sys.modules.get(name) is stand_in:
        del sys.modules[name]
    return importlib.import_module(name)
