"""All settings in one place, a page for each subject."""

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QDialogButtonBox, QFormLayout, QTabWidget, QVBoxLayout, QWidget

from segx_viewer.app.dialogs.choosing import choice_box
from segx_viewer.app.dialogs.mousepage import MousePage
from segx_viewer.app.dialogs.privacypage import PrivacyPage
from segx_viewer.app.dialogs.shortcuts import ShortcutPage
from segx_viewer.app.kit.dialog import Dialog
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.kit.preferences import LANGUAGE, THEME, TOOLS
from segx_viewer.app.model.actions import Actions

GENERAL, KEYS, MOUSE, PRIVACY = range(4)


class SettingsDialog(Dialog):
    """Settings that hold at once and stay.

    Parameters
    ----------
    actions : Actions
        Whose keys are chosen, and which change theme and language.
    forget : callable
        Forgets everything that is remembered.
    parent : QWidget, optional
    """

    def __init__(self, actions: Actions[Any], forget: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Settings"))
        self.resize(620, 620)
        self._actions = actions
        self.general: dict[str, QWidget] = {}
        self.tabs = QTabWidget()
        self.tabs.addTab(self._general(), tr("General"))
        self.tabs.addTab(ShortcutPage(actions), tr("Keyboard shortcuts"))
        self.tabs.addTab(MousePage(), tr("Mouse buttons"))
        self.tabs.addTab(PrivacyPage(forget), tr("Privacy and limits"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(buttons)

    def show_page(self, page: int) -> None:
        """Show one of the pages, above what is open."""
        self.tabs.setCurrentIndex(page)
        self.show()
        self.raise_()
        self.activateWindow()

    def _general(self) -> QWidget:
        page = QWidget()
        form = QFormLayout(page)
        form.setVerticalSpacing(10)
        for setting, chosen in (
            (LANGUAGE, lambda name: self._actions.run(f"language_{name}")),
            (THEME, lambda name: self._actions.run(f"theme_{name}")),
            (TOOLS, self._choose_tools),
        ):
            self.general[setting.key] = choice_box(setting, chosen)
            form.addRow(tr(setting.text), self.general[setting.key])
        return page

    def _choose_tools(self, value: str) -> None:
        TOOLS.choose(value)
        self._actions.follow()
