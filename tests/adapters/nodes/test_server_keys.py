"""The server's keys are replaced: nodes follow by the old key's signature, and refuse the old one from then on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path

import pytest

from orchestrator.adapters.keys.frame_keys import FolderFrameKeys, signature_is_good
from orchestrator.adapters.keys.server_keys import ServerKeys, replace_keys
from orchestrator.adapters.nodes.frames import AskIsolation, Sealed
from orchestrator.adapters.nodes.known_server import KnownServer
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.plan.target import Target
from orchestrator.engine.node_ports import Call, Party, Succession, succession_text
from orchestrator.errors import Refused
from tests.fakes.nodes import FakeExchange, FakeNodeBook
from tests.fakes.playbooks import FakePlaybooks
from tests.fakes.targets import FakeTargets
from tests.worlds.zone import ZONE, ZoneWorld, at_work, hosts, only


@pytest.fixture
def world(tmp_path: Path) -> ZoneWorld:
    return ZoneWorld(tmp_path)


class Replacing(FakeExchange):
    """Does something before it keeps a call."""

    def __init__(self, before: Callable[[Call], None]) -> None:
        super().__init__()
        self._before = before

    def put(self, call: Call) -> bool:
        self._before(call)
        return super().put(call)


def statement(before: FolderFrameKeys, after: Party) -> Succession:
    text = succession_text(before.party.verify, after)
    return Succession(before=before.party.verify, after=after, signature=before.sign(text))


def test_a_node_follows_each_key_to_the_next_and_no_other(tmp_path: Path) -> None:
    keys = [FolderFrameKeys(tmp_path / str(number), "server") for number in range(4)]
    chain = [statement(before, after.party) for before, after in pairwise(keys)]
    kept: list[Party] = []
    server = KnownServer(keys[0].party, signature_is_good, kept.append)
    forged = statement(keys[2], keys[3].party).model_copy(update={"before": keys[0].party.verify})
    assert not server.learn([forged])
    assert not server.learn([chain[0].model_copy(update={"after": keys[3].party})])
    assert not server.learn([chain[1]]), "a statement of a key that it does not know"
    assert (server.party, kept) == (keys[0].party, [])
    assert server.learn(reversed(chain))
    assert (server.party, kept) == (keys[3].party, [keys[3].party])
    assert not server.learn(chain)
    ring = [*chain, statement(keys[3], keys[0].party)]
    assert KnownServer(keys[0].party, signature_is_good).learn(ring) in {True, False}, "it comes to an end"


def test_a_node_at_work_learns_new_keys_and_goes_on(world: ZoneWorld) -> None:
    target = Target(host="web1", address="192.0.2.1", zone=ZONE)
    first = FolderFrameKeys(world.root / "server", "server")
    with at_work(world.node("n1", only(FakePlaybooks()), hosts(FakeTargets()))):
        before = world.targets().identify([target])["web1"]
        made = replace_keys(world.root / "server", world.book.succeed)
        after = world.targets().identify([target])["web1"]
    assert (made.before, made.after) == (first.party.verify, world.server.party)
    assert not isinstance(before, str)
    assert before == after
    assert world.learnt == [world.server.party]


def test_what_was_asked_with_the_old_key_is_asked_once_more_with_the_new(tmp_path: Path) -> None:
    """The keys are replaced, and known to the node, between the sealing of a question and its answer."""
    target = Target(host="web1", address="192.0.2.1", zone=ZONE)
    runs = FakePlaybooks()
    questions: list[str] = []

    def replaced(call: Call) -> None:
        questions.append(call.id)
        if len(questions) in {1, 3}:
            replace_keys(world.root / "server", world.book.succeed)
            node._learn()

    world = ZoneWorld(tmp_path, exchange=Replacing(replaced))
    node = world.node("n1", only(runs), hosts(FakeTargets()))
    with at_work(node):
        assert not isinstance(world.targets().identify([target])["web1"], str)
        assert len(questions) == 2
        project = world.root / "project"
        project.mkdir()
        fields = {
            "deployment": "d1",
            "purpose": "deploy",
            "playbook": f"{project}/site.yml",
            "hosts": ["web1"],
        }
        places = {"project": str(project), "inventory": f"{project}/hosts.yml", "variables": {}, "zone": ZONE}
        world.playbooks().start(AttemptRequest.model_validate({"attempt": "a1", **fields, **places}))
    assert [each.attempt for each in runs.started] == ["a1"]
    assert len(questions) == 4


def test_a_node_refuses_the_old_key_once_it_knows_the_new_one(world: ZoneWorld) -> None:
    node = world.node("n1", only(FakePlaybooks()), hosts(FakeTargets()))
    keys = world.enrolled("n1")
    old = FolderFrameKeys(world.root / "server", "server")
    replace_keys(world.root / "server", world.book.succeed)

    def asked(by: FolderFrameKeys | ServerKeys) -> Call:
        sealed = Sealed(id="c1", zone=ZONE, question=AskIsolation())
        frame = by.seal(sealed.model_dump_json().encode(), [keys.party], b"call c1 of dmz")
        return Call("c1", ZONE, "zone:dmz", frame)

    assert node._answer(asked(world.server)).id == "c1"
    with pytest.raises(Refused, match="signed by nobody that is known"):
        node._answer(asked(old))


def test_what_was_sealed_before_is_opened_after_and_new_drivers_sign_with_the_new_key(
    world: ZoneWorld,
) -> None:
    node = world.enrolled("n1")
    folder = world.root / "server"
    driver = ServerKeys(folder)
    reports = [node.seal(b"report", [driver.party], b"a")]
    for _ in range(3):
        replace_keys(folder, world.book.succeed)
        reports.append(node.seal(b"report", [driver.party], b"a"))
    assert [driver.open(report, node.party, b"a") for report in reports] == [b"report"] * 4
    assert driver.party == ServerKeys(folder).party == world.book.successions()[-1].after
    assert node.open(driver.seal(b"call", [node.party]), ServerKeys(folder).party) == b"call"
    replace_keys(folder, world.book.succeed)
    with pytest.raises(Refused, match="sealed to others"):
        driver.open(reports[0], node.party, b"a")
    with pytest.raises(Refused):
        driver.open(reports[-1], world.enrolled("n2").party, b"a")


def test_keys_of_another_home_that_were_replaced_already_are_not_replaced_apart(world: ZoneWorld) -> None:
    other = world.root / "other home"
    shutil.copytree(world.root / "server", other)
    replace_keys(world.root / "server", world.book.succeed)
    with pytest.raises(Refused, match="copy its folder"):
        replace_keys(other, world.book.succeed)
    assert len(world.book.successions()) == 1


_REPLACES = """
import os, sys
from pathlib import Path
from orchestrator.adapters.keys import server_keys
stop = int(sys.argv[2])
def counted(act):
    def counting(*words, **more):
        global stop
        stop -= 1
        if stop == 0:
            os.kill(os.getpid(), 9)
        return act(*words, **more)
    return counting
