"""What other sites could have a browser do: no answer is for them, in a frame, in a cache, or with another method."""

from __future__ import annotations

import json
import re

import httpx
import pytest

from orchestrator.web.live.fragments import FRAGMENTS
from orchestrator.web.route_table import all_routes
from tests.worlds.served import CSRF
from tests.worlds.served_home import RUNNING, SCHEDULED

EVIL = "https://evil.example"
GET = [route for route in all_routes() if route.method == "GET" and "{" not in route.path]
KINDS: dict[str, tuple[str, str, dict[str, str], int]] = {
    "a page": ("GET", "/deployments", {}, 200),
    "a page that is not there": ("GET", "/nothing", {}, 404),
    "an answer that is not there": ("GET", "/api/v1/nothing", {}, 404),
    "another method": ("DELETE", "/deployments", {}, 405),
    "a forged form": ("POST", "/logout", {}, 403),
    "a body without its length": (
        "POST",
        "/logout",
        {"x-orch-csrf": CSRF, "transfer-encoding": "chunked"},
        411,
    ),
    "another form of body": ("POST", "/api/v1/plans/check", {"x-orch-csrf": CSRF}, 0),
    "a redirection": ("GET", "/login", {}, 303),
    "a wrong query": ("GET", "/api/v1/deployments?limit=x", {}, 422),
    "a file": ("GET", "/records/residue/files/checks.csv", {}, 200),
    "a file that is not there": ("GET", "/records/residue/files/x", {}, 404),
    "figures": ("GET", "/metrics", {}, 0),
    "health": ("GET", "/healthz", {}, 200),
    "a static file": ("GET", "/static/live.js", {}, 200),
    "a static file that is not there": ("GET", "/static/x.js", {}, 404),
    "a static file with another method": ("POST", "/static/live.js", {}, 405),
    "a style sheet": ("GET", "/sheets/record.css", {}, 200),
    "a style sheet that is not there": ("GET", "/sheets/x.css", {}, 404),
    "the document of the API": ("GET", "/api/v1/openapi.json", {}, 200),
}
ALIKE = ("/static/", "/sheets/")
"""What is the same for everybody, and may be kept by caches."""


@pytest.mark.parametrize("case", KINDS)
def test_every_kind_of_answer_stays_alone(client: httpx.Client, case: str) -> None:
    method, path, headers, status = KINDS[case]
    answer = client.request(method, path, headers={**headers, "origin": EVIL} if method == "GET" else headers)
    assert status in {0, answer.status_code}, answer.text[:300]
    policy = answer.headers["content-security-policy"]
    for rule in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action '"):
        assert rule in policy
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert "server" not in answer.headers
    if not path.startswith(ALIKE):
        assert "no-store" in answer.headers["cache-control"] or "private" in answer.headers["cache-control"]
    assert "set-cookie" not in answer.headers


def test_a_static_file_that_has_not_changed_is_as_alone(client: httpx.Client) -> None:
    tag = client.get("/static/live.js").headers["etag"]
    answer = client.get("/static/live.js", headers={"if-none-match": tag})
    assert answer.status_code == 304
    assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", ["/", "/logout", "/api/v1/deployments", "/static/live.js", "/nothing"])
def test_no_other_site_is_let_in(client: httpx.Client, path: str) -> None:
    asked = {
        "origin": EVIL,
        "access-control-request-method": "POST",
        "access-control-request-headers": "x-orch-csrf",
    }
    answer = client.options(path, headers=asked)
    assert answer.status_code in {404, 405}
    assert not [name for name in answer.headers if name.startswith("access-control-")]


OVERRIDES = ("x-http-method-override", "x-http-method", "x-method-override")


def test_no_header_and_no_field_makes_another_method_of_it(client: httpx.Client) -> None:
    unsafe = {route.path for route in all_routes() if route.method != "GET" and "{" not in route.path}
    for path in sorted(unsafe):
        plain = client.get(path)
        for headers in ({name: "POST"} for name in OVERRIDES):
            answer = client.get(path, headers={**headers, "x-orch-csrf": CSRF}, params={"_method": "POST"})
            assert answer.status_code in {plain.status_code, 422}, (path, answer.status_code)
    posted = client.post(
        "/deployments", headers={"x-orch-csrf": CSRF, OVERRIDES[0]: "GET"}, data={"_method": "GET"}
    )
    assert posted.status_code == 405


@pytest.mark.parametrize("name", [RUNNING, SCHEDULED, "hostile_text"])
def test_what_the_script_of_a_page_reads_is_data(client: httpx.Client, name: str) -> None:
    """Each event of the stream is one line of JSON with known names; hosts and plans have no say in it."""
    lines: list[str] = []
    with client.stream(
        "GET", f"/deployments/{name}/stream", params={"seen": "</script>__proto__\u2028"}
    ) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            lines.append(line)
            if line.startswith("data: {"):
                break
    [data] = [line.removeprefix("data: ") for line in lines if line.startswith("data: {")]
    body = json.loads(data, object_pairs_hook=lambda pairs: {**dict(pairs), "number of names": len(pairs)})
    assert set(body["fragments"]) - {"number of names"} <= set(FRAGMENTS)
    assert "__proto__" not in data
    assert not re.search("<script|[\u2028\u2029\u202a-\u202e\x00-\x1f]", data)


def test_no_page_has_a_script_of_its_own_or_a_place_for_one(client: httpx.Client) -> None:
    for path in (f"/deployments/{RUNNING}", "/deployments/hostile_text", "/records/hostile_text", "/account"):
        text = client.get(path).text
        scripts = re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL)
        assert not any(scripts), path
        assert not re.search(r"<(iframe|object|embed|base)\b", text), path
        assert set(re.findall("http-equiv=[^ ]*", text)) <= {'http-equiv="refresh"'}, path
