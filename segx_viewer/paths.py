"""Where packaged data lives: in the wheel below the package, in a source checkout beside it."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _data_folder(name: str) -> Path:
    packaged = _PACKAGE / "_data" / name
    return packaged if packaged.is_dir() else _PACKAGE.parent / name


def models_folder() -> Path:
    """Return the folder of the bundled models, one sub-folder per bundle."""
    return _data_folder("models")


def resources_folder() -> Path:
    """Return the folder of icons, themes and other packaged files."""
    return _data_folder("resources")
