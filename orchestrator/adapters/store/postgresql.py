"""All that is particular to PostgreSQL: the driver, and that writers take turns."""

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from orchestrator.adapters.store.sqlite import is_writing

DRIVER = "postgresql+psycopg"
_WRITERS = 0x6F726368
"""The advisory lock that a writer holds until its transaction ends; the number is `orch` in ASCII."""


def url_of(text: str) -> URL:
    """The URL with the driver that orch brings along. Raises SQLAlchemy's ArgumentError."""
    url = make_url(text)
    return url.set(drivername=DRIVER) if url.drivername in ("postgresql", "postgres") else url


def shown(text: str) -> str:
    """The URL for people, without its password."""
    try:
        return url_of(text).render_as_string(hide_password=True)
    except ArgumentError:
        return "at the URL that was given"


def shared_engine(url: URL) -> Engine:
    """An engine on a database that a server keeps."""
    engine = create_engine(url, pool_pre_ping=True)
    event.listen(engine, "begin", _take_turn)
    return engine


def _take_turn(connection: Connection) -> None:
    # As BEGIN IMMEDIATE does with SQLite: a transaction that reads and then writes must not meet another half-way, the
    # time of an event is taken when its writer's turn has come, and one process at a time brings the tables up to date.
    if connection.dialect.name == "postgresql" and is_writing(connection):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS})")
