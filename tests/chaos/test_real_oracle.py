"""The oracle of the real rollouts can fail: act logs that no sound deployment could have left are found out."""

import os
import subprocess
import sys

import pytest

from orchestrator.domain.evidence.outcome import AttemptOutcome, HostOutcome
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal import events as e
from orchestrator.domain.plan.check import CheckResult, title_of
from tests.chaos.real.oracle import Prober, against_acts, outrun
from tests.chaos.real.site import TAMPERED, Act, Answer, census
from tests.histories import START, attempted, checked, ready_to_deploy, recorded
from tests.simulation.evidence import Witness, unproved

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


def test_only_an_attempt_that_had_leave_already_may_read_a_change() -> None:
    act = Act("h1", "a1", "deploy", TAMPERED, FIRST + 0.6)
    before, after = FIRST - 60, FIRST + 0.01
    assert any(
        "a changed playbook on h1" in w for w in against_acts([*SOUND, act], RECORDS, fold(RECORDS), before)
    )
    records = from_a_changed_copy([*ready_to_deploy(), *attempted("a1", 0, h1="done")])
    assert against_acts([SOUND[0], act], records, fold(records), after) == []


def test_a_change_between_leave_and_intent_may_be_read_and_one_before_leave_was_asked_may_not() -> None:
    records = from_a_changed_copy(
        [*ready_to_deploy(), e.WaveAuthorised(wave=0), *attempted("a1", 0, h1="done")]
    )
    number = next(n for n, record in enumerate(records) if isinstance(record.event, e.WaveAuthorised))
    asked, authorised, intended = (records[n].at.timestamp() for n in (number - 1, number, number + 1))
    acts = [Act("h1", "a1", "deploy", TAMPERED, intended + 0.6)]
    assert against_acts(acts, records, fold(records), authorised + 0.001) == []
    assert against_acts(acts, records, fold(records), asked - 0.001) == ["a1 ran a changed playbook on h1"]


def from_a_changed_copy(events: list[e.Event]) -> list[e.Recorded]:
    changed = events[-1].model_copy(
        update={"changed_in_copy": ("playbook tree (playbooks/app.yml changed)",)}
    )
    return recorded([*events[:-1], changed])


def test_a_change_that_was_read_and_that_nothing_tells_of_is_found_out() -> None:
    act = Act("h1", "a1", "deploy", TAMPERED, FIRST + 0.6)
    breaks = against_acts([*SOUND, act], RECORDS, fold(RECORDS), FIRST + 0.01)
    assert breaks == ["a1 ran a changed playbook, and nothing tells of it"]


def test_a_run_from_a_changed_copy_that_counts_before_a_person_spoke_is_found_out() -> None:
    records = from_a_changed_copy([*ready_to_deploy(), *attempted("a1", 0, h1="done")])
    events = [record.event for record in records]
    counted = recorded([*events, e.WaveDeployed(wave=0)])
    answered = recorded([*events, e.Excluded(hosts=("h1",), by="bo", reason="x"), e.WaveDeployed(wave=0)])
    assert any("before a person had spoken" in word for word in against_acts([], counted, fold(counted)))
    assert against_acts([], answered, fold(answered)) == []


REFUSED = AttemptOutcome(
    attempt="a2",
    hosts=(
        HostOutcome(
            host="h2", result="not_done", reason="refused by the host: a newer run (epoch 9) was here"
        ),
    ),
    outrun_on=("h2",),
    started_at=START,
    ended_at=START,
)
PAUSED = [*ready_to_deploy(), e.AttemptIntended(attempt="a2", purpose="deploy", wave=0, hosts=("h2",))]
OUTRUN = recorded([*PAUSED, e.AttemptEnded(outcome=REFUSED), e.DeploymentHeld(reason="x", by="orch")])
UNREFUSED = recorded([*PAUSED, *attempted("a2", 0, h2="done")[1:]])
LOST = [*PAUSED, e.AttemptLost(attempt="a2", reason="its worker ended without an outcome")]
WENT_ON = recorded([*LOST, *attempted("a3", 0, h2="done")])
AGAIN = REFUSED.model_copy(update={"attempt": "a3"})
LOST_AND_REFUSED = recorded([*LOST, attempted("a3", 0, h2="done")[0], e.AttemptEnded(outcome=AGAIN)])
WOKEN = OUTRUN[len(PAUSED)].at.timestamp() - 0.5
THEIRS = Act("h2", "other.1-deploy", "deploy", "work", WOKEN - 5)


