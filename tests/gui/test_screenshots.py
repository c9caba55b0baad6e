import pytest
from PySide6.QtGui import QImage

from segx_viewer.app.screenshots import make_screenshots


def test_every_view_is_shot_and_none_is_blank(engine, tmp_path):
    written = make_screenshots(tmp_path / "shots", engine)
    names = {path.stem for path in written}
    assert len(names) == len(written) >= 14
    wanted = {
        "01-empty",
        "04-curtain",
        "07-grid",
        "08-edited-region",
        "10-unreadable-file-1280x800",
        "12-light-theme",
        "13-german-1280x800",
        "15-two-images",
        "16-series-film-and-region-of-interest",
        "17-1920x1080-at-200-percent",
        "18-contact-sheet",
        "19-settings",
        "20-manual",
        "21-worklist",
        "26-hanging-rules",
        "27-series-opened",
        "28-german-report",
        "29-german-settings",
        "22-body-map",
        "23-abcd-rule",
        "24-seven-points",
        "25-time-line",
        "22-body-map-german",
        "25-time-line-german",
    }
    assert wanted <= names
    for path in written:
        image = QImage(str(path)).scaled(80, 50)
        colours = {image.pixel(x, y) for x in range(80) for y in range(50)}
        assert len(colours) > 20, path.name
    large = QImage(str(tmp_path / "shots" / "14-3840x2160-at-200-percent.png"))
    assert (large.width(), large.height()) == (3840, 2160)
    doubled = QImage(str(tmp_path / "shots" / "17-1920x1080-at-200-percent.png"))
    assert (doubled.width(), doubled.height()) == (1920, 1080)
    assert pytest.approx(1280) == QImage(str(tmp_path / "shots" / "13-german-1280x800.png")).width()
