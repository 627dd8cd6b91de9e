"""Which items the scope of a baseline captures, whether they are there or not; and whether one scope has all of another."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from orchestrator.domain.evidence.baseline import BaselineScope, Cut
from orchestrator.domain.text.unit_name import unit_name
from orchestrator.policy.evidence.comparison_rules import not_looked_at
from orchestrator.policy.evidence.scope_paths import is_captured

_ACCOUNTS = frozenset({"user", "group", "passwd line", "group line"})


def captures_unit(scope: BaselineScope, name: str) -> bool:
    """Whether a unit is one that the scope names."""
    return any(fnmatchcase(unit_name(name), unit_name(pattern)) for pattern in scope.units)


def captures_sysctl(scope: BaselineScope, name: str) -> bool:
    """Whether a kernel parameter is one that the scope names."""
    parts = name.replace("/", ".").split(".")
    patterns = [pattern.replace("/", ".").split(".") for pattern in scope.sysctl]
    return any(
        len(parts) == len(pattern) and all(fnmatchcase(*pair) for pair in zip(parts, pattern, strict=True))
        for pattern in patterns
    )


def captures_item(scope: BaselineScope, form: int, cuts: Sequence[Cut], kind: str, name: str) -> bool:
    """Whether a capture of this scope says something of such an item: its attributes, or that it is not there."""
    match kind:
        case "file":
            return is_captured(scope, name)
        case "package":
            return scope.packages == "all"
        case "unit":
            return captures_unit(scope, name)
        case "sysctl":
            return captures_sysctl(scope, name)
        case "port":
            return scope.ports
        case "command" | "fact":
            return any(item.name == name for item in (scope.commands if kind == "command" else scope.facts))
        case _ if kind in _ACCOUNTS:
            return scope.users
        case _:
            return _captures_of_system(scope, kind, name) and not not_looked_at(kind, name, form, cuts)


def _captures_of_system(scope: BaselineScope, kind: str, name: str) -> bool:
    if not scope.system:
        return False
    left_in = BaselineScope.of_valid(files=("/",), exclude=scope.exclude)
    return not name.startswith("/") or is_captured(left_in, name)


def has_all_of(scope: BaselineScope, other: BaselineScope) -> bool:
    """Whether every item of the other scope is one of this scope. It says no where it cannot tell by the words alone."""
    return (
        set(other.files) <= set(scope.files)
        and set(scope.exclude) <= set(other.exclude)
        and (scope.packages == "all" or other.packages == "none")
        and set(other.units) <= set(scope.units)
        and set(other.sysctl) <= set(scope.sysctl)
        and set(other.commands) <= set(scope.commands)
        and set(other.facts) <= set(scope.facts)
        and scope.ports >= other.ports
        and scope.users >= other.users
        and scope.system >= other.system
    )
