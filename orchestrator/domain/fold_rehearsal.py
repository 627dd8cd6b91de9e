"""What events change in what a deployment rehearses."""

from typing import Any

from orchestrator.domain import events as e
from orchestrator.domain.deployment import Deployment
from orchestrator.domain.rehearsal import INJECTED


def changes_of_rehearsal(event: e.Event, d: Deployment) -> dict[str, Any]:
    """What an event changes; for most that is nothing. How a rehearsal went is said by the first backout of it."""
    match event:
        case e.WaveChecked(results=results):
            failing = [result for result in results if result.answer != "passed"]
            return {"injected": bool(failing) and all(result.kind == INJECTED for result in failing)}
        case e.BackoutBegan(rehearsed=rehearsed) if d.backout is None:
            return {"rehearsed": rehearsed}
        case _:
            return {}
