"""What a host may do to us: refuse, hang, cut the answer, flood us, greet us with noise, or have no Python."""

import os
import re
import signal
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from orchestrator.adapters.ssh import SshTargets, program
from orchestrator.adapters.ssh.bounds import USUAL, Bounds
from orchestrator.adapters.ssh.session import CutShort, Session
from orchestrator.domain.evidence.baseline import Baseline, BaselineScope
from orchestrator.domain.plan.check import Check, CheckResult
from orchestrator.domain.plan.target import Target
from tests.adapters.ssh.loopback import Loopback, greets, loopback_sshd, make_key

CHECKS: list[Check] = [
    TypeAdapter[Check](Check).validate_python(each) for each in ({"python": "3.8"}, {"user": "root"})
]


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    with loopback_sshd(tmp_path_factory.mktemp("sshd")) as running:
        yield running


def verify(target: Target, checks: list[Check] | None = None, bounds: Bounds = USUAL) -> list[CheckResult]:
    return SshTargets(bounds=bounds).verify([target], CHECKS if checks is None else checks, Path())


def interpreter(folder: Path, text: str) -> str:
    """An interpreter of the test's own making."""
    path = folder / "python"
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(stat.S_IRWXU)
    return str(path)


PASSED, FAILED, UNKNOWN = "passed", "failed", "inconclusive"
INTERPRETERS = [
    ("noise around the answer", 'echo "Welcome! ORCH-ANSWER x"; /usr/bin/python3 "$@"; echo bye', [PASSED, PASSED, PASSED], ""),
    ("an answer cut short", '/usr/bin/python3 "$@" | head -c 400', [FAILED, UNKNOWN, UNKNOWN], "cut off after"),
    ("a changed answer", '/usr/bin/python3 "$@" | sed s/passed/PASSED/', [FAILED, UNKNOWN, UNKNOWN], "digest does not match"),
    ("no answer", "exit 3", [FAILED, UNKNOWN, UNKNOWN], "there is no answer in the output (exit code 3)"),
    ("killed", "kill -9 $$", [FAILED, UNKNOWN, UNKNOWN], "there is no answer"),
    ("a complaint", "echo boom >&2; exit 1", [FAILED, UNKNOWN, UNKNOWN], "boom"),
    ("Python 2", "echo Unknown option: -I >&2; exit 2", [PASSED, FAILED, UNKNOWN], "is older than Python 3.8"),
    ("an old Python", "echo ORCH-OLD-PYTHON 3.6.8", [PASSED, FAILED, UNKNOWN], "is Python 3.6.8; 3.8 or later is needed"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "answers", "words"), [row[1:] for row in INTERPRETERS], ids=[row[0] for row in INTERPRETERS]
)
def test_interpreters(sshd: Loopback, tmp_path: Path, text: str, answers: list[str], words: str) -> None:
    results = verify(sshd.target(python=interpreter(tmp_path, text)))
    assert [each.answer for each in results] == answers
    assert words in results[0].found + results[-1].found


def test_no_python_is_a_failed_python_check_on_a_host_that_is_reachable(sshd: Loopback) -> None:
    results = verify(sshd.target(python="/nowhere/python3"))
    assert [each.answer for each in results] == [PASSED, FAILED, UNKNOWN]
    assert results[1].found.startswith("/nowhere/python3 cannot be run")


def test_a_host_that_goes_silent_is_given_up(sshd: Loopback, tmp_path: Path) -> None:
    results = verify(sshd.target(python=interpreter(tmp_path, "sleep 20")), bounds=Bounds(quiet=1.0))
    assert [each.answer for each in results] == [FAILED, UNKNOWN, UNKNOWN]
    assert "the host fell silent for 1 s" in results[0].found


def test_an_answer_beyond_the_cap_is_refused(sshd: Loopback) -> None:
    target = sshd.target()
    scope = BaselineScope(files=("/usr/bin/*",), packages="none")
    fault = SshTargets(bounds=Bounds(answer=1 << 20)).capture([target], scope)["web1"]
    assert fault == "the answer is larger than 1 MiB"
    assert isinstance(SshTargets().capture([target], scope)["web1"], Baseline)


@pytest.mark.parametrize("banner", [b"SSH-2.0-OpenSSH_9.2\r\n", b""], ids=["banner", "silence"])
def test_a_hung_sshd_ends(sshd: Loopback, banner: bytes) -> None:
    with greets(banner) as port:
        results = verify(sshd.target().model_copy(update={"port": port}), bounds=Bounds(connect=1.0))
    assert [each.answer for each in results] == [FAILED, UNKNOWN, UNKNOWN]
    assert results[0].found.startswith("no ssh within 1 s")


def test_a_key_that_is_not_authorised(sshd: Loopback, tmp_path: Path) -> None:
    make_key(tmp_path / "stranger")
    target = sshd.target().model_copy(update={"private_key": str(tmp_path / "stranger")})
    assert "was refused for the key" in verify(target, [])[0].found


@pytest.mark.parametrize(
    ("passphrase", "words"),
    [("secret", "has a passphrase"), (None, "cannot be used")],
    ids=["locked", "missing"],
)
def test_a_key_that_cannot_be_used(
    sshd: Loopback, tmp_path: Path, passphrase: str | None, words: str
) -> None:
    if passphrase is not None:
        make_key(tmp_path / "key", passphrase=passphrase)
    target = sshd.target().model_copy(update={"private_key": str(tmp_path / "key")})
    assert words in verify(target, [])[0].found


