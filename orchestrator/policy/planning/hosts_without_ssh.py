"""Whether a plan fits its hosts without ssh: what is asked of them through Ansible, and what nobody sees there."""

from collections.abc import Iterable, Iterator, Sequence

from orchestrator.domain.evidence.baseline import BaselineScope
from orchestrator.domain.plan.check import Check, ModuleCheck
from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.objective import Objective
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.target import Target, selected
from orchestrator.policy.planning.plan_objections import checks_of

_NEED_SSH = ("files", "units", "sysctl", "commands")
"""Parts of a scope that are named one by one, and that only ssh reaches."""
_MOST = 3
_HELD = ("network_cli", "netconf")
"""Connections whose ssh is held to the pinned file (in_run/pinned_connection.py)."""
_LOOSE = ("libssh",)
UNSEEN = "files, packages, units, ports, accounts and processes"


def faults(plan: ReleasePlan, targets: Sequence[Target]) -> Iterator[Objection]:
    """Questions that a host's way cannot answer, and hosts without ssh of which nothing is asked."""
    yield from _checks(plan, targets)
    yield from _scopes(plan, targets)
    yield from _units(plan, targets)
    others = [target for target in targets if target.through is not None]
    for index, declared in enumerate(plan.resources.without_ssh):
        if targets and not selected(declared.on, others):
            expected, move = "hosts without ssh", "remove it, or correct `on`"
            yield Objection(f"resources.without_ssh[{index}]", expected, "none that it is about", move)


def warnings(plan: ReleasePlan, targets: Sequence[Target]) -> Iterator[Objection]:
    """How these hosts are visited and what is not seen there; hosts that nothing identifies."""
    ways: dict[str, list[Target]] = {}
    for target in targets:
        if target.through is not None:
            ways.setdefault(target.through.connection, []).append(target)
    for connection, hosts in ways.items():
        yield Objection(
            "resources.inventory",
            "hosts that are reached by ssh",
            f"{_named(hosts)} by the connection {connection}: visited through Ansible, which is slower (three questions take "
            f"some 2 s of this machine's CPU for one host and 12 s for ten); only facts are seen there, no {UNSEEN}; no host "
            "of these refuses a run that is late, only orch's own locks keep two runs apart",
            "know it (docs/without-ssh.md)",
        )
    yield from _keys(targets)
    unknown = [t for t in targets if t.through is not None and t.through.identity is None]
    if unknown:
        yield Objection(
            "resources.without_ssh",
            "an identity of each host without ssh",
            f"none of {_named(unknown)}: a machine that was replaced, or has two names, is not noticed",
            "name a fact that no other machine has, such as a serial number: `- {identity: {module: ..., keep: [...]}}`",
        )


def _keys(targets: Sequence[Target]) -> Iterator[Objection]:
    """Hosts to which libraries speak ssh with keys that no pinned file holds them to."""
    through = [target for target in targets if target.through is not None]
    loose = [t for t in through if t.through and t.through.plugin in _LOOSE]
    open_ended = [t for t in through if t.through and t.through.plugin in _HELD and not t.known_hosts]
    expected = "host keys that the inventory pins"
    if loose:
        finding = f"{_named(loose)}, {_by(loose)}: its library takes the keys of ~/.ssh/known_hosts, and orch pins none there"
        yield Objection("resources.inventory", expected, finding, "know it (docs/without-ssh.md)")
    if open_ended:
        finding = f"none for {_named(open_ended)}: its library takes those of this machine's and of the user's known_hosts"
        move = "name their file for these hosts: `ansible_ssh_common_args: -o UserKnownHostsFile=FILE`"
        yield Objection("resources.inventory", expected, finding, move)


def _checks(plan: ReleasePlan, targets: Sequence[Target]) -> Iterator[Objection]:
    lists = list(checks_of(plan))
    lists += [
        (f"objectives[{n}]", (each.check,))
        for n, each in enumerate(plan.objectives)
        if isinstance(each, Objective) and each.check is not None
    ]
    for path, checks in lists:
        for index, check in enumerate(checks):
            about = [target for target in targets if check.is_on(target)]
            place = f"{path}.check" if path.startswith("objectives") else f"{path}[{index}]"
            yield from _check(f"{place}.{check.kind}", check, about)


def _check(path: str, check: Check, about: Iterable[Target]) -> Iterator[Objection]:
    asks_here = getattr(check, "origin", "") == "controller"
    is_module = isinstance(check, ModuleCheck)
    wrong = [target for target in about if is_module == (target.through is None)]
    if asks_here or not wrong:
        return
    if is_module:
        expected, move = "hosts without ssh", "ask it over ssh, such as by `command`, or narrow it with `on`"
        yield Objection(path, expected, f"{_named(wrong)}, reached by ssh", move)
    else:
        move = "use `module` for these hosts (docs/without-ssh.md), and narrow this check with `on`"
        yield Objection(path, "hosts with ssh", f"{_named(wrong)}, {_by(wrong)}", move)


def _scopes(plan: ReleasePlan, targets: Sequence[Target]) -> Iterator[Objection]:
    baseline = plan.backout.baseline
    parts: list[tuple[str, BaselineScope, list[Target]]] = []
    for number, part in enumerate(baseline.parts):
        whole = BaselineScope.of_valid(**{n: getattr(part, n) for n in type(part).model_fields if n != "on"})
        parts.append((f"backout.baseline[{number}]", whole, list(selected(part.on, targets))))
    for path, scope, about in parts or [("backout.baseline", baseline, list(targets))]:
        others = [target for target in about if target.through is not None]
        by_ssh = [target for target in about if target.through is None]
        for name in _NEED_SSH if others else ():
            if getattr(scope, name):
                finding = f"some for {_named(others)}, {_by(others)}"
                move = f"give these hosts a scope of their own with `on` and `facts` instead of `{name}`"
                yield Objection(f"{path}.{name}", "hosts with ssh", finding, move)
        if scope.facts and by_ssh:
            move = "narrow the scope with `on`, and name files, units or commands for hosts with ssh"
            yield Objection(f"{path}.facts", "hosts without ssh", f"{_named(by_ssh)}, reached by ssh", move)
    bare = [t for t in targets if t.through is not None and not baseline.of(t.host, t.groups).facts]
    if bare:
        expected = "facts of each host without ssh, for nothing else of it is seen"
        move = "add a scope with `on` and `facts: [{name, module, args, keep}]`"
        yield Objection("backout.baseline", expected, f"none of {_named(bare)}", move)


def _units(plan: ReleasePlan, targets: Sequence[Target]) -> Iterator[Objection]:
    for index, unit in enumerate(plan.release.units):
        about = [target for target in selected(unit.on, targets) if target.through is not None]
        if unit.on_target is not None and about:
            move = (
                "give the unit `on` with its hosts, or take `on_target` out and check the version by `module`"
            )
            finding = f"{_named(about)}, {_by(about)}"
            yield Objection(f"release.units[{index}].on_target", "hosts with ssh", finding, move)


def _named(targets: Sequence[Target]) -> str:
    more = f" and {len(targets) - _MOST} more" if len(targets) > _MOST else ""
    return ", ".join(target.host for target in targets[:_MOST]) + more


def _by(targets: Sequence[Target]) -> str:
    connections = dict.fromkeys(target.through.connection for target in targets if target.through is not None)
    return f"reached by {', '.join(connections)}"
