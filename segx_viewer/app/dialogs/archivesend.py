"""File > Send results to archive: which results, where to, and what the server answered."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from segx_viewer.app.dialogs.archiveservers import ServerDialog, list_servers, secret_given
from segx_viewer.app.dialogs.working import WorkingDialog
from segx_viewer.app.jobs.archives import outbox
from segx_viewer.app.jobs.jobs import ARCHIVE
from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit import settings
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.kit.reasons import told
from segx_viewer.app.model.keyimages import key_images
from segx_viewer.app.sessions import sending
from segx_viewer.app.sessions.export import Job, job_for
from segx_viewer.errors import AnalysisCancelled, ArchiveCancelled, SegxError

if TYPE_CHECKING:
    from segx_viewer.archive.model import Answer
    from segx_viewer.archive.outbox import Item
    from segx_viewer.archive.servers import Server
    from segx_viewer.domain.image import MedicalImage

_CHOSEN_FIRST = ("seg", "sr", "sc", "pdf", "ko")


class ArchiveSend(WorkingDialog):
    """Sends the current image's results, one by one, to the study that they belong to; each is sent once."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.setWindowTitle(tr("Send results to archive"))
        self.resize(620, 520)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._job, self._key_images = self._capture(), self._marked()
        self.server = QComboBox()
        configure = QPushButton(tr("Archives …"))
        configure.clicked.connect(self._configure)
        top = QHBoxLayout()
        top.addWidget(self.server, 1)
        top.addWidget(configure)
        self.kinds = QListWidget()
        self.answers = QListWidget()
        self.answers.setWordWrap(True)
        self.note, self.sentence, self.progress = QLabel(), QLabel(), QProgressBar()
        self.note.setObjectName("muted")
        for label in (self.note, self.sentence):
            label.setWordWrap(True)
        self.progress.setRange(0, 0)
        self.progress.hide()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.send_it = buttons.addButton(tr("Send"), QDialogButtonBox.ButtonRole.ActionRole)
        self.send_it.clicked.connect(self.send)
        self.drop = buttons.addButton(tr("Give up what waits"), QDialogButtonBox.ButtonRole.ActionRole)
        self.drop.clicked.connect(self._drop)
        buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.addLayout(top)
        layout.addWidget(self.kinds, 2)
        layout.addWidget(self.note)
        layout.addWidget(self.progress)
        layout.addWidget(self.answers, 1)
        layout.addWidget(self.sentence)
        layout.addWidget(buttons)
        self.server.currentIndexChanged.connect(lambda _index: self._list_kinds())
        self.kinds.itemChanged.connect(lambda _item: self._follow())
        self._list_servers()

    def _capture(self) -> Job | None:
        """Return the current results, None where there are none that belong to a DICOM study."""
        document = self._workspace.documents.current
        image = document.image if document is not None else None
        if document is None or image is None or not image.source.sop_instance_uid or not self._workspace.has_result():
            return None
        return job_for(self._workspace, document.path, self._token, include_identity=True)

    def _marked(self) -> "tuple[MedicalImage, ...]":
        """Return the marked images of the current image's study."""
        document = self._workspace.documents.current
        study = document.header.source.study_uid if document is not None and document.header is not None else ""
        return key_images(self._workspace.documents, study) if study else ()

    def _list_servers(self) -> None:
        list_servers(self.server, self.sentence)
        self._list_kinds()

    def _configure(self) -> None:
        dialog = ServerDialog(self._workspace, self)
        dialog.finished.connect(lambda _result: self._list_servers())
        dialog.open()

    def _list_kinds(self) -> None:
        server = self.server.currentData()
        items = [self.kinds.item(row) for row in range(self.kinds.count())]
        # What the reader ticked or left out stays so when the list is made anew.
        before = {item.data(Qt.ItemDataRole.UserRole): item.checkState() is Qt.CheckState.Checked for item in items}
        self.kinds.clear()
        offered = sending.kinds() if self._job is not None else []
        offered += [sending.KEY_IMAGES] if self._key_images else []
        sent = sending.sent_before(self._order(server, offered)) if server is not None and offered else {}
        for kind in offered:
            words = sending.kind_label(kind)
            if kind in sent:
                when = datetime.fromtimestamp(sent[kind])
                words = tr("{kind} - sent on {when:%Y-%m-%d %H:%M}").format(kind=words, when=when)
            item = QListWidgetItem(words, self.kinds)
            item.setData(Qt.ItemDataRole.UserRole, kind)
            chosen = before.get(kind, kind in _CHOSEN_FIRST) and kind not in sent
            item.setCheckState(Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked)
            if kind in sent:
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
        self._follow()

    def _order(self, server: "Server", kinds: Sequence[str]) -> sending.Order:
        return sending.Order(self._job, tuple(kinds), server, self._key_images)

    def chosen(self) -> tuple[str, ...]:
        """Return the kinds that are ticked."""
        items = [self.kinds.item(row) for row in range(self.kinds.count())]
        return tuple(
            item.data(Qt.ItemDataRole.UserRole) for item in items if item.checkState() is Qt.CheckState.Checked
        )

    def _waiting(self) -> "list[Item]":
        server = self.server.currentData()
        return outbox().waiting(server.name) if server is not None else []

    def _follow(self) -> None:
        waits = len(self._waiting())
        lines = [tr("The results name the patient: they are filed in the study of their image.")]
        if self._job is None and not self._key_images:
            lines = [tr("Only results of a DICOM image can be filed in an archive.")]
        if waits:
            lines.append(tr("Waiting from before: {count}. They are sent as well.").format(count=waits))
        self.note.setText(" ".join(lines))
        ready = self.server.count() > 0 and not self._running
        self.send_it.setEnabled(ready and bool(self.chosen() or waits))
        self.drop.setVisible(bool(waits))
        self.drop.setEnabled(ready)

    def _drop(self) -> None:
        outbox().drop(self._waiting())
        self._follow()

    def send(self) -> None:
        """Send what is ticked, and what waits."""
        server = self.server.currentData()
        if server is None or self._running:
            return
        settings.settings().setValue("archive", server.name)
        self.answers.clear()
        self._begin_work()
        self.sentence.setText(tr("Sending to {name} …").format(name=server.name))
        self.progress.show()
        self._follow()
        jobs = self._workspace.jobs
        order = self._order(server, self.chosen())
        tell = jobs.teller(self._on_answer)
        jobs.run(
            sending.send,
            order,
            self._token,
            tell,
            then=self._on_sent,
            failed=self._on_failed,
            lane=ARCHIVE,
            cancel=self._token,
        )

    def _on_answer(self, item: "Item", answer: "Answer") -> None:
        self.answers.addItem(f"{item.label}: {told(answer.sentence)}")

    def _on_sent(self, count: int) -> None:
        left = len(self._waiting())
        words = tr("Stored: {count}.").format(count=count)
        if left:
            words += " " + tr("Not stored: {left}; they are kept and offered again.").format(left=left)
        self._end(words)

    def _on_failed(self, error: SegxError) -> None:
        stopped = isinstance(error, (ArchiveCancelled, AnalysisCancelled))
        self._end(tr("Cancelled.") if stopped else told(error))
        server = self.server.currentData()
        if server is not None and secret_given(self._workspace, server, error, self):
            self.send()

    def _end(self, sentence: str) -> None:
        self._running = False
        self.progress.hide()
        self.sentence.setText(sentence)
        self._workspace.say(sentence)
        self._list_kinds()
