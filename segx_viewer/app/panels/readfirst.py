"""Read-first mode: results stay hidden until the reader has noted an impression."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFrame, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.model.impression import CONFIDENCES, Impression, confidence_word


class ReadFirst(QFrame):
    """Asks for the reader's impression in the place of the findings."""

    noted = Signal(object)  # Impression

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.sentence = QLabel(tr("Look first. The results appear when you have noted your impression."))
        self.sentence.setWordWrap(True)
        self.text = QPlainTextEdit()
        self.text.setPlaceholderText(tr("Your impression"))
        self.text.setFixedHeight(96)
        self.confidence = QComboBox()
        for name in CONFIDENCES:
            self.confidence.addItem(confidence_word(name), name)
        self.confidence.setCurrentIndex(1)
        self.button = QPushButton(tr("Note it and show the results"))
        self.button.setObjectName("primary")
        self.button.setEnabled(False)
        self.text.textChanged.connect(lambda: self.button.setEnabled(bool(self.text.toPlainText().strip())))
        self.button.clicked.connect(self._note)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 12, 12)
        column.setSpacing(8)
        for widget in (self.sentence, self.text, self.confidence, self.button):
            column.addWidget(widget)

    def _note(self) -> None:
        impression = Impression(self.text.toPlainText().strip(), self.confidence.currentData())
        self.text.clear()
        self.noted.emit(impression)
