"""Importing pydicom without what its import brings along and reading a header does not use; see `process.TRICKS`.

Its examples, its test files and what fetches those (requests, tqdm, urllib) are stood in for, and so is what decodes
and encodes pixels, with Pillow and pylibjpeg. Where that is imported, GDCM is stood in for: an import asks nothing but
its version. A stand-in becomes the real module when it is used.
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
PIXELS = f"{DICOM}.pixels"
_GDCM, _HANDLERS = "gdcm", f"{DICOM}.pixel_data_handlers"

_ASKED_FOR = {
    f"{DICOM}.data": ("get_palette_files", "get_testdata_file"),
    f"{DICOM}.examples": (),
    PIXELS: ("compress", "convert_color_space", "decompress", "pixel_array"),
    f"{PIXELS}.utils": ("get_image_pixel_ids", "iter_pixels", "pixel_array", "reshape_pixel_array", "set_pixel_data"),
}
"""Functions that pydicom's own modules take from its modules that are stood in for."""

_HANDLED_BY = tuple(f"{name}_handler" for name in ("gdcm", "jpeg_ls", "numpy", "pillow", "pylibjpeg", "rle"))
"""Modules that `pydicom.config` puts into a list."""

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
        """Execute the package; what is stood in for is there as if it had been imported."""
        before = set(sys.modules)
        made = _pixels_stand_ins() if module.__name__ == PIXELS else _stand_ins()
        try:
            with self._among(made):
                self._loader.exec_module(module)
        except (AttributeError, ImportError, TypeError):  # a version that asks for more
            for name in set(sys.modules) - before:
                if name.startswith(f"{module.__name__}."):
                    del sys.modules[name]
            self._loader.exec_module(module)
        for name, stand_in in made.items():
            package, _, last = name.rpartition(".")
            if package == module.__name__:
                module.__dict__.setdefault(last, stand_in)


def _stand_ins() -> dict[str, ModuleType]:
    """Return modules that look like pydicom's, but for those that are there already."""
    made: dict[str, ModuleType] = {
        name: _Deferred(name, **{function: _later(name, function) for function in functions})
        for name, functions in _ASKED_FOR.items()
    }
    handlers = {name: _Deferred(f"{_HANDLERS}.{name}") for name in _HANDLED_BY}
    made[_HANDLERS] = _Deferred(_HANDLERS, **handlers)
    made.update((handler.__name__, handler) for handler in handlers.values())
    return {name: module for name, module in made.items() if name not in sys.modules}


def _pixels_stand_ins() -> dict[str, ModuleType]:
    """Return a module that looks like GDCM; none where that is there already, or is not installed."""
    from importlib.metadata import PackageNotFoundError, version  # pydicom's decoders import it, too

    try:
        told = version("python-gdcm")
    except PackageNotFoundError:
        return {}
    if _GDCM in sys.modules:
        return {}
    gdcm_version = SimpleNamespace(GetVersion=lambda: told)
    return {_GDCM: _Deferred(_GDCM, Version=gdcm_version, DataElement=_later(_GDCM, "DataElement"))}


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
