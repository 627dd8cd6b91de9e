"""What completed deployments say of the waves to come: how long to deploy and verify, and nothing of a backout."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from orchestrator.domain.evidence.completed_times import ForwardWave
from orchestrator.policy.authority.admission import admit, weigh
from orchestrator.policy.authority.time_lines import basis_lines, completed_facts, time_rows, verdict_line
from orchestrator.policy.authority.times_ahead import times_ahead
from orchestrator.policy.authority.wave_authorisation import remaining
from orchestrator.policy.calendar.bookings import expected_of
from orchestrator.policy.calendar.forward_times import forward_times
from orchestrator.policy.measures.wave_durations import completed_times, completed_waves, measured_waves
from orchestrator.policy.telling.timeline_builder import story_of
from tests.policy.admission_cases import Row, question, rows
from tests.policy.rehearsals import HOSTS, Rehearsed, Scene, rehearsed

UTC = ZoneInfo("UTC")


@cache
def completed(name: str = "app-2.0", seconds: float = 60.0) -> Rehearsed:
    return rehearsed(Scene(as_deployment=True, name=name, seconds={"deploy": seconds, "backout": 30.0}))


def test_a_completed_deployment_measures_what_it_did_and_no_backout() -> None:
    part = completed()
    assert part.deployment.state == "completed"
    story = story_of(part.records)
    assert measured_waves(part.deployment, story) == ()
    assert completed_waves(part.deployment, story) == (
        ForwardWave(wave=0, hosts=1, deploy=60.0, verify=5.0),
        ForwardWave(wave=1, hosts=len(HOSTS) - 1, deploy=60.0, verify=5.0),
    )


def test_what_was_backed_out_is_no_completed_deployment() -> None:
    part = rehearsed(Scene())
    assert completed_waves(part.deployment, story_of(part.records)) == ()
    assert completed_times([(part.deployment, ())]) is None


def test_the_slowest_counts_and_the_newest_is_named() -> None:
    parts = [completed("a", 60.0), completed("b", 90.0)]
    known = completed_times(
        [(p.deployment, completed_waves(p.deployment, story_of(p.records))) for p in parts]
    )
    assert known is not None
    assert (known.deployments, known.newest) == (2, "b")
    d = parts[0].deployment
    times = forward_times(d.plan, d.waves, known, margin=0.5)
    assert [(each.wave, each.deploy, each.verify) for each in times] == [(0, 135.0, 7.5), (1, 135.0, 7.5)]


def test_a_booking_is_shorter_by_them_and_still_has_the_whole_limit_for_a_backout() -> None:
    part = completed()
    d = part.deployment
    known = completed_times([(d, completed_waves(d, story_of(part.records)))])
    without, by_them = expected_of(d, ()), expected_of(d, (), known)
    limits = sum(d.plan.stage_of(wave).backout.run_timeout for wave in d.waves)
    assert without.seconds > by_them.seconds >= limits + 2 * 65
    assert "1 completed deployment, the newest app-2.0" in by_them.basis
    assert "no backout was measured" in by_them.basis


def test_no_point_of_no_return_moves_by_them() -> None:
    part = completed()
    waves = completed_waves(part.deployment, story_of(part.records))
    known = completed_times([(part.deployment, waves)])
    changes = {"now": "2026-06-06T20:30:00Z", "certificates": [], "policy": {"rehearsal": None}}
    without = times_ahead(question(changes))
    asked = question(changes)
    ahead = times_ahead(replace(asked, completed=known))
    assert ahead.times == without.times
    assert ahead.forward
    title, pilot, *_, last = completed_facts(ahead)
    # 60 s and 5 s were measured: what is shown is what is expected by them.
    assert title == (
        f"to be expected by 1 completed deployment, the newest app-2.0 of {_minute(part)}, with the policy's margin:"
    )
    assert pilot.endswith("deploy 1 min 12 s, verify 6 s"), pilot
    assert last == "none of them was backed out, so no point of no return rests on these times"
    assert list(completed_facts(without)) == []


def _minute(part: Rehearsed) -> str:
    return part.deployment.last_at.strftime("%Y-%m-%d %H:%M UTC")


@pytest.mark.parametrize("row", rows(), ids=str)
def test_no_answer_rests_on_them(row: Row) -> None:
    """Neither may a deployment begin by them nor a wave, whatever was measured and whenever a window closes."""
    part = completed()
    known = completed_times([(part.deployment, completed_waves(part.deployment, story_of(part.records)))])
    asked = question(row.given)
    by_them = replace(asked, completed=known)
    assert admit(by_them) == admit(asked)
    without, ahead = times_ahead(asked), times_ahead(by_them)
    assert time_rows(ahead, UTC) == time_rows(without, UTC)
    assert verdict_line(ahead, UTC) == verdict_line(without, UTC)
    assert list(basis_lines(ahead)) == list(basis_lines(without))
    d = part.deployment
    for wave in range(len(d.waves)):
        assert remaining(weigh(by_them), d, wave) == remaining(weigh(asked), d, wave)
