"""The deployment's own processes: looked for after every attempt, ended before a proof, and named where they live on."""

from collections.abc import Callable

import pytest

from orchestrator.cli.views.tree import tree_lines
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.evidence.left_process import LeftProcess
from orchestrator.domain.journal import events as e
from orchestrator.engine.lookup.result_line import result_of
from orchestrator.policy.telling.timeline_builder import story_of
from tests.fakes.playbooks import Script
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree

ONE_WAVE = {"waves": ["rest"], "gate": {"soak": "0s"}}
TWO_WAVES = {"waves": [1, "rest"], "gate": {"soak": "0s"}}
FAILS = Script(results={"h2": "not_done"})


def leaving(fleet: Fleet, *hosts: str, purpose: str = "deploy", program: str = "sh") -> Callable[[], int]:
    """Runs of this purpose leave a process on these hosts; tells how many did so far."""
    begun: list[int] = []

    def leave(request: AttemptRequest) -> None:
        if request.purpose == purpose:
            for host in set(hosts) & set(request.hosts):
                begun.append(800 + len(begun))
                left = LeftProcess(
                    run=request.attempt, pid=begun[-1], program=program, unit="session-3.scope"
                )
                fleet.targets.machine(host).left.append(left)

    fleet.playbooks.on_start = leave
    return lambda: len(begun)


def looks(fleet: Fleet, d: Deployment) -> list[e.ProcessesLeft]:
    return list(fleet.events(d, e.ProcessesLeft))


def visits(fleet: Fleet) -> list[tuple[str, ...]]:
    return [hosts for what, hosts in fleet.targets.asked if what == "processes_of"]


def test_a_deployment_that_leaves_nothing_says_nothing_of_it_and_visits_nobody_for_it() -> None:
    fleet = Fleet(plan_tree(**TWO_WAVES))
    ended = fleet.deploy()
    assert (ended.state.value, looks(fleet, ended), visits(fleet)) == ("completed", [], [])
    assert set(ended.left_processes.looked) == {"h1", "h2", "h3"}


def test_a_success_that_leaves_a_process_names_it_and_is_a_success() -> None:
    fleet = Fleet(plan_tree(**ONE_WAVE))
    leaving(fleet, "h2")
    ended = fleet.deploy()
    (look,) = looks(fleet, ended)
    assert (ended.state.value, visits(fleet)) == ("completed", [])
    assert {host: [p.pid for p in left] for host, left in look.left.items()} == {"h2": [800]}
    assert "Left running, started by this deployment's tasks: 800 (sh) on h2." in result_of(ended).words
    story = story_of(fleet.ports.journal.read(ended.id), ended)
    step = story.last("processes")
    assert step is not None
    assert (step.result, step.words) == ("unknown", "1 process left running on h2")
    assert step.faults[0].startswith(
        f"h2: left running: 800 (sh) of {look.left['h2'][0].run}, in session-3.scope"
    )
    lines = [(line.title, line.words) for line in tree_lines(ended, story, fleet.clock.now(), {})]
    assert ("left running", "1 process of this deployment") in lines
    assert ("h2", "800 (sh)") in lines


def test_what_a_failed_deployment_left_is_ended_before_the_proof_in_the_visit_of_the_capture() -> None:
    fleet = Fleet(plan_tree(**ONE_WAVE))
    leaving(fleet, "h1", "h2")
    fleet.playbooks.script("deploy", None, FAILS)
    ended = fleet.deploy()
    before, look = looks(fleet, ended)
    # It ends nothing, and does not ask h1, where the deployment was done: the playbook runs there in any case.
    assert (set(before.left), before.ended) == ({"h2"}, {})
    assert (ended.state.value, set(look.ended), look.left, visits(fleet)) == (
        "backed out",
        {"h1", "h2"},
        {},
        [],
    )
    assert ended.left_processes.left == {}


def test_nothing_is_restored_where_a_process_of_a_deploy_attempt_cannot_be_ended() -> None:
    fleet = Fleet(plan_tree(**ONE_WAVE))
    leaving(fleet, "h1", "h2")
    fleet.targets.machine("h1").unkillable = {800, 801}
    fleet.playbooks.script("deploy", None, FAILS)
    ended = fleet.deploy()
    assert ended.state.value == "backout failed"
    assert {host: at.standing for host, at in ended.standings.items()} == {
        "h1": "backout_failed",
        "h2": "restored",
        "h3": "restored",
    }
    left = ended.left_processes.left["h1"][0]
    assert f"process {left.pid} (sh) of {left.run} still runs there" in ended.standings["h1"].reason
    fleet.targets.machine("h1").unkillable = set()
    assert fleet.roll_back(ended).state.value == "backed out"


@pytest.mark.parametrize(
    ("declared", "program", "state"),
    [
        ([], "old-app", "backout failed"),
        (["old-app"], "old-app", "backed out"),
        (["new-app"], "old-app", "backout failed"),
        ([], "gpg-agent", "backed out"),
    ],
)
def test_what_a_backout_leaves_running_is_never_ended_and_must_be_declared(
    declared: list[str], program: str, state: str
) -> None:
    tree = plan_tree(**ONE_WAVE)
    tree["backout"]["leaves_running"] = declared
    fleet = Fleet(tree)
    leaving(fleet, "h2", purpose="backout", program=program)
    fleet.playbooks.script("deploy", None, FAILS)
    ended = fleet.deploy()
    assert (ended.state.value, len(fleet.targets.machine("h2").left)) == (state, 1)
    assert [p.program for p in ended.left_processes.left["h2"]] == [program]
    assert ("backout.leaves_running" in ended.standings["h2"].reason) is (state == "backout failed")


def test_a_host_that_failed_within_the_limit_is_looked_at_before_the_end() -> None:
    fleet = Fleet(plan_tree(**ONE_WAVE, failure_limit={"wave": 1, "overall": 1}))
    leaving(fleet, "h2")
    fleet.playbooks.script("deploy", None, FAILS)
    ended = fleet.deploy()
    assert (ended.state.value, visits(fleet)) == ("completed with exceptions", [("h2",)])
    assert [(look.hosts, list(look.left)) for look in looks(fleet, ended)] == [(("h2",), ["h2"])]


def test_a_process_that_ended_by_itself_is_no_longer_named() -> None:
    fleet = Fleet(plan_tree(waves=["rest"], gate={"soak": "2s", "every": "1s"}))
    leaving(fleet, "h2")
    soaking = iter(range(100))

    def passes(question: str) -> None:
        if question == "verify" and fleet.targets.machine("h2").left and next(soaking):
            fleet.targets.machine("h2").left.clear()

    fleet.targets.on_question = passes
    ended = fleet.deploy()
    assert [list(look.left) for look in looks(fleet, ended)] == [["h2"], []]
    assert ended.left_processes.left == {}


def test_processes_that_cannot_be_looked_at_are_told_once_and_keep_no_backout_from_its_proof() -> None:
    fleet = Fleet(plan_tree(**ONE_WAVE))
    fleet.targets.machine("h2").hidden = 120
    ended = fleet.deploy()
    assert (ended.state.value, [look.unseen for look in looks(fleet, ended)]) == (
        "completed",
        [{"h2": "processes_hidden"}],
    )
    back = fleet.roll_back(ended)
    assert (back.state.value, len(looks(fleet, back))) == ("backed out", 1)
