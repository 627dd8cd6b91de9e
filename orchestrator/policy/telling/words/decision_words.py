"""What a person, or orch by a rule of the plan, chose where a criterion was not met: who, in which role, and why."""

from collections.abc import Iterator

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.plan.roles import same_person
from orchestrator.policy.telling.words.ground_words import agreed_words
from orchestrator.policy.telling.words.obstacle_words import set_aside_words

Choice = e.Retried | e.Excluded | e.HeldOn | e.AbortRequested | e.BackoutBegan
_VERBS: dict[type[Choice], str] = {
    e.Retried: "tried again",
    e.Excluded: "gone on without",
    e.HeldOn: "held",
    e.AbortRequested: "aborted",
    e.BackoutBegan: "backed out",
}


def chosen_words(d: Deployment, event: Choice) -> str:
    """Such as `gone on without h2 by Ann as deployment manager: old; conceded for h2 by Cy as customer (one is enough)`."""
    verb = _VERBS[type(event)]
    if isinstance(event, e.BackoutBegan) and not event.by_a_person:
        return f"{verb} by orch, as the plan says"
    hosts = f" {', '.join(event.hosts)}" if isinstance(event, e.Excluded) else ""
    words = f"{verb}{hosts} by {event.by}{_roles_of(d, event.by)}: {event.reason}"
    return "; ".join([words, *_agreed(event)])


def confirmed_words(event: e.Confirmed) -> str:
    """Such as `confirmed by Cy as service owner: looked at`."""
    return f"confirmed by {event.by} as {event.role}: {event.note}"


def _agreed(event: Choice) -> Iterator[str]:
    """Who agreed, by a signed word; and what was set aside."""
    if isinstance(event, e.Excluded | e.BackoutBegan):
        yield from agreed_words(event.reasons)
    if isinstance(event, e.BackoutBegan):
        yield from map(set_aside_words, event.despite)


def _roles_of(d: Deployment, by: str) -> str:
    """Words like these name no role: it is that which the plan gives to the person."""
    roles = [role for role, person in d.plan.roles.items() if same_person(person, by)]
    return f" as {', '.join(roles)}" if roles else ", to whom the plan gives no role"
