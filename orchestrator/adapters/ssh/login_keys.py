"""Private keys and the agent, read by paramiko to say why a login was refused; OpenSSH itself says no more than that it was."""

import logging
from pathlib import Path

import paramiko

# What paramiko would print by itself we say in our own words.
logging.getLogger("paramiko").addHandler(logging.NullHandler())


def why_unusable(path: Path) -> str | None:
    """Why a private key cannot be read; None where it can, or where its kind is unknown here, as FIDO keys are."""
    try:
        paramiko.PKey.from_path(path)
    except (paramiko.PasswordRequiredException, TypeError):
        return f"the private key {path} has a passphrase; load it into an ssh agent"
    except OSError as error:
        return f"the private key {path} cannot be used: {error.strerror}"
    except Exception:  # noqa: BLE001 - paramiko and the library below it each have errors of their own for kinds that they lack
        return None
    return None


def agent_keys() -> int:
    """How many keys the agent has; none where there is no agent."""
    try:
        return len(paramiko.Agent().get_keys())
    except (OSError, paramiko.SSHException):
        return 0
