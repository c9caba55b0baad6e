"""Keyboard and screen readers: the focus is seen, what is written is no command, and what matters has a name."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QToolButton, QWidget

from segx_viewer.app.canvas.scene import Panel
from segx_viewer.app.kit.qimage import to_array
from segx_viewer.app.model.viewstate import ViewState


def pixels(widget: QWidget):
    image = QImage(widget.size(), QImage.Format.Format_RGB32)
    widget.render(image, QPoint())
    return to_array(image).copy()


def test_tab_moves_the_focus_and_leaves_the_panels(qtbot, opened):
    opened.activateWindow()
    before = opened.focusWidget()
    qtbot.keyClick(before, Qt.Key.Key_Tab)
    assert opened.focusWidget() is not before
    assert opened.left.isVisible()
    qtbot.keyClick(opened, Qt.Key.Key_F9)
    assert not opened.left.isVisible()
    qtbot.keyClick(opened, Qt.Key.Key_F9)
    assert opened.left.isVisible()


def test_the_focus_is_seen_wherever_tab_leads(opened):
    opened.activateWindow()
    opened.control_bar.method.setFocus()
    unseen, met = [], set()
    for _ in range(60):
        opened.focusNextChild()
        widget = QApplication.focusWidget()
        if widget in met:
            continue
        met.add(widget)
        focused = pixels(widget)
        widget.clearFocus()
        if (focused == pixels(widget)).all():
            unseen.append(type(widget).__name__ + " " + widget.objectName() + widget.toolTip())
        widget.setFocus(Qt.FocusReason.TabFocusReason)
    assert len(met) > 10
    assert not unseen


def test_a_panel_that_was_clicked_has_no_frame(qtbot, opened):
    port = opened.viewports.ports[Panel.IMAGE]
    qtbot.mouseClick(port, Qt.MouseButton.LeftButton, pos=QPoint(60, 60))
    assert port.hasFocus()
    assert not port.ringed


@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit, QTextEdit])
def test_no_letter_is_a_command_while_a_text_is_written(qtbot, opened, kind):
    opened.activateWindow()
    field = kind(opened)
    field.setGeometry(400, 300, 200, 60)
    field.show()
    field.setFocus()
    keyed = {k for a in opened.commands.by_id.values() for k in (s.toString() for s in a.shortcuts()) if len(k) == 1}
    letters = "".join(sorted(key.lower() for key in keyed if key.isalpha())) + " 12b"
    assert len(letters) > 10
    view = opened.state.view
    QTest.keyClicks(field, letters)
    QTest.keyClicks(field, "A")
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyPress(field, Qt.Key.Key_B)
    assert not opened.state.view.bare
    QTest.keyRelease(field, Qt.Key.Key_B)
    assert opened.state.view == view
    written = field.text() if isinstance(field, QLineEdit) else field.toPlainText()
    assert written == letters + "Ab"
    assert isinstance(opened.state, ViewState)


def test_tool_tips_are_words_with_the_key_that_holds_now(opened):
    button = next(b for b in opened.top_bar.findChildren(QToolButton) if b.defaultAction().objectName() == "fit")
    assert "(F)" in button.toolTip()
    opened.commands.set_shortcut("fit", "Ctrl+J")
    assert "(Ctrl+J)" in button.toolTip()
    for action in opened.commands.by_id.values():
        assert action.toolTip()
        assert "&" not in action.toolTip()
        assert "_" not in action.toolTip()


def test_a_screen_reader_is_told_badge_findings_and_panels(opened):
    def told(widget: QWidget, part: QAccessible.Text) -> str:
        return QAccessible.queryAccessibleInterface(widget).text(part)

    badge = told(opened.certainty.shape, QAccessible.Text.Name)
    assert "Moderate certainty" in badge
    assert "78 %" in badge
    findings = QAccessible.queryAccessibleInterface(opened.findings.list)
    assert findings.text(QAccessible.Text.Name) == "Findings"
    assert "Melanoma, 62.0 %" in findings.child(0).text(QAccessible.Text.Name)
    panels = [told(port, QAccessible.Text.Name) for port in opened.viewports.visible_ports]
    assert panels[0]
    assert "Original map" in panels
    assert len(set(panels)) == len(panels)
