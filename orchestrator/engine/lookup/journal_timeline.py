"""The story of a deployment, built from its journal on demand."""

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.engine.ports import Journal
from orchestrator.policy.telling.timeline import Story
from orchestrator.policy.telling.timeline_builder import story_from


def story_on(journal: Journal, d: Deployment) -> Story:
    """The story of a deployment up to its last folded event."""
    # The first event holds the plan and is no step.
    records = journal.read_condensed(d.id, after=1)
    return story_from(d, (record for record in records if record.seq <= d.seq))
