"""What the lab promises of its speed, on two cores and with the base root built."""

from __future__ import annotations

import time

import pytest

from orchestrator.lab.fleet import Lab, take_down


@pytest.mark.slow
@pytest.mark.parametrize(
    ("hosts", "kind", "most"), [(6, "full", 30.0), (50, "light", 15.0)], ids=["six full", "fifty light"]
)
def test_hosts_answer_in_time(lab_name: str, hosts: int, kind: str, most: float) -> None:
    Lab.up(lab_name, 1, light=True)
    take_down(lab_name)
    begun = time.monotonic()
    lab = Lab.up(lab_name, hosts, light=kind == "light")
    assert time.monotonic() - begun < most
    assert [host.kind for host in lab.hosts] == [kind] * hosts
    assert all(sighting.reachable for sighting in lab.status())
    assert lab.ssh(f"web{hosts}", "hostname").out == f"web{hosts}\n"
