"""The page on which the reader says what each mouse button and the wheel do."""

from PySide6.QtWidgets import QComboBox, QFormLayout, QPushButton, QVBoxLayout, QWidget

from segx_viewer.app.dialogs.choosing import choice_box, note
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.kit.preferences import MOUSE


class MousePage(QWidget):
    """A choice for each button; it holds at once and stays."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choices: dict[str, QComboBox] = {}
        form = QFormLayout()
        form.setVerticalSpacing(10)
        for name, setting in MOUSE.items():
            self.choices[name] = choice_box(setting)
            form.addRow(tr(setting.text), self.choices[name])
        words = tr(
            "A click with the right button opens the menu. Space and the left button always pan; Ctrl and the "
            "wheel always zoom. Colour pictures have no window: there, such a drag pans."
        )
        restore = QPushButton(tr("Default"))
        restore.clicked.connect(self.restore)
        form.addRow(note(words))
        form.addRow("", restore)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addStretch(1)

    def restore(self) -> None:
        """Put everything back."""
        for name, box in self.choices.items():
            MOUSE[name].choose(MOUSE[name].default)
            box.setCurrentIndex(box.findData(MOUSE[name].default))
