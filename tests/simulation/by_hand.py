"""What must hold of work by hand: words of people end it, and nothing is checked or begun before they have spoken."""

from collections.abc import Iterator

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from tests.simulation.people import ended_by_hand, step_of
from tests.simulation.scenario import Scenario


def against_people(scenario: Scenario, d: Deployment, records: list[e.Recorded]) -> list[str]:
    """Words that nobody gave or that do not count, and checks or runs while people were at work."""
    return [*_words(scenario, d, records), *_meanwhile(d, records)]


def _words(scenario: Scenario, d: Deployment, records: list[e.Recorded]) -> Iterator[str]:
    attempts = {attempt.attempt: attempt for attempt in d.attempts}
    for event in (record.event for record in records):
        if not isinstance(event, e.StepAnswered):
            continue
        step = step_of(d, attempts[event.attempt])
        if (event.attempt, event.result) not in scenario.people.said:
            yield f"nobody said that {event.attempt} is {event.result}"
        owed = step.attachments if event.result == "done" else 0
        if event.role != step.role or not event.note.strip() or len(event.attached) < owed:
            yield f"a word on the work that does not count: {event.attempt}"


def _meanwhile(d: Deployment, records: list[e.Recorded]) -> Iterator[str]:
    """Until a word has ended the work of a stage nothing of it is checked, and nothing else is begun."""
    open_: e.AttemptIntended | None = None
    done: set[int] = set()
    for event in (record.event for record in records):
        if isinstance(event, e.AttemptIntended | e.WaveChecked) and open_ is not None:
            yield f"{event.kind} while people were at work on {open_.attempt}"
        if isinstance(event, e.WaveChecked) and event.stage == "verification":
            by_hand = d.plan.stage_of(d.waves[event.wave]).manual is not None
            if by_hand and event.wave not in done:
                yield f"wave {event.wave} was checked before the word that it is done by hand"
        if isinstance(event, e.AttemptIntended) and event.manual:
            open_ = event
            done.discard(event.wave)
        elif isinstance(event, e.StepAnswered) and event.result == "done" and open_ is not None:
            done.add(open_.wave)
        if open_ is not None and open_.attempt in (ended_by_hand(event), _lost(event)):
            open_ = None


def _lost(event: e.Event) -> str | None:
    return event.attempt if isinstance(event, e.AttemptLost) else None
