"""A release of three tiers on real hosts: deployed in order, and taken back in reverse where the last tier fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.lab.fleet import Lab
from tests.fleet.small_site import SmallSite, ended_of

HOSTS = ("web1", "web2", "web3", "web4")
IN_ORDER = [["web1"], ["web1"], ["web2"], ["web3"], ["web4"]]


@pytest.fixture(autouse=True)
def _as_it_was(light_lab: Lab) -> Iterator[None]:
    yield
    for host in HOSTS:
        light_lab.ssh(host, "sudo rm -rf /srv/tiers")


def _runs(events: dict[str, list[dict[str, Any]]], purpose: str) -> list[list[str]]:
    return [event["hosts"] for event in events["attempt_intended"] if event["purpose"] == purpose]


def _titles_on(host: str, event: dict[str, Any]) -> set[str]:
    return {r["title"] for r in event["results"] if r["host"] == host and r["kind"] == "file"}


def _tiers(lab: Lab) -> dict[str, str]:
    return {host: lab.ssh(host, "ls /srv/tiers 2>/dev/null").out.strip() for host in HOSTS}


@pytest.mark.long
def test_a_failure_in_the_last_tier_takes_all_tiers_back_in_reverse(light_lab: Lab, tmp_path: Path) -> None:
    ended = SmallSite(light_lab, tmp_path, "stages", {"BAD_ON": "web4"}).deployed()
    assert (ended.code, ended.result["state"]) == (5, "backed out"), ended.result
    assert _runs(ended.events, "deploy") == IN_ORDER
    assert _runs(ended.events, "backout") == IN_ORDER[::-1]
    assert set(_tiers(light_lab).values()) == {""}


@pytest.mark.slow
def test_all_tiers_are_deployed_and_a_rollback_takes_them_back(light_lab: Lab, tmp_path: Path) -> None:
    site = SmallSite(light_lab, tmp_path, "stages", {"BAD_ON": "none"})
    ended = site.deployed()
    assert (ended.code, _runs(ended.events, "deploy")) == (0, IN_ORDER), ended.result
    # What the whole plan accepts holds on web1 only after its second stage, and is asked once more after the last tier.
    asked = [_titles_on("web1", event) for event in ended.events["wave_checked"]]
    whole = {"file /srv/tiers", "file /srv/tiers/schema", "file /srv/tiers/database"}
    assert asked == [{"file /srv/tiers/schema"}, whole, set(), set(), whole]
    assert [set(each.split()) for each in _tiers(light_lab).values()] == [
        {"schema", "database"},
        {"application"},
        {"application"},
        {"proxy"},
    ]
    undone = ended_of(site.orch("rollback", ended.result["deployment"], "--reason", "back", "--json"))
    assert (undone.code, undone.result["state"]) == (5, "backed out"), undone.result
    assert set(_tiers(light_lab).values()) == {""}
