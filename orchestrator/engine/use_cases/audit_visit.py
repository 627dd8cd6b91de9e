"""Visits the hosts of an audit: one connection to each, all at once, and one look for each scope on record."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from orchestrator.domain.evidence.baseline import Baseline, BaselineScope, ScopeOn
from orchestrator.domain.evidence.cmdb_audit import HostAudit
from orchestrator.domain.plan.target import Target
from orchestrator.engine.ports import Ports, Targets
from orchestrator.engine.practices.capture_baseline import why_not_whole
from orchestrator.errors import NotFound, StoreFault
from orchestrator.policy.evidence.audit_comparison import (
    AcceptedItem,
    Look,
    MachineComparison,
    compare_machine,
    findings_of,
)
from orchestrator.policy.evidence.audit_results import (
    result_of_comparison,
    result_of_silence,
    result_of_stranger,
    result_of_visit,
)
from orchestrator.policy.evidence.recorded_state import RecordedMachine

SETTLING = 2.0
"""Seconds before hosts that differ are looked at once more: units need a moment to reach their state."""
Captured = Sequence[Baseline | str]
"""What was captured of one host, a capture or the reason why there is none for each proved state."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A machine to visit, how it is reached, and what people accepted of it."""

    machine: RecordedMachine
    target: Target
    accepted: Mapping[tuple[str, str], AcceptedItem] = field(default_factory=dict)


def visit(ports: Ports, visits: Sequence[Visit]) -> dict[str, HostAudit]:
    """The result of each machine, by its identity. What differs twice, a moment apart, is a finding."""
    if not visits:
        return {}
    with closing(ports.targets.stay()) as targets:
        results = _looked_at(ports, targets, visits)
        again = [each for each in visits if results[each.machine.machine_id].result == "differs"]
        if again:
            ports.clock.sleep(SETTLING)
            results |= _looked_at(ports, targets, again)
    return results


def _looked_at(ports: Ports, targets: Targets, visits: Sequence[Visit]) -> dict[str, HostAudit]:
    captured: dict[str, list[Baseline | str]] = {}
    for batch in _batches(visits):
        captured |= _captured(targets, batch)
    return {
        each.machine.machine_id: _result(ports, each, captured[each.machine.machine_id]) for each in visits
    }


def _batches(visits: Sequence[Visit]) -> list[list[Visit]]:
    """Visits that can be made together: answers are by name, and two environments may have hosts of one name."""
    batches: list[list[Visit]] = []
    times: Counter[str] = Counter()
    for each in visits:
        number = times[each.target.host]
        times[each.target.host] += 1
        if number == len(batches):
            batches.append([])
        batches[number].append(each)
    return batches


def _captured(targets: Targets, visits: Sequence[Visit]) -> dict[str, list[Baseline | str]]:
    """Look once for each scope that a machine has; machines with equal numbers of scopes are asked together."""
    captured: dict[str, list[Baseline | str]] = {each.machine.machine_id: [] for each in visits}
    for number in range(max(len(each.machine.proved) for each in visits)):
        asked = [each for each in visits if number < len(each.machine.proved)]
        scopes = {each.target.host: each.machine.proved[number].scope for each in asked}
        answers = targets.capture([each.target for each in asked], _scope_of(scopes))
        for each in asked:
            captured[each.machine.machine_id].append(answers.get(each.target.host, "no answer"))
    return captured


def _scope_of(scopes: Mapping[str, BaselineScope]) -> BaselineScope:
    """One scope that has for each host its own."""
    alike: dict[BaselineScope, list[str]] = {}
    for host, scope in scopes.items():
        alike.setdefault(scope, []).append(host)
    if len(alike) == 1:
        return next(iter(alike))
    return BaselineScope.of_valid(parts=tuple(_on(hosts, scope) for scope, hosts in alike.items()))


def _on(hosts: Sequence[str], scope: BaselineScope) -> ScopeOn:
    fields = {name: getattr(scope, name) for name in ScopeOn.model_fields if name != "on"}
    return ScopeOn(on=tuple(hosts), **fields)


def _result(ports: Ports, each: Visit, captured: Captured) -> HostAudit:
    machine, looks, reasons = each.machine, list[Look](), list[str]()
    for state, now in zip(machine.proved, captured, strict=True):
        if isinstance(now, str):
            return result_of_silence(machine, now)
        if now.machine_id != machine.machine_id:
            return result_of_stranger(machine, now.machine_id)
        reason = why_not_whole(now)
        recorded = _recorded(ports, state.proof.digest) if state.proof is not None else ""
        if reason is None and isinstance(recorded, Baseline):
            looks.append(Look(state, recorded, now))
        else:
            reasons.append(reason or str(recorded))
    if not looks:
        return result_of_visit(machine, "not_audited", "; ".join(reasons))
    return _compared(ports, each, looks, reasons)


def _compared(ports: Ports, each: Visit, looks: Sequence[Look], reasons: Sequence[str]) -> HostAudit:
    """Compare; the captures of a machine with findings are kept, since they are what a person may accept."""
    comparison = compare_machine(each.machine, looks, each.accepted)
    showing = list(_showing(comparison))
    references = ports.baselines.put_all([look.now for look in showing])
    digests = {id(look): ref.digest for look, ref in zip(showing, references, strict=True)}
    findings = list(findings_of(comparison.drifted, digests))
    whole = "; ".join(filter(None, (*reasons, comparison.reason)))
    partial = MachineComparison(comparison.drifted, comparison.items, whole, comparison.blind)
    return result_of_comparison(each.machine, partial, findings)


def _showing(comparison: MachineComparison) -> Iterator[Look]:
    yield from {id(drifted.look): drifted.look for drifted in comparison.drifted}.values()


def _recorded(ports: Ports, digest: str) -> Baseline | str:
    try:
        return ports.baselines.get(digest)
    except (NotFound, StoreFault) as fault:
        return str(fault)
