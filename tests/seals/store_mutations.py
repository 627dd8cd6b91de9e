"""Mutations of live stores: what somebody could do to the database and to the files beside it, and what must be found of it."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, delete, select

from orchestrator.adapters.keys.seal_keys import FolderSealKeys
from orchestrator.adapters.store.seals import sealing
from orchestrator.adapters.store.seals.log import Log, with_heads, write_log
from orchestrator.adapters.store.tables import EVENTS, SEAL_LEAVES, SEAL_LOG, SEAL_NODES, SEAL_STATE
from orchestrator.domain.journal import events as e
from orchestrator.domain.seal.entries import Head
from orchestrator.domain.seal.merkle import Tree
from orchestrator.engine.anchoring import settle
from tests.fakes.clock import START, FakeClock
from tests.seals.sealed_home import SealedHome
from tests.seals.wired import ports_of

NAMES = ("d1", "d2", "d3", "orch.house")
ANY = frozenset({""})
"""Whichever code, as long as something is found."""


@dataclass(frozen=True)
class Expected:
    """What must be found: one of these codes, of this deployment; of `log`, an `anchor`, or `anything`. Or nobody can know."""

    of: str
    codes: frozenset[str] = ANY
    unknowable: bool = False


@dataclass(frozen=True)
class MutableStore:
    """A store with its home, and older copies of both; `anchored`: a file outside has seen it before it was mutated."""

    home: SealedHome
    older: Path
    other: Path
    anchored: bool

    def by_hand(self, statement: str, *values: object) -> None:
        with closing(sqlite3.connect(self.file)) as connection, connection:
            connection.execute(statement, values)

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.file)) as connection:
            return connection.execute(statement).fetchall()

    @property
    def file(self) -> Path:
        return self.home.place / "journal.sqlite"

    @property
    def seal(self) -> Path:
        return self.home.place / "seal"


def made_store(folder: Path, *, anchored: bool) -> MutableStore:
    """Three deployments and the house, grown in turns; the older copy is of half way, the other one of another home."""
    home, other = SealedHome(folder / "home"), SealedHome(folder / "other")
    _grown(other, range(9))
    if anchored:
        home.place.mkdir(parents=True)
        (home.place / "anchors.yml").write_text(
            f"orch: 1\nanchors:\n  - {{anchor: second, file: {{path: {folder / 'second'}}}}}\n"
        )
    _grown(home, range(9))
    older = Path(shutil.copytree(home.place, folder / "older"))
    _grown(home, range(9, 18))
    if anchored:
        settle(ports_of(home.place), patience=30.0)
    return MutableStore(home, older, other.place, anchored)


def copy_of(store: MutableStore, place: Path) -> MutableStore:
    """A store to mutate; the anchor outside is the one of the original."""
    return MutableStore(
        SealedHome(Path(shutil.copytree(store.home.place, place))), store.older, store.other, store.anchored
    )


def _grown(home: SealedHome, numbers: range) -> None:
    with home.journal() as journal:
        for number in numbers:
            name = NAMES[number % len(NAMES)]
            event = e.Paused(by="ann", reason=f"tea {number}")
            journal.append(name, len(journal.read(name)), [event])


def _named(chance: random.Random) -> str:
    return chance.choice(NAMES)


def _flip(store: MutableStore, chance: random.Random) -> Expected:
    table, column = chance.choice(
        [
            ("events", "body"),
            ("events", "at"),
            ("events", "kind"),
            ("seal_leaves", "leaf"),
            ("seal_leaves", "salt"),
            ("seal_log", "root"),
            ("seal_log", "deployment"),
            ("seal_nodes", "hash"),
            ("seal_state", "note"),
            ("seal_state", "store"),
        ]
    )
    key = chance.choice(store.rows(f"SELECT rowid, {column} FROM {table}"))
    value = key[1].encode() if isinstance(key[1], str) else key[1]
    assert isinstance(value, bytes)
    changed = bytearray(value)
    changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(7)
    as_stored = bytes(changed) if isinstance(key[1], bytes) else changed.decode("utf-8", "surrogateescape")
    of = "anything"
    if table in ("events", "seal_leaves"):
        [(name,)] = store.rows(f"SELECT deployment FROM {table} WHERE rowid = {key[0]}")
        of = str(name)
    store.by_hand(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", as_stored, key[0])
    return Expected(of)


def _number(store: MutableStore, chance: random.Random) -> Expected:
    """A number is set to another."""
    table, column = chance.choice(
        [("events", "version"), ("seal_log", "size"), ("seal_log", "late"), ("seal_log", "breaks")]
    )
    rowid, value = chance.choice(store.rows(f"SELECT rowid, {column} FROM {table}"))
    assert isinstance(value, int)
    store.by_hand(
        f"UPDATE {table} SET {column} = ? WHERE rowid = ?", value + chance.choice([-1, 1, 7]), rowid
    )
    return Expected("anything")


def _delete(store: MutableStore, chance: random.Random) -> Expected:
    table = chance.choice(["events", "seal_leaves", "seal_log", "seal_nodes", "seal_state"])
    rowid, *_ = chance.choice(store.rows(f"SELECT rowid FROM {table}"))
    of = "anything"
    codes = ANY
    if table in ("events", "seal_leaves"):
        [(name,)] = store.rows(f"SELECT deployment FROM {table} WHERE rowid = {rowid}")
        of = str(name)
        codes = frozenset({"seal.event_missing" if table == "events" else "seal.leaf_missing"})
    store.by_hand(f"DELETE FROM {table} WHERE rowid = ?", rowid)
    return Expected(of, codes)


def _insert(store: MutableStore, chance: random.Random) -> Expected:
    name = _named(chance)
    if chance.random() < 0.5:
        store.by_hand(
            "INSERT INTO events (deployment, seq, at, version, kind, body) SELECT deployment, seq + ?, at, version, kind, body "
            "FROM events WHERE deployment = ? ORDER BY seq DESC LIMIT 1",
            chance.choice([1, 2, 50]),
            name,
        )
        return Expected(name, frozenset({"seal.event_added"}))
    store.by_hand(
        "INSERT INTO seal_log (number, deployment, size, root, late, breaks) SELECT (SELECT max(number) + ? FROM seal_log), "
        "deployment, size, root, late, breaks FROM seal_log WHERE deployment = ? ORDER BY number LIMIT 1",
        chance.choice([1, 3]),
        name,
    )
    return Expected(name)


def _reorder(store: MutableStore, chance: random.Random) -> Expected:
    name = _named(chance)
    first, other = chance.sample(
        [row[0] for row in store.rows(f"SELECT seq FROM events WHERE deployment = '{name}'")], 2
    )
    for before, after in ((first, -1), (other, first), (-1, other)):
        store.by_hand("UPDATE events SET seq = ? WHERE deployment = ? AND seq = ?", after, name, before)
    if chance.random() < 0.5:
        for before, after in ((first, -1), (other, first), (-1, other)):
            store.by_hand(
                "UPDATE seal_leaves SET seq = ? WHERE deployment = ? AND seq = ?", after, name, before
            )
    return Expected(name)


def _truncate(store: MutableStore, chance: random.Random) -> Expected:
    """The tail of one deployment with its seals and heads, and the nodes of the log too or not."""
    name = _named(chance)
    [(last,)] = store.rows(f"SELECT max(seq) FROM events WHERE deployment = '{name}'")
    assert isinstance(last, int)
    keep = chance.randrange(1, last)
    for table in ("events", "seal_leaves"):
        store.by_hand(f"DELETE FROM {table} WHERE deployment = ? AND seq > ?", name, keep)
    store.by_hand("DELETE FROM seal_log WHERE deployment = ? AND size > ?", name, keep)
    return Expected("anything", frozenset({"seal.log_changed", "seal.head_changed"}))


def _replay(store: MutableStore, chance: random.Random) -> Expected:
    """An event of one deployment, with its leaf, in the place of one of another."""
    name, other = chance.sample(NAMES, 2)
    [(seq,)] = [chance.choice(store.rows(f"SELECT seq FROM events WHERE deployment = '{name}'"))]
    for column in ("at", "version", "kind", "body"):
        store.by_hand(
            f"UPDATE events SET {column} = (SELECT {column} FROM events WHERE deployment = ? AND seq = 1) "
            "WHERE deployment = ? AND seq = ?",
            other,
            name,
            seq,
        )
    for column in ("salt", "leaf"):
        store.by_hand(
            f"UPDATE seal_leaves SET {column} = (SELECT {column} FROM seal_leaves WHERE deployment = ? AND seq = 1) "
            "WHERE deployment = ? AND seq = ?",
            other,
            name,
            seq,
        )
    return Expected(name)


def _older_database(store: MutableStore, chance: random.Random) -> Expected:
    shutil.copy(store.older / "journal.sqlite", store.file)
    return Expected("log", frozenset({"seal.store_older"}))


def _older_home(store: MutableStore, chance: random.Random) -> Expected:
    """Database and home of one moment are restored: only an anchor outside can tell."""
    shutil.copy(store.older / "journal.sqlite", store.file)
    shutil.copy(store.older / "seal" / "checkpoint", store.seal / "checkpoint")
    return Expected("anchor", frozenset({"seal.store_older"}), unknowable=not store.anchored)


def _fork(store: MutableStore, chance: random.Random) -> Expected:
    """An older copy is driven on, with orch's key; what the home knows of the other branch is taken away, or not."""
    kept = (store.seal / "checkpoint").read_text()
    shutil.copy(store.older / "journal.sqlite", store.file)
    (store.seal / "checkpoint").unlink()
    grown = chance.choice([1, 9, 20])
    _grown(store.home, range(100, 100 + grown))
    if chance.random() < 0.5:
        (store.seal / "checkpoint").write_text(kept)
        return Expected("log", frozenset({"seal.store_forked", "seal.store_older"}))
    codes = frozenset({"seal.store_forked", "seal.store_older"})
    return Expected("anchor", codes, unknowable=not store.anchored)


