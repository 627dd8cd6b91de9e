"""The pinned keys of hosts to which libraries speak ssh instead of OpenSSH (in_run/persistent.py)."""

from collections.abc import Sequence
from pathlib import Path

_PROGRAM = Path(__file__).parent / "in_run" / "pinned_connection.py"


def lay_pinned(files: Sequence[str], folder: Path) -> dict[str, str]:
    """One file of all that these pin, and the program that holds libraries to it; nothing where there are none.

    A file that is not there pins nothing. ansible-core 2.16 and 2.17 look for the program by its name.
    """
    if not files:
        return {}
    known_hosts, program = folder / "known_hosts", folder / "ansible-connection"
    known_hosts.write_bytes(b"\n".join(path.read_bytes() for path in map(Path, files) if path.is_file()))
    program.symlink_to(_PROGRAM)
    return {"program": str(program), "known_hosts": str(known_hosts)}
