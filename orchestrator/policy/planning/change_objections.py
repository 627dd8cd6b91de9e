"""What of a plan is held against its rules and this machine: parts that its baseline cannot see, and files of its ticket."""

from collections.abc import Iterator, Mapping
from typing import get_args

from orchestrator.domain.evidence.baseline import BaselinePart, BaselineScope
from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.rules.may_change import Rule, rule_words

_REMEDIES = {
    "packages": "write `packages: all`",
    "ports": "write `ports: true`",
    "users": "write `users: true`",
}


def unseen_parts(rules: Mapping[str, Rule], plan: ReleasePlan) -> Iterator[Objection]:
    """An objection for each part that a rule limits and the plan's baseline does not capture, with the rule's place.

    A rule limits the parts that it names, and those that every baseline captures unless it says otherwise.
    """
    usual = BaselineScope.of_valid()
    limited: dict[BaselinePart, list[str]] = {}
    for place, rule in rules.items():
        for part in get_args(BaselinePart):
            named = part in rule or bool(usual.captured(part))
            if named and rule.get(part) != "any" and not plan.backout.baseline.captures_everywhere(part):
                limited.setdefault(part, []).append(f"`may_change` of {place} ({rule_words(rule)})")
    for part, places in limited.items():
        expected = f"{part} in the baseline, which {' and '.join(places)} limits"
        move = _REMEDIES.get(part, "name them")
        yield Objection(
            f"backout.baseline.{part}",
            expected,
            "none captured",
            f"{move}: what is not captured cannot be held to",
        )


def files_of_ticket(plan: ReleasePlan) -> Iterator[tuple[str, str]]:
    """Every file of this machine that the change ticket needs, by its path in the plan."""
    ticket = plan.approval.ticket
    if ticket is not None:
        yield from ((f"approval.ticket.{field}", file) for field, file in ticket.files.items())
