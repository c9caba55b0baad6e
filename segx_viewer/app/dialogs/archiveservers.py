"""The archives as rows: added, changed, tried and removed; and asking for a password."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from segx_viewer.app.jobs import archives
from segx_viewer.app.jobs.jobs import ARCHIVE
from segx_viewer.app.jobs.workspace import Workspace
from segx_viewer.app.kit import settings
from segx_viewer.app.kit.dialog import Dialog
from segx_viewer.app.kit.i18n import mark, tr
from segx_viewer.app.kit.reasons import told
from segx_viewer.archive import secrets
from segx_viewer.archive.servers import (
    DEFAULT_TITLE,
    Authorisation,
    Protocol,
    Retrieve,
    Server,
    load_servers,
    save_servers,
)
from segx_viewer.errors import ArchiveError, SecretNeededError, SegxError

if TYPE_CHECKING:
    from collections.abc import Iterable

_PROTOCOLS = {Protocol.DICOMWEB: mark("DICOMweb (https)"), Protocol.DIMSE: mark("DIMSE (classic DICOM)")}
_WHO = {
    Authorisation.NONE: mark("nobody asks"),
    Authorisation.BASIC: mark("user and password"),
    Authorisation.BEARER: mark("token"),
}
_WAYS = {
    Retrieve.GET: mark("over the same connection (C-GET)"),
    Retrieve.MOVE: mark("sent to this computer (C-MOVE)"),
}
_NEW = mark("New archive")


def known_servers() -> tuple[tuple[Server, ...], str]:
    """Return the configured archives, and what is wrong with their list or ""."""
    try:
        return load_servers(), ""
    except ArchiveError as error:
        return (), told(error)


def list_servers(into: QComboBox, sentence: QLabel) -> None:
    """Fill a list with the configured archives; the one chosen there, or the last one used, stays chosen."""
    servers, problem = known_servers()
    chosen = into.currentText() or str(settings.settings().value("archive", ""))
    into.clear()
    for server in servers:
        into.addItem(server.name, server)
    into.setCurrentIndex(max(0, into.findText(chosen)))
    if not servers:
        sentence.setText(problem or tr("No archive is configured yet: enter one under Archives."))


def ask_secret(server: Server, sentence: str, parent: QWidget) -> str | None:
    """Ask for a password or token and keep it. Returns what to tell the reader, None when nothing was entered."""
    words = tr("Password of {user}").format(user=server.user) if server.user else tr("Token")
    secret, given = QInputDialog.getText(parent, server.name, f"{sentence}\n\n{words}", QLineEdit.EchoMode.Password)
    if not given or not secret:
        return None
    if secrets.keep(server, secret):
        return tr("The password is kept in this computer's key ring.")
    return tr("This computer has no key ring: the password is kept until the program ends.")


def secret_given(workspace: Workspace, server: Server, error: SegxError, parent: QWidget) -> bool:
    """Ask for the password or token where an archive lacked it; return whether trying again is worth it."""
    kept = ask_secret(server, told(error), parent) if isinstance(error, SecretNeededError) else None
    if kept is not None:
        workspace.say(kept)
    return kept is not None


class ServerDialog(Dialog):
    """A list of archives, and a form for the chosen one."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Archives"))
        self.resize(860, 560)
        self._workspace = workspace
        self._servers, problem = known_servers()
        self.names = QListWidget()
        self.names.setMaximumWidth(220)
        self.sentence = QLabel(problem)
        self.sentence.setWordWrap(True)
        self._make_fields()
        add, self.remove = QPushButton(tr("Add")), QPushButton(tr("Remove"))
        add.clicked.connect(self._add)
        self.remove.clicked.connect(self._remove)
        self.names.currentRowChanged.connect(self._show)
        left = QVBoxLayout()
        left.addWidget(self.names, 1)
        left.addLayout(_row(add, self.remove))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Close)
        self.try_it = buttons.addButton(tr("Test the connection"), QDialogButtonBox.ButtonRole.ActionRole)
        self.try_it.clicked.connect(self._try)
        buttons.accepted.connect(self.save)
        buttons.rejected.connect(self.reject)
        top = QHBoxLayout()
        top.addLayout(left)
        top.addLayout(self.form, 1)
        layout = QVBoxLayout(self)
        layout.addLayout(top, 1)
        layout.addWidget(self.sentence)
        layout.addWidget(buttons)
        self._list()

    def _make_fields(self) -> None:
        self.name, self.url, self.user = QLineEdit(), QLineEdit(), QLineEdit()
        self.url.setPlaceholderText("https://pacs.example/dicom-web")
        self.host, self.title, self.calling = QLineEdit(), QLineEdit(), QLineEdit(DEFAULT_TITLE)
        self.move_host = QLineEdit("127.0.0.1")
        self.port, self.move_port, self.seconds = _number(104), _number(11112), _number(30)
        self.protocol, self.who, self.way = _choice(_PROTOCOLS), _choice(_WHO), _choice(_WAYS)
        self.tls = QCheckBox(tr("Encrypted (TLS)"))
        self.ca, self.certificate, self.key = QLineEdit(), QLineEdit(), QLineEdit()
        self.ca.setPlaceholderText(tr("those of the system"))
        self.form = QFormLayout()
        rows: Iterable[tuple[str, QWidget, Protocol | None]] = (
            (mark("Name"), self.name, None),
            (mark("Protocol"), self.protocol, None),
            (mark("Address"), self.url, Protocol.DICOMWEB),
            (mark("Authorisation"), self.who, Protocol.DICOMWEB),
            (mark("User"), self.user, Protocol.DICOMWEB),
            (mark("Host"), self.host, Protocol.DIMSE),
            (mark("Port"), self.port, Protocol.DIMSE),
            (mark("Its title"), self.title, Protocol.DIMSE),
            (mark("Title of this program"), self.calling, Protocol.DIMSE),
            (mark("Images come"), self.way, Protocol.DIMSE),
            (mark("This program listens at"), self.move_host, Protocol.DIMSE),
            (mark("Listening port"), self.move_port, Protocol.DIMSE),
            ("", self.tls, Protocol.DIMSE),
            (mark("Trusted certificates"), self.ca, None),
            (mark("Own certificate"), self.certificate, None),
            (mark("Its key"), self.key, None),
            (mark("Seconds to wait"), self.seconds, None),
        )
        self._in_form: dict[QWidget, QWidget] = {}
        self._rows = [(widget, of) for _, widget, of in rows]
        for label, widget, _ in rows:
            if isinstance(widget, QLineEdit) and widget in (self.ca, self.certificate, self.key):
                self._in_form[widget] = _with_browse(widget)
            self.form.addRow(tr(label) if label else "", self._in_form.get(widget, widget))
        for box in (self.protocol, self.who, self.way):
            box.activated.connect(lambda _index: self._follow())

    # -- the list --------------------------------------------------------------------------------

    def _list(self, row: int = 0) -> None:
        self.names.clear()
        self.names.addItems([server.name for server in self._servers])
        self.names.setCurrentRow(min(row, len(self._servers) - 1))
        if not self._servers:
            self._add()

    def _add(self) -> None:
        self.names.setCurrentRow(-1)
        self._fill(Server(tr(_NEW), url="https://pacs.example/dicom-web"))
        self.url.clear()
        self.name.setFocus()

    def _remove(self) -> None:
        row = self.names.currentRow()
        if row >= 0:
            gone = self._servers[row]
            self._keep([*self._servers[:row], *self._servers[row + 1 :]])
            secrets.forget(gone)
            self._list(row)

    def _keep(self, servers: list[Server]) -> None:
        save_servers(servers)
        self._servers = tuple(servers)

    def _show(self, row: int) -> None:
        self.remove.setEnabled(row >= 0)
        if row >= 0:
            self._fill(self._servers[row])

    # -- the form --------------------------------------------------------------------------------

    def _fill(self, server: Server) -> None:
        for field in ("name", "url", "user", "host", "title", "calling", "move_host", "ca", "certificate", "key"):
            getattr(self, field).setText(getattr(server, field))
        self.port.setValue(server.port)
        self.move_port.setValue(server.move_port)
        self.seconds.setValue(round(server.seconds))
        self.tls.setChecked(server.tls)
        chosen = ((self.protocol, server.protocol), (self.who, server.authorisation), (self.way, server.retrieve))
        for box, value in chosen:
            box.setCurrentIndex(box.findData(value))
        self._follow()

    def _follow(self) -> None:
        protocol, who, way = self._chosen()
        for widget, of in self._rows:
            shown = of is None or of is protocol
            shown &= widget is not self.user or who is Authorisation.BASIC
            shown &= widget not in (self.move_host, self.move_port) or way is Retrieve.MOVE
            self.form.setRowVisible(self._in_form.get(widget, widget), shown)

    def _chosen(self) -> tuple[Protocol, Authorisation, Retrieve]:
        """Return what the boxes say; Qt keeps these texts as plain ones."""
        boxes = (self.protocol, self.who, self.way)
        protocol, who, way = (box.currentData() for box in boxes)
        return Protocol(protocol), Authorisation(who), Retrieve(way)

    def entered(self) -> Server:
        """Return what the form says. Raises `ArchiveError` with what is wrong."""
        protocol, who, way = self._chosen()
        texts = {f: getattr(self, f).text().strip() for f in ("name", "ca", "certificate", "key")}
        if protocol is Protocol.DICOMWEB:
            user = self.user.text().strip() if who is Authorisation.BASIC else ""
            return Server(
                url=self.url.text().strip(), authorisation=who, user=user, seconds=float(self.seconds.value()), **texts
            )
        return Server(
            protocol=Protocol.DIMSE,
            host=self.host.text().strip(),
            port=self.port.value(),
            title=self.title.text().strip(),
            calling=self.calling.text().strip(),
            retrieve=way,
            move_host=self.move_host.text().strip(),
            move_port=self.move_port.value(),
            tls=self.tls.isChecked(),
            seconds=float(self.seconds.value()),
            **texts,
        )

    def save(self) -> bool:
        """Keep what was entered; return whether it could be."""
        try:
            server = self.entered()
            row = self.names.currentRow()
            others = [known for at, known in enumerate(self._servers) if at != row]
            if any(known.name == server.name for known in others):
                self.sentence.setText(tr("There is an archive of this name already."))
                return False
            row = row if row >= 0 else len(self._servers)
            self._keep([*self._servers[:row], server, *self._servers[row + 1 :]])
        except SegxError as error:
            self.sentence.setText(told(error))
            return False
        self._list(row)
        saved = tr("Saved.")
        self.sentence.setText(saved if server.encrypted else f"{saved} {tr('This connection is not encrypted.')}")
        return True

    def _try(self) -> None:
        if self.save():
            self._greet(self._servers[self.names.currentRow()])

    def _greet(self, server: Server) -> None:
        self.sentence.setText(tr("Asking {name} …").format(name=server.name))

        def answered(_nothing: None) -> None:
            self.sentence.setText(tr("{name} answers.").format(name=server.name))

        def failed(error: SegxError) -> None:
            self._on_failed(server, error)

        run_here(self._workspace, self, archives.greet, server, then=answered, failed=failed)

    def _on_failed(self, server: Server, error: SegxError) -> None:
        if isinstance(error, SecretNeededError):
            kept = ask_secret(server, told(error), self)
            if kept is not None:
                self._greet(server)
                self.sentence.setText(kept)
                return
        self.sentence.setText(told(error))


def run_here(
    workspace: Workspace,
    dialog: QDialog,
    function: Callable[..., object],
    *captured: object,
    then: Callable[..., object],
    failed: Callable[[SegxError], object],
) -> None:
    """Run something in the archive's lane for a dialog, which may be closed meanwhile."""
    import shiboken6

    workspace.jobs.run(
        function, *captured, then=then, failed=failed, lane=ARCHIVE, wanted=lambda: shiboken6.isValid(dialog)
    )


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    for widget in widgets:
        row.addWidget(widget)
    return row


def _with_browse(line: QLineEdit) -> QWidget:
    holder, browse = QWidget(), QPushButton(tr("Browse …"))
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(line, 1)
    row.addWidget(browse)

    def choose() -> None:
        name, _ = QFileDialog.getOpenFileName(holder, tr("Certificate"))
        if name:
            line.setText(name)

    browse.clicked.connect(choose)
    return holder


def _choice(texts: dict[Protocol, str] | dict[Authorisation, str] | dict[Retrieve, str]) -> QComboBox:
    box = QComboBox()
    for value, text in texts.items():
        box.addItem(tr(text), value)
    return box


def _number(value: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(1, 65535)
    box.setValue(value)
    return box
