"""Contents by their digest in the database of a server, where any machine finds them; files in a home are a cache of it."""

import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from hashlib import sha256
from typing import IO

from sqlalchemy import Connection, and_, delete, func, select

from orchestrator.adapters.store.database import Database
from orchestrator.adapters.store.faults import translated
from orchestrator.adapters.store.team_tables import CONTENTS
from orchestrator.errors import StoreFault

PART = 4 << 20
"""Bytes of one row: a content that is longer has several."""
MOST_BYTES = 512 << 20
"""Of one content: what unpacks to more is none of ours."""
_AT_ONCE = 300
"""Digests in one statement."""


class SharedContents:
    """The digest is of the content as it is; the database has it compressed. Raises StoreFault."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put_all(self, packed: Mapping[str, bytes]) -> None:
        """Store contents, each packed by `pack`, in one transaction; what is there already is written anew."""
        if not packed:
            return
        with translated(f"Nothing was stored in {self._database.place}"):
            self._database.act(lambda connection: put(connection, packed))

    def get(self, digest: str) -> bytes | None:
        """The content, proved by its digest; None where there is none. Raises StoreFault for a damaged one."""
        place = self._database.place
        with translated(f"The content {digest} cannot be read from {place}"):
            content = self._database.look(lambda connection: content_of(connection, digest))
        if content is not None and sha256(content).hexdigest() != digest:
            raise StoreFault(
                f"{place} no longer holds the content {digest}: what is there has another digest. Restore the database from "
                "a backup, or copy the file from the home of the machine that wrote it."
            )
        return content

    def put_file(self, digest: str, packed: IO[bytes], size: int) -> None:
        """Store one content from a file of so many bytes, packed, a part at a time: it is there when all its parts are."""
        with translated(f"Nothing was stored in {self._database.place}"):
            for part in range(-(-size // PART)):
                row = {"digest": digest, "part": part, "size": size, "body": packed.read(PART)}
                self._database.act(partial(_put_rows, rows=[row]))
            self._database.act(partial(_forget_beyond, digest=digest, parts=-(-size // PART)))

    def parts(self, digest: str) -> Iterator[bytes]:
        """The parts of one content as it is kept, one at a time; none where it is not there, whole."""
        place = self._database.place
        with translated(f"The content {digest} cannot be read from {place}"):
            if not self._database.look(partial(_is_whole, digest=digest)):
                return
            part = 0
            while (body := self._database.look(partial(_part_of, digest=digest, part=part))) is not None:
                yield body
                part += 1

    def forget(self, digests: Collection[str]) -> None:
        """Remove contents, for good."""
        with translated(f"Contents cannot be removed from {self._database.place}"):
            self._database.act(lambda connection: _forget(connection, sorted(digests)))


def pack(content: bytes) -> bytes:
    """The form in which contents are kept, in files and in the database."""
    return zlib.compress(content)


def unpacked(packed: bytes) -> bytes:
    """The content; empty where it is none of ours."""
    try:
        return zlib.decompressobj().decompress(packed, MOST_BYTES)
    except zlib.error:
        return b""


def put(connection: Connection, packed: Mapping[str, bytes]) -> None:
    """Write them in the transaction of the caller. In one order, so that two writers cannot wait for one another."""
    for digest in sorted(packed):
        body = packed[digest]
        rows = [
            {"digest": digest, "part": part, "size": len(body), "body": body[start : start + PART]}
            for part, start in enumerate(range(0, len(body), PART))
        ]
        _put_rows(connection, rows)
        _forget_beyond(connection, digest, len(rows))


def _put_rows(connection: Connection, rows: Iterable[Mapping[str, object]]) -> None:
    # Only a server's database has this table; for a file's, which every command opens, that dialect is not imported.
    from sqlalchemy.dialects.postgresql import insert

    for row in rows:
        anew = insert(CONTENTS).values(row)
        connection.execute(
            anew.on_conflict_do_update(
                index_elements=[CONTENTS.c.digest, CONTENTS.c.part],
                set_={"size": anew.excluded.size, "body": anew.excluded.body},
            )
        )


def _forget_beyond(connection: Connection, digest: str, parts: int) -> None:
    connection.execute(delete(CONTENTS).where(and_(CONTENTS.c.digest == digest, CONTENTS.c.part >= parts)))


def _is_whole(connection: Connection, digest: str) -> bool:
    """Whether its parts have as many bytes as each of them says that the whole has."""
    there = func.sum(func.octet_length(CONTENTS.c.body))
    whole = select(there == func.max(CONTENTS.c.size)).where(CONTENTS.c.digest == digest)
    return bool(connection.scalar(whole))


def _part_of(connection: Connection, digest: str, part: int) -> bytes | None:
    return connection.scalar(
        select(CONTENTS.c.body).where(and_(CONTENTS.c.digest == digest, CONTENTS.c.part == part))
    )


def content_of(connection: Connection, digest: str) -> bytes | None:
    """The content as it is there, whatever digest it has; None where there is no part of it."""
    parts = select(CONTENTS.c.body).where(CONTENTS.c.digest == digest).order_by(CONTENTS.c.part)
    bodies = connection.scalars(parts).all()
    return unpacked(b"".join(bodies)) if bodies else None


def _forget(connection: Connection, digests: list[str]) -> None:
    for start in range(0, len(digests), _AT_ONCE):
        connection.execute(delete(CONTENTS).where(CONTENTS.c.digest.in_(digests[start : start + _AT_ONCE])))
