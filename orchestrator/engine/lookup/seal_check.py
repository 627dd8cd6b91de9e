"""Whether a record is what was sealed, before anything rests on it."""

from collections.abc import Sequence

from orchestrator.domain.journal.events import SealAccepted
from orchestrator.domain.seal.findings import SealFinding, SealLook
from orchestrator.engine.ports import Ports
from orchestrator.errors import StoreFault
from orchestrator.policy.telling.words.seal_words import finding_words

MOST = 3
"""Findings that a refusal names."""


def refuse_broken_seal(ports: Ports, deployment: str) -> None:
    """Raises StoreFault where a record is not what was sealed, and nobody accepted exactly that."""
    broken = broken_seal(ports, deployment)
    if broken:
        raise StoreFault(f"{deployment} does not go on: {seal_words(deployment, broken)}")


def broken_seal(ports: Ports, deployment: str) -> tuple[SealFinding, ...]:
    """What does not fit and nobody accepted. A store in which nothing was sealed yet is no damage."""
    return not_accepted(ports, ports.seals.look(deployment))


def not_accepted(ports: Ports, look: SealLook) -> tuple[SealFinding, ...]:
    """Those findings of a look that nobody accepted."""
    findings = [each for each in look.findings if each.code != "seal.none"]
    accepted = _accepted(ports, look.deployment) if findings else frozenset()
    return tuple(each for each in findings if (each.code, each.event) not in accepted)


def _accepted(ports: Ports, deployment: str) -> frozenset[tuple[str, int]]:
    """What people accepted; nothing where the journal cannot be read."""
    try:
        records = ports.journal.read(deployment)
    except StoreFault:
        return frozenset()
    return frozenset(
        (damage.code, damage.event)
        for record in records
        if isinstance(record.event, SealAccepted)
        for damage in record.event.damage
    )


def seal_words(deployment: str, findings: Sequence[SealFinding]) -> str:
    """What does not fit, and the commands that follow."""
    named = "; ".join(finding_words(finding) for finding in findings[:MOST])
    more = f"; and {len(findings) - MOST} more" if len(findings) > MOST else ""
    return (
        f"its record is not what was sealed: {named}{more}. Look at all of it: orch record verify {deployment}. Restore a "
        f"copy, or go on with it as it is: orch record accept {deployment} --reason WHY"
    )
