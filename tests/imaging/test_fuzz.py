"""Damaged files: whatever is in them, reading gives an image or one sentence, and the program lives on.

A few hundred files by default. ``SEGX_VIEWER_FUZZ=10000`` tries as many, from the same reproducible sequence; with
``SEGX_VIEWER_WRITE=1`` the outcome is written into README.md.
"""

import importlib.util
import io
import os
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segx_viewer.errors import ImageReadError, UnsupportedImageError
from segx_viewer.imaging.display import to_display
from segx_viewer.imaging.guarded import read_image_guarded, stop_decoder
from segx_viewer.imaging.limits import Limits
from segx_viewer.imaging.synthetic import draw_lesion

FILES = int(os.environ.get("SEGX_VIEWER_FUZZ", "300"))
SECONDS = 120 if "SEGX_VIEWER_FUZZ" not in os.environ else float("inf")
LIMITS = Limits(memory_bytes=2**30, seconds=20)
LARGEST_SEED = 200_000
WITHOUT_PIXELS = {"reportsi.dcm", "DICOMDIR", "UN_sequence.dcm", "rtplan.dcm", "no_meta_group_length.dcm"}


def seeds() -> list[tuple[str, bytes]]:
    """Intact files: small ones of pydicom's and pydicom-data's, and a picture of every format."""
    found = []
    for package in ("pydicom", "data_store"):
        spec = importlib.util.find_spec(package)
        folder = Path(spec.submodule_search_locations[0], "data") if spec is not None else Path("missing")
        files = [p for p in sorted(folder.rglob("*")) if p.suffix in {".dcm", ""} and p.is_file()]
        contents = ((p.name, p.read_bytes()) for p in files if 0 < p.stat().st_size < LARGEST_SEED)
        # Hundreds of files without pixels would teach nothing new: those with the pixel data's tag, and a few others.
        kept = [(name, data) for name, data in contents if b"\xe0\x7f\x10\x00" in data or name in WITHOUT_PIXELS]
        found += kept
    picture = Image.fromarray(draw_lesion((60, 80)))
    options = {"TIFF": [{}, {"compression": "tiff_lzw"}, {"compression": "jpeg"}], "WEBP": [{}, {"lossless": True}]}
    for kind in ("PNG", "JPEG", "TIFF", "WEBP", "GIF", "BMP", "JPEG2000", "PPM"):
        for index, chosen in enumerate(options.get(kind, [{}])):
            buffer = io.BytesIO()
            picture.save(buffer, kind, **chosen)
            found.append((f"{kind.lower()}{index}", buffer.getvalue()))
    return found


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """Damage a file once or a few times, the header more often than the rest."""
    data = bytearray(content)
    for _ in range(rng.integers(1, 6)):
        if not data:
            break
        region = min(len(data), 2048) if rng.random() < 0.6 else len(data)
        at = int(rng.integers(region))
        length = int(min(len(data) - at, 2 ** rng.integers(0, 9)))
        match rng.integers(8):
            case 0:
                data[at] ^= 1 << int(rng.integers(8))
            case 1:
                data[at] = int(rng.integers(256))
            case 2:
                data[at : at + length] = rng.bytes(length)
            case 3:
                data[at : at + min(length, 4)] = b"\xff" * min(length, 4)
            case 4:
                data[at : at + length] = b""
            case 5:
                data[at:at] = data[at : at + length]
            case 6:
                data[at:at] = rng.bytes(min(length, 64))
            case 7:
                del data[max(1, int(rng.integers(len(data)))) :]
    return bytes(data)


@pytest.mark.slow
def test_damaged_files(tmp_path, say, publish):
    corpus = seeds()
    reasons: Counter[str] = Counter()
    contained: dict[str, str] = {}
    tried = 0
    started = time.monotonic()
    deadline = started + SECONDS
    path = tmp_path / "damaged"
    for index in range(FILES):
        if time.monotonic() > deadline:
            break
        rng = np.random.default_rng(index)
        name, content = corpus[int(rng.integers(len(corpus)))]
        path.write_bytes(mutated(content, rng))
        tried += 1
        try:
            image = read_image_guarded(path, limits=LIMITS)
            to_display(image)
            reasons["opened"] += 1
        except (ImageReadError, UnsupportedImageError) as error:
            sentence = str(error)
            assert sentence.endswith("."), f"file {index} ({name}): {sentence}"
            assert "\n" not in sentence, f"file {index} ({name}): {sentence}"
            if "crashed" in sentence or "could not be read within" in sentence or "memory" in sentence:
                contained[f"{index} ({name})"] = sentence
            reasons[f"{type(error).__name__}: {_kind(sentence)}"] += 1
    stop_decoder()
    say(f"damaged files tried: {tried}; program crashed: 0; decoder crashed, hung or starved: {len(contained)}")
    for reason, count in reasons.most_common():
        say(f"  {count:6d}  {reason}")
    for what, sentence in list(contained.items())[:20]:
        say(f"          file {what}: {sentence}")
    seconds = time.monotonic() - started
    rows = [f"| {count} | {reason.replace(': ', ': ... ', 1).strip()} |" for reason, count in reasons.most_common()]
    head = [
        f"{tried} files from {len(corpus)} intact ones in {seconds:.0f} s: {reasons['opened']} opened, "
        f"{tried - reasons['opened']} refused with one sentence, 0 crashes of the program, {len(contained)} crashes, "
        "hangs or memory limits of the decoding process.",
        "",
        "| files | outcome |",
        "|---|---|",
    ]
    publish("damaged", "\n".join(head + rows))
    assert tried >= min(FILES, 50)
    assert reasons["opened"]


def _kind(sentence: str) -> str:
    """A sentence without the numbers and names of its file."""
    words = sentence.replace("damaged ", "", 1).split("(")[0]
    return "".join("N" if c.isdigit() else c for c in words)[:70]
