"""Everything specific to PostgreSQL: the driver, and the turns of writers."""

from importlib.util import find_spec

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from orchestrator.adapters.extras import to_install
from orchestrator.adapters.server_waits import waits_beside
from orchestrator.adapters.store.sqlite import is_writing
from orchestrator.errors import MachineLacks

DRIVER = "postgresql+psycopg"
_WRITERS = 0x6F726368
"""The number of the advisory lock that a writer holds until its transaction ends: `orch` in ASCII."""


def url_of(text: str) -> URL:
    """The URL with the driver that orch includes. Raises SQLAlchemy's ArgumentError."""
    url = make_url(text)
    return url.set(drivername=DRIVER) if url.drivername in ("postgresql", "postgres") else url


def shown(text: str) -> str:
    """The URL for messages, without its password."""
    try:
        return url_of(text).render_as_string(hide_password=True)
    except ArgumentError:
        return "at the URL that was given"


def shown_plain(text: str) -> str:
    """The same without the name of the driver, as a person writes it."""
    return shown(text).replace(f"{DRIVER}:", "postgresql:", 1)


def shared_engine(url: URL) -> Engine:
    """An engine on a database server. Raises MachineLacks without the extra `postgresql`."""
    if url.drivername == DRIVER and find_spec("psycopg") is None:
        raise MachineLacks(
            "The journal is on PostgreSQL, whose driver is not installed where orch is. "
            f"Install it: {to_install('postgresql')}"
        )
    waits = waits_beside(url.query)
    engine = create_engine(url, pool_pre_ping=True, connect_args=waits if url.drivername == DRIVER else {})
    event.listen(engine, "begin", _take_turn)
    return engine


def _take_turn(connection: Connection) -> None:
    # Like BEGIN IMMEDIATE in SQLite: transactions that read and then write must not interleave, an event's time is taken
    # when it is its writer's turn, and only one process at a time migrates the tables.
    if connection.dialect.name == "postgresql" and is_writing(connection):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS})")
