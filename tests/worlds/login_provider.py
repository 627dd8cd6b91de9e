"""A real provider of OpenID Connect (npm's oidc-provider) on loopback, run by node."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

HERE = Path(__file__).parents[1] / "web/provider"
SECRET = "a secret of tests, long enough for a client"


def lacking() -> str | None:
    """Why no provider can be started here; None where one can."""
    if shutil.which("node") is None:
        return "node is not installed here (Debian: nodejs, npm)."
    if not (HERE / "node_modules/oidc-provider").is_dir():
        if shutil.which("npm") is None:
            return "npm is not installed here (Debian: npm)."
        install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        made = subprocess.run(install, cwd=HERE, capture_output=True, text=True, check=False, timeout=240)
        if made.returncode != 0:
            return f"npm ci failed in {HERE}: {made.stderr[-300:]}"
    return None


@contextmanager
def login_provider(back: str, people: Mapping[str, Mapping[str, Any]], secret: str = SECRET) -> Iterator[str]:
    """The issuer of a provider with these people, who come back to that address; it ends with the block."""
    reason = lacking()
    if reason is not None:
        pytest.skip(reason)
    command = ["node", str(HERE / "provider.mjs"), back, secret, json.dumps(people)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            issuer = process.stdout.readline().strip()
            assert issuer, "the provider did not start"
            yield issuer
        finally:
            process.terminate()


def came_back(url: str, issuer: str, back: str) -> dict[str, str]:
    """What the provider sends along, after a browser went to this URL and everywhere that it was led."""
    with httpx.Client(trust_env=False) as browser:
        for _ in range(9):
            answer = browser.get(url)
            url = str(httpx.URL(issuer).join(answer.headers["location"]))
            if url.startswith(back):
                return {name: value for name, [value] in parse_qs(urlsplit(url).query).items()}
    raise AssertionError(url)
