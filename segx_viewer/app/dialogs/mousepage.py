"""The page on which the reader says what each mouse button and the wheel do."""

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from segx_viewer.app.canvas import mouse
from segx_viewer.app.kit.i18n import mark, tr

_NAMES = {
    "left": mark("Left button, drag"),
    "middle": mark("Middle button, drag"),
    "right": mark("Right button, drag"),
    "wheel": mark("Wheel"),
}


class MousePage(QDialog):
    """A choice for each button; it holds at once and stays."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Mouse buttons"))
        self.setMinimumWidth(420)
        self.choices: dict[str, QComboBox] = {}
        form = QFormLayout()
        form.setVerticalSpacing(10)
        for name, text in _NAMES.items():
            box = QComboBox()
            for action in mouse.WHEEL if name == "wheel" else mouse.DRAGS:
                box.addItem(tr(mouse.WORDS[action]), action)
            box.activated.connect(lambda _index, name=name, box=box: mouse.assign(name, box.currentData()))
            self.choices[name] = box
            form.addRow(tr(text), box)
        note = QLabel(
            tr(
                "A click with the right button opens the menu. Space and the left button always pan; Ctrl and the "
                "wheel always zoom. Colour pictures have no window: there, such a drag pans."
            )
        )
        note.setObjectName("muted")
        note.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        restore = QPushButton(tr("Default"))
        restore.clicked.connect(self.restore)
        buttons.addButton(restore, QDialogButtonBox.ButtonRole.ResetRole)
        layout = QVBoxLayout(self)
        layout.setSpacing(16)
        layout.addLayout(form)
        layout.addWidget(note)
        layout.addWidget(buttons)
        self._follow()

    def restore(self) -> None:
        """Put everything back."""
        for name, action in mouse.DEFAULTS.items():
            mouse.assign(name, action)
        self._follow()

    def _follow(self) -> None:
        for name, box in self.choices.items():
            box.setCurrentIndex(box.findData(mouse.assigned(name)))
