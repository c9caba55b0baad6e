"""``segx-viewer archive``: search in archives, get from them and send to them, without a window."""

import argparse
import getpass
import json
import sys
from contextlib import nullcontext
from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from segx_viewer.archive import secrets
from segx_viewer.archive.servers import (
    DEFAULT_TITLE,
    Authorisation,
    Protocol,
    Retrieve,
    Server,
    find_server,
    load_servers,
    save_servers,
)
from segx_viewer.cli.terminal import say
from segx_viewer.errors import ArchiveError, SecretNeededError

if TYPE_CHECKING:
    from segx_viewer.archive.model import Answer, Archive
    from segx_viewer.archive.outbox import Item

_ADD = """\
Add an archive, for this command and the window.

ADDRESS is the root of a DICOMweb service, such as https://pacs.example/dicom-web, or TITLE@HOST:PORT of a DIMSE one.
A password or token is asked for and kept in the system's key ring; where there is none, it is asked for again by each
run. It is never written into a file."""

_EXIT = "exit codes: 0 done, 1 something failed (named on stderr), 2 wrong usage, 130 stopped"


def register(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its sub-commands to the parser."""
    archive = actions.add_parser("archive", help="search in archives (PACS), get from them and send to them")
    what = archive.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _register_servers(what)

    command = what.add_parser("find", help="search for studies", epilog=_EXIT)
    _add_name(command)
    command.add_argument("--patient", default="", metavar="NAME", help="beginning of the name; * and ? are wild cards")
    command.add_argument("--id", dest="patient_id", default="", metavar="ID", help="the patient's ID")
    command.add_argument("--accession", default="", metavar="NUMBER", help="accession number")
    command.add_argument("--modality", default="", metavar="CODE", help="a modality of the study, such as CR")
    command.add_argument("--since", type=_day, metavar="DATE", help="first study date, as 2026-05-01")
    command.add_argument("--until", type=_day, metavar="DATE", help="last study date")
    command.add_argument("--json", action="store_true", help="one JSON object a line")
    command.set_defaults(run=find)

    command = what.add_parser("get", help="get a study, or one of its series", epilog=_EXIT)
    _add_name(command)
    command.add_argument("study", metavar="STUDY", help="Study Instance UID")
    command.add_argument("--series", default="", metavar="UID", help="Series Instance UID")
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the files; goes on there")
    command.set_defaults(run=get)

    command = what.add_parser(
        "send",
        help="send DICOM files",
        description="Send DICOM files, each once. What fails is kept and sent by the next call, with or without files.",
        epilog=_EXIT,
    )
    _add_name(command)
    command.add_argument("files", nargs="*", type=Path, metavar="FILE", help="DICOM files, or folders of them")
    command.set_defaults(run=send)


def _register_servers(what: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = what.add_parser("list", help="list the configured archives, and what waits to be sent to them")
    command.set_defaults(run=list_servers)

    command = what.add_parser(
        "add",
        help="add an archive, or change one",
        description=_ADD,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("name", metavar="NAME")
    command.add_argument("address", metavar="ADDRESS", help="https://HOST/PATH, or TITLE@HOST:PORT")
    who = command.add_mutually_exclusive_group()
    who.add_argument("--user", default="", help="user's name (basic authorisation); the password is asked for")
    who.add_argument("--bearer", action="store_true", help="bearer authorisation; the token is asked for")
    command.add_argument("--password-stdin", action="store_true", help="read the password or token from standard input")
    command.add_argument("--calling", default=DEFAULT_TITLE, metavar="TITLE", help="title of this program")
    command.add_argument(
        "--move", default="", metavar="HOST:PORT", help="get by C-MOVE, listening there (default: by C-GET)"
    )
    command.add_argument("--tls", action="store_true", help="DIMSE over TLS")
    command.add_argument("--ca", default="", metavar="FILE", help="certificates (PEM) that vouch for the server")
    command.add_argument("--certificate", default="", metavar="FILE", help="certificate (PEM) of this program")
    command.add_argument("--key", default="", metavar="FILE", help="its key (PEM), not encrypted")
    command.add_argument("--timeout", type=float, default=30.0, metavar="X", help="seconds to wait for an answer")
    command.set_defaults(run=add)

    command = what.add_parser("remove", help="remove an archive and its password")
    _add_name(command)
    command.set_defaults(run=remove)

    command = what.add_parser("echo", help="make sure that an archive answers", epilog=_EXIT)
    _add_name(command)
    command.set_defaults(run=echo)


def _add_name(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", metavar="NAME", help="a configured archive")
    command.add_argument("--servers", type=Path, metavar="FILE", help="list of archives (default: the user's own)")


def list_servers(_arguments: argparse.Namespace) -> int:
    """List the configured archives."""
    from segx_viewer.archive.outbox import Outbox

    servers = load_servers()
    if not servers:
        say("No archive is configured; add one: segx-viewer archive add NAME ADDRESS")
    for server in servers:
        waits = len(Outbox().waiting(server.name))
        say(f"{server.name}  {server.address}{f'  ({waits} waiting to be sent)' if waits else ''}")
    return 0


def add(arguments: argparse.Namespace) -> int:
    """Add an archive."""
    server = _from_options(arguments)
    servers = load_servers()
    at = next((n for n, known in enumerate(servers) if known.name == server.name), len(servers))
    save_servers([*servers[:at], server, *servers[at + 1 :]])
    if server.needs_secret:
        secret = sys.stdin.readline().rstrip("\r\n") if arguments.password_stdin else _ask(server)
        if not secrets.keep(server, secret):
            say("There is no key ring here: the password will be asked for by each run.")
    return 0


def remove(arguments: argparse.Namespace) -> int:
    """Remove an archive."""
    server = find_server(arguments.name, load_servers())
    save_servers([known for known in load_servers() if known.name != server.name])
    secrets.forget(server)
    return 0


def echo(arguments: argparse.Namespace) -> int:
    """Make sure that an archive answers."""
    server, archive = _archive(arguments)
    archive.echo()
    say(f"{server.name} answers.")
    return 0


def find(arguments: argparse.Namespace) -> int:
    """Search for studies."""
    from segx_viewer.archive.model import Query
    from segx_viewer.domain.request import CancelToken

    query = Query(
        patient=arguments.patient,
        patient_id=arguments.patient_id,
        accession=arguments.accession,
        modality=arguments.modality,
        since=arguments.since,
        until=arguments.until,
    )
    _, archive = _archive(arguments)
    count = 0
    for study in archive.studies(query, CancelToken()):
        count += 1
        if arguments.json:
            say(json.dumps(asdict(study), ensure_ascii=False))
            continue
        words = [study.date, "/".join(study.modalities), study.patient, study.patient_id, study.description]
        images = "" if study.instances is None else f"{study.instances} images"
        say(f"{study.uid}\n  {'  '.join(word for word in (*words, images) if word)}")
    if not count:
        print("No study matches.", file=sys.stderr)  # noqa: T201
    return 0


def get(arguments: argparse.Namespace) -> int:
    """Get a study or a series."""
    from rich.console import Console
    from rich.progress import Progress

    from segx_viewer.archive.cache import Files
    from segx_viewer.archive.retrieving import retrieve

    _, archive = _archive(arguments)
    screen = Console(stderr=True, highlight=False, emoji=False)
    with Progress(console=screen, transient=True) if sys.stderr.isatty() else nullcontext() as progress:
        bar = progress.add_task("Getting", total=None) if progress is not None else None

        def show(_path: Path, done: int, total: int) -> None:
            if progress is not None and bar is not None:
                progress.update(bar, completed=done, total=total)

        got = retrieve(archive, Files(arguments.out), arguments.study, arguments.series, on_file=show)
    say(f"{len(got.files)} images in {arguments.out}")
    if got.missing:
        raise ArchiveError(f"{got.missing} images did not come; the same command asks for them again.")
    return 0


def send(arguments: argparse.Namespace) -> int:
    """Send files, and what waits."""
    from segx_viewer.archive.outbox import Outbox
    from segx_viewer.imaging.study import collect_files

    server, archive = _archive(arguments)
    outbox = Outbox()
    for path in collect_files(arguments.files):
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ArchiveError(f"{path} cannot be read: {error.strerror}.") from error
        if outbox.put(server, data, path.name) is None:
            say(f"{path.name}: sent before, or waiting already")

    def show(item: "Item", answer: "Answer") -> None:
        print(f"{item.label}: {answer.sentence}", file=sys.stdout if answer.stored else sys.stderr)

    outbox.deliver(server, archive, on_answer=show)
    left = len(outbox.waiting(server.name))
    if left:
        raise ArchiveError(f"{left} not sent; the same command without files tries again.")
    return 0


def _archive(arguments: argparse.Namespace) -> "tuple[Server, Archive]":
    from segx_viewer.archive.connection import connect

    server = find_server(arguments.name, load_servers(arguments.servers))
    try:
        return server, connect(server)
    except SecretNeededError:
        if not sys.stdin.isatty():
            raise
        secrets.keep(server, _ask(server), remember=False)
        return server, connect(server)


def _ask(server: Server) -> str:
    what = "Token" if server.authorisation is Authorisation.BEARER else f"Password of {server.user}"
    return getpass.getpass(f"{what} for {server.name}: ")


def _from_options(arguments: argparse.Namespace) -> Server:
    common = {
        "name": arguments.name,
        "ca": str(arguments.ca),
        "certificate": str(arguments.certificate),
        "key": str(arguments.key),
        "seconds": arguments.timeout,
    }
    if "://" in arguments.address:
        kind = Authorisation.BASIC if arguments.user else Authorisation.NONE
        kind = Authorisation.BEARER if arguments.bearer else kind
        return Server(url=arguments.address, authorisation=kind, user=arguments.user, **common)
    title, _, place = arguments.address.rpartition("@")
    host, port = _place(place)
    server = Server(
        protocol=Protocol.DIMSE,
        host=host,
        port=port,
        title=title,
        calling=arguments.calling,
        tls=arguments.tls,
        **common,
    )
    if arguments.move:
        host, port = _place(arguments.move)
        server = replace(server, retrieve=Retrieve.MOVE, move_host=host, move_port=port)
    return server


def _place(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise ArchiveError(f"An address is https://HOST/PATH or TITLE@HOST:PORT, not {text}.")
    return host.strip("[]"), int(port)


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError as error:
        raise argparse.ArgumentTypeError("a date is written as 2026-05-01") from error
