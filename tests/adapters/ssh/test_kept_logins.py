"""A login that a stay hands on: the next ssh to the host needs none, once, soon, and only as the same user."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.adapters.process import KeptLogins, sockets_of
from orchestrator.adapters.ssh import Logins, SshTargets
from orchestrator.domain.plan.ssh_way import SshWay
from orchestrator.domain.plan.target import Identity, Target
from tests.adapters.ssh.loopback import Loopback, loopback_sshd


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    with loopback_sshd(tmp_path_factory.mktemp("sshd")) as running:
        yield running


@pytest.fixture
def kept() -> Iterator[KeptLogins]:
    logins = KeptLogins()
    yield logins
    logins.end()


def visited(target: Target, kept: KeptLogins, *, hand_on: bool = True) -> str:
    """Visit the host in a stay, and end that; the host's place."""
    staying = SshTargets(logins=Logins(kept=kept)).stay(hand_on=hand_on)
    assert isinstance(staying.identify([target])["web1"], Identity)
    staying.close()
    return f"{target.address}:{target.port}"


def by_socket(path: Path, command: str) -> subprocess.CompletedProcess[str]:
    """A command over a kept login; the address is no one's, so nothing else could bring an answer."""
    words = ["-F", "none", "-o", f"ControlPath={path}", "-o", "BatchMode=yes"]
    return subprocess.run(
        ["ssh", *words, "nowhere.invalid", command], capture_output=True, text=True, timeout=20, check=False
    )


def test_the_next_command_goes_by_the_login_of_the_visit(sshd: Loopback, kept: KeptLogins) -> None:
    place = visited(sshd.target(), kept)
    [path] = sockets_of(kept.take([place])[place])
    assert by_socket(path, "echo there").stdout == "there\n"
    assert kept.take([place]) == {}, "a login is handed on once"


def test_a_run_has_its_own_environment_and_patience_over_it(sshd: Loopback, kept: KeptLogins) -> None:
    place = visited(sshd.target(), kept)
    [path] = sockets_of(kept.take([place])[place])
    sent = subprocess.run(
        [
            "ssh",
            "-v",
            "-F",
            "none",
            "-o",
            f"ControlPath={path}",
            "-o",
            "SendEnv=LANG",
            "nowhere.invalid",
            "true",
        ],
        env={**os.environ, "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert sent.returncode == 0, sent.stderr


NOT_KEPT = {
    "a stay that hands nothing on": (False, ()),
    "an agent is forwarded": (True, ("forwardagent yes",)),
}


@pytest.mark.parametrize("case", NOT_KEPT)
def test_a_login_that_is_not_kept(sshd: Loopback, kept: KeptLogins, case: str) -> None:
    hand_on, settings = NOT_KEPT[case]
    target = sshd.target().model_copy(update={"way": SshWay(settings=settings)})
    assert kept.take([visited(target, kept, hand_on=hand_on)]) == {}


def test_a_login_that_is_too_old_is_ended(sshd: Loopback) -> None:
    kept = KeptLogins(oldest=0.0)
    assert kept.take([visited(sshd.target(), kept)]) == {}
    kept.end()


def test_a_login_that_nobody_took_is_ended_with_its_socket_and_folder(sshd: Loopback) -> None:
    kept = KeptLogins()
    path = kept.new_socket()
    assert path is not None
    folder = Path(path).parent
    visited(sshd.target(), kept)
    [socket] = folder.iterdir()
    kept.end()
    assert not folder.exists()
    assert by_socket(socket, "true").returncode == 255


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "0"]) as ended:
        pass
    left = Path(f"/tmp/orch-ssh-{ended.pid}-of-a-test")
    left.mkdir()
    (left / "1-abc").touch()
    kept = KeptLogins()
    kept.new_socket()
    kept.end()
    assert not left.exists()


def test_a_visit_whose_kept_connection_is_cut_off_says_that_it_broke(
    sshd: Loopback, kept: KeptLogins
) -> None:
    """The program that talks is not the one with the connection then."""
    staying = SshTargets(logins=Logins(kept=kept)).stay(hand_on=True)
    assert isinstance(staying.identify([sshd.target()])["web1"], Identity)
    kept.end()
    assert isinstance(staying.verify([sshd.target()], [], Path())[0].answer, str)
    assert staying.verify([sshd.target()], [], Path())[0].answer == "passed", "by a new connection"
    staying.close()
