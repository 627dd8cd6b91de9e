"""The port `NodeBook` on the queue's database."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from orchestrator.adapters.queue.connection import QueueConnection
from orchestrator.engine.node_ports import ONE_SUCCESSOR, Node, NodeBook, NodeSeen, Party, Succession
from orchestrator.errors import NotFound, Refused


class SqlNodeBook(NodeBook):
    """Tokens are kept as digests; a node is enrolled in the statement that uses its token up."""

    def __init__(self, connection: QueueConnection) -> None:
        self._to = connection

    def invite(self, digest: str, zone: str, by: str, seconds: float) -> None:
        """See the port."""
        self._to.act(
            "INSERT INTO orch_node_tokens (digest, zone, invited_by, until) VALUES (%(digest)s, %(zone)s, %(by)s,"
            " clock_timestamp() + %(seconds)s * interval '1 second')",
            digest=digest,
            zone=zone,
            by=by,
            seconds=seconds,
        )

    def enrol(self, digest: str, party: Party) -> Node:
        """See the port."""
        rows = self._to.rows(
            "WITH token AS (UPDATE orch_node_tokens SET used = true WHERE digest = %(digest)s AND NOT used"
            " AND until > clock_timestamp() AND NOT EXISTS (SELECT 1 FROM orch_nodes WHERE name = %(name)s)"
            " RETURNING zone, invited_by)"
            " INSERT INTO orch_nodes (name, zone, verify, box, enrolled_by)"
            " SELECT %(name)s, zone, %(verify)s, %(box)s, invited_by FROM token"
            " ON CONFLICT DO NOTHING RETURNING *",
            digest=digest,
            name=party.name,
            verify=party.verify,
            box=party.box,
        )
        if not rows:
            raise Refused(
                f"{party.name} was not enrolled: its token is unknown, used or too old, or there is a node of that name. "
                "Ask an administrator for a new one: orch node invite ZONE."
            )
        return _node(rows[0])

    def node(self, name: str) -> Node:
        """See the port."""
        rows = self._to.rows("SELECT * FROM orch_nodes WHERE name = %(name)s", name=name)
        if not rows:
            raise NotFound(f"No node is called {name}; orch node list names them.")
        return _node(rows[0])

    def nodes(self) -> list[NodeSeen]:
        """See the port."""
        rows = self._to.rows(
            "SELECT *, extract(epoch FROM clock_timestamp() - heard_at)::float8 AS silent FROM orch_nodes ORDER BY zone, name"
        )
        return [NodeSeen(_node(row), row["silent"], row["heard_at"]) for row in rows]

    def change(self, name: str, *, draining: bool | None = None, gone: bool | None = None) -> None:
        """See the port."""
        rows = self._to.rows(
            "UPDATE orch_nodes SET draining = coalesce(%(draining)s::boolean, draining),"
            " gone = coalesce(%(gone)s::boolean, gone) WHERE name = %(name)s RETURNING name",
            name=name,
            draining=draining,
            gone=gone,
        )
        if not rows:
            raise NotFound(f"No node is called {name}; orch node list names them.")

    def hear(self, name: str) -> None:
        """See the port."""
        self._to.act("UPDATE orch_nodes SET heard_at = clock_timestamp() WHERE name = %(name)s", name=name)

    def succeed(self, succession: Succession) -> None:
        """See the port."""
        after = succession.after
        rows = self._to.rows(
            "INSERT INTO orch_server_keys AS k (before, verify, box, name, signature) VALUES (%(before)s, %(verify)s, %(box)s,"
            " %(name)s, %(signature)s) ON CONFLICT (before) DO UPDATE SET signature = k.signature"
            " WHERE k.verify = excluded.verify AND k.box = excluded.box RETURNING before",
            before=succession.before,
            verify=after.verify,
            box=after.box,
            name=after.name,
            signature=succession.signature,
        )
        if not rows:
            raise Refused(ONE_SUCCESSOR)

    def successions(self) -> list[Succession]:
        """See the port."""
        return [
            _succession(row) for row in self._to.rows("SELECT * FROM orch_server_keys ORDER BY at, before")
        ]


def _succession(row: dict[str, Any]) -> Succession:
    after = Party(name=row["name"], verify=row["verify"], box=row["box"])
    return Succession(before=row["before"], after=after, signature=row["signature"])


def _node(row: dict[str, Any]) -> Node:
    return Node(
        party=Party(name=row["name"], verify=row["verify"], box=row["box"]),
        zone=row["zone"],
        enrolled_at=row["enrolled_at"].astimezone(UTC),
        enrolled_by=row["enrolled_by"],
        draining=row["draining"],
        gone=row["gone"],
    )
