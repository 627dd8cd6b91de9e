"""Files of private keys: read only where nobody but their owner can."""

import os
import stat
from pathlib import Path

from orchestrator.adapters.keys.signed_files import LARGEST
from orchestrator.errors import NotFound, Refused, StoreFault


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
    if stat.S_IMODE(seen.st_mode) & 0o077:
        raise Refused(f"{file} is open to others than its owner; nothing was signed. Run: chmod 600 {file}")
    return content
