"""The checkpoint that a home keeps beside its store: it tells of a store that is an older copy, or another one."""

from collections.abc import Iterator

from sqlalchemy import Connection

from orchestrator.adapters.store.seals.log import BREAKS, Log, tree_of
from orchestrator.domain.seal.checkpoint import Checkpoint
from orchestrator.domain.seal.findings import SealFinding
from orchestrator.engine.seal_ports import SealKeys


def beside(connection: Connection, keys: SealKeys, log: Log | None, kept: str) -> Iterator[SealFinding]:
    """What does not fit the checkpoint beside the store (`kept`): that must be of the same log, and of its beginning."""
    if not kept:
        return
    checkpoint = keys.opened(kept).checkpoint
    if checkpoint is None:
        yield SealFinding("seal.checkpoint_unreadable", detail="beside the store")
    elif log is None:
        yield SealFinding("seal.store_older", detail=str(checkpoint.size))
    elif checkpoint.origin != log.origin:
        yield SealFinding("seal.other_store", detail=checkpoint.origin)
    elif _breaks(checkpoint) > log.breaks:
        yield SealFinding("seal.store_older", detail=str(checkpoint.size))
    elif _breaks(checkpoint) == log.breaks:
        yield from _of_the_same_log(connection, log, checkpoint)


def _of_the_same_log(connection: Connection, log: Log, checkpoint: Checkpoint) -> Iterator[SealFinding]:
    if checkpoint.size > log.tree.size:
        yield SealFinding("seal.store_older", detail=str(checkpoint.size))
    elif tree_of(connection, checkpoint.size).root != checkpoint.root:
        yield SealFinding("seal.store_forked", detail=str(checkpoint.size))


def _breaks(checkpoint: Checkpoint) -> int:
    text = checkpoint.extension(BREAKS) or ""
    return int(text) if text.isdigit() else 0
