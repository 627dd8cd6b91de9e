"""Whatever is killed, nothing of the run goes on: agent, interpreter, guard, whoever carries the session."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from orchestrator.adapters.ansible.accelerator.channel import Channel, Lost, opened
from tests.adapters.ansible.accelerator.local_agents import (
    Library,
    alive,
    local,
    none_alive,
    start,
    until_alive,
)

NUMBERS = itertools.count(1)


def new_mark() -> str:
    """Seconds of a sleep that no other test has."""
    return f"{next(NUMBERS)}{os.getpid():08}"


def kin(pid: int) -> int:
    """The parent of a process."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def agent_of(channel: Channel, mark: str) -> int:
    return channel._session.process.pid


def interpreter_of(channel: Channel, mark: str) -> int:
    """The sleep's parent is the module, and the module's is the interpreter."""
    (sleeper,) = alive(f"sleep\0{mark}")
    return kin(kin(sleeper))


def module_of(channel: Channel, mark: str) -> int:
    (sleeper,) = alive(f"sleep\0{mark}")
    return kin(sleeper)


KILLED: dict[str, Callable[[Channel, str], int]] = {
    "the agent": agent_of,
    "the interpreter": interpreter_of,
    "the module": module_of,
}


@pytest.mark.parametrize("victim", sorted(KILLED))
@pytest.mark.parametrize(
    "number",
    [
        signal.SIGKILL,
        pytest.param(signal.SIGTERM, marks=pytest.mark.slow),
        pytest.param(signal.SIGHUP, marks=pytest.mark.slow),
    ],
    ids=str,
)
def test_nothing_goes_on_after_a_kill(victim: str, number: signal.Signals) -> None:
    channel, library = local(), Library()
    mark = new_mark()
    text = f"import subprocess; subprocess.call(['sleep', '{mark}'])"
    codes: list[int] = []

    def run() -> None:
        with suppress(Lost):
            codes.append(library.run(channel, text, start(before=f"ORCH_END={mark}")).code)

    thread = threading.Thread(target=run)
    thread.start()
    assert until_alive(f"sleep\0{mark}")
    os.kill(KILLED[victim](channel, mark), number)
    if victim == "the module":
        # Its child holds the output, so it is waited for as over ssh; with the run it ends.
        channel.close()
    thread.join(20)
    assert not thread.is_alive()
    assert none_alive(f"sleep\0{mark}", 5)
    if victim == "the interpreter":
        assert codes == [137]
        assert library.run(channel, "print(1)", start(before=f"ORCH_END={mark}")).out == b"1\n"
    channel.close()
    assert none_alive(f"ORCH_END={mark}", 5)


LINE = "sleep {mark} & sleep {mark}"


@pytest.mark.parametrize("terminal", [False, True], ids=["in pipes", "at a terminal"])
def test_lines_end_with_the_agent(*, terminal: bool) -> None:
    channel = local()
    mark = new_mark()

    def run() -> None:
        with suppress(Lost):
            channel.run(LINE.format(mark=mark), terminal=terminal)

    thread = threading.Thread(target=run)
    thread.start()
    assert until_alive(f"sleep\0{mark}", 2)
    channel._session.process.kill()
    thread.join(20)
    assert none_alive(f"sleep\0{mark}", 5)
    channel.close()


def test_all_ends_with_the_controller() -> None:
    mark = new_mark()
    text = f"""
import threading
from tests.adapters.ansible.accelerator.local_agents import Library, local, start
channel, library = local(), Library()
text = "import subprocess; subprocess.call(['sleep', '{mark}'])"
threads = [threading.Thread(target=library.run, args=(channel, text, start(before="ORCH_END={mark}"))) for _ in range(3)]
threads.append(threading.Thread(target=channel.run, args=("sleep {mark}",)))
for thread in threads: thread.start()
"""
    controller = subprocess.Popen([sys.executable, "-c", text])
    assert len(until_alive(f"sleep\0{mark}", 4)) == 4
    controller.kill()
    controller.wait()
    assert none_alive(mark, 5)


def test_a_guard_that_was_killed_is_followed_by_another() -> None:
    channel = local()
    mark = new_mark()
    agent = channel._session.process.pid
    for _ in range(3):
        (guard,) = children(agent)
        os.kill(guard, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while children(agent) in ([], [guard]) and time.monotonic() < deadline:
            time.sleep(0.02)
    thread = threading.Thread(target=lost, args=(channel, f"sleep {mark}"))
    thread.start()
    assert until_alive(f"sleep\0{mark}")
    channel._session.process.kill()
    assert none_alive(f"sleep\0{mark}", 5)
    thread.join(20)
    channel.close()


def lost(channel: Channel, line: str) -> None:
    with suppress(Lost):
        channel.run(line)


def children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in text.read_text().split()]


def test_a_host_without_room_for_processes_says_so() -> None:
    """As an account at its limit; root has none, so another user."""
    if os.getuid() != 0:
        pytest.skip("only root can become another user without being asked")
    other = "prlimit --nproc=3:3 setpriv --reuid 65533 --regid 65533 --clear-groups"
    channel = opened(["sh", "-c", f'SHELL=/bin/sh exec {other} sh -c "$0"'], time.monotonic() + 30)
    thread = threading.Thread(target=channel.run, args=("exec sleep 1",))
    thread.start()
    time.sleep(0.3)
    ended = channel.run("true", deadline=time.monotonic() + 20)
    assert ended.code == 71
    assert b"cannot start a process" in ended.err
    thread.join(20)
    assert channel.run("echo again", deadline=time.monotonic() + 20).out == b"again\n"
    channel.close()
