"""Given what is on the journal, what comes next: a table that a practitioner can review."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from orchestrator.domain.evidence.baseline import BaselineReference
from orchestrator.domain.evidence.change_groups import ItemChange, OutsideChange
from orchestrator.domain.evidence.outcome import AttemptOutcome, HostOutcome
from orchestrator.domain.journal import events as e
from orchestrator.policy.course.next_step import next_step
from orchestrator.policy.course.steps import Over, Perform, Record, RunAttempt, Step, WaitForPerson, WaitUntil
from tests.histories import START, attempted, checked, compared, deployment, planned, ready_to_deploy
from tests.worlds.plans import plan_tree


def shown(step: Step) -> str:
    """A step in a few words."""
    match step:
        case Record(event=event):
            hosts = getattr(event, "hosts", ())
            return f"record {event.kind}" + (f" {' '.join(hosts)}" if hosts else "")
        case RunAttempt(purpose=purpose, hosts=hosts):
            return f"run {purpose} {' '.join(hosts)}"
        case Perform(practice=practice, hosts=hosts, final=final):
            return f"{practice} {' '.join(hosts)}".strip() + ("" if final else " (not final)")
        case WaitUntil(what=what):
            return f"wait: {what.split(' until')[0]}"
        case WaitForPerson(choices=choices):
            return f"person: {' '.join(choices)}"
        case Over():
            return "over"
        case _:
            return f"follow stop={step.stop}"


def tree(
    limit: Any = 0, scope: str = "all_touched", on_failure: str = "back_out", **strategy: Any
) -> dict[str, Any]:
    made = plan_tree(failure_limit={"wave": limit, "overall": limit}, **strategy)
    made["backout"] |= {"scope": scope, "on_failure": on_failure}
    return made


def refused_for_a_newer_run(attempt: str, *hosts: str) -> AttemptOutcome:
    why = "a newer run was here"
    outcomes = tuple(HostOutcome(host=host, result="not_done", reason=why) for host in hosts)
    return AttemptOutcome(attempt=attempt, hosts=outcomes, outrun_on=hosts, started_at=START, ended_at=START)


def first_wave_good(made: dict[str, Any] | None = None) -> list[e.Event]:
    return [
        *ready_to_deploy(tree=made),
        *attempted("a1", 0, h1="done"),
        e.WaveDeployed(wave=0),
        checked(0, h1="passed"),
        e.WaveVerified(wave=0),
        e.GateReached(wave=0),
        e.GatePassed(wave=0),
    ]


def second_wave(made: dict[str, Any] | None = None, **results: Any) -> list[e.Event]:
    return [*first_wave_good(made), *attempted("a2", 1, **results)]


INTENT = e.AttemptIntended(attempt="a1", purpose="deploy", wave=0, hosts=("h1",))
LOST = e.AttemptLost(attempt="a1", reason="gone")
QUIET = e.Quiesced(attempt="a1")
SOAK = {"gate": {"soak": "60s", "every": "10s"}}
CONFIRM = {"gate": {"confirm": "service owner"}}
STILL_BUSY = e.Quiesced(attempt="a1", busy=("h1",))
UNSEEN = e.Quiesced(attempt="a1", unreachable=("h1",))
BUSY = [*ready_to_deploy(), INTENT, LOST, STILL_BUSY]
TWO_DOWN: dict[str, Any] = {"h2": "done", "h3": "not_done", "h4": "unknown"}
VERIFIED = [
    *ready_to_deploy(),
    *attempted("a1", 0, h1="done"),
    e.WaveDeployed(wave=0),
    checked(0, h1="passed"),
    e.WaveVerified(wave=0),
]
BOTH_WAVES = [
    *second_wave(h2="done", h3="done", h4="done"),
    e.WaveDeployed(wave=1),
    checked(1, h2="passed", h3="passed", h4="passed"),
    e.WaveVerified(wave=1),
    e.GateReached(wave=1),
]
BACKING_OUT = [
    *second_wave(**TWO_DOWN),
    e.Quiesced(attempt="a2"),
    e.WaveFailed(wave=1, hosts=("h3", "h4"), reason="down"),
    e.BackoutBegan(hosts=("h1", "h2", "h3", "h4"), reason="down", by="orch"),
]
EQUAL = tuple(
    BaselineReference(host=host, digest="0" * 64, machine_id=f"id-{host}", items=1)
    for host in ("h1", "h2", "h3", "h4")
)
EQUAL_H3 = EQUAL[2]
BACKED = [
    *BACKING_OUT,
    *attempted("b1", 1, purpose="backout", h2="done", h3="done", h4="done"),
    *attempted("b2", 0, purpose="backout", h1="done"),
]

OUTRUN: list[e.Event] = [
    e.AttemptIntended(attempt="a2", purpose="deploy", wave=1, hosts=("h2", "h3", "h4")),
    e.AttemptEnded(outcome=refused_for_a_newer_run("a2", "h2", "h3", "h4")),
    e.WaveFailed(wave=1, hosts=("h2", "h3", "h4"), reason="refused"),
]
OUTRUN_BACK: list[e.Event] = [
    e.AttemptIntended(attempt="b1", purpose="backout", wave=1, hosts=("h2", "h3", "h4")),
    e.AttemptEnded(outcome=refused_for_a_newer_run("b1", "h2", "h3", "h4")),
]


def from_a_changed_copy(events: list[e.Event]) -> list[e.Event]:
    """The last run of these ended with a private copy that was no longer what was approved."""
    changed = {"changed_in_copy": ("playbook tree (playbooks/app.yml changed)",)}
    return [*events[:-1], events[-1].model_copy(update=changed)]


IN_DOUBT = from_a_changed_copy(second_wave(h2="done", h3="not_done", h4="done"))
OUTSIDE = OutsideChange(
    change=ItemChange(kind="package", name="evil", attribute="exists", before=False, after=True)
)
RULES = ("model configuration-only",)
HELD = e.DeploymentHeld(reason="x", by="orch")

ROWS: list[tuple[str, Sequence[e.Event], str]] = [
    ("planned", [planned()], "record submitted"),
    ("submitted, no approval asked", ready_to_deploy()[:2], "record approved"),
    ("approved, no window", ready_to_deploy()[:3], "record window_opened"),
    ("window open", ready_to_deploy()[:4], "verify_components"),
    ("components verified", ready_to_deploy()[:5], "verify_environment"),
    ("environment verified", ready_to_deploy()[:6], "capture_baseline"),
    ("baseline captured", ready_to_deploy(), "run deploy h1"),
    ("attempt open", [*ready_to_deploy(), INTENT], "follow stop=False"),
    (
        "attempt open, abort asked for",
        [*ready_to_deploy(), INTENT, e.AbortRequested(by="ann", reason="x")],
        "follow stop=True",
    ),
    ("attempt lost: quiet first", [*ready_to_deploy(), INTENT, LOST], "quiesce h1"),
    ("attempt lost, quiet: run again", [*ready_to_deploy(), INTENT, LOST, QUIET], "run deploy h1"),
    (
        "attempt lost, not idempotent: hold",
        [*ready_to_deploy(tree=tree(idempotent=False)), INTENT, LOST, QUIET],
        "record held",
    ),
    (
        "attempt lost, still busy: hold",
        [*ready_to_deploy(), INTENT, LOST, e.Quiesced(attempt="a1", busy=("h1",))],
        "record held",
    ),
    (
        "never started: run again without asking for quiet",
        [*ready_to_deploy(), INTENT, e.AttemptLost(attempt="a1", reason="x", started=False)],
        "run deploy h1",
    ),
    ("wave done", [*ready_to_deploy(), *attempted("a1", 0, h1="done")], "record wave_deployed"),
    ("wave not done", [*ready_to_deploy(), *attempted("a1", 0, h1="not_done")], "record wave_failed h1"),
    (
        "unknown counts as down, but quiet first",
        [*ready_to_deploy(), *attempted("a1", 0, h1="unknown")],
        "quiesce h1",
    ),
    (
        "unknown counts as down",
        [*ready_to_deploy(), *attempted("a1", 0, h1="unknown"), QUIET],
        "record wave_failed h1",
    ),
    (
        "one down of three, none allowed",
        second_wave(h2="done", h3="not_done", h4="done"),
        "record wave_failed h3",
    ),
    (
        "one down of three, one allowed",
        second_wave(tree(limit=1), h2="done", h3="not_done", h4="done"),
        "record wave_deployed",
    ),
    (
        "two down of three, 50% allowed is one",
        [*second_wave(tree(limit="50%"), **TWO_DOWN), e.Quiesced(attempt="a2")],
        "record wave_failed h3 h4",
    ),
    (
        "a wave with no host up never passes",
        [*ready_to_deploy(tree=tree(limit=3)), *attempted("a1", 0, h1="not_done")],
        "record wave_failed h1",
    ),
    (
        "wave failed: all touched are backed out",
        [*second_wave(h2="done", h3="not_done", h4="done"), e.WaveFailed(wave=1, hosts=("h3",), reason="x")],
        "record backout_began h1 h2 h3 h4",
    ),
    (
        "what ran may not be what was approved: a person decides, also where it failed",
        IN_DOUBT,
        "record held",
    ),
    (
        "no pause that ends is an answer to it",
        [*IN_DOUBT, e.Paused(by="a", reason="x"), e.Resumed(by="a", reason="x")],
        "record held",
    ),
    (
        "nor is a failed run after which hosts are to be seen quiet",
        [*from_a_changed_copy(second_wave(**TWO_DOWN)), e.Quiesced(attempt="a2")],
        "record held",
    ),
    ("and says: again", [*IN_DOUBT, HELD, e.Retried(by="bo", reason="x")], "run deploy h2 h3 h4"),
    (
        "and says: back out",
        [*IN_DOUBT, HELD, e.BackoutBegan(hosts=("h1", "h2"), reason="x", by="bo")],
        "compare_first h1 h2",
    ),
    (
        "and says: abort",
        [*IN_DOUBT, HELD, e.AbortRequested(by="bo", reason="x")],
        "record backout_began h1 h2 h3 h4",
    ),
    (
        "and leaves one of its hosts out: of the others it has said nothing",
        [*IN_DOUBT, HELD, e.Excluded(hosts=("h2",), by="bo", reason="x")],
        "record held",
    ),
    (
        "and leaves all of its hosts out",
        [
            *from_a_changed_copy([*ready_to_deploy(tree=tree(3)), *attempted("a1", 0, h1="done")]),
            HELD,
            e.Excluded(hosts=("h1",), by="bo", reason="x"),
        ],
        "record wave_failed",
    ),
    (
        "a lost run from a changed copy is not run again unasked",
        [*from_a_changed_copy([*ready_to_deploy(), INTENT, LOST]), QUIET],
        "record held",
    ),
    (
        "a backout from a changed copy is judged by the baseline",
        from_a_changed_copy(BACKED),
        "prove_restoration h1 h2 h3 h4",
    ),
    (
        "wave refused for a newer run of others: a person decides",
        [*first_wave_good(), *OUTRUN],
        "record held",
    ),
    (
        "and says: again",
        [
            *first_wave_good(),
            *OUTRUN,
            e.DeploymentHeld(reason="x", by="orch"),
            e.Retried(by="bo", reason="x"),
        ],
        "run deploy h2 h3 h4",
    ),
    (
        "and says: back out",
        [
            *first_wave_good(),
            *OUTRUN,
            e.DeploymentHeld(reason="x", by="orch"),
            e.BackoutBegan(hosts=("h1", "h2", "h3", "h4"), reason="x", by="bo"),
            e.BackoutCompared(differing=("h1", "h2", "h3", "h4")),
        ],
        "run backout h2 h3 h4",
    ),
    (
        "backout refused for a newer run of others: it is not tried again there",
        [*BACKING_OUT, *OUTRUN_BACK],
        "run backout h1",
    ),
    (
        "wave failed, scope wave",
        [
            *second_wave(tree(scope="wave"), h2="done", h3="not_done", h4="done"),
            e.WaveFailed(wave=1, hosts=("h3",), reason="x"),
        ],
        "record backout_began h2 h3 h4",
    ),
    (
        "wave failed, scope failed",
        [
            *second_wave(tree(scope="failed"), h2="done", h3="not_done", h4="done"),
            e.WaveFailed(wave=1, hosts=("h3",), reason="x"),
        ],
        "record backout_began h3",
    ),
    (
        "wave failed, plan says hold",
        [
            *second_wave(tree(on_failure="hold"), h2="done", h3="not_done", h4="done"),
            e.WaveFailed(wave=1, hosts=("h3",), reason="x"),
        ],
        "record held",
    ),
    (
        "held",
        [
            *second_wave(tree(on_failure="hold"), h2="done", h3="not_done", h4="done"),
            e.WaveFailed(wave=1, hosts=("h3",), reason="x"),
            e.DeploymentHeld(reason="x", by="orch"),
        ],
        "person: retry exclude rollback hold",
    ),
    (
        "held, then retry: the failed host only",
        [
            *second_wave(tree(on_failure="hold"), h2="done", h3="not_done", h4="done"),
            e.WaveFailed(wave=1, hosts=("h3",), reason="x"),
            e.DeploymentHeld(reason="x", by="orch"),
            e.Retried(by="ann", reason="cable"),
        ],
        "run deploy h3",
    ),
    (
        "held, then exclude: on without it",
        [
            *second_wave(tree(on_failure="hold"), h2="done", h3="not_done", h4="done"),
            e.WaveFailed(wave=1, hosts=("h3",), reason="x"),
            e.DeploymentHeld(reason="x", by="orch"),
            e.Excluded(hosts=("h3",), by="ann", reason="scrap"),
        ],
        "record wave_deployed",
    ),
    ("wave deployed", VERIFIED[:-2], "verify_wave h1"),
    ("checks passed", VERIFIED[:-1], "compare_changes h1"),
    ("changes compared", [*VERIFIED[:-1], compared(0, "h1")], "record wave_verified"),
    (
        "a rule, and nothing outside of it changed",
        [*VERIFIED[:-1], compared(0, "h1", rules=RULES)],
        "record wave_verified",
    ),
    (
        "something changed that may not",
        [*VERIFIED[:-1], compared(0, "h1", rules=RULES, outside={"h1": OUTSIDE})],
        "record wave_rejected h1",
    ),
    (
        "nobody knows what changed, and no rule asks",
        [*VERIFIED[:-1], compared(0, not_compared={"h1": "cut off"})],
        "record wave_verified",
    ),
    (
        "nobody knows what changed, and a rule says what may",
        [*VERIFIED[:-1], compared(0, rules=RULES, not_compared={"h1": "cut off"})],
        "record wave_rejected h1",
    ),
    (
        "something changed that may not, within the failure limits",
        [
            *second_wave(tree(limit=2), h2="done", h3="done", h4="done"),
            e.WaveDeployed(wave=1),
            checked(1, h2="passed", h3="passed", h4="passed"),
            compared(1, "h2", "h3", "h4", rules=RULES, outside={"h2": OUTSIDE}),
        ],
        "record wave_rejected h2",
    ),
    (
        "a host that is down within the limits is asked what changed too",
        [
            *second_wave(tree(limit=2), h2="done", h3="not_done", h4="done"),
            e.WaveDeployed(wave=1),
            checked(1, h2="passed", h4="passed"),
        ],
        "compare_changes h2 h3 h4",
    ),
    (
        "a host that was down already and does not answer counts against the limits alone",
        [
            *second_wave(tree(limit=2), h2="done", h3="not_done", h4="done"),
            e.WaveDeployed(wave=1),
            checked(1, h2="passed", h4="passed"),
            compared(1, "h2", "h4", rules=RULES, not_compared={"h3": "cut off"}),
        ],
        "record wave_verified",
    ),
    (
        "a host that changed what may not was excluded by a person",
        [
            *second_wave(h2="done", h3="done", h4="done"),
            e.WaveDeployed(wave=1),
            checked(1, h2="passed", h3="passed", h4="passed"),
            compared(1, "h2", "h3", "h4", rules=RULES, outside={"h2": OUTSIDE}),
            e.WaveRejected(wave=1, hosts=("h2",), reason="x"),
            e.Excluded(hosts=("h2",), by="ann", reason="mended by hand"),
            checked(1, h3="passed", h4="passed"),
            compared(1, "h3", "h4", rules=RULES),
        ],
        "record wave_verified",
    ),
    ("checks failed", [*VERIFIED[:-2], checked(0, h1="failed")], "record wave_rejected h1"),
    ("checks inconclusive", [*VERIFIED[:-2], checked(0, h1="inconclusive")], "record wave_rejected h1"),
    ("at gate", VERIFIED, "record gate_reached"),
    ("gate reached, nothing asked", [*VERIFIED, e.GateReached(wave=0)], "record gate_passed"),
    ("gate passed", first_wave_good(), "run deploy h2 h3 h4"),
    (
        "gate asks for a person",
        [*VERIFIED, e.GateReached(wave=0, confirm="service owner")],
        "person: confirm abort",
    ),
    (
        "gate confirmed",
        [*VERIFIED, e.GateReached(wave=0, confirm="x"), e.Confirmed(wave=0, role="x", by="cy")],
        "watch h1",
    ),
    (
        "gate confirmed, and the hosts looked at since",
        [
            *VERIFIED,
            e.GateReached(wave=0, confirm="x"),
            e.Confirmed(wave=0, role="x", by="cy"),
            e.WaveChecked(stage="soak", wave=0, final=True, asked=1, results=()),
        ],
        "record gate_passed",
    ),
    ("last gate", BOTH_WAVES, "record completed"),
    ("completed", [*BOTH_WAVES, e.Completed()], "over"),
    ("paused", [*ready_to_deploy(), e.Paused(by="ann", reason="x")], "person: resume abort"),
    (
        "paused with an open attempt: it goes on",
        [*ready_to_deploy(), INTENT, e.Paused(by="a", reason="x")],
        "follow stop=False",
    ),
    (
        "aborted before any touch",
        [*ready_to_deploy(), e.AbortRequested(by="a", reason="x")],
        "record cancelled",
    ),
    (
        "aborted after a touch",
        [*first_wave_good(), e.AbortRequested(by="a", reason="x")],
        "record backout_began h1",
    ),
    (
        "soak retried: a host where the release was never done is not asked as if it were",
        [
            *second_wave(tree(1, gate={"soak": "60s", "every": "10s"}), h2="done", h3="not_done", h4="done"),
            e.WaveDeployed(wave=1),
            checked(1, h2="passed", h4="passed"),
            e.WaveVerified(wave=1),
            e.GateReached(wave=1, soak_until=START + timedelta(seconds=50)),
            checked(1, stage="soak", final=False, h2="failed"),
            e.WaveRejected(wave=1, hosts=("h2", "h3"), reason="x"),
            e.Retried(by="a", reason="x"),
        ],
        "watch h1 h2 h4",
    ),
    (
        "retried: a host of an earlier wave that is down stays down",
        [
            *first_wave_good(tree(1))[:-1],
            checked(0, stage="soak", h1="failed"),
            e.GatePassed(wave=0),
            *attempted("a2", 1, h2="not_done", h3="done", h4="done"),
            e.WaveFailed(wave=1, hosts=("h1", "h2"), reason="x"),
            e.Retried(by="a", reason="x"),
            *attempted("a3", 1, h2="not_done"),
        ],
        "record wave_failed h2",
    ),
    ("processes of a lost run are still there", [*BUSY], "record held"),
    (
        "a lost run's host that cannot be asked is not run on again",
        [*ready_to_deploy(), INTENT, LOST, UNSEEN],
        "record wave_failed h1",
    ),
    (
        "a backout begins by asking it once more",
        [*ready_to_deploy(), INTENT, LOST, UNSEEN, e.BackoutBegan(hosts=("h1",), reason="x", by="a")],
        "quiesce h1",
    ),
    (
        "and where it still cannot be asked, nothing is run there",
        [*ready_to_deploy(), INTENT, LOST, UNSEEN, e.BackoutBegan(hosts=("h1",), reason="x", by="a"), UNSEEN],
        "prove_restoration h1",
    ),
    (
        "retried, and it still cannot be asked: it stays down",
        [
            *ready_to_deploy(),
            INTENT,
            LOST,
            UNSEEN,
            e.WaveFailed(wave=0, hosts=("h1",), reason="x"),
            e.Retried(by="a", reason="x"),
            UNSEEN,
        ],
        "record wave_failed h1",
    ),
    (
        "aborted while they are: they are looked at anew",
        [*BUSY, e.DeploymentHeld(reason="busy", by="orch"), e.AbortRequested(by="a", reason="x")],
        "quiesce h1",
    ),
    (
        "aborted, and they are still there: a person is waited for, not asked again and again",
        [*BUSY, e.AbortRequested(by="a", reason="x"), STILL_BUSY, e.DeploymentHeld(reason="busy", by="orch")],
        "person: retry exclude rollback hold",
    ),
    (
        "soak: a host of an earlier wave fails, and its own wave allows none",
        [
            *second_wave(tree("50%", gate={"soak": "60s", "every": "10s"}), h2="done", h3="done", h4="done"),
            e.WaveDeployed(wave=1),
            checked(1, h2="passed", h3="passed", h4="passed"),
            e.WaveVerified(wave=1),
            e.GateReached(wave=1, soak_until=START + timedelta(seconds=300)),
            checked(1, stage="soak", final=False, h1="failed"),
        ],
        "record wave_rejected h1",
    ),
    ("backout: compare first", BACKING_OUT, "compare_first h1 h2 h3 h4"),
    (
        "backout: the newest wave first",
        [*BACKING_OUT, e.BackoutCompared(differing=("h1", "h2", "h3", "h4"))],
        "run backout h2 h3 h4",
    ),
    (
        "backout: not where the host is equal already",
        [*BACKING_OUT, e.BackoutCompared(equal=(EQUAL_H3,), differing=("h1", "h2", "h4"))],
        "run backout h2 h4",
    ),
    (
        "backout: equal everywhere already",
        [*BACKING_OUT, e.BackoutCompared(equal=EQUAL)],
        "prove_restoration h1 h2 h3 h4",
    ),
    (
        "backout: what was equal first counts as restored without a run",
        [*BACKING_OUT, e.BackoutCompared(equal=EQUAL), e.RestorationCompared(baselines=())],
        "record restored",
    ),
    (
        "backout: a host that was not done is tried once more",
        [*BACKING_OUT, *attempted("b1", 1, purpose="backout", h2="done", h3="done", h4="not_done")],
        "run backout h4",
    ),
    (
        "backout: and then the next wave",
        [
            *BACKING_OUT,
            *attempted("b1", 1, purpose="backout", h2="done", h3="done", h4="not_done"),
            *attempted("b2", 1, purpose="backout", h4="not_done"),
        ],
        "run backout h1",
    ),
    ("backout: the proof", BACKED, "prove_restoration h1 h2 h3 h4"),
    (
        "backout: equal, but on one host the playbook never ran to its end",
        [
            *BACKING_OUT,
            *attempted("b1", 1, purpose="backout", h2="done", h3="done", h4="not_done"),
            *attempted("b2", 1, purpose="backout", h4="not_done"),
            *attempted("b3", 0, purpose="backout", h1="done"),
            e.RestorationCompared(baselines=()),
        ],
        "record backout_failed h4",
    ),
    ("backout: equal", [*BACKED, e.RestorationCompared(baselines=())], "record restored"),
    (
        "backout: a host that cannot be compared",
        [*BACKED, e.RestorationCompared(baselines=(), not_compared={"h4": "unreachable"})],
        "record backout_failed h4",
    ),
]


@pytest.mark.parametrize(("given", "events", "then"), ROWS, ids=[row[0] for row in ROWS])
def test_next_step(given: str, events: Sequence[e.Event], then: str) -> None:
    assert shown(next_step(deployment(events), START + timedelta(seconds=100))) == then


SOAKING = [*VERIFIED, e.GateReached(wave=0, soak_until=START + timedelta(seconds=120))]


@pytest.mark.parametrize(
    ("seconds", "events", "then"),
    [
        (15, SOAKING, "wait: soak"),
        (35, SOAKING, "watch h1 (not final)"),
        (121, SOAKING, "watch h1"),
        (121, [*SOAKING, checked(0, stage="soak", h1="passed")], "record gate_passed"),
        (35, [*SOAKING, checked(0, stage="soak", final=False, h1="failed")], "record wave_rejected h1"),
        (35, [*SOAKING, checked(0, stage="soak", final=False, h1="inconclusive")], "record wave_rejected h1"),
    ],
)
def test_soak(seconds: int, events: Sequence[e.Event], then: str) -> None:
    assert shown(next_step(deployment(events), START + timedelta(seconds=seconds))) == then


def test_a_window_is_waited_for_and_never_entered_late() -> None:
    made = plan_tree()
    opens, closes = START + timedelta(hours=1), START + timedelta(hours=2)
    made["schedule"] = {"window": {"opens": opens.isoformat(), "closes": closes.isoformat()}}
    d = deployment(ready_to_deploy(tree=made)[:3])
    assert next_step(d, START) == WaitUntil(opens, "the window opens")
    assert shown(next_step(d, opens)) == "record window_opened"
    assert shown(next_step(d, closes)) == "record refused"


def test_approval_that_the_plan_asks_for_is_waited_for() -> None:
    made = plan_tree()
    made["approval"] = {"required": ["service owner"]}
    assert isinstance(next_step(deployment(ready_to_deploy(tree=made)[:2]), START), WaitForPerson)
