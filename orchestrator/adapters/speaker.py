"""Who runs this process, as the operating system knows it."""

import os
import pwd
import socket
from pathlib import Path

from orchestrator.domain.authority.speaker import Speaker
from orchestrator.domain.text.plain_text import plain

UNSET = 2**32 - 1
"""The loginuid of a process that no login began (proc(5))."""
LONGEST = 200


def this_speaker() -> Speaker:
    """The speaker of this process. What the machine does not know is None; nothing is raised."""
    uid = os.getuid()
    session = _session_uid()
    return Speaker(
        uid=uid,
        login=_login(uid),
        caller=_caller(uid),
        session_uid=session,
        host=plain(socket.gethostname(), LONGEST) or None,
        terminal=_terminal(),
    )


def _login(uid: int) -> str | None:
    """The environment (LOGNAME, USER) is not asked: anybody can set it."""
    try:
        return plain(pwd.getpwuid(uid).pw_name, LONGEST) or None
    except KeyError:
        return None


def _caller(uid: int) -> str | None:
    """Who called sudo. Only root's process is believed, whose environment only root can have set."""
    given = os.environ.get("SUDO_UID", "")
    if uid != 0 or not given.isdigit() or int(given) > UNSET:
        return None
    return _login(int(given)) or f"uid {int(given)}"


def _session_uid() -> int | None:
    try:
        written = Path("/proc/self/loginuid").read_text(encoding="ascii").strip()
    except OSError:
        return None
    return int(written) if written.isdigit() and int(written) != UNSET else None


def _terminal() -> str | None:
    for descriptor in (0, 1, 2):
        try:
            return plain(os.ttyname(descriptor), LONGEST) or None
        except OSError:
            continue
    return None
