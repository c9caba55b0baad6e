"""What is set for the whole process. Called by the programs, and before a library is imported that would ask for it."""

import contextlib
import os
import shutil
from pathlib import Path

_NO_TELEMETRY = {
    # ONNX Runtime from 1.29 on: else it writes a device id and a store of events below the user's caches, and looks up
    # its maker's host. `disable_telemetry_events()` comes too late for both: importing it has begun already.
    "ORT_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",  # huggingface_hub comes with timm
    "DO_NOT_TRACK": "1",  # https://donottrack.sh: whatever else a library asks for
}
_OFFLINE = {"HF_HUB_OFFLINE": "1"}


def send_nothing() -> None:
    """Tell libraries that are imported from here on, in this process and its children, to report to nobody."""
    os.environ.update(_NO_TELEMETRY)


def stay_offline() -> None:
    """Also keep libraries from fetching files: for programs, which are not a part of somebody else's process."""
    send_nothing()
    os.environ.update(_OFFLINE)


_LEFT_BY_RUNTIME = Path("Microsoft", "DeveloperTools", ".onnxruntime")


def drop_telemetry() -> None:
    """Remove the device id and the event store that ONNX Runtime wrote when earlier versions let it.

    Other programs of this user that run ONNX Runtime share them, and get new ones unless they decline too.
    """
    import platformdirs

    for caches in {platformdirs.user_cache_path(), platformdirs.user_data_path(), Path.home() / ".cache"}:
        left = caches / _LEFT_BY_RUNTIME
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
            with contextlib.suppress(OSError):  # not empty: somebody else's
                left.parent.rmdir()
                left.parent.parent.rmdir()
