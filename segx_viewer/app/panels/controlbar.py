"""The bar below the panels: method, colour map, opacity, top set, region."""

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QStandardItemModel
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QHBoxLayout, QLabel, QSlider, QWidget

from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.model.viewstate import MaskStyle, ViewState
from segx_viewer.reporting.overlay import COLORMAPS

GREY = mark("grey")
_SHOWN = {"method", "colormap", "opacity", "top_mode", "top_percent", "mask"}


class ControlBar(QFrame):
    """Shows and changes how the maps are drawn."""

    method_chosen = Signal(str)

    def __init__(self, state: ViewState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self.state = state
        self.method = QComboBox()
        self.method.setMinimumContentsLength(12)
        self.method.setToolTip(tr("Attribution method (M: next)"))
        self.method.activated.connect(lambda i: self.method_chosen.emit(self.method.itemData(i)))
        self.colormap = QComboBox()
        for name in COLORMAPS:
            self.colormap.addItem(tr(GREY) if name == GREY else name, name)  # the others are names
        self.colormap.activated.connect(lambda i: state.update(colormap=self.colormap.itemData(i)))
        self.opacity = _slider(0, 100)
        self.opacity.valueChanged.connect(lambda v: state.update(opacity=v / 100))
        self.top = QCheckBox()
        self.top.setToolTip(tr("Show only the most relevant pixels of each map, as in the SegX paper (T)"))
        self.top.toggled.connect(lambda on: state.update(top_mode=on))
        self.percent = _slider(1, 50, 64)
        self.percent.setToolTip(tr("Share of the pixels that the top set holds"))
        self.percent.valueChanged.connect(lambda v: state.update(top_percent=float(v)))
        self.region_style = QComboBox()
        for style, text in (
            (MaskStyle.OUTLINE, tr("outline")),
            (MaskStyle.FILL, tr("fill")),
            (MaskStyle.OFF, tr("off")),
        ):
            self.region_style.addItem(text, style)
        self.region_style.activated.connect(lambda i: state.update(mask=self.region_style.itemData(i)))
        self._labels: list[QLabel] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 8, 6)
        row.setSpacing(6)
        for label, *widgets in (
            (tr("Method"), self.method),
            (tr("Colours"), self.colormap),
            (tr("Opacity"), self.opacity),
            ("", self.top, self.percent),
            (tr("Region"), self.region_style),
        ):
            if label:
                named = QLabel(label)
                named.setObjectName("muted")
                named.setBuddy(widgets[0])
                row.addWidget(named)
                self._labels.append(named)
            for widget in widgets:
                row.addWidget(widget)
            row.addSpacing(8)
        row.addStretch(1)
        state.changed.connect(lambda changed: self.follow() if changed & _SHOWN else None)
        self.follow()

    def minimumSizeHint(self) -> QSize:  # noqa: N802, D102 - Qt's name
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().resizeEvent(event)
        self._give_way(event.size().width())

    def _give_way(self, width: int) -> None:
        """Leave out labels, then controls that the menus or keys have as well, where they do not fit."""
        spare: list[QWidget] = [*self._labels, self.opacity, self.colormap]
        for widget in spare:
            widget.show()
        layout = self.layout()
        for group in (self._labels, [self.opacity], [self.colormap]):
            if layout is None or layout.sizeHint().width() <= width:
                break
            for widget in group:
                widget.hide()
            layout.invalidate()

    def set_methods(
        self, methods: tuple[tuple[str, str], ...], beyond: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """Offer these (name, label) pairs; those that cannot be carried out are grey, and say why."""
        self.method.clear()
        model = self.method.model()
        for number, (name, label) in enumerate(methods):
            self.method.addItem(label, name)
            if name in beyond and isinstance(model, QStandardItemModel):
                model.item(number).setEnabled(False)
                self.method.setItemData(number, beyond[name], Qt.ItemDataRole.ToolTipRole)
        self.follow()

    def follow(self) -> None:
        """Show the view state's values."""
        view = self.state.view
        widgets = (self.method, self.colormap, self.opacity, self.top, self.percent, self.region_style)
        blockers = [QSignalBlocker(w) for w in widgets]
        self.method.setCurrentIndex(self.method.findData(view.method))
        self.colormap.setCurrentIndex(self.colormap.findData(view.colormap))
        self.opacity.setValue(round(view.opacity * 100))
        self.opacity.setToolTip(tr("Opacity of the maps: {value} %").format(value=round(view.opacity * 100)))
        self.top.setChecked(view.top_mode)
        self.top.setText(tr("Top {value} %").format(value=round(view.top_percent)))
        self.percent.setValue(round(view.top_percent))
        self.percent.setVisible(view.top_mode)
        self.region_style.setCurrentIndex(self.region_style.findData(view.mask))
        del blockers


def _slider(low: int, high: int, width: int = 80) -> QSlider:
    result = QSlider(Qt.Orientation.Horizontal)
    result.setRange(low, high)
    result.setFixedWidth(width)
    return result
