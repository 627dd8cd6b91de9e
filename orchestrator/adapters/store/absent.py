"""A store that is not there yet, for whoever only looks: empty tables in memory."""

from sqlalchemy import Engine, StaticPool, create_engine

from orchestrator.adapters.store.tables import migrate


def empty_engine() -> Engine:
    """An engine on a database in memory that has the tables and no row."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    migrate(engine)
    return engine
