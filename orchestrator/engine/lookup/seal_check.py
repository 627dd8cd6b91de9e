"""Whether a record is what was sealed, before anything rests on it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from orchestrator.domain.journal.events import HOUSE, LogAccepted, Recorded, SealAccepted
from orchestrator.domain.seal.findings import SealCode, SealFinding, SealLook
from orchestrator.domain.text.command_word import command_word
from orchestrator.engine.ports import Ports
from orchestrator.errors import StoreFault
from orchestrator.policy.telling.words.seal_words import finding_words

MOST = 3
"""Findings that a refusal names."""
HIDES_WHAT_WAS_SAID: frozenset[SealCode] = frozenset(
    {
        "seal.head_missing",
        "seal.head_changed",
        "seal.head_older",
        "seal.checkpoint_unreadable",
        "seal.checkpoint_unsigned",
        "seal.key_unknown",
        "seal.key_revoked",
        "seal.other_store",
        "seal.store_older",
        "seal.store_forked",
    }
)
"""Where one of these is found, nobody knows of any event that it was sealed, not even of a word that accepts it. The append of
such a word begins the seal anew, so that none of these is found after it."""


def refuse_broken_seal(ports: Ports, deployment: str) -> None:
    """Raises StoreFault where a record is not what was sealed, and nobody accepted exactly that."""
    broken = broken_seal(ports, deployment)
    if broken:
        raise StoreFault(f"{deployment} does not go on: {seal_words(deployment, broken)}")


def broken_seal(ports: Ports, deployment: str) -> tuple[SealFinding, ...]:
    """What does not fit and nobody accepted. A store in which nothing was sealed yet is no damage."""
    return not_accepted(ports, ports.seals.look(deployment))


def not_accepted(ports: Ports, look: SealLook) -> tuple[SealFinding, ...]:
    """Those findings of a look that nobody accepted: on its own record, or of the log on the one of the house."""
    findings = [each for each in look.findings if each.code != "seal.none"]
    if any(each.code == "seal.log_broke" for each in findings):
        accepted_up_to = accepted_breaks(ports)
        findings = [each for each in findings if not _is_up_to(each, accepted_up_to)]
    accepted = _accepted(ports, look) if findings else frozenset()
    return tuple(each for each in findings if (each.code, each.event) not in accepted)


def accepted_breaks(ports: Ports) -> int:
    """Up to which break of the log a person accepted it; 0 where nobody did, or the record of the house does not fit itself."""
    words = log_words(ports)
    if not words:
        return 0
    house = ports.seals.look(HOUSE)
    of_itself = tuple(each for each in house.findings if each.code != "seal.log_broke")
    return 0 if not_accepted(ports, replace(house, findings=of_itself)) else max(e.breaks for _, e in words)


def with_accepted_log(ports: Ports, looks: Sequence[SealLook]) -> list[SealLook]:
    """The looks without breaks of the log that a person accepted for all of them."""
    if not any(each.code == "seal.log_broke" for look in looks for each in look.findings):
        return list(looks)
    accepted = accepted_breaks(ports)
    return [
        replace(look, findings=tuple(each for each in look.findings if not _is_up_to(each, accepted)))
        for look in looks
    ]


def _is_up_to(finding: SealFinding, accepted: int) -> bool:
    return finding.code == "seal.log_broke" and int(finding.detail) <= accepted


def log_words(ports: Ports) -> list[tuple[Recorded, LogAccepted]]:
    """The words on the record of the house by which people accepted breaks of the log."""
    return [(record, record.event) for record in _read(ports, HOUSE) if isinstance(record.event, LogAccepted)]


def _accepted(ports: Ports, look: SealLook) -> frozenset[tuple[str, int]]:
    """What people accepted, by words that are sealed themselves."""
    if any(each.code in HIDES_WHAT_WAS_SAID for each in look.findings):
        return frozenset()
    named = {each.event for each in look.findings}
    return frozenset(
        (damage.code, damage.event)
        for record in _read(ports, look.deployment)
        if isinstance(record.event, SealAccepted) and record.seq not in named
        for damage in record.event.damage
    )


def _read(ports: Ports, deployment: str) -> Sequence[Recorded]:
    try:
        return ports.journal.read(deployment)
    except StoreFault:
        return ()


def seal_words(deployment: str, findings: Sequence[SealFinding]) -> str:
    """What does not fit, and the commands that follow."""
    named = "; ".join(finding_words(finding) for finding in findings[:MOST])
    more = f"; and {len(findings) - MOST} more" if len(findings) > MOST else ""
    return (
        f"its record is not what was sealed: {named}{more}. Look at all of it: orch record verify {deployment}. Restore a "
        f"copy, or go on with it as it is: {' '.join(_ways_on(deployment, findings))}"
    )


def _ways_on(deployment: str, findings: Sequence[SealFinding]) -> Iterator[str]:
    """The words that accept it: one for the house where the log broke, and one for the record itself."""
    of_log = [each for each in findings if each.code in OF_THE_LOG]
    if of_log:
        yield "orch record accept --log --reason WHY" + ("; then" if len(of_log) < len(findings) else "")
    if len(of_log) < len(findings):
        yield f"orch record accept {command_word(deployment)} --reason WHY"


OF_THE_LOG: frozenset[SealCode] = frozenset(
    {"seal.log_broke", "seal.store_older", "seal.store_forked", "seal.other_store"}
)
"""What is about the log of the store, and is accepted once for all of it."""
