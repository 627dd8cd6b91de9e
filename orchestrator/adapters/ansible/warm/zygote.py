"""The zygote: a process with Ansible imported, from which the workers of a deployment's attempts are forked.

It is started by a driver, with a socket to it as its input; as zygote_of_workers.py where the Ansible is orch's own. It says
`ready` once it has imported everything. For every message, the path of an attempt's folder, it forks a worker and answers
`forked`. It ends when the driver closes the socket or dies, and when it was not needed for a while. The workers outlive it:
each is in a session of its own, and carries its attempt's mark as if it had been started by itself. Nothing depends on it:
without one, a worker starts in the cold.

Sent `accelerate` and a socket, it forks a second zygote, which imports mitogen too and serves the driver over that socket in
the same way: a run that is not accelerated comes from a process without mitogen. The second ends with the first.

Under the Python of another Ansible (`guest/entry.py zygote`) there is no worker to fork: sent `play` and a socket, it forks an
ansible-playbook that waits for a worker at the other end (player.py).

Sent `ahead`, it works out what all runs share, as soon as nothing else is asked for; sent `parts of` a project, what runs of
that project share that orch accelerates.

Sent `inspect` and a socket, it forks an inspector, also while it still imports what only runs need.
"""

import ctypes
import os
import select
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import NoReturn

from orchestrator.adapters.ansible.warm import compiled_modules, forked_inspection, preload
from orchestrator.adapters.ansible.warm.protocol import (
    ACCELERATE,
    AHEAD,
    FORKED,
    INSPECT,
    LONGEST_MESSAGE,
    PLAY,
    READY,
    project_of,
)
from orchestrator.adapters.process.own_process import raise_descriptor_limit

IDLE = 900.0
"""Seconds without an attempt after which it ends: it holds memory, and a soak can last for days."""
LEISURE = 0.05
"""Seconds without a message after which it works ahead."""
_PR_SET_PDEATHSIG = 1


def _nothing() -> None:
    return


def _for_none(project: Path | None) -> None:
    return


BeWorker = Callable[[Path, socket.socket], NoReturn]
"""In a fork: be the worker of the attempt in this folder, done with the driver."""


def serve(
    driver: socket.socket,
    idle: float = IDLE,
    ahead: Callable[[], None] = _nothing,
    be_worker: BeWorker | None = None,
    parts: Callable[[Path | None], None] = _for_none,
) -> None:
    """Fork what every message asks for, until the driver is gone or nothing was asked for so many seconds.

    `ahead`: what to work out when plain runs are to come and nothing else is asked for; `parts`: the same for
    those orch accelerates. `be_worker`: where workers are forked too.
    """
    driver.settimeout(idle)
    with suppress(OSError):  # the driver is gone, or needs nothing; the workers go on
        driver.sendall(READY)
        for message, lines in _messages(driver, ahead, parts):
            if message == ACCELERATE:
                _second(driver, lines, idle, be_worker)
            elif message == INSPECT:
                _inspector(driver, lines)
            elif message == PLAY:
                _player(driver, lines)
            elif be_worker is not None:
                if os.fork() == 0:
                    be_worker(Path(os.fsdecode(message)), driver)
                driver.sendall(FORKED)


def _messages(
    driver: socket.socket, ahead: Callable[[], None], parts: Callable[[Path | None], None]
) -> Iterator[tuple[bytes, list[int]]]:
    """What the driver says, and the sockets that come with it, for as long as there is one. Raises OSError."""
    due: Callable[[], None] | None = None
    while True:
        if due is not None and not select.select([driver], [], [], LEISURE)[0]:
            work, due = due, None
            work()
            continue
        message, lines, _, _ = socket.recv_fds(driver, LONGEST_MESSAGE, 1)
        if not message:
            return
        project = project_of(message)
        if message == AHEAD or project is not None:
            due = ahead if project is None else partial(parts, Path(project) if project else None)
            continue
        if message == ACCELERATE:
            ahead, parts, due = _nothing, _for_none, None
        yield message, lines


def inspect_if_asked(driver: socket.socket) -> None:
    """Fork an inspector where the next message asks for one; any other message waits. Returns at once."""
    try:
        if driver.recv(LONGEST_MESSAGE, socket.MSG_PEEK | socket.MSG_DONTWAIT) != INSPECT:
            return
        _, lines, _, _ = socket.recv_fds(driver, LONGEST_MESSAGE, 1)
    except OSError:
        return
    _inspector(driver, lines)


def _inspector(driver: socket.socket, lines: list[int]) -> None:
    """Fork an inspector, which has this line to whoever asks."""

    def inspect() -> None:
        # A session of its own: at its time limit it is ended with whatever an inventory had it start.
        os.setsid()
        forget_signals()
        forked_inspection.answer(socket.socket(fileno=lines[0]))

    _fork(driver, lines, inspect)


def _player(driver: socket.socket, lines: list[int]) -> None:
    """Fork an ansible-playbook that waits for its worker; it outlives this process."""
    if os.fork() == 0:
        code = 70
        try:
            from orchestrator.adapters.ansible.warm import player

            os.setsid()
            forget_signals()
            driver.close()
            player.wait_and_play(socket.socket(fileno=lines[0]))
            code = 0
        finally:
            os._exit(code)
    for line in lines:
        os.close(line)


def _second(driver: socket.socket, lines: list[int], idle: float, be_worker: BeWorker | None) -> None:
    """Fork the zygote of the accelerated runs, which has this line to the driver."""

    def accelerated() -> None:
        from orchestrator.adapters.ansible.warm import mitogen_preload

        mitogen_preload.warm_up()
        serve(socket.socket(fileno=lines[0]), idle, be_worker=be_worker)

    _fork(driver, lines, accelerated)


def _fork(driver: socket.socket, lines: list[int], deed: Callable[[], None]) -> None:
    """Do a deed in a process that ends with this one, which is done with the lines."""
    first = os.getpid()
    if os.fork() == 0:
        code = 70
        try:
            driver.close()
            _end_with(first)
            deed()
            code = 0
        finally:
            os._exit(code)
    for line in lines:
        os.close(line)


def _end_with(parent: int) -> None:
    """Have the kernel end this process when its parent is gone, however it went; what this one forks goes on."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def forget_signals() -> None:
    """In what is forked: signals mean to it what they mean to any program."""
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def _reap(number: int, frame: object) -> None:
    """Workers that have ended; their outcome is in their folder."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _end(number: int, frame: object) -> NoReturn:
    """Told to end: what is made for the moment is removed on the way out."""
    sys.exit(0)


def main(be_worker: BeWorker | None = None, modules: Sequence[str] = ()) -> NoReturn:
    """Exit code 0 when it was no longer needed. `be_worker`: where workers are forked too; `modules`: what these import."""
    os.umask(0o077)
    signal.signal(signal.SIGTERM, _end)
    driver = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    with tempfile.TemporaryDirectory(prefix="orch-") as scratch:
        # Ansible makes a folder as it is imported; each run has its own.
        os.environ["ANSIBLE_LOCAL_TEMP"] = scratch
        preload.warm_up(lambda: inspect_if_asked(driver), modules)
    raise_descriptor_limit()
    # There is nothing left to remove, and taking down all that was imported takes a tenth of a second, which its driver waits.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    # Not during the import: what that starts it waits for itself.
    signal.signal(signal.SIGCHLD, _reap)
    _reap(signal.SIGCHLD, None)
    parts = cache(compiled_modules.work_out_parts)
    serve(driver, ahead=cache(compiled_modules.work_out), be_worker=be_worker, parts=parts)
    os._exit(0)
