"""A balancer with an HTTP interface that asks for credentials: they are read from files, and nothing repeats them."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from orchestrator.adapters import process
from orchestrator.adapters.balancers.balancers import ProgramBalancers
from orchestrator.adapters.balancers.here import RanThere
from orchestrator.adapters.checks.network import Asking, ask_http_of_project
from orchestrator.adapters.ssh.on_target import network
from orchestrator.domain.plan.load_balancer import Balancer
from orchestrator.domain.plan.target import Target
from orchestrator.engine.balancing_ports import BalancerPlace
from tests.worlds.pool_server import pool_server

WEB1 = Target(host="web1", address="10.0.0.1")
CREDENTIALS: dict[str, tuple[str, str]] = {
    "basic_auth": ("lb:s3cret-word", "Basic " + base64.b64encode(b"lb:s3cret-word").decode()),
    "bearer": ("t0ken-of-the-pool", "Bearer t0ken-of-the-pool"),
}


def balancers() -> ProgramBalancers:
    asking = Asking(network.ask_http, network.ask_tcp)

    def nowhere(target: Target, program: object, seconds: float) -> RanThere:
        raise AssertionError("no host was to be asked")

    return ProgramBalancers(
        nowhere,
        process.run,
        lambda check, target, project: ask_http_of_project(check, target, project, asking),
    )


def http(url: str, **credentials: Any) -> dict[str, Any]:
    return {
        "drain": {"url": f"{url}/{{host}}/drain", **credentials},
        "give_back": {"url": f"{url}/{{host}}/enable", **credentials},
        "is_out": {"url": f"{url}/{{host}}", "contains": "drained", **credentials},
        "is_in": {"url": f"{url}/{{host}}", "contains": "active", **credentials},
    }


@pytest.mark.parametrize("kind", CREDENTIALS)
def test_each_call_shows_the_credentials_of_its_file(tmp_path: Path, kind: str) -> None:
    words, shown = CREDENTIALS[kind]
    (tmp_path / "login").write_text(f"{words}\n")
    place = BalancerPlace(tmp_path)
    with pool_server(shown) as server:
        balancer = Balancer.model_validate({"http": http(server.url, **{kind: {"file": "login"}})})
        assert balancers().look(balancer, place, [WEB1])["web1"].state == "in"
        assert balancers().move(balancer, place, [WEB1], way="out") == {}
        assert balancers().look(balancer, place, [WEB1])["web1"].state == "out"
        assert balancers().move(balancer, place, [WEB1], way="in") == {}
        assert {each[2] for each in server.asked} == {shown}
    assert server.out == set()


def test_wrong_credentials_are_a_fault_that_does_not_repeat_them(tmp_path: Path) -> None:
    (tmp_path / "login").write_text("wr0ng-token\n")
    with pool_server("Bearer another") as server:
        balancer = Balancer.model_validate({"http": http(server.url, bearer={"file": "login"})})
        failed = balancers().move(balancer, BalancerPlace(tmp_path), [WEB1], way="out")
        seen = balancers().look(balancer, BalancerPlace(tmp_path), [WEB1])["web1"]
    assert "401" in failed["web1"]
    assert (seen.state, "401" in seen.words) == ("unknown", True)
    assert "wr0ng-token" not in failed["web1"] + seen.words


def test_a_missing_file_is_a_fault_with_its_name_and_nothing_is_asked(tmp_path: Path) -> None:
    with pool_server("Bearer another") as server:
        balancer = Balancer.model_validate({"http": http(server.url, bearer={"file": "login"})})
        failed = balancers().move(balancer, BalancerPlace(tmp_path), [WEB1], way="out")
        assert balancers().look(balancer, BalancerPlace(tmp_path), [WEB1])["web1"].state == "unknown"
    assert "login cannot be read on this machine" in failed["web1"]
    assert server.asked == []


@pytest.mark.parametrize("field", ["on", "within", "every", "soak_within", "title", "origin", "redirects"])
@pytest.mark.parametrize("call", ["is_out", "is_in"])
def test_a_field_of_a_check_that_would_be_ignored_is_refused_at_its_path(field: str, call: str) -> None:
    words = http("http://127.0.0.1:1")
    words[call][field] = {"on": "web1", "title": "out", "origin": "target", "redirects": "follow"}.get(
        field, 1.0
    )
    with pytest.raises(ValidationError) as refused:
        Balancer.model_validate({"http": words})
    assert [each["loc"] for each in refused.value.errors()] == [("http", call, field)]


def test_two_ways_to_authorise_one_call_are_refused() -> None:
    words = http("http://127.0.0.1:1", bearer={"file": "a"}, basic_auth={"file": "b"})
    with pytest.raises(ValidationError, match="one of `basic_auth` and `bearer`"):
        Balancer.model_validate({"http": words})
