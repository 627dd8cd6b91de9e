"""From a plan to its end under rules: admitted, waiting, refused, and never a wave without leave."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from orchestrator.domain.authority.ground import OF_WINDOW
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.engine.use_cases.deployment_commands import open_deployment
from orchestrator.errors import Refused
from orchestrator.policy.telling.words.ground_words import ground_words
from tests.fakes.clock import START
from tests.fakes.playbooks import Script
from tests.policy.admission_cases import laid_over
from tests.worlds.fleet import HOSTS, Fleet
from tests.worlds.plans import SHA, targets_named

SHORTLY = timedelta(minutes=2)
NIGHT = {"name": "night", "zone": "UTC", "starts": "2026-03-02T21:00", "lasts": "4h", "repeats": "FREQ=DAILY"}
FREEZE = {
    "name": "year-end",
    "zone": "UTC",
    "starts": "2026-03-02T00:00",
    "lasts": "1d",
    "reason": "books are closed",
}
MODEL = {
    "orch": 1,
    "model": "web",
    "version": 1,
    "title": "Web",
    "purpose": "Web hosts.",
    "requires": {},
    "steps": [{"step": "deploy", "role": "deployment practitioner", "seen_by": "record"}],
}


@pytest.fixture
def ruled() -> Fleet:
    made = Fleet()
    made.rule()
    return made


def waiting(ruled: Fleet) -> list[str]:
    d = ruled.ports.journal.deployments()[0]
    events = ruled.ports.journal.read(d)
    last = [r.event for r in events if isinstance(r.event, e.DeploymentNotAdmitted)][-1]
    return [f"{reason.code} {reason.about}" for reason in last.reasons]


def test_without_rules_a_deployment_starts_at_once_from_a_private_copy() -> None:
    free = Fleet()
    d = free.deploy()
    assert d.state is State.COMPLETED
    assert d.private_copy.folder == f"/frozen/{d.id}"
    assert {request.project for request in free.playbooks.started} == {d.private_copy.folder}
    assert free.playbooks.started[0].playbook == f"{d.private_copy.folder}/playbooks/app.yml"
    assert free.playbooks.started[0].inventory == "/project/inventories/test"
    assert [event.wave for event in free.events(d, e.WaveAuthorised)] == [0, 1]


def test_without_rules_approvals_are_named_as_ever() -> None:
    free = Fleet()
    free.tree["approval"]["required"] = ["change manager"]
    with pytest.raises(Refused, match='--approved-by "change manager=NAME"'):
        free.deploy()
    assert free.ports.journal.deployments() == []
    assert free.deploy(**{"change manager": "Bo"}).state is State.COMPLETED


def test_an_approval_that_is_only_named_is_not_taken_where_rules_are(ruled: Fleet) -> None:
    with pytest.raises(Refused, match="--approved-by is not taken"):
        ruled.deploy(**{"change manager": "Bo"})
    assert ruled.ports.journal.deployments() == []


def test_it_waits_for_approvals_and_starts_once_they_are_there(ruled: Fleet) -> None:
    d = ruled.deploy()
    assert d.state is State.AWAITING_APPROVAL
    assert waiting(ruled) == ["approval.missing change manager", "approval.missing service owner"]
    assert ruled.started() == []
    ruled.approve(d, "Bo Lind")
    assert ruled.resume().state is State.AWAITING_APPROVAL
    assert waiting(ruled) == ["approval.missing service owner"]
    ruled.approve(d, "Cy Ray")
    ended = ruled.resume()
    assert ended.state is State.COMPLETED
    assert len(ended.authority.consumed) == 2
    assert any("approved by Bo Lind as change manager" in ground for ground in ended.authority.grounds)


def test_an_approval_is_no_basis_of_the_window(ruled: Fleet) -> None:
    d = ruled.deploy()
    ruled.approve(d)
    ruled.resume()
    [opened] = ruled.events(d, e.WindowOpened)
    assert opened.basis == "no window closes"
    [approved] = ruled.events(d, e.Approved)
    assert approved.basis.count("approved by") == 2


def test_a_reason_that_a_person_writes_is_no_ground(ruled: Fleet) -> None:
    """Grounds are known by their codes, whatever stands in their words."""
    d = ruled.deploy()
    ruled.approve(d)
    ruled.resume()
    [opened] = ruled.events(d, e.WindowOpened)
    [approved] = ruled.events(d, e.Approved)
    given = [ground for ground in opened.reasons if ground.code == "approval.given"]
    assert [ground.values["person"] for ground in given] == ["Bo Lind", "Cy Ray"]
    assert approved.reasons == tuple(given)
    assert [ground.code for ground in opened.reasons if ground.code in OF_WINDOW] == ["window.never_closes"]
    assert opened.grounds == tuple(map(ground_words, opened.reasons))


def test_an_approval_is_good_for_one_deployment(ruled: Fleet) -> None:
    first = ruled.deploy()
    ruled.approve(first)
    assert ruled.resume().state is State.COMPLETED
    ruled.clock.sleep(5)
    second = ruled.deploy()
    for signed in first_approvals(ruled, first.id):
        ruled.say(second, e.ApprovalGiven(signed=signed, by="ann"))
    ruled.resume()
    assert {line.split()[0] for line in waiting(ruled)} == {
        "approval.missing",
        "approval.replayed",
        "approval.transplanted",
    }


def first_approvals(ruled: Fleet, name: str) -> list[Any]:
    return [r.event.signed for r in ruled.ports.journal.read(name) if isinstance(r.event, e.ApprovalGiven)]


def test_a_rejection_stands_until_its_person_thinks_again(ruled: Fleet) -> None:
    d = ruled.deploy()
    ruled.approve(d)
    ruled.clock.sleep(1)
    ruled.approve(d, "Bo Lind", decision="reject", reason="not today")
    ruled.resume()
    assert "approval.rejected change manager Bo Lind" in waiting(ruled)
    ruled.clock.sleep(1)
    ruled.approve(d, "Bo Lind")
    assert ruled.resume().state is State.COMPLETED


def other_policy(ruled: Fleet) -> None:
    assert ruled.authority.policy is not None
    ruled.authority.policy = ruled.authority.policy.model_copy(update={"title": "Laxer rules"})


def other_model(ruled: Fleet) -> None:
    ruled.authority.model = DeploymentModel.model_validate({**MODEL, "title": "Another"})


def other_plan(**change: Any) -> Callable[[Fleet], None]:
    def swap(ruled: Fleet) -> None:
        ruled.tree = laid_over(ruled.tree, change)

    return swap


def other_artefact(ruled: Fleet) -> None:
    ruled.library.content = "1" * 64
    ruled.tree["release"]["units"][0]["sha256"] = "1" * 64


SWAPS: list[tuple[str, Callable[[Fleet], object], str]] = [
    ("the plan", other_plan(purpose="Another."), "plan (purpose changed)"),
    ("the model", other_model, "model (web 1 changed)"),
    ("the policy", other_policy, "policy (house 1 changed)"),
    ("a host more", lambda r: setattr(r, "hosts", targets_named(*HOSTS, "h4")), "hosts (h4 added)"),
    (
        "how a host is reached",
        lambda r: setattr(r, "hosts", (r.hosts[0].model_copy(update={"port": 2222}), *r.hosts[1:])),
        "hosts (h1 changed)",
    ),
    (
        "one character of the backout playbook",
        lambda r: r.authority.files.update({"rollback/app.yml": "backs ouT"}),
        "playbook tree (rollback/app.yml changed)",
    ),
    (
        "a role more",
        lambda r: r.authority.files.update({"roles/x/tasks/main.yml": ""}),
        "playbook tree (roles/x/tasks/main.yml added)",
    ),
    ("an artefact, and its digest in the plan", other_artefact, "artefacts (dml/app.tar.gz changed)"),
    (
        "a variable",
        other_plan(strategy={"variables": {"a": 1}}),
        "variables (strategy.variables.a added)",
    ),
]


@pytest.mark.parametrize(("what", "swap", "named"), SWAPS, ids=[row[0] for row in SWAPS])
def test_a_swap_between_approval_and_start_is_refused_by_name(
    ruled: Fleet, what: str, swap: Callable[[Fleet], object], named: str
) -> None:
    ruled.authority.model = DeploymentModel.model_validate(MODEL)
    d = ruled.deploy()
    ruled.approve(d)
    swap(ruled)
    ended = ruled.resume()
    assert ended.state is State.REFUSED
    assert any(named in reason for reason in ended.preparation.refusals), ended.preparation.refusals
    assert ruled.started() == []
    assert ruled.authority.frozen == {}


def test_an_artefact_that_is_not_the_one_of_the_plan_is_waited_for(ruled: Fleet) -> None:
    d = ruled.deploy()
    ruled.approve(d)
    ruled.library.content = "1" * 64
    assert ruled.resume().state is State.SCHEDULED
    assert waiting(ruled) == ["plan.faulty plan.yml:1 release.units[0].sha256"]
    assert ruled.started() == []
    ruled.library.content = SHA
    assert ruled.resume().state is State.COMPLETED


def test_the_same_without_a_swap_is_admitted(ruled: Fleet) -> None:
    ruled.authority.model = DeploymentModel.model_validate(MODEL)
    d = ruled.deploy()
    ruled.approve(d)
    assert ruled.resume().state is State.COMPLETED


def test_what_changes_while_it_is_copied_is_refused(ruled: Fleet) -> None:
    """The plan was looked at a moment ago by this very process; the copy is what tells."""
    ruled.rule(approvals={"before": []})
    change = {"playbooks/app.yml": "deploys something else"}
    ruled.authority.before_copy = lambda: ruled.authority.files.update(change)
    ended = ruled.deploy()
    assert ended.state is State.REFUSED
    assert any("playbook tree (playbooks/app.yml changed)" in reason for reason in ended.preparation.refusals)
    assert ruled.authority.frozen == {}


def test_a_freeze_refuses_a_start_by_hand_with_every_reason(ruled: Fleet) -> None:
    ruled.rule(approvals={"before": []}, freezes=[FREEZE], strategies=["pilot"])
    ended = ruled.deploy()
    assert ended.state is State.REFUSED
    assert len(ended.preparation.refusals) == 2
    assert any("books are closed" in reason for reason in ended.preparation.refusals)
    assert ruled.started() == []


def test_an_override_by_its_role_lifts_a_freeze(ruled: Fleet) -> None:
    ruled.rule(freezes=[{**FREEZE, "override": ["service owner"]}])
    d = ruled.schedule(START)
    ruled.approve(d)
    assert ruled.resume().state is State.SCHEDULED
    assert waiting(ruled) == ["freeze.binds year-end"]
    ruled.approve(d, "Cy Ray", decision="override", overrides="year-end", reason="it is on fire")
    ended = ruled.resume()
    assert ended.state is State.COMPLETED
    assert ended.authority.overridden == ("year-end: Cy Ray as service owner (it is on fire)",)


def test_a_start_by_hand_waits_for_whoever_may_lift_the_freeze(ruled: Fleet) -> None:
    ruled.rule(approvals={"before": []}, freezes=[{**FREEZE, "override": ["service owner"]}])
    d = ruled.deploy()
    assert d.state is State.SCHEDULED
    assert waiting(ruled) == ["freeze.binds year-end"]
    assert ruled.started() == []
    ruled.approve(d, "Cy Ray", decision="override", overrides="year-end", reason="it is on fire")
    assert ruled.resume().state is State.COMPLETED


def test_a_start_that_ends_refused_names_no_word_that_it_cannot_take(ruled: Fleet) -> None:
    ruled.rule(freezes=[{**FREEZE, "override": ["service owner"]}], strategies=["pilot"])
    ended = ruled.deploy()
    assert ended.state is State.REFUSED
    assert len(ended.preparation.refusals) == 4
    assert not any("orch approve" in reason for reason in ended.preparation.refusals)


def test_a_window_that_opens_later_is_waited_for(ruled: Fleet) -> None:
    ruled.rule(approvals={"before": []}, windows=[{**NIGHT, "starts": "2026-03-02T23:00"}])
    assert ruled.deploy().state is State.COMPLETED
    assert ruled.clock.now() >= START + timedelta(hours=1)


def test_a_scheduled_deployment_is_approved_before_and_starts_when_it_is_to(ruled: Fleet) -> None:
    ruled.rule(windows=[NIGHT])
    d = ruled.schedule(START + SHORTLY)
    ruled.approve(d)
    ended = ruled.resume()
    assert ended.state is State.COMPLETED
    assert ended.authority.opened_at is not None
    assert ended.authority.opened_at >= START + SHORTLY


def test_a_backout_runs_though_the_approvals_are_gone_but_not_from_another_playbook(ruled: Fleet) -> None:
    ruled.tree["backout"]["on_failure"] = "hold"
    ruled.playbooks.script("deploy", None, Script(results={"h1": "not_done"}))
    d = ruled.deploy()
    ruled.approve(d)
    failed = ruled.resume()
    assert failed.driving.hold is not None
    ruled.keys.ring = ruled.keys.ring.model_copy(update={"keys": ()})
    ruled.authority.files.clear()
    ruled.authority.frozen[d.id]["rollback/app.yml"] = "nothing"
    held = ruled.roll_back(failed)
    assert held.driving.hold is not None
    assert "rollback/app.yml changed" in held.driving.hold.reason
    ruled.authority.frozen[d.id]["rollback/app.yml"] = "backs out"
    ruled.say(held, e.Retried(by="ann", reason="put right"))
    assert ruled.resume().state is State.BACKED_OUT
    assert list(ruled.authority.frozen) == [d.id], "it shows what ran"


def test_a_key_that_is_revoked_between_waves_holds(ruled: Fleet) -> None:
    d = ruled.deploy()
    ruled.approve(d)

    def revoke(request: AttemptRequest) -> None:
        now = ruled.clock.now()
        revoked = {"revoked_at": now, "revoked_by": "Ada", "revoked_because": "lost"}
        first, *rest = ruled.keys.ring.keys
        ruled.keys.ring = ruled.keys.ring.model_copy(
            update={"keys": (first.model_copy(update=revoked), *rest)}
        )

    ruled.playbooks.on_start = revoke
    held = ruled.resume()
    assert held.driving.hold is not None
    assert "revoked" in held.driving.hold.reason
    assert ruled.started() == [("deploy", ("h1",))]


def test_an_approval_that_expires_between_waves_holds(ruled: Fleet) -> None:
    ruled.tree["strategy"]["gate"] = {"soak": "10m", "every": "5m"}
    d = ruled.deploy()
    ruled.approve(d, "Bo Lind")
    ruled.approve(d, "Cy Ray", expires=START + timedelta(minutes=5))
    held = ruled.resume()
    assert held.driving.hold is not None
    assert "service owner Cy Ray: expired at" in held.driving.hold.reason
    assert ruled.started() == [("deploy", ("h1",))]
    ruled.approve(d, "Cy Ray")
    ruled.say(held, e.Retried(by="ann", reason="approved anew"))
    assert ruled.resume().state is State.COMPLETED


def test_a_rejection_between_waves_holds(ruled: Fleet) -> None:
    d = ruled.deploy()
    ruled.approve(d)

    def reject(request: AttemptRequest) -> None:
        ruled.clock.sleep(1)
        ruled.approve(d, "Bo Lind", decision="reject", reason="the bank called")

    ruled.playbooks.on_start = reject
    held = ruled.resume()
    assert held.driving.hold is not None
    assert "rejected, because the bank called" in held.driving.hold.reason
    assert ruled.started() == [("deploy", ("h1",))]


CLOSINGS = [
    ("finish", State.COMPLETED, [("deploy", ("h1",)), ("deploy", ("h2", "h3"))]),
    ("hold", State.DEPLOYING, [("deploy", ("h1",))]),
    ("back out", State.BACKED_OUT, [("deploy", ("h1",)), ("backout", ("h1",))]),
]


@pytest.mark.parametrize(("choice", "state", "started"), CLOSINGS, ids=[row[0] for row in CLOSINGS])
def test_a_window_that_closes_in_the_middle(choice: str, state: State, started: list[Any]) -> None:
    ruled = Fleet()
    ruled.rule(approvals={"before": []}, windows=[{**NIGHT, "lasts": "1h10m"}])
    ruled.tree["schedule"] = {"on_window_close": choice}
    ruled.tree["strategy"]["gate"] = {"soak": "11m", "every": "1m"}
    ended = ruled.deploy()
    assert ended.state is state
    assert ruled.started() == started
    if choice == "hold":
        assert ended.driving.hold is not None
        assert "no window is open" in ended.driving.hold.reason


def test_no_wave_starts_past_the_point_of_no_return() -> None:
    ruled = Fleet()
    ruled.rule(approvals={"before": []}, windows=[{**NIGHT, "lasts": "4h"}], undo_before_close=True)
    ruled.tree["strategy"] |= {"run_timeout": "40m", "gate": {"soak": "50m", "every": "10m"}}
    ruled.tree["backout"]["run_timeout"] = "40m"
    ended = ruled.deploy()
    assert ended.driving.hold is not None
    assert "past the point of no return: wave 2" in ended.driving.hold.reason
    assert ruled.started() == [("deploy", ("h1",))]


def test_an_old_journal_goes_on_without_what_it_never_had() -> None:
    fleet = Fleet()
    old = fleet.prepared().model_copy(update={"effective": None})
    open_deployment(fleet.ports, old, by="ann", approvals=())
    d = fleet.resume()
    assert d.state is State.COMPLETED
    assert d.private_copy.folder is None


def test_whoever_the_policy_has_told_needs_a_channel_before_anything_is_touched() -> None:
    ruled = Fleet()
    notify = {"by": "desk", "to": ["desk@example.net"], "at": ["start", "end"]}
    ruled.tree["communication"] = [{"audience": "service desk", "channel": "mail", "notify": notify}]
    ruled.rule(communication={"tell": {"Service desk": ["start", "end"]}}, approvals={"before": []})
    d = ruled.deploy()
    [refused] = ruled.events(d, e.DeploymentRefused)
    assert "audience Service desk: what is sent to them at start, end cannot arrive" in refused.reasons[0]
    assert not d.touched_hosts
    ruled.channels.known["desk"] = "mail"
    ruled.channels.sent.clear()
    assert ruled.deploy().state is State.COMPLETED
    assert [message.moment for _, message in ruled.channels.sent] == ["start", "end"]
