"""Work by hand: it comes before the checks that look at its result, a person's word ends it, and it is taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.report.page import html_record
from orchestrator.adapters.report.text import text_record
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.errors import Refused
from orchestrator.policy.course.next_step import next_step
from orchestrator.policy.course.steps import WaitForPerson
from orchestrator.policy.planning.manual_objections import nobody_knows_who
from orchestrator.policy.telling.next_moves import next_moves
from tests.fakes.playbooks import Script
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_of
from tests.worlds.read_pages import as_read
from tests.worlds.stages import ran, staged

BY_HAND: dict[str, Any] = {
    "who": "Acme",
    "instruction": "Send the address.",
    "evidence": "A ticket.",
    "confirmed_by": "deployment manager",
}


def fleet_of(*, back: dict[str, Any] | str = "rollback/routes.yml", **manual: Any) -> Fleet:
    routes = {
        "name": "routes",
        "on": "edge1",
        "manual": {**BY_HAND, **manual},
        "acceptance": [{"tcp": 443}],
        "backout": back,
    }
    after = {"name": "app", "on": "app1", "playbook": "playbooks/app.yml", "backout": "rollback/app.yml"}
    tree = staged([routes, after]) | {"suppliers": [{"name": "Acme", "contact": "noc@acme.example"}]}
    return Fleet(tree, ("edge1", "app1"))


def answer(fleet: Fleet, result: e.StepResult, **changes: Any) -> None:
    d = fleet.now(fleet.ports.journal.deployments()[0])
    assert d.open_attempt is not None
    word = {"role": "deployment manager", "by": "ann", "note": "seen", **changes}
    fleet.say(d, e.StepAnswered(attempt=d.open_attempt.attempt, result=result, **word))


def test_nothing_is_checked_before_the_work_is_done_and_the_word_leads_to_the_checks() -> None:
    fleet = fleet_of()
    d = fleet.deploy()
    assert (d.state, d.standings["edge1"].standing) == (State.DEPLOYING, "deploying")
    step = next_step(d, fleet.clock.now())
    assert isinstance(step, WaitForPerson)
    assert "Acme does by hand: Send the address." in step.reason
    assert (fleet.events(d, e.WaveChecked), ran(fleet)) == ([], [])
    answer(fleet, "done")
    d = fleet.resume()
    assert d.state is State.COMPLETED
    kinds = [record.event.kind for record in fleet.ports.journal.read(d.id)]
    assert kinds.index("step_answered") < kinds.index("wave_checked")
    assert ran(fleet) == [("playbooks/app.yml", ("app1",))]


def test_a_result_that_its_checks_do_not_see_is_a_failure_whatever_the_word_says() -> None:
    fleet = fleet_of()
    fleet.deploy()
    fleet.targets.machine("edge1").script("tcp 443", ("failed", "refused"))
    answer(fleet, "done")
    assert fleet.resume().state is State.BACKED_OUT
    assert ran(fleet) == [("rollback/routes.yml", ("edge1",))]


@pytest.mark.parametrize(
    ("result", "state", "runs"),
    [
        ("failed", State.BACKED_OUT, [("rollback/routes.yml", ("edge1",))]),
        ("not begun", State.REFUSED, []),
    ],
)
def test_what_did_not_work_is_taken_back_and_what_never_began_is_not(
    result: e.StepResult, state: State, runs: list[Any]
) -> None:
    fleet = fleet_of()
    fleet.deploy()
    answer(fleet, result)
    d = fleet.resume()
    assert (d.state, ran(fleet)) == (state, runs)


@pytest.mark.parametrize(
    ("manual", "word", "code"),
    [
        ({}, {"role": "cook"}, "step.other_role"),
        ({}, {"note": "  "}, "step.no_note"),
        ({"attachments": 1}, {}, "step.attachments"),
    ],
)
def test_a_word_that_lacks_something_is_refused_with_the_command_that_counts(
    manual: dict[str, Any], word: dict[str, Any], code: str
) -> None:
    fleet = fleet_of(**manual)
    fleet.deploy()
    with pytest.raises(
        Refused, match=r'orch step done .* --role "deployment manager" --note WHAT'
    ) as refused:
        answer(fleet, "done", **word)
    assert code.rpartition(".")[0] == "step"
    assert "stays as it is" in str(refused.value)


def test_attached_files_are_on_the_journal_by_digest(tmp_path: Path) -> None:
    fleet = fleet_of(attachments=1)
    fleet.deploy()
    (tmp_path / "ticket.txt").write_text("NP-4711 done")
    kept = fleet.ports.attachments.keep(tmp_path / "ticket.txt")
    answer(fleet, "done", attached=(kept,))
    d = fleet.resume()
    assert d.attempts[0].attached == (kept,)
    assert fleet.ports.attachments.read(kept.sha256) == b"NP-4711 done"


def test_a_later_failure_has_people_take_their_work_back_in_its_place() -> None:
    back = {"manual": {**BY_HAND, "instruction": "Send the address back."}}
    fleet = fleet_of(back=back)
    fleet.playbooks.script("deploy", ["app1"], Script(results={"app1": "not_done"}))
    fleet.deploy()
    answer(fleet, "done")
    d = fleet.resume()
    assert (d.state, ran(fleet)[-1]) == (State.BACKING_OUT, ("rollback/app.yml", ("app1",)))
    step = next_step(d, fleet.clock.now())
    assert isinstance(step, WaitForPerson)
    assert "Acme takes back by hand: Send the address back." in step.reason
    answer(fleet, "done")
    assert fleet.resume().state is State.BACKED_OUT


def test_a_host_that_equals_its_baseline_is_taken_back_all_the_same() -> None:
    back = {"manual": BY_HAND}
    fleet = fleet_of(back=back)
    fleet.deploy()
    answer(fleet, "failed")
    assert fleet.resume().state is State.BACKING_OUT


@pytest.mark.parametrize(("then", "state"), [("wait", State.DEPLOYING), ("back out", State.BACKED_OUT)])
def test_after_its_time_it_is_noted_and_the_plan_says_what_follows(then: str, state: State) -> None:
    fleet = fleet_of(within="4h", then=then, escalate_to="service owner")
    d = fleet.deploy()
    fleet.clock.sleep(5 * 3600)
    d = fleet.resume()
    assert d.state is state
    [overdue] = fleet.events(d, e.StepOverdue)
    assert (overdue.escalate_to, overdue.ends) == ("service owner", then == "back out")
    if then == "wait":
        fleet.resume()
        assert len(fleet.events(d, e.StepOverdue)) == 1
        answer(fleet, "done")
        assert fleet.resume().state is State.COMPLETED


def test_an_abort_does_not_wait_for_people_and_counts_their_work_as_begun() -> None:
    fleet = fleet_of()
    d = fleet.deploy()
    fleet.say(d, e.AbortRequested(by="ann", reason="wrong day"))
    d = fleet.resume()
    assert (d.state, ran(fleet)) == (State.BACKED_OUT, [("rollback/routes.yml", ("edge1",))])


def test_the_moves_name_the_role_and_the_files() -> None:
    fleet = fleet_of(attachments=2)
    d = fleet.deploy()
    commands = [move.command for move in next_moves(d)]
    assert (
        f'orch step done {d.id} --role "deployment manager" --note WHAT --attach FILE --attach FILE'
        in commands
    )


def test_run_due_drives_on_what_is_overdue() -> None:
    fleet = fleet_of(within="1h", then="back out")
    d = fleet.deploy()
    assert fleet.run_due() == []
    fleet.clock.sleep(7200)
    fleet.run_due()
    assert fleet.now(d.id).state is State.BACKED_OUT


@pytest.mark.parametrize(
    ("manual", "roles", "paths"),
    [
        ({"who": "Acme"}, {"deployment manager": "Ann"}, []),
        ({"who": "deployment manager", "confirmed_by": None}, {"deployment manager": "Ann"}, []),
        ({"who": "Nobody"}, {"deployment manager": "Ann"}, ["strategy.stages[0].manual.who"]),
        ({"who": "Acme", "confirmed_by": None}, {"deployment manager": "Ann"}, ["strategy.stages[0].manual.confirmed_by"]),
        ({"who": "Acme", "confirmed_by": "cook"}, {"deployment manager": "Ann"}, ["strategy.stages[0].manual.confirmed_by"]),
    ],
)  # fmt: skip
def test_the_plan_knows_who_does_it_and_whose_word_ends_it(
    manual: dict[str, Any], roles: dict[str, str], paths: list[str]
) -> None:
    fleet = fleet_of(**manual)
    fleet.tree["roles"] = roles
    assert [objection.path for objection in nobody_knows_who(plan_of(fleet.tree))] == paths


def test_the_record_shows_the_word_with_its_files(tmp_path: Path) -> None:
    fleet = fleet_of(attachments=1)
    fleet.deploy()
    (tmp_path / "ticket.txt").write_text("NP-4711 done")
    kept = fleet.ports.attachments.keep(tmp_path / "ticket.txt")
    answer(fleet, "done", attached=(kept,))
    d = fleet.resume()
    records = fleet.ports.journal.read(d.id)
    page, text = html_record(records, fleet.clock.now()), text_record(records, fleet.clock.now())
    assert kept.sha256 in as_read(page)
    assert "seen" in page
    assert "ticket.txt" in page
    assert "ticket.txt" in text
