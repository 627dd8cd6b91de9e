"""A host that is up and refuses is never counted as dead, whatever it refuses, and on whichever hop (docs/adr/0112)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from orchestrator.adapters.ssh import SshTargets
from orchestrator.adapters.ssh.bounds import Bounds
from orchestrator.adapters.ssh.login_refused import Dead, login_refused
from orchestrator.adapters.ssh.ssh_log import SshLog
from orchestrator.domain.plan.ssh_way import SshHop, SshWay
from orchestrator.domain.plan.target import Target
from tests.adapters.ssh.loopback import Loopback, free_port, greets, loopback_sshd, make_key

KEY = "debug1: Server host key: ssh-ed25519 SHA256:" + "a" * 43 + "\n"
BANNER = "debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2\n"
THERE = "debug1: Connection established.\n"
HOSTS_KEY = THERE + BANNER + KEY
FORWARDING = "channel 0: open failed: connect failed: {}\nstdio forwarding failed\n"
CLOSED = "kex_exchange_identification: Connection closed by remote host\n"

# what OpenSSH logs of the login, what it says of the way there, whether there are hops, whether that is a dead host
LOGS: list[tuple[str, str, bool, bool]] = [
    # Nobody is there.
    ("ssh: connect to host 192.0.2.7 port 22: Connection refused\n", "", False, True),
    ("ssh: connect to host 192.0.2.7 port 22: Connection timed out\n", "", False, True),
    ("ssh: connect to host 192.0.2.7 port 22: No route to host\n", "", False, True),
    ("ssh: connect to host 192.0.2.7 port 22: Network is unreachable\n", "", False, True),
    (THERE + "Connection timed out during banner exchange\n", "", False, True),
    (CLOSED, FORWARDING.format("Connection refused"), True, True),
    (CLOSED, FORWARDING.format("Connection timed out"), True, True),
    (CLOSED, FORWARDING.format("No route to host"), True, True),
    (CLOSED, "ssh: connect to host 192.0.2.1 port 22: Connection refused\n", True, True),
    # This machine does not let us out, or does not know the name.
    ("ssh: connect to host 192.0.2.7 port 22: Operation not permitted\n", "", False, False),
    ("ssh: connect to host 192.0.2.7 port 22: Permission denied\n", "", False, False),
    ("ssh: connect to host 192.0.2.7 port 22: Cannot assign requested address\n", "", False, False),
    ("ssh: Could not resolve hostname web1: Name or service not known\n", "", False, False),
    # This machine's own configuration.
    ("Bad owner or permissions on /root/.ssh/config\n", "", False, False),
    ("/root/.ssh/config: line 2: Bad configuration option: nonsense\n", "", False, False),
    ("unix_listener: path too long for Unix domain socket\n", "", False, False),
    ("percent_expand: unknown key %q\n", "", False, False),
    ("", "", False, False),
    # It is there, and wants us not: too many logins, an address it has barred, another program than sshd.
    (THERE + CLOSED, "", False, False),
    (THERE + "kex_exchange_identification: read: Connection reset by peer\n", "", False, False),
    (THERE + "kex_exchange_identification: banner line 0: Not allowed at this time\n", "", False, False),
    (THERE + "banner exchange: Connection to 192.0.2.7 port 22: invalid format\n", "", False, False),
    (THERE + BANNER + "Unable to negotiate with 192.0.2.7 port 22: no matching cipher found\n", "", False, False),
    # It showed its key, and ends the login: an account that is locked, nobody may log in, no room for a session.
    (HOSTS_KEY + "Connection closed by 192.0.2.7 port 22\n", "", False, False),
    (HOSTS_KEY + "Connection reset by 192.0.2.7 port 22\n", "", False, False),
    (HOSTS_KEY + "Connection to 192.0.2.7 port 22 timed out\n", "", False, False),
    (HOSTS_KEY + "ssh_dispatch_run_fatal: Connection to 192.0.2.7 port 22: Broken pipe\n", "", False, False),
    (HOSTS_KEY + "Received disconnect from 192.0.2.7 port 22:11: no space left\n", "", False, False),
    (HOSTS_KEY + "li@web1: Permission denied (publickey).\n", "", False, False),
    (HOSTS_KEY + "Host key verification failed.\n", "", False, False),
    # The jump host is up, and refuses: us, its own key, or to go on to the host.
    (CLOSED, "li@gate: Permission denied (publickey).\n", True, False),
    (CLOSED, "Host key verification failed.\n", True, False),
    (CLOSED, "Connection closed by 192.0.2.1 port 22\n", True, False),
    (CLOSED, "ssh: Could not resolve hostname gate: Name or service not known\n", True, False),
    (CLOSED, "channel 0: open failed: administratively prohibited: open failed\nstdio forwarding failed\n", True, False),
    (CLOSED, FORWARDING.format("Name or service not known"), True, False),
    (CLOSED, "", True, False),
    (HOSTS_KEY + "Connection closed by UNKNOWN port 65535\n", "", True, False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "complaints", "hops", "dead"), LOGS)
def test_only_what_nobody_answered_is_dead(text: str, complaints: str, hops: bool, dead: bool) -> None:  # noqa: FBT001
    log = SshLog()
    log.add(text.encode())
    way = SshWay(settings=("proxyjump gate",), hops=(SshHop(name="gate"),)) if hops else SshWay()
    target = Target(host="web1", address="192.0.2.7", way=way)
    why = login_refused(target, log, complaints.encode(), 10.0)
    assert isinstance(why, Dead) is dead, str(why)
    assert str(why)


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    with loopback_sshd(tmp_path_factory.mktemp("sshd")) as running:
        yield running


class Ground:
    """One sshd that lets us in, a folder, and what ends with the test."""

    def __init__(self, sshd: Loopback, folder: Path, ends: ExitStack) -> None:
        self.sshd, self.folder, self.ends = sshd, folder, ends

    def at(self, port: int) -> Target:
        return self.sshd.target().model_copy(update={"port": port})

    def greeting(self, words: bytes | None) -> Target:
        return self.at(self.ends.enter_context(greets(words)))

    def other_key(self) -> Target:
        known = self.folder / "known_hosts"
        known.write_text(f"[127.0.0.1]:{self.sshd.port} {make_key(self.folder / 'other')}\n")
        return self.sshd.target().model_copy(update={"known_hosts": str(known)})

    def stranger(self, target: Target) -> Target:
        make_key(self.folder / "stranger")
        return target.model_copy(update={"private_key": str(self.folder / "stranger")})

    def daemon(self, settings: str) -> Loopback:
        folder = self.folder / "daemon"
        folder.mkdir()
        return self.ends.enter_context(loopback_sshd(folder, settings=settings))

    def through(self, gate: Loopback, target: Target, key: str = "") -> Target:
        settings = ("hostname 127.0.0.1", f"port {gate.port}", f"user {target.user}",
                    f"identityfile {key or gate.folder / 'id'}", f"userknownhostsfile {gate.folder}/known_hosts")  # fmt: skip
        way = SshWay(settings=("proxyjump gate",), hops=(SshHop(name="gate", settings=settings),))
        return target.model_copy(update={"way": way})

    def gate_refuses_the_key(self) -> Target:
        make_key(self.folder / "stranger")
        return self.through(self.daemon(""), self.sshd.target(), str(self.folder / "stranger"))


SLOW = "AuthorizedKeysFile none\nAuthorizedKeysCommand /usr/bin/sleep 30\nAuthorizedKeysCommandUser nobody\n"

# what the host does, how it is made, whether it is dead
HOSTS: list[tuple[str, Callable[[Ground], Target], bool]] = [
    ("lets us in", lambda g: g.sshd.target(), False),
    ("nobody listens", lambda g: g.at(free_port()), True),
    ("takes the connection, and is silent", lambda g: g.greeting(b""), True),
    ("closes before it said anything", lambda g: g.greeting(None), False),
    ("is no sshd", lambda g: g.greeting(b"HTTP/1.1 400 Bad Request\r\n\r\n" + b"x" * 70000), False),
    ("greets, and hangs", lambda g: g.greeting(b"SSH-2.0-OpenSSH_9.2\r\n"), False),
    ("does not know our key", lambda g: g.stranger(g.sshd.target()), False),
    ("has another key", lambda g: g.other_key(), False),
    ("denies the account", lambda g: g.daemon(f"DenyUsers {g.sshd.target().user}").target(), False),
    ("needs long for the login", lambda g: g.daemon(SLOW).target(), False),
    ("gives up on the login", lambda g: g.daemon(SLOW + "LoginGraceTime 1").target(), False),
    ("is behind a jump host that lets us in", lambda g: g.through(g.daemon(""), g.sshd.target()), False),
    ("is gone, behind a jump host", lambda g: g.through(g.daemon(""), g.at(free_port())), True),
    ("is behind a jump host that does not know our key", Ground.gate_refuses_the_key, False),
    ("is behind a jump host that goes on to nobody",
     lambda g: g.through(g.daemon("AllowTcpForwarding no"), g.sshd.target()), False),
    ("does not know our key, behind a jump host",
     lambda g: g.through(g.daemon(""), g.stranger(g.sshd.target())), False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "dead"), [row[1:] for row in HOSTS], ids=[row[0].replace(" ", "-") for row in HOSTS]
)
def test_a_host_that_says_anything_is_not_dead(
    sshd: Loopback, tmp_path: Path, make: Callable[[Ground], Target], dead: bool  # noqa: FBT001
) -> None:  # fmt: skip
    with ExitStack() as ends:
        target = make(Ground(sshd, tmp_path, ends))
        port = SshTargets(bounds=Bounds(connect=3.0))
        reachable = port.verify([target], [], Path())[0]
        assert list(port.dead([target])) == (["web1"] if dead else []), reachable.found
