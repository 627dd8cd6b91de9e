"""Building the story of a deployment from what each of its events says."""

from collections.abc import Iterable, Sequence

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal.condensed import Condensed, condensed
from orchestrator.domain.journal.events import Recorded
from orchestrator.policy.telling import authority_events, driving_events, wave_events
from orchestrator.policy.telling.teller import Telling, telling_of
from orchestrator.policy.telling.timeline import Story

ENTRIES = (authority_events, wave_events, driving_events)
"""Where the entries are; importing them makes them known."""


def story_of(records: Sequence[Recorded], d: Deployment | None = None) -> Story:
    """The story of a whole journal; whoever has its fold already hands it over."""
    return story_from(d or fold(records), map(condensed, records))


def story_from(d: Deployment, records: Iterable[Condensed]) -> Story:
    """The story of a deployment from its condensed records; the first one, which holds the plan, may be left out."""
    story = Story(mark=d.began_at)
    for record in records:
        tell(story, record, d)
    return story


def tell(story: Story, record: Condensed, d: Deployment) -> None:
    """Add what one more record of a deployment says."""
    telling = telling_of(record.event, d, record.counts)
    for change in telling.steps:
        change.apply(story, record)
    if not telling.beside:
        story.mark = record.at


def telling_of_record(record: Recorded, d: Deployment) -> Telling:
    """What a whole record says."""
    return telling_of(record.event, d, condensed(record).counts)


def decisions_of(d: Deployment, records: Iterable[Recorded]) -> list[tuple[Recorded, str]]:
    """The records of what people, or orch by the rule of the plan, decided, and what that was in a word or two."""
    tellings = ((record, telling_of_record(record, d)) for record in records)
    return [(record, telling.decision) for record, telling in tellings if telling.decision]
