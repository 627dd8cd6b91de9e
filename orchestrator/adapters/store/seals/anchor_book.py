"""The port `AnchorBook` over the database: which checkpoints are outside, and which anchors were tried when."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, delete, func, insert, select

from orchestrator.adapters.store.database import Database
from orchestrator.adapters.store.faults import translated
from orchestrator.adapters.store.forms import moment_text
from orchestrator.adapters.store.journal import SqlJournal
from orchestrator.adapters.store.seals.log import newest_head, nodes_at, tree_of
from orchestrator.adapters.store.seals.raw_values import text
from orchestrator.adapters.store.tables import ANCHOR_TRIES, ANCHORINGS, SEAL_STATE
from orchestrator.domain.seal.anchors import (
    Anchoring,
    AnchorPlace,
    AnchorState,
    AnchorTry,
    Silent,
)
from orchestrator.domain.seal.checkpoint import Checkpoint
from orchestrator.domain.seal.merkle import EMPTY, consistency_proof
from orchestrator.domain.seal.signed_note import SignedNote
from orchestrator.engine.anchor_ports import AnchorBook, Misfit, NoAnchorBook
from orchestrator.engine.ports import Journal


def anchor_book_beside(journal: Journal) -> AnchorBook:
    """The book of anchors of this journal's store."""
    return SqlAnchorBook(journal.database) if isinstance(journal, SqlJournal) else NoAnchorBook()


class SqlAnchorBook(AnchorBook):
    """One transaction for each question."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._unreadable = f"The anchors in {database.place} cannot be read"

    def note(self) -> str:
        """See the port."""
        with translated(self._unreadable):
            return self._database.look(_note)

    def state(self, deployment: str | None = None) -> AnchorState:
        """See the port."""
        with translated(self._unreadable):
            return self._database.look(lambda connection: _state(connection, deployment))

    def anchorings(self) -> Sequence[Anchoring]:
        """See the port."""
        rows = select(ANCHORINGS).order_by(ANCHORINGS.c.size, ANCHORINGS.c.anchor)
        with translated(self._unreadable):
            return self._database.look(
                lambda connection: [_anchoring(row) for row in connection.execute(rows)]
            )

    def write(self, laid: Sequence[Anchoring], tries: Sequence[AnchorTry]) -> None:
        """See the port. Of two processes that anchored the same, the later one counts."""

        def act(connection: Connection) -> None:
            for each in laid:
                same = (ANCHORINGS.c.anchor == each.anchor.name, ANCHORINGS.c.size == each.size)
                connection.execute(delete(ANCHORINGS).where(*same))
                connection.execute(insert(ANCHORINGS), _anchoring_row(each))
            for last in tries:
                connection.execute(delete(ANCHOR_TRIES).where(ANCHOR_TRIES.c.anchor == last.anchor.name))
                connection.execute(insert(ANCHOR_TRIES), _try_row(last))

        with translated(f"The anchors in {self._database.place} cannot be written"):
            self._database.write(act)

    def forget(self, names: Collection[str]) -> None:
        """See the port."""
        gone = delete(ANCHOR_TRIES).where(ANCHOR_TRIES.c.anchor.in_(names))
        with translated(f"The anchors in {self._database.place} cannot be written"):
            self._database.write(lambda connection: connection.execute(gone))

    def misfits(self, checkpoints: Sequence[Checkpoint]) -> Sequence[Misfit | None]:
        """See the port."""
        with translated(self._unreadable):
            return self._database.look(lambda connection: _misfits(connection, checkpoints))

    def consistency(self, old: int, size: int) -> Sequence[bytes]:
        """See the port."""
        with translated(self._unreadable):
            return self._database.look(
                lambda connection: consistency_proof(
                    old, size, lambda place: nodes_at(connection, [place]).get(place, EMPTY)
                )
            )


def _misfits(connection: Connection, checkpoints: Sequence[Checkpoint]) -> Sequence[Misfit | None]:
    size = _size(connection)
    return ["older" if each.size > size else _fork(connection, each) for each in checkpoints]


def _fork(connection: Connection, checkpoint: Checkpoint) -> Misfit | None:
    return None if tree_of(connection, checkpoint.size).root == checkpoint.root else "forked"


def _note(connection: Connection) -> str:
    note = connection.scalar(select(SEAL_STATE.c.note))
    return text(note) if note is not None else ""


def _size(connection: Connection) -> int:
    """The size of the log by its checkpoint; 0 where that cannot be read, which is found elsewhere."""
    try:
        return Checkpoint.read(SignedNote.read(_note(connection)).text).size
    except ValueError:
        return 0


def _state(connection: Connection, deployment: str | None) -> AnchorState:
    tries = [_try(row) for row in connection.execute(select(ANCHOR_TRIES).order_by(ANCHOR_TRIES.c.anchor))]
    head = newest_head(connection, deployment) if deployment is not None else None
    return AnchorState(_size(connection), tries, _newest(connection), None if head is None else head[0])


def _newest(connection: Connection) -> Mapping[str, Anchoring]:
    largest = select(ANCHORINGS.c.anchor, func.max(ANCHORINGS.c.size).label("size")).group_by(
        ANCHORINGS.c.anchor
    )
    newest = largest.subquery()
    rows = select(ANCHORINGS).join(
        newest, (ANCHORINGS.c.anchor == newest.c.anchor) & (ANCHORINGS.c.size == newest.c.size)
    )
    return {row.anchor: _anchoring(row) for row in connection.execute(rows)}


def _anchoring(row: Row[tuple[object, ...]]) -> Anchoring:
    place = AnchorPlace(row.anchor, row.kind, row.place)
    return Anchoring(place, row.size, row.note, row.proof, datetime.fromisoformat(row.at))


def _try(row: Row[tuple[object, ...]]) -> AnchorTry:
    silence = Silent(row.silence, row.detail) if row.silence else None
    return AnchorTry(AnchorPlace(row.anchor, row.kind, row.place), datetime.fromisoformat(row.at), silence)


def _place_row(anchor: AnchorPlace) -> dict[str, object]:
    return {"anchor": anchor.name, "kind": anchor.kind, "place": anchor.place}


def _anchoring_row(laid: Anchoring) -> dict[str, object]:
    fields = {"size": laid.size, "note": laid.note, "proof": laid.proof, "at": moment_text(laid.at)}
    return {**_place_row(laid.anchor), **fields}


def _try_row(last: AnchorTry) -> dict[str, object]:
    code, detail = last.silence or ("", "")
    return {**_place_row(last.anchor), "at": moment_text(last.tried), "silence": code, "detail": detail[:400]}
