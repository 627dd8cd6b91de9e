"""Every kind of event has one entry that says where, what and whether it is a step; nothing is told by default."""

from typing import get_args

import pytest

from orchestrator.domain.deployment.attempts import Attempted
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal.condensed import condensed
from orchestrator.domain.journal.events import Event, Recorded
from orchestrator.policy.telling.step_changes import StepChange
from orchestrator.policy.telling.teller import telling_of
from orchestrator.policy.telling.timeline import Story
from orchestrator.policy.telling.timeline_builder import decisions_of, story_of, tell, telling_of_record
from tests.histories import START, ready_to_deploy, recorded
from tests.journals import corpus
from tests.store.every_event import EVERY_EVENT

KINDS = get_args(get_args(Event)[0])
WITHOUT_WORDS = {"submitted", "wave_deployed"}
WITHOUT_STEP = {
    "planned", "submitted", "wave_deployed", "wave_failed", "wave_verified", "restored", "residue_found",
    "backout_failed", "held_on", "abort_requested", "emergency_lifted", "environment_left",
    "keyring_adopted", "machine_released", "baseline_kept",
    "policy_adopted", "policy_withdrawn", "step_overdue",
    "objective_measured", "objective_accepted",
    "pir_opened", "pir_answered", "satisfaction_given", "action_agreed", "action_done", "pir_closed", "incident_linked",
    "overdue_reminded", "record_archived", "legal_hold_placed", "legal_hold_lifted", "incident_recorded", "cis_recorded",
    "people_changed",
    "seal_accepted", "seal_broken", "log_accepted", "criterion_answered", "assessment_kept",
    "cmdb_audit_began", "cmdb_audited", "drift_accepted",
    "disposal_begun", "disposal_finished",
    "ticket_opened", "ticket_seen", "delivery_owed", "delivered",
    "messages_tried",
}  # fmt: skip
DECISIONS = {
    "rejected": "rejected", "cancelled": "cancelled", "confirmed": "confirmed", "backout_began": "back out", "held": "hold",
    "retried": "retry", "excluded": "excluded web1", "held_on": "hold on", "paused": "paused", "resumed": "resumed",
    "abort_requested": "abort", "emergency_stopped": "emergency_stopped", "emergency_lifted": "emergency_lifted",
    "step_answered": "answered by hand", "objective_accepted": "objective accepted",
    "pir_closed": "review closed", "legal_hold_placed": "legal hold", "legal_hold_lifted": "legal hold lifted",
    "seal_accepted": "not what was sealed",
}  # fmt: skip
BESIDE = {
    "duty_done",
    "paused", "resumed", "held_on", "abort_requested", "excluded", "confirmed", "emergency_stopped", "emergency_lifted",
    "clock_jumped", "approval_given", "start_put_off", "start_missed", "processes_left", "environment_left", "step_answered",
    "objective_measured", "objective_accepted",
    "pir_opened", "pir_answered", "satisfaction_given", "action_agreed", "action_done", "pir_closed", "incident_linked",
    "overdue_reminded", "record_archived", "legal_hold_placed", "legal_hold_lifted",
    "ticket_seen", "delivery_owed", "delivered", "seal_accepted", "seal_broken",
    "messages_tried",
}  # fmt: skip


@pytest.fixture
def d() -> Deployment:
    attempt = Attempted(
        attempt="d1.deploy.0.1", purpose="deploy", wave=0, hosts=("web1",), intended_at=START, repeated=True
    )
    return corpus.folded("completed_phased").model_copy(update={"attempts": (attempt,)})


def every_record(d: Deployment) -> list[Recorded]:
    return [Recorded(deployment=d.id, seq=n, at=START, event=event) for n, event in enumerate(EVERY_EVENT, 1)]


def test_no_kind_of_event_is_forgotten() -> None:
    assert [kind.__name__ for kind in KINDS if kind not in telling_of.registry] == []


def test_what_no_entry_knows_is_not_told_in_silence(d: Deployment) -> None:
    with pytest.raises(NotImplementedError, match="Story"):
        telling_of(Story(), d, condensed(every_record(d)[0]).counts)  # type: ignore[arg-type]


def test_which_events_say_nothing_are_no_step_decide_and_come_in_beside(d: Deployment) -> None:
    tellings = {record.event.kind: telling_of_record(record, d) for record in every_record(d)}
    assert {kind for kind, telling in tellings.items() if not telling.lines} == WITHOUT_WORDS
    assert {kind for kind, telling in tellings.items() if not telling.steps} == WITHOUT_STEP
    assert {kind for kind, telling in tellings.items() if telling.beside} == BESIDE
    assert {r.event.kind: decision for r, decision in decisions_of(d, every_record(d))} == DECISIONS


def steps_of(record: Recorded, d: Deployment, *, short: bool) -> tuple[StepChange, ...]:
    brief = condensed(record)
    return telling_of(brief.event if short else record.event, d, brief.counts).steps


def test_a_condensed_event_changes_the_same_steps_in_the_same_way(d: Deployment) -> None:
    for record in every_record(d):
        assert steps_of(record, d, short=True) == steps_of(record, d, short=False), record.event.kind


@pytest.mark.parametrize("name", corpus.NAMES)
def test_every_condensed_event_of_the_real_journals_does(name: str) -> None:
    records, d = corpus.recorded(name), corpus.folded(name)
    for record in records:
        assert steps_of(record, d, short=True) == steps_of(record, d, short=False), record.seq


@pytest.mark.parametrize("name", corpus.NAMES)
def test_a_story_that_grows_with_the_deployment_is_that_of_its_end(name: str) -> None:
    records, story = corpus.recorded(name), Story()
    for n, record in enumerate(records, 1):
        tell(story, condensed(record), fold(records[:n]))
    assert story == story_of(records)


def test_a_second_run_names_what_changed_though_its_condensed_event_has_no_host() -> None:
    records = corpus.recorded("completed_phased")
    d = fold(records)
    ended = next(record for record in records if record.event.kind == "attempt_ended")
    attempts = tuple(attempt.model_copy(update={"repeated": True}) for attempt in d.attempts)
    again = d.model_copy(update={"attempts": attempts})
    for short in (True, False):
        (step,) = steps_of(ended, again, short=short)
        assert "run a second time, which changed web1 again" in step.words  # type: ignore[attr-defined]


def test_a_review_and_a_closing_have_words_in_plain_lines(d: Deployment) -> None:
    lines = {r.event.kind: telling_of_record(r, d).lines for r in every_record(d)}
    ((where, words),) = lines["closed"]
    assert (where, words.startswith("closed by ann: ")) == ("approval", True)
    ((where, words),) = lines["reviewed"]
    assert (where, words.startswith("reviewed by ann as change manager: ")) == ("approval", True)


def test_the_first_event_may_be_left_out() -> None:
    records = recorded(ready_to_deploy())
    from_the_second = Story(mark=records[0].at)
    for record in records[1:]:
        tell(from_the_second, condensed(record), fold(records))
    assert from_the_second == story_of(records)
