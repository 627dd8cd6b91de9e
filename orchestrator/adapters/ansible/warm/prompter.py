"""A warm ansible-playbook that waits for its cue: ansible-runner starts the client, the client gives the cue and ends like it.

The client is what ansible-runner starts, watches and takes the exit code of, as it would ansible-playbook itself.
"""

import atexit
import os
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, NoReturn

from orchestrator.adapters.ansible.warm import preload
from orchestrator.adapters.ansible.warm.protocol import CLIENT
from orchestrator.adapters.process.shut_off import shut_off_as_given


@contextmanager
def waiting(
    arguments: Sequence[str], environment: dict[str, str], project: str, output: IO[bytes]
) -> Iterator[tuple[list[str], IO[bytes]]]:
    """Fork an ansible-playbook that waits for the client; the client, and its end of the line to it."""
    clients, its = socket.socketpair()
    if os.fork() == 0:
        clients.close()
        wait_and_play(its, arguments, environment, project, output)
    its.close()
    with os.fdopen(clients.detach(), "rb", buffering=0) as line:
        yield CLIENT, line


def wait_and_play(
    line: socket.socket,
    arguments: Sequence[str],
    environment: dict[str, str],
    project: str,
    output: IO[bytes],
) -> NoReturn:
    """Once it is called for, be ansible-playbook, and tell its exit code."""
    code = 250
    # Forks of ours do not hold the line: when this process dies, the client must hear it.
    os.register_at_fork(after_in_child=line.close)
    try:
        if line.recv(16):
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
            shut_off_as_given(environment)
            preload.play(arguments, environment, project)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException as broken:  # noqa: BLE001 - the last words of this process, which must not go on as its parent
        sys.stderr.write(f"ERROR: {type(broken).__name__}: {broken}\n")
    finally:
        _tidy_up()
        line.sendall(b"%d\n" % code)
        os._exit(code)


def _tidy_up() -> None:
    """What Python does at the end of a program, without taking everything apart."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()  # noqa: SLF001 - what Python runs itself, for a process that ends with os._exit
    sys.stdout.flush()
    sys.stderr.flush()
