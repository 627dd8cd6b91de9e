"""Plans that lie on a server: checked and shown there, and printed here as the same answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orchestrator.errors import Fault, StoreFault
from orchestrator.policy.authority.plan_answer import PlanAnswer
from orchestrator.policy.telling.outline import Branch

if TYPE_CHECKING:
    from datetime import datetime

    from orchestrator.adapters.remote.server import Server


def check(server: Server, plan: str, *, static: bool) -> PlanAnswer:
    """What the server finds in the plan of this name, `PROJECT/FILE`. Raises NotFound, Refused, StoreFault."""
    return _answer(server, server.post("/api/v1/plan-checks", {"plan": plan, "static": static}))


def show(server: Server, plan: str, starts: datetime | None, zone: str | None) -> PlanAnswer:
    """What the plan of this name will do from a start on [default: now, or the next opening]."""
    asked: dict[str, object] = {"plan": plan, "zone": zone}
    asked["at"] = None if starts is None else starts.isoformat()
    return _answer(server, server.post("/api/v1/plan-previews", asked))


def _answer(server: Server, sent: Any) -> PlanAnswer:
    try:
        return PlanAnswer(
            fields=dict(sent["answer"]),
            faults=_faults(sent["answer"]["faults"]),
            warnings=_faults(sent["answer"].get("warnings", [])),
            lines=tuple(map(str, sent["lines"])),
            outline=None if sent["outline"] is None else _branch(sent["outline"]),
        )
    except (TypeError, KeyError, ValueError):
        raise StoreFault(
            f"{server.url} sent what this orch does not read: is its orch of another version?"
        ) from None


def _faults(items: list[dict[str, Any]]) -> tuple[Fault, ...]:
    return tuple(Fault(**item) for item in items)


def _branch(item: dict[str, Any]) -> Branch:
    return Branch(str(item["text"]), tuple(map(_branch, item["below"])), loud=bool(item["loud"]))