def _swapped_key(store: MutableStore, chance: random.Random) -> Expected:
    """Everything is signed with another key; the home's key is swapped with it, or not."""
    if chance.random() < 0.5:
        with store.home.journal() as journal:
            stranger = FolderSealKeys(store.other, FakeClock().now)
            journal.database.write(lambda connection: _resealed(connection, stranger))
        return Expected("log", frozenset({"seal.key_unknown"}))
    shutil.copy(store.other / "journal.sqlite", store.file)
    for name in ("key.pem", "checkpoint", "keys.json"):
        shutil.copy(store.other / "seal" / name, store.seal / name)
    return Expected("anchor", unknowable=True)


def _with_the_key(store: MutableStore, chance: random.Random) -> Expected:
    """Who holds orch's key edits an event and makes all seals anew; the checkpoint beside the store too, or not."""
    name = _named(chance)
    store.by_hand(
        "UPDATE events SET body = replace(body, 'tea', 'gin') WHERE deployment = ? AND seq = 1", name
    )
    with store.home.journal() as journal:
        keys = store.home.keys()
        note = journal.database.write(lambda connection: _resealed(connection, keys))
    if chance.random() < 0.5:
        return Expected("log", frozenset({"seal.store_older", "seal.store_forked"}))
    (store.seal / "checkpoint").write_text(note)
    codes = frozenset({"seal.store_older", "seal.store_forked"})
    return Expected("anchor", codes, unknowable=not store.anchored)


