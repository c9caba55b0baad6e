"""The bar below the panels with which a film is played: start and stop, speed, direction, and from where to where."""

from PySide6.QtCore import QSignalBlocker, QSize, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QFrame, QHBoxLayout, QLabel, QPushButton, QSpinBox, QWidget

from segx_viewer.app.kit import theme
from segx_viewer.app.kit.i18n import decimal, tr
from segx_viewer.app.model.cine import FASTEST, SLOWEST, Direction, Scroller
from segx_viewer.app.model.viewstate import ViewState

_BOX = 76  # px of a box with a number of four digits
_ROOM = 44  # px that a box needs beside its text


class CineBar(QFrame):
    """Shown on request, and while a film runs; follows a `Scroller`."""

    def __init__(self, scroller: Scroller, state: ViewState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self._scroller, self._state = scroller, state
        self._again = QTimer(self, singleShot=True, interval=0)
        self._again.timeout.connect(self._give_way)
        self.play = QPushButton()
        self.play.setIconSize(QSize(16, 16))
        self.play.clicked.connect(scroller.toggle_film)
        self.rate = QDoubleSpinBox()
        self.rate.setRange(SLOWEST, FASTEST)
        self.rate.setDecimals(1)
        self.rate.setSuffix(tr(" images/s"))
        self.rate.setAccessibleName(tr("Speed of the film"))
        self.rate.valueChanged.connect(scroller.set_rate)
        self.direction = QComboBox()
        self.direction.setAccessibleName(tr("Direction of the film"))
        for direction in Direction:
            self.direction.addItem(tr(direction.value), direction)
        self.direction.activated.connect(lambda i: scroller.set_direction(self.direction.itemData(i)))
        self.first, self.last = QSpinBox(), QSpinBox()
        self.first.setAccessibleName(tr("First image of the film"))
        self.last.setAccessibleName(tr("Last image of the film"))
        for box in (self.first, self.last):
            box.setKeyboardTracking(False)  # 12 is no film from 1 on while it is being typed
            box.valueChanged.connect(lambda _value: scroller.set_range(self.first.value() - 1, self.last.value() - 1))
        self.stated = QLabel()
        self.stated.setObjectName("muted")
        self.close_button = QPushButton(tr("Close"))
        self.close_button.clicked.connect(self._close)
        for field in (self.first, self.last):
            field.setMaximumWidth(_BOX)
        self.direction.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._labels: list[QLabel] = []
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(8)
        row.addWidget(self.play)
        row.addWidget(self.rate)
        row.addWidget(self.direction)
        for text, box in ((tr("from"), self.first), (tr("to"), self.last)):
            label = QLabel(text)
            label.setObjectName("muted")
            self._labels.append(label)
            row.addWidget(label)
            row.addWidget(box)
        row.addWidget(self.stated, 1)
        row.addWidget(self.close_button)
        scroller.changed.connect(self.follow)
        state.changed.connect(lambda changed: self.follow() if "cine_bar" in changed else None)
        self.follow()

    def minimumSizeHint(self) -> QSize:  # noqa: N802, D102 - Qt's name
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().resizeEvent(event)
        self._again.start()

    def _give_way(self) -> None:
        """Leave out rather than cut: what the file says, what the numbers are, then what menus and keys do, too."""
        spare = (self.stated, *self._labels, self.close_button, self.direction, self.first, self.last)
        self.rate.setFixedWidth(self.rate.fontMetrics().horizontalAdvance(f"{FASTEST:.1f}{self.rate.suffix()}") + _ROOM)
        for widget in spare:
            widget.show()
        for widget in (self.play, self.direction, self.close_button):
            widget.setMinimumWidth(widget.sizeHint().width())  # a word may be longer than the one before
        self._row.invalidate()
        for widget in spare:
            if self._row.sizeHint().width() <= self.width():
                break
            widget.hide()
            self._row.invalidate()

    def _close(self) -> None:
        self._scroller.stop()
        self._state.update(cine_bar=False)

    def follow(self) -> None:
        """Show how the film runs."""
        scroller = self._scroller
        stack = scroller.stack if scroller.playing or self._state.view.cine_bar else None
        self.setVisible(stack is not None)
        if stack is None:
            return
        blockers = [QSignalBlocker(w) for w in (self.rate, self.direction, self.first, self.last)]
        self.play.setText(tr("Stop") if scroller.playing else tr("Play"))
        self.play.setIcon(theme.icon("square" if scroller.playing else "play"))
        self.rate.setValue(scroller.rate)
        self.direction.setCurrentIndex(self.direction.findData(scroller.direction))
        first, last = scroller.range
        for box, position in ((self.first, first), (self.last, last)):
            box.setRange(1, len(stack))
            box.setValue(position + 1)
        stated = scroller.stated_rate
        self.stated.setText(
            tr("The file says {rate}").format(rate=decimal(stated, ".1f")) if stated is not None else ""
        )
        del blockers
        self._again.start()  # what has just appeared has its style, and its size, a moment later
