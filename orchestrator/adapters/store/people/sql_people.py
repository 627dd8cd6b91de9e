"""The port `PeopleStore` over the database of the journal."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from orchestrator.adapters.store.database import Database
from orchestrator.adapters.store.faults import translated
from orchestrator.adapters.store.forms import moment_text
from orchestrator.adapters.store.journal import SqlJournal
from orchestrator.adapters.store.team_tables import LOGIN_TRIES, MARKS, PASSWORDS, REFUSALS
from orchestrator.domain.authority.login_try import LoginTry
from orchestrator.engine.people_ports import (
    KEPT_REFUSALS,
    KEPT_TRIES,
    Mark,
    MarkKind,
    NoPeopleStore,
    PeopleStore,
    RefusalSeen,
)
from orchestrator.engine.ports import Journal

TRIES_LAST = timedelta(days=1)
SLACK = 500
"""Refusals beyond the limit before the oldest are removed."""


def people_beside(journal: Journal) -> PeopleStore:
    """What lets people in, in this journal's store."""
    return SqlPeople(journal.database) if isinstance(journal, SqlJournal) else NoPeopleStore()


class SqlPeople(PeopleStore):
    """One transaction for each question."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._unreadable = f"Who may come in cannot be read in {database.place}"
        self._unwritable = f"Who may come in cannot be written in {database.place}"

    def password(self, login: str) -> str | None:
        """See the port."""
        asked = select(PASSWORDS.c.digest).where(PASSWORDS.c.login == login)
        with translated(self._unreadable):
            return cast("str | None", self._database.look(lambda connection: connection.scalar(asked)))

    def keep_password(self, login: str, digest: str | None) -> None:
        """See the port."""

        def act(connection: Connection) -> None:
            connection.execute(delete(PASSWORDS).where(PASSWORDS.c.login == login))
            if digest is not None:
                connection.execute(insert(PASSWORDS).values(login=login, digest=digest))

        self._write(act)

    def mark(self, digest: str, kind: MarkKind) -> Mark | None:
        """See the port."""
        asked = select(MARKS).where(MARKS.c.digest == digest, MARKS.c.kind == kind)
        with translated(self._unreadable):
            row = self._database.look(lambda connection: connection.execute(asked).first())
            return None if row is None else _mark(row)

    def marks(self, kind: MarkKind, login: str) -> Sequence[Mark]:
        """See the port."""
        asked = select(MARKS).where(MARKS.c.login == login, MARKS.c.kind == kind).order_by(MARKS.c.at.desc())
        with translated(self._unreadable):
            return self._database.look(lambda connection: [_mark(row) for row in connection.execute(asked)])

    def add(self, mark: Mark) -> None:
        """See the port."""
        moments = {"at": mark.at, "seen": mark.seen, "ends": mark.ends}
        row = {**mark._asdict(), **{name: moment_text(at) for name, at in moments.items()}}
        self._write(lambda connection: connection.execute(insert(MARKS), row))

    def touch(self, digest: str, at: datetime) -> None:
        """See the port."""
        seen = update(MARKS).where(MARKS.c.digest == digest).values(seen=moment_text(at))
        self._write(lambda connection: connection.execute(seen))

    def take(self, digest: str, kind: MarkKind) -> Mark | None:
        """See the port."""
        whose = (MARKS.c.digest == digest, MARKS.c.kind == kind)

        def act(connection: Connection) -> Mark | None:
            row = connection.execute(select(MARKS).where(*whose)).first()
            gone = connection.execute(delete(MARKS).where(*whose)).rowcount
            return _mark(row) if row is not None and gone else None

        with translated(self._unwritable):
            return self._database.write(act)

    def remove_all(self, kind: MarkKind, login: str, *, but: str = "") -> None:
        """See the port."""
        whose = (MARKS.c.login == login, MARKS.c.kind == kind, MARKS.c.digest != but)
        self._write(lambda connection: connection.execute(delete(MARKS).where(*whose)))

    def keep_newest(self, kind: MarkKind, most: int) -> None:
        """See the port."""
        of_kind = MARKS.c.kind == kind
        newest = (
            select(MARKS.c.digest)
            .where(of_kind)
            .order_by(MARKS.c.at.desc(), MARKS.c.digest)
            .limit(most)
            .subquery()
        )

        def act(connection: Connection) -> None:
            number = connection.scalar(select(func.count()).select_from(MARKS).where(of_kind)) or 0
            if number > most:
                kept = select(newest.c.digest)
                connection.execute(delete(MARKS).where(of_kind, MARKS.c.digest.not_in(kept)))

        self._write(act)

    def tries(self, since: datetime) -> Sequence[LoginTry]:
        """See the port."""
        asked = (
            select(LOGIN_TRIES)
            .where(LOGIN_TRIES.c.at >= moment_text(since))
            .order_by(LOGIN_TRIES.c.number.desc())
        )
        with translated(self._unreadable):
            return self._database.look(
                lambda connection: [_try(row) for row in connection.execute(asked.limit(KEPT_TRIES))]
            )

    def note_try(self, made: LoginTry) -> None:
        """See the port."""
        old = delete(LOGIN_TRIES).where(LOGIN_TRIES.c.at < moment_text(made.at - TRIES_LAST))
        row = {**made._asdict(), "at": moment_text(made.at), "good": int(made.good)}

        def act(connection: Connection) -> None:
            connection.execute(old)
            connection.execute(insert(LOGIN_TRIES), row)

        self._write(act)

    def refusals(self, most: int) -> Sequence[RefusalSeen]:
        """See the port."""
        asked = select(REFUSALS).order_by(REFUSALS.c.number.desc()).limit(min(most, KEPT_REFUSALS))
        with translated(self._unreadable):
            return self._database.look(
                lambda connection: [_refusal(row) for row in connection.execute(asked)]
            )

    def note_refusal(self, refusal: RefusalSeen) -> None:
        """See the port."""
        row = {**refusal._asdict(), "at": moment_text(refusal.at)}

        def act(connection: Connection) -> None:
            connection.execute(insert(REFUSALS), row)
            last = connection.scalar(select(func.max(REFUSALS.c.number))) or 0
            if last % SLACK == 0:
                connection.execute(delete(REFUSALS).where(REFUSALS.c.number <= last - KEPT_REFUSALS))

        self._write(act)

    def sweep(self, now: datetime) -> None:
        """See the port."""
        self._write(
            lambda connection: connection.execute(delete(MARKS).where(MARKS.c.ends <= moment_text(now)))
        )

    def _write(self, act: Callable[[Connection], object]) -> None:
        with translated(self._unwritable):
            self._database.write(act)


def _mark(row: Row[tuple[object, ...]]) -> Mark:
    at, seen, ends = (datetime.fromisoformat(text) for text in (row.at, row.seen, row.ends))
    return Mark(row.digest, row.kind, row.login, at, seen, ends, row.body)


def _try(row: Row[tuple[object, ...]]) -> LoginTry:
    return LoginTry(datetime.fromisoformat(row.at), row.name, row.place, bool(row.good))


def _refusal(row: Row[tuple[object, ...]]) -> RefusalSeen:
    at = datetime.fromisoformat(row.at)
    return RefusalSeen(at, row.login, row.address, row.method, row.path, row.right, row.why)
