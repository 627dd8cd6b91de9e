"""Secrets that a run looks up itself: from a command, a file, and a server that speaks as HashiCorp Vault's KV engine does."""

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from orchestrator.adapters.ansible.playbooks import AnsiblePlaybooks
from orchestrator.domain.evidence.outcome import AttemptOutcome
from tests.adapters.ansible.local_runs import WARM, request, until

TOKEN = "hvs.a-token-of-the-test"
SECRET = "a-secret-of-the-server"
LOOKUP = """
import json
import os
from urllib.request import Request, urlopen

from ansible.plugins.lookup import LookupBase


class LookupModule(LookupBase):
    def run(self, terms, variables=None, **kwargs):
        asked = Request(os.environ["VAULT_ADDR"] + "/v1/" + terms[0], headers={"X-Vault-Token": os.environ["VAULT_TOKEN"]})
        return [json.load(urlopen(asked, timeout=10))["data"]["data"][terms[1]]]
"""
PLAY = """
- hosts: one
  gather_facts: false
  tasks:
    - name: Use secrets
      command: test '{{ of_server | length }} {{ of_command }} {{ of_file }}' = '22 from-a-command from-a-file'
      no_log: true
      vars:
        of_server: "{{ lookup('kv', 'secret/data/shop', 'password') }}"
        of_command: "{{ lookup('pipe', 'printf from-a-command') }}"
        of_file: "{{ lookup('file', 'secret.txt') }}"
"""


class _Vault(BaseHTTPRequestHandler):
    """Answers a read of version 2 of the KV engine, to whoever has the token."""

    def do_GET(self) -> None:
        good = self.headers.get("X-Vault-Token") == TOKEN and self.path == "/v1/secret/data/shop"
        content = {"data": {"data": {"password": SECRET}}} if good else {"errors": ["permission denied"]}
        body = json.dumps(content).encode()
        self.send_response(200 if good else 403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        """Nothing is printed."""


@pytest.fixture
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Vault) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def run(folder: Path, environ: dict[str, str]) -> AttemptOutcome:
    project = folder / "project"
    for name, text in {
        "site.yml": PLAY,
        "lookup_plugins/kv.py": LOOKUP,
        "secret.txt": "from-a-file\n",
    }.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    playbooks = AnsiblePlaybooks(folder / "attempts", warm=WARM, environ={**os.environ, **environ})
    playbooks.start(request("a1", "site.yml", project, pass_environment=tuple(environ)))
    outcome = until(playbooks, "a1", "finished").outcome
    assert outcome is not None
    return outcome


@pytest.mark.slow
@pytest.mark.parametrize(("token", "result"), [(TOKEN, "done"), ("hvs.another-token", "not_done")])
def test_a_run_looks_up_secrets_with_what_it_is_passed(
    tmp_path: Path, address: str, token: str, result: str
) -> None:
    outcome = run(tmp_path, {"VAULT_ADDR": address, "VAULT_TOKEN": token})
    assert [host.result for host in outcome.hosts] == [result], outcome
    for path in (tmp_path / "attempts").rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert token.encode() not in content, path
        assert SECRET.encode() not in content, path
