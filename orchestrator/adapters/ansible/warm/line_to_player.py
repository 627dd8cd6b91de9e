"""The worker's end of a line to an ansible-playbook of another Ansible, which its zygote forked and which waits (player.py).

Where that one does not answer, or cannot be held like a process that the worker starts itself, the run starts in the cold.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import IO, TYPE_CHECKING

from orchestrator.adapters.ansible.settings import MARK
from orchestrator.adapters.ansible.warm.protocol import CLIENT, HELD, LENGTH

if TYPE_CHECKING:
    from orchestrator.adapters.ansible.attempt_folder import AttemptFolder

_ANSWERS_WITHIN = 5.0
"""Seconds until it has marked itself and is in the worker's cgroup."""

Start = Callable[
    [Sequence[str], Mapping[str, str], str, IO[bytes]], AbstractContextManager[tuple[list[str], IO[bytes]]]
]


def played_over(line: socket.socket, folder: AttemptFolder, cold: Start) -> Start:
    """How ansible-playbook is started over this line, and `cold` where it cannot be."""

    @contextmanager
    def start(
        arguments: Sequence[str], environment: Mapping[str, str], project: str, output: IO[bytes]
    ) -> Iterator[tuple[list[str], IO[bytes]]]:
        line.set_inheritable(False)
        group = folder.cgroup()
        letter = {
            "arguments": list(arguments),
            "environment": dict(environment),
            "project": project,
            "cgroup": str(group),
            "mark": f"{MARK}={environment[MARK]}",
        }
        # Without a cgroup only a parent finds children that lost their mark, and this one is no child.
        if group is None or not _is_held(line, letter, output):
            line.close()
            with cold(arguments, environment, project, output) as command:
                yield command
            return
        installation = folder.installation()
        named = "an Ansible" if installation is None else installation.words
        print(f"{named}, imported ahead", flush=True)  # noqa: T201 - the worker's log
        line.settimeout(None)
        with os.fdopen(line.detach(), "rb", buffering=0) as given:
            yield CLIENT, given

    return start


def _is_held(line: socket.socket, letter: Mapping[str, object], output: IO[bytes]) -> bool:
    """Whether whoever is at the other end has taken the letter, is marked as of this attempt, and is in its cgroup."""
    content = json.dumps(letter).encode()
    line.settimeout(_ANSWERS_WITHIN)
    try:
        socket.send_fds(line, [len(content).to_bytes(LENGTH, "big")], [output.fileno()])
        line.sendall(content)
        return line.recv(len(HELD)) == HELD
    except OSError:
        return False
