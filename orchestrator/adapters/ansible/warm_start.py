"""A driver's hold on its zygote: started early, asked for a worker at each attempt, let go at the end."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestrator.adapters import process
from orchestrator.adapters.ansible import warm_inspection
from orchestrator.adapters.ansible.settings import config_file, lasting_settings
from orchestrator.adapters.ansible.warm_words import ACCELERATE, AHEAD, FORKED, INSPECT, MARK, PREPARE, READY

if TYPE_CHECKING:
    from orchestrator.adapters.ansible.attempt_folder import AttemptFolder

READY_WITHIN = 30.0
"""Seconds for its import. Whoever starts in the cold instead has the same to import, and has not begun yet."""
ANSWERS_WITHIN = 5.0
"""Seconds for the fork; a worker that is started in the cold still claims in time after that."""
ENDS_WITHIN = 2.0
_ROOM = "-" * 200


class _Line:
    """To a zygote that can fork: the one of all runs, or the one of the accelerated."""

    def __init__(self, its_socket: socket.socket, patience: float) -> None:
        self._socket = its_socket
        self._patience = patience
        self._ready = False
        self._told = False

    def await_ready(self) -> bool | None:
        """Whether it is through with its import, waited for once; None when it has ended."""
        if self._ready:
            return True
        self._socket.settimeout(self._patience)
        self._patience = 0.0
        try:
            self._ready = self._socket.recv(len(READY)) == READY
        except (TimeoutError, BlockingIOError):
            return False
        except OSError:
            pass
        return self._ready or None

    def ask(self, folder: AttemptFolder, within: float) -> bool | None:
        """Have a worker forked; False when it is not ready, None when it should have answered and did not."""
        if not self._ready:
            return False
        self._socket.settimeout(within)
        try:
            self._socket.sendall(os.fsencode(folder.path))
            return self._socket.recv(len(FORKED)) == FORKED or None
        except OSError:
            return None

    def hand_over(self, line: socket.socket, word: bytes = ACCELERATE) -> None:
        """Have a process forked that serves this line: by default a second zygote. Raises OSError."""
        socket.send_fds(self._socket, [word], [line.fileno()])

    def work_ahead(self) -> None:
        """Let it work ahead for runs that are not accelerated, as soon as it has nothing else to do; said once."""
        if not self._told:
            self._told = True
            with suppress(OSError):
                self._socket.send(AHEAD)

    def prepare(self) -> None:
        """Have a worker forked ahead of its attempt, as soon as it has nothing else to do. Never waits."""
        with suppress(OSError):
            self._socket.send(PREPARE, socket.MSG_DONTWAIT)

    def close(self) -> None:
        self._socket.close()


class WarmStart:
    """At most one zygote, with a second where runs are accelerated, and the settings it was started under; another of other
    settings takes its place.
    """

    def __init__(self, answers_within: float = ANSWERS_WITHIN, ready_within: float = READY_WITHIN) -> None:
        self._answers_within = answers_within
        self._ready_within = ready_within
        self._settings = ""
        self._process: process.Attended | None = None
        self._lines: dict[str | None, _Line] = {}

    def begin(self, project: str, base: Mapping[str, str]) -> None:
        """Have a zygote for the project as it is now; returns at once. Whatever goes wrong, there is none then."""
        wanted = _settings(project, base)
        if self._process is None or self._settings != wanted or not self._process.running():
            self.let_go()
            self._settings = wanted
            self._begin(None, lambda its: self._spawn(project, base, its))

    def make_ready(self, project: str, base: Mapping[str, str], accelerate: str | None = None) -> None:
        """The same for runs that are about to come, accelerated or not."""
        self.begin(project, base)
        if accelerate is None and None in self._lines:
            self._lines[None].work_ahead()
        elif None in self._lines and accelerate not in self._lines:
            self._begin(accelerate, self._lines[None].hand_over)

    def prepare(self, accelerate: str | None = None) -> None:
        """Have a worker wait for the next attempt, which is expected within a minute; nothing where there is no zygote."""
        line = self._lines.get(accelerate)
        if line is not None:
            line.prepare()

    @property
    def pid(self) -> int | None:
        """The zygote's process id; None while there is none."""
        return None if self._process is None else self._process.pid

    def await_ready(self, project: str, base: Mapping[str, str], accelerate: str | None = None) -> bool:
        """Have a zygote that is through with its import; False when there is none, or it takes too long.

        One that takes too long goes on, for a later attempt, which does not wait for it again.
        """
        self.make_ready(project, base, accelerate)
        line = self._lines.get(accelerate)
        ready = None if line is None else line.await_ready()
        if ready is None:
            self.let_go()
        return bool(ready)

    def inspect(
        self,
        project: str,
        base: Mapping[str, str],
        question: Mapping[str, Any],
        environment: Mapping[str, str],
        timeout: float,
    ) -> dict[str, Any] | None:
        """The answer of an inspector forked under these settings; None where there is none, and one starts in the cold.

        It is forked as soon as there is what it needs, which is before the zygote is ready for runs. Raises TookTooLong.
        """
        self.begin(project, base)
        line = self._lines.get(None)
        if line is None:
            return None
        return warm_inspection.ask(
            partial(line.hand_over, word=INSPECT),
            question,
            environment,
            project,
            begins_within=self._ready_within,
            timeout=timeout,
        )

    def start(self, folder: AttemptFolder, accelerate: str | None = None) -> bool:
        """Have a worker forked, once there is a zygote that is ready; False when nobody said so: it may have been, or not."""
        if len(folder.mark()) > len(MARK) + 1 + len(_ROOM):
            return False
        line = self._lines.get(accelerate)
        forked = False if line is None else line.ask(folder, self._answers_within)
        if forked is None:
            self.let_go()
        return bool(forked)

    def let_go(self) -> None:
        """End the zygote, and see that it has ended; the workers that it forked go on."""
        lines, self._lines = self._lines, {}
        attended, self._process = self._process, None
        for line in lines.values():
            line.close()
        if attended is not None:
            attended.end(ENDS_WITHIN)

    def __del__(self) -> None:
        self.let_go()

    def _spawn(self, project: str, base: Mapping[str, str], its: socket.socket) -> None:
        self._process = process.spawn_attended(
            [sys.executable, "-P", "-m", "orchestrator.adapters.ansible.zygote"],
            environment=_environment(project, base),
            channel=its,
        )

    def _begin(self, accelerate: str | None, give: Callable[[socket.socket], None]) -> None:
        """Make a line and give its other end to whoever is to serve it."""
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with its:
                give(its)
        except OSError:
            ours.close()
            return
        self._lines[accelerate] = _Line(ours, self._ready_within)


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
