"""What this program is, under which licence, and whose work it stands on."""

from importlib import metadata

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QPlainTextEdit, QTabWidget, QVBoxLayout, QWidget

from segx_viewer import __version__
from segx_viewer.app.kit.dialog import Dialog
from segx_viewer.app.kit.i18n import tr
from segx_viewer.paths import models_folder

_PAPER = "https://arxiv.org/abs/2502.10296"
_LICENCE = "https://www.apache.org/licenses/LICENSE-2.0"


def licence_text() -> str:
    """Return the licence as it was installed, or lies in the source folder; its address where neither is there."""
    try:
        text = metadata.distribution("segx-viewer").read_text("licenses/LICENSE")
    except metadata.PackageNotFoundError:
        text = None
    beside = models_folder().parent / "LICENSE"
    if text is None and beside.is_file():
        text = beside.read_text(encoding="utf-8")
    return text or _LICENCE


class About(Dialog):
    """Version, paper and licence; links are opened by the system's browser, when they are clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("About SegX Viewer"))
        self.resize(620, 460)
        self.words = QLabel(
            tr(
                "<h3>SegX Viewer {version}</h3><p>Shows what a network saw in a clinical image, and how far its "
                "explanation can be trusted (SegX and SegU; Zhang, Zhu, Luo, PMLR 281, 2025).</p>"
                "<p><b>Research use only - not for diagnosis.</b></p>"
            ).format(version=__version__)
            + tr(
                '<p>Method: <a href="{paper}">{paper}</a></p><p>Program: Apache License 2.0, <a href="{licence}">'
                "{licence}</a></p><p>Models have licences of their own, some of them non-commercial: see the models' "
                "cards. Qt (PySide6) is used under the LGPL 3; icons are Lucide's (ISC).</p>"
            ).format(paper=_PAPER, licence=_LICENCE)
        )
        self.words.setWordWrap(True)
        self.words.setOpenExternalLinks(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.words.setMargin(12)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.licence = QPlainTextEdit(licence_text())
        self.licence.setReadOnly(True)
        tabs = QTabWidget()
        tabs.addTab(self.words, tr("Program"))
        tabs.addTab(self.licence, tr("Licence"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(tabs, 1)
        layout.addWidget(buttons)
