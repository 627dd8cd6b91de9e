"""What separated the runs of a deployment from orch's own user, as text for people (docs/what-is-proved.md)."""

from orchestrator.domain.deployment.attempts import Attempted
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.attempt import Isolation, Unisolated

_WORDS: dict[Isolation, str] = {
    "none": "none: code of the tree ran as the user of orch, and could do what orch can",
    "mount_namespace": "mount namespace: runs did not see orch's home; all else of this machine they did",
    "container": "container: runs saw the image {0}, the private copy and files that the plan names, and nothing of orch",
}
_WHY: dict[Unisolated, str] = {
    "": "",
    "not_possible": "this machine gives no mount namespace",
    "acts_on_controller": "tasks may act on this machine, or on containers of it",
    "home_in_use": "orch's home holds the home of its user",
    "asked": "ORCH_OPEN_RUNS was set",
}


def isolation_words(d: Deployment) -> str:
    """Each kind of isolation of its runs once; empty where nothing ran."""
    return "; ".join(dict.fromkeys(_words(d, attempt) for attempt in d.attempts if not attempt.manual))


def _words(d: Deployment, attempt: Attempted) -> str:
    words = _WORDS[attempt.isolation].format(d.plan.resources.execution_environment)
    why = _WHY[attempt.unisolated]
    return f"{words} ({why})" if why else words
