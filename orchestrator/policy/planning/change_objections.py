"""Objections to a plan whose baseline cannot see what a rule says may change: what cannot be seen cannot be held."""

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
