"""The bar that appears above the panels while the region is being edited."""

from typing import Any

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSlider, QToolButton, QWidget

from segx_viewer.app.canvas.editing import Editor
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.model.actions import Actions
from segx_viewer.app.model.viewstate import ViewState


class EditBar(QFrame):
    """Brush, eraser, polygon, their size, the segmenter's threshold, reset."""

    def __init__(self, state: ViewState, editor: Editor, actions: Actions[Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topbar")
        self._state, self._editor = state, editor
        self.title = QLabel()
        self.title.setObjectName("muted")
        self.size_slider = _slider(1, 40, 90)
        self.size_slider.valueChanged.connect(lambda v: state.update(brush=v / 100))
        self.threshold = _slider(2, 98, 90)
        self.threshold.setToolTip(tr("How sure the segmentation must be for a pixel to belong to the region"))
        self.threshold.valueChanged.connect(lambda v: editor.set_threshold(v / 100))
        self.threshold.sliderReleased.connect(lambda: editor.commit_threshold(self.threshold.value() / 100))
        self.reset = QPushButton(tr("Reset"))
        self.reset.setToolTip(tr("Go back to the predicted region"))
        self.reset.clicked.connect(editor.reset)
        self.done = QPushButton(tr("Done"))
        self.done.setObjectName("primary")
        self.done.clicked.connect(lambda: actions.run("edit_region"))
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 5, 8, 5)
        row.setSpacing(6)
        row.addWidget(self.title)
        for name in ("brush", "eraser", "polygon"):
            button = QToolButton()
            button.setDefaultAction(actions[name])
            button.setObjectName("flat")
            button.setIconSize(QSize(18, 18))
            row.addWidget(button)
        for text, slider in ((tr("Size"), self.size_slider), (tr("Threshold"), self.threshold)):
            label = QLabel(text)
            label.setObjectName("muted")
            row.addSpacing(8)
            row.addWidget(label)
            row.addWidget(slider)
        row.addStretch(1)
        row.addWidget(self.reset)
        row.addWidget(self.done)
        state.changed.connect(lambda changed: self.follow() if changed & {"editing", "brush"} else None)
        self.follow()

    def minimumSizeHint(self) -> QSize:  # noqa: N802, D102 - Qt's name
        return QSize(0, super().minimumSizeHint().height())

    def follow(self) -> None:
        """Show the state of the view and the analysis."""
        view, analysis = self._state.view, self._editor.analysis
        self.setVisible(view.editing and analysis is not None)
        blockers = [QSignalBlocker(self.size_slider), QSignalBlocker(self.threshold)]
        self.size_slider.setValue(round(view.brush * 100))
        if analysis is not None:
            self.title.setText(tr("Edit the {region}").format(region=tr(analysis.bundle.region)))
            region = self._editor.region
            if not region.edited:
                self.threshold.setValue(round(region.threshold * 100))
            self.reset.setEnabled(region.edited)
        del blockers


def _slider(low: int, high: int, width: int) -> QSlider:
    result = QSlider(Qt.Orientation.Horizontal)
    result.setRange(low, high)
    result.setFixedWidth(width)
    return result
