"""A login that a stay hands on: the next ssh to the host needs none, once, soon, and only as the same user."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.adapters.process import KeptLogins, end_logins, sockets_of
from orchestrator.adapters.ssh import Logins, SshTargets
from orchestrator.domain.plan.ssh_way import SshWay
from orchestrator.domain.plan.target import Identity, Target
from tests.adapters.ssh.loopback import Loopback, loopback_sshd

ROOT = Path(__file__).resolve().parents[3]


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
    [path_of_socket] = folder.iterdir()
    kept.end()
    assert not folder.exists()
    assert by_socket(path_of_socket, "true").returncode == 255


@pytest.fixture
def left() -> Iterator[Path]:
    """The folder of a process that is no more."""
    with subprocess.Popen(["sleep", "0"]) as ended:
        pass
    folder = Path(f"/tmp/orch-ssh-{ended.pid}-of-a-test")
    folder.mkdir()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def begin_another() -> None:
    kept = KeptLogins()
    kept.new_socket()
    kept.end()


def test_what_a_killed_process_left_is_removed_by_the_next(left: Path) -> None:
    (left / "1-abc").touch()
    os.utime(left, (0, 0))
    begin_another()
    assert not left.exists()


def test_a_login_that_a_killed_process_left_is_ended_by_the_next(
    sshd: Loopback, kept: KeptLogins, left: Path
) -> None:
    place = visited(sshd.target(), kept)
    [path] = sockets_of(kept.take([place])[place])
    left.mkdir(exist_ok=True)  # the visit removed an empty one
    path = path.rename(left / path.name)
    begin_another()
    assert by_socket(path, "echo there").stdout == "there\n", "a run may still be about to fetch it"
    os.utime(left, (0, 0))
    begin_another()
    assert by_socket(path, "true").returncode == 255
    assert not left.exists()


def test_a_login_that_is_not_ended_is_not_asked(left: Path) -> None:
    """ssh counts its idle seconds anew after each question: drivers that come and go would keep it for ever."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(left / "1-abc"))
        listening.listen()
        listening.settimeout(0.0)
        begin_another()
        with pytest.raises(BlockingIOError):
            listening.accept()


def test_a_login_that_was_handed_on_waits_for_its_run_though_it_is_old(sshd: Loopback) -> None:
    kept = KeptLogins()
    place = visited(sshd.target(), kept)
    own = kept.new_socket()
    assert own is not None
    [path] = Path(own).parent.iterdir()
    os.utime(path.parent, (0, 0))
    kept.take([place])
    kept.end()
    begin_another()
    assert by_socket(path, "echo there").stdout == "there\n"
    end_logins([path])
    path.parent.rmdir()


KEEPS_ANOTHER = (
    "from orchestrator.adapters.process import KeptLogins\n"
    "kept = KeptLogins()\n"
    "kept.new_socket()\n"
    "kept.end()\n"
)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes a namespace of processes by itself")
def test_one_who_does_not_see_this_process_leaves_its_logins_alone(sshd: Loopback, kept: KeptLogins) -> None:
    """A container that shares /tmp, or whoever has a namespace of processes: no number of ours is one of theirs."""
    place = visited(sshd.target(), kept)
    elsewhere = ["unshare", "--pid", "--fork", "--mount-proc", sys.executable, "-c", KEEPS_ANOTHER]
    subprocess.run(elsewhere, check=True, timeout=60, cwd=ROOT)
    [path] = sockets_of(kept.take([place])[place])
    assert by_socket(path, "echo there").stdout == "there\n"


def test_a_login_that_waits_for_its_run_stays_though_nobody_keeps_the_folder(sshd: Loopback) -> None:
    """Its driver was killed, or ended, before the run came for it: ssh ends it by itself where the run does not."""
    kept = KeptLogins()
    place = visited(sshd.target(), kept)
    [path] = sockets_of(kept.take([place])[place])
    kept.end()
    other = KeptLogins()
    other.new_socket()
    other.end()
    assert by_socket(path, "echo there").stdout == "there\n"
    end_logins([path])
    other.new_socket()
    other.end()
    assert not path.parent.exists()


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
