"""Records that were disposed of: nothing but leaves is left of them, and the journal of the house says why."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from pydantic import ValidationError
from sqlalchemy import Connection

from orchestrator.adapters.store.forms import revived
from orchestrator.adapters.store.seals.log import Log, is_in_log, newest_head
from orchestrator.adapters.store.seals.sealing import events_of, leaves_of
from orchestrator.domain.journal.disposals import disposals_in
from orchestrator.domain.journal.events import HOUSE, Recorded
from orchestrator.domain.seal.entries import Head, StoredEvent
from orchestrator.domain.seal.findings import DisposalSeen, SealFinding
from orchestrator.domain.seal.merkle import Tree
from orchestrator.errors import StoreFault

Leaves = Mapping[int, tuple[bytes | None, bytes]]
LookAtEvents = Callable[[Sequence[StoredEvent], Leaves, Head], Iterable[SealFinding]]
OF_DISPOSAL = ("disposal_begun", "disposal_finished")


def disposal_of(
    connection: Connection,
    log: Log,
    head: Head,
    events: Sequence[StoredEvent],
    leaves: Leaves,
    look_at: LookAtEvents,
) -> DisposalSeen | None:
    """The disposal that explains why only leaves are left, of exactly this tree; None where none does, and it is damage.

    The journal of the house must itself be what was sealed: otherwise anybody could write there that a record was disposed of.
    """
    if events or not leaves or any(salt is not None for salt, _ in leaves.values()):
        return None
    newest, of_house = newest_head(connection, HOUSE), events_of(connection, HOUSE)
    if newest is None or not is_in_log(connection, log, *newest):
        return None
    if any(True for _ in look_at(of_house, leaves_of(connection, HOUSE), newest[1])):
        return None
    disposal = disposals_in(_records(of_house)).get(head.deployment)
    is_of_it = disposal is not None and (disposal.begun.size, disposal.begun.root) == (
        head.size,
        head.root.hex(),
    )
    return disposal.seen if disposal is not None and is_of_it else None


def of_leaves(leaves: Leaves, head: Head) -> Iterator[SealFinding]:
    """The leaves that are left give the root, and there is neither one more nor one less."""
    tree = Tree()
    for seq in range(1, head.size + 1):
        leaf = leaves.get(seq, (None, b""))[1]
        if not leaf:
            yield SealFinding("seal.leaf_missing", seq)
        tree = tree.grown(leaf)
    if tree.root != head.root:
        yield SealFinding("seal.head_changed", detail="the leaves give another root")
    yield from (SealFinding("seal.event_added", seq) for seq in sorted(leaves) if not 1 <= seq <= head.size)


def _records(events: Iterable[StoredEvent]) -> Iterator[Recorded]:
    """What the house says of disposals; an event that cannot be read says nothing."""
    for each in events:
        if each.kind in OF_DISPOSAL:
            try:
                event = revived(each.body, each.version)
                yield Recorded.model_validate(
                    {"deployment": each.deployment, "seq": each.seq, "at": each.at, "event": event}
                )
            except (StoreFault, ValidationError):
                continue
