"""What goes over the wire: an artefact once for each host, and only where the host does not have it."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import pytest

from orchestrator.lab.fleet import Lab
from tests.fleet.ansible_runs import EACH_WAY, Runs, results

SIZE = 3_000_000
HOSTS = ("web3", "web4")


@pytest.fixture(params=EACH_WAY)
def runs(request: pytest.FixtureRequest, tmp_path: Path, light_lab: Lab) -> Runs:
    project = tmp_path / "project"
    project.mkdir()
    return Runs(tmp_path, light_lab, project=project, accelerate=request.param)


def received(runs: Runs) -> dict[str, int]:
    """Bytes that each host has received since it was made."""
    counters = {host: runs.lab.ssh(host, "cat /sys/class/net/*/statistics/rx_bytes").out for host in HOSTS}
    return {host: sum(map(int, text.split())) for host, text in counters.items()}


def test_an_artefact_is_sent_once_and_again_only_where_its_digest_differs(runs: Runs) -> None:
    artefact, place = runs.project / "orders.bin", f"/tmp/{secrets.token_hex(8)}.bin"
    artefact.write_bytes(secrets.token_bytes(SIZE))
    task = {"name": "Artefact", "ansible.builtin.copy": {"src": str(artefact), "dest": place}}
    play = {"hosts": "web", "gather_facts": False, "tasks": [task]}
    (runs.project / "site.yml").write_text(json.dumps([play]))
    sent = []
    for change in ("none there", "the same", "one host has another"):
        if change == "one host has another":
            runs.lab.ssh(HOSTS[0], f"echo > {place}")
        before = received(runs)
        assert results(runs.run("site.yml", HOSTS)) == dict.fromkeys(HOSTS, "done")
        after = received(runs)
        sent.append([(after[host] - before[host]) // (SIZE // 2) for host in HOSTS])
    assert sent == [[2, 2], [0, 0], [2, 0]], "in halves of the artefact"
