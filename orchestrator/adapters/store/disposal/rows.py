"""The rows of one deployment, erased in one transaction: what proves the rest of the log stays."""

from sqlalchemy import Connection, delete, func, select, update

from orchestrator.adapters.store.seals.log import newest_head
from orchestrator.adapters.store.tables import CONDENSED, EVENTS, FOLDS, SEAL_LEAVES
from orchestrator.domain.journal.events import HOUSE
from orchestrator.errors import Conflict


def has_disposals(connection: Connection) -> bool:
    """Whether the house knows of any disposal: then a journal without deployments need not have lost any."""
    of_house = (EVENTS.c.deployment == HOUSE, EVENTS.c.kind == "disposal_begun")
    return connection.execute(select(EVENTS.c.seq).where(*of_house).limit(1)).first() is not None


def erase_rows(connection: Connection, deployment: str, size: int, root: str) -> None:
    """Events, folds, condensed events and salts; leaves and heads stay. Raises Conflict where it is of another size or root."""
    last = connection.scalar(select(func.max(EVENTS.c.seq)).where(EVENTS.c.deployment == deployment))
    if last is not None:
        _refuse_another(connection, deployment, last, size, root)
    for table in (EVENTS, FOLDS, CONDENSED):
        connection.execute(delete(table).where(table.c.deployment == deployment))
    connection.execute(update(SEAL_LEAVES).where(SEAL_LEAVES.c.deployment == deployment).values(salt=None))


def _refuse_another(connection: Connection, deployment: str, last: int, size: int, root: str) -> None:
    newest = newest_head(connection, deployment)
    head = None if newest is None else (newest[1].size, newest[1].root.hex())
    if last != size or head != (size, root):
        raise Conflict(
            f"The record of {deployment} is another one than that which was to be disposed of: somebody wrote. Nothing was "
            f"removed. Look at it: orch record show {deployment}"
        )
