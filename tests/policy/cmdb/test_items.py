"""Items from proofs and words together: which counts, and that a conflict is shown."""

from datetime import timedelta

import pytest

from orchestrator.domain.cmdb.ci import Ci
from orchestrator.domain.cmdb.facts import ChangeMade, CiFact, CiOutcome, CmdbUpdate, ProvedRelation
from orchestrator.domain.cmdb.words import CiReference, CiSource, CiWord, SpokenOfCi, StatedRelation
from orchestrator.policy.cmdb.items import cis_of
from tests.fakes.clock import START

SERVICE = "service:live:shop"


def proved(
    kind: str,
    ci: str,
    name: str,
    *,
    hour: int = 1,
    outcome: CiOutcome = "verified",
    version: str = "",
    relations: tuple[ProvedRelation, ...] = (),
) -> CmdbUpdate:
    fields = {
        "ci": ci,
        "kind": kind,
        "name": name,
        "environment": "live",
        "outcome": outcome,
        "version": version,
    }
    fact = CiFact.model_validate({**fields, "location": "192.0.2.7", "relations": relations})
    change = ChangeMade(release="shop", version="2.0", environment="live", state="completed", by="ann")
    return CmdbUpdate(
        deployment=f"d{hour}", seq=9, at=START + timedelta(hours=hour), change=change, facts=(fact,)
    )


def word(
    kind: str,
    name: str,
    *relations: StatedRelation,
    hour: int = 2,
    environment: str | None = None,
    **attributes: str,
) -> SpokenOfCi:
    stated = CiWord.model_validate(
        {
            "ci": {"kind": kind, "name": name, "environment": environment},
            "attributes": attributes,
            "relations": relations,
        }
    )
    source = CiSource(kind="import", at=START + timedelta(hours=hour), by="Ada", place="cis.csv")
    return SpokenOfCi(word=stated, source=source)


def to(
    name: str, *, ended: bool = False, kind: str = "service", environment: str | None = None
) -> StatedRelation:
    reference = CiReference.model_validate({"kind": kind, "name": name, "environment": environment})
    return StatedRelation(type="depends_on", to=reference, ended=ended)


def item_of(cis: tuple[Ci, ...], ci: str) -> Ci:
    return next(each for each in cis if each.id == ci)


SHOP = proved("service", SERVICE, "Shop", version="2.0")
COUNTS = [
    ("version", {"version": "1.9"}, "2.0", True),
    ("version", {"version": "2.0"}, "2.0", False),
    ("description", {"description": "sells"}, "sells", False),
    ("owner", {"owner": "Bo"}, "Bo", False),
    ("location", {"location": "rack 4"}, "rack 4", False),
]


@pytest.mark.parametrize(("attribute", "stated", "counts", "conflict"), COUNTS)
def test_the_proof_counts_for_version_and_the_word_for_the_rest(
    attribute: str, stated: dict[str, str], counts: str, conflict: object
) -> None:
    (ci,) = cis_of([SHOP], [word("service", "shop", hour=2, environment=None, **stated)])
    assert ci.attributes[attribute].value == counts  # type: ignore[index]
    assert bool(ci.conflicts) == conflict


STATUSES = [
    ("verified", "retired", True),
    ("verified", "planned", True),
    ("verified", "in use", False),
    ("removed", "in use", True),
    ("removed", "retired", False),
    ("not known", "retired", False),
]


@pytest.mark.parametrize(("outcome", "stated", "conflict"), STATUSES)
def test_a_recorded_status_that_the_proof_contradicts_is_shown(
    outcome: CiOutcome, stated: str, conflict: object
) -> None:
    (ci,) = cis_of(
        [proved("service", SERVICE, "Shop", outcome=outcome)], [word("service", "shop", status=stated)]
    )
    assert ci.status == outcome
    assert bool(ci.conflicts) == conflict


def test_the_newest_word_counts_and_an_empty_one_ends_what_was_said() -> None:
    words = [word("host", "db1", owner="Bo", location="rack 4"), word("host", "DB1", owner="Li", location="")]
    (ci,) = cis_of([], words)
    assert (ci.id, ci.status, ci.value("owner"), ci.value("location")) == ("host::db1", "recorded", "Li", "")


def test_what_was_said_of_a_name_is_said_of_the_machine_that_proves_to_have_it() -> None:
    (ci,) = cis_of([proved("host", "host:m1", "db1")], [word("host", "db1", owner="Bo")])
    assert (ci.id, ci.value("owner"), ci.value("address")) == ("host:m1", "Bo", "192.0.2.7")


def test_a_machine_whose_name_another_one_took_is_replaced() -> None:
    cis = cis_of([proved("host", "host:m1", "db1"), proved("host", "host:m2", "db1", hour=2)], [])
    assert [(ci.id, ci.status) for ci in cis] == [("host:m1", "replaced"), ("host:m2", "verified")]


def test_a_dependency_is_stated_and_ended_and_a_later_plan_states_it_anew() -> None:
    pay = proved("service", "service:live:pay", "pay")
    needs = (ProvedRelation(type="depends_on", to="service:live:pay_7~x", name="pay 7 or newer"),)
    stated = cis_of([SHOP, pay], [word("service", "shop", to("pay"))])
    assert [r.to for r in item_of(stated, SERVICE).relations] == ["service:live:pay"]
    ended = cis_of(
        [SHOP, pay], [word("service", "shop", to("pay")), word("service", "shop", to("pay", ended=True))]
    )
    assert item_of(ended, SERVICE).relations == ()
    for hour, there in ((1, False), (3, True)):
        planned = proved("service", SERVICE, "Shop", hour=hour, relations=needs)
        cis = cis_of([planned, pay], [word("service", "shop", to("pay", ended=True), hour=2)])
        assert bool(item_of(cis, SERVICE).relations) == there


def test_a_relation_stays_in_its_environment_unless_it_names_another() -> None:
    def service(environment: str, name: str) -> SpokenOfCi:
        return word("service", name, environment=environment)

    everywhere = [
        service("live", "shop"),
        service("test", "shop"),
        service("live", "pay"),
        service("test", "pay"),
    ]
    cis = cis_of([], [*everywhere, word("service", "shop", to("pay"))])
    assert {(ci.id, r.to) for ci in cis for r in ci.relations} == {
        ("service:live:shop", "service:live:pay"),
        ("service:test:shop", "service:test:pay"),
    }


def test_what_is_as_it_was_and_nobody_knows_how_is_still_on_its_machine() -> None:
    on_host = ProvedRelation(type="runs_on", to="host:m1")
    of_shop = ProvedRelation(type="part_of", to=SERVICE)
    unit = proved("unit", "unit:m1:app", "app", outcome="as before", relations=(on_host, of_shop))
    cis = cis_of([proved("host", "host:m1", "db1"), unit, SHOP], [])
    assert [(r.type, r.to) for r in item_of(cis, "unit:m1:app").relations] == [("runs_on", "host:m1")]
