"""Seals events in the transaction that appends them.

A seal that does not fit never stops an append: it is begun anew, and says so from then on.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, tuple_

from orchestrator.adapters.store.seals.beside import beside
from orchestrator.adapters.store.seals.log import (
    Log,
    begun_anew,
    is_in_log,
    log_of,
    new_log,
    newest_head,
    note_of,
    with_heads,
    write_log,
)
from orchestrator.adapters.store.seals.raw_values import number, octets, raw, text
from orchestrator.adapters.store.tables import EVENTS, SEAL_LEAVES, SEAL_LOG, SEAL_NODES
from orchestrator.domain.seal.entries import SALT, Head, StoredEvent
from orchestrator.domain.seal.findings import SealCode
from orchestrator.domain.seal.merkle import EMPTY, Tree, new_nodes
from orchestrator.engine.seal_ports import SealKeys

NEW_LEAVES = insert(SEAL_LEAVES)
OF_THE_STORE: frozenset[SealCode] = frozenset({"seal.store_older", "seal.store_forked", "seal.other_store"})
"""What a checkpoint beside the store can tell of the store; the next one would hide it."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """The log after an append, and the head and tree of the deployment that it was of."""

    log: Log
    head: Head
    tree: Tree


def seal(
    connection: Connection, keys: SealKeys, events: Sequence[StoredEvent], before: Sealed | None
) -> Sealed:
    """Seal events that were just inserted, all of one deployment.

    `before` is what this process sealed last: while the checkpoint is still that one, nothing is read or verified again.
    Raises IntegrityError where a stranger's rows are in the way (`clear_the_way`).
    """
    deployment, last = events[0].deployment, events[0].seq - 1
    goes_on = before is not None and (before.head.deployment, before.head.size) == (deployment, last)
    if before is not None and goes_on and note_of(connection) == before.log.note:
        return _sealed(connection, keys, events, before)
    log = log_of(connection, keys) or _first_log(connection, deployment, last)
    if log.fault is not None or any(
        finding.code in OF_THE_STORE for finding in beside(connection, keys, log, keys.kept())
    ):
        log = begun_anew(connection, log)
    head, tree = _head(connection, log, deployment, last)
    return _sealed(connection, keys, events, Sealed(log, head, tree))


def events_of(connection: Connection, deployment: str) -> list[StoredEvent]:
    """The events of a deployment as they are stored, in order."""
    columns = (EVENTS.c.deployment, EVENTS.c.seq, EVENTS.c.at, EVENTS.c.version, EVENTS.c.kind, EVENTS.c.body)
    wanted = select(*columns).where(EVENTS.c.deployment == deployment).order_by(EVENTS.c.seq)
    return [
        StoredEvent(
            text(row.deployment),
            number(row.seq, 0),
            text(row.at),
            number(row.version),
            text(row.kind),
            text(row.body),
        )
        for row in connection.execute(wanted)
    ]


def leaves_of(connection: Connection, deployment: str) -> dict[int, tuple[bytes | None, bytes]]:
    """Salt and hash of each leaf of a deployment, by the number of its event."""
    wanted = select(SEAL_LEAVES.c.seq, raw(SEAL_LEAVES.c.salt), raw(SEAL_LEAVES.c.leaf))
    rows = connection.execute(
        wanted.where(SEAL_LEAVES.c.deployment == deployment).order_by(SEAL_LEAVES.c.seq)
    )
    return {
        number(row.seq, 0): (None if row.salt is None else octets(row.salt), octets(row.leaf)) for row in rows
    }


def clear_the_way(connection: Connection, keys: SealKeys, events: Sequence[StoredEvent]) -> None:
    """Remove rows that are where new ones belong: only a stranger writes there."""
    log = log_of(connection, keys) or new_log()
    size = log.tree.size
    ours = SEAL_LEAVES.c.deployment == events[0].deployment
    connection.execute(delete(SEAL_LEAVES).where(ours, SEAL_LEAVES.c.seq >= events[0].seq))
    connection.execute(delete(SEAL_LOG).where(SEAL_LOG.c.number >= size))
    places = [place for place, _ in new_nodes(Tree(size, (EMPTY,) * size.bit_count()), EMPTY)]
    connection.execute(delete(SEAL_NODES).where(tuple_(SEAL_NODES.c.level, SEAL_NODES.c.place).in_(places)))


def _first_log(connection: Connection, deployment: str, last: int) -> Log:
    """The log of a store in which nothing was sealed; events that are there already are sealed late, and their heads say so."""
    heads = []
    for name in connection.scalars(
        select(EVENTS.c.deployment).distinct().order_by(EVENTS.c.deployment)
    ).all():
        tree = _over_what_is_there(connection, name, up_to=last if name == deployment else None)
        if tree.size:
            heads.append(Head(name, tree.size, tree.root, late=tree.size))
    return with_heads(connection, new_log(), heads)


def _sealed(connection: Connection, keys: SealKeys, events: Sequence[StoredEvent], before: Sealed) -> Sealed:
    tree = _with_leaves(connection, before.tree, events)
    head = Head(before.head.deployment, tree.size, tree.root, before.head.late, before.head.breaks)
    log = write_log(connection, keys, with_heads(connection, before.log, [head]), events[-1].at)
    return Sealed(log, head, tree)


def _head(connection: Connection, log: Log, deployment: str, last: int) -> tuple[Head, Tree]:
    """The head and tree that new events go on from, with a break where what is there does not fit."""
    newest = newest_head(connection, deployment)
    tree = Tree.of(leaf for _, leaf in leaves_of(connection, deployment).values())
    if newest is None and last == 0 and tree.size == 0:
        return Head(deployment, 0, tree.root), tree
    if newest is not None:
        number, head = newest
        fits = head.size == last and (tree.size, tree.root) == (head.size, head.root)
        if fits and is_in_log(connection, log, number, head):
            return head, tree
    known = newest[1] if newest is not None else Head(deployment, 0, EMPTY)
    tree = _over_what_is_there(connection, deployment, up_to=last)
    return Head(deployment, tree.size, tree.root, known.late, known.breaks + 1), tree


def _over_what_is_there(connection: Connection, deployment: str, up_to: int | None = None) -> Tree:
    there = [each for each in events_of(connection, deployment) if up_to is None or each.seq <= up_to]
    connection.execute(delete(SEAL_LEAVES).where(SEAL_LEAVES.c.deployment == deployment))
    return _with_leaves(connection, Tree(), there)


def _with_leaves(connection: Connection, tree: Tree, events: Sequence[StoredEvent]) -> Tree:
    rows = []
    for event in events:
        salt = secrets.token_bytes(SALT)
        leaf = event.leaf(salt)
        rows.append({"deployment": event.deployment, "seq": event.seq, "salt": salt, "leaf": leaf})
        tree = tree.grown(leaf)
    if rows:
        connection.execute(NEW_LEAVES, rows)
    return tree
