"""The port `Exchange` on the queue's database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from orchestrator.adapters.queue.connection import QueueConnection
from orchestrator.engine.node_ports import QUESTION_SECONDS, Answer, Call, Exchange, OpenCall, queue_of_zone


class SqlExchange(Exchange):
    """Each method is one statement, and so one transaction."""

    def __init__(self, connection: QueueConnection) -> None:
        self._to = connection

    def put(self, call: Call) -> bool:
        """See the port."""
        return bool(
            self._to.rows_at_once(
                "INSERT INTO orch_calls (id, zone, queue, frame, attempt, content) VALUES (%(id)s, %(zone)s, %(queue)s,"
                " %(frame)s, %(attempt)s, %(content)s) ON CONFLICT DO NOTHING RETURNING id",
                id=call.id,
                zone=call.zone,
                queue=call.queue,
                frame=call.frame,
                attempt=call.attempt,
                content=call.content,
            )
        )

    def note_job(self, call: str, job: int) -> None:
        """See the port."""
        self._to.act("UPDATE orch_calls SET job = %(job)s WHERE id = %(id)s", id=call, job=job)

    def call(self, call: str) -> Call | None:
        """See the port."""
        return _first(
            self._to.rows(
                "SELECT id, zone, queue, frame, attempt, content, job, taken_by FROM orch_calls WHERE id = %(id)s",
                id=call,
            )
        )

    def begun(self, attempt: str) -> Call | None:
        """See the port."""
        return _first(
            self._to.rows(
                "SELECT id, zone, queue, frame, attempt, content, job, taken_by FROM orch_calls"
                " WHERE attempt = %(attempt)s AND attempt <> ''",
                attempt=attempt,
            )
        )

    def take(self, call: str, node: str) -> Call | None:
        """See the port."""
        return _first(
            self._to.rows(
                "UPDATE orch_calls SET taken_by = %(node)s WHERE id = %(id)s AND taken_by IN ('', %(node)s)"
                " AND answer IS NULL"
                " RETURNING id, zone, queue, frame, attempt, content, job, taken_by",
                id=call,
                node=node,
            )
        )

    def taken(self, node: str) -> list[Call]:
        """See the port."""
        rows = self._to.rows(
            "SELECT id, zone, queue, frame, attempt, content, job, taken_by FROM orch_calls c WHERE taken_by = %(node)s"
            " AND (answer IS NULL OR (attempt <> '' AND NOT EXISTS"
            " (SELECT 1 FROM orch_reports r WHERE r.attempt = c.attempt AND r.last))) ORDER BY made_at",
            node=node,
        )
        return [_call(row) for row in rows]

    def answer(self, call: str, answer: Answer) -> bool:
        """See the port."""
        return bool(
            self._to.rows(
                "UPDATE orch_calls SET answer = %(frame)s, answered_by = %(node)s WHERE id = %(id)s AND answer IS NULL"
                " RETURNING id",
                id=call,
                node=answer.node,
                frame=answer.frame,
            )
        )

    def answer_to(self, call: str) -> Answer | None:
        """See the port."""
        rows = self._to.rows(
            "SELECT answered_by, answer FROM orch_calls WHERE id = %(id)s AND answer IS NOT NULL", id=call
        )
        return Answer(rows[0]["answered_by"], bytes(rows[0]["answer"])) if rows else None

    def report(self, attempt: str, report: Answer) -> None:
        """See the port."""
        self._to.act(
            "INSERT INTO orch_reports AS r (attempt, node, number, last, frame) VALUES (%(attempt)s, %(node)s, %(number)s,"
            " %(last)s, %(frame)s) ON CONFLICT (attempt) DO UPDATE SET node = excluded.node, number = excluded.number,"
            " last = excluded.last, frame = excluded.frame, at = clock_timestamp()"
            " WHERE r.number < excluded.number AND NOT r.last",
            attempt=attempt,
            node=report.node,
            number=report.number,
            last=report.last,
            frame=report.frame,
        )

    def report_of(self, attempt: str, known: int = -1) -> Answer | None:
        """See the port. A run with many tasks has a report of megabytes, and is looked at several times a second."""
        rows = self._to.rows(
            "SELECT node, number, last, CASE WHEN number = %(known)s THEN ''::bytea ELSE frame END AS frame"
            " FROM orch_reports WHERE attempt = %(attempt)s",
            attempt=attempt,
            known=known,
        )
        return (
            Answer(rows[0]["node"], bytes(rows[0]["frame"]), rows[0]["number"], rows[0]["last"])
            if rows
            else None
        )

    def open_calls(self) -> list[OpenCall]:
        """See the port; a call whose job was taken back is over."""
        rows = self._to.rows(
            "SELECT c.zone, c.queue, c.attempt, c.taken_by,"
            " extract(epoch FROM clock_timestamp() - c.made_at)::float8 AS age FROM orch_calls c"
            " LEFT JOIN procrastinate_jobs j ON j.id = c.job"
            " WHERE (CASE WHEN c.attempt = '' THEN c.answer IS NULL"
            " AND c.made_at > clock_timestamp() - %(seconds)s * interval '1 second'"
            " ELSE NOT EXISTS (SELECT 1 FROM orch_reports r WHERE r.attempt = c.attempt AND r.last) END)"
            " AND (j.id IS NULL OR j.status IN ('todo', 'doing'))"
            " AND NOT EXISTS (SELECT 1 FROM orch_nodes n WHERE n.name = c.taken_by AND n.gone) ORDER BY c.made_at",
            seconds=QUESTION_SECONDS,
        )
        return [_open_call(row) for row in rows]

    def drop(self, call: str) -> None:
        """See the port."""
        self._to.act("DELETE FROM orch_calls WHERE id = %(id)s", id=call)

    def tidy(self, days: float) -> None:
        """See the port."""
        self._to.act(
            "WITH old AS (DELETE FROM orch_calls c WHERE made_at < clock_timestamp() - %(days)s * interval '1 day'"
            " AND (attempt = '' OR EXISTS (SELECT 1 FROM orch_reports r WHERE r.attempt = c.attempt AND r.last))"
            " RETURNING attempt) DELETE FROM orch_reports WHERE attempt IN (SELECT attempt FROM old)",
            days=days,
        )
        self._to.act(
            "WITH old AS (DELETE FROM orch_whole_contents w WHERE at < clock_timestamp() - %(days)s * interval '1 day'"
            " AND NOT EXISTS (SELECT 1 FROM orch_calls c WHERE c.content = w.digest) RETURNING digest)"
            " DELETE FROM orch_contents WHERE digest IN (SELECT digest FROM old)",
            days=days,
        )

    def share(self, digest: str, parts: Iterable[bytes]) -> None:
        """See the port. It is there when its number of parts is: whoever dies before leaves nothing that counts."""
        if self.has(digest):
            return
        count = 0
        for number, part in enumerate(parts):
            self._to.act(
                "INSERT INTO orch_contents (digest, part, bytes) VALUES (%(digest)s, %(part)s, %(bytes)s)"
                " ON CONFLICT (digest, part) DO UPDATE SET bytes = excluded.bytes",
                digest=digest,
                part=number,
                bytes=part,
            )
            count = number + 1
        self._to.act(
            "INSERT INTO orch_whole_contents (digest, parts) VALUES (%(digest)s, %(parts)s) ON CONFLICT DO NOTHING",
            digest=digest,
            parts=count,
        )

    def has(self, digest: str) -> bool:
        """See the port."""
        return bool(
            self._to.rows(
                "SELECT 1 AS there FROM orch_whole_contents WHERE digest = %(digest)s", digest=digest
            )
        )

    def part(self, digest: str, number: int) -> bytes | None:
        """See the port."""
        rows = self._to.rows(
            "SELECT bytes FROM orch_contents JOIN orch_whole_contents USING (digest) WHERE digest = %(digest)s"
            " AND part = %(part)s AND part < parts",
            digest=digest,
            part=number,
        )
        return bytes(rows[0]["bytes"]) if rows else None


def _first(rows: list[dict[str, Any]]) -> Call | None:
    return _call(rows[0]) if rows else None


def _open_call(row: dict[str, Any]) -> OpenCall:
    own = row["queue"] if row["queue"] != queue_of_zone(row["zone"]) else ""
    return OpenCall(row["zone"], own, row["attempt"], row["taken_by"], row["age"])


def _call(row: dict[str, Any]) -> Call:
    return Call(**{**row, "frame": bytes(row["frame"])})