def test_a_run_that_was_outrun_and_refused_is_sound() -> None:
    assert outrun([THEIRS], OUTRUN, "other", WOKEN) == []


def test_what_follows_a_lost_run_and_is_refused_is_sound() -> None:
    assert outrun([THEIRS], LOST_AND_REFUSED, "other", WOKEN) == []


def test_work_that_a_person_asked_for_after_the_refusal_is_sound() -> None:
    asked = recorded([*(r.event for r in OUTRUN), e.Retried(by="bo", reason="seen")])
    later = Act("h2", "a3", "deploy", "work", asked[-1].at.timestamp() + 1)
    assert outrun([THEIRS, later], asked, "other", WOKEN) == []


@pytest.mark.parametrize(
    ("acts", "records", "expected"),
    [
        ([THEIRS, Act("h2", "a2", "deploy", "work", WOKEN + 1)], OUTRUN, "a2 did work on h2 after other"),
        (
            [THEIRS, Act("h2", "b1", "backout", "restore", WOKEN + 9)],
            OUTRUN,
            "b1 did restore on h2 after other",
        ),
        ([THEIRS, Act("h2", "a3", "deploy", "work", WOKEN + 4)], WENT_ON, "a3 did work on h2 after other"),
        ([THEIRS], WENT_ON, "does not tell that it was refused"),
        ([THEIRS], UNREFUSED, "does not tell that it was refused"),
        ([THEIRS], OUTRUN[: len(PAUSED)], "does not tell that it was refused"),
        ([], OUTRUN, "nothing is proved"),
    ],
)
def test_a_run_that_was_outrun_and_acted_or_kept_silent_is_found_out(
    acts: list[Act], records: list[e.Recorded], expected: str
) -> None:
    assert any(expected in word for word in outrun(acts, records, "other", WOKEN))


def http(url: str) -> CheckResult:
    fields = {"kind": "http", "answer": "passed", "expected": "x", "found": "x", "seconds": 0.1}
    return CheckResult.model_validate({"host": "h1", "title": f"http http://h1:8080/{url}", **fields})


@pytest.mark.parametrize(
    ("url", "answers", "gave"),
    [
        ("version", [None, None, None, "2.0"], True),
        ("version", ["1.0"] * 9, False),
        ("version", [None] * 9, False),
        ("version", ["1.0"] * 3, True),  # it saw too little to contradict anybody
        ("health", ["2.0"] * 9, False),
    ],
)
def test_a_pass_that_nobody_was_given_is_found_out(url: str, answers: list[str | None], gave: bool) -> None:  # noqa: FBT001
    at = RECORDS[0].at.timestamp()
    seen = [Answer("h1", at - 2 + n / 10, version) for n, version in enumerate(answers)]
    assert Prober(seen).gave(RECORDS[0], http(url)) is gave


def proved() -> e.WaveChecked:
    """Every acceptance check of the plan passed on the host of the first wave."""
    fields = {"host": "h1", "kind": "http", "answer": "passed", "expected": "x", "found": "x", "seconds": 0.1}
    titles = [title_of(check) for check in fold(RECORDS).plan.validation.acceptance]
    results = [
        CheckResult.model_validate({**fields, "number": number, "title": title})
        for number, title in enumerate(titles)
    ]
    return e.WaveChecked(stage="verification", wave=0, final=True, asked=1, results=tuple(results))


DONE = [*ready_to_deploy(), *attempted("a1", 0, h1="done"), e.WaveDeployed(wave=0)]
AT_GATE = [e.WaveVerified(wave=0), e.GateReached(wave=0), e.GatePassed(wave=0)]
PROMOTED = [
    ([*DONE, proved(), *AT_GATE], []),
    ([*DONE, *AT_GATE], ["not proved to be up"]),
    (
        [*ready_to_deploy(), e.WaveDeployed(wave=0), proved(), *AT_GATE],
        ["not proved to be up", "with none of"],
    ),
]


@pytest.mark.parametrize(("events", "expected"), PROMOTED)
def test_a_gate_that_was_passed_without_evidence_is_found_out(
    events: list[e.Event], expected: list[str]
) -> None:
    d = fold(RECORDS)
    breaks = unproved(
        recorded(events), d.plan, d.waves, Witness(lambda record: record.at, lambda record, result: True)
    )
    assert all(any(word in broken for broken in breaks) for word in expected)
    assert expected or breaks == []


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
