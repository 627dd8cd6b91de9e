"""Hosts of a zone: a node that dials out over HTTP runs their playbooks and visits them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fleet.conftest import NewLab
from tests.fleet.small_site import ended_of
from tests.fleet.zoned_site import ZonedSite

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_a_node_over_http_deploys_to_the_hosts_of_its_zone(
    new_lab: NewLab, tmp_path: Path, database_url: str
) -> None:
    lab = new_lab(2, light=True)
    site = ZonedSite(lab, tmp_path, "ways", database_url, {})
    with site.server():
        folder = site.enrolled("n1")
        with site.node(folder):
            deployed = ended_of(site.orch("deploy", "plans/app.yml", "--json"))
            assert deployed.code == 0, (deployed, site.said("n1"), site.said("server"))
    assert [lab.ssh(host.name, "cat /srv/app").out.strip() for host in lab.hosts] == ["2", "2"]
    attempts = sorted(path.name for path in (folder / "attempts").iterdir() if not path.name.startswith("."))
    assert attempts
    assert not list((tmp_path / "orch").glob("attempts/*")), "the driver ran a playbook itself"
    assert not list((folder / "work").iterdir()), "the node keeps what came with questions"
    assert not list((folder / "taken").iterdir())