for owner, name in ((server_keys.shutil, "copy2"), (server_keys.shutil, "rmtree"), (Path, "replace"), (Path, "mkdir")):
    setattr(owner, name, counted(getattr(owner, name)))
server_keys.replace_keys(Path(sys.argv[1]), counted(lambda succession: None))
"""


@pytest.mark.parametrize("steps", [(7, 11, 14), pytest.param(range(1, 40), marks=pytest.mark.slow)])
def test_whoever_is_killed_at_any_step_is_followed_with_the_same_new_keys(
    tmp_path: Path, steps: Iterable[int]
) -> None:
    whole = tmp_path / "whole"
    first = FolderFrameKeys(whole, "server").party
    killed = 0
    for step in steps:
        folder, book = tmp_path / str(step), FakeNodeBook()
        shutil.copytree(whole, folder)
        words = [sys.executable, "-c", _REPLACES, str(folder), str(step)]
        done = subprocess.run(words, env={**os.environ, "PYTHONPATH": "."}, check=False, timeout=60)
        killed += done.returncode == -9
        if done.returncode == 0:
            break
        made = replace_keys(folder, book.succeed)
        keys = ServerKeys(folder)
        assert keys.party == book.successions()[-1].after
        assert not (folder / "next").exists()
        server = KnownServer(first, signature_is_good)
        node = FolderFrameKeys(tmp_path / "node", "n1")
        if made.before == first.verify:
            assert server.learn(book.successions())
            assert server.party == keys.party
        sealed = node.seal(b"report", [first], b"a")
        assert keys.open(sealed, node.party, b"a") == b"report"
    assert killed > 2
