"""A private copy that somebody changed: nothing starts from it, and what ran from it while it changed is not called good."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest

from orchestrator.domain.evidence.attempt import AttemptRequest, Purpose
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.errors import StoreFault
from orchestrator.policy.telling.timeline_builder import story_of
from tests.fakes.playbooks import Script
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree

Files = Mapping[str, str | None]
BIG_BANG = {"kind": "big-bang", "waves": []}


def tampered(ruled: Fleet, files: Files, purpose: Purpose = "deploy") -> None:
    """Behind the back of everybody, while the first run of its purpose is at work."""

    def tamper(request: AttemptRequest) -> None:
        purposes = [started.purpose for started in ruled.playbooks.started]
        if purposes.count(purpose) == 1 and request.purpose == purpose:
            _tamper(ruled, request.deployment, files)

    ruled.playbooks.on_start = tamper


def tampered_after(ruled: Fleet, files: Files) -> None:
    """The same, when the first run has ended: while the first wave is verified."""

    def tamper(question: str) -> None:
        if question == "verify" and len(ruled.playbooks.started) == 1:
            _tamper(ruled, ruled.playbooks.started[0].deployment, files)

    ruled.targets.on_question = tamper


def _tamper(ruled: Fleet, deployment: str, files: Files) -> None:
    copy = ruled.authority.frozen[deployment]
    for path, content in files.items():
        copy.pop(path, None) if content is None else copy.update({path: content})


TAMPERINGS: list[tuple[Files, str]] = [
    ({"rollback/app.yml": "nothing"}, "rollback/app.yml changed"),
    ({"playbooks/app.yml": None}, "playbooks/app.yml removed"),
    ({"playbooks/group_vars/all.yml": "x: 1"}, "playbooks/group_vars/all.yml added"),
    ({"playbooks/other.yml": "x: 1"}, "playbooks/other.yml added"),
    ({"inventories/test/fetched/h1.yml": "x: 1"}, "inventories/test/fetched/h1.yml added"),
    ({"roles/app/defaults/main/fetched/h1.yml": "x: 1"}, "roles/app/defaults/main/fetched/h1.yml added"),
    ({"playbooks/group_vars/all/fetched/h1.yml": "x: 1"}, "playbooks/group_vars/all/fetched/h1.yml added"),
]
KNOWN_FOLDERS = {
    "inventories/test/hosts.yml": "web",
    "roles/app/defaults/main/port.yml": "port: 1",
    "playbooks/group_vars/all/port.yml": "port: 1",
}


@pytest.mark.parametrize(("files", "named"), TAMPERINGS, ids=[row[1] for row in TAMPERINGS])
def test_a_copy_that_was_tampered_with_holds_and_is_put_back_on_a_persons_word(
    files: Files, named: str
) -> None:
    free = Fleet()
    free.authority.files |= KNOWN_FOLDERS
    tampered_after(free, files)
    d = free.deploy()
    assert d.driving.hold is not None
    assert named in d.driving.hold.reason
    assert free.started() == [("deploy", ("h1",))]
    free.say(d, e.Retried(by="ann", reason="looked at"))
    ended = free.resume()
    assert ended.state is State.COMPLETED
    assert [event.restored for event in free.events(ended, e.WaveAuthorised)] == [(), tuple(files)]


@pytest.mark.parametrize(("files", "named"), TAMPERINGS, ids=[row[1] for row in TAMPERINGS])
def test_a_copy_that_was_tampered_with_while_a_run_was_at_work_holds_and_that_is_run_again(
    files: Files, named: str
) -> None:
    """Also of the last wave, after which nothing else looks at the copy."""
    free = Fleet(plan_tree(**BIG_BANG))
    free.authority.files |= KNOWN_FOLDERS
    tampered(free, files)
    d = free.deploy()
    assert d.driving.hold is not None
    assert d.driving.hold.reason.startswith("what ran may not be what was approved")
    assert named in d.driving.hold.reason
    assert d.hosts_standing("deployed") == ("h1", "h2", "h3")
    free.say(d, e.Retried(by="ann", reason="looked at"))
    ended = free.resume()
    assert ended.state is State.COMPLETED
    assert free.started() == [("deploy", ("h1", "h2", "h3"))] * 2


def test_each_run_starts_from_the_copy_as_it_was_approved() -> None:
    """What a run leaves where nothing reads it by itself holds nothing, and is not there for the next run."""
    free = Fleet()
    tampered(free, {f"fetched/h{n}.txt": "left" for n in range(7)})
    ended = free.deploy()
    assert ended.state is State.COMPLETED
    first, second = free.events(ended, e.WaveAuthorised)
    assert first.removed == ()
    assert second.removed == (*(f"fetched/h{n}.txt" for n in range(5)), "and 2 more")
    assert not [path for path in free.authority.frozen[ended.id] if path.startswith("fetched")]


def test_a_deployment_that_an_earlier_version_planned_goes_on() -> None:
    """It digested all permission bits; a copy that is what was approved then holds nothing now."""
    free = Fleet()
    free.authority.plans_every_bit = True
    assert free.deploy().state is State.COMPLETED


def test_what_changed_in_its_copy_holds_it_all_the_same() -> None:
    free = Fleet()
    free.authority.plans_every_bit = True
    tampered_after(free, {"rollback/app.yml": "nothing"})
    held = free.deploy().driving.hold
    assert held is not None
    assert "rollback/app.yml changed" in held.reason


INVENTORY = {"/etc/ansible/hosts": "web", "/etc/ansible/group_vars/web.yml": "port: 1"}
SWAPS: list[tuple[Files, str]] = [
    ({"/etc/ansible/group_vars/web.yml": "port: 2"}, "hosts (/etc/ansible/group_vars/web.yml changed)"),
    ({"/etc/ansible/group_vars/web.yml": None}, "hosts (/etc/ansible/group_vars/web.yml removed)"),
    ({"/etc/ansible/rack/web.yml": "port: 2"}, "hosts (/etc/ansible/rack/web.yml added)"),
]


@pytest.mark.parametrize(("files", "named"), SWAPS, ids=[row[1] for row in SWAPS])
def test_an_inventory_outside_of_the_project_that_changed_between_two_waves_holds(
    files: Files, named: str
) -> None:
    """It is in no copy: orch looks at it before each attempt, and puts nothing there, whoever says to try again."""
    free = Fleet()
    free.authority.in_place = dict(INVENTORY)
    changed = {name: text for name, text in {**INVENTORY, **files}.items() if text is not None}

    def swap(question: str) -> None:
        if question == "verify" and len(free.playbooks.started) == 1:
            free.authority.in_place = dict(changed)

    free.targets.on_question = swap
    d = free.deploy()
    assert d.driving.hold is not None
    assert d.driving.hold.reason.startswith(
        f"what runs read in place is not what was approved: {named}; make it what it was"
    )
    free.say(d, e.Retried(by="ann", reason="it will do"))
    again = free.resume()
    assert again.driving.hold is not None
    assert (free.authority.in_place, free.started()) == (changed, [("deploy", ("h1",))])
    free.targets.on_question = lambda question: None
    free.authority.in_place = dict(INVENTORY)
    free.say(d, e.Retried(by="ann", reason="put right"))
    assert free.resume().state is State.COMPLETED


def test_an_inventory_that_an_older_orch_did_not_digest_holds_nothing() -> None:
    free = Fleet()

    def appear(question: str) -> None:
        if question == "verify":
            free.authority.in_place = dict(INVENTORY)

    free.targets.on_question = appear
    assert free.deploy().state is State.COMPLETED


@pytest.mark.parametrize("tamper", [tampered, tampered_after])
def test_of_a_long_list_of_files_the_beginning_is_told(tamper: Callable[[Fleet, Files], None]) -> None:
    """There is room for so much in an event, and a driver that could not tell it would never hold."""
    free = Fleet()
    files = {f"playbooks/{n:04}-{'x' * 90}.yml": "x" for n in range(500)}
    tamper(free, files)
    d = free.deploy()
    assert d.driving.hold is not None
    assert "playbook tree (playbooks/0000-xxx" in d.driving.hold.reason
    assert re.search(r"\.\.\. \(\d{5} characters\)", d.driving.hold.reason)
    free.say(d, e.Retried(by="ann", reason="looked at"))
    assert free.resume().state is State.COMPLETED


def test_a_copy_that_is_gone_when_a_run_ends_holds() -> None:
    free = Fleet()

    def lose(request: AttemptRequest) -> None:
        if len(free.playbooks.started) == 1:
            del free.authority.frozen[request.deployment]

    free.playbooks.on_start = lose
    d = free.deploy()
    assert d.driving.hold is not None
    assert "expected a folder, found none" in d.driving.hold.reason
    free.say(d, e.Retried(by="ann", reason="looked at"))
    assert free.resume().state is State.COMPLETED


def test_after_a_run_from_a_tampered_copy_a_person_may_abort() -> None:
    free = Fleet()
    tampered(free, {"playbooks/app.yml": "does something else"})
    d = free.deploy()
    free.say(d, e.AbortRequested(by="ann", reason="who was that?"))
    held = free.resume()
    assert held.driving.hold is not None
    assert "playbooks/app.yml changed" in held.driving.hold.reason
    free.say(held, e.Retried(by="ann", reason="looked at"))
    assert free.resume().state is State.BACKED_OUT


def test_excluding_the_hosts_of_such_a_run_is_an_answer_to_it() -> None:
    free = Fleet(plan_tree(waves=[1, "rest"], failure_limit={"wave": 1, "overall": 1}))
    tampered(free, {"playbooks/app.yml": "does something else"})
    d = free.deploy()
    assert d.driving.hold is not None
    free.say(d, e.Excluded(hosts=("h1",), by="ann", reason="nobody knows what ran there"))
    ended = free.resume()
    assert ended.driving.hold is None or "what ran may not be" not in ended.driving.hold.reason
    assert free.started() == [("deploy", ("h1",))]


def test_a_backout_from_a_copy_that_was_tampered_with_is_judged_by_its_baseline_and_told() -> None:
    free = Fleet(plan_tree(**BIG_BANG))
    ended = free.deploy()
    tampered(free, {"rollback/app.yml": "nothing"}, "backout")
    backed_out = free.roll_back(ended)
    assert backed_out.state is State.BACKED_OUT
    story = story_of(free.ports.journal.read(ended.id))
    step = story.last("backout")
    assert step is not None
    assert "what it ran from was changed meanwhile" in step.words
    assert any("rollback/app.yml changed" in fault for fault in step.faults)


def test_a_lost_run_from_a_copy_that_was_tampered_with_holds() -> None:
    free = Fleet(plan_tree(**BIG_BANG))
    free.playbooks.script("deploy", None, Script(dies=True))
    tampered(free, {"playbooks/app.yml": "does something else"})
    d = free.deploy()
    assert d.driving.hold is not None
    assert "playbooks/app.yml changed" in d.driving.hold.reason
    assert len(free.started()) == 1


def test_a_copy_that_changed_between_an_intent_and_its_start_is_not_run() -> None:
    free = Fleet()
    free.playbooks.fault = StoreFault("no room")
    with pytest.raises(StoreFault):
        free.deploy()
    free.playbooks.fault = None
    name = free.ports.journal.deployments()[0]
    free.authority.frozen[name]["playbooks/app.yml"] = "does something else"
    d = free.resume()
    assert (free.started(), free.events(d, e.AttemptAdopted)[0].found) == ([], "absent")
    assert d.driving.hold is not None
    assert "playbooks/app.yml changed" in d.driving.hold.reason
    free.say(d, e.Retried(by="ann", reason="looked at"))
    assert free.resume().state is State.COMPLETED


def test_a_copy_is_not_put_back_from_a_project_that_is_another_too() -> None:
    free = Fleet()
    tampered_after(free, {"rollback/app.yml": "nothing"})
    d = free.deploy()
    free.authority.files["rollback/app.yml"] = "something else"
    free.say(d, e.Retried(by="ann", reason="looked at"))
    again = free.resume()
    assert again.driving.hold is not None
    assert free.started() == [("deploy", ("h1",))]


def test_what_a_run_leaves_in_a_new_folder_is_no_tampering() -> None:
    free = Fleet()
    tampered(free, {"playbooks/fetched/h1": "x", "facts/h1": "{}"})
    assert free.deploy().state is State.COMPLETED
