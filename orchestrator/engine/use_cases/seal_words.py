"""The words by which a person goes on with a record, or with the log of the store, as it is."""

from collections.abc import Sequence

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import HOUSE
from orchestrator.domain.seal.findings import SealFinding
from orchestrator.engine.house_journal import append_to_house
from orchestrator.engine.lookup.seal_check import accepted_breaks, broken_seal
from orchestrator.engine.ports import Ports
from orchestrator.engine.speaking import speak_about
from orchestrator.engine.use_cases.deployment_commands import signal
from orchestrator.errors import Refused


def accept(ports: Ports, d: Deployment, *, by: str, reason: str) -> Sequence[SealFinding]:
    """Put on the journal that a person accepts what does not fit. Raises Refused where there is nothing of it."""
    broken = _something(ports, d.id)
    signal(ports, d.id, e.SealAccepted(damage=_damage(broken), by=by, reason=reason))
    return broken


def refuse_other_damage(ports: Ports, deployment: str, event: e.SealAccepted) -> None:
    """A word that was made elsewhere accepts what is found here now, and nothing that may yet be done to the record.

    Raises Refused.
    """
    there_now = {(finding.code, finding.event) for finding in broken_seal(ports, deployment)}
    given = {(damage.code, damage.event) for damage in event.damage}
    if not given or not given <= there_now:
        raise Refused(
            f"What the word accepts is not what is found of {deployment} now: have its record verified, and say it of that. "
            "Nothing was recorded."
        )


def accept_house(ports: Ports, *, by: str, reason: str) -> Sequence[SealFinding]:
    """The same of the record of the house, which no deployment has."""
    broken = _something(ports, HOUSE)
    event = e.SealAccepted(damage=_damage(broken), by=by, reason=reason)
    append_to_house(ports.journal, speak_about(ports, event, "seal", HOUSE, None))
    return broken


def accept_log(ports: Ports, *, by: str, reason: str) -> int:
    """Accept once that the log of the store did not fit; it is begun anew if that has not happened yet.

    It counts for every deployment that was in it, and for no tree that broke itself. The number of the break is returned.
    Raises Refused where nobody has to accept anything.
    """
    look = ports.seals.log_look()
    if not look.findings and accepted_breaks(ports) >= look.breaks:
        raise Refused("The log of the store is what was signed, or was accepted: there is nothing to accept.")
    if look.findings:
        # Any append would do so; the word must name the break that it is about.
        ports.seals.begin_anew()
    number = ports.seals.log_look().breaks
    event = e.LogAccepted(breaks=number, damage=_damage(look.findings), by=by, reason=reason)
    append_to_house(ports.journal, speak_about(ports, event, "seal", HOUSE, None))
    return number


def _something(ports: Ports, name: str) -> tuple[SealFinding, ...]:
    broken = broken_seal(ports, name)
    if not broken:
        raise Refused(f"{name} is what was sealed, or was accepted: there is nothing to accept.")
    return broken


def _damage(findings: Sequence[SealFinding]) -> tuple[e.DamageHere, ...]:
    return tuple(e.DamageHere(code=finding.code, event=finding.event) for finding in findings)
