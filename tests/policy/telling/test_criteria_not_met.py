"""Criteria that were not met are on the record with what was decided, by whom and in which role, or without a decision."""

from __future__ import annotations

from orchestrator.adapters.report.page import html_record
from orchestrator.adapters.report.text import text_record
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.policy.telling.criteria_not_met import not_met_lines
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree


def fleet_of(**backout: str) -> Fleet:
    tree = plan_tree()
    tree["backout"] |= backout
    return Fleet(tree)


def lines(fleet: Fleet) -> list[str]:
    d = fleet.now(fleet.ports.journal.deployments()[0])
    return [line[20:] for line in not_met_lines(d, fleet.ports.journal.read(d.id))]


def test_a_retry_is_the_decision_of_a_person_in_the_role_that_the_plan_gives() -> None:
    fleet = fleet_of(on_failure="hold")
    fleet.targets.machine("h1").script("http http://{address}/", ("failed", "status 500"))
    d = fleet.deploy()
    assert lines(fleet) == [
        "verification of wave 1: h1: http http://{address}/: expected status 200, found status 500: no decision yet"
    ]
    fleet.targets.machine("h1").script("http http://{address}/", ("passed", "status 200"))
    fleet.say(d, e.Retried(by="Ann", reason="the cache was cold"))
    assert lines(fleet)[0].endswith("tried again by Ann as deployment manager: the cache was cold")
    assert fleet.resume().state is State.COMPLETED


def test_what_the_plan_decides_is_no_decision_of_a_person() -> None:
    fleet = fleet_of()
    fleet.targets.machine("h1").script("http http://{address}/", ("failed", "status 500"))
    assert fleet.deploy().state is State.BACKED_OUT
    assert lines(fleet)[0].endswith("backed out by orch, as the plan says")


def test_page_and_text_have_the_section_only_where_something_was_missed() -> None:
    good, bad = fleet_of(), fleet_of()
    bad.targets.machine("h1").script("http http://{address}/", ("failed", "status 500"))
    for fleet, shown in ((good, False), (bad, True)):
        d = fleet.deploy()
        records = fleet.ports.journal.read(d.id)
        assert ("Criteria not met" in html_record(records, fleet.clock.now())) is shown
        assert ("Criteria not met" in text_record(records, fleet.clock.now())) is shown
