"""Changes by hand on real hosts are found by an audit, with who recorded what; and the audit leaves nothing there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.lab.fleet import Lab
from tests.fleet.notes_site import Site

HOSTS = ("web1", "web2", "web3")
TRACES = """sudo find /var/lib/orch /tmp /run/lock /root -xdev -printf '%p %T@ %s\\n' | sort"""


@pytest.fixture
def site(tmp_path: Path, light_lab: Lab) -> Iterator[Site]:
    yield Site(light_lab, tmp_path)
    for host in HOSTS:
        light_lab.ssh(host, "sudo sh -c 'rm -rf /opt/notes; userdel -f mallory 2>/dev/null; true'")


def audited(site: Site, expect: int) -> dict[str, dict[str, Any]]:
    lines = site.orch("cmdb", "audit", "--hosts", ",".join(HOSTS), "--json", expect=expect).splitlines()
    return {host["host"]: host for host in map(json.loads, lines) if host["kind"] == "cmdb_audit_host"}


@pytest.mark.long
def test_what_people_change_by_hand_is_found_and_the_audit_leaves_nothing(site: Site, light_lab: Lab) -> None:
    plan = site.plan("audited", ",".join(HOSTS))
    deployed = json.loads(site.orch("deploy", plan, "--json").splitlines()[-1])
    before = [light_lab.ssh(host, TRACES).out for host in HOSTS]
    light_lab.ssh("web1", "sudo sh -c 'echo by hand >> /opt/notes/audited; chmod 0600 /opt/notes/audited'")
    light_lab.ssh("web2", "sudo useradd mallory")
    hosts = audited(site, 14)
    items = {
        name: {f"{each['kind']} {each['name']}" for each in host["findings"]} for name, host in hosts.items()
    }
    assert (hosts["web3"]["result"], hosts["web3"]["reason"], items["web3"]) == ("as_recorded", "", set())
    assert items["web1"] == {"file /opt/notes/audited"}
    assert {"user mallory", "password mallory", "system file /etc/subuid"} <= items["web2"]
    assert {each["deployment"] for host in hosts.values() for each in host["findings"]} == {
        deployed["deployment"]
    }
    assert [light_lab.ssh(host, TRACES).out for host in HOSTS] == before
