"""The record says by which way deploy runs went, and of one that was not accelerated, why not."""

from __future__ import annotations

import pytest

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.outcome import AttemptOutcome, HostOutcome
from orchestrator.domain.evidence.run_evidence import Session
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal import events as e
from orchestrator.policy.telling.words.acceleration_words import acceleration_words
from tests.histories import START, ready_to_deploy, recorded

ANSWERED = Session(
    acting="h1", where="h1", place="192.0.2.1:22", machine="m1", boot="b1", user="deploy", answers=7
)
OLD = "ansible-core 2.16.14 is none of 2.19, 2.20, 2.21, 2.22"


def deployed(accelerate: str | None, *sessions: Session, stock: str = "") -> Deployment:
    """A deployment whose plan asks for this, with a run that ended so."""
    host = HostOutcome(host="h1", result="done", reason="1 task(s) ok", sessions=sessions)
    events: list[e.Event] = [
        *ready_to_deploy(),
        e.AttemptIntended(attempt="a1", purpose="deploy", wave=0, hosts=("h1",), epoch=1),
        e.AttemptEnded(
            outcome=AttemptOutcome(attempt="a1", hosts=(host,), started_at=START, ended_at=START, stock=stock)
        ),
    ]
    d = fold(recorded(events))
    strategy = d.plan.strategy.model_copy(update={"accelerate": accelerate})
    return d.model_copy(update={"plan": d.plan.model_copy(update={"strategy": strategy})})


@pytest.mark.parametrize(
    ("d", "words"),
    [
        (deployed(None), ""),
        (deployed("mitogen"), "mitogen"),
        (
            deployed("orch", ANSWERED),
            "orch's own: 7 tasks answered by 1 machine, each known by its machine-id",
        ),
        (
            deployed("orch", ANSWERED, ANSWERED.model_copy(update={"machine": "m2"})),
            "orch's own: 14 tasks answered by 2 machines, each known by its machine-id",
        ),
        (deployed("orch", stock=OLD), f"Ansible's own way, not accelerated: {OLD}"),
        (fold(recorded(ready_to_deploy())), ""),
    ],
)
def test_the_way_of_deploy_runs(d: Deployment, words: str) -> None:
    assert acceleration_words(d) == words
