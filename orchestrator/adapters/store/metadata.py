"""The tables of the store, which each module of tables adds its own to."""

from sqlalchemy import MetaData

METADATA = MetaData()
