"""Events that are missing: the numbers of a deployment's events begin with 1 and have no gap."""

from collections.abc import Iterable

from sqlalchemy import Connection, and_, func, select

from orchestrator.adapters.store.tables import EVENTS
from orchestrator.errors import StoreFault


def refuse_gap(deployment: str, numbers: Iterable[int], after: int, place: object) -> None:
    """Raises StoreFault, naming the first missing event, unless the numbers go on from `after` one by one."""
    for expected, number in enumerate(numbers, start=after + 1):
        if number != expected:
            raise StoreFault(
                f"Event {expected} of {deployment} is missing in {place}, and event {number} is there: events were deleted. "
                "Copy the journal, then restore it from a backup."
            )


def first_events(connection: Connection) -> list[tuple[str, str]]:
    """The time of the first event that is there, and the id, of every deployment."""
    begun = connection.execute(select(EVENTS.c.at, EVENTS.c.deployment).where(EVENTS.c.seq == 1)).all()
    first = select(EVENTS.c.deployment, func.min(EVENTS.c.seq).label("seq")).group_by(EVENTS.c.deployment)
    beheaded = first.having(func.min(EVENTS.c.seq) > 1).subquery()
    is_first = and_(EVENTS.c.deployment == beheaded.c.deployment, EVENTS.c.seq == beheaded.c.seq)
    late = connection.execute(select(EVENTS.c.at, EVENTS.c.deployment).join(beheaded, is_first)).all()
    return [(at, name) for at, name in (*begun, *late)]
