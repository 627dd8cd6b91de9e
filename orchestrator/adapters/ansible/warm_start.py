"""A driver's hold on its zygote: started early, asked for a worker at each attempt, let go at the end."""

import hashlib
import json
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from orchestrator.adapters import process
from orchestrator.adapters.ansible import zygote
from orchestrator.adapters.ansible.attempt_folder import MARK, AttemptFolder
from orchestrator.adapters.ansible.settings import config_file, lasting_settings

READY_WITHIN = 30.0
"""Seconds for its import. Whoever starts in the cold instead has the same to import, and has not begun yet."""
ANSWERS_WITHIN = 5.0
"""Seconds for the fork; a worker that is started in the cold still claims in time after that."""
ENDS_WITHIN = 2.0
_ROOM = "-" * 200


class WarmStart:
    """At most one zygote, and the settings it was started under; another of other settings takes its place."""

    def __init__(self, answers_within: float = ANSWERS_WITHIN, ready_within: float = READY_WITHIN) -> None:
        self._answers_within = answers_within
        self._ready_within = ready_within
        self._patience = 0.0
        self._ready = False
        self._settings = ""
        self._process: process.Attended | None = None
        self._line: socket.socket | None = None

    def make_ready(self, project: str, base: Mapping[str, str]) -> None:
        """Have a zygote for the project as it is now; returns at once. Whatever goes wrong, there is none then."""
        wanted = _settings(project, base)
        if self._process is not None and self._settings == wanted and self._process.running():
            return
        self.let_go()
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with its:
                self._process = process.spawn_attended(
                    [sys.executable, "-P", "-m", "orchestrator.adapters.ansible.zygote"],
                    environment=_environment(project, base),
                    channel=its,
                )
        except OSError:
            ours.close()
            return
        self._settings, self._line = wanted, ours
        self._patience, self._ready = self._ready_within, False

    @property
    def pid(self) -> int | None:
        """The zygote's process id; None while there is none."""
        return None if self._process is None else self._process.pid

    def await_ready(self, project: str, base: Mapping[str, str]) -> bool:
        """Have a zygote that is through with its import; False when there is none, or it takes too long.

        One that takes too long goes on, for a later attempt, which does not wait for it again.
        """
        self.make_ready(project, base)
        if self._line is None or self._ready:
            return self._ready
        self._line.settimeout(self._patience)
        self._patience = 0.0
        try:
            self._ready = self._line.recv(len(zygote.READY)) == zygote.READY
        except (TimeoutError, BlockingIOError):
            return False
        except OSError:
            pass  # it has ended
        if not self._ready:
            self.let_go()
        return self._ready

    def start(self, folder: AttemptFolder) -> bool:
        """Have a worker forked, once there is a zygote that is ready; False when nobody said so: it may have been, or not."""
        if len(folder.mark()) > len(MARK) + 1 + len(_ROOM):
            return False
        if self._line is None or not self._ready:
            return False
        self._line.settimeout(self._answers_within)
        try:
            self._line.sendall(os.fsencode(folder.path))
            if self._line.recv(len(zygote.FORKED)) == zygote.FORKED:
                return True
        except OSError:
            pass
        self.let_go()
        return False

    def let_go(self) -> None:
        """End the zygote, and see that it has ended; the workers that it forked go on."""
        self._ready = False
        line, self._line = self._line, None
        attended, self._process = self._process, None
        if line is not None:
            line.close()
        if attended is not None:
            attended.end(ENDS_WITHIN)

    def __del__(self) -> None:
        self.let_go()


def _environment(project: str, base: Mapping[str, str]) -> dict[str, str]:
    """What the zygote is started with: room for the mark of each attempt, and where orch is."""
    own = {MARK: _ROOM, "PYTHONPATH": str(Path(__file__).parents[3]), "PYTHONDONTWRITEBYTECODE": "1"}
    return {**base, **lasting_settings(project), **own}


def _settings(project: str, base: Mapping[str, str]) -> str:
    """A digest of all that Ansible reads as it is imported."""
    read = {"base": dict(base), "set": lasting_settings(project), "cfg": _content(config_file(Path(project)))}
    return hashlib.sha256(json.dumps(read, sort_keys=True).encode()).hexdigest()


def _content(path: str) -> str:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError as unread:
        return str(unread)
