"""Class probabilities as bars; choosing a class explains it."""

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from segx_viewer.app.canvas.badge import WORDS, paint_badge
from segx_viewer.app.kit import theme
from segx_viewer.app.kit.i18n import decimal, tr
from segx_viewer.domain.result import Activation, Level, Prediction
from segx_viewer.reporting.words import percent

_CLASS = Qt.ItemDataRole.UserRole
_PROBABILITY = Qt.ItemDataRole.UserRole + 1
_CODE = Qt.ItemDataRole.UserRole + 2
_CUT_OFF = Qt.ItemDataRole.UserRole + 3
"""Of a class that stands for itself; None where exactly one class applies."""
_BADGE = Qt.ItemDataRole.UserRole + 4
"""The badge's level of one of several findings; None where the badge does not speak of it."""


_BADGE_SIDE = 14
_MOST, _LEAST, _LOWEST = 320, 110, 88  # height of the list
_QUIET = "quiet"
"""Property of the list: no finding leads."""


class Findings(QWidget):
    """The list of classes, most probable first."""

    chosen = Signal(int)  # class index

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._short = False
        self._note = "", ""  # with what is left out where there is little room
        self.list = QListWidget()
        self.list.setItemDelegate(_Bars(self.list))
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(tr("Findings"))
        self.list.setToolTip(tr("Choose a finding to see where the network looked for it"))
        self.list.currentItemChanged.connect(self._on_chosen)
        self.note = QLabel()
        self.note.setObjectName("muted")
        self.note.setWordWrap(True)
        self.note.setContentsMargins(12, 0, 12, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.note)
        column.addWidget(self.list)
        self.show_prediction(None, None)

    def show_prediction(
        self,
        prediction: Prediction | None,
        class_index: int | None,
        note: str = "",
        level: Level | None = Level.LOW,
        badges: Mapping[int, Level] = MappingProxyType({}),
    ) -> None:
        """Show class probabilities; `note` stands there instead of an empty list.

        Of several findings, each that is stated has a badge of its own: `badges` by class index, as far as known.
        Without a `level`, the badge has not spoken yet; where it abstains, the scores are small and grey.
        """
        self.list.setProperty(_QUIET, level in (None, Level.ABSTAIN))
        blocker = QSignalBlocker(self.list)
        if prediction is None:
            self.list.clear()
        else:
            self._fill(prediction, class_index, badges if prediction.activation is Activation.SIGMOID else {})
        del blocker
        self.list.setVisible(prediction is not None)
        several = prediction is not None and prediction.activation is Activation.SIGMOID
        abstains = prediction is not None and level is Level.ABSTAIN
        if abstains:
            note = tr("The network's own scores. The viewer makes no statement about them.")
        if prediction is not None and several and not abstains:
            note = _found(prediction)
        further = [tr("Each has a badge of its own, on the right.")] if several and badges else []
        none_of_them = prediction.none_of_them if prediction is not None and not abstains else None
        if none_of_them is not None:
            share = percent(none_of_them).replace(" ", "\N{NO-BREAK SPACE}")  # "< 1 %" stays on one line
            further.append(tr("Taken together: {share} that it shows none of them.").format(share=share))
        self._note = note, " ".join(further)
        self._write_note()
        self.note.setVisible(prediction is None or several or abstains)
        self.list.doItemsLayout()  # rows have another height

    def be_short(self, short: bool) -> None:
        """Take less room, where the window is too low for what stands below."""
        if short != self._short:
            self._short = short
            self._write_note()
        self._fit()

    def _write_note(self) -> None:
        note, further = self._note
        self.note.setText(note if self._short or not further else f"{note} {further}")
        self.note.setToolTip(further)

    def _fill(self, prediction: Prediction, class_index: int | None, badges: Mapping[int, Level]) -> None:
        ranking = prediction.ranking
        while self.list.count() > len(ranking):
            self.list.takeItem(self.list.count() - 1)
        while self.list.count() < len(ranking):
            self.list.addItem(QListWidgetItem())
        for row, index in enumerate(ranking):
            item, info = self.list.item(row), prediction.classes[index]
            item.setData(_CLASS, index)
            item.setData(_PROBABILITY, float(prediction.probabilities[index]))
            item.setData(_CODE, info.code)
            label = tr(info.label)
            item.setText(label)
            exact = f"{decimal(prediction.probabilities[index] * 100, '.1f')} %"
            cut_off = info.threshold if prediction.activation is Activation.SIGMOID else None
            item.setData(_CUT_OFF, cut_off)
            if cut_off is not None:
                above = prediction.is_above(index)
                words = tr("above its cut-off of {cut_off}") if above else tr("not above its cut-off of {cut_off}")
                share = f"{decimal(cut_off * 100, '.3g')} %"
                exact = f"{exact}, {words.format(cut_off=share)}"
            badge = badges.get(index)
            item.setData(_BADGE, badge)
            item.setToolTip(f"{label} ({info.code}): {exact}")
            if badge is not None:
                exact = f"{exact}. {tr(WORDS[badge])}"
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{label}, {exact}")
            if index == class_index:
                self.list.setCurrentItem(item)
        self._fit()

    def _fit(self) -> None:
        """Give the list the height of its rows, as far as the badge above and something below stay in sight."""
        rows = sum(self.list.sizeHintForRow(row) for row in range(self.list.count()))
        room = _LOWEST if self._short else max(_LEAST, self.window().height() // 3)
        self.list.setFixedHeight(min(rows + 4, _MOST, room))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().resizeEvent(event)
        self._fit()

    def _on_chosen(self, item: QListWidgetItem | None, _previous: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(item.data(_CLASS))


class _Bars(QStyledItemDelegate):
    """One row: label, percentage and a bar below them; the most probable one larger.

    Where each class stands for itself, those above their cut-offs have the accent's colour and a dot, and a mark on the
    bar shows where the cut-off lies.
    """

    def __init__(self, shown: QListWidget) -> None:
        super().__init__(shown)
        self._list = shown

    @property
    def _is_quiet(self) -> bool:
        return bool(self._list.property(_QUIET))

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: N802 - Qt's name
        if index.row() or self._is_quiet:
            return QSize(200, 36)
        font = _font(option.font, True)
        room = self._list.viewport().width() - 20 - QFontMetrics(font).horizontalAdvance("100 %") - 12
        room -= _BADGE_SIDE + 6 if index.data(_BADGE) is not None else 0
        fits = QFontMetrics(font).horizontalAdvance(_label(index)) <= room
        return QSize(200, 46 if fits else 66)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        painter.save()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(option.rect, theme.colour("selection"))
            painter.fillRect(
                QRectF(option.rect.left(), option.rect.top(), 3, option.rect.height()), theme.colour("accent")
            )
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, theme.colour("raised"))
        box = QRectF(option.rect).adjusted(10, 4, -10, -4)
        quiet = self._is_quiet
        first = index.row() == 0 and not quiet
        probability = index.data(_PROBABILITY)
        share = percent(probability)
        top = Qt.AlignmentFlag.AlignTop
        # The name leads, not its score: of the percentages, the badge's comes first.
        painter.setFont(_font(option.font, False, quiet))
        painter.setPen(theme.colour("muted"))
        painter.drawText(box, top | Qt.AlignmentFlag.AlignRight, share)
        room = box.width() - painter.fontMetrics().horizontalAdvance(share) - 12
        badge = None if quiet else index.data(_BADGE)
        if badge is not None:
            room -= _BADGE_SIDE + 6
            place = QRectF(box.left() + room + 6, box.top() + 2, _BADGE_SIDE, _BADGE_SIDE)
            painter.save()
            paint_badge(painter, place.adjusted(1, 1, -1, -1), badge)
            painter.restore()
        painter.setFont(_font(option.font, first, quiet))
        painter.setPen(theme.colour("muted" if quiet else "text"))
        cut_off = index.data(_CUT_OFF)
        found = not quiet and (first if cut_off is None else _is_found(index))
        label = _label(index)
        if not first:
            label = painter.fontMetrics().elidedText(label, Qt.TextElideMode.ElideRight, int(room))
        text_box = QRectF(box.left(), box.top(), room, box.height())
        painter.drawText(text_box, top | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap, label)
        bar = QRectF(box.left(), box.bottom() - 5, box.width(), 4)
        painter.fillRect(bar, theme.colour("line"))
        bar.setWidth(max(1.0, bar.width() * probability))
        painter.fillRect(bar, theme.colour("accent") if found else theme.colour("muted"))
        if cut_off is not None:
            mark = QRectF(box.left() + min(box.width() - 2, box.width() * cut_off), bar.top() - 3, 2, bar.height() + 6)
            painter.fillRect(mark, theme.colour("text"))
        painter.restore()


def _is_found(index: QModelIndex | QPersistentModelIndex) -> bool:
    """Whether a class that stands for itself lies above its cut-off."""
    cut_off = index.data(_CUT_OFF)
    return cut_off is not None and index.data(_PROBABILITY) > cut_off


def _label(index: QModelIndex | QPersistentModelIndex) -> str:
    return f"● {index.data()}" if _is_found(index) else index.data()


def _found(prediction: Prediction) -> str:
    count = len(prediction.findings)
    if count == 0:
        return tr("No finding lies above its cut-off (the mark on the bar).")
    return tr("{count} of {all} findings lie above their cut-offs (the mark on the bar).").format(
        count=count, all=len(prediction.classes)
    )


def _font(base: QFont, first: bool, quiet: bool = False) -> QFont:
    font = QFont(base)
    font.setPixelSize(16 if first else 12 if quiet else 13)
    font.setBold(first)
    return font