def _forged_time(store: MutableStore, chance: random.Random) -> Expected:
    """The time of an event, or of the checkpoint, is another."""
    name = _named(chance)
    moment = (START - timedelta(days=chance.randrange(1, 900))).isoformat()
    if chance.random() < 0.5:
        store.by_hand("UPDATE events SET at = ? WHERE deployment = ? AND seq = 1", moment, name)
        return Expected(name, frozenset({"seal.event_changed"}))
    [(note,)] = store.rows("SELECT note FROM seal_state")
    at = next(line for line in str(note).split("\n") if line.startswith("at "))
    store.by_hand("UPDATE seal_state SET note = ?", str(note).replace(at, f"at {moment}"))
    return Expected("log", frozenset({"seal.checkpoint_unsigned"}))


def _resealed(connection: Connection, keys: FolderSealKeys) -> str:
    """All seals made anew over what is there, by the store's own name, as if it had always been so."""
    store = connection.scalar(select(SEAL_STATE.c.store)) or ""
    for table in (SEAL_LEAVES, SEAL_LOG, SEAL_NODES):
        connection.execute(delete(table))
    heads = []
    for name in connection.scalars(select(EVENTS.c.deployment).distinct()).all():
        tree = sealing._with_leaves(connection, Tree(), sealing.events_of(connection, name))
        heads.append(Head(name, tree.size, tree.root))
    log = with_heads(connection, Log(store, Tree()), heads)
    return write_log(connection, keys, log, START.isoformat()).note


MUTATIONS: dict[str, Callable[[MutableStore, random.Random], Expected]] = {
    "flip a bit": _flip,
    "set a number": _number,
    "delete a row": _delete,
    "insert a row": _insert,
    "swap two events": _reorder,
    "cut the tail": _truncate,
    "replay an event": _replay,
    "restore an older database": _older_database,
    "restore database and home": _older_home,
    "fork": _fork,
    "swap the key": _swapped_key,
    "edit with the key": _with_the_key,
    "forge a time": _forged_time,
}
