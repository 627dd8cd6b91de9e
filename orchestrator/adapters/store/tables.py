"""The tables of the journal, and their migrations."""

from collections.abc import Callable

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    func,
    insert,
    inspect,
    select,
)

from orchestrator.adapters.store.sqlite import WRITING
from orchestrator.errors import StoreFault

METADATA = MetaData()

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
)
"""One row per kept fold: its last event, the code that made it, the fold itself and its brief.

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
)
"""One row per long event: its condensed form, its counts, and the code that made it. The table may be emptied."""

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


STEPS: tuple[Callable[[Connection], None], ...] = (
    EVENTS.create,
    _locks,
    FOLDS.create,
    _folds_with_briefs,
    _condensed_events,
)
"""Step n migrates to version n; a released step never changes, new steps are appended."""


def version_of(connection: Connection) -> int:
    """The version of the tables; 0 in an empty database."""
    if not inspect(connection).has_table(SCHEMA.name):
        return 0
    return connection.scalar(select(func.max(SCHEMA.c.version))) or 0


def migrate(engine: Engine) -> None:
    """Migrate the tables to the newest version in one transaction. Raises StoreFault if they are newer."""
    with engine.connect().execution_options(**WRITING) as connection, connection.begin():
        version = version_of(connection)
        refuse_newer(version)
        if not version:
            SCHEMA.create(connection, checkfirst=True)
        for number, step in enumerate(STEPS[version:], start=version + 1):
            step(connection)
            connection.execute(insert(SCHEMA), {"version": number})


def refuse_newer(version: int) -> None:
    """Raises StoreFault for tables of a later version of orch."""
    if version > len(STEPS):
        raise StoreFault(
            f"The journal was written by a newer orch (tables of version {version}; this one knows {len(STEPS)}). "
            "Nothing was changed. Use that orch, or a newer one."
        )
