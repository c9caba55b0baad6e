"""Files that are no weights and no program that can be read: what they are, and the command that makes one that is."""

import zipfile
from pathlib import Path

from segx_viewer.errors import worded

_ONNX = "python -m tf2onnx.convert --opset 17 --output model.onnx"
_EXPORT = "torch.export.save(torch.export.export(model.eval(), (example,)), 'model.pt2')"
_KINDS = {
    ".h5": worded(f"a Keras model; make an ONNX model of it: {_ONNX} --keras {{name}}"),
    ".hdf5": worded(f"a Keras model; make an ONNX model of it: {_ONNX} --keras {{name}}"),
    ".keras": worded(
        "a Keras model; make an ONNX model of it: keras.models.load_model('{name}').export('model.onnx', format='onnx')"
    ),
    ".pb": worded(f"a TensorFlow graph; make an ONNX model of it: {_ONNX} --saved-model FOLDER"),
    ".tflite": worded(f"a TensorFlow Lite model; make an ONNX model of it: {_ONNX} --tflite {{name}}"),
    ".mlmodel": worded("a Core ML model; export the network it was made from as ONNX"),
    ".engine": worded(
        "a TensorRT engine, which runs on one graphics card only; export the network it was made from as ONNX"
    ),
    ".gguf": worded("a language model's weights; models of images come as safetensors, .pt2 or ONNX"),
    ".pdmodel": worded("a Paddle model; make an ONNX model of it with paddle2onnx"),
    ".npz": worded("NumPy arrays; save the state dict as safetensors"),
}


def stranger(path: Path) -> str:
    """Return what a file is that cannot be read, as a sentence; "" for one that may be.

    Examples
    --------
    >>> stranger(Path("net.tflite")).startswith("net.tflite is a TensorFlow Lite model; make an ONNX model of it")
    True
    """
    said = _KINDS.get(path.suffix.lower(), "")
    if not said and path.is_dir() and (path / "saved_model.pb").is_file():
        said = worded(f"a TensorFlow model; make an ONNX model of it: {_ONNX} --saved-model {{name}}")
    if not said and path.is_file() and _is_torchscript(path):
        said = worded(f"a TorchScript program; export the network that it was made from: {_EXPORT}")
    return worded(f"{path.name} is {said.replace('{name}', path.name)}.") if said else ""


def _is_torchscript(path: Path) -> bool:
    if not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False
    return any("/code/" in name and name.endswith(".py") for name in names)
