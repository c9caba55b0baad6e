"""From a row of the settings to an archive that is spoken to."""

from segx_viewer.archive.model import Archive
from segx_viewer.archive.servers import Protocol, Server
from segx_viewer.errors import ArchiveError


def connect(server: Server, secret: str | None = None) -> Archive:
    """Return the archive of a row; a connection is opened by each call on it.

    Parameters
    ----------
    server : Server
    secret : str, optional
        Its password or token; by default what is known of it.

    Raises
    ------
    SecretNeededError
        If the server needs a secret and none is known.
    ArchiveError
        If the libraries are not installed.
    """
    from segx_viewer.archive.secrets import secret_of

    try:
        if server.protocol is Protocol.DIMSE:
            import pynetdicom  # noqa: F401 - asked for now, so that its absence is told in a sentence

            from segx_viewer.archive.dimse import DimseArchive

            return DimseArchive(server)
        import dicomweb_client  # noqa: F401

        from segx_viewer.archive.web import WebArchive
    except ModuleNotFoundError as error:
        raise ArchiveError(f"Archives need {error.name}: pip install 'segx-viewer[pacs]'.") from error
    return WebArchive(server, secret if secret is not None else secret_of(server))
