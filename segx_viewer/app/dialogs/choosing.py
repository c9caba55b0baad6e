"""Controls for rows of the table of settings; what is chosen holds at once and stays."""

from collections.abc import Callable

from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QLabel

from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.kit.preferences import Choice, Number


def choice_box(setting: Choice, chosen: Callable[[str], object] | None = None) -> QComboBox:
    """Return a list of a setting's choices; `chosen` is called instead of remembering the choice alone."""
    box = QComboBox()
    for value, text in setting.choices.items():
        box.addItem(tr(text), value)
    box.setCurrentIndex(box.findData(setting.value()))
    box.setAccessibleName(tr(setting.text))
    box.activated.connect(lambda _index: (chosen or setting.choose)(box.currentData()))
    return box


def number_box(setting: Number) -> QDoubleSpinBox:
    """Return a field for a number with its unit; what is typed is not remembered yet."""
    box = QDoubleSpinBox()
    box.setRange(setting.low, setting.high)
    box.setDecimals(setting.decimals)
    box.setSuffix(tr(setting.unit))
    box.setAccessibleName(tr(setting.text))
    return box


def note(text: str) -> QLabel:
    """Return an explanation below a control."""
    result = QLabel(text)
    result.setObjectName("muted")
    result.setWordWrap(True)
    return result
