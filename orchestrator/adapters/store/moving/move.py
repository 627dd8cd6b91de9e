"""Moves a store from its file to a server, whole and verified; a kill at any moment leaves one store in force."""

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from fcntl import LOCK_NB, LOCK_SH, flock
from pathlib import Path

from sqlalchemy import Connection, inspect, select
from sqlalchemy.dialects.postgresql import insert as insert_on_server

from orchestrator.adapters.store import contents
from orchestrator.adapters.store.database import Database, FileDatabase
from orchestrator.adapters.store.faults import translated
from orchestrator.adapters.store.forms import moment_text
from orchestrator.adapters.store.journal import FILE, PATIENCE
from orchestrator.adapters.store.metadata import METADATA
from orchestrator.adapters.store.moving import rows
from orchestrator.adapters.store.moving.contents_of_home import contents_of_home
from orchestrator.adapters.store.moving.marks import (
    Mark,
    mark_in_file,
    mark_of,
    mark_words,
    place_of,
    remove_mark,
    set_mark,
)
from orchestrator.adapters.store.postgresql import shared_engine, shown_plain, url_of
from orchestrator.adapters.store.seals.sql_seals import SqlSeals
from orchestrator.adapters.store.tables import (
    HOST_LOCKS,
    SCHEMA,
    SEAL_KEYS,
    create_all,
)
from orchestrator.adapters.store.team_tables import STORE_MOVES
from orchestrator.adapters.store.traces import CLAIMS
from orchestrator.engine.ports import Clock
from orchestrator.engine.seal_ports import SealKeys
from orchestrator.errors import NotFound, Refused, StoreFault

_MOST = 5


@dataclass(frozen=True, slots=True)
class Moved:
    """Where a store is now, what went there by table, how many contents, and the file that is kept.

    `finished`: an earlier move had copied everything already.
    """

    place: str
    kept: Path
    tables: dict[str, rows.Counted] = field(default_factory=dict)
    contents: int = 0
    finished: bool = False


