"""The document of the API is valid, and the API keeps to it, whatever is sent."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from orchestrator.web.route_table import all_routes
from tests.web.api.described_service import DOCUMENT, service


@pytest.mark.parametrize("routes", ["/(reviews|measures)$", pytest.param("/", marks=pytest.mark.long)])
def test_the_api_keeps_to_its_document(root: Path, routes: str) -> None:
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/web/api/openapi_cases.py"]
    chosen = {**os.environ, "ORCH_TEST_ROUTES": routes}
    ended = subprocess.run(run, cwd=root, env=chosen, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_every_route_of_the_api_is_described() -> None:
    assert [route.name for route in all_routes() if route.of_api and route.described is None] == []


@pytest.mark.parametrize("path", ["/api/v1/deployments/{deployment}", "/api/v1/schedule", "/api/v1/measures"])
def test_the_document_has_shapes_of_answers(path: str) -> None:
    document = TestClient(service()).get(DOCUMENT).json()
    answer = document["paths"][path]["get"]["responses"]["200"]
    name = answer["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert document["components"]["schemas"][name]["type"] == "object"
