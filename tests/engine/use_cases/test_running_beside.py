"""What is started by hand beside something that runs and shares anything with it: refused, or waiting for people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestrator.domain.cmdb.words import CiReference, CiWord, StatedRelation
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.use_cases.cmdb import record_words
from orchestrator.engine.use_cases.deployment_commands import deploy, resume
from tests.fakes.clock import START
from tests.worlds.fleet import Fleet
from tests.worlds.schedules import HOUR, MINUTE, at, end, running

LEDGER = {"service": "ledger", "cis": ["db-1", "lb-1"]}
ROWS: list[tuple[str, dict[str, Any], str, tuple[str, ...]]] = [
    ("another service elsewhere", {"service": "mail", "cis": ["mx-1"]}, "web9", ()),
    ("a machine", {}, "web1", ("machine web1",)),
    ("an item", {"cis": ["lb-1"]}, "web9", ("ci lb-1",)),
    ("the service", {"service": "ledger"}, "web9", ("service ledger",)),
    ("what it needs", {"service": "shop", "depends_on": ["ledger"]}, "web9", ("dependency shop > ledger",)),
    (
        "all that it needs and touches",
        {"service": "shop", "depends_on": ["ledger"], "cis": ["db-1"]},
        "web1",
        ("machine web1", "ci db-1", "dependency shop > ledger"),
    ),
]


@pytest.fixture
def house(tmp_path: Path) -> Fleet:
    return Fleet(home=tmp_path)


def by_hand(house: Fleet, plan: Path) -> Deployment:
    return deploy(house.ports, plan, by="ann", approvals={}, watch=lambda record: None)


@pytest.mark.parametrize(("what", "release", "host", "shared"), ROWS, ids=[row[0] for row in ROWS])
def test_by_hand_beside_what_runs(
    house: Fleet, what: str, release: dict[str, Any], host: str, shared: tuple[str, ...]
) -> None:
    other = running(house, "ledger.yml", "web1", release=LEDGER)
    d = by_hand(house, house.plan("shop.yml", host, release=release))
    assert d.state is (State.REFUSED if shared else State.COMPLETED)
    assert d.preparation.refusals == tuple(
        f"{other}: runs and shares {name}; wait until it is over: orch status {other}" for name in shared
    )
    assert not d.touched_hosts or not shared


def test_what_people_were_asked_for_waits_for_the_other_and_then_starts(house: Fleet) -> None:
    other = running(house, "ledger.yml", "web1", release=LEDGER)
    plan = house.plan("shop.yml", "web1", release={"service": "shop"})
    name = house.add(plan, START + MINUTE).deployment.id
    at(house, HOUR)
    d = resume(house.ports, name, by="ann", watch=lambda record: None)
    assert d.state is State.SCHEDULED
    assert d.authority.unadmitted is not None
    assert [str(reason) for reason in d.authority.unadmitted.reasons] == [
        f"{other}: runs and shares machine web1; wait until it is over: orch status {other}"
    ]
    end(house, other)
    assert resume(house.ports, name, by="ann", watch=lambda record: None).state is State.COMPLETED


def relate(house: Fleet, service: str, needs: str) -> None:
    """A person states a dependency that no plan has."""
    relation = StatedRelation(type="depends_on", to=CiReference(kind="service", name=needs))
    word = CiWord(ci=CiReference(kind="service", name=service), relations=(relation,))
    record_words(house.ports, [word], source="person", place="", by="ann")


def test_a_dependency_that_the_cmdb_knows_counts_as_one_of_the_plan(house: Fleet) -> None:
    relate(house, "shop", "books")
    relate(house, "books", "ledger")
    other = running(house, "ledger.yml", "web1", release=LEDGER)
    d = by_hand(house, house.plan("shop.yml", "web9", release={"service": "shop"}))
    assert d.preparation.refusals == (
        f"{other}: runs and shares dependency shop > books > ledger; wait until it is over: orch status {other}",
    )
    end(house, other)
    assert (
        by_hand(house, house.plan("shop.yml", "web9", release={"service": "shop"})).state is State.COMPLETED
    )


def test_what_an_earlier_plan_of_the_service_needed_is_known(house: Fleet) -> None:
    earlier = house.plan("shop-1.yml", "web9", release={"service": "shop", "depends_on": ["ledger"]})
    assert by_hand(house, earlier).state is State.COMPLETED
    running(house, "ledger.yml", "web1", release=LEDGER)
    d = by_hand(house, house.plan("shop-2.yml", "web9", release={"service": "shop", "version": "3.0"}))
    assert [refusal.partition("; ")[0].partition(": ")[2] for refusal in d.preparation.refusals] == [
        "runs and shares dependency shop > ledger"
    ]
