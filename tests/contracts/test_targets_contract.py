"""What everything that asks hosts keeps: over ssh to a real sshd, and the fleet in memory that the engine's tests use."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from orchestrator.adapters import process
from orchestrator.adapters.checks import ControllerChecks
from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.ssh import SshTargets
from orchestrator.domain.evidence.baseline import Baseline, BaselineScope
from orchestrator.domain.evidence.left_process import ProcessesSeen, ProcessSearch
from orchestrator.domain.plan.check import Check
from orchestrator.domain.plan.machines import kin_of
from orchestrator.domain.plan.target import HOST_KEY_NOT_PINNED, Identity, Silence, Target
from orchestrator.engine.ports import Targets
from orchestrator.policy.evidence.drift import compare, summary_lines
from tests.adapters.ssh.loopback import Loopback, free_port, loopback_sshd, make_key
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.targets import FakeTargets
from tests.worlds import asking_here
from tests.worlds.zone import ZoneWorld, at_work, hosts, only

CHECKS: list[Check] = [
    TypeAdapter[Check](Check).validate_python(written)
    for written in (
        {"user": "root"},
        {"user": {"name": "nobody-of-that-name"}},
        {"tcp": {"port": 1, "open": False}},
        {"command": "exit 0", "title": "a command"},
    )
]
ANSWERS = ["passed", "failed", "passed", "passed"]


@dataclass
class Stage:
    """Two hosts that answer, and a file on the first; and three that do not, each for a reason of its own."""

    port: Targets
    good: list[Target]
    dead: Target
    changed: Target
    locked: Target
    path: str
    scope: BaselineScope
    change: Callable[[str], None]

    @property
    def everyone(self) -> list[Target]:
        return [*self.good, self.dead, self.changed]


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    with loopback_sshd(tmp_path_factory.mktemp("sshd")) as running:
        yield running


def over_ssh(sshd: Loopback, tmp_path: Path) -> Stage:
    other = tmp_path / "other_known_hosts"
    make_key(tmp_path / "nobodys_key")
    other.write_text(f"[127.0.0.1]:{sshd.port} {make_key(tmp_path / 'other_key')}\n")
    good = [sshd.target("web1"), sshd.target("web2")]
    conf = tmp_path / "shop.conf"
    conf.write_text("before")
    return Stage(
        port=SshTargets(ControllerChecks(process.run, SystemClock(), asking_here.HERE)),
        good=good,
        dead=good[0].model_copy(update={"host": "dead", "port": free_port()}),
        changed=good[0].model_copy(update={"host": "changed", "known_hosts": str(other)}),
        locked=good[0].model_copy(update={"host": "locked", "private_key": str(tmp_path / "nobodys_key")}),
        path=str(conf),
        # As with ports: on the machine that the tests share others mount, start and stop things meanwhile.
        scope=BaselineScope(files=(str(conf),), packages="none", ports=False, users=False, system=False),
        change=lambda content: (conf.write_text(content), None)[1],
    )


def in_memory(tmp_path: Path) -> Stage:
    fleet = FakeTargets()
    path = str(tmp_path / "shop.conf")

    def change(content: str) -> None:
        digest = hashlib.sha256(content.encode()).hexdigest()
        for host in ("web1", "web2"):
            fleet.machine(host).items["file", path] = {"sha256": digest}
            fleet.machine(host).installed = {path: digest}

    change("before")
    for host in ("web1", "web2"):
        fleet.machine(host).machine_id = "one and the same"
        fleet.machine(host).script("user nobody-of-that-name", ("failed", "no such user"))
    fleet.machine("dead").unreachable = "no connection: connection refused"
    fleet.machine("changed").unreachable = f"{HOST_KEY_NOT_PINNED}: it shows another"
    fleet.machine("changed").cause = "host_key_not_pinned"
    fleet.machine("locked").unreachable = "login as root was refused"
    fleet.machine("locked").dead = False
    web1, web2, dead, changed, locked = (
        Target(host=host, address="192.0.2.1") for host in ("web1", "web2", "dead", "changed", "locked")
    )
    return Stage(fleet, [web1, web2], dead, changed, locked, path, BaselineScope(files=(path,)), change)


@pytest.fixture(
    params=[
        "ssh",
        "memory",
        "staying over ssh",
        "staying in memory",
        "of a zone over ssh",
        "of a zone in memory",
    ]
)
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    on = (
        in_memory(tmp_path)
        if "memory" in request.param
        else over_ssh(request.getfixturevalue("sshd"), tmp_path)
    )
    if request.param.startswith("of a zone"):
        world = ZoneWorld(tmp_path / "zone")
        with at_work(world.node("n1", only(FakePlaybooks()), hosts(on.port))):
            yield replace(on, port=world.targets())
        return
    if request.param.startswith("staying"):
        on.port = on.port.stay()
    yield on
    on.port.close()


def test_every_host_and_check_has_one_result_and_reachable_comes_first(stage: Stage, tmp_path: Path) -> None:
    results = stage.port.verify(stage.everyone, CHECKS, tmp_path)
    kinds = ["reachable", "user", "user", "tcp", "command"]
    assert [(each.host, each.kind) for each in results] == [
        (target.host, kind) for target in stage.everyone for kind in kinds
    ]
    assert [each.number for each in results if each.host == "web1"] == [None, *range(len(CHECKS))]
    assert [each.number for each in results if each.host == "dead"] == [None, *range(len(CHECKS))]
    assert [each.answer for each in results if each.host == "web1"] == ["passed", *ANSWERS]
    assert {each.title for each in results if each.kind == "command"} == {"a command"}
    assert all(each.expected and each.found for each in results)


def test_a_host_that_cannot_be_asked_is_inconclusive_for_each_check(stage: Stage, tmp_path: Path) -> None:
    results = stage.port.verify([stage.dead, stage.changed], CHECKS, tmp_path)
    assert {each.answer for each in results if each.kind == "reachable"} == {"failed"}
    assert {each.answer for each in results if each.kind != "reachable"} == {"inconclusive"}


def test_nobody_asked_nobody_answers(stage: Stage, tmp_path: Path) -> None:
    assert stage.port.verify([], CHECKS, tmp_path) == []
    assert stage.port.verify_units([], {"/a": "0" * 64}) == []
    assert stage.port.capture([], stage.scope) == {}
    assert stage.port.identify([]) == {}


def test_another_host_key_is_told_from_an_unreachable_host(stage: Stage, tmp_path: Path) -> None:
    reachable = {each.host: each.found for each in stage.port.verify(stage.everyone, [], tmp_path)}
    captured = stage.port.capture(stage.everyone, stage.scope)
    identified = stage.port.identify(stage.everyone)
    for answers in (reachable, captured, identified):
        assert str(answers["changed"]).startswith(HOST_KEY_NOT_PINNED)
        assert not str(answers["dead"]).startswith(HOST_KEY_NOT_PINNED)


def test_only_a_host_that_answers_nothing_at_all_is_dead(stage: Stage, tmp_path: Path) -> None:
    everyone = [*stage.everyone, stage.locked]
    stage.port.verify(everyone, [], tmp_path)
    assert list(stage.port.dead(everyone)) == ["dead"]
    assert "no connection" in stage.port.dead(everyone)["dead"]
    assert stage.port.dead(stage.good) == {}
    stage.port.capture(everyone, stage.scope)
    assert list(stage.port.dead(everyone)) == ["dead"]


def test_why_a_host_does_not_say_what_runs_there_is_a_code(stage: Stage) -> None:
    answers = stage.port.end_run([stage.dead, stage.changed], "a-run", 0.0)
    causes = {host: answer.cause for host, answer in answers.items() if isinstance(answer, Silence)}
    assert causes == {"dead": "unreachable", "changed": "host_key_not_pinned"}


def test_a_search_for_processes_has_an_answer_of_every_host_in_a_stay_and_without(
    stage: Stage, tmp_path: Path
) -> None:
    search = ProcessSearch(
        runs={"a-run-of-nobody": 7}, end=("a-run-of-nobody",), awaited=("another",), patience=1.0
    )
    with closing(stage.port.stay(search)) as staying:
        staying.verify(stage.everyone, [], tmp_path)
        beside = staying.processes_of(stage.everyone, search)
    for answers in (beside, stage.port.processes_of(stage.everyone, search)):
        causes = {host: answer.cause for host, answer in answers.items() if isinstance(answer, Silence)}
        assert causes == {"dead": "unreachable", "changed": "host_key_not_pinned"}
        seen = [answer for answer in answers.values() if isinstance(answer, ProcessesSeen)]
        assert [(each.host, each.ended, each.left) for each in seen] == [("web1", (), ()), ("web2", (), ())]


def test_components_on_target(stage: Stage) -> None:
    right = hashlib.sha256(b"before").hexdigest()
    first, second = (
        stage.port.verify_units([stage.good[0], stage.dead], wanted, title="release 2.4")
        for wanted in ({stage.path: right, "/nowhere/to/be/found": right}, {stage.path: "0" * 64})
    )
    assert [(each.host, each.kind, each.answer) for each in first] == [
        ("web1", "component", "passed"),
        ("web1", "component", "failed"),
        ("dead", "component", "inconclusive"),
        ("dead", "component", "inconclusive"),
    ]
    assert [each.answer for each in second] == ["failed", "inconclusive"]
    assert [each.number for each in first] == [0, 1, 0, 1]
    assert first[0].title == f"release 2.4 {stage.path}"
    assert second[0].found == f"sha256 {right}"


def test_baselines_of_one_state_are_equal_and_a_change_is_found(stage: Stage) -> None:
    def captured() -> Baseline:
        captures = stage.port.capture(stage.everyone, stage.scope)
        assert set(captures) == {"web1", "web2", "dead", "changed"}
        assert isinstance(captures["dead"], str)
        baseline = captures["web1"]
        assert isinstance(baseline, Baseline)
        assert baseline.complete
        return baseline

    before, same = captured(), captured()
    stage.change("after!")
    after = captured()
    assert compare(before, same).equal
    assert before.items == same.items
    [line] = summary_lines(each for each in compare(before, after).differences if each.attribute == "sha256")
    assert line.startswith(f"web1: file {stage.path} sha256 ")


def test_two_names_of_one_machine_are_seen(stage: Stage) -> None:
    identified = stage.port.identify(stage.everyone)
    known = {host: each for host, each in identified.items() if isinstance(each, Identity)}
    assert set(known) == {"web1", "web2"}
    assert [(kin.kinship, kin.hosts) for kin in kin_of(known)] == [("one_machine", ("web1", "web2"))]
    assert all(each.host == host and each.boot_id and each.host_key_sha256 for host, each in known.items())
    baseline = stage.port.capture(stage.good[:1], stage.scope)["web1"]
    assert isinstance(baseline, Baseline)
    assert baseline.machine_id == known["web1"].machine_id
