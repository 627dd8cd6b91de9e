"""What ran was what was planned: where a private copy was another one, nothing begins, or a person is told before it counts."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from tests.simulation.people import manual_attempts
from tests.simulation.scenario import Scenario

ENDS = (e.AttemptEnded, e.AttemptLost)
ANSWERS = (e.Retried, e.Excluded, e.AbortRequested, e.BackoutBegan)
COUNTS = frozenset(
    {
        "attempt_intended",
        "wave_deployed",
        "wave_failed",
        "wave_verified",
        "gate_passed",
        "early_life_began",
        "completed",
        "completed_with_exceptions",
    }
)
"""What may not follow a run from a changed copy before a person has spoken."""


def against_copies(scenario: Scenario, deployment: str, records: list[Recorded]) -> list[str]:
    """Runs from copies that nobody planned: started after their leave, or ended without a word of it."""
    return [
        *_started(scenario, deployment, records),
        *_ended(scenario, deployment, records),
        *unanswered(records),
    ]


def _started(scenario: Scenario, deployment: str, records: list[Recorded]) -> Iterator[str]:
    """Until its leave, a run is stopped by every change; a change after it is found at its end."""
    looks = [
        scenario.journal.when(r)
        for r in records
        if isinstance(r.event, e.WaveAuthorised)
        or (isinstance(r.event, e.AttemptAdopted) and r.event.found == "absent")
    ]
    for name, worker in scenario.playbooks.workers.items():
        if worker.request.deployment == deployment:
            looked = max((look for look in looks if look <= worker.started_at), default=worker.started_at)
            if not scenario.authority.as_planned(deployment, looked):
                yield f"{name} was started from a copy that nobody planned"


def _ended(scenario: Scenario, deployment: str, records: list[Recorded]) -> Iterator[str]:
    for name, changed, at in _ends(scenario, records):
        fits = scenario.authority.as_planned(deployment, at)
        if not fits and not changed:
            yield f"{name} ended with a changed copy, and nothing tells of it"
        if fits and changed:
            yield f"{name} is said to have ended with a changed copy, and did not"


def _ends(scenario: Scenario, records: list[Recorded]) -> Iterator[tuple[str, bool, datetime]]:
    """Ends of runs that were started: name, whether the copy is said to have changed, and the true time."""
    by_hand = manual_attempts(records)
    for record in records:
        match record.event:
            case e.AttemptEnded(outcome=outcome, changed_in_copy=changed):
                yield outcome.attempt, bool(changed), scenario.journal.when(record)
            case e.AttemptLost(attempt=name, changed_in_copy=changed, started=True) if name not in by_hand:
                yield name, bool(changed), scenario.journal.when(record)


def unanswered(records: Iterable[Recorded]) -> list[str]:
    """What was counted, or begun, after a deploy from a changed copy before a person had spoken."""
    deploys: set[str] = set()
    breaks, doubt = [], ""
    for event in (record.event for record in records):
        if isinstance(event, e.AttemptIntended) and event.purpose == "deploy":
            deploys.add(event.attempt)
        if doubt and (event.kind in COUNTS or (isinstance(event, e.BackoutBegan) and event.by == "orch")):
            breaks.append(f"{event.kind} after {doubt} ended with a changed copy, before a person had spoken")
        if isinstance(event, ENDS):
            name = event.outcome.attempt if isinstance(event, e.AttemptEnded) else event.attempt
            doubt = name if event.changed_in_copy and name in deploys else doubt
        elif isinstance(event, ANSWERS):
            doubt = ""
    return breaks
