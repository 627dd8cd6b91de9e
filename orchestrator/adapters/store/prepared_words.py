"""The port `PreparedWords` over the database, so that several servers of one store share them."""

from datetime import datetime
from hashlib import sha256

from pydantic import ValidationError
from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from orchestrator.adapters.store.database import Database
from orchestrator.adapters.store.faults import translated
from orchestrator.adapters.store.forms import moment_text
from orchestrator.adapters.store.journal import SqlJournal
from orchestrator.adapters.store.team_tables import PREPARED_WORDS as ROWS
from orchestrator.domain.authority.prepared_word import PreparedWord
from orchestrator.engine.ports import Journal
from orchestrator.engine.prepared_ports import NoPreparedWords, PreparedWords
from orchestrator.errors import StoreFault

SENT = "sent"
"""The session of a mark: no session has this digest."""


def prepared_words_beside(journal: Journal) -> PreparedWords:
    """The words that wait for a signature in this journal's store."""
    return SqlPreparedWords(journal.database) if isinstance(journal, SqlJournal) else NoPreparedWords()


class SqlPreparedWords(PreparedWords):
    """One row per word or mark, in one transaction each."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, prepared: PreparedWord, now: datetime) -> None:
        """See the port."""
        row = {
            "number": prepared.number,
            "session": prepared.session,
            "until": moment_text(prepared.until),
            "body": prepared.model_dump_json(),
        }

        def act(connection: Connection) -> None:
            connection.execute(delete(ROWS).where(ROWS.c.until <= moment_text(now)))
            connection.execute(insert(ROWS), row)

        with translated("What is to be signed cannot be kept"):
            self._database.write(act)

    def take(self, number: str, session: str, now: datetime) -> PreparedWord | None:
        """See the port."""
        whose = (ROWS.c.number == number, ROWS.c.session == session, ROWS.c.until > moment_text(now))

        def act(connection: Connection) -> str | None:
            body: str | None = connection.scalar(select(ROWS.c.body).where(*whose))
            taken = connection.execute(delete(ROWS).where(*whose)).rowcount if body is not None else 0
            return body if taken else None

        with translated("What was to be signed cannot be read"):
            body = self._database.write(act)
        try:
            return PreparedWord.model_validate_json(body) if body is not None else None
        except ValidationError:
            raise StoreFault("What was to be signed was damaged in the store. Begin again.") from None

    def first(self, mark: str, until: datetime, now: datetime) -> bool:
        """See the port."""
        name = sha256(mark.encode("utf-8", "replace")).hexdigest()[:32]
        row = {"number": name, "session": SENT, "until": moment_text(until), "body": ""}

        def act(connection: Connection) -> bool:
            connection.execute(delete(ROWS).where(ROWS.c.until <= moment_text(now)))
            known = connection.scalar(
                select(ROWS.c.number).where(ROWS.c.number == name, ROWS.c.session == SENT)
            )
            if known is None:
                connection.execute(insert(ROWS), row)
            return known is None

        with translated("Whether a form was sent before cannot be read"):
            try:
                return self._database.write(act)
            except IntegrityError:
                # Another process remembered it meanwhile.
                return False
