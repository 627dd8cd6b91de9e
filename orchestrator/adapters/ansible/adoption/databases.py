"""Modules that change what a server keeps: accounts, databases, queues. With the server and its data they are gone."""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.domain.adoption.tree_reading import DataServer

_SERVERS: Mapping[str, DataServer] = {
    "mongodb_": DataServer("mongo.*", "/var/lib/mongodb"),
    "mysql_": DataServer("(default-)?(mysql|mariadb)-server.*", "/var/lib/mysql"),
    "postgresql_": DataServer("postgresql(-[0-9]+)?", "/var/lib/postgresql"),
    "rabbitmq_": DataServer("rabbitmq-server", "/var/lib/rabbitmq"),
}


def data_server(module: str) -> DataServer | None:
    """The server of a module such as `community.postgresql.postgresql_db`; None for others."""
    name = module.rpartition(".")[2]
    return next((server for prefix, server in _SERVERS.items() if name.startswith(prefix)), None)
