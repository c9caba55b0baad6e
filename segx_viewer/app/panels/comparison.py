"""Two images beside each other, each with its own analysis; one of them is the one being worked on.

Or one image twice, with what two models say of it.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from segx_viewer.app.canvas.badge import WORDS, BadgeShape
from segx_viewer.app.canvas.colorbar import ColorBar
from segx_viewer.app.canvas.graphics import Graphics
from segx_viewer.app.canvas.scene import Panel, Scene
from segx_viewer.app.canvas.viewport import Viewport
from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit.i18n import date_text, tr
from segx_viewer.app.kit.reasons import told
from segx_viewer.app.model.documents import Documents, hidden, key_of
from segx_viewer.app.model.stack import Stack, stack_of, stack_text
from segx_viewer.app.model.viewstate import PER_IMAGE, View, ViewState
from segx_viewer.app.panels.certainty import statement
from segx_viewer.domain.image import MedicalImage
from segx_viewer.domain.planes import nearest, reference_line
from segx_viewer.domain.result import Activation, Analysis, Level, MapKey, level_so_far
from segx_viewer.reporting.words import percent

if TYPE_CHECKING:
    from segx_viewer.app.model.documents import Document

_SHOWN = (Panel.IMAGE, Panel.SEGX)
_LINKS = {"link_zoom": ("zoom",), "link_pan": ("centre",), "link_window": ("voi", "invert")}
"""Which fields of the other image's view follow when a link is on."""


class Column(QFrame):
    """One image: who it is and how far to trust what was found, the image, and its SegX map."""

    def __init__(self, scene: Scene, state: ViewState) -> None:
        super().__init__()
        self.setObjectName("column")
        self.ports = {panel: Viewport(scene, state, panel) for panel in _SHOWN}
        self.shape = BadgeShape(22)
        self.title, self.finding, self.model = QLabel(), QLabel(), QLabel()
        for label in (self.finding, self.model):
            label.setObjectName("small")
            label.setWordWrap(True)
        self.color_bar = ColorBar()
        words = QVBoxLayout()
        words.setSpacing(0)
        for label in (self.title, self.model, self.finding):
            label.setMinimumWidth(40)
            words.addWidget(label)
        self._head = head = QHBoxLayout()
        head.setContentsMargins(10, 6, 10, 6)
        head.addWidget(self.shape)
        head.addLayout(words, 1)
        self._grid = grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(2)
        grid.addLayout(head, 0, 0, 1, 2)
        for row, port in enumerate(self.ports.values(), 1):
            grid.addWidget(port, row, 0)
            grid.setRowStretch(row, 1)
        grid.addWidget(self.color_bar, 1, 1, len(_SHOWN), 1)
        grid.setColumnStretch(0, 1)

    def show_summary(self, document: "Document", scene: Scene, colormap: str, *, identity: bool = True) -> None:
        """Say whose image of which day this is, what was found, and how far to trust it.

        Without `identity` the patient is not named.
        """
        analysis = scene.overlays.analysis if scene.overlays is not None and not scene.hidden else None
        level, sentence = summary(analysis, scene.key)
        self.title.setText(head_text(document, identity))
        self.title.setToolTip("\n".join((head_text(document, identity), document.label or str(document.path))))
        self.model.setText(model_text(analysis))
        self.model.setVisible(bool(self.model.text()))
        self.finding.setText(told(document.error) or sentence)
        self.finding.setToolTip(self.finding.text())
        self.shape.setVisible(level is not None)
        self.shape.show_level(level)
        has_map = analysis is not None and scene.has_map()
        self.color_bar.show_scale(colormap, scene.scale if has_map else None)
        for panel, port in self.ports.items():
            port.title = tr("Image") if panel is Panel.IMAGE else tr("SegX map")
            port.update()

    def head_height(self) -> int:
        """Return the pixels that what is said above the image takes."""
        return self._head.heightForWidth(self.width())

    def begin_below(self, height: int) -> None:
        """Let the image begin below so many pixels."""
        self._grid.setRowMinimumHeight(0, height)

    def clear(self) -> None:
        """Name no image, and say nothing about one."""
        for label in (self.title, self.model, self.finding):
            label.clear()
            label.setToolTip("")
        self.shape.show_level(None)
        self.shape.hide()
        self.color_bar.show_scale("", None)

    def show_active(self, active: bool) -> None:
        """Mark the image that the panels on the right are about."""
        self.setProperty("active", active)
        self.style().unpolish(self)
        self.style().polish(self)


