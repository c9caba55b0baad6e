"""Writing a bundle: weights as fp16 safetensors, checksums of every file, the manifest last."""

from collections.abc import Mapping
from pathlib import Path

import tomli_w
from safetensors.torch import save_file
from torch import Tensor

from segx_viewer.bundles.manifest import MANIFEST
from segx_viewer.domain.tables import as_table, as_text
from segx_viewer.paths import sha256_of


def write_bundle(
    folder: Path, manifest: Mapping[str, object], classifier: Mapping[str, Tensor], segmenter: Mapping[str, Tensor]
) -> None:
    """Write both networks and `bundle.toml`.

    The manifest is replaced last, so that an interrupted writing leaves the old manifest, whose checksums then
    tell that the weights are not its own.

    Parameters
    ----------
    folder : Path
        Made when missing.
    manifest : mapping
        Entries of `bundle.toml` as `bundle.read_bundle` reads them; `files` is filled in here.
    classifier, segmenter : mapping of str to Tensor
        State dicts; floating-point tensors are stored as fp16.
    """
    folder.mkdir(parents=True, exist_ok=True)
    digests = dict(as_table(manifest.get("files", {})))
    for network, state in (("classifier", classifier), ("segmenter", segmenter)):
        name = as_text(as_table(manifest[network])["weights"])
        half = {k: t.half() if t.is_floating_point() else t for k, t in state.items()}
        temporary = folder / f"{name}.tmp"
        save_file({k: t.contiguous() for k, t in half.items()}, temporary)
        temporary.chmod(0o644)  # safetensors writes for the owner only; a bundle is for everyone
        temporary.replace(folder / name)
        digests[name] = sha256_of(folder / name)
    write_manifest(folder, {**manifest, "files": digests})


def write_bytes_beside(path: Path, data: bytes) -> None:
    """Replace one of a bundle's files in one step."""
    temporary = path.with_name(f"{path.name}.tmp")
    temporary.write_bytes(data)
    temporary.replace(path)


def write_manifest(folder: Path, manifest: Mapping[str, object]) -> None:
    """Replace `bundle.toml` in one step."""
    temporary = folder / f"{MANIFEST}.tmp"
    temporary.write_bytes(tomli_w.dumps(manifest, multiline_strings=True).encode())
    temporary.replace(folder / MANIFEST)
