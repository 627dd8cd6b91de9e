"""The port `Repeats` over the database, so that several servers of one store share what was sent."""

from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from orchestrator.adapters.store.database import Database
from orchestrator.adapters.store.faults import translated
from orchestrator.adapters.store.forms import moment_text
from orchestrator.adapters.store.journal import SqlJournal
from orchestrator.adapters.store.team_tables import ANSWERED_REQUESTS as ROWS
from orchestrator.engine.ports import Journal
from orchestrator.engine.repeat_ports import Answer, Begun, NoRepeats, Repeats

KEPT = timedelta(days=1)
"""How long a request is remembered."""
UNDER_WAY = 0
"""The status of a request that is not answered yet."""


def repeats_beside(journal: Journal) -> Repeats:
    """The requests that are remembered in this journal's store."""
    return SqlRepeats(journal.database) if isinstance(journal, SqlJournal) else NoRepeats()


class SqlRepeats(Repeats):
    """One row per request, in one transaction each."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, name: str, request: str, now: datetime) -> Begun:
        """See the port."""
        key = _key(name)
        row = {
            "name": key,
            "request": request,
            "until": moment_text(now + KEPT),
            "status": UNDER_WAY,
            "body": "",
        }

        def act(connection: Connection) -> Begun:
            connection.execute(delete(ROWS).where(ROWS.c.until <= moment_text(now)))
            known = connection.execute(select(ROWS).where(ROWS.c.name == key)).first()
            if known is None:
                connection.execute(insert(ROWS), row)
                return "new"
            if known.request != request:
                return "other_request"
            return "under_way" if known.status == UNDER_WAY else Answer(known.status, known.body)

        with translated("Whether a request was sent before cannot be read"):
            try:
                return self._database.write(act)
            except IntegrityError:
                # Another server began it meanwhile.
                return "under_way"

    def end(self, name: str, answer: Answer | None) -> None:
        """See the port."""
        mine = ROWS.c.name == _key(name)

        def act(connection: Connection) -> None:
            if answer is None:
                connection.execute(delete(ROWS).where(mine))
            else:
                connection.execute(update(ROWS).where(mine).values(status=answer.status, body=answer.body))

        with translated("What was answered cannot be kept"):
            self._database.write(act)


def _key(name: str) -> str:
    return sha256(name.encode("utf-8", "replace")).hexdigest()
