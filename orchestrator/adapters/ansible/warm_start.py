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
from orchestrator.domain.attempt import AttemptRequest

ANSWERS_WITHIN = 5.0
"""Seconds for its import and the fork; a worker that is started in the cold still claims in time after that."""
ENDS_WITHIN = 2.0
_ROOM = "-" * 200


class WarmStart:
    """At most one zygote, and the settings it was started under; another of other settings takes its place."""

    def __init__(self, answers_within: float = ANSWERS_WITHIN) -> None:
        self._answers_within = answers_within
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
        ours.settimeout(self._answers_within)
        self._settings, self._line = wanted, ours

    @property
    def pid(self) -> int | None:
        """The zygote's process id; None while there is none."""
        return None if self._process is None else self._process.pid

    def start(self, folder: AttemptFolder, request: AttemptRequest, base: Mapping[str, str]) -> bool:
        """Have a worker forked for the attempt; False when nobody said so: then it may have been, or not."""
        if len(folder.mark()) > len(MARK) + 1 + len(_ROOM):
            return False
        self.make_ready(request.project, base)
        if self._line is None:
            return False
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