class Comparison(QWidget):
    """Two columns. The active one shows the window's scene; the other follows its view where they are linked."""

    activated = Signal(object)  # Document to work on
    wanted = Signal(object)  # Document whose image or analysis is missing

    def __init__(
        self, workspace: Workspace, scene: Scene, scroll: Callable[[int], bool], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._workspace, self._state, self._scene, self._scroll_current = workspace, workspace.state, scene, scroll
        self.beside_scene, self.beside = Scene(), ViewState(self)
        self.slots: list[Document | None] = [None, None]
        self.active = 0
        self._twin: Document | None = None
        self.columns = [Column(scene, workspace.state), Column(self.beside_scene, self.beside)]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for index, column in enumerate(self.columns):
            row.addWidget(column, 1)
            for port in column.ports.values():
                port.pressed.connect(lambda index=index: self._activate(index))
                port.scroll_stack = partial(self._scroll, half=index)
        workspace.state.changed.connect(self._on_view_changed)
        workspace.documents.removed.connect(self._on_removed)
        self.hide()

    @property
    def ports(self) -> list[Viewport]:
        """All panels, those of the active image first."""
        columns = (self.columns[self.active], self.columns[1 - self.active])
        return [port for column in columns for port in column.ports.values()]

    @property
    def other(self) -> "Document | None":
        """The image that is not being worked on."""
        return self.slots[1 - self.active]

    def begin(self, document: "Document", other: "Document") -> None:
        """Compare the current image with another one."""
        self.slots, self.active, self._twin = [document, other], 0, None
        self._bind()

    @property
    def two_models(self) -> bool:
        """Whether it is one image that two models speak about."""
        return self._twin is not None and self._state.view.two

    def begin_models(self, document: "Document", model: str) -> None:
        """Show the analysis of an image beside one by the bundle `model` of the same image."""
        self._twin = document.twin(model)
        self.slots, self.active = [document, self._twin], 0
        self._bind()

    def switch_models(self) -> None:
        """Work on with what the other model says: the image stays the same document, with all that was drawn in it."""
        document, twin = self.slots[self.active], self._twin
        if document is None or twin is None:
            return
        document.exchange(twin, self._state.view.class_index)
        self.active = 1 - self.active
        self.slots = [twin, document] if self.active else [document, twin]
        self._bind()
        self._state.update(class_index=document.view["class_index"])
        self._workspace.analyses.changed.emit(document)

    def take(self, port: Viewport, document: "Document") -> bool:
        """Show an image in the half that a panel belongs to; return whether that is the half that is not active."""
        half = next((i for i, column in enumerate(self.columns) if port in column.ports.values()), None)
        if not self._state.view.two or half is None or half == self.active or document is self.slots[self.active]:
            return False
        self.slots[half] = document
        self._bind()
        return True

    def end(self) -> None:
        """Compare no more, and keep nothing of either image: what is closed must not stay beside the next patient."""
        self.slots, self.active, self._twin = [None, None], 0, None
        self.beside.reset(*PER_IMAGE)
        self.beside_scene.show(None)
        self._scene.reference = self.beside_scene.reference = None
        self.beside_scene.graphics = None
        for column in self.columns:
            column.clear()
        self._state.update(two=False)

    def _on_removed(self, document: "Document") -> None:
        if any(document is shown for shown in self.slots):
            self.end()

    def follow(self, document: "Document | None") -> None:
        """Follow the window to another current image: it changes sides, or takes the active side."""
        if not self._state.view.two or document is None:
            return
        if self._twin is not None and document not in self.slots:
            self.end()  # another image: what the second model said is not about it
            return
        if document is self.other:
            self.active = 1 - self.active
        elif document is not self.slots[self.active]:
            self.slots[self.active] = document
        self._bind()

    def _bind(self) -> None:
        for index, column in enumerate(self.columns):
            active = index == self.active
            column.show_active(active)
            for port in column.ports.values():
                scene, state = self._scene, self._state
                port.attach(scene if active else self.beside_scene, state if active else self.beside)
        self.refresh()

    def refresh(self) -> None:
        """Show what is known of both images by now."""
        other, state = self.other, self._state
        if other is None or not state.view.two:
            return
        if other is self._twin and (document := self.slots[self.active]) is not None:
            other.image, other.impression = document.image, document.impression
        self.beside.update(**{name: getattr(state.view, name) for name in View.__slots__ if name not in PER_IMAGE})
        self.beside.reset(*PER_IMAGE)
        self.beside.update(**other.view)
        scene = self.beside_scene
        if scene.document is not other or (scene.base is None) != (other.image is None):
            scene.show(other)
            overlays = self._workspace.opener.overlays
            image = other.image
            found = overlays.get(image.source.sop_instance_uid, []) if image is not None else []
            scene.graphics = Graphics(image, found) if image is not None else None
        self._show_reference()
        place = stack_text(self._workspace.documents, other)
        scene.stack_text = f"{place}\n" if place else ""
        scene.hidden = hidden(other, state.view.read_first)
        scene.set_analysis(other.analysis, key_of(other, state.view.method))
        for index, shown in ((self.active, self._scene), (1 - self.active, scene)):
            slot = self.slots[index]
            if slot is not None:
                self.columns[index].show_summary(slot, shown, state.view.colormap, identity=state.view.identity)
        self._align()
        if other.image is None or not scene.has_map():
            self.wanted.emit(other)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().resizeEvent(event)
        self._align()

    def _align(self) -> None:
        """Let both images begin at one height, however much is said above each."""
        tallest = max(column.head_height() for column in self.columns)
        for column in self.columns:
            column.begin_below(tallest)

    def _activate(self, index: int) -> None:
        if index != self.active and self._twin is not None:
            self.switch_models()
        elif index != self.active and self.slots[index] is not None:
            self.activated.emit(self.slots[index])

    def _on_view_changed(self, changed: frozenset[str]) -> None:
        view = self._state.view
        if not view.two:
            return
        other = self.other
        changing = self._workspace.documents.current is not self.slots[self.active]
        if other is None or changing:
            return
        linked = {name for link, names in _LINKS.items() if getattr(view, link) for name in names}
        names = changed & (set(View.__slots__) - set(PER_IMAGE) | linked)
        self.beside.update(**{name: getattr(view, name) for name in names})
        other.view = {name: getattr(self.beside.view, name) for name in PER_IMAGE}
        if changed & {"method", "colormap", "two", "identity"}:
            self.refresh()

    def _place_in(self, stack: Stack, offset: int) -> int:
        """Return which image of the other stack belongs to a step of the active one.

        By position in the patient where both are placed in the same space, else as many images further.
        """
        documents = self._workspace.documents
        active = stack_of(documents, documents.current)
        there, here = _headers(documents, stack), _headers(documents, active) if active is not None else None
        if active is not None and here is not None and there is not None and here[0].source.frames == 1:
            target = here[min(len(active) - 1, max(0, active.position + offset))]
            found = nearest([header.place for header in there], target.place)
            if found is not None:
                return found
        return min(len(stack) - 1, max(0, stack.position + offset))

    def _show_reference(self) -> None:
        """Draw in each image where the other one cuts it."""
        pair = (self._scene, self.beside_scene)
        for scene, other in (pair, pair[::-1]):
            scene.reference = None
            if scene.base is not None and other.base is not None and self._state.view.two:
                scene.reference = reference_line(scene.base.image, other.base.image)

    def _scroll(self, offset: int, half: int | None = None) -> bool:
        """Scroll the stack under the mouse, by default the active one, and the other with it where they are linked.

        The other follows what is shown, and not the wheel: it does not go on when the first is at its end.
        """
        other = stack_of(self._workspace.documents, self.other)
        if half not in (None, self.active) and not self._state.view.link_scroll:
            return self._move_other(other, offset)
        active = stack_of(self._workspace.documents, self._workspace.documents.current)
        moved = False
        if self._state.view.link_scroll and other is not None:
            if active is not None:
                offset = min(len(active) - 1, max(0, active.position + offset)) - active.position
                moved = self._move_other(other, self._place_in(other, offset) - other.position if offset else 0)
            else:
                moved = self._move_other(other, offset)
        return self._scroll_current(offset) or moved

    def _move_other(self, stack: Stack | None, offset: int) -> bool:
        """Show another image of the stack that is not worked on; return whether there is one."""
        other = self.other
        if stack is None or other is None:
            return False
        target = min(len(stack) - 1, max(0, stack.position + offset))
        if target != stack.position:
            path, frame = stack.members[target]
            moved = self._workspace.documents.add(path, frame, label=other.label, named=other.named)
            moved.view = dict(other.view)
            self.slots[1 - self.active] = moved
            self.refresh()
        return True


def _headers(documents: Documents, stack: Stack) -> list[MedicalImage] | None:
    """Return the headers of a stack's images, None where one is not read."""
    known = [documents.at(path, frame) for path, frame in stack.members]
    found = [d.header for d in known if d is not None and d.header is not None]
    return found if len(found) == len(stack) else None


def head_text(document: "Document", identity: bool = True) -> str:
    """Return whose image this is, of which day and examination, and its file's name."""
    header = document.header
    if header is None:
        return document.name
    facts, who = header.acquisition, header.identity
    name = (who.name or who.patient_id) if who is not None and identity else ""
    parts = (name, date_text(facts.study_date), facts.study_description or facts.description, document.name)
    return " · ".join(part for part in parts if part)


def model_text(analysis: Analysis | None) -> str:
    """Return which model spoke, by its title and version."""
    if analysis is None:
        return ""
    return tr("Model: {title} {version}").format(title=tr(analysis.bundle.title), version=analysis.bundle.version)


def summary(analysis: Analysis | None, key: MapKey | None) -> tuple[Level | None, str]:
    """Return the badge's level and a line: the finding, its probability, and what the badge says."""
    if analysis is None:
        return None, ""
    if analysis.prediction is None or key is None:
        if not analysis.complete:
            return None, ""
        parts = [tr(WORDS[Level.ABSTAIN]), told(analysis.gate.reason)]
        return Level.ABSTAIN, " · ".join(part for part in parts if part)
    label, share = analysis.prediction.classes[key[1]].label, analysis.prediction.probabilities[key[1]]
    finding = f"{tr(label)} {percent(share)}"
    certainty, level = analysis.certainty_of(key), level_so_far(analysis, key)
    if level is Level.ABSTAIN:  # what is abstained from comes last
        reason = told(certainty.reason if certainty is not None and certainty.reason else analysis.gate.reason)
        parts = [tr(WORDS[level]), reason, tr("Score only: {finding}").format(finding=finding)]
        return level, " · ".join(part for part in parts if part)
    if analysis.prediction.activation is Activation.SIGMOID and not analysis.prediction.is_above(key[1]):
        return None, tr("{finding}: not stated").format(finding=finding)  # its badge says that and no more
    parts = [finding] if certainty is None else [finding, tr(WORDS[certainty.level]), statement(certainty)]
    return level, " · ".join(parts)
