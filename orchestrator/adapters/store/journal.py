"""The journal in a database: SQLite without set-up, or the database at a URL, with the same statements."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, Text, cast, func, insert, select
from sqlalchemy.exc import IntegrityError

from orchestrator.adapters.store.caches.changes import changes
from orchestrator.adapters.store.caches.condensed_events import condensed_of, keep_read, keep_written, rows_of
from orchestrator.adapters.store.caches.folds import Mark, briefs, keep, progress
from orchestrator.adapters.store.claim import Claims, FileClaim
from orchestrator.adapters.store.cmdb.rows import write_updates
from orchestrator.adapters.store.database import ROOMY, Database, FileDatabase, never
from orchestrator.adapters.store.disk import Relief, no_relief
from orchestrator.adapters.store.disposal.rows import has_disposals
from orchestrator.adapters.store.faults import translated
from orchestrator.adapters.store.forms import moment_text, revived, stored
from orchestrator.adapters.store.gaps import first_events, refuse_gap
from orchestrator.adapters.store.guest import GuestDatabase
from orchestrator.adapters.store.postgresql import shown
from orchestrator.adapters.store.private import private_directory
from orchestrator.adapters.store.seals.sealing import Sealed, clear_the_way, seal
from orchestrator.adapters.store.shared_claim import ORDINARY_CLAIMS, ClaimTerms, SharedClaim, SharedClaims
from orchestrator.adapters.store.tables import EVENTS
from orchestrator.adapters.store.traces import attempts_beside, refuse_if_all_are_gone
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.brief import Brief
from orchestrator.domain.journal.condensed import Condensed, condensed
from orchestrator.domain.journal.events import HOUSE, VERSION, Event, Recorded
from orchestrator.domain.journal.raw_event import RawEvent
from orchestrator.domain.seal.entries import StoredEvent
from orchestrator.domain.text.model_base import Name
from orchestrator.engine.journal_changes import Changes, Position
from orchestrator.engine.lease_ports import LeaseSeen
from orchestrator.engine.ports import Clock, DriverClaim, Journal, Progress, Proof
from orchestrator.engine.seal_ports import SealKeys
from orchestrator.errors import Conflict, StoreFault

FILE = "journal.sqlite"
PATIENCE = 15.0
"""Seconds to wait for another process's lock; locks last at most one transaction."""

_DAMAGED_ROW = "its row is damaged. Copy the journal, then restore it from a backup."
_NAME: TypeAdapter[str] = TypeAdapter(Name)


