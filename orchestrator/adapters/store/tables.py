"""The tables of the journal, and their migrations."""

from collections.abc import Callable

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    func,
    insert,
    inspect,
    select,
)

from orchestrator.adapters.store.metadata import METADATA
from orchestrator.adapters.store.sqlite import WRITING
from orchestrator.adapters.store.team_tables import TEAM_TABLES
from orchestrator.errors import StoreFault

EVENTS = Table(
    "events",
    METADATA,
    Column("deployment", String(100), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", String(100), nullable=False),
    Column("body", Text, nullable=False),
)
"""One row per event. `at` is ISO 8601 in UTC with microseconds and sorts as text; `body` is the event as JSON."""

HOST_LOCKS = Table(
    "host_locks",
    METADATA,
    Column("machine", String(200), primary_key=True),
    Column("host", String(253), nullable=False),
    Column("deployment", String(100), nullable=False),
    Column("since", String(32), nullable=False),
    Column("by", String(4000), nullable=False),
)
"""One row per locked machine; the key keeps a second deployment out."""

EPOCHS = Table(
    "epochs",
    METADATA,
    Column("epoch", Integer, primary_key=True, autoincrement=True),
    Column("at", String(32), nullable=False),
    sqlite_autoincrement=True,
)
"""One row per issued epoch, so that none is issued twice."""

FOLDS = Table(
    "folds",
    METADATA,
    Column("deployment", String(100), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("at", String(32), nullable=False),
    Column("form", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("brief", Text, nullable=False),
    Column("mark", LargeBinary, nullable=False),
    Column("brief_mark", LargeBinary, nullable=False),
)
"""One row per kept fold: its last event, the code that made it, the fold and its brief, and the marks of who made them.

The table may be emptied.
"""

CONDENSED = Table(
    "condensed_events",
    METADATA,
    Column("deployment", String(100), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("form", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("counts", Text, nullable=False),
    Column("mark", LargeBinary, nullable=False),
)
"""One row per long event: its condensed form, its counts, the code that made it, and the mark of who did. It may be emptied."""

SEAL_LEAVES = Table(
    "seal_leaves",
    METADATA,
    Column("deployment", String(100), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("salt", LargeBinary),
    Column("leaf", LargeBinary, nullable=False),
)
"""One row per sealed event: the salt and the hash of its leaf. Without a salt the event was disposed of."""

SEAL_LOG = Table(
    "seal_log",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("deployment", String(100), nullable=False, index=True),
    Column("size", Integer, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("late", Integer, nullable=False),
    Column("breaks", Integer, nullable=False),
)
"""One row per append: the head of the deployment's tree after it. They are the leaves of the store's log."""

SEAL_NODES = Table(
    "seal_nodes",
    METADATA,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)
"""One row per complete subtree of the store's log."""

SEAL_KEYS = Table(
    "seal_keys",
    METADATA,
    Column("key", String(400), primary_key=True),
)
"""One row per key of a home that uses this store: homes that share a server take one another's checkpoints by it."""

SEAL_STATE = Table(
    "seal_state",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("store", String(64), nullable=False),
    Column("note", Text, nullable=False),
)
"""One row: the store's id, and the signed checkpoint of its log."""

ANCHORINGS = Table(
    "anchorings",
    METADATA,
    Column("anchor", String(100), primary_key=True),
    Column("size", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(10), nullable=False),
    Column("place", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("proof", LargeBinary, nullable=False),
    Column("at", String(32), nullable=False),
)
"""One row per checkpoint that an anchor outside has, with what it answered."""

ANCHOR_TRIES = Table(
    "anchor_tries",
    METADATA,
    Column("anchor", String(100), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("place", Text, nullable=False),
    Column("at", String(32), nullable=False),
    Column("silence", String(20), nullable=False),
    Column("detail", Text, nullable=False),
)
"""One row per anchor that was tried: when last, and why it has nothing of that; empty if it has."""

CMDB_UPDATES = Table(
    "cmdb_updates",
    METADATA,
    Column("deployment", String(100), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("change", Text, nullable=False),
)
"""One row per end of a deployment that touched hosts: the change as JSON. It follows from the events."""

CMDB_FACTS = Table(
    "cmdb_facts",
    METADATA,
    Column("ci", String(300), primary_key=True),
    Column("deployment", String(100), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)
"""One row per configuration item and end: what that says of it, as JSON. It follows from the events."""

CMDB_TRIES = Table(
    "cmdb_tries",
    METADATA,
    Column("outside", String(100), primary_key=True),
    Column("deployment", String(100), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("silence", String(20), nullable=False),
    Column("detail", Text, nullable=False),
    Column("wait", Integer, nullable=False),
)
"""One row per CMDB outside and end that it was told of: the last try, and why it failed; empty where it did not."""

SCHEMA = Table("schema_steps", METADATA, Column("version", Integer, primary_key=True, autoincrement=False))
"""One row per step of STEPS that was applied to this database."""


def _locks(connection: Connection) -> None:
    HOST_LOCKS.create(connection)
    EPOCHS.create(connection)


def _folds_with_briefs(connection: Connection) -> None:
    FOLDS.drop(connection)
    FOLDS.create(connection)


def _condensed_events(connection: Connection) -> None:
    FOLDS.drop(connection)
    FOLDS.create(connection)
    CONDENSED.create(connection)


def _seals(connection: Connection) -> None:
    for cache in (FOLDS, CONDENSED):
        cache.drop(connection)
        cache.create(connection)
    for table in (SEAL_LEAVES, SEAL_LOG, SEAL_NODES, SEAL_STATE, SEAL_KEYS):
        table.create(connection)


def _anchors(connection: Connection) -> None:
    ANCHORINGS.create(connection)
    ANCHOR_TRIES.create(connection)


def _cmdb(connection: Connection) -> None:
    for table in (CMDB_UPDATES, CMDB_FACTS, CMDB_TRIES):
        table.create(connection)


def _team(connection: Connection) -> None:
    for table in TEAM_TABLES:
        table.create(connection)


STEPS: tuple[Callable[[Connection], None], ...] = (
    EVENTS.create,
    _locks,
    FOLDS.create,
    _folds_with_briefs,
    _condensed_events,
    _seals,
    _anchors,
    _cmdb,
    _team,
)
"""Step n migrates to version n; a released step never changes, new steps are appended."""


def version_of(connection: Connection) -> int:
    """The version of the tables; 0 in an empty database."""
    if not inspect(connection).has_table(SCHEMA.name):
        return 0
    return connection.scalar(select(func.max(SCHEMA.c.version))) or 0


Before = Callable[[int], None]
"""What is done before tables of this version are migrated, while no other process can write."""


def nothing_before(version: int) -> None:
    """For an empty database."""


def migrate(engine: Engine, before: Before = nothing_before) -> None:
    """Migrate the tables to the newest version in one transaction. Raises StoreFault if they are newer."""
    with engine.connect().execution_options(**WRITING) as connection, connection.begin():
        version = version_of(connection)
        refuse_newer(version)
        if not version:
            SCHEMA.create(connection, checkfirst=True)
        elif version < len(STEPS):
            before(version)
        for number, step in enumerate(STEPS[version:], start=version + 1):
            step(connection)
            connection.execute(insert(SCHEMA), {"version": number})
        # Tables that a step got later, before it was in a release.
        METADATA.create_all(connection, checkfirst=True)


def create_all(connection: Connection) -> None:
    """The newest tables in an empty database, in the transaction of the caller."""
    METADATA.create_all(connection)
    connection.execute(insert(SCHEMA), [{"version": number} for number in range(1, len(STEPS) + 1)])


def refuse_newer(version: int) -> None:
    """Raises StoreFault for tables of a later version of orch."""
    if version > len(STEPS):
        raise StoreFault(
            f"The journal was written by a newer orch (tables of version {version}; this one knows {len(STEPS)}). "
            "Nothing was changed. Use that orch, or a newer one."
        )
