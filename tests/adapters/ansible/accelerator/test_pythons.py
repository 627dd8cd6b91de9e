"""Agent and interpreter under each Python of a host that this machine has."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from orchestrator.adapters.ansible.accelerator.channel import Ended, Lost, NoAgent, Overdue
from tests.adapters.ansible.accelerator.local_agents import Library, local, none_alive, start

MANAGED = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
MINORS = range(8, 15)


def pythons(minor: int) -> list[str]:
    """Pythons 3.MINOR of this machine."""
    name = f"python3.{minor}"
    return [
        str(path)
        for path in (Path("/usr/bin") / name, *MANAGED.glob(f"3.{minor}.*/bin/{name}"))
        if path.exists()
    ]


@pytest.mark.parametrize("minor", MINORS)
def test_both_ends_of_a_host_run_under_this_python(minor: int) -> None:
    here = pythons(minor)
    if not here:
        pytest.skip(f"this machine has no Python 3.{minor}")
    channel, library = local(here[0]), Library()
    deadline = time.monotonic() + 60
    assert channel.hello.python.startswith(f"3.{minor}.")
    assert channel.run("cat; exit 3", b"\0\xff" * 100_000, deadline=deadline) == Ended(
        3, b"\0\xff" * 100_000, b""
    )
    assert channel.run("tty | cut -c 1-5", terminal=True, deadline=deadline).out == b"/dev/\r\n"
    how = start(here[0])
    assert library.run(channel, "import sys; print(sys.version_info[1])", how).out == b"%d\n" % minor
    other = start(sys.executable)
    assert (
        library.run(channel, "import sys; print(sys.version_info[1])", other).out
        == b"%d\n" % sys.version_info[1]
    )
    assert library.run(channel, "import os, signal; os.kill(os.getppid(), 9)", how).code == 137
    threads = (
        "import threading, time, atexit; atexit.register(print, 'b'); threading.Timer(.1, print, 'a').start()"
    )
    assert library.run(channel, threads, how).out == b"a\nb\n"
    mark = f"8{minor}{os.getpid():07}"
    with pytest.raises(Overdue):
        library.run(channel, f"import subprocess; subprocess.call(['sleep', '{mark}'])", how, seconds=3)
    assert none_alive(f"sleep\0{mark}")
    channel.close()
    assert none_alive(mark)


@pytest.mark.parametrize("minor", [6, 7])
def test_a_python_that_is_too_old_says_so(minor: int) -> None:
    here = pythons(minor)
    if not here:
        pytest.skip(f"this machine has no Python 3.{minor}")
    with pytest.raises(NoAgent, match=rf"Python 3.{minor} is too old, 3.8 is needed"):
        local(here[0])
    channel, library = local(), Library()
    ended = library.run(channel, "print(1)", start(here[0]))
    assert ended == Ended(96, b"", f"orch: Python 3.{minor} is too old, 3.8 is needed\n".encode())
    channel.close()


def test_the_oldest_python_is_no_agent_either() -> None:
    old = next(iter(MANAGED.glob("2.7.*/bin/python2.7")), None)
    if old is None:
        pytest.skip("this machine has no Python 2.7")
    with pytest.raises(Lost):
        local(str(old))
