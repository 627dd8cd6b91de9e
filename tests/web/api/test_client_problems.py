"""What a client says of each problem that a server answers with: the server's own words, and an exit code that fits."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from orchestrator.adapters.remote.server import Server
from orchestrator.cli.main import run
from orchestrator.errors import ExitCode, OrchError
from orchestrator.web.problems import STATUS, TITLES
from tests.worlds.served import TOKEN

DETAIL = "So it is, and so it goes on."
ANSWERED: dict[tuple[int, str], ExitCode] = {
    (400, "usage"): ExitCode.USAGE,
    (401, "unauthenticated"): ExitCode.REFUSED,
    (403, "refused"): ExitCode.REFUSED,
    (404, "not_found"): ExitCode.NOT_FOUND,
    (405, "method"): ExitCode.MACHINE_LACKS,
    (408, "too_slow"): ExitCode.STORE_FAULT,
    (409, "refused"): ExitCode.REFUSED,
    (409, "conflict"): ExitCode.CONFLICT,
    (409, "under_way"): ExitCode.CONFLICT,
    (411, "length_required"): ExitCode.MACHINE_LACKS,
    (412, "changed"): ExitCode.CONFLICT,
    (413, "too_large"): ExitCode.USAGE,
    (415, "media_type"): ExitCode.MACHINE_LACKS,
    (422, "faults"): ExitCode.USAGE,
    (422, "plan_fault"): ExitCode.PLAN_FAULT,
    (429, "too_many_tries"): ExitCode.REFUSED,
    (500, "internal"): ExitCode.STORE_FAULT,
    (501, "machine_lacks"): ExitCode.MACHINE_LACKS,
    (503, "store_fault"): ExitCode.STORE_FAULT,
}
OF_A_PLAN = [{"in": "plan.yml", "line": "3", "path": "waves", "expected": DETAIL, "found": "3", "next": ""}]


@contextmanager
def answering_with(status: int, body: bytes, kind: str = "application/problem+json") -> Iterator[str]:
    """A server that answers everything with this."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is called there
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(("status", "code"), ANSWERED)
def test_each_problem_has_its_words_and_its_exit_code(status: int, code: str) -> None:
    faults = OF_A_PLAN if code == "plan_fault" else []
    body = {"status": status, "code": code, "detail": DETAIL, "faults": faults}
    with answering_with(status, json.dumps(body).encode()) as url, pytest.raises(OrchError) as raised:
        Server(url, TOKEN).get("/api/v1/me")
    assert raised.value.exit_code == ANSWERED[status, code]
    assert DETAIL in str(raised.value) or status == 401


def test_every_problem_of_a_server_is_in_the_table() -> None:
    assert set(TITLES) == {status for status, _ in ANSWERED}
    for exit_code, problem in STATUS.items():
        assert ANSWERED[problem] == exit_code


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>502 Bad Gateway</html>",
        b"[]",
        b"null",
        b'{"detail": {"a": 1}, "code": ["x"]}',
        b'{"detail": "\\u001b[31m\\u202e", "code": "plan_fault", "faults": [{"line": {"a": 1}}]}',
        b'{"detail": "x", "code": "plan_fault", "faults": "many"}',
        b"[" * 100_000,
    ],
    ids=lambda body: body[:20].decode(),
)
@pytest.mark.parametrize("status", [200, 301, 409, 502])
def test_what_no_server_of_orch_answers_is_no_traceback(
    status: int, body: bytes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ORCH_TOKEN", TOKEN)
    with answering_with(status, body) as url:
        assert run(["--server", url, "list"]) in ANSWERED.values()
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    assert "\x1b" not in printed.err
