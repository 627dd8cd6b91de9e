"""What a balancer says may hold a vaulted value: it is on no journal, and where hosts stand is as without it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from orchestrator.bootstrap.lazy_ports import WiredPorts
from orchestrator.domain.evidence.rotation import Seen
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.inspection import Vaulted, VaultedValue
from orchestrator.domain.plan.load_balancer import Balancer
from orchestrator.domain.plan.target import Target
from orchestrator.engine.balancing_ports import BalancerPlace
from orchestrator.engine.redacted_balancers import RedactedBalancers
from orchestrator.engine.redaction import NOT_KEPT, Redaction
from tests.fakes.balancers import FakeBalancers
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree

SECRET = "S3CRET-of-the-pool"
VAULT = Vaulted(values=(VaultedValue(file="group_vars/all.yml", name="token", value=SECRET),))
SHOP = Balancer.model_validate({"haproxy": {"address": "127.0.0.1:9999", "backend": "shop"}})
WEB1 = Target(host="web1", address="10.0.0.1")


def asked(redaction: Redaction, balancers: FakeBalancers) -> tuple[dict[str, str], dict[str, Seen]]:
    redacted, place = RedactedBalancers(balancers, redaction), BalancerPlace(Path("/project"))
    return redacted.move(SHOP, place, [WEB1], way="out"), redacted.look(SHOP, place, [WEB1])


def test_words_hold_no_vaulted_value_and_states_stay() -> None:
    redaction = Redaction()
    redaction.learn(VAULT)
    failed, seen = asked(redaction, FakeBalancers(stuck={"web1": f"token {SECRET} is not known"}))
    assert SECRET not in failed["web1"]
    assert failed["web1"].endswith("is not known")
    assert seen["web1"].state == "in"


def test_while_the_values_are_not_known_no_word_is_kept() -> None:
    redaction = Redaction()
    redaction.ask(lambda: Vaulted(unknown="no password"))
    failed, seen = asked(redaction, FakeBalancers(stuck={"web1": f"token {SECRET} is not known"}))
    assert failed["web1"] == f"{NOT_KEPT}: no password"
    assert (seen["web1"].state, seen["web1"].words) == ("in", f"{NOT_KEPT}: no password")


@pytest.mark.parametrize("way", ["stuck", "silent"])
def test_a_refused_deployment_holds_nothing_of_it(way: str) -> None:
    rotation = {"balancers": [SHOP.model_dump(exclude_none=True)], "within": "2s"}
    fleet = Fleet(plan_tree(load_balancer=rotation))
    fleet.planning.vault = VAULT
    if way == "stuck":
        fleet.balancers.stuck = {"h1": f"token {SECRET} is not known"}
    else:
        fleet.balancers.silent = f"GET /?token={SECRET}: refused"
    ports = fleet.ports
    fleet.ports = dataclasses.replace(ports, balancers=RedactedBalancers(ports.balancers, ports.redaction))
    d = fleet.deploy()
    assert d.state is State.REFUSED
    assert SECRET not in "".join(record.model_dump_json() for record in fleet.ports.journal.read(d.id))


def test_the_composition_root_hands_out_redacted_balancers(tmp_path: Path) -> None:
    assert isinstance(WiredPorts(tmp_path).balancers, RedactedBalancers)
