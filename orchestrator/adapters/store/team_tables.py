"""The tables that a service for a team needs beside the journal: people and sessions, leases, shared contents."""

from sqlalchemy import BigInteger, Column, Float, Integer, LargeBinary, String, Table, Text

from orchestrator.adapters.store.metadata import METADATA

ANSWERED_REQUESTS = Table(
    "answered_requests",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("request", String(64), nullable=False),
    Column("until", String(32), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
)
"""One row per request to the API that had a name of its own; a day old at most. It may be emptied."""

PREPARED_WORDS = Table(
    "prepared_words",
    METADATA,
    Column("number", String(32), primary_key=True),
    Column("session", String(64), nullable=False),
    Column("until", String(32), nullable=False),
    Column("body", Text, nullable=False),
)
"""One row per word that waits for a signature in a browser, and per form that was sent; all are minutes old.

The table may be emptied.
"""

PASSWORDS = Table(
    "people_passwords",
    METADATA,
    Column("login", String(64), primary_key=True),
    Column("digest", Text, nullable=False),
)
"""One row per person with a password: its digest by argon2id."""

MARKS = Table(
    "people_marks",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("login", String(64), nullable=False, index=True),
    Column("at", String(32), nullable=False),
    Column("seen", String(32), nullable=False),
    Column("ends", String(32), nullable=False),
    Column("body", Text, nullable=False),
)
"""One row per session, token, known browser, invitation or login under way: the SHA-256 of its secret, and what it is for."""

LOGIN_TRIES = Table(
    "people_tries",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", String(32), nullable=False, index=True),
    Column("name", String(64), nullable=False),
    Column("place", String(64), nullable=False),
    Column("good", Integer, nullable=False),
)
"""One row per try to log in: digests of what was typed as name, and of the place it came from."""

REFUSALS = Table(
    "people_refusals",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", String(32), nullable=False),
    Column("login", String(64), nullable=False),
    Column("address", String(64), nullable=False),
    Column("method", String(16), nullable=False),
    Column("path", Text, nullable=False),
    Column("right", String(30), nullable=False),
    Column("why", Text, nullable=False),
    sqlite_autoincrement=True,
)
"""One row per request that was refused; the oldest go."""

LEASES = Table(
    "leases",
    METADATA,
    Column("name", String(100), primary_key=True),
    Column("fence", BigInteger, nullable=False),
    Column("renewals", BigInteger, nullable=False),
    Column("until", Float(53), nullable=False),
    Column("holder", String(300), nullable=False),
    Column("place", String(300), nullable=False),
)
"""One row per claim that was ever held by a lease; without a holder it is free. The fence only grows, so rows stay.

`until` is in seconds since 1970 by the database's own clock; `place` is the file that the holder has locked beside it.
"""

CONTENTS = Table(
    "contents",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""One row per part of a content that machines share: its SHA-256, its whole size in bytes, and the part, compressed."""

STORE_MOVES = Table(
    "store_moves",
    METADATA,
    Column("move", String(64), primary_key=True),
    Column("side", String(10), nullable=False),
    Column("place", Text, nullable=False),
    Column("at", String(32), nullable=False),
)
"""One row while a store has moved away (`left`: where to), or is not in force yet (`arriving`: where from)."""

TEAM_TABLES = (
    ANSWERED_REQUESTS,
    PREPARED_WORDS,
    PASSWORDS,
    MARKS,
    LOGIN_TRIES,
    REFUSALS,
    LEASES,
    CONTENTS,
    STORE_MOVES,
)
"""All of them, in the order in which they are made."""
