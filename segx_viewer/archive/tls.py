"""TLS with own certificates, for both protocols."""

import ssl
from pathlib import Path

from segx_viewer.archive.servers import Server
from segx_viewer.errors import ArchiveError


def client_context(server: Server) -> ssl.SSLContext:
    """Return a context that checks the server's certificate and host name, and shows this program's certificate.

    Raises
    ------
    ArchiveError
        If a file is missing, is no certificate, or a key is encrypted (OpenSSL would ask for its password on the
        terminal, where a window's user never sees it).
    """
    for file in filter(None, (server.ca, server.certificate, server.key)):
        if not Path(file).is_file():
            raise ArchiveError(f"{server.name}: the file {file} is missing.")
    try:
        context = ssl.create_default_context(cafile=server.ca or None)
    except (ssl.SSLError, OSError) as error:
        raise ArchiveError(f"{server.name}: {server.ca} holds no certificates in PEM form.") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if server.certificate:
        try:
            context.load_cert_chain(server.certificate, server.key or None, password=_no_password)
        except (ssl.SSLError, OSError, ValueError) as error:
            raise ArchiveError(
                f"{server.name}: {server.certificate} and its key do not fit together, or the key is encrypted."
            ) from error
    return context


def listening_context(server: Server) -> ssl.SSLContext | None:
    """Return a context for the connections that a server opens to this program; None where they are not encrypted.

    Raises
    ------
    ArchiveError
        If the server is spoken to over TLS and this program has no certificate to show.
    """
    if not server.tls:
        return None
    if not server.certificate:
        raise ArchiveError(f"{server.name}: images that come by C-MOVE over TLS need an own certificate.")
    client_context(server)  # says in a sentence what is wrong with the files
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=server.ca or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(server.certificate, server.key or None, password=_no_password)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def _no_password() -> str:
    raise ValueError("the key is encrypted")


def certificate_reason(error: BaseException) -> str:
    """Return why a certificate was refused, in words, or "" where that was not the reason."""
    seen: set[int] = set()
    pending: list[BaseException] = [error]
    while pending:
        current = pending.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        if isinstance(current, ssl.SSLCertVerificationError):
            return current.verify_message.rstrip(".")
        pending += [
            c
            for c in (current.__cause__, current.__context__, getattr(current, "reason", None))
            if isinstance(c, BaseException)
        ]
        pending += [a for a in current.args if isinstance(a, BaseException)]
    return ""
