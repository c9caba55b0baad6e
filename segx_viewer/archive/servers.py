"""Archives as rows of a file in the user's settings folder. Passwords are not among them: see `secrets`."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from segx_viewer.errors import ArchiveError, worded
from segx_viewer.reporting.atomic import write_bytes

DEFAULT_TITLE = "SEGXVIEWER"
_TITLE = re.compile(r"[\x20-\x5b\x5d-\x7e]{1,16}")  # PS3.5 6.2, VR AE: no backslash, no control characters


class Protocol(StrEnum):
    """How an archive is spoken to."""

    DICOMWEB = "dicomweb"
    DIMSE = "dimse"


class Authorisation(StrEnum):
    """How this program shows a DICOMweb server who it is."""

    NONE = "none"
    BASIC = "basic"
    BEARER = "bearer"


class Retrieve(StrEnum):
    """How images come from a DIMSE server: over the association that asks, or over one that the server opens."""

    GET = "get"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class Server:
    """One archive.

    Attributes
    ----------
    name : str
        What the user calls it.
    protocol : Protocol
    url : str
        DICOMweb: the service's root, such as ``https://pacs.example/dicom-web``.
    authorisation : Authorisation
    user : str
        For basic authorisation.
    host, port, title : str, int, str
        DIMSE: where the archive listens, and its application entity title.
    calling : str
        The title of this program, by which the archive knows it.
    retrieve : Retrieve
    move_host, move_port : str, int
        Where this program listens while images come by C-MOVE; the archive has to know the same.
    tls : bool
        DIMSE over TLS (PS3.15 B.12); DICOMweb takes it from the URL.
    ca : str
        File with the certificates (PEM) that vouch for the server; empty for those of the system.
    certificate, key : str
        Files (PEM) with which this program shows who it is; empty for none.
    seconds : float
        For how long an answer is waited for.
    """

    name: str
    protocol: Protocol = Protocol.DICOMWEB
    url: str = ""
    authorisation: Authorisation = Authorisation.NONE
    user: str = ""
    host: str = ""
    port: int = 104
    title: str = ""
    calling: str = DEFAULT_TITLE
    retrieve: Retrieve = Retrieve.GET
    move_host: str = "127.0.0.1"
    move_port: int = 11112
    tls: bool = False
    ca: str = ""
    certificate: str = ""
    key: str = ""
    seconds: float = 30.0

    def __post_init__(self) -> None:
        complaint = _complaint(self)
        if complaint:
            raise ArchiveError(complaint)

    @property
    def encrypted(self) -> bool:
        """Whether the connection is encrypted."""
        return self.tls if self.protocol is Protocol.DIMSE else urlsplit(self.url).scheme == "https"

    @property
    def needs_secret(self) -> bool:
        """Whether a password or token is needed."""
        return self.protocol is Protocol.DICOMWEB and self.authorisation is not Authorisation.NONE

    @property
    def address(self) -> str:
        """Where it is, for messages."""
        return self.url if self.protocol is Protocol.DICOMWEB else f"{self.title} at {self.host}:{self.port}"


def _complaint(server: Server) -> str:
    """Return what is wrong with a row, or ""."""
    if not server.name.strip():
        return worded("An archive needs a name.")
    complaint = _of_web(server) if server.protocol is Protocol.DICOMWEB else _of_dimse(server)
    if not complaint and server.key and not server.certificate:
        complaint = worded("a key needs its certificate.")
    if not complaint and not 0 < server.seconds < 86_400:
        complaint = worded("the time to wait is a number of seconds.")
    return f"{server.name}: {complaint}" if complaint else ""


def _of_web(server: Server) -> str:
    parts = _split(server.url)
    if parts is None or parts[0] not in ("http", "https") or not parts[1]:
        return worded("the address of a DICOMweb server begins with http:// or https://.")
    if parts[2]:
        return worded("a password does not belong into the address; it is asked for and kept safely.")
    if server.authorisation is Authorisation.BASIC and not server.user:
        return worded("basic authorisation needs a user's name.")
    return ""


def _of_dimse(server: Server) -> str:
    if not server.host:
        return worded("a DIMSE server needs a host.")
    for port in (server.port, server.move_port):
        if not 0 < port < 65536:
            return worded(f"a port is a number from 1 to 65535, not {port}.")
    for title in (server.title, server.calling):
        if not _TITLE.fullmatch(title) or not title.strip():
            return worded(f"an application entity title has 1 to 16 characters, not '{title}'.")
    return ""


def _split(url: str) -> tuple[str, str, bool] | None:
    """Return an address's scheme and host, and whether it holds a password; None for no address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts.scheme, parts.hostname or "", parts.password is not None


def servers_file() -> Path:
    """Return the file with the user's archives; it may not exist."""
    import platformdirs

    return Path(platformdirs.user_config_dir("segx-viewer", appauthor=False)) / "archives.toml"


def load_servers(path: Path | None = None) -> tuple[Server, ...]:
    """Return the configured archives, in the user's order. Raises `ArchiveError` where the file is damaged."""
    path = path or servers_file()
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ArchiveError(f"The list of archives in {path} cannot be read: {error}.") from error
    rows = table.get("archive", [])
    if not isinstance(rows, list):
        raise ArchiveError(f"{path}: archives are written as [[archive]].")
    servers = tuple(_server(row, path) for row in rows)
    names = [server.name for server in servers]
    if len(set(names)) != len(names):
        raise ArchiveError(f"{path}: two archives have the same name.")
    return servers


def save_servers(servers: Sequence[Server], path: Path | None = None) -> None:
    """Write the archives' settings, those left out that have their default values. Raises `ExportError`."""
    import tomli_w

    default = {field.name: field.default for field in fields(Server)}
    rows = [{k: _plain(v) for k, v in asdict(server).items() if v != default[k]} for server in servers]
    write_bytes(path or servers_file(), tomli_w.dumps({"archive": rows}).encode(), private=True)


def find_server(name: str, servers: Sequence[Server]) -> Server:
    """Return the archive of a name. Raises `ArchiveError`."""
    for server in servers:
        if server.name == name:
            return server
    known = ", ".join(server.name for server in servers) or "none"
    raise ArchiveError(f"There is no archive called {name}; configured: {known}.")


def _plain(value: object) -> object:
    return str(value) if isinstance(value, StrEnum) else value


_TYPES: dict[str, type] = {"protocol": Protocol, "authorisation": Authorisation, "retrieve": Retrieve}


def _server(row: object, path: Path) -> Server:
    if not isinstance(row, dict):
        raise ArchiveError(f"{path}: archives are written as [[archive]].")
    known = {field.name: field for field in fields(Server)}
    values: dict[str, Any] = {}  # each is checked against the type of its field
    for key, value in row.items():
        if key not in known:
            raise ArchiveError(f"{path}: an archive has no '{key}'; it has {', '.join(known)}.")
        kind = _TYPES.get(key, known[key].type)
        try:
            if kind in (Protocol, Authorisation, Retrieve):
                values[key] = kind(value)
            elif kind is float and isinstance(value, int) and not isinstance(value, bool):
                values[key] = float(value)
            elif type(value) is kind:
                values[key] = value
            else:
                raise ValueError
        except ValueError as error:
            raise ArchiveError(f"{path}: '{key}' of an archive cannot be {value!r}.") from error
    if "name" not in values:
        raise ArchiveError(f"{path}: an archive needs a name.")
    return Server(**values)
