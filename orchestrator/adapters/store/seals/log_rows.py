"""A look at the rows of the log: which are not what was sealed, and whose they were."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, select

from orchestrator.adapters.store.seals.log import Log, heads_in, newest_head
from orchestrator.adapters.store.seals.raw_values import octets, raw
from orchestrator.adapters.store.tables import SEAL_LEAVES, SEAL_NODES
from orchestrator.domain.seal.entries import Head
from orchestrator.domain.seal.findings import SealFinding
from orchestrator.domain.seal.merkle import Tree, new_nodes


@dataclass(frozen=True, slots=True)
class LogRows:
    """What was found of the rows of a log.

    `changed`: the numbers of rows that are not what was sealed, each with the deployment that it was of: that one rests on it
    and no other. Where nobody knows it (empty), it could be a newer head of any. `unknown`: nobody knows which rows.
    """

    changed: Mapping[int, str] = field(default_factory=dict)
    unknown: bool = False

    def against(self, deployment: str) -> Iterator[SealFinding]:
        """What this deployment rests on."""
        if self.unknown:
            yield SealFinding("seal.log_changed")
            return
        for number in self._of(deployment)[:1]:
            yield SealFinding("seal.log_changed", detail=str(number))

    def elsewhere(self, deployment: str) -> Iterator[SealFinding]:
        """The first row that is not what was sealed, where this deployment does not rest on any."""
        if not self.unknown and not self._of(deployment):
            yield from (SealFinding("seal.log_changed", detail=str(number)) for number in [*self.changed][:1])

    def _of(self, deployment: str) -> Sequence[int]:
        return [number for number, whose in self.changed.items() if whose in ("", deployment)]


def rows_of(connection: Connection, log: Log) -> LogRows:
    """The rows held against the tree of the checkpoint, all of them hashed: an older head in the place of a newer is found.

    Where they do not fit, the leaves beside them tell which; unless these do not fit either.
    """
    rows = dict(heads_in(connection))
    if list(rows) == [*range(log.tree.size)] and Tree.of(head.leaf for head in rows.values()) == log.tree:
        return LogRows()
    if log.fault is not None:
        return LogRows()
    size, leaves = log.tree.size, _leaves_of(connection, log.tree.size)
    if len(leaves) != size or Tree.of(leaf for _, leaf in sorted(leaves.items())) != log.tree:
        return LogRows(unknown=True)
    owners = _Owners(connection)
    changed = {
        number: owners.of(rows.get(number), leaves[number])
        for number in range(size)
        if number not in rows or rows[number].leaf != leaves[number]
    }
    return LogRows(changed | {number: rows[number].deployment for number in rows if not 0 <= number < size})


def nodes_against(connection: Connection, log: Log) -> Iterator[SealFinding]:
    """The first stored subtree that is not what the rows make of it: proofs would be of another log. The rows must fit."""
    wanted = select(SEAL_NODES.c.level, SEAL_NODES.c.place, raw(SEAL_NODES.c.hash))
    stored = {(row.level, row.place): octets(row.hash) for row in connection.execute(wanted)}
    tree = Tree()
    for _, head in heads_in(connection):
        for place, node in new_nodes(tree, head.leaf):
            if stored.pop(place, None) != node:
                yield SealFinding("seal.log_changed", detail=f"subtree {place[0]}/{place[1]}")
                return
        tree = tree.grown(head.leaf)
    for level, number in list(stored)[:1]:
        yield SealFinding("seal.log_changed", detail=f"subtree {level}/{number}")


class _Owners:
    """Finds whose head a leaf of the log is, by the trees of the deployments as they are now."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, frozenset[bytes]] = {}

    def of(self, row: Head | None, leaf: bytes) -> str:
        """The deployment whose head it was; first the one that its row names is asked. Empty where none fits."""
        names = self._names() if row is None else [row.deployment, *self._names()]
        return next((name for name in names if leaf in self._heads_of(name)), "")

    def _names(self) -> Sequence[str]:
        wanted = select(SEAL_LEAVES.c.deployment).distinct()
        return list(self._connection.scalars(wanted))

    def _heads_of(self, name: str) -> frozenset[bytes]:
        if name not in self._known:
            self._known[name] = frozenset(self._computed(name))
        return self._known[name]

    def _computed(self, name: str) -> Iterator[bytes]:
        newest = newest_head(self._connection, name)
        head = newest[1] if newest is not None else Head(name, 0, b"")
        of_it = SEAL_LEAVES.c.deployment == name
        wanted = select(raw(SEAL_LEAVES.c.leaf)).where(of_it).order_by(SEAL_LEAVES.c.seq)
        tree = Tree()
        for leaf in self._connection.scalars(wanted):
            tree = tree.grown(octets(leaf))
            yield replace(head, size=tree.size, root=tree.root).leaf


def _leaves_of(connection: Connection, size: int) -> dict[int, bytes]:
    wanted = select(SEAL_NODES.c.place, raw(SEAL_NODES.c.hash)).where(
        SEAL_NODES.c.level == 0, SEAL_NODES.c.place < size
    )
    return {row.place: octets(row.hash) for row in connection.execute(wanted)}
