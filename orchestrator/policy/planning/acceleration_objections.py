"""Whether the acceleration that a plan asks for can be had, and fits its hosts."""

from collections.abc import Iterator

from orchestrator.domain.evidence.attempt import Allowance
from orchestrator.domain.plan.inspection import Inspection
from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.release_plan import ReleasePlan

_PATH = "strategy.accelerate"
_MOST = 3


def faults(plan: ReleasePlan, inspection: Inspection) -> Iterator[Objection]:
    """An accelerator that is not installed, or that hosts of the plan cannot be reached by."""
    asked = plan.strategy.accelerate
    if inspection.no_acceleration is not None:
        install = "install it with this command, or write `orch`, which is a part of orch, or "
        next_move = f"{install if asked == 'mitogen' else ''}remove `accelerate`"
        yield Objection(_PATH, "an acceleration that can be had", inspection.no_acceleration, next_move)
    others = [target.host for target in inspection.targets if target.through is not None]
    if asked is not None and others:
        named = ", ".join(others[:_MOST]) + (
            f" and {len(others) - _MOST} more" if len(others) > _MOST else ""
        )
        finding = f"`{asked}`, and {named} without ssh"
        yield Objection(_PATH, "hosts with ssh only", finding, "remove `accelerate`")
    zoned = [target.host for target in inspection.targets if target.zone]
    if asked == "mitogen" and zoned:
        expected = "orch's own accelerator or plain Ansible for hosts of a zone"
        yield Objection(_PATH, expected, "`mitogen`", "write `orch`, or remove `accelerate`")


def warnings(plan: ReleasePlan, inspection: Inspection) -> Iterator[Objection]:
    """An accelerator of orch's own that does not know the Ansible of the runs; plugins for its threads where there are none.

    Runs over hosts of a zone have the Ansible of its nodes, which is not known here.
    """
    for place, allow in _allowances(plan) if plan.strategy.accelerate != "orch" else ():
        if allow.threaded_plugins:
            finding = f"{', '.join(allow.threaded_plugins)}, and runs without threads"
            next_move = "write `accelerate: orch` in `strategy`, or remove it"
            yield Objection(f"{place}.allow.threaded_plugins", "plugins for threads", finding, next_move)
    targets = inspection.targets
    if inspection.not_accelerated is not None and not (targets and all(target.zone for target in targets)):
        yield Objection(
            _PATH,
            "an Ansible that orch's own accelerator knows",
            f"{inspection.not_accelerated}: runs go Ansible's own way, which is slower and proves the same",
            "choose another Ansible (--ansible, docs/ansible.md), or know it",
        )


def _allowances(plan: ReleasePlan) -> Iterator[tuple[str, Allowance]]:
    if plan.strategy.stages:
        yield from ((f"strategy.stages[{place}]", stage.allow) for place, stage in enumerate(plan.stages))
    else:
        yield "strategy", plan.stages[0].allow
