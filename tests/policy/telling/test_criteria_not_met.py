"""Criteria that were not met are on the record with what was decided, by whom and in which role, or without a decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from orchestrator.adapters.report.page import html_record
from orchestrator.adapters.report.text import text_record
from orchestrator.domain.authority.ground import Ground
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.reading import Reading
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.use_cases import objectives
from orchestrator.policy.telling.criteria_not_met import not_met_lines
from orchestrator.policy.telling.words.decision_words import chosen_words
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree

ANSWERS, PORT = "http http://{address}/", "tcp 80"
FAILS, PASSES, REFUSED = ("failed", "status 500"), ("passed", "status 200"), ("failed", "refused")
ENTRY: dict[str, Any] = {"rest": True, "entry": [{"tcp": 80}]}
QUEUE: dict[str, Any] = {"name": "queue", "command": {"run": ["wc"]}, "success": "< 5", "failure": "> 9"}
MEASURED: dict[str, Any] = {"count": 1, "gate": {"soak": "60s", "every": "30s", "metrics": [QUEUE]}}
WATCHED: dict[str, Any] = {"count": 1, "gate": {"soak": "60s", "every": "30s"}}
EARLY: dict[str, Any] = {"early_life": {"duration": "60s", "every": "30s"}}
CALLS: dict[str, Any] = {
    "objective": "Few calls.",
    "by_hand": {"unit": "calls", "role": "service owner"},
    "expected": "<= 5",
    "due": "7d",
}
HOLD = {"on_failure": "hold"}
ONE_DOWN = {"failure_limit": {"wave": 1, "overall": "50%"}}
SILENT = Reading(trouble="no_answer", detail="refused")
AS_PLANNED, WITHIN = (
    "backed out by orch, as the plan says",
    "gone on by orch: within the failure limit, as the plan says",
)


def fleet_of(**sections: Any) -> Fleet:
    tree = plan_tree(**sections.pop("strategy", {}))
    for name, section in sections.items():
        tree[name] = {**tree[name], **section} if isinstance(section, dict) else section
    return Fleet(tree)


def failing(fleet: Fleet, host: str, check: str, *answers: Any) -> Fleet:
    fleet.targets.machine(host).script(check, *answers)
    return fleet


def lines(fleet: Fleet) -> list[str]:
    d = fleet.now(fleet.ports.journal.deployments()[0])
    return [line[20:] for line in not_met_lines(d, fleet.ports.journal.read(d.id))]


def measured(fleet: Fleet, *values: float | Reading) -> Fleet:
    fleet.measurements.script("queue", *values)
    return fleet


def excluded(fleet: Fleet, d: Deployment) -> None:
    fleet.say(d, e.Excluded(hosts=("h2",), by="ann", reason="it is replaced"))
    fleet.resume()


def retried(fleet: Fleet, d: Deployment) -> None:
    for check in (ANSWERS, PORT):
        for host in ("h1", "h2"):
            failing(fleet, host, check, PASSES)
    measured(fleet, 1.0)
    fleet.say(d, e.Retried(by="Ann", reason="it is up"))
    fleet.resume()


def held_on_and_retried(fleet: Fleet, d: Deployment) -> None:
    fleet.say(d, e.HeldOn(by="Ann", reason="look at it tomorrow"))
    retried(fleet, d)


def aborted(fleet: Fleet, d: Deployment) -> None:
    fleet.say(d, e.AbortRequested(by="cy", reason="enough"))
    fleet.resume()


def taken_back(fleet: Fleet, d: Deployment) -> None:
    fleet.roll_back(d)


def confirmed(fleet: Fleet, d: Deployment) -> None:
    fleet.say(d, e.Confirmed(wave=d.rollout.wave, role="service owner", by="cy", note="fine"))
    fleet.resume()


def nobody(fleet: Fleet, d: Deployment) -> None:
    """No decision."""


def named(*values: str, accepted: bool = False) -> Callable[[Fleet, Deployment], None]:
    def name(fleet: Fleet, d: Deployment) -> None:
        for value in values:
            objectives.record(fleet.ports, d, 1, value, by="cy", note="list", role=None, attached=())
        if accepted:
            now = fleet.now(d.id)
            objectives.accept(fleet.ports, now, 1, by="cy", role="service owner", reason="enough")

    return name


def named_and_taken_back(fleet: Fleet, d: Deployment) -> None:
    named("9")(fleet, d)
    taken_back(fleet, d)


PATHS: list[tuple[str, Callable[[], Fleet], Callable[[Fleet, Deployment], None], str | None]] = [
    # Acceptance
    (
        "acceptance, held",
        lambda: failing(fleet_of(backout=HOLD), "h2", ANSWERS, FAILS),
        nobody,
        "no decision yet",
    ),
    ("acceptance, backed out", lambda: failing(fleet_of(), "h2", ANSWERS, FAILS), nobody, AS_PLANNED),
    (
        "acceptance, host left out",
        lambda: failing(fleet_of(backout=HOLD), "h2", ANSWERS, FAILS),
        excluded,
        "gone on without h2 by ann as deployment manager: it is replaced",
    ),
    (
        "acceptance, held on and then tried again",
        lambda: failing(fleet_of(backout=HOLD), "h2", ANSWERS, FAILS),
        held_on_and_retried,
        "held by Ann as deployment manager: look at it tomorrow; tried again by Ann as deployment manager: it is up",
    ),
    (
        "acceptance, taken back by a person",
        lambda: failing(fleet_of(backout=HOLD), "h2", ANSWERS, FAILS),
        taken_back,
        "backed out by ann as deployment manager: regret",
    ),
    (
        "acceptance, aborted by somebody without a role",
        lambda: failing(fleet_of(backout=HOLD), "h2", ANSWERS, FAILS),
        aborted,
        "aborted by cy, to whom the plan gives no role: enough",
    ),
    (
        "acceptance, within the limit",
        lambda: failing(fleet_of(strategy=ONE_DOWN), "h2", ANSWERS, FAILS),
        nobody,
        WITHIN,
    ),
    (
        "acceptance, within the limit, and another wave is confirmed",
        lambda: failing(
            fleet_of(
                strategy={**ONE_DOWN, "waves": [2, {"rest": True, "gate": {"confirm": "service owner"}}]}
            ),
            "h2",
            ANSWERS,
            FAILS,
        ),
        confirmed,
        WITHIN,
    ),
    # Entry criteria
    (
        "entry, held",
        lambda: failing(fleet_of(strategy={"waves": [1, ENTRY]}, backout=HOLD), "h2", PORT, REFUSED),
        nobody,
        "no decision yet",
    ),
    (
        "entry, tried again",
        lambda: failing(fleet_of(strategy={"waves": [1, ENTRY]}, backout=HOLD), "h2", PORT, REFUSED),
        retried,
        "tried again by Ann as deployment manager: it is up",
    ),
    (
        "entry, backed out",
        lambda: failing(fleet_of(strategy={"waves": [1, ENTRY]}), "h2", PORT, REFUSED),
        nobody,
        AS_PLANNED,
    ),
    (
        "entry of the first wave",
        lambda: failing(fleet_of(strategy={"waves": [ENTRY]}), "h2", PORT, REFUSED),
        nobody,
        "refused by orch, as the plan says",
    ),
    (
        "the environment",
        lambda: failing(fleet_of(), "h2", "become root", ("failed", "no")),
        nobody,
        "refused by orch, as the plan says",
    ),
    # Gates
    (
        "gate, a check in the soak",
        lambda: failing(
            fleet_of(strategy={"waves": [WATCHED, "rest"]}, backout=HOLD), "h1", ANSWERS, PASSES, FAILS
        ),
        retried,
        "tried again by Ann as deployment manager: it is up",
    ),
    (
        "gate, a metric failed",
        lambda: measured(fleet_of(strategy={"waves": [MEASURED, "rest"]}), 20.0),
        nobody,
        AS_PLANNED,
    ),
    (
        "gate, a metric inconclusive",
        lambda: measured(fleet_of(strategy={"waves": [MEASURED, "rest"]}), SILENT),
        nobody,
        "no decision yet",
    ),
    (
        "gate, a metric inconclusive and tried again",
        lambda: measured(fleet_of(strategy={"waves": [MEASURED, "rest"]}), SILENT),
        retried,
        "tried again by Ann as deployment manager: it is up",
    ),
    (
        "gate, a metric inconclusive and taken back",
        lambda: measured(fleet_of(strategy={"waves": [MEASURED, "rest"]}), SILENT),
        taken_back,
        "backed out by ann as deployment manager: regret",
    ),
    ("gate, in order", lambda: fleet_of(strategy={"waves": [MEASURED, "rest"]}), nobody, None),
    # Early life support
    (
        "early life support, backed out",
        lambda: failing(fleet_of(validation=EARLY), "h1", ANSWERS, PASSES, PASSES, FAILS),
        nobody,
        AS_PLANNED,
    ),
    (
        "early life support, a metric failed",
        lambda: measured(
            fleet_of(validation={"early_life": {**EARLY["early_life"], "metrics": [QUEUE]}}, backout=HOLD),
            20.0,
        ),
        taken_back,
        "backed out by ann as deployment manager: regret",
    ),
    # Objectives
    ("objective, missed", lambda: fleet_of(objectives=[CALLS]), named("9"), "no decision yet"),
    (
        "objective, accepted",
        lambda: fleet_of(objectives=[CALLS]),
        named("9", accepted=True),
        "accepted by cy as service owner: enough",
    ),
    (
        "objective, missed twice and accepted once",
        lambda: fleet_of(objectives=[CALLS]),
        named("9", "8", accepted=True),
        "accepted by cy as service owner: enough",
    ),
    (
        "objective, achieved later",
        lambda: fleet_of(objectives=[CALLS]),
        named("9", "3"),
        "measured again by cy: achieved, found 3 calls",
    ),
    (
        "objective, the release is taken back for it",
        lambda: fleet_of(objectives=[CALLS]),
        named_and_taken_back,
        "backed out by ann as deployment manager: regret",
    ),
    ("objective, achieved", lambda: fleet_of(objectives=[CALLS]), named("3"), None),
]


@pytest.mark.parametrize(
    ("world", "decide", "decision"), [row[1:] for row in PATHS], ids=[row[0] for row in PATHS]
)
def test_each_criterion_that_is_not_met_has_the_decision_about_it(
    world: Callable[[], Fleet], decide: Callable[[Fleet, Deployment], None], decision: str | None
) -> None:
    fleet = world()
    decide(fleet, fleet.deploy())
    shown = lines(fleet)
    if decision is None:
        assert shown == []
    else:
        [line] = shown
        assert line.endswith(f": {decision}")


def test_what_was_expected_and_found_is_said() -> None:
    fleet = failing(fleet_of(backout=HOLD), "h1", ANSWERS, FAILS)
    fleet.deploy()
    assert lines(fleet) == [
        "verification of wave 1: h1: http http://{address}/: expected status 200, found status 500: no decision yet"
    ]


def test_a_missed_objective_that_is_missed_again_after_its_acceptance_waits_for_another() -> None:
    fleet = fleet_of(objectives=[CALLS])
    d = fleet.deploy()
    named("9", accepted=True)(fleet, d)
    named("8")(fleet, d)
    assert [line.rpartition(": ")[2] for line in lines(fleet)] == ["enough", "no decision yet"]


def test_who_conceded_and_what_was_set_aside_is_said_with_the_choice() -> None:
    fleet = fleet_of()
    d = fleet.deploy()
    conceded = Ground(
        code="concession.given",
        values={"person": "Cy Ray", "role": "customer", "reason": "one is enough", "hosts": "h2"},
    )
    event = e.Excluded(hosts=("h2",), by="Ann", reason="it is replaced", reasons=(conceded,))
    assert chosen_words(d, event) == (
        "gone on without h2 by Ann as deployment manager: it is replaced; "
        "conceded for h2 by Cy Ray as customer (one is enough)"
    )
    aside = e.SetAside(code="newer", deployment="app-2", hosts=("h1",))
    forced = e.BackoutBegan(
        hosts=("h1",),
        reason="it must go",
        by="cy",
        reasons=(Ground(code="backout.chosen"),),
        despite=(aside,),
    )
    assert chosen_words(d, forced).startswith(
        "backed out by cy, to whom the plan gives no role: it must go; "
    )
    assert "app-2" in chosen_words(d, forced)


def test_page_and_text_have_the_section_only_where_something_was_missed() -> None:
    good, bad = fleet_of(), failing(fleet_of(), "h1", ANSWERS, FAILS)
    for fleet, shown in ((good, False), (bad, True)):
        d = fleet.deploy()
        assert (d.state is State.COMPLETED) is not shown
        records = fleet.ports.journal.read(d.id)
        assert ("Criteria not met" in html_record(records, fleet.clock.now())) is shown
        assert ("Criteria not met" in text_record(records, fleet.clock.now())) is shown
