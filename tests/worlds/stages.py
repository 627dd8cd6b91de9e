"""Plans with stages, and which of their playbooks ran where."""

from __future__ import annotations

from typing import Any

from orchestrator.domain.evidence.attempt import AttemptRequest
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree


def staged(stages: list[dict[str, Any]], **backout: Any) -> dict[str, Any]:
    """The small plan with these stages, as a plain tree."""
    tree = plan_tree()
    tree["strategy"] = {"kind": "phased", "hosts": "web", "stages": stages}
    del tree["backout"]["playbook"]
    tree["backout"] |= backout
    return tree


def ran(fleet: Fleet) -> list[tuple[str, tuple[str, ...]]]:
    """Each run: its playbook, and its hosts."""
    return [(_name(request), request.hosts) for request in fleet.playbooks.started]


def _name(request: AttemptRequest) -> str:
    return "/".join(request.playbook.split("/")[-2:])
