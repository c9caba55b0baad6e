"""A decoding process that is harmless and only slow: files whose name begins with "slow" wait to be let go."""

import time
from multiprocessing.connection import Connection
from pathlib import Path

from segx_viewer.imaging import _decoder_process
from segx_viewer.imaging._decoded import Decoded
from segx_viewer.imaging.limits import Limits
from segx_viewer.imaging.reader import decode_image


def _decode(path: Path, frame: int, limits: Limits) -> Decoded:
    decoded = decode_image(path, frame, limits)
    while path.name.startswith("slow") and not path.with_name("go").exists():
        time.sleep(0.02)
    return decoded


def serve(connection: Connection, memory_bytes: int) -> None:
    """Serve as the real process does; it is a process of its own, whose decoder may be replaced."""
    _decoder_process.decode_image = _decode
    _decoder_process.serve(connection, memory_bytes)
