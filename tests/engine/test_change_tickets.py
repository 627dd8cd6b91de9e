"""A change ticket in the life of a deployment: opened, asked for in front of each step, and told the end."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import HOUSE
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.rehearsal_place import RehearsalPlace
from orchestrator.engine.planning.placed_plan import put_in
from orchestrator.engine.planning.plan_check import check_plan
from orchestrator.engine.use_cases import change_tickets
from orchestrator.engine.use_cases.deployment_commands import resume
from orchestrator.engine.use_cases.rehearse import RehearsalRequest, ready, rehearse_part
from orchestrator.errors import Conflict, Refused
from orchestrator.policy.course.follow_up import following_words, short_words
from orchestrator.policy.course.ticket_delivery import ticket_sentences
from tests.fakes.playbooks import Script
from tests.worlds.fleet import Fleet, quiet
from tests.worlds.plans import plan_tree

URL = "https://tickets.example.org"
DAY = timedelta(days=1)


def world_with(ticket: dict[str, Any] | None = None, purpose: str = "Sell plums.") -> Fleet:
    tree = {**plan_tree(waves=[1, "rest"]), "purpose": purpose}
    tree["approval"] = {**tree["approval"], "ticket": {"system": "servicenow", "url": URL, **(ticket or {})}}
    return Fleet(tree)


@pytest.fixture
def world() -> Fleet:
    return world_with()


def planned(world: Fleet) -> change_tickets.PlannedChange:
    return change_tickets.planned_change(world.prepared())


def opened(world: Fleet) -> str:
    return change_tickets.open_change(world.ports, planned(world), by="ann").number


def approved(world: Fleet) -> str:
    """A change that was opened for the plan and that people approved for today."""
    number = opened(world)
    now = world.clock.now()
    world.tickets.approve(number, now - DAY, now + DAY)
    return number


def looks(world: Fleet, d: Deployment) -> list[tuple[str, int | None, tuple[str, ...]]]:
    return [(seen.step, seen.wave, seen.lacks) for seen in world.events(d, e.TicketSeen)]


# Admission


def test_an_approved_change_carries_a_deployment_and_is_closed_by_its_end(world: Fleet) -> None:
    number = approved(world)
    d = world.deploy()
    assert d.state is State.COMPLETED
    assert looks(world, d) == [("start", None, ()), ("start", 0, ()), ("wave", 1, ())]
    assert d.ticket.delivered is not None
    assert (d.ticket.delivered.did, d.ticket.delivered.result) == ("closed", "successful")
    [text] = world.tickets.results_told(number)
    assert "Hosts: 3 verified\n" in text
    assert (
        f"Record: {d.id}, events 1 to {d.ticket.delivered.events}, sha256 {d.ticket.delivered.digest}\n"
        in text
    )
    assert world.tickets.tickets[number].state == "closed"


def test_a_plan_without_a_ticket_asks_nobody() -> None:
    world = Fleet(plan_tree(waves=[1, "rest"]))
    d = world.deploy()
    assert (d.state, looks(world, d), world.tickets.asked) == (State.COMPLETED, [], [])
    assert not d.receipt_owed


def test_nothing_starts_without_a_change(world: Fleet) -> None:
    d = world.deploy()
    assert d.state is State.REFUSED
    [refused] = world.events(d, e.DeploymentRefused)
    assert refused.stage == "approval"
    assert refused.reasons == (
        "change ticket: no change was opened for this effective plan; open one: orch change open plan.yml",
    )
    assert world.started() == []


def test_a_draft_refuses_by_all_that_it_lacks(world: Fleet) -> None:
    number = opened(world)
    d = world.deploy()
    assert looks(world, d) == [("start", None, ("ticket.draft", "ticket.no_window"))]
    [refused] = world.events(d, e.DeploymentRefused)
    assert refused.reasons[0] == f"change ticket {number}: the ticket is a draft; submit it for approval"
    assert not d.receipt_owed, "nothing was touched: the change may still be made"


def test_a_change_of_the_plan_voids_the_ticket() -> None:
    world = world_with({"number": "CHG0000001"})
    other = world_with({"number": "CHG0000001"}, purpose="Sell pears.")
    world.tickets.tickets["CHG0000001"] = draft_of(world, planned(other))
    world.tickets.approve("CHG0000001", world.clock.now() - DAY, world.clock.now() + DAY)
    d = world.deploy()
    assert (d.state, looks(world, d)) == (State.REFUSED, [("start", None, ("ticket.other_digest",))])


def draft_of(world: Fleet, change: change_tickets.PlannedChange) -> Any:
    world.tickets.open(change.place(None), change.draft)
    return world.tickets.tickets["CHG0000001"]


def test_a_ticket_that_is_cancelled_after_admission_refuses_the_first_touch(world: Fleet) -> None:
    number = approved(world)
    world.targets.on_question = lambda question: world.tickets.cancel(number)
    d = world.deploy()
    assert (d.state, d.touched_hosts) == (State.REFUSED, ())
    assert looks(world, d)[-1] == ("start", 0, ("ticket.cancelled",))
    assert world.events(d, e.DeploymentRefused)[0].stage == "approval"
    assert world.tickets.results_told(number) == []


def cancel_between_waves(world: Fleet, number: str) -> Deployment:
    """A deployment whose ticket is cancelled while its first wave runs."""
    world.playbooks.on_start = lambda request: world.tickets.cancel(number)
    d = world.deploy()
    world.playbooks.on_start = lambda request: None
    return d


def test_a_ticket_that_is_cancelled_between_waves_holds_the_next_one(world: Fleet) -> None:
    number = approved(world)
    d = cancel_between_waves(world, number)
    assert d.driving.hold is not None
    assert d.driving.hold.by == "orch"
    assert (
        d.driving.hold.reason == f"change ticket {number}: the ticket was cancelled; let a change be approved"
    )
    assert d.touched_hosts == ("h1",)
    held = world.resume()
    assert held.driving.hold is not None, "nobody has chosen yet"


def test_whoever_lets_it_go_on_is_asked_for_the_ticket_again(world: Fleet) -> None:
    number = approved(world)
    d = cancel_between_waves(world, number)
    world.say(d, e.Retried(by="ann", reason="is it approved again?"))
    again = world.resume()
    assert again.driving.hold is not None
    assert looks(world, d)[-1] == ("wave", 1, ("ticket.cancelled",))
    world.tickets.approve(number, world.clock.now() - DAY, world.clock.now() + DAY)
    world.say(d, e.Retried(by="ann", reason="it is approved again"))
    assert world.resume().state is State.COMPLETED


def test_a_ticket_system_that_is_down_holds_a_wave(world: Fleet) -> None:
    approved(world)

    def down(request: object) -> None:
        world.tickets.silence = "unreachable"

    world.playbooks.on_start = down
    d = world.deploy()
    assert d.driving.hold is not None
    assert "the ticket system gives no answer (scripted); ask again later" in d.driving.hold.reason


def test_a_backout_is_never_blocked_and_what_the_ticket_lacks_is_noted(world: Fleet) -> None:
    number = approved(world)
    d = cancel_between_waves(world, number)
    after = world.roll_back(d)
    assert after.state is State.BACKED_OUT
    assert looks(world, d)[-1] == ("backout", 0, ("ticket.cancelled",))
    assert after.ticket.delivered is not None
    assert (after.ticket.delivered.did, after.ticket.delivered.result) == ("noted", "unsuccessful")


def test_a_ticket_system_that_is_down_blocks_no_backout(world: Fleet) -> None:
    number = approved(world)
    d = cancel_between_waves(world, number)
    world.tickets.silence = "unreachable"
    after = world.roll_back(d)
    assert after.state is State.BACKED_OUT
    assert after.receipt_owed


def test_an_approval_in_the_ticket_system_fills_no_role(world: Fleet) -> None:
    world.rule()
    approved(world)
    d = world.deploy()
    assert d.state is State.AWAITING_APPROVAL
    assert d.authority.unadmitted is not None
    assert {reason.code for reason in d.authority.unadmitted.reasons} == {"approval.missing"}


def test_a_signed_approval_stands_for_no_ticket(world: Fleet) -> None:
    world.rule()
    opened(world)
    d = world.deploy()
    world.approve(d)
    after = world.resume()
    assert after.state is State.SCHEDULED
    assert after.authority.unadmitted is not None
    assert [reason.code for reason in after.authority.unadmitted.reasons] == [
        "ticket.draft",
        "ticket.no_window",
    ]
    world.tickets.approve("CHG0000001", world.clock.now() - DAY, world.clock.now() + DAY)
    assert world.resume().state is State.COMPLETED


def test_a_due_start_asks_for_the_ticket(world: Fleet) -> None:
    number = opened(world)
    d = world.schedule(world.clock.now())
    [line] = world.run_due()
    assert (line.what, "the ticket is a draft" in line.words) == ("not admitted", True)
    world.tickets.approve(number, world.clock.now() - DAY, world.clock.now() + DAY)
    assert [line.what for line in world.run_due()] == ["started"]
    assert world.now(d.id).state is State.COMPLETED


# The end


ENDS: list[tuple[str, str]] = [("not_done", "unsuccessful"), ("done", "successful")]


@pytest.mark.parametrize(("outcome", "result"), ENDS)
def test_a_ticket_is_closed_with_what_became_of_it(outcome: Any, result: str, world: Fleet) -> None:
    number = approved(world)
    world.playbooks.script("deploy", ("h2", "h3"), Script(results={"h2": outcome}))
    d = world.deploy()
    assert d.ticket.delivered is not None
    assert (d.ticket.delivered.did, d.ticket.delivered.result) == ("closed", result)
    assert world.tickets.receipts[number][0].result == result


def fail_at_the_end(world: Fleet) -> Deployment:
    """A deployment whose ticket system is down when it ends."""

    def down(request: AttemptRequest) -> None:
        if request.hosts == ("h2", "h3"):
            world.tickets.silence = "unreachable"

    world.playbooks.on_start = down
    return world.deploy()


def test_a_ticket_system_that_is_down_never_stops_the_ending(world: Fleet) -> None:
    number = approved(world)
    d = fail_at_the_end(world)
    assert d.state is State.COMPLETED
    assert d.receipt_owed
    assert world.events(d, e.DeliveryOwed) == [
        e.DeliveryOwed(number=number, result="successful", trouble="unreachable", detail="scripted", by="ann")
    ]
    sentence = (
        f"The result is owed to change ticket {number}: the ticket system gives no answer "
        f"(orch change deliver {d.id})."
    )
    assert sentence in following_words(d, world.clock.now())
    assert short_words(d, world.clock.now()) == "result owed to its change ticket"
    assert world.tickets.results_told(number) == []


def test_what_is_owed_is_delivered_when_the_system_is_back(world: Fleet) -> None:
    number = approved(world)
    d = fail_at_the_end(world)
    assert [line.what for line in world.run_due()] == ["owed"]
    assert len(world.events(d, e.DeliveryOwed)) == 1, "a timer that finds the same says nothing new"
    world.tickets.silence = None
    [line] = world.run_due()
    assert line.what == "delivered"
    assert world.run_due() == []
    after = world.now(d.id)
    assert not after.receipt_owed
    [sentence] = ticket_sentences(after)
    assert sentence.startswith(f"Change ticket {number} was closed, ")
    assert len(world.tickets.results_told(number)) == 1


def test_a_person_delivers_what_is_owed(world: Fleet) -> None:
    approved(world)
    d = fail_at_the_end(world)
    world.tickets.silence = None
    after = change_tickets.deliver_owed(world.ports, d.id, by="bo")
    assert after.ticket.delivered is not None
    assert after.ticket.delivered.by == "bo"
    with pytest.raises(Refused, match="owes nothing"):
        change_tickets.deliver_owed(world.ports, d.id, by="bo")


def test_two_do_not_deliver_at_once(world: Fleet) -> None:
    approved(world)
    d = fail_at_the_end(world)
    world.tickets.silence = None
    with world.ports.journal.drive_alone(d.id):
        with pytest.raises(Conflict):
            change_tickets.deliver_owed(world.ports, d.id, by="bo")
        assert world.run_due() == [], "whoever holds the claim delivers"


def test_a_driver_that_dies_between_delivery_and_journal_delivers_once(world: Fleet) -> None:
    number = approved(world)
    world.tickets.lost_answers = 1
    d = world.deploy()
    assert len(world.tickets.results_told(number)) == 1
    assert d.ticket.delivered is not None, "the driver's next try found it there"
    assert d.ticket.delivered.did == "closed"


def test_a_driver_that_dies_before_it_delivers_leaves_it_owed(world: Fleet) -> None:
    number = approved(world)

    class Killed(BaseException):
        """A process that is gone: nothing of it is caught."""

    def killed(*words: object) -> Any:
        raise Killed

    before = world.tickets.before_deliver
    world.tickets.before_deliver = killed
    with pytest.raises(Killed):
        world.deploy()
    world.tickets.before_deliver = before
    d = world.now(world.ports.journal.deployments()[0])
    assert (d.state, d.receipt_owed, world.events(d, e.DeliveryOwed)) == (State.COMPLETED, True, [])
    assert [line.what for line in world.run_due()] == ["delivered"]
    assert len(world.tickets.results_told(number)) == 1


def test_a_rollback_after_the_end_is_told_as_well(world: Fleet) -> None:
    number = approved(world)
    d = world.deploy()
    world.clock.sleep(60.0)
    after = world.roll_back(d)
    assert after.state is State.BACKED_OUT
    results = [(each.did, each.result) for each in world.events(d, e.Delivered)]
    assert results == [("closed", "successful"), ("noted", "unsuccessful")]
    assert len(world.tickets.results_told(number)) == 2


# Opening


def test_a_change_is_opened_once_for_a_plan(world: Fleet) -> None:
    number = opened(world)
    assert change_tickets.open_change(world.ports, planned(world), by="bo").did == "found"
    house = [r.event for r in world.ports.journal.read(HOUSE) if isinstance(r.event, e.TicketOpened)]
    assert [(event.did, event.number) for event in house] == [("intended", None), ("opened", number)]


def test_an_opening_whose_answer_is_lost_is_found_again(world: Fleet) -> None:
    world.tickets.lost_answers = 1
    with pytest.raises(Refused, match="gives no answer"):
        opened(world)
    assert change_tickets.open_change(world.ports, planned(world), by="ann").did == "found"
    assert len(world.tickets.tickets) == 1


def test_jira_is_not_asked_twice_while_its_search_may_be_behind() -> None:
    world = world_with({"system": "jira", "project": "OPS"})
    world.tickets.lost_answers = 1
    with pytest.raises(Refused, match="gives no answer"):
        opened(world)
    hidden, world.tickets.drafts = world.tickets.drafts, {}
    with pytest.raises(Refused, match="Jira may not show yet what it created"):
        opened(world)
    world.tickets.drafts = hidden
    assert opened(world) == "OPS-1"
    assert len(world.tickets.tickets) == 1


def test_an_opening_that_was_refused_is_tried_again_at_once() -> None:
    world = world_with({"system": "jira", "project": "OPS"})
    change = planned(world)
    world.tickets.refuse_opening = True
    with pytest.raises(Refused, match="refuses these credentials"):
        change_tickets.open_change(world.ports, change, by="ann")
    world.tickets.refuse_opening = False
    assert opened(world) == "OPS-1"


def test_a_draft_follows_its_plan(world: Fleet) -> None:
    number = opened(world)
    before = world.tickets.tickets[number].effective
    world.tree["purpose"] = "Sell pears."
    assert change_tickets.update_change(world.ports, planned(world), by="ann").number == number
    assert world.tickets.tickets[number].effective != before
    world.tickets.approve(number, world.clock.now() - DAY, world.clock.now() + DAY)
    assert world.deploy().state is State.COMPLETED


def test_what_people_approved_is_not_updated(world: Fleet) -> None:
    approved(world)
    world.tree["purpose"] = "Sell pears."
    with pytest.raises(Refused, match="no draft any more"):
        change_tickets.update_change(world.ports, planned(world), by="ann")


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"number": "CHG0000007"}, "orch change update plan.yml"),
    ({"system": "jira"}, "add `project` to approval.ticket"),
]


@pytest.mark.parametrize(("ticket", "words"), REFUSED)
def test_what_cannot_be_opened_says_what_to_do(ticket: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        opened(world_with(ticket))


def test_a_standard_change_is_opened_from_its_template(world: Fleet) -> None:
    world.tree["approval"]["change"] = "standard"
    with pytest.raises(Refused, match="made from a template in ServiceNow"):
        opened(world)


def test_a_plan_without_a_ticket_opens_none() -> None:
    with pytest.raises(Refused, match="names no ticket system"):
        planned(Fleet(plan_tree()))


# Rehearsals and policies


def rehearsed(world: Fleet) -> Deployment:
    """The first part of a rehearsal in staging."""
    place = RehearsalPlace(environment="staging", inventory="inventories/staging")
    prepared = ready(world.ports, RehearsalRequest(Path("plan.yml"), place))
    return rehearse_part(world.ports, prepared, prepared.parts[0], by="ann", watch=quiet)


def opened_for_staging(world: Fleet) -> str:
    place = RehearsalPlace(environment="staging", inventory="inventories/staging")
    checked = check_plan(world.ports, put_in(world.ports.plan_files.load(Path("plan.yml")), place))
    return change_tickets.open_change(world.ports, change_tickets.planned_change(checked), by="ann").number


def test_a_rehearsal_needs_no_ticket_and_tells_none(world: Fleet) -> None:
    d = rehearsed(world)
    assert (d.state, looks(world, d), d.receipt_owed) == (State.BACKED_OUT, [], False)
    assert world.tickets.asked == []


def demand(world: Fleet, **ticket: Any) -> None:
    words = {"verification": {"ticket": ticket or True}, "approvals": {"before": []}}
    world.rule(**words)
    world.keys.ring = Keyring()


def test_a_rehearsal_needs_a_ticket_of_its_own_where_the_policy_says_so(world: Fleet) -> None:
    demand(world, rehearsals=True)
    approved(world)
    refused = rehearsed(world)
    assert (refused.state, looks(world, refused)) == (
        State.REFUSED,
        [("start", None, ("ticket.not_opened",))],
    )
    assert (
        "orch change open plan.yml --in staging" in world.events(refused, e.DeploymentRefused)[0].reasons[0]
    )
    number = opened_for_staging(world)
    world.tickets.approve(number, world.clock.now() - DAY, world.clock.now() + DAY)
    d = rehearsed(world)
    assert d.state is State.BACKED_OUT
    assert not d.receipt_owed
    assert world.tickets.tickets[number].state == "approved", (
        "the other parts of the rehearsal need it as well"
    )


def test_a_policy_that_demands_a_ticket_refuses_a_plan_without_one() -> None:
    world = Fleet(plan_tree(waves=[1, "rest"]))
    demand(world)
    d = world.deploy()
    assert (d.state, world.started()) == (State.REFUSED, [])
    assert "approval.ticket" in world.events(d, e.DeploymentRefused)[0].reasons[0]


# What is owed, again


def test_whoever_resumes_an_ended_deployment_delivers(world: Fleet) -> None:
    number = approved(world)
    d = fail_at_the_end(world)
    world.tickets.silence = None
    assert resume(world.ports, d.id, by="bo", watch=quiet).state is State.COMPLETED
    assert len(world.tickets.results_told(number)) == 1


def test_the_driver_tries_three_times_in_four_seconds(world: Fleet) -> None:
    approved(world)
    before = len(world.tickets.tries)
    d = fail_at_the_end(world)
    assert len(world.tickets.tries) - before == 3
    assert (world.clock.now() - (d.ended_at or world.clock.now())).total_seconds() == 4.0


def test_a_silent_system_is_asked_once_by_a_timer_however_much_is_owed(world: Fleet) -> None:
    approved(world)
    fail_at_the_end(world)
    world.tickets.silence = None
    world.clock.sleep(60.0)
    world.tree["purpose"] = "Sell pears."
    world.playbooks.on_start = lambda request: None
    number = approved(world)
    world.tickets.before_deliver = world.tickets.be_silent
    world.deploy()
    before = len(world.tickets.tries)
    assert [line.what for line in world.run_due()] == ["owed"]
    assert len(world.tickets.tries) - before == 1
    world.tickets.before_deliver, world.tickets.silence = (lambda: None), None
    assert [line.what for line in world.run_due()] == ["delivered", "delivered"]
    assert len(world.tickets.results_told(number)) == 1


def test_a_ticket_that_is_gone_stays_owed_with_its_reason(world: Fleet) -> None:
    number = approved(world)
    d = fail_at_the_end(world)
    world.tickets.silence = None
    del world.tickets.tickets[number]
    after = change_tickets.deliver_owed(world.ports, d.id, by="bo")
    assert [owed.trouble for owed in world.events(d, e.DeliveryOwed)] == ["unreachable", "missing"]
    [sentence] = ticket_sentences(after)
    assert "the ticket system has no such ticket" in sentence
