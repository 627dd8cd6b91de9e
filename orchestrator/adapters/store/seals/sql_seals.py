"""The port `Seals` over the database: looks at everything, changes nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from orchestrator.adapters.store.database import Database
from orchestrator.adapters.store.faults import translated
from orchestrator.adapters.store.forms import moment_text
from orchestrator.adapters.store.journal import SqlJournal
from orchestrator.adapters.store.seals.beside import beside
from orchestrator.adapters.store.seals.disposed import disposal_of, of_leaves
from orchestrator.adapters.store.seals.log import (
    Log,
    begun_anew,
    first_number,
    heads_in,
    is_in_log,
    log_of,
    new_log,
    newest_head,
    proof_of,
    write_log,
)
from orchestrator.adapters.store.seals.log_rows import LogRows, nodes_against, rows_of
from orchestrator.adapters.store.seals.raw_values import text
from orchestrator.adapters.store.seals.sealing import events_of, leaves_of
from orchestrator.adapters.store.tables import EVENTS, SEAL_LOG
from orchestrator.domain.seal.entries import Head, StoredEvent
from orchestrator.domain.seal.findings import SealFinding, SealLook
from orchestrator.domain.seal.merkle import Tree
from orchestrator.engine.ports import Clock, Journal
from orchestrator.engine.seal_ports import (
    LogLook,
    NoSeals,
    SealedEvent,
    SealedEvents,
    SealKeys,
    Seals,
    WholeLog,
)
from orchestrator.errors import StoreFault

Leaves = Mapping[int, tuple[bytes | None, bytes]]


def seals_beside(journal: Journal, keys: SealKeys, clock: Clock) -> Seals:
    """The seals over this journal."""
    return SqlSeals(journal.database, keys, clock) if isinstance(journal, SqlJournal) else NoSeals()


class SqlSeals(Seals):
    """One read transaction for each call."""

    def __init__(self, database: Database, keys: SealKeys, clock: Clock) -> None:
        self._database, self._keys, self._clock = database, keys, clock

    def looks(self, deployments: Sequence[str]) -> list[SealLook]:
        """The rows of the whole log are hashed too: a head that was replaced by an older one is found at once."""

        # What is beside the store is read first: another process may append between the two.
        kept = self._keys.kept()

        def ask(connection: Connection) -> list[SealLook]:
            log = log_of(connection, self._keys)
            of_store = [*beside(connection, self._keys, log, kept), *_of_checkpoint(log)]
            rows = rows_of(connection, log) if log is not None else LogRows()
            return [_looked(connection, log, of_store, rows, name) for name in deployments]

        with translated(f"The seals in {self._database.place} cannot be read"):
            return self._database.look(ask)

    def look_alone(self, deployment: str, size: int) -> SealLook:
        """See the port."""
        kept = self._keys.kept()

        def ask(connection: Connection) -> SealLook:
            log = log_of(connection, self._keys)
            of_store = [*beside(connection, self._keys, log, kept), *_of_checkpoint(log)]
            look = _looked(connection, log, of_store, LogRows(), deployment)
            older = look.size < size and not any(each.code == "seal.none" for each in look.findings)
            return replace(look, findings=(*look.findings, SealFinding("seal.head_older"))) if older else look

        with translated(f"The seals in {self._database.place} cannot be read"):
            return self._database.look(ask)

    def log_look(self) -> LogLook:
        """See the port."""
        kept = self._keys.kept()

        def ask(connection: Connection) -> LogLook:
            log = log_of(connection, self._keys)
            findings = [*beside(connection, self._keys, log, kept), *_of_checkpoint(log)]
            if log is None:
                return LogLook(findings=tuple(findings))
            rows = rows_of(connection, log)
            of_rows = [*rows.against(""), *rows.elsewhere("")]
            findings += of_rows or nodes_against(connection, log)
            return LogLook(log.breaks, log.tree.size, tuple(findings))

        with translated(f"The seals in {self._database.place} cannot be read"):
            return self._database.look(ask)

    def begin_anew(self) -> None:
        """See the port."""

        def act(connection: Connection) -> str:
            log = begun_anew(connection, log_of(connection, self._keys) or new_log())
            return write_log(connection, self._keys, log, moment_text(self._clock.now())).note

        with translated(f"The seals in {self._database.place} cannot be written"):
            note = self._database.write(act)
        self._keys.keep(note, at_once=True)

    def known(self) -> list[str]:
        """See the port."""
        of_log, of_events = select(SEAL_LOG.c.deployment).distinct(), select(EVENTS.c.deployment).distinct()
        with translated(f"The seals in {self._database.place} cannot be read"):
            return self._database.look(
                lambda connection: sorted(
                    {text(name) for names in (of_log, of_events) for name in connection.scalars(names)}
                )
            )

    def sealed(self, deployment: str) -> SealedEvents | None:
        """See the port."""
        with translated(f"The seals in {self._database.place} cannot be read"):
            return self._database.look(lambda connection: self._sealed(connection, deployment))

    def log(self) -> WholeLog | None:
        """See the port."""

        def ask(connection: Connection) -> WholeLog | None:
            log = log_of(connection, self._keys)
            heads = [head for _, head in heads_in(connection)]
            return None if log is None else WholeLog(heads, log.note)

        with translated(f"The seals in {self._database.place} cannot be read"):
            return self._database.look(ask)

    def signed_anew(self, change: Callable[[], object]) -> None:
        """See the port."""

        def act(connection: Connection) -> str:
            log = log_of(connection, self._keys)
            if log is not None and log.fault is not None:
                raise StoreFault(f"The log of the store does not fit ({log.fault}): orch record verify")
            change()
            now = self._clock.now()
            return write_log(connection, self._keys, log, moment_text(now)).note if log is not None else ""

        with translated(f"The seals in {self._database.place} cannot be written"):
            note = self._database.write(act)
        if note:
            self._keys.keep(note, at_once=True)

    def _sealed(self, connection: Connection, deployment: str) -> SealedEvents | None:
        log, newest = log_of(connection, self._keys), newest_head(connection, deployment)
        if log is None or newest is None or not 0 <= newest[0] < log.tree.size:
            return None
        number, head = newest
        proof = proof_of(connection, log, number)
        events = {each.seq: each for each in events_of(connection, deployment)}
        sealed = [
            SealedEvent(seq, leaf, events.get(seq) if salt is not None else None, salt)
            for seq, (salt, leaf) in leaves_of(connection, deployment).items()
        ]
        return SealedEvents(sealed, head, number, proof, log.note)


def _looked(
    connection: Connection, log: Log | None, of_store: Sequence[SealFinding], rows: LogRows, deployment: str
) -> SealLook:
    """One deployment, with what was found of the store that it is in."""
    if log is None:
        return SealLook(deployment, (*of_store, SealFinding("seal.none")))
    events, findings = events_of(connection, deployment), [*of_store]
    newest = newest_head(connection, deployment)
    if newest is None:
        findings += rows.against(deployment) if events else ()
        findings.append(SealFinding("seal.head_missing" if events else "seal.none"))
        return SealLook(deployment, tuple(findings), log_size=log.tree.size, key=log.key)
    number, head = newest
    findings += rows.against(deployment)
    if not is_in_log(connection, log, number, head):
        findings.append(SealFinding("seal.head_changed"))
    leaves = leaves_of(connection, deployment)
    disposal = disposal_of(connection, log, head, events, leaves, _of_events)
    findings += _of_events(events, leaves, head) if disposal is None else of_leaves(leaves, head)
    findings += _of_breaks(connection, log, head)
    return SealLook(
        deployment,
        tuple(findings),
        head.size,
        head.root,
        head.late,
        head.breaks,
        log.tree.size,
        log.key,
        elsewhere=tuple(rows.elsewhere(deployment)),
        disposal=disposal,
    )


def _of_checkpoint(log: Log | None) -> Iterator[SealFinding]:
    if log is not None and log.fault is not None:
        yield SealFinding(log.fault)


def _of_breaks(connection: Connection, log: Log, head: Head) -> Iterator[SealFinding]:
    """What was begun anew says so for ever: the deployment's own tree, or the log that it was in."""
    if head.breaks:
        yield SealFinding("seal.break_recorded", detail=str(head.breaks))
    if log.anew and first_number(connection, head.deployment) < log.anew:
        yield SealFinding("seal.log_broke", detail=str(log.breaks))


def _of_events(events: Sequence[StoredEvent], leaves: Leaves, head: Head) -> Iterator[SealFinding]:
    """Each event gives its leaf, the leaves give the root, and there is neither one more nor one less."""
    by_number = {event.seq: event for event in events}
    tree = Tree()
    # A size that somebody wrote there may be any number: one beyond what is there is enough to say so.
    last = min(head.size, max((*by_number, *leaves), default=0) + 1)
    for seq in range(1, last + 1):
        event, (salt, leaf) = by_number.get(seq), leaves.get(seq, (None, b""))
        if not leaf:
            yield SealFinding("seal.leaf_missing", seq)
        elif event is None:
            yield SealFinding("seal.event_missing", seq)
        elif salt is None or event.leaf(salt) != leaf:
            yield SealFinding("seal.event_changed", seq)
        tree = tree.grown(leaf)
    if tree.root != head.root:
        yield SealFinding("seal.head_changed", detail="the leaves give another root")
    strange = {seq for seq in (*by_number, *leaves) if not 1 <= seq <= head.size}
    yield from (SealFinding("seal.event_added", max(seq, 0)) for seq in sorted(strange))
