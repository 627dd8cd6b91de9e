"""What the tasks of a deployment changed and no item of the baseline covers: nothing is called restored without it.

A change that Ansible's modules name is covered by an item, or it is not: a declaration takes none of those away. A change
without a name, or of a kind that no baseline has, is covered where the plan declares by which items it is seen, or that
it changes nothing that counts (docs/adr/0057).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple

from orchestrator.domain.deployment.attempts import Attempted
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.baseline import FORM, Baseline, BaselineScope, Cut, Difference
from orchestrator.domain.evidence.task_changes import Change, ChangesOn, grouped, of_host
from orchestrator.domain.plan.declared_change import DeclaredChange
from orchestrator.policy.evidence.coverage_of_system import seen_of_system
from orchestrator.policy.evidence.scope_items import captures_sysctl, captures_unit
from orchestrator.policy.evidence.scope_paths import excluded_within, is_captured, names_of, really_at

_PATHS = frozenset({"file", "link", "tree"})
_CRONTABS = ("/var/spool/cron/crontabs", "/var/spool/cron")
_DECLARABLE = frozenset(
    {
        *("unnamed", "reboot", "crontab", "password", "mount", "hostname", "firewall", "kernel_module"),
        *("package_index", "package_key", "package_selection", "python_package", "user_unit"),
    }
)
"""Kinds that the plan's word can cover; a path, a package or a unit that is known by name is in the baseline, or is not."""
_NOT_NAMED = frozenset({"unnamed", "unseen", "reboot"})

_ITEMS_OF_RULES = frozenset({"file", "package", "unit", "user", "group", "sysctl", "command", "fact", "port"})
"""Items whose kinds have rules of their own, by the scope; others count where the baseline has the very item."""

_Named = tuple[tuple[Change, ...], int]


class Captured(NamedTuple):
    """What of a host's baseline decides: where its links lead, its items of kinds that no rule is for, what was cut of
    the host as a whole (None: it was not captured), and the paths that were not there and are not there again.
    """

    links: Mapping[str, str]
    items: frozenset[tuple[str, str]]
    cuts: tuple[Cut, ...] | None = None
    absent: frozenset[str] = frozenset()


_NOTHING = Captured({}, frozenset())
ALL_CAPTURED = Captured({}, frozenset(), ())
"""Before a capture: nothing was cut, and no link leads elsewhere."""


def captured_of(baseline: Baseline, differences: Iterable[Difference] = ()) -> Captured:
    """What of this baseline decides. `differences` from it: a new folder among the system's is one, and is named once."""
    links = (item for item in baseline.items if item.kind == "file" and item.attributes.get("type") == "link")
    others = ((item.kind, item.name) for item in baseline.items if item.kind not in _ITEMS_OF_RULES)
    differences = tuple(differences)
    came = {each.name for each in differences if each.kind == "file"}
    absent = (
        item.name for item in baseline.items if item.kind == "file" and item.attributes.get("exists") is False
    )
    return Captured(
        {item.name: str(item.attributes.get("target") or "") for item in links},
        frozenset([*others, *(("file", each.name) for each in differences if each.kind == "system folder")]),
        baseline.cuts if baseline.form >= FORM else None,
        frozenset(name for name in absent if name not in came),
    )


def uncovered_changes(d: Deployment, captured: Mapping[str, Captured]) -> tuple[ChangesOn, ...]:
    """What no item of the baseline covers, on the hosts of the present backout and on hosts outside of the deployment.

    The backout's own tasks count, too, as far as they name what they change.
    """
    groups = tuple(_kept(d))
    elsewhere = dict.fromkeys(host for group in groups for host in group.hosts if host not in d.standings)
    hosts = (*(d.hosts_to_prove if d.backout is not None else ()), *elsewhere)
    return grouped({host: _on(d, host, groups, captured.get(host, _NOTHING)) for host in hosts})


def is_covered(scope: BaselineScope, change: Change, captured: Captured) -> bool:
    """Whether an item of such a baseline is, or would be, what changed."""
    if change.kind in _PATHS:
        return _path_covered(scope, change, captured.links) or seen_of_system(
            scope, captured.cuts, change.kind, change.name
        )
    rule = _RULES.get(change.kind)
    by_rule = rule is not None and rule(scope, change.name)
    return by_rule or seen_of_system(scope, captured.cuts, change.kind, change.name)


