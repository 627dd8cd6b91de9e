"""The oracle of the real rollouts can fail: act logs that no sound deployment could have left are found out."""

import os
import subprocess
import sys

import pytest

from orchestrator.domain import events as e
from orchestrator.domain.fold import fold
from tests.chaos.real.oracle import against_acts
from tests.chaos.real.site import Act, census
from tests.histories import START, attempted, checked, ready_to_deploy, recorded

RECORDS = recorded(
    [
        *ready_to_deploy(),
        *attempted("a1", 0, h1="done"),
        e.WaveDeployed(wave=0),
        checked(0, h1="passed"),
        e.WaveVerified(wave=0),
        e.GateReached(wave=0),
        e.GatePassed(wave=0),
        *attempted("a2", 1, h2="not_done", h3="done", h4="done"),
        e.WaveFailed(wave=1, hosts=("h2",), reason="x"),
        e.BackoutBegan(hosts=("h1", "h2", "h3", "h4"), reason="x", by="orch"),
        *attempted("b1", 1, purpose="backout", h2="done", h3="done", h4="done"),
    ]
)
AT = {record.event.kind: record.at.timestamp() for record in reversed(RECORDS)}
FIRST = AT["attempt_intended"]
SECOND = AT["gate_passed"] + 1
BACK = AT["backout_began"] + 1
SOUND = [
    Act("h1", "a1", "deploy", "work", FIRST + 0.5),
    Act("h2", "a2", "deploy", "work", SECOND + 0.5),
    Act("h2", "b1", "backout", "restore", BACK + 0.5),
]
UNSOUND = [
    ("without an intent", Act("h1", "a9", "deploy", "work", FIRST + 1), "without an intent"),
    ("before its intent", Act("h3", "a2", "deploy", "work", SECOND - 0.5), "without an intent"),
    ("before its gate", Act("h3", "a1", "deploy", "work", FIRST + 0.6), "before gate 0 had passed"),
    ("a task twice", Act("h1", "a1", "deploy", "work", FIRST + 0.7), "2 times"),
    ("a playbook again", Act("h1", "a2", "deploy", "work", SECOND + 0.6), "ran 2 times on h1"),
    ("after the backout", Act("h3", "a2", "deploy", "work", BACK + 2), "after the backout had begun"),
]


def test_a_sound_act_log_is_sound() -> None:
    assert START.timestamp() < FIRST < SECOND < BACK
    assert against_acts(SOUND, RECORDS, fold(RECORDS)) == []


@pytest.mark.parametrize(("what", "act", "expected"), UNSOUND, ids=[row[0] for row in UNSOUND])
def test_an_unsound_act_is_found_out(what: str, act: Act, expected: str) -> None:
    assert any(expected in word for word in against_acts([*SOUND, act], RECORDS, fold(RECORDS)))


def test_the_census_sees_a_process_that_a_run_left() -> None:
    name = f"chaos-census-{os.getpid()}"
    left = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, env={"ORCH_ATTEMPT": f"{name}.1-deploy"}
    )
    try:
        assert [line.split()[0] for line in census(name)] == [str(left.pid)]
    finally:
        left.kill()
        left.communicate()
    assert census(name) == []
