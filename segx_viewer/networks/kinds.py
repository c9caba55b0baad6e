"""Kinds of network that come as programs, without their Python code, and what can be asked of them."""

EXPORTED, ONNX = "exported", "onnx"
PROGRAMS = (EXPORTED, ONNX)
"""Architectures whose weights file holds the network itself."""

AUTO, CPU = "auto", "cpu"
DEVICES = (AUTO, CPU, "cuda", "mps")
"""Where networks may be asked to run."""

INSTANCES = "instances"
"""What YOLO's segmenters give: boxes and masks of single things, no mask of the image."""
