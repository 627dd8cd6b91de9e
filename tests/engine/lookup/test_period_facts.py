"""What a report counts of journals that the engine wrote: work by hand, and every journal that is kept as an example."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.condensed import condensed
from orchestrator.domain.journal.lifecycle import STANDS, State, end_of
from orchestrator.engine.lookup.period_facts import period_facts
from orchestrator.policy.measures.period.deployment_facts import DeploymentFacts
from orchestrator.policy.measures.period.facts_of import facts_of
from orchestrator.policy.measures.period.span import Period
from tests.journals.corpus import NAMES, folded, recorded
from tests.worlds.fleet import Fleet
from tests.worlds.stages import staged

BY_HAND: dict[str, Any] = {
    "name": "routes",
    "on": "edge1",
    "manual": {
        "who": "Acme",
        "instruction": "Send the address.",
        "evidence": "A ticket.",
        "confirmed_by": "deployment manager",
    },
    "acceptance": [{"tcp": 443}],
    "backout": "rollback/routes.yml",
}
APP = {"name": "app", "on": "app1", "playbook": "playbooks/app.yml", "backout": "rollback/app.yml"}


def facts_in(fleet: Fleet) -> DeploymentFacts:
    now = fleet.clock.now()
    period = Period(begins=now - timedelta(days=1), ends=now + timedelta(days=1))
    (only,) = period_facts(fleet.ports.journal, period, now).deployments
    return only


def test_work_by_hand_is_waited_for_until_the_word_of_its_role() -> None:
    tree = staged([BY_HAND, APP]) | {"suppliers": [{"name": "Acme", "contact": "noc@acme.example"}]}
    fleet = Fleet(tree, ("edge1", "app1"))
    d = fleet.deploy()
    began = fleet.clock.now()
    assert [(w.kind, w.on, w.ended) for w in facts_in(fleet).waits] == [("step", "deployment manager", None)]
    fleet.clock.sleep(3600)
    assert d.open_attempt is not None
    word = e.StepAnswered(
        attempt=d.open_attempt.attempt, result="done", role="deployment manager", by="ann", note="seen"
    )
    fleet.say(d, word)
    assert fleet.resume().state is State.COMPLETED
    (wait,) = facts_in(fleet).waits
    assert wait.ended is not None
    assert (wait.ended - wait.began).total_seconds() >= 3600
    assert wait.began <= began


@pytest.mark.parametrize("name", NAMES)
def test_every_journal_has_facts_that_agree_with_its_fold(name: str) -> None:
    d, records = folded(name), recorded(name)
    facts = facts_of(d, map(condensed, records), (), datetime(2030, 1, 1, tzinfo=UTC))
    taken_back = facts.taken_back_later or len(facts.backouts) > 1
    assert facts.end == end_of(d.state) or taken_back
    assert facts.ended == d.ended_at or taken_back
    bad = facts.end is not None and facts.end not in (State.COMPLETED, State.CANCELLED)
    assert (facts.cause is not None) == bad
    assert facts.cause != "not_known"
    assert facts.taken_back_later == (facts.end in STANDS and bool(facts.backouts))
    if d.over:
        assert all(wait.ended is not None for wait in facts.waits)
    assert all(wait.ended is None or wait.began <= wait.ended for wait in facts.waits)
    assert (d.backout is not None) == bool(facts.backouts)
