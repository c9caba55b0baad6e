"""Passwords and tokens: in the system's key ring, or in memory until the program ends. Never in a file of ours."""

import logging

from segx_viewer.archive.servers import Server
from segx_viewer.errors import SecretNeededError

_SERVICE = "segx-viewer archive"
_LOG = logging.getLogger(__name__)
_memory: dict[str, str] = {}


def secret_of(server: Server) -> str:
    """Return a server's password or token; "" where it needs none.

    Raises
    ------
    SecretNeededError
        If none is known: the user has to be asked, and `keep` told.
    """
    if not server.needs_secret:
        return ""
    found = _memory.get(server.name) or _from_ring(server)
    if not found:
        raise SecretNeededError(f"{server.name} needs a password or token, and none is known.")
    return found


def keep(server: Server, secret: str, *, remember: bool = True) -> bool:
    """Keep a secret. Returns whether the key ring has it; otherwise it is known until the program ends.

    Parameters
    ----------
    server : Server
    secret : str
    remember : bool
        Offer it to the key ring at all.
    """
    _memory[server.name] = secret
    if not remember:
        return False
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return False
    try:
        keyring.set_password(_SERVICE, server.name, secret)
        return keyring.get_password(_SERVICE, server.name) == secret
    except (KeyringError, RuntimeError, OSError) as error:
        _LOG.info("There is no key ring for the secret of an archive: %s", type(error).__name__)
        return False


def forget(server: Server) -> None:
    """Forget a server's secret, in memory and in the key ring."""
    _memory.pop(server.name, None)
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return
    try:
        keyring.delete_password(_SERVICE, server.name)
    except (KeyringError, RuntimeError, OSError):
        return  # there was none, or there is no key ring


def _from_ring(server: Server) -> str:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return ""
    try:  # without a desktop's key ring, reading raises as well
        return keyring.get_password(_SERVICE, server.name) or ""
    except (KeyringError, RuntimeError, OSError) as error:
        _LOG.info("The key ring could not be asked for the secret of an archive: %s", type(error).__name__)
        return ""