class StoreMove:
    """A move of the store of one home. Raises Refused where it is not the time for it, and StoreFault; then nothing moved."""

    def __init__(self, home: Path, url: str, keys: SealKeys, clock: Clock) -> None:
        self._home, self._keys, self._clock = home, keys, clock
        self._file = home / FILE
        self._shown = shown_plain(url)
        with translated(f"The store {self._shown} cannot be opened"):
            self._target = Database(shared_engine(url_of(url)), self._shown)
        if not self._target.shared:
            raise Refused("A store moves to PostgreSQL only: orch store move postgresql://USER@HOST/DATABASE")

    def go(self, advance: rows.Said) -> Moved:
        """Move it. `advance` is told how many of how many rows are done."""
        if not self._file.is_file():
            raise NotFound(f"There is no store {self._file}, so that nothing was moved.")
        before = mark_in_file(self._file)
        if before is not None:
            return self._finish(before)
        with translated(f"{self._file} cannot be moved to {self._shown}, and nothing was moved"):
            source = FileDatabase(self._file, PATIENCE)
            try:
                # Nobody else can write from here on; the mark is written by the same transaction.
                with source.writing() as connection:
                    self._refuse_at_work(connection)
                    mark = Mark(secrets.token_hex(16), "left", self._shown, moment_text(self._clock.now()))
                    moved = self._copy(source, connection, mark, advance)
                    set_mark(connection, mark)
            finally:
                source.close()
        self._put_in_force(mark)
        return moved

    def back(self) -> Path:
        """Put the file in force again, where nothing was done on the server since; the server keeps a mark."""
        mark = mark_in_file(self._file)
        if mark is None:
            raise Refused(f"{self._file} has not moved; it is in force as it is.")
        with translated(f"{self._file} cannot be put in force again"):
            source = FileDatabase(self._file, PATIENCE, moved=True)
            try:
                with source.writing() as connection:
                    with self._target.writing(marked=True) as target:
                        self._refuse_what_is_new(connection, target)
                        set_mark(target, Mark(mark.move, "arriving", place_of(self._file), mark.at))
                    remove_mark(connection, mark.move)
            finally:
                source.close()
                self._target.close()
        return self._file

    def _finish(self, mark: Mark) -> Moved:
        if mark.place != self._shown:
            raise Refused(mark_words(mark, str(self._file)))
        self._put_in_force(mark)
        return Moved(self._shown, self._file, finished=True)

    def _put_in_force(self, mark: Mark) -> None:
        with translated(f"The store moved to {self._shown}, and has to be put in force there"):
            with self._target.writing(marked=True) as target:
                remove_mark(target, mark.move)
            self._target.close()

    def _copy(self, source: Database, reading: Connection, mark: Mark, advance: rows.Said) -> Moved:
        count = 0
        of = rows.total(reading)
        with self._target.writing(marked=True) as target:
            self._clear(target)
            create_all(target)
            set_mark(target, Mark(mark.move, "arriving", place_of(self._file), mark.at))
            rows.copy(reading, target, advance, of)
            self._make_key_known(target)
            for digest, packed in contents_of_home(self._home):
                contents.put(target, {digest: packed})
                count += 1
            arrived = self._proved(reading, target)
        try:
            self._refuse_other_seals(source)
        except StoreFault:
            with self._target.writing(marked=True) as target:
                METADATA.drop_all(target)
            raise
        return Moved(self._shown, self._file, arrived, count)

    def _clear(self, target: Connection) -> None:
        """Remove what an unfinished move from this file left. Raises Refused for a database that has anything else."""
        there = inspect(target).get_table_names()
        ours = set(there) <= set(METADATA.tables)
        if ours and STORE_MOVES.name in there:
            mark = mark_of(target)
            if mark is not None and (mark.side, mark.place) == ("arriving", place_of(self._file)):
                METADATA.drop_all(target)
                return
        filled = [
            name
            for name in there
            if name != SCHEMA.name
            and (not ours or target.execute(select(METADATA.tables[name]).limit(1)).first() is not None)
        ]
        if filled:
            raise Refused(
                f"{self._shown} is not empty: it has {', '.join(filled[:_MOST])}. Nothing was moved. A store moves to a "
                "database of its own: make one (createdb NAME), then: orch store move URL"
            )
        METADATA.drop_all(target)

    def _refuse_at_work(self, connection: Connection) -> None:
        driven = _driven(self._home / CLAIMS)
        if driven:
            raise Refused(
                f"{_listed(driven)} is driven just now. Nothing was moved. Wait until that ends (orch status), then repeat it."
            )
        held = sorted(set(connection.scalars(select(HOST_LOCKS.c.deployment))))
        if held:
            raise Refused(
                f"{_listed(held)} holds machines: what is half done stays where it was begun. Nothing was moved. End it first "
                "(orch status shows the way on), then repeat the command. orch locks shows the machines."
            )

    def _make_key_known(self, target: Connection) -> None:
        """Homes that share the server take the checkpoint of this one by its keys there."""
        own = [{"key": own.key} for own in self._keys.known_keys() if own.revoked is None]
        if own:
            target.execute(insert_on_server(SEAL_KEYS).on_conflict_do_nothing(), own)

    def _proved(self, reading: Connection, target: Connection) -> dict[str, rows.Counted]:
        arrived = {}
        for table in rows.COPIED:
            here, there = rows.counted(reading, table), rows.counted(target, table)
            if table is not SEAL_KEYS and here != there:
                raise StoreFault(
                    f"Not all of {table.name} arrived at {self._shown}: {here.rows} rows with digest {here.digest[:16]} here, "
                    f"{there.rows} with {there.digest[:16]} there. Nothing was moved. See whether either disk is sound (dmesg)."
                )
            arrived[table.name] = there
        return arrived

    def _refuse_other_seals(self, source: Database) -> None:
        """Every record is verified on both sides; what does not fit on one must be what does not fit on the other."""
        here, there = (SqlSeals(each, self._keys, self._clock) for each in (source, self._target))
        names = here.known()
        if there.known() != names or there.looks(names) != here.looks(names):
            raise StoreFault(
                f"The records at {self._shown} are not sealed as those in {self._file}. Nothing was moved. Look at the file: "
                "orch record verify"
            )

    def _refuse_what_is_new(self, connection: Connection, target: Connection) -> None:
        changed = [
            table.name
            for table in rows.OF_DEPLOYMENTS
            if rows.counted(connection, table) != rows.counted(target, table)
        ]
        if changed:
            raise Refused(
                f"Since the move something was done at {self._shown} ({', '.join(changed)} differ), which {self._file} does "
                f"not know. Nothing was changed. Go on there: export ORCH_STORE_URL='{self._shown}'"
            )


def _driven(claims: Path) -> list[str]:
    """The names of claims that a process holds."""
    held = []
    for file in sorted(claims.glob("*")) if claims.is_dir() else ():
        with suppress(FileNotFoundError):
            descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                flock(descriptor, LOCK_SH | LOCK_NB)
            except BlockingIOError:
                held.append(file.name)
            finally:
                os.close(descriptor)
    return held


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more
