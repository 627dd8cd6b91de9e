"""The log of the store: a tree over the heads of all deployments, and its signed checkpoint."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, tuple_, update

from orchestrator.adapters.store.seals.raw_values import number, octets, raw, text
from orchestrator.adapters.store.tables import SEAL_KEYS, SEAL_LOG, SEAL_NODES, SEAL_STATE
from orchestrator.domain.seal.checkpoint import Checkpoint
from orchestrator.domain.seal.entries import Head
from orchestrator.domain.seal.findings import SealCode
from orchestrator.domain.seal.merkle import (
    EMPTY,
    Place,
    Tree,
    inclusion_places,
    inclusion_proof,
    new_nodes,
    peak_places,
    root_from_inclusion,
)
from orchestrator.engine.seal_ports import NoteAnswer, SealKeys

ORIGIN = "orch-store/"
BREAKS, ANEW = "breaks", "anew"
NEVER = 1_000_000
"""A count that orch never wrote, in the place of what is no number."""
AT_ONCE = 300
"""Nodes in one statement."""
ANSWERS: Mapping[NoteAnswer, SealCode | None] = {
    "good": None,
    "unsigned": "seal.checkpoint_unsigned",
    "unknown key": "seal.key_unknown",
    "revoked key": "seal.key_revoked",
    "unreadable": "seal.checkpoint_unreadable",
}
STATE = select(SEAL_STATE.c.store, SEAL_STATE.c.note).with_for_update()
HEADS = select(
    SEAL_LOG.c.number,
    SEAL_LOG.c.deployment,
    SEAL_LOG.c.size,
    raw(SEAL_LOG.c.root),
    SEAL_LOG.c.late,
    SEAL_LOG.c.breaks,
)
NEW_STATE = insert(SEAL_STATE)
NEXT_STATE = update(SEAL_STATE).values(note=bindparam("new_note"))
NEW_HEADS, NEW_NODES = insert(SEAL_LOG), insert(SEAL_NODES)


@dataclass(frozen=True, slots=True)
class Log:
    """The log of a store. `fault` says why it does not fit its checkpoint; `key` is the name of the key that signed that.

    `anew`: so many heads were carried over when it was begun anew last.
    """

    store: str
    tree: Tree
    breaks: int = 0
    anew: int = 0
    note: str = ""
    key: str = ""
    fault: SealCode | None = None

    @property
    def origin(self) -> str:
        """The origin of its checkpoints."""
        return ORIGIN + self.store

    def checkpoint(self, now: str) -> Checkpoint:
        """Its head at this moment; a log that did not fit once says so for ever."""
        more = (f"at {now}", f"{BREAKS} {self.breaks}", *((f"{ANEW} {self.anew}",) if self.anew else ()))
        return Checkpoint(self.origin, self.tree.size, self.tree.root, more)


def note_of(connection: Connection) -> str | None:
    """The checkpoint as its row has it; None if nothing was ever sealed. A writer holds the row until it commits."""
    row = connection.execute(STATE).first()
    return None if row is None else text(row.note)


def log_of(connection: Connection, keys: SealKeys) -> Log | None:
    """The log, held against its checkpoint; None if nothing was ever sealed."""
    row = connection.execute(STATE).first()
    if row is None:
        return None
    store, note = text(row.store), text(row.note)
    opened = keys.opened(note, homes_of(connection))
    checkpoint, fault = opened.checkpoint, ANSWERS[opened.answer]
    if checkpoint is None:
        return Log(store, Tree(), note=note, fault=fault)
    tree, breaks = tree_of(connection, checkpoint.size), checkpoint.extension(BREAKS) or ""
    if fault is None and checkpoint.origin != ORIGIN + store:
        fault = "seal.other_store"
    if fault is None and (checkpoint.root != tree.root or not breaks.isdigit()):
        fault = "seal.log_changed"
    return Log(
        row.store, tree, _number(breaks), _number(checkpoint.extension(ANEW)), row.note, opened.key, fault
    )


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isdigit() else 0


def new_log() -> Log:
    """The log of a store in which nothing was sealed yet."""
    return Log(secrets.token_hex(16), Tree())


def tree_of(connection: Connection, size: int) -> Tree:
    """The log's tree at this size, by its stored nodes; a missing one gives another root."""
    places = peak_places(size)
    nodes = nodes_at(connection, places)
    return Tree(size, tuple(nodes.get(place, EMPTY) for place in places))


def with_heads(connection: Connection, log: Log, heads: Iterable[Head]) -> Log:
    """The log with these heads, the last of which gets the number before its size; rows and nodes are written."""
    tree, rows, nodes = log.tree, [], []
    for head in heads:
        leaf = head.leaf
        rows.append(_row(tree.size, head))
        nodes += [
            {"level": place[0], "place": place[1], "hash": node} for place, node in new_nodes(tree, leaf)
        ]
        tree = tree.grown(leaf)
    if rows:
        connection.execute(NEW_HEADS, rows)
        connection.execute(NEW_NODES, nodes)
    return replace(log, tree=tree, note="", key="", fault=None)


