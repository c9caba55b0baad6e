"""What the program remembers between runs."""

import stat
import time
from pathlib import Path

from PySide6.QtCore import QSettings

ORGANISATION = APPLICATION = "segx-viewer"
_RECENT = 10
_PRIVATE = 0o600


def settings() -> QSettings:
    """Return the settings file, an INI file in the user's settings folder (`QSettings.setPath` moves it in tests)."""
    result = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, ORGANISATION, APPLICATION)
    file = Path(result.fileName())  # it names recent files, and Qt keeps the mode that it finds
    try:
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch(_PRIVATE)
        elif stat.S_IMODE(file.stat().st_mode) != _PRIVATE:
            file.chmod(_PRIVATE)
    except OSError:
        pass  # a settings folder that cannot be written: everything works, nothing is remembered
    return result


def data_folder() -> Path:
    """Return the folder for sessions and logs, beside the settings file if that was moved, made if missing."""
    import platformdirs

    default = Path(platformdirs.user_config_dir(ORGANISATION, appauthor=False)).parent
    ini = Path(settings().fileName()).parent
    moved = default not in ini.parents and default != ini
    folder = ini / "data" if moved else Path(platformdirs.user_data_dir(ORGANISATION, appauthor=False))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)  # sessions name patients' files
    return folder


def session_file() -> Path:
    """Return the file that holds the session."""
    return data_folder() / "session.json"


def readings_folder() -> Path:
    """Return the folder of what was done to images, by their content; it may not exist yet."""
    return data_folder() / "readings"


def recent() -> list[Path]:
    """Return the most recently opened files and folders that still exist, newest first."""
    return [path for path in map(Path, _list("recent")) if path.exists()]


def add_recent(paths: list[Path]) -> None:
    """Put files or folders on top of the recent ones."""
    new = [path.resolve() for path in paths[:_RECENT]]
    now = time.time()
    times = dict(zip(_list("recent"), _list("recent_times"), strict=False))
    names = [str(path) for path in dict.fromkeys([*new, *recent()])][:_RECENT]
    stored = settings()
    stored.setValue("recent", names)
    stored.setValue("recent_times", [str(now) if Path(n) in new else times.get(n, str(now)) for n in names])


def drop_recent(before: float) -> None:
    """Take away the recent files that were opened before a time, in seconds since 1970."""
    names = _list("recent")
    kept = [(name, then) for name, then in zip(names, _list("recent_times"), strict=False) if _seconds(then) >= before]
    if len(kept) == len(names):
        return
    stored = settings()
    stored.setValue("recent", [name for name, _ in kept])
    stored.setValue("recent_times", [then for _, then in kept])


def _list(name: str) -> list[str]:
    stored = settings().value(name, [])
    if isinstance(stored, list | tuple):
        return [str(entry) for entry in stored]
    return [stored] if isinstance(stored, str) else []


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
