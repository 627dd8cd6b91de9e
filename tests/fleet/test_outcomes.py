"""Objectives of a release on a real host: measured before the end and after it, named by people, missed and accepted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orchestrator.lab.fleet import Lab
from tests.fleet.small_site import SmallSite


def outcomes(site: SmallSite, deployment: str, *words: str) -> list[dict[str, Any]]:
    ended = site.orch("objectives", deployment, *words, "--json")
    assert ended.returncode == 0, ended.stderr
    listed: list[dict[str, Any]] = json.loads(ended.stdout)["objectives"]
    return listed


@pytest.mark.long
def test_what_a_release_brought_about_is_known_from_its_end_to_the_decision(
    light_lab: Lab, tmp_path: Path
) -> None:
    site = SmallSite(light_lab, tmp_path, "outcomes", {})
    try:
        ended = site.deployed()
        assert (ended.code, ended.result["state"]) == (0, "completed"), ended.result
        assert [each["result"] for each in ended.events["objective_measured"]] == ["achieved", "not achieved"]
        d = ended.result["deployment"]
        measured = outcomes(site, d, "--measure")
        assert [each["outcome"] for each in measured] == [
            "achieved",
            "not achieved",
            "achieved",
            "not yet known",
            "not yet known",
        ]
        assert [each["overdue"] for each in measured[3:]] == [False, True]
        named = outcomes(site, d, "--record", "4", "3", "--note", "ticket list")
        assert (named[3]["outcome"], named[3]["measured"]["found"]) == ("achieved", "3 calls")
        accepted = outcomes(site, d, "--accept", "2", "--role", "service owner", "--reason", "A sale began.")
        assert accepted[1]["accepted"]["role"] == "service owner"
    finally:
        light_lab.ssh("web1", "rm -f /tmp/orch-prices")
