"""Faults of a plan, as they are made and ordered."""

from collections.abc import Iterable, Iterator

from orchestrator.domain.evidence.attempt import declares_controller
from orchestrator.domain.plan.inspection import Inspection, PlaybookFinding
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.errors import Fault
from orchestrator.policy.planning.plan_objections import allowance_of


def as_fault(finding: PlaybookFinding) -> Fault:
    """A finding in a playbook as a fault of the plan."""
    where, expected = finding.kind, "tasks whose result can be trusted"
    return Fault(finding.file, finding.line, where, expected, finding.what, finding.next_move)


def construct_fault(plan: ReleasePlan, path: str, finding: PlaybookFinding) -> Fault | None:
    """The finding as a fault; None where the plan allows the delegate that it names, or deploys to it."""
    if not finding.undeclared:
        return as_fault(finding)
    part = path.removesuffix(".playbook")
    named = plan.strategy.hosts.replace(":", ",").split(",")
    if declares_controller(allowance_of(plan, path).delegates) or finding.undeclared in named:
        return None
    move = f"write `allow: {{delegates: [localhost]}}` in `{part}`, or have the task run on its host"
    return as_fault(finding.model_copy(update={"next_move": move}))


def roundabout_ways(inventory: str, inspection: Inspection) -> Iterator[Fault]:
    """A warning for each way to a host that is not straight."""
    expected, move = "hosts that are reached straight", "see that it is meant so"
    yield from (Fault(inventory, None, "", expected, way, move) for way in inspection.inventory_ways)


def faults_of_inspection(inspection: Inspection) -> Iterator[Fault]:
    """Vaulted values that do not decrypt, and settings under which no run can begin."""
    for vault in inspection.vault_faults:
        expected = "a vaulted value that decrypts"
        yield Fault(vault.file, vault.line, "", expected, vault.message, vault.next_move)
    for setting in inspection.settings_faults:
        expected = "settings under which a run can begin"
        yield Fault(setting.file, setting.line, "", expected, setting.message, setting.next_move)


def in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Each fault once, by file, line and path."""
    return tuple(sorted(dict.fromkeys(faults), key=lambda fault: (fault.file, fault.line or 0, fault.path)))
