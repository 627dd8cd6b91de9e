"""What separated the runs of a deployment from orch's own user, as text for people (docs/what-is-proved.md)."""

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.attempt import Isolation

_WORDS: dict[Isolation, str] = {
    "none": "none: code of the tree ran as the user of orch, and could do what orch can"
}


def isolation_words(d: Deployment) -> str:
    """Each kind of isolation of its runs once; empty where nothing ran."""
    return "; ".join(dict.fromkeys(_WORDS[attempt.isolation] for attempt in d.attempts))
