"""The agent over real sshd, sudo and su: who it becomes, what renews it, and that nothing of it is left."""

from __future__ import annotations

import re
import shlex
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pytest

from orchestrator.adapters.ansible.accelerator.channel import (
    BOOT,
    Channel,
    Dialogue,
    Lost,
    Refused,
    Start,
    opened,
)
from orchestrator.lab.fleet import Lab
from tests.adapters.ansible.accelerator.local_agents import Library
from tests.fleet.asked_password import PASSWORD, guarded
from tests.fleet.conftest import NewLab

WHO = "import os; print(os.getuid(), os.getppid(), sorted(os.getgroups()), os.environ['HOME'])"
INNER = "/bin/sh -c " + shlex.quote(f"echo BECOME-SUCCESS-test; /usr/bin/python3 -c {shlex.quote(BOOT)}")
PROMPT = "[sudo via ansible, key=test] password:"


def soon(seconds: float = 60.0) -> float:
    return time.monotonic() + seconds


def channel_to(lab: Lab, name: str = "web1") -> Channel:
    return opened(lab.ssh_command(name), soon())


@pytest.fixture
def lab(new_lab: NewLab) -> Lab:
    return new_lab(1, light=True)


def kind_of(line: bytes) -> str:
    """As Ansible's plugins tell lines apart."""
    for words, kind in (
        (PROMPT.encode(), "prompt"),
        (b"BECOME-SUCCESS-test", "success"),
        (b"Sorry, try again", "incorrect"),
        (b"Authentication failure", "incorrect"),
        (b"a password is required", "missing"),
    ):
        if words in line:
            return kind
    return "prompt" if re.match(rb"Password: ?$", line) else ""


def sudo(user: str = "root", password: str | None = None, *, once: bool = False) -> Start:
    """An interpreter by sudo, as Ansible's plugin has it."""
    flags = "-H -S -n" if password is None else f"-H -S -p {shlex.quote(PROMPT)}"
    line = f"/bin/sh -c {shlex.quote(f'sudo {flags} -u {user} {INNER}')}"
    given = None if password is None else password.encode()
    return Start(f"sudo {user}", line, once, Dialogue(kind_of, given))


def su(password: str) -> Start:
    """An interpreter by su."""
    return Start("su", f"su root -c {shlex.quote(INNER)}", dialogue=Dialogue(kind_of, password.encode()))


def root(lab: Lab, line: str) -> None:
    ended = lab.ssh("web1", f"sudo sh -c {shlex.quote(line)}")
    assert ended.code == 0, ended


def test_who_the_agent_becomes(lab: Lab) -> None:
    channel, library = channel_to(lab), Library()
    assert (channel.hello.user, len(channel.hello.machine), len(channel.hello.boot)) == ("deploy", 32, 36)
    uid, first = library.run(channel, WHO, sudo()).out.decode().split()[:2]
    assert (uid, channel.uid_of("sudo root")) == ("0", 0)
    assert library.run(channel, WHO, sudo()).out.decode().split()[1] == first
    # A new account, and a new interpreter: it could have other groups.
    root(lab, "useradd -m other")
    assert library.run(channel, WHO, sudo()).out.decode().split()[1] != first
    once = [library.run(channel, WHO, sudo("other", once=True)).out.decode() for _ in range(2)]
    assert once[0] != once[1]
    assert "/home/other" in once[0]
    # Nobody of that account is left to be in the way of these.
    root(lab, "groupadd more && usermod -G more other")
    assert len(library.run(channel, WHO, sudo("other", once=True)).out.split(b"[")[1].split(b",")) == 2
    root(lab, "userdel -r other")
    ended = library.run(channel, WHO, sudo("other", once=True))
    assert ended.code == 1
    assert b"unknown user" in ended.err
    channel.close()


def test_passwords_are_answered_and_wrong_ones_refused(lab: Lab) -> None:
    guarded(lab)
    channel, library = channel_to(lab), Library()
    without = library.run(channel, WHO, Start("plain", f"sudo -n {INNER}"))
    assert (without.code, b"a password is required" in without.err) == (1, True)
    for start, kind in (
        (sudo(), "missing"),
        (sudo(password="wrong"), "incorrect"),
        (su("wrong"), "incorrect"),
    ):
        with pytest.raises(Refused) as refused:
            library.run(channel, WHO, start)
        assert refused.value.kind == kind, refused.value.err
        assert PASSWORD.encode() not in refused.value.out + refused.value.err
    assert library.run(channel, WHO, sudo(password=PASSWORD)).out.startswith(b"0 ")
    line = f"sudo -k -S -p {shlex.quote(PROMPT)} -u root /bin/sh -c 'echo BECOME-SUCCESS-test; cat; id -u'"
    dialogue = Dialogue(kind_of, PASSWORD.encode())
    given = channel.run(line, b"input\n", deadline=soon(), dialogue=dialogue)
    assert (given.code, given.out) == (0, b"input\n0\n"), given
    at_terminal = channel.run(line.replace("cat; ", ""), terminal=True, deadline=soon(), dialogue=dialogue)
    assert (at_terminal.code, at_terminal.out.strip()) == (0, b"0"), at_terminal
    channel.close()


def processes(lab: Lab) -> list[str]:
    """What of an agent or a module is alive on the host."""
    listed = lab.ssh(
        "web1", "sudo ps -eo pid=,args= | grep -E 'orch-agent-boote[d]|sleep 8888[8]' || true"
    ).out
    return [line for line in listed.splitlines() if "grep" not in line]


def kill_ssh(lab: Lab, channel: Channel) -> None:
    channel._session.process.kill()


def kill_agent(lab: Lab, channel: Channel) -> None:
    root(lab, "pkill -9 -u deploy -f '[o]rch-agent-booted'")


def kill_interpreter(lab: Lab, channel: Channel) -> None:
    root(lab, "pkill -9 -o -u root -f 'python3 -c .*[o]rch-agent-booted' || true")


def kill_sshd(lab: Lab, channel: Channel) -> None:
    # The session that asks for it ends with the others.
    lab.ssh("web1", "sudo pkill -9 -f '[s]shd: deploy'")


KILLS: dict[str, Callable[[Lab, Channel], None]] = {
    "ssh": kill_ssh,
    "agent": kill_agent,
    "interpreter": kill_interpreter,
    "sshd": kill_sshd,
}


def asked(ask: Callable[[], object]) -> threading.Thread:
    """A request that ends with its channel."""

    def run() -> None:
        with suppress(Lost):
            ask()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def until(true: Callable[[], bool], seconds: float) -> None:
    deadline = soon(seconds)
    while not true() and time.monotonic() < deadline:
        time.sleep(0.1)


def test_nothing_is_left_whatever_is_killed(lab: Lab) -> None:
    text = "import subprocess; subprocess.call(['sleep', '88888'])"
    for name, kill in KILLS.items():
        channel, library = channel_to(lab), Library()
        threads = [
            asked(partial(library.run, channel, text, sudo())),
            asked(partial(channel.run, "sudo sleep 88888", terminal=True)),
        ]
        until(lambda: len([line for line in processes(lab) if "sleep" in line]) >= 2, 30)
        kill(lab, channel)
        if name == "interpreter":
            threads[0].join(30)
            channel.close()
        until(lambda: not processes(lab), 10)
        assert processes(lab) == [], name
        for thread in threads:
            thread.join(30)
        channel.close()
