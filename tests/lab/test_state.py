"""The record of what a lab is meant to be."""

from __future__ import annotations

import json
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from orchestrator.lab.errors import LabError
from orchestrator.lab.state import LabState, grown, networks_in, read_state, write_state

EMPTY = LabState(name="lab", network=IPv4Network("10.213.7.0/24"), hosts=(), base="/base")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    state = grown(EMPTY, ["web1", "web2"], "full")
    write_state(tmp_path / "lab.json", state)
    assert read_state(tmp_path / "lab.json") == state
    assert [path.name for path in tmp_path.iterdir()] == ["lab.json"]


def test_a_plain_lab_can_be_read_by_an_orch_that_knows_no_options(tmp_path: Path) -> None:
    write_state(tmp_path / "lab.json", grown(EMPTY, ["web1"], "full"))
    assert set(json.loads((tmp_path / "lab.json").read_text())) == {"name", "network", "hosts", "base"}


def test_the_networks_of_a_newer_orchs_lab_are_read(tmp_path: Path) -> None:
    record = {"name": "x", "network": "10.213.7.0/24", "before": ["10.213.6.0/24"], "colour": "red"}
    (tmp_path / "lab.json").write_text(json.dumps(record))
    assert list(map(str, networks_in(tmp_path / "lab.json"))) == ["10.213.6.0/24", "10.213.7.0/24"]
    assert networks_in(tmp_path / "none.json") == ()
    (tmp_path / "lab.json").write_text("{}")
    with pytest.raises(LabError, match="orch lab down --name"):
        networks_in(tmp_path / "lab.json")


def test_no_record_is_no_lab(tmp_path: Path) -> None:
    assert read_state(tmp_path / "lab.json") is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"name": "lab"}', '{"name": "lab", "colour": "red"}'])
def test_a_record_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "lab.json").write_text(text)
    with pytest.raises(LabError, match="not a lab record"):
        read_state(tmp_path / "lab.json")


def test_growing_keeps_the_hosts_that_are_there() -> None:
    two = grown(EMPTY, ["web1", "web2"], "full")
    three = grown(two, ["web1", "web2", "web3"], "light")
    assert three.hosts[:2] == two.hosts
    assert [(host.name, host.kind, str(host.address)) for host in three.hosts[2:]] == [
        ("web3", "light", "10.213.7.13")
    ]


def test_asking_for_fewer_takes_no_host_away() -> None:
    two = grown(EMPTY, ["web1", "web2"], "full")
    assert grown(two, ["web1"], "full") == two
