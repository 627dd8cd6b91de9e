"""Builds the story of a deployment from the reports of its events."""

from collections.abc import Iterable, Sequence

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal.condensed import Condensed, condensed
from orchestrator.domain.journal.events import Recorded
from orchestrator.policy.telling import (
    audit_events,
    authority_events,
    change_events,
    driving_events,
    house_events,
    manual_events,
    message_events,
    metric_events,
    objective_events,
    review_events,
    rotation_events,
    ticket_events,
    wave_events,
)
from orchestrator.policy.telling.teller import Telling, telling_of
from orchestrator.policy.telling.timeline import Story

ENTRIES = (
    authority_events,
    wave_events,
    metric_events,
    change_events,
    driving_events,
    audit_events,
    house_events,
    manual_events,
    message_events,
    objective_events,
    review_events,
    rotation_events,
    ticket_events,
)
"""The modules with the entries; importing them registers those."""


def story_of(records: Sequence[Recorded], d: Deployment | None = None) -> Story:
    """The story of a whole journal; pass its fold if you already have it."""
    return story_from(d or fold(records), map(condensed, records))


def story_from(d: Deployment, records: Iterable[Condensed]) -> Story:
    """The story of a deployment from its condensed records; the first one, which holds the plan, may be left out."""
    story = Story(mark=d.began_at)
    for record in records:
        tell(story, record, d)
    return story


def tell(story: Story, record: Condensed, d: Deployment) -> None:
    """Add one more record of a deployment."""
    telling = telling_of(record.event, d, record.counts)
    for change in telling.steps:
        change.apply(story, record)
    if not telling.beside:
        story.mark = record.at


def telling_of_record(record: Recorded, d: Deployment) -> Telling:
    """The report of a whole record."""
    return telling_of(record.event, d, condensed(record).counts)


def decisions_of(d: Deployment, records: Iterable[Recorded]) -> list[tuple[Recorded, str]]:
    """The records of decisions by people, or by orch under the rule of the plan, each with a short name."""
    tellings = ((record, telling_of_record(record, d)) for record in records)
    return [(record, telling.decision) for record, telling in tellings if telling.decision]
