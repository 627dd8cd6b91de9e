"""Whether what a plan says with `on` fits its hosts: each selection has a host, and each host is checked and captured."""

from collections.abc import Iterable, Iterator, Sequence
from typing import get_args

from orchestrator.domain.evidence.baseline import BaselinePart
from orchestrator.domain.plan.check import Check
from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.target import Target, selected
from orchestrator.domain.text.selection import selection_words
from orchestrator.policy.planning.plan_objections import checks_of

_OF_THE_RELEASE = tuple(part for part in get_args(BaselinePart) if part != "system")


def about_selections(plan: ReleasePlan, targets: Sequence[Target]) -> Iterator[Objection]:
    """Objections to selections of no host, and hosts that nothing is asked of or captured from."""
    for path, selection in _selections(plan):
        if targets and not selected(selection, targets):
            known = ", ".join(dict.fromkeys(group for target in targets for group in target.groups)) or "none"
            yield Objection(
                path,
                "hosts of the deployment",
                f"`{selection_words(selection)}`, which is none of them",
                f"name a host, or one of their groups ({known})",
            )
    checks = {
        "validation.environment": plan.validation.environment,
        "validation.acceptance": plan.validation.acceptance,
    }
    for path, of_path in checks.items():
        unasked = [target.host for target in targets if not any(check.is_on(target) for check in of_path)]
        if unasked:
            yield Objection(
                path, "a check on each host", f"none on {', '.join(unasked)}", "add one, or widen an `on`"
            )
    scope = plan.backout.baseline
    unseen = [
        target.host
        for target in targets
        if scope.parts and not scope.of(target.host, target.groups).captured(*_OF_THE_RELEASE)
    ]
    if unseen:
        yield Objection(
            "backout.baseline",
            "something captured of each host",
            f"nothing of {', '.join(unseen)}",
            "add a scope for them, or widen an `on`",
        )


def _selections(plan: ReleasePlan) -> Iterator[tuple[str, tuple[str, ...]]]:
    for index, unit in enumerate(plan.release.units):
        if unit.on is not None:
            yield f"release.units[{index}].on", unit.on
    for path, checks in checks_of(plan):
        yield from _of_checks(path, checks)
    for index, part in enumerate(plan.backout.baseline.parts):
        if part.on is not None:
            yield f"backout.baseline[{index}].on", part.on


def _of_checks(path: str, checks: Iterable[Check]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for index, check in enumerate(checks):
        if check.on is not None:
            yield f"{path}[{index}].on", check.on
