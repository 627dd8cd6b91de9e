"""Files of private keys: read only where nobody but their owner can."""

import os
import pwd
import stat
from pathlib import Path

from orchestrator.adapters.home_paths import user_home
from orchestrator.adapters.keys.signed_files import LARGEST
from orchestrator.errors import NotFound, Refused, StoreFault

_LARGEST_UID = 2**32 - 1


def private_bytes(file: Path) -> bytes:
    """The content. Raises NotFound, StoreFault, and Refused if others can read or change the file."""
    try:
        with file.open("rb") as stream:
            seen = os.fstat(stream.fileno())
            content = stream.read(LARGEST)
    except FileNotFoundError:
        raise NotFound(f"There is no key {file}; make one with orch keys new.") from None
    except OSError as error:
        raise StoreFault(f"{file} cannot be read: {error.strerror}.") from None
    caller = sudo_caller()
    if caller is not None and seen.st_uid not in (0, caller):
        raise Refused(f"{file} is another user's key than that of whoever called sudo; nothing was signed.")
    if stat.S_IMODE(seen.st_mode) & 0o077:
        raise Refused(f"{file} is open to others than its owner; nothing was signed. Run: chmod 600 {file}")
    return content


def sudo_caller() -> int | None:
    """The uid of whoever called sudo; None in any other process. Only root's is believed: its environment is root's own."""
    given = os.environ.get("SUDO_UID", "")
    return int(given) if os.getuid() == 0 and given.isdigit() and int(given) < _LARGEST_UID else None


def own_home() -> Path:
    """The home of the person who speaks: under sudo that of the caller, whatever HOME says."""
    caller = sudo_caller()
    try:
        return Path(pwd.getpwuid(caller).pw_dir) if caller else user_home()
    except KeyError:
        return user_home()
