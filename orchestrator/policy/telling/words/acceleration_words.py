"""By which way the deploy runs of a deployment went, as text for people: accelerated, and if not, why not."""

from orchestrator.domain.deployment.attempts import Attempted
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.text.format import counted

_MITOGEN = "mitogen"


def acceleration_words(d: Deployment) -> str:
    """Each way once; empty where the plan asks for no acceleration, or where no deploy run has ended."""
    asked = d.plan.strategy.accelerate
    ended = [a for a in d.attempts if a.purpose == "deploy" and not a.manual and a.outcome is not None]
    if asked is None or not ended:
        return ""
    if asked == "mitogen":
        return _MITOGEN
    stock = dict.fromkeys(
        f"Ansible's own way, not accelerated: {_stock(each)}" for each in ended if _stock(each)
    )
    answered = [
        session for each in ended if each.outcome for host in each.outcome.hosts for session in host.sessions
    ]
    parts = [*stock]
    if answered:
        machines = {session.machine for session in answered}
        answers = sum(session.answers for session in answered)
        tasks, of = counted(answers, "task"), counted(len(machines), "machine")
        parts.insert(0, f"orch's own: {tasks} answered by {of}, each known by its machine-id")
    return "; ".join(parts)


def _stock(attempt: Attempted) -> str:
    return attempt.outcome.stock if attempt.outcome is not None else ""
