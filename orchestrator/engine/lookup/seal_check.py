"""Whether a record is what was sealed, before anything rests on it."""

from collections.abc import Sequence

from orchestrator.domain.journal.events import SealAccepted
from orchestrator.domain.seal.findings import SealFinding
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
    findings = [each for each in ports.seals.look(deployment).findings if each.code != "seal.none"]
    if not findings:
        return ()
    accepted = {
        (damage.code, damage.event)
        for record in ports.journal.read(deployment)
        if isinstance(record.event, SealAccepted)
        for damage in record.event.damage
    }
    return tuple(each for each in findings if (each.code, each.event) not in accepted)


def seal_words(deployment: str, findings: Sequence[SealFinding]) -> str:
    """What does not fit, and the commands that follow."""
    named = "; ".join(finding_words(finding) for finding in findings[:MOST])
    more = f"; and {len(findings) - MOST} more" if len(findings) > MOST else ""
    return (
        f"its record is not what was sealed: {named}{more}. Look at all of it: orch record verify {deployment}. Restore a "
        f"copy, or go on with it as it is: orch record accept {deployment} --reason WHY"
    )
