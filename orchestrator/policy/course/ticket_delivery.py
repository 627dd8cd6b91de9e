"""What is owed to a change ticket at the end of its deployment, in sentences with the command for it."""

from collections.abc import Iterator

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.policy.telling.words.ticket_words import TROUBLE_WORDS


def ticket_sentences(d: Deployment) -> Iterator[str]:
    """Whether the ticket says how the deployment ended; nothing where it has none, or has not ended."""
    ticket = d.ticket
    if d.receipt_owed:
        trouble = ticket.owed.trouble if ticket.owed is not None else None
        why = f": {TROUBLE_WORDS[trouble]}" if trouble is not None else ""
        yield f"The result is owed to change ticket {ticket.number}{why} (orch change deliver {d.id})."
    elif d.over and ticket.delivered is not None and ticket.delivered_at is not None:
        how = "closed" if ticket.delivered.did == "closed" else "told the result, and not closed by orch"
        when = f"{ticket.delivered_at:%Y-%m-%d %H:%M} UTC"
        yield f"Change ticket {ticket.delivered.number} was {how}, {when}: {ticket.delivered.result}."
