"""A pipeline that finds nothing, quickly, and pictures for it."""

from contextlib import nullcontext
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def batch(monkeypatch, tmp_path):
    """Return `segx_viewer.cli.batch` with a pipeline that finds nothing, quickly; images are really read."""
    from segx_viewer.bundles.manifest import ModelBundle
    from segx_viewer.cli import batch
    from segx_viewer.domain.geometry import Placement
    from segx_viewer.domain.result import Analysis, BundleInfo, GateLevel, GateVerdict

    def analyse_to_end(request, store):
        image = request.image
        return Analysis(
            image=image,
            bundle=BundleInfo("none", "No model", "0", "0" * 64),
            placement=Placement.stretch(image.shape, (8, 8)),
            gate=GateVerdict(GateLevel.REFUSED, "No bundled model speaks about this image."),
            complete=True,
        )

    classes = [SimpleNamespace(code="mel"), SimpleNamespace(code="nv")]
    bundle = SimpleNamespace(info=BundleInfo("none", "No model", "0", "0" * 64), classes=classes)
    bundle.class_indices = partial(ModelBundle.class_indices, bundle)
    store = SimpleNamespace(bundles=lambda: {"none": bundle}, get={"none": bundle}.__getitem__)
    store.sibling, store.sharing_processor = lambda: store, lambda most: nullcontext((max(1, most), None))
    monkeypatch.setattr(batch, "BundleStore", lambda folders, device: store)
    monkeypatch.setattr(batch.pipeline, "analyse_to_end", analyse_to_end)
    return batch


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for n in range(3):
        Image.fromarray(np.full((30, 40, 3), 10 * n + 5, np.uint8)).save(folder / f"patient-meier-{n}.png")
    (folder / "empty.png").touch()
    (folder / "broken.png").write_bytes((folder / "patient-meier-0.png").read_bytes()[:60])
    return folder
