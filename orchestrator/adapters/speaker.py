"""Who runs this process, as the operating system knows it; and who speaks through it, where it is the service."""

import hashlib
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


def through_service(person: str, address: str | None = None, session: str | None = None) -> Speaker:
    """The speaker of this process, which is the service, with who is logged in there, and from where.

    `session` is the secret of their session; only the beginning of its digest is shown.
    """
    whose = {
        "web_person": plain(person, LONGEST) or "somebody without a name",
        "web_address": plain(address, LONGEST) or None if address else None,
        "web_session": hashlib.sha256(session.encode("utf-8", "replace")).hexdigest()[:8]
        if session
        else None,
    }
    return Speaker.model_validate({**this_speaker().model_dump(), **whose})


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
