"""Sources of metrics over real servers, programs and databases of the test: exactly one finite number is a value."""

from __future__ import annotations

import base64
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from orchestrator.adapters import process
from orchestrator.adapters.checks.http_get import HttpGet
from orchestrator.adapters.metrics import SourceMeasurements
from orchestrator.adapters.metrics.hosts import as_argument, as_parameters, as_pattern, as_url
from orchestrator.adapters.ssh.on_target import network
from orchestrator.domain.evidence.reading import Reading
from orchestrator.domain.plan.metric import Metric
from orchestrator.domain.plan.target import Target
from orchestrator.engine.measuring_ports import MetricQuestion

HOSTS = (Target(host="web1.example", address="10.0.0.1"), Target(host="web-2", address="fe80::2"))


def asked(tree: dict[str, Any], project: Path, *passed: str, hosts: tuple[Target, ...] = HOSTS) -> Reading:
    metric = Metric.model_validate({"name": "m", "success": "> 0", "timeout": "2s", **tree})
    sources = SourceMeasurements(HttpGet(network.get_http), process.run)
    [reading] = sources.measure([MetricQuestion(metric, hosts)], project, passed)
    return reading


class Site(BaseHTTPRequestHandler):
    """Answers every request with the text of the test, and notes what was asked."""

    answer: tuple[int, bytes]
    heard: list[tuple[str, str | None]]

    def do_GET(self) -> None:
        self.heard.append((self.path, self.headers.get("Authorization")))
        status, body = self.answer
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Be quiet."""


@contextmanager
def serving(body: object, status: int = 200) -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    heard: list[tuple[str, str | None]] = []
    site = type("Own", (Site,), {"answer": (status, text), "heard": heard})
    with ThreadingHTTPServer(("127.0.0.1", 0), site) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", heard
        finally:
            server.shutdown()
            thread.join()


def vector(*values: str) -> dict[str, Any]:
    result = [{"metric": {}, "value": [1.0, value]} for value in values]
    return {"status": "success", "data": {"resultType": "vector", "result": result}}


PROMETHEUS: list[tuple[object, int, Reading]] = [
    (vector("0.25"), 200, Reading(0.25)),
    ({"status": "success", "data": {"resultType": "scalar", "result": [1, "3"]}}, 200, Reading(3.0)),
    (vector(), 200, Reading(trouble="no_value")),
    (vector("NaN"), 200, Reading(trouble="not_a_number")),
    (vector("+Inf"), 200, Reading(trouble="not_a_number")),
    (vector("1", "2"), 200, Reading(trouble="many_values")),
    ({"status": "error", "error": "parse error: unexpected {"}, 400, Reading(trouble="refused")),
    (
        {"status": "success", "data": {"resultType": "matrix", "result": []}},
        200,
        Reading(trouble="not_a_number"),
    ),
    (
        {"status": "success", "data": {"resultType": "vector", "result": [{"value": []}]}},
        200,
        Reading(trouble="no_value"),
    ),
    ({"status": "success", "data": []}, 200, Reading(trouble="no_value")),
    (["x"], 200, Reading(trouble="refused")),
    (b"<html>", 200, Reading(trouble="no_value")),
    (b"\xff\xfe", 503, Reading(trouble="refused")),
]


@pytest.mark.parametrize(("body", "status", "expected"), PROMETHEUS)
def test_prometheus_is_a_value_only_where_it_is_one_number(
    body: object, status: int, expected: Reading, tmp_path: Path
) -> None:
    with serving(body, status) as (url, _):
        reading = asked({"prometheus": {"url": url, "query": "up"}}, tmp_path)
    assert (reading.value, reading.trouble) == (expected.value, expected.trouble)


def test_prometheus_says_in_its_own_words_why_it_refuses(tmp_path: Path) -> None:
    with serving({"status": "error", "error": "parse error: x"}, 400) as (url, _):
        assert asked({"prometheus": {"url": url, "query": "up{"}}, tmp_path).detail == "parse error: x"


def test_a_query_names_exactly_the_hosts_and_says_who_asks(tmp_path: Path) -> None:
    (tmp_path / "pair").write_text("monitor:s3cret-4711\n")
    query = 'sum(up{instance=~"{hosts}"})'
    source = {"query": query, "instance": "{host}:9100", "basic_auth": {"file": "pair"}}
    with serving(vector("1")) as (url, heard):
        reading = asked({"prometheus": {"url": f"{url}/", **source}, "sample": "sum(n)"}, tmp_path)
    assert reading == Reading(1.0, 1.0)
    parts = urlsplit(heard[0][0])
    assert parts.path == "/api/v1/query"
    assert parse_qs(parts.query)["query"] == ['sum(up{instance=~"(?:web1[.]example:9100|web-2:9100)"})']
    assert heard[0][1] == f"Basic {base64.b64encode(b'monitor:s3cret-4711').decode()}"
    assert len(heard) == 2


JSON: list[tuple[object, str, Reading]] = [
    ({"a": {"b": [5, 7]}}, "/a/b/1", Reading(7.0)),
    (7, "", Reading(7.0)),
    ({"a/b": 1.5}, "/a~1b", Reading(1.5)),
    ({"a": "12"}, "/a", Reading(12.0)),
    ({"a": True}, "/a", Reading(trouble="not_a_number")),
    ({"a": None}, "/a", Reading(trouble="no_value")),
    ({"a": {}}, "/a", Reading(trouble="not_a_number")),
    ({"a": 1}, "/b", Reading(trouble="no_value")),
    ({"a": []}, "/a", Reading(trouble="no_value")),
    ({"a": [1]}, "/a/9", Reading(trouble="no_value")),
    ({"a": [1]}, "/a/-1", Reading(trouble="no_value")),
    (b'{"a": NaN}', "/a", Reading(trouble="no_value")),
]


@pytest.mark.parametrize(("body", "pointer", "expected"), JSON)
def test_json_is_a_value_only_where_the_pointer_leads_to_one_number(
    body: object, pointer: str, expected: Reading, tmp_path: Path
) -> None:
    with serving(body) as (url, _):
        reading = asked({"http": {"url": url, "value": pointer}}, tmp_path)
    assert (reading.value, reading.trouble) == (expected.value, expected.trouble)


def test_a_sample_stands_in_the_same_document(tmp_path: Path) -> None:
    with serving({"ratio": 0.1, "requests": 400}) as (url, heard):
        reading = asked(
            {"http": {"url": f"{url}/?of={{hosts}}", "value": "/ratio"}, "sample": "/requests"}, tmp_path
        )
    assert reading == Reading(0.1, 400.0)
    assert [path for path, _ in heard] == ["/?of=web1.example,web-2"]


def test_a_server_that_is_not_there_is_no_answer(tmp_path: Path) -> None:
    with serving({}) as (url, _):
        pass
    assert asked({"http": {"url": url}}, tmp_path).trouble == "no_answer"


def test_an_answer_with_an_error_status_is_refused_whatever_it_holds(tmp_path: Path) -> None:
    with serving({"a": 1}, 500) as (url, _):
        reading = asked({"http": {"url": url, "value": "/a"}}, tmp_path)
    assert (reading.value, reading.trouble, reading.detail) == (None, "refused", "status 500")


def test_credentials_that_cannot_be_read_are_no_answer(tmp_path: Path) -> None:
    reading = asked({"http": {"url": "http://127.0.0.1:1/", "bearer": {"file": "no-such"}}}, tmp_path)
    assert reading.trouble == "no_answer"
    assert "no-such cannot be read" in reading.detail


COMMANDS: list[tuple[list[str], Reading]] = [
    (["printf", "0.5\\n"], Reading(0.5)),
    (["printf", "1e3"], Reading(1000.0)),
    (["printf", "nan"], Reading(trouble="not_a_number")),
    (["printf", "1 2"], Reading(trouble="not_a_number")),
    (["true"], Reading(trouble="no_value")),
    (["sh", "-c", "echo 5; exit 3"], Reading(trouble="refused")),
    (["sleep", "20"], Reading(trouble="no_answer")),
    (["no-such-program"], Reading(trouble="unusable")),
    (["./no-such-program"], Reading(trouble="unusable")),
    (["/dev/null"], Reading(trouble="unusable")),
]


@pytest.mark.parametrize(("run", "expected"), COMMANDS, ids=lambda value: str(value)[:30])
def test_a_command_is_a_value_only_where_it_ends_well_with_one_number(
    run: list[str], expected: Reading, tmp_path: Path
) -> None:
    reading = asked({"command": {"run": run}, "timeout": "300ms"}, tmp_path)
    assert (reading.value, reading.trouble) == (expected.value, expected.trouble)


def test_a_command_runs_in_the_project_without_a_shell_and_sees_what_is_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "count.sh"
    script.write_text(
        '#!/bin/sh\nprintf \'{"n": "%s", "of": %s}\' "$(printf %s "$1$PASSED$KEPT" | wc -c)" 9\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("PASSED", "xyz")
    monkeypatch.setenv("KEPT", "from the run")
    tree = {"command": {"run": ["./count.sh", "{hosts};exit"], "value": "/n"}, "sample": "/of"}
    assert asked(tree, tmp_path, "PASSED") == Reading(len("web1.example,web-2;exit") + 3.0, 9.0)


def shop(place: Path) -> None:
    with sqlite3.connect(place) as database:
        database.execute("create table errors (host text, n integer)")
        database.executemany(
            "insert into errors values (?, ?)", [("web1.example", 3), ("web-2", 4), ("db1", 100)]
        )


SQL: list[tuple[str, Reading]] = [
    ("select sum(n) from errors where host in {hosts}", Reading(7.0)),
    ("select n from errors where host in {hosts}", Reading(trouble="many_values")),
    ("select n, n from errors where host = 'db1'", Reading(trouble="many_values")),
    ("select n from errors where host = 'nobody'", Reading(trouble="no_value")),
    ("select sum(n) from errors where host = 'nobody'", Reading(trouble="no_value")),
    ("select host from errors where host = 'db1'", Reading(trouble="not_a_number")),
    ("select n from nothing", Reading(trouble="no_answer")),
    ("delete from errors", Reading(trouble="no_answer")),
]


@pytest.mark.parametrize(("query", "expected"), SQL)
def test_sqlite_is_a_value_only_where_the_query_returns_one_number(
    query: str, expected: Reading, tmp_path: Path
) -> None:
    shop(tmp_path / "shop.sqlite")
    (tmp_path / "dsn").write_text("sqlite:///shop.sqlite\n")
    reading = asked({"sql": {"dsn": {"file": "dsn"}, "query": query}}, tmp_path)
    assert (reading.value, reading.trouble) == (expected.value, expected.trouble)
    with sqlite3.connect(tmp_path / "shop.sqlite") as database:
        assert database.execute("select count(*) from errors").fetchone() == (3,)


def test_a_query_without_end_is_interrupted(tmp_path: Path) -> None:
    shop(tmp_path / "shop.sqlite")
    (tmp_path / "dsn").write_text(f"sqlite:///{tmp_path}/shop.sqlite\n")
    endless = "with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) from c"
    reading = asked({"sql": {"dsn": {"file": "dsn"}, "query": endless}, "timeout": "200ms"}, tmp_path)
    assert (reading.trouble, reading.detail) == ("no_answer", "interrupted")


def test_an_address_that_is_not_passed_is_unusable_and_a_database_is_not_made(tmp_path: Path) -> None:
    tree = {"sql": {"dsn": {"variable": "SHOP_DSN"}, "query": "select 1"}}
    assert asked(tree, tmp_path).trouble == "unusable"
    (tmp_path / "dsn").write_text("sqlite:///new.sqlite")
    assert asked({"sql": {"dsn": {"file": "dsn"}, "query": "select 1"}}, tmp_path).trouble == "no_answer"
    assert not (tmp_path / "new.sqlite").exists()
    (tmp_path / "dsn").write_text("mysql://somewhere")
    assert asked({"sql": {"dsn": {"file": "dsn"}, "query": "select 1"}}, tmp_path).trouble == "unusable"


def test_postgresql_is_read_and_never_written(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(database_url, autocommit=True) as database:
        database.execute("create table errors (host text, n integer)")
        database.execute("insert into errors values ('web1.example', 3), ('web-2', 4), ('db1', 100)")
    monkeypatch.setenv("SHOP_DSN", database_url)

    def answer(query: str, **more: Any) -> Reading:
        return asked({"sql": {"dsn": {"variable": "SHOP_DSN"}, "query": query}, **more}, tmp_path, "SHOP_DSN")

    assert answer("select sum(n) from errors where host in {hosts} and host like 'web%'") == Reading(7.0)
    assert answer("select 1", sample="select count(*) from errors").sample == 3.0
    assert "read-only" in answer("insert into errors values ('x', 1) returning 1").detail
    slow = answer("select 1 from (select pg_sleep(20)) as slow", timeout="300ms")
    assert (slow.trouble, "timeout" in slow.detail) == ("no_answer", True)


def test_a_password_in_an_address_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "dsn").write_text("postgresql://shop:s3cret-4711@127.0.0.1:1/shop?options=s3cret-4711")
    reading = asked({"sql": {"dsn": {"file": "dsn"}, "query": "select 1"}}, tmp_path)
    assert reading.trouble == "no_answer"
    assert "s3cret" not in reading.detail


HOSTILE = (Target(host="a.b-c_d", address='1"}or vector(1)#'),)
PLACED: list[tuple[str, str]] = [
    (as_pattern("x{hosts}", HOSTILE, "{host}"), "x(?:a[.]b-c_d)"),
    (as_pattern("{addresses}", HOSTILE, "{host}"), "(?:1.[}]or[ ]vector[(]1[)].)"),
    (as_url("/{addresses}", HOSTILE), "/1%22%7Dor%20vector%281%29%23"),
    (as_argument("{hosts}{x}", HOSTILE), "a.b-c_d{x}"),
    (as_parameters("in {addresses}", HOSTILE, "?")[0], "in (?)"),
]


@pytest.mark.parametrize(("placed", "expected"), PLACED)
def test_hosts_stand_in_the_safe_form_of_each_source(placed: str, expected: str) -> None:
    assert placed == expected
