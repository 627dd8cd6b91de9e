"""Modules that change what a server keeps: accounts, databases, queues. With the server and its data they are gone."""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.domain.adoption.tree_reading import DataServer

_SERVERS: Mapping[str, DataServer] = {
    "mongodb_": DataServer("mongo.*", ("/var/lib/mongodb", "/var/lib/mongo")),
    "mysql_": DataServer(
        "(default-|community-)?(mysql|mariadb|MariaDB)(-community)?-server.*", ("/var/lib/mysql",)
    ),
    # Debian's name of the server is Red Hat's of the client; what follows a name is `:ARCH` with dpkg, and `.ARCH` with rpm.
    "postgresql_": DataServer(
        "postgresql(-[0-9]+)?(?=:)|postgresql[0-9]*-server", ("/var/lib/postgresql", "/var/lib/pgsql")
    ),
    "rabbitmq_": DataServer("rabbitmq-server", ("/var/lib/rabbitmq",)),
}


def data_server(module: str) -> DataServer | None:
    """The server of a module such as `community.postgresql.postgresql_db`; None for others."""
    name = module.rpartition(".")[2]
    return next((server for prefix, server in _SERVERS.items() if name.startswith(prefix)), None)
