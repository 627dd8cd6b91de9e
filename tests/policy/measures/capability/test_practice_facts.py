"""What an assessment asks of one deployment, from a journal as the engine writes it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.unit_evidence import UnitEvidence
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.condensed import condensed
from orchestrator.domain.journal.events import HOUSE
from orchestrator.domain.rules.document_on_record import DocumentOnRecord
from orchestrator.policy.measures.capability.answers import answers_of, latest_end
from orchestrator.policy.measures.capability.practice_facts import practice_facts_of
from tests.fakes.clock import FakeClock
from tests.fakes.journal import FakeJournal
from tests.journals import corpus
from tests.worlds.capability import CRITERIA
from tests.worlds.plans import SHA, plan_of, plan_tree

WHOLE = corpus.folded("completed_phased")
BEGAN = WHOLE.authority.opened_at or WHOLE.began_at
NOW = datetime(2030, 1, 1, tzinfo=UTC)
UNIT = UnitEvidence(name="shop", version="1", sha256=SHA, source="dml/shop")


def facts(d: Deployment) -> dict[str, Any]:
    return practice_facts_of(d, (), NOW).model_dump()


def with_documents(*documents: DocumentOnRecord) -> Deployment:
    return WHOLE.model_copy(update={"authority": WHOLE.authority.model_copy(update={"documents": documents})})


def document(**changes: Any) -> DocumentOnRecord:
    fields = {
        "what": "model",
        "name": "rolling",
        "version": 1,
        "file": "m.yml",
        "sha256": SHA,
        "state": "approved",
    }
    return DocumentOnRecord.model_validate({**fields, **changes})


@pytest.mark.parametrize(
    ("documents", "in_order"),
    [
        ((), None),
        ((document(),), True),
        ((document(review_due=BEGAN.date()),), True),
        ((document(review_due=BEGAN.date() - timedelta(days=1)),), False),
        ((document(state="draft"),), False),
        ((document(), document(what="policy", state="expired")), False),
    ],
    ids=["none", "approved", "review due that day", "review overdue", "draft", "one of two"],
)
def test_documents_are_judged_as_they_stood_at_the_start(
    documents: tuple[DocumentOnRecord, ...], *, in_order: bool | None
) -> None:
    assert facts(with_documents(*documents))["documents_in_order"] is in_order


@pytest.mark.parametrize(
    ("units", "controlled"),
    [
        ((), None),
        ((UNIT,), False),
        ((UNIT.model_copy(update={"library": "vault"}),), True),
        ((UNIT.model_copy(update={"library": "vault"}), UNIT), False),
    ],
    ids=["no unit", "from the project", "from a library", "one of two"],
)
def test_every_unit_must_come_from_a_controlled_source(
    units: tuple[UnitEvidence, ...], *, controlled: bool | None
) -> None:
    d = WHOLE.model_copy(update={"preparation": WHOLE.preparation.model_copy(update={"units": units})})
    assert facts(d)["units_controlled"] is controlled


@pytest.mark.parametrize(
    ("roles", "named"),
    [
        ({"deployment manager": "Ann"}, False),
        ({"change manager": "Ann", "service owner": "Bo"}, False),
        ({"Deployment Manager": "Ann", "service owner": "Ann"}, True),
        ({"deployment manager": "Ann", "change manager": "Bo"}, True),
    ],
)
def test_roles_are_known_where_somebody_answers_and_somebody_decides(
    roles: dict[str, str], *, named: bool
) -> None:
    plan = plan_of({**plan_tree(), "roles": roles})
    assert facts(WHOLE.model_copy(update={"plan": plan}))["roles_named"] is named


def test_a_rehearsal_counts_where_admission_counted_it() -> None:
    records = corpus.recorded("completed_phased")
    assert practice_facts_of(WHOLE, map(condensed, records), NOW).rehearsed is False
    opened = next(each for each in records if isinstance(each.event, e.WindowOpened))
    ground = {"code": "rehearsal.covers", "values": {"environment": "test"}}
    event = e.WindowOpened.model_validate({**opened.event.model_dump(), "reasons": [ground]})
    covered = [condensed(opened.model_copy(update={"event": event}))]
    assert practice_facts_of(WHOLE, covered, NOW).rehearsed is True


def answered(clock: FakeClock, journal: FakeJournal, **changes: Any) -> None:
    criterion = CRITERIA.named("people-competent")
    assert criterion is not None
    fields = {
        "criteria": CRITERIA.criteria,
        "criterion": criterion.criterion,
        "question": criterion.question,
        "answer": "yes",
        "note": "seen",
        "until": clock.now() + timedelta(days=10),
        "by": "Ann",
    }
    event = e.CriterionAnswered.model_validate({**fields, **changes})
    journal.append(HOUSE, len(journal.read(HOUSE)), [event])


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, True),
        ({"question": "Is it so?"}, False),
        ({"criteria": "another"}, False),
        ({"criterion": "gone"}, False),
        ({"until": datetime(2000, 1, 1, tzinfo=UTC)}, False),
    ],
    ids=["as asked", "another question", "other criteria", "no such criterion", "over"],
)
def test_an_answer_counts_to_the_question_as_it_is_asked(changes: dict[str, Any], *, counts: bool) -> None:
    clock = FakeClock()
    journal = FakeJournal(clock)
    answered(clock, journal, **changes)
    assert bool(answers_of(journal.read(HOUSE), CRITERIA, clock.now())) is counts


def test_an_answer_that_is_over_does_not_bring_back_the_one_before() -> None:
    clock = FakeClock()
    journal = FakeJournal(clock)
    answered(clock, journal, answer="no")
    answered(clock, journal, until=clock.now() + timedelta(days=1))
    assert answers_of(journal.read(HOUSE), CRITERIA, clock.now())["people-competent"].answer == "yes"
    assert answers_of(journal.read(HOUSE), CRITERIA, clock.now() + timedelta(days=2)) == {}
    assert latest_end(CRITERIA, clock.now()).date() - clock.now().date() == date(2027, 1, 1) - date(
        2026, 1, 1
    )
