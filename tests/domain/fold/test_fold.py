"""Folding: what is known after which events, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.fold import apply, fold
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import LifecycleFault, State, allowed
from tests.histories import attempted, checked, deployment, ready_to_deploy, recorded

WORDS: list[e.Event] = [
    *ready_to_deploy()[1:],
    *attempted("a.1-deploy", 0, h1="done"),
    e.DeploymentCancelled(by="ann", reason="not today"),
    e.WaveDeployed(wave=0),
    checked(0, h1="passed"),
    e.WaveVerified(wave=0),
    e.GateReached(wave=0),
    e.GatePassed(wave=0),
    e.WaveFailed(wave=0, hosts=("h1",), reason="it broke"),
    e.BackoutBegan(hosts=("h1",), reason="it broke", by="orch"),
    e.RestorationCompared(baselines=()),
    e.Restored(),
    e.Completed(),
    e.Paused(by="ann", reason="lunch"),
    e.AbortRequested(by="ann", reason="phone call"),
]


def refused(known: Deployment, record: e.Recorded) -> str | None:
    """The message with which an event is refused, or None."""
    try:
        apply(known, record)
    except LifecycleFault as fault:
        return str(fault)
    return None


@given(st.lists(st.sampled_from(range(len(WORDS))), max_size=30))
def test_a_random_history_advances_or_is_refused_naming_what_is_allowed(picks: list[int]) -> None:
    known = deployment(ready_to_deploy()[:1])
    intended: set[str] = set()
    for pick in picks:
        event = WORDS[pick]
        if isinstance(event, e.AttemptEnded) and event.outcome.attempt not in intended:
            continue
        record = e.Recorded(deployment=known.id, seq=known.seq + 1, at=known.last_at, event=event)
        refusal = refused(known, record)
        if refusal is not None:
            touched = event.kind == "cancelled" and bool(known.touched_hosts)
            assert touched or all(kind in refusal for kind in allowed(known.state))
            continue
        known = apply(known, record)
        assert known.seq == record.seq
        if isinstance(event, e.AttemptIntended):
            intended.add(event.attempt)


def test_there_is_no_cancelling_once_a_host_is_touched() -> None:
    events = [*ready_to_deploy(), e.AttemptIntended(attempt="a", purpose="deploy", wave=0, hosts=("h1",))]
    with pytest.raises(LifecycleFault, match="no way back but a backout"):
        fold(recorded([*events, e.DeploymentCancelled(by="ann", reason="oh")]))


def test_an_empty_journal_is_no_deployment() -> None:
    with pytest.raises(LifecycleFault):
        fold([])


def test_a_journal_survives_json() -> None:
    records = recorded([*ready_to_deploy(), *attempted("a", 0, h1="done"), checked(0, h1="failed")][:9])
    again = [e.Recorded.model_validate_json(record.model_dump_json()) for record in records]
    assert again == records
    assert fold(again) == fold(records)


def test_a_failed_check_makes_a_verified_host_failed_with_its_reason() -> None:
    d = deployment(
        [*ready_to_deploy(), *attempted("a", 0, h1="done"), e.WaveDeployed(wave=0), checked(0, h1="failed")]
    )
    assert d.state is State.VERIFYING_WAVE
    assert d.standings["h1"].standing == "failed"
    assert d.standings["h1"].reason == "answers: expected status 200, found status 500"


def test_an_inconclusive_check_is_no_pass() -> None:
    d = deployment(
        [
            *ready_to_deploy(),
            *attempted("a", 0, h1="done"),
            e.WaveDeployed(wave=0),
            checked(0, h1="inconclusive"),
        ]
    )
    assert d.standings["h1"].standing == "failed"


def test_a_lost_attempt_leaves_its_hosts_unknown() -> None:
    d = deployment(
        [
            *ready_to_deploy(),
            e.AttemptIntended(attempt="a", purpose="deploy", wave=0, hosts=("h1",)),
            e.AttemptLost(attempt="a", reason="its worker ended without an outcome"),
        ]
    )
    assert d.standings["h1"].standing == "unknown"
    assert d.open_attempt is None
