"""Where packaged data lives (in the wheel below the package, in a source checkout beside it), and the user's own."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_AT_ONCE, _PART = 2**25, 2**20  # bytes that are read together


def _data_folder(name: str) -> Path:
    packaged = _PACKAGE / "_data" / name
    return packaged if packaged.is_dir() else _PACKAGE.parent / name


def models_folder() -> Path:
    """Return the folder of the bundled models, one sub-folder per bundle."""
    return _data_folder("models")


def user_models_folder() -> Path:
    """Return the folder of the models that the user has added; it may not exist yet."""
    import platformdirs

    return Path(platformdirs.user_data_dir("segx-viewer", appauthor=False)) / "models"


def pseudonym_key_file() -> Path:
    """Return where the key of de-identified copies is kept unless the user names another file; it may not exist yet."""
    return user_models_folder().with_name("pseudonyms.key")


def all_models_folders(more: Path | None = None) -> list[Path]:
    """Return where bundles are looked for: the packaged ones, the user's own, and those in a further folder."""
    return [models_folder(), user_models_folder(), *([more] if more is not None else [])]


def resources_folder() -> Path:
    """Return the folder of icons, themes and other packaged files."""
    return _data_folder("resources")


def is_plain_name(name: object) -> bool:
    r"""Whether a name is that of a file in its own folder, whatever the operating system: no path, drive or stream.

    Examples
    --------
    >>> [is_plain_name(n) for n in ("a.onnx", "a.onnx.data", "../a", "/a", "C:a", "b\\a", "..", "", 3)]
    [True, True, False, False, False, False, False, False, False]
    """
    return isinstance(name, str) and name not in ("", ".", "..") and not set(name) & set("/\\:\0")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits. Raises `OSError`."""
    import hashlib  # loads OpenSSL, which a window is shown without

    with path.open("rb") as file:
        start = file.read(_AT_ONCE)
        found = hashlib.sha256(start)  # in one go: each part would wait for whoever else runs Python meanwhile
        if len(start) == _AT_ONCE:
            while part := file.read(_PART):
                found.update(part)
        return found.hexdigest()
