"""Whether the objectives of a release are achieved: only what was measured says so, and silence never does."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.outcomes import Acceptance, Measurement
from orchestrator.domain.journal.lifecycle import STANDS
from orchestrator.domain.plan.objective import Objective, measure_words, text_of
from orchestrator.domain.plan.roles import same_role
from orchestrator.domain.text.command_word import command_word

OutcomeName = Literal["achieved", "not achieved", "not yet known", "not measurable", "taken back"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One objective as it stands: `due` is when it must be known; `overdue`: that time is over, and nobody knows."""

    number: int
    objective: str
    measure: str
    name: OutcomeName
    due: datetime | None = None
    overdue: bool = False
    measured: Measurement | None = None
    accepted: Acceptance | None = None


def outcomes_of(d: Deployment, now: datetime) -> tuple[Outcome, ...]:
    """Every objective of a deployment; none of a rehearsal, which brings nothing about."""
    if d.rehearsing.rehearsal is not None:
        return ()
    return tuple(_outcome(d, number, each, now) for number, each in enumerate(d.plan.objectives))


def _outcome(d: Deployment, number: int, objective: str | Objective, now: datetime) -> Outcome:
    words, measure = text_of(objective), measure_words(objective)
    if d.over and d.state not in STANDS:
        return Outcome(number, words, measure, "taken back")
    if isinstance(objective, str):
        return Outcome(number, words, measure, "not measurable")
    due = d.ended_at + timedelta(seconds=objective.due) if d.ended_at is not None else None
    newest = d.outcomes.measured.get(number)
    if newest is None or newest.result == "not known":
        late = due is not None and due < now
        return Outcome(number, words, measure, "not yet known", due, overdue=late, measured=newest)
    return Outcome(
        number, words, measure, newest.result, due, measured=newest, accepted=d.outcomes.accepted.get(number)
    )


def due_at_the_end(d: Deployment) -> tuple[int, ...]:
    """Objectives that orch measures itself before the deployment is completed, and has not measured yet."""
    if d.rehearsing.rehearsal is not None:
        return ()
    return tuple(
        number
        for number, each in enumerate(d.plan.objectives)
        if isinstance(each, Objective)
        and each.by_hand is None
        and not each.due
        and number not in d.outcomes.measured
    )


def to_measure(d: Deployment) -> tuple[int, ...]:
    """Objectives that orch can measure at all."""
    return tuple(
        n for n, each in enumerate(d.plan.objectives) if isinstance(each, Objective) and each.by_hand is None
    )


def accepting_roles(d: Deployment, number: int) -> tuple[str, ...]:
    """Whose word it is that it stays at that: of whoever signs the release off; where nobody does, of any role of the plan."""
    if d.follow_up.sign_off:
        return tuple(need.role for need in d.follow_up.sign_off)
    objective = d.plan.objectives[number]
    by_hand = objective.by_hand if isinstance(objective, Objective) else None
    own = (by_hand.role,) if by_hand is not None else ()
    return (*own, *(role for role in d.plan.roles if not any(same_role(role, each) for each in own)))


def outcome_sentences(d: Deployment, now: datetime) -> Iterator[str]:
    """A sentence for each objective that can be measured, with the command for what is missing."""
    for outcome in outcomes_of(d, now):
        if outcome.name not in ("not measurable", "taken back") and d.over:
            yield _sentence(d, outcome)


def _sentence(d: Deployment, outcome: Outcome) -> str:
    known = outcome.measured
    by = f": {known.found}, {known.at:%Y-%m-%d %H:%M} UTC by {known.by}" if known is not None else ""
    note = f" ({known.note})" if known is not None and known.note else ""
    head = f"Objective {outcome.number + 1} {outcome.name}{by}{note}: {outcome.objective}"
    if outcome.accepted is not None:
        return (
            f"{head}; accepted by {outcome.accepted.by} as {outcome.accepted.role}: {outcome.accepted.reason}"
        )
    if outcome.name == "not achieved":
        role = command_word(accepting_roles(d, outcome.number)[0])
        return f"{head}; no decision yet (orch objectives {d.id} --accept {outcome.number + 1} --role {role} --reason WHY)"
    if outcome.name == "not yet known" and outcome.due is not None:
        objective = d.plan.objectives[outcome.number]
        by_hand = isinstance(objective, Objective) and objective.by_hand is not None
        way = f"--record {outcome.number + 1} VALUE --note WHAT" if by_hand else "--measure"
        when = "overdue since" if outcome.overdue else "due"
        return f"{head}; {when} {outcome.due:%Y-%m-%d %H:%M} UTC (orch objectives {d.id} {way})"
    return head
