"""Faults of a plan, as they are made and ordered."""

from collections.abc import Iterable, Iterator

from orchestrator.domain.plan.inspection import Inspection, PlaybookFinding
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.errors import Fault
from orchestrator.policy.planning.allowed_constructs import standing
from orchestrator.policy.planning.plan_objections import allowance_of, variables_of


def as_fault(finding: PlaybookFinding) -> Fault:
    """A finding in a playbook as a fault of the plan."""
    expected = _EXPECTED.get(finding.kind, "tasks whose result can be trusted")
    return Fault(finding.file, finding.line, finding.kind, expected, finding.what, finding.next_move)


_EXPECTED = {"gap": "a backout that undoes the whole deployment"}


def construct_fault(plan: ReleasePlan, path: str, finding: PlaybookFinding) -> Fault | None:
    """The finding as a fault; None where the plan allows what it names."""
    allow, variables = allowance_of(plan, path), variables_of(plan, path)
    standing_finding = standing(
        finding, path.removesuffix(".playbook"), allow, variables, plan.strategy.hosts
    )
    return None if standing_finding is None else as_fault(standing_finding)


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


def passwords_not_had(inspection: Inspection) -> Iterator[Fault]:
    """A warning for each vault id without a password: what is vaulted under it no run can read."""
    if not inspection.vault_faults:
        for words in inspection.vault_warnings:
            expected, move = "a password for each vault id", "correct it, or know that no run needs it"
            yield Fault("ansible.cfg", None, "vault_identity_list", expected, words, move)


def in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Each fault once, by file, line and path."""
    return tuple(sorted(dict.fromkeys(faults), key=lambda fault: (fault.file, fault.line or 0, fault.path)))
