"""Makes the result of each host of an audit, and keeps the whole within what a journal should hold."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from orchestrator.domain.evidence.cmdb_audit import (
    NOT_AS_RECORDED,
    UNKNOWN_STATE,
    AsRecorded,
    AuditFinding,
    HostAudit,
    HostResult,
)
from orchestrator.domain.plan.target import HOST_KEY_NOT_PINNED
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.evidence.audit_comparison import FINDINGS_OF_A_HOST, MachineComparison
from orchestrator.policy.evidence.audit_history import Audit
from orchestrator.policy.evidence.recorded_state import RecordedMachine

Verdict = Literal["drift", "unknown", "as_recorded"]
FINDINGS_AT_MOST = 5_000
"""Items that one audit lists; of further ones it says how many there are."""


def verdict_of(audit: Audit) -> Verdict:
    """What an audit says as a whole. Hosts that a deployment has in hand change nothing, but are no proof either."""
    results = {host.result for host in audit.hosts}
    if results & NOT_AS_RECORDED:
        return "drift"
    return "unknown" if results & UNKNOWN_STATE or "as_recorded" not in results else "as_recorded"


def result_of_visit(machine: RecordedMachine, result: HostResult, reason: str) -> HostAudit:
    """The result of a host without a comparison."""
    return HostAudit.of_valid(
        host=machine.host,
        environment=machine.newest.environment,
        result=result,
        machine_id=machine.machine_id,
        reason=plain(reason, 500),
    )


def result_of_silence(machine: RecordedMachine, reason: str) -> HostAudit:
    """The result of a host that gave no capture: one with another host key is another machine, until a person says no."""
    another = reason.startswith(HOST_KEY_NOT_PINNED)
    return result_of_visit(machine, "another_machine" if another else "not_reached", reason)


def result_of_stranger(machine: RecordedMachine, machine_id: str) -> HostAudit:
    """The result where another machine answers under the name."""
    reason = f"machine {machine_id} answers under this name, and {machine.machine_id} is on record"
    return result_of_visit(machine, "another_machine", reason)


def result_of_comparison(
    machine: RecordedMachine, comparison: MachineComparison, findings: Sequence[AuditFinding]
) -> HostAudit:
    """The result of a comparison; a partial one without a finding is never as recorded."""
    reason = "; ".join(filter(None, (comparison.reason, *_unproved(machine))))
    result: HostResult = "differs" if findings else "not_audited" if reason else "as_recorded"
    if not findings and not comparison.items:
        result, reason = "not_audited", reason or "nothing that was recorded of it was compared"
    return HostAudit.of_valid(
        host=machine.host,
        environment=machine.newest.environment,
        result=result,
        machine_id=machine.machine_id,
        reason=plain(reason, 500),
        items=comparison.items,
        deployments=tuple(state.deployment for state in machine.proved),
        findings=tuple(findings[:FINDINGS_OF_A_HOST]),
        more=max(0, len(findings) - FINDINGS_OF_A_HOST),
        blind=comparison.blind,
    )


def _unproved(machine: RecordedMachine) -> Iterable[str]:
    names = [state.deployment for state in machine.states if state.proof is None]
    if names:
        yield f"what {' and '.join(names)} could change there was proved by nobody"
    if machine.left_out:
        yield f"{machine.left_out} older states with other items were not compared"


def unknown_hosts(names: Mapping[str, str | None], environment: str) -> Iterator[HostAudit]:
    """The results of hosts that only the inventory knows; where a deployment has one in hand, it is named."""
    for name, deployment in names.items():
        if deployment is not None:
            reason = f"{deployment} has it in hand, and is the first there"
            yield HostAudit.of_valid(
                host=name, environment=environment, result="in_deployment", reason=reason
            )
        else:
            reason = f"in the inventory of {environment}, and no deployment on record touched it"
            yield HostAudit.of_valid(host=name, environment=environment, result="unknown", reason=reason)


def bounded_results(results: Iterable[HostAudit]) -> tuple[HostAudit, ...]:
    """The results by host, with no more findings than one event should hold."""
    room, kept = FINDINGS_AT_MOST, list[HostAudit]()
    for each in sorted(results, key=lambda result: (result.host, result.environment)):
        listed = each.findings[:room]
        more = each.more + len(each.findings) - len(listed)
        kept.append(each if len(listed) == len(each.findings) else _cut(each, listed, more))
        room -= len(listed)
    return tuple(kept)


def _cut(each: HostAudit, listed: tuple[AuditFinding, ...], more: int) -> HostAudit:
    return HostAudit.updated(each, host=each.host, result=each.result, findings=listed, more=more)


def condensed_results(
    results: Sequence[HostAudit],
) -> tuple[tuple[HostAudit, ...], tuple[AsRecorded, ...]]:
    """The results for the journal: most hosts of a fleet are as recorded, and each of them needs only its name there."""
    plainly = [each for each in results if each.result == "as_recorded" and not each.reason]
    others = tuple(each for each in results if each not in plainly)
    groups: dict[tuple[object, ...], list[HostAudit]] = {}
    for each in plainly:
        groups.setdefault((each.environment, each.items, each.deployments, each.blind), []).append(each)
    return others, tuple(_group(hosts) for hosts in groups.values())


def _group(hosts: Sequence[HostAudit]) -> AsRecorded:
    first = hosts[0]
    return AsRecorded.of_valid(
        environment=first.environment,
        machines={host.host: host.machine_id for host in hosts},
        items=first.items,
        deployments=first.deployments,
        blind=first.blind,
    )