def _kept(d: Deployment) -> Iterator[ChangesOn]:
    for attempt in d.attempts:
        changes = attempt.outcome.changes if attempt.outcome is not None else None
        if attempt.purpose == "backout":
            yield from map(_only_named, changes or ())
        elif changes is not None:
            yield from changes
        elif _may_have_run(attempt):
            unseen = Change.of_valid(kind="unseen", name=attempt.attempt)
            yield ChangesOn.of_valid(hosts=tuple(sorted(attempt.begun_on)), changes=(unseen,))


def _may_have_run(attempt: Attempted) -> bool:
    return attempt.outcome is not None or (attempt.lost is not None and attempt.started)


def _only_named(group: ChangesOn) -> ChangesOn:
    named = tuple(change for change in group.changes if change.kind not in _NOT_NAMED)
    return ChangesOn.updated(group, hosts=group.hosts, changes=named)


def _on(d: Deployment, host: str, groups: Iterable[ChangesOn], captured: Captured) -> _Named:
    changes, more = of_host(groups, host)
    backout = d.plan.backout
    declared = [change for stage in d.plan.stages for change in stage.backout.changes]
    undeclared = [change for change in changes if not _is_declared(declared, change)]
    if host not in d.standings:
        return _each_once(undeclared), more
    scope = backout.baseline.of(host, d.target(host).groups)
    left = [
        part
        for change in undeclared
        if (change.kind, change.name) not in captured.items
        for part in uncovered_parts(scope, change, captured)
    ]
    return _each_once(left), more


def _is_declared(declared: Iterable[DeclaredChange], change: Change) -> bool:
    return change.kind in _DECLARABLE and any(_names(each.task, change.task) for each in declared)


def _names(pattern: str, task: str) -> bool:
    """A name may leave out the role before it, as in `role : task`."""
    return any(fnmatchcase(name, pattern) for name in (task, task.partition(" : ")[2]) if name)


def uncovered_parts(scope: BaselineScope, change: Change, captured: Captured) -> Iterator[Change]:
    """The change where it is not covered; of a directory that is, what the scope excludes of it."""
    if change.kind in _PATHS and _is_gone_with(change.name, captured.absent):
        return
    if not is_covered(scope, change, captured):
        yield change
    elif change.kind == "tree":
        for pattern in excluded_within(scope, change.name):
            yield Change.of_valid(kind="tree", name=pattern, task=change.task)


def _is_gone_with(path: str, absent: frozenset[str]) -> bool:
    """Whether it is, or lies below, what was missing before and is missing again: nothing is left of it."""
    names = names_of(path) or []
    return any("/" + "/".join(names[: end + 1]) in absent for end in range(len(names)))


def _path_covered(scope: BaselineScope, change: Change, links: Mapping[str, str]) -> bool:
    real = really_at(change.name, links, last=change.kind == "file") if change.name.startswith("/") else ""
    return bool(real) and is_captured(scope, change.name) and is_captured(scope, real)


def _each_once(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes without those that another one stands for: the same thing again, and paths below a directory."""
    trees = {change.name.rstrip("/") for change in changes if change.kind == "tree"}
    kept: dict[tuple[str, str, str], Change] = {}
    for change in changes:
        if change.kind in _PATHS and any(change.name.startswith(f"{tree}/") for tree in trees):
            continue
        kind = "path" if change.kind in _PATHS else change.kind
        name = change.name.rstrip("/") if kind == "path" else change.name
        kept.setdefault((kind, name, change.task if kind in _NOT_NAMED else ""), change)
    return tuple(kept.values())


def _crontab_covered(scope: BaselineScope, name: str) -> bool:
    return any(is_captured(scope, f"{folder}/{name}") for folder in _CRONTABS)


def _account_covered(scope: BaselineScope, _name: str) -> bool:
    return scope.users


_RULES: dict[str, Callable[[BaselineScope, str], bool]] = {
    "package": lambda scope, _name: scope.packages == "all",
    "unit": captures_unit,
    "user": _account_covered,
    "group": _account_covered,
    "sysctl": captures_sysctl,
    "crontab": _crontab_covered,
    "command": lambda scope, name: any(command.name == name for command in scope.commands),
    "fact": lambda scope, name: any(fact.name == name for fact in scope.facts),
}
