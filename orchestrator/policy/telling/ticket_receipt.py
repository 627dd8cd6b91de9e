"""What a change ticket says of the end of its deployment: facts of the record alone, and nothing that a run or a host said."""

from collections.abc import Iterator
from typing import assert_never

from orchestrator.domain.authority.change_ticket import TicketReceipt, TicketResult
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.lifecycle import Ended, State, end_of
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.telling.summary import counts_words, release_words

S = State
NAMED = 50
"""The most hosts that are named."""
LINE = 2000


def result_of(end: Ended) -> TicketResult | None:
    """How a change ended that led to this end; None where nothing was touched, so that the change may still be made."""
    match end:
        case S.COMPLETED:
            return "successful"
        case S.COMPLETED_WITH_EXCEPTIONS:
            return "successful_issues"
        case S.BACKED_OUT | S.BACKED_OUT_WITH_RESIDUE | S.BACKOUT_FAILED:
            return "unsuccessful"
        case S.REFUSED | S.CANCELLED:
            return None
        case _:
            assert_never(end)


def receipt_of(d: Deployment, events: int, digest: str) -> TicketReceipt | None:
    """What the ticket is told. `digest` is that of the first `events` events; None before the end, or without a result."""
    end = end_of(d.state)
    result = result_of(end) if end is not None else None
    if result is None or d.ended_at is None:
        return None
    marker = f"orch deployment {d.id} ended {d.ended_at:%Y-%m-%d %H:%M:%S} UTC"
    text = "".join(f"{plain(line, LINE)}\n" for line in (marker, *_lines(d, events, digest)))
    return TicketReceipt(marker=marker, result=result, text=text)


def _lines(d: Deployment, events: int, digest: str) -> Iterator[str]:
    yield f"Result: {d.state.value}: {release_words(d)} in {d.plan.resources.environment}, by {d.by}"
    if d.authority.opened_at is not None:
        yield f"Began: {d.authority.opened_at:%Y-%m-%d %H:%M:%S} UTC"
    yield f"Hosts: {counts_words(d, d.hosts)}"
    for wave in d.waves:
        more = f" and {len(wave.hosts) - NAMED} more" if len(wave.hosts) > NAMED else ""
        yield f"{wave.name}: {', '.join(wave.hosts[:NAMED])}{more}"
    yield f"Record: {d.id}, events 1 to {events}, sha256 {digest}"
