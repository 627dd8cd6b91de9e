"""What the check of a plan says of its load balancers."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.domain.plan.inspection import Inspection
from orchestrator.domain.plan.target import Target, Through
from orchestrator.policy.course.rollout import waves_of
from orchestrator.policy.planning.balancer_objections import (
    about_balancers,
    files_of_balancers,
    programs_of_balancers,
)
from orchestrator.policy.planning.plan_objections import credential_files
from tests.worlds.plans import plan_of, plan_tree, targets_named

HAPROXY = {"address": "127.0.0.1:9999", "backend": "shop"}
COMMAND = {"drain": ["pool", "drain", "{host}"], "give_back": ["pool", "{host}"], "state": ["pool", "{host}"]}
URL = "http://lb:9090/{host}"
HTTP = {"drain": {"url": URL}, "give_back": {"url": URL}, "is_out": {"url": URL}, "is_in": {"url": URL}}
PLACE = "strategy.load_balancer.balancers[0]"

CASES: list[tuple[dict[str, Any], list[str]]] = [
    ({"haproxy": HAPROXY}, []),
    ({"haproxy": {**HAPROXY, "server": "web"}}, [f"{PLACE}.haproxy.server"]),
    ({"haproxy": {"socket": "/run/h.sock", "on": "lb9", "backend": "shop"}}, [f"{PLACE}.haproxy.on"]),
    ({"nginx": {"on": "h1", "file": "/etc/x.conf", "server": "10.0.0.1:80"}}, [f"{PLACE}.nginx.server"]),
    ({"nginx": {"on": "h1", "file": "/etc/x.conf", "server": "{address}:80"}}, []),
    ({"command": COMMAND}, []),
    ({"command": {**COMMAND, "state": ["pool", "state"]}}, [f"{PLACE}.command.state"]),
    ({"http": HTTP}, []),
    ({"http": {**HTTP, "is_in": {"url": "http://lb:9090/"}}}, [f"{PLACE}.http.is_in.url"]),
]


def objections(hosts: tuple[str, ...], **rotation: Any) -> list[str]:
    plan = plan_of(plan_tree(load_balancer=rotation, **({"waves": ["rest"]} if len(hosts) == 1 else {})))
    targets = targets_named(*hosts)
    inspection = Inspection(targets=targets)
    return [each.path for each in about_balancers(plan, inspection, waves_of(plan, targets).waves)]


@pytest.mark.parametrize(("balancer", "paths"), CASES)
def test_a_balancer_is_known_and_every_host_has_a_name_of_its_own_there(
    balancer: dict[str, Any], paths: list[str]
) -> None:
    assert objections(("h1", "h2"), balancers=[balancer]) == paths


def test_a_balancer_on_a_host_without_ssh_cannot_be_driven_there() -> None:
    balancer = {"haproxy": {"socket": "/run/h.sock", "on": "lb1", "backend": "shop"}}
    plan = plan_of(plan_tree(load_balancer={"balancers": [balancer]}))
    targets = targets_named("h1", "h2")
    lb = Target(host="lb1", address="10.0.0.9", through=Through(connection="winrm"))
    inspection = Inspection(targets=targets, beside=(lb,))
    [objection] = about_balancers(plan, inspection, waves_of(plan, targets).waves)
    assert (objection.path, objection.expected) == (f"{PLACE}.haproxy.on", "a host with ssh")


def test_the_only_host_of_a_stage_needs_no_pattern() -> None:
    assert objections(("h1",), balancers=[{"haproxy": {**HAPROXY, "server": "web"}}]) == []


def test_no_wave_takes_out_more_than_may_be_out() -> None:
    hosts = ("h1", "h2", "h3")
    assert objections(hosts, balancers=[{"haproxy": HAPROXY}], at_most_out=1) == ["strategy.waves[1]"]
    assert objections(hosts, balancers=[{"haproxy": HAPROXY}], at_most_out=2) == []


def test_files_and_programs_of_balancers_are_known_and_credentials_are_copied_nowhere() -> None:
    with_files = {
        **HTTP,
        "drain": {"url": URL, "bearer": {"file": "secrets/token"}, "ca_file": "ca.pem"},
        "is_in": {"url": URL, "basic_auth": {"file": "secrets/login"}},
    }
    own = {**COMMAND, "state": ["bin/pool", "{host}"]}
    balancers = [{"http": with_files}, {"command": own}, {"command": {**own, "on": "h1"}}]
    plan = plan_of(plan_tree(load_balancer={"balancers": balancers}))
    assert dict(files_of_balancers(plan)) == {
        f"{PLACE}.http.drain.bearer.file": "secrets/token",
        f"{PLACE}.http.drain.ca_file": "ca.pem",
        f"{PLACE}.http.is_in.basic_auth.file": "secrets/login",
    }
    assert credential_files(plan) == ["secrets/token", "secrets/login"]
    assert dict(programs_of_balancers(plan)) == {
        "strategy.load_balancer.balancers[1].command.state[0]": "bin/pool"
    }
