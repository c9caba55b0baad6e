"""ONNX Runtime: to be taken from here, where it was told to report to nobody before it is imported."""

from functools import cache

from segx_viewer import process

process.send_nothing()

import onnxruntime  # noqa: E402, TID251

onnxruntime.disable_telemetry_events()  # where it was imported by others before: at least from here on

__all__ = ["onnxruntime", "share_arena"]


@cache
def share_arena() -> bool:
    """Register one room for what goes from layer to layer, which all sessions that ask for it share."""
    if not process.wanted("shared-arena"):
        return False
    kind = onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR
    memory = onnxruntime.OrtMemoryInfo("Cpu", kind, 0, onnxruntime.OrtMemType.DEFAULT)
    onnxruntime.create_and_register_allocator(memory, None)
    return True
