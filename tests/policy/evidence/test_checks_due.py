"""What a host is asked after a wave, in a soak and at the end, whatever the stages and waves of a release are."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.wave import Wave
from orchestrator.policy.calendar.point_of_no_return import expected_times
from orchestrator.policy.course.rollout import waves_of
from orchestrator.policy.evidence.checks_due import due_after_wave, due_at_the_end, due_while_watched
from tests.worlds.plans import plan_of, plan_tree, targets_named
from tests.worlds.stages import staged

HOSTS = ("h1", "h2", "h3", "h4")


def _stage(number: int, on: str, waves: list[Any]) -> dict[str, Any]:
    return {
        "name": f"s{number}",
        "on": on,
        "playbook": f"playbooks/{number}.yml",
        "backout": f"rollback/{number}.yml",
        "waves": waves,
        "acceptance": [{"tcp": 1000 + number, "within": "7s"}],
    }


def _planned(stages: list[tuple[list[str], list[Any]]]) -> tuple[ReleasePlan, tuple[Wave, ...]]:
    plan = plan_of(staged([_stage(n, ":".join(on), waves) for n, (on, waves) in enumerate(stages)]))
    return plan, waves_of(plan, targets_named(*HOSTS)).waves


subsets = st.lists(st.sampled_from(HOSTS), min_size=1, unique=True)
releases = st.lists(
    st.tuples(subsets, st.sampled_from([["rest"], []]))
    | st.tuples(st.just(list(HOSTS)), st.just([1, "rest"])),
    min_size=1,
    max_size=4,
).map(_planned)


@given(release=releases)
def test_each_host_is_asked_the_whole_plan_once_after_its_last_wave_and_all_are_at_the_end(
    release: tuple[ReleasePlan, tuple[Wave, ...]],
) -> None:
    plan, waves = release
    whole = plan.validation.acceptance[0]
    last = {host: wave.number for wave in waves for host in wave.hosts}
    for wave in waves:
        for due in due_after_wave(plan, waves, wave.number, wave.hosts):
            for host in due.hosts:
                assert (whole in due.checks) == (last[host] == wave.number)
                assert due.checks[-1:] == wave.acceptance
    end = len(waves) - 1
    at_the_end = [
        host
        for due in due_at_the_end(plan, waves, end, tuple(last))
        for host in due.hosts
        if whole in due.checks
    ]
    assert sorted([*at_the_end, *waves[end].hosts]) == sorted(last)
    assert not any(list(due_at_the_end(plan, waves, number, tuple(last))) for number in range(end))


@given(release=releases, until=st.integers(0, 7))
def test_a_host_is_watched_by_the_checks_of_its_newest_stage(
    release: tuple[ReleasePlan, tuple[Wave, ...]], until: int
) -> None:
    plan, waves = release
    until = min(until, len(waves) - 1)
    newest = {host: wave for wave in waves[: until + 1] for host in wave.hosts}
    asked = {
        host: due.checks for due in due_while_watched(plan, waves, until, tuple(newest)) for host in due.hosts
    }
    assert asked.keys() == newest.keys()
    for host, checks in asked.items():
        comes_again = any(host in wave.hosts for wave in waves[until + 1 :])
        whole = () if comes_again else plan.validation.acceptance
        assert checks == (*whole, *newest[host].acceptance)


@given(waves=st.lists(st.integers(1, 2), max_size=2), until=st.integers(0, 2))
def test_without_stages_every_host_is_asked_everything_of_its_wave(waves: list[int], until: int) -> None:
    plan = plan_of(plan_tree(waves=[{"count": n, "acceptance": [{"tcp": n}]} for n in waves] + ["rest"]))
    resolved = waves_of(plan, targets_named(*HOSTS, "h5")).waves
    for wave in resolved:
        [due] = due_after_wave(plan, resolved, wave.number, wave.hosts)
        assert due == (wave.hosts, (*plan.validation.acceptance, *wave.acceptance))
        assert list(due_at_the_end(plan, resolved, wave.number, (*HOSTS, "h5"))) == []
    until = min(until, len(resolved) - 1)
    watched = list(due_while_watched(plan, resolved, until, (*HOSTS, "h5")))
    assert [due.hosts for due in watched] == [wave.hosts for wave in resolved[: until + 1]]


def test_a_stage_that_was_never_measured_may_take_as_long_as_what_is_asked_after_it() -> None:
    plan, waves = _planned([(["h1", "h2"], ["rest"]), (["h2", "h3", "h4"], ["rest"])])
    first, second = expected_times(plan, waves, [], margin=0.2)
    whole, own = 5.0, 7.0 + 3.0
    # After the first wave h2, which comes again, is asked the stage alone; at the end h1 is asked the whole plan once more.
    assert (first.verify, second.verify) == (own + (whole + own), (whole + own) + whole)
