"""The oracle of a team can fail: each manipulation of what the hosts did or hold is detected."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal import events as e
from tests.chaos.team.light_hands import TeamFleet
from tests.chaos.team.team_oracle import against_acts, left_over, truthful
from tests.histories import attempted, checked, compared, ready_to_deploy, recorded
from tests.worlds.plans import plan_tree

NAME, HOSTS = "app-2.0", ("h1", "h2")
EVENTS = [
    *ready_to_deploy(HOSTS, plan_tree(waves=[1, "rest"])),
    *attempted(f"{NAME}.1-deploy", 0, h1="done"),
    e.WaveDeployed(wave=0),
    checked(0, h1="passed"),
    compared(0, "h1"),
    e.WaveVerified(wave=0),
    e.GateReached(wave=0),
    e.GatePassed(wave=0),
    *attempted(f"{NAME}.2-deploy", 1, h2="done"),
]
RECORDS = recorded(EVENTS, NAME)
D = fold(RECORDS)


def second_of(kind: str, attempt: str = "") -> float:
    """When the event stands on the journal, in seconds since the first."""
    return next(
        r.at.timestamp()
        for r in RECORDS
        if r.event.kind == kind and getattr(r.event, "attempt", attempt) == attempt
    )


FIRST, SECOND = (
    second_of("attempt_intended", f"{NAME}.1-deploy"),
    second_of("attempt_intended", f"{NAME}.2-deploy"),
)


@pytest.fixture
def fleet(tmp_path: Path) -> TeamFleet:
    """As the journal says."""
    made = TeamFleet(tmp_path)
    made.make(HOSTS)
    for host, number, at in (("h1", 1, FIRST), ("h2", 2, SECOND)):
        _line(made, f"{NAME}.{number}-deploy {host} deploy begins {at + 0.1}")
        _line(made, f"{NAME}.{number}-deploy {host} deploy ends {at + 0.4}")
        _holds(made, host, "new")
    return made


def _line(fleet: TeamFleet, line: str) -> None:
    with fleet.acts.open("a") as log:
        log.write(f"{line}\n")


def _holds(fleet: TeamFleet, host: str, content: str) -> None:
    fleet.write(host, {**fleet.read(host), "files": {"/etc/app": content}})


def _wrong(fleet: TeamFleet) -> str:
    acts = fleet.log()
    return "; ".join([*against_acts(acts, RECORDS, D), *truthful(fleet, D, acts)])


def test_what_the_journal_says_is_sound(fleet: TeamFleet) -> None:
    assert _wrong(fleet) == ""


WRONGS: dict[str, tuple[Callable[[TeamFleet], object], str]] = {
    "acted twice": (
        lambda f: _line(f, f"{NAME}.1-deploy h1 deploy begins {FIRST + 0.6}"),
        "acted 2 times on h1",
    ),
    "another run": (
        lambda f: _line(f, f"{NAME}.2-deploy h1 deploy begins {SECOND + 0.6}"),
        "deployed to 2 times",
    ),
    "unasked": (lambda f: _line(f, f"{NAME}.9-deploy h1 deploy begins {FIRST + 0.6}"), "without an intent"),
    "too early": (lambda f: _line(f, f"{NAME}.2-deploy h2 deploy begins {FIRST + 0.5}"), "before gate 0"),
    "over": (lambda f: _line(f, f"{NAME}.1-deploy h1 deploy ends {SECOND}"), "after it was called over"),
    "two at once": (
        lambda f: _line(
            f,
            f"{NAME}.1-deploy h1 deploy begins {FIRST + 0.5}\n{NAME}.2-deploy h1 deploy begins {FIRST + 0.6}",
        ),
        "was at work",
    ),
    "not there": (lambda f: _holds(f, "h1", "old"), "h1 is called verified and holds old"),
    "half": (lambda f: _holds(f, "h1", "half"), "h1 is called verified and holds half"),
}


@pytest.mark.parametrize("case", WRONGS)
def test_what_is_tampered_with_is_detected(fleet: TeamFleet, case: str) -> None:
    tamper, words = WRONGS[case]
    tamper(fleet)
    assert words in _wrong(fleet)


@pytest.mark.parametrize(("lives", "words"), [("30", "a process of it is left: {} sleep 30"), ("0.4", "")])
def test_a_process_of_an_attempt_that_lives_on_is_seen_and_one_that_is_just_going_is_not(
    lives: str, words: str
) -> None:
    environment = {**os.environ, "ORCH_ATTEMPT": "left-1.deploy-1"}
    with subprocess.Popen(["sleep", lives], env=environment) as process:
        try:
            assert left_over("left-1") == [words.format(process.pid)] * bool(words)
            assert left_over("left-2") == []
        finally:
            process.kill()
