"""The real window with the real models: open, analyse, switch class, export, look at what was written."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPointF

import segx_viewer as sx
from segx_viewer.app.canvas.scene import Panel
from segx_viewer.app.jobs.engine import Engine
from segx_viewer.app.kit.qimage import to_array
from segx_viewer.app.model.viewstate import MaskStyle
from segx_viewer.app.sessions.export import export_report
from segx_viewer.app.window import Window
from segx_viewer.cli import main
from segx_viewer.domain.result import Level
from segx_viewer.paths import models_folder
from segx_viewer.reporting import overlay

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not list(models_folder().glob("*/bundle.toml")), reason="the bundled models are not here"),
]


@pytest.fixture
def real(qtbot):
    window = Window(Engine())
    window.fill()
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    yield window
    window.close()


def shown(qtbot, window: Window, path: str | Path) -> Window:
    window.open_paths([Path(path)])
    qtbot.waitUntil(window.has_result, timeout=600_000)
    return window


@pytest.fixture
def radiograph() -> str:
    from pydicom.data import get_testdata_file

    return get_testdata_file("RG1_UNCR.dcm", download=False)


@pytest.fixture
def lesion(tmp_path: Path) -> Path:
    from segx_viewer.imaging.synthetic import draw_lesion

    path = tmp_path / "SYNTHETIC-lesion.png"
    Image.fromarray(draw_lesion()).save(path)
    return path


def test_a_radiograph_from_opening_to_the_report(qtbot, real, radiograph, tmp_path):
    shown(qtbot, real, radiograph)
    assert real.workspace.analyses.current.bundle.name == "chest-findings"  # an adult
    assert real.findings.list.count() == 14
    qtbot.waitUntil(lambda: real.workspace.analyses.current.complete, timeout=120_000)  # every finding has its map
    stated = len(real.workspace.analyses.current.prediction.findings)
    assert len(real.workspace.analyses.current.explanations) == stated > 1
    assert real.certainty.shape.level is not Level.ABSTAIN
    port = real.viewports.ports[Panel.IMAGE]
    picture = to_array(port.grab().toImage()).astype(int)
    spine = port.to_panel(QPointF(920, 1000)).toPoint()
    air = port.to_panel(QPointF(60, 160)).toPoint()
    assert picture[spine.y(), spine.x()].mean() > picture[air.y(), air.x()].mean() + 60  # bright bones, dark air

    first = real.workspace.analyses.key
    real.findings.list.setCurrentRow(13)  # the least probable finding, which is not stated
    qtbot.waitUntil(lambda: real.workspace.analyses.key != first and real.has_result(), timeout=120_000)
    assert len(real.workspace.analyses.current.explanations) == stated + 1

    target = tmp_path / "report.png"
    export_report(real.workspace, target)
    qtbot.waitUntil(lambda: "report.png" in real.status.message.text(), timeout=120_000)
    report = np.asarray(Image.open(target).convert("RGB")).astype(int)
    assert report.shape[1] > 3 * 1841  # three panels at full resolution
    coloured = np.ptp(report, axis=2) > 40
    assert 0.01 < coloured.mean() < 0.5  # the maps are there, and they are not everything


@pytest.mark.parametrize("image", ["lesion", "radiograph"])
def test_window_command_line_and_python_give_identical_numbers(qtbot, real, image, tmp_path, request):
    """One image, three ways: the record of the window's export is that of `analyze` and of `sx.analyze`."""
    path = Path(request.getfixturevalue(image))
    shown(qtbot, real, path)
    qtbot.waitUntil(lambda: real.workspace.analyses.current.complete, timeout=600_000)  # the last alignments come late
    target = tmp_path / "window.json"
    export_report(real.workspace, target)
    qtbot.waitUntil(target.exists, timeout=600_000)
    assert main(["analyze", str(path), "--out", str(tmp_path / "out"), "--output", "json"]) == 0
    (line,) = (tmp_path / "out").glob("*.json")
    records = [json.loads(p.read_text("utf-8")) for p in (target, line)]
    records.append(json.loads(json.dumps(sx.analyze(path).to_dict())))
    for record in records:
        del record["created"], record["seconds"]
        for explanation in record["explanations"]:
            del explanation["seconds"]
    by_window, by_line, by_python = records
    assert by_window["explanations"]
    assert by_window == by_line == by_python


def test_the_screen_shows_what_compose_shows(qtbot, real, lesion):
    """The viewport blends by itself; it must come out as the report's `compose` does, within a tolerance."""
    shown(qtbot, real, lesion)
    real.state.update(opacity=0.6, mask=MaskStyle.OFF, corner_text=False)
    real.commands.run("actual_size")
    port = real.viewports.ports[Panel.ORIGINAL]
    screen = to_array(port.grab().toImage()).astype(int)
    analysis, key = real.workspace.analyses.current, real.workspace.analyses.key
    saliency = analysis.explanations[key].saliency_map
    vmin, vmax = overlay.shared_scale(saliency)
    heat = overlay.heatmap_layer(saliency, analysis.placement, vmin=vmin, vmax=vmax, opacity=0.6)
    expected = overlay.compose([overlay.base_layer(analysis.image.pixels), heat]).astype(int)
    difference = []
    for y in range(30, 420, 13):
        for x in range(30, 570, 13):
            at = port.to_panel(QPointF(x + 0.5, y + 0.5))
            if 4 < at.x() < port.width() - 4 and 40 < at.y() < port.height() - 4:
                difference.append(np.abs(screen[int(at.y()), int(at.x())] - expected[y, x]).max())
    assert len(difference) > 300
    assert np.median(difference) <= 6
    assert np.percentile(difference, 95) <= 24  # hairs are one pixel wide; a third of a pixel matters there


def test_a_large_photograph_is_shown_and_its_overlay_lies_where_the_map_says(qtbot, real, lesion, tmp_path):
    large = tmp_path / "SYNTHETIC-large.png"
    Image.open(lesion).resize((6000, 4000)).save(large, compress_level=1)
    shown(qtbot, real, large)
    region = real.scene.overlays.region
    outline = real.scene.overlays.outline().boundingRect()
    rows, columns = np.nonzero(region)
    assert outline.left() == pytest.approx(columns.min() / region.shape[1], abs=0.01)
    assert outline.bottom() == pytest.approx((rows.max() + 1) / region.shape[0], abs=0.01)
    assert real.scene.probe(QPointF(3000, 2000), real.state.view)["inside"]
