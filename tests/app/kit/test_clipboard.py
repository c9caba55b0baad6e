import subprocess
import sys

from PySide6.QtGui import QGuiApplication, QImage

from segx_viewer.app.kit import clipboard

MARK = "application/x-segx-viewer-test"


def test_only_what_is_ours_is_taken_away(qapp):
    picture = QImage(3, 2, QImage.Format.Format_RGB32)
    picture.fill(0xFF336699)
    clipboard.put(picture, MARK)
    assert clipboard.holds(MARK)
    assert QGuiApplication.clipboard().image().size() == picture.size()
    clipboard.clear(MARK)
    assert not clipboard.holds(MARK)
    QGuiApplication.clipboard().setText("somebody's")
    clipboard.clear(MARK)
    assert QGuiApplication.clipboard().text() == "somebody's"


def test_a_program_ends_properly_with_its_picture_on_the_clipboard():
    code = f"""
from PySide6.QtGui import QGuiApplication, QImage
from segx_viewer.app.kit import clipboard
app = QGuiApplication([])
clipboard.put(QImage(3, 2, QImage.Format.Format_RGB32), {MARK!r})
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
