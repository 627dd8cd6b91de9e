"""Late words in the simulation: what people try without leave, what they say once it is given, and what must hold of both."""

from collections.abc import Iterator

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.policy.authority.late_backout import backout_digest
from tests.simulation.scenario import Scenario
from tests.worlds.people import approval


def said_too_early(d: Deployment, word: e.Event) -> Iterator[e.Event]:
    """What people try first in place of this word, though it does not count."""
    if isinstance(word, e.Confirmed):
        yield word.model_copy(update={"note": " "})
        yield word.model_copy(update={"wave": word.wave + 1})
    if isinstance(word, e.Retried) and word.again:
        yield word.model_copy(update={"again": False})
    if isinstance(word, e.Excluded) and d.authority.policy is not None:
        yield word


def leave_for(scenario: Scenario, d: Deployment, word: e.Event) -> Iterator[e.Event]:
    """The signed statements that this word rests on: a concession, or leave to roll back, by each role that is asked."""
    changes: dict[str, object] = {}
    if isinstance(word, e.Excluded):
        changes = {"decision": "concede", "hosts": word.hosts}
    elif isinstance(word, e.BackoutBegan):
        changes = {"decision": "roll_back", "plan_digest": backout_digest(d)}
    for n, role in enumerate(scenario.roles if changes else ()):
        nonce = f"{len(d.authority.approvals) + n:032x}"
        signed = approval(d, role, scenario.world.now(), nonce=nonce, **changes)
        yield e.ApprovalGiven(signed=signed, by=signed.approval.person)


def against_late_words(scenario: Scenario, records: list[e.Recorded]) -> list[str]:
    """Hosts left out and completed deployments taken back as each role agreed before, and gates confirmed with a note."""
    asked = set(scenario.roles)
    return [*_left_out(asked, records), *_taken_back(asked, records), *_confirmed_early(records)]


def _left_out(asked: set[str], records: list[e.Recorded]) -> Iterator[str]:
    conceded: dict[str, set[str]] = {}
    for event in (record.event for record in records):
        match event:
            case e.ApprovalGiven(signed=signed):
                for host in signed.approval.hosts:
                    conceded.setdefault(host, set()).add(signed.approval.role)
            case e.Retried() | e.BackoutBegan():
                conceded.clear()
            case e.Excluded(hosts=hosts):
                if any(asked - conceded.get(host, set()) for host in hosts):
                    yield f"{', '.join(hosts)} left out without a concession"
            case _:
                pass


def _taken_back(asked: set[str], records: list[e.Recorded]) -> Iterator[str]:
    leave: set[str] = set()
    completed = False
    for event in (record.event for record in records):
        if isinstance(event, e.ApprovalGiven) and event.signed.approval.decision == "roll_back":
            leave.add(event.signed.approval.role)
        if isinstance(event, e.BackoutBegan) and completed and asked - leave:
            yield "a completed deployment was taken back without leave"
        completed = isinstance(event, e.Completed | e.CompletedWithExceptions) or (
            completed and not isinstance(event, e.BackoutBegan)
        )


def _confirmed_early(records: list[e.Recorded]) -> Iterator[str]:
    soaking = False
    wave = -1
    for event in (record.event for record in records):
        match event:
            case e.GateReached():
                soaking, wave = event.soak_until is not None, event.wave
            case e.WaveChecked(stage="soak", final=True):
                soaking = False
            case e.Confirmed():
                if soaking or not event.note.strip() or event.wave != wave:
                    yield f"a confirmation of wave {event.wave} that does not count"
            case _:
                pass
