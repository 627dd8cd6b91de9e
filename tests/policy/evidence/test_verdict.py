"""What counts as done, as a table: one healthy run, and one thing said against it in each row."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.evidence.attempt import Allowance, AttemptRequest
from orchestrator.domain.evidence.run_evidence import (
    Astray,
    HostEvidence,
    Recap,
    RunEvidence,
    RunExit,
    TaskTrouble,
)
from orchestrator.policy.evidence.verdict import judge, never_ran

NOW = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)
FAILED = TaskTrouble(task="Start service", message="unit shop.service failed")


AWAY = Astray(task="Copy", acting="web1", where="web3", place="10.0.0.3:22")


def request(**changes: object) -> AttemptRequest:
    given = {
        "attempt": "a1",
        "deployment": "d1",
        "purpose": "deploy",
        "playbook": "/p/site.yml",
        "project": "/p",
    }
    rest = {"inventory": "/p/hosts.yml", "hosts": ("web1", "web2"), "variables": {}}
    return AttemptRequest.model_validate({**given, **rest, **changes})


def healthy(host: str, **changes: object) -> HostEvidence:
    counted = changes.pop("counted", {"ok": 3})
    same = {"counted": counted, "recap": changes.pop("recap", counted)}
    given = {"host": host, "plays": 1, "real": 2, "changed": 1, "fence": "ok", "sentinel": True, **same}
    given["identity"] = host
    return HostEvidence.model_validate({**given, **changes})


def failed(host: str) -> HostEvidence:
    return healthy(host, failed=(FAILED,), sentinel=False, counted={"ok": 2, "failures": 1})


def evidence(*hosts: HostEvidence, **changes: object) -> RunEvidence:
    return RunEvidence.model_validate(
        {"hosts": hosts, "touched": tuple(host.host for host in hosts), **changes}
    )


def ended(code: int | None = 0, **changes: object) -> RunExit:
    return RunExit.model_validate({"exit_code": code, "started_at": NOW, "ended_at": NOW, **changes})


def test_healthy_hosts_are_done() -> None:
    outcome = judge(request(), evidence(healthy("web1"), healthy("web2")), ended())
    assert [(host.host, host.result, host.reason) for host in outcome.hosts] == [
        ("web1", "done", "2 task(s) ok, 1 changed"),
        ("web2", "done", "2 task(s) ok, 1 changed"),
    ]
    assert outcome.faults == ()


def trouble(**changes: object) -> HostEvidence:
    return healthy("web1", **changes)


# what the events say of web1, exit code, its result, and words of the reason; web2 is healthy and stays done
HOST_ROWS = [
    (
        trouble(timed_out=(FAILED,), sentinel=False, counted={"ok": 2, "failures": 1}),
        2,
        "unknown",
        "given up at its time limit",
    ),
    (failed("web1"), 2, "not_done", "task 'Start service' failed: unit shop.service failed"),
    (
        trouble(unreachable=(FAILED,), sentinel=False, counted={"ok": 1, "unreachable": 1}),
        4,
        "unknown",
        "became unreachable",
    ),
    (
        trouble(unreachable=(FAILED,), counted={"ok": 2, "ignored": 1}),
        0,
        "unknown",
        "became unreachable in task 'Start service'",
    ),
    (trouble(rescued=(FAILED,), counted={"ok": 3, "rescued": 1}), 0, "unknown", "was rescued"),
    (trouble(ignored=(FAILED,), counted={"ok": 3, "ignored": 1}), 0, "not_done", "the plan does not allow"),
    (trouble(masked=(FAILED,)), 0, "not_done", "the plan does not allow"),
    (trouble(pending=(FAILED,)), 0, "unknown", "left in the background"),
    (
        trouble(sentinel=False, last_task="Copy files"),
        0,
        "not_done",
        "before its end after task 'Copy files'",
    ),
    (trouble(astray=(AWAY,)), 0, "unknown", "task 'Copy' went to web3 (10.0.0.3:22) instead of web1"),
    (
        trouble(astray=(AWAY.model_copy(update={"where": "localhost", "place": "connection local"}),)),
        0,
        "unknown",
        "task 'Copy' went to localhost instead of web1",
    ),
    (
        trouble(
            astray=(AWAY.model_copy(update={"task": FAILED.task}),),
            failed=(FAILED,),
            sentinel=False,
            counted={"ok": 2, "failures": 1},
        ),
        2,
        "unknown",
        "went to web3 (10.0.0.3:22) instead of web1: unit shop.service failed",
    ),
    (trouble(plays=0, real=0), 0, "not_done", "no play of the playbook covers this host"),
    (trouble(real=0, skipped=4), 0, "not_done", "no task did anything on this host (4 skipped)"),
    (trouble(rehearsed_tasks=("a", "b", "c")), 0, "not_done", "3 task(s) ran in check mode"),
]


@pytest.mark.parametrize(("seen", "code", "result", "words"), HOST_ROWS)
def test_one_host_in_trouble_leaves_its_sibling_done(
    seen: HostEvidence, code: int, result: str, words: str
) -> None:
    outcome = judge(request(), evidence(seen, healthy("web2")), ended(code))
    assert outcome.faults == ()
    assert (outcome.hosts[0].result, outcome.hosts[1].result) == (result, "done")
    assert words in outcome.hosts[0].reason


def test_a_declared_delegate_may_be_reached_by_a_variable() -> None:
    seen = evidence(healthy("web1", astray=(AWAY,)), healthy("web2"), touched=("web1", "web2", "web3"))
    allowed = request(allowance=Allowance(delegates=("web3",)))
    assert [host.result for host in judge(allowed, seen, ended()).hosts] == ["done", "done"]
    assert judge(request(), seen, ended()).touched_outside == ("web3",)


def test_a_host_that_no_event_names_is_not_done() -> None:
    outcome = judge(request(), evidence(healthy("web2")), ended())
    assert outcome.hosts[0].result == "not_done"


# what is wrong with the run, and words of its fault; then no host is done
BROKEN = [
    (evidence(healthy("web1"), healthy("web2")), ended(None), "killed"),
    (evidence(healthy("web1"), healthy("web2")), ended(-9), "killed"),
    (
        evidence(healthy("web1"), healthy("web2")),
        ended(-9, timed_out=True),
        "timed out: the run was ended after 3600 s",
    ),
    (evidence(healthy("web1"), healthy("web2")), ended(2), "exit code 2 of ansible-playbook, but no event"),
    (evidence(healthy("web1"), healthy("web2")), ended(4), "exit code 4 of ansible-playbook, but no event"),
    (evidence(healthy("web1"), healthy("web2")), ended(250), "the run itself broke"),
    (
        evidence(failed("web1"), healthy("web2")),
        ended(0),
        "exit code 0 of ansible-playbook, but tasks failed",
    ),
    (
        evidence(healthy("web1"), healthy("web2"), gaps=("no end marker",)),
        ended(),
        "evidence incomplete: no end marker",
    ),
    (evidence(healthy("web1"), healthy("web2"), touched=("web1", "lb1")), ended(), "declared delegates: lb1"),
    (evidence(healthy("web1"), healthy("web2"), prompts=("tier",)), ended(), "asked a person for `tier`"),
    (
        evidence(healthy("web1", recap={"ok": 2}), healthy("web2")),
        ended(),
        "the recap of web1 counts 2 ok, the events 3",
    ),
    (evidence(healthy("web1", recap=None), healthy("web2")), ended(), "the recap of web1 counts 0 ok"),
    (
        evidence(healthy("web1", identity="m"), healthy("web2", identity="m")),
        ended(),
        "web1 and web2 are one machine",
    ),
    (
        evidence(healthy("web1"), healthy("web2")),
        ended(faults=("the worker failed: x",)),
        "the worker failed: x",
    ),
]


@pytest.mark.parametrize(("seen", "end", "words"), BROKEN)
def test_a_fault_of_the_run_leaves_no_host_done(seen: RunEvidence, end: RunExit, words: str) -> None:
    outcome = judge(request(), seen, end)
    assert any(words in fault for fault in outcome.faults)
    assert "done" not in {host.result for host in outcome.hosts}


def test_a_failed_host_keeps_its_reason_in_a_broken_run() -> None:
    outcome = judge(request(), evidence(failed("web1"), gaps=("cut",)), ended(None))
    assert [host.result for host in outcome.hosts] == ["not_done", "unknown"]
    assert outcome.hosts[0].task == "Start service"


def test_a_timed_out_run_says_what_went_on() -> None:
    stuck = healthy("web1", sentinel=False, last_task="Wait for port")
    outcome = judge(request(hosts=("web1",)), evidence(stuck, gaps=("cut",)), ended(None, timed_out=True))
    assert outcome.out_of_time
    assert outcome.hosts[0].result == "unknown"
    assert "during task 'Wait for port'" in outcome.hosts[0].reason


ALLOWED = [
    (
        Allowance(ignored_tasks=("Start service",)),
        trouble(ignored=(FAILED,), counted={"ok": 3, "ignored": 1}),
    ),
    (Allowance(ignored_tasks=("Start service",)), trouble(masked=(FAILED,))),
    (
        Allowance(rescued_tasks=("Start service",)),
        trouble(rescued=(FAILED,), counted={"ok": 3, "rescued": 1}),
    ),
    (
        Allowance(rescued_tasks=("Start",)),
        trouble(rescued=(TaskTrouble(task="web : Start"),), counted={"ok": 3, "rescued": 1}),
    ),
    (Allowance(noop=True), trouble(real=0)),
    (Allowance(check_mode_tasks=("Look",)), trouble(rehearsed_tasks=("web : Look", "Look"))),
    (
        Allowance(ignored_tasks=("Install {{ item }}",)),
        trouble(
            ignored=(TaskTrouble(task="Install << error 1 - 'item' is undefined >>"),),
            counted={"ok": 3, "ignored": 1},
        ),
    ),
    (
        Allowance(unreachable_tasks=("Ask the balancer",)),
        trouble(unreachable=(TaskTrouble(task="Ask the balancer"),), counted={"ok": 3, "ignored": 1}),
    ),
]


@pytest.mark.parametrize(("allowance", "seen"), ALLOWED)
def test_what_the_plan_allows_is_done(allowance: Allowance, seen: HostEvidence) -> None:
    outcome = judge(request(hosts=("web1",), allowance=allowance), evidence(seen), ended())
    assert outcome.hosts[0].result == "done"


def test_a_declared_delegate_may_be_touched() -> None:
    touched = evidence(healthy("web1"), healthy("web2"), touched=("web1", "web2", "lb1"))
    assert judge(request(allowance=Allowance(delegates=("lb1",))), touched, ended()).faults == ()
    assert judge(request(), touched, ended()).touched_outside == ("lb1",)


def test_a_no_op_still_needs_a_play_and_the_sentinel() -> None:
    allowed = request(hosts=("web1",), allowance=Allowance(noop=True))
    for seen in (trouble(real=0, plays=0), trouble(real=0, sentinel=False)):
        assert judge(allowed, evidence(seen), ended()).hosts[0].result == "not_done"


def test_what_never_ran_left_its_hosts_untouched() -> None:
    outcome = never_ran(request(), ended(None), ("no worker claimed it in time",))
    assert {host.result for host in outcome.hosts} == {"untouched"}
    assert outcome.faults == ("no worker claimed it in time",)


LACKS_ROLE = "ansible-playbook says: the role 'hello' was not found"
NO_EVENT = {"gaps": ("there is no event at all",)}
# what the run left, how it ended, and the result of both hosts
BEGINNINGS = [
    (evidence(**NO_EVENT), ended(1, faults=(LACKS_ROLE,)), "untouched"),
    (evidence(**NO_EVENT), ended(4), "untouched"),
    (evidence(**NO_EVENT), ended(250), "untouched"),
    (evidence(**NO_EVENT), ended(0), "unknown"),
    (evidence(**NO_EVENT), ended(None), "unknown"),
    (evidence(**NO_EVENT), ended(137), "unknown"),
    (evidence(**NO_EVENT), ended(-9, timed_out=True), "unknown"),
    (evidence(**NO_EVENT), ended(1, processes_left=True), "unknown"),
    (evidence(**NO_EVENT, touched=("localhost",)), ended(1), "unknown"),
    (evidence(healthy("web1", sentinel=False), **NO_EVENT), ended(1), "unknown"),
]


@pytest.mark.parametrize(("left", "end", "result"), BEGINNINGS)
def test_a_run_that_never_began_left_its_hosts_untouched(
    left: RunEvidence, end: RunExit, result: str
) -> None:
    outcome = judge(request(), left, end)
    assert {host.result for host in outcome.hosts} == {result}
    assert outcome.faults


def test_a_host_that_could_not_be_shown_the_epoch_is_untouched_where_the_events_are_whole() -> None:
    lacks_sudo = fenced("web1", fence="failed", failed=(FAILED,), counted={"failures": 1})
    for gaps, code, result in (((), 2, "untouched"), (("cut",), 2, "not_done"), ((), -9, "not_done")):
        outcome = judge(request(), evidence(lacks_sudo, healthy("web2"), gaps=gaps), ended(code))
        assert outcome.hosts[0].result == result


troubles = st.lists(st.just(FAILED), max_size=1).map(tuple)
counts = st.builds(Recap, ok=st.integers(0, 3), failures=st.integers(0, 1), rescued=st.integers(0, 1))
anything = st.builds(
    HostEvidence,
    host=st.just("web1"),
    plays=st.integers(0, 1),
    real=st.integers(0, 1),
    rehearsed_tasks=st.lists(st.just("Look"), max_size=1).map(tuple),
    failed=troubles,
    timed_out=troubles,
    rescued=troubles,
    ignored=troubles,
    unreachable=troubles,
    pending=troubles,
    sentinel=st.booleans(),
    counted=counts,
    recap=st.none() | counts,
)


@given(seen=anything, code=st.sampled_from([None, -9, 0, 1, 2, 4, 250]), gaps=st.sampled_from([(), ("cut",)]))
def test_done_means_that_everything_speaks_for_it(
    seen: HostEvidence, code: int | None, gaps: tuple[str, ...]
) -> None:
    outcome = judge(request(hosts=("web1",)), evidence(seen, gaps=gaps), ended(code))
    if outcome.hosts[0].result == "done":
        assert (code, gaps, outcome.faults) == (0, (), ())
        assert seen.sentinel
        assert seen.real
        assert seen.plays
        assert seen.recap == seen.counted
        against = (seen.failed, seen.timed_out, seen.rescued, seen.ignored, seen.unreachable, seen.pending)
        assert not any(against)
        assert not seen.rehearsed_tasks


def fenced(host: str, **changes: object) -> HostEvidence:
    """A host on which nothing but the fence ran."""
    same = {"plays": 0, "real": 0, "changed": 0, "sentinel": False, "identity": "", "counted": {"ok": 1}}
    return healthy(host, **{**same, **changes})


def refused(fence: str, fence_said: str) -> HostEvidence:
    return fenced("web1", fence=fence, fence_said=fence_said, failed=(FAILED,), counted={"failures": 1})


def test_a_host_that_the_fence_did_not_reach_is_unknown() -> None:
    gone = fenced("web1", fence="failed", unreachable=(TaskTrouble(task="orch fence", message="no route"),))
    gone = gone.model_copy(update={"counted": Recap(unreachable=1), "recap": Recap(unreachable=1)})
    outcome = judge(request(), evidence(gone, healthy("web2")), ended(4))
    assert [(host.result, host.reason) for host in outcome.hosts] == [
        ("unknown", "the host could not be reached, and nothing of the playbook was run on it: no route"),
        ("done", "2 task(s) ok, 1 changed"),
    ]


AT = {"web1": "10.0.0.1:22", "web2": "10.0.0.2:22"}
MOVED = "the inventory has web1 at 10.0.0.9:22 now, and had it at 10.0.0.1:22 when the plan was checked"
# web1, web2, exit code, what is told of web1 and of web2, the faults
FENCES = [
    (
        refused("newer", "6"),
        fenced("web2"),
        2,
        "refused by the host: a newer run (epoch 6) was here",
        "nothing was run: web1 has seen a newer run (epoch 6)",
        (),
    ),
    (
        refused("other", "4"),
        fenced("web2"),
        2,
        "refused by the host: another run (epoch 4) has been here since the baseline was captured",
        "nothing was run: web1 has seen another run (epoch 4)",
        (),
    ),
    (
        refused("machine", "abc"),
        healthy("web2"),
        2,
        "refused: this is another machine now, its machine-id is abc and was m1; nothing was run on it",
        "2 task(s) ok, 1 changed",
        (),
    ),
    (
        refused("failed", ""),
        healthy("web2"),
        2,
        "the host could not be shown the epoch of this run, so nothing was run on it: unit shop.service failed",
        "2 task(s) ok, 1 changed",
        (),
    ),
    (
        fenced("web1", fence="none", addresses=("10.0.0.9:22",), counted={}),
        fenced("web2", fence="none", addresses=("10.0.0.2:22",), counted={}),
        0,
        f"nothing was run: {MOVED}",
        f"nothing was run: {MOVED}",
        (MOVED,),
    ),
]


@pytest.mark.parametrize(("first", "second", "code", "told_first", "told_second", "faults"), FENCES)
def test_the_fence(
    first: HostEvidence,
    second: HostEvidence,
    code: int,
    told_first: str,
    told_second: str,
    faults: tuple[str, ...],
) -> None:
    asked = request(machines={"web1": "m1"}, addresses=AT if faults else {})
    outcome = judge(asked, evidence(first, second), ended(code))
    assert [host.reason for host in outcome.hosts] == [told_first, told_second]
    refuses = first.fence in ("newer", "other", "machine")
    assert [host.result for host in outcome.hosts] == [
        "not_done" if refuses else "untouched",
        "done" if told_second.endswith("changed") else "untouched",
    ]
    assert outcome.faults == faults
    outrun = first.fence in ("newer", "other")
    assert outcome.outrun_on == (("web1",) if outrun else ())
    assert [host.found_epoch for host in outcome.hosts] == [int(first.fence_said) if outrun else None, None]


# evidence of web1 that looks done, and the fault that keeps it from being so
UNPROVED = [
    (trouble(addresses=("10.0.0.1:22", "10.0.0.9:22")), MOVED),
    (trouble(addresses=()), "the events do not say where web1 was reached"),
    (trouble(addresses=("10.0.0.1:22",), unfenced=2), "2 task(s) ran on web1 before it accepted the run"),
    (trouble(addresses=("10.0.0.1:22",), fence="none"), "the events do not say that web1 accepted the run"),
]


@pytest.mark.parametrize(("seen", "fault"), UNPROVED)
def test_without_proof_of_place_and_fence_nothing_is_done(seen: HostEvidence, fault: str) -> None:
    asked = request(addresses={"web1": "10.0.0.1:22"})
    outcome = judge(asked, evidence(seen, healthy("web2")), ended())
    assert outcome.faults == (fault,)
    assert {host.result for host in outcome.hosts} == {"unknown"}
