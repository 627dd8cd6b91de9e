"""Tells the change ticket of a deployment how that ended. A ticket system that is down never stops an ending: it is owed."""

import hashlib

from orchestrator.domain.authority.change_ticket import TicketDeed, TicketReceipt
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import Delivered, DeliveryOwed
from orchestrator.domain.journal.lifecycle import OVER, TABLE
from orchestrator.domain.journal.raw_event import RawEvent
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.journal_writer import JournalWriter
from orchestrator.engine.lookup.known_tickets import place_of_deployment
from orchestrator.engine.ports import Journal, Ports
from orchestrator.policy.authority.ticket_reasons import SHOWN
from orchestrator.policy.telling.ticket_receipt import receipt_of

PAUSES = (0.0, 1.0, 3.0)
"""Seconds before each try of the driver at its end."""
ONCE = (0.0,)
_ENDS = frozenset(kind for row in TABLE.values() for kind, state in row.items() if state in OVER)


def deliver_receipt(ports: Ports, journal: JournalWriter, by: str, pauses: tuple[float, ...] = ONCE) -> bool:
    """Deliver what is owed, with a try after each pause. Whether nothing is owed any more.

    The caller holds the claim to drive. What was delivered by a process that died before it said so is found there, and is
    not said twice.
    """
    for pause in pauses:
        if not journal.deployment.receipt_owed:
            return True
        if pause:
            ports.clock.sleep(pause)
        _try(ports, journal, by)
    return not journal.deployment.receipt_owed


def _try(ports: Ports, journal: JournalWriter, by: str) -> None:
    d, ticket = journal.deployment, journal.deployment.plan.approval.ticket
    events, digest = record_digest(ports.journal, d)
    receipt = receipt_of(d, events, digest)
    number = d.ticket.number
    if ticket is None or receipt is None or number is None:
        return
    deed = ports.tickets.deliver(place_of_deployment(d, ticket, number), receipt)
    if deed.trouble is not None:
        _owed(journal, receipt, deed, number, by)
    elif deed.did in ("closed", "noted"):
        words = {"number": number, "result": receipt.result, "did": deed.did, "by": by}
        journal.note(Delivered.model_validate({**words, "events": events, "digest": digest}))


def _owed(journal: JournalWriter, receipt: TicketReceipt, deed: TicketDeed, number: str, by: str) -> None:
    """Record that it is owed, where the last try did not say the same: a timer tries for days."""
    known = journal.deployment.ticket.owed
    if deed.trouble is None or (known is not None and known.trouble == deed.trouble):
        return
    detail = plain(deed.detail, SHOWN)
    journal.note(
        DeliveryOwed(number=number, result=receipt.result, trouble=deed.trouble, detail=detail, by=by)
    )


def record_digest(journal: Journal, d: Deployment) -> tuple[int, str]:
    """How many events lead to the last end of the deployment, and the SHA-256 over them (docs/change-tickets.md)."""
    rows = journal.read_raw(d.id)
    ends = [number for number, row in enumerate(rows, 1) if row.kind in _ENDS]
    events = ends[-1] if ends else len(rows)
    return events, rows_digest(rows[:events])


def rows_digest(rows: list[RawEvent]) -> str:
    """SHA-256 over a line for each event: its number, its kind and its body as it is stored."""
    lines = (f"{number} {row.kind} {row.body}\n" for number, row in enumerate(rows, 1))
    return hashlib.sha256("".join(lines).encode()).hexdigest()
