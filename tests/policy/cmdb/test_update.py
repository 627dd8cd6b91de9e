"""What the CMDB learns from the end of a deployment: as proved, and honestly not more."""

import pytest

from orchestrator.domain.cmdb.facts import CiFact, CmdbUpdate
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.fold import apply
from orchestrator.domain.journal import events as e
from orchestrator.policy.cmdb.update import BY_CHECKS, learnt
from tests.histories import HOSTS, attempted, checked, ready_to_deploy, recorded
from tests.journals import corpus
from tests.worlds.plans import plan_tree


def updates_of(records: list[e.Recorded]) -> list[CmdbUpdate]:
    d: Deployment | None = None
    updates: list[CmdbUpdate] = []
    for record in records:
        d = apply(d, record)
        updates += learnt(d, record)
    return updates


def outcomes(update: CmdbUpdate, kind: str) -> dict[str, str]:
    return {fact.name: fact.outcome for fact in update.facts if fact.kind == kind}


def fact_of(update: CmdbUpdate, kind: str) -> CiFact:
    return next(fact for fact in update.facts if fact.kind == kind)


@pytest.mark.parametrize("name", corpus.NAMES)
def test_each_end_that_touched_hosts_says_something_of_each_touched_host(name: str) -> None:
    updates = updates_of(corpus.recorded(name))
    d = corpus.folded(name)
    if not d.touched_hosts or not d.over:
        assert updates == []
        return
    last = updates[-1]
    assert tuple(outcomes(last, "host")) == d.touched_hosts
    assert len({fact.ci for fact in last.facts}) == len(last.facts)


OF_HOSTS = [
    ("completed_phased", {"verified"}),
    ("rolled_back", {"as before"}),
    ("pilot_backed_out", {"as before"}),
    ("residue", {"as before", "differs"}),
    ("backout_failed", {"as before", "not known"}),
    ("excluded_then_completed", {"verified", "not known"}),
]


@pytest.mark.parametrize(("name", "expected"), OF_HOSTS)
def test_a_host_is_what_was_proved_of_it(name: str, expected: set[str]) -> None:
    last = updates_of(corpus.recorded(name))[-1]
    states = set(outcomes(last, "host").values())
    assert states <= expected
    assert states & (expected - {"as before"} or expected)
    for fact in last.facts:
        if fact.kind == "unit":
            assert bool(fact.version) == (fact.outcome == "verified")


def test_a_rollback_later_says_as_before_after_what_it_took_back() -> None:
    updates = updates_of(corpus.recorded("rolled_back"))
    assert [update.change.state for update in updates] == ["completed", "backed out"]
    completed, back = updates
    assert set(outcomes(completed, "unit").values()) == {"verified"}
    assert set(outcomes(back, "unit").values()) == {"as before"}
    assert all(fact.since is not None and fact.since < completed.at for fact in back.facts)


def completed_on(*hosts: str, **release: object) -> CmdbUpdate:
    tree = plan_tree()
    tree["release"] |= release
    tree["strategy"] = {"kind": "big-bang", "hosts": "all", "playbook": "site.yml"}
    events = [
        *ready_to_deploy(hosts, tree),
        *attempted("a1", 0, purpose="deploy", **dict.fromkeys(hosts, "done")),
        e.WaveDeployed(wave=0),
        checked(0, stage="verification", final=True, **dict.fromkeys(hosts, "passed")),
        e.WaveVerified(wave=0),
        e.Completed(),
    ]
    return updates_of(recorded(events))[-1]


def test_service_units_and_other_items_have_their_relations() -> None:
    update = completed_on(*HOSTS, service="Shop", cis=["till", "h1", "SHOP"], depends_on=["pay 7 or newer"])
    service = fact_of(update, "service")
    assert (service.ci, service.outcome, service.proof) == ("service:test:shop", "verified", BY_CHECKS)
    assert [(r.type, r.to) for r in service.relations] == [("depends_on", "service:test:pay+7+or+newer")]
    assert {r.type for r in fact_of(update, "unit").relations} == {"runs_on", "part_of"}
    assert outcomes(update, "item") == {"till": "verified"}


HOSTILE = "x\x1b[31m\u202e=cmd()" + "y" * 3000


def test_hostile_names_make_ids_that_are_short_and_plain() -> None:
    update = completed_on("h1", cis=[HOSTILE, HOSTILE + "z"])
    items = [fact for fact in update.facts if fact.kind == "item"]
    assert len({fact.ci for fact in items}) == 2
    assert all(len(fact.ci) < 300 and fact.ci.isprintable() and " " not in fact.ci for fact in items)
