"""The rollout of a plan says which hosts go in which wave."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.plan.target import Target
from orchestrator.domain.plan.wave import Gate, Limit
from orchestrator.policy.course.rollout import Rollout, waves_of
from tests.worlds.plans import SIX, plan_with

CANARIES = ("web2", "web5")

WAVES: list[tuple[str, list[Any], list[str]]] = [
    ("by count", [1, 2, "rest"], ["web1", "web2 web3", "web4 web5 web6"]),
    ("a count above what is left takes what is left", [4, 4], ["web1 web2 web3 web4", "web5 web6"]),
    ("percent is of all hosts", ["50%", "50%"], ["web1 web2 web3", "web4 web5 web6"]),
    ("percent is rounded up", ["17%", "rest"], ["web1 web2", "web3 web4 web5 web6"]),
    (
        "percent that comes out even is not rounded",
        ["50%", "16.666667%", "rest"],
        ["web1 web2 web3", "web4 web5", "web6"],
    ),
    ("the smallest percent is one host", ["0.1%", "rest"], ["web1", "web2 web3 web4 web5 web6"]),
    ("by group", ["canary", "rest"], ["web2 web5", "web1 web3 web4 web6"]),
    ("a group has what is left of it", [2, "canary", "rest"], ["web1 web2", "web5", "web3 web4 web6"]),
    (
        "explicit hosts stand in inventory order",
        [{"hosts": ["web6", "web1"]}, "rest"],
        ["web1 web6", "web2 web3 web4 web5"],
    ),
    ("the group of all hosts", ["all"], ["web1 web2 web3 web4 web5 web6"]),
    (
        "a group with hosts outside takes those inside",
        ["everything", "rest"],
        ["web1 web2", "web3 web4 web5 web6"],
    ),
]


def targets(*hosts: str) -> list[Target]:
    """Targets of group web; web2 and web5 are canaries as well."""
    return [
        Target(host=host, address=f"192.0.2.{n}", groups=("web", "canary") if host in CANARIES else ("web",))
        for n, host in enumerate(hosts, start=1)
    ]


def shown(rollout: Rollout) -> list[str]:
    return [" ".join(wave.hosts) for wave in rollout.waves]


@pytest.mark.parametrize(("what", "declared", "expected"), WAVES, ids=[row[0] for row in WAVES])
def test_phased(what: str, declared: list[Any], expected: list[str]) -> None:
    groups = {"all": SIX, "everything": ["web1", "web2", "db1"]}
    rollout = waves_of(plan_with(kind="phased", waves=declared), targets(*SIX), groups)
    assert rollout.objections == ()
    assert shown(rollout) == expected
    assert [wave.number for wave in rollout.waves] == list(range(len(expected)))


def test_big_bang_is_one_wave() -> None:
    rollout = waves_of(plan_with(kind="big-bang"), targets(*SIX))
    assert [(wave.number, wave.hosts) for wave in rollout.waves] == [(0, tuple(SIX))]


@pytest.mark.parametrize("pilot", [{"hosts": ["web5", "web2"]}, {"group": "canary"}])
def test_the_pilot_is_wave_0_and_the_rest_follow(pilot: dict[str, Any]) -> None:
    rollout = waves_of(plan_with(kind="pilot", pilot=pilot), targets(*SIX))
    assert rollout.objections == ()
    assert [(wave.number, wave.name) for wave in rollout.waves] == [(0, "pilot"), (1, "wave 1")]
    assert shown(rollout) == ["web2 web5", "web1 web3 web4 web6"]


def test_waves_after_a_pilot_take_what_it_left() -> None:
    rollout = waves_of(
        plan_with(kind="pilot", pilot={"hosts": ["web1"]}, waves=["50%", "rest"]), targets(*SIX)
    )
    assert shown(rollout) == ["web1", "web2 web3 web4", "web5 web6"]


def test_gate_and_failure_limit_of_the_strategy_hold_where_a_wave_has_none() -> None:
    plan = plan_with(
        kind="pilot",
        pilot={"hosts": ["web1"]},
        waves=[{"count": 1, "gate": {"soak": "1m"}, "failure_limit": "50%"}, "rest"],
        gate={"soak": 5, "confirm": "service owner"},
        failure_limit={"wave": 1},
    )
    waves = waves_of(plan, targets(*SIX)).waves
    ours = Gate(soak=5, confirm="service owner")
    assert [wave.gate for wave in waves] == [ours, Gate(soak=60), ours]
    assert [wave.failure_limit for wave in waves] == [Limit(count=1), Limit(percent=50), Limit(count=1)]


def test_a_pilot_has_its_own_gate() -> None:
    plan = plan_with(kind="pilot", pilot={"hosts": ["web1"], "gate": {"soak": 9}}, gate={"soak": 5})
    assert [wave.gate.soak for wave in waves_of(plan, targets(*SIX)).waves] == [9, 5]


def test_names_and_objectives_are_the_plans_own() -> None:
    plan = plan_with(
        kind="phased", waves=[{"count": 1, "name": "first light", "objective": "It starts."}, "rest"]
    )
    waves = waves_of(plan, targets(*SIX)).waves
    assert [(wave.name, wave.objective) for wave in waves] == [
        ("first light", "It starts."),
        ("wave 2", None),
    ]


OBJECTIONS: list[tuple[str, dict[str, Any], list[str]]] = [
    (
        "hosts in no wave",
        {"kind": "phased", "waves": [1, "33%"]},
        [
            "strategy.waves: every host in a wave; 3 hosts in no wave: web4, web5, web6; add `rest` as the last wave"
        ],
    ),
    (
        "one host in no wave",
        {"kind": "phased", "waves": [5]},
        ["strategy.waves: every host in a wave; 1 host in no wave: web6; add `rest` as the last wave"],
    ),
    (
        "nothing left",
        {"kind": "phased", "waves": ["rest", 1]},
        [
            "strategy.waves[1]: at least one host; every host in an earlier wave; "
            "remove the wave, or move it to the front"
        ],
    ),
    (
        "a group that is used up",
        {"kind": "phased", "waves": [5, "canary", "rest"]},
        [
            "strategy.waves[1]: at least one host; only hosts of earlier waves; "
            "remove the wave, or move it to the front"
        ],
    ),
    (
        "unknown group",
        {"kind": "phased", "waves": ["cannery", "rest"]},
        ["strategy.waves[0]: a group of the inventory; `cannery`; use one of: canary, dbs, web"],
    ),
    (
        "a group that the pattern leaves out",
        {"kind": "phased", "waves": ["dbs", "rest"]},
        [
            "strategy.waves[0]: a group with hosts of `web`; `dbs`; choose another group, or widen `strategy.hosts`"
        ],
    ),
    (
        "unknown host",
        {"kind": "phased", "waves": [{"hosts": ["web1", "wbe2"]}, "rest"]},
        ["strategy.waves[0].hosts[1]: a host of `web`; `wbe2`; correct its name, or widen `strategy.hosts`"],
    ),
    (
        "a host twice",
        {"kind": "phased", "waves": [{"hosts": ["web1", "web1"]}, {"hosts": ["web2", "web1"]}, "rest"]},
        [
            "strategy.waves[0].hosts[1]: each host once; `web1` again; remove one of the two",
            "strategy.waves[1].hosts[1]: a host that is in no earlier wave; `web1`, which is in wave 1; "
            "remove it from one of the two",
        ],
    ),
    (
        "a pilot of all hosts",
        {"kind": "pilot", "pilot": {"group": "web"}},
        [
            "strategy.pilot: hosts that follow the pilot; all hosts in the pilot; "
            "name fewer hosts, or write `kind: big-bang`"
        ],
    ),
    (
        "an unknown host in the pilot",
        {"kind": "pilot", "pilot": {"hosts": ["web9"]}},
        ["strategy.pilot.hosts[0]: a host of `web`; `web9`; correct its name, or widen `strategy.hosts`"],
    ),
    (
        "two waves of one name",
        {"kind": "phased", "waves": [{"count": 1, "name": "wave 2"}, "rest"]},
        ['strategy.waves[1].name: a name of its own; a second "wave 2"; name one of them otherwise'],
    ),
    (
        "all at once",
        {"kind": "phased", "waves": ["cannery", {"hosts": ["web9"]}, "rest"]},
        [
            "strategy.waves[0]: a group of the inventory; `cannery`; use one of: canary, dbs, web",
            "strategy.waves[1].hosts[0]: a host of `web`; `web9`; correct its name, or widen `strategy.hosts`",
        ],
    ),
]


@pytest.mark.parametrize(("what", "strategy", "expected"), OBJECTIONS, ids=[row[0] for row in OBJECTIONS])
def test_objections(what: str, strategy: dict[str, Any], expected: list[str]) -> None:
    rollout = waves_of(
        plan_with(**strategy), targets(*SIX), {"web": SIX, "canary": ["web2", "web5"], "dbs": ["db1"]}
    )
    objections = [
        f"{item.path}: {item.expected}; {item.found}; {item.next_move}" for item in rollout.objections
    ]
    assert objections == expected


HOSTS = [f"h{n}" for n in range(1, 31)]
SELECTORS = st.one_of(
    st.integers(1, 12),
    st.integers(1, 100).map(lambda percent: f"{percent}%"),
    st.sampled_from(["rest", "red", "blue"]),
    st.lists(st.sampled_from(HOSTS), min_size=1, max_size=5).map(lambda hosts: {"hosts": hosts}),
)


@st.composite
def strategies(draw: st.DrawFn) -> tuple[list[Target], dict[str, Any]]:
    size = draw(st.integers(0, 30))
    colours = draw(
        st.lists(st.sampled_from([(), ("red",), ("blue",), ("red", "blue")]), min_size=30, max_size=30)
    )
    fleet = [
        Target(host=host, address=host, groups=groups)
        for host, groups in zip(HOSTS[:size], colours[:size], strict=True)
    ]
    kind = draw(st.sampled_from(["phased", "pilot", "big-bang"]))
    waves = draw(st.lists(SELECTORS, min_size=1, max_size=6))
    pilot = draw(st.sampled_from([{"hosts": ["h1"]}, {"hosts": ["h2", "h1"]}, {"group": "red"}]))
    if kind == "pilot":
        return fleet, {"kind": kind, "pilot": pilot, "waves": draw(st.sampled_from([[], waves]))}
    return fleet, {"kind": kind, "waves": waves} if kind == "phased" else {"kind": kind}


@given(strategies())
def test_the_waves_are_a_partition_in_inventory_order_or_something_is_objected_to(
    drawn: tuple[list[Target], dict[str, Any]],
) -> None:
    fleet, strategy = drawn
    rollout = waves_of(plan_with(**strategy), fleet)
    hosts = [target.host for target in fleet]
    reached = [host for wave in rollout.waves for host in wave.hosts]
    assert len(reached) == len(set(reached))
    assert set(reached) <= set(hosts)
    assert all(wave.hosts == tuple(host for host in hosts if host in wave.hosts) for wave in rollout.waves)
    assert all(wave.hosts for wave in rollout.waves)
    assert [wave.number for wave in rollout.waves] == list(range(len(rollout.waves)))
    if not rollout.objections:
        assert sorted(reached) == sorted(hosts)


@given(strategies())
def test_without_objections_each_declared_wave_is_there(drawn: tuple[list[Target], dict[str, Any]]) -> None:
    fleet, strategy = drawn
    rollout = waves_of(plan_with(**strategy), fleet)
    if fleet and not rollout.objections:
        assert len(rollout.waves) == max(len(strategy.get("waves", [])), 1) + ("pilot" in strategy)


@given(st.integers(1, 400), st.integers(1, 1000))
def test_a_percentage_is_the_smallest_count_that_reaches_it(total: int, tenths: int) -> None:
    fleet = [Target(host=f"h{n}", address="x") for n in range(total)]
    first = waves_of(plan_with(kind="phased", waves=[f"{tenths / 10}%", "rest"]), fleet).waves[0]
    assert len(first.hosts) * 1000 >= total * tenths > (len(first.hosts) - 1) * 1000
