"""What the program remembers between runs."""

from pathlib import Path

import platformdirs
from PySide6.QtCore import QSettings

ORGANISATION = APPLICATION = "segx-viewer"
_RECENT = 10


def settings() -> QSettings:
    """Return the settings file, an INI file in the user's settings folder (`QSettings.setPath` moves it in tests)."""
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, ORGANISATION, APPLICATION)


def data_folder() -> Path:
    """Return the folder for sessions and logs, beside the settings file if that was moved, made if missing."""
    default = Path(platformdirs.user_config_dir(ORGANISATION, appauthor=False)).parent
    ini = Path(settings().fileName()).parent
    moved = default not in ini.parents and default != ini
    folder = ini / "data" if moved else Path(platformdirs.user_data_dir(ORGANISATION, appauthor=False))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def recent() -> list[Path]:
    """Return the most recently opened files and folders that still exist, newest first."""
    stored = settings().value("recent", [])
    names = [stored] if isinstance(stored, str) else (stored or [])
    return [path for path in map(Path, names) if path.exists()]


def add_recent(paths: list[Path]) -> None:
    """Put files or folders on top of the recent ones."""
    new = [path.resolve() for path in paths[:_RECENT]]
    names = [str(path) for path in dict.fromkeys([*new, *recent()])][:_RECENT]
    settings().setValue("recent", names)
