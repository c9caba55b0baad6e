"""The file of the hanging rules as text, with a word about what is wrong in it."""

from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from segx_viewer.app.kit.dialog import Dialog
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.kit.reasons import told
from segx_viewer.app.model import hanging
from segx_viewer.errors import SegxError


class HangingRules(Dialog):
    """Shows the file, checks what is written, and saves it; it can be edited in any other program as well."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Hanging rules"))
        self.resize(980, 620)
        self.text = QPlainTextEdit(hanging.text_of_file())
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName(tr("Hanging rules"))
        self.problem = QLabel()
        self.problem.setObjectName("notice")
        self.problem.setWordWrap(True)
        place = QLabel(str(hanging.rules_file()))
        place.setObjectName("small")
        place.setWordWrap(True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self._save)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for widget in (place, self.text, self.problem, self.buttons):
            column.addWidget(widget)
        self.text.textChanged.connect(self._check)
        self._check()

    def _check(self) -> None:
        problems = hanging.parsed(self.text.toPlainText()).problems
        self._tell(problems[0] if problems else "")

    def _tell(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setEnabled(not problem)

    def _save(self) -> None:
        try:
            hanging.write(self.text.toPlainText())
        except SegxError as error:  # such as a disk that is full
            self._tell(told(error))
        else:
            self.accept()
