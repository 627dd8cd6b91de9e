"""A node at work, and what a driver makes of it: silence, restarts, cuts, hostile answers, and what is left behind."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event, Thread

import pytest

from orchestrator.adapters.keys.frame_keys import FolderFrameKeys
from orchestrator.adapters.nodes.calling import about_answer, about_report
from orchestrator.adapters.nodes.courier import Courier
from orchestrator.adapters.nodes.frames import NodeAnswer, Report, Sealed, StartRun
from orchestrator.adapters.nodes.gateway import AtHand
from orchestrator.adapters.nodes.known_server import pinned
from orchestrator.adapters.nodes.node_runs import WARM_FOR, NodeRuns
from orchestrator.adapters.nodes.workplace import Workplace
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.evidence.attempt_sighting import Sighting
from orchestrator.domain.evidence.run_software import RunSoftware
from orchestrator.domain.plan.target import Target
from orchestrator.engine.node_ports import Answer, Call, Succession
from orchestrator.errors import Conflict, MachineLacks, Refused, StoreFault
from tests.fakes.clock import FakeClock
from tests.fakes.playbooks import FakePlaybooks, Script
from tests.fakes.targets import FakeTargets
from tests.worlds.zone import SHORT, ZONE, ZoneWorld, at_work, hosts, only, request, until


@pytest.fixture
def world(tmp_path: Path) -> ZoneWorld:
    return ZoneWorld(tmp_path)


@pytest.fixture
def runs() -> FakePlaybooks:
    return FakePlaybooks()


class Cut(Courier):
    """A courier whose line a test cuts."""

    def __init__(self, inner: Courier) -> None:
        self._inner, self.cut = inner, Event()

    def _there(self) -> Courier:
        if self.cut.is_set():
            raise StoreFault("the line is cut")
        return self._inner

    def take(self, seconds: float, *, new: bool) -> Call | None:
        return self._there().take(seconds, new=new)

    def owed(self) -> list[Call]:
        return self._there().owed()

    def answer(self, call: str, frame: bytes) -> None:
        self._there().answer(call, frame)

    def report(self, attempt: str, number: int, frame: bytes, *, last: bool) -> None:
        self._there().report(attempt, number, frame, last=last)

    def successions(self) -> list[Succession]:
        return self._there().successions()

    def part(self, digest: str, number: int) -> bytes | None:
        return self._there().part(digest, number)


def test_a_run_gets_its_files_in_the_nodes_own_places(
    world: ZoneWorld, runs: FakePlaybooks, tmp_path: Path
) -> None:
    seen: dict[str, str] = {}

    def look(asked: AttemptRequest) -> None:
        seen["playbook"] = Path(asked.playbook).read_text()
        seen["key"] = Path(asked.private_keys[0]).read_text()
        seen["mode"] = oct(Path(asked.private_keys[0]).stat().st_mode & 0o777)

    runs.on_start = look
    asked = request(tmp_path / "project")
    with at_work(world.node("n1", only(runs), hosts(FakeTargets()))):
        port = world.playbooks()
        port.start(asked)
        until(lambda: port.sight("a1").state == "finished")
        until(lambda: not list((tmp_path / "n1/work").iterdir()))
    assert seen == {"playbook": "- hosts: all\n", "key": "the private key", "mode": "0o600"}
    [started] = runs.started
    there = str(tmp_path / "n1/work/of-d1")
    assert started.project == f"{there}/project"
    assert started.variables == {"artefact": f"{there}/project/unit.tar"}
    assert str(tmp_path / "id") not in started.plain_way
    assert started.private_keys[0] in started.plain_way
    for call in world.exchange.calls.values():  # type: ignore[attr-defined]
        assert b"the private key" not in call.frame


def test_runs_of_a_deployment_have_one_place_after_the_other_so_that_what_is_imported_for_it_serves(
    world: ZoneWorld, runs: FakePlaybooks, tmp_path: Path
) -> None:
    port = world.playbooks()

    def finished(attempt: str) -> bool:
        return port.sight(attempt).state == "finished"

    def claimed(attempt: str) -> bool:
        return port.sight(attempt).worker_pid is not None

    with at_work(world.node("n1", only(runs), hosts(FakeTargets()))):
        for attempt in ("a1", "a2"):
            port.start(request(tmp_path / "project", attempt=attempt))
            until(partial(finished, attempt))
            until(lambda: not list((tmp_path / "n1/work").iterdir()))
        runs.script("deploy", None, Script(stays_running=True))
        for attempt in ("a3", "a4"):
            port.start(request(tmp_path / "project", attempt=attempt))
            until(partial(claimed, attempt))
        port.stop("a3")
        port.stop("a4")
    shared = str(tmp_path / "n1/work/of-d1/project")
    assert [started.project for started in runs.started] == [
        shared,
        shared,
        shared,
        str(tmp_path / "n1/work/a4/project"),
    ]


def test_a_node_that_has_no_run_for_long_holds_nothing_ready(world: ZoneWorld, tmp_path: Path) -> None:
    class Counted(FakePlaybooks):
        let_gone = 0

        def let_go(self) -> None:
            super().let_go()
            self.let_gone += 1

    runs, clock = Counted(), FakeClock()
    node = NodeRuns(
        tmp_path / "n1",
        "n1",
        world.enrolled("n1"),
        pinned(world.server.party),
        AtHand(world.gateway, "n1"),
        clock,
        only(runs),
        Workplace(tmp_path / "n1", lambda digest, number: None),
    )
    asked = request(tmp_path / "project")
    world.playbooks(patience=SHORT).start(asked)
    [call] = world.exchange.calls.values()  # type: ignore[attr-defined]
    assert world.exchange.take(call.id, "n1") is not None
    node.begin(
        Sealed(id=call.id, zone=ZONE, deployment="d1", question=StartRun(request=asked)),
        StartRun(request=asked),
    )
    runs.script("deploy", None, Script())
    node.report_all()
    assert node.idle
    clock.sleep(WARM_FOR - 1)
    node.report_all()
    assert runs.let_gone == 0
    clock.sleep(2)
    node.report_all()
    node.report_all()
    assert runs.let_gone == 1


def begun_and_left(world: ZoneWorld, runs: FakePlaybooks, folder: Path) -> None:
    """A run goes on although its node is gone."""
    runs.script("deploy", None, Script(stays_running=True))
    port = world.playbooks()
    with at_work(world.node("n1", only(runs), hosts(FakeTargets()))):
        port.start(request(folder / "project"))
        until(lambda: port.sight("a1").worker_pid is not None)


def test_a_node_that_comes_back_reports_what_it_began_and_begins_nothing_twice(
    world: ZoneWorld, runs: FakePlaybooks, tmp_path: Path
) -> None:
    begun_and_left(world, runs, tmp_path)
    number = world.exchange.report_of("a1")
    assert number is not None
    with at_work(world.node("n1", only(runs), hosts(FakeTargets()))):
        until(lambda: (world.exchange.report_of("a1") or number).number > number.number)
        assert world.playbooks().stop("a1")
    assert world.playbooks().sight("a1").state == "dead"
    assert len(runs.started) == 1


def test_a_node_that_died_between_taking_and_beginning_begins_when_it_comes_back(
    world: ZoneWorld, runs: FakePlaybooks, tmp_path: Path
) -> None:
    world.enrolled("n1")
    port = world.playbooks(patience=replace(SHORT, lease=60.0))
    zone = world.zone()
    asked = request(tmp_path / "project")
    from orchestrator.adapters.nodes.frames import StartRun

    zone.put(StartRun(request=asked), attempt="a1", tree=world.trees.shared(asked.project))
    assert world.gateway.take("n1", 0.0, new=True) is not None
    assert port.sight("a1").state == "running"
    assert not port.stop("a1") or pytest.fail("nobody knows whether it began")
    with at_work(world.node("n1", only(runs), hosts(FakeTargets()))):
        until(lambda: port.sight("a1").state == "finished")
    assert len(runs.started) == 1


def test_what_nobody_took_is_taken_back_and_never_runs(
    world: ZoneWorld, runs: FakePlaybooks, tmp_path: Path
) -> None:
    world.enrolled("n1")
    port = world.playbooks(patience=SHORT)
    port.start(request(tmp_path / "project"))
    assert port.sight("a1").state == "running"
    assert port.stop("a1")
    assert (port.sight("a1").state, port.sight("a1").began) == ("dead", False)
    with at_work(world.node("n1", only(runs), hosts(FakeTargets()))):
        time.sleep(1)
    assert runs.started == []


def test_a_node_that_is_silent_for_a_lease_is_dead_and_not_lost(
    world: ZoneWorld, runs: FakePlaybooks, tmp_path: Path
) -> None:
    runs.script("deploy", None, Script(stays_running=True))
    port = world.playbooks(patience=SHORT)
    with at_work(world.node("n1", only(runs), hosts(FakeTargets()))):
        port.start(request(tmp_path / "project"))
        until(lambda: port.sight("a1").worker_pid is not None)
    until(lambda: port.sight("a1").state == "dead")
    assert not port.stop("a1")
    fresh = world.playbooks(patience=SHORT)
    assert fresh.sight("a1").state == "running", "a driver that has only begun to listen has heard no silence"
    with at_work(world.node("n1", only(runs), hosts(FakeTargets()))):
        until(lambda: port.sight("a1").state == "running")
    assert not port.stop("a1")
    world.book.change("n1", gone=True)
    assert not world.playbooks(patience=replace(SHORT, lease=3600.0)).stop("a1"), (
        "an administrator's word alone ends nothing that is heard of"
    )
    until(lambda: port.sight("a1").state == "dead")
    assert port.stop("a1")
    late = world.playbooks(patience=SHORT)
    assert late.sight("a1").state == "running"
    until(lambda: late.sight("a1").state == "dead")
    assert late.stop("a1")


def test_a_node_that_is_cut_off_ends_its_attempts(
    world: ZoneWorld, runs: FakePlaybooks, tmp_path: Path
) -> None:
    runs.script("deploy", None, Script(stays_running=True))
    world.enrolled("n1")
    line = Cut(AtHand(world.gateway, "n1"))
    port = world.playbooks()
    with at_work(world.node("n1", only(runs), hosts(FakeTargets()), courier=line, cut_off=1.0)):
        port.start(request(tmp_path / "project"))
        until(lambda: port.sight("a1").worker_pid is not None)
        line.cut.set()
        until(lambda: runs.sight("a1").state == "dead")
        line.cut.clear()
        until(lambda: port.sight("a1").state == "dead")
        assert port.stop("a1")


def test_a_removed_node_that_comes_back_says_so_ends_what_it_runs_and_ends_as_refused(
    world: ZoneWorld, runs: FakePlaybooks, tmp_path: Path
) -> None:
    """It was gone, an administrator said so, and somebody may have gone on without it."""
    begun_and_left(world, runs, tmp_path)
    world.book.change("n1", gone=True)
    before, reports = list(runs.started), world.exchange.report_of("a1")
    node = world.node("n1", only(runs), hosts(FakeTargets()), cut_off=1.0)
    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(node.run, Event())
        with pytest.raises(
            Refused, match="No node n1 is enrolled here; ask an administrator: orch node invite ZONE"
        ):
            ended.result(30)
    assert Refused.exit_code == 4
    assert runs.sight("a1").state == "dead"
    assert (runs.started, world.exchange.report_of("a1")) == (before, reports), "its word counts no more"
    refusals = [words for words in world.words if "No node n1 is enrolled here" in words]
    assert 1 <= len(refusals) <= 2, "and it is said once, not twice a second"


def test_a_removed_node_without_a_run_ends_at_once_as_refused(world: ZoneWorld, runs: FakePlaybooks) -> None:
    node = world.node("n1", only(runs), hosts(FakeTargets()))
    world.book.change("n1", gone=True)
    with pytest.raises(Refused, match="No node n1 is enrolled here"):
        node.run(Event())


def test_a_node_whose_attempt_was_given_to_another_reports_none_of_it(
    world: ZoneWorld, runs: FakePlaybooks, tmp_path: Path
) -> None:
    """Its words, and those of the server, name the attempt; its run is ended as one whose server is away."""
    world.enrolled("n1")
    world.enrolled("n2")
    port = world.playbooks(patience=SHORT)
    port.start(request(tmp_path / "project"))
    [call] = world.exchange.calls.values()  # type: ignore[attr-defined]
    assert world.exchange.take(call.id, "n2") is not None
    with pytest.raises(Refused, match="n1 took no attempt of that name, and reports none"):
        world.gateway.report("n1", "a1", 1, b"frame", last=False)
    with pytest.raises(
        Conflict, match="n1 did not take that call, or whoever made it does not wait any more"
    ):
        world.gateway.answer("n1", call.id, b"frame")


def test_a_node_that_leaves_takes_nothing_new_and_stays_until_its_attempt_has_ended(
    world: ZoneWorld, runs: FakePlaybooks, tmp_path: Path
) -> None:
    runs.script("deploy", None, Script(stays_running=True))
    port = world.playbooks(patience=SHORT)
    node = world.node("n1", only(runs), hosts(FakeTargets()))
    leaving = Event()
    working = Thread(target=node.run, args=(leaving,), daemon=True)
    working.start()
    port.start(request(tmp_path / "project"))
    until(lambda: port.sight("a1").worker_pid is not None)
    leaving.set()
    time.sleep(1.5)
    port.start(request(tmp_path / "other project", "a2"))
    assert working.is_alive(), "its attempt is at work"
    assert [each.attempt for each in runs.started] == ["a1"]
    assert world.playbooks().stop("a1"), "what only it can do it still does"
    working.join(20)
    assert not working.is_alive()
    assert port.stop("a2"), "nobody took it"


def test_what_a_node_lacks_is_said_at_once_and_nothing_is_begun(
    world: ZoneWorld, runs: FakePlaybooks, tmp_path: Path
) -> None:
    runs.present = RunSoftware(versions={"ansible-core": "2.19.4"})
    port = world.playbooks(core=lambda: "2.20.0")
    with at_work(world.node("n1", only(runs), hosts(FakeTargets()))):
        with pytest.raises(MachineLacks, match=r"The node n1: it has ansible-core .* began with 2\.20\.0"):
            port.start(request(tmp_path / "project"))
        assert port.sight("a1").state == "absent"
        assert runs.started == []
        runs.present = RunSoftware(versions={"ansible-core": "2.20.0"})
        port.start(request(tmp_path / "project"))
        until(lambda: port.sight("a1").state == "finished")
    assert len(runs.started) == 1, "once the node has it, the same attempt begins"


def test_without_a_node_of_the_zone_nothing_is_put(world: ZoneWorld, tmp_path: Path) -> None:
    world.enrolled("n9", "lan")
    with pytest.raises(MachineLacks, match="No node of the zone dmz is enrolled"):
        world.playbooks().start(request(tmp_path / "project"))
    assert world.playbooks().sight("a1").state == "absent"
    identities = world.targets().identify([Target(host="web1", address="192.0.2.1", zone=ZONE)])
    assert "No node of the zone dmz" in str(identities["web1"])


def test_passed_variables_reach_the_run_and_no_frame_in_clear(
    world: ZoneWorld, runs: FakePlaybooks, tmp_path: Path
) -> None:
    given: list[tuple[dict[str, str], str | None]] = []

    def hands(passed: dict[str, str], become: str | None) -> FakePlaybooks:
        given.append((passed, become))
        return runs

    asked = request(tmp_path / "project").model_copy(update={"pass_environment": ("TOKEN",)})
    with pytest.raises(MachineLacks, match="TOKEN"):
        world.playbooks({}).start(asked)
    with at_work(world.node("n1", hands, hosts(FakeTargets()))):
        world.playbooks({"TOKEN": "s3cr3t"}, become="r00t").start(asked)
    assert ({"TOKEN": "s3cr3t"}, "r00t") in given
    for call in world.exchange.calls.values():  # type: ignore[attr-defined]
        assert b"s3cr3t" not in call.frame
        assert b"r00t" not in call.frame


def test_a_node_does_no_call_of_another_server_and_none_of_another_zone(
    world: ZoneWorld, runs: FakePlaybooks, tmp_path: Path
) -> None:
    from orchestrator.adapters.nodes.frames import AskIsolation, Sealed

    keys = world.enrolled("n1")
    impostor = FolderFrameKeys(tmp_path / "impostor", "server")
    sealed = Sealed(id="c1", zone=ZONE, question=AskIsolation())
    frames = {
        "signed by nobody": impostor.seal(sealed.model_dump_json().encode(), [keys.party], b"call c1 of dmz"),
        "signed by nobody that": world.server.seal(
            sealed.model_dump_json().encode(), [keys.party], b"call c9 of dmz"
        ),
        "of another call": world.server.seal(
            sealed.model_copy(update={"id": "c7"}).model_dump_json().encode(), [keys.party], b"call c1 of dmz"
        ),
    }
    node = world.node("n1", only(runs), hosts(FakeTargets()))
    for words, frame in frames.items():
        with pytest.raises(Refused, match=words):
            node._answer(Call("c1", ZONE, "zone:dmz", frame))


def _reported(
    world: ZoneWorld, keys: FolderFrameKeys, name: str, sighting: Sighting, about: bytes | None
) -> None:
    frame = keys.seal(
        Report(sighting=sighting).model_dump_json().encode(),
        [world.server.party],
        about if about is not None else about_report("a1", name, 1, last=True),
    )
    world.exchange.report("a1", Answer(name, frame, 1, last=True))


def test_reports_of_others_and_of_other_attempts_are_refused(world: ZoneWorld, tmp_path: Path) -> None:
    keys, other = world.enrolled("n1"), world.enrolled("n2")
    world.playbooks(patience=SHORT).start(request(tmp_path / "project"))
    assert world.gateway.take("n1", 0.0, new=True) is not None
    good = Sighting(attempt="a1", state="running")
    for by, name, sighting, about in (
        (other, "n2", good, None),
        (other, "n1", good, None),
        (keys, "n1", Sighting(attempt="a2", state="running"), None),
        (keys, "n1", good, about_report("a1", "n1", 7, last=True)),
    ):
        world.exchange.reports.clear()  # type: ignore[attr-defined]
        _reported(world, by, name, sighting, about)
        with pytest.raises(Refused):
            world.playbooks().sight("a1")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b'{"id": "other"}',
        b"[" * 9000,
        b'{"id": 1}',
        b'{"id": "ID", "identities": {"identities": {"web9": "x"}}}',
    ],
)
def test_an_answer_that_is_none_is_no_answer_of_a_host(world: ZoneWorld, content: bytes) -> None:
    keys = world.enrolled("n1")
    target = Target(host="web1", address="192.0.2.1", zone=ZONE)

    def answer() -> None:
        call = None
        while call is None:
            call = world.gateway.take("n1", 1.0, new=True)
        frame = keys.seal(
            content.replace(b"ID", call.id.encode()), [world.server.party], about_answer(call.id, "n1")
        )
        world.gateway.answer("n1", call.id, frame)

    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as beside:
        answered = beside.submit(answer)
        identities = world.targets().identify([target])
        answered.result()
    assert list(identities) == ["web1"]
    assert isinstance(identities["web1"], str)


def test_every_answer_has_a_form_of_its_own() -> None:
    assert NodeAnswer(id="c1").model_dump(exclude_none=True) == {"id": "c1"}
