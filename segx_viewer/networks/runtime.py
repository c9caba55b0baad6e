"""ONNX Runtime: to be taken from here, where it was told to report to nobody before it is imported."""

from segx_viewer import process

process.send_nothing()

import onnxruntime  # noqa: E402, TID251

onnxruntime.disable_telemetry_events()  # where it was imported by others before: at least from here on

__all__ = ["onnxruntime"]
