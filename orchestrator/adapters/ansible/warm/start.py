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
from typing import TYPE_CHECKING, Any, Literal

from orchestrator.adapters import process
from orchestrator.adapters.ansible.acceleration import zygote
from orchestrator.adapters.ansible.installation import other_than_own
from orchestrator.adapters.ansible.settings import (
    MARK,
    base_environment,
    config_file,
    guest,
    lasting_settings,
)
from orchestrator.adapters.ansible.warm import inspection
from orchestrator.adapters.ansible.warm.protocol import (
    ACCELERATE,
    AHEAD,
    FORKED,
    INSPECT,
    PLAY,
    READY,
    parts_of,
)
from orchestrator.errors import OrchError

if TYPE_CHECKING:
    from orchestrator.adapters.ansible.attempt_folder import AttemptFolder
    from orchestrator.adapters.ansible.installation import AnsibleInstallation, Choice

Spawn = Callable[[socket.socket | None], None]
"""Starts a worker in a process of its own, with its end of a line to an ansible-playbook, or with none."""
Extent = Literal["cold", "zygote"]
"""How far a start is prepared: not at all, or by a zygote."""
READY_WITHIN = 30.0
"""Seconds for its import. Whoever starts in the cold instead has the same to import, and has not begun yet."""
ANSWERS_WITHIN = 5.0
"""Seconds for the fork; a worker that is started in the cold still claims in time after that."""
ENDS_WITHIN = 2.0
_ROOM = "-" * 200
_OF = "ORCH_ANSIBLE_OF_ZYGOTE"
"""Says which Ansible a zygote is of, so that one of another takes its place."""


class _Line:
    """To a zygote that can fork: the one of all runs, or the one of the accelerated."""

    def __init__(self, its_socket: socket.socket, patience: float) -> None:
        self._socket = its_socket
        self._patience = patience
        self._ready = False

    @property
    def ready(self) -> bool:
        """Whether it said that it is ready."""
        return self._ready

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

    def say(self, word: bytes) -> None:
        """Leave a word that needs no answer. Never waits."""
        with suppress(OSError):
            self._socket.send(word, socket.MSG_DONTWAIT)

    def close(self) -> None:
        self._socket.close()


class WarmStart:
    """At most one zygote, with a second where runs are accelerated, and the settings it was started under; another of other
    settings takes its place.
    """

    def __init__(
        self,
        answers_within: float = ANSWERS_WITHIN,
        ready_within: float = READY_WITHIN,
        extent: Extent = "zygote",
        choice: Choice | None = None,
    ) -> None:
        """`choice`: the Ansible that is imported ahead [default: orch's own]."""
        self._choice = choice
        self._answers_within = answers_within
        self._ready_within = ready_within
        self._extent = extent
        self._settings = ""
        self._other: AnsibleInstallation | None = None
        """The Ansible of the zygote, where that is not orch's own."""
        self._process: process.Attended | None = None
        self._lines: dict[str | None, _Line] = {}

    def begin(self, project: str, accelerate: str | None = None) -> None:
        """Have a zygote for the project as it is now; returns at once. Whatever goes wrong, there is none then."""
        try:
            other = other_than_own(self._choice)
        except OrchError:  # whoever needs that Ansible tells of it
            return
        if self._extent == "cold" or (other is not None and not other.ahead):
            self.let_go()
            return
        self._other = other
        environment = _environment(project, other)
        wanted = _digest(environment, project)
        if self._process is None or self._settings != wanted or not self._process.running():
            self.let_go()
            self._settings = wanted
            self._begin(None, partial(self._spawn, environment))
        kind = zygote(accelerate)
        if None in self._lines and kind not in self._lines and other is None:
            self._begin(kind, self._lines[None].hand_over)

    def make_ready(self, project: str, accelerate: str | None = None) -> None:
        """The same for an attempt that is expected soon: what all runs share is worked out."""
        self.begin(project, accelerate)
        if zygote(accelerate) in self._lines:
            self._lines[zygote(accelerate)].say(parts_of(project) if accelerate == "orch" else AHEAD)

    @property
    def pid(self) -> int | None:
        """The zygote's process id; None while there is none."""
        return None if self._process is None else self._process.pid

    def await_ready(self, project: str, accelerate: str | None = None) -> bool:
        """Have a zygote that is through with its import; False when there is none, or it takes too long.

        One that takes too long goes on, for a later attempt, which does not wait for it again.
        """
        self.begin(project, accelerate)
        line = self._lines.get(zygote(accelerate))
        ready = None if line is None else line.await_ready()
        if ready is None:
            self.let_go()
        return bool(ready)

    def inspect(
        self, project: str, question: Mapping[str, Any], environment: Mapping[str, str], timeout: float
    ) -> dict[str, Any] | None:
        """The answer of an inspector forked under these settings; None where there is none, and one starts in the cold.

        It is forked as soon as there is what it needs, which is before the zygote is ready for runs. Raises TookTooLong.
        """
        self.begin(project)
        line = self._lines.get(None)
        if line is None:
            return None
        return inspection.ask(
            partial(line.hand_over, word=INSPECT),
            question,
            environment,
            project,
            begins_within=self._ready_within,
            timeout=timeout,
        )

    def start(self, folder: AttemptFolder, accelerate: str | None = None, spawn: Spawn | None = None) -> bool:
        """Have a worker forked, once there is a zygote that is ready; False when nobody said so: it may have been, or not.

        With another Ansible than orch's own it is started by `spawn`, and the zygote forks its ansible-playbook.
        """
        if self._other is not None:
            return spawn is not None and self._start_with_player(accelerate, spawn)
        if len(folder.mark()) > len(MARK) + 1 + len(_ROOM):
            return False
        line = self._lines.get(zygote(accelerate))
        forked = False if line is None else line.ask(folder, self._answers_within)
        if forked is None:
            self.let_go()
        return bool(forked)

    def _start_with_player(self, accelerate: str | None, spawn: Spawn) -> bool:
        """Start a worker with a line to an ansible-playbook. It goes on in the cold where nobody comes to the other end."""
        line = self._lines.get(zygote(accelerate))
        if line is None or not line.ready:
            return False
        workers, its = socket.socketpair()
        with its:
            with workers:
                spawn(workers)
            # The worker comes first: it looks for processes of its attempt among those that are not older than itself.
            with suppress(OSError):
                line.hand_over(its, PLAY)
        return True

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

    def _spawn(self, environment: Mapping[str, str], its: socket.socket) -> None:
        command = [sys.executable, "-P", "-m", "orchestrator.adapters.ansible.warm.zygote_of_workers"]
        if self._other is not None:
            command = guest(self._other, "zygote")
        self._process = process.spawn_attended(command, environment=environment, channel=its)

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


def _environment(project: str, other: AnsibleInstallation | None) -> dict[str, str]:
    """What a zygote is started with: all settings, room for the mark of each attempt, and where orch or that Ansible is."""
    own = {MARK: _ROOM, "PYTHONDONTWRITEBYTECODE": "1"}
    if other is None:
        own["PYTHONPATH"] = str(Path(__file__).parents[4])
    else:
        own[_OF] = f"{other.python} {other.core_version} {other.python_version}"
    return {**base_environment(os.environ), **lasting_settings(project), **own}


def _digest(environment: Mapping[str, str], project: str) -> str:
    """Of all that Ansible reads as it is imported: the environment, and the content of ansible.cfg."""
    try:
        content = Path(config_file(Path(project))).read_bytes()
    except OSError as unread:
        content = str(unread).encode()
    return hashlib.sha256(json.dumps(environment, sort_keys=True).encode() + content).hexdigest()
