"""Faults of a plan, as they are made and ordered."""

from collections.abc import Iterable

from orchestrator.domain.plan.inspection import PlaybookFinding
from orchestrator.errors import Fault


def as_fault(finding: PlaybookFinding) -> Fault:
    """A finding in a playbook as a fault of the plan."""
    where, expected = finding.kind, "tasks whose result can be trusted"
    return Fault(finding.file, finding.line, where, expected, finding.what, finding.next_move)


def in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Each fault once, by file, line and path."""
    return tuple(sorted(dict.fromkeys(faults), key=lambda fault: (fault.file, fault.line or 0, fault.path)))