def write_log(connection: Connection, keys: SealKeys, log: Log, now: str) -> Log:
    """Sign the log's head and write its row; the log comes back with its checkpoint."""
    note = keys.signed(log.checkpoint(now))
    _make_known(connection, keys)
    if connection.execute(NEXT_STATE, {"new_note": note}).rowcount == 0:
        connection.execute(NEW_STATE, {"id": 1, "store": log.store, "note": note})
    return replace(log, note=note)


def homes_of(connection: Connection) -> list[str]:
    """The keys of all homes that share this store, by its own word; a store in a file is one home's."""
    return list(connection.scalars(select(SEAL_KEYS.c.key))) if _is_shared(connection) else []


def _make_known(connection: Connection, keys: SealKeys) -> None:
    """Other homes must know who signed, or they would take the checkpoint for a stranger's."""
    if _is_shared(connection):
        # Not imported where a store is a file: it is half of what the store's own import takes.
        from sqlalchemy.dialects.postgresql import insert as insert_on_server

        rows = [{"key": own.key} for own in keys.own() if own.revoked is None]
        connection.execute(insert_on_server(SEAL_KEYS).on_conflict_do_nothing(), rows)


def _is_shared(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def nodes_at(connection: Connection, places: Sequence[Place]) -> dict[Place, bytes]:
    """The stored hashes of these subtrees; a missing one is not among them."""
    nodes: dict[Place, bytes] = {}
    for start in range(0, len(places), AT_ONCE):
        these = tuple_(SEAL_NODES.c.level, SEAL_NODES.c.place).in_(places[start : start + AT_ONCE])
        rows = connection.execute(
            select(SEAL_NODES.c.level, SEAL_NODES.c.place, raw(SEAL_NODES.c.hash)).where(these)
        )
        nodes |= {(row.level, row.place): octets(row.hash) for row in rows}
    return nodes


def begun_anew(connection: Connection, log: Log) -> Log:
    """A log that did not fit, over the newest head of each deployment; the checkpoint says from now on that it broke.

    Where the log itself does not have a head, that deployment's own tree broke too, and its head says so. So an older copy of
    a whole store breaks the log alone.
    """
    rows = heads_in(connection)
    newest = {head.deployment: (number, head) for number, head in rows}
    whole = log.fault is None and Tree.of(head.leaf for _, head in rows) == log.tree
    heads = [
        head if whole or _is_proved(connection, log, number, head) else replace(head, breaks=head.breaks + 1)
        for number, head in newest.values()
    ]
    connection.execute(delete(SEAL_NODES))
    connection.execute(delete(SEAL_LOG))
    return with_heads(connection, Log(log.store, Tree(), log.breaks + 1, len(heads)), heads)


def _is_proved(connection: Connection, log: Log, number: int, head: Head) -> bool:
    return log.fault is None and is_in_log(connection, log, number, head)


def is_in_log(connection: Connection, log: Log, number: int, head: Head) -> bool:
    """Whether the log's tree has this head at this number."""
    if not 0 <= number < log.tree.size:
        return False
    proof = proof_of(connection, log, number)
    return root_from_inclusion(head.leaf, number, log.tree.size, proof) == log.tree.root


def proof_of(connection: Connection, log: Log, number: int) -> list[bytes]:
    """The proof that the log's tree has its leaf of this number; a missing node makes it one of another tree."""
    places = [place for ranges in inclusion_places(number, log.tree.size) for place in ranges]
    nodes = nodes_at(connection, places)
    return inclusion_proof(number, log.tree.size, lambda place: nodes.get(place, EMPTY))


def heads_in(connection: Connection) -> list[tuple[int, Head]]:
    """The heads that the log has, in order, as their rows have them."""
    rows = connection.execute(HEADS.order_by(SEAL_LOG.c.number))
    return [(row.number, head_of(row)) for row in rows]


def newest_head(connection: Connection, deployment: str) -> tuple[int, Head] | None:
    """The newest head that the log has of a deployment, and its number."""
    wanted = HEADS.where(SEAL_LOG.c.deployment == deployment)
    row = connection.execute(wanted.order_by(SEAL_LOG.c.number.desc()).limit(1)).first()
    return None if row is None else (row.number, head_of(row))


def first_number(connection: Connection, deployment: str) -> int:
    """The number of the oldest head that the log has of a deployment that it has."""
    numbers = select(func.min(SEAL_LOG.c.number)).where(SEAL_LOG.c.deployment == deployment)
    return connection.scalar(numbers) or 0


def head_of(row: Row[*tuple[Any, ...]]) -> Head:
    """The head in a row of the log."""
    return Head(
        text(row.deployment),
        number(row.size),
        octets(row.root),
        number(row.late, NEVER),
        number(row.breaks, NEVER),
    )


def _row(number: int, head: Head) -> dict[str, object]:
    return {
        "number": number,
        "deployment": head.deployment,
        "size": head.size,
        "root": head.root,
        "late": head.late,
        "breaks": head.breaks,
    }