class SqlJournal(Journal):
    """Events in one table; the key (deployment, seq) gives each number to only one writer."""

    def __init__(  # noqa: PLR0913 - tests choose patience and room
        self,
        directory: Path,
        clock: Clock,
        *,
        url: str | None = None,
        patience: float = PATIENCE,
        relief: Relief = no_relief,
        roomy_above: int = ROOMY,
        seal_keys: SealKeys | None = None,
        late: bool = False,
        backed_up: bool = False,
        guest: bool = False,
        claims: ClaimTerms = ORDINARY_CLAIMS,
    ) -> None:
        """Opens `journal.sqlite` in the directory, or the database at the URL; creates the tables if they are missing.

        `late`: where there is no such directory, it is made with the first append and not before. `backed_up`: older tables
        at the URL may be upgraded; those of a file are, after a copy of it was made. `guest`: the file is somebody else's, and
        is only read.

        `relief` frees space on a full disk. Folds are kept while more than `roomy_above` bytes are free.
        Without `seal_keys` nothing is sealed, as in tests of other things. `claims`: on a server. Raises StoreFault.
        """
        self._clock = clock
        self._seal_keys = seal_keys
        self._sealed: Sealed | None = None
        self._mark: Mark = seal_keys.mark if seal_keys is not None else _no_mark
        self._directory = directory
        self._file = None if url else directory / FILE
        self._claims = directory / "drivers"
        with translated(f"The journal {shown(url) if url else directory / FILE} cannot be opened"):
            if not guest and (not late or directory.exists()):
                private_directory(directory)
            file = directory / FILE
            self.database: Database = (
                Database.at_url(url, backed_up=backed_up, file=file)
                if url
                else GuestDatabase(file)
                if guest
                else FileDatabase(file, patience, relief, roomy_above=roomy_above, late=late)
            )
        self._fences: dict[str, SharedClaim] = {}
        self._shared = SharedClaims(self.database, clock, claims) if self.database.shared else None

    def append(
        self, deployment: str, expected_seq: int, events: Sequence[Event], proof: Proof | None = None
    ) -> list[Recorded]:
        """One transaction; the events' time is taken when it is this writer's turn."""

        def act(connection: Connection) -> list[Recorded]:
            self._refuse_zombie(connection, deployment, expected_seq)
            records = _records(deployment, expected_seq, events, self._clock.now())
            learnt = proof(records) if proof is not None else ()
            try:
                if records:
                    rows = [_row(record) for record in records]
                    connection.execute(insert(EVENTS), rows)
                    keep_written(self.database, connection, records, self._mark)
                    if self.database.roomy():  # else whoever asks for the CMDB next makes it from the events
                        write_updates(connection, learnt)
            except IntegrityError:
                raise _conflict(deployment, expected_seq) from None
            if records and self._seal_keys is not None:
                sealed.append(self._seal(connection, self._seal_keys, [StoredEvent(**row) for row in rows]))
            return records

        sealed: list[Sealed] = []
        with translated(f"Nothing was appended to the journal {self.database.place}"):
            appended = self.database.write(act, of=deployment)
        if self._seal_keys is not None and sealed:
            self._sealed = sealed[-1]
            self._seal_keys.keep(self._sealed.log.note)
        return appended

    def read(self, deployment: str, after: int = 0, *, most: int | None = None) -> list[Recorded]:
        """Converts events of earlier versions to the present form. Raises StoreFault for an event that cannot be read."""
        wanted = (
            select(EVENTS.c.seq, EVENTS.c.at, EVENTS.c.version, EVENTS.c.body)
            .where(EVENTS.c.deployment == deployment, EVENTS.c.seq > after)
            .order_by(EVENTS.c.seq)
            .limit(most)
        )
        with translated(f"The journal {self.database.place} cannot be read"):
            rows = self.database.look(lambda connection: connection.execute(wanted).all())
        refuse_gap(deployment, [row.seq for row in rows], after, self.database.place)
        return [self._recorded(deployment, *row) for row in rows]

    def read_raw(self, deployment: str) -> list[RawEvent]:
        """One statement."""
        columns = (EVENTS.c.at, EVENTS.c.kind, EVENTS.c.body)
        of_it = select(*(cast(column, Text) for column in columns)).where(EVENTS.c.deployment == deployment)
        wanted = of_it.order_by(EVENTS.c.seq)
        with translated(f"The journal {self.database.place} cannot be read"):
            rows = self.database.look(lambda connection: connection.execute(wanted).all())
        return [RawEvent(*(value or "" for value in row)) for row in rows]

    def read_condensed(self, deployment: str, after: int = 0) -> list[Condensed]:
        """Uses the condensed forms that were cached when long events were appended; caches missing ones."""
        with translated(f"The journal {self.database.place} cannot be read"):
            rows = self.database.look(lambda connection: rows_of(connection, deployment, after))
        refuse_gap(deployment, [row.seq for row in rows], after, self.database.place)
        try:
            records = [condensed_of(deployment, row, self._mark) for row in rows]
        except (StoreFault, ValueError):
            return [condensed(record) for record in self.read(deployment, after)]
        keep_read(self.database, deployment, rows, records, self._mark)
        return records

    def deployments(self) -> list[str]:
        """Sorted by the time of the first event, then by id, both descending."""
        # Sorted in Python, because databases differ in how they sort text.
        with translated(f"The journal {self.database.place} cannot be read"):
            rows = self.database.look(first_events)
            names = [name for _, name in sorted(rows, reverse=True) if name != HOUSE]
            if not names and self._file is not None and not self.database.look(has_disposals):
                refuse_if_all_are_gone(self._file)
        return names

    def attempts_beside(self) -> frozenset[str]:
        """By the names in `attempts` and `begun`."""
        with translated(f"The attempts in {self._directory} cannot be listed"):
            return attempts_beside(self._directory)

    def progress(self, deployments: Sequence[str]) -> Mapping[str, Progress]:
        """Two statements for a few hundred deployments."""
        with translated(f"The journal {self.database.place} cannot be read"):
            return self.database.look(lambda connection: progress(connection, deployments, self._mark))

    def briefs(self) -> Mapping[str, Brief]:
        """One statement for any number of deployments."""
        with translated(f"The journal {self.database.place} cannot be read"):
            return self.database.look(lambda connection: briefs(connection, self._mark))

    def keep(self, deployments: Sequence[Deployment]) -> None:
        """One transaction; skipped if the database is not writable or the disk has little space."""
        keep(self.database, deployments, self._mark)

    def changes(self, since: Position | None) -> Changes | None:
        """By the log, where this journal is sealed."""
        if self._seal_keys is None:
            return None
        with translated(f"The log of {self.database.place} cannot be read"):
            return self.database.look(lambda connection: changes(connection, since))

    def drive_alone(self, deployment: str) -> DriverClaim:
        """A file lock on `drivers/DEPLOYMENT` in the directory; with a shared database server, also a lease there."""
        path = self._claims / _NAME.validate_python(deployment)
        with translated(f"{deployment} cannot be claimed"), ExitStack() as claims:
            private_directory(self._claims)
            file = claims.enter_context(FileClaim(path, deployment, self._clock.now()))
            each: list[DriverClaim] = [file]
            if self._shared is not None:
                claim = claims.enter_context(self._shared.take(deployment, file.place))
                each.append(claim)
                self._fences[deployment] = claim
                claims.callback(self._no_more, deployment)
                self.database.patient = claim.patient
            return Claims(claims.pop_all(), each)

    def claim(self, deployment: str) -> LeaseSeen | None:
        """What the server has of it; a file lock tells nothing of its holder."""
        return None if self._shared is None else self._shared.look(deployment)

    def _no_more(self, deployment: str) -> None:
        """A claim ends: who holds none waits for no server."""
        self._fences.pop(deployment, None)
        if not self._fences:
            self.database.patient = never

    def close(self) -> None:
        """Close the connections; a later use opens new ones."""
        if self._seal_keys is not None and self._sealed is not None:
            self._seal_keys.keep(self._sealed.log.note, at_once=True)
        self.database.close()

    def _refuse_zombie(self, connection: Connection, deployment: str, expected_seq: int) -> None:
        """Raises Conflict for a driver that was taken over, and where somebody wrote."""
        if deployment in self._fences:
            self._fences[deployment].refuse_if_taken(connection)
        last = connection.scalar(select(func.max(EVENTS.c.seq)).where(EVENTS.c.deployment == deployment))
        if (last or 0) != expected_seq:
            raise _conflict(deployment, expected_seq)

    def _seal(self, connection: Connection, keys: SealKeys, events: list[StoredEvent]) -> Sealed:
        try:
            with connection.begin_nested():
                return seal(connection, keys, events, self._sealed)
        except IntegrityError:
            clear_the_way(connection, keys, events)
            return seal(connection, keys, events, None)

    def _recorded(self, deployment: str, seq: int, at: str, version: int, body: str) -> Recorded:
        try:
            return Recorded.model_validate(
                {"deployment": deployment, "seq": seq, "at": at, "event": revived(body, version)}
            )
        except (StoreFault, ValidationError) as fault:
            reason = fault if isinstance(fault, StoreFault) else _DAMAGED_ROW
            raise StoreFault(
                f"Event {seq} of {deployment} in {self.database.place} cannot be read: {reason}"
            ) from fault


def _no_mark(content: bytes) -> bytes:
    return b""


def _records(deployment: str, last: int, events: Sequence[Event], now: datetime) -> list[Recorded]:
    return [
        Recorded(deployment=deployment, seq=seq, at=now, event=event)
        for seq, event in enumerate(events, start=last + 1)
    ]


def _row(record: Recorded) -> dict[str, Any]:
    return {
        "deployment": record.deployment,
        "seq": record.seq,
        "at": moment_text(record.at),
        "version": VERSION,
        "kind": record.event.kind,
        "body": stored(record.event),
    }


def _conflict(deployment: str, expected_seq: int) -> Conflict:
    return Conflict(
        f"{deployment}: event {expected_seq} is not the last one on the journal, so somebody else wrote. "
        "Nothing was appended; look at what was written and decide anew."
    )
