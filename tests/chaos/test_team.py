"""A team under faults: a round of two deployments, in which a server, a node and a worker are killed; the rest by hand."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from tests.chaos.report import of_team
from tests.chaos.team.team_faults import FAULTS, Planned, planned
from tests.chaos.team.team_site import NODES, PARTS, SERVERS, WORKERS, TeamSite, removed
from tests.chaos.team.team_trial import Round, trial
from tests.store import postgres


def lacks() -> str:
    return postgres.lacking() or ""


@pytest.mark.fleet
@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.skipif(bool(lacks()), reason=lacks())
def test_a_round_with_a_dead_server_node_and_worker_breaks_nothing() -> None:
    folder = Path(tempfile.mkdtemp(prefix="orch-team-"))
    site = TeamSite(folder, 2)
    by_name = {fault.name: fault for fault in FAULTS}
    faults = [
        Planned(by_name["server killed"], "s1", 0.3, 1.0),
        Planned(by_name["node killed"], "a1", 0.6, 0.5),
        Planned(by_name["worker killed"], "w1", 0.9, 1.0),
    ]
    site.begin()
    try:
        runs = Round(site, 1, faults, seconds=2.5).run()
    finally:
        site.end()
        removed(folder)
    assert [run.broken for run in runs] == [[], []], of_team(runs)
    assert any(run.faulted for run in runs), of_team(runs)
    # Faults begin with the first act of either: the other's hosts may be looked at just then, by the node that dies.
    ended = [run.ended for run in runs]
    assert "completed" in ended, of_team(runs)
    assert {*ended} <= {"completed", "refused"}, of_team(runs)


@pytest.mark.fleet
@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.skipif(bool(lacks()), reason=lacks())
def test_rounds_with_each_fault_break_nothing() -> None:
    runs = trial(len(FAULTS), 0, pairs=4)
    assert [run for run in runs if run.broken] == [], of_team(runs)


def test_each_fault_is_struck_in_turn_and_none_two_times_on_one_part() -> None:
    rounds = [planned(seed) for seed in range(len(FAULTS))]
    assert {fault.fault.name for each in rounds for fault in each} == {fault.name for fault in FAULTS}
    assert all(len({fault.part for fault in each}) == len(each) for each in rounds)
    assert {part for fault in FAULTS for part in fault.on} == {"pg", *SERVERS, *WORKERS, *NODES} < set(PARTS)


def test_a_seed_does_the_same_again() -> None:
    assert [planned(7), planned(8)] == [planned(7), planned(8)]