def test_text_from_the_host_is_made_plain(sshd: Loopback) -> None:
    nasty = TypeAdapter[Check](Check).validate_python(
        {"command": r"printf '\033[31mred\033[0m\007 \342\200\256tfel %05000d' 7; exit 1"}
    )
    finding = verify(sshd.target(), [nasty])[1].found
    assert finding.isprintable()
    assert "\u202e" not in finding
    assert len(finding) <= 500


def test_one_connection_and_one_program_serve_all_questions_until_closed(sshd: Loopback) -> None:
    targets = SshTargets().stay()
    target = sshd.target()
    process = TypeAdapter[Check](Check).validate_python({"command": "echo $PPID; exit 1"})
    clock = TypeAdapter[Check](Check).validate_python({"clock": "2s"})
    scope = BaselineScope(packages="none", ports=False, users=False, files=("/etc/hostname",))
    first = targets.verify([target], [process, clock], Path())
    [kept] = targets._sessions.values()
    assert isinstance(targets.capture([target], scope)[target.host], Baseline)
    again = targets.verify([target], [process], Path())
    assert list(targets._sessions.values()) == [kept]
    assert first[1].found == again[1].found, "the checks were asked by two programs"
    assert first[2].answer == PASSED
    targets.close()
    assert not kept.alive
    assert targets.verify([target], [], Path())[0].answer == PASSED
    targets.close()


def test_a_connection_that_ended_meanwhile_is_replaced(sshd: Loopback) -> None:
    targets = SshTargets().stay()
    target = sshd.target()
    assert targets.verify([target], CHECKS, Path())[0].answer == PASSED
    [kept] = targets._sessions.values()
    kept.close()
    assert targets.verify([target], CHECKS, Path())[0].answer == PASSED
    [other] = targets._sessions.values()
    assert other is not kept
    targets.close()


def test_a_program_that_ended_meanwhile_is_started_again(sshd: Loopback) -> None:
    targets = SshTargets().stay()
    target = sshd.target()
    parent = TypeAdapter[Check](Check).validate_python({"command": "echo $PPID; exit 1"})
    finding = targets.verify([target], [parent], Path())[1].found
    [number] = [int(word) for word in re.findall(r"\d{2,}", finding)]
    os.kill(number, signal.SIGKILL)
    time.sleep(0.2)
    captured = targets.capture([target], BaselineScope(packages="none", ports=False, users=False))
    assert isinstance(captured[target.host], Baseline)
    targets.close()


def test_a_program_that_stays_ends_with_its_connection(sshd: Loopback) -> None:
    targets = SshTargets().stay()
    parent = TypeAdapter[Check](Check).validate_python({"command": "echo $PPID; exit 1"})
    finding = targets.verify([sshd.target()], [parent], Path())[1].found
    [number] = [int(word) for word in re.findall(r"\d{2,}", finding)]
    assert Path(f"/proc/{number}").exists()
    targets.close()
    until = time.monotonic() + 10
    while Path(f"/proc/{number}").exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not Path(f"/proc/{number}").exists()


def test_clocks_are_compared_by_a_round_trip(sshd: Loopback) -> None:
    check = TypeAdapter[Check](Check).validate_python({"clock": "2s"})
    result = verify(sshd.target(), [check])[1]
    assert (result.kind, result.answer) == ("clock", PASSED), result.found


def test_asking_again_within_one_round_trip(sshd: Loopback, tmp_path: Path) -> None:
    flag, late = tmp_path / "flag", tmp_path / "late"
    run = f"echo x >> {flag}; test $(wc -l < {flag}) -ge 3 && touch {late}"
    checks = [
        TypeAdapter[Check](Check).validate_python(each)
        for each in (
            {"command": {"run": run}, "within": "20s", "every": "100ms"},
            {"file": str(late), "within": "20s", "every": "100ms"},
            {"file": "/nowhere", "within": "300ms", "every": "100ms"},
        )
    ]
    results = verify(sshd.target(), checks)
    assert [each.answer for each in results] == [PASSED, PASSED, PASSED, FAILED]
    assert flag.read_text().count("x") == 3
    assert 0.3 <= results[3].seconds < 5


@pytest.mark.slow
def test_when_nobody_listens_any_more_the_program_and_its_commands_end(
    sshd: Loopback, tmp_path: Path
) -> None:
    request = {
        "nonce": "n", "seconds": 60, "digests": [], "scope": None, "echo": False,
        "checks": [{
            "kind": "command", "number": 0, "within": 0, "every": 1, "become": False, "timeout": 60, "exit_code": 0,
            "stdout_contains": None, "run": f"echo $$ > {tmp_path}/pid; exec sleep 60",
        }],
    }  # fmt: skip
    ours = Session(sshd.target(), program.command("/usr/bin/python3", root=True), Bounds(quiet=1.0))
    with pytest.raises(CutShort):
        ours.converse(program.letter(request), 60.0, lambda _piece: False, echo=True)
    deadline = time.monotonic() + 20
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    pid = int((tmp_path / "pid").read_text())
    ours.close()
    while Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes():
        assert time.monotonic() < deadline, "it runs on"
        time.sleep(0.1)


def test_nothing_is_printed(sshd: Loopback, capfd: pytest.CaptureFixture[str]) -> None:
    with greets(b"") as port:
        verify(sshd.target().model_copy(update={"port": port}), bounds=Bounds(connect=0.5))
    assert capfd.readouterr() == ("", "")
