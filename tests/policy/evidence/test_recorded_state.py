"""Of each item the newest deployment with a word on it says what is expected, whatever order they are read in."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.evidence.baseline import (
    FORM,
    Baseline,
    BaselineReference,
    BaselineScope,
    CommandCollector,
    ConfigurationItem,
    Cut,
)
from orchestrator.domain.plan.target import Target
from orchestrator.policy.evidence.audit_comparison import AcceptedItem, Look, compare_machine
from orchestrator.policy.evidence.recorded_state import MOST_STATES, RecordedState, machines_of
from orchestrator.policy.evidence.scope_items import captures_item, has_all_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PATHS = (
    "/etc/app",
    "/etc/app/a",
    "/etc/app/.b",
    "/etc/cron.d/x",
    "/opt/a",
    "/opt/b/c",
    "/var/lib/orch/epoch",
)
UNIVERSE = (
    *(("file", path) for path in PATHS),
    *(("system file", path) for path in PATHS),
    ("package", "nginx"),
    ("unit", "a.service"),
    ("unit", "b.service"),
    ("port", "tcp 0.0.0.0:80"),
    ("user", "ann"),
    ("group line", "1"),
    ("sysctl", "vm.swappiness"),
    ("command", "version"),
    ("mount", "/srv"),
    ("host", "name"),
)
"""One item of each kind that matters, and paths that patterns may or may not have."""


COMMAND = CommandCollector(name="version", run="true")
SCOPES = st.sampled_from(
    [
        BaselineScope(),
        BaselineScope(files=("/etc",)),
        BaselineScope(files=("/etc",), exclude=("/etc/app/a",)),
        BaselineScope(files=("/etc/app", "/opt/*"), packages="none", units=("a",)),
        BaselineScope(files=("/opt/**/c", "/var/lib/orch"), units=("*.service",), ports=False),
        BaselineScope(files=("/etc", "/opt/*"), exclude=("/etc/**/.b", "/opt/b"), users=False),
        BaselineScope(sysctl=("vm.*",), commands=(COMMAND,)),
        BaselineScope(sysctl=("vm.swappiness",), exclude=("/etc/cron.d",)),
        BaselineScope(system=False, packages="none", ports=False, users=False, files=("/etc/app/a",)),
        BaselineScope(files=("/etc", "/etc/app"), units=("a", "b.service"), commands=(COMMAND,)),
    ]
)
CUTS = st.sampled_from(
    [(), (Cut(kind="system file", below="/etc", reason="large"),), (Cut(kind="mount", reason="no rights"),)]
)


def reference(form: int = FORM, cuts: tuple[Cut, ...] = (), machine: str = "m1") -> BaselineReference:
    return BaselineReference(host="web1", digest="5e" * 32, machine_id=machine, items=1, form=form, cuts=cuts)


def state(number: int, scope: BaselineScope, proof: BaselineReference | None, **more: str) -> RecordedState:
    return RecordedState(
        deployment=f"d{number:02}",
        at=NOON + timedelta(hours=number),
        environment=more.get("environment", "live"),
        project="/project",
        inventory="inventories/live",
        target=Target(host=more.get("host", "web1"), address="192.0.2.1"),
        machine_id=more.get("machine", "m1"),
        scope=scope,
        proof=proof,
    )


PROOFS = st.one_of(st.none(), st.builds(reference, st.sampled_from([0, FORM]), CUTS))
STATES = st.lists(st.tuples(SCOPES, PROOFS), min_size=1, max_size=5).map(
    lambda pairs: [state(number, *pair) for number, pair in enumerate(pairs)]
)


@given(SCOPES, SCOPES)
def test_a_scope_that_has_all_of_another_captures_each_of_its_items(
    scope: BaselineScope, other: BaselineScope
) -> None:
    if has_all_of(scope, other):
        for kind, name in UNIVERSE:
            assert captures_item(scope, FORM, (), kind, name) >= captures_item(other, FORM, (), kind, name), (
                kind,
                name,
            )


@given(STATES)
def test_what_is_left_out_decides_nothing(states: list[RecordedState]) -> None:
    (machine,) = machines_of(states)
    for kind, name in UNIVERSE:
        newest = next((each for each in reversed(states) if each.decides(kind, name)), None)
        assert machine.decisive(kind, name) == newest, (kind, name)


@given(STATES, st.randoms(use_true_random=False))
def test_the_order_in_which_deployments_are_read_does_not_matter(
    states: list[RecordedState], random: object
) -> None:
    shuffled = list(states)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert machines_of(shuffled) == machines_of(states)


@given(STATES)
def test_the_same_again_changes_only_who_recorded_it(states: list[RecordedState]) -> None:
    again = replace(states[-1], deployment="d99", at=NOON + timedelta(hours=99))
    (machine,), (before,) = machines_of([*states, again]), machines_of(states)
    for kind, name in UNIVERSE:
        decides, decided = machine.decisive(kind, name), before.decisive(kind, name)
        assert decides == (again if decided == states[-1] else decided)


WIDE, NARROW = BaselineScope(files=("/etc", "/opt")), BaselineScope(files=("/opt",), packages="none")


@pytest.mark.parametrize(
    ("states", "machines"),
    [
        ([state(1, WIDE, reference()), state(2, WIDE, reference())], {"web1": ("d02",)}),
        ([state(1, WIDE, reference()), state(2, NARROW, reference())], {"web1": ("d02", "d01")}),
        ([state(1, NARROW, reference()), state(2, WIDE, reference())], {"web1": ("d02",)}),
        ([state(1, WIDE, reference()), state(2, WIDE, None)], {"web1": ("d02",)}),
        ([state(1, WIDE, reference()), state(2, WIDE, reference(form=0))], {"web1": ("d02", "d01")}),
        ([state(1, WIDE, reference()), state(2, WIDE, reference(), host="www1")], {"www1": ("d02",)}),
        (
            [state(1, WIDE, reference()), state(2, WIDE, reference(machine="m2"), machine="m2")],
            {"web1": ("d02",)},
        ),
        (
            [
                state(1, WIDE, reference(), host="web2"),
                state(2, WIDE, reference(machine="m2"), machine="m2", host="web2", environment="test"),
                state(3, WIDE, reference(machine="m3"), machine="m3"),
            ],
            {"web1": ("d03",), "web2 of live": ("d01",), "web2 of test": ("d02",)},
        ),
    ],
    ids=[
        "the same scope", "a narrower scope", "a wider scope", "left unproved", "an older form", "another name",
        "a machine that was replaced", "one name in two environments",
    ],
)  # fmt: skip
def test_which_deployments_have_a_word(
    states: list[RecordedState], machines: dict[str, tuple[str, ...]]
) -> None:
    known = machines_of(states)
    twice = {name for name, times in Counter(each.host for each in known).items() if times > 1}
    names = {
        f"{each.host} of {each.newest.environment}" if each.host in twice else each.host: tuple(
            state.deployment for state in each.states
        )
        for each in known
    }
    assert names == machines


def test_no_more_states_are_compared_than_a_visit_can_bear() -> None:
    states = [state(n, BaselineScope(files=(f"/srv/{n}",)), reference()) for n in range(MOST_STATES + 3)]
    (machine,) = machines_of(states)
    assert (len(machine.states), machine.left_out) == (MOST_STATES, 3)
    assert machine.newest.deployment == f"d{MOST_STATES + 2:02}"


def baseline(**items: str) -> Baseline:
    listed = (
        ConfigurationItem(kind="file", name=f"/opt/{name}", attributes={"sha256": digest})
        for name, digest in items.items()
    )
    return Baseline(host="web1", machine_id="m1", captured_at=NOON, items=tuple(listed), form=FORM)


FILES = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.sampled_from(["1", "2"]))


@given(FILES, FILES, st.dictionaries(st.sampled_from(["a", "b", "c"]), st.sampled_from(["1", "2", None])))
def test_a_finding_is_what_neither_a_deployment_nor_a_person_expects(
    recorded: dict[str, str], now: dict[str, str], accepted: dict[str, str | None]
) -> None:
    (machine,) = machines_of([state(1, NARROW, reference())])
    words = {
        ("file", f"/opt/{name}"): AcceptedItem(
            NOON + timedelta(days=1),
            "ann",
            None
            if digest is None
            else ConfigurationItem(kind="file", name=f"/opt/{name}", attributes={"sha256": digest}),
        )
        for name, digest in accepted.items()
    }
    look = Look(machine.newest, baseline(**recorded), baseline(**now))
    expected = {**recorded, **accepted}
    differing = {f"/opt/{name}" for name in "abc" if expected.get(name) != now.get(name)}
    comparison = compare_machine(machine, [look], words)
    assert {each.name for each in comparison.drifted} == differing
    assert {each.name for each in comparison.drifted if each.accepted_by} == {
        name for name in differing if name.rpartition("/")[2] in accepted
    }
