"""Names that the kernel accepts and that no other lab can have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.lab import names
from orchestrator.lab.errors import LabUsage

LAB_NAMES = st.from_regex(r"[a-z](?:[a-z0-9-]{0,22}[a-z0-9])?", fullmatch=True)


@pytest.mark.parametrize("name", ["lab", "a", "dev-lab-2", "a" * 24])
def test_good_lab_names(name: str) -> None:
    assert names.checked_lab_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "Lab", "1lab", "-lab", "lab-", "a.b", "a/b", "..", "a b", "läb", "lab\n", "a" * 25]
)
def test_bad_lab_names_are_refused_and_told_what_is_expected(name: str) -> None:
    with pytest.raises(LabUsage, match="expected 1 to 24 lower-case letters"):
        names.checked_lab_name(name)


@pytest.mark.parametrize(
    "host", ["web0", "web01", "web201", "web", "db1", "web1.a", "web-1", "../web1", "web1\n"]
)
def test_bad_host_names_are_refused(host: str) -> None:
    with pytest.raises(LabUsage, match="web1 to web200"):
        names.host_number(host)


@pytest.mark.parametrize("count", [0, -1, 201])
def test_bad_host_counts_are_refused(count: int) -> None:
    with pytest.raises(LabUsage, match="expected 1 to 200"):
        names.checked_host_count(count)


@given(LAB_NAMES, st.integers(1, names.MOST_HOSTS))
def test_interface_names_fit_the_kernel(lab: str, number: int) -> None:
    for name in (
        names.bridge(lab),
        names.port(lab, f"web{number}"),
        names.port(lab, "jump9"),
        names.onward_port(lab, "jump9"),
    ):
        assert len(name) <= 15


def test_each_host_has_its_ports_and_what_is_no_host_has_none() -> None:
    ports = {
        name: names.ports("lab", name) for name in ("web1", "web10", "jump1", "jump2", "far1", "web", "x")
    }
    assert {name: len(all_ports) for name, all_ports in ports.items()} == {
        "web1": 1, "web10": 1, "jump1": 2, "jump2": 2, "far1": 0, "web": 0, "x": 0,
    }  # fmt: skip
    assert len({port for all_ports in ports.values() for port in all_ports}) == 6


@given(LAB_NAMES)
def test_container_names_fit_systemd(lab: str) -> None:
    """A machine name is a host name: 64 characters at most (machine-id and hostname rules of systemd)."""
    assert len(names.namespace(lab, "web200")) <= 64


@given(LAB_NAMES, LAB_NAMES)
def test_no_lab_answers_to_the_prefix_of_another(first: str, other: str) -> None:
    is_of_one = names.namespace(other, "web1").startswith(names.namespace_prefix(first))
    assert is_of_one == (first == other)


def test_racks_alternate() -> None:
    assert names.racks(names.host_names(5)) == {
        "rack_a": ["web1", "web3", "web5"],
        "rack_b": ["web2", "web4"],
    }
