"""Every file of pydicom's and pydicom-data's collections: opened, or refused with one sentence."""

import importlib.util
from collections import Counter
from pathlib import Path

import pytest

from segx_viewer.errors import ImageReadError, UnsupportedImageError
from segx_viewer.imaging.display import to_display
from segx_viewer.imaging.guarded import read_image_guarded, stop_decoder

# Images by their header, whose pixels are missing or damaged in the file itself.
DAMAGED = {
    "MR_truncated.dcm": "is truncated",
    "JPEG2000-embedded-sequence-delimiter.dcm": "could not be decoded",
    "chrJapMulti.dcm": "is incomplete",
    "UN_sequence.dcm": "is incomplete",
}


@pytest.mark.slow
@pytest.mark.parametrize("package", ["pydicom", "data_store"])
def test_collection(package, say):
    spec = importlib.util.find_spec(package)
    if spec is None:
        pytest.skip("needs pydicom-data")
    folder = Path(spec.submodule_search_locations[0], "data")
    files = [p for p in sorted(folder.rglob("*")) if p.is_file() and p.suffix not in {".py", ".pyc", ".json", ".md"}]
    reasons: Counter[str] = Counter()
    opened = 0
    for path in files:
        try:
            image = read_image_guarded(path)
        except (ImageReadError, UnsupportedImageError) as error:
            sentence = str(error)
            assert sentence.startswith(path.name)
            assert sentence.endswith(".")
            assert "crashed" not in sentence
            assert DAMAGED.get(path.name, "") in sentence
            reasons[f"{type(error).__name__}: ...{sentence.removeprefix(path.name).split('(')[0]}"] += 1
            continue
        assert to_display(image).shape[:2] == image.shape
        assert path.name not in DAMAGED
        opened += 1
    stop_decoder()
    say(f"{package}: {len(files)} files tried, {opened} opened, {sum(reasons.values())} refused, 0 crashed")
    for reason, count in reasons.most_common():
        say(f"  {count:4d}  {reason}")
    assert opened > 50


def test_every_frame_of_a_multi_frame_file():
    spec = importlib.util.find_spec("data_store")
    if spec is None:
        pytest.skip("needs pydicom-data")
    path = Path(spec.submodule_search_locations[0], "data", "emri_small.dcm")
    first = read_image_guarded(path)
    means = {read_image_guarded(path, frame=index).pixels.mean() for index in range(first.source.frames)}
    stop_decoder()
    assert len(means) == first.source.frames == 10
