"""Every kind of event is declared to change parts of a deployment, or none; each reducer changes its own part only."""

from typing import Any, get_args, get_type_hints

import pytest

from orchestrator.domain.deployment.attempts import AttemptChanges, Attempted
from orchestrator.domain.deployment.deployment import Deployment, DeploymentChanges
from orchestrator.domain.deployment.standing import Move, Standing
from orchestrator.domain.fold.fold import PARTS, STATE_ONLY, apply
from orchestrator.domain.journal import events as e
from orchestrator.domain.text.model_base import Noun
from tests.journals.corpus import NAMES, recorded

KINDS: list[type] = list(get_args(get_args(e.Event)[0]))
FRAME = {"seq", "state", "last_at", "ended_at"}
"""What every event may change."""


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_event_changes_a_part_or_is_declared_to_change_none(kind: type) -> None:
    changed = [part for part, (changed_by, _) in PARTS.items() if kind in changed_by]
    if kind in STATE_ONLY or kind is e.Planned:
        assert not changed, f"{kind.__name__} changes {changed}, and is declared to change nothing"
    else:
        assert changed, (
            f"declare in domain/fold/fold.py what {kind.__name__} changes, or that it changes nothing"
        )


def test_every_part_of_a_deployment_has_a_reducer() -> None:
    assert set(PARTS) | FRAME == set(get_type_hints(DeploymentChanges))


@pytest.mark.parametrize("name", NAMES)
def test_an_event_changes_the_parts_it_is_declared_to_change_and_no_other(name: str) -> None:
    first, *rest = recorded(name)
    d = apply(None, first)
    for record in rest:
        after = apply(d, record)
        declared = {part for part, (changed_by, _) in PARTS.items() if type(record.event) in changed_by}
        changed = {field for field in Deployment.model_fields if getattr(after, field) != getattr(d, field)}
        if d.authority.authorised is not None:
            changed.discard("authority")
        assert changed - FRAME <= declared, record.event.kind
        d = after


@pytest.mark.parametrize(
    ("changes", "noun"),
    [(DeploymentChanges, Deployment), (AttemptChanges, Attempted), (Move, Standing)],
    ids=lambda kind: kind.__name__,
)
def test_what_may_change_of_a_noun_is_what_it_has(changes: Any, noun: type[Noun]) -> None:
    fields = get_type_hints(noun)
    changing = get_type_hints(changes)
    assert changing
    assert {name: fields.get(name) for name in changing} == changing
