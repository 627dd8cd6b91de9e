"""A person accepts what an audit found otherwise than recorded: from then on that is what is expected there."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from orchestrator.domain.journal.events import HOUSE, DriftAccepted
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.house_journal import append_to_house
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.engine.ports import Ports
from orchestrator.engine.project_folder import folder
from orchestrator.engine.speaking import speak_about
from orchestrator.errors import NotFound, Refused
from orchestrator.policy.evidence.audit_history import AuditHistory, KnownFinding, history_of


def accept(
    ports: Ports, host: str, items: Sequence[str], *, by: str, reason: str, environment: str | None = None
) -> tuple[KnownFinding, ...]:
    """Put the words on the journal of the house, all or none; signed where the project that deployed there trusts keys.

    `items`: as the audit names them, such as `file /etc/shop.conf`. Raises NotFound where no such finding is open, Refused.
    """
    open_ones = [
        each
        for each in history_of(ports.journal.read(HOUSE)).open.values()
        if environment in (None, each.environment)
    ]
    findings = tuple(_open_finding(open_ones, host, item) for item in dict.fromkeys(items))
    words = [_word(ports, known, by, reason) for known in findings]
    append_to_house(ports.journal, *words)
    return findings


def _word(ports: Ports, known: KnownFinding, by: str, reason: str) -> DriftAccepted:
    """The word on one finding. The capture must be there: it says what is accepted."""
    ports.baselines.get(known.finding.capture)
    event = DriftAccepted(
        audit=known.audit,
        host=known.host,
        machine_id=known.machine_id,
        item_kind=known.finding.kind,
        item_name=known.finding.name,
        capture=known.finding.capture,
        by=by,
        reason=reason,
    )
    return speak_about(ports, event, "drift", HOUSE, _project_of(ports, known))


def _open_finding(findings: Iterable[KnownFinding], host: str, item: str) -> KnownFinding:
    of_host = [each for each in findings if each.host == host]
    exactly = [each for each in of_host if each.finding.item == item]
    shown_so = exactly or [each for each in of_host if plain(each.finding.item) == plain(item)]
    if len(shown_so) == 1:
        return shown_so[0]
    if shown_so:
        raise Refused(
            f"{len(shown_so)} open findings on {host} read like that; name its --environment, or put them right there."
        )
    if of_host:
        items = ", ".join(f"'{plain(each.finding.item)}'" for each in of_host[:10])
        more = f" and {len(of_host) - 10} more" if len(of_host) > 10 else ""
        raise NotFound(
            f"No open finding on {plain(host)} is about {plain(item)}; open there are {items}{more}."
        )
    raise NotFound(f"No finding is open on {plain(host)}; orch cmdb audit looks at it now.")


def project_of(ports: Ports, history: AuditHistory, event: DriftAccepted) -> Path:
    """The project whose keys count for a word on a finding. Raises NotFound where no such finding is open."""
    for known in history.open.values():
        named = (known.host, known.finding.kind, known.finding.name)
        if named == (event.host, event.item_kind, event.item_name) and known.audit == event.audit:
            return _project_of(ports, known)
    raise NotFound(f"No finding of {plain(event.audit)} on {plain(event.host)} is open about that item.")


def _project_of(ports: Ports, known: KnownFinding) -> Path:
    return folder(folded(ports.journal, known.finding.deployment).project)
