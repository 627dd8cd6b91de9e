"""The zygote: a process with Ansible imported, from which the workers of a deployment's attempts are forked.

`python -m orchestrator.adapters.ansible.zygote`, started by a driver, with a socket to it as its input. It says `ready` once it
has imported everything. For every message, the path of an attempt's folder, it forks a worker and answers `forked`. It ends
when the driver closes the socket or dies, and when it was not needed for a while. The workers outlive it: each is in a session
of its own, and carries its attempt's mark as if it had been started by itself. Nothing depends on it: without one, a worker
starts in the cold.

Sent `accelerate` and a socket, it forks a second zygote, which imports mitogen too and serves the driver over that socket in
the same way: a run that is not accelerated comes from a process without mitogen. The second ends with the first.

Sent `prepare`, it forks a worker ahead of its attempt as soon as nothing else is asked for (spare_worker.py).

Sent `inspect` and a socket, it forks an inspector, also while it still imports what only runs need.
"""

import ctypes
import gc
import os
import select
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

from orchestrator.adapters import process
from orchestrator.adapters.ansible import compiled_modules, warm_inspection, warmth
from orchestrator.adapters.ansible.settings import PLUGINS
from orchestrator.adapters.ansible.spare_worker import Enter, SpareWorker
from orchestrator.adapters.ansible.warm_words import (
    ACCELERATE,
    AHEAD,
    FORKED,
    INSPECT,
    LONGEST_MESSAGE,
    MARK,
    PREPARE,
    READY,
)

IDLE = 900.0
"""Seconds without an attempt after which it ends: it holds memory, and a soak can last for days."""
LEISURE = 0.05
"""Seconds without a message after which it works ahead."""
_PR_SET_PDEATHSIG = 1


def serve(
    driver: socket.socket,
    idle: float = IDLE,
    ahead: Callable[[], None] | None = None,
    spare: SpareWorker | None = None,
) -> None:
    """Fork a worker for every message, until the driver is gone or nothing was asked for so many seconds.

    `ahead`: what to do once, when the driver has sent `ahead` and asks for nothing: accelerated runs have no use for it.
    `spare` is dismissed at the end; without one it has one of its own, which ends by itself when this process is gone.
    """
    if spare is not None:
        try:
            _serve(driver, idle, ahead, spare)
        finally:
            spare.dismiss()
    else:
        # Ended by the kernel in the middle of dismissing one, it would leave that one's cgroup; alone a spare leaves none.
        _serve(driver, idle, ahead, SpareWorker())


def _told_to_end(spare: SpareWorker) -> None:
    """At once; but a spare is dismissed first, to the end where that has begun: its driver hangs up as it tells us."""
    if not spare.dismissing:
        spare.dismiss()
        os._exit(0)


def _serve(driver: socket.socket, idle: float, ahead: Callable[[], None] | None, spare: SpareWorker) -> None:
    driver.settimeout(idle)
    try:
        driver.sendall(READY)
    except OSError:
        return
    for message, lines in _messages(driver, ahead, spare):
        if message in (ACCELERATE, INSPECT):
            _second(driver, lines, idle) if message == ACCELERATE else _inspector(driver, lines)
            continue
        if not spare.take(message) and os.fork() == 0:
            _be_worker(Path(os.fsdecode(message)), driver)
        try:
            driver.sendall(FORKED)
        except OSError:
            return  # the driver is gone; the worker is not


def _messages(
    driver: socket.socket, ahead: Callable[[], None] | None, spare: SpareWorker
) -> Iterator[tuple[bytes, list[int]]]:
    """What the driver says, and the sockets that come with it, for as long as there is one."""
    leave = wanted = False
    while True:
        due = leave and ahead is not None
        if (due or wanted) and not select.select([driver], [], [], LEISURE)[0]:
            if due and ahead is not None:
                ahead()
                ahead = None
            else:
                spare.prepare(lambda path, enter: _be_worker(path, driver, enter), driver)
                wanted = False
            continue
        try:
            message, lines, _, _ = socket.recv_fds(driver, LONGEST_MESSAGE, 1)
        except TimeoutError:
            return
        if not message:
            return
        leave = leave or message == AHEAD
        if message == ACCELERATE:
            ahead = None
        # A spare is forked when there is leisure, after what is worked out for all runs; a worker that begins needs none.
        wanted = message == PREPARE or (wanted and message in (AHEAD, ACCELERATE, INSPECT))
        if message not in (AHEAD, PREPARE):
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
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        warm_inspection.answer(socket.socket(fileno=lines[0]))

    _fork(driver, lines, inspect)


def _second(driver: socket.socket, lines: list[int], idle: float) -> None:
    """Fork the zygote of the accelerated runs, which has this line to the driver."""

    def accelerated() -> None:
        from orchestrator.adapters.ansible import mitogen_warmth

        mitogen_warmth.warm_up()
        serve(socket.socket(fileno=lines[0]), idle)

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


def _be_worker(path: Path, driver: socket.socket, enter: Enter | None = None) -> NoReturn:
    """All that a program of its own would have: a session, a log, no input, and the mark of its attempt."""
    from orchestrator.adapters.ansible import worker
    from orchestrator.adapters.ansible.attempt_folder import AttemptFolder

    code = 70
    try:
        os.setsid()
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        driver.close()
        log = os.open(path / "worker.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.close(log)
        folder = AttemptFolder(path.parent, path.name)
        mark = folder.mark()
        os.environ[MARK] = mark.partition("=")[2]
        if process.remark(mark):
            gc.enable()
            code = 0 if worker.work(folder, warm=True, enter=enter) else worker.CLAIMED
    except BaseException:  # noqa: BLE001 - whatever it was, this process must not go on as the zygote
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


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


def _raise_descriptor_limit() -> None:
    from orchestrator.adapters.ansible.worker import raise_descriptor_limit

    raise_descriptor_limit()


def main() -> NoReturn:
    """Exit code 0 when it was no longer needed."""
    os.umask(0o077)
    signal.signal(signal.SIGTERM, _end)
    driver = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    with tempfile.TemporaryDirectory(prefix="orch-") as scratch:
        os.environ["ANSIBLE_LOCAL_TEMP"] = (
            scratch  # Ansible makes a folder as it is imported; each run has its own
        )
        warmth.warm_up(PLUGINS, lambda: inspect_if_asked(driver))
    _raise_descriptor_limit()
    # There is nothing left to remove, and taking down all that was imported takes a tenth of a second, which its driver waits.
    spare = SpareWorker()
    signal.signal(signal.SIGTERM, lambda *_: _told_to_end(spare))
    # Not during the import: what that starts it waits for itself.
    signal.signal(signal.SIGCHLD, _reap)
    _reap(signal.SIGCHLD, None)
    serve(driver, ahead=compiled_modules.work_out, spare=spare)
    os._exit(0)


if __name__ == "__main__":
    main()
