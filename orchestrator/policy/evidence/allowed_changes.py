"""Which differences the rules of a model and a policy allow: what no rule forbids, and every rule names."""

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from orchestrator.domain.evidence.baseline import BaselinePart, Cut, Difference
from orchestrator.domain.evidence.change_groups import OutsideChange
from orchestrator.domain.evidence.item_kinds import PATHS, part_of
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.may_change import Rule
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.policy.evidence.changes_seen import bounded


def rules_binding(policy: ReleasePolicy | None, model: DeploymentModel | None) -> Mapping[str, Rule]:
    """The rules that say what may change, by what they stand in; where there are two, both bind."""
    rules: dict[str, Rule] = {}
    if model is not None and model.may_change is not None:
        rules[f"model {model.model}"] = model.may_change
    if policy is not None and policy.may_change is not None:
        rules[f"policy {policy.policy}"] = policy.may_change
    return rules


def allowed(rules: Iterable[Rule], kind: str, name: str) -> bool:
    """Whether every rule lets this item change. An item of an unknown kind is in no part, so no rule can name it."""
    part = part_of(kind)
    return all(part is not None and _permits(rule, part, kind, name) for rule in rules)


def unseen(rules: Iterable[Rule], cuts: Iterable[Cut]) -> Cut | None:
    """What was left out of a capture although a rule binds it: what cannot be seen cannot be held. None: nothing."""
    binding = tuple(rules)
    for cut in cuts:
        part: BaselinePart = "units" if cut.kind == "what runs" else part_of(cut.kind) or "system"
        if any(rule.get(part, "none") != "any" for rule in binding):
            return cut
    return None


def _permits(rule: Rule, part: BaselinePart, kind: str, name: str) -> bool:
    """A path of the system may change where the rule names it among the files, too."""
    parts: tuple[BaselinePart, ...] = (part, "files") if kind in PATHS else (part,)
    return any(_names(rule.get(each, "none"), kind, name) for each in parts)


def outside(rules: Sequence[Rule], differences: Iterable[Difference]) -> dict[str, OutsideChange]:
    """By host the first difference that no rule, or not every rule, allows, with the number of further ones."""
    if not rules:
        return {}
    by_host: dict[str, list[Difference]] = {}
    for each in differences:
        if not allowed(rules, each.kind, each.name):
            by_host.setdefault(each.host, []).append(each)
    return {
        host: OutsideChange.of_valid(change=bounded(changes[0]), more=len(changes) - 1)
        for host, changes in by_host.items()
    }


def _names(names: str | tuple[str, ...], kind: str, name: str) -> bool:
    if isinstance(names, str):
        return names == "any"
    if kind in PATHS:
        return any(_within(_parts(name), _parts(pattern)) for pattern in names)
    return any(fnmatchcase(name, pattern) for pattern in names)


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _within(path: Sequence[str], pattern: Sequence[str]) -> bool:
    """Whether a path matches a pattern, or lies below what does: a folder stands for everything in it."""
    if not pattern:
        return True
    if pattern[0] == "**":
        return any(_within(path[start:], pattern[1:]) for start in range(len(path) + 1))
    return bool(path) and fnmatchcase(path[0], pattern[0]) and _within(path[1:], pattern[1:])
